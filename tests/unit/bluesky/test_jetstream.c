/* Jetstream's frames of both wires, into items: as they come from its servers, and as nobody should send them. */
#include "check.h"

#include "base/clock.h"
#include "source/bluesky/jetstream.h"

#define DID "did:plc:eygmaihciaxprqvxpfvl6flk"

static const char v1_post[] =
    "{\"did\":\"" DID "\",\"time_us\":1725911162329308,\"kind\":\"commit\",\"commit\":{\"rev\":\"3l3qo2vutsw2b\",\"operation\":\"create\","
    "\"collection\":\"app.bsky.feed.post\",\"rkey\":\"3l3qo2vuowo2b\",\"record\":{\"$type\":\"app.bsky.feed.post\",\"createdAt\":\"2024-09-09T19:46:02.102Z\","
    "\"langs\":[\"en\",\"de\"],\"text\":\"ferry \\\"late\\\" again\\n#harbour see harbour.example\","
    "\"facets\":[{\"index\":{\"byteStart\":30,\"byteEnd\":45},\"features\":[{\"$type\":\"app.bsky.richtext.facet#link\",\"uri\":\"https://harbour.example/times\"}]},"
    "{\"index\":{\"byteStart\":3,\"byteEnd\":900},\"features\":[{\"$type\":\"app.bsky.richtext.facet#link\",\"uri\":\"https://outside.example\"}]}],"
    "\"reply\":{\"root\":{\"cid\":\"bafyroot\",\"uri\":\"at://" DID "/app.bsky.feed.post/3root\"},\"parent\":{\"cid\":\"bafyparent\",\"uri\":\"at://" DID
    "/app.bsky.feed.post/3parent\"}},"
    "\"embed\":{\"$type\":\"app.bsky.embed.recordWithMedia\",\"record\":{\"$type\":\"app.bsky.embed.record\",\"record\":{\"cid\":\"bafyq\",\"uri\":\"at://" DID
    "/app.bsky.feed.post/3quote\"}},\"media\":{\"$type\":\"app.bsky.embed.images\",\"images\":[{\"alt\":\"a quay\",\"image\":{\"$type\":\"blob\",\"ref\":"
    "{\"$link\":\"bafkreiabc\"},\"mimeType\":\"image/jpeg\",\"size\":9}}]}}},\"cid\":\"bafyreid\"}}";

static const char v2_post[] =
    "{\"$type\":\"message\",\"payload\":{\"$type\":\"network.bsky.jetstream.subscribeEvents#commit\",\"cid\":\"bafyreid\",\"collection\":\"app.bsky.feed.post\","
    "\"did\":\"" DID "\",\"operation\":\"create\",\"record\":{\"$type\":\"app.bsky.feed.post\",\"createdAt\":\"2024-09-09T19:46:02.102Z\",\"text\":\"hello\"},"
    "\"rev\":\"3l3qo2vutsw2b\",\"rkey\":\"3l3qo2vuowo2b\",\"seq\":77,\"time\":\"2024-09-09T19:46:02.329308Z\",\"witnessedAt\":\"2024-09-09T19:46:03.000000Z\"}}";

struct trial {
    struct bluesky_reading reading;
    struct source_batch   *batch;
    struct bluesky_place   place;
    struct bluesky_notice  notice;
};

static enum bluesky_frame take(struct trial *trial, const char *frame)
{
    size_t len = strlen(frame);
    char  *copy = malloc(len ? len : 1);
    assert_non_null(copy);
    memcpy(copy, frame, len);
    if (!trial->batch)
        trial->batch = source_batch_new("s");
    enum bluesky_frame what = bluesky_jetstream(&trial->reading, str_slice(copy, len), trial->batch, SOURCE_ITEMS_MAX, &trial->place, &trial->notice);
    free(copy); /* items must not need it */
    return what;
}

static void end(struct trial *trial)
{
    source_batch_free(trial->batch);
    bluesky_reading_fini(&trial->reading);
}

static void whole_post(void **state)
{
    (void)state;
    struct trial trial = {0};
    check(take(&trial, v1_post) == BLUESKY_TAKEN && trial.batch->count == 1, "%zu", trial.batch->count);
    const struct post *post = &trial.batch->items[0].post;
    check_str(post->id, STR("at://" DID "/app.bsky.feed.post/3l3qo2vuowo2b"), "id");
    check_str(post->url, STR("https://bsky.app/profile/" DID "/post/3l3qo2vuowo2b"), "url");
    check_str(post->author_id, STR(DID), "author");
    check_str(post->text, STR("ferry \"late\" again\n#harbour see harbour.example"), "text");
    check_str(post->lang, STR("en"), "lang");
    check_str(post->thread, STR("at://" DID "/app.bsky.feed.post/3root"), "root");
    check_str(post->reply_to, STR("at://" DID "/app.bsky.feed.post/3parent"), "parent");
    check_str(post->quote_of, STR("at://" DID "/app.bsky.feed.post/3quote"), "quote");
    check(post->link_count == 1 && post->media_count == 1, "%u links, %u media", post->link_count, post->media_count);
    check_str(post->links[0], STR("https://harbour.example/times"), "the facet that points outside of the text is none");
    check_str(post->media[0].alt, STR("a quay"), "alt");
    check_str(post->media[0].url, STR("https://cdn.bsky.app/img/feed_fullsize/plain/" DID "/bafkreiabc"), "picture");
    check(post->at_us == INT64_C(1725911162102000) && trial.place.at_us == INT64_C(1725911162329308) && trial.place.seq == 0, "%lld", (long long)post->at_us);
    check(take(&trial, v2_post) == BLUESKY_TAKEN && trial.batch->count == 2 && trial.place.seq == 77, "v2");
    check(trial.place.at_us == INT64_C(1725911163000000), "the witnessed time is the place: %lld", (long long)trial.place.at_us);
    check_str(trial.batch->items[1].post.text, STR("hello"), "v2");
    end(&trial);
}

static void cut_and_broken(void **state)
{
    (void)state;
    const char *frames[] = {v1_post, v2_post};
    for (size_t i = 0; i < 2; i++) {
        struct trial trial = {0};
        char         cut[4096];
        for (size_t len = 0; len < strlen(frames[i]); len++) {
            memcpy(cut, frames[i], len);
            cut[len] = '\0';
            check(take(&trial, cut) == BLUESKY_REFUSED && trial.batch->count == 0, "frame %zu, %zu bytes", i, len);
        }
        check(trial.reading.refused[BLUESKY_BROKEN_FRAME] == strlen(frames[i]), "all are counted");
        end(&trial);
    }
}

static const struct { const char *frame; enum bluesky_frame what; enum source_op op; size_t items; const char *words; } frames[] = {
    {"{\"did\":\"" DID "\",\"time_us\":1725911162329308,\"kind\":\"commit\",\"commit\":{\"operation\":\"delete\",\"collection\":\"app.bsky.feed.post\",\"rkey\":\"3a\"}}",
     BLUESKY_TAKEN, SOURCE_DELETE, 1, "a delete"},
    {"{\"did\":\"" DID "\",\"time_us\":1725911162329308,\"kind\":\"commit\",\"commit\":{\"operation\":\"create\",\"collection\":\"app.bsky.feed.like\",\"rkey\":\"3a\","
     "\"record\":{}}}", BLUESKY_TAKEN, 0, 0, "a like is nothing to us"},
    {"{\"did\":\"" DID "\",\"time_us\":1725911162329308,\"kind\":\"commit\",\"commit\":{\"operation\":\"create\",\"collection\":\"app.bsky.feed.repost\",\"rkey\":\"3a\","
     "\"record\":{\"subject\":{\"uri\":\"at://" DID "/app.bsky.feed.post/1\"}}}}", BLUESKY_TAKEN, 0, 0, "reposts are not wanted here"},
    {"{\"did\":\"" DID "\",\"time_us\":1725911162329308,\"kind\":\"account\",\"account\":{\"active\":false,\"did\":\"" DID "\",\"status\":\"deleted\"}}",
     BLUESKY_TAKEN, SOURCE_ACTOR_DELETE, 1, "an account deleted"},
    {"{\"did\":\"" DID "\",\"time_us\":1725911162329308,\"kind\":\"account\",\"account\":{\"active\":false,\"did\":\"" DID "\",\"status\":\"takendown\"}}",
     BLUESKY_TAKEN, SOURCE_ACTOR_DELETE, 1, "an account taken down"},
    {"{\"did\":\"" DID "\",\"time_us\":1725911162329308,\"kind\":\"account\",\"account\":{\"active\":false,\"did\":\"" DID "\",\"status\":\"deactivated\"}}",
     BLUESKY_TAKEN, 0, 0, "an account that pauses or moves house"},
    {"{\"did\":\"" DID "\",\"time_us\":1725911162329308,\"kind\":\"account\",\"account\":{\"active\":true,\"did\":\"" DID "\",\"status\":\"deleted\"}}",
     BLUESKY_TAKEN, 0, 0, "an active account"},
    {"{\"did\":\"" DID "\",\"time_us\":1725911162329308,\"kind\":\"identity\",\"identity\":{\"did\":\"" DID "\",\"handle\":\"new.test\"}}",
     BLUESKY_TAKEN, SOURCE_ACTOR, 1, "a new handle"},
    {"{\"$type\":\"message\",\"payload\":{\"$type\":\"network.bsky.jetstream.subscribeEvents#account\",\"seq\":5,\"did\":\"" DID "\",\"time\":\"2024-09-09T19:46:02Z\","
     "\"account\":{\"active\":false,\"did\":\"" DID "\",\"status\":\"deleted\",\"seq\":900,\"time\":\"1999-01-01T00:00:00Z\"}}}",
     BLUESKY_TAKEN, SOURCE_ACTOR_DELETE, 1, "v2: an account deleted"},
    {"{\"$type\":\"message\",\"payload\":{\"$type\":\"network.bsky.jetstream.subscribeEvents#info\",\"name\":\"OutdatedCursor\",\"message\":\"from 12\"}}",
     BLUESKY_SAID, 0, 0, "v2: the cursor was clamped"},
    {"{\"$type\":\"error\",\"error\":\"ConsumerTooSlow\",\"message\":\"m\"}", BLUESKY_SAID, 0, 0, "v2: too slow"},
    {"{\"did\":\"did:plc:\",\"time_us\":1725911162329308,\"kind\":\"commit\",\"commit\":{\"operation\":\"delete\",\"collection\":\"app.bsky.feed.post\",\"rkey\":\"3a/../b\"}}",
     BLUESKY_TAKEN, 0, 0, "a record key with slashes"},
    {"{\"did\":\"" DID "\",\"time_us\":1725911162329308,\"kind\":\"commit\",\"commit\":{\"operation\":\"create\",\"collection\":\"app.bsky.feed.post\",\"rkey\":\"3a\","
     "\"record\":{\"text\":12}}}", BLUESKY_TAKEN, 0, 0, "a text that is a number"},
    {"{\"did\":\"" DID "\",\"time_us\":1725911162329308,\"kind\":\"commit\",\"commit\":{\"operation\":\"create\",\"collection\":\"app.bsky.feed.post\",\"rkey\":\"3a\","
     "\"record\":[]}}", BLUESKY_TAKEN, 0, 0, "a record that is a list"},
    {"{\"did\":\"" DID "\",\"time_us\":1725911162329308,\"kind\":\"commit\",\"commit\":{\"operation\":\"burn\",\"collection\":\"app.bsky.feed.post\",\"rkey\":\"3a\"}}",
     BLUESKY_REFUSED, 0, 0, "an operation that is none"},
    {"{\"did\":\"" DID "\",\"time_us\":-5,\"kind\":\"commit\"}", BLUESKY_REFUSED, 0, 0, "a time before time"},
    {"[]", BLUESKY_REFUSED, 0, 0, "a list"}, {"", BLUESKY_REFUSED, 0, 0, "nothing"}, {"{}", BLUESKY_REFUSED, 0, 0, "an empty object"},
};

static void each_kind(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(frames); i++) {
        struct trial trial = {0};
        check(take(&trial, frames[i].frame) == frames[i].what, "row %zu: %s", i, frames[i].words);
        check(trial.batch->count == frames[i].items, "row %zu: %s: %zu items", i, frames[i].words, trial.batch->count);
        if (frames[i].items)
            check(trial.batch->items[0].op == frames[i].op, "row %zu: %s: op %d", i, frames[i].words, trial.batch->items[0].op);
        end(&trial);
    }
}

static const struct { const char *created; int64_t at_us; enum bluesky_refusal counted; uint64_t count; } clocks[] = {
    {"2024-09-09T19:46:02.102Z", INT64_C(1725911162102000), BLUESKY_CLOCK_AHEAD, 0},
    {"2024-09-09T19:46:20Z", INT64_C(1725911162329308), BLUESKY_CLOCK_AHEAD, 0}, /* some seconds ahead: clamped, no word about it */
    {"2031-01-01T00:00:00Z", INT64_C(1725911162329308), BLUESKY_CLOCK_AHEAD, 1},
    {"1969-01-01T00:00:00Z", INT64_C(1725911162329308), BLUESKY_CLOCK_ABSURD, 1},
    {"yesterday", INT64_C(1725911162329308), BLUESKY_CLOCK_ABSURD, 1},
    {"2015-02-23T10:00:00Z", INT64_C(1424685600000000), BLUESKY_CLOCK_AHEAD, 0}, /* brought along from elsewhere */
};

static void wrong_clocks(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(clocks); i++) {
        struct trial trial = {0};
        char         frame[512];
        snprintf(frame, sizeof frame, "{\"did\":\"" DID "\",\"time_us\":1725911162329308,\"kind\":\"commit\",\"commit\":{\"operation\":\"create\","
                 "\"collection\":\"app.bsky.feed.post\",\"rkey\":\"3a\",\"record\":{\"text\":\"t\",\"createdAt\":\"%s\"}}}", clocks[i].created);
        check(take(&trial, frame) == BLUESKY_TAKEN && trial.batch->count == 1, "row %zu", i);
        check(trial.batch->items[0].post.at_us == clocks[i].at_us, "row %zu: %lld", i, (long long)trial.batch->items[0].post.at_us);
        check(trial.reading.refused[clocks[i].counted] == clocks[i].count, "row %zu", i);
        end(&trial);
    }
}

static void full_batch(void **state)
{
    (void)state;
    struct trial trial = {.batch = source_batch_new("s")};
    check(bluesky_jetstream(&trial.reading, str_of(v1_post), trial.batch, 1, &trial.place, &trial.notice) == BLUESKY_TAKEN, "the first fits");
    trial.place = (struct bluesky_place){0};
    check(bluesky_jetstream(&trial.reading, str_of(v1_post), trial.batch, 1, &trial.place, &trial.notice) == BLUESKY_FULL, "the second does not");
    check(trial.batch->count == 1 && trial.place.at_us == 0, "and claims nothing");
    end(&trial);
}

static void filtered(void **state)
{
    (void)state;
    struct str ferry = STR("FERRY"), bus = STR("bus"), german = STR("de"), link = STR("https://www.harbour.example"), author = STR("@" DID), tag = STR("#harbour");
    const struct { struct source_query query; size_t items; } rows[] = {
        {{0}, 1}, {{.any = &ferry, .any_count = 1}, 1}, {{.any = &bus, .any_count = 1}, 0}, {{.langs = &german, .lang_count = 1}, 0},
        {{.urls = &link, .url_count = 1}, 1}, {{.accounts = &author, .account_count = 1}, 1}, {{.hashtags = &tag, .hashtag_count = 1}, 1},
        {{.any = &bus, .any_count = 1, .hashtags = &tag, .hashtag_count = 1}, 1},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct trial trial = {0};
        struct error error = {0};
        check_ok(bluesky_filter_new(&rows[i].query, &trial.reading.filter, &error), error, "row %zu", i);
        check(take(&trial, v1_post) == BLUESKY_TAKEN && trial.batch->count == rows[i].items, "row %zu: %zu", i, trial.batch->count);
        check(take(&trial, frames[0].frame) == BLUESKY_TAKEN && trial.batch->count == rows[i].items + 1, "row %zu: deletes pass", i);
        bluesky_filter_free(trial.reading.filter);
        end(&trial);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(whole_post), cmocka_unit_test(cut_and_broken), cmocka_unit_test(each_kind),
                                       cmocka_unit_test(wrong_clocks), cmocka_unit_test(full_batch), cmocka_unit_test(filtered)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
