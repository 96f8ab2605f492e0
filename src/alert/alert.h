/* Alerts: a rule says what is out of the usual and whom to tell; each alert is kept with what people made of it, so that a rule can be tuned
 * or retired by its record.
 *
 *     once a minute ─▶ alert_evaluate ─┐  judge.h: counts of the archive      ┌─▶ firings (the page, the feed)
 *     chronicle's trends ─▶ alert_hear ┴─▶ decided, one transaction a rule ─┤
 *                                                                             └─▶ outbox ─▶ courier (a thread) ─▶ mail, webhooks
 *
 * In each client's records.db. Topics and trends are named by id. What is usual, unusual, and told again is defined in judge.h.
 *
 * Quiet hours: what fires then is kept and shown at once in the page's list, and delivered as one summary when they end.
 *
 * Outbox: a row for each delivery, written with the firing in one transaction. The courier marks a row "sending" before it sends and says
 * what came of it afterwards. Killed in between, a webhook is sent again with the same id (its receiver can tell), a mail is "uncertain":
 * a person looks, it is never repeated. Failures wait 1, 5, 15, 60 minutes, then 3 hours, for at most ALERT_DELIVERY_DAYS; then "dead". Bodies
 * are removed once a row is settled: texts of posts do not linger here.
 *
 * Webhooks: POST of JSON, with
 *     X-Bellwether-Id         the same for every attempt
 *     X-Bellwether-Timestamp  seconds since 1970 of this attempt
 *     X-Bellwether-Signature  v1=HMAC-SHA256(secret, timestamp "." body) in hex; the secret is all of its text, "whsec_" too
 */
#ifndef ALERT_ALERT_H
#define ALERT_ALERT_H

#include "archive/archive.h"
#include "base/clock.h"
#include "base/json.h"
#include "query/query.h"
#include "record/record.h"

#include <cjson/cJSON.h>

extern const struct record_domain alert_domain;

enum {
    ALERT_RULES_MAX = 500, /* of a client, retired ones not counted */
    ALERT_NAME_MAX_BYTES = 120,
    ALERT_NOTE_MAX_BYTES = 2000,
    ALERT_MAILS_MAX = 10, /* of a rule */
    ALERT_HOOKS_MAX = 10,
    ALERT_MAIL_MAX_BYTES = 254,
    ALERT_URL_MAX_BYTES = 1000,
    ALERT_ZONE_MAX_BYTES = 64,
    ALERT_SAMPLES = 3, /* posts shown with an alert */
    ALERT_SAMPLE_TEXT_BYTES = 400,
    ALERT_DELIVERY_DAYS = 3,
};
#define ALERT_WINDOW_LEAST_US (5 * CLOCK_MINUTE_US)
#define ALERT_WINDOW_MOST_US (7 * CLOCK_DAY_US)

/* ---- A rule ---- */

enum alert_on { ALERT_VOLUME, ALERT_TREND, ALERT_TONE, ALERT_AUTHOR };
enum alert_sensitivity { ALERT_VERY_UNUSUAL, ALERT_UNUSUAL, ALERT_ABOVE_USUAL };
enum alert_state { ALERT_ON, ALERT_PAUSED, ALERT_RETIRED };
extern const char *const alert_on_names[4], *const alert_sensitivity_names[3], *const alert_state_names[3];
extern const char *const alert_sensitivity_words[3]; /* "only the very unusual" ... */

struct alert_quiet {
    bool       is_set;
    struct str zone; /* IANA */
    unsigned   days; /* bit 0: Monday; the day on which the quiet begins */
    int        from_min, until_min; /* of the local day; until <= from: it ends on the next day */
};

/* What a person writes: the body of POST /alerts, kept whole with every version. Durations are whole minutes. */
struct alert_rule {
    struct str             name;
    enum alert_on          on;
    struct str             query;    /* empty: every post */
    int64_t                topic;    /* 0: none; with both, posts must match both */
    struct str             author;   /* ALERT_AUTHOR: handle or id */
    int64_t                window_us; /* judged: posts of the last so long */
    enum alert_sensitivity sensitivity;
    double                 least_strength; /* ALERT_TREND: a trend's z; 0: the word's own, alert_trend_strength */
    uint32_t               least_posts, least_voices;
    int64_t                cooldown_us;
    struct alert_quiet     quiet;
    struct str             mails[ALERT_MAILS_MAX];
    size_t                 mail_count;
    int64_t                hooks[ALERT_HOOKS_MAX]; /* ids of webhooks */
    size_t                 hook_count;
    bool                   is_in_feed;
};

/* Reads and checks a rule; what is missing gets its default. Unknown members are refused by name. Texts in arena.
 * ERROR_INVALID names the member, what it may be, and the value. The query is parsed by the caller. */
enum error_code alert_rule_read(const cJSON *object, struct arena *arena, struct alert_rule *rule_out, struct error *error);
/* Its members, into an object that is open. What is printed is read back to the same rule. */
void   alert_rule_print(const struct alert_rule *rule, struct json *json);
/* "more posts than usual for flood*, in 1 h" : the rule in a sentence. */
void   alert_rule_words(const struct alert_rule *rule, struct buf *out);
double alert_trend_strength(const struct alert_rule *rule);

/* 0 where at_us is not in the rule's quiet hours, else the time at which they end. Local days of 23 and 25 hours are what they are. */
int64_t alert_quiet_ends(const struct alert_quiet *quiet, int64_t at_us);
bool    alert_zone_is_known(struct str zone);
/* "Tue 24 Nov 2026 18:05 (Europe/Berlin)", UTC where zone is empty. */
void    alert_print_time(int64_t at_us, struct str zone, struct buf *out);

/* ---- Rules as they are kept ---- */

struct alert_record { /* how often it fired, and what for */
    int64_t fired, useful, not_useful, too_late, acted, unjudged;
};
struct alert_kept {
    int64_t             id, version, owner;
    struct str          owner_name;
    enum alert_state    state;
    struct alert_rule   rule;
    int64_t             created_us, changed_us, evaluated_us, fired_us; /* client time; fired_us 0: never */
    struct str          problem; /* why it could not be evaluated last time (a list that is gone), or empty */
    struct alert_record record;
};

struct alert_change {
    struct record_actor actor;
    int64_t             now_us;  /* client time */
    int64_t             version; /* that the actor saw */
};

/* ERROR_INVALID: a webhook that does not exist. ERROR_TOO_LARGE: ALERT_RULES_MAX. Each change is a version and an audit row. */
enum error_code alert_create(struct record *record, const struct alert_change *change, const struct alert_rule *rule, struct arena *arena,
                             struct alert_kept *kept_out, struct error *error);
/* owner 0: stays. ERROR_CONFLICT: change->version is not the newest. */
enum error_code alert_edit(struct record *record, int64_t id, const struct alert_change *change, const struct alert_rule *rule, int64_t owner,
                           struct str owner_name, struct arena *arena, struct alert_kept *kept_out, struct error *error);
enum error_code alert_set_state(struct record *record, int64_t id, const struct alert_change *change, enum alert_state state, struct arena *arena,
                                struct alert_kept *kept_out, struct error *error);
enum error_code alert_by_id(struct record *record, int64_t id, struct arena *arena, struct alert_kept *kept_out, struct error *error);
/* Newest first; retired ones only where asked for. */
enum error_code alert_all(struct record *record, bool with_retired, struct arena *arena, struct alert_kept **kept_out, size_t *count_out,
                          struct error *error);
/* [{"version","at","by","rule":{..}}], newest first, into an open array. */
enum error_code alert_versions(struct record *record, int64_t id, struct json *json, struct arena *arena, struct error *error);
void            alert_kept_print(const struct alert_kept *kept, struct json *json); /* an object */
/* Words of advice from its record, or empty: at least 8 judged, and less than a quarter useful -> tune or retire; many too late. */
void            alert_advice(const struct alert_kept *kept, struct buf *out);

/* ---- The world that rules are judged against ---- */

struct alert_world {
    const char              *client;     /* shown in mails */
    const char              *public_url; /* "https://listen.example.org", or NULL: messages carry no link */
    struct record           *records;
    struct archive_snapshot *snapshot;
    struct text_analyser    *analyser;
    const struct query_list *lists;
    size_t                   list_count;
    int64_t                  now_us; /* of the client's clock */
    /* The query of a topic (the caller asks src/topic). */
    enum error_code (*topic_query)(void *context, int64_t topic, struct arena *arena, struct str *query_out, struct error *error);
    void *context;
};

/* One alert, for who tells the page. Strings live until the callback returns. */
struct alert_told {
    int64_t    firing, rule, at_us;
    struct str rule_name, title;
    bool       is_quiet;  /* it is quiet hour: list it, do not ring */
    bool       is_digest; /* the summary after quiet hours; firing is 0 */
};
typedef void (*alert_tell_fn)(void *context, const struct alert_told *told);

/* Judges every rule that is on for each minute since it was last judged, at most a day of them, and writes firings, deliveries and summaries.
 * Called once a minute, or after many minutes where the clock runs fast. A rule that cannot be judged gets its problem written down and does
 * not keep the others from being judged. Long: seconds with hundreds of rules; the snapshot is the caller's. */
enum error_code alert_evaluate(const struct alert_world *world, alert_tell_fn tell, void *context, struct error *error);

struct alert_trend { /* one of chronicle's, as it is now */
    int64_t    id, at_us; /* detected */
    struct str label;
    double     strength; /* z, peak so far */
    double     voices;
    int64_t    posts;
    bool       is_muted;
    const struct str *post_ids; /* its posts, to be held against the rule's query */
    size_t     post_id_count;
};
/* Told of the trends that are open, once a minute: each trend rule fires at most once for one trend, as soon as it is strong enough and the
 * rule's cooldown is over. */
enum error_code alert_hear(const struct alert_world *world, const struct alert_trend *trends, size_t trend_count, alert_tell_fn tell,
                           void *context, struct error *error);

/* Whether any rule that is on listens for trends: whether it is worth asking for them. */
enum error_code alert_wants_trends(struct record *record, bool *wants_out, struct error *error);

/* ---- Before saving: what would have fired ---- */

enum { ALERT_PREVIEW_HITS = 200, ALERT_PREVIEW_BARS = 168 };
struct alert_preview_hit {
    int64_t    at_us;
    uint64_t   value, known, voices;
    double     expected, z;
    int64_t    trend; /* ALERT_TREND */
    struct str label;
    bool       is_quiet;
};
struct alert_preview {
    int64_t  from_us, until_us;  /* replayed */
    int64_t  first_us;           /* the archive's first post */
    int64_t  judged_from_us;     /* from here on there was a past to compare with; equals until_us where there is none */
    uint64_t fired;
    bool     is_partial;         /* a part of the time was judged: there was too much to look at */
    struct alert_preview_hit *hits; /* newest first, at most ALERT_PREVIEW_HITS */
    size_t   hit_count;
    uint64_t per_word[3];        /* fired, for each sensitivity */
    double   weeks;              /* judged, for "a week" */
    int64_t  bars_from_us, bar_us;
    uint64_t *bars;              /* posts (tone: negative ones) */
    size_t   bar_count;
};
/* Replays the rule over [now - span, now) with the evaluator that runs live; where no post came for a day or more, over so long before the
 * last post. trends: for ALERT_TREND, those of the time, oldest first.
 * In arena. Cost: two questions to the archive, and one for each candidate's voices. */
enum error_code alert_preview(const struct alert_world *world, const struct alert_rule *rule, int64_t span_us, const struct alert_trend *trends,
                              size_t trend_count, struct arena *arena, struct alert_preview *preview_out, struct error *error);

/* The rule's query as a tree: topic and query and author. ERROR_SYNTAX and ERROR_NOT_FOUND say what is wrong with it. */
enum error_code alert_rule_query(const struct alert_world *world, const struct alert_rule *rule, struct arena *arena,
                                 const struct query_node **root_out, struct error *error);

/* ---- Firings and what became of them ---- */

enum alert_outcome { ALERT_UNJUDGED, ALERT_USEFUL, ALERT_NOT_USEFUL, ALERT_TOO_LATE, ALERT_ACTED };
extern const char *const alert_outcome_names[5]; /* "", "useful", "not_useful", "too_late", "acted" */

struct alert_firing {
    int64_t    id, rule, rule_version, at_us, seen_us; /* seen_us: wall time at which it was decided */
    struct str rule_name, title, words; /* words: "412 posts in 1 h where 38 are usual" */
    int64_t    value, known, voices, window_us, trend;
    double     expected, z;
    const char *basis;
    int64_t    held_until_us; /* 0: it was not quiet */
    bool       is_summarised;
    struct str post_ids; /* one a line */
    enum alert_outcome outcome;
    struct str note, outcome_by;
    int64_t    outcome_us;
};
struct alert_firing_ask {
    int64_t rule;   /* 0: all */
    int64_t before; /* id of the last row of the page before; 0: the first page */
    bool    only_unjudged;
    size_t  limit;
};
enum error_code alert_firings(struct record *record, const struct alert_firing_ask *ask, struct arena *arena, struct alert_firing **firings_out,
                              size_t *count_out, struct error *error);
enum error_code alert_firing_by_id(struct record *record, int64_t id, struct arena *arena, struct alert_firing *firing_out, struct error *error);
/* Last word wins; each is audited. ALERT_UNJUDGED takes it back. */
enum error_code alert_judge_firing(struct record *record, int64_t id, const struct alert_change *change, enum alert_outcome outcome,
                                   struct str note, struct arena *arena, struct alert_firing *firing_out, struct error *error);
/* For the bell: those without an outcome, of the last 30 days. */
enum error_code alert_count_unjudged(struct record *record, int64_t now_us, int64_t *count_out, struct error *error);

/* ---- Webhooks, feeds, deliveries ---- */

struct alert_hook {
    int64_t    id, created_us;
    struct str url, created_by;
    bool       is_removed;
};
/* secret_out is told once. ERROR_INVALID: not http or https, a user or password in it, too long. */
enum error_code alert_hook_add(struct record *record, const struct alert_change *change, struct str url, struct arena *arena,
                               struct alert_hook *hook_out, struct str *secret_out, struct error *error);
/* Rules that name it go on without it; what waits for it is cancelled. */
enum error_code alert_hook_remove(struct record *record, int64_t id, const struct alert_change *change, struct error *error);
enum error_code alert_hooks(struct record *record, struct arena *arena, struct alert_hook **hooks_out, size_t *count_out, struct error *error);

struct alert_feed {
    int64_t    id, created_us, used_us;
    struct str created_by;
};
/* token_out is told once; only its hash is kept. */
enum error_code alert_feed_add(struct record *record, const struct alert_change *change, struct arena *arena, struct alert_feed *feed_out,
                               struct str *token_out, struct error *error);
enum error_code alert_feed_remove(struct record *record, int64_t id, const struct alert_change *change, struct error *error);
enum error_code alert_feeds(struct record *record, struct arena *arena, struct alert_feed **feeds_out, size_t *count_out, struct error *error);
/* ERROR_DENIED: unknown or revoked; no difference is told. */
enum error_code alert_feed_prove(struct record *record, struct str token, int64_t now_us, struct error *error);
/* Atom (RFC 4287) of the newest 50 firings of rules that are in the feed. */
enum error_code alert_feed_print(struct record *record, const char *client, const char *public_url, struct str self_url, int64_t now_us,
                                 struct arena *arena, struct buf *out, struct error *error);

enum alert_channel { ALERT_MAIL, ALERT_HOOK };
enum alert_fate { ALERT_WAITING, ALERT_SENDING, ALERT_SENT, ALERT_UNCERTAIN, ALERT_DEAD, ALERT_CANCELLED };
extern const char *const alert_channel_names[2], *const alert_fate_names[6];

struct alert_delivery {
    int64_t            id, firing, rule; /* firing 0: a summary or a test */
    struct str         rule_name, target; /* address or URL */
    enum alert_channel channel;
    enum alert_fate    fate;
    bool               is_test, is_digest;
    int64_t            attempts, created_us, next_us, settled_us; /* wall time */
    struct str         said; /* what went wrong last, or the receiver's answer */
};
struct alert_delivery_ask {
    int64_t rule, before;
    bool    only_troubled; /* uncertain, dead, or waiting after a failure */
    size_t  limit;
};
enum error_code alert_deliveries(struct record *record, const struct alert_delivery_ask *ask, struct arena *arena,
                                 struct alert_delivery **deliveries_out, size_t *count_out, struct error *error);
/* These posts are gone where they were published: no letter says any more what they said. One transaction. */
enum error_code alert_forget_posts(struct record *record, const struct str *posts, size_t count, struct error *error);
/* A test message to every mail address and webhook of the rule. */
enum error_code alert_test(const struct alert_world *world, int64_t rule, const struct alert_change *change, int64_t *queued_out,
                           struct error *error);

/* ---- The courier: one thread for each client ---- */

struct alert_mail_settings {
    const char *host; /* NULL or empty: no mail can be sent, and mails become dead letters that say so */
    unsigned    port; /* 0: 587, for tls 465, for none 25 */
    const char *user, *password, *from;
    const char *tls; /* "starttls" (NULL), "tls", "none" */
};
struct alert_courier_options {
    struct record             *records;
    struct alert_mail_settings mail; /* outlives the courier */
    bool                       allows_private; /* webhooks to loopback and private addresses */
    unsigned                   timeout_ms; /* 0: 15,000 for each attempt */
    /* Writes the newest mail settings and allows_private into the courier's own options, on its thread, before each attempt. NULL: as given. */
    void (*refresh)(void *context, struct alert_courier_options *options);
    /* Reports "alert sent", "alert not sent" and the like; no secrets. May be NULL. Any thread. */
    void (*log)(void *context, const char *level, const char *event, const char *words);
    void *context;
};
struct alert_courier;
enum error_code alert_courier_start(const struct alert_courier_options *options, struct alert_courier **courier_out, struct error *error);
void            alert_courier_wake(struct alert_courier *courier); /* something waits; legal on NULL */
void            alert_courier_stop(struct alert_courier *courier); /* waits for the attempt that is under way; legal on NULL */
/* One attempt for all that is due, in the caller's thread (tests). */
enum error_code alert_courier_round(const struct alert_courier_options *options, int64_t wall_us, size_t *attempts_out, struct error *error);

#endif
