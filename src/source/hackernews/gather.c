#include "source/hackernews/hackernews.h"

#include "base/clock.h"

#include <pthread.h>
#include <stdatomic.h>

enum { TIMEOUT_MS = 15000 };

void hn_place_init(struct hn_place *place, struct source_port *port)
{
    struct str base = source_port_text(port, "base");
    *place = (struct hn_place){.port = port, .at_once = (unsigned)source_port_number(port, "at_once")};
    while (base.len && base.ptr[base.len - 1] == '/')
        base.len--;
    snprintf(place->base, sizeof place->base, "%.*s", STR_ARG(base));
    for (unsigned i = 0; i < place->at_once; i++)
        place->pools[i] = fetch_pool_new();
}

void hn_place_fini(struct hn_place *place)
{
    for (unsigned i = 0; i < place->at_once; i++)
        fetch_pool_free(place->pools[i]);
}

/* An answer that is not 200 is a failure of a kind. */
static enum error_code judge(const struct fetch_answer *answer, const char *path, int64_t *retry_after_us, struct error *error)
{
    if (answer->status == 200)
        return ERROR_NONE;
    if (answer->status == 429 || answer->status == 503) {
        *retry_after_us = fetch_retry_after_us(answer, clock_now_us());
        return error_set(error, ERROR_BUSY, "%s: it asks to be left alone (%d)", path, answer->status);
    }
    return error_set(error, answer->status == 401 || answer->status == 403 ? ERROR_FORBIDDEN : ERROR_IO, "%s: status %d", path, answer->status);
}

void hn_get(struct hn_place *place, unsigned worker, const char *path, struct hn_answer *answer_out)
{
    char                url[700];
    struct fetch_answer answer;
    *answer_out = (struct hn_answer){0};
    snprintf(url, sizeof url, "%s/%s", place->base, path);
    struct fetch request = {.url = url, .allows_private = source_port_allows_private(place->port), .timeout_ms = TIMEOUT_MS, .most_bytes = HN_ITEM_MAX_BYTES,
                            .pool = place->pools[worker]};
    answer_out->code = fetch(&request, &answer, &answer_out->error);
    if (!answer_out->code)
        answer_out->code = judge(&answer, path, &answer_out->retry_after_us, &answer_out->error);
    if (!answer_out->code) {
        answer_out->body = answer.body;
        answer.body = (struct buf){0};
    }
    fetch_answer_fini(&answer);
}

struct gathering {
    struct hn_place  *place;
    const int64_t    *ids;
    struct hn_answer *answers;
    size_t            count;
    atomic_size_t     next;
    atomic_bool       has_failed;
};
struct gatherer {
    struct gathering *gathering;
    unsigned          worker;
};

static void *gather_some(void *context)
{
    struct gatherer  *gatherer = context;
    struct gathering *all = gatherer->gathering;
    char              path[48];
    for (size_t i; (i = atomic_fetch_add(&all->next, 1)) < all->count && !atomic_load(&all->has_failed);) {
        snprintf(path, sizeof path, "item/%lld.json", (long long)all->ids[i]);
        if (source_port_is_ending(all->place->port))
            break;
        hn_get(all->place, gatherer->worker, path, &all->answers[i]);
        if (all->answers[i].code && all->answers[i].code != ERROR_TOO_LARGE)
            atomic_store(&all->has_failed, true);
    }
    return NULL;
}

void hn_gather(struct hn_place *place, const int64_t *ids, size_t count, struct hn_answer *answers_out)
{
    struct gathering all = {.place = place, .ids = ids, .answers = answers_out, .count = count};
    struct gatherer  gatherers[HN_AT_ONCE_MAX];
    pthread_t        threads[HN_AT_ONCE_MAX];
    unsigned         started = 0;
    for (size_t i = 0; i < count; i++)
        answers_out[i] = (struct hn_answer){.code = ERROR_CANCELLED};
    for (unsigned i = 1; i < place->at_once && i < count; i++) {
        gatherers[i] = (struct gatherer){&all, i};
        if (pthread_create(&threads[started], NULL, gather_some, &gatherers[i]))
            break;
        started++;
    }
    gatherers[0] = (struct gatherer){&all, 0};
    gather_some(&gatherers[0]);
    for (unsigned i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
}
