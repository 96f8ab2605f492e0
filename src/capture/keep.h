/* What the files of this room share: rows, secrets, and the JSON that people gave. */
#ifndef CAPTURE_KEEP_H
#define CAPTURE_KEEP_H

#include "capture/capture.h"

#include <cjson/cJSON.h>

enum { CURSOR_NAME_BYTES = 64 };

enum error_code capture_no_memory(struct error *error);
void            capture_bind(struct record_statement *statement, const char *parameter, struct str value); /* never NULL */

/* ---- seal.c ---- */

/* A random name, 32 letters of 0-9a-f. */
void keep_random_name(char name_out[33]);
/* A nonce, then libsodium's secretbox; in arena. ptr NULL without memory. */
struct str      keep_seal(const struct capture_key *key, struct str plain, struct arena *arena);
/* ERROR_DENIED: sealed with another key, or changed. */
enum error_code keep_unseal(const struct capture_key *key, struct str sealed, struct arena *arena, struct str *plain_out, struct error *error);
/* old with what changes says; names_out: those that are set, with blanks between. Both JSON objects. ERROR_INVALID. */
enum error_code keep_merge_secrets(struct str old, struct str changes, struct arena *arena, struct str *merged_out, struct str *names_out,
                                   struct error *error);

/* ---- given.c ---- */

/* The object in one form: members in order of their names, no blanks. So that equal configs are equal bytes. In arena. ERROR_INVALID: what names it. */
enum error_code keep_canonical(struct str json, const char *what, struct arena *arena, struct str *text_out, struct error *error);
/* A query as SUBSCRIBE has it. ERROR_INVALID names the member. */
enum error_code keep_read_query(struct str json, struct arena *arena, struct source_query *query_out, struct error *error);
/* The connector's row, or NULL for a program ("program:NAME", a name of a file without a slash); ERROR_INVALID: neither. */
enum error_code keep_connector(struct str name, const struct connector **connector_out, struct error *error);

/* ---- sources.c, inside a transaction ---- */

struct kept_source { /* what a wire needs besides */
    struct capture_source source;
    struct str            sealed; /* secrets */
    struct str            cursor_name;
    int64_t               secrets_version;
};
enum error_code keep_source_by_id(struct record *records, int64_t id, struct arena *arena, struct kept_source *kept_out, struct error *error);
enum error_code keep_sources(struct record *records, struct arena *arena, struct kept_source **kept_out, size_t *count_out, struct error *error);

/* Transactions of their own. */
enum error_code keep_store_secret(struct record *records, const struct capture_key *key, int64_t source, struct str name, struct str value,
                                  struct error *error);
enum error_code keep_set_expires(struct record *records, int64_t source, int64_t expires_us, struct error *error);

#endif
