/* usage: feed_tool FILE ADDRESS [CONTENT_TYPE]: a file as our reader of feeds reads it, as JSON, for comparison with another's. */
#include "base/json.h"
#include "base/vfs.h"
#include "source/feeds/items.h"

#include <stdlib.h>

static void put_words(struct json *json, const char *name, const struct feed_words *words)
{
    json_put_str(json, name, words->bytes);
}

static void print_entry(struct json *json, const struct feed *feed, const struct feed_entry *entry, struct arena *arena)
{
    struct source_item item = {0};
    struct feed_scope  scope = {.host = STR("host.example"), .seen_us = 1, .now_us = INT64_C(7000000000000000)};
    struct error       error = {0};
    bool               was_ahead;
    json_object(json);
    json_put_str(json, "id", entry->guid);
    json_put_str(json, "link", entry->link);
    put_words(json, "title", &entry->title);
    put_words(json, "summary", &entry->summary);
    put_words(json, "content", &entry->content);
    json_put_time(json, "published", entry->published_us);
    json_put_time(json, "updated", entry->updated_us);
    json_put_str(json, "author", entry->author.name);
    json_key(json, "categories");
    json_array(json);
    for (size_t i = 0; i < entry->category_count; i++)
        json_str(json, entry->categories[i]);
    json_end(json);
    json_key(json, "media");
    json_array(json);
    for (size_t i = 0; i < entry->media_count; i++)
        json_str(json, entry->media[i].url);
    json_end(json);
    json_key(json, "is_deleted");
    json_bool(json, entry->is_deleted);
    json_put_str(json, "reply_ref", entry->reply_ref);
    json_put_str(json, "comments_feed", entry->comments_feed);
    json_put_i64(json, "replies", entry->replies);
    if (!entry->is_deleted && feed_fill(&item, feed, entry, &scope, false, arena, &was_ahead, &error) == ERROR_NONE) {
        json_put_str(json, "native_id", item.post.id);
        json_put_str(json, "text", item.post.text);
        json_put_str(json, "lang", item.post.lang);
    }
    json_end(json);
}

int main(int argc, char **argv)
{
    struct arena arena = {0};
    struct error error = {0};
    struct buf   body = {0}, out = {0};
    struct feed  feed;
    if (argc < 3)
        return 2;
    if (vfs_read_file(argv[1], FEED_MAX_BYTES + 1, &body, &error)) {
        error_print(&error, stderr);
        return 1;
    }
    struct json json = json_writer(&out);
    json_object(&json);
    if (feed_read(buf_str(&body), str_of(argc > 3 ? argv[3] : ""), str_of(argv[2]), &arena, &feed, &error)) {
        json_key(&json, "error");
        json_text(&json, error.message);
    } else {
        json_key(&json, "kind");
        json_text(&json, feed_kind_names[feed.kind]);
        json_put_str(&json, "title", feed.title);
        json_put_str(&json, "link", feed.link);
        json_put_str(&json, "lang", feed.lang);
        json_put_i64(&json, "errors", feed.errors);
        json_put_i64(&json, "entities", feed.entities);
        json_key(&json, "is_whole");
        json_bool(&json, feed.is_whole);
        json_key(&json, "outlines");
        json_array(&json);
        for (size_t i = 0; i < feed.outline_count; i++)
            json_str(&json, feed.outlines[i]);
        json_end(&json);
        json_key(&json, "entries");
        json_array(&json);
        for (size_t i = 0; i < feed.count; i++)
            print_entry(&json, &feed, &feed.entries[i], &arena);
        json_end(&json);
    }
    json_end(&json);
    printf("%.*s\n", (int)out.len, out.ptr);
    buf_fini(&out);
    buf_fini(&body);
    arena_fini(&arena);
    return 0;
}
