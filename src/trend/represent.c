#include "trend/represent.h"

#include <math.h>
#include <stdlib.h>

enum { LOOK_AT = 64 };

static double idf(const struct table *table, uint32_t key, double volume)
{
    double seen = (double)table->keys[key].counter.total;
    return log((volume + 1) / (seen + 1)) + 1;
}

static double norm(const struct stored_post *post, const struct table *table, double volume)
{
    double sum = 0;
    for (unsigned i = 0; i < post->key_count; i++) {
        double w = idf(table, post->keys[i].key, volume);
        sum += w * w;
    }
    return sqrt(sum);
}

static double cosine(const struct stored_post *a, const struct stored_post *b, double norms, const struct table *table, double volume)
{
    double dot = 0;
    for (unsigned i = 0; i < a->key_count; i++)
        if (stored_post_find(b, a->keys[i].key)) {
            double w = idf(table, a->keys[i].key, volume);
            dot += w * w;
        }
    return norms > 0 ? dot / norms : 0;
}

/* Cosine with the centroid, up to a factor that all posts share: the mean of a post's key weights times how many posts have the key. */
static void centrality(struct stored_post *const *posts, size_t count, const struct table *table, double volume, const double *norms,
                       double *central)
{
    double greatest = 0;
    for (size_t i = 0; i < count; i++) {
        central[i] = 0;
        for (size_t j = 0; j < count; j++)
            central[i] += cosine(posts[i], posts[j], norms[i] * norms[j], table, volume);
        greatest = fmax(greatest, central[i]);
    }
    for (size_t i = 0; i < count && greatest > 0; i++)
        central[i] /= greatest;
}

size_t represent_choose(const struct live *live, const struct table *table, double volume, size_t chosen[REPRESENT_MAX])
{
    size_t from = live->member_count > LOOK_AT ? live->member_count - LOOK_AT : 0, count = live->member_count - from, taken = 0;
    struct stored_post *const *posts = live->members + from;
    double norms[LOOK_AT], central[LOOK_AT], nearest[LOOK_AT] = {0};
    bool   is_out[LOOK_AT] = {0};
    for (size_t i = 0; i < count; i++) {
        norms[i] = norm(posts[i], table, volume);
        is_out[i] = posts[i]->is_wiped;
    }
    centrality(posts, count, table, volume, norms, central);
    while (taken < REPRESENT_MAX) {
        size_t best = count;
        double best_score = 0;
        for (size_t i = 0; i < count; i++) {
            double score = 0.7 * central[i] - 0.3 * nearest[i];
            if (!is_out[i] && (best == count || score > best_score)) {
                best = i;
                best_score = score;
            }
        }
        if (best == count)
            break;
        chosen[taken++] = from + best;
        for (size_t i = 0; i < count; i++) {
            is_out[i] |= posts[i]->author == posts[best]->author || posts[i]->cluster == posts[best]->cluster;
            if (!is_out[i])
                nearest[i] = fmax(nearest[i], cosine(posts[i], posts[best], norms[i] * norms[best], table, volume));
        }
    }
    return taken;
}

size_t represent_first_voices(const struct live *live, size_t chosen[FIRST_VOICES_MAX])
{
    size_t taken = 0;
    while (taken < FIRST_VOICES_MAX) {
        size_t best = live->member_count;
        for (size_t i = 0; i < live->member_count; i++) {
            const struct stored_post *post = live->members[i];
            bool is_out = post->is_damped || post->is_wiped || (best < live->member_count && post->at_us >= live->members[best]->at_us);
            for (size_t j = 0; j < taken && !is_out; j++)
                is_out = live->members[chosen[j]]->author == post->author;
            if (!is_out)
                best = i;
        }
        if (best == live->member_count)
            break;
        chosen[taken++] = best;
    }
    return taken;
}
