/* Mastodon without a network: bytes into events, statuses into items, places into state. */
#include "check.h"

#include "base/clock.h"
#include "source/mastodon/mastodon.h"
#include "source/mastodon/sse.h"

#define NOW INT64_C(1700000000000000) /* 2023-11-14T22:13:20Z */

/* ---- Server-sent events ---- */

struct heard {
    struct buf text; /* "event=data|" each */
    int        most; /* -1: all */
};

static bool hear(void *context, struct str event, struct str data)
{
    struct heard *heard = context;
    buf_printf(&heard->text, "%.*s=%.*s|", STR_ARG(event), STR_ARG(data));
    return heard->most < 0 || --heard->most > 0;
}

static const struct {
    const char *bytes, *wanted;
} streams[] = {
    {":)\n\nevent: update\ndata: {}\n\n", "update={}|"},
    {"\xEF\xBB\xBF" "event: a\ndata: 1\n\n:thump\nevent: b\ndata: 2\n\n", "a=1|b=2|"},
    {"event: a\r\ndata: 1\r\n\r\nevent: b\rdata: 2\r\rdata: 3\n\n", "a=1|b=2|message=3|"},
    {"data: one\ndata:two\ndata:  three\n\n", "message=one\ntwo\n three|"},
    {"event: a\n\ndata: x\n\n", "message=x|"},                 /* an event without data is none, and its name is forgotten */
    {"id: 7\nretry: 10\nunknown\ndata\n\n", "message=|"},       /* a field without a colon is empty */
    {"data: cut", ""},                                         /* not ended: not there */
    {"event: a\nevent: b\ndata: 1\n\n", "b=1|"},
};

static void test_sse_is_the_same_however_it_comes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(streams); i++) {
        struct str bytes = str_of(streams[i].bytes);
        for (size_t step = 1; step <= bytes.len; step++) {
            struct sse   sse = {.most_bytes = 100};
            struct heard heard = {.most = -1};
            for (size_t at = 0; at < bytes.len; at += step) /* copied, so that a read behind a piece is found */ {
                size_t len = bytes.len - at < step ? bytes.len - at : step;
                char  *piece = malloc(len);
                memcpy(piece, bytes.ptr + at, len);
                check(sse_feed(&sse, str_slice(piece, len), hear, &heard), "row %zu", i);
                free(piece);
            }
            check_str(buf_str(&heard.text), str_of(streams[i].wanted), "row %zu in pieces of %zu", i, step);
            buf_fini(&heard.text);
            sse_fini(&sse);
        }
    }
}

static void test_sse_leaves_out_what_is_too_large(void **state)
{
    (void)state;
    struct sse   sse = {.most_bytes = 50};
    struct heard heard = {.most = -1};
    struct buf   bytes = {0};
    buf_append_str(&bytes, STR("event: big\ndata: "));
    for (int i = 0; i < 100; i++)
        buf_append_char(&bytes, 'x');
    buf_append_str(&bytes, STR("\ndata: y\n\nevent: ok\ndata: 1\n\n"));
    for (int i = 0; i < 30; i++) /* many lines, each small */
        buf_append_str(&bytes, STR("data: 12345\n"));
    buf_append_str(&bytes, STR("\ndata: 2\n\n"));
    assert_true(sse_feed(&sse, buf_str(&bytes), hear, &heard));
    check_str(buf_str(&heard.text), STR("ok=1|message=2|"), "what is left");
    assert_int_equal(sse.oversize, 2);
    buf_fini(&heard.text);
    buf_fini(&bytes);
    sse_fini(&sse);
}

static void test_sse_gives_up_a_line_without_end(void **state)
{
    (void)state;
    static char  x[64 * 1024];
    struct sse   sse = {.most_bytes = 1000};
    struct heard heard = {.most = -1};
    size_t       fed = 0;
    memset(x, 'x', sizeof x);
    while (sse_feed(&sse, str_slice(x, sizeof x), hear, &heard) && fed < 64u * 1024 * 1024) {
        fed += sizeof x;
        assert_true(sse.line.capacity <= 4096 && sse.data.capacity <= 4096); /* held: next to nothing */
    }
    assert_true(fed <= SSE_ENDLESS_BYTES);
    assert_true(sse_is_endless(&sse));
    sse_fini(&sse);
}

static void test_sse_ends_when_told(void **state)
{
    (void)state;
    struct sse   sse = {.most_bytes = 1000};
    struct heard heard = {.most = 1};
    assert_false(sse_feed(&sse, STR("data: 1\n\ndata: 2\n\n"), hear, &heard));
    check_str(buf_str(&heard.text), STR("message=1|"), "one");
    buf_fini(&heard.text);
    sse_fini(&sse);
}

/* ---- Statuses ---- */

#define ACCOUNT "\"account\":{\"id\":\"9\",\"acct\":\"ann@far.example\",\"uri\":\"https://far.example/users/ann\",\"display_name\":\"Ann\",\"followers_count\":7"
#define STATUS "\"id\":\"42\",\"created_at\":\"2023-11-14T20:00:00.000Z\",\"visibility\":\"public\",\"url\":\"https://far.example/@ann/1\""

static const struct mastodon_words words = {.host = "home.example", .domain = "home.example", .own_id = "1"};

static struct source_batch *read_with(const struct mastodon_words *how, const char *text, struct mastodon_counts *counts)
{
    struct source_batch *batch = source_batch_new("s");
    cJSON               *status = cJSON_Parse(text);
    assert_non_null(status);
    *counts = (struct mastodon_counts){0};
    assert_true(mastodon_status(how, status, (struct str){0}, NOW, batch, counts));
    cJSON_Delete(status);
    return batch;
}

static void test_a_status_becomes_a_post(void **state)
{
    (void)state;
    struct mastodon_counts counts;
    struct error           error;
    struct source_batch   *batch = read_with(&words, "{" STATUS "," ACCOUNT "},"
        "\"content\":\"<p>Look <a href=\\\"https://x.example/a\\\">https://x.example/a</a><script>alert(1)</script></p><p>two</p>\","
        "\"spoiler_text\":\"ferries\",\"language\":\"en\",\"in_reply_to_id\":\"41\",\"edited_at\":\"2023-11-14T21:00:00.000Z\","
        "\"favourites_count\":3,\"reblogs_count\":2,\"replies_count\":1,\"quote\":{\"state\":\"accepted\",\"quoted_status\":{\"id\":\"40\"}},"
        "\"poll\":{\"options\":[{\"title\":\"yes\"},{\"title\":\"no\"}]},\"card\":{\"url\":\"https://x.example/a\"},"
        "\"media_attachments\":[{\"type\":\"gifv\",\"url\":\"https://m.example/1.mp4\",\"description\":\"a gull\"},{\"type\":\"image\",\"url\":null}]}", &counts);
    assert_int_equal(batch->count, 1);
    const struct source_item *item = &batch->items[0];
    struct post               post;
    check_str(item->post.id, STR("home.example/42"), "id");
    check_str(item->post.text, STR("ferries\n\nLook https://x.example/a\n\ntwo\n- yes\n- no"), "text");
    check_str(item->post.author_id, STR("https://far.example/users/ann"), "author's id");
    check_str(item->post.author_handle, STR("ann@far.example"), "handle");
    check_str(item->post.reply_to, STR("home.example/41"), "reply_to");
    check_str(item->post.quote_of, STR("home.example/40"), "quote_of");
    check_str(item->post.kind, STR("comment"), "kind");
    check_str(item->post.lang, STR("en"), "lang");
    check_str(item->visibility, STR("public"), "visibility");
    assert_int_equal(item->post.link_count, 1);
    assert_int_equal(item->post.media_count, 1);
    assert_int_equal(item->post.media[0].type, MEDIA_VIDEO);
    check_str(item->post.media[0].alt, STR("a gull"), "alt");
    assert_int_equal(item->post.metrics.likes, 3);
    assert_int_equal(item->post.author_followers, 7);
    assert_true(item->post.edited_us > item->post.at_us);
    struct arena arena = {0};
    check_ok(source_item_post(item, STR("mastodon"), &arena, &post, &error), error, "the archive takes it");
    check_str(post.id, STR("mastodon:home.example/42"), "id in the archive");
    arena_fini(&arena);
    source_batch_free(batch);
}

static void test_a_boost_is_two_items(void **state)
{
    (void)state;
    struct mastodon_counts counts;
    struct source_batch   *batch = read_with(&words, "{\"id\":\"50\",\"created_at\":\"2023-11-14T21:00:00Z\",\"account\":{\"id\":\"2\",\"acct\":\"bob\"},\"content\":\"\","
                                             "\"reblog\":{" STATUS "," ACCOUNT "},\"content\":\"<p>said</p>\"}}", &counts);
    assert_int_equal(batch->count, 2);
    check_str(batch->items[0].post.id, STR("home.example/42"), "what was boosted comes first");
    check_str(batch->items[1].post.repost_of, STR("home.example/42"), "repost_of");
    check_str(batch->items[1].post.author_handle, STR("bob@home.example"), "a local handle gets its domain");
    check_str(batch->items[1].post.text, STR("said"), "a boost says what it boosts");
    source_batch_free(batch);
}

static const struct {
    const char           *account, *rest; /* what stands in the account, and in the status */
    enum mastodon_consent consent;
    bool                  is_kept;
} wishes[] = {
    {"", "", MASTODON_UNLESS_REFUSED, true},
    {",\"noindex\":true", "", MASTODON_UNLESS_REFUSED, false},
    {",\"noindex\":null,\"discoverable\":false", "", MASTODON_UNLESS_REFUSED, true},
    {",\"note\":\"<p>no <a href=\\\"x\\\">#<span>NoBot</span></a></p>\"", "", MASTODON_UNLESS_REFUSED, false},
    {",\"note\":\"#noindex #art\"", "", MASTODON_UNLESS_REFUSED, false},
    {",\"note\":\"I build #nobotany tools; nobot\"", "", MASTODON_UNLESS_REFUSED, true},
    {",\"note\":\"#<\"", "", MASTODON_UNLESS_REFUSED, true},
    {",\"fields\":[{\"name\":\"wishes\",\"value\":\"#noarchive\"}]", "", MASTODON_UNLESS_REFUSED, false},
    {",\"note\":\"#nobot\"", "", MASTODON_ANYBODY, true},
    {"", "", MASTODON_IF_OFFERED, false},
    {",\"indexable\":true", "", MASTODON_IF_OFFERED, true},
    {",\"indexable\":true,\"note\":\"#noindex\"", "", MASTODON_IF_OFFERED, false},
    {",\"note\":\"#nobot\"", ",\"mentions\":[{\"id\":\"1\"}]", MASTODON_UNLESS_REFUSED, true}, /* written to us */
    {",\"note\":\"#nobot\"", ",\"in_reply_to_account_id\":\"1\"", MASTODON_IF_OFFERED, true},
    {",\"note\":\"#nobot\"", ",\"mentions\":[{\"id\":\"11\"}]", MASTODON_UNLESS_REFUSED, false},
};

static void test_people_are_asked(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(wishes); i++) {
        struct mastodon_words  how = words;
        struct mastodon_counts counts;
        char                   text[1024];
        how.consent = wishes[i].consent;
        snprintf(text, sizeof text, "{" STATUS "," ACCOUNT "%s},\"content\":\"x\"%s}", wishes[i].account, wishes[i].rest);
        struct source_batch *batch = read_with(&how, text, &counts);
        check(batch->count == (wishes[i].is_kept ? 1 : 0), "row %zu: %zu items", i, batch->count);
        check(counts.unasked == (wishes[i].is_kept ? 0 : 1), "row %zu", i);
        source_batch_free(batch);
        /* A boost by somebody else does not change it. */
        snprintf(text, sizeof text, "{\"id\":\"50\",\"created_at\":\"2023-11-14T21:00:00Z\",\"account\":{\"id\":\"2\",\"acct\":\"bob\",\"indexable\":true},"
                 "\"reblog\":{" STATUS "," ACCOUNT "%s},\"content\":\"x\"%s}}", wishes[i].account, wishes[i].rest);
        batch = read_with(&how, text, &counts);
        check(batch->count == (wishes[i].is_kept ? 2 : 0), "row %zu, boosted: %zu items", i, batch->count);
        source_batch_free(batch);
    }
}

static const char *const broken[] = {
    "{}", "[]", "3", "{\"id\":42,\"created_at\":\"2023-11-14T20:00:00Z\"}", "{" STATUS "}", "{" STATUS ",\"account\":[]}", "{" STATUS ",\"account\":{\"acct\":\"\"}}",
    "{\"id\":\"../../x\",\"created_at\":\"2023-11-14T20:00:00Z\"," ACCOUNT "}}", "{\"id\":\"42\",\"created_at\":\"yesterday\"," ACCOUNT "}}",
    "{\"id\":\"0123456789012345678901234567890123456789012345678901234567890123456789\",\"created_at\":\"2023-11-14T20:00:00Z\"," ACCOUNT "}}",
};

static void test_broken_statuses_are_counted(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(broken); i++) {
        struct mastodon_counts counts;
        struct source_batch   *batch = read_with(&words, broken[i], &counts);
        check(batch->count == 0 && counts.broken == 1, "row %zu", i);
        source_batch_free(batch);
    }
}

static const struct {
    const char *at, *wanted;
} clocks[] = {
    {"2023-11-14T20:00:00Z", "2023-11-14T20:00:00Z"},
    {"2023-11-14T23:00:00Z", "2023-11-14T23:00:00Z"}, /* within an hour: so it says */
    {"2031-01-01T00:00:00Z", "2023-11-14T22:13:20Z"}, /* the future: now */
    {"0001-01-01T00:00:00Z", "2023-11-14T22:13:20Z"},
    {"1999-01-01T00:00:00Z", "1999-01-01T00:00:00Z"}, /* a past that was brought along */
};

static void test_wrong_clocks(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(clocks); i++) {
        struct mastodon_counts counts;
        char                   text[512], at[CLOCK_TEXT_BYTES];
        snprintf(text, sizeof text, "{\"id\":\"42\",\"created_at\":\"%s\"," ACCOUNT "}}", clocks[i].at);
        struct source_batch *batch = read_with(&words, text, &counts);
        assert_int_equal(batch->count, 1);
        check_str(str_of(clock_print(batch->items[0].post.at_us, at)), str_of(clocks[i].wanted), "row %zu", i);
        source_batch_free(batch);
    }
}

static void test_a_full_batch_takes_nothing(void **state)
{
    (void)state;
    struct mastodon_counts counts = {0};
    struct source_batch   *batch = source_batch_new("s");
    cJSON                 *status = cJSON_Parse("{" STATUS "," ACCOUNT "}}");
    while (batch->count < SOURCE_ITEMS_MAX - 1)
        assert_non_null(source_batch_add(batch, SOURCE_DELETE));
    assert_false(mastodon_status(&words, status, (struct str){0}, NOW, batch, &counts));
    assert_int_equal(batch->count, SOURCE_ITEMS_MAX - 1);
    cJSON_Delete(status);
    source_batch_free(batch);
}

static void test_ids_are_of_the_host(void **state)
{
    (void)state;
    static const struct {
        const char *native, *wanted; /* NULL: none */
    } rows[] = {{"home.example/42", "42"}, {"home.example/01HTV8Z5T3", "01HTV8Z5T3"}, {"far.example/42", NULL}, {"home.example/", NULL}, {"home.example", NULL},
                {"home.example/42/x", NULL}, {"home.example/42?x", NULL}, {"", NULL}, {"home.example.evil/42", NULL}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct str id = mastodon_local_id("home.example", str_of(rows[i].native));
        check((id.ptr != NULL) == (rows[i].wanted != NULL), "row %zu", i);
        if (rows[i].wanted)
            check_str(id, str_of(rows[i].wanted), "row %zu", i);
    }
}

static void test_texts_are_counted_as_mastodon_does(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t     count;
    } rows[] = {{"", 0}, {"abc", 3}, {"caf\xC3\xA9", 4}, {"cafe\xCC\x81", 4}, {"see https://example.org/a/very/long/path?that=counts&for=little ok", 4 + 23 + 3},
                {"@ann@far.example hi", 4 + 3}, {"@ann hi", 7}, {"a@b.example", 11},
                {"\xF0\x9F\x87\xB3\xF0\x9F\x87\xB1", 1}, /* a flag */
                {"\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x9A\x80", 1}, /* woman, joiner, rocket */
                {"\xF0\x9F\x91\x8D\xF0\x9F\x8F\xBD", 1}, /* thumb with a tone */
                {"\xFF\xFE", 0}, {"@", 1}, {"@@", 1}};
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check(mastodon_counted(str_of(rows[i].text)) == rows[i].count, "row %zu: %lld", i, (long long)mastodon_counted(str_of(rows[i].text)));
}

/* ---- Places ---- */

static void test_places_survive_their_state(void **state)
{
    (void)state;
    struct mastodon_place place, again;
    struct buf            text = {0};
    char                  id[MASTODON_ID_BYTES];
    assert_true(mastodon_place_init(&place, 5, 9) && mastodon_place_init(&again, 5, 9));
    for (int i = 100; i > 80; i--) { /* newest first */
        snprintf(id, sizeof id, "%d", i);
        mastodon_place_saw(&place, str_of(id), NOW, true);
    }
    mastodon_place_saw(&place, STR("99"), NOW, true); /* once more */
    assert_string_equal(place.head, "100");
    assert_int_equal(place.recent_count, 9); /* nobody has looked at them yet: none may be pushed out by the next few */
    mastodon_place_settle(&place, true);
    assert_int_equal(place.recent_count, 5);
    assert_string_equal(place.recent[0], "96");
    mastodon_place_saw(&place, STR("95"), NOW, false); /* left out: not of those to look at again */
    assert_false(mastodon_place_has(&place, STR("95")));
    assert_true(mastodon_place_has(&place, STR("98")));
    mastodon_place_lost(&place, STR("98"));
    mastodon_place_lost(&place, STR("7"));
    place.is_back = true;
    strcpy(place.since, "9");
    strcpy(place.until, "81");
    mastodon_places_print(&(struct mastodon_named_place){"tag:caf\xC3\xA9", &place}, 1, &text);
    assert_true(mastodon_place_read(buf_str(&text), "tag:caf\xC3\xA9", &again));
    assert_string_equal(again.head, "100");
    assert_string_equal(again.since, "9");
    assert_string_equal(again.until, "81");
    assert_true(again.is_back && again.is_begun && !again.is_done);
    assert_int_equal(again.at_ms, NOW / 1000);
    assert_int_equal(again.recent_count, 4);
    mastodon_place_saw(&place, STR("101"), NOW, true);
    mastodon_place_saw(&place, STR("102"), NOW, true);
    assert_int_equal(place.recent_count, 5); /* a stream tells what changes: the oldest gives way */
    assert_string_equal(again.recent[3], "100");
    assert_string_equal(again.recent[1], "97");
    buf_fini(&text);
    mastodon_place_fini(&place);
    mastodon_place_fini(&again);
}

static void test_states_that_cannot_be_read(void **state)
{
    (void)state;
    static const char *const rows[] = {"", "null", "{", "{\"channels\":3}", "{\"channels\":{\"public\":{}}}", "{\"channels\":{\"public\":{\"head\":7}}}",
                                       "{\"channels\":{\"public\":{\"head\":\"a b\"}}}", "{\"channels\":{\"other\":{\"head\":\"7\"}}}"};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct mastodon_place place;
        assert_true(mastodon_place_init(&place, 5, 9));
        check(!mastodon_place_read(str_of(rows[i]), "public", &place), "row %zu", i);
        check(!place.is_begun && place.recent_count == 0, "row %zu", i);
        mastodon_place_fini(&place);
    }
}

static void test_a_state_stays_within_its_bound(void **state)
{
    (void)state;
    struct mastodon_place       place;
    struct mastodon_named_place all[MASTODON_CHANNELS_MAX];
    struct buf                  text = {0};
    assert_true(mastodon_place_init(&place, 5, MASTODON_RECHECK_MAX));
    for (int i = 0; i < MASTODON_RECHECK_MAX; i++) {
        char id[MASTODON_ID_BYTES];
        snprintf(id, sizeof id, "%060d", i);
        mastodon_place_saw(&place, str_of(id), NOW, true);
    }
    for (size_t i = 0; i < MASTODON_CHANNELS_MAX; i++)
        all[i] = (struct mastodon_named_place){"public", &place};
    mastodon_places_print(all, MASTODON_CHANNELS_MAX, &text);
    assert_true(text.len <= SOURCE_STATE_MAX_BYTES);
    assert_true(str_contains(buf_str(&text), STR("\"head\"")));
    buf_fini(&text);
    mastodon_place_fini(&place);
}

static void test_ids_have_an_order(void **state)
{
    (void)state;
    static const char *const rising[] = {"", "9", "10", "99", "100", "01HTV8Z5T3QJ", "01HTV8Z5T4AA"};
    for (size_t i = 0; i + 1 < COUNT_OF(rising); i++) {
        check(mastodon_id_compare(str_of(rising[i]), str_of(rising[i + 1])) < 0, "row %zu", i);
        check(mastodon_id_compare(str_of(rising[i + 1]), str_of(rising[i])) > 0, "row %zu", i);
        check(mastodon_id_compare(str_of(rising[i]), str_of(rising[i])) == 0, "row %zu", i);
    }
}

/* ---- Instances ---- */

static const struct {
    const char *base, *text, *domain, *streaming;
    int64_t     text_most;
    bool        is_instance;
} instances[] = {
    {"https://home.example", "{\"domain\":\"home.example\",\"title\":\"Home\",\"configuration\":{\"urls\":{\"streaming\":\"wss://stream.home.example/\"},"
                             "\"statuses\":{\"max_characters\":11000}}}", "home.example", "wss://stream.home.example", 11000, true},
    {"https://home.example", "{\"uri\":\"home.example\",\"urls\":{\"streaming_api\":\"wss://home.example\"},\"max_toot_chars\":5000}", "home.example", "wss://home.example", 5000, true},
    {"https://home.example", "{\"uri\":\"https://home.example\",\"urls\":{\"streaming_api\":\"ws://home.example\"}}", "home.example", "", 500, true}, /* not without TLS */
    {"http://127.0.0.1:1", "{\"domain\":\"h\",\"configuration\":{\"urls\":{\"streaming\":\"ws://127.0.0.1:2\"},\"statuses\":{\"max_characters\":-1}}}", "h", "ws://127.0.0.1:2", 500, true},
    {"https://home.example", "{\"domain\":\"<script>\",\"configuration\":[]}", "first", "", 500, true},
    {"https://home.example", "{\"error\":\"no\"}", "first", "", 500, false},
    {"https://home.example", "[1]", "first", "", 500, false},
};

static void test_instances_describe_themselves(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(instances); i++) {
        struct mastodon mastodon = {.text_most = 500};
        cJSON          *instance = cJSON_Parse(instances[i].text);
        strcpy(mastodon.base, instances[i].base);
        strcpy(mastodon.domain, "first");
        check(mastodon_read_instance(&mastodon, instance) == instances[i].is_instance, "row %zu", i);
        check_str(str_of(mastodon.domain), str_of(instances[i].domain), "row %zu", i);
        check_str(str_of(mastodon.streaming), str_of(instances[i].streaming), "row %zu", i);
        check(mastodon.text_most == instances[i].text_most, "row %zu: %lld", i, (long long)mastodon.text_most);
        cJSON_Delete(instance);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sse_is_the_same_however_it_comes), cmocka_unit_test(test_sse_leaves_out_what_is_too_large),
        cmocka_unit_test(test_sse_gives_up_a_line_without_end),  cmocka_unit_test(test_sse_ends_when_told),
        cmocka_unit_test(test_a_status_becomes_a_post),          cmocka_unit_test(test_a_boost_is_two_items),
        cmocka_unit_test(test_people_are_asked),                 cmocka_unit_test(test_broken_statuses_are_counted),
        cmocka_unit_test(test_wrong_clocks),                     cmocka_unit_test(test_a_full_batch_takes_nothing),
        cmocka_unit_test(test_ids_are_of_the_host),              cmocka_unit_test(test_places_survive_their_state),
        cmocka_unit_test(test_states_that_cannot_be_read),       cmocka_unit_test(test_a_state_stays_within_its_bound),
        cmocka_unit_test(test_ids_have_an_order),                cmocka_unit_test(test_texts_are_counted_as_mastodon_does),
                       cmocka_unit_test(test_instances_describe_themselves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
