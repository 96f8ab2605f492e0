/* Reading what people gave: JSON in one form, queries, names of connectors. */
#include "capture/keep.h"

#include "base/clock.h"

#include <stdlib.h>

enum { GIVEN_DEPTH = 16, GIVEN_MEMBERS = 4096, PROGRAM_NAME_MAX = 64 };

/* ---- One form ---- */

static int by_name(const void *a, const void *b)
{
    return strcmp((*(const cJSON *const *)a)->string, (*(const cJSON *const *)b)->string);
}

static bool print(const cJSON *value, int depth, struct arena *arena, struct json *json);

static bool print_members(const cJSON *object, int depth, struct arena *arena, struct json *json)
{
    size_t        count = (size_t)cJSON_GetArraySize(object), i = 0;
    const cJSON **rows = arena_array(arena, count, sizeof(const cJSON *)), *row;
    if (!rows || count > GIVEN_MEMBERS)
        return false;
    cJSON_ArrayForEach(row, object) rows[i++] = row;
    qsort(rows, count, sizeof(const cJSON *), by_name);
    for (i = 0; i < count; i++) {
        json_key(json, rows[i]->string);
        if (!print(rows[i], depth, arena, json))
            return false;
    }
    return true;
}

static bool print(const cJSON *value, int depth, struct arena *arena, struct json *json)
{
    const cJSON *row;
    bool         fits = depth < GIVEN_DEPTH;
    if (cJSON_IsObject(value)) {
        json_object(json);
        fits = fits && print_members(value, depth + 1, arena, json);
        json_end(json);
    } else if (cJSON_IsArray(value)) {
        json_array(json);
        cJSON_ArrayForEach(row, value) fits = fits && print(row, depth + 1, arena, json);
        json_end(json);
    } else if (cJSON_IsString(value))
        json_text(json, value->valuestring);
    else if (cJSON_IsBool(value))
        json_bool(json, cJSON_IsTrue(value));
    else if (cJSON_IsNumber(value))
        json_double(json, value->valuedouble, 6);
    else
        json_null(json);
    return fits;
}

static enum error_code parse_object(struct str text, const char *what, cJSON **object_out, struct error *error)
{
    *object_out = NULL;
    if (text.len > CAPTURE_CONFIG_MAX_BYTES)
        return error_set(error, ERROR_INVALID, "%s: at most %d bytes, not %zu", what, CAPTURE_CONFIG_MAX_BYTES, text.len);
    *object_out = text.len ? cJSON_ParseWithLength(text.ptr, text.len) : cJSON_CreateObject();
    if (*object_out && cJSON_IsObject(*object_out))
        return ERROR_NONE;
    cJSON_Delete(*object_out);
    *object_out = NULL;
    return error_set(error, ERROR_INVALID, "%s: expected a JSON object", what);
}

enum error_code keep_canonical(struct str text, const char *what, struct arena *arena, struct str *text_out, struct error *error)
{
    cJSON          *object;
    struct buf      out = {0};
    struct json     json = json_writer(&out);
    enum error_code code = parse_object(text, what, &object, error);
    *text_out = (struct str){0};
    if (!code && !print(object, 0, arena, &json))
        code = error_set(error, ERROR_INVALID, "%s: nested too deeply, or too much of it", what);
    if (!code) {
        *text_out = out.has_failed ? (struct str){0} : arena_str(arena, buf_str(&out));
        code = text_out->ptr ? ERROR_NONE : capture_no_memory(error);
    }
    buf_fini(&out);
    cJSON_Delete(object);
    return code;
}

/* ---- Queries ---- */

static enum error_code read_list(const cJSON *object, const char *name, struct arena *arena, struct str **list_out, size_t *count_out, struct error *error)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(object, name), *row;
    if (!list || cJSON_IsNull(list))
        return ERROR_NONE;
    if (!cJSON_IsArray(list))
        return error_set(error, ERROR_INVALID, "query.%s: expected a list of texts", name);
    *list_out = arena_array(arena, (size_t)cJSON_GetArraySize(list), sizeof **list_out);
    if (!*list_out)
        return capture_no_memory(error);
    cJSON_ArrayForEach(row, list) {
        if (!cJSON_IsString(row) || !row->valuestring[0])
            return error_set(error, ERROR_INVALID, "query.%s: expected a list of texts", name);
        struct str text = arena_str(arena, str_of(row->valuestring));
        if (!text.ptr)
            return capture_no_memory(error);
        (*list_out)[(*count_out)++] = text;
    }
    return ERROR_NONE;
}

static enum error_code read_time(const cJSON *object, const char *name, int64_t *time_out, struct error *error)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, name);
    if (!value || cJSON_IsNull(value))
        return ERROR_NONE;
    if (!cJSON_IsString(value) || !clock_parse(str_of(value->valuestring), time_out))
        return error_set(error, ERROR_INVALID, "query.%s: expected a time such as 2026-11-24T18:00:00Z", name);
    return ERROR_NONE;
}

static enum error_code check_names(const cJSON *object, struct error *error)
{
    static const char *const names[] = {"any", "none", "hashtags", "accounts", "urls", "lang", "since", "until"};
    const cJSON             *row;
    cJSON_ArrayForEach(row, object) {
        bool is_known = false;
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
            is_known |= strcmp(row->string, names[i]) == 0;
        if (!is_known)
            return error_set(error, ERROR_INVALID, "query: there is no '%.60s'; it has any, none, hashtags, accounts, urls, lang, since, until",
                             row->string);
    }
    return ERROR_NONE;
}

enum error_code keep_read_query(struct str text, struct arena *arena, struct source_query *query, struct error *error)
{
    cJSON          *object;
    enum error_code code = parse_object(text, "query", &object, error);
    *query = (struct source_query){0};
    if (!code)
        code = check_names(object, error);
    if (!code)
        code = read_list(object, "any", arena, &query->any, &query->any_count, error);
    if (!code)
        code = read_list(object, "none", arena, &query->none, &query->none_count, error);
    if (!code)
        code = read_list(object, "hashtags", arena, &query->hashtags, &query->hashtag_count, error);
    if (!code)
        code = read_list(object, "accounts", arena, &query->accounts, &query->account_count, error);
    if (!code)
        code = read_list(object, "urls", arena, &query->urls, &query->url_count, error);
    if (!code)
        code = read_list(object, "lang", arena, &query->langs, &query->lang_count, error);
    if (!code)
        code = read_time(object, "since", &query->since_us, error);
    if (!code)
        code = read_time(object, "until", &query->until_us, error);
    if (!code && query->since_us && query->until_us && query->until_us <= query->since_us)
        code = error_set(error, ERROR_INVALID, "query.until: lies before query.since");
    cJSON_Delete(object);
    return code;
}

/* ---- Connectors ---- */

static bool is_file_name(struct str name)
{
    bool is_good = name.len > 0 && name.len <= PROGRAM_NAME_MAX && name.ptr[0] != '.';
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        is_good = is_good && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.');
    }
    return is_good;
}

enum error_code keep_connector(struct str name, const struct connector **connector_out, struct error *error)
{
    static const struct str program = {"program:", 8};
    *connector_out = NULL;
    if (str_starts_with(name, program)) {
        if (is_file_name(str_slice(name.ptr + program.len, name.len - program.len)))
            return ERROR_NONE;
        return error_set(error, ERROR_INVALID, "connector: '%.*s' is no program's name: letters, digits, - _ . and no folder",
                         (int)(name.len < 80 ? name.len : 80), name.ptr);
    }
    *connector_out = connector_by_name(name);
    if (*connector_out)
        return ERROR_NONE;
    struct buf all = {.max_bytes = 300};
    for (size_t i = 0; connectors[i]; i++)
        buf_printf(&all, "%s%s", i ? ", " : "", connectors[i]->name);
    error_set(error, ERROR_INVALID, "connector: there is no '%.*s'", (int)(name.len < 80 ? name.len : 80), name.ptr ? name.ptr : "");
    error_hint(error, "there are %.*s, and program:NAME for a program in the folder of the setting sources.programs", STR_ARG(buf_str(&all)));
    buf_fini(&all);
    return ERROR_INVALID;
}
