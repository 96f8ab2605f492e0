/* Sources: what a client listens through, as people set it up and as it is at work. Testing and looking things up is in sources_ask.c. */
#include "api/sources.h"

#include "base/clock.h"
#include "listen/coverage.h"
#include "settings/settings.h"
#include "source/words.h"

/* ---- Shared ---- */

const struct settings *sources_settings(const struct api_call *call)
{
    return call->api->options.settings;
}

void sources_tell(struct workspace *workspace, int64_t source, const char *what)
{
    char data[100];
    snprintf(data, sizeof data, "{\"source\":%lld,\"what\":\"%s\"}", (long long)source, what);
    api_tell(workspace, "source", str_of(data));
}

void sources_health(struct api *api, const char *client, const struct capture_source *source, struct capture_health *health_out)
{
    struct error unknown = {0};
    *health_out = (struct capture_health){.phase = source->is_paused ? CAPTURE_PAUSED : CAPTURE_STARTING, .rate_remaining = -1, .rate_limit = -1, .lag_us = -1};
    capture_health(api->capture, client, source->id, health_out, &unknown);
}

enum error_code sources_find(struct api_call *call, struct capture_source *source_out)
{
    return capture_source_by_id(call->workspace->records, api_id(call), call->arena, source_out, &call->error);
}

static void print_one(struct api_call *call, const struct capture_source *source, struct str made)
{
    struct capture_health *health = arena_new(call->arena, struct capture_health);
    if (!health)
        return;
    sources_health(call->api, call->workspace->name, source, health);
    sources_print_one(&call->json, source, health, made);
}

enum error_code sources_answer(struct api_call *call, int64_t id)
{
    struct capture_source source;
    enum error_code       code = capture_source_by_id(call->workspace->records, id, call->arena, &source, &call->error);
    if (!code)
        print_one(call, &source, (struct str){0});
    return code;
}

/* After a change of rows: the wires follow, the pages are told, the answer is the whole source. */
static enum error_code changed(struct api_call *call, int64_t id, const char *what, struct str made)
{
    struct capture_source source;
    capture_sources_changed(call->api->capture, call->workspace->name);
    sources_tell(call->workspace, id, what);
    enum error_code code = capture_source_by_id(call->workspace->records, id, call->arena, &source, &call->error);
    if (!code)
        print_one(call, &source, made);
    return code;
}

/* ---- Reading ---- */

static enum error_code list(struct api_call *call)
{
    struct capture_source *sources;
    size_t                 count;
    enum error_code        code = capture_sources(call->workspace->records, call->arena, &sources, &count, &call->error);
    if (code)
        return code;
    json_object(&call->json);
    json_key(&call->json, "sources");
    json_array(&call->json);
    for (size_t i = 0; i < count; i++)
        print_one(call, &sources[i], (struct str){0});
    api_list_end(call);
    return ERROR_NONE;
}

static enum error_code one(struct api_call *call)
{
    return sources_answer(call, api_id(call));
}

/* ---- Changing ---- */

static enum error_code body_word(struct api_call *call, const char *name, const char *const *words, size_t count, size_t *chosen_io)
{
    struct str      word = {0};
    enum error_code code = api_body_str(call, name, 40, false, &word);
    if (code || !word.len)
        return code;
    for (size_t i = 0; i < count; i++)
        if (str_equal(word, str_of(words[i]))) {
            *chosen_io = i;
            return ERROR_NONE;
        }
    return error_set(&call->error, ERROR_INVALID, "%s: '%.*s' is not one of its words", name, STR_ARG(word));
}

/* An object of the body as text; as it is where it is not given. */
static enum error_code body_object(struct api_call *call, const char *name, struct str *text_io)
{
    const cJSON *object = cJSON_GetObjectItemCaseSensitive(call->body, name);
    if (!object || cJSON_IsNull(object))
        return ERROR_NONE;
    if (!cJSON_IsObject(object))
        return error_set(&call->error, ERROR_INVALID, "%s: expected an object", name);
    char *text = cJSON_PrintUnformatted(object);
    *text_io = text ? arena_str(call->arena, str_of(text)) : (struct str){0};
    cJSON_free(text);
    return text_io->ptr ? ERROR_NONE : error_set(&call->error, ERROR_MEMORY, "no memory for %s", name);
}

/* The member who renews its token: one who works on this client. */
static enum error_code body_owner(struct api_call *call, struct capture_source *source)
{
    struct team_colleague *colleagues;
    size_t                 count;
    int64_t                owner = source->owner;
    if (!cJSON_HasObjectItem(call->body, "owner"))
        return ERROR_NONE;
    if (!api_body_has(call, "owner")) {
        source->owner = 0;
        source->owner_name = STR("");
        return ERROR_NONE;
    }
    enum error_code code = api_body_i64(call, "owner", 0, INT64_C(1) << 53, true, &owner);
    if (!code)
        code = team_colleagues(call->server, str_of(call->workspace->name), call->arena, &colleagues, &count, &call->error);
    for (size_t i = 0; i < count && !code; i++)
        if (colleagues[i].member.id == owner) {
            source->owner = owner;
            source->owner_name = colleagues[i].member.name;
            return ERROR_NONE;
        }
    return code ? code : error_set(&call->error, ERROR_INVALID, "owner: member %lld does not work on this client", (long long)owner);
}

enum error_code sources_body(struct api_call *call, struct capture_source *source, struct str *secrets_out)
{
    size_t          mode = 0, keep = source->keep;
    int64_t         sample = source->sample_per_mille;
    struct str      name = {0}, connector = {0};
    *secrets_out = (struct str){0};
    while (mode < SOURCE_MODE_COUNT && (unsigned)source->mode != 1u << mode)
        mode++;
    enum error_code code = api_body_str(call, "name", CAPTURE_NAME_MAX, !source->id, &name);
    if (!code)
        code = api_body_str(call, "connector", 80, !source->id, &connector);
    if (!code)
        code = body_word(call, "mode", source_modes, SOURCE_MODE_COUNT, &mode);
    if (!code)
        code = body_word(call, "keep", capture_keeps, 3, &keep);
    if (!code)
        code = api_body_i64(call, "sample_per_mille", 0, 1000, false, &sample);
    if (!code)
        code = api_body_bool(call, "is_paused", false, &source->is_paused);
    if (!code)
        code = body_object(call, "config", &source->config);
    if (!code)
        code = body_object(call, "query", &source->query);
    if (!code)
        code = body_object(call, "secrets", secrets_out);
    if (!code)
        code = body_owner(call, source);
    if (!code && cJSON_HasObjectItem(call->body, "expires_at")) {
        source->expires_us = 0;
        code = api_body_time(call, "expires_at", false, &source->expires_us);
    }
    if (code)
        return code;
    if (source->id && connector.len && !str_equal(connector, source->connector))
        return error_set(&call->error, ERROR_INVALID, "connector: a source keeps the one it was made with; add another source for '%.*s'", STR_ARG(connector));
    source->name = name.len ? name : source->name;
    source->connector = connector.len ? connector : source->connector;
    source->mode = mode < SOURCE_MODE_COUNT ? (enum source_mode)(1u << mode) : 0; /* 0: the connector's first */
    source->keep = (enum capture_keep)keep;
    source->sample_per_mille = (unsigned)sample;
    return ERROR_NONE;
}

enum error_code sources_body_new(struct api_call *call, struct capture_source *source_out, struct str *secrets_out)
{
    *source_out = (struct capture_source){.config = STR("{}"), .query = STR("{}"), .keep = CAPTURE_MATCHED,
                                          .owner = call->caller.member.id, .owner_name = call->caller.member.name};
    enum error_code code = sources_body(call, source_out, secrets_out);
    if (!code && !api_body_has(call, "keep"))
        source_out->keep = sources_usual_keep(connector_by_name(source_out->connector));
    return code;
}

static enum error_code create(struct api_call *call)
{
    struct capture_source source;
    struct str            secrets, made = {0};
    int64_t               id;
    enum error_code       code = sources_body_new(call, &source, &secrets);
    if (!code)
        code = sources_make_secret(connector_by_name(source.connector), false, call->arena, &secrets, &made, &call->error);
    if (!code)
        code = capture_source_add(call->workspace->records, capture_key_of(call->api->capture), api_actor(call), &source, secrets, &id, &call->error);
    return code ? code : changed(call, id, "add", made);
}

static enum error_code edit(struct api_call *call)
{
    struct capture_source source, before;
    struct str            secrets, made = {0};
    bool                  makes_secret = false;
    enum error_code       code = sources_find(call, &before);
    source = before;
    if (!code)
        code = api_body_i64(call, "version", 1, INT64_C(1) << 53, true, &source.version);
    if (!code)
        code = sources_body(call, &source, &secrets);
    if (!code)
        code = sources_guard_secrets(&before, source.config, call->arena, &secrets, &call->error);
    if (!code)
        code = api_body_bool(call, "makes_secret", false, &makes_secret);
    if (!code && makes_secret)
        code = sources_make_secret(connector_by_name(source.connector), true, call->arena, &secrets, &made, &call->error);
    if (!code)
        code = capture_source_edit(call->workspace->records, capture_key_of(call->api->capture), api_actor(call), &source, secrets, &call->error);
    return code ? code : changed(call, source.id, "edit", made);
}

static enum error_code set_paused(struct api_call *call, bool is_paused)
{
    int64_t         id = api_id(call);
    enum error_code code = capture_source_pause(call->workspace->records, api_actor(call), id, is_paused, &call->error);
    return code ? code : changed(call, id, is_paused ? "pause" : "resume", (struct str){0});
}

static enum error_code pause_it(struct api_call *call)
{
    return set_paused(call, true);
}

static enum error_code resume_it(struct api_call *call)
{
    return set_paused(call, false);
}

static enum error_code remove_it(struct api_call *call)
{
    int64_t         id = api_id(call);
    enum error_code code = capture_source_remove(call->workspace->records, api_actor(call), id, &call->error);
    if (code)
        return code;
    capture_sources_changed(call->api->capture, call->workspace->name);
    sources_tell(call->workspace, id, "remove");
    return ERROR_NONE;
}

/* ---- Coverage ---- */

static enum error_code show_coverage(struct api_call *call)
{
    struct capture_source source;
    struct coverage_gap  *gaps;
    size_t                count = 0;
    int64_t               arriving_from_us, since_us = api_time(call, "since", call->now_us - 7 * CLOCK_DAY_US), until_us = api_time(call, "until", call->now_us);
    struct json          *json = &call->json;
    enum error_code       code = sources_find(call, &source);
    if (!code)
        code = stream_coverage(call->workspace->stream, since_us, until_us, call->arena, &gaps, &count, &arriving_from_us, &call->error);
    if (code)
        return code;
    json_object(json);
    json_put_time(json, "since", since_us);
    json_put_time(json, "until", until_us);
    json_put_time(json, "created_at", source.created_us);
    json_key(json, "gaps");
    json_array(json);
    for (size_t i = 0; i < count; i++) {
        bool is_own = str_equal(str_of(gaps[i].source), source.name);
        if (!is_own && gaps[i].source[0])
            continue;
        json_object(json);
        json_put_time(json, "from", gaps[i].from_us);
        json_put_time(json, "until", gaps[i].until_us);
        json_put_str(json, "reason", str_of(gaps[i].reason));
        json_key(json, "is_own");
        json_bool(json, is_own);
        json_end(json);
    }
    json_end(json);
    json_end(json);
    return ERROR_NONE;
}

static enum error_code add_coverage(struct api_call *call)
{
    struct capture_source source;
    struct coverage_gap   gap = {0};
    struct str            reason = {0};
    bool                  is_filled = false;
    enum error_code       code = sources_find(call, &source);
    if (!code)
        code = api_body_time(call, "from", true, &gap.from_us);
    if (!code)
        code = api_body_time(call, "until", true, &gap.until_us);
    if (!code)
        code = api_body_bool(call, "is_filled", false, &is_filled);
    if (!code)
        code = api_body_str(call, "reason", COVERAGE_TEXT_BYTES - 1, !is_filled, &reason);
    if (code)
        return code;
    snprintf(gap.reason, sizeof gap.reason, "%.*s", STR_ARG(reason));
    snprintf(gap.source, sizeof gap.source, "%.*s", STR_ARG(source.name));
    code = is_filled ? stream_coverage_fill(call->workspace->stream, gap.from_us, gap.until_us, gap.source, &call->error)
                     : stream_coverage_add(call->workspace->stream, &gap, &call->error);
    if (code)
        return code;
    api_tell(call->workspace, "coverage", STR("{}"));
    sources_tell(call->workspace, source.id, "coverage");
    json_object(&call->json);
    json_put_time(&call->json, "from", gap.from_us);
    json_put_time(&call->json, "until", gap.until_us);
    json_put_str(&call->json, "reason", str_of(gap.reason));
    json_key(&call->json, "is_own");
    json_bool(&call->json, true);
    json_end(&call->json);
    return ERROR_NONE;
}

/* ---- Rows ---- */

static const struct api_parameter window[] = {{.name = "since", .type = API_TIME, .meaning = "gaps that end later; seven days ago where not given"},
                                              {.name = "until", .type = API_TIME, .meaning = "gaps that begin earlier; now where not given"},
                                              {0}};

#define GAP                                                                                                                                    \
    "{\"type\":\"object\",\"required\":[\"from\",\"until\",\"reason\",\"is_own\"],\"properties\":{\"from\":{\"type\":\"string\",\"format\":\"date-time\"}," \
    "\"until\":{\"type\":\"string\",\"format\":\"date-time\"},\"reason\":{\"type\":\"string\"},\"is_own\":{\"type\":\"boolean\"}}}"
#define WRITTEN                                                                                                                                \
    "\"mode\":{\"enum\":[\"stream\",\"poll\"]},\"keep\":" SOURCES_KEEP ",\"sample_per_mille\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":1000}," \
    "\"is_paused\":{\"type\":\"boolean\"},\"config\":{\"type\":\"object\"},\"query\":" SOURCES_QUERY ",\"secrets\":{\"type\":\"object\"},"           \
    "\"owner\":{\"type\":[\"integer\",\"null\"]},\"expires_at\":{\"type\":[\"string\",\"null\"],\"format\":\"date-time\"}"

const struct api_route api_sources_routes[] = {
    {HTTP_GET, "/sources", API_CLIENT, ROLE_VIEWER, "sources", "what this client listens through, and how each does, by name",
     "words says where it stands, advice what a person should do about it, if anything. Secrets are named and never given back. The counters of health "
     "begin with the wire, in this run of the program.",
     NULL, NULL,
     "{\"type\":\"object\",\"required\":[\"sources\",\"next\"],\"properties\":{\"sources\":{\"type\":\"array\",\"items\":" SOURCES_ONE "},\"next\":" SOURCES_NEXT
     "}}",
     NULL, 0, list},
    {HTTP_POST, "/sources", API_CLIENT, ROLE_REVIEWER, "source_add", "add a source; it listens from now on, unless it is paused",
     "A source makes the server speak to an address that the caller names, with secrets of the house: this is for reviewers. config and secrets as "
     "the connector's fields say (GET /connectors). query narrows what is asked of the platform: any, none, hashtags, accounts, urls, lang; {} is "
     "everything it gives. keep: all; matched: posts that a topic matches; sample: those, and sample_per_mille in a thousand of the others. owner renews "
     "its token (who adds it, where nothing is said). Where the connector makes a secret of its own (webhook), made_secret is it, this once.",
     NULL,
     "{\"type\":\"object\",\"required\":[\"name\",\"connector\"],\"properties\":{\"name\":{\"type\":\"string\",\"maxLength\":80},\"connector\":{\"type\":"
     "\"string\"}," WRITTEN "}}",
     SOURCES_ONE, NULL, 201, create},
    {HTTP_GET, "/sources/{id}", API_CLIENT, ROLE_VIEWER, "source", "one source, and how it does", NULL, NULL, NULL, SOURCES_ONE, NULL, 0, one},
    {HTTP_PATCH, "/sources/{id}", API_CLIENT, ROLE_REVIEWER, "source_edit", "change a source; what is not named stays",
     "Secrets that are not named stay as they are, null takes one away, makes_secret makes a new one and shows it as made_secret. 409 where `version` is not the newest.", NULL,
     "{\"type\":\"object\",\"required\":[\"version\"],\"properties\":{\"version\":{\"type\":\"integer\",\"minimum\":1},\"name\":{\"type\":\"string\","
     "\"maxLength\":80},\"makes_secret\":{\"type\":\"boolean\"}," WRITTEN "}}",
     SOURCES_ONE, NULL, 0, edit},
    {HTTP_DELETE, "/sources/{id}", API_CLIENT, ROLE_REVIEWER, "source_remove", "remove a source",
     "What it brought stays in the archive; its place on the platform and its secrets go.", NULL, NULL, NULL, NULL, 0, remove_it},
    {HTTP_POST, "/sources/{id}/pause", API_CLIENT, ROLE_PRACTITIONER, "source_pause", "stop listening for now", NULL, NULL, NULL, SOURCES_ONE, NULL, 0,
     pause_it},
    {HTTP_POST, "/sources/{id}/resume", API_CLIENT, ROLE_PRACTITIONER, "source_resume", "go on where it stopped, as far as the platform gives back what was missed",
     NULL, NULL, NULL, SOURCES_ONE, NULL, 0, resume_it},
    {HTTP_GET, "/sources/{id}/coverage", API_CLIENT, ROLE_VIEWER, "source_coverage", "what this source did not capture",
     "is_own: the gap is this source's; else it concerned all (the server was not running, its disk was full).", window, NULL,
     "{\"type\":\"object\",\"required\":[\"since\",\"until\",\"created_at\",\"gaps\"],\"properties\":{\"gaps\":{\"type\":\"array\",\"items\":" GAP "}}}", NULL, 0,
     show_coverage},
    {HTTP_POST, "/sources/{id}/coverage", API_CLIENT, ROLE_PRACTITIONER, "source_coverage_add", "write down what it missed, or that it came after all",
     "With is_filled the time is taken out of the gaps of this source.", NULL,
     "{\"type\":\"object\",\"required\":[\"from\",\"until\"],\"properties\":{\"from\":{\"type\":\"string\",\"format\":\"date-time\"},\"until\":{\"type\":"
     "\"string\",\"format\":\"date-time\"},\"reason\":{\"type\":\"string\",\"maxLength\":127},\"is_filled\":{\"type\":\"boolean\"}},\"additionalProperties\":false}",
     GAP, NULL, 201, add_coverage},
    {0}};
