/* DAG-CBOR as the AT Protocol defines it (a strict part of RFC 8949), pulled from bytes without building anything and without memory of its own.
 *
 *     strict: definite lengths · shortest form of every number · map keys are texts, shorter first, then by bytes, each once ·
 *             floats of 64 bits, finite · null, false, true and no other simple value · no tag but 42, a CID · 64 levels at most ·
 *             a length or a count is never larger than the bytes that are left, so five bytes cannot announce a billion values
 */
#ifndef SOURCE_BLUESKY_CBOR_H
#define SOURCE_BLUESKY_CBOR_H

#include "base/str.h"

enum { CBOR_LEVELS_MAX = 64 };

enum cbor_kind { CBOR_NUMBER /* not negative */, CBOR_NEGATIVE /* -1 - number */, CBOR_BYTES, CBOR_TEXT, CBOR_LIST,
                 CBOR_MAP, CBOR_LINK, CBOR_FALSE, CBOR_TRUE,
                 CBOR_NULL, CBOR_DOUBLE };

struct cbor { /* {0} is an empty one; a broken one stays broken */
    const uint8_t *at, *end;
    bool           is_broken;
};

struct cbor_item {
    enum cbor_kind kind;
    uint64_t       number; /* value, or how many items (LIST) or pairs (MAP) follow */
    struct str     bytes;  /* TEXT, BYTES; LINK: the binary CID, without its leading zero */
};

static inline struct cbor cbor_of(struct str bytes)
{
    const uint8_t *at = (const uint8_t *)bytes.ptr;
    return (struct cbor){at, at ? at + bytes.len : at, false};
}

/* The next item's head (with its bytes, where it has any). False at the end and where it is broken: is_broken tells. */
bool cbor_next(struct cbor *cbor, struct cbor_item *item_out);
/* The key of a map's next pair; last is the key before it (ptr NULL: none) and becomes this one. */
bool cbor_key(struct cbor *cbor, struct str *last_io);
/* One whole item, all its levels checked. */
bool cbor_skip(struct cbor *cbor);

/* CIDs: version 1, DAG-CBOR or raw, SHA-256: always 36 bytes, the digest last. */
enum { CID_BYTES = 36, CID_DIGEST_BYTES = 32, CID_TEXT_BYTES = 60 /* 59 letters of base32 and a NUL */ };
bool cid_is_known(struct str cid);
void cid_print(struct str cid, char text_out[CID_TEXT_BYTES]); /* "bafyrei..."; empty where it is none of those */

#endif
