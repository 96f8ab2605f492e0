/* Choosing tools: a register of what the team pays for (or has for nothing), what came through each, and comparisons of them on one topic.
 *
 *     live source, import ──▶ sightings (sightings.db): which finder saw which post, and when ──┐
 *     register: tool, cost, renewal ──▶ its finders ─────────────────────────────────────────────┼──▶ comparison: overlap, unique finds,
 *     archive: the posts that match the topic in the period ──────────────────────────────────────┘    lag, duplicates
 *                                              └──▶ a blind sample, labelled ──▶ precision ──▶ cost of a useful find
 *
 * A finder is what a post came through: one live source, or the imports under one label. Several finders may belong to one tool.
 * Sightings hold no post: 64 bits of its id's hash, so a deleted post leaves nothing behind, and a sighting counts only while the archive has
 * the post.
 *
 * compare.c is pure. Functions that take a record begin and end their own transaction, and audit what they change. Results are in arena.
 */
#ifndef TOOL_TOOL_H
#define TOOL_TOOL_H

#include "record/record.h"

extern const struct record_domain tool_domain;     /* in records.db: what people write */
extern const struct record_domain sighting_domain; /* in a client's sightings.db: what programs see; may be lost without loss of work */

/* ---- Sightings ---- */

enum { TOOL_FINDER_MAX_BYTES = 120, TOOL_FINDERS_MAX = 1000 /* of a client */ };

struct tool_sighting {
    struct str post_id; /* as the archive has it */
    int64_t    seen_us; /* when this finder had it; by the tool's own words where it says ("Added") */
};
/* Of one finder ("source:12", "import:brandwatch"; title is what people call it now). knows_when: seen_us tells of the finder's speed (a live
 * source, or the tool's own time), not of when somebody imported its file. run: within one import the same number, so that a post that is in it
 * twice counts as a duplicate, and one that is imported again does not; 0 for live sources, which may be given a post again.
 * Durable when it returns. Cost: about 3 us a sighting, in one transaction. */
enum error_code tool_sightings_add(struct record *sightings, struct str finder, struct str title, bool knows_when, int64_t run,
                                   const struct tool_sighting *rows, size_t count, struct error *error);
/* Removes sightings from before before_us. */
enum error_code tool_sightings_prune(struct record *sightings, int64_t before_us, struct error *error);

struct tool_finder {
    int64_t    id;
    struct str label, title;
    bool       knows_when;
    uint64_t   posts;
    int64_t    first_us, last_us; /* of its sightings; 0: none */
};
/* has_figures: with posts, first_us and last_us, which costs a look at every sighting; else they are 0. */
enum error_code tool_finders(struct record *sightings, bool has_figures, struct arena *arena, struct tool_finder **finders_out, size_t *count_out,
                             struct error *error);

/* Who was first, over all posts seen since since_us by at least two finders that know when. */
struct tool_first {
    int64_t  finder;
    uint64_t first;  /* posts that it saw before every other */
    uint64_t shared; /* that it and at least one other saw */
    uint64_t alone;  /* that no other saw at all */
};
enum error_code tool_firsts(struct record *sightings, int64_t since_us, struct arena *arena, struct tool_first **firsts_out, size_t *count_out,
                            struct error *error);
/* The finders that know when and saw one post, earliest first. */
struct tool_seen {
    int64_t finder, seen_us;
};
enum error_code tool_seen_by(struct record *sightings, struct str post_id, struct arena *arena, struct tool_seen **seen_out, size_t *count_out,
                             struct error *error);

/* ---- The register ---- */

enum tool_state { TOOL_TRIAL, TOOL_IN_USE, TOOL_LEAVING, TOOL_GONE };
extern const char *const tool_states[4]; /* trial in_use leaving gone */
bool tool_state_parse(struct str word, enum tool_state *state_out);

enum { TOOL_MAX = 500, TOOL_NAME_MAX_BYTES = 80, TOOL_WORDS_MAX_BYTES = 2000, TOOL_LABELS_MAX = 50 };

struct tool_person {
    int64_t    id;
    struct str name;
};

struct tool {
    int64_t            id, version;
    struct str         name, vendor, purpose, verdict; /* purpose: what we have it for; verdict: what we think of it, and why */
    enum tool_state    state;
    struct tool_person owner;       /* who renews it, or lets it go */
    int64_t            cost_cents;  /* a month, in hundredths; -1: not written down */
    struct str         currency;    /* three capitals; empty with cost -1 */
    int64_t            renews_us;   /* the day on which the contract renews (UTC midnight); 0: none */
    int64_t            notice_days; /* before that it must be ended */
    struct str        *labels;      /* of its finders */
    size_t             label_count;
    int64_t            created_us, updated_us;
};
/* ERROR_CONFLICT: the name is taken, a label belongs to another tool (it is named), or version moved on; ERROR_INVALID names the member. */
enum error_code tool_add(struct record *records, struct record_actor actor, const struct tool *tool, int64_t now_us, int64_t *id_out, struct error *error);
enum error_code tool_edit(struct record *records, struct record_actor actor, const struct tool *tool, int64_t now_us, struct error *error);
enum error_code tool_remove(struct record *records, struct record_actor actor, int64_t id, struct error *error);
enum error_code tool_by_id(struct record *records, int64_t id, struct arena *arena, struct tool *tool_out, struct error *error);
/* By renewal, the nearest first, those without behind. */
enum error_code tools(struct record *records, struct arena *arena, struct tool **tools_out, size_t *count_out, struct error *error);
/* The last day on which it can be ended before it renews; 0 where it does not renew. */
int64_t tool_notice_us(const struct tool *tool);

/* ---- Comparisons ---- */

enum { TOOL_COMPARED_MAX = 8, TOOL_COMPARISONS_MAX = 500, TOOL_COMPARED_POSTS_MAX = 200000, TOOL_SAMPLE_EACH = 50 /* posts of each finder to label */ };

/* One side of a comparison: finders that count as one, with what they cost. */
struct tool_side {
    struct str name; /* the tool's, or the finder's title */
    int64_t    tool; /* 0: a finder by itself */
    struct str labels; /* of its finders, one a line */
    int64_t    cost_cents; /* a month; -1: not known */
    struct str currency;
};
struct tool_comparison {
    int64_t            id;
    struct str         name, query; /* the topic's query as it was then */
    int64_t            topic;       /* 0: a query of its own */
    int64_t            since_us, until_us;
    struct tool_side   sides[TOOL_COMPARED_MAX];
    size_t             side_count; /* 2 and more */
    struct tool_person by;
    int64_t            created_us;
    uint64_t           sample, labelled; /* posts drawn, and those that somebody labelled */
};
enum error_code tool_comparison_add(struct record *records, struct record_actor actor, const struct tool_comparison *comparison, int64_t now_us,
                                    int64_t *id_out, struct error *error);
enum error_code tool_comparison_remove(struct record *records, struct record_actor actor, int64_t id, struct error *error);
enum error_code tool_comparison_by_id(struct record *records, int64_t id, struct arena *arena, struct tool_comparison *comparison_out, struct error *error);
enum error_code tool_comparisons(struct record *records, struct arena *arena, struct tool_comparison **comparisons_out, size_t *count_out,
                                 struct error *error); /* newest first */

/* The blind sample. It is drawn once; who labels sees the post and not who found it. */
struct tool_sampled {
    struct str post_id;
    uint32_t   sides;  /* bit i: side i found it, when it was drawn */
    uint32_t   drawn;  /* bit i: it is one of those drawn for side i */
    int        label;  /* of the member who asks: 1 relevant, 2 not, 3 unsure, 0 none yet */
    uint32_t   relevant, not_relevant, unsure; /* labels by everybody */
};
/* Replaces a sample that was drawn before, and its labels go. */
enum error_code tool_sample_put(struct record *records, struct record_actor actor, int64_t comparison, const struct tool_sampled *posts, size_t count,
                                struct error *error);
enum error_code tool_sample(struct record *records, int64_t comparison, int64_t member, struct arena *arena, struct tool_sampled **posts_out,
                            size_t *count_out, struct error *error);
/* ERROR_NOT_FOUND: not in the sample. label 0 takes it back; *before_out is what the member had said. */
enum error_code tool_label(struct record *records, struct record_actor actor, int64_t comparison, struct str post_id, int label, int *before_out,
                           int64_t now_us, struct error *error);
/* Labels and samples of posts that were deleted at their platform. */
enum error_code tool_forget_posts(struct record *records, const struct str *post_ids, size_t count, struct error *error);

/* ---- compare.c: the numbers ---- */

/* One post of the topic and period, as the sides saw it. */
struct tool_find {
    uint64_t post;      /* tool_post_key of its id */
    uint64_t copy_hash; /* equal texts have equal ones; 0: no words */
    int64_t  at_us;     /* when it was published */
    struct { int64_t seen_us; /* INT64_MAX: not seen; INT64_MIN: seen, nobody knows when */ uint32_t times; } by[TOOL_COMPARED_MAX];
};
uint64_t tool_post_key(struct str post_id); /* XXH3, 64 bits */
/* Fills find->by from the sightings; sides as in tool_comparison. */
enum error_code tool_find_sightings(struct record *sightings, const struct tool_side *sides, size_t side_count, struct tool_find *finds, size_t count,
                                    struct error *error);

struct tool_share {
    uint64_t k, n;
    double   value, low, high; /* Wilson's interval at 95 %; NaN for n = 0 */
};
struct tool_side_result {
    uint64_t finds;      /* posts that it found */
    uint64_t unique;     /* that no other side found */
    uint64_t duplicates; /* times that it gave a post again */
    uint64_t copies;     /* finds that say, word for word, what another of its finds says */
    uint64_t timed;      /* finds whose time is known */
    uint64_t first;      /* of those that two timed sides or more found: found before all of them */
    uint64_t raced;      /* posts that it and another timed side found */
    int64_t  lag_us, lag_90_us; /* from publishing to finding: median, and what nine in ten kept; -1: no times */
    struct tool_share precision; /* relevant of the sample drawn for it that was labelled sure */
    struct tool_share unique_precision; /* the same of its unique finds */
    double   useful, useful_low, useful_high; /* finds times precision; NaN below TOOL_LEAST_SURE labels */
    double   cost_cents; /* of the period: monthly cost over 365.25 / 12 days; NaN: not known */
    double   cost_each, cost_each_low, cost_each_high; /* cents for each useful find; NaN: not known */
};
enum { TOOL_LEAST_SURE = 20 };
struct tool_result {
    uint64_t                matched, found; /* posts of the archive that match; of them found by any side */
    struct tool_side_result sides[TOOL_COMPARED_MAX];
    uint64_t                both[TOOL_COMPARED_MAX][TOOL_COMPARED_MAX]; /* found by i and by j; the diagonal: by i */
    /* How many there would be, were two sides' finds independent (Chapman's estimator: D. G. Chapman, "Some properties of the hypergeometric
     * distribution with applications to zoological censuses", 1951; variance after G. A. F. Seber, 1970). Tools that look in the same places
     * are not independent: then it is too low. Of two sides alone; NaN where they share fewer than 7 (Robson and Regier, 1964). */
    double out_there, out_there_low, out_there_high;
};
/* sample may be empty. Cost: sorts each side's lags. ERROR_MEMORY. */
enum error_code tool_compare(const struct tool_comparison *comparison, const struct tool_find *finds, size_t count, const struct tool_sampled *sample,
                             size_t sample_count, struct tool_result *result_out, struct error *error);

/* Which posts to label: for each side TOOL_SAMPLE_EACH of its finds by lot (those with the smallest ranks, a rank being a hash of seed and post: so the
 * draws of two sides share what both found, and each is a fair one of its own). indexes_out: into finds, in the order in which to label. */
enum error_code tool_draw(const struct tool_find *finds, size_t count, size_t side_count, uint64_t seed, struct arena *arena, size_t **indexes_out,
                          uint32_t **drawn_out, size_t *drawn_count_out, struct error *error);

#endif
