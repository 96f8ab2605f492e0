#include "base/process.h"

#include "base/clock.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { ENVIRONMENT_MAX = 32 };

/* ---- Start ---- */

static void fill_environment(const char *const *more, char *list[ENVIRONMENT_MAX])
{
    static const char *const kept[] = {"PATH=", "HOME=", "TZ=", "LANG="};
    size_t                   count = 0;
    for (char **entry = environ; entry && *entry; entry++)
        for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
            if (strncmp(*entry, kept[i], strlen(kept[i])) == 0 && count < ENVIRONMENT_MAX - 1)
                list[count++] = *entry;
    for (; more && *more && count < ENVIRONMENT_MAX - 1; more++)
        list[count++] = (char *)(uintptr_t)*more;
    list[count] = NULL;
}

static bool make_pipes(int pipes[3][2], int count)
{
    for (int i = 0; i < count; i++)
        if (pipe2(pipes[i], O_CLOEXEC))
            return false;
    return true;
}

static void close_pipes(int pipes[3][2])
{
    for (int i = 0; i < 3; i++) {
        process_close(&pipes[i][0]);
        process_close(&pipes[i][1]);
    }
}

/* The child's ends become 0, 1 and 2; everything above is closed, whoever opened it without CLOEXEC. */
static int spawn(const struct process_setup *setup, const char *program, int pipes[3][2], pid_t *pid_out)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t          attributes;
    sigset_t                   none, all;
    char                      *environment[ENVIRONMENT_MAX];
    fill_environment(setup->more_environment, environment);
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_adddup2(&actions, pipes[0][0], 0);
    posix_spawn_file_actions_adddup2(&actions, pipes[1][1], 1);
    if (!setup->shares_err)
        posix_spawn_file_actions_adddup2(&actions, pipes[2][1], 2);
    posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    if (setup->folder)
        posix_spawn_file_actions_addchdir_np(&actions, setup->folder);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    int failed = posix_spawnp(pid_out, program, &actions, &attributes, (char *const *)(uintptr_t)setup->argv, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return failed;
}

enum error_code process_start(const struct process_setup *setup, struct process *process_out, struct error *error)
{
    int             pipes[3][2] = {{-1, -1}, {-1, -1}, {-1, -1}};
    pid_t           pid = 0;
    char           *whole = NULL;
    const char     *program = setup->argv[0];
    enum error_code code = ERROR_NONE;
    *process_out = (struct process){.in = -1, .out = -1, .err = -1};
    if (strchr(program, '/') && !(whole = realpath(program, NULL))) /* a path from here, not from its folder */
        return error_set(error, ERROR_NOT_FOUND, "there is no program %.300s", program);
    if (!make_pipes(pipes, setup->shares_err ? 2 : 3)) {
        code = error_set_os(error, "cannot make pipes for %.300s", program);
        goto out;
    }
    int failed = spawn(setup, whole ? whole : program, pipes, &pid);
    if (failed == ENOENT || failed == EACCES || failed == ENOEXEC) {
        code = error_set(error, ERROR_NOT_FOUND, "cannot run %.300s: %s", program, strerror(failed));
        if (failed != ENOENT)
            error_hint(error, "it must be executable, and begin with a line as in #!/usr/bin/env python3 where it is a script");
        goto out;
    }
    if (failed) {
        errno = failed;
        code = error_set_os(error, "cannot run %.300s", program);
        goto out;
    }
    *process_out = (struct process){.pid = pid, .in = pipes[0][1], .out = pipes[1][0], .err = pipes[2][0]};
    pipes[0][1] = pipes[1][0] = pipes[2][0] = -1;
    for (int i = 0; i < 3; i++) {
        int fd = i == 0 ? process_out->in : i == 1 ? process_out->out : process_out->err;
        if (fd >= 0)
            fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    }
out:
    free(whole);
    close_pipes(pipes);
    return code;
}

/* ---- Its streams ---- */

void process_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

bool process_read(int *fd, void *bytes, size_t len, size_t *got_out)
{
    *got_out = 0;
    if (*fd < 0)
        return false;
    ssize_t got;
    do {
        got = read(*fd, bytes, len);
    } while (got < 0 && errno == EINTR);
    if (got > 0)
        *got_out = (size_t)got;
    if (got > 0 || (got < 0 && errno == EAGAIN))
        return true;
    process_close(fd);
    return false;
}

bool process_write(struct process *process, const void *bytes, size_t len, size_t *written_out)
{
    *written_out = 0;
    while (process->in >= 0 && *written_out < len) {
        ssize_t written = write(process->in, (const char *)bytes + *written_out, len - *written_out);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0 && errno == EAGAIN)
            return true;
        if (written < 0)
            process_close(&process->in);
        else
            *written_out += (size_t)written;
    }
    return process->in >= 0;
}

void process_poll(const struct process *process, bool wants_in, bool wants_out, int wake_fd, int64_t wait_ms)
{
    struct pollfd waits[] = {{.fd = wants_out ? process->out : -1, .events = POLLIN},
                             {.fd = process->err, .events = POLLIN},
                             {.fd = wants_in ? process->in : -1, .events = POLLOUT},
                             {.fd = wake_fd, .events = POLLIN}};
    poll(waits, sizeof waits / sizeof *waits, wait_ms < 0 ? 0 : wait_ms > 60000 ? 60000 : (int)wait_ms);
}

/* ---- Its end ---- */

/* Takes the status of a child that is known to have ended. */
static void reap(struct process *process)
{
    int status = 0;
    while (waitpid(process->pid, &status, 0) < 0 && errno == EINTR) {}
    process->has_ended = true;
    process->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool process_has_ended(struct process *process)
{
    siginfo_t what = {0};
    if (process->has_ended || process->pid == 0)
        return true;
    if (waitid(P_PID, (id_t)process->pid, &what, WEXITED | WNOHANG | WNOWAIT) || what.si_pid == 0)
        return false;
    /* As long as it is not waited for, the number of its group is nobody else's. */
    kill(-process->pid, SIGKILL);
    reap(process);
    return true;
}

void process_terminate(struct process *process)
{
    if (process->pid && !process_has_ended(process))
        kill(-process->pid, SIGTERM);
}

void process_kill(struct process *process)
{
    if (process->pid && !process_has_ended(process))
        kill(-process->pid, SIGKILL);
}

void process_fini(struct process *process)
{
    process_kill(process);
    if (process->pid && !process->has_ended)
        reap(process);
    process_close(&process->in);
    process_close(&process->out);
    process_close(&process->err);
    process->pid = 0;
}

/* ---- What it holds ---- */

int64_t process_descriptors(int pid)
{
    char    path[64];
    int64_t count = 0;
    snprintf(path, sizeof path, "/proc/%d/fd", pid);
    DIR *folder = opendir(path);
    if (!folder)
        return -1;
    for (struct dirent *entry; (entry = readdir(folder));)
        count += entry->d_name[0] != '.';
    closedir(folder);
    return count;
}

int64_t process_memory_bytes(int pid)
{
    char      path[64];
    long long pages = 0, resident = -1;
    snprintf(path, sizeof path, "/proc/%d/statm", pid);
    FILE *file = fopen(path, "re");
    if (!file)
        return -1;
    if (fscanf(file, "%lld %lld", &pages, &resident) != 2)
        resident = -1;
    fclose(file);
    return resident < 0 ? -1 : resident * sysconf(_SC_PAGESIZE);
}
