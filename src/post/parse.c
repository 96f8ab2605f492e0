#include "post/post.h"

#include "base/clock.h"
#include "post/post_fields.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdlib.h>

struct str post_without_nul(struct str line, struct arena *arena)
{
    static const char escape[] = "\\u0000";
    if (!str_contains(line, STR(escape)))
        return line;
    struct str copy = arena_str(arena, line);
    char      *bytes = (char *)(uintptr_t)copy.ptr;
    for (size_t i = 0; bytes && i + 6 <= copy.len; i++) {
        if (bytes[i] != '\\')
            continue;
        if (memcmp(bytes + i, escape, 6) == 0)
            memcpy(bytes + i + 2, "fffd", 4);
        i++; /* whatever was escaped, a backslash too */
    }
    return copy;
}

static enum error_code wrong_type(const char *parent, const char *name, const char *wanted, struct error *error)
{
    return error_set(error, ERROR_INVALID, "%s%s%s is not %s", parent ? parent : "", parent ? "." : "", name, wanted);
}

static enum error_code take_string(const cJSON *item, const char *parent, struct arena *arena, struct str *out, struct error *error)
{
    if (cJSON_IsNull(item))
        return ERROR_NONE;
    if (!cJSON_IsString(item))
        return wrong_type(parent, item->string ? item->string : "item", "a string", error);
    *out = arena_str(arena, str_of(item->valuestring));
    return out->ptr ? ERROR_NONE : error_set(error, ERROR_MEMORY, "no memory for a post");
}

static enum error_code take_count(const cJSON *item, const char *parent, int64_t *out, struct error *error)
{
    if (cJSON_IsNull(item))
        return ERROR_NONE;
    if (!cJSON_IsNumber(item))
        return wrong_type(parent, item->string, "a number", error);
    if (!(item->valuedouble >= 0 && item->valuedouble <= 0x1p53))
        return error_set(error, ERROR_INVALID, "%s.%s is %g, not a count", parent, item->string, item->valuedouble);
    *out = (int64_t)floor(item->valuedouble);
    return ERROR_NONE;
}

static enum error_code take_time(const cJSON *item, int64_t *out, struct error *error)
{
    if (cJSON_IsNull(item))
        return ERROR_NONE;
    if (!cJSON_IsString(item) || !clock_parse(str_of(item->valuestring), out))
        return error_set(error, ERROR_INVALID, "%s is not an RFC 3339 time: %.40s", item->string,
                         cJSON_IsString(item) ? item->valuestring : "(not a string)");
    return ERROR_NONE;
}

static enum error_code take_links(const cJSON *item, struct arena *arena, struct post *post, struct error *error)
{
    int count = cJSON_IsArray(item) ? cJSON_GetArraySize(item) : 0;
    if (!cJSON_IsArray(item) && !cJSON_IsNull(item))
        return wrong_type(NULL, "links", "an array", error);
    if (count > POST_LINKS_MAX)
        return error_set(error, ERROR_TOO_LARGE, "more than %d links", POST_LINKS_MAX);
    post->link_count = 0; /* a member that stands twice counts as the last one */
    post->links = arena_array(arena, (size_t)count, sizeof *post->links);
    if (!post->links)
        return error_set(error, ERROR_MEMORY, "no memory for a post");
    const cJSON    *link;
    enum error_code code = ERROR_NONE;
    cJSON_ArrayForEach(link, item) {
        if (!cJSON_IsString(link))
            return wrong_type(NULL, "links", "an array of strings", error);
        code = take_string(link, NULL, arena, &post->links[post->link_count++], error);
        if (code)
            return code;
    }
    return code;
}

static uint8_t media_type_of(const cJSON *item)
{
    const char *name = cJSON_GetStringValue(item);
    for (uint8_t i = 0; name && i < MEDIA_OTHER; i++)
        if (strcmp(name, post_media_names[i]) == 0)
            return i;
    return MEDIA_OTHER;
}

static enum error_code take_media(const cJSON *item, struct arena *arena, struct post *post, struct error *error)
{
    int count = cJSON_IsArray(item) ? cJSON_GetArraySize(item) : 0;
    if (!cJSON_IsArray(item) && !cJSON_IsNull(item))
        return wrong_type(NULL, "media", "an array", error);
    if (count > POST_LINKS_MAX)
        return error_set(error, ERROR_TOO_LARGE, "more than %d media", POST_LINKS_MAX);
    post->media_count = 0;
    post->media = arena_array(arena, (size_t)count, sizeof *post->media);
    if (!post->media)
        return error_set(error, ERROR_MEMORY, "no memory for a post");
    const cJSON *entry, *member;
    cJSON_ArrayForEach(entry, item) {
        if (!cJSON_IsObject(entry))
            return wrong_type(NULL, "media", "an array of objects", error);
        struct media *media = &post->media[post->media_count++];
        enum error_code code = ERROR_NONE;
        media->type = media_type_of(cJSON_GetObjectItemCaseSensitive(entry, "type"));
        if ((member = cJSON_GetObjectItemCaseSensitive(entry, "url")))
            code = take_string(member, "media", arena, &media->url, error);
        if (!code && (member = cJSON_GetObjectItemCaseSensitive(entry, "alt")))
            code = take_string(member, "media", arena, &media->alt, error);
        if (code)
            return code;
    }
    return ERROR_NONE;
}

/* The string member of that name, or NULL: "post" and "author" share one table. */
static const struct post_field *field_named(const char *parent, const char *name)
{
    for (size_t i = 0; i < POST_FIELD_COUNT; i++) {
        const struct post_field *field = &post_fields[i];
        if (field->name[0] == name[0] && !field->parent == !parent && strcmp(field->name, name) == 0)
            return field;
    }
    return NULL;
}

static enum error_code take_author(const cJSON *object, struct arena *arena, struct post *post, struct error *error)
{
    if (!cJSON_IsObject(object))
        return wrong_type(NULL, "author", "an object", error);
    const cJSON    *item;
    enum error_code code = ERROR_NONE;
    cJSON_ArrayForEach(item, object) {
        const struct post_field *field = field_named("author", item->string);
        if (field)
            code = take_string(item, "author", arena, post_field_of(post, field), error);
        else if (strcmp(item->string, "followers") == 0)
            code = take_count(item, "author", &post->author_followers, error);
        if (code)
            return code;
    }
    return code;
}

static enum error_code take_metrics(const cJSON *object, struct post *post, struct error *error)
{
    if (cJSON_IsNull(object))
        return ERROR_NONE;
    if (!cJSON_IsObject(object))
        return wrong_type(NULL, "metrics", "an object", error);
    const cJSON *item;
    cJSON_ArrayForEach(item, object) {
        for (size_t i = 0; i < POST_METRIC_COUNT; i++) {
            if (strcmp(post_metric_fields[i].name, item->string) != 0)
                continue;
            enum error_code code = take_count(item, "metrics", post_metric_of(&post->metrics, &post_metric_fields[i]), error);
            if (code)
                return code;
        }
    }
    return ERROR_NONE;
}

static enum error_code take_member(const cJSON *item, struct arena *arena, struct post *post, struct error *error)
{
    const char              *name = item->string;
    const struct post_field *field = field_named(NULL, name);
    if (field)
        return take_string(item, NULL, arena, post_field_of(post, field), error);
    if (strcmp(name, "at") == 0)
        return take_time(item, &post->at_us, error);
    if (strcmp(name, "edited_at") == 0)
        return take_time(item, &post->edited_us, error);
    if (strcmp(name, "author") == 0)
        return take_author(item, arena, post, error);
    if (strcmp(name, "metrics") == 0)
        return take_metrics(item, post, error);
    if (strcmp(name, "links") == 0)
        return take_links(item, arena, post, error);
    if (strcmp(name, "media") == 0)
        return take_media(item, arena, post, error);
    return ERROR_NONE; /* a member of a later version, or of somebody else's */
}

static enum error_code parse_json(struct str line, cJSON **object_out, struct error *error)
{
    const char *end = NULL;
    cJSON      *object = cJSON_ParseWithLengthOpts(line.ptr, line.len, &end, false);
    size_t      at = end && end >= line.ptr && end <= line.ptr + line.len ? (size_t)(end - line.ptr) : 0;
    bool        is_all = object && str_trim(str_slice(line.ptr + at, line.len - at)).len == 0;
    if (is_all && cJSON_IsObject(object)) {
        *object_out = object;
        return ERROR_NONE;
    }
    bool is_object = cJSON_IsObject(object);
    cJSON_Delete(object);
    if (is_all)
        return error_set(error, ERROR_SYNTAX, "the line is JSON but not an object");
    if (is_object)
        return error_set(error, ERROR_SYNTAX, "more text after the object, at byte %zu", at + 1);
    if (at + 1 >= line.len)
        return error_set(error, ERROR_SYNTAX, "broken JSON: the line ends too early, at byte %zu", line.len);
    return error_set(error, ERROR_SYNTAX, "broken JSON at byte %zu", at + 1);
}

enum error_code post_parse(struct str line, struct arena *arena, struct post *post_out, struct error *error)
{
    *post_out = post_empty();
    if (line.len > POST_LINE_MAX_BYTES)
        return error_set(error, ERROR_TOO_LARGE, "a line of %zu bytes, more than %d", line.len, POST_LINE_MAX_BYTES);
    const char *nul = line.len ? memchr(line.ptr, '\0', line.len) : NULL;
    if (nul)
        return error_set(error, ERROR_SYNTAX, "a NUL byte at byte %zu", (size_t)(nul - line.ptr) + 1);
    if (!str_trim(line).len)
        return error_set(error, ERROR_SYNTAX, "the line is empty");
    line = post_without_nul(line, arena);
    if (!line.ptr)
        return error_set(error, ERROR_MEMORY, "no memory for a post");

    cJSON          *object = NULL;
    enum error_code code = parse_json(line, &object, error);
    if (code)
        return code;
    const cJSON *item;
    bool         has_time = false;
    cJSON_ArrayForEach(item, object) {
        code = take_member(item, arena, post_out, error);
        if (code)
            goto out;
        has_time |= strcmp(item->string, "at") == 0 && cJSON_IsString(item);
    }
    code = has_time ? post_check(post_out, arena, error) : error_set(error, ERROR_INVALID, "at is missing");
out:
    cJSON_Delete(object);
    return code;
}
