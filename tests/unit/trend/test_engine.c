/* Whole stories through the engine: an invented town, and what is planted into it. */
#include "world.h"

#define DAY(n) (WORLD_START + (n) * CLOCK_DAY_US)

/* count posts of a story in length_us, each by its own author, in words of its own. */
static void plant(struct plan *plan, struct rng *rng, int64_t from_us, int64_t length_us, int count, const char *topic, const char *people)
{
    for (int i = 0; i < count; i++) {
        char author[24], text[160], a[16], b[16], c[16];
        town_word(rng, a);
        town_word(rng, b);
        town_word(rng, c);
        snprintf(author, sizeof author, "%s%d", people, i);
        snprintf(text, sizeof text, "%s %s %s %s", a, topic, b, c);
        plan_add(plan, from_us + length_us * i / count, author, text);
    }
}

static void a_story_is_found_with_its_start_and_people(void **state)
{
    (void)state;
    struct world world;
    struct plan  plan = {0};
    struct rng   rng;
    rng_seed(&rng, 3);
    world_init(&world, 1);
    plant(&plan, &rng, DAY(12) + 10 * CLOCK_HOUR_US, 2 * CLOCK_HOUR_US, 30, "Harbour Fire", "w");
    world_run(&world, 15, 1500, &plan);
    struct seen *fire = world_find(&world, "Harbour Fire");
    check(fire, "not found among %zu: %.*s", world.seen_count, STR_ARG(buf_str(&world.log)));
    check(fire->opened_us < DAY(12) + 11 * CLOCK_HOUR_US + 30 * CLOCK_MINUTE_US, "late");
    check(llabs(fire->started_us - DAY(12) - 10 * CLOCK_HOUR_US) < 10 * CLOCK_MINUTE_US, "start is %lld minutes off",
          (long long)(fire->started_us - DAY(12) - 10 * CLOCK_HOUR_US) / 60000000);
    check(fire->flags == 0, "flags %u", fire->flags);
    check(strcmp(fire->first_author, "w0") == 0, "first voice %s", fire->first_author);
    check(fire->posts >= 27 && fire->posts <= 33, "%u posts", fire->posts);
    check(fire->closed_us > 0, "never closed");
    check(world.seen_count <= 2, "%zu trends for one story", world.seen_count);
    world_fini(&world);
}

static void a_quiet_town_raises_nothing(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct world world;
        struct plan  plan = {0};
        world_init(&world, seed);
        world_run(&world, 20, 1200, &plan);
        check(world.seen_count == 0, "seed %lu: %zu trends: %s", (unsigned long)seed, world.seen_count, world.seen[0].label);
        world_fini(&world);
    }
}

static void one_author_alone_is_no_conversation(void **state)
{
    (void)state;
    struct world world;
    struct plan  plan = {0};
    struct rng   rng;
    rng_seed(&rng, 4);
    world_init(&world, 2);
    for (int i = 0; i < 200; i++) {
        char text[160], a[16];
        town_word(&rng, a);
        snprintf(text, sizeof text, "cheap lantern oil %s %d", a, i);
        plan_add(&plan, DAY(12) + i * 30 * CLOCK_SECOND_US, "flooder", text);
    }
    world_run(&world, 14, 1500, &plan);
    for (size_t i = 0; i < world.seen_count; i++)
        check(world.seen[i].flags_ever & TREND_COORDINATED, "%s is shown without a flag", world.seen[i].label);
    world_fini(&world);
}

static void copies_are_flagged(void **state)
{
    (void)state;
    struct world world;
    struct plan  plan = {0};
    world_init(&world, 3);
    static const char *const tails[] = {"", "!", "!!", " wow", " http://x.example/a", " http://x.example/b"};
    for (int i = 0; i < 60; i++) {
        char author[24], text[160];
        snprintf(author, sizeof author, "bot%d", i);
        snprintf(text, sizeof text, "brass lantern makes every evening brighter ask your grocer today%s", tails[i % 6]);
        plan_add(&plan, DAY(12) + i * 40 * CLOCK_SECOND_US, author, text);
    }
    world_run(&world, 14, 1500, &plan);
    struct seen *swarm = world_find(&world, "lantern");
    if (!swarm)
        swarm = world.seen_count ? &world.seen[0] : NULL;
    check(swarm, "60 copies by 60 accounts are worth showing");
    for (size_t i = 0; i < world.seen_count; i++)
        check(world.seen[i].flags & TREND_COORDINATED, "%s: no flag, dup_share %.2f", world.seen[i].label, world.seen[i].dup_share);
    check(swarm->dup_share > 0.9 && swarm->voices < 9, "dup_share %.2f, voices %.1f", swarm->dup_share, swarm->voices);
    world_fini(&world);
}

static void commented_reposts_are_voices_and_no_swarm(void **state)
{
    (void)state;
    struct world world;
    struct plan  plan = {0};
    struct rng   rng;
    rng_seed(&rng, 9);
    world_init(&world, 4);
    for (int i = 0; i < 40; i++) {
        char author[24], text[160], a[16], b[16];
        town_word(&rng, a);
        town_word(&rng, b);
        snprintf(author, sizeof author, "fan%d", i);
        snprintf(text, sizeof text, "%s %s RT @ferry: Our boats float goats in coats. http://x.example/%d", a, b, i);
        plan_add(&plan, DAY(12) + i * 90 * CLOCK_SECOND_US, author, text);
    }
    world_run(&world, 14, 1500, &plan);
    check(world.seen_count >= 1 && !(world.seen[0].flags & TREND_COORDINATED), "%zu trends, flags %u", world.seen_count, world.seen[0].flags);
    check(world.seen[0].voices > 30, "voices %.1f", world.seen[0].voices);
    world_fini(&world);
}

static void what_comes_every_week_is_recurring_from_the_second_time(void **state)
{
    (void)state;
    struct world world;
    struct plan  plan = {0};
    struct rng   rng;
    rng_seed(&rng, 5);
    world_init(&world, 5);
    for (int week = 0; week < 4; week++)
        plant(&plan, &rng, DAY(11 + 7 * week) + 12 * CLOCK_HOUR_US, 6 * CLOCK_HOUR_US, 40, "#quayfriday", "f");
    world_run(&world, 36, 1200, &plan);
    int weeks[4] = {0};
    for (size_t i = 0; i < world.seen_count; i++) {
        if (!str_contains(str_of(world.seen[i].label), STR("quayfriday")))
            continue;
        int64_t week = (world.seen[i].opened_us - DAY(11)) / (7 * CLOCK_DAY_US);
        check(week >= 0 && week < 4, "week %lld", (long long)week);
        weeks[week]++;
        check(((world.seen[i].flags & TREND_RECURRING) != 0) == (week > 0), "week %lld: flags %u", (long long)week, world.seen[i].flags);
    }
    for (int week = 0; week < 4; week++)
        check(weeks[week] == 1, "%d trends in week %d", weeks[week], week);
    world_fini(&world);
}

static void two_stories_of_one_night_stay_two(void **state)
{
    (void)state;
    struct world world;
    struct plan  plan = {0};
    struct rng   rng;
    rng_seed(&rng, 6);
    world_init(&world, 6);
    /* The town knows fires: that both stories say the word must count for little. */
    plant(&plan, &rng, DAY(0), 12 * CLOCK_DAY_US, 60, "fire", "q");
    plant(&plan, &rng, DAY(12) + 10 * CLOCK_HOUR_US, 3 * CLOCK_HOUR_US, 40, "Castle Hill fire", "c");
    plant(&plan, &rng, DAY(12) + 11 * CLOCK_HOUR_US, 3 * CLOCK_HOUR_US, 40, "Dockside Mill fire", "d");
    world_run(&world, 15, 1500, &plan);
    struct seen *castle = world_find(&world, "Castle"), *mill = world_find(&world, "Mill");
    check(castle && mill && castle != mill, "%zu trends: %.*s", world.seen_count, STR_ARG(buf_str(&world.log)));
    check(castle->posts >= 30 && castle->posts <= 60 && mill->posts >= 30 && mill->posts <= 60, "%u and %u posts", castle->posts, mill->posts);
    world_fini(&world);
}

static void the_same_input_gives_the_same_events(void **state)
{
    (void)state;
    struct world worlds[2];
    for (int i = 0; i < 2; i++) {
        struct plan plan = {0};
        struct rng  rng;
        rng_seed(&rng, 7);
        world_init(&worlds[i], 7);
        plant(&plan, &rng, DAY(9), 6 * CLOCK_HOUR_US, 60, "Ferry strike", "s");
        plant(&plan, &rng, DAY(10), 12 * CLOCK_HOUR_US, 60, "#OperaTent", "o");
        world_run(&worlds[i], 14, 1500, &plan);
    }
    check(worlds[0].log.len > 0 && str_equal(buf_str(&worlds[0].log), buf_str(&worlds[1].log)), "events differ");
    world_fini(&worlds[0]);
    world_fini(&worlds[1]);
}

/* A burst must come back below z_keep before it closes, and its tail must not open it again. */
static void a_trend_that_fades_and_flickers_stays_one(void **state)
{
    (void)state;
    struct world world;
    struct plan  plan = {0};
    struct rng   rng;
    rng_seed(&rng, 8);
    world_init(&world, 8);
    for (int burst = 0; burst < 5; burst++)
        plant(&plan, &rng, DAY(12) + burst * 5 * CLOCK_HOUR_US, CLOCK_HOUR_US, 12, "Moonlight Parade", burst % 2 ? "m" : "n");
    world_run(&world, 16, 1500, &plan);
    unsigned parades = 0;
    for (size_t i = 0; i < world.seen_count; i++)
        parades += str_contains(str_of(world.seen[i].label), STR("Parade"));
    check(parades == 1, "%u trends of one parade", parades);
    world_fini(&world);
}

static void a_young_archive_does_not_alarm_on_everything(void **state)
{
    (void)state;
    struct world world;
    struct plan  plan = {0};
    world_init(&world, 9);
    world_run(&world, 2, 3000, &plan);
    check(world.seen_count == 0, "%zu trends in the first two days: %s", world.seen_count, world.seen[0].label);
    world_fini(&world);
}

static void disorder_equal_times_gaps_and_long_texts_are_taken(void **state)
{
    (void)state;
    struct world world;
    world_init(&world, 10);
    struct error error = {0};
    char        *huge = malloc(300001);
    for (int i = 0; i < 300000; i++)
        huge[i] = i % 6 == 5 ? ' ' : (char)('a' + i * 7 % 26);
    huge[300000] = 0;
    for (int i = 0; i < 500; i++)
        world_say(&world, DAY(1) - (i % 50) * CLOCK_HOUR_US, "late", "out of order", NULL); /* counts at the watermark */
    for (int i = 0; i < 500; i++)
        world_say(&world, DAY(1) + CLOCK_HOUR_US, "same", "the very same moment", NULL);
    world_say(&world, DAY(2), "long", huge, NULL);
    world_say(&world, DAY(2), "empty", "", NULL);
    world_say(&world, DAY(2), "self", "repeats itself", "t:1002");
    world_say(&world, DAY(200), "after", "months of silence", "t:1");
    check_ok(trend_engine_advance(world.engine, DAY(20000), &error), error, "fifty years");
    struct text_facts facts = {0};
    struct post       post = {.id = STR("t:x"), .platform = STR("t"), .author_id = STR("x"), .at_us = INT64_MAX};
    check(trend_engine_add(world.engine, &post, &facts, &error) == ERROR_INVALID, "an absurd time");
    check(trend_engine_advance(world.engine, INT64_MIN, &error) == ERROR_INVALID, "an absurd advance");
    free(huge);
    world_fini(&world);
}

/* A million keys that nobody repeats: the key table has room for half of them, so it must let the oldest go. */
static void a_flood_of_keys_stays_bounded(void **state)
{
    (void)state;
    struct world world;
    world_init(&world, 11);
    unsigned serial = 0;
    for (int i = 0; i < 50000; i++) {
        char text[400] = "", author[24];
        snprintf(author, sizeof author, "a%d", i);
        for (int w = 0; w < 24; w++)
            snprintf(text + strlen(text), sizeof text - strlen(text), "w%xq ", ++serial * 2654435761u);
        world_say(&world, DAY(1) + i * CLOCK_SECOND_US, author, text, NULL);
    }
    check(world.seen_count == 0, "%s", world.seen_count ? world.seen[0].label : "");
    world_fini(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_story_is_found_with_its_start_and_people),
        cmocka_unit_test(a_quiet_town_raises_nothing),
        cmocka_unit_test(one_author_alone_is_no_conversation),
        cmocka_unit_test(copies_are_flagged),
        cmocka_unit_test(commented_reposts_are_voices_and_no_swarm),
        cmocka_unit_test(what_comes_every_week_is_recurring_from_the_second_time),
        cmocka_unit_test(two_stories_of_one_night_stay_two),
        cmocka_unit_test(the_same_input_gives_the_same_events),
        cmocka_unit_test(a_trend_that_fades_and_flickers_stays_one),
        cmocka_unit_test(a_young_archive_does_not_alarm_on_everything),
        cmocka_unit_test(disorder_equal_times_gaps_and_long_texts_are_taken),
        cmocka_unit_test(a_flood_of_keys_stays_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
