/* Dates as feeds write them: read by the look of their words, not by a format. */
#include "source/feeds/feed.h"

#include "base/clock.h"

enum { WORDS_MAX = 24, WORD_BYTES = 16 };

struct word {
    char     text[WORD_BYTES]; /* letters, lower case */
    size_t   len;
    int64_t  number; /* digits: their value */
    unsigned digits; /* 0: letters */
    char     before; /* the separator right before it; 0 at the start */
};

struct date {
    int64_t year, month, day, hour, minute, second, micros, zone_minutes;
    bool    has_year, has_month, has_day, has_time, has_zone, is_afternoon, is_morning;
};

/* First three letters (bytes) are enough to tell; those that are not stand in full further down. */
static const struct {
    char name[8];
    int  month;
} months[] = {
    {"jan", 1},  {"ene", 1},  {"gen", 1},  {"feb", 2},  {"f\303\251v", 2}, {"fev", 2},  {"mar", 3},  {"m\303\244r", 3}, {"mrz", 3}, {"maa", 3}, {"mrt", 3},
    {"apr", 4},  {"avr", 4},  {"abr", 4},  {"may", 5},  {"mai", 5},        {"mei", 5},  {"mag", 5},  {"juin", 6},        {"jun", 6}, {"giu", 6}, {"juil", 7},
    {"jul", 7},  {"lug", 7},  {"aug", 8},  {"ao\303\273", 8}, {"aou", 8}, {"ago", 8},  {"sep", 9},  {"set", 9},         {"oct", 10}, {"okt", 10}, {"ott", 10},
    {"out", 10}, {"nov", 11}, {"dec", 12}, {"dez", 12}, {"d\303\251c", 12}, {"dic", 12},
};

/* RFC 822's, and those that are seen; minutes east of Greenwich. */
static const struct {
    char name[6];
    int  minutes;
} zones[] = {
    {"z", 0},      {"ut", 0},     {"utc", 0},    {"gmt", 0},    {"est", -300}, {"edt", -240}, {"cst", -360}, {"cdt", -300}, {"mst", -420}, {"mdt", -360},
    {"pst", -480}, {"pdt", -420}, {"akst", -540}, {"akdt", -480}, {"hst", -600}, {"wet", 0}, {"west", 60},  {"bst", 60},   {"cet", 60},   {"cest", 120},
    {"mez", 60},   {"mesz", 120}, {"eet", 120},  {"eest", 180}, {"msk", 180},  {"ist", 330},  {"jst", 540},  {"kst", 540},  {"aest", 600}, {"aedt", 660},
    {"nzst", 720}, {"nzdt", 780},
};

static bool is_letter(char c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t split(struct str s, struct word words[WORDS_MAX])
{
    size_t count = 0;
    char   before = 0;
    for (size_t at = 0; at < s.len && count < WORDS_MAX;) {
        char c = s.ptr[at];
        if (!is_digit(c) && !is_letter(c) && (unsigned char)c < 0x80) {
            before = before == 0 || before == ' ' || c != ' ' ? c : before; /* the last one that is not a blank */
            at++;
            continue;
        }
        struct word *word = &words[count++];
        *word = (struct word){.before = before};
        before = 0;
        if (is_digit(c)) {
            for (; at < s.len && is_digit(s.ptr[at]); at++, word->digits++)
                word->number = word->digits < 17 ? word->number * 10 + (s.ptr[at] - '0') : word->number;
            continue;
        }
        for (; at < s.len && (is_letter(s.ptr[at]) || (unsigned char)s.ptr[at] >= 0x80); at++)
            if (word->len < WORD_BYTES - 1)
                word->text[word->len++] = is_letter(s.ptr[at]) ? (char)(s.ptr[at] | 0x20) : s.ptr[at];
    }
    return count;
}

static bool begins(const struct word *word, const char *name)
{
    return strncmp(word->text, name, strlen(name)) == 0;
}

static bool take_month(const struct word *word, struct date *date)
{
    /* Tuesdays and Mondays that begin like a March. */
    if (begins(word, "mard") || begins(word, "marte") || begins(word, "maan"))
        return false;
    for (size_t i = 0; i < sizeof months / sizeof *months; i++)
        if (!date->has_month && begins(word, months[i].name)) {
            date->month = months[i].month;
            return date->has_month = true;
        }
    return false;
}

static void take_letters(const struct word *word, struct date *date)
{
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++)
        if (date->has_time && !date->has_zone && strcmp(word->text, zones[i].name) == 0) {
            date->zone_minutes = zones[i].minutes;
            date->has_zone = true;
            return;
        }
    if (strcmp(word->text, "pm") == 0 || strcmp(word->text, "p") == 0)
        date->is_afternoon = date->has_time;
    else if (strcmp(word->text, "am") == 0 || strcmp(word->text, "a") == 0)
        date->is_morning = date->has_time;
    else if (word->len >= 3)
        take_month(word, date);
}

/* 12:34, 12:34:56, 12:34:56.789: words used. */
static size_t take_time(const struct word *word, size_t left, struct date *date)
{
    size_t used = 2;
    date->hour = word[0].number;
    date->minute = word[1].number;
    date->has_time = true;
    if (left > 2 && word[2].digits && word[2].digits <= 2 && word[2].before == ':') {
        date->second = word[2].number;
        used = 3;
        if (left > 3 && word[3].digits && (word[3].before == '.' || word[3].before == ',')) {
            int64_t scale = 100000;
            used = 4;
            for (unsigned i = word[3].digits < 6 ? word[3].digits : 6, digit = word[3].digits; i > 0; i--, digit--) {
                int64_t unit = 1;
                for (unsigned j = 1; j < digit && j < 18; j++)
                    unit *= 10;
                date->micros += word[3].number / unit % 10 * scale;
                scale /= 10;
            }
        }
    }
    return used;
}

/* +0100, -01:00, +1: words used; 0 where it is none. */
static size_t take_offset(const struct word *word, size_t left, struct date *date)
{
    if (!date->has_time || (word->before != '+' && word->before != '-') || word->digits > 4)
        return 0;
    bool    has_minutes = word->digits <= 2 && left > 1 && word[1].before == ':' && word[1].digits == 2;
    int64_t minutes = word->digits <= 2 ? word->number * 60 + (has_minutes ? word[1].number : 0) : word->number / 100 * 60 + word->number % 100;
    if (minutes > 15 * 60)
        return 0;
    date->zone_minutes = word->before == '-' ? -minutes : minutes;
    date->has_zone = true;
    return has_minutes ? 2 : 1;
}

/* 2026-11-24, 24.11.2026, 11/24/2026: three numbers with one separator. */
static bool take_triple(const struct word *word, size_t left, struct date *date)
{
    if (left < 3 || !word[1].digits || !word[2].digits || !word[1].before || word[1].before != word[2].before || !strchr("-/.", word[1].before))
        return false;
    int64_t a = word[0].number, b = word[1].number, c = word[2].number;
    if (word[0].digits == 4) {
        date->year = a, date->month = b, date->day = c;
    } else {
        /* 24.11. and 24-11- put the day first, 11/24/ the month, as far as the numbers allow. */
        bool is_month_first = word[1].before == '/' ? a <= 12 : b > 12;
        date->year = c, date->month = is_month_first ? a : b, date->day = is_month_first ? b : a;
        if (word[2].digits == 2)
            date->year += c < 70 ? 2000 : 1900;
    }
    return date->has_year = date->has_month = date->has_day = true;
}

/* 20261124, 20261124T101112, 2026-11-24 without its day, or a single number. */
static void take_number(const struct word *word, struct date *date)
{
    int64_t n = word->number;
    if (word->digits == 8 && !date->has_year) {
        date->year = n / 10000, date->month = n / 100 % 100, date->day = n % 100;
        date->has_year = date->has_month = date->has_day = true;
    } else if (word->digits == 14 && !date->has_year) {
        date->year = n / 10000000000, date->month = n / 100000000 % 100, date->day = n / 1000000 % 100;
        date->hour = n / 10000 % 100, date->minute = n / 100 % 100, date->second = n % 100;
        date->has_year = date->has_month = date->has_day = date->has_time = true;
    } else if ((word->digits == 6 || word->digits == 4) && date->has_day && date->has_year && !date->has_time) {
        date->hour = word->digits == 6 ? n / 10000 : n / 100;
        date->minute = word->digits == 6 ? n / 100 % 100 : n % 100;
        date->second = word->digits == 6 ? n % 100 : 0;
        date->has_time = true;
    } else if (word->digits == 4 && !date->has_year) {
        date->year = n;
        date->has_year = true;
    } else if (word->digits <= 2 && date->has_year && !date->has_month && word->before == '-') {
        date->month = n; /* 2026-11 */
        date->has_month = true;
    } else if (word->digits <= 2 && !date->has_day) {
        date->day = n;
        date->has_day = true;
    } else if (word->digits <= 2 && !date->has_year && date->has_month) {
        date->year = n + (n < 70 ? 2000 : 1900); /* RFC 822 had two digits */
        date->has_year = true;
    }
}

static bool set(int64_t at_us, int64_t *at_us_out)
{
    if (at_us < CLOCK_MIN_US || at_us >= CLOCK_MAX_US)
        return false;
    *at_us_out = at_us;
    return true;
}

static bool finish(struct date *date, int64_t *at_us_out)
{
    static const int64_t days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (!date->has_day)
        date->day = 1;
    if (!date->has_month && !date->has_day)
        date->month = 1;
    if ((date->is_afternoon || date->is_morning) && date->hour <= 12)
        date->hour = date->hour % 12 + (date->is_afternoon ? 12 : 0);
    bool is_leap = (date->year % 4 == 0 && date->year % 100 != 0) || date->year % 400 == 0;
    bool is_midnight = date->hour == 24 && date->minute == 0 && date->second == 0;
    if (!date->has_year || date->month < 1 || date->month > 12 || date->day < 1 || date->day > days[date->month - 1] ||
        (date->month == 2 && date->day == 29 && !is_leap) || (date->hour > 23 && !is_midnight) || date->minute > 59 || date->second > 60)
        return false;
    return set(clock_days_from_civil(date->year, (int)date->month, (int)date->day) * CLOCK_DAY_US + date->hour * CLOCK_HOUR_US +
                   (date->minute - date->zone_minutes) * CLOCK_MINUTE_US + date->second * CLOCK_SECOND_US + date->micros,
               at_us_out);
}

bool feed_date(struct str s, int64_t *at_us_out)
{
    struct word words[WORDS_MAX];
    struct date date = {0};
    size_t      count;
    s = str_trim(s);
    if (s.len > 100)
        s.len = 100;
    count = split(s, words);
    if (count == 1 && (words[0].digits == 10 || words[0].digits == 13))
        return set(words[0].number * (words[0].digits == 10 ? CLOCK_SECOND_US : 1000), at_us_out);
    for (size_t i = 0; i < count;) {
        struct word *word = &words[i];
        size_t       left = count - i, used = 1;
        bool         is_time = word->digits && word->digits <= 2 && left > 1 && words[i + 1].digits == 2 && words[i + 1].before == ':' && !date.has_time;
        size_t       offset = word->digits && date.has_time ? take_offset(word, left, &date) : 0;
        if (!word->digits)
            take_letters(word, &date);
        else if (is_time)
            used = take_time(word, left, &date);
        else if (offset)
            used = offset;
        else if (!date.has_year && take_triple(word, left, &date))
            used = 3;
        else
            take_number(word, &date);
        i += used;
    }
    return finish(&date, at_us_out);
}
