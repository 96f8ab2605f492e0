/* How fast it grows: a log-linear Poisson fit of counts in equal steps.
 *
 *     ln E(x_i) = a + g t_i,    se(g) = 1 / sqrt( sum_i m_i (t_i - tbar)^2 ),   m_i the fitted means, tbar their mean time
 *
 * Fitted by Newton's method on the likelihood (McCullagh and Nelder 1989, chapter 6). g is per hour: ln 2 / g is the doubling time.
 */
#ifndef TREND_GROWTH_H
#define TREND_GROWTH_H

#include <stddef.h>

struct growth {
    double per_h, se; /* NaN where fewer than 3 steps, or fewer than 5 counted in all, or all in one step */
};

struct growth growth_fit(const double *counts, size_t count, double step_h);

#endif
