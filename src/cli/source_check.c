/* The conformance kit on the command line. */
#include "cli/show.h"
#include "cli/source.h"

#include "base/clock.h"
#include "base/vfs.h"
#include "kit/kit.h"

#include <stdlib.h>

enum { WORDS_MAX = 64, FILE_MAX_BYTES = 256 * 1024, VERDICT_COLUMN = 9, WHY_COLUMN = 19 };

/* A connector runs in an empty folder: a word that names a file here is given as its whole path. */
static const char *whole_path(struct cli *cli, const char *word)
{
    uint64_t size;
    bool     may_be_path = strchr(word, '/') || strchr(word, '.');
    char    *whole = may_be_path && word[0] != '/' && word[0] != '-' && vfs_file_size(word, &size) ? realpath(word, NULL) : NULL;
    if (!whole)
        return word;
    struct str kept = arena_str(&cli->arena, str_of(whole));
    free(whole);
    return kept.ptr ? kept.ptr : word;
}

static enum error_code find_words(struct cli *cli, const char *argv[WORDS_MAX])
{
    size_t count = 0;
    for (const char *word; (word = source_argument(cli, count)); count++) {
        if (count == WORDS_MAX - 1)
            return error_set(&cli->error, ERROR_USAGE, "source check: more than %d words", WORDS_MAX - 1);
        argv[count] = count ? whole_path(cli, word) : word;
    }
    argv[count] = NULL;
    return ERROR_NONE;
}

/* "python3 driver.py --port 1" at its blanks: there is no shell behind it. */
static enum error_code find_driver(struct cli *cli, const char *words[WORDS_MAX], const char *const **driver_out)
{
    const char *given = cli_value(cli, "driver");
    struct str  rest = str_of(given), word;
    size_t      count = 0;
    *driver_out = NULL;
    while (given && str_next_field(&rest, ' ', &word)) {
        if (!word.len)
            continue;
        if (count == WORDS_MAX - 1)
            return error_set(&cli->error, ERROR_USAGE, "--driver: more than %d words", WORDS_MAX - 1);
        words[count] = arena_str(&cli->arena, word).ptr;
        if (!words[count++])
            return error_set(&cli->error, ERROR_MEMORY, "no memory for the driver");
    }
    words[count] = NULL;
    if (count)
        *driver_out = words;
    return ERROR_NONE;
}

static enum error_code read_file(struct cli *cli, const char *option, struct str *text_out)
{
    const char *path = cli_value(cli, option);
    struct buf  bytes = {0};
    *text_out = (struct str){0};
    if (!path)
        return ERROR_NONE;
    enum error_code code = vfs_read_file(path, FILE_MAX_BYTES, &bytes, &cli->error);
    if (!code)
        *text_out = arena_str(&cli->arena, str_trim(buf_str(&bytes)));
    if (bytes.ptr)
        explicit_bzero(bytes.ptr, bytes.len);
    buf_fini(&bytes);
    return code;
}

static enum error_code find_numbers(struct cli *cli, struct kit_setup *setup)
{
    const struct {
        const char *name;
        int64_t     fallback, least, most;
        unsigned   *out;
    } numbers[] = {{"kills", 5, 1, 1000, &setup->kills},
                   {"posts", 20, 4, 100000, &setup->posts},
                   {"items", 2000, 2, 10000000, &setup->items},
                   {"wait", 20, 1, 3600, &setup->wait_s},
                   {"memory", 32, 1, 100000, &setup->memory_mib}};
    int64_t         number, seed;
    enum error_code code = cli_number(cli, "seed", clock_now_us() % 1000000, 0, INT32_MAX, &seed);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers && !code; i++) {
        code = cli_number(cli, numbers[i].name, numbers[i].fallback, numbers[i].least, numbers[i].most, &number);
        *numbers[i].out = (unsigned)number;
    }
    setup->seed = (uint64_t)seed;
    return code;
}

static const char *const verdicts[] = {[KIT_OK] = "ok", [KIT_FAILED] = "FAILED", [KIT_SKIPPED] = "skipped"};

static void tell_json(struct cli *cli, const struct kit_finding *finding)
{
    struct json json = json_writer(&cli->out);
    json_object(&json);
    json_put_str(&json, "check", str_of(finding->name));
    json_put_str(&json, "verdict", finding->verdict == KIT_FAILED ? STR("failed") : str_of(verdicts[finding->verdict]));
    json_put_str(&json, "what", str_of(finding->what));
    json_put_str(&json, "why", str_of(finding->why));
    json_key(&json, "took_s");
    json_double(&json, (double)finding->took_us / 1e6, 2);
    json_end(&json);
    buf_append_char(&cli->out, '\n');
}

static void tell(void *context, const struct kit_finding *finding)
{
    struct cli *cli = context;
    char        text[600];
    if (cli->is_json) {
        tell_json(cli, finding);
    } else {
        struct str  clean = show_clean(&cli->arena, str_of(finding->why));
        const char *style = finding->verdict == KIT_FAILED ? show_bold(cli) : finding->verdict == KIT_SKIPPED ? show_dim(cli) : "";
        if (finding->verdict == KIT_FAILED)
            snprintf(text, sizeof text, "%.*s (%s)", STR_ARG(clean), finding->what);
        else
            snprintf(text, sizeof text, "%.*s", STR_ARG(clean));
        buf_printf(&cli->out, "%s%-*s%-*s", style, VERDICT_COLUMN, verdicts[finding->verdict], WHY_COLUMN - VERDICT_COLUMN, finding->name);
        cli_wrap(&cli->out, text, WHY_COLUMN, WHY_COLUMN);
        buf_append_str(&cli->out, str_of(style[0] ? show_plain(cli) : ""));
    }
    cli_flush(cli);
}

static enum error_code end(struct cli *cli, const struct kit_counts *counts, unsigned seed)
{
    cli->exit_status = counts->failed ? 1 : 0;
    if (!cli->is_json) {
        buf_printf(&cli->out, "%u ok, %u failed, %u skipped (seed %u)\n", counts->ok, counts->failed, counts->skipped, seed);
        return cli_flush(cli);
    }
    struct json json = json_writer(&cli->out);
    json_object(&json);
    json_put_i64(&json, "ok", counts->ok);
    json_put_i64(&json, "failed", counts->failed);
    json_put_i64(&json, "skipped", counts->skipped);
    json_put_i64(&json, "seed", seed);
    return cli_end_json(cli, &json);
}

enum error_code source_deed_check(struct cli *cli)
{
    const char       *argv[WORDS_MAX], *driver[WORDS_MAX];
    struct kit_setup  setup = {.argv = argv, .mode = cli_value(cli, "mode"), .only = cli_value(cli, "only"), .stop = cli->stop, .tell = tell, .context = cli};
    struct kit_counts counts;
    enum error_code   code = find_words(cli, argv);
    if (!code)
        code = find_driver(cli, driver, &setup.driver);
    if (!code)
        code = read_file(cli, "config", &setup.config);
    if (!code)
        code = read_file(cli, "secrets", &setup.secrets);
    if (!code)
        code = read_file(cli, "query", &setup.query);
    if (!code)
        code = find_numbers(cli, &setup);
    if (!code)
        code = kit_run(&setup, &counts, &cli->error);
    return code ? code : end(cli, &counts, (unsigned)setup.seed);
}
