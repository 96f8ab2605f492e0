#include "query/near.h"

#include <stdlib.h>

/* A span of one group, as the sweep meets it. */
struct event {
    uint32_t first, last, group;
};

/* The beginnings of chains in one state, over the last window ends: ends ascend, beginnings descend, so the front is the best. */
struct queue {
    uint32_t head, count;
};

enum { NO_CHAIN = -1 };

struct sweep {
    uint32_t      distance, state_count, full_state;
    bool          is_ordered;
    struct queue *queues; /* of each state */
    struct span  *chains; /* state_count rings: first = beginning, last = end */
    uint32_t      ring;   /* of chains: a power of two above distance */
    int64_t      *ending; /* ring over ends, of longest rows: best beginning of each state */
    bool         *is_row_used;
    uint32_t      longest;
};

static struct span *chain_at(struct sweep *sweep, uint32_t state, uint32_t i)
{
    return &sweep->chains[(size_t)state * sweep->ring + ((sweep->queues[state].head + i) & (sweep->ring - 1))];
}

static void drop_before(struct sweep *sweep, uint32_t state, int64_t end)
{
    struct queue *queue = &sweep->queues[state];
    while (queue->count && chain_at(sweep, state, 0)->last < end) {
        queue->head++;
        queue->count--;
    }
}

/* The best beginning of a chain in this state that a span at position may continue. */
static int64_t best_before(struct sweep *sweep, uint32_t state, uint32_t position)
{
    drop_before(sweep, state, (int64_t)position - 1 - sweep->distance);
    return sweep->queues[state].count ? (int64_t)chain_at(sweep, state, 0)->first : NO_CHAIN;
}

static void push(struct sweep *sweep, uint32_t state, uint32_t begin, uint32_t end)
{
    struct queue *queue = &sweep->queues[state];
    drop_before(sweep, state, (int64_t)end - sweep->distance);
    while (queue->count && chain_at(sweep, state, queue->count - 1)->first <= begin)
        queue->count--;
    *chain_at(sweep, state, queue->count) = (struct span){begin, end};
    queue->count++;
}

static void note(struct sweep *sweep, uint32_t state, uint32_t end, int64_t begin)
{
    size_t   row = end % sweep->longest;
    int64_t *cell = &sweep->ending[row * sweep->state_count + state];
    if (begin > *cell)
        *cell = begin;
    sweep->is_row_used[row] = true;
}

static void meet(struct sweep *sweep, const struct event *event)
{
    if (sweep->is_ordered) {
        int64_t begin = event->group == 0 ? (int64_t)event->first : best_before(sweep, event->group - 1, event->first);
        if (begin != NO_CHAIN)
            note(sweep, event->group, event->last, begin);
        return;
    }
    uint32_t own = 1u << event->group;
    note(sweep, own, event->last, event->first);
    for (uint32_t used = 1; used < sweep->full_state; used++) {
        int64_t begin = used & own ? NO_CHAIN : best_before(sweep, used, event->first);
        if (begin != NO_CHAIN)
            note(sweep, used | own, event->last, begin);
    }
}

/* All spans that end at position are known: their chains may be continued from the next position on. */
static void settle(struct sweep *sweep, uint32_t position, struct span_list *runs)
{
    size_t   row = position % sweep->longest;
    int64_t *cells = &sweep->ending[row * sweep->state_count];
    if (!sweep->is_row_used[row])
        return;
    for (uint32_t state = 0; state < sweep->state_count; state++) {
        if (cells[state] == NO_CHAIN)
            continue;
        if (state == sweep->full_state)
            runs->spans[runs->count++] = (struct span){(uint32_t)cells[state], position};
        else
            push(sweep, state, (uint32_t)cells[state], position);
        cells[state] = NO_CHAIN;
    }
    sweep->is_row_used[row] = false;
}

static bool sweep_init(struct sweep *sweep, uint32_t group_count, uint32_t distance, bool is_ordered, uint32_t longest,
                       struct arena *scratch)
{
    require(is_ordered || group_count <= QUERY_MAX_NEAR_GROUPS);
    uint32_t states = is_ordered ? group_count : 1u << group_count;
    size_t   cells = (size_t)longest * states;
    uint32_t ring = 1;
    while (ring <= distance)
        ring *= 2;
    *sweep = (struct sweep){.distance = distance, .state_count = states, .full_state = states - 1,
                            .is_ordered = is_ordered, .longest = longest,
                            .queues = arena_array(scratch, states, sizeof *sweep->queues),
                            .chains = arena_array(scratch, (size_t)states * ring, sizeof *sweep->chains), .ring = ring,
                            .ending = arena_array(scratch, cells, sizeof *sweep->ending),
                            .is_row_used = arena_array(scratch, longest, sizeof *sweep->is_row_used)};
    if (!sweep->queues || !sweep->chains || !sweep->ending || !sweep->is_row_used)
        return false;
    for (size_t i = 0; i < cells; i++)
        sweep->ending[i] = NO_CHAIN;
    return true;
}

/* For each last position of a run the shortest run that ends there, appended to runs. */
static void shortest_by_end(const struct event *events, size_t count, struct sweep *sweep, struct span_list *runs)
{
    uint32_t last = 0;
    for (size_t i = 0; i < count; i++)
        last = events[i].last > last ? events[i].last : last;
    size_t next = 0;
    for (uint32_t position = events[0].first; position <= last; position++) {
        for (; next < count && events[next].first == position; next++)
            meet(sweep, &events[next]);
        settle(sweep, position, runs);
    }
}

static int by_first(const void *a, const void *b)
{
    const struct event *x = a, *y = b;
    return (x->first > y->first) - (x->first < y->first);
}

struct span_list near_runs(const struct span_list *groups, uint32_t group_count, uint32_t distance, bool is_ordered,
                           struct arena *scratch)
{
    struct span_list runs = {0};
    size_t           count = 0;
    uint32_t         longest = 1, last = 0;
    for (uint32_t g = 0; g < group_count; g++) {
        count += groups[g].count;
        for (size_t i = 0; i < groups[g].count; i++) {
            struct span span = groups[g].spans[i];
            longest = span.last - span.first + 1 > longest ? span.last - span.first + 1 : longest;
            last = span.last > last ? span.last : last;
        }
    }
    struct event *events = arena_array(scratch, count, sizeof *events);
    runs.spans = arena_array(scratch, count * 2, sizeof *runs.spans);
    struct sweep sweep;
    if (!events || !runs.spans || !sweep_init(&sweep, group_count, distance, is_ordered, longest, scratch))
        return (struct span_list){0};
    size_t filled = 0;
    for (uint32_t g = 0; g < group_count; g++)
        for (size_t i = 0; i < groups[g].count; i++)
            events[filled++] = (struct event){groups[g].spans[i].first, groups[g].spans[i].last, g};
    qsort(events, count, sizeof *events, by_first);
    shortest_by_end(events, count, &sweep, &runs);

    /* The mirror image: for each first position the shortest run that begins there. */
    size_t forward_count = runs.count;
    if (forward_count == 0)
        return runs;
    for (size_t i = 0; i < count; i++)
        events[i] = (struct event){last - events[i].last, last - events[i].first,
                                   is_ordered ? group_count - 1 - events[i].group : events[i].group};
    qsort(events, count, sizeof *events, by_first);
    memset(sweep.queues, 0, sweep.state_count * sizeof *sweep.queues);
    shortest_by_end(events, count, &sweep, &runs);
    for (size_t i = forward_count; i < runs.count; i++)
        runs.spans[i] = (struct span){last - runs.spans[i].last, last - runs.spans[i].first};
    return span_list_tidy(runs);
}
