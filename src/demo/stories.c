#include "demo/story.h"

#include "base/clock.h"

#include <stdlib.h>

enum { BOARD_NORTH_QUAY = 1 };

struct planted_story {
    int          days_back; /* the day of its onset, counted from the town's last midnight */
    struct story story;
};

/* What is planted. Only the first five people write by the lines of _first; everybody else finds words of their own. */
static const struct planted_story stories[] = {
    {11, {.name = "hum", .title = "A hum at night keeps North Quay awake, then the whole town hears it", .shape = DEMO_SPILL,
     .hour = 21, .minute = 35, .run_h = 20, .board = BOARD_NORTH_QUAY, .reposts = 0.08, .pictures = 0.03,
     .phases = {{0, 9, 44, CURVE_EVEN, "", true}, {9.5, 9, 105, CURVE_HUMP, "_late", false}, {10, 8, 22, CURVE_HUMP, "", true}},
     .company_h = {15}, .paper_h = {11}}},
    {7, {.name = "bun", .title = "The bun on board is smaller, dearer and has lost its cardamom", .shape = DEMO_DRIFT,
     .hour = 7, .minute = 5, .run_h = 30, .board = BOARD_NONE, .reposts = 0.08, .pictures = 0.1,
     .phases = {{0, 30, 165, CURVE_DRIFT, "", false}, {30, 18, 14, CURVE_EVEN, "_late", false}},
     .company_h = {27}, .paper_h = {25}}},
    {6, {.name = "gerald", .title = "A gull queues for the ferry, is named Gerald, and gets votes", .shape = DEMO_RAMP,
     .hour = 12, .minute = 22, .run_h = 6, .board = BOARD_NONE, .reposts = 0.16, .pictures = 0.12,
     .phases = {{0, 6, 150, CURVE_RISE, "", false}, {6, 4.5, 75, CURVE_STEP, "", false}, {18, 14, 14, CURVE_EVEN, "_late", false}},
     .company_h = {4.6}, .paper_h = {5.2}}},
    {5, {.name = "aground", .title = "The Marigold runs aground on Bishop's Bar in fog", .shape = DEMO_STEP,
     .hour = 7, .minute = 41, .run_h = 2, .board = BOARD_NONE, .reposts = 0.18, .pictures = 0.1,
     .phases = {{0, 5, 210, CURVE_STEP, "", false}, {5, 9, 60, CURVE_STEP, "_late", false}},
     .company_h = {0.4, 1.3, 3.2, 5.1}, .paper_h = {0.5, 1.6, 5.3, 8}}},
    {4, {.name = "app", .title = "The ticket app charges twice; next morning its codes fail", .shape = DEMO_TWO_HUMPS,
     .hour = 16, .minute = 48, .run_h = 20, .board = BOARD_NONE, .reposts = 0.08, .pictures = 0.06,
     .phases = {{0, 5, 95, CURVE_HUMP, "", false}, {14.4, 5, 110, CURVE_HUMP, "_late", false}},
     .company_h = {2.2, 15, 19.3}, .paper_h = {3, 16}}},
    {2, {.name = "rabbit", .title = "A deckhand brings a child's toy rabbit home in a captain's hat", .shape = DEMO_CARRIED,
     .hour = 10, .minute = 17, .run_h = 12, .board = BOARD_NONE, .reposts = 0.26, .pictures = 0.4,
     .phases = {{0, 12, 170, CURVE_STEP, "", false}, {20, 14, 22, CURVE_EVEN, "_late", false}},
     .company_h = {4.2}, .paper_h = {1.1}}},
};

int64_t stories_fog_day_us(const struct town *town)
{
    return town->week ? INT64_MIN : town->until_us - 5 * CLOCK_DAY_US;
}

/* ---- The plan ---- */

static struct demo_planted *begin(struct planting *planting, const char *name, struct str title, enum demo_kind kind,
                                  int64_t onset_us,
                                  double run_h, struct error *error)
{
    struct demo_plan *plan = planting->town->plan;
    if (plan->count == planting->town->planted_capacity) {
        town_no_memory(error);
        return NULL;
    }
    planting->name = name;
    planting->planted = (int32_t)plan->count;
    planting->own_count = 0;
    planting->board = BOARD_NONE;
    planting->reposts = planting->pictures = 0.05;
    memset(planting->spoken, 0, planting->town->person_count);
    struct demo_planted *planted = &plan->planted[plan->count++];
    *planted = (struct demo_planted){.name = str_of(name), .title = arena_str(&plan->arena, title), .kind = kind, .onset_us = onset_us,
                                     .until_us = onset_us + (int64_t)(run_h * 3600e3) * 1000};
    if (planted->title.ptr)
        return planted;
    town_no_memory(error);
    return NULL;
}

/* What the company and the paper say, at their hours, line by line. */
static enum error_code speak_officially(struct planting *planting, uint32_t who, const char *list, const double *hours,
                                        int64_t onset_us,
                                        struct error *error)
{
    enum error_code code = ERROR_NONE;
    for (int i = 0; i < 5 && hours[i] > 0 && !code; i++)
        code = plant_post(planting, onset_us + (int64_t)(hours[i] * 3600e3) * 1000, who, plant_list(planting, list), i, error);
    return code;
}

enum error_code plant_story(struct planting *planting, const struct story *story, int64_t day_us, struct error *error)
{
    struct town *town = planting->town;
    int64_t      onset_us = day_us + story->hour * CLOCK_HOUR_US + story->minute * CLOCK_MINUTE_US;
    struct demo_planted *planted = begin(planting, story->name, str_of(story->title), DEMO_STORY, onset_us,
                                         story->run_h, error);
    if (!planted)
        return ERROR_MEMORY;
    planted->shape = story->shape;
    planting->board = story->board;
    planting->reposts = story->reposts;
    planting->pictures = story->pictures;
    if (story->board != BOARD_NONE)
        planted->community = str_of(boards[story->board].name);
    /* Those who were there speak in the first minutes, one after the other; the joke takes longer than the accident. */
    uint32_t        first = plant_list(planting, "_first");
    int             lines = (int)grammar_lines(&town->grammar, first, 0);
    double          gap_s = story->shape == DEMO_STEP ? 35 : 400;
    int64_t         at_us = onset_us;
    enum error_code code = ERROR_NONE;
    for (int i = 0; i < lines && i < 5 && !code; i++) {
        code = plant_post(planting, at_us, plant_pick(planting, at_us, story->phases[0].stays_home), first, i, error);
        if (story->phases[0].stays_home)
            town->drafts[town->draft_count - 1].board = story->board;
        at_us += 1000 * (int64_t)(1000 * rng_exponential(&planting->rng, gap_s));
    }
    int64_t times[PHASE_POSTS_MAX];
    if (!code)
        code = speak_officially(planting, PERSON_PAPER, "_paper", story->paper_h, onset_us, error);
    if (!code)
        code = speak_officially(planting, PERSON_COMPANY, "_company", story->company_h, onset_us, error);
    for (int i = 0; i < 3 && story->phases[i].posts && !code; i++) {
        require(story->phases[i].posts <= PHASE_POSTS_MAX);
        plant_moments(planting, &story->phases[i], onset_us, times);
        for (int j = 0; j < story->phases[i].posts && !code; j++)
            code = plant_speak(planting, times[j], &story->phases[i], error);
    }
    return code;
}

/* ---- Distractors ---- */

enum error_code plant_swarm(struct planting *planting, int64_t onset_us, struct error *error)
{
    struct town         *town = planting->town;
    struct demo_planted *planted = begin(planting, "giveaway", STR("Forty accounts push one giveaway in near-copies"),
                                         DEMO_SWARM, onset_us, 3, error);
    if (!planted)
        return ERROR_MEMORY;
    uint32_t        list = grammar_find(&town->grammar, "giveaway");
    enum error_code code = ERROR_NONE;
    for (uint32_t i = 0; i < PEOPLE_BOTS * 3 && !code; i++) {
        int64_t at_us = onset_us + (int64_t)rng_below(&planting->rng, (uint64_t)(3 * CLOCK_HOUR_US) / 1000) * 1000;
        code = plant_post(planting, i ? at_us : onset_us, town->person_count - 1 - i % PEOPLE_BOTS, list, 0, error);
    }
    return code;
}

enum error_code plant_flood(struct planting *planting, int64_t onset_us, struct error *error)
{
    struct town         *town = planting->town;
    struct demo_planted *planted = begin(planting, "tidetable",
                                         STR("One account writes about nothing but the tide tables"), DEMO_FLOOD,
                                             onset_us, 4, error);
    if (!planted)
        return ERROR_MEMORY;
    uint32_t        who = plant_pick(planting, onset_us, false);
    enum error_code code = ERROR_NONE;
    for (int i = 0; i < 150 && !code; i++) {
        int64_t at_us = onset_us + (int64_t)rng_below(&planting->rng, (uint64_t)(4 * CLOCK_HOUR_US) / 1000) * 1000;
        code = plant_post(planting, i ? at_us : onset_us, who, grammar_find(&town->grammar, "tidetable"), -1, error);
        planting->spoken[who] = 0;
    }
    return code;
}

struct weekly {
    const char  *name, *title;
    int          weekday;
    double       start_h;
    struct phase phase;
    bool         is_match;
};

static const struct weekly weeklies[] = {
    {"fridaygull", "The #FridayGull tag", 4, 7, {0, 15, 62, CURVE_EVEN, "", false}, false},
    {"matchday", "The Cormorants play", 5, 14.25, {0, 3.25, 80, CURVE_HUMP, "", false}, true},
};

static enum error_code plant_week(struct planting *planting, const struct weekly *weekly, int64_t day_us, int week,
                                  struct error *error)
{
    struct town *town = planting->town;
    int64_t      onset_us = day_us + (int64_t)(weekly->start_h * 3600e6);
    char         title[96];
    int          len = snprintf(title, sizeof title, "%s, week %d", weekly->title, week);
    struct demo_planted *planted = begin(planting, weekly->name, str_slice(title, (size_t)len), DEMO_WEEKLY, onset_us,
                                         weekly->phase.length_h, error);
    if (!planted)
        return ERROR_MEMORY;
    planted->is_first = week == 1;
    int64_t times[PHASE_POSTS_MAX];
    plant_moments(planting, &weekly->phase, onset_us, times);
    if (weekly->is_match) {
        buf_clear(&town->scratch);
        uint32_t opponents = grammar_find(&town->grammar, "opponent");
        grammar_say_line(&town->grammar, opponents, (size_t)week % grammar_lines(&town->grammar, opponents, 0), 0,
                         &planting->rng, &town->scratch);
        grammar_bind(&town->grammar, grammar_find(&town->grammar, "match_opponent"), town_keep(town, &town->scratch));
    }
    enum error_code code = ERROR_NONE;
    for (int i = 0; i < weekly->phase.posts && !code; i++)
        code = plant_speak(planting, times[i], &weekly->phase, error);
    return code;
}

enum error_code plant_weeklies(struct planting *planting, int weeks_before, struct error *error)
{
    struct town    *town = planting->town;
    enum error_code code = ERROR_NONE;
    for (size_t i = 0; i < sizeof weeklies / sizeof weeklies[0]; i++) {
        int week = weeks_before;
        for (int64_t day_us = town->since_us; day_us < town->until_us && !code; day_us += CLOCK_DAY_US)
            if (rhythm_weekday(day_us) == weeklies[i].weekday)
                code = plant_week(planting, &weeklies[i], day_us, ++week, error);
    }
    return code;
}

/* The first three weeks: the table above, one swarm, one flood. */
static enum error_code plant_first(struct planting *planting, struct error *error)
{
    const struct town *town = planting->town;
    enum error_code    code = ERROR_NONE;
    for (size_t i = 0; i < sizeof stories / sizeof stories[0] && !code; i++)
        code = plant_story(planting, &stories[i].story, town->until_us - stories[i].days_back * CLOCK_DAY_US, error);
    if (!code)
        code = plant_swarm(planting, town->until_us - 9 * CLOCK_DAY_US + 19 * CLOCK_HOUR_US, error);
    if (!code)
        code = plant_flood(planting, town->until_us - 8 * CLOCK_DAY_US + 13 * CLOCK_HOUR_US, error);
    return code ? code : plant_weeklies(planting, 0, error);
}

enum error_code stories_plant(struct town *town, struct error *error)
{
    struct planting planting = {.town = town, .spoken = calloc(town->person_count, 1)};
    rng_seed(&planting.rng, hash_mix(town->chance, 3));
    town->planted_capacity = sizeof stories / sizeof stories[0] + WEEK_STORIES + 2 + 2 * (town->options.days / 7 + 1);
    town->plan->planted = arena_array(&town->plan->arena, town->planted_capacity, sizeof *town->plan->planted);
    enum error_code code = planting.spoken && town->plan->planted ? ERROR_NONE : town_no_memory(error);
    if (!code)
        code = town->week ? week_plant(&planting, error) : plant_first(&planting, error);
    free(planting.spoken);
    free(planting.own);
    interner_fini(&planting.said);
    return code;
}
