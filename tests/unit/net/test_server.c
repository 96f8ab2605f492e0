/* The server against clients that mean no good, over real sockets. */
#include "browser.h"

#include "base/clock.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static _Atomic int runs, finished;

static void echo(struct http_request *request, struct http_response *response)
{
    struct str name, value;
    response->content_type = "text/plain";
    buf_printf(&response->body, "%s %.*s", http_method_names[request->method], STR_ARG(request->path));
    for (size_t i = 0; http_param_at(request, i, &name, &value); i++)
        buf_printf(&response->body, " [%.*s=%.*s]", STR_ARG(name), STR_ARG(value));
    buf_printf(&response->body, " body=%zu peer=%s", request->body.len, request->peer);
    if (request->body.len <= 64)
        buf_printf(&response->body, " %.*s", STR_ARG(request->body));
}

static const struct http_asset asset = {.path = "/asset",
                                        .type = "text/javascript",
                                        .etag = "\"v1\"",
                                        .identity = {"plain", 5},
                                        .br = {"BR", 2},
                                        .gz = {"GZ!", 3},
                                        .is_immutable = true};

static void handle(void *context, struct http_request *request, struct http_response *response)
{
    (void)context;
    atomic_fetch_add(&runs, 1);
    if (str_equal(request->path, STR("/slow"))) {
        clock_sleep(300);
        buf_printf(&response->body, "slept");
    } else if (str_equal(request->path, STR("/big"))) {
        for (int i = 0; i < 8 * 1024 * 1024 / 16; i++)
            buf_append(&response->body, "0123456789abcdef", 16);
    } else if (str_equal(request->path, STR("/asset"))) {
        response->asset = &asset;
    } else if (str_equal(request->path, STR("/tagged"))) {
        buf_printf(&response->body, "the same");
        http_set_etag(request, response);
    } else if (str_equal(request->path, STR("/nothing"))) {
        response->status = 204;
    } else {
        echo(request, response);
    }
    atomic_fetch_add(&finished, 1);
}

struct seen {
    pthread_mutex_t lock;
    unsigned        requests, refused, timeouts, cuts;
};

static struct seen seen = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void see(void *context, const struct http_log *line)
{
    (void)context;
    pthread_mutex_lock(&seen.lock);
    seen.requests += strcmp(line->event, "request") == 0;
    seen.refused += strcmp(line->event, "refused") == 0;
    seen.timeouts += strcmp(line->event, "timeout") == 0;
    seen.cuts += strcmp(line->event, "cut") == 0;
    pthread_mutex_unlock(&seen.lock);
}

static struct server *start(struct server_limits limits, const char *trusted)
{
    struct server       *server;
    struct error         error = {0};
    struct server_options options = {
        .listen = "127.0.0.1:0", .trusted_proxies = trusted, .limits = limits, .handle = handle, .log = see};
    seen = (struct seen){.lock = PTHREAD_MUTEX_INITIALIZER};
    runs = finished = 0;
    check_ok(server_start(&options, &server, &error), error, "start");
    check(server_port(server) > 0, "a port");
    return server;
}

static const struct server_limits usual = {.body_bytes = 100000, .header_bytes = 8192, .requests_per_peer_s = 100000};

static void requests_are_answered(void **state)
{
    (void)state;
    static const struct {
        const char *request;
        int         status;
        const char *body; /* NULL: any */
    } rows[] = {
        {"GET /a%20b?q=1&q=2 HTTP/1.1\r\nHost: h\r\n\r\n", 200, "GET /a b [q=1] [q=2] body=0 peer=127.0.0.1 "},
        {"POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello", 200, "POST /p body=5 peer=127.0.0.1 hello"},
        {"PATCH /p HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nTrailer: "
         "t\r\n\r\n",
         200, "PATCH /p body=5 peer=127.0.0.1 abcde"},
        {"PUT /p HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhello", 200,
         "PUT /p body=5 peer=127.0.0.1 hello"},
        {"GET http://h/x HTTP/1.1\r\nHost: h\r\n\r\n", 200, "GET /x body=0 peer=127.0.0.1 "},
        {"BREW /pot HTTP/1.1\r\nHost: h\r\n\r\n", 200, "OTHER /pot body=0 peer=127.0.0.1 "},
        {"GET /nothing HTTP/1.1\r\nHost: h\r\n\r\n", 204, ""},
        {"GET /x HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 6.6.6.6\r\n\r\n", 200, "GET /x body=0 peer=127.0.0.1 "},
        {"GET /%2e%2e/etc/passwd HTTP/1.1\r\nHost: h\r\n\r\n", 400, NULL},
        {"GET /a%00 HTTP/1.1\r\nHost: h\r\n\r\n", 400, NULL},
        {"GET //a HTTP/1.1\r\nHost: h\r\n\r\n", 400, NULL},
        {"GET /%c0%af HTTP/1.1\r\nHost: h\r\n\r\n", 400, NULL},
        {"OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", 400, NULL},
        {"CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n", 400, NULL},
        {"GET /x HTTP/1.1\r\n\r\n", 400, NULL},
        {"GET /x HTTP/1.1\r\nHost: h\r\nHost: g\r\n\r\n", 400, NULL},
        {"GET /x HTTP/1.1\r\nHost: h\r\nno colon\r\n\r\n", 400, NULL},
        {"POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n", 400, NULL},
        {"POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n", 400, NULL},
        {"POST /x HTTP/1.1\r\nHost: h\r\nContent-Length : 5\r\n\r\nhello", 400, NULL},
        {"POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!", 400, NULL},
        {"POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, NULL},
        {"POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501, NULL},
        {"POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400, NULL},
        {"POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n", 413, NULL},
        {"POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 100001\r\n\r\n", 413, NULL},
        {"POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 100001\r\nExpect: 100-continue\r\n\r\n", 413, NULL},
        {"POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 18446744073709551617\r\n\r\n", 413, NULL},
    };
    struct server *server = start(usual, NULL);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct answer answer;
        int           status = browser_ask(server_port(server), rows[i].request, &answer);
        check(status == rows[i].status, "row %zu: %d: %s", i, status, rows[i].request);
        check(answer.is_whole, "row %zu: %s", i, rows[i].request);
        if (rows[i].body)
            check_str(buf_str(&answer.body), str_of(rows[i].body), "row %zu: %s", i, rows[i].request);
        if (status < 300)
            check(answer_header(&answer, "X-Request-Id").len == 16, "row %zu: no id", i);
        answer_fini(&answer);
    }
    /* A text in a first line that ends early for one reader and late for another. */
    int           fd = browser_connect(server_port(server));
    struct answer answer;
    browser_send(fd, STR("GET /a\0/secret HTTP/1.1\r\nHost: h\r\n\r\n"));
    check(browser_read(fd, &answer, 5000) == 400, "NUL in the target: %d", answer.status);
    answer_fini(&answer);
    close(fd);
    server_stop(server, 1000);
    check(seen.requests > COUNT_OF(rows) - 8, "%u lines", seen.requests);
}

static void what_is_too_large_is_refused_in_time(void **state)
{
    (void)state;
    struct server *server = start(usual, NULL);
    struct buf     request = {0};
    struct answer  answer;
    /* A body over the bound, sent whole by a client that reads only afterwards: it still sees why. */
    buf_printf(&request, "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 2000000\r\n\r\n");
    buf_append_zeros(&request, 2000000);
    int fd = browser_connect(server_port(server));
    browser_send(fd, buf_str(&request));
    check(browser_read(fd, &answer, 5000) == 413, "length: %d", answer.status);
    check_str(answer_header(&answer, "Connection"), STR("close"), "the rest is not read as a request");
    answer_fini(&answer);
    close(fd);
    /* Chunks over the bound, by a little: answered; for ever: cut. */
    buf_clear(&request);
    buf_printf(&request, "POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1d4c0\r\n");
    buf_append_zeros(&request, 0x1d4c0);
    buf_printf(&request, "\r\n0\r\n\r\n");
    fd = browser_connect(server_port(server));
    browser_send(fd, buf_str(&request));
    check(browser_read(fd, &answer, 5000) == 413, "chunks: %d", answer.status);
    answer_fini(&answer);
    close(fd);
    buf_clear(&request);
    buf_printf(&request, "ffff\r\n");
    buf_append_zeros(&request, 0xffff);
    buf_printf(&request, "\r\n");
    fd = browser_connect(server_port(server));
    browser_send(fd, STR("POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"));
    unsigned chunks = 0;
    while (chunks < 1000 && browser_send(fd, buf_str(&request)))
        chunks++;
    check(chunks < 1000, "endless chunks were read for ever");
    close(fd);
    /* Headers: over the bound, endless, many; and a long target. */
    static const struct {
        size_t each, times;
        int    status, or_status; /* 0: closed will do */
    } rows[] = {{10000, 1, 431, 431}, {30000, 1, 431, 0}, {10, 101, 431, 431}, {10, 100000, 431, 0}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        buf_clear(&request);
        buf_printf(&request, "GET /x HTTP/1.1\r\nHost: h\r\n");
        for (size_t k = 0; k < rows[i].times; k++) {
            buf_printf(&request, "X-%zu: ", k);
            for (size_t n = 0; n < rows[i].each; n++)
                buf_append_char(&request, 'x');
            buf_printf(&request, "\r\n");
        }
        buf_printf(&request, "\r\n");
        fd = browser_connect(server_port(server));
        browser_send(fd, buf_str(&request));
        int status = browser_read(fd, &answer, 5000);
        check(status == rows[i].status || status == rows[i].or_status, "row %zu: %d", i, status);
        answer_fini(&answer);
        close(fd);
    }
    buf_clear(&request);
    buf_printf(&request, "GET /");
    for (int i = 0; i < 17000; i++)
        buf_append_char(&request, 'x');
    buf_printf(&request, " HTTP/1.1\r\nHost: h\r\n\r\n");
    fd = browser_connect(server_port(server));
    browser_send(fd, buf_str(&request));
    int status = browser_read(fd, &answer, 5000);
    check(status == 414 || status == 431, "a long target: %d", status);
    answer_fini(&answer);
    close(fd);
    check(runs == 0, "%d of them reached the handler", runs);
    check(browser_ask(server_port(server), "GET /after HTTP/1.1\r\nHost: h\r\n\r\n", &answer) == 200, "alive");
    answer_fini(&answer);
    buf_fini(&request);
    server_stop(server, 1000);
}

static void a_connection_carries_many_requests(void **state)
{
    (void)state;
    struct server *server = start(usual, NULL);
    int            fd = browser_connect(server_port(server));
    struct buf     request = {0};
    struct answer  answer;
    for (int i = 0; i < 50; i++) /* all at once, before any answer is read */
        buf_printf(&request, "POST /n/%d HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\n%03d", i, i);
    browser_send(fd, buf_str(&request));
    for (int i = 0; i < 50; i++) {
        char wanted[64];
        snprintf(wanted, sizeof wanted, "POST /n/%d body=3 peer=127.0.0.1 %03d", i, i);
        check(browser_read(fd, &answer, 5000) == 200, "answer %d", i);
        check_str(buf_str(&answer.body), str_of(wanted), "answer %d", i);
        answer_fini(&answer);
    }
    browser_send(fd, STR("HEAD /big HTTP/1.1\r\nHost: h\r\n\r\nGET /x HTTP/1.1\r\nHost: h\r\n\r\n"));
    check(browser_read_head(fd, &answer, 5000) == 200, "HEAD");
    check_str(answer_header(&answer, "Content-Length"), STR("8388608"), "HEAD tells the length");
    answer_fini(&answer);
    check(browser_read(fd, &answer, 5000) == 200 && str_starts_with(buf_str(&answer.body), STR("GET /x")),
          "and no body lies between");
    answer_fini(&answer);
    browser_send(fd, STR("GET /../x HTTP/1.1\r\nHost: h\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n"));
    check(browser_read(fd, &answer, 5000) == 400, "refused");
    answer_fini(&answer);
    check(browser_is_closed(fd, 5000), "after a broken request nothing is believed");
    close(fd);
    buf_fini(&request);
    server_stop(server, 1000);
}

static void assets_and_tags_save_bytes(void **state)
{
    (void)state;
    static const struct {
        const char *headers;
        int         status;
        const char *body, *coding, *etag;
    } rows[] = {
        {"", 200, "plain", "", "\"v1\""},
        {"Accept-Encoding: gzip, deflate, br\r\n", 200, "BR", "br", "\"v1-br\""},
        {"Accept-Encoding: gzip, br;q=0\r\n", 200, "GZ!", "gzip", "\"v1-gz\""},
        {"Accept-Encoding: gzip;q=0.5\r\n", 200, "GZ!", "gzip", "\"v1-gz\""},
        {"Accept-Encoding: gzip;q=junk, identity\r\n", 200, "plain", "", "\"v1\""},
        {"If-None-Match: \"v1\"\r\n", 304, "", "", "\"v1\""},
        {"If-None-Match: W/\"v0\", \"v1-gz\"\r\nAccept-Encoding: gzip\r\n", 304, "", "", "\"v1-gz\""},
        {"If-None-Match: \"v2\"\r\n", 200, "plain", "", "\"v1\""},
        {"If-None-Match: *\r\n", 304, "", "", "\"v1\""},
    };
    struct server *server = start(usual, NULL);
    struct answer  answer;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char request[256];
        snprintf(request, sizeof request, "GET /asset HTTP/1.1\r\nHost: h\r\n%s\r\n", rows[i].headers);
        check(browser_ask(server_port(server), request, &answer) == rows[i].status, "row %zu: %d", i, answer.status);
        check_str(buf_str(&answer.body), str_of(rows[i].body), "row %zu", i);
        check_str(answer_header(&answer, "Content-Encoding"), str_of(rows[i].coding), "row %zu", i);
        check_str(answer_header(&answer, "ETag"), str_of(rows[i].etag), "row %zu", i);
        check_str(answer_header(&answer, "Cache-Control"), STR("public, max-age=31536000, immutable"), "row %zu", i);
        answer_fini(&answer);
    }
    char request[256];
    check(browser_ask(server_port(server), "GET /tagged HTTP/1.1\r\nHost: h\r\n\r\n", &answer) == 200, "first");
    snprintf(request, sizeof request, "GET /tagged HTTP/1.1\r\nHost: h\r\nIf-None-Match: %.*s\r\n\r\n",
             STR_ARG(answer_header(&answer, "ETag")));
    answer_fini(&answer);
    check(browser_ask(server_port(server), request, &answer) == 304 && answer.body.len == 0, "held already");
    answer_fini(&answer);
    server_stop(server, 1000);
}

/* A byte now and then is not silence: only a deadline for the whole request ends it. */
static void slow_clients_are_ended(void **state)
{
    (void)state;
    static const struct {
        const char *name, *first, *drip;
    } rows[] = {
        {"silent", "", ""},
        {"first line", "GET /", "x"},
        {"headers", "GET /x HTTP/1.1\r\nHost: h\r\n", "X: y\r\n"},
        {"body", "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n", "b"},
        {"chunks", "POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nc\r\n"},
        {"second request", "GET /x HTTP/1.1\r\nHost: h\r\n\r\nGET /", "y"},
    };
    struct server_limits limits = usual;
    limits.idle_s = 1;
    limits.request_s = 2;
    struct server *server = start(limits, NULL);
    int            fds[COUNT_OF(rows)];
    bool           is_closed[COUNT_OF(rows)] = {false};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        fds[i] = browser_connect(server_port(server));
        browser_send(fds[i], str_of(rows[i].first));
    }
    size_t  left = COUNT_OF(rows);
    int64_t begun_us = clock_monotonic_us();
    while (left && clock_monotonic_us() - begun_us < 10 * CLOCK_SECOND_US) {
        clock_sleep(100);
        for (size_t i = 0; i < COUNT_OF(rows); i++)
            if (!is_closed[i] && (browser_is_closed(fds[i], 5) || !browser_send(fds[i], str_of(rows[i].drip)))) {
                is_closed[i] = true;
                left--;
            }
    }
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        check(is_closed[i], "%s: still open after ten seconds", rows[i].name);
        close(fds[i]);
    }
    check(clock_monotonic_us() - begun_us > CLOCK_SECOND_US, "ended too early");
    struct answer answer;
    check(browser_ask(server_port(server), "GET /after HTTP/1.1\r\nHost: h\r\n\r\n", &answer) == 200, "alive");
    answer_fini(&answer);
    check(runs == 2, "%d runs: the whole first of the last row, and the one after", runs);
    pthread_mutex_lock(&seen.lock);
    unsigned timeouts = seen.timeouts;
    pthread_mutex_unlock(&seen.lock);
    check(timeouts >= 3, "%u timeouts told", timeouts);
    server_stop(server, 1000);
}

/* Answers that nobody takes end, too, and hold up nobody. */
static void a_client_that_does_not_read_is_ended(void **state)
{
    (void)state;
    struct server_limits limits = usual;
    limits.idle_s = 1;
    struct server *server = start(limits, NULL);
    int            fds[8];
    for (size_t i = 0; i < COUNT_OF(fds); i++) {
        int small = 4096;
        fds[i] = browser_connect(server_port(server));
        setsockopt(fds[i], SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
        browser_send(fds[i], STR("GET /big HTTP/1.1\r\nHost: h\r\n\r\n"));
    }
    struct answer answer;
    for (int i = 0; i < 20; i++) {
        check(browser_ask(server_port(server), "GET /x HTTP/1.1\r\nHost: h\r\n\r\n", &answer) == 200,
              "others are served");
        answer_fini(&answer);
    }
    struct server_counters counters;
    int64_t                begun_us = clock_monotonic_us();
    do {
        clock_sleep(100);
        server_counters(server, &counters);
    } while (counters.connections_now && clock_monotonic_us() - begun_us < 10 * CLOCK_SECOND_US);
    check(counters.connections_now == 0, "%llu still open", (unsigned long long)counters.connections_now);
    for (size_t i = 0; i < COUNT_OF(fds); i++)
        close(fds[i]);
    server_stop(server, 1000);
}

/* Half a request and the end of it come in one: nobody says twice that something has come. */
static void half_a_request_and_a_goodbye_hold_nothing(void **state)
{
    (void)state;
    struct server         *server = start(usual, NULL);
    struct server_counters counters;
    int64_t                begun_us = clock_monotonic_us();
    for (int i = 0; i < 100; i++) {
        int fd = browser_connect(server_port(server));
        browser_send(fd, STR("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nx"));
        close(fd);
    }
    do {
        clock_sleep(50);
        server_counters(server, &counters);
    } while (counters.connections_now && clock_monotonic_us() - begun_us < 10 * CLOCK_SECOND_US);
    check(counters.connections_now == 0, "%llu of 100 still held", (unsigned long long)counters.connections_now);
    server_stop(server, 1000);
}

static void one_peer_has_its_share(void **state)
{
    (void)state;
    struct server_limits limits = usual;
    struct answer        answer;
    limits.requests_per_peer_s = 10;
    struct server *server = start(limits, "127.0.0.1");
    unsigned       refused = 0;
    for (int i = 0; i < 40; i++) {
        int status = browser_ask(server_port(server),
                                 "GET /x HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 9.9.9.9, 1.2.3.4\r\n\r\n", &answer);
        check(status == 200 || status == 429, "%d", status);
        refused += status == 429;
        if (status == 429)
            check_str(answer_header(&answer, "Retry-After"), STR("1"), "says when");
        else
            check(str_contains(buf_str(&answer.body), STR("peer=1.2.3.4")), "%.*s", STR_ARG(buf_str(&answer.body)));
        answer_fini(&answer);
    }
    check(refused >= 10 && refused <= 20, "%u of 40 refused", refused);
    check(browser_ask(server_port(server), "GET /x HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 1.2.3.4, 9.9.9.9\r\n\r\n",
                      &answer) == 200,
          "another client behind the same proxy is served");
    answer_fini(&answer);
    server_stop(server, 1000);
}

static void ten_thousand_connections_are_bounded(void **state)
{
    (void)state;
    enum { FLOOD = 10000, HELD = 600 };
    struct server_limits limits = usual;
    limits.connections = 256;
    limits.connections_per_peer = 64;
    struct server *server = start(limits, NULL);
    static int     fds[HELD];
    uint64_t       most = 0;
    memset(fds, -1, sizeof fds);
    for (int i = 0; i < FLOOD; i++) {
        int *fd = &fds[i % HELD];
        if (*fd >= 0)
            close(*fd);
        *fd = browser_connect(server_port(server));
        check(*fd >= 0, "connection %d: %s", i, strerror(errno));
        browser_send(*fd, STR("GET /x HT"));
        struct server_counters counters;
        server_counters(server, &counters);
        most = counters.connections_now > most ? counters.connections_now : most;
    }
    check(most <= 64 + 4, "%llu at once", (unsigned long long)most);
    for (int i = 0; i < HELD; i++)
        close(fds[i]);
    struct answer answer;
    int           status = 0;
    for (int i = 0; i < 50 && status != 200; i++) {
        clock_sleep(100);
        status = browser_ask(server_port(server), "GET /after HTTP/1.1\r\nHost: h\r\n\r\n", &answer);
        answer_fini(&answer);
    }
    check(status == 200, "not served after the flood: %d", status);
    struct server_counters counters;
    server_counters(server, &counters);
    check(counters.refused > 1000, "only %llu refused", (unsigned long long)counters.refused);
    check(seen.refused < 1000, "%u lines for a flood", seen.refused);
    server_stop(server, 1000);
}

/* More whole requests than may wait: the rest is told to come back. */
static void a_full_queue_answers_503(void **state)
{
    (void)state;
    struct server_limits limits = usual;
    limits.workers = 1;
    limits.queued = 2;
    struct server *server = start(limits, NULL);
    int            fds[12];
    unsigned       slept = 0, refused = 0;
    for (size_t i = 0; i < COUNT_OF(fds); i++) {
        fds[i] = browser_connect(server_port(server));
        browser_send(fds[i], STR("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n"));
    }
    for (size_t i = 0; i < COUNT_OF(fds); i++) {
        struct answer answer;
        int           status = browser_read(fds[i], &answer, 10000);
        slept += status == 200;
        refused += status == 503 && answer_header(&answer, "Retry-After").len;
        answer_fini(&answer);
        close(fds[i]);
    }
    check(slept >= 2 && slept <= 4 && slept + refused == COUNT_OF(fds), "%u slept, %u refused", slept, refused);
    server_stop(server, 1000);
}

static void many_large_bodies_at_once_are_bounded(void **state)
{
    (void)state;
    struct server_limits limits = usual;
    limits.bodies_bytes = 300000;
    struct server *server = start(limits, NULL);
    int            fds[8];
    struct buf     body = {0};
    unsigned       taken = 0, refused = 0;
    buf_append_zeros(&body, 90000);
    for (size_t i = 0; i < COUNT_OF(fds); i++) {
        fds[i] = browser_connect(server_port(server));
        browser_send(fds[i], STR("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 90001\r\n\r\n"));
        browser_send(fds[i], buf_str(&body));
    }
    clock_sleep(300);
    for (size_t i = 0; i < COUNT_OF(fds); i++) {
        struct answer answer;
        browser_send(fds[i], STR("x"));
        int status = browser_read(fds[i], &answer, 5000);
        taken += status == 200;
        refused += status == 503;
        answer_fini(&answer);
        close(fds[i]);
    }
    check(taken >= 2 && taken <= 3 && taken + refused == COUNT_OF(fds), "%u taken, %u refused", taken, refused);
    struct answer answer;
    check(browser_ask(server_port(server), "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx", &answer) == 200,
          "room again");
    answer_fini(&answer);
    buf_fini(&body);
    server_stop(server, 1000);
}

static void stopping_waits_for_what_runs(void **state)
{
    (void)state;
    struct server *server = start(usual, NULL);
    int            fds[4], idle = browser_connect(server_port(server)), half = browser_connect(server_port(server));
    browser_send(half, STR("GET /x HTTP/1.1\r\nHo"));
    for (size_t i = 0; i < COUNT_OF(fds); i++) {
        fds[i] = browser_connect(server_port(server));
        browser_send(fds[i], STR("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n"));
    }
    while (runs == 0)
        clock_sleep(1);
    server_stop(server, 5000);
    for (size_t i = 0; i < COUNT_OF(fds); i++) {
        struct answer answer;
        int           status = browser_read(fds[i], &answer, 1000);
        check(status == 200 || status == 503 || status == 0, "request %zu: %d", i, status);
        check(i > 0 || status == 200, "the one that ran: %d", status);
        answer_fini(&answer);
        close(fds[i]);
    }
    check(runs == finished, "%d ran, %d finished", runs, finished);
    check(browser_is_closed(idle, 1000) && browser_is_closed(half, 1000), "the others are closed");
    close(idle);
    close(half);
    /* A client that does not take its answer is not waited for beyond the grace. */
    server = start(usual, NULL);
    int small = 4096, lazy = browser_connect(server_port(server));
    setsockopt(lazy, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    browser_send(lazy, STR("GET /big HTTP/1.1\r\nHost: h\r\n\r\n"));
    while (finished == 0)
        clock_sleep(1);
    int64_t begun_us = clock_monotonic_us();
    server_stop(server, 500);
    int64_t took_us = clock_monotonic_us() - begun_us;
    check(took_us > 400000 && took_us < 5 * CLOCK_SECOND_US, "stopped in %lld us", (long long)took_us);
    close(lazy);
}

static void addresses_to_listen_on(void **state)
{
    (void)state;
    static const struct {
        const char     *listen;
        enum error_code code;
    } rows[] = {{"127.0.0.1", ERROR_INVALID},
                {"127.0.0.1:x", ERROR_INVALID},
                {"127.0.0.1:70000", ERROR_INVALID},
                {"::1:0", ERROR_INVALID},
                {"", ERROR_INVALID},
                {"no.such.host.invalid:0", ERROR_INVALID},
                {"192.0.2.1:0", ERROR_INVALID},
                {"unix:", ERROR_INVALID},
                {"127.0.0.1:0", ERROR_NONE},
                {"localhost:0", ERROR_NONE}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct server        *server;
        struct error          error = {0};
        struct server_options options = {.listen = rows[i].listen, .handle = handle};
        check(server_start(&options, &server, &error) == rows[i].code, "row %zu: %s: %s", i, rows[i].listen,
              error.message);
        check(!rows[i].code == (server != NULL), "row %zu", i);
        server_stop(server, 0);
    }
    struct server        *first = start(usual, NULL), *second;
    struct error          error = {0};
    char                  taken[32];
    struct server_options options = {.listen = taken, .handle = handle};
    snprintf(taken, sizeof taken, "127.0.0.1:%d", server_port(first));
    check(server_start(&options, &second, &error) == ERROR_CONFLICT && strstr(error.message, taken), "in use: %s",
          error.message);
    server_stop(first, 0);
    check_ok(server_start(&options, &second, &error), error, "free again at once");
    server_stop(second, 0);
    /* A Unix socket: served, its peer has no address, and what a killed process left is taken over. */
    char               path[64];
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    snprintf(path, sizeof path, "unix:/tmp/bellwether-test-%d", (int)getpid());
    memcpy(at.sun_path, path + 5, strlen(path + 5) + 1);
    int left = socket(AF_UNIX, SOCK_STREAM, 0);
    check(!bind(left, (struct sockaddr *)(void *)&at, sizeof at), "bind");
    close(left);
    options.listen = path;
    check_ok(server_start(&options, &first, &error), error, "over a stale socket");
    check(server_start(&options, &second, &error) == ERROR_CONFLICT, "not over a live one: %s", error.message);
    int           fd = socket(AF_UNIX, SOCK_STREAM, 0);
    struct answer answer;
    check(!connect(fd, (struct sockaddr *)(void *)&at, sizeof at), "connect");
    browser_send(fd, STR("GET /x HTTP/1.1\r\nHost: h\r\n\r\n"));
    check(browser_read(fd, &answer, 5000) == 200 && str_contains(buf_str(&answer.body), STR("peer=unix")), "answered");
    answer_fini(&answer);
    close(fd);
    server_stop(first, 0);
    check(access(path + 5, F_OK) != 0, "the socket is gone");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_are_answered),
        cmocka_unit_test(what_is_too_large_is_refused_in_time),
        cmocka_unit_test(a_connection_carries_many_requests),
        cmocka_unit_test(assets_and_tags_save_bytes),
        cmocka_unit_test(slow_clients_are_ended),
        cmocka_unit_test(a_client_that_does_not_read_is_ended),
        cmocka_unit_test(half_a_request_and_a_goodbye_hold_nothing),
        cmocka_unit_test(one_peer_has_its_share),
        cmocka_unit_test(ten_thousand_connections_are_bounded),
        cmocka_unit_test(a_full_queue_answers_503),
        cmocka_unit_test(many_large_bodies_at_once_are_bounded),
        cmocka_unit_test(stopping_waits_for_what_runs),
        cmocka_unit_test(addresses_to_listen_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
