/* Counts, zones, times, encodings, and the objects of one array. */
#include "check.h"

#include "base/clock.h"
#include "post/post.h"
#include "table/decode.h"
#include "table/figure.h"
#include "table/objects.h"
#include "table/times.h"

static void counts_are_read_as_they_are_written(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t     count;
    } cases[] = {
        {"0", 0}, {"1234", 1234}, {"1,234", 1234}, {"1.234", 1234}, {"1 234", 1234}, {"1'234", 1234}, {"1\xc2\xa0" "234", 1234},
        {"1\xe2\x80\xaf" "234\xe2\x80\xaf" "567", 1234567}, {"1,234,567", 1234567}, {"1.234.567", 1234567}, {"1,234.5", 1234}, {"1.234,5", 1234},
        {"12.0", 12}, {"12,00", 12}, {"0,5", 0}, {"1.2K", 1200}, {"1,2k", 1200}, {"3.4 M", 3400000}, {"1.2\xe4\xb8\x87", 12000}, {"1.234K", 1234},
        {" 7 ", 7}, {"", -1}, {"many", -1}, {"-3", -1}, {"1,23,456", -1}, {",5", -1}, {"1e3", -1}, {"12 ", 12}, {"99999999999999999", -1},
        {"9999999999999K", -1}, {"K", -1}, {"1..2", -1}, {"1,2,3", -1},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        check(figure_of(str_of(cases[i].text)) == cases[i].count, "'%s': %lld", cases[i].text, (long long)figure_of(str_of(cases[i].text)));
}

static int64_t at(const char *text)
{
    int64_t at_us = 0;
    check(clock_parse(str_of(text), &at_us), "%s", text);
    return at_us;
}

static void clocks_on_walls_become_utc(void **state)
{
    (void)state;
    static const struct {
        const char *zone, *wall, *utc; /* utc NULL: there is no such zone */
    } cases[] = {
        {"UTC", "2026-03-04T10:00:00Z", "2026-03-04T10:00:00Z"},
        {"utc+1", "2026-07-04T10:00:00Z", "2026-07-04T09:00:00Z"},
        {"GMT-03:30", "2026-07-04T10:00:00Z", "2026-07-04T13:30:00Z"},
        {"+0545", "2026-07-04T10:00:00Z", "2026-07-04T04:15:00Z"},
        {"EST", "2026-07-04T10:00:00Z", "2026-07-04T15:00:00Z"},
        {"Europe/Paris", "2026-01-04T10:00:00Z", "2026-01-04T09:00:00Z"},
        {"Europe/Paris", "2026-07-04T10:00:00Z", "2026-07-04T08:00:00Z"},
        {"Europe/Paris", "2026-03-29T01:59:59Z", "2026-03-29T00:59:59Z"},
        {"Europe/Paris", "2026-03-29T02:30:00Z", "2026-03-29T01:30:00Z"}, /* a time that there was not */
        {"Europe/Paris", "2026-03-29T03:00:00Z", "2026-03-29T01:00:00Z"},
        {"Europe/Paris", "2026-10-25T02:30:00Z", "2026-10-25T00:30:00Z"}, /* the first of two */
        {"Europe/Paris", "2026-10-25T03:00:00Z", "2026-10-25T02:00:00Z"},
        {"America/New_York", "2026-11-01T01:30:00Z", "2026-11-01T05:30:00Z"},
        {"Australia/Lord_Howe", "2026-01-15T10:00:00Z", "2026-01-14T23:00:00Z"}, /* half an hour of summer */
        {"Mars/Olympus", "", NULL}, {"", "", NULL}, {"UTC+99", "", NULL}, {"UTC+1:2", "", NULL}, {"+", "", NULL}, {"UTC+", "", NULL},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct zone     zone;
        struct error    error = {0};
        enum error_code code = zone_find(str_of(cases[i].zone), &zone, &error);
        check((code == ERROR_NONE) == (cases[i].utc != NULL), "row %zu: %s %s", i, cases[i].zone, error.message);
        if (code)
            continue;
        int64_t got = zone_to_utc(&zone, at(cases[i].wall));
        char    text[CLOCK_TEXT_BYTES];
        check_str(str_of(clock_print(got, text)), str_of(cases[i].utc), "row %zu: %s", i, cases[i].zone);
    }
}

static void zones_are_found_in_words(void **state)
{
    (void)state;
    static const struct {
        const char *words, *zone; /* NULL: none */
    } cases[] = {
        {"Date (UTC+1)", "UTC+1"}, {"Date (UTC +01:00)", "UTC +01:00"}, {"Time zone: Europe/Paris", "Europe/Paris"}, {"All times are in EST", "EST"},
        {"(GMT+02:00) Amsterdam, Berlin", "GMT+02:00"}, {"Date", NULL}, {"Date (local)", NULL}, {"EUROPE", NULL}, {"A/B", NULL}, {"", NULL}, {"CEST", "CEST"},
        {"Timezone:UTC", "UTC"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct str name = {0};
        bool       is_there = zone_in_words(str_of(cases[i].words), &name);
        check(is_there == (cases[i].zone != NULL), "'%s'", cases[i].words);
        if (is_there)
            check_str(name, str_of(cases[i].zone), "'%s'", cases[i].words);
    }
}

static void times_say_what_they_leave_open(void **state)
{
    (void)state;
    struct zone paris;
    check(zone_find(STR("Europe/Paris"), &paris, NULL) == ERROR_NONE, "Paris");
    static const struct {
        const char *text, *utc, *in_paris; /* NULL: no time */
        bool        has_zone, has_clock;
    } cases[] = {
        {"2026-07-04T10:00:00Z", "2026-07-04T10:00:00Z", "2026-07-04T10:00:00Z", true, true},
        {"2026-07-04 10:00:00.0", "2026-07-04T10:00:00Z", "2026-07-04T08:00:00Z", false, true},
        {"2026-07-04 10:00:00 -0800", "2026-07-04T18:00:00Z", "2026-07-04T18:00:00Z", true, true},
        {"2026-07-04", "2026-07-04T00:00:00Z", "2026-07-03T22:00:00Z", false, false},
        {"04-Jul-2026 10:00PM", "2026-07-04T22:00:00Z", "2026-07-04T20:00:00Z", false, true},
        {"1783159200", "2026-07-04T10:00:00Z", "2026-07-04T10:00:00Z", true, true},
        {"46207.4166666667", "2026-07-04T10:00:00Z", "2026-07-04T08:00:00Z", false, true},
        {"46207", "2026-07-04T00:00:00Z", "2026-07-03T22:00:00Z", false, false},
        {"24/02/2026 11:35", "2026-02-24T11:35:00Z", "2026-02-24T10:35:00Z", false, true},
        {"462070", NULL, NULL, false, false}, {"soon", NULL, NULL, false, false}, {"", NULL, NULL, false, false}, {"32873", NULL, NULL, false, false},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        for (int in_paris = 0; in_paris < 2; in_paris++) {
            struct times_rules rules = {DATE_ORDER_DAY_FIRST, in_paris ? &paris : NULL};
            struct times_read  read;
            enum times_result  result = times_parse_by(str_of(cases[i].text), &rules, &read);
            const char        *wanted = in_paris ? cases[i].in_paris : cases[i].utc;
            char               text[CLOCK_TEXT_BYTES];
            check((result == TIMES_OK) == (wanted != NULL), "row %zu: '%s'", i, cases[i].text);
            if (!wanted)
                continue;
            check_str(str_of(clock_print(read.at_us, text)), str_of(wanted), "row %zu: '%s'", i, cases[i].text);
            check(read.has_zone == cases[i].has_zone && read.has_clock == cases[i].has_clock, "row %zu: '%s'", i, cases[i].text);
        }
}

/* ---- encodings ---- */

static void decode_all(struct str raw, enum encoding encoding, size_t most, size_t ask, struct buf *out)
{
    struct bytes_memory memory = {raw, most};
    struct decode       decode = {.source = bytes_source_of_memory(&memory), .encoding = encoding};
    struct bytes_source source = decode_source(&decode);
    struct error        error = {0};
    char                bytes[64];
    size_t              got;
    do {
        check_ok(source.read(source.context, bytes, ask, &got, &error), error, "read");
        buf_append(out, bytes, got);
    } while (got);
}

static void other_encodings_come_out_as_utf_8(void **state)
{
    (void)state;
    static const struct {
        struct str    raw;
        enum encoding encoding;
        const char   *text;
    } cases[] = {
        {STR("plain, \xc3\xa9"), ENCODING_UTF_8, "plain, \xc3\xa9"},
        {STR("\xff\xfe" "d\0a\0\xe9\0=\xd8\x02\xde"), ENCODING_UTF_16_LE, "\xef\xbb\xbf" "da\xc3\xa9\xf0\x9f\x98\x82"},
        {STR("\xfe\xff\0d\0a\0\xe9\xd8=\xde\x02"), ENCODING_UTF_16_BE, "\xef\xbb\xbf" "da\xc3\xa9\xf0\x9f\x98\x82"},
        {STR("d\0a\0t\0e\0,\0t\0"), ENCODING_UTF_16_LE, "date,t"},
        {STR("\0d\0a\0t\0e\0,\0t"), ENCODING_UTF_16_BE, "date,t"},
        {STR("caf\xe9 \x93so\x94 \x80" "5;date"), ENCODING_WINDOWS_1252, "caf\xc3\xa9 \xe2\x80\x9cso\xe2\x80\x9d \xe2\x82\xac" "5;date"},
        {STR("caf\xe9 caf\xc3\xa9 date"), ENCODING_UTF_8, "caf\xe9 caf\xc3\xa9 date"},
        {STR("{\"text\":\"caf\xe9\"} xx"), ENCODING_UTF_8, "{\"text\":\"caf\xe9\"} xx"},
        {STR("\xff\xfe" "d\0=\xd8x"), ENCODING_UTF_16_LE, "\xef\xbb\xbf" "d\xef\xbf\xbd\xef\xbf\xbd"},
        {STR("\xff\xfe\x02\xde" "d\0"), ENCODING_UTF_16_LE, "\xef\xbb\xbf\xef\xbf\xbd" "d"},
        {STR(""), ENCODING_UTF_8, ""},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        check(encoding_of(cases[i].raw) == cases[i].encoding, "row %zu: %s", i, encoding_names[encoding_of(cases[i].raw)]);
        for (size_t most = 0; most < 6; most++)
            for (size_t ask = 1; ask < 6; ask++) {
                struct buf out = {0};
                decode_all(cases[i].raw, cases[i].encoding, most, ask, &out);
                check_str(buf_str(&out), str_of(cases[i].text), "row %zu, %zu at a time, %zu asked", i, most, ask);
                buf_fini(&out);
            }
    }
}

/* ---- objects ---- */

static void objects_of_an_array_come_one_by_one(void **state)
{
    (void)state;
    static const struct {
        const char *text, *objects; /* a line each, with the line number before it */
    } cases[] = {
        {"[{\"a\":1},{\"b\":{\"c\":[1,{}]}}]", "1 {\"a\":1}\n1 {\"b\":{\"c\":[1,{}]}}\n"},
        {"window.YTD.tweets.part0 = [\n{\"t\":\"}]{ \\\" \\\\\"},\n\n{\"u\":2}\n]", "2 {\"t\":\"}]{ \\\" \\\\\"}\n4 {\"u\":2}\n"},
        {"[]", ""}, {"", ""}, {"[1,2]", ""}, {"[{\"cut\":1", "1 {\"cut\":1\n"}, {"[{\"a\":1}  junk {\"b\":2}]", "1 {\"a\":1}\n1 {\"b\":2}\n"},
        {"{\"not in an array\":1}", ""},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        for (size_t most = 0; most < 4; most++) {
            struct bytes_memory memory = {str_of(cases[i].text), most};
            struct objects      objects = {.source = bytes_source_of_memory(&memory)};
            struct buf          out = {0};
            struct line         line;
            struct error        error = {0};
            for (;;) {
                check_ok(objects_next(&objects, &line, &error), error, "row %zu", i);
                if (line.is_last)
                    break;
                buf_printf(&out, "%llu %.*s\n", (unsigned long long)line.number, STR_ARG(line.text));
            }
            check_str(buf_str(&out), str_of(cases[i].objects), "row %zu, %zu at a time", i, most);
            objects_fini(&objects);
            buf_fini(&out);
        }
}

/* An object of 9 MB between two good ones: it is told of, and memory stays what one line takes. */
static void an_object_too_long_spoils_itself_alone(void **state)
{
    (void)state;
    struct buf text = {0};
    buf_append_str(&text, STR("[{\"a\":1},{\"b\":\""));
    for (int i = 0; i < 9 << 20; i += 16)
        buf_append_str(&text, STR("0123456789 {[}] "));
    buf_append_str(&text, STR("\"},{\"c\":3}]"));
    struct bytes_memory memory = {buf_str(&text), 0};
    struct objects      objects = {.source = bytes_source_of_memory(&memory)};
    struct line         line;
    struct error        error = {0};
    check_ok(objects_next(&objects, &line, &error), error, "first");
    check_str(line.text, STR("{\"a\":1}"), "first");
    check_ok(objects_next(&objects, &line, &error), error, "second");
    check(line.is_too_long && line.text.len <= 4096, "%zu", line.text.len);
    check_ok(objects_next(&objects, &line, &error), error, "third");
    check_str(line.text, STR("{\"c\":3}"), "third");
    check(objects.held.capacity < 2 * (size_t)POST_LINE_MAX_BYTES + (1 << 20), "%zu bytes held", objects.held.capacity);
    objects_fini(&objects);
    buf_fini(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_are_read_as_they_are_written),
        cmocka_unit_test(clocks_on_walls_become_utc),
        cmocka_unit_test(zones_are_found_in_words),
        cmocka_unit_test(times_say_what_they_leave_open),
        cmocka_unit_test(other_encodings_come_out_as_utf_8),
        cmocka_unit_test(objects_of_an_array_come_one_by_one),
        cmocka_unit_test(an_object_too_long_spoils_itself_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
