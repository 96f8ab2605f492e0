/* An item on the wire: flat, in the words of the platforms, only op and id always there. */
#include "source/message.h"

#include "base/json.h"
#include "post/post_fields.h"
#include "source/parse.h"
#include "source/words.h"
#include "text/html.h"

/* Where each text member of the wire lives in a post: whole names, and those of author. */
static const struct wire_field {
    const char *parent, *name;
    size_t      offset; /* in struct post */
} wire_fields[] = {
    {NULL, "id", offsetof(struct post, id)},
    {NULL, "platform", offsetof(struct post, platform)},
    {NULL, "kind", offsetof(struct post, kind)},
    {"author", "id", offsetof(struct post, author_id)},
    {"author", "handle", offsetof(struct post, author_handle)},
    {"author", "name", offsetof(struct post, author_name)},
    {NULL, "text", offsetof(struct post, text)},
    {NULL, "lang", offsetof(struct post, lang)},
    {NULL, "community", offsetof(struct post, community)},
    {NULL, "url", offsetof(struct post, url)},
    {NULL, "reply_to", offsetof(struct post, reply_to)},
    {NULL, "root", offsetof(struct post, thread)},
    {NULL, "quote_of", offsetof(struct post, quote_of)},
    {NULL, "repost_of", offsetof(struct post, repost_of)},
};
enum { WIRE_FIELD_COUNT = sizeof wire_fields / sizeof *wire_fields };

static struct str *place_of(struct post *post, const struct wire_field *field)
{
    return (struct str *)(void *)((char *)post + field->offset);
}

/* ---- Out ---- */

static void put_author(const struct post *post, struct json *json)
{
    if (!post->author_id.len && !post->author_handle.len && !post->author_name.len)
        return;
    json_key(json, "author");
    json_object(json);
    for (size_t i = 0; i < WIRE_FIELD_COUNT; i++)
        if (wire_fields[i].parent && place_of((struct post *)(uintptr_t)post, &wire_fields[i])->len)
            json_put_str(json, wire_fields[i].name, *place_of((struct post *)(uintptr_t)post, &wire_fields[i]));
    if (post->author_followers >= 0)
        json_put_i64(json, "followers", post->author_followers);
    json_end(json);
}

static void put_lists(const struct post *post, struct json *json)
{
    if (post->link_count) {
        json_key(json, "links");
        json_array(json);
        for (uint32_t i = 0; i < post->link_count; i++)
            json_str(json, post->links[i]);
        json_end(json);
    }
    if (!post->media_count)
        return;
    json_key(json, "media");
    json_array(json);
    for (uint32_t i = 0; i < post->media_count; i++) {
        json_object(json);
        json_key(json, "type");
        json_text(json, post_media_names[post->media[i].type]);
        json_put_str(json, "url", post->media[i].url);
        if (post->media[i].alt.len)
            json_put_str(json, "alt", post->media[i].alt);
        json_end(json);
    }
    json_end(json);
}

static void put_metrics(const struct post_metrics *metrics, struct json *json)
{
    bool is_open = false;
    for (size_t i = 0; i < POST_METRIC_COUNT; i++) {
        int64_t count = post_metric_value(metrics, &post_metric_fields[i]);
        if (count < 0)
            continue;
        if (!is_open) {
            json_key(json, "metrics");
            json_object(json);
        }
        is_open = true;
        json_put_i64(json, post_metric_fields[i].name, count);
    }
    if (is_open)
        json_end(json);
}

void message_print_item(const struct source_item *item, struct json *json)
{
    struct post post = item->post; /* a copy, so that one table serves reading and printing */
    json_object(json);
    json_key(json, "op");
    json_text(json, source_ops[item->op]);
    for (size_t i = 0; i < WIRE_FIELD_COUNT; i++)
        if (!wire_fields[i].parent && place_of(&post, &wire_fields[i])->len)
            json_put_str(json, wire_fields[i].name, *place_of(&post, &wire_fields[i]));
    if (post.at_us)
        json_put_time(json, "created_at", post.at_us);
    if (post.edited_us)
        json_put_time(json, "edited_at", post.edited_us);
    put_author(&post, json);
    put_lists(&post, json);
    put_metrics(&post.metrics, json);
    if (item->visibility.len)
        json_put_str(json, "visibility", item->visibility);
    if (item->reply_why.len) {
        json_key(json, "replyable");
        json_bool(json, false);
        json_put_str(json, "reply_why", item->reply_why);
    }
    json_end(json);
}

/* ---- In ---- */

static enum error_code take_media(const cJSON *object, struct arena *arena, struct post *post, struct error *error)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(object, "media"), *entry;
    if (!list || cJSON_IsNull(list))
        return ERROR_NONE;
    if (!cJSON_IsArray(list))
        return error_set(error, ERROR_INVALID, "media is not a list");
    if (cJSON_GetArraySize(list) > POST_LINKS_MAX)
        return error_set(error, ERROR_TOO_LARGE, "more than %d media", POST_LINKS_MAX);
    post->media = arena_array(arena, (size_t)cJSON_GetArraySize(list), sizeof *post->media);
    if (!post->media)
        return error_set(error, ERROR_MEMORY, "no memory for a post");
    cJSON_ArrayForEach(entry, list) {
        struct media *media = &post->media[post->media_count++];
        size_t        type = MEDIA_OTHER;
        if (!cJSON_IsObject(entry))
            return error_set(error, ERROR_INVALID, "media is not a list of objects");
        source_parse_choice(entry, "type", post_media_names, 4, &type, NULL); /* a type of a later time is just another */
        media->type = (uint8_t)type;
        enum error_code code = source_parse_text(entry, "url", arena, &media->url, error);
        if (!code)
            code = source_parse_text(entry, "alt", arena, &media->alt, error);
        if (code)
            return code;
    }
    return ERROR_NONE;
}

static enum error_code take_counts(const cJSON *object, const cJSON *author, struct post *post, struct error *error)
{
    const cJSON    *metrics = cJSON_GetObjectItemCaseSensitive(object, "metrics");
    enum error_code code = author ? source_parse_number(author, "followers", 0, INT64_C(1) << 53, &post->author_followers, error) : ERROR_NONE;
    if (metrics && !cJSON_IsNull(metrics) && !cJSON_IsObject(metrics))
        return error_set(error, ERROR_INVALID, "metrics is not an object");
    for (size_t i = 0; i < POST_METRIC_COUNT && metrics && !code; i++)
        code = source_parse_number(metrics, post_metric_fields[i].name, 0, INT64_C(1) << 53, post_metric_of(&post->metrics, &post_metric_fields[i]), error);
    return code;
}

static enum error_code take_texts(const cJSON *object, const cJSON *author, struct arena *arena, struct post *post, struct error *error)
{
    enum error_code code = ERROR_NONE;
    for (size_t i = 0; i < WIRE_FIELD_COUNT && !code; i++) {
        const cJSON *parent = wire_fields[i].parent ? author : object;
        if (parent)
            code = source_parse_text(parent, wire_fields[i].name, arena, place_of(post, &wire_fields[i]), error);
    }
    return code;
}

/* Where there is markup alone, the words in it are the text. */
static enum error_code take_html(const cJSON *object, struct arena *arena, struct post *post, struct error *error)
{
    struct str       html = {0};
    struct html_text words;
    enum error_code  code = source_parse_text(object, "html", arena, &html, error);
    if (code || post->text.len || !html.len)
        return code;
    code = html_to_text(html, post->url, arena, &words, error);
    if (!code)
        post->text = words.text;
    return code;
}

static enum error_code take_times(const cJSON *object, struct post *post, struct error *error)
{
    enum error_code code = source_parse_time(object, "created_at", &post->at_us, error);
    if (!code && !post->at_us) /* the platform does not say when it was written: when it was seen is the next best */
        code = source_parse_time(object, "seen_at", &post->at_us, error);
    return code ? code : source_parse_time(object, "edited_at", &post->edited_us, error);
}

static enum error_code take_answerable(const cJSON *object, struct arena *arena, struct source_item *item, struct error *error)
{
    bool            is_replyable = true;
    enum error_code code = source_parse_text(object, "visibility", arena, &item->visibility, error);
    if (!code)
        code = source_parse_text(object, "reply_why", arena, &item->reply_why, error);
    if (!code)
        code = source_parse_boolean(object, "replyable", &is_replyable, error);
    if (!is_replyable && !item->reply_why.len)
        item->reply_why = STR("unsupported");
    if (is_replyable)
        item->reply_why = (struct str){0};
    return code;
}

static enum error_code check_owed(const struct source_item *item, struct error *error)
{
    const struct post *post = &item->post;
    bool               is_about_author = item->op == SOURCE_ACTOR || item->op == SOURCE_ACTOR_DELETE;
    if (is_about_author)
        return post->author_id.len ? ERROR_NONE : error_set(error, ERROR_INVALID, "author.id is missing");
    if (!post->id.len || post->id.len >= SOURCE_ID_BYTES)
        return error_set(error, ERROR_INVALID, post->id.len ? "id has more than 511 bytes" : "id is missing");
    if (item->op != SOURCE_UPSERT)
        return ERROR_NONE;
    if (!post->at_us)
        return error_set(error, ERROR_INVALID, "created_at is missing");
    return post->author_id.len || post->author_handle.len ? ERROR_NONE : error_set(error, ERROR_INVALID, "author has neither id nor handle");
}

enum error_code message_read_item(const struct cJSON *object, struct source_batch *batch, struct error *error)
{
    size_t op = SOURCE_OP_COUNT;
    if (!cJSON_IsObject(object))
        return error_set(error, ERROR_INVALID, "an item is not an object");
    enum error_code code = source_parse_choice(object, "op", source_ops, SOURCE_OP_COUNT, &op, error);
    if (!code && op == SOURCE_OP_COUNT)
        code = error_set(error, ERROR_INVALID, "op is missing");
    if (code)
        return code;
    const cJSON        *author = cJSON_GetObjectItemCaseSensitive(object, "author");
    struct arena       *arena = &batch->arena;
    struct source_item *item = source_batch_add(batch, (enum source_op)op);
    if (!item)
        return error_set(error, ERROR_MEMORY, "no memory for an item");
    author = cJSON_IsNull(author) ? NULL : author;
    if (author && !cJSON_IsObject(author))
        code = error_set(error, ERROR_INVALID, "author is not an object");
    if (!code)
        code = take_texts(object, author, arena, &item->post, error);
    if (!code)
        code = take_html(object, arena, &item->post, error);
    if (!code)
        code = take_times(object, &item->post, error);
    if (!code)
        code = take_counts(object, author, &item->post, error);
    if (!code) {
        size_t count = 0;
        code = source_parse_list(object, "links", POST_LINKS_MAX, arena, &item->post.links, &count, error);
        item->post.link_count = (uint32_t)count;
    }
    if (!code)
        code = take_media(object, arena, &item->post, error);
    if (!code)
        code = take_answerable(object, arena, item, error);
    /* An account's own items carry the id outside, too: {"op":"actor_delete","id":".."}. */
    if (!code && !item->post.author_id.len && (op == SOURCE_ACTOR || op == SOURCE_ACTOR_DELETE))
        item->post.author_id = item->post.id;
    if (!code)
        code = check_owed(item, error);
    if (code)
        batch->count--;
    return code;
}
