/* What to be careful about, as flags with the numbers behind them. */
#ifndef TREND_FLAGS_H
#define TREND_FLAGS_H

#include "trend/live.h"
#include "trend/voices.h"

/* Coordinated: mere copies (dup_share) are more than half, or one author writes more than half, or the posts have fewer than 3 effective
 * voices, or a third of them are copies in step with another (synchrony).
 * Low evidence: fewer than 5 effective voices, or z less than a half above the opening threshold, or less than a day of history.
 * Recurring: at least half of the last posts hold a key that was in a spell at this hour before (peaks.h).
 */
unsigned flags_of(const struct live *live, const struct voices *voices, double z_open, bool is_young);

#endif
