#include "text_fixture.h"

#include "text/stop_words.h"

static void test_languages(void **state)
{
    static const struct {
        const char *text, *claim, *lang;
    } rows[] = {
        {"", "", ""},
        {"The ferry was late again and nobody told us why", "", "en"},
        {"Die Fähre kam schon wieder zu spät und niemand sagte warum", "", "de"},
        {"Le bateau était encore en retard et personne ne savait pourquoi", "", "fr"},
        {"El barco llegó tarde otra vez y nadie nos dijo por qué", "", "es"},
        {"Il traghetto era di nuovo in ritardo e nessuno ci ha detto perché", "", "it"},
        {"Vapur yine gecikti ve kimse bize nedenini söylemedi", "", "tr"},
        {"Паром снова опоздал, и никто не сказал почему", "", "ru"},
        {"フェリーがまた遅れて、誰も理由を教えてくれなかった", "", "ja"},
        {"渡轮又晚点了，没有人告诉我们原因", "", "zh"},
        {"渡輪又誤點了，沒有人告訴我們原因", "", "zh"},
        {"페리가 또 늦었는데 아무도 이유를 말해 주지 않았다", "", "ko"},
        {"المعدية تأخرت مرة أخرى ولم يخبرنا أحد بالسبب", "", "ar"},
        {"המעבורת שוב איחרה ואף אחד לא אמר לנו למה", "", "he"},
        {"เรือข้ามฟากมาสายอีกแล้วและไม่มีใครบอกเหตุผล", "", "th"},

        {"The ferry was late again and nobody told us why", "de-AT", "de"},
        {"Le bateau", "PT_br", "pt"},
        {"whatever", "iw", "he"},
        {"whatever", "in", "id"},
        {"whatever", "zh-Hant-TW", "zh"},
        {"whatever", "deu", "de"},
        {"whatever", "haw", "haw"},
        {"whatever", "nb-NO", "no"},
        {"whatever", "klingon", ""},
        {"whatever", "e", ""},
        {"whatever", "12", ""},
        {"whatever", "en\xff", ""},
        {"The ferry was late again and nobody told us why", "und", "en"},
        {"The ferry was late again and nobody told us why", "qme", "en"},

        {"late again", "", ""},
        {"@ferry @harbour @town #late #again http://t.co/the_ferry_was_late", "", ""},
        {"Die Fähre kam schon wieder zu spät #the #ferry #was #late @and_nobody @told_us "
         "http://the.ferry.example/was/late",
         "", "de"},
        {"12 34 56 78", "", ""},
        {"😂 😂 😂 😂", "", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct text_facts facts = facts_of(*state, str_of(rows[i].text), rows[i].claim, TEXT_WANT_ALL);
        if (strcmp(facts.lang, rows[i].lang) != 0)
            fail_msg("\"%s\" claimed \"%s\": \"%s\", not \"%s\"", rows[i].text, rows[i].claim, facts.lang,
                     rows[i].lang);
    }
}

static void test_nobody_asked(void **state)
{
    struct text_facts facts = facts_of(*state, STR("The ferry was late again and nobody told us why"), "", 0);
    assert_string_equal(facts.lang, "");
    assert_int_equal(facts.copy_hash, 0);
    assert_true(str_equal(facts.tokens[3].stem, STR("late")));
}

static void test_stems(void **state)
{
    static const struct {
        const char *word, *lang, *stem;
    } rows[] = {
        {"delays", "en", "delay"},
        {"delayed", "en", "delay"},
        {"fleet's", "en", "fleet"},
        {"happily", "en", "happili"},
        {"fähren", "de", "fahr"},
        {"bateaux", "fr", "bateau"},
        {"barcos", "es", "barc"},
        {"паромы", "ru", "паром"},
        {"delays", "", "delays"},
        {"delays", "xx", "delays"},
        {"delays", "english", "delays"},
        {"", "en", ""},
        {"東京", "ja", "東京"},
        {"gemiler", "tr", "gemi"},
        {"ferjene", "no", "ferj"},
        {"internationalisations", "en", "internationalis"},
        {"antidisestablishmentarianisms", "en", "antidisestablishmentarian"},
    };
    struct fixture *fixture = *state;
    for (int round = 0; round < 2; round++) /* the second time from the cache */
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
            struct str stem = text_stem(fixture->analyser, str_of(rows[i].word), rows[i].lang);
            if (!str_equal(stem, str_of(rows[i].stem)))
                fail_msg("%s in \"%s\": \"%.*s\", not \"%s\"", rows[i].word, rows[i].lang, STR_ARG(stem), rows[i].stem);
        }
    struct text_facts facts =
        facts_of(fixture, STR("Delays #delays @delays http://delays.example/ happily"), "en", TEXT_WANT_STEMS);
    static const char *const stems[] = {"delay",  "#delays", "delay", "@delays", "delay", "http://delays.example/",
                                        "happili"};
    for (uint32_t i = 0; i < facts.token_count; i++)
        assert_true(str_equal(facts.tokens[i].stem, str_of(stems[i])));
}

static void test_stop_words(void **state)
{
    static const struct {
        const char *word, *lang;
        bool        is_stop;
    } rows[] = {
        {"the", "en", true},  {"the", "", true},     {"the", "de", false}, {"und", "de", true},    {"und", "en", false},
        {"rt", "de", true},   {"via", "ja", true},   {"amp", "xx", true},  {"don't", "en", true},  {"i'm", "en", true},
        {"it's", "en", true}, {"can't", "en", true}, {"lol", "en", false}, {"ferry", "en", false}, {"", "en", false},
        {"не", "ru", true},   {"は", "ja", true},    {"的", "zh", true},   {"için", "tr", true},   {"että", "fi", true},
        {"the", NULL, true},  {"ও", "bn", false},    {"a", "en", true},    {"yours", "en", true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (text_is_stop_word(str_of(rows[i].word), rows[i].lang) != rows[i].is_stop)
            fail_msg("\"%s\" in \"%s\"", rows[i].word, rows[i].lang ? rows[i].lang : "(null)");
}

/* Looked up by halving, and asked with keys: so sorted, without doubles, and folded. */
static void check_list(struct fixture *fixture, const struct stop_list *list)
{
    assert_true(list->count > 0);
    for (size_t i = 0; i < list->count; i++) {
        struct str word = str_of(list->words[i]);
        if (i > 0 && str_compare(str_of(list->words[i - 1]), word) >= 0)
            fail_msg("%s: \"%s\" stands before \"%s\"", list->lang, list->words[i - 1], list->words[i]);
        if (!str_equal(text_fold(fixture->analyser, &fixture->arena, word), word) || word.len > 32)
            fail_msg("%s: \"%s\" is no key", list->lang, list->words[i]);
    }
}

static void test_stop_lists(void **state)
{
    check_list(*state, &social_stop_list);
    for (size_t i = 0; i < stop_list_count; i++) {
        check_list(*state, &stop_lists[i]);
        assert_true(i == 0 || strcmp(stop_lists[i - 1].lang, stop_lists[i].lang) < 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_languages),
        cmocka_unit_test(test_nobody_asked),
        cmocka_unit_test(test_stems),
        cmocka_unit_test(test_stop_words),
        cmocka_unit_test(test_stop_lists),
    };
    return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
