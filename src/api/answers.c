/* Count, timeline, breakdown, terms and share of voice: the questions that are answered in numbers. */
#include "api/posts.h"

#include "base/clock.h"

/* ---- Count ---- */

static enum error_code count(struct api_call *call)
{
    struct archive_snapshot *snapshot;
    struct query             query;
    uint64_t                 matches;
    enum error_code          code = api_query(call, "q", &query);
    if (!code)
        code = api_snapshot(call, &snapshot);
    if (!code)
        code = archive_count(snapshot, query.root, call->arena, &matches, &call->error);
    if (code)
        return code;
    json_object(&call->json);
    json_key(&call->json, "count");
    json_i64(&call->json, (int64_t)matches);
    json_end(&call->json);
    return ERROR_NONE;
}

/* ---- Timeline ---- */

/* What is drawn: equal buckets from first to last, whether posts fall into them or not. */
struct frame {
    int64_t since_us, until_us; /* as asked; since where it was not asked: the archive's first post */
    bool    has_since;
    int64_t from_us, width_us;
    size_t  buckets;
};

enum { FRAME_BUCKETS_AUTO = 160, FRAME_BUCKETS_MAX = 5000 };

static int64_t width_for(int64_t span_us)
{
    static const int64_t widths_us[] = {CLOCK_MINUTE_US,   5 * CLOCK_MINUTE_US, 15 * CLOCK_MINUTE_US, 30 * CLOCK_MINUTE_US, CLOCK_HOUR_US,
                                        3 * CLOCK_HOUR_US, 6 * CLOCK_HOUR_US,   12 * CLOCK_HOUR_US,   CLOCK_DAY_US,         7 * CLOCK_DAY_US};
    size_t               i = 0;
    while (i + 1 < sizeof widths_us / sizeof widths_us[0] && span_us / widths_us[i] >= FRAME_BUCKETS_AUTO)
        i++;
    return widths_us[i];
}

static enum error_code frame_of(struct api_call *call, struct archive_snapshot *snapshot, struct frame *frame_out)
{
    struct archive_stats stats;
    struct str           by = api_text(call, "by");
    enum error_code      code = archive_stats(snapshot, &stats, &call->error);
    struct frame         frame = {.since_us = api_time(call, "since", INT64_MIN), .until_us = api_time(call, "until", INT64_MIN)};
    if (code)
        return code;
    frame.has_since = frame.since_us != INT64_MIN;
    if (!frame.has_since)
        frame.since_us = stats.first_us;
    if (frame.until_us == INT64_MIN) /* what is dated ahead of the clock is shown too where no end was asked for */
        frame.until_us = frame.has_since ? call->now_us : stats.last_us + 1;
    if (frame.until_us < frame.since_us)
        frame.until_us = frame.since_us;
    int64_t span_us = frame.until_us - frame.since_us;
    if (!by.len || str_equal(by, STR("auto")))
        frame.width_us = width_for(span_us);
    else if (!clock_parse_duration(by, &frame.width_us))
        return error_set(&call->error, ERROR_USAGE, "by: expected auto or a width like 15m, 1h or 7d, found '%.*s'", (int)(by.len < 40 ? by.len : 40), by.ptr);
    if (span_us / frame.width_us >= FRAME_BUCKETS_MAX)
        return error_set(&call->error, ERROR_TOO_LARGE, "by: %.*s gives more than %d buckets; choose a wider one", STR_ARG(by), FRAME_BUCKETS_MAX);
    frame.from_us = clock_floor(frame.since_us, frame.width_us);
    frame.buckets = span_us ? (size_t)((frame.until_us - 1 - frame.from_us) / frame.width_us) + 1 : 0;
    *frame_out = frame;
    return ERROR_NONE;
}

/* Counts in the frame's buckets, in arena. What falls outside (posts dated ahead) is left out. */
static enum error_code counts_of(struct api_call *call, struct archive_snapshot *snapshot, const struct query *query, const struct frame *frame,
                                 uint64_t **counts_out, uint64_t *total_out)
{
    struct archive_bucket *buckets;
    size_t                 count;
    uint64_t              *counts = arena_array(call->arena, frame->buckets, sizeof *counts);
    enum error_code        code = archive_timeline(snapshot, query->root, frame->width_us, call->arena, &buckets, &count, &call->error);
    if (!counts && !code)
        code = error_set(&call->error, ERROR_MEMORY, "no memory for the timeline");
    *total_out = 0;
    for (size_t i = 0; i < count && !code; i++) {
        int64_t place = (buckets[i].at_us - frame->from_us) / frame->width_us;
        if (buckets[i].at_us >= frame->from_us && (uint64_t)place < frame->buckets) {
            counts[place] += buckets[i].count;
            *total_out += buckets[i].count;
        }
    }
    *counts_out = counts;
    return code;
}

static void print_counts(struct json *json, const uint64_t *counts, size_t count)
{
    json_key(json, "counts");
    json_array(json);
    for (size_t i = 0; i < count; i++)
        json_i64(json, (int64_t)counts[i]);
    json_end(json);
}

static void print_frame(struct json *json, const struct frame *frame)
{
    json_key(json, "by_s");
    json_i64(json, frame->width_us / CLOCK_SECOND_US);
    json_key(json, "from");
    json_time(json, frame->from_us);
    json_key(json, "since");
    frame->has_since ? json_time(json, frame->since_us) : json_null(json);
    json_key(json, "until");
    json_time(json, frame->until_us);
}

static enum error_code timeline(struct api_call *call)
{
    struct archive_snapshot *snapshot;
    struct query             query;
    struct frame             frame;
    uint64_t                *counts, total;
    enum table_format        format = table_format(call);
    enum error_code          code = api_query(call, "q", &query);
    if (!code)
        code = api_snapshot(call, &snapshot);
    if (!code)
        code = frame_of(call, snapshot, &frame);
    if (!code)
        code = counts_of(call, snapshot, &query, &frame, &counts, &total);
    if (code)
        return code;
    struct buf *out = &call->response->body;
    table_begin(call, format, "timeline");
    if (format == TABLE_CSV)
        table_header(out, "at,count");
    for (size_t i = 0; i < frame.buckets && format != TABLE_JSON; i++) {
        int64_t at_us = frame.from_us + (int64_t)i * frame.width_us;
        char    text[CLOCK_TEXT_BYTES];
        if (format == TABLE_CSV) {
            table_time(out, at_us);
            table_number(out, (int64_t)counts[i]);
            table_end_row(out);
        } else {
            buf_printf(out, "{\"at\":\"%s\",\"count\":%llu}\n", clock_print(at_us, text), (unsigned long long)counts[i]);
        }
    }
    if (format != TABLE_JSON)
        return ERROR_NONE;
    json_object(&call->json);
    print_frame(&call->json, &frame);
    print_counts(&call->json, counts, frame.buckets);
    json_key(&call->json, "total");
    json_i64(&call->json, (int64_t)total);
    json_end(&call->json);
    return ERROR_NONE;
}

/* ---- Share of voice ---- */

enum { SHARE_MAX = 8 };

static enum error_code share(struct api_call *call)
{
    struct archive_snapshot *snapshot;
    struct query             queries[SHARE_MAX];
    uint64_t                *counts[SHARE_MAX], totals[SHARE_MAX];
    struct frame             frame;
    size_t                   asked = 0;
    enum table_format        format = table_format(call);
    enum error_code          code = api_snapshot(call, &snapshot);
    if (!code)
        code = frame_of(call, snapshot, &frame);
    for (struct str text; !code && (text = http_param(call->request, "of", asked)).ptr; asked++) {
        if (asked == SHARE_MAX)
            return error_set(&call->error, ERROR_TOO_LARGE, "of: at most %d queries are compared", SHARE_MAX);
        code = api_query_bounded(call, text, &queries[asked]);
        if (!code)
            code = counts_of(call, snapshot, &queries[asked], &frame, &counts[asked], &totals[asked]);
    }
    if (code)
        return code;
    table_begin(call, format, "share");
    struct buf *out = &call->response->body;
    if (format == TABLE_CSV)
        table_header(out, "at,query,count");
    for (size_t k = 0; k < asked && format != TABLE_JSON; k++)
        for (size_t i = 0; i < frame.buckets; i++) {
            int64_t     at_us = frame.from_us + (int64_t)i * frame.width_us;
            struct json line = json_writer(out);
            if (format == TABLE_CSV) {
                table_time(out, at_us);
                table_text(out, http_param(call->request, "of", k));
                table_number(out, (int64_t)counts[k][i]);
                table_end_row(out);
                continue;
            }
            json_object(&line);
            json_key(&line, "at");
            json_time(&line, at_us);
            json_key(&line, "q");
            json_str(&line, http_param(call->request, "of", k));
            json_key(&line, "count");
            json_i64(&line, (int64_t)counts[k][i]);
            json_end(&line);
            buf_append_char(out, '\n');
        }
    if (format != TABLE_JSON)
        return ERROR_NONE;
    json_object(&call->json);
    print_frame(&call->json, &frame);
    json_key(&call->json, "series");
    json_array(&call->json);
    for (size_t k = 0; k < asked; k++) {
        json_object(&call->json);
        json_key(&call->json, "q");
        json_str(&call->json, http_param(call->request, "of", k));
        json_key(&call->json, "total");
        json_i64(&call->json, (int64_t)totals[k]);
        print_counts(&call->json, counts[k], frame.buckets);
        json_end(&call->json);
    }
    json_end(&call->json);
    json_end(&call->json);
    return ERROR_NONE;
}

/* ---- Breakdown and terms ---- */

/* The fields that archive_breakdown lists, in the words of the row below. */
static enum query_field field_of(struct str name)
{
    for (size_t i = 0; i < FIELD_COUNT; i++)
        if (str_equal(str_of(query_fields[i].name), name))
            return query_fields[i].field;
    return FIELD_COUNT;
}

static void print_row(struct api_call *call, enum table_format format, const char *key, struct str value, uint64_t posts, const double *score)
{
    struct buf *out = &call->response->body;
    if (format == TABLE_CSV) {
        table_text(out, value);
        table_number(out, (int64_t)posts);
        if (score)
            table_real(out, *score, 3);
        table_end_row(out);
        return;
    }
    struct json line = json_writer(out), *json = format == TABLE_LINES ? &line : &call->json;
    json_object(json);
    json_key(json, key);
    json_str(json, value);
    json_key(json, "count");
    json_i64(json, (int64_t)posts);
    if (score) {
        json_key(json, "score");
        json_double(json, *score, 3);
    }
    json_end(json);
    if (format == TABLE_LINES)
        buf_append_char(out, '\n');
}

static enum error_code breakdown(struct api_call *call)
{
    struct archive_snapshot *snapshot;
    struct query             query;
    struct archive_value    *values;
    size_t                   count;
    uint64_t                 total = 0;
    struct str               name = api_word(call, "field");
    enum table_format        format = table_format(call);
    size_t                   top = (size_t)api_integer(call, "top", format == TABLE_JSON ? 12 : 100000);
    enum error_code          code = api_query(call, "q", &query);
    if (!code)
        code = api_snapshot(call, &snapshot);
    if (!code)
        code = archive_breakdown(snapshot, query.root, field_of(name), top, call->arena, &values, &count, &call->error);
    if (!code)
        code = archive_count(snapshot, query.root, call->arena, &total, &call->error);
    if (code)
        return code;
    table_begin(call, format, "breakdown");
    if (format == TABLE_CSV)
        table_header(&call->response->body, "value,count");
    if (format == TABLE_JSON) {
        json_object(&call->json);
        json_key(&call->json, "field");
        json_str(&call->json, name);
        json_key(&call->json, "total");
        json_i64(&call->json, (int64_t)total);
        json_key(&call->json, "values");
        json_array(&call->json);
    }
    for (size_t i = 0; i < count; i++)
        print_row(call, format, "value", values[i].value, values[i].count, NULL);
    if (format == TABLE_JSON) {
        json_end(&call->json);
        json_end(&call->json);
    }
    return ERROR_NONE;
}

static enum error_code terms(struct api_call *call)
{
    struct archive_snapshot *snapshot;
    struct query             query;
    struct archive_term     *found;
    size_t                   count;
    uint64_t                 total = 0;
    enum table_format        format = table_format(call);
    size_t                   top = (size_t)api_integer(call, "top", format == TABLE_JSON ? 30 : ARCHIVE_MAX_TERMS);
    enum error_code          code = api_query(call, "q", &query);
    if (!code)
        code = api_snapshot(call, &snapshot);
    if (!code)
        code = archive_terms(snapshot, query.root, top, call->arena, &found, &count, &call->error);
    if (!code)
        code = archive_count(snapshot, query.root, call->arena, &total, &call->error);
    if (code)
        return code;
    table_begin(call, format, "terms");
    if (format == TABLE_CSV)
        table_header(&call->response->body, "term,count,score");
    if (format == TABLE_JSON) {
        json_object(&call->json);
        json_key(&call->json, "total");
        json_i64(&call->json, (int64_t)total);
        json_key(&call->json, "terms");
        json_array(&call->json);
    }
    for (size_t i = 0; i < count; i++)
        print_row(call, format, "term", found[i].term, found[i].count, &found[i].score);
    if (format == TABLE_JSON) {
        json_end(&call->json);
        json_end(&call->json);
    }
    return ERROR_NONE;
}

/* ---- Rows ---- */

static const struct api_parameter count_parameters[] = {API_QUERY_PARAMETERS, {0}};

#define BY_PARAMETER {.name = "by", .type = API_TEXT, .meaning = "width of a bucket: auto, 15m, 1h, 7d"}
static const struct api_parameter timeline_parameters[] = {API_QUERY_PARAMETERS, BY_PARAMETER, TABLE_FORMAT_PARAMETER, {0}};

static const struct api_parameter breakdown_parameters[] = {
    API_QUERY_PARAMETERS,
    {.name = "field", .type = API_WORD, .words = "author platform community kind lang tag mention link site thread has", .is_required = true,
     .meaning = "the field whose values are counted"},
    {.name = "top", .type = API_INTEGER, .least = 1, .most = 100000, .meaning = "so many values, most first; 12 where it is not said, all in a download"},
    TABLE_FORMAT_PARAMETER,
    {0}};

static const struct api_parameter terms_parameters[] = {
    API_QUERY_PARAMETERS,
    {.name = "top", .type = API_INTEGER, .least = 1, .most = ARCHIVE_MAX_TERMS, .meaning = "so many terms, strongest first; 30 where it is not said"},
    TABLE_FORMAT_PARAMETER,
    {0}};

static const struct api_parameter share_parameters[] = {
    {.name = "of", .type = API_QUERY, .is_required = true, .is_repeated = true, .meaning = "a query; give up to eight"},
    {.name = "since", .type = API_TIME, .meaning = "published at this time or later"},
    {.name = "until", .type = API_TIME, .meaning = "published before this time"},
    BY_PARAMETER,
    TABLE_FORMAT_PARAMETER,
    {0}};

#define COUNT "{\"type\":\"integer\",\"minimum\":0}"
#define COUNTS "{\"type\":\"array\",\"items\":" COUNT "}"
#define FRAME "\"by_s\":" COUNT ",\"from\":{\"type\":\"string\"},\"since\":{\"type\":[\"string\",\"null\"]},\"until\":{\"type\":\"string\"}"

const struct api_route api_answers_routes[] = {
    {HTTP_GET, "/count", API_CLIENT, ROLE_VIEWER, "count", "how many posts a query takes", NULL, count_parameters, NULL,
     "{\"type\":\"object\",\"required\":[\"count\"],\"properties\":{\"count\":" COUNT "},\"additionalProperties\":false}", NULL, 0, count},
    {HTTP_GET, "/timeline", API_CLIENT, ROLE_VIEWER, "timeline", "matching posts over time",
     "Equal buckets, multiples of their width since 1970 (UTC), from since to until, empty ones too.", timeline_parameters, NULL,
     "{\"type\":\"object\",\"required\":[\"by_s\",\"from\",\"since\",\"until\",\"counts\",\"total\"],\"properties\":{" FRAME ",\"counts\":" COUNTS
     ",\"total\":" COUNT "},\"additionalProperties\":false}",
     "text/csv application/jsonl", 0, timeline},
    {HTTP_GET, "/breakdown", API_CLIENT, ROLE_VIEWER, "breakdown", "matching posts by the values of a field", NULL, breakdown_parameters, NULL,
     "{\"type\":\"object\",\"required\":[\"field\",\"total\",\"values\"],\"properties\":{\"field\":{\"type\":\"string\"},\"total\":" COUNT
     ",\"values\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"value\",\"count\"],\"properties\":{\"value\":{\"type\":\"string\"},"
     "\"count\":" COUNT "},\"additionalProperties\":false}}},\"additionalProperties\":false}",
     "text/csv application/jsonl", 0, breakdown},
    {HTTP_GET, "/terms", API_CLIENT, ROLE_VIEWER, "terms", "what stands out in these posts against all others",
     "score: log-odds with an informative Dirichlet prior, as z (Monroe, Colaresi and Quinn 2008).", terms_parameters, NULL,
     "{\"type\":\"object\",\"required\":[\"total\",\"terms\"],\"properties\":{\"total\":" COUNT
     ",\"terms\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"term\",\"count\",\"score\"],\"properties\":{\"term\":{\"type\":\"string\"},"
     "\"count\":" COUNT ",\"score\":{\"type\":[\"number\",\"null\"]}},\"additionalProperties\":false}}},\"additionalProperties\":false}",
     "text/csv application/jsonl", 0, terms},
    {HTTP_GET, "/share", API_CLIENT, ROLE_VIEWER, "share", "share of voice: several queries side by side over time", NULL, share_parameters, NULL,
     "{\"type\":\"object\",\"required\":[\"by_s\",\"from\",\"since\",\"until\",\"series\"],\"properties\":{" FRAME
     ",\"series\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"q\",\"total\",\"counts\"],\"properties\":{\"q\":{\"type\":\"string\"},"
     "\"total\":" COUNT ",\"counts\":" COUNTS "},\"additionalProperties\":false}}},\"additionalProperties\":false}",
     "text/csv application/jsonl", 0, share},
    {0}};
