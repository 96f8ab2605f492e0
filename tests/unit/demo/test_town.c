/* The town as a whole: the same seed gives the same bytes, it sleeps at night, and what is planted is where the plan says. */
#include "town_fixture.h"

#if defined(__SANITIZE_ADDRESS__)
#define GENERATION_LIMIT_S 20.0
#else
#define GENERATION_LIMIT_S 2.0
#endif

static struct town_fixture town;

static enum error_code hash_line(void *context, const struct post *post, struct error *error)
{
    uint64_t  *hash = context;
    struct buf line = {0};
    (void)error;
    post_print(post, &line);
    *hash = hash_mix(*hash, hash_str(buf_str(&line)));
    buf_fini(&line);
    return ERROR_NONE;
}

static void equal_seeds_give_equal_bytes_and_others_do_not(void **state)
{
    (void)state;
    static const struct { uint64_t seed; unsigned posts_per_day; } rows[] = {{0, 500}, {1, 500}, {1, 500}, {2, 500}, {1,
        501}};
    uint64_t hashes[COUNT_OF(rows)] = {0};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct demo_options options = {.seed = rows[i].seed, .posts_per_day = rows[i].posts_per_day};
        struct error        error = {0};
        check_ok(demo_generate(&options, hash_line, &hashes[i], NULL, &error), error, "row %zu", i);
    }
    check(hashes[0] == hashes[1] && hashes[1] == hashes[2], "equal options");
    check(hashes[3] != hashes[1], "another seed");
    check(hashes[4] != hashes[1], "another size");
}

static void options_out_of_range_are_named(void **state)
{
    (void)state;
    static const struct { struct demo_options options; const char *message; } rows[] = {
        {{.days = 20}, "21 to 90 days, not for 20"},
        {{.days = 91}, "21 to 90 days, not for 91"},
        {{.posts_per_day = 499}, "not 499"},
        {{.posts_per_day = 50001}, "not 50001"},
        {{.end_us = 1}, "cannot end at that time (1 "},
        {{.end_us = INT64_MAX}, "cannot end at that time"},
        {{.end_us = INT64_MIN}, "cannot end at that time"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        uint64_t         hash = 0;
        struct error     error = {0};
        struct demo_plan plan;
        check(demo_generate(&rows[i].options, hash_line, &hash, &plan, &error) == ERROR_INVALID && strstr(error.message,
            rows[i].message),
              "row %zu: %s", i, error.message);
        check(plan.count == 0 && plan.arena.blocks == NULL && hash == 0, "row %zu leaves nothing", i);
    }
}

static enum error_code refuse_third(void *context, const struct post *post, struct error *error)
{
    (void)post;
    return ++*(int *)context == 3 ? error_set(error, ERROR_CANCELLED, "enough") : ERROR_NONE;
}

static void whoever_takes_the_posts_may_stop(void **state)
{
    (void)state;
    struct demo_options options = {.posts_per_day = 500};
    struct error        error = {0};
    struct demo_plan    plan;
    int                 taken = 0;
    check(demo_generate(&options, refuse_third, &taken, &plan, &error) == ERROR_CANCELLED && taken == 3, "%d taken",
          taken);
    assert_null(plan.planted);
}

static void it_is_quick_and_of_the_size_that_was_asked_for(void **state)
{
    (void)state;
    check(town.took_s < GENERATION_LIMIT_S, "took %.2f s", town.took_s);
    check(town.count == town.plan.posts && town.count > 60000 && town.count < 70000, "%zu posts", town.count);
    check(town.plan.until_us - town.plan.since_us == 21 * CLOCK_DAY_US, "days");
}

static void every_post_is_in_order_and_comes_back_as_it_went(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct buf   line = {0}, again = {0};
    for (size_t i = 0; i < town.count; i++) {
        struct error       error = {0};
        const struct post *post = &town.posts[i];
        struct post        parsed;
        arena_reset(&arena);
        buf_clear(&line);
        buf_clear(&again);
        post_print(post, &line);
        check_ok(post_parse(buf_str(&line), &arena, &parsed, &error), error, "%.*s", STR_ARG(buf_str(&line)));
        post_print(&parsed, &again);
        check_str(buf_str(&again), buf_str(&line), "post %zu", i);
        check(i == 0 || post->at_us >= town.posts[i - 1].at_us, "post %zu is out of order", i);
        check(post->at_us >= town.plan.since_us && post->at_us < town.plan.until_us, "post %zu is outside the days", i);
        check(post->text.len > 0 && post->lang.len == 2, "post %zu has no words or no language", i);
    }
    check(town.ids.count == town.count, "ids are unique");
    buf_fini(&line);
    buf_fini(&again);
    arena_fini(&arena);
}

static const struct post *earlier(size_t i, struct str id, const char *what)
{
    uint32_t at = interner_find(&town.ids, id);
    check(at != INTERNER_NONE && at < i, "post %zu: its %s %.*s is not before it", i, what, STR_ARG(id));
    check_str(town.posts[at].platform, town.posts[i].platform, "%s of post %zu crosses platforms", what, i);
    return &town.posts[at];
}

static void answers_and_reposts_point_back(void **state)
{
    (void)state;
    size_t replies = 0, reposts = 0, quotes = 0, boards = 0;
    for (size_t i = 0; i < town.count; i++) {
        const struct post *post = &town.posts[i];
        boards += post->community.len > 0;
        check((post->community.len > 0) == str_equal(post->platform, STR("quayside")),
              "post %zu: boards are on quayside alone", i);
        if (post->reply_to.len) {
            const struct post *parent = earlier(i, post->reply_to, "parent");
            check_str(post->thread, post_thread(parent), "thread of post %zu", i);
            check_str(post->community, parent->community, "board of post %zu", i);
            replies++;
        }
        if (post->repost_of.len) {
            check_str(post->text, earlier(i, post->repost_of, "original")->text, "repost %zu", i);
            reposts++;
        }
        if (post->quote_of.len) {
            earlier(i, post->quote_of, "quoted");
            quotes++;
        }
    }
    check(replies > town.count / 6 && reposts > town.count / 50 && quotes > town.count / 200 && boards > town.count / 6,
          "%zu replies, %zu reposts, %zu quotes, %zu on boards", replies, reposts, quotes, boards);
}

static void the_town_sleeps_and_wakes(void **state)
{
    (void)state;
    size_t hours[24] = {0};
    for (size_t i = 0; i < town.count; i++)
        if (town.planted[i] < 0)
            hours[(town.posts[i].at_us - clock_floor(town.posts[i].at_us, CLOCK_DAY_US)) / CLOCK_HOUR_US]++;
    check(hours[3] * 4 < hours[18], "at 3 h %zu posts, at 18 h %zu", hours[3], hours[18]);
    check(hours[4] < hours[8] / 2, "at 4 h %zu posts, at 8 h %zu", hours[4], hours[8]);
    for (int hour = 0; hour < 24; hour++)
        check(hours[hour] > 100, "nobody is up at %d h (%zu)", hour, hours[hour]);
}

static void no_account_speaks_for_the_town(void **state)
{
    (void)state;
    struct interner people = {0};
    size_t         *posts = calloc(town.count, sizeof *posts), most = 0;
    for (size_t i = 0; i < town.count; i++)
        if (town.planted[i] < 0) {
            size_t *count = &posts[interner_add(&people, town.posts[i].author_id)];
            ++*count;
            most = *count > most ? *count : most;
        }
    check(people.count > 2500, "%u people", people.count);
    check(most * 50 < town.count, "somebody wrote %zu posts", most);
    interner_fini(&people);
    free(posts);
}

static void what_was_planted_is_where_the_plan_says(void **state)
{
    (void)state;
    static const struct { const char *name; enum demo_kind kind; enum demo_shape shape; size_t posts,
                         people; int hour; } rows[] = {
        {"aground", DEMO_STORY, DEMO_STEP, 250, 180, 7}, {"gerald", DEMO_STORY, DEMO_RAMP, 220, 150, 12},
        {"bun", DEMO_STORY, DEMO_DRIFT, 170, 120, 7},    {"app", DEMO_STORY, DEMO_TWO_HUMPS, 190, 130, 16},
        {"hum", DEMO_STORY, DEMO_SPILL, 150, 100, 21},   {"rabbit", DEMO_STORY, DEMO_CARRIED, 170, 120, 10},
        {"giveaway", DEMO_SWARM, 0, 120, 40, 19},        {"tidetable", DEMO_FLOOD, 0, 150, 1, 13},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct demo_planted *planted = fixture_find(&town, rows[i].name);
        uint32_t                   first = interner_find(&town.ids, planted->post_ids[0]);
        check(planted->kind == rows[i].kind && planted->shape == rows[i].shape, "%s: kind and shape", rows[i].name);
        check(planted->post_id_count >= rows[i].posts, "%s: %zu posts", rows[i].name, planted->post_id_count);
        check(planted->people >= rows[i].people && (planted->kind != DEMO_FLOOD || planted->people == 1),
              "%s: %zu people", rows[i].name, planted->people);
        check(planted->onset_us == town.posts[first].at_us && planted->onset_us < planted->until_us, "%s: onset",
              rows[i].name);
        check((planted->onset_us / CLOCK_HOUR_US) % 24 == rows[i].hour, "%s: hour of onset", rows[i].name);
        check_str(planted->starters[0], town.posts[first].author_handle, "%s: who starts it", rows[i].name);
        for (size_t j = 0; j < planted->post_id_count; j++)
            check(town.posts[interner_find(&town.ids, planted->post_ids[j])].at_us >= planted->onset_us,
                  "%s: post before its onset", rows[i].name);
    }
}

/* How many posts of it lie between so many hours after its onset. */
static size_t between(const char *name, double from_h, double to_h)
{
    const struct demo_planted *planted = fixture_find(&town, name);
    size_t count = 0;
    for (size_t i = 0; i < planted->post_id_count; i++) {
        int64_t at_us = town.posts[interner_find(&town.ids, planted->post_ids[i])].at_us;
        double  at_h = (double)(at_us - planted->onset_us) / (double)CLOCK_HOUR_US;
        count += at_h >= from_h && at_h < to_h;
    }
    return count;
}

static void stories_have_their_shapes(void **state)
{
    (void)state;
    check(between("aground", 0, 1) > 60 && between("aground", 0, 1) > 3 * between("aground", 4, 5) / 2,
          "a step: %zu at once", between("aground", 0, 1));
    check(between("gerald", 4.5, 6) > 5 * between("gerald", 0, 1.5), "a ramp: %zu, then %zu", between("gerald", 0, 1.5),
          between("gerald", 4.5, 6));
    for (double hour = 0; hour < 48; hour += 3)
        check(between("bun", hour, hour + 3) < between("bun", 0, 99) / 3, "a drift has no peak: %zu at %.0f h",
              between("bun", hour, hour + 3), hour);
    check(between("bun", 12, 30) > between("bun", 0, 12), "a drift grows: %zu", between("bun", 12, 30));
    check(between("app", 0, 5) > 70 && between("app", 7, 13) < 5 && between("app", 14, 20) > 80,
          "two humps: %zu %zu %zu", between("app", 0, 5), between("app", 7, 13), between("app", 14, 20));
}

static void the_hum_starts_at_home_and_spills_over(void **state)
{
    (void)state;
    const struct demo_planted *hum = fixture_find(&town, "hum");
    size_t home = 0, late_home = 0, late = 0;
    check_str(hum->community, STR("north-quay"), "where it starts");
    for (size_t i = 0; i < hum->post_id_count; i++) {
        const struct post *post = &town.posts[interner_find(&town.ids, hum->post_ids[i])];
        bool is_home = str_equal(post->community, hum->community);
        if (post->at_us < hum->onset_us + 9 * CLOCK_HOUR_US) {
            home++;
            check(is_home, "post %.*s is elsewhere in the first night", STR_ARG(post->id));
        } else {
            late++;
            late_home += is_home;
        }
    }
    check(home > 30 && late - late_home > 60, "%zu at home, then %zu elsewhere", home, late - late_home);
}

static void weekly_ones_keep_their_weekday(void **state)
{
    (void)state;
    static const struct { const char *name; int64_t weekday; } rows[] = {{"fridaygull", 4}, {"matchday", 5}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int weeks = 0;
        for (size_t j = 0; j < town.plan.count; j++) {
            const struct demo_planted *planted = &town.plan.planted[j];
            if (!str_equal(planted->name, str_of(rows[i].name)))
                continue;
            check(planted->kind == DEMO_WEEKLY && planted->is_first == (weeks == 0), "%s, week %d", rows[i].name,
                  weeks);
            for (size_t k = 0; k < planted->post_id_count; k++) {
                int64_t day = town.posts[interner_find(&town.ids, planted->post_ids[k])].at_us / CLOCK_DAY_US;
                check((day + 3) % 7 == rows[i].weekday, "%s on another day", rows[i].name);
            }
            weeks++;
        }
        check(weeks == 3, "%s in %d weeks", rows[i].name, weeks);
    }
}

static int make(void **state)
{
    (void)state;
    fixture_make(&town, NULL);
    return 0;
}

static int drop(void **state)
{
    (void)state;
    fixture_drop(&town);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_seeds_give_equal_bytes_and_others_do_not),
            cmocka_unit_test(options_out_of_range_are_named),
        cmocka_unit_test(whoever_takes_the_posts_may_stop),
            cmocka_unit_test(it_is_quick_and_of_the_size_that_was_asked_for),
        cmocka_unit_test(every_post_is_in_order_and_comes_back_as_it_went),
            cmocka_unit_test(answers_and_reposts_point_back),
        cmocka_unit_test(the_town_sleeps_and_wakes), cmocka_unit_test(no_account_speaks_for_the_town),
        cmocka_unit_test(what_was_planted_is_where_the_plan_says), cmocka_unit_test(stories_have_their_shapes),
        cmocka_unit_test(the_hum_starts_at_home_and_spills_over), cmocka_unit_test(weekly_ones_keep_their_weekday),
    };
    return cmocka_run_group_tests(tests, make, drop);
}
