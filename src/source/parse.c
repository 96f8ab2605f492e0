#include "source/parse.h"

#include "base/clock.h"
#include "base/utf8.h"

#include <math.h>

enum error_code source_parse_object(struct str text, cJSON **object_out, struct error *error)
{
    struct arena arena = {0};
    const char  *end = NULL;
    *object_out = NULL;
    if (!text.len)
        return error_set(error, ERROR_SYNTAX, "empty, not a JSON object");
    if (!utf8_is_valid(text))
        return error_set(error, ERROR_SYNTAX, "not valid UTF-8");
    if (memchr(text.ptr, '\0', text.len))
        return error_set(error, ERROR_SYNTAX, "a NUL byte");
    struct str clean = post_without_nul(text, &arena);
    if (!clean.ptr) {
        arena_fini(&arena);
        return error_set(error, ERROR_MEMORY, "no memory for JSON");
    }
    cJSON *object = cJSON_ParseWithLengthOpts(clean.ptr, clean.len, &end, false);
    size_t at = end && end >= clean.ptr && end <= clean.ptr + clean.len ? (size_t)(end - clean.ptr) : 0;
    bool   is_all = object && str_trim(str_slice(clean.ptr + at, clean.len - at)).len == 0;
    arena_fini(&arena);
    if (is_all && cJSON_IsObject(object)) {
        *object_out = object;
        return ERROR_NONE;
    }
    cJSON_Delete(object);
    return is_all ? error_set(error, ERROR_SYNTAX, "JSON, but not an object") : error_set(error, ERROR_SYNTAX, "broken JSON at byte %zu", at + 1);
}

static const cJSON *member(const cJSON *object, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsNull(item) ? NULL : item;
}

enum error_code source_parse_text(const cJSON *object, const char *name, struct arena *arena, struct str *out, struct error *error)
{
    const cJSON *item = member(object, name);
    if (!item)
        return ERROR_NONE;
    if (!cJSON_IsString(item))
        return error_set(error, ERROR_INVALID, "%s is not a text", name);
    *out = arena_str(arena, str_of(item->valuestring));
    return out->ptr ? ERROR_NONE : error_set(error, ERROR_MEMORY, "no memory for a message");
}

enum error_code source_parse_words(const cJSON *object, const char *name, char *out, size_t out_bytes, struct error *error)
{
    const cJSON *item = member(object, name);
    if (!item)
        return ERROR_NONE;
    if (!cJSON_IsString(item))
        return error_set(error, ERROR_INVALID, "%s is not a text", name);
    if (strlen(item->valuestring) >= out_bytes)
        return error_set(error, ERROR_TOO_LARGE, "%s has more than %zu bytes: %.40s...", name, out_bytes - 1, item->valuestring);
    strcpy(out, item->valuestring);
    return ERROR_NONE;
}

enum error_code source_parse_number(const cJSON *object, const char *name, int64_t least, int64_t most, int64_t *out, struct error *error)
{
    const cJSON *item = member(object, name);
    if (!item)
        return ERROR_NONE;
    if (!cJSON_IsNumber(item))
        return error_set(error, ERROR_INVALID, "%s is not a number", name);
    double value = floor(item->valuedouble);
    if (!(value >= (double)least && value <= (double)most && fabs(value) <= 0x1p53))
        return error_set(error, ERROR_INVALID, "%s is %g, not within %lld and %lld", name, item->valuedouble, (long long)least, (long long)most);
    *out = (int64_t)value;
    return ERROR_NONE;
}

enum error_code source_parse_boolean(const cJSON *object, const char *name, bool *out, struct error *error)
{
    const cJSON *item = member(object, name);
    if (!item)
        return ERROR_NONE;
    if (!cJSON_IsBool(item))
        return error_set(error, ERROR_INVALID, "%s is neither true nor false", name);
    *out = cJSON_IsTrue(item);
    return ERROR_NONE;
}

enum error_code source_parse_time(const cJSON *object, const char *name, int64_t *out, struct error *error)
{
    const cJSON *item = member(object, name);
    if (!item)
        return ERROR_NONE;
    if (!cJSON_IsString(item) || !clock_parse(str_of(item->valuestring), out))
        return error_set(error, ERROR_INVALID, "%s is not an RFC 3339 time: %.40s", name, cJSON_IsString(item) ? item->valuestring : "(not a text)");
    return ERROR_NONE;
}

enum error_code source_parse_list(const cJSON *object, const char *name, size_t most, struct arena *arena, struct str **out, size_t *count_out, struct error *error)
{
    const cJSON *array = member(object, name), *item;
    if (!array)
        return ERROR_NONE;
    if (!cJSON_IsArray(array))
        return error_set(error, ERROR_INVALID, "%s is not a list", name);
    size_t count = (size_t)cJSON_GetArraySize(array), filled = 0;
    if (count > most)
        return error_set(error, ERROR_TOO_LARGE, "%s has %zu entries, more than %zu", name, count, most);
    struct str *list = arena_array(arena, count, sizeof *list);
    if (!list)
        return error_set(error, ERROR_MEMORY, "no memory for a message");
    cJSON_ArrayForEach(item, array) {
        if (!cJSON_IsString(item))
            return error_set(error, ERROR_INVALID, "%s is not a list of texts", name);
        list[filled] = arena_str(arena, str_of(item->valuestring));
        if (!list[filled++].ptr)
            return error_set(error, ERROR_MEMORY, "no memory for a message");
    }
    *out = list;
    *count_out = count;
    return ERROR_NONE;
}

enum error_code source_parse_choice(const cJSON *object, const char *name, const char *const *words, size_t count, size_t *out, struct error *error)
{
    const cJSON *item = member(object, name);
    if (!item)
        return ERROR_NONE;
    for (size_t i = 0; cJSON_IsString(item) && i < count; i++)
        if (words[i][0] && strcmp(words[i], item->valuestring) == 0) {
            *out = i;
            return ERROR_NONE;
        }
    return error_set(error, ERROR_INVALID, "%s is '%.40s', not a word of the contract", name, cJSON_IsString(item) ? item->valuestring : "(not a text)");
}
