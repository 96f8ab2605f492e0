/* Webhooks and the feed's private addresses: both are proven by a secret that is shown once. */
#include "alert/keep.h"
#include "net/client.h"
#include "net/signing.h"

#include <stdio.h>

/* ---- Webhooks ---- */

static enum error_code read_hook(struct record_statement *row, struct arena *arena, struct alert_hook *hook_out, struct error *error)
{
    *hook_out = (struct alert_hook){record_i64(row, "id"), record_i64(row, "created_us"), record_str(row, "url", arena),
                                    record_str(row, "created_by", arena), record_bool(row, "is_removed")};
    return hook_out->url.ptr ? ERROR_NONE : keep_no_memory(error);
}

static enum error_code add_hook(struct record *record, const struct alert_change *change, struct str url, struct str secret, struct arena *arena,
                                struct alert_hook *hook_out, struct error *error)
{
    struct record_statement *add = record_statement(record, "alert_hook_add");
    keep_bind(add, ":url", url);
    keep_bind(add, ":secret", secret);
    record_bind_i64(add, ":now_us", change->now_us);
    keep_bind(add, ":created_by", change->actor.name);
    enum error_code code = record_run(add, error);
    if (code)
        return code;
    int64_t id = record_last_id(record);
    *hook_out = (struct alert_hook){id, change->now_us, arena_str(arena, url), arena_str(arena, change->actor.name), false};
    return record_audit(record, change->actor, "create", "alert webhook", id, STR(""), url, error);
}

enum error_code alert_hook_add(struct record *record, const struct alert_change *change, struct str url, struct arena *arena,
                               struct alert_hook *hook_out, struct str *secret_out, struct error *error)
{
    char key[SIGNING_KEY_BYTES], text[SIGNING_KEY_BYTES + 8];
    if (url.len > ALERT_URL_MAX_BYTES)
        return error_set(error, ERROR_INVALID, "url: at most %d bytes, not %zu", ALERT_URL_MAX_BYTES, url.len);
    if (client_check_url(url, error))
        return error->code;
    signing_key(key);
    snprintf(text, sizeof text, "whsec_%s", key);
    *secret_out = arena_str(arena, str_of(text));
    enum error_code code = record_begin(record, error);
    return code ? code : record_end(record, add_hook(record, change, url, str_of(text), arena, hook_out, error), error);
}

static enum error_code remove_hook(struct record *record, int64_t id, const struct alert_change *change, struct error *error)
{
    struct record_statement *set = record_statement(record, "alert_hook_remove");
    record_bind_i64(set, ":id", id);
    enum error_code code = record_run(set, error);
    if (!code && !record_changes(record))
        code = error_set(error, ERROR_NOT_FOUND, "there is no webhook %lld", (long long)id);
    if (code)
        return code;
    struct record_statement *cancel = record_statement(record, "alert_hook_cancel");
    record_bind_i64(cancel, ":id", id);
    record_bind_i64(cancel, ":wall_us", clock_now_us());
    code = record_run(cancel, error);
    return code ? code : record_audit(record, change->actor, "delete", "alert webhook", id, STR(""), STR(""), error);
}

enum error_code alert_hook_remove(struct record *record, int64_t id, const struct alert_change *change, struct error *error)
{
    enum error_code code = record_begin(record, error);
    return code ? code : record_end(record, remove_hook(record, id, change, error), error);
}

enum error_code alert_hooks(struct record *record, struct arena *arena, struct alert_hook **hooks_out, size_t *count_out, struct error *error)
{
    void           *rows = NULL;
    size_t          count = 0, capacity = 0;
    enum error_code code = record_begin(record, error), finished;
    if (code)
        return code;
    struct record_statement *row = record_statement(record, "alert_hook_all");
    while (!code && record_step(row))
        code = arena_grow(arena, &rows, sizeof **hooks_out, count, &capacity) ? read_hook(row, arena, (struct alert_hook *)rows + count++, error)
                                                                             : keep_no_memory(error);
    finished = record_finish(row, error);
    *hooks_out = rows;
    *count_out = count;
    return record_end(record, code ? code : finished, error);
}

/* ---- Feed addresses ---- */

static enum error_code add_feed(struct record *record, const struct alert_change *change, const char *hash, struct arena *arena,
                                struct alert_feed *feed_out, struct error *error)
{
    struct record_statement *add = record_statement(record, "alert_feed_add");
    record_bind_text(add, ":hash", hash);
    record_bind_i64(add, ":now_us", change->now_us);
    keep_bind(add, ":created_by", change->actor.name);
    enum error_code code = record_run(add, error);
    if (code)
        return code;
    *feed_out = (struct alert_feed){record_last_id(record), change->now_us, 0, arena_str(arena, change->actor.name)};
    return record_audit(record, change->actor, "create", "alert feed", feed_out->id, STR(""), STR(""), error);
}

enum error_code alert_feed_add(struct record *record, const struct alert_change *change, struct arena *arena, struct alert_feed *feed_out,
                               struct str *token_out, struct error *error)
{
    char key[SIGNING_KEY_BYTES], text[SIGNING_KEY_BYTES + 8], hash[SIGNING_HEX_BYTES];
    signing_key(key);
    snprintf(text, sizeof text, "bwf_%s", key);
    signing_hash(str_of(text), hash);
    *token_out = arena_str(arena, str_of(text));
    enum error_code code = record_begin(record, error);
    return code ? code : record_end(record, add_feed(record, change, hash, arena, feed_out, error), error);
}

enum error_code alert_feed_remove(struct record *record, int64_t id, const struct alert_change *change, struct error *error)
{
    enum error_code code = record_begin(record, error);
    if (code)
        return code;
    struct record_statement *set = record_statement(record, "alert_feed_remove");
    record_bind_i64(set, ":id", id);
    code = record_run(set, error);
    if (!code && !record_changes(record))
        code = error_set(error, ERROR_NOT_FOUND, "there is no feed address %lld", (long long)id);
    if (!code)
        code = record_audit(record, change->actor, "delete", "alert feed", id, STR(""), STR(""), error);
    return record_end(record, code, error);
}

enum error_code alert_feeds(struct record *record, struct arena *arena, struct alert_feed **feeds_out, size_t *count_out, struct error *error)
{
    void           *rows = NULL;
    size_t          count = 0, capacity = 0;
    bool            has_memory = true;
    enum error_code code = record_begin(record, error);
    if (code)
        return code;
    struct record_statement *row = record_statement(record, "alert_feed_all");
    while (has_memory && record_step(row)) {
        has_memory = arena_grow(arena, &rows, sizeof **feeds_out, count, &capacity);
        if (has_memory)
            ((struct alert_feed *)rows)[count++] =
                (struct alert_feed){record_i64(row, "id"), record_i64(row, "created_us"), record_i64(row, "used_us"), record_str(row, "created_by", arena)};
    }
    code = record_finish(row, error);
    *feeds_out = rows;
    *count_out = count;
    return record_end(record, !code && !has_memory ? keep_no_memory(error) : code, error);
}

static enum error_code prove_feed(struct record *record, const char *hash, int64_t now_us, struct error *error)
{
    struct record_statement *row = record_statement(record, "alert_feed_by_hash");
    record_bind_text(row, ":hash", hash);
    bool            is_there = record_step(row);
    int64_t         id = is_there ? record_i64(row, "id") : 0, used_us = is_there ? record_i64(row, "used_us") : 0;
    enum error_code code = record_finish(row, error);
    if (code || !is_there)
        return code ? code : error_set(error, ERROR_DENIED, "this feed's address is not in force");
    if (now_us >= used_us && now_us < used_us + CLOCK_HOUR_US)
        return ERROR_NONE;
    struct record_statement *set = record_statement(record, "alert_feed_used");
    record_bind_i64(set, ":id", id);
    record_bind_i64(set, ":now_us", now_us);
    return record_run(set, error);
}

enum error_code alert_feed_prove(struct record *record, struct str token, int64_t now_us, struct error *error)
{
    char hash[SIGNING_HEX_BYTES];
    signing_hash(token, hash);
    enum error_code code = record_begin(record, error);
    return code ? code : record_end(record, prove_feed(record, hash, now_us, error), error);
}
