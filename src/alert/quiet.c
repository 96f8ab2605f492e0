/* Quiet hours, by the local clock of a zone. ICU knows the zones and their changes; a calendar is opened for each question, which costs
 * some microseconds and is asked once a firing. */
#include "alert/alert.h"

#include <unicode/ucal.h>
#include <unicode/ustring.h>

static bool zone_to_utf16(struct str zone, UChar out[ALERT_ZONE_MAX_BYTES + 1])
{
    if (zone.len == 0 || zone.len > ALERT_ZONE_MAX_BYTES)
        return false;
    for (size_t i = 0; i < zone.len; i++) {
        if ((unsigned char)zone.ptr[i] < 0x21 || (unsigned char)zone.ptr[i] > 0x7e)
            return false;
        out[i] = (UChar)zone.ptr[i];
    }
    out[zone.len] = 0;
    return true;
}

bool alert_zone_is_known(struct str zone)
{
    UChar      name[ALERT_ZONE_MAX_BYTES + 1], canonical[128];
    UBool      is_system = false;
    UErrorCode status = U_ZERO_ERROR;
    if (!zone_to_utf16(zone, name))
        return false;
    ucal_getCanonicalTimeZoneID(name, -1, canonical, 128, &is_system, &status);
    return U_SUCCESS(status) && is_system;
}

static UCalendar *open_calendar(struct str zone, int64_t at_us)
{
    UChar      name[ALERT_ZONE_MAX_BYTES + 1];
    UErrorCode status = U_ZERO_ERROR;
    if (!zone_to_utf16(zone, name))
        return NULL;
    UCalendar *calendar = ucal_open(name, -1, "en", UCAL_GREGORIAN, &status);
    if (U_SUCCESS(status))
        ucal_setMillis(calendar, (UDate)(at_us / 1000), &status);
    if (U_SUCCESS(status))
        return calendar;
    ucal_close(calendar);
    return NULL;
}

/* The time at which the local clock shows minute (of the day that is `days` after the calendar's). */
static int64_t local_minute(UCalendar *calendar, int days, int minute)
{
    UErrorCode status = U_ZERO_ERROR;
    UCalendar *day = ucal_clone(calendar, &status);
    if (U_FAILURE(status))
        return INT64_MAX;
    ucal_add(day, UCAL_DATE, days, &status);
    ucal_set(day, UCAL_HOUR_OF_DAY, minute / 60);
    ucal_set(day, UCAL_MINUTE, minute % 60);
    ucal_set(day, UCAL_SECOND, 0);
    ucal_set(day, UCAL_MILLISECOND, 0);
    double at_ms = ucal_getMillis(day, &status);
    ucal_close(day);
    return U_SUCCESS(status) ? (int64_t)at_ms * 1000 : INT64_MAX;
}

/* Monday is 0. */
static int weekday_of(UCalendar *calendar, int days)
{
    UErrorCode status = U_ZERO_ERROR;
    int        day = ucal_get(calendar, UCAL_DAY_OF_WEEK, &status); /* Sunday is 1 */
    return ((day + 5 + days) % 7 + 7) % 7;
}

int64_t alert_quiet_ends(const struct alert_quiet *quiet, int64_t at_us)
{
    int64_t ends_us = 0;
    if (!quiet->is_set)
        return 0;
    UCalendar *calendar = open_calendar(quiet->zone, at_us);
    if (!calendar)
        return 0;
    bool is_over_night = quiet->until_min <= quiet->from_min;
    for (int days = -1; days <= 0; days++) { /* the quiet that began yesterday, and today's */
        if (!(quiet->days & (1u << weekday_of(calendar, days))))
            continue;
        int64_t from_us = local_minute(calendar, days, quiet->from_min);
        int64_t until_us = local_minute(calendar, days + is_over_night, quiet->until_min);
        if (at_us >= from_us && at_us < until_us && until_us != INT64_MAX && until_us > ends_us)
            ends_us = until_us;
    }
    ucal_close(calendar);
    return ends_us;
}

void alert_print_time(int64_t at_us, struct str zone, struct buf *out)
{
    static const char *const weekdays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct str               used = zone.len ? zone : STR("UTC");
    UErrorCode               status = U_ZERO_ERROR;
    UCalendar               *calendar = open_calendar(used, at_us);
    char                     text[CLOCK_TEXT_BYTES];
    if (!calendar) {
        buf_printf(out, "%s", clock_print(at_us, text));
        return;
    }
    int weekday = ucal_get(calendar, UCAL_DAY_OF_WEEK, &status), month = ucal_get(calendar, UCAL_MONTH, &status);
    int day = ucal_get(calendar, UCAL_DATE, &status), year = ucal_get(calendar, UCAL_YEAR, &status);
    int hour = ucal_get(calendar, UCAL_HOUR_OF_DAY, &status), minute = ucal_get(calendar, UCAL_MINUTE, &status);
    buf_printf(out, "%s %d %s %d %02d:%02d (%.*s)", weekdays[(weekday + 6) % 7], day, months[month % 12], year, hour, minute, STR_ARG(used));
    ucal_close(calendar);
}
