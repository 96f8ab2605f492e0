/* Clients: server admins make and name them. */
#include "api/people.h"

#include "api/service.h"

static void put(struct json *json, const struct team_client *client)
{
    json_object(json);
    json_put_str(json, "name", client->name);
    json_put_str(json, "title", client->title);
    json_key(json, "members");
    json_i64(json, (int64_t)client->members);
    json_put_time(json, "created_at", client->created_us);
    json_end(json);
}

static enum error_code list(struct api_call *call)
{
    struct team_client *clients;
    size_t              count;
    enum error_code     code = team_clients(call->server, call->arena, &clients, &count, &call->error);
    if (code)
        return code;
    json_object(&call->json);
    json_key(&call->json, "clients");
    json_array(&call->json);
    for (size_t i = 0; i < count; i++)
        put(&call->json, &clients[i]);
    api_list_end(call);
    return ERROR_NONE;
}

static enum error_code give(struct api_call *call, struct str name)
{
    struct team_client *clients;
    size_t              count;
    enum error_code     code = team_clients(call->server, call->arena, &clients, &count, &call->error);
    for (size_t i = 0; i < count && !code; i++)
        if (str_equal(clients[i].name, name))
            put(&call->json, &clients[i]);
    return code;
}

static enum error_code create(struct api_call *call)
{
    struct str      name = {0}, title = {0};
    int64_t         id;
    enum error_code code = api_body_str(call, "name", TEAM_CLIENT_NAME_MAX, true, &name);
    if (!code)
        code = api_body_str(call, "title", TEAM_TITLE_MAX, false, &title);
    if (!code)
        code = team_client_add(call->server, call->api->data_folder, api_actor(call), name, title, &id, &call->error);
    if (!code)
        code = api_open_client(call->api, name, &call->error);
    return code ? code : give(call, name);
}

static enum error_code edit(struct api_call *call)
{
    struct str      title = {0};
    enum error_code code = api_body_str(call, "title", TEAM_TITLE_MAX, true, &title);
    if (!code)
        code = team_client_set_title(call->server, api_actor(call), api_name(call), title, &call->error);
    return code ? code : give(call, api_name(call));
}

#define TITLE "\"title\":{\"type\":\"string\",\"maxLength\":80}"
#define NAME "\"name\":{\"type\":\"string\",\"pattern\":\"^[a-z0-9][a-z0-9-]*$\",\"maxLength\":63}"
#define CLIENT                                                                                                                  \
    "{\"type\":\"object\",\"required\":[\"name\",\"title\",\"members\",\"created_at\"],\"properties\":{" NAME "," TITLE                \
    ",\"members\":{\"type\":\"integer\"},\"created_at\":" PEOPLE_TIME "}}"

const struct api_route api_clients_routes[] = {
    {HTTP_GET, "/clients", API_SERVER, ROLE_ADMIN, "clients", "every client of the server", "Those that exist for you are in GET /session.", NULL, NULL,
     "{\"type\":\"object\",\"required\":[\"clients\",\"next\"],\"properties\":{\"clients\":{\"type\":\"array\",\"items\":" CLIENT
     "},\"next\":{\"type\":\"null\"}}}", NULL, 0, list},
    {HTTP_POST, "/clients", API_SERVER, ROLE_ADMIN, "client_create", "a new client", "Its folder is made, and it is open at once.", NULL,
     "{\"type\":\"object\",\"required\":[\"name\"],\"properties\":{" NAME "," TITLE "}}", CLIENT, NULL, 201, create},
    {HTTP_PATCH, "/clients/{name}", API_SERVER, ROLE_ADMIN, "client_edit", "what the page calls a client", NULL, NULL,
     "{\"type\":\"object\",\"required\":[\"title\"],\"properties\":{" TITLE "}}", CLIENT, NULL, 0, edit},
    {0}};
