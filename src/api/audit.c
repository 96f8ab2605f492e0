/* Who changed what: the trail of one client, and of the server. Rows are only ever added. */
#include "api/people.h"

enum { ROWS_USUAL = 50 };

static enum error_code list(struct api_call *call, struct record *record)
{
    struct record_audit_filter filter = {.before = api_integer(call, "before", 0), .most = (unsigned)api_integer(call, "limit", ROWS_USUAL),
                                         .entity = api_text(call, "entity"), .entity_id = api_integer(call, "entity_id", 0)};
    int64_t         next = 0;
    enum error_code code = record_begin(record, &call->error);
    if (code)
        return code;
    json_object(&call->json);
    json_key(&call->json, "changes");
    code = record_end(record, record_audit_list(record, &filter, &call->json, &next, &call->error), &call->error);
    json_key(&call->json, "next");
    next ? json_i64(&call->json, next) : json_null(&call->json);
    json_end(&call->json);
    return code;
}

static enum error_code of_client(struct api_call *call)
{
    return list(call, call->workspace->records);
}

static enum error_code of_server(struct api_call *call)
{
    return list(call, call->server);
}

static const struct api_parameter parameters[] = {
    {.name = "before", .type = API_INTEGER, .least = 1, .most = INT64_MAX, .meaning = "changes with a smaller id: `next` of the page before"},
    {.name = "limit", .type = API_INTEGER, .least = 1, .most = 500, .meaning = "changes of a page; 50 where it is not said"},
    {.name = "entity", .type = API_TEXT, .meaning = "of this kind of thing alone: member, client, token, topic, alert, read ..."},
    {.name = "entity_id", .type = API_INTEGER, .least = 1, .most = INT64_MAX, .meaning = "of this one alone, by its number"},
    {0}};

#define CHANGES                                                                                                                 \
    "{\"type\":\"object\",\"required\":[\"changes\",\"next\"],\"properties\":{\"changes\":{\"type\":\"array\",\"items\":{\"type\":\"object\","  \
    "\"required\":[\"id\",\"at\",\"member\",\"name\",\"action\",\"entity\",\"entity_id\",\"from\",\"to\"],\"properties\":{\"id\":{\"type\":\"integer\"}," \
    "\"at\":{\"type\":\"string\",\"format\":\"date-time\"},\"member\":{\"type\":\"integer\"},\"name\":{\"type\":\"string\"},\"action\":{\"type\":"  \
    "\"string\"},\"entity\":{\"type\":\"string\"},\"entity_id\":{\"type\":\"integer\"},\"from\":{\"type\":[\"string\",\"null\"]},\"to\":{\"type\":["  \
    "\"string\",\"null\"]}}}},\"next\":{\"type\":[\"integer\",\"null\"]}}}"

const struct api_route api_audit_routes[] = {
    {HTTP_GET, "/audit", API_CLIENT, ROLE_ADMIN, "audit", "who changed what in this client, the newest first",
     "member is 0 for the command line and the program itself; from and to are what stood there before and after.", parameters, NULL, CHANGES, NULL, 0,
     of_client},
    {HTTP_GET, "/audit/server", API_SERVER, ROLE_ADMIN, "audit_server", "who signed in, and who changed members, roles, clients and tokens", NULL,
     parameters, NULL, CHANGES, NULL, 0, of_server},
    {0}};
