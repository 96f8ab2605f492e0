#include "demo/town.h"

#include "base/clock.h"

#include <stdlib.h>

enum error_code town_no_memory(struct error *error)
{
    return error_set(error, ERROR_MEMORY, "no memory for the invented town");
}

enum error_code town_check_options(struct demo_options *options, struct error *error)
{
    if (!options->seed)
        options->seed = 1;
    if (!options->days)
        options->days = 21;
    if (!options->posts_per_day)
        options->posts_per_day = 3000;
    if (!options->end_us)
        options->end_us = clock_days_from_civil(2026, 6, 1) * CLOCK_DAY_US;
    if (options->days < 21 || options->days > 90)
        return error_set(error, ERROR_INVALID, "the town can be made for 21 to 90 days, not for %u", options->days);
    if (options->posts_per_day < 500 || options->posts_per_day > 50000)
        return error_set(error, ERROR_INVALID, "the town can write 500 to 50000 posts a day, not %u",
                         options->posts_per_day);
    if (options->end_us > CLOCK_MAX_US || options->end_us < CLOCK_MIN_US + 91 * CLOCK_DAY_US)
        return error_set(error, ERROR_INVALID, "the town cannot end at that time (%lld microseconds since 1970)",
                         (long long)options->end_us);
    options->end_us = clock_floor(options->end_us, CLOCK_DAY_US);
    return ERROR_NONE;
}

static void find_words(struct town *town)
{
    const struct grammar *grammar = &town->grammar;
    for (int topic = 0; topic < TOPIC_COUNT; topic++)
        town->words[topic] = (struct topic_words){grammar_find(grammar, topic_names[topic]), grammar_find_of(grammar,
            topic_names[topic], "_reply"),
                                                  grammar_find_of(grammar, topic_names[topic], "_emoji"),
                                                  grammar_find_of(grammar, topic_names[topic], "_tag")};
    town->say_any_reply = grammar_find(grammar, "any_reply");
    town->say_any_quote = grammar_find(grammar, "any_quote");
    town->say_any_emoji = grammar_find(grammar, "any_emoji");
    town->say_small_tag = grammar_find(grammar, "small_tag");
    town->say_opener = grammar_find(grammar, "opener");
    town->say_tail = grammar_find(grammar, "tail");
    town->say_alt = grammar_find(grammar, "picture_alt");
}

enum error_code town_init(struct town *town, const struct demo_options *options, unsigned week, struct demo_plan *plan,
                          struct error *error)
{
    *town = (struct town){.plan = plan, .week = week};
    if (options)
        town->options = *options;
    enum error_code code = town_check_options(&town->options, error);
    if (code)
        return code;
    town->chance = week ? hash_mix(town->options.seed, UINT64_C(0x7765656b) + week) : town->options.seed;
    town->until_us = town->options.end_us + week * 7 * CLOCK_DAY_US;
    town->since_us = town->until_us - (week ? 7 : town->options.days) * CLOCK_DAY_US;
    code = grammar_load(&town->grammar, town_files, town_file_count, error);
    if (code)
        return code;
    find_words(town);
    struct rng rng;
    rng_seed(&rng, hash_mix(town->options.seed, 1));
    return people_settle(town, &rng, error);
}

void town_fini(struct town *town)
{
    arena_fini(&town->arena);
    grammar_fini(&town->grammar);
    buf_fini(&town->scratch);
    buf_fini(&town->styled);
    free(town->drafts);
    *town = (struct town){0};
}

struct draft *town_add(struct town *town, int64_t at_us, uint32_t person)
{
    if (town->draft_count == town->draft_capacity) {
        size_t        capacity = town->draft_capacity ? town->draft_capacity * 2 : 1 << 16;
        struct draft *grown = realloc(town->drafts, capacity * sizeof *grown);
        if (!grown)
            return NULL;
        town->drafts = grown;
        town->draft_capacity = capacity;
    }
    struct draft *draft = &town->drafts[town->draft_count];
    *draft = (struct draft){.at_us = at_us, .person = person, .reply_to = -1, .repost_of = -1, .quote_of = -1, .planted = -1,
                            .root = (int32_t)town->draft_count, .board = BOARD_NONE, .topic = -1};
    town->draft_count++;
    return draft;
}

struct str town_keep(struct town *town, const struct buf *text)
{
    return arena_str(&town->arena, buf_str(text));
}
