#include "cli/place.h"
#include "cli/show.h"

enum { DEFAULT_TOP = 20, MOST_TOP = 10000 };

static const struct cli_option options[] = {
    {0, "top", "N", "how many terms; 20 where it is not said"},
    PLACE_QUERY_OPTIONS,
    {0},
};

static const struct cli_example examples[] = {
    {"bellwether terms 'community:harbour since:2026-05-20'", "what the harbour has talked about since, against "
                                                              "everything else"},
    {0},
};

static enum error_code print_json(struct cli *cli, const struct archive_term *terms, size_t count)
{
    struct json json = json_writer(&cli->out);
    json_object(&json);
    json_key(&json, "terms");
    json_array(&json);
    for (size_t i = 0; i < count; i++) {
        json_object(&json);
        json_key(&json, "term");
        json_str(&json, terms[i].term);
        json_key(&json, "count");
        json_i64(&json, (int64_t)terms[i].count);
        json_key(&json, "score");
        json_double(&json, terms[i].score, 4);
        json_end(&json);
    }
    json_end(&json);
    return cli_end_json(cli, &json);
}

static enum error_code print_table(struct cli *cli, const struct archive_term *terms, size_t count)
{
    static const struct show_column columns[] = {{"term", false, true}, {"posts", true, false}, {"score", true, false}};
    struct show_table               table = {.columns = columns, .column_count = 3};
    enum error_code                 code = ERROR_NONE;
    for (size_t i = 0; i < count && !code; i++) {
        struct str cells[] = {terms[i].term, show_number(&cli->arena, terms[i].count),
                              show_text(&cli->arena, "%.1f", terms[i].score)};
        code = show_row(cli, &table, cells);
    }
    if (code)
        return code;
    show_table(cli, &table);
    return cli_flush(cli);
}

static enum error_code run(struct cli *cli)
{
    struct place_reader  reader = {0};
    struct query         query;
    struct archive_term *terms = NULL;
    size_t               count = 0;
    int64_t              top;
    enum error_code      code = cli_number(cli, "top", DEFAULT_TOP, 1, MOST_TOP, &top);
    if (!code)
        code = place_query(cli, 0, 0, &query);
    if (!code)
        code = place_open_reader(cli, &reader);
    if (!code)
        code = archive_terms(reader.snapshot, query.root, (size_t)top, &cli->arena, &terms, &count, &cli->error);
    place_close_reader(&reader);
    if (code)
        return code;
    return cli->is_json ? print_json(cli, terms, count) : print_table(cli, terms, count);
}

const struct cli_command cmd_terms = {
    .name = "terms",
    .arguments = "QUERY [--top N]",
    .summary = "words that stand out in the matching posts",
    .details = "Terms that stand out in the posts that the query matches, against all other posts, strongest first. "
               "The score is the log-odds "
               "ratio with an informative Dirichlet prior, in standard deviations (Monroe, Colaresi and Quinn "
               "2008).\n\n"
               "With --json: {\"terms\":[{\"term\":TERM, \"count\":N, \"score\":Z}, ...]}.",
    .options = options,
    .examples = examples,
    .max_arguments = CLI_ANY_NUMBER,
    .run = run,
};
