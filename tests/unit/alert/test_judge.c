/* The mathematics: what is usual, what is told, what is told again. */
#include "check.h"

#include "alert/judge.h"
#include "base/rng.h"
#include "trend/deviance.h"

#include <math.h>

enum { DAYS = 40, MINUTES = DAYS * 1440 };

struct past {
    struct alert_series series;
    uint64_t            counts[MINUTES], posts[MINUTES + 1], negative[MINUTES + 1], known[MINUTES + 1];
};

static int64_t at_day(double day)
{
    return (int64_t)(day * 1440) * CLOCK_MINUTE_US;
}

static void sum_up(struct past *past)
{
    for (size_t i = 0; i < MINUTES; i++)
        past->posts[i + 1] = past->posts[i] + past->counts[i];
    past->series.posts = past->posts;
}

/* Posts with a daily rhythm; times begin at 1970-01-01. */
static struct past *past_new(uint64_t seed, double a_minute)
{
    struct past *past = calloc(1, sizeof *past);
    struct rng   rng;
    rng_seed(&rng, seed);
    past->series = (struct alert_series){.start_us = 0, .minutes = MINUTES, .first_us = 0};
    for (size_t i = 0; i < MINUTES; i++)
        past->counts[i] = rng_poisson(&rng, a_minute * (1 + 0.8 * sin(2 * 3.14159265 * (double)(i % 1440) / 1440)));
    sum_up(past);
    return past;
}

static struct alert_rule rule_of(enum alert_on on)
{
    return (struct alert_rule){.on = on, .window_us = CLOCK_HOUR_US, .sensitivity = ALERT_UNUSUAL, .least_posts = 5, .least_voices = 1,
                               .cooldown_us = 6 * CLOCK_HOUR_US};
}

static void thresholds_rise_with_the_word(void **state)
{
    (void)state;
    assert_true(alert_threshold(ALERT_VERY_UNUSUAL) > alert_threshold(ALERT_UNUSUAL));
    assert_true(alert_threshold(ALERT_UNUSUAL) > alert_threshold(ALERT_ABOVE_USUAL));
}

/* The formula of judge.h, reckoned by hand for a past that is all alike. */
static void a_flat_past_gives_the_formula(void **state)
{
    static const struct { double now; double z_least, z_most; } rows[] = {{60, -0.2, 0.2}, {120, 1.5, 6}, {600, 8, 40}, {0, -20, -3}};
    struct alert_rule rule = rule_of(ALERT_VOLUME);
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct past           *past = calloc(1, sizeof *past);
        struct alert_judgement judgement;
        past->series = (struct alert_series){.minutes = MINUTES};
        for (size_t minute = 0; minute < MINUTES; minute++)
            past->counts[minute] = minute >= 30 * 1440 - 60 && minute < 30 * 1440 ? (uint64_t)(rows[i].now / 60) : 1;
        sum_up(past);
        alert_judge(&rule, &past->series, at_day(30), 0, &judgement);
        assert_int_equal(judgement.basis, ALERT_SAME_HOUR);
        assert_int_equal(judgement.compared, 9); /* ten windows, the highest left out */
        double mu = (9 * 60 + 0.5) / 9, variance = (4 * (mu + mu * mu / 10) + 9 * (60 - mu) * (60 - mu)) / 12;
        double size = variance > mu ? mu * mu / (variance - mu) : 100;
        size = size > 100 ? 100 : size < 1 ? 1 : size;
        check(fabs(judgement.expected - mu) < 1e-9, "row %zu: expected %g, wanted %g", i, judgement.expected, mu);
        check(fabs(judgement.z - deviance_z(rows[i].now, mu, size)) < 1e-9, "row %zu: z %g", i, judgement.z);
        check(judgement.z >= rows[i].z_least && judgement.z <= rows[i].z_most, "row %zu: z %g is out of its range", i, judgement.z);
        free(past);
    }
}

static void little_past_is_said(void **state)
{
    static const struct { double day; enum alert_basis basis; } rows[] = {
        {0.1, ALERT_LEARNING}, {0.2, ALERT_JUST_BEFORE}, {2.9, ALERT_JUST_BEFORE}, {3.1, ALERT_SAME_HOUR}, {35, ALERT_SAME_HOUR}};
    struct past      *past = past_new(7, 2);
    struct alert_rule rule = rule_of(ALERT_VOLUME);
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct alert_judgement judgement;
        alert_judge(&rule, &past->series, at_day(rows[i].day), 0, &judgement);
        check(judgement.basis == rows[i].basis, "day %g: %s", rows[i].day, alert_basis_names[judgement.basis]);
        check(judgement.basis != ALERT_LEARNING || judgement.z == 0, "day %g: z %g", rows[i].day, judgement.z);
    }
    free(past);
}

static void one_storm_does_not_hide_the_next(void **state)
{
    struct past           *past = past_new(11, 1);
    struct alert_rule      rule = rule_of(ALERT_VOLUME);
    struct alert_judgement judgement;
    (void)state;
    for (int minute = 0; minute < 60; minute++) {
        past->counts[29 * 1440 - 60 + minute] += 20; /* yesterday */
        past->counts[30 * 1440 - 60 + minute] += 6;  /* today */
    }
    sum_up(past);
    alert_judge(&rule, &past->series, at_day(30), 0, &judgement);
    check(judgement.z >= alert_threshold(ALERT_UNUSUAL), "z %g with %g expected", judgement.z, judgement.expected);
    free(past);
}

/* A past with nothing in it but chance must stay nearly silent: this is what the words promise. */
static void chance_alone_is_quiet(void **state)
{
    static const struct { enum alert_sensitivity word; double a_week_most; } rows[] = {
        {ALERT_VERY_UNUSUAL, 0.05}, {ALERT_UNUSUAL, 0.25}, {ALERT_ABOVE_USUAL, 8}};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        uint64_t fired = 0;
        double   weeks = 0;
        for (uint64_t seed = 1; seed <= 6; seed++) {
            struct past        *past = past_new(seed, 0.5);
            struct alert_rule   rule = rule_of(ALERT_VOLUME);
            struct alert_memory memory = {.is_calm = true};
            struct alert_hits   hits = {0};
            struct error        error = {0};
            rule.sensitivity = rows[i].word;
            check_ok(alert_replay(&rule, &past->series, at_day(8), at_day(DAYS), NULL, NULL, &memory, &hits, &error), error, "seed %d", (int)seed);
            fired += hits.count;
            weeks += (DAYS - 8) / 7.0;
            free(past);
        }
        check((double)fired / weeks <= rows[i].a_week_most, "%s: %g a week", alert_sensitivity_names[rows[i].word], (double)fired / weeks);
    }
}

static void a_storm_is_told_once_and_again_when_it_doubles(void **state)
{
    struct past        *past = past_new(3, 0.5);
    struct alert_rule   rule = rule_of(ALERT_VOLUME);
    struct alert_memory memory = {.is_calm = true};
    struct alert_hit    found[20];
    struct alert_hits   hits = {.hits = found, .most = 20};
    struct error        error = {0};
    (void)state;
    rule.cooldown_us = CLOCK_HOUR_US;
    for (int minute = 0; minute < 1000; minute++) /* rises at noon of day 30 and stays; ten hours later it is three times as much */
        past->counts[30 * 1440 + 720 + minute / 1] += minute < 600 ? 10 : 30;
    sum_up(past);
    check_ok(alert_replay(&rule, &past->series, at_day(30), at_day(31), NULL, NULL, &memory, &hits, &error), error, "replay");
    assert_int_equal(hits.count >= 2 && hits.count <= 5, 1); /* once when it begins, once or more while it climbs, not every hour */
    check(found[0].at_us < at_day(30.55), "first at minute %lld", (long long)(found[0].at_us / CLOCK_MINUTE_US));
    check(found[hits.count - 1].at_us > at_day(30.9), "the doubling is told at minute %lld", (long long)(found[hits.count - 1].at_us / CLOCK_MINUTE_US));
    for (size_t i = 1; i < hits.count; i++)
        check(found[i].judgement.value >= 2 * found[i - 1].judgement.value, "%zu: %llu after %llu", i, (unsigned long long)found[i].judgement.value,
              (unsigned long long)found[i - 1].judgement.value);
    free(past);
}

/* ---- Replay equals live, minute by minute ---- */

struct counted {
    uint64_t           asked;
    const struct past *past;
};

static enum error_code some_voices(void *context, int64_t from_us, int64_t until_us, uint64_t *voices_out, struct error *error)
{
    struct counted *counted = context;
    (void)error;
    counted->asked++;
    *voices_out = alert_series_sum(&counted->past->series, counted->past->posts, from_us, until_us) / 2; /* everybody says it twice */
    return ERROR_NONE;
}

static void replay_equals_live(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 8; seed++) {
        struct past        *past = past_new(seed, 0.3);
        struct rng          rng;
        struct alert_rule   rule = rule_of(seed % 4 == 0 ? ALERT_AUTHOR : ALERT_VOLUME);
        struct alert_memory whole = {.is_calm = true}, live = {.is_calm = true};
        struct alert_hit    found[500];
        struct alert_hits   hits = {.hits = found, .most = 500};
        struct counted      counted = {.past = past};
        struct error        error = {0};
        size_t              at = 0;
        rng_seed(&rng, seed * 77);
        rule.window_us = (int64_t)(5 + rng_below(&rng, 200)) * CLOCK_MINUTE_US;
        rule.cooldown_us = (int64_t)(10 + rng_below(&rng, 300)) * CLOCK_MINUTE_US;
        rule.sensitivity = ALERT_ABOVE_USUAL;
        rule.least_voices = 1 + (uint32_t)rng_below(&rng, 40);
        rule.least_posts = 1 + (uint32_t)rng_below(&rng, 8);
        for (int storm = 0; storm < 12; storm++) {
            size_t begin = rng_below(&rng, MINUTES - 200), more = 1 + rng_below(&rng, 6);
            for (size_t i = 0; i < 100; i++)
                past->counts[begin + i] += more;
        }
        sum_up(past);
        check_ok(alert_replay(&rule, &past->series, at_day(1), at_day(20), some_voices, &counted, &whole, &hits, &error), error, "seed %d", (int)seed);
        /* Live sees only what came up to its minute, asks in runs of random length, and keeps of its memory what the database keeps. */
        for (int64_t from_us = at_day(1); from_us < at_day(20);) {
            int64_t             until_us = from_us + (int64_t)(1 + rng_below(&rng, 40)) * CLOCK_MINUTE_US;
            struct alert_series so_far = past->series;
            struct alert_hit    own[50];
            struct alert_hits   run = {.hits = own, .most = 50};
            until_us = until_us < at_day(20) ? until_us : at_day(20);
            so_far.minutes = (size_t)(until_us / CLOCK_MINUTE_US);
            live = (struct alert_memory){.fired_us = live.fired_us, .fired_value = live.fired_value, .is_calm = live.is_calm};
            check_ok(alert_replay(&rule, &so_far, from_us, until_us, some_voices, &counted, &live, &run, &error), error, "live");
            for (size_t i = 0; i < run.count; i++, at++) {
                check(at < hits.count, "seed %d: live fired more", (int)seed);
                check(own[i].at_us == found[at].at_us && own[i].judgement.value == found[at].judgement.value && own[i].voices == found[at].voices &&
                          own[i].judgement.z == found[at].judgement.z,
                      "seed %d: alert %zu at minute %lld, replayed at %lld", (int)seed, at, (long long)(own[i].at_us / CLOCK_MINUTE_US),
                      (long long)(found[at].at_us / CLOCK_MINUTE_US));
            }
            from_us = until_us;
        }
        check(at == hits.count, "seed %d: live fired %zu, the replay %zu", (int)seed, at, hits.count);
        check(hits.count > 0, "seed %d: nothing fired, so nothing was compared", (int)seed);
        free(past);
    }
}

static enum error_code one_voice(void *context, int64_t from_us, int64_t until_us, uint64_t *voices_out, struct error *error)
{
    (void)from_us, (void)until_us, (void)error;
    ++*(uint64_t *)context;
    *voices_out = 1;
    return ERROR_NONE;
}

/* One who talks without end must not cost a question each minute. */
static void few_voices_are_asked_for_seldom(void **state)
{
    struct past        *past = past_new(5, 0.2);
    struct alert_rule   rule = rule_of(ALERT_VOLUME);
    struct alert_memory memory = {.is_calm = true};
    struct alert_hits   hits = {0};
    struct error        error = {0};
    uint64_t            asked = 0;
    (void)state;
    rule.least_voices = 100;
    for (int minute = 0; minute < 1000; minute++)
        past->counts[30 * 1440 + minute] += 1;
    sum_up(past);
    check_ok(alert_replay(&rule, &past->series, at_day(30), at_day(31), one_voice, &asked, &memory, &hits, &error), error, "replay");
    assert_int_equal(hits.count, 0);
    check(asked > 0 && asked < 30, "asked %llu times", (unsigned long long)asked);
    free(past);
}

static void an_author_is_told_after_each_cooldown_of_what_is_new(void **state)
{
    struct past        *past = calloc(1, sizeof *past);
    struct alert_rule   rule = rule_of(ALERT_AUTHOR);
    struct alert_memory memory = {.is_calm = true};
    struct alert_hit    found[20];
    struct alert_hits   hits = {.hits = found, .most = 20};
    struct error        error = {0};
    (void)state;
    rule.least_posts = 1;
    rule.cooldown_us = 30 * CLOCK_MINUTE_US;
    past->series = (struct alert_series){.minutes = MINUTES};
    past->counts[100] = 1, past->counts[105] = 2, past->counts[110] = 1, past->counts[500] = 1;
    sum_up(past);
    check_ok(alert_replay(&rule, &past->series, 0, 1440 * CLOCK_MINUTE_US, NULL, NULL, &memory, &hits, &error), error, "replay");
    assert_int_equal(hits.count, 3);
    assert_int_equal(found[0].at_us, 101 * CLOCK_MINUTE_US);
    assert_int_equal(found[0].judgement.value, 1);
    assert_int_equal(found[1].at_us, 131 * CLOCK_MINUTE_US); /* the three of the cooldown, together */
    assert_int_equal(found[1].judgement.value, 3);
    assert_int_equal(found[2].at_us, 501 * CLOCK_MINUTE_US);
    free(past);
}

static void tone_is_judged_by_its_share(void **state)
{
    /* Half of ten times as many posts are negative: the volume is news, the tone is not. */
    static const struct { uint64_t known, negative; bool is_news; } rows[] = {{10, 5, false}, {100, 50, false}, {10, 9, false}, {100, 90, true}};
    struct alert_rule rule = rule_of(ALERT_TONE);
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct past           *past = calloc(1, sizeof *past);
        struct alert_judgement judgement;
        past->series = (struct alert_series){.minutes = MINUTES, .posts = past->posts, .negative = past->negative, .known = past->known};
        for (size_t minute = 0; minute < MINUTES; minute++) {
            bool is_then = minute == 30 * 1440 - 30, is_mark = minute % 60 == 30;
            past->known[minute + 1] = past->known[minute] + (is_then ? rows[i].known : is_mark ? 10 : 0);
            past->negative[minute + 1] = past->negative[minute] + (is_then ? rows[i].negative : is_mark ? 5 : 0);
        }
        alert_judge(&rule, &past->series, at_day(30), 0, &judgement);
        assert_int_equal(judgement.value, rows[i].negative);
        assert_int_equal(judgement.known, rows[i].known);
        check((judgement.z >= alert_threshold(ALERT_ABOVE_USUAL)) == rows[i].is_news, "row %zu: z %g", i, judgement.z);
        free(past);
    }
}

static void a_week_carries_its_interval(void **state)
{
    /* Exact Poisson limits: 0 -> 3.69, 1 -> 0.025 to 5.57, 10 -> 4.80 to 18.39, 100 -> 81.4 to 121.6. */
    static const struct { uint64_t fired; double low, high, within; } rows[] = {{0, 0, 3.69, 0.2}, {1, 0.025, 5.57, 0.15}, {10, 4.80, 18.39, 0.1}, {100, 81.4, 121.6, 0.2}};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct alert_rate rate = alert_rate_of(rows[i].fired, 2);
        check(fabs(rate.a_week - (double)rows[i].fired / 2) < 1e-12, "row %zu", i);
        check(fabs(rate.low * 2 - rows[i].low) < rows[i].within && fabs(rate.high * 2 - rows[i].high) < rows[i].within, "row %zu: %g to %g", i,
              rate.low * 2, rate.high * 2);
    }
    assert_true(isnan(alert_rate_of(3, 0).a_week));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(thresholds_rise_with_the_word),
        cmocka_unit_test(a_flat_past_gives_the_formula),
        cmocka_unit_test(little_past_is_said),
        cmocka_unit_test(one_storm_does_not_hide_the_next),
        cmocka_unit_test(chance_alone_is_quiet),
        cmocka_unit_test(a_storm_is_told_once_and_again_when_it_doubles),
        cmocka_unit_test(replay_equals_live),
        cmocka_unit_test(few_voices_are_asked_for_seldom),
        cmocka_unit_test(an_author_is_told_after_each_cooldown_of_what_is_new),
        cmocka_unit_test(tone_is_judged_by_its_share),
        cmocka_unit_test(a_week_carries_its_interval),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
