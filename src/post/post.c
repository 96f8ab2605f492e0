#include "post/post.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/utf8.h"
#include "post/post_fields.h"

#define ROW(parent, name, member, max, kind) {parent, name, offsetof(struct post, member), max, kind}
const struct post_field post_fields[POST_FIELD_COUNT] = {
    ROW(NULL, "id", id, POST_ID_MAX_BYTES, POST_FIELD_ID),
    ROW(NULL, "platform", platform, POST_NAME_MAX_BYTES, POST_FIELD_ID),
    ROW("author", "id", author_id, POST_ID_MAX_BYTES, POST_FIELD_ID),
    ROW("author", "handle", author_handle, POST_NAME_MAX_BYTES, POST_FIELD_ID),
    ROW("author", "name", author_name, POST_NAME_MAX_BYTES, POST_FIELD_NAME),
    ROW(NULL, "text", text, POST_TEXT_MAX_BYTES, POST_FIELD_TEXT),
    ROW(NULL, "lang", lang, 64, POST_FIELD_ID),
    ROW(NULL, "community", community, POST_NAME_MAX_BYTES, POST_FIELD_NAME),
    ROW(NULL, "kind", kind, 64, POST_FIELD_ID),
    ROW(NULL, "url", url, POST_URL_MAX_BYTES, POST_FIELD_NAME),
    ROW(NULL, "thread", thread, POST_ID_MAX_BYTES, POST_FIELD_ID),
    ROW(NULL, "reply_to", reply_to, POST_ID_MAX_BYTES, POST_FIELD_ID),
    ROW(NULL, "repost_of", repost_of, POST_ID_MAX_BYTES, POST_FIELD_ID),
    ROW(NULL, "quote_of", quote_of, POST_ID_MAX_BYTES, POST_FIELD_ID),
};
#undef ROW

#define ROW(name) {#name, offsetof(struct post_metrics, name)}
const struct post_metric post_metric_fields[POST_METRIC_COUNT] = {ROW(likes), ROW(reposts), ROW(replies), ROW(quotes), ROW(views)};
#undef ROW

const char *const post_media_names[4] = {"image", "video", "audio", "other"};

struct post post_empty(void)
{
    return (struct post){
        .author_followers = POST_COUNT_UNKNOWN,
        .metrics = {POST_COUNT_UNKNOWN, POST_COUNT_UNKNOWN, POST_COUNT_UNKNOWN, POST_COUNT_UNKNOWN, POST_COUNT_UNKNOWN},
    };
}

static enum error_code check_id(struct str value, struct error *error)
{
    for (size_t i = 0; i < value.len; i++)
        if ((unsigned char)value.ptr[i] < 0x20 || value.ptr[i] == 0x7f)
            return error_set(error, ERROR_INVALID, " holds the control character 0x%02x", (unsigned char)value.ptr[i]);
    if (!utf8_is_valid(value))
        return error_set(error, ERROR_INVALID, " is not valid UTF-8");
    if (str_contains(value, STR("\xef\xbf\xbd")))
        return error_set(error, ERROR_INVALID, " holds a broken character (U+FFFD or NUL)");
    return ERROR_NONE;
}

/* Valid UTF-8 without NUL, in the arena where something had to change. */
static enum error_code repair(struct str *value, struct arena *arena, struct error *error)
{
    bool has_nul = value->len && memchr(value->ptr, '\0', value->len);
    if (!has_nul && utf8_is_valid(*value))
        return ERROR_NONE;
    struct buf repaired = {0};
    struct str rest = *value, part;
    for (bool is_first = true; str_next_field(&rest, '\0', &part); is_first = false) {
        if (!is_first)
            buf_append_str(&repaired, STR("\xef\xbf\xbd"));
        utf8_repair(part, &repaired);
    }
    *value = arena_str(arena, buf_str(&repaired));
    bool has_failed = repaired.has_failed || !value->ptr;
    buf_fini(&repaired);
    return has_failed ? error_set(error, ERROR_MEMORY, ": no memory to repair %zu bytes", value->len) : ERROR_NONE;
}

/* The limit holds for what is kept: repairing makes three bytes out of one. */
static enum error_code check_field(struct str *value, const struct post_field *field, struct arena *arena, struct error *error)
{
    enum error_code code = field->kind == POST_FIELD_ID ? check_id(*value, error) : repair(value, arena, error);
    if (!code && value->len > field->max_bytes)
        code = error_set(error, ERROR_TOO_LARGE, " has %zu bytes, more than %zu", value->len, field->max_bytes);
    if (code)
        error_prefix(error, "%s%s%s", field->parent ? field->parent : "", field->parent ? "." : "", field->name);
    return code;
}

static enum error_code check_time(int64_t at_us, const char *name, struct error *error)
{
    if (at_us >= CLOCK_MIN_US && at_us <= CLOCK_MAX_US)
        return ERROR_NONE;
    return error_set(error, ERROR_INVALID, "%s lies outside the years 1990 to 2199", name);
}

static enum error_code check_urls(struct post *post, struct arena *arena, struct error *error)
{
    static const struct post_field link = {NULL, "links", 0, POST_URL_MAX_BYTES, POST_FIELD_NAME};
    static const struct post_field media_url = {"media", "url", 0, POST_URL_MAX_BYTES, POST_FIELD_NAME};
    static const struct post_field media_alt = {"media", "alt", 0, POST_TEXT_MAX_BYTES, POST_FIELD_TEXT};
    enum error_code code = ERROR_NONE;
    if (post->link_count > POST_LINKS_MAX || post->media_count > POST_LINKS_MAX)
        return error_set(error, ERROR_TOO_LARGE, "more than %d links or media", POST_LINKS_MAX);
    for (uint32_t i = 0; i < post->link_count && !code; i++)
        code = check_field(&post->links[i], &link, arena, error);
    for (uint32_t i = 0; i < post->media_count && !code; i++) {
        code = check_field(&post->media[i].url, &media_url, arena, error);
        if (!code)
            code = check_field(&post->media[i].alt, &media_alt, arena, error);
    }
    return code;
}

enum error_code post_check(struct post *post, struct arena *arena, struct error *error)
{
    if (!post->id.len)
        return error_set(error, ERROR_INVALID, "id is missing");
    if (!post->platform.len)
        return error_set(error, ERROR_INVALID, "platform is missing");
    if (!post->author_id.len && !post->author_handle.len)
        return error_set(error, ERROR_INVALID, "author.id and author.handle are missing");
    enum error_code code = check_time(post->at_us, "at", error);
    if (!code && post->edited_us)
        code = check_time(post->edited_us, "edited_at", error);
    for (size_t i = 0; i < POST_FIELD_COUNT && !code; i++)
        code = check_field(post_field_of(post, &post_fields[i]), &post_fields[i], arena, error);
    if (!code)
        code = check_urls(post, arena, error);
    for (size_t i = 0; i < POST_METRIC_COUNT && !code; i++)
        if (post_metric_value(&post->metrics, &post_metric_fields[i]) < POST_COUNT_UNKNOWN)
            code = error_set(error, ERROR_INVALID, "metrics.%s is negative", post_metric_fields[i].name);
    if (!code && post->author_followers < POST_COUNT_UNKNOWN)
        code = error_set(error, ERROR_INVALID, "author.followers is negative");
    if (!code && !post->kind.len)
        post->kind = STR("post");
    return code;
}

uint64_t post_author_key(const struct post *post)
{
    struct str name = post->author_id.len ? post->author_id : post->author_handle;
    return hash_mix(hash_str(post->platform), hash_str(name));
}

struct str post_author_name(const struct post *post)
{
    return post->author_handle.len ? post->author_handle : post->author_id;
}

struct str post_thread(const struct post *post)
{
    return post->thread.len ? post->thread : post->reply_to.len ? post->reply_to : post->id;
}

uint64_t post_content_hash(const struct post *post)
{
    uint64_t hash = hash_mix((uint64_t)post->at_us, (uint64_t)post->edited_us);
    for (size_t i = 0; i < POST_FIELD_COUNT; i++)
        hash = hash_mix(hash, hash_str(post_field_value(post, &post_fields[i])));
    for (uint32_t i = 0; i < post->link_count; i++)
        hash = hash_mix(hash, hash_str(post->links[i]));
    for (uint32_t i = 0; i < post->media_count; i++) {
        const struct media *media = &post->media[i];
        hash = hash_mix(hash, hash_mix(hash_str(media->url), hash_str(media->alt)) + media->type);
    }
    return hash;
}
