#include "net/websocket_inside.h"

#include "base/clock.h"
#include "net/fetch.h"
#include "net/websocket_answer.h"

#include <poll.h>
#include <sodium.h>
#include <stdlib.h>

enum { SEND_TIMEOUT_MS = 15000, GOODBYE_MS = 200, REFUSAL_MS = 300 };

struct websocket {
    struct client_talk talk;
    CURLM             *multi; /* the easy handle stays in it for as long as it is used */
    curl_socket_t      fd;
    struct frames      frames;
    int64_t            idle_us, heard_us, left_us; /* heard: the last byte; left: when the caller was last here, 0: never */
    bool               is_pinged; /* since heard_us */
    bool               is_lost;
    char               lost_why[160];
    char               in[FRAMES_PIECE_BYTES];
    /* TLS wants an unfinished write repeated with the very same bytes at the same place. */
    char               out[FRAMES_PIECE_BYTES];
    size_t             out_len, out_sent;
    bool               is_out_closed; /* nothing may be added until all is sent */
};

/* ---- Bytes ---- */

static void lose(struct websocket *websocket, const char *why)
{
    if (!websocket->is_lost)
        snprintf(websocket->lost_why, sizeof websocket->lost_why, "%s", why);
    websocket->is_lost = true;
}

static ssize_t put_out(void *context, const uint8_t *bytes, size_t len)
{
    struct websocket *websocket = context;
    size_t            room = sizeof websocket->out - websocket->out_len;
    if (websocket->is_out_closed || room == 0)
        return 0;
    len = len < room ? len : room;
    memcpy(websocket->out + websocket->out_len, bytes, len);
    websocket->out_len += len;
    return (ssize_t)len;
}

/* True when all of out is gone. */
static bool drain(struct websocket *websocket)
{
    websocket->is_out_closed = true;
    while (websocket->out_sent < websocket->out_len && !websocket->is_lost) {
        size_t   sent = 0;
        CURLcode result = curl_easy_send(websocket->talk.curl, websocket->out + websocket->out_sent, websocket->out_len - websocket->out_sent, &sent);
        if (result == CURLE_AGAIN)
            return false;
        if (result != CURLE_OK)
            lose(websocket, "the connection was lost while sending");
        websocket->out_sent += sent;
    }
    websocket->out_len = websocket->out_sent = 0;
    websocket->is_out_closed = false;
    return !websocket->is_lost;
}

static bool wants_write(const struct websocket *websocket)
{
    return websocket->out_len > 0 || frames_wants_write(&websocket->frames);
}

/* What is queued, as far as it goes now. */
static void flush(struct websocket *websocket)
{
    do {
        if (!frames_write(&websocket->frames))
            lose(websocket, "the connection was lost while sending");
    } while (drain(websocket) && frames_wants_write(&websocket->frames));
}

/* Bytes taken into in; 0: none now, or lost. Always asked before the socket is: TLS may hold what the socket no longer shows. */
static size_t take_in(struct websocket *websocket, char *bytes, size_t room)
{
    size_t   len = 0;
    CURLcode result = curl_easy_recv(websocket->talk.curl, bytes, room, &len);
    if (result == CURLE_AGAIN)
        return 0;
    if (result != CURLE_OK)
        lose(websocket, "the connection was lost");
    else if (len == 0)
        lose(websocket, "the platform ended the connection without a goodbye");
    return websocket->is_lost ? 0 : len;
}

/* Waits for the socket (events), for other and for until_us; true when other is readable. */
static bool wait_for(struct websocket *websocket, short events, int other, int64_t until_us)
{
    struct pollfd fds[2] = {{.fd = websocket->fd, .events = events}, {.fd = other, .events = POLLIN}};
    int64_t       left_us = until_us - clock_monotonic_us();
    poll(fds, other > 0 ? 2 : 1, left_us <= 0 ? 0 : (int)(left_us / 1000 + 1));
    return other > 0 && fds[1].revents;
}

/* ---- Opening ---- */

struct place {
    char url[2048]; /* http or https, for curl */
    char host[320]; /* with its port where that is not the usual one */
    char target[2048];
};

static enum error_code read_url(const char *url, struct place *place, struct error *error)
{
    char           *host = NULL, *port = NULL, *path = NULL, *query = NULL;
    bool            is_tls = !strncmp(url, "wss://", 6);
    enum error_code code = ERROR_NONE;
    if ((!is_tls && strncmp(url, "ws://", 5) != 0) || strlen(url) >= sizeof place->url - 8)
        return error_set(error, ERROR_INVALID, "url: '%.100s' is not an address like wss://example.org", url);
    snprintf(place->url, sizeof place->url, "%s%s", is_tls ? "https" : "http", strchr(url, ':'));
    if ((code = client_check_url(str_of(place->url), error)))
        return code;
    CURLU *parsed = curl_url();
    if (!parsed || curl_url_set(parsed, CURLUPART_URL, place->url, 0) || curl_url_get(parsed, CURLUPART_HOST, &host, 0) ||
        curl_url_get(parsed, CURLUPART_PATH, &path, 0))
        code = error_set(error, ERROR_INVALID, "url: '%.100s' is not an address like wss://example.org", url);
    if (!code) {
        curl_url_get(parsed, CURLUPART_PORT, &port, CURLU_NO_DEFAULT_PORT);
        curl_url_get(parsed, CURLUPART_QUERY, &query, 0);
        snprintf(place->host, sizeof place->host, "%s%s%s", host, port ? ":" : "", port ? port : "");
        snprintf(place->target, sizeof place->target, "%s%s%s", path, query ? "?" : "", query ? query : "");
    }
    curl_free(host);
    curl_free(port);
    curl_free(path);
    curl_free(query);
    curl_url_cleanup(parsed);
    return code;
}

static enum error_code print_request(const struct websocket_options *options, const struct place *place, const char *key, struct buf *out,
                                     struct error *error)
{
    buf_printf(out, "GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                    "Sec-WebSocket-Key: %s\r\nUser-Agent: Bellwether\r\n", place->target, place->host, key);
    if (options->subprotocol) {
        if (!client_is_token(options->subprotocol))
            return error_set(error, ERROR_INVALID, "'%.60s' is no subprotocol", options->subprotocol);
        buf_printf(out, "Sec-WebSocket-Protocol: %s\r\n", options->subprotocol);
    }
    for (size_t i = 0; i < options->header_count; i++) {
        const struct client_header *header = &options->headers[i];
        if (!client_is_token(header->name) || client_has_control(header->value))
            return error_set(error, ERROR_INVALID, "the header %.60s has a name or a value that cannot be sent", header->name ? header->name : "");
        buf_printf(out, "%s: %.*s\r\n", header->name, STR_ARG(header->value));
    }
    buf_append_str(out, STR("\r\n"));
    return out->has_failed ? error_set(error, ERROR_INVALID, "the request's headers are over %zu bytes", out->max_bytes) : ERROR_NONE;
}

static enum error_code connect_to(struct websocket *websocket, const struct websocket_options *options, const char *url, int64_t until_us,
                                  struct error *error)
{
    CURLcode        result = CURLE_OPERATION_TIMEDOUT;
    bool            is_done = false, is_stopped = false;
    enum error_code code = client_talk_begin(&websocket->talk, url, "http,https", options->timeout_ms ? options->timeout_ms : 15000, error);
    if (code)
        return code;
    if (!(websocket->multi = curl_multi_init()))
        return error_set(error, ERROR_MEMORY, "no memory for a connection");
    curl_easy_setopt(websocket->talk.curl, CURLOPT_CONNECT_ONLY, 1L);
    curl_easy_setopt(websocket->talk.curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(websocket->talk.curl, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(websocket->talk.curl, CURLOPT_TCP_NODELAY, 1L);
    curl_easy_setopt(websocket->talk.curl, CURLOPT_QUICK_EXIT, 1L);
    curl_multi_add_handle(websocket->multi, websocket->talk.curl);
    while (!is_done && !is_stopped && clock_monotonic_us() < until_us) {
        struct curl_waitfd stop = {.fd = options->stop_fd, .events = CURL_WAIT_POLLIN};
        int                running, left;
        CURLMsg           *said;
        if (curl_multi_perform(websocket->multi, &running) != CURLM_OK)
            break;
        while ((said = curl_multi_info_read(websocket->multi, &left)))
            if (said->msg == CURLMSG_DONE) {
                result = said->data.result;
                is_done = true;
            }
        if (!is_done && curl_multi_poll(websocket->multi, &stop, options->stop_fd > 0, 100, NULL) != CURLM_OK)
            break;
        is_stopped = !is_done && options->stop_fd > 0 && stop.revents;
    }
    if (is_stopped)
        return error_set(error, ERROR_CANCELLED, "connecting was ended");
    if (result == CURLE_COULDNT_CONNECT && websocket->talk.was_private)
        return error_set(error, ERROR_FORBIDDEN, "the address belongs to this machine or a private network, which is not allowed here");
    if (result != CURLE_OK || curl_easy_getinfo(websocket->talk.curl, CURLINFO_ACTIVESOCKET, &websocket->fd) || websocket->fd == CURL_SOCKET_BAD)
        return error_set(error, ERROR_IO, "no connection: %s", curl_easy_strerror(result));
    return ERROR_NONE;
}

static enum error_code check_wait(const struct websocket *websocket, bool is_stopped, int64_t until_us, struct error *error)
{
    if (is_stopped)
        return error_set(error, ERROR_CANCELLED, "connecting was ended");
    if (websocket->is_lost)
        return error_set(error, ERROR_IO, "no answer to the WebSocket's beginning: %s", websocket->lost_why);
    if (clock_monotonic_us() >= until_us)
        return error_set(error, ERROR_IO, "no answer to the WebSocket's beginning in time");
    return ERROR_NONE;
}

static enum error_code send_request(struct websocket *websocket, struct str request, int stop_fd, int64_t until_us, struct error *error)
{
    bool            is_stopped = false;
    enum error_code code = ERROR_NONE;
    put_out(websocket, (const uint8_t *)request.ptr, request.len);
    while (!code && !drain(websocket)) {
        if (!websocket->is_lost)
            is_stopped = wait_for(websocket, POLLOUT, stop_fd, until_us);
        code = check_wait(websocket, is_stopped, until_us, error);
    }
    return code;
}

/* The head into in; what came behind it, too. */
static enum error_code read_head(struct websocket *websocket, int stop_fd, int64_t until_us, size_t *len_out, struct error *error)
{
    bool            is_stopped = false;
    enum error_code code = ERROR_NONE;
    *len_out = 0;
    while (!code && !websocket_head_length(str_slice(websocket->in, *len_out))) {
        if (*len_out >= WEBSOCKET_HEAD_MOST_BYTES)
            return error_set(error, ERROR_INVALID, "the answer's headers are over %d bytes", WEBSOCKET_HEAD_MOST_BYTES);
        size_t taken = take_in(websocket, websocket->in + *len_out, WEBSOCKET_HEAD_MOST_BYTES - *len_out);
        *len_out += taken;
        if (!taken && !websocket->is_lost)
            is_stopped = wait_for(websocket, POLLIN, stop_fd, until_us);
        code = check_wait(websocket, is_stopped, until_us, error);
    }
    return code;
}

/* Words for a refusal: the beginning of what came behind its head. */
static enum error_code explain(struct websocket *websocket, int status, struct str head, size_t len, int64_t *retry_after_us, struct error *error)
{
    struct fetch_answer answer = {.status = status};
    struct str          rest = head, line;
    char                said[CLIENT_SAID_BYTES];
    size_t              said_len = 0;
    int64_t             until_us = clock_monotonic_us() + REFUSAL_MS * 1000;
    while (len < head.len + sizeof said && !websocket->is_lost && clock_monotonic_us() < until_us) {
        size_t taken = take_in(websocket, websocket->in + len, sizeof websocket->in - len);
        len += taken;
        if (!taken && !websocket->is_lost)
            wait_for(websocket, POLLIN, 0, until_us);
    }
    for (size_t i = head.len; i < len && said_len + 1 < sizeof said; i++)
        said[said_len++] = websocket->in[i] >= 0x20 && websocket->in[i] < 0x7f ? websocket->in[i] : ' ';
    said[said_len] = '\0';
    while (str_next_field(&rest, '\n', &line)) {
        buf_append_str(&answer.headers, str_trim(line));
        buf_append_char(&answer.headers, '\n');
    }
    if (retry_after_us)
        *retry_after_us = fetch_retry_after_us(&answer, clock_now_us());
    fetch_answer_fini(&answer);
    enum error_code code = status == 401 || status == 403 ? ERROR_DENIED : status == 429 || status == 503 ? ERROR_BUSY : ERROR_INVALID;
    return error_set(error, code, "the platform answered %d instead of opening a WebSocket%s%s", status, said_len ? ": " : "", said);
}

static enum error_code shake_hands(struct websocket *websocket, const struct websocket_options *options, const struct place *place, int64_t until_us,
                                   int64_t *retry_after_us, struct error *error)
{
    unsigned char nonce[16];
    char          key[WEBSOCKET_KEY_BYTES], accept[WEBSOCKET_ACCEPT_BYTES];
    struct buf    request = {.max_bytes = 32 * 1024};
    size_t        len = 0;
    int           status = 0;
    randombytes_buf(nonce, sizeof nonce);
    sodium_bin2base64(key, sizeof key, nonce, sizeof nonce, sodium_base64_VARIANT_ORIGINAL);
    websocket_accept(key, accept);
    enum error_code code = print_request(options, place, key, &request, error);
    if (!code)
        code = send_request(websocket, buf_str(&request), options->stop_fd, until_us, error);
    buf_fini(&request);
    if (!code)
        code = read_head(websocket, options->stop_fd, until_us, &len, error);
    if (code)
        return code;
    struct str head = {websocket->in, websocket_head_length(str_slice(websocket->in, len))};
    code = websocket_read_head(head, accept, options->subprotocol, &status, error);
    if (code && status && status != 101)
        code = explain(websocket, status, head, len, retry_after_us, error);
    if (!code && len > head.len) /* the first frames may come with the answer */
        frames_read(&websocket->frames, str_slice(websocket->in + head.len, len - head.len), clock_monotonic_us());
    return code;
}

enum error_code websocket_open(const struct websocket_options *options, struct websocket **websocket_out, int64_t *retry_after_us_out, struct error *error)
{
    int64_t           now_us = clock_monotonic_us(), until_us = now_us + (int64_t)(options->timeout_ms ? options->timeout_ms : 15000) * 1000;
    struct place      place;
    struct websocket *websocket;
    *websocket_out = NULL;
    if (retry_after_us_out)
        *retry_after_us_out = 0;
    enum error_code code = read_url(options->url, &place, error);
    if (code)
        return code;
    if (!(websocket = calloc(1, sizeof *websocket)))
        return error_set(error, ERROR_MEMORY, "no memory for a WebSocket");
    websocket->talk.allows_private = options->allows_private;
    websocket->idle_us = (options->idle_s ? options->idle_s : 60) * CLOCK_SECOND_US;
    websocket->heard_us = now_us;
    code = frames_init(&websocket->frames, options->most_bytes ? options->most_bytes : 5 * 1024 * 1024, put_out, websocket, error);
    if (!code)
        code = connect_to(websocket, options, place.url, until_us, error);
    if (!code)
        code = shake_hands(websocket, options, &place, until_us, retry_after_us_out, error);
    if (code) {
        websocket->is_lost = true;
        websocket_close(websocket, 0);
        return code;
    }
    websocket->heard_us = websocket->left_us = clock_monotonic_us();
    *websocket_out = websocket;
    return ERROR_NONE;
}

void websocket_close(struct websocket *websocket, unsigned code)
{
    struct client_answer none;
    if (!websocket)
        return;
    if (!websocket->is_lost) {
        int64_t until_us = clock_monotonic_us() + GOODBYE_MS * 1000;
        frames_queue_close(&websocket->frames, code ? code : 1000);
        flush(websocket);
        while (wants_write(websocket) && !websocket->is_lost && clock_monotonic_us() < until_us) {
            wait_for(websocket, POLLOUT, 0, until_us);
            flush(websocket);
        }
    }
    if (websocket->multi && websocket->talk.curl)
        curl_multi_remove_handle(websocket->multi, websocket->talk.curl);
    client_talk_end(&websocket->talk, &none);
    if (websocket->multi)
        curl_multi_cleanup(websocket->multi);
    frames_fini(&websocket->frames);
    free(websocket);
}

/* ---- Talking ---- */

static enum websocket_event end(struct websocket *websocket, struct error *error)
{
    if (!websocket->is_lost)
        flush(websocket); /* the answer to its close, or ours */
    if (!frames_is_over(&websocket->frames)) {
        error_set(error, ERROR_IO, "%s", websocket->lost_why);
        return WEBSOCKET_CLOSED;
    }
    return frames_why(&websocket->frames, error) == ERROR_TOO_LARGE ? WEBSOCKET_OVERSIZE : WEBSOCKET_CLOSED;
}

/* Asks the peer for a sign of life, or gives it up. Returns when to look again. */
static int64_t look_at_clock(struct websocket *websocket, int64_t now_us)
{
    int64_t silent_us = now_us - websocket->heard_us, part_us = websocket->frames.part_since_us;
    if (silent_us >= websocket->idle_us)
        lose(websocket, "the platform fell silent");
    else if (part_us && now_us - part_us >= 4 * websocket->idle_us)
        lose(websocket, "the platform takes too long for one message");
    else if (!websocket->is_pinged && silent_us >= websocket->idle_us / 2)
        websocket->is_pinged = frames_queue(&websocket->frames, WSLAY_PING, STR(""));
    return websocket->heard_us + (websocket->is_pinged ? websocket->idle_us : websocket->idle_us / 2);
}

enum websocket_event websocket_receive(struct websocket *websocket, int64_t wait_ms, int other_fd, struct websocket_message *message_out,
                                       struct error *error)
{
    int64_t now_us = clock_monotonic_us(), until_us = wait_ms < 0 ? INT64_MAX : now_us + wait_ms * 1000, away_us = now_us - websocket->left_us;
    /* While the caller was away nothing was read: that silence is not the peer's. */
    websocket->heard_us += away_us;
    websocket->frames.part_since_us += websocket->frames.part_since_us ? away_us : 0;
    *message_out = (struct websocket_message){0};
    for (;;) {
        now_us = websocket->left_us = clock_monotonic_us();
        if (frames_next(&websocket->frames, message_out))
            return WEBSOCKET_MESSAGE;
        if (websocket->is_lost || frames_is_over(&websocket->frames))
            return end(websocket, error);
        int64_t look_us = look_at_clock(websocket, now_us);
        flush(websocket);
        size_t len = websocket->is_lost ? 0 : take_in(websocket, websocket->in, sizeof websocket->in);
        if (len) {
            websocket->heard_us = now_us;
            websocket->is_pinged = false;
            frames_read(&websocket->frames, str_slice(websocket->in, len), now_us);
        }
        if (websocket->is_lost || websocket->frames.waiting_taken < websocket->frames.waiting_count)
            continue;
        bool is_called = wait_for(websocket, wants_write(websocket) ? POLLIN | POLLOUT : POLLIN, other_fd,
                                  len ? 0 : look_us < until_us ? look_us : until_us);
        if ((is_called || clock_monotonic_us() >= until_us) && !frames_is_over(&websocket->frames)) {
            websocket->left_us = clock_monotonic_us();
            return WEBSOCKET_NOTHING;
        }
    }
}

enum error_code websocket_send(struct websocket *websocket, struct str text, bool is_binary, struct error *error)
{
    int64_t until_us = clock_monotonic_us() + SEND_TIMEOUT_MS * 1000;
    if (websocket->is_lost || frames_is_over(&websocket->frames))
        return error_set(error, ERROR_IO, "the connection is closed");
    if (!frames_queue(&websocket->frames, is_binary ? WSLAY_BINARY_FRAME : WSLAY_TEXT_FRAME, text))
        return error_set(error, ERROR_MEMORY, "no memory for a message");
    flush(websocket);
    while (!websocket->is_lost && wants_write(websocket)) {
        wait_for(websocket, POLLOUT, 0, until_us);
        flush(websocket);
        if (clock_monotonic_us() >= until_us && wants_write(websocket))
            lose(websocket, "the platform takes nothing any more");
    }
    return websocket->is_lost ? error_set(error, ERROR_IO, "%s", websocket->lost_why) : ERROR_NONE;
}

int websocket_fd(const struct websocket *websocket)
{
    return websocket->fd;
}

unsigned websocket_close_code(const struct websocket *websocket)
{
    return wslay_event_get_close_received(websocket->frames.wslay) ? wslay_event_get_status_code_received(websocket->frames.wslay) : 0;
}
