/* Frames of a real PDS (firehose.hex: one a line, recorded from @atproto/pds 0.5.35), whole, cut short at every length and with bytes changed. */
#include "check.h"

#include "base/rng.h"
#include "base/vfs.h"
#include "source/bluesky/firehose.h"

enum { FRAMES_MAX = 64 };

static struct frames {
    struct buf hex, bytes[FRAMES_MAX];
    size_t     count;
} frames;

static int load(void **state)
{
    (void)state;
    struct error error = {0};
    check_ok(vfs_read_file(FIREHOSE_HEX, 1 << 20, &frames.hex, &error), error, "%s", FIREHOSE_HEX);
    struct str rest = buf_str(&frames.hex), line;
    while (str_next_field(&rest, '\n', &line) && line.len && frames.count < FRAMES_MAX) {
        for (size_t i = 0; i + 1 < line.len; i += 2) {
            char pair[3] = {line.ptr[i], line.ptr[i + 1], 0};
            buf_append_char(&frames.bytes[frames.count], (char)strtol(pair, NULL, 16));
        }
        frames.count++;
    }
    return 0;
}

static int unload(void **state)
{
    (void)state;
    for (size_t i = 0; i < frames.count; i++)
        buf_fini(&frames.bytes[i]);
    buf_fini(&frames.hex);
    return 0;
}

struct trial {
    struct bluesky_reading reading;
    struct bluesky_place   place;
    struct bluesky_notice  notice;
    size_t                 from;
};

/* From memory of exactly its size, given back before the items are looked at. */
static enum bluesky_frame take(struct trial *trial, struct str frame, struct source_batch *batch, size_t most_items)
{
    char *copy = malloc(frame.len ? frame.len : 1);
    assert_non_null(copy);
    memcpy(copy, frame.ptr ? frame.ptr : "", frame.len);
    enum bluesky_frame what = bluesky_firehose(&trial->reading, str_slice(copy, frame.len), batch, most_items, &trial->from, &trial->place, &trial->notice);
    free(copy);
    return what;
}

static void whole(void **state)
{
    (void)state;
    struct trial         trial = {0};
    struct source_batch *batch = source_batch_new("s");
    size_t               ops[5] = {0};
    for (size_t i = 0; i < frames.count; i++)
        check(take(&trial, buf_str(&frames.bytes[i]), batch, SOURCE_ITEMS_MAX) == BLUESKY_TAKEN, "frame %zu", i);
    for (size_t i = 0; i < batch->count; i++)
        ops[batch->items[i].op]++;
    check(ops[SOURCE_UPSERT] == 7 && ops[SOURCE_DELETE] == 1 && ops[SOURCE_ACTOR] == 2 && ops[SOURCE_ACTOR_DELETE] == 2, "%zu posts, %zu deletes, %zu actors, %zu gone",
          ops[SOURCE_UPSERT], ops[SOURCE_DELETE], ops[SOURCE_ACTOR], ops[SOURCE_ACTOR_DELETE]);
    for (size_t i = 0; i < BLUESKY_REFUSAL_COUNT; i++)
        check(trial.reading.refused[i] == 0, "%s: %llu", bluesky_refusals[i], (unsigned long long)trial.reading.refused[i]);
    check(trial.place.seq >= (int64_t)frames.count && trial.reading.events == frames.count, "seq %lld", (long long)trial.place.seq);
    bool has_answer = false;
    for (size_t i = 0; i < batch->count; i++) {
        const struct post *post = &batch->items[i].post;
        if (!str_starts_with(post->text, STR("an answer")))
            continue;
        has_answer = true;
        check_str(post->lang, STR("en"), "language");
        check(post->link_count == 1 && post->reply_to.len > 0 && str_equal(post->reply_to, post->thread), "%u links", post->link_count);
        check_str(post->links[0], STR("https://harbour.example/a"), "link");
    }
    check(has_answer, "the answer");
    source_batch_free(batch);
    bluesky_reading_fini(&trial.reading);
}

static void in_small_batches(void **state)
{
    (void)state;
    struct trial trial = {0};
    size_t       items = 0;
    for (size_t i = 0; i < frames.count; i++)
        for (enum bluesky_frame what = BLUESKY_FULL; what == BLUESKY_FULL;) {
            struct source_batch *batch = source_batch_new("s");
            int64_t              seq = trial.place.seq;
            what = take(&trial, buf_str(&frames.bytes[i]), batch, 1);
            check(what == BLUESKY_TAKEN || (what == BLUESKY_FULL && batch->count == 1 && trial.place.seq == seq), "frame %zu claims too early", i);
            items += batch->count;
            source_batch_free(batch);
        }
    check(items == 12, "%zu items one by one", items);
    bluesky_reading_fini(&trial.reading);
}

static void cut_short(void **state)
{
    (void)state;
    for (size_t i = 0; i < frames.count; i++) {
        struct trial         trial = {0};
        struct source_batch *batch = source_batch_new("s");
        for (size_t len = 0; len < frames.bytes[i].len; len++)
            check(take(&trial, str_slice(frames.bytes[i].ptr, len), batch, SOURCE_ITEMS_MAX) == BLUESKY_REFUSED, "frame %zu, %zu bytes", i, len);
        check(batch->count == 0 && trial.reading.refused[BLUESKY_BROKEN_FRAME] == frames.bytes[i].len, "frame %zu", i);
        source_batch_free(batch);
        bluesky_reading_fini(&trial.reading);
    }
}

/* A changed letter in a text makes the block another than its CID says: never an item. */
static void false_blocks(void **state)
{
    (void)state;
    size_t changed = 0;
    for (size_t i = 0; i < frames.count; i++) {
        char *text = memmem(frames.bytes[i].ptr, frames.bytes[i].len, "ferry", 5);
        if (!text)
            continue;
        struct trial         trial = {0};
        struct source_batch *batch = source_batch_new("s");
        text[0] = 'F';
        check(take(&trial, buf_str(&frames.bytes[i]), batch, SOURCE_ITEMS_MAX) == BLUESKY_TAKEN, "frame %zu", i);
        check(trial.reading.refused[BLUESKY_FALSE_BLOCK] == 1, "frame %zu: %llu", i, (unsigned long long)trial.reading.refused[BLUESKY_FALSE_BLOCK]);
        for (size_t at = 0; at < batch->count; at++)
            check(!memmem(batch->items[at].post.text.ptr, batch->items[at].post.text.len, "Ferry", 5), "frame %zu", i);
        text[0] = 'f';
        changed++;
        source_batch_free(batch);
        bluesky_reading_fini(&trial.reading);
    }
    check(changed > 0, "no frame has the text");
}

static void changed_bytes(void **state)
{
    (void)state;
    struct rng rng;
    rng_seed(&rng, 1);
    for (size_t i = 0; i < frames.count; i++) {
        struct trial trial = {0};
        for (size_t round = 0; round < 3000; round++) {
            struct source_batch *batch = source_batch_new("s");
            struct buf           copy = {0};
            buf_append(&copy, frames.bytes[i].ptr, frames.bytes[i].len);
            for (uint64_t changes = 1 + rng_below(&rng, 3); changes > 0; changes--)
                copy.ptr[rng_below(&rng, copy.len)] = (char)rng_next(&rng);
            trial.from = 0;
            take(&trial, buf_str(&copy), batch, SOURCE_ITEMS_MAX);
            buf_fini(&copy);
            source_batch_free(batch);
        }
        bluesky_reading_fini(&trial.reading);
    }
}

static const struct { const char *bytes; const char *name; bool is_error; } notices[] = {
    {"\xa1\x62op\x20\xa2\x65""error\x6c""FutureCursor\x67message\x61m", "FutureCursor", true},
    {"\xa2\x61t\x65#info\x62op\x01\xa1\x64name\x6eOutdatedCursor", "OutdatedCursor", false},
};

static void the_server_speaks(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(notices); i++) {
        struct trial         trial = {0};
        struct source_batch *batch = source_batch_new("s");
        check(take(&trial, str_of(notices[i].bytes), batch, SOURCE_ITEMS_MAX) == BLUESKY_SAID, "row %zu", i);
        check(strcmp(trial.notice.name, notices[i].name) == 0 && trial.notice.is_error == notices[i].is_error, "row %zu: %s", i, trial.notice.name);
        source_batch_free(batch);
        bluesky_reading_fini(&trial.reading);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(whole), cmocka_unit_test(in_small_batches), cmocka_unit_test(cut_short), cmocka_unit_test(false_blocks),
                                       cmocka_unit_test(changed_bytes), cmocka_unit_test(the_server_speaks)};
    return cmocka_run_group_tests(tests, load, unload);
}
