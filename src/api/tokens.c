/* API tokens: members make their own, signed in; server admins see and end all. */
#include "api/people.h"

#include "base/clock.h"

enum { DAYS_USUAL = 90 };

static void put(struct json *json, const struct team_token *token, const char *text)
{
    json_object(json);
    json_key(json, "id");
    json_i64(json, token->id);
    json_put_str(json, "name", token->name);
    json_key(json, "member");
    json_object(json);
    json_key(json, "id");
    json_i64(json, token->member);
    json_put_str(json, "name", token->member_name);
    json_end(json);
    json_put_str(json, "role", str_of(role_names[token->role]));
    json_key(json, "client");
    token->client.len ? json_str(json, token->client) : json_null(json);
    json_put_time(json, "created_at", token->created_us);
    json_put_time(json, "expires_at", token->expires_us);
    json_put_time(json, "used_at", token->used_us);
    json_put_time(json, "revoked_at", token->revoked_us);
    if (text)
        json_put_str(json, "token", str_of(text));
    json_end(json);
}

static enum error_code list_of(struct api_call *call, int64_t member)
{
    struct team_token *tokens;
    size_t             count;
    enum error_code    code = team_tokens(call->server, member, call->arena, &tokens, &count, &call->error);
    if (code)
        return code;
    json_object(&call->json);
    json_key(&call->json, "tokens");
    json_array(&call->json);
    for (size_t i = 0; i < count; i++)
        put(&call->json, &tokens[i], NULL);
    api_list_end(call);
    return ERROR_NONE;
}

static enum error_code list(struct api_call *call)
{
    return list_of(call, call->caller.member.id);
}

static enum error_code list_all(struct api_call *call)
{
    return list_of(call, 0);
}

/* A client that does not exist for a member does not exist for their token. */
static enum error_code check_client(struct api_call *call, struct str client)
{
    enum role       role = ROLE_NONE;
    enum error_code code = client.len ? team_role(call->server, &call->caller, client, &role, &call->error) : ERROR_NONE;
    return !code && client.len && role == ROLE_NONE
               ? error_set(&call->error, ERROR_NOT_FOUND, "client: there is no client '%.*s'", STR_ARG(client)) : code;
}

static enum error_code create(struct api_call *call)
{
    char              text[TEAM_TOKEN_TEXT_BYTES];
    int64_t           now_us = clock_now_us(), days = DAYS_USUAL;
    struct team_token token = {.member = call->caller.member.id, .member_name = call->caller.member.name, .created_us = now_us};
    enum error_code   code = people_session_only(call);
    if (!code)
        code = api_body_str(call, "name", TEAM_NAME_MAX, true, &token.name);
    if (!code)
        code = people_role(call, ROLE_VIEWER, &token.role);
    if (!code)
        code = api_body_str(call, "client", TEAM_CLIENT_NAME_MAX, false, &token.client);
    if (!code)
        code = check_client(call, token.client);
    if (!code)
        code = api_body_i64(call, "days", 1, TEAM_TOKEN_DAYS_MAX, false, &days);
    token.expires_us = now_us + days * CLOCK_DAY_US;
    if (!code)
        code = team_token_add(call->server, api_actor(call), &token, now_us, text, &token.id, &call->error);
    if (code)
        return code;
    put(&call->json, &token, text);
    return ERROR_NONE;
}

static enum error_code revoke(struct api_call *call)
{
    enum error_code code = people_session_only(call);
    if (code)
        return code;
    int64_t whose = call->caller.member.is_server_admin ? 0 : call->caller.member.id;
    return team_token_revoke(call->server, api_actor(call), api_id(call), whose, clock_now_us(), &call->error);
}

#define MEMBERS(more)                                                                                                           \
    "{\"type\":\"object\",\"required\":[\"id\",\"name\",\"member\",\"role\",\"client\",\"created_at\",\"expires_at\",\"used_at\",\"revoked_at\"],"  \
    "\"properties\":{" PEOPLE_ID "," PEOPLE_NAME ",\"member\":{\"type\":\"object\",\"required\":[\"id\",\"name\"]}," PEOPLE_ROLE              \
    ",\"client\":{\"type\":[\"string\",\"null\"]},\"created_at\":" PEOPLE_TIME ",\"expires_at\":" PEOPLE_TIME ",\"used_at\":" PEOPLE_TIME    \
    ",\"revoked_at\":" PEOPLE_TIME more "}}"
#define LIST                                                                                                                    \
    "{\"type\":\"object\",\"required\":[\"tokens\",\"next\"],\"properties\":{\"tokens\":{\"type\":\"array\",\"items\":" MEMBERS("")         \
    "},\"next\":{\"type\":\"null\"}}}"

const struct api_route api_tokens_routes[] = {
    {HTTP_GET, "/tokens", API_SERVER, ROLE_VIEWER, "tokens", "your own API tokens, the newest first",
     "Without their text, which is not kept.", NULL,
     NULL, LIST, NULL, 0, list},
    {HTTP_POST, "/tokens", API_SERVER, ROLE_VIEWER, "token_create", "a new API token of your own",
     "It may what you may, never more than `role`, and with `client` in that client alone; it ends after `days` (90 where it is not said). "
     "`token` is its text, shown this once. Signed in only: a token makes no tokens.",
     NULL, "{\"type\":\"object\",\"required\":[\"name\",\"role\"],\"properties\":{" PEOPLE_NAME "," PEOPLE_ROLE
     ",\"client\":{\"type\":[\"string\",\"null\"]},\"days\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":3650}}}",
     MEMBERS(",\"token\":{\"type\":\"string\"}"), NULL, 201, create},
    {HTTP_DELETE, "/tokens/{id}", API_SERVER, ROLE_VIEWER, "token_revoke", "end a token for good", "Your own; server admins anybody's. Signed in only.",
     NULL, NULL, NULL, NULL, 0, revoke},
    {HTTP_GET, "/tokens/all", API_SERVER, ROLE_ADMIN, "tokens_all", "everybody's API tokens, the newest first", NULL, NULL, NULL, LIST, NULL, 0, list_all},
    {0}};
