#include "source/feeds/follow.h"

#include "base/clock.h"
#include "text/html.h"

#include <stdlib.h>

static char *copied(struct str s)
{
    return s.len ? strndup(s.ptr, s.len) : NULL;
}

struct follow *follow_new(struct str address, struct str host, struct str parent_id)
{
    struct follow *follow = calloc(1, sizeof *follow);
    struct arena   arena = {0};
    if (!follow)
        return NULL;
    follow->address = copied(address);
    follow->host = copied(host.len ? host : feed_host(&arena, address));
    follow->parent_id = copied(parent_id);
    arena_fini(&arena);
    if (follow->address && follow->host && (follow->parent_id || !parent_id.len))
        return follow;
    follow_free(follow);
    return NULL;
}

void follow_free(struct follow *follow)
{
    if (!follow)
        return;
    free(follow->address);
    free(follow->target);
    free(follow->host);
    free(follow->parent_id);
    free(follow->marks);
    free(follow);
}

void follow_set_target(struct follow *follow, struct str target)
{
    free(follow->target);
    follow->target = copied(target);
}

const struct feed_mark *follow_mark(const struct follow *follow, uint32_t id)
{
    for (size_t i = 0; i < follow->mark_count; i++)
        if (follow->marks[i].id == id)
            return &follow->marks[i];
    return NULL;
}

/* ---- What the headers say ---- */

static void take_validators(const struct fetch_answer *answer, struct follow_answer *out)
{
    struct str etag = fetch_header(answer, "ETag"), modified = fetch_header(answer, "Last-Modified"), control = fetch_header(answer, "Cache-Control");
    if (etag.len < sizeof out->etag)
        snprintf(out->etag, sizeof out->etag, "%.*s", STR_ARG(etag));
    if (modified.len < sizeof out->modified)
        snprintf(out->modified, sizeof out->modified, "%.*s", STR_ARG(modified));
    feed_date(modified, &out->dated_us);
    /* Dates count whole seconds, and WordPress makes its ETag of one: what changes within the same second again would be a 304 for ever. */
    int64_t answered_us = 0;
    if (out->dated_us && feed_date(fetch_header(answer, "Date"), &answered_us) && answered_us - out->dated_us < 3 * CLOCK_SECOND_US)
        out->etag[0] = out->modified[0] = '\0';
    struct str field;
    while (str_next_field(&control, ',', &field)) {
        int64_t seconds;
        field = str_trim(field);
        if (str_starts_with(field, STR("max-age=")) && str_to_i64(str_slice(field.ptr + 8, field.len - 8), &seconds) && seconds > 0 && seconds < 86400 * 365)
            out->max_age_us = seconds * CLOCK_SECOND_US;
    }
}

static void say(struct follow *follow, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(struct follow *follow, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(follow->said, sizeof follow->said, format, arguments);
    va_end(arguments);
}

/* ---- One request, its redirects ours: which of them are for good, libcurl would not say ---- */

static bool is_redirect(int status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

static enum error_code get(struct follow *follow, struct str page, struct source_port *port, struct fetch_pool *pool, struct fetch_answer *answer,
                           struct follow_answer *out, struct error *error)
{
    struct str url = page.len ? page : str_of(follow->target ? follow->target : follow->address);
    bool       is_for_good = true;
    char       text[2048];
    for (int hops = 0;; hops++) {
        struct client_header headers[3] = {
            {"Accept", STR("application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, text/html;q=0.5, */*;q=0.1")}};
        size_t count = 1;
        if (follow->etag[0] && !page.len)
            headers[count++] = (struct client_header){"If-None-Match", str_of(follow->etag)};
        if (follow->modified[0] && !page.len)
            headers[count++] = (struct client_header){"If-Modified-Since", str_of(follow->modified)};
        snprintf(text, sizeof text, "%.*s", STR_ARG(url));
        struct fetch ask = {.url = text, .headers = headers, .header_count = count, .allows_private = source_port_allows_private(port),
                            .most_bytes = FEED_MAX_BYTES, .stop_fd = follow->is_patient ? 0 : source_port_fd(port), .timeout_ms = follow->is_patient ? 10000 : 0, .pool = pool};
        enum error_code code = fetch(&ask, answer, error);
        if (code || !is_redirect(answer->status))
            return code;
        struct str to = html_resolve(&out->arena, url, fetch_header(answer, "Location"));
        if (hops == FOLLOW_REDIRECTS_MAX)
            return error_set(error, ERROR_INVALID, "it leads on and on: more than %d redirects", FOLLOW_REDIRECTS_MAX);
        if (to.len == 0 || to.len >= sizeof text)
            return error_set(error, ERROR_INVALID, "it answered %d without an address to go to", answer->status);
        is_for_good = is_for_good && (answer->status == 301 || answer->status == 308);
        if (is_for_good && !page.len)
            snprintf(out->moved, sizeof out->moved, "%.*s", STR_ARG(to));
        fetch_answer_fini(answer);
        *answer = (struct fetch_answer){0};
        url = to;
    }
}

static enum follow_outcome judge(struct follow *follow, const struct fetch_answer *answer, struct follow_answer *out)
{
    int64_t now_us = clock_now_us(), wait_us;
    switch (answer->status) {
    case 200:
    case 203:
    case 226: return FOLLOW_READ;
    case 304: return FOLLOW_SAME;
    case 410: say(follow, "it is gone for good (410)"); return FOLLOW_GONE;
    case 429:
    case 503:
        wait_us = fetch_retry_after_us(answer, now_us);
        out->until_us = now_us + (wait_us ? wait_us : CLOCK_MINUTE_US);
        say(follow, "it asks for patience (%d)", answer->status);
        return FOLLOW_LIMITED;
    default: say(follow, "it answered %d", answer->status); return FOLLOW_FAILED;
    }
}

/* Bytes into a feed; a page that names one leads on. */
static enum follow_outcome read_body(struct follow *follow, const struct fetch_answer *answer, struct follow_answer *out)
{
    struct error    error = {0};
    enum error_code code = feed_read(buf_str(&answer->body), fetch_header(answer, "Content-Type"), str_of(answer->url), &out->arena, &out->feed, &error);
    if (code) {
        say(follow, "%s", error.message);
        return code == ERROR_MEMORY ? FOLLOW_FAILED : FOLLOW_REFUSED;
    }
    if (out->feed.kind != FEED_PAGE)
        return FOLLOW_READ;
    if (out->feed.outline_count == 0 || follow->target) {
        say(follow, follow->target ? "its feed is a page now" : "it is a page that names no feed");
        follow_set_target(follow, (struct str){0});
        return FOLLOW_REFUSED;
    }
    follow_set_target(follow, out->feed.outlines[0]);
    follow->etag[0] = follow->modified[0] = '\0';
    return FOLLOW_AGAIN;
}

enum follow_outcome follow_ask(struct follow *follow, struct str page, struct source_port *port, struct fetch_pool *pool, struct follow_answer *out)
{
    struct fetch_answer answer = {0};
    struct error        error = {0};
    *out = (struct follow_answer){0};
    arena_init(&out->arena, (size_t)8 * FEED_MAX_BYTES);
    enum error_code     code = get(follow, page, port, pool, &answer, out, &error);
    enum follow_outcome outcome;
    if (code == ERROR_CANCELLED) {
        outcome = FOLLOW_CANCELLED;
    } else if (code) {
        bool is_hostile = code == ERROR_TOO_LARGE || code == ERROR_INVALID || code == ERROR_FORBIDDEN;
        say(follow, "%s", error.message);
        outcome = is_hostile ? FOLLOW_REFUSED : FOLLOW_FAILED;
    } else {
        outcome = judge(follow, &answer, out);
        if (outcome == FOLLOW_READ || outcome == FOLLOW_SAME)
            take_validators(&answer, out);
        if (outcome == FOLLOW_READ)
            outcome = read_body(follow, &answer, out);
    }
    fetch_answer_fini(&answer);
    return outcome;
}
