/* Reads: a person's judgement, on record before the outcome is known, and settled by the archive when it is due.
 *
 *     "I think volume of `delay*` will be lower by tomorrow 10:00, 70 % sure, because the storm has passed."
 *
 * Three kinds of claim, each about the window of width `window` that ends at the due time, and the base window of the
 * same width that ends when the read was made:
 *
 *     volume   up, flat, down      posts in the window against posts in the base window; flat within 25 % or 2
 * sqrt(base) (forecast.h) tone     above, below        share of negative posts among those whose tone is known, against
 * `share` spill    reaches             at least `voices_least` distinct authors on one platform or community in the
 * window, where fewer than `voices_before` wrote in the base window
 *
 * Blind first. At saving time the engine's own forecast is computed and stored in the same row; no function gives it
 * out before a row exists. Whoever writes a read on a question whose forecast was on show already (is_sighted) is not
 * compared with the engine.
 *
 * A life: open ─▶ settled | void, by the archive; within READ_UNDO_US: ─▶ withdrawn. Nothing is ever edited or removed.
 * It is void where gaps in capture hide more than READ_HIDDEN_MOST of the window (volume: of either window), or where
 * too little is known; only then may a reviewer decide, with a reason.
 */
#ifndef READ_READ_H
#define READ_READ_H

#include "archive/archive.h"
#include "listen/coverage.h"
#include "read/forecast.h"
#include "record/record.h"
#include "text/tone.h"

extern const struct record_domain read_domain;

#define READ_UNDO_US  (INT64_C(10) * 60 * 1000000)
#define READ_GRACE_US (INT64_C(5) * 60 * 1000000) /* late posts still arrive: it is settled so long after it was due \
                                                   */
#define READ_WINDOW_MIN_US (INT64_C(10) * 60 * 1000000)
#define READ_LEAD_MAX_US   (INT64_C(90) * 24 * 3600 * 1000000)
#define READ_HIDDEN_MOST   0.2

enum {
    READ_QUERY_MAX_BYTES = 16 * 1024,
    READ_WORDS_MAX_BYTES = 200,
    READ_BECAUSE_MAX_BYTES = 2000,
    READ_TARGET_MAX_BYTES = 200,
    READ_KNOWN_LEAST = 10, /* posts of known tone that a share needs */
    READ_VOICES_MOST = 10000
};

enum read_kind { READ_VOLUME, READ_TONE, READ_SPILL, READ_KINDS };
enum read_way {
    READ_WAY_DOWN,
    READ_WAY_FLAT,
    READ_WAY_UP,
    READ_WAY_ABOVE,
    READ_WAY_BELOW,
    READ_WAY_REACHES,
    READ_WAYS
};
enum read_status { READ_OPEN, READ_SETTLED, READ_VOID, READ_WITHDRAWN, READ_STATUSES };
extern const char *const read_kind_names[READ_KINDS], *const read_way_names[READ_WAYS],
                                                          *const read_status_names[READ_STATUSES];
bool read_kind_parse(struct str word, enum read_kind *kind_out);
bool read_way_parse(struct str word, enum read_way *way_out); /* also lower, higher, same */
bool read_status_parse(struct str word, enum read_status *status_out);

struct read_claim {
    enum read_kind kind;
    enum read_way  way;
    struct str     query; /* as it was typed; empty: every post */
    struct str exact; /* the same with its lists and times written out (query_print), so that it still means the same
                         when due */
    double     share; /* tone: 0.01 to 0.99 */
    bool       is_community; /* spill: target is a community, else a platform */
    struct str target;
    int64_t    voices_least, voices_before;
    int64_t    window_us; /* of both windows; at most due - made */
    int64_t    due_us;
};

/* What was counted in a window. */
struct read_counts {
    double posts;           /* volume */
    double negative, known; /* tone */
    double voices;          /* spill */
};

/* What the engine thinks, as a probability that the claim comes true. */
struct read_engine {
    double     p;
    double     base_rate; /* how often such a claim came true in this query's own past, drawn to a prior */
    double     three[FORECAST_DIRECTIONS]; /* volume: down, flat, up; NaN for other kinds */
    struct str basis;                      /* what it is founded on, a sentence */
};

struct read {
    int64_t             id;
    struct record_actor by;
    struct read_claim   claim;
    int                 sure; /* 1 to 99: percent that the claim comes true */
    struct str          feelings, because;
    int64_t             topic, trend, room; /* ids; 0: none */
    int64_t             made_us;            /* on the client's clock */
    struct read_counts  base;
    struct read_engine  engine;
    bool                is_sighted; /* the engine's view of this question was on show when it was written */
    enum read_status    status;
    bool                came_true; /* of a settled one */
    int64_t             ended_us;  /* when it was settled, void or withdrawn; 0: open */
    struct str          ended_by;  /* "the archive", or a name */
    struct str          reason;    /* why it is void, or why a reviewer decided so */
    struct read_counts  outcome;
    double              hidden; /* share of the window that was not captured */
};

/* ---- Claims (claim.c) ---- */

/* Checks a claim made at made_us and fills what was left out: window (0: the lead, at most a day). ERROR_INVALID names
 * the part. */
enum error_code read_claim_check(struct read_claim *claim, int64_t made_us, struct error *error);
/* One sentence: "volume of `delay*` will be lower ...". In arena; ptr NULL without memory. */
struct str read_claim_words(const struct read_claim *claim, struct arena *arena);
/* What settles it, exactly, in a sentence or two. */
struct str read_claim_rule(const struct read_claim *claim, int64_t made_us, struct arena *arena);
/* True where the claim came true. False in *is_decided_out: too little is known (a tone share of fewer than
 * READ_KNOWN_LEAST posts). */
bool read_claim_holds(const struct read_claim *claim, const struct read_counts *base, const struct read_counts *outcome,
                      bool *is_decided_out);

/* ---- Questions to the archive (measure.c, engine.c) ---- */

struct read_tools {
    struct text_analyser *analyser;
    /* TONE_UNKNOWN where nobody can tell. NULL: tone_of. */
    enum tone (*tone)(void *context, const struct post *post, const struct text_facts *facts);
    /* Share of [from, until) that some source did not capture (read_hidden_share). NULL: nobody keeps that ledger. */
    enum error_code (*hidden)(void *context, int64_t from_us, int64_t until_us, double *share_out, struct error *error);
    void *context;
};

/* Share of [from, until) that lies in at least one gap (sorted by from_us, as coverage.h gives them). A gap of one
 * source counts like one of all: how much it would have brought nobody knows. */
double read_hidden_share(const struct coverage_gap *gaps, size_t count, int64_t from_us, int64_t until_us);

/* Counts what the claim's kind needs in [from, until). */
enum error_code read_measure(struct archive_snapshot *snapshot, const struct read_claim *claim, int64_t from_us,
                             int64_t until_us, const struct read_tools *tools, struct arena *arena,
                             struct read_counts *counts_out, struct error *error);
/* The claim's posts over time: archive_timeline within [from, until). */
enum error_code read_timeline(struct archive_snapshot *snapshot, const struct read_claim *claim, int64_t from_us,
                              int64_t until_us, int64_t step_us, const struct read_tools *tools, struct arena *arena,
                              struct archive_bucket **buckets_out, size_t *count_out, struct error *error);
/* The engine's forecast of a claim at made_us, from what the archive held before it. */
enum error_code read_forecast(struct archive_snapshot *snapshot, const struct read_claim *claim, int64_t made_us,
                              const struct read_tools *tools, struct arena *arena, struct read_engine *engine_out,
                              struct error *error);
/* Checks the claim, measures its base window, asks the engine, and keeps it all in one row. Fills read->id and the
 * rest. ERROR_INVALID: the claim cannot be used (a spill that has happened already among others). */
enum error_code read_make(struct record *record, struct archive_snapshot *snapshot, const struct read_tools *tools,
                          struct read *read, struct arena *arena, struct error *error);

/* ---- Settling (settle.c) ---- */

/* Settles every open read that was due READ_GRACE_US before now_us. Called once a minute; costs one small statement
 * where nothing is due. settled (may be NULL) is told of each. */
enum error_code reads_settle(struct record *record, struct archive_snapshot *snapshot, const struct read_tools *tools,
                             int64_t now_us, void (*settled)(void *context, const struct read *read), void *context,
                             size_t *count_out, struct error *error);
/* Settles one. ERROR_CONFLICT: it is not due yet, or not open. */
enum error_code read_settle(struct record *record, struct archive_snapshot *snapshot, const struct read_tools *tools,
                            int64_t id, int64_t now_us, struct arena *arena, struct read *read_out,
                            struct error *error);
/* A reviewer's word on a void read, with a reason; never on one's own. ERROR_CONFLICT: it is not void; ERROR_FORBIDDEN:
 * it is theirs. */
enum error_code read_judge(struct record *record, struct record_actor by, int64_t id, bool came_true, struct str reason,
                           int64_t now_us, struct arena *arena, struct read *read_out, struct error *error);

/* ---- The record (keep.c) ---- */

enum error_code read_get(struct record *record, int64_t id, struct arena *arena, struct read *read_out,
                         struct error *error);
struct read_filter {
    int64_t          member; /* -1: all */
    bool             has_status;
    enum read_status status;
    int64_t          before; /* id; 0: from the newest */
    unsigned         limit;
};
enum error_code read_list(struct record *record, const struct read_filter *filter, struct arena *arena,
                          struct read **reads_out, size_t *count_out, struct error *error);
/* ERROR_FORBIDDEN: somebody else's; ERROR_CONFLICT: more than READ_UNDO_US ago, or not open. */
enum error_code read_withdraw(struct record *record, struct record_actor by, int64_t id, int64_t now_us,
                              struct arena *arena, struct read *read_out, struct error *error);

/* ---- Scores (score.c): pure ---- */

enum { READ_BANDS = 5, READ_SCORE_LEAST = 10 };

struct read_band {          /* probabilities of [low, high) */
    double low, high, mean; /* mean of what was said; NaN without reads */
    size_t count, hits;
    double share, share_low, share_high; /* how often it came true, with Wilson's 95 % interval; NaN without reads */
};
struct read_score {
    size_t settled, missing; /* missing: settled reads that READ_SCORE_LEAST still wants; while there are any, nothing
                                below is filled */
    double brier;            /* mean of (p - outcome)^2: 0 is perfect, .25 is a shrug */
    double base_brier,
        base_skill;         /* of the base rate on the same reads; skill 1 - brier / base_brier, NaN where that is 0 */
    size_t           blind; /* reads written blind: the engine is compared on these alone */
    double           engine_brier, engine_skill; /* NaN where fewer than READ_SCORE_LEAST are blind */
    double           came_true, said;            /* share that came true; mean of what was said */
    struct read_band bands[READ_BANDS];
};
/* Reads that are not settled are passed over. */
void read_score(const struct read *reads, size_t count, struct read_score *score_out);
/* Every settled read of a member, or of all (-1), oldest first. */
enum error_code read_settled(struct record *record, int64_t member, struct arena *arena, struct read **reads_out,
                             size_t *count_out, struct error *error);

/* ---- Writing JSON (print.c): one form for the API and the command line ---- */
void read_print(struct json *json, const struct read *read, struct arena *arena);
void read_score_print(struct json *json, const struct read_score *score);

#endif
