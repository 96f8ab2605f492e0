/* The ledger of gaps of a stream: signs of life, refusals, lags. */
#include "listen/coverage.h"

#include "base/clock.h"
#include "listen/stream_parts.h"

#include <stdlib.h>

#define BEAT_US       CLOCK_MINUTE_US    /* between two signs of life, on the monotonic clock */
#define LIVE_LAG_US   CLOCK_DAY_US       /* a post that is older when it comes is history, not lag */
#define LIVE_FOR_US   (7 * CLOCK_DAY_US) /* so long after its last live post a client is listened to */
#define GAP_LEAST_US  (2 * CLOCK_MINUTE_US) /* a restart is not worth a hatch */
enum { LAGS_LEAST = 20, LAGS_SHARE = 90 };

static const char gaps_name[] = "coverage.gaps", beat_name[] = "coverage.beat";

/* A sign of life: when, and when the last live post came; both on the stream's clock. */
static void encode_beat(int64_t now_us, int64_t live_us, struct buf *out)
{
    buf_append_varint(out, zigzag(now_us));
    buf_append_varint(out, zigzag(live_us));
}

enum error_code coverage_read(struct archive *archive, struct coverage *coverage_out, struct error *error)
{
    struct arena    arena = {0};
    struct str      value = {0};
    enum error_code code = archive_get_state(archive, str_of(gaps_name), &arena, &value, error);
    *coverage_out = (struct coverage){0};
    if (!code)
        code = coverage_decode(value, coverage_out, error);
    arena_fini(&arena);
    return code;
}

/* A post that we have was heard: signs of life come once a minute, posts more often. */
static int64_t newest_post(struct stream *stream, int64_t now_us)
{
    struct archive_snapshot *snapshot;
    struct archive_stats     stats = {0};
    if (stream_snapshot(stream, &snapshot, NULL) != ERROR_NONE)
        return 0;
    archive_stats(snapshot, &stats, NULL);
    archive_snapshot_release(snapshot);
    return stats.last_us <= now_us ? stats.last_us : 0;
}

enum error_code coverage_start(struct stream *stream, struct error *error)
{
    struct listening *listening = &stream->listening;
    struct arena      arena = {0};
    struct str        beat = {0};
    int64_t           now_us = listening->started_us = stream_now_us(stream);
    enum error_code   code = coverage_read(stream->archive, &listening->coverage, error);
    if (!code)
        code = archive_get_state(stream->archive, str_of(beat_name), &arena, &beat, error);
    struct reader reader = reader_of(beat);
    int64_t       beat_us = unzigzag(reader_varint(&reader)), live_us = unzigzag(reader_varint(&reader));
    if (!code && !reader.has_failed) {
        struct coverage_gap gap = {.from_us = beat_us, .until_us = now_us, .reason = "the server was not running"};
        int64_t newest_us = newest_post(stream, now_us);
        gap.from_us = newest_us > beat_us ? newest_us : beat_us;
        listening->live_us = live_us;
        if (now_us - gap.from_us >= GAP_LEAST_US && beat_us - live_us <= LIVE_FOR_US)
            listening->is_dirty = coverage_add(&listening->coverage, &gap); /* a full ledger is no reason not to start */
    }
    arena_fini(&arena);
    return code;
}

/* Puts what has changed into the commit that is being made. Called with the role. */
static enum error_code put(struct stream *stream, struct archive *archive, struct error *error)
{
    struct listening *listening = &stream->listening;
    struct buf        beat = {0}, gaps = {0};
    int64_t           now_us = stream_now_us(stream);
    pthread_mutex_lock(&listening->lock);
    bool is_dirty = listening->is_dirty;
    encode_beat(now_us, listening->live_us, &beat);
    if (is_dirty)
        coverage_encode(&listening->coverage, &gaps);
    pthread_mutex_unlock(&listening->lock);
    enum error_code code = beat.has_failed || gaps.has_failed ? error_set(error, ERROR_MEMORY, "no memory for the ledger of gaps") : ERROR_NONE;
    if (!code)
        code = archive_put_state(archive, str_of(beat_name), buf_str(&beat), error);
    if (!code && is_dirty)
        code = archive_put_state(archive, str_of(gaps_name), buf_str(&gaps), error);
    buf_fini(&beat);
    buf_fini(&gaps);
    return code;
}

enum error_code coverage_put(struct stream *stream, struct archive *archive, struct error *error)
{
    struct listening *listening = &stream->listening;
    pthread_mutex_lock(&listening->lock);
    bool is_due = listening->is_dirty || (listening->live_us && clock_monotonic_us() - listening->beat_us >= BEAT_US);
    pthread_mutex_unlock(&listening->lock);
    return is_due ? put(stream, archive, error) : ERROR_NONE;
}

void coverage_committed(struct stream *stream)
{
    struct listening *listening = &stream->listening;
    int64_t           now_us = clock_monotonic_us();
    pthread_mutex_lock(&listening->lock);
    listening->is_dirty = false;
    if (now_us - listening->beat_us >= BEAT_US)
        listening->beat_us = now_us;
    pthread_mutex_unlock(&listening->lock);
}

void coverage_heard(struct stream *stream, int64_t at_us, int64_t now_us)
{
    struct listening *listening = &stream->listening;
    int64_t           lag_us = now_us - at_us;
    if (lag_us > LIVE_LAG_US || lag_us < -LIVE_LAG_US)
        return;
    /* What was published before we listened was kept back by our stop, not by its platform. */
    bool is_since_start = at_us >= listening->started_us - GAP_LEAST_US;
    pthread_mutex_lock(&listening->lock);
    if (is_since_start)
        listening->lags_us[listening->lag_count++ % COVERAGE_LAGS] = lag_us > 0 ? lag_us : 0;
    listening->live_us = now_us;
    pthread_mutex_unlock(&listening->lock);
}

void coverage_refused(struct stream *stream, enum error_code code)
{
    struct listening *listening = &stream->listening;
    if (code != ERROR_NO_SPACE && code != ERROR_IO && code != ERROR_READ_ONLY)
        return;
    pthread_mutex_lock(&listening->lock);
    if (!listening->refused_us) {
        listening->refused_us = stream_now_us(stream);
        listening->refused_for = code;
    }
    pthread_mutex_unlock(&listening->lock);
}

static struct coverage_gap refusal(const struct listening *listening, int64_t now_us)
{
    struct coverage_gap gap = {.from_us = listening->refused_us, .until_us = now_us};
    snprintf(gap.reason, sizeof gap.reason, "posts were refused: %s", listening->refused_for == ERROR_NO_SPACE ? "the disk was full" : "the disk failed");
    return gap;
}

void coverage_accepts(struct stream *stream)
{
    struct listening *listening = &stream->listening;
    pthread_mutex_lock(&listening->lock);
    if (listening->refused_us) {
        struct coverage_gap gap = refusal(listening, stream_now_us(stream));
        listening->is_dirty |= coverage_add(&listening->coverage, &gap);
        listening->refused_us = 0;
    }
    pthread_mutex_unlock(&listening->lock);
}

/* ---- The contract ---- */

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static int64_t usual_lag(const struct listening *listening)
{
    int64_t lags_us[COVERAGE_LAGS];
    size_t  count = listening->lag_count < COVERAGE_LAGS ? listening->lag_count : COVERAGE_LAGS;
    if (count < LAGS_LEAST)
        return -1;
    memcpy(lags_us, listening->lags_us, count * sizeof *lags_us);
    qsort(lags_us, count, sizeof *lags_us, by_size);
    return lags_us[(count - 1) * LAGS_SHARE / 100];
}

enum error_code stream_coverage(struct stream *stream, int64_t since_us, int64_t until_us, struct arena *arena, struct coverage_gap **gaps_out,
                                size_t *count_out, int64_t *arriving_from_us_out, struct error *error)
{
    struct listening *listening = &stream->listening;
    struct coverage   now = {0};
    int64_t           now_us = stream_now_us(stream);
    pthread_mutex_lock(&listening->lock);
    int64_t lag_us = usual_lag(listening);
    *arriving_from_us_out = lag_us < 0 ? 0 : now_us - lag_us;
    bool is_done = true;
    if (listening->refused_us) { /* a gap that goes on */
        struct coverage_gap gap = refusal(listening, now_us);
        for (size_t i = 0; i < listening->coverage.count && is_done; i++)
            is_done = coverage_add(&now, &listening->coverage.gaps[i]);
        is_done = is_done && coverage_add(&now, &gap);
    }
    const struct coverage *shown = listening->refused_us ? &now : &listening->coverage;
    *gaps_out = is_done ? coverage_clip(shown, since_us, until_us, arena, count_out) : NULL;
    pthread_mutex_unlock(&listening->lock);
    coverage_fini(&now);
    return *gaps_out ? ERROR_NONE : error_set(error, ERROR_MEMORY, "no memory for the gaps");
}

static enum error_code change(struct stream *stream, const struct coverage_gap *add, int64_t from_us, int64_t until_us, const char *source,
                              struct error *error)
{
    struct listening *listening = &stream->listening;
    struct archive   *archive;
    if (until_us <= from_us)
        return error_set(error, ERROR_INVALID, "until: a gap ends after it begins");
    if (until_us > stream_now_us(stream) + CLOCK_MINUTE_US)
        return error_set(error, ERROR_INVALID, "until: lies in the future; nobody knows yet what will be missed");
    stream_role_take(stream);
    pthread_mutex_lock(&listening->lock);
    bool is_done = add ? coverage_add(&listening->coverage, add) : coverage_fill(&listening->coverage, from_us, until_us, source);
    listening->is_dirty |= is_done;
    pthread_mutex_unlock(&listening->lock);
    enum error_code code = is_done ? stream_archive(stream, &archive, error)
                                   : error_set(error, ERROR_TOO_LARGE, "there would be more than %d gaps", COVERAGE_GAPS_MAX);
    if (!code)
        code = put(stream, archive, error);
    if (!code)
        code = archive_commit(archive, error);
    if (!code)
        coverage_committed(stream); /* else it stays here, and is written with the next commit */
    stream_role_give(stream);
    return code;
}

enum error_code stream_coverage_add(struct stream *stream, const struct coverage_gap *gap, struct error *error)
{
    return change(stream, gap, gap->from_us, gap->until_us, gap->source, error);
}

enum error_code stream_coverage_fill(struct stream *stream, int64_t from_us, int64_t until_us, const char *source, struct error *error)
{
    return change(stream, NULL, from_us, until_us, source, error);
}

/* A sign of life where no posts come that could carry one. */
void coverage_beat(struct stream *stream, bool is_last)
{
    struct listening *listening = &stream->listening;
    struct archive   *archive;
    pthread_mutex_lock(&listening->lock);
    bool is_due = listening->is_dirty || (listening->live_us && (is_last || clock_monotonic_us() - listening->beat_us >= BEAT_US));
    pthread_mutex_unlock(&listening->lock);
    if (!is_due)
        return;
    stream_role_take(stream);
    if (stream_archive(stream, &archive, NULL) == ERROR_NONE) {
        if (put(stream, archive, NULL) == ERROR_NONE && archive_commit(archive, NULL) == ERROR_NONE)
            coverage_committed(stream);
        else
            archive_rollback(archive);
    }
    stream_role_give(stream);
}
