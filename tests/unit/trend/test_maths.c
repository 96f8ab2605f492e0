/* The formulas against values computed another way. */
#include "check.h"

#include "trend/counter.h"
#include "trend/cusum.h"
#include "trend/deviance.h"
#include "trend/detect.h"
#include "trend/growth.h"

#include <math.h>

static bool is_near(double a, double b, double tolerance)
{
    return fabs(a - b) <= tolerance;
}

/* Wanted: sqrt(2 (log-likelihood at mu = x less log-likelihood at mu)) of the negative binomial with lgamma, in Python. */
static void deviance_is_the_root_of_twice_the_likelihood_ratio(void **state)
{
    (void)state;
    static const struct { double x, mu, size, z; } rows[] = {
        {5, 0.1, 10, 5.2206}, {20, 10, 10, 1.8434}, {60, 20, 10, 3.6348}, {200, 100, 10, 2.3823}, {4, 0.05, 10, 5.0769},
        {2, 8, 10, -2.0460}, {0, 3, 10, -2.2907}, {7, 7, 10, 0}, {20, 10, 1e9, 2.7795} /* Poisson's limit */,
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double z = deviance_z(rows[i].x, rows[i].mu, rows[i].size);
        check(is_near(z, rows[i].z, 2e-4), "row %zu: x %g mu %g size %g gives %.5f, not %.5f", i, rows[i].x, rows[i].mu, rows[i].size, z,
              rows[i].z);
    }
}

static void nothing_seen_in_nothing_leaves_everything_possible(void **state)
{
    (void)state;
    check(isinf(deviance_unseen_share(0)), "no exposure");
    check(is_near(deviance_unseen_share(2000), 0.0005, 1e-12), "2000 posts");
}

/* Wanted: z^2 - 2 k ln 2 for a window 2^k times shorter than the longest. */
static void short_windows_pay(void **state)
{
    (void)state;
    check(is_near(detect_paid(5, COUNTER_LEVELS - 1), 5, 1e-9), "the longest pays nothing");
    check(is_near(detect_paid(5, COUNTER_LEVELS - 5), sqrt(25 - 8 * log(2)), 1e-9), "sixteen times shorter");
    check(detect_paid(2, 0) == 0, "never below zero");
}

/* Wanted: maximum likelihood by ternary search over g, in Python. */
static void growth_is_the_maximum_of_the_likelihood(void **state)
{
    (void)state;
    static const struct { double counts[8]; size_t count; double g, se; } rows[] = {
        {{1, 2, 4, 8, 16}, 5, 1.38629, 0.33244}, /* doubles each half hour */
        {{5, 5, 5, 5}, 4, 0, 0.4},
        {{8, 4, 2, 1}, 4, -1.38629, 0.55613},
        {{0, 1, 0, 3, 2, 7, 9, 12}, 8, 1.00735, 0.20953},
        {{1, 0, 0, 0, 0, 0, 0, 9}, 8, 1.76304, 0.58946},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct growth growth = growth_fit(rows[i].counts, rows[i].count, 0.5);
        check(is_near(growth.per_h, rows[i].g, 1e-4) && is_near(growth.se, rows[i].se, 1e-4), "row %zu: %.5f +- %.5f", i, growth.per_h,
              growth.se);
    }
}

static void growth_says_nothing_from_too_little(void **state)
{
    (void)state;
    static const struct { double counts[8]; size_t count; } rows[] = {
        {{0}, 0}, {{9, 9}, 2}, {{1, 1, 1, 1}, 4}, {{0, 0, 0, 50}, 4}, {{0, 0, 0, 0, 0, 0, 0, 0}, 8},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct growth growth = growth_fit(rows[i].counts, rows[i].count, 1);
        check(isnan(growth.per_h) && isnan(growth.se), "row %zu: %g", i, growth.per_h);
    }
}

/* Wanted by hand: with rho 10 a voice adds 2.303; with a mean of 0.01 a minute a minute takes 0.09, so a stray voice is forgotten
 * after 25.6 minutes. */
static void the_start_is_the_first_voice_after_the_last_zero(void **state)
{
    (void)state;
    static const struct { int64_t at[8]; size_t count, start; } rows[] = {
        {{0}, 1, 0},
        {{0, 10, 12, 13}, 4, 0},
        {{0, 30, 31, 33, 35}, 5, 1},         /* the stray voice at 0 is forgotten */
        {{0, 20, 42, 80, 81, 82}, 6, 3},     /* 4.6 - 1.8 - 1.98 + 2.3 = 3.1, gone after 34 more minutes */
        {{0, 5, 6, 200, 201, 202, 203}, 7, 3}, /* an earlier little burst */
        {{7, 7, 7, 7}, 4, 0},                /* equal times */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t start = cusum_start(rows[i].at, NULL, rows[i].count, 0.01, 10);
        check(start == rows[i].start, "row %zu: %zu, not %zu", i, start, rows[i].start);
    }
}

/* Wanted: counts over the same minutes, kept in a plain array. */
static void windows_hold_what_a_plain_count_holds(void **state)
{
    (void)state;
    enum { MINUTES = 20000, FIRST = 23000000 };
    static double counts[MINUTES];
    struct counter counter = {0};
    uint32_t       seed = 7;
    for (uint32_t minute = 0; minute < MINUTES; minute++) {
        seed = seed * 1664525 + 1013904223;
        if (seed >> 28 == 0)
            minute += seed % 500; /* gaps */
        if (minute >= MINUTES)
            break;
        counts[minute] = seed >> 30;
        counter_add(&counter, FIRST + minute, counts[minute]);
        for (int level = 0; level < COUNTER_LEVELS && minute % 97 == 0; level++) {
            uint32_t from = counter_window_start(FIRST + minute, level);
            double   sum = 0;
            for (uint32_t m = from < FIRST ? 0 : from - FIRST; m <= minute; m++)
                sum += counts[m];
            check(is_near(counter_recent(&counter, level), sum, 0.5), "minute %u level %d: %g, not %g", minute, level,
                  counter_recent(&counter, level), sum);
        }
    }
}

static void the_baseline_forgets_half_in_a_week_and_leaves_out_the_window(void **state)
{
    (void)state;
    struct counter counter = {0};
    uint32_t       start = 23000000 / 4096 * 4096;
    counter_add(&counter, start, 100);
    check(counter_baseline(&counter, COUNTER_LEVELS - 1) == 0, "a burst is not in its own baseline");
    counter_roll(&counter, start + 7 * 24 * 60);
    check(is_near(counter_baseline(&counter, COUNTER_LEVELS - 1), 50, 0.01), "half after a week");
    counter_roll(&counter, start + 100 * 365 * 24 * 60);
    check(counter_baseline(&counter, 0) >= 0 && counter_recent(&counter, 11) == 0, "a hundred years of silence");
}

static void the_lag_grows_with_history(void **state)
{
    (void)state;
    static const struct { uint32_t age; int lag; } rows[] = {{0, -1}, {7, -1}, {8, 0}, {70, 3}, {4 * 1440, 9}, {6 * 1440, 10},
                                                             {12 * 1440, 11}, {400 * 1440, 11}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check(detect_lag(1000, 1000 + rows[i].age) == rows[i].lag, "age %u: %d", rows[i].age, detect_lag(1000, 1000 + rows[i].age));
    check(detect_lag(1000, 10) == -1, "before the beginning");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(deviance_is_the_root_of_twice_the_likelihood_ratio),
        cmocka_unit_test(nothing_seen_in_nothing_leaves_everything_possible),
        cmocka_unit_test(short_windows_pay),
        cmocka_unit_test(growth_is_the_maximum_of_the_likelihood),
        cmocka_unit_test(growth_says_nothing_from_too_little),
        cmocka_unit_test(the_start_is_the_first_voice_after_the_last_zero),
        cmocka_unit_test(windows_hold_what_a_plain_count_holds),
        cmocka_unit_test(the_baseline_forgets_half_in_a_week_and_leaves_out_the_window),
        cmocka_unit_test(the_lag_grows_with_history),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
