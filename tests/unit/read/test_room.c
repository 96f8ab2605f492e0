/* Drawing posts for a reading room: small voices are heard, copies are not read twice, and chance can be repeated. */
#include "check.h"

#include "base/hash.h"
#include "read/room.h"

enum { MOST = 3000 };
static struct room_candidate candidates[MOST];
static size_t                count;

static void begin(void)
{
    memset(candidates, 0, sizeof candidates);
    count = 0;
}

/* A post of `words` words of its own and the three of its story (story 0: none), by an author. */
static void add(unsigned story, unsigned words, uint64_t author)
{
    static char            ids[MOST][16];
    struct room_candidate *candidate = &candidates[count];
    int                    len = snprintf(ids[count], sizeof ids[count], "t:%zu", count);
    *candidate = (struct room_candidate){
        .post = {ids[count], (size_t)len}, .author = author, .copy_hash = count + 1, .word_count = words};
    for (unsigned w = 0; story && w < 3; w++)
        candidate->terms[candidate->term_count++] = 1000 + story * 10 + w;
    for (unsigned w = 0; w < words; w++)
        candidate->terms[candidate->term_count++] = hash_mix(count, w) | UINT64_C(1) << 63;
    count++;
}

static size_t draw(uint64_t seed, size_t wanted, struct room_drawn *drawn, uint32_t *groups)
{
    struct rng   rng;
    struct arena arena = {0};
    size_t       got;
    rng_seed(&rng, seed);
    assert_true(room_draw(candidates, count, wanted, &rng, &arena, drawn, &got, groups));
    arena_fini(&arena);
    return got;
}

static unsigned story_of(const struct room_drawn *drawn)
{
    uint64_t term = candidates[drawn->candidate].terms[0];
    return term < 100000 ? (unsigned)(term - 1000) / 10 : 0;
}

/* Story 1 has 1,600 posts, 2 has 100, 3 has 16. By chance alone story 3 would get a post in one of five rooms of 24. */
static void small_voices_are_heard(void **state)
{
    unsigned heard[4] = {0}, rooms = 60;
    (void)state;
    begin();
    for (unsigned i = 0; i < 1716; i++)
        add(i < 1600 ? 1 : i < 1700 ? 2 : 3, 1, i);
    for (uint64_t seed = 1; seed <= rooms; seed++) {
        struct room_drawn drawn[ROOM_POSTS_MOST];
        uint32_t          groups;
        size_t            got = draw(seed, 24, drawn, &groups);
        assert_int_equal(got, 24);
        check(groups == 3, "seed %d: %u groups", (int)seed, groups);
        for (size_t i = 0; i < got; i++)
            heard[story_of(&drawn[i])]++;
    }
    /* Roots 40, 10 and 4 of 54 together: 17.8, 4.4 and 1.8 places of 24. */
    check(heard[1] > 16 * rooms && heard[1] < 19 * rooms, "story 1: %u", heard[1]);
    check(heard[2] > 4 * rooms && heard[2] < 5 * rooms, "story 2: %u", heard[2]);
    check(heard[3] > rooms && heard[3] < 3 * rooms, "story 3: %u", heard[3]);
}

static void the_same_seed_draws_the_same(void **state)
{
    struct room_drawn a[ROOM_POSTS_MOST], b[ROOM_POSTS_MOST];
    uint32_t          groups;
    (void)state;
    begin();
    for (unsigned i = 0; i < 500; i++)
        add(i % 5, 2, i);
    size_t got = draw(9, 48, a, &groups), again = draw(9, 48, b, &groups);
    assert_int_equal(got, 48);
    assert_int_equal(got, again);
    for (size_t i = 0; i < got; i++)
        check(a[i].candidate == b[i].candidate, "place %zu", i);
    draw(10, 48, b, &groups);
    check(memcmp(a, b, sizeof *a * got) != 0, "another seed drew the same");
}

static void nobody_speaks_twice_while_others_wait(void **state)
{
    (void)state;
    begin();
    for (unsigned i = 0; i < 400; i++)
        add(i % 3, 2, i < 300 ? 7 : i); /* one author wrote three quarters */
    for (uint64_t seed = 1; seed < 20; seed++) {
        struct room_drawn drawn[ROOM_POSTS_MOST];
        uint32_t          groups;
        size_t            got = draw(seed, 24, drawn, &groups), theirs = 0;
        for (size_t i = 0; i < got; i++)
            theirs += candidates[drawn[i].candidate].author == 7;
        check(got == 24 && theirs <= 1, "seed %d: %zu of %zu by one author", (int)seed, theirs, got);
    }
}

static void copies_are_read_once(void **state)
{
    struct room_drawn drawn[ROOM_POSTS_MOST];
    uint32_t          groups;
    (void)state;
    begin();
    for (unsigned i = 0; i < 200; i++) {
        add(i < 190 ? 1 : 0, 4, i);
        if (i < 190)
            candidates[i].copy_hash = 99;
    }
    size_t got = draw(4, 48, drawn, &groups), copies = 0;
    assert_int_equal(got, 11); /* ten of their own, and one for all the copies */
    for (size_t i = 0; i < got; i++)
        if (candidates[drawn[i].candidate].copy_hash == 99) {
            copies++;
            assert_int_equal(drawn[i].copies, 190);
        }
    assert_int_equal(copies, 1);
}

static void few_and_odd_posts(void **state)
{
    (void)state;
    for (size_t posts = 0; posts < 8; posts++) {
        struct room_drawn drawn[ROOM_POSTS_MOST];
        uint32_t          groups;
        begin();
        for (unsigned i = 0; i < posts; i++)
            add(0, i % 3, i); /* some without any words */
        size_t got = draw(posts + 1, 12, drawn, &groups);
        check(got == posts, "%zu of %zu", got, posts);
        for (size_t i = 0; i < got; i++)
            for (size_t k = 0; k < i; k++)
                check(drawn[i].candidate != drawn[k].candidate, "%zu posts: one twice", posts);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_voices_are_heard),
        cmocka_unit_test(the_same_seed_draws_the_same),
        cmocka_unit_test(nobody_speaks_twice_while_others_wait),
        cmocka_unit_test(copies_are_read_once),
        cmocka_unit_test(few_and_odd_posts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
