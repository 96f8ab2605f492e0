/* The parts of the kit: a session is one life of the program under test, the shelf is what a host would have kept, the driver moves the platform. */
#ifndef KIT_INSIDE_H
#define KIT_INSIDE_H

#include "base/hash.h"
#include "base/process.h"
#include "base/rng.h"
#include "kit/kit.h"
#include "source/message.h"

/* ---- The shelf ---- */

struct shelf_post {
    uint64_t content; /* hash of its words; another one is an edit */
    uint32_t author;  /* number among authors, INTERNER_NONE */
    bool     is_there, was_there, was_edited;
};
struct shelf {
    struct interner    ids, authors;
    struct shelf_post *posts; /* by number */
    size_t             capacity;
    struct arena       arena; /* of state; renewed with it */
    struct str         state;
    uint64_t           upserts, again; /* again: of a post that was there, word for word */
};
/* Items and state together, as a host commits them. False without memory. */
bool                     shelf_commit(struct shelf *shelf, const struct source_batch *batch);
const struct shelf_post *shelf_find(const struct shelf *shelf, struct str id); /* NULL: never seen */
void                     shelf_fini(struct shelf *shelf);

/* ---- The driver ---- */

struct driver {
    struct process process;
    bool           is_there;
    struct buf     heard;
};
enum error_code driver_start(const char *const *argv, struct driver *driver, struct error *error);
/* Sends {"do":what ...members} and waits for its answer (to be deleted); NULL with the reason in why. members: "" or ",\"id\":\"..\"". */
struct cJSON *driver_ask(struct driver *driver, const char *what, const char *members, char why[400]);
void          driver_stop(struct driver *driver);

/* ---- One life of the program ---- */

enum heard { HEARD_MESSAGE, HEARD_NOTHING, HEARD_END, HEARD_BROKEN };

enum { RESULTS_MAX = 64 };

struct session {
    struct process       process;
    struct buf           heard;
    size_t               seen;
    char                 words[1024]; /* the end of its standard error */
    size_t               words_len;
    char                 broken[300]; /* how it broke the contract */
    /* What it has said so far. */
    struct message       hello;
    unsigned             ready, pongs, batches, unacked, logs;
    uint64_t             items;
    unsigned             phases; /* bits of enum source_phase */
    uint64_t             seq, refused;
    unsigned             max_items; /* of a batch, as init said */
    char                 reason[64];
    struct source_result results[RESULTS_MAX];
    unsigned             result_count;
};

struct kit {
    const struct kit_setup *setup;
    struct driver           driver;
    struct arena            arena;
    struct str              config, secrets, bad_secrets, query;
    struct source_query     parsed; /* query, with since */
    struct message          parsed_from;
    enum source_mode        mode;
    struct source_command   target; /* target_id, target_root, target_author; empty: what was posted */
    struct message          hello;  /* of the first session */
    bool                    has_hello, is_ready;
    struct rng              rng;
    char                    folder[512]; /* where it works: empty */
    struct interner         before; /* on the platform when the kit came */
    struct kit_finding      finding;
    unsigned                number; /* of subscriptions and commands, so that names are new */
};

/* What a session does with a batch. */
enum acking { ACK_AT_ONCE, ACK_NEVER };

/* Starts it and reads hello; sends init where secrets.ptr is not NULL. False: finding has failed, with words. */
bool session_start(struct kit *kit, struct session *session, struct str secrets, unsigned max_inflight, unsigned max_items);
void session_say(struct session *session, struct buf *line); /* clears line */
void session_say_text(struct session *session, const char *line); /* adds the line break */
void session_subscribe(struct kit *kit, struct session *session, const char *sub, struct str state);
void session_ack(struct session *session, const char *sub);
/* One message at most, and what it means for the counts above; batches go to shelf (NULL: they are dropped) and are acknowledged or not. */
enum heard session_step(struct kit *kit, struct session *session, struct shelf *shelf, enum acking acking, int64_t wait_ms);
/* Waits for its own end: the exit status, -1 where it does not come. */
int  session_wait(struct session *session, int64_t wait_ms);
void session_fini(struct session *session); /* kills what runs; legal on {0}, where it was never started */

/* ---- Verdicts ---- */

__attribute__((format(printf, 2, 3))) void kit_ok(struct kit *kit, const char *format, ...);
__attribute__((format(printf, 2, 3))) void kit_fail(struct kit *kit, const char *format, ...);
__attribute__((format(printf, 2, 3))) void kit_skip(struct kit *kit, const char *format, ...);
/* The session ended or broke the contract: says how. */
void kit_fail_session(struct kit *kit, struct session *session, const char *during);
bool kit_is_stopped(const struct kit *kit);
int64_t kit_wait_us(const struct kit *kit); /* now plus wait_s */

/* A list of texts among the driver's answer; in arena. */
size_t kit_texts(struct kit *kit, const struct cJSON *answer, const char *name, struct str **texts_out);
/* Makes the driver post; false: skipped, with its words. */
bool kit_post(struct kit *kit, unsigned count, struct str **ids_out, size_t *count_out);
bool kit_list(struct kit *kit, struct str **ids_out, size_t *count_out);

void check_hello(struct kit *kit);
void check_check(struct kit *kit);
void check_unknown(struct kit *kit);
void check_broken(struct kit *kit);
void check_shutdown(struct kit *kit);
void check_left(struct kit *kit);
void check_auth(struct kit *kit);
void check_schema(struct kit *kit);
void check_window(struct kit *kit);
void check_kill(struct kit *kit);
void check_edit(struct kit *kit);
void check_delete(struct kit *kit);
void check_limit(struct kit *kit);
void check_leaks(struct kit *kit);
void check_acts(struct kit *kit);
void check_twice(struct kit *kit);
void check_nowhere(struct kit *kit);

#endif
