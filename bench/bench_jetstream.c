/* usage: bench_jetstream [FRAMES]
 * Jetstream frames into items by our own reader, against cJSON in the same run (parse, and the same members looked up and copied into an arena).
 * Prints nanoseconds a frame for each and their ratio; the frames are made here: posts of many lengths, some with facets, replies and pictures. */
#include "base/buf.h"
#include "base/clock.h"
#include "base/rng.h"
#include "source/bluesky/jetstream.h"

#include <cjson/cJSON.h>
#include <stdlib.h>

enum { KINDS = 512 };

static void make_frame(struct buf *frame, struct rng *rng)
{
    static const char *const words[] = {"ferry", "harbour", "late", "again", "the", "morning", "queue", "why", "nobody", "\\n", "\xf0\x9f\x98\x80", "caf\xc3\xa9", "said"};
    buf_printf(frame, "{\"did\":\"did:plc:%016llx\",\"time_us\":%lld,\"kind\":\"commit\",\"commit\":{\"rev\":\"3l3qo2vutsw2b\",\"operation\":\"create\","
               "\"collection\":\"app.bsky.feed.post\",\"rkey\":\"3l3qo%07llu\",\"record\":{\"$type\":\"app.bsky.feed.post\",\"createdAt\":\"2024-09-09T19:46:02.102Z\","
               "\"langs\":[\"en\"],", (unsigned long long)rng_next(rng), (long long)(INT64_C(1725911162329308) + (int64_t)rng_below(rng, 1000000)),
               (unsigned long long)rng_below(rng, 9999999));
    if (rng_below(rng, 2))
        buf_printf(frame, "\"reply\":{\"root\":{\"cid\":\"bafyreigbtj4x7ip5legnfznufuopl4sg4knzc2cof6duas4b3q2fy6swua\",\"uri\":\"at://did:plc:abcdefgh/app.bsky.feed.post/3root\"},"
                   "\"parent\":{\"cid\":\"bafyreigbtj4x7ip5legnfznufuopl4sg4knzc2cof6duas4b3q2fy6swua\",\"uri\":\"at://did:plc:abcdefgh/app.bsky.feed.post/3parent\"}},");
    if (rng_below(rng, 4) == 0)
        buf_printf(frame, "\"facets\":[{\"index\":{\"byteStart\":0,\"byteEnd\":5},\"features\":[{\"$type\":\"app.bsky.richtext.facet#tag\",\"tag\":\"ferry\"}]}],");
    if (rng_below(rng, 4) == 0)
        buf_printf(frame, "\"embed\":{\"$type\":\"app.bsky.embed.images\",\"images\":[{\"alt\":\"a quay in the rain\",\"aspectRatio\":{\"height\":9,\"width\":16},\"image\":{\"$type\":"
                   "\"blob\",\"ref\":{\"$link\":\"bafkreigbtj4x7ip5legnfznufuopl4sg4knzc2cof6duas4b3q2fy6swua\"},\"mimeType\":\"image/jpeg\",\"size\":123456}}]},");
    buf_printf(frame, "\"text\":\"ferry");
    for (uint64_t left = rng_below(rng, 40); left > 0; left--)
        buf_printf(frame, " %s", words[rng_below(rng, sizeof words / sizeof *words)]);
    buf_printf(frame, "\"},\"cid\":\"bafyreigbtj4x7ip5legnfznufuopl4sg4knzc2cof6duas4b3q2fy6swua\"}}");
}

static struct str text_of(struct arena *arena, const cJSON *parent, const char *name)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(parent, name));
    return text ? arena_str(arena, str_of(text)) : (struct str){0};
}

/* What our reader takes of a post, without its facets and pictures. */
static size_t by_cjson(struct str frame, struct arena *arena)
{
    cJSON *event = cJSON_ParseWithLength(frame.ptr, frame.len);
    cJSON *commit = cJSON_GetObjectItemCaseSensitive(event, "commit"), *record = cJSON_GetObjectItemCaseSensitive(commit, "record");
    cJSON *reply = cJSON_GetObjectItemCaseSensitive(record, "reply");
    size_t taken = text_of(arena, event, "did").len + text_of(arena, commit, "rkey").len + text_of(arena, commit, "collection").len +
                   text_of(arena, record, "text").len + text_of(arena, record, "createdAt").len +
                   text_of(arena, cJSON_GetObjectItemCaseSensitive(reply, "root"), "uri").len + text_of(arena, cJSON_GetObjectItemCaseSensitive(reply, "parent"), "uri").len;
    cJSON_Delete(event);
    return taken;
}

int main(int argc, char **argv)
{
    size_t                 frames = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000, bytes = 0, items = 0, taken = 0;
    struct buf             made[KINDS] = {0};
    struct rng             rng;
    struct bluesky_reading reading = {0};
    struct bluesky_place   place;
    struct bluesky_notice  notice;
    struct arena           arena = {0};
    rng_seed(&rng, 7);
    for (size_t i = 0; i < KINDS; i++)
        make_frame(&made[i], &rng);
    int64_t              began_us = clock_monotonic_us();
    struct source_batch *batch = source_batch_new("s");
    for (size_t i = 0; i < frames; i++) {
        bytes += made[i % KINDS].len;
        require(bluesky_jetstream(&reading, buf_str(&made[i % KINDS]), batch, SOURCE_ITEMS_MAX, &place, &notice) == BLUESKY_TAKEN);
        if (batch->count == SOURCE_ITEMS_MAX) {
            items += batch->count;
            source_batch_free(batch);
            batch = source_batch_new("s");
        }
    }
    double ours_ns = (double)(clock_monotonic_us() - began_us) * 1000 / (double)frames;
    items += batch->count;
    source_batch_free(batch);
    began_us = clock_monotonic_us();
    for (size_t i = 0; i < frames; i++) {
        taken += by_cjson(buf_str(&made[i % KINDS]), &arena);
        if (i % SOURCE_ITEMS_MAX == 0)
            arena_reset(&arena);
    }
    double cjson_ns = (double)(clock_monotonic_us() - began_us) * 1000 / (double)frames;
    require(items == frames && taken > 0);
    printf("%zu frames of %zu bytes on average\n", frames, bytes / frames);
    printf("into items   %6.0f ns a frame  %8.0f frames/s\n", ours_ns, 1e9 / ours_ns);
    printf("cJSON alone  %6.0f ns a frame  %8.0f frames/s   ratio %.1f\n", cjson_ns, 1e9 / cjson_ns, cjson_ns / ours_ns);
    for (size_t i = 0; i < KINDS; i++)
        buf_fini(&made[i]);
    bluesky_reading_fini(&reading);
    arena_fini(&arena);
    return 0;
}
