/* The contract as JSON Lines: every message in both directions. docs/connectors.md shows one of each, and a test reads them there.
 *
 *     connector ─▶ host   hello ready batch status result secrets log refused pong
 *     host ─▶ connector   init check subscribe unsubscribe ack command stored ping shutdown
 *
 * A line is UTF-8, one JSON object, at most SOURCE_LINE_MAX_BYTES with its line break. Unknown members are passed over; an unknown "t" is
 * MESSAGE_UNKNOWN, which is no error. config, secrets and state are kept as the bytes that came: numbers in them lose nothing on the way.
 */
#ifndef SOURCE_MESSAGE_H
#define SOURCE_MESSAGE_H

#include "source/source.h"

enum message_kind {
    MESSAGE_UNKNOWN,
    MESSAGE_HELLO, MESSAGE_READY, MESSAGE_BATCH, MESSAGE_STATUS, MESSAGE_RESULT, MESSAGE_SECRETS, MESSAGE_LOG, MESSAGE_REFUSED, MESSAGE_PONG,
    MESSAGE_INIT, MESSAGE_CHECK, MESSAGE_SUBSCRIBE, MESSAGE_UNSUBSCRIBE, MESSAGE_ACK, MESSAGE_COMMAND, MESSAGE_STORED, MESSAGE_PING, MESSAGE_SHUTDOWN,
    MESSAGE_KINDS
};
extern const char *const message_names[MESSAGE_KINDS]; /* "t"; of MESSAGE_UNKNOWN "" */

struct message_secret {
    struct str name, value;
};

/* What each kind fills stands beside its members. */
struct message {
    struct arena         arena; /* holds its strings */
    enum message_kind    kind;
    char                 name[SOURCE_SUB_BYTES]; /* its "t"; cut where it is longer */
    char                 sub[SOURCE_SUB_BYTES];  /* SUBSCRIBE UNSUBSCRIBE ACK */
    struct connector     connector;              /* HELLO */
    struct str           version;                /* HELLO: of the connector */
    int64_t              protocol;               /* HELLO INIT */
    struct source_account account;               /* READY */
    struct source_batch *batch;                  /* BATCH: taken with message_take_batch */
    struct source_status status;                 /* STATUS */
    struct source_result result;                 /* RESULT */
    struct message_secret *secrets;              /* SECRETS */
    size_t               secret_count;
    char                 level[16];              /* LOG: error warning info debug */
    struct str           words;                  /* LOG */
    char                 reason[64];             /* REFUSED; BATCH: why the first of refused items could not be understood */
    uint64_t             refused;                /* REFUSED, BATCH */
    struct str           config, secret_object;  /* INIT: JSON objects as they came */
    int64_t              max_inflight, max_items; /* INIT; 0: not said */
    bool                 allows_private;         /* INIT */
    enum source_mode     mode;                   /* SUBSCRIBE */
    struct source_query  query;                  /* SUBSCRIBE */
    struct str           state;                  /* SUBSCRIBE: a JSON value as it came; a JSON string is given without its quotes */
    int64_t              seq;                    /* ACK */
    struct source_command command;               /* COMMAND */
    bool                 is_stored;              /* STORED */
    int64_t              grace_s;                /* SHUTDOWN */
};

/* line without its line break. ERROR_SYNTAX: no JSON object; ERROR_INVALID, ERROR_TOO_LARGE: what is wrong with which member. An item of a batch
 * that is not of the contract is left out and counted in refused; all else breaks the line. Ended by message_fini, whatever the code. */
enum error_code message_read(struct str line, struct message *message_out, struct error *error);
void            message_fini(struct message *message);
struct source_batch *message_take_batch(struct message *message);

/* Each appends a line with its line break. */
void message_print_hello(const struct connector *connector, const char *version, struct buf *out);
void message_print_ready(const struct source_account *account, struct buf *out);
/* Items [from, until) of the batch, under seq; the state is printed where is_last, as JSON where is_json, else as a string. */
void message_print_batch(const struct source_batch *batch, uint64_t seq, size_t from, size_t until, bool is_last, bool is_json, struct buf *out);
void message_print_status(const struct source_status *status, struct buf *out);
void message_print_result(const struct source_result *result, struct buf *out);
void message_print_secret(struct str name, struct str value, struct buf *out);
void message_print_log(const char *level, struct str words, struct buf *out);
void message_print_refused(const char *reason, uint64_t count, struct buf *out);
void message_print_init(struct str config, struct str secrets, unsigned max_inflight, unsigned max_items, bool allows_private, struct buf *out);
/* state: a JSON value; anything else is sent as a string; empty: null. */
void message_print_subscribe(const char *sub, enum source_mode mode, const struct source_query *query, struct str state, struct buf *out);
void message_print_sub(enum message_kind kind, const char *sub, struct buf *out); /* UNSUBSCRIBE */
void message_print_ack(const char *sub, uint64_t seq, struct buf *out);
void message_print_command(const struct source_command *command, struct buf *out);
void message_print_stored(bool is_stored, struct buf *out);
void message_print_shutdown(unsigned grace_s, struct buf *out);
void message_print_bare(enum message_kind kind, struct buf *out); /* CHECK PING PONG */

/* One item as its JSON object, and back. reading: ERROR_INVALID names the member. */
struct json;
void            message_print_item(const struct source_item *item, struct json *json);
struct cJSON;
enum error_code message_read_item(const struct cJSON *object, struct source_batch *batch, struct error *error);

/* The connector's rows as a JSON Schema (draft-07) object, and the other way round: strings and rows in arena. */
void            message_print_schema(const struct connector_field *fields, struct json *json);
enum error_code message_read_schema(const struct cJSON *schema, struct arena *arena, const struct connector_field **fields_out, struct error *error);

/* The bytes of a member's value in the text of a JSON object that has been parsed before; ptr NULL: there is none. */
struct str message_slice(struct str object, const char *name);

#endif
