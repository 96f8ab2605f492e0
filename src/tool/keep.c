#include "tool/keep.h"

enum error_code tool_no_memory(struct error *error)
{
    return error_set(error, ERROR_MEMORY, "no memory for the register of tools");
}

enum error_code tool_check_part(const char *part, struct str value, size_t most, bool may_be_empty, bool is_one_line, struct error *error)
{
    if (value.len == 0 && !may_be_empty)
        return error_set(error, ERROR_INVALID, "%s: it may not be empty", part);
    if (value.len > most)
        return error_set(error, ERROR_INVALID, "%s: %zu bytes, more than %zu", part, value.len, most);
    if (is_one_line && value.len && memchr(value.ptr, '\n', value.len))
        return error_set(error, ERROR_INVALID, "%s: expected one line", part);
    return ERROR_NONE;
}

enum error_code tool_run_for(struct record *record, const char *statement, int64_t id, struct error *error)
{
    struct record_statement *row = record_statement(record, statement);
    record_bind_i64(row, ":id", id);
    return record_run(row, error);
}

enum error_code tool_count_of(struct record *record, const char *statement, int64_t *n_out, struct error *error)
{
    struct record_statement *row = record_statement(record, statement);
    *n_out = record_step(row) ? record_i64(row, "n") : 0;
    return record_finish(row, error);
}
