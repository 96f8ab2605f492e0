#include "trend/profile.h"

#include "trend/keys.h"

#include <math.h>
#include <stdlib.h>

struct weighted {
    uint32_t key;
    float    weight;
};

static int by_key(const void *a, const void *b)
{
    uint32_t x = ((const struct weighted *)a)->key, y = ((const struct weighted *)b)->key;
    return (x > y) - (x < y);
}

static int by_weight(const void *a, const void *b)
{
    const struct weighted *x = a, *y = b;
    if (x->weight != y->weight)
        return x->weight < y->weight ? 1 : -1;
    return (x->key > y->key) - (x->key < y->key);
}

void profile_make(struct profile *profile, struct stored_post *const *posts, size_t count, const struct table *table,
                  const struct moment *moment)
{
    struct weighted all[PROFILE_POSTS * STORE_KEYS_MAX];
    size_t          from = count > PROFILE_POSTS ? count - PROFILE_POSTS : 0, n = 0, distinct = 0;
    int             lag = moment->lag < 0 ? 0 : moment->lag;
    double          volume = counter_baseline(moment->volume, lag);
    for (size_t i = from; i < count; i++)
        for (unsigned k = 0; k < posts[i]->key_count; k++)
            all[n++] = (struct weighted){posts[i]->keys[k].key, 1};
    qsort(all, n, sizeof *all, by_key);
    for (size_t i = 0; i < n; i++) {
        if (distinct > 0 && all[distinct - 1].key == all[i].key)
            all[distinct - 1].weight += 1;
        else
            all[distinct++] = all[i];
    }
    for (size_t i = 0; i < distinct; i++) {
        double idf = log((volume + 1) / (counter_baseline(&table->keys[all[i].key].counter, lag) + 1));
        /* Whom a post is addressed to says little of what it is about: on a brand's own line everybody mentions the brand. */
        if (idf < 0 || table->keys[all[i].key].kind == KEY_MENTION)
            idf = 0;
        all[i].weight = (float)((double)all[i].weight / (double)(count - from) * idf * idf);
    }
    qsort(all, distinct, sizeof *all, by_weight);
    if (distinct > PROFILE_KEYS)
        distinct = PROFILE_KEYS;
    qsort(all, distinct, sizeof *all, by_key);
    double norm = 0;
    profile->count = (uint32_t)distinct;
    for (size_t i = 0; i < distinct; i++) {
        profile->keys[i] = all[i].key;
        profile->weights[i] = all[i].weight;
        norm += (double)all[i].weight * (double)all[i].weight;
    }
    profile->norm = (float)sqrt(norm);
}

double profile_likeness(const struct profile *a, const struct profile *b)
{
    double dot = 0;
    for (uint32_t i = 0, j = 0; i < a->count && j < b->count;) {
        if (a->keys[i] == b->keys[j])
            dot += (double)a->weights[i++] * (double)b->weights[j++];
        else if (a->keys[i] < b->keys[j])
            i++;
        else
            j++;
    }
    double norms = (double)a->norm * (double)b->norm;
    return norms > 0 ? dot / norms : 0;
}
