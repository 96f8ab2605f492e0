#include "team/keep.h"

#include "base/clock.h"

static const char *const link_kinds[] = {[TEAM_LINK_SETUP] = "setup", [TEAM_LINK_SIGN_IN] = "sign-in"};
static const int64_t     link_life_us[] = {[TEAM_LINK_SETUP] = CLOCK_DAY_US, [TEAM_LINK_SIGN_IN] = 15 * CLOCK_MINUTE_US};

static enum error_code count_members(struct record *server, int64_t *members_out, struct error *error)
{
    struct record_statement *count = record_statement(server, "team_member_count");
    *members_out = record_step(count) ? record_i64(count, "members") : 0;
    return record_finish(count, error);
}

enum error_code team_is_empty(struct record *server, bool *is_empty_out, struct error *error)
{
    int64_t         members = 0;
    enum error_code code = record_begin(server, error);
    if (!code)
        code = record_end(server, count_members(server, &members, error), error);
    *is_empty_out = !code && members == 0;
    return code;
}

/* ---- Making one ---- */

static enum error_code add_link(struct record *server, enum team_link_kind kind, int64_t member, const struct secret_hash *hash,
                                struct error *error)
{
    int64_t                  now_us = clock_now_us();
    struct record_statement *end = record_statement(server, "team_link_end");
    if (member)
        record_bind_i64(end, ":member", member);
    record_bind_i64(end, ":long_ago_us", now_us - CLOCK_DAY_US);
    enum error_code code = record_run(end, error);
    if (code)
        return code;
    struct record_statement *add = record_statement(server, "team_link_add");
    record_bind_blob(add, ":hash", secret_hash_str(hash));
    record_bind_text(add, ":kind", link_kinds[kind]);
    if (member)
        record_bind_i64(add, ":member", member);
    record_bind_i64(add, ":expires_us", now_us + link_life_us[kind]);
    return record_run(add, error);
}

static enum error_code add_setup_link(struct record *server, const struct secret_hash *hash, struct error *error)
{
    int64_t         members;
    enum error_code code = count_members(server, &members, error);
    if (!code && members)
        code = error_set(error, ERROR_CONFLICT, "there is a member already; an admin adds the others");
    return code ? code : add_link(server, TEAM_LINK_SETUP, 0, hash, error);
}

enum error_code team_new_setup_link(struct record *server, char text_out[TEAM_TOKEN_TEXT_BYTES], struct error *error)
{
    struct secret_hash hash;
    secret_make(false, text_out, &hash);
    enum error_code code = record_begin(server, error);
    return code ? code : record_end(server, add_setup_link(server, &hash, error), error);
}

static enum error_code add_sign_in_link(struct record *server, struct record_actor actor, int64_t member, const struct secret_hash *hash,
                                        struct arena *arena, struct error *error)
{
    struct team_member found;
    enum error_code    code = member_find(server, member, arena, &found, error);
    if (!code && found.is_disabled)
        code = error_set(error, ERROR_INVALID, "member '%.*s' is disabled", STR_ARG(found.name));
    if (!code)
        code = add_link(server, TEAM_LINK_SIGN_IN, member, hash, error);
    return code ? code : record_audit(server, actor, "make link", "member", member, (struct str){0}, (struct str){0}, error);
}

enum error_code team_new_sign_in_link(struct record *server, struct record_actor actor, int64_t member, char text_out[TEAM_TOKEN_TEXT_BYTES],
                                      struct error *error)
{
    struct secret_hash hash;
    struct arena       arena = {0};
    secret_make(false, text_out, &hash);
    enum error_code code = record_begin(server, error);
    if (!code)
        code = record_end(server, add_sign_in_link(server, actor, member, &hash, &arena, error), error);
    arena_fini(&arena);
    return code;
}

/* ---- Using one ---- */

static enum error_code spent(struct error *error)
{
    error_set(error, ERROR_DENIED, "the link was used, has expired, or never was one");
    error_hint(error, "ask an admin for a new one; for the first admin, start the server again");
    return ERROR_DENIED;
}

static enum error_code find_link(struct record *server, const struct secret_hash *hash, int64_t now_us, struct arena *arena, int64_t *id_out,
                                 struct team_link *link_out, struct error *error)
{
    struct record_statement *find = record_statement(server, "team_link_by_hash");
    record_bind_blob(find, ":hash", secret_hash_str(hash));
    record_bind_i64(find, ":now_us", now_us);
    if (!record_step(find)) {
        enum error_code code = record_finish(find, error);
        return code ? code : spent(error);
    }
    bool is_setup = str_equal(record_str(find, "kind", arena), str_of(link_kinds[TEAM_LINK_SETUP]));
    *id_out = record_i64(find, "id");
    *link_out = (struct team_link){is_setup ? TEAM_LINK_SETUP : TEAM_LINK_SIGN_IN, record_i64(find, "member"), record_str(find, "name", arena)};
    enum error_code code = record_finish(find, error);
    if (code || !is_setup)
        return code;
    int64_t members; /* a member was added by the command line meanwhile: this door is shut */
    code = count_members(server, &members, error);
    return code ? code : members ? spent(error) : ERROR_NONE;
}

enum error_code team_link_look(struct record *server, struct str text, int64_t now_us, struct arena *arena, struct team_link *link_out,
                               struct error *error)
{
    struct secret_hash hash;
    int64_t            id;
    if (!secret_read(false, text, &hash))
        return spent(error);
    enum error_code code = record_begin(server, error);
    return code ? code : record_end(server, find_link(server, &hash, now_us, arena, &id, link_out, error), error);
}

/* What a setup link needs, readied before the transaction. */
struct first_admin {
    struct str name, folded;
    char       password_hash[PASSWORD_HASH_BYTES];
};

static enum error_code use(struct record *server, const struct secret_hash *hash, const struct first_admin *first, int64_t now_us,
                           struct arena *arena, int64_t *member_out, struct error *error)
{
    struct team_link link;
    int64_t          id;
    enum error_code  code = find_link(server, hash, now_us, arena, &id, &link, error);
    if (code)
        return code;
    struct record_statement *spend = record_statement(server, "team_link_use");
    record_bind_i64(spend, ":id", id);
    record_bind_i64(spend, ":now_us", now_us);
    code = record_run(spend, error);
    if (code)
        return code;
    *member_out = link.member;
    if (link.kind == TEAM_LINK_SETUP)
        return member_insert(server, (struct record_actor){0, STR("setup link")}, first->name, first->folded, first->password_hash, true, member_out,
                             error);
    return record_audit(server, (struct record_actor){link.member, link.name}, "sign in", "member", link.member, (struct str){0}, STR("by link"),
                        error);
}

enum error_code team_link_use(struct record *server, struct str text, struct str name, struct str password, int64_t now_us, int64_t *member_out,
                              struct error *error)
{
    struct arena       arena = {0};
    struct team_link   link;
    struct first_admin first = {.name = name};
    struct secret_hash hash;
    enum error_code    code = team_link_look(server, text, now_us, &arena, &link, error); /* strangers cost no argon2id */
    if (!code && link.kind == TEAM_LINK_SETUP) {
        code = team_check_name(name, error);
        if (!code)
            code = password_check(password, name, error);
        if (!code)
            code = password_hash(password, first.password_hash, error);
        if (!code)
            code = name_fold(name, &arena, &first.folded, error);
    }
    if (!code && secret_read(false, text, &hash))
        code = record_begin(server, error);
    if (!code)
        code = record_end(server, use(server, &hash, &first, now_us, &arena, member_out, error), error);
    arena_fini(&arena);
    return code;
}
