/* A connector that is a program, and what becomes of one that breaks the contract. */
#include "source_fixture.h"

#include "base/clock.h"
#include "base/vfs.h"
#include "source/program.h"

#include <signal.h>

static const struct source_query   everything;
static const struct program_times  quick = {.hello = 400, .ping = 100, .pong = 400, .term = 200};
static const struct program_times  calm = {.hello = 10000, .ping = 100, .pong = 10000, .term = 5000};

static enum error_code try(struct heard *heard, const char *how, const struct program_times *times, struct error *error)
{
    const char *const   argv[] = {SCRIPTED_PROGRAM, how, NULL};
    struct source_setup setup = {.argv = argv, .config = STR("{\"total\":20,\n\"each\":3}"), .secrets = STR("{\"token\":\"s3cret\"}"), .max_inflight = 2};
    struct source_host  host = heard_host(heard);
    heard_init(heard);
    return program_start(&setup, &host, times, &heard->run, error);
}

static void start(struct heard *heard, const char *how, const struct program_times *times)
{
    struct error error = {0};
    check_ok(try(heard, how, times, &error), error, "%s", how);
}

static void stop(struct heard *heard)
{
    source_run_stop(heard->run, 2000);
    check(heard->has_ended, "ended is told before stop returns");
    check(heard->at_once == 0, "one call at a time");
    heard_fini(heard);
}

/* The same connector that test_run.c has in its own process. */
static void test_moved_out(void **state)
{
    (void)state;
    struct heard heard;
    start(&heard, "speak", &calm);
    const struct connector *row = source_run_connector(heard.run);
    check(strcmp(row->name, "scripted") == 0 && strcmp(row->network, "script") == 0 && row->modes == SOURCE_STREAM && row->acts == SOURCE_PUBLISH, "its row");
    check(strcmp(row->fields[0].name, "total") == 0 && row->fields[0].most == 2000 && row->fields[6].is_secret, "its fields");
    source_run_check(heard.run);
    heard_wait(&heard, &heard.ready, 1, "ready");
    source_run_subscribe(heard.run, "s1", SOURCE_STREAM, &everything, STR("\"5\""));
    heard_wait(&heard, &heard.batches, 2, "two batches");
    clock_sleep(350); /* pings and pongs pass */
    check(heard.batches == 2, "%zu without an ack", heard.batches);
    check_str(str_of(heard.secret), STR("token=rotated"), "a secret");
    heard.acks = true;
    source_run_ack(heard.run, "s1", 2);
    heard_wait(&heard, &heard.id_count, 15, "posts behind the state");
    check_str(heard.ids[14], STR("p20"), "the last");
    check_str(heard.state, STR("\"20\""), "state");
    struct source_command command = {.id = "c1", .key = "key-c1", .act = SOURCE_PUBLISH, .text = STR("hello")};
    check(source_run_command(heard.run, &command), "taken");
    heard_wait(&heard, &heard.results, 1, "a result");
    check_str(str_of(heard.result[0].native_id), STR("n-key-c1"), "its id there");
    stop(&heard);
    check(heard.end == SOURCE_END_DONE, "%d: %s", heard.end, heard.why.message);
}

static void test_no_hello(void **state)
{
    (void)state;
    static const struct {
        const char     *how;
        enum error_code code;
        const char     *words;
    } rows[] = {{"silent", ERROR_IO, "said no hello within"},
                {"early", ERROR_IO, "said pong before hello"},
                {"protocol2", ERROR_INVALID, "speaks protocol 2, not 1"},
                {"gone", ERROR_IO, "there is no module 'x'"}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct heard    heard;
        struct error    error = {0};
        enum error_code code = try(&heard, rows[i].how, i ? &calm : &quick, &error);
        check(code == rows[i].code && error.code == code && strstr(error.message, rows[i].words), "%s: %d %s", rows[i].how, code, error.message);
        check(!heard.has_ended && !heard.run, "%s: there is no run", rows[i].how);
        heard_fini(&heard);
    }
    const char *const   argv[] = {"/nowhere/at/all", NULL};
    struct source_setup setup = {.argv = argv};
    struct source_run  *run;
    struct error        error = {0};
    check(source_run_start(&setup, &(struct source_host){0}, &run, &error) == ERROR_NOT_FOUND, "%s", error.message);
}

static void test_broken(void **state)
{
    (void)state;
    static const struct {
        const char                 *how;
        const struct program_times *times;
        enum source_end             end;
        const char                 *words;
    } rows[] = {
        {"garbage", &calm, SOURCE_END_FAULT, "broke the contract: broken JSON"},
        {"utf8", &calm, SOURCE_END_FAULT, "broke the contract: not valid UTF-8"},
        {"long", &calm, SOURCE_END_FAULT, "a line of 1 MiB or more"},
        {"mute", &quick, SOURCE_END_FAULT, "did not answer a ping"},
        {"deaf", &quick, SOURCE_END_FAULT, "did not answer a ping"},
        {"flood", &calm, SOURCE_END_FAULT, "sent more than 2 batches of 's1' without an ack"},
        {"skip", &calm, SOURCE_END_FAULT, "sent batch 3 of 's1' after 1"},
        {"nosub", &calm, SOURCE_END_FAULT, "to which nobody subscribed"},
        {"auth", &calm, SOURCE_END_AUTH, "who are you"},
        {"exit2", &calm, SOURCE_END_CONFIG, "ended with 2"},
        {"exit3", &calm, SOURCE_END_AUTH, "ended with 3"},
        {"exit9", &calm, SOURCE_END_FAULT, "ended with 9"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct heard heard;
        start(&heard, rows[i].how, rows[i].times);
        if (strcmp(rows[i].how, "nosub") != 0)
            source_run_subscribe(heard.run, "s1", SOURCE_STREAM, &everything, STR(""));
        source_run_check(heard.run);
        heard_wait_end(&heard);
        check(heard.end == rows[i].end && strstr(heard.why.message, rows[i].words), "%s: %d %s", rows[i].how, heard.end, heard.why.message);
        check(heard.batches <= 2, "%s: %zu", rows[i].how, heard.batches);
        stop(&heard);
    }
}

/* It gets TERM, then KILL; and nobody waits for ever. */
static void test_stubborn(void **state)
{
    (void)state;
    struct heard heard;
    start(&heard, "stubborn", &(struct program_times){.hello = 10000, .ping = 10000, .pong = 30000, .term = 200});
    int64_t began_us = clock_monotonic_us();
    source_run_stop(heard.run, 100);
    check(heard.has_ended && clock_monotonic_us() - began_us < 5 * CLOCK_SECOND_US, "killed in time");
    heard_fini(&heard);
}

/* Dead with a command in hand: nobody knows; one that it never read was not begun. */
static void test_commands(void **state)
{
    (void)state;
    struct heard          heard;
    struct source_command command = {.id = "c1", .key = "k1", .act = SOURCE_PUBLISH, .text = STR("hello")};
    start(&heard, "dies", &calm);
    check(source_run_command(heard.run, &command), "taken");
    heard_wait_end(&heard);
    check(heard.results == 1 && heard.result[0].failure == SOURCE_UNKNOWN_OUTCOME, "%zu", heard.results);
    check(heard.end == SOURCE_END_FAULT && strstr(heard.why.message, "signal 9"), "%s", heard.why.message);
    check(!source_run_command(heard.run, &command), "nobody is there");
    stop(&heard);
    /* One that does not read: what fits into the pipe may have been read, what does not fit was not. */
    start(&heard, "deaf", &quick);
    size_t given = 0;
    char  *text = calloc(1, 64 * 1024);
    memset(text, 'x', 64 * 1024 - 1);
    command.text = str_of(text);
    for (; given < 20; given++) {
        snprintf(command.id, sizeof command.id, "c%zu", given);
        check(source_run_command(heard.run, &command), "taken");
    }
    heard_wait_end(&heard);
    free(text);
    size_t unknown = 0;
    for (size_t i = 0; i < heard.results; i++)
        unknown += heard.result[i].failure == SOURCE_UNKNOWN_OUTCOME;
    check(heard.results == 20 && unknown >= 1 && unknown < 5, "%zu of %zu", unknown, heard.results);
    stop(&heard);
}

/* What waits to be written to one that does not read has a maximum. */
static void test_clogged(void **state)
{
    (void)state;
    struct heard heard;
    start(&heard, "deaf", &(struct program_times){.hello = 10000, .ping = 10000, .pong = 60000, .term = 200});
    char *words = calloc(1, 900 * 1024);
    memset(words, 'x', 900 * 1024 - 1);
    for (int i = 0; i < 12 && !heard.has_ended; i++)
        source_run_subscribe(heard.run, "s1", SOURCE_STREAM, &everything, str_of(words));
    free(words);
    heard_wait_end(&heard);
    check(strstr(heard.why.message, "does not read what it is told"), "%s", heard.why.message);
    stop(&heard);
}

static void test_words(void **state)
{
    (void)state;
    struct heard heard;
    start(&heard, "chatty", &calm);
    heard_wait(&heard, &heard.logs, 200, "lines");
    clock_sleep(100);
    check(heard.logs == 200, "no more than it may say: %zu", heard.logs);
    check_str(str_of(heard.log), STR("warning line 199"), "its level");
    stop(&heard);
    start(&heard, "secrets", &calm);
    heard_wait(&heard, &heard.logs, 1, "words");
    check_str(str_of(heard.log), STR("info init 1 environment 0"), "where the secret is");
    stop(&heard);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    setenv("BELLWETHER_TOKEN", "s3cret", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_moved_out), cmocka_unit_test(test_no_hello), cmocka_unit_test(test_broken), cmocka_unit_test(test_stubborn),
        cmocka_unit_test(test_commands),  cmocka_unit_test(test_clogged),  cmocka_unit_test(test_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
