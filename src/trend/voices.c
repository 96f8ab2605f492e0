#include "trend/voices.h"

#include "base/clock.h"
#include "base/hash.h"

#include <math.h>
#include <stdlib.h>

enum { COPY_WORDS_MIN = 5 };
#define IN_STEP_US (2 * CLOCK_SECOND_US)

/* Counts by 64-bit key in open addressing; capacity is a power of two at least twice the number of keys. */
struct tally {
    struct tally_slot {
        uint64_t key;
        uint32_t count; /* 0: free */
        int64_t  at_us;
    } *slots;
    size_t mask;
};

static bool tally_init(struct tally *tally, size_t keys)
{
    size_t size = 8;
    while (size < keys * 2)
        size *= 2;
    tally->slots = calloc(size, sizeof *tally->slots);
    tally->mask = size - 1;
    return tally->slots != NULL;
}

static struct tally_slot *tally_slot(struct tally *tally, uint64_t key)
{
    size_t i = hash_mix(key, 1) & tally->mask;
    while (tally->slots[i].count && tally->slots[i].key != key)
        i = (i + 1) & tally->mask;
    tally->slots[i].key = key;
    return &tally->slots[i];
}

static void add_post(const struct stored_post *post, struct tally *authors, struct tally *clusters, struct tally *damped,
                     struct voices *sums)
{
    struct tally_slot *author = tally_slot(authors, post->author), *cluster = tally_slot(clusters, post->cluster);
    if (author->count++ == 0) {
        sums->authors++;
        if (post->is_damped) {
            /* The first of a cluster is no copy and counts elsewhere, so the nth damped author is the (n+1)th of it. */
            unsigned n = ++tally_slot(damped, post->cluster)->count + 1;
            sums->voices += log2((double)n / (n - 1));
        } else {
            sums->voices += 1;
        }
    }
    if (cluster->count++ == 0) {
        sums->clusters++;
    } else {
        bool is_mere = !post->is_attributed && post->word_count >= COPY_WORDS_MIN;
        sums->dup_share += is_mere;
        int64_t apart = post->at_us - cluster->at_us;
        sums->synchrony += is_mere && apart <= IN_STEP_US && apart >= -IN_STEP_US;
    }
    cluster->at_us = post->at_us;
}

struct voices voices_count(struct stored_post *const *posts, size_t count)
{
    struct voices result = {0};
    struct tally  authors = {0}, clusters = {0}, damped = {0};
    if (count > VOICES_POSTS_MAX) {
        posts += count - VOICES_POSTS_MAX;
        count = VOICES_POSTS_MAX;
    }
    if (count > 0 && tally_init(&authors, count) && tally_init(&clusters, count) && tally_init(&damped, count)) {
        for (size_t i = 0; i < count; i++)
            add_post(posts[i], &authors, &clusters, &damped, &result);
        double entropy = 0, n = (double)count;
        for (size_t i = 0; i <= authors.mask; i++) {
            double share = authors.slots[i].count / n;
            if (share > 0)
                entropy -= share * log(share);
            result.top_author_share = fmax(result.top_author_share, share);
        }
        result.effective = exp(entropy);
        result.dup_share /= n;
        result.synchrony /= n;
    }
    free(authors.slots);
    free(clusters.slots);
    free(damped.slots);
    return result;
}
