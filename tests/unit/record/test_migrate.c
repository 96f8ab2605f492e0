/* From one schema to the next: on disk, where it can be interrupted, copied and refused. */
#include "check.h"

#include "base/vfs.h"
#include "record/record.h"

#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct record_text migrations[] = {
    {"1", "CREATE TABLE fruit (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;"
          "CREATE TABLE fruit_eater (fruit INTEGER NOT NULL REFERENCES fruit (id)) STRICT"},
    {"2", "ALTER TABLE fruit ADD COLUMN grams INTEGER"},
    /* A table that others point to is rebuilt. */
    {"3", "CREATE TABLE fruit_new (id INTEGER PRIMARY KEY, name TEXT NOT NULL, milligrams INTEGER) STRICT;"
          "INSERT INTO fruit_new SELECT id, name, grams * 1000 FROM fruit; DROP TABLE fruit; ALTER TABLE fruit_new RENAME TO fruit"},
};
static const struct record_text fails_late[] = {{"1", "SELECT 1"}, {"2", "DELETE FROM fruit; INSERT INTO nowhere VALUES (1)"}};
static const struct record_text breaks_links[] = {{"1", "SELECT 1"}, {"2", "DELETE FROM fruit"}};
static const struct record_text statements[] = {
    {"fruit_add", "INSERT INTO fruit (name) VALUES (:name)"},
    {"fruit_eater_add", "INSERT INTO fruit_eater (fruit) VALUES (1)"},
    {"fruit_count", "SELECT COUNT(*) AS count FROM fruit"},
};
static const struct record_text tree_migrations[] = {{"1", "CREATE TABLE tree (id INTEGER PRIMARY KEY) STRICT"}};
static const struct record_domain tree_domain = {"tree", tree_migrations, 1, NULL, 0};

struct place {
    char folder[64], path[128];
    struct error error;
};

static void place_init(struct place *place)
{
    *place = (struct place){.folder = "/tmp/bellwether-record-XXXXXX"};
    assert_non_null(mkdtemp(place->folder));
    snprintf(place->path, sizeof place->path, "%s/within/test.db", place->folder);
}

static void place_fini(struct place *place)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", place->folder);
    assert_int_equal(system(command), 0);
}

/* Opens with so many migrations and closes again; within, does what is asked. */
static enum error_code visit(struct place *place, const struct record_text *texts, size_t count, bool with_tree, const char *add, int64_t *count_out)
{
    const struct record_domain        fruit = {"fruit", texts, count, statements, COUNT_OF(statements)};
    const struct record_domain *const domains[] = {&fruit, with_tree ? &tree_domain : NULL, NULL};
    struct record                    *record;
    enum error_code                   code = record_open(place->path, domains, &record, &place->error);
    if (code)
        return code;
    check_ok(record_begin(record, &place->error), place->error, "begin");
    if (add) {
        struct record_statement *statement = record_statement(record, "fruit_add");
        record_bind_text(statement, ":name", add);
        check_ok(record_run(statement, &place->error), place->error, "add");
        check_ok(record_run(record_statement(record, "fruit_eater_add"), &place->error), place->error, "eat");
    }
    struct record_statement *statement = record_statement(record, "fruit_count");
    check(record_step(statement), "no count");
    if (count_out)
        *count_out = record_i64(statement, "count");
    code = record_end(record, ERROR_NONE, &place->error);
    record_close(record);
    return code;
}

/* One number out of a file, read by SQLite alone. */
static int number_in(const char *path, const char *sql)
{
    sqlite3      *db = NULL;
    sqlite3_stmt *statement = NULL;
    int           number = -1;
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK && sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        number = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return number;
}

static bool has_copy(const struct place *place, int done, char path[256])
{
    snprintf(path, 256, "%s.before-%d", place->path, done);
    return vfs_exists(path);
}

static void each_step_is_taken_once_and_copied_before(void **state)
{
    (void)state;
    struct place place;
    char         copy[256];
    int64_t      count = 0;
    struct stat  status;
    place_init(&place);
    check_ok(visit(&place, migrations, 1, false, "pear", NULL), place.error, "a new database");
    assert_int_equal(stat(place.path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    check(!has_copy(&place, 0, copy), "nothing is copied before there is anything");
    check_ok(visit(&place, migrations, 1, false, NULL, &count), place.error, "again");
    check(!has_copy(&place, 2, copy), "nothing is copied where nothing is to be done");
    check_ok(visit(&place, migrations, 3, false, NULL, &count), place.error, "two steps");
    assert_int_equal(count, 1);
    check(has_copy(&place, 2, copy), "the copy: ours and the domain's first migration");
    assert_int_equal(number_in(copy, "SELECT COUNT(*) FROM fruit"), 1);
    assert_int_equal(number_in(copy, "SELECT COUNT(*) FROM pragma_table_info('fruit')"), 2);
    assert_int_equal(stat(copy, &status), 0);
    assert_int_equal(status.st_mode & 077, 0);
    assert_int_equal(number_in(place.path, "SELECT COUNT(*) FROM pragma_table_info('fruit') WHERE name = 'milligrams'"), 1);
    check_ok(visit(&place, migrations, 3, true, NULL, &count), place.error, "one more domain");
    check(has_copy(&place, 4, copy), "copied before it");
    check_ok(visit(&place, migrations, 3, false, NULL, &count), place.error, "a program that does without a domain");
    check_ok(visit(&place, migrations, 3, true, "plum", &count), place.error, "and one with it");
    assert_int_equal(count, 2);
    place_fini(&place);
}

static void a_newer_schema_is_refused(void **state)
{
    (void)state;
    struct place place;
    int64_t      count = 0;
    place_init(&place);
    check_ok(visit(&place, migrations, 3, false, "pear", NULL), place.error, "the newer program");
    assert_int_equal(visit(&place, migrations, 2, false, NULL, NULL), ERROR_INVALID);
    check(strstr(place.error.message, "newer bellwether") && strstr(place.error.message, "fruit"), "%s", place.error.message);
    check_ok(visit(&place, migrations, 3, false, NULL, &count), place.error, "untouched");
    assert_int_equal(count, 1);
    place_fini(&place);
}

static void a_failed_step_leaves_everything_as_it_was(void **state)
{
    (void)state;
    struct place place;
    int64_t      count = 0;
    place_init(&place);
    check_ok(visit(&place, migrations, 1, false, "pear", NULL), place.error, "before");
    assert_int_equal(visit(&place, fails_late, 2, true, NULL, NULL), ERROR_INTERNAL);
    check(strstr(place.error.message, "migration 2 of fruit"), "%s", place.error.message);
    assert_int_equal(visit(&place, breaks_links, 2, true, NULL, NULL), ERROR_INTERNAL);
    check(strstr(place.error.message, "fruit_eater points to nothing"), "%s", place.error.message);
    check_ok(visit(&place, migrations, 1, false, NULL, &count), place.error, "after");
    assert_int_equal(count, 1);
    assert_int_equal(number_in(place.path, "SELECT COUNT(*) FROM sqlite_schema WHERE name = 'tree'"), 0);
    place_fini(&place);
}

static void what_is_no_database_is_named(void **state)
{
    (void)state;
    struct place place;
    place_init(&place);
    snprintf(place.path, sizeof place.path, "%s/test.db", place.folder);
    check_ok(vfs_replace_file(place.path, STR("This is a shopping list, and it is not short enough to be taken for an empty file: pears, plums."),
                              &place.error), place.error, "a file");
    assert_int_equal(visit(&place, migrations, 1, false, NULL, NULL), ERROR_CORRUPT);
    check(strstr(place.error.message, place.path), "%s", place.error.message);
    snprintf(place.path, sizeof place.path, "%s", place.folder);
    check(visit(&place, migrations, 1, false, NULL, NULL) != ERROR_NONE, "a folder is no database");
    place_fini(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_step_is_taken_once_and_copied_before),
        cmocka_unit_test(a_newer_schema_is_refused),
        cmocka_unit_test(a_failed_step_leaves_everything_as_it_was),
        cmocka_unit_test(what_is_no_database_is_named),
    };
    return cmocka_run_group_tests_name("record migrate", tests, NULL, NULL);
}
