#include "demo/town.h"

#include "base/clock.h"

#include <math.h>
#include <stdlib.h>

/* How the posts of a phase lie in its time. */
enum curve {
    CURVE_STEP, /* most at once, then a tail */
    CURVE_RISE, /* exponential: doubles every seventh of its length or so */
    CURVE_EVEN, /* as the town speaks, day and night */
    CURVE_HUMP, /* up and down */
    CURVE_DRIFT, /* a little more every hour, in the town's rhythm */
};

struct phase {
    double      start_h, length_h;
    int         posts;
    enum curve  curve;
    const char *words;      /* "" or "_late", behind the story's name */
    bool        stays_home; /* only on the story's own board */
};

struct story {
    const char     *name, *title;
    enum demo_shape shape;
    int             days_back; /* the day of its onset, counted from the town's last midnight */
    int             hour, minute;
    double          run_h;
    int8_t          board; /* where it starts, or BOARD_NONE */
    double          reposts, pictures; /* shares */
    struct phase    phases[3];
    double          company_h[5], paper_h[5]; /* when they speak, hours after the onset; 0 ends */
};

/* What is planted. Only the first five people write by the lines of _first; everybody else finds words of their own. */
static const struct story stories[] = {
    {"hum", "A hum at night keeps North Quay awake, then the whole town hears it", DEMO_SPILL, 11, 21, 35, 20, 1, 0.08,
     0.03,
     {{0, 9, 44, CURVE_EVEN, "", true}, {9.5, 9, 105, CURVE_HUMP, "_late", false}, {10, 8, 22, CURVE_HUMP, "", true}},
         {15}, {11}},
    {"bun", "The bun on board is smaller, dearer and has lost its cardamom", DEMO_DRIFT, 7, 7, 5, 30, BOARD_NONE, 0.08,
     0.1,
     {{0, 30, 165, CURVE_DRIFT, "", false}, {30, 18, 14, CURVE_EVEN, "_late", false}}, {27}, {25}},
    {"gerald", "A gull queues for the ferry, is named Gerald, and gets votes", DEMO_RAMP, 6, 12, 22, 6, BOARD_NONE,
     0.16, 0.12,
     {{0, 6, 150, CURVE_RISE, "", false}, {6, 4.5, 75, CURVE_STEP, "", false}, {18, 14, 14, CURVE_EVEN, "_late",
         false}}, {4.6}, {5.2}},
    {"aground", "The Marigold runs aground on Bishop's Bar in fog", DEMO_STEP, 5, 7, 41, 2, BOARD_NONE, 0.18, 0.1,
     {{0, 5, 210, CURVE_STEP, "", false}, {5, 9, 60, CURVE_STEP, "_late", false}}, {0.4, 1.3, 3.2, 5.1}, {0.5, 1.6, 5.3,
         8}},
    {"app", "The ticket app charges twice; next morning its codes fail", DEMO_TWO_HUMPS, 4, 16, 48, 20, BOARD_NONE,
     0.08, 0.06,
     {{0, 5, 95, CURVE_HUMP, "", false}, {14.4, 5, 110, CURVE_HUMP, "_late", false}}, {2.2, 15, 19.3}, {3, 16}},
    {"rabbit", "A deckhand brings a child's toy rabbit home in a captain's hat", DEMO_CARRIED, 2, 10, 17, 12,
     BOARD_NONE, 0.26, 0.4,
     {{0, 12, 170, CURVE_STEP, "", false}, {20, 14, 22, CURVE_EVEN, "_late", false}}, {4.2}, {1.1}},
};

struct planting {
    struct town  *town;
    struct rng    rng;
    struct interner said; /* texts with nothing but their letters: no two posts of a story say the same */
    int32_t      *own;    /* drafts of the thing at hand that can be answered */
    size_t        own_count, own_capacity;
    uint8_t      *spoken; /* by each person, in the thing at hand */
    const char   *name;
    int8_t        board;
    double        reposts, pictures;
    int32_t       planted;
};

int64_t stories_fog_day_us(const struct town *town)
{
    return town->until_us - 5 * CLOCK_DAY_US;
}

static bool chance(struct planting *planting, double probability)
{
    return rng_unit(&planting->rng) < probability;
}

/* ---- When ---- */

static double moment(struct planting *planting, enum curve curve, double length_h)
{
    double u = rng_unit(&planting->rng), rate = 4.8 / length_h;
    switch (curve) {
    case CURVE_STEP: return chance(planting, 0.6) ? rng_exponential(&planting->rng,
                                                                    length_h * 0.2) : rng_exponential(&planting->rng,
                                                                        length_h * 0.5);
    case CURVE_RISE: return log(1 + u * (exp(rate * length_h) - 1)) / rate;
    case CURVE_HUMP: return length_h * (u + rng_unit(&planting->rng)) / 2 * (0.55 + 0.45 * rng_unit(&planting->rng));
    case CURVE_DRIFT: return length_h * sqrt(u);
    default: return length_h * u;
    }
}

static int by_time(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Moments of a phase in order of time, cut to the millisecond. The slow ones keep the town's hours. */
static void moments(struct planting *planting, const struct phase *phase, int64_t onset_us, int64_t *times)
{
    for (int i = 0; i < phase->posts;) {
        double at_h = moment(planting, phase->curve, phase->length_h);
        if (at_h >= phase->length_h)
            continue;
        int64_t at_us = onset_us + (int64_t)((phase->start_h + at_h) * 3600e3) * 1000;
        if ((phase->curve == CURVE_EVEN || phase->curve == CURVE_DRIFT) && !chance(planting,
            rhythm_level(planting->town, at_us) / 2))
            continue;
        times[i++] = at_us;
    }
    qsort(times, (size_t)phase->posts, sizeof *times, by_time);
}

/* ---- Who ---- */

static uint32_t pick_person(struct planting *planting, int64_t at_us, bool stays_home)
{
    struct town *town = planting->town;
    uint32_t     who = 0;
    rhythm_gather(town, at_us);
    for (int attempt = 0; attempt < 400; attempt++) {
        who = rhythm_pick(town, &planting->rng);
        const struct person *person = &town->people[who];
        bool is_home = person->platform == PLATFORM_QUAYSIDE && (person->board == planting->board || chance(planting,
            0.1));
        if (planting->spoken[who] < 2 && (!stays_home || is_home) && person->topics_to[TOPIC_SHOP - 1] > 0)
            break;
    }
    return who;
}

/* ---- What ---- */

/* Letters alone, in lower case: what makes two texts the same to a reader. */
static bool is_unsaid(struct planting *planting, struct str text, struct buf *letters)
{
    buf_clear(letters);
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if ((c >= 'a' && c <= 'z') || c >= 0x80)
            buf_append_char(letters, (char)c);
        else if (c >= 'A' && c <= 'Z')
            buf_append_char(letters, (char)(c - 'A' + 'a'));
    }
    if (interner_find(&planting->said, buf_str(letters)) != INTERNER_NONE)
        return false;
    return interner_add(&planting->said, buf_str(letters)) != INTERNER_NONE;
}

static uint32_t list_of(const struct planting *planting, const char *what)
{
    return grammar_find_of(&planting->town->grammar, planting->name, what);
}

/* A text that nobody has said yet, in town->styled: the list's line, now and then with a second behind it. */
static void say_anew(struct planting *planting, const struct person *person, uint32_t list, const struct draft *parent,
                     unsigned scene)
{
    struct town *town = planting->town;
    struct buf  *plain = &town->scratch, *styled = &town->styled;
    bool is_foreign = !str_equal(person->lang, STR("en"));
    if (is_foreign) {
        char what[8];
        snprintf(what, sizeof what, "_%.*s", STR_ARG(person->lang));
        is_foreign = !parent && list_of(planting, what) != GRAMMAR_NONE && chance(planting, 0.6);
        list = is_foreign ? list_of(planting, what) : list;
    }
    for (int attempt = 0; attempt < 60; attempt++) {
        buf_clear(plain);
        buf_clear(styled);
        if (parent && person->platform == PLATFORM_GULLNET && chance(planting, 0.4))
            buf_printf(styled, "@%.*s ", STR_ARG(town->people[parent->person].handle));
        grammar_say(&town->grammar, list, scene, &planting->rng, plain);
        if (!is_foreign && (attempt > 3 || chance(planting, parent ? 0.25 : 0.08))) {
            buf_append_char(plain, ' ');
            grammar_say(&town->grammar,
                        attempt > 12 ? town->say_tail : attempt > 3 ? town->say_any_reply : town->say_tail, scene,
                        &planting->rng, plain);
        }
        voice_tidy(plain);
        if (is_foreign)
            buf_append_str(styled, buf_str(plain));
        else
            voice_style(person, &planting->rng, buf_str(plain), styled);
        voice_garnish(town, person, list_of(planting, "_emoji"), list_of(planting, "_tag"), scene, &planting->rng,
                      styled);
        if (is_unsaid(planting, buf_str(styled), plain))
            return;
    }
}

/* ---- Posts ---- */

static struct draft *add(struct planting *planting, int64_t at_us, uint32_t who)
{
    struct town  *town = planting->town;
    struct draft *draft = town_add(town, at_us, who);
    if (!draft)
        return NULL;
    draft->planted = planting->planted;
    draft->lang = town->people[who].lang;
    if (town->people[who].platform == PLATFORM_QUAYSIDE)
        draft->board = planting->board != BOARD_NONE && chance(planting,
                                                               0.5) ? planting->board : town->people[who].board;
    planting->spoken[who]++;
    return draft;
}

static bool keep_text(struct planting *planting, struct draft *draft)
{
    struct town *town = planting->town;
    draft->text = town_keep(town, &town->styled);
    const char *link = draft->text.len ? memmem(draft->text.ptr, draft->text.len, "https://", 8) : NULL;
    if (link) {
        size_t len = 0, left = draft->text.len - (size_t)(link - draft->text.ptr);
        while (len < left && link[len] != ' ')
            len++;
        draft->link = str_slice(link, len);
    }
    if (planting->own_count == planting->own_capacity) {
        size_t   capacity = planting->own_capacity ? planting->own_capacity * 2 : 512;
        int32_t *grown = realloc(planting->own, capacity * sizeof *grown);
        if (!grown)
            return false;
        planting->own = grown;
        planting->own_capacity = capacity;
    }
    planting->own[planting->own_count++] = (int32_t)(draft - town->drafts);
    return draft->text.ptr != NULL;
}

/* A post of the thing at hand on the same platform and before that time, the earlier the likelier; -1 where there is none. */
static int32_t pick_own(struct planting *planting, enum platform platform, int64_t at_us, bool for_repost)
{
    for (int attempt = 0; planting->own_count && attempt < 12; attempt++) {
        double  u = rng_unit(&planting->rng);
        int32_t index = planting->own[(size_t)((double)planting->own_count * (for_repost ? u * u : u))];
        const struct draft *draft = &planting->town->drafts[index];
        if (draft->at_us < at_us && planting->town->people[draft->person].platform == platform && (!for_repost ||
            draft->reply_to < 0))
            return index;
    }
    return -1;
}

static enum error_code repost(struct planting *planting, int64_t at_us, uint32_t who, int32_t what, struct error *error)
{
    struct draft *draft = add(planting, at_us, who);
    if (!draft)
        return town_no_memory(error);
    struct draft *original = &planting->town->drafts[what];
    draft->repost_of = what;
    draft->text = original->text;
    draft->lang = original->lang;
    draft->link = original->link;
    original->reposts++;
    return ERROR_NONE;
}

static enum error_code reply(struct planting *planting, int64_t at_us, uint32_t who, int32_t to, bool is_quote,
                             struct error *error)
{
    struct town *town = planting->town;
    uint32_t     list = list_of(planting, "_reply");
    say_anew(planting, &town->people[who], list, &town->drafts[to], rhythm_scene(town, at_us));
    struct draft *draft = add(planting, at_us, who);
    if (!draft || !keep_text(planting, draft))
        return town_no_memory(error);
    struct draft *parent = &town->drafts[to];
    draft->lang = STR("en");
    draft->board = parent->board;
    if (is_quote) {
        draft->quote_of = to;
    } else {
        draft->reply_to = to;
        draft->root = parent->root;
        parent->replies++;
        if (parent->root != to)
            town->drafts[parent->root].replies++;
    }
    return ERROR_NONE;
}

/* Something new, from a list, or (line >= 0) the list's very line. */
static enum error_code post(struct planting *planting, int64_t at_us, uint32_t who, uint32_t list, int line,
                            struct error *error)
{
    struct town *town = planting->town;
    unsigned     scene = rhythm_scene(town, at_us);
    const struct person *person = &town->people[who];
    if (line < 0) {
        say_anew(planting, person, list, NULL, scene);
    } else {
        buf_clear(&town->scratch);
        buf_clear(&town->styled);
        grammar_say_line(&town->grammar, list, (size_t)line, scene, &planting->rng, &town->scratch);
        voice_tidy(&town->scratch);
        voice_style(person, &planting->rng, buf_str(&town->scratch), &town->styled);
    }
    struct draft *draft = add(planting, at_us, who);
    if (!draft || !keep_text(planting, draft))
        return town_no_memory(error);
    if (draft->link.len || chance(planting, planting->pictures)) {
        draft->has_picture = who >= PEOPLE_SPECIAL;
        buf_clear(&town->scratch);
        grammar_say(&town->grammar, list_of(planting, "_alt") != GRAMMAR_NONE ? list_of(planting,
            "_alt") : town->say_alt, scene,
                    &planting->rng, &town->scratch);
        draft->picture_alt = town_keep(town, &town->scratch);
    }
    if (who == PERSON_PAPER && !draft->link.len) {
        buf_clear(&town->scratch);
        buf_printf(&town->scratch, "https://wickermouthlantern.example/news/%s-%d", planting->name,
                   (int)planting->own_count);
        draft->link = town_keep(town, &town->scratch);
    }
    return ERROR_NONE;
}

static enum error_code speak(struct planting *planting, int64_t at_us, const struct phase *phase, struct error *error)
{
    uint32_t      who = pick_person(planting, at_us, phase->stays_home);
    enum platform platform = planting->town->people[who].platform;
    double        roll = rng_unit(&planting->rng);
    bool          is_gullnet = platform == PLATFORM_GULLNET;
    int32_t       what;
    if (is_gullnet && roll < planting->reposts && (what = pick_own(planting, platform, at_us, true)) >= 0)
        return repost(planting, at_us, who, what, error);
    if (is_gullnet && roll < planting->reposts + 0.05 && (what = pick_own(planting, platform, at_us, true)) >= 0)
        return reply(planting, at_us, who, what, true, error);
    if (roll > 0.72 && (what = pick_own(planting, platform, at_us, false)) >= 0)
        return reply(planting, at_us, who, what, false, error);
    enum error_code code = post(planting, at_us, who, list_of(planting, phase->words), -1, error);
    if (!code && phase->stays_home)
        planting->town->drafts[planting->town->draft_count - 1].board = planting->board;
    return code;
}

/* ---- The plan ---- */

static struct demo_planted *begin(struct planting *planting, const char *name, struct str title, enum demo_kind kind,
                                  int64_t onset_us,
                                  double run_h, struct error *error)
{
    struct demo_plan *plan = planting->town->plan;
    if (plan->count == planting->town->planted_capacity) {
        town_no_memory(error);
        return NULL;
    }
    planting->name = name;
    planting->planted = (int32_t)plan->count;
    planting->own_count = 0;
    planting->board = BOARD_NONE;
    planting->reposts = planting->pictures = 0.05;
    memset(planting->spoken, 0, planting->town->person_count);
    struct demo_planted *planted = &plan->planted[plan->count++];
    *planted = (struct demo_planted){.name = str_of(name), .title = arena_str(&plan->arena, title), .kind = kind, .onset_us = onset_us,
                                     .until_us = onset_us + (int64_t)(run_h * 3600e3) * 1000};
    if (planted->title.ptr)
        return planted;
    town_no_memory(error);
    return NULL;
}

/* What the company and the paper say, at their hours, line by line. */
static enum error_code speak_officially(struct planting *planting, uint32_t who, const char *list, const double *hours,
                                        int64_t onset_us,
                                        struct error *error)
{
    enum error_code code = ERROR_NONE;
    for (int i = 0; i < 5 && hours[i] > 0 && !code; i++)
        code = post(planting, onset_us + (int64_t)(hours[i] * 3600e3) * 1000, who, list_of(planting, list), i, error);
    return code;
}

enum { PHASE_POSTS_MAX = 512 };

static enum error_code plant_story(struct planting *planting, const struct story *story, struct error *error)
{
    struct town *town = planting->town;
    int64_t onset_us = town->until_us - story->days_back * CLOCK_DAY_US + story->hour * CLOCK_HOUR_US + story->minute * CLOCK_MINUTE_US;
    struct demo_planted *planted = begin(planting, story->name, str_of(story->title), DEMO_STORY, onset_us,
                                         story->run_h, error);
    if (!planted)
        return ERROR_MEMORY;
    planted->shape = story->shape;
    planting->board = story->board;
    planting->reposts = story->reposts;
    planting->pictures = story->pictures;
    if (story->board != BOARD_NONE)
        planted->community = str_of(boards[story->board].name);
    /* Those who were there speak in the first minutes, one after the other; the joke takes longer than the accident. */
    uint32_t        first = list_of(planting, "_first");
    int             lines = (int)grammar_lines(&town->grammar, first, 0);
    double          gap_s = story->shape == DEMO_STEP ? 35 : 400;
    int64_t         at_us = onset_us;
    enum error_code code = ERROR_NONE;
    for (int i = 0; i < lines && i < 5 && !code; i++) {
        code = post(planting, at_us, pick_person(planting, at_us, story->phases[0].stays_home), first, i, error);
        if (story->phases[0].stays_home)
            town->drafts[town->draft_count - 1].board = story->board;
        at_us += 1000 * (int64_t)(1000 * rng_exponential(&planting->rng, gap_s));
    }
    int64_t times[PHASE_POSTS_MAX];
    if (!code)
        code = speak_officially(planting, PERSON_PAPER, "_paper", story->paper_h, onset_us, error);
    if (!code)
        code = speak_officially(planting, PERSON_COMPANY, "_company", story->company_h, onset_us, error);
    for (int i = 0; i < 3 && story->phases[i].posts && !code; i++) {
        require(story->phases[i].posts <= PHASE_POSTS_MAX);
        moments(planting, &story->phases[i], onset_us, times);
        for (int j = 0; j < story->phases[i].posts && !code; j++)
            code = speak(planting, times[j], &story->phases[i], error);
    }
    return code;
}

/* ---- Distractors ---- */

static enum error_code plant_swarm(struct planting *planting, struct error *error)
{
    struct town         *town = planting->town;
    int64_t              onset_us = town->until_us - 9 * CLOCK_DAY_US + 19 * CLOCK_HOUR_US;
    struct demo_planted *planted = begin(planting, "giveaway", STR("Forty accounts push one giveaway in near-copies"),
                                         DEMO_SWARM, onset_us, 3, error);
    if (!planted)
        return ERROR_MEMORY;
    uint32_t        list = grammar_find(&town->grammar, "giveaway");
    enum error_code code = ERROR_NONE;
    for (uint32_t i = 0; i < PEOPLE_BOTS * 3 && !code; i++) {
        int64_t at_us = onset_us + (int64_t)rng_below(&planting->rng, (uint64_t)(3 * CLOCK_HOUR_US) / 1000) * 1000;
        code = post(planting, i ? at_us : onset_us, town->person_count - 1 - i % PEOPLE_BOTS, list, 0, error);
    }
    return code;
}

static enum error_code plant_flood(struct planting *planting, struct error *error)
{
    struct town         *town = planting->town;
    int64_t              onset_us = town->until_us - 8 * CLOCK_DAY_US + 13 * CLOCK_HOUR_US;
    struct demo_planted *planted = begin(planting, "tidetable",
                                         STR("One account writes about nothing but the tide tables"), DEMO_FLOOD,
                                             onset_us, 4, error);
    if (!planted)
        return ERROR_MEMORY;
    uint32_t        who = pick_person(planting, onset_us, false);
    enum error_code code = ERROR_NONE;
    for (int i = 0; i < 150 && !code; i++) {
        int64_t at_us = onset_us + (int64_t)rng_below(&planting->rng, (uint64_t)(4 * CLOCK_HOUR_US) / 1000) * 1000;
        code = post(planting, i ? at_us : onset_us, who, grammar_find(&town->grammar, "tidetable"), -1, error);
        planting->spoken[who] = 0;
    }
    return code;
}

struct weekly {
    const char  *name, *title;
    int          weekday;
    double       start_h;
    struct phase phase;
    bool         is_match;
};

static const struct weekly weeklies[] = {
    {"fridaygull", "The #FridayGull tag", 4, 7, {0, 15, 62, CURVE_EVEN, "", false}, false},
    {"matchday", "The Cormorants play", 5, 14.25, {0, 3.25, 80, CURVE_HUMP, "", false}, true},
};

static enum error_code plant_week(struct planting *planting, const struct weekly *weekly, int64_t day_us, int week,
                                  struct error *error)
{
    struct town *town = planting->town;
    int64_t      onset_us = day_us + (int64_t)(weekly->start_h * 3600e6);
    char         title[96];
    int          len = snprintf(title, sizeof title, "%s, week %d", weekly->title, week);
    struct demo_planted *planted = begin(planting, weekly->name, str_slice(title, (size_t)len), DEMO_WEEKLY, onset_us,
                                         weekly->phase.length_h, error);
    if (!planted)
        return ERROR_MEMORY;
    planted->is_first = week == 1;
    int64_t times[PHASE_POSTS_MAX];
    moments(planting, &weekly->phase, onset_us, times);
    if (weekly->is_match) {
        buf_clear(&town->scratch);
        uint32_t opponents = grammar_find(&town->grammar, "opponent");
        grammar_say_line(&town->grammar, opponents, (size_t)week % grammar_lines(&town->grammar, opponents, 0), 0,
                         &planting->rng, &town->scratch);
        grammar_bind(&town->grammar, grammar_find(&town->grammar, "match_opponent"), town_keep(town, &town->scratch));
    }
    enum error_code code = ERROR_NONE;
    for (int i = 0; i < weekly->phase.posts && !code; i++)
        code = speak(planting, times[i], &weekly->phase, error);
    return code;
}

static enum error_code plant_weeklies(struct planting *planting, struct error *error)
{
    struct town    *town = planting->town;
    enum error_code code = ERROR_NONE;
    for (size_t i = 0; i < sizeof weeklies / sizeof weeklies[0]; i++) {
        int week = 0;
        for (int64_t day_us = town->since_us; day_us < town->until_us && !code; day_us += CLOCK_DAY_US)
            if (rhythm_weekday(day_us) == weeklies[i].weekday)
                code = plant_week(planting, &weeklies[i], day_us, ++week, error);
    }
    return code;
}

enum error_code stories_plant(struct town *town, struct error *error)
{
    struct planting planting = {.town = town, .spoken = calloc(town->person_count, 1)};
    size_t          count = sizeof stories / sizeof stories[0];
    rng_seed(&planting.rng, hash_mix(town->options.seed, 3));
    town->planted_capacity = count + 2 + 2 * (town->options.days / 7 + 1);
    town->plan->planted = arena_array(&town->plan->arena, town->planted_capacity, sizeof *town->plan->planted);
    enum error_code code = planting.spoken && town->plan->planted ? ERROR_NONE : town_no_memory(error);
    for (size_t i = 0; i < count && !code; i++)
        code = plant_story(&planting, &stories[i], error);
    if (!code)
        code = plant_swarm(&planting, error);
    if (!code)
        code = plant_flood(&planting, error);
    if (!code)
        code = plant_weeklies(&planting, error);
    free(planting.spoken);
    free(planting.own);
    interner_fini(&planting.said);
    return code;
}
