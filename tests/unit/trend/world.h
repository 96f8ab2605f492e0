/* An invented town's chatter for engine tests: quiet background, and whatever is planted into it. */
#ifndef TESTS_TREND_WORLD_H
#define TESTS_TREND_WORLD_H

#include "check.h"

#include "base/clock.h"
#include "base/rng.h"
#include "trend/trend.h"
#include "trend/trend_json.h"

enum { WORLD_SEEN_MAX = 256 };
#define WORLD_START (INT64_C(19000) * CLOCK_DAY_US) /* a Saturday in 2022 */

struct seen {
    uint64_t id, merged_into;
    int64_t  opened_us, closed_us, started_us;
    unsigned flags, flags_ever;
    unsigned updates;
    double   z_peak, voices, effective, dup_share, top_author_share, growth_per_h;
    uint32_t posts;
    char     label[128], first_author[64];
};

struct world {
    struct trend_engine  *engine;
    struct text_analyser *analyser;
    struct arena          arena;
    struct rng            rng;
    struct seen           seen[WORLD_SEEN_MAX];
    size_t                seen_count;
    struct buf            log; /* every event as JSON */
    unsigned              serial;
    int64_t               last_event_us;
};

static inline void world_event(void *context, enum trend_event_kind kind, int64_t at_us, const struct trend *trend)
{
    struct world *world = context;
    struct seen  *seen = NULL;
    check(at_us >= world->last_event_us, "events go back in time");
    world->last_event_us = at_us;
    trend_print_event_json(trend, kind, at_us, &world->log);
    buf_append_char(&world->log, '\n');
    for (size_t i = 0; i < world->seen_count && !seen; i++)
        if (world->seen[i].id == trend->id)
            seen = &world->seen[i];
    check((kind == TREND_OPEN) == (seen == NULL), "trend %lu opens once, before anything else", (unsigned long)trend->id);
    if (!seen) {
        check(world->seen_count < WORLD_SEEN_MAX, "too many trends");
        seen = &world->seen[world->seen_count++];
        *seen = (struct seen){.id = trend->id, .opened_us = at_us};
    }
    check(seen->closed_us == 0, "trend %lu speaks after its end", (unsigned long)trend->id);
    if (kind == TREND_CLOSE)
        seen->closed_us = at_us;
    seen->updates += kind == TREND_UPDATE;
    seen->merged_into = trend->merged_into;
    seen->started_us = trend->started_at_us;
    seen->flags = trend->flags;
    seen->flags_ever |= trend->flags;
    seen->z_peak = trend->z_peak;
    seen->voices = trend->voices;
    seen->effective = trend->effective_voices;
    seen->dup_share = trend->dup_share;
    seen->top_author_share = trend->top_author_share;
    seen->growth_per_h = kind == TREND_OPEN ? trend->growth_per_h : seen->growth_per_h;
    seen->posts = trend->posts;
    snprintf(seen->label, sizeof seen->label, "%.*s", STR_ARG(trend->label));
    if (trend->first_voice_count)
        snprintf(seen->first_author, sizeof seen->first_author, "%.*s", STR_ARG(trend->first_voices[0].author));
    check(trend->detected_at_us >= trend->started_at_us, "detected before it started");
    check(trend->post_id_count <= 1000 && trend->first_voice_count <= 5 && trend->representative_count <= 5, "maxima");
}

static inline void world_init(struct world *world, uint64_t seed)
{
    struct error         error = {0};
    struct trend_options options = {.on_event = world_event, .context = world};
    *world = (struct world){0};
    rng_seed(&world->rng, seed);
    check_ok(text_analyser_new(&world->analyser, &error), error, "analyser");
    check_ok(trend_engine_new(&options, &world->engine, &error), error, "engine");
}

static inline void world_fini(struct world *world)
{
    trend_engine_free(world->engine);
    text_analyser_free(world->analyser);
    arena_fini(&world->arena);
    buf_fini(&world->log);
}

static inline void world_say(struct world *world, int64_t at_us, const char *author, const char *text, const char *repost_of)
{
    struct error      error = {0};
    struct text_facts facts;
    char              id[32];
    snprintf(id, sizeof id, "t:%u", ++world->serial);
    arena_reset(&world->arena);
    struct post post = {.id = str_of(id), .platform = STR("t"), .at_us = at_us, .author_id = str_of(author), .author_handle = str_of(author),
                        .text = str_of(text), .kind = STR("post"), .repost_of = str_of(repost_of)};
    check_ok(text_analyse(world->analyser, &world->arena, post.text, STR("en"), TREND_TEXT_WANT, &facts, &error), error, "%s", text);
    check_ok(trend_engine_add(world->engine, &post, &facts, &error), error, "%s", text);
}

/* A planted post waits here until the background has come to its time. */
struct planned {
    int64_t at_us;
    char    author[24], text[160];
};

enum { PLANNED_MAX = 8192, TOWN_WORDS = 3000 };

struct plan {
    struct planned *posts;
    size_t          count;
};

static inline void plan_add(struct plan *plan, int64_t at_us, const char *author, const char *text)
{
    if (!plan->posts)
        plan->posts = calloc(PLANNED_MAX, sizeof *plan->posts);
    check(plan->posts && plan->count < PLANNED_MAX, "plan");
    struct planned *post = &plan->posts[plan->count++];
    post->at_us = at_us;
    snprintf(post->author, sizeof post->author, "%s", author);
    snprintf(post->text, sizeof post->text, "%s", text);
}

static inline int planned_by_time(const void *a, const void *b)
{
    const struct planned *x = a, *y = b;
    if (x->at_us != y->at_us)
        return x->at_us < y->at_us ? -1 : 1;
    return x < y ? -1 : x > y;
}

/* A word of the town: the nth is said about 1/n as often as the first, spelt from syllables. */
static inline void town_word(struct rng *rng, char word[16])
{
    static const char *const syllables[] = {"ba", "do", "ki", "lu", "ma", "ne", "po", "ru", "sa", "ti", "vo", "ze"};
    double   u = rng_unit(rng);
    unsigned n = (unsigned)((double)TOWN_WORDS * u * u);
    snprintf(word, 16, "%s%s%s%s", syllables[n % 12], syllables[n / 12 % 12], syllables[n / 144 % 12], n % 2 ? "n" : "r");
}

/* Runs days of background, about per_day posts with a daily rhythm, and the planned posts among them. */
static inline void world_run(struct world *world, int days, int per_day, struct plan *plan)
{
    int64_t at_us = WORLD_START, end_us = WORLD_START + days * CLOCK_DAY_US;
    size_t  next = 0;
    if (plan->count)
        qsort(plan->posts, plan->count, sizeof *plan->posts, planned_by_time);
    while (at_us < end_us) {
        int64_t hour = at_us / CLOCK_HOUR_US % 24;
        double  rhythm = hour < 6 ? 0.4 : hour < 18 ? 1.2 : 1.1;
        at_us += 1 + (int64_t)rng_exponential(&world->rng, (double)CLOCK_DAY_US / (per_day * rhythm));
        for (; next < plan->count && plan->posts[next].at_us <= at_us; next++)
            world_say(world, plan->posts[next].at_us, plan->posts[next].author, plan->posts[next].text, NULL);
        char author[24], text[160] = "";
        snprintf(author, sizeof author, "p%u", (unsigned)rng_below(&world->rng, 5000));
        for (int w = 0; w < 7; w++) {
            char word[16];
            town_word(&world->rng, word);
            snprintf(text + strlen(text), sizeof text - strlen(text), "%s ", word);
        }
        world_say(world, at_us, author, text, NULL);
    }
    struct error error = {0};
    check_ok(trend_engine_advance(world->engine, end_us + 4 * CLOCK_DAY_US, &error), error, "advance");
    free(plan->posts);
    *plan = (struct plan){0};
}

/* The first trend whose label holds the word, or NULL. */
static inline struct seen *world_find(struct world *world, const char *word)
{
    for (size_t i = 0; i < world->seen_count; i++)
        if (str_contains(str_of(world->seen[i].label), str_of(word)))
            return &world->seen[i];
    return NULL;
}

#endif
