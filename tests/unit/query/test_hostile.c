/* Input that means harm, or is broken, or too much: an error that says so, quickly, and no crash. */
#include "fixture.h"
#include "query_random.h"

#include "base/utf8.h"

#include <time.h>

static const char *folder;
static struct fixture fixture;

static int setup(void **state)
{
    (void)state;
    fixture_init(&fixture, folder);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    fixture_fini(&fixture);
    return 0;
}

/* Of this process alone, so that a busy machine fails no test. */
static double processor_seconds(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

static enum error_code parse(struct str source, const struct query_options *options, struct query *query,
                             struct error *error)
{
    *error = (struct error){0};
    return query_parse(source, options, fixture.analyser, &fixture.queries, query, error);
}

/* piece, repeated, then tail. */
static struct str repeated(struct buf *out, const char *piece, size_t count, const char *tail)
{
    buf_clear(out);
    for (size_t i = 0; i < count; i++)
        buf_append_str(out, str_of(piece));
    buf_append_str(out, str_of(tail));
    return buf_str(out);
}

static const struct {
    const char     *name, *piece, *tail;
    size_t          count;
    enum error_code wanted;
} sizes[] = {
    {"brackets, as many as allowed", "(", "a", QUERY_MAX_DEPTH, ERROR_SYNTAX}, /* not closed */
    {"brackets", "(", "a", QUERY_MAX_DEPTH + 1, ERROR_TOO_LARGE},
    {"many brackets", "(", "a", 60000, ERROR_TOO_LARGE},
    {"NOTs, as many as allowed", "NOT ", "a", QUERY_MAX_DEPTH, ERROR_NONE},
    {"NOTs", "NOT ", "a", QUERY_MAX_DEPTH + 1, ERROR_TOO_LARGE},
    {"many NOTs", "NOT ", "a", 16000, ERROR_TOO_LARGE},
    {"minus and bracket", "-(", "a", 30000, ERROR_TOO_LARGE},
    {"NEARs that nest by their distances", "a NEAR/1 b NEAR/2 ", "a", 63, ERROR_NONE},
    {"too many of them", "a NEAR/1 b NEAR/2 ", "a", 65, ERROR_TOO_LARGE},
    {"far too many", "a NEAR/1 b NEAR/2 ", "a", 3000, ERROR_TOO_LARGE},
    {"NEAR in order", "a NEAR/1f ", "a", 4000, ERROR_NONE},
    {"NEAR in any order", "a NEAR/1 ", "a", QUERY_MAX_NEAR_GROUPS, ERROR_TOO_LARGE},
    {"words", "a ", "a", QUERY_MAX_NODES - 2, ERROR_NONE},
    {"too many words", "a ", "a", QUERY_MAX_NODES - 1, ERROR_TOO_LARGE},
    {"far too many words", "a ", "a", 30000, ERROR_TOO_LARGE},
    {"a long word", "abcdefgh", "", 8000, ERROR_NONE},
    {"a long word with a wildcard", "abcdefgh", "*", 8000, ERROR_TOO_LARGE},
    {"a long value with a wildcard", "author:x*y", "", 1, ERROR_NONE},
    {"stars", "*", "", 60000, ERROR_NONE},
    {"question marks", "?", "a", 300, ERROR_TOO_LARGE},
    {"comments", "<<<>>>", "a", 10000, ERROR_NONE},
    {"open comments", "<<<", "a", 20000, ERROR_SYNTAX},
    {"quotes", "\"", "", 60001, ERROR_SYNTAX},
    {"backslashes", "\"\\\"", "", 20000, ERROR_SYNTAX},
    {"spaces", " ", "", QUERY_MAX_BYTES, ERROR_NONE},
    {"a byte too many", " ", " ", QUERY_MAX_BYTES, ERROR_TOO_LARGE},
    {"faces", ":)", "", 8000, ERROR_NONE},
    {"closing brackets", ")", "", 60000, ERROR_SYNTAX},
    {"values", "author:(a OR ", "a)", 1, ERROR_NONE},
    {"colons", ":", "", 60000, ERROR_SYNTAX},
    {"combining marks", "\xcc\x81", " AND", 20000, ERROR_SYNTAX},
    {"wide letters", "\xe6\x9d\xb1", " AND", 3000, ERROR_SYNTAX},
};

static void limits_hold(void **state)
{
    (void)state;
    struct buf text = {0};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct query query;
        struct error error;
        double       start_s = processor_seconds();
        struct str   source = repeated(&text, sizes[i].piece, sizes[i].count, sizes[i].tail);
        enum error_code code = parse(source, NULL, &query, &error);
        check(code == sizes[i].wanted && code == error.code, "%s: %s", sizes[i].name, error.message);
        check(code == ERROR_NONE ? query.root != NULL : query.root == NULL && error.message[0], "%s", sizes[i].name);
        struct query_remark *remarks;
        size_t               count;
        if (code == ERROR_NONE)
            check_ok(query_lint(&query, &fixture.queries, &remarks, &count, &error), error, "%s", sizes[i].name);
        check(processor_seconds() - start_s < 5, "%s took too long", sizes[i].name);
        arena_reset(&fixture.queries);
    }
    buf_fini(&text);
}

/* Seven lists, each nine times the one before: 9^7 words. */
static void billion_laughs(void **state)
{
    (void)state;
    enum { LEVELS = 8 };
    struct query_list lists[LEVELS];
    struct buf        texts[LEVELS] = {0};
    char              names[LEVELS][8];
    for (size_t i = 0; i < LEVELS; i++) {
        snprintf(names[i], sizeof names[i], "lol%zu", i);
        for (size_t j = 0; j < 9; j++)
            buf_printf(&texts[i], i == 0 ? "ha%zu " : "(list:lol%zu) ", i == 0 ? j : i - 1);
        lists[i] = (struct query_list){str_of(names[i]), buf_str(&texts[i])};
    }
    struct query_options options = {lists, LEVELS, 0};
    struct query         query;
    struct error         error;
    double               start_s = processor_seconds();
    check(parse(STR("list:lol7"), &options, &query, &error) == ERROR_TOO_LARGE, "%s", error.message);
    check(str_equal(str_of(error.message),
                    STR("list 'lol3', column 67: the query has more than 8192 parts, named lists included")) ||
              strstr(error.message, "list 'lol"), "%s", error.message);
    check(processor_seconds() - start_s < 2, "took too long");
    check(parse(STR("list:lol1"), &options, &query, &error) == ERROR_NONE, "%s", error.message);

    /* Texts that cost reading but give no parts. */
    struct buf big = {0};
    buf_append_str(&big, STR("a <<<"));
    for (size_t i = 0; i < 60000; i++)
        buf_append_char(&big, 'x');
    buf_append_str(&big, STR(">>>"));
    struct query_list    comment = {STR("big"), buf_str(&big)};
    struct query_options one = {&comment, 1, 0};
    struct buf           source = {0};
    check(parse(repeated(&source, "list:big ", 5000, ""), &one, &query, &error) == ERROR_TOO_LARGE, "%s",
          error.message);
    check(strstr(error.message, "with list 'big' the query grows beyond 1024 KiB"), "%s", error.message);

    /* A list in another's brackets counts its depth there. */
    struct query_list deep = {STR("deep"), {0}};
    struct buf        nested = {0}, around = {0};
    deep.text = repeated(&nested, "NOT ", 100, "a");
    one = (struct query_options){&deep, 1, 0};
    check(parse(repeated(&around, "NOT ", 20, "list:deep"), &one, &query, &error) == ERROR_NONE, "%s", error.message);
    check(parse(repeated(&around, "NOT ", 40, "list:deep"), &one, &query, &error) == ERROR_TOO_LARGE, "%s",
          error.message);
    check(strstr(error.message, "list 'deep', column"), "%s", error.message);
    for (size_t i = 0; i < LEVELS; i++)
        buf_fini(&texts[i]);
    buf_fini(&big), buf_fini(&source), buf_fini(&nested), buf_fini(&around);
}

/* The tree owns what it says: neither the query's bytes nor its lists need to stay. */
static void trees_outlive_their_sources(void **state)
{
    (void)state;
    struct str           wanted = STR("(\"lost bag\" OR wi* OR raw:\"50%\" OR case:\"BP\" OR id:t:1) AND author:ann AND ferry");
    char                *source = strdup("list:mine author:list:team ferry");
    char                *mine = strdup("\"lost bag\" OR wi* OR raw:50% OR case:BP OR id:t:1"), *team = strdup("ann");
    struct query_list    lists[] = {{STR("mine"), str_of(mine)}, {STR("team"), str_of(team)}};
    struct query_options options = {lists, 2, 0};
    struct query         query;
    struct error         error;
    struct buf           printed = {0};
    check_ok(parse(str_of(source), &options, &query, &error), error, "%s", source);
    free(source), free(mine), free(team);
    query_print(query.root, &printed);
    check(str_equal(buf_str(&printed), wanted), "%.*s", STR_ARG(buf_str(&printed)));
    buf_fini(&printed);
}

static void broken_bytes_are_named(void **state)
{
    (void)state;
    static const struct {
        struct str  source;
        const char *message;
    } rows[] = {
        {{"ab\xff", 3}, "column 3: the query is not valid UTF-8"},
        {{"\xc3\xa4 \xc3", 4}, "column 3: the query is not valid UTF-8"},
        {{"\xed\xa0\x80", 3}, "column 1: the query is not valid UTF-8"},
        {{"a\0b", 3}, "column 2: the query holds a NUL byte"},
    };
    struct query query;
    struct error error;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        check(parse(rows[i].source, NULL, &query, &error) == ERROR_SYNTAX, "row %zu", i);
        check(strcmp(error.message, rows[i].message) == 0, "row %zu: %s", i, error.message);
    }
    check(query_parse(STR("(a"), NULL, fixture.analyser, &fixture.queries, &query, NULL) == ERROR_SYNTAX,
          "without an error to fill");
    struct query_list    lists[] = {{STR("bad"), {"a \xff", 3}}};
    struct query_options options = {lists, 1, 0};
    check(parse(STR("list:bad"), &options, &query, &error) == ERROR_SYNTAX &&
          strstr(error.message, "list 'bad' is not valid UTF-8"), "%s",
          error.message);
}

static void the_place_is_drawn(void **state)
{
    (void)state;
    static const struct {
        const char *source, *hint;
    } rows[] = {
        {"a AND", "a AND\n     ^"},
        {"(東京 OR", "(東京 OR\n        ^"},
        {"x\ty\nz )", "x y z )\n      ^"},
        {")", ")\n^"},
        {"0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 ) 0123456789 0123456789 0123456789 0123456789",
         "…9 0123456789 0123456789 0123456789 ) 0123456789 0123456789 01234567…\n                                    ^"},
    };
    struct query query;
    struct error error;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        check(parse(str_of(rows[i].source), NULL, &query, &error) == ERROR_SYNTAX, "row %zu", i);
        check(strcmp(error.hint, rows[i].hint) == 0, "row %zu:\n%s", i, error.hint);
    }
}

/* Whatever parses prints back to itself; whatever does not has an error whose drawing is no wider than the screen.
 * Rare letters and links fold to keys that the tokeniser itself would read otherwise ("\u0149" to "'n"): then (not is_strict) what was
 * read back must print to itself. */
static void check_soup(struct str source, bool is_strict)
{
    static const struct query_list lists[] = {{{"x", 1}, {"a OR \"b c\"", 10}}, {{"y", 1}, {"list:x NEAR/3 d", 15}}};
    struct query_options options = {lists, 2, 1424520000000000};
    struct query         query, again;
    struct error         error;
    struct query_remark *remarks;
    size_t               count;
    char                *exact = malloc(source.len + 1);
    if (source.len)
        memcpy(exact, source.ptr, source.len);
    enum error_code code = parse(str_slice(exact, source.len), &options, &query, &error);
    if (code == ERROR_NONE) {
        struct buf printed = {0};
        query_print(query.root, &printed);
        check_ok(parse(buf_str(&printed), NULL, &again, &error), error, "%.*s\nfrom %.*s", STR_ARG(buf_str(&printed)),
                 STR_ARG(source));
        if (!is_strict) {
            query = again;
            buf_clear(&printed);
            query_print(query.root, &printed);
            check_ok(parse(buf_str(&printed), NULL, &again, &error), error, "%.*s\nfrom %.*s",
                     STR_ARG(buf_str(&printed)), STR_ARG(source));
        }
        check(query_equal(query.root, again.root), "%.*s\nfrom %.*s", STR_ARG(buf_str(&printed)), STR_ARG(source));
        buf_fini(&printed);
        check_ok(query_lint(&query, &fixture.queries, &remarks, &count, &error), error, "%.*s", STR_ARG(source));
        for (size_t i = 0; i < count; i++)
            if (remarks[i].suggestion.len)
                check_ok(parse(remarks[i].suggestion, NULL, &again, &error), error, "%.*s\nfor %.*s",
                         STR_ARG(remarks[i].suggestion), STR_ARG(source));
        for (size_t i = 0; i < fixture.doc_count; i++)
            query_match(query.root, &fixture.docs[i], fixture.analyser, &fixture.scratch);
    } else {
        check(code == ERROR_SYNTAX || code == ERROR_TOO_LARGE, "%d for %.*s", code, STR_ARG(source));
        check(error.message[0] && utf8_is_valid(str_of(error.message)) && utf8_is_valid(str_of(error.hint)), "%.*s",
              STR_ARG(source));
        char *line = strrchr(error.hint, '\n');
        check(line && line[1 + strspn(line + 1, " ")] == '^' && strlen(line + 1) <= 72, "%s\n%.*s", error.hint,
              STR_ARG(source));
    }
    free(exact);
    arena_reset(&fixture.queries);
    arena_reset(&fixture.scratch);
}

static const char *const pieces[] = {
    "a", "b", "delay", "é", "東京", "😡", "#tag", "@name", "$cash", "AND", "OR", "NOT", "and", "-", "(", ")", "(", ")",
    "\"", "“", "”", "\\", "\\\"", "NEAR/3",
    "NEAR/2f", "ONEAR/1", "near/5", "NEAR", "*", "?", "de*", "*x", "author:", "tag:", "likes:", "since:", "has:",
    "link:", "site:", "case:", "raw:", "freq:2:",
    "list:x", "list:y", "list:z", "foo:", ":", ":)", "<3", "<<<", ">>>", "100", ">=", "..", "24h", "2015-02-20",
        "image", "https://x.example/a?b=(c)",
    "https://x.example/*", "&&", "~3", "{", "'", "’", "/", ".", "\u00a0", "\u200b", "*\u20e3", "\ufe0f", "\u0301",
    "&amp;", "&#34;", "W/3", "...", "_", "＃", "？",
};

static void soups_of_pieces(void **state)
{
    (void)state;
    struct rng rng;
    struct buf soup = {0};
    rng_seed(&rng, 99);
    for (size_t round = 0; round < 30000; round++) {
        buf_clear(&soup);
        for (size_t i = 0, count = 1 + rng_below(&rng, 12); i < count; i++) {
            buf_append_str(&soup, str_of(pieces[rng_below(&rng, sizeof pieces / sizeof pieces[0])]));
            if (rng_below(&rng, 2))
                buf_append_char(&soup, ' ');
        }
        check_soup(buf_str(&soup), !str_contains(buf_str(&soup), STR("https")));
    }
    buf_fini(&soup);
}

static void soups_of_bytes(void **state)
{
    (void)state;
    struct rng rng;
    struct buf soup = {0};
    rng_seed(&rng, 100);
    for (size_t round = 0; round < 20000; round++) {
        buf_clear(&soup);
        for (size_t i = 0, count = rng_below(&rng, 40); i < count; i++)
            buf_append_char(&soup, (char)(round % 2 ? rng_below(&rng, 256) : ' ' + rng_below(&rng, 95)));
        check_soup(buf_str(&soup), round % 2 == 0);
    }
    buf_fini(&soup);
}

/* An arena that ends at each possible size. */
static void memory_may_end_anywhere(void **state)
{
    (void)state;
    struct str source = STR("(\"lost bag\" OR delay*) NEAR/3 pier author:(ann OR list:x) -case:\"B\\\"P\" freq:2:w* likes:1..5 site:https://X.org/a link:A.org/*");
    struct query_list    lists[] = {{STR("x"), STR("a OR bob")}};
    struct query_options options = {lists, 1, 0};
    bool                 has_fit = false;
    for (size_t bytes = 1; bytes < 60000 && !has_fit; bytes += 64) {
        struct arena arena;
        struct query query;
        struct error error = {0};
        arena_init(&arena, bytes);
        enum error_code code = query_parse(source, &options, fixture.analyser, &arena, &query, &error);
        check(code == ERROR_NONE || code == ERROR_MEMORY, "%zu bytes: %s", bytes, error.message);
        if (code == ERROR_NONE) {
            struct query_remark *remarks;
            size_t               count;
            code = query_lint(&query, &arena, &remarks, &count, &error);
            check(code == ERROR_NONE || code == ERROR_MEMORY, "%zu bytes: %s", bytes, error.message);
            has_fit = code == ERROR_NONE;
            for (size_t small = 1; small < 20000; small += 640) {
                struct arena scratch;
                arena_init(&scratch, small);
                for (size_t i = 0; i < fixture.doc_count; i++)
                    query_match(query.root, &fixture.docs[i], fixture.analyser, &scratch);
                arena_fini(&scratch);
            }
        }
        arena_fini(&arena);
    }
    check(has_fit, "never enough memory");
}

/* What the linter calls pointless must be so, and what it calls impossible must not match. */
static void remarks_are_true(void **state)
{
    (void)state;
    struct rng rng;
    size_t     checked = 0;
    rng_seed(&rng, 21);
    for (size_t round = 0; round < 6000; round++) {
        struct query_random random = {&rng, fixture.docs, fixture.doc_count, fixture.analyser, &fixture.queries, false};
        struct query_node  *children[4];
        struct query_node   root = {.kind = round % 2 ? QUERY_AND : QUERY_OR, .column = 1, .children = children,
                                    .child_count = 3};
        for (uint32_t i = 0; i < 3; i++) {
            children[i] = round % 3 ? query_random_leaf(&random) : query_random_spans(&random, 1);
            children[i]->column = i + 2;
        }
        if (round % 5 == 0) { /* likely to be about the same: a clause of a clause, or its opposite */
            struct query_node *not = arena_new(&fixture.queries, struct query_node);
            *not = (struct query_node){.kind = QUERY_NOT, .column = 5, .height = 1, .children = &children[0],
                                       .child_count = 1};
            children[root.child_count++] = children[1]->child_count && round % 2 ? children[1]->children[0] : not;
        }
        struct query         query = {&root, STR("")}, again;
        struct query_remark *remarks;
        size_t               count;
        struct error         error = {0};
        check_ok(query_lint(&query, &fixture.queries, &remarks, &count, &error), error, "round %zu", round);
        for (size_t i = 0; i < count; i++) {
            struct str message = remarks[i].message;
            bool is_same = str_contains(message, STR(" adds nothing")) ||
                str_contains(message, STR(" narrows nothing")) ||
                           str_contains(message, STR("stands here twice")) ||
                           str_contains(message, STR("AND holds tighter"));
            bool is_impossible = str_starts_with(message, STR("nothing can match"));
            if (remarks[i].suggestion.len)
                check_ok(parse(remarks[i].suggestion, NULL, &again, &error), error, "%.*s",
                         STR_ARG(remarks[i].suggestion));
            if (remarks[i].column == 1 || !(is_same || is_impossible) || (is_same && !remarks[i].suggestion.len))
                continue;
            /* a remark about the children of root, not about a part of a child */
            bool is_of_root = false;
            for (uint32_t c = 0; c < root.child_count; c++)
                is_of_root |= children[c]->column == remarks[i].column && children[c]->child_count == 0;
            for (size_t d = 0; is_of_root && d < fixture.doc_count; d++) {
                bool whole = query_match(&root, &fixture.docs[d], fixture.analyser, &fixture.scratch);
                check(is_impossible ? !whole : whole == query_match(again.root, &fixture.docs[d], fixture.analyser,
                    &fixture.scratch),
                      "round %zu, post %zu: %.*s: %.*s", round, d, STR_ARG(message), STR_ARG(remarks[i].suggestion));
                checked++;
            }
        }
        arena_reset(&fixture.queries);
        arena_reset(&fixture.scratch);
    }
    check(checked > 500, "only %zu remarks were checked", checked);
}

int main(int argc, char **argv)
{
    folder = argc > 1 ? argv[1] : ".";
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(limits_hold, setup, teardown),
        cmocka_unit_test_setup_teardown(billion_laughs, setup, teardown),
        cmocka_unit_test_setup_teardown(trees_outlive_their_sources, setup, teardown),
        cmocka_unit_test_setup_teardown(broken_bytes_are_named, setup, teardown),
        cmocka_unit_test_setup_teardown(the_place_is_drawn, setup, teardown),
        cmocka_unit_test_setup_teardown(soups_of_pieces, setup, teardown),
        cmocka_unit_test_setup_teardown(soups_of_bytes, setup, teardown),
        cmocka_unit_test_setup_teardown(memory_may_end_anywhere, setup, teardown),
        cmocka_unit_test_setup_teardown(remarks_are_true, setup, teardown),
    };
    return cmocka_run_group_tests_name("query hostile", tests, NULL, NULL);
}
