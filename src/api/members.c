/* Members and their roles: everybody for server admins, one client's people for those who work on it. */
#include "api/people.h"

#include "base/clock.h"

/* ---- Everybody ---- */

static enum error_code put_member(struct api_call *call, const struct team_member *member)
{
    struct team_client *clients;
    size_t              count;
    struct json        *json = &call->json;
    enum error_code     code = team_roles_of(call->server, member->id, call->arena, &clients, &count, &call->error);
    if (code)
        return code;
    json_object(json);
    json_key(json, "id");
    json_i64(json, member->id);
    json_put_str(json, "name", member->name);
    json_put_bool(json, "is_disabled", member->is_disabled);
    json_put_bool(json, "is_server_admin", member->is_server_admin);
    json_put_bool(json, "has_password", member->has_password);
    json_put_time(json, "created_at", member->created_us);
    json_put_time(json, "seen_at", member->seen_us);
    json_key(json, "roles");
    json_array(json);
    for (size_t i = 0; i < count; i++) {
        json_object(json);
        json_put_str(json, "client", clients[i].name);
        json_put_str(json, "role", str_of(role_names[clients[i].role]));
        json_end(json);
    }
    json_end(json);
    json_end(json);
    return ERROR_NONE;
}

static enum error_code list(struct api_call *call)
{
    struct team_member *members;
    size_t              count;
    enum error_code     code = team_members(call->server, call->arena, &members, &count, &call->error);
    json_object(&call->json);
    json_key(&call->json, "members");
    json_array(&call->json);
    for (size_t i = 0; i < count && !code; i++)
        code = put_member(call, &members[i]);
    api_list_end(call);
    return code;
}

static enum error_code give(struct api_call *call, int64_t id)
{
    struct team_member member;
    enum error_code    code = team_member_by_id(call->server, id, call->arena, &member, &call->error);
    return code ? code : put_member(call, &member);
}

static enum error_code create(struct api_call *call)
{
    struct str      name = {0}, password;
    bool            is_server_admin = false;
    int64_t         id;
    enum error_code code = api_body_str(call, "name", 1024, true, &name);
    if (!code)
        code = people_password(call, "password", false, &password);
    if (!code)
        code = api_body_bool(call, "is_server_admin", false, &is_server_admin);
    if (!code)
        code = team_member_add(call->server, api_actor(call), name, password, is_server_admin, &id, &call->error);
    return code ? code : give(call, id);
}

static enum error_code edit(struct api_call *call)
{
    struct team_member member;
    enum error_code    code = team_member_by_id(call->server, api_id(call), call->arena, &member, &call->error);
    if (!code && api_body_has(call, "name"))
        code = api_body_str(call, "name", 1024, true, &member.name);
    if (!code)
        code = api_body_bool(call, "is_disabled", false, &member.is_disabled);
    if (!code)
        code = api_body_bool(call, "is_server_admin", false, &member.is_server_admin);
    if (!code)
        code = team_member_edit(call->server, api_actor(call), &member, &call->error);
    return code ? code : give(call, member.id);
}

static enum error_code make_link(struct api_call *call)
{
    char            text[TEAM_TOKEN_TEXT_BYTES], path[TEAM_TOKEN_TEXT_BYTES + 16];
    enum error_code code = team_new_sign_in_link(call->server, api_actor(call), api_id(call), text, &call->error);
    if (code)
        return code;
    snprintf(path, sizeof path, "/welcome#%s", text);
    json_object(&call->json);
    json_put_str(&call->json, "path", str_of(path));
    json_end(&call->json);
    return ERROR_NONE;
}

/* ---- One client's people ---- */

static void put_colleague(struct json *json, const struct team_colleague *colleague)
{
    json_object(json);
    json_key(json, "id");
    json_i64(json, colleague->member.id);
    json_put_str(json, "name", colleague->member.name);
    json_put_str(json, "role", str_of(role_names[colleague->role]));
    json_put_bool(json, "is_disabled", colleague->member.is_disabled);
    json_end(json);
}

static enum error_code colleagues(struct api_call *call, struct team_colleague **found_out, size_t *count_out)
{
    return team_colleagues(call->server, str_of(call->workspace->name), call->arena, found_out, count_out, &call->error);
}

static enum error_code list_colleagues(struct api_call *call)
{
    struct team_colleague *found;
    size_t                 count;
    enum error_code        code = colleagues(call, &found, &count);
    if (code)
        return code;
    json_object(&call->json);
    json_key(&call->json, "members");
    json_array(&call->json);
    for (size_t i = 0; i < count; i++)
        put_colleague(&call->json, &found[i]);
    api_list_end(call);
    return ERROR_NONE;
}

static enum error_code give_colleague(struct api_call *call, int64_t id)
{
    struct team_colleague *found;
    size_t                 count;
    enum error_code        code = colleagues(call, &found, &count);
    for (size_t i = 0; i < count && !code; i++)
        if (found[i].member.id == id)
            put_colleague(&call->json, &found[i]);
    return code;
}

static enum error_code set(struct api_call *call, int64_t member, enum role role)
{
    return team_set_role(call->server, api_actor(call), member, str_of(call->workspace->name), role, &call->error);
}

/* By the whole name: an admin of one client cannot leaf through the members of the others. */
static enum error_code invite(struct api_call *call)
{
    struct str         name = {0};
    enum role          role;
    struct team_member member;
    enum error_code    code = api_body_str(call, "name", 1024, true, &name);
    if (!code)
        code = people_role(call, ROLE_VIEWER, &role);
    if (!code)
        code = team_member_by_name(call->server, name, call->arena, &member, &call->error);
    if (!code)
        code = set(call, member.id, role);
    return code ? code : give_colleague(call, member.id);
}

static enum error_code check_colleague(struct api_call *call, int64_t id)
{
    struct team_colleague *found;
    size_t                 count;
    if (call->caller.member.is_server_admin)
        return ERROR_NONE;
    enum error_code code = colleagues(call, &found, &count);
    for (size_t i = 0; i < count && !code; i++)
        if (found[i].member.id == id)
            return ERROR_NONE;
    return code ? code : error_set(&call->error, ERROR_NOT_FOUND, "there is no member %lld of this client", (long long)id);
}

static enum error_code set_role(struct api_call *call)
{
    enum role       role;
    enum error_code code = people_role(call, ROLE_VIEWER, &role);
    if (!code)
        code = check_colleague(call, api_id(call));
    if (!code)
        code = set(call, api_id(call), role);
    return code ? code : give_colleague(call, api_id(call));
}

static enum error_code end_role(struct api_call *call)
{
    enum error_code code = check_colleague(call, api_id(call));
    return code ? code : set(call, api_id(call), ROLE_NONE);
}

/* ---- Rows ---- */

#define FLAGS "\"is_disabled\":{\"type\":\"boolean\"},\"is_server_admin\":{\"type\":\"boolean\"}"
#define MEMBER                                                                                                                  \
    "{\"type\":\"object\",\"required\":[\"id\",\"name\",\"is_disabled\",\"is_server_admin\",\"has_password\",\"created_at\",\"seen_at\",\"roles\"]," \
    "\"properties\":{" PEOPLE_ID "," PEOPLE_NAME "," FLAGS ",\"has_password\":{\"type\":\"boolean\"},\"created_at\":" PEOPLE_TIME        \
    ",\"seen_at\":" PEOPLE_TIME ",\"roles\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"client\",\"role\"],\"properties\":{" \
    "\"client\":{\"type\":\"string\"}," PEOPLE_ROLE "}}}}}"
#define COLLEAGUE                                                                                                               \
    "{\"type\":\"object\",\"required\":[\"id\",\"name\",\"role\",\"is_disabled\"],\"properties\":{" PEOPLE_ID "," PEOPLE_NAME "," PEOPLE_ROLE \
    ",\"is_disabled\":{\"type\":\"boolean\"}}}"
#define LIST_OF(one) \
    "{\"type\":\"object\",\"required\":[\"members\",\"next\"],\"properties\":{\"members\":{\"type\":\"array\",\"items\":" one "},\"next\":{\"type\":\"null\"}}}"

const struct api_route api_members_routes[] = {
    {HTTP_GET, "/members", API_SERVER, ROLE_ADMIN, "members", "everybody, with their roles in each client", NULL, NULL, NULL, LIST_OF(MEMBER), NULL, 0,
     list},
    {HTTP_POST, "/members", API_SERVER, ROLE_ADMIN, "member_create", "a new member",
     "Without a password they sign in by link, and choose one then. A name that is taken, whatever its case, is refused with 409.", NULL,
     "{\"type\":\"object\",\"required\":[\"name\"],\"properties\":{" PEOPLE_NAME ",\"password\":" PEOPLE_PASSWORD
     ",\"is_server_admin\":{\"type\":\"boolean\"}}}",
     MEMBER, NULL, 201, create},
    {HTTP_PATCH, "/members/{id}", API_SERVER, ROLE_ADMIN, "member_edit", "rename, disable or enable a member, or make them server admin",
     "What is not given stays. Disabling ends sessions, links and tokens at once. The last server admin stays one: 409.", NULL,
     "{\"type\":\"object\",\"properties\":{" PEOPLE_NAME "," FLAGS "}}", MEMBER, NULL, 0, edit},
    {HTTP_POST, "/members/{id}/link", API_SERVER, ROLE_ADMIN, "member_link", "a link that signs a member in once, within 15 minutes",
     "The path is put behind the server's address. Their links before it end.", NULL, NULL,
     "{\"type\":\"object\",\"required\":[\"path\"],\"properties\":{\"path\":{\"type\":\"string\"}}}", NULL, 201, make_link},
    {HTTP_PUT, "/members/{id}/role", API_CLIENT, ROLE_ADMIN, "member_role_set", "what a member may do for this client",
     "Admins of the client change those who are in it; server admins anybody.", NULL,
     "{\"type\":\"object\",\"required\":[\"role\"],\"properties\":{" PEOPLE_ROLE "}}", COLLEAGUE, NULL, 0, set_role},
    {HTTP_DELETE, "/members/{id}/role", API_CLIENT, ROLE_ADMIN, "member_role_end", "take a member out of this client", NULL, NULL, NULL, NULL, NULL, 0,
     end_role},
    {HTTP_GET, "/team", API_CLIENT, ROLE_VIEWER, "team", "who works on this client", "Server admins without a role of their own are not in it.", NULL,
     NULL, LIST_OF(COLLEAGUE), NULL, 0, list_colleagues},
    {HTTP_POST, "/team", API_CLIENT, ROLE_ADMIN, "team_invite", "bring a member into this client, by their whole name", NULL, NULL,
     "{\"type\":\"object\",\"required\":[\"name\",\"role\"],\"properties\":{" PEOPLE_NAME "," PEOPLE_ROLE "}}", COLLEAGUE, NULL, 201, invite},
    {0}};
