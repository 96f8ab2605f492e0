#include "cli/cli.h"

#include "base/vfs.h"
#include "cli/place.h"
#include "cli/show.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#ifndef BELLWETHER_VERSION
#error "the build says which version this is"
#endif

extern const struct cli_command cmd_import, cmd_count, cmd_timeline, cmd_breakdown, cmd_terms, cmd_posts, cmd_thread,
    cmd_check_config, cmd_client, cmd_delete, cmd_lint, cmd_print_config, cmd_read, cmd_serve, cmd_source, cmd_stats, cmd_token, cmd_topic, cmd_trends,
    cmd_user, cmd_demo, cmd_help;

/* In the order in which a newcomer meets them. */
const struct cli_command *const cli_commands[] = {
    &cmd_demo,  &cmd_serve, &cmd_import, &cmd_trends, &cmd_topic, &cmd_source, &cmd_read,  &cmd_posts, &cmd_count,  &cmd_timeline,
    &cmd_breakdown, &cmd_terms, &cmd_thread, &cmd_lint,   &cmd_stats, &cmd_delete, &cmd_client, &cmd_user, &cmd_token,
    &cmd_check_config, &cmd_print_config, &cmd_help,  NULL,
};

const struct cli_command *cli_command_named(const char *name)
{
    for (size_t i = 0; cli_commands[i]; i++)
        if (strcmp(cli_commands[i]->name, name) == 0)
            return cli_commands[i];
    return NULL;
}

/* ---- Printing ---- */

enum { COLUMNS_WITHOUT_TERMINAL = 80, COLUMNS_LEAST = 40, COLUMNS_MOST = 200 };

static int columns_of(int fd)
{
    struct winsize size;
    if (!isatty(fd) || ioctl(fd, TIOCGWINSZ, &size) || size.ws_col == 0)
        return COLUMNS_WITHOUT_TERMINAL;
    return size.ws_col < COLUMNS_LEAST ? COLUMNS_LEAST : size.ws_col > COLUMNS_MOST ? COLUMNS_MOST : size.ws_col;
}

int cli_error_columns(void)
{
    return columns_of(STDERR_FILENO);
}

enum error_code cli_flush(struct cli *cli)
{
    struct vfs_file out = {.fd = STDOUT_FILENO, .path = "standard output"};
    struct error    error = {0};
    if (cli->out.has_failed)
        return error_set(&cli->error, ERROR_MEMORY, "no memory for what is to be printed");
    if (cli->out.len && !cli->is_reader_gone && vfs_write(&out, cli->out.ptr, cli->out.len, &error)) {
        cli->is_reader_gone = error.os_errno == EPIPE;
        if (!cli->is_reader_gone) {
            cli->error = error;
            return error.code;
        }
    }
    buf_clear(&cli->out);
    return ERROR_NONE;
}

void cli_say(const struct cli *cli, const char *format, ...)
{
    if (cli->is_quiet)
        return;
    struct buf  line = {0};
    char        text[2048];
    va_list     list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    struct arena arena = {0};
    buf_append_str(&line, show_clean(&arena, str_of(text)));
    fprintf(stderr, "%.*s\n", STR_ARG(buf_str(&line)));
    buf_fini(&line);
    arena_fini(&arena);
}

enum error_code cli_end_json(struct cli *cli, struct json *json)
{
    json_end(json);
    buf_append_char(&cli->out, '\n');
    return cli_flush(cli);
}

/* Words of strangers stand in messages too: a bad line, a file's name. Lines of a hint keep their blanks, for the caret
 * below a query. */
static void print_clean_lines(const char *prefix, const char *text)
{
    struct str rest = str_of(text), line;
    while (str_next_field(&rest, '\n', &line)) {
        size_t blanks = 0;
        struct arena arena = {0};
        while (blanks < line.len && line.ptr[blanks] == ' ')
            blanks++;
        struct str clean = show_clean(&arena, str_slice(line.ptr + blanks, line.len - blanks));
        fprintf(stderr, "%s%*s%.*s\n", prefix, (int)blanks, "", STR_ARG(clean));
        arena_fini(&arena);
    }
}

static void print_error(const struct cli *cli)
{
    const struct error_kind *kind = error_kind(cli->error.code);
    const char              *message = cli->error.message[0] ? cli->error.message : kind->meaning;
    if (!cli->is_json) {
        print_clean_lines("bellwether: ", message);
        print_clean_lines("  ", cli->error.hint);
        return;
    }
    struct buf  line = {0};
    struct json json = json_writer(&line);
    json_object(&json);
    json_key(&json, "error");
    json_object(&json);
    json_key(&json, "code");
    json_text(&json, kind->name);
    json_key(&json, "message");
    json_text(&json, message);
    json_key(&json, "hint");
    json_text(&json, cli->error.hint);
    json_end(&json);
    json_end(&json);
    fprintf(stderr, "%.*s\n", STR_ARG(buf_str(&line)));
    buf_fini(&line);
}

/* ---- One run ---- */

static enum error_code answer_about_itself(struct cli *cli, bool *is_done_out)
{
    *is_done_out = true;
    if (cli_switch(cli, "version"))
        buf_printf(&cli->out, "bellwether %s\n", BELLWETHER_VERSION);
    else if (cli_switch(cli, "man"))
        cli_print_man(BELLWETHER_VERSION, &cli->out);
    else if (cli_switch(cli, "help") && cli->command)
        cli_print_command_help(cli->command, &cli->out);
    else if (cli_switch(cli, "help"))
        cli_print_usage(&cli->out);
    else
        *is_done_out = false;
    return cli_flush(cli);
}

static enum error_code run(struct cli *cli, int argc, char **argv)
{
    bool            is_done;
    enum error_code code = cli_parse(cli, argc, argv);
    cli->is_json = cli_switch(cli, "json");
    cli->is_quiet = cli_switch(cli, "quiet");
    cli->is_terminal = isatty(STDOUT_FILENO);
    cli->is_progress_on = !cli->is_quiet && isatty(STDERR_FILENO);
    cli->has_colour = cli->is_terminal && !cli->is_json && !getenv("NO_COLOR");
    cli->columns = columns_of(STDOUT_FILENO);
    if (!code)
        code = answer_about_itself(cli, &is_done);
    if (code || is_done)
        return code;
    if (!cli->command) {
        error_set(&cli->error, ERROR_USAGE, "no command");
        return error_hint(&cli->error, "bellwether --help lists them; bellwether demo shows what it does");
    }
    code = place_find(cli);
    return code ? code : cli->command->run(cli);
}

int cli_main(int argc, char **argv, atomic_bool *stop)
{
    struct cli *cli = calloc(1, sizeof *cli);
    if (!cli) {
        fputs("bellwether: no memory\n", stderr);
        return error_kind(ERROR_MEMORY)->exit_status;
    }
    cli->stop = stop;
    enum error_code code = run(cli, argc, argv);
    if (code) {
        cli->error.code = code;
        print_error(cli);
    }
    text_analyser_free(cli->analyser);
    buf_fini(&cli->out);
    arena_fini(&cli->arena);
    int status = cli->exit_status ? cli->exit_status : error_kind(code)->exit_status;
    free(cli);
    return status;
}
