/* Where posts come from and where answers go: the contract between Bellwether and a platform.
 *
 *     connector: a thread of ours,                             host (capture/)
 *     or a program in any language
 *        hello (what it can) ────────────────────────────────▶
 *        ◀────────────────── init (config, secrets), then check or subscribe (query, state)
 *        ready, status ──────────────────────────────────────▶
 *        batch: items and the state behind them ─────────────▶ both in one commit
 *        ◀──────────────────────────────────────────────── ack
 *        ◀─────────────────────────────────── command (reply, delete ...)
 *        result ─────────────────────────────────────────────▶
 *
 * This header holds the words of the contract; source/port.h is the connector's side of the wire, source/run.h the host's. A program speaks
 * the same words as JSON Lines on its standard input and output (docs/connectors.md; source/message.h reads and writes them).
 *
 * Rules
 * 1. State is a claim: everything the subscription owes up to it is in this batch or an earlier one. Newest-first platforms keep
 *    {since, until, head} until they have paged down to what they know, and only then {since: head}.
 * 2. At least once: the host knows an item by (network, id), so to send one again is harmless; to leave one out is not.
 * 3. At most max_inflight batches are without an ack; then the connector stops reading its socket, and drops nothing.
 * 4. A command gets one result, in any order, never behind batches. The same key twice is done once; where that cannot be promised and the
 *    answer was lost, the result is SOURCE_UNKNOWN_OUTCOME, and a person decides.
 * 5. The rate budget lives in the connector. It waits out what the platform asks for, says so in a status, and lets commands pass first.
 * 6. Deletes (of posts, of accounts) are passed on whether or not the post matched the query.
 */
#ifndef SOURCE_SOURCE_H
#define SOURCE_SOURCE_H

#include "base/arena.h"
#include "base/error.h"
#include "post/post.h"

enum {
    SOURCE_PROTOCOL = 1,
    SOURCE_LINE_MAX_BYTES = 1024 * 1024, /* one message */
    SOURCE_ITEMS_MAX = 500,              /* of a batch */
    SOURCE_STATE_MAX_BYTES = 64 * 1024,
    SOURCE_SUB_BYTES = 32,
    SOURCE_KEY_BYTES = 64,
    SOURCE_INFLIGHT = 4,
    SOURCE_ID_BYTES = 512,
    SOURCE_SAID_BYTES = 256
};

/* ---- Posts in ---- */

enum source_op { SOURCE_UPSERT, SOURCE_DELETE, SOURCE_METRICS, SOURCE_ACTOR, SOURCE_ACTOR_DELETE };

/* One thing that happened on a platform. Ids (post.id, thread, reply_to, repost_of, quote_of, author_id) are the platform's own: unique in
 * the network, without its name in front. post.platform is left empty; where an UPSERT sets it (a file of posts of other platforms), its ids are whole:
 * "twitter:56758". What each op reads of post:
 *     UPSERT        all of it                     METRICS       id and metrics
 *     DELETE        id; author_id where the platform lets anybody ask for one: then only a post of that author goes
 *     ACTOR         author_*: a new handle or name for author_id
 *     ACTOR_DELETE  author_id: all they wrote is to go (deleted, taken down, suspended by the platform) */
struct source_item {
    enum source_op op;
    struct post    post;       /* text is plain: markup is for the connector to take out (text/html.h) */
    struct str     visibility; /* "public" where empty; unlisted, private, direct: the host keeps the first two alone */
    struct str     reply_why;  /* empty: may be answered. not_summoned, closed, threadgate, unsupported: why not */
};

struct source_batch {
    struct arena        arena; /* holds items, their strings and state */
    char                sub[SOURCE_SUB_BYTES];
    uint64_t            seq; /* counted by the port, from 1 in each subscription */
    struct source_item *items;
    size_t              count, capacity;
    struct str          state; /* opaque, at most SOURCE_STATE_MAX_BYTES; empty: no news about it */
};
struct source_batch *source_batch_new(const char *sub);
void                 source_batch_free(struct source_batch *batch); /* legal on NULL */
/* The next item, zeroed (counts unknown), to be filled; NULL when full (SOURCE_ITEMS_MAX) or without memory. Its strings belong in batch->arena. */
struct source_item  *source_batch_add(struct source_batch *batch, enum source_op op);

/* item's post as the archive has it: "network:id" in all ids, platform set, checked by post_check. In arena. UPSERT alone. */
enum error_code source_item_post(const struct source_item *item, struct str network, struct arena *arena, struct post *post_out, struct error *error);

enum source_phase { SOURCE_BACKFILL, SOURCE_LIVE, SOURCE_IDLE, SOURCE_RATE_LIMITED, SOURCE_AUTH_FAILED, SOURCE_GAP, SOURCE_ERROR };
extern const char *const source_phases[7]; /* as on the wire: backfill live idle rate_limited auth_failed gap error */
struct source_status {
    char              sub[SOURCE_SUB_BYTES]; /* empty: all of the source */
    enum source_phase phase;
    int64_t           until_us; /* RATE_LIMITED: when it goes on; GAP: end of what is lost; 0: not said */
    int64_t           from_us;  /* GAP */
    int64_t           remaining, limit; /* of the platform's budget now; -1: not said */
    char              message[SOURCE_SAID_BYTES];
};

/* ---- What is wanted ---- */

enum source_mode { SOURCE_STREAM = 1, SOURCE_POLL = 2, SOURCE_SEARCH = 4, SOURCE_FILL = 8 /* "backfill": a past span, then idle */, SOURCE_THREAD = 16 };

/* A pre-filter: the connector may give more, the host looks again. All empty: everything. Each list is an or; the lists are joined by or, too,
 * but for none, langs, since and until, which narrow. THREAD: urls holds the post's native id. */
struct source_query {
    struct str *any, *none, *hashtags, *accounts, *urls, *langs;
    size_t      any_count, none_count, hashtag_count, account_count, url_count, lang_count;
    int64_t     since_us, until_us; /* 0: open */
};

/* ---- Answers out ---- */

enum source_act { SOURCE_PUBLISH = 1, SOURCE_REPLY = 2, SOURCE_UNPUBLISH = 4 /* "delete" */, SOURCE_LIKE = 8, SOURCE_UNLIKE = 16, SOURCE_REPOST = 32,
                  SOURCE_FETCH = 64 /* "fetch": is what was sent under this key there? ok with native, or SOURCE_GONE */,
                  SOURCE_DELIVER = 128 /* "deliver": the other way round: somebody brought posts to our door (a webhook). text is the body as it came,
                                          proof its headers; the connector checks who it is. The result comes when all of it is acknowledged: ok, with
                                          count; duplicate; auth: not theirs; invalid: no post in it */ };

struct source_command { /* strings in the order's arena */
    char            id[SOURCE_KEY_BYTES];  /* names the result */
    char            key[SOURCE_KEY_BYTES]; /* of the deed: letters, digits, - and _; the same deed again has the same */
    enum source_act act;
    struct str      target_id, target_root, target_author; /* native ids of the post it is about */
    struct str      text, lang, visibility;
    int64_t         ordered_us;  /* when the deed was ordered: the same at each try, so that a platform whose ids come from content and time gives the same id; 0: not said.
                                  * A FETCH repeats all that the deed was made of (target, text, ordered_us) */
    struct source_proof { struct str timestamp, signature; } proof; /* DELIVER: as the headers had them; key is the delivery's id */
    int64_t         deadline_us; /* not begun by then: SOURCE_TRANSIENT */
};

enum source_failure {
    SOURCE_DONE,
    SOURCE_LIMITED,       /* rate_limited, retry_after_s: the host tries again */
    SOURCE_TRANSIENT,     /* surely not done: the host tries again */
    SOURCE_AUTH,          /* the account must be renewed by a person */
    SOURCE_NOT_PERMITTED, /* policy, closed thread, not summoned */
    SOURCE_GONE,          /* what it is about is not there */
    SOURCE_REFUSED,       /* invalid: too long, malformed */
    SOURCE_DUPLICATE,     /* done before under this key, or the platform says it has it */
    SOURCE_UNSUPPORTED,
    SOURCE_UNKNOWN_OUTCOME /* sent, no answer: never sent again by itself */
};
extern const char *const source_failures[10]; /* as on the wire: "", rate_limited, transient, auth, not_permitted, gone, invalid, duplicate, unsupported, unknown_outcome */
struct source_result {
    char                id[SOURCE_KEY_BYTES];
    enum source_failure failure; /* SOURCE_DONE: ok */
    char                native_id[SOURCE_ID_BYTES], native_url[SOURCE_ID_BYTES];
    char                message[SOURCE_SAID_BYTES];
    int64_t             retry_after_s; /* 0: not said */
    uint64_t            count;         /* DELIVER: posts that were taken */
};

struct source_account { /* whom the platform takes us for */
    char    id[SOURCE_ID_BYTES], handle[SOURCE_SAID_BYTES], name[SOURCE_SAID_BYTES];
    int64_t expires_us; /* when its token ends; 0: not known */
};

/* ---- Connectors ---- */

enum connector_field_type { CONNECTOR_TEXT, CONNECTOR_URL, CONNECTOR_NUMBER, CONNECTOR_BOOLEAN, CONNECTOR_WORD, CONNECTOR_LIST /* of texts */ };
struct connector_field { /* one thing to be filled in; forms, --help and JSON Schema are printed from it */
    const char               *name, *label, *help;
    enum connector_field_type type;
    bool                      is_secret, is_required;
    const char               *fallback; /* as text; NULL: none */
    const char               *words;    /* CONNECTOR_WORD: "v2 v1 firehose" */
    int64_t                   least, most;
    bool                      is_own; /* a secret that the connector keeps by itself (source_port_store_secret): people are not asked for it */
};

enum source_unit { SOURCE_GRAPHEMES, SOURCE_CHARACTERS, SOURCE_BYTES, SOURCE_X_WEIGHTED };

struct source_port;

struct connector {
    const char *name;    /* "nostr" */
    const char *network; /* the platform of its posts: "nostr" */
    const char *title, *summary; /* for people: "Nostr relays"; a sentence */
    const char *evidence; /* against what it is tested, honestly: "a real relay (nostr-relay 0.0.40)" */
    unsigned    modes;   /* of enum source_mode */
    unsigned    acts;    /* of enum source_act */
    unsigned    text_max; /* of what is published; 0: not known */
    enum source_unit text_unit;
    bool        is_shareable; /* without secrets one wire can serve all clients: it gives the same to everybody */
    bool        echoes_key;   /* the same key twice is done once by the platform itself: after a lost answer the host may ask again */
    const char *made_secret; /* the field whose secret is made here where none is given, and is shown once; NULL: none */
    const struct connector_field *fields; /* ends with a row without a name; NULL: none */
    /* The connector's whole life, on a thread of its own: takes orders from the port until SHUTDOWN. Returning is an end:
     *     ERROR_NONE      done, or shut down               ERROR_INVALID   the config is wrong: not started again
     *     ERROR_DENIED    the account must be renewed      anything else   started again, later and later */
    enum error_code (*run)(struct source_port *port, struct error *error);
};

/* Built in; ends with NULL (source/connectors.c). */
extern const struct connector *const connectors[];
const struct connector *connector_by_name(struct str name); /* NULL: none */

#endif
