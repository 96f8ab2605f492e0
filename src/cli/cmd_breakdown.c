#include "cli/place.h"
#include "cli/show.h"

enum { DEFAULT_TOP = 20, MOST_TOP = 100000, BAR_COLUMNS = 24 };

static const struct cli_option options[] = {
    {0, "by", "FIELD", "author, platform, community, kind, lang, tag, mention, link, site, thread or has"},
    {0, "top", "N", "how many values; 20 where it is not said"},
    PLACE_QUERY_OPTIONS,
    {0},
};

static const struct cli_example examples[] = {
    {"bellwether breakdown 'cancel*' --by mention --top 6", "whom they speak to when they speak of cancelling"},
    {0},
};

static const char *field_name(const void *context, size_t i)
{
    (void)context;
    return i < FIELD_COUNT ? query_fields[i].name : NULL;
}

static enum error_code find_field(struct cli *cli, enum query_field *field_out)
{
    const char *by = cli_value(cli, "by");
    if (!by) {
        error_set(&cli->error, ERROR_USAGE, "breakdown: --by FIELD is missing");
        return error_hint(&cli->error, "as in: bellwether breakdown delayed --by author");
    }
    for (size_t i = 0; i < FIELD_COUNT; i++)
        if (strcmp(query_fields[i].name, by) == 0) {
            *field_out = query_fields[i].field;
            return ERROR_NONE;
        }
    const char *meant = cli_nearest(by, field_name, NULL);
    error_set(&cli->error, ERROR_USAGE, "--by: there is no field '%.60s'", by);
    return error_hint(&cli->error,
                      meant ? "did you mean %s?"
                            : "one of: author platform community kind lang tag mention link site thread has",
                      meant);
}

static enum error_code print_json(struct cli *cli, const struct archive_value *values, size_t count)
{
    struct json json = json_writer(&cli->out);
    json_object(&json);
    json_key(&json, "values");
    json_array(&json);
    for (size_t i = 0; i < count; i++) {
        json_object(&json);
        json_key(&json, "value");
        json_str(&json, values[i].value);
        json_key(&json, "count");
        json_i64(&json, (int64_t)values[i].count);
        json_end(&json);
    }
    json_end(&json);
    return cli_end_json(cli, &json);
}

static enum error_code print_table(struct cli *cli, const char *by, const struct archive_value *values, size_t count)
{
    const struct show_column columns[] = {{by, false, true}, {"posts", true, false}, {"", false, false}};
    struct show_table        table = {.columns = columns, .column_count = 3};
    enum error_code          code = ERROR_NONE;
    for (size_t i = 0; i < count && !code; i++) {
        struct buf bar = {0};
        show_bar(&bar, (double)values[i].count / (double)values[0].count, BAR_COLUMNS);
        struct str cells[] = {values[i].value, show_number(&cli->arena, values[i].count), buf_str(&bar)};
        code = show_row(cli, &table, cells);
        buf_fini(&bar);
    }
    if (code)
        return code;
    show_table(cli, &table);
    return cli_flush(cli);
}

static enum error_code run(struct cli *cli)
{
    struct place_reader   reader = {0};
    struct query          query;
    struct archive_value *values = NULL;
    size_t                count = 0;
    enum query_field      field = FIELD_AUTHOR;
    int64_t               top;
    enum error_code       code = find_field(cli, &field);
    if (!code)
        code = cli_number(cli, "top", DEFAULT_TOP, 1, MOST_TOP, &top);
    if (!code)
        code = place_query(cli, 0, 0, &query);
    if (!code)
        code = place_open_reader(cli, &reader);
    if (!code)
        code = archive_breakdown(reader.snapshot, query.root, field, (size_t)top, &cli->arena, &values, &count,
                                 &cli->error);
    place_close_reader(&reader);
    if (code)
        return code;
    return cli->is_json ? print_json(cli, values, count) : print_table(cli, query_fields[field].name, values, count);
}

const struct cli_command cmd_breakdown = {
    .name = "breakdown",
    .arguments = "QUERY --by FIELD [--top N]",
    .summary = "matching posts by author, tag, link, language ...",
    .details = "Counts the posts that the query matches by the values of a field, most first. Top authors, links and "
               "tags are this question.\n\n"
               "With --json: {\"values\":[{\"value\":VALUE, \"count\":N}, ...]}.",
    .options = options,
    .examples = examples,
    .max_arguments = CLI_ANY_NUMBER,
    .run = run,
};
