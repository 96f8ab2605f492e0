/* Deeds: what goes out through a source. Each is written down before a word leaves the house, and is never sent twice by itself. */
#include "api/sources.h"

#include "source/words.h"

enum { PAGE_MOST = 200, TEXT_MOST_BYTES = 100 * 1024 };

static enum error_code name_of(struct api_call *call, int64_t source, struct str *name_out)
{
    struct capture_source found;
    struct error          gone = {0};
    enum error_code       code = capture_source_by_id(call->workspace->records, source, call->arena, &found, &gone);
    *name_out = code ? STR("(removed)") : found.name;
    return ERROR_NONE;
}

static enum error_code show(struct api_call *call, int64_t id, const char *what)
{
    struct capture_deed deed;
    struct str          name;
    char                data[120];
    enum error_code     code = capture_deed_by_id(call->workspace->records, id, call->arena, &deed, &call->error);
    if (!code)
        code = name_of(call, deed.source, &name);
    if (code)
        return code;
    sources_print_deed(&call->json, &deed, name);
    if (what) {
        snprintf(data, sizeof data, "{\"deed\":%lld,\"source\":%lld,\"what\":\"%s\"}", (long long)id, (long long)deed.source, what);
        api_tell(call->workspace, "deed", str_of(data));
    }
    return ERROR_NONE;
}

static enum error_code list(struct api_call *call)
{
    struct capture_deed *deeds;
    size_t               count, most = (size_t)api_integer(call, "limit", 50);
    int64_t              source = api_integer(call, "source", 0), last = 0;
    enum error_code      code = capture_deeds(call->workspace->records, api_integer(call, "before", 0), most, call->arena, &deeds, &count, &call->error);
    if (code)
        return code;
    json_object(&call->json);
    json_key(&call->json, "deeds");
    json_array(&call->json);
    for (size_t i = 0; i < count && !code; i++) {
        struct str name;
        last = deeds[i].id;
        if (source && deeds[i].source != source)
            continue;
        code = name_of(call, deeds[i].source, &name);
        sources_print_deed(&call->json, &deeds[i], name);
    }
    json_end(&call->json);
    json_key(&call->json, "next");
    if (count == most && last) {
        char text[32];
        snprintf(text, sizeof text, "%lld", (long long)last);
        json_text(&call->json, text);
    } else {
        json_null(&call->json);
    }
    json_end(&call->json);
    return code;
}

static enum error_code one(struct api_call *call)
{
    return show(call, api_id(call), NULL);
}

static enum error_code body_act(struct api_call *call, enum source_act *act_out)
{
    struct str      word;
    enum error_code code = api_body_str(call, "act", 20, true, &word);
    *act_out = 0;
    for (size_t i = 0; i < SOURCE_ACT_COUNT && !code; i++)
        if (str_equal(word, str_of(source_acts[i])) && 1u << i != SOURCE_FETCH)
            *act_out = (enum source_act)(1u << i);
    return code || *act_out ? code : error_set(&call->error, ERROR_INVALID, "act: '%.*s' is none of publish, reply, delete, like, unlike and repost", STR_ARG(word));
}

static enum error_code create(struct api_call *call)
{
    struct capture_deed deed = {.key = http_header(call->request, "idempotency-key")};
    int64_t             id = 0;
    enum error_code     code = body_act(call, &deed.act);
    if (!code)
        code = api_body_i64(call, "source", 1, INT64_C(1) << 53, true, &deed.source);
    if (!code)
        code = api_body_str(call, "target", POST_ID_MAX_BYTES, false, &deed.target);
    if (!code)
        code = api_body_str(call, "text", TEXT_MOST_BYTES, deed.act == SOURCE_PUBLISH || deed.act == SOURCE_REPLY, &deed.text);
    if (!code)
        code = api_body_str(call, "lang", 20, false, &deed.lang);
    if (!code)
        code = api_body_str(call, "visibility", 20, false, &deed.visibility);
    if (!code)
        code = capture_deed_add(call->api->capture, call->workspace->name, api_actor(call), &deed, &id, &call->error);
    return code ? code : show(call, id, "add");
}

static enum error_code settle(struct api_call *call)
{
    bool            is_sent = false;
    struct str      native = {0};
    enum error_code code = api_body_bool(call, "is_sent", true, &is_sent);
    if (!code)
        code = api_body_str(call, "native_id", SOURCE_ID_BYTES - 1, false, &native);
    if (!code)
        code = capture_deed_settle(call->api->capture, call->workspace->name, api_actor(call), api_id(call), is_sent, native, &call->error);
    return code ? code : show(call, api_id(call), "settle");
}

static const struct api_parameter page[] = {
    {.name = "source", .type = API_INTEGER, .meaning = "those of one source alone", .least = 1, .most = INT64_C(1) << 53},
    {.name = "before", .type = API_INTEGER, .meaning = "older than this id: next of the page before", .least = 1, .most = INT64_C(1) << 53},
    {.name = "limit", .type = API_INTEGER, .meaning = "how many are looked at; 50 where not given", .least = 1, .most = PAGE_MOST},
    {0}};

#define DEED                                                                                                                                   \
    "{\"type\":\"object\",\"required\":[\"id\",\"source\",\"state\",\"act\",\"key\",\"target\",\"text\",\"lang\",\"visibility\",\"native_id\","    \
    "\"native_url\",\"message\",\"failure\",\"tries\",\"by\",\"made_at\",\"changed_at\",\"retry_at\"],\"properties\":{\"id\":{\"type\":\"integer\"}," \
    "\"source\":{\"type\":\"object\",\"required\":[\"id\",\"name\"]},\"state\":{\"enum\":[\"waiting\",\"sending\",\"sent\",\"failed\",\"unknown\"]}," \
    "\"act\":{\"type\":\"string\"},\"failure\":{\"type\":[\"string\",\"null\"]},\"by\":{\"type\":\"object\",\"required\":[\"id\",\"name\"]}}}"

const struct api_route api_deeds_routes[] = {
    {HTTP_GET, "/deeds", API_CLIENT, ROLE_VIEWER, "deeds", "what was sent out, newest first", NULL, page, NULL,
     "{\"type\":\"object\",\"required\":[\"deeds\",\"next\"],\"properties\":{\"deeds\":{\"type\":\"array\",\"items\":" DEED "},\"next\":" SOURCES_NEXT "}}", NULL, 0,
     list},
    {HTTP_POST, "/deeds", API_CLIENT, ROLE_REVIEWER, "deed_add", "publish, reply, delete, like, unlike or repost, through a source",
     "The header Idempotency-Key names the deed (letters, digits, - and _, at most 63): the same key again gives the same deed, and 409 where it says something "
     "else. It is written down and sent in the background: watch state, or the event deed. target: the id of a post as the archive has it. unknown: it was sent "
     "and no answer came; a person looks and settles it, it is never sent again by itself.",
     NULL,
     "{\"type\":\"object\",\"required\":[\"source\",\"act\"],\"properties\":{\"source\":{\"type\":\"integer\"},\"act\":{\"enum\":[\"publish\",\"reply\",\"delete\","
     "\"like\",\"unlike\",\"repost\"]},\"target\":{\"type\":\"string\",\"maxLength\":512},\"text\":{\"type\":\"string\"},\"lang\":{\"type\":\"string\"},"
     "\"visibility\":{\"type\":\"string\"}}}",
     DEED, NULL, 201, create},
    {HTTP_GET, "/deeds/{id}", API_CLIENT, ROLE_VIEWER, "deed", "one deed", NULL, NULL, NULL, DEED, NULL, 0, one},
    {HTTP_POST, "/deeds/{id}/settle", API_CLIENT, ROLE_REVIEWER, "deed_settle", "a person has looked: it was sent, or it was not",
     "Only for those in the state unknown. is_sent false: it is sent again, under the same key.", NULL,
     "{\"type\":\"object\",\"required\":[\"is_sent\"],\"properties\":{\"is_sent\":{\"type\":\"boolean\"},\"native_id\":{\"type\":\"string\",\"maxLength\":511}}}",
     DEED, NULL, 0, settle},
    {0}};
