#include "text_fixture.h"

#include "base/rng.h"

static struct text_facts copies_of(struct fixture *fixture, const char *text)
{
    return facts_of(fixture, str_of(text), "en", TEXT_WANT_COPIES);
}

static void test_copies_are_equal(void **state)
{
    static const struct {
        const char *text, *copy;
    } rows[] = {
        {"The night ferry is late again", "the NIGHT ferry is late AGAIN!!!"},
        {"The night ferry is late again", "The night ferry is late again http://t.co/a1"},
        {"The night ferry is late again http://t.co/b2",
         "The night ferry is late again http://t.co/a1 www.example.com/x"},
        {"The night ferry is late again", "@harbour The night ferry is late again @town"},
        {"The night ferry is late again", "RT @harbour: The night ferry is late again"},
        {"The night ferry is late again", "The night ferry is late again via @harbour"},
        {"The night ferry is late again", "The night ferry is late again 😡😡"},
        {"Ferry 17 is late by 40 minutes", "Ferry 18 is late by 1,000 minutes"},
        {"win abc123 now", "win abc987 now"},
        {"The night ferry is late #again", "The night #ferry is late again"},
        {"Cats &amp; dogs don&#39;t swim", "cats dogs don’t swim"},
        {"ＦＥＲＲＹ late", "ferry late"},
        {"http://t.co/a", ""},
        {"@a @b 12 😂", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct text_facts a = copies_of(*state, rows[i].text), b = copies_of(*state, rows[i].copy);
        if (a.copy_hash != b.copy_hash || a.simhash != b.simhash || a.word_count != b.word_count)
            fail_msg("\"%s\" is no copy of \"%s\"", rows[i].copy, rows[i].text);
    }
}

static void test_other_words_differ(void **state)
{
    static const char *const texts[] = {
        "The night ferry is late again",
        "The night ferry is late",
        "the ferry night is late again",
        "The night ferry was late again",
        "late",
        "late late",
        "via ferry",
        "ferry",
        "rt",
        "rt ferry",
        "the",
        "フェリーがまた遅れた",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (size_t k = 0; k < i; k++)
            assert_true(copies_of(*state, texts[i]).copy_hash != copies_of(*state, texts[k]).copy_hash);
}

static void test_without_words(void **state)
{
    struct text_facts facts = copies_of(*state, "http://t.co/x @a 😂 12 3.5 1,000 RT @b");
    assert_int_equal(facts.copy_hash, 0);
    assert_int_equal(facts.simhash, 0);
    assert_int_equal(facts.word_count, 0);
    facts = copies_of(*state, "ferry");
    assert_int_equal(facts.word_count, 1);
    assert_true(facts.copy_hash != 0 && facts.simhash != 0);
}

enum { WORDS_MAX = 400, VOCABULARY = 5000, ROUNDS = 200 };

static uint64_t simhash_of(struct fixture *fixture, const uint32_t *words, size_t count)
{
    struct buf text = {0};
    for (size_t i = 0; i < count; i++)
        for (uint32_t v = words[i] + 26 * 26, is_first = 1; v || is_first; v /= 26, is_first = 0)
            buf_printf(&text, "%s%c", is_first ? " " : "", (int)('a' + v % 26));
    uint64_t simhash = facts_of(fixture, buf_str(&text), "en", TEXT_WANT_COPIES).simhash;
    buf_fini(&text);
    arena_reset(&fixture->arena);
    return simhash;
}

/* Percentage of rounds in which changing one word of count moves at most max_bits bits. */
static int percent_near(struct fixture *fixture, size_t count, int max_bits)
{
    struct rng rng;
    int        near = 0;
    rng_seed(&rng, count);
    for (int round = 0; round < ROUNDS; round++) {
        uint32_t words[WORDS_MAX];
        for (size_t i = 0; i < count; i++)
            words[i] = (uint32_t)rng_below(&rng, VOCABULARY);
        uint64_t before = simhash_of(fixture, words, count);
        words[rng_below(&rng, count)] += VOCABULARY;
        near += __builtin_popcountll(before ^ simhash_of(fixture, words, count)) <= max_bits;
    }
    return near * 100 / ROUNDS;
}

/* The figures of the table in text.h, with room for chance. */
static void test_near_copies_by_length(void **state)
{
    static const struct {
        size_t words;
        int    max_bits, least_percent, most_percent;
    } rows[] = {
        {15, 3, 0, 8}, {15, 16, 90, 100}, {60, 3, 15, 40}, {60, 10, 93, 100}, {400, 3, 80, 97}, {400, 6, 97, 100},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int percent = percent_near(*state, rows[i].words, rows[i].max_bits);
        if (percent < rows[i].least_percent || percent > rows[i].most_percent)
            fail_msg("%zu words: at most %d bits in %d %%", rows[i].words, rows[i].max_bits, percent);
    }
}

static void test_unrelated_texts_are_far(void **state)
{
    struct rng rng;
    uint64_t   previous = 0;
    int        bits = 0;
    rng_seed(&rng, 3);
    for (int round = 0; round < ROUNDS; round++) {
        uint32_t words[20];
        for (size_t i = 0; i < 20; i++)
            words[i] = (uint32_t)rng_below(&rng, VOCABULARY);
        uint64_t simhash = simhash_of(*state, words, 20);
        if (round > 0) {
            int distance = __builtin_popcountll(simhash ^ previous);
            assert_true(distance > 10);
            bits += distance;
        }
        previous = simhash;
    }
    assert_in_range(bits / (ROUNDS - 1), 29, 34); /* half of 64, less what ties take */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_copies_are_equal),      cmocka_unit_test(test_other_words_differ),
        cmocka_unit_test(test_without_words),         cmocka_unit_test(test_near_copies_by_length),
        cmocka_unit_test(test_unrelated_texts_are_far),
    };
    return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
