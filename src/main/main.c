/* Where it begins: signals become a flag that long work looks at, and everything else is the command line's. */
#include "cli/cli.h"

#include <signal.h>

static atomic_bool stop;

static void ask_to_stop(int signal_number)
{
    (void)signal_number;
    atomic_store(&stop, true);
}

int main(int argc, char **argv)
{
    /* A second signal finds the default and ends at once. A closed pipe is seen where it is written to. */
    struct sigaction on_stop = {.sa_handler = ask_to_stop, .sa_flags = SA_RESETHAND}, ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGINT, &on_stop, NULL);
    sigaction(SIGTERM, &on_stop, NULL);
    sigaction(SIGPIPE, &ignore, NULL);
    return cli_main(argc, argv, &stop);
}
