#include "cli/replay.h"

#include "base/clock.h"
#include "cli/bar.h"

#include <stdlib.h>

struct visit {
    struct replay  *replay;
    struct bar      bar;
    int64_t         started_us;
    enum error_code code;
};

static bool feed_engine(void *context, const struct post *post, const struct text_facts *facts)
{
    struct visit  *visit = context;
    struct replay *replay = visit->replay;
    struct cli    *cli = replay->cli;
    visit->code = trend_engine_add(replay->engine, post, facts, &cli->error);
    replay->posts++;
    if (!visit->code && cli->stop && atomic_load(cli->stop))
        visit->code = error_set(&cli->error, ERROR_CANCELLED, "stopped after %llu posts",
                                (unsigned long long)replay->posts);
    if (replay->posts % 256 == 0) {
        struct progress_view view = {(uint64_t)(post->at_us - replay->from_us),
                                     (uint64_t)(replay->until_us - replay->from_us), replay->posts,
                                     clock_monotonic_us() - visit->started_us, "listening"};
        bar_draw(&visit->bar, &view);
    }
    return !visit->code && !cli->is_reader_gone;
}

enum error_code replay_run(struct replay *replay)
{
    struct trend_options options = {.on_event = replay->on_event, .context = replay->context};
    struct visit         visit = {.replay = replay, .bar = {.cli = replay->cli}, .started_us = clock_monotonic_us()};
    struct error        *error = &replay->cli->error;
    enum error_code      code = trend_engine_new(&options, &replay->engine, error);
    if (!code)
        code = archive_scan(replay->snapshot, replay->root, replay->from_us, replay->until_us, TREND_TEXT_WANT,
                            feed_engine, &visit, error);
    bar_wipe(&visit.bar);
    if (visit.code)
        code = visit.code;
    if (!code && !replay->cli->is_reader_gone)
        code = trend_engine_advance(replay->engine, replay->until_us, error);
    return code;
}

void replay_fini(struct replay *replay)
{
    trend_engine_free(replay->engine);
    replay->engine = NULL;
}

/* ---- What was unearthed ---- */

static bool copy_strings(struct arena *arena, struct str **strings, size_t count)
{
    struct str *copies = arena_array(arena, count, sizeof *copies);
    for (size_t i = 0; copies && i < count; i++) {
        copies[i] = arena_str(arena, (*strings)[i]);
        if (!copies[i].ptr)
            return false;
    }
    *strings = copies;
    return copies != NULL;
}

static bool copy_posts(struct arena *arena, struct trend_post **posts, size_t count)
{
    struct trend_post *copies = arena_array(arena, count, sizeof *copies);
    for (size_t i = 0; copies && i < count; i++) {
        const struct trend_post *post = &(*posts)[i];
        copies[i] = (struct trend_post){arena_str(arena, post->id), post->at_us, arena_str(arena, post->author),
                                        arena_str(arena, post->text)};
        if (!copies[i].id.ptr || !copies[i].author.ptr || !copies[i].text.ptr)
            return false;
    }
    *posts = copies;
    return copies != NULL;
}

static bool keep(struct kept_trend *kept, const struct trend *trend)
{
    arena_reset(&kept->arena);
    kept->trend = *trend;
    kept->trend.label = arena_str(&kept->arena, trend->label);
    kept->trend.strongest = arena_str(&kept->arena, trend->strongest);
    return kept->trend.label.ptr && kept->trend.strongest.ptr && copy_strings(&kept->arena, &kept->trend.terms, trend->term_count) &&
           copy_strings(&kept->arena, &kept->trend.post_ids, trend->post_id_count) &&
           copy_posts(&kept->arena, &kept->trend.first_voices, trend->first_voice_count) &&
           copy_posts(&kept->arena, &kept->trend.representatives, trend->representative_count);
}

static struct kept_trend *find(struct unearthed *unearthed, uint64_t id)
{
    for (size_t i = unearthed->count; i-- > 0;) /* the one that changes is usually young */
        if (unearthed->trends[i]->trend.id == id)
            return unearthed->trends[i];
    return NULL;
}

static struct kept_trend *add(struct unearthed *unearthed)
{
    if (unearthed->count == unearthed->capacity) {
        size_t              capacity = unearthed->capacity ? unearthed->capacity * 2 : 64;
        struct kept_trend **grown = realloc(unearthed->trends, capacity * sizeof(struct kept_trend *));
        if (!grown)
            return NULL;
        unearthed->trends = grown;
        unearthed->capacity = capacity;
    }
    struct kept_trend *kept = calloc(1, sizeof *kept);
    if (kept)
        unearthed->trends[unearthed->count++] = kept;
    return kept;
}

void unearthed_on_event(void *context, enum trend_event_kind kind, int64_t at_us, const struct trend *trend)
{
    struct unearthed *unearthed = context;
    bool is_within = trend->detected_at_us >= unearthed->since_us && trend->detected_at_us < unearthed->until_us;
    (void)at_us;
    if (!is_within || kind == TREND_CLOSE || unearthed->has_failed)
        return;
    struct kept_trend *kept = find(unearthed, trend->id);
    if (kept && kept->trend.z > trend->z)
        return;
    if (!kept)
        kept = add(unearthed);
    if (!kept || !keep(kept, trend))
        unearthed->has_failed = true;
}

static int stronger(const void *a, const void *b)
{
    const struct trend *first = &(*(struct kept_trend *const *)a)->trend,
                       *second = &(*(struct kept_trend *const *)b)->trend;
    if (first->z != second->z)
        return first->z > second->z ? -1 : 1;
    return first->id < second->id ? -1 : first->id > second->id;
}

void unearthed_sort(struct unearthed *unearthed)
{
    if (unearthed->count)
        qsort(unearthed->trends, unearthed->count, sizeof(struct kept_trend *), stronger);
}

void unearthed_fini(struct unearthed *unearthed)
{
    for (size_t i = 0; i < unearthed->count; i++) {
        arena_fini(&unearthed->trends[i]->arena);
        free(unearthed->trends[i]);
    }
    free(unearthed->trends);
    *unearthed = (struct unearthed){0};
}
