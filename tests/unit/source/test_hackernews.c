/* Answers of the Hacker News API, as they are documented and as nobody should give them. */
#include "../check.h"

#include "base/clock.h"
#include "source/hackernews/hackernews.h"

static const struct str site = {"https://hn", 10};

static void test_items(void **state)
{
    (void)state;
    static const struct {
        const char   *json;
        int64_t       id;
        enum hn_found found;
        const char   *text, *kind, *reply_to, *link, *error;
    } rows[] = {
        {"{\"by\":\"dhouston\",\"descendants\":71,\"id\":8863,\"kids\":[8952,9224],\"score\":111,\"time\":1175714200,\"title\":\"My YC app: Dropbox - Throw away your USB drive\","
         "\"type\":\"story\",\"url\":\"http://www.getdropbox.com/u/2/screencast.html\"}",
         8863, HN_ITEM, "My YC app: Dropbox - Throw away your USB drive", "post", "", "http://www.getdropbox.com/u/2/screencast.html", ""},
        {"{\"by\":\"norvig\",\"id\":2921983,\"kids\":[2922097],\"parent\":2921506,\"text\":\"Aw shucks, guys ... you make me blush.<p>Tell you what &amp; more\",\"time\":1314211127,\"type\":\"comment\"}",
         2921983, HN_ITEM, "Aw shucks, guys ... you make me blush.\n\nTell you what & more", "comment", "2921506", NULL, ""},
        {"{\"by\":\"tel\",\"descendants\":16,\"id\":121003,\"score\":25,\"text\":\"<i>or</i> HN\",\"time\":1203647620,\"title\":\"Ask HN: The Arc Effect\",\"type\":\"story\"}", 121003,
         HN_ITEM, "Ask HN: The Arc Effect\n\nor HN", "post", "", NULL, ""},
        {"null", 1, HN_NULL, "", "", "", NULL, ""},
        {" null\n", 1, HN_NULL, "", "", "", NULL, ""},
        {"{\"deleted\":true,\"id\":7,\"time\":1314211127,\"type\":\"comment\",\"parent\":3}", 7, HN_DELETED, "", "", "", NULL, ""},
        {"{\"dead\":true,\"by\":\"x\",\"id\":7,\"time\":1314211127,\"title\":\"spam\",\"type\":\"story\"}", 7, HN_DELETED, "", "", "", NULL, ""},
        {"{\"by\":\"pg\",\"id\":160705,\"poll\":160704,\"score\":335,\"text\":\"Yes\",\"time\":1207886576,\"type\":\"pollopt\"}", 160705, HN_PASSED_OVER, "", "", "", NULL, ""},
        {"{\"id\":8,\"by\":\"x\",\"time\":1314211127,\"type\":\"story\"}", 9, HN_BROKEN, "", "", "", NULL, "asked for item 9, given 8"},
        {"{\"id\":8,\"by\":\"x\",\"type\":\"story\",\"title\":\"t\"}", 8, HN_BROKEN, "", "", "", NULL, "item 8 has no time"},
        {"{\"id\":8,\"time\":1314211127,\"type\":\"story\",\"title\":\"t\"}", 8, HN_BROKEN, "", "", "", NULL, "item 8 has no author"},
        {"{\"id\":8,\"by\":\"x\",\"time\":99999999999999,\"type\":\"story\"}", 8, HN_BROKEN, "", "", "", NULL, "time is 1e+14, not within 631152000 and 7258118400"},
        {"{\"id\":8,\"by\":7,\"time\":1314211127}", 8, HN_BROKEN, "", "", "", NULL, "by is not a text"},
        {"[1]", 8, HN_BROKEN, "", "", "", NULL, "JSON, but not an object"},
        {"<html>", 8, HN_BROKEN, "", "", "", NULL, "broken JSON at byte 1"},
        {"", 8, HN_BROKEN, "", "", "", NULL, "empty, not a JSON object"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct arena   arena = {0};
        struct hn_item facts;
        struct post    post;
        struct error   error = {0};
        enum hn_found  found = hn_item_read(str_of(rows[i].json), rows[i].id, site, &arena, &facts, &post, &error);
        check(found == rows[i].found, "row %zu: %d %s", i, found, error.message);
        check_str(str_of(error.message), str_of(rows[i].error), "row %zu", i);
        if (found == HN_ITEM) {
            char url[64];
            snprintf(url, sizeof url, "https://hn/item?id=%lld", (long long)rows[i].id);
            check_str(post.text, str_of(rows[i].text), "row %zu", i);
            check_str(post.kind, str_of(rows[i].kind), "row %zu", i);
            check_str(post.reply_to, str_of(rows[i].reply_to), "row %zu", i);
            check_str(post.url, str_of(url), "row %zu", i);
            check((rows[i].link == NULL) == (post.link_count == 0), "row %zu: %u links", i, post.link_count);
            if (rows[i].link)
                check_str(post.links[0], str_of(rows[i].link), "row %zu", i);
        }
        arena_fini(&arena);
    }
}

static void test_facts(void **state)
{
    (void)state;
    struct arena   arena = {0};
    struct hn_item facts;
    struct post    post;
    int64_t        number, ids[3];
    hn_item_read(STR("{\"by\":\"d\",\"descendants\":71,\"id\":8863,\"kids\":[8952,9224,\"x\",-1],\"score\":111,\"time\":1175714200,\"title\":\"t\",\"type\":\"story\"}"), 8863, site, &arena,
                 &facts, &post, NULL);
    check(facts.kid_count == 2 && facts.kids[1] == 9224, "kids");
    check(post.metrics.likes == 111 && post.metrics.replies == 71 && post.metrics.views == POST_COUNT_UNKNOWN && post.at_us == 1175714200 * CLOCK_SECOND_US, "counts");
    arena_fini(&arena);
    check(hn_number_read(STR(" 123\n"), &number) && number == 123, "a number");
    check(!hn_number_read(STR("null"), &number) && !hn_number_read(STR("-1"), &number) && !hn_number_read(STR("99999999999999999999"), &number) && !hn_number_read(STR("1.5"), &number), "none");
    check(hn_updates_read(STR("{\"items\":[8423305,8420805,\"x\",0,3,4],\"profiles\":[\"a\"]}"), ids, 3) == 3 && ids[2] == 3, "updates");
    check(hn_updates_read(STR("[]"), ids, 3) == 0, "no updates");
}

static void test_state(void **state)
{
    (void)state;
    struct hn_state one = {.next = 77, .owed = {{70, 1424777752}, {71, 1424777753}}, .owed_count = 2}, two;
    struct buf      text = {0};
    hn_state_print(&one, &text);
    check_str(buf_str(&text), STR("{\"next\":77,\"owed\":[[70,1424777752],[71,1424777753]]}"), "printed");
    check(hn_state_read(buf_str(&text), &two) && two.next == 77 && two.owed_count == 2 && two.owed[1].since_s == 1424777753, "read");
    buf_clear(&text);
    one.owed_count = HN_OWED_MAX;
    hn_state_print(&one, &text);
    check(text.len < SOURCE_STATE_MAX_BYTES, "%zu bytes", text.len);
    buf_fini(&text);
    check(!hn_state_read(STR("{}"), &two) && !hn_state_read(STR("x"), &two) && !hn_state_read(STR("{\"next\":-1}"), &two), "none of ours");
    check(hn_state_read(STR("{\"next\":5,\"owed\":[1,[2],[3,\"x\"],[-4,1],[6,1]]}"), &two) && two.owed_count == 1, "what can be used of it");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_items), cmocka_unit_test(test_facts), cmocka_unit_test(test_state)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
