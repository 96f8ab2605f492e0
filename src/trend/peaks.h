/* Has this happened at this hour before? The spells in which each key was part of a trend, remembered for a year and a bit.
 *
 *     week   0         1         2         3
 *            |--[##]---|--[##]---|--[##]---|--[?
 *                 <-------- 7 d --------->          the start of a new spell, shifted back by whole weeks, falls into an old one
 *
 * Recurring: a spell one week ago whose start lies within two hours of this one, or at least two spells at lags of whole weeks (1 to 8)
 * within two hours, or one at a lag of a year within a day. One match at a long lag alone is no pattern: among
 * stories that come back at random times, chance meets a given lag within two hours in 1 of 42 cases.
 */
#ifndef TREND_PEAKS_H
#define TREND_PEAKS_H

#include "base/str.h"

enum { PEAKS_PER_KEY = 12 };

struct peaks {
    struct peak_slot {
        uint64_t key; /* 0: free */
        int64_t  at_us[PEAKS_PER_KEY]; /* starts of its spells, a ring; 0: none */
        uint32_t next;
    } *slots;
    uint32_t count, mask;
};

bool peaks_init(struct peaks *peaks);
void peaks_fini(struct peaks *peaks);
/* Remembers a spell. Without memory, or with a million keys known, it is forgotten. */
void peaks_add(struct peaks *peaks, uint64_t key, int64_t start_us);
bool peaks_is_recurring(const struct peaks *peaks, uint64_t key, int64_t start_us);

#endif
