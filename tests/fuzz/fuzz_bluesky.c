/* Input: a byte; 0: DAG-CBOR, 1: CAR, 2: a frame of the firehose, else a frame of Jetstream. Whatever it is, reading ends, stays within its bytes and
 * levels, and what it gives are items that a host can check. */
#include "fuzz.h"

#include "source/bluesky/car.h"
#include "source/bluesky/firehose.h"
#include "source/bluesky/jetstream.h"

static void check_cbor(struct str bytes)
{
    struct cbor cbor = cbor_of(bytes), again = cbor;
    bool        is_whole = cbor_skip(&cbor);
    fuzz_check(cbor.at >= (const uint8_t *)bytes.ptr && cbor.at <= cbor.end, "it left its bytes");
    fuzz_check(is_whole == !cbor.is_broken, "neither whole nor broken");
    fuzz_check(cbor_skip(&again) == is_whole && again.at == cbor.at, "another end the second time");
    if (is_whole) { /* what is whole is not whole when it is cut */
        struct cbor cut = cbor_of(str_slice(bytes.ptr, (size_t)(cbor.at - (const uint8_t *)bytes.ptr) - 1));
        fuzz_check(!cbor_skip(&cut), "whole without its last byte");
    }
}

static void check_car(struct str bytes)
{
    struct arena arena = {.max_bytes = 64 * 1024 * 1024};
    struct car   car;
    if (car_open(bytes, &arena, &car))
        for (size_t i = 0; i < car.count; i++) {
            bool       is_false;
            struct str block = car_find(&car, car.blocks[i].cid, &is_false);
            fuzz_check(!block.ptr || (block.ptr >= bytes.ptr && block.ptr + block.len <= bytes.ptr + bytes.len), "a block outside");
            fuzz_check(block.ptr || is_false, "a block that is lost");
        }
    arena_fini(&arena);
}

static void check_items(struct source_batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        const struct source_item *item = &batch->items[i];
        struct post               post;
        struct error              error = {0};
        if (item->op == SOURCE_UPSERT && source_item_post(item, STR("bluesky"), &batch->arena, &post, &error) == ERROR_NONE)
            fuzz_check(post.id.len <= POST_ID_MAX_BYTES && post.at_us > 0, "a post without an id or a time");
        fuzz_check(item->op == SOURCE_UPSERT || item->op == SOURCE_DELETE ? item->post.id.len > 0 : item->post.author_id.len > 0, "nobody's item");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct bluesky_reading reading;
    struct bluesky_place          place;
    struct bluesky_notice         notice;
    size_t                        from = 0;
    if (size == 0)
        return 0;
    struct str bytes = str_slice((const char *)data + 1, size - 1);
    if (data[0] == 0) {
        check_cbor(bytes);
        return 0;
    }
    if (data[0] == 1) {
        check_car(bytes);
        return 0;
    }
    reading.takes_reposts = data[0] & 4;
    enum bluesky_frame what;
    size_t             rounds = 0;
    do {
        struct source_batch *batch = source_batch_new("s");
        fuzz_check(batch, "no memory");
        size_t before = from;
        what = data[0] == 2 ? bluesky_firehose(&reading, bytes, batch, 3, &from, &place, &notice)
                            : bluesky_jetstream(&reading, bytes, batch, 3, &place, &notice);
        fuzz_check(what != BLUESKY_FULL || (batch->count == 3 && (rounds == 0 || from > before)), "full, and it does not go on");
        check_items(batch);
        source_batch_free(batch);
    } while (what == BLUESKY_FULL && rounds++ < 2000);
    bluesky_reading_fini(&reading);
    reading.scratch = (struct arena){0};
    return 0;
}
