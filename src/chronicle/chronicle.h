/* Trends as they were: each trend that was ever told of, kept in records.db under an id of its own that never
 * changes, with what people did about it.
 *
 *     trend thread ─▶ chronicle_on_trend ─▶ newest state of each ─▶ writer thread ─▶ records.db ─▶ tell
 *                     copies, never waits     trend, in memory        one transaction for all
 *                     for the disk                                    that waits
 *
 * The engine's ids begin anew at each start, and the replay after it meets the same trends again. So a state is
 * first matched with what is kept: the same trend is the one with which it shares most posts (chronicle_match), at
 * about the same time. What is kept already is left as it was: a replay adds only what came later. So a restart, and
 * a replay of the same days, give the same ids and no doubles.
 *
 * During a replay nothing is written before a trend has closed or the replay has ended, so that a match is made on
 * whole trends.
 *
 * Texts and names of people are not kept, only the ids of posts: what is deleted in the archive is gone from here
 * too.
 */
#ifndef CHRONICLE_CHRONICLE_H
#define CHRONICLE_CHRONICLE_H

#include "listen/stream.h"
#include "record/record.h"
#include "text/tone.h"

extern const struct record_domain chronicle_domain;

enum {
    CHRONICLE_POSTS_MAX = 1000, /* ids kept of one trend: its first */
    CHRONICLE_POINTS_MAX = 256, /* of its history; when full, every second one goes */
    CHRONICLE_NOTE_MAX_BYTES = 4000,
    CHRONICLE_REASON_MAX_BYTES = 400,
    CHRONICLE_TERMS = 16,
    CHRONICLE_FIRST_VOICES = 5,
    CHRONICLE_REPRESENTATIVES = 5,
};
/* The engine closes a trend after so long without a post; one that was left open by a killed program ends here too. */
#define CHRONICLE_IDLE_US (INT64_C(12) * 3600 * 1000000)
#define CHRONICLE_FOREVER INT64_MAX

struct chronicle;

struct chronicle_options {
    struct record *records; /* with chronicle_domain in it */
    /* After a trend was written, on the writer's thread: "open", "change" or "close", and its id. What a replay only
     * met again is not told. */
    void (*tell)(void *context, const char *what, int64_t id, struct str label);
    /* a write failed; it is tried again with the next state */
    void (*complain)(void *context, const struct error *error);
    void  *context;
};

enum error_code chronicle_new(const struct chronicle_options *options, struct chronicle **chronicle_out,
                              struct error *error);
/* Gives the archive as it is now, as stream_snapshot does. */
typedef enum error_code (*chronicle_snapshot_fn)(void *context, struct archive_snapshot **snapshot_out,
                                                 struct error *error);
/* Starts the writer. Each post's platform, community, time and tone are read from snapshots; NULL: unknown. */
enum error_code chronicle_start(struct chronicle *chronicle, chronicle_snapshot_fn snapshot, void *context,
                                struct error *error);
/* stream_options.on_trend with the chronicle as context; legal before the start. Copies and returns; waits only where
 * 512 trends wait to be written already. */
void chronicle_on_trend(void *chronicle, enum stream_trend_event event, int64_t at_us, bool is_replay,
                        const struct trend *trend);
/* stream_options.on_replay likewise. When one begins, what was told before it is written, and all that is open is to be
 * recognised anew; when it ends, what it found and is open is written too. */
void chronicle_on_replay(void *chronicle, bool begins, int64_t at_us);
/* Waits until all that was told so far is written, or failed (tests, tools). */
void chronicle_flush(struct chronicle *chronicle);
/* Writes what waits and ends the writer; what comes later is dropped. Before stream_close: the writer asks it for
 * snapshots. */
void chronicle_stop(struct chronicle *chronicle);
void chronicle_free(struct chronicle *chronicle); /* behind stream_close; legal on NULL */

/* ---- The same trend? (match.c; pure) ---- */

/* How much two sets of posts are one: Jaccard |A n B| / |A u B|, or a half of |A n B| / min(|A|, |B|), whichever is
 * more. A trend that was seen when young stands whole in its later self (containment 1), but two trends that share a
 * few posts do not become one. */
double chronicle_overlap(size_t shared, size_t a, size_t b);
#define CHRONICLE_SAME 0.3

/* ---- Looking ---- */

struct chronicle_post {
    struct str id;
    int64_t    at_us;
};

/* One trend as it is kept. Strings in the arena. */
struct chronicle_trend {
    int64_t     id, version; /* version: moves on with what people do, not with the engine's updates */
    struct str  label, strongest;
    struct str  terms[CHRONICLE_TERMS];
    size_t      term_count;
    int64_t     started_us, detected_us, peak_us, last_post_us, updated_us, closed_us; /* closed_us 0: open */
    int64_t     posts;
    double      voices, z, z_peak, growth_per_h, growth_se; /* growth: NaN where there is too little */
    /* the inputs of the formula at its best moment, see trend.h */
    double      observed, expected, window_posts, strongest_z;
    int64_t     window_us;
    unsigned    flags;
    double      dup_share, top_author_share, effective_voices, synchrony, site_share;
    uint32_t    series[TREND_SERIES];
    int64_t     series_start_us, series_step_us;
    struct chronicle_post first_voices[CHRONICLE_FIRST_VOICES], representatives[CHRONICLE_REPRESENTATIVES];
    size_t      first_voice_count, representative_count;
    int64_t     merged_into; /* by the engine; 0: none */
    int64_t     joined_to;   /* by a person; 0: none */
    bool        is_found_late; /* met first in a replay: nobody could watch it then */
    int64_t     muted_until_us; /* 0: not muted; CHRONICLE_FOREVER */
    struct str  mute_reason, muted_by;
    int64_t     mute_from; /* the muted trend that this one is like, or 0 */
    int64_t     note_count;
};

enum chronicle_muted { CHRONICLE_UNMUTED, CHRONICLE_MUTED, CHRONICLE_MUTED_OR_NOT };

struct chronicle_ask {
    int64_t  now_us;   /* of the client's clock: what is open, what is muted */
    bool     is_open;  /* open now, strongest first by z; else by z_peak */
    int64_t  since_us, until_us; /* of detected_us; 0 and INT64_MAX: all */
    enum chronicle_muted muted;
    double   after_strength; /* with after_id: the last row of the page before; after_id 0: the first page */
    int64_t  after_id;
    size_t   limit;
};
/* Those that were merged into another (by the engine or by a person) are left out. */
enum error_code chronicle_list(struct record *records, const struct chronicle_ask *ask, struct arena *arena,
                               struct chronicle_trend **trends_out,
                               size_t *count_out, struct error *error);
/* ERROR_NOT_FOUND names the id. */
enum error_code chronicle_find(struct record *records, int64_t id, struct arena *arena,
                               struct chronicle_trend *trend_out, struct error *error);
/* Those that a person merged into it. */
enum error_code chronicle_joined(struct record *records, int64_t id, struct arena *arena,
                                 struct chronicle_trend **trends_out, size_t *count_out,
                                 struct error *error);

/* Numbers for an empty page: when the last trend was detected, and how many are kept. 0 where there are none. */
struct chronicle_extent {
    int64_t trends, first_detected_us, last_detected_us;
};
enum error_code chronicle_extent(struct record *records, struct chronicle_extent *extent_out, struct error *error);

struct chronicle_point {
    int64_t  at_us, posts;
    double   voices, z, growth_per_h, growth_se;
    unsigned flags;
};
enum error_code chronicle_points(struct record *records, int64_t id, struct arena *arena,
                                 struct chronicle_point **points_out, size_t *count_out,
                                 struct error *error);

/* Where it was said: its kept posts by platform and community, earliest first. */
struct chronicle_place {
    struct str platform, community; /* empty: the post does not say */
    int64_t    posts, first_us;
};
enum error_code chronicle_spread(struct record *records, int64_t id, struct arena *arena,
                                 struct chronicle_place **places_out, size_t *count_out,
                                 struct error *error);
/* The tone of its kept posts, as a machine hears it. */
enum error_code chronicle_tones(struct record *records, int64_t id, struct tone_shares *shares_out,
                                struct error *error);
/* Ids of its kept posts, oldest first. */
enum error_code chronicle_posts(struct record *records, int64_t id, struct arena *arena,
                                struct chronicle_post **posts_out, size_t *count_out,
                                struct error *error);

struct chronicle_note {
    int64_t    id, at_us, member;
    struct str name, text; /* text is empty where it was withdrawn */
    bool       is_withdrawn;
};
enum error_code chronicle_notes(struct record *records, int64_t trend, struct arena *arena,
                                struct chronicle_note **notes_out, size_t *count_out,
                                struct error *error);

/* ---- What people do; each leaves a row in the audit trail ---- */

/* version: of the trend that the person saw; ERROR_CONFLICT where it moved on, 0: any. */

/* Trend a shows as a part of b from now on. ERROR_CONFLICT: a is a part of another already, or b is a part of a. */
enum error_code chronicle_merge(struct record *records, struct record_actor actor, int64_t a, int64_t b,
                                int64_t version, struct error *error);
enum error_code chronicle_unmerge(struct record *records, struct record_actor actor, int64_t a, int64_t version,
                                  struct error *error);
/* Hidden from the list until then (client time), with those that come meanwhile and share two of its first terms. */
enum error_code chronicle_mute(struct record *records, struct record_actor actor, int64_t id, int64_t until_us,
                               struct str reason, int64_t version,
                               struct error *error);
enum error_code chronicle_unmute(struct record *records, struct record_actor actor, int64_t id, int64_t version,
                                 struct error *error);
enum error_code chronicle_note_add(struct record *records, struct record_actor actor, int64_t trend, struct str text,
                                   int64_t now_us, int64_t *id_out,
                                   struct error *error);
/* Its text is hidden, its place stays. ERROR_FORBIDDEN: it is another member's. */
enum error_code chronicle_note_withdraw(struct record *records, struct record_actor actor, int64_t note,
                                        int64_t *trend_out, struct error *error);

#endif
