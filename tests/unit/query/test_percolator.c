/* Many queries against one post: exactly what query_match says of each. */
#include "fixture.h"
#include "query_random.h"

#include "query/percolator.h"

static const char *folder;
static struct fixture fixture;

static int setup(void **state)
{
    (void)state;
    fixture_init(&fixture, folder);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    fixture_fini(&fixture);
    return 0;
}

enum { TREES = 2000 };

static const struct query_node *trees[TREES];

/* Every tree on every post, asked both ways. */
static void compare(size_t count, unsigned seed)
{
    struct percolator         *percolator;
    struct percolator_scratch *scratch;
    struct error               error = {0};
    size_t                     matches = 0;
    check_ok(percolator_new(trees, count, &percolator, &error), error, "seed %u", seed);
    check_ok(percolator_scratch_new(percolator, &scratch, &error), error, "seed %u", seed);
    for (size_t d = 0; d < fixture.doc_count; d++) {
        const struct query_doc *doc = &fixture.docs[d];
        const uint32_t         *hits;
        size_t                  hit_count = percolator_match(percolator, scratch, doc->post, doc->facts, &hits), at = 0;
        for (uint32_t i = 0; i < count; i++) {
            bool is_match = query_match(trees[i], doc, fixture.analyser, &fixture.scratch), is_hit = at < hit_count && hits[at] == i;
            arena_reset(&fixture.scratch);
            if (is_match != is_hit) {
                struct buf text = {0};
                query_print(trees[i], &text);
                check(is_match == is_hit, "seed %u, post %zu, tree %u: match %d, hit %d: %.*s", seed, d, i, is_match, is_hit, STR_ARG(buf_str(&text)));
            }
            at += is_hit;
            matches += is_match;
        }
        check(at == hit_count, "seed %u, post %zu: %zu hits that are none", seed, d, hit_count - at);
    }
    struct percolator_stats stats;
    percolator_stats(scratch, &stats);
    check(stats.posts == fixture.doc_count && stats.candidates >= matches, "its figures");
    check(count == 0 || matches > 0, "seed %u: something matches", seed);
    percolator_scratch_free(scratch);
    percolator_free(percolator);
}

static void it_says_what_the_matcher_says(void **state)
{
    (void)state;
    static const size_t counts[] = {0, 17, 300, TREES, TREES, TREES, TREES, TREES, TREES, TREES, TREES};
    for (unsigned seed = 0; seed < COUNT_OF(counts); seed++) {
        struct rng rng;
        rng_seed(&rng, seed + 1);
        struct query_random random = {&rng, fixture.docs, fixture.doc_count, fixture.analyser, &fixture.queries, false};
        for (size_t i = 0; i < counts[seed]; i++)
            trees[i] = query_random_tree(&random, (unsigned)(i % 5));
        compare(counts[seed], seed);
        arena_reset(&fixture.queries);
    }
}

/* What a topic looks like has a trigger, so that a post meets few of them. */
static void topics_are_not_asked_in_vain(void **state)
{
    (void)state;
    static const struct {
        const char *query;
        bool        has_trigger;
    } rows[] = {
        {"gulls", true},
        {"gulls OR terns", true},
        {"\"lost bag\"", true},
        {"delay* NEAR/3 (bag OR luggage) NOT author:jetblue", true},
        {"tag:lighthouse", true},
        {"mention:ann", true},
        {"author:ann", true},
        {"lang:en gulls", true},
        {"freq:2:gulls", true},
        {"d* gulls", true},
        {"*", false},
        {"NOT gulls", false},
        {"gulls OR NOT terns", false},
        {"gulls OR lang:en", false},
        {"case:JetBlue", false},
        {"case:JetBlue gulls", true},
        {"d*", false},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct query               query;
        struct error               error = {0};
        struct percolator         *percolator;
        struct percolator_scratch *scratch;
        struct percolator_stats    stats;
        check_ok(query_parse(str_of(rows[i].query), NULL, fixture.analyser, &fixture.queries, &query, &error), error, "%s", rows[i].query);
        trees[0] = query.root;
        check_ok(percolator_new(trees, 1, &percolator, &error), error, "%s", rows[i].query);
        check_ok(percolator_scratch_new(percolator, &scratch, &error), error, "%s", rows[i].query);
        percolator_stats(scratch, &stats);
        check(stats.always == !rows[i].has_trigger, "%s", rows[i].query);
        check(percolator_want(percolator) == (strstr(rows[i].query, "lang:") ? TEXT_WANT_LANGUAGE : 0u), "%s", rows[i].query);
        percolator_scratch_free(scratch);
        percolator_free(percolator);
        arena_reset(&fixture.queries);
    }
}

int main(int argc, char **argv)
{
    folder = argc > 1 ? argv[1] : ".";
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(it_says_what_the_matcher_says, setup, teardown),
        cmocka_unit_test_setup_teardown(topics_are_not_asked_in_vain, setup, teardown),
    };
    return cmocka_run_group_tests_name("query percolator", tests, NULL, NULL);
}
