/* The insides of eval.h, one file a way of deciding. Only eval*.c include this.
 *
 * Every eval_* function that takes `within` answers for the documents in it (NULL: for all). Outside of it the result may hold
 * anything: whoever restricts, intersects.
 */
#ifndef ARCHIVE_EVAL_INTERNAL_H
#define ARCHIVE_EVAL_INTERNAL_H

#include "archive/documents.h"
#include "archive/eval.h"

struct eval {
    const struct snapshot_part *part;
    struct segment             *segment;
    struct segment_terms        terms;
    struct eval_tools          *tools;
    uint32_t                    count; /* documents of the segment */
};

/* NULL becomes ERROR_MEMORY. */
static inline enum error_code eval_have(const roaring_bitmap_t *documents, struct error *error)
{
    return documents ? ERROR_NONE : error_set(error, ERROR_MEMORY, "no memory for a set of documents");
}

/* ---- eval_terms.c: leaves that the dictionary decides ---- */

/* Numbers of dictionary terms, on the heap: ascending, each once; of link: in no order, some twice. */
struct term_list {
    uint32_t *terms;
    size_t    count, capacity;
};
void term_list_fini(struct term_list *list);

/* The terms that a TERM or GLOB, or a tag:, mention:, link: or site: field accepts. The caller fini's the list, also on an error. */
enum error_code eval_accepted_terms(struct eval *eval, const struct query_node *leaf, struct term_list *list, struct error *error);
/* Documents that hold one of the terms. */
enum error_code eval_any_term(struct eval *eval, const struct term_list *list, roaring_bitmap_t **out, struct error *error);
/* Both together. */
enum error_code eval_leaf(struct eval *eval, const struct query_node *leaf, roaring_bitmap_t **out, struct error *error);
/* Documents that hold the key of a TERM at most (its df); 0 where the dictionary does not know it. */
enum error_code eval_term_df(struct eval *eval, struct str key, uint64_t *df_out, struct error *error);
/* The bytes of a glob before its first wildcard; the whole text where there is none. */
struct str eval_literal_prefix(struct str text);

/* ---- eval_spans.c: PHRASE, NEAR, FREQ ---- */
enum error_code eval_spans(struct eval *eval, const struct query_node *node, const roaring_bitmap_t *within, roaring_bitmap_t **out,
                           struct error *error);

/* ---- eval_fields.c: FIELDs that a column decides ---- */
bool            eval_is_column_field(enum query_field field);
enum error_code eval_field(struct eval *eval, const struct query_node *node, const roaring_bitmap_t *within, roaring_bitmap_t **out,
                           struct error *error);

/* ---- eval_text.c: nodes that only the post itself decides ---- */
enum error_code eval_text(struct eval *eval, const struct query_node *node, const roaring_bitmap_t *within, roaring_bitmap_t **out,
                          struct error *error);
/* Looks at every document of within (all where NULL) with query_match. */
enum error_code eval_by_matcher(struct eval *eval, const struct query_node *node, const roaring_bitmap_t *within, roaring_bitmap_t **out,
                                struct error *error);

#endif
