#include "cli/cli.h"

static const struct cli_example examples[] = {{"bellwether help import", "how posts are taken in"}, {0}};

static enum error_code run(struct cli *cli)
{
    if (cli->argument_count == 0) {
        cli_print_usage(&cli->out);
        return cli_flush(cli);
    }
    const struct cli_command *command = cli_command_named(cli->arguments[0]);
    if (!command) {
        error_set(&cli->error, ERROR_USAGE, "help: there is no command %.60s", cli->arguments[0]);
        return error_hint(&cli->error, "bellwether --help lists the commands");
    }
    cli_print_command_help(command, &cli->out);
    return cli_flush(cli);
}

const struct cli_command cmd_help = {
    .name = "help",
    .arguments = "[COMMAND]",
    .summary = "explain a command",
    .details = "Explains a command, its options and what it prints; without a command, lists them all.",
    .examples = examples,
    .max_arguments = 1,
    .run = run,
};
