/* Sources as rows. */
#include "capture/keep.h"

#include "base/clock.h"
#include "base/utf8.h"
#include "source/values.h"

const char *const capture_keeps[3] = {"all", "matched", "sample"};

/* ---- Rows out ---- */

static enum capture_keep keep_of(struct str word)
{
    for (int i = 0; i < 3; i++)
        if (str_equal(word, str_of(capture_keeps[i])))
            return (enum capture_keep)i;
    return CAPTURE_ALL;
}

static enum error_code read_row(struct record_statement *row, struct arena *arena, struct kept_source *kept_out, struct error *error)
{
    *kept_out = (struct kept_source){
        .source = {.id = record_i64(row, "id"),
                   .version = record_i64(row, "version"),
                   .name = record_str(row, "name", arena),
                   .connector = record_str(row, "connector", arena),
                   .config = record_str(row, "config", arena),
                   .query = record_str(row, "query", arena),
                   .mode = (enum source_mode)record_i64(row, "mode"),
                   .keep = keep_of(record_str(row, "keep", arena)),
                   .sample_per_mille = (unsigned)record_i64(row, "sample_per_mille"),
                   .is_paused = record_bool(row, "is_paused"),
                   .secret_names = record_str(row, "secret_names", arena),
                   .owner = record_i64(row, "owner"),
                   .owner_name = record_str(row, "owner_name", arena),
                   .expires_us = record_i64(row, "expires_us"),
                   .created_us = record_i64(row, "created_us"),
                   .changed_us = record_i64(row, "changed_us")},
        .sealed = record_str(row, "secrets", arena),
        .secrets_version = record_i64(row, "secrets_version"),
        .cursor_name = record_str(row, "cursor_name", arena),
    };
    return kept_out->cursor_name.ptr && kept_out->source.query.ptr ? ERROR_NONE : capture_no_memory(error);
}

enum error_code keep_source_by_id(struct record *records, int64_t id, struct arena *arena, struct kept_source *kept_out, struct error *error)
{
    struct record_statement *row = record_statement(records, "capture_source_by_id");
    record_bind_i64(row, ":id", id);
    bool            is_there = record_step(row);
    enum error_code code = is_there ? read_row(row, arena, kept_out, error) : ERROR_NONE, finished = record_finish(row, error);
    if (!code && !finished && !is_there)
        return error_set(error, ERROR_NOT_FOUND, "there is no source %lld", (long long)id);
    return code ? code : finished;
}

enum error_code keep_sources(struct record *records, struct arena *arena, struct kept_source **kept_out, size_t *count_out, struct error *error)
{
    struct record_statement *row = record_statement(records, "capture_source_all");
    void                    *rows = NULL;
    size_t                   count = 0, capacity = 0;
    enum error_code          code = ERROR_NONE;
    while (!code && record_step(row))
        code = arena_grow(arena, &rows, sizeof **kept_out, count, &capacity) ? read_row(row, arena, (struct kept_source *)rows + count++, error)
                                                                             : capture_no_memory(error);
    enum error_code finished = record_finish(row, error);
    *kept_out = rows;
    *count_out = count;
    return code ? code : finished;
}

/* ---- Rules ---- */

static enum error_code check_name(struct str name, struct error *error)
{
    if (name.len == 0 || name.len > CAPTURE_NAME_MAX)
        return error_set(error, ERROR_INVALID, "name: 1 to %d bytes, not %zu", CAPTURE_NAME_MAX, name.len);
    for (size_t i = 0; i < name.len; i++)
        if ((unsigned char)name.ptr[i] < 0x20 || name.ptr[i] == 0x7f)
            return error_set(error, ERROR_INVALID, "name: it holds a control character");
    return utf8_is_valid(name) ? ERROR_NONE : error_set(error, ERROR_INVALID, "name: it is no UTF-8");
}

static enum error_code check_mode(struct capture_source *source, const struct connector *connector, struct error *error)
{
    static const enum source_mode modes[] = {SOURCE_STREAM, SOURCE_POLL, SOURCE_SEARCH, SOURCE_FILL};
    unsigned                      can = connector ? connector->modes : SOURCE_STREAM | SOURCE_POLL | SOURCE_SEARCH | SOURCE_FILL;
    for (size_t i = 0; i < sizeof modes / sizeof *modes && !source->mode; i++)
        if (can & modes[i])
            source->mode = modes[i];
    bool is_one = source->mode && (source->mode & (source->mode - 1)) == 0 && source->mode != SOURCE_THREAD;
    if (!is_one || !(can & source->mode))
        return error_set(error, ERROR_INVALID, "mode: %.*s cannot do this", STR_ARG(source->connector));
    return ERROR_NONE;
}

/* As it will be stored: in one form, checked against the connector's rows. Strings in arena. */
static enum error_code check(struct capture_source *source, struct str secrets, struct arena *arena, struct error *error)
{
    const struct connector *connector;
    struct source_query     query;
    enum error_code         code;
    source->name = str_trim(source->name);
    if ((code = check_name(source->name, error)) || (code = keep_connector(source->connector, &connector, error)) ||
        (code = check_mode(source, connector, error)) || (code = keep_canonical(source->config, "config", arena, &source->config, error)) ||
        (code = keep_canonical(source->query, "query", arena, &source->query, error)) || (code = keep_read_query(source->query, arena, &query, error)))
        return code;
    if ((unsigned)source->keep > CAPTURE_SAMPLE)
        return error_set(error, ERROR_INVALID, "keep: all, matched or sample");
    if (source->keep != CAPTURE_SAMPLE)
        source->sample_per_mille = 0;
    else if (source->sample_per_mille < 1 || source->sample_per_mille > 1000)
        return error_set(error, ERROR_INVALID, "sample_per_mille: 1 to 1000, not %u", source->sample_per_mille);
    if (source->expires_us && (source->expires_us < CLOCK_MIN_US || source->expires_us > CLOCK_MAX_US))
        return error_set(error, ERROR_INVALID, "expires_at: a year from 1990 to 2199");
    return connector ? source_config_check(connector, source->config, secrets, true, error) : ERROR_NONE;
}

static enum error_code check_free(struct record *records, const struct capture_source *source, struct error *error)
{
    struct record_statement *row = record_statement(records, "capture_source_named");
    capture_bind(row, ":name", source->name);
    record_bind_i64(row, ":id", source->id);
    bool            is_taken = record_step(row);
    enum error_code code = record_finish(row, error);
    return code || !is_taken ? code : error_set(error, ERROR_CONFLICT, "name: there is a source '%.*s' already", STR_ARG(source->name));
}

/* What the audit trail keeps of it: everything but secrets, of which the names. */
static struct str print_source(const struct capture_source *source, struct str secret_names, struct arena *arena)
{
    struct buf  out = {0};
    struct json json = json_writer(&out);
    json_object(&json);
    json_put_str(&json, "name", source->name);
    json_put_str(&json, "connector", source->connector);
    json_key(&json, "config");
    json_raw(&json, source->config);
    json_key(&json, "query");
    json_raw(&json, source->query);
    json_put_str(&json, "keep", str_of(capture_keeps[source->keep]));
    json_put_i64(&json, "sample_per_mille", source->sample_per_mille);
    json_put_str(&json, "secrets", secret_names);
    json_put_str(&json, "owner", source->owner_name);
    json_end(&json);
    struct str text = out.has_failed ? (struct str){0} : arena_str(arena, buf_str(&out));
    buf_fini(&out);
    return text;
}

static void bind(struct record_statement *statement, const struct capture_source *source, struct str cursor_name)
{
    capture_bind(statement, ":name", source->name);
    capture_bind(statement, ":connector", source->connector);
    capture_bind(statement, ":config", source->config);
    capture_bind(statement, ":query", source->query);
    record_bind_i64(statement, ":mode", source->mode);
    record_bind_text(statement, ":keep", capture_keeps[source->keep]);
    record_bind_i64(statement, ":sample_per_mille", source->sample_per_mille);
    record_bind_bool(statement, ":is_paused", source->is_paused);
    capture_bind(statement, ":cursor_name", cursor_name);
    record_bind_i64(statement, ":owner", source->owner);
    capture_bind(statement, ":owner_name", source->owner_name);
    record_bind_i64(statement, ":expires_us", source->expires_us);
    record_bind_i64(statement, ":now_us", clock_now_us());
}

/* ---- Adding ---- */

static enum error_code check_count(struct record *records, struct error *error)
{
    struct record_statement *row = record_statement(records, "capture_source_count");
    int64_t                  count = record_step(row) ? record_i64(row, "count") : 0;
    enum error_code          code = record_finish(row, error);
    return code || count < CAPTURE_SOURCES_MAX ? code : error_set(error, ERROR_TOO_LARGE, "a client has at most %d sources", CAPTURE_SOURCES_MAX);
}

static void name_cursor(char name_out[CURSOR_NAME_BYTES])
{
    char random[33];
    keep_random_name(random);
    snprintf(name_out, CURSOR_NAME_BYTES, "source.%s", random);
}

static enum error_code add(struct record *records, struct record_actor actor, const struct capture_source *source, struct str sealed, struct str names,
                           struct arena *arena, int64_t *id_out, struct error *error)
{
    char            cursor[CURSOR_NAME_BYTES];
    enum error_code code = check_count(records, error);
    if (!code)
        code = check_free(records, source, error);
    if (code)
        return code;
    name_cursor(cursor);
    struct record_statement *insert = record_statement(records, "capture_source_insert");
    bind(insert, source, str_of(cursor));
    record_bind_blob(insert, ":secrets", sealed);
    capture_bind(insert, ":secret_names", names);
    code = record_run(insert, error);
    *id_out = code ? 0 : record_last_id(records);
    return code ? code : record_audit(records, actor, "create", "source", *id_out, STR(""), print_source(source, names, arena), error);
}

enum error_code capture_source_add(struct record *records, const struct capture_key *key, struct record_actor actor, const struct capture_source *source,
                                   struct str secrets, int64_t *id_out, struct error *error)
{
    struct arena          arena = {0};
    struct capture_source kept = *source;
    struct str            merged, names;
    *id_out = kept.id = 0;
    enum error_code code = keep_merge_secrets(STR("{}"), secrets, &arena, &merged, &names, error);
    if (!code)
        code = check(&kept, merged, &arena, error);
    struct str sealed = code ? (struct str){0} : keep_seal(key, merged, &arena);
    if (!code && !sealed.ptr)
        code = capture_no_memory(error);
    if (!code && !(code = record_begin(records, error)))
        code = record_end(records, add(records, actor, &kept, sealed, names, &arena, id_out, error), error);
    arena_fini(&arena);
    return code;
}

/* ---- Changing ---- */

static enum error_code set_secrets(struct record *records, int64_t id, struct str sealed, struct str names, bool is_by_person, struct error *error)
{
    struct record_statement *set = record_statement(records, "capture_source_set_secrets");
    record_bind_blob(set, ":secrets", sealed);
    capture_bind(set, ":secret_names", names);
    record_bind_i64(set, ":bump", is_by_person);
    record_bind_i64(set, ":now_us", clock_now_us());
    record_bind_i64(set, ":id", id);
    return record_run(set, error);
}

static bool is_same_place(const struct capture_source *a, const struct capture_source *b)
{
    return str_equal(a->connector, b->connector) && str_equal(a->config, b->config) && str_equal(a->query, b->query) && a->mode == b->mode;
}

static enum error_code find_for(struct record *records, const struct capture_source *source, struct arena *arena, struct kept_source *before,
                                struct error *error)
{
    enum error_code code = keep_source_by_id(records, source->id, arena, before, error);
    if (!code && before->source.version != source->version) {
        error_set(error, ERROR_CONFLICT, "source '%.*s' is at version %lld now; you began from version %lld", STR_ARG(before->source.name),
                  (long long)before->source.version, (long long)source->version);
        code = error_hint(error, "load it again and make your change there");
    }
    return code;
}

/* Secrets that are to be changed must be readable; those that are left alone need not be, so that a source from another server can be edited. */
static enum error_code edit(struct record *records, const struct capture_key *key, struct record_actor actor, struct capture_source *source,
                            struct str secrets, struct arena *arena, struct error *error)
{
    struct kept_source before;
    struct str         plain = STR("{}"), merged = STR("{}"), names = {0};
    char               cursor[CURSOR_NAME_BYTES];
    struct error       unread = {0};
    enum error_code    code = find_for(records, source, arena, &before, error);
    bool               is_unread = !code && keep_unseal(key, before.sealed, arena, &plain, &unread) != ERROR_NONE;
    if (is_unread)
        plain = STR("{}");
    if (!code)
        code = keep_merge_secrets(plain, secrets, arena, &merged, &names, error);
    if (!code && (code = check(source, merged, arena, error)) && is_unread && secrets.len == 0)
        *error = unread;
    if (!code)
        code = check_free(records, source, error);
    if (code)
        return code;
    name_cursor(cursor); /* a cursor of another place is worth nothing here */
    struct record_statement *update = record_statement(records, "capture_source_update");
    bind(update, source, is_same_place(source, &before.source) ? before.cursor_name : str_of(cursor));
    record_bind_i64(update, ":id", source->id);
    record_bind_i64(update, ":version", source->version);
    code = record_run(update, error);
    if (!code && secrets.len) {
        struct str sealed = keep_seal(key, merged, arena);
        code = sealed.ptr ? set_secrets(records, source->id, sealed, names, true, error) : capture_no_memory(error);
    }
    struct str old_names = before.source.secret_names, new_names = secrets.len ? names : old_names;
    return code ? code : record_audit(records, actor, "edit", "source", source->id, print_source(&before.source, old_names, arena),
                                      print_source(source, new_names, arena), error);
}

enum error_code capture_source_edit(struct record *records, const struct capture_key *key, struct record_actor actor, const struct capture_source *source,
                                    struct str secrets, struct error *error)
{
    struct arena          arena = {0};
    struct capture_source kept = *source;
    enum error_code       code = record_begin(records, error);
    if (!code)
        code = record_end(records, edit(records, key, actor, &kept, secrets, &arena, error), error);
    arena_fini(&arena);
    return code;
}

static enum error_code change(struct record *records, struct record_actor actor, int64_t id, const char *statement, const bool *is_paused,
                              const char *action, struct error *error)
{
    enum error_code code = record_begin(records, error);
    if (code)
        return code;
    struct record_statement *set = record_statement(records, statement);
    record_bind_i64(set, ":id", id);
    record_bind_i64(set, ":now_us", clock_now_us());
    if (is_paused)
        record_bind_bool(set, ":is_paused", *is_paused);
    code = record_run(set, error);
    if (!code && !record_changes(records))
        code = error_set(error, ERROR_NOT_FOUND, "there is no source %lld", (long long)id);
    if (!code)
        code = record_audit(records, actor, action, "source", id, STR(""), STR(""), error);
    return record_end(records, code, error);
}

enum error_code capture_source_pause(struct record *records, struct record_actor actor, int64_t id, bool is_paused, struct error *error)
{
    return change(records, actor, id, "capture_source_set_paused", &is_paused, is_paused ? "pause" : "resume", error);
}

enum error_code capture_source_remove(struct record *records, struct record_actor actor, int64_t id, struct error *error)
{
    return change(records, actor, id, "capture_source_set_removed", NULL, "delete", error);
}

/* ---- Asking ---- */

enum error_code capture_source_by_id(struct record *records, int64_t id, struct arena *arena, struct capture_source *source_out, struct error *error)
{
    struct kept_source kept;
    enum error_code    code = record_begin(records, error);
    if (code)
        return code;
    code = record_end(records, keep_source_by_id(records, id, arena, &kept, error), error);
    if (!code)
        *source_out = kept.source;
    return code;
}

enum error_code capture_sources(struct record *records, struct arena *arena, struct capture_source **sources_out, size_t *count_out, struct error *error)
{
    struct kept_source *kept = NULL;
    enum error_code     code = record_begin(records, error);
    if (code)
        return code;
    code = record_end(records, keep_sources(records, arena, &kept, count_out, error), error);
    *sources_out = code ? NULL : arena_array(arena, *count_out, sizeof **sources_out);
    if (!code && !*sources_out)
        code = capture_no_memory(error);
    for (size_t i = 0; !code && i < *count_out; i++)
        (*sources_out)[i] = kept[i].source;
    return code;
}

/* ---- What the platform says while at work ---- */

static enum error_code store_secret(struct record *records, const struct capture_key *key, int64_t id, struct str change, struct arena *arena,
                                    struct error *error)
{
    struct kept_source kept;
    struct str         plain, merged, names;
    enum error_code    code = keep_source_by_id(records, id, arena, &kept, error);
    if (!code)
        code = keep_unseal(key, kept.sealed, arena, &plain, error);
    if (!code)
        code = keep_merge_secrets(plain, change, arena, &merged, &names, error);
    struct str sealed = code ? (struct str){0} : keep_seal(key, merged, arena);
    if (!code && !sealed.ptr)
        code = capture_no_memory(error);
    return code ? code : set_secrets(records, id, sealed, names, false, error);
}

enum error_code keep_store_secret(struct record *records, const struct capture_key *key, int64_t source, struct str name, struct str value,
                                  struct error *error)
{
    struct arena arena = {0};
    struct buf   change = {0};
    struct json  json = json_writer(&change);
    json_object(&json);
    struct str terminated = arena_str(&arena, name);
    json_put_str(&json, terminated.ptr ? terminated.ptr : "", value);
    json_end(&json);
    enum error_code code = change.has_failed || !terminated.ptr ? capture_no_memory(error) : record_begin(records, error);
    if (!code)
        code = record_end(records, store_secret(records, key, source, buf_str(&change), &arena, error), error);
    buf_fini(&change);
    arena_fini(&arena);
    return code;
}

enum error_code keep_set_expires(struct record *records, int64_t source, int64_t expires_us, struct error *error)
{
    enum error_code code = record_begin(records, error);
    if (code)
        return code;
    struct record_statement *set = record_statement(records, "capture_source_set_expires");
    record_bind_i64(set, ":id", source);
    record_bind_i64(set, ":expires_us", expires_us);
    return record_end(records, record_run(set, error), error);
}
