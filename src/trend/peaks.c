#include "trend/peaks.h"

#include "base/clock.h"

#include <stdlib.h>

enum { FIRST_SLOTS = 1 << 10, SLOTS_MAX = 1 << 20, WEEKS_MAX = 8 };
#define WEEK_US (7 * CLOCK_DAY_US)
#define NEAR_US (2 * CLOCK_HOUR_US)

bool peaks_init(struct peaks *peaks)
{
    *peaks = (struct peaks){.slots = calloc(FIRST_SLOTS, sizeof *peaks->slots), .mask = FIRST_SLOTS - 1};
    return peaks->slots != NULL;
}

void peaks_fini(struct peaks *peaks)
{
    free(peaks->slots);
    *peaks = (struct peaks){0};
}

static struct peak_slot *find(struct peak_slot *slots, uint32_t mask, uint64_t key)
{
    uint32_t i = (uint32_t)key & mask;
    while (slots[i].key && slots[i].key != key)
        i = (i + 1) & mask;
    return &slots[i];
}

static bool grow(struct peaks *peaks)
{
    uint32_t          mask = peaks->mask * 2 + 1;
    struct peak_slot *slots = mask < SLOTS_MAX ? calloc((size_t)mask + 1, sizeof *slots) : NULL;
    if (!slots)
        return false;
    for (uint32_t i = 0; i <= peaks->mask; i++)
        if (peaks->slots[i].key)
            *find(slots, mask, peaks->slots[i].key) = peaks->slots[i];
    free(peaks->slots);
    peaks->slots = slots;
    peaks->mask = mask;
    return true;
}

static bool is_within(int64_t value, int64_t target, int64_t tolerance)
{
    return value >= target - tolerance && value <= target + tolerance;
}

void peaks_add(struct peaks *peaks, uint64_t key, int64_t start_us)
{
    key += key == 0;
    if (peaks->count * 2 > peaks->mask && !grow(peaks) && peaks->count + 1 >= peaks->mask)
        return;
    struct peak_slot *slot = find(peaks->slots, peaks->mask, key);
    if (!slot->key) {
        slot->key = key;
        peaks->count++;
    }
    for (int i = 0; i < PEAKS_PER_KEY; i++)
        if (slot->at_us[i] && is_within(slot->at_us[i], start_us, NEAR_US))
            return; /* the same spell, met again through another key or pair of its trend */
    slot->at_us[slot->next++ % PEAKS_PER_KEY] = start_us;
}

bool peaks_is_recurring(const struct peaks *peaks, uint64_t key, int64_t start_us)
{
    const struct peak_slot *slot = find(peaks->slots, peaks->mask, key + (key == 0));
    unsigned                spells = 0, aligned = 0, last_week = 0;
    for (int i = 0; slot->key && i < PEAKS_PER_KEY; i++) {
        int64_t lag = slot->at_us[i] ? start_us - slot->at_us[i] : 0;
        if (is_within(lag, 365 * CLOCK_DAY_US, CLOCK_DAY_US))
            return true;
        /* What began less than two hours ago is this spell itself. */
        if (lag <= NEAR_US || lag > WEEKS_MAX * WEEK_US + NEAR_US)
            continue;
        spells++;
        for (int week = 1; week <= WEEKS_MAX; week++)
            aligned += is_within(lag, week * WEEK_US, NEAR_US);
        last_week += is_within(lag, WEEK_US, NEAR_US);
    }
    return aligned * 2 >= spells && (last_week >= 1 || aligned >= 2);
}
