#include "source/nostr/key.h"

#include <secp256k1.h>
#include <secp256k1_extrakeys.h>
#include <secp256k1_schnorrsig.h>
#include <sodium.h>
#include <stdlib.h>

/* ---- Hex ---- */

bool nostr_is_hex(struct str s, size_t bytes)
{
    if (s.len != 2 * bytes)
        return false;
    for (size_t i = 0; i < s.len; i++)
        if (!((s.ptr[i] >= '0' && s.ptr[i] <= '9') || (s.ptr[i] >= 'a' && s.ptr[i] <= 'f')))
            return false;
    return true;
}

bool nostr_from_hex(struct str s, unsigned char *bytes, size_t len)
{
    return nostr_is_hex(s, len) && sodium_hex2bin(bytes, len, s.ptr, s.len, NULL, NULL, NULL) == 0;
}

void nostr_to_hex(const unsigned char *bytes, size_t len, char *hex_out)
{
    sodium_bin2hex(hex_out, 2 * len + 1, bytes, len);
}

/* ---- bech32 (BIP-173): words of five bits, and a checksum of six of them ---- */

enum { BECH32_MOST = 1024 }; /* nprofile and nevent may hold relays */
static const char letters[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

static uint32_t step(uint32_t sum, unsigned value)
{
    static const uint32_t generator[5] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
    uint32_t              top = sum >> 25;
    sum = (sum & 0x1ffffff) << 5 ^ value;
    for (int i = 0; i < 5; i++)
        sum ^= (top >> i & 1) ? generator[i] : 0;
    return sum;
}

static uint32_t begin_sum(struct str kind)
{
    uint32_t sum = 1;
    for (size_t i = 0; i < kind.len; i++)
        sum = step(sum, (unsigned char)kind.ptr[i] >> 5);
    sum = step(sum, 0);
    for (size_t i = 0; i < kind.len; i++)
        sum = step(sum, kind.ptr[i] & 31);
    return sum;
}

void nostr_name(const char *kind, const unsigned char bytes[32], char name_out[NOSTR_NAME_BYTES])
{
    uint32_t sum = begin_sum(str_of(kind)), bits = 0;
    size_t   at = (size_t)snprintf(name_out, NOSTR_NAME_BYTES, "%s1", kind);
    int      count = 0;
    for (int i = 0; i < 32; i++) {
        bits = (bits << 8 | bytes[i]) & 0xfff;
        for (count += 8; count >= 5; count -= 5) {
            unsigned word = bits >> (count - 5) & 31;
            sum = step(sum, word);
            name_out[at++] = letters[word];
        }
    }
    unsigned last = bits << (5 - count) & 31; /* 256 bits: one is left over */
    sum = step(sum, last);
    name_out[at++] = letters[last];
    for (int i = 0; i < 6; i++)
        sum = step(sum, 0);
    sum ^= 1;
    for (int i = 0; i < 6; i++)
        name_out[at++] = letters[sum >> (5 * (5 - i)) & 31];
    name_out[at] = '\0';
}

/* Bytes of the name, their number; 0: it is no bech32 of that kind. */
static size_t read_bech32(struct str kind, struct str name, unsigned char bytes[BECH32_MOST])
{
    uint32_t sum = begin_sum(kind), bits = 0;
    size_t   len = 0;
    int      count = 0;
    if (name.len < kind.len + 1 + 6 || name.len > BECH32_MOST || !str_starts_with(name, kind) || name.ptr[kind.len] != '1')
        return 0;
    for (size_t i = kind.len + 1; i < name.len; i++) {
        const char *found = name.ptr[i] ? strchr(letters, name.ptr[i]) : NULL;
        if (!found)
            return 0;
        sum = step(sum, (unsigned)(found - letters));
        if (i + 6 >= name.len)
            continue;
        bits = (bits << 5 | (uint32_t)(found - letters)) & 0xfff;
        if ((count += 5) >= 8)
            bytes[len++] = (unsigned char)(bits >> (count -= 8));
    }
    return sum == 1 && count < 5 && !(bits & ((1u << count) - 1)) ? len : 0;
}

bool nostr_read_name(const char *kind, struct str name, unsigned char bytes_out[32])
{
    unsigned char bytes[BECH32_MOST];
    size_t        len = read_bech32(str_of(kind), name, bytes);
    if (len == 32) {
        memcpy(bytes_out, bytes, 32);
        return true;
    }
    const char *longer = !strcmp(kind, "npub") ? "nprofile" : !strcmp(kind, "note") ? "nevent" : NULL;
    len = longer ? read_bech32(str_of(longer), name, bytes) : 0;
    for (size_t i = 0; i + 2 <= len && i + 2 + bytes[i + 1] <= len; i += 2u + bytes[i + 1]) /* type, length, value; type 0 is the key or the id */
        if (bytes[i] == 0 && bytes[i + 1] == 32) {
            memcpy(bytes_out, bytes + i + 2, 32);
            return true;
        }
    return false;
}

static bool read_either(const char *kind, struct str s, char hex_out[NOSTR_HEX_BYTES])
{
    unsigned char bytes[32];
    if (str_starts_with(s, STR("nostr:")))
        s = str_slice(s.ptr + 6, s.len - 6);
    if (!nostr_from_hex(s, bytes, 32) && !nostr_read_name(kind, s, bytes))
        return false;
    nostr_to_hex(bytes, 32, hex_out);
    return true;
}

bool nostr_read_person(struct str s, char hex_out[NOSTR_HEX_BYTES])
{
    return read_either("npub", s, hex_out);
}

bool nostr_read_event_name(struct str s, char hex_out[NOSTR_HEX_BYTES])
{
    return read_either("note", s, hex_out);
}

/* ---- Signatures ---- */

struct nostr_crypto {
    secp256k1_context *context;
    secp256k1_keypair  pair;
    bool               has_secret;
    char               pubkey[NOSTR_HEX_BYTES];
};

struct nostr_crypto *nostr_crypto_new(void)
{
    struct nostr_crypto *crypto = calloc(1, sizeof *crypto);
    unsigned char        seed[32];
    require(sodium_init() >= 0);
    if (crypto && !(crypto->context = secp256k1_context_create(SECP256K1_CONTEXT_SIGN | SECP256K1_CONTEXT_VERIFY))) {
        free(crypto);
        return NULL;
    }
    randombytes_buf(seed, sizeof seed); /* hides the secret from who measures time and power */
    if (crypto)
        require(secp256k1_context_randomize(crypto->context, seed));
    return crypto;
}

void nostr_crypto_free(struct nostr_crypto *crypto)
{
    if (!crypto)
        return;
    secp256k1_context_destroy(crypto->context);
    sodium_memzero(crypto, sizeof *crypto);
    free(crypto);
}

bool nostr_verify(struct nostr_crypto *crypto, const unsigned char sig[64], const unsigned char id[32], const unsigned char pubkey[32])
{
    secp256k1_xonly_pubkey key;
    return secp256k1_xonly_pubkey_parse(crypto->context, &key, pubkey) && secp256k1_schnorrsig_verify(crypto->context, sig, id, 32, &key);
}

enum error_code nostr_take_secret(struct nostr_crypto *crypto, struct str secret, struct error *error)
{
    unsigned char          bytes[32], pubkey[32];
    secp256k1_xonly_pubkey key;
    bool                   is_key = (nostr_from_hex(secret, bytes, 32) || nostr_read_name("nsec", secret, bytes)) &&
                  secp256k1_keypair_create(crypto->context, &crypto->pair, bytes);
    sodium_memzero(bytes, sizeof bytes);
    if (!is_key)
        return error_set(error, ERROR_INVALID, "secret_key: expected nsec1... or 64 hex digits");
    require(secp256k1_keypair_xonly_pub(crypto->context, &key, NULL, &crypto->pair));
    secp256k1_xonly_pubkey_serialize(crypto->context, pubkey, &key);
    nostr_to_hex(pubkey, 32, crypto->pubkey);
    crypto->has_secret = true;
    return ERROR_NONE;
}

bool nostr_has_secret(const struct nostr_crypto *crypto)
{
    return crypto->has_secret;
}

const char *nostr_pubkey(const struct nostr_crypto *crypto)
{
    return crypto->pubkey;
}

void nostr_sign(struct nostr_crypto *crypto, const unsigned char id[32], unsigned char sig_out[64])
{
    require(crypto->has_secret && secp256k1_schnorrsig_sign32(crypto->context, sig_out, id, &crypto->pair, NULL));
}
