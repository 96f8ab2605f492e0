#include "cli/cli.h"

enum { LINE_BYTES = 70 };
static const char words_changed[] = "2026-11-22"; /* the date on the page: when its words last changed much */

/* Text for roff: a backslash and a minus are written so that they stay what they are, lines are short, and none starts
 * with a request. */
static void roff(struct buf *out, const char *text)
{
    bool   is_start = true;
    size_t line_start = out->len;
    for (; *text; text++) {
        if (*text == ' ' && out->len - line_start + strcspn(text + 1, " \n") > LINE_BYTES && text[1] &&
            text[1] != ' ') {
            buf_append_char(out, '\n');
            line_start = out->len;
            is_start = true;
            continue;
        }
        if (is_start && (*text == '.' || *text == '\''))
            buf_append_str(out, STR("\\&"));
        is_start = *text == '\n';
        if (*text == '\\')
            buf_append_str(out, STR("\\e"));
        else if (*text == '-')
            buf_append_str(out, STR("\\-"));
        else if (*text == '\n' && text[1] == '\n') {
            buf_append_str(out, STR("\n.PP\n"));
            line_start = out->len;
            is_start = true;
            text++;
        } else
            buf_append_char(out, *text);
    }
}

static void line(struct buf *out, const char *text)
{
    roff(out, text);
    buf_append_char(out, '\n');
}

static void print_options(const struct cli_option *options, struct buf *out)
{
    for (; options && options->name; options++) {
        buf_append_str(out, STR(".TP\n"));
        if (options->letter)
            buf_printf(out, "\\fB\\-%c\\fR, ", options->letter);
        buf_append_str(out, STR("\\fB\\-\\-"));
        roff(out, options->name);
        buf_append_str(out, STR("\\fR"));
        if (options->value)
            buf_printf(out, " \\fI%s\\fR", options->value);
        buf_append_char(out, '\n');
        line(out, options->help);
    }
}

static void print_command(const struct cli_command *command, struct buf *out)
{
    buf_printf(out, ".SS %s\n\\fBbellwether %s\\fR ", command->name, command->name);
    line(out, command->arguments);
    buf_append_str(out, STR(".PP\n"));
    line(out, command->details);
    print_options(command->options, out);
    for (const struct cli_example *example = command->examples; example && example->line; example++) {
        buf_append_str(out, STR(".PP\n.nf\n"));
        line(out, example->line);
        buf_append_str(out, STR(".fi\n.RS\n"));
        line(out, example->meaning);
        buf_append_str(out, STR(".RE\n"));
    }
}

static void print_exit_status(struct buf *out)
{
    buf_append_str(out, STR(".SH EXIT STATUS\n"));
    for (int code = 0; code < ERROR_CODE_COUNT; code++) {
        const struct error_kind *kind = error_kind((enum error_code)code);
        buf_printf(out, ".TP\n%d\n", kind->exit_status);
        roff(out, kind->name);
        buf_append_str(out, STR(": "));
        line(out, kind->meaning);
    }
}

void cli_print_man(const char *version, struct buf *out)
{
    buf_printf(out, ".TH BELLWETHER 1 %s \"bellwether %s\" \"User commands\"\n.SH NAME\n", words_changed, version);
    line(out, "bellwether - hear where a conversation is going");
    buf_append_str(out, STR(".SH SYNOPSIS\n"
                            "\\fBbellwether\\fR [\\fB\\-\\-data\\fR \\fIDIR\\fR] [\\fB\\-\\-client\\fR \\fINAME\\fR] "
                            "[\\fB\\-\\-json\\fR] \\fICOMMAND\\fR ...\n"
                            ".SH DESCRIPTION\n"));
    line(out, "Keeps public posts in an archive of its own, answers questions about them, and unearths the trends in "
              "them: what people say more than expected, from when on, in whose voices, and how fast it grows.\n\n"
              "Results go to standard output, chatter to standard error. Options may stand anywhere; behind -- "
              "everything is an argument. A query may be given as several words; a lone - reads it from standard "
              "input.");
    buf_append_str(out, STR(".SH OPTIONS OF EVERY COMMAND\n"));
    print_options(cli_global_options, out);
    buf_append_str(out, STR(".SH COMMANDS\n"));
    for (size_t i = 0; cli_commands[i]; i++)
        print_command(cli_commands[i], out);
    print_exit_status(out);
    buf_append_str(
        out, STR(".SH ENVIRONMENT\n"
                 ".TP\n"
                 ".B BELLWETHER_DATA\n"
                 "the data folder, where \\-\\-data does not say it\n"
                 ".TP\n"
                 ".B XDG_DATA_HOME\n"
                 "where data folders are kept, else ~/.local/share\n"
                 ".TP\n"
                 ".B NO_COLOR\n"
                 "no colours, also on a terminal\n"
                 ".SH FILES\n"
                 ".TP\n"
                 ".I DATA/clients/NAME/archive/\n"
                 "the posts of a client\n"
                 ".TP\n"
                 ".I DATA/clients/NAME/lists/LIST.txt\n"
                 "a named list, as list:LIST in a query; taken over into records.db once there is one\n"
                 ".TP\n"
                 ".I DATA/clients/NAME/records.db\n"
                 "topics, named lists and whatever else people make\n"
                 ".TP\n"
                 ".I DATA/clients/NAME/rejected/\n"
                 "lines that an import could not take in, with the reason\n"));
}
