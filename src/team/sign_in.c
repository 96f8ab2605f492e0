/* Passwords and sessions. Hashing takes 30 ms and 19 MiB: it is done outside of every transaction. */
#include "team/keep.h"

#include "base/clock.h"

static const int64_t session_idle_us = 14 * CLOCK_DAY_US, session_old_us = 90 * CLOCK_DAY_US, used_step_us = CLOCK_MINUTE_US;

static enum error_code denied(struct error *error)
{
    return error_set(error, ERROR_DENIED, "name or password is wrong");
}

/* ---- Passwords ---- */

struct kept {
    int64_t    member; /* 0: there is none of this name */
    struct str name, password; /* ptr NULL: none */
    bool       is_disabled;
};

static enum error_code read_kept(struct record_statement *row, struct arena *arena, struct kept *kept, struct error *error)
{
    if (record_step(row))
        *kept = (struct kept){record_i64(row, "id"), record_str(row, "name", arena), record_str(row, "password", arena),
                              record_bool(row, "is_disabled")};
    return record_finish(row, error);
}

static enum error_code find_by_name(struct record *server, struct str folded, struct arena *arena, struct kept *kept, struct error *error)
{
    enum error_code code = record_begin(server, error);
    if (code)
        return code;
    struct record_statement *find = record_statement(server, "team_member_by_name");
    record_bind_str(find, ":folded", folded);
    return record_end(server, read_kept(find, arena, kept, error), error);
}

static enum error_code note(struct record *server, const struct kept *kept, const char *action, struct str peer, struct error *error)
{
    enum error_code code = record_begin(server, error);
    if (code)
        return code;
    struct record_actor actor = {kept->member, kept->name};
    return record_end(server, record_audit(server, actor, action, "member", kept->member, (struct str){0}, peer, error), error);
}

static enum error_code prove_password(struct record *server, struct str folded, struct str password, struct str peer, int64_t now_us,
                                      struct arena *arena, struct kept *kept, struct error *error)
{
    struct attempt  attempt;
    enum error_code code = attempt_begin(server, folded, peer, now_us, &attempt, error);
    if (!code)
        code = find_by_name(server, folded, arena, kept, error);
    if (code)
        return code;
    bool fits = password_fits(kept->password.ptr, password);
    if (fits && !kept->is_disabled)
        return attempt_forgive(server, &attempt, now_us, error);
    if (kept->member)
        code = note(server, kept, "sign-in failed", peer, error);
    return code ? code : denied(error);
}

enum error_code team_sign_in(struct record *server, struct str name, struct str password, struct str peer, int64_t now_us, int64_t *member_out,
                             struct error *error)
{
    struct arena    arena = {0};
    struct kept     kept = {0};
    struct str      folded = {0};
    struct str      cut = str_slice(name.ptr, name.len <= TEAM_NAME_MAX ? name.len : 0); /* what cannot be a name is nobody's */
    enum error_code code = name_fold(str_slice(cut.ptr ? cut.ptr : "", cut.len), &arena, &folded, error);
    if (!code)
        code = prove_password(server, folded, password, peer, now_us, &arena, &kept, error);
    if (!code)
        code = note(server, &kept, "sign in", peer, error);
    if (!code)
        *member_out = kept.member;
    arena_fini(&arena);
    return code;
}

enum error_code team_check_password(struct record *server, int64_t member, struct str password, struct str peer, int64_t now_us,
                                    struct error *error)
{
    struct arena       arena = {0};
    struct team_member found;
    struct kept        kept = {0};
    struct str         folded;
    enum error_code    code = team_member_by_id(server, member, &arena, &found, error);
    if (!code && found.has_password)
        code = name_fold(found.name, &arena, &folded, error);
    if (!code && found.has_password)
        code = prove_password(server, folded, password, peer, now_us, &arena, &kept, error);
    if (code == ERROR_DENIED)
        error_set(error, code, "this is not your password");
    arena_fini(&arena);
    return code;
}

/* ---- Sessions ---- */

static enum error_code add_session(struct record *server, const struct secret_hash *hash, int64_t member, int64_t now_us, struct error *error)
{
    struct record_statement *add = record_statement(server, "team_session_add");
    record_bind_blob(add, ":hash", secret_hash_str(hash));
    record_bind_i64(add, ":member", member);
    record_bind_i64(add, ":now_us", now_us);
    enum error_code code = record_run(add, error);
    if (code)
        return code;
    struct record_statement *tidy = record_statement(server, "team_session_tidy");
    record_bind_i64(tidy, ":idle_since_us", now_us - session_idle_us);
    record_bind_i64(tidy, ":old_since_us", now_us - session_old_us);
    record_bind_i64(tidy, ":member", member);
    record_bind_i64(tidy, ":most", TEAM_SESSIONS_MAX);
    return record_run(tidy, error);
}

enum error_code team_session_begin(struct record *server, int64_t member, int64_t now_us, char text_out[TEAM_TOKEN_TEXT_BYTES],
                                   struct error *error)
{
    struct secret_hash hash;
    secret_make(false, text_out, &hash);
    enum error_code code = record_begin(server, error);
    return code ? code : record_end(server, add_session(server, &hash, member, now_us, error), error);
}

enum error_code team_session_end(struct record *server, int64_t session, struct error *error)
{
    enum error_code code = record_begin(server, error);
    if (code)
        return code;
    struct record_statement *end = record_statement(server, "team_session_end");
    record_bind_i64(end, ":id", session);
    return record_end(server, record_run(end, error), error);
}

/* ---- Proof ---- */

static enum error_code touch(struct record *server, const char *statement, int64_t id, int64_t used_us, int64_t now_us, struct error *error)
{
    if (now_us < used_us + used_step_us)
        return ERROR_NONE;
    struct record_statement *used = record_statement(server, statement);
    record_bind_i64(used, ":id", id);
    record_bind_i64(used, ":now_us", now_us);
    return record_run(used, error);
}

static enum error_code prove_session(struct record *server, const struct secret_hash *hash, int64_t now_us, struct arena *arena,
                                     struct team_caller *caller, struct error *error)
{
    struct record_statement *find = record_statement(server, "team_session_by_hash");
    record_bind_blob(find, ":hash", secret_hash_str(hash));
    record_bind_i64(find, ":idle_since_us", now_us - session_idle_us);
    record_bind_i64(find, ":old_since_us", now_us - session_old_us);
    if (!record_step(find)) {
        enum error_code code = record_finish(find, error);
        return code ? code : error_set(error, ERROR_DENIED, "the session has ended; sign in again");
    }
    *caller = (struct team_caller){.session = record_i64(find, "session"), .token_most = ROLE_ADMIN};
    int64_t         used_us = record_i64(find, "used_us");
    enum error_code code = member_read(find, arena, &caller->member, error);
    if (!code)
        code = record_finish(find, error);
    return code ? code : touch(server, "team_session_used", caller->session, used_us, now_us, error);
}

static enum error_code prove_token(struct record *server, const struct secret_hash *hash, int64_t now_us, struct arena *arena,
                                   struct team_caller *caller, struct error *error)
{
    struct record_statement *find = record_statement(server, "team_token_by_hash");
    record_bind_blob(find, ":hash", secret_hash_str(hash));
    record_bind_i64(find, ":now_us", now_us);
    if (!record_step(find)) {
        enum error_code code = record_finish(find, error);
        return code ? code : error_set(error, ERROR_DENIED, "the token is unknown, expired or revoked");
    }
    *caller = (struct team_caller){.token = record_i64(find, "token"), .token_client = record_str(find, "client", arena)};
    int64_t         used_us = record_i64(find, "used_us");
    enum error_code code = member_read(find, arena, &caller->member, error);
    if (!code && !role_parse(record_str(find, "role", arena), &caller->token_most))
        code = error_set(error, ERROR_CORRUPT, "token %lld has an unknown role", (long long)caller->token);
    if (!code)
        code = record_finish(find, error);
    return code ? code : touch(server, "team_token_used", caller->token, used_us, now_us, error);
}

enum error_code team_prove_session(struct record *server, struct str text, int64_t now_us, struct arena *arena, struct team_caller *caller_out,
                                   struct error *error)
{
    struct secret_hash hash;
    *caller_out = (struct team_caller){0};
    if (!secret_read(false, text, &hash))
        return error_set(error, ERROR_DENIED, "the session has ended; sign in again");
    enum error_code code = record_begin(server, error);
    if (!code)
        code = record_end(server, prove_session(server, &hash, now_us, arena, caller_out, error), error);
    if (code)
        *caller_out = (struct team_caller){0};
    return code;
}

enum error_code team_prove_token(struct record *server, struct str text, int64_t now_us, struct arena *arena, struct team_caller *caller_out,
                                 struct error *error)
{
    struct secret_hash hash;
    *caller_out = (struct team_caller){0};
    if (!secret_read(true, text, &hash))
        return error_set(error, ERROR_DENIED, "the token is unknown, expired or revoked");
    enum error_code code = record_begin(server, error);
    if (!code)
        code = record_end(server, prove_token(server, &hash, now_us, arena, caller_out, error), error);
    if (code)
        *caller_out = (struct team_caller){0};
    return code;
}

/* ---- Still proven ---- */

static enum error_code look_again(struct record *server, struct team_caller *caller, int64_t now_us, bool *is_alive_out, struct error *error)
{
    bool                     is_session = caller->session != 0;
    int64_t                  id = is_session ? caller->session : caller->token;
    struct record_statement *find = record_statement(server, is_session ? "team_session_alive" : "team_token_alive");
    record_bind_i64(find, ":id", id);
    if (is_session) {
        record_bind_i64(find, ":idle_since_us", now_us - session_idle_us);
        record_bind_i64(find, ":old_since_us", now_us - session_old_us);
    } else {
        record_bind_i64(find, ":now_us", now_us);
    }
    *is_alive_out = record_step(find);
    int64_t used_us = *is_alive_out ? record_i64(find, "used_us") : 0;
    caller->member.is_server_admin = *is_alive_out && record_bool(find, "is_server_admin");
    enum error_code code = record_finish(find, error);
    return code || !*is_alive_out ? code : touch(server, is_session ? "team_session_used" : "team_token_used", id, used_us, now_us, error);
}

enum error_code team_role_still(struct record *server, const struct team_caller *caller, struct str client, int64_t now_us, enum role *role_out,
                                struct error *error)
{
    struct team_caller now = *caller;
    bool               is_alive = false;
    *role_out = ROLE_NONE;
    enum error_code code = record_begin(server, error);
    if (!code)
        code = record_end(server, look_again(server, &now, now_us, &is_alive, error), error);
    return code || !is_alive ? code : team_role(server, &now, client, role_out, error);
}
