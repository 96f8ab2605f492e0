#include "base/clock.h"

#include <stdio.h>
#include <time.h>

static int64_t read_clock(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * CLOCK_SECOND_US + now.tv_nsec / 1000;
}

int64_t clock_now_us(void)
{
    return read_clock(CLOCK_REALTIME);
}

int64_t clock_monotonic_us(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

int64_t clock_days_from_civil(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

void clock_civil_from_days(int64_t days, int64_t *year_out, int *month_out, int *day_out)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted_month = (5 * day_of_year + 2) / 153;
    *day_out = (int)(day_of_year - (153 * shifted_month + 2) / 5 + 1);
    *month_out = (int)(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
    *year_out = year_of_era + era * 400 + (*month_out <= 2);
}

int64_t clock_floor(int64_t at_us, int64_t width_us)
{
    int64_t quotient = at_us / width_us;
    if (at_us % width_us < 0)
        quotient--;
    return quotient * width_us;
}

/* Reads count digits at *at; false where one is missing. */
static bool digits(struct str s, size_t *at, int count, int *value_out)
{
    int value = 0;
    if (s.len - *at < (size_t)count)
        return false;
    for (int i = 0; i < count; i++) {
        char c = s.ptr[*at + (size_t)i];
        if (c < '0' || c > '9')
            return false;
        value = value * 10 + (c - '0');
    }
    *at += (size_t)count;
    *value_out = value;
    return true;
}

static bool sign(struct str s, size_t *at, char wanted)
{
    if (*at >= s.len || s.ptr[*at] != wanted)
        return false;
    ++*at;
    return true;
}

static bool parse_zone(struct str s, size_t *at, int64_t *offset_us_out)
{
    *offset_us_out = 0;
    if (sign(s, at, 'Z') || sign(s, at, 'z'))
        return true;
    bool is_east = sign(s, at, '+');
    int  hours, minutes;
    if (!is_east && !sign(s, at, '-'))
        return false;
    if (!digits(s, at, 2, &hours) || (sign(s, at, ':'), !digits(s, at, 2, &minutes)) || hours > 23 || minutes > 59)
        return false;
    *offset_us_out = (hours * CLOCK_HOUR_US + minutes * CLOCK_MINUTE_US) * (is_east ? 1 : -1);
    return true;
}

bool clock_parse(struct str s, int64_t *at_us_out)
{
    static const int month_days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    size_t at = 0;
    int    year, month, day, hour = 0, minute = 0, second = 0;
    if (!digits(s, &at, 4, &year) || !sign(s, &at, '-') || !digits(s, &at, 2, &month) || !sign(s, &at, '-') ||
        !digits(s, &at, 2, &day) || month < 1 || month > 12 || day < 1)
        return false;
    bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (day > month_days[month - 1] + (month == 2 && is_leap))
        return false;
    int64_t fraction_us = 0, offset_us = 0;
    if (at < s.len) {
        if (!sign(s, &at, 'T') && !sign(s, &at, 't') && !sign(s, &at, ' '))
            return false;
        if (!digits(s, &at, 2, &hour) || !sign(s, &at, ':') || !digits(s, &at, 2, &minute) || hour > 23 || minute > 59)
            return false;
        if (sign(s, &at, ':') && (!digits(s, &at, 2, &second) || second > 60))
            return false;
        if (sign(s, &at, '.')) {
            int64_t unit = CLOCK_SECOND_US;
            int     digit;
            if (!digits(s, &at, 1, &digit))
                return false;
            do {
                unit /= 10;
                fraction_us += digit * unit;
            } while (digits(s, &at, 1, &digit));
        }
        if (!parse_zone(s, &at, &offset_us) || at != s.len)
            return false;
    }
    *at_us_out = clock_days_from_civil(year, month, day) * CLOCK_DAY_US + hour * CLOCK_HOUR_US + minute * CLOCK_MINUTE_US +
                 second * CLOCK_SECOND_US + fraction_us - offset_us;
    return true;
}

struct civil {
    int64_t year;
    int     month, day, hour, minute, second, us;
};

static struct civil civil_of(int64_t at_us)
{
    struct civil civil;
    int64_t      midnight_us = clock_floor(at_us, CLOCK_DAY_US), rest_us = at_us - midnight_us;
    clock_civil_from_days(midnight_us / CLOCK_DAY_US, &civil.year, &civil.month, &civil.day);
    civil.hour = (int)(rest_us / CLOCK_HOUR_US);
    civil.minute = (int)(rest_us / CLOCK_MINUTE_US % 60);
    civil.second = (int)(rest_us / CLOCK_SECOND_US % 60);
    civil.us = (int)(rest_us % CLOCK_SECOND_US);
    return civil;
}

char *clock_print(int64_t at_us, char text[CLOCK_TEXT_BYTES])
{
    struct civil c = civil_of(at_us);
    int used = snprintf(text, CLOCK_TEXT_BYTES, "%04lld-%02d-%02dT%02d:%02d:%02d", (long long)c.year, c.month, c.day, c.hour,
                        c.minute, c.second);
    char *end = text + used;
    size_t left = (size_t)(CLOCK_TEXT_BYTES - used);
    if (c.us == 0)
        snprintf(end, left, "Z");
    else if (c.us % 1000 == 0)
        snprintf(end, left, ".%03dZ", c.us / 1000);
    else
        snprintf(end, left, ".%06dZ", c.us);
    return text;
}

char *clock_print_short(int64_t at_us, char text[CLOCK_TEXT_BYTES])
{
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct civil c = civil_of(at_us);
    snprintf(text, CLOCK_TEXT_BYTES, "%2d %s %02d:%02d", c.day, months[c.month - 1], c.hour, c.minute);
    return text;
}

bool clock_parse_duration(struct str s, int64_t *us_out)
{
    static const struct {
        char    letter;
        int64_t us;
    } units[] = {{'s', CLOCK_SECOND_US}, {'m', CLOCK_MINUTE_US}, {'h', CLOCK_HOUR_US}, {'d', CLOCK_DAY_US}, {'w', 7 * CLOCK_DAY_US}};
    int64_t number;
    if (s.len < 2 || !str_to_i64(str_slice(s.ptr, s.len - 1), &number) || number <= 0)
        return false;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (units[i].letter == s.ptr[s.len - 1])
            return !__builtin_mul_overflow(number, units[i].us, us_out);
    return false;
}

void clock_deadline(int64_t ms, struct timespec *until_out)
{
    int64_t at_us = clock_now_us() + ms * 1000;
    *until_out = (struct timespec){.tv_sec = at_us / CLOCK_SECOND_US, .tv_nsec = at_us % CLOCK_SECOND_US * 1000};
}

void clock_sleep(int64_t ms)
{
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}
