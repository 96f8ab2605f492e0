#include "read/read.h"

#include <math.h>

static double squared(double p, bool came_true)
{
    double miss = p - (came_true ? 1 : 0);
    return miss * miss;
}

static double skill(double ours, double theirs)
{
    return theirs > 0 ? 1 - ours / theirs : NAN;
}

/* Wilson's interval: it stays within 0 and 1 and is honest for small numbers. */
static void finish_band(struct read_band *band)
{
    const double z = 1.959964;
    if (band->count == 0) {
        band->mean = band->share = band->share_low = band->share_high = NAN;
        return;
    }
    double n = (double)band->count, share = (double)band->hits / n, weight = 1 + z * z / n;
    double centre = (share + z * z / (2 * n)) / weight,
           half = z / weight * sqrt(share * (1 - share) / n + z * z / (4 * n * n));
    band->mean /= n;
    band->share = share;
    band->share_low = fmax(0, centre - half);
    band->share_high = fmin(1, centre + half);
}

void read_score(const struct read *reads, size_t count, struct read_score *score_out)
{
    struct read_score score = {0};
    double            ours_blind = 0;
    for (int i = 0; i < READ_BANDS; i++) {
        score.bands[i].low = (double)i / READ_BANDS;
        score.bands[i].high = (double)(i + 1) / READ_BANDS;
    }
    for (size_t i = 0; i < count; i++) {
        const struct read *read = &reads[i];
        if (read->status != READ_SETTLED)
            continue;
        double            p = read->sure / 100.0;
        struct read_band *band = &score.bands[read->sure * READ_BANDS / 100];
        score.settled++;
        score.brier += squared(p, read->came_true);
        score.base_brier += squared(read->engine.base_rate, read->came_true);
        score.came_true += read->came_true;
        score.said += p;
        band->count++;
        band->hits += read->came_true;
        band->mean += p;
        if (!read->is_sighted) {
            score.blind++;
            ours_blind += squared(p, read->came_true);
            score.engine_brier += squared(read->engine.p, read->came_true);
        }
    }
    if (score.settled < READ_SCORE_LEAST) {
        *score_out = (struct read_score){.settled = score.settled, .missing = READ_SCORE_LEAST - score.settled};
        return;
    }
    double n = (double)score.settled;
    score.engine_skill = score.blind >= READ_SCORE_LEAST ? skill(ours_blind, score.engine_brier) : NAN;
    score.engine_brier = score.blind >= READ_SCORE_LEAST ? score.engine_brier / (double)score.blind : NAN;
    score.base_skill = skill(score.brier, score.base_brier);
    score.brier /= n;
    score.base_brier /= n;
    score.came_true /= n;
    score.said /= n;
    for (int i = 0; i < READ_BANDS; i++)
        finish_band(&score.bands[i]);
    *score_out = score;
}
