#include "team/keep.h"

#include "base/clock.h"
#include "base/utf8.h"

enum { LISTED_MOST = 1000 };

static enum error_code check(const struct team_token *token, int64_t now_us, struct error *error)
{
    if (token->name.len == 0 || token->name.len > TEAM_NAME_MAX || !utf8_is_valid(token->name))
        return error_set(error, ERROR_INVALID, "name: expected a text of 1 to %d bytes, found %zu", TEAM_NAME_MAX, token->name.len);
    for (size_t i = 0; i < token->name.len; i++)
        if ((unsigned char)token->name.ptr[i] < 0x20)
            return error_set(error, ERROR_INVALID, "name: expected one line");
    if (token->role == ROLE_NONE)
        return error_set(error, ERROR_INVALID, "role: a token without a role opens nothing");
    if (token->expires_us <= now_us || token->expires_us > now_us + TEAM_TOKEN_DAYS_MAX * CLOCK_DAY_US)
        return error_set(error, ERROR_INVALID, "expires: expected a time from now on, at most %d days ahead", TEAM_TOKEN_DAYS_MAX);
    return ERROR_NONE;
}

static enum error_code check_count(struct record *server, int64_t member, int64_t now_us, struct error *error)
{
    struct record_statement *count = record_statement(server, "team_token_count");
    record_bind_i64(count, ":member", member);
    record_bind_i64(count, ":now_us", now_us);
    int64_t         found = record_step(count) ? record_i64(count, "count") : 0;
    enum error_code code = record_finish(count, error);
    if (!code && found >= TEAM_TOKENS_MAX)
        code = error_set(error, ERROR_INVALID, "there are %d tokens already; revoke one first", TEAM_TOKENS_MAX);
    return code;
}

static enum error_code insert(struct record *server, struct record_actor actor, const struct team_token *token, const struct secret_hash *hash,
                              int64_t now_us, struct arena *arena, int64_t *id_out, struct error *error)
{
    struct team_member member;
    int64_t            client = 0;
    enum error_code    code = member_find(server, token->member, arena, &member, error);
    if (!code)
        code = check_count(server, token->member, now_us, error);
    if (!code && token->client.len)
        code = client_find(server, token->client, &client, error);
    if (!code && token->client.len && !client)
        code = error_set(error, ERROR_NOT_FOUND, "there is no client '%.*s'", (int)(token->client.len < 64 ? token->client.len : 64),
                         token->client.ptr);
    if (code)
        return code;
    struct record_statement *add = record_statement(server, "team_token_add");
    record_bind_blob(add, ":hash", secret_hash_str(hash));
    record_bind_i64(add, ":member", token->member);
    record_bind_str(add, ":name", token->name);
    record_bind_text(add, ":role", role_names[token->role]);
    if (client)
        record_bind_i64(add, ":client", client);
    record_bind_i64(add, ":created_us", now_us);
    record_bind_i64(add, ":expires_us", token->expires_us);
    code = record_run(add, error);
    if (code)
        return code;
    struct buf  to = {0};
    struct json json = json_writer(&to);
    *id_out = record_last_id(server);
    json_object(&json);
    json_key(&json, "name");
    json_str(&json, token->name);
    json_key(&json, "member");
    json_str(&json, member.name);
    json_key(&json, "role");
    json_text(&json, role_names[token->role]);
    json_key(&json, "client");
    json_str(&json, token->client);
    json_key(&json, "expires");
    json_time(&json, token->expires_us);
    json_end(&json);
    code = record_audit(server, actor, "create", "token", *id_out, (struct str){0}, buf_str(&to), error);
    buf_fini(&to);
    return code;
}

enum error_code team_token_add(struct record *server, struct record_actor actor, const struct team_token *token, int64_t now_us,
                               char text_out[TEAM_TOKEN_TEXT_BYTES], int64_t *id_out, struct error *error)
{
    struct arena       arena = {0};
    struct secret_hash hash;
    enum error_code    code = check(token, now_us, error);
    secret_make(true, text_out, &hash);
    if (!code)
        code = record_begin(server, error);
    if (!code)
        code = record_end(server, insert(server, actor, token, &hash, now_us, &arena, id_out, error), error);
    arena_fini(&arena);
    return code;
}

static enum error_code read_tokens(struct record_statement *list, struct arena *arena, struct team_token **tokens_out, size_t *count_out,
                                   struct error *error)
{
    size_t capacity = 0;
    *tokens_out = NULL;
    *count_out = 0;
    record_bind_i64(list, ":most", LISTED_MOST);
    while (record_step(list)) {
        if (!arena_grow(arena, (void **)tokens_out, sizeof **tokens_out, *count_out, &capacity))
            return team_no_memory(error);
        struct team_token *token = &(*tokens_out)[(*count_out)++];
        *token = (struct team_token){
            .id = record_i64(list, "id"),
            .member = record_i64(list, "member"),
            .member_name = record_str(list, "member_name", arena),
            .name = record_str(list, "name", arena),
            .client = record_str(list, "client", arena),
            .created_us = record_i64(list, "created_us"),
            .expires_us = record_i64(list, "expires_us"),
            .used_us = record_i64(list, "used_us"),
            .revoked_us = record_i64(list, "revoked_us"),
        };
        if (!role_parse(record_str(list, "role", arena), &token->role))
            return error_set(error, ERROR_CORRUPT, "token %lld has an unknown role", (long long)token->id);
    }
    return record_finish(list, error);
}

enum error_code team_tokens(struct record *server, int64_t member, struct arena *arena, struct team_token **tokens_out, size_t *count_out,
                            struct error *error)
{
    enum error_code code = record_begin(server, error);
    if (code)
        return code;
    struct record_statement *list = record_statement(server, "team_token_list");
    if (member)
        record_bind_i64(list, ":member", member);
    return record_end(server, read_tokens(list, arena, tokens_out, count_out, error), error);
}

static enum error_code revoke(struct record *server, struct record_actor actor, int64_t token, int64_t member, int64_t now_us,
                              struct arena *arena, struct error *error)
{
    struct team_token       *found;
    size_t                   count;
    struct record_statement *list = record_statement(server, "team_token_list");
    record_bind_i64(list, ":id", token);
    if (member)
        record_bind_i64(list, ":member", member);
    enum error_code code = read_tokens(list, arena, &found, &count, error);
    if (!code && count == 0)
        code = error_set(error, ERROR_NOT_FOUND, "there is no token %lld", (long long)token);
    if (code || found->revoked_us)
        return code;
    struct record_statement *end = record_statement(server, "team_token_revoke");
    record_bind_i64(end, ":id", token);
    record_bind_i64(end, ":now_us", now_us);
    code = record_run(end, error);
    return code ? code : record_audit(server, actor, "revoke", "token", token, found->name, (struct str){0}, error);
}

enum error_code team_token_revoke(struct record *server, struct record_actor actor, int64_t token, int64_t member, int64_t now_us,
                                  struct error *error)
{
    struct arena    arena = {0};
    enum error_code code = record_begin(server, error);
    if (!code)
        code = record_end(server, revoke(server, actor, token, member, now_us, &arena, error), error);
    arena_fini(&arena);
    return code;
}
