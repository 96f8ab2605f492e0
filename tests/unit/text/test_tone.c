/* Tone: the published rules one by one, and what they are worth on real posts. */
#include "check.h"

#include "text/tone.h"

#include <math.h>

static struct tone_score score(const char *text, const char *lang)
{
    struct text_analyser *analyser;
    struct arena          arena = {0};
    struct text_facts     facts;
    struct error          error = {0};
    check_ok(text_analyser_new(&analyser, &error), error, "analyser");
    check_ok(text_analyse(analyser, &arena, str_of(text), str_of(lang), 0, &facts, &error), error, "%s", text);
    struct tone_score score = tone_of(&facts);
    arena_fini(&arena);
    text_analyser_free(analyser);
    return score;
}

static void the_rules_hold_one_by_one(void **state)
{
    (void)state;
    static const struct { const char *text; enum tone tone; } cases[] = {
        {"The crew was wonderful", TONE_POSITIVE},
        {"The crew was awful", TONE_NEGATIVE},
        {"The boat leaves at nine", TONE_NEUTRAL},
        {"not good", TONE_NEGATIVE},
        {"isn't good", TONE_NEGATIVE},
        {"isn’t good", TONE_NEGATIVE},
        {"it was never so good", TONE_POSITIVE},
        {"without doubt excellent", TONE_POSITIVE},
        {"The food was good, but the service was terrible", TONE_NEGATIVE},
        {"the least helpful crew", TONE_NEGATIVE},
        {"at least helpful", TONE_POSITIVE},
        {"no problem", TONE_POSITIVE},
        {"no", TONE_NEGATIVE},
        {"yeah right", TONE_NEGATIVE},
        {"fed up", TONE_NEGATIVE},
        {"to die for", TONE_POSITIVE},
        {"again :-(", TONE_NEGATIVE},
        {"again <3", TONE_POSITIVE},
        {"again 😍", TONE_POSITIVE},
        {"again 😡", TONE_NEGATIVE},
        {"#fail", TONE_NEGATIVE},
        {"how short-sighted!", TONE_NEGATIVE},
        {"Waiting for the bus at the stop", TONE_NEGATIVE}, /* the lexicon hears a "stop": a known error */
        {"http://awful.example/terrible", TONE_UNKNOWN},
        {"", TONE_UNKNOWN},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct tone_score got = score(cases[i].text, "en");
        check(got.tone == cases[i].tone, "'%s' is %s (%.3f)", cases[i].text, tone_names[got.tone], got.compound);
    }
}

static void one_text_is_stronger_than_another(void **state)
{
    (void)state;
    static const struct { const char *weaker, *stronger; } cases[] = {
        {"good", "very good"},
        {"kinda good", "good"},
        {"good", "good!!!"},
        {"the food is good", "the food is GOOD"},
        {"bad but good", "good"},
        {"really very good", "extremely really very good"},
        {"good", "great"},
        {"THE FOOD IS GOOD", "the food is GOOD"}, /* all in capitals is no emphasis */
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        check(score(cases[i].weaker, "en").compound < score(cases[i].stronger, "en").compound, "'%s' < '%s'", cases[i].weaker, cases[i].stronger);
    check(score("bad", "en").compound > score("very bad!", "en").compound, "it works downwards too");
    /* The paper's own arithmetic: 1.9 / sqrt(1.9^2 + 15). */
    check(fabs(score("good", "en").compound - 1.9 / sqrt(1.9 * 1.9 + 15)) < 1e-9, "%.6f", score("good", "en").compound);
}

static void other_languages_are_not_guessed(void **state)
{
    (void)state;
    static const char *const langs[] = {"pt", "de", "nl", ""};
    for (size_t i = 0; i < COUNT_OF(langs); i++) {
        struct tone_score got = score("super good, what a disaster", langs[i]);
        check(got.tone == TONE_UNKNOWN && got.compound == 0, "'%s': %s", langs[i], tone_names[got.tone]);
    }
}

static void shares_carry_their_intervals(void **state)
{
    (void)state;
    static const struct { uint64_t hits, n; double low, high; } wilson[] = {
        {0, 10, 0, 0.2775}, {10, 10, 0.7225, 1}, {5, 10, 0.2366, 0.7634}, {1, 100, 0.0018, 0.0545}, {500, 1000, 0.4691, 0.5309}};
    for (size_t i = 0; i < COUNT_OF(wilson); i++) {
        double low, high;
        tone_wilson(wilson[i].hits, wilson[i].n, &low, &high);
        check(fabs(low - wilson[i].low) < 1e-4 && fabs(high - wilson[i].high) < 1e-4, "row %zu: %.4f %.4f", i, low, high);
    }
    struct tone_shares shares = {0}, none = {0};
    for (int i = 0; i < 10; i++)
        tone_shares_add(&shares, i < 5 ? TONE_NEGATIVE : i < 7 ? TONE_POSITIVE : i < 8 ? TONE_NEUTRAL : TONE_UNKNOWN);
    tone_shares_finish(&shares);
    check(shares.n_all == 10 && shares.n_known == 8 && shares.negative.count == 5, "counts");
    check(fabs(shares.negative.share - 5.0 / 8) < 1e-9 && shares.positive.low < 0.25 && shares.positive.high > 0.25, "shares are of the known");
    tone_shares_add(&none, TONE_UNKNOWN);
    tone_shares_finish(&none);
    check(none.n_known == 0 && isnan(none.positive.share) && isnan(none.positive.low), "nothing known is not zero");
}

static void hostile_texts_are_read_to_their_end(void **state)
{
    (void)state;
    char *text = malloc(200001);
    assert_non_null(text);
    static const char *const pieces[] = {"!", "a ", "good ", ":-( ", "\xf0\x9f\x98\x8d", "GOOD-BAD-", "?", "not "};
    for (size_t p = 0; p < COUNT_OF(pieces); p++) {
        size_t len = 0, step = strlen(pieces[p]);
        for (; len + step <= 200000; len += step)
            memcpy(text + len, pieces[p], step);
        text[len] = '\0';
        struct tone_score got = score(text, "en");
        check(got.compound >= -1 && got.compound <= 1, "'%s'", pieces[p]);
    }
    free(text);
}

/* Macro-recall on the validation part of TweetEval's sentiment task: nothing here was tuned on it. */
static void it_is_worth_what_the_header_says(void **state)
{
    (void)state;
    char        path[512], line[4096];
    const char *shared = getenv("BELLWETHER_SHARED");
    snprintf(path, sizeof path, "%s/data/tone/sentiment-val.tsv", shared ? shared : SOURCE_ROOT "/../shared");
    FILE    *file = fopen(path, "r");
    unsigned right[TONE_COUNT] = {0}, all[TONE_COUNT] = {0};
    if (!file) {
        print_message("skipped: there is no %s (set BELLWETHER_SHARED)\n", path);
        return;
    }
    while (fgets(line, sizeof line, file)) {
        char *tab = strchr(line, '\t');
        if (!tab)
            continue;
        *tab = '\0';
        tab[1 + strcspn(tab + 1, "\n")] = '\0';
        for (enum tone tone = TONE_NEGATIVE; tone < TONE_COUNT; tone++)
            if (strcmp(line, tone_names[tone]) == 0) {
                all[tone]++;
                right[tone] += score(tab + 1, "en").tone == tone;
            }
    }
    fclose(file);
    double recall = 0;
    for (enum tone tone = TONE_NEGATIVE; tone < TONE_COUNT; tone++)
        recall += all[tone] ? (double)right[tone] / all[tone] / 3 : 0;
    print_message("macro-recall %.3f over %u posts\n", recall, all[1] + all[2] + all[3]);
    check(recall > 0.57, "macro-recall %.3f", recall);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rules_hold_one_by_one),        cmocka_unit_test(one_text_is_stronger_than_another),
        cmocka_unit_test(other_languages_are_not_guessed),  cmocka_unit_test(shares_carry_their_intervals),
        cmocka_unit_test(hostile_texts_are_read_to_their_end), cmocka_unit_test(it_is_worth_what_the_header_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
