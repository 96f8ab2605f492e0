#include "source/values.h"

#include "source/parse.h"

#include <ctype.h>
#include <math.h>

/* scheme://something, without blanks and control bytes: whoever speaks to it looks closer. */
static bool is_address(struct str s)
{
    size_t at = 0;
    while (at < s.len && (isalnum((unsigned char)s.ptr[at]) || s.ptr[at] == '+' || s.ptr[at] == '-' || s.ptr[at] == '.'))
        at++;
    if (at == 0 || s.len - at < 4 || memcmp(s.ptr + at, "://", 3) != 0)
        return false;
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] <= ' ' || s.ptr[i] == 0x7f)
            return false;
    return true;
}

static bool is_one_of(struct str word, const char *words)
{
    struct str rest = str_of(words), one;
    while (str_next_field(&rest, ' ', &one))
        if (str_equal(one, word))
            return true;
    return false;
}

static enum error_code check_number(const struct connector_field *field, struct source_value *value, struct error *error)
{
    if (field->least < field->most && (value->number < field->least || value->number > field->most))
        return error_set(error, ERROR_INVALID, "%s: %lld is not within %lld and %lld", field->name, (long long)value->number, (long long)field->least,
                         (long long)field->most);
    return ERROR_NONE;
}

/* A value that is text on its way in: a text, an address, a word; or any fallback. */
static enum error_code take_text(const struct connector_field *field, struct str text, struct source_value *value, struct error *error)
{
    value->text = text;
    switch (field->type) {
    case CONNECTOR_URL:
        if (text.len && !is_address(text))
            return error_set(error, ERROR_INVALID, "%s: '%.*s' is no address, as in https://example.org", field->name,
                             (int)(text.len < 80 ? text.len : 80), text.ptr);
        return ERROR_NONE;
    case CONNECTOR_WORD:
        if (!is_one_of(text, field->words))
            return error_set(error, ERROR_INVALID, "%s: '%.*s' is none of: %s", field->name, (int)(text.len < 80 ? text.len : 80), text.ptr, field->words);
        return ERROR_NONE;
    case CONNECTOR_NUMBER:
        if (!str_to_i64(text, &value->number))
            return error_set(error, ERROR_INVALID, "%s is not a whole number", field->name);
        return check_number(field, value, error);
    case CONNECTOR_BOOLEAN:
        value->boolean = str_equal(text, STR("true"));
        if (!value->boolean && !str_equal(text, STR("false")))
            return error_set(error, ERROR_INVALID, "%s is neither true nor false", field->name);
        return ERROR_NONE;
    default:
        return ERROR_NONE;
    }
}

static enum error_code copy(const struct connector_field *field, const cJSON *item, struct arena *arena, struct str *text_out, struct error *error)
{
    struct str text = str_of(item->valuestring);
    if (text.len > SOURCE_VALUE_MAX_BYTES)
        return error_set(error, ERROR_INVALID, "%s has more than %d bytes", field->name, SOURCE_VALUE_MAX_BYTES);
    *text_out = arena_str(arena, text);
    return text_out->ptr ? ERROR_NONE : error_set(error, ERROR_MEMORY, "no memory for a config");
}

static enum error_code take_list(const struct connector_field *field, const cJSON *array, struct arena *arena, struct source_value *value,
                                 struct error *error)
{
    const cJSON *item;
    size_t       count = (size_t)cJSON_GetArraySize(array);
    if (count > SOURCE_LIST_MAX)
        return error_set(error, ERROR_INVALID, "%s has more than %d entries", field->name, SOURCE_LIST_MAX);
    value->count = 0;
    value->list = arena_array(arena, count, sizeof *value->list);
    if (!value->list)
        return error_set(error, ERROR_MEMORY, "no memory for a config");
    cJSON_ArrayForEach(item, array) {
        if (!cJSON_IsString(item))
            return error_set(error, ERROR_INVALID, "%s is not a list of texts", field->name);
        enum error_code code = copy(field, item, arena, &value->list[value->count++], error);
        if (code)
            return code;
    }
    return ERROR_NONE;
}

/* "a b c" of a row's fallback. */
static enum error_code split_fallback(const struct connector_field *field, struct arena *arena, struct source_value *value, struct error *error)
{
    struct str rest = str_of(field->fallback), one;
    value->list = arena_array(arena, rest.len, sizeof *value->list);
    if (!value->list)
        return error_set(error, ERROR_MEMORY, "no memory for a config");
    while (str_next_field(&rest, ' ', &one))
        if (one.len)
            value->list[value->count++] = one;
    return ERROR_NONE;
}

static enum error_code take(const struct connector_field *field, const cJSON *item, struct arena *arena, struct source_value *value, struct error *error)
{
    static const char *const wanted[] = {"a text", "an address", "a number", "true or false", "a word", "a list of texts"};
    struct str               text;
    bool                     is_text = field->type == CONNECTOR_TEXT || field->type == CONNECTOR_URL || field->type == CONNECTOR_WORD || field->is_secret;
    if (is_text && cJSON_IsString(item)) {
        enum error_code code = copy(field, item, arena, &text, error);
        return code ? code : take_text(field, text, value, error);
    }
    if (field->type == CONNECTOR_NUMBER && cJSON_IsNumber(item) && fabs(item->valuedouble) <= 0x1p53 && floor(item->valuedouble) == item->valuedouble) {
        value->number = (int64_t)item->valuedouble;
        return check_number(field, value, error);
    }
    if (field->type == CONNECTOR_BOOLEAN && cJSON_IsBool(item)) {
        value->boolean = cJSON_IsTrue(item);
        return ERROR_NONE;
    }
    if (field->type == CONNECTOR_LIST && cJSON_IsArray(item))
        return take_list(field, item, arena, value, error);
    return error_set(error, ERROR_INVALID, "%s is not %s", field->name, wanted[field->type]);
}

static size_t row_named(const struct connector_field *fields, const char *name)
{
    size_t i = 0;
    while (fields && fields[i].name && strcmp(fields[i].name, name) != 0)
        i++;
    return i;
}

static enum error_code take_object(struct source_values *values, const cJSON *object, bool is_secrets, bool *was_given, struct error *error)
{
    const struct connector_field *fields = values->fields;
    const cJSON                  *item;
    cJSON_ArrayForEach(item, object) {
        size_t i = row_named(fields, item->string);
        if (!fields || !fields[i].name)
            return error_set(error, ERROR_INVALID, "there is no %s '%.60s'", is_secrets ? "secret" : "config", item->string);
        if (fields[i].is_secret != is_secrets)
            return error_set(error, ERROR_INVALID, is_secrets ? "%s is no secret: it belongs into config" : "%s is a secret: it belongs into secrets",
                             fields[i].name);
        if (cJSON_IsNull(item))
            continue;
        enum error_code code = take(&fields[i], item, &values->arena, &values->values[i], error);
        if (code)
            return code;
        was_given[i] = true;
    }
    return ERROR_NONE;
}

static enum error_code fill_in(struct source_values *values, const bool *was_given, bool needs_secrets, struct error *error)
{
    for (size_t i = 0; values->fields && values->fields[i].name; i++) {
        const struct connector_field *field = &values->fields[i];
        struct source_value          *value = &values->values[i];
        enum error_code               code = ERROR_NONE;
        if (!was_given[i] && field->fallback)
            code = field->type == CONNECTOR_LIST ? split_fallback(field, &values->arena, value, error) : take_text(field, str_of(field->fallback), value, error);
        bool is_empty = !was_given[i] || ((field->type == CONNECTOR_TEXT || field->type == CONNECTOR_URL) && value->text.len == 0) ||
                        (field->type == CONNECTOR_LIST && value->count == 0);
        if (!code && field->is_required && is_empty && !field->fallback && (needs_secrets || !field->is_secret))
            code = error_set(error, ERROR_INVALID, "%s is missing", field->name);
        if (code)
            return code;
    }
    return ERROR_NONE;
}

static enum error_code read_values(const struct connector_field *fields, struct str config, struct str secrets, bool needs_secrets,
                                   struct source_values *values, struct error *error)
{
    size_t count = row_named(fields, "");
    *values = (struct source_values){.fields = fields};
    values->values = arena_array(&values->arena, count + 1, sizeof *values->values);
    bool *was_given = arena_array(&values->arena, count + 1, sizeof *was_given);
    if (!values->values || !was_given)
        return error_set(error, ERROR_MEMORY, "no memory for a config");
    enum error_code code = ERROR_NONE;
    for (int is_secrets = 0; is_secrets < 2 && !code; is_secrets++) {
        struct str text = str_trim(is_secrets ? secrets : config);
        cJSON     *object = NULL;
        code = source_parse_object(text.len ? text : STR("{}"), &object, error);
        if (code)
            error_prefix(error, is_secrets ? "secrets: " : "config: ");
        else
            code = take_object(values, object, is_secrets, was_given, error);
        cJSON_Delete(object);
    }
    return code ? code : fill_in(values, was_given, needs_secrets, error);
}

enum error_code source_values_read(const struct connector_field *fields, struct str config, struct str secrets, struct source_values *values_out,
                                   struct error *error)
{
    enum error_code code = read_values(fields, config, secrets, true, values_out, error);
    /* To whoever starts it, text that is no JSON is as wrong as a member that is none. */
    return code == ERROR_SYNTAX ? error ? (error->code = ERROR_INVALID) : ERROR_INVALID : code;
}

void source_values_fini(struct source_values *values)
{
    arena_fini(&values->arena);
}

struct source_value *source_values_at(const struct source_values *values, const char *name)
{
    size_t i = row_named(values->fields, name);
    require(values->fields && values->fields[i].name);
    return &values->values[i];
}

enum error_code source_config_check(const struct connector *connector, struct str config, struct str secrets, bool needs_secrets, struct error *error)
{
    struct source_values values;
    enum error_code      code = read_values(connector->fields, config, secrets, needs_secrets, &values, error);
    source_values_fini(&values);
    return code == ERROR_SYNTAX ? error ? (error->code = ERROR_INVALID) : ERROR_INVALID : code;
}
