#include "source/mastodon/login.h"

#include "base/json.h"
#include "net/fetch.h"
#include "source/mastodon/status.h"

/* What the connector asks for, no more: it neither follows nor changes the profile. */
static const char scopes[] = "read write:statuses write:favourites";
static const char shown[] = "urn:ietf:wg:oauth:2.0:oob"; /* the code is shown to the person */

enum { ANSWER_BYTES = 256 * 1024, VALUE_BYTES = 2000 };

/* A POST of JSON, or a GET with a token; the answer's object, to be deleted. */
static enum error_code ask(struct str base, const char *path, struct str body, struct str token, bool allows_private,
                           cJSON **object_out, struct error *error)
{
    char                 url[1024], bearer[VALUE_BYTES + 20];
    struct client_header header = {"Authorization", {bearer, 0}};
    struct fetch_answer  answer;
    *object_out = NULL;
    header.value.len = (size_t)snprintf(bearer, sizeof bearer, "Bearer %.*s", STR_ARG(token));
    snprintf(url, sizeof url, "%.*s%s", STR_ARG(base), path);
    struct fetch call = {.url = url, .body = body, .content_type = body.len ? "application/json" : NULL, .allows_private = allows_private,
                         .headers = &header, .header_count = token.len ? 1 : 0, .most_bytes = ANSWER_BYTES};
    enum error_code code = fetch(&call, &answer, error);
    if (!code) {
        *object_out = cJSON_ParseWithLength(answer.body.ptr ? answer.body.ptr : "", answer.body.len);
        struct str said = mastodon_text(*object_out, "error_description");
        said = said.len ? said : mastodon_text(*object_out, "error");
        if (answer.status < 200 || answer.status > 299)
            code = error_set(error, answer.status == 400 || answer.status == 401 || answer.status == 403 ? ERROR_DENIED : ERROR_INVALID,
                             "%.*s answers %d%s%.*s", STR_ARG(base), answer.status, said.len ? ": " : "",
                             (int)(said.len < 200 ? said.len : 200), said.ptr);
    }
    explicit_bzero(bearer, sizeof bearer);
    fetch_answer_fini(&answer);
    return code;
}

static enum error_code take(const cJSON *object, const char *name, struct str base, struct arena *arena, struct str *out, struct error *error)
{
    struct str value = mastodon_text(object, name);
    if (value.len == 0 || value.len > VALUE_BYTES)
        return error_set(error, ERROR_INVALID, "%.*s gives no %s: it does not speak Mastodon's API", STR_ARG(base), name);
    *out = arena_str(arena, value);
    return out->ptr ? ERROR_NONE : error_set(error, ERROR_MEMORY, "no memory");
}

/* What is sent must go to the server that was named, by TLS. */
static enum error_code find_base(struct str instance, bool allows_private, struct arena *arena, struct str *base_out, struct error *error)
{
    struct buf base = {.max_bytes = 512};
    while (instance.len && instance.ptr[instance.len - 1] == '/')
        instance.len--;
    bool is_plain = str_starts_with(instance, STR("http://"));
    if (!is_plain && !str_starts_with(instance, STR("https://")))
        buf_append_str(&base, STR("https://"));
    buf_append_str(&base, instance);
    *base_out = arena_str(arena, buf_str(&base));
    bool is_whole = !base.has_failed && base_out->ptr;
    buf_fini(&base);
    if (!is_whole)
        return error_set(error, ERROR_INVALID, "the instance's name is too long");
    if (is_plain && !allows_private)
        return error_set(error, ERROR_INVALID, "%.*s is without TLS: the token would travel in clear", STR_ARG(*base_out));
    return client_check_url(*base_out, error);
}

enum error_code mastodon_login_begin(struct str instance, bool allows_private, struct arena *arena,
                                     struct mastodon_login *login_out, struct error *error)
{
    struct buf  body = {0}, address = {.max_bytes = 8192};
    struct json json = json_writer(&body);
    cJSON      *object = NULL;
    *login_out = (struct mastodon_login){0};
    enum error_code code = find_base(instance, allows_private, arena, &login_out->base, error);
    json_object(&json);
    json_put_str(&json, "client_name", STR("Bellwether"));
    json_put_str(&json, "redirect_uris", STR(shown));
    json_put_str(&json, "scopes", STR(scopes));
    json_end(&json);
    if (!code)
        code = ask(login_out->base, "/api/v1/apps", buf_str(&body), (struct str){0}, allows_private, &object, error);
    if (!code)
        code = take(object, "client_id", login_out->base, arena, &login_out->client_id, error);
    if (!code)
        code = take(object, "client_secret", login_out->base, arena, &login_out->client_secret, error);
    if (!code) {
        buf_printf(&address, "%.*s/oauth/authorize?response_type=code&client_id=", STR_ARG(login_out->base));
        fetch_encode(login_out->client_id, &address);
        buf_append_str(&address, STR("&redirect_uri="));
        fetch_encode(STR(shown), &address);
        buf_append_str(&address, STR("&scope="));
        fetch_encode(STR(scopes), &address);
        login_out->address = arena_str(arena, buf_str(&address));
        code = address.has_failed || !login_out->address.ptr ? error_set(error, ERROR_MEMORY, "no memory") : ERROR_NONE;
    }
    cJSON_Delete(object);
    buf_fini(&address);
    buf_fini(&body);
    return code;
}

enum error_code mastodon_login_finish(struct mastodon_login *login, struct str given, bool allows_private, struct arena *arena, struct error *error)
{
    struct buf  body = {0};
    struct json json = json_writer(&body);
    cJSON      *object = NULL;
    json_object(&json);
    json_put_str(&json, "grant_type", STR("authorization_code"));
    json_put_str(&json, "code", str_trim(given));
    json_put_str(&json, "client_id", login->client_id);
    json_put_str(&json, "client_secret", login->client_secret);
    json_put_str(&json, "redirect_uri", STR(shown));
    json_put_str(&json, "scope", STR(scopes));
    json_end(&json);
    enum error_code code = ask(login->base, "/oauth/token", buf_str(&body), (struct str){0}, allows_private, &object, error);
    if (!code)
        code = take(object, "access_token", login->base, arena, &login->token, error);
    cJSON_Delete(object);
    object = NULL;
    if (!code)
        code = ask(login->base, "/api/v1/accounts/verify_credentials", (struct str){0}, login->token, allows_private, &object, error);
    if (!code)
        code = take(object, "acct", login->base, arena, &login->who, error);
    cJSON_Delete(object);
    if (body.ptr)
        explicit_bzero(body.ptr, body.len);
    buf_fini(&body);
    return code;
}
