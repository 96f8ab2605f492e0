/* Input: a query, then after a line break the text of a post to hold against it. */
#include "fuzz.h"

#include "query/query.h"

static const struct query_list lists[] = {
    {STR("brands"), STR("jetblue OR #united")},
    {STR("late"), STR("delay* OR \"not on time\"")},
};

static const struct query_options options = {.lists = lists, .list_count = 2, .now_us = INT64_C(1424700000000000)};

static struct post post_of(struct str text)
{
    return (struct post){.id = STR("twitter:1"),
                         .platform = STR("twitter"),
                         .at_us = INT64_C(1424690000000000),
                         .author_id = STR("7"),
                         .author_handle = STR("Anna"),
                         .author_followers = 12,
                         .text = text,
                         .kind = STR("post"),
                         .community = STR("Ferries"),
                         .url = STR("https://example.com/1"),
                         .metrics = {3, 2, 1, POST_COUNT_UNKNOWN, 0}};
}

static bool matches(struct text_analyser *analyser, const struct query_node *root, const struct query_doc *doc)
{
    struct arena scratch = {0};
    bool         is_match = query_match(root, doc, analyser, &scratch);
    arena_fini(&scratch);
    return is_match;
}

static void check_printed(struct text_analyser *analyser, struct arena *arena, const struct query *query,
                          const struct query_doc *doc)
{
    struct query again;
    struct error error = {0};
    struct buf   text = {0};
    query_print(query->root, &text);
    enum error_code code = query_parse(buf_str(&text), &options, analyser, arena, &again, &error);
    if (code != ERROR_TOO_LARGE && code != ERROR_MEMORY) { /* a list written out may be longer than its name */
        fuzz_check(code == ERROR_NONE, "%s: printed as %.*s", error.message, STR_ARG(buf_str(&text)));
        fuzz_check(query_equal(query->root, again.root), "another tree: printed as %.*s", STR_ARG(buf_str(&text)));
        fuzz_check(matches(analyser, query->root, doc) == matches(analyser, again.root, doc), "another meaning: %.*s",
                   STR_ARG(buf_str(&text)));
    }
    buf_fini(&text);
}

static void check_lint(struct arena *arena, const struct query *query)
{
    struct query_remark *remarks;
    size_t               count;
    struct error         error = {0};
    if (query_lint(query, arena, &remarks, &count, &error) != ERROR_NONE)
        return;
    for (size_t i = 0; i < count; i++)
        fuzz_check(remarks[i].message.len > 0 && remarks[i].column > 0, "remark %zu", i);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena          arena = {0};
    struct error          error = {0};
    struct query          query;
    struct text_facts     facts;
    struct str            text = {(const char *)data, size}, source;
    FUZZ_ANALYSER(analyser);
    if (!str_next_field(&text, '\n', &source))
        return 0;
    if (!text.ptr)
        text = STR("");
    if (query_parse(source, &options, analyser, &arena, &query, &error) == ERROR_NONE) {
        if (text_analyse(analyser, &arena, text, STR("en"), TEXT_WANT_ALL, &facts, &error) == ERROR_NONE) {
            struct post            post = post_of(facts.text);
            const struct query_doc doc = {&post, &facts};
            check_printed(analyser, &arena, &query, &doc);
            check_lint(&arena, &query);
        }
    } else {
        fuzz_check(error.message[0], "a refusal without a word");
    }
    arena_fini(&arena);
    return 0;
}
