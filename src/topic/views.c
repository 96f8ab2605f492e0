#include "topic/keep.h"

#include <inttypes.h>

static bool read_view(struct record_statement *row, struct arena *arena, struct topic_view *view)
{
    *view = (struct topic_view){record_i64(row, "id"), record_str(row, "name", arena), record_str(row, "state", arena),
                                record_i64(row, "has_time") != 0, record_i64(row, "version"),
                                {record_i64(row, "owner_id"), record_str(row, "owner_name", arena)}, record_i64(row, "updated_us")};
    return view->name.ptr && view->state.ptr && view->owner.name.ptr;
}

enum error_code topic_views(struct record *record, struct arena *arena, struct topic_view **views_out, size_t *count_out,
                            struct error *error)
{
    void           *views = NULL;
    size_t          count = 0, capacity = 0;
    bool            has_memory = true;
    enum error_code code = record_begin(record, error);
    if (code)
        return code;
    struct record_statement *row = record_statement(record, "topic_views");
    while (has_memory && record_step(row))
        has_memory = arena_grow(arena, &views, sizeof(struct topic_view), count, &capacity) &&
                     read_view(row, arena, (struct topic_view *)views + count++);
    code = record_finish(row, error);
    *views_out = views;
    *count_out = count;
    return record_end(record, !code && !has_memory ? topic_no_memory(error) : code, error);
}

static enum error_code find(struct record *record, int64_t id, struct arena *arena, struct topic_view *view_out, struct error *error)
{
    struct record_statement *row = record_statement(record, "topic_view_by_id");
    record_bind_i64(row, ":id", id);
    bool            is_there = record_step(row), is_read = is_there && read_view(row, arena, view_out);
    enum error_code code = record_finish(row, error);
    if (!code && !is_there)
        code = error_set(error, ERROR_NOT_FOUND, "there is no view %" PRId64, id);
    return !code && !is_read ? topic_no_memory(error) : code;
}

enum error_code topic_view_by_id(struct record *record, int64_t id, struct arena *arena, struct topic_view *view_out, struct error *error)
{
    enum error_code code = record_begin(record, error);
    return code ? code : record_end(record, find(record, id, arena, view_out, error), error);
}

static enum error_code check_owner(const struct topic_view *view, const struct topic_change *change, bool may_all, struct error *error)
{
    if (may_all || view->owner.id == change->actor.member)
        return ERROR_NONE;
    error_set(error, ERROR_FORBIDDEN, "view %.*s belongs to %.*s", STR_ARG(view->name), STR_ARG(view->owner.name));
    return error_hint(error, "save it under a name of your own");
}

static enum error_code check_count(struct record *record, int64_t owner, struct error *error)
{
    struct record_statement *row = record_statement(record, "topic_view_count");
    record_bind_i64(row, ":owner_id", owner);
    int64_t         count = record_step(row) ? record_i64(row, "count") : 0;
    enum error_code code = record_finish(row, error);
    return !code && count >= TOPIC_VIEWS_MAX ? error_set(error, ERROR_TOO_LARGE, "more than %d views of one member", TOPIC_VIEWS_MAX) : code;
}

static enum error_code put(struct record *record, const struct topic_change *change, const struct topic_view *view, bool may_all,
                           struct arena *arena, struct topic_view *view_out, struct error *error)
{
    struct topic_view before = {0};
    int64_t           id = view->id;
    enum error_code   code = id ? find(record, id, arena, &before, error) : check_count(record, change->actor.member, error);
    if (!code && id)
        code = check_owner(&before, change, may_all, error);
    if (!code && id && before.version != change->version)
        code = error_set(error, ERROR_CONFLICT, "view %.*s is at version %" PRId64 " now; you began from version %" PRId64,
                         STR_ARG(before.name), before.version, change->version);
    if (code)
        return code;
    struct record_statement *row = record_statement(record, id ? "topic_view_update" : "topic_view_insert");
    if (id)
        record_bind_i64(row, ":id", id);
    else {
        record_bind_i64(row, ":owner_id", change->actor.member);
        record_bind_str(row, ":owner_name", change->actor.name);
    }
    record_bind_str(row, ":name", view->name);
    record_bind_str(row, ":state", view->state);
    record_bind_bool(row, ":has_time", view->has_time);
    record_bind_i64(row, ":now_us", change->now_us);
    code = record_run(row, error);
    if (code == ERROR_CONFLICT)
        return error_set(error, ERROR_CONFLICT, "name: you have a view %.*s already", STR_ARG(view->name));
    if (!code && !id)
        id = record_last_id(record);
    if (!code)
        code = record_audit(record, change->actor, view->id ? "edit" : "create", "view", id, before.state, view->state, error);
    return code ? code : find(record, id, arena, view_out, error);
}

enum error_code topic_view_put(struct record *record, const struct topic_change *change, const struct topic_view *given, bool may_all,
                               struct arena *arena, struct topic_view *view_out, struct error *error)
{
    struct topic_view view = *given;
    view.name = str_trim(view.name);
    if (!view.state.ptr)
        view.state = STR("");
    enum error_code code = topic_check_part("name", view.name, TOPIC_VIEW_NAME_MAX_BYTES, false, true, error);
    if (!code)
        code = topic_check_part("state", view.state, TOPIC_VIEW_STATE_MAX_BYTES, true, true, error);
    if (!code)
        code = record_begin(record, error);
    return code ? code : record_end(record, put(record, change, &view, may_all, arena, view_out, error), error);
}

static enum error_code delete(struct record *record, const struct topic_change *change, int64_t id, bool may_all, struct arena *arena,
                              struct error *error)
{
    struct topic_view view;
    enum error_code   code = find(record, id, arena, &view, error);
    if (!code)
        code = check_owner(&view, change, may_all, error);
    if (code)
        return code;
    struct record_statement *row = record_statement(record, "topic_view_delete");
    record_bind_i64(row, ":id", id);
    code = record_run(row, error);
    return code ? code : record_audit(record, change->actor, "delete", "view", id, view.state, (struct str){0}, error);
}

enum error_code topic_view_delete(struct record *record, const struct topic_change *change, int64_t id, bool may_all, struct arena *arena,
                                  struct error *error)
{
    enum error_code code = record_begin(record, error);
    return code ? code : record_end(record, delete(record, change, id, may_all, arena, error), error);
}
