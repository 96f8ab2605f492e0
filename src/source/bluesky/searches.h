/* A person looks something up: searches and threads, through the account's server and the AppView behind it. */
#ifndef SOURCE_BLUESKY_SEARCHES_H
#define SOURCE_BLUESKY_SEARCHES_H

#include "source/bluesky/xrpc.h"

#include <stdatomic.h>

/* order is a SUBSCRIBE of SEARCH or THREAD. Its posts as batches (waiting for room), then SOURCE_IDLE. Ends early when *is_unwanted. */
void searches_do(struct xrpc *xrpc, const struct source_order *order, const atomic_bool *is_unwanted);

#endif
