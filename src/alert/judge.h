/* Is this unusual? The mathematics of alerts, pure: counts in, a judgement out. Live evaluation and the replay before saving call the same
 * alert_step, minute by minute, so that "would have fired" and "has fired" mean the same.
 *
 *   x       posts of the query in the window that ends now (tone: those of them that are negative)
 *   usual   the same window at the same hour 1 to 7 days ago, and 14, 21 and 28 days ago (windows over a day: 1 to 4 weeks ago), as far as
 *           the archive reaches back; where that gives fewer than three, the up to twelve windows just before this one
 *   mu      the mean of the usual ones, the highest left out where there are five or more, so that yesterday's storm does not hide today's.
 *           Volume: (sum + 1/2) / n. Tone: known * (negative + 1/2) / (known in the past + 1), the usual share of today's known tone
 *   r       how clumpy this query is: its variance v shrunk to the house's prior, v = (4 (mu + mu^2/10) + sum of squares) / (4 + n - 1),
 *           r = mu^2 / (v - mu), between 1 and 100
 *   z       sign(x - mu) sqrt(deviance of a negative binomial with mean mu and size r), trend/deviance.h
 *
 *   word                             z at least   what it means
 *   "only the very unusual"            6          so far above that one would stop other work
 *   "unusual"                          4          clearly more than the same hour of other days
 *   "whatever is above the usual"      2.5        more than usual; some of it will be chance
 *
 * How many a week to expect is never told from z but counted: each word is replayed over this query's own history.
 *
 * A storm is told once: it is told again, after the cooldown, when it had calmed below the threshold in between or when x has doubled.
 * Fewer posts or voices than the rule's least is never an alert. An author's rule has no usual: any post after the last alert is news.
 */
#ifndef ALERT_JUDGE_H
#define ALERT_JUDGE_H

#include "alert/alert.h"

#define ALERT_REACH_US (28 * CLOCK_DAY_US + ALERT_WINDOW_MOST_US) /* how far back a judgement looks, its window included */

/* Posts of one query by minute, as running sums: sum(a, b) in one subtraction. */
struct alert_series {
    int64_t   start_us; /* of minute 0; a whole minute */
    size_t    minutes;
    uint64_t *posts;    /* minutes + 1 running sums, from 0 */
    uint64_t *negative, *known; /* the same for tone; NULL where it is not asked for */
    int64_t   first_us; /* the archive's first post: before it nothing is known */
};

/* Posts in [from_us, until_us), whole minutes; outside the series nothing. */
uint64_t alert_series_sum(const struct alert_series *series, const uint64_t *sums, int64_t from_us, int64_t until_us);

enum alert_basis { ALERT_LEARNING /* too little past: no judgement */, ALERT_SAME_HOUR, ALERT_JUST_BEFORE, ALERT_NO_USUAL /* author, trend */ };
extern const char *const alert_basis_names[4];

struct alert_judgement {
    uint64_t         value; /* x */
    uint64_t         known; /* tone: posts whose tone is known */
    double           expected, size, z; /* mu, r; z is 0 while learning */
    unsigned         compared; /* windows that it was compared with */
    enum alert_basis basis;
};

double alert_threshold(enum alert_sensitivity sensitivity);
/* For a window that ends at at_us, a whole minute. since_us: an author's rule counts from here (its last alert). Cost: about ten lookups. */
void alert_judge(const struct alert_rule *rule, const struct alert_series *series, int64_t at_us, int64_t since_us,
                 struct alert_judgement *judgement_out);

/* What a rule remembers from one minute to the next. Kept in records.db. */
struct alert_memory {
    int64_t  fired_us;    /* last alert; 0: never */
    uint64_t fired_value; /* its x */
    bool     is_calm;     /* it was below the threshold since; true at first */
    /* Within one replay only: how many voices the last look found, and how many posts had come by then; 0 asks again. Each later post
     * brings at most one more voice, so looking again before enough have come cannot change the answer. */
    uint64_t voices_found, posts_then;
    bool     has_looked;
};

/* Distinct authors in [from_us, until_us). */
typedef enum error_code (*alert_voices_fn)(void *context, int64_t from_us, int64_t until_us, uint64_t *voices_out, struct error *error);

/* One minute: decides, and moves the memory on. *voices_out where it fired (0: not asked for). */
enum error_code alert_step(const struct alert_rule *rule, const struct alert_series *series, int64_t at_us, alert_voices_fn voices, void *context,
                           struct alert_memory *memory, struct alert_judgement *judgement_out, uint64_t *voices_out, bool *has_fired_out,
                           struct error *error);

struct alert_hit {
    int64_t                at_us;
    struct alert_judgement judgement;
    uint64_t               voices;
};
struct alert_hits {
    struct alert_hit *hits; /* the caller's */
    size_t            count, most; /* count goes on beyond most: those are counted, not kept */
    uint64_t          looks, looks_most; /* questions for voices; 0: no bound */
    int64_t           ended_us; /* last minute that was judged */
};
/* Every whole minute in (from_us, until_us]. Ends early, with ended_us before until_us, when looks_most is reached. */
enum error_code alert_replay(const struct alert_rule *rule, const struct alert_series *series, int64_t from_us, int64_t until_us,
                             alert_voices_fn voices, void *context, struct alert_memory *memory, struct alert_hits *hits, struct error *error);

/* So many fired in so many weeks: how many a week to expect, with the 95 % interval of a Poisson count (Byar's approximation; Breslow and Day
 * 1987, section 2.3). All NaN for no time at all. */
struct alert_rate {
    double a_week, low, high;
};
struct alert_rate alert_rate_of(uint64_t fired, double weeks);

/* A trend rule takes a trend that is strong, spoken of by enough, not muted, and of whose newest posts this share matches its query. */
#define ALERT_TREND_SHARE (1.0 / 3)
bool alert_trend_fits(const struct alert_rule *rule, const struct alert_trend *trend); /* all of it but the share */

#endif
