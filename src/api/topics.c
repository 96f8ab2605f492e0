/* Topics: listed, made, changed version by version, taken back, archived. */
#include "api/topics.h"

#include "base/clock.h"
#include "base/hash.h"

#include <math.h>

enum { DAYS_SHOWN = 14, VERSIONS_PAGE = 50 };

/* ---- What is shared ---- */

void topics_put_person(struct json *json, const char *name, struct topic_person person)
{
    api_put_person(json, name, person.id, person.name);
}

static void put_tags(struct json *json, struct str tags)
{
    struct str rest = tags, tag;
    json_key(json, "tags");
    json_array(json);
    while (str_next_field(&rest, '\n', &tag))
        if (tag.len)
            json_str(json, tag);
    json_end(json);
}

void topics_print(struct json *json, const struct topic *topic)
{
    json_put_i64(json, "id", topic->id);
    json_put_str(json, "name", topic->text.name);
    topics_put_person(json, "owner", topic->owner);
    json_put_str(json, "purpose", topic->text.purpose);
    json_put_str(json, "query", topic->text.query);
    put_tags(json, topic->text.tags);
    json_put_i64(json, "version", topic->version);
    json_put_bool(json, "is_archived", topic->is_archived);
    json_put_time(json, "created_at", topic->created_us);
    json_put_time(json, "updated_at", topic->updated_us);
}

void topics_put_interval(struct json *json, const char *name, struct topic_interval interval, uint64_t k, uint64_t n, uint64_t least)
{
    json_key(json, name);
    if (n < least || isnan(interval.value)) {
        json_null(json);
        return;
    }
    json_object(json);
    json_key(json, "value");
    json_double(json, interval.value, 4);
    json_key(json, "low");
    json_double(json, interval.low, 4);
    json_key(json, "high");
    json_double(json, interval.high, 4);
    json_put_i64(json, "k", k);
    json_put_i64(json, "n", n);
    json_end(json);
}

enum error_code topics_put_examples(struct api_call *call, const char *name, uint64_t count, const struct str *ids, size_t shown)
{
    struct archive_snapshot *snapshot;
    enum error_code          code = api_snapshot(call, &snapshot);
    if (code)
        return code;
    json_key(&call->json, name);
    json_object(&call->json);
    json_put_i64(&call->json, "count", count);
    json_key(&call->json, "posts");
    json_array(&call->json);
    for (size_t i = 0; !code && i < shown; i++) {
        struct post post;
        code = archive_post(snapshot, ids[i], call->arena, &post, &call->error);
        if (!code)
            api_post(&call->json, &post);
        else if (code == ERROR_NOT_FOUND) /* deleted since */
            code = ERROR_NONE;
    }
    json_end(&call->json);
    json_end(&call->json);
    return code;
}

enum error_code topics_change(struct api_call *call, bool needs_version, struct topic_change *change_out)
{
    *change_out = (struct topic_change){.actor = api_actor(call), .now_us = call->now_us};
    enum error_code code = needs_version ? api_body_i64(call, "version", 1, INT64_MAX, true, &change_out->version) : ERROR_NONE;
    return code ? code : api_body_str(call, "note", TOPIC_NOTE_MAX_BYTES, false, &change_out->note);
}

enum error_code topics_find(struct api_call *call, struct topic *topic_out)
{
    return topic_by_id(call->workspace->records, api_id(call), call->arena, topic_out, &call->error);
}

void topics_tell(struct api_call *call, int64_t id)
{
    char data[40];
    snprintf(data, sizeof data, "{\"id\":%lld}", (long long)id);
    api_tell(call->workspace, "topic", str_of(data));
}

uint64_t topics_seed(const struct api_call *call, int64_t id)
{
    return hash_mix(hash_mix((uint64_t)clock_now_us(), (uint64_t)id), hash_str(str_of(call->request->id)));
}

/* ---- The list, with what a row shows ---- */

/* Two weeks up to now, or up to the archive's last post where that is longer ago. */
static int64_t first_day(struct api_call *call, struct archive_snapshot *snapshot)
{
    struct archive_stats stats = {0};
    struct error         error = {0};
    int64_t              last_us = call->now_us;
    if (!archive_stats(snapshot, &stats, &error) && stats.last_us && stats.last_us < last_us - DAYS_SHOWN * CLOCK_DAY_US)
        last_us = stats.last_us;
    return clock_floor(last_us, CLOCK_DAY_US) - (DAYS_SHOWN - 1) * CLOCK_DAY_US;
}

static void put_daily(struct json *json, int64_t first_us, const uint64_t counts[DAYS_SHOWN])
{
    json_key(json, "daily");
    json_object(json);
    json_put_time(json, "since", first_us);
    json_key(json, "counts");
    json_array(json);
    for (int day = 0; day < DAYS_SHOWN; day++)
        json_i64(json, (int64_t)counts[day]);
    json_end(json);
    json_end(json);
}

/* One topic that cannot be counted (its list is gone) does not take the others with it: its daily is null, and problem says why. */
static void count_days(struct api_call *call, struct archive_snapshot *snapshot, const struct topic *topic, int64_t first_us)
{
    struct query           query;
    struct archive_bucket *buckets = NULL;
    size_t                 count = 0;
    uint64_t               counts[DAYS_SHOWN] = {0}, all = 0;
    struct json           *json = &call->json;
    enum error_code        code = api_query_text(call, topic->text.query, &query);
    if (!code)
        code = archive_count(snapshot, query.root, call->arena, &all, &call->error);
    if (!code) {
        struct query_node *since = topic_tree_and(call->arena, query.root, topic_tree_field(call->arena, FIELD_SINCE, first_us));
        code = since ? archive_timeline(snapshot, since, CLOCK_DAY_US, call->arena, &buckets, &count, &call->error)
                     : error_set(&call->error, ERROR_MEMORY, "no memory to count");
    }
    for (size_t i = 0; !code && i < count; i++) {
        int64_t day = (buckets[i].at_us - first_us) / CLOCK_DAY_US;
        if (day >= 0 && day < DAYS_SHOWN)
            counts[day] += buckets[i].count;
    }
    json_key(json, "mentions");
    code ? json_null(json) : json_i64(json, (int64_t)all);
    if (code) {
        json_key(json, "daily");
        json_null(json);
    } else {
        put_daily(json, first_us, counts);
    }
    json_key(json, "problem");
    code ? json_text(json, call->error.message) : json_null(json);
    call->error = (struct error){0};
}

static void put_share(struct json *json, const struct topic_tally *tally)
{
    uint64_t sure = tally->relevant + tally->not_relevant;
    topics_put_interval(json, "precision", topic_wilson(tally->relevant, sure, TOPIC_Z_95), tally->relevant, sure, TOPIC_LEAST_SURE);
}

static enum error_code put_precision(struct api_call *call, int64_t id)
{
    struct topic_tally tally;
    int64_t            version;
    enum error_code    code = topic_tally_newest(call->workspace->records, id, 0, call->arena, &tally, &version, &call->error);
    if (code)
        return code;
    put_share(&call->json, &tally);
    json_key(&call->json, "precision_version");
    version ? json_i64(&call->json, version) : json_null(&call->json);
    return ERROR_NONE;
}

static enum error_code list(struct api_call *call)
{
    struct topic            *topics;
    size_t                   count;
    struct archive_snapshot *snapshot = NULL;
    bool                     has_figures = api_boolean(call, "figures");
    enum error_code code = topic_all(call->workspace->records, api_boolean(call, "archived"), call->arena, &topics, &count, &call->error);
    if (!code && has_figures)
        code = api_snapshot(call, &snapshot);
    if (code)
        return code;
    int64_t first_us = has_figures ? first_day(call, snapshot) : 0;
    json_object(&call->json);
    json_key(&call->json, "topics");
    json_array(&call->json);
    for (size_t i = 0; !code && i < count; i++) {
        json_object(&call->json);
        topics_print(&call->json, &topics[i]);
        if (has_figures) {
            count_days(call, snapshot, &topics[i], first_us);
            code = put_precision(call, topics[i].id);
        }
        json_end(&call->json);
    }
    api_list_end(call);
    return code;
}

static enum error_code answer(struct api_call *call, const struct topic *topic)
{
    json_object(&call->json);
    topics_print(&call->json, topic);
    json_end(&call->json);
    return ERROR_NONE;
}

static enum error_code one(struct api_call *call)
{
    struct topic    topic;
    enum error_code code = topics_find(call, &topic);
    return code ? code : answer(call, &topic);
}

/* ---- Making and changing ---- */

/* An array of texts, as lines. */
static enum error_code read_tags(struct api_call *call, struct str *tags_io)
{
    struct buf   lines = {.max_bytes = TOPIC_TAGS_MAX * (TOPIC_TAG_MAX_BYTES + 1) * 4};
    const cJSON *tags = cJSON_GetObjectItemCaseSensitive(call->body, "tags"), *tag;
    if (!tags || cJSON_IsNull(tags))
        return ERROR_NONE;
    if (!cJSON_IsArray(tags))
        return error_set(&call->error, ERROR_INVALID, "tags: expected an array of texts");
    cJSON_ArrayForEach(tag, tags) {
        if (!cJSON_IsString(tag) || strchr(tag->valuestring, '\n')) {
            buf_fini(&lines);
            return error_set(&call->error, ERROR_INVALID, "tags: expected texts of one line");
        }
        buf_append_str(&lines, str_of(tag->valuestring));
        buf_append_char(&lines, '\n');
    }
    bool is_too_long = lines.has_failed;
    *tags_io = arena_str(call->arena, buf_str(&lines));
    buf_fini(&lines);
    if (is_too_long)
        return error_set(&call->error, ERROR_INVALID, "tags: expected at most %d of at most %d bytes", TOPIC_TAGS_MAX, TOPIC_TAG_MAX_BYTES);
    return tags_io->ptr ? ERROR_NONE : error_set(&call->error, ERROR_MEMORY, "no memory for tags");
}

/* What the body says; what it does not say stays as it is in *text_io. */
static enum error_code read_text(struct api_call *call, bool is_new, struct topic_text *text_io)
{
    enum error_code code = ERROR_NONE;
    const struct {
        const char *name;
        size_t      most;
        struct str *part;
        bool        is_required;
    } parts[] = {{"name", TOPIC_NAME_MAX_BYTES, &text_io->name, true}, {"purpose", TOPIC_PURPOSE_MAX_BYTES, &text_io->purpose, false},
                 {"query", QUERY_MAX_BYTES, &text_io->query, true}};
    for (size_t i = 0; !code && i < sizeof parts / sizeof parts[0]; i++)
        if (is_new || api_body_has(call, parts[i].name)) {
            *parts[i].part = (struct str){0}; /* what the body leaves out is left alone */
            code = api_body_str(call, parts[i].name, parts[i].most, is_new && parts[i].is_required, parts[i].part);
        }
    return code ? code : read_tags(call, &text_io->tags);
}

/* What the new query wins and loses against the old one. An old query that no longer parses (its list is gone) loses nothing that
 * could be counted. */
static enum error_code weigh(struct api_call *call, struct str before, struct str after, struct topic_weighed *weighed_out)
{
    struct archive_snapshot *snapshot;
    struct query             old = {0}, new;
    enum error_code          code = api_query_text(call, after, &new);
    if (code)
        return code;
    if (before.ptr && api_query_text(call, before, &old)) {
        call->error = (struct error){0};
        old.root = NULL;
    }
    code = api_snapshot(call, &snapshot);
    return code ? code : topic_weigh(snapshot, old.root, new.root, topics_seed(call, 0), call->arena, weighed_out, &call->error);
}

static enum error_code create(struct api_call *call)
{
    struct topic_change  change;
    struct topic_text    text = {0};
    struct topic_weighed weighed;
    struct topic         topic;
    enum error_code      code = topics_change(call, false, &change);
    if (!code)
        code = read_text(call, true, &text);
    if (!code)
        code = topic_text_check(&text, call->arena, &call->error);
    if (!code)
        code = weigh(call, (struct str){0}, text.query, &weighed);
    if (!code)
        code = topic_create(call->workspace->records, &change, &text, &weighed, call->arena, &topic, &call->error);
    if (code)
        return code;
    topics_tell(call, topic.id);
    return answer(call, &topic);
}

static enum error_code change_text(struct api_call *call, const struct topic *topic, const struct topic_change *change,
                                   struct topic_text *text, const struct topic_person *owner)
{
    struct topic_weighed weighed = {0};
    struct topic         after;
    enum error_code      code = topic_text_check(text, call->arena, &call->error);
    if (!code)
        code = weigh(call, topic->text.query, text->query, &weighed);
    if (!code)
        code = topic_edit(call->workspace->records, topic->id, change, text, owner, &weighed, call->arena, &after, &call->error);
    if (code)
        return code;
    topics_tell(call, after.id);
    return answer(call, &after);
}

static enum error_code edit(struct api_call *call)
{
    struct topic_change change;
    struct topic        topic;
    bool                takes_over = false;
    enum error_code     code = topics_change(call, true, &change);
    if (!code)
        code = topics_find(call, &topic);
    struct topic_text   text = code ? (struct topic_text){0} : topic.text;
    struct topic_person me = {change.actor.member, change.actor.name};
    if (!code)
        code = read_text(call, false, &text);
    if (!code)
        code = api_body_bool(call, "takes_over", false, &takes_over);
    return code ? code : change_text(call, &topic, &change, &text, takes_over ? &me : NULL);
}

static enum error_code revert(struct api_call *call)
{
    struct topic_change  change;
    struct topic         topic;
    struct topic_version version;
    int64_t              to = 0;
    enum error_code      code = topics_change(call, true, &change);
    if (!code)
        code = api_body_i64(call, "to", 1, INT64_MAX, true, &to);
    if (!code)
        code = topics_find(call, &topic);
    if (!code)
        code = topic_version_by_number(call->workspace->records, topic.id, to, call->arena, &version, &call->error);
    if (code)
        return code;
    change.back_to = to;
    return change_text(call, &topic, &change, &version.text, NULL);
}

static enum error_code archive(struct api_call *call)
{
    struct topic_change change;
    struct topic        topic;
    bool                is_archived = true;
    enum error_code     code = topics_change(call, true, &change);
    if (!code)
        code = api_body_bool(call, "is_archived", true, &is_archived);
    if (!code)
        code = topic_archive(call->workspace->records, api_id(call), &change, is_archived, call->arena, &topic, &call->error);
    if (code)
        return code;
    topics_tell(call, topic.id);
    return answer(call, &topic);
}

/* ---- Versions ---- */

static enum error_code put_version(struct api_call *call, const struct topic_version *version)
{
    const struct topic_weighed *weighed = &version->weighed;
    struct json                *json = &call->json;
    struct topic_tally          tally;
    int64_t                     sampled;
    enum error_code             code = topic_tally_newest(call->workspace->records, api_id(call), version->number, call->arena, &tally, &sampled,
                                                          &call->error);
    if (code)
        return code;
    json_object(json);
    json_put_i64(json, "number", version->number);
    json_put_str(json, "name", version->text.name);
    json_put_str(json, "purpose", version->text.purpose);
    json_put_str(json, "query", version->text.query);
    put_tags(json, version->text.tags);
    json_put_str(json, "note", version->note);
    topics_put_person(json, "by", version->by);
    json_put_time(json, "at", version->at_us);
    json_key(json, "back_to");
    version->back_to ? json_i64(json, version->back_to) : json_null(json);
    json_key(json, "kept");
    weighed->is_known ? json_i64(json, (int64_t)weighed->kept) : json_null(json);
    if (weighed->is_known) {
        code = topics_put_examples(call, "won", weighed->won, weighed->won_ids, weighed->won_shown);
        if (!code)
            code = topics_put_examples(call, "lost", weighed->lost, weighed->lost_ids, weighed->lost_shown);
    } else {
        json_key(json, "won");
        json_null(json);
        json_key(json, "lost");
        json_null(json);
    }
    put_share(json, &tally);
    json_end(json);
    return code;
}

static enum error_code versions(struct api_call *call)
{
    struct topic_version *rows;
    size_t                count, limit = (size_t)api_integer(call, "limit", VERSIONS_PAGE);
    enum error_code       code = topic_versions(call->workspace->records, api_id(call), api_integer(call, "before", 0), limit, call->arena, &rows,
                                                &count, &call->error);
    if (code)
        return code;
    json_object(&call->json);
    json_key(&call->json, "versions");
    json_array(&call->json);
    for (size_t i = 0; !code && i < count; i++)
        code = put_version(call, &rows[i]);
    json_end(&call->json);
    json_key(&call->json, "next");
    count == limit && rows[count - 1].number > 1 ? json_i64(&call->json, rows[count - 1].number) : json_null(&call->json);
    json_end(&call->json);
    return code;
}

/* ---- Rows ---- */

static const struct api_parameter list_parameters[] = {
    {.name = "archived", .type = API_BOOLEAN, .meaning = "archived topics too"},
    {.name = "figures", .type = API_BOOLEAN, .meaning = "with mentions, the last 14 days (or those up to the archive's last post) and precision"},
    {0}};
static const struct api_parameter versions_parameters[] = {
    {.name = "before", .type = API_INTEGER, .least = 1, .most = INT64_MAX, .meaning = "versions with a smaller number: `next` of the page before"},
    {.name = "limit", .type = API_INTEGER, .least = 1, .most = 200, .meaning = "versions of a page; 50 where it is not said"},
    {0}};

#define TEXT_TAKES                                                                                                              \
    "\"name\":{\"type\":\"string\",\"maxLength\":120},\"purpose\":{\"type\":\"string\",\"maxLength\":2000},\"query\":{\"type\":\"string\"},"      \
    "\"tags\":{\"type\":\"array\",\"maxItems\":20,\"items\":{\"type\":\"string\",\"maxLength\":60}},\"note\":{\"type\":\"string\",\"maxLength\":500}"
#define SEEN "\"version\":{\"type\":\"integer\",\"minimum\":1}"
#define WEIGHED "{\"anyOf\":[{\"type\":\"null\"}," TOPICS_EXAMPLES "]}"

const struct api_route api_topics_routes[] = {
    {HTTP_GET, "/topics", API_CLIENT, ROLE_VIEWER, "topics", "what this client listens for, by name",
     "With figures, each has mentions (all posts that it takes), daily (14 days) and precision with precision_version; where its query cannot "
     "be asked, mentions and daily are null and problem says why.",
     list_parameters, NULL,
     "{\"type\":\"object\",\"required\":[\"topics\",\"next\"],\"properties\":{\"topics\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":["
     TOPICS_REQUIRED "],\"properties\":{" TOPICS_MEMBERS ",\"mentions\":{\"type\":[\"integer\",\"null\"]},\"daily\":{\"type\":[\"object\",\"null\"],"
     "\"required\":[\"since\",\"counts\"]},\"problem\":{\"type\":[\"string\",\"null\"]},\"precision\":" TOPICS_SHARE
     ",\"precision_version\":{\"type\":[\"integer\",\"null\"]}}}},\"next\":{\"type\":\"null\"}}}",
     NULL, 0, list},
    {HTTP_POST, "/topics", API_CLIENT, ROLE_PRACTITIONER, "topic_create", "a new topic",
     "A query that does not parse is refused with 422; the problem's hint draws the place. A name that is taken is refused with 409.", NULL,
     "{\"type\":\"object\",\"required\":[\"name\",\"query\"],\"properties\":{" TEXT_TAKES "}}", TOPICS_ONE, NULL, 201, create},
    {HTTP_GET, "/topics/{id}", API_CLIENT, ROLE_VIEWER, "topic", "one topic", NULL, NULL, NULL, TOPICS_ONE, NULL, 0, one},
    {HTTP_PATCH, "/topics/{id}", API_CLIENT, ROLE_PRACTITIONER, "topic_edit", "a new version of a topic",
     "What is not said stays. What the new query wins and loses is counted and kept. 409 where `version` is not the newest: the problem says "
     "whose is, its hint holds the other's query. takes_over makes the caller the owner.",
     NULL,
     "{\"type\":\"object\",\"required\":[\"version\"],\"properties\":{" SEEN "," TEXT_TAKES ",\"takes_over\":{\"type\":\"boolean\"}}}",
     TOPICS_ONE, NULL, 0, edit},
    {HTTP_POST, "/topics/{id}/revert", API_CLIENT, ROLE_PRACTITIONER, "topic_revert", "a new version that says what an older one said", NULL, NULL,
     "{\"type\":\"object\",\"required\":[\"version\",\"to\"],\"properties\":{" SEEN
     ",\"to\":{\"type\":\"integer\",\"minimum\":1},\"note\":{\"type\":\"string\",\"maxLength\":500}}}",
     TOPICS_ONE, NULL, 0, revert},
    {HTTP_POST, "/topics/{id}/archive", API_CLIENT, ROLE_PRACTITIONER, "topic_archive", "take a topic out of sight, or bring it back", NULL, NULL,
     "{\"type\":\"object\",\"required\":[\"version\",\"is_archived\"],\"properties\":{" SEEN ",\"is_archived\":{\"type\":\"boolean\"}}}",
     TOPICS_ONE, NULL, 0, archive},
    {HTTP_GET, "/topics/{id}/versions", API_CLIENT, ROLE_VIEWER, "topic_versions", "every version of a topic, newest first",
     "Each whole, with who, when and why, and what it won and lost against the one before, counted when it was saved; up to 20 examples of each, "
     "chosen by lot, of which those are given that are still there. precision where a sample of that version was labelled.",
     versions_parameters, NULL,
     "{\"type\":\"object\",\"required\":[\"versions\",\"next\"],\"properties\":{\"versions\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":["
     "\"number\",\"name\",\"purpose\",\"query\",\"tags\",\"note\",\"by\",\"at\",\"back_to\",\"kept\",\"won\",\"lost\",\"precision\"],\"properties\":{\"number\":"
     TOPICS_COUNT ",\"by\":" TOPICS_PERSON ",\"precision\":" TOPICS_SHARE ",\"won\":" WEIGHED ",\"lost\":" WEIGHED "}}},\"next\":{\"type\":[\"integer\",\"null\"]}}}",
     NULL, 0, versions},
    {0}};
