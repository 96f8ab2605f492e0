/* Connectors of others: what the programs in a folder say of themselves. Each is started, says hello, and is stopped. */
#include "api/sources.h"

#include "base/clock.h"
#include "base/vfs.h"
#include "source/run.h"

#include <stdlib.h>

enum { PROGRAMS_MOST = 50, KEPT_US = 300 * CLOCK_SECOND_US, GRACE_MS = 500 };

struct programs {
    pthread_mutex_t lock;
    struct buf      rows; /* JSON objects with commas between */
    char            folder[512];
    int64_t         asked_us; /* monotonic; 0: never */
};

struct programs *programs_new(void)
{
    struct programs *programs = calloc(1, sizeof *programs);
    if (programs)
        pthread_mutex_init(&programs->lock, NULL);
    return programs;
}

void programs_free(struct programs *programs)
{
    if (!programs)
        return;
    pthread_mutex_destroy(&programs->lock);
    buf_fini(&programs->rows);
    free(programs);
}

static void put_one(const char *folder, struct str name, struct buf *rows)
{
    char        path[512], full[160];
    const char *argv[] = {path, NULL};
    struct source_run *run = NULL;
    struct error       error = {0};
    struct json        json = json_writer(rows);
    if (!vfs_join(path, folder, name.ptr) || (size_t)snprintf(full, sizeof full, "program:%.*s", STR_ARG(name)) >= sizeof full)
        return;
    struct source_setup setup = {.argv = argv, .config = STR("{}"), .secrets = STR("{}")};
    struct source_host  host = {0};
    enum error_code     code = source_run_start(&setup, &host, &run, &error);
    if (rows->len)
        buf_append_char(rows, ',');
    sources_print_connector(&json, full, code ? NULL : source_run_connector(run), true, code ? error.message : NULL);
    source_run_stop(run, GRACE_MS);
}

static void ask_all(struct programs *programs, const char *folder)
{
    struct arena arena = {0};
    struct str  *names = NULL;
    size_t       count = 0;
    buf_clear(&programs->rows);
    if (vfs_list(folder, &arena, &names, &count, NULL) == ERROR_NONE)
        for (size_t i = 0; i < count && i < PROGRAMS_MOST; i++)
            if (names[i].len && names[i].ptr[0] != '.')
                put_one(folder, names[i], &programs->rows);
    arena_fini(&arena);
}

void programs_print(struct programs *programs, const char *folder, struct json *json)
{
    if (!folder[0])
        return;
    pthread_mutex_lock(&programs->lock);
    int64_t now_us = clock_monotonic_us();
    if (!programs->asked_us || now_us - programs->asked_us > KEPT_US || strcmp(programs->folder, folder) != 0) {
        snprintf(programs->folder, sizeof programs->folder, "%s", folder);
        ask_all(programs, folder);
        programs->asked_us = now_us;
    }
    if (programs->rows.len && !programs->rows.has_failed)
        json_raw(json, buf_str(&programs->rows));
    pthread_mutex_unlock(&programs->lock);
}
