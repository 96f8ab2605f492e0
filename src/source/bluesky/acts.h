/* Commands: publish, reply, delete, like, unlike, repost, fetch.
 *
 * What is made gets a record key that its deed's key alone decides (tid.h) and is put only where nothing is (swapRecord null). So the same deed twice
 * is one record, and where an answer was lost the record is asked for: there, it was done; not there, it surely was not yet, and to try again is safe.
 */
#ifndef SOURCE_BLUESKY_ACTS_H
#define SOURCE_BLUESKY_ACTS_H

#include "source/bluesky/xrpc.h"

void acts_do(struct xrpc *xrpc, const struct source_command *command, struct source_result *result_out);

#endif
