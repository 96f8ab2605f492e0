/* The invented town: three weeks of chatter in Wickermouth, a harbour town that does not exist, around Tidewicket Ferries,
 * a company that does not exist either, with stories planted in it whose beginnings are known to the minute.
 *
 *     struct demo_plan plan;
 *     demo_write_file(NULL, "town.jsonl", &plan, error);              the posts, as JSON Lines
 *     ... import town.jsonl, then replay the trends of plan.since_us to plan.until_us with
 *         trend_options{.on_event = demo_watch_event, .context = watch} ...
 *     demo_compare(watch, &arena, &report, error);                           what was unearthed beside what was planted
 *     demo_print_report(&report, &out);                               for people, 80 columns; demo_print_json for programs
 *
 * Equal options give equal bytes (chance is base/rng; only the last digit of a libm function could tell machines apart).
 * The words are in town/ (see town/README.md); the plan of the stories is the table in stories.c.
 */
#ifndef DEMO_DEMO_H
#define DEMO_DEMO_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "post/post.h"
#include "trend/trend.h"

/* {0} (or NULL where a function takes a pointer) is the town that `make demo` shows. */
struct demo_options {
    uint64_t seed;          /* 0: 1 */
    unsigned days;          /* whole days, 21 to 90; 0: 21. The stories stand in the last eleven, so that ten or more are only town */
    int64_t  end_us;        /* the town's last midnight (cut to the day); 0: 2026-06-01T00:00:00Z */
    unsigned posts_per_day; /* of small talk, 500 to 50,000; 0: 3,000. The stories stay as large as they are */
};

enum demo_kind {
    DEMO_STORY,  /* many people, something new: should be found */
    DEMO_SWARM,  /* many accounts, one text: should be flagged coordinated, or not shown */
    DEMO_FLOOD,  /* one account, many posts: likewise */
    DEMO_WEEKLY, /* the same every week: should be flagged recurring from its second week on, or not shown */
};

enum demo_shape { DEMO_STEP, DEMO_RAMP, DEMO_DRIFT, DEMO_TWO_HUMPS, DEMO_SPILL, DEMO_CARRIED };

/* "story", "swarm" ...; "sudden step", "ramp over six hours" ... */
extern const char *const demo_kind_names[4];
extern const char *const demo_shape_names[6];

struct demo_planted {
    struct str  name;  /* one word: "aground" */
    struct str  title; /* a sentence: "The Marigold runs aground on Bishop's Bar" */
    enum demo_kind  kind;
    enum demo_shape shape;
    int64_t     onset_us, until_us; /* its first post; when its shape has run (a weekly one: that week's) */
    bool        is_first;  /* of weekly ones: the first week, when nothing tells it from something new */
    struct str  community; /* where it starts; empty: anywhere */
    struct str *starters;  /* handles of the first five people in it */
    size_t      starter_count;
    struct str *post_ids;  /* every post of it, in order of time, reposts and replies included */
    size_t      post_id_count;
    size_t      people;    /* distinct authors of them */
};

/* What was planted, in order of onset. Everything lives in arena: give it back by demo_plan_fini. */
struct demo_plan {
    struct demo_planted *planted;
    size_t       count;
    uint64_t     posts, people;      /* of the whole town */
    int64_t      since_us, until_us; /* from the first midnight to the last */
    int64_t      judged_from_us;     /* a week later: until then everything is new to the engine, and trends are not counted as false */
    struct arena arena;
};
void demo_plan_fini(struct demo_plan *plan); /* legal on {0} */

/* Called with each post in order of time; the post lives until it returns. Anything but ERROR_NONE ends the generation with that code. */
typedef enum error_code (*demo_emit_fn)(void *context, const struct post *post, struct error *error);

/* Makes the town. plan_out may be NULL. ERROR_INVALID names an option out of its range; ERROR_MEMORY. On an error the plan is empty. */
enum error_code demo_generate(const struct demo_options *options, demo_emit_fn emit, void *context, struct demo_plan *plan_out,
                              struct error *error);

/* The nth week after them (1: from end_us on): the same people, other talk, a story a day, a swarm or a flood, the weekly tags. judged_from_us
 * of its plan says nothing. Posts of one week never answer those of another. */
enum { DEMO_WEEKS_MAX = 5000 };
enum error_code demo_generate_week(const struct demo_options *options, unsigned week, demo_emit_fn emit, void *context, struct demo_plan *plan_out,
                                   struct error *error);

/* The first days into a new file of JSON Lines (replaced where it exists). Errors of vfs_replace_file besides. */
enum error_code demo_write_file(const struct demo_options *options, const char *path, struct demo_plan *plan_out, struct error *error);

/* ---- Beside what was unearthed ---- */

struct demo_watch;

/* The plan must outlive the watch. */
enum error_code demo_watch_new(const struct demo_plan *plan, struct demo_watch **watch_out, struct error *error);
void            demo_watch_free(struct demo_watch *watch); /* free(NULL) is legal */
/* Takes what the engine reports: give it as on_event, with the watch as context. Running out of memory shows in demo_compare. */
void            demo_watch_event(void *watch, enum trend_event_kind kind, int64_t at_us, const struct trend *trend);

enum { DEMO_SAMPLES = 2 };

/* A trend as it was when last at least half as surprising as ever: what the report shows of it. Of several trends of one
 * story, the one with most of its posts; but the times are those of the first that showed it. */
struct demo_found {
    uint64_t   trend;
    struct str label;
    int64_t    detected_at_us, started_at_us; /* first shown as this story; when the engine says it began */
    int64_t    delay_us;  /* detected_at_us less the planted onset */
    double     voices, z, growth_per_h, growth_se;
    unsigned   flags;
    uint32_t   series[TREND_SERIES];
    int64_t    series_step_us;
    struct { struct str author, text; } samples[DEMO_SAMPLES];
    size_t     sample_count;
    uint32_t   post_count, planted_count; /* posts that the trend listed, and how many of them are the story's */
};

enum demo_verdict {
    DEMO_FOUND,    /* a story, shown without a flag from its onset until six hours after its shape has run */
    DEMO_MISSED,   /* a story that was not */
    DEMO_FLAGGED,  /* a distractor: shown, always with a flag that says what it is */
    DEMO_QUIET,    /* a distractor that was not shown at all */
    DEMO_FALSE,    /* a distractor that was shown as if it were a story */
    DEMO_LEARNING, /* the first week of a weekly one, shown: nothing could tell */
};
extern const char *const demo_verdict_names[6];

struct demo_row {
    const struct demo_planted *planted;
    enum demo_verdict verdict;
    struct demo_found found; /* where there is a trend of it in time */
    bool        has_found;
    size_t      trends; /* how many trends were made of it */
};

/* A trend belongs to a planted thing when at least half of its posts, and at least four, are of it. One that belongs to none
 * and carries no flag was unearthed without being planted: chance, or something that the town really did talk about. */
struct demo_report {
    const struct demo_plan *plan;
    struct demo_row   *rows; /* one for each planted thing, in the plan's order */
    size_t             row_count;
    struct demo_found *others; /* unflagged trends made of nothing planted, after the first week, by z */
    size_t             other_count, weak_others; /* weak: marked as low evidence */
    size_t             stories, stories_found, distractors, distractors_shown; /* shown: as if they were stories */
    size_t             trends, learning_trends, flagged_others; /* opened in all; in the first week; flagged and made of nothing planted */
    double             median_delay_h; /* of found stories; NaN where there are none */
};

/* Everything in it lives in arena, or in the plan. ERROR_MEMORY. */
enum error_code demo_compare(const struct demo_watch *watch, struct arena *arena, struct demo_report *report_out, struct error *error);
/* For people: at most 80 columns, no colours. */
void            demo_print_report(const struct demo_report *report, struct buf *out);
/* {"posts","people","since","until","stories":[..],"distractors":[..],"others":[..],"stories_found","distractors_shown","median_delay_h",
 * "trends","learning_trends","flagged_others","weak_others"} */
void            demo_print_json(const struct demo_report *report, struct buf *out);

#endif
