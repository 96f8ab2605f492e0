#include "tool/keep.h"

#include "base/clock.h"
#include "base/hash.h"
#include "text/tone.h"

#include <math.h>
#include <stdlib.h>

static bool is_found(const struct tool_find *find, size_t side)
{
    return find->by[side].seen_us != INT64_MAX;
}

static bool is_timed(const struct tool_find *find, size_t side)
{
    return is_found(find, side) && find->by[side].seen_us != INT64_MIN;
}

static int by_number(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

static int by_hash(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

/* ---- What each found ---- */

static void count_find(const struct tool_find *find, size_t side_count, struct tool_result *result)
{
    size_t finders = 0, timed = 0, first = 0;
    for (size_t i = 0; i < side_count; i++) {
        finders += is_found(find, i);
        if (is_timed(find, i) && (timed++ == 0 || find->by[i].seen_us < find->by[first].seen_us))
            first = i;
    }
    result->matched++;
    result->found += finders > 0;
    for (size_t i = 0; i < side_count; i++) {
        struct tool_side_result *side = &result->sides[i];
        if (!is_found(find, i))
            continue;
        side->finds++;
        side->unique += finders == 1;
        side->duplicates += find->by[i].times > 1 ? find->by[i].times - 1 : 0;
        side->timed += is_timed(find, i);
        side->raced += is_timed(find, i) && timed > 1;
        side->first += timed > 1 && first == i && is_timed(find, i);
        for (size_t k = 0; k < side_count; k++)
            result->both[i][k] += is_found(find, k);
    }
}

/* Finds that say what another one says: all but one of each text. */
static uint64_t count_copies(const struct tool_find *finds, size_t count, size_t side, uint64_t *hashes)
{
    size_t   n = 0;
    uint64_t copies = 0;
    for (size_t i = 0; i < count; i++)
        if (is_found(&finds[i], side) && finds[i].copy_hash)
            hashes[n++] = finds[i].copy_hash;
    qsort(hashes, n, sizeof *hashes, by_hash);
    for (size_t i = 1; i < n; i++)
        copies += hashes[i] == hashes[i - 1];
    return copies;
}

static void measure_lag(const struct tool_find *finds, size_t count, size_t side, int64_t *lags, struct tool_side_result *result)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        if (is_timed(&finds[i], side)) /* a clock that is ahead is no lag */
            lags[n++] = finds[i].by[side].seen_us > finds[i].at_us ? finds[i].by[side].seen_us - finds[i].at_us : 0;
    result->lag_us = result->lag_90_us = -1;
    if (n == 0)
        return;
    qsort(lags, n, sizeof *lags, by_number);
    result->lag_us = lags[(n - 1) / 2];
    result->lag_90_us = lags[(n * 9 + 9) / 10 - 1];
}

/* ---- What it is worth ---- */

static struct tool_share share_of(uint64_t k, uint64_t n)
{
    struct tool_share share = {.k = k, .n = n, .value = n ? (double)k / (double)n : NAN, .low = NAN, .high = NAN};
    tone_wilson(k, n, &share.low, &share.high);
    return share;
}

static void judge(const struct tool_sampled *sample, size_t sample_count, size_t side, struct tool_side_result *result)
{
    uint64_t relevant = 0, sure = 0, unique_relevant = 0, unique_sure = 0;
    uint32_t bit = 1u << side;
    for (size_t i = 0; i < sample_count; i++) {
        const struct tool_sampled *post = &sample[i];
        if (!(post->drawn & bit) || post->relevant == post->not_relevant) /* not of this side's draw, or nobody is sure, or split */
            continue;
        bool is_relevant = post->relevant > post->not_relevant, is_unique = post->sides == bit;
        sure++;
        relevant += is_relevant;
        unique_sure += is_unique;
        unique_relevant += is_unique && is_relevant;
    }
    result->precision = share_of(relevant, sure);
    result->unique_precision = share_of(unique_relevant, unique_sure);
}

static void price(const struct tool_comparison *comparison, size_t side, struct tool_side_result *result)
{
    const double month_us = 365.25 / 12 * (double)CLOCK_DAY_US;
    double       finds = (double)result->finds, months = (double)(comparison->until_us - comparison->since_us) / month_us;
    bool         is_known = result->precision.n >= TOOL_LEAST_SURE;
    result->useful = is_known ? finds * result->precision.value : NAN;
    result->useful_low = is_known ? finds * result->precision.low : NAN;
    result->useful_high = is_known ? finds * result->precision.high : NAN;
    result->cost_cents = comparison->sides[side].cost_cents >= 0 ? (double)comparison->sides[side].cost_cents * months : NAN;
    result->cost_each = result->useful > 0 ? result->cost_cents / result->useful : NAN;
    result->cost_each_low = result->useful_high > 0 ? result->cost_cents / result->useful_high : NAN;
    result->cost_each_high = result->useful_low > 0 ? result->cost_cents / result->useful_low : NAN;
}

/* Chapman's estimator for two sides, with Seber's variance and a normal interval. */
enum { LEAST_SHARED = 7 };
static void estimate(struct tool_result *result)
{
    double a = (double)result->both[0][0], b = (double)result->both[1][1], m = (double)result->both[0][1];
    if (m < LEAST_SHARED)
        return;
    double all = (a + 1) * (b + 1) / (m + 1) - 1;
    double variance = (a + 1) * (b + 1) * (a - m) * (b - m) / ((m + 1) * (m + 1) * (m + 2)), half = 1.959963984540054 * sqrt(variance);
    double least = a + b - m; /* so many were seen */
    result->out_there = all;
    result->out_there_low = all - half > least ? all - half : least;
    result->out_there_high = all + half;
}

enum error_code tool_compare(const struct tool_comparison *comparison, const struct tool_find *finds, size_t count, const struct tool_sampled *sample,
                             size_t sample_count, struct tool_result *result_out, struct error *error)
{
    int64_t *numbers = calloc(count + 1, sizeof *numbers); /* lags, then hashes */
    *result_out = (struct tool_result){.out_there = NAN, .out_there_low = NAN, .out_there_high = NAN};
    if (!numbers)
        return tool_no_memory(error);
    for (size_t i = 0; i < count; i++)
        count_find(&finds[i], comparison->side_count, result_out);
    for (size_t i = 0; i < comparison->side_count; i++) {
        struct tool_side_result *side = &result_out->sides[i];
        measure_lag(finds, count, i, numbers, side);
        side->copies = count_copies(finds, count, i, (uint64_t *)numbers);
        judge(sample, sample_count, i, side);
        price(comparison, i, side);
    }
    if (comparison->side_count == 2)
        estimate(result_out);
    free(numbers);
    return ERROR_NONE;
}

/* ---- Which to label ---- */

struct ranked {
    uint64_t rank;
    size_t   index;
    uint32_t drawn;
};

static int by_rank(const void *a, const void *b)
{
    const struct ranked *left = a, *right = b;
    return left->rank != right->rank ? (left->rank > right->rank) - (left->rank < right->rank)
                                     : (left->index > right->index) - (left->index < right->index);
}

enum error_code tool_draw(const struct tool_find *finds, size_t count, size_t side_count, uint64_t seed, struct arena *arena, size_t **indexes_out,
                          uint32_t **drawn_out, size_t *drawn_count_out, struct error *error)
{
    size_t         taken[TOOL_COMPARED_MAX] = {0}, most = side_count * TOOL_SAMPLE_EACH;
    struct ranked *ranked = calloc(count + 1, sizeof *ranked);
    *indexes_out = arena_array(arena, most, sizeof **indexes_out);
    *drawn_out = arena_array(arena, most, sizeof **drawn_out);
    *drawn_count_out = 0;
    if (!ranked || !*indexes_out || !*drawn_out) {
        free(ranked);
        return tool_no_memory(error);
    }
    for (size_t i = 0; i < count; i++)
        ranked[i] = (struct ranked){hash_mix(seed, finds[i].post), i, 0};
    qsort(ranked, count, sizeof *ranked, by_rank);
    for (size_t i = 0; i < count; i++) {
        for (size_t side = 0; side < side_count; side++)
            if (is_found(&finds[ranked[i].index], side) && taken[side] < TOOL_SAMPLE_EACH) {
                ranked[i].drawn |= 1u << side;
                taken[side]++;
            }
        if (!ranked[i].drawn)
            continue;
        (*indexes_out)[*drawn_count_out] = ranked[i].index;
        (*drawn_out)[(*drawn_count_out)++] = ranked[i].drawn;
    }
    free(ranked);
    return ERROR_NONE;
}
