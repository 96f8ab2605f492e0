/* Input: any bytes as a feed; what comes out of it as items, and as what is remembered over a restart. */
#include "fuzz.h"

#include "base/clock.h"
#include "base/utf8.h"
#include "source/feeds/follow.h"

#include <cjson/cJSON.h>

static void check_entry(const struct feed *feed, const struct feed_entry *entry)
{
    struct arena       arena = {0};
    struct source_item item = {0};
    struct feed_scope  scope = {.host = STR("host.example"), .seen_us = CLOCK_MIN_US, .now_us = INT64_C(1795000000000000)};
    struct error       error = {0};
    struct post        post;
    bool               was_ahead = false;
    fuzz_check(entry->category_count <= FEED_PARTS_MAX && entry->media_count <= FEED_PARTS_MAX, "parts");
    if (entry->is_deleted) {
        feed_native_id(&arena, scope.host, entry);
    } else if (feed_fill(&item, feed, entry, &scope, false, &arena, &was_ahead, &error) == ERROR_NONE) {
        fuzz_check(str_starts_with(item.post.id, STR("host.example:")) || str_contains(item.post.id, STR("host.example")), "id %.*s", STR_ARG(item.post.id));
        fuzz_check(item.post.at_us <= scope.now_us + 10 * CLOCK_MINUTE_US, "time");
        fuzz_check(source_item_post(&item, STR("feed"), &arena, &post, &error) == ERROR_NONE, "%s", error.message);
    }
    arena_fini(&arena);
}

/* What was printed of a follow is what is read again. */
static void check_state(struct str bytes)
{
    cJSON         *state = follow_parse_state(bytes);
    struct follow *follow = follow_new(STR("https://host.example/feed"), (struct str){0}, (struct str){0});
    struct buf     out = {0};
    follow_restore(follow, state);
    follow_free(follow_restore_comments(state, 0));
    follow->was_read = true;
    follow_print_state(&follow, 1, &out);
    fuzz_check(out.len <= SOURCE_STATE_MAX_BYTES, "%zu bytes of state", out.len);
    cJSON *again = follow_parse_state(buf_str(&out));
    fuzz_check(again, "%.*s", (int)out.len, out.ptr);
    struct follow *second = follow_new(STR("https://host.example/feed"), (struct str){0}, (struct str){0});
    follow_restore(second, again);
    fuzz_check(second->mark_count == follow->mark_count && second->is_gone == follow->is_gone, "state differs");
    follow_free(second);
    follow_free(follow);
    cJSON_Delete(again);
    cJSON_Delete(state);
    buf_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct feed  feed;
    struct error error = {0};
    struct str   body = str_slice((const char *)data, size);
    int64_t      at_us = CLOCK_MIN_US;
    if (feed_read(body, STR("application/xml"), STR("https://host.example/feed"), &arena, &feed, &error) == ERROR_NONE) {
        fuzz_check(feed.count <= FEED_ENTRIES_MAX && feed.outline_count <= FEED_OUTLINES_MAX, "%zu entries", feed.count);
        for (size_t i = 0; i < feed.count; i++)
            check_entry(&feed, &feed.entries[i]);
    } else {
        fuzz_check(error.message[0], "an error without words");
    }
    feed_date(body, &at_us);
    fuzz_check(at_us >= CLOCK_MIN_US && at_us < CLOCK_MAX_US, "%lld", (long long)at_us);
    check_state(body);
    arena_fini(&arena);
    return 0;
}
