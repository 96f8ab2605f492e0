#include "net/client_curl.h"

#include <stdio.h>

enum error_code client_check_url(struct str url, struct error *error)
{
    char            text[2048];
    char           *scheme = NULL, *user = NULL, *host = NULL;
    enum error_code code = ERROR_NONE;
    if (url.len == 0 || url.len >= sizeof text || client_has_control(url) || memchr(url.ptr, ' ', url.len))
        return error_set(error, ERROR_INVALID, "url: expected an address like https://example.org/hook of at most %zu bytes", sizeof text - 1);
    snprintf(text, sizeof text, "%.*s", STR_ARG(url));
    CURLU *parsed = curl_url();
    if (!parsed)
        return error_set(error, ERROR_MEMORY, "no memory for an address");
    if (curl_url_set(parsed, CURLUPART_URL, text, 0) || curl_url_get(parsed, CURLUPART_SCHEME, &scheme, 0) ||
        curl_url_get(parsed, CURLUPART_HOST, &host, 0))
        code = error_set(error, ERROR_INVALID, "url: '%.100s' is not an address like https://example.org/hook", text);
    else if (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0)
        code = error_set(error, ERROR_INVALID, "url: expected http or https, not %.20s", scheme);
    else if (!curl_url_get(parsed, CURLUPART_USER, &user, 0))
        code = error_set(error, ERROR_INVALID, "url: a user or password in the address would be seen by everybody who sees the address");
    curl_free(scheme);
    curl_free(user);
    curl_free(host);
    curl_url_cleanup(parsed);
    return code;
}

static enum error_code add_headers(struct client_talk *talk, const struct client_post *post, struct error *error)
{
    char line[1024];
    bool has_memory = true;
    for (size_t i = 0; i <= post->header_count + 1; i++) {
        if (i < post->header_count) {
            if (client_has_control(post->headers[i].value) || post->headers[i].value.len > 800)
                return error_set(error, ERROR_INVALID, "the header %s has a value that cannot be sent", post->headers[i].name);
            snprintf(line, sizeof line, "%s: %.*s", post->headers[i].name, STR_ARG(post->headers[i].value));
        } else {
            /* No 100-continue: it would cost a second at receivers that do not know it. */
            snprintf(line, sizeof line, i == post->header_count ? "Content-Type: %s" : "Expect:%s", i == post->header_count ? post->content_type : "");
        }
        struct curl_slist *longer = curl_slist_append(talk->list, line);
        has_memory = has_memory && longer;
        talk->list = longer ? longer : talk->list;
    }
    return has_memory ? ERROR_NONE : error_set(error, ERROR_MEMORY, "no memory for headers");
}

static enum error_code judge(struct client_talk *talk, CURLcode result, struct error *error)
{
    long status = 0;
    curl_easy_getinfo(talk->curl, CURLINFO_RESPONSE_CODE, &status);
    if (talk->was_private && !status)
        return error_set(error, ERROR_FORBIDDEN, "the address belongs to this machine or a private network, which the settings do not allow");
    if (!status) {
        /* The sockets may hold what was given, so "all given" is the earliest moment at which all may have arrived. */
        if (talk->has_given_all)
            return error_set(error, ERROR_UNCERTAIN, "it was sent, but no answer came: %s", curl_easy_strerror(result));
        return error_set(error, ERROR_IO, "it could not be sent: %s", curl_easy_strerror(result));
    }
    if (status >= 200 && status < 300)
        return ERROR_NONE;
    if (status >= 300 && status < 400)
        return error_set(error, ERROR_INVALID, "the receiver answered %ld, a redirect; redirects are not followed", status);
    return error_set(error, status == 429 || status == 408 || status >= 500 ? ERROR_BUSY : ERROR_INVALID, "the receiver answered %ld", status);
}

enum error_code client_post(const struct client_post *post, struct client_answer *answer_out, struct error *error)
{
    struct client_talk talk = {.allows_private = post->allows_private, .body = post->body};
    *answer_out = (struct client_answer){0};
    enum error_code code = client_check_url(str_of(post->url), error);
    if (!code)
        code = client_talk_begin(&talk, post->url, "http,https", post->timeout_ms, error);
    if (!code)
        code = add_headers(&talk, post, error);
    if (!code) {
        curl_easy_setopt(talk.curl, CURLOPT_POST, 1L);
        curl_easy_setopt(talk.curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)post->body.len);
        curl_easy_setopt(talk.curl, CURLOPT_HTTPHEADER, talk.list);
        curl_easy_setopt(talk.curl, CURLOPT_USERAGENT, "Bellwether");
        CURLcode result = curl_easy_perform(talk.curl);
        code = judge(&talk, result, error);
    }
    client_talk_end(&talk, answer_out);
    return code;
}
