/* Whatever a relay sends: it is refused with a reason, or it is an event that reads the same again. What we make of it holds when we read it back. */
#include "fuzz.h"

#include "base/utf8.h"
#include "source/nostr/memory.h"
#include "source/nostr/reading.h"
#include "source/nostr/wants.h"

static void check_made(struct nostr_crypto *crypto, struct nostr_event event, struct buf *scratch)
{
    char               id[NOSTR_HEX_BYTES];
    struct buf         out = {0};
    struct nostr_event again;
    nostr_event_make(crypto, &event, id, &out);
    cJSON *json = cJSON_ParseWithLength(out.ptr, out.len);
    fuzz_check(json && !nostr_event_read(json, &again), "what was made does not read");
    const char *why = nostr_event_verify(crypto, &again, scratch);
    fuzz_check(!why, "what was made is %s", why);
    cJSON_Delete(json);
    buf_fini(&out);
}

static void check_post(const struct nostr_event *event)
{
    struct arena       arena = {0};
    struct source_item item = {0};
    struct post        post;
    struct error       error = {0};
    if (nostr_read_post(event, STR("https://v/"), &arena, &item)) {
        item.post.author_followers = POST_COUNT_UNKNOWN;
        item.post.metrics = (struct post_metrics){POST_COUNT_UNKNOWN, POST_COUNT_UNKNOWN, POST_COUNT_UNKNOWN, POST_COUNT_UNKNOWN, POST_COUNT_UNKNOWN};
        enum error_code code = source_item_post(&item, STR("nostr"), &arena, &post, &error);
        fuzz_check(!code || strstr(error.message, "years 1990") || strstr(error.message, "bytes, more than"), "the post is refused: %s", error.message);
    }
    arena_fini(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct nostr_crypto *crypto;
    struct error                error = {0};
    struct nostr_event          event;
    struct nostr_far            far;
    struct profiles             profiles = {0};
    struct buf                  scratch = {0}, text = {0};
    struct str                  bytes = {(const char *)data, size};
    char                        hex[NOSTR_HEX_BYTES];
    if (!crypto) {
        crypto = nostr_crypto_new();
        fuzz_check(crypto && !nostr_take_secret(crypto, STR("0000000000000000000000000000000000000000000000000000000000000001"), &error), "setup");
    }
    nostr_state_read(bytes, "wss://a", &far);
    nostr_read_person(bytes, hex);
    nostr_read_event_name(bytes, hex);
    nostr_print_text(bytes, &text);
    cJSON *json = cJSON_ParseWithLength(bytes.ptr, size);
    if (json && !nostr_event_read(json, &event)) {
        struct profile *profile = profiles_of(&profiles, event.pubkey);
        nostr_event_verify(crypto, &event, &scratch);
        if (utf8_is_valid(bytes)) /* a WebSocket's text is */
            check_made(crypto, event, &scratch);
        check_post(&event);
        fuzz_check(profile, "no place for %.*s", STR_ARG(event.pubkey));
        profiles_take(profile, &event);
    }
    cJSON_Delete(json);
    profiles_fini(&profiles);
    buf_fini(&scratch);
    buf_fini(&text);
    return 0;
}
