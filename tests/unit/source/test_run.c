/* A connector in this process: orders in, batches out, the window, results, and its end. */
#include "source_fixture.h"

#include "base/clock.h"
#include "source/values.h"

#include <poll.h>

static const struct source_query everything;

static struct source_run *start(struct heard *heard, const char *config, const char *secrets)
{
    struct source_setup setup = {.connector = &scripted, .config = str_of(config), .secrets = str_of(secrets), .max_inflight = 2};
    struct source_host  host = heard_host(heard);
    struct error        error = {0};
    check_ok(source_run_start(&setup, &host, &heard->run, &error), error, "%s", config);
    return heard->run;
}

static void stop(struct heard *heard)
{
    source_run_stop(heard->run, 1000);
    check(heard->has_ended, "ended is told before stop returns");
    check(heard->at_once == 0, "one call at a time");
    heard_fini(heard);
}

static void test_batches(void **state)
{
    (void)state;
    struct heard heard;
    heard_init(&heard);
    heard.acks = true;
    start(&heard, "{\"total\":20,\"each\":3,\"loud\":true}", "");
    check(source_run_connector(heard.run) == &scripted, "its row");
    source_run_check(heard.run);
    heard_wait(&heard, &heard.ready, 1, "ready");
    check(heard.account.expires_us == 77 && strcmp(heard.account.handle, "ann") == 0, "the account");
    source_run_subscribe(heard.run, "s1", SOURCE_STREAM, &everything, STR("5"));
    heard_wait(&heard, &heard.id_count, 15, "posts behind the state");
    check_str(heard.ids[0], STR("p6"), "the first");
    check_str(heard.ids[14], STR("p20"), "the last");
    check_str(heard.state, STR("20"), "state");
    check_str(str_of(heard.log), STR("warning tags ab, 0"), "its words");
    stop(&heard);
    assert_int_equal(heard.end, SOURCE_END_DONE);
}

static void test_window(void **state)
{
    (void)state;
    struct heard heard;
    heard_init(&heard);
    start(&heard, "{\"total\":12,\"each\":2}", "");
    source_run_subscribe(heard.run, "s1", SOURCE_STREAM, &everything, STR(""));
    heard_wait(&heard, &heard.batches, 2, "two batches");
    clock_sleep(50);
    check(heard.batches == 2, "%zu without an ack", heard.batches);
    source_run_ack(heard.run, "s2", 2); /* of nobody */
    source_run_ack(heard.run, "s1", 1);
    heard_wait(&heard, &heard.batches, 3, "one more for one ack");
    source_run_ack(heard.run, "s1", 999); /* counts for what was sent, not for what will be */
    heard_wait(&heard, &heard.batches, 5, "two more");
    clock_sleep(50);
    check(heard.batches == 5, "%zu", heard.batches);
    source_run_ack(heard.run, "s1", 5);
    heard_wait(&heard, &heard.batches, 6, "the last");
    check(heard.id_count == 12, "nothing was dropped: %zu", heard.id_count);
    source_run_unsubscribe(heard.run, "s1");
    heard.last_seq = 0;
    source_run_subscribe(heard.run, "s1", SOURCE_STREAM, &everything, STR("10"));
    heard_wait(&heard, &heard.id_count, 14, "a new subscription counts from one");
    stop(&heard);
}

static void test_ends(void **state)
{
    (void)state;
    static const struct {
        const char     *config;
        enum source_end end;
        const char     *message;
    } rows[] = {{"{\"end\":\"invalid\"}", SOURCE_END_CONFIG, "no such platform"},
                {"{\"end\":\"denied\"}", SOURCE_END_AUTH, "the token is not taken"},
                {"{\"end\":\"io\"}", SOURCE_END_FAULT, "the platform is away"},
                {"{}", SOURCE_END_DONE, ""}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct heard heard;
        heard_init(&heard);
        start(&heard, rows[i].config, "");
        source_run_stop(heard.run, 100);
        check(heard.end == rows[i].end, "row %zu: %d", i, heard.end);
        check_str(str_of(heard.why.message), str_of(rows[i].message), "row %zu", i);
        heard_fini(&heard);
    }
}

static void command(struct heard *heard, const char *id, const char *text, int64_t deadline_us)
{
    struct source_command command = {.act = SOURCE_PUBLISH, .text = str_of(text), .deadline_us = deadline_us};
    snprintf(command.id, sizeof command.id, "%s", id);
    snprintf(command.key, sizeof command.key, "key-%s", id);
    check(source_run_command(heard->run, &command), "%s", id);
}

static const struct source_result *result_of(const struct heard *heard, const char *id)
{
    const struct source_result *found = NULL;
    for (size_t i = 0; i < heard->results; i++)
        if (strcmp(heard->result[i].id, id) == 0) {
            check(!found, "one result for %s", id);
            found = &heard->result[i];
        }
    check(found, "a result for %s", id);
    return found;
}

/* Batches that nobody acknowledges are in the way of nothing; each command has one result, also when the connector dies of one. */
static void test_commands(void **state)
{
    (void)state;
    struct heard heard;
    heard_init(&heard);
    start(&heard, "{}", "");
    source_run_subscribe(heard.run, "s1", SOURCE_STREAM, &everything, STR(""));
    heard_wait(&heard, &heard.batches, 2, "the window is full");
    command(&heard, "c1", "hello", 0);
    command(&heard, "c2", "hello", clock_now_us() - 1);
    heard_wait(&heard, &heard.results, 2, "results");
    check(result_of(&heard, "c1")->failure == SOURCE_DONE, "done");
    check_str(str_of(result_of(&heard, "c1")->native_id), STR("n-key-c1"), "its id there");
    check(result_of(&heard, "c2")->failure == SOURCE_TRANSIENT, "not begun by its deadline");
    command(&heard, "c3", "slow", 0);
    command(&heard, "c4", "lost", 0);
    heard_wait_end(&heard);
    command(&heard, "c5", "hello", 0); /* nobody is there any more */
    check(result_of(&heard, "c3")->failure == SOURCE_UNKNOWN_OUTCOME, "taken, never answered");
    check(result_of(&heard, "c4")->failure == SOURCE_UNKNOWN_OUTCOME, "taken, never answered");
    check(heard.end == SOURCE_END_FAULT, "%d", heard.end);
    stop(&heard);
}

static void test_secret(void **state)
{
    (void)state;
    struct heard heard;
    heard_init(&heard);
    start(&heard, "{}", "{\"token\":\"old\"}");
    source_run_subscribe(heard.run, "s1", SOURCE_STREAM, &everything, STR(""));
    heard_wait(&heard, &heard.logs, 1, "its words");
    check_str(str_of(heard.secret), STR("token=rotated"), "stored");
    check_str(str_of(heard.log), STR("info token rotated"), "and used");
    stop(&heard);
}

static void test_config(void **state)
{
    (void)state;
    static const struct {
        const char *config, *secrets, *message;
    } rows[] = {
        {"{", "", "config: broken JSON at byte 1"},
        {"[]", "", "config: JSON, but not an object"},
        {"{\"\xff\":1}", "", "config: not valid UTF-8"},
        {"{\"nothing\":1}", "", "there is no config 'nothing'"},
        {"{}", "{\"nothing\":\"x\"}", "there is no secret 'nothing'"},
        {"{\"token\":\"x\"}", "", "token is a secret: it belongs into secrets"},
        {"{}", "{\"each\":1}", "each is no secret: it belongs into config"},
        {"{\"each\":0}", "", "each: 0 is not within 1 and 500"},
        {"{\"each\":1.5}", "", "each is not a number"},
        {"{\"each\":\"1\"}", "", "each is not a number"},
        {"{\"end\":\"never\"}", "", "end: 'never' is none of: shutdown invalid denied io"},
        {"{\"url\":\"example.org\"}", "", "url: 'example.org' is no address, as in https://example.org"},
        {"{\"url\":\"http://a b\"}", "", "url: 'http://a b' is no address, as in https://example.org"},
        {"{\"tags\":\"a\"}", "", "tags is not a list of texts"},
        {"{\"tags\":[1]}", "", "tags is not a list of texts"},
        {"{\"loud\":1}", "", "loud is not true or false"},
        {"{\"total\":null,\"url\":\"https://example.org/x\",\"tags\":[]}", "{\"token\":\"t\"}", NULL},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct source_setup setup = {.connector = &scripted, .config = str_of(rows[i].config), .secrets = str_of(rows[i].secrets)};
        struct source_run  *run = NULL;
        struct error        error = {0};
        enum error_code     code = source_run_start(&setup, &(struct source_host){0}, &run, &error);
        check((code == ERROR_INVALID) == (rows[i].message != NULL), "row %zu: %s", i, error.message);
        check(!code || code == error.code, "row %zu", i);
        check_str(str_of(error.message), str_of(rows[i].message ? rows[i].message : ""), "row %zu", i);
        check(source_config_check(&scripted, setup.config, setup.secrets, true, &error) == code, "row %zu: the check alone", i);
        source_run_stop(run, 0);
    }
}

static const struct connector_field required_fields[] = {{.name = "place", .is_required = true}, {.name = "key", .is_secret = true, .is_required = true}, {0}};

static void test_required(void **state)
{
    (void)state;
    struct connector row = {.name = "r", .fields = required_fields};
    struct error     error = {0};
    check(source_config_check(&row, STR("{}"), STR("{\"key\":\"k\"}"), true, &error) == ERROR_INVALID, "place");
    check_str(str_of(error.message), STR("place is missing"), "place");
    check(source_config_check(&row, STR("{\"place\":\"x\"}"), STR(""), true, &error) == ERROR_INVALID, "key");
    check_str(str_of(error.message), STR("key is missing"), "key");
    check_ok(source_config_check(&row, STR("{\"place\":\"x\"}"), STR(""), false, &error), error, "secrets come later");
}

/* ---- The port's descriptor ---- */

static size_t polled;

static enum error_code polling_run(struct source_port *port, struct error *error)
{
    (void)error;
    for (;;) {
        struct pollfd wait = {.fd = source_port_fd(port), .events = POLLIN};
        if (poll(&wait, 1, 5000) != 1)
            return error_set(error, ERROR_INTERNAL, "never readable");
        polled++;
        struct source_order *order;
        bool                 is_over = false;
        while ((order = source_port_take(port, 0))) {
            is_over |= order->kind == SOURCE_ORDER_SHUTDOWN;
            if (order->kind == SOURCE_ORDER_SUBSCRIBE)
                source_port_send(port, source_batch_new(order->sub));
            source_order_free(order);
        }
        check(!is_over || source_port_is_ending(port), "ending");
        if (is_over)
            return ERROR_NONE;
    }
}

static void test_descriptor(void **state)
{
    (void)state;
    struct connector    row = {.name = "polling", .run = polling_run};
    struct source_setup setup = {.connector = &row};
    struct heard        heard;
    struct error        error = {0};
    heard_init(&heard);
    struct source_host host = heard_host(&heard);
    polled = 0;
    check_ok(source_run_start(&setup, &host, &heard.run, &error), error, "start");
    source_run_subscribe(heard.run, "s", SOURCE_POLL, &everything, STR(""));
    heard_wait(&heard, &heard.batches, 1, "a batch");
    clock_sleep(30);
    size_t before = polled;
    check(before <= 2, "it sleeps in between: %zu", before);
    source_run_ack(heard.run, "s", 1);
    clock_sleep(50);
    check(polled == before + 1, "an ack wakes once: %zu after %zu", polled, before);
    stop(&heard);
    check(heard.end == SOURCE_END_DONE, "%s", heard.why.message);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_batches), cmocka_unit_test(test_window),   cmocka_unit_test(test_ends),     cmocka_unit_test(test_commands),
        cmocka_unit_test(test_secret),  cmocka_unit_test(test_config),   cmocka_unit_test(test_required), cmocka_unit_test(test_descriptor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
