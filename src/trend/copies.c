#include "trend/copies.h"

#include "base/clock.h"

#include <math.h>
#include <stdlib.h>

enum { FORM_SLOTS = 1 << 16, ID_SLOTS = 1 << 17, SHINGLE_SLOTS = 1 << 19, PAIRS_MIN = 4 };
#define HORIZON_US (2 * CLOCK_DAY_US)
#define CONTAINMENT_MIN 0.7

bool copies_init(struct copies *copies)
{
    *copies = (struct copies){calloc(FORM_SLOTS, 8), calloc(ID_SLOTS, 8), calloc(SHINGLE_SLOTS, 8), calloc(FORM_SLOTS, 8)};
    return copies->by_form && copies->by_id && copies->by_shingle && copies->forms;
}

void copies_fini(struct copies *copies)
{
    free(copies->by_form);
    free(copies->by_id);
    free(copies->by_shingle);
    free(copies->forms);
    *copies = (struct copies){0};
}

static unsigned shared_pairs(const struct stored_post *a, const struct stored_post *b)
{
    unsigned shared = 0;
    for (unsigned i = 0, j = 0; i < a->shingle_count && j < b->shingle_count;) {
        if (a->shingles[i] == b->shingles[j]) {
            shared++;
            i++;
            j++;
        } else if (a->shingles[i] < b->shingles[j]) {
            i++;
        } else {
            j++;
        }
    }
    return shared;
}

static bool is_near(const struct stored_post *a, const struct stored_post *b)
{
    unsigned smaller = a->shingle_count < b->shingle_count ? a->shingle_count : b->shingle_count;
    return smaller >= PAIRS_MIN && shared_pairs(a, b) >= CONTAINMENT_MIN * smaller;
}

static struct stored_post *recent(const struct store *store, uint64_t seq, int64_t at_us)
{
    struct stored_post *post = seq ? store_at(store, seq) : NULL;
    return post && at_us - post->at_us <= HORIZON_US ? post : NULL;
}

static struct stored_post *find_near(const struct copies *copies, const struct store *store, const struct stored_post *post)
{
    uint64_t last = 0;
    for (unsigned i = 0; i < post->shingle_count; i++) {
        uint64_t seq = copies->by_shingle[post->shingles[i] % SHINGLE_SLOTS];
        if (seq == last)
            continue;
        last = seq;
        struct stored_post *other = recent(store, seq, post->at_us);
        if (other && is_near(post, other))
            return other;
    }
    return NULL;
}

void copies_place(struct copies *copies, struct store *store, struct stored_post *post, uint64_t form, uint64_t repost_hash)
{
    struct stored_post *same = NULL, *source = NULL;
    uint64_t           *form_slot = &copies->by_form[form % FORM_SLOTS];
    if (repost_hash) {
        source = recent(store, copies->by_id[repost_hash % ID_SLOTS], post->at_us);
        if (source && source->id_hash != repost_hash)
            source = NULL;
    }
    if (form && copies->forms[form % FORM_SLOTS] == form)
        same = recent(store, *form_slot, post->at_us);
    if (!source)
        source = same ? same : find_near(copies, store, post);

    struct stored_post *first = source ? store_at(store, source->cluster) : NULL;
    post->cluster = first ? first->seq : post->seq;
    if (first) {
        unsigned n = ++first->copies;
        post->is_damped = same || repost_hash || !post->is_attributed;
        post->weight = post->is_damped ? (float)log2((double)n / (n - 1)) : 1;
    }
    copies->forms[form % FORM_SLOTS] = form;
    *form_slot = post->seq;
    copies->by_id[post->id_hash % ID_SLOTS] = post->seq;
    for (unsigned i = 0; i < post->shingle_count; i++)
        copies->by_shingle[post->shingles[i] % SHINGLE_SLOTS] = post->seq;
}
