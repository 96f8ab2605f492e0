#include "source/wordpress/act.h"

#include "base/clock.h"
#include "base/json.h"

static enum source_failure failure(struct source_result *result, enum source_failure kind, const char *message)
{
    result->failure = kind;
    snprintf(result->message, sizeof result->message, "%s", message);
    return kind;
}

static void take_native(const struct wp_site *site, const cJSON *comment, struct source_result *result)
{
    struct arena arena = {0};
    const char  *link = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(comment, "link"));
    const char  *status = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(comment, "status"));
    snprintf(result->native_id, sizeof result->native_id, "%.*s", STR_ARG(wp_native_id(site, WP_COMMENTS, wp_number(comment, "id"), &arena)));
    snprintf(result->native_url, sizeof result->native_url, "%s", link && strlen(link) < sizeof result->native_url ? link : "");
    if (status && strcmp(status, "hold") == 0)
        snprintf(result->message, sizeof result->message, "it waits for the site's approval");
    arena_fini(&arena);
}

/* What the site's refusals mean (the codes of wp/v2 and of wp_new_comment). */
static void judge(const struct wp_site *site, const struct wp_answer *answer, struct source_result *result)
{
    static const struct {
        const char         *code;
        enum source_failure kind;
    } rows[] = {
        {"comment_duplicate", SOURCE_DUPLICATE}, {"comment_flood", SOURCE_LIMITED}, {"rest_comment_closed", SOURCE_NOT_PERMITTED},
        {"rest_comment_draft_post", SOURCE_NOT_PERMITTED}, {"rest_comment_trash_post", SOURCE_GONE}, {"rest_comment_invalid_post_id", SOURCE_GONE},
        {"rest_comment_invalid_id", SOURCE_GONE}, {"rest_post_invalid_id", SOURCE_GONE}, {"rest_already_trashed", SOURCE_GONE},
        {"rest_trash_not_supported", SOURCE_NOT_PERMITTED}, {"rest_comment_content_invalid", SOURCE_REFUSED},
        {"comment_content_column_length", SOURCE_REFUSED}, {"incorrect_password", SOURCE_AUTH}, {"invalid_username", SOURCE_AUTH},
        {"rest_not_logged_in", SOURCE_AUTH}, {"rest_comment_login_required", SOURCE_AUTH}, {"rest_cannot_delete", SOURCE_NOT_PERMITTED},
        {"rest_cannot_edit", SOURCE_NOT_PERMITTED}, {"rest_cannot_read_post", SOURCE_NOT_PERMITTED},
    };
    char message[SOURCE_SAID_BYTES];
    snprintf(message, sizeof message, "%.80s answered %d: %s", site->name, answer->status, answer->message);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(answer->code, rows[i].code) == 0) {
            failure(result, rows[i].kind, message);
            result->retry_after_s = rows[i].kind == SOURCE_LIMITED ? 15 : 0; /* what WordPress means by a flood */
            return;
        }
    int64_t wait_s = (site->limited_us - clock_now_us()) / CLOCK_SECOND_US + 1;
    switch (answer->status) {
    case 429:
    case 503:
        failure(result, SOURCE_LIMITED, message);
        result->retry_after_s = wait_s > 0 ? wait_s : 30;
        break;
    case 401: failure(result, SOURCE_AUTH, message); break;
    case 403: failure(result, SOURCE_NOT_PERMITTED, message); break;
    case 404:
    case 410: failure(result, SOURCE_GONE, message); break;
    case 400:
    case 409:
    case 413: failure(result, SOURCE_REFUSED, message); break;
    default: failure(result, SOURCE_UNKNOWN_OUTCOME, message); break; /* 500: it may have been written before */
    }
}

/* ---- Is it there? ---- */

enum seen { SEEN, NOT_SEEN, CANNOT_SEE };

/* Among our newest hundred comments, by the key in their user agents. */
static enum seen look_for_key(struct wp_site *site, const char *key, struct source_result *result)
{
    char             parameters[160], agent[SOURCE_KEY_BYTES + 16];
    struct wp_answer answer;
    const cJSON     *comment;
    enum seen        seen = NOT_SEEN;
    if (!site->moderates)
        return CANNOT_SEE;
    snprintf(agent, sizeof agent, "Bellwether %s", key);
    snprintf(parameters, sizeof parameters, "context=edit&status=all&author=%lld&order=desc&orderby=date_gmt&per_page=100", (long long)site->me);
    enum error_code code = ERROR_CANCELLED;
    for (int tries = 0; code == ERROR_CANCELLED && tries < 50; tries++) { /* an ack for a batch ends a GET */
        if (tries)
            clock_sleep(20);
        code = wp_ask(site, "GET", "wp/v2/comments", parameters, (struct str){0}, &answer, NULL);
        if (code == ERROR_CANCELLED)
            wp_answer_fini(&answer);
    }
    if (code || answer.status != 200)
        seen = CANNOT_SEE;
    cJSON_ArrayForEach(comment, answer.json) {
        const char *given = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(comment, "author_user_agent"));
        if (seen == NOT_SEEN && given && strcmp(given, agent) == 0) {
            take_native(site, comment, result);
            seen = SEEN;
        }
    }
    wp_answer_fini(&answer);
    return seen;
}

/* ---- The acts ---- */

/* Which post a comment stands under. */
static enum source_failure post_of(struct wp_site *site, int64_t comment, int64_t *post_out, struct source_result *result)
{
    char             path[64];
    struct wp_answer answer;
    snprintf(path, sizeof path, "wp/v2/comments/%lld", (long long)comment);
    enum error_code code = wp_ask(site, "GET", path, "_fields=id,post", (struct str){0}, &answer, NULL);
    *post_out = wp_number(answer.json, "post");
    if (code)
        failure(result, SOURCE_TRANSIENT, "the site cannot be reached");
    else if (answer.status != 200)
        judge(site, &answer, result);
    else if (*post_out <= 0)
        failure(result, SOURCE_GONE, "the comment stands under no post");
    if (result->failure == SOURCE_UNKNOWN_OUTCOME)
        result->failure = SOURCE_TRANSIENT; /* nothing was sent yet */
    wp_answer_fini(&answer);
    return result->failure;
}

static void send_reply(struct wp_site *site, const struct source_command *command, int64_t post, int64_t parent, struct source_result *result)
{
    struct buf       body = {0};
    struct json      json = json_writer(&body);
    struct wp_answer answer;
    char             agent[SOURCE_KEY_BYTES + 16];
    snprintf(agent, sizeof agent, "Bellwether %s", command->key);
    json_object(&json);
    json_put_i64(&json, "post", post);
    if (parent)
        json_put_i64(&json, "parent", parent);
    json_put_str(&json, "content", command->text);
    json_put_str(&json, "author_user_agent", str_of(agent));
    json_end(&json);
    enum error_code code = wp_ask(site, "POST", "wp/v2/comments", "", buf_str(&body), &answer, NULL);
    buf_fini(&body);
    bool is_lost = answer.is_uncertain || (!code && answer.status >= 500 && answer.status != 503);
    if (!code && answer.status == 201)
        take_native(site, answer.json, result);
    else if (code && !is_lost)
        failure(result, SOURCE_TRANSIENT, "the site cannot be reached");
    else if (!is_lost)
        judge(site, &answer, result);
    wp_answer_fini(&answer);
    if (result->failure == SOURCE_DUPLICATE)
        look_for_key(site, command->key, result);
    /* All was sent and nothing came back: where we may, we look whether it is there. It may still be under way. */
    for (int tries = 0; is_lost && tries < 3; tries++) {
        clock_sleep(500 << tries);
        if (look_for_key(site, command->key, result) == SEEN)
            return;
    }
    if (is_lost)
        failure(result, SOURCE_UNKNOWN_OUTCOME, "it was sent and no answer came; it is not among our comments");
}

static void reply(struct wp_site *site, const struct source_command *command, enum wp_kind kind, int64_t id, struct source_result *result)
{
    int64_t post = id;
    if (look_for_key(site, command->key, result) == SEEN) {
        result->failure = SOURCE_DONE; /* the same deed again */
        return;
    }
    if (kind == WP_COMMENTS && post_of(site, id, &post, result))
        return;
    send_reply(site, command, post, kind == WP_COMMENTS ? id : 0, result);
}

static void unpublish(struct wp_site *site, int64_t id, struct source_result *result)
{
    char             path[64];
    struct wp_answer answer;
    snprintf(path, sizeof path, "wp/v2/comments/%lld", (long long)id);
    enum error_code code = wp_ask(site, "DELETE", path, "", (struct str){0}, &answer, NULL);
    if (code)
        failure(result, answer.is_uncertain ? SOURCE_UNKNOWN_OUTCOME : SOURCE_TRANSIENT, "the site cannot be reached");
    else if (answer.status != 200)
        judge(site, &answer, result);
    wp_answer_fini(&answer);
}

void wp_act(struct wp_site *site, const struct source_command *command, struct source_result *result)
{
    enum wp_kind kind = WP_COMMENTS;
    int64_t      id = 0, now_us = clock_now_us();
    bool         has_target = wp_read_id(site, command->target_id, &kind, &id);
    *result = (struct source_result){0};
    memcpy(result->id, command->id, sizeof result->id);
    if (!site->user[0]) {
        failure(result, SOURCE_AUTH, "the source has no account: it can only read");
    } else if (site->limited_us > now_us) {
        failure(result, SOURCE_LIMITED, "the site asks for patience");
        result->retry_after_s = (site->limited_us - now_us) / CLOCK_SECOND_US + 1;
    } else if (command->act == SOURCE_FETCH) {
        enum seen seen = look_for_key(site, command->key, result);
        if (seen == NOT_SEEN)
            failure(result, SOURCE_GONE, "no comment of ours has this key");
        else if (seen == CANNOT_SEE)
            failure(result, site->moderates ? SOURCE_TRANSIENT : SOURCE_UNSUPPORTED, "only an account that moderates can look for what was sent");
    } else if (!has_target) {
        failure(result, SOURCE_GONE, "what it is about is no post or comment of this site");
    } else if (command->act == SOURCE_REPLY) {
        reply(site, command, kind, id, result);
    } else if (command->act == SOURCE_UNPUBLISH && kind == WP_COMMENTS) {
        unpublish(site, id, result);
    } else {
        failure(result, SOURCE_UNSUPPORTED, "comments can be written, answered and taken back");
    }
}
