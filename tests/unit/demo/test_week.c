/* The weeks after the first days, and the thread that lives them. */
#include "check.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/vfs.h"
#include "demo/live.h"

#include <unistd.h>

/* ---- What is said in a week ---- */

struct seen {
    uint64_t        hash, count;
    int64_t         first_us, last_us;
    struct interner ids;
    bool            is_in_order, is_unique;
};

static enum error_code see(void *context, const struct post *post, struct error *error)
{
    struct seen *seen = context;
    struct buf   line = {0};
    (void)error;
    post_print(post, &line);
    seen->hash = hash_mix(seen->hash, hash_str(buf_str(&line)));
    buf_fini(&line);
    if (!seen->count++)
        seen->first_us = post->at_us;
    seen->is_in_order &= post->at_us >= seen->last_us;
    seen->last_us = post->at_us;
    uint32_t known = seen->ids.count;
    seen->is_unique &= interner_add(&seen->ids, post->id) == known;
    return ERROR_NONE;
}

static struct seen look(unsigned week, struct interner *ids, struct demo_plan *plan)
{
    struct seen  seen = {.is_in_order = true, .is_unique = true, .ids = *ids};
    struct error error = {0};
    if (week)
        check_ok(demo_generate_week(NULL, week, see, &seen, plan, &error), error, "week %u", week);
    else
        check_ok(demo_generate(NULL, see, &seen, plan, &error), error, "the first days");
    *ids = seen.ids;
    return seen;
}

static void weeks_follow_one_another_without_end(void **state)
{
    (void)state;
    struct interner  ids = {0}, again_ids = {0};
    struct demo_plan plan = {0};
    int64_t          end_us = 0;
    struct seen      first = look(0, &ids, &plan);
    check(first.is_in_order && first.is_unique, "the first days");
    end_us = plan.until_us;
    demo_plan_fini(&plan);
    for (unsigned week = 1; week <= 4; week++) {
        struct seen seen = look(week, &ids, &plan);
        check(seen.is_in_order && seen.is_unique, "week %u: in order, and no id twice", week);
        check(plan.since_us == end_us && plan.until_us == end_us + 7 * CLOCK_DAY_US, "week %u begins where the last ended", week);
        check(seen.first_us >= plan.since_us && seen.first_us < plan.since_us + CLOCK_HOUR_US, "week %u", week);
        check(seen.last_us < plan.until_us + 4 * CLOCK_DAY_US, "week %u: stories end", week);
        check(seen.count > 7 * 2500 && seen.count < 7 * 4500, "week %u: %d posts", week, (int)seen.count);
        size_t stories = 0;
        for (size_t i = 0; i < plan.count; i++) {
            stories += plan.planted[i].kind == DEMO_STORY;
            check(plan.planted[i].kind != DEMO_WEEKLY || !plan.planted[i].is_first, "the weekly tags are known by now");
            check(plan.planted[i].post_id_count > 30, "week %u: %.*s has %d posts", week, STR_ARG(plan.planted[i].name), (int)plan.planted[i].post_id_count);
        }
        check(stories == 7, "week %u: %d stories", week, (int)stories);
        if (week == 1)
            check(str_equal(plan.planted[0].name, STR("seal")) && plan.planted[0].onset_us < end_us + 9 * CLOCK_HOUR_US, "something breaks in the first hours");
        end_us = plan.until_us;
        demo_plan_fini(&plan);
        if (week == 2) {
            struct seen again = look(2, &again_ids, NULL);
            check(again.hash == seen.hash && again.count == seen.count, "the same options, the same week");
        }
    }
    interner_fini(&ids);
    interner_fini(&again_ids);
    struct error error = {0};
    check(demo_generate_week(NULL, 0, see, &first, NULL, &error) == ERROR_INVALID, "weeks begin at 1");
}

/* ---- Through the trend engine ---- */

struct hearing {
    struct trend_engine  *engine;
    struct text_analyser *analyser;
    struct arena          arena;
};

static enum error_code hear(void *context, const struct post *post, struct error *error)
{
    struct hearing   *hearing = context;
    struct text_facts facts;
    arena_reset(&hearing->arena);
    enum error_code code = text_analyse(hearing->analyser, &hearing->arena, post->text, post->lang, TREND_TEXT_WANT, &facts, error);
    return code ? code : trend_engine_add(hearing->engine, post, &facts, error);
}

struct watches {
    struct demo_watch *of[2];
};

static void watch_all(void *context, enum trend_event_kind kind, int64_t at_us, const struct trend *trend)
{
    struct watches *watches = context;
    for (int i = 0; i < 2; i++)
        demo_watch_event(watches->of[i], kind, at_us, trend);
}

static void its_stories_are_unearthed(void **state)
{
    (void)state;
    struct error         error = {0};
    struct hearing       hearing = {0};
    struct watches       watches;
    struct trend_options options = {.on_event = watch_all, .context = &watches};
    struct demo_plan     plans[2];
    struct seen          seen = {0};
    for (unsigned i = 0; i < 2; i++) {
        check_ok(demo_generate_week(NULL, i + 1, see, &seen, &plans[i], &error), error, "plan");
        check_ok(demo_watch_new(&plans[i], &watches.of[i], &error), error, "watch");
    }
    interner_fini(&seen.ids);
    check_ok(trend_engine_new(&options, &hearing.engine, &error), error, "engine");
    check_ok(text_analyser_new(&hearing.analyser, &error), error, "analyser");
    check_ok(demo_generate(NULL, hear, &hearing, NULL, &error), error, "the first days");
    for (unsigned week = 1; week <= 2; week++)
        check_ok(demo_generate_week(NULL, week, hear, &hearing, NULL, &error), error, "week %u", week);
    check_ok(trend_engine_advance(hearing.engine, plans[1].until_us + CLOCK_DAY_US, &error), error, "end");
    size_t found = 0, stories = 0, shown = 0;
    for (unsigned i = 0; i < 2; i++) {
        struct demo_report report;
        struct arena       arena = {0};
        struct buf         out = {0};
        check_ok(demo_compare(watches.of[i], &arena, &report, &error), error, "compare");
        demo_print_report(&report, &out);
        if (getenv("BELLWETHER_SHOW"))
            fwrite(out.ptr, 1, out.len, stderr);
        found += report.stories_found;
        stories += report.stories;
        shown += report.distractors_shown;
        check(report.median_delay_h <= 2.5, "week %u: half of them only after %.1f hours", i + 1, report.median_delay_h);
        buf_fini(&out);
        arena_fini(&arena);
        demo_watch_free(watches.of[i]);
        demo_plan_fini(&plans[i]);
    }
    /* A floor, not what it reaches; of six distractors the weekly tags are at times heard as news (a new opponent is). */
    check(stories == 14 && found >= 12 && shown <= 2, "%d of %d stories, %d distractors", (int)found, (int)stories, (int)shown);
    trend_engine_free(hearing.engine);
    text_analyser_free(hearing.analyser);
    arena_fini(&hearing.arena);
}

/* ---- Live ---- */

struct town {
    char top[64], folder[96];
    struct stream_options stream_options;
    struct demo_live_options options;
    struct stream    *stream;
    struct demo_live *live;
};

static void town_open(struct town *town)
{
    struct error error = {0};
    town->stream_options = (struct stream_options){.archive_folder = town->folder, .has_no_trends = true};
    check_ok(demo_live_clock(&town->options, &town->stream_options, &error), error, "clock");
    check_ok(stream_open(&town->stream_options, &town->stream, &error), error, "stream");
    check_ok(demo_live_open(&town->options, town->stream, &town->live, &error), error, "live");
}

static void town_close(struct town *town)
{
    demo_live_close(town->live);
    stream_close(town->stream);
}

static bool ask(struct town *town, struct archive_stats *stats)
{
    struct archive_snapshot *snapshot;
    struct error             error = {0};
    check_ok(stream_snapshot(town->stream, &snapshot, &error), error, "snapshot");
    check_ok(archive_stats(snapshot, stats, &error), error, "stats");
    archive_snapshot_release(snapshot);
    return true;
}

/* What the town has said up to at_us. */
static enum error_code count_until(void *context, const struct post *post, struct error *error)
{
    int64_t *counting = context; /* until, count */
    (void)error;
    counting[1] += post->at_us <= counting[0];
    return ERROR_NONE;
}

static uint64_t said_until(const struct demo_options *options, int64_t at_us)
{
    int64_t      counting[2] = {at_us, 0};
    struct error error = {0};
    check_ok(demo_generate(options, count_until, counting, NULL, &error), error, "first days");
    for (unsigned week = 1; week <= 2; week++)
        check_ok(demo_generate_week(options, week, count_until, counting, NULL, &error), error, "week");
    return (uint64_t)counting[1];
}

static void it_lives_on_and_nothing_is_lost_over_a_restart(void **state)
{
    (void)state;
    struct town            town = {.top = "/tmp/bellwether-town-XXXXXX", .options = {.town = {.posts_per_day = 500}, .speed = 3600}};
    struct archive_stats   stats, later;
    struct demo_live_state live;
    assert_non_null(mkdtemp(town.top));
    snprintf(town.folder, sizeof town.folder, "%s/archive", town.top);
    town_open(&town);
    int64_t starts_us = town.stream_options.clock_starts_us;
    check(starts_us == (clock_days_from_civil(2026, 6, 1) * 24 + 7) * CLOCK_HOUR_US, "it begins on Monday at seven");
    ask(&town, &stats);
    check(stats.posts >= said_until(&town.options.town, starts_us), "everything up to now is there");
    for (int i = 0; i < 100 && (!ask(&town, &later) || later.posts < stats.posts + 40); i++)
        usleep(100000);
    check(later.posts >= stats.posts + 40 && later.last_us > stats.last_us, "it goes on: %d, then %d", (int)stats.posts, (int)later.posts);
    check(later.last_us <= stream_now_us(town.stream), "nothing is said before its time");
    demo_live_state(town.live, &live);
    check(live.pushed > 0 && live.refused == 0, "%d pushed", (int)live.pushed);
    town_close(&town);
    town_open(&town);
    ask(&town, &later);
    check(town.stream_options.clock_starts_us > starts_us && later.last_us >= stats.last_us, "the clock goes on where the archive stands");
    check(later.posts == said_until(&town.options.town, later.last_us), "nothing is missing and nothing double: %d, %d", (int)later.posts,
          (int)said_until(&town.options.town, later.last_us));
    town_close(&town);
    struct arena arena = {0};
    struct str  *names;
    size_t       count;
    char         path[512];
    check_ok(vfs_list(town.folder, &arena, &names, &count, NULL), (struct error){0}, "list");
    for (size_t i = 0; i < count; i++)
        if (vfs_join(path, town.folder, names[i].ptr))
            unlink(path);
    rmdir(town.folder);
    rmdir(town.top);
    arena_fini(&arena);
}

static void options_are_checked(void **state)
{
    (void)state;
    static const double speeds[] = {0.5, -1, 3601};
    for (size_t i = 0; i < COUNT_OF(speeds); i++) {
        struct demo_live_options options = {.speed = speeds[i]};
        struct stream_options    stream = {.archive_folder = "/nowhere/at/all"};
        struct error             error = {0};
        check(demo_live_clock(&options, &stream, &error) == ERROR_INVALID, "%g", speeds[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weeks_follow_one_another_without_end),
        cmocka_unit_test(its_stories_are_unearthed),
        cmocka_unit_test(it_lives_on_and_nothing_is_lost_over_a_restart),
        cmocka_unit_test(options_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
