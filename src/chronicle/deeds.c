/* What people do about trends. Each is one transaction with its row in the audit trail. */
#include "chronicle/keep.h"

#include "base/clock.h"

/* What a deed must know of a trend before it is done. */
struct seen {
    struct str label;
    int64_t    version, joined_to, merged_into, muted_until_us;
};

static enum error_code look(struct record *records, int64_t id, struct arena *arena, struct seen *seen_out,
                            struct error *error)
{
    struct record_statement *find = record_statement(records, "chronicle_by_id");
    record_bind_i64(find, ":id", id);
    bool is_there = record_step(find);
    if (is_there)
        *seen_out = (struct seen){record_str(find, "label", arena), record_i64(find, "version"),
                                  record_i64(find, "joined_to"),
                                  record_i64(find, "merged_into"), record_i64(find, "muted_until_us")};
    enum error_code code = record_finish(find, error);
    return code || is_there ? code : error_set(error, ERROR_NOT_FOUND, "there is no trend %lld", (long long)id);
}

static enum error_code look_at_version(struct record *records, int64_t id, int64_t version, struct arena *arena,
                                       struct seen *seen_out,
                                       struct error *error)
{
    enum error_code code = look(records, id, arena, seen_out, error);
    if (!code && version && version != seen_out->version)
        return error_set(error, ERROR_CONFLICT, "trend %lld was changed meanwhile: it has version %lld, not %lld",
                         (long long)id,
                         (long long)seen_out->version, (long long)version);
    return code;
}

/* {"into":3} and the like, for the audit trail. */
static struct str number_json(char text[64], const char *name, int64_t number)
{
    return str_slice(text, (size_t)snprintf(text, 64, "{\"%s\":%lld}", name, (long long)number));
}

/* ---- Merge ---- */

static enum error_code join(struct record *records, int64_t id, int64_t into, struct error *error)
{
    struct record_statement *update = record_statement(records, "chronicle_join");
    record_bind_i64(update, ":id", id);
    if (into)
        record_bind_i64(update, ":joined_to", into);
    return record_run(update, error);
}

/* b, or what it is a part of: parts have no parts of their own to show, so a chain is followed to its end. */
static enum error_code find_root(struct record *records, int64_t a, int64_t b, struct arena *arena, int64_t *root_out,
                                 struct error *error)
{
    struct seen     seen;
    enum error_code code = ERROR_NONE;
    for (int64_t id = b, steps = 0; !code; id = seen.joined_to ? seen.joined_to : seen.merged_into, steps++) {
        code = look(records, id, arena, &seen, error);
        *root_out = id;
        if (!code && (id == a || steps == 64))
            return error_set(error, ERROR_CONFLICT, "trend %lld is a part of trend %lld already", (long long)b,
                             (long long)a);
        if (!code && !seen.joined_to && !seen.merged_into)
            break;
    }
    return code;
}

enum error_code chronicle_merge(struct record *records, struct record_actor actor, int64_t a, int64_t b,
                                int64_t version, struct error *error)
{
    struct arena    arena = {0};
    struct seen     seen;
    char            text[64];
    int64_t         root = 0;
    enum error_code code = a == b ? error_set(error, ERROR_INVALID, "a trend cannot be merged into itself")
        : record_begin(records, error);
    if (code)
        return code;
    code = look_at_version(records, a, version, &arena, &seen, error);
    if (!code && (seen.joined_to || seen.merged_into))
        code = error_set(error, ERROR_CONFLICT, "trend %lld is a part of trend %lld already", (long long)a,
                         (long long)(seen.joined_to ? seen.joined_to : seen.merged_into));
    if (!code)
        code = find_root(records, a, b, &arena, &root, error);
    if (!code)
        code = join(records, a, root, error);
    if (!code)
        code = record_audit(records, actor, "merge", "trend", a, (struct str){0}, number_json(text, "into", root),
                            error);
    arena_fini(&arena);
    return record_end(records, code, error);
}

enum error_code chronicle_unmerge(struct record *records, struct record_actor actor, int64_t a, int64_t version,
                                  struct error *error)
{
    struct arena    arena = {0};
    struct seen     seen;
    char            text[64];
    enum error_code code = record_begin(records, error);
    if (code)
        return code;
    code = look_at_version(records, a, version, &arena, &seen, error);
    if (!code && !seen.joined_to)
        code = error_set(error, ERROR_CONFLICT, "trend %lld was not merged by a person", (long long)a);
    if (!code)
        code = join(records, a, 0, error);
    if (!code)
        code = record_audit(records, actor, "unmerge", "trend", a, number_json(text, "into", seen.joined_to),
                            (struct str){0}, error);
    arena_fini(&arena);
    return record_end(records, code, error);
}

/* ---- Mute ---- */

static enum error_code set_mute(struct record *records, int64_t id, int64_t until_us, struct str reason,
                                struct str name, struct error *error)
{
    struct record_statement *update = record_statement(records, "chronicle_mute");
    record_bind_i64(update, ":id", id);
    if (until_us) {
        record_bind_i64(update, ":until_us", until_us);
        record_bind_str(update, ":reason", reason.len ? reason : (struct str){0});
        record_bind_str(update, ":name", name);
    }
    return record_run(update, error);
}

static void print_mute(struct buf *out, int64_t until_us, struct str reason)
{
    struct json json = json_writer(out);
    json_object(&json);
    json_key(&json, "until");
    until_us == CHRONICLE_FOREVER ? json_null(&json) : json_time(&json, until_us);
    json_key(&json, "reason");
    json_str(&json, reason);
    json_end(&json);
}

enum error_code chronicle_mute(struct record *records, struct record_actor actor, int64_t id, int64_t until_us,
                               struct str reason, int64_t version,
                               struct error *error)
{
    struct arena    arena = {0};
    struct seen     seen;
    struct buf      to = {0};
    enum error_code code = record_begin(records, error);
    if (code)
        return code;
    code = look_at_version(records, id, version, &arena, &seen, error);
    if (!code)
        code = set_mute(records, id, until_us, reason, actor.name, error);
    print_mute(&to, until_us, reason);
    if (!code)
        code = record_audit(records, actor, "mute", "trend", id, (struct str){0}, buf_str(&to), error);
    buf_fini(&to);
    arena_fini(&arena);
    return record_end(records, code, error);
}

enum error_code chronicle_unmute(struct record *records, struct record_actor actor, int64_t id, int64_t version,
                                 struct error *error)
{
    struct arena    arena = {0};
    struct seen     seen;
    enum error_code code = record_begin(records, error);
    if (code)
        return code;
    code = look_at_version(records, id, version, &arena, &seen, error);
    if (!code && !seen.muted_until_us)
        code = error_set(error, ERROR_CONFLICT, "trend %lld is not muted", (long long)id);
    if (!code)
        code = set_mute(records, id, 0, (struct str){0}, (struct str){0}, error);
    if (!code) {
        struct record_statement *like = record_statement(records, "chronicle_unmute_like");
        record_bind_i64(like, ":id", id);
        code = record_run(like, error);
    }
    if (!code)
        code = record_audit(records, actor, "unmute", "trend", id, (struct str){0}, (struct str){0}, error);
    arena_fini(&arena);
    return record_end(records, code, error);
}

/* ---- Notes ---- */

enum error_code chronicle_note_add(struct record *records, struct record_actor actor, int64_t trend, struct str text,
                                   int64_t now_us, int64_t *id_out,
                                   struct error *error)
{
    struct arena    arena = {0};
    struct seen     seen;
    enum error_code code = record_begin(records, error);
    if (code)
        return code;
    code = look(records, trend, &arena, &seen, error);
    if (!code) {
        struct record_statement *insert = record_statement(records, "chronicle_note_add");
        record_bind_i64(insert, ":trend", trend);
        record_bind_i64(insert, ":at_us", now_us);
        record_bind_i64(insert, ":member", actor.member);
        record_bind_str(insert, ":name", actor.name);
        record_bind_str(insert, ":text", text);
        code = record_run(insert, error);
    }
    if (!code) {
        *id_out = record_last_id(records);
        code = record_audit(records, actor, "note", "trend", trend, (struct str){0}, text, error);
    }
    arena_fini(&arena);
    return record_end(records, code, error);
}

enum error_code chronicle_note_withdraw(struct record *records, struct record_actor actor, int64_t note,
                                        int64_t *trend_out, struct error *error)
{
    char            text[64];
    enum error_code code = record_begin(records, error);
    if (code)
        return code;
    struct record_statement *find = record_statement(records, "chronicle_note_by_id");
    record_bind_i64(find, ":id", note);
    bool    is_there = record_step(find);
    int64_t member = is_there ? record_i64(find, "member") : 0;
    *trend_out = is_there ? record_i64(find, "trend") : 0;
    code = record_finish(find, error);
    if (!code && !is_there)
        code = error_set(error, ERROR_NOT_FOUND, "there is no note %lld", (long long)note);
    if (!code && member != actor.member)
        code = error_set(error, ERROR_FORBIDDEN, "note %lld is another member's", (long long)note);
    if (!code) {
        struct record_statement *update = record_statement(records, "chronicle_note_withdraw");
        record_bind_i64(update, ":id", note);
        code = record_run(update, error);
    }
    if (!code)
        code = record_audit(records, actor, "withdraw note", "trend", *trend_out, number_json(text, "note", note),
                            (struct str){0}, error);
    return record_end(records, code, error);
}
