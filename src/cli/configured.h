/* The settings of one run of a command: files, environment, and the command's flags. */
#ifndef CLI_CONFIGURED_H
#define CLI_CONFIGURED_H

#include "cli/cli.h"
#include "settings/settings.h"

/* The options that go with them: put CONFIGURED_OPTIONS into the command's table. */
#define CONFIGURED_OPTIONS                                                                                             \
    {0, "config", "FILE",                                                                                              \
     "the file of settings; else BELLWETHER_CONFIG, else /etc/bellwether/bellwether.conf where it exists"},            \
        {0, "listen", "ADDRESS",                                                                                       \
         "where to listen: 127.0.0.1:8600 where nothing is said; port 0 is any free one; unix:/path is a socket"},     \
        {0, "log-format", "FORM", "text, logfmt or json"},                                                             \
    {                                                                                                                  \
        0, "log-level", "LEVEL", "debug, info, warning or error"                                                       \
    }

/* Loads them and checks what takes more than one row to check. Ended by configured_free. */
struct configured {
    struct settings     *settings;
    struct settings_flag flags[4];
};
enum error_code configured_load(struct cli *cli, struct configured *configured_out);
void            configured_free(struct configured *configured);
/* What no single row can say: a trusted proxy that is no address, mail without a sender. */
enum error_code configured_check(const struct settings *settings, struct error *error);

#endif
