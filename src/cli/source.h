/* The subcommands of `bellwether source`: one function each, in files by what they work on. */
#ifndef CLI_SOURCE_H
#define CLI_SOURCE_H

#include "cli/cli.h"

/* A subcommand: the first argument. */
struct source_deed {
    const char *name, *arguments; /* behind the name */
    unsigned    min_arguments, max_arguments; /* behind the name */
    enum error_code (*run)(struct cli *cli);
};

/* The nth argument behind the subcommand; NULL where there is none. */
const char *source_argument(const struct cli *cli, size_t n);

/* source_run.c: connectors by themselves, without a client. */
enum error_code source_deed_connectors(struct cli *cli);
enum error_code source_deed_run(struct cli *cli);

/* source_login.c: a token, where people let programs in by a code. */
enum error_code source_deed_login(struct cli *cli);

/* source_check.c: the conformance kit. */
enum error_code source_deed_check(struct cli *cli);

#endif
