#include "team/keep.h"

#include "base/utf8.h"

#include <sodium.h>
#include <zlib.h>

enum { CHECKSUM_LETTERS = 6, PREFIX_LETTERS = 3, TOKEN_LETTERS = PREFIX_LETTERS + SECRET_LETTERS + CHECKSUM_LETTERS, DISTINCT_LEAST = 5 };
/* OWASP's first choice for argon2id. */
enum { ARGON_PASSES = 2, ARGON_BYTES = 19 * 1024 * 1024 };

static void ready(void)
{
    require(sodium_init() >= 0); /* many times and from many threads is fine */
}

struct secret_hash secret_hash(struct str text)
{
    struct secret_hash hash;
    crypto_hash_sha256(hash.bytes, (const unsigned char *)text.ptr, text.len);
    return hash;
}

static void write_checksum(struct str letters, char out[CHECKSUM_LETTERS])
{
    static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    unsigned long     sum = crc32(0, (const unsigned char *)letters.ptr, (unsigned)letters.len);
    for (int i = CHECKSUM_LETTERS - 1; i >= 0; i--, sum /= 62)
        out[i] = digits[sum % 62];
}

void secret_make(bool is_token, char text_out[TEAM_TOKEN_TEXT_BYTES], struct secret_hash *hash_out)
{
    unsigned char bytes[SECRET_BYTES];
    char         *at = text_out;
    ready();
    randombytes_buf(bytes, sizeof bytes);
    memset(text_out, 0, TEAM_TOKEN_TEXT_BYTES);
    if (is_token) {
        memcpy(text_out, "bw_", PREFIX_LETTERS);
        at += PREFIX_LETTERS;
    }
    sodium_bin2base64(at, SECRET_LETTERS + 1, bytes, sizeof bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    if (is_token)
        write_checksum(str_slice(at, SECRET_LETTERS), at + SECRET_LETTERS);
    *hash_out = secret_hash(str_of(text_out));
    sodium_memzero(bytes, sizeof bytes);
}

bool secret_read(bool is_token, struct str text, struct secret_hash *hash_out)
{
    char sum[CHECKSUM_LETTERS];
    if (text.len != (is_token ? (size_t)TOKEN_LETTERS : (size_t)SECRET_LETTERS))
        return false;
    if (is_token) {
        write_checksum(str_slice(text.ptr + PREFIX_LETTERS, SECRET_LETTERS), sum);
        if (memcmp(text.ptr, "bw_", PREFIX_LETTERS) || memcmp(sum, text.ptr + PREFIX_LETTERS + SECRET_LETTERS, sizeof sum))
            return false;
    }
    *hash_out = secret_hash(text);
    return true;
}

/* ---- Passwords ---- */

static bool is_monotonous(struct str password)
{
    bool     seen[256] = {false};
    unsigned distinct = 0;
    for (size_t i = 0; i < password.len; i++) {
        distinct += !seen[(unsigned char)password.ptr[i]];
        seen[(unsigned char)password.ptr[i]] = true;
    }
    return distinct < DISTINCT_LEAST;
}

enum error_code password_check(struct str password, struct str name, struct error *error)
{
    if (password.len < TEAM_PASSWORD_MIN || password.len > TEAM_PASSWORD_MAX)
        return error_set(error, ERROR_INVALID, "password: expected %d to %d bytes, found %zu", TEAM_PASSWORD_MIN, TEAM_PASSWORD_MAX,
                         password.len);
    if (!utf8_is_valid(password) || memchr(password.ptr, '\0', password.len))
        return error_set(error, ERROR_INVALID, "password: expected text in UTF-8");
    if (is_monotonous(password) || str_equal_ascii_nocase(password, name)) {
        error_set(error, ERROR_INVALID, "password: too easy to guess");
        return error_hint(error, "a few unusual words in a row are easy to keep in mind and hard to guess");
    }
    return ERROR_NONE;
}

enum error_code password_hash(struct str password, char hash_out[PASSWORD_HASH_BYTES], struct error *error)
{
    _Static_assert(PASSWORD_HASH_BYTES == crypto_pwhash_STRBYTES, "libsodium's text form");
    ready();
    if (crypto_pwhash_str_alg(hash_out, password.ptr, password.len, ARGON_PASSES, ARGON_BYTES, crypto_pwhash_ALG_ARGON2ID13))
        return error_set(error, ERROR_MEMORY, "no memory to hash a password");
    return ERROR_NONE;
}

bool password_fits(const char *kept, struct str password)
{
    /* Of a password that nobody knows, with the passes and bytes of above (a test compares them). */
    static const char nobody[] = "$argon2id$v=19$m=19456,t=2,p=1$9FEMGIvVdBQiWGu1mJQKjA$ikna0pAtDaAceRddC4cq/uWfLh1IS3oncqajCmnoarg";
    char              text[PASSWORD_HASH_BYTES] = {0};
    ready();
    snprintf(text, sizeof text, "%s", kept ? kept : nobody);
    struct str tried = str_slice(password.ptr, password.len < TEAM_PASSWORD_MAX ? password.len : TEAM_PASSWORD_MAX);
    bool       fits = crypto_pwhash_str_verify(text, tried.ptr ? tried.ptr : "", tried.len) == 0;
    return fits && kept && password.len <= TEAM_PASSWORD_MAX;
}
