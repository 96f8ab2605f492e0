/* Looks at the invented town with one's own eyes (no test).
 *
 *     town posts [SEED]     its posts, as JSON Lines
 *     town trends [SEED]    the report of the trend engine over them, straight from generator to engine
 *     town events [SEED]    every open, update and close, one a line
 */
#include "base/clock.h"
#include "demo/demo.h"

#include <stdio.h>
#include <stdlib.h>

struct looking {
    struct demo_watch    *watch;
    struct trend_engine  *engine;
    struct text_analyser *analyser;
    struct arena          arena;
    bool                  shows_events;
};

static enum error_code print_post(void *context, const struct post *post, struct error *error)
{
    struct buf *line = context;
    (void)error;
    buf_clear(line);
    post_print(post, line);
    printf("%.*s\n", STR_ARG(buf_str(line)));
    return ERROR_NONE;
}

static enum error_code count_post(void *context, const struct post *post, struct error *error)
{
    (void)context, (void)post, (void)error;
    return ERROR_NONE;
}

static enum error_code feed_post(void *context, const struct post *post, struct error *error)
{
    struct looking   *looking = context;
    struct text_facts facts;
    arena_reset(&looking->arena);
    enum error_code code = text_analyse(looking->analyser, &looking->arena, post->text, post->lang, TEXT_WANT_ALL,
                                        &facts, error);
    return code ? code : trend_engine_add(looking->engine, post, &facts, error);
}

static void on_event(void *context, enum trend_event_kind kind, int64_t at_us, const struct trend *trend)
{
    static const char *const kinds[] = {"open", "update", "close"};
    struct looking *looking = context;
    demo_watch_event(looking->watch, kind, at_us, trend);
    char at[CLOCK_TEXT_BYTES];
    if (looking->shows_events)
        printf("%s %-6s %4llu z %5.1f voices %5.1f flags %u posts %4zu  %.*s\n", clock_print(at_us, at), kinds[kind],
               (unsigned long long)trend->id,
               trend->z, trend->voices, trend->flags, trend->post_id_count, STR_ARG(trend->label));
}

static enum error_code look_at_trends(const struct demo_options *options, bool shows_events, struct error *error)
{
    struct demo_plan     plan = {0};
    struct looking       looking = {.shows_events = shows_events};
    struct trend_options trend_options = {.on_event = on_event, .context = &looking};
    struct demo_report   report;
    struct arena         arena = {0};
    struct buf           out = {0};
    int64_t              started_us = clock_monotonic_us();
    enum error_code code = demo_generate(options, count_post, NULL, &plan, error);
    fprintf(stderr, "generated %llu posts in %.2f s\n", (unsigned long long)plan.posts,
            (double)(clock_monotonic_us() - started_us) / 1e6);
    if (!code)
        code = demo_watch_new(&plan, &looking.watch, error);
    if (!code)
        code = trend_engine_new(&trend_options, &looking.engine, error);
    if (!code)
        code = text_analyser_new(&looking.analyser, error);
    if (!code)
        code = demo_generate(options, feed_post, &looking, NULL, error);
    if (!code)
        code = trend_engine_advance(looking.engine, plan.until_us, error);
    if (!code)
        code = demo_compare(looking.watch, &arena, &report, error);
    if (!code) {
        demo_print_report(&report, &out);
        printf("%.*s", STR_ARG(buf_str(&out)));
    }
    fprintf(stderr, "all in %.2f s\n", (double)(clock_monotonic_us() - started_us) / 1e6);
    text_analyser_free(looking.analyser);
    trend_engine_free(looking.engine);
    demo_watch_free(looking.watch);
    demo_plan_fini(&plan);
    arena_fini(&looking.arena);
    arena_fini(&arena);
    buf_fini(&out);
    return code;
}

int main(int argc, char **argv)
{
    struct demo_options options = {.seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 0};
    struct error        error = {0};
    struct buf          line = {0};
    enum error_code     code;
    struct str          what = str_of(argc > 1 ? argv[1] : "trends");
    if (str_equal(what, STR("posts")))
        code = demo_generate(&options, print_post, &line, NULL, &error);
    else
        code = look_at_trends(&options, str_equal(what, STR("events")), &error);
    buf_fini(&line);
    if (code)
        error_print(&error, stderr);
    return error_kind(code)->exit_status;
}
