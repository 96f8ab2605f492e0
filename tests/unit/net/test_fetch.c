#include "peers.h"

#include "base/clock.h"
#include "net/fetch.h"

static const char *url_of(void **state, const char *path)
{
    static char  url[256];
    struct peers *peers = *state;
    snprintf(url, sizeof url, "http://127.0.0.1:%u%s", peers->port, path);
    return url;
}

static void test_answers(void **state)
{
    static const struct {
        const char     *path;
        unsigned        redirects;
        enum error_code code;
        int             status;
        const char     *body; /* its beginning */
    } rows[] = {
        {"/plain", 0, ERROR_NONE, 200, "hello"},
        {"/missing", 0, ERROR_NONE, 404, "no such thing"},
        {"/deflate", 0, ERROR_NONE, 200, "xxxx"},
        {"/bomb", 0, ERROR_TOO_LARGE, 200, NULL},
        {"/bomb-in-bomb", 0, ERROR_TOO_LARGE, 200, NULL},
        {"/broken-gzip", 0, ERROR_INVALID, 200, NULL},
        {"/unasked", 0, ERROR_INVALID, 0, NULL},
        {"/endless", 0, ERROR_TOO_LARGE, 200, NULL},
        {"/loop", 0, ERROR_NONE, 302, ""},
        {"/loop", 5, ERROR_INVALID, 302, NULL},
        {"/hops/5", 5, ERROR_NONE, 200, "there"},
        {"/hops/6", 5, ERROR_INVALID, 301, NULL},
        {"/to-file", 5, ERROR_INVALID, 302, NULL},
        {"/endless-redirect", 5, ERROR_NONE, 200, "hello"},
        {"/endless-redirect", 0, ERROR_TOO_LARGE, 302, NULL},
        {"/header-flood", 0, ERROR_TOO_LARGE, 0, NULL},
        {"/cut", 0, ERROR_IO, 200, NULL},
        {"/gone", 0, ERROR_IO, 0, NULL},
        {"/silent", 0, ERROR_IO, 0, NULL},
        {"/drip", 0, ERROR_IO, 200, NULL},
        {"/limited", 0, ERROR_NONE, 429, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct error        error = {0};
        struct fetch_answer answer;
        int64_t             start_us = clock_monotonic_us();
        enum error_code     code = fetch(&(struct fetch){.url = url_of(state, rows[i].path), .most_redirects = rows[i].redirects, .allows_private = true,
                                                     .timeout_ms = 1500, .most_bytes = 1000 * 1000}, &answer, &error);
        check(code == rows[i].code, "row %zu %s: %d %s", i, rows[i].path, code, error.message);
        check(answer.status == rows[i].status, "row %zu %s: status %d", i, rows[i].path, answer.status);
        check(answer.body.len <= 1000 * 1000, "row %zu %s: %zu bytes", i, rows[i].path, answer.body.len);
        check(clock_monotonic_us() - start_us < 8 * CLOCK_SECOND_US, "row %zu %s: too long", i, rows[i].path);
        if (rows[i].body)
            check(str_starts_with(buf_str(&answer.body), str_of(rows[i].body)), "row %zu %s", i, rows[i].path);
        fetch_answer_fini(&answer);
    }
}

static void test_headers_and_urls(void **state)
{
    struct error        error = {0};
    struct fetch_answer answer;
    check_ok(fetch(&(struct fetch){.url = url_of(state, "/plain"), .allows_private = true}, &answer, &error), error, "plain");
    check_str(fetch_header(&answer, "x-one"), STR("two"), "the last of a name");
    check_str(fetch_header(&answer, "etag"), STR("\"e\""), "any case");
    check(!fetch_header(&answer, "x-on").ptr && !fetch_header(&answer, "x-two").ptr, "none");
    fetch_answer_fini(&answer);
    check_ok(fetch(&(struct fetch){.url = url_of(state, "/hops/2"), .allows_private = true, .most_redirects = 2}, &answer, &error), error, "hops");
    check_str(str_of(answer.url), str_of(url_of(state, "/hops/0")), "where it came from in the end");
    fetch_answer_fini(&answer);
    check_ok(fetch(&(struct fetch){.url = url_of(state, "/limited"), .allows_private = true}, &answer, &error), error, "limited");
    assert_int_equal(fetch_retry_after_us(&answer, 0), 7 * CLOCK_SECOND_US);
    fetch_answer_fini(&answer);
}

static void test_requests(void **state)
{
    static char large[300000];
    memset(large, 'b', sizeof large);
    struct error               error = {0};
    struct fetch_answer        answer;
    const struct client_header own = {"X-Own", STR("1")}, forged = {"X-Own", STR("1\r\nX-Forged: 2")}, unnamed = {"X Own", STR("1")};
    const struct {
        struct fetch    fetch;
        enum error_code code;
        const char     *body;
    } rows[] = {
        {{.method = "PUT", .body = STR("{}"), .content_type = "application/json"}, ERROR_NONE, "PUT /echo HTTP/1.1|application/json|||{}"},
        {{.body = STR("a=b"), .content_type = "text/plain", .headers = &own, .header_count = 1}, ERROR_NONE, "POST /echo HTTP/1.1|text/plain||1|a=b"},
        {{.method = "DELETE"}, ERROR_NONE, "DELETE /echo HTTP/1.1||||"},
        {{.method = "POST"}, ERROR_NONE, "POST /echo HTTP/1.1|"},
        {{.user = "u", .password = "p"}, ERROR_NONE, "GET /echo HTTP/1.1||Basic dTpw||"},
        {{.body = {large, sizeof large}, .content_type = "x/y"}, ERROR_NONE, "POST /echo HTTP/1.1|x/y|||bbbb"},
        {{.headers = &forged, .header_count = 1}, ERROR_INVALID, ""},
        {{.headers = &unnamed, .header_count = 1}, ERROR_INVALID, ""},
        {{.method = "GET /x"}, ERROR_INVALID, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fetch one = rows[i].fetch;
        one.url = url_of(state, "/echo");
        one.allows_private = true;
        enum error_code code = fetch(&one, &answer, &error);
        check(code == rows[i].code, "row %zu: %d %s", i, code, error.message);
        check(str_starts_with(buf_str(&answer.body), str_of(rows[i].body)), "row %zu: %.*s", i, STR_ARG(buf_str(&answer.body)));
        fetch_answer_fini(&answer);
    }
}

/* What may have been done is told apart from what was surely not. */
static void test_lost_answers(void **state)
{
    struct error        error = {0};
    struct fetch_answer answer;
    assert_int_equal(fetch(&(struct fetch){.url = url_of(state, "/gone"), .body = STR("x"), .allows_private = true}, &answer, &error), ERROR_UNCERTAIN);
    fetch_answer_fini(&answer);
    assert_int_equal(fetch(&(struct fetch){.url = url_of(state, "/gone"), .method = "DELETE", .allows_private = true}, &answer, &error), ERROR_UNCERTAIN);
    fetch_answer_fini(&answer);
    assert_int_equal(fetch(&(struct fetch){.url = "http://127.0.0.1:1/", .body = STR("x"), .allows_private = true}, &answer, &error), ERROR_IO);
    fetch_answer_fini(&answer);
}

static void test_places(void **state)
{
    const struct {
        const char     *url;
        enum error_code code;
    } rows[] = {{url_of(state, "/plain"), ERROR_FORBIDDEN}, {"http://localhost:1/", ERROR_FORBIDDEN}, {"http://[::1]:1/", ERROR_FORBIDDEN},
                {"ftp://127.0.0.1/", ERROR_INVALID}, {"http://u:p@127.0.0.1/", ERROR_INVALID}, {"nothing", ERROR_INVALID}, {"file:///etc/passwd", ERROR_INVALID}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct error        error = {0};
        struct fetch_answer answer;
        enum error_code     code = fetch(&(struct fetch){.url = rows[i].url}, &answer, &error);
        check(code == rows[i].code, "%s: %d %s", rows[i].url, code, error.message);
        fetch_answer_fini(&answer);
    }
}

struct heard {
    char   text[256];
    size_t len;
    int    left; /* pieces until it is enough */
};

static bool hear(void *context, struct str bytes)
{
    struct heard *heard = context;
    size_t        room = sizeof heard->text - heard->len, len = bytes.len < room ? bytes.len : room;
    memcpy(heard->text + heard->len, bytes.ptr, len);
    heard->len += len;
    return --heard->left > 0;
}

static void test_streams(void **state)
{
    static const struct {
        const char     *path;
        int             left;
        enum error_code code;
        const char     *text;
    } rows[] = {
        {"/stream", 100, ERROR_NONE, "data: 0\n\ndata: 1\n\ndata: 2\n\ndata: 3\n\ndata: 4\n\n"},
        {"/stream", 1, ERROR_CANCELLED, "data: 0\n\n"},
        {"/stream-then-silent", 100, ERROR_IO, "data: 0\n\n"},
        {"/silent", 100, ERROR_IO, ""},
        {"/missing", 100, ERROR_NONE, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct error        error = {0};
        struct fetch_answer answer;
        struct heard        heard = {.left = rows[i].left};
        enum error_code     code = fetch(&(struct fetch){.url = url_of(state, rows[i].path), .allows_private = true, .timeout_ms = 500, .on_bytes = hear,
                                                     .context = &heard}, &answer, &error);
        check(code == rows[i].code, "row %zu %s: %d %s", i, rows[i].path, code, error.message);
        check_str(str_slice(heard.text, heard.len), str_of(rows[i].text), "row %zu", i);
        check(rows[i].code || strcmp(rows[i].path, "/missing") != 0 || answer.body.len > 0, "row %zu: an error's body is not streamed", i);
        fetch_answer_fini(&answer);
    }
}

static void test_stop(void **state)
{
    struct error        error = {0};
    struct fetch_answer answer;
    int                 ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    if (pid == 0) {
        clock_sleep(300);
        _exit(write(ends[1], "x", 1) == 1 ? 0 : 1);
    }
    int64_t         start_us = clock_monotonic_us();
    enum error_code code = fetch(&(struct fetch){.url = url_of(state, "/silent"), .allows_private = true, .stop_fd = ends[0]}, &answer, &error);
    assert_int_equal(code, ERROR_CANCELLED);
    assert_true(clock_monotonic_us() - start_us < 3 * CLOCK_SECOND_US);
    fetch_answer_fini(&answer);
    waitpid(pid, NULL, 0);
    close(ends[0]);
    close(ends[1]);
}

static void test_pool(void **state)
{
    struct fetch_pool  *pool = fetch_pool_new();
    struct fetch_answer answer;
    struct error        error = {0};
    int64_t             before = 0, after = 0;
    for (int i = 0; i < 12; i++) {
        const char *path = i == 0 || i == 11 ? "/connections" : "/plain";
        check_ok(fetch(&(struct fetch){.url = url_of(state, path), .allows_private = true, .pool = pool}, &answer, &error), error, "%d", i);
        if (i == 0 || i == 11)
            assert_true(str_to_i64(buf_str(&answer.body), i ? &after : &before));
        fetch_answer_fini(&answer);
    }
    assert_int_equal(before, after);
    fetch_pool_free(pool);
    fetch_pool_free(NULL);
}

static void test_retry_after(void **state)
{
    (void)state;
    const int64_t now_us = 1764000000 * CLOCK_SECOND_US; /* 2025-11-24T16:00:00Z */
    static const struct {
        int         status;
        const char *headers;
        int64_t     seconds;
    } rows[] = {
        {429, "retry-after: 30\n", 30},
        {503, "Retry-After: Mon, 24 Nov 2025 16:01:00 GMT\n", 60},
        {429, "Retry-After: Mon, 24 Nov 2025 15:00:00 GMT\n", 0},
        {429, "Retry-After: 99999999\n", 86400},
        {429, "Retry-After: -5\n", 0},
        {429, "Retry-After: nan\n", 0},
        {429, "Retry-After: soon\n", 0},
        {429, "RateLimit-Reset: 12\n", 12},
        {429, "RateLimit-Reset: 1764000045\n", 45},
        {200, "RateLimit-Remaining: 5\nRateLimit-Reset: 1764000045\n", 0},
        {200, "RateLimit-Remaining: 0\nRateLimit-Reset: 1764000045\n", 45},
        {429, "X-RateLimit-Reset: 2025-11-24T16:05:00.000Z\n", 300},
        {429, "Retry-After: 3\nX-RateLimit-Reset: 2025-11-24T16:05:00.000Z\n", 3},
        {429, "", 0},
        {429, "Retry-After:\n", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fetch_answer answer = {.status = rows[i].status};
        buf_append_str(&answer.headers, str_of(rows[i].headers));
        int64_t got = fetch_retry_after_us(&answer, now_us);
        check(got == rows[i].seconds * CLOCK_SECOND_US, "row %zu %s: %lld", i, rows[i].headers, (long long)got);
        fetch_answer_fini(&answer);
    }
}

static void test_encode(void **state)
{
    (void)state;
    struct buf out = {0};
    fetch_encode(STR("a b&c=\xc3\xa4/~-._+%\n"), &out);
    check_str(buf_str(&out), STR("a%20b%26c%3D%C3%A4%2F~-._%2B%25%0A"), "encoded");
    buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers), cmocka_unit_test(test_headers_and_urls), cmocka_unit_test(test_requests), cmocka_unit_test(test_lost_answers),
        cmocka_unit_test(test_places), cmocka_unit_test(test_streams), cmocka_unit_test(test_stop), cmocka_unit_test(test_pool),
        cmocka_unit_test(test_retry_after), cmocka_unit_test(test_encode),
    };
    return cmocka_run_group_tests(tests, peers_start, peers_stop);
}
