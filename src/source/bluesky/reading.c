#include "source/bluesky/reading.h"

#include "base/clock.h"

const char *const bluesky_refusals[BLUESKY_REFUSAL_COUNT] = {
    "frame does not parse", "record does not parse", "block is not what its CID says", "block is missing",
        "clock ahead: the server's time taken",
    "no usable time: the server's taken", "malformed DID, collection or record key", "too large"};

void bluesky_reading_fini(struct bluesky_reading *reading)
{
    arena_fini(&reading->scratch);
}

static struct source_item *add_item(struct source_batch *batch, enum source_op op, size_t most_items)
{
    return batch->count < most_items ? source_batch_add(batch, op) : NULL;
}

/* Parts one behind the other, in arena. */
static struct str joined(struct arena *arena, const struct str *parts, size_t count)
{
    size_t len = 0;
    for (size_t i = 0; i < count; i++)
        len += parts[i].len;
    char *text = arena_alloc(arena, len + 1), *at = text;
    for (size_t i = 0; i < count && text; i++) {
        if (parts[i].len)
            memcpy(at, parts[i].ptr, parts[i].len);
        at += parts[i].len;
    }
    return text ? str_slice(text, len) : (struct str){0};
}

static struct str uri_of(struct arena *arena, const struct bluesky_change *change)
{
    return joined(arena, (struct str[]){STR("at://"), change->did, STR("/"), change->collection, STR("/"), change->rkey},
                  6);
}

/* createdAt is the author's word. The network itself orders by the earlier of that and the time at which a server saw it, and so do we: nothing is
 * newer than now. A date of before 1990 or none at all is no word. */
static int64_t published_at(struct bluesky_reading *reading, struct str created_at, int64_t seen_us)
{
    int64_t at_us;
    if (!clock_parse(created_at, &at_us) || at_us < CLOCK_MIN_US || (seen_us == 0 && at_us > CLOCK_MAX_US)) {
        reading->refused[BLUESKY_CLOCK_ABSURD]++;
        return seen_us;
    }
    if (seen_us == 0 || at_us <= seen_us)
        return at_us;
    if (at_us > seen_us + CLOCK_MINUTE_US)
        reading->refused[BLUESKY_CLOCK_AHEAD]++;
    return seen_us;
}

/* Where the network's own programs look for pictures and films. */
static struct str media_url(struct arena *arena, struct str did, const struct record_media *media)
{
    char       text[CID_TEXT_BYTES];
    struct str cid = media->cid;
    if (cid_is_known(cid)) {
        cid_print(cid, text);
        cid = str_of(text);
    }
    for (size_t i = 0; i < cid.len; i++) /* text from JSON: letters and digits are all a CID has */
        if (!((cid.ptr[i] >= 'a' && cid.ptr[i] <= 'z') || (cid.ptr[i] >= 'A' && cid.ptr[i] <= 'Z') ||
              (cid.ptr[i] >= '0' && cid.ptr[i] <= '9')) || i > 100)
            return (struct str){0};
    if (media->type == MEDIA_IMAGE)
        return joined(arena, (struct str[]){STR("https://cdn.bsky.app/img/feed_fullsize/plain/"), did, STR("/"), cid}, 4);
    return joined(arena, (struct str[]){STR("https://video.bsky.app/watch/"), did, STR("/"), cid, STR("/playlist.m3u8")},
                  5);
}

static bool copy_lists(const struct bluesky_record *record, struct str did, struct arena *arena, struct post *post)
{
    post->links = arena_array(arena, record->link_count, sizeof *post->links);
    post->media = arena_array(arena, record->media_count, sizeof *post->media);
    if (!post->links || !post->media)
        return false;
    for (size_t i = 0; i < record->link_count; i++)
        post->links[post->link_count++] = arena_str(arena, record->links[i]);
    for (size_t i = 0; i < record->media_count; i++)
        post->media[post->media_count++] = (struct media){(uint8_t)record->media[i].type,
                                                          media_url(arena, did, &record->media[i]),
                                                          arena_str(arena, record->media[i].alt)};
    return true;
}

static struct str kept(struct arena *arena, struct str s)
{
    return s.len ? arena_str(arena, s) : (struct str){0};
}

/* An id of another post, where it is one that could be a post's. */
static struct str kept_uri(struct arena *arena, struct str uri)
{
    struct bluesky_uri parts;
    return uri.len < POST_ID_MAX_BYTES - 16 && bluesky_uri_split(uri, &parts) && str_equal(parts.collection, BLUESKY_POST)
           ? arena_str(arena, uri)
                                                                                                                           : (struct str){0};
}

bool bluesky_add_post(struct bluesky_reading *reading, const struct bluesky_change *change,
                      const struct bluesky_record *record,
                      const struct handle_entry *author, struct source_batch *batch, size_t most_items,
                          struct source_item **item_out)
{
    struct source_item *item = add_item(batch, SOURCE_UPSERT, most_items);
    if (!item)
        return false;
    struct arena *arena = &batch->arena;
    struct post  *post = &item->post;
    post->id = uri_of(arena, change);
    post->url = bluesky_uri_page((struct bluesky_uri){change->did, change->collection, change->rkey}, arena);
    post->at_us = published_at(reading, record->created_at, change->at_us);
    post->edited_us = change->operation == BLUESKY_UPDATE ? change->at_us : 0;
    post->author_id = kept(arena, change->did);
    if (author) {
        post->author_handle = kept(arena, author->handle);
        post->author_name = kept(arena, author->name);
        post->author_followers = author->followers;
    }
    post->text = kept(arena, record->text);
    post->lang = record->lang.len <= 35 ? kept(arena, record->lang) : (struct str){0}; /* BCP 47's practical end */
    if (record->subject.len) {
        post->repost_of = kept_uri(arena, record->subject);
        post->url = (struct str){0}; /* a repost has no page of its own */
    }
    post->reply_to = kept_uri(arena, record->reply_parent);
    post->thread = kept_uri(arena, record->reply_root);
    post->quote_of = kept_uri(arena, record->quote);
    if (!copy_lists(record, change->did, arena, post)) {
        batch->count--;
        return false;
    }
    if (item_out)
        *item_out = item;
    return true;
}

bool bluesky_wants(const struct bluesky_reading *reading, struct str collection)
{
    return str_equal(collection, BLUESKY_POST) || (reading->takes_reposts && str_equal(collection, BLUESKY_REPOST));
}

bool bluesky_take_change(struct bluesky_reading *reading, struct bluesky_change *change, struct source_batch *batch,
                         size_t most_items)
{
    if (!bluesky_wants(reading, change->collection))
        return true;
    if (batch->count >= most_items)
        return false;
    if (!bluesky_did_is_good(change->did) || !bluesky_rkey_is_good(change->rkey) ||
        change->did.len + change->collection.len + change->rkey.len > POST_ID_MAX_BYTES - 32) {
        reading->refused[BLUESKY_BAD_NAME]++;
        return true;
    }
    if (change->operation == BLUESKY_DELETE) {
        struct source_item *item = add_item(batch, SOURCE_DELETE, most_items);
        if (item)
            item->post.id = uri_of(&batch->arena, change);
        return item != NULL;
    }
    bool                   is_repost = str_equal(change->collection, BLUESKY_REPOST);
    struct bluesky_record *record = &reading->record;
    if (!(change->is_read ? change->is_good : change->has_record && bluesky_record_read(&change->record, is_repost,
                                                                                        record))) {
        reading->refused[BLUESKY_BROKEN_RECORD]++;
        return true;
    }
    if (record->text.len > POST_TEXT_MAX_BYTES) {
        reading->refused[BLUESKY_TOO_BIG]++;
        return true;
    }
    struct handle_entry author;
    bool                is_known = reading->handles && handles_get(reading->handles, change->did, &author);
    if (!bluesky_filter_passes(reading->filter, record, change->did, is_known ? author.handle : (struct str){0},
                               change->at_us)) {
        reading->passed_over++;
        return true;
    }
    return bluesky_add_post(reading, change, record, is_known ? &author : NULL, batch, most_items, NULL);
}

/* What an account says or what its server says of it: gone for good, taken down, suspended. "deactivated" is its owner's pause, and also how an
 * account looks for a moment when it moves house, so it takes nothing away unless that is set. "desynchronized" and "throttled" are its server's trouble. */
bool bluesky_take_account(struct bluesky_reading *reading, struct str did, bool is_active, struct str status,
                          struct source_batch *batch, size_t most_items)
{
    bool is_gone = !is_active && (str_equal(status, STR("deleted")) || str_equal(status, STR("takendown")) ||
                                  str_equal(status, STR("suspended")) ||
                                  (reading->deactivated_goes && str_equal(status, STR("deactivated"))));
    if (!is_gone)
        return true;
    if (!bluesky_did_is_good(did)) {
        reading->refused[BLUESKY_BAD_NAME]++;
        return true;
    }
    struct source_item *item = add_item(batch, SOURCE_ACTOR_DELETE, most_items);
    if (item)
        item->post.author_id = kept(&batch->arena, did);
    return item != NULL;
}

bool bluesky_take_identity(struct bluesky_reading *reading, struct str did, struct str handle, int64_t at_us,
                           struct source_batch *batch, size_t most_items)
{
    struct handle_entry known = {.followers = POST_COUNT_UNKNOWN};
    if (handle.len == 0)
        return true; /* something else about it changed */
    if (!bluesky_did_is_good(did) || handle.len > 253) {
        reading->refused[BLUESKY_BAD_NAME]++;
        return true;
    }
    if (batch->count >= most_items)
        return false;
    bool was_known = reading->handles && handles_get(reading->handles, did, &known);
    if (was_known && str_equal(known.handle, handle))
        return true;
    struct source_item *item = add_item(batch, SOURCE_ACTOR, most_items);
    if (!item)
        return false;
    item->post.author_id = kept(&batch->arena, did);
    item->post.author_handle = kept(&batch->arena, handle);
    item->post.author_name = kept(&batch->arena, known.name);
    if (reading->handles)
        handles_put(reading->handles, did, &(struct handle_entry){handle, item->post.author_name, known.followers,
                                                                  at_us});
    return true;
}
