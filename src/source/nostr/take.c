/* Events become items, items batches. A batch waits a moment for the names of its authors, so that a post stands under a name from the first. */
#include "source/nostr/inside.h"

#include <stdlib.h>

/* Nostr began in November 2020: what is dated before has a broken clock. */
static const int64_t beginning = 1604700000;

bool take_has_room(const struct nostr *nostr)
{
    for (size_t i = 0; i < SUBS_MOST; i++)
        if (nostr->subs[i].is_there && nostr->subs[i].ready_count)
            return false;
    return true;
}

static void print_state(struct nostr *nostr, struct sub *sub)
{
    struct nostr_far fars[NOSTR_RELAYS_MOST];
    struct buf       state = {.max_bytes = SOURCE_STATE_MAX_BYTES};
    for (size_t i = 0; i < nostr->relay_count; i++)
        fars[i] = sub->tracks[i].far;
    nostr_state_print(nostr->urls, fars, nostr->relay_count, &state);
    sub->batch->state = state.has_failed ? (struct str){0} : arena_str(&sub->batch->arena, buf_str(&state));
    sub->has_news = false;
    buf_fini(&state);
}

/* The state behind a batch is what was done when it was closed: whatever is claimed stands in it or before it. */
static void close_batch(struct nostr *nostr, struct sub *sub)
{
    print_state(nostr, sub);
    if (sub->ready_count == sub->ready_capacity) { /* one event can delete more than a batch holds */
        size_t                capacity = sub->ready_capacity ? sub->ready_capacity * 2 : 4;
        struct source_batch **ready = realloc(sub->ready, capacity * sizeof *ready);
        if (!ready) {
            nostr->has_failed = true;
            source_batch_free(sub->batch);
            sub->batch = NULL;
            return;
        }
        sub->ready = ready;
        sub->ready_capacity = capacity;
    }
    sub->ready[sub->ready_count++] = sub->batch;
    sub->batch = NULL;
}

static struct source_item *add_item(struct nostr *nostr, struct sub *sub, enum source_op op)
{
    if (sub->batch && sub->batch->count >= source_port_max_items(nostr->port))
        close_batch(nostr, sub);
    if (!sub->batch) {
        sub->batch = source_batch_new(sub->name);
        sub->batch_us = clock_monotonic_us();
    }
    return sub->batch ? source_batch_add(sub->batch, op) : NULL;
}

void sub_end(struct sub *sub)
{
    source_batch_free(sub->batch);
    for (size_t i = 0; i < sub->ready_count; i++)
        source_batch_free(sub->ready[i]);
    free(sub->ready);
    arena_fini(&sub->arena);
    *sub = (struct sub){0};
}

/* ---- Events ---- */

static void want_name(struct nostr *nostr, struct str pubkey)
{
    struct profile *profile = profiles_of(&nostr->profiles, pubkey);
    if (!profile || profile->state != PROFILE_UNKNOWN || nostr->wanted_count == NAMES_MOST)
        return;
    profile->state = PROFILE_ASKED;
    snprintf(nostr->wanted[nostr->wanted_count++], NOSTR_HEX_BYTES, "%.*s", STR_ARG(pubkey));
}

static bool take_post(struct nostr *nostr, struct sub *sub, const struct nostr_event *event)
{
    uint64_t owner;
    if (recent_find(&nostr->gone, nostr_key_of(event->id, 0), &owner) && owner == nostr_owner_of(event->pubkey))
        return true; /* one relay forgot it, another did not */
    if (event->content.len > POST_TEXT_MAX_BYTES - 16 * 1024) {
        source_port_refused(nostr->port, "a post over 240 KiB", 1);
        return false;
    }
    struct source_item *item = add_item(nostr, sub, SOURCE_UPSERT);
    if (!item || !nostr_read_post(event, nostr->viewer, &sub->batch->arena, item)) {
        if (item)
            sub->batch->count--;
        nostr->has_failed = true;
        return false;
    }
    want_name(nostr, event->pubkey);
    return true;
}

/* Of one's own events alone (NIP-09). Whose an event was we know of those that we gave on; of others the item names who asks, and the host looks. */
static void take_deletion(struct nostr *nostr, struct relay *relay, struct sub *sub, const struct nostr_event *event)
{
    bool     is_of_posts = !nostr_next_tag(event, NULL, "k");
    unsigned count = 0;
    for (const cJSON *tag = NULL; (tag = nostr_next_tag(event, tag, "k"));)
        is_of_posts = is_of_posts || str_equal(nostr_tag_word(tag, 1), STR("1")) || str_equal(nostr_tag_word(tag, 1), STR("1111"));
    for (const cJSON *tag = NULL; is_of_posts && (tag = nostr_next_tag(event, tag, "e"));) {
        struct str id = nostr_tag_word(tag, 1);
        uint64_t   owner, asks = nostr_owner_of(event->pubkey);
        if (!nostr_is_hex(id, 32) || ++count > 400)
            continue;
        if (recent_find(&nostr->seen, nostr_key_of(id, sub->salt), &owner) && owner != asks) {
            relay_refused(nostr, relay, "a deletion of somebody else's post");
            if (relay->phase != RELAY_OPEN)
                return;
            continue;
        }
        recent_add(&nostr->gone, nostr_key_of(id, 0), asks);
        struct source_item *item = add_item(nostr, sub, SOURCE_DELETE);
        if (!item)
            return;
        item->post.id = arena_str(&sub->batch->arena, id);
        item->post.author_id = arena_str(&sub->batch->arena, event->pubkey);
    }
}

/* A request to vanish (NIP-62), if it is meant for all relays or for this one. */
static void take_vanish(struct nostr *nostr, struct relay *relay, struct sub *sub, const struct nostr_event *event)
{
    for (const cJSON *tag = NULL; (tag = nostr_next_tag(event, tag, "relay"));) {
        struct str whom = nostr_tag_word(tag, 1);
        if (!str_equal(whom, STR("ALL_RELAYS")) && !str_equal(whom, str_of(relay->url)))
            continue;
        struct source_item *item = add_item(nostr, sub, SOURCE_ACTOR_DELETE);
        if (item)
            item->post.author_id = arena_str(&sub->batch->arena, event->pubkey);
        return;
    }
}

bool take_event(struct nostr *nostr, struct relay *relay, struct sub *sub, const struct nostr_event *event)
{
    uint64_t    key = nostr_key_of(event->id, sub->salt);
    int64_t     now = clock_now_us() / CLOCK_SECOND_US;
    const char *why;
    if (recent_find(&nostr->seen, key, NULL))
        return true;
    if ((why = nostr_event_verify(nostr->crypto, event, &nostr->scratch))) {
        relay_refused(nostr, relay, why);
        return false;
    }
    relay->refused_in_row = 0;
    if (event->created_at > now + NOSTR_AHEAD_S || event->created_at < beginning) {
        /* Not counted against the relay: clocks are their authors'. One that is ahead comes again when its time has come. */
        source_port_refused(nostr->port, event->created_at < beginning ? "a post from before Nostr" : "a post from the future", 1);
        return false;
    }
    bool is_taken = true;
    switch (event->kind) {
    case NOSTR_NOTE:
    case NOSTR_COMMENT: is_taken = take_post(nostr, sub, event); break;
    case NOSTR_DELETION: take_deletion(nostr, relay, sub, event); break;
    case NOSTR_VANISH: take_vanish(nostr, relay, sub, event); break;
    case NOSTR_PROFILE: take_profile(nostr, event); break;
    default: relay_refused(nostr, relay, "an event of a kind that was not asked for"); return false;
    }
    if (is_taken)
        recent_add(&nostr->seen, key, nostr_owner_of(event->pubkey));
    return is_taken;
}

/* ---- Names ---- */

static bool put_names(struct nostr *nostr, struct source_batch *batch, struct source_item *item)
{
    struct profile *profile = profiles_of(&nostr->profiles, item->post.author_id);
    char            name[NOSTR_NAME_BYTES];
    unsigned char   key[32];
    if (profile && profile->handle[0])
        item->post.author_handle = arena_str(&batch->arena, str_of(profile->handle));
    else if (nostr_from_hex(item->post.author_id, key, 32)) {
        nostr_name("npub", key, name);
        item->post.author_handle = arena_str(&batch->arena, str_of(name));
    }
    if (profile && profile->name[0])
        item->post.author_name = arena_str(&batch->arena, str_of(profile->name));
    return profile;
}

void take_profile(struct nostr *nostr, const struct nostr_event *event)
{
    struct profile *profile = profiles_of(&nostr->profiles, event->pubkey);
    if (!profile || (profile->state == PROFILE_KNOWN && event->created_at <= profile->created_at) ||
        nostr_event_verify(nostr->crypto, event, &nostr->scratch) || !profiles_take(profile, event))
        return;
    for (size_t i = 0; i < SUBS_MOST; i++) {
        struct sub *sub = &nostr->subs[i];
        if (!sub->is_there || sub->ready_count)
            continue;
        struct source_item *item = add_item(nostr, sub, SOURCE_ACTOR);
        if (!item)
            continue;
        item->post.author_id = arena_str(&sub->batch->arena, event->pubkey);
        put_names(nostr, sub->batch, item);
    }
}

void take_ask_names(struct nostr *nostr)
{
    if (!nostr->wanted_count)
        return;
    struct json json;
    for (size_t i = 0; i < nostr->relay_count; i++) {
        struct relay *relay = &nostr->relays[i];
        if (relay->phase != RELAY_OPEN || (relay->names_us && clock_monotonic_us() - relay->names_us < NAMES_FORGET_US))
            continue;
        buf_clear(&nostr->line);
        json = json_writer(&nostr->line);
        json_array(&json);
        json_text(&json, "REQ");
        json_text(&json, "n");
        json_object(&json);
        json_key(&json, "kinds");
        json_array(&json);
        json_i64(&json, NOSTR_PROFILE);
        json_end(&json);
        json_key(&json, "authors");
        json_array(&json);
        for (size_t k = 0; k < nostr->wanted_count; k++)
            json_text(&json, nostr->wanted[k]);
        json_end(&json);
        json_put_i64(&json, "limit", NAMES_MOST);
        json_end(&json);
        json_end(&json);
        relay->names_us = clock_monotonic_us();
        relay_say(nostr, relay, buf_str(&nostr->line));
        nostr->wanted_count = 0; /* the first that is free is asked: names are everywhere */
        return;
    }
}

static bool is_waiting_for_names(const struct nostr *nostr)
{
    for (size_t i = 0; i < nostr->relay_count; i++)
        if (nostr->relays[i].phase == RELAY_OPEN && nostr->relays[i].names_us)
            return true;
    return false;
}

/* ---- Sending ---- */

static void send(struct nostr *nostr, struct source_batch *batch)
{
    for (size_t i = 0; i < batch->count; i++)
        if (batch->items[i].op == SOURCE_UPSERT)
            put_names(nostr, batch, &batch->items[i]);
    source_port_send(nostr->port, batch);
}

void take_send(struct nostr *nostr, int64_t now_us)
{
    bool is_waiting = is_waiting_for_names(nostr);
    for (size_t i = 0; i < SUBS_MOST; i++) {
        struct sub *sub = &nostr->subs[i];
        if (!sub->is_there)
            continue;
        if (!sub->batch && sub->has_news && !sub->ready_count && (sub->batch = source_batch_new(sub->name)))
            sub->batch_us = now_us; /* how far it is, without posts */
        bool is_due = sub->batch && !sub->ready_count && (!is_waiting || now_us - sub->batch_us >= NAMES_WAIT_US);
        if (is_due && source_port_has_room(nostr->port, sub->name))
            close_batch(nostr, sub);
        while (sub->ready_count && source_port_has_room(nostr->port, sub->name)) {
            send(nostr, sub->ready[0]);
            memmove(sub->ready, sub->ready + 1, --sub->ready_count * sizeof *sub->ready);
        }
    }
}
