/* Asking a platform once: "test connection", and what a person looks up there. Both take time, up to 20 seconds. */
#include "api/sources.h"

#include "source/parse.h"
#include "source/words.h"

enum { LOOK_MOST = 200, LIST_MOST = 1000 };

/* ---- Test connection ---- */

/* A platform that says no is an answer, not a failed request: a 401 of theirs must not read as one of ours. */
static enum error_code show_check(struct api_call *call, enum error_code code, const struct source_account *account)
{
    struct json *json = &call->json;
    if (code == ERROR_NOT_FOUND || code == ERROR_MEMORY || code == ERROR_INTERNAL)
        return code;
    json_object(json);
    json_key(json, "is_fine");
    json_bool(json, !code);
    json_key(json, "account");
    if (code)
        json_null(json);
    else
        sources_print_account(json, account);
    json_key(json, "message");
    code ? json_text(json, call->error.message) : json_null(json);
    json_key(json, "hint");
    code && call->error.hint[0] ? json_text(json, call->error.hint) : json_null(json);
    json_key(json, "kind");
    code ? json_text(json, error_kind(code)->name) : json_null(json);
    json_end(json);
    return ERROR_NONE;
}

static enum error_code check_new(struct api_call *call)
{
    struct capture_source source;
    struct source_account account = {0};
    struct str            secrets;
    enum error_code       code = sources_body_new(call, &source, &secrets);
    if (code)
        return code;
    return show_check(call, capture_check(call->api->capture, call->workspace->name, &source, secrets, &account, &call->error), &account);
}

static enum error_code check_stored(struct api_call *call)
{
    struct capture_source source, before;
    struct source_account account = {0};
    struct str            secrets = {0};
    enum error_code       code = sources_find(call, &before);
    source = before;
    if (!code && cJSON_GetArraySize(call->body) && call->role < ROLE_REVIEWER)
        return error_set(&call->error, ERROR_FORBIDDEN, "to test other settings needs the role %s; yours is %s", role_names[ROLE_REVIEWER], role_names[call->role]);
    if (!code)
        code = sources_body(call, &source, &secrets);
    if (!code)
        code = sources_guard_secrets(&before, source.config, call->arena, &secrets, &call->error);
    if (code)
        return code;
    return show_check(call, capture_check(call->api->capture, call->workspace->name, &source, secrets, &account, &call->error), &account);
}

/* ---- Looking something up ---- */

enum error_code sources_body_query(struct api_call *call, struct source_query *query_out)
{
    const cJSON *object = cJSON_GetObjectItemCaseSensitive(call->body, "query");
    const struct { const char *name; struct str **list; size_t *count; } lists[] = {
        {"any", &query_out->any, &query_out->any_count},          {"none", &query_out->none, &query_out->none_count},
        {"hashtags", &query_out->hashtags, &query_out->hashtag_count}, {"accounts", &query_out->accounts, &query_out->account_count},
        {"urls", &query_out->urls, &query_out->url_count},        {"lang", &query_out->langs, &query_out->lang_count}};
    enum error_code code = ERROR_NONE;
    *query_out = (struct source_query){0};
    if (!object || cJSON_IsNull(object))
        return ERROR_NONE;
    if (!cJSON_IsObject(object))
        return error_set(&call->error, ERROR_INVALID, "query: expected an object");
    for (size_t i = 0; i < sizeof lists / sizeof lists[0] && !code; i++)
        code = source_parse_list(object, lists[i].name, LIST_MOST, call->arena, lists[i].list, lists[i].count, &call->error);
    if (!code)
        code = source_parse_time(object, "since", &query_out->since_us, &call->error);
    return code ? code : source_parse_time(object, "until", &query_out->until_us, &call->error);
}

static enum error_code body_mode(struct api_call *call, enum source_mode *mode_out)
{
    struct str      word = STR("search");
    enum error_code code = api_body_str(call, "mode", 20, false, &word);
    *mode_out = str_equal(word, STR("thread")) ? SOURCE_THREAD : str_equal(word, STR("backfill")) ? SOURCE_FILL : SOURCE_SEARCH;
    if (!code && *mode_out == SOURCE_SEARCH && word.len && !str_equal(word, STR("search")))
        code = error_set(&call->error, ERROR_INVALID, "mode: expected search, thread or backfill, found '%.*s'", STR_ARG(word));
    return code;
}

/* The thread of a post is asked for by its native id, which is what stands behind the platform's name. */
static enum error_code body_thread(struct api_call *call, struct source_query *query)
{
    struct str      id = {0};
    enum error_code code = api_body_str(call, "post", POST_ID_MAX_BYTES, false, &id);
    if (code || !id.len)
        return code;
    const char *colon = memchr(id.ptr, ':', id.len);
    struct str *urls = arena_new(call->arena, struct str);
    if (!urls)
        return error_set(&call->error, ERROR_MEMORY, "no memory for a post's id");
    *urls = colon ? str_slice(colon + 1, id.len - (size_t)(colon + 1 - id.ptr)) : id;
    query->urls = urls;
    query->url_count = 1;
    return ERROR_NONE;
}

static enum error_code look(struct api_call *call)
{
    struct source_query query;
    struct post        *posts = NULL;
    size_t              count = 0;
    enum source_mode    mode;
    int64_t             most = 50;
    bool                keeps = false;
    struct json        *json = &call->json;
    enum error_code     code = body_mode(call, &mode);
    if (!code)
        code = sources_body_query(call, &query);
    if (!code)
        code = body_thread(call, &query);
    if (!code && mode == SOURCE_THREAD && query.url_count != 1)
        code = error_set(&call->error, ERROR_INVALID, "post: missing; it names the post whose thread is asked for");
    if (!code)
        code = api_body_i64(call, "most", 1, LOOK_MOST, false, &most);
    if (!code)
        code = api_body_bool(call, "keeps", false, &keeps);
    if (!code)
        code = capture_look(call->api->capture, call->workspace->name, api_id(call), mode, &query, (size_t)most, keeps, call->arena, &posts, &count, &call->error);
    if (code == ERROR_DENIED) /* of theirs, not of ours */
        return call->error.code = ERROR_INVALID;
    if (code)
        return code;
    json_object(json);
    json_key(json, "posts");
    json_array(json);
    for (size_t i = 0; i < count; i++)
        api_post(json, &posts[i]);
    json_end(json);
    json_key(json, "next");
    json_null(json);
    json_key(json, "is_kept");
    json_bool(json, keeps);
    json_end(json);
    return ERROR_NONE;
}

#define CHECKED                                                                                                                                \
    "{\"type\":\"object\",\"required\":[\"is_fine\",\"account\",\"message\",\"hint\",\"kind\"],\"properties\":{\"is_fine\":{\"type\":\"boolean\"},\"account\":" \
    SOURCES_ACCOUNT ",\"message\":{\"type\":[\"string\",\"null\"]},\"hint\":{\"type\":[\"string\",\"null\"]},\"kind\":{\"type\":[\"string\",\"null\"]}}}"
#define CHECK_DETAILS                                                                                                                          \
    "Asks the platform who we are, within 20 seconds, and takes no posts. A platform that says no is an answer: is_fine is false, message says why, kind " \
    "is the error's name (denied: the account must be renewed; invalid: the settings are wrong; io: it could not be reached)."

const struct api_route api_sources_ask_routes[] = {
    {HTTP_POST, "/sources/check", API_CLIENT, ROLE_REVIEWER, "source_check_new", "test the connection of a source before it is added", CHECK_DETAILS, NULL,
     "{\"type\":\"object\",\"required\":[\"name\",\"connector\"],\"properties\":{\"name\":{\"type\":\"string\"},\"connector\":{\"type\":\"string\"},\"config\":{"
     "\"type\":\"object\"},\"query\":" SOURCES_QUERY ",\"mode\":" SOURCES_MODE ",\"secrets\":{\"type\":\"object\"}}}",
     CHECKED, NULL, 0, check_new},
    {HTTP_POST, "/sources/{id}/check", API_CLIENT, ROLE_PRACTITIONER, "source_check", "test the connection of a source",
     CHECK_DETAILS " With config, secrets, query or mode: as they would be, which is for reviewers; {}: as it is.", NULL,
     "{\"type\":\"object\",\"properties\":{\"config\":{\"type\":\"object\"},\"query\":" SOURCES_QUERY ",\"mode\":" SOURCES_MODE ",\"secrets\":{\"type\":\"object\"}}}",
     CHECKED, NULL, 0, check_stored},
    {HTTP_POST, "/sources/{id}/look", API_CLIENT, ROLE_PRACTITIONER, "source_look", "look something up on the platform, once",
     "A person's own search (query), or the thread of a post (mode thread, post: its id), through this source: at most `most` posts (50 where not given) "
     "within 20 seconds. They are shown and not kept, unless keeps. Platforms allow this for people and not for harvesting: there is no paging.",
     NULL,
     "{\"type\":\"object\",\"properties\":{\"mode\":{\"enum\":[\"search\",\"thread\",\"backfill\"]},\"query\":{\"type\":\"object\"},\"post\":{\"type\":\"string\","
     "\"maxLength\":512},\"most\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":200},\"keeps\":{\"type\":\"boolean\"}}}",
     "{\"type\":\"object\",\"required\":[\"posts\",\"next\",\"is_kept\"],\"properties\":{\"posts\":{\"type\":\"array\",\"items\":{\"$ref\":"
     "\"#/components/schemas/Post\"}},\"next\":" SOURCES_NEXT ",\"is_kept\":{\"type\":\"boolean\"}}}",
     NULL, 0, look},
    {0}};
