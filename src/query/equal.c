#include "query/query.h"

static bool is_same_node(const struct query_node *a, const struct query_node *b)
{
    if (a->kind != b->kind || a->child_count != b->child_count || !str_equal(a->text, b->text))
        return false;
    switch (a->kind) {
    case QUERY_NEAR: return a->distance == b->distance && a->is_ordered == b->is_ordered;
    case QUERY_FREQ: return a->distance == b->distance;
    case QUERY_FIELD: return a->field == b->field && a->compare == b->compare && a->number == b->number &&
        a->has_glob == b->has_glob;
    default: return true;
    }
}

bool query_equal(const struct query_node *a, const struct query_node *b)
{
    if (!is_same_node(a, b))
        return false;
    for (uint32_t i = 0; i < a->child_count; i++)
        if (!query_equal(a->children[i], b->children[i]))
            return false;
    return true;
}
