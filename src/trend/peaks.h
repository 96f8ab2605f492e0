/* Has this happened at this hour before? The spells in which each key was part of a trend, remembered for a year and a bit.
 *
 *     week   0         1         2         3
 *            |--[##]---|--[##]---|--[##]---|--[?
 *                 <-------- 7 d --------->          the start of a new spell, shifted back by whole weeks, falls into an old one
 *
 * Recurring: of the key's spells in the last eight weeks, at least half began whole weeks ago within two hours, one of them one week ago
 * or two of them longer ago; or one began a year ago within a day. A word with many spells meets some lag by chance: among stories
 * that come back at random times, a given lag is met within two hours in 1 of 42 cases.
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
