/* Real posts, where they are at hand: the folder that BELLWETHER_SHARED names, else ../shared seen from the source root. */
#include "check.h"

#include "base/clock.h"
#include "trend/trend.h"

#include <sys/stat.h>

struct watched {
    char     label[128];
    int64_t  opened_us, started_us;
    uint64_t id;
    unsigned flags;
    uint32_t posts;
    double   z_peak;
};

struct watch {
    struct watched trends[512];
    size_t         count;
};

static void note(void *context, enum trend_event_kind kind, int64_t at_us, const struct trend *trend)
{
    struct watch   *watch = context;
    struct watched *row = NULL;
    for (size_t i = 0; i < watch->count; i++)
        if (watch->trends[i].id == trend->id)
            row = &watch->trends[i];
    if (kind == TREND_OPEN && watch->count < 512) {
        row = &watch->trends[watch->count++];
        *row = (struct watched){.opened_us = at_us, .id = trend->id};
    }
    if (!row)
        return;
    snprintf(row->label, sizeof row->label, "%.*s", STR_ARG(trend->label));
    row->started_us = trend->started_at_us;
    row->flags = trend->flags;
    row->posts = trend->posts;
    row->z_peak = trend->z_peak;
}

/* Replays NAME.jsonl.zst; false where it is not at hand. */
static bool replay(const char *name, struct watch *watch)
{
    const char *shared = getenv("BELLWETHER_SHARED");
    char        path[512], command[600];
    struct stat stat_of;
    snprintf(path, sizeof path, "%s/data/%s.jsonl.zst", shared ? shared : TREND_TEST_SHARED, name);
    if (stat(path, &stat_of) != 0) {
        print_message("skipped: %s is not here\n", path);
        return false;
    }
    snprintf(command, sizeof command, "zstd -dcq '%s'", path);
    FILE *file = popen(command, "r");
    check(file, "%s", command);
    struct trend_options  options = {.on_event = note, .context = watch};
    struct trend_engine  *engine;
    struct text_analyser *analyser;
    struct arena          arena = {0};
    struct error          error = {0};
    char                 *line = NULL;
    size_t                capacity = 0;
    ssize_t               len;
    unsigned              posts = 0;
    check_ok(trend_engine_new(&options, &engine, &error), error, "engine");
    check_ok(text_analyser_new(&analyser, &error), error, "analyser");
    while ((len = getline(&line, &capacity, file)) > 0) {
        struct post       post;
        struct text_facts facts;
        arena_reset(&arena);
        check_ok(post_parse(str_slice(line, (size_t)len - (line[len - 1] == '\n')), &arena, &post, &error), error, "post");
        check_ok(text_analyse(analyser, &arena, post.text, post.lang, TREND_TEXT_WANT, &facts, &error), error, "text");
        check_ok(trend_engine_add(engine, &post, &facts, &error), error, "add");
        posts++;
    }
    free(line);
    pclose(file);
    arena_fini(&arena);
    text_analyser_free(analyser);
    trend_engine_free(engine);
    if (posts == 0)
        print_message("skipped: zstd gave nothing\n");
    return posts > 0;
}

static int64_t at(const char *text)
{
    int64_t at_us = 0;
    check(clock_parse(str_of(text), &at_us), "%s", text);
    return at_us;
}

static void airlines_fleek_is_one_trend_on_its_hour_and_the_storm_on_its_days(void **state)
{
    (void)state;
    static struct watch watch;
    if (!replay("airlines-2015-02", &watch))
        skip();
    unsigned        fleek = 0;
    struct watched *best = NULL, *storm = NULL;
    for (size_t i = 0; i < watch.count; i++) {
        struct watched *row = &watch.trends[i];
        if (strcasestr(row->label, "fleek"))
            fleek++;
        if (row->opened_us >= at("2015-02-23") && row->opened_us < at("2015-02-24") && (!best || row->z_peak > best->z_peak))
            best = row;
        if (strcasestr(row->label, "cancelled") && row->started_us >= at("2015-02-21") && row->started_us < at("2015-02-23"))
            storm = row;
    }
    check(fleek == 1, "%u trends of fleek", fleek);
    check(best && strcasestr(best->label, "fleek"), "on top of the 23rd: %s", best ? best->label : "nothing");
    check(best->started_us >= at("2015-02-23T18:00:00Z") && best->started_us < at("2015-02-23T18:30:00Z"), "start");
    check(best->posts >= 120 && !(best->flags & TREND_COORDINATED), "%u posts, flags %u", best->posts, best->flags);
    check(storm, "no storm among %zu trends", watch.count);
    check(watch.count <= 30, "%zu trends in eight days", watch.count);
}

static void boxing_is_read_as_the_fight_went(void **state)
{
    (void)state;
    static struct watch watch;
    if (!replay("boxing-2017-08", &watch))
        skip();
    bool is_tko = false;
    for (size_t i = 0; i < watch.count; i++) {
        is_tko |= strcasestr(watch.trends[i].label, "tko") != NULL;
        check(watch.trends[i].flags & TREND_LOW_EVIDENCE, "an hour of history is little evidence");
        check(watch.trends[i].posts < 1000, "%s dominates with %u posts", watch.trends[i].label, watch.trends[i].posts);
    }
    check(is_tko && watch.count <= 25, "%zu trends", watch.count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(airlines_fleek_is_one_trend_on_its_hour_and_the_storm_on_its_days),
        cmocka_unit_test(boxing_is_read_as_the_fight_went),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
