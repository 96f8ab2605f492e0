/* The structures under the engine, each alone. */
#include "check.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/json.h"
#include "trend/copies.h"
#include "trend/keys.h"
#include "trend/peaks.h"
#include "trend/table.h"
#include "trend/trend_json.h"
#include "trend/voices.h"

#include <cjson/cJSON.h>
#include <math.h>

static struct text_facts analyse(struct text_analyser *analyser, struct arena *arena, const char *text)
{
    struct text_facts facts;
    struct error      error = {0};
    check_ok(text_analyse(analyser, arena, str_of(text), STR("en"), TREND_TEXT_WANT, &facts, &error), error, "%s", text);
    return facts;
}

static void keys_are_the_words_that_carry_a_topic(void **state)
{
    (void)state;
    static const struct { const char *text, *keys; } rows[] = {
        {"The ferry is late", "ferry late"},
        {"#Haze over the haze", "haze"},                       /* a tag and its word are one */
        {"RT @mara: floods and flooding", "@mara flooding"},    /* one stem, one key, named as first met */
        {"room 12 of 1066", "room 1066"},
        {"buy $JBLU now", "buy $jblu"},
        {"see http://a.example/x and http://b.example", "http://a.example/x"}, /* a host alone says nothing */
        {"😍😍", ""},
        {"", ""},
    };
    struct arena          arena = {0};
    struct error          error = {0};
    struct text_analyser *analyser;
    check_ok(text_analyser_new(&analyser, &error), error, "analyser");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct text_facts facts = analyse(analyser, &arena, rows[i].text);
        struct post       post = {0};
        struct post_key   keys[STORE_KEYS_MAX];
        char              got[256] = "";
        size_t            count = keys_of_post(&post, &facts, keys);
        for (size_t k = 0; k < count; k++)
            snprintf(got + strlen(got), sizeof got - strlen(got), "%s%.*s", k ? " " : "", STR_ARG(keys[k].name));
        /* Which of two forms of a stem gives the name is the first one's right. */
        if (strcmp(rows[i].keys, "@mara flooding") == 0 && strcmp(got, "@mara floods") == 0)
            continue;
        check(strcmp(got, rows[i].keys) == 0, "%s: '%s', not '%s'", rows[i].text, got, rows[i].keys);
    }
    text_analyser_free(analyser);
    arena_fini(&arena);
}

static void who_is_repeated_is_seen(void **state)
{
    (void)state;
    static const struct { const char *text; bool is_attributed; } rows[] = {
        {"RT @mara: late again", true}, {"lol “@ferry: we float” no", true}, {"so true via @mara", true}, {"RT @mara late", true},
        {"@mara you are late", false}, {"late again", false}, {"mail mara@a.example: now", false},
    };
    struct arena          arena = {0};
    struct error          error = {0};
    struct text_analyser *analyser;
    check_ok(text_analyser_new(&analyser, &error), error, "analyser");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct text_facts facts = analyse(analyser, &arena, rows[i].text);
        check(keys_is_attributed(&facts) == rows[i].is_attributed, "%s", rows[i].text);
    }
    text_analyser_free(analyser);
    arena_fini(&arena);
}

/* One post after another into store and copies, as the engine does it. */
struct shelf {
    struct store          store;
    struct copies         copies;
    struct text_analyser *analyser;
    struct arena          arena;
    int64_t               at_us;
};

static struct stored_post *put(struct shelf *shelf, const char *id, const char *author, const char *text, const char *repost_of)
{
    struct text_facts facts = analyse(shelf->analyser, &shelf->arena, text);
    struct post       post = {.id = str_of(id), .platform = STR("t"), .at_us = shelf->at_us += CLOCK_MINUTE_US, .author_id = str_of(author)};
    uint32_t          shingles[STORE_SHINGLES_MAX];
    uint64_t          form;
    unsigned          words;
    size_t            count = keys_shingles(&facts, shingles, &form, &words);
    struct stored_post *stored = store_post_new(&post, facts.text, 0, count);
    check(stored, "memory");
    memcpy(stored->shingles, shingles, count * sizeof *shingles);
    stored->seq = shelf->store.next_seq;
    stored->word_count = (uint16_t)words;
    stored->is_attributed = repost_of || keys_is_attributed(&facts);
    copies_place(&shelf->copies, &shelf->store, stored, form, repost_of ? hash_str(str_of(repost_of)) : 0);
    store_push(&shelf->store, stored);
    return stored;
}

static void shelf_init(struct shelf *shelf)
{
    struct error error = {0};
    *shelf = (struct shelf){.at_us = INT64_C(1500000000000000)};
    check(store_init(&shelf->store, 64) && copies_init(&shelf->copies), "memory");
    check_ok(text_analyser_new(&shelf->analyser, &error), error, "analyser");
}

static void shelf_fini(struct shelf *shelf)
{
    text_analyser_free(shelf->analyser);
    copies_fini(&shelf->copies);
    store_fini(&shelf->store);
    arena_fini(&shelf->arena);
}

static void copies_meet_their_original(void **state)
{
    (void)state;
    static const struct { const char *text, *repost_of; bool is_copy, is_damped; } rows[] = {
        {"The lighthouse opens its doors to every visitor on Sunday", NULL, true, true},           /* the same */
        {"the lighthouse OPENS its doors to every visitor on sunday!! http://x.example/9", NULL, true, true},
        {"The lighthouse opens its doors to every visitor on Sunday wow", NULL, true, true},       /* a word more */
        {"RT @mara: The lighthouse opens its doors to every vis", NULL, true, false},              /* cut: other words, source named */
        {"at last! RT @mara: The lighthouse opens its doors to every visitor on Sunday", NULL, true, false}, /* a comment */
        {"no words in common at all", "t:first", true, true},                                      /* the platform says so */
        {"The lighthouse keeper opened a bakery on Sunday for visitors", NULL, false, false},
        {"Sunday visitor every to doors its opens lighthouse the", NULL, false, false},             /* same words, other order */
        {"ok", NULL, false, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct shelf shelf;
        shelf_init(&shelf);
        struct stored_post *first = put(&shelf, "t:first", "mara", "The lighthouse opens its doors to every visitor on Sunday", NULL);
        struct stored_post *post = put(&shelf, "t:second", "jon", rows[i].text, rows[i].repost_of);
        check((post->cluster == first->seq) == rows[i].is_copy, "copy? %s", rows[i].text);
        check(post->is_damped == rows[i].is_damped, "damped? %s", rows[i].text);
        check(!post->is_damped || fabs((double)post->weight - 1) < 1e-6, "the second of a cluster adds log2(2/1), not %g", (double)post->weight);
        shelf_fini(&shelf);
    }
}

/* Wanted by hand from the formula in voices.h. */
static void voices_count_people_not_posts(void **state)
{
    (void)state;
    struct shelf        shelf;
    struct stored_post *posts[40];
    char                author[16], text[80];
    shelf_init(&shelf);
    for (int i = 0; i < 16; i++) {
        snprintf(author, sizeof author, "bot%d", i);
        posts[i] = put(&shelf, author, author, "one two three four five six seven", NULL);
    }
    struct voices voices = voices_count(posts, 16);
    check(fabs(voices.voices - 5) < 1e-9 && voices.clusters == 1, "16 authors of one text are 1 + log2(16), not %g", voices.voices);
    check(fabs(voices.dup_share - 15.0 / 16) < 1e-9 && fabs(voices.effective - 16) < 1e-9, "dup_share %g", voices.dup_share);
    shelf_fini(&shelf);

    shelf_init(&shelf);
    for (int i = 0; i < 20; i++) {
        snprintf(author, sizeof author, "%s%d", i < 11 ? "flood" : "p", i < 11 ? 0 : i);
        snprintf(text, sizeof text, "quite another thing number%d each time%d", i, i);
        posts[i] = put(&shelf, text, author, text, NULL);
    }
    voices = voices_count(posts, 20);
    check(fabs(voices.voices - 10) < 1e-9, "one flooder and nine others are 10, not %g", voices.voices);
    check(fabs(voices.top_author_share - 11.0 / 20) < 1e-9, "top %g", voices.top_author_share);
    /* exp(-(.55 ln .55 + 9 * .05 ln .05)) */
    check(fabs(voices.effective - 5.3487) < 1e-3, "effective %g", voices.effective);
    voices = voices_count(NULL, 0);
    check(voices.voices == 0 && voices.authors == 0, "nobody");
    shelf_fini(&shelf);
}

static void the_ring_forgets_the_oldest_and_its_chain_ends_there(void **state)
{
    (void)state;
    struct store store;
    check(store_init(&store, 8), "memory");
    for (int i = 0; i < 20; i++) {
        struct post post = {.id = STR("t:1"), .platform = STR("t"), .at_us = i, .author_id = STR("a")};
        struct stored_post *stored = store_post_new(&post, STR("x"), 1, 0);
        stored->seq = store.next_seq;
        stored->keys[0] = (struct occurrence){.key = 7, .back = i ? 1 : 0};
        store_push(&store, stored);
    }
    int length = 0;
    for (struct stored_post *post = store_at(&store, store.next_seq - 1); post; post = store_previous(&store, post, 7))
        length++;
    check(length == 8, "chain of %d", length);
    check(!store_at(&store, 12) && store_at(&store, 13) && !store_at(&store, 21), "edges");
    store_fini(&store);
}

static void a_text_is_cut_between_characters(void **state)
{
    (void)state;
    char text[STORE_TEXT_MAX_BYTES + 8];
    memset(text, 'a', sizeof text);
    memcpy(text + STORE_TEXT_MAX_BYTES - 1, "é", 2);
    struct post         post = {.id = STR("t:1"), .platform = STR("t"), .author_id = STR("a")};
    struct stored_post *stored = store_post_new(&post, str_slice(text, sizeof text), 0, 0);
    check(stored->text.len == STORE_TEXT_MAX_BYTES - 1, "%zu", stored->text.len);
    store_post_release(stored);
}

static void the_table_finds_grows_and_lets_go(void **state)
{
    (void)state;
    enum { KEYS = 30000 };
    struct table table;
    check(table_init(&table), "memory");
    for (uint64_t i = 0; i < KEYS; i++) {
        char name[16];
        snprintf(name, sizeof name, "k%lu", (unsigned long)i);
        uint32_t number = table_add(&table, hash_mix(i, 3), str_of(name), 0);
        check(number == i, "key %lu has number %u", (unsigned long)i, number);
        table.keys[number].newest = i;
        if (i % 3 == 0)
            counter_add(&table.keys[number].counter, 1000, 5);
    }
    check(table_add(&table, hash_mix(77, 3), STR("k77"), 0) == 77, "found again");
    uint32_t gone = table_evict(&table, 20000, 1000, 1.5);
    check(gone == 20000 - 6667, "idle and cold: %u", gone);
    check(table_add(&table, hash_mix(78, 3), STR("k78"), 0) == 78, "a key with history stays");
    check(table_add(&table, hash_mix(25000, 3), STR("x"), 0) == 25000, "a key of a held post stays");
    uint32_t number = table_add(&table, hash_mix(77, 3), STR("k77"), 0);
    check(number != KEY_NONE && table.count == KEYS, "numbers are used again");
    table_fini(&table);
}

static void peaks_tell_a_habit_from_chance(void **state)
{
    (void)state;
    const int64_t now = INT64_C(1600000000) * CLOCK_SECOND_US, hour = CLOCK_HOUR_US, week = 7 * CLOCK_DAY_US;
    const struct { int64_t lags[5]; bool is_recurring; const char *why; } rows[] = {
        {{week}, true, "last week"},
        {{week + hour}, true, "an hour off"},
        {{week - 3 * hour}, false, "three hours off"},
        {{2 * week}, false, "once, two weeks ago"},
        {{2 * week, 3 * week}, true, "two and three weeks ago"},
        {{week, 30 * hour, 70 * hour, 90 * hour}, false, "one of four spells: chance"},
        {{week, 2 * week, 30 * hour}, true, "two of three"},
        {{365 * CLOCK_DAY_US + 5 * hour}, true, "a year ago"},
        {{hour}, false, "this spell itself"},
        {{week, hour}, true, "this spell does not count against it"},
        {{0}, false, "never"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct peaks peaks;
        check(peaks_init(&peaks), "memory");
        for (uint64_t other = 1; other < 3000; other++)
            peaks_add(&peaks, hash_mix(other, 5), now - week);
        for (int j = 0; j < 5 && rows[i].lags[j]; j++)
            peaks_add(&peaks, 42, now - rows[i].lags[j]);
        check(peaks_is_recurring(&peaks, 42, now) == rows[i].is_recurring, "%s", rows[i].why);
        peaks_fini(&peaks);
    }
}

static void the_printers_write_valid_json(void **state)
{
    (void)state;
    struct str   terms[] = {STR("quo\"te"), STR("tab\t")}, ids[] = {STR("t:1"), STR("t:2")};
    struct trend trend = {.id = 9, .merged_into = 4, .label = STR("a \xff label"), .terms = terms, .term_count = 2, .post_ids = ids,
                          .post_id_count = 2, .z = 7.25, .voices = 3, .growth_per_h = NAN, .growth_se = NAN,
                          .flags = TREND_RECURRING | TREND_LOW_EVIDENCE, .started_at_us = INT64_C(1500000000000000)};
    struct buf   out = {0};
    trend_print_event_json(&trend, TREND_CLOSE, trend.started_at_us, &out);
    buf_append_char(&out, 0);
    cJSON *line = cJSON_Parse(out.ptr);
    check(line, "%s", out.ptr);
    check(strcmp(cJSON_GetObjectItem(line, "event")->valuestring, "close") == 0, "event");
    check(strcmp(cJSON_GetObjectItem(line, "at")->valuestring, "2017-07-14T02:40:00Z") == 0, "at");
    check(cJSON_GetObjectItem(line, "merged_into")->valueint == 4 && cJSON_IsNull(cJSON_GetObjectItem(line, "growth_se")), "numbers");
    check(cJSON_GetArraySize(cJSON_GetObjectItem(line, "flags")) == 2 && cJSON_GetArraySize(cJSON_GetObjectItem(line, "post_ids")) == 2, "arrays");
    cJSON_Delete(line);
    buf_clear(&out);
    trend_print_json(&trend, &out);
    buf_append_char(&out, 0);
    cJSON *row = cJSON_Parse(out.ptr);
    static const char *const members[] = {"trend", "label", "terms", "started_at", "detected_at", "voices", "z", "growth_per_h", "growth_se",
                                          "flags", "post_ids", "first_voices", "representatives", "series", "evidence"};
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        check(row && cJSON_HasObjectItem(row, members[i]), "%s in %s", members[i], out.ptr);
    cJSON_Delete(row);
    buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_the_words_that_carry_a_topic),
        cmocka_unit_test(who_is_repeated_is_seen),
        cmocka_unit_test(copies_meet_their_original),
        cmocka_unit_test(voices_count_people_not_posts),
        cmocka_unit_test(the_ring_forgets_the_oldest_and_its_chain_ends_there),
        cmocka_unit_test(a_text_is_cut_between_characters),
        cmocka_unit_test(the_table_finds_grows_and_lets_go),
        cmocka_unit_test(peaks_tell_a_habit_from_chance),
        cmocka_unit_test(the_printers_write_valid_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
