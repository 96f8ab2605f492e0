#include "check.h"

#include "base/clock.h"
#include "base/vfs.h"
#include "source/feeds/follow.h"

#include <cjson/cJSON.h>

/* ---- Dates ---- (the plain ones are held against feedparser by compare.py) */

static void test_dates(void **state)
{
    static const struct {
        const char *text, *wanted;
    } rows[] = {
        {"Tue, 24 Nov 2026 08:30:00 +0100", "2026-11-24T07:30:00Z"}, {"Tuesday, November 24, 2026 - 10:00", "2026-11-24T10:00:00Z"},
        {"Nov 24, 2026 10:05 PM", "2026-11-24T22:05:00Z"}, {"Nov 24, 2026 12:05 AM", "2026-11-24T00:05:00Z"}, {"11/24/2026 10:00:00 AM", "2026-11-24T10:00:00Z"},
        {"24/11/2026 10:00", "2026-11-24T10:00:00Z"}, {"24.11.2026 10:00", "2026-11-24T10:00:00Z"}, {"2026/11/24", "2026-11-24T00:00:00Z"},
        {"24-Nov-26 10:00", "2026-11-24T10:00:00Z"}, {"Mo, 24 M\303\244rz 2025 10:00:00 +0100", "2025-03-24T09:00:00Z"},
        {"mardi 24 novembre 2026 10:00", "2026-11-24T10:00:00Z"}, {"24 de dezembro de 2026", "2026-12-24T00:00:00Z"}, {"maandag 2 maart 2026", "2026-03-02T00:00:00Z"},
        {"2026-11-24T10:00:00.123456789Z", "2026-11-24T10:00:00.123456Z"}, {"2026-11-24T10:00:00,5+01:00", "2026-11-24T09:00:00.500Z"},
        {"20261124101112", "2026-11-24T10:11:12Z"}, {"1795507200", "2026-11-24T08:00:00Z"}, {"1795507200123", "2026-11-24T08:00:00.123Z"},
        {"Tue, 24 Nov 2026 24:00:00 GMT", "2026-11-25T00:00:00Z"}, {"Tue, 24 Nov 2026 10:00:60 GMT", "2026-11-24T10:01:00Z"},
        {"Tue, 24 Nov 2026 10:00:00 GMT+2", "2026-11-24T08:00:00Z"}, {"  24 Nov 2026 10:00 (CET)", "2026-11-24T09:00:00Z"},
        {"", NULL}, {"yesterday", NULL}, {"31 Feb 2026", NULL}, {"2026-13-01", NULL}, {"Thu, 01 Jan 1970 00:00:00 GMT", NULL}, {"0", NULL}, {"99999999999999", NULL},
        {"24 Nov 2026 25:00", NULL}, {"-1", NULL}, {"Fri, 01 Jan 9999 00:00:00 GMT", NULL},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char    text[CLOCK_TEXT_BYTES];
        int64_t at_us = 7;
        bool    is_date = feed_date(str_of(rows[i].text), &at_us);
        check(is_date == (rows[i].wanted != NULL), "row %zu: %s: %s", i, rows[i].text, is_date ? clock_print(at_us, text) : "none");
        check(is_date || at_us == 7, "row %zu: touched", i);
        if (is_date)
            check_str(str_of(clock_print(at_us, text)), str_of(rows[i].wanted), "row %zu: %s", i, rows[i].text);
    }
}

/* ---- Ids: nobody's feed can speak for another host ---- */

static void test_ids(void **state)
{
    static const struct {
        const char *host, *guid, *link, *wanted;
    } rows[] = {
        {"a.org", "https://a.org/?p=1", "", "https://a.org/?p=1"}, {"a.org", "https://www.a.org/?p=1", "", "https://www.a.org/?p=1"},
        {"a.org", "https://b.org/?p=1", "", "a.org:https://b.org/?p=1"}, {"a.org", "https://a.org.evil.org/", "", "a.org:https://a.org.evil.org/"},
        {"a.org", "https://a.org@evil.org/", "", "a.org:https://a.org@evil.org/"}, {"a.org", "tag:a.org,2026:1", "", "tag:a.org,2026:1"},
        {"a.org", "tag:me@a.org,2026:1", "", "tag:me@a.org,2026:1"}, {"a.org", "tag:b.org,2026:1", "", "a.org:tag:b.org,2026:1"},
        {"a.org", "42", "", "a.org:42"}, {"a.org", "", "https://a.org/x", "https://a.org/x"}, {"a.org", "x\ny", "", "a.org:x_y"},
        {"a.org", "b.org:42", "", "a.org:b.org:42"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct arena      arena = {0};
        struct feed_entry entry = {.guid = str_of(rows[i].guid), .link = str_of(rows[i].link)};
        check_str(feed_native_id(&arena, str_of(rows[i].host), &entry), str_of(rows[i].wanted), "row %zu", i);
        arena_fini(&arena);
    }
}

/* ---- Cut at every byte, and in the wrong charset ---- */

static void test_cut_everywhere(void **state)
{
    struct arena names = {0};
    struct str  *files;
    size_t       count;
    struct error error = {0};
    (void)state;
    check_ok(vfs_list(CORPUS, &names, &files, &count, &error), error, "corpus");
    check(count > 15, "%zu feeds", count);
    for (size_t i = 0; i < count; i++) {
        char       path[512], name[128];
        struct buf body = {0};
        snprintf(name, sizeof name, "%.*s", STR_ARG(files[i]));
        assert_true(vfs_join(path, CORPUS, name));
        check_ok(vfs_read_file(path, FEED_MAX_BYTES, &body, &error), error, "%s", name);
        for (size_t len = 0; len <= body.len; len += 1 + len % 3) {
            struct arena arena = {0};
            struct feed  feed;
            char        *exact = malloc(len + 1);
            assert_non_null(exact);
            memcpy(exact, body.ptr, len);
            if (feed_read(str_slice(exact, len), STR("text/xml; charset=iso-8859-1"), STR("https://h.example/"), &arena, &feed, NULL) == ERROR_NONE)
                check(feed.count <= 2 && (len == body.len || !feed.is_whole || feed.kind == FEED_PAGE || body.len - len < 12) /* within the last end tag */, "%s cut at %zu is whole", name, len);
            free(exact);
            arena_fini(&arena);
        }
        buf_fini(&body);
    }
    arena_fini(&names);
}

/* ---- What is remembered fits, whatever there is to remember ---- */

static void test_state_fits(void **state)
{
    static const size_t counts[] = {1, 100, 400, 3000};
    (void)state;
    for (size_t c = 0; c < COUNT_OF(counts); c++) {
        struct follow **follows = calloc(counts[c], sizeof *follows);
        struct buf      out = {.max_bytes = SOURCE_STATE_MAX_BYTES};
        size_t          restored = 0, with_marks = 0;
        assert_non_null(follows);
        for (size_t i = 0; i < counts[c]; i++) {
            char address[64];
            snprintf(address, sizeof address, "https://site-%zu.example/feed.xml", i);
            follows[i] = follow_new(str_of(address), (struct str){0}, (struct str){0});
            follows[i]->was_read = true;
            snprintf(follows[i]->etag, sizeof follows[i]->etag, "\"%zu-5f1e0c8a7b6d\"", i);
            follows[i]->interval_us = CLOCK_HOUR_US;
            follows[i]->mark_count = 40;
            follows[i]->marks = calloc(40, sizeof(struct feed_mark));
            for (uint32_t j = 0; j < 40; j++)
                follows[i]->marks[j] = (struct feed_mark){0xfedcba98u + j * 77777u + (uint32_t)i, (0xabcdef1u + j) & ((1u << FEED_MARK_BITS) - 1), -1};
        }
        follow_print_state(follows, counts[c], &out);
        check(!out.has_failed && out.len <= SOURCE_STATE_MAX_BYTES, "%zu feeds: %zu bytes", counts[c], out.len);
        cJSON *read = follow_parse_state(buf_str(&out));
        assert_non_null(read);
        for (size_t i = 0; i < counts[c]; i++) {
            struct follow *again = follow_new(str_of(follows[i]->address), (struct str){0}, (struct str){0});
            follow_restore(again, read);
            restored += strcmp(again->etag, follows[i]->etag) == 0;
            if (again->mark_count) {
                with_marks++;
                for (size_t j = 0; j < 40; j++)
                    check(again->marks[j].id == follows[i]->marks[j].id && again->marks[j].content == follows[i]->marks[j].content, "mark %zu", j);
            }
            follow_free(again);
            follow_free(follows[i]);
        }
        check(restored >= (counts[c] < 500 ? counts[c] : 500), "%zu of %zu feeds are remembered", restored, counts[c]);
        check(with_marks >= (counts[c] < 110 ? counts[c] : counts[c] == 400 ? 50 : 0), "%zu of %zu with marks", with_marks, counts[c]);
        print_message("%zu feeds: %zu remembered, %zu with marks, %zu bytes\n", counts[c], restored, with_marks, out.len);
        cJSON_Delete(read);
        buf_fini(&out);
        free(follows);
    }
}

/* ---- When next ---- */

static void test_plan(void **state)
{
    struct follow       *follow = follow_new(STR("https://p.example/feed"), (struct str){0}, (struct str){0});
    struct follow_bounds bounds = {5 * CLOCK_MINUTE_US, 120 * CLOCK_MINUTE_US};
    struct follow_answer answer = {0};
    int64_t              now_us = INT64_C(1795000000000000);
    (void)state;
    follow->was_read = true;
    for (int i = 0; i < 10; i++)
        follow_plan(follow, FOLLOW_READ, true, &answer, bounds, now_us);
    check(follow->interval_us == bounds.least_us, "lively: %lld", (long long)follow->interval_us);
    for (int i = 0; i < 20; i++)
        follow_plan(follow, FOLLOW_SAME, false, &answer, bounds, now_us);
    check(follow->interval_us == bounds.most_us, "quiet: %lld", (long long)follow->interval_us);
    for (int i = 0; i < 30; i++)
        follow_plan(follow, FOLLOW_FAILED, false, &answer, bounds, now_us);
    check(follow->next_us == now_us + CLOCK_DAY_US, "failing: %lld", (long long)(follow->next_us - now_us));
    answer.max_age_us = 400 * CLOCK_DAY_US;
    follow_plan(follow, FOLLOW_SAME, false, &answer, bounds, now_us);
    check(follow->next_us <= now_us + CLOCK_DAY_US * 11 / 10 && follow->next_us >= now_us + CLOCK_DAY_US, "max-age of a year is a day");
    answer.until_us = now_us + 3 * CLOCK_DAY_US;
    follow_plan(follow, FOLLOW_LIMITED, false, &answer, bounds, now_us);
    check(follow->next_us == answer.until_us, "asked for patience");
    follow_plan(follow, FOLLOW_GONE, false, &answer, bounds, now_us);
    check(follow->is_gone && follow->next_us == INT64_MAX, "gone");
    follow_free(follow);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_dates), cmocka_unit_test(test_ids), cmocka_unit_test(test_cut_everywhere),
                                       cmocka_unit_test(test_state_fits), cmocka_unit_test(test_plan)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
