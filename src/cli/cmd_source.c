#include "cli/source.h"

static const struct cli_option options[] = {
    {0},
};

static const struct cli_example examples[] = {
    {"bellwether source connectors", "what can be connected, and against what each was tested"},
    {0},
};

static const struct source_deed deeds[] = {
    {"connectors", "", 0, 0, source_deed_connectors},
    {"run", "NAME", 1, 1, source_deed_run},
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
    .arguments = "connectors | run NAME",
    .summary = "where posts come from: platforms, files, programs",
    .details = "connectors lists what is built in, with what each can do and against what it was tested.\n\n"
               "run NAME speaks the connector contract on standard input and output, one JSON object a line, as any connector in another language "
               "does: docs/connectors.md shows every message. It ends with 0 when it is done, 2 where the config is wrong, 3 where the "
               "account must be renewed, and anything else where it is to be started again.",
    .options = options,
    .examples = examples,
    .min_arguments = 1,
    .max_arguments = CLI_ANY_NUMBER,
    .run = run,
};
