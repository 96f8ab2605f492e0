#include "browser.h"

#include "base/clock.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

int browser_connect(int port)
{
    struct sockaddr_in at = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int                fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)(void *)&at, sizeof at)) {
        close(fd);
        return -1;
    }
    return fd;
}

bool browser_send(int fd, struct str bytes)
{
    while (bytes.len) {
        ssize_t sent = send(fd, bytes.ptr, bytes.len, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return false;
        bytes = str_slice(bytes.ptr + sent, bytes.len - (size_t)sent);
    }
    return true;
}

/* One byte at a time where heads and chunk lines are read: slow, and never takes what belongs to the next answer. */
static bool read_some(int fd, char *bytes, size_t len, int64_t until_us, size_t *read_out)
{
    for (;;) {
        int64_t       left_ms = (until_us - clock_monotonic_us()) / 1000;
        struct pollfd one = {.fd = fd, .events = POLLIN};
        if (left_ms <= 0 || poll(&one, 1, (int)left_ms) <= 0)
            return false;
        ssize_t got = recv(fd, bytes, len, 0);
        if (got < 0 && errno == EINTR)
            continue;
        *read_out = got > 0 ? (size_t)got : 0;
        return got > 0;
    }
}

static bool read_line(int fd, struct buf *line, int64_t until_us)
{
    size_t begin = line->len, got;
    char   c;
    while (read_some(fd, &c, 1, until_us, &got)) {
        buf_append_char(line, c);
        if (c == '\n')
            return line->len - begin > 0;
    }
    return false;
}

static bool read_exactly(int fd, struct buf *out, size_t len, int64_t until_us)
{
    size_t got;
    if (!buf_reserve(out, len))
        return false;
    for (; len; len -= got) {
        if (!read_some(fd, out->ptr + out->len, len, until_us, &got))
            return false;
        out->len += got;
    }
    return true;
}

static bool read_chunks(int fd, struct buf *body, int64_t until_us)
{
    for (;;) {
        struct buf line = {0};
        bool       is_read = read_line(fd, &line, until_us);
        buf_append_char(&line, '\0');
        size_t len = is_read ? strtoul(line.ptr, NULL, 16) : 0;
        buf_clear(&line);
        if (is_read && len)
            is_read = read_exactly(fd, body, len, until_us);
        is_read = is_read && read_line(fd, &line, until_us);
        buf_fini(&line);
        if (!is_read || !len)
            return is_read;
    }
}

int browser_read_head(int fd, struct answer *answer, int wait_ms)
{
    int64_t until_us = clock_monotonic_us() + (int64_t)wait_ms * 1000;
    *answer = (struct answer){0};
    do {
        if (!read_line(fd, &answer->head, until_us))
            return 0;
    } while (!str_ends_with(buf_str(&answer->head), STR("\r\n\r\n")));
    answer->status = answer->head.len > 12 ? atoi(answer->head.ptr + 9) : 0;
    return answer->status;
}

int browser_read(int fd, struct answer *answer, int wait_ms)
{
    int64_t until_us = clock_monotonic_us() + (int64_t)wait_ms * 1000, len = 0;
    if (!browser_read_head(fd, answer, wait_ms))
        return 0;
    if (answer->status == 100) {
        answer_fini(answer);
        return browser_read(fd, answer, wait_ms);
    }
    if (answer->status == 204 || answer->status == 304)
        answer->is_whole = true;
    else if (str_equal(answer_header(answer, "Transfer-Encoding"), STR("chunked")))
        answer->is_whole = read_chunks(fd, &answer->body, until_us);
    else if (str_to_i64(answer_header(answer, "Content-Length"), &len))
        answer->is_whole = read_exactly(fd, &answer->body, (size_t)len, until_us);
    return answer->status;
}

void answer_fini(struct answer *answer)
{
    buf_fini(&answer->head);
    buf_fini(&answer->body);
}

struct str answer_header(const struct answer *answer, const char *name)
{
    struct str rest = buf_str(&answer->head), line;
    while (str_next_field(&rest, '\n', &line))
        if (line.len > strlen(name) && line.ptr[strlen(name)] == ':' && strncasecmp(line.ptr, name, strlen(name)) == 0)
            return str_trim(str_slice(line.ptr + strlen(name) + 1, line.len - strlen(name) - 1));
    return STR("");
}

int browser_ask(int port, const char *request, struct answer *answer)
{
    int fd = browser_connect(port);
    check(fd >= 0, "cannot connect to %d", port);
    browser_send(fd, str_of(request));
    int status = browser_read(fd, answer, 60000);
    close(fd);
    return status;
}

bool browser_is_closed(int fd, int wait_ms)
{
    int64_t until_us = clock_monotonic_us() + (int64_t)wait_ms * 1000;
    char    bytes[4096];
    size_t  got;
    do
        got = 1; /* stays where time passes and nothing comes */
    while (read_some(fd, bytes, sizeof bytes, until_us, &got));
    return got == 0;
}
