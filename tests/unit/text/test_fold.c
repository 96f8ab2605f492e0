#include "text_fixture.h"

#include "base/rng.h"
#include "base/utf8.h"

static void test_folding(void **state)
{
    static const struct {
        const char *from, *to;
    } rows[] = {
        {"", ""},
        {"fleek", "fleek"},
        {"FLEEK", "fleek"},
        {"Fleet’s", "fleet's"},
        {"ŉ", "'n"},
        {"Straße", "strasse"},
        {"İstanbul", "i̇stanbul"},
        {"Ⅳ", "iv"},
        {"ﷺ", "صلى الله عليه وسلم"},
        {"e\u0301", "é"},
        {"co\u00ADop", "coop"},
        {"Ａ１", "a1"},
        {"ǅ", "dž"},
        {"Ꭰꭰ", "ᎠᎠ"},
        {"Å\u212B", "åå"},
        {"ภาษาไทยคำ", "ภาษาไทยค\u0E4Dา"},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct str folded = text_fold(fixture->analyser, &fixture->arena, str_of(rows[i].from));
        if (!str_equal(folded, str_of(rows[i].to)))
            fail_msg("\"%s\" folds to \"%.*s\", not \"%s\"", rows[i].from, STR_ARG(folded), rows[i].to);
    }
}

/* Nothing is allocated for what is folded already. */
static void test_folded_words_are_slices(void **state)
{
    static const char *const words[] = {"fleek", "fleet's", "été", "東京", "москва"};
    struct fixture          *fixture = *state;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        assert_ptr_equal(text_fold(fixture->analyser, &fixture->arena, str_of(words[i])).ptr, words[i]);
}

static void random_characters(struct rng *rng, struct buf *out)
{
    static const uint32_t tops[] = {0x80, 0x250, 0x600, 0x3000, 0x10000, 0x20000};
    buf_clear(out);
    for (uint64_t count = 1 + rng_below(rng, 12); count > 0; count--) {
        uint32_t c = 1 + (uint32_t)rng_below(rng, tops[rng_below(rng, 6)] - 1);
        utf8_append(out, c >= 0xd800 && c <= 0xdfff ? 'x' : c);
    }
}

static void test_folding_twice_is_folding_once(void **state)
{
    struct fixture *fixture = *state;
    struct rng      rng;
    struct buf      text = {0};
    rng_seed(&rng, 1);
    for (int round = 0; round < 20000; round++) {
        random_characters(&rng, &text);
        struct str once = text_fold(fixture->analyser, &fixture->arena, buf_str(&text));
        struct str kept = arena_str(&fixture->arena, once);
        struct str twice = text_fold(fixture->analyser, &fixture->arena, kept);
        if (!str_equal(kept, twice) || !utf8_is_valid(twice))
            fail_msg("round %d: \"%.*s\" then \"%.*s\"", round, STR_ARG(kept), STR_ARG(twice));
        arena_reset(&fixture->arena);
    }
    buf_fini(&text);
}

/* The columns of a terminal. */
static void test_widths(void **state)
{
    static const struct {
        const char *text;
        int         columns;
    } rows[] = {
        {"", 0},       {"abc", 3},     {"é", 1},    {"e\u0301", 1}, {"東京", 4},     {"ｱ", 1},     {"😂", 2},
        {"👨‍👩‍👧", 2}, {"🇩🇪", 2}, {"👍🏽", 2}, {"❤️", 2},      {"a\tb\n", 2}, {"\xff\xfe", 2}, {"안녕", 4},
        {"co\u00ADop", 4},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (text_terminal_width(str_of(rows[i].text)) != rows[i].columns)
            fail_msg("\"%s\": %d columns, not %d", rows[i].text, text_terminal_width(str_of(rows[i].text)),
                     rows[i].columns);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_folding),
        cmocka_unit_test(test_folded_words_are_slices),
        cmocka_unit_test(test_folding_twice_is_folding_once),
        cmocka_unit_test(test_widths),
    };
    return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
