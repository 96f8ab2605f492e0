/* The numbers of a comparison, against counts made by hand and by lot. */
#include "check.h"

#include "base/clock.h"
#include "base/rng.h"
#include "tool/tool.h"

#include <math.h>

#define NEVER INT64_MAX
#define SOMETIME INT64_MIN

/* When each of three sides saw each post of these; published at 100 s. */
static const struct row {
    uint64_t copy_hash;
    int64_t  seen_s[3];
    uint32_t times[3];
} rows[] = {
    {1, {101, 103, NEVER}, {1, 2, 0}},  {1, {105, 104, NEVER}, {1, 1, 0}}, {2, {110, NEVER, NEVER}, {1, 0, 0}},
    {3, {NEVER, 120, SOMETIME}, {0, 1, 3}}, {0, {NEVER, NEVER, SOMETIME}, {0, 0, 1}}, {1, {90, NEVER, NEVER}, {1, 0, 0}},
    {4, {NEVER, NEVER, NEVER}, {0, 0, 0}},
};
enum { ROWS = sizeof rows / sizeof *rows };

static void fill(struct tool_find finds[ROWS])
{
    memset(finds, 0, ROWS * sizeof *finds);
    for (size_t i = 0; i < ROWS; i++) {
        finds[i].post = i + 1;
        finds[i].copy_hash = rows[i].copy_hash;
        finds[i].at_us = 100 * CLOCK_SECOND_US;
        for (size_t side = 0; side < TOOL_COMPARED_MAX; side++) {
            int64_t seen = side < 3 ? rows[i].seen_s[side] : NEVER;
            finds[i].by[side].seen_us = seen == NEVER || seen == SOMETIME ? seen : seen * CLOCK_SECOND_US;
            finds[i].by[side].times = side < 3 ? rows[i].times[side] : 0;
        }
    }
}

static struct tool_comparison of(size_t sides)
{
    return (struct tool_comparison){.since_us = 0, .until_us = 100 * CLOCK_DAY_US, .side_count = sides,
                                    .sides = {{.cost_cents = 12000}, {.cost_cents = -1}, {.cost_cents = 0}}};
}

static void finds_are_counted(void **state)
{
    (void)state;
    struct tool_find       finds[ROWS];
    struct tool_comparison comparison = of(3);
    struct tool_result     result;
    struct error           error = {0};
    fill(finds);
    check_ok(tool_compare(&comparison, finds, ROWS, NULL, 0, &result, &error), error, "three sides");
    static const struct {
        uint64_t finds, unique, duplicates, copies, timed, first, raced;
        int64_t  lag_s, lag_90_s;
    } wanted[3] = {{4, 2, 0, 2, 4, 1, 2, 1, 10}, {3, 0, 1, 1, 3, 1, 2, 4, 20}, {2, 1, 2, 0, 0, 0, 0, -1, -1}};
    assert_int_equal(result.matched, 7);
    assert_int_equal(result.found, 6);
    for (size_t i = 0; i < 3; i++) {
        const struct tool_side_result *side = &result.sides[i];
        check(side->finds == wanted[i].finds && side->unique == wanted[i].unique && side->duplicates == wanted[i].duplicates, "side %zu", i);
        check(side->copies == wanted[i].copies && side->timed == wanted[i].timed, "side %zu: copies %d", i, (int)side->copies);
        check(side->first == wanted[i].first && side->raced == wanted[i].raced, "side %zu: first %d", i, (int)side->first);
        check(side->lag_us == (wanted[i].lag_s < 0 ? -1 : wanted[i].lag_s * CLOCK_SECOND_US), "side %zu: lag %lld", i, (long long)side->lag_us);
        check(side->lag_90_us == (wanted[i].lag_90_s < 0 ? -1 : wanted[i].lag_90_s * CLOCK_SECOND_US), "side %zu", i);
    }
    static const uint64_t both[3][3] = {{4, 2, 0}, {2, 3, 1}, {0, 1, 2}};
    for (size_t i = 0; i < 3; i++)
        for (size_t k = 0; k < 3; k++)
            check(result.both[i][k] == both[i][k], "%zu and %zu", i, k);
    check(isnan(result.out_there), "three sides have no estimate of two");
}

static void no_posts_are_no_numbers(void **state)
{
    (void)state;
    struct tool_comparison comparison = of(2);
    struct tool_result     result;
    struct error           error = {0};
    check_ok(tool_compare(&comparison, NULL, 0, NULL, 0, &result, &error), error, "nothing");
    check(result.sides[0].lag_us == -1 && isnan(result.sides[0].precision.value) && isnan(result.sides[0].cost_each), "nothing is known");
}

/* 100 posts by both, 50 by one alone, 25 by the other: (151 * 126 / 101) - 1. */
static void what_is_out_there_is_estimated(void **state)
{
    (void)state;
    static struct tool_find finds[175];
    struct tool_comparison  comparison = of(2);
    struct tool_result      result;
    struct error            error = {0};
    for (size_t i = 0; i < 175; i++) {
        finds[i].post = i;
        for (size_t side = 0; side < TOOL_COMPARED_MAX; side++)
            finds[i].by[side].seen_us = (side == 0 && i < 150) || (side == 1 && (i < 100 || i >= 150)) ? SOMETIME : NEVER;
    }
    check_ok(tool_compare(&comparison, finds, 175, NULL, 0, &result, &error), error, "two sides");
    check(fabs(result.out_there - 187.3762) < 1e-3, "%f", result.out_there);
    check(result.out_there_low >= 175 && result.out_there_high > result.out_there, "%f to %f", result.out_there_low, result.out_there_high);
    for (size_t i = 6; i < 100; i++) /* now they share six */
        finds[i].by[1].seen_us = NEVER;
    check_ok(tool_compare(&comparison, finds, 175, NULL, 0, &result, &error), error, "too few");
    check(isnan(result.out_there), "six shared finds say nothing");
}

static void labels_become_precision_and_cost(void **state)
{
    (void)state;
    static struct tool_find    finds[200];
    static struct tool_sampled sample[50];
    struct tool_comparison     comparison = of(2);
    struct tool_result         result;
    struct error               error = {0};
    for (size_t i = 0; i < 200; i++)
        for (size_t side = 0; side < TOOL_COMPARED_MAX; side++)
            finds[i].by[side].seen_us = side == 0 || (side == 1 && i < 20) ? SOMETIME : NEVER;
    for (size_t i = 0; i < 50; i++) /* 40 sure for the first side: 30 relevant; 5 split, 5 that were drawn for the second alone */
        sample[i] = (struct tool_sampled){.sides = i < 10 ? 3 : 1, .drawn = i < 45 ? 1 : 2, .relevant = i < 30 || i >= 40,
                                          .not_relevant = (i >= 30 && i < 45)};
    check_ok(tool_compare(&comparison, finds, 200, sample, 50, &result, &error), error, "labels");
    const struct tool_side_result *side = &result.sides[0];
    assert_int_equal(side->precision.k, 30);
    assert_int_equal(side->precision.n, 40);
    assert_int_equal(side->unique_precision.k, 20);
    assert_int_equal(side->unique_precision.n, 30);
    check(fabs(side->useful - 150) < 1e-9 && side->useful_low < 150 && side->useful_high > 150, "%f", side->useful);
    double cost = 12000.0 * 100 / (365.25 / 12);
    check(fabs(side->cost_cents - cost) < 1e-6 && fabs(side->cost_each - cost / 150) < 1e-9, "%f", side->cost_each);
    check(side->cost_each_low < side->cost_each && side->cost_each_high > side->cost_each, "an interval");
    check(isnan(result.sides[1].useful), "five labels are too few");
    comparison.sides[0].cost_cents = -1;
    check_ok(tool_compare(&comparison, finds, 200, sample, 50, &result, &error), error, "no cost");
    check(isnan(result.sides[0].cost_each), "what is not written down is not free");
}

/* Each side's draw is of its own finds, full, and fair: over many seeds each find is drawn about equally often. */
static void the_draw_is_fair(void **state)
{
    (void)state;
    enum { POSTS = 300, ROUNDS = 400 };
    static struct tool_find finds[POSTS];
    static unsigned         drawn_often[POSTS];
    for (size_t i = 0; i < POSTS; i++) {
        finds[i].post = i * 7919 + 13;
        for (size_t side = 0; side < TOOL_COMPARED_MAX; side++)
            finds[i].by[side].seen_us = (side == 0 && i < 200) || (side == 1 && i >= 190) ? SOMETIME : NEVER;
    }
    for (uint64_t seed = 0; seed < ROUNDS; seed++) {
        struct arena arena = {0};
        struct error error = {0};
        size_t      *indexes, count, each[2] = {0};
        uint32_t    *drawn;
        check_ok(tool_draw(finds, POSTS, 2, seed, &arena, &indexes, &drawn, &count, &error), error, "seed %d", (int)seed);
        for (size_t i = 0; i < count; i++) {
            for (size_t side = 0; side < 2; side++) {
                bool is_drawn = drawn[i] >> side & 1;
                check(!is_drawn || finds[indexes[i]].by[side].seen_us == SOMETIME, "drawn for a side that did not find it");
                each[side] += is_drawn;
            }
            drawn_often[indexes[i]] += drawn[i] & 1;
        }
        check(each[0] == TOOL_SAMPLE_EACH && each[1] == TOOL_SAMPLE_EACH, "%zu and %zu", each[0], each[1]);
        arena_fini(&arena);
    }
    for (size_t i = 0; i < 200; i++) /* 100 of 400 expected; five standard deviations are 43 */
        check(drawn_often[i] > 57 && drawn_often[i] < 143, "post %zu was drawn %u times of %d", i, drawn_often[i], ROUNDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_are_counted), cmocka_unit_test(no_posts_are_no_numbers), cmocka_unit_test(what_is_out_there_is_estimated),
        cmocka_unit_test(labels_become_precision_and_cost), cmocka_unit_test(the_draw_is_fair),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
