#include "table/times.h"

#include "base/clock.h"

#include <stdio.h>

/* A time cut into its numbers, names and signs, taken as they come. */
struct parts {
    int     year, month, day; /* 0: not seen yet */
    int     hour, minute, second;
    int64_t fraction_us, zone_us;
    bool    has_clock, has_zone, is_afternoon, is_morning;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Up to nine digits at *at. Returns how many there are, 0 for none or too many. */
static int take_number(struct str s, size_t *at, int *value_out)
{
    int digits = 0, value = 0;
    while (*at < s.len && is_digit(s.ptr[*at])) {
        if (++digits > 9)
            return 0;
        value = value * 10 + (s.ptr[(*at)++] - '0');
    }
    *value_out = value;
    return digits;
}

static bool take_char(struct str s, size_t *at, char wanted)
{
    if (*at >= s.len || s.ptr[*at] != wanted)
        return false;
    ++*at;
    return true;
}

/* Behind the hour: ":35", ":35:52", ":35:52.250" */
static bool take_clock(struct str s, size_t *at, int hour, struct parts *parts)
{
    if (parts->has_clock || !take_char(s, at, ':'))
        return false;
    parts->has_clock = true;
    parts->hour = hour;
    if (take_number(s, at, &parts->minute) != 2)
        return false;
    if (take_char(s, at, ':') && take_number(s, at, &parts->second) != 2)
        return false;
    if (parts->hour > 23 || parts->minute > 59 || parts->second > 60)
        return false;
    if (*at + 1 < s.len && (s.ptr[*at] == '.' || s.ptr[*at] == ',') && is_digit(s.ptr[*at + 1])) {
        ++*at;
        for (int64_t unit_us = CLOCK_SECOND_US / 10; *at < s.len && is_digit(s.ptr[*at]); unit_us /= 10)
            parts->fraction_us += (s.ptr[(*at)++] - '0') * unit_us;
    }
    return true;
}

/* "+0100", "-08:00", "+01" */
static bool take_zone(struct str s, size_t *at, struct parts *parts)
{
    int  sign = s.ptr[*at] == '-' ? -1 : 1, number = 0, minutes = 0;
    ++*at;
    int  digits = take_number(s, at, &number);
    if (digits == 4) {
        minutes = number % 100;
        number /= 100;
    } else if (digits != 2 || (take_char(s, at, ':') && take_number(s, at, &minutes) != 2))
        return false;
    if (number > 14 || minutes > 59 || parts->has_zone)
        return false;
    parts->has_zone = true;
    parts->zone_us = sign * (number * CLOCK_HOUR_US + minutes * CLOCK_MINUTE_US);
    return true;
}

static int month_of(struct str word)
{
    static const char names[12][10] = {"january", "february", "march",     "april",   "may",      "june",
                                       "july",    "august",   "september", "october", "november", "december"};
    for (int i = 0; i < 12; i++) {
        struct str whole = str_of(names[i]);
        if (word.len >= 3 && word.len <= whole.len && str_equal_ascii_nocase(word, str_slice(whole.ptr, word.len)))
            return i + 1;
    }
    return 0;
}

/* A month, a day of the week (passed over), AM or PM, T between date and clock, Z or UTC or GMT. */
static bool take_word(struct str s, size_t *at, struct parts *parts)
{
    static const char days[7][10] = {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};
    size_t start = *at;
    while (*at < s.len && is_letter(s.ptr[*at]))
        ++*at;
    struct str word = str_slice(s.ptr + start, *at - start);
    int        month = month_of(word);
    if (month) {
        bool is_first = parts->month == 0;
        parts->month = month;
        return is_first;
    }
    if (str_equal_ascii_nocase(word, STR("am")) || str_equal_ascii_nocase(word, STR("pm"))) {
        bool is_fitting = parts->has_clock && parts->hour >= 1 && parts->hour <= 12 && !parts->is_morning &&
                          !parts->is_afternoon;
        *(str_equal_ascii_nocase(word, STR("am")) ? &parts->is_morning : &parts->is_afternoon) = true;
        return is_fitting;
    }
    if (str_equal_ascii_nocase(word, STR("z")) || str_equal_ascii_nocase(word, STR("utc")) ||
        str_equal_ascii_nocase(word, STR("gmt"))) {
        bool is_first = !parts->has_zone;
        parts->has_zone = true;
        return is_first;
    }
    if (str_equal_ascii_nocase(word, STR("t")) || str_equal_ascii_nocase(word, STR("at")))
        return parts->day != 0 && !parts->has_clock;
    for (int i = 0; i < 7; i++) {
        struct str whole = str_of(days[i]);
        if (word.len >= 3 && word.len <= whole.len && str_equal_ascii_nocase(word, str_slice(whole.ptr, word.len)))
            return true;
    }
    return false;
}

/* Behind the first number of "24/02/2015" or "2015.02.24". */
static enum times_result take_date(struct str s, size_t *at, int first, int first_digits, enum date_order order,
                                   struct parts *parts)
{
    char separator = s.ptr[(*at)++];
    int  second, third;
    int  second_digits = take_number(s, at, &second);
    if (second_digits < 1 || second_digits > 2 || !take_char(s, at, separator) || parts->year || parts->month ||
        parts->day)
        return TIMES_NOT_A_TIME;
    int third_digits = take_number(s, at, &third);
    if (first_digits == 4 && third_digits >= 1 && third_digits <= 2) {
        parts->year = first, parts->month = second, parts->day = third;
        return TIMES_OK;
    }
    if (first_digits > 2 || third_digits != 4)
        return TIMES_NOT_A_TIME;
    parts->year = third;
    if (order == DATE_ORDER_UNKNOWN)
        return TIMES_ORDER_UNKNOWN;
    parts->day = order == DATE_ORDER_DAY_FIRST ? first : second;
    parts->month = order == DATE_ORDER_DAY_FIRST ? second : first;
    return TIMES_OK;
}

/* A number alone: the day beside a month's name, or a year of four digits. */
static bool take_alone(int number, int digits, struct parts *parts)
{
    if (digits == 4 && !parts->year)
        parts->year = number;
    else if (digits <= 2 && digits > 0 && !parts->day)
        parts->day = number;
    else
        return false;
    return true;
}

static enum times_result take_number_part(struct str s, size_t *at, enum date_order order, struct parts *parts)
{
    int  number, digits = take_number(s, at, &number);
    char next = *at < s.len ? s.ptr[*at] : '\0';
    if (digits == 0)
        return TIMES_NOT_A_TIME;
    if (next == ':')
        return digits <= 2 && take_clock(s, at, number, parts) ? TIMES_OK : TIMES_NOT_A_TIME;
    bool is_date = (next == '/' || next == '.' || next == '-') && *at + 1 < s.len && is_digit(s.ptr[*at + 1]);
    if (is_date)
        return take_date(s, at, number, digits, order, parts);
    return take_alone(number, digits, parts) ? TIMES_OK : TIMES_NOT_A_TIME;
}

static bool to_us(struct parts *parts, int64_t *at_us_out)
{
    if (parts->is_morning && parts->hour == 12)
        parts->hour = 0;
    if (parts->is_afternoon && parts->hour != 12)
        parts->hour += 12;
    /* The calendar's own rules are asked of clock_parse, so that there is one answer to what a day is. */
    char date[16];
    int  used = snprintf(date, sizeof date, "%04d-%02d-%02d", parts->year, parts->month, parts->day);
    if (!parts->year || used != 10 || !clock_parse(str_slice(date, 10), at_us_out))
        return false;
    *at_us_out += parts->hour * CLOCK_HOUR_US + parts->minute * CLOCK_MINUTE_US + parts->second * CLOCK_SECOND_US +
                  parts->fraction_us - parts->zone_us;
    return true;
}

/* Years from about 1973 on in seconds, so that "2015" and "20150224" are no numbers since 1970. */
static bool parse_since_1970(struct str s, int64_t *at_us_out)
{
    double number;
    if (!str_to_double(s, &number) || !(number >= 1e8) || !(number < 1e17))
        return false;
    for (size_t i = 0; i < s.len; i++)
        if (!is_digit(s.ptr[i]) && s.ptr[i] != '.')
            return false;
    *at_us_out = (int64_t)(number < 1e11 ? number * 1e6 : number < 1e14 ? number * 1e3 : number);
    return true;
}

/* Spreadsheets count days, and hold the time of day as a fraction: no zone, to about a millisecond. */
static bool parse_serial(struct str s, int64_t *wall_us_out, bool *has_clock_out)
{
    double      days;
    const char *dot = s.len ? memchr(s.ptr, '.', s.len) : NULL;
    if (!str_to_double(s, &days) || !(days >= 32874) || !(days < 109575) || (dot ? dot - s.ptr : (ptrdiff_t)s.len) > 6)
        return false;
    for (size_t i = 0; i < s.len; i++)
        if (!is_digit(s.ptr[i]) && s.ptr[i] != '.')
            return false;
    *has_clock_out = dot != NULL;
    *wall_us_out = (int64_t)((days - 25569) * 86400.0 * 1000 + 0.5) * 1000;
    return true;
}

/* "2015-02-24T10:00:00" ends in no zone, "2015-02-24" has none either. */
static bool ends_in_zone(struct str s)
{
    const char *clock = s.len ? memchr(s.ptr, ':', s.len) : NULL;
    for (const char *at = clock; at && at < s.ptr + s.len; at++)
        if (*at == '+' || *at == '-' || *at == 'Z' || *at == 'z')
            return true;
    return false;
}

static enum times_result parse_parts(struct str s, enum date_order order, struct parts *parts)
{
    bool is_order_unknown = false;
    for (size_t at = 0; at < s.len;) {
        char c = s.ptr[at];
        bool is_between = (c == '-' || c == '.') && (parts->day || parts->month) &&
                          !parts->has_clock; /* 24-Feb-2015, 24. Feb. 2015 */
        if (c == ' ' || c == ',' || is_between) {
            at++;
        } else if (is_letter(c)) {
            if (!take_word(s, &at, parts))
                return TIMES_NOT_A_TIME;
        } else if ((c == '+' || c == '-') && parts->has_clock) {
            if (!take_zone(s, &at, parts))
                return TIMES_NOT_A_TIME;
        } else {
            enum times_result result = take_number_part(s, &at, order, parts);
            if (result == TIMES_NOT_A_TIME)
                return result;
            is_order_unknown |= result == TIMES_ORDER_UNKNOWN;
        }
    }
    return is_order_unknown ? TIMES_ORDER_UNKNOWN : TIMES_OK;
}

enum times_result times_parse_by(struct str s, const struct times_rules *rules, struct times_read *read_out)
{
    static const struct zone utc = {0};
    const struct zone       *zone = rules->zone ? rules->zone : &utc;
    s = str_trim(s);
    *read_out = (struct times_read){.has_zone = true, .has_clock = true};
    if (clock_parse(s, &read_out->at_us)) {
        read_out->has_clock = s.len > 10;
        read_out->has_zone = ends_in_zone(s);
        if (!read_out->has_zone)
            read_out->at_us = zone_to_utc(zone, read_out->at_us);
        return TIMES_OK;
    }
    if (parse_since_1970(s, &read_out->at_us))
        return TIMES_OK;
    if (parse_serial(s, &read_out->at_us, &read_out->has_clock)) {
        read_out->has_zone = false;
        read_out->at_us = zone_to_utc(zone, read_out->at_us);
        return TIMES_OK;
    }
    struct parts      parts = {0};
    enum times_result result = parse_parts(s, rules->order, &parts);
    if (result != TIMES_OK)
        return result;
    if (!to_us(&parts, &read_out->at_us))
        return TIMES_NOT_A_TIME;
    read_out->has_zone = parts.has_zone;
    read_out->has_clock = parts.has_clock;
    if (!parts.has_zone)
        read_out->at_us = zone_to_utc(zone, read_out->at_us);
    return TIMES_OK;
}

enum times_result times_parse(struct str s, enum date_order order, int64_t *at_us_out)
{
    struct times_rules rules = {.order = order};
    struct times_read  read;
    enum times_result  result = times_parse_by(s, &rules, &read);
    if (result == TIMES_OK)
        *at_us_out = read.at_us;
    return result;
}
