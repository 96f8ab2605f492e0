#include "topic/craft.h"

#include "base/hash.h"

#include <math.h>
#include <stdlib.h>

/* Weight of what is usual, in posts: a term must stand out against as much talk again as was labelled, or so. */
enum { PRIOR_POSTS = 10, LONGEST_KEY_BYTES = 80 };

double topic_log_odds_z(double a, double A, double b, double B, double prior, double prior_all)
{
    double in = a + prior, out = b + prior;
    double not_in = fmax(A + prior_all - in, 0.5), not_out = fmax(B + prior_all - out, 0.5);
    double delta = log(in / not_in) - log(out / not_out);
    return delta / sqrt(1 / in + 1 / out);
}

static int order_of_keys(const void *left, const void *right)
{
    return str_compare(*(const struct str *)left, *(const struct str *)right);
}

static bool is_worth_suggesting(const struct token *token, const char *lang)
{
    if (token->kind == TOKEN_LINK || token->key.len == 0 || token->key.len > LONGEST_KEY_BYTES)
        return false;
    if (token->kind != TOKEN_WORD)
        return true;
    bool has_letter = false;
    for (size_t i = 0; i < token->key.len; i++)
        has_letter |= (token->key.ptr[i] < '0' || token->key.ptr[i] > '9') && token->key.ptr[i] != '.' && token->key.ptr[i] != ',';
    return has_letter && token->key.len > 1 && !text_is_stop_word(token->key, lang) && !text_is_stop_word(token->key, "");
}

bool topic_terms_of(const struct text_facts *facts, struct arena *arena, struct topic_post_terms *out)
{
    out->key_count = 0;
    if (!(out->keys = arena_array(arena, (size_t)facts->token_count + 1, sizeof *out->keys)))
        return false;
    size_t found = 0;
    for (uint32_t i = 0; i < facts->token_count; i++)
        if (is_worth_suggesting(&facts->tokens[i], facts->lang))
            out->keys[found++] = facts->tokens[i].key;
    qsort(out->keys, found, sizeof *out->keys, order_of_keys);
    for (size_t i = 0; i < found; i++)
        if (i == 0 || !str_equal(out->keys[i], out->keys[out->key_count - 1]))
            out->keys[out->key_count++] = out->keys[i];
    return true;
}

/* ---- Counting ---- */

struct seen { /* in how many labelled posts a term stands */
    uint64_t relevant, not_relevant;           /* matched or not */
    uint64_t near_relevant, near_not;          /* of them not matched */
    uint64_t taken_relevant, taken_not;        /* of them matched */
};

struct tally {
    struct interner terms;
    struct seen    *seen; /* by number */
    size_t          capacity;
    struct seen     all;
};

static void tally_fini(struct tally *tally)
{
    interner_fini(&tally->terms);
    free(tally->seen);
}

static void see(struct seen *seen, const struct topic_post_terms *post)
{
    bool is_relevant = post->label == TOPIC_RELEVANT;
    seen->relevant += is_relevant;
    seen->not_relevant += !is_relevant;
    seen->taken_relevant += post->is_matched && is_relevant;
    seen->taken_not += post->is_matched && !is_relevant;
    seen->near_relevant += !post->is_matched && is_relevant;
    seen->near_not += !post->is_matched && !is_relevant;
}

static enum error_code tally_terms(struct tally *tally, const struct topic_post_terms *posts, size_t count, struct error *error)
{
    for (size_t i = 0; i < count; i++) {
        if (posts[i].label != TOPIC_RELEVANT && posts[i].label != TOPIC_NOT)
            continue;
        see(&tally->all, &posts[i]);
        for (size_t k = 0; k < posts[i].key_count; k++) {
            uint32_t term = interner_add(&tally->terms, posts[i].keys[k]);
            if (term != INTERNER_NONE && term >= tally->capacity) {
                size_t       capacity = tally->capacity ? tally->capacity * 2 : 1024;
                struct seen *grown = realloc(tally->seen, capacity * sizeof *grown);
                if (grown) {
                    memset(grown + tally->capacity, 0, (capacity - tally->capacity) * sizeof *grown);
                    tally->seen = grown;
                    tally->capacity = capacity;
                }
            }
            if (term == INTERNER_NONE || term >= tally->capacity)
                return error_set(error, ERROR_MEMORY, "no memory for the words of %zu labelled posts", count);
            see(&tally->seen[term], &posts[i]);
        }
    }
    return ERROR_NONE;
}

/* ---- Choosing ---- */

static int order_of_suggestions(const void *left, const void *right)
{
    const struct topic_suggestion *a = left, *b = right;
    if (a->z != b->z)
        return a->z < b->z ? 1 : -1;
    return str_compare(a->term, b->term);
}

/* #storm and storm, @name and name stand in the same posts: the one that came first stays. */
static bool is_said_already(const struct topic_suggestion *chosen, size_t count, struct str term)
{
    struct str bare = term.len > 1 && strchr("#@$", term.ptr[0]) ? str_slice(term.ptr + 1, term.len - 1) : term;
    for (size_t i = 0; i < count; i++) {
        struct str other = chosen[i].term;
        if (other.len > 1 && strchr("#@$", other.ptr[0]))
            other = str_slice(other.ptr + 1, other.len - 1);
        if (str_equal(bare, other))
            return true;
    }
    return false;
}

struct pick {
    struct tally             tally;
    struct topic_suggestion *candidates; /* in arena */
    size_t                   count;
};

static enum error_code pick_begin(struct pick *pick, const struct topic_post_terms *posts, size_t count, struct arena *arena,
                                  struct error *error)
{
    enum error_code code = tally_terms(&pick->tally, posts, count, error);
    if (!code && !(pick->candidates = arena_array(arena, (size_t)pick->tally.terms.count + 1, sizeof *pick->candidates)))
        code = error_set(error, ERROR_MEMORY, "no memory for suggestions");
    return code;
}

static void pick_add(struct pick *pick, uint32_t term, double z)
{
    const struct seen *seen = &pick->tally.seen[term];
    pick->candidates[pick->count++] = (struct topic_suggestion){
        .term = pick->tally.terms.strings[term], .z = z, .relevant = seen->relevant, .relevant_all = pick->tally.all.relevant,
        .not_relevant = seen->not_relevant, .not_relevant_all = pick->tally.all.not_relevant};
}

static bool is_near_enough(const struct pick *pick, size_t i)
{
    return i < pick->count && i < TOPIC_SUGGESTIONS_LOOKED_AT;
}

static enum error_code pick_end(struct pick *pick, struct arena *arena, struct topic_suggestion **out, size_t *count_out, struct error *error)
{
    qsort(pick->candidates, pick->count, sizeof *pick->candidates, order_of_suggestions);
    *out = pick->candidates;
    *count_out = 0;
    for (size_t i = 0; i < pick->count && *count_out < TOPIC_SUGGESTIONS_MAX; i++) {
        struct topic_suggestion *suggestion = &pick->candidates[i];
        if (suggestion->z < TOPIC_SUGGESTION_LEAST_Z || is_said_already(*out, *count_out, suggestion->term))
            continue;
        struct str term = arena_str(arena, suggestion->term); /* the table of words goes */
        if (!term.ptr)
            return error_set(error, ERROR_MEMORY, "no memory for suggestions");
        (*out)[*count_out] = *suggestion;
        (*out)[(*count_out)++].term = term;
    }
    return ERROR_NONE;
}

enum error_code topic_suggest_add(const struct topic_post_terms *posts, size_t count, const struct query_node *root, uint64_t all,
                                  topic_count_fn counts, void *context, struct arena *arena, struct topic_suggestion **out,
                                  size_t *count_out, struct error *error)
{
    struct pick     pick = {0};
    enum error_code code = pick_begin(&pick, posts, count, arena, error);
    /* Those that most relevant posts hold are looked up in the archive first: each costs two counts there. */
    for (uint32_t term = 0; !code && term < pick.tally.terms.count; term++) {
        const struct seen *seen = &pick.tally.seen[term];
        if (seen->relevant < TOPIC_SUGGESTION_LEAST_POSTS || topic_tree_has_term(root, pick.tally.terms.strings[term]))
            continue;
        /* Relevant posts that the query misses weigh double: they are what is looked for. */
        pick_add(&pick, term, (double)(seen->relevant + seen->near_relevant) - 0.5 * (double)seen->not_relevant);
    }
    if (!code)
        qsort(pick.candidates, pick.count, sizeof *pick.candidates, order_of_suggestions);
    size_t looked_at = 0;
    for (size_t i = 0; !code && is_near_enough(&pick, i); i++, looked_at++) {
        struct topic_suggestion *suggestion = &pick.candidates[i];
        const struct seen       *seen = &pick.tally.seen[interner_find(&pick.tally.terms, suggestion->term)];
        code = counts(context, suggestion->term, &suggestion->posts, &suggestion->gained, error);
        if (code)
            break;
        double rest = (double)all - (double)suggestion->relevant_all, share = (double)suggestion->posts / (double)(all ? all : 1);
        double outside = (double)suggestion->posts - (double)suggestion->relevant;
        suggestion->z = topic_log_odds_z((double)suggestion->relevant, (double)suggestion->relevant_all, outside > 0 ? outside : 0,
                                         rest > 1 ? rest : 1, PRIOR_POSTS * share, PRIOR_POSTS);
        suggestion->precision_k = seen->near_relevant;
        suggestion->precision_n = seen->near_relevant + seen->near_not;
        suggestion->precision = topic_wilson(suggestion->precision_k, suggestion->precision_n, TOPIC_Z_95);
        if (suggestion->gained == 0)
            suggestion->z = -1; /* it would add nothing */
    }
    pick.count = looked_at;
    if (!code)
        code = pick_end(&pick, arena, out, count_out, error);
    tally_fini(&pick.tally);
    return code;
}

enum error_code topic_suggest_exclude(const struct topic_post_terms *posts, size_t count, const struct query_node *root,
                                      topic_count_fn counts, void *context, struct arena *arena, struct topic_suggestion **out,
                                      size_t *count_out, struct error *error)
{
    struct pick        pick = {0};
    enum error_code    code = pick_begin(&pick, posts, count, arena, error);
    const struct seen *all = &pick.tally.all;
    double             taken = (double)(all->taken_relevant + all->taken_not);
    for (uint32_t term = 0; !code && term < pick.tally.terms.count; term++) {
        const struct seen *seen = &pick.tally.seen[term];
        double             share = (double)(seen->taken_relevant + seen->taken_not) / (taken > 0 ? taken : 1);
        if (seen->taken_not < TOPIC_SUGGESTION_LEAST_POSTS || topic_tree_has_term(root, pick.tally.terms.strings[term]))
            continue;
        pick_add(&pick, term, topic_log_odds_z((double)seen->taken_not, (double)all->taken_not, (double)seen->taken_relevant,
                                               (double)all->taken_relevant, PRIOR_POSTS * share, PRIOR_POSTS));
    }
    if (!code)
        qsort(pick.candidates, pick.count, sizeof *pick.candidates, order_of_suggestions);
    size_t looked_at = 0;
    for (size_t i = 0; !code && is_near_enough(&pick, i); i++, looked_at++) {
        struct topic_suggestion *suggestion = &pick.candidates[i];
        const struct seen       *seen = &pick.tally.seen[interner_find(&pick.tally.terms, suggestion->term)];
        if (suggestion->z < TOPIC_SUGGESTION_LEAST_Z)
            break;
        suggestion->relevant = seen->taken_relevant;
        suggestion->relevant_all = all->taken_relevant;
        suggestion->not_relevant = seen->taken_not;
        suggestion->not_relevant_all = all->taken_not;
        suggestion->precision_k = all->taken_relevant - seen->taken_relevant;
        suggestion->precision_n = suggestion->precision_k + all->taken_not - seen->taken_not;
        suggestion->precision = topic_wilson(suggestion->precision_k, suggestion->precision_n, TOPIC_Z_95);
        code = counts(context, suggestion->term, &suggestion->posts, &suggestion->gained, error);
    }
    pick.count = looked_at;
    if (!code)
        code = pick_end(&pick, arena, out, count_out, error);
    tally_fini(&pick.tally);
    return code;
}
