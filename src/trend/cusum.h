/* When did it start? Page's cumulative sum (Page 1954, Biometrika 41), over arrivals in continuous time.
 *
 *     S
 *     |                          /|  /|/    every voice adds ln(rho)
 *     |      /|                /  |/        every minute takes rate (rho - 1)
 *     |     / |\             /
 *     |____/  | \___________/____________ t
 *          stray voice       ^ start: the first voice after S was last zero
 *
 * S is the log of the likelihood ratio "rate rho * mu against mu", cut off at zero. rho is what was seen in the window of the
 * alarm (x / mu), so the sum forgets a stray voice after about ln(rho) of the window's mean gaps, whatever the scale.
 */
#ifndef TREND_CUSUM_H
#define TREND_CUSUM_H

#include <stddef.h>
#include <stdint.h>

/* Index of the first arrival after the sum was last zero. at_us ascends, count >= 1; weights may be NULL for ones.
 * mean_per_us: expected voices a microsecond (> 0); rho > 1. */
size_t cusum_start(const int64_t *at_us, const double *weights, size_t count, double mean_per_us, double rho);

#endif
