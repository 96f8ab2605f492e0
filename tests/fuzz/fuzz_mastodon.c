#include "fuzz.h"

#include "source/mastodon/sse.h"
#include "source/mastodon/status.h"

struct hearing {
    struct source_batch   *batch;
    struct mastodon_counts counts;
    uint64_t               events;
};

static const struct mastodon_words words = {.host = "home.example", .domain = "home.example", .own_id = "1"};

static bool hear(void *context, struct str event, struct str data)
{
    struct hearing *hearing = context;
    hearing->events++;
    fuzz_check(event.len > 0 && event.len < SSE_EVENT_NAME_BYTES, "event");
    if (str_equal(event, STR("delete"))) {
        mastodon_deleted(&words, data, hearing->batch);
        return true;
    }
    cJSON *status = cJSON_ParseWithLength(data.ptr, data.len);
    if (status)
        mastodon_status(&words, status, (struct str){0}, INT64_C(1700000000000000), hearing->batch, &hearing->counts);
    cJSON_Delete(status);
    return true;
}

/* However the bytes are cut the same events come of them; each item has an id of this host, and the archive's own check lets it in or names why not. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hearing whole = {.batch = source_batch_new("s")}, cut = {.batch = source_batch_new("s")};
    struct sse     one = {.most_bytes = 4096}, two = {.most_bytes = 4096};
    struct str     bytes = str_slice((const char *)data, size);
    struct arena   arena = {0};
    fuzz_check(whole.batch && cut.batch, "no memory");
    bool is_whole = sse_feed(&one, bytes, hear, &whole), is_cut = true;
    for (size_t at = 0, step = 1; at < size && is_cut; at += step, step = step % 7 + 1) {
        step = step < size - at ? step : size - at;
        is_cut = sse_feed(&two, str_slice(bytes.ptr + at, step), hear, &cut);
    }
    fuzz_check(is_whole == is_cut && whole.events == cut.events && one.oversize == two.oversize && whole.batch->count == cut.batch->count, "cut otherwise");
    for (size_t i = 0; i < whole.batch->count; i++) {
        const struct source_item *item = &whole.batch->items[i];
        struct error              error;
        struct post               post;
        fuzz_check(str_starts_with(item->post.id, STR("home.example/")), "id");
        if (item->op == SOURCE_UPSERT)
            source_item_post(item, STR("mastodon"), &arena, &post, &error);
    }
    arena_fini(&arena);
    source_batch_free(whole.batch);
    source_batch_free(cut.batch);
    sse_fini(&one);
    sse_fini(&two);
    return 0;
}
