/* Firings, and what people made of them. */
#include "alert/keep.h"

const char *const alert_outcome_names[5] = {"", "useful", "not_useful", "too_late", "acted"};

enum error_code alert_firings(struct record *record, const struct alert_firing_ask *ask, struct arena *arena, struct alert_firing **firings_out,
                              size_t *count_out, struct error *error)
{
    void           *rows = NULL;
    size_t          count = 0, capacity = 0;
    enum error_code code = record_begin(record, error), finished;
    if (code)
        return code;
    struct record_statement *row = record_statement(record, "alert_firing_page");
    record_bind_i64(row, ":rule", ask->rule);
    record_bind_i64(row, ":before", ask->before);
    record_bind_bool(row, ":only_unjudged", ask->only_unjudged);
    record_bind_i64(row, ":limit", (int64_t)ask->limit);
    while (!code && record_step(row))
        code = arena_grow(arena, &rows, sizeof **firings_out, count, &capacity)
                   ? keep_read_firing(row, arena, (struct alert_firing *)rows + count++, error)
                   : keep_no_memory(error);
    finished = record_finish(row, error);
    *firings_out = rows;
    *count_out = count;
    return record_end(record, code ? code : finished, error);
}

static enum error_code find(struct record *record, int64_t id, struct arena *arena, struct alert_firing *firing_out, struct error *error)
{
    struct record_statement *row = record_statement(record, "alert_firing_by_id");
    record_bind_i64(row, ":id", id);
    bool            is_there = record_step(row);
    enum error_code code = is_there ? keep_read_firing(row, arena, firing_out, error) : ERROR_NONE, finished = record_finish(row, error);
    if (!code && !finished && !is_there)
        return error_set(error, ERROR_NOT_FOUND, "there is no firing %lld", (long long)id);
    return code ? code : finished;
}

enum error_code alert_firing_by_id(struct record *record, int64_t id, struct arena *arena, struct alert_firing *firing_out, struct error *error)
{
    enum error_code code = record_begin(record, error);
    return code ? code : record_end(record, find(record, id, arena, firing_out, error), error);
}

static enum error_code judge(struct record *record, int64_t id, const struct alert_change *change, enum alert_outcome outcome, struct str note,
                             struct arena *arena, struct alert_firing *firing_out, struct error *error)
{
    struct alert_firing before;
    enum error_code     code = find(record, id, arena, &before, error);
    if (code)
        return code;
    struct record_statement *set = record_statement(record, "alert_firing_judge");
    record_bind_i64(set, ":id", id);
    record_bind_text(set, ":outcome", alert_outcome_names[outcome]);
    keep_bind(set, ":note", note);
    keep_bind(set, ":outcome_by", outcome ? change->actor.name : STR(""));
    record_bind_i64(set, ":outcome_us", outcome ? change->now_us : 0);
    code = record_run(set, error);
    if (!code)
        code = record_audit(record, change->actor, "judge", "alert firing", id, str_of(alert_outcome_names[before.outcome]),
                            str_of(alert_outcome_names[outcome]), error);
    return code ? code : find(record, id, arena, firing_out, error);
}

enum error_code alert_judge_firing(struct record *record, int64_t id, const struct alert_change *change, enum alert_outcome outcome,
                                   struct str note, struct arena *arena, struct alert_firing *firing_out, struct error *error)
{
    if (note.len > ALERT_NOTE_MAX_BYTES)
        return error_set(error, ERROR_INVALID, "note: at most %d bytes, not %zu", ALERT_NOTE_MAX_BYTES, note.len);
    enum error_code code = record_begin(record, error);
    return code ? code : record_end(record, judge(record, id, change, outcome, note, arena, firing_out, error), error);
}

enum error_code alert_count_unjudged(struct record *record, int64_t now_us, int64_t *count_out, struct error *error)
{
    enum error_code code = record_begin(record, error);
    if (code)
        return code;
    struct record_statement *row = record_statement(record, "alert_firing_unjudged");
    record_bind_i64(row, ":since_us", now_us - 30 * CLOCK_DAY_US);
    *count_out = record_step(row) ? record_i64(row, "count") : 0;
    return record_end(record, record_finish(row, error), error);
}
