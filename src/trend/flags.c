#include "trend/flags.h"

#include "trend/trend.h"

#define DUP_SHARE_MAX 0.5
#define TOP_AUTHOR_MAX 0.5
#define SYNCHRONY_MAX 0.33
#define EFFECTIVE_COORDINATED 3.0
#define EFFECTIVE_LOW 5.0
#define MARGIN_LOW 0.5
#define RECURRING_SHARE 0.5

unsigned flags_of(const struct live *live, const struct voices *voices, double z_open, bool is_young)
{
    unsigned flags = 0;
    if (voices->dup_share > DUP_SHARE_MAX || voices->top_author_share > TOP_AUTHOR_MAX || voices->effective < EFFECTIVE_COORDINATED ||
        voices->synchrony > SYNCHRONY_MAX)
        flags |= TREND_COORDINATED;
    if (live_recurring_share(live) >= RECURRING_SHARE)
        flags |= TREND_RECURRING;
    if (voices->effective < EFFECTIVE_LOW || live->z_peak < z_open + MARGIN_LOW || is_young)
        flags |= TREND_LOW_EVIDENCE;
    return flags;
}
