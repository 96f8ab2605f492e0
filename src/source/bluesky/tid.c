#include "source/bluesky/tid.h"

#include <sodium.h>

void tid_print(int64_t at_us, unsigned clock, char tid_out[TID_BYTES])
{
    static const char letters[] = "234567abcdefghijklmnopqrstuvwxyz";
    uint64_t          number = ((uint64_t)at_us & ((UINT64_C(1) << 53) - 1)) << 10 | (clock & 1023);
    for (int i = TID_BYTES - 2; i >= 0; i--, number >>= 5)
        tid_out[i] = letters[number & 31];
    tid_out[TID_BYTES - 1] = '\0';
}

void tid_of_key(struct str did, struct str key, char tid_out[TID_BYTES])
{
    static const int64_t  from_us = INT64_C(1672531200000000), span_us = INT64_C(365) * 86400 * 1000000;
    unsigned char         digest[crypto_hash_sha256_BYTES];
    uint64_t              time, clock;
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    crypto_hash_sha256_update(&state, (const unsigned char *)did.ptr, did.len);
    crypto_hash_sha256_update(&state, (const unsigned char *)"\n", 1);
    crypto_hash_sha256_update(&state, (const unsigned char *)key.ptr, key.len);
    crypto_hash_sha256_final(&state, digest);
    time = clock = 0;
    for (int i = 0; i < 8; i++) { /* byte by byte, so that every machine makes the same */
        time = time << 8 | digest[i];
        clock = clock << 8 | digest[8 + i];
    }
    tid_print(from_us + (int64_t)(time % (uint64_t)span_us), (unsigned)(clock & 1023), tid_out);
}
