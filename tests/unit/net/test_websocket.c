#include "peers.h"

#include "base/clock.h"
#include "net/websocket.h"

static const char *url_of(void **state, const char *name)
{
    static char  url[256];
    struct peers *peers = *state;
    snprintf(url, sizeof url, "ws://127.0.0.1:%u/ws/%s", peers->port, name);
    return url;
}

static struct websocket *open_one(void **state, const char *name)
{
    struct websocket *websocket;
    struct error      error = {0};
    check_ok(websocket_open(&(struct websocket_options){.url = url_of(state, name), .allows_private = true, .most_bytes = 200000, .idle_s = 2}, &websocket,
                            NULL, &error), error, "%s", name);
    return websocket;
}

static void test_refusals(void **state)
{
    static const struct {
        const char     *name, *subprotocol;
        enum error_code code;
        const char     *words;
    } rows[] = {
        {"bad-accept", NULL, ERROR_INVALID, "Accept"}, {"no-accept", NULL, ERROR_INVALID, "Accept"}, {"two-accepts", NULL, ERROR_INVALID, "Accept"},
        {"extension", NULL, ERROR_INVALID, "permessage-deflate"}, {"unasked-subprotocol", NULL, ERROR_INVALID, "subprotocol"},
        {"echo", "relay", ERROR_INVALID, "relay"}, {"200", NULL, ERROR_INVALID, "200 instead of opening a WebSocket: hello"},
        {"redirect", NULL, ERROR_INVALID, "302"}, {"401", NULL, ERROR_DENIED, "401"}, {"429", NULL, ERROR_BUSY, "429 instead of opening a WebSocket: wait"},
        {"garbage", NULL, ERROR_INVALID, "no HTTP"}, {"silent", NULL, ERROR_IO, "in time"}, {"huge-head", NULL, ERROR_INVALID, "headers are over"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct websocket *websocket;
        struct error      error = {0};
        int64_t           retry_after_us;
        enum error_code   code = websocket_open(&(struct websocket_options){.url = url_of(state, rows[i].name), .allows_private = true, .timeout_ms = 1000,
                                                                          .subprotocol = rows[i].subprotocol}, &websocket, &retry_after_us, &error);
        check(code == rows[i].code && strstr(error.message, rows[i].words) && !websocket, "%s: %d %s", rows[i].name, code, error.message);
        check(retry_after_us == (rows[i].code == ERROR_BUSY ? 9 * CLOCK_SECOND_US : 0), "%s", rows[i].name);
    }
}

static void test_places(void **state)
{
    const struct {
        const char     *url;
        enum error_code code;
    } rows[] = {{url_of(state, "echo"), ERROR_FORBIDDEN}, {"wss://[::1]:1/", ERROR_FORBIDDEN}, {"http://127.0.0.1/", ERROR_INVALID},
                {"ws://u:p@127.0.0.1/", ERROR_INVALID}, {"ws:/x", ERROR_INVALID}, {"", ERROR_INVALID}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct websocket *websocket;
        struct error      error = {0};
        enum error_code   code = websocket_open(&(struct websocket_options){.url = rows[i].url}, &websocket, NULL, &error);
        check(code == rows[i].code && !websocket, "%s: %d %s", rows[i].url, code, error.message);
    }
    struct websocket *websocket;
    struct error      error = {0};
    assert_int_equal(websocket_open(&(struct websocket_options){.url = "ws://127.0.0.1:1/", .allows_private = true}, &websocket, NULL, &error), ERROR_IO);
}

/* What comes until the end of each peer. */
static void test_peers(void **state)
{
    static const struct {
        const char          *name;
        const char          *messages; /* joined by | */
        enum websocket_event end;
        const char          *words;
        unsigned             close_code;
    } rows[] = {
        {"with-head", "early|\1", WEBSOCKET_CLOSED, "", 0},
        {"byte-by-byte", "one|two-three", WEBSOCKET_CLOSED, "closed the connection with 1000", 1000},
        {"oversize", "", WEBSOCKET_OVERSIZE, "200000 bytes", 0},
        {"oversize-by-fragments", "", WEBSOCKET_OVERSIZE, "200000 bytes", 0},
        {"masked", "", WEBSOCKET_CLOSED, "broke the WebSocket protocol", 0},
        {"rsv", "", WEBSOCKET_CLOSED, "broke the WebSocket protocol", 0},
        {"bad-opcode", "", WEBSOCKET_CLOSED, "broke the WebSocket protocol", 0},
        {"lone-continuation", "", WEBSOCKET_CLOSED, "broke the WebSocket protocol", 0},
        {"nested-message", "", WEBSOCKET_CLOSED, "broke the WebSocket protocol", 0},
        {"long-ping", "", WEBSOCKET_CLOSED, "broke the WebSocket protocol", 0},
        {"fragmented-ping", "", WEBSOCKET_CLOSED, "broke the WebSocket protocol", 0},
        {"not-utf8", "fine", WEBSOCKET_CLOSED, "not UTF-8", 0},
        {"ping-flood", "", WEBSOCKET_CLOSED, "floods", 0},
        {"close-4008", "last", WEBSOCKET_CLOSED, "4008: slow consumer", 4008},
        {"close-empty", "", WEBSOCKET_CLOSED, "1005", 1005},
        {"close-bad-code", "", WEBSOCKET_CLOSED, "broke the WebSocket protocol", 0},
        {"half-closed", "last", WEBSOCKET_CLOSED, "without a goodbye", 0},
        {"cut", "whole", WEBSOCKET_CLOSED, "without a goodbye", 0},
        {"mute", "", WEBSOCKET_CLOSED, "silent", 0},
        {"drip", "", WEBSOCKET_CLOSED, "too long for one message", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct websocket        *websocket = open_one(state, rows[i].name);
        struct websocket_message message;
        struct error             error = {0};
        struct buf               got = {0};
        enum websocket_event     event;
        int64_t                  until_us = clock_monotonic_us() + 12 * CLOCK_SECOND_US;
        while ((event = websocket_receive(websocket, 500, 0, &message, &error)) <= WEBSOCKET_NOTHING && clock_monotonic_us() < until_us)
            if (event == WEBSOCKET_MESSAGE) {
                buf_append_str(&got, got.len ? STR("|") : STR(""));
                buf_append_str(&got, message.is_binary ? str_slice(message.bytes.ptr + 1, message.bytes.len - 1) : message.bytes);
                if (!strcmp(rows[i].name, "with-head") && message.is_binary)
                    break;
            }
        check_str(buf_str(&got), str_of(rows[i].messages), "%s", rows[i].name);
        if (strcmp(rows[i].name, "with-head") != 0) {
            check(event == rows[i].end && strstr(error.message, rows[i].words), "%s: %d %s", rows[i].name, event, error.message);
            check(websocket_close_code(websocket) == rows[i].close_code, "%s: %u", rows[i].name, websocket_close_code(websocket));
            check(websocket_send(websocket, STR("x"), false, &error) == ERROR_IO, "%s", rows[i].name);
        }
        buf_fini(&got);
        websocket_close(websocket, 1000);
    }
    websocket_close(NULL, 1000);
}

static void test_echo(void **state)
{
    static const size_t sizes[] = {0, 1, 125, 126, 127, 4096, 65535, 65536, 65537, 199999, 200000};
    struct websocket   *websocket = open_one(state, "echo");
    static char         bytes[200000];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i * 31 % 251);
    for (size_t i = 0; i < 2 * sizeof sizes / sizeof *sizes; i++) {
        bool                     is_binary = i % 2;
        struct str               sent = {bytes, sizes[i / 2]};
        struct websocket_message message;
        struct error             error = {0};
        if (!is_binary)
            memset(bytes, 'a' + (int)i, sizeof bytes);
        check_ok(websocket_send(websocket, sent, is_binary, &error), error, "%zu bytes", sent.len);
        check(websocket_receive(websocket, 5000, 0, &message, &error) == WEBSOCKET_MESSAGE, "%zu bytes: %s", sent.len, error.message);
        check(message.is_binary == is_binary && str_equal(message.bytes, sent), "%zu bytes: %zu", sent.len, message.bytes.len);
    }
    websocket_close(websocket, 1000);
}

static void test_tiny_fragments(void **state)
{
    struct websocket        *websocket = open_one(state, "tiny-fragments");
    struct websocket_message message;
    struct error             error = {0};
    assert_int_equal(websocket_receive(websocket, 10000, 0, &message, &error), WEBSOCKET_MESSAGE);
    assert_int_equal(message.bytes.len, 100000);
    websocket_close(websocket, 1000);
}

static void test_burst(void **state)
{
    struct websocket        *websocket = open_one(state, "burst");
    struct websocket_message message;
    struct error             error = {0};
    for (int i = 0; i < 100000; i++) {
        char text[16];
        snprintf(text, sizeof text, "%d", i);
        check(websocket_receive(websocket, 10000, 0, &message, &error) == WEBSOCKET_MESSAGE, "%d: %s", i, error.message);
        check_str(message.bytes, str_of(text), "%d", i);
    }
    websocket_close(websocket, 1000);
}

/* Messages without content cost the sender two bytes: they are given out or refused, and take no memory. */
static void test_empty_flood(void **state)
{
    struct websocket        *websocket = open_one(state, "empty-flood");
    struct websocket_message message;
    struct error             error = {0};
    enum websocket_event     event = WEBSOCKET_MESSAGE;
    for (int i = 0; i < 200000 && event == WEBSOCKET_MESSAGE; i++)
        event = websocket_receive(websocket, 1000, 0, &message, &error);
    check(event == WEBSOCKET_CLOSED && strstr(error.message, "floods"), "%d %s", event, error.message);
    websocket_close(websocket, 1000);
}

static void test_pings(void **state)
{
    struct websocket        *websocket = open_one(state, "wants-pong");
    struct websocket_message message;
    struct error             error = {0};
    assert_int_equal(websocket_receive(websocket, 5000, 0, &message, &error), WEBSOCKET_MESSAGE);
    check_str(message.bytes, STR("pong:token"), "a pong");
    websocket_close(websocket, 1000);
    /* One that answers our pings is kept over more than its idle_s. */
    websocket = open_one(state, "pings");
    assert_int_equal(websocket_receive(websocket, 3500, 0, &message, &error), WEBSOCKET_NOTHING);
    websocket_close(websocket, 1000);
    /* While we do not listen, its silence is not counted. */
    websocket = open_one(state, "mute");
    clock_sleep(3000);
    assert_int_equal(websocket_receive(websocket, 200, 0, &message, &error), WEBSOCKET_NOTHING);
    websocket_close(websocket, 1000);
}

static void test_other_fd(void **state)
{
    struct websocket        *websocket = open_one(state, "mute");
    struct websocket_message message;
    struct error             error = {0};
    int                      ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "x", 1), 1);
    int64_t start_us = clock_monotonic_us();
    assert_int_equal(websocket_receive(websocket, -1, ends[0], &message, &error), WEBSOCKET_NOTHING);
    assert_true(clock_monotonic_us() - start_us < CLOCK_SECOND_US);
    websocket_close(websocket, 1000);
    struct websocket *none;
    assert_int_equal(websocket_open(&(struct websocket_options){.url = url_of(state, "silent"), .allows_private = true, .stop_fd = ends[0]}, &none, NULL,
                                    &error), ERROR_CANCELLED);
    close(ends[0]);
    close(ends[1]);
}

static void test_subprotocol(void **state)
{
    struct websocket        *websocket;
    struct websocket_message message;
    struct error             error = {0};
    check_ok(websocket_open(&(struct websocket_options){.url = url_of(state, "subprotocol"), .allows_private = true, .subprotocol = "relay"}, &websocket,
                            NULL, &error), error, "subprotocol");
    assert_int_equal(websocket_receive(websocket, 5000, 0, &message, &error), WEBSOCKET_MESSAGE);
    websocket_close(websocket, 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refusals), cmocka_unit_test(test_places), cmocka_unit_test(test_peers), cmocka_unit_test(test_echo),
        cmocka_unit_test(test_tiny_fragments), cmocka_unit_test(test_burst), cmocka_unit_test(test_empty_flood), cmocka_unit_test(test_pings),
        cmocka_unit_test(test_other_fd), cmocka_unit_test(test_subprotocol),
    };
    return cmocka_run_group_tests(tests, peers_start, peers_stop);
}
