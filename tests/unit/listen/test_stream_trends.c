/* The trend thread of a stream: the same trends live, after a restart, and when it could not keep up. */
#include "check.h"

#include "base/clock.h"
#include "base/rng.h"
#include "stream_fixture.h"

#include <pthread.h>
#include <unistd.h>

enum { DAYS = 3, AN_HOUR = 60 /* posts */, STORY = 150, TRENDS_MAX = 64 };

/* ---- A few days of small talk with a story in the last of them ---- */

static const char *const subjects[] = {"gull", "kettle", "ferry", "garden", "bicycle", "lamp", "tide", "baker", "window", "letter", "violin", "bridge",
                                       "cellar", "blanket", "harbour", "pencil", "orchard", "saddle", "thimble", "lantern"};
static const char *const verbs[] = {"mended", "lost", "painted", "found", "sold", "carried", "cleaned", "dropped", "borrowed", "praised"};

static int64_t story_us(void)
{
    return FIXTURE_START_US + (DAYS - 1) * CLOCK_DAY_US + 9 * CLOCK_HOUR_US;
}

/* Lines of posts from..to of all, in order of time. */
static void make(struct buf *lines, int64_t since_us, int64_t until_us)
{
    struct rng rng;
    rng_seed(&rng, 7);
    int number = 0;
    for (int64_t hour_us = FIXTURE_START_US; hour_us < FIXTURE_START_US + DAYS * CLOCK_DAY_US; hour_us += CLOCK_HOUR_US)
        for (int i = 0; i < AN_HOUR; i++, number++) {
            int64_t at_us = hour_us + i * CLOCK_HOUR_US / AN_HOUR;
            char    author[32], text[200];
            bool    is_story = at_us >= story_us() && at_us < story_us() + 3 * CLOCK_HOUR_US && i % 5 < 4;
            snprintf(author, sizeof author, "p%d", (int)rng_below(&rng, 700));
            snprintf(text, sizeof text, is_story ? "the lighthouse is on fire near the %s, somebody %s the %s" : "my neighbour and the %s have %s a %s",
                     subjects[rng_below(&rng, COUNT_OF(subjects))], verbs[rng_below(&rng, COUNT_OF(verbs))], subjects[rng_below(&rng, COUNT_OF(subjects))]);
            if (at_us >= since_us && at_us < until_us)
                fixture_line(lines, number, at_us, author, text);
        }
}

/* ---- What was told ---- */

struct told {
    pthread_mutex_t lock;
    unsigned        slow_us; /* each telling takes so long */
    size_t          count, replays, closed;
    bool            is_replay_open;
    struct told_trend {
        uint64_t id;
        int64_t  detected_us;
        char     label[80], shown[5][64]; /* ids of its representatives */
        bool     is_replay, is_open;
    } trends[TRENDS_MAX];
};

static void on_trend(void *context, enum stream_trend_event event, int64_t at_us, bool is_replay, const struct trend *trend)
{
    struct told *told = context;
    (void)at_us;
    pthread_mutex_lock(&told->lock);
    size_t i = 0;
    while (i < told->count && told->trends[i].id != trend->id)
        i++;
    if (i == told->count && told->count < TRENDS_MAX)
        told->trends[told->count++] = (struct told_trend){.id = trend->id, .detected_us = trend->detected_at_us, .is_replay = is_replay};
    if (i < TRENDS_MAX) {
        struct told_trend *row = &told->trends[i];
        snprintf(row->label, sizeof row->label, "%.*s", STR_ARG(trend->label));
        row->is_open = event != STREAM_TREND_CLOSE;
        for (size_t r = 0; r < 5; r++) {
            bool is_there = r < trend->representative_count;
            snprintf(row->shown[r], sizeof row->shown[r], "%.*s", is_there ? (int)trend->representatives[r].id.len : 0,
                     is_there ? trend->representatives[r].id.ptr : "");
        }
    }
    told->closed += event == STREAM_TREND_CLOSE;
    pthread_mutex_unlock(&told->lock);
    if (told->slow_us)
        usleep(told->slow_us);
}

static void on_replay(void *context, bool begins, int64_t at_us)
{
    struct told *told = context;
    (void)at_us;
    pthread_mutex_lock(&told->lock);
    check(told->is_replay_open != begins, "replays begin and end in turn");
    told->is_replay_open = begins;
    told->replays += !begins;
    pthread_mutex_unlock(&told->lock);
}

static void open_with(struct fixture *f, struct told *told, int64_t now_us)
{
    stream_close(f->stream); /* its thread tells no more */
    f->stream = NULL;
    *told = (struct told){.slow_us = told->slow_us};
    pthread_mutex_init(&told->lock, NULL);
    f->options.on_trend = on_trend;
    f->options.on_replay = on_replay;
    f->options.context = told;
    f->options.clock_starts_us = now_us;
    f->options.clock_speed = 0.001; /* as good as still */
    fixture_reopen(f, false);
}

/* Until the thread has taken everything. */
static struct stream_health settle(struct fixture *f)
{
    struct stream_health health;
    for (int i = 0; i < 3000; i++) {
        stream_health(f->stream, &health);
        if (!health.is_replaying && health.replays && health.trends_behind == 0)
            return health;
        usleep(10000);
    }
    fail_msg("the trend thread does not settle: %d behind", (int)health.trends_behind);
    return health;
}

static int by_detection(const void *a, const void *b)
{
    const struct told_trend *x = a, *y = b;
    if (x->detected_us != y->detected_us)
        return x->detected_us < y->detected_us ? -1 : 1;
    return strcmp(x->label, y->label);
}

static void check_same(struct told *a, struct told *b, const char *what)
{
    qsort(a->trends, a->count, sizeof *a->trends, by_detection);
    qsort(b->trends, b->count, sizeof *b->trends, by_detection);
    check(a->count > 0 && a->count == b->count, "%s: %zu trends, %zu", what, a->count, b->count);
    for (size_t i = 0; i < a->count; i++)
        check(a->trends[i].detected_us == b->trends[i].detected_us && strcmp(a->trends[i].label, b->trends[i].label) == 0 &&
                  a->trends[i].is_open == b->trends[i].is_open,
              "%s: '%s', '%s'", what, a->trends[i].label, b->trends[i].label);
}

#define END_US (FIXTURE_START_US + DAYS * CLOCK_DAY_US)

static void push_range(struct fixture *f, int64_t since_us, int64_t until_us)
{
    struct buf lines = {0};
    make(&lines, since_us, until_us);
    fixture_push(f, buf_str(&lines));
    buf_fini(&lines);
}

static void a_replay_finds_what_was_found_live(void **state)
{
    (void)state;
    struct fixture f;
    struct told    live = {0}, again = {0};
    fixture_folder(&f);
    open_with(&f, &live, story_us() + 3 * CLOCK_HOUR_US);
    for (int64_t at_us = FIXTURE_START_US; at_us < story_us() + 3 * CLOCK_HOUR_US; at_us += CLOCK_HOUR_US)
        push_range(&f, at_us, at_us + CLOCK_HOUR_US);
    struct stream_health health = settle(&f);
    check(health.trends_late == 0 && health.trends_ahead == 0, "all of them count");
    check(health.trends_at_us >= story_us() + 3 * CLOCK_HOUR_US - 3 * CLOCK_MINUTE_US, "up to now");
    bool is_found = false;
    for (size_t i = 0; i < live.count; i++)
        is_found |= strstr(live.trends[i].label, "lighthouse") != NULL || strstr(live.trends[i].label, "fire") != NULL;
    check(is_found, "the story is one of %zu", live.count);
    open_with(&f, &again, story_us() + 3 * CLOCK_HOUR_US);
    settle(&f);
    check(again.replays == 1 && again.count && again.trends[0].is_replay, "it was a replay");
    check_same(&live, &again, "live and replayed");
    fixture_close(&f);
}

static void who_falls_behind_reads_the_archive(void **state)
{
    (void)state;
    struct fixture f, g;
    struct told    quick = {0}, slow = {.slow_us = 30000};
    fixture_folder(&f);
    open_with(&f, &quick, END_US);
    push_range(&f, FIXTURE_START_US, END_US - 2 * CLOCK_HOUR_US);
    settle(&f);
    fixture_folder(&g);
    open_with(&g, &slow, END_US);
    settle(&g);
    /* More posts at once than the ring holds, while the thread is kept busy. */
    for (int copy = 0; copy < 3; copy++) {
        struct buf lines = {0};
        make(&lines, FIXTURE_START_US + copy * CLOCK_DAY_US, copy == 2 ? END_US - 2 * CLOCK_HOUR_US : FIXTURE_START_US + (copy + 1) * CLOCK_DAY_US);
        for (int i = 0; copy == 0 && i < STREAM_RING_POSTS; i++) /* of the future: they do not count, but drive the ring on */
            fixture_line(&lines, 100000 + i, END_US + CLOCK_DAY_US, "seer", "tomorrow");
        fixture_push(&g, buf_str(&lines));
        buf_fini(&lines);
    }
    struct stream_health health = settle(&g);
    check(health.trends_reread >= 1, "it had to read again");
    check_same(&quick, &slow, "in time and behind");
    fixture_close(&f);
    fixture_close(&g);
}

static void posts_of_other_times_do_not_count_as_news(void **state)
{
    (void)state;
    struct fixture f;
    struct told    told = {0}, again = {0};
    struct buf     lines = {0};
    fixture_folder(&f);
    open_with(&f, &told, END_US);
    push_range(&f, FIXTURE_START_US + CLOCK_DAY_US, story_us()); /* the last day's small talk, but not its story */
    size_t before = (settle(&f), told.count);
    for (int i = 0; i < 200; i++) {
        char author[32];
        snprintf(author, sizeof author, "late%d", i);
        fixture_line(&lines, 200000 + i, story_us() - 3 * CLOCK_HOUR_US + i * CLOCK_SECOND_US, author, "an old balloon came down in the market");
        fixture_line(&lines, 300000 + i, END_US + CLOCK_HOUR_US + i * CLOCK_SECOND_US, author, "tomorrow's comet was seen today");
    }
    fixture_push(&f, buf_str(&lines));
    struct stream_health health = settle(&f);
    check(health.trends_late == 200 && health.trends_ahead == 200, "%d late, %d ahead", (int)health.trends_late, (int)health.trends_ahead);
    check(told.count == before, "neither is news");
    check(fixture_count(&f, "balloon") == 200 && fixture_count(&f, "comet") == 200, "both are kept");
    open_with(&f, &again, END_US);
    health = settle(&f);
    bool has_balloon = false, has_comet = false;
    for (size_t i = 0; i < again.count; i++) {
        has_balloon |= strstr(again.trends[i].label, "balloon") != NULL;
        has_comet |= strstr(again.trends[i].label, "comet") != NULL;
    }
    check(has_balloon && !has_comet, "a replay counts what was late where it belongs, and no future");
    buf_fini(&lines);
    fixture_close(&f);
}

/* Ids that open trends show, at most `most`. */
static size_t all_shown(struct told *told, char shown[][64], size_t most)
{
    size_t count = 0;
    pthread_mutex_lock(&told->lock);
    for (size_t i = 0; i < told->count; i++)
        for (size_t r = 0; r < 5 && told->trends[i].is_open && count < most; r++)
            if (told->trends[i].shown[r][0])
                memcpy(shown[count++], told->trends[i].shown[r], 64);
    pthread_mutex_unlock(&told->lock);
    return count;
}

static void a_deleted_post_is_shown_by_no_trend(void **state)
{
    (void)state;
    enum { MOST = 40 };
    struct fixture f;
    struct told    told = {0};
    struct error   error = {0};
    bool           was_there;
    char           before[MOST][64], after[MOST][64];
    fixture_folder(&f);
    open_with(&f, &told, END_US);
    int64_t until_us = story_us() + CLOCK_HOUR_US;
    push_range(&f, FIXTURE_START_US, until_us);
    settle(&f);
    size_t count = all_shown(&told, before, MOST), again = 0;
    check(count >= 3, "a trend shows posts: %zu", count);
    for (size_t i = 0; i < count; i++)
        check_ok(stream_delete_post(f.stream, str_of(before[i]), &was_there, &error), error, "%s", before[i]);
    usleep(200000);
    /* Twelve more minutes: the trend is told of again, and of what it could show most is as before. */
    push_range(&f, until_us, until_us + 12 * CLOCK_MINUTE_US);
    settle(&f);
    size_t now = all_shown(&told, after, MOST);
    for (size_t i = 0; i < now; i++)
        for (size_t k = 0; k < count; k++)
            again += strcmp(after[i], before[k]) == 0;
    check(now >= 3 && again == 0, "%zu are shown, %zu of them deleted", now, again);
    fixture_close(&f);
}

static void it_ends_while_it_replays(void **state)
{
    (void)state;
    struct fixture f;
    struct told    told = {0};
    fixture_folder(&f);
    open_with(&f, &told, END_US);
    push_range(&f, FIXTURE_START_US, END_US);
    for (int i = 0; i < 5; i++) {
        open_with(&f, &told, END_US);
        usleep((unsigned)i * 5000);
    }
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_replay_finds_what_was_found_live),
        cmocka_unit_test(who_falls_behind_reads_the_archive),
        cmocka_unit_test(posts_of_other_times_do_not_count_as_news),
        cmocka_unit_test(a_deleted_post_is_shown_by_no_trend),
        cmocka_unit_test(it_ends_while_it_replays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
