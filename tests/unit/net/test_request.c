/* What stands before a body: which targets and headers are taken, and as what. */
#include "../check.h"

#include "base/rng.h"
#include "net/request.h"

struct reading {
    struct http_request request;
    struct http_pairs   pairs;
    struct arena        arena;
};

static struct refusal read_target(struct reading *reading, struct str target)
{
    *reading = (struct reading){0};
    reading->request.pairs = &reading->pairs;
    return request_read_target(&reading->request, target, STR("here.example:8600"), &reading->arena);
}

static void targets_are_decoded_or_refused(void **state)
{
    (void)state;
    static const struct {
        const char *target, *path; /* path NULL: refused with the status */
        int         status;
    } rows[] = {
        {"/", "/", 0},
        {"/?", "/", 0},
        {"/a/b", "/a/b", 0},
        {"/a/b/", "/a/b", 0},
        {"/a%20b", "/a b", 0},
        {"/%E2%82%AC", "/€", 0},
        {"/a+b", "/a+b", 0},
        {"/a?b=/../c", "/a", 0},
        {"/...", "/...", 0},
        {"/.well-known/x", "/.well-known/x", 0},
        {"http://here.example:8600/a", "/a", 0},
        {"HTTP://HERE.example:8600", "/", 0},
        {"http://other.example/a", NULL, 400},
        {"http://here.example:8600@evil/a", NULL, 400},
        {"ftp://here.example:8600/a", NULL, 400},
        {"", NULL, 400},
        {"a", NULL, 400},
        {"*", NULL, 400},
        {"here.example:443", NULL, 400},
        {"//", NULL, 400},
        {"//etc/passwd", NULL, 400},
        {"/a//b", NULL, 400},
        {"/a/b//", NULL, 400},
        {"/..", NULL, 400},
        {"/../etc/passwd", NULL, 400},
        {"/a/..", NULL, 400},
        {"/a/../b", NULL, 400},
        {"/./a", NULL, 400},
        {"/%2e%2e/etc", NULL, 400},
        {"/%2E./etc", NULL, 400},
        {"/a/%2e", NULL, 400},
        {"/..%2fetc", NULL, 400},
        {"/a%2Fb", NULL, 400},
        {"/a%00b", NULL, 400},
        {"/a%0d%0aSet-Cookie:x", NULL, 400},
        {"/a%7fb", NULL, 400},
        {"/%c0%ae%c0%ae/etc", NULL, 400},
        {"/%e0%80%af", NULL, 400},
        {"/%ff", NULL, 400},
        {"/%ed%a0%80", NULL, 400},
        {"/%", NULL, 400},
        {"/%4", NULL, 400},
        {"/%zz", NULL, 400},
        {"/%u002e", NULL, 400},
        {"/a#b", NULL, 400},
        {"/a b", NULL, 400},
        {"/a\tb", NULL, 400},
        {"/a?x=%00", NULL, 400},
        {"/a?x=%ff", NULL, 400},
        {"/a?x=%4", NULL, 400},
        {"/a?%80=1", NULL, 400},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct reading reading;
        struct refusal refusal = read_target(&reading, str_of(rows[i].target));
        check(refusal.status == rows[i].status, "row %zu: %s: %d %s", i, rows[i].target, refusal.status,
              refusal.detail ? refusal.detail : "");
        if (!refusal.status)
            check_str(reading.request.path, str_of(rows[i].path), "row %zu: %s", i, rows[i].target);
        arena_fini(&reading.arena);
    }
    char long_target[TARGET_MOST_BYTES + 2];
    memset(long_target, 'a', sizeof long_target);
    long_target[0] = '/';
    struct reading reading;
    check(read_target(&reading, str_slice(long_target, TARGET_MOST_BYTES)).status == 0, "as long as allowed");
    arena_fini(&reading.arena);
    check(read_target(&reading, str_slice(long_target, TARGET_MOST_BYTES + 1)).status == 414, "longer than allowed");
    arena_fini(&reading.arena);
}

static void parameters_are_decoded_in_their_order(void **state)
{
    (void)state;
    struct reading reading;
    struct str     name, value;
    check(!read_target(&reading, STR("/x?q=two+words%21&empty=&bare&q=second&&=nameless&a%3Db=c%26d")).status,
          "refused");
    check_str(http_param(&reading.request, "q", 0), STR("two words!"), "first");
    check_str(http_param(&reading.request, "q", 1), STR("second"), "second");
    check(!http_param(&reading.request, "q", 2).ptr && !http_param(&reading.request, "Q", 0).ptr,
          "no third, and case counts");
    check(http_param(&reading.request, "empty", 0).ptr && http_param(&reading.request, "empty", 0).len == 0,
          "empty is not absent");
    check(http_param(&reading.request, "bare", 0).ptr != NULL, "bare is not absent");
    check_str(http_param(&reading.request, "a=b", 0), STR("c&d"), "escapes in both");
    size_t count = 0;
    while (http_param_at(&reading.request, count, &name, &value))
        count++;
    check(count == 6, "%zu parameters", count);
    arena_fini(&reading.arena);
    char many[PARAMETERS_MOST * 4 + 16] = "/?";
    for (int i = 0; i < PARAMETERS_MOST; i++)
        memcpy(many + 2 + i * 4, "a=b&", 4);
    check(!read_target(&reading, str_slice(many, 1 + PARAMETERS_MOST * 4)).status, "as many as allowed");
    arena_fini(&reading.arena);
    check(read_target(&reading, str_of(many)).status == 400, "one more");
    arena_fini(&reading.arena);
}

/* Where two servers in a row disagree about where a body ends, one client's request becomes another's (RFC 9112, 11.2).
 */
static void only_one_length_of_a_body_is_taken(void **state)
{
    (void)state;
    static const struct {
        const char *headers[4]; /* name, value, name, value */
        int         status;
        uint64_t    length;
        bool        is_chunked;
    } rows[] = {
        {{NULL}, 0, 0, false},
        {{"Content-Length", "0"}, 0, 0, false},
        {{"content-length", "12"}, 0, 12, false},
        {{"Transfer-Encoding", "chunked"}, 0, 0, true},
        {{"transfer-encoding", "Chunked"}, 0, 0, true},
        {{"Content-Length", "5", "Transfer-Encoding", "chunked"}, 400, 0, false},
        {{"Content-Length", "5", "content-length", "5"}, 400, 0, false},
        {{"Content-Length", "5", "Content-Length", "6"}, 400, 0, false},
        {{"Content-Length", "5,5"}, 400, 0, false},
        {{"Content-Length", "+5"}, 400, 0, false},
        {{"Content-Length", "-5"}, 400, 0, false},
        {{"Content-Length", "0x5"}, 400, 0, false},
        {{"Content-Length", "5 5"}, 400, 0, false},
        {{"Content-Length", ""}, 400, 0, false},
        {{"Content-Length", "99999999999999999999"}, 413, 0, false},
        {{"Transfer-Encoding", "gzip"}, 501, 0, false},
        {{"Transfer-Encoding", "gzip, chunked"}, 501, 0, false},
        {{"Transfer-Encoding", "chunked, chunked"}, 501, 0, false},
        {{"Transfer-Encoding", "xchunked"}, 501, 0, false},
        {{"Transfer-Encoding", "chunked", "Transfer-Encoding", "identity"}, 400, 0, false},
        {{"Content-Length ", "5"}, 400, 0, false},
        {{"Content-\tLength", "5"}, 400, 0, false},
        {{"Host", "a", "host", "b"}, 400, 0, false},
        {{"X", "a\x01""b"}, 400, 0, false},
        {{"X", "a\rb"}, 400, 0, false},
        {{"", "a"}, 400, 0, false},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct reading   reading = {0};
        struct http_pair headers[2];
        size_t           count = 0;
        uint64_t         length;
        bool             is_chunked;
        for (size_t k = 0; k < 4 && rows[i].headers[k]; k += 2)
            headers[count++] = (struct http_pair){str_of(rows[i].headers[k]), str_of(rows[i].headers[k + 1])};
        reading.request.pairs = &reading.pairs;
        struct refusal refusal = request_read_headers(&reading.request, headers, count, &reading.arena);
        if (!refusal.status)
            refusal = request_body_length(&reading.request, &length, &is_chunked);
        check(refusal.status == rows[i].status, "row %zu: %d %s", i, refusal.status,
              refusal.detail ? refusal.detail : "");
        if (!refusal.status)
            check(length == rows[i].length && is_chunked == rows[i].is_chunked, "row %zu", i);
        arena_fini(&reading.arena);
    }
}

static void cookies_are_found_among_others(void **state)
{
    (void)state;
    struct reading         reading = {0};
    const struct http_pair headers[] = {{STR("Cookie"), STR("a=1; __Host-session=x=y ;b= 2;c;=d; a=3")},
                                        {STR("cookie"), STR("late=4")}};
    reading.request.pairs = &reading.pairs;
    check(!request_read_headers(&reading.request, headers, 2, &reading.arena).status, "refused");
    check_str(http_cookie(&reading.request, "a"), STR("1"), "the first of a name");
    check_str(http_cookie(&reading.request, "__Host-session"), STR("x=y"), "with = in it");
    check_str(http_cookie(&reading.request, "b"), STR("2"), "blanks");
    check_str(http_cookie(&reading.request, "late"), STR("4"), "in a second header");
    check(!http_cookie(&reading.request, "c").ptr && !http_cookie(&reading.request, "A").ptr, "absent");
    arena_fini(&reading.arena);
}

static void random_bytes_are_refused_or_give_a_path_that_holds(void **state)
{
    (void)state;
    static const char alphabet[] = "/.%2ef+?&=#:@\\0aAé \t\x01\xff\xc0\x80";
    struct rng        rng;
    rng_seed(&rng, 17);
    unsigned taken = 0;
    for (int i = 0; i < 200000; i++) {
        char   target[24] = "/";
        size_t len = 1 + rng_below(&rng, sizeof target - 1);
        for (size_t k = rng_below(&rng, 2); k < len; k++)
            target[k] = alphabet[rng_below(&rng, sizeof alphabet)];
        struct reading reading;
        if (!read_target(&reading, str_slice(target, len)).status) {
            struct str path = reading.request.path;
            taken++;
            check(path.len && path.ptr[0] == '/' && !memchr(path.ptr, '\0', path.len) &&
                      !str_contains(path, STR("//")) && !str_contains(path, STR("/../")) &&
                      !str_ends_with(path, STR("/..")),
                  "%.*s", STR_ARG(path));
        }
        arena_fini(&reading.arena);
    }
    check(taken > 1000, "only %u were taken: the test tests nothing", taken);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(targets_are_decoded_or_refused),
        cmocka_unit_test(parameters_are_decoded_in_their_order),
        cmocka_unit_test(only_one_length_of_a_body_is_taken),
        cmocka_unit_test(cookies_are_found_among_others),
        cmocka_unit_test(random_bytes_are_refused_or_give_a_path_that_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
