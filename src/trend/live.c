#include "trend/live.h"

#include "base/hash.h"

#include <stdlib.h>

void live_fini(struct live *live)
{
    for (size_t i = 0; i < live->member_count; i++)
        store_post_release(live->members[i]);
    free(live->members);
    free(live->set);
    *live = (struct live){0};
}

static size_t set_place(const uint64_t *set, size_t mask, uint64_t seq)
{
    size_t i = hash_mix(seq, 0) & mask;
    while (set[i] && set[i] != seq)
        i = (i + 1) & mask;
    return i;
}

bool live_has(const struct live *live, uint64_t seq)
{
    return live->set && live->set[set_place(live->set, live->set_mask, seq)] == seq;
}

static bool make_room(struct live *live)
{
    if (live->member_count < live->member_capacity)
        return true;
    size_t               capacity = live->member_capacity ? live->member_capacity * 2 : 16, mask = capacity * 2 - 1;
    uint64_t            *set = calloc(mask + 1, sizeof *set);
    struct stored_post **members = set ? realloc(live->members, capacity * sizeof(struct stored_post *)) : NULL;
    if (!members) {
        free(set);
        return false;
    }
    live->members = members;
    for (size_t i = 0; i < live->member_count; i++)
        set[set_place(set, mask, members[i]->seq)] = members[i]->seq;
    free(live->set);
    live->set = set;
    live->set_mask = mask;
    live->member_capacity = capacity;
    return true;
}

bool live_add_post(struct live *live, struct stored_post *post)
{
    if (live_has(live, post->seq))
        return false;
    live->posts++;
    if (post->at_us > live->last_us)
        live->last_us = post->at_us;
    if (live->member_count == LIVE_MEMBERS_MAX || !make_room(live))
        return false;
    live->set[set_place(live->set, live->set_mask, post->seq)] = post->seq;
    live->members[live->member_count++] = post;
    post->users++;
    live->is_dirty = true;
    return true;
}

struct live_item *live_find(struct live *live, uint32_t a, uint32_t b)
{
    for (size_t i = 0; i < live->item_count; i++)
        if ((live->items[i].a == a && live->items[i].b == b) || (live->items[i].a == b && live->items[i].b == a))
            return &live->items[i];
    return NULL;
}

struct live_item *live_add_item(struct live *live, uint32_t a, uint32_t b, struct judgement judgement)
{
    if (live->item_count == LIVE_ITEMS_MAX)
        return NULL;
    struct live_item *item = &live->items[live->item_count++];
    *item = (struct live_item){.a = a, .b = b, .best = judgement, .z = judgement.z};
    live->is_dirty = true;
    return item;
}

static bool holds(const struct stored_post *post, const struct live_item *item)
{
    return stored_post_find(post, item->a) && (item->b == KEY_NONE || stored_post_find(post, item->b));
}

static double raw_fit(const struct live *live, const struct stored_post *post)
{
    double fit = 0;
    for (size_t i = 0; i < live->item_count; i++)
        if (live->items[i].coverage > 0 && holds(post, &live->items[i]))
            fit += live->items[i].coverage;
    return fit;
}

double live_fit(const struct live *live, const struct stored_post *post)
{
    return live->mean_fit > 0 ? raw_fit(live, post) / live->mean_fit : 0;
}

double live_chance(const struct live *live, const struct table *table, const struct stored_post *post)
{
    double chance = 1;
    for (size_t i = 0; i < live->item_count; i++)
        if (holds(post, &live->items[i]))
            chance *= live->items[i].b == KEY_NONE ? (double)table->keys[live->items[i].a].background
                                                   : live->items[i].best.mu / live->items[i].best.x;
    return chance;
}

void live_measure(struct live *live)
{
    size_t from = live->member_count > PROFILE_POSTS ? live->member_count - PROFILE_POSTS : 0;
    double sum = 0;
    for (size_t i = 0; i < live->item_count && live->member_count; i++) {
        size_t held = 0;
        for (size_t m = from; m < live->member_count; m++)
            held += holds(live->members[m], &live->items[i]);
        live->items[i].coverage = (double)held / (double)(live->member_count - from);
        sum += live->items[i].coverage * live->items[i].coverage;
    }
    live->mean_fit = sum;
}

void live_remove_post(struct live *live, uint64_t seq)
{
    size_t i = 0;
    while (i < live->member_count && live->members[i]->seq != seq)
        i++;
    if (i == live->member_count)
        return;
    store_post_release(live->members[i]);
    memmove(live->members + i, live->members + i + 1, (live->member_count - i - 1) * sizeof(struct stored_post *));
    live->member_count--;
    live->posts--;
    memset(live->set, 0, (live->set_mask + 1) * sizeof *live->set);
    for (size_t m = 0; m < live->member_count; m++)
        live->set[set_place(live->set, live->set_mask, live->members[m]->seq)] = live->members[m]->seq;
    live->is_dirty = true;
}

double live_recurring_share(const struct live *live)
{
    size_t from = live->member_count > PROFILE_POSTS ? live->member_count - PROFILE_POSTS : 0, recurring = 0;
    for (size_t m = from; m < live->member_count; m++) {
        bool is_held = false;
        for (size_t i = 0; i < live->item_count && !is_held; i++)
            is_held = live->items[i].is_recurring && holds(live->members[m], &live->items[i]);
        recurring += is_held;
    }
    return live->member_count > from ? (double)recurring / (double)(live->member_count - from) : 0;
}

const struct live_item *live_strongest(const struct live *live)
{
    const struct live_item *best = NULL;
    for (size_t i = 0; i < live->item_count; i++)
        if (!best || live->items[i].best.z > best->best.z)
            best = &live->items[i];
    return best;
}
