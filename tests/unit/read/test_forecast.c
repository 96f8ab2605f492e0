/* Down, flat or up: the definition, that nothing of the future is looked at, and that what can be known is found. */
#include "check.h"

#include "base/clock.h"
#include "base/rng.h"
#include "base/vfs.h"
#include "read/forecast.h"

#include <math.h>

static void the_definition(void **state)
{
    static const struct {
        double                  past, future;
        enum forecast_direction wanted;
    } rows[] = {
        {100, 126, FORECAST_UP},  {100, 120, FORECAST_FLAT}, /* 2 sqrt(100) = 20 would do, a quarter is wanted too */
        {100, 75, FORECAST_DOWN}, {100, 76, FORECAST_FLAT},    {16, 23, FORECAST_FLAT},   {16, 24, FORECAST_UP},
        {16, 8, FORECAST_DOWN},   {0, 0, FORECAST_FLAT},       {0, 1, FORECAST_UP},       {4, 0, FORECAST_DOWN},
        {3, 0, FORECAST_FLAT},    {1000, 1249, FORECAST_FLAT}, {1000, 1250, FORECAST_UP},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check(forecast_direction_of(rows[i].past, rows[i].future) == rows[i].wanted, "row %zu: %g to %g", i,
              rows[i].past, rows[i].future);
}

/* ---- An invented series: a day's rhythm, chance, and bursts that die away ---- */

enum { STEP_US = 300 * 1000000, STEPS = 40 * 288 };
static double before[STEPS + 1];

static struct forecast_series invent(uint64_t seed)
{
    struct rng rng;
    double     burst = 0;
    rng_seed(&rng, seed);
    for (int i = 0; i < STEPS; i++) {
        double rhythm = 6 + 5 * sin(2 * M_PI * (i % 288) / 288);
        if (rng_below(&rng, 600) == 0)
            burst = 60;
        before[i + 1] = before[i] + rng_poisson(&rng, rhythm + burst);
        burst *= 0.97;
    }
    return (struct forecast_series){0, STEP_US, before, STEPS};
}

static void sums_by_steps_and_within_them(void **state)
{
    static const double    four[] = {0, 2, 2, 6, 7};
    struct forecast_series series = {1000, 100, four, 4};
    static const struct {
        int64_t from, until;
        double  wanted;
    } rows[] = {{1000, 1400, 7}, {0, 9999, 7},    {1000, 1100, 2}, {1000, 1050, 1},
                {1250, 1300, 2}, {1300, 1300, 0}, {1300, 1200, 0}, {0, 900, 0}};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check(fabs(forecast_sum(&series, rows[i].from, rows[i].until) - rows[i].wanted) < 1e-9, "row %zu: %g", i,
              forecast_sum(&series, rows[i].from, rows[i].until));
}

static void the_future_is_not_looked_at(void **state)
{
    static double          changed[STEPS + 1];
    struct forecast_series series = invent(3), other = series;
    int64_t                now_us = INT64_C(30) * CLOCK_DAY_US;
    size_t                 now_step = (size_t)(now_us / STEP_US);
    struct forecast_span   span = {3 * CLOCK_HOUR_US, 3 * CLOCK_HOUR_US};
    double                 a[FORECAST_FEATURES], b[FORECAST_FEATURES];
    struct forecast_model  model, same;
    struct arena           arena = {0};
    struct error           error = {0};
    (void)state;
    memcpy(changed, before, sizeof changed);
    for (size_t i = now_step + 1; i <= STEPS; i++)
        changed[i] = changed[now_step] + 1000.0 * (double)(i - now_step);
    other.before = changed;
    assert_true(forecast_features(&series, span, now_us, a));
    assert_true(forecast_features(&other, span, now_us, b));
    assert_memory_equal(a, b, sizeof a);
    check_ok(forecast_fit(&series, span, now_us, &arena, &model, &error), error, "fit");
    check_ok(forecast_fit(&other, span, now_us, &arena, &same, &error), error, "fit");
    assert_memory_equal(model.weights, same.weights, sizeof model.weights);
    assert_false(forecast_features(&series, span, 5 * CLOCK_DAY_US, a)); /* a week is needed */
    arena_fini(&arena);
}

static void what_can_be_known_is_found(void **state)
{
    static const int64_t hours[] = {1, 3, 6};
    (void)state;
    for (size_t h = 0; h < COUNT_OF(hours); h++) {
        struct forecast_series series = invent(h + 7);
        struct forecast_span   span = {hours[h] * CLOCK_HOUR_US, hours[h] * CLOCK_HOUR_US};
        int64_t                cut_us = INT64_C(28) * CLOCK_DAY_US;
        struct forecast_model  model;
        struct arena           arena = {0};
        struct error           error = {0};
        double                 ours = 0, theirs = 0;
        check_ok(forecast_fit(&series, span, cut_us, &arena, &model, &error), error, "fit");
        check(model.is_fitted, "%lld h", (long long)hours[h]);
        for (int64_t at = cut_us; at + span.lead_us <= (int64_t)STEPS * STEP_US; at += CLOCK_HOUR_US) {
            double features[FORECAST_FEATURES], p[FORECAST_DIRECTIONS], sum = 0;
            check(forecast_features(&series, span, at, features), "hour %lld", (long long)(at / CLOCK_HOUR_US));
            forecast_predict(&model, features, p);
            int truth = forecast_direction_of(forecast_sum(&series, at - span.window_us, at),
                                              forecast_sum(&series, at, at + span.lead_us));
            for (int k = 0; k < FORECAST_DIRECTIONS; k++) {
                check(p[k] >= 0.005 && p[k] <= 0.99, "%g", p[k]);
                sum += p[k];
                ours += (p[k] - (k == truth)) * (p[k] - (k == truth));
                theirs += (model.climatology[k] - (k == truth)) * (model.climatology[k] - (k == truth));
            }
            check(fabs(sum - 1) < 1e-9, "adds up to %g", sum);
        }
        check(1 - ours / theirs > (h == 0 ? 0.08 : 0.15), "%lld h: skill %.3f", (long long)hours[h], 1 - ours / theirs);
        arena_fini(&arena);
    }
}

/* Where nothing can be known no model may be put forward: chance alone. */
static void chance_is_left_to_frequencies(void **state)
{
    struct rng            rng;
    struct forecast_span  span = {CLOCK_HOUR_US, CLOCK_HOUR_US};
    struct forecast_model model;
    struct arena          arena = {0};
    struct error          error = {0};
    double                p[FORECAST_DIRECTIONS];
    (void)state;
    rng_seed(&rng, 5);
    for (int i = 0; i < STEPS; i++)
        before[i + 1] = before[i] + rng_poisson(&rng, 50);
    struct forecast_series series = {0, STEP_US, before, STEPS};
    check_ok(forecast_fit(&series, span, (int64_t)STEPS * STEP_US, &arena, &model, &error), error, "fit");
    check(!model.is_fitted || model.held_out_skill < 0.02, "skill %.3f from chance", model.held_out_skill);
    check(model.climatology[FORECAST_FLAT] > 0.9, "flat %.3f", model.climatology[FORECAST_FLAT]);
    forecast_young(&series, span, (int64_t)STEPS * STEP_US, p);
    check(p[FORECAST_FLAT] > 0.8 && fabs(p[0] + p[1] + p[2] - 1) < 0.02, "young: %g %g %g", p[0], p[1], p[2]);
    arena_fini(&arena);
}

static void a_burst_without_a_past_is_expected_to_fall(void **state)
{
    double p[FORECAST_DIRECTIONS];
    (void)state;
    for (int i = 0; i < 600; i++)
        before[i + 1] = before[i] + (i > 560 ? 40 : 2);
    struct forecast_series series = {0, STEP_US, before, 600};
    struct forecast_span   span = {3 * CLOCK_HOUR_US, 3 * CLOCK_HOUR_US};
    forecast_young(&series, span, INT64_C(600) * STEP_US, p);
    check(p[FORECAST_DOWN] > 0.5 && p[FORECAST_UP] < 0.2, "%g %g %g", p[0], p[1], p[2]);
}

/* ---- Five brands, where the data is at hand ---- */

static size_t load(const char *brand)
{
    const char  *shared = getenv("BELLWETHER_SHARED");
    char         path[512];
    struct buf   text = {0};
    struct str   rest, line, time;
    struct error error = {0};
    size_t       count = 0;
    double       value;
    snprintf(path, sizeof path, "%s/data/volumes/%s.csv", shared ? shared : READ_TEST_SHARED, brand);
    if (vfs_read_file(path, 64 << 20, &text, &error))
        return 0;
    rest = buf_str(&text);
    str_next_field(&rest, '\n', &line);
    static double many[20000];
    while (count < 19999 && str_next_field(&rest, '\n', &line)) {
        line = str_trim(line);
        if (!str_next_field(&line, ',', &time) || !str_to_double(line, &value))
            break;
        many[count + 1] = many[count] + value;
        count++;
    }
    buf_fini(&text);
    memcpy(before, many, sizeof before); /* the first forty days are enough here */
    return count < STEPS ? count : STEPS;
}

static void brands_are_forecast_better_than_frequencies(void **state)
{
    static const char *const brands[] = {"AAPL", "AMZN", "CRM", "FB", "KO"};
    static const int64_t     hours[] = {1, 3, 6};
    double                   ours[3] = {0}, theirs[3] = {0};
    (void)state;
    for (size_t b = 0; b < COUNT_OF(brands); b++) {
        size_t count = load(brands[b]);
        if (count == 0) {
            print_message("skip - no volumes here\n");
            skip();
        }
        for (size_t h = 0; h < COUNT_OF(hours); h++) {
            struct forecast_series series = {0, STEP_US, before, count};
            struct forecast_span   span = {hours[h] * CLOCK_HOUR_US, hours[h] * CLOCK_HOUR_US};
            struct forecast_model  model;
            struct arena           arena = {0};
            struct error           error = {0};
            double                 features[FORECAST_FEATURES], p[FORECAST_DIRECTIONS];
            int64_t                end_us = (int64_t)count * STEP_US, cut_us = (int64_t)(count * 3 / 4) * STEP_US;
            check_ok(forecast_fit(&series, span, cut_us, &arena, &model, &error), error, "%s", brands[b]);
            for (int64_t at = cut_us; at + span.lead_us <= end_us; at += CLOCK_HOUR_US) {
                if (model.is_fitted && forecast_features(&series, span, at, features))
                    forecast_predict(&model, features, p);
                else
                    forecast_young(&series, span, at, p);
                int truth = forecast_direction_of(forecast_sum(&series, at - span.window_us, at),
                                                  forecast_sum(&series, at, at + span.lead_us));
                for (int k = 0; k < FORECAST_DIRECTIONS; k++) {
                    ours[h] += (p[k] - (k == truth)) * (p[k] - (k == truth));
                    theirs[h] += (model.climatology[k] - (k == truth)) * (model.climatology[k] - (k == truth));
                }
            }
            arena_fini(&arena);
        }
    }
    for (size_t h = 0; h < COUNT_OF(hours); h++)
        check(1 - ours[h] / theirs[h] > (h == 0 ? 0.05 : 0.15), "%lld h: skill %.3f", (long long)hours[h],
              1 - ours[h] / theirs[h]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_definition),
        cmocka_unit_test(sums_by_steps_and_within_them),
        cmocka_unit_test(the_future_is_not_looked_at),
        cmocka_unit_test(what_can_be_known_is_found),
        cmocka_unit_test(chance_is_left_to_frequencies),
        cmocka_unit_test(a_burst_without_a_past_is_expected_to_fall),
        cmocka_unit_test(brands_are_forecast_better_than_frequencies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
