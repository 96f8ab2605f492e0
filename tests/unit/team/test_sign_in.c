/* Passwords, guessing, and how long sessions live; on a clock of the test's own. */
#include "team_fixture.h"

static enum error_code try(struct fixture *fixture, const char *name, const char *password, const char *peer, int64_t at_us)
{
    int64_t member = 0;
    enum error_code code = team_sign_in(fixture->server, str_of(name), str_of(password), str_of(peer), at_us, &member, &fixture->error);
    check(!code == !!member, "%s: %d but member %lld", name, code, (long long)member);
    return code;
}

static void right_and_wrong(void **state)
{
    (void)state;
    struct fixture     fixture;
    struct team_member dee;
    fixture_init(&fixture);
    add_member(&fixture, "Mara", true);
    int64_t dee_id = add_member(&fixture, "dee", false), linked;
    check_ok(team_member_add(fixture.server, fixture.actor, STR("linked"), (struct str){0}, false, &linked, &fixture.error), fixture.error, "linked");
    check_ok(team_member_by_id(fixture.server, dee_id, &fixture.arena, &dee, &fixture.error), fixture.error, "dee");
    dee.is_disabled = true;
    check_ok(team_member_edit(fixture.server, fixture.actor, &dee, &fixture.error), fixture.error, "dee is disabled");
    static char     endless[3000];
    memset(endless, 'x', sizeof endless - 1);
    const struct {
        const char     *name, *password;
        enum error_code code;
    } rows[] = {
        {"Mara", FIXTURE_PASSWORD, ERROR_NONE},      {"mARA", FIXTURE_PASSWORD, ERROR_NONE}, {"mara", FIXTURE_PASSWORD " ", ERROR_DENIED},
        {"mara", "", ERROR_DENIED},                  {"nobody", FIXTURE_PASSWORD, ERROR_DENIED}, {"dee", FIXTURE_PASSWORD, ERROR_DENIED},
        {"linked", "", ERROR_DENIED},                {"linked", FIXTURE_PASSWORD, ERROR_DENIED}, {"", FIXTURE_PASSWORD, ERROR_DENIED},
        {endless, endless, ERROR_DENIED},
    };
    char words[ERROR_MESSAGE_BYTES] = "";
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        enum error_code code = try(&fixture, rows[i].name, rows[i].password, "192.0.2.1", CLOCK_DAY_US * (int64_t)(i + 1));
        check(code == rows[i].code, "row %zu: %d %s", i, code, fixture.error.message);
        if (code && words[0])
            check(strcmp(words, fixture.error.message) == 0, "row %zu tells a difference: %s", i, fixture.error.message);
        if (code)
            strcpy(words, fixture.error.message);
    }
    assert_int_equal(audited(&fixture, "sign in"), 2);
    assert_int_equal(audited(&fixture, "sign-in failed"), 5); /* of names that are members' */
    fixture_fini(&fixture);
}

static void guessing_is_slowed_down(void **state)
{
    (void)state;
    struct fixture fixture;
    int64_t        now_us = 1000 * CLOCK_DAY_US;
    fixture_init(&fixture);
    add_member(&fixture, "mara", true);
    for (int i = 0; i < 5; i++)
        assert_int_equal(try(&fixture, "mara", "wrong", "192.0.2.1", now_us), ERROR_DENIED);
    assert_int_equal(try(&fixture, "mara", "wrong", "192.0.2.1", now_us), ERROR_BUSY);
    check(strstr(fixture.error.hint, "seconds"), "the hint says how long: %s", fixture.error.hint);
    assert_int_equal(try(&fixture, "MARA", FIXTURE_PASSWORD, "192.0.2.1", now_us), ERROR_BUSY); /* right, and in other letters */
    check_ok(try(&fixture, "mara", FIXTURE_PASSWORD, "192.0.2.2", now_us), fixture.error, "from elsewhere she is not locked out");
    assert_int_equal(try(&fixture, "mara", "wrong", "192.0.2.1", now_us + 59 * CLOCK_SECOND_US), ERROR_BUSY);
    assert_int_equal(try(&fixture, "mara", "wrong", "192.0.2.1", now_us + 61 * CLOCK_SECOND_US), ERROR_DENIED); /* one more a minute */
    assert_int_equal(try(&fixture, "mara", "wrong", "192.0.2.1", now_us + 62 * CLOCK_SECOND_US), ERROR_BUSY);
    check_ok(try(&fixture, "mara", FIXTURE_PASSWORD, "192.0.2.1", now_us + 2 * CLOCK_MINUTE_US), fixture.error, "a minute later she may");
    for (int i = 0; i < 4; i++) /* success wiped the slate */
        assert_int_equal(try(&fixture, "mara", "wrong", "192.0.2.1", now_us + 2 * CLOCK_MINUTE_US), ERROR_DENIED);
    check_ok(try(&fixture, "mara", FIXTURE_PASSWORD, "192.0.2.1", now_us + 2 * CLOCK_MINUTE_US), fixture.error, "again");
    fixture_fini(&fixture);
}

static unsigned tries_until_busy(struct fixture *fixture, const char *name_form, const char *peer_form, int64_t now_us)
{
    for (unsigned i = 0; i < 100; i++) {
        char           name[64], peer[64];
        struct attempt attempt;
        snprintf(name, sizeof name, name_form, i);
        snprintf(peer, sizeof peer, peer_form, i);
        enum error_code code = attempt_begin(fixture->server, str_of(name), str_of(peer), now_us, &attempt, &fixture->error);
        if (code == ERROR_BUSY)
            return i;
        check_ok(code, fixture->error, "%s %s", name, peer);
    }
    return 100;
}

static void many_names_and_many_addresses_are_counted_too(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    assert_int_equal(tries_until_busy(&fixture, "name%u", "192.0.2.1", CLOCK_DAY_US), 20);     /* one address, many names */
    assert_int_equal(tries_until_busy(&fixture, "mara", "198.51.100.%u", 2 * CLOCK_DAY_US), 30); /* one name, many addresses */
    assert_int_equal(tries_until_busy(&fixture, "six%u", "2001:db8::%x", 3 * CLOCK_DAY_US), 20);  /* one network of IPv6 */
    assert_int_equal(tries_until_busy(&fixture, "seven%u", "2001:db8:0:%x::1", 4 * CLOCK_DAY_US), 100); /* many networks */
    assert_int_equal(tries_until_busy(&fixture, "dee", "unix", 5 * CLOCK_DAY_US), 5);
    fixture_fini(&fixture);
}

static int64_t attempt_rows(struct fixture *fixture)
{
    int64_t rows = 0;
    check_ok(record_begin(fixture->server, &fixture->error), fixture->error, "begin");
    struct record_statement *count = record_statement(fixture->server, "team_attempt_count");
    if (record_step(count))
        rows = record_i64(count, "count");
    check_ok(record_end(fixture->server, ERROR_NONE, &fixture->error), fixture->error, "end");
    return rows;
}

static void a_flood_leaves_no_more_than_its_bound(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    for (unsigned i = 0; i < TEAM_ATTEMPTS_MAX / 2; i++) { /* up to three rows for each */
        char           name[32], peer[32];
        struct attempt attempt;
        snprintf(name, sizeof name, "name%u", i);
        snprintf(peer, sizeof peer, "10.%u.%u.1", i / 256, i % 256);
        check_ok(attempt_begin(fixture.server, str_of(name), str_of(peer), CLOCK_DAY_US + i, &attempt, &fixture.error), fixture.error, "%u", i);
    }
    int64_t rows = attempt_rows(&fixture);
    check(rows > 1000 && rows <= TEAM_ATTEMPTS_MAX, "%lld rows", (long long)rows);
    struct attempt attempt;
    check_ok(attempt_begin(fixture.server, STR("later"), STR("10.0.0.1"), CLOCK_DAY_US + CLOCK_HOUR_US, &attempt, &fixture.error), fixture.error, "later");
    assert_int_equal(attempt_rows(&fixture), 3); /* what is forgiven is forgotten */
    fixture_fini(&fixture);
}

static void sessions_live_as_long_as_they_should(void **state)
{
    (void)state;
    struct fixture     fixture;
    char               text[TEAM_TOKEN_TEXT_BYTES], other[TEAM_TOKEN_TEXT_BYTES];
    struct team_caller caller;
    int64_t            start_us = 1000 * CLOCK_DAY_US;
    fixture_init(&fixture);
    int64_t mara = add_member(&fixture, "mara", true);
    check_ok(team_session_begin(fixture.server, mara, start_us, text, &fixture.error), fixture.error, "begin");
    for (int day = 0; day < 90; day += 13) /* used every 13 days it lives for 90 */
        check_ok(team_prove_session(fixture.server, str_of(text), start_us + day * CLOCK_DAY_US, &fixture.arena, &caller, &fixture.error), fixture.error,
                 "day %d", day);
    assert_true(caller.member.id == mara && caller.session && !caller.token && caller.token_most == ROLE_ADMIN);
    assert_int_equal(team_prove_session(fixture.server, str_of(text), start_us + 90 * CLOCK_DAY_US, &fixture.arena, &caller, &fixture.error), ERROR_DENIED);
    check_ok(team_session_begin(fixture.server, mara, start_us, text, &fixture.error), fixture.error, "begin");
    assert_int_equal(team_prove_session(fixture.server, str_of(text), start_us + 14 * CLOCK_DAY_US, &fixture.arena, &caller, &fixture.error), ERROR_DENIED);
    check_ok(team_session_begin(fixture.server, mara, start_us, text, &fixture.error), fixture.error, "one");
    check_ok(team_session_begin(fixture.server, mara, start_us, other, &fixture.error), fixture.error, "two");
    check_ok(team_prove_session(fixture.server, str_of(text), start_us, &fixture.arena, &caller, &fixture.error), fixture.error, "one");
    check_ok(team_session_end(fixture.server, caller.session, &fixture.error), fixture.error, "out");
    assert_int_equal(team_prove_session(fixture.server, str_of(text), start_us, &fixture.arena, &caller, &fixture.error), ERROR_DENIED);
    check_ok(team_prove_session(fixture.server, str_of(other), start_us, &fixture.arena, &caller, &fixture.error), fixture.error, "the other stays");
    check_ok(team_set_password(fixture.server, fixture.actor, mara, STR("another good one"), &fixture.error), fixture.error, "password");
    assert_int_equal(team_prove_session(fixture.server, str_of(other), start_us, &fixture.arena, &caller, &fixture.error), ERROR_DENIED);
    for (int i = 0; i <= TEAM_SESSIONS_MAX; i++)
        check_ok(team_session_begin(fixture.server, mara, start_us + i, i == 0 ? text : other, &fixture.error), fixture.error, "session %d", i);
    assert_int_equal(team_prove_session(fixture.server, str_of(text), start_us, &fixture.arena, &caller, &fixture.error), ERROR_DENIED);
    check_ok(team_prove_session(fixture.server, str_of(other), start_us, &fixture.arena, &caller, &fixture.error), fixture.error, "the newest stays");
    fixture_fini(&fixture);
}

static void what_is_open_is_looked_at_again(void **state)
{
    (void)state;
    struct fixture     fixture;
    char               text[TEAM_TOKEN_TEXT_BYTES];
    int64_t            now_us = clock_now_us(), id;
    struct team_caller by_session, by_token;
    struct team_member dee;
    enum role          role;
    fixture_init(&fixture);
    add_client(&fixture, "harbour");
    add_member(&fixture, "chief", true);
    int64_t dee_id = add_member(&fixture, "dee", false);
    check_ok(team_set_role(fixture.server, fixture.actor, dee_id, STR("harbour"), ROLE_REVIEWER, &fixture.error), fixture.error, "role");
    check_ok(team_session_begin(fixture.server, dee_id, now_us, text, &fixture.error), fixture.error, "session");
    check_ok(team_prove_session(fixture.server, str_of(text), now_us, &fixture.arena, &by_session, &fixture.error), fixture.error, "session");
    struct team_token token = {.member = dee_id, .name = STR("x"), .role = ROLE_VIEWER, .expires_us = now_us + CLOCK_DAY_US};
    check_ok(team_token_add(fixture.server, fixture.actor, &token, now_us, text, &id, &fixture.error), fixture.error, "token");
    check_ok(team_prove_token(fixture.server, str_of(text), now_us, &fixture.arena, &by_token, &fixture.error), fixture.error, "token");
    const struct {
        const struct team_caller *caller;
        int64_t                   after_us;
        enum role                 role;
    } looks[] = {
        {&by_session, 0, ROLE_REVIEWER}, {&by_token, 0, ROLE_VIEWER}, {&by_session, 13 * CLOCK_DAY_US, ROLE_REVIEWER},
        {&by_session, 26 * CLOCK_DAY_US, ROLE_REVIEWER}, /* what is open is in use */
        {&by_token, 2 * CLOCK_DAY_US, ROLE_NONE},        {&by_session, 91 * CLOCK_DAY_US, ROLE_NONE},
    };
    for (size_t i = 0; i < COUNT_OF(looks); i++) {
        check_ok(team_role_still(fixture.server, looks[i].caller, STR("harbour"), now_us + looks[i].after_us, &role, &fixture.error), fixture.error, "%zu", i);
        check(role == looks[i].role, "look %zu: %s", i, role_names[role]);
    }
    check_ok(team_set_role(fixture.server, fixture.actor, dee_id, STR("harbour"), ROLE_NONE, &fixture.error), fixture.error, "taken out");
    check_ok(team_role_still(fixture.server, &by_session, STR("harbour"), now_us, &role, &fixture.error), fixture.error, "taken out");
    assert_int_equal(role, ROLE_NONE);
    check_ok(team_set_role(fixture.server, fixture.actor, dee_id, STR("harbour"), ROLE_VIEWER, &fixture.error), fixture.error, "back");
    check_ok(team_member_by_id(fixture.server, dee_id, &fixture.arena, &dee, &fixture.error), fixture.error, "dee");
    dee.is_disabled = true;
    check_ok(team_member_edit(fixture.server, fixture.actor, &dee, &fixture.error), fixture.error, "disabled");
    check_ok(team_role_still(fixture.server, &by_session, STR("harbour"), now_us, &role, &fixture.error), fixture.error, "disabled");
    assert_int_equal(role, ROLE_NONE);
    check_ok(team_role_still(fixture.server, &by_token, STR("harbour"), now_us, &role, &fixture.error), fixture.error, "disabled");
    assert_int_equal(role, ROLE_NONE);
    fixture_fini(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(right_and_wrong), cmocka_unit_test(guessing_is_slowed_down), cmocka_unit_test(many_names_and_many_addresses_are_counted_too),
        cmocka_unit_test(a_flood_leaves_no_more_than_its_bound), cmocka_unit_test(sessions_live_as_long_as_they_should),
        cmocka_unit_test(what_is_open_is_looked_at_again),
    };
    return cmocka_run_group_tests_name("team sign in", tests, NULL, NULL);
}
