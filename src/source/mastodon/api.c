/* One call: where it goes, whose it is, what it may cost, what came of it. */
#include "base/clock.h"
#include "base/utf8.h"
#include "source/mastodon/mastodon.h"

#include <errno.h>
#include <poll.h>

enum { RESERVE_LEAST = 5, FIRST_WAIT_MS = 1000, LONGEST_WAIT_MS = 5 * 60 * 1000 };

bool mastodon_sleep(struct mastodon *mastodon, int stop_fd, int64_t us)
{
    int64_t end_us = clock_monotonic_us() + us;
    for (;;) {
        int64_t left_us = end_us - clock_monotonic_us();
        if (atomic_load(&mastodon->end_code) || source_port_is_ending(mastodon->port))
            return false;
        if (left_us <= 0)
            return true;
        struct pollfd stop = {.fd = stop_fd > 0 ? stop_fd : -1, .events = POLLIN};
        int64_t       ms = (left_us + 999) / 1000;
        if (poll(&stop, 1, (int)(ms < 200 ? ms : 200)) > 0)
            return false;
    }
}

/* Reading leaves a tenth of the budget to commands, and waits until there is more. */
static bool wait_for_budget(struct mastodon *mastodon, const struct mastodon_call *call)
{
    for (;;) {
        int64_t now_us = clock_now_us(), until_us, left, limit;
        pthread_mutex_lock(&mastodon->lock);
        left = mastodon->budget_left;
        limit = mastodon->budget_limit;
        until_us = mastodon->budget_until_us;
        if (left >= 0 && until_us <= now_us)
            left = mastodon->budget_left = -1; /* a new span has begun */
        pthread_mutex_unlock(&mastodon->lock);
        if (left < 0 || left > (limit / 10 > RESERVE_LEAST ? limit / 10 : RESERVE_LEAST) || limit <= 2 * RESERVE_LEAST)
            return true;
        struct source_status status = {.phase = SOURCE_RATE_LIMITED, .until_us = until_us, .remaining = left, .limit = limit};
        snprintf(status.sub, sizeof status.sub, "%s", call->sub ? call->sub : "");
        snprintf(status.message, sizeof status.message, "%lld of %lld calls are left and kept for answers", (long long)left, (long long)limit);
        source_port_status(mastodon->port, &status);
        if (!mastodon_sleep(mastodon, call->stop_fd, until_us - now_us))
            return false;
    }
}

static void read_budget(struct mastodon *mastodon, const struct fetch_answer *answer)
{
    int64_t left, limit, now_us = clock_now_us(), until_us = 0;
    if (!str_to_i64(fetch_header(answer, "X-RateLimit-Remaining"), &left) || left < 0)
        return;
    if (!str_to_i64(fetch_header(answer, "X-RateLimit-Limit"), &limit))
        return;
    if (!clock_parse(fetch_header(answer, "X-RateLimit-Reset"), &until_us))
        until_us = now_us + fetch_retry_after_us(answer, now_us); /* GoToSocial: seconds since 1970 */
    if (until_us > now_us + CLOCK_HOUR_US)
        until_us = now_us + CLOCK_HOUR_US; /* no server's span is longer: its clock or ours is wrong */
    pthread_mutex_lock(&mastodon->lock);
    mastodon->budget_left = left;
    mastodon->budget_limit = limit;
    mastodon->budget_until_us = until_us;
    pthread_mutex_unlock(&mastodon->lock);
}

static enum error_code judge(const struct mastodon *mastodon, const struct mastodon_call *call,
                             const struct mastodon_answer *answer, struct error *error)
{
    struct str  said = mastodon_text(answer->json, "error_description");
    const char *path_end = strchr(call->path, '?');
    int         path_len = path_end ? (int)(path_end - call->path) : (int)strlen(call->path);
    int         status = answer->status;
    said = said.len ? said : mastodon_text(answer->json, "error");
    enum error_code code = status == 401   ? ERROR_DENIED
                           : status == 403 ? ERROR_FORBIDDEN
                           : status == 404 || status == 410 ? ERROR_NOT_FOUND
                           : status == 429 || status == 503 ? ERROR_BUSY
                           : status >= 500 ? ERROR_IO
                                           : ERROR_INVALID;
    return error_set(error, code, "%s answers %d to %.*s%s%.*s", mastodon->host, status, path_len < 80 ? path_len : 80, call->path,
                     said.len ? ": " : "", (int)(said.len < 160 ? said.len : 160), said.ptr);
}

enum error_code mastodon_call(struct mastodon *mastodon, const struct mastodon_call *call, struct mastodon_answer *answer_out, struct error *error)
{
    char                 url[MASTODON_URL_BYTES], bearer[1100];
    struct client_header headers[2];
    size_t               header_count = 0;
    struct fetch_answer  answer;
    *answer_out = (struct mastodon_answer){0};
    if (snprintf(url, sizeof url, "%s%s", mastodon->base, call->path) >= (int)sizeof url)
        return error_set(error, ERROR_INVALID, "an address of %s is too long", mastodon->host);
    if (!call->is_command && !wait_for_budget(mastodon, call))
        return error_set(error, ERROR_CANCELLED, "stopped");
    if (mastodon->token.len) {
        int len = snprintf(bearer, sizeof bearer, "Bearer %.*s", STR_ARG(mastodon->token));
        headers[header_count++] = (struct client_header){"Authorization", str_slice(bearer, (size_t)len)};
    }
    if (call->idempotency_key)
        headers[header_count++] = (struct client_header){"Idempotency-Key", str_of(call->idempotency_key)};
    /* What changes something is not cut off: nobody would know whether it was done. */
    int          stop_fd = call->stop_fd ? call->stop_fd : call->method ? 0 : mastodon->ending_fd;
    struct fetch fetched = {.method = call->method, .url = url, .headers = headers, .header_count = header_count, .body = call->body,
                            .content_type = call->body.len ? "application/json" : NULL, .allows_private = source_port_allows_private(mastodon->port),
                            .most_bytes = MASTODON_ANSWER_MAX_BYTES, .stop_fd = stop_fd, .timeout_ms = call->is_command ? 20000 : 30000};
    enum error_code code = fetch(&fetched, &answer, error);
    if (!code) {
        answer_out->status = answer.status;
        if (answer.body.len)
            answer_out->json = cJSON_ParseWithLength(answer.body.ptr, answer.body.len);
        if (!call->is_command)
            read_budget(mastodon, &answer);
        if (answer.status < 200 || answer.status > 299)
            code = judge(mastodon, call, answer_out, error);
        else if (!answer_out->json && !call->is_command)
            code = error_set(error, ERROR_SYNTAX, "%s answers %.80s with no JSON", mastodon->host, call->path);
        answer_out->retry_after_us = code == ERROR_BUSY ? fetch_retry_after_us(&answer, clock_now_us()) : 0;
    }
    fetch_answer_fini(&answer);
    return code;
}

enum error_code mastodon_read(struct mastodon_sub *sub, const char *path, struct mastodon_answer *answer_out, struct error *error)
{
    struct mastodon_call call = {.path = path, .stop_fd = sub->stop_fd, .sub = sub->name};
    return mastodon_call(sub->mastodon, &call, answer_out, error);
}

void mastodon_answer_fini(struct mastodon_answer *answer)
{
    cJSON_Delete(answer->json);
    *answer = (struct mastodon_answer){0};
}

bool mastodon_wait_out(struct mastodon *mastodon, const char *sub, enum error_code code, const struct error *why,
                       int64_t retry_after_us, unsigned tries, int stop_fd)
{
    struct source_status status = {.phase = SOURCE_ERROR, .remaining = -1, .limit = -1};
    if (code == ERROR_CANCELLED)
        return false;
    if (code == ERROR_DENIED) {
        mastodon_end(mastodon, code, why);
        return false;
    }
    int64_t wait_ms = FIRST_WAIT_MS << (tries < 9 ? tries : 9);
    wait_ms = wait_ms < LONGEST_WAIT_MS ? wait_ms : LONGEST_WAIT_MS;
    wait_ms -= (clock_monotonic_us() / 7) % (wait_ms / 4 + 1); /* not all at the same moment */
    if (code == ERROR_BUSY) {
        status.phase = SOURCE_RATE_LIMITED;
        if (retry_after_us)
            wait_ms = retry_after_us / 1000 + 1;
        status.until_us = clock_now_us() + wait_ms * 1000;
    }
    snprintf(status.sub, sizeof status.sub, "%s", sub ? sub : "");
    snprintf(status.message, sizeof status.message, "%.*s", SOURCE_SAID_BYTES - 1, why->message);
    source_port_status(mastodon->port, &status);
    return mastodon_sleep(mastodon, stop_fd, wait_ms * 1000);
}
