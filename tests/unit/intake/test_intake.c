/* Mappings, imports and their files: what is kept, what is refused, what goes. */
#include "check.h"

#include "base/clock.h"
#include "base/vfs.h"
#include "intake/look.h"

#include <unistd.h>

static const struct record_domain *const domains[] = {&intake_domain, NULL};
static const struct record_actor         mara = {.member = 7, .name = {"mara", 4}};

static void the_domain_is_sound(void **state)
{
    (void)state;
    struct error error = {0};
    check_ok(record_prove(&intake_domain, &error), error, "intake");
}

static void readings_are_checked(void **state)
{
    (void)state;
    static const struct {
        struct intake_reading reading;
        enum error_code       code;
        size_t                overrides;
    } cases[] = {
        {{.tool = STR("")}, 0, 0},
        {{.tool = STR("brandwatch"), .maps = STR("at=Posted On\n\n text=Words\nlang=\n"), .zone = STR("Europe/Paris")}, 0, 3},
        {{.tool = STR("plain")}, 0, 0},
        {{.tool = STR("sprout")}, ERROR_INVALID, 0},
        {{.zone = STR("Mars")}, ERROR_INVALID, 0},
        {{.maps = STR("colour=x")}, ERROR_INVALID, 0},
        {{.maps = STR("no sign")}, ERROR_INVALID, 0},
        {{.maps = STR("=x")}, ERROR_INVALID, 0},
        {{.maps = STR("=")}, ERROR_INVALID, 0},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct arena          arena = {0};
        struct zone           zone;
        struct column_options options;
        struct error          error = {0};
        enum error_code       code = intake_read_reading(&cases[i].reading, &arena, &zone, &options, &error);
        check(code == cases[i].code && (!code || error.message[0]), "row %zu: %d %s", i, code, error.message);
        if (!code)
            check(options.override_count == cases[i].overrides, "row %zu: %zu", i, options.override_count);
        if (!code && i == 1)
            check(options.overrides[2].header.len == 0 && options.overrides[2].column == COLUMN_LANG && options.zone == &zone && options.tool, "row %zu", i);
        arena_fini(&arena);
    }
}

static void mappings_are_kept_by_name_and_headers(void **state)
{
    (void)state;
    struct record        *records;
    struct arena          arena = {0};
    struct error          error = {0};
    struct intake_mapping mapping = {.name = STR(" Forum "), .key = STR("k1"), .reading = {.maps = STR("at=A\ntext=B\n"), .date_order = DATE_ORDER_DAY_FIRST}}, kept;
    bool                  is_there;
    check_ok(record_open(NULL, domains, &records, &error), error, "records");
    check_ok(intake_mapping_put(records, mara, &mapping, 1000, &arena, &kept, &error), error, "new");
    check(kept.version == 1 && kept.id && kept.reading.date_order == DATE_ORDER_DAY_FIRST, "version %lld", (long long)kept.version);
    check_str(kept.name, STR("Forum"), "the name is trimmed");
    check_ok(intake_mapping_for(records, STR("k1"), &arena, &kept, &is_there, &error), error, "by headers");
    check(is_there, "it is there");
    check_ok(intake_mapping_for(records, STR("k2"), &arena, &kept, &is_there, &error), error, "others");
    check(!is_there, "not for others");
    mapping.name = STR("Newer");
    check_ok(intake_mapping_put(records, mara, &mapping, 2000, &arena, &kept, &error), error, "another for the same headers");
    check_ok(intake_mapping_for(records, STR("k1"), &arena, &kept, &is_there, &error), error, "by headers");
    check_str(kept.name, STR("Newer"), "the newest counts");
    mapping.version = 9;
    check(intake_mapping_put(records, mara, &mapping, 3000, &arena, &kept, &error) == ERROR_CONFLICT, "it moved on");
    mapping.version = 1;
    mapping.reading.maps = STR("colour=x");
    check(intake_mapping_put(records, mara, &mapping, 3000, &arena, &kept, &error) == ERROR_INVALID, "nothing unsound is kept");
    mapping.reading.maps = STR("at=Z\n");
    check_ok(intake_mapping_put(records, mara, &mapping, 3000, &arena, &kept, &error), error, "replaced");
    check(kept.version == 2, "version %lld", (long long)kept.version);
    mapping.name = STR("  ");
    check(intake_mapping_put(records, mara, &mapping, 3000, &arena, &kept, &error) == ERROR_INVALID, "a name is needed");
    check_ok(intake_mapping_remove(records, mara, kept.id, &error), error, "removed");
    check(intake_mapping_remove(records, mara, kept.id, &error) == ERROR_NOT_FOUND, "once");
    check(intake_mapping_by_name(records, STR("Newer"), &arena, &kept, &error) == ERROR_NOT_FOUND, "gone");
    struct intake_mapping *all;
    size_t                 count;
    check_ok(intake_mappings(records, &arena, &all, &count, &error), error, "all");
    check(count == 1, "%zu", count);
    record_close(records);
    arena_fini(&arena);
}

static void imports_are_swept(void **state)
{
    (void)state;
    struct record       *records;
    struct arena         arena = {0};
    struct error         error = {0};
    struct intake_import import;
    int64_t              first, second, *ids;
    size_t               count;
    check_ok(record_open(NULL, domains, &records, &error), error, "records");
    check_ok(intake_begin(records, mara, STR("a.csv"), 10, CLOCK_DAY_US, &first, &error), error, "first");
    check_ok(intake_begin(records, mara, STR("b.csv"), 10, CLOCK_DAY_US, &second, &error), error, "second");
    check(intake_begin(records, mara, STR("c.csv"), INTAKE_FILE_MAX_BYTES + 1, 0, &second, &error) == ERROR_TOO_LARGE, "too large");
    check_ok(intake_by_id(records, second, &arena, &import, &error), error, "read");
    import.state = INTAKE_RUNNING;
    import.counts = (struct import_counts){.read = 5, .added = 3, .rejected = 2, .doubts = {0, 0, 0, 1}};
    check_ok(intake_keep(records, &import, &error), error, "kept");
    check_ok(intake_sweep(records, false, CLOCK_DAY_US * 3 / 2, &arena, &ids, &count, &error), error, "half a day later");
    check(count == 0, "nothing is old");
    check_ok(intake_sweep(records, true, CLOCK_DAY_US * 3 / 2, &arena, &ids, &count, &error), error, "a start");
    check_ok(intake_by_id(records, second, &arena, &import, &error), error, "read");
    check(import.state == INTAKE_STOPPED && import.counts.read == 5 && import.counts.doubts[3] == 1 && import.message.len, "what ran is stopped, its counts stay");
    check_ok(intake_sweep(records, false, CLOCK_DAY_US * 5 / 2, &arena, &ids, &count, &error), error, "more than a day later");
    check(count == 1 && ids[0] == first, "%zu", count);
    check_ok(intake_by_id(records, first, &arena, &import, &error), error, "read");
    check(import.state == INTAKE_STOPPED && import.message.len, "it says so");
    for (int i = 0; i < INTAKE_OPEN_MAX; i++)
        check_ok(intake_begin(records, mara, STR("x"), 1, CLOCK_DAY_US, &second, &error), error, "%d", i);
    check(intake_begin(records, mara, STR("x"), 1, CLOCK_DAY_US, &second, &error) == ERROR_BUSY, "so many at once");
    check_ok(intake_forget(records, mara, first, &error), error, "forgotten");
    check(intake_by_id(records, first, &arena, &import, &error) == ERROR_NOT_FOUND, "gone");
    record_close(records);
    arena_fini(&arena);
}

static void parts_make_the_file(void **state)
{
    (void)state;
    char         folder[] = "/tmp/bellwether-intake-XXXXXX", path[512];
    struct error error = {0};
    struct buf   written = {0};
    int64_t      received;
    check(mkdtemp(folder), "folder");
    check_ok(intake_part(folder, 3, 10, 0, STR("01234"), &received, &error), error, "first");
    check(received == 5, "%lld", (long long)received);
    check_ok(intake_part(folder, 3, 10, 0, STR("01234"), &received, &error), error, "again");
    check(received == 5, "%lld", (long long)received);
    check_ok(intake_part(folder, 3, 10, 3, STR("3456"), &received, &error), error, "overlapping");
    check(received == 7, "%lld", (long long)received);
    check(intake_part(folder, 3, 10, 8, STR("8"), &received, &error) == ERROR_CONFLICT && received == 7 && strstr(error.message, "7"), "a hole: %s", error.message);
    check(intake_part(folder, 3, 10, 7, STR("789x"), &received, &error) == ERROR_TOO_LARGE, "too much");
    check_ok(intake_part(folder, 3, 10, 7, STR("789"), &received, &error), error, "last");
    check(intake_path(folder, 3, path), "path");
    check_ok(vfs_read_file(path, 100, &written, &error), error, "read");
    check_str(buf_str(&written), STR("0123456789"), "whole");
    check_ok(intake_remove_file(folder, 3, &error), error, "gone");
    check(!vfs_exists(path), "gone");
    buf_fini(&written);
    snprintf(path, sizeof path, "%s/intake", folder);
    rmdir(path);
    rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_domain_is_sound),
        cmocka_unit_test(readings_are_checked),
        cmocka_unit_test(mappings_are_kept_by_name_and_headers),
        cmocka_unit_test(imports_are_swept),
        cmocka_unit_test(parts_make_the_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
