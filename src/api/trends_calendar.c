/* Past trends by day: a month as a grid, each day's strongest first. */
#include "api/trends.h"

enum { SHOWN_A_DAY = 5, DAYS_MAX = 31, TRENDS_MAX = 5000 };

struct month {
    int64_t first_day; /* since 1970 */
    size_t  days;
    int64_t offset_us; /* of the reader's clock, east of UTC */
};

static enum error_code month_of(struct api_call *call, struct month *month_out)
{
    struct str text = api_text(call, "month");
    int64_t    year, number, offset_min = api_integer(call, "offset_min", 0),
        now_us = call->now_us + offset_min * CLOCK_MINUTE_US;
    int        month, day;
    if (text.len) {
        if (text.len != 7 || text.ptr[4] != '-' || !str_to_i64(str_slice(text.ptr, 4), &year) ||
            !str_to_i64(str_slice(text.ptr + 5, 2), &number) ||
            year < 1990 || year > 2199 || number < 1 || number > 12)
            return error_set(&call->error, ERROR_USAGE, "month: expected a month like 2015-02, found '%.*s'",
                             (int)(text.len < 40 ? text.len : 40), text.ptr);
        month = (int)number;
    } else {
        clock_civil_from_days(clock_floor(now_us, CLOCK_DAY_US) / CLOCK_DAY_US, &year, &month, &day);
    }
    int64_t first = clock_days_from_civil(year, month, 1);
    int64_t next = month == 12 ? clock_days_from_civil(year + 1, 1, 1) : clock_days_from_civil(year, month + 1, 1);
    *month_out = (struct month){first, (size_t)(next - first), offset_min * CLOCK_MINUTE_US};
    return ERROR_NONE;
}

struct day {
    const struct chronicle_trend *shown[SHOWN_A_DAY];
    size_t count, flagged, muted;
};

static void print_day(struct api_call *call, const struct month *month, size_t i, const struct day *day)
{
    struct json *json = &call->json;
    int64_t      year;
    int          number, of_month;
    char         date[16];
    clock_civil_from_days(month->first_day + (int64_t)i, &year, &number, &of_month);
    snprintf(date, sizeof date, "%04d-%02d-%02d", (int)year, number, of_month);
    json_object(json);
    json_key(json, "date");
    json_text(json, date);
    json_key(json, "count");
    json_i64(json, (int64_t)day->count);
    json_key(json, "flagged");
    json_i64(json, (int64_t)day->flagged);
    json_key(json, "muted");
    json_i64(json, (int64_t)day->muted);
    json_key(json, "trends");
    json_array(json);
    for (size_t k = 0; k < SHOWN_A_DAY && day->shown[k]; k++)
        trend_print_short(json, day->shown[k]);
    json_end(json);
    json_end(json);
}

enum error_code trends_calendar(struct api_call *call)
{
    struct month            month = {0};
    struct chronicle_trend *trends;
    struct chronicle_extent extent;
    struct day              days[DAYS_MAX] = {0};
    size_t                  count;
    enum error_code         code = month_of(call, &month);
    if (code)
        return code;
    int64_t              first_us = month.first_day * CLOCK_DAY_US - month.offset_us;
    struct chronicle_ask ask = {.now_us = call->now_us, .since_us = first_us,
                                .until_us = first_us + (int64_t)month.days * CLOCK_DAY_US,
                                .muted = CHRONICLE_MUTED_OR_NOT, .limit = TRENDS_MAX};
    code = chronicle_list(call->workspace->records, &ask, call->arena, &trends, &count, &call->error);
    if (!code)
        code = chronicle_extent(call->workspace->records, &extent, &call->error);
    if (code)
        return code;
    for (size_t i = 0; i < count; i++) { /* strongest first, so the first of each day are its strongest */
        struct day *day = &days[(trends[i].detected_us - first_us) / CLOCK_DAY_US];
        bool        is_muted = trends[i].muted_until_us > call->now_us;
        day->count++;
        day->flagged += trends[i].flags != 0;
        day->muted += is_muted;
        for (size_t k = 0; !is_muted && k < SHOWN_A_DAY; k++)
            if (!day->shown[k]) {
                day->shown[k] = &trends[i];
                break;
            }
    }
    json_object(&call->json);
    json_key(&call->json, "first");
    extent.trends ? json_time(&call->json, extent.first_detected_us) : json_null(&call->json);
    json_key(&call->json, "last");
    extent.trends ? json_time(&call->json, extent.last_detected_us) : json_null(&call->json);
    json_key(&call->json, "days");
    json_array(&call->json);
    for (size_t i = 0; i < month.days; i++)
        print_day(call, &month, i, &days[i]);
    json_end(&call->json);
    json_end(&call->json);
    return ERROR_NONE;
}
