#include "query/lint.h"

static bool is_leaf(const struct query_node *node)
{
    return node->kind == QUERY_TERM || node->kind == QUERY_GLOB;
}

/* A glob of stars alone also covers a narrower glob: its stars take the other's wildcards as they take letters. */
static bool leaf_covers(const struct query_node *wide, const struct query_node *narrow)
{
    if (narrow->kind == QUERY_GLOB && (wide->kind == QUERY_TERM || memchr(wide->text.ptr, '?', wide->text.len)))
        return str_equal(wide->text, narrow->text) && wide->kind == narrow->kind;
    return query_leaf_accepts(wide, narrow->text);
}

static bool phrase_holds(const struct query_node *long_phrase, const struct query_node *short_phrase)
{
    for (uint32_t from = 0; from + short_phrase->child_count <= long_phrase->child_count; from++) {
        bool holds = true;
        for (uint32_t i = 0; holds && i < short_phrase->child_count; i++)
            holds = leaf_covers(short_phrase->children[i], long_phrase->children[from + i]);
        if (holds)
            return true;
    }
    return false;
}

static bool any_implies(struct lint *lint, const struct query_node *node, const struct query_node *b)
{
    for (uint32_t i = 0; i < node->child_count; i++)
        if (lint_implies(lint, node->children[i], b))
            return true;
    return false;
}

static bool all_imply(struct lint *lint, const struct query_node *node, const struct query_node *b)
{
    for (uint32_t i = 0; i < node->child_count; i++)
        if (!lint_implies(lint, node->children[i], b))
            return false;
    return true;
}

bool lint_implies(struct lint *lint, const struct query_node *a, const struct query_node *b)
{
    if (lint->comparisons++ >= LINT_MAX_COMPARISONS)
        return false;
    if (b->kind == QUERY_ALL || query_equal(a, b))
        return true;
    if (b->kind == QUERY_OR) {
        for (uint32_t i = 0; i < b->child_count; i++)
            if (lint_implies(lint, a, b->children[i]))
                return true;
    }
    switch (a->kind) {
    case QUERY_TERM:
    case QUERY_GLOB: return is_leaf(b) && leaf_covers(b, a);
    case QUERY_PHRASE: return b->kind == QUERY_PHRASE ? phrase_holds(a, b) : is_leaf(b) && any_implies(lint, a, b);
    case QUERY_AND:
    case QUERY_NEAR:
    case QUERY_FREQ: return any_implies(lint, a, b);
    case QUERY_OR: return all_imply(lint, a, b);
    case QUERY_NOT: return b->kind == QUERY_NOT && lint_implies(lint, b->children[0], a->children[0]);
    default: return false;
    }
}
