/* What people say: varied, no two of a story alike, in voices of their own; and the swarm gives itself away. */
#include "town_fixture.h"

#include "text/text.h"

static struct town_fixture town;

/* Letters alone, in lower case: equal for texts that a reader would call the same. */
static struct str letters_of(struct arena *arena, struct str text)
{
    char  *letters = arena_alloc(arena, text.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if ((c >= 'a' && c <= 'z') || (unsigned char)c >= 0x80)
            letters[len++] = c;
        else if (c >= 'A' && c <= 'Z')
            letters[len++] = (char)(c - 'A' + 'a');
    }
    return str_slice(letters, len);
}

static void no_two_posts_of_a_story_say_the_same(void **state)
{
    (void)state;
    struct arena    arena = {0};
    struct interner said = {0};
    for (size_t i = 0; i < town.count; i++) {
        const struct post *post = &town.posts[i];
        if (town.planted[i] < 0 || town.plan.planted[town.planted[i]].kind == DEMO_SWARM || post->repost_of.len)
            continue;
        uint32_t   known = said.count;
        struct str letters = letters_of(&arena, post->text);
        check(interner_add(&said, letters) == known, "said twice: %.*s", STR_ARG(post->text));
    }
    check(said.count > 1500, "%u texts", said.count);
    interner_fini(&said);
    arena_fini(&arena);
}

static void the_swarm_is_made_of_near_copies(void **state)
{
    (void)state;
    const struct demo_planted *swarm = fixture_find(&town, "giveaway");
    struct text_analyser      *analyser;
    struct arena               arena = {0};
    struct error               error = {0};
    uint64_t                   first = 0;
    size_t                     near = 0;
    struct interner            texts = {0};
    check_ok(text_analyser_new(&analyser, &error), error, "analyser");
    for (size_t i = 0; i < swarm->post_id_count; i++) {
        const struct post *post = &town.posts[interner_find(&town.ids, swarm->post_ids[i])];
        struct text_facts  facts;
        check_ok(text_analyse(analyser, &arena, post->text, post->lang, TEXT_WANT_COPIES, &facts, &error), error,
                 "analyse");
        first = i ? first : facts.simhash;
        near += __builtin_popcountll(first ^ facts.simhash) <= 16;
        interner_add(&texts, post->text);
    }
    check(swarm->people == 40, "%zu accounts", swarm->people);
    check(texts.count > 20, "but they try to look different: %u texts", texts.count);
    check(near * 10 > swarm->post_id_count * 9, "%zu of %zu are near copies", near, swarm->post_id_count);
    interner_fini(&texts);
    text_analyser_free(analyser);
    arena_fini(&arena);
}

/* Of small talk in English: distinct words in the first so many words, and how many posts say what nobody said before. */
static void small_talk_is_varied(void **state)
{
    (void)state;
    enum { WORDS = 20000 };
    struct interner words = {0}, texts = {0};
    struct arena    arena = {0};
    size_t          read = 0, posts = 0;
    for (size_t i = 0; i < town.count; i++) {
        const struct post *post = &town.posts[i];
        if (town.planted[i] >= 0 || post->repost_of.len || post->reply_to.len || !str_equal(post->lang, STR("en")))
            continue;
        interner_add(&texts, letters_of(&arena, post->text));
        posts++;
        struct str rest = post->text, word;
        while (read < WORDS && str_next_field(&rest, ' ', &word))
            if (word.len) {
                interner_add(&words, letters_of(&arena, word));
                read++;
            }
    }
    check(words.count > WORDS * 17 / 200, "%u words of %d", words.count, WORDS);
    check(texts.count * 10 > posts * 7, "%u texts of %zu posts", texts.count, posts);
    interner_fini(&words);
    interner_fini(&texts);
    arena_fini(&arena);
}

static void people_keep_their_habits(void **state)
{
    (void)state;
    /* Who writes in lower case does so always; some do, most do not. */
    struct interner people = {0};
    int            *capitals = calloc(town.count, sizeof *capitals), *posts = calloc(town.count, sizeof *posts);
    for (size_t i = 0; i < town.count; i++) {
        const struct post *post = &town.posts[i];
        if (town.planted[i] >= 0 || post->repost_of.len || !str_equal(post->lang, STR("en")))
            continue;
        uint32_t person = interner_add(&people, post->author_id);
        char     c = post->text.ptr[0];
        posts[person] += (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        capitals[person] += c >= 'A' && c <= 'Z';
    }
    int lower = 0, upper = 0, both = 0;
    for (uint32_t i = 0; i < people.count; i++)
        if (posts[i] >= 10) {
            lower += capitals[i] == 0;
            upper += capitals[i] == posts[i];
            both += capitals[i] != 0 && capitals[i] != posts[i];
        }
    check(lower > 100 && upper > 4 * lower / 3 && both * 10 < lower + upper,
          "%d in lower case, %d with capitals, %d both", lower, upper, both);
    interner_fini(&people);
    free(capitals);
    free(posts);
}

static void nothing_is_left_of_the_making(void **state)
{
    (void)state;
    static const char *const never[] = {"{", "}", "[", "]", "  ", " .", "?.", "!.", "|", "http://", ".com"};
    for (size_t i = 0; i < town.count; i++)
        for (size_t j = 0; j < COUNT_OF(never); j++)
            check(!str_contains(town.posts[i].text, str_of(never[j])), "'%s' in: %.*s", never[j],
                  STR_ARG(town.posts[i].text));
}

static void links_lead_nowhere(void **state)
{
    (void)state;
    size_t links = 0;
    for (size_t i = 0; i < town.count; i++) {
        const struct post *post = &town.posts[i];
        check(str_contains(post->url, STR(".example/")), "%.*s", STR_ARG(post->url));
        for (uint32_t j = 0; j < post->link_count; j++, links++)
            check(str_contains(post->links[j], STR(".example/")), "%.*s", STR_ARG(post->links[j]));
    }
    check(links > 100, "%zu links", links);
}

static void the_harbour_speaks_four_languages(void **state)
{
    (void)state;
    static const struct { const char *lang; double least; } rows[] = {{"en", 0.7}, {"pt", 0.012}, {"de", 0.01}, {"nl",
        0.005}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        size_t count = 0;
        for (size_t j = 0; j < town.count; j++)
            count += str_equal(town.posts[j].lang, str_of(rows[i].lang));
        check((double)count > rows[i].least * (double)town.count, "%s: %zu posts", rows[i].lang, count);
    }
}

static int make(void **state)
{
    (void)state;
    fixture_make(&town, NULL);
    return 0;
}

static int drop(void **state)
{
    (void)state;
    fixture_drop(&town);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_two_posts_of_a_story_say_the_same), cmocka_unit_test(the_swarm_is_made_of_near_copies),
        cmocka_unit_test(small_talk_is_varied), cmocka_unit_test(people_keep_their_habits),
        cmocka_unit_test(nothing_is_left_of_the_making), cmocka_unit_test(links_lead_nowhere),
        cmocka_unit_test(the_harbour_speaks_four_languages),
    };
    return cmocka_run_group_tests(tests, make, drop);
}
