#include "net/fetch.h"
#include "net/client_curl.h"

#include "base/clock.h"

#include <stdlib.h>
#include <strings.h>

struct fetch_pool {
    CURLM *multi; /* curl keeps finished connections here */
};

struct fetch_pool *fetch_pool_new(void)
{
    struct fetch_pool *pool = calloc(1, sizeof *pool);
    if (pool && !(pool->multi = curl_multi_init())) {
        free(pool);
        return NULL;
    }
    if (pool)
        curl_multi_setopt(pool->multi, CURLMOPT_MAXCONNECTS, 8L);
    return pool;
}

void fetch_pool_free(struct fetch_pool *pool)
{
    if (!pool)
        return;
    curl_multi_cleanup(pool->multi);
    free(pool);
}

/* Why we ended it ourselves. */
enum stopped { STOPPED_NOT, STOPPED_LARGE, STOPPED_HEADERS, STOPPED_ENCODING, STOPPED_BY_CALLER, STOPPED_SILENT, STOPPED_MEMORY };

struct work {
    const struct fetch  *fetch;
    struct fetch_answer *answer;
    struct client_talk   talk;
    enum stopped         stopped;
    size_t               header_bytes, most_bytes;
    int64_t              heard_us; /* the last byte */
    bool                 has_begun; /* the headers of the answer are whole */
};

static bool is_safe(const struct fetch *fetch) /* to be repeated */
{
    return fetch->method ? !strcmp(fetch->method, "GET") || !strcmp(fetch->method, "HEAD") : fetch->body.len == 0;
}

/* ---- What comes ---- */

static bool header_line(struct str line, const char *name, struct str *value_out)
{
    size_t len = strlen(name);
    if (line.len <= len || line.ptr[len] != ':' || strncasecmp(line.ptr, name, len) != 0)
        return false;
    *value_out = str_trim(str_slice(line.ptr + len + 1, line.len - len - 1));
    return true;
}

static bool is_known_encoding(struct str value)
{
    struct str one;
    while (str_next_field(&value, ',', &one)) {
        one = str_trim(one);
        if (one.len && !str_equal_ascii_nocase(one, STR("gzip")) && !str_equal_ascii_nocase(one, STR("x-gzip")) &&
            !str_equal_ascii_nocase(one, STR("deflate")) && !str_equal_ascii_nocase(one, STR("identity")))
            return false;
    }
    return true;
}

static size_t take_header(char *bytes, size_t size, size_t count, void *context)
{
    struct work *work = context;
    struct str   line = {bytes, size * count}, value;
    work->header_bytes += line.len;
    if (work->header_bytes > FETCH_HEADERS_MOST_BYTES) {
        work->stopped = STOPPED_HEADERS;
        return 0;
    }
    if (str_starts_with(line, STR("HTTP/"))) { /* another answer: the one after a redirect */
        buf_clear(&work->answer->headers);
        work->has_begun = false;
    }
    if (header_line(line, "Content-Encoding", &value) && !is_known_encoding(value)) {
        work->stopped = STOPPED_ENCODING;
        return 0;
    }
    struct str trimmed = str_trim(line);
    if (trimmed.len == 0) {
        work->has_begun = true;
        work->heard_us = clock_monotonic_us();
    } else if (!buf_append_str(&work->answer->headers, trimmed) || !buf_append_char(&work->answer->headers, '\n')) {
        work->stopped = STOPPED_MEMORY;
        return 0;
    }
    return line.len;
}

static size_t take_body(char *bytes, size_t size, size_t count, void *context)
{
    struct work *work = context;
    size_t       len = size * count;
    long         status = 0;
    work->heard_us = clock_monotonic_us();
    curl_easy_getinfo(work->talk.curl, CURLINFO_RESPONSE_CODE, &status);
    if (work->fetch->on_bytes && status >= 200 && status < 300) {
        if (work->fetch->on_bytes(work->fetch->context, str_slice(bytes, len)))
            return len;
        work->stopped = STOPPED_BY_CALLER;
        return 0;
    }
    if (len > work->most_bytes - work->answer->body.len) {
        work->stopped = STOPPED_LARGE;
        return 0;
    }
    if (!buf_append(&work->answer->body, bytes, len)) {
        work->stopped = STOPPED_MEMORY;
        return 0;
    }
    return len;
}

/* ---- What goes ---- */

static bool add_line(struct client_talk *talk, struct buf *line)
{
    struct curl_slist *longer = buf_append_char(line, '\0') ? curl_slist_append(talk->list, line->ptr) : NULL;
    talk->list = longer ? longer : talk->list;
    buf_clear(line);
    return longer != NULL;
}

static enum error_code add_headers(struct work *work, struct error *error)
{
    const struct fetch *fetch = work->fetch;
    struct buf          line = {.max_bytes = 64 * 1024};
    enum error_code     code = ERROR_NONE;
    for (size_t i = 0; i < fetch->header_count && !code; i++) {
        const struct client_header *header = &fetch->headers[i];
        if (!client_is_token(header->name) || client_has_control(header->value)) {
            code = error_set(error, ERROR_INVALID, "the header %.60s has a name or a value that cannot be sent", header->name ? header->name : "");
        } else {
            /* To curl "name:" means to leave a header out, "name;" one without a value. */
            buf_printf(&line, header->value.len ? "%s: %.*s" : "%s;", header->name, STR_ARG(header->value));
            if (!add_line(&work->talk, &line))
                code = error_set(error, ERROR_MEMORY, "no memory for headers");
        }
    }
    if (!code && fetch->content_type) {
        buf_printf(&line, "Content-Type: %s", fetch->content_type);
        if (client_has_control(str_of(fetch->content_type)) || !add_line(&work->talk, &line))
            code = error_set(error, ERROR_INVALID, "the type of the body cannot be sent");
    }
    buf_append_str(&line, STR("Expect:")); /* it would cost a second at platforms that do not know it */
    if (!code && !add_line(&work->talk, &line))
        code = error_set(error, ERROR_MEMORY, "no memory for headers");
    buf_fini(&line);
    return code;
}

static void set_options(struct work *work)
{
    const struct fetch *fetch = work->fetch;
    CURL               *curl = work->talk.curl;
    const char         *method = fetch->method ? fetch->method : fetch->body.len ? "POST" : "GET";
    if (!strcmp(method, "HEAD")) {
        curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    } else if (fetch->body.len || (strcmp(method, "GET") != 0 && strcmp(method, "DELETE") != 0)) {
        curl_easy_setopt(curl, CURLOPT_POST, 1L);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)fetch->body.len);
        curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    } else {
        curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
        curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    }
    if (is_safe(fetch) && fetch->most_redirects) {
        curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
        curl_easy_setopt(curl, CURLOPT_MAXREDIRS, (long)fetch->most_redirects);
        curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    }
    if (!is_safe(fetch)) /* on a connection that died meanwhile curl would send it once more by itself */
        curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L);
    if (fetch->on_bytes)
        curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 0L);
    if (fetch->user) {
        curl_easy_setopt(curl, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
        curl_easy_setopt(curl, CURLOPT_USERNAME, fetch->user);
        curl_easy_setopt(curl, CURLOPT_PASSWORD, fetch->password ? fetch->password : "");
    }
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, work->talk.list);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "Bellwether");
    curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "gzip, deflate");
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, work);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, work);
    curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L); /* a name that is still being resolved does not hold up a stop */
}

/* ---- The conversation ---- */

/* What a redirect or a refusal says beside its headers is read and dropped by curl, and must end, too. */
static bool is_over(struct work *work)
{
    curl_off_t bytes = 0;
    long       status = 0;
    curl_easy_getinfo(work->talk.curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(work->talk.curl, CURLINFO_SIZE_DOWNLOAD_T, &bytes);
    return !(work->fetch->on_bytes && status >= 200 && status < 300) && bytes > 0 && (uint64_t)bytes > work->most_bytes;
}

/* In steps, so that the stop and a stream's silence are seen. CURLE_ABORTED_BY_CALLBACK where we ended it. */
static CURLcode perform(struct work *work, CURLM *multi)
{
    const struct fetch *fetch = work->fetch;
    int64_t             silence_us = (int64_t)(fetch->timeout_ms ? fetch->timeout_ms : 30000) * 1000;
    CURLcode            result = CURLE_FAILED_INIT;
    bool                is_done = false;
    if (curl_multi_add_handle(multi, work->talk.curl) != CURLM_OK)
        return CURLE_OUT_OF_MEMORY;
    work->heard_us = clock_monotonic_us();
    while (!is_done && !work->stopped) {
        struct curl_waitfd stop = {.fd = fetch->stop_fd, .events = CURL_WAIT_POLLIN};
        int                running = 0, left;
        if (curl_multi_perform(multi, &running) != CURLM_OK)
            break;
        for (CURLMsg *said; (said = curl_multi_info_read(multi, &left));)
            if (said->msg == CURLMSG_DONE && said->easy_handle == work->talk.curl) {
                result = said->data.result;
                is_done = true;
            }
        if (is_done || work->stopped)
            break;
        if (is_over(work))
            work->stopped = STOPPED_LARGE;
        else if (fetch->on_bytes && clock_monotonic_us() - work->heard_us > silence_us)
            work->stopped = STOPPED_SILENT;
        else if (curl_multi_poll(multi, &stop, fetch->stop_fd > 0, 100, NULL) != CURLM_OK)
            break;
        else if (fetch->stop_fd > 0 && stop.revents)
            work->stopped = STOPPED_BY_CALLER;
    }
    curl_multi_remove_handle(multi, work->talk.curl);
    return is_done ? result : work->stopped ? CURLE_ABORTED_BY_CALLBACK : CURLE_FAILED_INIT;
}

static enum error_code judge(struct work *work, CURLcode result, struct error *error)
{
    const struct fetch *fetch = work->fetch;
    long                sent = 0;
    switch (work->stopped) {
    case STOPPED_LARGE: return error_set(error, ERROR_TOO_LARGE, "the answer is over %zu bytes", work->most_bytes);
    case STOPPED_HEADERS: return error_set(error, ERROR_TOO_LARGE, "the answer's headers are over %d bytes", FETCH_HEADERS_MOST_BYTES);
    case STOPPED_ENCODING: return error_set(error, ERROR_INVALID, "the answer is in an encoding that was not asked for");
    case STOPPED_MEMORY: return error_set(error, ERROR_MEMORY, "no memory for the answer");
    case STOPPED_BY_CALLER: return error_set(error, ERROR_CANCELLED, "the request was ended");
    case STOPPED_SILENT: return error_set(error, ERROR_IO, "nothing came for %u s", (fetch->timeout_ms ? fetch->timeout_ms : 30000) / 1000);
    case STOPPED_NOT: break;
    }
    if (result == CURLE_OK)
        return ERROR_NONE;
    if (result == CURLE_COULDNT_CONNECT && work->talk.was_private)
        return error_set(error, ERROR_FORBIDDEN, "the address belongs to this machine or a private network, which is not allowed here");
    if (result == CURLE_TOO_MANY_REDIRECTS)
        return error_set(error, ERROR_INVALID, "more than %u redirects", fetch->most_redirects);
    if (result == CURLE_UNSUPPORTED_PROTOCOL || result == CURLE_URL_MALFORMAT)
        return error_set(error, ERROR_INVALID, "it leads to an address that is none: %s", curl_easy_strerror(result));
    if (result == CURLE_BAD_CONTENT_ENCODING)
        return error_set(error, ERROR_INVALID, "the answer could not be decompressed");
    curl_easy_getinfo(work->talk.curl, CURLINFO_REQUEST_SIZE, &sent);
    if (!is_safe(fetch) && sent > 0 && (fetch->body.len == 0 || work->talk.has_given_all))
        return error_set(error, ERROR_UNCERTAIN, "it was sent, but no whole answer came: %s", curl_easy_strerror(result));
    return error_set(error, ERROR_IO, "no whole answer came: %s", curl_easy_strerror(result));
}

enum error_code fetch(const struct fetch *fetch, struct fetch_answer *answer_out, struct error *error)
{
    struct work work = {.fetch = fetch, .answer = answer_out, .talk = {.allows_private = fetch->allows_private, .body = fetch->body},
                        .most_bytes = fetch->most_bytes ? fetch->most_bytes : 8 * 1024 * 1024};
    struct client_answer none;
    CURLM               *multi = fetch->pool ? fetch->pool->multi : NULL;
    *answer_out = (struct fetch_answer){0};
    enum error_code code = client_check_url(str_of(fetch->url), error);
    if (!code && fetch->method && !client_is_token(fetch->method))
        code = error_set(error, ERROR_INVALID, "'%.20s' is no method", fetch->method);
    if (!code)
        code = client_talk_begin(&work.talk, fetch->url, "http,https", fetch->timeout_ms ? fetch->timeout_ms : 30000, error);
    if (!code)
        code = add_headers(&work, error);
    if (!code && !multi && !(multi = curl_multi_init()))
        code = error_set(error, ERROR_MEMORY, "no memory for a connection");
    if (!code) {
        char *url = NULL;
        long  status = 0;
        set_options(&work);
        code = judge(&work, perform(&work, multi), error);
        if (work.has_begun)
            curl_easy_getinfo(work.talk.curl, CURLINFO_RESPONSE_CODE, &status);
        curl_easy_getinfo(work.talk.curl, CURLINFO_EFFECTIVE_URL, &url);
        snprintf(answer_out->url, sizeof answer_out->url, "%s", url ? url : fetch->url);
        answer_out->status = (int)status;
    }
    client_talk_end(&work.talk, &none);
    if (multi && !fetch->pool)
        curl_multi_cleanup(multi);
    return code;
}

void fetch_answer_fini(struct fetch_answer *answer)
{
    buf_fini(&answer->body);
    buf_fini(&answer->headers);
}
