/* Does a stream grow? Pushes posts in small batches at a steady rate, as sources do, while tails read, questions are asked and trends are
 * counted, and prints the memory it holds.
 *
 * usage: stream_memory FOLDER POSTS POSTS_PER_SECOND      FOLDER must not exist; the rate is of the world's clock
 *
 * An hour of 500 posts a second are 1,800,000 posts; at 6,000 a second they take five minutes. The posts' own time runs at 500 a second
 * whatever the rate. Columns: seconds, posts, own MB, mapped MB, of the ring MB, commits, slowest push ms, trends behind, questions asked.
 */
#include "base/clock.h"
#include "base/rng.h"
#include "listen/stream.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 50, WORDS = 40000, EVENT_RATE = 500 };

struct bench {
    struct stream *stream;
    atomic_bool    is_over;
    atomic_ulong   seen, overrun, asked, ask_us_most;
};

static void sleep_us(int64_t us)
{
    if (us > 0)
        nanosleep(&(struct timespec){us / CLOCK_SECOND_US, us % CLOCK_SECOND_US * 1000}, NULL);
}

static void count_heard(void *context, const struct stream_heard *heard)
{
    atomic_fetch_add((atomic_ulong *)context, heard->post->id.len > 0);
}

static void *tail(void *context)
{
    struct bench      *bench = context;
    struct stream_tail tail = {1};
    while (!atomic_load(&bench->is_over)) {
        atomic_fetch_add(&bench->overrun, stream_tail_read(bench->stream, &tail, SIZE_MAX, count_heard, &bench->seen));
        sleep_us(20000);
    }
    return NULL;
}

/* A count and a timeline, five times a second: what an open Explore asks. */
static void *ask(void *context)
{
    struct bench     *bench = context;
    struct query_node word = {.kind = QUERY_TERM, .text = STR("word7")};
    while (!atomic_load(&bench->is_over)) {
        struct archive_snapshot *snapshot;
        struct arena             arena = {0};
        struct archive_bucket   *buckets;
        size_t                   count;
        uint64_t                 posts;
        int64_t                  begun_us = clock_monotonic_us();
        if (stream_snapshot(bench->stream, &snapshot, NULL) == ERROR_NONE) {
            archive_count(snapshot, &word, &arena, &posts, NULL);
            archive_timeline(snapshot, &word, CLOCK_MINUTE_US, &arena, &buckets, &count, NULL);
            archive_snapshot_release(snapshot);
        }
        arena_fini(&arena);
        uint64_t took_us = (uint64_t)(clock_monotonic_us() - begun_us);
        if (took_us > atomic_load(&bench->ask_us_most))
            atomic_store(&bench->ask_us_most, took_us);
        atomic_fetch_add(&bench->asked, 1);
        sleep_us(200000);
    }
    return NULL;
}

/* Its own memory; mapped files besides, which the system takes back when it needs the room. */
static double own_mb(double *mapped_mb_out)
{
    long  pages = 0, resident = 0, mapped = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file && fscanf(file, "%ld %ld %ld", &pages, &resident, &mapped) != 3)
        resident = mapped = 0;
    if (file)
        fclose(file);
    double page_mb = (double)sysconf(_SC_PAGESIZE) / 1e6;
    *mapped_mb_out = (double)mapped * page_mb;
    return (double)(resident - mapped) * page_mb;
}

/* Words by rank, the few common ones often, as in a language; every thousandth is new. */
static void add_line(struct buf *lines, struct rng *rng, uint64_t number, int64_t at_us)
{
    char at[CLOCK_TEXT_BYTES];
    buf_printf(lines, "{\"id\":\"bench:%llu\",\"platform\":\"bench\",\"at\":\"%s\",\"author\":{\"handle\":\"p%d\"},\"lang\":\"en\",\"text\":\"",
               (unsigned long long)number, clock_print(at_us, at), (int)(rng_below(rng, 60000)));
    for (int i = 0; i < 16; i++) {
        double u = rng_unit(rng);
        if (rng_below(rng, 1000) == 0)
            buf_printf(lines, "new%llux%d ", (unsigned long long)number, i);
        else
            buf_printf(lines, "word%d ", (int)((double)WORDS * u * u * u * u));
    }
    buf_printf(lines, "\"}\n");
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: stream_memory FOLDER POSTS POSTS_PER_SECOND\n");
        return 2;
    }
    uint64_t posts = strtoull(argv[2], NULL, 10), begun = 0;
    double   rate = strtod(argv[3], NULL);
    struct bench          bench = {0};
    struct error          error = {0};
    struct rng            rng;
    pthread_t             tailer, asker;
    int64_t               started_us = clock_monotonic_us(), event_us = clock_days_from_civil(2026, 3, 1) * CLOCK_DAY_US, slowest_us = 0, told_us = 0;
    struct stream_options options = {.archive_folder = argv[1], .clock_starts_us = event_us, .clock_speed = rate / EVENT_RATE};
    if (stream_open(&options, &bench.stream, &error)) {
        error_print(&error, stderr);
        return 1;
    }
    rng_seed(&rng, 1);
    pthread_create(&tailer, NULL, tail, &bench);
    pthread_create(&asker, NULL, ask, &bench);
    printf("seconds\tposts\town_mb\tmapped_mb\tring_mb\tcommits\tslowest_push_ms\ttrends_behind\tasked\tslowest_answer_ms\n");
    while (begun < posts) {
        struct buf           lines = {0};
        struct arena         arena = {0};
        struct stream_pushed pushed;
        for (int i = 0; i < BATCH; i++, begun++)
            add_line(&lines, &rng, begun, event_us + (int64_t)begun * CLOCK_SECOND_US / EVENT_RATE);
        int64_t before_us = clock_monotonic_us();
        if (stream_push(bench.stream, buf_str(&lines), &arena, &pushed, &error)) {
            error_print(&error, stderr);
            return 1;
        }
        int64_t now_us = clock_monotonic_us();
        slowest_us = now_us - before_us > slowest_us ? now_us - before_us : slowest_us;
        buf_fini(&lines);
        arena_fini(&arena);
        if (now_us - told_us > 10 * CLOCK_SECOND_US || begun == posts) {
            struct stream_health health;
            double               mapped_mb, mb = own_mb(&mapped_mb);
            stream_health(bench.stream, &health);
            printf("%.0f\t%llu\t%.1f\t%.1f\t%.1f\t%llu\t%.1f\t%llu\t%lu\t%.1f\n", (double)(now_us - started_us) / 1e6, (unsigned long long)begun, mb, mapped_mb,
                   (double)health.ring_bytes / 1e6, (unsigned long long)health.commits, (double)slowest_us / 1e3, (unsigned long long)health.trends_behind,
                   atomic_load(&bench.asked), (double)atomic_load(&bench.ask_us_most) / 1e3);
            fflush(stdout);
            told_us = now_us;
            slowest_us = 0;
            atomic_store(&bench.ask_us_most, 0);
        }
        sleep_us((int64_t)((double)begun / rate * 1e6) - (now_us - started_us));
    }
    atomic_store(&bench.is_over, true);
    pthread_join(tailer, NULL);
    pthread_join(asker, NULL);
    printf("seen %lu, overrun %lu\n", atomic_load(&bench.seen), atomic_load(&bench.overrun));
    stream_close(bench.stream);
    return 0;
}
