#include "topic/craft.h"

enum { SHORTEST_WIDENED = 3, SHORTEST_STEMMED = 5, SHORTEST_STEM = 4, MOST_CONDITIONS = 16 };

struct widening {
    struct arena         *arena;
    struct text_analyser *analyser;
    const char           *lang;
    bool                  has_failed;
};

static struct query_node *no_memory(struct widening *widening)
{
    widening->has_failed = true;
    return NULL;
}

static struct query_node *leaf(struct widening *widening, enum query_kind kind, struct str text, uint32_t column)
{
    struct query_node *node = arena_new(widening->arena, struct query_node);
    if (!node || !text.ptr)
        return no_memory(widening);
    node->kind = kind;
    node->text = text;
    node->column = column;
    return node;
}

static struct query_node *everything(struct widening *widening)
{
    return leaf(widening, QUERY_ALL, STR(""), 1);
}

static struct query_node *joined(struct widening *widening, enum query_kind kind, struct query_node **children, uint32_t count)
{
    struct query_node *node = topic_tree_join(widening->arena, kind, children, count);
    return node ? node : no_memory(widening);
}

static size_t characters(struct str s)
{
    size_t count = 0;
    for (size_t i = 0; i < s.len; i++)
        count += ((unsigned char)s.ptr[i] & 0xc0) != 0x80;
    return count;
}

static struct query_node *glob(struct widening *widening, struct str beginning, char wildcard, uint32_t column)
{
    struct buf text = {0};
    buf_append_str(&text, beginning);
    buf_append_char(&text, wildcard);
    struct str kept = text.has_failed ? (struct str){0} : arena_str(widening->arena, buf_str(&text));
    buf_fini(&text);
    return leaf(widening, QUERY_GLOB, kept, column);
}

/* bag: bag OR bag?. A short stem with every ending would take half the language. */
static struct query_node *one_letter_more(struct widening *widening, const struct query_node *term)
{
    struct query_node **children = arena_array(widening->arena, 2, sizeof *children);
    if (!children || !(children[0] = leaf(widening, QUERY_TERM, term->text, term->column)) ||
        !(children[1] = glob(widening, term->text, '?', term->column)))
        return no_memory(widening);
    return joined(widening, QUERY_OR, children, 2);
}

/* delayed: delay*. Only a stem that the word begins with: the glob must take the word itself. */
static struct query_node *any_ending(struct widening *widening, const struct query_node *term)
{
    struct str word = term->text;
    size_t     letters = characters(word);
    bool       is_word = word.len && !strchr("#@$", word.ptr[0]) && (unsigned char)word.ptr[word.len - 1] >= 'a';
    if (is_word && letters >= SHORTEST_WIDENED && letters < SHORTEST_STEMMED && letters == word.len)
        return one_letter_more(widening, term);
    if (!is_word || letters < SHORTEST_STEMMED)
        return leaf(widening, QUERY_TERM, word, term->column);
    struct str stem = text_stem(widening->analyser, word, widening->lang);
    if (characters(stem) < SHORTEST_STEM || !str_starts_with(word, stem))
        return leaf(widening, QUERY_TERM, word, term->column);
    return glob(widening, stem, '*', term->column);
}

/* The words of case:"Fleet Week", folded: all of them anywhere. */
static struct query_node *words_of(struct widening *widening, const struct query_node *node)
{
    struct text_facts   facts;
    struct query_node **children;
    uint32_t            count = 0;
    if (text_analyse(widening->analyser, widening->arena, node->text, (struct str){0}, 0, &facts, NULL))
        return no_memory(widening);
    if (facts.token_count == 0)
        return everything(widening);
    if (!(children = arena_array(widening->arena, facts.token_count, sizeof *children)))
        return no_memory(widening);
    for (uint32_t i = 0; i < facts.token_count; i++)
        if (facts.tokens[i].kind != TOKEN_LINK && !(children[count++] = leaf(widening, QUERY_TERM, facts.tokens[i].key, node->column)))
            return NULL;
    return count ? joined(widening, QUERY_AND, children, count) : everything(widening);
}

static struct query_node *widened(struct widening *widening, struct query_node *node);

static struct query_node *widened_children(struct widening *widening, const struct query_node *node, enum query_kind kind)
{
    struct query_node **children = arena_array(widening->arena, node->child_count, sizeof *children);
    if (!children)
        return no_memory(widening);
    for (uint32_t i = 0; i < node->child_count; i++)
        if (!(children[i] = widened(widening, node->children[i])))
            return NULL;
    return joined(widening, kind, children, node->child_count);
}

static bool says_where(const struct query_node *node)
{
    if (node->kind == QUERY_FIELD)
        return true;
    if (node->kind != QUERY_AND && node->kind != QUERY_OR && node->kind != QUERY_NOT)
        return false;
    for (uint32_t i = 0; i < node->child_count; i++)
        if (!says_where(node->children[i]))
            return false;
    return true;
}

/* All but one of the conditions, whichever one; what says where to look stays. */
static struct query_node *all_but_one(struct widening *widening, const struct query_node *node)
{
    struct query_node **fixed = arena_array(widening->arena, (size_t)node->child_count + 1, sizeof *fixed);
    struct query_node **free = arena_array(widening->arena, node->child_count, sizeof *free);
    uint32_t            fixed_count = 0, free_count = 0;
    if (!fixed || !free)
        return no_memory(widening);
    for (uint32_t i = 0; i < node->child_count; i++) {
        struct query_node *child = node->children[i];
        if (says_where(child))
            fixed[fixed_count++] = child;
        else if (child->kind != QUERY_NOT && !(free[free_count++] = widened(widening, child)))
            return NULL;
    }
    if (free_count == 1 || free_count > MOST_CONDITIONS) { /* more: pairs left out would grow as their square */
        for (uint32_t i = 0; i < free_count; i++)
            fixed[fixed_count++] = free[i];
    } else if (free_count > 1) {
        struct query_node **ways = arena_array(widening->arena, free_count, sizeof *ways);
        for (uint32_t out = 0; ways && out < free_count; out++) {
            struct query_node **kept = arena_array(widening->arena, free_count - 1, sizeof *kept);
            uint32_t            count = 0;
            if (!kept)
                return no_memory(widening);
            for (uint32_t i = 0; i < free_count; i++)
                if (i != out)
                    kept[count++] = free[i];
            if (!(ways[out] = joined(widening, QUERY_AND, kept, count)))
                return NULL;
        }
        if (!ways || !(fixed[fixed_count++] = joined(widening, QUERY_OR, ways, free_count)))
            return no_memory(widening);
    }
    return fixed_count ? joined(widening, QUERY_AND, fixed, fixed_count) : everything(widening);
}

static struct query_node *widened(struct widening *widening, struct query_node *node)
{
    switch (node->kind) {
    case QUERY_AND: return all_but_one(widening, node);
    case QUERY_OR: return widened_children(widening, node, QUERY_OR);
    case QUERY_PHRASE:
    case QUERY_NEAR: return widened_children(widening, node, QUERY_AND);
    case QUERY_NOT: return says_where(node) ? topic_tree_not(widening->arena, node->children[0]) : everything(widening);
    case QUERY_TERM: return any_ending(widening, node);
    case QUERY_CASE: return words_of(widening, node);
    case QUERY_FREQ: return widened(widening, node->children[0]);
    case QUERY_GLOB:
    case QUERY_RAW:
    case QUERY_FIELD:
    case QUERY_ALL: break;
    }
    return node;
}

/* t1 AND t2 OR t1 AND t3 ... within what says where to look. */
static struct query_node *pairs_of(struct widening *widening, const struct str *terms, size_t count)
{
    struct query_node  *leaves[TOPIC_WIDEN_TERMS];
    struct query_node **pairs = arena_array(widening->arena, count * (count - 1) / 2, sizeof *pairs);
    uint32_t            pair_count = 0;
    if (!pairs)
        return no_memory(widening);
    for (size_t i = 0; i < count; i++)
        if (!(leaves[i] = leaf(widening, QUERY_TERM, arena_str(widening->arena, terms[i]), 1)))
            return NULL;
    for (size_t i = 0; i < count; i++)
        for (size_t j = i + 1; j < count; j++)
            if (!(pairs[pair_count++] = topic_tree_and(widening->arena, leaves[i], leaves[j])))
                return no_memory(widening);
    return joined(widening, QUERY_OR, pairs, pair_count);
}

/* The fields at the top of a query, without which the widened one would look elsewhere. */
static struct query_node *within_fields(struct widening *widening, const struct query_node *root, struct query_node *node)
{
    if (root->kind != QUERY_AND)
        return node;
    for (uint32_t i = 0; node && i < root->child_count; i++)
        if (says_where(root->children[i]))
            node = topic_tree_and(widening->arena, node, root->children[i]);
    return node ? node : no_memory(widening);
}

enum error_code topic_widen(struct query_node *root, const struct str *terms, size_t term_count, struct text_analyser *analyser,
                            const char *lang, struct arena *arena, struct query_node **wide_out, struct error *error)
{
    struct widening    widening = {arena, analyser, lang, false};
    struct query_node *wide = widened(&widening, root), **both;
    size_t             count = term_count < TOPIC_WIDEN_TERMS ? term_count : TOPIC_WIDEN_TERMS;
    if (wide && count >= 2 && wide->kind != QUERY_ALL) {
        struct query_node *pairs = pairs_of(&widening, terms, count);
        pairs = pairs ? within_fields(&widening, root, pairs) : NULL;
        both = arena_array(arena, 2, sizeof *both);
        if (pairs && both) {
            both[0] = wide;
            both[1] = pairs;
            wide = joined(&widening, QUERY_OR, both, 2);
        } else {
            wide = NULL;
        }
    }
    *wide_out = wide;
    if (!wide)
        return error_set(error, ERROR_MEMORY, "no memory to widen a query");
    if (wide->height > QUERY_MAX_DEPTH)
        return error_set(error, ERROR_TOO_LARGE, "the query is nested too deep to be widened");
    return ERROR_NONE;
}

bool topic_tree_has_term(const struct query_node *root, struct str key)
{
    if (root->kind == QUERY_TERM || root->kind == QUERY_GLOB)
        return query_leaf_accepts(root, key);
    for (uint32_t i = 0; i < root->child_count; i++)
        if (topic_tree_has_term(root->children[i], key))
            return true;
    return false;
}
