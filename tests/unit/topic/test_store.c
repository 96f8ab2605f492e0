/* Topics, lists, views, samples and labels in a database. */
#include "check.h"

#include "base/vfs.h"
#include "topic/craft.h"

#include <unistd.h>

static const struct record_domain *const domains[] = {&topic_domain, NULL};

struct room {
    struct record        *record;
    struct text_analyser *analyser;
    struct arena          arena;
};

static int begin(void **state)
{
    struct room *room = calloc(1, sizeof *room);
    struct error error = {0};
    *state = room;
    check_ok(record_open(NULL, domains, &room->record, &error), error, "in memory");
    check_ok(text_analyser_new(&room->analyser, &error), error, "analyser");
    return 0;
}

static int end(void **state)
{
    struct room *room = *state;
    record_close(room->record);
    text_analyser_free(room->analyser);
    arena_fini(&room->arena);
    free(room);
    return 0;
}

static struct topic_change by(int64_t member, const char *name, int64_t version)
{
    return (struct topic_change){.actor = {member, str_of(name)}, .now_us = 1000 + version, .version = version};
}

static struct topic_text text(const char *name, const char *query)
{
    return (struct topic_text){.name = str_of(name), .purpose = STR("what gets lost"), .query = str_of(query), .tags = STR("bags\nservice")};
}

static struct topic made(struct room *room, const char *name, const char *query)
{
    struct topic_change change = by(1, "Ada", 0);
    struct topic_text   said = text(name, query);
    struct topic        topic;
    struct error        error = {0};
    check_ok(topic_create(room->record, &change, &said, NULL, &room->arena, &topic, &error), error, "%s", name);
    return topic;
}

static void a_topic_keeps_its_versions(void **state)
{
    struct room         *room = *state;
    struct topic         topic = made(room, "Lost bags", "bag lost"), after;
    struct topic_change  change = by(2, "Ben", 1);
    struct topic_text    said = text("Lost bags", "(bag OR luggage) lost");
    struct topic_weighed weighed = {.is_known = true, .kept = 10, .won = 3, .lost = 0, .won_ids = {STR("a:1"), STR("a:2")}, .won_shown = 2};
    struct topic_version *versions;
    struct error         error = {0};
    size_t               count;
    check(topic.version == 1 && topic.owner.id == 1 && !topic.is_archived && topic.created_us == 1000, "%d", (int)topic.version);
    change.note = STR("luggage is a bag too");
    check_ok(topic_edit(room->record, topic.id, &change, &said, NULL, &weighed, &room->arena, &after, &error), error, "edit");
    check(after.version == 2 && after.owner.id == 1, "%d", (int)after.version);

    /* Ada saw version 1 and is told what Ben wrote. */
    change = by(1, "Ada", 1);
    said = text("Lost bags", "suitcase");
    check(topic_edit(room->record, topic.id, &change, &said, NULL, NULL, &room->arena, &after, &error) == ERROR_CONFLICT, "a stale edit");
    check(strstr(error.message, "version 2 now, by Ben") && strstr(error.hint, "(bag OR luggage) lost"), "%s / %s", error.message, error.hint);

    /* The same again makes no version. */
    change = by(1, "Ada", 2);
    said = text("Lost bags", " (bag OR luggage) lost ");
    check_ok(topic_edit(room->record, topic.id, &change, &said, NULL, NULL, &room->arena, &after, &error), error, "same");
    check(after.version == 2, "%d", (int)after.version);

    /* Back to the first, as a third. */
    struct topic_version first;
    check_ok(topic_version_by_number(room->record, topic.id, 1, &room->arena, &first, &error), error, "first");
    change = by(1, "Ada", 2);
    change.back_to = 1;
    check_ok(topic_edit(room->record, topic.id, &change, &first.text, NULL, NULL, &room->arena, &after, &error), error, "back");
    check_str(after.text.query, STR("bag lost"), "back");
    check_ok(topic_versions(room->record, topic.id, 0, 10, &room->arena, &versions, &count, &error), error, "versions");
    check(count == 3 && versions[0].number == 3 && versions[0].back_to == 1 && versions[2].number == 1, "%zu", count);
    check(versions[1].weighed.is_known && versions[1].weighed.won == 3 && versions[1].weighed.won_shown == 2 && versions[1].weighed.lost_shown == 0 &&
          !versions[0].weighed.is_known, "weighed");
    check_str(versions[1].weighed.won_ids[1], STR("a:2"), "shown");
    check_str(versions[1].note, STR("luggage is a bag too"), "note");
    check_str(versions[1].by.name, STR("Ben"), "by");
    check_ok(topic_versions(room->record, topic.id, 3, 1, &room->arena, &versions, &count, &error), error, "page");
    check(count == 1 && versions[0].number == 2, "%zu", count);
    check(topic_versions(room->record, 99, 0, 1, &room->arena, &versions, &count, &error) == ERROR_NOT_FOUND, "no topic 99");
}

static void names_are_unique(void **state)
{
    struct room        *room = *state;
    struct topic        topic = made(room, "Lost bags", "bag"), other = made(room, "Delays", "late"), got;
    struct topic_change change = by(1, "Ada", 0);
    struct topic_text   said = text(" lost  BAGS ", "x");
    struct error        error = {0};
    check(topic_create(room->record, &change, &said, NULL, &room->arena, &got, &error) == ERROR_CONFLICT, "taken");
    check(strstr(error.message, "Lost bags") != NULL, "%s", error.message);
    change = by(1, "Ada", 1);
    said = text("lost bags", "late");
    check(topic_edit(room->record, other.id, &change, &said, NULL, NULL, &room->arena, &got, &error) == ERROR_CONFLICT, "taken by an edit");
    check_ok(topic_edit(room->record, topic.id, &change, &said, NULL, NULL, &room->arena, &got, &error), error, "its own name in other letters");
    check_str(got.text.name, STR("lost bags"), "its own");
    check_ok(topic_by_name(room->record, STR("LOST BAGS"), &room->arena, &got, &error), error, "by name");
    check(got.id == topic.id, "%d", (int)got.id);
    check(topic_by_name(room->record, STR("Nobody"), &room->arena, &got, &error) == ERROR_NOT_FOUND, "nobody");
}

static void archived_topics_are_out_of_sight(void **state)
{
    struct room        *room = *state;
    struct topic        topic = made(room, "B", "bag"), got, *all;
    struct topic_change change = by(1, "Ada", 1);
    struct error        error = {0};
    size_t              count;
    made(room, "A", "late");
    check_ok(topic_archive(room->record, topic.id, &change, true, &room->arena, &got, &error), error, "archive");
    check(got.is_archived && got.version == 1, "archived");
    check_ok(topic_all(room->record, false, &room->arena, &all, &count, &error), error, "all");
    check(count == 1, "%zu", count);
    check_ok(topic_archive(room->record, topic.id, &change, false, &room->arena, &got, &error), error, "back");
    check_ok(topic_all(room->record, false, &room->arena, &all, &count, &error), error, "all");
    check(count == 2, "%zu", count);
    check_str(all[0].text.name, STR("A"), "in order of names");
    change.version = 7;
    check(topic_archive(room->record, topic.id, &change, true, &room->arena, &got, &error) == ERROR_CONFLICT, "stale");
}

static void what_is_written_is_checked(void **state)
{
    static const struct {
        const char *name, *query, *tags, *part;
    } rows[] = {{"", "bag", "", "name"}, {" \n ", "bag", "", "name"}, {"two\nlines", "bag", "", "name"}, {"n", "  ", "", "query"},
                {"n", "bag", "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n16\n17\n18\n19\n20\n21", "tags"},
                {"n", "bag", "0123456789012345678901234567890123456789012345678901234567890123456789", "tags"}};
    struct room *room = *state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct topic_change change = by(1, "Ada", 0);
        struct topic_text   said = {str_of(rows[i].name), STR(""), str_of(rows[i].query), str_of(rows[i].tags)};
        struct topic        got;
        struct error        error = {0};
        check(topic_create(room->record, &change, &said, NULL, &room->arena, &got, &error) == ERROR_INVALID, "row %zu", i);
        check(strncmp(error.message, rows[i].part, strlen(rows[i].part)) == 0, "row %zu: %s", i, error.message);
    }
    struct topic_text said = {STR("n"), STR("p"), STR("q"), STR(" Bags \n\nbags\nother")};
    struct error      error = {0};
    check_ok(topic_text_check(&said, &room->arena, &error), error, "tags");
    check_str(said.tags, STR("Bags\nother"), "tags");
}

/* ---- Lists ---- */

static enum error_code put_list(struct room *room, const char *name, const char *said, int64_t version, struct topic_list *list, struct error *error)
{
    struct topic_change change = by(1, "Ada", version);
    return topic_list_put(room->record, &change, str_of(name), str_of(said), room->analyser, &room->arena, list, error);
}

static void lists_are_used_and_guarded(void **state)
{
    struct room        *room = *state;
    struct topic_list   list, *all;
    struct query_list  *queries;
    struct topic_change change = by(1, "Ada", 0);
    struct error        error = {0};
    size_t              count;
    check_ok(put_list(room, "brands", "jetblue\nvirgin america\nunited", 0, &list, &error), error, "brands");
    check_ok(put_list(room, "all", "list:brands OR delta", 0, &list, &error), error, "all");
    check_ok(topic_lists(room->record, &room->arena, &queries, &count, &error), error, "lists");
    check(count == 2, "%zu", count);
    check_str(queries[1].text, STR("(jetblue) OR \"virgin america\" OR (united)"), "brands");

    made(room, "Talk", "list:all late");
    check(topic_list_delete(room->record, &change, STR("brands"), &room->arena, &error) == ERROR_CONFLICT, "used by a list");
    check(strstr(error.message, "list all") != NULL, "%s", error.message);
    check(topic_list_delete(room->record, &change, STR("all"), &room->arena, &error) == ERROR_CONFLICT, "used by a topic");
    check(strstr(error.message, "topic Talk") != NULL, "%s", error.message);
    check(topic_list_delete(room->record, &change, STR("none"), &room->arena, &error) == ERROR_NOT_FOUND, "%s", error.message);

    /* What would break a list or a topic that uses it is refused, and nothing changed. */
    static const struct {
        const char *name, *said, *words;
    } rows[] = {
        {"brands", "(jetblue", "column"},             {"brands", "list:all", "holds itself"}, {"brands", "list:brands OR x", "holds itself"},
        {"brands", "list:nowhere OR x", "no list"},   {"b r", "x", "no list's name"},         {"brands", "   ", "text"},
        {"new", "list:new OR x", "holds itself"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        check(put_list(room, rows[i].name, rows[i].said, strcmp(rows[i].name, "brands") == 0, &list, &error), "row %zu", i);
        check(strstr(error.message, rows[i].words) != NULL, "row %zu: %s", i, error.message);
    }
    check_ok(topic_list_all(room->record, &room->arena, &all, &count, &error), error, "all");
    check(count == 2 && all[1].version == 1, "%zu", count);

    check(put_list(room, "brands", "jetblue", 0, &list, &error) == ERROR_CONFLICT, "made meanwhile");
    check_ok(put_list(room, "brands", "jetblue", 1, &list, &error), error, "replace");
    check(list.version == 2, "%d", (int)list.version);
    check(put_list(room, "brands", "united", 1, &list, &error) == ERROR_CONFLICT && strstr(error.hint, "jetblue"), "stale: %s", error.hint);
    check_ok(put_list(room, "free", "x", 0, &list, &error), error, "free");
    check_ok(topic_list_delete(room->record, &change, STR("free"), &room->arena, &error), error, "delete");
}

static void a_list_is_found_in_a_text(void **state)
{
    static const struct {
        const char *said, *name;
        bool        is_used;
    } rows[] = {{"list:a", "a", true}, {"x list:ab", "a", false}, {"author:list:a x", "a", true}, {"LIST:a", "a", true}, {"list:A", "a", false},
                {"list:", "a", false}, {"list:a-b", "a", false}, {"(list:a)", "a", true}};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check(topic_text_uses_list(str_of(rows[i].said), str_of(rows[i].name)) == rows[i].is_used, "%s", rows[i].said);
}

static void files_are_taken_over_once(void **state)
{
    struct room        *room = *state;
    char                folder[] = "/tmp/bellwether-test-XXXXXX", lists[64], path[96];
    struct error        error = {0};
    struct topic_change change = by(1, "Ada", 0);
    size_t              imported, count;
    struct topic_list  *all;
    check(mkdtemp(folder), "%s", folder);
    check_ok(topic_lists_import(room->record, folder, 5, &room->arena, &imported, &error), error, "no folder");
    check(imported == 0, "%zu", imported);
    snprintf(lists, sizeof lists, "%s/lists", folder);
    check_ok(vfs_make_folders(lists, &error), error, "%s", lists);
    static const struct {
        const char *file, *said;
    } files[] = {{"brands.txt", "jetblue\nunited\n"}, {"empty.txt", " \n"}, {"notes.md", "x"}, {"a b.txt", "x"}};
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        snprintf(path, sizeof path, "%s/%s", lists, files[i].file);
        check_ok(vfs_replace_file(path, str_of(files[i].said), &error), error, "%s", path);
    }
    check_ok(topic_lists_import(room->record, folder, 5, &room->arena, &imported, &error), error, "import");
    check(imported == 1, "%zu", imported);
    check_ok(topic_list_delete(room->record, &change, STR("brands"), &room->arena, &error), error, "delete");
    check_ok(topic_lists_import(room->record, folder, 6, &room->arena, &imported, &error), error, "again");
    check_ok(topic_list_all(room->record, &room->arena, &all, &count, &error), error, "all");
    check(imported == 0 && count == 0, "a deleted list came back");
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        snprintf(path, sizeof path, "%s/%s", lists, files[i].file);
        check_ok(vfs_remove(path, &error), error, "%s", path);
    }
    rmdir(lists);
    rmdir(folder);
}

/* ---- Views ---- */

static void views_belong_to_who_saved_them(void **state)
{
    struct room        *room = *state;
    struct topic_change ada = by(1, "Ada", 0), ben = by(2, "Ben", 0);
    struct topic_view   said = {.name = STR("Bags by hour"), .state = STR("q=bag&w=1h"), .has_time = true}, view, got, *all;
    struct error        error = {0};
    size_t              count;
    check_ok(topic_view_put(room->record, &ada, &said, false, &room->arena, &view, &error), error, "make");
    check(topic_view_put(room->record, &ada, &said, false, &room->arena, &got, &error) == ERROR_CONFLICT, "twice");
    check_ok(topic_view_put(room->record, &ben, &said, false, &room->arena, &got, &error), error, "Ben's own");
    check_ok(topic_views(room->record, &room->arena, &all, &count, &error), error, "all");
    check(count == 2, "%zu", count);
    said.id = view.id;
    said.state = STR("q=bag");
    check(topic_view_put(room->record, &ben, &said, false, &room->arena, &got, &error) == ERROR_FORBIDDEN, "not Ben's");
    check(topic_view_put(room->record, &ada, &said, false, &room->arena, &got, &error) == ERROR_CONFLICT, "stale");
    ada.version = 1;
    check_ok(topic_view_put(room->record, &ada, &said, false, &room->arena, &got, &error), error, "edit");
    check(got.version == 2 && got.id == view.id, "%d", (int)got.version);
    check_str(got.state, STR("q=bag"), "state");
    check(topic_view_delete(room->record, &ben, view.id, false, &room->arena, &error) == ERROR_FORBIDDEN, "not Ben's");
    check_ok(topic_view_delete(room->record, &ben, view.id, true, &room->arena, &error), error, "an admin's");
    check(topic_view_by_id(room->record, view.id, &room->arena, &got, &error) == ERROR_NOT_FOUND, "gone");
}

/* ---- Samples ---- */

static void labels_are_kept_side_by_side(void **state)
{
    struct room              *room = *state;
    struct topic              topic = made(room, "Bags", "bag");
    struct topic_change       ada = by(1, "Ada", 0), ben = by(2, "Ben", 0);
    struct topic_sample       sample = {.topic_id = topic.id, .version = 1, .query = STR("bag"), .since_us = INT64_MIN, .until_us = INT64_MAX,
                                        .seed = UINT64_MAX, .population = 500, .matches = 500}, got;
    static const struct str   ids[] = {{"t:1", 3}, {"t:2", 3}, {"t:3", 3}};
    struct topic_sample_post *posts;
    struct topic_labelled    *labels;
    enum topic_label          before;
    struct error              error = {0};
    size_t                    count;
    bool                      is_there;
    check_ok(topic_sample_newest(room->record, topic.id, TOPIC_SAMPLE_MATCHES, 0, &room->arena, &got, &is_there, &error), error, "none");
    check(!is_there, "none was drawn");
    check_ok(topic_sample_put(room->record, &ada, &sample, ids, COUNT_OF(ids), &error), error, "draw");
    check_ok(topic_sample_newest(room->record, topic.id, TOPIC_SAMPLE_MATCHES, 0, &room->arena, &got, &is_there, &error), error, "newest");
    check(is_there && got.id == sample.id && got.seed == UINT64_MAX && got.since_us == INT64_MIN && got.population == 500, "%d", (int)got.id);
    check_ok(topic_sample_newest(room->record, topic.id, TOPIC_SAMPLE_NEAR, 0, &room->arena, &got, &is_there, &error), error, "near");
    check(!is_there, "another kind");
    check_ok(topic_sample_newest(room->record, topic.id, TOPIC_SAMPLE_MATCHES, 1, &room->arena, &got, &is_there, &error), error, "of a version");
    check(is_there && got.id == sample.id, "version 1");
    check_ok(topic_sample_newest(room->record, topic.id, TOPIC_SAMPLE_MATCHES, 2, &room->arena, &got, &is_there, &error), error, "of a version");
    check(!is_there, "version 2 has none");

    check_ok(topic_label_put(room->record, &ada, topic.id, ids[0], TOPIC_RELEVANT, &before, &error), error, "label");
    check(before == TOPIC_UNLABELLED, "%d", before);
    check_ok(topic_label_put(room->record, &ben, topic.id, ids[0], TOPIC_NOT, &before, &error), error, "beside");
    check_ok(topic_label_put(room->record, &ada, topic.id, ids[2], TOPIC_UNSURE, &before, &error), error, "label");
    check_ok(topic_label_put(room->record, &ada, topic.id, ids[0], TOPIC_NOT, &before, &error), error, "second thoughts");
    check(before == TOPIC_RELEVANT, "%d", before);
    check(topic_label_put(room->record, &ada, topic.id, STR("t:9"), TOPIC_NOT, &before, &error) == ERROR_NOT_FOUND, "not in a sample");

    check_ok(topic_sample_posts(room->record, sample.id, 1, &room->arena, &posts, &count, &error), error, "Ada's");
    check(count == 3 && posts[0].label == TOPIC_NOT && posts[1].label == TOPIC_UNLABELLED && posts[2].label == TOPIC_UNSURE, "%zu", count);
    check_str(posts[1].id, ids[1], "in their order");
    check_ok(topic_sample_posts(room->record, sample.id, 2, &room->arena, &posts, &count, &error), error, "Ben's");
    check(posts[2].label == TOPIC_UNLABELLED, "Ben does not see Ada's");
    check_ok(topic_sample_labels(room->record, sample.id, &room->arena, &labels, &count, &error), error, "labels");
    check(count == 3 && labels[0].by.id == 1 && labels[1].by.id == 2, "%zu", count);

    check_ok(topic_label_put(room->record, &ada, topic.id, ids[0], TOPIC_UNLABELLED, &before, &error), error, "undo");
    check_ok(topic_sample_labels(room->record, sample.id, &room->arena, &labels, &count, &error), error, "labels");
    check(count == 2 && before == TOPIC_NOT, "%zu", count);
}

/* What was acknowledged is audited: who did what to which. */
static void every_change_is_audited(void **state)
{
    struct room        *room = *state;
    struct topic        topic = made(room, "Bags", "bag"), got;
    struct topic_change change = by(2, "Ben", 1);
    struct topic_text   said = text("Bags", "bag OR luggage");
    struct buf          out = {0};
    struct json         json = json_writer(&out);
    struct error        error = {0};
    check_ok(topic_edit(room->record, topic.id, &change, &said, NULL, NULL, &room->arena, &got, &error), error, "edit");
    struct record_audit_filter filter = {.most = 10};
    int64_t                    next;
    check_ok(record_begin(room->record, &error), error, "begin");
    check_ok(record_end(room->record, record_audit_list(room->record, &filter, &json, &next, &error), &error), error, "audit");
    check(str_contains(buf_str(&out), STR("\"action\":\"edit\"")) && str_contains(buf_str(&out), STR("Ben")) &&
          str_contains(buf_str(&out), STR("\"action\":\"create\"")), "%.*s", STR_ARG(buf_str(&out)));
    buf_fini(&out);
}

static void every_statement_prepares(void **state)
{
    struct error error = {0};
    (void)state;
    check_ok(record_prove(&topic_domain, &error), error, "topic.sql");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_statement_prepares),
        cmocka_unit_test_setup_teardown(a_topic_keeps_its_versions, begin, end),
        cmocka_unit_test_setup_teardown(names_are_unique, begin, end),
        cmocka_unit_test_setup_teardown(archived_topics_are_out_of_sight, begin, end),
        cmocka_unit_test_setup_teardown(what_is_written_is_checked, begin, end),
        cmocka_unit_test_setup_teardown(lists_are_used_and_guarded, begin, end),
        cmocka_unit_test(a_list_is_found_in_a_text),
        cmocka_unit_test_setup_teardown(files_are_taken_over_once, begin, end),
        cmocka_unit_test_setup_teardown(views_belong_to_who_saved_them, begin, end),
        cmocka_unit_test_setup_teardown(labels_are_kept_side_by_side, begin, end),
        cmocka_unit_test_setup_teardown(every_change_is_audited, begin, end),
    };
    return cmocka_run_group_tests_name("topic store", tests, NULL, NULL);
}
