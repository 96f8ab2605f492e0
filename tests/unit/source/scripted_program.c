/* The scripted connector as a program, and programs that break the contract in one way each. usage: scripted_program HOW */
#include "source_fixture.h"

#include "source/speak.h"

#include <signal.h>
#include <unistd.h>

#define HELLO "{\"t\":\"hello\",\"protocol\":1,\"name\":\"bad\",\"network\":\"bad\",\"listen\":[\"stream\"]}\n"

static char line[1024 * 1024];

static void say(const char *words)
{
    fputs(words, stdout);
    fflush(stdout);
}

static bool hear(void)
{
    return fgets(line, sizeof line, stdin) != NULL;
}

static void hear_until(const char *t)
{
    while (hear() && !strstr(line, t)) {}
}

static void batch(unsigned seq)
{
    printf("{\"t\":\"batch\",\"sub\":\"s1\",\"seq\":%u,\"items\":[{\"op\":\"delete\",\"id\":\"%u\"}]}\n", seq, seq);
    fflush(stdout);
}

static int misbehave(const char *how)
{
    if (strcmp(how, "silent") == 0)
        pause();
    if (strcmp(how, "early") == 0)
        say("{\"t\":\"pong\"}\n");
    if (strcmp(how, "protocol2") == 0)
        say("{\"t\":\"hello\",\"protocol\":2,\"name\":\"bad\",\"network\":\"bad\"}\n");
    if (strcmp(how, "gone") == 0) {
        fputs("E! there is no module 'x'\n", stderr);
        return 1;
    }
    say(HELLO);
    if (strcmp(how, "garbage") == 0)
        say("Traceback (most recent call last):\n");
    if (strcmp(how, "utf8") == 0)
        say("{\"t\":\"log\",\"msg\":\"\xff\"}\n");
    if (strcmp(how, "long") == 0)
        for (int i = 0; i < 3 * 1024; i++)
            printf("%01024d", 0);
    if (strcmp(how, "deaf") == 0)
        pause();
    if (strcmp(how, "mute") == 0)
        while (hear()) {}
    if (strcmp(how, "flood") == 0) {
        hear_until("\"subscribe\"");
        for (unsigned i = 1; i < 1000; i++)
            batch(i);
    }
    if (strcmp(how, "skip") == 0) {
        hear_until("\"subscribe\"");
        batch(1);
        batch(3);
    }
    if (strcmp(how, "nosub") == 0)
        batch(1);
    if (strcmp(how, "dies") == 0) {
        hear_until("\"command\"");
        raise(SIGKILL);
    }
    if (strcmp(how, "stubborn") == 0) {
        signal(SIGTERM, SIG_IGN);
        for (;;)
            pause();
    }
    if (strcmp(how, "chatty") == 0)
        for (int i = 0; i < 100000; i++)
            fprintf(stderr, "W! line %d\n", i);
    if (strcmp(how, "auth") == 0) {
        hear_until("\"check\"");
        say("{\"t\":\"result\",\"id\":\"check\",\"ok\":false,\"error\":{\"kind\":\"auth\",\"message\":\"who are you\"}}\n");
    }
    if (strcmp(how, "exit2") == 0 || strcmp(how, "exit3") == 0 || strcmp(how, "exit9") == 0) {
        hear(); /* init */
        return how[4] - '0';
    }
    if (strcmp(how, "secrets") == 0) { /* tells where it finds them */
        extern char **environ;
        hear();
        int in_line = strstr(line, "s3cret") != NULL, in_environment = 0;
        for (char **entry = environ; *entry; entry++)
            in_environment |= strstr(*entry, "s3cret") != NULL;
        fprintf(stderr, "I! init %d environment %d\n", in_line, in_environment);
    }
    hear_until("\"shutdown\"");
    return 0;
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    if (argc == 2 && strcmp(argv[1], "speak") == 0) {
        struct vfs_file in = {.fd = 0, .path = "in"}, out = {.fd = 1, .path = "out"}, log = {.fd = 2, .path = "log"};
        atomic_bool     stop = false;
        struct speak    speak = {&scripted, "0", &in, &out, &log, &stop};
        return source_speak(&speak);
    }
    return argc == 2 ? misbehave(argv[1]) : 99;
}
