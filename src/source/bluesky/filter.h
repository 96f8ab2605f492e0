/* A look at a post before it becomes an item: does the query want it at all? It may let too much through (the host looks again), never too little:
 * words are looked for anywhere in the folded text, alternative texts and links, and what the query does not want (none) is left to the host.
 * With no any, hashtags, accounts or urls everything passes but for its language. */
#ifndef SOURCE_BLUESKY_FILTER_H
#define SOURCE_BLUESKY_FILTER_H

#include "base/error.h"
#include "source/bluesky/record.h"

struct bluesky_filter;

/* Copies what it needs of query. *filter_out is NULL where there is nothing to look at. ERROR_MEMORY. */
enum error_code bluesky_filter_new(const struct source_query *query, struct bluesky_filter **filter_out,
                                   struct error *error);
void            bluesky_filter_free(struct bluesky_filter *filter);
/* An account of the query stands for this DID (its handle was looked up). */
bool            bluesky_filter_add_did(struct bluesky_filter *filter, struct str did);
bool            bluesky_filter_passes(struct bluesky_filter *filter, const struct bluesky_record *record, struct str did,
                                      struct str handle, int64_t at_us);

#endif
