/* Checks about what is sent out: each act once, the same key twice still once, and an answer to everything. */
#include "kit/inside.h"

#include "base/clock.h"
#include "source/words.h"

#include <cjson/cJSON.h>

enum { REPLAYS = 2 };

static const struct source_result *result_of(const struct session *session, const char *id)
{
    for (unsigned i = 0; i < session->result_count; i++)
        if (strcmp(session->results[i].id, id) == 0)
            return &session->results[i];
    return NULL;
}

/* Gives it a command and waits for its result; NULL: finding has failed. */
static const struct source_result *give(struct kit *kit, struct session *session, struct source_command *command)
{
    struct buf line = {0};
    int64_t    until_us = kit_wait_us(kit);
    snprintf(command->id, sizeof command->id, "c%u", ++kit->number);
    message_print_command(command, &line);
    session_say(session, &line);
    buf_fini(&line);
    while (!result_of(session, command->id) && clock_monotonic_us() < until_us && !kit_is_stopped(kit)) {
        enum heard heard = session_step(kit, session, NULL, ACK_NEVER, 50);
        if (heard == HEARD_END || heard == HEARD_BROKEN) {
            kit_fail_session(kit, session, "with a command in hand");
            return NULL;
        }
    }
    if (!result_of(session, command->id))
        kit_fail(kit, "no result of %s within %u s", source_acts[__builtin_ctz(command->act)], kit->setup->wait_s);
    return result_of(session, command->id);
}

static void new_key(struct kit *kit, struct source_command *command)
{
    snprintf(command->key, sizeof command->key, "kit-%016llx-%u", (unsigned long long)rng_next(&kit->rng), ++kit->number);
    command->ordered_us = clock_now_us();
}

/* What it is about: what the driver named, else something that it posts. */
static bool find_target(struct kit *kit, struct source_command *command)
{
    struct str *ids;
    size_t      count;
    command->target_id = kit->target.target_id;
    command->target_root = kit->target.target_root;
    command->target_author = kit->target.target_author;
    if (command->target_id.len)
        return true;
    if (!kit_post(kit, 1, &ids, &count) || !count)
        return false;
    command->target_id = ids[0];
    return true;
}

static bool has_acts(struct kit *kit)
{
    unsigned acts = kit->hello.connector.acts & ~(unsigned)SOURCE_DELIVER; /* which is not sent out */
    if (!acts)
        kit_skip(kit, kit->hello.connector.acts ? "it has no act but deliver, which the kit does not try" : "it has no acts");
    return acts != 0;
}

static bool did(struct kit *kit, const struct source_result *result, enum source_act act)
{
    if (result && result->failure != SOURCE_DONE)
        kit_fail(kit, "%s: %s: %s", source_acts[__builtin_ctz(act)], source_failures[result->failure], result->message);
    return result && result->failure == SOURCE_DONE;
}

/* Every act that it has, in an order in which one makes what the next is about. */
void check_acts(struct kit *kit)
{
    static const enum source_act order[] = {SOURCE_PUBLISH, SOURCE_REPLY, SOURCE_LIKE, SOURCE_UNLIKE, SOURCE_REPOST, SOURCE_FETCH, SOURCE_UNPUBLISH};
    struct session               session = {0};
    struct source_command        target = {0};
    struct source_command        own_deed = {0};
    char                         own[SOURCE_ID_BYTES] = "", done[128] = "";
    if (!has_acts(kit) || !find_target(kit, &target) || !session_start(kit, &session, kit->secrets, 2, 10))
        goto out;
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        enum source_act       act = order[i];
        struct source_command command = {.act = act, .target_id = target.target_id, .target_root = target.target_root, .target_author = target.target_author};
        if (!(kit->hello.connector.acts & act))
            continue;
        new_key(kit, &command);
        if (act == SOURCE_PUBLISH || act == SOURCE_REPLY)
            command.text = STR("Written by the conformance kit");
        if ((act == SOURCE_UNPUBLISH || act == SOURCE_FETCH) && !own[0])
            continue; /* nothing of its own is there */
        if (act == SOURCE_UNPUBLISH)
            command.target_id = str_of(own);
        if (act == SOURCE_FETCH) { /* the whole deed again: its id may come of all of it */
            command = own_deed;
            command.act = SOURCE_FETCH;
        }
        const struct source_result *result = give(kit, &session, &command);
        if (!did(kit, result, act))
            goto out;
        if (act == SOURCE_PUBLISH || act == SOURCE_REPLY) {
            snprintf(own, sizeof own, "%s", result->native_id);
            own_deed = command;
            if (!own[0]) {
                kit_fail(kit, "%s: ok, but without native.id", source_acts[__builtin_ctz(act)]);
                goto out;
            }
        }
        snprintf(done + strlen(done), sizeof done - strlen(done), "%s%s", done[0] ? " " : "", source_acts[__builtin_ctz(act)]);
    }
    kit_ok(kit, "done: %s", done);
out:
    session_fini(&session);
}

static bool count_posts(struct kit *kit, size_t *count_out)
{
    struct str *ids;
    return kit_list(kit, &ids, count_out);
}

/* The same key again, in this life and, where the platform itself knows keys, in the next. */
void check_twice(struct kit *kit)
{
    struct session        session = {0};
    struct source_command command = {.text = STR("Written once by the conformance kit")};
    size_t                before = 0, after = 0;
    unsigned              acts = kit->hello.connector.acts;
    unsigned              lives = kit->hello.connector.echoes_key ? 2 : 1;
    if (!has_acts(kit))
        return;
    command.act = acts & SOURCE_REPLY ? SOURCE_REPLY : SOURCE_PUBLISH;
    if (!(acts & (SOURCE_REPLY | SOURCE_PUBLISH))) {
        kit_skip(kit, "it neither publishes nor replies");
        return;
    }
    if (!find_target(kit, &command) || !count_posts(kit, &before))
        return;
    new_key(kit, &command);
    for (unsigned life = 0; life < lives; life++) {
        if (!session_start(kit, &session, kit->secrets, 2, 10))
            goto out;
        for (int i = 0; i < REPLAYS; i++) {
            const struct source_result *result = give(kit, &session, &command);
            bool                        is_first = life == 0 && i == 0;
            if (!result || (is_first && !did(kit, result, command.act)))
                goto out;
            if (!is_first && result->failure != SOURCE_DONE && result->failure != SOURCE_DUPLICATE) {
                kit_fail(kit, "the same key again: %s, where ok or duplicate was due", source_failures[result->failure]);
                goto out;
            }
        }
        session_fini(&session);
        session = (struct session){0};
    }
    for (int64_t until_us = kit_wait_us(kit); count_posts(kit, &after) && after <= before && clock_monotonic_us() < until_us;)
        clock_sleep(100); /* the platform may show it late */
    if (after == before + 1)
        kit_ok(kit, "one key %u times, one post%s", lives * REPLAYS, lives > 1 ? ", also after a new start" : "");
    else if (after)
        kit_fail(kit, "one key %u times made %zu posts", lives * REPLAYS, after - before);
out:
    session_fini(&session);
}

/* About a post that is not there: a failure, with its kind, and no silence. */
void check_nowhere(struct kit *kit)
{
    struct session        session = {0};
    struct source_command command = {.target_id = STR("no-such-post-as-this"), .text = STR("To nobody")};
    if (!has_acts(kit))
        return;
    unsigned acts = kit->hello.connector.acts;
    command.act = acts & SOURCE_REPLY ? SOURCE_REPLY : acts & SOURCE_LIKE ? SOURCE_LIKE : acts & SOURCE_UNPUBLISH ? SOURCE_UNPUBLISH : 0;
    if (!command.act) {
        kit_skip(kit, "it has no act about a post");
        return;
    }
    if (!kit->driver.is_there) { /* what if it is shown to somebody after all */
        kit_skip(kit, "without a driver nothing is sent to the platform");
        return;
    }
    if (session_start(kit, &session, kit->secrets, 2, 10)) {
        new_key(kit, &command);
        const struct source_result *result = give(kit, &session, &command);
        if (result && result->failure == SOURCE_DONE)
            kit_fail(kit, "%s about a post that is not there: ok", source_acts[__builtin_ctz(command.act)]);
        else if (result && result->failure == SOURCE_UNKNOWN_OUTCOME)
            kit_fail(kit, "%s about a post that is not there: unknown_outcome, where the platform has answered", source_acts[__builtin_ctz(command.act)]);
        else if (result)
            kit_ok(kit, "%s: %s", source_acts[__builtin_ctz(command.act)], source_failures[result->failure]);
    }
    session_fini(&session);
}
