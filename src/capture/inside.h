/* The inside of a capture.
 *
 *     manager thread                    starts, ends and begins wires anew; gives each its taps
 *     a connector's threads             host functions (host.c): queue batches and words, no more
 *     a wire's own thread               rounds (round.c): all that is queued ─▶ each tap's client, then one ack
 *     courier thread                    deeds (courier.c)
 *
 * A tap is one source of one client on a wire.
 *
 * A round commits what the wire has queued. Each tap is done when its client's archive has it. One that refuses is asked again for ten seconds; meanwhile
 * nothing is acknowledged, so the connector holds still. Then it is behind: rounds pass it by, but for a try every few seconds, which writes the gap first.
 *
 * Locks, each taken while holding at most those before it:
 *     capture->lock   the lists of clients and wires, and what the manager is asked for
 *     wire->work      its taps, during a round and while the manager changes them; given back while a round waits
 *     wire->run_lock  the run, while it is spoken to
 *     wire->lock      what the connector said: batches, status, results; and figures. Nothing is taken under it
 *     client->lock    its set of topics. Nothing is taken under it
 * A stream's and a database's locks are taken under wire->work, never under the others. A wire that is in use (pins) is not freed.
 */
#ifndef CAPTURE_INSIDE_H
#define CAPTURE_INSIDE_H

#include "base/rng.h"
#include "capture/keep.h"
#include "listen/coverage.h"
#include "query/percolator.h"
#include "source/run.h"

#include <pthread.h>
#include <stdatomic.h>

enum {
    QUEUE_MAX = 64,        /* batches of a wire: more than may be in flight */
    GAPS_MAX = 32,         /* that a connector told of and that are not written yet */
    RESULTS_MAX = 512,
    REFUSALS_MAX = 32,     /* reasons that are told apart */
    MINUTES_SLOTS = 60,    /* of five seconds */
    LAGS = 100,
    HOLD_MS = 10000,       /* so long a client that refuses holds a wire */
    HOLD_STEP_MS = 200,
    BEHIND_STEP_MS = 5000, /* between two tries of a client that is behind */
    LOOK_MS = 20000,
    GRACE_MS = 10000,
};
#define MAIN_SUB "main"

/* ---- Clients ---- */

struct topic_set { /* shared by count */
    atomic_uint              users;
    struct arena             arena; /* the trees */
    struct percolator       *percolator;
    size_t                   count;
};
void topic_set_release(struct topic_set *set); /* legal on NULL */

struct known_source { /* as the manager read it last */
    int64_t id;
    bool    is_paused;
    char    problem[SOURCE_SAID_BYTES]; /* why it cannot even be tried: its secrets do not open */
};

struct client {
    struct client        *next;
    struct capture_client given;
    char                  name[128];
    bool                  needs_rows, needs_topics, is_leaving; /* capture->lock */
    struct known_source  *known; /* capture->lock */
    size_t                known_count;
    int64_t               topics_us;  /* monotonic: when they were read last */
    pthread_mutex_t       lock;
    struct topic_set     *topics; /* NULL: none could be read yet */
    unsigned              pins;   /* capture->lock: by who looks something up */
    /* The time before its stream was opened counts as missed; it is taken back when all sources that went on from a state have caught up. */
    int64_t               down_from_us, down_until_us; /* 0: nothing to take back */
    unsigned              owing;     /* client->lock: sources that have not caught up */
    bool                  has_missed; /* client->lock: one could not */
};

/* ---- Wires ---- */

struct tap {
    struct tap       *next;
    struct client    *client;
    int64_t           source;
    char              name[CAPTURE_NAME_MAX + 1], cursor_name[CURSOR_NAME_BYTES], gone_name[CURSOR_NAME_BYTES + 8];
    enum capture_keep keep;
    unsigned          sample_per_mille;
    bool              is_stale;      /* the manager's mark while it compares */
    /* of the wire's thread */
    struct topic_set          *topics;
    struct percolator_scratch *scratch;
    uint64_t          round;         /* the last one it is done with */
    bool              is_behind;
    int64_t           behind_from_us, behind_tried_ms;
    char              behind_why[COVERAGE_TEXT_BYTES];
    int64_t           refused_ms;    /* monotonic: since when its archive refuses; 0: it does not */
    bool              has_gone;      /* ids in the archive that its client's records may still hold */
    int64_t           position_us;   /* of its newest state; 0: none */
    bool              is_waiting;    /* for the wire to begin: rounds pass it by */
    bool              is_owing;      /* it went on from a state and has not caught up */
    /* wire->lock */
    uint64_t          kept, deleted, duplicate;
};

struct gap_told {
    int64_t from_us, until_us;
    char    message[COVERAGE_TEXT_BYTES];
};

/* Something that a person looked up: batches of a subscription of its own. On the stack of who looks. */
struct look {
    struct look         *next;
    char                 sub[SOURCE_SUB_BYTES];
    struct source_batch *batches[QUEUE_MAX];
    size_t               batch_count;
    bool                 is_over, has_failed;
    char                 message[SOURCE_SAID_BYTES];
};

/* A delivery whose result is waited for (deliver.c). On the stack of who waits. */
#define DELIVERY_PREFIX "delivery." /* of the command's id; deeds' begin with a digit */
struct delivering {
    struct delivering   *next;
    char                 id[SOURCE_KEY_BYTES];
    bool                 is_done;
    struct source_result result;
};

struct wire {
    struct wire    *next;
    struct capture *capture;
    char            key[40];
    bool            is_shared;
    unsigned        pins;                /* capture->lock */
    /* Of its life; does not change. */
    struct arena            arena;
    struct str              connector_name, config, secrets;
    const struct connector *connector; /* built in; NULL: a program */
    enum source_mode        mode;
    struct source_query     query;
    int64_t                 source; /* of a wire that is not shared, whose secrets are kept there */
    struct client          *client;

    /* manager */
    pthread_t  thread;
    bool       has_thread;
    unsigned   failures;
    int64_t    begun_ms, retry_ms; /* monotonic */
    int64_t    ended_us;           /* wall: since when it has been away; 0: it is not */
    bool       is_finished;        /* it gave all that it had (backfill) */
    bool       needs_pull_back;    /* a client that was opened late is behind it */

    pthread_mutex_t   work;
    struct tap       *taps;
    uint64_t          round;
    int64_t           position_us; /* of the newest state */

    pthread_mutex_t   run_lock;
    struct source_run *run;
    uint64_t          generation; /* of run; also read under lock */

    pthread_mutex_t      lock;
    pthread_cond_t       changed;
    bool                 is_stopping;
    struct source_batch *queue[QUEUE_MAX];
    size_t               queue_count;
    struct gap_told      gaps[GAPS_MAX];
    size_t               gap_count;
    bool                 needs_tell, has_expiry; /* for the manager: something changed; a token's end is to be stored */
    bool                 has_live_news; /* the connector said live or idle: what was missed has come */
    bool                 is_ended;
    enum source_end      end;
    struct error         why;
    struct source_result results[RESULTS_MAX];
    size_t               result_count;
    struct look         *looks;
    struct delivering   *delivering;
    char                 network[64];
    uint64_t             recovered; /* courier: generation for which what was lost was looked through */
    unsigned             acts, modes, text_max;
    enum source_unit     text_unit;
    bool                 echoes_key, has_rates;
    /* figures */
    enum capture_phase    phase;
    enum source_phase     said;
    char                  message[SOURCE_SAID_BYTES];
    int64_t               message_us, rate_until_us, retry_us;
    int64_t               rate_remaining, rate_limit;
    struct source_account account;
    uint64_t              seen, refused, private_ones, restarts;
    uint64_t              slots[MINUTES_SLOTS];
    int64_t               slot_at; /* number of the newest slot: monotonic seconds / 5 */
    int64_t               started_ms;
    int64_t               last_post_us, last_commit_us;
    int64_t               lags_us[LAGS];
    uint64_t              lag_count;
    struct capture_refusal refusals[REFUSALS_MAX];
    size_t                refusal_count;
};

struct capture {
    struct capture_options options;
    char                   data_folder[512], programs_folder[512];
    struct capture_key     key;
    struct rng             rng; /* manager */

    pthread_mutex_t lock;
    pthread_cond_t  changed; /* for the manager, and for who waits for it */
    bool            is_stopping;
    struct client  *clients;
    struct wire    *wires;
    pthread_t       manager, courier;
    bool            has_manager, has_courier;
    int64_t         attached_ms; /* monotonic: when the newest client came */
    bool            has_news;  /* for the manager */
    bool            has_deeds; /* the courier is asked for */
    pthread_cond_t  courier_changed;
};

/* capture.c */
__attribute__((format(printf, 4, 5))) void capture_say(struct capture *capture, const char *level, const char *event, const char *format, ...);
void          capture_wake(struct capture *capture); /* the manager */
struct client *client_named(struct capture *capture, const char *name); /* with capture->lock; NULL: none */
/* A source at work, held so that neither its wire nor its client goes. */
struct pinned {
    struct wire   *wire;
    struct client *client;
};
bool          capture_pin(struct capture *capture, const char *client, int64_t source, struct pinned *pinned_out); /* false: it is not at work */
void          capture_unpin(struct capture *capture, struct pinned pinned);

/* manage.c */
void *manager_run(void *capture);
void  capture_wire_free(struct wire *wire); /* it has stopped */
/* Into path where it is a program; false: none may be run. */
bool  program_path(const struct capture *capture, struct str connector, char path[512]);

/* host.c */
struct source_host wire_host(struct wire *wire);
void               wire_note(struct wire *wire, enum capture_phase phase, const char *message); /* takes wire->lock */
/* What a program or a platform wrote, as a line: control characters become blanks. */
void               clean_words(char *words);

/* cover.c: what was missed, and what came after all */
void cover_gaps(struct wire *wire, const struct gap_told *gaps, size_t count); /* with wire->work */
void cover_gap(struct tap *tap, int64_t from_us, int64_t until_us, const char *reason);
void cover_begun(struct tap *tap);     /* it goes on from a state */
void cover_caught_up(struct tap *tap); /* all that was owed has come */
void cover_missed(struct tap *tap);    /* or cannot */
void cover_open(struct client *client); /* looks what counts as missed before its stream was opened */

/* round.c */
void *wire_run(void *wire);
void  tap_free(struct tap *tap);

/* state.c: what a tap keeps in its client's archive */
struct tap_state {
    int64_t    position_us;
    struct str state;
};
enum error_code tap_state_read(struct stream *stream, const char *cursor_name, struct arena *arena, struct tap_state *state_out, struct error *error);
bool            tap_state_write(const struct tap_state *state, struct buf *out);

/* intake.c: a round's items, as posts and deletes */
struct intake {
    struct arena           arena;
    struct post           *posts;
    struct text_facts     *facts;
    unsigned              *wants; /* what facts were found with; UINT_MAX: none yet */
    size_t                 count;
    struct stream_figures *figures;
    struct str            *deleted, *deleted_by, *authors; /* deleted_by: the author whose post alone may go; empty: whosever it is */
    size_t                 figure_count, deleted_count, author_count;
    uint64_t               seen, private_ones, refused;
    int64_t                newest_us;
    struct str             state;
    bool                   has_state;
};
/* Of batches; their arenas must live as long. */
enum error_code intake_read(struct intake *intake, struct source_batch *const *batches, size_t count, struct str network, struct error *error);
/* Facts of a post with at least want. */
enum error_code intake_facts(struct intake *intake, size_t post, unsigned want, struct text_analyser *analyser, struct error *error);

/* courier.c */
void *courier_run(void *capture);
void  courier_wake(struct capture *capture);

#endif
