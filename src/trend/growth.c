#include "trend/growth.h"

#include <math.h>

enum { GROWTH_ROUNDS = 50 };

struct growth growth_fit(const double *counts, size_t count, double step_h)
{
    struct growth none = {NAN, NAN};
    double        sum = 0, moment = 0;
    size_t        used = 0;
    for (size_t i = 0; i < count; i++) {
        sum += counts[i];
        moment += counts[i] * (double)i;
        used += counts[i] > 0;
    }
    if (count < 3 || sum < 5 || used < 2)
        return none;

    /* a is profiled out: given g the fitted total equals the observed one, so only the first moment is left to match.
     * Steps are bounded so that a lone count at the edge cannot throw the iteration out. */
    double g = 0, information = 0;
    for (int round = 0; round < GROWTH_ROUNDS; round++) {
        double weight = 0, first = 0, second = 0;
        for (size_t i = 0; i < count; i++) {
            double t = (double)i - (double)(count - 1), w = exp(g * t);
            weight += w;
            first += w * t;
            second += w * t * t;
        }
        double mean = first / weight;
        information = sum * (second / weight - mean * mean);
        double target = moment / sum - (double)(count - 1);
        double step = information > 0 ? sum * (target - mean) / information : 0;
        step = fmax(-1, fmin(1, step));
        g += step;
        if (fabs(step) < 1e-10)
            break;
        if (fabs(g) > 20)
            return none;
    }
    if (!(information > 0))
        return none;
    return (struct growth){g / step_h, 1 / sqrt(information) / step_h};
}
