/* The algebra: sets of children become the set of their parent. How leaves get theirs is in the other eval_*.c. */
#include "archive/eval_internal.h"

#include <stdlib.h>

static enum error_code eval_node(struct eval *eval, const struct query_node *node, const roaring_bitmap_t *within, roaring_bitmap_t **out,
                                 struct error *error);

/* ---- What a node will cost, roughly in documents touched ---- */

#define COST_NOT   (UINT64_C(1) << 34) /* takes little away: after the nodes of its class that restrict */
#define COST_SPANS (UINT64_C(1) << 40)
#define COST_TEXT  (UINT64_C(1) << 50)

/* How deep below an AND terms are looked up in the dictionary to be compared. Deeper ones are taken for middling, so that a query of
 * thousands of nested brackets is not looked up anew at each level. */
enum { COST_LEVELS = 3 };

static enum error_code cost_of(struct eval *eval, const struct query_node *node, int levels, uint64_t *cost_out, struct error *error)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < node->child_count; i++) {
        uint64_t cost = 0;
        if (cost_of(eval, node->children[i], levels - 1, &cost, error))
            return error->code;
        sum += cost;
    }
    *cost_out = sum;
    switch (node->kind) {
    case QUERY_ALL: *cost_out = 0; break;
    case QUERY_AND:
    case QUERY_OR: break;
    case QUERY_NOT: *cost_out = sum + COST_NOT; break;
    case QUERY_TERM:
        *cost_out = eval->count / 16;
        if (levels > 0)
            return eval_term_df(eval, node->text, cost_out, error);
        break;
    case QUERY_GLOB: *cost_out = eval->count; break;
    case QUERY_PHRASE:
    case QUERY_NEAR:
    case QUERY_FREQ: *cost_out = sum + COST_SPANS; break;
    case QUERY_CASE:
    case QUERY_RAW: *cost_out = COST_TEXT; break;
    case QUERY_FIELD:
        if (node->field == FIELD_SINCE || node->field == FIELD_UNTIL)
            *cost_out = 0;
        else if (node->field == FIELD_URL || node->field == FIELD_THREAD || node->field == FIELD_ID)
            *cost_out = node->has_glob || node->field == FIELD_URL ? COST_TEXT : eval->count / 4;
        else
            *cost_out = eval->count;
        break;
    }
    return ERROR_NONE;
}

/* ---- AND ---- */

struct planned {
    const struct query_node *node;
    uint64_t                 cost;
    uint32_t                 place; /* as written: keeps the order of equals, and so the work, the same everywhere */
};

static int compare_planned(const void *left, const void *right)
{
    const struct planned *a = left, *b = right;
    if (a->cost != b->cost)
        return a->cost < b->cost ? -1 : 1;
    return a->place < b->place ? -1 : 1;
}

static enum error_code plan_and(struct eval *eval, const struct query_node *node, struct planned **plan_out, struct error *error)
{
    struct planned *plan = arena_array(&eval->tools->plan, node->child_count, sizeof *plan);
    if (!plan)
        return error_set(error, ERROR_MEMORY, "no memory for the plan of a query");
    for (uint32_t i = 0; i < node->child_count; i++) {
        plan[i] = (struct planned){.node = node->children[i], .place = i};
        if (cost_of(eval, plan[i].node, COST_LEVELS, &plan[i].cost, error))
            return error->code;
    }
    qsort(plan, node->child_count, sizeof *plan, compare_planned);
    *plan_out = plan;
    return ERROR_NONE;
}

/* *left becomes what it has in common with one more child (or without it, for a NOT). *left is NULL before the first, with `within`
 * standing in for it. */
static enum error_code and_child(struct eval *eval, const struct query_node *child, const roaring_bitmap_t *within, roaring_bitmap_t **left,
                                 struct error *error)
{
    bool              is_not = child->kind == QUERY_NOT && *left;
    roaring_bitmap_t *set = NULL;
    if (eval_node(eval, is_not ? child->children[0] : child, *left ? *left : within, &set, error))
        return error->code;
    if (!*left) {
        *left = set;
        if (within)
            roaring_bitmap_and_inplace(*left, within);
        return ERROR_NONE;
    }
    if (is_not)
        roaring_bitmap_andnot_inplace(*left, set);
    else
        roaring_bitmap_and_inplace(*left, set);
    roaring_bitmap_free(set);
    return ERROR_NONE;
}

static enum error_code eval_and(struct eval *eval, const struct query_node *node, const roaring_bitmap_t *within, roaring_bitmap_t **out,
                                struct error *error)
{
    struct planned   *plan = NULL;
    roaring_bitmap_t *left = NULL;
    if (plan_and(eval, node, &plan, error))
        return error->code;
    for (uint32_t i = 0; i < node->child_count && !(left && roaring_bitmap_is_empty(left)); i++) {
        if (plan[i].node->kind == QUERY_ALL && (left || i + 1 < node->child_count))
            continue;
        if (and_child(eval, plan[i].node, within, &left, error)) {
            if (left)
                roaring_bitmap_free(left);
            return error->code;
        }
    }
    *out = left;
    return ERROR_NONE;
}

/* ---- OR, NOT ---- */

/* A child that looks into documents need not look at those that are in already. */
static enum error_code eval_or_child(struct eval *eval, const struct query_node *child, const roaring_bitmap_t *within,
                                     roaring_bitmap_t *sum, struct error *error)
{
    uint64_t          cost = 0;
    roaring_bitmap_t *rest = NULL, *set = NULL;
    if (cost_of(eval, child, 0, &cost, error))
        return error->code;
    if (cost >= COST_SPANS && !roaring_bitmap_is_empty(sum)) {
        rest = within ? roaring_bitmap_andnot(within, sum) : roaring_bitmap_flip(sum, 0, eval->count);
        if (eval_have(rest, error))
            return error->code;
    }
    enum error_code code = eval_node(eval, child, rest ? rest : within, &set, error);
    if (!code) {
        /* Outside of rest it may hold anything: that is in sum already, or nobody asks for it. */
        roaring_bitmap_or_inplace(sum, set);
        roaring_bitmap_free(set);
    }
    if (rest)
        roaring_bitmap_free(rest);
    return code;
}

static enum error_code eval_or(struct eval *eval, const struct query_node *node, const roaring_bitmap_t *within, roaring_bitmap_t **out,
                               struct error *error)
{
    roaring_bitmap_t *sum = roaring_bitmap_create();
    if (eval_have(sum, error))
        return error->code;
    for (uint32_t i = 0; i < node->child_count; i++)
        if (eval_or_child(eval, node->children[i], within, sum, error)) {
            roaring_bitmap_free(sum);
            return error->code;
        }
    *out = sum;
    return ERROR_NONE;
}

static enum error_code eval_not(struct eval *eval, const struct query_node *node, const roaring_bitmap_t *within, roaring_bitmap_t **out,
                                struct error *error)
{
    roaring_bitmap_t *set = NULL;
    if (eval_node(eval, node->children[0], within, &set, error))
        return error->code;
    *out = within ? roaring_bitmap_andnot(within, set) : roaring_bitmap_flip(set, 0, eval->count);
    roaring_bitmap_free(set);
    return eval_have(*out, error);
}

/* Recursion is bounded: a tree is at most QUERY_MAX_DEPTH high. */
static enum error_code eval_node(struct eval *eval, const struct query_node *node, const roaring_bitmap_t *within, roaring_bitmap_t **out,
                                 struct error *error)
{
    *out = NULL;
    switch (node->kind) {
    case QUERY_ALL: *out = documents_of_range(0, eval->count); return eval_have(*out, error);
    case QUERY_AND: return eval_and(eval, node, within, out, error);
    case QUERY_OR: return eval_or(eval, node, within, out, error);
    case QUERY_NOT: return eval_not(eval, node, within, out, error);
    case QUERY_TERM:
    case QUERY_GLOB: return eval_leaf(eval, node, out, error);
    case QUERY_PHRASE:
    case QUERY_NEAR:
    case QUERY_FREQ: return eval_spans(eval, node, within, out, error);
    case QUERY_FIELD:
        if (eval_is_column_field(node->field))
            return eval_field(eval, node, within, out, error);
        if (node->field == FIELD_TAG || node->field == FIELD_MENTION || node->field == FIELD_LINK || node->field == FIELD_SITE)
            return eval_leaf(eval, node, out, error);
        return eval_text(eval, node, within, out, error);
    case QUERY_CASE:
    case QUERY_RAW: return eval_text(eval, node, within, out, error);
    }
    return error_set(error, ERROR_INTERNAL, "unknown kind of query node %d", (int)node->kind);
}

/* ---- The whole ---- */

enum error_code eval_documents(const struct snapshot_part *part, const struct query_node *root, struct eval_tools *tools,
                               roaring_bitmap_t **documents_out, struct error *error)
{
    struct eval       eval = {.part = part, .segment = part->segment, .tools = tools, .count = segment_count(part->segment)};
    roaring_bitmap_t *documents = NULL;
    struct error      own;
    struct error     *problem = error ? error : &own;
    *documents_out = NULL;
    enum error_code code = segment_terms(eval.segment, &eval.terms, problem);
    if (!code)
        code = eval_node(&eval, root, NULL, &documents, problem);
    if (!code) {
        const roaring_bitmap_t *deleted = snapshot_deleted(part);
        if (deleted)
            roaring_bitmap_andnot_inplace(documents, deleted);
        *documents_out = documents;
    }
    arena_reset(&tools->plan);
    arena_reset(&tools->scratch);
    return code;
}

void eval_tools_fini(struct eval_tools *tools)
{
    text_analyser_free(tools->analyser);
    record_reader_free(tools->reader);
    arena_fini(&tools->plan);
    arena_fini(&tools->scratch);
    *tools = (struct eval_tools){0};
}

enum error_code eval_tools_analyser(struct eval_tools *tools, struct text_analyser **analyser_out, struct error *error)
{
    if (!tools->analyser && text_analyser_new(&tools->analyser, error))
        return error->code;
    *analyser_out = tools->analyser;
    return ERROR_NONE;
}

enum error_code eval_tools_reader(struct eval_tools *tools, struct record_reader **reader_out, struct error *error)
{
    if (!tools->reader && record_reader_new(&tools->reader, error))
        return error->code;
    *reader_out = tools->reader;
    return ERROR_NONE;
}
