/* A built-in connector as a program: the contract over two pipes, spoken to by hand. */
#include "source_fixture.h"

#include "base/clock.h"
#include "source/message.h"
#include "source/speak.h"
#include "table/lines.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

struct talk {
    int             to, from;
    struct vfs_file in, out, log;
    atomic_bool     stop;
    pthread_t       thread;
    int             status;
    struct lines    lines;
    struct message  message; /* read last */
    FILE           *logged;
};

static void *speak(void *context)
{
    struct talk *talk = context;
    struct speak speak = {&scripted, "0", &talk->in, &talk->out, &talk->log, &talk->stop};
    talk->status = source_speak(&speak);
    vfs_close(&talk->out);
    return NULL;
}

static enum error_code read_from(void *context, char *bytes, size_t len, size_t *got_out, struct error *error)
{
    (void)error;
    struct talk *talk = context;
    ssize_t      got = read(talk->from, bytes, len);
    *got_out = got > 0 ? (size_t)got : 0;
    return ERROR_NONE;
}

static void say(struct talk *talk, const char *line)
{
    check(write(talk->to, line, strlen(line)) == (ssize_t)strlen(line) && write(talk->to, "\n", 1) == 1, "it listens: %s", line);
}

/* The next line, which must be of this kind; in talk->message. */
static void hear(struct talk *talk, enum message_kind kind)
{
    struct line  line;
    struct error error = {0};
    message_fini(&talk->message);
    check_ok(lines_next(&talk->lines, &line, &error), error, "a line");
    check(!line.is_last, "more is said, up to %s", message_names[kind]);
    check_ok(message_read(line.text, &talk->message, &error), error, "%.*s", STR_ARG(line.text));
    check(talk->message.kind == kind, "%s, not %.*s", message_names[kind], STR_ARG(line.text));
}

static void begin(struct talk *talk, const char *init)
{
    int to[2], from[2];
    *talk = (struct talk){.lines = {.source = {read_from, talk}}, .logged = tmpfile()};
    check(pipe2(to, O_CLOEXEC) == 0 && pipe2(from, O_CLOEXEC) == 0 && talk->logged, "pipes");
    talk->to = to[1];
    talk->from = from[0];
    talk->in = (struct vfs_file){.fd = to[0], .path = "in"};
    talk->out = (struct vfs_file){.fd = from[1], .path = "out"};
    talk->log = (struct vfs_file){.fd = dup(fileno(talk->logged)), .path = "log"};
    check(pthread_create(&talk->thread, NULL, speak, talk) == 0, "thread");
    hear(talk, MESSAGE_HELLO);
    check(strcmp(talk->message.connector.name, "scripted") == 0, "its name");
    say(talk, init);
}

/* Its exit status; nothing more may have been said. */
static int finish(struct talk *talk)
{
    struct line line = {0};
    lines_next(&talk->lines, &line, NULL);
    check(line.is_last, "silence, not %.*s", STR_ARG(line.text));
    pthread_join(talk->thread, NULL);
    message_fini(&talk->message);
    lines_fini(&talk->lines);
    close(talk->to);
    close(talk->from);
    vfs_close(&talk->in);
    vfs_close(&talk->log);
    return talk->status;
}

static bool has_logged(struct talk *talk, const char *words)
{
    char   text[4096];
    rewind(talk->logged);
    size_t len = fread(text, 1, sizeof text - 1, talk->logged);
    text[len] = '\0';
    return strstr(text, words) != NULL;
}

static void test_talk(void **state)
{
    (void)state;
    struct talk talk;
    begin(&talk, "{\"t\":\"init\",\"protocol\":1,\"config\":{\"total\":7,\"each\":2},\"secrets\":{},\"max_inflight\":2}");
    say(&talk, "{\"t\":\"ping\"}");
    hear(&talk, MESSAGE_PONG);
    say(&talk, "{\"t\":\"check\"}");
    hear(&talk, MESSAGE_READY);
    say(&talk, "{\"t\":\"subscribe\",\"sub\":\"s1\",\"mode\":\"stream\",\"query\":{},\"state\":\"1\"}");
    hear(&talk, MESSAGE_BATCH);
    check(talk.message.batch->seq == 1 && talk.message.batch->count == 2, "the first");
    check_str(talk.message.batch->items[0].post.id, STR("p2"), "behind its state");
    check_str(talk.message.batch->state, STR("\"3\""), "state");
    hear(&talk, MESSAGE_BATCH);
    say(&talk, "{\"t\":\"command\",\"id\":\"c1\",\"key\":\"k\",\"do\":\"publish\",\"body\":{\"text\":\"hi\"}}");
    hear(&talk, MESSAGE_RESULT); /* before any other batch: two are without an ack */
    check(talk.message.result.failure == SOURCE_DONE, "done");
    say(&talk, "{\"t\":\"ack\",\"sub\":\"s1\",\"seq\":1}");
    hear(&talk, MESSAGE_BATCH);
    check(talk.message.batch->seq == 3, "one more");
    say(&talk, "{\"t\":\"ack\",\"sub\":\"s1\",\"seq\":3}");
    say(&talk, "{\"t\":\"news\"}");
    say(&talk, "{\"t\":\"log\",\"msg\":\"\xff\"}");
    say(&talk, "not JSON");
    say(&talk, "");
    say(&talk, "{\"t\":\"ping\"}");
    hear(&talk, MESSAGE_PONG);
    say(&talk, "{\"t\":\"shutdown\",\"grace_s\":2}");
    assert_int_equal(finish(&talk), 0);
    check(has_logged(&talk, "W! a message of an unknown kind: news\n"), "unknown");
    check(has_logged(&talk, "not valid UTF-8"), "bytes");
    fclose(talk.logged);
}

static void test_exits(void **state)
{
    (void)state;
    static const struct {
        const char *config;
        int         status;
        const char *words;
    } rows[] = {{"\"config\":{\"end\":\"invalid\"}", 2, "E! no such platform\n"},   {"\"config\":{\"end\":\"denied\"}", 3, "E! the token is not taken\n"},
                {"\"config\":{\"end\":\"io\"}", 1, "E! the platform is away\n"},    {"\"config\":{\"each\":0}", 2, "E! each: 0 is not within 1 and 500\n"},
                {"\"config\":{\"token\":\"x\"}", 2, "E! token is a secret"}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct talk talk;
        char        init[256];
        snprintf(init, sizeof init, "{\"t\":\"init\",\"protocol\":1,%s}", rows[i].config);
        begin(&talk, init);
        int status = finish(&talk);
        check(status == rows[i].status, "row %zu: %d", i, status);
        check(has_logged(&talk, rows[i].words), "row %zu", i);
        fclose(talk.logged);
    }
    struct talk talk;
    begin(&talk, "{\"t\":\"init\",\"protocol\":2}");
    assert_int_equal(finish(&talk), 2);
    fclose(talk.logged);
}

/* The host goes away without a word: its input ends, or nobody reads its output. */
static void test_left_alone(void **state)
{
    (void)state;
    struct talk talk;
    begin(&talk, "{\"t\":\"init\",\"protocol\":1,\"config\":{}}");
    close(talk.to);
    talk.to = -1;
    assert_int_equal(finish(&talk), 0);
    fclose(talk.logged);
    begin(&talk, "{\"t\":\"init\",\"protocol\":1,\"config\":{\"total\":2000,\"each\":500},\"max_inflight\":9}");
    close(talk.from);
    talk.from = -1;
    say(&talk, "{\"t\":\"subscribe\",\"sub\":\"s1\",\"mode\":\"stream\"}");
    finish(&talk);
    fclose(talk.logged);
}

static void test_secret(void **state)
{
    (void)state;
    struct talk talk;
    begin(&talk, "{\"t\":\"init\",\"protocol\":1,\"secrets\":{\"token\":\"old\"}}");
    say(&talk, "{\"t\":\"subscribe\",\"sub\":\"s1\",\"mode\":\"stream\"}");
    hear(&talk, MESSAGE_SECRETS);
    check_str(talk.message.secrets[0].value, STR("rotated"), "new");
    clock_sleep(30);
    check(!has_logged(&talk, "token rotated"), "not before it is stored");
    say(&talk, "{\"t\":\"stored\"}");
    hear(&talk, MESSAGE_BATCH);
    check(has_logged(&talk, "I! token rotated\n"), "stored");
    close(talk.to);
    talk.to = -1;
    while (true) { /* the rest of its window */
        struct line line;
        lines_next(&talk.lines, &line, NULL);
        if (line.is_last)
            break;
    }
    assert_int_equal(finish(&talk), 0);
    fclose(talk.logged);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_talk), cmocka_unit_test(test_exits), cmocka_unit_test(test_left_alone), cmocka_unit_test(test_secret)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
