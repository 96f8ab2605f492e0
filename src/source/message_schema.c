/* A connector's rows and JSON Schema (draft-07), as far as both can say the same.
 *
 *     TEXT {"type":"string"}   URL with "format":"uri"   WORD with "enum"   NUMBER {"type":"integer"}   BOOLEAN {"type":"boolean"}
 *     LIST {"type":"array","items":{"type":"string"}}    secret: "secret":true
 */
#include "source/message.h"

#include "base/json.h"
#include "source/parse.h"

enum { FIELDS_MAX = 100 };

/* ---- Out ---- */

static void put_words(const char *words, struct json *json)
{
    struct str rest = str_of(words), word;
    json_array(json);
    while (str_next_field(&rest, ' ', &word))
        if (word.len)
            json_str(json, word);
    json_end(json);
}

static void put_fallback(const struct connector_field *field, struct json *json)
{
    int64_t number = 0;
    json_key(json, "default");
    if (field->type == CONNECTOR_NUMBER && str_to_i64(str_of(field->fallback), &number))
        json_i64(json, number);
    else if (field->type == CONNECTOR_BOOLEAN)
        json_bool(json, strcmp(field->fallback, "true") == 0);
    else if (field->type == CONNECTOR_LIST)
        put_words(field->fallback, json);
    else
        json_text(json, field->fallback);
}

static void put_field(const struct connector_field *field, struct json *json)
{
    static const char *const types[] = {"string", "string", "integer", "boolean", "string", "array"};
    json_key(json, field->name);
    json_object(json);
    json_key(json, "type");
    json_text(json, types[field->type]);
    if (field->label)
        json_put_str(json, "title", str_of(field->label));
    if (field->help)
        json_put_str(json, "description", str_of(field->help));
    if (field->type == CONNECTOR_URL)
        json_put_str(json, "format", STR("uri"));
    if (field->type == CONNECTOR_WORD) {
        json_key(json, "enum");
        put_words(field->words, json);
    }
    if (field->type == CONNECTOR_LIST) {
        json_key(json, "items");
        json_object(json);
        json_put_str(json, "type", STR("string"));
        json_end(json);
    }
    if (field->type == CONNECTOR_NUMBER && field->least < field->most) {
        json_put_i64(json, "minimum", field->least);
        json_put_i64(json, "maximum", field->most);
    }
    if (field->fallback)
        put_fallback(field, json);
    if (field->is_secret) {
        json_key(json, "secret");
        json_bool(json, true);
    }
    json_end(json);
}

void message_print_schema(const struct connector_field *fields, struct json *json)
{
    json_object(json);
    json_put_str(json, "type", STR("object"));
    json_key(json, "properties");
    json_object(json);
    for (const struct connector_field *field = fields; field && field->name; field++)
        put_field(field, json);
    json_end(json);
    json_key(json, "required");
    json_array(json);
    for (const struct connector_field *field = fields; field && field->name; field++)
        if (field->is_required)
            json_text(json, field->name);
    json_end(json);
    json_end(json);
}

/* ---- In ---- */

static enum error_code take_line(const cJSON *object, const char *name, struct arena *arena, const char **out, struct error *error)
{
    struct str      text = {0};
    enum error_code code = source_parse_text(object, name, arena, &text, error);
    if (!code && text.ptr)
        *out = text.ptr; /* with a NUL behind it: arena_str */
    return code;
}

/* "a b" of an array of strings without blanks. */
static enum error_code take_joined(const cJSON *array, const char *name, struct arena *arena, const char **out, struct error *error)
{
    const cJSON *item;
    struct buf   joined = {.max_bytes = 64 * 1024};
    cJSON_ArrayForEach(item, array) {
        if (!cJSON_IsString(item) || strchr(item->valuestring, ' ')) {
            buf_fini(&joined);
            return error_set(error, ERROR_INVALID, "config_schema: %s is not a list of words without blanks", name);
        }
        if (joined.len)
            buf_append_char(&joined, ' ');
        buf_append_str(&joined, str_of(item->valuestring));
    }
    struct str text = joined.has_failed ? (struct str){0} : arena_str(arena, buf_str(&joined));
    buf_fini(&joined);
    *out = text.ptr;
    return text.ptr ? ERROR_NONE : error_set(error, ERROR_MEMORY, "no memory for a schema");
}

static enum error_code take_fallback(const cJSON *property, struct arena *arena, struct connector_field *field, struct error *error)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(property, "default");
    char         text[32];
    if (!item || cJSON_IsNull(item))
        return ERROR_NONE;
    if (field->type == CONNECTOR_LIST && cJSON_IsArray(item))
        return take_joined(item, "default", arena, &field->fallback, error);
    if (field->type == CONNECTOR_NUMBER && cJSON_IsNumber(item))
        snprintf(text, sizeof text, "%lld", (long long)item->valuedouble);
    else if (field->type == CONNECTOR_BOOLEAN && cJSON_IsBool(item))
        snprintf(text, sizeof text, "%s", cJSON_IsTrue(item) ? "true" : "false");
    else
        return take_line(property, "default", arena, &field->fallback, error);
    struct str kept = arena_str(arena, str_of(text));
    field->fallback = kept.ptr;
    return kept.ptr ? ERROR_NONE : error_set(error, ERROR_MEMORY, "no memory for a schema");
}

static enum error_code take_type(const cJSON *property, struct arena *arena, struct connector_field *field, struct error *error)
{
    static const char *const types[] = {"string", "integer", "number", "boolean", "array"};
    static const enum connector_field_type meant[] = {CONNECTOR_TEXT, CONNECTOR_NUMBER, CONNECTOR_NUMBER, CONNECTOR_BOOLEAN, CONNECTOR_LIST};
    const cJSON    *words = cJSON_GetObjectItemCaseSensitive(property, "enum"), *format = cJSON_GetObjectItemCaseSensitive(property, "format");
    size_t          type = 0;
    enum error_code code = source_parse_choice(property, "type", types, 5, &type, error);
    if (code)
        return error_prefix(error, "config_schema: %s: ", field->name);
    field->type = meant[type];
    if (field->type == CONNECTOR_TEXT && cJSON_IsArray(words)) {
        field->type = CONNECTOR_WORD;
        return take_joined(words, "enum", arena, &field->words, error);
    }
    if (field->type == CONNECTOR_TEXT && cJSON_IsString(format) && strcmp(format->valuestring, "uri") == 0)
        field->type = CONNECTOR_URL;
    return ERROR_NONE;
}

static enum error_code take_property(const cJSON *property, struct arena *arena, struct connector_field *field, struct error *error)
{
    struct str name = arena_str(arena, str_of(property->string));
    field->name = name.ptr;
    if (!name.ptr)
        return error_set(error, ERROR_MEMORY, "no memory for a schema");
    if (!cJSON_IsObject(property))
        return error_set(error, ERROR_INVALID, "config_schema: %.60s is not an object", property->string);
    enum error_code code = take_type(property, arena, field, error);
    field->label = field->name;
    if (!code)
        code = take_line(property, "title", arena, &field->label, error);
    if (!code)
        code = take_line(property, "description", arena, &field->help, error);
    if (!code)
        code = source_parse_number(property, "minimum", -(INT64_C(1) << 53), INT64_C(1) << 53, &field->least, error);
    if (!code)
        code = source_parse_number(property, "maximum", -(INT64_C(1) << 53), INT64_C(1) << 53, &field->most, error);
    if (!code)
        code = source_parse_boolean(property, "secret", &field->is_secret, error);
    return code ? code : take_fallback(property, arena, field, error);
}

enum error_code message_read_schema(const struct cJSON *schema, struct arena *arena, const struct connector_field **fields_out, struct error *error)
{
    const cJSON *properties = cJSON_GetObjectItemCaseSensitive(schema, "properties"), *required = cJSON_GetObjectItemCaseSensitive(schema, "required");
    const cJSON *item;
    size_t       count = 0;
    *fields_out = NULL;
    if (!schema || cJSON_IsNull(schema))
        return ERROR_NONE;
    if (!cJSON_IsObject(schema) || (properties && !cJSON_IsObject(properties)))
        return error_set(error, ERROR_INVALID, "config_schema is not a JSON Schema of an object");
    if (cJSON_GetArraySize(properties) > FIELDS_MAX)
        return error_set(error, ERROR_TOO_LARGE, "config_schema has more than %d properties", FIELDS_MAX);
    struct connector_field *fields = arena_array(arena, (size_t)cJSON_GetArraySize(properties) + 1, sizeof *fields);
    if (!fields)
        return error_set(error, ERROR_MEMORY, "no memory for a schema");
    cJSON_ArrayForEach(item, properties) {
        enum error_code code = take_property(item, arena, &fields[count++], error);
        if (code)
            return code;
    }
    cJSON_ArrayForEach(item, required) {
        for (size_t i = 0; i < count && cJSON_IsString(item); i++)
            fields[i].is_required |= strcmp(fields[i].name, item->valuestring) == 0;
    }
    *fields_out = fields;
    return ERROR_NONE;
}
