/* Where a stream stands, what it keeps of that in its state, and how each wire is asked to go on from there.
 *
 *     state    {"wire":"v2","host":"https://...","seq":123,"at":"2026-11-24T18:00:00Z"}
 *     v1       cursor = microseconds, a little before the last event; a cursor older than the server's memory is moved up without a word
 *     v2       cursor = seq at the same host, inclusive; at another one microseconds (1e15 and more), some seconds before. Too old: HTTP 400 CursorTooOld
 *     firehose cursor = seq at the same host, exclusive; another host counts otherwise, so what came in between is a gap
 */
#ifndef SOURCE_BLUESKY_PLACE_H
#define SOURCE_BLUESKY_PLACE_H

#include "source/bluesky/reading.h"

enum bluesky_wire { BLUESKY_V1, BLUESKY_V2, BLUESKY_FIREHOSE };
extern const char *const bluesky_wires[3]; /* v1 v2 firehose */
enum bluesky_wire bluesky_wire_named(struct str word); /* v1 where it is none */

enum { BLUESKY_HOST_BYTES = 512 };

struct bluesky_claim { /* everything up to here was given to the host */
    enum bluesky_wire    wire;
    char                 host[BLUESKY_HOST_BYTES]; /* whose seq it is */
    struct bluesky_place place;
};

void bluesky_claim_print(const struct bluesky_claim *claim, struct buf *out);
/* False where it is no state of ours; then *claim_out is {0}. */
bool bluesky_claim_read(struct str state, struct bluesky_claim *claim_out);

struct bluesky_asking {
    enum bluesky_wire           wire;
    const char                 *host;
    const struct bluesky_claim *claim; /* place {0}: from now on */
    bool                        takes_reposts, is_live; /* is_live: no cursor, whatever claim says */
    unsigned                    rewind_s; /* at another host than the claim's */
    unsigned                    dictionary; /* of zstd; 0: none (v2 alone) */
    size_t                      most_bytes;
};
/* The address to open. *is_from_start_out: all that the server still has was asked for, and what is older than the claim is to be passed over;
 * *is_gap_out: it cannot be asked for what is missing. */
void bluesky_address(const struct bluesky_asking *asking, struct buf *url_out, bool *is_from_start_out, bool *is_gap_out);

#endif
