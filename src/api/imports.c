/* Imports: a file in parts, what it is and what would become of it, the run, and what came of it. */
#include "api/imports.h"

#include "base/vfs.h"

#include <stdlib.h>

/* ---- Out ---- */

static void put_maps(struct json *json, struct str maps)
{
    struct str line, field;
    json_key(json, "maps");
    json_object(json);
    while (maps.len && str_next_field(&maps, '\n', &line)) {
        char name[32];
        if (!str_next_field(&line, '=', &field) || !field.len || field.len >= sizeof name)
            continue;
        snprintf(name, sizeof name, "%.*s", STR_ARG(field));
        json_put_str(json, name, line);
    }
    json_end(json);
}

void imports_put_reading(struct json *json, const struct intake_reading *reading)
{
    json_key(json, "reading");
    json_object(json);
    json_put_str(json, "tool", reading->tool);
    put_maps(json, reading->maps);
    json_put_str(json, "platform", reading->platform);
    json_put_str(json, "author", reading->author);
    json_put_str(json, "zone", reading->zone);
    json_put_str(json, "date_order", str_of(intake_order_word(reading->date_order)));
    json_put_str(json, "label", reading->label);
    json_end(json);
}

void imports_put_doubts(struct json *json, const uint64_t doubts[POST_DOUBTS])
{
    json_key(json, "doubts");
    json_array(json);
    for (size_t i = 0; i < POST_DOUBTS; i++) {
        if (!doubts[i])
            continue;
        json_object(json);
        json_put_str(json, "words", str_of(post_doubt_words[i]));
        json_put_i64(json, "count", (int64_t)doubts[i]);
        json_end(json);
    }
    json_end(json);
}

static void put_counts(struct json *json, const struct import_counts *counts)
{
    json_key(json, "counts");
    json_object(json);
    json_put_i64(json, "read", (int64_t)counts->read);
    json_put_i64(json, "new", (int64_t)counts->added);
    json_put_i64(json, "duplicate", (int64_t)counts->duplicate);
    json_put_i64(json, "refreshed", (int64_t)counts->refreshed);
    json_put_i64(json, "edited", (int64_t)counts->edited);
    json_put_i64(json, "withheld", (int64_t)counts->withheld);
    json_put_i64(json, "rejected", (int64_t)counts->rejected);
    json_end(json);
}

static void put_progress(struct json *json, const struct importer_progress *progress)
{
    json_key(json, "progress");
    if (!progress)
        return json_null(json);
    json_object(json);
    json_put_i64(json, "bytes_taken", (int64_t)progress->bytes_taken);
    json_put_i64(json, "bytes_total", (int64_t)progress->bytes_total);
    json_key(json, "elapsed_s");
    json_double(json, (double)progress->elapsed_us / 1e6, 3);
    json_end(json);
}

static void put_import(struct api_call *call, const struct intake_import *import)
{
    struct json             *json = &call->json;
    struct importer_progress progress;
    bool is_running = import->state == INTAKE_RUNNING && importer_progress(call->workspace->importer, import->id, &progress);
    json_object(json);
    json_put_i64(json, "id", import->id);
    json_put_str(json, "name", import->name);
    json_put_str(json, "state", str_of(intake_states[import->state]));
    json_put_i64(json, "size_bytes", import->size_bytes);
    json_put_i64(json, "received_bytes", import->received_bytes);
    imports_put_reading(json, &import->reading);
    json_put_str(json, "found", import->found);
    put_counts(json, is_running ? &progress.counts : &import->counts);
    imports_put_doubts(json, is_running ? progress.counts.doubts : import->counts.doubts);
    put_progress(json, is_running ? &progress : NULL);
    json_key(json, "has_rejects");
    json_bool(json, import->rejected_file.len > 0);
    json_put_str(json, "message", import->message);
    api_put_person(json, "by", import->by.id, import->by.name);
    json_put_time(json, "created_at", import->created_us);
    json_put_time(json, "started_at", import->started_us);
    json_put_time(json, "ended_at", import->ended_us);
    json_put_time(json, "first_at", import->first_us);
    json_put_time(json, "last_at", import->last_us);
    json_end(json);
}

/* ---- In ---- */

/* {"maps": {"text": "Words", "lang": ""}} as lines; a line's end inside a header becomes a blank, as headers are compared. */
static enum error_code read_maps(struct api_call *call, const cJSON *maps, struct str *maps_out)
{
    struct buf   lines = {.max_bytes = INTAKE_MAPS_MAX_BYTES};
    const cJSON *map;
    if (!maps || cJSON_IsNull(maps))
        return ERROR_NONE;
    if (!cJSON_IsObject(maps))
        return error_set(&call->error, ERROR_INVALID, "maps: expected an object of fields and headers");
    cJSON_ArrayForEach(map, maps) {
        if (!cJSON_IsString(map) || strpbrk(map->string, "=\n")) {
            buf_fini(&lines);
            return error_set(&call->error, ERROR_INVALID, "maps.%.60s: expected the text of a header", map->string);
        }
        buf_printf(&lines, "%s=", map->string);
        for (const char *at = map->valuestring; *at; at++)
            buf_append_char(&lines, *at == '\n' || *at == '\r' ? ' ' : *at);
        buf_append_char(&lines, '\n');
    }
    bool is_too_long = lines.has_failed;
    *maps_out = arena_str(call->arena, buf_str(&lines));
    buf_fini(&lines);
    return is_too_long ? error_set(&call->error, ERROR_TOO_LARGE, "maps: more than %d bytes", INTAKE_MAPS_MAX_BYTES) : ERROR_NONE;
}

enum error_code imports_read_reading(struct api_call *call, struct intake_reading *reading_out)
{
    struct str      order = {0};
    enum error_code code = ERROR_NONE;
    *reading_out = (struct intake_reading){0};
    const struct {
        const char *name;
        struct str *value;
    } words[] = {{"tool", &reading_out->tool}, {"platform", &reading_out->platform}, {"author", &reading_out->author},
                 {"zone", &reading_out->zone}, {"label", &reading_out->label}, {"date_order", &order}};
    for (size_t i = 0; i < sizeof words / sizeof *words && !code; i++)
        code = api_body_str(call, words[i].name, INTAKE_WORD_MAX_BYTES, false, words[i].value);
    if (!code)
        code = read_maps(call, cJSON_GetObjectItemCaseSensitive(call->body, "maps"), &reading_out->maps);
    if (!code && !intake_order_parse(order, &reading_out->date_order))
        code = error_set(&call->error, ERROR_INVALID, "date_order: expected dmy, mdy or nothing");
    return code;
}

static enum error_code find(struct api_call *call, struct intake_import *import_out)
{
    return intake_by_id(call->workspace->records, api_id(call), call->arena, import_out, &call->error);
}

/* ---- Routes ---- */

static enum error_code list(struct api_call *call)
{
    struct intake_import *imports;
    size_t                count;
    enum error_code       code = intakes(call->workspace->records, call->arena, &imports, &count, &call->error);
    if (code)
        return code;
    json_object(&call->json);
    json_key(&call->json, "imports");
    json_array(&call->json);
    for (size_t i = 0; i < count; i++)
        put_import(call, &imports[i]);
    api_list_end(call);
    return ERROR_NONE;
}

static enum error_code one(struct api_call *call)
{
    struct intake_import import;
    enum error_code      code = find(call, &import);
    if (!code)
        put_import(call, &import);
    return code;
}

static enum error_code create(struct api_call *call)
{
    struct str           name = {0};
    int64_t              size_bytes = 0, id;
    struct intake_import import;
    enum error_code      code = api_body_str(call, "name", 200, true, &name);
    if (!code)
        code = api_body_i64(call, "size_bytes", 1, INT64_MAX, true, &size_bytes);
    if (!code)
        code = intake_begin(call->workspace->records, api_actor(call), name, size_bytes, call->now_us, &id, &call->error);
    if (!code)
        code = intake_by_id(call->workspace->records, id, call->arena, &import, &call->error);
    if (!code)
        put_import(call, &import);
    return code;
}

static enum error_code part(struct api_call *call)
{
    struct intake_import import;
    struct str           bytes = call->request->body;
    enum error_code      code = find(call, &import);
    if (!code && import.state != INTAKE_COMING)
        code = error_set(&call->error, ERROR_CONFLICT, "the import is %s: its file is not waited for", intake_states[import.state]);
    if (!code && bytes.len > INTAKE_PART_MAX_BYTES)
        code = error_set(&call->error, ERROR_TOO_LARGE, "a part of %zu bytes, more than %d", bytes.len, INTAKE_PART_MAX_BYTES);
    if (!code)
        code = intake_part(call->workspace->folder, import.id, import.size_bytes, api_integer(call, "offset", 0), bytes, &import.received_bytes,
                           &call->error);
    if (code)
        return code;
    if (import.received_bytes == import.size_bytes)
        import.state = INTAKE_READY;
    code = intake_keep(call->workspace->records, &import, &call->error);
    if (!code)
        put_import(call, &import);
    return code;
}

/* It may be run: its file is there, and nothing runs on it. */
static enum error_code check_ready(struct api_call *call, const struct intake_import *import)
{
    bool is_whole = import->received_bytes == import->size_bytes;
    if (is_whole && (import->state == INTAKE_READY || import->state == INTAKE_STOPPED || import->state == INTAKE_FAILED))
        return ERROR_NONE;
    return error_set(&call->error, ERROR_CONFLICT, "the import is %s%s", intake_states[import->state], is_whole ? "" : ", its file is not there");
}

static enum error_code look(struct api_call *call)
{
    struct intake_import import;
    enum error_code      code = find(call, &import);
    if (!code && import.received_bytes == 0)
        code = error_set(&call->error, ERROR_CONFLICT, "the file of this import is not there");
    if (!code)
        code = imports_read_reading(call, &import.reading);
    return code ? code : imports_look(call, &import);
}

static enum error_code run(struct api_call *call)
{
    struct intake_import  import;
    struct column_options options;
    struct zone          *zone = arena_new(call->arena, struct zone);
    enum error_code       code = zone ? find(call, &import) : error_set(&call->error, ERROR_MEMORY, "no memory for an import");
    if (!code)
        code = check_ready(call, &import);
    if (!code)
        code = imports_read_reading(call, &import.reading);
    if (!code)
        code = intake_read_reading(&import.reading, call->arena, zone, &options, &call->error);
    if (code)
        return code;
    import.state = INTAKE_RUNNING;
    import.started_us = call->now_us;
    import.ended_us = import.first_us = import.last_us = 0;
    import.counts = (struct import_counts){0};
    import.message = STR("");
    code = importer_start(call->workspace->importer, &import, &call->error);
    if (!code)
        put_import(call, &import);
    return code;
}

static enum error_code stop(struct api_call *call)
{
    struct intake_import import;
    enum error_code      code = find(call, &import);
    if (!code && !importer_stop(call->workspace->importer, import.id))
        code = error_set(&call->error, ERROR_CONFLICT, "the import is %s, it does not run", intake_states[import.state]);
    if (!code)
        put_import(call, &import);
    return code;
}

static enum error_code forget(struct api_call *call)
{
    struct intake_import import;
    enum error_code      code = find(call, &import);
    if (!code && import.state == INTAKE_RUNNING)
        code = error_set(&call->error, ERROR_CONFLICT, "the import is running: stop it first");
    if (!code)
        code = intake_remove_file(call->workspace->folder, import.id, &call->error);
    if (!code && import.rejected_file.len)
        code = vfs_remove(import.rejected_file.ptr, &call->error);
    return code ? code : intake_forget(call->workspace->records, api_actor(call), import.id, &call->error);
}

/* ---- Rejects ---- */

struct reading_out {
    struct vfs_file file;
    uint64_t        at;
};

static enum http_pull pull(void *context, struct buf *out)
{
    struct reading_out *reading = context;
    size_t              got = 0;
    enum { PIECE = 64 * 1024 };
    if (!buf_reserve(out, PIECE) || vfs_read_at(&reading->file, out->ptr, PIECE, reading->at, &got, NULL))
        return HTTP_PULL_FAILED;
    out->len = got;
    reading->at += got;
    return got ? HTTP_PULL_MORE : HTTP_PULL_END;
}

static void release(void *context)
{
    struct reading_out *reading = context;
    vfs_close(&reading->file);
    free(reading);
}

static enum error_code rejects(struct api_call *call)
{
    struct intake_import import;
    enum error_code      code = find(call, &import);
    if (!code && !import.rejected_file.len)
        code = error_set(&call->error, ERROR_NOT_FOUND, "nothing of this import was rejected");
    struct reading_out *reading = code ? NULL : calloc(1, sizeof *reading);
    if (!code && !reading)
        code = error_set(&call->error, ERROR_MEMORY, "no memory for an answer");
    if (!code)
        code = vfs_open(import.rejected_file.ptr, VFS_READ, &reading->file, &call->error);
    if (code) {
        free(reading);
        return code;
    }
    call->response->content_type = "application/jsonl";
    http_set_header(call->response, "Content-Disposition", "attachment; filename=\"rejected.jsonl\"");
    struct http_stream_source source = {.pull = pull, .release = release, .context = reading};
    http_stream_begin(call->response, &source);
    return ERROR_NONE;
}

/* ---- Rows ---- */

static const struct api_parameter part_parameters[] = {
    {.name = "offset", .type = API_INTEGER, .least = 0, .most = INTAKE_FILE_MAX_BYTES, .is_required = true, .meaning = "where in the file the part begins"}, {0}};

#define COUNT "{\"type\":\"integer\",\"minimum\":0}"
#define TIME "{\"type\":[\"string\",\"null\"],\"format\":\"date-time\"}"
#define IMPORT                                                                                                                  \
    "{\"type\":\"object\",\"required\":[\"id\",\"name\",\"state\",\"size_bytes\",\"received_bytes\",\"reading\",\"found\",\"counts\",\"doubts\",\"progress\"," \
    "\"has_rejects\",\"message\",\"by\",\"created_at\",\"started_at\",\"ended_at\",\"first_at\",\"last_at\"],\"properties\":{\"id\":{\"type\":\"integer\"},"  \
    "\"state\":{\"enum\":[\"coming\",\"ready\",\"running\",\"done\",\"stopped\",\"failed\"]},\"size_bytes\":" COUNT ",\"received_bytes\":" COUNT             \
    ",\"counts\":{\"type\":\"object\",\"required\":[\"read\",\"new\",\"duplicate\",\"refreshed\",\"edited\",\"withheld\",\"rejected\"]},\"ended_at\":" TIME "}}"

const struct api_route api_imports_routes[] = {
    {HTTP_GET, "/imports", API_CLIENT, ROLE_VIEWER, "imports", "files that were brought, the newest first", NULL, NULL, NULL,
     "{\"type\":\"object\",\"required\":[\"imports\",\"next\"],\"properties\":{\"imports\":{\"type\":\"array\",\"items\":" IMPORT "},\"next\":{\"type\":\"null\"}}}",
     NULL, 0, list},
    {HTTP_POST, "/imports", API_CLIENT, ROLE_PRACTITIONER, "import_create", "announce a file to import",
     "Its bytes follow in parts. What is not run within a day is removed.", NULL,
     "{\"type\":\"object\",\"required\":[\"name\",\"size_bytes\"],\"properties\":{\"name\":{\"type\":\"string\",\"maxLength\":200},\"size_bytes\":{\"type\":"
     "\"integer\",\"minimum\":1}}}",
     IMPORT, NULL, 201, create},
    {HTTP_GET, "/imports/{id}", API_CLIENT, ROLE_VIEWER, "import", "how far an import is", "While it runs, GET /events tells of it as `import`.", NULL, NULL, IMPORT,
     NULL, 0, one},
    {HTTP_PUT, "/imports/{id}/file", API_CLIENT, ROLE_PRACTITIONER, "import_part", "a part of the file",
     "At most 8 MiB. A part that came already is passed over, so it can be sent again; one behind a hole is 409. `received_bytes` says where to go on.",
     part_parameters, "application/octet-stream", IMPORT, NULL, 0, part},
    {HTTP_POST, "/imports/{id}/look", API_CLIENT, ROLE_PRACTITIONER, "import_look", "what the file is, and what would become of its first posts",
     "Reads the first 64 KiB as the body says, and does nothing. Where the body is empty, a mapping that was saved for the same headers is used.", NULL,
     IMPORTS_READING, IMPORTS_LOOK, NULL, 0, look},
    {HTTP_POST, "/imports/{id}/run", API_CLIENT, ROLE_PRACTITIONER, "import_run", "take the posts in",
     "One import runs at a time (429). It goes on when the page is closed; what was committed stays, whatever happens.", NULL, IMPORTS_READING, IMPORT, NULL, 0,
     run},
    {HTTP_POST, "/imports/{id}/stop", API_CLIENT, ROLE_PRACTITIONER, "import_stop", "stop an import that runs",
     "What was taken in stays. Run it again to add the rest.", NULL, NULL, IMPORT, NULL, 0, stop},
    {HTTP_GET, "/imports/{id}/rejects", API_CLIENT, ROLE_PRACTITIONER, "import_rejects", "what could not be taken in, with its lines and reasons", NULL, NULL, NULL,
     NULL, "application/jsonl", 0, rejects},
    {HTTP_DELETE, "/imports/{id}", API_CLIENT, ROLE_PRACTITIONER, "import_forget", "forget an import, with its file and its rejects",
     "Its posts stay.", NULL, NULL, NULL, NULL, 0, forget},
    {0}};
