/* One-time links: what they are for, how often, and how long. */
#include "team_fixture.h"

static enum error_code use(struct fixture *fixture, const char *text, const char *name, const char *password, int64_t now_us, int64_t *member)
{
    *member = 0;
    return team_link_use(fixture->server, str_of(text), str_of(name), str_of(password), now_us, member, &fixture->error);
}

static void the_first_link_makes_one_admin(void **state)
{
    (void)state;
    struct fixture     fixture;
    char               old[TEAM_TOKEN_TEXT_BYTES], text[TEAM_TOKEN_TEXT_BYTES];
    int64_t            now_us = clock_now_us(), member;
    bool               is_empty;
    struct team_link   link;
    struct team_member mara;
    fixture_init(&fixture);
    check_ok(team_is_empty(fixture.server, &is_empty, &fixture.error), fixture.error, "empty");
    assert_true(is_empty);
    check_ok(team_new_setup_link(fixture.server, old, &fixture.error), fixture.error, "a link");
    check_ok(team_new_setup_link(fixture.server, text, &fixture.error), fixture.error, "the server was started again");
    assert_int_equal(use(&fixture, old, "mara", FIXTURE_PASSWORD, now_us, &member), ERROR_DENIED);
    check_ok(team_link_look(fixture.server, str_of(text), now_us, &fixture.arena, &link, &fixture.error), fixture.error, "look");
    assert_true(link.kind == TEAM_LINK_SETUP && link.member == 0);
    assert_int_equal(team_link_look(fixture.server, str_of(text), now_us + CLOCK_DAY_US + CLOCK_MINUTE_US, &fixture.arena, &link, &fixture.error), ERROR_DENIED);
    static const struct {
        const char *name, *password;
    } mistakes[] = {{"", FIXTURE_PASSWORD}, {"ma/ra", FIXTURE_PASSWORD}, {"mara", "short"}, {"mara", ""}};
    for (size_t i = 0; i < COUNT_OF(mistakes); i++) {
        enum error_code code = use(&fixture, text, mistakes[i].name, mistakes[i].password, now_us, &member);
        check(code == ERROR_INVALID && !member, "row %zu: %d %s", i, code, fixture.error.message);
    }
    check_ok(use(&fixture, text, "mara", FIXTURE_PASSWORD, now_us, &member), fixture.error, "a mistake leaves it good");
    check_ok(team_member_by_id(fixture.server, member, &fixture.arena, &mara, &fixture.error), fixture.error, "mara");
    assert_true(mara.is_server_admin && mara.has_password);
    assert_int_equal(use(&fixture, text, "dee", FIXTURE_PASSWORD, now_us, &member), ERROR_DENIED);
    assert_int_equal(team_new_setup_link(fixture.server, text, &fixture.error), ERROR_CONFLICT);
    fixture_fini(&fixture);
}

static void a_setup_link_ends_when_somebody_came_otherwise(void **state)
{
    (void)state;
    struct fixture fixture;
    char           text[TEAM_TOKEN_TEXT_BYTES];
    int64_t        member;
    fixture_init(&fixture);
    check_ok(team_new_setup_link(fixture.server, text, &fixture.error), fixture.error, "a link");
    add_member(&fixture, "by hand", true);
    assert_int_equal(use(&fixture, text, "mara", FIXTURE_PASSWORD, clock_now_us(), &member), ERROR_DENIED);
    fixture_fini(&fixture);
}

static void a_sign_in_link_is_for_one_member_once(void **state)
{
    (void)state;
    struct fixture     fixture;
    char               old[TEAM_TOKEN_TEXT_BYTES], text[TEAM_TOKEN_TEXT_BYTES];
    int64_t            now_us = clock_now_us(), member;
    struct team_link   link;
    struct team_member mara;
    fixture_init(&fixture);
    int64_t id = add_member(&fixture, "mara", true), dee = add_member(&fixture, "dee", true);
    check_ok(team_new_sign_in_link(fixture.server, fixture.actor, id, old, &fixture.error), fixture.error, "a link");
    check_ok(team_new_sign_in_link(fixture.server, fixture.actor, id, text, &fixture.error), fixture.error, "another");
    assert_int_equal(use(&fixture, old, "", "", now_us, &member), ERROR_DENIED);
    for (int i = 0; i < 3; i++) { /* a mail scanner looks as often as it likes */
        check_ok(team_link_look(fixture.server, str_of(text), now_us, &fixture.arena, &link, &fixture.error), fixture.error, "look");
        assert_true(link.kind == TEAM_LINK_SIGN_IN && link.member == id);
        check_str(link.name, STR("mara"), "whose");
    }
    assert_int_equal(use(&fixture, text, "", "", now_us + 16 * CLOCK_MINUTE_US, &member), ERROR_DENIED);
    check_ok(use(&fixture, text, "ignored", "ignored", now_us + 14 * CLOCK_MINUTE_US, &member), fixture.error, "in time");
    assert_int_equal(member, id);
    assert_int_equal(use(&fixture, text, "", "", now_us, &member), ERROR_DENIED);
    assert_int_equal(use(&fixture, "", "", "", now_us, &member), ERROR_DENIED);
    assert_int_equal(use(&fixture, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "", "", now_us, &member), ERROR_DENIED);

    check_ok(team_new_sign_in_link(fixture.server, fixture.actor, id, text, &fixture.error), fixture.error, "a link");
    check_ok(team_new_sign_in_link(fixture.server, fixture.actor, dee, old, &fixture.error), fixture.error, "somebody else's");
    check_ok(team_member_by_id(fixture.server, id, &fixture.arena, &mara, &fixture.error), fixture.error, "mara");
    mara.is_disabled = true;
    check_ok(team_member_edit(fixture.server, fixture.actor, &mara, &fixture.error), fixture.error, "disabled");
    assert_int_equal(use(&fixture, text, "", "", now_us, &member), ERROR_DENIED);
    assert_int_equal(team_new_sign_in_link(fixture.server, fixture.actor, id, text, &fixture.error), ERROR_INVALID);
    check_ok(use(&fixture, old, "", "", now_us, &member), fixture.error, "the other's stays good");
    assert_int_equal(member, dee);
    assert_int_equal(audited(&fixture, "sign in"), 2);
    fixture_fini(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_link_makes_one_admin),
        cmocka_unit_test(a_setup_link_ends_when_somebody_came_otherwise),
        cmocka_unit_test(a_sign_in_link_is_for_one_member_once),
    };
    return cmocka_run_group_tests_name("team links", tests, NULL, NULL);
}
