/* Sources as rows: what is refused, what is kept, and that secrets are sealed. */
#include "check.h"

#include "base/clock.h"
#include "base/vfs.h"
#include "capture/keep.h"

#include <sys/stat.h>
#include <unistd.h>

static const struct record_domain *const domains[] = {&capture_domain, NULL};
static const struct record_actor          ann = {1, {"Ann", 3}};

struct fixture {
    struct record     *records;
    struct capture_key key;
    struct arena       arena;
    char               folder[64];
};

static void fixture_open(struct fixture *f)
{
    struct error error = {0};
    *f = (struct fixture){.folder = "/tmp/bellwether-capture-XXXXXX"};
    assert_non_null(mkdtemp(f->folder));
    check_ok(record_open(NULL, domains, &f->records, &error), error, "open");
    check_ok(capture_key_open(f->folder, &f->key, &error), error, "key");
}

static void fixture_close(struct fixture *f)
{
    char path[512];
    record_close(f->records);
    arena_fini(&f->arena);
    static const char *const names[] = {"server.key", "server.key.lock"};
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (vfs_join(path, f->folder, names[i]))
            unlink(path);
    rmdir(f->folder);
}

/* A program's config is its own to check: so these tests need no connector. */
static struct capture_source example(void)
{
    return (struct capture_source){.name = STR("The square"), .connector = STR("program:square"), .config = STR("{\"b\":1, \"a\":[\"x\"]}"),
                                   .query = STR("{}"), .keep = CAPTURE_ALL, .owner = 1, .owner_name = STR("Ann")};
}

static void the_domain_is_proven(void **state)
{
    (void)state;
    struct error error = {0};
    check_ok(record_prove(&capture_domain, &error), error, "capture");
}

static void what_is_no_source_is_refused(void **state)
{
    (void)state;
    static char long_name[100], deep[200];
    memset(long_name, 'x', 90);
    memset(deep, '[', 60);
    static const struct {
        const char    *name, *connector, *config, *query, *secrets;
        int            mode, keep;
        unsigned       sample;
        const char    *says; /* NULL: it is taken */
    } rows[] = {
        {"", "program:x", "{}", "{}", "", 0, 0, 0, "name"},
        {long_name, "program:x", "{}", "{}", "", 0, 0, 0, "name"},
        {"a\tb", "program:x", "{}", "{}", "", 0, 0, 0, "name"},
        {"\xff", "program:x", "{}", "{}", "", 0, 0, 0, "name"},
        {"a", "nowhere", "{}", "{}", "", 0, 0, 0, "nowhere"},
        {"a", "program:../x", "{}", "{}", "", 0, 0, 0, "program"},
        {"a", "program:.x", "{}", "{}", "", 0, 0, 0, "program"},
        {"a", "program:", "{}", "{}", "", 0, 0, 0, "program"},
        {"a", "program:x", "[]", "{}", "", 0, 0, 0, "config"},
        {"a", "program:x", "{", "{}", "", 0, 0, 0, "config"},
        {"a", "program:x", deep, "{}", "", 0, 0, 0, "config"},
        {"a", "program:x", "{}", "{\"every\":[]}", "", 0, 0, 0, "every"},
        {"a", "program:x", "{}", "{\"any\":\"acme\"}", "", 0, 0, 0, "query.any"},
        {"a", "program:x", "{}", "{\"any\":[1]}", "", 0, 0, 0, "query.any"},
        {"a", "program:x", "{}", "{\"since\":\"yesterday\"}", "", 0, 0, 0, "query.since"},
        {"a", "program:x", "{}", "{\"since\":\"2026-01-02\",\"until\":\"2026-01-01\"}", "", 0, 0, 0, "query.until"},
        {"a", "program:x", "{}", "{}", "[]", 0, 0, 0, "secrets"},
        {"a", "program:x", "{}", "{}", "{\"token\":1}", 0, 0, 0, "secrets.token"},
        {"a", "program:x", "{}", "{}", "", 3, 0, 0, "mode"},
        {"a", "program:x", "{}", "{}", "", SOURCE_THREAD, 0, 0, "mode"},
        {"a", "program:x", "{}", "{}", "", 0, 2, 0, "sample_per_mille"},
        {"a", "program:x", "{}", "{}", "", 0, 2, 1001, "sample_per_mille"},
        {"a", "program:x", "", "", "", 0, 0, 0, NULL},
        {"b", "program:x", "{}", "{\"any\":[\"acme\"],\"lang\":[\"en\"],\"since\":\"2026-01-01T00:00:00Z\"}", "{\"token\":\"t\"}", SOURCE_POLL, 2, 5, NULL},
        {" a ", "program:x", "{}", "{}", "", 0, 0, 0, "already"},
    };
    struct fixture f;
    fixture_open(&f);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct error          error = {0};
        int64_t               id;
        struct capture_source source = {.name = str_of(rows[i].name), .connector = str_of(rows[i].connector), .config = str_of(rows[i].config),
                                        .query = str_of(rows[i].query), .mode = (enum source_mode)rows[i].mode, .keep = (enum capture_keep)rows[i].keep,
                                        .sample_per_mille = rows[i].sample};
        enum error_code code = capture_source_add(f.records, &f.key, ann, &source, str_of(rows[i].secrets), &id, &error);
        if (!rows[i].says)
            check_ok(code, error, "row %zu", i);
        else
            check((code == ERROR_INVALID || code == ERROR_CONFLICT) && strstr(error.message, rows[i].says), "row %zu: %d %s", i, code, error.message);
    }
    fixture_close(&f);
}

static void it_comes_back_as_it_was_given(void **state)
{
    (void)state;
    struct fixture        f;
    struct error          error = {0};
    struct capture_source source = example(), *all, kept;
    int64_t               id;
    size_t                count;
    fixture_open(&f);
    check_ok(capture_source_add(f.records, &f.key, ann, &source, STR("{\"token\":\"sesame\",\"none\":\"\"}"), &id, &error), error, "add");
    check_ok(capture_source_by_id(f.records, id, &f.arena, &kept, &error), error, "by id");
    check(str_equal(kept.config, STR("{\"a\":[\"x\"],\"b\":1}")), "one form: %.*s", STR_ARG(kept.config));
    check(kept.mode == SOURCE_STREAM && kept.version == 1 && kept.owner == 1 && !kept.is_paused, "the rest");
    check(str_equal(kept.secret_names, STR("token")), "names of secrets: '%.*s'", STR_ARG(kept.secret_names));
    source = kept;
    source.name = STR("The market");
    source.owner = 2;
    check_ok(capture_source_edit(f.records, &f.key, ann, &source, STR("{\"other\":\"x\",\"token\":null}"), &error), error, "edit");
    check(capture_source_edit(f.records, &f.key, ann, &source, STR(""), &error) == ERROR_CONFLICT, "from an old version");
    check_ok(capture_source_pause(f.records, ann, id, true, &error), error, "pause");
    check_ok(capture_sources(f.records, &f.arena, &all, &count, &error), error, "all");
    check(count == 1 && all[0].version == 3 && all[0].is_paused && all[0].owner == 2 && str_equal(all[0].name, STR("The market")), "changed");
    check(str_equal(all[0].secret_names, STR("other")), "names of secrets: '%.*s'", STR_ARG(all[0].secret_names));
    check_ok(capture_source_remove(f.records, ann, id, &error), error, "remove");
    check(capture_source_by_id(f.records, id, &f.arena, &kept, &error) == ERROR_NOT_FOUND, "it is gone");
    check(capture_source_pause(f.records, ann, id, true, &error) == ERROR_NOT_FOUND, "and cannot be paused");
    source = example();
    int64_t again;
    check_ok(capture_source_add(f.records, &f.key, ann, &source, STR(""), &again, &error), error, "its name is free");
    check(again != id, "but its id is not given again");
    fixture_close(&f);
}

/* A cursor belongs to a place: it stays when names and rules change, and not when the place does. */
static void a_cursor_belongs_to_its_place(void **state)
{
    (void)state;
    struct fixture        f;
    struct error          error = {0};
    struct capture_source source = example();
    struct kept_source    before, after;
    int64_t               id;
    fixture_open(&f);
    check_ok(capture_source_add(f.records, &f.key, ann, &source, STR(""), &id, &error), error, "add");
    record_begin(f.records, NULL);
    check_ok(record_end(f.records, keep_source_by_id(f.records, id, &f.arena, &before, &error), &error), error, "before");
    for (int is_moved = 0; is_moved < 2; is_moved++) {
        source = before.source;
        source.version += is_moved;
        source.keep = CAPTURE_MATCHED;
        source.config = is_moved ? STR("{\"a\":[\"y\"],\"b\":1}") : STR("{\"b\":1,\"a\":[\"x\"]}");
        check_ok(capture_source_edit(f.records, &f.key, ann, &source, STR(""), &error), error, "edit");
        record_begin(f.records, NULL);
        check_ok(record_end(f.records, keep_source_by_id(f.records, id, &f.arena, &after, &error), &error), error, "after");
        check(str_equal(before.cursor_name, after.cursor_name) == !is_moved, "moved %d: %.*s", is_moved, STR_ARG(after.cursor_name));
    }
    fixture_close(&f);
}

static void secrets_are_sealed(void **state)
{
    (void)state;
    struct fixture     f, other;
    struct error       error = {0};
    struct kept_source kept;
    struct str         plain;
    int64_t            id;
    struct capture_source source = example();
    fixture_open(&f);
    fixture_open(&other);
    check_ok(capture_source_add(f.records, &f.key, ann, &source, STR("{\"token\":\"sesame\"}"), &id, &error), error, "add");
    check_ok(keep_store_secret(f.records, &f.key, id, STR("refresh"), STR("rotated \"one\""), &error), error, "rotated");
    record_begin(f.records, NULL);
    check_ok(record_end(f.records, keep_source_by_id(f.records, id, &f.arena, &kept, &error), &error), error, "by id");
    check(!str_contains(kept.sealed, STR("sesame")) && kept.sealed.len > 0, "sealed");
    check(str_equal(kept.source.secret_names, STR("token refresh")) && kept.secrets_version == 1, "rotating is no change by a person: %.*s",
          STR_ARG(kept.source.secret_names));
    check_ok(keep_unseal(&f.key, kept.sealed, &f.arena, &plain, &error), error, "unseal");
    check(str_equal(plain, STR("{\"token\":\"sesame\",\"refresh\":\"rotated \\\"one\\\"\"}")), "%.*s", STR_ARG(plain));
    check(keep_unseal(&other.key, kept.sealed, &f.arena, &plain, &error) == ERROR_DENIED, "another server's key opens nothing");
    char bytes[512];
    for (size_t i = 0; i < kept.sealed.len && kept.sealed.len < sizeof bytes; i++) { /* nor does a changed byte pass */
        memcpy(bytes, kept.sealed.ptr, kept.sealed.len);
        bytes[i] ^= 1;
        check(keep_unseal(&f.key, str_slice(bytes, kept.sealed.len), &f.arena, &plain, &error) == ERROR_DENIED, "byte %zu", i);
        check(keep_unseal(&f.key, str_slice(kept.sealed.ptr, i), &f.arena, &plain, &error) == (i ? ERROR_DENIED : ERROR_NONE), "cut at %zu", i);
    }
    /* The audit trail has names alone. */
    struct buf  text = {0};
    struct json json = json_writer(&text);
    int64_t     next;
    struct record_audit_filter all = {.most = 100};
    record_begin(f.records, NULL);
    check_ok(record_end(f.records, record_audit_list(f.records, &all, &json, &next, &error), &error), error, "audit");
    check(str_contains(buf_str(&text), STR("token")) && !str_contains(buf_str(&text), STR("sesame")), "%.*s", STR_ARG(buf_str(&text)));
    buf_fini(&text);
    fixture_close(&other);
    fixture_close(&f);
}

static void the_key_is_made_once_and_for_us_alone(void **state)
{
    (void)state;
    struct fixture     f;
    struct error       error = {0};
    struct capture_key again;
    struct stat        about;
    char               path[512];
    fixture_open(&f);
    check_ok(capture_key_open(f.folder, &again, &error), error, "again");
    check(memcmp(&f.key, &again, sizeof again) == 0, "the same key");
    assert_true(vfs_join(path, f.folder, "server.key"));
    assert_int_equal(stat(path, &about), 0);
    check((about.st_mode & 0777) == 0600, "mode %o", about.st_mode & 0777);
    assert_int_equal(truncate(path, 5), 0);
    check(capture_key_open(f.folder, &again, &error) == ERROR_CORRUPT, "a broken key is no key");
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_domain_is_proven),
        cmocka_unit_test(what_is_no_source_is_refused),
        cmocka_unit_test(it_comes_back_as_it_was_given),
        cmocka_unit_test(a_cursor_belongs_to_its_place),
        cmocka_unit_test(secrets_are_sealed),
        cmocka_unit_test(the_key_is_made_once_and_for_us_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
