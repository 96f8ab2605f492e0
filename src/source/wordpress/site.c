#include "source/wordpress/site.h"

#include "base/clock.h"
#include "text/html.h"
#include "text/text.h"

#include <stdlib.h>

void wp_answer_fini(struct wp_answer *answer)
{
    cJSON_Delete(answer->json);
    *answer = (struct wp_answer){0};
}

/* "https://example.org/wp-json/" of a Link header; a site without pretty addresses has "https://example.org/index.php?rest_route=/". */
static bool take_root(struct wp_site *site, const struct fetch_answer *answer)
{
    struct str   rest = buf_str(&answer->headers), line;
    struct arena arena = {0};
    bool         is_found = false;
    while (!is_found && str_next_field(&rest, '\n', &line)) {
        const char *open = line.len > 6 && str_equal_ascii_nocase(str_slice(line.ptr, 5), STR("link:")) ? memchr(line.ptr, '<', line.len) : NULL;
        const char *close = open ? memchr(open, '>', (size_t)(line.ptr + line.len - open)) : NULL;
        if (!close || !str_contains(line, STR("https://api.w.org/")))
            continue;
        struct str url = html_resolve(&arena, str_of(answer->url), str_slice(open + 1, (size_t)(close - open) - 1));
        /* On the same site alone: the password goes there. */
        bool is_own = str_equal(text_link_host(text_link_canonical(&arena, url)), text_link_host(text_link_canonical(&arena, str_of(site->url))));
        bool is_safe = str_starts_with(url, STR("https://")) || str_starts_with(str_of(site->url), STR("http://"));
        is_found = is_own && is_safe && url.len < sizeof site->root;
        if (is_found)
            snprintf(site->root, sizeof site->root, "%.*s", STR_ARG(url));
    }
    arena_fini(&arena);
    return is_found;
}

static void take_limit(struct wp_site *site, const struct fetch_answer *answer)
{
    int64_t now_us = clock_now_us();
    if (answer->status != 429 && answer->status != 503)
        return;
    int64_t wait_us = fetch_retry_after_us(answer, now_us);
    site->limited_us = now_us + (wait_us ? wait_us : 30 * CLOCK_SECOND_US);
}

static void take_json(struct wp_answer *out, struct str body)
{
    size_t nodes = 0;
    for (size_t i = 0; i < body.len; i++)
        nodes += body.ptr[i] == ',' || body.ptr[i] == '[' || body.ptr[i] == '{';
    if (nodes > WP_NODES_MAX) {
        snprintf(out->message, sizeof out->message, "an answer of about %zu members", nodes);
        return;
    }
    out->json = cJSON_ParseWithLength(body.ptr, body.len);
    const char *code = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(out->json, "code"));
    const char *message = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(out->json, "message"));
    snprintf(out->code, sizeof out->code, "%s", code ? code : "");
    snprintf(out->message, sizeof out->message, "%s", message ? message : "");
}

enum error_code wp_ask(struct wp_site *site, const char *method, const char *path, const char *parameters, struct str body, struct wp_answer *out,
                       struct error *error)
{
    struct fetch_answer answer = {0};
    char                url[4096];
    bool                is_plain = strstr(site->root, "?rest_route=") != NULL, is_get = !method;
    *out = (struct wp_answer){.total = -1};
    snprintf(url, sizeof url, "%s%s%s%s", site->root, path, parameters[0] ? is_plain ? "&" : "?" : "", parameters);
    struct fetch ask = {.method = method, .url = url, .body = body, .content_type = body.len ? "application/json" : NULL,
                        .user = site->user[0] ? site->user : NULL, .password = site->user[0] ? site->password : NULL,
                        .allows_private = source_port_allows_private(site->port), .most_bytes = WP_MOST_BYTES, .pool = site->pool,
                        .stop_fd = is_get && site->may_stop ? source_port_fd(site->port) : 0, .timeout_ms = is_get && site->may_stop ? 30000 : 10000};
    enum error_code code = fetch(&ask, &answer, error);
    out->status = answer.status;
    out->is_uncertain = code == ERROR_UNCERTAIN;
    if (!code) {
        take_limit(site, &answer);
        str_to_i64(fetch_header(&answer, "X-WP-Total"), &out->total);
        take_json(out, buf_str(&answer.body));
    }
    fetch_answer_fini(&answer);
    return code;
}

/* Ids begin with the site's host and path, so that two sites never meet. */
static void take_name(struct wp_site *site)
{
    struct str url = str_of(site->url);
    size_t     scheme = str_starts_with(url, STR("https://")) ? 8 : 7;
    url = str_slice(url.ptr + scheme, url.len > scheme ? url.len - scheme : 0);
    if (str_starts_with(url, STR("www.")))
        url = str_slice(url.ptr + 4, url.len - 4);
    snprintf(site->name, sizeof site->name, "%.*s", (int)(url.len < 400 ? url.len : 400), url.ptr);
    for (char *c = site->name; *c && *c != '/'; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c |= 0x20;
}

static enum error_code find_root(struct wp_site *site, struct error *error)
{
    struct fetch_answer answer = {0};
    struct fetch        ask = {.url = site->url, .allows_private = source_port_allows_private(site->port), .most_bytes = WP_MOST_BYTES, .most_redirects = 3,
                               .pool = site->pool};
    enum error_code     code = fetch(&ask, &answer, error);
    if (!code && (answer.status == 429 || answer.status == 503)) {
        take_limit(site, &answer);
        code = error_set(error, ERROR_BUSY, "%s asks for patience (%d)", site->url, answer.status);
    } else if (!code && answer.status >= 500) {
        code = error_set(error, ERROR_IO, "%s answered %d", site->url, answer.status);
    } else if (!code && !take_root(site, &answer)) {
        code = error_set(error, ERROR_INVALID, "site: %s names no WordPress API of its own (no Link to api.w.org in its answer %d)", site->url, answer.status);
    }
    fetch_answer_fini(&answer);
    return code == ERROR_FORBIDDEN || code == ERROR_TOO_LARGE ? ERROR_INVALID : code;
}

static enum error_code find_me(struct wp_site *site, struct error *error)
{
    struct wp_answer answer;
    enum error_code  code = wp_ask(site, "GET", "wp/v2/users/me", "context=edit", (struct str){0}, &answer, error);
    if (!code && (answer.status == 401 || answer.status == 403))
        code = error_set(error, ERROR_DENIED, "%s does not take the application password of %s: %s", site->url, site->user, answer.message);
    else if (!code && answer.status != 200)
        code = error_set(error, answer.status == 429 || answer.status == 503 ? ERROR_BUSY : ERROR_IO, "%s answered %d: %s", site->url, answer.status, answer.message);
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(answer.json, "id"), *can = cJSON_GetObjectItemCaseSensitive(answer.json, "capabilities");
    if (!code && cJSON_IsNumber(id))
        site->me = (int64_t)id->valuedouble;
    site->moderates = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(can, "moderate_comments"));
    wp_answer_fini(&answer);
    return code;
}

enum error_code wp_open(struct wp_site *site, struct error *error)
{
    struct arena arena = {0};
    struct str   url = html_resolve(&arena, (struct str){0}, source_port_text(site->port, "site"));
    struct str   user = source_port_text(site->port, "user"), password = source_port_text(site->port, "password");
    while (url.len && url.ptr[url.len - 1] == '/')
        url.len--;
    snprintf(site->url, sizeof site->url, "%.*s", STR_ARG(url));
    snprintf(site->user, sizeof site->user, "%.*s", STR_ARG(user));
    snprintf(site->password, sizeof site->password, "%.*s", STR_ARG(password));
    arena_fini(&arena);
    if (url.len == 0 || url.len >= sizeof site->url || strchr(site->url, '?'))
        return error_set(error, ERROR_INVALID, "site: '%.100s' is no address like https://example.org", site->url);
    if (!user.len != !password.len)
        return error_set(error, ERROR_INVALID, "%s is missing: an account needs both", user.len ? "password" : "user");
    take_name(site);
    /* What was found stays: where a site lets one request through at a time, beginning anew after each refusal would never end. */
    enum error_code code = site->root[0] ? ERROR_NONE : find_root(site, error);
    return code || !site->user[0] ? code : find_me(site, error);
}
