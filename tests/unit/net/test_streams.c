/* Answers that go on: pulled, woken, never read for ahead, released once. */
#include "browser.h"

#include "base/clock.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

struct source {
    _Atomic int      pulls, releases, inside;
    int              pieces;      /* to give */
    size_t           piece_bytes;
    bool             waits;       /* between pieces, for a wake */
    bool             fails;       /* instead of ending */
    _Atomic int      said;        /* pieces that a waker wants said */
    int              given;
    _Atomic(struct http_waker *) waker;
    pthread_mutex_t  lock;        /* held by wakers: wake must be callable under it, and release takes it */
    unsigned         idle_s;
};

static struct source source;

static enum http_pull pull(void *context, struct buf *out)
{
    struct source *one = context;
    check(atomic_fetch_add(&one->inside, 1) == 0, "two pulls at once");
    check(out->len == 0 && one->releases == 0, "out is empty, and nothing was released");
    atomic_fetch_add(&one->pulls, 1);
    enum http_pull pulled = HTTP_PULL_MORE;
    if (one->waits && one->given >= one->said) {
        if (one->idle_s)
            buf_printf(out, ":\n");
        pulled = HTTP_PULL_WAIT;
    } else if (one->given == one->pieces) {
        pulled = one->fails ? HTTP_PULL_FAILED : HTTP_PULL_END;
        if (!one->fails)
            buf_printf(out, "end\n");
    } else {
        buf_printf(out, "piece %d\n", one->given++);
        while (out->len < one->piece_bytes)
            buf_append_char(out, '.');
    }
    atomic_fetch_sub(&one->inside, 1);
    return pulled;
}

static void release(void *context)
{
    struct source *one = context;
    pthread_mutex_lock(&one->lock);
    atomic_store(&one->waker, NULL);
    check(one->inside == 0, "released within a pull");
    atomic_fetch_add(&one->releases, 1);
    pthread_mutex_unlock(&one->lock);
}

static void wake(struct source *one)
{
    pthread_mutex_lock(&one->lock);
    struct http_waker *waker = atomic_load(&one->waker);
    if (waker)
        http_wake(waker);
    pthread_mutex_unlock(&one->lock);
}

static void handle(void *context, struct http_request *request, struct http_response *response)
{
    (void)context;
    response->content_type = "text/plain";
    if (!str_equal(request->path, STR("/stream"))) {
        buf_printf(&response->body, "plain");
        return;
    }
    const struct http_stream_source begun = {
        .pull = pull, .release = release, .context = &source, .idle_s = source.idle_s};
    atomic_store(&source.waker, http_stream_begin(response, &begun));
    wake(&source); /* before it is on its way: no harm */
}

static struct server *start(struct source wanted)
{
    struct server        *server;
    struct error          error = {0};
    struct server_options options = {.listen = "127.0.0.1:0",
                                     .handle = handle,
                                     .limits = {.workers = 4, .requests_per_peer_s = 100000, .idle_s = 2}};
    source = wanted;
    pthread_mutex_init(&source.lock, NULL);
    check_ok(server_start(&options, &server, &error), error, "start");
    return server;
}

static const char *const asks = "GET /stream HTTP/1.1\r\nHost: h\r\n\r\n";

static bool within(int64_t ms, const _Atomic int *value, int wanted)
{
    int64_t until_us = clock_monotonic_us() + ms * 1000;
    while (*value < wanted && clock_monotonic_us() < until_us)
        clock_sleep(5);
    return *value >= wanted;
}

static void a_stream_is_whole_and_released_once(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 1000, 100000, 1000000};
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        struct server *server = start((struct source){.pieces = 20, .piece_bytes = sizes[i]});
        struct answer  answer;
        check(browser_ask(server_port(server), asks, &answer) == 200 && answer.is_whole, "size %zu", sizes[i]);
        check(str_starts_with(buf_str(&answer.body), STR("piece 0\n")) &&
                  str_ends_with(buf_str(&answer.body), STR("end\n")),
              "size %zu", sizes[i]);
        check(answer.body.len >= 20 * sizes[i], "size %zu: %zu bytes", sizes[i], answer.body.len);
        answer_fini(&answer);
        check(within(2000, &source.releases, 1), "not released");
        server_stop(server, 1000);
        check(source.releases == 1 && source.pulls == 21, "%d releases, %d pulls", source.releases, source.pulls);
    }
}

static void a_failed_stream_does_not_look_whole(void **state)
{
    (void)state;
    struct server *server = start((struct source){.pieces = 3, .piece_bytes = 100, .fails = true});
    struct answer  answer;
    check(browser_ask(server_port(server), asks, &answer) == 200, "%d", answer.status);
    check(!answer.is_whole && answer.body.len >= 300, "a part was taken for the whole");
    answer_fini(&answer);
    server_stop(server, 1000);
    check(source.releases == 1, "%d releases", source.releases);
}

static void head_of_a_stream_pulls_nothing(void **state)
{
    (void)state;
    struct server *server = start((struct source){.pieces = 3, .piece_bytes = 100});
    struct answer  answer;
    int            fd = browser_connect(server_port(server));
    browser_send(fd, STR("HEAD /stream HTTP/1.1\r\nHost: h\r\n\r\n"));
    check(browser_read_head(fd, &answer, 5000) == 200, "%d", answer.status);
    answer_fini(&answer);
    close(fd);
    server_stop(server, 1000);
    check(source.releases == 1 && source.pulls == 0, "%d releases, %d pulls", source.releases, source.pulls);
}

static void *say_all(void *context)
{
    (void)context;
    for (int i = 0; i < source.pieces + 1; i++) {
        atomic_fetch_add(&source.said, 1);
        wake(&source);
        if (i % 7 == 0)
            clock_sleep(1);
    }
    return NULL;
}

/* No wake is lost, whether it comes while the stream waits, is pulled or is being sent. */
static void woken_streams_say_all(void **state)
{
    (void)state;
    for (int round = 0; round < 20; round++) {
        struct server *server =
            start((struct source){.pieces = 500, .piece_bytes = round % 2 ? 10 : 5000, .waits = true});
        int            fd = browser_connect(server_port(server));
        struct answer  answer;
        pthread_t      sayers[1];
        browser_send(fd, str_of(asks));
        pthread_create(&sayers[0], NULL, say_all, NULL);
        check(browser_read(fd, &answer, 10000) == 200 && answer.is_whole, "round %d: ended after %d of 500", round,
              source.given);
        check(str_contains(buf_str(&answer.body), STR("piece 499\n")), "round %d", round);
        pthread_join(sayers[0], NULL);
        answer_fini(&answer);
        close(fd);
        check(within(2000, &source.releases, 1), "round %d: not released", round);
        server_stop(server, 1000);
    }
}

static void a_slow_reader_is_not_read_for_ahead(void **state)
{
    (void)state;
    struct server *server = start((struct source){.pieces = 1000, .piece_bytes = 900000});
    int            small = 4096, fd = browser_connect(server_port(server));
    struct answer  answer;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    browser_send(fd, str_of(asks));
    check(within(2000, &source.pulls, 1), "never pulled");
    for (int i = 0; i < 50; i++) {
        check(browser_ask(server_port(server), "GET /other HTTP/1.1\r\nHost: h\r\n\r\n", &answer) == 200,
              "others are served");
        answer_fini(&answer);
    }
    check(source.pulls < 12, "%d pieces of 900,000 bytes were pulled for a client that takes nothing", source.pulls);
    check(within(8000, &source.releases, 1), "a reader that takes nothing is ended");
    close(fd);
    server_stop(server, 1000);
    check(source.releases == 1, "%d releases", source.releases);
}

static void a_client_that_leaves_is_noticed(void **state)
{
    (void)state;
    struct server *server = start((struct source){.pieces = 10, .waits = true, .said = 1});
    int            fd = browser_connect(server_port(server));
    browser_send(fd, str_of(asks));
    check(within(2000, &source.pulls, 2), "waits after its first piece");
    close(fd);
    check(within(5000, &source.releases, 1), "nobody listens, and nothing ends it");
    server_stop(server, 1000);
}

static void a_quiet_stream_is_pulled_all_the_same(void **state)
{
    (void)state;
    struct server *server = start((struct source){.pieces = 10, .waits = true, .idle_s = 1});
    int            fd = browser_connect(server_port(server));
    browser_send(fd, str_of(asks));
    check(within(6000, &source.pulls, 4), "%d pulls in six quiet seconds", source.pulls);
    int64_t begun_us = clock_monotonic_us();
    server_stop(server, 10000);
    check(clock_monotonic_us() - begun_us < 3 * CLOCK_SECOND_US, "a stream that waits holds up the stop");
    check(source.releases == 1, "%d releases", source.releases);
    close(fd);
}

static void stopping_cuts_a_stream_that_goes_on(void **state)
{
    (void)state;
    struct server *server = start((struct source){.pieces = 1000000, .piece_bytes = 100});
    int            fd = browser_connect(server_port(server));
    struct answer  answer;
    browser_send(fd, str_of(asks));
    check(within(2000, &source.pulls, 1), "never pulled");
    server_stop(server, 300);
    check(source.releases == 1, "%d releases", source.releases);
    check(browser_read(fd, &answer, 5000) == 200 && !answer.is_whole, "a part was taken for the whole");
    answer_fini(&answer);
    close(fd);
}

static void streams_come_one_after_the_other(void **state)
{
    (void)state;
    struct server *server = start((struct source){.pieces = 3, .piece_bytes = 10});
    int            fd = browser_connect(server_port(server));
    for (int i = 0; i < 20; i++) {
        struct answer answer;
        browser_send(fd, str_of(asks));
        check(browser_read(fd, &answer, 5000) == 200 && answer.is_whole, "stream %d", i);
        answer_fini(&answer);
        check(within(2000, &source.releases, 1), "stream %d", i);
        source.releases = 0;
        source.given = 0;
    }
    close(fd);
    server_stop(server, 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stream_is_whole_and_released_once),
        cmocka_unit_test(a_failed_stream_does_not_look_whole),
        cmocka_unit_test(head_of_a_stream_pulls_nothing),
        cmocka_unit_test(woken_streams_say_all),
        cmocka_unit_test(a_slow_reader_is_not_read_for_ahead),
        cmocka_unit_test(a_client_that_leaves_is_noticed),
        cmocka_unit_test(a_quiet_stream_is_pulled_all_the_same),
        cmocka_unit_test(stopping_cuts_a_stream_that_goes_on),
        cmocka_unit_test(streams_come_one_after_the_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
