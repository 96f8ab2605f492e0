/* What an answer's headers say, and what a URL may hold. */
#include "net/fetch.h"

#include "base/clock.h"

#include <curl/curl.h>

#include <strings.h>

struct str fetch_header(const struct fetch_answer *answer, const char *name)
{
    struct str rest = buf_str(&answer->headers), line, found = {0};
    size_t     len = strlen(name);
    while (str_next_field(&rest, '\n', &line))
        if (line.len > len && line.ptr[len] == ':' && strncasecmp(line.ptr, name, len) == 0) {
            found = str_trim(str_slice(line.ptr + len + 1, line.len - len - 1));
            found.ptr = found.ptr ? found.ptr : "";
        }
    return found;
}

/* Seconds from now, seconds since 1970, RFC 3339 or a date of HTTP. False where it is none of them. */
static bool read_until(struct str value, int64_t now_us, int64_t *until_us_out)
{
    double  number;
    int64_t at_us;
    char    text[64];
    if (str_to_double(value, &number)) {
        if (!(number >= 0) || number > 1e14)
            return false;
        /* A year holds 3e7 seconds: what is more than 30 of them is a moment and no span. */
        *until_us_out = number > 1e9 ? (int64_t)(number < 1e12 ? number * 1e6 : 1e18) : now_us + (int64_t)(number * 1e6);
        return true;
    }
    if (clock_parse(value, &at_us)) {
        *until_us_out = at_us;
        return true;
    }
    if (value.len >= sizeof text)
        return false;
    snprintf(text, sizeof text, "%.*s", STR_ARG(value));
    time_t date = curl_getdate(text, NULL);
    *until_us_out = date > 0 && date <= CLOCK_MAX_US / CLOCK_SECOND_US ? (int64_t)date * CLOCK_SECOND_US : 0;
    return *until_us_out > 0;
}

int64_t fetch_retry_after_us(const struct fetch_answer *answer, int64_t now_us)
{
    static const struct {
        const char *reset, *remaining;
    } rows[] = {{"Retry-After", NULL}, {"RateLimit-Reset", "RateLimit-Remaining"}, {"X-RateLimit-Reset", "X-RateLimit-Remaining"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct str reset = fetch_header(answer, rows[i].reset);
        int64_t    until_us, remaining;
        if (!reset.ptr || !read_until(reset, now_us, &until_us))
            continue;
        /* The budget's figures stand in every answer: they ask for a pause only where it is used up. */
        bool is_spent = answer->status == 429 || answer->status == 503 ||
                        (rows[i].remaining && str_to_i64(fetch_header(answer, rows[i].remaining), &remaining) && remaining <= 0);
        if (rows[i].remaining && !is_spent)
            continue;
        int64_t wait_us = until_us - now_us;
        return wait_us < 0 ? 0 : wait_us > CLOCK_DAY_US ? CLOCK_DAY_US : wait_us;
    }
    return 0;
}

void fetch_encode(struct str s, struct buf *out)
{
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~') {
            buf_append_char(out, (char)c);
        } else {
            char encoded[3] = {'%', hex[c >> 4], hex[c & 15]};
            buf_append(out, encoded, 3);
        }
    }
}
