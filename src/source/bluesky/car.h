/* CAR, version 1: the envelope of a firehose commit's blocks.
 *
 *     varint length, header {roots: [CID], version: 1} as DAG-CBOR, then again and again: varint length, CID (36 bytes), block
 *
 * Nothing is copied: blocks point into the bytes. A broken envelope is refused whole.
 */
#ifndef SOURCE_BLUESKY_CAR_H
#define SOURCE_BLUESKY_CAR_H

#include "base/arena.h"

enum { CAR_BYTES_MAX = 4 * 1024 * 1024, CAR_BLOCKS_MAX = 20000 };

struct car_block {
    struct str cid, data;
};
struct car {
    struct car_block *blocks; /* in arena */
    size_t            count;
    uint32_t         *slots; /* by digest; block + 1 */
    size_t            slot_count; /* a power of two */
};
/* False where it is no such envelope, too large, or without memory. Linear in the bytes. */
bool car_open(struct str bytes, struct arena *arena, struct car *car_out);
/* The block of that CID, its bytes hashed and found true; ptr NULL: there is none, or it is a false one (*is_false_out). */
struct str car_find(const struct car *car, struct str cid, bool *is_false_out);

#endif
