/* Members and their names, and the rules that no role may break. */
#include "team_fixture.h"

static void names_have_rules(void **state)
{
    (void)state;
    static const struct {
        struct str  name;
        const char *wrong; /* a part of the words; NULL: it is a name */
    } rows[] = {
        {STR("mara"), NULL},
        {STR("Mara Lindholm"), NULL},
        {STR("mara.lindholm_2-x"), NULL},
        {STR("\xc3\x96zlem \xc5\x9e"), NULL},
        {STR("\xe5\xb1\xb1\xe7\x94\xb0 \xe5\xa4\xaa\xe9\x83\x8e"), NULL},
        {STR("e\xcc\x81lan"), NULL}, /* a letter and a mark */
        {STR("7"), NULL},
        {STR(""), "1 to 64"},
        {STR("0123456789012345678901234567890123456789012345678901234567890123x"), "1 to 64"},
        {STR(" mara"), "first"},
        {STR("mara "), "last"},
        {STR("mara  lindholm"), "twice"},
        {STR(".mara"), "first"},
        {STR("\xcc\x81mara"), "first"},
        {STR("mara/admin"), "cannot stand in it"},
        {STR("mara\n"), "cannot stand"},
        {STR("mara\x1b[2J"), "cannot stand"},
        {STR("<b>"), "first"},
        {STR("mara\xe2\x80\xae" "x"), "cannot stand"}, /* turns the reading direction */
        {STR("mara\xe2\x80\x8bx"), "cannot stand"},    /* a blank without width */
        {STR("mara\xff"), "UTF-8"},
        {{"ma\0ra", 5}, "cannot stand"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct error    error = {0};
        enum error_code code = team_check_name(rows[i].name, &error);
        check(!code == !rows[i].wrong && (!code || (code == ERROR_INVALID && strstr(error.message, rows[i].wrong))), "row %zu: %d %s", i, code,
              error.message);
    }
}

static void one_name_is_one_member(void **state)
{
    (void)state;
    struct fixture     fixture;
    struct team_member found;
    int64_t            id;
    fixture_init(&fixture);
    int64_t mara = add_member(&fixture, "Mara \xc3\x96z", false);
    static const char *const same[] = {"mara \xc3\xb6z", "MARA \xc3\x96Z", "Mara O\xcc\x88z", "\xef\xbc\xad" "ara \xc3\x96z"};
    for (size_t i = 0; i < COUNT_OF(same); i++) {
        enum error_code code = team_member_add(fixture.server, fixture.actor, str_of(same[i]), (struct str){0}, false, &id, &fixture.error);
        check(code == ERROR_CONFLICT && strstr(fixture.error.message, "already"), "row %zu: %d %s", i, code, fixture.error.message);
        check_ok(team_member_by_name(fixture.server, str_of(same[i]), &fixture.arena, &found, &fixture.error), fixture.error, "row %zu", i);
        check(found.id == mara, "row %zu finds another", i);
    }
    assert_int_equal(team_member_by_name(fixture.server, STR("nobody"), &fixture.arena, &found, &fixture.error), ERROR_NOT_FOUND);
    int64_t dee = add_member(&fixture, "dee", false);
    check_ok(team_member_by_id(fixture.server, dee, &fixture.arena, &found, &fixture.error), fixture.error, "dee");
    found.name = STR("MARA \xc3\xb6z");
    assert_int_equal(team_member_edit(fixture.server, fixture.actor, &found, &fixture.error), ERROR_CONFLICT);
    found.name = STR("Dee"); /* her own name in other letters is free */
    check_ok(team_member_edit(fixture.server, fixture.actor, &found, &fixture.error), fixture.error, "Dee");
    assert_int_equal(audited(&fixture, "create"), 2);
    assert_int_equal(audited(&fixture, "edit"), 1);
    fixture_fini(&fixture);
}

static void the_last_server_admin_stays(void **state)
{
    (void)state;
    struct fixture     fixture;
    struct team_member member;
    fixture_init(&fixture);
    int64_t first = add_member(&fixture, "first", true), second = add_member(&fixture, "second", true), third = add_member(&fixture, "third", false);
    const struct {
        int64_t         id;
        bool            is_disabled, is_server_admin;
        enum error_code code;
    } steps[] = {
        {third, true, false, ERROR_NONE},       /* no admin: may go */
        {second, true, true, ERROR_NONE},       /* one of two */
        {first, true, true, ERROR_CONFLICT},    /* the last */
        {first, false, false, ERROR_CONFLICT},
        {second, true, false, ERROR_NONE},      /* who is disabled was none any more */
        {third, true, true, ERROR_NONE},        /* an admin who is disabled lets nobody in */
        {first, false, false, ERROR_CONFLICT},
        {third, false, true, ERROR_NONE},
        {first, false, false, ERROR_NONE},
    };
    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        check_ok(team_member_by_id(fixture.server, steps[i].id, &fixture.arena, &member, &fixture.error), fixture.error, "step %zu", i);
        struct team_member before = member;
        member.is_disabled = steps[i].is_disabled;
        member.is_server_admin = steps[i].is_server_admin;
        enum error_code code = team_member_edit(fixture.server, fixture.actor, &member, &fixture.error);
        check(code == steps[i].code, "step %zu: %d %s", i, code, fixture.error.message);
        check_ok(team_member_by_id(fixture.server, steps[i].id, &fixture.arena, &member, &fixture.error), fixture.error, "step %zu", i);
        check(!code || (member.is_disabled == before.is_disabled && member.is_server_admin == before.is_server_admin), "step %zu left traces", i);
    }
    fixture_fini(&fixture);
}

static void members_settle_for_themselves(void **state)
{
    (void)state;
    struct fixture     fixture;
    struct team_member member;
    fixture_init(&fixture);
    int64_t id = add_member(&fixture, "mara", false);
    check_ok(team_member_by_id(fixture.server, id, &fixture.arena, &member, &fixture.error), fixture.error, "mara");
    assert_true(member.has_single_keys && member.has_password);
    check_str(member.theme, STR("system"), "theme");
    const struct {
        const char     *theme, *zone;
        enum error_code code;
    } rows[] = {
        {"dark", "Europe/Berlin", ERROR_NONE},     {"light", "America/Argentina/Buenos_Aires", ERROR_NONE}, {"system", "", ERROR_NONE},
        {"system", "Etc/GMT+7", ERROR_NONE},       {"neon", "", ERROR_INVALID},                             {"dark", "<script>", ERROR_INVALID},
        {"dark", "Europe/Berlin\n", ERROR_INVALID},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        member.theme = str_of(rows[i].theme);
        member.zone = str_of(rows[i].zone);
        member.has_single_keys = i % 2;
        enum error_code code = team_member_settle(fixture.server, &member, &fixture.error);
        check(code == rows[i].code, "row %zu: %d %s", i, code, fixture.error.message);
        struct team_member found;
        check_ok(team_member_by_id(fixture.server, id, &fixture.arena, &found, &fixture.error), fixture.error, "row %zu", i);
        check(code || (str_equal(found.theme, member.theme) && str_equal(found.zone, member.zone) && found.has_single_keys == (bool)(i % 2)),
              "row %zu was not kept", i);
    }
    fixture_fini(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_have_rules),
        cmocka_unit_test(one_name_is_one_member),
        cmocka_unit_test(the_last_server_admin_stays),
        cmocka_unit_test(members_settle_for_themselves),
    };
    return cmocka_run_group_tests_name("team members", tests, NULL, NULL);
}
