/* Signing in and out, one-time links, and what members set for themselves. The cookie's name begins with __Host-: a browser takes it
 * from this host alone, for every path, and over a safe connection (or to the machine itself). */
#include "api/people.h"

#include "base/clock.h"

#include <cjson/cJSON.h>

#define COOKIE "__Host-bellwether"
enum { COOKIE_DAYS = 90 };

/* ---- Shared ---- */

enum error_code people_session_only(struct api_call *call)
{
    return call->caller.session ? ERROR_NONE : error_set(&call->error, ERROR_FORBIDDEN, "a token may not do this; sign in");
}

enum error_code people_password(struct api_call *call, const char *name, bool is_required, struct str *password_out)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(call->body, name);
    *password_out = (struct str){0};
    if (!member || cJSON_IsNull(member))
        return is_required ? error_set(&call->error, ERROR_INVALID, "%s: missing", name) : ERROR_NONE;
    if (!cJSON_IsString(member))
        return error_set(&call->error, ERROR_INVALID, "%s: expected a text", name);
    *password_out = str_of(member->valuestring);
    return password_out->len <= TEAM_PASSWORD_MAX
               ? ERROR_NONE : error_set(&call->error, ERROR_INVALID, "%s: expected at most %d bytes", name, TEAM_PASSWORD_MAX);
}

enum error_code people_role(struct api_call *call, enum role least, enum role *role_out)
{
    struct str      word = {0};
    enum error_code code = api_body_str(call, "role", 20, true, &word);
    if (!code && (!role_parse(word, role_out) || *role_out < least))
        code = error_set(&call->error, ERROR_INVALID, "role: expected viewer, learner, practitioner, reviewer or admin, found '%.*s'", STR_ARG(word));
    return code;
}

/* ---- The session ---- */

static void put_member(struct json *json, const struct team_member *member)
{
    json_key(json, "member");
    json_object(json);
    json_key(json, "id");
    json_i64(json, member->id);
    json_put_str(json, "name", member->name);
    json_put_str(json, "theme", member->theme);
    json_put_str(json, "zone", member->zone);
    json_put_bool(json, "has_single_keys", member->has_single_keys);
    json_put_bool(json, "has_password", member->has_password);
    json_put_bool(json, "is_server_admin", member->is_server_admin);
    json_end(json);
}

static enum error_code show(struct api_call *call)
{
    struct team_client *clients;
    size_t              count;
    enum error_code     code = team_clients_of(call->server, &call->caller, call->arena, &clients, &count, &call->error);
    if (code)
        return code;
    json_object(&call->json);
    put_member(&call->json, &call->caller.member);
    json_key(&call->json, "clients");
    json_array(&call->json);
    for (size_t i = 0; i < count; i++) {
        json_object(&call->json);
        json_put_str(&call->json, "name", clients[i].name);
        json_put_str(&call->json, "title", clients[i].title);
        json_put_str(&call->json, "role", str_of(role_names[clients[i].role]));
        json_end(&call->json);
    }
    json_end(&call->json);
    json_put_str(&call->json, "version", STR(BELLWETHER_VERSION));
    json_end(&call->json);
    return ERROR_NONE;
}

static void set_cookie(struct api_call *call, const char *text)
{
    char cookie[200];
    snprintf(cookie, sizeof cookie, COOKIE "=%s; Path=/; Max-Age=%d; Secure; HttpOnly; SameSite=Lax", text, text[0] ? COOKIE_DAYS * 86400 : 0);
    http_set_header(call->response, "Set-Cookie", cookie);
}

/* A session from nothing but the proof that was just given: what the browser held before counts no more. */
static enum error_code begin(struct api_call *call, int64_t member)
{
    char            text[TEAM_TOKEN_TEXT_BYTES];
    int64_t         now_us = clock_now_us();
    enum error_code code = ERROR_NONE;
    if (call->caller.session)
        code = team_session_end(call->server, call->caller.session, &call->error);
    if (!code)
        code = team_session_begin(call->server, member, now_us, text, &call->error);
    if (!code)
        code = team_prove_session(call->server, str_of(text), now_us, call->arena, &call->caller, &call->error);
    if (code)
        return code;
    set_cookie(call, text);
    return show(call);
}

static enum error_code sign_in(struct api_call *call)
{
    struct str      name = {0}, password;
    int64_t         member;
    enum error_code code = api_body_str(call, "name", 1024, true, &name);
    if (!code)
        code = people_password(call, "password", true, &password);
    if (!code)
        code = team_sign_in(call->server, name, password, str_of(call->request->peer), clock_now_us(), &member, &call->error);
    return code ? code : begin(call, member);
}

static enum error_code sign_out(struct api_call *call)
{
    enum error_code code = people_session_only(call);
    if (!code)
        code = team_session_end(call->server, call->caller.session, &call->error);
    if (!code)
        set_cookie(call, "");
    return code;
}

/* ---- Links ---- */

static enum error_code look(struct api_call *call)
{
    struct str       text = {0};
    struct team_link link;
    enum error_code  code = api_body_str(call, "link", TEAM_TOKEN_TEXT_BYTES, true, &text);
    if (!code)
        code = team_link_look(call->server, text, clock_now_us(), call->arena, &link, &call->error);
    if (code)
        return code;
    json_object(&call->json);
    json_put_str(&call->json, "kind", link.kind == TEAM_LINK_SETUP ? STR("setup") : STR("sign-in"));
    json_key(&call->json, "name");
    link.kind == TEAM_LINK_SETUP ? json_null(&call->json) : json_str(&call->json, link.name);
    json_end(&call->json);
    return ERROR_NONE;
}

static enum error_code use_link(struct api_call *call)
{
    struct str      text = {0}, name = {0}, password;
    int64_t         member;
    enum error_code code = api_body_str(call, "link", TEAM_TOKEN_TEXT_BYTES, true, &text);
    if (!code)
        code = api_body_str(call, "name", 1024, false, &name);
    if (!code)
        code = people_password(call, "password", false, &password);
    if (!code)
        code = team_link_use(call->server, text, name, password, clock_now_us(), &member, &call->error);
    return code ? code : begin(call, member);
}

/* ---- What members set for themselves ---- */

static enum error_code settle(struct api_call *call)
{
    struct team_member member = call->caller.member;
    enum error_code    code = people_session_only(call);
    if (!code && api_body_has(call, "theme"))
        code = api_body_str(call, "theme", 20, true, &member.theme);
    if (!code && api_body_has(call, "zone"))
        code = api_body_str(call, "zone", TEAM_ZONE_MAX, false, &member.zone);
    if (!code)
        code = api_body_bool(call, "has_single_keys", false, &member.has_single_keys);
    if (!code && !str_equal(member.theme, STR("system")) && !str_equal(member.theme, STR("light")) && !str_equal(member.theme, STR("dark")))
        code = error_set(&call->error, ERROR_INVALID, "theme: expected system, light or dark, found '%.*s'", STR_ARG(member.theme));
    if (!code)
        code = team_member_settle(call->server, &member, &call->error);
    call->caller.member = member;
    return code ? code : show(call);
}

static enum error_code change_password(struct api_call *call)
{
    struct str      current, password;
    int64_t         member = call->caller.member.id;
    enum error_code code = people_session_only(call);
    if (!code)
        code = people_password(call, "password", true, &password);
    if (!code)
        code = people_password(call, "current", call->caller.member.has_password, &current);
    if (!code)
        code = team_check_password(call->server, member, current, str_of(call->request->peer), clock_now_us(), &call->error);
    if (code == ERROR_DENIED) /* 401 would say that the session has ended */
        code = error_set(&call->error, ERROR_INVALID, "current: this is not your password");
    if (!code)
        code = team_set_password(call->server, api_actor(call), member, password, &call->error);
    if (code)
        return code;
    call->caller.session = 0; /* ended with all the others */
    return begin(call, member);
}

/* ---- Rows ---- */

#define SESSION                                                                                                                 \
    "{\"type\":\"object\",\"required\":[\"member\",\"clients\",\"version\"],\"properties\":{\"member\":{\"type\":\"object\","   \
    "\"required\":[\"id\",\"name\",\"theme\",\"zone\",\"has_single_keys\",\"has_password\",\"is_server_admin\"],\"properties\":{" \
    PEOPLE_ID "," PEOPLE_NAME "," SETTINGS ",\"has_password\":{\"type\":\"boolean\"},\"is_server_admin\":{\"type\":\"boolean\"}}}," \
    "\"clients\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"name\",\"title\",\"role\"],\"properties\":{"  \
    "\"name\":{\"type\":\"string\"},\"title\":{\"type\":\"string\"}," PEOPLE_ROLE "}}},\"version\":{\"type\":\"string\"}}}"
#define SETTINGS                                                                                                                \
    "\"theme\":{\"type\":\"string\",\"enum\":[\"system\",\"light\",\"dark\"]},\"zone\":{\"type\":\"string\",\"maxLength\":64},"  \
    "\"has_single_keys\":{\"type\":\"boolean\"}"

const struct api_route api_session_routes[] = {
    {HTTP_GET, "/session", API_SERVER, ROLE_VIEWER, "session", "who asks, and which clients exist for them",
     "With a token, roles are at most the token's, and a token of one client sees that one alone.", NULL, NULL, SESSION, NULL, 0, show},
    {HTTP_POST, "/session", API_SERVER, ROLE_NONE, "session_sign_in", "sign in with name and password",
     "Sets the session cookie, which ends 14 days after its last use and 90 after its start. 401 tells no difference between a wrong name and "
     "a wrong password; after some failed tries 429 says how long to wait.",
     NULL, "{\"type\":\"object\",\"required\":[\"name\",\"password\"],\"properties\":{\"name\":{\"type\":\"string\"},\"password\":" PEOPLE_PASSWORD "}}",
     SESSION, NULL, 0, sign_in},
    {HTTP_DELETE, "/session", API_SERVER, ROLE_VIEWER, "session_sign_out", "sign out", NULL, NULL, NULL, NULL, NULL, 0, sign_out},
    {HTTP_PATCH, "/session", API_SERVER, ROLE_VIEWER, "session_settle", "how the page looks and behaves for you",
     "What is not given stays. zone is a name of the IANA time zone database; empty: the browser's.", NULL,
     "{\"type\":\"object\",\"properties\":{" SETTINGS "}}", SESSION, NULL, 0, settle},
    {HTTP_POST, "/session/link", API_SERVER, ROLE_NONE, "session_link_use", "use a one-time link",
     "A link to sign in needs nothing else. The first link of a server makes its first admin, and needs name and password; an error in them "
     "leaves it good.",
     NULL, "{\"type\":\"object\",\"required\":[\"link\"],\"properties\":{\"link\":{\"type\":\"string\",\"maxLength\":64},\"name\":{\"type\":\"string\"},"
     "\"password\":" PEOPLE_PASSWORD "}}", SESSION, NULL, 0, use_link},
    {HTTP_POST, "/session/link/look", API_SERVER, ROLE_NONE, "session_link_look", "what a one-time link is for, without using it up", NULL, NULL,
     "{\"type\":\"object\",\"required\":[\"link\"],\"properties\":{\"link\":{\"type\":\"string\",\"maxLength\":64}}}",
     "{\"type\":\"object\",\"required\":[\"kind\",\"name\"],\"properties\":{\"kind\":{\"type\":\"string\",\"enum\":[\"setup\",\"sign-in\"]},"
     "\"name\":{\"type\":[\"string\",\"null\"]}}}", NULL, 0, look},
    {HTTP_POST, "/session/password", API_SERVER, ROLE_VIEWER, "session_password", "a new password for yourself",
     "Signs you out everywhere else. `current` is not needed where you had none.", NULL,
     "{\"type\":\"object\",\"required\":[\"password\"],\"properties\":{\"current\":" PEOPLE_PASSWORD ",\"password\":" PEOPLE_PASSWORD "}}", SESSION, NULL, 0,
     change_password},
    {0}};
