/* The listening language for whoever types it: is this a query, what of it is costly or pointless, which fields are there. */
#include "api/api.h"

#include <stdlib.h>

static void print_remarks(struct json *json, const struct query_remark *remarks, size_t count)
{
    json_key(json, "remarks");
    json_array(json);
    for (size_t i = 0; i < count; i++) {
        json_object(json);
        json_key(json, "column");
        json_i64(json, remarks[i].column);
        json_key(json, "is_costly");
        json_bool(json, remarks[i].is_costly);
        json_key(json, "message");
        json_str(json, remarks[i].message);
        json_key(json, "suggestion");
        json_str(json, remarks[i].suggestion);
        json_end(json);
    }
    json_end(json);
}

/* "column 12: expected ..." */
static int64_t column_of(const char *message)
{
    return strncmp(message, "column ", 7) == 0 ? strtoll(message + 7, NULL, 10) : 0;
}

static void print_mistake(struct json *json, const struct error *error)
{
    json_object(json);
    json_key(json, "message");
    json_text(json, error->message);
    json_key(json, "hint");
    json_text(json, error->hint);
    json_key(json, "column");
    json_i64(json, column_of(error->message));
    json_end(json);
}

static enum error_code lint(struct api_call *call)
{
    struct query         query = {0};
    struct query_remark *remarks = NULL;
    size_t               count = 0;
    struct buf           printed = {0};
    enum error_code      code = api_query_text(call, api_text(call, "q"), &query);
    struct error         mistake = call->error;
    bool                 is_mistake = code == ERROR_SYNTAX || code == ERROR_TOO_LARGE || code == ERROR_INVALID;
    if (!code)
        code = query_lint(&query, call->arena, &remarks, &count, &call->error);
    if (code && !is_mistake)
        return code;
    call->error = (struct error){0};
    if (!is_mistake)
        query_print(query.root, &printed);
    json_object(&call->json);
    json_key(&call->json, "is_valid");
    json_bool(&call->json, !is_mistake);
    json_key(&call->json, "printed");
    json_str(&call->json, buf_str(&printed));
    json_key(&call->json, "error");
    if (is_mistake)
        print_mistake(&call->json, &mistake);
    else
        json_null(&call->json);
    print_remarks(&call->json, remarks, count);
    json_end(&call->json);
    buf_fini(&printed);
    return ERROR_NONE;
}

static enum error_code fields(struct api_call *call)
{
    static const char *const values[] = {[VALUE_TEXT] = "text", [VALUE_NUMBER] = "number", [VALUE_TIME] = "time", [VALUE_FLAG] = "flag"};
    struct query_list       *lists;
    size_t                   list_count;
    struct json             *json = &call->json;
    enum error_code          code = api_lists(call, &lists, &list_count);
    if (code)
        return code;
    json_object(json);
    json_key(json, "fields");
    json_array(json);
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        json_object(json);
        json_key(json, "name");
        json_text(json, query_fields[i].name);
        json_key(json, "values");
        json_text(json, values[query_fields[i].value]);
        json_key(json, "example");
        json_text(json, query_fields[i].example);
        json_key(json, "meaning");
        json_text(json, query_fields[i].meaning);
        json_end(json);
    }
    json_end(json);
    json_key(json, "has");
    json_array(json);
    for (size_t i = 0; i < HAS_COUNT; i++) {
        json_object(json);
        json_key(json, "name");
        json_text(json, query_has_flags[i].name);
        json_key(json, "meaning");
        json_text(json, query_has_flags[i].meaning);
        json_end(json);
    }
    json_end(json);
    json_key(json, "lists");
    json_array(json);
    for (size_t i = 0; i < list_count; i++)
        json_str(json, lists[i].name);
    json_end(json);
    json_end(json);
    return ERROR_NONE;
}

static const struct api_parameter lint_parameters[] = {{.name = "q", .type = API_QUERY, .meaning = "what was typed so far"}, {0}};

#define NAMED "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"name\",\"meaning\"]}}"

const struct api_route api_language_routes[] = {
    {HTTP_GET, "/lint", API_CLIENT, ROLE_VIEWER, "lint", "what is wrong, costly or pointless in a query",
     "A query that does not parse is an answer too: is_valid is false and error says where.", lint_parameters, NULL,
     "{\"type\":\"object\",\"required\":[\"is_valid\",\"printed\",\"error\",\"remarks\"],\"properties\":{\"is_valid\":{\"type\":\"boolean\"},"
     "\"printed\":{\"type\":\"string\"},\"error\":{\"type\":[\"object\",\"null\"],\"required\":[\"message\",\"hint\",\"column\"]},"
     "\"remarks\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"column\",\"is_costly\",\"message\",\"suggestion\"]}}},"
     "\"additionalProperties\":false}",
     NULL, 0, lint},
    {HTTP_GET, "/fields", API_CLIENT, ROLE_VIEWER, "fields", "the fields of the language and the client's named lists", NULL, NULL, NULL,
     "{\"type\":\"object\",\"required\":[\"fields\",\"has\",\"lists\"],\"properties\":{\"fields\":" NAMED ",\"has\":" NAMED
     ",\"lists\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}}},\"additionalProperties\":false}",
     NULL, 0, fields},
    {0}};
