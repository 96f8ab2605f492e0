#include "capture/deeds.h"

#include "base/clock.h"

static int64_t later(const struct kept_deed *kept, int64_t now_us)
{
    unsigned tries = kept->deed.tries < 7 ? kept->deed.tries : 7;
    int64_t  wait_us = (INT64_C(2) << tries) * CLOCK_SECOND_US;
    return now_us + (wait_us < 5 * CLOCK_MINUTE_US ? wait_us : 5 * CLOCK_MINUTE_US);
}

static struct deed_step ends(enum capture_deed_state state)
{
    return (struct deed_step){state, false, 0};
}

/* Only what has a text can be looked for: that a post is there does not say that it was liked. */
static bool can_ask(const struct kept_deed *kept, struct deed_powers powers)
{
    return powers.can_fetch && (kept->deed.act == SOURCE_PUBLISH || kept->deed.act == SOURCE_REPLY);
}

/* It may have been done, and it is known not to be there, or nobody can ask. */
static struct deed_step again_by_key(const struct kept_deed *kept, struct deed_powers powers, int64_t now_us)
{
    bool is_remembered = powers.echoes_key && kept->first_sent_us && now_us - kept->first_sent_us < DEED_REMEMBERED_US;
    if (!is_remembered || kept->deed.tries >= DEED_TRIES_MOST)
        return ends(CAPTURE_UNKNOWN);
    return (struct deed_step){CAPTURE_WAITS, false, later(kept, now_us)};
}

struct deed_step deed_lost(const struct kept_deed *kept, struct deed_powers powers, int64_t now_us)
{
    if (kept->deed.tries >= DEED_TRIES_MOST)
        return ends(CAPTURE_UNKNOWN);
    if (can_ask(kept, powers)) /* not at once: what was sent may still be on its way */
        return (struct deed_step){CAPTURE_WAITS, true, later(kept, now_us)};
    return again_by_key(kept, powers, now_us);
}

/* Surely not done now. But what an earlier try did is not known by that: once a try was lost, only asking or the key's own memory help. */
static struct deed_step try_later(const struct kept_deed *kept, int64_t retry_us)
{
    if (kept->deed.tries >= DEED_TRIES_MOST)
        return ends(kept->is_asking ? CAPTURE_UNKNOWN : CAPTURE_FAILED);
    return (struct deed_step){CAPTURE_WAITS, kept->is_asking, retry_us};
}

struct deed_step deed_answered(const struct kept_deed *kept, struct deed_powers powers, const struct source_result *result, int64_t now_us)
{
    switch (result->failure) {
    case SOURCE_DONE:
    case SOURCE_DUPLICATE: return ends(CAPTURE_SENT);
    case SOURCE_LIMITED:
        return try_later(kept, now_us + (result->retry_after_s > 0 && result->retry_after_s < 86400 ? result->retry_after_s : 60) * CLOCK_SECOND_US);
    case SOURCE_TRANSIENT: return try_later(kept, later(kept, now_us));
    case SOURCE_UNKNOWN_OUTCOME: return deed_lost(kept, powers, now_us);
    case SOURCE_GONE:
        if (kept->is_asking)
            return again_by_key(kept, powers, now_us);
        break;
    case SOURCE_AUTH:
    case SOURCE_NOT_PERMITTED:
    case SOURCE_REFUSED:
    case SOURCE_UNSUPPORTED: break;
    }
    return ends(kept->is_asking ? CAPTURE_UNKNOWN : CAPTURE_FAILED);
}
