#include "cli/place.h"
#include "cli/show.h"

#include "base/clock.h"

static const struct cli_option options[] = {
    {0, "by", "WIDTH", "width of a bucket: 90s, 15m, 1h, 7d, 2w; 1h where it is not said"},
    PLACE_QUERY_OPTIONS,
    {0},
};

static const struct cli_example examples[] = {
    {"bellwether timeline cancelled --by 1d", "posts with that word, day by day"},
    {0},
};

static enum error_code print_json(struct cli *cli, int64_t width_us, const struct archive_bucket *buckets, size_t count)
{
    struct json json = json_writer(&cli->out);
    json_object(&json);
    json_key(&json, "by_s");
    json_i64(&json, width_us / CLOCK_SECOND_US);
    json_key(&json, "buckets");
    json_array(&json);
    for (size_t i = 0; i < count; i++) {
        json_object(&json);
        json_key(&json, "at");
        json_time(&json, buckets[i].at_us);
        json_key(&json, "count");
        json_i64(&json, (int64_t)buckets[i].count);
        json_end(&json);
    }
    json_end(&json);
    return cli_end_json(cli, &json);
}

static enum error_code print_bars(struct cli *cli, const struct archive_bucket *buckets, size_t count)
{
    enum { TIME_COLUMNS = 17, COUNT_COLUMNS = 11 };
    uint64_t most = 1;
    for (size_t i = 0; i < count; i++)
        most = buckets[i].count > most ? buckets[i].count : most;
    for (size_t i = 0; i < count; i++) {
        show_padded(&cli->out, show_time(&cli->arena, buckets[i].at_us), TIME_COLUMNS, false);
        show_padded(&cli->out, show_number(&cli->arena, buckets[i].count), COUNT_COLUMNS, true);
        buf_printf(&cli->out, "  %s", show_brass(cli));
        show_bar(&cli->out, (double)buckets[i].count / (double)most, cli->columns - TIME_COLUMNS - COUNT_COLUMNS - 2);
        buf_printf(&cli->out, "%s\n", show_plain(cli));
    }
    return cli_flush(cli);
}

static enum error_code run(struct cli *cli)
{
    struct place_reader    reader = {0};
    struct query           query;
    struct archive_bucket *buckets = NULL;
    size_t                 count = 0;
    const char            *by = cli_value(cli, "by");
    int64_t                width_us = CLOCK_HOUR_US;
    if (by && !clock_parse_duration(str_of(by), &width_us))
        return error_set(&cli->error, ERROR_USAGE, "--by: expected a width like 15m, 1h or 7d, found '%.60s'", by);
    enum error_code code = place_query(cli, 0, 0, &query);
    if (!code)
        code = place_open_reader(cli, &reader);
    if (!code)
        code = archive_timeline(reader.snapshot, query.root, width_us, &cli->arena, &buckets, &count, &cli->error);
    if (code == ERROR_TOO_LARGE)
        error_hint(&cli->error, "choose a wider --by, or narrow the query with since: and until:");
    place_close_reader(&reader);
    if (code)
        return code;
    return cli->is_json ? print_json(cli, width_us, buckets, count) : print_bars(cli, buckets, count);
}

const struct cli_command cmd_timeline = {
    .name = "timeline",
    .arguments = "QUERY [--by 1h]",
    .summary = "matching posts over time",
    .details = "Counts the posts that the query matches in buckets of equal width, from the first match to the last, "
               "empty ones between included. Times are UTC.\n\n"
               "With --json: {\"by_s\":SECONDS, \"buckets\":[{\"at\":TIME, \"count\":N}, ...]}.",
    .options = options,
    .examples = examples,
    .max_arguments = CLI_ANY_NUMBER,
    .run = run,
};
