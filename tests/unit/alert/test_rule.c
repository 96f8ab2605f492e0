/* A rule as people write it; quiet hours by the local clock; letters that nothing can break out of. */
#include "check.h"

#include "alert/keep.h"
#include "net/client.h"
#include "net/signing.h"

static enum error_code read_rule(const char *text, struct arena *arena, struct alert_rule *rule, struct error *error)
{
    cJSON *object = cJSON_Parse(text);
    check(object, "no JSON: %s", text);
    enum error_code code = alert_rule_read(object, arena, rule, error);
    cJSON_Delete(object);
    return code;
}

static void what_is_printed_reads_back_the_same(void **state)
{
    static const char *const rows[] = {
        "{\"name\":\"a\",\"on\":\"volume\"}",
        "{\"name\":\"Lost bags\",\"on\":\"tone\",\"query\":\"bag* NEAR/5 lost\",\"topic\":7,\"window_s\":900,\"sensitivity\":\"above_usual\",\"least_posts\":9,"
        "\"least_voices\":4,\"cooldown_s\":3600,\"quiet\":{\"zone\":\"Europe/Berlin\",\"days\":[\"sat\",\"sun\"],\"from\":\"22:30\",\"until\":\"06:05\"},"
        "\"mail\":[\"a.b+c@example.org\"],\"webhooks\":[1,22],\"is_in_feed\":false}",
        "{\"name\":\"x\",\"on\":\"author\",\"author\":\"jetblue\",\"cooldown_s\":300}",
        "{\"name\":\"t\",\"on\":\"trend\",\"least_strength\":12.5}",
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct arena      arena = {0};
        struct alert_rule first, second;
        struct error      error = {0};
        struct buf        a = {0}, b = {0};
        check_ok(read_rule(rows[i], &arena, &first, &error), error, "row %zu", i);
        struct json json = json_writer(&a);
        json_object(&json);
        alert_rule_print(&first, &json);
        json_end(&json);
        buf_append_char(&a, 0);
        check_ok(read_rule(a.ptr, &arena, &second, &error), error, "row %zu again", i);
        json = json_writer(&b);
        json_object(&json);
        alert_rule_print(&second, &json);
        json_end(&json);
        buf_append_char(&b, 0);
        check_str(buf_str(&b), buf_str(&a), "row %zu", i);
        buf_fini(&a);
        buf_fini(&b);
        arena_fini(&arena);
    }
}

static void what_is_wrong_is_named(void **state)
{
    static const struct { const char *text, *says; } rows[] = {
        {"{\"on\":\"volume\"}", "name:"},
        {"{\"name\":\"  \",\"on\":\"volume\"}", "name:"},
        {"{\"name\":\"a\\nBcc: x@y.z\",\"on\":\"volume\"}", "name:"},
        {"{\"name\":\"a\"}", "on: expected one of volume, trend, tone, author"},
        {"{\"name\":\"a\",\"on\":\"author\"}", "author:"},
        {"{\"name\":\"a\",\"on\":\"author\",\"author\":\"x\\\" OR y\"}", "author:"},
        {"{\"name\":\"a\",\"on\":\"volume\",\"author\":\"x\"}", "author:"},
        {"{\"name\":\"a\",\"on\":\"volume\",\"window_s\":299}", "window_s:"},
        {"{\"name\":\"a\",\"on\":\"volume\",\"window_s\":330}", "whole minutes"},
        {"{\"name\":\"a\",\"on\":\"volume\",\"window_s\":604860}", "window_s:"},
        {"{\"name\":\"a\",\"on\":\"volume\",\"sensitivity\":\"high\"}", "sensitivity:"},
        {"{\"name\":\"a\",\"on\":\"volume\",\"cooldown_s\":0}", "cooldown_s:"},
        {"{\"name\":\"a\",\"on\":\"volume\",\"least_posts\":2.5}", "least_posts:"},
        {"{\"name\":\"a\",\"on\":\"volume\",\"windows\":1}", "no member 'windows'"},
        {"{\"name\":\"a\",\"on\":\"volume\",\"mail\":[\"a@b\\r\\nBcc: c@d\"]}", "mail:"},
        {"{\"name\":\"a\",\"on\":\"volume\",\"mail\":[\"a@b> RCPT TO:<c@d\"]}", "mail:"},
        {"{\"name\":\"a\",\"on\":\"volume\",\"mail\":[\"nobody\"]}", "mail:"},
        {"{\"name\":\"a\",\"on\":\"volume\",\"webhooks\":[0]}", "webhooks:"},
        {"{\"name\":\"a\",\"on\":\"volume\",\"quiet\":{\"zone\":\"Mars/Olympus\",\"from\":\"22:00\",\"until\":\"06:00\"}}", "zone"},
        {"{\"name\":\"a\",\"on\":\"volume\",\"quiet\":{\"zone\":\"UTC\",\"from\":\"24:00\",\"until\":\"06:00\"}}", "quiet:"},
        {"{\"name\":\"a\",\"on\":\"volume\",\"quiet\":{\"zone\":\"UTC\",\"from\":\"6:00\",\"until\":\"06:00\"}}", "quiet:"},
        {"{\"name\":\"a\",\"on\":\"volume\",\"quiet\":{\"zone\":\"UTC\",\"from\":\"06:00\",\"until\":\"06:00\"}}", "empty"},
        {"{\"name\":\"a\",\"on\":\"volume\",\"quiet\":{\"zone\":\"UTC\",\"days\":[\"friday\"],\"from\":\"05:00\",\"until\":\"06:00\"}}", "days"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct arena      arena = {0};
        struct alert_rule rule;
        struct error      error = {0};
        check(read_rule(rows[i].text, &arena, &rule, &error) == ERROR_INVALID, "row %zu: %s", i, rows[i].text);
        check(strstr(error.message, rows[i].says), "row %zu: '%s' does not say '%s'", i, error.message, rows[i].says);
        arena_fini(&arena);
    }
}

static int64_t time_of(const char *text)
{
    int64_t at_us;
    check(clock_parse(str_of(text), &at_us), "%s", text);
    return at_us;
}

static void quiet_hours_follow_the_local_clock(void **state)
{
    /* Berlin: +01:00 in winter, +02:00 in summer; summer begins 2026-03-29 02:00 and ends 2026-10-25 03:00. */
    static const struct { const char *zone; unsigned days; int from, until; const char *at, *ends; } rows[] = {
        {"UTC", 0x7f, 22 * 60, 7 * 60, "2026-11-24T21:59:59Z", NULL},
        {"UTC", 0x7f, 22 * 60, 7 * 60, "2026-11-24T22:00:00Z", "2026-11-25T07:00:00Z"},
        {"UTC", 0x7f, 22 * 60, 7 * 60, "2026-11-25T06:59:59Z", "2026-11-25T07:00:00Z"},
        {"UTC", 0x7f, 22 * 60, 7 * 60, "2026-11-25T07:00:00Z", NULL},
        {"UTC", 0x7f, 9 * 60, 17 * 60, "2026-11-24T12:00:00Z", "2026-11-24T17:00:00Z"},
        {"Europe/Berlin", 0x7f, 22 * 60, 7 * 60, "2026-11-24T21:00:00Z", "2026-11-25T06:00:00Z"},
        {"Europe/Berlin", 0x7f, 22 * 60, 7 * 60, "2026-07-01T20:00:00Z", "2026-07-02T05:00:00Z"},
        {"Europe/Berlin", 0x7f, 22 * 60, 7 * 60, "2026-03-28T23:00:00Z", "2026-03-29T05:00:00Z"}, /* a night of eight hours */
        {"Europe/Berlin", 0x7f, 22 * 60, 7 * 60, "2026-10-24T23:00:00Z", "2026-10-25T06:00:00Z"}, /* one of ten */
        {"America/New_York", 0x7f, 0, 6 * 60, "2026-11-24T05:00:00Z", "2026-11-24T11:00:00Z"},
        {"UTC", 1u << 4, 22 * 60, 7 * 60, "2026-11-27T23:00:00Z", "2026-11-28T07:00:00Z"}, /* the night that begins on Friday */
        {"UTC", 1u << 4, 22 * 60, 7 * 60, "2026-11-28T03:00:00Z", "2026-11-28T07:00:00Z"}, /* and goes on into Saturday */
        {"UTC", 1u << 4, 22 * 60, 7 * 60, "2026-11-28T23:00:00Z", NULL},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct alert_quiet quiet = {true, str_of(rows[i].zone), rows[i].days, rows[i].from, rows[i].until};
        char               text[CLOCK_TEXT_BYTES];
        int64_t            ends_us = alert_quiet_ends(&quiet, time_of(rows[i].at));
        check(ends_us == (rows[i].ends ? time_of(rows[i].ends) : 0), "row %zu: %s ends %s, wanted %s", i, rows[i].at,
              ends_us ? clock_print(ends_us, text) : "never began", rows[i].ends ? rows[i].ends : "never began");
    }
    struct alert_quiet none = {0};
    assert_int_equal(alert_quiet_ends(&none, time_of("2026-11-24T23:00:00Z")), 0);
}

static void text_for_letters_is_one_clean_line(void **state)
{
    static const struct { const char *text; size_t most; const char *clean; } rows[] = {
        {"a  b\r\n\tc", 100, "a b c"}, {"  x ", 100, "x"}, {"abc\xff" "def", 100, "abcdef"}, {"\xe2\x80\xae" "evil", 100, "evil"},
        {"Subject: x\r\nBcc: y", 100, "Subject: x Bcc: y"}, {"\xc3\xa4\xc3\xb6\xc3\xbc", 4, "\xc3\xa4\xc3\xb6\xe2\x80\xa6"}, {"", 10, ""}};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct buf out = {0};
        letter_clean(str_of(rows[i].text), rows[i].most, &out);
        check_str(buf_str(&out), str_of(rows[i].clean), "row %zu", i);
        buf_fini(&out);
    }
}

static void a_mail_is_ascii_and_no_subject_makes_a_header(void **state)
{
    struct buf         out = {0};
    struct client_mail mail = {.host = "h", .from = "alerts@example.org", .to = "a@example.org",
                               .subject = STR("Verspätung\r\nBcc: evil@example.org \xf0\x9f\x94\xa5 and so on, for longer than one line of a header may ever be"),
                               .text = STR("Zeile\n.\n..x\n = trailing \n\xf0\x9f\x94\xa5"), .message_id = "k.bellwether@example.org", .at_us = 1795536000000000};
    (void)state;
    client_mail_print(&mail, &out);
    buf_append_char(&out, 0);
    for (size_t i = 0; i + 1 < out.len; i++)
        check((unsigned char)out.ptr[i] < 0x7f && (out.ptr[i] != '\n' || out.ptr[i - 1] == '\r'), "byte %zu is %d", i, out.ptr[i]);
    assert_null(strstr(out.ptr, "\r\nBcc"));
    assert_null(strstr(out.ptr, "\r\n."));
    assert_non_null(strstr(out.ptr, "Date: Tue, 24 Nov 2026 16:00:00 +0000\r\n"));
    size_t line = 0;
    for (char *c = out.ptr; *c; c++) {
        line = *c == '\n' ? 0 : line + 1;
        check(line <= 79, "a line of %zu", line);
    }
    buf_fini(&out);
}

static void private_addresses_are_known(void **state)
{
    static const struct { unsigned char bytes[16]; size_t len; bool is_private; } rows[] = {
        {{127, 0, 0, 1}, 4, true}, {{10, 1, 2, 3}, 4, true}, {{172, 16, 0, 1}, 4, true}, {{172, 32, 0, 1}, 4, false}, {{192, 168, 1, 1}, 4, true},
        {{169, 254, 169, 254}, 4, true}, {{100, 64, 0, 1}, 4, true}, {{0, 0, 0, 0}, 4, true}, {{224, 0, 0, 1}, 4, true}, {{255, 255, 255, 255}, 4, true},
        {{8, 8, 8, 8}, 4, false}, {{93, 184, 216, 34}, 4, false}, {{198, 18, 0, 1}, 4, true},
        {{[15] = 1}, 16, true}, {{0}, 16, true}, {{0xfe, 0x80, [15] = 1}, 16, true}, {{0xfc, [15] = 1}, 16, true},
        {{[10] = 0xff, 0xff, 127, 0, 0, 1}, 16, true}, {{[10] = 0xff, 0xff, 8, 8, 8, 8}, 16, false},
        {{0, 0x64, 0xff, 0x9b, [12] = 10, 0, 0, 1}, 16, true}, {{0x20, 0x02, 192, 168, 0, 1}, 16, true}, {{0x20, 0x01, 0x0d, 0xb8}, 16, true},
        {{0x2a, 0x00, 0x14, 0x50, [15] = 1}, 16, false}, {{0xff, 0x02, [15] = 1}, 16, true}, {{0}, 3, true}};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check(client_is_private(rows[i].bytes, rows[i].len) == rows[i].is_private, "row %zu", i);
}

static void addresses_of_webhooks_are_checked(void **state)
{
    static const struct { const char *url; bool is_fine; } rows[] = {
        {"https://example.org/hook", true}, {"http://127.0.0.1:8080/", true}, {"ftp://example.org/", false}, {"file:///etc/passwd", false},
        {"gopher://x/", false}, {"example.org/hook", false}, {"https://user:pw@example.org/", false}, {"https://user@example.org/", false}, {"", false},
        {"https://", false}, {"https://exa mple.org/", false}, {"https://example.org/\r\nX: y", false}, {"javascript:alert(1)", false}};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct error error = {0};
        check((client_check_url(str_of(rows[i].url), &error) == ERROR_NONE) == rows[i].is_fine, "row %zu: %s: %s", i, rows[i].url, error.message);
    }
}

static void signatures_are_those_of_the_standard(void **state)
{
    /* RFC 4231, test cases 1 and 2. */
    static const struct { const char *key; size_t key_len; const char *a, *b, *hex; } rows[] = {
        {"\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b", 20, "Hi ", "There",
         "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
        {"Jefe", 4, "what do ya want", " for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"}};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char             hex[SIGNING_HEX_BYTES];
        const struct str parts[] = {str_of(rows[i].a), str_of(rows[i].b)};
        signing_sign(str_slice(rows[i].key, rows[i].key_len), parts, 2, hex);
        check_str(str_of(hex), str_of(rows[i].hex), "row %zu", i);
    }
    char one[SIGNING_KEY_BYTES], two[SIGNING_KEY_BYTES];
    signing_key(one);
    signing_key(two);
    assert_int_equal(strlen(one), 43);
    assert_true(strcmp(one, two) != 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_printed_reads_back_the_same),
        cmocka_unit_test(what_is_wrong_is_named),
        cmocka_unit_test(quiet_hours_follow_the_local_clock),
        cmocka_unit_test(text_for_letters_is_one_clean_line),
        cmocka_unit_test(a_mail_is_ascii_and_no_subject_makes_a_header),
        cmocka_unit_test(private_addresses_are_known),
        cmocka_unit_test(addresses_of_webhooks_are_checked),
        cmocka_unit_test(signatures_are_those_of_the_standard),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
