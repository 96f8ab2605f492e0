#include "source/mastodon/status.h"

#include "base/clock.h"
#include "source/mastodon/place.h"
#include "text/html.h"

#include <math.h>

enum { CLOCK_AHEAD_MINUTES = 60, POLL_OPTIONS_MAX = 40, MEDIA_MAX = 16 };

#define get cJSON_GetObjectItemCaseSensitive

struct str mastodon_text(const cJSON *object, const char *name)
{
    const char *text = cJSON_GetStringValue(get(object, name));
    return str_of(text ? text : "");
}

struct str mastodon_local_id(const char *host, struct str native)
{
    size_t len = strlen(host);
    if (native.len <= len + 1 || memcmp(native.ptr, host, len) != 0 || native.ptr[len] != '/')
        return (struct str){0};
    struct str id = str_slice(native.ptr + len + 1, native.len - len - 1);
    return mastodon_id_is_sound(id) ? id : (struct str){0};
}

/* ---- What people wish ---- */

/* The words that people write of themselves when they mean it (#nobot and its kin); as hashtags alone, so that a talk about them is none. */
static bool says_no(struct str note)
{
    static const char *const words[] = {"nobot", "nobots", "noindex", "noarchive", "nosearch", "noscrape"};
    for (size_t i = 0; i + 1 < note.len; i++) {
        if (note.ptr[i] != '#')
            continue;
        struct str rest = str_slice(note.ptr + i + 1, note.len - i - 1);
        while (rest.len && rest.ptr[0] == '<') { /* Mastodon writes <a ...>#<span>nobot</span></a> */
            const char *end = memchr(rest.ptr, '>', rest.len);
            if (!end)
                return false;
            rest = str_slice(end + 1, rest.len - (size_t)(end + 1 - rest.ptr));
        }
        for (size_t w = 0; w < sizeof words / sizeof *words; w++) {
            size_t len = strlen(words[w]);
            if (rest.len >= len && str_equal_ascii_nocase(str_slice(rest.ptr, len), str_of(words[w])) &&
                (rest.len == len || !((rest.ptr[len] | 0x20) >= 'a' && (rest.ptr[len] | 0x20) <= 'z')))
                return true;
        }
    }
    return false;
}

bool mastodon_has_refused(const cJSON *account)
{
    if (cJSON_IsTrue(get(account, "noindex")) || says_no(mastodon_text(account, "note")))
        return true;
    const cJSON *field;
    cJSON_ArrayForEach(field, get(account, "fields"))
        if (says_no(mastodon_text(field, "name")) || says_no(mastodon_text(field, "value")))
            return true;
    return false;
}

static bool speaks_to_us(const struct mastodon_words *words, const cJSON *status)
{
    struct str   own = str_of(words->own_id ? words->own_id : "");
    const cJSON *mention;
    if (own.len == 0)
        return false;
    if (str_equal(mastodon_text(get(status, "account"), "id"), own) || str_equal(mastodon_text(status, "in_reply_to_account_id"), own))
        return true;
    cJSON_ArrayForEach(mention, get(status, "mentions"))
        if (str_equal(mastodon_text(mention, "id"), own))
            return true;
    return false;
}

static bool is_wished(const struct mastodon_words *words, const cJSON *status)
{
    const cJSON *account = get(status, "account");
    if (words->consent == MASTODON_ANYBODY || speaks_to_us(words, status))
        return true;
    if (mastodon_has_refused(account))
        return false;
    return words->consent == MASTODON_UNLESS_REFUSED || cJSON_IsTrue(get(account, "indexable"));
}

/* ---- Its parts ---- */

static int64_t count_of(const cJSON *object, const char *name)
{
    const cJSON *number = get(object, name);
    bool is_count = cJSON_IsNumber(number) && number->valuedouble >= 0 && number->valuedouble <= 0x1p53;
    return is_count ? (int64_t)floor(number->valuedouble) : POST_COUNT_UNKNOWN;
}

/* "HOST/id" in arena; empty where id is none. */
static struct str native(const struct mastodon_words *words, struct str id, struct arena *arena)
{
    if (!mastodon_id_is_sound(id))
        return (struct str){0};
    size_t host = strlen(words->host);
    char  *text = arena_alloc(arena, host + 1 + id.len + 1);
    if (!text)
        return (struct str){0};
    memcpy(text, words->host, host);
    text[host] = '/';
    memcpy(text + host + 1, id.ptr, id.len);
    return str_slice(text, host + 1 + id.len);
}

static bool put_author(const struct mastodon_words *words, const cJSON *account, struct arena *arena, struct post *post)
{
    struct str acct = mastodon_text(account, "acct"), uri = mastodon_text(account, "uri"), name = mastodon_text(account, "display_name");
    struct buf handle = {.max_bytes = POST_NAME_MAX_BYTES};
    if (acct.len == 0 || acct.len > 400)
        return false;
    buf_append_str(&handle, acct);
    if (!memchr(acct.ptr, '@', acct.len))
        buf_printf(&handle, "@%s", words->domain);
    post->author_handle = arena_str(arena, buf_str(&handle));
    buf_fini(&handle);
    /* Servers that do not say the actor's uri say the profile's address, which is the same everywhere but on the author's own server. */
    uri = uri.len ? uri : mastodon_text(account, "url");
    post->author_id = uri.len && uri.len <= POST_NAME_MAX_BYTES ? arena_str(arena, uri) : post->author_handle;
    post->author_name = arena_str(arena, name.len <= POST_NAME_MAX_BYTES ? name : (struct str){0});
    post->author_followers = count_of(account, "followers_count");
    return post->author_handle.len > 0;
}

/* The content warning, the text, the choices of a poll: what a reader sees, in that order. */
static bool put_text(const cJSON *status, struct arena *arena, struct post *post)
{
    struct html_text html = {0};
    struct buf       text = {.max_bytes = POST_TEXT_MAX_BYTES};
    struct str       warning = mastodon_text(status, "spoiler_text");
    const cJSON     *option, *options = get(get(status, "poll"), "options");
    int              count = 0;
    if (html_to_text(mastodon_text(status, "content"), mastodon_text(status, "url"), arena, &html, NULL))
        return false;
    if (warning.len) {
        buf_append_str(&text, warning);
        buf_append(&text, "\n\n", html.text.len ? 2 : 0);
    }
    buf_append_str(&text, html.text);
    cJSON_ArrayForEach(option, options)
        if (count++ < POLL_OPTIONS_MAX)
            buf_printf(&text, "%s- %s", text.len ? "\n" : "", mastodon_text(option, "title").ptr);
    post->text = arena_str(arena, buf_str(&text));
    bool is_whole = !text.has_failed && !html.is_cut;
    buf_fini(&text);
    /* The card's address first: what the post is about. */
    struct str card = mastodon_text(get(status, "card"), "url");
    post->links = arena_array(arena, html.link_count + 1, sizeof *post->links);
    if (post->links && card.len && card.len < POST_URL_MAX_BYTES)
        post->links[post->link_count++] = arena_str(arena, card);
    for (size_t i = 0; post->links && i < html.link_count && post->link_count < POST_LINKS_MAX; i++)
        if (!str_equal(html.links[i], card))
            post->links[post->link_count++] = html.links[i];
    return is_whole && post->text.ptr;
}

static void put_media(const cJSON *status, struct arena *arena, struct post *post)
{
    const cJSON *entry, *list = get(status, "media_attachments");
    int          count = cJSON_GetArraySize(list);
    post->media = count > 0 ? arena_array(arena, MEDIA_MAX, sizeof *post->media) : NULL;
    if (!post->media)
        return;
    cJSON_ArrayForEach(entry, list) {
        struct str type = mastodon_text(entry, "type"), url = mastodon_text(entry, "url"), alt = mastodon_text(entry, "description");
        url = url.len ? url : mastodon_text(entry, "remote_url");
        if (post->media_count == MEDIA_MAX || url.len == 0 || url.len > POST_URL_MAX_BYTES)
            continue;
        post->media[post->media_count++] = (struct media){
            .type = str_equal(type, STR("image")) ? MEDIA_IMAGE
                    : str_equal(type, STR("video")) || str_equal(type, STR("gifv")) ? MEDIA_VIDEO
                    : str_equal(type, STR("audio")) ? MEDIA_AUDIO : MEDIA_OTHER,
            .url = arena_str(arena, url), .alt = arena_str(arena, alt)};
    }
}

/* GoToSocial says who may answer; Mastodon lets everybody who sees it. */
static bool is_closed(const cJSON *status)
{
    const cJSON *rule = get(get(status, "interaction_policy"), "can_reply"), *who;
    static const char *const lists[] = {"always", "with_approval", "automatic_approval", "manual_approval"};
    if (!rule)
        return false;
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        cJSON_ArrayForEach(who, get(rule, lists[i])) {
            struct str word = str_of(cJSON_GetStringValue(who));
            if (str_equal(word, STR("public")) || str_equal(word, STR("me")))
                return false;
        }
    return true;
}

enum taken { TAKEN, LEFT, NO_ROOM };

static enum taken put(const struct mastodon_words *words, const cJSON *status, struct str thread, int64_t now_us, struct source_batch *batch,
                      struct mastodon_counts *counts)
{
    struct arena *arena = &batch->arena;
    struct str    id = mastodon_text(status, "id"), visibility = mastodon_text(status, "visibility"), uri;
    const cJSON  *boosted = get(status, "reblog"), *quote = get(status, "quote");
    int64_t       at_us, edited_us = 0;
    struct post   post = {.author_followers = POST_COUNT_UNKNOWN,
                          .metrics = {POST_COUNT_UNKNOWN, POST_COUNT_UNKNOWN, POST_COUNT_UNKNOWN, POST_COUNT_UNKNOWN, POST_COUNT_UNKNOWN}};
    if (!mastodon_id_is_sound(id) || !clock_parse(mastodon_text(status, "created_at"), &at_us) ||
        !put_author(words, get(status, "account"), arena, &post)) {
        counts->broken++;
        return LEFT;
    }
    if (!is_wished(words, status)) {
        counts->unasked++;
        return LEFT;
    }
    /* A clock that is ahead would stand before all others for ever. One that is far behind is the author's business: people import their past. */
    int64_t latest_us = now_us + CLOCK_AHEAD_MINUTES * CLOCK_MINUTE_US;
    if (at_us > latest_us || at_us < CLOCK_MIN_US)
        at_us = now_us;
    if (!clock_parse(mastodon_text(status, "edited_at"), &edited_us) || edited_us > latest_us || edited_us < CLOCK_MIN_US)
        edited_us = 0;
    post.id = native(words, id, arena);
    post.at_us = at_us;
    post.edited_us = edited_us;
    if (!put_text(cJSON_IsObject(boosted) ? boosted : status, arena, &post))
        counts->oversize++; /* what there was room for is kept */
    put_media(cJSON_IsObject(boosted) ? boosted : status, arena, &post);
    post.lang = arena_str(arena, mastodon_text(status, "language"));
    post.url = arena_str(arena, mastodon_text(status, "url"));
    if (post.url.len == 0 || post.url.len > POST_URL_MAX_BYTES) {
        uri = mastodon_text(status, "uri");
        post.url = arena_str(arena, uri.len <= POST_URL_MAX_BYTES ? uri : (struct str){0});
    }
    post.reply_to = native(words, mastodon_text(status, "in_reply_to_id"), arena);
    post.kind = post.reply_to.len ? STR("comment") : STR("post");
    post.thread = thread.len ? arena_str(arena, thread) : (struct str){0};
    post.repost_of = native(words, mastodon_text(boosted, "id"), arena);
    post.quote_of = native(words, mastodon_text(get(quote, "quoted_status"), "id"), arena);
    if (post.quote_of.len == 0)
        post.quote_of = native(words, mastodon_text(quote, "quoted_status_id"), arena);
    if (!cJSON_IsObject(boosted)) {
        post.metrics.likes = count_of(status, "favourites_count");
        post.metrics.reposts = count_of(status, "reblogs_count");
        post.metrics.replies = count_of(status, "replies_count");
        post.metrics.quotes = count_of(status, "quotes_count");
    }
    struct source_item *item = source_batch_add(batch, SOURCE_UPSERT);
    if (!item)
        return NO_ROOM;
    item->post = post;
    item->visibility = arena_str(arena, visibility);
    item->reply_why = is_closed(status) ? STR("closed") : (struct str){0};
    return TAKEN;
}

bool mastodon_status(const struct mastodon_words *words, const cJSON *status, struct str thread, int64_t now_us, struct source_batch *batch,
                     struct mastodon_counts *counts)
{
    const cJSON *boosted = get(status, "reblog");
    size_t       before = batch->count;
    if (before + 2 > SOURCE_ITEMS_MAX)
        return false;
    /* Who boosts does not speak for the author: a post that is not to be kept is not kept by way of a boost either. */
    enum taken taken = cJSON_IsObject(boosted) ? put(words, boosted, (struct str){0}, now_us, batch, counts) : TAKEN;
    if (taken == TAKEN)
        taken = put(words, status, thread, now_us, batch, counts);
    if (taken == NO_ROOM)
        batch->count = before;
    return taken != NO_ROOM;
}

bool mastodon_deleted(const struct mastodon_words *words, struct str local_id, struct source_batch *batch)
{
    struct str id = native(words, local_id, &batch->arena);
    if (id.len == 0)
        return mastodon_id_is_sound(local_id) == false; /* no id: nothing to delete */
    struct source_item *item = source_batch_add(batch, SOURCE_DELETE);
    if (item)
        item->post.id = id;
    return item != NULL;
}
