#include "demo/town.h"

#include <math.h>

/* The kinds of people: how many of a hundred, where they write, when, and about what. */
struct kind {
    const char *lang;
    int         share;
    int         platforms[PLATFORM_COUNT]; /* shares */
    char        weekday[25], weekend[25];  /* a digit for each hour: tenths of the most talkative hour */
    float       weekend_factor;
    float       topics[TOPIC_COUNT];
};

static const struct kind kinds[] = {
    /* those who cross the water every day */
    {"en", 19, {75, 18, 7}, "000000379842345433568764", "100000012345654444567765", 0.7f,
     {[TOPIC_FERRY] = 6, [TOPIC_TRAFFIC] = 4, [TOPIC_WORK] = 5, [TOPIC_WEATHER] = 2, [TOPIC_FOOD] = 3,
      [TOPIC_EVENING] = 2, [TOPIC_BODY] = 2, [TOPIC_GULLS] = 1, [TOPIC_FOOTBALL] = 1, [TOPIC_HOME] = 1}},
    /* parents */
    {"en", 17, {50, 38, 12}, "100000368644354455667984", "100000013566654456667874", 1.0f,
     {[TOPIC_SCHOOL] = 6, [TOPIC_PETS] = 3, [TOPIC_FOOD] = 4, [TOPIC_HOME] = 4, [TOPIC_BODY] = 2, [TOPIC_GULLS] = 1,
      [TOPIC_MARKET] = 2, [TOPIC_TRAFFIC] = 2, [TOPIC_WEATHER] = 2, [TOPIC_FERRY] = 1, [TOPIC_EVENING] = 1}},
    /* with time on their hands */
    {"en", 13, {35, 55, 10}, "000001467898776666555320", "000001356898776666555320", 1.0f,
     {[TOPIC_WEATHER] = 5, [TOPIC_GULLS] = 3, [TOPIC_MARKET] = 4, [TOPIC_HOME] = 5, [TOPIC_FOOTBALL] = 1, [TOPIC_SEA] = 2,
      [TOPIC_PETS] = 3, [TOPIC_FERRY] = 2, [TOPIC_TRAFFIC] = 2, [TOPIC_FOOD] = 2, [TOPIC_BODY] = 2, [TOPIC_EVENING] = 1}},
    /* young */
    {"en", 15, {70, 8, 22}, "642100012345666667778998", "864310001235667778889999", 1.2f,
     {[TOPIC_EVENING] = 6, [TOPIC_FOOD] = 5, [TOPIC_WORK] = 3, [TOPIC_FOOTBALL] = 2, [TOPIC_FERRY] = 1, [TOPIC_BODY] = 3,
      [TOPIC_TRAFFIC] = 2, [TOPIC_GULLS] = 2, [TOPIC_PETS] = 1, [TOPIC_SCHOOL] = 1, [TOPIC_HOME] = 2, [TOPIC_WEATHER] = 1}},
    /* on nights */
    {"en", 7, {65, 30, 5}, "777665542111122345556777", "666555432111122345556666", 1.0f,
     {[TOPIC_WORK] = 6, [TOPIC_EVENING] = 4, [TOPIC_BODY] = 4, [TOPIC_WEATHER] = 2, [TOPIC_PETS] = 2, [TOPIC_FERRY] = 2,
      [TOPIC_FOOD] = 3, [TOPIC_HOME] = 1, [TOPIC_GULLS] = 1}},
    /* the club's */
    {"en", 8, {60, 36, 4}, "100000124443444444567873", "210000012345668886566763", 1.5f,
     {[TOPIC_FOOTBALL] = 12, [TOPIC_FOOD] = 3, [TOPIC_WORK] = 2, [TOPIC_TRAFFIC] = 1, [TOPIC_EVENING] = 2,
      [TOPIC_WEATHER] = 1, [TOPIC_PETS] = 1}},
    /* on the water */
    {"en", 8, {40, 48, 12}, "011247876655555555544321", "011247987766555555544321", 1.3f,
     {[TOPIC_SEA] = 10, [TOPIC_WEATHER] = 5, [TOPIC_GULLS] = 2, [TOPIC_FERRY] = 2, [TOPIC_MARKET] = 1, [TOPIC_FOOD] = 2,
      [TOPIC_PETS] = 1}},
    /* shops */
    {"en", 3, {60, 15, 25}, "000000257887776653211000", "000000248998765332111000", 0.8f, {[TOPIC_SHOP] = 10}},
    /* from elsewhere */
    {"pt", 5, {70, 20, 10}, "210001344434444445678874", "421000134566655556778875", 1.2f,
     {[TOPIC_PT] = 10, [TOPIC_WORK] = 1, [TOPIC_FOOTBALL] = 1, [TOPIC_FOOD] = 1, [TOPIC_FERRY] = 1}},
    {"de", 3, {65, 25, 10}, "210000234444444445678763", "210000013456665555667763", 1.1f,
     {[TOPIC_DE] = 10, [TOPIC_WEATHER] = 1, [TOPIC_SEA] = 1, [TOPIC_FERRY] = 1, [TOPIC_WORK] = 1}},
    {"nl", 2, {65, 25, 10}, "100001345544444445667652", "100001235566655555667652", 1.1f,
     {[TOPIC_NL] = 10, [TOPIC_SEA] = 1, [TOPIC_WEATHER] = 1, [TOPIC_FERRY] = 1, [TOPIC_FOOD] = 1}},
};
enum { KIND_COUNT = sizeof kinds / sizeof kinds[0], KIND_SPECIAL = KIND_COUNT };

const char *const platform_names[PLATFORM_COUNT] = {"gullnet", "quayside", "snapdeck"};

const char *const topic_names[TOPIC_COUNT] = {
    "weather", "football", "food", "traffic", "work", "pets", "market", "school", "gulls", "ferry",
    "sea", "home", "evening", "body", "pt", "de", "nl", "shop", "paper", "company"};

const struct board boards[BOARD_COUNT] = {
    {"town-square", {TOPIC_WEATHER, TOPIC_TRAFFIC, TOPIC_GULLS}},
    {"north-quay", {TOPIC_HOME, TOPIC_TRAFFIC, TOPIC_PETS}},
    {"gallows-hill", {TOPIC_HOME, TOPIC_PETS, TOPIC_SCHOOL}},
    {"ferry-commuters", {TOPIC_FERRY, TOPIC_WORK, TOPIC_TRAFFIC}},
    {"cormorants", {TOPIC_FOOTBALL, TOPIC_FOOTBALL, TOPIC_FOOD}},
    {"harbour-swimmers", {TOPIC_SEA, TOPIC_WEATHER, TOPIC_BODY}},
    {"small-boats", {TOPIC_SEA, TOPIC_SEA, TOPIC_WEATHER}},
    {"allotments", {TOPIC_HOME, TOPIC_WEATHER, TOPIC_MARKET}},
    {"buy-sell-swap", {TOPIC_MARKET, TOPIC_MARKET, TOPIC_HOME}},
    {"parents", {TOPIC_SCHOOL, TOPIC_FOOD, TOPIC_BODY}},
    {"what-is-for-tea", {TOPIC_FOOD, TOPIC_FOOD, TOPIC_MARKET}},
    {"new-in-town", {TOPIC_PT, TOPIC_DE, TOPIC_NL}},
};

float people_hour(const struct person *person, int hour, bool is_weekend)
{
    if (person->kind >= KIND_COUNT)
        return 0;
    const char *hours = is_weekend ? kinds[person->kind].weekend : kinds[person->kind].weekday;
    return (float)(hours[(hour - person->shift_h + 24) % 24] - '0') + 0.05f;
}

enum topic people_topic(const struct person *person, struct rng *rng)
{
    float wanted = (float)rng_unit(rng) * person->topics_to[TOPIC_COUNT - 1];
    for (int topic = 0; topic < TOPIC_COUNT; topic++)
        if (person->topics_to[topic] > wanted)
            return (enum topic)topic;
    return TOPIC_WEATHER;
}

static bool chance(struct rng *rng, double probability)
{
    return rng_unit(rng) < probability;
}

static struct voice new_voice(const struct town *town, struct rng *rng, bool is_shop)
{
    /* One after the other: the order in which an initialiser is evaluated is nobody's promise. */
    struct voice voice = {0};
    voice.is_lower = chance(rng, is_shop ? 0.03 : 0.24);
    voice.has_no_apostrophes = chance(rng, is_shop ? 0.02 : 0.2);
    voice.has_no_stop = chance(rng, 0.45);
    voice.is_loud = chance(rng, 0.07);
    voice.is_dotted = chance(rng, 0.08);
    voice.is_brief = chance(rng, 0.12);
    voice.typo = chance(rng, 0.4) ? (float)rng_unit(rng) * 0.12f : 0.004f;
    voice.emoji = chance(rng, 0.5) ? (float)rng_unit(rng) * 0.6f : 0.03f;
    voice.tag = chance(rng, 0.3) ? (float)rng_unit(rng) * 0.5f : 0.03f;
    voice.tail = (float)rng_unit(rng) * 0.3f;
    voice.opener = (float)rng_unit(rng) * 0.3f;
    size_t emoji = grammar_lines(&town->grammar, town->say_any_emoji, 0);
    for (int i = 0; i < 2; i++)
        voice.own_emoji[i] = emoji ? (uint32_t)rng_below(rng, emoji) : 0;
    return voice;
}

/* "ned_limpet", "limpetnan", "rosa.salter", "tilly77" ... */
static void new_handle(const struct town *town, struct rng *rng, struct str first, struct str last, struct buf *out)
{
    uint32_t word = grammar_find(&town->grammar, "handle_word"), end = grammar_find(&town->grammar, "handle_end");
    size_t   start = out->len;
    switch (rng_below(rng, 7)) {
    case 0: buf_printf(out, "%.*s_%.*s", STR_ARG(first), STR_ARG(last)); break;
    case 1: buf_printf(out, "%.*s%.*s%d", STR_ARG(first), STR_ARG(last), (int)rng_below(rng, 90) + 9); break;
    case 2: buf_printf(out, "%.*s%d", STR_ARG(first), (int)rng_below(rng, 900) + 60); break;
    case 3:
        buf_printf(out, "%.*s_", STR_ARG(first));
        grammar_say(&town->grammar, word, 0, rng, out);
        break;
    case 4:
        grammar_say(&town->grammar, word, 0, rng, out);
        grammar_say(&town->grammar, end, 0, rng, out);
        break;
    case 5:
        grammar_say(&town->grammar, word, 0, rng, out);
        buf_append_char(out, '_');
        grammar_say(&town->grammar, word, 0, rng, out);
        break;
    default: buf_printf(out, "%.1s%.*s%d", first.ptr ? first.ptr : "x", STR_ARG(last), (int)rng_below(rng, 30)); break;
    }
    for (size_t i = start; i < out->len; i++)
        if (out->ptr[i] >= 'A' && out->ptr[i] <= 'Z')
            out->ptr[i] = (char)(out->ptr[i] - 'A' + 'a');
}

static struct str say_kept(struct town *town, const char *list, struct rng *rng)
{
    buf_clear(&town->scratch);
    grammar_say(&town->grammar, grammar_find(&town->grammar, list), 0, rng, &town->scratch);
    return town_keep(town, &town->scratch);
}

static void name_person(struct town *town, struct person *person, struct interner *taken, struct rng *rng)
{
    struct str first = say_kept(town, "first", rng), last = say_kept(town, "last", rng);
    do {
        buf_clear(&town->scratch);
        new_handle(town, rng, first, last, &town->scratch);
        if (interner_find(taken, buf_str(&town->scratch)) != INTERNER_NONE)
            buf_printf(&town->scratch, "%d", (int)rng_below(rng, 1000));
    } while (!town->scratch.has_failed && interner_find(taken, buf_str(&town->scratch)) != INTERNER_NONE);
    person->handle = town_keep(town, &town->scratch);
    interner_add(taken, person->handle);
    buf_clear(&town->scratch);
    if (chance(rng, 0.6))
        buf_printf(&town->scratch, "%.*s %.*s", STR_ARG(first), STR_ARG(last));
    else
        buf_append_str(&town->scratch, first);
    person->name = town_keep(town, &town->scratch);
}

/* "Otter & Plum" writes as otterplum. */
static void name_shop(struct town *town, struct person *person, struct interner *taken, struct rng *rng)
{
    person->name = say_kept(town, "shop_name", rng);
    buf_clear(&town->scratch);
    for (size_t i = 0; i < person->name.len; i++) {
        char c = person->name.ptr[i];
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
            buf_append_char(&town->scratch, (char)(c | 0x20));
    }
    while (!town->scratch.has_failed && interner_find(taken, buf_str(&town->scratch)) != INTERNER_NONE)
        buf_printf(&town->scratch, "%d", (int)rng_below(rng, 10));
    person->handle = town_keep(town, &town->scratch);
    interner_add(taken, person->handle);
}

static void set_board(struct person *person, struct rng *rng)
{
    person->board = BOARD_NONE;
    if (person->platform != PLATFORM_QUAYSIDE)
        return;
    /* Boards are chosen by what somebody likes to talk about, two in five go to the town square or their own quarter. */
    if (chance(rng, 0.4)) {
        person->board = (int8_t)rng_below(rng, 3);
        return;
    }
    enum topic topic = people_topic(person, rng);
    int        first = (int)rng_below(rng, BOARD_COUNT);
    for (int i = 0; i < BOARD_COUNT; i++) {
        int board = (first + i) % BOARD_COUNT;
        if (boards[board].topics[0] == topic || boards[board].topics[1] == topic || boards[board].topics[2] == topic) {
            person->board = (int8_t)board;
            return;
        }
    }
    person->board = 0;
}

static void like_topics(struct person *person, const float topics[TOPIC_COUNT], struct rng *rng)
{
    float sum = 0;
    for (int topic = 0; topic < TOPIC_COUNT; topic++) {
        /* Everybody has favourites: a factor between about a fifth and five. */
        if (topics[topic] > 0)
            sum += topics[topic] * (float)exp(1.6 * (rng_unit(rng) + rng_unit(rng) - 1));
        person->topics_to[topic] = sum;
    }
}

static void settle_person(struct town *town, uint32_t index, struct interner *taken, struct rng *rng)
{
    struct person *person = &town->people[index];
    int            pick = (int)rng_below(rng, 100), kind = 0;
    for (int sum = kinds[0].share; kind < KIND_COUNT - 1 && pick >= sum; sum += kinds[kind].share)
        kind++;
    const struct kind *is = &kinds[kind];
    person->kind = (uint8_t)kind;
    person->lang = str_of(is->lang);
    int where = (int)rng_below(rng, 100);
    person->platform = where < is->platforms[0] ? 0 : where < is->platforms[0] + is->platforms[1] ? 1 : 2;
    person->shift_h = (int8_t)((int)rng_below(rng, 3) + (int)rng_below(rng, 3) - 2);
    person->weekend = is->weekend_factor * (0.5f + (float)rng_unit(rng));
    /* Pareto with exponent 1.4: a few write a lot, but nobody more than forty times the quietest. */
    person->activity = (float)fmin(pow(1 - rng_unit(rng), -1 / 1.4), 40);
    double fame = rng_unit(rng) + rng_unit(rng);
    person->followers = (int64_t)(exp(2 + 4 * fame / 1.2) * (0.5 + rng_unit(rng)));
    person->voice = new_voice(town, rng, is->topics[TOPIC_SHOP] > 0);
    like_topics(person, is->topics, rng);
    set_board(person, rng);
    if (is->topics[TOPIC_SHOP] > 0)
        name_shop(town, person, taken, rng);
    else
        name_person(town, person, taken, rng);
}

static void settle_special(struct town *town, uint32_t index, struct str handle, struct str name, enum topic topic,
                           int64_t followers)
{
    struct person *person = &town->people[index];
    *person = (struct person){.handle = handle, .name = name, .lang = STR("en"), .kind = KIND_SPECIAL, .board = BOARD_NONE,
                              .followers = followers};
    for (int i = (int)topic; i < TOPIC_COUNT; i++)
        person->topics_to[i] = 1;
}

/* Made for the swarm alone: few followers, a name by the dozen, never any small talk. */
static void settle_bot(struct town *town, uint32_t index, struct interner *taken, struct rng *rng)
{
    settle_special(town, index, (struct str){0}, (struct str){0}, TOPIC_FERRY, (int64_t)rng_below(rng, 9));
    struct str word = say_kept(town, "gv_handle", rng);
    do {
        buf_clear(&town->scratch);
        buf_printf(&town->scratch, "%.*s%d", STR_ARG(word), (int)rng_below(rng, 9000) + 1000);
    } while (!town->scratch.has_failed && interner_find(taken, buf_str(&town->scratch)) != INTERNER_NONE);
    town->people[index].handle = town->people[index].name = town_keep(town, &town->scratch);
    interner_add(taken, town->people[index].handle);
}

enum error_code people_settle(struct town *town, struct rng *rng, struct error *error)
{
    uint32_t count = town->options.posts_per_day;
    count = (count < 800 ? 800 : count > 20000 ? 20000 : count) + PEOPLE_SPECIAL + PEOPLE_BOTS;
    town->people = arena_array(&town->arena, count, sizeof *town->people);
    town->crowd.weights_to = arena_array(&town->arena, count, sizeof *town->crowd.weights_to);
    if (!town->people || !town->crowd.weights_to)
        return town_no_memory(error);
    struct interner taken = {0};
    settle_special(town, PERSON_COMPANY, STR("tidewicket"), STR("Tidewicket Ferries"), TOPIC_COMPANY, 8420);
    settle_special(town, PERSON_PAPER, STR("wickermouthlantern"), STR("The Wickermouth Lantern"), TOPIC_PAPER, 12950);
    for (uint32_t i = 0; i < PEOPLE_SPECIAL; i++)
        interner_add(&taken, town->people[i].handle);
    for (uint32_t i = PEOPLE_SPECIAL; i < count - PEOPLE_BOTS; i++)
        settle_person(town, i, &taken, rng);
    for (uint32_t i = count - PEOPLE_BOTS; i < count; i++)
        settle_bot(town, i, &taken, rng);
    town->person_count = count;
    for (uint32_t i = 0; i < count; i++) {
        buf_clear(&town->scratch);
        buf_printf(&town->scratch, "u%u", 10007 + 13 * i);
        town->people[i].id = town_keep(town, &town->scratch);
    }
    interner_fini(&taken);
    return town->scratch.has_failed ? town_no_memory(error) : ERROR_NONE;
}
