#include "intake/keep.h"

#include <inttypes.h>

enum error_code intake_no_memory(struct error *error)
{
    return error_set(error, ERROR_MEMORY, "no memory for an import");
}

bool intake_read_row(struct record_statement *row, struct arena *arena, struct intake_reading *reading, struct intake_person *by)
{
    *reading = (struct intake_reading){.tool = record_str(row, "tool", arena), .maps = record_str(row, "maps", arena),
                                       .platform = record_str(row, "platform", arena), .author = record_str(row, "author", arena),
                                       .zone = record_str(row, "zone", arena), .label = record_str(row, "label", arena)};
    *by = (struct intake_person){record_i64(row, "by_id"), record_str(row, "by_name", arena)};
    struct str order = record_str(row, "date_order", arena);
    return reading->tool.ptr && reading->maps.ptr && reading->platform.ptr && reading->author.ptr && reading->zone.ptr && reading->label.ptr && by->name.ptr &&
           order.ptr && intake_order_parse(order, &reading->date_order);
}

static void bind_text(struct record_statement *row, const char *name, struct str value)
{
    record_bind_str(row, name, value.ptr ? value : STR(""));
}

void intake_bind_reading(struct record_statement *row, const struct intake_reading *reading)
{
    bind_text(row, ":tool", reading->tool);
    bind_text(row, ":maps", reading->maps);
    bind_text(row, ":platform", reading->platform);
    bind_text(row, ":author", reading->author);
    bind_text(row, ":zone", reading->zone);
    bind_text(row, ":label", reading->label);
    record_bind_text(row, ":date_order", intake_order_word(reading->date_order));
}

static bool read_mapping(struct record_statement *row, struct arena *arena, struct intake_mapping *mapping)
{
    *mapping = (struct intake_mapping){.id = record_i64(row, "id"), .version = record_i64(row, "version"), .name = record_str(row, "name", arena),
                                       .key = record_str(row, "headers", arena), .updated_us = record_i64(row, "updated_us")};
    return intake_read_row(row, arena, &mapping->reading, &mapping->by) && mapping->name.ptr && mapping->key.ptr;
}

enum error_code intake_mappings(struct record *records, struct arena *arena, struct intake_mapping **mappings_out, size_t *count_out, struct error *error)
{
    void           *mappings = NULL;
    size_t          count = 0, capacity = 0;
    bool            has_memory = true;
    enum error_code code = record_begin(records, error);
    if (code)
        return code;
    struct record_statement *row = record_statement(records, "intake_mappings");
    while (has_memory && record_step(row))
        has_memory = arena_grow(arena, &mappings, sizeof(struct intake_mapping), count, &capacity) &&
                     read_mapping(row, arena, (struct intake_mapping *)mappings + count++);
    code = record_finish(row, error);
    *mappings_out = mappings;
    *count_out = count;
    return record_end(records, !code && !has_memory ? intake_no_memory(error) : code, error);
}

/* The first row of a statement that is bound. */
static enum error_code first(struct record_statement *row, struct arena *arena, struct intake_mapping *mapping_out, bool *is_there_out, struct error *error)
{
    bool is_read = true;
    *is_there_out = record_step(row);
    if (*is_there_out)
        is_read = read_mapping(row, arena, mapping_out);
    enum error_code code = record_finish(row, error);
    return !code && !is_read ? intake_no_memory(error) : code;
}

static enum error_code by_name(struct record *records, struct str name, struct arena *arena, struct intake_mapping *mapping_out, bool *is_there_out,
                               struct error *error)
{
    struct record_statement *row = record_statement(records, "intake_mapping_by_name");
    record_bind_str(row, ":name", name);
    return first(row, arena, mapping_out, is_there_out, error);
}

enum error_code intake_mapping_by_name(struct record *records, struct str name, struct arena *arena, struct intake_mapping *mapping_out, struct error *error)
{
    bool            is_there = false;
    enum error_code code = record_begin(records, error);
    if (code)
        return code;
    code = by_name(records, name, arena, mapping_out, &is_there, error);
    if (!code && !is_there)
        code = error_set(error, ERROR_NOT_FOUND, "there is no mapping '%.*s'", (int)(name.len < 80 ? name.len : 80), name.ptr);
    return record_end(records, code, error);
}

enum error_code intake_mapping_for(struct record *records, struct str key, struct arena *arena, struct intake_mapping *mapping_out, bool *is_there_out,
                                   struct error *error)
{
    enum error_code code = record_begin(records, error);
    *is_there_out = false;
    if (code)
        return code;
    struct record_statement *row = record_statement(records, "intake_mapping_for");
    record_bind_str(row, ":headers", key);
    return record_end(records, first(row, arena, mapping_out, is_there_out, error), error);
}

static enum error_code check_count(struct record *records, struct error *error)
{
    struct record_statement *row = record_statement(records, "intake_mapping_count");
    int64_t                  count = record_step(row) ? record_i64(row, "count") : 0;
    enum error_code          code = record_finish(row, error);
    return !code && count >= INTAKE_MAPPINGS_MAX ? error_set(error, ERROR_TOO_LARGE, "more than %d mappings", INTAKE_MAPPINGS_MAX) : code;
}

static enum error_code put(struct record *records, struct record_actor actor, const struct intake_mapping *mapping, int64_t now_us, struct arena *arena,
                           struct intake_mapping *mapping_out, struct error *error)
{
    struct intake_mapping before = {0};
    bool                  is_there;
    enum error_code       code = by_name(records, mapping->name, arena, &before, &is_there, error);
    if (!code && is_there && mapping->version && before.version != mapping->version)
        code = error_set(error, ERROR_CONFLICT, "mapping %.*s is at version %" PRId64 " now; you began from version %" PRId64, STR_ARG(before.name),
                         before.version, mapping->version);
    if (!code && !is_there)
        code = check_count(records, error);
    if (code)
        return code;
    struct record_statement *row = record_statement(records, is_there ? "intake_mapping_update" : "intake_mapping_insert");
    record_bind_str(row, ":name", mapping->name);
    bind_text(row, ":headers", mapping->key);
    intake_bind_reading(row, &mapping->reading);
    record_bind_i64(row, ":by_id", actor.member);
    record_bind_str(row, ":by_name", actor.name);
    record_bind_i64(row, ":now_us", now_us);
    code = record_run(row, error);
    int64_t id = is_there ? before.id : record_last_id(records);
    if (!code)
        code = record_audit(records, actor, is_there ? "edit" : "create", "mapping", id, before.reading.maps, mapping->reading.maps, error);
    return code ? code : by_name(records, mapping->name, arena, mapping_out, &is_there, error);
}

enum error_code intake_mapping_put(struct record *records, struct record_actor actor, const struct intake_mapping *given, int64_t now_us,
                                   struct arena *arena, struct intake_mapping *mapping_out, struct error *error)
{
    struct intake_mapping mapping = *given;
    struct column_options options;
    struct zone           zone;
    mapping.name = str_trim(mapping.name);
    if (!mapping.name.len || mapping.name.len > INTAKE_NAME_MAX_BYTES)
        return error_set(error, ERROR_INVALID, "name: expected a text of 1 to %d bytes", INTAKE_NAME_MAX_BYTES);
    enum error_code code = intake_read_reading(&mapping.reading, arena, &zone, &options, error);
    if (!code)
        code = record_begin(records, error);
    return code ? code : record_end(records, put(records, actor, &mapping, now_us, arena, mapping_out, error), error);
}

static enum error_code remove_mapping(struct record *records, struct record_actor actor, int64_t id, struct error *error)
{
    struct arena             arena = {0};
    struct record_statement *row = record_statement(records, "intake_mapping_name");
    record_bind_i64(row, ":id", id);
    bool            is_there = record_step(row);
    struct str      name = is_there ? record_str(row, "name", &arena) : STR("");
    enum error_code code = record_finish(row, error);
    if (!code && !is_there)
        code = error_set(error, ERROR_NOT_FOUND, "there is no mapping %" PRId64, id);
    if (!code) {
        row = record_statement(records, "intake_mapping_delete");
        record_bind_i64(row, ":id", id);
        code = record_run(row, error);
    }
    if (!code)
        code = record_audit(records, actor, "delete", "mapping", id, name, (struct str){0}, error);
    arena_fini(&arena);
    return code;
}

enum error_code intake_mapping_remove(struct record *records, struct record_actor actor, int64_t id, struct error *error)
{
    enum error_code code = record_begin(records, error);
    return code ? code : record_end(records, remove_mapping(records, actor, id, error), error);
}
