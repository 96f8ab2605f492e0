/* What the nine questions share. Each has a file of its own: answer_count.c, answer_timeline.c, answer_breakdown.c (with
 * answer_family.c), answer_terms.c, answer_posts.c (with cursor.c), answer_thread.c, answer_scan.c.
 *
 * A snapshot has several parts whose times may overlap. Every question is asked of each part and the answers are put together:
 * added up where they are numbers, merged by value or by (time, id) where they are lists.
 */
#ifndef ARCHIVE_ANSWER_H
#define ARCHIVE_ANSWER_H

#include "archive/documents.h"
#include "archive/eval.h"
#include "base/hash.h"

struct answer {
    struct archive_snapshot *snapshot;
    roaring_bitmap_t       **matches; /* live matching documents of each part; NULL where they were not asked for */
    struct eval_tools        tools;
};

/* Finds the matches (root NULL: none are asked for). answer_end is called afterwards, also on an error. */
enum error_code answer_begin(struct answer *answer, struct archive_snapshot *snapshot, const struct query_node *root, struct error *error);
void            answer_end(struct answer *answer);
uint64_t        answer_match_count(const struct answer *answer);

/* ---- Counts by value, over all parts ---- */

struct tally {
    struct interner names;
    uint64_t       *counts; /* of each name */
    uint32_t        capacity;
};
enum error_code tally_add(struct tally *tally, struct str name, uint64_t count, struct error *error);
void            tally_fini(struct tally *tally);

/* Brings the first `top` in the order of compare to the front, sorted, and returns how many that are (top, or count where that is
 * less). One pass with a heap of `top`; elements of at most 64 bytes. */
size_t top_first(void *elements, size_t count, size_t element_bytes, size_t top, int (*compare)(const void *, const void *));

/* ---- Counts of terms in documents (answer_family.c) ---- */

/* counts[term - first] += documents of the set that hold the term, for terms of [first, end). counts has end - first elements.
 * Goes by postings or by the forward index, whichever looks at less. */
enum error_code count_terms(struct segment *segment, const struct segment_terms *terms, const roaring_bitmap_t *documents, uint32_t first,
                            uint32_t end, uint32_t *counts, struct error *error);

/* ---- The matches of all parts in order of time, then id (answer_scan.c uses all of it, answer_posts.c only the comparison) ---- */

/* The id of a document, copied to arena. */
enum error_code answer_id(const struct snapshot_part *part, uint32_t doc, struct record_reader *reader, struct arena *arena,
                          struct str *id_out, struct error *error);

/* Where (at_us, id) stands in a part: documents of [0, *first_out) are before it, of [*behind_out, count) behind it; what is between
 * (versions of the post itself) is neither. */
enum error_code answer_place(const struct snapshot_part *part, int64_t at_us, struct str id, struct record_reader *reader,
                             uint32_t *first_out, uint32_t *behind_out, struct error *error);

#endif
