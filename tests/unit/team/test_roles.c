/* Clients, roles, tokens: who may what. */
#include "team_fixture.h"

#include "base/vfs.h"

static void client_names_lead_nowhere_else(void **state)
{
    (void)state;
    static const struct {
        struct str name;
        bool       is_good;
    } rows[] = {
        {STR("harbour"), true},   {STR("harbour-2"), true}, {STR("9"), true},        {STR(""), false},         {STR("-x"), false},
        {STR("../up"), false},    {STR("a/b"), false},      {STR("."), false},       {STR("Harbour"), false},  {STR("har bour"), false},
        {STR("h\xc3\xa4" "f"), false}, {{"a\0b", 3}, false},
        {STR("012345678901234567890123456789012345678901234567890123456789012"), true},
        {STR("0123456789012345678901234567890123456789012345678901234567890123"), false},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check(team_is_client_name(rows[i].name) == rows[i].is_good, "row %zu: %.*s", i, STR_ARG(rows[i].name));
}

static void folders_are_adopted_once(void **state)
{
    (void)state;
    struct fixture fixture;
    char           path[256];
    struct str    *names;
    size_t         count;
    fixture_init(&fixture);
    add_client(&fixture, "harbour");
    static const char *const folders[] = {"bakery", "lost+found", "Not-One", ".hidden"};
    for (size_t i = 0; i < COUNT_OF(folders); i++) {
        snprintf(path, sizeof path, "%s/clients/%s", fixture.folder, folders[i]);
        check_ok(vfs_make_folders(path, &fixture.error), fixture.error, "%s", path);
    }
    for (int round = 0; round < 2; round++)
        check_ok(team_adopt_folders(fixture.server, fixture.folder, &fixture.error), fixture.error, "round %d", round);
    check_ok(team_client_names(fixture.server, &fixture.arena, &names, &count, &fixture.error), fixture.error, "names");
    assert_int_equal(count, 2);
    check_str(names[0], STR("bakery"), "the adopted one");
    check_str(names[1], STR("harbour"), "the made one");
    assert_int_equal(audited(&fixture, "adopt"), 1);
    check_ok(team_adopt_folders(fixture.server, "/nowhere/at/all", &fixture.error), fixture.error, "no folder, nothing to adopt");
    fixture_fini(&fixture);
}

/* The whole table: role of the member x most of the token x client of the token. */
static void a_role_is_never_more_than_its_token(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    add_client(&fixture, "harbour");
    add_client(&fixture, "bakery");
    int64_t member = add_member(&fixture, "mara", false);
    static const char *const token_clients[] = {"", "harbour", "bakery"};
    for (int role = ROLE_NONE; role < ROLE_COUNT; role++) {
        check_ok(team_set_role(fixture.server, fixture.actor, member, STR("harbour"), (enum role)role, &fixture.error), fixture.error, "%d", role);
        for (int is_chief = 0; is_chief < 2; is_chief++)
            for (int most = ROLE_NONE; most < ROLE_COUNT; most++)
                for (size_t i = 0; i < COUNT_OF(token_clients); i++) {
                    struct team_caller caller = {.member = {.id = member, .is_server_admin = is_chief}, .token_most = (enum role)most,
                                                 .token_client = str_of(token_clients[i])};
                    enum role          got, own = is_chief ? ROLE_ADMIN : (enum role)role;
                    enum role          wanted = strcmp(token_clients[i], "bakery") == 0 ? ROLE_NONE : own < (enum role)most ? own : (enum role)most;
                    check_ok(team_role(fixture.server, &caller, STR("harbour"), &got, &fixture.error), fixture.error, "role");
                    check(got == wanted, "member %s%s, token %s of '%s': got %s, wanted %s", role_names[role], is_chief ? " and chief" : "",
                          role_names[most], token_clients[i], role_names[got], role_names[wanted]);
                    check_ok(team_role(fixture.server, &caller, STR("nowhere"), &got, &fixture.error), fixture.error, "role");
                    check(got == ROLE_NONE, "a client that is not there: %s", role_names[got]);
                }
    }
    enum role          got;
    struct team_caller stranger = {.token_most = ROLE_ADMIN};
    check_ok(team_role(fixture.server, &stranger, STR("harbour"), &got, &fixture.error), fixture.error, "a stranger");
    assert_int_equal(got, ROLE_NONE);
    assert_int_equal(team_set_role(fixture.server, fixture.actor, 77, STR("harbour"), ROLE_VIEWER, &fixture.error), ERROR_NOT_FOUND);
    assert_int_equal(team_set_role(fixture.server, fixture.actor, member, STR("nowhere"), ROLE_VIEWER, &fixture.error), ERROR_NOT_FOUND);
    assert_int_equal(audited(&fixture, "set role"), ROLE_COUNT - 1); /* none to none is no change */
    fixture_fini(&fixture);
}

static void clients_are_listed_for_whom_they_exist(void **state)
{
    (void)state;
    struct fixture      fixture;
    struct team_client *clients;
    size_t              count;
    fixture_init(&fixture);
    add_client(&fixture, "harbour");
    add_client(&fixture, "bakery");
    int64_t mara = add_member(&fixture, "mara", false), chief = add_member(&fixture, "chief", true);
    check_ok(team_set_role(fixture.server, fixture.actor, mara, STR("harbour"), ROLE_REVIEWER, &fixture.error), fixture.error, "mara");
    const struct {
        struct team_caller caller;
        const char        *seen;
    } rows[] = {
        {{.member = {.id = mara}, .token_most = ROLE_ADMIN}, "harbour:reviewer"},
        {{.member = {.id = mara}, .token_most = ROLE_VIEWER}, "harbour:viewer"},
        {{.member = {.id = mara}, .token_most = ROLE_ADMIN, .token_client = STR("bakery")}, ""},
        {{.member = {.id = chief, .is_server_admin = true}, .token_most = ROLE_ADMIN}, "bakery:admin harbour:admin"},
        {{.member = {.id = chief, .is_server_admin = true}, .token_most = ROLE_LEARNER, .token_client = STR("bakery")}, "bakery:learner"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct buf seen = {0};
        check_ok(team_clients_of(fixture.server, &rows[i].caller, &fixture.arena, &clients, &count, &fixture.error), fixture.error, "row %zu", i);
        for (size_t j = 0; j < count; j++)
            buf_printf(&seen, "%s%.*s:%s", j ? " " : "", STR_ARG(clients[j].name), role_names[clients[j].role]);
        check_str(buf_str(&seen), str_of(rows[i].seen), "row %zu", i);
        buf_fini(&seen);
    }
    fixture_fini(&fixture);
}

static void tokens_end(void **state)
{
    (void)state;
    struct fixture     fixture;
    char               text[TEAM_TOKEN_TEXT_BYTES];
    int64_t            now_us = clock_now_us(), id;
    struct team_caller caller;
    struct team_token *tokens;
    size_t             count;
    fixture_init(&fixture);
    add_client(&fixture, "harbour");
    int64_t           mara = add_member(&fixture, "mara", true), dee = add_member(&fixture, "dee", false);
    struct team_token token = {.member = dee, .name = STR("collector"), .role = ROLE_LEARNER, .client = STR("harbour"), .expires_us = now_us + CLOCK_DAY_US};
    const struct {
        struct team_token token;
        enum error_code   code;
    } refused[] = {
        {{.member = dee, .name = STR(""), .role = ROLE_VIEWER, .expires_us = now_us + 1}, ERROR_INVALID},
        {{.member = dee, .name = STR("x\ny"), .role = ROLE_VIEWER, .expires_us = now_us + 1}, ERROR_INVALID},
        {{.member = dee, .name = STR("x"), .role = ROLE_NONE, .expires_us = now_us + 1}, ERROR_INVALID},
        {{.member = dee, .name = STR("x"), .role = ROLE_VIEWER, .expires_us = now_us}, ERROR_INVALID},
        {{.member = dee, .name = STR("x"), .role = ROLE_VIEWER, .expires_us = now_us + 4000 * CLOCK_DAY_US}, ERROR_INVALID},
        {{.member = 77, .name = STR("x"), .role = ROLE_VIEWER, .expires_us = now_us + 1}, ERROR_NOT_FOUND},
        {{.member = dee, .name = STR("x"), .role = ROLE_VIEWER, .expires_us = now_us + 1, .client = STR("nowhere")}, ERROR_NOT_FOUND},
    };
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        enum error_code code = team_token_add(fixture.server, fixture.actor, &refused[i].token, now_us, text, &id, &fixture.error);
        check(code == refused[i].code, "row %zu: %d %s", i, code, fixture.error.message);
    }
    check_ok(team_token_add(fixture.server, fixture.actor, &token, now_us, text, &id, &fixture.error), fixture.error, "a token");
    check_ok(team_prove_token(fixture.server, str_of(text), now_us, &fixture.arena, &caller, &fixture.error), fixture.error, "proof");
    assert_true(caller.member.id == dee && caller.token == id && caller.session == 0 && caller.token_most == ROLE_LEARNER);
    check_str(caller.token_client, STR("harbour"), "its client");
    assert_int_equal(team_prove_session(fixture.server, str_of(text), now_us, &fixture.arena, &caller, &fixture.error), ERROR_DENIED);
    assert_int_equal(caller.member.id, 0);
    assert_int_equal(team_prove_token(fixture.server, str_of(text), token.expires_us, &fixture.arena, &caller, &fixture.error), ERROR_DENIED);
    check_ok(team_prove_token(fixture.server, str_of(text), now_us + 2 * CLOCK_MINUTE_US, &fixture.arena, &caller, &fixture.error), fixture.error, "later");
    check_ok(team_tokens(fixture.server, 0, &fixture.arena, &tokens, &count, &fixture.error), fixture.error, "list");
    check(count == 1 && tokens[0].used_us == now_us + 2 * CLOCK_MINUTE_US, "last used is kept");
    assert_int_equal(team_token_revoke(fixture.server, fixture.actor, id, mara, now_us, &fixture.error), ERROR_NOT_FOUND);
    check_ok(team_token_revoke(fixture.server, fixture.actor, id, dee, now_us, &fixture.error), fixture.error, "revoked");
    check_ok(team_token_revoke(fixture.server, fixture.actor, id, 0, now_us, &fixture.error), fixture.error, "again");
    assert_int_equal(team_prove_token(fixture.server, str_of(text), now_us, &fixture.arena, &caller, &fixture.error), ERROR_DENIED);
    assert_int_equal(audited(&fixture, "revoke"), 1);
    for (int i = 0; i < TEAM_TOKENS_MAX; i++)
        check_ok(team_token_add(fixture.server, fixture.actor, &token, now_us, text, &id, &fixture.error), fixture.error, "token %d", i);
    assert_int_equal(team_token_add(fixture.server, fixture.actor, &token, now_us, text, &id, &fixture.error), ERROR_INVALID);
    fixture_fini(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(client_names_lead_nowhere_else), cmocka_unit_test(folders_are_adopted_once),
        cmocka_unit_test(a_role_is_never_more_than_its_token), cmocka_unit_test(clients_are_listed_for_whom_they_exist),
        cmocka_unit_test(tokens_end),
    };
    return cmocka_run_group_tests_name("team roles", tests, NULL, NULL);
}
