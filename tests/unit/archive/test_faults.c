/* The nth write, sync, rename, truncation or removal fails, or the process dies there; then the next one; until a session passes whole.
 * After each: everything acknowledged is there, and nothing else but a commit that was under way. */
#include "archive_fixture.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STEPS = 160 };
static const struct archive_options options = {.seal_posts = 40};

/* What the session knows; shared with the parent of one that dies. */
struct progress {
    struct model model, committed;
    int          step;
    bool         is_open;
};

static const char *compare_either(struct archive *archive, struct fixture *fixture, const struct progress *progress)
{
    const char *wrong = compare_archive(archive, fixture, &progress->committed);
    return wrong ? compare_archive(archive, fixture, &progress->model) : NULL;
}

static const char *reopen_and_compare(struct fixture *fixture, const struct progress *progress)
{
    const char *wrong = NULL;
    for (int mode = 0; !wrong && mode < 2; mode++) { /* first as a reader, who repairs nothing */
        if (archive_open(fixture->folder, mode ? ARCHIVE_WRITE : ARCHIVE_READ, &options, &fixture->archive, &fixture->error)) {
            bool is_nothing = fixture->error.code == ERROR_NOT_FOUND && mode == 0 && !progress->is_open;
            wrong = is_nothing ? NULL : fixture->error.message;
        } else
            wrong = compare_either(fixture->archive, fixture, progress);
        if (mode == 0 || wrong)
            fixture_close(fixture);
    }
    return wrong;
}

/* ---- Dying ---- */

static void session(struct fixture *fixture, struct progress *progress)
{
    struct rng rng;
    rng_seed(&rng, 5);
    if (archive_open(fixture->folder, ARCHIVE_WRITE, &options, &fixture->archive, &fixture->error))
        _exit(1);
    progress->is_open = true;
    for (progress->step = 0; progress->step < STEPS; progress->step++)
        if (!model_step(fixture, &rng, &progress->model, &progress->committed))
            _exit(1);
    fixture_close(fixture);
}

static void dying_at_any_call_loses_nothing_acknowledged(void **state)
{
    (void)state;
    struct progress *progress = mmap(NULL, sizeof *progress, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    unsigned         n = 0;
    int              status = -1;
    for (n = 1; n < 5000 && status != 0; n++) {
        struct fixture fixture;
        memset(progress, 0, sizeof *progress);
        fixture_init(&fixture);
        pid_t child = fork();
        if (child == 0) {
            vfs_fail_after(n, 0);
            session(&fixture, progress);
            _exit(0);
        }
        check(waitpid(child, &status, 0) == child && WIFEXITED(status) && (status == 0 || WEXITSTATUS(status) == 137), "call %u: status %d", n, status);
        const char *wrong = reopen_and_compare(&fixture, progress);
        check(!wrong, "died at call %u in step %d: %s", n, progress->step, wrong);
        /* and life goes on */
        enum archive_added added;
        struct model_post  row = {.version = 1, .likes = 1, .followers = 1};
        check_ok(add_row(&fixture, 0, &row, &added), fixture.error, "call %u", n);
        check_ok(archive_seal(fixture.archive, &fixture.error), fixture.error, "call %u", n);
        fixture_fini(&fixture);
    }
    check(n > 60 && status == 0, "%u calls, status %d", n, status);
    print_message("died at each of %u calls\n", n - 2);
    munmap(progress, sizeof *progress);
}

/* ---- Failing ---- */

/* A step was refused. What the open archive says now is what goes on. */
static void settle(struct fixture *fixture, struct progress *progress, unsigned n)
{
    struct model visible = progress->committed;
    const char  *wrong = compare_archive(fixture->archive, fixture, &visible);
    if (!wrong)
        progress->model = progress->committed;
    else { /* a seal or an erasure commits first, and may fail afterwards */
        wrong = compare_archive(fixture->archive, fixture, &progress->model);
        progress->committed = progress->model;
    }
    check(!wrong, "call %u failed in step %d: %s", n, progress->step, wrong);
}

static bool failing_session(struct fixture *fixture, struct progress *progress, unsigned n, int os_errno)
{
    struct rng rng;
    unsigned   refused = 0;
    rng_seed(&rng, 5);
    *progress = (struct progress){0};
    vfs_fail_after(n, os_errno);
    while (archive_open(fixture->folder, ARCHIVE_WRITE, &options, &fixture->archive, &fixture->error)) {
        check(++refused == 1, "call %u: opening failed twice: %s", n, fixture->error.message);
    }
    for (progress->step = 0; progress->step < STEPS; progress->step++) {
        if (model_step(fixture, &rng, &progress->model, &progress->committed))
            continue;
        bool is_stopped = strstr(fixture->error.hint, "open it anew");
        check(++refused == 1 || is_stopped, "call %u: refused twice: %s", n, fixture->error.message);
        check(is_stopped || fixture->error.code == (os_errno == ENOSPC ? ERROR_NO_SPACE : ERROR_IO), "call %u: %s", n, fixture->error.message);
        settle(fixture, progress, n);
        if (is_stopped) {
            fixture_close(fixture);
            const char *wrong = reopen_and_compare(fixture, progress);
            check(!wrong, "call %u, opened anew in step %d: %s", n, progress->step, wrong);
            settle(fixture, progress, n);
        }
    }
    bool was_met = refused > 0;
    fixture_close(fixture);
    unsigned made = vfs_fail_after(0, 0);
    const char *wrong = reopen_and_compare(fixture, progress);
    check(!wrong, "call %u of %u, in the end: %s", n, made, wrong);
    fixture_close(fixture);
    check(count_files(fixture->folder, "log-") == 1, "call %u: logs are left over", n);
    return was_met || made >= n;
}

static void sweep(int os_errno)
{
    static struct progress progress;
    unsigned               n = 1;
    for (bool goes_on = true; goes_on && n < 5000; n++) {
        struct fixture fixture;
        fixture_init(&fixture);
        goes_on = failing_session(&fixture, &progress, n, os_errno);
        fixture_fini(&fixture);
    }
    check(n > 60 && n < 5000, "%u calls", n);
    print_message("each of %u calls failed\n", n - 2);
}

static void a_full_disk_at_any_call_leaves_the_archive_as_it_was(void **state)
{
    (void)state;
    sweep(ENOSPC);
}

static void a_failing_disk_at_any_call_leaves_the_archive_as_it_was(void **state)
{
    (void)state;
    sweep(EIO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dying_at_any_call_loses_nothing_acknowledged),
        cmocka_unit_test(a_full_disk_at_any_call_leaves_the_archive_as_it_was),
        cmocka_unit_test(a_failing_disk_at_any_call_leaves_the_archive_as_it_was),
    };
    return cmocka_run_group_tests_name("archive faults", tests, NULL, NULL);
}
