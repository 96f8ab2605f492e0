/* Reads: made, listed, taken back, settled. The engine's forecast is in no answer before a read is kept: only POST
 * /reads makes one. */
#include "api/reads.h"

#include "base/clock.h"
#include "topic/topic.h"

#include <math.h>

enum { PAGE_MOST = 200, PAGE_USUAL = 50, SERIES_STEPS = 24 };

static enum error_code hidden(void *context, int64_t from_us, int64_t until_us, double *share_out, struct error *error)
{
    struct workspace    *workspace = context;
    struct coverage_gap *gaps;
    struct arena         arena = {0};
    size_t               count;
    int64_t              arriving_us;
    enum error_code code = stream_coverage(workspace->stream, from_us, until_us, &arena, &gaps, &count, &arriving_us,
                                           error);
    *share_out = code ? 0 : read_hidden_share(gaps, count, from_us, until_us);
    arena_fini(&arena);
    return code;
}

struct read_tools reads_tools(struct workspace *workspace, struct text_analyser *analyser)
{
    return (struct read_tools){.analyser = analyser, .hidden = hidden, .context = workspace};
}

/* ---- By itself ---- */

static void tell(struct workspace *workspace, const char *what, int64_t id)
{
    char data[80];
    snprintf(data, sizeof data, "{\"what\":\"%s\",\"id\":%lld}", what, (long long)id);
    api_tell(workspace, "read", str_of(data));
}

static void tell_settled(void *context, const struct read *read)
{
    tell(context, read_status_names[read->status], read->id);
}

enum error_code reads_tick(struct workspace *workspace, int64_t now_us, struct error *error)
{
    struct text_analyser    *analyser = NULL;
    struct archive_snapshot *snapshot = NULL;
    size_t                   settled;
    enum error_code          code = text_analyser_new(&analyser, error);
    if (!code)
        code = stream_snapshot(workspace->stream, &snapshot, error);
    if (!code) {
        struct read_tools tools = reads_tools(workspace, analyser);
        code = reads_settle(workspace->records, snapshot, &tools, now_us, tell_settled, workspace, &settled, error);
    }
    if (snapshot)
        archive_snapshot_release(snapshot);
    text_analyser_free(analyser);
    return code;
}

/* ---- Making ---- */

enum error_code reads_query(struct api_call *call, struct str *query_out, struct str *exact_out, int64_t *topic_out)
{
    struct query    query;
    struct topic    topic;
    struct buf      exact = {.max_bytes = READ_QUERY_MAX_BYTES};
    enum error_code code = api_body_i64(call, "topic", 1, INT64_MAX, false, topic_out);
    if (!code)
        code = api_body_str(call, "q", READ_QUERY_MAX_BYTES, false, query_out);
    if (!code && *topic_out) {
        code = topic_by_id(call->workspace->records, *topic_out, call->arena, &topic, &call->error);
        if (!code && !api_body_has(call, "q"))
            *query_out = topic.text.query;
    }
    if (!code)
        code = api_query_text(call, *query_out, &query);
    if (code)
        return code;
    query_print(query.root, &exact);
    bool is_too_long = exact.has_failed;
    *exact_out = arena_str(call->arena, buf_str(&exact));
    buf_fini(&exact);
    if (is_too_long)
        return error_set(&call->error, ERROR_TOO_LARGE, "q: expected at most %d bytes with its lists written out",
                         READ_QUERY_MAX_BYTES);
    return exact_out->ptr ? ERROR_NONE : error_set(&call->error, ERROR_MEMORY, "no memory for a query");
}

static enum error_code take_words(struct api_call *call, struct read *read)
{
    struct str         kind = {0}, way = {0}, target_kind = {0};
    struct read_claim *claim = &read->claim;
    enum error_code    code = api_body_str(call, "kind", 10, true, &kind);
    if (!code && !read_kind_parse(kind, &claim->kind))
        code = error_set(&call->error, ERROR_INVALID, "kind: expected volume, tone or spill, found '%.*s'",
                         STR_ARG(kind));
    if (!code)
        code = api_body_str(call, "way", 10, claim->kind != READ_SPILL, &way);
    claim->way = READ_WAY_REACHES;
    if (!code && way.len && !read_way_parse(way, &claim->way))
        code = error_set(&call->error, ERROR_INVALID,
                         "way: expected down, flat, up, above, below or reaches, found '%.*s'", STR_ARG(way));
    if (!code)
        code = api_body_str(call, "target", READ_TARGET_MAX_BYTES, claim->kind == READ_SPILL, &claim->target);
    if (!code)
        code = api_body_str(call, "target_kind", 10, false, &target_kind);
    claim->is_community = str_equal(target_kind, STR("community"));
    if (!code && target_kind.len && !claim->is_community && !str_equal(target_kind, STR("platform")))
        code = error_set(&call->error, ERROR_INVALID, "target_kind: expected platform or community, found '%.*s'",
                         STR_ARG(target_kind));
    if (!code)
        code = api_body_str(call, "feelings", READ_WORDS_MAX_BYTES, false, &read->feelings);
    return code ? code : api_body_str(call, "because", READ_BECAUSE_MAX_BYTES, false, &read->because);
}

static enum error_code take_numbers(struct api_call *call, struct read *read)
{
    struct read_claim *claim = &read->claim;
    int64_t            window_s = 0, sure = 0;
    claim->voices_before = 1;
    claim->voices_least = 5;
    claim->share = 0.5;
    enum error_code code = api_body_i64(call, "sure", 1, 99, true, &sure);
    if (!code)
        code = api_body_time(call, "due_at", true, &claim->due_us);
    if (!code)
        code = api_body_i64(call, "window_s", 600, READ_LEAD_MAX_US / CLOCK_SECOND_US, false, &window_s);
    if (!code)
        code = api_body_double(call, "share", 0.01, 0.99, claim->kind == READ_TONE, &claim->share);
    if (!code)
        code = api_body_i64(call, "voices", 1, READ_VOICES_MOST, claim->kind == READ_SPILL, &claim->voices_least);
    if (!code)
        code = api_body_i64(call, "voices_before", 1, READ_VOICES_MOST, false, &claim->voices_before);
    if (!code)
        code = api_body_i64(call, "trend", 1, INT64_MAX, false, &read->trend);
    if (!code)
        code = api_body_i64(call, "room", 1, INT64_MAX, false, &read->room);
    claim->window_us = window_s * CLOCK_SECOND_US;
    read->sure = (int)sure;
    return code;
}

static enum error_code answer(struct api_call *call, const struct read *read)
{
    read_print(&call->json, read, call->arena);
    return ERROR_NONE;
}

static enum error_code create(struct api_call *call)
{
    struct read              read = {.by = api_actor(call), .made_us = call->now_us};
    struct read_tools        tools = reads_tools(call->workspace, call->analyser);
    struct archive_snapshot *snapshot;
    enum error_code          code = take_words(call, &read);
    if (!code)
        code = take_numbers(call, &read);
    if (!code)
        code = reads_query(call, &read.claim.query, &read.claim.exact, &read.topic);
    if (!code && read.room)
        code = reads_room_is_theirs(call, read.room);
    if (!code)
        code = api_snapshot(call, &snapshot);
    if (!code)
        code = read_make(call->workspace->records, snapshot, &tools, &read, call->arena, &call->error);
    if (code)
        return code;
    tell(call->workspace, "made", read.id);
    return answer(call, &read);
}

/* ---- Reading ---- */

static enum error_code find(struct api_call *call, struct read *read_out)
{
    return read_get(call->workspace->records, api_id(call), call->arena, read_out, &call->error);
}

static enum error_code one(struct api_call *call)
{
    struct read     read;
    enum error_code code = find(call, &read);
    return code ? code : answer(call, &read);
}

static enum error_code list(struct api_call *call)
{
    struct str         status = api_word(call, "status");
    unsigned           most = (unsigned)api_integer(call, "limit", PAGE_USUAL);
    struct read_filter filter = {.member = str_equal(api_word(call, "whose"), STR("mine")) ? api_actor(call).member
                                                                                           : -1,
                                 .before = api_integer(call, "before", 0),
                                 .limit = most + 1};
    struct read       *reads;
    size_t             count;
    filter.has_status = read_status_parse(status, &filter.status);
    enum error_code code = read_list(call->workspace->records, &filter, call->arena, &reads, &count, &call->error);
    if (code)
        return code;
    json_object(&call->json);
    json_key(&call->json, "reads");
    json_array(&call->json);
    for (size_t i = 0; i < count && i < most; i++)
        read_print(&call->json, &reads[i], call->arena);
    json_end(&call->json);
    json_key(&call->json, "next");
    if (count > most)
        json_i64(&call->json, reads[most - 1].id);
    else
        json_null(&call->json);
    json_end(&call->json);
    return ERROR_NONE;
}

static enum error_code score(struct api_call *call)
{
    struct read      *reads;
    size_t            count;
    struct read_score score;
    int64_t           member = api_integer(call, "member", 0), self = api_actor(call).member;
    bool              is_team = str_equal(api_word(call, "whose"), STR("team"));
    if (member && member != self && call->role < ROLE_REVIEWER)
        return error_set(&call->error, ERROR_FORBIDDEN,
                         "member: somebody else's calibration is for them and their reviewers");
    enum error_code code = read_settled(call->workspace->records,
                                        is_team  ? -1
                                        : member ? member
                                                 : self,
                                        call->arena, &reads, &count, &call->error);
    if (code)
        return code;
    read_score(reads, count, &score);
    read_score_print(&call->json, &score);
    return ERROR_NONE;
}

/* The claim's posts over time, from the base window to the due time or to now. */
static enum error_code series(struct api_call *call)
{
    struct read              read;
    struct read_tools        tools = reads_tools(call->workspace, call->analyser);
    struct archive_snapshot *snapshot;
    struct archive_bucket   *buckets = NULL;
    size_t                   count = 0;
    enum error_code          code = find(call, &read);
    if (!code)
        code = api_snapshot(call, &snapshot);
    if (code)
        return code;
    const struct read_claim *claim = &read.claim;
    int64_t step_us = clock_floor(claim->window_us / SERIES_STEPS, CLOCK_MINUTE_US), until_us = claim->due_us;
    step_us = step_us < CLOCK_MINUTE_US ? CLOCK_MINUTE_US : step_us;
    if (until_us > call->now_us)
        until_us = call->now_us;
    int64_t from_us = clock_floor(read.made_us - claim->window_us, step_us);
    code = read_timeline(snapshot, claim, from_us, until_us, step_us, &tools, call->arena, &buckets, &count,
                         &call->error);
    if (code)
        return code;
    struct json *json = &call->json;
    json_object(json);
    json_key(json, "since");
    json_time(json, from_us);
    json_key(json, "made_at");
    json_time(json, read.made_us);
    json_key(json, "due_from");
    json_time(json, claim->due_us - claim->window_us);
    json_key(json, "due_at");
    json_time(json, claim->due_us);
    json_key(json, "step_s");
    json_i64(json, step_us / CLOCK_SECOND_US);
    json_key(json, "counts");
    json_array(json);
    size_t next = 0;
    for (int64_t at_us = from_us; at_us < until_us; at_us += step_us) {
        bool is_counted = next < count && buckets[next].at_us == at_us;
        json_i64(json, is_counted ? (int64_t)buckets[next].count : 0);
        next += is_counted;
    }
    json_end(json);
    json_end(json);
    return ERROR_NONE;
}

/* ---- Ending ---- */

static enum error_code withdraw(struct api_call *call)
{
    struct read     read;
    enum error_code code = read_withdraw(call->workspace->records, api_actor(call), api_id(call), call->now_us,
                                         call->arena, &read, &call->error);
    if (code)
        return code;
    tell(call->workspace, "withdrawn", read.id);
    return answer(call, &read);
}

static enum error_code settle(struct api_call *call)
{
    struct read              read;
    struct read_tools        tools = reads_tools(call->workspace, call->analyser);
    struct archive_snapshot *snapshot;
    struct record           *records = call->workspace->records;
    struct str               reason = {0};
    bool                     came_true = false;
    enum error_code          code = ERROR_NONE;
    if (api_body_has(call, "came_true")) {
        code = api_body_bool(call, "came_true", true, &came_true);
        if (!code)
            code = api_body_str(call, "reason", READ_BECAUSE_MAX_BYTES, true, &reason);
        if (!code)
            code = read_judge(records, api_actor(call), api_id(call), came_true, reason, call->now_us, call->arena,
                              &read, &call->error);
    } else {
        code = api_snapshot(call, &snapshot);
        if (!code)
            code = read_settle(records, snapshot, &tools, api_id(call), call->now_us, call->arena, &read, &call->error);
    }
    if (code)
        return code;
    tell(call->workspace, "settled", read.id);
    return answer(call, &read);
}

/* ---- Rows ---- */

static const struct api_parameter list_parameters[] = {
    {"status", API_WORD, "reads in this state alone", "all open settled void withdrawn", 0, 0, false, false},
    {"whose", API_WORD, "everybody's, or the caller's own", "all mine", 0, 0, false, false},
    {"before", API_INTEGER, "`next` of the page before", NULL, 1, INT64_MAX, false, false},
    {"limit", API_INTEGER, "at most so many; 50", NULL, 1, PAGE_MOST, false, false},
    {0}};

static const struct api_parameter score_parameters[] = {
    {"whose", API_WORD, "the caller's own, or the whole team's together", "mine team", 0, 0, false, false},
    {"member", API_INTEGER, "another member's; for reviewers", NULL, 1, INT64_MAX, false, false},
    {0}};

#define NUMBER "{\"type\":\"number\"}"
#define TEXT   "{\"type\":\"string\"}"
#define COUNT  "{\"type\":\"integer\",\"minimum\":0}"
#define TIME   "{\"type\":\"string\",\"format\":\"date-time\"}"
#define ID     "{\"type\":[\"integer\",\"null\"]}"
#define COUNTS "{\"type\":\"object\",\"required\":[\"posts\"],\"properties\":{\"posts\":" NUMBER "}}"
#define KINDS  "{\"type\":\"string\",\"enum\":[\"volume\",\"tone\",\"spill\"]}"
#define WAYS   "{\"type\":\"string\",\"enum\":[\"down\",\"flat\",\"up\",\"above\",\"below\",\"reaches\"]}"
#define READ \
    "{\"type\":\"object\",\"required\":[\"id\",\"member\",\"name\",\"status\",\"kind\",\"way\",\"q\",\"exact\",\"window_s\",\"due_at\",\"words\",\"rule\"," \
    "\"sure\",\"feelings\",\"because\",\"topic\",\"trend\",\"room\",\"made_at\",\"base\",\"engine\"],\"properties\":{\"id\":" COUNT \
    ",\"member\":" COUNT ",\"name\":" TEXT \
    ",\"status\":{\"type\":\"string\",\"enum\":[\"open\",\"settled\",\"void\",\"withdrawn\"]},\"kind\":" KINDS \
    ",\"way\":" WAYS ",\"q\":" TEXT ",\"exact\":" TEXT ",\"window_s\":" COUNT ",\"due_at\":" TIME ",\"words\":" TEXT \
    ",\"rule\":" TEXT ",\"sure\":" COUNT ",\"topic\":" ID ",\"trend\":" ID ",\"room\":" ID ",\"made_at\":" TIME \
    ",\"base\":" COUNTS ",\"engine\":{\"type\":\"object\",\"required\":[\"p\"," \
    "\"base_rate\",\"basis\",\"was_on_show\"]},\"outcome\":" COUNTS \
    ",\"came_true\":{\"type\":\"boolean\"},\"ended_at\":" TIME "}}"
#define SCORE \
    "{\"type\":\"object\",\"required\":[\"settled\",\"missing\"],\"properties\":{\"settled\":" COUNT \
    ",\"missing\":" COUNT \
    ",\"bands\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"low\",\"high\",\"reads\",\"came_true\"]}}}}"
#define SERIES \
    "{\"type\":\"object\",\"required\":[\"since\",\"made_at\",\"due_from\",\"due_at\",\"step_s\",\"counts\"],\"properties\":{\"step_s\":" COUNT \
    ",\"counts\":{\"type\":\"array\",\"items\":" COUNT "}}}"
#define MAKE \
    "{\"type\":\"object\",\"required\":[\"kind\",\"due_at\",\"sure\"],\"properties\":{\"kind\":" KINDS \
    ",\"way\":" WAYS ",\"q\":" TEXT ",\"topic\":" COUNT ",\"share\":" NUMBER \
    ",\"target_kind\":{\"type\":\"string\",\"enum\":[\"platform\",\"community\"]},\"target\":" TEXT \
    ",\"voices\":" COUNT ",\"voices_before\":" COUNT ",\"due_at\":" TIME ",\"window_s\":" COUNT \
    ",\"sure\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":99},\"feelings\":" TEXT ",\"because\":" TEXT \
    ",\"trend\":" COUNT ",\"room\":" COUNT "}}"

const struct api_route api_reads_routes[] = {
    {HTTP_GET, "/reads", API_CLIENT, ROLE_VIEWER, "reads", "reads, newest first", NULL, list_parameters, NULL,
     "{\"type\":\"object\",\"required\":[\"reads\",\"next\"],\"properties\":{\"reads\":{\"type\":\"array\",\"items\":" READ
     "},\"next\":" ID "}}",
     NULL, 0, list},
    {HTTP_POST, "/reads", API_CLIENT, ROLE_LEARNER, "read_make", "put a read on record",
     "volume: up, flat or down in the window before due_at against the same time before now; flat within 25 % or twice the square root. tone: the negative "
     "share of posts whose tone is known, above or below share. spill: at least `voices` distinct authors on the target, where fewer than voices_before wrote "
     "so far. The engine's own forecast is made at this moment, and given in this answer for the first time.",
     NULL, MAKE, READ, NULL, 201, create},
    {HTTP_GET, "/reads/score", API_CLIENT, ROLE_VIEWER, "read_score", "Brier score, calibration and skill",
     "Nothing but `missing` is told below ten settled reads. Skill is 1 - Brier / Brier of the base rate, and of the engine on reads written blind.",
     score_parameters, NULL, SCORE, NULL, 0, score},
    {HTTP_GET, "/reads/{id}", API_CLIENT, ROLE_VIEWER, "read", "one read", NULL, NULL, NULL, READ, NULL, 0, one},
    {HTTP_GET, "/reads/{id}/series", API_CLIENT, ROLE_VIEWER, "read_series",
     "the read's posts over time, from its base window on", NULL, NULL, NULL, SERIES, NULL, 0, series},
    {HTTP_POST, "/reads/{id}/withdraw", API_CLIENT, ROLE_LEARNER, "read_withdraw",
     "take a read back within ten minutes", "One's own alone. Later it stays on record (409).", NULL, NULL, READ, NULL,
     0, withdraw},
    {HTTP_POST, "/reads/{id}/settle", API_CLIENT, ROLE_REVIEWER, "read_settle",
     "settle a read that is due by the archive; or decide a void one",
     "With came_true and reason a reviewer decides what the archive cannot: a void read, never their own.", NULL,
     "{\"type\":\"object\",\"properties\":{\"came_true\":{\"type\":\"boolean\"},\"reason\":" TEXT "}}", READ, NULL, 0,
     settle},
    {0}};
