/* Keys and names of Nostr: BIP-340 over libsecp256k1, and the bech32 forms that people see (NIP-19). */
#ifndef SOURCE_NOSTR_KEY_H
#define SOURCE_NOSTR_KEY_H

#include "base/buf.h"
#include "base/error.h"

enum { NOSTR_HEX_BYTES = 65, NOSTR_SIG_HEX_BYTES = 129, NOSTR_NAME_BYTES = 80 };

bool nostr_is_hex(struct str s, size_t bytes); /* lower case, exactly so many bytes */
bool nostr_from_hex(struct str s, unsigned char *bytes, size_t len);
void nostr_to_hex(const unsigned char *bytes, size_t len, char *hex_out); /* with a NUL */

/* "npub", "note", "nsec" and 32 bytes, as people write them. */
void nostr_name(const char *kind, const unsigned char bytes[32], char name_out[NOSTR_NAME_BYTES]);
/* The 32 bytes of a name of that kind; of "nprofile1..." and "nevent1...", too, where kind is "npub" or "note". False: it is none. */
bool nostr_read_name(const char *kind, struct str name, unsigned char bytes_out[32]);
/* A public key as hex, "npub1..." or "nprofile1...", with or without "nostr:"; as 64 hex digits. */
bool nostr_read_person(struct str s, char hex_out[NOSTR_HEX_BYTES]);
/* The same of an event: hex, "note1...", "nevent1...". */
bool nostr_read_event_name(struct str s, char hex_out[NOSTR_HEX_BYTES]);

struct nostr_crypto; /* one thread */
struct nostr_crypto *nostr_crypto_new(void); /* NULL: no memory */
void                 nostr_crypto_free(struct nostr_crypto *crypto);
bool                 nostr_verify(struct nostr_crypto *crypto, const unsigned char sig[64], const unsigned char id[32], const unsigned char pubkey[32]);

/* The account's own key. secret: "nsec1..." or hex. ERROR_INVALID, without the secret in the message. */
enum error_code nostr_take_secret(struct nostr_crypto *crypto, struct str secret, struct error *error);
bool            nostr_has_secret(const struct nostr_crypto *crypto);
const char     *nostr_pubkey(const struct nostr_crypto *crypto); /* hex */
/* Always the same signature for the same id. */
void            nostr_sign(struct nostr_crypto *crypto, const unsigned char id[32], unsigned char sig_out[64]);

#endif
