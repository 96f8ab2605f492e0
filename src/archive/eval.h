/* Which documents of one segment a query tree accepts. The definition is query_match; this is its accelerator and must say the same.
 *
 *     leaf                          decided by
 *     TERM, GLOB, tag: mention:     postings of the dictionary's terms that the leaf accepts
 *     link: site:                   the same, over the link and site families
 *     PHRASE, NEAR, FREQ            postings for candidates, then query_spans over the forward index of each candidate
 *     author: platform: ... lang:   accepted ordinals of the field's dictionary, then the column
 *     has: likes: ... followers:    the column (with refreshed figures)
 *     since: until:                 a range of documents: they are in order of time
 *     thread: id:                   the thread's hash or the id's hash, then the post itself
 *     case: raw: url:               the post itself, after whatever words of the literal the index knows
 *
 * AND takes its cheapest children first and hands what is left to the next, so that a costly leaf only looks at documents that
 * everything else has accepted.
 */
#ifndef ARCHIVE_EVAL_H
#define ARCHIVE_EVAL_H

#include "archive/snapshot.h"
#include "query/query.h"

/* What evaluation needs besides the segment, made when first needed and kept over the parts of a snapshot. {0}-initialise. */
struct eval_tools {
    struct text_analyser *analyser;
    struct record_reader *reader;
    struct arena          plan;    /* lives for one part */
    struct arena          scratch; /* lives for one document */
};

void            eval_tools_fini(struct eval_tools *tools);
enum error_code eval_tools_analyser(struct eval_tools *tools, struct text_analyser **analyser_out, struct error *error);
enum error_code eval_tools_reader(struct eval_tools *tools, struct record_reader **reader_out, struct error *error);

/* The live documents of part that root accepts. The caller frees *documents_out with roaring_bitmap_free; it is NULL on an error. */
enum error_code eval_documents(const struct snapshot_part *part, const struct query_node *root, struct eval_tools *tools,
                               roaring_bitmap_t **documents_out, struct error *error);

#endif
