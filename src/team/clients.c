#include "team/keep.h"

#include "base/clock.h"
#include "base/utf8.h"
#include "base/vfs.h"

const char *const role_names[ROLE_COUNT] = {"none", "viewer", "learner", "practitioner", "reviewer", "admin"};

bool role_parse(struct str word, enum role *role_out)
{
    for (int i = 0; i < ROLE_COUNT; i++)
        if (str_equal(word, str_of(role_names[i]))) {
            *role_out = (enum role)i;
            return true;
        }
    return false;
}

/* ---- Clients ---- */

bool team_is_client_name(struct str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c == '-' && i)))
            return false;
    }
    return name.len > 0 && name.len <= TEAM_CLIENT_NAME_MAX;
}

static enum error_code check_client(struct str name, struct str title, struct error *error)
{
    if (!team_is_client_name(name)) {
        error_set(error, ERROR_INVALID, "name: '%.*s' is no client's name", (int)(name.len < 64 ? name.len : 64), name.ptr ? name.ptr : "");
        error_hint(error, "small letters, digits and -, at most %d, not - first", TEAM_CLIENT_NAME_MAX);
        return ERROR_INVALID;
    }
    if (title.len > TEAM_TITLE_MAX || !utf8_is_valid(title))
        return error_set(error, ERROR_INVALID, "title: expected a text of at most %d bytes, found %zu", TEAM_TITLE_MAX, title.len);
    for (size_t i = 0; i < title.len; i++)
        if ((unsigned char)title.ptr[i] < 0x20)
            return error_set(error, ERROR_INVALID, "title: expected one line");
    return ERROR_NONE;
}

static enum error_code client_folder(const char *data_folder, struct str name, char path[512], struct error *error)
{
    char clients[512], text[TEAM_CLIENT_NAME_MAX + 1];
    snprintf(text, sizeof text, "%.*s", STR_ARG(name));
    return vfs_join(clients, data_folder, "clients") && vfs_join(path, clients, text)
               ? ERROR_NONE : error_set(error, ERROR_INVALID, "the path of the data folder is too long: %.60s...", data_folder);
}

enum error_code client_find(struct record *server, struct str name, int64_t *id_out, struct error *error)
{
    struct record_statement *find = record_statement(server, "team_client_by_name");
    record_bind_str(find, ":name", name);
    *id_out = record_step(find) ? record_i64(find, "id") : 0;
    return record_finish(find, error);
}

static enum error_code insert_client(struct record *server, struct record_actor actor, const char *action, struct str name, struct str title,
                                     int64_t *id_out, struct error *error)
{
    struct record_statement *add = record_statement(server, "team_client_add");
    record_bind_str(add, ":name", name);
    record_bind_str(add, ":title", title.len ? title : name);
    record_bind_i64(add, ":created_us", clock_now_us());
    enum error_code code = record_run(add, error);
    if (code)
        return code == ERROR_CONFLICT ? error_set(error, code, "name: there is a client '%.*s' already", STR_ARG(name)) : code;
    *id_out = record_last_id(server);
    return record_audit(server, actor, action, "client", *id_out, (struct str){0}, name, error);
}

enum error_code team_client_add(struct record *server, const char *data_folder, struct record_actor actor, struct str name, struct str title,
                                int64_t *id_out, struct error *error)
{
    char            path[512];
    enum error_code code = check_client(name, title, error);
    if (!code)
        code = client_folder(data_folder, name, path, error);
    if (!code)
        code = record_begin(server, error);
    if (code)
        return code;
    code = insert_client(server, actor, "create", name, title, id_out, error);
    if (!code) /* before the commit: a row without a folder would be worse than a folder without a row, which is adopted */
        code = vfs_make_folders(path, error);
    return record_end(server, code, error);
}

enum error_code team_adopt_folders(struct record *server, const char *data_folder, struct error *error)
{
    char            clients[512];
    struct arena    arena = {0};
    struct str     *names = NULL;
    size_t          count = 0;
    int64_t         id;
    if (!vfs_join(clients, data_folder, "clients"))
        return error_set(error, ERROR_INVALID, "the path of the data folder is too long: %.60s...", data_folder);
    if (!vfs_exists(clients))
        return ERROR_NONE;
    enum error_code code = vfs_list(clients, &arena, &names, &count, error);
    if (!code)
        code = record_begin(server, error);
    if (!code) {
        for (size_t i = 0; i < count && !code; i++) {
            if (!team_is_client_name(names[i])) /* lost+found, a file of notes: no client */
                continue;
            code = client_find(server, names[i], &id, error);
            if (!code && !id)
                code = insert_client(server, (struct record_actor){0, STR("bellwether")}, "adopt", names[i], names[i], &id, error);
        }
        code = record_end(server, code, error);
    }
    arena_fini(&arena);
    return code;
}

enum error_code team_client_set_title(struct record *server, struct record_actor actor, struct str name, struct str title, struct error *error)
{
    struct arena    arena = {0};
    enum error_code code = check_client(name, title, error);
    if (!code)
        code = record_begin(server, error);
    if (code)
        return code;
    struct record_statement *find = record_statement(server, "team_client_by_name");
    record_bind_str(find, ":name", name);
    bool       is_there = record_step(find);
    int64_t    id = is_there ? record_i64(find, "id") : 0;
    struct str before = is_there ? record_str(find, "title", &arena) : (struct str){0};
    code = record_finish(find, error);
    if (!code && !is_there)
        code = error_set(error, ERROR_NOT_FOUND, "there is no client '%.*s'", STR_ARG(name));
    if (!code) {
        struct record_statement *set = record_statement(server, "team_client_title");
        record_bind_i64(set, ":id", id);
        record_bind_str(set, ":title", title.len ? title : name);
        code = record_run(set, error);
    }
    if (!code)
        code = record_audit(server, actor, "edit", "client", id, before, title.len ? title : name, error);
    code = record_end(server, code, error);
    arena_fini(&arena);
    return code;
}

/* ---- Lists ---- */

/* What differs between the three lists of clients. */
struct client_list {
    bool      has_members, has_role;
    enum role role; /* of all, without has_role */
};

static enum error_code read_clients(struct record_statement *rows, const struct client_list *list, struct arena *arena,
                                    struct team_client **clients_out, size_t *count_out, struct error *error)
{
    size_t capacity = 0;
    *clients_out = NULL;
    *count_out = 0;
    while (record_step(rows)) {
        if (!arena_grow(arena, (void **)clients_out, sizeof **clients_out, *count_out, &capacity))
            return team_no_memory(error);
        struct team_client *client = &(*clients_out)[(*count_out)++];
        *client = (struct team_client){
            .id = record_i64(rows, "id"),
            .name = record_str(rows, "name", arena),
            .title = record_str(rows, "title", arena),
            .created_us = record_i64(rows, "created_us"),
            .members = list->has_members ? (uint64_t)record_i64(rows, "members") : 0,
            .role = list->role,
        };
        if (list->has_role && !role_parse(record_str(rows, "role", arena), &client->role))
            return error_set(error, ERROR_CORRUPT, "a membership has an unknown role");
    }
    return record_finish(rows, error);
}

static enum error_code list_clients(struct record *server, struct arena *arena, enum role role, struct team_client **clients_out,
                                    size_t *count_out, struct error *error)
{
    enum error_code code = record_begin(server, error);
    if (code)
        return code;
    struct record_statement *all = record_statement(server, "team_client_all");
    return record_end(server, read_clients(all, &(struct client_list){.has_members = true, .role = role}, arena, clients_out, count_out, error),
                      error);
}

enum error_code team_clients(struct record *server, struct arena *arena, struct team_client **clients_out, size_t *count_out, struct error *error)
{
    return list_clients(server, arena, ROLE_NONE, clients_out, count_out, error);
}

enum error_code team_client_names(struct record *server, struct arena *arena, struct str **names_out, size_t *count_out, struct error *error)
{
    struct team_client *clients;
    *names_out = NULL;
    enum error_code code = team_clients(server, arena, &clients, count_out, error);
    if (code)
        return code;
    *names_out = arena_array(arena, *count_out, sizeof **names_out);
    if (!*names_out)
        return team_no_memory(error);
    for (size_t i = 0; i < *count_out; i++)
        (*names_out)[i] = clients[i].name;
    return ERROR_NONE;
}

enum error_code team_roles_of(struct record *server, int64_t member, struct arena *arena, struct team_client **clients_out, size_t *count_out,
                              struct error *error)
{
    enum error_code code = record_begin(server, error);
    if (code)
        return code;
    struct record_statement *of = record_statement(server, "team_client_of_member");
    record_bind_i64(of, ":member", member);
    return record_end(server, read_clients(of, &(struct client_list){.has_role = true}, arena, clients_out, count_out, error), error);
}

enum error_code team_clients_of(struct record *server, const struct team_caller *caller, struct arena *arena, struct team_client **clients_out,
                                size_t *count_out, struct error *error)
{
    enum error_code code = caller->member.is_server_admin ? list_clients(server, arena, ROLE_ADMIN, clients_out, count_out, error)
                                                          : team_roles_of(server, caller->member.id, arena, clients_out, count_out, error);
    size_t          kept = 0;
    for (size_t i = 0; i < *count_out && !code; i++) {
        struct team_client *client = &(*clients_out)[i];
        if (caller->token_client.len && !str_equal(caller->token_client, client->name))
            continue;
        client->role = client->role < caller->token_most ? client->role : caller->token_most;
        (*clients_out)[kept++] = *client;
    }
    *count_out = code ? 0 : kept;
    return code;
}

/* ---- Who may what ---- */

enum error_code team_role(struct record *server, const struct team_caller *caller, struct str client, enum role *role_out, struct error *error)
{
    *role_out = ROLE_NONE;
    if (caller->token_client.len && !str_equal(caller->token_client, client))
        return ERROR_NONE;
    struct arena    arena = {0};
    enum error_code code = record_begin(server, error);
    if (code)
        return code;
    struct record_statement *find = record_statement(server, "team_membership_role");
    record_bind_i64(find, ":member", caller->member.id);
    record_bind_str(find, ":name", client);
    if (record_step(find)) {
        if (caller->member.is_server_admin)
            *role_out = ROLE_ADMIN;
        else if (!record_is_null(find, "role") && !role_parse(record_str(find, "role", &arena), role_out))
            code = error_set(error, ERROR_CORRUPT, "a membership has an unknown role");
    }
    if (!code)
        code = record_finish(find, error);
    code = record_end(server, code, error);
    arena_fini(&arena);
    if (code || !caller->member.id)
        *role_out = ROLE_NONE;
    if (*role_out > caller->token_most)
        *role_out = caller->token_most;
    return code;
}

static enum error_code write_role(struct record *server, int64_t member, int64_t client, enum role role, struct error *error)
{
    struct record_statement *set = record_statement(server, role == ROLE_NONE ? "team_membership_end" : "team_membership_set");
    record_bind_i64(set, ":member", member);
    record_bind_i64(set, ":client", client);
    if (role != ROLE_NONE)
        record_bind_text(set, ":role", role_names[role]);
    return record_run(set, error);
}

static enum error_code set_role(struct record *server, struct record_actor actor, int64_t member, struct str client, enum role role,
                                struct arena *arena, struct error *error)
{
    struct team_member found;
    int64_t            id = 0;
    enum error_code    code = member_find(server, member, arena, &found, error);
    if (code)
        return code;
    struct record_statement *find = record_statement(server, "team_membership_role");
    record_bind_i64(find, ":member", member);
    record_bind_str(find, ":name", client);
    struct str before = {0};
    if (record_step(find)) {
        id = record_i64(find, "id");
        before = record_str(find, "role", arena);
    }
    code = record_finish(find, error);
    if (!code && !id)
        return error_set(error, ERROR_NOT_FOUND, "there is no client '%.*s'", (int)(client.len < 64 ? client.len : 64), client.ptr);
    if (code || str_equal(before.len ? before : STR("none"), str_of(role_names[role])))
        return code;
    code = write_role(server, member, id, role, error);
    if (code)
        return code;
    struct buf from = {0}, to = {0};
    buf_printf(&from, "%.*s: %.*s", STR_ARG(client), STR_ARG(before.len ? before : STR("none")));
    buf_printf(&to, "%.*s: %s", STR_ARG(client), role_names[role]);
    code = record_audit(server, actor, "set role", "member", member, buf_str(&from), buf_str(&to), error);
    buf_fini(&from);
    buf_fini(&to);
    return code;
}

enum error_code team_set_role(struct record *server, struct record_actor actor, int64_t member, struct str client, enum role role,
                              struct error *error)
{
    struct arena    arena = {0};
    enum error_code code = record_begin(server, error);
    if (!code)
        code = record_end(server, set_role(server, actor, member, client, role, &arena, error), error);
    arena_fini(&arena);
    return code;
}

static enum error_code read_colleagues(struct record *server, struct str client, struct arena *arena, struct team_colleague **colleagues_out,
                                       size_t *count_out, struct error *error)
{
    size_t          capacity = 0;
    int64_t         id;
    enum error_code code = client_find(server, client, &id, error);
    if (!code && !id)
        code = error_set(error, ERROR_NOT_FOUND, "there is no client '%.*s'", (int)(client.len < 64 ? client.len : 64), client.ptr);
    if (code)
        return code;
    struct record_statement *of = record_statement(server, "team_membership_of_client");
    record_bind_i64(of, ":client", id);
    while (record_step(of)) {
        if (!arena_grow(arena, (void **)colleagues_out, sizeof **colleagues_out, *count_out, &capacity))
            return team_no_memory(error);
        struct team_colleague *colleague = &(*colleagues_out)[(*count_out)++];
        *colleague = (struct team_colleague){.member = {.id = record_i64(of, "id"),
                                                        .name = record_str(of, "name", arena),
                                                        .is_disabled = record_bool(of, "is_disabled"),
                                                        .is_server_admin = record_bool(of, "is_server_admin")}};
        if (!role_parse(record_str(of, "role", arena), &colleague->role))
            return error_set(error, ERROR_CORRUPT, "a membership has an unknown role");
    }
    return record_finish(of, error);
}

enum error_code team_colleagues(struct record *server, struct str client, struct arena *arena, struct team_colleague **colleagues_out,
                                size_t *count_out, struct error *error)
{
    *colleagues_out = NULL;
    *count_out = 0;
    enum error_code code = record_begin(server, error);
    return code ? code : record_end(server, read_colleagues(server, client, arena, colleagues_out, count_out, error), error);
}
