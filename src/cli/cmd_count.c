#include "cli/place.h"
#include "cli/show.h"

static const struct cli_option options[] = {PLACE_QUERY_OPTIONS, {0}};

static const struct cli_example examples[] = {
    {"bellwether count 'delay* NEAR/3 (bag OR luggage)'", "how many posts speak of delayed bags"},
    {"bellwether count --json since:7d lang:de", "the same for a week of German posts, for a program: "
                                                 "{\"count\":1234}"},
    {0},
};

static enum error_code run(struct cli *cli)
{
    struct place_reader reader = {0};
    struct query        query;
    uint64_t            count = 0;
    enum error_code     code = place_query(cli, 0, 0, &query);
    if (!code)
        code = place_open_reader(cli, &reader);
    if (!code)
        code = archive_count(reader.snapshot, query.root, &cli->arena, &count, &cli->error);
    place_close_reader(&reader);
    if (code)
        return code;
    if (!cli->is_json) {
        buf_printf(&cli->out, "%s\n", show_number(&cli->arena, count).ptr);
        return cli_flush(cli);
    }
    struct json json = json_writer(&cli->out);
    json_object(&json);
    json_key(&json, "count");
    json_i64(&json, (int64_t)count);
    return cli_end_json(cli, &json);
}

const struct cli_command cmd_count = {
    .name = "count",
    .arguments = "QUERY",
    .summary = "how many posts a query matches",
    .details = "Counts the posts that the query matches. Without a query: all posts. With --json: {\"count\":N}.",
    .options = options,
    .examples = examples,
    .max_arguments = CLI_ANY_NUMBER,
    .run = run,
};
