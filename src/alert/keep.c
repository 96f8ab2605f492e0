#include "alert/keep.h"

enum error_code keep_no_memory(struct error *error)
{
    return error_set(error, ERROR_MEMORY, "no memory for alerts");
}

void keep_bind(struct record_statement *statement, const char *parameter, struct str value)
{
    record_bind_str(statement, parameter, value.ptr ? value : STR(""));
}

int keep_word(struct str word, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_equal(word, str_of(words[i])))
            return (int)i;
    return 0;
}

enum error_code keep_read_rule(struct record_statement *row, struct arena *arena, struct alert_kept *kept_out, struct alert_memory *memory_out,
                               struct error *error)
{
    struct str        body = record_str(row, "body", arena);
    struct alert_kept kept = {
        .id = record_i64(row, "id"),
        .version = record_i64(row, "version"),
        .owner = record_i64(row, "owner"),
        .owner_name = record_str(row, "owner_name", arena),
        .state = (enum alert_state)keep_word(record_str(row, "state", arena), alert_state_names, 3),
        .created_us = record_i64(row, "created_us"),
        .changed_us = record_i64(row, "changed_us"),
        .evaluated_us = record_i64(row, "evaluated_us"),
        .fired_us = record_i64(row, "fired_us"),
        .problem = record_str(row, "problem", arena),
        .record = {record_i64(row, "fired"), record_i64(row, "useful"), record_i64(row, "not_useful"), record_i64(row, "too_late"),
                   record_i64(row, "acted"), record_i64(row, "unjudged")},
    };
    if (!body.ptr)
        return keep_no_memory(error);
    cJSON          *object = cJSON_ParseWithLength(body.ptr, body.len);
    enum error_code code = object ? alert_rule_read(object, arena, &kept.rule, error)
                                  : error_set(error, ERROR_CORRUPT, "the body of alert %lld is no JSON", (long long)kept.id);
    cJSON_Delete(object);
    if (code)
        error_prefix(error, "alert %lld: ", (long long)kept.id);
    if (memory_out)
        *memory_out = (struct alert_memory){.fired_us = kept.fired_us, .fired_value = (uint64_t)record_i64(row, "fired_value"),
                                            .is_calm = record_bool(row, "is_calm")};
    *kept_out = kept;
    return code;
}

enum error_code keep_rule_by_id(struct record *record, int64_t id, struct arena *arena, struct alert_kept *kept_out, struct error *error)
{
    struct record_statement *row = record_statement(record, "alert_rule_by_id");
    record_bind_i64(row, ":id", id);
    bool            is_there = record_step(row);
    enum error_code code = is_there ? keep_read_rule(row, arena, kept_out, NULL, error) : ERROR_NONE, finished = record_finish(row, error);
    if (!code && !finished && !is_there)
        return error_set(error, ERROR_NOT_FOUND, "there is no alert %lld", (long long)id);
    return code ? code : finished;
}

enum error_code keep_read_firing(struct record_statement *row, struct arena *arena, struct alert_firing *firing_out, struct error *error)
{
    *firing_out = (struct alert_firing){
        .id = record_i64(row, "id"),
        .rule = record_i64(row, "rule"),
        .rule_version = record_i64(row, "rule_version"),
        .at_us = record_i64(row, "at_us"),
        .seen_us = record_i64(row, "seen_us"),
        .rule_name = record_str(row, "rule_name", arena),
        .title = record_str(row, "title", arena),
        .words = record_str(row, "words", arena),
        .value = record_i64(row, "value"),
        .known = record_i64(row, "known"),
        .voices = record_i64(row, "voices"),
        .window_us = record_i64(row, "window_us"),
        .trend = record_i64(row, "trend"),
        .expected = record_double(row, "expected"),
        .z = record_double(row, "z"),
        .basis = alert_basis_names[keep_word(record_str(row, "basis", arena), alert_basis_names, 4)],
        .held_until_us = record_i64(row, "held_until_us"),
        .is_summarised = record_bool(row, "is_summarised"),
        .post_ids = record_str(row, "post_ids", arena),
        .outcome = (enum alert_outcome)keep_word(record_str(row, "outcome", arena), alert_outcome_names, 5),
        .note = record_str(row, "note", arena),
        .outcome_by = record_str(row, "outcome_by", arena),
        .outcome_us = record_i64(row, "outcome_us"),
    };
    return firing_out->note.ptr ? ERROR_NONE : keep_no_memory(error);
}
