#include "trend/counter.h"

#include <math.h>
#include <string.h>

void counter_roll(struct counter *counter, uint32_t minute)
{
    if (minute <= counter->minute)
        return;
    for (int level = 0; level < COUNTER_LEVELS; level++) {
        uint32_t passed = (minute >> level) - (counter->minute >> level);
        if (passed == 0)
            break; /* and so in every longer block */
        counter->before[level] = passed == 1 ? counter->now[level] : 0;
        counter->now[level] = 0;
    }
    if (counter->total > 0)
        counter->total *= (float)exp2(-(double)(minute - counter->minute) / COUNTER_HALF_LIFE_MINUTES);
    counter->minute = minute;
}

void counter_add(struct counter *counter, uint32_t minute, double weight)
{
    counter_roll(counter, minute);
    for (int level = 0; level < COUNTER_LEVELS; level++)
        counter->now[level] += (float)weight;
    counter->total += (float)weight;
}
