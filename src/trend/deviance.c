#include "trend/deviance.h"

#include <math.h>

double deviance_z(double x, double mu, double size)
{
    double gain = x > 0 ? x * log(x / mu) : 0;
    double deviance = 2 * (gain - (x + size) * log((x + size) / (mu + size)));
    /* Rounding may leave a tiny negative number where x is close to mu. */
    double z = deviance > 0 ? sqrt(deviance) : 0;
    return x < mu ? -z : z;
}

double deviance_unseen_share(double exposure)
{
    return exposure > 0 ? 1 / exposure : INFINITY;
}
