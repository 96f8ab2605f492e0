#include "cli/source.h"

static const struct cli_option options[] = {
    {0, "config", "FILE", "check: the connector's config, a JSON object"},
    {0, "secrets", "FILE", "check: its secrets, a JSON object; they are given to it on its standard input alone"},
    {0, "driver", "CMD", "check: a program that makes the platform do things (docs/connectors.md); words are separated by blanks"},
    {0, "query", "FILE", "check: what it listens for, a JSON object as in subscribe"},
    {0, "mode", "MODE", "check: stream, poll, search or backfill; else the first of them that it has"},
    {0, "only", "NAMES", "check: these checks alone, with blanks between"},
    {0, "kills", "N", "check: how often it is killed; 5 where it is not said"},
    {0, "posts", "N", "check: how many posts the driver makes at a time; 20"},
    {0, "items", "N", "check: how many items are read to see whether memory grows; 2000. The contract asks for 100000"},
    {0, "wait", "SECONDS", "check: how long the platform may take until something shows; 20"},
    {0, "memory", "MIB", "check: memory that may be added over the second half of those items; 32"},
    {0, "seed", "N", "check: of where it is killed; else another one each time"},
    {0},
};

static const struct cli_example examples[] = {
    {"bellwether source connectors", "what can be connected, and against what each was tested"},
    {"bellwether source check ./my-connector --config config.json", "does a connector of yours keep the contract?"},
    {"bellwether source check --driver ./driver.py -- bellwether source run folder", "one of ours, with somebody who writes files"},
    {0},
};

static const struct source_deed deeds[] = {
    {"connectors", "", 0, 0, source_deed_connectors},
    {"run", "NAME", 1, 1, source_deed_run},
    {"check", "CMD [ARGS...]", 1, CLI_ANY_NUMBER, source_deed_check},
    {0},
};

const char *source_argument(const struct cli *cli, size_t n)
{
    return n + 1 < cli->argument_count ? cli->arguments[n + 1] : NULL;
}

static const char *deed_name(const void *context, size_t i)
{
    return ((const struct source_deed *)context)[i].name;
}

static enum error_code run(struct cli *cli)
{
    const struct source_deed *deed = deeds;
    const char               *given = cli->arguments[0];
    while (deed->name && strcmp(deed->name, given) != 0)
        deed++;
    if (!deed->name) {
        const char *meant = cli_nearest(given, deed_name, deeds);
        error_set(&cli->error, ERROR_USAGE, "source: there is no '%.40s'", given);
        return meant ? error_hint(&cli->error, "did you mean %s?", meant) : error_hint(&cli->error, "bellwether source --help lists them");
    }
    size_t count = cli->argument_count - 1;
    if (count < deed->min_arguments || count > deed->max_arguments) {
        error_set(&cli->error, ERROR_USAGE, "source %s: %s", deed->name, count < deed->min_arguments ? "something is missing" : "too much");
        return error_hint(&cli->error, "bellwether source %s %s", deed->name, deed->arguments);
    }
    return deed->run(cli);
}

const struct cli_command cmd_source = {
    .name = "source",
    .arguments = "connectors | run NAME | check CMD [ARGS...]",
    .summary = "where posts come from: platforms, files, programs",
    .details = "connectors lists what is built in, with what each can do and against what it was tested.\n\n"
               "run NAME speaks the connector contract on standard input and output, one JSON object a line, as any connector in another language "
               "does: docs/connectors.md shows every message. It ends with 0 when it is done, 2 where the config is wrong, 3 where the "
               "account must be renewed, and anything else where it is to be started again.\n\n"
               "check CMD runs the conformance kit against a connector: one line a check, ok, FAILED or skipped with the reason. Options of CMD stand "
               "behind --; a word that names a file here is given as its whole path, because a connector works in an empty folder. Without --driver "
               "nobody makes the platform do things, and what cannot be known then is skipped. The exit status is 1 where a check failed.\n\n"
               "With --json, check prints one object a line: {\"check\", \"verdict\", \"what\", \"why\", \"took_s\"}, then {\"ok\", \"failed\", \"skipped\", "
               "\"seed\"}; connectors prints one object a line.",
    .options = options,
    .examples = examples,
    .min_arguments = 1,
    .max_arguments = CLI_ANY_NUMBER,
    .run = run,
};
