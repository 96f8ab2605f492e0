/* What is done in the account's name.
 *
 * A reply once, also when its answer is lost. Mastodon keeps Idempotency-Key for an hour and gives the same status again; not all servers of its API
 * do, and none after that hour. So before a text is sent, and after each answer that was lost, our own newest statuses are looked through for it: the
 * same words in answer to the same post. Only what is not there is sent, always with the key.
 */
#include "base/clock.h"
#include "base/json.h"
#include "base/utf8.h"
#include "source/mastodon/mastodon.h"
#include "text/html.h"

#define get cJSON_GetObjectItemCaseSensitive

enum { SENDS_MOST = 3, LOOK_BACK_DAYS = 1, LINK_COUNTS = 23 };

/* ---- Results ---- */

static void said(struct source_result *result, enum source_failure failure, const struct error *error)
{
    result->failure = failure;
    snprintf(result->message, sizeof result->message, "%.*s", SOURCE_SAID_BYTES - 1, error->message);
}

static void done(const struct mastodon *mastodon, const cJSON *status, struct source_result *result)
{
    struct str id = mastodon_text(status, "id"), url = mastodon_text(status, "url");
    url = url.len ? url : mastodon_text(status, "uri");
    result->failure = SOURCE_DONE;
    if (mastodon_id_is_sound(id))
        snprintf(result->native_id, sizeof result->native_id, "%s/%.*s", mastodon->host, STR_ARG(id));
    if (url.len < sizeof result->native_url)
        snprintf(result->native_url, sizeof result->native_url, "%.*s", STR_ARG(url));
}

/* is_repeatable: to do it twice is as good as once. */
static void failed(struct mastodon *mastodon, enum error_code code, const struct mastodon_answer *answer, bool is_repeatable,
                   const struct error *error, struct source_result *result)
{
    enum source_failure failure = SOURCE_REFUSED;
    switch (code) {
    case ERROR_DENIED:
        failure = SOURCE_AUTH;
        mastodon_end(mastodon, code, error);
        break;
    case ERROR_FORBIDDEN: failure = SOURCE_NOT_PERMITTED; break;
    case ERROR_NOT_FOUND: failure = SOURCE_GONE; break;
    case ERROR_BUSY:
        failure = SOURCE_LIMITED;
        result->retry_after_s = (answer->retry_after_us + CLOCK_SECOND_US - 1) / CLOCK_SECOND_US;
        break;
    case ERROR_IO: /* not sent whole; or sent, and the server says that it failed */
        failure = answer->status == 0 || is_repeatable ? SOURCE_TRANSIENT : SOURCE_UNKNOWN_OUTCOME;
        break;
    case ERROR_UNCERTAIN:
    case ERROR_TOO_LARGE:
        failure = is_repeatable ? SOURCE_TRANSIENT : SOURCE_UNKNOWN_OUTCOME;
        break;
    case ERROR_CANCELLED:
    case ERROR_MEMORY: failure = SOURCE_TRANSIENT; break;
    default: break;
    }
    said(result, failure, error);
}

static enum error_code not_here(const struct mastodon *mastodon, struct str native, struct error *error)
{
    return error_set(error, ERROR_INVALID, "%.*s is no post of %s", (int)(native.len < 100 ? native.len : 100), native.ptr ? native.ptr : "",
                     mastodon->host);
}

/* ---- Words ---- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/* What is compared: without the mentions at its beginning, without the servers of others, white space as one blank. (A server
 * shows @alice@far.example as @alice.) */
static void put_core(struct str text, struct buf *out)
{
    bool is_beginning = true;
    for (size_t at = 0; at < text.len;) {
        size_t end = at;
        while (end < text.len && !is_blank(text.ptr[end]))
            end++;
        struct str word = str_slice(text.ptr + at, end - at);
        at = end + (end < text.len);
        if (word.len == 0 || (is_beginning && word.ptr[0] == '@'))
            continue;
        is_beginning = false;
        const char *server = word.ptr[0] == '@' && word.len > 1 ? memchr(word.ptr + 1, '@', word.len - 1) : NULL;
        if (out->len)
            buf_append_char(out, ' ');
        buf_append(out, word.ptr, server ? (size_t)(server - word.ptr) : word.len);
    }
}

int64_t mastodon_counted(struct str text)
{
    int64_t count = 0;
    for (size_t at = 0; at < text.len;) {
        bool starts_word = at == 0 || is_blank(text.ptr[at - 1]);
        if (starts_word) {
            struct str rest = str_slice(text.ptr + at, text.len - at);
            size_t     end = at;
            while (end < text.len && !is_blank(text.ptr[end]))
                end++;
            if (str_starts_with(rest, STR("https://")) || str_starts_with(rest, STR("http://"))) {
                count += LINK_COUNTS;
                at = end;
                continue;
            }
            const char *server = rest.ptr[0] == '@' && end - at > 1 ? memchr(rest.ptr + 1, '@', end - at - 1) : NULL;
            if (server) {
                count += server - rest.ptr;
                at = end;
                continue;
            }
        }
        if (utf8_valid_length(text.ptr + at, text.len - at) == 0) {
            at++;
            continue;
        }
        uint32_t c = utf8_next(text, &at);
        if (c == 0x200D) { /* joins what follows to what was */
            if (at < text.len && utf8_valid_length(text.ptr + at, text.len - at))
                utf8_next(text, &at);
            continue;
        }
        bool is_mark = (c >= 0x300 && c <= 0x36F) || (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0x1F3FB && c <= 0x1F3FF) ||
                       (c >= 0xE0020 && c <= 0xE007F) || c == 0x20E3;
        if (c >= 0x1F1E6 && c <= 0x1F1FF && at < text.len && utf8_valid_length(text.ptr + at, text.len - at)) { /* two letters are one flag */
            size_t   behind = at;
            uint32_t second = utf8_next(text, &behind);
            if (second >= 0x1F1E6 && second <= 0x1F1FF)
                at = behind;
        }
        count += !is_mark;
    }
    return count;
}

/* ---- Is it there? ---- */

enum there { NOT_THERE, THERE, UNKNOWN };

static enum there look(struct mastodon *mastodon, struct str text, struct str reply_to, struct source_result *result, enum error_code *code_out,
                       struct mastodon_answer *answer, struct error *error)
{
    char        path[128 + MASTODON_ID_BYTES];
    struct buf  wanted = {0};
    enum there  there = NOT_THERE;
    const cJSON *status;
    snprintf(path, sizeof path, "/api/v1/accounts/%s/statuses?limit=%d&exclude_reblogs=true", mastodon->own_id, MASTODON_PAGE);
    *code_out = mastodon_call(mastodon, &(struct mastodon_call){.path = path, .is_command = true}, answer, error);
    if (*code_out)
        return UNKNOWN;
    put_core(text, &wanted);
    cJSON_ArrayForEach(status, answer->json) {
        struct arena     arena = {0};
        struct html_text html;
        struct buf       core = {0};
        int64_t          at_us = 0;
        clock_parse(mastodon_text(status, "created_at"), &at_us);
        if (str_equal(mastodon_text(status, "in_reply_to_id"), reply_to) && at_us > clock_now_us() - LOOK_BACK_DAYS * CLOCK_DAY_US &&
            html_to_text(mastodon_text(status, "content"), (struct str){0}, &arena, &html, NULL) == ERROR_NONE) {
            put_core(html.text, &core);
            if (str_equal(buf_str(&core), buf_str(&wanted)))
                there = THERE;
        }
        buf_fini(&core);
        arena_fini(&arena);
        if (there == THERE) {
            done(mastodon, status, result);
            break;
        }
    }
    buf_fini(&wanted);
    return there;
}

/* ---- Publish, reply ---- */

/* The more private of the two: an answer is never shown to more people than what it answers. */
static struct str more_private(struct str a, struct str b)
{
    static const char *const order[] = {"", "public", "unlisted", "private", "direct"};
    size_t                   rank_a = 0, rank_b = 0;
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        rank_a = str_equal(a, str_of(order[i])) ? i : rank_a;
        rank_b = str_equal(b, str_of(order[i])) ? i : rank_b;
    }
    return rank_b > rank_a ? b : a;
}

static bool mentions(struct str text, struct str acct)
{
    char name[SOURCE_SAID_BYTES + 2];
    snprintf(name, sizeof name, "@%.*s", (int)(acct.len < SOURCE_SAID_BYTES ? acct.len : SOURCE_SAID_BYTES), acct.ptr);
    return str_contains(text, str_of(name));
}

static void send_text(struct mastodon *mastodon, const struct source_command *command, struct str text, struct str reply_to, struct str visibility,
                      struct source_result *result)
{
    struct error           error = {0};
    struct mastodon_answer answer;
    enum error_code        code;
    struct buf             body = {.max_bytes = 256 * 1024};
    struct json            json = json_writer(&body);
    enum there             there = look(mastodon, text, reply_to, result, &code, &answer, &error);
    if (there == UNKNOWN)
        failed(mastodon, code, &answer, true, &error, result);
    mastodon_answer_fini(&answer);
    if (there == THERE) {
        result->failure = SOURCE_DUPLICATE;
        snprintf(result->message, sizeof result->message, "the account has said this already");
    }
    if (there != NOT_THERE)
        return;
    json_object(&json);
    json_put_str(&json, "status", text);
    if (reply_to.len)
        json_put_str(&json, "in_reply_to_id", reply_to);
    if (visibility.len)
        json_put_str(&json, "visibility", visibility);
    if (command->lang.len)
        json_put_str(&json, "language", command->lang);
    json_end(&json);
    for (int sends = 1;; sends++) {
        code = mastodon_call(mastodon, &(struct mastodon_call){.method = "POST", .path = "/api/v1/statuses", .body = buf_str(&body),
                                                               .idempotency_key = command->key[0] ? command->key : NULL, .is_command = true},
                             &answer, &error);
        bool is_sent = !code && mastodon_id_is_sound(mastodon_text(answer.json, "id"));
        if (!code && !is_sent) /* yes, but what? */
            code = error_set(&error, ERROR_UNCERTAIN, "%s does not say which status it made", mastodon->host);
        if (is_sent)
            done(mastodon, answer.json, result);
        else
            failed(mastodon, code, &answer, false, &error, result);
        mastodon_answer_fini(&answer);
        if (is_sent || result->failure != SOURCE_UNKNOWN_OUTCOME || sends == SENDS_MOST || !mastodon_sleep(mastodon, 0, sends * CLOCK_SECOND_US))
            break;
        struct error unheard = {0};
        there = look(mastodon, text, reply_to, result, &code, &answer, &unheard);
        mastodon_answer_fini(&answer);
        if (there == THERE)
            break;
        /* Not there, or nobody knows: with the key it is at most the same status again. Without a key it is for a person to look. */
        if (there == UNKNOWN || command->key[0] == '\0') {
            result->failure = SOURCE_UNKNOWN_OUTCOME;
            break;
        }
    }
    buf_fini(&body);
}

static void publish(struct mastodon *mastodon, const struct source_command *command, struct source_result *result)
{
    struct error           error = {0};
    struct mastodon_answer answer = {0};
    struct buf             text = {.max_bytes = POST_TEXT_MAX_BYTES};
    struct str             visibility = command->visibility, reply_to = {0};
    bool                   is_ok = true;
    if (command->act == SOURCE_REPLY) {
        char path[64 + MASTODON_ID_BYTES];
        reply_to = mastodon_local_id(mastodon->host, command->target_id);
        snprintf(path, sizeof path, "/api/v1/statuses/%.*s", STR_ARG(reply_to));
        enum error_code code = reply_to.ptr ? mastodon_call(mastodon, &(struct mastodon_call){.path = path, .is_command = true}, &answer, &error)
                                            : not_here(mastodon, command->target_id, &error);
        struct str acct = mastodon_text(get(answer.json, "account"), "acct");
        is_ok = !code;
        if (code)
            failed(mastodon, code, &answer, true, &error, result);
        visibility = more_private(visibility, mastodon_text(answer.json, "visibility"));
        /* Who is not named is not told. */
        if (acct.len && !str_equal(acct, str_of(mastodon->own_acct)) && !mentions(command->text, acct))
            buf_printf(&text, "@%.*s ", STR_ARG(acct));
    }
    buf_append_str(&text, command->text);
    int64_t count = mastodon_counted(buf_str(&text));
    if (is_ok && (str_trim(command->text).len == 0 || text.has_failed)) {
        error_set(&error, ERROR_INVALID, text.has_failed ? "the text is too long" : "the text is empty");
        said(result, SOURCE_REFUSED, &error);
    } else if (is_ok && count > mastodon->text_most) {
        error_set(&error, ERROR_INVALID, "the text has %lld characters, %s takes %lld", (long long)count, mastodon->host,
                  (long long)mastodon->text_most);
        said(result, SOURCE_REFUSED, &error);
    } else if (is_ok) {
        send_text(mastodon, command, buf_str(&text), reply_to, visibility, result);
    }
    mastodon_answer_fini(&answer);
    buf_fini(&text);
}

/* ---- The rest ---- */

/* verb: "favourite"; NULL: deletes. Each may be done twice without harm. */
static void touch(struct mastodon *mastodon, const struct source_command *command, const char *verb, struct source_result *result)
{
    struct error           error = {0};
    struct mastodon_answer answer = {0};
    char                   path[128 + MASTODON_ID_BYTES];
    struct str             id = mastodon_local_id(mastodon->host, command->target_id);
    if (!id.ptr) {
        not_here(mastodon, command->target_id, &error);
        said(result, SOURCE_REFUSED, &error);
        return;
    }
    snprintf(path, sizeof path, "/api/v1/statuses/%.*s%s%s", STR_ARG(id), verb ? "/" : "", verb ? verb : "");
    struct mastodon_call call = {.method = verb ? "POST" : "DELETE", .path = path, .is_command = true};
    bool                 was_uncertain = false;
    for (int sends = 1;; sends++) {
        enum error_code code = mastodon_call(mastodon, &call, &answer, &error);
        if (!code)
            done(mastodon, answer.json, result);
        else if (code == ERROR_NOT_FOUND && was_uncertain && !verb)
            result->failure = SOURCE_DONE; /* the first try did it */
        else
            failed(mastodon, code, &answer, true, &error, result);
        mastodon_answer_fini(&answer);
        was_uncertain = code == ERROR_UNCERTAIN;
        if (!was_uncertain || sends == SENDS_MOST || !mastodon_sleep(mastodon, 0, sends * CLOCK_SECOND_US))
            break;
    }
    if (result->failure == SOURCE_DONE && command->act != SOURCE_REPOST) /* of a repost: the boost's own id */
        snprintf(result->native_id, sizeof result->native_id, "%s/%.*s", mastodon->host, STR_ARG(id));
}

static void fetch_it(struct mastodon *mastodon, const struct source_command *command, struct source_result *result)
{
    struct error           error = {0};
    struct mastodon_answer answer = {0};
    struct str             target = mastodon_local_id(mastodon->host, command->target_id);
    enum error_code        code;
    if (str_trim(command->text).len == 0) { /* is that post there? */
        char path[64 + MASTODON_ID_BYTES];
        snprintf(path, sizeof path, "/api/v1/statuses/%.*s", STR_ARG(target));
        code = target.ptr ? mastodon_call(mastodon, &(struct mastodon_call){.path = path, .is_command = true}, &answer, &error)
                          : error_set(&error, ERROR_INVALID, "neither a text nor a post to look for");
        if (code)
            failed(mastodon, code, &answer, true, &error, result);
        else
            done(mastodon, answer.json, result);
    } else {
        enum there there = look(mastodon, command->text, target.ptr ? target : (struct str){"", 0}, result, &code, &answer, &error);
        if (there == UNKNOWN)
            failed(mastodon, code, &answer, true, &error, result);
        if (there == NOT_THERE) {
            error_set(&error, ERROR_NOT_FOUND, "not among the newest %d statuses of the account", MASTODON_PAGE);
            said(result, SOURCE_GONE, &error);
        }
    }
    mastodon_answer_fini(&answer);
}

void mastodon_act(struct mastodon *mastodon, const struct source_command *command, struct source_result *result)
{
    struct error           error = {0};
    struct mastodon_answer none = {0};
    if (mastodon->token.len == 0) {
        error_set(&error, ERROR_DENIED, "without a token nothing can be done on %s", mastodon->host);
        said(result, SOURCE_AUTH, &error);
        return;
    }
    if (command->deadline_us && clock_now_us() > command->deadline_us) {
        error_set(&error, ERROR_BUSY, "its time had passed before it was begun");
        said(result, SOURCE_TRANSIENT, &error);
        return;
    }
    enum error_code code = mastodon_probe(mastodon, 0, &error);
    if (code) {
        failed(mastodon, code, &none, true, &error, result);
        return;
    }
    switch (command->act) {
    case SOURCE_PUBLISH:
    case SOURCE_REPLY: publish(mastodon, command, result); break;
    case SOURCE_UNPUBLISH: touch(mastodon, command, NULL, result); break;
    case SOURCE_LIKE: touch(mastodon, command, "favourite", result); break;
    case SOURCE_UNLIKE: touch(mastodon, command, "unfavourite", result); break;
    case SOURCE_REPOST: touch(mastodon, command, "reblog", result); break;
    case SOURCE_FETCH: fetch_it(mastodon, command, result); break;
    default: said(result, SOURCE_UNSUPPORTED, &error); break;
    }
}
