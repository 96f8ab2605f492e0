/* The misbehaving server of peers.py, as a child of the test. */
#ifndef TESTS_UNIT_NET_PEERS_H
#define TESTS_UNIT_NET_PEERS_H

#include "../check.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

struct peers {
    pid_t    pid;
    int      in; /* its standard input: closed, it ends */
    unsigned port;
};

static inline int peers_start(void **state)
{
    static struct peers peers;
    int                 in[2], out[2];
    char                text[16] = {0};
    if (pipe(in) || pipe(out))
        return -1;
    peers.pid = fork();
    if (peers.pid == 0) {
        dup2(in[0], 0);
        dup2(out[1], 1);
        close(in[1]);
        execlp("python3", "python3", getenv("PEERS"), (char *)NULL);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    for (size_t len = 0; len + 1 < sizeof text && !strchr(text, '\n');) {
        ssize_t got = read(out[0], text + len, sizeof text - 1 - len);
        if (got <= 0)
            return -1;
        len += (size_t)got;
    }
    close(out[0]);
    peers.in = in[1];
    peers.port = (unsigned)atoi(text);
    *state = &peers;
    return 0;
}

static inline int peers_stop(void **state)
{
    struct peers *peers = *state;
    close(peers->in);
    waitpid(peers->pid, NULL, 0);
    return 0;
}

#endif
