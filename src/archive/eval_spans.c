/* PHRASE, NEAR and FREQ: the index knows which documents hold the words, the forward index of each candidate knows where.
 * Positions go through query_spans, as they do for the matcher. */
#include "archive/eval_internal.h"

#include <stdlib.h>

/* More (term, leaf) pairs than this are not listed (a phrase of many short wildcards): the matcher looks at the posts instead. */
enum { MAX_PAIRS = 4 * 1024 * 1024 };

struct leaf {
    const struct query_node *node;
    struct term_list         terms;
    uint32_t                *positions; /* in the document at hand; on the heap */
    uint32_t                 count, capacity;
};

struct pair {
    uint32_t term, leaf;
};

struct spans {
    struct eval             *eval;
    const struct query_node *node; /* whose spans count; the child of a FREQ */
    size_t                   least;
    struct leaf             *leaves; /* in order of their node's address */
    uint32_t                 leaf_count, leaf_capacity;
    struct pair             *pairs; /* in order of term */
    size_t                   pair_count;
    uint64_t                *holds; /* a bit for each term that is in some pair */
    bool                     has_failed; /* no memory */
};

static void spans_fini(struct spans *spans)
{
    for (uint32_t i = 0; i < spans->leaf_count; i++) {
        term_list_fini(&spans->leaves[i].terms);
        free(spans->leaves[i].positions);
    }
    free(spans->leaves);
    free(spans->pairs);
    free(spans->holds);
}

/* ---- Preparing ---- */

static bool is_leaf(const struct query_node *node)
{
    return node->kind == QUERY_TERM || node->kind == QUERY_GLOB;
}

static enum error_code collect_leaves(struct spans *spans, const struct query_node *node, struct error *error)
{
    if (!is_leaf(node)) {
        for (uint32_t i = 0; i < node->child_count; i++)
            if (collect_leaves(spans, node->children[i], error))
                return error->code;
        return ERROR_NONE;
    }
    if (spans->pair_count > MAX_PAIRS)
        return ERROR_NONE;
    if (spans->leaf_count == spans->leaf_capacity) {
        uint32_t     capacity = spans->leaf_capacity ? spans->leaf_capacity * 2 : 8;
        struct leaf *grown = realloc(spans->leaves, capacity * sizeof *grown);
        if (!grown)
            return error_set(error, ERROR_MEMORY, "no memory for the words of a phrase");
        spans->leaves = grown;
        spans->leaf_capacity = capacity;
    }
    struct leaf *leaf = &spans->leaves[spans->leaf_count++];
    *leaf = (struct leaf){.node = node};
    if (eval_accepted_terms(spans->eval, node, &leaf->terms, error))
        return error->code;
    spans->pair_count += leaf->terms.count;
    return ERROR_NONE;
}

static int compare_leaves(const void *left, const void *right)
{
    uintptr_t a = (uintptr_t)((const struct leaf *)left)->node, b = (uintptr_t)((const struct leaf *)right)->node;
    return (a > b) - (a < b);
}

static int compare_pairs(const void *left, const void *right)
{
    const struct pair *a = left, *b = right;
    if (a->term != b->term)
        return a->term < b->term ? -1 : 1;
    return (a->leaf > b->leaf) - (a->leaf < b->leaf);
}

static struct leaf *leaf_of(struct spans *spans, const struct query_node *node)
{
    struct leaf wanted = {.node = node};
    return bsearch(&wanted, spans->leaves, spans->leaf_count, sizeof wanted, compare_leaves);
}

static enum error_code list_pairs(struct spans *spans, struct error *error)
{
    size_t words = spans->eval->terms.keys.count / 64 + 1, at = 0;
    spans->pairs = calloc(spans->pair_count + 1, sizeof *spans->pairs);
    spans->holds = calloc(words, sizeof *spans->holds);
    if (!spans->pairs || !spans->holds)
        return error_set(error, ERROR_MEMORY, "no memory for the words of a phrase");
    for (uint32_t i = 0; i < spans->leaf_count; i++)
        for (size_t j = 0; j < spans->leaves[i].terms.count; j++) {
            uint32_t term = spans->leaves[i].terms.terms[j];
            spans->pairs[at++] = (struct pair){term, i};
            spans->holds[term / 64] |= UINT64_C(1) << term % 64;
        }
    qsort(spans->pairs, spans->pair_count, sizeof *spans->pairs, compare_pairs);
    return ERROR_NONE;
}

/* ---- Candidates: documents that hold the words, wherever they stand ---- */

static enum error_code candidates(struct spans *spans, const struct query_node *node, roaring_bitmap_t **out, struct error *error)
{
    *out = NULL;
    if (is_leaf(node))
        return eval_any_term(spans->eval, &leaf_of(spans, node)->terms, out, error);
    roaring_bitmap_t *sum = NULL;
    for (uint32_t i = 0; i < node->child_count; i++) {
        roaring_bitmap_t *set = NULL;
        if (candidates(spans, node->children[i], &set, error)) {
            if (sum)
                roaring_bitmap_free(sum);
            return error->code;
        }
        if (!sum) {
            sum = set;
            continue;
        }
        if (node->kind == QUERY_OR)
            roaring_bitmap_or_inplace(sum, set);
        else
            roaring_bitmap_and_inplace(sum, set);
        roaring_bitmap_free(set);
        if (node->kind != QUERY_OR && roaring_bitmap_is_empty(sum))
            break;
    }
    *out = sum ? sum : roaring_bitmap_create();
    return eval_have(*out, error);
}

/* ---- One document ---- */

static void note_position(struct spans *spans, struct leaf *leaf, uint32_t position)
{
    if (leaf->count && leaf->positions[leaf->count - 1] == position)
        return; /* "#blue" and its "blue", both accepted: one place */
    if (leaf->count == leaf->capacity) {
        uint32_t  capacity = leaf->capacity ? leaf->capacity * 2 : 32;
        uint32_t *grown = realloc(leaf->positions, capacity * sizeof *grown);
        if (!grown) {
            spans->has_failed = true;
            return;
        }
        leaf->positions = grown;
        leaf->capacity = capacity;
    }
    leaf->positions[leaf->count++] = position;
}

static void note_term(struct spans *spans, uint32_t term, uint32_t position)
{
    size_t low = 0, high = spans->pair_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (spans->pairs[middle].term < term)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < spans->pair_count && spans->pairs[low].term == term; low++)
        note_position(spans, &spans->leaves[spans->pairs[low].leaf], position);
}

static size_t positions_of(void *context, const struct query_node *node, struct arena *scratch, const uint32_t **positions_out)
{
    const struct leaf *leaf = leaf_of(context, node);
    (void)scratch;
    *positions_out = leaf->positions;
    return leaf->count;
}

static enum error_code look_at(struct spans *spans, uint32_t doc, bool *is_match_out, struct error *error)
{
    struct eval   *eval = spans->eval;
    struct forward forward;
    uint32_t       term, position;
    for (uint32_t i = 0; i < spans->leaf_count; i++)
        spans->leaves[i].count = 0;
    if (segment_forward(eval->segment, doc, &forward, error))
        return error->code;
    while (forward_next(&forward, &term, &position) && position != SEGMENT_NO_POSITION)
        if (spans->holds[term / 64] >> term % 64 & 1)
            note_term(spans, term, position);
    if (forward.has_failed)
        return error_set(error, ERROR_CORRUPT, "%s: the words of document %u are broken", segment_name(eval->segment), doc);
    if (spans->has_failed)
        return error_set(error, ERROR_MEMORY, "no memory for the positions of a phrase");
    *is_match_out = query_spans(spans->node, positions_of, spans, &eval->tools->scratch).count >= spans->least;
    arena_reset(&eval->tools->scratch);
    return ERROR_NONE;
}

static enum error_code look_at_all(struct spans *spans, const roaring_bitmap_t *documents, roaring_bitmap_t **out, struct error *error)
{
    struct document_walk walk;
    struct document_list list;
    uint32_t             doc;
    enum error_code      code = ERROR_NONE;
    if (!document_list_init(&list))
        return error_set(error, ERROR_MEMORY, "no memory for a set of documents");
    document_walk_init(&walk, documents);
    while (!code && document_next(&walk, &doc)) {
        bool is_match = false;
        code = look_at(spans, doc, &is_match, error);
        if (is_match)
            document_list_add(&list, doc);
    }
    *out = document_list_take(&list);
    if (code) {
        roaring_bitmap_free(*out);
        *out = NULL;
    }
    return code;
}

/* ---- The whole ---- */

static enum error_code decide(struct spans *spans, const roaring_bitmap_t *within, roaring_bitmap_t **out, struct error *error)
{
    roaring_bitmap_t *documents = NULL;
    if (candidates(spans, spans->node, &documents, error))
        return error->code;
    if (within)
        roaring_bitmap_and_inplace(documents, within);
    /* "at least once" is what the candidates of a single word already say. */
    if (is_leaf(spans->node) && spans->least <= 1) {
        *out = documents;
        return ERROR_NONE;
    }
    enum error_code code = list_pairs(spans, error);
    if (!code)
        code = look_at_all(spans, documents, out, error);
    roaring_bitmap_free(documents);
    return code;
}

enum error_code eval_spans(struct eval *eval, const struct query_node *node, const roaring_bitmap_t *within, roaring_bitmap_t **out,
                           struct error *error)
{
    bool            is_freq = node->kind == QUERY_FREQ;
    struct spans    spans = {.eval = eval, .node = is_freq ? node->children[0] : node, .least = is_freq ? node->distance : 1};
    enum error_code code = collect_leaves(&spans, spans.node, error);
    if (!code && spans.pair_count > MAX_PAIRS)
        code = eval_by_matcher(eval, node, within, out, error);
    else if (!code) {
        qsort(spans.leaves, spans.leaf_count, sizeof *spans.leaves, compare_leaves);
        code = decide(&spans, within, out, error);
    }
    spans_fini(&spans);
    return code;
}
