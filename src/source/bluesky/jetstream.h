/* Jetstream's frames, both wires, into items.
 *
 *     v1   {"did","time_us","kind":"commit|identity|account","commit":{"rev","operation","collection","rkey","record","cid"},"identity":{..},"account":{..}}
 *     v2   {"$type":"message","payload":{"$type":"network.bsky.jetstream.subscribeEvents#commit","seq","did","time","witnessedAt","operation",
 *                                        "collection","rkey","record","rev","cid"}}; "#identity" and "#account" wrap {"did","handle"} and
 *                                        {"did","active","status"}; "#info" {"name","message"}; {"$type":"error","error","message"} is the end
 *
 * One function reads both, as they can be told apart: members in any order, only those that are wanted are looked at. It is made to be fast: a
 * server reads the whole network through it (bench/jetstream).
 */
#ifndef SOURCE_BLUESKY_JETSTREAM_H
#define SOURCE_BLUESKY_JETSTREAM_H

#include "source/bluesky/reading.h"

/* At most one item per frame into batch. *place_io is changed where the frame says where it stands. notice_out is filled with BLUESKY_SAID. */
enum bluesky_frame bluesky_jetstream(struct bluesky_reading *reading, struct str frame, struct source_batch *batch,
                                     size_t most_items,
                                     struct bluesky_place *place_io, struct bluesky_notice *notice_out);

#endif
