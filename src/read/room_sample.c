#include "read/room.h"

#include "base/hash.h"

#include <math.h>
#include <stdlib.h>

enum { LEAST_GROUP = 3, GROUPS_MOST = 150, LONG_TEXT_WORDS = 25, NEAR_BITS = 3 };
static const double rejoin = 0.15; /* for posts whose own leader was dissolved */

struct entry { /* of a leader, by term */
    uint32_t      leader;
    float         weight;
    struct entry *next;
};

struct unit { /* posts that say the same */
    size_t   candidate;
    uint32_t copies, leader, term_count;
    uint32_t terms[ROOM_TERMS_MOST];   /* numbers of the vocabulary, distinct */
    float    weights[ROOM_TERMS_MOST]; /* of length 1 together */
};

struct draw {
    const struct room_candidate *candidates;
    struct rng                  *rng;
    struct arena                *arena;
    struct unit                 *units;
    size_t                       unit_count;
    uint64_t                    *words; /* the vocabulary, sorted */
    uint32_t                    *word_posts;
    size_t                       word_count;
    struct entry               **entries; /* by word */
    double                      *scores;  /* by leader */
    uint32_t                    *sizes;   /* posts by leader; 0: dissolved */
    size_t                       leader_count;
};

enum { REST = 0 }; /* leader 0 stands for the posts like no other */

static void shuffle(struct rng *rng, size_t *numbers, size_t count)
{
    for (size_t i = count; i > 1; i--) {
        size_t other = rng_below(rng, i), kept = numbers[i - 1];
        numbers[i - 1] = numbers[other];
        numbers[other] = kept;
    }
}

static size_t *shuffled(struct draw *draw, size_t count)
{
    size_t *numbers = arena_array(draw->arena, count, sizeof *numbers);
    for (size_t i = 0; numbers && i < count; i++)
        numbers[i] = i;
    if (numbers)
        shuffle(draw->rng, numbers, count);
    return numbers;
}

/* ---- Copies ---- */

static bool says_the_same(const struct room_candidate *a, const struct room_candidate *b)
{
    if (a->copy_hash && a->copy_hash == b->copy_hash)
        return true;
    return a->word_count >= LONG_TEXT_WORDS && b->word_count >= LONG_TEXT_WORDS &&
           __builtin_popcountll(a->simhash ^ b->simhash) <= NEAR_BITS;
}

/* Which of the copies is shown is left to chance: the first in a random order. */
static bool collapse(struct draw *draw, size_t count)
{
    size_t *order = shuffled(draw, count);
    draw->units = arena_array(draw->arena, count, sizeof *draw->units);
    if (!order || !draw->units)
        return false;
    for (size_t i = 0; i < count; i++) {
        size_t j = 0;
        while (j < draw->unit_count &&
               !says_the_same(&draw->candidates[draw->units[j].candidate], &draw->candidates[order[i]]))
            j++;
        if (j == draw->unit_count)
            draw->units[draw->unit_count++] = (struct unit){.candidate = order[i]};
        draw->units[j].copies++;
    }
    return true;
}

/* ---- tf-idf ---- */

static int by_number(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

static uint32_t word_number(const struct draw *draw, uint64_t word)
{
    const uint64_t *found = bsearch(&word, draw->words, draw->word_count, sizeof word, by_number);
    return (uint32_t)(found - draw->words);
}

static bool list_words(struct draw *draw)
{
    size_t count = 0, distinct = 0;
    draw->words = arena_array(draw->arena, draw->unit_count * ROOM_TERMS_MOST, sizeof *draw->words);
    if (!draw->words)
        return false;
    for (size_t i = 0; i < draw->unit_count; i++) {
        const struct room_candidate *candidate = &draw->candidates[draw->units[i].candidate];
        for (uint32_t t = 0; t < candidate->term_count; t++)
            draw->words[count++] = candidate->terms[t];
    }
    qsort(draw->words, count, sizeof *draw->words, by_number);
    for (size_t i = 0; i < count; i++)
        if (distinct == 0 || draw->words[distinct - 1] != draw->words[i])
            draw->words[distinct++] = draw->words[i];
    draw->word_count = distinct;
    draw->word_posts = arena_array(draw->arena, distinct, sizeof *draw->word_posts);
    draw->entries = arena_array(draw->arena, distinct, sizeof *draw->entries);
    return draw->word_posts && draw->entries;
}

static void take_terms(struct draw *draw, struct unit *unit)
{
    const struct room_candidate *candidate = &draw->candidates[unit->candidate];
    for (uint32_t t = 0; t < candidate->term_count; t++) {
        uint32_t word = word_number(draw, candidate->terms[t]), at = 0;
        while (at < unit->term_count && unit->terms[at] != word)
            at++;
        if (at == unit->term_count) {
            unit->terms[unit->term_count++] = word;
            draw->word_posts[word]++;
        }
        unit->weights[at]++;
    }
}

static void weigh(struct draw *draw, struct unit *unit)
{
    double squares = 0;
    for (uint32_t t = 0; t < unit->term_count; t++) {
        /* A word of one post alone joins it to nothing; counted, it would only make every post look unlike every other.
         */
        uint32_t posts = draw->word_posts[unit->terms[t]];
        double   rarity = posts < 2 ? 0 : log((double)(draw->unit_count + 1) / (posts + 0.5));
        unit->weights[t] = (float)((1 + log(unit->weights[t])) * fmax(rarity, 0));
        squares += (double)unit->weights[t] * unit->weights[t];
    }
    for (uint32_t t = 0; t < unit->term_count && squares > 0; t++)
        unit->weights[t] = (float)(unit->weights[t] / sqrt(squares));
}

/* ---- Leaders ---- */

/* The most similar leader that still stands, and how similar it is. */
static uint32_t nearest(struct draw *draw, const struct unit *unit, double *cosine_out)
{
    uint32_t best = REST;
    *cosine_out = 0;
    memset(draw->scores, 0, (draw->leader_count + 1) * sizeof *draw->scores);
    for (uint32_t t = 0; t < unit->term_count; t++)
        for (const struct entry *entry = draw->entries[unit->terms[t]]; entry; entry = entry->next)
            draw->scores[entry->leader] += (double)entry->weight * unit->weights[t];
    for (uint32_t leader = 1; leader <= draw->leader_count; leader++)
        if (draw->sizes[leader] && draw->scores[leader] > *cosine_out) {
            *cosine_out = draw->scores[leader];
            best = leader;
        }
    return best;
}

static bool lead(struct draw *draw, struct unit *unit)
{
    unit->leader = (uint32_t)++draw->leader_count;
    for (uint32_t t = 0; t < unit->term_count; t++) {
        struct entry *entry = arena_new(draw->arena, struct entry);
        if (!entry)
            return false;
        *entry = (struct entry){unit->leader, unit->weights[t], draw->entries[unit->terms[t]]};
        draw->entries[unit->terms[t]] = entry;
    }
    return true;
}

static bool group(struct draw *draw)
{
    double cosine;
    draw->scores = arena_array(draw->arena, draw->unit_count + 1, sizeof *draw->scores);
    draw->sizes = arena_array(draw->arena, draw->unit_count + 1, sizeof *draw->sizes);
    if (!draw->scores || !draw->sizes || !list_words(draw))
        return false;
    for (size_t i = 0; i < draw->unit_count; i++)
        take_terms(draw, &draw->units[i]);
    for (size_t i = 0; i < draw->unit_count; i++) {
        struct unit *unit = &draw->units[i];
        weigh(draw, unit);
        uint32_t leader = nearest(draw, unit, &cosine);
        if (cosine >= ROOM_JOIN)
            unit->leader = leader;
        else if (!lead(draw, unit))
            return false;
        draw->sizes[unit->leader] += unit->copies;
    }
    /* With hundreds of groups of three or four the places would all go to them, and what is large would be heard less
     * than by chance. */
    uint32_t least = (uint32_t)(draw->unit_count / GROUPS_MOST);
    least = least < LEAST_GROUP ? LEAST_GROUP : least;
    for (uint32_t leader = 1; leader <= draw->leader_count; leader++)
        if (draw->sizes[leader] < least)
            draw->sizes[leader] = 0;
    for (size_t i = 0; i < draw->unit_count; i++) {
        struct unit *unit = &draw->units[i];
        if (draw->sizes[unit->leader])
            continue;
        uint32_t leader = nearest(draw, unit, &cosine);
        unit->leader = cosine >= rejoin ? leader : REST;
    }
    memset(draw->sizes, 0, (draw->leader_count + 1) * sizeof *draw->sizes);
    for (size_t i = 0; i < draw->unit_count; i++)
        draw->sizes[draw->units[i].leader] += draw->units[i].copies;
    return true;
}

/* ---- Places ---- */

/* How many places each leader gets: systematic sampling with chances by the square root of the size, from a random
 * start, over leaders in the random order they came up in. */
static void allot(struct draw *draw, size_t wanted, uint32_t *places)
{
    double all = 0, roots = 0, at = rng_unit(draw->rng);
    for (size_t leader = 0; leader <= draw->leader_count; leader++) {
        all += draw->sizes[leader];
        roots += leader == REST ? 0 : sqrt(draw->sizes[leader]);
    }
    double rest = roots > 0 ? fmax(0.25, fmin(0.5, draw->sizes[REST] / all)) : 1;
    if (draw->sizes[REST] == 0)
        rest = 0;
    places[REST] = (uint32_t)lround(rest * (double)wanted);
    double others = (double)(wanted - places[REST]);
    for (size_t leader = 1; leader <= draw->leader_count && roots > 0; leader++) {
        double behind = at + others * sqrt(draw->sizes[leader]) / roots;
        places[leader] = (uint32_t)(floor(behind) - floor(at));
        at = behind;
    }
}

static bool has_author(const struct draw *draw, const struct room_drawn *drawn, size_t count, uint64_t author)
{
    for (size_t i = 0; i < count; i++)
        if (draw->candidates[drawn[i].candidate].author == author)
            return true;
    return false;
}

/* Fills the places: first a new author each time, then whoever is left, then (places that a group could not fill)
 * anybody. */
static void fill(struct draw *draw, size_t wanted, uint32_t *places, bool *is_taken, struct room_drawn *drawn,
                 size_t *count_out)
{
    size_t count = 0;
    for (int round = 0; round < 4; round++) {
        bool is_new_author = round % 2 == 0, is_any_group = round >= 2;
        for (size_t i = 0; i < draw->unit_count && count < wanted; i++) {
            const struct unit *unit = &draw->units[i]; /* units are in random order already */
            if (is_taken[i] || (!is_any_group && places[unit->leader] == 0))
                continue;
            if (is_new_author && has_author(draw, drawn, count, draw->candidates[unit->candidate].author))
                continue;
            is_taken[i] = true;
            places[unit->leader] -= places[unit->leader] > 0;
            drawn[count++] = (struct room_drawn){unit->candidate, unit->leader, draw->sizes[unit->leader],
                                                 unit->copies};
        }
    }
    *count_out = count;
}

/* A random order in which a group rarely follows itself. */
static void order(struct draw *draw, struct room_drawn *drawn, size_t count)
{
    for (size_t i = 0; i + 1 < count; i++) {
        size_t other = i + rng_below(draw->rng, count - i);
        for (size_t tries = i;
             i && tries < count && drawn[other].group == drawn[i - 1].group && drawn[other].group != REST; tries++)
            other = other + 1 < count ? other + 1 : i;
        struct room_drawn kept = drawn[i];
        drawn[i] = drawn[other];
        drawn[other] = kept;
    }
}

bool room_draw(const struct room_candidate *candidates, size_t count, size_t wanted, struct rng *rng,
               struct arena *arena, struct room_drawn *drawn_out, size_t *drawn_count_out, uint32_t *groups_out)
{
    struct draw draw = {.candidates = candidates, .rng = rng, .arena = arena};
    *drawn_count_out = 0;
    *groups_out = 0;
    if (count == 0)
        return true;
    if (!collapse(&draw, count) || !group(&draw))
        return false;
    uint32_t *places = arena_array(arena, draw.leader_count + 1, sizeof *places);
    bool     *is_taken = arena_array(arena, draw.unit_count, sizeof *is_taken);
    if (!places || !is_taken)
        return false;
    allot(&draw, wanted, places);
    fill(&draw, wanted, places, is_taken, drawn_out, drawn_count_out);
    order(&draw, drawn_out, *drawn_count_out);
    for (size_t leader = 1; leader <= draw.leader_count; leader++)
        *groups_out += draw.sizes[leader] > 0;
    return true;
}
