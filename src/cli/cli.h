/* The command line: one row a command, one file a command, and what all of them share.
 *
 * A row carries its own words; --help, `bellwether help COMMAND` and the manual page are printed from the rows alone.
 * Results go to standard output, chatter to standard error.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/json.h"
#include "text/text.h"

#include <stdatomic.h>

/* ---- Rows ---- */

struct cli_option {
    char        letter; /* 0: only the long form */
    const char *name;
    const char *value;  /* what stands behind it, as in --top N; NULL: it is a switch */
    const char *help;
};

struct cli_example {
    const char *line, *meaning;
};

struct cli;

struct cli_command {
    const char *name;
    const char *arguments; /* as in "QUERY --by FIELD"; "" for none */
    const char *summary;   /* one line */
    const char *details;   /* sentences; paragraphs are separated by \n\n */
    const struct cli_option  *options;  /* ends with a row without a name; NULL: none of its own */
    const struct cli_example *examples; /* ends with a row without a line */
    unsigned min_arguments, max_arguments;
    enum error_code (*run)(struct cli *cli);
};

enum { CLI_ANY_NUMBER = 100000 };

extern const struct cli_command *const cli_commands[]; /* ends with NULL */
extern const struct cli_option         cli_global_options[]; /* ends with a row without a name */

const struct cli_command *cli_command_named(const char *name); /* NULL where there is none */

/* ---- One run ---- */

enum { CLI_MAX_GIVEN = 256 };

struct cli_given {
    const struct cli_option *option;
    const char              *value; /* NULL for a switch */
};

/* What a command works with. Everything lives until cli_main returns. */
struct cli {
    const struct cli_command *command;
    struct cli_given          given[CLI_MAX_GIVEN];
    size_t                    given_count;
    const char              **arguments;
    size_t                    argument_count;
    bool                      is_json, is_quiet;
    bool                      is_terminal;    /* standard output is one */
    bool                      is_progress_on; /* standard error is one, and nobody asked for quiet */
    bool                      has_colour;
    int                       columns;        /* of standard output; 80 where it is no terminal */
    const char               *client;
    char                      data[512], client_folder[512], archive_folder[512];
    struct buf                out;            /* what is to be printed; see cli_flush */
    bool                      is_reader_gone; /* the pipe behind standard output was closed: stop, quietly */
    struct text_analyser     *analyser;       /* see cli_query; NULL until needed */
    struct arena              arena;
    atomic_bool              *stop;           /* set by SIGINT and SIGTERM */
    struct error              error;
    int                       exit_status;    /* of a command whose numbers are not ours (source run); 0: as the error says */
};

/* Runs the command line and returns the exit status. stop is set from outside. */
int cli_main(int argc, char **argv, atomic_bool *stop);

/* Fills given, arguments and command from the words of the command line: options may stand anywhere, --name=value is
 * --name value, and behind -- everything is an argument. ERROR_USAGE names what is unknown, and what was probably
 * meant. */
enum error_code cli_parse(struct cli *cli, int argc, char **argv);

/* The value of an option of this command, or NULL; the last one counts. */
const char *cli_value(const struct cli *cli, const char *name);
bool        cli_switch(const struct cli *cli, const char *name);
/* The nth value of an option that may be given many times; NULL behind the last. */
const char *cli_nth_value(const struct cli *cli, const char *name, size_t n);
/* A whole number within [least, most], or fallback where the option is not given. ERROR_USAGE names both. */
enum error_code cli_number(struct cli *cli, const char *name, int64_t fallback, int64_t least, int64_t most,
                           int64_t *number_out);
/* RFC 3339, a date, or a duration that goes back from now_us ("24h"). */
enum error_code cli_time(struct cli *cli, const char *name, int64_t now_us, int64_t fallback_us, int64_t *at_us_out);
/* The arguments from the nth on, with a blank between them. */
struct str cli_joined_arguments(struct cli *cli, size_t from);

/* ---- Words about the rows ---- */

void cli_print_usage(struct buf *out);                                       /* bellwether --help */
void cli_print_command_help(const struct cli_command *command, struct buf *out); /* bellwether COMMAND --help */
void cli_print_man(const char *version, struct buf *out);                    /* roff, for bellwether.1 */
/* Appends text wrapped at 80 columns, every line behind `indent` blanks; the first line goes on at column `at`. */
void cli_wrap(struct buf *out, const char *text, int at, int indent);

/* The name among candidates that was probably meant, or NULL. next gives candidate i, NULL at the end. */
typedef const char *(*cli_candidate_fn)(const void *context, size_t i);
const char *cli_nearest(const char *word, cli_candidate_fn next, const void *context);

/* ---- Printing ---- */

/* Writes what is in out. ERROR_NO_SPACE, ERROR_IO; a reader that went away is no error but sets is_reader_gone. */
enum error_code cli_flush(struct cli *cli);
/* A line on standard error, unless --quiet. */
__attribute__((format(printf, 2, 3))) void cli_say(const struct cli *cli, const char *format, ...);
/* Columns of standard error, for a bar that is drawn there; 80 where it is no terminal. */
int cli_error_columns(void);
/* Ends a JSON object on out with a newline and flushes. */
enum error_code cli_end_json(struct cli *cli, struct json *json);

#endif
