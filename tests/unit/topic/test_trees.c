/* Queries taken apart, widened, and what would make them better. */
#include "check.h"

#include "topic/craft.h"

struct room {
    struct text_analyser *analyser;
    struct arena          arena;
};

static int begin(void **state)
{
    static struct room room;
    struct error       error = {0};
    *state = &room;
    return text_analyser_new(&room.analyser, &error) != ERROR_NONE;
}

static int end(void **state)
{
    struct room *room = *state;
    text_analyser_free(room->analyser);
    arena_fini(&room->arena);
    return 0;
}

static struct query_node *parsed(struct room *room, const char *source)
{
    struct query query;
    struct error error = {0};
    struct query_options options = {.now_us = 1};
    check_ok(query_parse(str_of(source), &options, room->analyser, &room->arena, &query, &error), error, "%s", source);
    return query.root;
}

static struct str printed(struct room *room, const struct query_node *node)
{
    struct buf text = {0};
    query_print(node, &text);
    struct str kept = arena_str(&room->arena, buf_str(&text));
    buf_fini(&text);
    return kept;
}

static void clauses_are_taken_out(void **state)
{
    static const struct {
        const char *query, *clauses; /* one a line: kind, clause, the query without it */
    } rows[] = {
        {"bag", ""},
        {"bag OR luggage OR suitcase", "adds bag / luggage OR suitcase\nadds luggage / bag OR suitcase\nadds suitcase / bag OR luggage\n"},
        {"bag NOT tea", "narrows bag / NOT tea\nexcludes NOT tea / bag\n"},
        {"(bag OR luggage) lost NOT (tea OR hand)",
         "narrows bag OR luggage / lost NOT (tea OR hand)\n"
         "adds bag / luggage AND lost NOT (tea OR hand)\n"
         "adds luggage / bag AND lost NOT (tea OR hand)\n"
         "narrows lost / (bag OR luggage) NOT (tea OR hand)\n"
         "excludes NOT (tea OR hand) / (bag OR luggage) AND lost\n"
         "excludes tea / (bag OR luggage) AND lost NOT hand\n"
         "excludes hand / (bag OR luggage) AND lost NOT tea\n"},
        {"lost NEAR/3 bag", "nears lost NEAR/3 bag / lost AND bag\n"},
        {"tea OR lost NEAR/3 bag",
         "adds tea / lost NEAR/3 bag\nadds lost NEAR/3 bag / tea\nnears lost NEAR/3 bag / tea OR lost AND bag\n"},
        {"a NOT (b NOT (c OR d))", "narrows a / NOT (b NOT (c OR d))\nexcludes NOT (b NOT (c OR d)) / a\n"
                                   "adds c / a NOT (b NOT d)\nadds d / a NOT (b NOT c)\n"},
    };
    struct room *room = *state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct query_node   *root = parsed(room, rows[i].query);
        struct topic_clause *clauses;
        struct error         error = {0};
        struct buf           got = {0};
        size_t               count;
        bool                 is_cut;
        check_ok(topic_clauses(root, &room->arena, &clauses, &count, &is_cut, &error), error, "%s", rows[i].query);
        check(!is_cut, "%s", rows[i].query);
        for (size_t k = 0; k < count; k++) {
            struct str without = printed(room, clauses[k].without);
            buf_printf(&got, "%s %.*s / %.*s\n", topic_clause_kinds[clauses[k].kind], STR_ARG(clauses[k].text), STR_ARG(without));
        }
        check_str(buf_str(&got), str_of(rows[i].clauses), "%s", rows[i].query);
        buf_fini(&got);
    }
}

static void many_clauses_are_cut(void **state)
{
    struct room         *room = *state;
    struct buf           text = {0};
    struct topic_clause *clauses;
    struct error         error = {0};
    size_t               count;
    bool                 is_cut;
    for (int i = 0; i < 200; i++)
        buf_printf(&text, "%sw%d", i ? " OR " : "", i);
    buf_append_char(&text, '\0');
    check_ok(topic_clauses(parsed(room, text.ptr), &room->arena, &clauses, &count, &is_cut, &error), error, "200 clauses");
    check(is_cut && count == TOPIC_CLAUSES_MAX, "%zu", count);
    buf_fini(&text);
}

static void queries_are_widened(void **state)
{
    static const struct str terms[] = {{"belt", 4}, {"claim", 5}};
    static const struct {
        const char *query, *wide;
        size_t      terms;
    } rows[] = {
        {"bag", "bag OR bag?", 0},
        {"it OR 787 OR #bag", "it OR 787 OR #bag", 0},
        {"delayed", "delay*", 0},
        {"#delayed OR @delayed", "#delayed OR @delayed", 0},
        {"\"lost bag\"", "(lost OR lost?) AND (bag OR bag?)", 0},
        {"lost NEAR/2 bag", "(lost OR lost?) AND (bag OR bag?)", 0},
        {"case:\"JetBlue\"", "jetblue", 0},
        {"freq:3:bag", "bag OR bag?", 0},
        {"lost bag slow", "(bag OR bag?) AND (slow OR slow?) OR (lost OR lost?) AND (slow OR slow?) OR (lost OR lost?) AND (bag OR bag?)", 0},
        {"lost bag lang:en", "lang:en AND ((bag OR bag?) OR (lost OR lost?))", 0},
        {"bag NOT tea", "bag OR bag?", 0},
        {"bag NOT lang:de", "(NOT lang:de) AND (bag OR bag?)", 0},
        {"bag lang:en", "lang:en AND (bag OR bag?) OR (belt AND claim) AND lang:en", 2},
        {"bag", "(bag OR bag?) OR belt AND claim", 2},
        {"NOT tea", "*", 2},
        {"lang:en", "lang:en OR belt AND claim", 2},
    };
    struct room *room = *state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct query_node *wide;
        struct error       error = {0};
        check_ok(topic_widen(parsed(room, rows[i].query), terms, rows[i].terms, room->analyser, "en", &room->arena, &wide, &error), error, "%s",
                 rows[i].query);
        check(query_equal(wide, parsed(room, rows[i].wide)), "%s became %.*s", rows[i].query, STR_ARG(printed(room, wide)));
    }
}

/* ---- Suggestions ---- */

static struct topic_post_terms post(struct room *room, const char *text, enum topic_label label, bool is_matched)
{
    struct topic_post_terms terms = {.label = label, .is_matched = is_matched};
    struct text_facts       facts;
    struct error            error = {0};
    check_ok(text_analyse(room->analyser, &room->arena, str_of(text), STR("en"), 0, &facts, &error), error, "%s", text);
    check(topic_terms_of(&facts, &room->arena, &terms), "%s", text);
    return terms;
}

static enum error_code count_belt(void *context, struct str term, uint64_t *posts_out, uint64_t *gained_out, struct error *error)
{
    (void)context;
    (void)error;
    *posts_out = str_equal(term, STR("carousel")) ? 40 : str_equal(term, STR("today")) ? 30000 : 500;
    *gained_out = *posts_out / 2;
    return ERROR_NONE;
}

static void terms_are_suggested(void **state)
{
    struct room            *room = *state;
    struct topic_post_terms posts[] = {
        post(room, "my bag is not on the carousel today", TOPIC_RELEVANT, true),
        post(room, "suitcase gone from the carousel today", TOPIC_RELEVANT, false),
        post(room, "stuck at carousel four, nothing comes today", TOPIC_RELEVANT, false),
        post(room, "carousel, carousel in the park", TOPIC_NOT, false),
        post(room, "tote bag, perfect for a picnic", TOPIC_NOT, true),
        post(room, "new tote bag today", TOPIC_NOT, true),
        post(room, "a tote bag for you", TOPIC_NOT, true),
        post(room, "the airline lost a bag", TOPIC_RELEVANT, true),
        post(room, "bag lost again", TOPIC_RELEVANT, true),
        post(room, "who knows, a bag of tote", TOPIC_UNSURE, true),
    };
    struct query_node       *root = parsed(room, "bag");
    struct topic_suggestion *got;
    struct error             error = {0};
    size_t                   count;
    check_ok(topic_suggest_add(posts, COUNT_OF(posts), root, 100000, count_belt, NULL, &room->arena, &got, &count, &error), error, "add");
    check(count >= 1, "%zu", count);
    check_str(got[0].term, STR("carousel"), "first of %zu", count);
    check(got[0].relevant == 3 && got[0].relevant_all == 5 && got[0].precision_k == 2 && got[0].precision_n == 3 && got[0].gained == 20,
          "%llu of %llu, %llu of %llu", (unsigned long long)got[0].relevant, (unsigned long long)got[0].relevant_all,
          (unsigned long long)got[0].precision_k, (unsigned long long)got[0].precision_n);
    for (size_t i = 0; i < count; i++)
        check(!str_equal(got[i].term, STR("bag")) && !str_equal(got[i].term, STR("the")) && got[i].z >= TOPIC_SUGGESTION_LEAST_Z, "%.*s",
              STR_ARG(got[i].term));

    check_ok(topic_suggest_exclude(posts, COUNT_OF(posts), root, count_belt, NULL, &room->arena, &got, &count, &error), error, "exclude");
    check(count == 1, "%zu", count);
    check_str(got[0].term, STR("tote"), "to exclude");
    check(got[0].not_relevant == 3 && got[0].relevant == 0 && got[0].precision_k == 3 && got[0].precision_n == 3, "%llu %llu",
          (unsigned long long)got[0].precision_k, (unsigned long long)got[0].precision_n);
    check_ok(topic_suggest_exclude(posts, 0, root, count_belt, NULL, &room->arena, &got, &count, &error), error, "nothing labelled");
    check(count == 0, "%zu", count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clauses_are_taken_out),
        cmocka_unit_test(many_clauses_are_cut),
        cmocka_unit_test(queries_are_widened),
        cmocka_unit_test(terms_are_suggested),
    };
    return cmocka_run_group_tests_name("topic trees", tests, begin, end);
}
