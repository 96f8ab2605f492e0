#include "demo/live.h"

#include "base/clock.h"
#include "demo/town.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

enum { PUSH_MOST = 2000 /* posts at once, while it catches up */, WAIT_MOST_MS = 500, WAIT_LEAST_MS = 10, RETRY_MS = 1000 };
#define STARTS_AT_US (7 * CLOCK_HOUR_US) /* on the first Monday */
#define OVERLAP_US   CLOCK_HOUR_US       /* pushed once more after a restart: a kill may have cut a push */

/* What is said in one week, as lines, in order of time. A story that begins on a Sunday goes on into the week after. */
struct week_lines {
    unsigned week; /* 0: the first days */
    struct buf lines;
    struct line {
        int64_t at_us;
        size_t  start;
    }     *rows;
    size_t count, capacity, next;
};

struct demo_live {
    struct demo_live_options options;
    struct stream           *stream;
    struct week_lines        weeks[2]; /* this one and the next */
    struct buf               batch;
    pthread_t                thread;
    bool                     has_thread;
    pthread_mutex_t          lock; /* guards the two below */
    pthread_cond_t           stop; /* on the monotonic clock */
    bool                     is_stopping;
    struct demo_live_state   state;
};

static enum error_code check_options(const struct demo_live_options *options, struct demo_live_options *checked, struct error *error)
{
    *checked = options ? *options : (struct demo_live_options){0};
    if (checked->speed == 0)
        checked->speed = DEMO_LIVE_SPEED;
    if (!(checked->speed >= 1 && checked->speed <= 3600))
        return error_set(error, ERROR_INVALID, "the town's clock can run 1 to 3600 times as fast as the world's, not %g times", checked->speed);
    return town_check_options(&checked->town, error);
}

/* ---- Where the archive stands ---- */

/* The time of the town's newest post; what others pushed into its client does not move its clock. 0: none. */
static enum error_code newest_post(struct archive_snapshot *snapshot, int64_t *at_us_out, struct error *error)
{
    struct arena       arena = {0};
    struct query_node  platforms[PLATFORM_COUNT], *children[PLATFORM_COUNT];
    struct query_node  any = {.kind = QUERY_OR, .height = 1, .child_count = PLATFORM_COUNT, .children = children};
    struct archive_page page = {0};
    for (int i = 0; i < PLATFORM_COUNT; i++) {
        platforms[i] = (struct query_node){.kind = QUERY_FIELD, .field = FIELD_PLATFORM, .text = str_of(platform_names[i])};
        children[i] = &platforms[i];
    }
    enum error_code code = archive_posts(snapshot, &any, ARCHIVE_NEWEST, 1, (struct str){0}, &arena, &page, error);
    *at_us_out = !code && page.count ? page.posts[0].at_us : 0;
    arena_fini(&arena);
    return code;
}

enum error_code demo_live_clock(const struct demo_live_options *options, struct stream_options *stream_io, struct error *error)
{
    struct demo_live_options checked;
    struct archive          *archive = NULL;
    struct archive_snapshot *snapshot = NULL;
    struct error             missing = {0};
    int64_t                  newest_us = 0;
    enum error_code          code = check_options(options, &checked, error);
    if (code)
        return code;
    code = archive_open(stream_io->archive_folder, ARCHIVE_READ, NULL, &archive, &missing);
    if (!code)
        code = archive_snapshot(archive, &snapshot, &missing);
    if (!code)
        code = newest_post(snapshot, &newest_us, &missing);
    archive_snapshot_release(snapshot);
    archive_close(archive);
    if (code && code != ERROR_NOT_FOUND) {
        if (error)
            *error = missing;
        return code;
    }
    int64_t first_us = checked.town.end_us + STARTS_AT_US;
    stream_io->clock_starts_us = newest_us > first_us ? newest_us : first_us;
    stream_io->clock_speed = checked.speed;
    return ERROR_NONE;
}

/* ---- Weeks ---- */

static void clear_week(struct week_lines *week)
{
    buf_fini(&week->lines);
    free(week->rows);
    *week = (struct week_lines){0};
}

static enum error_code append_line(void *context, const struct post *post, struct error *error)
{
    struct week_lines *week = context;
    if (week->count == week->capacity) {
        size_t       capacity = week->capacity ? week->capacity * 2 : 1 << 14;
        struct line *grown = realloc(week->rows, capacity * sizeof *grown);
        if (!grown)
            return town_no_memory(error);
        week->rows = grown;
        week->capacity = capacity;
    }
    week->rows[week->count++] = (struct line){post->at_us, week->lines.len};
    post_print(post, &week->lines);
    buf_append_char(&week->lines, '\n');
    return week->lines.has_failed ? town_no_memory(error) : ERROR_NONE;
}

static enum error_code load_week(struct demo_live *live, unsigned number, struct week_lines *week, struct error *error)
{
    clear_week(week);
    enum error_code code = number ? demo_generate_week(&live->options.town, number, append_line, week, NULL, error)
                                  : demo_generate(&live->options.town, append_line, week, NULL, error);
    week->week = number;
    if (code)
        clear_week(week);
    return code;
}

static void skip_until(struct week_lines *week, int64_t at_us)
{
    while (week->next < week->count && week->rows[week->next].at_us < at_us)
        week->next++;
}

/* The week that holds the next post, after bringing the one behind where this one is over. Both are loaded. */
static struct week_lines *next_week(struct demo_live *live)
{
    struct week_lines *first = &live->weeks[0], *second = &live->weeks[1];
    if (first->next == first->count)
        return second;
    return second->rows[second->next].at_us < first->rows[first->next].at_us ? second : first;
}

static enum error_code turn_weeks(struct demo_live *live, struct error *error)
{
    enum error_code code = ERROR_NONE;
    while (!code && live->weeks[0].next == live->weeks[0].count) {
        struct week_lines following = {0};
        code = load_week(live, live->weeks[1].week + 1, &following, error);
        if (code)
            break;
        clear_week(&live->weeks[0]);
        live->weeks[0] = live->weeks[1];
        live->weeks[1] = following;
    }
    return code;
}

/* The weeks that hold at_us, read up to there. */
static enum error_code find_place(struct demo_live *live, int64_t at_us, struct error *error)
{
    int64_t  end_us = live->options.town.end_us;
    int64_t  past = at_us < end_us ? 0 : (at_us - end_us) / (7 * CLOCK_DAY_US) + 1;
    /* One week further back: its last story may still be told. */
    unsigned number = past > 1 ? (unsigned)past - 1 : 0;
    enum error_code code = load_week(live, number, &live->weeks[0], error);
    if (!code)
        code = load_week(live, number + 1, &live->weeks[1], error);
    if (code)
        return code;
    for (int i = 0; i < 2; i++)
        skip_until(&live->weeks[i], at_us);
    return turn_weeks(live, error);
}

/* ---- Pushing ---- */

/* Pushes what is due, at most PUSH_MOST posts. *pushed_out: how many; on an error none, and they are pushed next time. */
static enum error_code push_due(struct demo_live *live, size_t *pushed_out, struct error *error)
{
    int64_t              now_us = stream_now_us(live->stream);
    size_t               place[2] = {live->weeks[0].next, live->weeks[1].next}, count = 0;
    struct arena         arena = {0};
    struct stream_pushed pushed = {0};
    *pushed_out = 0;
    buf_clear(&live->batch);
    while (count < PUSH_MOST) {
        struct week_lines *week = next_week(live);
        if (week->next == week->count || week->rows[week->next].at_us > now_us)
            break;
        size_t start = week->rows[week->next].start;
        size_t end = week->next + 1 < week->count ? week->rows[week->next + 1].start : week->lines.len;
        buf_append(&live->batch, week->lines.ptr + start, end - start);
        week->next++;
        count++;
        if (live->weeks[0].next == live->weeks[0].count)
            break; /* the weeks turn first */
    }
    enum error_code code = live->batch.has_failed ? town_no_memory(error) : ERROR_NONE;
    if (!code && count)
        code = stream_push(live->stream, buf_str(&live->batch), &arena, &pushed, error);
    arena_fini(&arena);
    if (code) {
        live->weeks[0].next = place[0];
        live->weeks[1].next = place[1];
        live->batch.has_failed = false;
        return code;
    }
    *pushed_out = count;
    code = turn_weeks(live, error);
    pthread_mutex_lock(&live->lock);
    live->state.pushed += pushed.added;
    live->state.week = live->weeks[0].week;
    live->state.next_us = code ? 0 : next_week(live)->rows[next_week(live)->next].at_us;
    pthread_mutex_unlock(&live->lock);
    return code;
}

/* ---- The thread ---- */

static bool wait_ms(struct demo_live *live, int64_t ms)
{
    int64_t         until_us = clock_monotonic_us() + ms * 1000;
    struct timespec until = {until_us / CLOCK_SECOND_US, until_us % CLOCK_SECOND_US * 1000};
    pthread_mutex_lock(&live->lock);
    while (!live->is_stopping && pthread_cond_timedwait(&live->stop, &live->lock, &until) == 0)
        ;
    bool is_stopping = live->is_stopping;
    pthread_mutex_unlock(&live->lock);
    return !is_stopping;
}

static void *run(void *context)
{
    struct demo_live *live = context;
    int64_t           ms = 0;
    while (wait_ms(live, ms)) {
        size_t          pushed;
        enum error_code code = push_due(live, &pushed, NULL);
        if (code) {
            pthread_mutex_lock(&live->lock);
            live->state.refused++;
            pthread_mutex_unlock(&live->lock);
        }
        double left_us = (double)(live->state.next_us - stream_now_us(live->stream)) / live->options.speed; /* only this thread writes it */
        ms = code ? RETRY_MS : pushed == PUSH_MOST ? 0 : left_us < 0 ? WAIT_LEAST_MS : (int64_t)(left_us / 1000);
        ms = ms > WAIT_MOST_MS && !code ? WAIT_MOST_MS : ms < WAIT_LEAST_MS && pushed != PUSH_MOST ? WAIT_LEAST_MS : ms;
    }
    return NULL;
}

static enum error_code catch_up(struct demo_live *live, struct error *error)
{
    struct archive_snapshot *snapshot = NULL;
    int64_t                  newest_us = 0;
    enum error_code          code = stream_snapshot(live->stream, &snapshot, error);
    if (!code)
        code = newest_post(snapshot, &newest_us, error);
    archive_snapshot_release(snapshot);
    if (!code)
        code = find_place(live, newest_us ? newest_us - OVERLAP_US : 0, error);
    for (size_t pushed = 1; !code && pushed;)
        code = push_due(live, &pushed, error);
    return code;
}

enum error_code demo_live_open(const struct demo_live_options *options, struct stream *stream, struct demo_live **live_out, struct error *error)
{
    *live_out = NULL;
    struct demo_live  *live = calloc(1, sizeof *live);
    pthread_condattr_t monotonic;
    if (!live)
        return town_no_memory(error);
    live->stream = stream;
    pthread_mutex_init(&live->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&live->stop, &monotonic);
    pthread_condattr_destroy(&monotonic);
    enum error_code code = check_options(options, &live->options, error);
    if (!code)
        code = catch_up(live, error);
    if (!code && pthread_create(&live->thread, NULL, run, live))
        code = error_set(error, ERROR_MEMORY, "cannot start a thread for the invented town");
    live->has_thread = !code;
    if (code)
        demo_live_close(live);
    else
        *live_out = live;
    return code;
}

void demo_live_close(struct demo_live *live)
{
    if (!live)
        return;
    pthread_mutex_lock(&live->lock);
    live->is_stopping = true;
    pthread_cond_signal(&live->stop);
    pthread_mutex_unlock(&live->lock);
    if (live->has_thread)
        pthread_join(live->thread, NULL);
    for (int i = 0; i < 2; i++)
        clear_week(&live->weeks[i]);
    buf_fini(&live->batch);
    pthread_cond_destroy(&live->stop);
    pthread_mutex_destroy(&live->lock);
    free(live);
}

void demo_live_state(struct demo_live *live, struct demo_live_state *state_out)
{
    pthread_mutex_lock(&live->lock);
    *state_out = live->state;
    pthread_mutex_unlock(&live->lock);
}
