#include "topic/keep.h"

#include <inttypes.h>

enum { HINT_QUERY_BYTES = 400 };

enum error_code topic_no_memory(struct error *error)
{
    return error_set(error, ERROR_MEMORY, "no memory for topics");
}

/* ---- What is written ---- */

enum error_code topic_check_part(const char *part, struct str value, size_t most, bool may_be_empty, bool is_one_line, struct error *error)
{
    if (value.len == 0 && !may_be_empty)
        return error_set(error, ERROR_INVALID, "%s: expected a text, found none", part);
    if (value.len > most)
        return error_set(error, ERROR_INVALID, "%s: expected at most %zu bytes, found %zu", part, most, value.len);
    if (is_one_line && value.len && memchr(value.ptr, '\n', value.len))
        return error_set(error, ERROR_INVALID, "%s: expected one line, found several", part);
    return ERROR_NONE;
}

static bool has_tag(struct str tags, struct str tag)
{
    struct str rest = tags, one;
    while (str_next_field(&rest, '\n', &one))
        if (str_equal_ascii_nocase(one, tag))
            return true;
    return false;
}

static enum error_code check_tags(struct topic_text *text, struct arena *arena, struct error *error)
{
    struct str      rest = text->tags, tag;
    struct buf      kept = {0};
    unsigned        count = 0;
    enum error_code code = ERROR_NONE;
    while (!code && str_next_field(&rest, '\n', &tag)) {
        tag = str_trim(tag);
        if (tag.len == 0 || has_tag(buf_str(&kept), tag))
            continue;
        if (++count > TOPIC_TAGS_MAX)
            code = error_set(error, ERROR_INVALID, "tags: expected at most %d", TOPIC_TAGS_MAX);
        else
            code = topic_check_part("tags", tag, TOPIC_TAG_MAX_BYTES, false, true, error);
        if (kept.len)
            buf_append_char(&kept, '\n');
        buf_append_str(&kept, tag);
    }
    text->tags = arena_str(arena, buf_str(&kept));
    if (!code && (kept.has_failed || !text->tags.ptr))
        code = topic_no_memory(error);
    buf_fini(&kept);
    return code;
}

enum error_code topic_text_check(struct topic_text *text, struct arena *arena, struct error *error)
{
    text->name = str_trim(text->name);
    text->purpose = str_trim(text->purpose);
    text->query = str_trim(text->query);
    enum error_code code = topic_check_part("name", text->name, TOPIC_NAME_MAX_BYTES, false, true, error);
    if (!code)
        code = topic_check_part("purpose", text->purpose, TOPIC_PURPOSE_MAX_BYTES, true, false, error);
    if (!code)
        code = topic_check_part("query", text->query, QUERY_MAX_BYTES, false, false, error);
    return code ? code : check_tags(text, arena, error);
}

/* What makes names the same: small letters, and one blank for many. */
static struct str name_key(struct arena *arena, struct str name)
{
    char  *key = arena_alloc(arena, name.len + 1);
    size_t len = 0;
    for (size_t i = 0; key && i < name.len; i++) {
        char c = name.ptr[i] == '\t' ? ' ' : name.ptr[i];
        if (c == ' ' && len && key[len - 1] == ' ')
            continue;
        key[len++] = (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
    }
    return str_slice(key, len);
}

/* ---- Reading ---- */

static bool read_topic(struct record_statement *row, struct arena *arena, struct topic *topic)
{
    *topic = (struct topic){
        .id = record_i64(row, "id"),
        .text = {record_str(row, "name", arena), record_str(row, "purpose", arena), record_str(row, "query", arena),
                 record_str(row, "tags", arena)},
        .owner = {record_i64(row, "owner_id"), record_str(row, "owner_name", arena)},
        .version = record_i64(row, "version"),
        .is_archived = record_i64(row, "is_archived") != 0,
        .created_us = record_i64(row, "created_us"),
        .updated_us = record_i64(row, "updated_us"),
    };
    return topic->text.name.ptr && topic->text.purpose.ptr && topic->text.query.ptr && topic->text.tags.ptr && topic->owner.name.ptr;
}

static enum error_code find_id(struct record *record, int64_t id, struct arena *arena, struct topic *topic_out, struct error *error)
{
    struct record_statement *row = record_statement(record, "topic_by_id");
    record_bind_i64(row, ":id", id);
    bool            is_there = record_step(row), is_read = is_there && read_topic(row, arena, topic_out);
    enum error_code code = record_finish(row, error);
    if (!code && !is_there)
        code = error_set(error, ERROR_NOT_FOUND, "there is no topic %" PRId64, id);
    return !code && !is_read ? topic_no_memory(error) : code;
}

static enum error_code find_key(struct record *record, struct str name, struct arena *arena, struct topic *topic_out, bool *is_there_out,
                                struct error *error)
{
    struct record_statement *row = record_statement(record, "topic_by_key");
    struct str               key = name_key(arena, str_trim(name));
    record_bind_str(row, ":name_key", key);
    *is_there_out = record_step(row);
    bool            is_read = !*is_there_out || read_topic(row, arena, topic_out);
    enum error_code code = record_finish(row, error);
    return !code && (!is_read || !key.ptr) ? topic_no_memory(error) : code;
}

enum error_code topic_by_id(struct record *record, int64_t id, struct arena *arena, struct topic *topic_out, struct error *error)
{
    enum error_code code = record_begin(record, error);
    return code ? code : record_end(record, find_id(record, id, arena, topic_out, error), error);
}

enum error_code topic_by_name(struct record *record, struct str name, struct arena *arena, struct topic *topic_out, struct error *error)
{
    bool            is_there = false;
    enum error_code code = record_begin(record, error);
    if (code)
        return code;
    code = record_end(record, find_key(record, name, arena, topic_out, &is_there, error), error);
    if (!code && !is_there)
        code = error_set(error, ERROR_NOT_FOUND, "there is no topic '%.*s'", (int)(name.len < 120 ? name.len : 120), name.ptr);
    return code;
}

enum error_code topic_all(struct record *record, bool with_archived, struct arena *arena, struct topic **topics_out, size_t *count_out,
                          struct error *error)
{
    void           *topics = NULL;
    size_t          count = 0, capacity = 0;
    bool            has_memory = true;
    enum error_code code = record_begin(record, error);
    if (code)
        return code;
    struct record_statement *row = record_statement(record, "topic_all");
    record_bind_bool(row, ":with_archived", with_archived);
    while (has_memory && record_step(row))
        has_memory = arena_grow(arena, &topics, sizeof(struct topic), count, &capacity) && read_topic(row, arena, (struct topic *)topics + count++);
    code = record_finish(row, error);
    *topics_out = topics;
    *count_out = count;
    return record_end(record, !code && !has_memory ? topic_no_memory(error) : code, error);
}

/* ---- Refusing ---- */

static enum error_code check_version(const struct topic *topic, int64_t version, struct record *record, struct arena *arena,
                                     struct error *error)
{
    if (topic->version == version)
        return ERROR_NONE;
    struct record_statement *row = record_statement(record, "topic_version_by_number");
    struct str               by = {0};
    record_bind_i64(row, ":topic_id", topic->id);
    record_bind_i64(row, ":number", topic->version);
    if (record_step(row))
        by = record_str(row, "member_name", arena);
    enum error_code code = record_finish(row, error);
    if (code)
        return code;
    error_set(error, ERROR_CONFLICT, "topic %.*s is at version %" PRId64 " now, by %.*s; you began from version %" PRId64,
              STR_ARG(topic->text.name), topic->version, STR_ARG(by), version);
    struct str query = topic->text.query;
    return error_hint(error, "its query now: %.*s%s", (int)(query.len < HINT_QUERY_BYTES ? query.len : HINT_QUERY_BYTES), query.ptr,
                      query.len < HINT_QUERY_BYTES ? "" : "...");
}

static enum error_code check_name(struct record *record, struct str name, int64_t own_id, struct arena *arena, struct error *error)
{
    struct topic    other;
    bool            is_there;
    enum error_code code = find_key(record, name, arena, &other, &is_there, error);
    if (code || !is_there || other.id == own_id)
        return code;
    error_set(error, ERROR_CONFLICT, "name: there is a topic %.*s already", STR_ARG(other.text.name));
    return error_hint(error, other.is_archived ? "it is archived: bring it back, or choose another name" : "choose another name");
}

/* ---- Writing ---- */

static struct str joined_ids(const struct str *ids, size_t count, struct arena *arena)
{
    struct buf text = {0};
    for (size_t i = 0; i < count; i++) {
        if (i)
            buf_append_char(&text, '\n'); /* ids hold no control characters */
        buf_append_str(&text, ids[i]);
    }
    struct str kept = text.has_failed ? (struct str){0} : arena_str(arena, buf_str(&text));
    buf_fini(&text);
    return kept;
}

static enum error_code insert_version(struct record *record, int64_t id, int64_t number, const struct topic_change *change,
                                      const struct topic_text *text, const struct topic_weighed *weighed, struct arena *arena,
                                      struct error *error)
{
    struct record_statement *row = record_statement(record, "topic_version_insert");
    static const struct topic_weighed unknown = {0};
    const struct topic_weighed *w = weighed ? weighed : &unknown;
    struct str won = joined_ids(w->won_ids, w->won_shown, arena), lost = joined_ids(w->lost_ids, w->lost_shown, arena);
    if (!won.ptr || !lost.ptr)
        return topic_no_memory(error);
    record_bind_i64(row, ":topic_id", id);
    record_bind_i64(row, ":number", number);
    record_bind_str(row, ":name", text->name);
    record_bind_str(row, ":purpose", text->purpose.ptr ? text->purpose : STR(""));
    record_bind_str(row, ":query", text->query);
    record_bind_str(row, ":tags", text->tags.ptr ? text->tags : STR(""));
    record_bind_str(row, ":note", change->note.ptr ? change->note : STR(""));
    record_bind_i64(row, ":member_id", change->actor.member);
    record_bind_str(row, ":member_name", change->actor.name);
    record_bind_i64(row, ":at_us", change->now_us);
    record_bind_i64(row, ":back_to", change->back_to);
    record_bind_bool(row, ":is_weighed", w->is_known);
    record_bind_i64(row, ":kept", (int64_t)w->kept);
    record_bind_i64(row, ":won", (int64_t)w->won);
    record_bind_i64(row, ":lost", (int64_t)w->lost);
    record_bind_str(row, ":won_ids", won);
    record_bind_str(row, ":lost_ids", lost);
    return record_run(row, error);
}

static void bind_text(struct record_statement *row, const struct topic_text *text, struct str key)
{
    record_bind_str(row, ":name", text->name);
    record_bind_str(row, ":name_key", key);
    record_bind_str(row, ":purpose", text->purpose.ptr ? text->purpose : STR(""));
    record_bind_str(row, ":query", text->query);
    record_bind_str(row, ":tags", text->tags.ptr ? text->tags : STR(""));
}

static enum error_code check_count(struct record *record, struct error *error)
{
    struct record_statement *row = record_statement(record, "topic_count");
    int64_t                  count = record_step(row) ? record_i64(row, "count") : 0;
    enum error_code          code = record_finish(row, error);
    return !code && count >= TOPIC_MAX ? error_set(error, ERROR_TOO_LARGE, "more than %d topics", TOPIC_MAX) : code;
}

static enum error_code create(struct record *record, const struct topic_change *change, const struct topic_text *text,
                              const struct topic_weighed *weighed, struct arena *arena, struct topic *topic_out, struct error *error)
{
    enum error_code code = check_count(record, error);
    if (!code)
        code = check_name(record, text->name, 0, arena, error);
    if (code)
        return code;
    struct record_statement *row = record_statement(record, "topic_insert");
    struct str               key = name_key(arena, text->name);
    bind_text(row, text, key);
    record_bind_i64(row, ":owner_id", change->actor.member);
    record_bind_str(row, ":owner_name", change->actor.name);
    record_bind_i64(row, ":now_us", change->now_us);
    code = key.ptr ? record_run(row, error) : topic_no_memory(error);
    int64_t id = code ? 0 : record_last_id(record);
    if (!code)
        code = insert_version(record, id, 1, change, text, weighed, arena, error);
    if (!code)
        code = record_audit(record, change->actor, "create", "topic", id, (struct str){0}, text->query, error);
    return code ? code : find_id(record, id, arena, topic_out, error);
}

enum error_code topic_create(struct record *record, const struct topic_change *change, const struct topic_text *given,
                             const struct topic_weighed *weighed, struct arena *arena, struct topic *topic_out, struct error *error)
{
    struct topic_text text = *given;
    enum error_code   code = topic_text_check(&text, arena, error);
    if (!code)
        code = topic_check_part("note", change->note, TOPIC_NOTE_MAX_BYTES, true, false, error);
    if (!code)
        code = record_begin(record, error);
    return code ? code : record_end(record, create(record, change, &text, weighed, arena, topic_out, error), error);
}

static bool says_the_same(const struct topic *topic, const struct topic_text *text, const struct topic_person *owner)
{
    return str_equal(topic->text.name, text->name) && str_equal(topic->text.purpose, text->purpose) &&
           str_equal(topic->text.query, text->query) && str_equal(topic->text.tags, text->tags) &&
           (!owner || owner->id == topic->owner.id);
}

static enum error_code edit(struct record *record, int64_t id, const struct topic_change *change, const struct topic_text *text,
                            const struct topic_person *owner, const struct topic_weighed *weighed, struct arena *arena,
                            struct topic *topic_out, struct error *error)
{
    struct topic    before;
    enum error_code code = find_id(record, id, arena, &before, error);
    if (!code)
        code = check_version(&before, change->version, record, arena, error);
    if (!code)
        code = check_name(record, text->name, id, arena, error);
    *topic_out = before;
    if (code || says_the_same(&before, text, owner))
        return code;
    const struct topic_person *new_owner = owner ? owner : &before.owner;
    struct record_statement   *row = record_statement(record, "topic_update");
    struct str                 key = name_key(arena, text->name);
    bind_text(row, text, key);
    record_bind_i64(row, ":id", id);
    record_bind_i64(row, ":owner_id", new_owner->id);
    record_bind_str(row, ":owner_name", new_owner->name);
    record_bind_i64(row, ":version", before.version + 1);
    record_bind_i64(row, ":now_us", change->now_us);
    code = key.ptr ? record_run(row, error) : topic_no_memory(error);
    if (!code)
        code = insert_version(record, id, before.version + 1, change, text, weighed, arena, error);
    if (!code)
        code = record_audit(record, change->actor, change->back_to ? "revert" : "edit", "topic", id, before.text.query, text->query, error);
    return code ? code : find_id(record, id, arena, topic_out, error);
}

enum error_code topic_edit(struct record *record, int64_t id, const struct topic_change *change, const struct topic_text *given,
                           const struct topic_person *owner, const struct topic_weighed *weighed, struct arena *arena,
                           struct topic *topic_out, struct error *error)
{
    struct topic_text text = *given;
    enum error_code   code = topic_text_check(&text, arena, error);
    if (!code)
        code = topic_check_part("note", change->note, TOPIC_NOTE_MAX_BYTES, true, false, error);
    if (!code)
        code = record_begin(record, error);
    return code ? code : record_end(record, edit(record, id, change, &text, owner, weighed, arena, topic_out, error), error);
}

static enum error_code set_archived(struct record *record, int64_t id, const struct topic_change *change, bool is_archived,
                                    struct arena *arena, struct topic *topic_out, struct error *error)
{
    enum error_code code = find_id(record, id, arena, topic_out, error);
    if (!code)
        code = check_version(topic_out, change->version, record, arena, error);
    if (code || topic_out->is_archived == is_archived)
        return code;
    struct record_statement *row = record_statement(record, "topic_set_archived");
    record_bind_i64(row, ":id", id);
    record_bind_bool(row, ":is_archived", is_archived);
    record_bind_i64(row, ":now_us", change->now_us);
    code = record_run(row, error);
    if (!code)
        code = record_audit(record, change->actor, is_archived ? "archive" : "unarchive", "topic", id, (struct str){0}, (struct str){0}, error);
    return code ? code : find_id(record, id, arena, topic_out, error);
}

enum error_code topic_archive(struct record *record, int64_t id, const struct topic_change *change, bool is_archived, struct arena *arena,
                              struct topic *topic_out, struct error *error)
{
    enum error_code code = record_begin(record, error);
    return code ? code : record_end(record, set_archived(record, id, change, is_archived, arena, topic_out, error), error);
}

/* ---- Versions ---- */

static size_t split_ids(struct str text, struct str ids[TOPIC_SHOWN_MAX])
{
    size_t count = 0;
    while (count < TOPIC_SHOWN_MAX && str_next_field(&text, '\n', &ids[count]))
        count += ids[count].len > 0;
    return count;
}

static bool read_version(struct record_statement *row, struct arena *arena, struct topic_version *version)
{
    *version = (struct topic_version){
        .number = record_i64(row, "number"),
        .text = {record_str(row, "name", arena), record_str(row, "purpose", arena), record_str(row, "query", arena),
                 record_str(row, "tags", arena)},
        .note = record_str(row, "note", arena),
        .by = {record_i64(row, "member_id"), record_str(row, "member_name", arena)},
        .at_us = record_i64(row, "at_us"),
        .back_to = record_i64(row, "back_to"),
        .weighed = {.is_known = record_i64(row, "is_weighed") != 0, .kept = (uint64_t)record_i64(row, "kept"),
                    .won = (uint64_t)record_i64(row, "won"), .lost = (uint64_t)record_i64(row, "lost")},
    };
    struct str won = record_str(row, "won_ids", arena), lost = record_str(row, "lost_ids", arena);
    version->weighed.won_shown = split_ids(won, version->weighed.won_ids);
    version->weighed.lost_shown = split_ids(lost, version->weighed.lost_ids);
    return version->text.name.ptr && version->text.query.ptr && version->note.ptr && version->by.name.ptr && won.ptr && lost.ptr;
}

enum error_code topic_version_by_number(struct record *record, int64_t id, int64_t number, struct arena *arena,
                                        struct topic_version *version_out, struct error *error)
{
    enum error_code code = record_begin(record, error);
    if (code)
        return code;
    struct record_statement *row = record_statement(record, "topic_version_by_number");
    record_bind_i64(row, ":topic_id", id);
    record_bind_i64(row, ":number", number);
    bool is_there = record_step(row), is_read = is_there && read_version(row, arena, version_out);
    code = record_finish(row, error);
    if (!code && !is_there)
        code = error_set(error, ERROR_NOT_FOUND, "topic %" PRId64 " has no version %" PRId64, id, number);
    return record_end(record, !code && !is_read ? topic_no_memory(error) : code, error);
}

enum error_code topic_versions(struct record *record, int64_t id, int64_t before, size_t limit, struct arena *arena,
                               struct topic_version **versions_out, size_t *count_out, struct error *error)
{
    struct topic    topic;
    void           *versions = NULL;
    size_t          count = 0, capacity = 0;
    bool            has_memory = true;
    enum error_code code = record_begin(record, error);
    if (code)
        return code;
    code = find_id(record, id, arena, &topic, error);
    if (code)
        return record_end(record, code, error);
    struct record_statement *row = record_statement(record, "topic_versions");
    record_bind_i64(row, ":topic_id", id);
    record_bind_i64(row, ":before", before ? before : INT64_MAX);
    record_bind_i64(row, ":limit", (int64_t)limit);
    while (has_memory && record_step(row))
        has_memory = arena_grow(arena, &versions, sizeof(struct topic_version), count, &capacity) &&
                     read_version(row, arena, (struct topic_version *)versions + count++);
    code = record_finish(row, error);
    *versions_out = versions;
    *count_out = count;
    return record_end(record, !code && !has_memory ? topic_no_memory(error) : code, error);
}
