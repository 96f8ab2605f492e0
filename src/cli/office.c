#include "cli/office.h"

#include "base/vfs.h"

#include <errno.h>
#include <termios.h>
#include <unistd.h>

/* ---- Subcommands ---- */

static const char *deed_name(const void *context, size_t i)
{
    return ((const struct office_deed *)context)[i].name;
}

static const struct office_deed *find_deed(struct cli *cli, const struct office_deed *deeds)
{
    const char *given = cli->arguments[0];
    for (size_t i = 0; deeds[i].name; i++)
        if (strcmp(deeds[i].name, given) == 0)
            return &deeds[i];
    const char *meant = cli_nearest(given, deed_name, deeds);
    error_set(&cli->error, ERROR_USAGE, "%s: there is no '%.40s'", cli->command->name, given);
    if (meant)
        error_hint(&cli->error, "did you mean %s?", meant);
    else
        error_hint(&cli->error, "bellwether %s --help lists them", cli->command->name);
    return NULL;
}

enum error_code office_run(struct cli *cli, const struct office_deed *deeds)
{
    static const struct record_domain *const domains[] = {&team_domain, NULL};
    const struct office_deed                *deed = find_deed(cli, deeds);
    if (!deed)
        return ERROR_USAGE;
    size_t given = cli->argument_count - 1;
    if (given < deed->min_arguments || given > deed->max_arguments) {
        error_set(&cli->error, ERROR_USAGE, "%s %s: %s", cli->command->name, deed->name, given < deed->min_arguments ? "something is missing" : "too much");
        error_hint(&cli->error, "bellwether %s %s %s", cli->command->name, deed->name, deed->arguments);
        return ERROR_USAGE;
    }
    char           path[512];
    struct record *server = NULL;
    if (!vfs_join(path, cli->data, "server.db"))
        return error_set(&cli->error, ERROR_USAGE, "--data: the path is too long: %.60s...", cli->data);
    enum error_code code = record_open(path, domains, &server, &cli->error);
    if (!code)
        code = team_adopt_folders(server, cli->data, &cli->error);
    if (!code)
        code = deed->run(cli, server);
    record_close(server);
    return code;
}

const char *office_argument(const struct cli *cli, size_t n)
{
    return n + 1 < cli->argument_count ? cli->arguments[n + 1] : NULL;
}

struct record_actor office_actor(void)
{
    return (struct record_actor){0, STR("command line")};
}

enum error_code office_member(struct cli *cli, struct record *server, const char *name, struct team_member *member_out)
{
    enum error_code code = team_member_by_name(server, str_of(name), &cli->arena, member_out, &cli->error);
    if (code == ERROR_NOT_FOUND)
        error_hint(&cli->error, "bellwether user list shows them");
    return code;
}

/* ---- Passwords ---- */

enum { LINE_MAX_BYTES = TEAM_PASSWORD_MAX + 2 };

enum error_code office_line(struct cli *cli, struct str *line_out)
{
    char            bytes[LINE_MAX_BYTES];
    size_t          len = 0, more = 1;
    struct vfs_file in;
    enum error_code code = vfs_open_standard_input(&in, &cli->error);
    /* A byte at a time: what stands behind the line belongs to the next question. */
    while (!code && more && len < sizeof bytes && !(len && bytes[len - 1] == '\n')) {
        code = vfs_read_next(&in, bytes + len, 1, cli->stop, &more, &cli->error);
        len += more;
    }
    vfs_close(&in);
    if (!code && len == 0)
        code = error_set(&cli->error, ERROR_INVALID, "nothing came from standard input");
    while (len && (bytes[len - 1] == '\n' || bytes[len - 1] == '\r'))
        len--;
    *line_out = arena_str(&cli->arena, str_slice(bytes, len));
    explicit_bzero(bytes, sizeof bytes);
    return !code && !line_out->ptr ? error_set(&cli->error, ERROR_MEMORY, "no memory for a line") : code;
}

static enum error_code ask(struct cli *cli, const char *question, struct str *line_out)
{
    struct termios before, silent;
    if (tcgetattr(STDIN_FILENO, &before))
        return error_set_os(&cli->error, "cannot silence the terminal");
    silent = before;
    silent.c_lflag &= ~(tcflag_t)ECHO;
    fputs(question, stderr);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    enum error_code code = office_line(cli, line_out);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    fputc('\n', stderr);
    return code;
}

enum error_code office_password(struct cli *cli, const char *whose, struct str *password_out)
{
    struct str again;
    if (cli_switch(cli, "password-stdin"))
        return office_line(cli, password_out);
    if (!isatty(STDIN_FILENO)) {
        error_set(&cli->error, ERROR_USAGE, "there is no terminal to ask for a password");
        return error_hint(&cli->error, "with --password-stdin it is the first line of standard input");
    }
    char question[160];
    snprintf(question, sizeof question, "New password for %.100s: ", whose);
    enum error_code code = ask(cli, question, password_out);
    if (!code)
        code = ask(cli, "Once more: ", &again);
    if (!code && !str_equal(*password_out, again))
        code = error_set(&cli->error, ERROR_INVALID, "the two were not the same");
    return code;
}

enum error_code office_secret(struct cli *cli, const char *question, const char *hint, struct str *secret_out)
{
    if (isatty(STDIN_FILENO))
        return ask(cli, question, secret_out);
    error_set(&cli->error, ERROR_USAGE, "there is no terminal to ask at: %.160s", question);
    return error_hint(&cli->error, "%s", hint);
}
