/* A writer is killed at moments that nobody chose, inside commits and checkpoints too: what record_end acknowledged is there, in order,
 * and nothing of a transaction that was not finished. */
#include "check.h"

#include "base/clock.h"
#include "base/rng.h"
#include "record/record.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 30, ROWS_IN_ONE = 5 };

static const struct record_text migrations[] = {{"1", "CREATE TABLE fruit (id INTEGER PRIMARY KEY, batch INTEGER NOT NULL, pulp TEXT NOT NULL) STRICT"}};
static const struct record_text statements[] = {
    {"fruit_add", "INSERT INTO fruit (batch, pulp) VALUES (:batch, :pulp)"},
    {"fruit_state", "SELECT COUNT(*) AS rows, COUNT(DISTINCT batch) AS batches, COALESCE(MAX(batch), 0) AS newest FROM fruit"},
};
static const struct record_domain        fruit_domain = {"fruit", migrations, 1, statements, 2};
static const struct record_domain *const domains[] = {&fruit_domain, NULL};

static int64_t newest(struct record *record)
{
    struct error error = {0};
    check_ok(record_begin(record, &error), error, "state");
    struct record_statement *statement = record_statement(record, "fruit_state");
    check(record_step(statement), "no state");
    int64_t batch = record_i64(statement, "newest");
    check(record_i64(statement, "batches") == batch && record_i64(statement, "rows") == batch * ROWS_IN_ONE, "%lld rows, %lld batches, newest %lld",
          (long long)record_i64(statement, "rows"), (long long)record_i64(statement, "batches"), (long long)batch);
    check_ok(record_end(record, ERROR_NONE, &error), error, "state");
    return batch;
}

static void write_until_killed(const char *path, volatile int64_t *acknowledged)
{
    static char    pulp[3000];
    struct record *record;
    struct error   error = {0};
    memset(pulp, 'p', sizeof pulp - 1);
    if (record_open(path, domains, &record, &error))
        _exit(1);
    for (int64_t batch = newest(record) + 1;; batch++) {
        if (record_begin(record, &error))
            _exit(2);
        enum error_code code = ERROR_NONE;
        for (int i = 0; i < ROWS_IN_ONE && !code; i++) {
            struct record_statement *add = record_statement(record, "fruit_add");
            record_bind_i64(add, ":batch", batch);
            record_bind_text(add, ":pulp", pulp);
            code = record_run(add, &error);
        }
        if (record_end(record, code, &error))
            _exit(3);
        *acknowledged = batch;
    }
}

static void a_killed_writer_loses_nothing_acknowledged(void **state)
{
    (void)state;
    char              folder[] = "/tmp/bellwether-record-XXXXXX", path[64], command[64];
    volatile int64_t *acknowledged = mmap(NULL, sizeof *acknowledged, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct rng        rng;
    rng_seed(&rng, (uint64_t)clock_now_us()); /* other moments in every run */
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/test.db", folder);
    for (int round = 0; round < ROUNDS; round++) {
        pid_t child = fork();
        if (child == 0)
            write_until_killed(path, acknowledged);
        nanosleep(&(struct timespec){.tv_nsec = (long)rng_below(&rng, 80 * 1000 * 1000)}, NULL);
        kill(child, SIGKILL);
        int status;
        check(waitpid(child, &status, 0) == child && WIFSIGNALED(status), "round %d: the writer ended by itself: %d", round, status);
        struct record *record;
        struct error   error = {0};
        check_ok(record_open(path, domains, &record, &error), error, "round %d", round);
        int64_t kept = newest(record);
        check(kept == *acknowledged || kept == *acknowledged + 1, "round %d: %lld kept, %lld acknowledged", round, (long long)kept,
              (long long)*acknowledged);
        *acknowledged = kept; /* the one that was committed and not yet acknowledged, at most */
        record_close(record);
    }
    check(*acknowledged > ROUNDS, "only %lld batches were written", (long long)*acknowledged);
    print_message("killed %d times in %lld batches\n", ROUNDS, (long long)*acknowledged);
    munmap((void *)acknowledged, sizeof *acknowledged);
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    assert_int_equal(system(command), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_killed_writer_loses_nothing_acknowledged)};
    return cmocka_run_group_tests_name("record killed", tests, NULL, NULL);
}
