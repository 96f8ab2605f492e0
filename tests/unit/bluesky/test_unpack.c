/* Packed frames: read with the server's dictionary, bounded however much they would become. */
#include "check.h"

#include "base/rng.h"
#include "source/bluesky/unpack.h"

#include <zdict.h>
#include <zstd.h>

enum { FRAME_MAX = 64 * 1024 };

static struct packing { /* a dictionary made from frames of our own, and what packs with it */
    char       dictionary[8192];
    size_t     dictionary_len;
    ZSTD_CCtx *context;
} packing;

static size_t make_frame(struct rng *rng, char frame[512])
{
    return (size_t)snprintf(frame, 512, "{\"$type\":\"message\",\"payload\":{\"did\":\"did:plc:%llx\",\"collection\":\"app.bsky.feed.post\",\"text\":\"%llu ferries\"}}",
                            (unsigned long long)rng_next(rng), (unsigned long long)rng_below(rng, 1000));
}

static int begin(void **state)
{
    (void)state;
    enum { SAMPLES = 2000 };
    struct rng rng;
    size_t     sizes[SAMPLES], len = 0;
    char      *samples = malloc(SAMPLES * 512);
    assert_non_null(samples);
    rng_seed(&rng, 3);
    for (size_t i = 0; i < SAMPLES; i++)
        len += sizes[i] = make_frame(&rng, samples + len);
    packing.dictionary_len = ZDICT_trainFromBuffer(packing.dictionary, sizeof packing.dictionary, samples, sizes, SAMPLES);
    free(samples);
    check(!ZDICT_isError(packing.dictionary_len), "%s", ZDICT_getErrorName(packing.dictionary_len));
    packing.context = ZSTD_createCCtx();
    return 0;
}

static int end(void **state)
{
    (void)state;
    ZSTD_freeCCtx(packing.context);
    return 0;
}

static size_t pack(struct str text, char *packed, size_t room)
{
    size_t len = ZSTD_compress_usingDict(packing.context, packed, room, text.ptr, text.len, packing.dictionary, packing.dictionary_len, 3);
    check(!ZSTD_isError(len), "%s", ZSTD_getErrorName(len));
    return len;
}

static void frames(void **state)
{
    (void)state;
    struct unpacker *unpacker;
    struct error     error = {0};
    struct rng       rng;
    char             frame[512], packed[2048];
    struct str       text;
    rng_seed(&rng, 9);
    check_ok(unpacker_new(str_slice(packing.dictionary, packing.dictionary_len), &unpacker, &error), error, "a dictionary");
    check(unpacker_dictionary(unpacker) == ZSTD_getDictID_fromDict(packing.dictionary, packing.dictionary_len), "%u", unpacker_dictionary(unpacker));
    for (size_t i = 0; i < 100; i++) {
        size_t len = make_frame(&rng, frame), packed_len = pack(str_slice(frame, len), packed, sizeof packed);
        check(packed_len < len, "%zu of %zu", packed_len, len);
        for (size_t cut = 0; cut < packed_len; cut += 7)
            check(unpacker_take(unpacker, str_slice(packed, cut), FRAME_MAX, &text, &error), "cut at %zu of %zu", cut, packed_len);
        check_ok(unpacker_take(unpacker, str_slice(packed, packed_len), FRAME_MAX, &text, &error), error, "frame %zu", i);
        check_str(text, str_slice(frame, len), "frame %zu", i);
        packed[packed_len] = 'x';
        check(unpacker_take(unpacker, str_slice(packed, packed_len + 1), FRAME_MAX, &text, &error) == ERROR_INVALID, "a byte behind the frame");
    }
    unpacker_free(unpacker);
}

/* 200 MB of zeros are some 20 KB packed. */
static void bombs(void **state)
{
    (void)state;
    enum { BOMB = 200 * 1000 * 1000 };
    struct unpacker *unpacker;
    struct error     error = {0};
    struct str       text;
    size_t           room = ZSTD_compressBound(BOMB);
    char            *zeros = calloc(1, BOMB), *packed = malloc(room);
    assert_true(zeros && packed);
    size_t len = pack(str_slice(zeros, BOMB), packed, room);
    check_ok(unpacker_new(str_slice(packing.dictionary, packing.dictionary_len), &unpacker, &error), error, "a dictionary");
    check(unpacker_take(unpacker, str_slice(packed, len), FRAME_MAX, &text, &error) != ERROR_NONE, "a bomb of %zu bytes", len);
    len = pack(str_slice(zeros, FRAME_MAX * 4), packed, room);
    check(unpacker_take(unpacker, str_slice(packed, len), FRAME_MAX, &text, &error) == ERROR_TOO_LARGE, "%s", error.message);
    len = pack(str_slice(zeros, FRAME_MAX), packed, room);
    check_ok(unpacker_take(unpacker, str_slice(packed, len), FRAME_MAX, &text, &error), error, "as large as is allowed");
    unpacker_free(unpacker);
    free(zeros);
    free(packed);
}

static void no_dictionary(void **state)
{
    (void)state;
    struct unpacker *unpacker;
    struct error     error = {0};
    char             page[] = "<html>not found</html>";
    check(unpacker_new(str_of(page), &unpacker, &error) == ERROR_INVALID && !unpacker, "a page is no dictionary");
    check(unpacker_new(str_slice(packing.dictionary, 12), &unpacker, &error) == ERROR_INVALID && !unpacker, "nor is the beginning of one");
    check(unpacker_new((struct str){0}, &unpacker, &error) == ERROR_INVALID && !unpacker, "nor nothing");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(frames), cmocka_unit_test(bombs), cmocka_unit_test(no_dictionary)};
    return cmocka_run_group_tests(tests, begin, end);
}
