/* Checks about posts: what they look like, that none is lost, and that nothing grows. */
#include "kit/inside.h"

#include "base/clock.h"

#include <cjson/cJSON.h>

enum { QUIET_MS = 2000, MISSING_SHOWN = 3 };

static bool has_ended(enum heard heard)
{
    return heard == HEARD_END || heard == HEARD_BROKEN;
}

/* Steps until all of ids are there (or are not, where is_there is false); false: time is over, or it ended, and finding has failed. */
static bool wait_for(struct kit *kit, struct session *session, struct shelf *shelf, const struct str *ids, size_t count, bool is_there, const char *during)
{
    int64_t until_us = kit_wait_us(kit);
    for (;;) {
        size_t missing = 0, first = 0;
        for (size_t i = 0; i < count; i++) {
            const struct shelf_post *post = shelf_find(shelf, ids[i]);
            if ((post && post->is_there) != is_there && missing++ == 0)
                first = i;
        }
        if (!missing)
            return true;
        if (clock_monotonic_us() > until_us || kit_is_stopped(kit)) {
            kit_fail(kit, "%s: %zu of %zu posts %s after %u s, as %.*s", during, missing, count, is_there ? "did not come" : "are still there", kit->setup->wait_s,
                     STR_ARG(ids[first]));
            return false;
        }
        /* Many steps for one look: a look costs as much as there are ids. */
        enum heard heard = HEARD_MESSAGE;
        for (int i = 0; i < 64 && heard == HEARD_MESSAGE; i++)
            heard = session_step(kit, session, shelf, ACK_AT_ONCE, i ? 0 : 100);
        if (has_ended(heard)) {
            kit_fail_session(kit, session, during);
            return false;
        }
    }
}

/* Steps until no item has come for so long; a state alone is no news. */
static bool until_quiet(struct kit *kit, struct session *session, struct shelf *shelf, enum acking acking, int64_t quiet_ms, int64_t most_ms)
{
    int64_t  until_us = clock_monotonic_us() + most_ms * 1000, quiet_us = clock_monotonic_us() + quiet_ms * 1000;
    uint64_t items = session->items;
    while (clock_monotonic_us() < until_us && clock_monotonic_us() < quiet_us && !kit_is_stopped(kit)) {
        enum heard heard = session_step(kit, session, shelf, acking, 50);
        if (has_ended(heard)) {
            kit_fail_session(kit, session, "while it listened");
            return false;
        }
        if (session->items != items) {
            items = session->items;
            quiet_us = clock_monotonic_us() + quiet_ms * 1000;
        }
    }
    return true;
}

void check_schema(struct kit *kit)
{
    struct session session = {0};
    struct shelf   shelf = {0};
    struct str    *ids = NULL;
    size_t         count = 0;
    bool           has_posted = kit_post(kit, kit->setup->posts, &ids, &count);
    bool           is_good = session_start(kit, &session, kit->secrets, 4, 100);
    if (is_good) {
        session_subscribe(kit, &session, "s1", (struct str){0});
        is_good = has_posted ? wait_for(kit, &session, &shelf, ids, count, true, "a first look") : until_quiet(kit, &session, &shelf, ACK_AT_ONCE, QUIET_MS, kit->setup->wait_s * 1000);
    }
    if (is_good && session.refused)
        kit_fail(kit, "%llu items are %s", (unsigned long long)session.refused, session.reason);
    else if (is_good && shelf.ids.count == 0)
        kit_skip(kit, "no post came: %s", has_posted ? "none was made" : "without a driver the platform must have some");
    else if (is_good)
        kit_ok(kit, "%u posts in %u batches, all of them of the contract", shelf.ids.count, session.batches);
    shelf_fini(&shelf);
    session_fini(&session);
}

void check_window(struct kit *kit)
{
    struct session session = {0};
    struct shelf   shelf = {0};
    struct str    *ids = NULL;
    size_t         count = 0;
    bool           has_posted = kit_post(kit, kit->setup->posts < 8 ? 8 : kit->setup->posts, &ids, &count);
    bool           is_good = session_start(kit, &session, kit->secrets, 2, 1);
    if (is_good) {
        session_subscribe(kit, &session, "w1", (struct str){0});
        is_good = until_quiet(kit, &session, &shelf, ACK_NEVER, QUIET_MS, kit->setup->wait_s * 1000);
    }
    if (is_good && session.unacked > 2) {
        kit_fail(kit, "%u batches without an ack, where 2 may be", session.unacked);
        is_good = false;
    } else if (is_good && session.unacked < 2 && has_posted) {
        kit_fail(kit, "only %u batches came of %zu posts, with one item each", session.unacked, count);
        is_good = false;
    } else if (is_good && session.unacked < 2) {
        kit_skip(kit, "only %u batches came: with fewer than 2 the window is never full", session.unacked);
        is_good = false;
    }
    unsigned held = session.unacked;
    for (int i = 0; i < 3 && is_good; i++) { /* one ack at a time, late */
        session_ack(&session, "w1");
        is_good = until_quiet(kit, &session, &shelf, ACK_NEVER, 400, 2000);
        if (is_good && session.unacked > 2) {
            kit_fail(kit, "after an ack %u batches without one, where 2 may be", session.unacked);
            is_good = false;
        }
    }
    if (is_good) {
        session_ack(&session, "w1");
        is_good = !has_posted || wait_for(kit, &session, &shelf, ids, count, true, "acknowledged late");
    }
    if (is_good)
        kit_ok(kit, "held at %u; with late acks %s", held, has_posted ? "nothing was lost" : "it went on (without a driver nobody knows whether all came)");
    shelf_fini(&shelf);
    session_fini(&session);
}

/* ---- Killed and started again ---- */

/* One life: commits and acknowledges some batches, takes one more that is not committed, and is killed. */
static bool live_and_die(struct kit *kit, struct shelf *shelf, unsigned batches)
{
    struct session session = {0};
    bool           is_good = session_start(kit, &session, kit->secrets, 2, 3);
    int64_t        until_us = clock_monotonic_us() + 3 * CLOCK_SECOND_US;
    if (is_good)
        session_subscribe(kit, &session, "k1", shelf->state);
    while (is_good && session.batches < batches && clock_monotonic_us() < until_us && !kit_is_stopped(kit)) {
        enum heard heard = session_step(kit, &session, shelf, ACK_AT_ONCE, 100);
        if (has_ended(heard)) {
            kit_fail_session(kit, &session, "before it was killed");
            is_good = false;
        }
    }
    for (uint64_t i = rng_below(&kit->rng, 3); i > 0 && is_good; i--) /* what the host had in hand when it died */
        session_step(kit, &session, NULL, ACK_NEVER, 50);
    session_fini(&session);
    return is_good;
}

/* What the kit holds against what the platform holds. False: finding has failed. */
static bool compare(struct kit *kit, const struct shelf *shelf, const struct str *made, size_t made_count, size_t *held_out)
{
    struct str     *list;
    size_t          count, missing = 0, first = 0;
    struct interner now = {0};
    if (!kit_list(kit, &list, &count)) { /* then what was made is all that is known of it */
        list = (struct str *)(uintptr_t)made;
        count = made_count;
    }
    for (size_t i = 0; i < count; i++) {
        const struct shelf_post *post = shelf_find(shelf, list[i]);
        interner_add(&now, list[i]);
        if (!(post && post->is_there) && interner_find(&kit->before, list[i]) == INTERNER_NONE && missing++ == 0)
            first = i;
    }
    size_t extra = 0;
    uint32_t first_extra = 0;
    for (uint32_t i = 0; i < shelf->ids.count; i++)
        if (shelf->posts[i].is_there && interner_find(&now, shelf->ids.strings[i]) == INTERNER_NONE && list != made && extra++ == 0)
            first_extra = i;
    *held_out = count;
    if (missing)
        kit_fail(kit, "%zu of %zu posts of the platform are missing, as %.*s", missing, count, STR_ARG(list[first]));
    else if (extra)
        kit_fail(kit, "%zu posts are not on the platform, as %.*s", extra, STR_ARG(shelf->ids.strings[first_extra]));
    interner_fini(&now);
    return !missing && !extra;
}

/* Nobody makes posts: a life that is never killed shows what there is, and the one that is must find as much. */
static void kill_without_driver(struct kit *kit)
{
    struct session session = {0};
    struct shelf   whole = {0}, shelf = {0};
    bool           is_good = session_start(kit, &session, kit->secrets, 4, 3);
    if (is_good) {
        session_subscribe(kit, &session, "k0", (struct str){0});
        is_good = until_quiet(kit, &session, &whole, ACK_AT_ONCE, QUIET_MS, kit->setup->wait_s * 1000);
    }
    session_fini(&session);
    if (is_good && whole.ids.count < 4) {
        kit_skip(kit, "only %u posts came; without a driver the platform must have some", whole.ids.count);
        is_good = false;
    }
    for (unsigned i = 0; i < kit->setup->kills && is_good; i++)
        is_good = live_and_die(kit, &shelf, 1 + (unsigned)rng_below(&kit->rng, 4));
    if (is_good)
        is_good = session_start(kit, &session, kit->secrets, 4, 3);
    if (is_good) {
        session_subscribe(kit, &session, "k2", shelf.state);
        is_good = wait_for(kit, &session, &shelf, whole.ids.strings, whole.ids.count, true, "killed and started again");
        session_fini(&session);
    }
    if (is_good)
        kit_ok(kit, "%u kills: all %u posts that a life without a kill brought (no driver: nobody knows what else there was)", kit->setup->kills, whole.ids.count);
    shelf_fini(&whole);
    shelf_fini(&shelf);
}

/* What a new start owes in the end: all that the platform lists but what was there before the kit; where it lists nothing, what was made. Platforms give
 * the newest first, so the newest being there does not mean that the rest is. */
static void find_owed(struct kit *kit, struct str **owed_io, size_t *count_io)
{
    struct str *list;
    size_t      count, owed = 0;
    if (!kit_list(kit, &list, &count))
        return;
    for (size_t i = 0; i < count; i++)
        if (interner_find(&kit->before, list[i]) == INTERNER_NONE)
            list[owed++] = list[i];
    *owed_io = list;
    *count_io = owed;
}

void check_kill(struct kit *kit)
{
    struct session session = {0};
    struct shelf   shelf = {0};
    struct str    *ids = NULL, *all = NULL;
    size_t         count = 0, made = 0, held = 0;
    unsigned       rounds = kit->setup->kills;
    if (!kit->driver.is_there) {
        kill_without_driver(kit);
        return;
    }
    bool is_good = true;
    all = arena_array(&kit->arena, (size_t)(rounds + 1) * kit->setup->posts, sizeof *all);
    if (!all) {
        kit_skip(kit, "no memory for so many posts");
        return;
    }
    for (unsigned i = 0; i <= rounds && is_good && !kit_is_stopped(kit); i++) {
        if (!kit_post(kit, kit->setup->posts, &ids, &count))
            goto out;
        for (size_t j = 0; j < count && made < (size_t)(rounds + 1) * kit->setup->posts; j++)
            all[made++] = ids[j];
        if (i < rounds)
            is_good = live_and_die(kit, &shelf, 1 + (unsigned)rng_below(&kit->rng, 1 + kit->setup->posts / 3));
    }
    if (is_good)
        is_good = session_start(kit, &session, kit->secrets, 4, 100);
    if (is_good) {
        struct str *owed = all;
        size_t      owed_count = made;
        session_subscribe(kit, &session, "k2", shelf.state);
        find_owed(kit, &owed, &owed_count);
        is_good = wait_for(kit, &session, &shelf, owed, owed_count, true, "killed and started again") && compare(kit, &shelf, all, made, &held);
    }
    if (is_good)
        kit_ok(kit, "%u kills: %zu posts made meanwhile, none missing, %zu on the platform; %llu came more than once", rounds, made, held,
               (unsigned long long)shelf.again);
out:
    shelf_fini(&shelf);
    session_fini(&session);
}

/* ---- Changed and taken back ---- */

static struct str escaped(struct kit *kit, struct str id)
{
    struct buf text = {0};
    for (size_t i = 0; i < id.len; i++) {
        if (id.ptr[i] == '"' || id.ptr[i] == '\\')
            buf_append_char(&text, '\\');
        buf_append_char(&text, id.ptr[i]);
    }
    buf_append_char(&text, '\0');
    struct str kept = arena_str(&kit->arena, buf_str(&text));
    buf_fini(&text);
    return kept;
}

static bool ask_about(struct kit *kit, const char *what, struct str id, const char *more)
{
    char   why[400], members[SOURCE_ID_BYTES * 2 + 64];
    snprintf(members, sizeof members, ",\"id\":\"%s\"%s", escaped(kit, id).ptr, more);
    cJSON *answer = driver_ask(&kit->driver, what, members, why);
    if (!answer)
        kit_skip(kit, "%s", why);
    cJSON_Delete(answer);
    return answer != NULL;
}

/* A session that has seen a post of its own. */
static bool see_one(struct kit *kit, struct session *session, struct shelf *shelf, const char *sub, struct str *id_out)
{
    struct str *ids;
    size_t      count;
    if (!kit_post(kit, 2, &ids, &count) || !session_start(kit, session, kit->secrets, 4, 100))
        return false;
    session_subscribe(kit, session, sub, (struct str){0});
    *id_out = ids[0];
    return wait_for(kit, session, shelf, ids, count, true, "before the change");
}

void check_edit(struct kit *kit)
{
    struct session session = {0};
    struct shelf   shelf = {0};
    struct str     id;
    if (see_one(kit, &session, &shelf, "e1", &id) && ask_about(kit, "edit", id, ",\"text\":\"edited by the kit\"")) {
        int64_t began_us = clock_monotonic_us(), until_us = kit_wait_us(kit);
        enum heard heard = HEARD_NOTHING;
        while (!shelf_find(&shelf, id)->was_edited && !has_ended(heard) && clock_monotonic_us() < until_us && !kit_is_stopped(kit))
            heard = session_step(kit, &session, &shelf, ACK_AT_ONCE, 100);
        if (shelf_find(&shelf, id)->was_edited)
            kit_ok(kit, "seen after %.1f s", (double)(clock_monotonic_us() - began_us) / 1e6);
        else if (has_ended(heard))
            kit_fail_session(kit, &session, "after an edit");
        else
            kit_fail(kit, "a post was edited, and its new words did not come within %u s", kit->setup->wait_s);
    }
    shelf_fini(&shelf);
    session_fini(&session);
}

void check_delete(struct kit *kit)
{
    struct session session = {0};
    struct shelf   shelf = {0};
    struct str     id;
    if (see_one(kit, &session, &shelf, "d1", &id) && ask_about(kit, "delete", id, "")) {
        int64_t began_us = clock_monotonic_us();
        if (wait_for(kit, &session, &shelf, &id, 1, false, "deleted"))
            kit_ok(kit, "seen after %.1f s", (double)(clock_monotonic_us() - began_us) / 1e6);
    }
    shelf_fini(&shelf);
    session_fini(&session);
}

/* ---- Too many requests ---- */

void check_limit(struct kit *kit)
{
    struct session session = {0};
    struct shelf   shelf = {0};
    struct str     id, *ids;
    size_t         count;
    char           why[400];
    if (!see_one(kit, &session, &shelf, "l1", &id))
        goto out;
    cJSON *answer = driver_ask(&kit->driver, "limit", ",\"seconds\":3", why);
    cJSON_Delete(answer);
    if (!answer) {
        kit_skip(kit, "%s", why);
        goto out;
    }
    session.phases = 0;
    if (!kit_post(kit, 3, &ids, &count))
        goto out;
    int64_t until_us = clock_monotonic_us() + 4 * CLOCK_SECOND_US;
    enum heard heard = HEARD_NOTHING;
    while (clock_monotonic_us() < until_us && !has_ended(heard))
        heard = session_step(kit, &session, &shelf, ACK_AT_ONCE, 100);
    if (has_ended(heard))
        kit_fail_session(kit, &session, "while the platform refused");
    else if (wait_for(kit, &session, &shelf, ids, count, true, "after a rate limit")) {
        if (session.phases & (1u << SOURCE_RATE_LIMITED))
            kit_ok(kit, "it said rate_limited, waited, and missed nothing");
        else
            kit_fail(kit, "it missed nothing, but never said rate_limited");
    }
out:
    shelf_fini(&shelf);
    session_fini(&session);
}

/* ---- Nothing grows ---- */

/* The fewest open files within a second: a socket on its way out is no leak, one that stays is there in every look. */
static int64_t fewest_descriptors(int pid)
{
    int64_t fewest = process_descriptors(pid);
    for (int look = 0; look < 20; look++) {
        clock_sleep(50);
        int64_t now = process_descriptors(pid);
        fewest = now < fewest ? now : fewest;
    }
    return fewest;
}

void check_leaks(struct kit *kit)
{
    struct session session = {0};
    uint64_t       total = 0, half = kit->setup->items / 2;
    int64_t        memory = -1, descriptors = -1;
    char           sub[SOURCE_SUB_BYTES];
    struct buf     line = {0};
    bool           is_good = session_start(kit, &session, kit->secrets, 4, 500);
    for (unsigned round = 0; is_good && total < kit->setup->items && !kit_is_stopped(kit); round++) {
        struct shelf shelf = {0};
        snprintf(sub, sizeof sub, "m%u", round);
        session_subscribe(kit, &session, sub, (struct str){0});
        is_good = until_quiet(kit, &session, &shelf, ACK_AT_ONCE, round ? 500 : QUIET_MS, 60000);
        uint64_t came = shelf.upserts;
        total += came;
        shelf_fini(&shelf);
        message_print_sub(MESSAGE_UNSUBSCRIBE, sub, &line);
        session_say(&session, &line);
        if (total >= half && memory < 0) {
            memory = process_memory_bytes(session.process.pid);
            descriptors = fewest_descriptors(session.process.pid);
        }
        if (is_good && !came) {
            kit_skip(kit, round ? "a second subscription brought no posts again, so they cannot be read in a circle" : "no post came");
            is_good = false;
        }
    }
    int64_t grown_kib = (process_memory_bytes(session.process.pid) - memory) / 1024, more = fewest_descriptors(session.process.pid) - descriptors;
    if (is_good && grown_kib > (int64_t)kit->setup->memory_mib * 1024)
        kit_fail(kit, "%lld KiB more memory over the second half of %llu items", (long long)grown_kib, (unsigned long long)total);
    else if (is_good && more > 2)
        kit_fail(kit, "%lld more open files over the second half of %llu items", (long long)more, (unsigned long long)total);
    else if (is_good)
        kit_ok(kit, "%llu items; over their second half %+lld KiB of memory, %+lld open files", (unsigned long long)total, (long long)grown_kib, (long long)more);
    buf_fini(&line);
    session_fini(&session);
}
