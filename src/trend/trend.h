/* Trends: what people say more than expected, from when on, in whose voices, and how fast it grows.
 *
 * Posts go in, in order of time; trends open, change and close in event time. The method and its formulas with their sources
 * are told in docs/trends.md; the mathematics lives in pure functions beside this file.
 *
 * Warm-up. What is unusual is told from a past: the baseline forgets by half in 7 days and stays behind the window it judges. From an
 * empty start nothing is judged for 8 minutes; then windows of up to a quarter of the history are, against an expectation that grants
 * every unseen key one voice in all posts seen so far, so that little history means few alarms, not many. In the first day every
 * trend carries TREND_LOW_EVIDENCE. With 8.5 days of history all windows (to 68 hours) and the longest lag are in use. To ask for
 * a moment in an archive, replay from TREND_WARM_UP_US before it, or from the archive's beginning; recurring trends are recognised only by
 * what was replayed (the warm-up holds last week's; last year's needs a year).
 *
 * To list what came up between two times take the trends whose detected_at_us lies between, by greatest z; to list what is open
 * at a time, trend_engine_open_trends.
 */
#ifndef TREND_TREND_H
#define TREND_TREND_H

#include "base/arena.h"
#include "base/error.h"
#include "post/post.h"
#include "text/text.h"

/* What the engine reads of a text: text_analyse's `want` for posts that are fed to it. Without stems "flood" and "floods" are two
 * keys, without a language only English stop words are known. */
#define TREND_TEXT_WANT (TEXT_WANT_LANGUAGE | TEXT_WANT_STEMS)

#define TREND_WARM_UP_US (INT64_C(14) * 24 * 3600 * 1000000)

enum trend_flag {
    TREND_COORDINATED = 1, /* few voices, or copies, or posts in step: dup_share, top_author_share and synchrony say which */
    TREND_RECURRING = 2,   /* the same keys peaked at this hour one or more whole weeks (or a year) ago */
    TREND_LOW_EVIDENCE = 4, /* fewer than 5 effective voices, or hardly above the threshold, or less than a day of history */
};
/* Flags as words, in the order of their bits: "coordinated", "recurring", "low_evidence". */
extern const char *const trend_flag_names[3];

enum trend_event_kind { TREND_OPEN, TREND_UPDATE, TREND_CLOSE };

struct trend_post {
    struct str id;
    int64_t    at_us;
    struct str author; /* name to show */
    struct str text;
};

enum { TREND_SERIES = 48 };

/* What is known of one trend at one moment. Valid during the callback, or in the arena that trend_engine_open_trends was given. */
struct trend {
    uint64_t    id; /* never reused */
    uint64_t    merged_into; /* of a closed trend: the one that took it over, or 0 */
    struct str  label;       /* its own words in their own casing */
    struct str *terms;       /* keys, strongest first */
    size_t      term_count;
    int64_t     started_at_us;  /* Page's CUSUM: the bucket after its last zero before the alarm */
    int64_t     detected_at_us; /* event time of the alarm */
    int64_t     peak_at_us, last_post_us;
    uint32_t    posts;
    double      voices;     /* distinct authors, near copies collapsed */
    struct str  strongest;  /* the key, or the pair "one + other", that spoke loudest; the four numbers below are of its best moment */
    double      observed;   /* voices of it in the window (x) */
    double      expected;   /* voices that it would have there by its baseline (mu) */
    double      window_posts; /* all posts in the window: expected / window_posts is the share that the past led to expect */
    double      strongest_z; /* of observed against expected, after the price of the window's shortness */
    double      z;          /* strongest deviance of its keys now */
    double      z_peak;
    int64_t     window_us;  /* in which strongest_z was found */
    double      growth_per_h, growth_se; /* log-linear growth of voices an hour, and its standard error; NaN where there is too little */
    unsigned    flags;      /* enum trend_flag */
    double      dup_share, top_author_share, effective_voices, synchrony, site_share; /* the numbers behind the flags, 0 to 1 but voices */
    uint32_t    series[TREND_SERIES]; /* voices in equal buckets up to now, oldest first */
    int64_t     series_start_us, series_step_us;
    struct str *post_ids;   /* its posts so far, oldest first, at most 1,000 */
    size_t      post_id_count;
    struct trend_post *first_voices; /* earliest distinct authors, at most 5 */
    size_t      first_voice_count;
    struct trend_post *representatives; /* MMR over tf-idf: central and unlike each other, at most 5 */
    size_t      representative_count;
};

typedef void (*trend_event_fn)(void *context, enum trend_event_kind kind, int64_t at_us, const struct trend *trend);

struct trend_options {
    double  z_open, z_keep; /* 0: defaults */
    trend_event_fn on_event;
    void   *context;
};

struct trend_engine;

enum error_code trend_engine_new(const struct trend_options *options, struct trend_engine **engine_out, struct error *error);
void            trend_engine_free(struct trend_engine *engine);

/* Takes a post. Times may fall back by up to two minutes (the watermark); older ones count at the watermark.
 * Buckets that end before it are settled first, and their events are reported. */
enum error_code trend_engine_add(struct trend_engine *engine, const struct post *post, const struct text_facts *facts, struct error *error);
/* Lets event time pass to at_us without posts. */
enum error_code trend_engine_advance(struct trend_engine *engine, int64_t at_us, struct error *error);
/* Deletes: id, author and text of every post of which is_gone says so are wiped from the engine, so no trend shows them; that they were
 * counted stays. author is the name to show. Returns how many were wiped. Cost: one call for each post held. */
uint64_t trend_engine_forget(struct trend_engine *engine, bool (*is_gone)(void *context, struct str id, struct str author), void *context);
/* Trends that are open now, strongest first. */
enum error_code trend_engine_open_trends(struct trend_engine *engine, struct arena *arena, struct trend **trends_out, size_t *count_out,
                                         struct error *error);

#endif
