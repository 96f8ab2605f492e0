/* Spans of leaves, phrases and OR groups; NEAR is in near.c. */
#include "query/near.h"

#include <stdlib.h>

static struct span_list spans_of_leaf(const struct query_node *leaf, query_positions_fn positions, void *context,
                                      struct arena *scratch)
{
    const uint32_t *at = NULL;
    size_t          count = positions(context, leaf, scratch, &at);
    struct span    *spans = count ? arena_array(scratch, count, sizeof *spans) : NULL;
    if (!spans)
        return (struct span_list){0};
    for (size_t i = 0; i < count; i++)
        spans[i] = (struct span){at[i], at[i]};
    return (struct span_list){spans, count};
}

/* Starts from the places of the first word and keeps those where the next ones follow. */
static struct span_list spans_of_phrase(const struct query_node *phrase, query_positions_fn positions, void *context,
                                        struct arena *scratch)
{
    struct span_list found = spans_of_leaf(phrase->children[0], positions, context, scratch);
    for (uint32_t word = 1; word < phrase->child_count && found.count; word++) {
        const uint32_t *at = NULL;
        size_t          count = positions(context, phrase->children[word], scratch, &at), next = 0, kept = 0;
        for (size_t i = 0; i < found.count; i++) {
            uint32_t wanted = found.spans[i].last + 1;
            while (next < count && at[next] < wanted)
                next++;
            if (next < count && at[next] == wanted)
                found.spans[kept++] = (struct span){found.spans[i].first, wanted};
        }
        found.count = kept;
    }
    return found;
}

static int by_place(const void *a, const void *b)
{
    const struct span *x = a, *y = b;
    if (x->first != y->first)
        return x->first < y->first ? -1 : 1;
    return (x->last > y->last) - (x->last < y->last);
}

struct span_list span_list_tidy(struct span_list list)
{
    if (list.count < 2)
        return list;
    qsort(list.spans, list.count, sizeof *list.spans, by_place);
    size_t kept = 1;
    for (size_t i = 1; i < list.count; i++)
        if (by_place(&list.spans[i], &list.spans[kept - 1]) != 0)
            list.spans[kept++] = list.spans[i];
    list.count = kept;
    return list;
}

static struct span_list spans_of_or(const struct query_node *node, query_positions_fn positions, void *context,
                                    struct arena *scratch)
{
    struct span_list *parts = arena_array(scratch, node->child_count, sizeof *parts), whole = {0};
    if (!parts)
        return whole;
    size_t total = 0, filled = 0;
    for (uint32_t i = 0; i < node->child_count; i++) {
        struct span_list part = query_spans(node->children[i], positions, context, scratch);
        total += part.count;
        if (part.count)
            parts[filled++] = part;
    }
    if (filled == 1)
        return parts[0];
    whole.spans = total ? arena_array(scratch, total, sizeof *whole.spans) : NULL;
    for (size_t i = 0; whole.spans && i < filled; i++) {
        memcpy(whole.spans + whole.count, parts[i].spans, parts[i].count * sizeof *whole.spans);
        whole.count += parts[i].count;
    }
    return span_list_tidy(whole);
}

static struct span_list spans_of_near(const struct query_node *node, query_positions_fn positions, void *context,
                                      struct arena *scratch)
{
    struct span_list *groups = arena_array(scratch, node->child_count, sizeof *groups);
    if (!groups)
        return (struct span_list){0};
    for (uint32_t i = 0; i < node->child_count; i++) {
        groups[i] = query_spans(node->children[i], positions, context, scratch);
        if (groups[i].count == 0)
            return (struct span_list){0};
    }
    return near_runs(groups, node->child_count, node->distance, node->is_ordered, scratch);
}

struct span_list query_spans(const struct query_node *node, query_positions_fn positions, void *context,
                             struct arena *scratch)
{
    switch (node->kind) {
    case QUERY_TERM:
    case QUERY_GLOB: return spans_of_leaf(node, positions, context, scratch);
    case QUERY_PHRASE: return spans_of_phrase(node, positions, context, scratch);
    case QUERY_OR: return spans_of_or(node, positions, context, scratch);
    case QUERY_NEAR: return spans_of_near(node, positions, context, scratch);
    default: return (struct span_list){0};
    }
}
