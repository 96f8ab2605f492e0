/* From what a database has been through to what this program knows, in one transaction.
 *
 *     known versions ─▶ newer than ours? refuse ─▶ nothing to do? done ─▶ holds something? copy it first ─▶ migrate all ─▶ commit
 *
 * Foreign keys are off meanwhile (a migration may rebuild a table that others point to) and checked before the commit.
 */
#include "record/connection.h"

#include "base/clock.h"
#include "base/vfs.h"

#include <stdlib.h>

struct state {
    int64_t done, wanted; /* migrations over all domains */
    bool    is_newer;
};

static int64_t done_of(struct record *record, const struct record_domain *domain, struct error *error)
{
    int64_t                  number = 0;
    struct record_statement *known = record_statement(record, "record_migrations_known");
    struct arena             arena = {0};
    while (record_step(known))
        if (str_equal(record_str(known, "domain", &arena), str_of(domain->name)))
            number = record_i64(known, "number");
    enum error_code code = record_finish(known, error);
    arena_fini(&arena);
    return code ? -1 : number;
}

static enum error_code look(struct record *record, struct state *state, struct error *error)
{
    *state = (struct state){0};
    enum error_code code = record_run(record_statement(record, "record_migrations_make"), error);
    for (size_t i = 0; !code && record_domain_at(record, i); i++) {
        const struct record_domain *domain = record_domain_at(record, i);
        int64_t                     done = done_of(record, domain, error);
        if (done < 0)
            return error ? error->code : ERROR_IO;
        if (done > (int64_t)domain->migration_count) {
            error_set(error, ERROR_INVALID, "%s was written by a newer bellwether: %s has migration %lld, this one knows %zu", record->path,
                      domain->name, (long long)done, domain->migration_count);
            return error_hint(error, "start the newer program, or put back the copy %s.before-N", record->path);
        }
        state->done += done;
        state->wanted += (int64_t)domain->migration_count;
    }
    return code;
}

static enum error_code migrate_domain(struct record *record, const struct record_domain *domain, struct error *error)
{
    int64_t         done = done_of(record, domain, error);
    enum error_code code = done < 0 ? (error ? error->code : ERROR_IO) : ERROR_NONE;
    for (size_t i = (size_t)(done < 0 ? 0 : done); !code && i < domain->migration_count; i++) {
        char what[128];
        snprintf(what, sizeof what, "migration %s of %s", domain->migrations[i].name, domain->name);
        code = record_exec(record, domain->migrations[i].sql, what, error);
        if (code)
            break;
        struct record_statement *note = record_statement(record, "record_migration_done");
        record_bind_text(note, ":domain", domain->name);
        record_bind_i64(note, ":number", (int64_t)i + 1);
        record_bind_i64(note, ":at_us", clock_now_us());
        code = record_run(note, error);
    }
    return code;
}

static enum error_code check_foreign_keys(struct record *record, struct error *error)
{
    sqlite3_stmt *check = NULL;
    int           result = sqlite3_prepare_v2(record->db, "PRAGMA foreign_key_check", -1, &check, NULL);
    if (result == SQLITE_OK)
        result = sqlite3_step(check);
    enum error_code code = ERROR_NONE;
    if (result == SQLITE_ROW)
        code = error_set(error, ERROR_INTERNAL, "%s: after the migration a row of %s points to nothing", record->path,
                         sqlite3_column_text(check, 0));
    else if (result != SQLITE_DONE)
        code = record_error(record, result, "cannot check foreign keys", error);
    sqlite3_finalize(check);
    return code;
}

/* Copies the database as it is to path.before-N, N the number of migrations that it went through. */
static enum error_code copy(struct record *record, int64_t done, struct error *error)
{
    char path[sizeof record->path + 32], part[sizeof path + 8];
    snprintf(path, sizeof path, "%s.before-%lld", record->path, (long long)done);
    snprintf(part, sizeof part, "%s.part", path);
    enum error_code code = vfs_remove(part, error); /* of an attempt that was killed */
    char           *sql = sqlite3_mprintf("VACUUM INTO %Q", part);
    struct vfs_file file = VFS_CLOSED;
    if (!code)
        code = vfs_open(part, VFS_WRITE_NEW, &file, error); /* SQLite fills an empty file; made by us, it is its owner's alone */
    if (!code)
        code = sql ? record_exec(record, sql, "cannot be copied before its migration", error)
                   : error_set(error, ERROR_MEMORY, "no memory to copy %s", record->path);
    sqlite3_free(sql);
    if (!code)
        code = vfs_sync(&file, error);
    vfs_close(&file);
    return code ? code : vfs_rename(part, path, error);
}

static enum error_code migrate_all(struct record *record, struct error *error)
{
    struct state    state;
    enum error_code code = record_begin(record, error);
    if (code)
        return code;
    code = look(record, &state, error); /* again: another process may have been faster */
    for (size_t i = 0; !code && record_domain_at(record, i); i++)
        code = migrate_domain(record, record_domain_at(record, i), error);
    if (!code)
        code = check_foreign_keys(record, error);
    return record_end(record, code, error);
}

enum error_code record_migrate(struct record *record, struct error *error)
{
    struct state    state;
    enum error_code code = record_begin(record, error);
    if (code)
        return code;
    code = record_end(record, look(record, &state, error), error);
    if (code || state.done == state.wanted)
        return code;
    if (state.done > 0)
        code = copy(record, state.done, error);
    if (!code)
        code = record_exec(record, "PRAGMA foreign_keys = OFF", "cannot be set up", error);
    if (!code)
        code = migrate_all(record, error);
    if (!code)
        code = record_exec(record, "PRAGMA foreign_keys = ON", "cannot be set up", error);
    return code;
}
