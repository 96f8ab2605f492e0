/* What was not captured: the maths of gaps, and what a stream notices by itself. */
#include "check.h"

#include "base/clock.h"
#include "base/vfs.h"
#include "listen/coverage.h"
#include "stream_fixture.h"

#include <errno.h>

static struct coverage_gap gap_of(int from, int until, const char *reason, const char *source)
{
    struct coverage_gap gap = {.from_us = from, .until_us = until};
    snprintf(gap.reason, sizeof gap.reason, "%s", reason);
    snprintf(gap.source, sizeof gap.source, "%s", source);
    return gap;
}

/* "10-20 a/x, 30-40 /y": source and reason behind the times. */
static const char *shown(const struct coverage_gap *gaps, size_t count, char text[400])
{
    text[0] = '\0';
    for (size_t i = 0; i < count; i++)
        snprintf(text + strlen(text), 400 - strlen(text), "%s%d-%d %s/%s", i ? ", " : "", (int)gaps[i].from_us, (int)gaps[i].until_us, gaps[i].source,
                 gaps[i].reason);
    return text;
}

static void gaps_join_and_split(void **state)
{
    (void)state;
    /* Steps: '+' adds, '-' fills. */
    static const struct { struct { char what; int from, until; const char *reason, *source; } steps[5]; const char *wanted; } cases[] = {
        {{{'+', 10, 20, "x", ""}}, "10-20 /x"},
        {{{'+', 30, 40, "x", ""}, {'+', 10, 20, "x", ""}}, "10-20 /x, 30-40 /x"},
        {{{'+', 10, 20, "x", ""}, {'+', 20, 30, "x", ""}}, "10-30 /x"},
        {{{'+', 10, 20, "x", ""}, {'+', 15, 18, "x", ""}}, "10-20 /x"},
        {{{'+', 10, 20, "x", ""}, {'+', 30, 40, "x", ""}, {'+', 18, 32, "x", ""}}, "10-40 /x"},
        {{{'+', 10, 20, "x", "a"}, {'+', 15, 25, "x", "b"}, {'+', 15, 25, "y", "a"}}, "10-20 a/x, 15-25 a/y, 15-25 b/x"},
        {{{'+', 20, 20, "x", ""}, {'+', 30, 20, "x", ""}}, ""},
        {{{'+', 10, 40, "x", "a"}, {'-', 20, 30, "", "a"}}, "10-20 a/x, 30-40 a/x"},
        {{{'+', 10, 40, "x", "a"}, {'-', 10, 30, "", ""}}, "30-40 a/x"},
        {{{'+', 10, 40, "x", "a"}, {'-', 30, 50, "", ""}}, "10-30 a/x"},
        {{{'+', 10, 40, "x", "a"}, {'-', 0, 50, "", "b"}}, "10-40 a/x"},
        {{{'+', 10, 40, "x", "a"}, {'+', 10, 40, "y", "b"}, {'-', 10, 40, "", ""}}, ""},
        {{{'+', 10, 20, "x", "a"}, {'+', 30, 60, "x", "a"}, {'+', 5, 70, "y", "b"}, {'-', 15, 35, "", ""}}, "5-15 b/y, 10-15 a/x, 35-60 a/x, 35-70 b/y"},
        {{{'+', 10, 20, "x", "a"}, {'-', 20, 30, "", ""}, {'-', 12, 12, "", ""}}, "10-20 a/x"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct coverage coverage = {0}, again;
        struct buf      bytes = {0};
        struct error    error = {0};
        char            text[400];
        for (size_t s = 0; s < 5 && cases[i].steps[s].what; s++) {
            struct coverage_gap gap = gap_of(cases[i].steps[s].from, cases[i].steps[s].until, cases[i].steps[s].reason, cases[i].steps[s].source);
            check(cases[i].steps[s].what == '+' ? coverage_add(&coverage, &gap) : coverage_fill(&coverage, gap.from_us, gap.until_us, gap.source),
                  "row %zu", i);
        }
        check(strcmp(shown(coverage.gaps, coverage.count, text), cases[i].wanted) == 0, "row %zu: %s", i, text);
        coverage_encode(&coverage, &bytes);
        check_ok(coverage_decode(buf_str(&bytes), &again, &error), error, "row %zu", i);
        check(strcmp(shown(again.gaps, again.count, text), cases[i].wanted) == 0, "row %zu read again: %s", i, text);
        coverage_fini(&again);
        for (size_t len = 1; len < bytes.len; len++) { /* cut short at every length */
            check(coverage_decode(str_slice(bytes.ptr, len), &again, &error) == ERROR_CORRUPT && again.count == 0, "row %zu cut at %zu", i, len);
            coverage_fini(&again);
        }
        buf_fini(&bytes);
        coverage_fini(&coverage);
    }
}

static void what_is_asked_is_cut_out(void **state)
{
    (void)state;
    static const struct { int since, until; const char *wanted; } cases[] = {
        {0, 100, "10-20 /x, 30-40 /x"}, {15, 35, "15-20 /x, 30-35 /x"}, {20, 30, ""}, {12, 13, "12-13 /x"}, {40, 100, ""}, {35, 35, ""}};
    struct coverage     coverage = {0};
    struct arena        arena = {0};
    struct coverage_gap a = gap_of(10, 20, "x", ""), b = gap_of(30, 40, "x", "");
    coverage_add(&coverage, &b);
    coverage_add(&coverage, &a);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        size_t               count;
        char                 text[400];
        struct coverage_gap *gaps = coverage_clip(&coverage, cases[i].since, cases[i].until, &arena, &count);
        check(gaps && strcmp(shown(gaps, count, text), cases[i].wanted) == 0, "row %zu: %s", i, text);
    }
    arena_fini(&arena);
    coverage_fini(&coverage);
}

static void a_full_ledger_still_joins(void **state)
{
    (void)state;
    struct coverage     coverage = {0};
    struct coverage_gap gap;
    /* Straight in: adding sorts each time. */
    coverage.gaps = realloc(coverage.gaps, COVERAGE_GAPS_MAX * sizeof *coverage.gaps);
    assert_non_null(coverage.gaps);
    coverage.capacity = COVERAGE_GAPS_MAX;
    while (coverage.count < COVERAGE_GAPS_MAX) {
        int i = (int)coverage.count;
        coverage.gaps[coverage.count++] = gap_of(i * 10, i * 10 + 5, "x", "");
    }
    gap = gap_of(COVERAGE_GAPS_MAX * 10, COVERAGE_GAPS_MAX * 10 + 5, "x", "");
    check(!coverage_add(&coverage, &gap) && coverage.count == COVERAGE_GAPS_MAX, "one too many");
    gap = gap_of(5, 10, "x", "");
    check(coverage_add(&coverage, &gap) && coverage.count == COVERAGE_GAPS_MAX - 1, "two become one");
    check(!coverage_fill(&coverage, 21, 22, "") || coverage.count <= COVERAGE_GAPS_MAX, "filling never goes over");
    coverage_fini(&coverage);
}

/* ---- Of a stream ---- */

struct looked {
    char    text[400];
    size_t  count;
    int64_t arriving_from_us, length_us;
};

static struct looked look(struct fixture *f)
{
    struct looked        looked = {{0}, 0, 0, 0};
    struct coverage_gap *gaps;
    struct arena         arena = {0};
    struct error         error = {0};
    check_ok(stream_coverage(f->stream, INT64_MIN, INT64_MAX, &arena, &gaps, &looked.count, &looked.arriving_from_us, &error), error, "coverage");
    for (size_t i = 0; i < looked.count; i++) {
        snprintf(looked.text + strlen(looked.text), sizeof looked.text - strlen(looked.text), "%s%s", i ? ", " : "", gaps[i].reason);
        looked.length_us = gaps[i].until_us - gaps[i].from_us;
    }
    arena_fini(&arena);
    return looked;
}

static void push_live(struct fixture *f, int from, int count, int64_t lag_us)
{
    struct buf lines = {0};
    for (int i = from; i < from + count; i++)
        fixture_line(&lines, i, stream_now_us(f->stream) - lag_us, "ann", "live");
    fixture_push(f, buf_str(&lines));
    buf_fini(&lines);
}

/* The stream's clock is set by hand: it starts where we say, and runs a thousandth as fast as the world's. */
static void reopen_at(struct fixture *f, int64_t at_us)
{
    f->options.clock_starts_us = at_us;
    f->options.clock_speed = 0.001;
    fixture_reopen(f, true);
}

static void a_stop_of_a_client_that_is_listened_to_is_a_gap(void **state)
{
    (void)state;
    struct fixture f;
    fixture_folder(&f);
    reopen_at(&f, FIXTURE_START_US);
    push_live(&f, 0, 5, 400 * CLOCK_DAY_US); /* history */
    reopen_at(&f, FIXTURE_START_US + 5 * CLOCK_HOUR_US);
    check(look(&f).count == 0, "nobody listened: %s", look(&f).text);
    push_live(&f, 10, 5, CLOCK_SECOND_US);
    reopen_at(&f, FIXTURE_START_US + 5 * CLOCK_HOUR_US + CLOCK_MINUTE_US);
    check(look(&f).count == 0, "a restart is not worth a hatch: %s", look(&f).text);
    reopen_at(&f, FIXTURE_START_US + 6 * CLOCK_HOUR_US);
    struct looked looked = look(&f);
    check(looked.count == 1 && strcmp(looked.text, "the server was not running") == 0, "%s", looked.text);
    check(looked.length_us > 58 * CLOCK_MINUTE_US && looked.length_us <= CLOCK_HOUR_US, "%d s", (int)(looked.length_us / 1000000));
    reopen_at(&f, FIXTURE_START_US + 6 * CLOCK_HOUR_US);
    check(look(&f).count == 1, "it is remembered, once: %s", look(&f).text);
    reopen_at(&f, FIXTURE_START_US + 20 * CLOCK_DAY_US);
    looked = look(&f);
    check(looked.length_us > 19 * CLOCK_DAY_US, "another stop: %s", looked.text);
    reopen_at(&f, FIXTURE_START_US + 40 * CLOCK_DAY_US);
    check(look(&f).length_us == looked.length_us, "nothing came for weeks: nobody is listening any more: %s", look(&f).text);
    struct archive *archive;
    struct coverage read;
    struct error    error = {0};
    check_ok(archive_open(f.folder, ARCHIVE_READ, NULL, &archive, &error), error, "reader");
    check_ok(coverage_read(archive, &read, &error), error, "the ledger without a server");
    check(read.count == looked.count, "%zu", read.count);
    coverage_fini(&read);
    archive_close(archive);
    fixture_close(&f);
}

static void refusals_are_a_gap(void **state)
{
    (void)state;
    struct fixture f;
    struct buf     lines = {0};
    struct arena   arena = {0};
    struct error   error = {0};
    struct stream_pushed pushed;
    fixture_folder(&f);
    fixture_reopen(&f, true);
    fixture_line(&lines, 1, FIXTURE_START_US, "ann", "x");
    vfs_fail_after(1, ENOSPC);
    check(stream_push(f.stream, buf_str(&lines), &arena, &pushed, &error) == ERROR_NO_SPACE, "refused");
    vfs_fail_after(0, 0);
    struct looked looked = look(&f);
    check(looked.count == 1 && strcmp(looked.text, "posts were refused: the disk was full") == 0, "it is seen while it goes on: %s", looked.text);
    fixture_push(&f, buf_str(&lines));
    looked = look(&f);
    int64_t length_us = looked.length_us;
    check(looked.count == 1 && length_us > 0 && look(&f).length_us == length_us, "and has an end");
    fixture_reopen(&f, true);
    check(look(&f).count == 1 && look(&f).length_us == length_us, "that is remembered");
    buf_fini(&lines);
    arena_fini(&arena);
    fixture_close(&f);
}

static void what_still_arrives_follows_from_what_arrived(void **state)
{
    (void)state;
    struct fixture f;
    fixture_folder(&f);
    reopen_at(&f, FIXTURE_START_US);
    check(look(&f).arriving_from_us == 0, "nothing is known");
    push_live(&f, 0, 19, 90 * CLOCK_SECOND_US);
    check(look(&f).arriving_from_us == 0, "too few");
    push_live(&f, 100, 100, 30 * CLOCK_DAY_US); /* history says nothing of lag */
    check(look(&f).arriving_from_us == 0, "still too few");
    push_live(&f, 300, 75, 10 * CLOCK_SECOND_US);
    push_live(&f, 400, 6, 3000 * CLOCK_SECOND_US);
    int64_t lag_us = stream_now_us(f.stream) - look(&f).arriving_from_us;
    check(lag_us > 89 * CLOCK_SECOND_US && lag_us < 92 * CLOCK_SECOND_US, "nine in ten came within %d s", (int)(lag_us / 1000000));
    fixture_close(&f);
}

static void gaps_that_are_told_are_kept(void **state)
{
    (void)state;
    struct fixture      f;
    struct error        error = {0};
    struct coverage_gap gap = {.from_us = FIXTURE_START_US, .until_us = FIXTURE_START_US + CLOCK_HOUR_US, .reason = "away", .source = "toot"};
    fixture_folder(&f);
    reopen_at(&f, FIXTURE_START_US + CLOCK_DAY_US);
    check_ok(stream_coverage_add(f.stream, &gap, &error), error, "add");
    gap.until_us = gap.from_us;
    check(stream_coverage_add(f.stream, &gap, &error) == ERROR_INVALID, "no length");
    gap.until_us = FIXTURE_START_US + 2 * CLOCK_DAY_US;
    check(stream_coverage_add(f.stream, &gap, &error) == ERROR_INVALID, "the future");
    vfs_fail_after(1, ENOSPC);
    gap.until_us = FIXTURE_START_US + 2 * CLOCK_HOUR_US;
    check(stream_coverage_add(f.stream, &gap, &error) == ERROR_NO_SPACE, "a full disk");
    vfs_fail_after(0, 0);
    reopen_at(&f, FIXTURE_START_US + CLOCK_DAY_US);
    check(look(&f).count == 1 && look(&f).length_us == 2 * CLOCK_HOUR_US, "it was written when there was room: %d", (int)look(&f).length_us);
    check_ok(stream_coverage_fill(f.stream, FIXTURE_START_US, FIXTURE_START_US + CLOCK_HOUR_US, "toot", &error), error, "fill");
    reopen_at(&f, FIXTURE_START_US + CLOCK_DAY_US);
    check(look(&f).count == 1 && look(&f).length_us == CLOCK_HOUR_US, "half of it came after all");
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gaps_join_and_split),          cmocka_unit_test(what_is_asked_is_cut_out),
        cmocka_unit_test(a_full_ledger_still_joins),    cmocka_unit_test(a_stop_of_a_client_that_is_listened_to_is_a_gap),
        cmocka_unit_test(refusals_are_a_gap),           cmocka_unit_test(what_still_arrives_follows_from_what_arrived),
        cmocka_unit_test(gaps_that_are_told_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
