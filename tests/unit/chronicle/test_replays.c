/* Days told live, then replayed after a restart: the same trends keep their ids, and none is doubled. The invented
 * town, and real posts where they are at hand. */
#include "chronicle_fixture.h"

#include "base/vfs.h"
#include "demo/demo.h"
#include "table/input.h"
#include "table/lines.h"

/* The trend thread's part: an engine whose events go to the chronicle, with each open trend told again every five
 * minutes. */
struct hearing {
    struct fixture       *fixture;
    struct trend_engine  *engine;
    struct text_analyser *analyser;
    struct arena          arena, open_arena;
    int64_t               from_us, told_us, last_us;
    bool                  is_replay;
    uint64_t              posts;
};

static void on_event(void *context, enum trend_event_kind kind, int64_t at_us, const struct trend *trend)
{
    static const enum stream_trend_event events[] = {[TREND_OPEN] = STREAM_TREND_OPEN,
                                                     [TREND_UPDATE] = STREAM_TREND_UPDATE,
                                                     [TREND_CLOSE] = STREAM_TREND_CLOSE};
    struct hearing *hearing = context;
    chronicle_on_trend(hearing->fixture->chronicle, events[kind], at_us, hearing->is_replay, trend);
}

static void hearing_begin(struct hearing *hearing, struct fixture *fixture, int64_t from_us, bool is_replay)
{
    struct error         error = {0};
    struct trend_options options = {.on_event = on_event, .context = hearing};
    *hearing = (struct hearing){.fixture = fixture, .from_us = from_us, .is_replay = is_replay};
    check_ok(trend_engine_new(&options, &hearing->engine, &error), error, "engine");
    check_ok(text_analyser_new(&hearing->analyser, &error), error, "analyser");
}

static void tell_open(struct hearing *hearing, int64_t at_us)
{
    struct error  error = {0};
    struct trend *open;
    size_t        count;
    arena_reset(&hearing->open_arena);
    check_ok(trend_engine_open_trends(hearing->engine, &hearing->open_arena, &open, &count, &error), error, "open");
    for (size_t i = 0; i < count; i++)
        on_event(hearing, TREND_UPDATE, at_us, &open[i]);
    hearing->told_us = at_us;
}

static enum error_code hear(void *context, const struct post *post, struct error *error)
{
    struct hearing   *hearing = context;
    struct text_facts facts;
    if (post->at_us < hearing->from_us)
        return ERROR_NONE;
    arena_reset(&hearing->arena);
    enum error_code code = text_analyse(hearing->analyser, &hearing->arena, post->text, post->lang, TREND_TEXT_WANT,
                                        &facts, error);
    if (!code)
        code = trend_engine_add(hearing->engine, post, &facts, error);
    hearing->posts++;
    hearing->last_us = post->at_us > hearing->last_us ? post->at_us : hearing->last_us;
    if (!code && post->at_us >= hearing->told_us + 5 * CLOCK_MINUTE_US)
        tell_open(hearing, post->at_us);
    return code;
}

static void hearing_end(struct hearing *hearing, bool is_to_the_end)
{
    struct error error = {0};
    if (is_to_the_end)
        check_ok(trend_engine_advance(hearing->engine, hearing->last_us + CLOCK_DAY_US, &error), error, "end");
    chronicle_flush(hearing->fixture->chronicle);
    trend_engine_free(hearing->engine);
    text_analyser_free(hearing->analyser);
    arena_fini(&hearing->arena);
    arena_fini(&hearing->open_arena);
}

/* Everything that a later replay must leave as it is. */
static void print_kept(struct fixture *fixture, struct buf *out)
{
    for (int64_t id = 1; id <= fixture_kept(fixture); id++) {
        struct chronicle_trend trend = fixture_find(fixture, id);
        buf_printf(out, "%lld %.*s %lld %lld %lld %.3f %lld\n", (long long)id, STR_ARG(trend.label),
                   (long long)trend.detected_us,
                   (long long)trend.started_us, (long long)trend.closed_us, trend.z_peak, (long long)trend.posts);
    }
}

/* What is fed: the town, or a file. */
typedef void (*feed_fn)(struct hearing *hearing);

static const struct demo_options small_town = {.posts_per_day = 800};

static void feed_town(struct hearing *hearing)
{
    struct error error = {0};
    check_ok(demo_generate(&small_town, hear, hearing, NULL, &error), error, "town");
}

static char real_path[512];

static void feed_file(struct hearing *hearing)
{
    struct error  error = {0};
    struct input *input;
    struct arena  arena = {0};
    struct line   line;
    check_ok(input_open(real_path, NULL, &input, &error), error, "%s", real_path);
    struct lines lines = {.source = input_source(input)};
    for (;;) {
        struct post post;
        check_ok(lines_next(&lines, &line, &error), error, "line");
        if (line.is_last)
            break;
        arena_reset(&arena);
        check_ok(post_parse(line.text, &arena, &post, &error), error, "line %llu", (unsigned long long)line.number);
        check_ok(hear(hearing, &post, &error), error, "line %llu", (unsigned long long)line.number);
    }
    lines_fini(&lines);
    input_close(input);
    arena_fini(&arena);
}

/* Told live, then replayed: twice from the beginning, and once from some days later, as after a restart that knows
 * less of the past. Of the last the least share that is met again is asked for; what it opens newly, it must meet
 * again the next time. */
static void replay_and_compare(feed_fn feed, int64_t cut_us, unsigned most_new)
{
    struct fixture fixture;
    struct hearing hearing;
    struct buf     live = {0}, again = {0};
    fixture_init(&fixture);
    hearing_begin(&hearing, &fixture, 0, false);
    feed(&hearing);
    int64_t last_us = hearing.last_us;
    hearing_end(&hearing, true);
    int64_t  count = fixture_kept(&fixture);
    unsigned opens = fixture.opens;
    check(count > 0 && opens == count, "%lld kept, %u told", (long long)count, opens);
    print_kept(&fixture, &live);

    for (int round = 0; round < 2; round++) {
        fixture_stop(&fixture);
        fixture_start(&fixture);
        hearing_begin(&hearing, &fixture, 0, true);
        feed(&hearing);
        hearing_end(&hearing, true);
        buf_clear(&again);
        print_kept(&fixture, &again);
        check(fixture_kept(&fixture) == count, "round %d: %lld kept, %lld before", round,
              (long long)fixture_kept(&fixture), (long long)count);
        check(str_equal(buf_str(&live), buf_str(&again)), "round %d:\n%.*s---\n%.*s", round, STR_ARG(buf_str(&live)),
              STR_ARG(buf_str(&again)));
    }
    check(fixture.opens == opens, "a replay tells nothing new");

    int64_t before = count;
    for (int round = 0; round < 2; round++) {
        fixture_stop(&fixture);
        fixture_start(&fixture);
        hearing_begin(&hearing, &fixture, last_us - cut_us, true);
        feed(&hearing);
        hearing_end(&hearing, true);
        int64_t now = fixture_kept(&fixture);
        print_message("from %.0f days before the end, round %d: %lld kept, %lld before\n",
                      (double)cut_us / CLOCK_DAY_US, round, (long long)now,
                      (long long)before);
        check(now >= before && now - before <= (round ? 0 : most_new), "round %d", round);
        before = now;
    }
    for (int64_t id = 1; id <= count; id++) /* what was told live still stands as it was */
        check(fixture_find(&fixture, id).is_found_late == false, "%lld", (long long)id);
    buf_fini(&live);
    buf_fini(&again);
    fixture_fini(&fixture);
}

static void the_town_is_recognised(void **state)
{
    (void)state;
    replay_and_compare(feed_town, 14 * CLOCK_DAY_US, 4);
}

static bool find_real(const char *name)
{
    const char *shared = getenv("BELLWETHER_SHARED");
    uint64_t    size;
    snprintf(real_path, sizeof real_path, "%s/data/%s.jsonl.zst", shared ? shared : CHRONICLE_TEST_SHARED, name);
    return vfs_file_size(real_path, &size);
}

static void real_posts_are_recognised(void **state)
{
    (void)state;
    if (!find_real("airlines-2015-02")) {
        print_message("skipped: %s is not here\n", real_path);
        skip();
    }
    replay_and_compare(feed_file, 3 * CLOCK_DAY_US, 4);
}

/* Killed in the middle of a day, started again: the replay meets what was open, and life goes on in the same rows. */
static void a_kill_in_the_middle(void **state)
{
    struct fixture         fixture;
    struct hearing         hearing;
    struct chronicle_trend *trends;
    (void)state;
    if (!find_real("airlines-2015-02")) {
        print_message("skipped: %s is not here\n", real_path);
        skip();
    }
    fixture_init(&fixture);
    hearing_begin(&hearing, &fixture, 0, false);
    feed_file(&hearing);
    hearing_end(&hearing, false); /* no end: whatever was open stays open */
    int64_t count = fixture_kept(&fixture), open = 0;
    for (int64_t id = 1; id <= count; id++)
        open += fixture_find(&fixture, id).closed_us == 0;
    fixture_stop(&fixture);
    fixture_start(&fixture);
    hearing_begin(&hearing, &fixture, 0, true);
    feed_file(&hearing);
    tell_open(&hearing, hearing.last_us);
    chronicle_flush(fixture.chronicle);
    hearing.is_replay = false;
    hearing_end(&hearing, true); /* and then the day goes by live */
    check(fixture_kept(&fixture) == count, "%lld kept, %lld before", (long long)fixture_kept(&fixture),
          (long long)count);
    for (int64_t id = 1; id <= count; id++)
        check(fixture_find(&fixture, id).closed_us != 0, "%lld is open still", (long long)id);
    print_message("%lld trends, %lld open at the kill\n", (long long)count, (long long)open);

    size_t listed = fixture_list(&fixture, &trends);
    bool   is_found = false;
    for (size_t i = 0; i < listed; i++)
        is_found = is_found || (str_contains(trends[i].label, STR("fleek")) && trends[i].voices > 100 &&
                                trends[i].z_peak > 15);
    check(is_found, "\"fleet's on fleek\" is among them");
    fixture_fini(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_town_is_recognised),
        cmocka_unit_test(real_posts_are_recognised),
        cmocka_unit_test(a_kill_in_the_middle),
    };
    return cmocka_run_group_tests_name("chronicle, replayed", tests, NULL, NULL);
}
