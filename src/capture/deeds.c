/* Deeds as rows. */
#include "capture/deeds.h"

#include "base/clock.h"
#include "base/utf8.h"
#include "source/words.h"

const char *const capture_deed_states[5] = {"waiting", "sending", "sent", "failed", "unknown"};

struct str deed_native(struct str id)
{
    const char *colon = id.len ? memchr(id.ptr, ':', id.len) : NULL;
    return colon ? str_slice(colon + 1, (size_t)(id.ptr + id.len - colon - 1)) : id;
}

/* ---- Rows out ---- */

static size_t place_of(struct str word, const char *const *words, size_t count)
{
    size_t i = 0;
    while (i + 1 < count && !str_equal(word, str_of(words[i])))
        i++;
    return i;
}

enum error_code deed_read(struct record_statement *row, struct arena *arena, struct kept_deed *kept_out, struct error *error)
{
    *kept_out = (struct kept_deed){
        .deed = {.id = record_i64(row, "id"),
                 .source = record_i64(row, "source"),
                 .member = record_i64(row, "member"),
                 .state = (enum capture_deed_state)place_of(record_str(row, "state", arena), capture_deed_states, 5),
                 .act = (enum source_act)record_i64(row, "act"),
                 .key = record_str(row, "key", arena),
                 .target = record_str(row, "target", arena),
                 .text = record_str(row, "text", arena),
                 .lang = record_str(row, "lang", arena),
                 .visibility = record_str(row, "visibility", arena),
                 .native_id = record_str(row, "native_id", arena),
                 .native_url = record_str(row, "native_url", arena),
                 .message = record_str(row, "message", arena),
                 .member_name = record_str(row, "member_name", arena),
                 .failure = (enum source_failure)place_of(record_str(row, "failure", arena), source_failures, 10),
                 .tries = (unsigned)record_i64(row, "tries"),
                 .made_us = record_i64(row, "made_us"),
                 .changed_us = record_i64(row, "changed_us"),
                 .retry_us = record_i64(row, "retry_us")},
        .target_root = record_str(row, "target_root", arena),
        .target_author = record_str(row, "target_author", arena),
        .is_asking = record_bool(row, "is_asking"),
        .first_sent_us = record_i64(row, "first_sent_us"),
    };
    return kept_out->target_author.ptr && kept_out->deed.member_name.ptr ? ERROR_NONE : capture_no_memory(error);
}

enum error_code deed_by_id(struct record *records, int64_t id, struct arena *arena, struct kept_deed *kept_out, struct error *error)
{
    struct record_statement *row = record_statement(records, "capture_deed_by_id");
    record_bind_i64(row, ":id", id);
    bool            is_there = record_step(row);
    enum error_code code = is_there ? deed_read(row, arena, kept_out, error) : ERROR_NONE, finished = record_finish(row, error);
    if (!code && !finished && !is_there)
        return error_set(error, ERROR_NOT_FOUND, "there is no deed %lld", (long long)id);
    return code ? code : finished;
}

static enum error_code read_all(struct record_statement *row, struct arena *arena, struct kept_deed **kept_out, size_t *count_out, struct error *error)
{
    void           *rows = NULL;
    size_t          count = 0, capacity = 0;
    enum error_code code = ERROR_NONE;
    while (!code && record_step(row))
        code = arena_grow(arena, &rows, sizeof **kept_out, count, &capacity) ? deed_read(row, arena, (struct kept_deed *)rows + count++, error)
                                                                             : capture_no_memory(error);
    enum error_code finished = record_finish(row, error);
    *kept_out = rows;
    *count_out = count;
    return code ? code : finished;
}

enum error_code deed_list(struct record *records, const char *statement, int64_t source, int64_t now_us, struct arena *arena, struct kept_deed **kept_out,
                          size_t *count_out, struct error *error)
{
    enum error_code code = record_begin(records, error);
    if (code)
        return code;
    struct record_statement *row = record_statement(records, statement);
    record_bind_i64(row, ":source", source);
    if (now_us)
        record_bind_i64(row, ":now_us", now_us);
    return record_end(records, read_all(row, arena, kept_out, count_out, error), error);
}

enum error_code capture_deed_by_id(struct record *records, int64_t id, struct arena *arena, struct capture_deed *deed_out, struct error *error)
{
    struct kept_deed kept;
    enum error_code  code = record_begin(records, error);
    if (!code)
        code = record_end(records, deed_by_id(records, id, arena, &kept, error), error);
    if (!code)
        *deed_out = kept.deed;
    return code;
}

enum error_code capture_deeds(struct record *records, int64_t before, size_t most, struct arena *arena, struct capture_deed **deeds_out, size_t *count_out,
                              struct error *error)
{
    struct kept_deed *kept = NULL;
    enum error_code   code = record_begin(records, error);
    if (code)
        return code;
    struct record_statement *row = record_statement(records, "capture_deed_page");
    record_bind_i64(row, ":before", before);
    record_bind_i64(row, ":most", (int64_t)most);
    code = record_end(records, read_all(row, arena, &kept, count_out, error), error);
    *deeds_out = code ? NULL : arena_array(arena, *count_out, sizeof **deeds_out);
    if (!code && !*deeds_out)
        code = capture_no_memory(error);
    for (size_t i = 0; !code && i < *count_out; i++)
        (*deeds_out)[i] = kept[i].deed;
    return code;
}

/* ---- Steps ---- */

enum error_code deed_begin(struct record *records, int64_t id, bool *is_begun_out, struct error *error)
{
    enum error_code code = record_begin(records, error);
    *is_begun_out = false;
    if (code)
        return code;
    struct record_statement *set = record_statement(records, "capture_deed_begin");
    record_bind_i64(set, ":id", id);
    record_bind_i64(set, ":now_us", clock_now_us());
    code = record_run(set, error);
    bool is_begun = !code && record_changes(records) == 1;
    code = record_end(records, code, error);
    *is_begun_out = !code && is_begun;
    return code;
}

static enum error_code set(struct record *records, int64_t id, struct deed_step step, const char *failure, const char *message, struct str native_id,
                           struct str native_url, struct error *error)
{
    struct record_statement *row = record_statement(records, "capture_deed_set");
    record_bind_i64(row, ":id", id);
    record_bind_text(row, ":state", capture_deed_states[step.state]);
    record_bind_bool(row, ":is_asking", step.is_asking);
    record_bind_i64(row, ":retry_us", step.retry_us);
    record_bind_text(row, ":failure", failure);
    record_bind_text(row, ":message", message);
    capture_bind(row, ":native_id", native_id);
    capture_bind(row, ":native_url", native_url);
    record_bind_i64(row, ":now_us", clock_now_us());
    return record_run(row, error);
}

enum error_code deed_set(struct record *records, int64_t id, struct deed_step step, const struct source_result *result, struct error *error)
{
    char message[SOURCE_SAID_BYTES];
    snprintf(message, sizeof message, "%s", result->message);
    clean_words(message);
    enum error_code code = record_begin(records, error);
    bool            is_sent = step.state == CAPTURE_SENT;
    if (!code)
        code = record_end(records, set(records, id, step, is_sent ? "" : source_failures[result->failure], message, str_of(is_sent ? result->native_id : ""),
                                       str_of(is_sent ? result->native_url : ""), error), error);
    return code;
}

/* ---- Adding ---- */

static enum error_code check_key(struct str key, struct error *error)
{
    if (key.len > DEED_KEY_MAX)
        return error_set(error, ERROR_INVALID, "key: at most %d bytes", DEED_KEY_MAX);
    for (size_t i = 0; i < key.len; i++) {
        char c = key.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_'))
            return error_set(error, ERROR_INVALID, "key: letters, digits, - and _ alone");
    }
    return ERROR_NONE;
}

static size_t characters(struct str text)
{
    size_t count = 0, at = 0;
    for (; at < text.len; count++)
        utf8_next(text, &at);
    return count;
}

static const char *act_name(enum source_act act)
{
    for (int i = 0; i < SOURCE_ACT_COUNT; i++)
        if (act == (enum source_act)(1 << i))
            return source_acts[i];
    return "this";
}

/* What can be known here; the platform has the last word. A grapheme has at least one character, so a text of few characters fits in any unit but bytes;
 * one that is too long in graphemes is the connector's to refuse, where they are counted. */
static enum error_code check_deed(const struct wire *wire, const struct capture_deed *deed, struct error *error)
{
    bool is_written = deed->act == SOURCE_PUBLISH || deed->act == SOURCE_REPLY, has_target = deed->act != SOURCE_PUBLISH;
    bool is_one = deed->act && (deed->act & (deed->act - 1)) == 0 && deed->act != SOURCE_FETCH;
    if (!is_one || !(wire->acts & deed->act))
        return error_set(error, ERROR_INVALID, "act: %.*s cannot do %s", STR_ARG(wire->connector_name), act_name(deed->act));
    if (wire->is_shared)
        return error_set(error, ERROR_INVALID, "source: it has no account of its own; give it its secrets first");
    if (is_written && str_trim(deed->text).len == 0)
        return error_set(error, ERROR_INVALID, "text: there is none");
    if (!utf8_is_valid(deed->text))
        return error_set(error, ERROR_INVALID, "text: it is no UTF-8");
    size_t len = wire->text_unit == SOURCE_BYTES ? deed->text.len : characters(deed->text);
    bool   is_counted = wire->text_unit == SOURCE_BYTES || wire->text_unit == SOURCE_CHARACTERS;
    if (is_written && is_counted && wire->text_max && len > wire->text_max)
        return error_set(error, ERROR_INVALID, "text: %zu %s, and the platform takes %u", len, wire->text_unit == SOURCE_BYTES ? "bytes" : "characters",
                         wire->text_max);
    if (has_target && deed->target.len == 0)
        return error_set(error, ERROR_INVALID, "target: which post is it about?");
    return ERROR_NONE;
}

static enum error_code find_target(const struct wire *wire, struct client *client, const struct capture_deed *deed, struct arena *arena,
                                   struct post *post_out, struct error *error)
{
    struct archive_snapshot *snapshot;
    *post_out = (struct post){0};
    if (deed->act == SOURCE_PUBLISH)
        return ERROR_NONE;
    enum error_code code = stream_snapshot(client->given.stream, &snapshot, error);
    if (code)
        return code;
    code = archive_post(snapshot, deed->target, arena, post_out, error);
    archive_snapshot_release(snapshot);
    if (code == ERROR_NOT_FOUND)
        code = error_set(error, ERROR_INVALID, "target: there is no post '%.*s'", (int)(deed->target.len < 200 ? deed->target.len : 200), deed->target.ptr);
    if (!code && !str_equal(post_out->platform, str_of(wire->network)))
        code = error_set(error, ERROR_INVALID, "target: it is a post of %.*s, not of %s", STR_ARG(post_out->platform), wire->network);
    return code;
}

/* The same key: the same deed, or another one under it. */
static enum error_code find_same(struct record *records, const struct capture_deed *deed, struct arena *arena, int64_t *id_out, struct error *error)
{
    struct kept_deed         kept;
    struct record_statement *row = record_statement(records, "capture_deed_by_key");
    record_bind_str(row, ":key", deed->key);
    bool            is_there = record_step(row);
    enum error_code code = is_there ? deed_read(row, arena, &kept, error) : ERROR_NONE, finished = record_finish(row, error);
    *id_out = 0;
    if (code || finished || !is_there)
        return code ? code : finished;
    bool is_same = kept.deed.source == deed->source && kept.deed.act == deed->act && str_equal(kept.deed.target, deed->target) &&
                   str_equal(kept.deed.text, deed->text);
    if (!is_same)
        return error_set(error, ERROR_CONFLICT, "key: deed %lld was made under it, and is another", (long long)kept.deed.id);
    *id_out = kept.deed.id;
    return ERROR_NONE;
}

static enum error_code insert(struct record *records, struct record_actor actor, const struct capture_deed *deed, const struct post *target,
                              int64_t *id_out, struct error *error)
{
    struct record_statement *row = record_statement(records, "capture_deed_insert");
    record_bind_i64(row, ":source", deed->source);
    capture_bind(row, ":key", deed->key);
    record_bind_i64(row, ":act", deed->act);
    capture_bind(row, ":target", deed->target);
    capture_bind(row, ":target_root", deed_native(target->id.len ? post_thread(target) : STR("")));
    capture_bind(row, ":target_author", target->author_id);
    capture_bind(row, ":text", deed->text);
    capture_bind(row, ":lang", deed->lang);
    capture_bind(row, ":visibility", deed->visibility);
    record_bind_i64(row, ":member", actor.member);
    capture_bind(row, ":member_name", actor.name);
    record_bind_i64(row, ":now_us", clock_now_us());
    enum error_code code = record_run(row, error);
    *id_out = code ? 0 : record_last_id(records);
    return code ? code : record_audit(records, actor, act_name(deed->act), "deed", *id_out, STR(""), deed->text, error);
}

static enum error_code add(const struct wire *wire, struct client *client, struct record_actor actor, struct capture_deed *deed, int64_t *id_out,
                           struct error *error)
{
    struct record  *records = client->given.records;
    struct arena    arena = {0};
    struct post     target;
    enum error_code code = check_key(deed->key, error);
    if (!code)
        code = check_deed(wire, deed, error);
    if (!code)
        code = find_target(wire, client, deed, &arena, &target, error);
    if (!code)
        code = record_begin(records, error);
    if (!code) {
        code = find_same(records, deed, &arena, id_out, error);
        if (!code && !*id_out)
            code = insert(records, actor, deed, &target, id_out, error);
        code = record_end(records, code, error);
    }
    arena_fini(&arena);
    return code;
}

enum error_code capture_deed_add(struct capture *capture, const char *client, struct record_actor actor, const struct capture_deed *deed, int64_t *id_out,
                                 struct error *error)
{
    char                key[33];
    struct capture_deed kept = *deed;
    struct pinned       pinned;
    *id_out = 0;
    if (!capture_pin(capture, client, deed->source, &pinned)) {
        error_set(error, ERROR_CONFLICT, "the source is not at work");
        return error_hint(error, "it is paused, or waits for a person: see its state");
    }
    if (!kept.key.len) {
        keep_random_name(key);
        kept.key = str_of(key);
    }
    enum error_code code = add(pinned.wire, pinned.client, actor, &kept, id_out, error);
    capture_unpin(capture, pinned);
    courier_wake(capture);
    return code;
}

enum error_code capture_forget_posts(struct record *records, const struct str *posts, size_t count, struct error *error)
{
    enum error_code code = record_begin(records, error);
    if (code)
        return code;
    for (size_t i = 0; !code && i < count; i++) {
        struct record_statement *row = record_statement(records, "capture_deed_forget");
        record_bind_str(row, ":id", posts[i]);
        code = record_run(row, error);
    }
    return record_end(records, code, error);
}

/* ---- A person has looked ---- */

static enum error_code settle(struct record *records, struct record_actor actor, int64_t id, bool is_sent, struct str native_id, struct arena *arena,
                              struct error *error)
{
    struct kept_deed kept;
    enum error_code  code = deed_by_id(records, id, arena, &kept, error);
    if (!code && kept.deed.state != CAPTURE_UNKNOWN)
        code = error_set(error, ERROR_CONFLICT, "deed %lld is %s: there is nothing to settle", (long long)id, capture_deed_states[kept.deed.state]);
    if (!code && native_id.len >= SOURCE_ID_BYTES)
        code = error_set(error, ERROR_INVALID, "native_id: at most %d bytes", SOURCE_ID_BYTES - 1);
    struct deed_step step = {is_sent ? CAPTURE_SENT : CAPTURE_WAITS, false, 0};
    if (!code)
        code = set(records, id, step, "", is_sent ? "a person found it there" : "a person found that it is not there", native_id, STR(""), error);
    return code ? code : record_audit(records, actor, is_sent ? "settle as sent" : "settle as not sent", "deed", id, STR("unknown"),
                                      str_of(capture_deed_states[step.state]), error);
}

enum error_code capture_deed_settle(struct capture *capture, const char *name, struct record_actor actor, int64_t id, bool is_sent, struct str native_id,
                                    struct error *error)
{
    struct arena arena = {0};
    pthread_mutex_lock(&capture->lock);
    struct client *client = client_named(capture, name);
    struct record *records = client ? client->given.records : NULL;
    if (client)
        client->pins++;
    pthread_mutex_unlock(&capture->lock);
    if (!client)
        return error_set(error, ERROR_NOT_FOUND, "the sources of '%s' are not at work", name);
    enum error_code code = record_begin(records, error);
    if (!code)
        code = record_end(records, settle(records, actor, id, is_sent, native_id, &arena, error), error);
    pthread_mutex_lock(&capture->lock);
    client->pins--;
    pthread_cond_broadcast(&capture->changed);
    pthread_mutex_unlock(&capture->lock);
    arena_fini(&arena);
    courier_wake(capture);
    return code;
}
