#include "trend/cusum.h"

#include <math.h>

size_t cusum_start(const int64_t *at_us, const double *weights, size_t count, double mean_per_us, double rho)
{
    double sum = 0, gain = log(rho), leak = mean_per_us * (rho - 1);
    size_t start = 0;
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            sum -= leak * (double)(at_us[i] - at_us[i - 1]);
        if (sum <= 0) {
            sum = 0;
            start = i;
        }
        sum += gain * (weights ? weights[i] : 1);
    }
    return start;
}
