/* Collects posts and makes the bytes of a segment out of them, as often as wanted: what is pending in the log lives in one, and so does
 * what is being merged.
 *
 *     post + facts ─▶ numbers and term numbers (at once; the post's text is not kept apart) ─▶ segment_builder_image ─▶ segment_open*
 *
 * Terms are numbered as they come here, and anew in byte order in each image. Documents too: as they come, then by time.
 * Not safe for use from several threads.
 */
#ifndef ARCHIVE_BUILDER_H
#define ARCHIVE_BUILDER_H

#include "archive/segment.h"
#include "archive/side.h"
#include "base/hash.h"

struct builder_doc {
    int64_t             at_us;
    uint64_t            id_hash, thread_hash;
    uint64_t            id_at, record_at; /* in ids, records */
    uint64_t            token_at;         /* in tokens: the tokens, then the extras */
    struct side_figures figures;
    uint32_t            id_len, record_len;
    uint32_t            token_len;        /* numbers of the tokens in `tokens`, two where the step is not 1 */
    uint32_t            token_count, extra_count;
    uint32_t            fields[SEGMENT_FIELDS];
    uint32_t            has;
    bool                is_deleted, is_refreshed; /* refreshed: figures are newer than the record */
};

struct segment_builder {
    struct text_analyser *analyser; /* the owner's; folds names */
    struct interner       terms, fields[SEGMENT_FIELDS];
    uint8_t              *kinds;    /* of each term */
    size_t                kind_capacity;
    struct builder_doc   *docs;
    uint32_t              count;
    size_t                doc_capacity;
    uint32_t             *tokens;   /* term << 1 | (step is not 1), then the step where it is not; an extra is the term alone */
    size_t                token_count, token_capacity;
    struct buf            records, ids;
    uint32_t             *slots;    /* id -> newest document + 1 */
    uint32_t              slot_count;
    struct buf            scratch;
    struct arena          arena;
};

void segment_builder_init(struct segment_builder *builder, struct text_analyser *analyser);
void segment_builder_fini(struct segment_builder *builder);
void segment_builder_clear(struct segment_builder *builder);

/* Adds a post. ERROR_MEMORY leaves the builder as it was. */
enum error_code segment_builder_add(struct segment_builder *builder, const struct post *post, const struct text_facts *facts,
                                    struct error *error);
/* Adds what is not deleted of a segment, figures refreshed; nothing is analysed again. On an error it is as it was before. */
enum error_code segment_builder_add_segment(struct segment_builder *builder, struct segment *segment, const struct side *side,
                                            struct error *error);
/* Forgets all documents from count on. */
void segment_builder_truncate(struct segment_builder *builder, uint32_t count);

/* The newest document with this id, or SEGMENT_BUILDER_NONE. It may be deleted. */
#define SEGMENT_BUILDER_NONE UINT32_MAX
uint32_t   segment_builder_find(const struct segment_builder *builder, struct str id);
struct str segment_builder_record(const struct segment_builder *builder, uint32_t doc);
void       segment_builder_refresh(struct segment_builder *builder, uint32_t doc, const struct side_figures *figures);
uint64_t   segment_builder_bytes(const struct segment_builder *builder); /* of posts, as the log counts them */

struct segment_image_options {
    bool       is_packed;  /* for a file: posts are packed by zstd */
    struct str dictionary; /* to pack with; empty: one is trained */
};
/* Appends to *out (empty) the segment of the first `limit` documents, the deleted left out. *count_out: how many are in it. */
enum error_code segment_builder_image(const struct segment_builder *builder, uint32_t limit, const struct segment_image_options *options,
                                      struct buf *out, uint32_t *count_out, struct error *error);

/* The dictionary that a segment was packed with, for the next one. */
enum error_code segment_pack_dictionary(struct segment *segment, struct str *dictionary_out, struct error *error);

/* The folded name that author: compares; belongs to scratch or arena. ptr is NULL without memory. */
struct str segment_fold(struct text_analyser *analyser, struct arena *arena, struct buf *scratch, struct str s);

#endif
