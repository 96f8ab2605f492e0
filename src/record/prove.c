#include "record/connection.h"

/* Tables outside the rule: of record.sql, older than the rule that a table is named after its domain. */
static bool is_of(const struct record_domain *domain, struct str table)
{
    struct str name = str_of(domain->name);
    return str_starts_with(table, name) && (table.len == name.len || table.ptr[name.len] == '_');
}

static enum error_code check_tables(struct record *record, const struct record_domain *domain, struct error *error)
{
    sqlite3_stmt   *list = NULL;
    enum error_code code = ERROR_NONE;
    int result = sqlite3_prepare_v2(record->db, "SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND type = 'table'", -1,
                                    &list, NULL);
    while (!code && result == SQLITE_OK && sqlite3_step(list) == SQLITE_ROW) {
        const char *table = (const char *)sqlite3_column_text(list, 0);
        if (strncmp(table, "sqlite_", 7) == 0 || strcmp(table, "audit") == 0 || strcmp(table, "record_migration") == 0)
            continue;
        if (!is_of(domain, str_of(table)))
            code = error_set(error, ERROR_INTERNAL, "table %s is not named after its domain %s", table, domain->name);
        else if (!sqlite3_column_int(list, 1))
            code = error_set(error, ERROR_INTERNAL, "table %s is not STRICT", table);
    }
    sqlite3_finalize(list);
    return code;
}

static enum error_code prepare_all(struct record *record, const struct record_domain *domain, struct error *error)
{
    for (size_t i = 0; i < domain->statement_count; i++) {
        sqlite3_stmt *prepared = NULL;
        const char   *rest = "";
        const char   *name = domain->statements[i].name;
        int           result = sqlite3_prepare_v2(record->db, domain->statements[i].sql, -1, &prepared, &rest);
        enum error_code code = ERROR_NONE;
        if (result != SQLITE_OK)
            code = record_error(record, result, name, error);
        else if (str_trim(str_of(rest)).len)
            code = error_set(error, ERROR_INTERNAL, "statement %s: more than one: %.80s", name, rest);
        for (int j = 1; !code && j <= sqlite3_bind_parameter_count(prepared); j++) {
            const char *parameter = sqlite3_bind_parameter_name(prepared, j);
            if (!parameter || parameter[0] != ':')
                code = error_set(error, ERROR_INTERNAL, "statement %s: parameter %d has no :name", name, j);
        }
        sqlite3_finalize(prepared);
        if (code)
            return code;
    }
    return ERROR_NONE;
}

enum error_code record_prove(const struct record_domain *domain, struct error *error)
{
    const struct record_domain *const domains[] = {domain, NULL};
    const struct record_domain *const none[] = {NULL};
    struct record                    *record;
    enum error_code code = record_open(NULL, domain == &record_domain ? none : domains, &record, error);
    if (code)
        return code;
    code = check_tables(record, domain, error);
    if (!code)
        code = prepare_all(record, domain, error);
    record_close(record);
    return code;
}
