/* JSON Feed 1.0 and 1.1 (jsonfeed.org). */
#include "source/feeds/feed_inside.h"

#include "base/utf8.h"
#include "text/html.h"

#include <cjson/cJSON.h>

enum { NODES_MAX = 400000 }; /* cJSON takes 64 bytes for each, however small it is in the text */

static struct str text_of(const cJSON *object, const char *name, size_t most, struct arena *arena)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    char         number[32];
    if (cJSON_IsNumber(item)) { /* ids of version 1.0 may be numbers */
        snprintf(number, sizeof number, "%.17g", item->valuedouble);
        return arena_str(arena, str_of(number));
    }
    struct str text = str_of(cJSON_GetStringValue(item));
    if (text.len > most)
        return (struct str){0};
    return arena_str(arena, text);
}

static struct str short_of(const cJSON *object, const char *name, struct arena *arena)
{
    return str_trim(text_of(object, name, FEED_SHORT_MAX_BYTES, arena));
}

static struct str address_of(const cJSON *object, const char *name, struct str base, struct arena *arena)
{
    struct str address = short_of(object, name, arena);
    return address.len ? html_resolve(arena, base, address) : address;
}

static struct feed_person person_of(const cJSON *object, struct str base, struct arena *arena)
{
    const cJSON *authors = cJSON_GetObjectItemCaseSensitive(object, "authors"), *author = cJSON_GetArrayItem(authors, 0);
    if (!author)
        author = cJSON_GetObjectItemCaseSensitive(object, "author"); /* 1.0 */
    return (struct feed_person){.name = short_of(author, "name", arena), .uri = address_of(author, "url", base, arena)};
}

static void read_item(const cJSON *item, struct feed_entry *entry, struct str base, struct arena *arena)
{
    const cJSON *part;
    entry->guid = short_of(item, "id", arena);
    entry->link = address_of(item, "url", base, arena);
    if (!entry->link.len)
        entry->link = address_of(item, "external_url", base, arena);
    entry->title = (struct feed_words){.bytes = short_of(item, "title", arena), .base = base};
    entry->content = (struct feed_words){text_of(item, "content_html", FEED_WORDS_MAX_BYTES, arena), base, true};
    if (!entry->content.bytes.len)
        entry->content = (struct feed_words){text_of(item, "content_text", FEED_WORDS_MAX_BYTES, arena), base, false};
    entry->summary = (struct feed_words){.bytes = text_of(item, "summary", FEED_WORDS_MAX_BYTES, arena), .base = base};
    feed_date(short_of(item, "date_published", arena), &entry->published_us);
    feed_date(short_of(item, "date_modified", arena), &entry->updated_us);
    entry->lang = short_of(item, "language", arena);
    entry->author = person_of(item, base, arena);
    cJSON_ArrayForEach(part, cJSON_GetObjectItemCaseSensitive(item, "tags"))
        if (cJSON_IsString(part) && strlen(part->valuestring) <= FEED_SHORT_MAX_BYTES)
            feed_add_category(entry, arena_str(arena, str_trim(str_of(part->valuestring))));
    feed_add_media(entry, address_of(item, "image", base, arena), STR("image"), (struct str){0});
    cJSON_ArrayForEach(part, cJSON_GetObjectItemCaseSensitive(item, "attachments"))
        feed_add_media(entry, address_of(part, "url", base, arena), short_of(part, "mime_type", arena), short_of(part, "title", arena));
}

enum error_code feed_read_json(struct str body, struct str address, struct arena *arena, struct feed *feed, struct error *error)
{
    size_t nodes = 0;
    for (size_t i = 0; i < body.len; i++)
        nodes += body.ptr[i] == ',' || body.ptr[i] == '[' || body.ptr[i] == '{';
    if (nodes > NODES_MAX)
        return error_set(error, ERROR_INVALID, "it is JSON with about %zu members, more than a feed's %d", nodes, NODES_MAX);
    struct buf repaired = {0};
    if (!utf8_is_valid(body)) {
        utf8_repair(body, &repaired);
        body = buf_str(&repaired);
    }
    cJSON *root = cJSON_ParseWithLength(body.ptr, body.len);
    buf_fini(&repaired);
    const cJSON *items = cJSON_GetObjectItemCaseSensitive(root, "items"), *item;
    struct str   version = str_of(cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(root, "version")));
    if (!cJSON_IsArray(items) || !str_contains(version, STR("jsonfeed.org/version/"))) {
        bool is_json = root != NULL;
        cJSON_Delete(root);
        return error_set(error, ERROR_INVALID, is_json ? "it is JSON, but no JSON Feed" : "it begins like JSON and is none");
    }
    feed->kind = FEED_JSON;
    feed->is_whole = true;
    feed->title = short_of(root, "title", arena);
    feed->link = address_of(root, "home_page_url", address, arena);
    feed->lang = short_of(root, "language", arena);
    feed->author = person_of(root, address, arena);
    feed->next = address_of(root, "next_url", address, arena);
    cJSON_ArrayForEach(item, items) {
        struct feed_entry *entry = cJSON_IsObject(item) ? feed_add_entry(feed, arena) : NULL;
        if (entry)
            read_item(item, entry, address, arena);
    }
    cJSON_Delete(root);
    return ERROR_NONE;
}
