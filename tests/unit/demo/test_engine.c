/* The town through the real trend engine: what make demo promises. The figures are floors, not what it reaches. */
#include "check.h"

#include "demo/demo.h"

struct listening {
    struct trend_engine  *engine;
    struct text_analyser *analyser;
    struct arena          arena;
};

static enum error_code count_post(void *context, const struct post *post, struct error *error)
{
    (void)context, (void)post, (void)error;
    return ERROR_NONE;
}

static enum error_code hear(void *context, const struct post *post, struct error *error)
{
    struct listening *listening = context;
    struct text_facts facts;
    arena_reset(&listening->arena);
    enum error_code code = text_analyse(listening->analyser, &listening->arena, post->text, post->lang, TEXT_WANT_ALL, &facts, error);
    return code ? code : trend_engine_add(listening->engine, post, &facts, error);
}

static void listen_to_the_town(struct demo_plan *plan, struct arena *arena, struct demo_report *report)
{
    struct error         error = {0};
    struct demo_watch   *watch = NULL;
    struct listening     listening = {0};
    struct trend_options options = {.on_event = demo_watch_event};
    check_ok(demo_generate(NULL, count_post, NULL, plan, &error), error, "plan");
    check_ok(demo_watch_new(plan, &watch, &error), error, "watch");
    options.context = watch;
    check_ok(trend_engine_new(&options, &listening.engine, &error), error, "engine");
    check_ok(text_analyser_new(&listening.analyser, &error), error, "analyser");
    check_ok(demo_generate(NULL, hear, &listening, NULL, &error), error, "town");
    check_ok(trend_engine_advance(listening.engine, plan->until_us, &error), error, "end");
    check_ok(demo_compare(watch, arena, report, &error), error, "compare");
    trend_engine_free(listening.engine);
    text_analyser_free(listening.analyser);
    arena_fini(&listening.arena);
    demo_watch_free(watch);
}

static void the_stories_of_the_town_are_unearthed(void **state)
{
    (void)state;
    struct demo_plan   plan;
    struct demo_report report;
    struct arena       arena = {0};
    struct buf         out = {0};
    listen_to_the_town(&plan, &arena, &report);
    demo_print_report(&report, &out);
    check(report.stories == 6 && report.stories_found >= 5, "%.*s", STR_ARG(buf_str(&out)));
    check(report.median_delay_h <= 2, "%.*s", STR_ARG(buf_str(&out)));
    check(report.other_count <= 14, "more than one a day that nobody planted:\n%.*s", STR_ARG(buf_str(&out)));
    for (size_t i = 0; i < report.row_count; i++) {
        const struct demo_row *row = &report.rows[i];
        bool is_push = row->planted->kind == DEMO_SWARM || row->planted->kind == DEMO_FLOOD;
        check(!is_push || row->verdict != DEMO_FALSE, "%.*s", STR_ARG(buf_str(&out)));
    }
    buf_fini(&out);
    arena_fini(&arena);
    demo_plan_fini(&plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_stories_of_the_town_are_unearthed)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
