/* Any bytes are a text. */
#include "text_fixture.h"

#include "base/rng.h"
#include "base/utf8.h"

#include <stdio.h>
#include <time.h>

/* All that a mixed text can hold, to be cut and broken. */
static const char mixed[] =
    "RT @JetBlue's “fleet’s” &amp; don&#39;t 1,000 U.S. wi-fi 東京タワーに行く ภาษาไทย 👨‍👩‍👧🇩🇪1️⃣❤️ #été ＃東 "
    "@u@host.tld $LUV "
    "(http://En.Wikipedia.org:80/F_(g)?utm_source=x&amp;a=1#f) www.a.example/… t.co/x https:… 𝓗𝓮 ﷺ e\u0301 co\u00ADop";

static void check_analysis(struct fixture *fixture, struct str text)
{
    struct text_facts facts = facts_of(fixture, text, "", TEXT_WANT_ALL);
    check_facts(&facts);
    if (!utf8_is_valid(facts.text) || (facts.text.len && memchr(facts.text.ptr, '\0', facts.text.len)))
        fail_msg("the text was not repaired");
    struct str links = text_link_canonical(&fixture->arena, text);
    assert_non_null(links.ptr);
    assert_true(text_link_host(links).len <= links.len);
    assert_true(text_terminal_width(text) >= 0);
    arena_reset(&fixture->arena);
}

static void test_cut_at_every_length(void **state)
{
    for (size_t len = 0; len < sizeof mixed;
         len++) { /* in a block of its own, so that the sanitizer sees a read too far */
        char *copy = malloc(len ? len : 1);
        assert_non_null(copy);
        memcpy(copy, mixed, len);
        check_analysis(*state, str_slice(copy, len));
        free(copy);
    }
    for (size_t start = 0; start < sizeof mixed; start++)
        check_analysis(*state, str_slice(mixed + start, sizeof mixed - start));
}

static void test_every_byte_broken(void **state)
{
    static const unsigned char bytes[] = {0x00, 0x80, 0xff, 0xc0, 0xed, 0xf4, '&', '@', '#', 0x0a};
    char                       copy[sizeof mixed];
    for (size_t at = 0; at < sizeof mixed; at++)
        for (size_t i = 0; i < sizeof bytes; i++) {
            memcpy(copy, mixed, sizeof mixed);
            copy[at] = (char)bytes[i];
            check_analysis(*state, str_slice(copy, sizeof copy));
        }
}

static void test_random_bytes(void **state)
{
    struct rng rng;
    char       text[300];
    rng_seed(&rng, 7);
    for (int round = 0; round < 6000; round++) {
        size_t len = rng_below(&rng, sizeof text);
        for (size_t i = 0; i < len; i++)
            text[i] = (char)(rng_below(&rng, 3) ? mixed[rng_below(&rng, sizeof mixed)] : (int)rng_below(&rng, 256));
        check_analysis(*state, str_slice(text, len));
    }
}

static void test_repair(void **state)
{
    static const struct {
        struct str  bytes;
        const char *text, *tokens;
    } rows[] = {
        {STR("a\0b"), "a\uFFFDb", "a b"},
        {STR("\0\0"), "\uFFFD\uFFFD", ""},
        {STR("caf\xc3"), "caf\uFFFD", "caf"},
        {STR("\xed\xa0\x80x\xf0\x9f\x98"), "\uFFFD\uFFFD\uFFFDx\uFFFD", "x"},
        {STR("#t\xffg @\xfe"), "#t\uFFFDg @\uFFFD", "#t=t g"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct text_facts facts = facts_of(*state, rows[i].bytes, "", 0);
        const char       *line = tokens_line(*state, &facts);
        if (!str_equal(facts.text, str_of(rows[i].text)) || strcmp(line, rows[i].tokens) != 0)
            fail_msg("row %zu: \"%.*s\" with tokens \"%s\"", i, STR_ARG(facts.text), line);
    }
    const char       *clean = "nothing to repair";
    struct text_facts facts = facts_of(*state, str_of(clean), "", 0);
    assert_ptr_equal(facts.text.ptr, clean);
}

/* Of this thread's own processor time: what else the machine does meanwhile does not count. */
static int64_t processor_us(void)
{
    struct timespec spent;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
    return (int64_t)spent.tv_sec * 1000000 + spent.tv_nsec / 1000;
}

static int64_t time_of(struct fixture *fixture, const char *pattern, size_t bytes)
{
    size_t pattern_len = strlen(pattern);
    char  *text = malloc(bytes);
    assert_non_null(text);
    for (size_t i = 0; i < bytes; i++)
        text[i] = pattern[i % pattern_len];
    int64_t start = processor_us();
    check_analysis(fixture, str_slice(text, bytes));
    free(text);
    return processor_us() - start;
}

/* Patterns that invite to read things twice. Eight times the length may take eight times as long, with room for a
 * busy machine; quadratic work would take 64 times. */
static void test_long_texts_cost_by_length(void **state)
{
    static const char *const patterns[] = {
        "a",           " ",
        "a ",          "#",
        "#a",          "@",
        "@a",          "@a@",
        "@a.b-",       "$",
        "$A",          "&",
        "&amp;",       "&amp;amp;amp;",
        "&#1",         "http://",
        "https://a",   "http://a.b(",
        "http://a.b ", "www.",
        "www.a",       "www.-",
        "t.co/",       "a.",
        "1,",          "1.2,",
        "'",           "a'",
        "a’",          "(",
        "http…",       "_",
        "-",           ".",
        "é",           "\u0301",
        "a\u200D",     "\u00AD",
        "東",          "東京タワーに行く",
        "ภาษาไทย",     "ｱ",
        "💰",           "👨‍",
        "❤️",      "🇩",
        "1️⃣",     "1\uFE0F",
        "\U000E0067",  "👨\u200D\u200D",
        "\xff",        "é\xff",
        "ﷺ",           "http://a.b/[)",
        "a:/",         "https:",
        "@a-",         "#\u00AD",
        "a\u00AD",
    };
    enum { SMALL = 24 * 1024, LARGE = 8 * SMALL, SPARE_US = 200 * 1000 };
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        int64_t small = time_of(*state, patterns[i], SMALL), large = time_of(*state, patterns[i], LARGE);
        if (large > 24 * small + SPARE_US)
            fail_msg("\"%s\": %lld us for %d bytes, %lld us for %d", patterns[i], (long long)small, SMALL,
                     (long long)large, LARGE);
    }
}

/* An arena that is full is an error, never a crash or a half answer. */
static void test_little_memory(void **state)
{
    struct fixture   *fixture = *state;
    struct text_facts facts;
    int               failed = 0, worked = 0;
    for (size_t max_bytes = 16; max_bytes < 16 * 1024; max_bytes += 48) {
        struct arena arena;
        struct error error = {0};
        arena_init(&arena, max_bytes);
        enum error_code code = text_analyse(fixture->analyser, &arena, str_slice(mixed, sizeof mixed), STR("en"),
                                            TEXT_WANT_ALL, &facts, &error);
        if (code == ERROR_NONE)
            check_facts(&facts);
        else
            assert_int_equal(code, ERROR_MEMORY);
        failed += code != ERROR_NONE;
        worked += code == ERROR_NONE;
        arena_fini(&arena);
    }
    assert_true(failed > 10 && worked > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cut_at_every_length),
        cmocka_unit_test(test_every_byte_broken),
        cmocka_unit_test(test_random_bytes),
        cmocka_unit_test(test_repair),
        cmocka_unit_test(test_long_texts_cost_by_length),
        cmocka_unit_test(test_little_memory),
    };
    return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
