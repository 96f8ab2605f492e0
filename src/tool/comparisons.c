#include "tool/keep.h"

#include "query/query.h"

#include <inttypes.h>

/* ---- Reading ---- */

static void read_comparison(struct record_statement *row, struct arena *arena, struct tool_comparison *comparison)
{
    *comparison = (struct tool_comparison){
        .id = record_i64(row, "id"), .name = record_str(row, "name", arena), .query = record_str(row, "query", arena),
        .topic = record_i64(row, "topic_id"), .since_us = record_i64(row, "since_us"), .until_us = record_i64(row, "until_us"),
        .by = {record_i64(row, "member_id"), record_str(row, "member_name", arena)}, .created_us = record_i64(row, "created_us"),
        .sample = (uint64_t)record_i64(row, "sample"), .labelled = (uint64_t)record_i64(row, "labelled")};
}

static enum error_code read_sides(struct record *records, struct arena *arena, struct tool_comparison *comparison, struct error *error)
{
    struct record_statement *row = record_statement(records, "tool_sides");
    record_bind_i64(row, ":id", comparison->id);
    while (comparison->side_count < TOOL_COMPARED_MAX && record_step(row))
        comparison->sides[comparison->side_count++] =
            (struct tool_side){record_str(row, "name", arena), record_i64(row, "tool_id"), record_str(row, "labels", arena),
                               record_i64(row, "cost_cents"), record_str(row, "currency", arena)};
    return record_finish(row, error);
}

/* All, or one by its id. */
static enum error_code read(struct record *records, int64_t id, struct arena *arena, struct tool_comparison **out, size_t *count_out,
                            struct error *error)
{
    struct record_statement *row = record_statement(records, "tool_comparison_all");
    void                    *all = NULL;
    size_t                   count = 0, capacity = 0;
    bool                     has_memory = true;
    record_bind_i64(row, ":id", id);
    while (has_memory && record_step(row)) {
        has_memory = arena_grow(arena, &all, sizeof(struct tool_comparison), count, &capacity);
        if (has_memory)
            read_comparison(row, arena, &((struct tool_comparison *)all)[count++]);
    }
    *out = all;
    *count_out = count;
    enum error_code code = record_finish(row, error);
    if (!code && !has_memory)
        code = tool_no_memory(error);
    for (size_t i = 0; !code && i < count; i++)
        code = read_sides(records, arena, &(*out)[i], error);
    return code;
}

enum error_code tool_comparisons(struct record *records, struct arena *arena, struct tool_comparison **comparisons_out, size_t *count_out,
                                 struct error *error)
{
    enum error_code code = record_begin(records, error);
    return code ? code : record_end(records, read(records, 0, arena, comparisons_out, count_out, error), error);
}

static enum error_code find(struct record *records, int64_t id, struct arena *arena, struct tool_comparison *comparison_out, struct error *error)
{
    struct tool_comparison *one;
    size_t                  count = 0;
    enum error_code         code = id > 0 ? read(records, id, arena, &one, &count, error) : ERROR_NONE;
    if (!code && count == 0)
        code = error_set(error, ERROR_NOT_FOUND, "there is no comparison %" PRId64, id);
    if (!code)
        *comparison_out = *one;
    return code;
}

enum error_code tool_comparison_by_id(struct record *records, int64_t id, struct arena *arena, struct tool_comparison *comparison_out,
                                      struct error *error)
{
    enum error_code code = record_begin(records, error);
    return code ? code : record_end(records, find(records, id, arena, comparison_out, error), error);
}

/* ---- Making and removing ---- */

static enum error_code check(const struct tool_comparison *comparison, struct error *error)
{
    enum error_code code = tool_check_part("name", comparison->name, TOOL_NAME_MAX_BYTES, false, true, error);
    if (!code)
        code = tool_check_part("query", comparison->query, QUERY_MAX_BYTES, true, false, error);
    if (!code && comparison->until_us <= comparison->since_us)
        code = error_set(error, ERROR_INVALID, "until: it must be later than since");
    if (!code && (comparison->side_count < 2 || comparison->side_count > TOOL_COMPARED_MAX))
        code = error_set(error, ERROR_INVALID, "sides: expected 2 to %d, found %zu", TOOL_COMPARED_MAX, comparison->side_count);
    for (size_t i = 0; !code && i < comparison->side_count; i++)
        if (comparison->sides[i].labels.len == 0)
            code = error_set(error, ERROR_INVALID, "sides: %.*s has no finder: nothing came through it yet", STR_ARG(comparison->sides[i].name));
    return code;
}

static enum error_code put_side(struct record *records, int64_t comparison, size_t place, const struct tool_side *side, struct error *error)
{
    struct record_statement *row = record_statement(records, "tool_side_insert");
    record_bind_i64(row, ":comparison_id", comparison);
    record_bind_i64(row, ":place", (int64_t)place);
    record_bind_str(row, ":name", side->name);
    record_bind_i64(row, ":tool_id", side->tool);
    record_bind_str(row, ":labels", side->labels);
    record_bind_i64(row, ":cost_cents", side->cost_cents);
    record_bind_str(row, ":currency", side->currency.ptr ? side->currency : STR(""));
    return record_run(row, error);
}

static enum error_code add(struct record *records, struct record_actor actor, const struct tool_comparison *comparison, int64_t now_us,
                           int64_t *id_out, struct error *error)
{
    int64_t         count;
    enum error_code code = tool_count_of(records, "tool_comparison_count", &count, error);
    if (!code && count >= TOOL_COMPARISONS_MAX)
        code = error_set(error, ERROR_TOO_LARGE, "more than %d comparisons", TOOL_COMPARISONS_MAX);
    if (code)
        return code;
    struct record_statement *row = record_statement(records, "tool_comparison_insert");
    record_bind_str(row, ":name", comparison->name);
    record_bind_str(row, ":query", comparison->query.ptr ? comparison->query : STR(""));
    record_bind_i64(row, ":topic_id", comparison->topic);
    record_bind_i64(row, ":since_us", comparison->since_us);
    record_bind_i64(row, ":until_us", comparison->until_us);
    record_bind_i64(row, ":member_id", actor.member);
    record_bind_str(row, ":member_name", actor.name);
    record_bind_i64(row, ":now_us", now_us);
    code = record_run(row, error);
    *id_out = record_last_id(records);
    for (size_t i = 0; !code && i < comparison->side_count; i++)
        code = put_side(records, *id_out, i, &comparison->sides[i], error);
    return code ? code : record_audit(records, actor, "create", "comparison", *id_out, (struct str){0}, comparison->name, error);
}

enum error_code tool_comparison_add(struct record *records, struct record_actor actor, const struct tool_comparison *comparison, int64_t now_us,
                                    int64_t *id_out, struct error *error)
{
    enum error_code code = check(comparison, error);
    if (!code)
        code = record_begin(records, error);
    return code ? code : record_end(records, add(records, actor, comparison, now_us, id_out, error), error);
}

static enum error_code remove_one(struct record *records, struct record_actor actor, int64_t id, struct error *error)
{
    static const char *const statements[] = {"tool_judged_delete_all", "tool_sampled_delete_all", "tool_sides_delete", "tool_comparison_delete"};
    struct arena             arena = {0};
    struct tool_comparison   before;
    enum error_code          code = find(records, id, &arena, &before, error);
    for (size_t i = 0; !code && i < sizeof statements / sizeof *statements; i++)
        code = tool_run_for(records, statements[i], id, error);
    if (!code)
        code = record_audit(records, actor, "delete", "comparison", id, before.name, (struct str){0}, error);
    arena_fini(&arena);
    return code;
}

enum error_code tool_comparison_remove(struct record *records, struct record_actor actor, int64_t id, struct error *error)
{
    enum error_code code = record_begin(records, error);
    return code ? code : record_end(records, remove_one(records, actor, id, error), error);
}

/* ---- The sample ---- */

static enum error_code put_sample(struct record *records, struct record_actor actor, int64_t comparison, const struct tool_sampled *posts,
                                  size_t count, struct error *error)
{
    char            words[60];
    struct arena    arena = {0};
    struct tool_comparison before;
    enum error_code code = find(records, comparison, &arena, &before, error);
    arena_fini(&arena);
    if (!code)
        code = tool_run_for(records, "tool_judged_delete_all", comparison, error);
    if (!code)
        code = tool_run_for(records, "tool_sampled_delete_all", comparison, error);
    for (size_t i = 0; !code && i < count; i++) {
        struct record_statement *row = record_statement(records, "tool_sampled_insert");
        record_bind_i64(row, ":id", comparison);
        record_bind_i64(row, ":place", (int64_t)i);
        record_bind_str(row, ":post_id", posts[i].post_id);
        record_bind_i64(row, ":sides", posts[i].sides);
        record_bind_i64(row, ":drawn", posts[i].drawn);
        code = record_run(row, error);
    }
    snprintf(words, sizeof words, "%zu posts", count);
    return code ? code : record_audit(records, actor, "draw", "comparison", comparison, (struct str){0}, str_of(words), error);
}

enum error_code tool_sample_put(struct record *records, struct record_actor actor, int64_t comparison, const struct tool_sampled *posts, size_t count,
                                struct error *error)
{
    enum error_code code = record_begin(records, error);
    return code ? code : record_end(records, put_sample(records, actor, comparison, posts, count, error), error);
}

enum error_code tool_sample(struct record *records, int64_t comparison, int64_t member, struct arena *arena, struct tool_sampled **posts_out,
                            size_t *count_out, struct error *error)
{
    void           *posts = NULL;
    size_t          count = 0, capacity = 0;
    bool            has_memory = true;
    enum error_code code = record_begin(records, error);
    if (code)
        return code;
    struct record_statement *row = record_statement(records, "tool_sampled_all");
    record_bind_i64(row, ":id", comparison);
    record_bind_i64(row, ":member_id", member);
    while (has_memory && record_step(row)) {
        has_memory = arena_grow(arena, &posts, sizeof(struct tool_sampled), count, &capacity);
        if (has_memory)
            ((struct tool_sampled *)posts)[count++] = (struct tool_sampled){
                .post_id = record_str(row, "post_id", arena), .sides = (uint32_t)record_i64(row, "sides"),
                .drawn = (uint32_t)record_i64(row, "drawn"), .label = (int)record_i64(row, "own"),
                .relevant = (uint32_t)record_i64(row, "relevant"), .not_relevant = (uint32_t)record_i64(row, "not_relevant"),
                .unsure = (uint32_t)record_i64(row, "unsure")};
    }
    code = record_finish(row, error);
    *posts_out = posts;
    *count_out = count;
    return record_end(records, !code && !has_memory ? tool_no_memory(error) : code, error);
}

static void bind_post(struct record_statement *row, int64_t comparison, struct str post_id)
{
    record_bind_i64(row, ":id", comparison);
    record_bind_str(row, ":post_id", post_id);
}

static enum error_code label_post(struct record *records, struct record_actor actor, int64_t comparison, struct str post_id, int label,
                                  int *before_out, int64_t now_us, struct error *error)
{
    static const char *const words[4] = {"", "relevant", "not", "unsure"};
    struct record_statement *row = record_statement(records, "tool_sampled_holds");
    bind_post(row, comparison, post_id);
    bool            is_there = record_step(row);
    enum error_code code = record_finish(row, error);
    if (!code && !is_there)
        code = error_set(error, ERROR_NOT_FOUND, "the sample of comparison %" PRId64 " holds no post '%.*s'", comparison,
                         (int)(post_id.len < 200 ? post_id.len : 200), post_id.ptr);
    if (code)
        return code;
    row = record_statement(records, "tool_judged_of");
    bind_post(row, comparison, post_id);
    record_bind_i64(row, ":member_id", actor.member);
    *before_out = record_step(row) ? (int)record_i64(row, "label") : 0;
    code = record_finish(row, error);
    if (code || label == *before_out)
        return code;
    row = record_statement(records, label ? "tool_judged_put" : "tool_judged_delete");
    bind_post(row, comparison, post_id);
    record_bind_i64(row, ":member_id", actor.member);
    if (label) {
        record_bind_str(row, ":member_name", actor.name);
        record_bind_i64(row, ":label", label);
        record_bind_i64(row, ":now_us", now_us);
    }
    code = record_run(row, error);
    return code ? code : record_audit(records, actor, "label", "comparison", comparison, str_of(words[*before_out]), str_of(words[label]), error);
}

enum error_code tool_label(struct record *records, struct record_actor actor, int64_t comparison, struct str post_id, int label, int *before_out,
                           int64_t now_us, struct error *error)
{
    enum error_code code = record_begin(records, error);
    return code ? code : record_end(records, label_post(records, actor, comparison, post_id, label, before_out, now_us, error), error);
}

enum error_code tool_forget_posts(struct record *records, const struct str *post_ids, size_t count, struct error *error)
{
    static const char *const statements[] = {"tool_forget_judged", "tool_forget_sampled"};
    enum error_code          code = record_begin(records, error);
    if (code)
        return code;
    for (size_t i = 0; !code && i < count; i++)
        for (size_t k = 0; !code && k < 2; k++) {
            struct record_statement *row = record_statement(records, statements[k]);
            record_bind_str(row, ":post_id", post_ids[i]);
            code = record_run(row, error);
        }
    return record_end(records, code, error);
}
