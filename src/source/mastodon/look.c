/* Looks that end: a search, a thread. */
#include "base/clock.h"
#include "source/mastodon/mastodon.h"

#define get cJSON_GetObjectItemCaseSensitive

enum { SEARCH_PAGES = 10 };

/* The call again until it is answered; false: given up (why was said) or stopped. */
static bool ask(struct mastodon_worker *worker, const char *path, struct mastodon_answer *answer_out)
{
    struct mastodon_sub *sub = worker->sub;
    for (unsigned tries = 0;; tries++) {
        struct error    error = {0};
        enum error_code code = mastodon_read(sub, path, answer_out, &error);
        int64_t         retry_after_us = answer_out->retry_after_us;
        if (!code)
            return true;
        mastodon_answer_fini(answer_out);
        if (code == ERROR_NOT_FOUND || code == ERROR_INVALID || code == ERROR_FORBIDDEN || code == ERROR_SYNTAX) {
            mastodon_say(sub, SOURCE_ERROR, "%.250s", error.message);
            return false;
        }
        if (!mastodon_wait_out(sub->mastodon, sub->name, code, &error, retry_after_us, tries, sub->stop_fd))
            return false;
    }
}

static bool put(struct mastodon_worker *worker, const cJSON *status, struct str thread)
{
    struct mastodon_words words = mastodon_words(worker->sub->mastodon);
    struct source_batch  *batch = mastodon_batch(worker);
    if (batch && batch->count && batch->count + 2 > source_port_max_items(worker->sub->mastodon->port)) {
        if (!mastodon_send(worker, false))
            return false;
        batch = mastodon_batch(worker);
    }
    return batch && mastodon_status(&words, status, thread, clock_now_us(), batch, &worker->counts);
}

/* ---- Search ---- */

static bool search_for(struct mastodon_worker *worker, struct str words, bool is_tag)
{
    const struct source_query *query = &worker->sub->order->query;
    for (int pages = 0, offset = 0; pages < SEARCH_PAGES; pages++) {
        struct buf             path = {.max_bytes = MASTODON_URL_BYTES};
        struct mastodon_answer answer;
        const cJSON           *status;
        buf_append_str(&path, STR("/api/v2/search?type=statuses&q="));
        if (is_tag && words.len && words.ptr[0] != '#')
            buf_append_str(&path, STR("%23"));
        fetch_encode(words, &path);
        buf_printf(&path, "&limit=%d", MASTODON_PAGE);
        if (offset) /* who asks without a token may not page */
            buf_printf(&path, "&offset=%d", offset);
        buf_append_char(&path, '\0');
        bool is_ok = !path.has_failed && ask(worker, path.ptr, &answer);
        buf_fini(&path);
        if (!is_ok)
            return !atomic_load(&worker->sub->is_stopping) && !atomic_load(&worker->sub->mastodon->end_code);
        const cJSON *statuses = get(answer.json, "statuses");
        int          count = cJSON_GetArraySize(statuses);
        cJSON_ArrayForEach(status, statuses) {
            int64_t at_us = 0;
            clock_parse(mastodon_text(status, "created_at"), &at_us);
            if (!(query->since_us && at_us < query->since_us) && !(query->until_us && at_us > query->until_us))
                is_ok = is_ok && put(worker, status, (struct str){0});
        }
        mastodon_answer_fini(&answer);
        if (!is_ok || !mastodon_send(worker, false))
            return false;
        offset += count;
        if (count < MASTODON_PAGE / 2 || worker->sub->mastodon->token.len == 0)
            break;
    }
    return true;
}

static bool search(struct mastodon_worker *worker)
{
    const struct source_query *query = &worker->sub->order->query;
    bool                       is_on = true;
    for (size_t i = 0; is_on && i < query->any_count; i++)
        is_on = search_for(worker, query->any[i], false);
    for (size_t i = 0; is_on && i < query->hashtag_count; i++)
        is_on = search_for(worker, query->hashtags[i], true);
    for (size_t i = 0; is_on && i < query->url_count; i++)
        is_on = search_for(worker, query->urls[i], false);
    return is_on;
}

/* ---- Thread ---- */

static bool thread(struct mastodon_worker *worker, struct str native)
{
    struct mastodon       *mastodon = worker->sub->mastodon;
    struct str             id = mastodon_local_id(mastodon->host, native);
    char                   path[128 + MASTODON_ID_BYTES], root[sizeof mastodon->host + 1 + MASTODON_ID_BYTES];
    struct mastodon_answer post, context;
    const cJSON           *status;
    if (!id.ptr) {
        mastodon_say(worker->sub, SOURCE_ERROR, "%.150s is no post of %.80s", native.len ? native.ptr : "(nothing)", mastodon->host);
        return true;
    }
    snprintf(path, sizeof path, "/api/v1/statuses/%.*s", STR_ARG(id));
    if (!ask(worker, path, &post))
        return false;
    snprintf(path, sizeof path, "/api/v1/statuses/%.*s/context", STR_ARG(id));
    bool is_ok = ask(worker, path, &context);
    if (is_ok) {
        const cJSON *ancestors = get(context.json, "ancestors"), *first = cJSON_GetArrayItem(ancestors, 0);
        struct str   root_id = mastodon_text(first ? first : post.json, "id");
        snprintf(root, sizeof root, "%s/%.*s", mastodon->host, (int)(root_id.len < MASTODON_ID_BYTES ? root_id.len : 0), root_id.ptr);
        cJSON_ArrayForEach(status, ancestors)
            is_ok = is_ok && put(worker, status, str_of(root));
        is_ok = is_ok && put(worker, post.json, str_of(root));
        cJSON_ArrayForEach(status, get(context.json, "descendants"))
            is_ok = is_ok && put(worker, status, str_of(root));
        is_ok = is_ok && mastodon_send(worker, false);
        mastodon_answer_fini(&context);
    }
    mastodon_answer_fini(&post);
    return is_ok;
}

void mastodon_look(struct mastodon_worker *worker)
{
    struct mastodon_sub       *sub = worker->sub;
    const struct source_query *query = &sub->order->query;
    struct error               error = {0};
    enum error_code            code;
    for (unsigned tries = 0; (code = mastodon_probe(sub->mastodon, sub->stop_fd, &error)); tries++) {
        if (code == ERROR_INVALID) {
            mastodon_end(sub->mastodon, code, &error);
            return;
        }
        if (!mastodon_wait_out(sub->mastodon, sub->name, code, &error, 0, tries, sub->stop_fd))
            return;
    }
    bool is_on = true;
    if (sub->order->mode == SOURCE_SEARCH)
        is_on = search(worker);
    else
        for (size_t i = 0; is_on && i < query->url_count; i++)
            is_on = thread(worker, query->urls[i]);
    if (is_on)
        mastodon_say(sub, SOURCE_IDLE, "looked once");
}
