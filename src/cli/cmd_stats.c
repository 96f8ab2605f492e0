#include "cli/place.h"
#include "cli/show.h"

static const struct cli_example examples[] = {
    {"bellwether --client acme stats", "what the archive of the client acme holds"}, {0}};

static enum error_code print_json(struct cli *cli, const struct archive_stats *stats)
{
    const struct {
        const char *name;
        uint64_t    value;
    } numbers[] = {{"posts", stats->posts},
                   {"deleted", stats->deleted},
                   {"bytes", stats->bytes},
                   {"segments", stats->segments},
                   {"pending", stats->pending}};
    struct json json = json_writer(&cli->out);
    json_object(&json);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        json_key(&json, numbers[i].name);
        json_i64(&json, (int64_t)numbers[i].value);
    }
    json_key(&json, "first");
    stats->posts ? json_time(&json, stats->first_us) : json_null(&json);
    json_key(&json, "last");
    stats->posts ? json_time(&json, stats->last_us) : json_null(&json);
    json_key(&json, "client");
    json_text(&json, cli->client);
    json_key(&json, "folder");
    json_text(&json, cli->archive_folder);
    return cli_end_json(cli, &json);
}

static enum error_code print_table(struct cli *cli, const struct archive_stats *stats)
{
    static const struct show_column columns[] = {{"", false, false}, {"", false, true}};
    struct arena                   *arena = &cli->arena;
    struct show_table               table = {.columns = columns, .column_count = 2};
    const struct str                rows[][2] = {
        {STR("client"), str_of(cli->client)},
        {STR("folder"), str_of(cli->archive_folder)},
        {STR("posts"), show_number(arena, stats->posts)},
        {STR("deleted"), show_number(arena, stats->deleted)},
        {STR("first"), stats->posts ? show_time(arena, stats->first_us) : STR("-")},
        {STR("last"), stats->posts ? show_time(arena, stats->last_us) : STR("-")},
        {STR("size"), show_bytes(arena, stats->bytes)},
        {STR("segments"), show_number(arena, stats->segments)},
        {STR("pending"), show_text(arena, "%s posts not yet in a segment", show_number(arena, stats->pending).ptr)},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        enum error_code code = show_row(cli, &table, rows[i]);
        if (code)
            return code;
    }
    show_table(cli, &table);
    return cli_flush(cli);
}

static enum error_code run(struct cli *cli)
{
    struct place_reader  reader;
    struct archive_stats stats = {0};
    enum error_code      code = place_open_reader(cli, &reader);
    if (!code)
        code = archive_stats(reader.snapshot, &stats, &cli->error);
    place_close_reader(&reader);
    if (code)
        return code;
    return cli->is_json ? print_json(cli, &stats) : print_table(cli, &stats);
}

const struct cli_command cmd_stats = {
    .name = "stats",
    .arguments = "",
    .summary = "what the archive holds",
    .details = "Posts, bytes, segments, and the times of the first and the last post.\n\n"
               "With --json: {\"posts\", \"deleted\", \"bytes\", \"segments\", \"pending\", \"first\", \"last\", "
               "\"client\", \"folder\"}; the times are null where there are no posts.",
    .examples = examples,
    .run = run,
};
