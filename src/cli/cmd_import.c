#include "cli/bar.h"
#include "cli/place.h"
#include "cli/show.h"

#include "base/vfs.h"

enum { MAPS_MAX = COLUMN_COUNT, SEAL_FROM_POSTS = 2048 };

static const struct cli_option options[] = {
    {0, "format", "FORMAT", "jsonl, csv or tsv; where it is not said, the bytes of the file say it, not its name"},
    {0, "platform", "NAME", "the platform of posts from a table that has no such column, as in twitter"},
    {0, "map", "FIELD=COLUMN",
     "which column of a table is meant, where its header is not known; may be given many times. Fields: at text title "
     "id platform author author_id author_name followers url link lang community kind thread reply_to repost_of "
     "quote_of likes reposts replies quotes views"},
    {0, "date-order", "ORDER", "dmy or mdy: what 03/04/2015 means in a table"},
    {0},
};

static const struct cli_example examples[] = {
    {"bellwether import posts.jsonl.zst", "posts in the JSON Lines form"},
    {"bellwether import export.csv --platform forum --map text=\"Mention Text\"", "a listening tool's export"},
    {"curl -s https://example.org/posts.gz | bellwether import -", "from a pipe, unpacked on the way"},
    {0},
};

/* ---- What was asked for ---- */

static enum error_code find_format(struct cli *cli, enum table_format *format_out)
{
    static const char *const names[] = {[TABLE_FORMAT_AUTO] = "auto",
                                        [TABLE_FORMAT_JSONL] = "jsonl",
                                        [TABLE_FORMAT_CSV] = "csv",
                                        [TABLE_FORMAT_TSV] = "tsv"};
    const char *format = cli_value(cli, "format");
    *format_out = TABLE_FORMAT_AUTO;
    for (size_t i = 0; format && i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i], format) == 0) {
            *format_out = (enum table_format)i;
            format = NULL;
        }
    return format ? error_set(&cli->error, ERROR_USAGE, "--format: expected jsonl, csv or tsv, found '%.60s'", format)
                  : ERROR_NONE;
}

static enum error_code find_columns(struct cli *cli, struct column_override maps[MAPS_MAX],
                                    struct column_options *columns_out)
{
    const char *map, *order = cli_value(cli, "date-order"), *platform = cli_value(cli, "platform");
    *columns_out = (struct column_options){.overrides = maps, .platform = str_of(platform ? platform : "")};
    for (size_t i = 0; (map = cli_nth_value(cli, "map", i)); i++) {
        if (i == MAPS_MAX)
            return error_set(&cli->error, ERROR_USAGE, "--map: given more than %d times", MAPS_MAX);
        enum error_code code = column_override_parse(map, &maps[i], &cli->error);
        if (code)
            return code;
        columns_out->override_count++;
    }
    if (order && strcmp(order, "dmy") != 0 && strcmp(order, "mdy") != 0)
        return error_set(&cli->error, ERROR_USAGE, "--date-order: expected dmy or mdy, found '%.60s'", order);
    if (order)
        columns_out->date_order = strcmp(order, "dmy") == 0 ? DATE_ORDER_DAY_FIRST : DATE_ORDER_MONTH_FIRST;
    return ERROR_NONE;
}

/* A missing file in the middle of a list is better known before the first post is read. */
static enum error_code check_files(struct cli *cli)
{
    size_t pipes = 0;
    for (size_t i = 0; i < cli->argument_count; i++) {
        bool is_pipe = strcmp(cli->arguments[i], "-") == 0;
        pipes += is_pipe;
        if (!is_pipe && !vfs_exists(cli->arguments[i]))
            return error_set(&cli->error, ERROR_NOT_FOUND, "there is no file %.300s", cli->arguments[i]);
    }
    return pipes > 1 ? error_set(&cli->error, ERROR_USAGE, "import: standard input can be read only once") : ERROR_NONE;
}

/* ---- What came of it ---- */

static void print_json(struct cli *cli, const struct import_report *report, enum error_code code)
{
    const struct import_counts *counts = &report->counts;
    const struct {
        const char *name;
        uint64_t    count;
    } numbers[] = {{"read", counts->read},        {"new", counts->added},           {"duplicate", counts->duplicate},
                   {"edited", counts->edited},    {"refreshed", counts->refreshed}, {"withheld", counts->withheld},
                   {"rejected", counts->rejected}};
    struct json json = json_writer(&cli->out);
    json_object(&json);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        json_key(&json, numbers[i].name);
        json_i64(&json, (int64_t)numbers[i].count);
    }
    json_key(&json, "rejected_file");
    report->rejected_path[0] ? json_text(&json, report->rejected_path) : json_null(&json);
    json_key(&json, "elapsed_s");
    json_double(&json, (double)report->elapsed_us / 1e6, 3);
    json_key(&json, "complete");
    json_bool(&json, code == ERROR_NONE);
    json_end(&json);
    buf_append_char(&cli->out, '\n');
}

static void say_counts(struct cli *cli, const struct import_report *report)
{
    const struct import_counts *counts = &report->counts;
    struct arena               *arena = &cli->arena;
    struct buf                  line = {0};
    buf_printf(&line, "%s read: %s new, %s duplicate, %s edited, %s rejected", show_number(arena, counts->read).ptr,
               show_number(arena, counts->added).ptr, show_number(arena, counts->duplicate).ptr,
               show_number(arena, counts->edited).ptr, show_number(arena, counts->rejected).ptr);
    if (counts->refreshed)
        buf_printf(&line, ", %s refreshed", show_number(arena, counts->refreshed).ptr);
    if (counts->withheld)
        buf_printf(&line, ", %s withheld", show_number(arena, counts->withheld).ptr);
    double seconds = (double)report->elapsed_us / 1e6;
    if (seconds > 1)
        buf_printf(&line, " (%.1f s, %s posts/s)", seconds,
                   show_number(arena, (uint64_t)((double)counts->read / seconds)).ptr);
    cli_say(cli, "%.*s", STR_ARG(buf_str(&line)));
    buf_fini(&line);
    if (report->rejected_path[0])
        cli_say(cli, "rejected lines with their reasons: %s", report->rejected_path);
}

/* Adds to the error how far it came and that nothing of it is lost. */
static void say_how_far(struct cli *cli, const struct import_report *report)
{
    char hint[ERROR_HINT_BYTES];
    snprintf(hint, sizeof hint, "%s", cli->error.hint);
    error_hint(&cli->error,
               "%s%sstopped at line %llu of %.200s; what was counted is kept, and the same command again adds the rest",
               hint, hint[0] ? "\n" : "", (unsigned long long)report->stopped_line, report->stopped_file);
}

/* Many posts in the log would be read again by every command: they are better off in a segment. */
static enum error_code seal_when_worth_it(struct cli *cli, struct archive *archive)
{
    struct archive_snapshot *snapshot;
    struct archive_stats     stats = {0};
    enum error_code          code = archive_snapshot(archive, &snapshot, &cli->error);
    if (code)
        return code;
    code = archive_stats(snapshot, &stats, &cli->error);
    archive_snapshot_release(snapshot);
    return !code && stats.pending >= SEAL_FROM_POSTS ? archive_seal(archive, &cli->error) : code;
}

static enum error_code run(struct cli *cli)
{
    struct archive        *archive = NULL;
    struct column_override maps[MAPS_MAX];
    struct bar             bar = {.cli = cli};
    struct import_report   report = {0};
    char                   rejected[512];
    struct import_options import = {.paths = cli->arguments,
                                    .path_count = cli->argument_count,
                                    .rejected_folder = rejected,
                                    .stop = cli->stop,
                                    .on_progress = bar_of_import,
                                    .context = &bar};
    enum error_code code = find_format(cli, &import.format);
    if (!code)
        code = find_columns(cli, maps, &import.columns);
    if (!code && !vfs_join(rejected, cli->client_folder, "rejected"))
        code = error_set(&cli->error, ERROR_USAGE, "--data: the path is too long: %.60s...", cli->data);
    if (!code)
        code = check_files(cli);
    if (!code)
        code = place_open_writer(cli, &archive);
    if (code)
        return code;
    code = import_run(archive, &import, &report, &cli->error);
    bar_wipe(&bar);
    if (code && report.stopped_file[0])
        say_how_far(cli, &report);
    if (!code)
        code = seal_when_worth_it(cli, archive);
    archive_close(archive);
    if (cli->is_json)
        print_json(cli, &report, code);
    say_counts(cli, &report);
    if (!cli->is_json)
        return code;
    return code ? (cli_flush(cli), code) : cli_flush(cli);
}

const struct cli_command cmd_import = {
    .name = "import",
    .arguments = "FILE... [--platform NAME] [--map FIELD=COLUMN]...",
    .summary = "take posts in from files: JSON Lines, CSV or TSV",
    .details = "Takes in posts from JSON Lines or from tables (CSV, TSV, also with semicolons), plain or packed with "
               "gzip or zstd; - is standard input. A table's header row is found by itself, also below a preamble, "
               "and its columns by their names.\n\n"
               "Posts that are there already add nothing, so that the same file can be imported again: after an "
               "interruption that finishes the job. Lines that are no posts go with their number and the reason to a "
               "file that is named at the end; they are no error.\n\n"
               "With --json: {\"read\", \"new\", \"duplicate\", \"edited\", \"refreshed\", \"withheld\", \"rejected\", "
               "\"rejected_file\", \"elapsed_s\", \"complete\"}.",
    .options = options,
    .examples = examples,
    .min_arguments = 1,
    .max_arguments = CLI_ANY_NUMBER,
    .run = run,
};
