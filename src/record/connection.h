/* Inside the room: one open database. */
#ifndef RECORD_CONNECTION_H
#define RECORD_CONNECTION_H

#include "record/record.h"

#include <pthread.h>
#include <sqlite3.h>

extern const struct record_domain record_domain; /* of record.sql: in every database */

struct record_statement {
    struct record   *record;
    const char      *name, *sql;
    sqlite3_stmt    *prepared; /* NULL before its first use */
    int              result;   /* of the last step; SQLITE_OK before it */
    bool             is_in_use; /* begun since record_begin */
};

struct record {
    char                                path[512]; /* ":memory:" for none */
    sqlite3                            *db;
    const struct record_domain *const  *domains;   /* the caller's, without ours */
    struct record_statement            *statements; /* sorted by name */
    size_t                              statement_count;
    pthread_mutex_t                     lock;      /* held from record_begin to record_end */
    bool                                is_begun;
};

/* The error that SQLite reports for its last call, in words; what names the work that failed. */
enum error_code record_error(struct record *record, int result, const char *what, struct error *error);
/* SQL of ours without parameters and rows. */
enum error_code record_exec(struct record *record, const char *sql, const char *what, struct error *error);
/* Readies every statement's row, without preparing them. */
enum error_code record_list_statements(struct record *record, struct error *error);
void            record_reset_statements(struct record *record); /* those in use: none holds a transaction open */
void            record_forget_statements(struct record *record);
/* Brings the database to this program's schema; nothing is begun. */
enum error_code record_migrate(struct record *record, struct error *error);

/* The ith domain of all, ours first; NULL behind the last. */
static inline const struct record_domain *record_domain_at(const struct record *record, size_t i)
{
    return i == 0 ? &record_domain : record->domains[i - 1];
}

#endif
