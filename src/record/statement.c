#include "record/connection.h"

#include <math.h>
#include <stdlib.h>

/* ---- The list of all ---- */

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct record_statement *)a)->name, ((const struct record_statement *)b)->name);
}

enum error_code record_list_statements(struct record *record, struct error *error)
{
    size_t count = 0;
    for (size_t i = 0; record_domain_at(record, i); i++)
        count += record_domain_at(record, i)->statement_count;
    record->statements = calloc(count, sizeof *record->statements);
    if (!record->statements)
        return error_set(error, ERROR_MEMORY, "no memory for %zu statements", count);
    for (size_t i = 0; record_domain_at(record, i); i++)
        for (size_t j = 0; j < record_domain_at(record, i)->statement_count; j++) {
            const struct record_text *text = &record_domain_at(record, i)->statements[j];
            record->statements[record->statement_count++] = (struct record_statement){.record = record, .name = text->name, .sql = text->sql};
        }
    qsort(record->statements, count, sizeof *record->statements, by_name);
    for (size_t i = 1; i < count; i++)
        require(strcmp(record->statements[i - 1].name, record->statements[i].name) != 0); /* or a domain is given twice */
    return ERROR_NONE;
}

void record_reset_statements(struct record *record)
{
    for (size_t i = 0; i < record->statement_count; i++)
        if (record->statements[i].is_in_use) {
            sqlite3_reset(record->statements[i].prepared);
            sqlite3_clear_bindings(record->statements[i].prepared); /* nothing that was bound stays in memory */
            record->statements[i].is_in_use = false;
        }
}

void record_forget_statements(struct record *record)
{
    for (size_t i = 0; i < record->statement_count; i++) {
        sqlite3_finalize(record->statements[i].prepared);
        record->statements[i].prepared = NULL;
    }
}

/* ---- One ---- */

/* A defect in what a room asks of its own SQL: says which. */
static _Noreturn void defect(const char *statement, const char *what, const char *name)
{
    char words[256];
    snprintf(words, sizeof words, "statement %s: %s %s", statement, what, name);
    error_abort(words, __FILE__, __LINE__);
}

struct record_statement *record_statement(struct record *record, const char *name)
{
    require(record->is_begun);
    struct record_statement *statement = bsearch(&(struct record_statement){.name = name}, record->statements, record->statement_count,
                                                 sizeof *record->statements, by_name);
    if (!statement)
        defect(name, "is in no domain of", record->path);
    if (!statement->prepared) {
        int result = sqlite3_prepare_v3(record->db, statement->sql, -1, SQLITE_PREPARE_PERSISTENT, &statement->prepared, NULL);
        if (result == SQLITE_ERROR)
            defect(name, "does not prepare:", sqlite3_errmsg(record->db));
        statement->result = result; /* what the machine lacks is told by record_finish */
    } else {
        sqlite3_reset(statement->prepared);
        sqlite3_clear_bindings(statement->prepared);
        statement->result = SQLITE_OK;
    }
    statement->is_in_use = true;
    return statement;
}

static int parameter_of(struct record_statement *statement, const char *parameter)
{
    int index = sqlite3_bind_parameter_index(statement->prepared, parameter);
    if (!index && statement->prepared)
        defect(statement->name, "has no parameter", parameter);
    return index;
}

static void bound(struct record_statement *statement, int result)
{
    if (statement->result == SQLITE_OK)
        statement->result = result;
}

void record_bind_i64(struct record_statement *statement, const char *parameter, int64_t value)
{
    bound(statement, sqlite3_bind_int64(statement->prepared, parameter_of(statement, parameter), value));
}

void record_bind_double(struct record_statement *statement, const char *parameter, double value)
{
    bound(statement, sqlite3_bind_double(statement->prepared, parameter_of(statement, parameter), value));
}

void record_bind_str(struct record_statement *statement, const char *parameter, struct str value)
{
    int index = parameter_of(statement, parameter);
    bound(statement, sqlite3_bind_text64(statement->prepared, index, value.ptr, value.len, SQLITE_TRANSIENT, SQLITE_UTF8));
}

void record_bind_text(struct record_statement *statement, const char *parameter, const char *value)
{
    record_bind_str(statement, parameter, str_of(value));
}

void record_bind_blob(struct record_statement *statement, const char *parameter, struct str value)
{
    bound(statement, sqlite3_bind_blob64(statement->prepared, parameter_of(statement, parameter), value.ptr, value.len, SQLITE_TRANSIENT));
}

void record_bind_bool(struct record_statement *statement, const char *parameter, bool value)
{
    record_bind_i64(statement, parameter, value);
}

bool record_step(struct record_statement *statement)
{
    require(statement->is_in_use); /* or it outlived its transaction */
    if (statement->result == SQLITE_OK || statement->result == SQLITE_ROW)
        statement->result = sqlite3_step(statement->prepared);
    return statement->result == SQLITE_ROW;
}

enum error_code record_finish(struct record_statement *statement, struct error *error)
{
    enum error_code code = ERROR_NONE;
    int             result = statement->result;
    if (result != SQLITE_OK && result != SQLITE_ROW && result != SQLITE_DONE)
        code = record_error(statement->record, result, statement->name, error);
    sqlite3_reset(statement->prepared);
    return code;
}

enum error_code record_run(struct record_statement *statement, struct error *error)
{
    while (record_step(statement))
        ;
    return record_finish(statement, error);
}

/* ---- The row in hand ---- */

static int column_of(struct record_statement *statement, const char *column)
{
    require(statement->result == SQLITE_ROW);
    int count = sqlite3_column_count(statement->prepared);
    for (int i = 0; i < count; i++)
        if (strcmp(sqlite3_column_name(statement->prepared, i), column) == 0)
            return i;
    defect(statement->name, "has no column", column);
}

int64_t record_i64(struct record_statement *statement, const char *column)
{
    return sqlite3_column_int64(statement->prepared, column_of(statement, column));
}

bool record_bool(struct record_statement *statement, const char *column)
{
    return record_i64(statement, column) != 0;
}

double record_double(struct record_statement *statement, const char *column)
{
    int i = column_of(statement, column);
    return sqlite3_column_type(statement->prepared, i) == SQLITE_NULL ? NAN : sqlite3_column_double(statement->prepared, i);
}

struct str record_str(struct record_statement *statement, const char *column, struct arena *arena)
{
    int         i = column_of(statement, column);
    const void *bytes = sqlite3_column_blob(statement->prepared, i); /* of a text: its UTF-8 */
    int         len = sqlite3_column_bytes(statement->prepared, i);
    bool        is_null = sqlite3_column_type(statement->prepared, i) == SQLITE_NULL;
    if (is_null)
        return (struct str){0};
    struct str copy = arena_str(arena, str_slice(len ? bytes : "", (size_t)len));
    if (!copy.ptr)
        statement->result = SQLITE_NOMEM; /* the loop ends and record_finish tells */
    return copy;
}

bool record_is_null(struct record_statement *statement, const char *column)
{
    return sqlite3_column_type(statement->prepared, column_of(statement, column)) == SQLITE_NULL;
}
