/* What was unearthed beside what was planted: a small plan, trends made by hand, and every verdict. */
#include "check.h"

#include "base/clock.h"
#include "demo/demo.h"

#include <cjson/cJSON.h>
#include <math.h>

#define HOUR(n) (DAY0 + (int64_t)((n) * 3600e6))
static const int64_t DAY0 = INT64_C(1778457600000000); /* 2026-05-11 */

static struct str ids[4][20];
static char       id_text[4][20][16];

static struct demo_planted planted[4];
static struct demo_plan    plan;

static void make_plan(void)
{
    static const struct { const char *name; enum demo_kind kind; bool is_first; double onset_h; } rows[4] = {
        {"story", DEMO_STORY, false, 200}, {"swarm", DEMO_SWARM, false, 210}, {"week1", DEMO_WEEKLY, true, 100},
            {"week2", DEMO_WEEKLY, false, 268}};
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 20; j++) {
            int len = snprintf(id_text[i][j], sizeof id_text[i][j], "p:%d-%d", i, j);
            ids[i][j] = str_slice(id_text[i][j], (size_t)len);
        }
        planted[i] = (struct demo_planted){.name = str_of(rows[i].name),
                                           .title = STR("A title that says what was planted here"),
                                           .kind = rows[i].kind, .onset_us = HOUR(rows[i].onset_h),
                                               .until_us = HOUR(rows[i].onset_h + 2),
                                           .is_first = rows[i].is_first, .post_ids = ids[i], .post_id_count = 20,
                                               .people = 15};
    }
    plan = (struct demo_plan){.planted = planted, .count = 4, .posts = 64786, .people = 3042, .since_us = DAY0,
                              .until_us = HOUR(21 * 24), .judged_from_us = HOUR(7 * 24)};
}

/* One event: a trend with so many posts of what was planted, and so many of nobody's. */
struct happening {
    uint64_t trend;
    double   at_h;
    int      of, own, foreign;
    unsigned flags;
    enum trend_event_kind kind;
};

static void happen(struct demo_watch *watch, const struct happening *row)
{
    struct str posts[40];
    size_t     count = 0;
    for (int i = 0; i < row->own; i++)
        posts[count++] = ids[row->of][i];
    for (int i = 0; i < row->foreign; i++)
        posts[count++] = STR("p:small talk");
    struct trend_post sample = {.id = posts[0], .author = STR("mara"),
                                .text = STR("A very long text that goes on and on until no terminal of eighty columns could hold it 😀 at all\nnewline")};
    struct trend trend = {.id = row->trend, .label = STR("a label"), .detected_at_us = HOUR(row->at_h), .voices = 12,
                          .z = 8, .z_peak = 9,
                          .growth_per_h = NAN, .growth_se = NAN, .flags = row->flags, .series = {0, 1, 3, 2},
                              .series_step_us = CLOCK_HOUR_US,
                          .post_ids = posts, .post_id_count = count, .representatives = &sample,
                              .representative_count = 1};
    demo_watch_event(watch, row->kind, HOUR(row->at_h), &trend);
}

static void run(const struct happening *rows, size_t count, struct arena *arena, struct demo_report *report)
{
    struct demo_watch *watch;
    struct error       error = {0};
    make_plan();
    check_ok(demo_watch_new(&plan, &watch, &error), error, "watch");
    for (size_t i = 0; i < count && rows[i].trend; i++)
        happen(watch, &rows[i]);
    check_ok(demo_compare(watch, arena, report, &error), error, "compare");
    demo_watch_free(watch);
}

static void each_history_has_its_verdict(void **state)
{
    (void)state;
    static const struct {
        const char       *what;
        struct happening  happenings[4];
        int               of;
        enum demo_verdict verdict;
        double            delay_h; /* where found */
        size_t            trends, others;
    } rows[] = {
        {"nothing happens", {{0}}, 0, DEMO_MISSED, 0, 0, 0},
        {"nothing happens to a distractor", {{0}}, 1, DEMO_QUIET, 0, 0, 0},
        {"found", {{1, 201, 0, 6, 2, 0, TREND_OPEN}}, 0, DEMO_FOUND, 1, 1, 0},
        {"exactly half", {{1, 201, 0, 6, 6, 0, TREND_OPEN}}, 0, DEMO_FOUND, 1, 1, 0},
        {"less than half", {{1, 201, 0, 6, 7, 0, TREND_OPEN}}, 0, DEMO_MISSED, 0, 0, 1},
        {"fewer than four", {{1, 201, 0, 3, 0, 0, TREND_OPEN}}, 0, DEMO_MISSED, 0, 0, 1},
        {"found by an update", {{1, 201, 0, 2, 6, 0, TREND_OPEN}, {1, 203, 0, 9, 6, 0, TREND_UPDATE}}, 0, DEMO_FOUND, 3,
         1, 0},
        {"a closing shows nothing", {{1, 201, 0, 9, 0, 0, TREND_CLOSE}}, 0, DEMO_MISSED, 0, 0, 0},
        {"flagged all its life", {{1, 201, 0, 9, 0, TREND_COORDINATED, TREND_OPEN}}, 0, DEMO_MISSED, 0, 1, 0},
        {"low evidence is no excuse", {{1, 201, 0, 9, 0, TREND_LOW_EVIDENCE, TREND_OPEN}}, 0, DEMO_FOUND, 1, 1, 0},
        {"too late", {{1, 209, 0, 9, 0, 0, TREND_OPEN}}, 0, DEMO_MISSED, 0, 1, 0},
        {"just in time", {{1, 207.9, 0, 9, 0, 0, TREND_OPEN}}, 0, DEMO_FOUND, 7.9, 1, 0},
        {"two trends, the first counts", {{1, 203, 0, 9, 0, 0, TREND_OPEN}, {2, 201, 0, 4, 0, 0, TREND_OPEN}}, 0,
         DEMO_FOUND, 1, 2, 0},
        {"swarm flagged", {{1, 211, 1, 9, 0, TREND_COORDINATED, TREND_OPEN}}, 1, DEMO_FLAGGED, 1, 1, 0},
        {"swarm flagged too late", {{1, 211, 1, 9, 0, 0, TREND_OPEN}, {1, 212, 1, 15, 0, TREND_COORDINATED,
            TREND_UPDATE}}, 1, DEMO_FALSE, 1, 1, 0},
        {"swarm with a wrong flag", {{1, 211, 1, 9, 0, TREND_LOW_EVIDENCE, TREND_OPEN}}, 1, DEMO_FALSE, 1, 1, 0},
        {"first week", {{1, 101, 2, 9, 0, 0, TREND_OPEN}}, 2, DEMO_LEARNING, 1, 1, 0},
        {"second week", {{1, 269, 3, 9, 0, 0, TREND_OPEN}}, 3, DEMO_FALSE, 1, 1, 0},
        {"second week, known", {{1, 269, 3, 9, 0, TREND_RECURRING, TREND_OPEN}}, 3, DEMO_FLAGGED, 1, 1, 0},
        {"small talk", {{1, 250, 0, 0, 9, 0, TREND_OPEN}}, 0, DEMO_MISSED, 0, 0, 1},
        {"small talk in the first week", {{1, 50, 0, 0, 9, 0, TREND_OPEN}}, 0, DEMO_MISSED, 0, 0, 0},
        {"small talk with a flag", {{1, 250, 0, 0, 9, TREND_RECURRING, TREND_OPEN}}, 0, DEMO_MISSED, 0, 0, 0},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct arena       arena = {0};
        struct demo_report report;
        run(rows[i].happenings, 4, &arena, &report);
        const struct demo_row *row = &report.rows[rows[i].of];
        check(row->verdict == rows[i].verdict, "%s: %s", rows[i].what, demo_verdict_names[row->verdict]);
        check(row->trends == rows[i].trends && report.other_count == rows[i].others, "%s: %zu trends, %zu others",
              rows[i].what, row->trends,
              report.other_count);
        check(row->has_found == (rows[i].delay_h > 0), "%s: found or not", rows[i].what);
        if (row->has_found)
            check(llabs(row->found.delay_us - (int64_t)(rows[i].delay_h * 3600e6)) < 1000, "%s: after %lld us",
                  rows[i].what,
                  (long long)row->found.delay_us);
        check(report.stories == 1 && report.stories_found == (report.rows[0].verdict == DEMO_FOUND) &&
              report.distractors == 3, "%s: sums", rows[i].what);
        arena_fini(&arena);
    }
}

static const struct happening busy[] = {
    {1, 201, 0, 9, 1, 0, TREND_OPEN}, {2, 211, 1, 9, 0, TREND_COORDINATED, TREND_OPEN}, {3, 101, 2, 9, 0, 0,
        TREND_OPEN},
    {4, 269, 3, 9, 0, 0, TREND_OPEN}, {5, 300, 0, 0, 9, TREND_LOW_EVIDENCE, TREND_OPEN}};

static void the_report_fits_eighty_columns_and_hides_nothing(void **state)
{
    (void)state;
    static const char *const expected[] = {"64,786 posts by 3,042 people", "1 found, 0 missed",
                                           "9 of its 10 posts are of the story", "@mara: A very long",
                                           "  flagged", "coordinated, after 60 min", "  new ", "  FALSE",
                                               "shown as a story", "of which 1 shown",
                                           "nobody planted it: 1, 1 of them marked as weak", "▁", "█", "…"};
    struct arena       arena = {0};
    struct demo_report report;
    struct buf         out = {0};
    run(busy, COUNT_OF(busy), &arena, &report);
    demo_print_report(&report, &out);
    for (size_t i = 0; i < COUNT_OF(expected); i++)
        check(str_contains(buf_str(&out), str_of(expected[i])), "\"%s\" is not in:\n%.*s", expected[i],
              STR_ARG(buf_str(&out)));
    struct str rest = buf_str(&out), line;
    while (str_next_field(&rest, '\n', &line))
        check(text_terminal_width(line) <= 80, "%d columns: %.*s", text_terminal_width(line), STR_ARG(line));
    buf_fini(&out);
    arena_fini(&arena);
}

static void a_miss_is_said_aloud(void **state)
{
    (void)state;
    struct arena       arena = {0};
    struct demo_report report;
    struct buf         out = {0};
    run(busy, 0, &arena, &report);
    demo_print_report(&report, &out);
    check(str_contains(buf_str(&out), STR("0 found, 1 missed")) && str_contains(buf_str(&out), STR("  MISSED")) &&
          str_contains(buf_str(&out), STR("no trend was made of it")), "%.*s", STR_ARG(buf_str(&out)));
    buf_fini(&out);
    arena_fini(&arena);
}

static void the_json_says_the_same(void **state)
{
    (void)state;
    struct arena       arena = {0};
    struct demo_report report;
    struct buf         out = {0};
    run(busy, COUNT_OF(busy), &arena, &report);
    demo_print_json(&report, &out);
    cJSON *root = cJSON_ParseWithLength(out.ptr, out.len);
    check(root, "no JSON: %.*s", STR_ARG(buf_str(&out)));
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(root, "stories")), 1);
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(root, "distractors")), 3);
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(root, "others")), 1);
    assert_int_equal(cJSON_GetObjectItem(root, "stories_found")->valueint, 1);
    assert_int_equal(cJSON_GetObjectItem(root, "distractors_shown")->valueint, 1);
    const cJSON *story = cJSON_GetArrayItem(cJSON_GetObjectItem(root, "stories"), 0);
    assert_string_equal(cJSON_GetObjectItem(story, "verdict")->valuestring, "found");
    assert_int_equal(cJSON_GetObjectItem(story, "delay_s")->valueint, 3600);
    cJSON_Delete(root);
    buf_fini(&out);
    arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_history_has_its_verdict),
            cmocka_unit_test(the_report_fits_eighty_columns_and_hides_nothing),
        cmocka_unit_test(a_miss_is_said_aloud), cmocka_unit_test(the_json_says_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
