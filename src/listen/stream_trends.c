/* The trend thread: replays the archive, then follows the ring in event time. */
#include "listen/stream.h"

#include "base/clock.h"
#include "base/hash.h"
#include "listen/stream_parts.h"

#include <stdlib.h>
#include <time.h>

#define WATERMARK_US   (2 * CLOCK_MINUTE_US) /* of the engine: so far back a post counts where it stands */
#define AHEAD_US       (2 * CLOCK_MINUTE_US)
#define LATE_US        CLOCK_HOUR_US
#define TELL_US        (5 * CLOCK_MINUTE_US)
#define QUIET_US       (10 * CLOCK_SECOND_US)
#define REPLAY_LEAST_US CLOCK_MINUTE_US /* between two replays, on the monotonic clock */
enum { LATE_MANY = 1000, TAKE = 64, RECENT = 1 << 16 };

/* ---- What was counted lately, so that what is read from the archive again is not counted twice ---- */

struct recent {
    uint64_t hashes[RECENT], sorted[RECENT];
    int64_t  at_us[RECENT];
    uint64_t count;       /* in all; slot count % RECENT is next */
    int64_t  forgotten_us; /* the newest time of those no longer here */
};

static void recent_add(struct recent *recent, uint64_t hash, int64_t at_us)
{
    uint64_t slot = recent->count++ % RECENT;
    if (recent->count > RECENT && recent->at_us[slot] > recent->forgotten_us)
        recent->forgotten_us = recent->at_us[slot];
    recent->hashes[slot] = hash;
    recent->at_us[slot] = at_us;
}

static int by_hash(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static size_t recent_sort(struct recent *recent)
{
    size_t count = recent->count < RECENT ? recent->count : RECENT;
    memcpy(recent->sorted, recent->hashes, count * sizeof *recent->sorted);
    qsort(recent->sorted, count, sizeof *recent->sorted, by_hash);
    return count;
}

/* ---- Telling ---- */

static void tell(struct stream *stream, enum stream_trend_event event, int64_t at_us, const struct trend *trend)
{
    struct trends *trends = &stream->trends;
    struct trend   told = *trend;
    told.id += trends->id_base;
    if (told.merged_into)
        told.merged_into += trends->id_base;
    if (told.id > trends->id_most)
        trends->id_most = told.id;
    if (stream->options.on_trend)
        stream->options.on_trend(stream->options.context, event, at_us,
                                 trends->is_replaying || at_us < stream_now_us(stream) - LATE_US, &told);
}

static void on_event(void *context, enum trend_event_kind kind, int64_t at_us, const struct trend *trend)
{
    static const enum stream_trend_event events[] = {
        [TREND_OPEN] = STREAM_TREND_OPEN, [TREND_UPDATE] = STREAM_TREND_UPDATE, [TREND_CLOSE] = STREAM_TREND_CLOSE};
    tell(context, events[kind], at_us, trend);
}

static void tell_open(struct stream *stream)
{
    struct trends *trends = &stream->trends;
    struct trend  *open;
    size_t         count;
    trends->told_us = trends->newest_us;
    if (!stream->options.on_trend)
        return;
    if (trend_engine_open_trends(trends->engine, &trends->arena, &open, &count, NULL) == ERROR_NONE)
        for (size_t i = 0; i < count; i++)
            tell(stream, STREAM_TREND_UPDATE, trends->newest_us, &open[i]);
    arena_reset(&trends->arena);
}

static bool is_stopping(struct trends *trends)
{
    pthread_mutex_lock(&trends->lock);
    bool stops = trends->is_stopping;
    pthread_mutex_unlock(&trends->lock);
    return stops;
}

static void show_health(struct trends *trends)
{
    pthread_mutex_lock(&trends->lock);
    trends->health.trends_at_us = trends->newest_us;
    trends->health.is_replaying = trends->is_replaying;
    trends->health.trends_behind = trends->next - 1;
    pthread_mutex_unlock(&trends->lock);
}

static void count_one(struct trends *trends, uint64_t *counter)
{
    pthread_mutex_lock(&trends->lock);
    ++*counter;
    pthread_mutex_unlock(&trends->lock);
}

/* ---- Counting ---- */

static void feed(struct stream *stream, const struct post *post, const struct text_facts *facts)
{
    struct trends *trends = &stream->trends;
    int64_t        now_us = stream_now_us(stream);
    if (post->at_us > now_us + AHEAD_US) {
        count_one(trends, &trends->health.trends_ahead);
        return;
    }
    if (trends->newest_us && post->at_us < trends->newest_us - LATE_US) {
        count_one(trends, &trends->health.trends_late);
        /* What is older than a replay would reach is no reason for one. */
        if (post->at_us >= trends->newest_us - TREND_WARM_UP_US) {
            trends->late++;
            trends->late_us = clock_monotonic_us();
        }
        return;
    }
    if (trend_engine_add(trends->engine, post, facts, NULL) != ERROR_NONE)
        return; /* a time that no clock shows, or no memory for one post: the others count */
    recent_add(trends->recent, hash_str(post->id), post->at_us);
    trends->fed_us = clock_monotonic_us();
    if (post->at_us > trends->newest_us)
        trends->newest_us = post->at_us;
    trends->is_live |= post->at_us >= now_us - TREND_WARM_UP_US;
    if (!trends->is_replaying && trends->newest_us - trends->told_us >= TELL_US)
        tell_open(stream);
}

struct reading {
    struct stream *stream;
    size_t         known; /* of recent->sorted: not to be counted again; 0: none */
    uint64_t       count;
};

static bool feed_scanned(void *context, const struct post *post, const struct text_facts *facts)
{
    struct reading *reading = context;
    struct trends  *trends = &reading->stream->trends;
    uint64_t        hash = hash_str(post->id);
    if (!reading->known || !bsearch(&hash, trends->recent->sorted, reading->known, sizeof hash, by_hash))
        feed(reading->stream, post, facts);
    if (++reading->count % 256 == 0)
        show_health(trends);
    return !is_stopping(trends);
}

/* A snapshot and the seq of the newest post in it: no commit runs meanwhile. */
static enum error_code matching_snapshot(struct stream *stream, struct archive_snapshot **snapshot_out, uint64_t *newest_out)
{
    stream_role_take(stream);
    enum error_code code = stream_snapshot(stream, snapshot_out, NULL);
    *newest_out = ring_newest(&stream->ring);
    stream_role_give(stream);
    return code;
}

static enum error_code read_archive(struct stream *stream, struct archive_snapshot *snapshot, int64_t since_us, size_t known)
{
    struct query_node everything = {.kind = QUERY_ALL};
    struct reading    reading = {stream, known, 0};
    return archive_scan(snapshot, &everything, since_us, stream_now_us(stream) + AHEAD_US + 1, TREND_TEXT_WANT, feed_scanned, &reading, NULL);
}

/* ---- Replaying: all begins anew ---- */

/* From where; and whether time goes on by itself. */
static int64_t replay_from(struct stream *stream, struct archive_snapshot *snapshot)
{
    struct archive_stats stats;
    int64_t              now_us = stream_now_us(stream), end_us = now_us;
    bool has_posts = archive_stats(snapshot, &stats, NULL) == ERROR_NONE && stats.posts;
    if (has_posts && stats.last_us < end_us)
        end_us = stats.last_us;
    stream->trends.is_live = has_posts && end_us >= now_us - TREND_WARM_UP_US;
    return end_us - TREND_WARM_UP_US;
}

static void begin_replay(struct stream *stream)
{
    struct trends *trends = &stream->trends;
    trends->is_replaying = true;
    trends->id_base = trends->id_most;
    trends->newest_us = trends->told_us = 0;
    trends->late = 0;
    *trends->recent = (struct recent){.forgotten_us = INT64_MIN};
    pthread_mutex_lock(&trends->lock);
    trends->needs_replay = false;
    trends->health.trends_late = trends->health.trends_ahead = 0;
    pthread_mutex_unlock(&trends->lock);
    show_health(trends);
    if (stream->options.on_replay)
        stream->options.on_replay(stream->options.context, true, stream_now_us(stream));
}

/* Posts drive the time; where none came for a while, the clock does. Not sooner: after a stop a source delivers what it had to keep back, in
 * order, and that is not to be late. */
static void advance(struct stream *stream)
{
    struct trends *trends = &stream->trends;
    int64_t        at_us = stream_now_us(stream) - WATERMARK_US;
    bool           is_quiet = clock_monotonic_us() - trends->fed_us >= QUIET_US;
    if (!trends->is_live || !is_quiet || at_us <= trends->newest_us || trend_engine_advance(trends->engine, at_us, NULL) != ERROR_NONE)
        return;
    trends->newest_us = at_us;
    if (trends->newest_us - trends->told_us >= TELL_US)
        tell_open(stream);
}

static void replay(struct stream *stream)
{
    struct trends           *trends = &stream->trends;
    struct trend_options     options = {.on_event = on_event, .context = stream};
    struct archive_snapshot *snapshot = NULL;
    uint64_t                 newest;
    begin_replay(stream);
    trend_engine_free(trends->engine);
    enum error_code code = trend_engine_new(&options, &trends->engine, NULL);
    if (!code)
        code = matching_snapshot(stream, &snapshot, &newest);
    if (!code) {
        code = read_archive(stream, snapshot, replay_from(stream, snapshot), 0);
        trends->next = newest + 1;
    }
    archive_snapshot_release(snapshot);
    if (code) { /* tried again later: nothing is told from half a past */
        trend_engine_free(trends->engine);
        trends->engine = NULL;
    } else if (!is_stopping(trends)) {
        tell_open(stream);
        count_one(trends, &trends->health.replays);
    }
    trends->is_replaying = false;
    trends->replayed_us = trends->fed_us = clock_monotonic_us();
    show_health(trends);
    if (stream->options.on_replay)
        stream->options.on_replay(stream->options.context, false, stream_now_us(stream));
}

/* ---- Following ---- */

/* The ring went on without us: what it no longer holds is read from the archive, from the watermark on. */
static void reread(struct stream *stream)
{
    struct trends           *trends = &stream->trends;
    struct archive_snapshot *snapshot;
    uint64_t                 newest;
    if (matching_snapshot(stream, &snapshot, &newest) != ERROR_NONE)
        return;
    int64_t since_us = trends->newest_us - WATERMARK_US;
    if (since_us <= trends->recent->forgotten_us)
        since_us = trends->recent->forgotten_us + 1;
    if (read_archive(stream, snapshot, since_us, recent_sort(trends->recent)) == ERROR_NONE) {
        trends->next = newest + 1;
        count_one(trends, &trends->health.trends_reread);
    }
    archive_snapshot_release(snapshot);
}

static void follow(struct stream *stream)
{
    struct trends    *trends = &stream->trends;
    struct ring_post *posts[TAKE];
    size_t            count;
    do {
        uint64_t next = trends->next;
        bool     is_overrun = ring_take(&stream->ring, &next, TAKE, posts, &count) > 0;
        for (size_t i = 0; i < count; i++) {
            if (!is_overrun && !posts[i]->is_edit && !atomic_load(&posts[i]->is_gone))
                feed(stream, &posts[i]->post, &posts[i]->facts);
            ring_post_release(posts[i]);
        }
        if (is_overrun)
            reread(stream);
        else
            trends->next = next;
        show_health(trends);
    } while (count && !is_stopping(trends));
}

/* ---- Deletes ---- */

struct forgetting {
    struct forget        *forgets;
    struct text_analyser *analyser;
    struct arena          arena;
};

static bool is_forgotten(void *context, struct str id, struct str author)
{
    struct forgetting *forgetting = context;
    struct str         folded = {0};
    for (const struct forget *forget = forgetting->forgets; forget; forget = forget->next) {
        if (forget->is_author && !folded.ptr) {
            arena_reset(&forgetting->arena);
            folded = text_fold(forgetting->analyser, &forgetting->arena, author);
        }
        if (str_equal(forget->name, forget->is_author ? folded : id))
            return true;
    }
    return false;
}

static void forget_deleted(struct trends *trends)
{
    struct forgetting forgetting = {.analyser = trends->analyser};
    pthread_mutex_lock(&trends->lock);
    forgetting.forgets = trends->forgets;
    trends->forgets = NULL;
    trends->forget_count = 0;
    pthread_mutex_unlock(&trends->lock);
    if (forgetting.forgets && trends->engine)
        trend_engine_forget(trends->engine, is_forgotten, &forgetting);
    arena_fini(&forgetting.arena);
    while (forgetting.forgets) {
        struct forget *next = forgetting.forgets->next;
        free(forgetting.forgets);
        forgetting.forgets = next;
    }
}

void trends_forget(struct stream *stream, bool is_author, struct str name)
{
    struct trends *trends = &stream->trends;
    struct forget *forget = malloc(sizeof *forget + name.len);
    char          *bytes = forget ? (char *)(forget + 1) : NULL;
    if (forget) {
        memcpy(bytes, name.ptr, name.len);
        *forget = (struct forget){NULL, is_author, {bytes, name.len}};
    }
    pthread_mutex_lock(&trends->lock);
    if (forget && trends->has_thread && trends->forget_count < FORGETS_MAX) {
        forget->next = trends->forgets;
        trends->forgets = forget;
        trends->forget_count++;
        forget = NULL;
    } else
        trends->needs_replay = true; /* too many to be told one by one */
    trends->has_news = true;
    pthread_cond_signal(&trends->changed);
    pthread_mutex_unlock(&trends->lock);
    free(forget);
}

/* ---- The thread ---- */

static bool wants_replay(struct trends *trends)
{
    int64_t now_us = clock_monotonic_us();
    if (now_us - trends->replayed_us < REPLAY_LEAST_US && trends->replayed_us)
        return false;
    pthread_mutex_lock(&trends->lock);
    bool is_asked = trends->needs_replay;
    pthread_mutex_unlock(&trends->lock);
    return is_asked || !trends->engine || (trends->late >= LATE_MANY && now_us - trends->late_us >= QUIET_US);
}

/* Until there is something to do, at most for a second; of a fast clock, for a minute of its time. */
static void wait_for_news(struct stream *stream)
{
    struct trends  *trends = &stream->trends;
    int64_t         wait_us = CLOCK_SECOND_US;
    struct timespec until;
    if (stream->options.clock_speed > 60)
        wait_us = (int64_t)(60 * CLOCK_SECOND_US / stream->options.clock_speed) + 1;
    int64_t until_us = clock_monotonic_us() + wait_us;
    until = (struct timespec){until_us / CLOCK_SECOND_US, until_us % CLOCK_SECOND_US * 1000};
    pthread_mutex_lock(&trends->lock);
    while (!trends->has_news && !trends->is_stopping && pthread_cond_timedwait(&trends->changed, &trends->lock, &until) == 0)
        ;
    trends->has_news = false;
    pthread_mutex_unlock(&trends->lock);
}

static void *run(void *context)
{
    struct stream *stream = context;
    struct trends *trends = &stream->trends;
    replay(stream);
    while (!is_stopping(trends)) {
        if (wants_replay(trends))
            replay(stream);
        if (trends->engine) {
            follow(stream);
            advance(stream);
        }
        forget_deleted(trends);
        show_health(trends);
        wait_for_news(stream);
    }
    return NULL;
}

enum error_code trends_start(struct stream *stream, struct error *error)
{
    struct trends     *trends = &stream->trends;
    pthread_condattr_t monotonic;
    if (stream->options.has_no_trends)
        return ERROR_NONE;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_destroy(&trends->changed);
    pthread_cond_init(&trends->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    trends->next = 1;
    trends->recent = calloc(1, sizeof *trends->recent);
    if (!trends->recent)
        return error_set(error, ERROR_MEMORY, "no memory for the trend thread");
    enum error_code code = text_analyser_new(&trends->analyser, error);
    if (!code) {
        trends->health.is_replaying = true;
        trends->has_thread = pthread_create(&trends->thread, NULL, run, stream) == 0;
        if (!trends->has_thread)
            code = error_set(error, ERROR_MEMORY, "cannot start the trend thread");
    }
    return code;
}

void trends_stop(struct stream *stream)
{
    struct trends *trends = &stream->trends;
    pthread_mutex_lock(&trends->lock);
    trends->is_stopping = true;
    pthread_cond_signal(&trends->changed);
    pthread_mutex_unlock(&trends->lock);
    if (trends->has_thread)
        pthread_join(trends->thread, NULL);
    trends->has_thread = false;
    forget_deleted(trends);
    trend_engine_free(trends->engine);
    text_analyser_free(trends->analyser);
    free(trends->recent);
    arena_fini(&trends->arena);
    pthread_cond_destroy(&trends->changed);
    pthread_mutex_destroy(&trends->lock);
}

void trends_wake(struct stream *stream)
{
    struct trends *trends = &stream->trends;
    pthread_mutex_lock(&trends->lock);
    trends->has_news = true;
    pthread_cond_signal(&trends->changed);
    pthread_mutex_unlock(&trends->lock);
}
