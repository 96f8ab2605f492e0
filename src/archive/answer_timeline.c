/* How many posts match in each bucket of time. Documents are in order of time, so a bucket is a range of documents and its count the
 * difference of two ranks: no document is looked at. */
#include "archive/answer.h"
#include "base/clock.h"

#include <stdlib.h>

struct timeline {
    int64_t                first_us, width_us; /* start of the first bucket */
    struct archive_bucket *buckets;
    size_t                 count;
};

/* ---- From the first match to the last ---- */

static enum error_code find_ends(struct answer *answer, int64_t *first_us_out, int64_t *last_us_out, struct error *error)
{
    *first_us_out = INT64_MAX;
    *last_us_out = INT64_MIN;
    for (uint32_t i = 0; i < answer->snapshot->part_count; i++) {
        struct column times;
        if (roaring_bitmap_is_empty(answer->matches[i]))
            continue;
        if (segment_column(answer->snapshot->parts[i].segment, SEGMENT_AT, &times, error))
            return error->code;
        int64_t first_us = column_get_i64(&times, roaring_bitmap_minimum(answer->matches[i]));
        int64_t last_us = column_get_i64(&times, roaring_bitmap_maximum(answer->matches[i]));
        *first_us_out = first_us < *first_us_out ? first_us : *first_us_out;
        *last_us_out = last_us > *last_us_out ? last_us : *last_us_out;
    }
    return ERROR_NONE;
}

static enum error_code make_buckets(struct timeline *timeline, int64_t first_us, int64_t last_us, struct arena *arena, struct error *error)
{
    /* Without sign, differences cannot overflow. */
    timeline->first_us = clock_floor(first_us, timeline->width_us);
    uint64_t count = ((uint64_t)last_us - (uint64_t)timeline->first_us) / (uint64_t)timeline->width_us + 1;
    if (count > ARCHIVE_MAX_BUCKETS)
        return error_set(error, ERROR_TOO_LARGE, "the timeline would have %llu buckets; at most %d are told", (unsigned long long)count,
                         ARCHIVE_MAX_BUCKETS);
    timeline->count = (size_t)count;
    timeline->buckets = arena_array(arena, timeline->count, sizeof *timeline->buckets);
    if (!timeline->buckets)
        return error_set(error, ERROR_MEMORY, "no memory for a timeline of %zu buckets", timeline->count);
    for (size_t i = 0; i < timeline->count; i++)
        timeline->buckets[i].at_us = timeline->first_us + (int64_t)i * timeline->width_us;
    return ERROR_NONE;
}

/* ---- Counting ---- */

static size_t bucket_of(const struct timeline *timeline, int64_t at_us)
{
    return (size_t)(((uint64_t)at_us - (uint64_t)timeline->first_us) / (uint64_t)timeline->width_us);
}

/* Few matches: each says itself where it belongs. They come in order of time, so most need no division. */
static void count_each(const struct timeline *timeline, const roaring_bitmap_t *matches, const struct column *times)
{
    struct document_walk walk;
    uint32_t             doc;
    size_t               bucket = 0;
    document_walk_init(&walk, matches);
    while (document_next(&walk, &doc)) {
        int64_t at_us = column_get_i64(times, doc);
        if ((uint64_t)at_us - (uint64_t)timeline->buckets[bucket].at_us >= (uint64_t)timeline->width_us)
            bucket = bucket_of(timeline, at_us);
        timeline->buckets[bucket].count++;
    }
}

/* The first document of [at, end) that is not before time_us: doubling steps, then halving, because the next edge is never far. */
static uint32_t next_edge(const struct column *times, uint32_t at, uint32_t end, int64_t time_us)
{
    uint32_t step = 1;
    while (step < end - at && column_get_i64(times, at + step - 1) < time_us)
        at += step, step *= 2;
    uint32_t high = step < end - at ? at + step : end;
    while (at < high) {
        uint32_t middle = at + (high - at) / 2;
        if (column_get_i64(times, middle) < time_us)
            at = middle + 1;
        else
            high = middle;
    }
    return at;
}

static enum error_code count_by_ranks(const struct timeline *timeline, const roaring_bitmap_t *matches, const struct column *times,
                                      struct error *error)
{
    uint32_t  at = roaring_bitmap_minimum(matches), end = roaring_bitmap_maximum(matches) + 1;
    size_t    first = bucket_of(timeline, column_get_i64(times, at));
    size_t    count = bucket_of(timeline, column_get_i64(times, end - 1)) - first + 1;
    uint32_t *edges = calloc(count, sizeof *edges); /* the end of each bucket that this part has */
    uint64_t *ranks = calloc(count, sizeof *ranks), before = 0;
    if (edges && ranks) {
        for (size_t i = 0; i < count; i++) {
            edges[i] = at = i + 1 == count ? end : next_edge(times, at, end, timeline->buckets[first + i + 1].at_us);
        }
        documents_ranks(matches, edges, count, ranks);
        for (size_t i = 0; i < count; i++) {
            timeline->buckets[first + i].count += ranks[i] - before;
            before = ranks[i];
        }
    }
    bool has_memory = edges && ranks;
    free(edges);
    free(ranks);
    return has_memory ? ERROR_NONE : error_set(error, ERROR_MEMORY, "no memory for a timeline of %zu buckets", count);
}

static enum error_code count_part(const struct timeline *timeline, const struct snapshot_part *part, const roaring_bitmap_t *matches,
                                  struct error *error)
{
    struct column times;
    uint64_t      count = roaring_bitmap_get_cardinality(matches);
    if (count == 0)
        return ERROR_NONE;
    if (segment_column(part->segment, SEGMENT_AT, &times, error))
        return error->code;
    if (count / 4 > timeline->count)
        return count_by_ranks(timeline, matches, &times, error);
    count_each(timeline, matches, &times);
    return ERROR_NONE;
}

static enum error_code count_all(struct answer *answer, struct timeline *timeline, struct arena *arena, struct error *error)
{
    int64_t first_us, last_us;
    if (find_ends(answer, &first_us, &last_us, error))
        return error->code;
    if (first_us > last_us)
        return ERROR_NONE;
    if (make_buckets(timeline, first_us, last_us, arena, error))
        return error->code;
    for (uint32_t i = 0; i < answer->snapshot->part_count; i++)
        if (count_part(timeline, &answer->snapshot->parts[i], answer->matches[i], error))
            return error->code;
    return ERROR_NONE;
}

enum error_code archive_timeline(struct archive_snapshot *snapshot, const struct query_node *root, int64_t width_us, struct arena *arena,
                                 struct archive_bucket **buckets_out, size_t *count_out, struct error *error)
{
    struct answer   answer;
    struct timeline timeline = {.width_us = width_us};
    error = error ? error : &(struct error){0};
    *buckets_out = NULL;
    *count_out = 0;
    if (width_us <= 0)
        return error_set(error, ERROR_INVALID, "a bucket's width must be more than zero, not %lld microseconds", (long long)width_us);
    enum error_code code = answer_begin(&answer, snapshot, root, error);
    if (!code)
        code = count_all(&answer, &timeline, arena, error);
    if (!code) {
        *buckets_out = timeline.buckets;
        *count_out = timeline.count;
    }
    answer_end(&answer);
    return code;
}
