/* The outbox: what is marked before it is sent, what is tried again, what is not, and what a killed program leaves. */
#include "check.h"

#include "alert/keep.h"

static const struct record_domain *const domains[] = {&alert_domain, NULL};
enum { NOW_DAY = 20780 };
#define NOW_US (NOW_DAY * CLOCK_DAY_US)

struct room {
    struct record      *record;
    struct arena        arena;
    struct alert_world  world;
    struct alert_kept   kept;
    struct alert_change change;
};

static int begin(void **state)
{
    struct room      *room = calloc(1, sizeof *room);
    struct error      error = {0};
    struct alert_rule rule;
    struct alert_hook hook;
    struct str        secret;
    *state = room;
    check_ok(record_open(NULL, domains, &room->record, &error), error, "record");
    room->change = (struct alert_change){.actor = {1, STR("Ada")}, .now_us = NOW_US, .version = 1};
    /* Port 9 of this machine: nobody listens there, and nobody may be asked to. */
    check_ok(alert_hook_add(room->record, &room->change, STR("http://127.0.0.1:9/hook"), &room->arena, &hook, &secret, &error), error, "hook");
    assert_int_equal(secret.len, 49);
    cJSON *object = cJSON_Parse("{\"name\":\"n\",\"on\":\"volume\",\"mail\":[\"a@example.org\"],\"webhooks\":[1]}");
    check_ok(alert_rule_read(object, &room->arena, &rule, &error), error, "rule");
    cJSON_Delete(object);
    check_ok(alert_create(room->record, &room->change, &rule, &room->arena, &room->kept, &error), error, "create");
    room->world = (struct alert_world){.client = "town", .records = room->record, .now_us = NOW_US};
    return 0;
}

static int end(void **state)
{
    struct room *room = *state;
    record_close(room->record);
    arena_fini(&room->arena);
    free(room);
    return 0;
}

static struct alert_delivery *rows(struct room *room, size_t *count)
{
    struct alert_delivery_ask ask = {.limit = 100};
    struct alert_delivery    *deliveries;
    struct error              error = {0};
    check_ok(alert_deliveries(room->record, &ask, &room->arena, &deliveries, count, &error), error, "deliveries");
    return deliveries;
}

static void queue(struct room *room, int64_t wanted)
{
    struct error error = {0};
    int64_t      queued;
    check_ok(alert_test(&room->world, room->kept.id, &room->change, &queued, &error), error, "test");
    assert_int_equal(queued, wanted);
}

static const struct alert_delivery *by_channel(struct room *room, enum alert_channel channel)
{
    size_t                 count;
    struct alert_delivery *deliveries = rows(room, &count);
    for (size_t i = 0; i < count; i++)
        if (deliveries[i].channel == channel)
            return &deliveries[i];
    fail_msg("no delivery by %s", alert_channel_names[channel]);
    return NULL;
}

static void without_a_server_a_mail_is_dead_and_says_why(void **state)
{
    struct room                 *room = *state;
    struct alert_courier_options options = {.records = room->record, .allows_private = true, .timeout_ms = 2000};
    struct error                 error = {0};
    size_t                       attempts;
    queue(room, 2);
    check_ok(alert_courier_round(&options, clock_now_us(), &attempts, &error), error, "round");
    assert_int_equal(attempts, 2);
    const struct alert_delivery *mail = by_channel(room, ALERT_MAIL), *hook = by_channel(room, ALERT_HOOK);
    assert_int_equal(mail->fate, ALERT_DEAD);
    check(str_contains(mail->said, STR("mail.host")), "'%.*s'", STR_ARG(mail->said));
    assert_int_equal(hook->fate, ALERT_WAITING); /* nobody listens: again later */
    assert_int_equal(hook->attempts, 1);
}

static void private_addresses_are_refused_for_good(void **state)
{
    struct room                 *room = *state;
    struct alert_courier_options options = {.records = room->record, .timeout_ms = 2000};
    struct error                 error = {0};
    size_t                       attempts;
    queue(room, 2);
    check_ok(alert_courier_round(&options, clock_now_us(), &attempts, &error), error, "round");
    const struct alert_delivery *hook = by_channel(room, ALERT_HOOK);
    assert_int_equal(hook->fate, ALERT_DEAD);
    check(str_contains(hook->said, STR("private")), "'%.*s'", STR_ARG(hook->said));
}

static void waits_grow_and_end(void **state)
{
    struct room                 *room = *state;
    struct alert_courier_options options = {.records = room->record, .allows_private = true, .timeout_ms = 2000};
    struct error                 error = {0};
    size_t                       attempts;
    int64_t                      at_us, begun_us, before_us = 0;
    queue(room, 2);
    at_us = begun_us = clock_now_us();
    for (int i = 0; i < 60; i++) {
        check_ok(alert_courier_round(&options, at_us, &attempts, &error), error, "round %d", i);
        const struct alert_delivery *hook = by_channel(room, ALERT_HOOK);
        if (hook->fate == ALERT_DEAD) {
            check(at_us - begun_us > 2 * CLOCK_DAY_US && at_us - begun_us <= (ALERT_DELIVERY_DAYS + 1) * CLOCK_DAY_US, "given up after %lld h",
                  (long long)((at_us - begun_us) / CLOCK_HOUR_US));
            return;
        }
        check(hook->next_us - at_us >= before_us, "the wait %d shrinks", i);
        before_us = hook->next_us - at_us;
        check_ok(alert_courier_round(&options, hook->next_us - 1, &attempts, &error), error, "too early");
        assert_int_equal(attempts, 0);
        at_us = hook->next_us;
    }
    fail_msg("it is never given up");
}

/* Ten addresses and ten alerts at a receiver that is down cost one attempt a round, not a hundred waits. */
static void what_is_down_is_asked_once_a_round(void **state)
{
    struct room                 *room = *state;
    struct alert_courier_options options = {.records = room->record, .allows_private = true, .timeout_ms = 2000,
                                            .mail = {.host = "127.0.0.1", .port = 9, .tls = "none", .from = "bell@example.org"}};
    struct error                 error = {0};
    struct alert_rule            rule;
    struct alert_kept            more;
    int64_t                      queued;
    size_t                       attempts;
    cJSON *object = cJSON_Parse("{\"name\":\"m\",\"on\":\"volume\",\"mail\":[\"b@example.org\",\"c@example.org\"],\"webhooks\":[1]}");
    check_ok(alert_rule_read(object, &room->arena, &rule, &error), error, "rule");
    cJSON_Delete(object);
    check_ok(alert_create(room->record, &room->change, &rule, &room->arena, &more, &error), error, "create");
    for (int i = 0; i < 3; i++) {
        queue(room, 2);
        check_ok(alert_test(&room->world, more.id, &room->change, &queued, &error), error, "test");
        assert_int_equal(queued, 3);
    }
    check_ok(alert_courier_round(&options, clock_now_us(), &attempts, &error), error, "round");
    assert_int_equal(attempts, 2); /* of fifteen: one mail, one webhook */
    assert_int_equal(by_channel(room, ALERT_MAIL)->fate, ALERT_WAITING);
}

static void run(struct room *room, const char *name, const char *parameter, int64_t value)
{
    struct error error = {0};
    check_ok(record_begin(room->record, &error), error, "begin");
    struct record_statement *statement = record_statement(room->record, name);
    record_bind_i64(statement, parameter, value);
    check_ok(record_end(room->record, record_run(statement, &error), &error), error, "%s", name);
}

static void what_was_being_sent_is_uncertain_for_mail_and_again_for_webhooks(void **state)
{
    struct room          *room = *state;
    struct alert_courier *courier;
    struct error          error = {0};
    queue(room, 2);
    for (int64_t id = 1; id <= 2; id++) /* as a program leaves it that is killed in the middle */
        run(room, "alert_delivery_begin", ":id", id);
    struct alert_courier_options options = {.records = room->record, .timeout_ms = 2000};
    check_ok(alert_courier_start(&options, &courier, &error), error, "start");
    alert_courier_stop(courier);
    const struct alert_delivery *mail = by_channel(room, ALERT_MAIL), *hook = by_channel(room, ALERT_HOOK);
    assert_int_equal(mail->fate, ALERT_UNCERTAIN);
    check(hook->fate == ALERT_WAITING || hook->fate == ALERT_DEAD, "%s", alert_fate_names[hook->fate]);
}

static void a_removed_webhook_cancels_what_waits(void **state)
{
    struct room *room = *state;
    struct error error = {0};
    queue(room, 2);
    check_ok(alert_hook_remove(room->record, 1, &room->change, &error), error, "remove");
    assert_int_equal(alert_hook_remove(room->record, 1, &room->change, &error), ERROR_NOT_FOUND);
    assert_int_equal(by_channel(room, ALERT_HOOK)->fate, ALERT_CANCELLED);
    queue(room, 1); /* the rule goes on without it */
}

static void a_feed_is_proven_by_its_token_until_it_is_revoked(void **state)
{
    struct room      *room = *state;
    struct error      error = {0};
    struct alert_feed feed;
    struct str        token;
    check_ok(alert_feed_add(room->record, &room->change, &room->arena, &feed, &token, &error), error, "add");
    check_ok(alert_feed_prove(room->record, token, NOW_US, &error), error, "prove");
    assert_int_equal(alert_feed_prove(room->record, STR("bwf_no"), NOW_US, &error), ERROR_DENIED);
    assert_int_equal(alert_feed_prove(room->record, STR(""), NOW_US, &error), ERROR_DENIED);
    check_ok(alert_feed_remove(room->record, feed.id, &room->change, &error), error, "remove");
    assert_int_equal(alert_feed_prove(room->record, token, NOW_US, &error), ERROR_DENIED);
}

static void every_statement_is_fine(void **state)
{
    struct error error = {0};
    (void)state;
    check_ok(record_prove(&alert_domain, &error), error, "statements");
}

static int64_t add_firing(struct room *room, const char *post_ids)
{
    struct error             error = {0};
    struct record_statement *add = record_statement(room->record, "alert_firing_add");
    static const char *const numbers[] = {":rule_version", ":at_us", ":seen_us", ":value", ":known", ":voices", ":window_us", ":expected", ":z", ":held_until_us"};
    record_bind_i64(add, ":rule", room->kept.id);
    for (size_t i = 0; i < COUNT_OF(numbers); i++)
        record_bind_i64(add, numbers[i], 1);
    record_bind_text(add, ":title", "412 posts");
    record_bind_text(add, ":words", "412 posts");
    record_bind_text(add, ":basis", "");
    record_bind_text(add, ":post_ids", post_ids);
    check_ok(record_run(add, &error), error, "firing");
    return record_last_id(room->record);
}

/* A letter that quotes a post which was deleted since: what waits goes out without it, what was sent keeps no body. */
static void what_letters_quoted_is_forgotten(void **state)
{
    struct room        *room = *state;
    struct error        error = {0};
    struct post         post = {.id = STR("sq:17"), .platform = STR("sq"), .author_handle = STR("verena"), .text = STR("a most peculiar sentence")};
    struct alert_firing firing = {.title = STR("412 posts"), .words = STR("412 posts"), .at_us = NOW_US};
    struct letter       letter;
    const struct str    gone[] = {STR("sq:99"), STR("sq:17")};
    check_ok(letter_write(&room->world, &room->kept, LETTER_FIRING, &firing, 1, &post, 1, &room->arena, &letter, &error), error, "letter");
    check(str_contains(letter.text, STR("peculiar")) && str_contains(letter.json, STR("peculiar")), "it quotes");
    size_t count;
    record_begin(room->record, &error);
    int64_t id = add_firing(room, "sq:3\nsq:17");
    check_ok(record_end(room->record, outbox_put(room->record, &room->kept, LETTER_FIRING, id, &letter, &count, &error), &error), error, "put");
    check(count == 2, "%zu letters", count);
    for (int round = 0; round < 2; round++) { /* another post that is gone changes nothing */
        check_ok(alert_forget_posts(room->record, gone, (size_t)round + 1, &error), error, "forget");
        record_begin(room->record, &error);
        struct record_statement *row = record_statement(room->record, "alert_delivery_next");
        record_bind_i64(row, ":wall_us", INT64_MAX);
        assert_true(record_step(row));
        struct str body = record_str(row, "body", &room->arena);
        check_ok(record_end(room->record, record_finish(row, &error), &error), error, "row");
        check(str_contains(body, STR("peculiar")) == !round && str_contains(body, STR("verena")) == !round, "round %d: %.*s", round, STR_ARG(body));
        check(body.len > 0 && str_contains(body, STR("412 posts")), "what happened is still told: %.*s", STR_ARG(body));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_letters_quoted_is_forgotten, begin, end),
        cmocka_unit_test(every_statement_is_fine),
        cmocka_unit_test_setup_teardown(without_a_server_a_mail_is_dead_and_says_why, begin, end),
        cmocka_unit_test_setup_teardown(private_addresses_are_refused_for_good, begin, end),
        cmocka_unit_test_setup_teardown(waits_grow_and_end, begin, end),
        cmocka_unit_test_setup_teardown(what_is_down_is_asked_once_a_round, begin, end),
        cmocka_unit_test_setup_teardown(what_was_being_sent_is_uncertain_for_mail_and_again_for_webhooks, begin, end),
        cmocka_unit_test_setup_teardown(a_removed_webhook_cancels_what_waits, begin, end),
        cmocka_unit_test_setup_teardown(a_feed_is_proven_by_its_token_until_it_is_revoked, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
