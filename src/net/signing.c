#include "net/signing.h"

#include "base/error.h"

#include <sodium.h>

void signing_key(char text_out[SIGNING_KEY_BYTES])
{
    unsigned char bytes[32];
    require(sodium_init() >= 0);
    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2base64(text_out, SIGNING_KEY_BYTES, bytes, sizeof bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

void signing_sign(struct str key, const struct str *parts, size_t part_count, char hex_out[SIGNING_HEX_BYTES])
{
    crypto_auth_hmacsha256_state state;
    unsigned char                sum[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_init(&state, (const unsigned char *)key.ptr, key.len);
    for (size_t i = 0; i < part_count; i++)
        crypto_auth_hmacsha256_update(&state, (const unsigned char *)parts[i].ptr, parts[i].len);
    crypto_auth_hmacsha256_final(&state, sum);
    sodium_bin2hex(hex_out, SIGNING_HEX_BYTES, sum, sizeof sum);
    sodium_memzero(&state, sizeof state);
}

bool signing_fits(struct str key, const struct str *parts, size_t part_count, struct str hex)
{
    char wanted[SIGNING_HEX_BYTES];
    signing_sign(key, parts, part_count, wanted);
    return hex.len == SIGNING_HEX_BYTES - 1 && sodium_memcmp(wanted, hex.ptr, hex.len) == 0;
}

void signing_hash(struct str text, char hex_out[SIGNING_HEX_BYTES])
{
    unsigned char sum[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(sum, (const unsigned char *)text.ptr, text.len);
    sodium_bin2hex(hex_out, SIGNING_HEX_BYTES, sum, sizeof sum);
}
