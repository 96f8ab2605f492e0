#include "source/nostr/reading.h"

#include "base/clock.h"

enum { SHOWN_LETTERS = 13 }; /* "npub1" and eight more: enough to tell two people apart */

/* ---- Places in a thread ---- */

static struct str hex_word(const cJSON *tag, int nth)
{
    struct str word = nostr_tag_word(tag, nth);
    return nostr_is_hex(word, 32) ? word : STR("");
}

static struct nostr_place place_of_note(const struct nostr_event *event)
{
    struct nostr_place place = {STR(""), STR(""), STR("")};
    struct str         first = STR(""), last = STR("");
    bool               is_marked = false;
    for (const cJSON *tag = NULL; (tag = nostr_next_tag(event, tag, "e"));) {
        struct str marker = nostr_tag_word(tag, 3), id = hex_word(tag, 1);
        if (!id.len)
            continue;
        if (str_equal(marker, STR("root"))) {
            is_marked = true;
            place.root = id;
        } else if (str_equal(marker, STR("reply"))) {
            is_marked = true;
            place.parent = id;
        } else if (!str_equal(marker, STR("mention"))) {
            first = first.len ? first : id;
            last = id;
        }
    }
    if (is_marked) {
        place.parent = place.parent.len ? place.parent : place.root; /* an answer to the first post has its mark alone */
        place.root = place.root.len ? place.root : place.parent;
    } else { /* as it was before marks: the first is the root, the last is answered */
        place.root = first;
        place.parent = last;
    }
    return place;
}

struct nostr_place nostr_place_of(const struct nostr_event *event)
{
    struct nostr_place place = {STR(""), STR(""), STR("")};
    if (event->kind == NOSTR_COMMENT) {
        const cJSON *root = nostr_next_tag(event, NULL, "E"), *parent = nostr_next_tag(event, NULL, "e");
        place.root = root ? hex_word(root, 1) : STR("");
        place.parent = parent ? hex_word(parent, 1) : STR("");
    } else {
        place = place_of_note(event);
    }
    for (const cJSON *tag = NULL; !place.quote.len && (tag = nostr_next_tag(event, tag, "q"));)
        place.quote = hex_word(tag, 1);
    return place;
}

/* ---- Text ---- */

static bool is_name_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

void nostr_print_text(struct str content, struct buf *out)
{
    while (content.len) {
        const char *found = memmem(content.ptr, content.len, "nostr:", 6);
        size_t      plain = found ? (size_t)(found - content.ptr) : content.len, len = 0;
        buf_append(out, content.ptr, plain);
        content = str_slice(content.ptr + plain, content.len - plain);
        if (!found)
            break;
        struct str name = {content.ptr + 6, content.len - 6};
        while (len < name.len && is_name_letter(name.ptr[len]))
            len++;
        name.len = len;
        char          shown[NOSTR_NAME_BYTES];
        unsigned char bytes[32];
        if (nostr_read_name("npub", name, bytes)) {
            nostr_name("npub", bytes, shown);
            buf_printf(out, "@%.*s", SHOWN_LETTERS, shown);
        } else if (nostr_read_name("note", name, bytes)) {
            nostr_name("note", bytes, shown);
            buf_printf(out, "%.*s", SHOWN_LETTERS, shown);
        } else { /* naddr1..., or a word like any other */
            buf_append(out, content.ptr, 6 + len);
        }
        content = str_slice(content.ptr + 6 + len, content.len - 6 - len);
    }
}

/* ---- What stands beside the text ---- */

/* What holds control characters would have the host refuse the whole post. */
static bool is_web(struct str url)
{
    for (size_t i = 0; i < url.len; i++)
        if ((unsigned char)url.ptr[i] <= 0x20 || url.ptr[i] == 0x7f)
            return false;
    return url.len < POST_URL_MAX_BYTES && (str_starts_with(url, STR("https://")) || str_starts_with(url, STR("http://")));
}

static bool is_language(struct str word)
{
    for (size_t i = 0; i < word.len; i++)
        if (word.ptr[i] < 'a' || word.ptr[i] > 'z')
            return false;
    return word.len == 2 || word.len == 3;
}

/* imeta (NIP-92): words "url https://...", "m image/png", "alt ...". */
static struct media read_media(const cJSON *tag)
{
    struct media media = {.type = MEDIA_OTHER};
    for (const cJSON *word = tag->child ? tag->child->next : NULL; word; word = word->next) {
        struct str rest = str_of(word->valuestring), name;
        if (!str_next_field(&rest, ' ', &name))
            continue;
        if (str_equal(name, STR("url")))
            media.url = str_trim(rest);
        else if (str_equal(name, STR("alt")))
            media.alt = rest;
        else if (str_equal(name, STR("m")))
            media.type = str_starts_with(rest, STR("image/")) ? MEDIA_IMAGE : str_starts_with(rest, STR("video/")) ? MEDIA_VIDEO
                                                                          : str_starts_with(rest, STR("audio/")) ? MEDIA_AUDIO : MEDIA_OTHER;
    }
    return media;
}

static bool add_beside(const struct nostr_event *event, struct arena *arena, struct post *post)
{
    post->links = arena_array(arena, POST_LINKS_MAX, sizeof *post->links);
    post->media = arena_array(arena, POST_LINKS_MAX, sizeof *post->media);
    bool has_memory = post->links && post->media;
    for (const cJSON *tag = event->tags->child; has_memory && tag; tag = tag->next) {
        struct str name = nostr_tag_word(tag, 0), first = nostr_tag_word(tag, 1);
        if ((str_equal(name, STR("r")) || str_equal(name, STR("I"))) && is_web(first) && post->link_count < POST_LINKS_MAX) {
            has_memory = (post->links[post->link_count++] = arena_str(arena, first)).ptr;
        } else if (str_equal(name, STR("imeta")) && post->media_count < POST_LINKS_MAX) {
            struct media media = read_media(tag);
            if (!is_web(media.url))
                continue;
            media.url = arena_str(arena, media.url);
            media.alt = arena_str(arena, media.alt);
            post->media[post->media_count++] = media;
            has_memory = media.url.ptr && media.alt.ptr;
        } else if (str_equal(name, STR("l")) && !post->lang.len && is_language(first) && str_starts_with(nostr_tag_word(tag, 2), STR("ISO-639"))) {
            has_memory = (post->lang = arena_str(arena, first)).ptr;
        }
    }
    return has_memory;
}

static bool is_in_text(struct str text, struct str tag)
{
    for (size_t i = 0; i + tag.len + 1 <= text.len; i++)
        if (text.ptr[i] == '#' && str_equal_ascii_nocase(str_slice(text.ptr + i + 1, tag.len), tag))
            return true;
    return false;
}

/* Hashtags that an author set beside the text are part of what was said: they stand behind it. */
static void print_tags(const struct nostr_event *event, struct buf *text)
{
    bool is_first = true;
    for (const cJSON *tag = NULL; (tag = nostr_next_tag(event, tag, "t"));) {
        struct str word = nostr_tag_word(tag, 1);
        if (!word.len || word.len > 64 || memchr(word.ptr, ' ', word.len) || memchr(word.ptr, '\n', word.len) || is_in_text(buf_str(text), word))
            continue;
        buf_printf(text, "%s#%.*s", !is_first ? " " : text->len ? "\n\n" : "", STR_ARG(word));
        is_first = false;
    }
}

bool nostr_read_post(const struct nostr_event *event, struct str viewer, struct arena *arena, struct source_item *item)
{
    struct post       *post = &item->post;
    struct nostr_place place = nostr_place_of(event);
    struct buf         text = {.max_bytes = POST_TEXT_MAX_BYTES};
    unsigned char      id[32];
    char               name[NOSTR_NAME_BYTES];
    post->id = arena_str(arena, event->id);
    post->author_id = arena_str(arena, event->pubkey);
    post->at_us = event->created_at * CLOCK_SECOND_US;
    post->kind = event->kind == NOSTR_COMMENT ? STR("comment") : STR("post");
    post->thread = arena_str(arena, place.root);
    post->reply_to = arena_str(arena, place.parent);
    post->quote_of = arena_str(arena, place.quote);
    nostr_print_text(event->content, &text);
    print_tags(event, &text);
    post->text = arena_str(arena, buf_str(&text));
    bool has_memory = !text.has_failed && post->id.ptr && post->author_id.ptr && post->thread.ptr && post->reply_to.ptr && post->quote_of.ptr && post->text.ptr;
    buf_clear(&text);
    if (viewer.len && nostr_from_hex(event->id, id, 32)) {
        nostr_name("note", id, name);
        buf_printf(&text, "%.*s%s", STR_ARG(viewer), name);
        post->url = arena_str(arena, buf_str(&text));
        has_memory = has_memory && post->url.ptr;
    }
    buf_fini(&text);
    return has_memory && add_beside(event, arena, post);
}
