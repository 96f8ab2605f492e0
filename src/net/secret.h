/* Secrets for talking to the outside: random ids and keys, signatures, hashes. Over libsodium. */
#ifndef NET_SECRET_H
#define NET_SECRET_H

#include "base/str.h"

enum { SECRET_TEXT_BYTES = 44, SECRET_HEX_BYTES = 65 };

/* 32 random bytes as 43 letters of base64url. */
void secret_new(char text_out[SECRET_TEXT_BYTES]);
/* HMAC-SHA256 (RFC 2104, FIPS 198-1) of the parts one behind the other, in hex. */
void secret_sign(struct str key, const struct str *parts, size_t part_count, char hex_out[SECRET_HEX_BYTES]);
/* SHA-256 in hex. */
void secret_hash(struct str text, char hex_out[SECRET_HEX_BYTES]);

#endif
