/* The OpenAPI 3.1 document, printed from the routes. */
#include "api/service.h"

#ifndef BELLWETHER_VERSION
#error "the build says which version this is"
#endif

static void text_member(struct json *json, const char *key, const char *value)
{
    json_key(json, key);
    json_text(json, value);
}

static void print_schema_of(struct json *json, const struct api_parameter *row)
{
    static const char *const types[] = {[API_TEXT] = "string", [API_QUERY] = "string", [API_INTEGER] = "integer", [API_NUMBER] = "number",
                                        [API_BOOLEAN] = "boolean", [API_TIME] = "string", [API_WORD] = "string"};
    json_object(json);
    if (row->is_repeated) {
        text_member(json, "type", "array");
        json_key(json, "items");
        json_object(json);
    }
    text_member(json, "type", types[row->type]);
    if (row->type == API_INTEGER) {
        json_key(json, "minimum");
        json_i64(json, row->least);
        json_key(json, "maximum");
        json_i64(json, row->most);
    }
    if (row->type == API_WORD) {
        json_key(json, "enum");
        json_array(json);
        struct str rest = str_of(row->words), word;
        while (str_next_field(&rest, ' ', &word))
            json_str(json, word);
        json_end(json);
    }
    if (row->is_repeated)
        json_end(json);
    json_end(json);
}

static void print_parameter(struct json *json, const struct api_parameter *row, const char *place)
{
    json_object(json);
    text_member(json, "name", row->name);
    text_member(json, "in", place);
    text_member(json, "description", row->meaning);
    json_key(json, "required");
    json_bool(json, row->is_required || strcmp(place, "path") == 0);
    json_key(json, "schema");
    print_schema_of(json, row);
    json_end(json);
}

static void print_parameters(struct json *json, const struct api_route *route)
{
    static const struct api_parameter client = {.name = "client", .type = API_TEXT, .is_required = true,
                                                .meaning = "whose posts and records: the client's name"},
                                      id = {.name = "id", .type = API_INTEGER, .least = 1, .most = 999999999999999999, .meaning = "its number"},
                                      name = {.name = "name", .type = API_TEXT, .meaning = "its name"};
    json_key(json, "parameters");
    json_array(json);
    if (strstr(route->path, "{id}"))
        print_parameter(json, &id, "path");
    if (strstr(route->path, "{name}"))
        print_parameter(json, &name, "path");
    if (route->scope == API_CLIENT)
        print_parameter(json, &client, "query");
    for (const struct api_parameter *row = route->parameters; row && row->name; row++)
        print_parameter(json, row, "query");
    json_end(json);
}

static void print_content(struct json *json, const char *type, const char *schema)
{
    json_key(json, type);
    json_object(json);
    if (schema) {
        json_key(json, "schema");
        json_raw(json, str_of(schema));
    }
    json_end(json);
}

static void print_body(struct json *json, const struct api_route *route)
{
    bool is_text = route->takes[0] != '{'; /* a media type, not a schema */
    json_key(json, "requestBody");
    json_object(json);
    json_key(json, "required");
    json_bool(json, true);
    json_key(json, "content");
    json_object(json);
    print_content(json, is_text ? route->takes : "application/json", is_text ? "{\"type\":\"string\"}" : route->takes);
    json_end(json);
    json_end(json);
}

static void print_answers(struct json *json, const struct api_route *route)
{
    char status[8];
    snprintf(status, sizeof status, "%d", route->status ? route->status : route->gives || route->also ? 200 : 204);
    json_key(json, "responses");
    json_object(json);
    json_key(json, status);
    json_object(json);
    text_member(json, "description", route->summary);
    if (route->gives || route->also) {
        json_key(json, "content");
        json_object(json);
        if (route->gives)
            print_content(json, "application/json", route->gives);
        struct str rest = str_of(route->also ? route->also : ""), type;
        while (str_next_field(&rest, ' ', &type)) {
            char name[64];
            snprintf(name, sizeof name, "%.*s", STR_ARG(type));
            print_content(json, name, "{\"type\":\"string\"}");
        }
        json_end(json);
    }
    json_end(json);
    json_key(json, "default");
    json_raw(json, STR("{\"$ref\":\"#/components/responses/problem\"}"));
    json_end(json);
}

static void print_route(struct json *json, const struct api_route *route)
{
    static const char *const methods[] = {[HTTP_GET] = "get", [HTTP_POST] = "post", [HTTP_PUT] = "put", [HTTP_PATCH] = "patch",
                                          [HTTP_DELETE] = "delete"};
    json_key(json, methods[route->method]);
    json_object(json);
    text_member(json, "operationId", route->id);
    text_member(json, "summary", route->summary);
    if (route->details)
        text_member(json, "description", route->details);
    json_key(json, "tags");
    json_array(json);
    json_str(json, str_slice(route->path + 1, strcspn(route->path + 1, "/")));
    json_end(json);
    text_member(json, "x-least-role", route->scope == API_SERVER && route->least == ROLE_ADMIN ? "server-admin" : role_names[route->least]);
    if (route->is_signed)
        text_member(json, "x-proof", "signature");
    if (route->least == ROLE_NONE)
        json_key(json, "security"), json_array(json), json_end(json);
    print_parameters(json, route);
    if (route->takes)
        print_body(json, route);
    print_answers(json, route);
    json_end(json);
}

static bool is_first_of_path(size_t i)
{
    const struct api_route *route = route_at(i);
    for (size_t k = 0; k < i; k++)
        if (strcmp(route_at(k)->path, route->path) == 0)
            return false;
    return true;
}

void openapi_print(struct buf *out)
{
    const struct api_route *route, *other;
    struct json             json = json_writer(out);
    json_object(&json);
    text_member(&json, "openapi", "3.1.0");
    json_key(&json, "info");
    json_object(&json);
    text_member(&json, "title", "Bellwether");
    text_member(&json, "version", BELLWETHER_VERSION);
    text_member(&json, "description", "A workbench on which a team learns to listen, answer and lead in social conversation. Sign in for a session cookie, or "
                                      "send a token as 'Authorization: Bearer'. Requests that change something and use the cookie need the header X-Bellwether: 1.");
    json_key(&json, "license");
    json_raw(&json, STR("{\"name\":\"Apache-2.0\",\"identifier\":\"Apache-2.0\"}"));
    json_end(&json);
    json_key(&json, "servers");
    json_raw(&json, STR("[{\"url\":\"/api/v1\"}]"));
    json_key(&json, "security");
    json_raw(&json, STR("[{\"session\":[]},{\"token\":[]}]"));
    json_key(&json, "paths");
    json_object(&json);
    for (size_t i = 0; (route = route_at(i)); i++) {
        if (!is_first_of_path(i))
            continue;
        json_key(&json, route->path);
        json_object(&json);
        for (size_t k = i; (other = route_at(k)); k++)
            if (strcmp(other->path, route->path) == 0)
                print_route(&json, other);
        json_end(&json);
    }
    json_end(&json);
    json_key(&json, "components");
    json_raw(&json, STR("{\"securitySchemes\":{\"session\":{\"type\":\"apiKey\",\"in\":\"cookie\",\"name\":\"__Host-bellwether\"},"
                        "\"token\":{\"type\":\"http\",\"scheme\":\"bearer\"}},"
                        "\"responses\":{\"problem\":{\"description\":\"what went wrong (RFC 9457)\",\"content\":{\"application/problem+json\":{"
                        "\"schema\":{\"$ref\":\"#/components/schemas/Problem\"}}}}},"
                        "\"schemas\":{\"Problem\":{\"type\":\"object\",\"required\":[\"type\",\"title\",\"status\",\"detail\",\"request\"],"
                        "\"properties\":{\"type\":{\"type\":\"string\"},\"title\":{\"type\":\"string\"},\"status\":{\"type\":\"integer\"},"
                        "\"detail\":{\"type\":\"string\"},\"hint\":{\"type\":\"string\"},\"request\":{\"type\":\"string\"}}},"
                        "\"Post\":{\"type\":\"object\",\"required\":[\"id\",\"platform\",\"at\",\"author\",\"text\"],\"properties\":{"
                        "\"id\":{\"type\":\"string\"},\"platform\":{\"type\":\"string\"},\"at\":{\"type\":\"string\",\"format\":\"date-time\"},"
                        "\"text\":{\"type\":\"string\"},\"author\":{\"type\":\"object\"}}}}}"));
    json_end(&json);
}
