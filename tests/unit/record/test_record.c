/* Statements, transactions, errors and the audit trail. */
#include "check.h"

#include "base/buf.h"
#include "record/record.h"

#include <math.h>
#include <pthread.h>

extern const struct record_domain record_domain;

static const struct record_text migrations[] = {
    {"1", "CREATE TABLE fruit (id INTEGER PRIMARY KEY, name TEXT UNIQUE, grams REAL CHECK (grams > 0), picture BLOB, ripe INTEGER) STRICT;"
          "CREATE TABLE fruit_eater (fruit INTEGER NOT NULL REFERENCES fruit (id), name TEXT NOT NULL) STRICT;"},
};
static const struct record_text statements[] = {
    {"fruit_add", "INSERT INTO fruit (name, grams, picture, ripe) VALUES (:name, :grams, :picture, :ripe)"},
    {"fruit_eater_add", "INSERT INTO fruit_eater (fruit, name) VALUES (:fruit, :name)"},
    {"fruit_all", "SELECT id, name, grams, picture, ripe FROM fruit ORDER BY id"},
    {"fruit_count", "SELECT COUNT(*) AS count FROM fruit"},
    {"fruit_audit_edit", "UPDATE audit SET name = 'nobody'"},
    {"fruit_audit_cut", "DELETE FROM audit WHERE id = 1"},
    {"fruit_audit_replace", "INSERT OR REPLACE INTO audit SELECT id, 0, 0, 'nobody', action, entity, entity_id, was, became FROM audit"},
};
static const struct record_domain fruit_domain = {"fruit", migrations, COUNT_OF(migrations), statements, COUNT_OF(statements)};
static const struct record_domain *const domains[] = {&fruit_domain, NULL};

static struct record *open_record(void)
{
    struct error   error = {0};
    struct record *record;
    check_ok(record_open(NULL, domains, &record, &error), error, "in memory");
    return record;
}

static enum error_code add(struct record *record, const char *name, double grams, struct error *error)
{
    struct record_statement *statement = record_statement(record, "fruit_add");
    record_bind_text(statement, ":name", name);
    record_bind_double(statement, ":grams", grams);
    return record_run(statement, error);
}

static int64_t count(struct record *record)
{
    struct error error = {0};
    check_ok(record_begin(record, &error), error, "count");
    struct record_statement *statement = record_statement(record, "fruit_count");
    check(record_step(statement), "no count");
    int64_t counted = record_i64(statement, "count");
    check_ok(record_end(record, ERROR_NONE, &error), error, "count");
    return counted;
}

static void values_come_back(void **state)
{
    (void)state;
    struct record *record = open_record();
    struct error   error = {0};
    struct arena   arena = {0};
    check_ok(record_begin(record, &error), error, "begin");
    struct record_statement *statement = record_statement(record, "fruit_add");
    char name[] = "pear \xf0\x9f\x8d\x90";
    record_bind_text(statement, ":name", name);
    memset(name, 'x', 4); /* what is bound is a copy */
    record_bind_double(statement, ":grams", 12.5);
    record_bind_blob(statement, ":picture", str_slice("\0\xff\0", 3));
    record_bind_bool(statement, ":ripe", true);
    check_ok(record_run(statement, &error), error, "a whole row");
    assert_int_equal(record_last_id(record), 1);
    assert_int_equal(record_changes(record), 1);
    statement = record_statement(record, "fruit_add"); /* nothing bound stays bound */
    check_ok(record_run(statement, &error), error, "an empty row");
    statement = record_statement(record, "fruit_add");
    record_bind_str(statement, ":name", STR(""));
    record_bind_str(statement, ":picture", (struct str){0});
    check_ok(record_run(statement, &error), error, "an empty text");

    statement = record_statement(record, "fruit_all");
    check(record_step(statement), "the first row");
    check_str(record_str(statement, "name", &arena), STR("pear \xf0\x9f\x8d\x90"), "name");
    check_str(record_str(statement, "picture", &arena), str_slice("\0\xff\0", 3), "picture");
    assert_true(record_double(statement, "grams") == 12.5);
    assert_true(record_bool(statement, "ripe"));
    check(record_step(statement), "the second row");
    assert_null(record_str(statement, "name", &arena).ptr);
    assert_true(record_is_null(statement, "name") && record_is_null(statement, "picture") && record_is_null(statement, "ripe"));
    assert_true(isnan(record_double(statement, "grams")));
    assert_int_equal(record_i64(statement, "ripe"), 0);
    check(record_step(statement), "the third row");
    assert_false(record_is_null(statement, "name"));
    assert_int_equal(record_str(statement, "name", &arena).len, 0);
    assert_true(record_is_null(statement, "picture"));
    assert_false(record_step(statement));
    check_ok(record_finish(statement, &error), error, "the end");
    check_ok(record_end(record, ERROR_NONE, &error), error, "end");
    arena_fini(&arena);
    record_close(record);
}

static void broken_rules_have_their_codes(void **state)
{
    (void)state;
    struct record *record = open_record();
    static const struct {
        const char     *name;
        double          grams;
        int64_t         eaten; /* 0: none */
        enum error_code code;
    } rows[] = {
        {"apple", 100, 0, ERROR_NONE},
        {"apple", 90, 0, ERROR_CONFLICT},
        {"plum", -1, 0, ERROR_INVALID},
        {"plum", 10, 77, ERROR_INVALID},
        {"plum", 10, 1, ERROR_NONE},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct error error = {0};
        check_ok(record_begin(record, &error), error, "row %zu", i);
        enum error_code code = add(record, rows[i].name, rows[i].grams, &error);
        if (!code && rows[i].eaten) {
            struct record_statement *eater = record_statement(record, "fruit_eater_add");
            record_bind_i64(eater, ":fruit", rows[i].eaten);
            record_bind_text(eater, ":name", "mara");
            code = record_run(eater, &error);
        }
        code = record_end(record, code, &error);
        check(code == rows[i].code, "row %zu: code %d, wanted %d: %s", i, code, rows[i].code, error.message);
        check(!code || strstr(error.message, "fruit_"), "row %zu names its statement: %s", i, error.message);
    }
    assert_int_equal(count(record), 2);
    record_close(record);
}

static void what_failed_is_rolled_back(void **state)
{
    (void)state;
    struct record *record = open_record();
    struct error   error = {0};
    check_ok(record_begin(record, &error), error, "begin");
    check_ok(add(record, "apple", 1, &error), error, "apple");
    struct record_statement *all = record_statement(record, "fruit_all"); /* left in the middle, as on an early return */
    check(record_step(all), "a row");
    assert_int_equal(record_end(record, error_set(&error, ERROR_FORBIDDEN, "not today"), &error), ERROR_FORBIDDEN);
    check_str(str_of(error.message), STR("not today"), "the reason is kept");
    assert_int_equal(count(record), 0);

    check_ok(record_begin(record, &error), error, "begin");
    check_ok(add(record, "apple", 1, &error), error, "apple");
    all = record_statement(record, "fruit_all");
    check(record_step(all), "a row");
    check_ok(record_end(record, ERROR_NONE, &error), error, "a row in hand does not keep it from committing");
    assert_int_equal(count(record), 1);
    record_close(record);
}

static void a_full_arena_is_told(void **state)
{
    (void)state;
    struct record *record = open_record();
    struct error   error = {0};
    struct arena   arena;
    char           name[5001];
    memset(name, 'a', 5000);
    name[5000] = '\0';
    arena_init(&arena, 64);
    check_ok(record_begin(record, &error), error, "begin");
    check_ok(add(record, name, 1, &error), error, "a long name");
    struct record_statement *all = record_statement(record, "fruit_all");
    unsigned rows = 0;
    while (record_step(all)) {
        rows++;
        assert_null(record_str(all, "name", &arena).ptr);
    }
    assert_int_equal(rows, 1);
    assert_int_equal(record_finish(all, &error), ERROR_MEMORY);
    check_ok(record_end(record, ERROR_NONE, &error), error, "end");
    arena_fini(&arena);
    record_close(record);
}

static void the_audit_trail_is_append_only(void **state)
{
    (void)state;
    struct record      *record = open_record();
    struct error        error = {0};
    struct record_actor actor = {7, STR("mara")};
    check_ok(record_begin(record, &error), error, "begin");
    check_ok(record_audit(record, actor, "create", "fruit", 3, (struct str){0}, STR("{\"name\":\"pear\"}"), &error), error, "one");
    check_ok(record_audit(record, actor, "delete", "tree", 4, STR("oak"), (struct str){0}, &error), error, "two");
    check_ok(record_end(record, ERROR_NONE, &error), error, "end");
    static const char *const attempts[] = {"fruit_audit_edit", "fruit_audit_cut", "fruit_audit_replace"};
    for (size_t i = 0; i < COUNT_OF(attempts); i++) {
        check_ok(record_begin(record, &error), error, "begin");
        enum error_code code = record_end(record, record_run(record_statement(record, attempts[i]), &error), &error);
        check(code == ERROR_INVALID && strstr(error.message, "append-only"), "%s: %d %s", attempts[i], code, error.message);
    }
    static const struct {
        struct record_audit_filter filter;
        const char                *found; /* the actions in their order */
        int64_t                    next;
    } pages[] = {
        {{.most = 10}, "delete create", 0},
        {{.most = 1}, "delete", 2},
        {{.most = 1, .before = 2}, "create", 0},
        {{.most = 2}, "delete create", 0},
        {{.most = 10, .entity = {"tree", 4}}, "delete", 0},
        {{.most = 10, .entity = {"fruit", 5}, .entity_id = 3}, "create", 0},
        {{.most = 10, .entity = {"fruit", 5}, .entity_id = 4}, "", 0},
    };
    for (size_t i = 0; i < COUNT_OF(pages); i++) {
        struct buf  out = {0};
        struct json json = json_writer(&out);
        int64_t     next = -1;
        check_ok(record_begin(record, &error), error, "begin");
        check_ok(record_end(record, record_audit_list(record, &pages[i].filter, &json, &next, &error), &error), error, "page %zu", i);
        check(next == pages[i].next, "page %zu: next %lld", i, (long long)next);
        char found[64] = "";
        buf_append_char(&out, '\0');
        for (const char *at = out.ptr; (at = strstr(at, "\"action\":\"")); at++)
            snprintf(found + strlen(found), sizeof found - strlen(found), "%s%.6s", found[0] ? " " : "", at + 10);
        check_str(str_of(found), str_of(pages[i].found), "page %zu: %s", i, out.ptr);
        if (i == 0)
            check(strstr(out.ptr, "\"member\":7,\"name\":\"mara\",\"action\":\"create\",\"entity\":\"fruit\",\"entity_id\":3,\"from\":null,"
                                  "\"to\":\"{\\\"name\\\":\\\"pear\\\"}\""), "%s", out.ptr);
        buf_fini(&out);
    }
    record_close(record);
}

static void gather(void *context, struct str entity)
{
    char *found = context;
    snprintf(found + strlen(found), 64 - strlen(found), "%s%.*s", found[0] ? " " : "", STR_ARG(entity));
}

static void audit_one(struct record *record, const char *entity)
{
    struct error        error = {0};
    struct record_actor actor = {0, STR("command line")};
    check_ok(record_begin(record, &error), error, "begin");
    check_ok(record_end(record, record_audit(record, actor, "edit", entity, 1, (struct str){0}, (struct str){0}, &error), &error), error, "audit");
}

static void what_changed_since_is_told_once(void **state)
{
    (void)state;
    struct record *record = open_record();
    struct error   error = {0};
    char           found[64] = "";
    int64_t        place = 0;
    check_ok(record_audit_since(record, &place, gather, found, &error), error, "an empty trail");
    check(!found[0] && place, "nothing is told, and the place is kept: %s, %lld", found, (long long)place);
    audit_one(record, "fruit");
    check_ok(record_audit_since(record, &place, gather, found, &error), error, "the first row");
    check_str(str_of(found), STR("fruit"), "the first row of all is told");
    check_ok(record_audit_since(record, &place, gather, found, &error), error, "nothing new");
    check_str(str_of(found), STR("fruit"), "once");
    audit_one(record, "tree");
    audit_one(record, "fruit");
    check_ok(record_audit_since(record, &place, gather, found, &error), error, "two more");
    check_str(str_of(found), STR("fruit tree fruit"), "in their order");
    found[0] = '\0';
    place = 0;
    check_ok(record_audit_since(record, &place, gather, found, &error), error, "somebody new");
    check(!found[0], "is told of what comes from then on: %s", found);
    audit_one(record, "tree");
    check_ok(record_audit_since(record, &place, gather, found, &error), error, "and then");
    check_str(str_of(found), STR("tree"), "that alone");
    record_close(record);
}

enum { THREADS = 4, ADDED_BY_EACH = 200 };

static void *add_many(void *context)
{
    struct record *record = context;
    for (int i = 0; i < ADDED_BY_EACH; i++) {
        struct error error = {0};
        check_ok(record_begin(record, &error), error, "begin");
        struct record_statement *statement = record_statement(record, "fruit_count");
        check(record_step(statement), "no count");
        char name[32];
        snprintf(name, sizeof name, "fruit %lld", (long long)record_i64(statement, "count")); /* unique, unless two were within at once */
        check_ok(record_end(record, add(record, name, 1, &error), &error), error, "%s", name);
    }
    return NULL;
}

static void threads_take_turns(void **state)
{
    (void)state;
    struct record *record = open_record();
    pthread_t      threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, add_many, record), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(count(record), THREADS * ADDED_BY_EACH);
    record_close(record);
}

static void what_a_domain_says_is_proven(void **state)
{
    (void)state;
    struct error error = {0};
    check_ok(record_prove(&fruit_domain, &error), error, "fruit");
    check_ok(record_prove(&record_domain, &error), error, "record");
    static const struct {
        const char *schema, *sql, *words;
    } broken[] = {
        {"CREATE TABLE fruit (id INTEGER) STRICT", "SELECT nose FROM fruit", "nose"},
        {"CREATE TABLE fruit (id INTEGER) STRICT", "SELECT id FROM fruit WHERE id = ?", "no :name"},
        {"CREATE TABLE fruit (id INTEGER) STRICT", "SELECT id FROM fruit; DELETE FROM fruit", "more than one"},
        {"CREATE TABLE fruit (id INTEGER)", "SELECT id FROM fruit", "not STRICT"},
        {"CREATE TABLE tree (id INTEGER) STRICT", "SELECT id FROM tree", "not named after"},
        {"CREATE TABLE fruitcake (id INTEGER) STRICT", "SELECT id FROM fruitcake", "not named after"},
        {"CREATE TABLE fruit (id INTEGER", "SELECT 1 AS one", "migration 1 of fruit"},
    };
    for (size_t i = 0; i < COUNT_OF(broken); i++) {
        const struct record_text   migration[] = {{"1", broken[i].schema}}, statement[] = {{"fruit_any", broken[i].sql}};
        const struct record_domain domain = {"fruit", migration, 1, statement, 1};
        enum error_code            code = record_prove(&domain, &error);
        check(code && strstr(error.message, broken[i].words), "row %zu: %d %s", i, code, error.message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_come_back),     cmocka_unit_test(broken_rules_have_their_codes), cmocka_unit_test(what_failed_is_rolled_back),
        cmocka_unit_test(a_full_arena_is_told), cmocka_unit_test(the_audit_trail_is_append_only), cmocka_unit_test(what_changed_since_is_told_once), cmocka_unit_test(threads_take_turns),
        cmocka_unit_test(what_a_domain_says_is_proven),
    };
    return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
