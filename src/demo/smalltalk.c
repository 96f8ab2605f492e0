#include "demo/town.h"

#include "base/clock.h"

#include <stdlib.h>

/* What was said lately: what can be answered or passed on. */
enum { RECENT = 256 };

struct smalltalk {
    struct town *town;
    struct rng   rng;
    int32_t      recent[RECENT];
    size_t       recent_count; /* ever put in; the last RECENT of them are there */
};

static bool chance(struct smalltalk *talk, double probability)
{
    return rng_unit(&talk->rng) < probability;
}

static void remember(struct smalltalk *talk, const struct draft *draft)
{
    talk->recent[talk->recent_count++ % RECENT] = (int32_t)(draft - talk->town->drafts);
}

/* One of the recent posts on the same platform, the newer the likelier; -1 where a few tries find none that suits. */
static int32_t pick_recent(struct smalltalk *talk, const struct person *person, int64_t at_us, bool for_repost)
{
    struct town *town = talk->town;
    size_t       kept = talk->recent_count < RECENT ? talk->recent_count : RECENT;
    for (int attempt = 0; kept && attempt < 8; attempt++) {
        double  u = rng_unit(&talk->rng), v = rng_unit(&talk->rng);
        size_t  back = (size_t)((double)kept * u * v);
        int32_t index = talk->recent[(talk->recent_count - 1 - back) % RECENT];
        const struct draft  *draft = &town->drafts[index], *root = &town->drafts[draft->root];
        const struct person *author = &town->people[draft->person];
        if (author->platform != person->platform || author == person || at_us - root->at_us > 10 * CLOCK_HOUR_US ||
            at_us <= draft->at_us)
            continue;
        if (for_repost ? draft->reply_to >= 0 || draft->reposts > 9 : root->replies > 24)
            continue;
        /* Languages mix, but nobody answers in a language that was not asked in. */
        if (!str_equal(author->lang, person->lang) && draft->topic >= TOPIC_PT && draft->topic <= TOPIC_NL)
            continue;
        return index;
    }
    return -1;
}

/* Whole new post: the topic's line, now and then with something before and behind it. */
static void say_post(struct smalltalk *talk, const struct person *person, enum topic topic, unsigned scene)
{
    struct town *town = talk->town;
    struct buf  *plain = &town->scratch, *styled = &town->styled;
    bool is_foreign = topic >= TOPIC_PT && topic <= TOPIC_NL, is_private = topic < TOPIC_PT;
    buf_clear(plain);
    buf_clear(styled);
    if (is_private && chance(talk, (double)person->voice.opener)) {
        grammar_say(&town->grammar, town->say_opener, scene, &talk->rng, plain);
        buf_append_char(plain, ' ');
    }
    grammar_say(&town->grammar, town->words[topic].post, scene, &talk->rng, plain);
    if (is_private && chance(talk, (double)person->voice.tail)) {
        buf_append_char(plain, ' ');
        grammar_say(&town->grammar, town->say_tail, scene, &talk->rng, plain);
    }
    voice_tidy(plain);
    if (is_foreign)
        buf_append_str(styled, buf_str(plain));
    else
        voice_style(person, &talk->rng, buf_str(plain), styled);
    voice_garnish(town, person, town->words[topic].emoji, town->words[topic].tag, scene, &talk->rng, styled);
}

static void say_answer(struct smalltalk *talk, const struct person *person, const struct draft *parent, unsigned scene,
                       bool is_quote)
{
    struct town *town = talk->town;
    struct buf  *plain = &town->scratch, *styled = &town->styled;
    uint32_t     any = is_quote ? town->say_any_quote : town->say_any_reply;
    bool         is_foreign = parent->topic >= TOPIC_PT && parent->topic <= TOPIC_NL;
    /* Only the company answers in the company's words. */
    bool         is_customer = parent->topic == TOPIC_COMPANY && person != &town->people[PERSON_COMPANY];
    int          topic = is_customer ? TOPIC_FERRY : parent->topic;
    uint32_t     own = topic >= 0 ? town->words[topic].reply : GRAMMAR_NONE;
    buf_clear(plain);
    buf_clear(styled);
    if (person->platform == PLATFORM_GULLNET && !is_quote && chance(talk, 0.4))
        buf_printf(styled, "@%.*s ", STR_ARG(town->people[parent->person].handle));
    bool is_on_topic = own != GRAMMAR_NONE && (is_foreign || chance(talk, is_quote ? 0.4 : 0.7));
    grammar_say(&town->grammar, is_on_topic ? own : any, scene, &talk->rng, plain);
    if (!is_foreign && chance(talk, 0.35)) {
        buf_append_char(plain, ' ');
        grammar_say(&town->grammar, is_on_topic ? any : own, scene, &talk->rng, plain);
    }
    voice_tidy(plain);
    if (is_foreign)
        buf_append_str(styled, buf_str(plain));
    else
        voice_style(person, &talk->rng, buf_str(plain), styled);
    if (chance(talk, 0.5))
        voice_garnish(town, person, town->say_any_emoji, GRAMMAR_NONE, scene, &talk->rng, styled);
}

static enum error_code answer(struct smalltalk *talk, int64_t at_us, uint32_t who, int32_t to, bool is_quote,
                              struct error *error)
{
    struct town *town = talk->town;
    say_answer(talk, &town->people[who], &town->drafts[to], rhythm_scene(town, at_us), is_quote);
    struct draft *draft = town_add(town, at_us, who);
    if (!draft)
        return town_no_memory(error);
    struct draft *parent = &town->drafts[to];
    draft->text = town_keep(town, &town->styled);
    draft->topic = parent->topic;
    draft->board = parent->board;
    draft->lang = parent->topic >= TOPIC_PT && parent->topic <= TOPIC_NL ? town->people[who].lang : STR("en");
    if (is_quote) {
        draft->quote_of = to;
    } else {
        draft->reply_to = to;
        draft->root = parent->root;
        parent->replies++;
        if (parent->root != to)
            town->drafts[parent->root].replies++;
    }
    remember(talk, draft);
    return draft->text.ptr ? ERROR_NONE : town_no_memory(error);
}

static enum error_code pass_on(struct smalltalk *talk, int64_t at_us, uint32_t who, int32_t what, struct error *error)
{
    struct draft *draft = town_add(talk->town, at_us, who);
    if (!draft)
        return town_no_memory(error);
    struct draft *original = &talk->town->drafts[what];
    draft->repost_of = what;
    draft->topic = original->topic;
    draft->text = original->text;
    draft->lang = original->lang;
    original->reposts++;
    return ERROR_NONE;
}

static bool is_at_home(int board, enum topic topic)
{
    return boards[board].topics[0] == topic || boards[board].topics[1] == topic || boards[board].topics[2] == topic;
}

/* A board where the topic is at home, or the town square. */
static int8_t board_for(struct smalltalk *talk, enum topic topic)
{
    int first = (int)rng_below(&talk->rng, BOARD_COUNT);
    for (int i = 0; i < BOARD_COUNT; i++)
        if (is_at_home((first + i) % BOARD_COUNT, topic))
            return (int8_t)((first + i) % BOARD_COUNT);
    return 0;
}

static void dress(struct smalltalk *talk, struct draft *draft, const struct person *person, enum topic topic)
{
    struct town *town = talk->town;
    draft->topic = (int8_t)topic;
    draft->lang = topic >= TOPIC_PT && topic <= TOPIC_NL ? person->lang : STR("en");
    if (person->platform == PLATFORM_QUAYSIDE) {
        draft->board = person->board;
        if (!is_at_home(person->board, topic) && chance(talk, person->board < 3 ? 0.3 : 0.8))
            draft->board = board_for(talk, topic);
    }
    draft->has_picture = chance(talk, person->platform == PLATFORM_SNAPDECK ? 0.95 : 0.06);
    if (draft->has_picture) {
        buf_clear(&town->scratch);
        grammar_say(&town->grammar, town->say_alt, rhythm_scene(town, draft->at_us), &talk->rng, &town->scratch);
        draft->picture_alt = town_keep(town, &town->scratch);
    }
    if (topic == TOPIC_PAPER) {
        buf_clear(&town->scratch);
        bool is_news = chance(talk, 0.5);
        buf_printf(&town->scratch, "https://wickermouthlantern.example/%s/%d", is_news ? "news" : "town",
                   20000 + (int)rng_below(&talk->rng, 70000));
        draft->link = town_keep(town, &town->scratch);
    } else if (topic == TOPIC_SHOP && chance(talk, 0.3)) {
        buf_clear(&town->scratch);
        buf_printf(&town->scratch, "https://%.*s.example/today", STR_ARG(person->handle));
        for (size_t i = 0; i < town->scratch.len; i++)
            if (town->scratch.ptr[i] == '_')
                town->scratch.ptr[i] = '-';
        draft->link = town_keep(town, &town->scratch);
    }
}

static enum error_code post_new(struct smalltalk *talk, int64_t at_us, uint32_t who, struct error *error)
{
    struct town         *town = talk->town;
    const struct person *person = &town->people[who];
    enum topic           topic = people_topic(person, &talk->rng);
    if (person->platform == PLATFORM_QUAYSIDE && person->board >= 0 && topic < TOPIC_PT && chance(talk, 0.4))
        topic = boards[person->board].topics[rng_below(&talk->rng, 3)];
    if (topic >= TOPIC_PT && topic <= TOPIC_NL && str_equal(person->lang, STR("en")))
        topic = TOPIC_WEATHER;
    say_post(talk, person, topic, rhythm_scene(town, at_us));
    struct draft *draft = town_add(town, at_us, who);
    if (!draft)
        return town_no_memory(error);
    draft->text = town_keep(town, &town->styled);
    dress(talk, draft, person, topic);
    remember(talk, draft);
    return draft->text.ptr ? ERROR_NONE : town_no_memory(error);
}

/* The company answers most of those who ask it something, in office hours, within the hour. */
static enum error_code ask_company(struct smalltalk *talk, size_t index, struct error *error)
{
    const struct draft *draft = &talk->town->drafts[index];
    int hour = rhythm_hour(draft->at_us);
    if (draft->repost_of >= 0 || !str_contains(draft->text, STR("@tidewicket")) || hour < 7 || hour > 19 ||
        !chance(talk, 0.6) ||
        talk->town->people[draft->person].platform != PLATFORM_GULLNET)
        return ERROR_NONE;
    struct draft asked = *draft;
    asked.topic = TOPIC_COMPANY;
    int64_t at_us = draft->at_us + (int64_t)((5 + 50 * rng_unit(&talk->rng)) * (double)CLOCK_MINUTE_US);
    say_answer(talk, &talk->town->people[PERSON_COMPANY], &asked, rhythm_scene(talk->town, at_us), false);
    struct draft *reply = town_add(talk->town, at_us, PERSON_COMPANY);
    if (!reply)
        return town_no_memory(error);
    reply->text = town_keep(talk->town, &talk->town->styled);
    reply->reply_to = (int32_t)index;
    reply->root = talk->town->drafts[index].root;
    reply->topic = TOPIC_COMPANY;
    reply->lang = STR("en");
    talk->town->drafts[index].replies++;
    return ERROR_NONE;
}

static enum error_code speak(struct smalltalk *talk, int64_t at_us, struct error *error)
{
    struct town   *town = talk->town;
    uint32_t       who = rhythm_pick(town, &talk->rng);
    const struct person *person = &town->people[who];
    double         roll = rng_unit(&talk->rng);
    bool           can_repost = person->platform == PLATFORM_GULLNET;
    size_t         index = town->draft_count;
    enum error_code code;
    int32_t        what = roll < 0.43 ? pick_recent(talk, person, at_us, roll < 0.1) : -1;
    if (what >= 0 && roll < 0.07 && can_repost)
        code = pass_on(talk, at_us, who, what, error);
    else if (what >= 0 && roll >= 0.07 && roll < 0.1 && can_repost)
        code = answer(talk, at_us, who, what, true, error);
    else if (what >= 0 && roll >= 0.1)
        code = answer(talk, at_us, who, what, false, error);
    else
        code = post_new(talk, at_us, who, error);
    return code ? code : ask_company(talk, index, error);
}

static int by_time(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static enum error_code speak_hour(struct smalltalk *talk, int64_t hour_us, struct error *error)
{
    struct town *town = talk->town;
    double       mean = (double)town->options.posts_per_day / 24 * rhythm_level(town, hour_us);
    int64_t      times[16384];
    size_t       count = 0;
    /* A Poisson number of a few thousand is the sum of smaller ones. */
    for (double left = mean; left > 0; left -= 100)
        count += rng_poisson(&talk->rng, left < 100 ? left : 100);
    if (count > sizeof times / sizeof times[0])
        count = sizeof times / sizeof times[0];
    for (size_t i = 0; i < count; i++)
        times[i] = hour_us + (int64_t)rng_below(&talk->rng, (uint64_t)CLOCK_HOUR_US / 1000) * 1000;
    qsort(times, count, sizeof times[0], by_time);
    enum error_code code = ERROR_NONE;
    for (size_t i = 0; i < count && !code; i++)
        code = speak(talk, times[i], error);
    return code;
}

/* The company's morning word, and the newspaper's headlines, through the day. */
static enum error_code speak_special(struct smalltalk *talk, int64_t day_us, struct error *error)
{
    static const struct { uint32_t who; int minute; } beats[] = {
        {PERSON_COMPANY, 6 * 60 + 10}, {PERSON_PAPER, 7 * 60}, {PERSON_PAPER, 8 * 60 + 30}, {PERSON_PAPER,
            10 * 60 + 15},
        {PERSON_PAPER, 12 * 60}, {PERSON_COMPANY, 12 * 60 + 40}, {PERSON_PAPER, 14 * 60 + 45}, {PERSON_PAPER, 17 * 60},
        {PERSON_COMPANY, 17 * 60 + 20}, {PERSON_PAPER, 19 * 60 + 30},
    };
    enum error_code code = ERROR_NONE;
    for (size_t i = 0; i < sizeof beats / sizeof beats[0] && !code; i++) {
        int64_t minute = beats[i].minute + (int64_t)rng_below(&talk->rng, 25);
        if (!chance(talk, 0.2))
            code = post_new(talk, day_us + minute * CLOCK_MINUTE_US + (int64_t)rng_below(&talk->rng, 60000) * 1000,
                            beats[i].who, error);
    }
    return code;
}

enum error_code smalltalk_run(struct town *town, struct error *error)
{
    struct smalltalk talk = {.town = town};
    rng_seed(&talk.rng, hash_mix(town->chance, 2));
    enum error_code code = ERROR_NONE;
    for (int64_t hour_us = town->since_us; hour_us < town->until_us && !code; hour_us += CLOCK_HOUR_US) {
        if (rhythm_hour(hour_us) == 0)
            code = speak_special(&talk, hour_us, error);
        if (!code)
            code = speak_hour(&talk, hour_us, error);
    }
    return code;
}
