/* The linter's insides: rules look at one node each and add remarks. */
#ifndef QUERY_LINT_H
#define QUERY_LINT_H

#include "query/query.h"

struct lint {
    const struct query  *query;
    struct arena        *arena;
    struct query_remark *remarks;
    size_t               count, capacity;
    size_t               comparisons; /* spent on pairs of clauses; pairs beyond LINT_MAX_COMPARISONS go unread */
    bool                 has_failed;  /* out of memory */
};

enum { LINT_MAX_COMPARISONS = 1000 * 1000, LINT_MAX_REMARKS = 50 };

/* True where more remarks would help nobody: rules that loop stop then. */
static inline bool lint_is_full(const struct lint *lint)
{
    return lint->count >= LINT_MAX_REMARKS || lint->comparisons >= LINT_MAX_COMPARISONS || lint->has_failed;
}

/* Adds a remark. rewrite may be NULL; it is printed. */
__attribute__((format(printf, 5, 6)))
void lint_remark(struct lint *lint, const struct query_node *at, bool is_costly, const struct query_node *rewrite,
                 const char *format, ...);

/* The clause as text for a message, cut to some 40 characters; in the lint's arena. */
const char *lint_clause(struct lint *lint, const struct query_node *node);

/* A new node over children (copied); with one child that child. NULL without memory, then lint->has_failed. */
struct query_node *lint_join(struct lint *lint, enum query_kind kind, struct query_node *const *children,
                             uint32_t count);
/* A copy of node with child left out; of two children the other one. */
struct query_node *lint_without(struct lint *lint, const struct query_node *node, uint32_t child);
/* A copy of the node, its children shared. */
struct query_node *lint_copy(struct lint *lint, const struct query_node *node);

/* True where every post that a takes is surely taken by b. May miss cases (false), never errs the other way. */
bool lint_implies(struct lint *lint, const struct query_node *a, const struct query_node *b);

/* The rules. */
void lint_words(struct lint *lint, const struct query_node *node);     /* globs, stop words, NEAR/0, freq:1 */
void lint_clauses(struct lint *lint, const struct query_node *node);   /* twice, covered, contradictory, brackets */
void lint_operators(struct lint *lint, const struct query_node *node); /* and, or, not in small letters */
void lint_whole(struct lint *lint, const struct query_node *root);     /* NOT alone; case: and raw: without a word */

#endif
