#include "base/clock.h"
#include "base/hash.h"
#include "source/feeds/follow.h"

static int64_t within(int64_t value, int64_t least, int64_t most)
{
    return value < least ? least : value > most ? most : value;
}

void follow_plan(struct follow *follow, enum follow_outcome outcome, bool has_news, const struct follow_answer *answer, struct follow_bounds bounds,
                 int64_t now_us)
{
    int64_t wait_us;
    bool    is_answer = outcome == FOLLOW_READ || outcome == FOLLOW_SAME;
    if (follow->interval_us == 0)
        follow->interval_us = within(15 * CLOCK_MINUTE_US, bounds.least_us, bounds.most_us);
    if (outcome == FOLLOW_AGAIN) {
        follow->next_us = now_us;
        return;
    }
    if (outcome == FOLLOW_CANCELLED)
        return;
    if (outcome == FOLLOW_GONE) {
        follow->is_gone = true;
        follow->next_us = INT64_MAX;
        return;
    }
    if (is_answer) {
        follow->fails = 0;
        follow->said[0] = '\0';
        follow->read_us = now_us;
        if (follow->was_read || !has_news) /* the first answer is news whatever the pace */
            follow->interval_us = has_news ? follow->interval_us / 2 : follow->interval_us * 3 / 2;
        follow->interval_us = within(follow->interval_us, bounds.least_us, bounds.most_us);
        wait_us = follow->interval_us;
        int64_t asked_us = answer->max_age_us > answer->feed.ttl_us ? answer->max_age_us : answer->feed.ttl_us;
        if (asked_us > wait_us)
            wait_us = asked_us < CLOCK_DAY_US ? asked_us : CLOCK_DAY_US;
    } else {
        unsigned times = follow->fails < 12 ? follow->fails : 12;
        follow->fails++;
        wait_us = within(within(follow->interval_us, bounds.least_us, bounds.most_us) << times, bounds.least_us, CLOCK_DAY_US);
    }
    /* A tenth of it by the address, so that a hundred feeds do not all come due at once. */
    int64_t spread_us = (int64_t)(hash_str(str_of(follow->address)) % 1000) * wait_us / 10000;
    follow->next_us = now_us + wait_us + (is_answer ? spread_us : 0);
    if (outcome == FOLLOW_LIMITED && answer->until_us > follow->next_us)
        follow->next_us = answer->until_us;
}
