/* query_spans against its definition, tried out literally: every choice of spans, every run, then the rule of which runs are kept. */
#include "check.h"

#include "base/rng.h"
#include "query/query.h"

enum { LETTERS = 4, TEXT_MAX = 14, SPANS_MAX = 4096 };

struct text {
    char   words[TEXT_MAX]; /* one letter a word */
    size_t count;
};

static size_t positions(void *context, const struct query_node *leaf, struct arena *scratch,
                        const uint32_t **positions_out)
{
    const struct text *text = context;
    uint32_t          *at = arena_array(scratch, TEXT_MAX, sizeof *at);
    size_t             count = 0;
    for (uint32_t i = 0; i < text->count; i++)
        if (query_leaf_accepts(leaf, str_slice(&text->words[i], 1)))
            at[count++] = i;
    *positions_out = at;
    return count;
}

/* ---- The definition ---- */

struct found {
    struct span spans[SPANS_MAX];
    size_t      count;
};

static void add_once(struct found *found, struct span span)
{
    for (size_t i = 0; i < found->count; i++)
        if (found->spans[i].first == span.first && found->spans[i].last == span.last)
            return;
    require(found->count < SPANS_MAX);
    found->spans[found->count++] = span;
}

static void define(const struct query_node *node, const struct text *text, struct found *found);

/* Does this choice, one span for each child, hold together? */
static bool is_chain(const struct span *choice, uint32_t count, const struct query_node *near, struct span *run_out)
{
    uint32_t order[QUERY_MAX_NEAR_GROUPS];
    for (uint32_t i = 0; i < count; i++) {
        uint32_t j = i;
        for (; j > 0 && choice[order[j - 1]].first > choice[i].first; j--)
            order[j] = order[j - 1];
        order[j] = i;
    }
    for (uint32_t i = 1; i < count; i++) {
        struct span left = choice[order[i - 1]], right = choice[order[i]];
        if (right.first <= left.last || right.first - left.last - 1 > near->distance ||
            (near->is_ordered && order[i] < order[i - 1]))
            return false;
    }
    *run_out = (struct span){choice[order[0]].first, choice[order[count - 1]].last};
    return true;
}

static void define_near(const struct query_node *near, const struct text *text, struct found *found)
{
    struct found *groups = calloc(near->child_count, sizeof *groups), *runs = calloc(1, sizeof *runs);
    size_t        at[QUERY_MAX_NEAR_GROUPS] = {0};
    bool          is_possible = true;
    for (uint32_t i = 0; i < near->child_count; i++) {
        define(near->children[i], text, &groups[i]);
        is_possible &= groups[i].count > 0;
    }
    while (is_possible) {
        struct span choice[QUERY_MAX_NEAR_GROUPS], run;
        for (uint32_t i = 0; i < near->child_count; i++)
            choice[i] = groups[i].spans[at[i]];
        if (is_chain(choice, near->child_count, near, &run))
            add_once(runs, run);
        uint32_t wheel = 0;
        while (wheel < near->child_count && ++at[wheel] == groups[wheel].count)
            at[wheel++] = 0;
        is_possible = wheel < near->child_count;
    }
    for (size_t i = 0; i < runs->count; i++) {
        bool has_shorter_beginning = false, has_shorter_end = false;
        for (size_t j = 0; j < runs->count; j++) {
            has_shorter_beginning |= runs->spans[j].first == runs->spans[i].first &&
                runs->spans[j].last < runs->spans[i].last;
            has_shorter_end |= runs->spans[j].last == runs->spans[i].last &&
                runs->spans[j].first > runs->spans[i].first;
        }
        if (!has_shorter_beginning || !has_shorter_end)
            add_once(found, runs->spans[i]);
    }
    free(groups);
    free(runs);
}

static void define(const struct query_node *node, const struct text *text, struct found *found)
{
    switch (node->kind) {
    case QUERY_OR:
        for (uint32_t i = 0; i < node->child_count; i++)
            define(node->children[i], text, found);
        break;
    case QUERY_NEAR: define_near(node, text, found); break;
    case QUERY_PHRASE:
        for (uint32_t p = 0; p + node->child_count <= text->count; p++) {
            bool stands = true;
            for (uint32_t i = 0; i < node->child_count; i++)
                stands &= query_leaf_accepts(node->children[i], str_slice(&text->words[p + i], 1));
            if (stands)
                add_once(found, (struct span){p, p + node->child_count - 1});
        }
        break;
    default:
        for (uint32_t p = 0; p < text->count; p++)
            if (query_leaf_accepts(node, str_slice(&text->words[p], 1)))
                add_once(found, (struct span){p, p});
    }
}

/* ---- Random nodes and texts ---- */

static struct query_node *random_leaf(struct rng *rng, struct arena *arena)
{
    struct query_node *leaf = arena_new(arena, struct query_node);
    char letter = (char)('a' + rng_below(rng, LETTERS));
    bool is_glob = rng_below(rng, 12) == 0;
    leaf->kind = is_glob ? QUERY_GLOB : QUERY_TERM;
    leaf->text = arena_str(arena, is_glob ? STR("?") : str_slice(&letter, 1));
    return leaf;
}

static struct query_node *random_node(struct rng *rng, struct arena *arena, unsigned levels)
{
    if (levels == 0 || rng_below(rng, 4) == 0)
        return random_leaf(rng, arena);
    struct query_node *node = arena_new(arena, struct query_node);
    node->kind = (enum query_kind[]){QUERY_OR, QUERY_PHRASE, QUERY_NEAR, QUERY_NEAR, QUERY_NEAR}[rng_below(rng, 5)];
    node->child_count = 2 + (uint32_t)rng_below(rng, levels > 1 ? 2 : 3);
    node->children = arena_array(arena, node->child_count, sizeof *node->children);
    node->distance = (uint32_t)rng_below(rng, 4);
    node->is_ordered = rng_below(rng, 3) == 0;
    for (uint32_t i = 0; i < node->child_count; i++)
        node->children[i] = node->kind == QUERY_PHRASE ? random_leaf(rng, arena) : random_node(rng, arena, levels - 1);
    return node;
}

static int by_place(const void *a, const void *b)
{
    const struct span *x = a, *y = b;
    int64_t difference = x->first != y->first ? (int64_t)x->first - y->first : (int64_t)x->last - y->last;
    return (difference > 0) - (difference < 0);
}

static void spans_are_as_defined(void **state)
{
    (void)state;
    struct arena  arena = {0};
    struct rng    rng;
    struct found *wanted = malloc(sizeof *wanted);
    size_t        with_spans = 0, rounds = 40000;
    rng_seed(&rng, 3);
    for (size_t round = 0; round < rounds; round++) {
        struct text text = {.count = rng_below(&rng, TEXT_MAX) + 1};
        struct buf  printed = {0};
        for (size_t i = 0; i < text.count; i++)
            text.words[i] = (char)('a' + rng_below(&rng, LETTERS + 1));
        struct query_node *node = random_node(&rng, &arena, 1 + round % 3);
        struct span_list   got = query_spans(node, positions, &text, &arena);
        wanted->count = 0;
        define(node, &text, wanted);
        qsort(wanted->spans, wanted->count, sizeof *wanted->spans, by_place);
        query_print(node, &printed);
        check(got.count == wanted->count, "round %zu: %zu spans, wanted %zu: %.*s in %.*s", round, got.count,
              wanted->count,
              STR_ARG(buf_str(&printed)), (int)text.count, text.words);
        for (size_t i = 0; i < got.count; i++)
            check(by_place(&got.spans[i], &wanted->spans[i]) == 0,
                  "round %zu: span %zu is [%u, %u], wanted [%u, %u]: %.*s in %.*s", round, i,
                  got.spans[i].first, got.spans[i].last, wanted->spans[i].first, wanted->spans[i].last,
                  STR_ARG(buf_str(&printed)),
                  (int)text.count, text.words);
        with_spans += got.count > 0;
        buf_fini(&printed);
        arena_reset(&arena);
    }
    check(with_spans > rounds / 3, "only %zu of %zu had spans", with_spans, rounds);
    free(wanted);
    arena_fini(&arena);
}

/* A text of a hundred thousand words that all fit every group: steps grow with the text, not with the choices. */
static size_t every_position(void *context, const struct query_node *leaf, struct arena *scratch,
                             const uint32_t **positions_out)
{
    uint32_t  count = *(uint32_t *)context;
    uint32_t *at = arena_array(scratch, count, sizeof *at);
    (void)leaf;
    for (uint32_t i = 0; i < count; i++)
        at[i] = i;
    *positions_out = at;
    return count;
}

static void hostile_text_takes_linear_time(void **state)
{
    (void)state;
    struct arena       arena = {0};
    uint32_t           count = 20000;
    struct query_node  leaf = {.kind = QUERY_TERM, .text = STR("a")};
    struct query_node *leaves[QUERY_MAX_NEAR_GROUPS];
    for (size_t i = 0; i < QUERY_MAX_NEAR_GROUPS; i++)
        leaves[i] = &leaf;
    struct query_node near = {.kind = QUERY_NEAR, .children = leaves, .child_count = QUERY_MAX_NEAR_GROUPS,
                              .distance = QUERY_MAX_NEAR};
    struct span_list  got = query_spans(&near, every_position, &count, &arena);
    check(got.count == count - QUERY_MAX_NEAR_GROUPS + 1, "%zu runs", got.count);
    for (size_t i = 0; i < got.count; i++)
        check(got.spans[i].last - got.spans[i].first == QUERY_MAX_NEAR_GROUPS - 1, "run %zu", i);
    arena_fini(&arena);
}

static const struct {
    const char *pattern, *value;
    bool        matches;
} globs[] = {
    {"a*", "a", true},          {"a*", "abc", true},        {"a*", "ba", false},        {"*a", "ba", true},
    {"*a", "ab", false},        {"a*c", "abbc", true},      {"a*c", "abcb", false},     {"a*b*c", "axxbyyc", true},
    {"a*b*c", "axxcyyb", false}, {"?", "a", true},          {"?", "", false},           {"?", "ä", true},
    {"?", "👍", true},          {"??", "ä", false},         {"f?hre", "fähre", true},   {"*ä*", "fähre", true},
    {"", "", true},             {"", "a", false},           {"*", "", true},            {"*aab", "aaaaaab", true},
    {"a*a*a*b", "aaaaaaaaaaaaac", false}, {"abc", "abc", true}, {"abc", "abcd", false}, {"ab?", "ab", false},
    {"*東*", "大東京", true},   {"?東?", "大東京", true},   {"東?", "東", false},
};

static void globs_match_characters(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof globs / sizeof globs[0]; i++)
        check(query_glob_match(str_of(globs[i].pattern), str_of(globs[i].value)) == globs[i].matches, "%s on %s",
              globs[i].pattern, globs[i].value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spans_are_as_defined),
        cmocka_unit_test(hostile_text_takes_linear_time),
        cmocka_unit_test(globs_match_characters),
    };
    return cmocka_run_group_tests_name("query spans", tests, NULL, NULL);
}
