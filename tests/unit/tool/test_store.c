/* The register, comparisons and sightings in their databases. */
#include "check.h"

#include "base/clock.h"
#include "tool/tool.h"

static const struct record_domain *const record_domains[] = {&tool_domain, NULL};
static const struct record_domain *const sighting_domains[] = {&sighting_domain, NULL};
static const struct record_actor         ada = {1, STR("Ada")};

struct room {
    struct record *records, *sightings;
    struct arena   arena;
};

static int begin(void **state)
{
    struct room *room = calloc(1, sizeof *room);
    struct error error = {0};
    *state = room;
    check_ok(record_open(NULL, record_domains, &room->records, &error), error, "records");
    check_ok(record_open(NULL, sighting_domains, &room->sightings, &error), error, "sightings");
    return 0;
}

static int end(void **state)
{
    struct room *room = *state;
    record_close(room->records);
    record_close(room->sightings);
    arena_fini(&room->arena);
    free(room);
    return 0;
}

static void statements_prepare(void **state)
{
    (void)state;
    struct error error = {0};
    check_ok(record_prove(&tool_domain, &error), error, "tool.sql");
    check_ok(record_prove(&sighting_domain, &error), error, "sighting.sql");
}

/* ---- The register ---- */

static struct tool called(const char *name, struct str *labels, size_t count)
{
    return (struct tool){.name = str_of(name), .vendor = STR("A vendor"), .purpose = STR("listening"), .verdict = STR(""), .state = TOOL_IN_USE,
                         .owner = {1, STR("Ada")}, .cost_cents = 89900, .currency = STR("EUR"), .renews_us = 400 * CLOCK_DAY_US,
                         .notice_days = 90, .labels = labels, .label_count = count};
}

static void a_tool_is_kept(void **state)
{
    struct room *room = *state;
    struct str   labels[] = {STR("import:brandwatch"), STR("source:3")};
    struct tool  tool = called("Brandwatch", labels, 2), read, *all;
    struct error error = {0};
    int64_t      id, other;
    size_t       count;
    check_ok(tool_add(room->records, ada, &tool, 10, &id, &error), error, "add");
    check_ok(tool_by_id(room->records, id, &room->arena, &read, &error), error, "read");
    check(str_equal(read.name, tool.name) && read.cost_cents == 89900 && read.label_count == 2 && read.version == 1, "as it was given");
    check(tool_notice_us(&read) == 310 * CLOCK_DAY_US, "notice");
    tool.name = STR("brandWATCH");
    check(tool_add(room->records, ada, &tool, 10, &other, &error) == ERROR_CONFLICT, "the same name: %s", error.message);
    tool.name = STR("Another");
    check(tool_add(room->records, ada, &tool, 10, &other, &error) == ERROR_CONFLICT && strstr(error.message, "belongs to Brandwatch"), "%s", error.message);
    tool.label_count = 0;
    tool.renews_us = 0;
    check_ok(tool_add(room->records, ada, &tool, 10, &other, &error), error, "another");
    read.version = 7;
    check(tool_edit(room->records, ada, &read, 20, &error) == ERROR_CONFLICT, "%s", error.message);
    read.version = 1;
    read.state = TOOL_LEAVING;
    read.label_count = 1;
    check_ok(tool_edit(room->records, ada, &read, 20, &error), error, "edit");
    check_ok(tools(room->records, &room->arena, &all, &count, &error), error, "all");
    check(count == 2 && all[0].id == id && all[0].state == TOOL_LEAVING && all[0].version == 2 && all[0].label_count == 1, "what renews comes first");
    check_ok(tool_remove(room->records, ada, id, &error), error, "remove");
    check(tool_by_id(room->records, id, &room->arena, &read, &error) == ERROR_NOT_FOUND, "gone");
    check(tool_remove(room->records, ada, id, &error) == ERROR_NOT_FOUND, "twice");
}

static void a_wrong_tool_is_refused(void **state)
{
    struct room *room = *state;
    struct error error = {0};
    int64_t      id;
    static const struct {
        const char *name, *currency, *wanted;
        int64_t     notice_days;
    } rows[] = {{"", "EUR", "name", 0}, {"two\nlines", "EUR", "name", 0}, {"x", "euro", "currency", 0}, {"x", "EU1", "currency", 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct tool tool = called(rows[i].name, NULL, 0);
        tool.currency = str_of(rows[i].currency);
        check(tool_add(room->records, ada, &tool, 1, &id, &error) == ERROR_INVALID && strstr(error.message, rows[i].wanted), "row %zu: %s", i, error.message);
    }
}

/* ---- Sightings ---- */

static void see(struct room *room, const char *finder, bool knows_when, int64_t run, const char *post, int64_t at_us)
{
    struct tool_sighting row = {str_of(post), at_us};
    struct error         error = {0};
    check_ok(tool_sightings_add(room->sightings, str_of(finder), str_of(finder), knows_when, run, &row, 1, &error), error, "%s", post);
}

static void sightings_become_finds(void **state)
{
    struct room *room = *state;
    struct error error = {0};
    see(room, "source:1", true, 0, "a", 20);
    see(room, "source:1", true, 0, "a", 30); /* given again after a crash: the first time stays, no duplicate */
    see(room, "source:2", true, 0, "a", 10);
    see(room, "import:x", false, 5, "a", 100);
    see(room, "import:x", false, 5, "a", 100); /* twice in one file */
    see(room, "import:x", false, 6, "a", 110); /* the file again */
    see(room, "import:x", false, 6, "b", 110);
    struct tool_side sides[] = {{.labels = STR("source:1\nsource:2")}, {.labels = STR("import:x")}, {.labels = STR("import:nobody")}};
    struct tool_find finds[] = {{.post = tool_post_key(STR("a"))}, {.post = tool_post_key(STR("b"))}, {.post = tool_post_key(STR("c"))}};
    check_ok(tool_find_sightings(room->sightings, sides, 3, finds, 3, &error), error, "find");
    check(finds[0].by[0].seen_us == 10 && finds[0].by[0].times == 2, "the earliest of its two sources");
    check(finds[0].by[1].seen_us == INT64_MIN && finds[0].by[1].times == 2, "an import does not know when");
    check(finds[1].by[0].seen_us == INT64_MAX && finds[1].by[1].seen_us == INT64_MIN, "b");
    check(finds[2].by[1].seen_us == INT64_MAX && finds[0].by[2].seen_us == INT64_MAX, "never seen");

    struct tool_finder *finders;
    size_t              count;
    check_ok(tool_finders(room->sightings, true, &room->arena, &finders, &count, &error), error, "finders");
    check(count == 3 && finders[0].posts == 2 && !finders[0].knows_when && finders[2].posts == 1 && finders[2].first_us == 10, "counted");
    check_ok(tool_sightings_prune(room->sightings, 50, &error), error, "prune");
    check_ok(tool_find_sightings(room->sightings, sides, 2, finds, 1, &error), error, "find");
    check(finds[0].by[0].seen_us == INT64_MAX && finds[0].by[1].seen_us == INT64_MIN, "the old ones are gone");
}

static void who_was_first(void **state)
{
    struct room       *room = *state;
    struct error       error = {0};
    struct tool_first *firsts;
    struct tool_seen  *seen;
    size_t             count;
    static const struct { const char *finder, *post; int64_t at_us; } rows[] = {
        {"a", "1", 100}, {"b", "1", 110}, {"a", "2", 130}, {"b", "2", 120}, {"b", "3", 140}, {"a", "4", 10}, {"a", "5", 150}, {"b", "5", 160}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        see(room, rows[i].finder, true, 0, rows[i].post, rows[i].at_us);
    see(room, "import:x", false, 1, "3", 5);
    check_ok(tool_firsts(room->sightings, 50, &room->arena, &firsts, &count, &error), error, "firsts");
    assert_int_equal(count, 2);
    for (size_t i = 0; i < 2; i++) {
        bool is_a = firsts[i].finder == 1;
        check(firsts[i].first == (is_a ? 2u : 1u) && firsts[i].shared == 3 && firsts[i].alone == (is_a ? 0u : 1u), "finder %d", (int)firsts[i].finder);
    }
    check_ok(tool_seen_by(room->sightings, STR("2"), &room->arena, &seen, &count, &error), error, "seen");
    check(count == 2 && seen[0].finder == 2 && seen[0].seen_us == 120, "the earliest first");
}

/* ---- Comparisons ---- */

static void a_sample_is_labelled(void **state)
{
    struct room           *room = *state;
    struct error           error = {0};
    struct tool_comparison comparison = {.name = STR("Two tools"), .query = STR("ferry"), .until_us = 10, .side_count = 2,
                                         .sides = {{.name = STR("A"), .labels = STR("a"), .cost_cents = 1, .currency = STR("EUR")},
                                                   {.name = STR("B"), .labels = STR("b\nc"), .cost_cents = -1}}},
                           read;
    struct tool_sampled    posts[] = {{.post_id = STR("p1"), .sides = 1, .drawn = 1}, {.post_id = STR("p2"), .sides = 3, .drawn = 2}}, *sample;
    int64_t                id;
    size_t                 count;
    int                    before;
    check_ok(tool_comparison_add(room->records, ada, &comparison, 5, &id, &error), error, "add");
    check_ok(tool_sample_put(room->records, ada, id, posts, 2, &error), error, "draw");
    check_ok(tool_label(room->records, ada, id, STR("p2"), 1, &before, 6, &error), error, "label");
    check_ok(tool_label(room->records, (struct record_actor){2, STR("Bo")}, id, STR("p2"), 2, &before, 6, &error), error, "label");
    check_ok(tool_label(room->records, ada, id, STR("p2"), 3, &before, 7, &error), error, "again");
    check(before == 1, "what was said before is told, for undo: %d", before);
    check(tool_label(room->records, ada, id, STR("p9"), 1, &before, 6, &error) == ERROR_NOT_FOUND, "%s", error.message);
    check_ok(tool_sample(room->records, id, 1, &room->arena, &sample, &count, &error), error, "sample");
    check(count == 2 && sample[1].label == 3 && sample[1].not_relevant == 1 && sample[1].unsure == 1 && sample[0].label == 0, "everybody's and one's own");
    check_ok(tool_comparison_by_id(room->records, id, &room->arena, &read, &error), error, "read");
    check(read.side_count == 2 && str_equal(read.sides[1].labels, STR("b\nc")) && read.sides[1].cost_cents == -1 && read.sample == 2 && read.labelled == 1,
          "as it was made");
    check_ok(tool_forget_posts(room->records, &posts[1].post_id, 1, &error), error, "forget");
    check_ok(tool_sample(room->records, id, 1, &room->arena, &sample, &count, &error), error, "sample");
    check(count == 1, "a deleted post is gone from the sample");
    check_ok(tool_comparison_remove(room->records, ada, id, &error), error, "remove");
    check(tool_comparison_by_id(room->records, id, &room->arena, &read, &error) == ERROR_NOT_FOUND, "gone");
    comparison.side_count = 1;
    check(tool_comparison_add(room->records, ada, &comparison, 5, &id, &error) == ERROR_INVALID, "one side is no comparison");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(statements_prepare),
        cmocka_unit_test_setup_teardown(a_tool_is_kept, begin, end), cmocka_unit_test_setup_teardown(a_wrong_tool_is_refused, begin, end),
        cmocka_unit_test_setup_teardown(sightings_become_finds, begin, end), cmocka_unit_test_setup_teardown(who_was_first, begin, end),
        cmocka_unit_test_setup_teardown(a_sample_is_labelled, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
