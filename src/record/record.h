/* What people make, in SQLite: opening, migrating, named statements, transactions, and the audit trail. No product words beyond that.
 *
 * A domain (team, topic, read ...) brings a `struct record_domain`: its migrations and its statements, both from <name>.sql, embedded at
 * build time by tools/embed_sql.py. server.db and each client's records.db are a `struct record` over several domains.
 *
 *     struct record_statement *find = record_statement(record, "topic_by_id");      within record_begin .. record_end
 *     record_bind_i64(find, ":id", id);
 *     while (record_step(find)) name = record_str(find, "name", arena);
 *
 * <name>.sql holds blocks. A line names the block, a comment says what it is for, then comes the SQL:
 *     -- migration 1
 *     -- Topics and their versions.          forward-only, numbered from 1 without gaps; never changed once released
 *     CREATE TABLE topic (...) STRICT;       tables are STRICT and named after the domain: topic, topic_version
 *     -- statement topic_by_id
 *     -- One topic.
 *     SELECT ... WHERE id = :id
 * src/record/meson.build says in two lines how a room turns it into `topic_domain`; its header declares
 * `extern const struct record_domain topic_domain;`, and its test is one call: record_prove(&topic_domain, &error).
 *
 * One connection for each database, foreign keys on, strict tables, WAL, synchronous FULL: what record_end acknowledged survives a kill.
 * Its lock is held from record_begin to record_end; nothing slow (network, archive questions) is done between.
 */
#ifndef RECORD_RECORD_H
#define RECORD_RECORD_H

#include "base/arena.h"
#include "base/error.h"
#include "base/json.h"

struct record;
struct record_statement;

struct record_text { /* one block of a .sql file */
    const char *name; /* of a statement; of a migration its number as text */
    const char *sql;
};

struct record_domain {
    const char               *name; /* "topic": prefix of its tables and statements, and its rows in record_migration */
    const struct record_text *migrations; /* in their order */
    size_t                    migration_count;
    const struct record_text *statements;
    size_t                    statement_count;
};

/* Opens (makes, with its folder) the database, checks that no migration is newer than this program (ERROR_INVALID says so), makes a
 * backup copy `path.before-N` (N: migrations that it went through) when it must migrate a database that holds something, and migrates
 * all domains in one transaction: a failure leaves it as it was.
 * path NULL: in memory, for tests. domains ends with NULL, does not name the audit trail (every database has it), and must outlive
 * the record. ERROR_CORRUPT: the file is no database. */
enum error_code record_open(const char *path, const struct record_domain *const *domains, struct record **record_out, struct error *error);
void            record_close(struct record *record); /* legal on NULL; no transaction is open */
/* For tests: every statement of the domain prepares on its migrated schema and is one statement with :named parameters alone, and every
 * table is STRICT and named after the domain. ERROR_INTERNAL names the one that is not. */
enum error_code record_prove(const struct record_domain *domain, struct error *error);

/* Takes the lock and begins (IMMEDIATE: a writer waits here, never in the middle). ERROR_BUSY: another process wrote for 10 seconds.
 * To begin twice in one thread is a defect. */
enum error_code record_begin(struct record *record, struct error *error);
/* code == ERROR_NONE: commits; else rolls back. Releases the lock in any case. Returns code, or why the commit failed. Call it as
 *     return record_end(record, code, error); */
enum error_code record_end(struct record *record, enum error_code code, struct error *error);

/* A prepared statement by its name, reset and unbound; a name that no domain has is a defect of ours. Owned by record; until record_end
 * or until its name is asked for again, so a loop over its rows must not run the same statement. */
struct record_statement *record_statement(struct record *record, const char *name);

/* Values that are not bound are NULL; bound ones are copied. A parameter that the statement does not have is a defect of ours. */
void record_bind_i64(struct record_statement *statement, const char *parameter, int64_t value);
void record_bind_double(struct record_statement *statement, const char *parameter, double value);
void record_bind_str(struct record_statement *statement, const char *parameter, struct str value); /* text; ptr NULL binds NULL */
void record_bind_text(struct record_statement *statement, const char *parameter, const char *value); /* NULL binds NULL */
void record_bind_blob(struct record_statement *statement, const char *parameter, struct str value);
void record_bind_bool(struct record_statement *statement, const char *parameter, bool value);

/* The next row; false at the end and on an error, which record_finish tells. */
bool            record_step(struct record_statement *statement);
enum error_code record_finish(struct record_statement *statement, struct error *error);
/* Steps to the end: for statements without rows. A second one of what is UNIQUE is ERROR_CONFLICT; a broken CHECK, NOT NULL, foreign key
 * or type is ERROR_INVALID. The transaction goes on: end it with the code. */
enum error_code record_run(struct record_statement *statement, struct error *error);
int64_t         record_last_id(struct record *record); /* rowid of the last insert */
int64_t         record_changes(struct record *record); /* rows that the last statement changed */

/* Columns of the row in hand by name (a name that is not there is a defect). NULL is 0, NaN for doubles, and an empty slice. */
int64_t    record_i64(struct record_statement *statement, const char *column);
bool       record_bool(struct record_statement *statement, const char *column);
double     record_double(struct record_statement *statement, const char *column);
struct str record_str(struct record_statement *statement, const char *column, struct arena *arena); /* a copy in arena, NUL behind it */
bool       record_is_null(struct record_statement *statement, const char *column);

/* ---- The audit trail (table audit of every database; append-only by trigger) ---- */

struct record_actor { /* who does it */
    int64_t    member; /* id in server.db; 0: the command line or the program itself */
    struct str name;   /* as shown: the member's name, "command line", "bellwether" */
};

/* One change, in the transaction that makes it: action is a verb ("create", "edit", "delete", "login"), entity a kind of thing ("topic"),
 * from and to are JSON or text, either may be empty. Never a secret. */
enum error_code record_audit(struct record *record, struct record_actor actor, const char *action, const char *entity, int64_t entity_id,
                             struct str from, struct str to, struct error *error);
/* What was changed since, by this program or another: visit is called with the entity of each row behind *place_io (at most 1,000; the strings live
 * until it returns), which moves there. *place_io 0: nothing is visited, and it moves to the newest row. A transaction of its
 * own; O(1) where nothing changed. */
enum error_code record_audit_since(struct record *record, int64_t *place_io, void (*visit)(void *context, struct str entity), void *context,
                                   struct error *error);
struct record_audit_filter {
    int64_t    before;    /* rows with a smaller id; 0: from the newest on */
    unsigned   most;      /* rows */
    struct str entity;    /* of this kind of thing; empty: of all */
    int64_t    entity_id; /* of this one alone; 0: of all */
};
/* Newest first into a JSON array: [{"id","at","member","name","action","entity","entity_id","from","to"}]. *next_out is `before` of the
 * next page; 0: that was all. */
enum error_code record_audit_list(struct record *record, const struct record_audit_filter *filter, struct json *json, int64_t *next_out,
                                  struct error *error);

#endif
