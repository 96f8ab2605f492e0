/* A fair draw: ranks are drawn first, out of as many as there are matches in order of time, and then the posts of those ranks are looked up.
 * Timelines count matches without touching posts, so that they lead from a rank to its day, from there to its minute, and only the posts
 * of that minute are read. */
#include "topic/craft.h"

#include "base/clock.h"
#include "base/rng.h"

#include <stdlib.h>

enum { READ_AT_ONCE = 64, PAGE = 1000 };

struct draw {
    struct archive_snapshot *snapshot;
    const struct query_node *root;
    struct arena            *arena;
    const uint64_t          *ranks; /* ascending */
    size_t                   wanted;
    struct str              *ids;
    size_t                   found;
    struct error            *error;
};

static const struct query_node *between(struct arena *arena, const struct query_node *root, int64_t since_us, int64_t until_us)
{
    const struct query_node *node = root;
    if (since_us > INT64_MIN)
        node = topic_tree_and(arena, node, topic_tree_field(arena, FIELD_SINCE, since_us));
    if (until_us < INT64_MAX && node)
        node = topic_tree_and(arena, node, topic_tree_field(arena, FIELD_UNTIL, until_us));
    return node;
}

static enum error_code no_memory(struct error *error)
{
    return error_set(error, ERROR_MEMORY, "no memory to draw a sample");
}

/* Reads the matches of [since, until), the first of which has this rank, and takes those that were drawn. */
static enum error_code take(struct draw *draw, int64_t since_us, int64_t until_us, uint64_t rank, uint64_t count)
{
    const struct query_node *node = between(draw->arena, draw->root, since_us, until_us);
    struct str               cursor = {0};
    uint64_t                 end = rank + count;
    if (!node)
        return no_memory(draw->error);
    while (draw->found < draw->wanted && draw->ranks[draw->found] < end) {
        struct archive_page page;
        enum error_code     code = archive_posts(draw->snapshot, node, ARCHIVE_OLDEST, count < PAGE ? (size_t)count : PAGE, cursor,
                                                 draw->arena, &page, draw->error);
        if (code)
            return code;
        for (size_t i = 0; i < page.count; i++, rank++)
            if (draw->found < draw->wanted && draw->ranks[draw->found] == rank) {
                if (!(draw->ids[draw->found++] = arena_str(draw->arena, page.posts[i].id)).ptr)
                    return no_memory(draw->error);
            }
        cursor = page.next_cursor;
        if (cursor.len == 0)
            break;
    }
    return ERROR_NONE;
}

static enum error_code take_day(struct draw *draw, int64_t day_us, uint64_t rank, uint64_t count)
{
    struct archive_bucket   *minutes;
    size_t                   minute_count;
    const struct query_node *node = between(draw->arena, draw->root, day_us, day_us + CLOCK_DAY_US);
    if (count <= READ_AT_ONCE)
        return take(draw, day_us, day_us + CLOCK_DAY_US, rank, count);
    if (!node)
        return no_memory(draw->error);
    enum error_code code = archive_timeline(draw->snapshot, node, CLOCK_MINUTE_US, draw->arena, &minutes, &minute_count, draw->error);
    for (size_t i = 0; !code && i < minute_count && draw->found < draw->wanted; rank += minutes[i++].count)
        if (draw->ranks[draw->found] < rank + minutes[i].count)
            code = take(draw, minutes[i].at_us, minutes[i].at_us + CLOCK_MINUTE_US, rank, minutes[i].count);
    return code;
}

static int order_of_ranks(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

/* `wanted` different ranks below `all`, each set of them equally likely (R. W. Floyd's algorithm, Communications of the ACM 30, 1987). */
static uint64_t *draw_ranks(struct rng *rng, uint64_t all, size_t wanted, struct arena *arena)
{
    uint64_t *ranks = arena_array(arena, wanted + 1, sizeof *ranks);
    for (size_t i = 0; ranks && i < wanted; i++) {
        uint64_t highest = all - wanted + i, rank = rng_below(rng, highest + 1);
        for (size_t k = 0; k < i; k++)
            if (ranks[k] == rank) {
                rank = highest;
                break;
            }
        ranks[i] = rank;
    }
    if (ranks)
        qsort(ranks, wanted, sizeof *ranks, order_of_ranks);
    return ranks;
}

static void shuffle(struct rng *rng, struct str *ids, size_t count)
{
    for (size_t i = count; i > 1; i--) {
        size_t     other = (size_t)rng_below(rng, i);
        struct str kept = ids[i - 1];
        ids[i - 1] = ids[other];
        ids[other] = kept;
    }
}

enum error_code topic_draw(struct archive_snapshot *snapshot, const struct query_node *root, int64_t since_us, int64_t until_us,
                           size_t wanted, uint64_t seed, struct arena *arena, struct str **ids_out, size_t *count_out,
                           uint64_t *population_out, struct error *error)
{
    struct draw            draw = {.snapshot = snapshot, .arena = arena, .error = error};
    struct archive_bucket *days;
    size_t                 day_count;
    uint64_t               all = 0, rank = 0;
    struct rng             rng;
    *count_out = 0;
    if (!(draw.root = between(arena, root, since_us, until_us)))
        return no_memory(error);
    enum error_code code = archive_timeline(snapshot, draw.root, CLOCK_DAY_US, arena, &days, &day_count, error);
    if (code)
        return code;
    for (size_t i = 0; i < day_count; i++)
        all += days[i].count;
    *population_out = all;
    rng_seed(&rng, seed);
    draw.wanted = all < wanted ? (size_t)all : wanted;
    draw.ranks = draw_ranks(&rng, all, draw.wanted, arena);
    draw.ids = arena_array(arena, draw.wanted + 1, sizeof *draw.ids);
    if (!draw.ranks || !draw.ids)
        return no_memory(error);
    for (size_t i = 0; !code && i < day_count && draw.found < draw.wanted; rank += days[i++].count)
        if (draw.ranks[draw.found] < rank + days[i].count)
            code = take_day(&draw, days[i].at_us, rank, days[i].count);
    if (code)
        return code;
    shuffle(&rng, draw.ids, draw.found);
    *ids_out = draw.ids;
    *count_out = draw.found;
    return ERROR_NONE;
}
