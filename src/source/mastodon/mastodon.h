/* Mastodon's API, and servers that speak it (GoToSocial, Pleroma, Akkoma, Pixelfed, Friendica): what the files of this folder share.
 *
 *     connector.c  orders in, threads of subscriptions out          act.c       publish, reply, delete, like, repost, fetch
 *     listen.c     a subscription: channels, its state, sending     instance.c  what server is this, who are we
 *     wire.c       the channels' streams: WebSocket, SSE, polling   api.c       one call: token, budget, what went wrong
 *     fill.c       timelines: what no stream gave                   look.c      search and threads, once
 *     event.c      an event of a stream                             sse.c       bytes into events
 *     status.c     a status becomes items                           place.c     how far a channel is, as JSON
 *
 * Names
 *     A post's id is "HOST/local id", HOST being the instance that is asked: what a stream says of a deleted post is its local id alone, so the
 *     archive must know posts by it. The same post read through two instances is two posts (with the same url).
 *     An author's id is the actor's uri, the same on all instances; the handle is user@host.
 *
 * A stream replays nothing. So each time one opened, the timeline is read from `recheck` posts before the newest known one: what came meanwhile,
 * what came late under an old id, what was edited; and of the ids that are not there any more each is asked for, and is deleted where it is gone.
 *
 * Threads: the connector's own takes orders and does commands. A subscription has one thread for each stream (one in all where
 * it polls). Locks: a subscription's `lock` (its state, sending), then the connector's; a subscription's is never held while
 * the network is waited for, the connector's during the first probe alone, whose answer everybody needs.
 */
#ifndef SOURCE_MASTODON_MASTODON_H
#define SOURCE_MASTODON_MASTODON_H

#include "base/buf.h"
#include "net/fetch.h"
#include "source/mastodon/place.h"
#include "source/mastodon/status.h"
#include "source/port.h"

#include <cjson/cJSON.h>
#include <pthread.h>
#include <stdatomic.h>

enum { MASTODON_PAGE = 40, MASTODON_URL_BYTES = 2048, MASTODON_CHANNELS_MAX = 32, MASTODON_ANSWER_MAX_BYTES = 8 * 1024 * 1024,
       MASTODON_EVENT_MAX_BYTES = 1024 * 1024 };

/* ---- One connector at work ---- */

struct mastodon {
    struct source_port *port;
    int                 ending_fd; /* readable once the end was asked for: reading for a command stops */
    char                base[512]; /* "https://example.org", no slash at its end */
    char                host[256]; /* in ids: "example.org", with its port where it has one */
    struct str          token;     /* empty: none */

    pthread_mutex_t lock; /* the probe and the budget */
    bool            is_known;
    char            domain[256]; /* of local handles */
    char            title[SOURCE_SAID_BYTES];
    char            streaming[512]; /* "wss://stream.example.org", no path; empty: none said */
    int64_t         text_most;
    char            own_id[MASTODON_ID_BYTES]; /* our account's local id; empty: without a token */
    char            own_acct[SOURCE_SAID_BYTES];
    struct source_account account;
    int64_t         budget_limit, budget_left, budget_until_us; /* of reading, -1: not said */

    atomic_bool  is_over; /* run is about to return */
    atomic_int   end_code; /* of enum error_code: why all is to end */
    struct error end_error; /* written once, before end_code */
};
/* All is to end with code (the token was refused). Any thread. */
void mastodon_end(struct mastodon *mastodon, enum error_code code, const struct error *why);
struct mastodon_words mastodon_words(struct mastodon *mastodon);
/* Tells the host what was left out. */
void mastodon_tell_counts(struct mastodon *mastodon, struct mastodon_counts *counts);

/* ---- instance.c ---- */

/* base, host and token from the config; ERROR_INVALID. */
enum error_code mastodon_begin(struct mastodon *mastodon, struct error *error);
/* Asks the instance and, with a token, who we are; once, until it succeeded. stop_fd as in fetch. */
enum error_code mastodon_probe(struct mastodon *mastodon, int stop_fd, struct error *error);
/* What /api/v2/instance or /api/v1/instance said. Alone for tests. False: this is no instance. */
bool mastodon_read_instance(struct mastodon *mastodon, const cJSON *instance);

/* ---- api.c ---- */

struct mastodon_call {
    const char *method; /* NULL: GET */
    const char *path;   /* "/api/v1/..." with its query, below base */
    struct str  body;   /* JSON */
    const char *idempotency_key;
    int         stop_fd;
    bool        is_command; /* does not wait for the budget */
    const char *sub;        /* whose status it is when the budget is waited for; NULL: the source's */
};
struct mastodon_answer {
    cJSON  *json; /* NULL: none */
    int     status;
    int64_t retry_after_us; /* with ERROR_BUSY; 0: not said */
};
/* ERROR_DENIED 401, ERROR_FORBIDDEN 403, ERROR_NOT_FOUND 404 and 410, ERROR_INVALID 4xx, ERROR_BUSY 429 and 503, ERROR_IO other 5xx and what fetch
 * says of it, ERROR_SYNTAX no JSON; else fetch's. End with mastodon_answer_fini, whatever the code. */
enum error_code mastodon_call(struct mastodon *mastodon, const struct mastodon_call *call, struct mastodon_answer *answer_out, struct error *error);
/* A GET for a subscription: within the budget, and ended when it is stopped. */
struct mastodon_sub;
enum error_code mastodon_read(struct mastodon_sub *sub, const char *path, struct mastodon_answer *answer_out, struct error *error);
void            mastodon_answer_fini(struct mastodon_answer *answer);
/* Sleeps; false: stop_fd became readable, or all is to end. */
bool mastodon_sleep(struct mastodon *mastodon, int stop_fd, int64_t us);
/* After a failed call: waits as long as it asked for, or longer each time (tries counts from 0). False: to be ended (told, or ended by this). */
bool mastodon_wait_out(struct mastodon *mastodon, const char *sub, enum error_code code, const struct error *why,
                       int64_t retry_after_us, unsigned tries, int stop_fd);

/* ---- listen.c ---- */

struct mastodon_channel {
    char                  name[MASTODON_CHANNEL_BYTES]; /* "public", "public:local", "public:remote", "tag:acme", "home", "mentions", "account:a@b" */
    char                  path[512];   /* its timeline, ends with ? or & */
    char                  stream[32];  /* WebSocket's name of it: "public", "hashtag", "user"; empty: it has none */
    char                  tag[256];    /* of a hashtag */
    bool                  is_notifications;
    struct mastodon_place now;  /* as its thread has it */
    struct mastodon_place told; /* as the last batch sent has it; under lock */
};
struct mastodon_worker { /* a thread and its channels */
    struct mastodon_sub  *sub;
    pthread_t             thread;
    size_t                first, count;
    struct source_batch  *batch; /* being filled */
    struct mastodon_counts counts;
};
struct mastodon_sub {
    struct mastodon        *mastodon;
    struct mastodon_sub    *next;
    char                    name[SOURCE_SUB_BYTES];
    struct source_order    *order; /* holds the query; owned */
    int                     stop_fd;
    atomic_bool             is_stopping;
    pthread_mutex_t         lock;
    pthread_cond_t          has_room;
    struct mastodon_channel *channels;
    size_t                  channel_count;
    size_t                  recheck; /* of each channel */
    atomic_bool             is_live;
    struct mastodon_worker  workers[MASTODON_CHANNELS_MAX];
    size_t                  worker_count;
};
/* Takes the order. NULL: no memory. */
struct mastodon_sub *mastodon_sub_new(struct mastodon *mastodon, struct source_order *order);
/* One more thread, for channels [first, first + count); by the subscription's first thread alone. False: there is none to be had. */
bool mastodon_worker_start(struct mastodon_sub *sub, size_t first, size_t count);
void mastodon_sub_wake(struct mastodon_sub *sub); /* an ack may have made room */
void mastodon_sub_stop(struct mastodon_sub *sub); /* asks its threads to end; does not wait */
void mastodon_sub_free(struct mastodon_sub *sub); /* waits for them */
/* The batch to be filled; NULL without memory. */
struct source_batch *mastodon_batch(struct mastodon_worker *worker);
/* Sends what was filled with the place of the worker's channels, once there is room. is_due: also without items, because the place moved. False:
 * stopped before. */
bool mastodon_send(struct mastodon_worker *worker, bool is_due);
void mastodon_say(struct mastodon_sub *sub, enum source_phase phase, const char *format, ...) __attribute__((format(printf, 3, 4)));
void mastodon_say_live(struct mastodon_sub *sub, const char *how);

/* ---- event.c ---- */

/* What a stream said: event and payload are as in SSE's two fields, or a WebSocket message's. channel's place goes on. False: broken (counted). */
bool mastodon_event(struct mastodon_worker *worker, struct mastodon_channel *channel, struct str event, struct str payload);
/* Puts a status into the worker's batch, which must have room for two; is_kept_out: it was not left out. One that is here (is_here) and whose author
 * said no since is deleted. False: no room, no memory. */
bool mastodon_take(struct mastodon_worker *worker, const cJSON *status, bool is_here, bool *is_kept_out);
/* A WebSocket message: {"stream":["hashtag","x"],"event":"update","payload":"{...}"}. */
bool mastodon_message(struct mastodon_worker *worker, struct str message);

/* ---- fill.c ---- */

/* Reads channel's timeline until it meets what is known, sending as it goes. is_recheck: from before the newest known, and deletes what is gone.
 * ERROR_CANCELLED: stopped; else as mastodon_call. */
enum error_code mastodon_fill(struct mastodon_worker *worker, struct mastodon_channel *channel, bool is_recheck, int64_t *retry_after_us_out,
                              struct error *error);

/* ---- wire.c, look.c: a worker's life ---- */
void mastodon_listen(struct mastodon_worker *worker);
void mastodon_look(struct mastodon_worker *worker);

/* ---- act.c ---- */
/* The length of a text as Mastodon counts it: what is seen as one character is one, a link is 23, a mention has no server. */
int64_t mastodon_counted(struct str text);
void mastodon_act(struct mastodon *mastodon, const struct source_command *command, struct source_result *result_out);

#endif
