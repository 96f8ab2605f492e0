/* Query craft: how good a topic's query is, measured by people who label posts blind, and what would make it better.
 *
 *     query ──▶ matches ──▶ a random sample ──▶ labels ──▶ precision          of what we take, how much is what we want
 *       │ widened                                  ├──▶ agreement             do two people want the same
 *       └──▶ near misses ──▶ a random sample ──▶ labels ──▶ sampled recall    of what we want, how much we take
 *       └──▶ clauses: what each adds or keeps out, and how good its own part is
 *
 * measure.c, clauses.c, widen.c and suggest.c are pure. draw.c and weigh.c ask the archive, samples.c is the record.
 */
#ifndef TOPIC_CRAFT_H
#define TOPIC_CRAFT_H

#include "archive/archive.h"
#include "topic/topic.h"

/* ---- measure.c: the numbers ---- */

enum {
    TOPIC_LEAST_SURE = 20,  /* labels that are relevant or not, below which no precision is shown: with fewer the interval is wider
                               than 40 points at one half */
    TOPIC_LEAST_NEAR = 30,  /* the same of near misses, for recall */
    TOPIC_LEAST_BOTH = 10,  /* posts that two people labelled, for agreement */
};

struct topic_interval {
    double value, low, high; /* 0 to 1 */
};

/* Wilson's score interval for k of n (E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the
 * American Statistical Association 22, 1927, p. 209-212). Chosen over the textbook's normal interval because it keeps its promise at
 * small n and near 0 and 1 (Brown, Cai and DasGupta, "Interval estimation for a binomial proportion", Statistical Science 16, 2001).
 * z: 1.959964 for 95 %. n 0: value NaN, low 0, high 1. */
struct topic_interval topic_wilson(uint64_t k, uint64_t n, double z);
#define TOPIC_Z_95   1.959963984540054
#define TOPIC_Z_97_5 2.241402727604945

/* Cohen's kappa for two people and three labels: (p_o - p_e) / (1 - p_e), with p_o the share on which they agree and p_e the share on
 * which they would by chance, each keeping to their own mix of labels (J. Cohen, "A coefficient of agreement for nominal scales",
 * Educational and Psychological Measurement 20, 1960, p. 37-46). counts[a][b]: posts that the first labelled a and the second b. */
struct topic_agreement {
    uint64_t both;  /* posts that both labelled */
    uint64_t same;  /* with the same label */
    double   raw;   /* same / both; NaN without any */
    double   kappa; /* NaN where both used one and the same label throughout: chance explains everything */
};
enum { TOPIC_LABELS = 3 };
struct topic_agreement topic_agreement_of(const uint64_t counts[TOPIC_LABELS][TOPIC_LABELS]);

/* Sampled recall. Of `matches` posts a share p is wanted (k of n labelled), of `near` near misses a share q (l of m): wanted and taken are
 * A = matches * p, wanted and missed among the near misses are B = near * q, and recall is A / (A + B).
 * It says nothing about posts that not even the widened query takes, so it is an upper estimate of the recall over everything.
 * The interval puts the far ends of the two Wilson intervals together, each at 97.5 %: by Bonferroni's inequality it holds the true
 * value at least 95 times of 100, whatever the numbers; it is wider than it would have to be, never narrower. */
struct topic_recall {
    struct topic_interval share;
    double wanted_taken, wanted_missed; /* A and B */
};
struct topic_recall topic_recall_of(uint64_t k, uint64_t n, uint64_t matches, uint64_t l, uint64_t m, uint64_t near);

/* ---- Labels ---- */

enum topic_label { TOPIC_UNLABELLED, TOPIC_RELEVANT, TOPIC_NOT, TOPIC_UNSURE };
extern const char *const topic_label_names[4]; /* "", "relevant", "not", "unsure" */
bool topic_label_parse(struct str word, enum topic_label *label_out);

/* What several people's labels of one post come to: what most of those who were sure say; unsure where they are split, or none was sure. */
enum topic_label topic_consensus(uint64_t relevant, uint64_t not_relevant);

enum topic_sample_kind { TOPIC_SAMPLE_MATCHES, TOPIC_SAMPLE_NEAR };
extern const char *const topic_sample_kinds[2]; /* "matches", "near" */
enum { TOPIC_SAMPLE_LEAST = 10, TOPIC_SAMPLE_MOST = 500, TOPIC_SAMPLE_USUAL = 100 };

struct topic_sample {
    int64_t                id, topic_id;
    enum topic_sample_kind kind;
    int64_t                version;  /* of the topic, when it was drawn */
    struct str             query;    /* that it was drawn from: of the topic, or the widened one */
    int64_t                since_us, until_us; /* the range that it was drawn in */
    uint64_t               seed;     /* the same seed over the same archive draws the same posts */
    uint64_t               population; /* posts that it stands for */
    uint64_t               matches;  /* posts that the topic's query took then (for TOPIC_SAMPLE_MATCHES the population) */
    int64_t                drawn_us;
    struct topic_person    by;
};
struct topic_sample_post {
    struct str       id;
    enum topic_label label; /* of the member who asks */
};
struct topic_labelled { /* one post of a sample and one member's label */
    struct str          post_id;
    struct topic_person by;
    enum topic_label    label;
};

/* Keeps a sample with its posts, in the order in which they are to be labelled. sample_io->id is set. */
enum error_code topic_sample_put(struct record *record, const struct topic_change *change, struct topic_sample *sample_io,
                                 const struct str *post_ids, size_t count, struct error *error);
/* The newest of its kind, of one version of the topic or (version 0) of any; is_there_out false where none was drawn. */
enum error_code topic_sample_newest(struct record *record, int64_t topic_id, enum topic_sample_kind kind, int64_t version,
                                    struct arena *arena, struct topic_sample *sample_out, bool *is_there_out, struct error *error);
enum error_code topic_sample_posts(struct record *record, int64_t sample_id, int64_t member, struct arena *arena,
                                   struct topic_sample_post **posts_out, size_t *count_out, struct error *error);
enum error_code topic_sample_labels(struct record *record, int64_t sample_id, struct arena *arena, struct topic_labelled **labels_out,
                                    size_t *count_out, struct error *error);
/* Of a post in one of the topic's samples (ERROR_NOT_FOUND otherwise). TOPIC_UNLABELLED takes the actor's label back.
 * *before_out is what the actor had said: undo puts it again. */
enum error_code topic_label_put(struct record *record, const struct topic_change *change, int64_t topic_id, struct str post_id,
                                enum topic_label label, enum topic_label *before_out, struct error *error);

/* Counts over the labels of one sample. Posts are counted once each, by consensus. */
struct topic_tally {
    uint64_t relevant, not_relevant, unsure; /* posts that somebody labelled */
    uint64_t split;                          /* of unsure: those on which people who were sure disagree */
};
struct topic_tally topic_tally_of(const struct topic_labelled *labels, size_t count);
/* The tally of the newest sample of matches, of one version or (0) of any; *version_out is the sample's, 0 where none was drawn. */
enum error_code topic_tally_newest(struct record *record, int64_t topic_id, int64_t version, struct arena *arena,
                                   struct topic_tally *tally_out, int64_t *version_out, struct error *error);

/* ---- clauses.c: a query taken apart ---- */

enum topic_clause_kind {
    TOPIC_CLAUSE_ADDS,     /* one alternative of an OR: without it fewer posts match */
    TOPIC_CLAUSE_NARROWS,  /* one condition of an AND: without it more match */
    TOPIC_CLAUSE_EXCLUDES, /* a NOT, or one alternative inside of a NOT: without it more match */
    TOPIC_CLAUSE_NEARS,    /* a NEAR: with a plain AND instead more match */
};
extern const char *const topic_clause_kinds[4]; /* "adds", "narrows", "excludes", "nears" */
enum { TOPIC_CLAUSES_MAX = 64 };

struct topic_clause {
    enum topic_clause_kind   kind;
    const struct query_node *node;
    uint32_t                 column;
    struct str               text;    /* printed */
    struct query_node       *without; /* the whole query without it (for a NEAR: with AND in its place) */
    struct query_node       *own;     /* the posts that it alone decides about: whole NOT without (adds), without NOT whole (the others) */
};
/* The clauses of a query, outer ones before inner ones, from left to right; none for a query of one clause. Everything in arena; nodes of
 * root are shared. At most TOPIC_CLAUSES_MAX, *is_cut_out tells of more. */
enum error_code topic_clauses(const struct query_node *root, struct arena *arena, struct topic_clause **clauses_out, size_t *count_out,
                              bool *is_cut_out, struct error *error);

/* AND, NOT and "a and not b" over trees, in arena; NULL without memory. Heights are kept right. */
struct query_node *topic_tree_and(struct arena *arena, const struct query_node *a, const struct query_node *b);
struct query_node *topic_tree_not(struct arena *arena, const struct query_node *a);
struct query_node *topic_tree_but_not(struct arena *arena, const struct query_node *a, const struct query_node *b);
struct query_node *topic_tree_field(struct arena *arena, enum query_field field, int64_t number); /* since: and until: */
struct query_node *topic_tree_join(struct arena *arena, enum query_kind kind, struct query_node **children, uint32_t count); /* AND, OR */

/* ---- widen.c: near misses ---- */

enum { TOPIC_WIDEN_TERMS = 12 };
/* A query that takes what this one takes and what nearly matches it:
 *     a phrase, a NEAR     its words anywhere in the post
 *     a word of 5 letters or more   its stem and every ending (delayed: delay*); of 3 or 4: one letter more (bag: bags)
 *     case:, freq:         the word in any case, once
 *     a AND b AND c        any all but one of them (fields stay: they say where to look, not what for)
 *     NOT a                nothing is kept out
 *     and posts that hold two of `terms`, words that stand out among the matches (the caller leaves out those of the query itself)
 * lang is that of the stems. */
enum error_code topic_widen(struct query_node *root, const struct str *terms, size_t term_count, struct text_analyser *analyser,
                            const char *lang, struct arena *arena, struct query_node **wide_out, struct error *error);
/* True where a word of the query stands for this key, also inside of a NOT. */
bool topic_tree_has_term(const struct query_node *root, struct str key);

/* ---- suggest.c: terms to add and to exclude ---- */

/* Log-odds ratio with an informative Dirichlet prior, as z (B. L. Monroe, M. P. Colaresi and K. M. Quinn, "Fightin' Words: Lexical Feature
 * Selection and Evaluation for Identifying the Content of Political Conflict", Political Analysis 16, 2008, eq. 15, 16, 20, 22), over posts
 * that hold a term instead of words said: a of A posts on one side, b of B on the other, prior: pseudo-posts that hold it of prior_all.
 * Where all of a side hold it, half a post is taken not to. */
double topic_log_odds_z(double a, double A, double b, double B, double prior, double prior_all);

struct topic_post_terms { /* one labelled post */
    struct str      *keys; /* distinct: words, #tags, @mentions, emoji; no stop words, no links */
    size_t           key_count;
    enum topic_label label;      /* by consensus */
    bool             is_matched; /* by the query */
};
/* Its distinct keys as suggestions need them. False without memory. */
bool topic_terms_of(const struct text_facts *facts, struct arena *arena, struct topic_post_terms *out);

struct topic_suggestion {
    struct str term;
    double     z;
    uint64_t   relevant, relevant_all;         /* relevant posts that hold it, of all relevant ones that were labelled */
    uint64_t   not_relevant, not_relevant_all;
    uint64_t   posts;    /* of the archive (to add) or of the matches (to exclude) that hold it */
    uint64_t   gained;   /* to add: posts that hold it and are not matched. To exclude: posts that would go */
    struct topic_interval precision; /* to add: of the labelled near misses that hold it. To exclude: of the labelled matches that stay */
    uint64_t   precision_k, precision_n;
};
enum { TOPIC_SUGGESTIONS_MAX = 20, TOPIC_SUGGESTIONS_LOOKED_AT = 60, TOPIC_SUGGESTION_LEAST_POSTS = 3 };
#define TOPIC_SUGGESTION_LEAST_Z 1.64

/* How many posts hold a term: of all, and of those that would be gained (or would go). Errors end the work. */
typedef enum error_code (*topic_count_fn)(void *context, struct str term, uint64_t *posts_out, uint64_t *gained_out, struct error *error);

/* Terms that stand out in the relevant posts against the archive of `all` posts and are not in the query, strongest first.
 * counts.posts is asked for candidates alone. */
enum error_code topic_suggest_add(const struct topic_post_terms *posts, size_t count, const struct query_node *root, uint64_t all,
                                  topic_count_fn counts, void *context, struct arena *arena, struct topic_suggestion **out,
                                  size_t *count_out, struct error *error);
/* Terms that stand out in the matched posts that are not relevant, against those that are, strongest first. */
enum error_code topic_suggest_exclude(const struct topic_post_terms *posts, size_t count, const struct query_node *root,
                                      topic_count_fn counts, void *context, struct arena *arena, struct topic_suggestion **out,
                                      size_t *count_out, struct error *error);

/* ---- draw.c, weigh.c: asking the archive ---- */

/* `wanted` different posts of those that root takes in [since_us, until_us), every set of them equally likely, in random order; fewer where
 * there are fewer. *population_out: how many root takes. Cost: two timelines and a page of posts for each post drawn. */
enum error_code topic_draw(struct archive_snapshot *snapshot, const struct query_node *root, int64_t since_us, int64_t until_us,
                           size_t wanted, uint64_t seed, struct arena *arena, struct str **ids_out, size_t *count_out,
                           uint64_t *population_out, struct error *error);

/* What a query would win and lose against the one before it (before NULL: everything is won). */
enum error_code topic_weigh(struct archive_snapshot *snapshot, const struct query_node *before, const struct query_node *after, uint64_t seed,
                            struct arena *arena, struct topic_weighed *weighed_out, struct error *error);

#endif
