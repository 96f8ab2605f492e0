/* How surprising a count is: the signed root of the negative-binomial deviance.
 *
 * x voices were seen where mu were expected. Posts come in clumps, so the expectation is itself uncertain: the count is taken as
 * negative binomial with mean mu and size r, variance mu + mu^2 / r (r -> infinity is Poisson). Twice the log of the ratio of the
 * likelihoods at the observed and at the expected mean is the deviance (McCullagh and Nelder 1989, section 2.3 and 11.3):
 *
 *     z = sign(x - mu) sqrt( 2 [ x ln(x / mu) - (x + r) ln((x + r) / (mu + r)) ] )
 *
 *        x    mu   r=10     Poisson     what r does: a doubled common word is no news,
 *        5   0.1   5.22      5.41       a rare word said five times still is
 *       20    10   1.84      2.78
 *      200   100   2.38      8.79
 */
#ifndef TREND_DEVIANCE_H
#define TREND_DEVIANCE_H

/* The size r: ten voices' worth of clumping. TRENDS' probe and ours fared alike for r from 5 to 20. */
#define DEVIANCE_SIZE 10.0

/* x >= 0, mu > 0, size > 0; negative where x is below mu. */
double deviance_z(double x, double mu, double size);

/* What a count of zero in `exposure` posts leaves possible: an upper limit for a share that was never seen.
 * P(nothing in n) = (1 - p)^n; p = 1/n still gives 37 %, p = 3/n gives 5 % (Hanley and Lippman-Hand 1983, "rule of three").
 * We take 1/n. Infinity for no exposure at all, so that a cold start is surprised by nothing. */
double deviance_unseen_share(double exposure);

#endif
