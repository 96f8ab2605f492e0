/* How many frames of Jetstream a second go the whole way? Frames (v1) of the invented town's posts are replayed at full speed through the Bluesky
 * connector's reader and the engine of capture: item, analysis, a thousand topics, archive, trend counters.
 *
 * usage: source_frames FOLDER FRAMES all|matched|sample [POSTS_PER_MILLE [TOPICS]]      FOLDER must not exist
 *
 * POSTS_PER_MILLE: of the frames so many are posts, the others are likes that nobody wanted and account events (the whole network's stream: about 100;
 * the stream that is asked for posts alone: 1000, the default). Prints frames a second, and each thread's share of a processor.
 */
#include "base/buf.h"
#include "base/clock.h"
#include "base/rng.h"
#include "base/utf8.h"
#include "capture/capture.h"
#include "demo/demo.h"
#include "source/bluesky/jetstream.h"
#include "source/port.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

enum { KINDS = 20000, TOPICS_MOST = 100000 };

struct frame { /* rkey and times are written over at each use: places of fixed width */
    struct buf bytes;
    size_t     rkey, time_us, created;
};

static struct frame   frames[KINDS];
static size_t         frame_count, frames_wanted, per_mille = 1000;
static atomic_size_t  given;
static atomic_llong   parse_cpu_ns;

/* ---- Frames ---- */

static void append_text(struct buf *out, struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] == '"' || text.ptr[i] == '\\')
            buf_printf(out, "\\%c", text.ptr[i]);
        else if ((unsigned char)text.ptr[i] < 0x20)
            buf_printf(out, "\\u%04x", (unsigned char)text.ptr[i]);
        else
            buf_append_char(out, text.ptr[i]);
}

static void make_post(struct frame *frame, const struct post *post)
{
    struct buf *out = &frame->bytes;
    buf_printf(out, "{\"did\":\"did:plc:%016llx\",\"time_us\":", (unsigned long long)post_author_key(post));
    frame->time_us = out->len;
    buf_printf(out, "%016d,\"kind\":\"commit\",\"commit\":{\"rev\":\"3l3qo2vutsw2b\",\"operation\":\"create\",\"collection\":\"app.bsky.feed.post\",\"rkey\":\"", 0);
    frame->rkey = out->len;
    buf_printf(out, "%013d\",\"record\":{\"$type\":\"app.bsky.feed.post\",\"createdAt\":\"", 0);
    frame->created = out->len;
    buf_printf(out, "2026-01-01T00:00:00.000Z\",\"langs\":[\"en\"],\"text\":\"");
    append_text(out, post->text);
    buf_printf(out, "\"},\"cid\":\"bafyreigbtj4x7ip5legnfznufuopl4sg4knzc2cof6duas4b3q2fy6swua\"}}");
}

static void make_like(struct frame *frame, unsigned number)
{
    struct buf *out = &frame->bytes;
    buf_printf(out, "{\"did\":\"did:plc:%016x\",\"time_us\":", number);
    frame->time_us = out->len;
    buf_printf(out, "%016d,\"kind\":\"commit\",\"commit\":{\"rev\":\"3l3qo2vutsw2b\",\"operation\":\"create\",\"collection\":\"app.bsky.feed.like\",\"rkey\":\"", 0);
    frame->rkey = out->len;
    buf_printf(out, "%013d\",\"record\":{\"$type\":\"app.bsky.feed.like\",\"createdAt\":\"", 0);
    frame->created = out->len;
    buf_printf(out, "2026-01-01T00:00:00.000Z\",\"subject\":{\"cid\":\"bafyreigbtj4x7ip5legnfznufuopl4sg4knzc2cof6duas4b3q2fy6swua\",\"uri\":\"at://did:plc:abcdefgh/"
               "app.bsky.feed.post/3root\"}},\"cid\":\"bafyreigbtj4x7ip5legnfznufuopl4sg4knzc2cof6duas4b3q2fy6swua\"}}");
}

static enum error_code keep(void *context, const struct post *post, struct error *error)
{
    size_t *skip = context;
    (void)error;
    if ((*skip)++ % 3 || frame_count == KINDS || post->text.len == 0)
        return ERROR_NONE;
    if ((frame_count * 7919) % 1000 < per_mille)
        make_post(&frames[frame_count], post);
    else
        make_like(&frames[frame_count], (unsigned)frame_count);
    frame_count++;
    return ERROR_NONE;
}

static void write_digits(char *at, int width, uint64_t number)
{
    for (int i = width - 1; i >= 0; i--, number /= 10)
        at[i] = (char)('0' + number % 10);
}

static void stamp(struct frame *frame, size_t number, int64_t now_us, const char *created)
{
    char *bytes = frame->bytes.ptr;
    write_digits(bytes + frame->rkey, 13, number);
    write_digits(bytes + frame->time_us, 16, (uint64_t)now_us);
    memcpy(bytes + frame->created, created, 24);
}

/* ---- A connector that replays them ---- */

static int64_t cpu_ns(void)
{
    struct timespec used;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return used.tv_sec * INT64_C(1000000000) + used.tv_nsec;
}

static enum error_code replay(struct source_port *port, struct error *error)
{
    struct bluesky_reading reading = {0};
    struct bluesky_place   place = {0};
    struct bluesky_notice  notice;
    bool                   is_subscribed = false, is_over = false;
    size_t                 number = 0;
    (void)error;
    while (!is_over) {
        struct source_order *order = source_port_take(port, is_subscribed && number < frames_wanted ? 5 : 50);
        is_over = order && order->kind == SOURCE_ORDER_SHUTDOWN;
        is_subscribed |= order && order->kind == SOURCE_ORDER_SUBSCRIBE;
        source_order_free(order);
        while (is_subscribed && !is_over && number < frames_wanted && source_port_has_room(port, "main")) {
            struct source_batch *batch = source_batch_new("main");
            int64_t              now_us = clock_now_us();
            char                 created[CLOCK_TEXT_BYTES], state[32];
            clock_print(now_us / 1000 * 1000 + 1000, created);
            for (size_t tries = 0; tries < 5000 && number < frames_wanted && batch->count < SOURCE_ITEMS_MAX; tries++) {
                struct frame *frame = &frames[number % frame_count];
                stamp(frame, number++, now_us, strlen(created) == 24 ? created : "2026-11-24T00:00:00.001Z");
                require(bluesky_jetstream(&reading, buf_str(&frame->bytes), batch, SOURCE_ITEMS_MAX, &place, &notice) == BLUESKY_TAKEN);
            }
            snprintf(state, sizeof state, "%lld", (long long)place.at_us);
            batch->state = arena_str(&batch->arena, str_of(state));
            atomic_store(&given, number);
            source_port_send(port, batch);
            atomic_store(&parse_cpu_ns, cpu_ns());
        }
        if (source_port_is_ending(port))
            is_over = true;
    }
    bluesky_reading_fini(&reading);
    return ERROR_NONE;
}

static const struct connector connector_replay = {.name = "replay", .network = "bluesky", .title = "Replay", .summary = "Replays frames.", .evidence = "",
                                                  .modes = SOURCE_STREAM, .is_shareable = true, .run = replay};
const struct connector *const connectors[] = {&connector_replay, NULL};

/* ---- Topics of the town's own words ---- */

struct topics {
    struct rng rng;
    size_t     count;
};

static struct str some_word(struct topics *topics, struct text_analyser *analyser, struct arena *arena)
{
    for (;;) {
        const struct frame *frame = &frames[rng_below(&topics->rng, frame_count)];
        const char         *at = strstr(frame->bytes.ptr, "\"text\":\"");
        struct text_facts   facts;
        if (!at || text_analyse(analyser, arena, str_slice(at + 8, strcspn(at + 8, "\"")), STR("en"), 0, &facts, NULL) || !facts.token_count)
            continue;
        struct token *token = &facts.tokens[rng_below(&topics->rng, facts.token_count)];
        if (token->kind == TOKEN_WORD && token->key.len >= 5 && !text_is_stop_word(token->key, "en"))
            return token->key;
    }
}

static enum error_code topics_of(void *context, struct arena *arena, const struct query_node ***trees_out, size_t *count_out, struct error *error)
{
    struct topics        *topics = context;
    struct text_analyser *analyser;
    enum error_code       code = text_analyser_new(&analyser, error);
    rng_seed(&topics->rng, 3);
    *trees_out = arena_array(arena, topics->count, sizeof **trees_out);
    for (*count_out = 0; !code && *count_out < topics->count; ++*count_out) {
        struct buf   text = {0};
        struct query query;
        struct str   a = some_word(topics, analyser, arena), b = some_word(topics, analyser, arena), c = some_word(topics, analyser, arena);
        switch (*count_out % 4) {
        case 0: buf_printf(&text, "%.*s %.*s", STR_ARG(a), STR_ARG(b)); break;
        case 1: buf_printf(&text, "\"%.*s %.*s\" OR (%.*s %.*s)", STR_ARG(a), STR_ARG(b), STR_ARG(c), STR_ARG(a)); break;
        case 2: buf_printf(&text, "%.*s NEAR/6 %.*s NOT %.*s", STR_ARG(a), STR_ARG(b), STR_ARG(c)); break;
        default: buf_printf(&text, "(%.*s OR %.*s) %.*s lang:en", STR_ARG(a), STR_ARG(b), STR_ARG(c)); break;
        }
        struct str kept = arena_str(arena, buf_str(&text));
        code = query_parse(kept, NULL, analyser, arena, &query, error);
        (*trees_out)[*count_out] = query.root;
        buf_fini(&text);
    }
    text_analyser_free(analyser);
    return code;
}

/* ---- The measure ---- */

static void fail(const struct error *error)
{
    error_print(error, stderr);
    exit(1);
}

int main(int argc, char **argv)
{
    static const struct record_domain *const domains[] = {&capture_domain, NULL};
    struct error          error = {0};
    struct capture       *capture;
    struct stream        *stream;
    struct record        *records;
    struct topics         topics = {.count = argc > 5 ? strtoull(argv[5], NULL, 10) : 1000};
    struct capture_health health;
    char                  archive[512];
    size_t                skip = 0;
    int64_t               source;
    if (argc < 4 || topics.count > TOPICS_MOST) {
        fprintf(stderr, "usage: source_frames FOLDER FRAMES all|matched|sample [POSTS_PER_MILLE [TOPICS]]\n");
        return 2;
    }
    frames_wanted = strtoull(argv[2], NULL, 10);
    per_mille = argc > 4 ? strtoull(argv[4], NULL, 10) : 1000;
    if (demo_generate(NULL, keep, &skip, NULL, &error))
        fail(&error);
    struct capture_options options = {.data_folder = argv[1]};
    struct stream_options  live = {.archive_folder = archive};
    snprintf(archive, sizeof archive, "%s/archive", argv[1]);
    if (capture_open(&options, &capture, &error) || record_open(NULL, domains, &records, &error) || stream_open(&live, &stream, &error))
        fail(&error);
    struct capture_client client = {.name = "bench", .stream = stream, .records = records, .topics = topics_of, .context = &topics};
    struct capture_source row = {.name = STR("replay"), .connector = STR("replay"), .config = STR("{}"), .query = STR("{}"), .sample_per_mille = 50};
    for (int i = 0; i < 3; i++)
        if (strcmp(argv[3], capture_keeps[i]) == 0)
            row.keep = (enum capture_keep)i;
    if (capture_source_add(records, capture_key_of(capture), (struct record_actor){0, STR("bench")}, &row, STR(""), &source, &error) ||
        capture_attach(capture, &client, &error))
        fail(&error);
    while (atomic_load(&given) == 0)
        clock_sleep(1);
    int64_t begun_us = clock_monotonic_us(), last_us = begun_us;
    size_t  last = 0;
    do {
        clock_sleep(1000);
        capture_health(capture, "bench", source, &health, NULL);
        int64_t now_us = clock_monotonic_us();
        size_t  now = atomic_load(&given);
        printf("%5.1f s  %8zu frames  %7.0f a second\n", (double)(now_us - begun_us) / 1e6, now, (double)(now - last) * 1e6 / (double)(now_us - last_us));
        fflush(stdout);
        last = now;
        last_us = now_us;
    } while (atomic_load(&given) < frames_wanted);
    double               seconds = (double)(clock_monotonic_us() - begun_us) / 1e6, counted;
    struct timespec      used;
    struct stream_health trends;
    do { /* and until the trends have counted them */
        clock_sleep(50);
        stream_health(stream, &trends);
        counted = (double)(clock_monotonic_us() - begun_us) / 1e6;
    } while (trends.trends_behind && counted < seconds + 60);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    capture_health(capture, "bench", source, &health, NULL);
    printf("%s: %.0f frames a second over %.1f s, %.0f until counted for trends; kept %llu of %llu posts; processor %.1f s, of it the connector %.1f s; "
           "reread %llu times\n", argv[3], (double)frames_wanted / seconds, seconds, (double)frames_wanted / counted, (unsigned long long)health.kept,
           (unsigned long long)health.seen, (double)used.tv_sec + (double)used.tv_nsec / 1e9, (double)atomic_load(&parse_cpu_ns) / 1e9,
           (unsigned long long)trends.trends_reread);
    capture_close(capture);
    stream_close(stream);
    record_close(records);
    return 0;
}
