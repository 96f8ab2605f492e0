#include "cli/cli.h"

#include "base/clock.h"

#include <string.h>

const struct cli_option cli_global_options[] = {
    {0, "data", "DIR",
     "the data folder; else BELLWETHER_DATA, else $XDG_DATA_HOME/bellwether, else ~/.local/share/bellwether"},
    {0, "client", "NAME",
     "the client whose archive is meant (small letters, digits and -); \"default\" where it is not said"},
    {0, "json", NULL, "print JSON: one object, or one object a line where results stream"},
    {'q', "quiet", NULL, "no progress and no chatter on standard error"},
    {'h', "help", NULL, "explain the command"},
    {'V', "version", NULL, "print the version"},
    {0, "man", NULL, "print the manual page (roff)"},
    {0},
};

/* ---- What was probably meant ---- */

enum { NEAREST_MAX_BYTES = 24 };

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Insertions, deletions, replacements and swaps of neighbours between two short words (optimal string alignment). */
static unsigned distance(const char *a, const char *b)
{
    unsigned rows[NEAREST_MAX_BYTES + 1][NEAREST_MAX_BYTES + 1];
    size_t   a_len = strlen(a), b_len = strlen(b);
    if (a_len > NEAREST_MAX_BYTES || b_len > NEAREST_MAX_BYTES)
        return NEAREST_MAX_BYTES;
    for (size_t i = 0; i <= a_len; i++)
        for (size_t j = 0; j <= b_len; j++) {
            if (i == 0 || j == 0) {
                rows[i][j] = (unsigned)(i + j);
                continue;
            }
            rows[i][j] = least(least(rows[i - 1][j], rows[i][j - 1]) + 1, rows[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                rows[i][j] = least(rows[i][j], rows[i - 2][j - 2] + 1);
        }
    return rows[a_len][b_len];
}

const char *cli_nearest(const char *word, cli_candidate_fn next, const void *context)
{
    const char *best = NULL, *candidate;
    unsigned    best_distance = 3; /* two slips of the finger */
    for (size_t i = 0; (candidate = next(context, i)); i++) {
        unsigned far = distance(word, candidate);
        if (far < best_distance && far < strlen(candidate)) {
            best = candidate;
            best_distance = far;
        }
    }
    return best;
}

static const char *command_name(const void *context, size_t i)
{
    (void)context;
    return cli_commands[i] ? cli_commands[i]->name : NULL;
}

/* The options of a command, its own first, then the global ones. */
static const struct cli_option *option_at(const struct cli_command *command, size_t i)
{
    size_t own = 0;
    while (command && command->options && command->options[own].name)
        own++;
    if (i < own)
        return &command->options[i];
    for (size_t global = 0; global <= i - own; global++)
        if (!cli_global_options[global].name)
            return NULL;
    return &cli_global_options[i - own];
}

static const char *option_name(const void *context, size_t i)
{
    const struct cli_option *option = option_at(context, i);
    return option ? option->name : NULL;
}

/* ---- Finding options ---- */

static const struct cli_option *find_option(const struct cli_command *command, struct str name, char letter)
{
    const struct cli_option *option;
    for (size_t i = 0; (option = option_at(command, i)); i++)
        if (letter ? option->letter == letter : str_equal(name, str_of(option->name)))
            return option;
    return NULL;
}

/* Options may stand before the command, so any command's may be met before it is known which command it is. */
static const struct cli_option *find_option_of_any(struct str name, char letter)
{
    for (size_t i = 0; cli_commands[i]; i++) {
        const struct cli_option *option = find_option(cli_commands[i], name, letter);
        if (option)
            return option;
    }
    return NULL;
}

/* A word of the command line that is an option. "-" alone and "-5" are arguments. */
struct option_word {
    struct str  name;
    char        letter;
    const char *value; /* behind =, or NULL */
};

static bool split_option(const char *word, struct option_word *out)
{
    *out = (struct option_word){0};
    if (word[0] != '-' || word[1] == '\0')
        return false;
    if (word[1] != '-') {
        bool is_letter = (word[1] >= 'a' && word[1] <= 'z') || (word[1] >= 'A' && word[1] <= 'Z');
        out->letter = word[1];
        out->name = str_slice(word + 1, 1);
        out->value = word[2] == '=' ? word + 3 : word[2] ? word + 2 : NULL;
        return is_letter;
    }
    const char *equals = strchr(word, '=');
    out->name = equals ? str_slice(word + 2, (size_t)(equals - word - 2)) : str_of(word + 2);
    out->value = equals ? equals + 1 : NULL;
    return true;
}

static const struct cli_command *find_command(int argc, char **argv, int *at_out)
{
    for (int i = 1; i < argc; i++) {
        struct option_word word;
        if (strcmp(argv[i], "--") == 0)
            break;
        if (split_option(argv[i], &word)) {
            const struct cli_option *option = find_option_of_any(word.name, word.letter);
            if (option && option->value && !word.value)
                i++;
            continue;
        }
        *at_out = i;
        return cli_command_named(argv[i]);
    }
    *at_out = 0;
    return NULL;
}

static enum error_code unknown_option(struct cli *cli, const char *word, struct option_word *parts)
{
    char name[NEAREST_MAX_BYTES + 1] = "";
    error_set(&cli->error, ERROR_USAGE, "%s%sunknown option %.60s", cli->command ? cli->command->name : "",
              cli->command ? ": " : "", word);
    if (parts->name.len <= NEAREST_MAX_BYTES)
        memcpy(name, parts->name.ptr, parts->name.len);
    const char *meant = parts->letter ? NULL : cli_nearest(name, option_name, cli->command);
    if (meant)
        return error_hint(&cli->error, "did you mean --%s?", meant);
    return error_hint(&cli->error, "bellwether %s%s--help lists them; behind -- everything is an argument",
                      cli->command ? cli->command->name : "", cli->command ? " " : "");
}

static enum error_code take_option(struct cli *cli, int argc, char **argv, int *at)
{
    struct option_word       word;
    const char              *as_written = argv[*at];
    split_option(as_written, &word);
    const struct cli_option *option = find_option(cli->command, word.name, word.letter);
    if (!option)
        return unknown_option(cli, as_written, &word);
    if (!option->value && word.value)
        return error_set(&cli->error, ERROR_USAGE, "--%s takes no value, found '%.60s'", option->name, word.value);
    if (option->value && !word.value) {
        if (*at + 1 >= argc)
            return error_set(&cli->error, ERROR_USAGE, "--%s needs %s behind it", option->name, option->value);
        word.value = argv[++*at];
    }
    if (cli->given_count == CLI_MAX_GIVEN)
        return error_set(&cli->error, ERROR_USAGE, "more than %d options", CLI_MAX_GIVEN);
    cli->given[cli->given_count++] = (struct cli_given){option, word.value};
    return ERROR_NONE;
}

static enum error_code no_such_command(struct cli *cli, const char *word)
{
    error_set(&cli->error, ERROR_USAGE, "unknown command %.60s", word);
    const char *meant = cli_nearest(word, command_name, NULL);
    return meant ? error_hint(&cli->error, "did you mean %s?", meant)
                 : error_hint(&cli->error, "bellwether --help lists the commands");
}

static enum error_code check_arguments(struct cli *cli)
{
    const struct cli_command *command = cli->command;
    if (!command || cli_switch(cli, "help"))
        return ERROR_NONE;
    if (cli->argument_count < command->min_arguments)
        error_set(&cli->error, ERROR_USAGE, "%s: something is missing: bellwether %s %s", command->name, command->name,
                  command->arguments);
    else if (cli->argument_count > command->max_arguments)
        error_set(&cli->error, ERROR_USAGE, "%s: '%.60s' is one too many", command->name,
                  cli->arguments[command->max_arguments]);
    else
        return ERROR_NONE;
    return error_hint(&cli->error, "bellwether %s --help", command->name);
}

enum error_code cli_parse(struct cli *cli, int argc, char **argv)
{
    int  command_at;
    bool has_only_arguments = false;
    cli->command = find_command(argc, argv, &command_at);
    cli->arguments = arena_array(&cli->arena, (size_t)argc + 1, sizeof *cli->arguments);
    if (!cli->arguments)
        return error_set(&cli->error, ERROR_MEMORY, "no memory for %d words", argc);
    if (command_at && !cli->command)
        return no_such_command(cli, argv[command_at]);
    for (int i = 1; i < argc; i++) {
        struct option_word word;
        enum error_code    code = ERROR_NONE;
        if (i == command_at)
            continue;
        if (has_only_arguments || (strcmp(argv[i], "--") != 0 && !split_option(argv[i], &word)))
            cli->arguments[cli->argument_count++] = argv[i];
        else if (strcmp(argv[i], "--") == 0)
            has_only_arguments = true;
        else
            code = take_option(cli, argc, argv, &i);
        if (code)
            return code;
    }
    return check_arguments(cli);
}

/* ---- Asking for them ---- */

const char *cli_nth_value(const struct cli *cli, const char *name, size_t n)
{
    for (size_t i = 0; i < cli->given_count; i++)
        if (strcmp(cli->given[i].option->name, name) == 0 && n-- == 0)
            return cli->given[i].value;
    return NULL;
}

const char *cli_value(const struct cli *cli, const char *name)
{
    for (size_t i = cli->given_count; i-- > 0;)
        if (strcmp(cli->given[i].option->name, name) == 0)
            return cli->given[i].value;
    return NULL;
}

bool cli_switch(const struct cli *cli, const char *name)
{
    for (size_t i = 0; i < cli->given_count; i++)
        if (strcmp(cli->given[i].option->name, name) == 0)
            return true;
    return false;
}

enum error_code cli_number(struct cli *cli, const char *name, int64_t fallback, int64_t smallest, int64_t most,
                           int64_t *number_out)
{
    const char *value = cli_value(cli, name);
    *number_out = fallback;
    if (!value)
        return ERROR_NONE;
    if (!str_to_i64(str_of(value), number_out) || *number_out < smallest || *number_out > most)
        return error_set(&cli->error, ERROR_USAGE, "--%s: expected a whole number from %lld to %lld, found '%.60s'",
                         name, (long long)smallest, (long long)most, value);
    return ERROR_NONE;
}

enum error_code cli_time(struct cli *cli, const char *name, int64_t now_us, int64_t fallback_us, int64_t *at_us_out)
{
    const char *value = cli_value(cli, name);
    int64_t     back_us;
    *at_us_out = fallback_us;
    if (!value || clock_parse(str_of(value), at_us_out))
        return ERROR_NONE;
    if (clock_parse_duration(str_of(value), &back_us) && back_us < now_us) {
        *at_us_out = now_us - back_us;
        return ERROR_NONE;
    }
    error_set(&cli->error, ERROR_USAGE, "--%s: '%.60s' is not a time", name, value);
    return error_hint(&cli->error, "as in 2015-02-23T10:00:00Z, 2015-02-23, or 24h for so long ago");
}

struct str cli_joined_arguments(struct cli *cli, size_t from)
{
    struct buf joined = {0};
    for (size_t i = from; i < cli->argument_count; i++) {
        if (i > from)
            buf_append_char(&joined, ' ');
        buf_append_str(&joined, str_of(cli->arguments[i]));
    }
    struct str kept = joined.has_failed ? (struct str){0} : arena_str(&cli->arena, buf_str(&joined));
    buf_fini(&joined);
    return kept;
}
