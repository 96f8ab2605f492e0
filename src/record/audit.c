#include "record/record.h"

#include "base/clock.h"

enum error_code record_audit(struct record *record, struct record_actor actor, const char *action, const char *entity, int64_t entity_id,
                             struct str from, struct str to, struct error *error)
{
    struct record_statement *add = record_statement(record, "record_audit_add");
    record_bind_i64(add, ":at_us", clock_now_us());
    record_bind_i64(add, ":member", actor.member);
    record_bind_str(add, ":name", actor.name.ptr ? actor.name : STR(""));
    record_bind_text(add, ":action", action);
    record_bind_text(add, ":entity", entity);
    record_bind_i64(add, ":entity_id", entity_id);
    record_bind_str(add, ":was", from.len ? from : (struct str){0});
    record_bind_str(add, ":became", to.len ? to : (struct str){0});
    return record_run(add, error);
}

static void write_text(struct json *json, const char *name, struct str text)
{
    json_key(json, name);
    if (text.ptr)
        json_str(json, text);
    else
        json_null(json);
}

static void write_row(struct json *json, struct record_statement *page, struct arena *arena)
{
    json_object(json);
    json_key(json, "id");
    json_i64(json, record_i64(page, "id"));
    json_key(json, "at");
    json_time(json, record_i64(page, "at_us"));
    json_key(json, "member");
    json_i64(json, record_i64(page, "member"));
    write_text(json, "name", record_str(page, "name", arena));
    write_text(json, "action", record_str(page, "action", arena));
    write_text(json, "entity", record_str(page, "entity", arena));
    json_key(json, "entity_id");
    json_i64(json, record_i64(page, "entity_id"));
    write_text(json, "from", record_str(page, "was", arena));
    write_text(json, "to", record_str(page, "became", arena));
    json_end(json);
}

enum error_code record_audit_list(struct record *record, const struct record_audit_filter *filter, struct json *json, int64_t *next_out,
                                  struct error *error)
{
    struct arena arena = {0};
    int64_t      last = 0;
    unsigned     shown = 0;
    *next_out = 0;
    json_array(json);
    struct record_statement *page = record_statement(record, "record_audit_page");
    record_bind_i64(page, ":before", filter->before ? filter->before : INT64_MAX);
    record_bind_i64(page, ":most", (int64_t)filter->most + 1); /* one more tells whether there is more */
    if (filter->entity.len)
        record_bind_str(page, ":entity", filter->entity);
    if (filter->entity_id)
        record_bind_i64(page, ":entity_id", filter->entity_id);
    while (record_step(page)) {
        if (shown++ == filter->most) {
            *next_out = last;
            break;
        }
        last = record_i64(page, "id");
        write_row(json, page, &arena);
        arena_reset(&arena);
    }
    json_end(json);
    arena_fini(&arena);
    return record_finish(page, error);
}

static enum error_code newest(struct record *record, int64_t *id_out, struct error *error)
{
    struct record_statement *row = record_statement(record, "record_audit_newest");
    *id_out = record_step(row) ? record_i64(row, "id") : 0;
    return record_finish(row, error);
}

static enum error_code visit_since(struct record *record, int64_t *place_io, void (*visit)(void *context, struct str entity), void *context,
                                   struct error *error)
{
    struct arena             arena = {0};
    struct record_statement *row = record_statement(record, "record_audit_after");
    record_bind_i64(row, ":after", *place_io);
    while (record_step(row)) {
        visit(context, record_str(row, "entity", &arena));
        *place_io = record_i64(row, "id");
        arena_reset(&arena);
    }
    arena_fini(&arena);
    return record_finish(row, error);
}

enum error_code record_audit_since(struct record *record, int64_t *place_io, void (*visit)(void *context, struct str entity), void *context,
                                   struct error *error)
{
    int64_t         last = 0;
    enum error_code code = record_begin(record, error);
    if (code)
        return code;
    code = newest(record, &last, error);
    if (!code && *place_io && last > *place_io)
        code = visit_since(record, place_io, visit, context, error);
    else if (!code && !*place_io)
        *place_io = last ? last : -1; /* the first row will have number 1 */
    return record_end(record, code, error);
}
