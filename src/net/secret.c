#include "net/secret.h"

#include "base/error.h"

#include <sodium.h>

void secret_new(char text_out[SECRET_TEXT_BYTES])
{
    unsigned char bytes[32];
    require(sodium_init() >= 0);
    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2base64(text_out, SECRET_TEXT_BYTES, bytes, sizeof bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

void secret_sign(struct str key, const struct str *parts, size_t part_count, char hex_out[SECRET_HEX_BYTES])
{
    crypto_auth_hmacsha256_state state;
    unsigned char                sum[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_init(&state, (const unsigned char *)key.ptr, key.len);
    for (size_t i = 0; i < part_count; i++)
        crypto_auth_hmacsha256_update(&state, (const unsigned char *)parts[i].ptr, parts[i].len);
    crypto_auth_hmacsha256_final(&state, sum);
    sodium_bin2hex(hex_out, SECRET_HEX_BYTES, sum, sizeof sum);
    sodium_memzero(&state, sizeof state);
}

void secret_hash(struct str text, char hex_out[SECRET_HEX_BYTES])
{
    unsigned char sum[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(sum, (const unsigned char *)text.ptr, text.len);
    sodium_bin2hex(hex_out, SECRET_HEX_BYTES, sum, sizeof sum);
}
