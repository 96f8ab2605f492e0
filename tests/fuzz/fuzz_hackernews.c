/* Answers of an API that may be anybody's: a post that comes of one is sound, and a state that is read says the same when it is printed. */
#include "fuzz.h"

#include "source/hackernews/hackernews.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct str      json = str_slice((const char *)bytes, len);
    struct arena    arena = {0};
    struct hn_item  facts;
    struct hn_state state, again;
    struct error    error = {0};
    int64_t         ids[8];
    struct source_item item = {.op = SOURCE_UPSERT};
    if (hn_item_read(json, 8863, STR("https://hn"), &arena, &facts, &item.post, &error) == HN_ITEM) {
        struct post post;
        fuzz_check(source_item_post(&item, STR("hackernews"), &arena, &post, &error) == ERROR_NONE || error.code == ERROR_INVALID || error.code == ERROR_TOO_LARGE, "%s", error.message);
    }
    hn_updates_read(json, ids, 8);
    if (hn_state_read(json, &state)) {
        struct buf text = {0};
        hn_state_print(&state, &text);
        fuzz_check(hn_state_read(buf_str(&text), &again) && again.next == state.next && again.owed_count == state.owed_count, "%.*s", STR_ARG(buf_str(&text)));
        buf_fini(&text);
    }
    arena_fini(&arena);
    return 0;
}
