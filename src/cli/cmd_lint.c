#include "cli/place.h"
#include "cli/show.h"

#include "base/utf8.h"

static const struct cli_option options[] = {PLACE_QUERY_OPTIONS, {0}};

static const struct cli_example examples[] = {
    {"bellwether lint 'a* OR delayed'", "says that a* is costly, where it stands, and what to write instead"},
    {0},
};

static enum error_code print_json(struct cli *cli, const struct query *query, const struct query_remark *remarks,
                                  size_t count)
{
    struct json json = json_writer(&cli->out);
    struct buf  printed = {0};
    query_print(query->root, &printed);
    json_object(&json);
    json_key(&json, "ok");
    json_bool(&json, true);
    json_key(&json, "query");
    json_str(&json, buf_str(&printed));
    json_key(&json, "remarks");
    json_array(&json);
    for (size_t i = 0; i < count; i++) {
        json_object(&json);
        json_key(&json, "column");
        json_i64(&json, remarks[i].column);
        json_key(&json, "costly");
        json_bool(&json, remarks[i].is_costly);
        json_key(&json, "message");
        json_str(&json, remarks[i].message);
        json_key(&json, "suggestion");
        json_str(&json, remarks[i].suggestion);
        json_end(&json);
    }
    json_end(&json);
    buf_fini(&printed);
    return cli_end_json(cli, &json);
}

/* The query with a caret under the character at `column`, cut on both sides so that the place is in view. */
static void print_place(struct cli *cli, struct str source, uint32_t column)
{
    enum { BEFORE = 30 };
    size_t at = 0;
    struct str clean = show_clean(&cli->arena, source);
    for (uint32_t i = 1; i < column && at < source.len; i++)
        utf8_next(source, &at);
    struct str before = show_clean(&cli->arena, str_slice(source.ptr, at));
    bool       is_cut = text_terminal_width(before) > BEFORE;
    if (is_cut || before.len > clean.len) {
        before = (struct str){0};
        clean = show_clean(&cli->arena, str_slice(source.ptr + at, source.len - at));
    }
    bool has_blank = before.len && at && source.ptr[at - 1] == ' ';
    buf_printf(&cli->out, "  %s%.*s\n", is_cut ? "\xe2\x80\xa6 " : "",
               STR_ARG(show_cut(&cli->arena, clean, cli->columns - 4)));
    buf_printf(&cli->out, "  %*s%s^%s\n", text_terminal_width(before) + has_blank + (is_cut ? 2 : 0), "",
               show_brass(cli), show_plain(cli));
}

static enum error_code print_remarks(struct cli *cli, const struct query *query, const struct query_remark *remarks,
                                     size_t count)
{
    struct buf printed = {0};
    query_print(query->root, &printed);
    buf_printf(&cli->out, "read as: %.*s\n", STR_ARG(show_clean(&cli->arena, buf_str(&printed))));
    buf_fini(&printed);
    for (size_t i = 0; i < count; i++) {
        struct str message = show_clean(&cli->arena, remarks[i].message),
                   suggestion = show_clean(&cli->arena, remarks[i].suggestion);
        buf_printf(&cli->out, "\n%scolumn %u, %s:%s\n", show_bold(cli), remarks[i].column,
                   remarks[i].is_costly ? "costly" : "look again", show_plain(cli));
        print_place(cli, query->source, remarks[i].column);
        show_wrapped(&cli->out, message, cli->columns, 2, 20);
        if (suggestion.len)
            buf_printf(&cli->out, "  write: %.*s\n", STR_ARG(suggestion));
    }
    if (count == 0)
        buf_append_str(&cli->out, STR("no remarks\n"));
    return cli_flush(cli);
}

static enum error_code run(struct cli *cli)
{
    struct query         query;
    struct query_remark *remarks = NULL;
    size_t               count = 0;
    enum error_code      code = place_query(cli, 0, 0, &query);
    if (!code)
        code = query_lint(&query, &cli->arena, &remarks, &count, &cli->error);
    if (code)
        return code;
    return cli->is_json ? print_json(cli, &query, remarks, count) : print_remarks(cli, &query, remarks, count);
}

const struct cli_command cmd_lint = {
    .name = "lint",
    .arguments = "QUERY",
    .summary = "say how a query is read, and what is costly or pointless in it",
    .details = "Parses the query, prints how it was understood, and says which clauses are costly, pointless or "
               "probably not what was meant, with the clause rewritten where that is possible. Needs no archive. A "
               "query that does not parse is an error that points at the place.\n\n"
               "With --json: {\"ok\":true,\"query\":TEXT, \"remarks\":[{\"column\", \"costly\", \"message\", "
               "\"suggestion\"}, ...]}.",
    .options = options,
    .examples = examples,
    .max_arguments = CLI_ANY_NUMBER,
    .run = run,
};
