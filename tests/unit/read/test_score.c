/* Scores against sums by hand; claims against tables. */
#include "check.h"

#include "base/clock.h"
#include "read/read.h"

#include <math.h>

static struct read settled(int sure, bool came_true, double engine, double base)
{
    return (struct read){
        .sure = sure, .status = READ_SETTLED, .came_true = came_true, .engine = {.p = engine, .base_rate = base}};
}

static void nothing_below_ten(void **state)
{
    struct read       reads[12];
    struct read_score score;
    (void)state;
    for (size_t i = 0; i < 12; i++)
        reads[i] = settled(80, true, .5, .5);
    reads[0].status = READ_OPEN;
    reads[1].status = READ_VOID;
    reads[2].status = READ_WITHDRAWN;
    read_score(reads, 12, &score);
    assert_int_equal(score.settled, 9);
    assert_int_equal(score.missing, 1);
    assert_true(score.brier == 0 && score.bands[4].count == 0);
    reads[1].status = READ_SETTLED;
    read_score(reads, 12, &score);
    assert_int_equal(score.missing, 0);
    check(fabs(score.brier - .04) < 1e-12, "%g", score.brier);
}

static void sums_by_hand(void **state)
{
    struct read       reads[20];
    struct read_score score;
    (void)state;
    /* Ten at 80 %, eight of which came true; ten at 30 %, three of which did. The engine said .5 throughout, the base
     * rate .6. */
    for (size_t i = 0; i < 20; i++)
        reads[i] = i < 10 ? settled(80, i < 8, .5, .6) : settled(30, i < 13, .5, .6);
    read_score(reads, 20, &score);
    double brier = (8 * .04 + 2 * .64 + 3 * .49 + 7 * .09) / 20, base = (11 * .16 + 9 * .36) / 20;
    check(fabs(score.brier - brier) < 1e-12, "%g", score.brier);
    check(fabs(score.base_skill - (1 - brier / base)) < 1e-12, "%g", score.base_skill);
    check(fabs(score.engine_skill - (1 - brier / .25)) < 1e-12, "%g", score.engine_skill);
    assert_int_equal(score.bands[4].count, 10);
    assert_int_equal(score.bands[1].hits, 3);
    check(fabs(score.bands[4].share - .8) < 1e-12, "%g", score.bands[4].share);
    /* Wilson's interval of 8 in 10 at 95 %: 49.0 to 94.3 %. */
    check(fabs(score.bands[4].share_low - .490) < .001 && fabs(score.bands[4].share_high - .943) < .001, "%g to %g",
          score.bands[4].share_low, score.bands[4].share_high);
    assert_true(isnan(score.bands[0].share));
}

static void sighted_reads_are_not_held_against_the_engine(void **state)
{
    struct read       reads[15];
    struct read_score score;
    (void)state;
    for (size_t i = 0; i < 15; i++) {
        reads[i] = settled(90, true, .5, .5);
        reads[i].is_sighted = i < 6;
    }
    read_score(reads, 15, &score);
    assert_int_equal(score.blind, 9);
    assert_true(isnan(score.engine_skill) && isnan(score.engine_brier));
    reads[0].is_sighted = false;
    read_score(reads, 15, &score);
    check(fabs(score.engine_skill - (1 - .01 / .25)) < 1e-12, "%g", score.engine_skill);
}

static void every_percent_has_its_band(void **state)
{
    (void)state;
    for (int sure = 1; sure <= 99; sure++) {
        struct read       reads[10];
        struct read_score score;
        for (size_t i = 0; i < 10; i++)
            reads[i] = settled(sure, false, .5, .5);
        read_score(reads, 10, &score);
        for (int b = 0; b < READ_BANDS; b++)
            check((score.bands[b].count == 10) ==
                      (sure / 100.0 >= score.bands[b].low - 1e-9 && sure / 100.0 < score.bands[b].high - 1e-9),
                  "%d %% in band %d", sure, b);
    }
}

/* ---- Claims ---- */

#define HOUR CLOCK_HOUR_US

static void claims_are_checked(void **state)
{
    static const struct {
        struct read_claim claim;     /* made at 1000 h */
        const char       *complaint; /* NULL: fine */
    } rows[] = {
        {{.kind = READ_VOLUME, .way = READ_WAY_UP, .due_us = 1024 * HOUR}, NULL},
        {{.kind = READ_VOLUME, .way = READ_WAY_ABOVE, .due_us = 1024 * HOUR}, "way"},
        {{.kind = READ_VOLUME, .way = READ_WAY_UP, .due_us = 1000 * HOUR}, "due"},
        {{.kind = READ_VOLUME, .way = READ_WAY_UP, .due_us = 9000 * HOUR}, "due"},
        {{.kind = READ_VOLUME, .way = READ_WAY_UP, .due_us = 1004 * HOUR, .window_us = 5 * HOUR}, "window"},
        {{.kind = READ_VOLUME, .way = READ_WAY_UP, .due_us = 1004 * HOUR, .window_us = 60}, "window"},
        {{.kind = READ_TONE, .way = READ_WAY_ABOVE, .share = .4, .due_us = 1004 * HOUR}, NULL},
        {{.kind = READ_TONE, .way = READ_WAY_UP, .share = .4, .due_us = 1004 * HOUR}, "way"},
        {{.kind = READ_TONE, .way = READ_WAY_BELOW, .share = NAN, .due_us = 1004 * HOUR}, "share"},
        {{.kind = READ_SPILL, .way = READ_WAY_REACHES, .voices_least = 5, .voices_before = 1, .due_us = 1004 * HOUR},
         "target"},
        {{.kind = READ_SPILL,
          .way = READ_WAY_REACHES,
          .target = {"reddit", 6},
          .voices_least = 5,
          .voices_before = 6,
          .due_us = 1004 * HOUR},
         "voices_before"},
        {{.kind = READ_SPILL,
          .way = READ_WAY_REACHES,
          .target = {"reddit", 6},
          .voices_least = 5,
          .voices_before = 2,
          .due_us = 1004 * HOUR},
         NULL},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct read_claim claim = rows[i].claim;
        struct error      error = {0};
        enum error_code   code = read_claim_check(&claim, 1000 * HOUR, &error);
        check((code != 0) == (rows[i].complaint != NULL), "row %zu: %s", i, error.message);
        if (code)
            check(strncmp(error.message, rows[i].complaint, strlen(rows[i].complaint)) == 0, "row %zu: %s", i,
                  error.message);
        else
            check(claim.window_us > 0 && claim.window_us <= CLOCK_DAY_US, "row %zu: window", i);
    }
}

static void claims_come_true(void **state)
{
    static const struct {
        enum read_kind     kind;
        enum read_way      way;
        struct read_counts base, outcome;
        bool               holds, is_decided;
    } rows[] = {
        {READ_VOLUME, READ_WAY_UP, {.posts = 40}, {.posts = 60}, true, true},
        {READ_VOLUME, READ_WAY_FLAT, {.posts = 40}, {.posts = 52}, true, true},
        {READ_VOLUME, READ_WAY_DOWN, {.posts = 40}, {.posts = 30}, false, true},
        {READ_TONE, READ_WAY_ABOVE, {0}, {.negative = 5, .known = 10}, true, true},
        {READ_TONE, READ_WAY_ABOVE, {0}, {.negative = 4, .known = 10}, false, true}, /* exactly the share is not above
                                                                                        it */
        {READ_TONE, READ_WAY_BELOW, {0}, {.negative = 3, .known = 10}, true, true},
        {READ_TONE, READ_WAY_BELOW, {0}, {.negative = 0, .known = 9}, true, false},
        {READ_SPILL, READ_WAY_REACHES, {0}, {.voices = 5}, true, true},
        {READ_SPILL, READ_WAY_REACHES, {0}, {.voices = 4}, false, true},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct read_claim claim = {.kind = rows[i].kind, .way = rows[i].way, .share = .4, .voices_least = 5};
        bool              is_decided, holds = read_claim_holds(&claim, &rows[i].base, &rows[i].outcome, &is_decided);
        check(is_decided == rows[i].is_decided && (!is_decided || holds == rows[i].holds), "row %zu", i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_below_ten),
        cmocka_unit_test(sums_by_hand),
        cmocka_unit_test(sighted_reads_are_not_held_against_the_engine),
        cmocka_unit_test(every_percent_has_its_band),
        cmocka_unit_test(claims_are_checked),
        cmocka_unit_test(claims_come_true),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
