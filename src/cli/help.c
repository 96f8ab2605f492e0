#include "cli/cli.h"

enum { HELP_COLUMNS = 80, OPTION_COLUMN = 24, COMMAND_COLUMN = 14 };

static void blanks(struct buf *out, int count)
{
    for (int i = 0; i < count; i++)
        buf_append_char(out, ' ');
}

/* The words are ours and plain ASCII: a byte is a column. */
void cli_wrap(struct buf *out, const char *text, int at, int indent)
{
    bool follows_word = false;
    while (*text) {
        size_t len = strcspn(text, " \n");
        if (at > indent && at + follows_word + (int)len > HELP_COLUMNS) {
            buf_append_char(out, '\n');
            at = 0;
        } else if (at > indent && len && follows_word) {
            buf_append_char(out, ' ');
            at++;
        }
        if (at < indent && len) {
            blanks(out, indent - at);
            at = indent;
        }
        buf_append(out, text, len);
        at += (int)len;
        text += len;
        follows_word = true;
        for (; *text == '\n'; text++) {
            buf_append_char(out, '\n');
            at = 0;
            follows_word = false;
        }
        while (*text == ' ')
            text++;
    }
    buf_append_char(out, '\n');
}

static void print_options(const struct cli_option *options, struct buf *out)
{
    for (; options && options->name; options++) {
        size_t start = out->len;
        if (options->letter)
            buf_printf(out, "  -%c, --%s", options->letter, options->name);
        else
            buf_printf(out, "      --%s", options->name);
        if (options->value)
            buf_printf(out, " %s", options->value);
        int at = (int)(out->len - start);
        if (at >= OPTION_COLUMN) {
            buf_append_char(out, '\n');
            at = 0;
        }
        blanks(out, OPTION_COLUMN - at);
        cli_wrap(out, options->help, OPTION_COLUMN, OPTION_COLUMN);
    }
}

static void print_exit_codes(struct buf *out)
{
    buf_append_str(out, STR("\nExit status\n"));
    for (int code = 0; code < ERROR_CODE_COUNT; code++) {
        const struct error_kind *kind = error_kind((enum error_code)code);
        buf_printf(out, "  %3d  %-12s ", kind->exit_status, kind->name);
        cli_wrap(out, kind->meaning, 20, 20);
    }
}

void cli_print_usage(struct buf *out)
{
    buf_append_str(out, STR("bellwether: hear where a conversation is going\n\n"
                            "  bellwether [--data DIR] [--client NAME] [--json] COMMAND ...\n\n"
                            "Commands\n"));
    for (size_t i = 0; cli_commands[i]; i++) {
        buf_printf(out, "  %-*s", COMMAND_COLUMN - 2, cli_commands[i]->name);
        cli_wrap(out, cli_commands[i]->summary, COMMAND_COLUMN, COMMAND_COLUMN);
    }
    buf_append_str(out, STR("\nOptions of every command\n"));
    print_options(cli_global_options, out);
    print_exit_codes(out);
    buf_append_str(out, STR("\nbellwether help COMMAND explains a command. docs/query.md is the manual of "
                            "the\nlistening language.\n"));
}

void cli_print_command_help(const struct cli_command *command, struct buf *out)
{
    buf_printf(out, "bellwether %s: ", command->name);
    cli_wrap(out, command->summary, 13 + (int)strlen(command->name), 2);
    buf_printf(out, "\n  bellwether %s%s", command->name, command->arguments[0] ? " " : "");
    cli_wrap(out, command->arguments, 14 + (int)strlen(command->name), 6);
    buf_append_char(out, '\n');
    cli_wrap(out, command->details, 0, 0);
    if (command->options && command->options->name) {
        buf_append_str(out, STR("\nOptions\n"));
        print_options(command->options, out);
    }
    buf_append_str(out, STR("\nOptions of every command\n"));
    print_options(cli_global_options, out);
    if (command->examples && command->examples->line)
        buf_append_str(out, STR("\nExamples\n"));
    for (const struct cli_example *example = command->examples; example && example->line; example++) {
        buf_printf(out, "  %s\n", example->line);
        cli_wrap(out, example->meaning, 0, 6);
    }
}
