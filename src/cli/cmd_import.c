#include "cli/bar.h"
#include "api/finder.h"
#include "cli/place.h"
#include "cli/records.h"
#include "cli/show.h"

#include "base/clock.h"
#include "base/vfs.h"
#include "intake/intake.h"

enum { MAPS_MAX = COLUMN_COUNT, SEAL_FROM_POSTS = 2048 };

static const struct cli_option options[] = {
    {0, "tool", "NAME",
     "whose export it is, where that is not recognised: brandwatch, talkwalker, meltwater, 4cat, 4cat-ndjson, zeeschuimer, x-archive; plain: nobody's"},
    {0, "label", "NAME", "whose finds these posts are, when tools are compared; where it is not said, the tool whose export it is"},
    {0, "zone", "ZONE", "the zone of times that name none, as in Europe/Paris or UTC+1; where nobody says one it is UTC"},
    {0, "date-order", "ORDER", "dmy or mdy: what 03/04/2015 means, where no date of the file decides it"},
    {0, "platform", "NAME", "the platform of posts from a table that has no such column, as in twitter"},
    {0, "author", "NAME", "the author of posts that name none: of X's archive, whose it is"},
    {0, "map", "FIELD=COLUMN",
     "which column of a table is meant, where its header is not known; may be given many times. Fields: at text title "
     "id platform author author_id author_name followers url link lang community kind thread reply_to repost_of "
     "quote_of likes reposts replies quotes views clock site seen"},
    {0, "mapping", "NAME", "read it by a mapping that was saved; what is said besides comes before it"},
    {0, "save-mapping", "NAME", "keep what is said here (tool, zone, columns ...) under a name, for the next time"},
    {0, "format", "FORMAT", "jsonl, csv or tsv; where it is not said, the bytes of the file say it, not its name"},
    {0},
};

static const struct cli_example examples[] = {
    {"bellwether import posts.jsonl.zst", "posts in the JSON Lines form"},
    {"bellwether import brandwatch.csv", "another tool's export: it is recognised by its columns"},
    {"bellwether import meltwater.csv --zone Europe/Paris --label trial", "whose times are those of its account"},
    {"bellwether import x.csv --map text=\"Mention Text\" --save-mapping forum",
     "a table that nobody knows; the next time: --mapping forum"},
    {"bellwether import tweets.js --author ann", "an archive of X"},
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

/* How the files are read, as it was asked for. */
struct asked {
    struct intake_reading reading;
    struct zone           zone;
};

static void say_if_given(struct cli *cli, const char *option, struct str *value)
{
    const char *given = cli_value(cli, option);
    if (given)
        *value = str_of(given);
}

/* A saved mapping, and over it what is said on the line: --map at=X replaces the line of "at". */
static enum error_code gather_maps(struct cli *cli, struct str *maps)
{
    struct buf      lines = {0};
    struct str      rest = *maps, line;
    const char     *map;
    enum error_code code = ERROR_NONE;
    while (str_next_field(&rest, '\n', &line)) {
        bool is_replaced = false;
        for (size_t i = 0; (map = cli_nth_value(cli, "map", i)); i++) {
            const char *equals = strchr(map, '=');
            size_t      len = equals ? (size_t)(equals - map) + 1 : 0;
            is_replaced |= len && line.len >= len && memcmp(line.ptr, map, len) == 0;
        }
        if (!is_replaced)
            buf_printf(&lines, "%.*s\n", STR_ARG(line));
    }
    for (size_t i = 0; (map = cli_nth_value(cli, "map", i)) && !code; i++) {
        struct column_override ignored;
        code = i == MAPS_MAX ? error_set(&cli->error, ERROR_USAGE, "--map: given more than %d times", MAPS_MAX)
                             : column_override_parse(map, &ignored, &cli->error);
        buf_printf(&lines, "%s\n", map);
    }
    *maps = arena_str(&cli->arena, buf_str(&lines));
    buf_fini(&lines);
    return code;
}

static enum error_code use_mapping(struct cli *cli, struct intake_reading *reading)
{
    const char            *name = cli_value(cli, "mapping");
    struct record         *records;
    struct intake_mapping  mapping;
    if (!name)
        return ERROR_NONE;
    enum error_code code = records_open(cli, &records);
    if (code)
        return code;
    code = intake_mapping_by_name(records, str_of(name), &cli->arena, &mapping, &cli->error);
    record_close(records);
    if (!code)
        *reading = mapping.reading;
    return code == ERROR_NOT_FOUND ? error_prefix(&cli->error, "--mapping: ") : code;
}

static enum error_code save_mapping(struct cli *cli, const struct intake_reading *reading, struct str key)
{
    const char   *name = cli_value(cli, "save-mapping");
    struct record *records;
    if (!name)
        return ERROR_NONE;
    enum error_code code = records_open(cli, &records);
    if (code)
        return code;
    struct intake_mapping mapping = {.name = str_of(name), .key = key, .reading = *reading};
    code = intake_mapping_put(records, (struct record_actor){.name = STR("command line")}, &mapping, clock_now_us(), &cli->arena, &mapping, &cli->error);
    record_close(records);
    if (!code)
        cli_say(cli, "mapping '%s' is kept: --mapping '%s'", name, name);
    return code;
}

static enum error_code find_reading(struct cli *cli, struct asked *asked, struct column_options *columns_out)
{
    struct intake_reading *reading = &asked->reading;
    const char            *order = cli_value(cli, "date-order");
    enum error_code        code = use_mapping(cli, reading);
    if (code)
        return code;
    say_if_given(cli, "tool", &reading->tool);
    say_if_given(cli, "label", &reading->label);
    say_if_given(cli, "zone", &reading->zone);
    say_if_given(cli, "platform", &reading->platform);
    say_if_given(cli, "author", &reading->author);
    if (order && !intake_order_parse(str_of(order), &reading->date_order))
        return error_set(&cli->error, ERROR_USAGE, "--date-order: expected dmy or mdy, found '%.60s'", order);
    code = gather_maps(cli, &reading->maps);
    if (!code && intake_read_reading(reading, &cli->arena, &asked->zone, columns_out, &cli->error))
        code = error_prefix(&cli->error, "--"), cli->error.code = code = ERROR_USAGE;
    return code;
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

/* An import while it runs. The bar comes first: it is the context that on_progress is given. */
struct importing {
    struct bar            bar;
    struct asked          asked;
    struct finder         finder;
    struct table_shape    shape; /* of the last file; what it points to is not looked at */
    bool                  has_shape;
};

/* ---- What came of it ---- */

static void print_json(struct cli *cli, const struct import_report *report, const struct importing *importing, enum error_code code)
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
    const struct table_shape *shape = &importing->shape;
    json_key(&json, "tool");
    importing->has_shape && shape->tool ? json_text(&json, shape->tool->name) : json_null(&json);
    json_key(&json, "query");
    importing->has_shape && shape->query[0] ? json_text(&json, shape->query) : json_null(&json);
    json_key(&json, "zone");
    importing->has_shape && shape->has_zone ? json_text(&json, shape->zone.name) : json_null(&json);
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

/* "export.csv: Brandwatch export, times in UTC, query 'Acme'" */
static void say_shape(struct cli *cli, const char *file, const struct table_shape *shape)
{
    struct buf  line = {0};
    const char *slash = strrchr(file, '/');
    buf_printf(&line, "%s: ", slash ? slash + 1 : file);
    if (shape->tool)
        buf_printf(&line, "%s export", shape->tool->title);
    else
        buf_printf(&line, "%s", shape->is_table ? "a table" : "posts in the JSON form");
    if (shape->is_table)
        buf_printf(&line, shape->has_zone ? ", times in %s" : ", times that name no zone are taken as UTC (--zone says another)", shape->zone.name);
    if (shape->author.len)
        buf_printf(&line, ", of @%.*s", STR_ARG(shape->author));
    if (shape->order_example[0] && shape->date_order)
        buf_printf(&line, ", '%s' is read %s first%s", shape->order_example, shape->date_order == DATE_ORDER_DAY_FIRST ? "day" : "month",
                   shape->is_order_seen ? ", as its own dates decide" : "");
    if (shape->query[0])
        buf_printf(&line, ", query '%s'", shape->query);
    cli_say(cli, "%.*s", STR_ARG(buf_str(&line)));
    buf_fini(&line);
}

static void look(void *context, const char *file, const struct table_shape *shape)
{
    struct importing *importing = context;
    bar_wipe(&importing->bar);
    if (shape->tool || shape->is_table)
        say_shape(importing->bar.cli, file, shape);
    importing->shape = *shape;
    importing->has_shape = true;
    finder_look(&importing->finder, shape, importing->asked.reading.label);
}

static enum error_code open_sightings(struct importing *importing, struct error *error)
{
    char          path[512];
    struct finder *finder = &importing->finder;
    if (!finder->label[0] || finder->sightings)
        return ERROR_NONE;
    if (!vfs_join(path, importing->bar.cli->client_folder, "sightings.db"))
        return error_set(error, ERROR_USAGE, "--data: the path is too long");
    return record_open(path, finder_domains, &finder->sightings, error);
}

static enum error_code found(void *context, const struct import_found *post, struct error *error)
{
    struct importing *importing = context;
    enum error_code   code = open_sightings(importing, error);
    return code ? code : finder_found(&importing->finder, post, error);
}

static enum error_code committed(void *context, struct error *error)
{
    struct importing *importing = context;
    return finder_commit(&importing->finder, error);
}

static void say_doubts(struct cli *cli, const struct import_counts *counts)
{
    for (size_t i = 0; i < POST_DOUBTS; i++)
        if (counts->doubts[i])
            cli_say(cli, "%s post%s %s", show_number(&cli->arena, counts->doubts[i]).ptr, counts->doubts[i] == 1 ? "" : "s", post_doubt_words[i]);
}

static enum error_code run(struct cli *cli)
{
    struct archive      *archive = NULL;
    struct import_report report = {0};
    char                 rejected[512];
    struct importing     importing = {.bar = {.cli = cli}, .finder = {.run = clock_now_us(), .now_us = clock_now_us()}};
    struct import_options import = {.paths = cli->arguments,
                                    .path_count = cli->argument_count,
                                    .rejected_folder = rejected,
                                    .stop = cli->stop,
                                    .on_progress = bar_of_import,
                                    .on_look = look,
                                    .on_found = found,
                                    .on_commit = committed,
                                    .context = &importing};
    enum error_code code = find_format(cli, &import.format);
    if (!code)
        code = find_reading(cli, &importing.asked, &import.columns);
    if (!code && !vfs_join(rejected, cli->client_folder, "rejected"))
        code = error_set(&cli->error, ERROR_USAGE, "--data: the path is too long: %.60s...", cli->data);
    if (!code)
        code = check_files(cli);
    if (!code)
        code = place_open_writer(cli, &archive);
    if (code)
        return code;
    code = import_run(archive, &import, &report, &cli->error);
    bar_wipe(&importing.bar);
    record_close(importing.finder.sightings);
    finder_fini(&importing.finder);
    if (code && report.stopped_file[0])
        say_how_far(cli, &report);
    if (!code)
        code = seal_when_worth_it(cli, archive);
    archive_close(archive);
    if (!code)
        code = save_mapping(cli, &importing.asked.reading, str_of(importing.shape.key));
    if (cli->is_json)
        print_json(cli, &report, &importing, code);
    say_counts(cli, &report);
    say_doubts(cli, &report.counts);
    if (!cli->is_json)
        return code;
    return code ? (cli_flush(cli), code) : cli_flush(cli);
}

const struct cli_command cmd_import = {
    .name = "import",
    .arguments = "FILE... [--tool NAME] [--zone ZONE] [--map FIELD=COLUMN]...",
    .summary = "take posts in from files, also other tools' exports",
    .details = "Takes in posts from JSON Lines, from tables (CSV, TSV, also with semicolons) and from the exports of Brandwatch, Talkwalker, Meltwater, "
               "4CAT, Zeeschuimer and X, plain or packed with gzip or zstd; - is standard input. Whose export it is, its header row and its columns are "
               "found by what stands in it, also below a preamble. docs/imports.md says what becomes of each column.\n\n"
               "A post that is there already keeps its words when another tool tells of it: only its figures are taken. So the same post from several "
               "tools is one post, and each tool's find of it is noted for comparisons.\n\n"
               "Posts that are there already add nothing, so that the same file can be imported again: after an "
               "interruption that finishes the job. Lines that are no posts go with their number and the reason to a "
               "file that is named at the end; they are no error.\n\n"
               "With --json: {\"read\", \"new\", \"duplicate\", \"edited\", \"refreshed\", \"withheld\", \"rejected\", "
               "\"rejected_file\", \"elapsed_s\", \"tool\", \"query\", \"zone\", \"complete\"}.",
    .options = options,
    .examples = examples,
    .min_arguments = 1,
    .max_arguments = CLI_ANY_NUMBER,
    .run = run,
};
