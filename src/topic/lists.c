#include "topic/keep.h"

#include "base/vfs.h"

#include <inttypes.h>

static bool is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

static bool is_name(struct str name)
{
    for (size_t i = 0; i < name.len; i++)
        if (!is_name_byte(name.ptr[i]))
            return false;
    return name.len > 0 && name.len <= TOPIC_LIST_NAME_MAX_BYTES;
}

static enum error_code check_name(struct str name, struct error *error)
{
    if (is_name(name))
        return ERROR_NONE;
    error_set(error, ERROR_INVALID, "'%.*s' is no list's name", (int)(name.len < 80 ? name.len : 80), name.ptr);
    return error_hint(error, "letters, digits, _ and -, at most %d", TOPIC_LIST_NAME_MAX_BYTES);
}

/* ---- What a list stands for ---- */

/* A list that uses the language's own signs is a query as it stands. */
static bool is_query(struct str text)
{
    static const char *const signs[] = {" AND ", " OR ", " NOT ", "NEAR/", "(", "<<<"};
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
        if (str_contains(text, str_of(signs[i])))
            return true;
    return str_starts_with(text, STR("NOT "));
}

struct str topic_list_query(struct arena *arena, struct str text)
{
    struct buf query = {0};
    struct str rest = str_trim(text), line;
    if (is_query(rest))
        return arena_str(arena, rest);
    while (str_next_field(&rest, '\n', &line)) {
        line = str_trim(line);
        if (line.len == 0)
            continue;
        bool is_phrase = str_contains(line, STR(" ")) && !str_contains(line, STR("\"")) && !str_contains(line, STR(":"));
        if (query.len)
            buf_append_str(&query, STR(" OR "));
        buf_append_str(&query, is_phrase ? STR("\"") : STR("("));
        buf_append_str(&query, line);
        buf_append_str(&query, is_phrase ? STR("\"") : STR(")"));
    }
    struct str kept = query.has_failed ? (struct str){0} : arena_str(arena, buf_str(&query));
    buf_fini(&query);
    return kept;
}

bool topic_text_uses_list(struct str text, struct str name)
{
    for (size_t at = 0; at + 5 + name.len <= text.len; at++) {
        size_t end = at + 5 + name.len;
        if (str_equal_ascii_nocase(str_slice(text.ptr + at, 5), STR("list:")) && str_equal(str_slice(text.ptr + at + 5, name.len), name) &&
            (end == text.len || !is_name_byte(text.ptr[end])))
            return true;
    }
    return false;
}

/* ---- Reading; these four work within a transaction ---- */

struct lists {
    struct topic_list *lists;
    size_t             count;
};

static bool read_list(struct record_statement *row, struct arena *arena, struct topic_list *list)
{
    *list = (struct topic_list){record_str(row, "name", arena), record_str(row, "text", arena), record_i64(row, "version"),
                                {record_i64(row, "member_id"), record_str(row, "member_name", arena)}, record_i64(row, "updated_us")};
    return list->name.ptr && list->text.ptr && list->by.name.ptr;
}

static enum error_code read_all(struct record *record, struct arena *arena, struct lists *out, struct error *error)
{
    void                    *rows = NULL;
    size_t                   capacity = 0;
    bool                     has_memory = true;
    struct record_statement *row = record_statement(record, "topic_list_all");
    *out = (struct lists){0};
    while (has_memory && record_step(row))
        has_memory = arena_grow(arena, &rows, sizeof(struct topic_list), out->count, &capacity) &&
                     read_list(row, arena, (struct topic_list *)rows + out->count++);
    enum error_code code = record_finish(row, error);
    out->lists = rows;
    return !code && !has_memory ? topic_no_memory(error) : code;
}

static struct topic_list *find(const struct lists *lists, struct str name)
{
    for (size_t i = 0; i < lists->count; i++)
        if (str_equal(lists->lists[i].name, name))
            return &lists->lists[i];
    return NULL;
}

static enum error_code read_topics(struct record *record, struct arena *arena, struct topic_text **texts_out, size_t *count_out,
                                   struct error *error)
{
    void                    *rows = NULL;
    size_t                   count = 0, capacity = 0;
    bool                     has_memory = true;
    struct record_statement *row = record_statement(record, "topic_all");
    record_bind_bool(row, ":with_archived", true);
    while (has_memory && record_step(row)) {
        has_memory = arena_grow(arena, &rows, sizeof(struct topic_text), count, &capacity);
        if (has_memory)
            ((struct topic_text *)rows)[count++] =
                (struct topic_text){.name = record_str(row, "name", arena), .query = record_str(row, "query", arena)};
    }
    enum error_code code = record_finish(row, error);
    *texts_out = rows;
    *count_out = count;
    return !code && !has_memory ? topic_no_memory(error) : code;
}

static bool as_queries(const struct lists *lists, struct arena *arena, struct query_list **out)
{
    struct query_list *queries = arena_array(arena, lists->count + 1, sizeof *queries);
    for (size_t i = 0; queries && i < lists->count; i++) {
        queries[i] = (struct query_list){lists->lists[i].name, topic_list_query(arena, lists->lists[i].text)};
        if (!queries[i].text.ptr)
            return false;
    }
    *out = queries;
    return queries != NULL;
}

/* ---- Asked from outside ---- */

enum error_code topic_list_all(struct record *record, struct arena *arena, struct topic_list **lists_out, size_t *count_out,
                               struct error *error)
{
    struct lists    lists;
    enum error_code code = record_begin(record, error);
    if (code)
        return code;
    code = record_end(record, read_all(record, arena, &lists, error), error);
    *lists_out = lists.lists;
    *count_out = lists.count;
    return code;
}

enum error_code topic_lists(struct record *record, struct arena *arena, struct query_list **lists_out, size_t *count_out,
                            struct error *error)
{
    struct lists    lists;
    enum error_code code = topic_list_all(record, arena, &lists.lists, &lists.count, error);
    *count_out = code ? 0 : lists.count;
    return !code && !as_queries(&lists, arena, lists_out) ? topic_no_memory(error) : code;
}

enum error_code topic_list_by_name(struct record *record, struct str name, struct arena *arena, struct topic_list *list_out,
                                   struct error *error)
{
    enum error_code code = record_begin(record, error);
    if (code)
        return code;
    struct record_statement *row = record_statement(record, "topic_list_by_name");
    record_bind_str(row, ":name", name);
    bool is_there = record_step(row), is_read = is_there && read_list(row, arena, list_out);
    code = record_finish(row, error);
    if (!code && !is_there)
        code = error_set(error, ERROR_NOT_FOUND, "there is no list '%.*s'", (int)(name.len < 80 ? name.len : 80), name.ptr);
    return record_end(record, !code && !is_read ? topic_no_memory(error) : code, error);
}

static bool add_user(struct arena *arena, const char *kind, struct str name, struct str *users, size_t *count)
{
    struct buf text = {0};
    buf_printf(&text, "%s %.*s", kind, STR_ARG(name));
    struct str kept = text.has_failed ? (struct str){0} : arena_str(arena, buf_str(&text));
    buf_fini(&text);
    users[(*count)++] = kept;
    return kept.ptr != NULL;
}

static enum error_code find_users(struct record *record, struct str name, struct arena *arena, struct str **users_out, size_t *count_out,
                                  struct error *error)
{
    struct lists       lists;
    struct topic_text *topics;
    size_t             topic_count;
    enum error_code    code = read_all(record, arena, &lists, error);
    if (!code)
        code = read_topics(record, arena, &topics, &topic_count, error);
    *count_out = 0;
    if (code)
        return code;
    if (!(*users_out = arena_array(arena, lists.count + topic_count + 1, sizeof **users_out)))
        return topic_no_memory(error);
    bool has_memory = true;
    for (size_t i = 0; has_memory && i < topic_count; i++)
        if (topic_text_uses_list(topics[i].query, name))
            has_memory = add_user(arena, "topic", topics[i].name, *users_out, count_out);
    for (size_t i = 0; has_memory && i < lists.count; i++)
        if (topic_text_uses_list(lists.lists[i].text, name) && !str_equal(lists.lists[i].name, name))
            has_memory = add_user(arena, "list", lists.lists[i].name, *users_out, count_out);
    return has_memory ? ERROR_NONE : topic_no_memory(error);
}

enum error_code topic_list_users(struct record *record, struct str name, struct arena *arena, struct str **users_out, size_t *count_out,
                                 struct error *error)
{
    enum error_code code = record_begin(record, error);
    return code ? code : record_end(record, find_users(record, name, arena, users_out, count_out, error), error);
}

/* ---- Changing ---- */

struct checking {
    struct query_options  options;
    struct text_analyser *analyser;
    struct arena         *arena;
    struct error         *error;
};

static enum error_code check_parses(struct checking *checking, struct str text, const char *kind, struct str name)
{
    struct query    query;
    enum error_code code = query_parse(text, &checking->options, checking->analyser, checking->arena, &query, checking->error);
    if (code && kind)
        error_prefix(checking->error, "%s %.*s: ", kind, STR_ARG(name));
    return code;
}

/* The list as it would be, and everything that uses it, directly or through other lists. */
static enum error_code check_all(struct record *record, struct lists *lists, struct topic_list *changed, struct text_analyser *analyser,
                                 int64_t now_us, struct arena *arena, struct error *error)
{
    struct query_list *queries;
    struct topic_text *topics;
    size_t             topic_count;
    enum error_code    code = read_topics(record, arena, &topics, &topic_count, error);
    bool              *is_touched = arena_array(arena, lists->count, sizeof *is_touched);
    if (!code && (!is_touched || !as_queries(lists, arena, &queries)))
        code = topic_no_memory(error);
    if (code)
        return code;
    struct checking checking = {{.lists = queries, .list_count = lists->count, .now_us = now_us}, analyser, arena, error};
    is_touched[changed - lists->lists] = true;
    for (bool is_more = true; is_more;) {
        is_more = false;
        for (size_t i = 0; i < lists->count; i++)
            for (size_t k = 0; !is_touched[i] && k < lists->count; k++)
                if (is_touched[k] && topic_text_uses_list(lists->lists[i].text, lists->lists[k].name))
                    is_touched[i] = is_more = true;
    }
    code = check_parses(&checking, queries[changed - lists->lists].text, NULL, changed->name);
    if (!code && topic_text_uses_list(changed->text, changed->name))
        code = error_set(error, ERROR_SYNTAX, "list %.*s holds itself", STR_ARG(changed->name));
    for (size_t i = 0; !code && i < lists->count; i++)
        if (is_touched[i] && &lists->lists[i] != changed)
            code = check_parses(&checking, queries[i].text, "list", lists->lists[i].name);
    for (size_t t = 0; !code && t < topic_count; t++)
        for (size_t i = 0; !code && i < lists->count; i++)
            if (is_touched[i] && topic_text_uses_list(topics[t].query, lists->lists[i].name)) {
                code = check_parses(&checking, topics[t].query, "topic", topics[t].name);
                break;
            }
    return code;
}

static enum error_code check_version(const struct topic_list *list, int64_t version, struct str name, struct error *error)
{
    int64_t now = list ? list->version : 0;
    if (now == version)
        return ERROR_NONE;
    if (!list)
        return error_set(error, ERROR_CONFLICT, "list %.*s is gone; you began from version %" PRId64, STR_ARG(name), version);
    error_set(error, ERROR_CONFLICT, "list %.*s is at version %" PRId64 " now, by %.*s; you began from version %" PRId64, STR_ARG(name), now,
              STR_ARG(list->by.name), version);
    return error_hint(error, "its text now: %.*s", (int)(list->text.len < 400 ? list->text.len : 400), list->text.ptr);
}

static enum error_code write_list(struct record *record, const struct topic_change *change, struct str name, struct str text, struct error *error)
{
    struct record_statement *row = record_statement(record, "topic_list_put");
    record_bind_str(row, ":name", name);
    record_bind_str(row, ":text", text);
    record_bind_i64(row, ":member_id", change->actor.member);
    record_bind_str(row, ":member_name", change->actor.name);
    record_bind_i64(row, ":now_us", change->now_us);
    return record_run(row, error);
}

static enum error_code put(struct record *record, const struct topic_change *change, struct str name, struct str text,
                           struct text_analyser *analyser, struct arena *arena, struct topic_list *list_out, struct error *error)
{
    struct lists    lists;
    enum error_code code = read_all(record, arena, &lists, error);
    if (code)
        return code;
    struct topic_list *before = find(&lists, name);
    struct str         before_text = before ? before->text : (struct str){0};
    *list_out = (struct topic_list){name, text, (before ? before->version : 0) + 1, {change->actor.member, change->actor.name}, change->now_us};
    code = check_version(before, change->version, name, error);
    if (!code && before && str_equal(before->text, text)) {
        *list_out = *before;
        return ERROR_NONE;
    }
    if (!code && !before && lists.count >= TOPIC_LISTS_MAX)
        code = error_set(error, ERROR_TOO_LARGE, "more than %d named lists", TOPIC_LISTS_MAX);
    if (code)
        return code;
    struct topic_list *with = arena_array(arena, lists.count + 1, sizeof *with);
    if (!with)
        return topic_no_memory(error);
    if (lists.count)
        memcpy(with, lists.lists, lists.count * sizeof *with);
    size_t at = before ? (size_t)(before - lists.lists) : lists.count++;
    with[at] = *list_out;
    lists.lists = with;
    code = check_all(record, &lists, &with[at], analyser, change->now_us, arena, error);
    if (!code)
        code = write_list(record, change, name, text, error);
    return code ? code : record_audit(record, change->actor, before ? "edit" : "create", "list", 0, before_text, text, error);
}

enum error_code topic_list_put(struct record *record, const struct topic_change *change, struct str name, struct str text,
                               struct text_analyser *analyser, struct arena *arena, struct topic_list *list_out, struct error *error)
{
    text = str_trim(text);
    enum error_code code = check_name(name, error);
    if (!code)
        code = topic_check_part("text", text, QUERY_MAX_BYTES, false, false, error);
    if (!code)
        code = record_begin(record, error);
    return code ? code : record_end(record, put(record, change, name, text, analyser, arena, list_out, error), error);
}

static enum error_code delete(struct record *record, const struct topic_change *change, struct str name, struct arena *arena,
                              struct error *error)
{
    struct lists    lists;
    struct str     *users;
    size_t          count = 0;
    enum error_code code = read_all(record, arena, &lists, error);
    if (code)
        return code;
    struct topic_list *list = find(&lists, name);
    if (!list)
        return error_set(error, ERROR_NOT_FOUND, "there is no list '%.*s'", (int)(name.len < 80 ? name.len : 80), name.ptr);
    if (change->version)
        code = check_version(list, change->version, name, error);
    if (!code)
        code = find_users(record, name, arena, &users, &count, error);
    if (!code && count) {
        error_set(error, ERROR_CONFLICT, "list %.*s is used by %.*s%s", STR_ARG(name), (int)(users[0].len < 200 ? users[0].len : 200),
                  users[0].ptr, count > 1 ? " and others" : "");
        return error_hint(error, "%zu of them in all; change them first", count);
    }
    struct record_statement *row = code ? NULL : record_statement(record, "topic_list_delete");
    if (!code) {
        record_bind_str(row, ":name", name);
        code = record_run(row, error);
    }
    return code ? code : record_audit(record, change->actor, "delete", "list", 0, list->text, (struct str){0}, error);
}

enum error_code topic_list_delete(struct record *record, const struct topic_change *change, struct str name, struct arena *arena,
                                  struct error *error)
{
    enum error_code code = record_begin(record, error);
    return code ? code : record_end(record, delete(record, change, name, arena, error), error);
}

/* ---- From files ---- */

static enum error_code import_one(struct record *record, struct str name, struct str text, int64_t now_us, bool *was_new_out, struct error *error)
{
    const struct topic_change change = {.actor = {0, STR("bellwether")}, .now_us = now_us};
    struct record_statement  *row = record_statement(record, "topic_list_file_seen");
    record_bind_str(row, ":name", name);
    bool            was_seen = record_step(row);
    enum error_code code = record_finish(row, error);
    *was_new_out = false;
    if (code || was_seen)
        return code;
    row = record_statement(record, "topic_list_file_put");
    record_bind_str(row, ":name", name);
    record_bind_i64(row, ":now_us", now_us);
    code = record_run(row, error);
    row = code ? NULL : record_statement(record, "topic_list_by_name");
    if (row) {
        record_bind_str(row, ":name", name);
        *was_new_out = !record_step(row); /* one that people made under this name stays theirs */
        code = record_finish(row, error);
    }
    if (!code && *was_new_out)
        code = write_list(record, &change, name, text, error);
    return !code && *was_new_out ? record_audit(record, change.actor, "import", "list", 0, (struct str){0}, text, error) : code;
}

enum error_code topic_lists_import(struct record *record, const char *client_folder, int64_t now_us, struct arena *arena,
                                   size_t *imported_out, struct error *error)
{
    char        folder[512], path[512], file[TOPIC_LIST_NAME_MAX_BYTES + 8];
    struct str *names = NULL;
    size_t      count = 0;
    *imported_out = 0;
    if (!vfs_join(folder, client_folder, "lists") || !vfs_exists(folder))
        return ERROR_NONE;
    enum error_code code = vfs_list(folder, arena, &names, &count, error);
    if (!code)
        code = record_begin(record, error);
    if (code)
        return code;
    for (size_t i = 0; !code && i < count; i++) {
        struct str name = names[i].len > 4 ? str_slice(names[i].ptr, names[i].len - 4) : names[i];
        struct buf text = {.max_bytes = QUERY_MAX_BYTES + 1};
        bool       was_new;
        if (!str_ends_with(names[i], STR(".txt")) || !is_name(name))
            continue;
        snprintf(file, sizeof file, "%.*s", STR_ARG(names[i]));
        if (vfs_join(path, folder, file) && !vfs_read_file(path, QUERY_MAX_BYTES, &text, NULL) && str_trim(buf_str(&text)).len) {
            code = import_one(record, name, str_trim(buf_str(&text)), now_us, &was_new, error);
            *imported_out += !code && was_new;
        }
        buf_fini(&text);
    }
    return record_end(record, code, error);
}
