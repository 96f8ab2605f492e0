/* Timelines: what no stream gave.
 *
 *     ... since ───(not known)─── until ════(given)════ head     back: newest first, by max_id, down to since
 *     ... ════(given)════ head ──▶ ──▶ ──▶ newest                forward: oldest first, by min_id
 *
 * Forward is the rule: each page joins the one before, and the state moves with it. Back is for a beginning in the past,
 * whose id nobody knows, and for servers that take min_id for another word for since_id (they give the newest page and
 * leave a hole: found by asking what lies below the page).
 */
#include "base/clock.h"
#include "source/mastodon/mastodon.h"

#include <stdlib.h>

#define get cJSON_GetObjectItemCaseSensitive

enum { PROBE_FROM = 10 /* posts on a first page: fewer are no full page anywhere */, BATCH_BYTES = 512 * 1024 };

struct filling {
    struct mastodon_worker  *worker;
    struct mastodon_channel *channel;
    int64_t                 *retry_after_us;
    struct error            *error;
    mastodon_id             *old;   /* ids to be looked for again */
    bool                    *found; /* one each */
    bool                     is_kept; /* what was put last */
    size_t                   old_count, settled; /* settled: so many of them were looked for */
};

static const cJSON *status_of(const struct mastodon_channel *channel, const cJSON *entry)
{
    return channel->is_notifications ? get(entry, "status") : entry;
}

static int64_t time_of(const struct mastodon_channel *channel, const cJSON *entry)
{
    int64_t at_us = 0;
    clock_parse(mastodon_text(status_of(channel, entry), "created_at"), &at_us);
    return at_us;
}

/* name and id: "max_id", "min_id"; NULL: the newest. */
static enum error_code page(struct filling *filling, const char *name, struct str id, int limit, struct mastodon_answer *answer_out)
{
    struct mastodon_sub *sub = filling->worker->sub;
    char                 path[sizeof filling->channel->path + MASTODON_ID_BYTES + 64];
    if (name)
        snprintf(path, sizeof path, "%slimit=%d&%s=%.*s", filling->channel->path, limit, name, STR_ARG(id));
    else
        snprintf(path, sizeof path, "%slimit=%d", filling->channel->path, limit);
    enum error_code code = mastodon_read(sub, path, answer_out, filling->error);
    if (code == ERROR_BUSY)
        *filling->retry_after_us = answer_out->retry_after_us;
    if (!code && !cJSON_IsArray(answer_out->json))
        code = error_set(filling->error, ERROR_SYNTAX, "%s answers with something else than a list of posts", sub->mastodon->host);
    return code;
}

static enum error_code stopped(struct filling *filling)
{
    return error_set(filling->error, ERROR_CANCELLED, "stopped");
}

/* Puts one entry into the batch, sending what is full before it (oldest first: the place is then that of the posts sent). */
static enum error_code put(struct filling *filling, const cJSON *entry)
{
    struct mastodon_worker *worker = filling->worker;
    struct source_batch    *batch = mastodon_batch(worker);
    unsigned                most = source_port_max_items(worker->sub->mastodon->port);
    if (batch && batch->count && (batch->count + 2 > most || batch->arena.used_bytes > BATCH_BYTES)) {
        if (!mastodon_send(worker, true))
            return stopped(filling);
    }
    const cJSON *status = status_of(filling->channel, entry);
    bool         is_here = mastodon_place_has(&filling->channel->now, mastodon_text(entry, "id"));
    filling->is_kept = false;
    if (cJSON_IsObject(status) && !mastodon_take(worker, status, is_here, &filling->is_kept))
        return error_set(filling->error, ERROR_MEMORY, "no memory for a post");
    if (is_here && !filling->is_kept)
        mastodon_place_lost(&filling->channel->now, mastodon_text(entry, "id"));
    return ERROR_NONE;
}

static void mark(struct filling *filling, struct str id)
{
    for (size_t low = 0, high = filling->old_count; low < high;) {
        size_t middle = (low + high) / 2;
        int    order = mastodon_id_compare(str_of(filling->old[middle]), id);
        if (order == 0) {
            filling->found[middle] = true;
            return;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
}

static void say_gap(struct filling *filling, int64_t from_us, int64_t until_us)
{
    struct source_status status = {.phase = SOURCE_GAP, .from_us = from_us, .until_us = until_us, .remaining = -1, .limit = -1};
    snprintf(status.sub, sizeof status.sub, "%s", filling->worker->sub->name);
    snprintf(status.message, sizeof status.message, "the timeline %.100s does not reach back to what is known", filling->channel->name);
    source_port_status(filling->worker->sub->mastodon->port, &status);
}

/* ---- Back ---- */

static enum error_code back(struct filling *filling, struct str since)
{
    struct mastodon_place     *place = &filling->channel->now;
    const struct source_query *query = &filling->worker->sub->order->query;
    bool                       is_met = false, is_first = !place->is_back;
    int64_t                    newest_ms = 0, oldest_us = 0;
    while (!is_met) {
        struct mastodon_answer answer;
        const cJSON           *entry;
        enum error_code        code = page(filling, place->is_back ? "max_id" : NULL, str_of(place->until), MASTODON_PAGE, &answer);
        size_t                 count = 0, before = 0;
        if (!code)
            cJSON_ArrayForEach(entry, answer.json) {
                struct str id = mastodon_text(entry, "id");
                int64_t    at_us = time_of(filling->channel, entry);
                if (!mastodon_id_is_sound(id) || (place->is_back && place->until[0] && mastodon_id_compare(id, str_of(place->until)) >= 0))
                    continue; /* a server that gives the same page again would be read for ever */
                if (!place->is_back) {
                    place->is_back = true;
                    snprintf(place->since, sizeof place->since, "%.*s", STR_ARG(since));
                    snprintf(place->head, sizeof place->head, "%.*s", STR_ARG(id));
                    place->is_begun = true;
                    newest_ms = at_us / 1000;
                }
                if (place->since[0] && mastodon_id_compare(id, str_of(place->since)) <= 0) {
                    is_met = true;
                    break;
                }
                count++;
                before += query->since_us && at_us < query->since_us && !place->since[0];
                filling->is_kept = false;
                if (!(query->since_us && at_us < query->since_us && !place->since[0]) && !(query->until_us && at_us > query->until_us)) {
                    code = put(filling, entry);
                    if (code)
                        break;
                }
                mark(filling, id);
                oldest_us = at_us ? at_us : oldest_us;
                snprintf(place->until, sizeof place->until, "%.*s", STR_ARG(id));
                mastodon_place_saw(place, id, at_us, filling->is_kept);
            }
        mastodon_answer_fini(&answer);
        if (code)
            return code;
        if (is_first && count >= PROBE_FROM)
            mastodon_say(filling->worker->sub, SOURCE_BACKFILL, "reading %.100s back", filling->channel->name);
        is_first = false;
        if (count == 0)
            break;
        is_met = is_met || before == count; /* a whole page before the beginning: single old posts come in by import */
        if (!mastodon_send(filling->worker, true))
            return stopped(filling);
    }
    if (!is_met && place->since[0])
        say_gap(filling, place->at_ms * 1000, oldest_us);
    place->is_begun = true;
    place->is_back = false;
    place->since[0] = place->until[0] = '\0';
    if (newest_ms)
        place->at_ms = newest_ms;
    return mastodon_send(filling->worker, true) ? ERROR_NONE : stopped(filling);
}

/* ---- Again ---- */

/* Of the ids that were there, up to `up_to` (empty: all), those that are not any more: one by one, for a timeline may leave
 * out for many reasons what is still there. Called before newer posts push them out of the place, so that none goes unseen
 * however often this is killed. */
static enum error_code settle(struct filling *filling, struct str up_to)
{
    struct mastodon_worker *worker = filling->worker;
    struct mastodon_sub    *sub = worker->sub;
    struct mastodon_words   words = mastodon_words(sub->mastodon);
    enum error_code         code = ERROR_NONE;
    for (; !code && filling->settled < filling->old_count; filling->settled++) {
        struct str id = str_of(filling->old[filling->settled]);
        if (up_to.len && mastodon_id_compare(id, up_to) > 0)
            break;
        if (filling->found[filling->settled])
            continue;
        char                   path[64 + MASTODON_ID_BYTES];
        struct mastodon_answer answer;
        snprintf(path, sizeof path, "/api/v1/statuses/%.*s", STR_ARG(id));
        code = mastodon_read(sub, path, &answer, filling->error);
        if (code == ERROR_NOT_FOUND) {
            code = ERROR_NONE;
            if (!mastodon_batch(worker) || !mastodon_deleted(&words, id, worker->batch))
                code = error_set(filling->error, ERROR_MEMORY, "no memory for a post");
            else
                mastodon_place_lost(&filling->channel->now, id);
        } else if (!code) {
            code = put(filling, answer.json);
        } else if (code == ERROR_FORBIDDEN || code == ERROR_INVALID) {
            code = ERROR_NONE; /* nothing is known: left as it is */
        } else if (code == ERROR_BUSY) {
            *filling->retry_after_us = answer.retry_after_us;
        }
        mastodon_answer_fini(&answer);
        if (!code && worker->batch && worker->batch->count + 2 > source_port_max_items(sub->mastodon->port) && !mastodon_send(worker, true))
            code = stopped(filling);
    }
    return code;
}

/* ---- Forward ---- */

enum below { JOINED, HOLE, NOTHING_BELOW };

/* What lies below a page that is said to begin right above from? */
static enum error_code look_below(struct filling *filling, struct str oldest, struct str from, enum below *below_out)
{
    struct mastodon_answer answer;
    enum error_code        code = page(filling, "max_id", oldest, 1, &answer);
    if (!code) {
        struct str id = mastodon_text(cJSON_GetArrayItem(answer.json, 0), "id");
        *below_out = id.len == 0 ? NOTHING_BELOW : mastodon_id_compare(id, from) <= 0 ? JOINED : HOLE;
    }
    mastodon_answer_fini(&answer);
    return code;
}

static enum error_code forward(struct filling *filling, struct str from_id)
{
    struct mastodon_channel *channel = filling->channel;
    struct mastodon_place   *place = &channel->now;
    mastodon_id              from, head_before;
    int64_t                  at_before_us = place->at_ms * 1000;
    snprintf(from, sizeof from, "%.*s", STR_ARG(from_id));
    memcpy(head_before, place->head, sizeof head_before);
    for (bool is_first = true;; is_first = false) {
        struct mastodon_answer answer;
        enum error_code        code = page(filling, "min_id", str_of(from), MASTODON_PAGE, &answer);
        int                    count = code ? 0 : cJSON_GetArraySize(answer.json);
        mastodon_id            newest = "", oldest = "";
        size_t                 fresh = 0;
        const cJSON           *entry;
        int64_t                oldest_us = 0;
        if (!code)
            cJSON_ArrayForEach(entry, answer.json) {
                struct str id = mastodon_text(entry, "id");
                if (!mastodon_id_is_sound(id) || mastodon_id_compare(id, str_of(from)) <= 0)
                    continue;
                fresh++;
                mark(filling, id);
                if (!newest[0] || mastodon_id_compare(id, str_of(newest)) > 0)
                    snprintf(newest, sizeof newest, "%.*s", STR_ARG(id));
                if (!oldest[0] || mastodon_id_compare(id, str_of(oldest)) < 0) {
                    snprintf(oldest, sizeof oldest, "%.*s", STR_ARG(id));
                    oldest_us = time_of(channel, entry);
                }
            }
        if (!code && is_first && fresh >= PROBE_FROM) {
            enum below below;
            code = look_below(filling, str_of(oldest), str_of(from), &below);
            if (!code && below == HOLE) {
                mastodon_answer_fini(&answer);
                code = back(filling, str_of(from));
                if (!code)
                    code = settle(filling, (struct str){0});
                return code ? code : mastodon_send(filling->worker, false) ? ERROR_NONE : stopped(filling);
            }
            if (!code && below == NOTHING_BELOW && mastodon_id_compare(str_of(head_before), str_of(oldest)) < 0)
                say_gap(filling, at_before_us, oldest_us);
            if (!code && fresh >= MASTODON_PAGE / 2 && !filling->old_count)
                mastodon_say(filling->worker->sub, SOURCE_BACKFILL, "reading what came to %.100s meanwhile", channel->name);
        }
        if (!code)
            code = settle(filling, str_of(newest)); /* an empty page: the rest of them */
        /* From the end: oldest first. */
        for (int i = count - 1; !code && i >= 0; i--) {
            entry = cJSON_GetArrayItem(answer.json, i);
            struct str id = mastodon_text(entry, "id");
            if (!mastodon_id_is_sound(id) || mastodon_id_compare(id, str_of(from)) <= 0)
                continue;
            code = put(filling, entry);
            if (code)
                break;
            mastodon_place_saw(place, id, time_of(channel, entry), filling->is_kept);
        }
        mastodon_answer_fini(&answer);
        if (code)
            return code;
        if (!mastodon_send(filling->worker, fresh > 0))
            return stopped(filling);
        if (fresh == 0)
            return ERROR_NONE;
        memcpy(from, newest, sizeof from);
    }
}

enum error_code mastodon_fill(struct mastodon_worker *worker, struct mastodon_channel *channel, bool is_recheck,
                              int64_t *retry_after_us_out, struct error *error)
{
    struct filling             filling = {.worker = worker, .channel = channel, .retry_after_us = retry_after_us_out, .error = error};
    struct mastodon_place     *place = &channel->now;
    const struct source_order *order = worker->sub->order;
    enum error_code            code = ERROR_NONE;
    *retry_after_us_out = 0;
    if (order->mode == SOURCE_FILL) {
        if (place->is_done)
            return ERROR_NONE;
        code = back(&filling, (struct str){0});
        place->is_done = !code;
        if (!code && !mastodon_send(worker, true))
            code = stopped(&filling);
        return code;
    }
    if (!place->is_begun && order->query.since_us == 0) { /* from now on */
        struct mastodon_answer answer;
        code = page(&filling, NULL, (struct str){0}, 1, &answer);
        const cJSON *entry = cJSON_GetArrayItem(answer.json, 0);
        if (!code && mastodon_id_is_sound(mastodon_text(entry, "id")))
            mastodon_place_saw(place, mastodon_text(entry, "id"), time_of(channel, entry), false);
        place->is_begun = place->is_begun || !code;
        mastodon_answer_fini(&answer);
        if (!code && !mastodon_send(worker, true))
            code = stopped(&filling);
        return code;
    }
    if (!place->is_begun || place->is_back || place->head[0] == '\0')
        code = back(&filling, str_of(place->head));
    if (!code && place->head[0]) {
        size_t old_count = is_recheck ? place->recent_count : 0;
        filling.old = old_count ? malloc(old_count * sizeof *filling.old) : NULL;
        filling.found = old_count ? calloc(old_count, sizeof *filling.found) : NULL;
        if (filling.old && filling.found) {
            filling.old_count = old_count;
            memcpy(filling.old, place->recent, old_count * sizeof *filling.old);
        }
        code = forward(&filling, filling.old_count ? str_of(filling.old[0]) : str_of(place->head));
        free(filling.old);
        free(filling.found);
    }
    return code;
}
