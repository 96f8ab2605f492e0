#include "source/feeds/items.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/utf8.h"
#include "text/html.h"
#include "text/text.h"

#include <stdlib.h>

enum { ID_MAX_BYTES = 400, TAGS_SHOWN_MAX = 10, AHEAD_MAX_MINUTES = 10 };

/* ---- Ids ---- */

struct str feed_host(struct arena *arena, struct str address)
{
    struct str host = text_link_host(text_link_canonical(arena, address));
    return arena_str(arena, host);
}

/* "example.org" of tag:example.org,2026:x, also where it is written with a mail address. */
static struct str tag_host(struct str guid)
{
    size_t first = 4, end;
    if (!str_starts_with(guid, STR("tag:")))
        return (struct str){0};
    for (end = first; end < guid.len && guid.ptr[end] != ',' && guid.ptr[end] != ':'; end++)
        if (guid.ptr[end] == '@')
            first = end + 1;
    struct str host = str_slice(guid.ptr + first, end - first);
    return str_starts_with(host, STR("www.")) ? str_slice(host.ptr + 4, host.len - 4) : host;
}

/* Names hold no control characters and no broken ones: each becomes instead. */
static void append_clean(struct buf *out, struct str s, char instead)
{
    for (size_t i = 0; i < s.len; i++) {
        bool is_broken = i + 3 <= s.len && memcmp(s.ptr + i, "\xef\xbf\xbd", 3) == 0;
        buf_append_char(out, is_broken || (unsigned char)s.ptr[i] < ' ' || s.ptr[i] == 0x7f ? instead : s.ptr[i]);
        i += is_broken ? 2 : 0;
    }
}

static struct str joined(struct arena *arena, struct str host, struct str name)
{
    struct buf out = {0};
    buf_printf(&out, "%.*s:", STR_ARG(host));
    append_clean(&out, name, '_');
    struct str id = out.has_failed ? (struct str){0} : arena_str(arena, buf_str(&out));
    buf_fini(&out);
    return id;
}

static bool is_clean(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] < ' ' || s.ptr[i] == 0x7f)
            return false;
    return true;
}

static uint64_t hash_of_words(const struct feed_entry *entry)
{
    uint64_t hash = hash_mix(hash_str(entry->title.bytes), hash_str(entry->content.bytes));
    return hash_mix(hash, hash_mix(hash_str(entry->summary.bytes), hash_str(entry->link)));
}

struct str feed_native_id(struct arena *arena, struct str host, const struct feed_entry *entry)
{
    struct str name = entry->guid.len ? entry->guid : entry->link;
    char       text[48];
    if (name.len == 0 || name.len > ID_MAX_BYTES || str_contains(name, STR("\xef\xbf\xbd")) || !utf8_is_valid(name)) {
        /* No name of its own, or one that no id may have: what it says, and its date; a changed one is another. */
        uint64_t hash = name.len ? hash_str(name) : hash_mix(hash_str(entry->title.bytes), (uint64_t)entry->published_us);
        if (name.len == 0 && entry->published_us == 0)
            hash = hash_of_words(entry);
        snprintf(text, sizeof text, "hash-%016llx", (unsigned long long)hash);
        return joined(arena, host, str_of(text));
    }
    struct str own = feed_host(arena, name), tag = tag_host(name);
    bool       is_web = str_starts_with(name, STR("http://")) || str_starts_with(name, STR("https://"));
    bool       names_host = host.len && ((is_web && str_equal(own, host)) || str_equal_ascii_nocase(tag, host));
    return names_host && is_clean(name) ? arena_str(arena, name) : joined(arena, host, name);
}

struct feed_mark feed_mark_of(struct str native_id, const struct feed_entry *entry)
{
    uint64_t words = hash_mix(hash_of_words(entry), hash_str(entry->author.name));
    return (struct feed_mark){(uint32_t)hash_str(native_id), (uint32_t)(words >> (64 - FEED_MARK_BITS)), (int32_t)(entry->replies < INT32_MAX ? entry->replies : INT32_MAX)};
}

/* ---- Words ---- */

static enum error_code read_words(const struct feed_words *words, struct arena *arena, struct html_text *text_out, struct error *error)
{
    *text_out = (struct html_text){.text = words->bytes};
    if (words->bytes.len == 0 || !words->is_html)
        return ERROR_NONE;
    return html_to_text(words->bytes, words->base, arena, text_out, error);
}

static struct str one_line(struct arena *arena, struct str s)
{
    struct buf out = {0};
    append_clean(&out, s, ' ');
    struct str line = out.has_failed ? (struct str){0} : arena_str(arena, str_trim(buf_str(&out)));
    buf_fini(&out);
    return line;
}

/* What an entry is filed under, as the #tags that other platforms have: "Open source" is #OpenSource. */
static void append_tags(const struct feed_entry *entry, struct buf *out)
{
    size_t shown = 0;
    for (size_t i = 0; i < entry->category_count && shown < TAGS_SHOWN_MAX; i++) {
        struct str category = entry->categories[i];
        bool       is_start = true;
        if (category.len > 60 || str_equal_ascii_nocase(category, STR("uncategorized")) || memchr(category.ptr, '/', category.len))
            continue;
        size_t before = out->len;
        buf_append_str(out, shown ? STR(" #") : STR("\n\n#"));
        size_t first = out->len;
        for (size_t at = 0; at < category.len; at++) {
            char c = category.ptr[at];
            bool is_word = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' || (unsigned char)c >= 0x80;
            if (is_word)
                buf_append_char(out, is_start && c >= 'a' && c <= 'z' && at > 0 ? (char)(c - 'a' + 'A') : c);
            is_start = !is_word;
        }
        if (out->len == first || str_contains(str_slice(out->ptr, before), str_slice(out->ptr + first - 1, out->len - first + 1)))
            out->len = before; /* nothing of it is left, or the text has it already */
        else
            shown++;
    }
}

static bool begins_with_title(struct str body, struct str title)
{
    while (title.len >= 3 && (str_ends_with(title, STR("...")) || str_ends_with(title, STR("…"))))
        title.len -= 3;
    return title.len && str_starts_with(body, str_trim(title));
}

static enum error_code fill_text(struct post *post, const struct feed_entry *entry, bool is_comment, struct arena *arena, struct html_text *body,
                                 struct error *error)
{
    struct html_text title;
    struct buf       out = {.max_bytes = POST_TEXT_MAX_BYTES};
    enum error_code  code = read_words(&entry->title, arena, &title, error);
    if (!code)
        code = read_words(entry->content.bytes.len ? &entry->content : &entry->summary, arena, body, error);
    if (code)
        return code;
    struct str head = one_line(arena, title.text), words = body->text;
    /* "Comment on X by Y" is nobody's words. */
    if (head.len && !begins_with_title(words, head) && !(is_comment && words.len)) {
        buf_append_str(&out, head);
        if (words.len)
            buf_append_str(&out, STR("\n\n"));
    }
    if (!buf_append_str(&out, words)) { /* cut to what a post may hold */
        out.has_failed = false;
        size_t left = out.max_bytes - out.len;
        while (left > 0 && ((unsigned char)words.ptr[left] & 0xc0) == 0x80)
            left--;
        buf_append(&out, words.ptr, left);
    } else {
        append_tags(entry, &out);
        out.has_failed = false;
    }
    post->text = arena_str(arena, buf_str(&out));
    buf_fini(&out);
    return post->text.ptr ? ERROR_NONE : error_set(error, ERROR_MEMORY, "no memory for an entry");
}

static bool fill_lists(struct post *post, const struct feed_entry *entry, const struct html_text *body, struct arena *arena)
{
    post->links = arena_array(arena, HTML_LINKS_MAX, sizeof *post->links);
    post->media = arena_array(arena, POST_LINKS_MAX, sizeof *post->media);
    if (!post->links || !post->media)
        return false;
    for (size_t i = 0; i < body->link_count && post->link_count < POST_LINKS_MAX; i++)
        if (!str_equal(body->links[i], entry->link))
            post->links[post->link_count++] = body->links[i];
    for (size_t i = 0; i < entry->media_count + body->media_count && post->media_count < POST_LINKS_MAX; i++) {
        bool         is_own = i < entry->media_count;
        struct media media = is_own ? (struct media){entry->media[i].type, arena_str(arena, entry->media[i].url), arena_str(arena, entry->media[i].alt)}
                                    : (struct media){body->media[i - entry->media_count].type, body->media[i - entry->media_count].url,
                                                     body->media[i - entry->media_count].alt};
        size_t       known = 0;
        while (known < post->media_count && !str_equal(post->media[known].url, media.url))
            known++;
        if (known == post->media_count)
            post->media[post->media_count++] = media;
        else if (!post->media[known].alt.len)
            post->media[known].alt = media.alt;
    }
    return true;
}

/* "en", "pt-BR"; what else stands there is no language. */
static struct str language_of(struct arena *arena, struct str claimed)
{
    bool is_tag = claimed.len >= 2 && claimed.len <= 35;
    for (size_t i = 0; is_tag && i < claimed.len; i++)
        is_tag = (claimed.ptr[i] >= '0' && claimed.ptr[i] <= '9') || ((claimed.ptr[i] | 0x20) >= 'a' && (claimed.ptr[i] | 0x20) <= 'z') ||
                 claimed.ptr[i] == '-' || claimed.ptr[i] == '_';
    return is_tag ? arena_str(arena, claimed) : (struct str){0};
}

/* ---- The whole ---- */

static void fill_author(struct post *post, const struct feed *feed, const struct feed_entry *entry, const struct feed_scope *scope, struct arena *arena)
{
    struct feed_person person = entry->author.name.len || entry->author.uri.len ? entry->author : feed->author;
    struct str         name = one_line(arena, person.name.len ? person.name : person.uri.len ? person.uri : feed->title);
    if (!name.len)
        name = arena_str(arena, scope->host);
    if (name.len > POST_NAME_MAX_BYTES / 2)
        for (name.len = POST_NAME_MAX_BYTES / 2; name.len && ((unsigned char)name.ptr[name.len] & 0xc0) == 0x80;)
            name.len--;
    post->author_name = post->author_handle = name;
    post->author_id = joined(arena, scope->host, person.uri.len && person.uri.len <= POST_NAME_MAX_BYTES / 2 ? person.uri : name);
}

static void fill_times(struct post *post, const struct feed_entry *entry, const struct feed_scope *scope, bool was_changed, bool *was_ahead_out)
{
    int64_t at_us = entry->published_us ? entry->published_us : entry->updated_us ? entry->updated_us : scope->seen_us;
    int64_t edited_us = entry->published_us && entry->updated_us > entry->published_us ? entry->updated_us : was_changed ? scope->now_us : 0;
    *was_ahead_out = at_us > scope->now_us + AHEAD_MAX_MINUTES * CLOCK_MINUTE_US;
    post->at_us = *was_ahead_out ? scope->now_us : at_us;
    post->edited_us = edited_us > scope->now_us + AHEAD_MAX_MINUTES * CLOCK_MINUTE_US ? scope->now_us : edited_us;
    if (post->edited_us && post->edited_us < post->at_us)
        post->edited_us = post->at_us;
}

enum error_code feed_fill(struct source_item *item, const struct feed *feed, const struct feed_entry *entry, const struct feed_scope *scope,
                          bool was_changed, struct arena *arena, bool *was_ahead_out, struct error *error)
{
    struct post     *post = &item->post;
    struct html_text body = {0};
    bool             is_comment = scope->is_comments || entry->reply_ref.len;
    enum error_code  code = fill_text(post, entry, is_comment, arena, &body, error);
    if (code)
        return code;
    post->id = feed_native_id(arena, scope->host, entry);
    post->kind = is_comment ? STR("comment") : STR("article");
    post->url = arena_str(arena, entry->link);
    post->lang = language_of(arena, entry->lang.len ? entry->lang : feed->lang);
    post->community = arena_str(arena, scope->host);
    post->metrics.replies = entry->replies >= 0 ? entry->replies : POST_COUNT_UNKNOWN;
    if (is_comment) {
        struct feed_entry about = {.guid = entry->reply_ref};
        post->thread = arena_str(arena, scope->parent_id);
        post->reply_to = entry->reply_ref.len ? feed_native_id(arena, scope->host, &about) : post->thread;
        if (str_equal(post->reply_to, post->id))
            post->reply_to = (struct str){0};
    }
    item->reply_why = STR("unsupported");
    fill_author(post, feed, entry, scope, arena);
    fill_times(post, entry, scope, was_changed, was_ahead_out);
    bool has_memory = fill_lists(post, entry, &body, arena) && post->id.ptr && post->author_id.ptr;
    return has_memory ? ERROR_NONE : error_set(error, ERROR_MEMORY, "no memory for an entry");
}
