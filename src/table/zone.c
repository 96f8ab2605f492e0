#include "table/zone.h"

#include "base/clock.h"

#include <stdio.h>
#include <unicode/ucal.h>

/* RFC 5322, 4.3, and what European exports write. A name with letters for summer says that it is summer. */
static const struct {
    const char *name;
    int         minutes;
} abbreviations[] = {{"UTC", 0},    {"GMT", 0},    {"Z", 0},      {"UT", 0},     {"WET", 0},    {"WEST", 60},  {"BST", 60},   {"CET", 60},
                     {"CEST", 120}, {"MEZ", 60},   {"MESZ", 120}, {"EET", 120},  {"EEST", 180}, {"MSK", 180},  {"EST", -300}, {"EDT", -240},
                     {"CST", -360}, {"CDT", -300}, {"MST", -420}, {"MDT", -360}, {"PST", -480}, {"PDT", -420}, {"JST", 540},  {"AEST", 600}, {"AEDT", 660}};

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "+1", "-03:30", "+0100" */
static bool offset_of(struct str s, int64_t *offset_us_out)
{
    int    sign = s.len && s.ptr[0] == '-' ? -1 : 1, digits[4], count = 0;
    size_t colon = 0;
    if (s.len < 2 || (s.ptr[0] != '+' && s.ptr[0] != '-'))
        return false;
    for (size_t i = 1; i < s.len; i++) {
        if (s.ptr[i] == ':' && !colon && count)
            colon = (size_t)count;
        else if (is_digit(s.ptr[i]) && count < 4)
            digits[count++] = s.ptr[i] - '0';
        else
            return false;
    }
    size_t hour_digits = colon ? colon : count > 2 ? (size_t)count - 2 : (size_t)count;
    if (!count || hour_digits > 2 || (colon && (size_t)count - colon != 2))
        return false;
    int hours = 0, minutes = 0;
    for (size_t i = 0; i < (size_t)count; i++)
        *(i < hour_digits ? &hours : &minutes) = *(i < hour_digits ? &hours : &minutes) * 10 + digits[i];
    if (hours > 14 || minutes > 59)
        return false;
    *offset_us_out = sign * (hours * CLOCK_HOUR_US + minutes * CLOCK_MINUTE_US);
    return true;
}

static bool find_fixed(struct str name, struct zone *zone)
{
    for (size_t i = 0; i < sizeof abbreviations / sizeof abbreviations[0]; i++)
        if (str_equal_ascii_nocase(name, str_of(abbreviations[i].name))) {
            zone->offset_us = abbreviations[i].minutes * CLOCK_MINUTE_US;
            return true;
        }
    bool has_front = name.len > 3 && (str_equal_ascii_nocase(str_slice(name.ptr, 3), STR("utc")) ||
                                      str_equal_ascii_nocase(str_slice(name.ptr, 3), STR("gmt")));
    return offset_of(str_trim(has_front ? str_slice(name.ptr + 3, name.len - 3) : name), &zone->offset_us);
}

static int64_t offset_now(UCalendar *calendar, UErrorCode *status)
{
    return ((int64_t)ucal_get(calendar, UCAL_ZONE_OFFSET, status) + ucal_get(calendar, UCAL_DST_OFFSET, status)) * 1000;
}

static bool find_named(struct str name, struct zone *zone)
{
    UChar      wide[ZONE_NAME_BYTES], canonical[ZONE_NAME_BYTES];
    UErrorCode status = U_ZERO_ERROR;
    UBool      is_system;
    for (size_t i = 0; i < name.len; i++)
        wide[i] = (UChar)(unsigned char)name.ptr[i];
    ucal_getCanonicalTimeZoneID(wide, (int32_t)name.len, canonical, ZONE_NAME_BYTES, &is_system, &status);
    if (U_FAILURE(status) || !is_system)
        return false;
    UCalendar *calendar = ucal_open(wide, (int32_t)name.len, "en", UCAL_GREGORIAN, &status);
    ucal_setMillis(calendar, CLOCK_MIN_US / 1000.0, &status);
    zone->offset_us = offset_now(calendar, &status);
    while (U_SUCCESS(status) && zone->shift_count < ZONE_SHIFTS_MAX) {
        UDate when;
        if (!ucal_getTimeZoneTransitionDate(calendar, UCAL_TZ_TRANSITION_NEXT, &when, &status) || when > 4102444800000.0)
            break;
        ucal_setMillis(calendar, when, &status);
        zone->shifts[zone->shift_count].at_us = (int64_t)when * 1000;
        zone->shifts[zone->shift_count++].offset_us = offset_now(calendar, &status);
    }
    ucal_close(calendar);
    return U_SUCCESS(status);
}

enum error_code zone_find(struct str name, struct zone *zone_out, struct error *error)
{
    name = str_trim(name);
    *zone_out = (struct zone){0};
    if (name.len && name.len < ZONE_NAME_BYTES && (find_fixed(name, zone_out) || find_named(name, zone_out))) {
        memcpy(zone_out->name, name.ptr, name.len);
        return ERROR_NONE;
    }
    *zone_out = (struct zone){0};
    error_set(error, ERROR_INVALID, "there is no time zone '%.*s'", (int)(name.len < 60 ? name.len : 60), name.ptr ? name.ptr : "");
    return error_hint(error, "a name as in Europe/Paris, or a distance from UTC as in UTC+1");
}

static bool is_of_name(char c)
{
    return is_letter(c) || is_digit(c) || c == '/' || c == '_' || c == '+' || c == '-';
}

bool zone_in_words(struct str words, struct str *name_out)
{
    for (size_t at = 0, end; at < words.len; at = end) {
        end = at + 1;
        if (!is_letter(words.ptr[at]) || (at && is_of_name(words.ptr[at - 1])))
            continue;
        while (end < words.len && (is_of_name(words.ptr[end]) || (words.ptr[end] == ':' && is_digit(words.ptr[end - 1]))))
            end++;
        struct str word = str_slice(words.ptr + at, end - at);
        while (word.len && (word.ptr[word.len - 1] == ':' || word.ptr[word.len - 1] == '-'))
            word.len--;
        /* "UTC +1" is one name in two words. */
        bool is_split = word.len == 3 && end + 1 < words.len && words.ptr[end] == ' ' && (words.ptr[end + 1] == '+' || words.ptr[end + 1] == '-');
        if (is_split) {
            size_t longer = end + 2;
            while (longer < words.len && (is_digit(words.ptr[longer]) || words.ptr[longer] == ':'))
                longer++;
            word.len = longer - at;
        }
        bool        is_upper = true, has_slash = memchr(word.ptr, '/', word.len);
        struct zone zone;
        for (size_t i = 0; i < word.len; i++)
            is_upper &= !(word.ptr[i] >= 'a' && word.ptr[i] <= 'z');
        if (word.len < 2 || word.len >= ZONE_NAME_BYTES || !(is_upper || has_slash))
            continue;
        if (zone_find(word, &zone, NULL) == ERROR_NONE) {
            *name_out = word;
            return true;
        }
    }
    return false;
}

static int64_t offset_at(const struct zone *zone, int64_t utc_us)
{
    size_t low = 0, high = zone->shift_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (zone->shifts[middle].at_us <= utc_us)
            low = middle + 1;
        else
            high = middle;
    }
    return low ? zone->shifts[low - 1].offset_us : zone->offset_us;
}

int64_t zone_to_utc(const struct zone *zone, int64_t wall_us)
{
    if (!zone->shift_count)
        return wall_us - zone->offset_us;
    /* A day before no shift of the hour in question has happened yet, so that is the earlier of two readings. */
    int64_t before_us = offset_at(zone, wall_us - CLOCK_DAY_US), after_us = offset_at(zone, wall_us + CLOCK_DAY_US);
    if (offset_at(zone, wall_us - before_us) == before_us)
        return wall_us - before_us;
    if (offset_at(zone, wall_us - after_us) == after_us)
        return wall_us - after_us;
    return wall_us - before_us;
}
