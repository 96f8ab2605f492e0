#include "record/connection.h"

#include "base/vfs.h"

#include <stdlib.h>

/* A writer of another process (the command line beside the server) is waited for so long. */
enum { BUSY_WAIT_MS = 10000, WAL_TRIES = 200, WAL_PAUSE_MS = 20 };

/* ---- Errors ---- */

static enum error_code code_of(int result)
{
    switch (result) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID: return ERROR_CONFLICT;
    case SQLITE_IOERR_NOMEM: return ERROR_MEMORY;
    default: break;
    }
    switch (result & 0xff) {
    case SQLITE_CONSTRAINT: return ERROR_INVALID;
    case SQLITE_TOOBIG: return ERROR_TOO_LARGE;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return ERROR_BUSY;
    case SQLITE_FULL: return ERROR_NO_SPACE;
    case SQLITE_READONLY: return ERROR_READ_ONLY;
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_IOERR: return ERROR_IO;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return ERROR_CORRUPT;
    case SQLITE_NOMEM: return ERROR_MEMORY;
    default: return ERROR_INTERNAL;
    }
}

enum error_code record_error(struct record *record, int result, const char *what, struct error *error)
{
    int extended = record->db ? sqlite3_extended_errcode(record->db) : result;
    if ((extended & 0xff) == (result & 0xff))
        result = extended;
    return error_set(error, code_of(result), "%s: %s: %s", record->path, what,
                     record->db ? sqlite3_errmsg(record->db) : sqlite3_errstr(result));
}

enum error_code record_exec(struct record *record, const char *sql, const char *what, struct error *error)
{
    int result = sqlite3_exec(record->db, sql, NULL, NULL, NULL);
    return result == SQLITE_OK ? ERROR_NONE : record_error(record, result, what, error);
}

/* ---- Opening ---- */

/* The file is made by us, readable by its owner alone; SQLite gives the files beside it the same mode. */
static enum error_code make_file(const char *path, struct error *error)
{
    char folder[512];
    if (strlen(path) >= sizeof folder)
        return error_set(error, ERROR_INVALID, "path of more than %zu bytes: %.60s...", sizeof folder - 1, path);
    strcpy(folder, path);
    char           *slash = strrchr(folder, '/');
    struct vfs_file file = VFS_CLOSED;
    enum error_code code = ERROR_NONE;
    if (slash && slash != folder) {
        *slash = '\0';
        code = vfs_make_folders(folder, error);
    }
    if (!code && !vfs_exists(path))
        code = vfs_open(path, VFS_APPEND, &file, error);
    vfs_close(&file);
    return code;
}

/* Two programs that open a new database at once are told BUSY here without any waiting. */
static enum error_code begin_wal(struct record *record, struct error *error)
{
    enum error_code code = record_exec(record, "PRAGMA journal_mode = WAL", "cannot begin a write-ahead log", error);
    for (int try = 0; code == ERROR_BUSY && try < WAL_TRIES; try++) {
        sqlite3_sleep(WAL_PAUSE_MS);
        code = record_exec(record, "PRAGMA journal_mode = WAL", "cannot begin a write-ahead log", error);
    }
    return code;
}

static enum error_code connect_to(struct record *record, struct error *error)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    int result = sqlite3_open_v2(record->path, &record->db, flags, NULL);
    if (result != SQLITE_OK)
        return record_error(record, result, "cannot be opened", error);
    sqlite3_busy_timeout(record->db, BUSY_WAIT_MS);
    sqlite3_db_config(record->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(record->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL); /* "text" in double quotes is a name, as the standard says */
    sqlite3_db_config(record->db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    enum error_code code = begin_wal(record, error);
    return code ? code
                : record_exec(record,
                              "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = ON; PRAGMA secure_delete = ON;" /* what is deleted is overwritten */
                              "PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY",
                              "cannot be set up", error);
}

enum error_code record_open(const char *path, const struct record_domain *const *domains, struct record **record_out, struct error *error)
{
    *record_out = NULL;
    enum error_code code = path ? make_file(path, error) : ERROR_NONE;
    if (code)
        return code;
    struct record *record = calloc(1, sizeof *record);
    if (!record)
        return error_set(error, ERROR_MEMORY, "no memory for a database");
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK);
    pthread_mutex_init(&record->lock, &attributes);
    pthread_mutexattr_destroy(&attributes);
    record->domains = domains;
    strcpy(record->path, path ? path : ":memory:");
    code = record_list_statements(record, error);
    if (!code)
        code = connect_to(record, error);
    if (!code)
        code = record_migrate(record, error);
    if (code) {
        record_close(record);
        return code;
    }
    *record_out = record;
    return ERROR_NONE;
}

void record_close(struct record *record)
{
    if (!record)
        return;
    require(!record->is_begun);
    record_forget_statements(record);
    require(sqlite3_close(record->db) == SQLITE_OK);
    pthread_mutex_destroy(&record->lock);
    free(record->statements);
    free(record);
}

/* ---- Transactions ---- */

enum error_code record_begin(struct record *record, struct error *error)
{
    require(pthread_mutex_lock(&record->lock) == 0); /* or this thread has begun already */
    enum error_code code = record_exec(record, "BEGIN IMMEDIATE", "cannot begin", error);
    record->is_begun = code == ERROR_NONE;
    if (code)
        pthread_mutex_unlock(&record->lock);
    return code;
}

enum error_code record_end(struct record *record, enum error_code code, struct error *error)
{
    require(record->is_begun);
    record_reset_statements(record);
    if (!code)
        code = record_exec(record, "COMMIT", "cannot commit", error);
    if (code && !sqlite3_get_autocommit(record->db)) /* some errors have rolled back already */
        sqlite3_exec(record->db, "ROLLBACK", NULL, NULL, NULL);
    record->is_begun = false;
    pthread_mutex_unlock(&record->lock);
    return code;
}

int64_t record_last_id(struct record *record)
{
    return sqlite3_last_insert_rowid(record->db);
}

int64_t record_changes(struct record *record)
{
    return sqlite3_changes64(record->db);
}
