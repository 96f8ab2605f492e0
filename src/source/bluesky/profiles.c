#include "source/bluesky/profiles.h"

#include "base/clock.h"
#include "net/fetch.h"
#include "source/bluesky/record.h"

enum { ACTORS_MAX = 25 /* of getProfiles */, DIRECTORY_MAX = 4 /* of a batch */, TIMEOUT_MS = 3000,
       MOST_BYTES = 512 * 1024 };

static bool may_ask(struct profiles *profiles)
{
    int64_t now_us = clock_monotonic_us();
    double  most = profiles->per_minute < 5 ? profiles->per_minute : 5; /* at once, after a quiet time */
    if (profiles->per_minute == 0 || now_us < profiles->paused_until_us)
        return false;
    profiles->allowance += profiles->refilled_us
        ? (double)(now_us - profiles->refilled_us) / (double)CLOCK_MINUTE_US * profiles->per_minute : most;
    profiles->allowance = profiles->allowance < most ? profiles->allowance : most;
    profiles->refilled_us = now_us;
    if (profiles->allowance < 1)
        return false;
    profiles->allowance -= 1;
    return true;
}

static bool ask(struct profiles *profiles, struct buf *url, struct fetch_answer *answer)
{
    struct error error = {0};
    buf_append_char(url, '\0');
    enum error_code code = url->has_failed ? ERROR_MEMORY : fetch(&(struct fetch){.url = url->ptr,
                                                                                  .allows_private = source_port_allows_private(profiles->port),
                                                                 .timeout_ms = TIMEOUT_MS, .most_bytes = MOST_BYTES},
                                                                         answer, &error);
    if (!code && answer->status == 200)
        return true;
    int64_t wait_us = code ? 0 : fetch_retry_after_us(answer, clock_now_us());
    profiles->paused_until_us = clock_monotonic_us() + (wait_us > CLOCK_MINUTE_US ? wait_us : CLOCK_MINUTE_US);
    if (!profiles->was_said)
        source_port_log(profiles->port, "warning", "no handles for now: %s", code ? error.message
                        : "the server that knows them refused");
    profiles->was_said = true;
    return false;
}

/* {"profiles": [{did, handle, displayName, followersCount}]} */
static void take_profiles(struct profiles *profiles, struct str body, int64_t now_us)
{
    struct arena    arena = {0};
    struct node     node = node_json(body, &arena);
    struct node_map map, list, profile;
    struct str      key;
    if (node_map(&node, &map))
        while (node_key(&node, &map, &key)) {
            if (!str_equal(key, STR("profiles"))) {
                node_skip(&node);
                continue;
            }
            if (!node_list(&node, &list))
                continue;
            while (node_item(&node, &list)) {
                struct str          did = {0};
                struct handle_entry entry = {.followers = POST_COUNT_UNKNOWN, .put_us = now_us};
                if (!node_map(&node, &profile))
                    continue;
                while (node_key(&node, &profile, &key)) {
                    if (str_equal(key, STR("did")))
                        node_text(&node, &did);
                    else if (str_equal(key, STR("handle")))
                        node_text(&node, &entry.handle);
                    else if (str_equal(key, STR("displayName")))
                        node_text(&node, &entry.name);
                    else if (str_equal(key, STR("followersCount")))
                        node_number(&node, &entry.followers);
                    else
                        node_skip(&node);
                }
                if (str_equal(entry.handle, STR("handle.invalid"))) /* it does not lead back to the account */
                    entry.handle = (struct str){0};
                if (entry.followers < 0)
                    entry.followers = POST_COUNT_UNKNOWN;
                if (bluesky_did_is_good(did) && !node.bytes.is_broken)
                    handles_put(profiles->handles, did, &entry);
            }
        }
    arena_fini(&arena);
}

/* {"alsoKnownAs": ["at://handle"]} of a DID document. */
static void take_document(struct profiles *profiles, struct str did, struct str body, int64_t now_us)
{
    struct arena        arena = {0};
    struct node         node = node_json(body, &arena);
    struct node_map     map, list;
    struct str          key, name;
    struct handle_entry entry = {.followers = POST_COUNT_UNKNOWN, .put_us = now_us};
    if (node_map(&node, &map))
        while (node_key(&node, &map, &key)) {
            if (!str_equal(key, STR("alsoKnownAs"))) {
                node_skip(&node);
            } else if (node_list(&node, &list)) {
                while (node_item(&node, &list))
                    if (node_text(&node, &name) && entry.handle.len == 0 && str_starts_with(name, STR("at://")))
                        entry.handle = str_slice(name.ptr + 5, name.len - 5);
            }
        }
    if (!node.bytes.is_broken)
        handles_put(profiles->handles, did, &entry);
    arena_fini(&arena);
}

static void ask_appview(struct profiles *profiles, const struct str *dids, size_t count)
{
    struct fetch_answer answer = {0};
    struct buf          url = {0};
    buf_printf(&url, "%s/xrpc/app.bsky.actor.getProfiles", profiles->appview);
    for (size_t i = 0; i < count; i++) {
        buf_printf(&url, i ? "&actors=" : "?actors=");
        fetch_encode(dids[i], &url);
    }
    if (ask(profiles, &url, &answer)) {
        struct handle_entry nobody = {.followers = POST_COUNT_UNKNOWN, .put_us = clock_now_us()}, known;
        take_profiles(profiles, buf_str(&answer.body), nobody.put_us);
        for (size_t i = 0; i < count; i++) /* not asked for again and again */
            if (!handles_get(profiles->handles, dids[i], &known))
                handles_put(profiles->handles, dids[i], &nobody);
        profiles->was_said = false;
    }
    fetch_answer_fini(&answer);
    buf_fini(&url);
}

static void ask_directory(struct profiles *profiles, struct str did)
{
    struct fetch_answer answer = {0};
    struct buf          url = {0};
    if (!str_starts_with(did, STR("did:plc:")))
        return;
    buf_printf(&url, "%s/%.*s", profiles->directory, STR_ARG(did));
    if (ask(profiles, &url, &answer)) {
        take_document(profiles, did, buf_str(&answer.body), clock_now_us());
        profiles->was_said = false;
    }
    fetch_answer_fini(&answer);
    buf_fini(&url);
}

static bool is_among(const struct str *dids, size_t count, struct str did)
{
    for (size_t i = 0; i < count; i++)
        if (str_equal(dids[i], did))
            return true;
    return false;
}

static bool wants_handle(const struct source_item *item)
{
    return item->op == SOURCE_UPSERT && item->post.author_handle.len == 0 && item->post.author_id.len > 0;
}

void profiles_fill(struct profiles *profiles, struct source_batch *batch)
{
    struct str          dids[ACTORS_MAX];
    size_t              count = 0;
    struct handle_entry entry;
    for (size_t i = 0; i < batch->count && count < ACTORS_MAX; i++)
        if (wants_handle(&batch->items[i]) && !handles_get(profiles->handles, batch->items[i].post.author_id, &entry) &&
            !is_among(dids, count, batch->items[i].post.author_id))
            dids[count++] = batch->items[i].post.author_id;
    if (count && profiles->appview[0] && may_ask(profiles))
        ask_appview(profiles, dids, count);
    else if (count && !profiles->appview[0] && profiles->directory[0])
        for (size_t i = 0; i < count && i < DIRECTORY_MAX && may_ask(profiles); i++)
            ask_directory(profiles, dids[i]);
    for (size_t i = 0; i < batch->count; i++) {
        struct post *post = &batch->items[i].post;
        if (!wants_handle(&batch->items[i]) || !handles_get(profiles->handles, post->author_id, &entry))
            continue;
        post->author_handle = entry.handle.len ? arena_str(&batch->arena, entry.handle) : (struct str){0};
        post->author_name = entry.name.len ? arena_str(&batch->arena, entry.name) : (struct str){0};
        post->author_followers = entry.followers;
    }
}
