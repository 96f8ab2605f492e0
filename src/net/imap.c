#include "net/imap.h"

#include "base/clock.h"
#include "net/client_curl.h"

#include <poll.h>
#include <stdlib.h>

enum { LINE_MOST_BYTES = 256 * 1024, ANSWER_MOST_LINES = 100000, PIECE_BYTES = 16 * 1024 };

struct imap {
    struct client_talk talk;
    CURLM             *multi;
    curl_socket_t      fd;
    unsigned           timeout_ms, tag;
    int64_t            until_us; /* of the answer that is awaited */
    char               in[PIECE_BYTES];
    size_t             in_len, in_taken;
    struct buf         line;
};

/* ---- Bytes ---- */

static enum error_code send_all(struct imap *imap, struct str bytes, struct error *error)
{
    size_t at = 0;
    while (at < bytes.len) {
        size_t   sent = 0;
        CURLcode result = curl_easy_send(imap->talk.curl, bytes.ptr + at, bytes.len - at, &sent);
        if (result == CURLE_AGAIN) {
            struct pollfd fd = {.fd = imap->fd, .events = POLLOUT};
            if (clock_monotonic_us() > imap->until_us)
                return error_set(error, ERROR_IO, "the mail server takes nothing any more");
            poll(&fd, 1, 100);
        } else if (result != CURLE_OK) {
            return error_set(error, ERROR_IO, "the connection to the mail server was lost");
        }
        at += sent;
    }
    return ERROR_NONE;
}

static enum error_code fill(struct imap *imap, struct error *error)
{
    imap->in_len = imap->in_taken = 0;
    while (imap->in_len == 0) {
        CURLcode result = curl_easy_recv(imap->talk.curl, imap->in, sizeof imap->in, &imap->in_len);
        if (result == CURLE_OK && imap->in_len == 0)
            return error_set(error, ERROR_IO, "the mail server ended the connection");
        if (result == CURLE_AGAIN) {
            struct pollfd fd = {.fd = imap->fd, .events = POLLIN};
            if (clock_monotonic_us() > imap->until_us)
                return error_set(error, ERROR_IO, "the mail server does not answer");
            poll(&fd, 1, 100);
        } else if (result != CURLE_OK) {
            return error_set(error, ERROR_IO, "the connection to the mail server was lost");
        }
    }
    return ERROR_NONE;
}

/* A line without its end, valid until the next. */
static enum error_code read_line(struct imap *imap, struct str *line_out, struct error *error)
{
    enum error_code code;
    buf_clear(&imap->line);
    imap->line.max_bytes = LINE_MOST_BYTES;
    for (;;) {
        if (imap->in_taken == imap->in_len && (code = fill(imap, error)))
            return code;
        const char *from = imap->in + imap->in_taken, *end = memchr(from, '\n', imap->in_len - imap->in_taken);
        size_t      len = end ? (size_t)(end - from) + 1 : imap->in_len - imap->in_taken;
        if (!buf_append(&imap->line, from, len))
            return error_set(error, ERROR_TOO_LARGE, "the mail server sent a line over %d bytes", LINE_MOST_BYTES);
        imap->in_taken += len;
        if (!end)
            continue;
        *line_out = buf_str(&imap->line);
        while (line_out->len && (line_out->ptr[line_out->len - 1] == '\n' || line_out->ptr[line_out->len - 1] == '\r'))
            line_out->len--;
        return ERROR_NONE;
    }
}

/* Exactly len bytes, into out as far as it takes them. */
static enum error_code read_literal(struct imap *imap, uint64_t len, struct buf *out, struct error *error)
{
    enum error_code code;
    while (len) {
        if (imap->in_taken == imap->in_len && (code = fill(imap, error)))
            return code;
        size_t left = imap->in_len - imap->in_taken, take = len < left ? (size_t)len : left;
        if (out && !buf_append(out, imap->in + imap->in_taken, take))
            return error_set(error, ERROR_TOO_LARGE, "the mail server sent more than was asked for");
        imap->in_taken += take;
        len -= take;
    }
    return ERROR_NONE;
}

/* ---- Commands ---- */

/* The {1234} at the end of a line. */
static bool ends_with_literal(struct str line, uint64_t *len_out)
{
    int64_t len;
    size_t  at = line.len;
    if (!line.len || line.ptr[line.len - 1] != '}')
        return false;
    while (at && line.ptr[at - 1] != '{')
        at--;
    if (!at || !str_to_i64(str_slice(line.ptr + at, line.len - at - 1), &len) || len < 0)
        return false;
    *len_out = (uint64_t)len;
    return true;
}

struct answer {
    void (*take)(void *context, struct str line); /* of each untagged line, without "* " */
    void       *context;
    struct buf *literal; /* the first literal goes here, within its maximum; others are passed over */
};

/* A NO that another time may be a yes, by its response code (RFC 5530). */
static bool is_for_now(struct str said)
{
    static const char *const codes[] = {"[UNAVAILABLE]", "[SERVERBUG]", "[INUSE]", "[LIMIT]"};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (str_contains(said, str_of(codes[i])))
            return true;
    return false;
}

/* Sends the command and reads up to its tagged answer. ERROR_NOT_FOUND: NO; ERROR_IO: NO, for now. */
static enum error_code command(struct imap *imap, struct str words, struct answer *answer, struct error *error)
{
    struct buf text = {.max_bytes = 8192};
    char       tag[16];
    bool       has_literal = false;
    snprintf(tag, sizeof tag, "b%u ", ++imap->tag);
    imap->until_us = clock_monotonic_us() + (int64_t)imap->timeout_ms * 1000;
    buf_printf(&text, "%s%.*s\r\n", tag, STR_ARG(words));
    enum error_code code = text.has_failed ? error_set(error, ERROR_INVALID, "a command to the mail server is too long") : send_all(imap, buf_str(&text), error);
    buf_fini(&text);
    for (unsigned lines = 0; !code; lines++) {
        struct str line = {0};
        uint64_t   len;
        if (lines > ANSWER_MOST_LINES)
            return error_set(error, ERROR_TOO_LARGE, "the mail server's answer has no end");
        if ((code = read_line(imap, &line, error)))
            return code;
        if (str_starts_with(line, str_of(tag))) {
            struct str said = str_slice(line.ptr + strlen(tag), line.len - strlen(tag));
            if (said.len >= 2 && str_equal_ascii_nocase(str_slice(said.ptr, 2), STR("OK")))
                return ERROR_NONE;
            bool is_no = said.len >= 2 && str_equal_ascii_nocase(str_slice(said.ptr, 2), STR("NO"));
            return error_set(error, is_no && !is_for_now(said) ? ERROR_NOT_FOUND : ERROR_IO, "the mail server says: %.*s", (int)(said.len < 160 ? said.len : 160), said.ptr);
        }
        if (str_starts_with(line, STR("* BYE")))
            return error_set(error, ERROR_IO, "the mail server says goodbye");
        if (answer->take && str_starts_with(line, STR("* ")))
            answer->take(answer->context, str_slice(line.ptr + 2, line.len - 2));
        if (ends_with_literal(line, &len)) {
            bool is_ours = answer->literal && !has_literal;
            has_literal = true;
            code = read_literal(imap, len, is_ours ? answer->literal : NULL, error);
        }
    }
    return code;
}

static bool number_behind(struct str line, struct str word, uint32_t *number_out)
{
    const char *found = memmem(line.ptr, line.len, word.ptr, word.len);
    uint64_t    number = 0;
    if (!found)
        return false;
    const char *at = found + word.len, *end = line.ptr + line.len;
    bool        has_digit = false;
    for (; at < end && *at >= '0' && *at <= '9' && number <= UINT32_MAX; at++, has_digit = true)
        number = number * 10 + (uint64_t)(*at - '0');
    *number_out = (uint32_t)number;
    return has_digit && number <= UINT32_MAX;
}

static void take_mailbox(void *context, struct str line)
{
    struct imap_mailbox *mailbox = context;
    struct str           first = line, rest = line;
    int64_t              count;
    number_behind(line, STR("[UIDVALIDITY "), &mailbox->uid_validity);
    number_behind(line, STR("[UIDNEXT "), &mailbox->uid_next);
    if (str_next_field(&rest, ' ', &first) && str_equal_ascii_nocase(rest, STR("EXISTS")) && str_to_i64(first, &count) && count >= 0 && count <= UINT32_MAX)
        mailbox->count = (uint32_t)count;
}

static void take_first(void *context, struct str line)
{
    uint32_t *uid = context;
    if (!*uid && str_starts_with(line, STR("1 FETCH")))
        number_behind(line, STR("UID "), uid);
}

enum error_code imap_examine(struct imap *imap, const char *name, struct imap_mailbox *mailbox_out, struct error *error)
{
    struct buf      words = {0};
    struct answer   answer = {.take = take_mailbox, .context = mailbox_out};
    *mailbox_out = (struct imap_mailbox){0};
    if (!name[0] || strpbrk(name, "\"\\\r\n"))
        return error_set(error, ERROR_INVALID, "the mailbox '%.60s' has a name that cannot be sent", name);
    buf_printf(&words, "EXAMINE \"%s\"", name);
    enum error_code code = command(imap, buf_str(&words), &answer, error);
    buf_fini(&words);
    if (!code && (!mailbox_out->uid_validity || !mailbox_out->uid_next))
        return error_set(error, ERROR_IO, "the mail server does not say how it counts (UIDVALIDITY, UIDNEXT)");
    if (!code && mailbox_out->count) {
        answer = (struct answer){.take = take_first, .context = &mailbox_out->first_uid};
        code = command(imap, STR("FETCH 1 (UID)"), &answer, error);
    }
    return code;
}

struct found {
    uint32_t *uids;
    size_t    count, most;
};

static void take_found(void *context, struct str line)
{
    struct found *found = context;
    struct str    word;
    if (!str_next_field(&line, ' ', &word) || !str_equal_ascii_nocase(word, STR("SEARCH")))
        return;
    while (str_next_field(&line, ' ', &word)) {
        int64_t uid;
        if (!str_to_i64(word, &uid) || uid <= 0 || uid > UINT32_MAX)
            continue;
        if (found->count < found->most) {
            found->uids[found->count++] = (uint32_t)uid;
        } else { /* servers need not sort: the smallest are kept */
            size_t largest = 0;
            for (size_t i = 1; i < found->count; i++)
                if (found->uids[i] > found->uids[largest])
                    largest = i;
            if (found->count && found->uids[largest] > (uint32_t)uid)
                found->uids[largest] = (uint32_t)uid;
        }
    }
}

static int compare_uids(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static enum error_code search(struct imap *imap, struct buf *words, uint32_t *uids, size_t most, size_t *count_out, struct error *error)
{
    struct found    found = {.uids = uids, .most = most};
    struct answer   answer = {.take = take_found, .context = &found};
    enum error_code code = command(imap, buf_str(words), &answer, error);
    buf_fini(words);
    qsort(uids, found.count, sizeof *uids, compare_uids);
    *count_out = code ? 0 : found.count;
    return code;
}

enum error_code imap_list(struct imap *imap, uint32_t from, uint32_t to, uint32_t *uids, size_t most, size_t *count_out, struct error *error)
{
    struct buf words = {0};
    size_t     kept = 0;
    buf_printf(&words, "UID SEARCH UID %u:%u", from, to);
    enum error_code code = search(imap, &words, uids, most, count_out, error);
    for (size_t i = 0; i < *count_out; i++) /* "5:9" of a mailbox that ends at 3 is its last message */
        if (uids[i] >= from && uids[i] <= to)
            uids[kept++] = uids[i];
    *count_out = kept;
    return code;
}

enum error_code imap_find(struct imap *imap, const char *message_id, uint32_t *uids, size_t most, size_t *count_out, struct error *error)
{
    struct buf words = {0};
    *count_out = 0;
    if (!message_id[0] || strpbrk(message_id, "\"\\\r\n"))
        return error_set(error, ERROR_INVALID, "'%.60s' is no Message-ID", message_id);
    buf_printf(&words, "UID SEARCH HEADER Message-ID \"<%s>\"", message_id);
    return search(imap, &words, uids, most, count_out, error);
}

/* "24-Nov-2026 18:00:00 +0000" */
static void take_received(void *context, struct str line)
{
    static const char mark[] = "INTERNALDATE \"";
    const char       *found = memmem(line.ptr, line.len, mark, sizeof mark - 1);
    char              text[32];
    if (!found || line.ptr + line.len - found < (ptrdiff_t)(sizeof mark - 1 + 26))
        return;
    snprintf(text, sizeof text, "%.26s", found + sizeof mark - 1);
    time_t at = curl_getdate(text, NULL);
    if (at > 0 && at <= CLOCK_MAX_US / CLOCK_SECOND_US)
        *(int64_t *)context = (int64_t)at * CLOCK_SECOND_US;
}

enum error_code imap_fetch(struct imap *imap, uint32_t uid, size_t most_bytes, struct buf *out, int64_t *received_us_out, struct error *error)
{
    struct buf    words = {0};
    struct answer answer = {.take = take_received, .context = received_us_out, .literal = out};
    *received_us_out = 0;
    buf_clear(out);
    out->max_bytes = most_bytes;
    buf_printf(&words, "UID FETCH %u (INTERNALDATE BODY.PEEK[]<0.%zu>)", uid, most_bytes);
    enum error_code code = command(imap, buf_str(&words), &answer, error);
    buf_fini(&words);
    return !code && !out->len ? error_set(error, ERROR_NOT_FOUND, "the message %u is gone", uid) : code;
}

/* ---- Opening ---- */

static enum error_code connect_to(struct imap *imap, const struct imap_options *options, struct error *error)
{
    CURLcode        result = CURLE_OPERATION_TIMEDOUT;
    int64_t         until_us = clock_monotonic_us() + (int64_t)imap->timeout_ms * 1000;
    bool            is_done = false, is_stopped = false;
    char            url[400];
    unsigned        port = options->port ? options->port : options->tls == CLIENT_TLS ? 993 : 143;
    if (!options->host || !options->host[0] || strlen(options->host) > 255 || strpbrk(options->host, "/@?# \r\n"))
        return error_set(error, ERROR_INVALID, "the mail server's name '%.60s' is none", options->host ? options->host : "");
    snprintf(url, sizeof url, "%s://%s:%u/", options->tls == CLIENT_TLS ? "imaps" : "imap", options->host, port);
    enum error_code code = client_talk_begin(&imap->talk, url, "imap,imaps", imap->timeout_ms, error);
    if (code)
        return code;
    if (!(imap->multi = curl_multi_init()))
        return error_set(error, ERROR_MEMORY, "no memory for a connection");
    CURL *curl = imap->talk.curl;
    curl_easy_setopt(curl, CURLOPT_CONNECT_ONLY, 1L);
    curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(curl, CURLOPT_USE_SSL, options->tls == CLIENT_STARTTLS ? (long)CURLUSESSL_ALL : (long)CURLUSESSL_NONE);
    curl_easy_setopt(curl, CURLOPT_USERNAME, options->user ? options->user : "");
    curl_easy_setopt(curl, CURLOPT_PASSWORD, options->password ? options->password : "");
    curl_multi_add_handle(imap->multi, curl);
    while (!is_done && !is_stopped && clock_monotonic_us() < until_us) {
        struct curl_waitfd stop = {.fd = options->stop_fd, .events = CURL_WAIT_POLLIN};
        int                running, left;
        if (curl_multi_perform(imap->multi, &running) != CURLM_OK)
            break;
        for (CURLMsg *said; (said = curl_multi_info_read(imap->multi, &left));)
            if (said->msg == CURLMSG_DONE) {
                result = said->data.result;
                is_done = true;
            }
        if (!is_done && curl_multi_poll(imap->multi, &stop, options->stop_fd > 0, 100, NULL) != CURLM_OK)
            break;
        is_stopped = !is_done && options->stop_fd > 0 && stop.revents;
    }
    if (is_stopped)
        return error_set(error, ERROR_CANCELLED, "connecting was ended");
    if (imap->talk.was_private && result == CURLE_COULDNT_CONNECT)
        return error_set(error, ERROR_FORBIDDEN, "the mail server stands on this machine or a private network, which is not allowed here");
    if (result == CURLE_LOGIN_DENIED)
        return error_set(error, ERROR_DENIED, "the mail server does not take the user and the password");
    if (result != CURLE_OK || curl_easy_getinfo(curl, CURLINFO_ACTIVESOCKET, &imap->fd) || imap->fd == CURL_SOCKET_BAD)
        return error_set(error, ERROR_IO, "the mail server was not reached: %s", curl_easy_strerror(result));
    return ERROR_NONE;
}

enum error_code imap_open(const struct imap_options *options, struct imap **imap_out, struct error *error)
{
    struct imap *imap = calloc(1, sizeof *imap);
    *imap_out = NULL;
    if (!imap)
        return error_set(error, ERROR_MEMORY, "no memory for a connection");
    imap->talk.allows_private = options->allows_private;
    imap->timeout_ms = options->timeout_ms ? options->timeout_ms : 30000;
    imap->fd = CURL_SOCKET_BAD;
    enum error_code code = connect_to(imap, options, error);
    if (code) {
        imap_close(imap);
        return code;
    }
    *imap_out = imap;
    return ERROR_NONE;
}

void imap_close(struct imap *imap)
{
    struct client_answer none;
    struct error         unused;
    if (!imap)
        return;
    if (imap->fd != CURL_SOCKET_BAD) {
        imap->until_us = clock_monotonic_us() + 200000;
        send_all(imap, STR("z LOGOUT\r\n"), &unused);
    }
    if (imap->multi && imap->talk.curl)
        curl_multi_remove_handle(imap->multi, imap->talk.curl);
    client_talk_end(&imap->talk, &none);
    if (imap->multi)
        curl_multi_cleanup(imap->multi);
    buf_fini(&imap->line);
    free(imap);
}
