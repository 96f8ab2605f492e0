/* Inside the room: secrets, names, rows and what the files share. */
#ifndef TEAM_KEEP_H
#define TEAM_KEEP_H

#include "team/team.h"

enum { SECRET_BYTES = 32, SECRET_LETTERS = 43, HASH_BYTES = 32, PASSWORD_HASH_BYTES = 128, KEY_BYTES = 16 };

/* ---- Secrets (secrets.c) ---- */

struct secret_hash {
    unsigned char bytes[HASH_BYTES];
};
static inline struct str secret_hash_str(const struct secret_hash *hash)
{
    return str_slice((const char *)hash->bytes, HASH_BYTES);
}

/* 43 letters of chance, or a token with its prefix and checksum; and the hash that is kept. */
void secret_make(bool is_token, char text_out[TEAM_TOKEN_TEXT_BYTES], struct secret_hash *hash_out);
/* False where the text cannot be one: not worth a look into the database. */
bool secret_read(bool is_token, struct str text, struct secret_hash *hash_out);
struct secret_hash secret_hash(struct str text);

/* name: whose it will be; a password must not be it. */
enum error_code password_check(struct str password, struct str name, struct error *error);
enum error_code password_hash(struct str password, char hash_out[PASSWORD_HASH_BYTES], struct error *error);
/* kept NULL: takes as long, and is false. */
bool password_fits(const char *kept, struct str password);

/* ---- Names and rows (members.c) ---- */

/* The name as it is compared: NFKC, case folded. In arena. */
enum error_code name_fold(struct str name, struct arena *arena, struct str *folded_out, struct error *error);
/* The columns of team_member in the row in hand. */
enum error_code member_read(struct record_statement *row, struct arena *arena, struct team_member *member_out, struct error *error);
/* Within a transaction. */
enum error_code member_find(struct record *server, int64_t id, struct arena *arena, struct team_member *member_out, struct error *error);
/* Within a transaction; password_hash NULL: by link. Audited. */
enum error_code member_insert(struct record *server, struct record_actor actor, struct str name, struct str folded, const char *password_hash,
                              bool is_server_admin, int64_t *id_out, struct error *error);
/* Within a transaction: 0 where there is none. */
enum error_code client_find(struct record *server, struct str name, int64_t *id_out, struct error *error);

enum error_code team_no_memory(struct error *error);

/* ---- Failed tries (attempts.c) ---- */

struct attempt {
    char keys[3][KEY_BYTES];
};
/* Counts a try as failed before it is made, so that many at once are counted too. ERROR_BUSY: too many. */
enum error_code attempt_begin(struct record *server, struct str folded, struct str peer, int64_t now_us, struct attempt *attempt_out,
                              struct error *error);
/* It did not fail after all. */
enum error_code attempt_forgive(struct record *server, const struct attempt *attempt, int64_t now_us, struct error *error);

#endif
