/* Trends: what is rising, what rose, and what people did about it. */
#include "api/trends.h"

#include "api/table.h"
#include "api/trends_schema.h"

/* ---- Lists ---- */

enum { PAGE_DEFAULT = 50, PAGE_MOST = 200, EXPORT_PAGE = 500 };

static enum chronicle_muted muted_of(struct api_call *call)
{
    struct str word = api_word(call, "muted");
    return str_equal(word, STR("only")) ? CHRONICLE_MUTED : str_equal(word, STR("all")) ? CHRONICLE_MUTED_OR_NOT
        : CHRONICLE_UNMUTED;
}

/* A cursor is "strength:id" of the last row. */
static enum error_code read_cursor(struct api_call *call, struct chronicle_ask *ask)
{
    struct str cursor = api_text(call, "cursor"), strength;
    if (!cursor.len)
        return ERROR_NONE;
    struct str rest = cursor;
    if (!str_next_field(&rest, ':', &strength) || !str_to_double(strength, &ask->after_strength) ||
        !str_to_i64(rest, &ask->after_id) || ask->after_id < 1)
        return error_set(&call->error, ERROR_USAGE, "cursor: '%.*s' is none of ours",
                         (int)(cursor.len < 60 ? cursor.len : 60), cursor.ptr);
    return ERROR_NONE;
}

static double strength_of(const struct chronicle_ask *ask, const struct chronicle_trend *trend)
{
    return ask->is_open ? trend->z : trend->z_peak;
}

static void print_csv_row(struct buf *out, const struct chronicle_trend *trend)
{
    char   flags[80] = "";
    size_t len = 0;
    for (unsigned i = 0; i < 3; i++)
        if (trend->flags & (1u << i))
            len += (size_t)snprintf(flags + len, sizeof flags - len, "%s%s", len ? " " : "", trend_flag_names[i]);
    table_number(out, trend->id);
    table_text(out, trend->label);
    table_time(out, trend->started_us);
    table_time(out, trend->detected_us);
    table_time(out, trend->peak_us);
    table_time(out, trend->last_post_us);
    table_time(out, trend->closed_us);
    table_number(out, trend->posts);
    table_real(out, trend->voices, 1);
    table_real(out, trend->z, 3);
    table_real(out, trend->z_peak, 3);
    table_real(out, trend->growth_per_h, 4);
    table_real(out, trend->growth_se, 4);
    table_text(out, str_of(flags));
    table_real(out, trend->dup_share, 4);
    table_real(out, trend->top_author_share, 4);
    table_real(out, trend->effective_voices, 2);
    table_real(out, trend->synchrony, 4);
    table_real(out, trend->site_share, 4);
    table_end_row(out);
}

/* All rows, page by page, so that nothing is cut. */
static enum error_code export_rows(struct api_call *call, struct archive_snapshot *snapshot, struct chronicle_ask ask,
                                   enum table_format format)
{
    struct buf     *out = &call->response->body;
    enum error_code code = ERROR_NONE;
    table_begin(call, format, "trends");
    if (format == TABLE_CSV)
        table_header(out,
                     "id,label,started_at,detected_at,peak_at,last_post_at,closed_at,posts,voices,z,z_peak,growth_per_h,growth_se,flags,"
                          "dup_share,top_author_share,effective_voices,synchrony,site_share");
    ask.limit = EXPORT_PAGE;
    for (size_t count = EXPORT_PAGE; count == EXPORT_PAGE && !code;) {
        struct chronicle_trend *trends;
        code = chronicle_list(call->workspace->records, &ask, call->arena, &trends, &count, &call->error);
        for (size_t i = 0; i < count && !code; i++) {
            if (format == TABLE_CSV) {
                print_csv_row(out, &trends[i]);
            } else {
                call->json = json_writer(out);
                json_object(&call->json);
                code = trend_print_card(call, snapshot, &trends[i]);
                json_end(&call->json);
                buf_append_char(out, '\n');
            }
            ask.after_strength = strength_of(&ask, &trends[i]);
            ask.after_id = trends[i].id;
        }
    }
    return code;
}

/* Since when the client listens, so that an empty page can say why it is empty. */
static enum error_code print_listening(struct api_call *call, struct archive_snapshot *snapshot)
{
    struct chronicle_extent extent;
    struct archive_stats    stats;
    struct stream_health    health;
    struct json            *json = &call->json;
    enum error_code         code = chronicle_extent(call->workspace->records, &extent, &call->error);
    if (!code)
        code = archive_stats(snapshot, &stats, &call->error);
    if (code)
        return code;
    stream_health(call->workspace->stream, &health);
    const struct { const char *key; int64_t at_us; } times[] = {
        {"first_post_at", stats.first_us}, {"last_post_at", stats.last_us},
            {"first_trend_at", extent.first_detected_us},
        {"last_trend_at", extent.last_detected_us}, {"trends_at", health.trends_at_us}};
    json_key(json, "listening");
    json_object(json);
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        json_key(json, times[i].key);
        times[i].at_us ? json_time(json, times[i].at_us) : json_null(json);
    }
    json_key(json, "posts");
    json_i64(json, (int64_t)stats.posts);
    json_key(json, "kept_trends");
    json_i64(json, extent.trends);
    json_key(json, "is_replaying");
    json_bool(json, health.is_replaying);
    json_end(json);
    return ERROR_NONE;
}

static enum error_code list(struct api_call *call)
{
    struct archive_snapshot *snapshot;
    struct chronicle_trend  *trends;
    size_t                   count;
    enum table_format        format = table_format(call);
    struct json             *json = &call->json;
    size_t                   limit = (size_t)api_integer(call, "limit", PAGE_DEFAULT);
    struct chronicle_ask     ask = {.now_us = call->now_us, .muted = muted_of(call), .limit = limit + 1};
    bool                     has_range = api_text(call, "since").len || api_text(call, "until").len;
    ask.is_open = !has_range;
    ask.since_us = api_time(call, "since", INT64_MIN);
    ask.until_us = api_time(call, "until", INT64_MAX);
    enum error_code code = read_cursor(call, &ask);
    if (!code)
        code = api_snapshot(call, &snapshot);
    if (!code && format != TABLE_JSON)
        return export_rows(call, snapshot, ask, format);
    if (!code)
        code = chronicle_list(call->workspace->records, &ask, call->arena, &trends, &count, &call->error);
    if (code)
        return code;
    bool has_more = count > limit;
    count = has_more ? limit : count;
    json_object(json);
    json_key(json, "trends");
    json_array(json);
    for (size_t i = 0; i < count && !code; i++) {
        json_object(json);
        code = trend_print_card(call, snapshot, &trends[i]);
        json_end(json);
    }
    json_end(json);
    json_key(json, "next");
    if (has_more) {
        char cursor[64];
        snprintf(cursor, sizeof cursor, "%.17g:%lld", strength_of(&ask, &trends[count - 1]),
                 (long long)trends[count - 1].id);
        json_text(json, cursor);
    } else {
        json_null(json);
    }
    if (!code)
        code = print_listening(call, snapshot);
    json_end(json);
    return code;
}

/* ---- One ---- */

static enum error_code print_one(struct api_call *call, int64_t id)
{
    struct archive_snapshot *snapshot;
    struct chronicle_trend   trend;
    enum error_code          code = chronicle_find(call->workspace->records, id, call->arena, &trend, &call->error);
    if (!code)
        code = api_snapshot(call, &snapshot);
    if (code)
        return code;
    json_object(&call->json);
    code = trend_print_card(call, snapshot, &trend);
    if (!code) {
        trend_print_why(&call->json, &trend);
        code = trend_print_rest(call, &trend);
    }
    json_end(&call->json);
    return code;
}

static enum error_code one(struct api_call *call)
{
    return print_one(call, api_id(call));
}

/* ---- What people do ---- */

static enum error_code did(struct api_call *call, enum error_code code, int64_t id)
{
    char data[64];
    if (code)
        return code;
    snprintf(data, sizeof data, "{\"id\":%lld,\"what\":\"change\"}", (long long)id);
    api_tell(call->workspace, "trend", str_of(data));
    return print_one(call, id);
}

static enum error_code version_of(struct api_call *call, int64_t *version_out)
{
    *version_out = 0;
    return api_body_i64(call, "version", 1, INT64_C(1) << 53, false, version_out);
}

static enum error_code merge(struct api_call *call)
{
    int64_t         into = 0, version;
    enum error_code code = api_body_i64(call, "into", 1, INT64_C(1) << 53, true, &into);
    if (!code)
        code = version_of(call, &version);
    if (!code)
        code = chronicle_merge(call->workspace->records, api_actor(call), api_id(call), into, version, &call->error);
    return did(call, code, api_id(call));
}

static enum error_code unmerge(struct api_call *call)
{
    return did(call, chronicle_unmerge(call->workspace->records, api_actor(call), api_id(call), 0, &call->error),
               api_id(call));
}

static enum error_code mute(struct api_call *call)
{
    int64_t         until_us = CHRONICLE_FOREVER, version;
    struct str      reason = {0};
    enum error_code code = api_body_time(call, "until", false, &until_us);
    if (!code && until_us <= call->now_us)
        code = error_set(&call->error, ERROR_INVALID, "until: lies in the past");
    if (!code)
        code = api_body_str(call, "reason", CHRONICLE_REASON_MAX_BYTES, false, &reason);
    if (!code)
        code = version_of(call, &version);
    if (!code)
        code = chronicle_mute(call->workspace->records, api_actor(call), api_id(call), until_us, reason, version,
                              &call->error);
    return did(call, code, api_id(call));
}

static enum error_code unmute(struct api_call *call)
{
    return did(call, chronicle_unmute(call->workspace->records, api_actor(call), api_id(call), 0, &call->error),
               api_id(call));
}

static enum error_code note(struct api_call *call)
{
    struct str      text;
    int64_t         note_id;
    enum error_code code = api_body_str(call, "text", CHRONICLE_NOTE_MAX_BYTES, true, &text);
    if (!code)
        code = chronicle_note_add(call->workspace->records, api_actor(call), api_id(call), text, call->now_us, &note_id,
                                  &call->error);
    return did(call, code, api_id(call));
}

static enum error_code withdraw(struct api_call *call)
{
    int64_t         trend = 0;
    enum error_code code = chronicle_note_withdraw(call->workspace->records, api_actor(call), api_id(call), &trend,
                                                   &call->error);
    return did(call, code, trend);
}

/* ---- Rows ---- */

static const struct api_parameter list_parameters[] = {
    {.name = "since", .type = API_TIME,
     .meaning = "with until: those detected in between, open or closed, strongest first; without both: those open now"},
    {.name = "until", .type = API_TIME, .meaning = "detected before this time"},
    {.name = "muted", .type = API_WORD, .words = "no only all",
     .meaning = "leave muted ones out, show them alone, or show all"},
    {.name = "limit", .type = API_INTEGER, .least = 1, .most = PAGE_MOST,
     .meaning = "at most so many; 50 where it is not said"},
    {.name = "cursor", .type = API_TEXT, .meaning = "next of the page before"},
    TABLE_FORMAT_PARAMETER,
    {0}};

static const struct api_parameter calendar_parameters[] = {
    {.name = "month", .type = API_TEXT, .meaning = "a month like 2015-02; this one where it is not said"},
    {.name = "offset_min", .type = API_INTEGER, .least = -840, .most = 840,
     .meaning = "minutes that the reader's clock is ahead of UTC: days begin by it"},
    {0}};

const struct api_route api_trends_routes[] = {
    {HTTP_GET, "/trends", API_CLIENT, ROLE_VIEWER, "trends", "what is rising now, or what came up between two times",
     "Strongest first. Those that were merged into another are left out. voices counts authors with near copies "
     "collapsed; growth is the factor an hour with its 95 % interval, null where there is too little; flags: "
     "coordinated, recurring, low_evidence, with what they were told from in numbers. spread is over the trend's first "
     "1,000 posts. listening says since when there is something to tell trends from.",
     list_parameters, NULL, TRENDS_LIST, "text/csv application/jsonl", 0, list},
    {HTTP_GET, "/trends/calendar", API_CLIENT, ROLE_VIEWER, "trends_calendar",
     "past trends by day of a month, each day's strongest first",
     "At most five a day are named, count says how many there were. first and last: when the first and the last kept "
     "trend were detected.",
     calendar_parameters, NULL, TRENDS_CALENDAR, NULL, 0, trends_calendar},
    {HTTP_GET, "/trends/{id}", API_CLIENT, ROLE_VIEWER, "trend", "one trend with its history, notes, and why it is one",
     "why: z² = D - price, D = 2 [x ln(x/mu) - (x+r) ln((x+r)/(mu+r))] with x observed, mu expected, r size; price = "
     "2 ln(longest_window_h / window_h). deviance, price and z are reckoned here from the inputs; z_told is what the "
     "engine told.",
     NULL, NULL, TRENDS_ONE, NULL, 0, one},
    {HTTP_GET, "/trends/{id}/query", API_CLIENT, ROLE_VIEWER, "trend_query",
     "a query for what a trend talks about, measured on its own posts",
     "covers: share of a sample of the trend's posts that the query finds; precise: share of all that it finds in the "
     "time of the trend that are the trend's.",
     NULL, NULL, TRENDS_QUERY, NULL, 0, trends_propose_query},
    {HTTP_POST, "/trends/{id}/merge", API_CLIENT, ROLE_REVIEWER, "trend_merge", "show a trend as a part of another",
     NULL, NULL, TRENDS_TAKES_MERGE, TRENDS_ONE, NULL, 0, merge},
    {HTTP_DELETE, "/trends/{id}/merge", API_CLIENT, ROLE_REVIEWER, "trend_unmerge", "show it by itself again", NULL,
     NULL, NULL, TRENDS_ONE, NULL, 0, unmerge},
    {HTTP_POST, "/trends/{id}/mute", API_CLIENT, ROLE_PRACTITIONER, "trend_mute",
     "hide a trend, and those like it, until a time or for good",
     "until absent: for good. Trends that come meanwhile and share two of its first five terms are hidden with it.",
     NULL, TRENDS_TAKES_MUTE, TRENDS_ONE, NULL, 0, mute},
    {HTTP_DELETE, "/trends/{id}/mute", API_CLIENT, ROLE_PRACTITIONER, "trend_unmute", "show it again", NULL, NULL, NULL,
     TRENDS_ONE, NULL, 0, unmute},
    {HTTP_POST, "/trends/{id}/notes", API_CLIENT, ROLE_PRACTITIONER, "trend_note", "write a note beside a trend",
     "Notes are never changed, only withdrawn.", NULL, TRENDS_TAKES_NOTE, TRENDS_ONE, NULL, 201, note},
    {HTTP_DELETE, "/trends/notes/{id}", API_CLIENT, ROLE_PRACTITIONER, "trend_note_withdraw",
     "hide the text of one's own note", NULL, NULL, NULL, TRENDS_ONE, NULL, 0, withdraw},
    {0}};
