/* What a file is, for the person who brought it; mappings that are kept; and the words of the mapping screen: fields and tools. */
#include "api/imports.h"

#include "intake/look.h"

static const char *kind_word(const struct intake_look *look)
{
    static const char *const words[] = {[TABLE_LINES] = "lines", [TABLE_NATIVE_LINES] = "lines", [TABLE_OBJECTS] = "objects",
                                        [TABLE_NATIVE_OBJECTS] = "objects", [TABLE_RECORDS] = "table"};
    return look->is_readable ? words[look->shape->kind] : look->header_count ? "table" : "unknown";
}

static void put_tool(struct json *json, const char *key, const struct export_row *tool)
{
    json_key(json, key);
    if (!tool)
        return json_null(json);
    json_object(json);
    json_put_str(json, "name", str_of(tool->name));
    json_put_str(json, "title", str_of(tool->title));
    json_put_str(json, "left_out", str_of(tool->left_out));
    json_put_str(json, "evidence", str_of(tool->evidence));
    json_end(json);
}

static void put_headers(struct json *json, const struct intake_look *look)
{
    json_key(json, "headers");
    json_array(json);
    for (size_t i = 0; i < look->header_count; i++) {
        json_object(json);
        json_put_str(json, "name", look->headers[i].name);
        json_key(json, "field");
        look->headers[i].field ? json_text(json, look->headers[i].field) : json_null(json);
        json_key(json, "samples");
        json_array(json);
        for (size_t k = 0; k < LOOK_SAMPLES && look->headers[i].samples[k].len; k++)
            json_str(json, look->headers[i].samples[k]);
        json_end(json);
        json_end(json);
    }
    json_end(json);
}

/* Whose word the zone is: the person's, the file's, the tool's rule, or nobody's (then UTC is taken). */
static void put_zone(struct json *json, const struct intake_look *look, const struct intake_reading *reading)
{
    const struct table_shape *shape = look->shape;
    bool is_read = look->is_readable && (shape->is_table || shape->tool);
    json_key(json, "zone");
    if (!is_read)
        return json_null(json);
    json_object(json);
    json_put_str(json, "name", str_of(shape->has_zone ? shape->zone.name : "UTC"));
    json_put_str(json, "said_by", !shape->has_zone          ? STR("nobody")
                                  : reading->zone.len       ? STR("you")
                                  : shape->is_zone_said_by_file ? STR("file")
                                                            : STR("tool"));
    json_end(json);
}

static void put_dates(struct json *json, const struct intake_look *look, const struct intake_reading *reading)
{
    json_key(json, "dates");
    if (!look->shape->order_example[0])
        return json_null(json);
    json_object(json);
    json_put_str(json, "example", str_of(look->shape->order_example));
    json_put_str(json, "order", str_of(intake_order_word(look->shape->date_order)));
    json_put_str(json, "said_by", reading->date_order ? STR("you") : look->shape->is_order_seen ? STR("file") : STR("nobody"));
    json_put_time(json, "day_first", look->day_first_us);
    json_put_time(json, "month_first", look->month_first_us);
    json_end(json);
}

static void put_samples(struct api_call *call, const struct intake_look *look)
{
    struct json *json = &call->json;
    json_put_i64(json, "read", (int64_t)look->read);
    json_put_i64(json, "rejected", (int64_t)look->rejected);
    json_key(json, "rejects");
    json_array(json);
    for (size_t i = 0; i < look->reject_count; i++) {
        json_object(json);
        json_put_i64(json, "line", (int64_t)look->rejects[i].line);
        json_put_str(json, "reason", look->rejects[i].reason);
        json_end(json);
    }
    json_end(json);
    imports_put_doubts(json, look->doubts);
    json_key(json, "posts");
    json_array(json);
    for (size_t i = 0; i < look->post_count; i++)
        api_post(json, &look->posts[i]);
    json_end(json);
}

/* What a table must have and nobody has named yet. */
static void put_missing(struct json *json, const struct intake_look *look)
{
    static const char *const needed[] = {"at", "text"};
    json_key(json, "missing");
    json_array(json);
    for (size_t i = 0; i < 2 && !look->is_readable && look->header_count; i++)
        json_text(json, needed[i]);
    json_end(json);
}

static void put_problem(struct json *json, const struct intake_look *look)
{
    json_key(json, "problem");
    if (look->is_readable)
        return json_null(json);
    json_object(json);
    json_put_str(json, "message", str_of(look->problem.message));
    json_put_str(json, "hint", str_of(look->problem.hint));
    json_end(json);
}

static bool is_empty(const struct intake_reading *reading)
{
    return !reading->tool.len && !reading->maps.len && !reading->platform.len && !reading->author.len && !reading->zone.len && !reading->date_order;
}

/* Reads it; and once more by the mapping that was kept for its headers, where the person has said nothing yet. */
static enum error_code read_file(struct api_call *call, struct intake_import *import, struct intake_look *look, struct intake_mapping *mapping, bool *has_mapping)
{
    char path[512];
    *has_mapping = false;
    if (!intake_path(call->workspace->folder, import->id, path))
        return error_set(&call->error, ERROR_INVALID, "the path of client '%s' is too long", call->workspace->name);
    enum error_code code = intake_look(path, import->name, &import->reading, call->arena, look, &call->error);
    if (!code && look->key[0] && is_empty(&import->reading))
        code = intake_mapping_for(call->workspace->records, str_of(look->key), call->arena, mapping, has_mapping, &call->error);
    if (code || !*has_mapping)
        return code;
    import->reading = mapping->reading;
    return intake_look(path, import->name, &import->reading, call->arena, look, &call->error);
}

enum error_code imports_look(struct api_call *call, struct intake_import *import)
{
    struct json          *json = &call->json;
    struct intake_look    look;
    struct intake_mapping mapping;
    bool                  has_mapping;
    enum error_code       code = read_file(call, import, &look, &mapping, &has_mapping);
    if (code)
        return code;
    char separator[2] = {look.separator};
    json_object(json);
    json_key(json, "is_readable");
    json_bool(json, look.is_readable);
    json_put_str(json, "kind", str_of(kind_word(&look)));
    put_tool(json, "tool", look.is_readable ? look.shape->tool : NULL);
    json_put_str(json, "encoding", str_of(encoding_names[look.encoding]));
    json_put_str(json, "separator", str_of(separator));
    json_put_str(json, "query", str_of(look.shape->query));
    put_headers(json, &look);
    put_zone(json, &look, &import->reading);
    put_dates(json, &look, &import->reading);
    json_key(json, "mapping");
    if (has_mapping) {
        json_object(json);
        json_put_i64(json, "id", mapping.id);
        json_put_str(json, "name", mapping.name);
        json_end(json);
    } else
        json_null(json);
    imports_put_reading(json, &import->reading);
    put_samples(call, &look);
    put_problem(json, &look);
    put_missing(json, &look);
    json_end(json);
    return ERROR_NONE;
}

/* ---- Mappings ---- */

static void put_mapping(struct json *json, const struct intake_mapping *mapping)
{
    json_object(json);
    json_put_i64(json, "id", mapping->id);
    json_put_str(json, "name", mapping->name);
    json_put_i64(json, "version", mapping->version);
    imports_put_reading(json, &mapping->reading);
    api_put_person(json, "by", mapping->by.id, mapping->by.name);
    json_put_time(json, "updated_at", mapping->updated_us);
    json_end(json);
}

static enum error_code list(struct api_call *call)
{
    struct intake_mapping *mappings;
    size_t                 count;
    enum error_code        code = intake_mappings(call->workspace->records, call->arena, &mappings, &count, &call->error);
    if (code)
        return code;
    json_object(&call->json);
    json_key(&call->json, "mappings");
    json_array(&call->json);
    for (size_t i = 0; i < count; i++)
        put_mapping(&call->json, &mappings[i]);
    api_list_end(call);
    return ERROR_NONE;
}

/* The headers are those of an import's file: who saves has it before the eyes. */
static enum error_code save(struct api_call *call)
{
    struct intake_mapping mapping = {0};
    int64_t               import_id = 0;
    enum error_code       code = api_body_str(call, "name", INTAKE_NAME_MAX_BYTES, true, &mapping.name);
    if (!code)
        code = api_body_i64(call, "import", 1, INT64_MAX, false, &import_id);
    if (!code)
        code = api_body_i64(call, "version", 1, INT64_MAX, false, &mapping.version);
    if (!code)
        code = imports_read_reading(call, &mapping.reading);
    char path[512];
    if (!code && import_id && intake_path(call->workspace->folder, import_id, path)) {
        struct intake_look look;
        struct error       ignored = {0};
        if (intake_look(path, STR("file"), &mapping.reading, call->arena, &look, &ignored) == ERROR_NONE)
            mapping.key = arena_str(call->arena, str_of(look.key));
    }
    if (!code)
        code = intake_mapping_put(call->workspace->records, api_actor(call), &mapping, call->now_us, call->arena, &mapping, &call->error);
    if (!code)
        put_mapping(&call->json, &mapping);
    return code;
}

static enum error_code forget(struct api_call *call)
{
    return intake_mapping_remove(call->workspace->records, api_actor(call), api_id(call), &call->error);
}

/* ---- Words ---- */

static enum error_code words(struct api_call *call)
{
    struct json *json = &call->json;
    json_object(json);
    json_key(json, "fields");
    json_array(json);
    for (int i = 0; i < COLUMN_COUNT; i++) {
        json_object(json);
        json_put_str(json, "name", str_of(column_rows[i].name));
        json_put_str(json, "meaning", str_of(column_rows[i].meaning));
        json_end(json);
    }
    json_end(json);
    json_key(json, "tools");
    json_array(json);
    for (const struct export_row *tool = export_rows; tool->name; tool++) {
        json_object(json);
        json_put_str(json, "name", str_of(tool->name));
        json_put_str(json, "title", str_of(tool->title));
        json_put_str(json, "left_out", str_of(tool->left_out));
        json_put_str(json, "evidence", str_of(tool->evidence));
        json_key(json, "is_table");
        json_bool(json, tool->form == EXPORT_TABLE);
        json_end(json);
    }
    json_end(json);
    json_end(json);
    return ERROR_NONE;
}

#define MAPPING                                                                                                                 \
    "{\"type\":\"object\",\"required\":[\"id\",\"name\",\"version\",\"reading\",\"by\",\"updated_at\"],\"properties\":{\"id\":{\"type\":\"integer\"},\"name\":{"  \
    "\"type\":\"string\"}}}"

const struct api_route api_imports_look_routes[] = {
    {HTTP_GET, "/import-words", API_CLIENT, ROLE_VIEWER, "import_words", "the fields that columns can be, and the tools whose exports are known", NULL, NULL, NULL,
     "{\"type\":\"object\",\"required\":[\"fields\",\"tools\"]}", NULL, 0, words},
    {HTTP_GET, "/import-mappings", API_CLIENT, ROLE_VIEWER, "import_mappings", "how files were read, kept by name", NULL, NULL, NULL,
     "{\"type\":\"object\",\"required\":[\"mappings\",\"next\"],\"properties\":{\"mappings\":{\"type\":\"array\",\"items\":" MAPPING "},\"next\":{\"type\":\"null\"}}}",
     NULL, 0, list},
    {HTTP_POST, "/import-mappings", API_CLIENT, ROLE_PRACTITIONER, "import_mapping_save", "keep how a file is read, for the next with the same headers",
     "What stands under the name is replaced; with `version` only where it did not move on (409). import: whose file's headers it is for.", NULL,
     "{\"type\":\"object\",\"required\":[\"name\"],\"properties\":{\"name\":{\"type\":\"string\",\"maxLength\":80},\"import\":{\"type\":\"integer\",\"minimum\":1},"
     "\"version\":{\"type\":\"integer\",\"minimum\":1}," IMPORTS_READING_MEMBERS "}}",
     MAPPING, NULL, 201, save},
    {HTTP_DELETE, "/import-mappings/{id}", API_CLIENT, ROLE_PRACTITIONER, "import_mapping_forget", "forget a mapping", NULL, NULL, NULL, NULL, NULL, 0, forget},
    {0}};
