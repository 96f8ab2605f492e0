/* The command line's words, and what reaches a terminal. */
#include "check.h"

#include "cli/show.h"

/* ---- rows ---- */

static void check_words(const char *words, const char *what, const char *of)
{
    check(words && words[0], "%s of %s", what, of);
    for (const char *c = words; *c; c++)
        check((unsigned char)*c < 0x7f && (*c >= ' ' || *c == '\n'), "%s of %s is plain ASCII: %s", what, of, words);
}

static void check_options(const struct cli_option *options, const char *of)
{
    for (; options && options->name; options++) {
        check_words(options->name, "the name of an option", of);
        check_words(options->help, options->name, of);
        check(!options->value || options->value[0], "%s of %s names its value", options->name, of);
    }
}

static void every_row_has_its_words(void **state)
{
    (void)state;
    check_options(cli_global_options, "every command");
    for (size_t i = 0; cli_commands[i]; i++) {
        const struct cli_command *command = cli_commands[i];
        check_words(command->name, "name", "a command");
        check_words(command->summary, "summary", command->name);
        check_words(command->details, "details", command->name);
        check(strlen(command->summary) < 66, "%s: the summary fits its line", command->name);
        check(command->arguments && command->run && command->min_arguments <= command->max_arguments, "%s",
              command->name);
        check_options(command->options, command->name);
        check(command->examples && command->examples->line, "%s has an example", command->name);
        for (const struct cli_example *example = command->examples; example->line; example++) {
            check_words(example->meaning, example->line, command->name);
            check(strstr(example->line, "bellwether") && strstr(example->line, command->name), "%s", example->line);
        }
    }
}

/* An option may be met before its command is known, so one name must always take a value, or never. */
static void one_option_name_means_one_form(void **state)
{
    (void)state;
    for (size_t i = 0; cli_commands[i]; i++)
        for (size_t j = 0; cli_commands[j]; j++)
            for (const struct cli_option *a = cli_commands[i]->options; a && a->name; a++) {
                for (const struct cli_option *b = cli_commands[j]->options; b && b->name; b++)
                    check(strcmp(a->name, b->name) != 0 || !a->value == !b->value, "--%s of %s and %s", a->name,
                          cli_commands[i]->name, cli_commands[j]->name);
                for (const struct cli_option *b = cli_global_options; b->name; b++)
                    check(strcmp(a->name, b->name) != 0, "--%s of %s is global", a->name, cli_commands[i]->name);
            }
}

static void help_fits_eighty_columns(void **state)
{
    (void)state;
    struct buf help = {0};
    cli_print_usage(&help);
    for (size_t i = 0; cli_commands[i]; i++)
        cli_print_command_help(cli_commands[i], &help);
    struct str rest = buf_str(&help), line;
    while (str_next_field(&rest, '\n', &line)) {
        check(line.len <= 80, "%.*s", STR_ARG(line));
        check(!str_ends_with(line, STR(" ")), "blanks at the end: '%.*s'", STR_ARG(line));
    }
    buf_fini(&help);
}

/* ---- parsing ---- */

enum { MOST_WORDS = 10 };

static void words_become_options_and_arguments(void **state)
{
    (void)state;
    static const struct {
        const char     *words[MOST_WORDS];
        enum error_code code;
        const char     *parsed; /* command, options, arguments; or what the hint or message holds */
    } cases[] = {
        {{"count", "a", "b"}, 0, "count|a|b|"},
        {{"--json", "count", "a"}, 0, "count|--json|a|"},
        {{"count", "a", "--json"}, 0, "count|--json|a|"},
        {{"--data", "count", "stats"}, 0, "stats|--data=count|"},
        {{"--data=count", "stats", "-q"}, 0, "stats|--data=count|--quiet|"},
        {{"--by", "1h", "timeline", "x"}, 0, "timeline|--by=1h|x|"},
        {{"import", "f", "--map", "a=b", "--map=c=d", "-"}, 0, "import|--map=a=b|--map=c=d|f|-|"},
        {{"count", "--", "--json", "--", "-x"}, 0, "count|--json|--|-x|"},
        {{"count", "-5", "-"}, 0, "count|-5|-|"},
        {{"posts", "--limit", "-5"}, 0, "posts|--limit=-5|"},
        {{NULL}, 0, "-|"},
        {{"--version"}, 0, "-|--version|"},
        {{"thread", "--help"}, 0, "thread|--help|"},
        {{"conut"}, ERROR_USAGE, "did you mean count?"},
        {{"zebra"}, ERROR_USAGE, "lists the commands"},
        {{"count", "--jsno"}, ERROR_USAGE, "did you mean --json?"},
        {{"posts", "--limits", "5"}, ERROR_USAGE, "did you mean --limit?"},
        {{"count", "--limit", "5"}, ERROR_USAGE, "unknown option --limit"},
        {{"count", "-z"}, ERROR_USAGE, "unknown option -z"},
        {{"count", "--json=1"}, ERROR_USAGE, "takes no value"},
        {{"posts", "--limit"}, ERROR_USAGE, "needs N"},
        {{"thread"}, ERROR_USAGE, "something is missing"},
        {{"thread", "a", "b"}, ERROR_USAGE, "'b' is one too many"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct cli *cli = calloc(1, sizeof *cli);
        char       *argv[MOST_WORDS + 1] = {(char[]){"bellwether"}};
        int         argc = 1;
        struct buf  parsed = {0};
        for (; cases[i].words[argc - 1]; argc++)
            argv[argc] = (char *)(uintptr_t)cases[i].words[argc - 1];
        enum error_code code = cli_parse(cli, argc, argv);
        check(code == cases[i].code, "row %zu: %d: %s", i, code, cli->error.message);
        if (code) {
            check(strstr(cli->error.message, cases[i].parsed) || strstr(cli->error.hint, cases[i].parsed),
                  "row %zu: %s / %s", i, cli->error.message, cli->error.hint);
        } else {
            buf_printf(&parsed, "%s|", cli->command ? cli->command->name : "-");
            for (size_t g = 0; g < cli->given_count; g++)
                buf_printf(&parsed, "--%s%s%s|", cli->given[g].option->name, cli->given[g].value ? "=" : "",
                           cli->given[g].value ? cli->given[g].value : "");
            for (size_t a = 0; a < cli->argument_count; a++)
                buf_printf(&parsed, "%s|", cli->arguments[a]);
            check_str(buf_str(&parsed), str_of(cases[i].parsed), "row %zu", i);
        }
        buf_fini(&parsed);
        arena_fini(&cli->arena);
        free(cli);
    }
}

/* ---- what reaches a terminal ---- */

static void text_of_strangers_is_made_safe(void **state)
{
    (void)state;
    static const struct {
        const char *text, *clean;
    } cases[] = {
        {"plain", "plain"},
        {"  two \n\t lines\r\n", "two lines"},
        {"\x1b[31mred\x07", "\xef\xbf\xbd[31mred\xef\xbf\xbd"},
        {"\xc2\x9b"
         "2J",
         "2J"},
        {"a\xe2\x80\xae"
         "b\xe2\x81\xa6"
         "c\xef\xbb\xbf",
         "abc"},
        {"\xff\xc3", "\xef\xbf\xbd\xef\xbf\xbd"},
        {"\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x9a\x80",
         "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x9a\x80"}, /* a joiner inside an emoji stays */
        {"", ""},
    };
    struct arena arena = {0};
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        check_str(show_clean(&arena, str_of(cases[i].text)), str_of(cases[i].clean), "row %zu", i);
    check_str(show_clean(&arena, str_slice("a\0b", 3)), STR("a\xef\xbf\xbd" "b"), "NUL");
    arena_fini(&arena);
}

static void text_is_cut_to_its_columns(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int         columns;
        const char *cut;
    } cases[] = {
        {"abc", 3, "abc"},
        {"abcd", 3, "ab\xe2\x80\xa6"},
        {"a bcd", 3, "a\xe2\x80\xa6"},
        {"abc", 1, "\xe2\x80\xa6"},
        {"\xe6\x9d\xb1\xe4\xba\xac", 4, "\xe6\x9d\xb1\xe4\xba\xac"},
        {"\xe6\x9d\xb1\xe4\xba\xac", 3, "\xe6\x9d\xb1\xe2\x80\xa6"},
        {"\xe6\x9d\xb1\xe4\xba\xac", 2, "\xe2\x80\xa6"},
    };
    struct arena arena = {0};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct str cut = show_cut(&arena, str_of(cases[i].text), cases[i].columns);
        check_str(cut, str_of(cases[i].cut), "row %zu", i);
        check(text_terminal_width(cut) <= cases[i].columns, "row %zu fits", i);
    }
    arena_fini(&arena);
}

static void text_is_wrapped_behind_its_indent(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int         columns, lines;
        const char *wrapped;
    } cases[] = {
        {"one two three", 9, 9, "  one two\n  three\n"},
        {"one two three", 9, 1, "  one \xe2\x80\xa6\n"},
        {"onetwothree", 6, 9, "  onet\n  woth\n  ree\n"},
        {"", 9, 9, ""},
        {"\xe6\x9d\xb1\xe4\xba\xac\xe6\x9d\xb1", 6, 9, "  \xe6\x9d\xb1\xe4\xba\xac\n  \xe6\x9d\xb1\n"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct buf out = {0};
        show_wrapped(&out, str_of(cases[i].text), cases[i].columns, 2, cases[i].lines);
        check_str(buf_str(&out), str_of(cases[i].wrapped), "row %zu", i);
        buf_fini(&out);
    }
}

static void drawings_are_to_scale(void **state)
{
    (void)state;
    static const uint32_t values[] = {0, 1, 2, 4, 8, 7, 0, 0};
    struct buf            out = {0};
    show_sparkline(&out, values, 8, 8);
    check_str(buf_str(&out), STR("▁▁▂▄█▇▁▁"), "eight cells");
    buf_clear(&out);
    show_sparkline(&out, values, 8, 4);
    check_str(buf_str(&out), STR("▁▄█▁"), "four cells");
    buf_clear(&out);
    show_sparkline(&out, values, 1, 4);
    check_str(buf_str(&out), STR("▁"), "nothing");
    buf_clear(&out);
    show_bar(&out, 0.5, 4);
    check_str(buf_str(&out), STR("██"), "half");
    buf_clear(&out);
    show_bar(&out, 0.3125, 4);
    check_str(buf_str(&out), STR("█▎"), "a quarter of a column");
    buf_clear(&out);
    show_bar(&out, 0.0001, 4);
    check_str(buf_str(&out), STR("▏"), "something is never nothing");
    buf_fini(&out);
}

static void tables_fit_the_terminal(void **state)
{
    (void)state;
    static const struct show_column columns[] = {{"name", false, true}, {"n", true, false}};
    struct cli                     *cli = calloc(1, sizeof *cli);
    struct show_table               table = {.columns = columns, .column_count = 2};
    struct str rows[][2] = {{STR("short"), STR("1")}, {STR("much too long for this line\x1b"), STR("1,000")}};
    cli->columns = 20;
    for (size_t i = 0; i < 2; i++)
        check(show_row(cli, &table, rows[i]) == 0, "row");
    show_table(cli, &table);
    check_str(buf_str(&cli->out), STR("name               n\nshort              1\nmuch too lon…  1,000\n"), "table");
    buf_fini(&cli->out);
    arena_fini(&cli->arena);
    free(cli);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_has_its_words),
        cmocka_unit_test(one_option_name_means_one_form),
        cmocka_unit_test(help_fits_eighty_columns),
        cmocka_unit_test(words_become_options_and_arguments),
        cmocka_unit_test(text_of_strangers_is_made_safe),
        cmocka_unit_test(text_is_cut_to_its_columns),
        cmocka_unit_test(text_is_wrapped_behind_its_indent),
        cmocka_unit_test(drawings_are_to_scale),
        cmocka_unit_test(tables_fit_the_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
