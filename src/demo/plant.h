/* Planting: how the posts of a story, of a swarm or of a weekly tag come about. What is planted is the table in stories.c. */
#ifndef DEMO_PLANT_H
#define DEMO_PLANT_H

#include "demo/town.h"

/* How the posts of a phase lie in its time. */
enum curve {
    CURVE_STEP,  /* most at once, then a tail */
    CURVE_RISE,  /* exponential: doubles every seventh of its length or so */
    CURVE_EVEN,  /* as the town speaks, day and night */
    CURVE_HUMP,  /* up and down */
    CURVE_DRIFT, /* a little more every hour, in the town's rhythm */
};

enum { PHASE_POSTS_MAX = 512 };

struct phase {
    double      start_h, length_h; /* after the onset */
    int         posts;             /* at most PHASE_POSTS_MAX */
    enum curve  curve;
    const char *words;      /* the list to speak from, behind the thing's name: "", "_late" */
    bool        stays_home; /* only on the thing's own board */
};

/* The thing that is being planted, and what all of them have said so far. */
struct planting {
    struct town    *town;
    struct rng      rng;
    struct interner said; /* texts with nothing but their letters: no two posts of a story say the same */
    int32_t        *own;  /* drafts of the thing at hand that can be answered */
    size_t          own_count, own_capacity;
    uint8_t        *spoken;  /* how often each person has spoken of it */
    const char     *name;    /* its lists begin with it */
    int32_t         planted; /* its place in the plan */
    int8_t          board;   /* where it starts, or BOARD_NONE */
    double          reposts, pictures; /* shares */
};

/* The list of the thing at hand with that ending, or GRAMMAR_NONE. */
uint32_t plant_list(const struct planting *planting, const char *what);
/* The times of a phase's posts, in order, cut to the millisecond. The slow ones keep the town's hours. */
void     plant_moments(struct planting *planting, const struct phase *phase, int64_t onset_us, int64_t *times);
/* Somebody who is up at that hour and has not yet said much about it. */
uint32_t plant_pick(struct planting *planting, int64_t at_us, bool stays_home);
/* A post from a list in words that nobody has used for it yet; or, with line >= 0, the list's very line. */
enum error_code plant_post(struct planting *planting, int64_t at_us, uint32_t who, uint32_t list, int line, struct error *error);
/* Somebody says something of it: a post, a reply, a quote or a repost. */
enum error_code plant_speak(struct planting *planting, int64_t at_us, const struct phase *phase, struct error *error);

#endif
