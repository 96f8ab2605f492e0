#include "source/feeds/feed_inside.h"

#include "post/post.h"
#include "text/html.h"

const char *const feed_kind_names[6] = {"unknown", "RSS", "Atom", "JSON Feed", "list of feeds", "page"};

/* ---- Adding ---- */

struct feed_entry *feed_add_entry(struct feed *feed, struct arena *arena)
{
    void *entries = feed->entries;
    if (feed->count == FEED_ENTRIES_MAX) {
        feed->over++;
        return NULL;
    }
    if (!arena_grow(arena, &entries, sizeof *feed->entries, feed->count, &feed->capacity))
        return NULL;
    feed->entries = entries;
    struct feed_entry *entry = &feed->entries[feed->count++];
    *entry = (struct feed_entry){.replies = -1};
    return entry;
}

bool feed_add_outline(struct feed *feed, struct arena *arena, struct str address)
{
    if (address.len == 0)
        return true;
    if (feed->outline_count == FEED_OUTLINES_MAX) {
        feed->over++;
        return true;
    }
    if (!feed->outlines)
        feed->outlines = arena_array(arena, FEED_OUTLINES_MAX, sizeof *feed->outlines);
    if (!feed->outlines)
        return false;
    feed->outlines[feed->outline_count++] = address;
    return true;
}

void feed_add_category(struct feed_entry *entry, struct str category)
{
    for (size_t i = 0; i < entry->category_count; i++)
        if (str_equal_ascii_nocase(entry->categories[i], category))
            return;
    if (category.len && entry->category_count < FEED_PARTS_MAX)
        entry->categories[entry->category_count++] = category;
}

static bool ends_in(struct str url, const char *const *endings)
{
    const char *query = url.len ? memchr(url.ptr, '?', url.len) : NULL;
    if (query)
        url.len = (size_t)(query - url.ptr);
    for (; *endings; endings++) {
        struct str ending = str_of(*endings);
        if (url.len > ending.len && str_equal_ascii_nocase(str_slice(url.ptr + url.len - ending.len, ending.len), ending))
            return true;
    }
    return false;
}

static uint8_t media_type(struct str url, struct str mime)
{
    static const char *const images[] = {".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif", NULL};
    static const char *const videos[] = {".mp4", ".webm", ".mov", ".m4v", NULL}, *const audios[] = {".mp3", ".m4a", ".ogg", ".oga", ".wav", NULL};
    if (str_starts_with(mime, STR("image")) || ends_in(url, images))
        return MEDIA_IMAGE;
    if (str_starts_with(mime, STR("video")) || ends_in(url, videos))
        return MEDIA_VIDEO;
    return str_starts_with(mime, STR("audio")) || ends_in(url, audios) ? MEDIA_AUDIO : MEDIA_OTHER;
}

struct feed_media *feed_add_media(struct feed_entry *entry, struct str url, struct str mime, struct str alt)
{
    for (size_t i = 0; i < entry->media_count; i++)
        if (str_equal(entry->media[i].url, url))
            return &entry->media[i];
    if (url.len == 0 || entry->media_count == FEED_PARTS_MAX)
        return NULL;
    entry->media[entry->media_count] = (struct feed_media){media_type(url, mime), url, alt};
    return &entry->media[entry->media_count++];
}

struct feed_person feed_person_of(struct str text)
{
    struct feed_person person = {.name = str_trim(text)};
    struct str         name = person.name;
    const char        *open = name.len ? memchr(name.ptr, '(', name.len) : NULL, *less = name.len ? memchr(name.ptr, '<', name.len) : NULL;
    const char        *at = name.len ? memchr(name.ptr, '@', name.len) : NULL, *end = name.ptr + name.len;
    if (open && at && at < open && end[-1] == ')') {
        person.email = str_trim(str_slice(name.ptr, (size_t)(open - name.ptr)));
        person.name = str_trim(str_slice(open + 1, (size_t)(end - open) - 2));
    } else if (less && at && less < at && end[-1] == '>') {
        person.email = str_trim(str_slice(less + 1, (size_t)(end - less) - 2));
        person.name = str_trim(str_slice(name.ptr, (size_t)(less - name.ptr)));
    } else if (at && !memchr(name.ptr, ' ', name.len)) {
        person.email = name;
    }
    if (person.name.len == 0 || person.name.ptr == person.email.ptr) /* the mail address is nobody's name: what stands before its @ is */
        person.name = str_slice(person.email.ptr, person.email.len && at ? (size_t)(at - person.email.ptr) : 0);
    return person;
}

/* ---- What it is ---- */

/* Behind a byte order mark and blanks: they may not stand before <?xml, and do. */
static struct str from_first(struct str body)
{
    if (str_starts_with(body, STR("\xef\xbb\xbf")))
        body = str_slice(body.ptr + 3, body.len - 3);
    while (body.len && (body.ptr[0] == ' ' || body.ptr[0] == '\n' || body.ptr[0] == '\r' || body.ptr[0] == '\t'))
        body = str_slice(body.ptr + 1, body.len - 1);
    return body;
}

/* The value of charset= in a Content-Type. */
static struct str charset_of(struct str type)
{
    for (size_t at = 0; at + 8 < type.len; at++) {
        if (!str_equal_ascii_nocase(str_slice(type.ptr + at, 8), STR("charset=")))
            continue;
        size_t first = at + 8, end;
        first += type.ptr[first] == '"';
        for (end = first; end < type.len && !strchr("\"; ", type.ptr[end]); end++)
            ;
        return str_slice(type.ptr + first, end - first);
    }
    return (struct str){0};
}

static bool mentions(struct str s, size_t most, const char *word)
{
    struct str needle = str_of(word);
    for (size_t at = 0; at + needle.len <= s.len && at < most; at++)
        if (str_equal_ascii_nocase(str_slice(s.ptr + at, needle.len), needle))
            return true;
    return false;
}

/* A page, by its first tag. */
static bool looks_like_page(struct str body)
{
    enum { LOOK_BYTES = 1024 };
    bool names_feed = mentions(body, LOOK_BYTES, "<rss") || mentions(body, LOOK_BYTES, "<feed") || mentions(body, LOOK_BYTES, "<rdf") ||
                      mentions(body, LOOK_BYTES, "<opml");
    return !names_feed && (mentions(body, LOOK_BYTES, "<html") || mentions(body, LOOK_BYTES, "<!doctype html"));
}

enum error_code feed_read(struct str body, struct str content_type, struct str address, struct arena *arena, struct feed *feed, struct error *error)
{
    *feed = (struct feed){0};
    if (body.len > FEED_MAX_BYTES)
        return error_set(error, ERROR_TOO_LARGE, "%zu bytes are more than a feed's %d", body.len, FEED_MAX_BYTES);
    struct str text = from_first(body);
    if (text.len == 0)
        return error_set(error, ERROR_INVALID, "it is empty");
    if (text.ptr[0] == '{')
        return feed_read_json(text, address, arena, feed, error);
    if (looks_like_page(text))
        return feed_read_page(text, address, arena, feed, error);
    return feed_read_xml(text, charset_of(content_type), address, arena, feed, error);
}

/* ---- A page's feeds ---- */

/* The main feed before those of comments and of single categories; a page names the best one first. */
static int rank_of(const struct html_link *link)
{
    bool is_comments = mentions(link->href, link->href.len, "comment") || mentions(link->title, link->title.len, "comment");
    return is_comments ? 2 : str_contains(link->type, STR("json")) ? 1 : 0; /* WordPress calls its REST API application/json; a JSON Feed comes after */
}

enum error_code feed_read_page(struct str body, struct str address, struct arena *arena, struct feed *feed, struct error *error)
{
    struct html_link *links;
    size_t            count;
    enum error_code   code = html_page_links(body, address, arena, &links, &count, error);
    feed->kind = FEED_PAGE;
    feed->is_whole = true;
    for (int rank = 0; !code && rank <= 2; rank++)
        for (size_t i = 0; i < count; i++) {
            bool is_feed = str_contains(links[i].rel, STR("alternate")) && !str_contains(links[i].rel, STR("stylesheet")) &&
                           (str_contains(links[i].type, STR("rss")) || str_contains(links[i].type, STR("atom")) ||
                            str_contains(links[i].type, STR("feed+json")));
            if (is_feed && rank_of(&links[i]) == rank && !feed_add_outline(feed, arena, links[i].href))
                return error_set(error, ERROR_MEMORY, "no memory for a feed");
        }
    return code;
}
