/* Strings, times, buffers, JSON, UTF-8, chance: one table each. */
#include "check.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/rng.h"
#include "base/utf8.h"

#include <math.h>

static void times_are_read_and_printed(void **state)
{
    (void)state;
    static const struct {
        const char *text, *printed; /* printed NULL: refused */
    } rows[] = {
        {"2015-02-23T10:04:00Z", "2015-02-23T10:04:00Z"},
        {"2015-02-23T10:04:00.5Z", "2015-02-23T10:04:00.500Z"},
        {"2015-02-23t10:04:00.000001z", "2015-02-23T10:04:00.000001Z"},
        {"2015-02-23 10:04:00+01:00", "2015-02-23T09:04:00Z"},
        {"2015-02-23T00:30-0100", "2015-02-23T01:30:00Z"},
        {"2015-02-23", "2015-02-23T00:00:00Z"},
        {"2016-02-29", "2016-02-29T00:00:00Z"},
        {"1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"},
        {"0001-01-01", "0001-01-01T00:00:00Z"},
        {"9999-12-31T23:59:60Z", "10000-01-01T00:00:00Z"},
        {"2015-02-29", NULL},
        {"2015-13-01", NULL},
        {"2015-00-10", NULL},
        {"2015-02-23T24:00:00Z", NULL},
        {"2015-02-23T10:04:00", NULL}, /* no zone: nobody knows when */
        {"2015-02-23T10:04:00.Z", NULL},
        {"2015-02-23T10:04:00Zx", NULL},
        {"-2015-02-23T10:04:00Z", NULL},
        {"23 Feb 2015", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int64_t at_us;
        char    text[CLOCK_TEXT_BYTES];
        bool    is_read = clock_parse(str_of(rows[i].text), &at_us);
        check(is_read == (rows[i].printed != NULL), "row %zu: %s", i, rows[i].text);
        if (is_read)
            check_str(str_of(clock_print(at_us, text)), str_of(rows[i].printed), "row %zu: %s", i, rows[i].text);
    }
}

static void days_and_dates_agree_over_four_centuries(void **state)
{
    (void)state;
    for (int64_t day = clock_days_from_civil(1800, 1, 1); day < clock_days_from_civil(2201, 1, 1); day++) {
        int64_t year;
        int     month, day_of_month;
        clock_civil_from_days(day, &year, &month, &day_of_month);
        check(clock_days_from_civil(year, month, day_of_month) == day, "day %lld", (long long)day);
    }
    check(clock_days_from_civil(1970, 1, 1) == 0 && clock_days_from_civil(2000, 3, 1) == 11017, "known days");
}

static void durations_are_one_number_and_one_unit(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t     us; /* 0: refused */
    } rows[] = {{"90s", 90 * CLOCK_SECOND_US}, {"15m", 15 * CLOCK_MINUTE_US}, {"1h", CLOCK_HOUR_US}, {"7d", 7 * CLOCK_DAY_US},
                {"2w", 14 * CLOCK_DAY_US}, {"0h", 0}, {"-1h", 0}, {"h", 0}, {"1", 0}, {"1y", 0}, {"1.5h", 0}, {"99999999999999w", 0}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int64_t us = 0;
        bool    is_read = clock_parse_duration(str_of(rows[i].text), &us);
        check(is_read == (rows[i].us != 0) && (!is_read || us == rows[i].us), "row %zu: %s", i, rows[i].text);
    }
    check(clock_floor(-1, 10) == -10 && clock_floor(19, 10) == 10 && clock_floor(-10, 10) == -10, "floors");
}

static void numbers_are_whole_and_do_not_overflow(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool        is_read;
        int64_t     value;
    } rows[] = {{"0", true, 0}, {"-1", true, -1}, {"+7", true, 7}, {"9223372036854775807", true, INT64_MAX},
                {"-9223372036854775808", true, INT64_MIN}, {"9223372036854775808", false, 0}, {"-9223372036854775809", false, 0},
                {"", false, 0}, {"-", false, 0}, {"1 ", false, 0}, {"1e3", false, 0}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int64_t value = 0;
        check(str_to_i64(str_of(rows[i].text), &value) == rows[i].is_read && value == rows[i].value, "row %zu: %s", i, rows[i].text);
    }
}

static void varints_survive_and_short_input_is_noticed(void **state)
{
    (void)state;
    static const uint64_t values[] = {0, 1, 127, 128, 300, UINT32_MAX, (uint64_t)1 << 63, UINT64_MAX};
    struct buf buf = {0};
    for (size_t i = 0; i < COUNT_OF(values); i++)
        buf_append_varint(&buf, values[i]);
    buf_append_sized(&buf, STR("sized"));
    struct reader reader = reader_of(buf_str(&buf));
    for (size_t i = 0; i < COUNT_OF(values); i++)
        check(reader_varint(&reader) == values[i], "value %zu", i);
    check_str(reader_sized(&reader), STR("sized"), "after the numbers");
    check(!reader.has_failed && reader_left(&reader) == 0, "all read");
    check(reader_u8(&reader) == 0 && reader.has_failed, "reading past the end is noticed");
    for (size_t cut = 0; cut < buf.len; cut++) {
        reader = reader_of(str_slice(buf.ptr, cut));
        for (size_t i = 0; i < COUNT_OF(values); i++)
            reader_varint(&reader);
        reader_sized(&reader);
        check(reader.has_failed, "cut at %zu", cut);
    }
    for (int64_t value = -300; value < 300; value++)
        check(unzigzag(zigzag(value)) == value, "%lld", (long long)value);
    check(unzigzag(zigzag(INT64_MIN)) == INT64_MIN && unzigzag(zigzag(INT64_MAX)) == INT64_MAX, "extremes");
    buf_fini(&buf);
    struct reader eleven = reader_of(STR("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f"));
    check(reader_varint(&eleven) == 0 && eleven.has_failed, "more than 64 bits");
}

static void a_buffer_stops_at_its_maximum(void **state)
{
    (void)state;
    struct buf buf = {.max_bytes = 8};
    check(buf_append_str(&buf, STR("12345678")), "up to the maximum");
    check(!buf_append_char(&buf, '9') && buf.has_failed && buf.len == 8, "not beyond");
    buf_fini(&buf);
}

static void an_arena_gives_zeroed_memory_up_to_its_maximum(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 1 << 20);
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < 1000; i++) {
            unsigned char *bytes = arena_alloc(&arena, i);
            check(bytes && (uintptr_t)bytes % 16 == 0, "piece %zu", i);
            for (size_t k = 0; k < i; k++)
                check(bytes[k] == 0, "byte %zu of piece %zu", k, i);
            memset(bytes, 0xab, i);
        }
        check(!arena_alloc(&arena, 1 << 20), "over the maximum");
        check(!arena_array(&arena, SIZE_MAX / 2, 4), "a product that overflows");
        arena_reset(&arena);
    }
    arena_fini(&arena);
}

static void json_is_escaped_repaired_and_nested(void **state)
{
    (void)state;
    struct buf  buf = {0};
    struct json json = json_writer(&buf);
    json_object(&json);
    json_key(&json, "a\"b");
    json_str(&json, STR("tab\t nul\0 bell\a del\x7f é 😀 broken\xff\xc3 end"));
    json_key(&json, "n");
    json_array(&json);
    json_i64(&json, INT64_MIN);
    json_double(&json, 1.5000, 3);
    json_double(&json, -0.0001, 2);
    json_double(&json, (double)NAN, 2);
    json_bool(&json, true);
    json_null(&json);
    json_array(&json);
    json_end(&json);
    json_time(&json, 0);
    json_end(&json);
    json_end(&json);
    check_str(buf_str(&buf),
              STR("{\"a\\\"b\":\"tab\\t nul\\u0000 bell\\u0007 del\\u007f é 😀 broken\xef\xbf\xbd\xef\xbf\xbd end\","
                  "\"n\":[-9223372036854775808,1.5,0,null,true,null,[],\"1970-01-01T00:00:00Z\"]}"),
              "whole document");
    buf_fini(&buf);
}

static void broken_utf8_is_found_and_repaired(void **state)
{
    (void)state;
    static const struct {
        struct str text;
        size_t     broken;
        struct str repaired;
    } rows[] = {
        {STR("plain"), 0, STR("plain")},
        {STR("é漢😀"), 0, STR("é漢😀")},
        {STR("\xc0\xaf"), 2, STR("\xef\xbf\xbd\xef\xbf\xbd")},            /* overlong */
        {STR("\xed\xa0\x80"), 3, STR("\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd")}, /* a surrogate */
        {STR("\xf4\x90\x80\x80"), 4, STR("\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd")}, /* above U+10FFFF */
        {STR("a\xe6\xbc"), 1, STR("a\xef\xbf\xbd")},                      /* cut short: one maximal part */
        {STR("\xf0\x9f\x98z"), 1, STR("\xef\xbf\xbdz")},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct buf out = {0};
        check(utf8_is_valid(rows[i].text) == (rows[i].broken == 0), "row %zu", i);
        check(utf8_repair(rows[i].text, &out) == rows[i].broken, "row %zu", i);
        check_str(buf_str(&out), rows[i].repaired, "row %zu", i);
        check(utf8_is_valid(buf_str(&out)), "row %zu repaired", i);
        buf_fini(&out);
    }
    for (uint32_t c = 0; c <= 0x10ffff; c += c < 0x3000 ? 1 : 37) {
        if (c >= 0xd800 && c < 0xe000)
            continue;
        struct buf out = {0};
        size_t     at = 0;
        utf8_append(&out, c);
        check(utf8_valid_length(out.ptr, out.len) == out.len && utf8_next(buf_str(&out), &at) == c && at == out.len, "U+%04X", c);
        buf_fini(&out);
    }
}

static void an_interner_numbers_strings_in_order(void **state)
{
    (void)state;
    struct interner interner = {0};
    char            text[32];
    check(interner_find(&interner, STR("none")) == INTERNER_NONE, "empty");
    for (int round = 0; round < 2; round++)
        for (uint32_t i = 0; i < 5000; i++) {
            snprintf(text, sizeof text, "string %u", i);
            check(interner_add(&interner, str_of(text)) == i, "round %d, %s", round, text);
        }
    check(interner.count == 5000 && interner_find(&interner, STR("string 4999")) == 4999, "count");
    check(interner_add(&interner, STR("a\0b")) != interner_add(&interner, STR("a\0c")), "NULs are bytes");
    interner_fini(&interner);
}

static void chance_repeats_and_has_the_right_means(void **state)
{
    (void)state;
    struct rng a, b;
    rng_seed(&a, 7);
    rng_seed(&b, 7);
    double sum = 0, exponential = 0, poisson = 0;
    for (int i = 0; i < 20000; i++) {
        check(rng_next(&a) == rng_next(&b), "draw %d", i);
        check(rng_below(&a, 6) < 6, "draw %d", i);
        rng_below(&b, 6);
        sum += rng_unit(&a);
        rng_unit(&b);
    }
    for (int i = 0; i < 20000; i++) {
        exponential += rng_exponential(&a, 3);
        poisson += rng_poisson(&a, 4.5);
    }
    /* five standard errors */
    check(fabs(sum / 20000 - .5) < .0103, "mean %f", sum / 20000);
    check(fabs(exponential / 20000 - 3) < .107, "mean %f", exponential / 20000);
    check(fabs(poisson / 20000 - 4.5) < .076, "mean %f", poisson / 20000);
}

static void every_error_has_its_row(void **state)
{
    (void)state;
    for (int code = 0; code < ERROR_CODE_COUNT; code++) {
        const struct error_kind *kind = error_kind((enum error_code)code);
        check((int)kind->code == code && kind->name && kind->meaning && (kind->exit_status != 0) == (code != ERROR_NONE), "code %d", code);
    }
    struct error error = {0};
    check(error_set(&error, ERROR_INVALID, "port %d", 99999) == ERROR_INVALID, "code comes back");
    error_prefix(&error, "line %d: ", 3);
    error_hint(&error, "use %d", 8600);
    check(strcmp(error.message, "line 3: port 99999") == 0 && strcmp(error.hint, "use 8600") == 0, "%s / %s", error.message, error.hint);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_read_and_printed),
        cmocka_unit_test(days_and_dates_agree_over_four_centuries),
        cmocka_unit_test(durations_are_one_number_and_one_unit),
        cmocka_unit_test(numbers_are_whole_and_do_not_overflow),
        cmocka_unit_test(varints_survive_and_short_input_is_noticed),
        cmocka_unit_test(a_buffer_stops_at_its_maximum),
        cmocka_unit_test(an_arena_gives_zeroed_memory_up_to_its_maximum),
        cmocka_unit_test(json_is_escaped_repaired_and_nested),
        cmocka_unit_test(broken_utf8_is_found_and_repaired),
        cmocka_unit_test(an_interner_numbers_strings_in_order),
        cmocka_unit_test(chance_repeats_and_has_the_right_means),
        cmocka_unit_test(every_error_has_its_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
