/* What server is this, and who are we to it. */
#include "base/clock.h"
#include "source/mastodon/mastodon.h"

#include <ctype.h>

#define get cJSON_GetObjectItemCaseSensitive

enum { TEXT_MOST_USUAL = 500 };

enum error_code mastodon_begin(struct mastodon *mastodon, struct error *error)
{
    struct str url = source_port_text(mastodon->port, "instance");
    while (url.len && url.ptr[url.len - 1] == '/')
        url.len--;
    bool is_plain = str_starts_with(url, STR("http://"));
    if (!str_starts_with(url, STR("https://")) && !is_plain) { /* people write example.org */
        snprintf(mastodon->base, sizeof mastodon->base, "https://%.*s", (int)(url.len < 500 ? url.len : 500), url.ptr ? url.ptr : "");
    } else {
        snprintf(mastodon->base, sizeof mastodon->base, "%.*s", (int)(url.len < 511 ? url.len : 511), url.ptr);
    }
    enum error_code code = client_check_url(str_of(mastodon->base), error);
    if (code)
        return code;
    const char *host = strstr(mastodon->base, "://") + 3;
    if (host[0] == '\0' || strpbrk(host, "/?#@ ") || strlen(host) >= sizeof mastodon->host)
        return error_set(error, ERROR_INVALID, "instance %.200s is not the address of a server alone, like https://mastodon.example", mastodon->base);
    if (is_plain && !source_port_allows_private(mastodon->port))
        return error_set(error, ERROR_INVALID, "instance %.200s is without TLS: the token would travel in clear", mastodon->base);
    for (size_t i = 0; host[i]; i++)
        mastodon->host[i] = (char)tolower((unsigned char)host[i]);
    mastodon->token = source_port_text(mastodon->port, "token");
    if (mastodon->token.len > 1000)
        return error_set(error, ERROR_INVALID, "token has %zu bytes, more than 1000", mastodon->token.len);
    snprintf(mastodon->domain, sizeof mastodon->domain, "%s", mastodon->host);
    mastodon->text_most = TEXT_MOST_USUAL;
    mastodon->budget_limit = mastodon->budget_left = -1;
    return ERROR_NONE;
}

/* v2 says domain and configuration.urls.streaming, v1 uri and urls.streaming_api. */
bool mastodon_read_instance(struct mastodon *mastodon, const cJSON *instance)
{
    struct str   domain = mastodon_text(instance, "domain"), title = mastodon_text(instance, "title");
    const cJSON *configuration = get(instance, "configuration");
    struct str   streaming = mastodon_text(get(configuration, "urls"), "streaming");
    const cJSON *most = get(get(configuration, "statuses"), "max_characters");
    domain = domain.len ? domain : mastodon_text(instance, "uri");
    streaming = streaming.len ? streaming : mastodon_text(get(instance, "urls"), "streaming_api");
    if (!cJSON_IsNumber(most))
        most = get(instance, "max_toot_chars"); /* Pleroma's */
    if (domain.len == 0 && title.len == 0)
        return false;
    if (str_starts_with(domain, STR("https://"))) /* GoToSocial's v1 */
        domain = str_slice(domain.ptr + 8, domain.len - 8);
    if (domain.len && domain.len < sizeof mastodon->domain && !strpbrk(domain.ptr, "/@ <>\""))
        snprintf(mastodon->domain, sizeof mastodon->domain, "%.*s", STR_ARG(domain));
    snprintf(mastodon->title, sizeof mastodon->title, "%.*s", (int)(title.len < 200 ? title.len : 200), title.ptr);
    if (cJSON_IsNumber(most) && most->valuedouble >= 1 && most->valuedouble <= 1e6)
        mastodon->text_most = (int64_t)most->valuedouble;
    /* A token that came by TLS does not leave without. */
    bool is_plain = str_starts_with(str_of(mastodon->base), STR("http://"));
    while (streaming.len && streaming.ptr[streaming.len - 1] == '/')
        streaming.len--;
    if (streaming.len && streaming.len < sizeof mastodon->streaming &&
        (str_starts_with(streaming, STR("wss://")) || (is_plain && str_starts_with(streaming, STR("ws://")))))
        snprintf(mastodon->streaming, sizeof mastodon->streaming, "%.*s", STR_ARG(streaming));
    return true;
}

static enum error_code ask_instance(struct mastodon *mastodon, int stop_fd, struct error *error)
{
    static const char *const paths[] = {"/api/v2/instance", "/api/v1/instance"};
    enum error_code          code = ERROR_NONE;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct mastodon_answer answer;
        code = mastodon_call(mastodon, &(struct mastodon_call){.path = paths[i], .stop_fd = stop_fd, .is_command = true}, &answer, error);
        bool is_instance = !code && answer.json && mastodon_read_instance(mastodon, answer.json);
        if (!code && !is_instance)
            code = error_set(error, ERROR_INVALID, "%s does not speak Mastodon's API: %s is no description of an instance", mastodon->base, paths[i]);
        mastodon_answer_fini(&answer);
        if (is_instance || code == ERROR_BUSY || code == ERROR_CANCELLED || code == ERROR_IO)
            break;
    }
    return code == ERROR_NOT_FOUND ? error_set(error, ERROR_INVALID, "%s does not speak Mastodon's API", mastodon->base) : code;
}

static enum error_code ask_account(struct mastodon *mastodon, int stop_fd, struct error *error)
{
    struct mastodon_answer answer;
    struct mastodon_call   call = {.path = "/api/v1/accounts/verify_credentials", .stop_fd = stop_fd, .is_command = true};
    enum error_code        code = mastodon_call(mastodon, &call, &answer, error);
    struct str id = mastodon_text(answer.json, "id"), acct = mastodon_text(answer.json, "acct"), uri = mastodon_text(answer.json, "uri");
    if (code == ERROR_FORBIDDEN) /* an application's token, without an account; or a suspended one */
        code = error_set(error, ERROR_DENIED, "%s does not take the token for an account's", mastodon->host);
    if (!code && (!mastodon_id_is_sound(id) || acct.len == 0))
        code = error_set(error, ERROR_SYNTAX, "%s does not say whose the token is", mastodon->host);
    if (!code) {
        struct source_account *account = &mastodon->account;
        struct str             name = mastodon_text(answer.json, "display_name");
        uri = uri.len ? uri : mastodon_text(answer.json, "url");
        snprintf(mastodon->own_id, sizeof mastodon->own_id, "%.*s", STR_ARG(id));
        snprintf(mastodon->own_acct, sizeof mastodon->own_acct, "%.*s", (int)(acct.len < 200 ? acct.len : 200), acct.ptr);
        snprintf(account->id, sizeof account->id, "%.*s", (int)(uri.len < 500 ? uri.len : 500), uri.ptr);
        snprintf(account->handle, sizeof account->handle, "%.150s@%.100s", mastodon->own_acct, mastodon->domain);
        snprintf(account->name, sizeof account->name, "%.*s", (int)(name.len < 200 ? name.len : 200), name.ptr);
    }
    mastodon_answer_fini(&answer);
    return code;
}

enum error_code mastodon_probe(struct mastodon *mastodon, int stop_fd, struct error *error)
{
    enum error_code code = ERROR_NONE;
    pthread_mutex_lock(&mastodon->lock);
    if (!mastodon->is_known) {
        /* Asked under the lock: others need the answer too. The calls are commands, so none waits for the budget, which has the same lock. */
        code = ask_instance(mastodon, stop_fd, error);
        if (!code && mastodon->token.len)
            code = ask_account(mastodon, stop_fd, error);
        mastodon->is_known = !code;
    }
    pthread_mutex_unlock(&mastodon->lock);
    return code;
}
