/* The weeks after the first three: a story a day, in another order each week, and now a swarm, now a flood. */
#include "demo/story.h"

#include "base/clock.h"

enum { BOARD_SWIMMERS = 5 };

/* A week after the same story people have forgotten how they spoke of it, and so has a baseline that halves in seven days. */
static const struct story stories[WEEK_STORIES] = {
    {.name = "seal", .title = "A seal pup falls asleep on the ferry ramp, and the ferry waits", .shape = DEMO_STEP, .hour = 8, .minute = 3, .run_h = 3,
     .board = BOARD_NONE, .reposts = 0.2, .pictures = 0.3,
     .phases = {{0, 6, 190, CURVE_STEP, "", false}, {9, 8, 40, CURVE_EVEN, "_late", false}},
     .company_h = {0.5, 2.2, 9.4}, .paper_h = {0.7, 3}},
    {.name = "dark", .title = "The power goes off in half the town", .shape = DEMO_STEP, .hour = 19, .minute = 26, .run_h = 3, .board = BOARD_NONE,
     .reposts = 0.1, .pictures = 0.1,
     .phases = {{0, 4, 170, CURVE_STEP, "", false}, {3.5, 8, 40, CURVE_EVEN, "_late", false}},
     .company_h = {0.8}, .paper_h = {0.6, 3.8}},
    {.name = "gates", .title = "New ticket gates jam in the morning, and again in the evening", .shape = DEMO_TWO_HUMPS, .hour = 6, .minute = 52,
     .run_h = 14, .board = BOARD_NONE, .reposts = 0.1, .pictures = 0.08,
     .phases = {{0, 4, 110, CURVE_HUMP, "", false}, {9.8, 3.5, 80, CURVE_HUMP, "", false}, {10, 5, 30, CURVE_HUMP, "_late", false}},
     .company_h = {1.4, 11}, .paper_h = {2, 11.5}},
    {.name = "glow", .title = "The sea glows at night: the swimmers see it first, then the town goes down to the water", .shape = DEMO_SPILL, .hour = 21,
     .minute = 14, .run_h = 26, .board = BOARD_SWIMMERS, .reposts = 0.15, .pictures = 0.25,
     .phases = {{0, 5, 40, CURVE_EVEN, "", true}, {10, 9, 60, CURVE_HUMP, "", false}, {20, 6, 110, CURVE_HUMP, "_late", false}},
     .company_h = {20.5}, .paper_h = {11.2}},
    {.name = "benches", .title = "One after the other the benches on the harbour wall disappear", .shape = DEMO_DRIFT, .hour = 9, .minute = 18, .run_h = 26,
     .board = BOARD_NONE, .reposts = 0.08, .pictures = 0.1,
     .phases = {{0, 26, 150, CURVE_DRIFT, "", false}, {26, 12, 16, CURVE_EVEN, "_late", false}},
     .company_h = {23}, .paper_h = {22}},
    {.name = "regal", .title = "The old cinema is to close, and the town wants to buy it", .shape = DEMO_RAMP, .hour = 11, .minute = 7, .run_h = 7,
     .board = BOARD_NONE, .reposts = 0.18, .pictures = 0.08,
     .phases = {{0, 6, 140, CURVE_RISE, "", false}, {6, 5, 80, CURVE_STEP, "", false}, {20, 10, 25, CURVE_EVEN, "_late", false}},
     .company_h = {7.5}, .paper_h = {1.5, 6.2}},
    {.name = "tap", .title = "The tap water turns brown, first in one street, then everywhere", .shape = DEMO_RAMP, .hour = 6, .minute = 31, .run_h = 5,
     .board = BOARD_NONE, .reposts = 0.1, .pictures = 0.12,
     .phases = {{0, 5, 140, CURVE_RISE, "", false}, {5, 4, 50, CURVE_STEP, "", false}, {10, 10, 22, CURVE_EVEN, "_late", false}},
     .company_h = {2.5}, .paper_h = {1.7, 11}},
};

/* By how many days the table is turned in a week: not at all in the first, so that whoever opens the town for the first time meets the seal; then
 * each week by another number than the week before, since what comes back on the same day at the same hour is a habit, and no news. */
static int turn_of(const struct town *town)
{
    uint64_t turn = 0;
    for (unsigned week = 2; week <= town->week; week++)
        turn += 1 + hash_mix(town->options.seed, week) % (WEEK_STORIES - 1);
    return (int)(turn % WEEK_STORIES);
}

enum error_code week_plant(struct planting *planting, struct error *error)
{
    struct town    *town = planting->town;
    int             turn = turn_of(town);
    enum error_code code = ERROR_NONE;
    for (int day = 0; day < WEEK_STORIES && !code; day++) {
        struct story story = stories[(day + turn) % WEEK_STORIES];
        if (town->week > 1)
            story.minute += (int)rng_below(&planting->rng, 90);
        code = plant_story(planting, &story, town->since_us + day * CLOCK_DAY_US, error);
    }
    int64_t thursday_us = town->since_us + 3 * CLOCK_DAY_US + 13 * CLOCK_HOUR_US;
    if (!code)
        code = town->week % 2 ? plant_flood(planting, thursday_us, error) : plant_swarm(planting, thursday_us, error);
    return code ? code : plant_weeklies(planting, (int)(town->options.days / 7 + town->week - 1), error);
}
