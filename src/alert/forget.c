/* Posts that are gone: letters quote what they said. */
#include "alert/keep.h"

struct quoting {
    int64_t    id;
    bool       is_waiting, is_hook;
    struct str subject, body;
};

static enum error_code find_quoting(struct record *record, struct str post, struct arena *arena, struct quoting **rows_out, size_t *count_out,
                                    struct error *error)
{
    struct record_statement *row = record_statement(record, "alert_delivery_quoting");
    void                    *rows = NULL;
    size_t                   count = 0, capacity = 0;
    bool                     has_memory = true;
    record_bind_str(row, ":post", post);
    while (has_memory && record_step(row)) {
        has_memory = arena_grow(arena, &rows, sizeof **rows_out, count, &capacity);
        if (has_memory)
            ((struct quoting *)rows)[count++] = (struct quoting){record_i64(row, "id"), record_bool(row, "is_waiting"), record_bool(row, "is_hook"),
                                                                 record_str(row, "subject", arena), record_str(row, "body", arena)};
    }
    enum error_code code = record_finish(row, error);
    *rows_out = rows;
    *count_out = count;
    return code || has_memory ? code : keep_no_memory(error);
}

/* A webhook's receiver reads JSON of the same shape, without posts. */
static struct str without_posts(struct str body, struct arena *arena)
{
    cJSON *object = cJSON_ParseWithLength(body.ptr, body.len), *none = cJSON_CreateArray();
    if (!object || !none || !cJSON_ReplaceItemInObjectCaseSensitive(object, "posts", none))
        cJSON_Delete(none);
    char      *text = object ? cJSON_PrintUnformatted(object) : NULL;
    struct str kept = arena_str(arena, str_of(text ? text : "{}"));
    cJSON_free(text);
    cJSON_Delete(object);
    return kept;
}

/* What was sent needs no body any more; what waits goes out without the quotes. */
static struct str cleaned(const struct quoting *quoting, struct arena *arena)
{
    struct buf text = {0};
    if (!quoting->is_waiting)
        return STR("");
    if (quoting->is_hook)
        return without_posts(quoting->body, arena);
    buf_printf(&text, "%.*s\n\nThe posts that were quoted here have been deleted where they were published.\n", STR_ARG(quoting->subject));
    struct str kept = text.has_failed ? (struct str){0} : arena_str(arena, buf_str(&text));
    buf_fini(&text);
    return kept;
}

static enum error_code forget(struct record *record, struct str post, struct error *error)
{
    struct arena    arena = {0};
    struct quoting *rows;
    size_t          count;
    enum error_code code = find_quoting(record, post, &arena, &rows, &count, error);
    for (size_t i = 0; !code && i < count; i++) {
        struct record_statement *set = record_statement(record, "alert_delivery_unquote");
        struct str               body = cleaned(&rows[i], &arena);
        record_bind_i64(set, ":id", rows[i].id);
        record_bind_str(set, ":body", body);
        code = body.ptr ? record_run(set, error) : keep_no_memory(error);
    }
    arena_fini(&arena);
    return code;
}

enum error_code alert_forget_posts(struct record *record, const struct str *posts, size_t count, struct error *error)
{
    enum error_code code = record_begin(record, error);
    if (code)
        return code;
    for (size_t i = 0; !code && i < count; i++)
        code = forget(record, posts[i], error);
    return record_end(record, code, error);
}
