/* A writer is killed at moments that nobody chose, again and again, in one archive: inside system calls too, where test_faults.c never stops,
 * and with whatever the run before left behind. */
#include "archive_fixture.h"

#include "base/clock.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 40 };

struct progress {
    struct model      model, committed;
    volatile uint32_t steps;
};

static void write_until_killed(struct fixture *fixture, struct progress *progress, uint64_t seed)
{
    struct rng rng;
    rng_seed(&rng, seed);
    if (archive_open(fixture->folder, ARCHIVE_WRITE, &(struct archive_options){.seal_posts = 40}, &fixture->archive, &fixture->error))
        _exit(1);
    for (;;) {
        uint32_t before = progress->steps;
        if (!model_step(fixture, &rng, &progress->model, &progress->committed))
            _exit(2);
        progress->steps = before + 1;
    }
}

static void a_killed_writer_loses_nothing_acknowledged(void **state)
{
    (void)state;
    struct fixture   fixture;
    struct progress *progress = mmap(NULL, sizeof *progress, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct rng       rng;
    struct model     settled = {0};
    rng_seed(&rng, (uint64_t)clock_now_us()); /* other moments in every run */
    fixture_init(&fixture);
    for (int round = 0; round < ROUNDS; round++) {
        int status;
        progress->model = progress->committed = settled;
        pid_t child = fork();
        if (child == 0)
            write_until_killed(&fixture, progress, (uint64_t)round);
        nanosleep(&(struct timespec){.tv_nsec = (long)rng_below(&rng, 80 * 1000 * 1000)}, NULL);
        kill(child, SIGKILL);
        check(waitpid(child, &status, 0) == child && WIFSIGNALED(status), "round %d: the writer ended by itself: %d", round, status);
        fixture_open(&fixture, NULL);
        /* Killed inside a commit, the archive may hold what the model holds; anywhere else, what it held at the last commit. The two are never
         * being written at the same time, so the one that is meant is whole. */
        const char *wrong = compare_archive(fixture.archive, &fixture, &progress->committed);
        settled = progress->committed;
        if (wrong) {
            wrong = compare_archive(fixture.archive, &fixture, &progress->model);
            settled = progress->model;
        }
        check(!wrong, "round %d, after %u steps: %s", round, progress->steps, wrong);
        fixture_close(&fixture);
    }
    check(progress->steps > ROUNDS, "only %u steps were made", progress->steps);
    print_message("killed %d times in %u steps\n", ROUNDS, progress->steps);
    munmap(progress, sizeof *progress);
    fixture_fini(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_killed_writer_loses_nothing_acknowledged)};
    return cmocka_run_group_tests_name("archive killed", tests, NULL, NULL);
}
