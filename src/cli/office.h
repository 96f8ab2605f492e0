/* What the commands about members, clients and tokens share: server.db, subcommands, and passwords that are not shown. */
#ifndef CLI_OFFICE_H
#define CLI_OFFICE_H

#include "cli/cli.h"
#include "team/team.h"

/* A subcommand: the first argument. */
struct office_deed {
    const char *name, *arguments; /* behind the name */
    unsigned    min_arguments, max_arguments; /* behind the name */
    enum error_code (*run)(struct cli *cli, struct record *server);
};
/* Opens server.db and runs the deed that the first argument names. ERROR_USAGE names what is unknown or missing. deeds ends with a row
 * without a name. */
enum error_code office_run(struct cli *cli, const struct office_deed *deeds);

/* The nth argument behind the subcommand; NULL where there is none. */
const char *office_argument(const struct cli *cli, size_t n);
struct record_actor office_actor(void);
/* The member whom an argument names. ERROR_NOT_FOUND. */
enum error_code office_member(struct cli *cli, struct record *server, const char *name, struct team_member *member_out);

/* The next line of standard input, terminal or not, as it is typed. In arena. */
enum error_code office_line(struct cli *cli, struct str *line_out);

/* A password: from a terminal, twice and without an echo, or with --password-stdin the first line of standard input. In arena. */
enum error_code office_password(struct cli *cli, const char *whose, struct str *password_out);

/* Any other secret: asked once at the terminal, without an echo; ERROR_USAGE with words of hint where there is no terminal. In arena; may be empty. */
enum error_code office_secret(struct cli *cli, const char *question, const char *hint, struct str *secret_out);

#endif
