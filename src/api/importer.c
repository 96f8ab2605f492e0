#include "api/importer.h"

#include "api/finder.h"

#include "base/clock.h"
#include "base/vfs.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>

enum { TELL_EVERY_MS = 400 };

struct importer {
    struct workspace        *workspace;
    pthread_mutex_t          lock; /* of what follows; nothing is called under it */
    pthread_t                thread;
    bool                     has_thread, is_running;
    int64_t                  id;
    struct importer_progress progress;
    atomic_bool              stop;
    /* The thread's own. */
    struct arena         arena;
    struct intake_import import;
    struct finder        finder;
    int64_t              told_us;
    char                 found[80];
};

/* ---- What happens on the way ---- */

static void tell(struct importer *importer, const char *state)
{
    struct buf  data = {0};
    struct json json = json_writer(&data);
    json_object(&json);
    json_put_i64(&json, "id", importer->import.id);
    json_put_str(&json, "state", str_of(state));
    json_put_i64(&json, "read", (int64_t)importer->progress.counts.read);
    json_end(&json);
    api_tell(importer->workspace, "import", buf_str(&data));
    buf_fini(&data);
}

static void on_progress(void *context, const struct import_progress *progress)
{
    struct importer *importer = context;
    pthread_mutex_lock(&importer->lock);
    importer->progress = (struct importer_progress){progress->counts, progress->bytes_taken, progress->bytes_total, progress->elapsed_us};
    pthread_mutex_unlock(&importer->lock);
    int64_t now_us = clock_monotonic_us();
    if (now_us - importer->told_us < TELL_EVERY_MS * 1000)
        return;
    importer->told_us = now_us;
    tell(importer, "running");
}

static void on_look(void *context, const char *file, const struct table_shape *shape)
{
    struct importer *importer = context;
    (void)file;
    snprintf(importer->found, sizeof importer->found, "%s",
             shape->tool ? shape->tool->title : shape->is_table ? "a table" : "posts in the JSON form");
    finder_look(&importer->finder, shape, importer->import.reading.label);
}

static enum error_code on_found(void *context, const struct import_found *found, struct error *error)
{
    struct importer *importer = context;
    int64_t          at_us = found->post->at_us;
    if (!importer->import.first_us || at_us < importer->import.first_us)
        importer->import.first_us = at_us;
    if (at_us > importer->import.last_us)
        importer->import.last_us = at_us;
    return finder_found(&importer->finder, found, error);
}

static enum error_code on_commit(void *context, struct error *error)
{
    struct importer *importer = context;
    return finder_commit(&importer->finder, error);
}

/* ---- The run ---- */

static enum error_code import_file(struct importer *importer, struct import_report *report, struct error *error)
{
    char                  path[512], rejected[512];
    struct zone          *zone = arena_new(&importer->arena, struct zone);
    const char *const     paths[] = {path};
    struct import_options options = {.paths = paths, .path_count = 1, .rejected_folder = rejected, .stop = &importer->stop, .on_progress = on_progress,
                                     .on_look = on_look, .on_found = on_found, .on_commit = on_commit, .context = importer};
    if (!zone || !intake_path(importer->workspace->folder, importer->import.id, path) || !vfs_join(rejected, importer->workspace->folder, "rejected"))
        return error_set(error, ERROR_INVALID, "the path of client '%s' is too long", importer->workspace->name);
    enum error_code code = intake_read_reading(&importer->import.reading, &importer->arena, zone, &options.columns, error);
    return code ? code : import_into_stream(importer->workspace->stream, &options, report, error);
}

/* How it ended is written down; a file that was read whole is not needed any more. */
static void keep_end(struct importer *importer, enum error_code code, const struct import_report *report, const struct error *why)
{
    struct intake_import *import = &importer->import;
    struct error          error = {0};
    char                  message[ERROR_MESSAGE_BYTES + ERROR_HINT_BYTES + 4] = "";
    import->state = code == ERROR_NONE ? INTAKE_DONE : code == ERROR_CANCELLED ? INTAKE_STOPPED : INTAKE_FAILED;
    if (code && code != ERROR_CANCELLED)
        snprintf(message, sizeof message, "%s%s%s", why->message, why->hint[0] ? "; " : "", why->hint);
    import->message = str_of(message);
    import->counts = report->counts;
    import->rejected_file = str_of(report->rejected_path);
    import->found = str_of(importer->found);
    import->ended_us = stream_now_us(importer->workspace->stream);
    if (import->state == INTAKE_DONE) {
        intake_remove_file(importer->workspace->folder, import->id, NULL);
        import->received_bytes = 0;
    }
    if (intake_keep(importer->workspace->records, import, &error) && importer->workspace->complain)
        importer->workspace->complain(importer->workspace->complain_context, importer->workspace->name, error.message);
}

static void *run(void *context)
{
    struct importer     *importer = context;
    struct import_report report = {0};
    struct error         error = {0};
    enum error_code      code = import_file(importer, &report, &error);
    keep_end(importer, code, &report, &error);
    finder_fini(&importer->finder);
    pthread_mutex_lock(&importer->lock);
    importer->is_running = false;
    importer->progress.counts = report.counts;
    pthread_mutex_unlock(&importer->lock);
    tell(importer, intake_states[importer->import.state]);
    return NULL;
}

/* ---- The contract ---- */

enum error_code importer_new(struct workspace *workspace, struct importer **importer_out, struct error *error)
{
    struct importer *importer = calloc(1, sizeof *importer);
    struct arena     arena = {0};
    int64_t         *ids;
    size_t           count;
    *importer_out = importer;
    if (!importer)
        return error_set(error, ERROR_MEMORY, "no memory for imports");
    importer->workspace = workspace;
    pthread_mutex_init(&importer->lock, NULL);
    enum error_code code = intake_sweep(workspace->records, true, stream_now_us(workspace->stream), &arena, &ids, &count, error);
    for (size_t i = 0; !code && i < count; i++)
        intake_remove_file(workspace->folder, ids[i], NULL);
    arena_fini(&arena);
    return code;
}

static void join(struct importer *importer)
{
    if (importer->has_thread)
        pthread_join(importer->thread, NULL);
    importer->has_thread = false;
    arena_reset(&importer->arena);
}

void importer_free(struct importer *importer)
{
    if (!importer)
        return;
    atomic_store(&importer->stop, true);
    join(importer);
    arena_fini(&importer->arena);
    pthread_mutex_destroy(&importer->lock);
    free(importer);
}

static struct str copy(struct importer *importer, struct str s)
{
    return arena_str(&importer->arena, s);
}

/* Under the lock, nothing runs: everything is set for the thread. */
static enum error_code prepare(struct importer *importer, const struct intake_import *import, struct error *error)
{
    struct intake_reading *reading = &importer->import.reading;
    join(importer);
    importer->import = *import;
    importer->import.name = copy(importer, import->name);
    *reading = (struct intake_reading){copy(importer, reading->tool), copy(importer, reading->maps), copy(importer, reading->platform),
                                       copy(importer, reading->author), copy(importer, reading->zone), reading->date_order, copy(importer, reading->label)};
    importer->import.by.name = copy(importer, import->by.name);
    importer->progress = (struct importer_progress){0};
    importer->found[0] = '\0';
    importer->told_us = 0;
    int64_t now_us = stream_now_us(importer->workspace->stream);
    importer->finder = (struct finder){.sightings = importer->workspace->sightings, .run = clock_now_us(), .now_us = now_us};
    atomic_store(&importer->stop, false);
    return importer->import.by.name.ptr ? ERROR_NONE : error_set(error, ERROR_MEMORY, "no memory for an import");
}

enum error_code importer_start(struct importer *importer, const struct intake_import *import, struct error *error)
{
    enum error_code code = ERROR_NONE;
    pthread_mutex_lock(&importer->lock);
    if (importer->is_running)
        code = error_set(error, ERROR_BUSY, "import %" PRId64 " is running; one runs at a time", importer->id);
    if (!code) {
        code = prepare(importer, import, error);
        importer->id = import->id;
        importer->is_running = !code;
    }
    pthread_mutex_unlock(&importer->lock);
    if (code)
        return code;
    code = intake_keep(importer->workspace->records, import, error);
    if (!code && pthread_create(&importer->thread, NULL, run, importer))
        code = error_set(error, ERROR_MEMORY, "cannot start a thread to import with");
    pthread_mutex_lock(&importer->lock);
    importer->has_thread = !code;
    importer->is_running &= !code;
    pthread_mutex_unlock(&importer->lock);
    return code;
}

bool importer_stop(struct importer *importer, int64_t id)
{
    pthread_mutex_lock(&importer->lock);
    bool is_here = importer->is_running && importer->id == id;
    if (is_here)
        atomic_store(&importer->stop, true);
    pthread_mutex_unlock(&importer->lock);
    return is_here;
}

bool importer_progress(struct importer *importer, int64_t id, struct importer_progress *progress_out)
{
    pthread_mutex_lock(&importer->lock);
    bool is_here = importer->is_running && importer->id == id;
    *progress_out = importer->progress;
    pthread_mutex_unlock(&importer->lock);
    return is_here;
}

enum error_code importer_tick(struct workspace *workspace, int64_t now_us, struct error *error)
{
    struct arena    arena = {0};
    int64_t        *ids;
    size_t          count;
    enum error_code code = intake_sweep(workspace->records, false, now_us, &arena, &ids, &count, error);
    for (size_t i = 0; !code && i < count; i++)
        code = intake_remove_file(workspace->folder, ids[i], error);
    arena_fini(&arena);
    return code;
}
