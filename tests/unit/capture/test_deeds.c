/* What leaves the house: once. */
#include "engine_fixture.h"
#include "square.h"

#include "capture/deeds.h"

static const struct record_actor ann = {1, {"Ann", 3}};

/* ---- The machine of states: pure ---- */

static void every_answer_has_one_meaning(void **state)
{
    (void)state;
    enum { W = CAPTURE_WAITS, S = CAPTURE_SENT, F = CAPTURE_FAILED, U = CAPTURE_UNKNOWN };
    static const struct {
        enum source_failure answer;
        bool                is_asking, can_fetch, echoes, is_old;
        unsigned            tries;
        enum source_act     act;
        int                 becomes;
        bool                then_asks;
    } rows[] = {
        {SOURCE_DONE, false, true, true, false, 1, SOURCE_REPLY, S, false},
        {SOURCE_DUPLICATE, false, false, false, false, 1, SOURCE_REPLY, S, false},
        {SOURCE_LIMITED, false, false, false, false, 1, SOURCE_REPLY, W, false},
        {SOURCE_TRANSIENT, false, false, false, false, 1, SOURCE_REPLY, W, false},
        {SOURCE_TRANSIENT, false, false, false, false, DEED_TRIES_MOST, SOURCE_REPLY, F, false},
        {SOURCE_AUTH, false, true, true, false, 1, SOURCE_REPLY, F, false},
        {SOURCE_NOT_PERMITTED, false, true, true, false, 1, SOURCE_REPLY, F, false},
        {SOURCE_GONE, false, true, true, false, 1, SOURCE_REPLY, F, false},
        {SOURCE_REFUSED, false, true, true, false, 1, SOURCE_REPLY, F, false},
        {SOURCE_UNSUPPORTED, false, true, true, false, 1, SOURCE_REPLY, F, false},
        /* The answer was lost: asked for where that can be, sent again only where the platform does one key once, and remembers it. */
        {SOURCE_UNKNOWN_OUTCOME, false, true, false, false, 1, SOURCE_REPLY, W, true},
        {SOURCE_UNKNOWN_OUTCOME, false, true, true, false, 1, SOURCE_REPLY, W, true},
        {SOURCE_UNKNOWN_OUTCOME, false, false, true, false, 1, SOURCE_REPLY, W, false},
        {SOURCE_UNKNOWN_OUTCOME, false, false, true, true, 1, SOURCE_REPLY, U, false},
        {SOURCE_UNKNOWN_OUTCOME, false, false, false, false, 1, SOURCE_REPLY, U, false},
        {SOURCE_UNKNOWN_OUTCOME, false, true, false, false, 1, SOURCE_LIKE, U, false},
        {SOURCE_UNKNOWN_OUTCOME, false, true, false, false, DEED_TRIES_MOST, SOURCE_REPLY, U, false},
        /* Asking. */
        {SOURCE_DONE, true, true, false, false, 2, SOURCE_REPLY, S, false},
        {SOURCE_GONE, true, true, false, false, 2, SOURCE_REPLY, U, false},
        {SOURCE_GONE, true, true, true, false, 2, SOURCE_REPLY, W, false},
        {SOURCE_GONE, true, true, true, true, 2, SOURCE_REPLY, U, false},
        {SOURCE_LIMITED, true, true, false, false, 2, SOURCE_REPLY, W, true},
        {SOURCE_TRANSIENT, true, true, false, false, 2, SOURCE_REPLY, W, true},
        {SOURCE_TRANSIENT, true, true, false, false, DEED_TRIES_MOST, SOURCE_REPLY, U, false},
        {SOURCE_UNKNOWN_OUTCOME, true, true, false, false, 2, SOURCE_REPLY, W, true},
        {SOURCE_AUTH, true, true, true, false, 2, SOURCE_REPLY, U, false},
        {SOURCE_UNSUPPORTED, true, true, true, false, 2, SOURCE_REPLY, U, false},
    };
    int64_t now_us = INT64_C(1900000000000000);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct kept_deed     kept = {.deed = {.act = rows[i].act, .tries = rows[i].tries}, .is_asking = rows[i].is_asking,
                                     .first_sent_us = now_us - (rows[i].is_old ? 2 * DEED_REMEMBERED_US : CLOCK_MINUTE_US)};
        struct source_result result = {.failure = rows[i].answer, .retry_after_s = 7};
        struct deed_step     step = deed_answered(&kept, (struct deed_powers){rows[i].can_fetch, rows[i].echoes}, &result, now_us);
        check((int)step.state == rows[i].becomes && step.is_asking == rows[i].then_asks, "row %zu: %s, asking %d", i, capture_deed_states[step.state],
              step.is_asking);
        check(step.state == CAPTURE_WAITS ? step.retry_us > now_us && step.retry_us <= now_us + 5 * CLOCK_MINUTE_US : step.retry_us == 0, "row %zu: when", i);
        if (rows[i].answer == SOURCE_LIMITED)
            check(step.retry_us == now_us + 7 * CLOCK_SECOND_US, "row %zu: as the platform says", i);
    }
}

/* Whatever comes back, in whatever order: where nobody does one key once, the act is sent again only after an answer that it was surely not done. */
static void nothing_is_sent_twice_by_itself(void **state)
{
    (void)state;
    struct rng rng;
    rng_seed(&rng, 5);
    for (int round = 0; round < 200000; round++) {
        struct deed_powers powers = {rng_below(&rng, 2), false};
        struct kept_deed   kept = {.deed = {.act = rng_below(&rng, 2) ? SOURCE_REPLY : SOURCE_LIKE}};
        int64_t            now_us = INT64_C(1900000000000000);
        bool               may_be_done = false;
        int                steps = 0;
        kept.deed.state = CAPTURE_WAITS;
        while (kept.deed.state == CAPTURE_WAITS && steps++ < 40) {
            bool is_act = !kept.is_asking;
            check(!is_act || !may_be_done, "round %d: sent again although it may be there", round);
            kept.deed.tries++;
            if (is_act && !kept.first_sent_us)
                kept.first_sent_us = now_us;
            struct source_result result = {.failure = (enum source_failure)rng_below(&rng, 10)};
            bool                 is_lost = rng_below(&rng, 5) == 0;
            if (is_act)
                may_be_done = is_lost || result.failure == SOURCE_UNKNOWN_OUTCOME || result.failure == SOURCE_DONE || result.failure == SOURCE_DUPLICATE;
            struct deed_step step = is_lost ? deed_lost(&kept, powers, now_us) : deed_answered(&kept, powers, &result, now_us);
            kept.deed.state = step.state;
            kept.is_asking = step.is_asking;
            now_us += CLOCK_MINUTE_US;
        }
        check(kept.deed.state != CAPTURE_WAITS, "round %d: it ends", round);
    }
}

/* ---- End to end ---- */

static struct capture_deed deed_now(struct server *s, int64_t id, struct arena *arena)
{
    struct capture_deed deed;
    struct error        error = {0};
    check_ok(capture_deed_by_id(s->houses[0].records, id, arena, &deed, &error), error, "deed %lld", (long long)id);
    return deed;
}

static enum capture_deed_state state_now(struct server *s, int64_t id)
{
    struct arena            arena = {0};
    enum capture_deed_state now = deed_now(s, id, &arena).state;
    arena_fini(&arena);
    return now;
}

static int64_t begin(struct server *s, const char *connector, const enum square_act *acts, size_t count)
{
    square_clear();
    server_make(s, 1);
    server_open(s);
    memcpy(square.acts, acts, count * sizeof *acts);
    square.act_count = count;
    int64_t source = house_source(s, 0, "The booth", connector, "{\"token\":\"t\"}", CAPTURE_ALL, 0);
    wait_for(house_health(s, 0, source).phase == CAPTURE_AT_WORK, "it works");
    square_post("p1", "bob", "a question");
    wait_for(house_count(s, 0, "") == 1, "a post to answer");
    return source;
}

static int64_t reply(struct server *s, int64_t source, const char *key)
{
    struct error        error = {0};
    int64_t             id;
    struct capture_deed deed = {.source = source, .act = SOURCE_REPLY, .target = STR("sq:p1"), .text = STR("thank you"), .key = str_of(key)};
    check_ok(capture_deed_add(s->capture, "house0", ann, &deed, &id, &error), error, "%s", key);
    return id;
}

static void a_reply_appears_once_however_it_goes(void **state)
{
    (void)state;
    static const struct {
        const char             *connector;
        enum square_act         acts[3];
        size_t                  act_count;
        enum capture_deed_state becomes;
        size_t                  there, fetches;
    } rows[] = {
        {"booth", {ACT_WELL}, 1, CAPTURE_SENT, 1, 0},
        {"booth", {ACT_LIMITED, ACT_WELL}, 2, CAPTURE_SENT, 1, 0},
        {"booth", {ACT_LOSES_ANSWER}, 1, CAPTURE_SENT, 1, 1},      /* it is found there */
        {"booth", {ACT_LOSES_REQUEST}, 1, CAPTURE_UNKNOWN, 0, 1},  /* a person decides */
        {"booth", {ACT_REFUSED}, 1, CAPTURE_FAILED, 0, 0},
        {"kiosk", {ACT_LOSES_ANSWER, ACT_LOSES_ANSWER}, 2, CAPTURE_SENT, 1, 0}, /* the platform does one key once */
        {"kiosk", {ACT_LOSES_REQUEST}, 1, CAPTURE_SENT, 1, 0},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct server s;
        int64_t       source = begin(&s, rows[i].connector, rows[i].acts, rows[i].act_count), id = reply(&s, source, "key-1");
        for (int wait = 0; wait < 2000 && (state_now(&s, id) == CAPTURE_WAITS || state_now(&s, id) == CAPTURE_SENDING); wait++)
            clock_sleep(20);
        struct arena        arena = {0};
        struct capture_deed deed = deed_now(&s, id, &arena);
        check(deed.state == rows[i].becomes, "row %zu: %s: %.*s", i, capture_deed_states[deed.state], STR_ARG(deed.message));
        check(square.deed_count == rows[i].there && square.fetches == rows[i].fetches, "row %zu: %zu there, %zu looks", i, square.deed_count, square.fetches);
        if (deed.state == CAPTURE_SENT)
            check(str_equal(deed.native_id, STR("n-key-1")) && strcmp(square.deeds[0].target, "p1") == 0, "row %zu: which it is, to which", i);
        arena_fini(&arena);
        server_remove(&s);
    }
}

/* Whatever is sending when the server stops may have been done. */
static void one_under_way_at_the_end_is_asked_for(void **state)
{
    (void)state;
    static const enum square_act acts[] = {ACT_HANGS};
    struct server                s;
    int64_t                      source = begin(&s, "booth", acts, 1), id = reply(&s, source, "key-1");
    wait_for(square.deed_count == 1 && state_now(&s, id) == CAPTURE_SENDING, "it is under way");
    server_close(&s);
    server_open(&s);
    for (int wait = 0; wait < 1500 && state_now(&s, id) != CAPTURE_SENT; wait++)
        clock_sleep(20);
    check(state_now(&s, id) == CAPTURE_SENT && square.deed_count == 1 && square.fetches >= 1, "it was found: %s, %zu there",
          capture_deed_states[state_now(&s, id)], square.deed_count);
    server_remove(&s);
}

static void what_cannot_be_sent_is_refused_at_once(void **state)
{
    (void)state;
    static const enum square_act none[] = {ACT_WELL};
    struct server                s;
    struct error                 error = {0};
    int64_t                      source = begin(&s, "booth", none, 0), id, again;
    static const struct {
        enum source_act act;
        const char     *target, *text, *key, *says;
    } rows[] = {
        {SOURCE_REPOST, "sq:p1", "", "", "repost"},
        {SOURCE_FETCH, "sq:p1", "", "", "act"},
        {SOURCE_REPLY, "sq:p1", "a text that is longer than twenty characters", "", "20"},
        {SOURCE_REPLY, "sq:p1", " ", "", "text"},
        {SOURCE_REPLY, "sq:nowhere", "hello", "", "sq:nowhere"},
        {SOURCE_REPLY, "", "hello", "", "target"},
        {SOURCE_PUBLISH, "", "hello", "no blanks", "key"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct capture_deed deed = {.source = source, .act = rows[i].act, .target = str_of(rows[i].target), .text = str_of(rows[i].text),
                                    .key = str_of(rows[i].key)};
        check(capture_deed_add(s.capture, "house0", ann, &deed, &id, &error) == ERROR_INVALID && strstr(error.message, rows[i].says), "row %zu: %s", i,
              error.message);
    }
    id = reply(&s, source, "once");
    again = reply(&s, source, "once");
    check(id == again, "the same key is the same deed");
    struct capture_deed other = {.source = source, .act = SOURCE_PUBLISH, .text = STR("another"), .key = STR("once")};
    check(capture_deed_add(s.capture, "house0", ann, &other, &again, &error) == ERROR_CONFLICT, "and no other");
    wait_for(state_now(&s, id) == CAPTURE_SENT, "it is sent");
    check(square.deed_count == 1, "once");
    int64_t shared = house_source(&s, 0, "The square", "square", "", CAPTURE_ALL, 0);
    wait_for(house_health(&s, 0, shared).phase == CAPTURE_AT_WORK, "a shared wire");
    other.source = shared;
    other.key = STR("");
    check(capture_deed_add(s.capture, "house0", ann, &other, &again, &error) == ERROR_INVALID, "a shared wire has no account");
    server_remove(&s);
}

static void a_person_settles_what_nobody_knows(void **state)
{
    (void)state;
    static const enum square_act acts[] = {ACT_LOSES_REQUEST, ACT_LOSES_REQUEST};
    struct server                s;
    struct error                 error = {0};
    int64_t                      source = begin(&s, "booth", acts, 2), first = reply(&s, source, "a"), second = reply(&s, source, "b");
    for (int wait = 0; wait < 2000 && (state_now(&s, first) != CAPTURE_UNKNOWN || state_now(&s, second) != CAPTURE_UNKNOWN); wait++)
        clock_sleep(20);
    check(state_now(&s, first) == CAPTURE_UNKNOWN && state_now(&s, second) == CAPTURE_UNKNOWN, "nobody knows");
    check_ok(capture_deed_settle(s.capture, "house0", ann, first, true, STR("n-1"), &error), error, "it was there");
    check_ok(capture_deed_settle(s.capture, "house0", ann, second, false, STR(""), &error), error, "it was not");
    check(state_now(&s, first) == CAPTURE_SENT, "it stays sent");
    wait_for(state_now(&s, second) == CAPTURE_SENT, "and the other is sent again, with its key");
    check(square.deed_count == 1 && strcmp(square.deeds[0].key, "b") == 0, "%zu there", square.deed_count);
    check(capture_deed_settle(s.capture, "house0", ann, first, false, STR(""), &error) == ERROR_CONFLICT, "there is nothing to settle any more");
    struct arena         arena = {0};
    struct capture_deed *all;
    size_t               count;
    check_ok(capture_deeds(s.houses[0].records, 0, 10, &arena, &all, &count, &error), error, "all");
    check(count == 2 && all[0].id == second && str_equal(all[0].member_name, STR("Ann")), "newest first, and whose");
    arena_fini(&arena);
    server_remove(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_answer_has_one_meaning),
        cmocka_unit_test(nothing_is_sent_twice_by_itself),
        cmocka_unit_test(a_reply_appears_once_however_it_goes),
        cmocka_unit_test(one_under_way_at_the_end_is_asked_for),
        cmocka_unit_test(what_cannot_be_sent_is_refused_at_once),
        cmocka_unit_test(a_person_settles_what_nobody_knows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
