/* Which of many queries does a post match? The other way round than a search: thousands of trees wait, one post comes by.
 *
 *     trees ─▶ for each the rarest keys that every match must hold (its triggers), or none ─▶ table key -> trees
 *     post  ─▶ its keys ─▶ trees that were triggered, and those without a trigger ─▶ query_match decides
 *
 * It returns exactly what query_match says for each tree (a property test holds them equal); the table only spares asking.
 */
#ifndef QUERY_PERCOLATOR_H
#define QUERY_PERCOLATOR_H

#include "query/query.h"

struct percolator;
struct percolator_scratch; /* of one thread */

/* Trees must outlive it. ERROR_MEMORY. */
enum error_code percolator_new(const struct query_node *const *trees, size_t count, struct percolator **percolator_out, struct error *error);
void            percolator_free(struct percolator *percolator);
enum error_code percolator_scratch_new(const struct percolator *percolator, struct percolator_scratch **scratch_out, struct error *error);
void            percolator_scratch_free(struct percolator_scratch *scratch);
/* Indexes of the trees that match, ascending, in scratch until its next use. Facts must hold what query_match reads (TREND_TEXT_WANT's or more:
 * percolator_want). Any number of threads, each with its own scratch. */
size_t   percolator_match(const struct percolator *percolator, struct percolator_scratch *scratch, const struct post *post, const struct text_facts *facts,
                          const uint32_t **hits_out);
unsigned percolator_want(const struct percolator *percolator); /* enum text_want */
struct percolator_stats { uint64_t posts, candidates, always; /* always: trees without a trigger */ };
void percolator_stats(const struct percolator_scratch *scratch, struct percolator_stats *stats_out);

#endif
