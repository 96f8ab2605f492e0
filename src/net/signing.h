/* Secrets for talking to the outside: random ids and keys, signatures, hashes. Over libsodium. */
#ifndef NET_SIGNING_H
#define NET_SIGNING_H

#include "base/str.h"

enum { SIGNING_KEY_BYTES = 44, SIGNING_HEX_BYTES = 65 };

/* 32 random bytes as 43 letters of base64url. */
void signing_key(char text_out[SIGNING_KEY_BYTES]);
/* HMAC-SHA256 (RFC 2104, FIPS 198-1) of the parts one behind the other, in hex. */
void signing_sign(struct str key, const struct str *parts, size_t part_count, char hex_out[SIGNING_HEX_BYTES]);
/* Whether hex is that signature: compared in a time that tells nothing of where it differs. */
bool signing_fits(struct str key, const struct str *parts, size_t part_count, struct str hex);
/* SHA-256 in hex. */
void signing_hash(struct str text, char hex_out[SIGNING_HEX_BYTES]);

#endif
