/* The lists of lines: slots, weights, scenes, and what is wrong with them. */
#include "check.h"

#include "demo/grammar.h"

static void load(struct grammar *grammar, const char *text)
{
    struct town_file file = {"test.txt", text};
    struct error     error = {0};
    check_ok(grammar_load(grammar, &file, 1, &error), error, "load");
}

/* How often each of the texts is said in many sayings of "x"; nothing else may be said. */
static void count_sayings(const char *lists, unsigned scene, const char *const *texts, int *counts, int rounds)
{
    struct grammar grammar;
    struct rng     rng;
    struct buf     out = {0};
    load(&grammar, lists);
    rng_seed(&rng, 7);
    for (int i = 0; i < rounds; i++) {
        buf_clear(&out);
        grammar_say(&grammar, grammar_find(&grammar, "x"), scene, &rng, &out);
        int at = 0;
        while (texts[at] && !str_equal(str_of(texts[at]), buf_str(&out)))
            at++;
        if (!texts[at])
            fail_msg("nobody expects \"%.*s\" of: %s", STR_ARG(buf_str(&out)), lists);
        counts[at]++;
    }
    buf_fini(&out);
    grammar_fini(&grammar);
}

static void a_line_becomes_each_of_its_texts(void **state)
{
    (void)state;
    static const struct {
        const char *lists;
        unsigned    scene;
        const char *texts[7]; /* each must be said at least once, and no other */
    } rows[] = {
        {"== x\nplain\n", 0, {"plain"}},
        {"# a remark\n== x\n\n#tag\n", 0, {"#tag"}},
        {"== x\na {y} b\n== y\n1\n2\n", 0, {"a 1 b", "a 2 b"}},
        {"== x\n{3-5}\n", 0, {"3", "4", "5"}},
        {"== x\n[a|b|]c\n", 0, {"ac", "bc", "c"}},
        {"== x\n[a[1|2]|{y}]\n== y\nq\n", 0, {"a1", "a2", "q"}},
        {"== x\n2* \nw\n", 0, {"", "w"}},
        {"== x\n2*w\n", 0, {"2*w"}},
        {"== x\na\n== y\nz\n== x\nb\n", 0, {"a", "b"}},
        {"== x\nany\n== x @rain\nwet\n", 0, {"any"}},
        {"== x\nany\n== x @rain\nwet\n", SCENE_RAIN, {"any", "wet"}},
        {"== x @evening @rain\nboth\n== x\nany\n", SCENE_RAIN, {"any"}},
        {"== x @evening @rain\nboth\n== x\nany\n", SCENE_RAIN | SCENE_EVENING, {"any", "both"}},
        {"== x @friday\nfish\n== x @saturday\nmatch\n", SCENE_MONDAY << 4, {"fish"}},
        {"== x @night\nowl\n", SCENE_DAY, {""}},
        {"== x\na|b\n", 0, {"a|b"}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int counts[7] = {0};
        count_sayings(rows[i].lists, rows[i].scene, rows[i].texts, counts, 400);
        for (int j = 0; rows[i].texts[j]; j++)
            if (!counts[j])
                fail_msg("\"%s\" is never said of: %s", rows[i].texts[j], rows[i].lists);
    }
}

static void weights_are_kept(void **state)
{
    (void)state;
    static const char *const texts[] = {"often", "seldom", NULL};
    int counts[2] = {0};
    count_sayings("== x\n9* often\nseldom\n", 0, texts, counts, 10000);
    if (counts[0] < 8850 || counts[0] > 9150)
        fail_msg("nine in ten were %d of 10000", counts[0]);
}

static void a_binding_holds_until_it_is_lifted(void **state)
{
    (void)state;
    struct grammar grammar;
    struct rng     rng;
    struct buf     out = {0};
    load(&grammar, "== x\nfree\n");
    rng_seed(&rng, 1);
    uint32_t x = grammar_find(&grammar, "x");
    grammar_bind(&grammar, x, STR("bound"));
    grammar_say(&grammar, x, 0, &rng, &out);
    grammar_bind(&grammar, x, (struct str){0});
    grammar_say(&grammar, x, 0, &rng, &out);
    grammar_say(&grammar, GRAMMAR_NONE, 0, &rng, &out);
    check_str(buf_str(&out), STR("boundfree"), "bound, free, nothing");
    assert_int_equal(grammar_find(&grammar, "y"), GRAMMAR_NONE);
    buf_fini(&out);
    grammar_fini(&grammar);
}

static void wrong_lists_are_refused_with_their_place(void **state)
{
    (void)state;
    static const struct { const char *lists, *message; } rows[] = {
        {"a line\n", "town/test.txt:1: a line before the first list"},
        {"== \n", "town/test.txt:1: a list without a name"},
        {"== X\n", "town/test.txt:1: 'X' is no name of a list"},
        {"== x y\n", "town/test.txt:1: 'y' is no name of a list"},
        {"== x @snow\n", "town/test.txt:1: no scene is called '@snow'"},
        {"== x\nok\n{y}\n", "town/test.txt:3: no list is called 'y'"},
        {"== x\n{y\n", "town/test.txt:2: '{' without its '}'"},
        {"== x\ny}\n", "town/test.txt:2: '}' without its partner"},
        {"== x\n[y\n", "town/test.txt:2: '[' without its ']'"},
        {"== x\ny]\n", "town/test.txt:2: ']' without its partner"},
        {"== x\n{}\n", "town/test.txt:2: {} is no name of a list"},
        {"== x\n{Y}\n", "town/test.txt:2: {Y} is no name of a list"},
        {"== x\n{5-3}\n", "town/test.txt:2: {5-3} is no range of numbers"},
        {"== x\n{5-x}\n", "town/test.txt:2: {5-x} is no range of numbers"},
        {"== x\n{x}\n", "the list 'x' runs in a circle or is nested over 16 deep"},
        {"== x\n{y}\n== y\n[a|{x}]\n", "runs in a circle or is nested over 16 deep"},
        {"== x\n[[[[[[[[[[[[[[[[[[a]]]]]]]]]]]]]]]]]]\n", "town/test.txt:2: brackets nested over 16 deep"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct grammar   grammar;
        struct town_file file = {"test.txt", rows[i].lists};
        struct error     error = {0};
        if (grammar_load(&grammar, &file, 1, &error) != ERROR_SYNTAX || !strstr(error.message, rows[i].message))
            fail_msg("of %s\nexpected \"%s\", got \"%s\"", rows[i].lists, rows[i].message, error.message);
        assert_int_equal(grammar.group_count, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_becomes_each_of_its_texts), cmocka_unit_test(weights_are_kept),
        cmocka_unit_test(a_binding_holds_until_it_is_lifted),
            cmocka_unit_test(wrong_lists_are_refused_with_their_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
