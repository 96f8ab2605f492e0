/* Frames of com.atproto.sync.subscribeRepos into items.
 *
 *     header {op: 1, t: "#commit"} and body, or {op: -1} and {error, message}, both DAG-CBOR, one behind the other
 *     #commit   {repo, seq, time, rev, ops: [{action, path, cid}], blocks: CAR}   at most 200 ops here and 2 MB of blocks at the server
 *     #identity {did, seq, time, handle}   #account {did, seq, time, active, status}   #info {name, message}   #sync: nothing to us
 *
 * A record is taken from its block, whose bytes must be what the op's CID says. The repository's signature is not proven: that is the relay's work,
 * and whoever listens here has chosen to believe one.
 */
#ifndef SOURCE_BLUESKY_FIREHOSE_H
#define SOURCE_BLUESKY_FIREHOSE_H

#include "source/bluesky/reading.h"

enum { FIREHOSE_OPS_MAX = 1000 };

/* One frame may give many items. *from_io is 0 for a new frame; BLUESKY_FULL moves it on: send the batch, then give the same frame again. *place_io is
 * changed once all of the frame is taken. */
enum bluesky_frame bluesky_firehose(struct bluesky_reading *reading, struct str frame, struct source_batch *batch,
                                    size_t most_items, size_t *from_io,
                                    struct bluesky_place *place_io, struct bluesky_notice *notice_out);

#endif
