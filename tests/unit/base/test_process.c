/* Programs of others: what they get, what they inherit, and that all of them end. */
#include "../check.h"

#include "base/clock.h"
#include "base/process.h"
#include "base/vfs.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

static struct process start(const char *script, const char *folder)
{
    const char *const    argv[] = {"/bin/sh", "-c", script, "sh", NULL};
    struct process_setup setup = {.argv = argv, .folder = folder};
    struct process       process;
    struct error         error = {0};
    check_ok(process_start(&setup, &process, &error), error, "%s", script);
    return process;
}

/* Everything it says on a stream until that ends. */
static void read_all(struct process *process, int *fd, char *text, size_t room)
{
    size_t  len = 0, got;
    int64_t until_us = clock_monotonic_us() + 10 * CLOCK_SECOND_US;
    while (process_read(fd, text + len, room - 1 - len, &got) && clock_monotonic_us() < until_us) {
        len += got;
        if (!got)
            process_poll(process, false, true, -1, 100);
    }
    text[len] = '\0';
    check(*fd < 0, "the stream ends: %s", text);
}

static bool ends_within(struct process *process, int64_t ms)
{
    int64_t until_us = clock_monotonic_us() + ms * 1000;
    while (!process_has_ended(process) && clock_monotonic_us() < until_us)
        clock_sleep(5);
    return process_has_ended(process);
}

static void test_streams(void **state)
{
    (void)state;
    char           text[256];
    struct process process = start("read line; echo \"got $line\"; echo oops >&2; exit 7", NULL);
    size_t         written;
    check(process_write(&process, "hello\n", 6, &written) && written == 6, "it listens");
    read_all(&process, &process.out, text, sizeof text);
    check_str(str_of(text), STR("got hello\n"), "out");
    read_all(&process, &process.err, text, sizeof text);
    check_str(str_of(text), STR("oops\n"), "err");
    check(ends_within(&process, 5000) && process.status == 7, "%d", process.status);
    process_fini(&process);
    process_fini(&process);
}

/* A descriptor without CLOEXEC, as a library may leave it, and our environment stay here. */
static void test_inherits(void **state)
{
    (void)state;
    char text[2048], folder[512], resolved[512];
    int  leaked = open("/dev/null", O_RDONLY);
    setenv("BELLWETHER_SECRET", "s3cret", 1);
    struct error error = {0};
    check_ok(vfs_make_temporary(folder, &error), error, "folder");
    check(realpath(folder, resolved), "its whole name");
    struct process process = start("ls /proc/self/fd | tr '\\n' ' '; env | grep -c . ; env | grep -E -v '^(PATH|HOME|TZ|LANG|PWD|OLDPWD|SHLVL|_)='; pwd; cut -d' ' -f5 /proc/$$/stat", folder);
    read_all(&process, &process.out, text, sizeof text);
    check(!strstr(text, "s3cret"), "%s", text);
    check(strstr(text, "0 1 2 3 \n") == NULL && strncmp(text, "0 1 2 3 ", 8) == 0, "three streams, and that of ls: %s", text); /* 3: the folder that ls reads */
    check(strstr(text, resolved), "its folder: %s", text);
    char group[32];
    snprintf(group, sizeof group, "\n%d\n", process.pid);
    check(strstr(text, group), "a group of its own: %s", text);
    process_fini(&process);
    vfs_remove_folder(folder);
    check(!vfs_exists(folder), "%s", folder);
    close(leaked);
    unsetenv("BELLWETHER_SECRET");
}

static void test_ends(void **state)
{
    (void)state;
    struct process process = start("trap 'exit 5' TERM; echo ready; while :; do sleep 0.05; done", NULL);
    char           byte[8];
    size_t         got = 0;
    while (!got && process_read(&process.out, byte, sizeof byte, &got))
        process_poll(&process, false, true, -1, 100);
    process_terminate(&process);
    check(ends_within(&process, 5000) && process.status == 5, "asked: %d", process.status);
    process_fini(&process);
    /* One that does not listen, and whose child holds its streams. */
    process = start("trap '' TERM; (trap '' TERM; while :; do sleep 0.05; done) & while :; do sleep 0.05; done", NULL);
    clock_sleep(50);
    process_terminate(&process);
    check(!ends_within(&process, 100), "it does not want to");
    process_kill(&process);
    check(ends_within(&process, 5000) && process.status == 128 + SIGKILL, "%d", process.status);
    char rest[64];
    read_all(&process, &process.out, rest, sizeof rest); /* its child is gone too, else this would not end */
    process_fini(&process);
}

/* Who does not read takes no more than the pipe holds. */
static void test_full(void **state)
{
    (void)state;
    struct process process = start("sleep 100", NULL);
    static char    bytes[1024 * 1024];
    size_t         written, total = 0;
    for (int i = 0; i < 4; i++, total += written)
        check(process_write(&process, bytes, sizeof bytes, &written), "it could");
    check(total > 0 && total < sizeof bytes, "%zu", total);
    check(process_descriptors(process.pid) == 3, "%lld", (long long)process_descriptors(process.pid));
    int64_t memory = 0; /* it may have just become what it runs, and hold nothing yet */
    for (int i = 0; i < 400 && memory <= 4096; i++, clock_sleep(5))
        memory = process_memory_bytes(process.pid);
    check(memory > 4096, "%lld", (long long)memory);
    process_fini(&process);
    process = start("exit 0", NULL);
    check(ends_within(&process, 5000), "it ends");
    check(!process_write(&process, bytes, 1, &written), "nobody reads");
    process_fini(&process);
}

static void test_none(void **state)
{
    (void)state;
    static const char *const rows[] = {"/nowhere/program", "./nothing", "no-such-program-at-all", "/etc/passwd"};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *const argv[] = {rows[i], NULL};
        struct process    process;
        struct error      error = {0};
        check(process_start(&(struct process_setup){.argv = argv}, &process, &error) == ERROR_NOT_FOUND, "row %zu: %s", i, error.message);
        check(strstr(error.message, rows[i]), "row %zu: %s", i, error.message);
        process_fini(&process);
    }
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_streams), cmocka_unit_test(test_inherits), cmocka_unit_test(test_ends), cmocka_unit_test(test_full),
                                       cmocka_unit_test(test_none)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
