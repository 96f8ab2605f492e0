#include "team/keep.h"

#include "base/clock.h"
#include "base/utf8.h"
#include "text/chars.h"
#include "text/text.h"

enum error_code team_no_memory(struct error *error)
{
    return error_set(error, ERROR_MEMORY, "no memory for members and clients");
}

/* ---- Names ---- */

enum error_code team_check_name(struct str name, struct error *error)
{
    if (name.len == 0 || name.len > TEAM_NAME_MAX)
        return error_set(error, ERROR_INVALID, "name: expected 1 to %d bytes, found %zu", TEAM_NAME_MAX, name.len);
    if (!utf8_is_valid(name))
        return error_set(error, ERROR_INVALID, "name: expected text in UTF-8");
    bool is_first = true, was_blank = false;
    for (size_t at = 0; at < name.len; is_first = false) {
        size_t          from = at;
        uint32_t        c = utf8_next(name, &at);
        enum char_class class = char_class(c);
        bool is_letter = class == CHAR_LETTER || class == CHAR_DIGIT || class == CHAR_UNSPACED;
        bool is_inner = class == CHAR_MARK || c == '_' || c == '.' || c == '-' || (c == ' ' && !was_blank && at < name.len);
        if (!is_letter && !(is_inner && !is_first)) {
            error_set(error, ERROR_INVALID, "name: '%.*s' cannot stand %s", (int)(at - from), name.ptr + from,
                      is_first ? "first" : c == ' ' ? "last, or twice" : "in it");
            error_hint(error, "letters, digits, and . _ - and single blanks between them");
            return ERROR_INVALID;
        }
        was_blank = c == ' ';
    }
    return ERROR_NONE;
}

enum error_code name_fold(struct str name, struct arena *arena, struct str *folded_out, struct error *error)
{
    struct text_analyser *analyser;
    enum error_code       code = text_analyser_new(&analyser, error);
    if (code)
        return code;
    *folded_out = text_fold(analyser, arena, name);
    if (folded_out->ptr) /* it may be the caller's own bytes */
        *folded_out = arena_str(arena, *folded_out);
    text_analyser_free(analyser);
    return folded_out->ptr ? ERROR_NONE : team_no_memory(error);
}

/* ---- Reading ---- */

enum error_code member_read(struct record_statement *row, struct arena *arena, struct team_member *member_out, struct error *error)
{
    *member_out = (struct team_member){
        .id = record_i64(row, "id"),
        .name = record_str(row, "name", arena),
        .is_disabled = record_bool(row, "is_disabled"),
        .is_server_admin = record_bool(row, "is_server_admin"),
        .theme = record_str(row, "theme", arena),
        .zone = record_str(row, "zone", arena),
        .has_single_keys = record_bool(row, "has_single_keys"),
        .has_password = !record_is_null(row, "password"),
        .created_us = record_i64(row, "created_us"),
    };
    return member_out->name.ptr && member_out->theme.ptr && member_out->zone.ptr ? ERROR_NONE : team_no_memory(error);
}

static enum error_code read_one(struct record_statement *row, const char *which, struct arena *arena, struct team_member *member_out,
                                struct error *error)
{
    enum error_code code = ERROR_NONE, end;
    bool            is_there = record_step(row);
    if (is_there)
        code = member_read(row, arena, member_out, error);
    end = record_finish(row, code ? NULL : error);
    if (code || end)
        return code ? code : end;
    return is_there ? ERROR_NONE : error_set(error, ERROR_NOT_FOUND, "there is no member %s", which);
}

enum error_code member_find(struct record *server, int64_t id, struct arena *arena, struct team_member *member_out, struct error *error)
{
    char which[32];
    snprintf(which, sizeof which, "%lld", (long long)id);
    struct record_statement *find = record_statement(server, "team_member_by_id");
    record_bind_i64(find, ":id", id);
    return read_one(find, which, arena, member_out, error);
}

enum error_code team_member_by_id(struct record *server, int64_t id, struct arena *arena, struct team_member *member_out, struct error *error)
{
    enum error_code code = record_begin(server, error);
    return code ? code : record_end(server, member_find(server, id, arena, member_out, error), error);
}

enum error_code team_member_by_name(struct record *server, struct str name, struct arena *arena, struct team_member *member_out,
                                    struct error *error)
{
    char       which[TEAM_NAME_MAX + 3];
    struct str folded;
    snprintf(which, sizeof which, "'%.*s'", STR_ARG(str_slice(name.ptr, name.len < TEAM_NAME_MAX ? name.len : TEAM_NAME_MAX)));
    enum error_code code = name_fold(name, arena, &folded, error);
    if (!code)
        code = record_begin(server, error);
    if (code)
        return code;
    struct record_statement *find = record_statement(server, "team_member_by_name");
    record_bind_str(find, ":folded", folded);
    return record_end(server, read_one(find, which, arena, member_out, error), error);
}

enum error_code team_members(struct record *server, struct arena *arena, struct team_member **members_out, size_t *count_out,
                             struct error *error)
{
    size_t          capacity = 0;
    enum error_code code = record_begin(server, error);
    *members_out = NULL;
    *count_out = 0;
    if (code)
        return code;
    struct record_statement *all = record_statement(server, "team_member_all");
    while (!code && record_step(all)) {
        if (!arena_grow(arena, (void **)members_out, sizeof **members_out, *count_out, &capacity)) {
            code = team_no_memory(error);
            break;
        }
        struct team_member *member = &(*members_out)[(*count_out)++];
        code = member_read(all, arena, member, error);
        member->seen_us = record_i64(all, "seen_us");
    }
    if (!code)
        code = record_finish(all, error);
    return record_end(server, code, error);
}

/* ---- Changing ---- */

static void write_member(struct buf *out, struct str name, bool is_disabled, bool is_server_admin)
{
    struct json json = json_writer(out);
    json_object(&json);
    json_key(&json, "name");
    json_str(&json, name);
    json_key(&json, "is_disabled");
    json_bool(&json, is_disabled);
    json_key(&json, "is_server_admin");
    json_bool(&json, is_server_admin);
    json_end(&json);
}

static enum error_code name_taken(enum error_code code, struct str name, struct error *error)
{
    return code == ERROR_CONFLICT ? error_set(error, ERROR_CONFLICT, "name: there is a member '%.*s' already", STR_ARG(name)) : code;
}

enum error_code member_insert(struct record *server, struct record_actor actor, struct str name, struct str folded, const char *password_hash,
                              bool is_server_admin, int64_t *id_out, struct error *error)
{
    struct record_statement *add = record_statement(server, "team_member_add");
    record_bind_str(add, ":name", name);
    record_bind_str(add, ":folded", folded);
    record_bind_text(add, ":password", password_hash);
    record_bind_bool(add, ":is_server_admin", is_server_admin);
    record_bind_i64(add, ":created_us", clock_now_us());
    enum error_code code = name_taken(record_run(add, error), name, error);
    if (code)
        return code;
    struct buf to = {0};
    *id_out = record_last_id(server);
    write_member(&to, name, false, is_server_admin);
    code = record_audit(server, actor, "create", "member", *id_out, (struct str){0}, buf_str(&to), error);
    buf_fini(&to);
    return code;
}

enum error_code team_member_add(struct record *server, struct record_actor actor, struct str name, struct str password, bool is_server_admin,
                                int64_t *id_out, struct error *error)
{
    char            hash[PASSWORD_HASH_BYTES];
    struct str      folded;
    struct arena    arena = {0};
    enum error_code code = team_check_name(name, error);
    if (!code && password.ptr)
        code = password_check(password, name, error);
    if (!code && password.ptr)
        code = password_hash(password, hash, error);
    if (!code)
        code = name_fold(name, &arena, &folded, error);
    if (!code)
        code = record_begin(server, error);
    if (!code)
        code = record_end(server, member_insert(server, actor, name, folded, password.ptr ? hash : NULL, is_server_admin, id_out, error), error);
    arena_fini(&arena);
    return code;
}

static enum error_code run_on_member(struct record *server, const char *statement, int64_t member, int64_t now_us, struct error *error)
{
    struct record_statement *run = record_statement(server, statement);
    record_bind_i64(run, ":member", member);
    if (now_us)
        record_bind_i64(run, ":now_us", now_us);
    return record_run(run, error);
}

static enum error_code end_links(struct record *server, int64_t member, struct error *error)
{
    struct record_statement *end = record_statement(server, "team_link_end");
    record_bind_i64(end, ":member", member);
    record_bind_i64(end, ":long_ago_us", clock_now_us() - CLOCK_DAY_US);
    return record_run(end, error);
}

static enum error_code count_admins(struct record *server, int64_t *admins_out, struct error *error)
{
    struct record_statement *count = record_statement(server, "team_member_count");
    *admins_out = record_step(count) ? record_i64(count, "admins") : 0;
    return record_finish(count, error);
}

static enum error_code edit(struct record *server, struct record_actor actor, const struct team_member *member, struct str folded,
                            struct arena *arena, struct error *error)
{
    struct team_member before;
    int64_t            admins = 0;
    enum error_code    code = member_find(server, member->id, arena, &before, error);
    if (code)
        return code;
    struct record_statement *change = record_statement(server, "team_member_edit");
    record_bind_i64(change, ":id", member->id);
    record_bind_str(change, ":name", member->name);
    record_bind_str(change, ":folded", folded);
    record_bind_bool(change, ":is_disabled", member->is_disabled);
    record_bind_bool(change, ":is_server_admin", member->is_server_admin);
    code = name_taken(record_run(change, error), member->name, error);
    if (!code)
        code = count_admins(server, &admins, error);
    bool was_admin = before.is_server_admin && !before.is_disabled, is_admin = member->is_server_admin && !member->is_disabled;
    if (!code && admins == 0 && was_admin && !is_admin)
        code = error_set(error, ERROR_CONFLICT, "'%.*s' is the last server admin; make another one first", STR_ARG(before.name));
    if (!code && member->is_disabled && !before.is_disabled) {
        code = run_on_member(server, "team_session_end_all", member->id, 0, error);
        if (!code)
            code = end_links(server, member->id, error);
        if (!code)
            code = run_on_member(server, "team_token_revoke_all", member->id, clock_now_us(), error);
    }
    if (code)
        return code;
    struct buf from = {0}, to = {0};
    write_member(&from, before.name, before.is_disabled, before.is_server_admin);
    write_member(&to, member->name, member->is_disabled, member->is_server_admin);
    if (!str_equal(buf_str(&from), buf_str(&to)))
        code = record_audit(server, actor, "edit", "member", member->id, buf_str(&from), buf_str(&to), error);
    buf_fini(&from);
    buf_fini(&to);
    return code;
}

enum error_code team_member_edit(struct record *server, struct record_actor actor, const struct team_member *member, struct error *error)
{
    struct arena    arena = {0};
    struct str      folded;
    enum error_code code = team_check_name(member->name, error);
    if (!code)
        code = name_fold(member->name, &arena, &folded, error);
    if (!code)
        code = record_begin(server, error);
    if (!code)
        code = record_end(server, edit(server, actor, member, folded, &arena, error), error);
    arena_fini(&arena);
    return code;
}

static bool is_zone(struct str zone)
{
    for (size_t i = 0; i < zone.len; i++)
        if (!ascii_is_letter(zone.ptr[i]) && !ascii_is_digit(zone.ptr[i]) && !strchr("_+-/", zone.ptr[i]))
            return false;
    return zone.len <= TEAM_ZONE_MAX;
}

enum error_code team_member_settle(struct record *server, const struct team_member *member, struct error *error)
{
    if (!is_zone(member->zone))
        return error_set(error, ERROR_INVALID, "zone: '%.*s' is no name of a time zone", (int)(member->zone.len < 64 ? member->zone.len : 64),
                         member->zone.ptr);
    enum error_code code = record_begin(server, error);
    if (code)
        return code;
    struct record_statement *settle = record_statement(server, "team_member_settle");
    record_bind_i64(settle, ":id", member->id);
    record_bind_str(settle, ":theme", member->theme);
    record_bind_str(settle, ":zone", member->zone.ptr ? member->zone : STR(""));
    record_bind_bool(settle, ":has_single_keys", member->has_single_keys);
    return record_end(server, record_run(settle, error), error);
}

static enum error_code set_password(struct record *server, struct record_actor actor, int64_t member, const char *hash, struct error *error)
{
    struct record_statement *set = record_statement(server, "team_member_password");
    record_bind_i64(set, ":id", member);
    record_bind_text(set, ":password", hash);
    enum error_code code = record_run(set, error);
    if (!code)
        code = run_on_member(server, "team_session_end_all", member, 0, error);
    if (!code)
        code = end_links(server, member, error);
    return code ? code : record_audit(server, actor, "set password", "member", member, (struct str){0}, (struct str){0}, error);
}

enum error_code team_set_password(struct record *server, struct record_actor actor, int64_t member, struct str password, struct error *error)
{
    char               hash[PASSWORD_HASH_BYTES];
    struct arena       arena = {0};
    struct team_member found;
    enum error_code    code = team_member_by_id(server, member, &arena, &found, error);
    if (!code)
        code = password_check(password, found.name, error);
    if (!code)
        code = password_hash(password, hash, error);
    if (!code)
        code = record_begin(server, error);
    if (!code)
        code = record_end(server, set_password(server, actor, member, hash, error), error);
    arena_fini(&arena);
    return code;
}
