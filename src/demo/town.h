/* What the town is made of while it is being generated: its people, its rhythm and the posts so far. For this room alone.
 *
 *     people.c     who lives here, with habits of their own      \
 *     rhythm.c     when they speak                                 > smalltalk.c   any day     \
 *     voice.c      how each of them writes                        /  stories.c     what is new  > town.c: drafts > generate.c: posts
 */
#ifndef DEMO_TOWN_H
#define DEMO_TOWN_H

#include "demo/demo.h"
#include "demo/grammar.h"

enum platform { PLATFORM_GULLNET /* short posts */, PLATFORM_QUAYSIDE /* boards */, PLATFORM_SNAPDECK /* pictures */, PLATFORM_COUNT };
extern const char *const platform_names[PLATFORM_COUNT];

enum topic {
    TOPIC_WEATHER, TOPIC_FOOTBALL, TOPIC_FOOD, TOPIC_TRAFFIC, TOPIC_WORK, TOPIC_PETS, TOPIC_MARKET, TOPIC_SCHOOL, TOPIC_GULLS,
    TOPIC_FERRY, TOPIC_SEA, TOPIC_HOME, TOPIC_EVENING, TOPIC_BODY, TOPIC_PT, TOPIC_DE, TOPIC_NL, TOPIC_SHOP, TOPIC_PAPER,
    TOPIC_COMPANY, TOPIC_COUNT,
};
extern const char *const topic_names[TOPIC_COUNT];

enum { BOARD_NONE = -1, BOARD_COUNT = 12 };
/* A community of the boards, and the topics that are at home in it. */
struct board {
    const char *name;
    enum topic  topics[3];
};
extern const struct board boards[BOARD_COUNT];

/* How somebody writes; each a chance or a yes or no that stays with the account. */
struct voice {
    bool  is_lower, has_no_apostrophes, has_no_stop, is_loud, is_dotted, is_brief;
    float typo, emoji, tag, tail, opener; /* chances */
    uint32_t own_emoji[2]; /* lines of any_emoji that they like */
};

struct person {
    struct str handle, name, id, lang;
    uint8_t    kind, platform;
    int8_t     board;     /* where they mostly write, on the boards */
    int8_t     shift_h;   /* up earlier or later than others of their kind */
    float      activity;  /* posts, relative to others */
    float      weekend;   /* factor */
    int64_t    followers;
    float      topics_to[TOPIC_COUNT]; /* sums of what they like to talk about */
    struct voice voice;
};

/* The first people are the company and the newspaper, the last the swarm. */
enum { PERSON_COMPANY, PERSON_PAPER, PEOPLE_SPECIAL, PEOPLE_BOTS = 40 };

/* What is known of the words, found once. */
struct topic_words {
    uint32_t post, reply, emoji, tag;
};

struct draft {
    int64_t    at_us;
    uint32_t   person;
    int32_t    reply_to, repost_of, quote_of, root; /* drafts, or -1; root is itself for the first of a thread */
    int32_t    planted;  /* what it belongs to in the plan, or -1 */
    int8_t     board;    /* BOARD_NONE elsewhere */
    int8_t     topic;    /* enum topic, or -1 */
    bool       has_picture;
    uint32_t   replies, reposts; /* received */
    struct str text, lang, link, picture_alt;
};

/* Shares by hour, summed over people: who speaks at that hour. */
struct crowd {
    float *weights_to; /* for each person, sums */
    double total;
    int64_t hour_us;   /* the hour that it was made for */
};

struct town {
    struct demo_options options; /* with defaults filled in */
    unsigned       week;   /* 0: the first days; n: the nth week after them */
    uint64_t       chance; /* what its talk and its stories are drawn from; its people always from options.seed */
    int64_t        since_us, until_us;
    struct arena   arena; /* texts of drafts, names of people */
    struct grammar grammar;
    struct topic_words words[TOPIC_COUNT];
    uint32_t       say_any_reply, say_any_quote, say_any_emoji, say_small_tag, say_opener, say_tail, say_alt;
    struct person *people;
    uint32_t       person_count;
    struct draft  *drafts;
    size_t         draft_count, draft_capacity;
    struct crowd   crowd;
    double         crowd_mean; /* mean total of an hour over a week */
    struct buf     scratch, styled;
    struct demo_plan *plan; /* arena for what stays; planted grows as things are planted */
    size_t         planted_capacity;
};

/* ---- town.c ---- */
enum error_code town_init(struct town *town, const struct demo_options *options, unsigned week, struct demo_plan *plan, struct error *error);
/* Fills in defaults. ERROR_INVALID names an option out of its range. */
enum error_code town_check_options(struct demo_options *options, struct error *error);
void            town_fini(struct town *town);
/* A new draft at the end with every reference empty; NULL without memory. Valid until the next. */
struct draft   *town_add(struct town *town, int64_t at_us, uint32_t person);
/* Copies what stands in the buffer into the town. */
struct str      town_keep(struct town *town, const struct buf *text);
enum error_code town_no_memory(struct error *error);

/* ---- rhythm.c ---- */
/* The scenes of a moment: time of day, weekday, weather of the day (which follows from the seed). */
unsigned rhythm_scene(const struct town *town, int64_t at_us);
/* Monday is 0. */
int      rhythm_weekday(int64_t at_us);
int      rhythm_hour(int64_t at_us);
/* Fills town->crowd for the hour that holds at_us. */
void     rhythm_gather(struct town *town, int64_t at_us);
/* Somebody who is likely to speak in that hour. */
uint32_t rhythm_pick(const struct town *town, struct rng *rng);
/* How much is said in that hour, 1 being the mean of a week. */
double   rhythm_level(struct town *town, int64_t at_us);

/* ---- people.c ---- */
enum error_code people_settle(struct town *town, struct rng *rng, struct error *error);
/* The share of an hour of day (0 to 23) in the life of somebody. */
float           people_hour(const struct person *person, int hour, bool is_weekend);
enum topic      people_topic(const struct person *person, struct rng *rng);

/* ---- voice.c ---- */
/* Mends what slots left (blanks, double stops, capitals) and puts it as this person would; in place. */
void voice_tidy(struct buf *text);
void voice_style(const struct person *person, struct rng *rng, struct str plain, struct buf *out);
/* Adds an emoji or a tag behind a text, as the person likes to. */
void voice_garnish(const struct town *town, const struct person *person, uint32_t emoji, uint32_t tags, unsigned scene,
                   struct rng *rng, struct buf *out);

/* ---- smalltalk.c, stories.c ---- */
enum error_code smalltalk_run(struct town *town, struct error *error);
enum error_code stories_plant(struct town *town, struct error *error);
/* The day of story 1 starts in fog: its midnight. */
int64_t         stories_fog_day_us(const struct town *town);

#endif
