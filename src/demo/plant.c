#include "demo/plant.h"

#include "base/clock.h"

#include <math.h>
#include <stdlib.h>

static bool chance(struct planting *planting, double probability)
{
    return rng_unit(&planting->rng) < probability;
}

/* ---- When ---- */

static double moment(struct planting *planting, enum curve curve, double length_h)
{
    double u = rng_unit(&planting->rng), v = rng_unit(&planting->rng), w = rng_unit(&planting->rng), rate = 4.8 / length_h;
    switch (curve) {
    case CURVE_STEP: return rng_exponential(&planting->rng, length_h * (u < 0.6 ? 0.2 : 0.5));
    case CURVE_RISE: return log(1 + u * (exp(rate * length_h) - 1)) / rate;
    case CURVE_HUMP: return length_h * (u + v) / 2 * (0.55 + 0.45 * w);
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
void plant_moments(struct planting *planting, const struct phase *phase, int64_t onset_us, int64_t *times)
{
    for (int i = 0; i < phase->posts;) {
        double at_h = moment(planting, phase->curve, phase->length_h);
        if (at_h >= phase->length_h)
            continue;
        int64_t at_us = onset_us + (int64_t)((phase->start_h + at_h) * 3600e3) * 1000;
        bool is_slow = phase->curve == CURVE_EVEN || phase->curve == CURVE_DRIFT;
        if (is_slow && !chance(planting, rhythm_level(planting->town, at_us) / 2))
            continue;
        times[i++] = at_us;
    }
    qsort(times, (size_t)phase->posts, sizeof *times, by_time);
}

/* ---- Who ---- */

uint32_t plant_pick(struct planting *planting, int64_t at_us, bool stays_home)
{
    struct town *town = planting->town;
    uint32_t     who = 0;
    rhythm_gather(town, at_us);
    for (int attempt = 0; attempt < 400; attempt++) {
        who = rhythm_pick(town, &planting->rng);
        const struct person *person = &town->people[who];
        bool is_home = person->platform == PLATFORM_QUAYSIDE && (person->board == planting->board || chance(planting, 0.1));
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

uint32_t plant_list(const struct planting *planting, const char *what)
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
        is_foreign = !parent && plant_list(planting, what) != GRAMMAR_NONE && chance(planting, 0.6);
        list = is_foreign ? plant_list(planting, what) : list;
    }
    for (int attempt = 0; attempt < 60; attempt++) {
        buf_clear(plain);
        buf_clear(styled);
        if (parent && person->platform == PLATFORM_GULLNET && chance(planting, 0.4))
            buf_printf(styled, "@%.*s ", STR_ARG(town->people[parent->person].handle));
        grammar_say(&town->grammar, list, scene, &planting->rng, plain);
        if (!is_foreign && (attempt > 3 || chance(planting, parent ? 0.25 : 0.08))) {
            buf_append_char(plain, ' ');
            uint32_t more = attempt > 3 && attempt <= 12 ? town->say_any_reply : town->say_tail;
            grammar_say(&town->grammar, more, scene, &planting->rng, plain);
        }
        voice_tidy(plain);
        if (is_foreign)
            buf_append_str(styled, buf_str(plain));
        else
            voice_style(person, &planting->rng, buf_str(plain), styled);
        voice_garnish(town, person, plant_list(planting, "_emoji"), plant_list(planting, "_tag"), scene, &planting->rng,
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
        draft->board = planting->board == BOARD_NONE || chance(planting, 0.5) ? town->people[who].board : planting->board;
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
        bool is_near = draft->at_us < at_us && planting->town->people[draft->person].platform == platform;
        if (is_near && (!for_repost || draft->reply_to < 0))
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
    uint32_t     list = plant_list(planting, "_reply");
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
enum error_code plant_post(struct planting *planting, int64_t at_us, uint32_t who, uint32_t list, int line,
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
        uint32_t alt = plant_list(planting, "_alt");
        grammar_say(&town->grammar, alt == GRAMMAR_NONE ? town->say_alt : alt, scene, &planting->rng, &town->scratch);
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

enum error_code plant_speak(struct planting *planting, int64_t at_us, const struct phase *phase, struct error *error)
{
    uint32_t      who = plant_pick(planting, at_us, phase->stays_home);
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
    enum error_code code = plant_post(planting, at_us, who, plant_list(planting, phase->words), -1, error);
    if (!code && phase->stays_home)
        planting->town->drafts[planting->town->draft_count - 1].board = planting->board;
    return code;
}
