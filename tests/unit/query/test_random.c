/* Properties on random trees over invented posts (and over real ones where BELLWETHER_SHARED has them). */
#include "fixture.h"
#include "query_random.h"

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

static void printed_trees_parse_to_themselves(void **state)
{
    (void)state;
    struct rng rng;
    struct buf text = {0}, again = {0};
    rng_seed(&rng, 7);
    for (unsigned round = 0; round < 6000; round++) {
        struct query_random random = {&rng, fixture.docs, fixture.doc_count, fixture.analyser, &fixture.queries, false};
        struct query_node  *root = query_random_tree(&random, round % 6);
        struct query        query;
        struct error        error = {0};
        buf_clear(&text), buf_clear(&again);
        query_print(root, &text);
        check_ok(query_parse(buf_str(&text), NULL, fixture.analyser, &fixture.queries, &query, &error), error,
                 "round %u: %.*s\n%s", round,
                 STR_ARG(buf_str(&text)), error.hint);
        query_print(query.root, &again);
        check(query_equal(root, query.root), "round %u:\n%.*s\n%.*s", round, STR_ARG(buf_str(&text)),
              STR_ARG(buf_str(&again)));
        check(root->height == query.root->height, "round %u: heights %u and %u: %.*s", round, root->height,
              query.root->height,
              STR_ARG(buf_str(&text)));
        arena_reset(&fixture.queries);
    }
    buf_fini(&text);
    buf_fini(&again);
}

/* Laws that hold whatever the parts are, and enough matches that they say something. */
static void matching_keeps_the_laws_of_logic(void **state)
{
    (void)state;
    struct rng rng;
    size_t     matches = 0, total = 0;
    rng_seed(&rng, 11);
    for (unsigned round = 0; round < 3000; round++) {
        struct query_random random = {&rng, fixture.docs, fixture.doc_count, fixture.analyser, &fixture.queries, false};
        struct query_node  *children[2] = {query_random_tree(&random, 2), query_random_tree(&random, 2)};
        struct query_node   and = {.kind = QUERY_AND, .child_count = 2, .children = children};
        struct query_node   or = {.kind = QUERY_OR, .child_count = 2, .children = children};
        struct query_node   not = {.kind = QUERY_NOT, .child_count = 1, .children = children};
        for (size_t i = 0; i < fixture.doc_count; i++) {
            const struct query_doc *doc = &fixture.docs[i];
            bool a = query_match(children[0], doc, fixture.analyser, &fixture.scratch);
            bool b = query_match(children[1], doc, fixture.analyser, &fixture.scratch);
            check(query_match(&and, doc, fixture.analyser, &fixture.scratch) == (a && b), "round %u, post %zu", round,
                  i);
            check(query_match(&or, doc, fixture.analyser, &fixture.scratch) == (a || b), "round %u, post %zu", round,
                  i);
            check(query_match(&not, doc, fixture.analyser, &fixture.scratch) == !a, "round %u, post %zu", round, i);
            matches += a;
            total++;
            arena_reset(&fixture.scratch);
        }
        arena_reset(&fixture.queries);
    }
    check(matches * 20 > total && matches * 20 < total * 19, "%zu of %zu matched", matches, total);
}

int main(int argc, char **argv)
{
    folder = argc > 1 ? argv[1] : ".";
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(printed_trees_parse_to_themselves, setup, teardown),
        cmocka_unit_test_setup_teardown(matching_keeps_the_laws_of_logic, setup, teardown),
    };
    return cmocka_run_group_tests_name("query random", tests, NULL, NULL);
}
