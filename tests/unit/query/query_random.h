/* Random queries of every kind, with words and values taken from given posts so that they match now and then.
 * For property tests here and in the archive's room.
 *
 *     struct query_random random = {&rng, docs, doc_count, analyser, &arena};
 *     struct query_node *root = query_random_tree(&random, 3);
 *
 * Every leaf comes from query_parse, so each tree is one that a person could have written: it prints and parses to itself.
 */
#ifndef TEST_QUERY_RANDOM_H
#define TEST_QUERY_RANDOM_H

#include "base/rng.h"
#include "query/query.h"

struct query_random {
    struct rng             *rng;
    const struct query_doc *docs; /* at least one; they must outlive the trees */
    size_t                  doc_count;
    struct text_analyser   *analyser;
    struct arena           *arena; /* holds the trees */
    bool                    is_without_text; /* no nodes that query_needs_text */
};

/* A tree of at most so many levels of AND, OR, NOT and NEAR above its leaves. */
struct query_node *query_random_tree(const struct query_random *random, unsigned levels);
/* A leaf: a word, glob, phrase, case:, raw:, freq: or field. */
struct query_node *query_random_leaf(const struct query_random *random);
/* A tree that has spans: words, globs, phrases, OR and NEAR. */
struct query_node *query_random_spans(const struct query_random *random, unsigned levels);

#endif
