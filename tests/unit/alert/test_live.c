/* Rules against an archive: live equals the preview, quiet hours, trends, and what stays when a rule changes. */
#include "check.h"

#include "alert/keep.h"
#include "base/rng.h"
#include "base/vfs.h"

#include <unistd.h>

static const struct record_domain *const domains[] = {&alert_domain, NULL};
enum { FIRST_DAY = 20000, DAYS = 12 }; /* days since 1970 */
#define START_US (FIRST_DAY * CLOCK_DAY_US)

struct room {
    char                    folder[64];
    struct archive         *archive;
    struct archive_snapshot *snapshot;
    struct record          *record;
    struct text_analyser   *analyser;
    struct arena            arena;
    struct alert_world      world;
    size_t                  told, rung, digests;
};

static void add(struct room *room, int64_t at_us, const char *text, uint64_t author)
{
    static uint64_t    next;
    struct arena       arena = {0};
    struct text_facts  facts;
    struct error       error = {0};
    enum archive_added added;
    char               id[40], name[40];
    struct post        post = {.platform = STR("x"), .at_us = at_us, .text = str_of(text)};
    snprintf(id, sizeof id, "x:%llu", (unsigned long long)++next);
    snprintf(name, sizeof name, "voice%llu", (unsigned long long)author);
    post.id = str_of(id);
    post.author_handle = str_of(name);
    check_ok(post_check(&post, &arena, &error), error, "post");
    check_ok(text_analyse(room->analyser, &arena, post.text, post.lang, TEXT_WANT_LANGUAGE, &facts, &error), error, "analyse");
    check_ok(archive_add(room->archive, &post, &facts, &added, &error), error, "add");
    arena_fini(&arena);
}

static void look(struct room *room, int64_t now_us)
{
    struct error error = {0};
    check_ok(archive_commit(room->archive, &error), error, "commit");
    archive_snapshot_release(room->snapshot);
    check_ok(archive_snapshot(room->archive, &room->snapshot, &error), error, "snapshot");
    room->world.snapshot = room->snapshot;
    room->world.now_us = now_us;
}

static int begin(void **state)
{
    struct room           *room = calloc(1, sizeof *room);
    struct archive_options options = {.is_sync_off = true};
    struct error           error = {0};
    struct rng             rng;
    *state = room;
    snprintf(room->folder, sizeof room->folder, "/tmp/bellwether-alert-XXXXXX");
    check(mkdtemp(room->folder), "no folder");
    check_ok(archive_open(room->folder, ARCHIVE_WRITE, &options, &room->archive, &error), error, "archive");
    check_ok(record_open(NULL, domains, &room->record, &error), error, "record");
    check_ok(text_analyser_new(&room->analyser, &error), error, "analyser");
    room->world = (struct alert_world){.client = "town", .records = room->record, .analyser = room->analyser};
    rng_seed(&rng, 5);
    for (int hour = 0; hour < DAYS * 24; hour++)
        for (unsigned i = 0, n = rng_poisson(&rng, 3); i < n; i++)
            add(room, START_US + hour * CLOCK_HOUR_US + (int64_t)rng_below(&rng, CLOCK_HOUR_US),
                i % 3 ? "the ferry is lovely today, thank you so much" : "this ferry is terrible, I hate the awful delay", rng_below(&rng, 50));
    return 0;
}

static int end(void **state)
{
    struct room *room = *state;
    char         command[100];
    archive_snapshot_release(room->snapshot);
    archive_close(room->archive);
    record_close(room->record);
    text_analyser_free(room->analyser);
    arena_fini(&room->arena);
    snprintf(command, sizeof command, "rm -rf '%s'", room->folder);
    check(system(command) == 0, "%s", command);
    free(room);
    return 0;
}

static void storm(struct room *room, int64_t from_us, int minutes, int a_minute)
{
    for (int minute = 0; minute < minutes; minute++)
        for (int i = 0; i < a_minute; i++)
            add(room, from_us + minute * CLOCK_MINUTE_US + i * CLOCK_SECOND_US, "ferry cancelled, this is awful and terrible, I hate it", (uint64_t)(minute * a_minute + i));
}

static void tell(void *context, const struct alert_told *told)
{
    struct room *room = context;
    room->told++;
    room->rung += !told->is_quiet && !told->is_digest;
    room->digests += told->is_digest;
}

static struct alert_kept make(struct room *room, const char *text, int64_t now_us)
{
    struct alert_kept   kept;
    struct alert_rule   rule;
    struct alert_change change = {.actor = {1, STR("Ada")}, .now_us = now_us};
    struct error        error = {0};
    cJSON              *object = cJSON_Parse(text);
    check_ok(alert_rule_read(object, &room->arena, &rule, &error), error, "%s", text);
    cJSON_Delete(object);
    check_ok(alert_create(room->record, &change, &rule, &room->arena, &kept, &error), error, "%s", text);
    return kept;
}

static size_t fired(struct room *room, int64_t rule, struct alert_firing **firings)
{
    struct alert_firing_ask ask = {.rule = rule, .limit = 100};
    struct error            error = {0};
    size_t                  count;
    check_ok(alert_firings(room->record, &ask, &room->arena, firings, &count, &error), error, "firings");
    return count;
}

static size_t waiting(struct room *room, struct alert_delivery **deliveries)
{
    struct alert_delivery_ask ask = {.limit = 100};
    struct error              error = {0};
    size_t                    count;
    check_ok(alert_deliveries(room->record, &ask, &room->arena, deliveries, &count, &error), error, "deliveries");
    return count;
}

/* For each kind that counts: live, in steps of random length, fires when the preview says it would have. */
static void live_fires_when_the_preview_says(void **state)
{
    static const char *const rules[] = {
        "{\"name\":\"v\",\"on\":\"volume\",\"query\":\"ferry\",\"window_s\":1800,\"sensitivity\":\"above_usual\",\"cooldown_s\":3600,\"least_posts\":1,\"least_voices\":2}",
        "{\"name\":\"t\",\"on\":\"tone\",\"query\":\"ferry\",\"window_s\":3600,\"sensitivity\":\"above_usual\",\"cooldown_s\":3600,\"least_posts\":1,\"least_voices\":1}",
        "{\"name\":\"a\",\"on\":\"author\",\"author\":\"voice7\",\"window_s\":1800,\"cooldown_s\":3600}",
    };
    struct room  *room = *state;
    int64_t       from_us = START_US + 9 * CLOCK_DAY_US, now_us = START_US + 11 * CLOCK_DAY_US;
    struct rng    rng;
    struct error  error = {0};
    storm(room, START_US + 9 * CLOCK_DAY_US + 5 * CLOCK_HOUR_US, 30, 3);
    storm(room, START_US + 10 * CLOCK_DAY_US + 15 * CLOCK_HOUR_US, 20, 6);
    rng_seed(&rng, 1);
    for (size_t i = 0; i < COUNT_OF(rules); i++) {
        struct alert_kept    kept = make(room, rules[i], from_us);
        struct alert_firing *firings;
        struct alert_preview preview;
        struct alert_change  change = {.actor = {1, STR("Ada")}, .version = 1};
        for (int64_t at_us = from_us; at_us < now_us;) {
            at_us += (int64_t)(1 + rng_below(&rng, 60)) * CLOCK_MINUTE_US;
            at_us = at_us < now_us ? at_us : now_us;
            look(room, at_us);
            check_ok(alert_evaluate(&room->world, tell, room, &error), error, "rule %zu", i);
        }
        size_t count = fired(room, kept.id, &firings);
        check_ok(alert_preview(&room->world, &kept.rule, now_us - from_us, NULL, 0, &room->arena, &preview, &error), error, "rule %zu", i);
        check(count > 0, "rule %zu: nothing fired, so nothing was compared", i);
        check(count == preview.fired, "rule %zu: %zu fired, the preview says %llu", i, count, (unsigned long long)preview.fired);
        for (size_t j = 0; j < count; j++) {
            check(firings[j].at_us == preview.hits[j].at_us, "rule %zu, %zu: minute %lld, preview %lld", i, j,
                  (long long)((firings[j].at_us - from_us) / CLOCK_MINUTE_US), (long long)((preview.hits[j].at_us - from_us) / CLOCK_MINUTE_US));
            check(firings[j].value == (int64_t)preview.hits[j].value, "rule %zu, %zu", i, j);
        }
        check(preview.per_word[kept.rule.sensitivity] == preview.fired, "rule %zu", i);
        check_ok(alert_set_state(room->record, kept.id, &change, ALERT_PAUSED, &room->arena, &kept, &error), error, "pause");
    }
}

static void quiet_hours_give_one_summary_after(void **state)
{
    struct room           *room = *state;
    int64_t                night_us = START_US + 10 * CLOCK_DAY_US + 22 * CLOCK_HOUR_US; /* 22:00 UTC */
    struct alert_firing   *firings;
    struct alert_delivery *deliveries;
    struct error           error = {0};
    struct alert_kept      kept = make(room, "{\"name\":\"night\",\"on\":\"volume\",\"query\":\"ferry\",\"window_s\":900,\"sensitivity\":\"unusual\",\"cooldown_s\":3600,"
                                             "\"quiet\":{\"zone\":\"UTC\",\"from\":\"21:00\",\"until\":\"06:00\"},\"mail\":[\"a@example.org\",\"b@example.org\"]}",
                                       night_us);
    storm(room, night_us + 10 * CLOCK_MINUTE_US, 10, 10);
    storm(room, night_us + 4 * CLOCK_HOUR_US, 10, 10);
    look(room, night_us + 6 * CLOCK_HOUR_US);
    check_ok(alert_evaluate(&room->world, tell, room, &error), error, "at night");
    assert_int_equal(fired(room, kept.id, &firings), 2);
    assert_int_equal(waiting(room, &deliveries), 0);
    assert_int_equal(room->rung, 0);
    assert_int_equal(firings[0].held_until_us, START_US + 11 * CLOCK_DAY_US + 6 * CLOCK_HOUR_US);
    look(room, START_US + 11 * CLOCK_DAY_US + 6 * CLOCK_HOUR_US);
    for (int i = 0; i < 2; i++) /* and only once */
        check_ok(alert_evaluate(&room->world, tell, room, &error), error, "in the morning");
    assert_int_equal(waiting(room, &deliveries), 2); /* one for each address */
    assert_int_equal(room->digests, 1);
    assert_true(deliveries[0].is_digest && deliveries[0].firing == 0);
}

static void a_trend_is_told_once_and_only_if_it_is_about_the_query(void **state)
{
    struct room         *room = *state;
    struct error         error = {0};
    struct alert_firing *firings;
    int64_t              now_us = START_US + 11 * CLOCK_DAY_US;
    struct str           ids[10];
    struct alert_kept    about = make(room, "{\"name\":\"about\",\"on\":\"trend\",\"query\":\"ferry\",\"sensitivity\":\"above_usual\",\"cooldown_s\":300}", now_us);
    struct alert_kept    other = make(room, "{\"name\":\"other\",\"on\":\"trend\",\"query\":\"crane\",\"sensitivity\":\"above_usual\",\"cooldown_s\":300}", now_us);
    struct alert_kept    strong = make(room, "{\"name\":\"strong\",\"on\":\"trend\",\"sensitivity\":\"very_unusual\",\"cooldown_s\":300}", now_us);
    look(room, now_us);
    struct archive_page  page;
    check_ok(archive_posts(room->snapshot, &(struct query_node){.kind = QUERY_ALL}, ARCHIVE_NEWEST, 10, STR(""), &room->arena, &page, &error), error, "posts");
    for (size_t i = 0; i < 10; i++)
        ids[i] = page.posts[i].id;
    struct alert_trend trend = {.id = 5, .at_us = now_us, .label = STR("ferry\nstrike"), .strength = 9, .voices = 8, .posts = 12, .post_ids = ids, .post_id_count = 10};
    for (int i = 0; i < 3; i++, room->world.now_us += CLOCK_HOUR_US)
        check_ok(alert_hear(&room->world, &trend, 1, tell, room, &error), error, "hear");
    assert_int_equal(fired(room, about.id, &firings), 1);
    assert_int_equal(firings[0].trend, 5);
    check_str(firings[0].title, STR("new trend: ferry strike"), "title");
    assert_int_equal(fired(room, other.id, &firings), 0);
    assert_int_equal(fired(room, strong.id, &firings), 0);
    trend.strength = 40; /* it grew */
    check_ok(alert_hear(&room->world, &trend, 1, tell, room, &error), error, "hear");
    assert_int_equal(fired(room, strong.id, &firings), 1);
    trend.id = 6, trend.is_muted = true, room->world.now_us += CLOCK_HOUR_US;
    check_ok(alert_hear(&room->world, &trend, 1, tell, room, &error), error, "hear");
    assert_int_equal(fired(room, 0, &firings), 2);
}

static void a_rule_that_breaks_says_why_and_keeps_nobody_out(void **state)
{
    struct room         *room = *state;
    struct error         error = {0};
    struct alert_firing *firings;
    int64_t              now_us = START_US + 10 * CLOCK_DAY_US;
    struct alert_kept    broken = make(room, "{\"name\":\"broken\",\"on\":\"volume\",\"query\":\"list:gone\"}", now_us), found;
    struct alert_kept    topic = make(room, "{\"name\":\"topic\",\"on\":\"volume\",\"topic\":3}", now_us);
    struct alert_kept    fine = make(room, "{\"name\":\"fine\",\"on\":\"volume\",\"query\":\"ferry\",\"window_s\":900}", now_us);
    storm(room, now_us + CLOCK_HOUR_US, 10, 10);
    look(room, now_us + 2 * CLOCK_HOUR_US);
    check_ok(alert_evaluate(&room->world, tell, room, &error), error, "evaluate");
    check_ok(alert_by_id(room->record, broken.id, &room->arena, &found, &error), error, "broken");
    check(str_contains(found.problem, STR("gone")), "'%.*s'", STR_ARG(found.problem));
    check_ok(alert_by_id(room->record, topic.id, &room->arena, &found, &error), error, "topic");
    check(str_contains(found.problem, STR("topic")), "'%.*s'", STR_ARG(found.problem));
    assert_int_equal(fired(room, fine.id, &firings), 1);
}

static void versions_conflict_and_outcomes_add_up(void **state)
{
    struct room         *room = *state;
    struct error         error = {0};
    struct alert_firing *firings, firing;
    int64_t              now_us = START_US + 10 * CLOCK_DAY_US;
    struct alert_kept    kept = make(room, "{\"name\":\"v\",\"on\":\"volume\",\"query\":\"ferry\",\"window_s\":900,\"cooldown_s\":3600}", now_us), next;
    struct alert_change  change = {.actor = {2, STR("Ben")}, .now_us = now_us, .version = 1};
    storm(room, now_us + CLOCK_HOUR_US, 10, 10);
    storm(room, now_us + 5 * CLOCK_HOUR_US, 10, 10);
    look(room, now_us + 6 * CLOCK_HOUR_US);
    check_ok(alert_evaluate(&room->world, tell, room, &error), error, "evaluate");
    assert_int_equal(fired(room, kept.id, &firings), 2);
    check_ok(alert_judge_firing(room->record, firings[0].id, &change, ALERT_USEFUL, STR("good"), &room->arena, &firing, &error), error, "judge");
    check_ok(alert_judge_firing(room->record, firings[1].id, &change, ALERT_TOO_LATE, STR(""), &room->arena, &firing, &error), error, "judge");
    check_ok(alert_by_id(room->record, kept.id, &room->arena, &next, &error), error, "again");
    assert_int_equal(next.record.fired, 2);
    assert_int_equal(next.record.useful, 1);
    assert_int_equal(next.record.too_late, 1);
    assert_int_equal(next.record.unjudged, 0);
    check_ok(alert_judge_firing(room->record, firings[1].id, &change, ALERT_UNJUDGED, STR(""), &room->arena, &firing, &error), error, "take back");
    assert_int_equal(firing.outcome_us, 0);
    check_ok(alert_edit(room->record, kept.id, &change, &kept.rule, 0, STR(""), &room->arena, &next, &error), error, "edit");
    assert_int_equal(next.version, 2);
    assert_int_equal(next.owner, 1);
    assert_int_equal(alert_edit(room->record, kept.id, &change, &kept.rule, 0, STR(""), &room->arena, &next, &error), ERROR_CONFLICT);
    change.version = 2;
    check_ok(alert_set_state(room->record, kept.id, &change, ALERT_RETIRED, &room->arena, &next, &error), error, "retire");
    storm(room, now_us + 10 * CLOCK_HOUR_US, 10, 10);
    look(room, now_us + 11 * CLOCK_HOUR_US);
    check_ok(alert_evaluate(&room->world, tell, room, &error), error, "retired");
    assert_int_equal(fired(room, kept.id, &firings), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(live_fires_when_the_preview_says, begin, end),
        cmocka_unit_test_setup_teardown(quiet_hours_give_one_summary_after, begin, end),
        cmocka_unit_test_setup_teardown(a_trend_is_told_once_and_only_if_it_is_about_the_query, begin, end),
        cmocka_unit_test_setup_teardown(a_rule_that_breaks_says_why_and_keeps_nobody_out, begin, end),
        cmocka_unit_test_setup_teardown(versions_conflict_and_outcomes_add_up, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
