/* A client's posts in motion. What is pushed is parsed, analysed, committed, and only then acknowledged; then it is heard by whoever
 * listens and counted for trends.
 *
 *     stream_push (any thread) ─▶ parse, analyse ─▶ one commit for all who wait ─▶ acknowledged
 *                                                        ├─▶ ring of the newest posts ─▶ live tails
 *                                                        ├─▶ snapshot for the nine questions
 *                                                        └─▶ trend thread ─▶ on_trends
 *
 * The trend thread first replays what the archive holds (TREND_WARM_UP_US back from its newest post), so that after a restart it knows
 * what is usual, then follows the ring in event time.
 *  - It never holds posts of its own: where it falls behind the ring it reads from the archive what it missed. Memory does not grow.
 *  - A post up to an hour late counts (at most two minutes back, the engine's watermark); one that is later would look like news and does not.
 *    After a thousand such and ten quiet seconds it replays, so history that is pushed into a running server counts where it belongs.
 *  - A post of the future (more than two minutes ahead of the clock) does not count until a replay after its time.
 *  - After ten seconds without posts time passes by itself, two minutes behind the clock, unless the newest post is older than the warm-up: an archive of history
 *    stands at its end until somebody posts.
 *  - Deleted posts leave the ring at once, and the trends as soon as the thread comes to it: that they were counted stays, until a replay.
 */
#ifndef LISTEN_STREAM_H
#define LISTEN_STREAM_H

#include "archive/archive.h"
#include "trend/trend.h"

struct stream;

enum stream_trend_event { STREAM_TREND_OPEN, STREAM_TREND_UPDATE, STREAM_TREND_CLOSE };

struct stream_options {
    const char *archive_folder;
    bool        has_no_trends; /* tests and tools */
    /* On the trend thread, in order of event time. is_replay: it is no news, because this is a replay or more than an hour behind the clock
     * (history that is being pushed). Trends live until it returns. Besides events, every open trend is told of as an UPDATE at the end of a
     * replay, and then once in five minutes of event time. */
    void (*on_trend)(void *context, enum stream_trend_event event, int64_t at_us, bool is_replay, const struct trend *trend);
    /* A replay begins (at the start; when posts of the past came in number) or ends; may be NULL. What is found in it has
     * new ids; ids told before it are over. So whoever keeps trends knows them by what they are about and when they began. */
    void (*on_replay)(void *context, bool begins, int64_t at_us);
    /* After each commit, on the thread that committed; short. */
    void (*on_commit)(void *context);
    void  *context;
    /* A clock that runs faster than the world's, for an invented town: now = starts_us + (wall - wall at open) * speed. 0: the wall clock. */
    int64_t clock_starts_us;
    double  clock_speed;
};

/* Opens the archive for writing. Errors: archive_open's, ERROR_MEMORY. */
enum error_code stream_open(const struct stream_options *options, struct stream **stream_out, struct error *error);
/* Ends the trend thread and closes the archive, which seals what it has much of. No other call is running or follows. Legal on NULL. */
void            stream_close(struct stream *stream);
int64_t         stream_now_us(const struct stream *stream);

/* ---- In ---- */

enum { STREAM_REJECTS_SHOWN = 20 };
struct stream_reject {
    uint64_t   line; /* 1-based */
    struct str reason;
};
struct stream_pushed { /* each line read is one of the others; blank lines are none */
    uint64_t read, added, duplicate, refreshed, edited, withheld, rejected;
    uint64_t deleted, unknown; /* stream_take alone: posts that went; deletes, figures and edits of posts that are not here */
    struct str *gone;          /* ids of the posts that went; in arena */
    size_t      gone_count;
    struct stream_reject rejects[STREAM_REJECTS_SHOWN]; /* the first of them; reasons in arena */
    size_t   reject_count;
};
enum { STREAM_PUSH_MAX_BYTES = 64 << 20 };
/* JSON Lines, durable when it returns. Callers that come together share a commit. Bad lines are rejected, the rest is kept.
 * A post of any time is kept; what its time means for trends is told above. While much is in hand (128 MiB of lines), callers wait.
 * ERROR_TOO_LARGE over STREAM_PUSH_MAX_BYTES. ERROR_NO_SPACE and the archive's others: nothing of this push was kept (a push that shared
 * the commit fails too), and the next push tries again. */
enum error_code stream_push(struct stream *stream, struct str lines, struct arena *arena, struct stream_pushed *pushed_out,
                            struct error *error);
/* What a source brings: posts that are parsed and analysed already (once, whoever many clients take them), new figures of posts that are known,
 * what was deleted there, and how far it is. One commit, durable when it returns; callers that come together share it.
 * Deletes are archive_drop_post's and archive_drop_account's: an account is one of platform, and nothing is remembered of what was never here. */
struct stream_figures {
    struct str          id;
    struct post_metrics metrics; /* unknown ones stay as they were */
};
struct stream_intake {
    const struct post           *posts;
    const struct text_facts     *facts; /* of TREND_TEXT_WANT, one for each post */
    size_t                       count;
    size_t                       edit_count; /* the last of them are taken only where an older version is here */
    const struct stream_figures *figures;
    size_t                       figure_count;
    const struct str            *deleted_posts; /* ids, "platform:native" */
    size_t                       deleted_post_count;
    const struct str            *deleted_authors; /* ids of authors on platform */
    size_t                       deleted_author_count;
    struct str                   platform;
    bool                         is_retold; /* the posts are at second hand: archive_add_retold */
    struct str                   state_name, state; /* archive_put_state's; name empty: none */
    /* A list in the archive of the ids of posts that went, for those who keep copies: this take's are added to it in the same commit, so that none is
     * missed over a kill (stream_gone reads it). is_gone_done: those before are dealt with. name empty: no list. */
    struct str                   gone_name;
    bool                         is_gone_done;
};
/* Counts as stream_pushed's; rejects have the post's index + 1 as their line. Errors as stream_push's, all or nothing; that it was refused is no
 * gap yet: whoever has the posts tries again, and says (coverage.h) when it gives up. */
enum error_code stream_take(struct stream *stream, const struct stream_intake *intake, struct arena *arena, struct stream_pushed *pushed_out,
                            struct error *error);
/* The list of a gone_name. In arena. */
enum error_code stream_gone(struct stream *stream, struct str name, struct arena *arena, struct str **ids_out, size_t *count_out, struct error *error);
/* A value as of the last commit; empty where there is none. In arena. */
enum error_code stream_state(struct stream *stream, struct str name, struct arena *arena, struct str *value_out, struct error *error);

enum error_code stream_delete_post(struct stream *stream, struct str id, bool *was_there_out, struct error *error);
enum error_code stream_delete_author(struct stream *stream, struct str author, uint64_t *deleted_out, struct error *error);

/* ---- Out ---- */

/* The newest committed state, shared by all who ask between two commits. Release with archive_snapshot_release. */
enum error_code stream_snapshot(struct stream *stream, struct archive_snapshot **snapshot_out, struct error *error);

/* A place in the ring of the newest posts (8,192 of them, fewer where they are longer than 64 MiB together), in order of arrival. What the
 * archive knew already (a duplicate, new figures) does not come by. */
enum { STREAM_RING_POSTS = 8192, STREAM_RING_BYTES = 64 << 20 };
struct stream_tail {
    uint64_t next; /* sequence number of the next post to see; sequence numbers begin at 1 and end with the process. 0: the oldest held */
};
struct stream_heard {
    uint64_t           seq;
    bool               is_edit; /* it was here before and says something else now */
    const struct post *post; /* until visit returns */
    const struct text_facts *facts; /* of TREND_TEXT_WANT */
};
uint64_t stream_newest_seq(struct stream *stream);
/* Calls visit for up to `most` posts from tail->next on and moves it. Returns how many posts were overrun and never seen (a reader that
 * was too slow). No lock is held over visit. Posts that were deleted meanwhile are passed over and are not overrun. */
uint64_t stream_tail_read(struct stream *stream, struct stream_tail *tail, size_t most, void (*visit)(void *context, const struct stream_heard *heard),
                          void *context);
/* wake is called after each commit, under a lock: it must be short and must not call the stream. Returns a handle for unlisten. */
struct stream_listener *stream_listen(struct stream *stream, void (*wake)(void *context), void *context);
void                    stream_unlisten(struct stream *stream, struct stream_listener *listener); /* no wake runs or follows when it returns */

struct stream_health {
    int64_t  trends_at_us;     /* event time that the trend thread has reached; 0: nothing yet */
    bool     is_replaying;
    uint64_t trends_behind;    /* posts that it has not taken yet */
    uint64_t trends_late, trends_ahead; /* posts since the last replay that it did not count: too late, or of the future */
    uint64_t trends_reread;    /* times that it fell behind the ring and read from the archive what it had missed */
    uint64_t replays;          /* replays that ended */
    uint64_t pushed, rejected, commits; /* since the start */
    int64_t  last_commit_us;   /* wall time; 0: none */
    uint64_t ring_posts, ring_bytes; /* of the newest posts, in memory */
};
void stream_health(struct stream *stream, struct stream_health *health_out);

#endif
