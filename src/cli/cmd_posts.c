#include "cli/place.h"
#include "cli/show_posts.h"

enum { DEFAULT_LIMIT = 20, MOST_LIMIT = 1000000000, PAGE = 1000 };

static const struct cli_option options[] = {
    {0, "order", "ORDER",
     "new (newest first), old (oldest first) or top (most likes, reposts and replies first); new where it is not said"},
    {0, "limit", "N", "at most so many posts; 20 where it is not said"},
    {0, "cursor", "CURSOR", "go on behind the page that gave this cursor, with the same query and order"},
    PLACE_QUERY_OPTIONS,
    {0},
};

static const struct cli_example examples[] = {
    {"bellwether posts 'has:question ferry' --order top --limit 5", "the five questions about the ferry that found "
                                                                    "most echo"},
    {"bellwether posts --json --order old --limit 1000000 > all.jsonl", "everything, oldest first, in the form it came "
                                                                        "in"},
    {0},
};

static enum error_code find_order(struct cli *cli, enum archive_order *order_out)
{
    const char *order = cli_value(cli, "order");
    *order_out = ARCHIVE_NEWEST;
    if (!order || strcmp(order, "new") == 0)
        return ERROR_NONE;
    if (strcmp(order, "old") != 0 && strcmp(order, "top") != 0)
        return error_set(&cli->error, ERROR_USAGE, "--order: expected new, old or top, found '%.60s'", order);
    *order_out = strcmp(order, "old") == 0 ? ARCHIVE_OLDEST : ARCHIVE_TOP;
    return ERROR_NONE;
}

/* The cursor goes to standard error, so that standard output holds posts alone. */
static void say_cursor(struct cli *cli, struct str cursor)
{
    if (cursor.len == 0)
        return;
    if (cli->is_json)
        cli_say(cli, "{\"next_cursor\":\"%.*s\"}", STR_ARG(cursor));
    else
        cli_say(cli, "more with --cursor %.*s", STR_ARG(cursor));
}

static enum error_code print_pages(struct cli *cli, struct archive_snapshot *snapshot, const struct query *query,
                                   enum archive_order order, size_t limit)
{
    struct arena    page_arena = {0}, scratch = {0};
    const char     *given = cli_value(cli, "cursor");
    struct str      cursor = str_of(given ? given : "");
    enum error_code code = ERROR_NONE;
    do {
        struct archive_page page = {0};
        arena_reset(&page_arena);
        code = archive_posts(snapshot, query->root, order, limit < PAGE ? limit : PAGE, cursor, &page_arena, &page,
                             &cli->error);
        for (size_t i = 0; i < page.count && !code; i++) {
            arena_reset(&scratch);
            show_post(cli, &page.posts[i], 0, &scratch);
        }
        if (!code)
            code = cli_flush(cli);
        limit -= page.count < limit ? page.count : limit;
        cursor = code ? (struct str){0} : arena_str(&cli->arena, page.next_cursor);
        if (page.count == 0)
            break;
    } while (!code && limit && cursor.len && !cli->is_reader_gone);
    if (!code && !cli->is_reader_gone)
        say_cursor(cli, cursor);
    arena_fini(&page_arena);
    arena_fini(&scratch);
    return code;
}

static enum error_code run(struct cli *cli)
{
    struct place_reader reader = {0};
    struct query        query;
    enum archive_order  order;
    int64_t             limit;
    enum error_code     code = find_order(cli, &order);
    if (!code)
        code = cli_number(cli, "limit", DEFAULT_LIMIT, 1, MOST_LIMIT, &limit);
    if (!code)
        code = place_query(cli, 0, 0, &query);
    if (!code)
        code = place_open_reader(cli, &reader);
    if (!code)
        code = print_pages(cli, reader.snapshot, &query, order, (size_t)limit);
    place_close_reader(&reader);
    return code;
}

const struct cli_command cmd_posts = {
    .name = "posts",
    .arguments = "QUERY [--order new|top|old] [--limit N] [--cursor C]",
    .summary = "the matching posts themselves",
    .details = "Prints the posts that the query matches, a page at a time. Where there are more, the cursor for the "
               "next page is printed on standard error; a cursor goes on exactly behind its page, also when posts were "
               "added meanwhile.\n\n"
               "With --json: the posts in the JSON Lines form they came in; on standard error {\"next_cursor\":CURSOR} "
               "where there are more.",
    .options = options,
    .examples = examples,
    .max_arguments = CLI_ANY_NUMBER,
    .run = run,
};
