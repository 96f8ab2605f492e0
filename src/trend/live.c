#include "trend/live.h"

#include "base/hash.h"

#include <stdlib.h>

enum { COVERAGE_POSTS = 128 };

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

bool live_wants(struct live *live, uint32_t slot, const struct table *table, const struct stored_post *post)
{
    double   chance = 1;
    unsigned matched = 0;
    bool     may_pair = false, is_core = false;
    for (unsigned i = 0; i < post->key_count; i++) {
        const struct key *key = &table->keys[post->keys[i].key];
        may_pair |= key->pair_owner == slot + 1;
        if (key->owner != slot + 1)
            continue;
        const struct live_item *item = live_find(live, post->keys[i].key, KEY_NONE);
        chance *= (double)key->background;
        matched++;
        is_core |= item && item->coverage >= LIVE_CORE;
    }
    if (chance <= LIVE_CHANCE_MAX && (is_core || matched >= 2))
        return true;
    for (size_t i = 0; may_pair && i < live->item_count; i++)
        if (live->items[i].b != KEY_NONE && live->items[i].coverage >= LIVE_CORE && holds(post, &live->items[i]))
            return true;
    return false;
}

void live_measure(struct live *live)
{
    size_t from = live->member_count > COVERAGE_POSTS ? live->member_count - COVERAGE_POSTS : 0;
    for (size_t i = 0; i < live->item_count && live->member_count; i++) {
        size_t held = 0;
        for (size_t m = from; m < live->member_count; m++)
            held += holds(live->members[m], &live->items[i]);
        live->items[i].coverage = (double)held / (double)(live->member_count - from);
    }
}

bool live_shares_core(const struct live *live, const struct stored_post *post)
{
    for (size_t i = 0; i < live->item_count; i++)
        if (live->items[i].coverage >= LIVE_CORE && holds(post, &live->items[i]))
            return true;
    return false;
}

const struct live_item *live_strongest(const struct live *live)
{
    const struct live_item *best = NULL;
    for (size_t i = 0; i < live->item_count; i++)
        if (!best || live->items[i].best.z > best->best.z)
            best = &live->items[i];
    return best;
}
