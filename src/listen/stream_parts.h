/* The inside of a stream, for stream.c (its life and what comes out), stream_push.c and stream_take.c (what goes in), stream_commit.c (how) and stream_trends.c (the trend thread).
 *
 * The writer's role. One thread at a time writes to the archive: whoever finds the role free takes it, with all pushes that wait at that
 * moment, and commits them together; the others sleep until their push is done, and the first that finds its own still waiting is the next
 * writer. So commits are as large as the disk is slow, and nobody waits for a timer.
 *
 * Locks, each taken while holding at most those before it:
 *     role (is_writing; no mutex is held while a thread has it)  >  renew_lock  >  archive's own lock, snapshot_lock
 *                                                                >  listeners_lock  >  what a wake takes
 *                                                                >  queue_lock, ring.lock, trends.lock, listening.lock, keeper.lock (nothing is
 *                                                                   taken under these)
 */
#ifndef LISTEN_STREAM_PARTS_H
#define LISTEN_STREAM_PARTS_H

#include "listen/coverage.h"
#include "listen/ring.h"
#include "listen/stream.h"

enum {
    PUSH_IN_HAND_BYTES = 128 << 20, /* of lines that are being parsed or wait for a commit */
    PUSH_LINES_MAX = 2 << 20,       /* lines of one push */
    GONE_MAX_BYTES = 8 << 20, /* of a list of posts that went */
    ANALYSERS_KEPT = 8,
    FORGETS_MAX = 4096,
    SEAL_POSTS = 32768,      /* unsealed: a kill costs half a second of reading them again */
    MERGE_POSTS = 196608,    /* pushes wait while segments are merged: seconds, not half a minute. An import merges further */
    SEAL_BYTES = 64 << 20,   /* of their lines */
    RENEW_WAIT_MS = 100,     /* at most so long a question waits, so that snapshots take no more than a quarter of one processor */
};

struct push_item {
    struct post       post;
    struct text_facts facts;
    uint64_t          line;
};

/* One push or take on its way. Belongs to the thread that pushes, but for the time between being queued and is_done. */
struct push {
    struct push          *next;
    struct push_item     *items;
    size_t                count, bytes; /* items; of its lines or posts */
    const struct stream_intake *intake; /* of a take, else NULL: what it brings besides posts */
    struct arena         *arena; /* the caller's: reasons of rejects */
    struct stream_pushed *pushed;
    enum error_code       code;
    struct error          error;
    bool                  is_done;
};

struct stream_listener {
    struct stream_listener *next;
    void (*wake)(void *context);
    void *context;
};

/* A delete that the trend thread has not heard of yet. */
struct forget {
    struct forget *next;
    bool           is_author;
    struct str     name; /* an id, or an author's folded name; behind the struct, in the same block */
};

struct recent;

/* Of the trend thread, but for what lock guards. */
struct trends {
    pthread_t            thread;
    bool                 has_thread;
    pthread_mutex_t      lock;    /* guards what follows, up to health */
    pthread_cond_t       changed; /* on the monotonic clock */
    bool                 is_stopping, has_news, needs_replay;
    struct forget       *forgets;
    size_t               forget_count; /* at most FORGETS_MAX; then a replay is asked for instead */
    struct stream_health health; /* its trend members alone */

    uint64_t             next;       /* seq of the next post of the ring */
    struct trend_engine *engine;     /* NULL: it could not be made; tried again */
    struct text_analyser *analyser;
    struct recent       *recent;
    uint64_t             id_base, id_most; /* added to an engine's ids; the greatest id told */
    int64_t              newest_us;  /* event time of the engine */
    int64_t              told_us;    /* when open trends were told of last */
    bool                 is_live, is_replaying;
    uint64_t             late;       /* posts too late to count, since the last replay */
    int64_t              late_us, replayed_us, fed_us; /* monotonic: the last of them; the end of the last replay; the last post counted */
    struct arena         arena;
};

/* The keeper thread: seals, so that neither pushes nor questions have to, and gives signs of life. */
struct keeper {
    pthread_t       thread;
    bool            has_thread;
    pthread_mutex_t lock; /* guards these */
    pthread_cond_t  changed;
    bool            is_stopping;
    uint64_t        unsealed_posts, unsealed_bytes; /* committed since the last seal, roughly */
};

enum { COVERAGE_LAGS = 1024 };

/* What is known of what was missed, and of how late posts come. */
struct listening {
    int64_t         started_us; /* stream's clock; does not change */
    pthread_mutex_t lock;       /* guards what follows */
    struct coverage coverage;
    bool            is_dirty;   /* the archive has not heard of the newest gap yet */
    int64_t         beat_us;    /* monotonic: the last sign of life in the archive */
    int64_t         live_us;    /* stream's clock: when the last live post came; 0: never */
    int64_t         refused_us; /* stream's clock: since when pushes are refused; 0: they are not */
    enum error_code refused_for;
    int64_t         lags_us[COVERAGE_LAGS]; /* of the newest live posts; slot lag_count % COVERAGE_LAGS is next */
    uint64_t        lag_count;
};

struct stream {
    struct stream_options options;
    char                  folder[480];
    int64_t               opened_us; /* monotonic */

    pthread_mutex_t queue_lock; /* guards these */
    pthread_cond_t  queue_changed;
    bool            is_writing;
    struct push    *first, **last;
    uint64_t        in_hand_bytes;
    struct text_analyser *analysers[ANALYSERS_KEPT];
    size_t          analyser_count;

    struct archive *archive; /* of the role; NULL: it broke and could not be opened anew yet */
    struct ring     ring;

    pthread_mutex_t          renew_lock; /* who makes a snapshot; guards archive against being opened anew meanwhile, and these two */
    int64_t                  renewed_us, renewal_us; /* monotonic: when the last one was made; how long it took */
    pthread_mutex_t          snapshot_lock; /* guards these */
    struct archive_snapshot *shared;
    uint64_t                 shared_commit;

    struct keeper keeper;

    pthread_mutex_t         listeners_lock;
    struct stream_listener *listeners;

    atomic_uint_fast64_t commits, pushed, rejected;
    atomic_int_fast64_t  last_commit_us;

    struct listening listening;
    struct trends    trends;
};

/* stream.c */
void stream_role_take(struct stream *stream);
void stream_role_give(struct stream *stream);
/* For who has the role: the archive, opened anew where it broke. */
enum error_code stream_archive(struct stream *stream, struct archive **archive_out, struct error *error);
/* For who has the role, after a commit: the posts that it added (taken over), and everybody is told. */
void            stream_committed(struct stream *stream, uint64_t skipped, struct ring_post **posts, size_t count);

/* stream_commit.c */
bool            push_is_about_the_post(enum error_code code); /* what the post itself is to blame for; anything else ends the push */
enum error_code push_reject(struct push *push, uint64_t line, const struct error *why, struct error *error);
void            push_wait_for_room(struct stream *stream, size_t bytes); /* until so many bytes may be in hand */
void            push_leave_room(struct stream *stream, size_t bytes);
void            push_commit(struct stream *stream, struct push *push); /* with all that wait; push->code and error say how it went */
enum error_code push_end(struct stream *stream, struct push *push, struct error *error); /* counts it; its code */

/* stream_keeper.c */
enum error_code keeper_start(struct stream *stream, struct error *error);
void            keeper_stop(struct stream *stream);
void            keeper_committed(struct stream *stream, uint64_t posts, uint64_t bytes);

/* stream_coverage.c */
enum error_code coverage_start(struct stream *stream, struct error *error); /* once, before anybody else */
void            coverage_heard(struct stream *stream, int64_t at_us, int64_t now_us); /* a new post */
void            coverage_refused(struct stream *stream, enum error_code code); /* a push failed */
/* For who has the role. Before the commit: what the archive should hear; after it: it did, and a time of refusals has ended. */
void            coverage_accepts(struct stream *stream);
enum error_code coverage_put(struct stream *stream, struct archive *archive, struct error *error);
void            coverage_committed(struct stream *stream);
void            coverage_beat(struct stream *stream, bool is_last); /* takes the role */

/* stream_trends.c */
enum error_code trends_start(struct stream *stream, struct error *error);
void            trends_stop(struct stream *stream);
void            trends_wake(struct stream *stream);
/* A post (by id) or an author (by folded name) was deleted. */
void            trends_forget(struct stream *stream, bool is_author, struct str name);

#endif
