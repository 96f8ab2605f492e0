/* What the trend thread tells is copied into a table in memory, newest state of each trend; the writer thread
 * empties it.
 *
 * Lock order: chronicle->lock before nothing; the writer lets go of it before it touches records.db. */
#include "chronicle/keep.h"

#include "base/clock.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

enum { TELLINGS_MAX = 512, GATHER_MS = 100, GATHER_REPLAY_MS = 1000, AGAIN_MS = 5000 };

struct chronicle {
    struct chronicle_options options;
    chronicle_snapshot_fn    snapshot;
    void                    *snapshot_context;
    struct keeper            keeper; /* the writer's alone */
    pthread_mutex_t          lock;
    pthread_cond_t           told, written; /* something waits; something was written */
    struct telling          *waiting[TELLINGS_MAX];
    size_t                   count;
    uint64_t                 attempts; /* to write */
    bool                     is_live;  /* the replay is over */
    bool                     is_hurried, is_writing, is_stopping, has_writer;
    bool                     is_unbound; /* the engine's ids began anew: the writer is to forget its bindings */
    pthread_t                writer;
};

/* ---- The trend thread's side ---- */

static struct str copy_str(struct arena *arena, struct str s)
{
    struct str copy = arena_str(arena, s);
    return copy.ptr ? copy : (struct str){0};
}

static bool copy_posts(struct arena *arena, struct trend_post **posts, size_t count)
{
    struct trend_post *copies = arena_array(arena, count, sizeof *copies);
    for (size_t i = 0; copies && i < count; i++)
        /* no names, no texts */
        copies[i] = (struct trend_post){.id = copy_str(arena, (*posts)[i].id), .at_us = (*posts)[i].at_us};
    *posts = copies;
    return copies != NULL;
}

static bool copy_strs(struct arena *arena, struct str **strings, size_t count)
{
    struct str *copies = arena_array(arena, count, sizeof *copies);
    for (size_t i = 0; copies && i < count; i++)
        copies[i] = copy_str(arena, (*strings)[i]);
    *strings = copies;
    return copies != NULL;
}

static bool copy_trend(struct telling *telling, const struct trend *trend)
{
    struct arena *arena = &telling->arena;
    arena_reset(arena);
    struct trend copy = *trend;
    if (copy.post_id_count > CHRONICLE_POSTS_MAX)
        copy.post_id_count = CHRONICLE_POSTS_MAX;
    copy.label = copy_str(arena, trend->label);
    copy.strongest = copy_str(arena, trend->strongest);
    telling->trend = copy;
    return copy_strs(arena, &telling->trend.terms, copy.term_count) &&
        copy_strs(arena, &telling->trend.post_ids, copy.post_id_count) &&
           copy_posts(arena, &telling->trend.first_voices, copy.first_voice_count) &&
           copy_posts(arena, &telling->trend.representatives, copy.representative_count);
}

static void add_point(struct telling *telling, int64_t at_us, const struct trend *trend)
{
    if (telling->point_count == TELLING_POINTS_MAX) {
        for (size_t i = 0; i < TELLING_POINTS_MAX / 2; i++)
            telling->points[i] = telling->points[2 * i];
        telling->point_count = TELLING_POINTS_MAX / 2;
    }
    telling->points[telling->point_count++] = (struct chronicle_point){at_us, trend->posts, trend->voices, trend->z,
                                                                       trend->growth_per_h,
                                                                       trend->growth_se, trend->flags};
}

static void telling_free(struct telling *telling)
{
    if (telling)
        arena_fini(&telling->arena);
    free(telling);
}

/* The trend's place among those that wait. A closed one is never changed any more. */
static struct telling *find_telling(struct chronicle *chronicle, uint64_t engine)
{
    for (size_t i = 0; i < chronicle->count; i++)
        if (chronicle->waiting[i]->trend.id == engine)
            return chronicle->waiting[i];
    return NULL;
}

static struct telling *add_telling(struct chronicle *chronicle)
{
    while (chronicle->count == TELLINGS_MAX && !chronicle->is_stopping) {
        chronicle->is_hurried = true;
        pthread_cond_signal(&chronicle->told);
        pthread_cond_wait(&chronicle->written, &chronicle->lock);
    }
    struct telling *telling = chronicle->is_stopping ? NULL : calloc(1, sizeof *telling);
    if (telling) {
        telling->is_replay = true;
        chronicle->waiting[chronicle->count++] = telling;
    }
    return telling;
}

void chronicle_on_trend(void *context, enum stream_trend_event event, int64_t at_us, bool is_replay,
                        const struct trend *trend)
{
    struct chronicle *chronicle = context;
    pthread_mutex_lock(&chronicle->lock);
    struct telling *telling = find_telling(chronicle, trend->id);
    if (!telling)
        telling = add_telling(chronicle);
    if (telling) {
        telling->at_us = at_us;
        telling->is_closed = event == STREAM_TREND_CLOSE;
        telling->is_replay = telling->is_replay && is_replay;
        add_point(telling, at_us, trend);
        if (!copy_trend(telling, trend)) /* without memory: as if it had not been told */
            telling->trend = (struct trend){.id = trend->id, .label = {0}};
        chronicle->is_live = chronicle->is_live || !is_replay;
        pthread_cond_signal(&chronicle->told);
    }
    pthread_mutex_unlock(&chronicle->lock);
}

/* One attempt to write all that waits. */
static void hurry(struct chronicle *chronicle)
{
    while (chronicle->is_writing && !chronicle->is_stopping)
        pthread_cond_wait(&chronicle->written, &chronicle->lock);
    uint64_t attempts = chronicle->attempts;
    while (chronicle->count && chronicle->attempts == attempts && chronicle->has_writer && !chronicle->is_stopping) {
        chronicle->is_hurried = true;
        pthread_cond_signal(&chronicle->told);
        pthread_cond_wait(&chronicle->written, &chronicle->lock);
    }
}

void chronicle_on_replay(void *context, bool begins, int64_t at_us)
{
    struct chronicle *chronicle = context;
    (void)at_us;
    pthread_mutex_lock(&chronicle->lock);
    if (begins) {
        hurry(chronicle);
        for (size_t i = 0; i < chronicle->count; i++) /* could not be written: the replay will tell it again */
            telling_free(chronicle->waiting[i]);
        chronicle->count = 0;
        chronicle->is_unbound = true;
    }
    chronicle->is_live = !begins;
    pthread_cond_signal(&chronicle->told);
    pthread_mutex_unlock(&chronicle->lock);
}

/* ---- The writer's side ---- */

/* So long, whatever is told meanwhile; unless somebody is in a hurry. */
static void wait_ms(struct chronicle *chronicle, int64_t ms)
{
    int64_t         until_us = clock_now_us() + ms * 1000;
    struct timespec until = {until_us / CLOCK_SECOND_US, until_us % CLOCK_SECOND_US * 1000};
    while (!chronicle->is_stopping && !chronicle->is_hurried &&
           !pthread_cond_timedwait(&chronicle->told, &chronicle->lock, &until))
        ;
}

static int by_engine_id(const void *a, const void *b)
{
    const struct telling *x = *(struct telling *const *)a, *y = *(struct telling *const *)b;
    return (x->trend.id > y->trend.id) - (x->trend.id < y->trend.id);
}

/* Takes what may be written out of the table: all of it once the replay is over, else what has
 * closed, and with it the trends that took over what closed. In order of the engine's ids, so that a trend comes
 * before those that were merged into it. */
static size_t take(struct chronicle *chronicle, struct telling *taken[TELLINGS_MAX])
{
    bool   is_all = chronicle->is_live || chronicle->is_hurried || chronicle->is_stopping;
    size_t taken_count = 0, kept = 0;
    for (size_t i = 0; i < chronicle->count; i++) {
        bool is_home = false;
        for (size_t j = 0; !is_all && j < chronicle->count; j++)
            is_home = is_home || (chronicle->waiting[j]->is_closed &&
                                  chronicle->waiting[j]->trend.merged_into == chronicle->waiting[i]->trend.id);
        if (is_all || is_home || chronicle->waiting[i]->is_closed)
            taken[taken_count++] = chronicle->waiting[i];
        else
            chronicle->waiting[kept++] = chronicle->waiting[i];
    }
    chronicle->count = kept;
    chronicle->is_hurried = false;
    qsort(taken, taken_count, sizeof *taken, by_engine_id);
    return taken_count;
}

/* What could not be written waits again, unless a newer state of it has come meanwhile. */
static void give_back(struct chronicle *chronicle, struct telling **taken, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (chronicle->count < TELLINGS_MAX && !find_telling(chronicle, taken[i]->trend.id))
            chronicle->waiting[chronicle->count++] = taken[i];
        else
            telling_free(taken[i]);
        taken[i] = NULL;
    }
}

struct kept {
    int64_t        id;
    enum kept_what what;
};

/* An hour later than the engine, which looks only every ten minutes and whose word comes first. */
static enum error_code end_left_open(struct chronicle *chronicle, int64_t now_us, struct error *error)
{
    struct record_statement *end = record_statement(chronicle->options.records, "chronicle_end_left_open");
    record_bind_i64(end, ":idle_us", CHRONICLE_IDLE_US);
    record_bind_i64(end, ":now_us", now_us - CLOCK_HOUR_US);
    return record_run(end, error);
}

static enum error_code write_all(struct chronicle *chronicle, struct telling **taken, size_t count, bool is_live,
                                 struct kept *kept, struct error *error)
{
    struct keeper  *keeper = &chronicle->keeper;
    size_t          bound = keeper->binding_count;
    int64_t         newest_us = 0;
    enum error_code code = chronicle->snapshot ? chronicle->snapshot(chronicle->snapshot_context, &keeper->snapshot,
                                                                     error) : ERROR_NONE;
    if (!code)
        code = record_begin(chronicle->options.records, error);
    if (code)
        goto out;
    for (size_t i = 0; i < count && !code; i++) {
        newest_us = taken[i]->at_us > newest_us ? taken[i]->at_us : newest_us;
        if (taken[i]->trend.label.len || taken[i]->trend.post_id_count)
            code = keep_trend(keeper, taken[i], &kept[i].id, &kept[i].what, error);
    }
    if (!code && is_live)
        code = end_left_open(chronicle, newest_us, error);
    code = record_end(chronicle->options.records, code, error);
    if (code)
        keeper->binding_count = bound;
out:
    archive_snapshot_release(keeper->snapshot);
    keeper->snapshot = NULL;
    return code;
}

/* What a replay finds closed is history, and no news. */
static void tell(struct chronicle *chronicle, const struct telling *telling, const struct kept *kept)
{
    const struct chronicle_options *options = &chronicle->options;
    bool is_opened = kept->what == KEPT_OPENED || kept->what == KEPT_OPENED_AND_CLOSED;
    bool is_closed = kept->what == KEPT_CLOSED || kept->what == KEPT_OPENED_AND_CLOSED;
    if (!options->tell || (is_closed && telling->is_replay))
        return;
    if (is_opened)
        options->tell(options->context, "open", kept->id, telling->trend.label);
    if (kept->what == KEPT_CHANGED)
        options->tell(options->context, "change", kept->id, telling->trend.label);
    if (is_closed)
        options->tell(options->context, "close", kept->id, telling->trend.label);
}

/* Writes what may be written, without the lock. */
static void write_taken(struct chronicle *chronicle)
{
    struct telling *taken[TELLINGS_MAX];
    struct kept     kept[TELLINGS_MAX] = {0};
    struct error    error = {0};
    size_t          count = take(chronicle, taken);
    bool            is_live = chronicle->is_live;
    if (!count)
        return;
    chronicle->is_writing = true;
    if (chronicle->is_unbound)
        chronicle->keeper.binding_count = 0;
    chronicle->is_unbound = false;
    pthread_mutex_unlock(&chronicle->lock);
    enum error_code code = write_all(chronicle, taken, count, is_live, kept, &error);
    for (size_t i = 0; i < count && !code; i++)
        tell(chronicle, taken[i], &kept[i]);
    if (code && chronicle->options.complain)
        chronicle->options.complain(chronicle->options.context, &error);
    pthread_mutex_lock(&chronicle->lock);
    if (code)
        give_back(chronicle, taken, chronicle->is_stopping ? 0 : count);
    for (size_t i = 0; i < count; i++)
        telling_free(taken[i]);
    chronicle->is_writing = false;
    chronicle->attempts++;
    pthread_cond_broadcast(&chronicle->written);
    if (code && !chronicle->is_stopping)
        wait_ms(chronicle, AGAIN_MS);
}

static void *run_writer(void *context)
{
    struct chronicle *chronicle = context;
    pthread_mutex_lock(&chronicle->lock);
    while (!chronicle->is_stopping) {
        if (!chronicle->count)
            pthread_cond_wait(&chronicle->told, &chronicle->lock);
        else /* what belongs to the same minute comes together */
            wait_ms(chronicle, chronicle->is_live ? GATHER_MS : GATHER_REPLAY_MS);
        if (!chronicle->is_stopping)
            write_taken(chronicle);
    }
    write_taken(chronicle);
    pthread_mutex_unlock(&chronicle->lock);
    return NULL;
}

/* ---- Its life ---- */

enum error_code chronicle_new(const struct chronicle_options *options, struct chronicle **chronicle_out,
                              struct error *error)
{
    struct chronicle *chronicle = calloc(1, sizeof *chronicle);
    *chronicle_out = chronicle;
    if (!chronicle)
        return error_set(error, ERROR_MEMORY, "no memory for the chronicle of trends");
    chronicle->options = *options;
    chronicle->keeper.records = options->records;
    enum error_code code = text_analyser_new(&chronicle->keeper.analyser, error);
    if (code) {
        free(chronicle);
        *chronicle_out = NULL;
        return code;
    }
    pthread_mutex_init(&chronicle->lock, NULL);
    pthread_cond_init(&chronicle->told, NULL);
    pthread_cond_init(&chronicle->written, NULL);
    return ERROR_NONE;
}

enum error_code chronicle_start(struct chronicle *chronicle, chronicle_snapshot_fn snapshot, void *context,
                                struct error *error)
{
    chronicle->snapshot = snapshot;
    chronicle->snapshot_context = context;
    if (pthread_create(&chronicle->writer, NULL, run_writer, chronicle))
        return error_set(error, ERROR_MEMORY, "no thread for the chronicle of trends");
    chronicle->has_writer = true;
    return ERROR_NONE;
}

void chronicle_flush(struct chronicle *chronicle)
{
    pthread_mutex_lock(&chronicle->lock);
    while (chronicle->has_writer && !chronicle->is_stopping && (chronicle->count || chronicle->is_writing)) {
        chronicle->is_hurried = true;
        pthread_cond_signal(&chronicle->told);
        pthread_cond_wait(&chronicle->written, &chronicle->lock);
    }
    pthread_mutex_unlock(&chronicle->lock);
}

void chronicle_stop(struct chronicle *chronicle)
{
    if (!chronicle)
        return;
    pthread_mutex_lock(&chronicle->lock);
    chronicle->is_stopping = true;
    pthread_cond_broadcast(&chronicle->told);
    pthread_cond_broadcast(&chronicle->written);
    pthread_mutex_unlock(&chronicle->lock);
    if (chronicle->has_writer)
        pthread_join(chronicle->writer, NULL);
    chronicle->has_writer = false;
}

void chronicle_free(struct chronicle *chronicle)
{
    if (!chronicle)
        return;
    chronicle_stop(chronicle);
    for (size_t i = 0; i < chronicle->count; i++)
        telling_free(chronicle->waiting[i]);
    free(chronicle->keeper.bindings);
    text_analyser_free(chronicle->keeper.analyser);
    pthread_cond_destroy(&chronicle->told);
    pthread_cond_destroy(&chronicle->written);
    pthread_mutex_destroy(&chronicle->lock);
    free(chronicle);
}
