#include "listen/import.h"

#include "base/clock.h"
#include "base/vfs.h"
#include "listen/feed.h"
#include "listen/rejects.h"
#include "trend/trend.h"

#include <string.h>

enum { WORKERS = 2, COMMIT_POSTS = 20000, COMMIT_MS = 250 };

struct run {
    struct archive              *archive; /* or: */
    struct stream               *stream;
    const struct import_options *options;
    struct batch_ring            ring;
    struct feed                  feed;
    struct arena                 shapes;
    const struct table_shape    *shape; /* of the file that was told of last */
    struct rejects               rejects;
    atomic_bool                  own_stop;
    int64_t                      started_us, committed_us;
    uint64_t                     bytes_total;
    struct import_counts         now, committed;
    uint64_t                     uncommitted; /* posts added since the last commit */
    size_t                       file;        /* of the last line taken */
    uint64_t                     line;
};

static void *work(void *context)
{
    struct run           *run = context;
    struct batch_ring    *ring = &run->ring;
    /* The archive keeps neither stems nor copy signatures, and who needs them finds them when scanning; a stream's trends count at once. */
    unsigned              want = run->stream ? TREND_TEXT_WANT : TEXT_WANT_LANGUAGE;
    struct text_analyser *analyser;
    struct batch         *batch;
    struct error          error = {0};
    enum error_code       failed = text_analyser_new(&analyser, &error);
    while ((batch = batch_ring_to_work_on(ring))) {
        if (!failed)
            batch_work(batch, analyser, want);
        for (size_t i = 0; failed && i < batch->item_count; i++)
            batch->items[i].code = ERROR_MEMORY;
        batch_ring_worked_on(ring, batch);
    }
    if (!failed)
        text_analyser_free(analyser);
    return NULL;
}

/* The sum of the files' sizes, or 0 where one of them has none. Nothing is opened: a named pipe would lose what was
 * written to it. */
static uint64_t total_of(const struct import_options *options)
{
    uint64_t total = 0;
    for (size_t i = 0; i < options->path_count; i++) {
        uint64_t size;
        if (!vfs_file_size(options->paths[i], &size))
            return 0;
        total += size;
    }
    return total;
}

static enum error_code commit(struct run *run, struct error *error)
{
    enum error_code code = rejects_flush(&run->rejects, error);
    if (!code && run->uncommitted && run->archive)
        code = archive_commit(run->archive, error);
    if (!code && run->options->on_commit)
        code = run->options->on_commit(run->options->context, error);
    if (code)
        return code;
    run->uncommitted = 0;
    run->committed = run->now;
    run->committed_us = clock_monotonic_us();
    return ERROR_NONE;
}

static enum error_code commit_when_due(struct run *run, struct error *error)
{
    unsigned posts = run->options->commit_posts ? run->options->commit_posts : COMMIT_POSTS;
    unsigned wait_ms = run->options->commit_ms ? run->options->commit_ms : COMMIT_MS;
    bool     is_due = run->stream || run->uncommitted >= posts || clock_monotonic_us() - run->committed_us >= (int64_t)wait_ms * 1000;
    return is_due ? commit(run, error) : ERROR_NONE;
}

static const char *file_name(const struct run *run, size_t file)
{
    return strcmp(run->options->paths[file], "-") == 0 ? "standard input" : run->options->paths[file];
}

static enum error_code reject(struct run *run, const struct batch *batch, const struct item *item, struct str reason,
                              struct error *error)
{
    run->now.rejected++;
    return rejects_add(&run->rejects, file_name(run, batch->file), item->line, reason, batch_raw(batch, item), error);
}

/* What the post itself is to blame for; anything else ends the import. */
static bool is_about_the_post(enum error_code code)
{
    return code == ERROR_INVALID || code == ERROR_SYNTAX || code == ERROR_TOO_LARGE || code == ERROR_USAGE;
}

/* A post is in, or was before: told of, and its doubts counted. */
static enum error_code found(struct run *run, const struct item *item, struct error *error)
{
    struct import_found found = {&item->post, item->seen_us};
    for (size_t i = 0; i < POST_DOUBTS; i++)
        run->now.doubts[i] += item->doubts >> i & 1;
    return run->options->on_found ? run->options->on_found(run->options->context, &found, error) : ERROR_NONE;
}

/* Counts an item, and rejects it where it is no post. *is_post_out: it is one, and still to be added. */
static enum error_code begin_item(struct run *run, const struct batch *batch, const struct item *item, bool *is_post_out, struct error *error)
{
    run->now.read++;
    run->file = batch->file;
    run->line = item->line;
    *is_post_out = item->code == ERROR_NONE;
    if (is_about_the_post(item->code))
        return reject(run, batch, item, item->reason, error);
    return item->code ? error_set(error, item->code, "%s", item->reason.ptr ? item->reason.ptr : "no memory to read posts") : ERROR_NONE;
}

static enum error_code take_item(struct run *run, const struct batch *batch, const struct item *item,
                                 struct error *error)
{
    bool               is_post;
    enum archive_added added;
    enum error_code    code = begin_item(run, batch, item, &is_post, error);
    if (code || !is_post)
        return code;
    code = batch->shape->tool ? archive_add_retold(run->archive, &item->post, &item->facts, &added, error)
                              : archive_add(run->archive, &item->post, &item->facts, &added, error);
    if (is_about_the_post(code))
        return reject(run, batch, item, str_of(error->message), error);
    if (code)
        return code;
    uint64_t *counters[] = {[ARCHIVE_NEW] = &run->now.added, [ARCHIVE_DUPLICATE] = &run->now.duplicate,
                            [ARCHIVE_REFRESHED] = &run->now.refreshed, [ARCHIVE_EDITED] = &run->now.edited,
                            [ARCHIVE_WITHHELD] = &run->now.withheld};
    ++*counters[added];
    run->uncommitted += added == ARCHIVE_NEW || added == ARCHIVE_REFRESHED || added == ARCHIVE_EDITED;
    return added == ARCHIVE_WITHHELD ? ERROR_NONE : found(run, item, error);
}

/* Posts of a batch, side by side as a stream takes them. */
struct taken {
    struct post        *posts;
    struct text_facts  *facts;
    const struct item **items;
    size_t              count;
};

static bool was_rejected(const struct stream_pushed *pushed, size_t index)
{
    for (size_t i = 0; i < pushed->reject_count; i++)
        if (pushed->rejects[i].line == index + 1)
            return true;
    return false;
}

static enum error_code note_taken(struct run *run, const struct batch *batch, const struct taken *taken, const struct stream_pushed *pushed,
                                  struct error *error)
{
    enum error_code code = ERROR_NONE;
    run->now.added += pushed->added;
    run->now.duplicate += pushed->duplicate;
    run->now.refreshed += pushed->refreshed;
    run->now.edited += pushed->edited;
    run->now.withheld += pushed->withheld;
    for (size_t i = 0; i < pushed->reject_count && !code; i++)
        code = reject(run, batch, taken->items[pushed->rejects[i].line - 1], pushed->rejects[i].reason, error);
    if (!code)
        run->now.rejected += pushed->rejected - pushed->reject_count;
    for (size_t i = 0; i < taken->count && !code; i++)
        if (!was_rejected(pushed, i))
            code = found(run, taken->items[i], error);
    return code;
}

static enum error_code take_into_stream(struct run *run, struct batch *batch, struct error *error)
{
    struct taken    taken = {arena_array(&batch->arena, batch->item_count, sizeof *taken.posts),
                             arena_array(&batch->arena, batch->item_count, sizeof *taken.facts),
                             arena_array(&batch->arena, batch->item_count, sizeof *taken.items), 0};
    enum error_code code = ERROR_NONE;
    if (!taken.posts || !taken.facts || !taken.items)
        return error_set(error, ERROR_MEMORY, "no memory for %zu posts", batch->item_count);
    for (size_t i = 0; i < batch->item_count && !code; i++) {
        bool is_post;
        code = begin_item(run, batch, &batch->items[i], &is_post, error);
        if (code || !is_post)
            continue;
        taken.posts[taken.count] = batch->items[i].post;
        taken.facts[taken.count] = batch->items[i].facts;
        taken.items[taken.count++] = &batch->items[i];
    }
    struct stream_pushed pushed;
    struct stream_intake intake = {.posts = taken.posts, .facts = taken.facts, .count = taken.count, .is_retold = batch->shape->tool != NULL};
    if (!code && taken.count)
        code = stream_take(run->stream, &intake, &batch->arena, &pushed, error);
    return code || !taken.count ? code : note_taken(run, batch, &taken, &pushed, error);
}

/* A file begins. What was found in the one before is written first: who keeps a list of it may call it something else. */
static enum error_code tell_look(struct run *run, const struct batch *batch, struct error *error)
{
    enum error_code code = ERROR_NONE;
    if (run->shape == batch->shape)
        return ERROR_NONE;
    if (run->shape)
        code = commit(run, error);
    run->shape = batch->shape;
    if (!code && run->options->on_look)
        run->options->on_look(run->options->context, file_name(run, batch->file), batch->shape);
    return code;
}

static void show_progress(struct run *run, const struct batch *batch)
{
    if (!run->options->on_progress)
        return;
    struct import_progress progress = {.counts = run->now,
                                       .bytes_taken = batch->bytes_taken,
                                       .bytes_total = run->bytes_total,
                                       .elapsed_us = clock_monotonic_us() - run->started_us,
                                       .file = file_name(run, batch->file)};
    run->options->on_progress(run->options->context, &progress);
}

static enum error_code take_batches(struct run *run, struct error *error)
{
    enum error_code code = ERROR_NONE;
    struct batch   *batch;
    while (!code && (batch = batch_ring_to_finish(&run->ring))) {
        code = tell_look(run, batch, error);
        for (size_t i = 0; run->archive && i < batch->item_count && !code; i++)
            code = take_item(run, batch, &batch->items[i], error);
        if (run->stream && !code)
            code = take_into_stream(run, batch, error);
        if (!code)
            code = commit_when_due(run, error);
        if (!code)
            show_progress(run, batch);
        batch_ring_finished(&run->ring, batch);
    }
    return code ? code : commit(run, error);
}

static void fill_report(const struct run *run, bool has_stopped, size_t file, uint64_t line,
                        struct import_report *report)
{
    report->counts = run->committed;
    report->elapsed_us = clock_monotonic_us() - run->started_us;
    if (run->rejects.count)
        snprintf(report->rejected_path, sizeof report->rejected_path, "%s", run->rejects.file.path);
    if (!has_stopped)
        return;
    snprintf(report->stopped_file, sizeof report->stopped_file, "%s", file_name(run, file));
    report->stopped_line = line;
}

/* Starts the threads, takes what they make, and sees all of them home. */
static enum error_code run_threads(struct run *run, struct error *error)
{
    pthread_t reader, workers[WORKERS];
    size_t    started = 0;
    bool      has_reader = pthread_create(&reader, NULL, feed_run, &run->feed) == 0;
    while (has_reader && started < WORKERS && pthread_create(&workers[started], NULL, work, run) == 0)
        started++;
    enum error_code code = started == WORKERS ? take_batches(run, error)
                                              : error_set(error, ERROR_MEMORY, "cannot start threads to import with");
    if (code) {
        atomic_store(run->feed.stop, true);
        batch_ring_give_up(&run->ring);
    }
    for (size_t i = 0; i < started; i++)
        pthread_join(workers[i], NULL);
    if (has_reader)
        pthread_join(reader, NULL);
    return code;
}

static enum error_code run_into(struct archive *archive, struct stream *stream, const struct import_options *options,
                                struct import_report *report_out, struct error *error)
{
    *report_out = (struct import_report){0};
    struct run run = {
        .archive = archive, .stream = stream, .options = options, .started_us = clock_monotonic_us(), .bytes_total = total_of(options)};
    run.committed_us = run.started_us;
    run.rejects = (struct rejects){.folder = options->rejected_folder, .file = VFS_CLOSED};
    run.feed = (struct feed){.options = options, .stop = options->stop ? options->stop : &run.own_stop};
    enum error_code code = batch_ring_init(&run.ring, error);
    if (code)
        return code;
    run.feed.ring = &run.ring;
    run.feed.shapes = &run.shapes;
    code = run_threads(&run, error);
    bool has_stopped = code != ERROR_NONE || run.feed.error.code != ERROR_NONE;
    if (code)
        fill_report(&run, has_stopped, run.file, run.line, report_out);
    else
        fill_report(&run, has_stopped, run.feed.file, run.feed.line, report_out);
    if (!code && run.feed.error.code) {
        code = run.feed.error.code;
        if (error)
            *error = run.feed.error;
    }
    rejects_fini(&run.rejects);
    batch_ring_fini(&run.ring);
    arena_fini(&run.shapes);
    return code;
}

enum error_code import_run(struct archive *archive, const struct import_options *options,
                           struct import_report *report_out, struct error *error)
{
    return run_into(archive, NULL, options, report_out, error);
}

enum error_code import_into_stream(struct stream *stream, const struct import_options *options,
                                   struct import_report *report_out, struct error *error)
{
    return run_into(NULL, stream, options, report_out, error);
}
