/* Ranks, walks and the choice of the first few, held against plain loops: on sets that make Roaring use each of its forms. */
#include "archive/answer.h"
#include "world.h"

#include <stdlib.h>

enum { SPACE = 300000 };

/* Sparse (arrays), dense (bits), runs, and gaps of whole containers. */
static roaring_bitmap_t *invent_set(struct rng *rng, unsigned form)
{
    roaring_bitmap_t *set = roaring_bitmap_create();
    for (uint32_t doc = 0; doc < SPACE; doc++) {
        unsigned in = form == 4 ? doc / 65536 % 4 : form; /* form 4 has them all */
        bool     is_in = in == 0 ? rng_below(rng, 50) == 0 : in == 1 ? rng_below(rng, 2) == 0 : in == 2 ? doc / 1000 % 3 == 0 : false;
        if (is_in)
            roaring_bitmap_add(set, doc);
    }
    if (form == 2 || form == 4)
        roaring_bitmap_run_optimize(set);
    return set;
}

static void ranks_are_counts(void **state)
{
    (void)state;
    struct rng rng;
    rng_seed(&rng, 3);
    for (unsigned round = 0; round < 40; round++) {
        roaring_bitmap_t *set = invent_set(&rng, round % 5);
        uint32_t          edges[600];
        uint64_t          ranks[600];
        uint32_t          edge = 0, largest_step = round % 2 ? 300 : 3000;
        for (size_t i = 0; i < 600; i++) {
            edges[i] = edge;
            edge += (uint32_t)rng_below(&rng, rng_below(&rng, 20) ? largest_step : 65536 * 2);
        }
        edges[5] = edges[4]; /* an empty bucket */
        documents_ranks(set, edges, 600, ranks);
        for (size_t i = 0; i < 600; i++) {
            uint64_t wanted = edges[i] ? roaring_bitmap_rank(set, edges[i] - 1) : 0;
            check(ranks[i] == wanted, "round %u, edge %u: %llu, not %llu\n", round, edges[i], (unsigned long long)ranks[i],
                  (unsigned long long)wanted);
        }
        roaring_bitmap_free(set);
    }
}

static void walks_meet_every_document_once(void **state)
{
    (void)state;
    struct rng rng;
    rng_seed(&rng, 4);
    for (unsigned form = 0; form < 5; form++) {
        roaring_bitmap_t    *set = invent_set(&rng, form);
        struct document_walk walk;
        struct document_list list;
        uint32_t             doc, before = 0;
        uint64_t             count = 0;
        assert_true(document_list_init(&list));
        document_walk_init(&walk, set);
        while (document_next(&walk, &doc)) {
            check(count == 0 || doc > before, "form %u: %u after %u\n", form, doc, before);
            check(roaring_bitmap_contains(set, doc), "form %u: %u\n", form, doc);
            document_list_add(&list, doc);
            before = doc;
            count++;
        }
        check(count == roaring_bitmap_get_cardinality(set), "form %u: %llu\n", form, (unsigned long long)count);
        roaring_bitmap_t *copy = document_list_take(&list);
        assert_true(roaring_bitmap_equals(copy, set));
        documents_keep_range(copy, 1000, 70000);
        check(roaring_bitmap_get_cardinality(copy) == roaring_bitmap_range_cardinality(set, 1000, 70000), "form %u\n", form);
        documents_keep_range(copy, 5, 5);
        assert_true(roaring_bitmap_is_empty(copy));
        roaring_bitmap_free(copy);
        roaring_bitmap_free(set);
    }
}

static int compare_numbers(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

static void the_first_few_are_those_of_a_sort(void **state)
{
    (void)state;
    struct rng rng;
    rng_seed(&rng, 5);
    for (unsigned round = 0; round < 300; round++) {
        uint64_t some[200], all[200];
        size_t   count = rng_below(&rng, 200), top = rng_below(&rng, 220);
        for (size_t i = 0; i < count; i++)
            some[i] = all[i] = rng_below(&rng, 1000);
        qsort(all, count, sizeof *all, compare_numbers);
        size_t got = top_first(some, count, sizeof *some, top, compare_numbers);
        check(got == (top < count ? top : count), "round %u: %zu\n", round, got);
        for (size_t i = 0; i < got; i++)
            check(some[i] == all[i], "round %u, place %zu: %llu\n", round, i, (unsigned long long)some[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranks_are_counts),
        cmocka_unit_test(walks_meet_every_document_once),
        cmocka_unit_test(the_first_few_are_those_of_a_sort),
    };
    return cmocka_run_group_tests_name("archive answers: sets of documents", tests, NULL, NULL);
}
