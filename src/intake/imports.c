#include "intake/keep.h"

#include "base/clock.h"

#include <inttypes.h>

const char *const intake_states[6] = {"coming", "ready", "running", "done", "stopped", "failed"};

/* ---- Counts as text ---- */

enum { COUNTS = 7 + POST_DOUBTS };

static uint64_t *count_at(struct import_counts *counts, size_t i)
{
    uint64_t *named[] = {&counts->read, &counts->added, &counts->duplicate, &counts->refreshed, &counts->edited, &counts->withheld, &counts->rejected};
    return i < 7 ? named[i] : &counts->doubts[i - 7];
}

static void print_counts(const struct import_counts *counts, char text[400])
{
    struct import_counts copy = *counts;
    size_t               used = 0;
    for (size_t i = 0; i < COUNTS; i++)
        used += (size_t)snprintf(text + used, 400 - used, "%" PRIu64 " ", *count_at(&copy, i));
}

static struct import_counts read_counts(struct str text)
{
    struct import_counts counts = {0};
    struct str           word;
    for (size_t i = 0; i < COUNTS && str_next_field(&text, ' ', &word); i++) {
        int64_t number;
        if (str_to_i64(word, &number) && number >= 0)
            *count_at(&counts, i) = (uint64_t)number;
    }
    return counts;
}

/* ---- Rows ---- */

static bool read_import(struct record_statement *row, struct arena *arena, struct intake_import *import)
{
    *import = (struct intake_import){.id = record_i64(row, "id"), .name = record_str(row, "name", arena), .size_bytes = record_i64(row, "size_bytes"),
                                     .received_bytes = record_i64(row, "received_bytes"), .found = record_str(row, "found", arena),
                                     .rejected_file = record_str(row, "rejected_file", arena), .message = record_str(row, "message", arena),
                                     .created_us = record_i64(row, "created_us"), .started_us = record_i64(row, "started_us"),
                                     .ended_us = record_i64(row, "ended_us"), .first_us = record_i64(row, "first_us"), .last_us = record_i64(row, "last_us")};
    struct str state = record_str(row, "state", arena), counts = record_str(row, "counts", arena);
    for (size_t i = 0; state.ptr && i < 6; i++)
        if (str_equal(state, str_of(intake_states[i])))
            import->state = (enum intake_state)i;
    import->counts = read_counts(counts);
    return intake_read_row(row, arena, &import->reading, &import->by) && import->name.ptr && import->found.ptr && import->rejected_file.ptr &&
           import->message.ptr && state.ptr && counts.ptr;
}

static enum error_code begin(struct record *records, struct record_actor actor, struct str name, int64_t size_bytes, int64_t now_us, int64_t *id_out,
                             struct error *error)
{
    struct record_statement *row = record_statement(records, "intake_open_count");
    int64_t                  open = record_step(row) ? record_i64(row, "count") : 0;
    enum error_code          code = record_finish(row, error);
    if (!code && open >= INTAKE_OPEN_MAX) {
        error_set(error, ERROR_BUSY, "%" PRId64 " imports are under way already", open);
        return error_hint(error, "finish or remove one of them");
    }
    if (code)
        return code;
    row = record_statement(records, "intake_insert");
    record_bind_str(row, ":name", name);
    record_bind_i64(row, ":size_bytes", size_bytes);
    record_bind_i64(row, ":by_id", actor.member);
    record_bind_str(row, ":by_name", actor.name);
    record_bind_i64(row, ":now_us", now_us);
    code = record_run(row, error);
    *id_out = record_last_id(records);
    return code ? code : record_audit(records, actor, "create", "import", *id_out, (struct str){0}, name, error);
}

enum error_code intake_begin(struct record *records, struct record_actor actor, struct str name, int64_t size_bytes, int64_t now_us, int64_t *id_out,
                             struct error *error)
{
    if (size_bytes > INTAKE_FILE_MAX_BYTES) {
        error_set(error, ERROR_TOO_LARGE, "the file has %" PRId64 " bytes, more than %" PRId64, size_bytes, (int64_t)INTAKE_FILE_MAX_BYTES);
        return error_hint(error, "pack it with gzip or zstd, or import it on the server: bellwether import FILE");
    }
    enum error_code code = record_begin(records, error);
    return code ? code : record_end(records, begin(records, actor, name, size_bytes, now_us, id_out, error), error);
}

enum error_code intake_by_id(struct record *records, int64_t id, struct arena *arena, struct intake_import *import_out, struct error *error)
{
    enum error_code code = record_begin(records, error);
    if (code)
        return code;
    struct record_statement *row = record_statement(records, "intake_by_id");
    record_bind_i64(row, ":id", id);
    bool is_there = record_step(row), is_read = is_there && read_import(row, arena, import_out);
    code = record_finish(row, error);
    if (!code && !is_there)
        code = error_set(error, ERROR_NOT_FOUND, "there is no import %" PRId64, id);
    return record_end(records, !code && !is_read ? intake_no_memory(error) : code, error);
}

enum error_code intakes(struct record *records, struct arena *arena, struct intake_import **imports_out, size_t *count_out, struct error *error)
{
    void           *imports = NULL;
    size_t          count = 0, capacity = 0;
    bool            has_memory = true;
    enum error_code code = record_begin(records, error);
    if (code)
        return code;
    struct record_statement *row = record_statement(records, "intake_list");
    while (has_memory && record_step(row))
        has_memory = arena_grow(arena, &imports, sizeof(struct intake_import), count, &capacity) &&
                     read_import(row, arena, (struct intake_import *)imports + count++);
    code = record_finish(row, error);
    *imports_out = imports;
    *count_out = count;
    return record_end(records, !code && !has_memory ? intake_no_memory(error) : code, error);
}

static void bind_text(struct record_statement *row, const char *name, struct str value)
{
    record_bind_str(row, name, value.ptr ? value : STR(""));
}

enum error_code intake_keep(struct record *records, const struct intake_import *import, struct error *error)
{
    char            counts[400];
    enum error_code code = record_begin(records, error);
    if (code)
        return code;
    struct record_statement *row = record_statement(records, "intake_update");
    print_counts(&import->counts, counts);
    record_bind_i64(row, ":id", import->id);
    record_bind_text(row, ":state", intake_states[import->state]);
    record_bind_i64(row, ":received_bytes", import->received_bytes);
    intake_bind_reading(row, &import->reading);
    bind_text(row, ":found", import->found);
    record_bind_text(row, ":counts", counts);
    bind_text(row, ":rejected_file", import->rejected_file);
    bind_text(row, ":message", import->message);
    record_bind_i64(row, ":started_us", import->started_us);
    record_bind_i64(row, ":ended_us", import->ended_us);
    record_bind_i64(row, ":first_us", import->first_us);
    record_bind_i64(row, ":last_us", import->last_us);
    return record_end(records, record_run(row, error), error);
}

enum error_code intake_forget(struct record *records, struct record_actor actor, int64_t id, struct error *error)
{
    enum error_code code = record_begin(records, error);
    if (code)
        return code;
    struct record_statement *row = record_statement(records, "intake_delete");
    record_bind_i64(row, ":id", id);
    code = record_run(row, error);
    if (!code)
        code = record_audit(records, actor, "delete", "import", id, (struct str){0}, (struct str){0}, error);
    return record_end(records, code, error);
}

static enum error_code stop_old(struct record *records, const int64_t *ids, size_t count, int64_t now_us, struct error *error)
{
    enum error_code code = ERROR_NONE;
    for (size_t i = 0; i < count && !code; i++) {
        struct record_statement *row = record_statement(records, "intake_stop_old");
        record_bind_i64(row, ":id", ids[i]);
        record_bind_i64(row, ":now_us", now_us);
        code = record_run(row, error);
    }
    return code;
}

enum error_code intake_sweep(struct record *records, bool is_start, int64_t now_us, struct arena *arena, int64_t **ids_out, size_t *count_out,
                             struct error *error)
{
    void           *ids = NULL;
    size_t          count = 0, capacity = 0;
    bool            has_memory = true;
    enum error_code code = record_begin(records, error);
    if (code)
        return code;
    if (is_start) {
        struct record_statement *stop = record_statement(records, "intake_stop_running");
        record_bind_i64(stop, ":now_us", now_us);
        code = record_run(stop, error);
    }
    struct record_statement *row = record_statement(records, "intake_old");
    record_bind_i64(row, ":before_us", now_us - INTAKE_KEEP_US_DAYS * CLOCK_DAY_US);
    while (!code && has_memory && record_step(row)) {
        has_memory = arena_grow(arena, &ids, sizeof(int64_t), count, &capacity);
        if (has_memory)
            ((int64_t *)ids)[count++] = record_i64(row, "id");
    }
    enum error_code finished = record_finish(row, error);
    if (!code)
        code = finished ? finished : has_memory ? stop_old(records, ids, count, now_us, error) : intake_no_memory(error);
    *ids_out = ids;
    *count_out = count;
    return record_end(records, code, error);
}
