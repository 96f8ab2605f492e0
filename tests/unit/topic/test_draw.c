/* Samples and weighing against an archive, held against the definition. */
#include "../archive/world.h"

#include "topic/craft.h"

#include <stdlib.h>

static struct world world;

static int begin(void **state)
{
    static const struct archive_options options = {.seal_posts = 500, .is_sync_off = true};
    struct rng rng;
    (void)state;
    world_init(&world, &options);
    rng_seed(&rng, 11);
    world_fill(&world, &rng, 3000);
    world_commit(&world);
    return 0;
}

static int end(void **state)
{
    (void)state;
    world_fini(&world);
    return 0;
}

static size_t matching(const char *query, struct query_doc **docs_out)
{
    size_t count;
    *docs_out = world_docs(&world, &count);
    return world_matching(&world, world_query(&world, query), *docs_out, count, *docs_out);
}

static bool holds(const struct query_doc *docs, size_t count, struct str id)
{
    for (size_t i = 0; i < count; i++)
        if (str_equal(docs[i].post->id, id))
            return true;
    return false;
}

static const char *const queries[] = {"*", "harbour OR late OR fleek", "NOT harbour", "nobodysaysthis", "has:link"};

static void draws_different_matches(void **state)
{
    (void)state;
    for (size_t q = 0; q < sizeof queries / sizeof queries[0]; q++) {
        struct archive_snapshot *snapshot = world_snapshot(&world);
        struct query_doc        *docs;
        size_t                   count = matching(queries[q], &docs), got, again_count;
        struct str              *ids, *again;
        uint64_t                 population;
        struct error             error = {0};
        struct arena             arena = {0};
        check_ok(topic_draw(snapshot, world_query(&world, queries[q]), INT64_MIN, INT64_MAX, 100, 5, &arena, &ids, &got, &population, &error),
                 error, "%s", queries[q]);
        check(population == count && got == (count < 100 ? count : 100), "%s: %zu of %zu", queries[q], got, count);
        for (size_t i = 0; i < got; i++) {
            check(holds(docs, count, ids[i]), "%s: %.*s does not match", queries[q], STR_ARG(ids[i]));
            for (size_t k = 0; k < i; k++)
                check(!str_equal(ids[i], ids[k]), "%s: %.*s twice", queries[q], STR_ARG(ids[i]));
        }
        check_ok(topic_draw(snapshot, world_query(&world, queries[q]), INT64_MIN, INT64_MAX, 100, 5, &arena, &again, &again_count, &population,
                            &error), error, "%s", queries[q]);
        check(again_count == got, "%zu", again_count);
        for (size_t i = 0; i < got; i++)
            check(str_equal(ids[i], again[i]), "%s: the same seed drew another post at %zu", queries[q], i);
        arena_fini(&arena);
        free(docs);
        archive_snapshot_release(snapshot);
    }
}

/* Over many seeds every match is drawn about equally often, at every place: chi square within reason. */
static void every_match_is_as_likely(void **state)
{
    enum { ROUNDS = 300, EACH = 40 };
    struct archive_snapshot *snapshot = world_snapshot(&world);
    struct query_node       *root = world_query(&world, "harbour OR late OR fleek");
    struct query_doc        *docs;
    size_t                   count = matching("harbour OR late OR fleek", &docs);
    unsigned                *times = calloc(count + 1, sizeof *times);
    (void)state;
    check(count > 2 * EACH && times, "%zu", count);
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct str  *ids;
        size_t       got;
        uint64_t     population;
        struct error error = {0};
        struct arena arena = {0};
        check_ok(topic_draw(snapshot, root, INT64_MIN, INT64_MAX, EACH, round, &arena, &ids, &got, &population, &error), error, "%u", round);
        for (size_t i = 0; i < got; i++)
            for (size_t k = 0; k < count; k++)
                times[k] += str_equal(ids[i], docs[k].post->id);
        arena_fini(&arena);
    }
    double expected = (double)ROUNDS * EACH / (double)count, chi = 0;
    for (size_t k = 0; k < count; k++)
        chi += (times[k] - expected) * (times[k] - expected) / expected;
    /* Mean count - 1 (a little less without replacement), deviation sqrt(2 count): six deviations are never met by chance. */
    double deviation = 6 * (1.5 * (double)count > 0 ? __builtin_sqrt(2.0 * (double)count) : 0);
    check(chi < (double)count + deviation && chi > (double)count * (1 - (double)EACH / (double)count) - deviation, "chi square %.1f of %zu", chi, count);
    free(times);
    free(docs);
    archive_snapshot_release(snapshot);
}

static void draws_within_a_time(void **state)
{
    struct archive_snapshot *snapshot = world_snapshot(&world);
    struct query_doc        *docs;
    size_t                   count = matching("*", &docs), got, inside = 0;
    struct str              *ids;
    uint64_t                 population;
    struct error             error = {0};
    struct arena             arena = {0};
    (void)state;
    int64_t since = docs[count / 3].post->at_us, until = docs[count / 2].post->at_us;
    for (size_t i = 0; i < count; i++)
        inside += docs[i].post->at_us >= since && docs[i].post->at_us < until;
    check_ok(topic_draw(snapshot, world_query(&world, "*"), since, until, 50, 1, &arena, &ids, &got, &population, &error), error, "a range");
    check(inside > 0, "nobody in between");
    check(population == inside && got == (inside < 50 ? inside : 50), "%zu of %zu", got, inside);
    arena_fini(&arena);
    free(docs);
    archive_snapshot_release(snapshot);
}

static void weighs_what_is_won_and_lost(void **state)
{
    static const char *const pairs[][2] = {{"harbour", "harbour OR fleek"}, {"fleek OR late", "late"}, {"has:link", "NOT has:link"}, {"late", "late"}};
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        struct archive_snapshot *snapshot = world_snapshot(&world);
        struct query_doc        *before, *after;
        size_t                   before_count = matching(pairs[i][0], &before), after_count = matching(pairs[i][1], &after), kept = 0;
        struct topic_weighed     got;
        struct error             error = {0};
        struct arena             arena = {0};
        for (size_t k = 0; k < after_count; k++)
            kept += holds(before, before_count, after[k].post->id);
        check_ok(topic_weigh(snapshot, world_query(&world, pairs[i][0]), world_query(&world, pairs[i][1]), 3, &arena, &got, &error), error, "%s",
                 pairs[i][0]);
        check(before_count && after_count, "%s, %s: nobody says this", pairs[i][0], pairs[i][1]);
        check(got.is_known && got.kept == kept && got.won == after_count - kept && got.lost == before_count - kept, "%s to %s", pairs[i][0],
              pairs[i][1]);
        for (size_t k = 0; k < got.won_shown; k++)
            check(holds(after, after_count, got.won_ids[k]) && !holds(before, before_count, got.won_ids[k]), "%.*s", STR_ARG(got.won_ids[k]));
        for (size_t k = 0; k < got.lost_shown; k++)
            check(!holds(after, after_count, got.lost_ids[k]) && holds(before, before_count, got.lost_ids[k]), "%.*s", STR_ARG(got.lost_ids[k]));
        check(got.won_shown == (got.won < 20 ? got.won : 20), "%zu shown", got.won_shown);
        check_ok(topic_weigh(snapshot, NULL, world_query(&world, pairs[i][1]), 3, &arena, &got, &error), error, "first version");
        check(got.won == after_count && got.lost == 0 && got.kept == 0, "%s", pairs[i][1]);
        arena_fini(&arena);
        free(before);
        free(after);
        archive_snapshot_release(snapshot);
    }
}

/* Each clause's own part is what the definition says: what changes when it is taken out. */
static void clauses_decide_about_their_own_part(void **state)
{
    static const char *const whole[] = {"(harbour OR late) NOT (fleek OR has:link)", "harbour OR fleek OR late", "harbour NEAR/2 late OR fleek"};
    (void)state;
    for (size_t i = 0; i < sizeof whole / sizeof whole[0]; i++) {
        struct archive_snapshot *snapshot = world_snapshot(&world);
        struct query_node       *root = world_query(&world, whole[i]);
        struct topic_clause     *clauses;
        size_t                   count;
        bool                     is_cut;
        uint64_t                 all;
        struct error             error = {0};
        struct arena             arena = {0};
        check_ok(archive_count(snapshot, root, &arena, &all, &error), error, "%s", whole[i]);
        check_ok(topic_clauses(root, &arena, &clauses, &count, &is_cut, &error), error, "%s", whole[i]);
        check(count > 0, "%s", whole[i]);
        for (size_t k = 0; k < count; k++) {
            uint64_t without, own;
            check_ok(archive_count(snapshot, clauses[k].without, &arena, &without, &error), error, "%s", whole[i]);
            check_ok(archive_count(snapshot, clauses[k].own, &arena, &own, &error), error, "%s", whole[i]);
            check(own == (clauses[k].kind == TOPIC_CLAUSE_ADDS ? all - without : without - all), "%s: clause %zu: %llu, %llu, %llu", whole[i], k,
                  (unsigned long long)all, (unsigned long long)without, (unsigned long long)own);
        }
        arena_fini(&arena);
        archive_snapshot_release(snapshot);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_different_matches), cmocka_unit_test(every_match_is_as_likely),
        cmocka_unit_test(draws_within_a_time),     cmocka_unit_test(weighs_what_is_won_and_lost),
        cmocka_unit_test(clauses_decide_about_their_own_part),
    };
    return cmocka_run_group_tests_name("topic draws", tests, begin, end);
}
