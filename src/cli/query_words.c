#include "cli/place.h"
#include "cli/records.h"

#include "base/vfs.h"

#include <string.h>

enum { LISTS_MAX = TOPIC_LISTS_MAX, LIST_NAME_MAX_BYTES = 64 };

/* ---- The query's text ---- */

static enum error_code read_standard_input(struct cli *cli, struct buf *out)
{
    struct vfs_file file;
    char            bytes[4096];
    size_t          got = 1;
    enum error_code code = vfs_open_standard_input(&file, &cli->error);
    while (!code && got) {
        code = vfs_read_next(&file, bytes, sizeof bytes, cli->stop, &got, &cli->error);
        if (!code && out->len + got > QUERY_MAX_BYTES)
            code = error_set(&cli->error, ERROR_TOO_LARGE, "the query on standard input has more than %d bytes",
                             QUERY_MAX_BYTES);
        if (!code)
            buf_append(out, bytes, got);
    }
    vfs_close(&file);
    return code;
}

enum error_code place_query_text(struct cli *cli, struct str *text_out, size_t from)
{
    const char     *path = cli_value(cli, "query-file");
    bool            is_dash = !path && cli->argument_count == from + 1 && strcmp(cli->arguments[from], "-") == 0;
    struct buf      text = {0};
    enum error_code code = ERROR_NONE;
    if (path && cli->argument_count > from)
        return error_set(&cli->error, ERROR_USAGE, "a query from --query-file and '%.60s' besides",
                         cli->arguments[from]);
    if (!path && !is_dash) {
        *text_out = cli_joined_arguments(cli, from);
        return text_out->ptr ? ERROR_NONE : error_set(&cli->error, ERROR_MEMORY, "no memory for the query");
    }
    if (is_dash || strcmp(path, "-") == 0)
        code = read_standard_input(cli, &text);
    else
        code = vfs_read_file(path, QUERY_MAX_BYTES, &text, &cli->error);
    *text_out = code ? (struct str){0} : arena_str(&cli->arena, buf_str(&text));
    if (!code && (text.has_failed || !text_out->ptr))
        code = error_set(&cli->error, ERROR_MEMORY, "no memory for the query");
    buf_fini(&text);
    return code;
}

/* ---- Named lists ---- */

struct lists {
    struct cli        *cli;
    struct query_list *lists;
    size_t             count, bytes;
};

static bool is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

static enum error_code read_list(struct lists *lists, struct str name, const char *path)
{
    struct cli     *cli = lists->cli;
    struct buf      text = {0};
    enum error_code code = vfs_read_file(path, QUERY_MAX_BYTES, &text, &cli->error);
    struct str      query = code ? (struct str){0} : topic_list_query(&cli->arena, buf_str(&text));
    if (!code && (text.has_failed || !query.ptr))
        code = error_set(&cli->error, ERROR_MEMORY, "no memory for the list %s", path);
    if (!code && lists->count == LISTS_MAX)
        code = error_set(&cli->error, ERROR_TOO_LARGE, "more than %d named lists", LISTS_MAX);
    if (!code)
        lists->lists[lists->count++] = (struct query_list){arena_str(&cli->arena, name), query};
    buf_fini(&text);
    return code;
}

static enum error_code read_given_lists(struct lists *lists)
{
    const char *given;
    for (size_t i = 0; (given = cli_nth_value(lists->cli, "list", i)); i++) {
        struct str rest = str_of(given), name;
        if (!str_next_field(&rest, '=', &name) || name.len == 0 || name.len > LIST_NAME_MAX_BYTES ||
            name.len == strlen(given) || rest.len == 0)
            return error_set(&lists->cli->error, ERROR_USAGE, "expected --list NAME=FILE, found '%.60s'", given);
        enum error_code code = read_list(lists, name, rest.ptr);
        if (code)
            return code;
    }
    return ERROR_NONE;
}

static bool is_known(const struct lists *lists, struct str name)
{
    for (size_t i = 0; i < lists->count; i++)
        if (str_equal_ascii_nocase(lists->lists[i].name, name))
            return true;
    return false;
}

/* Reads NAME.txt of the client's lists folder where it is there; where it is not, the parser says what is missing. */
static enum error_code read_named(struct lists *lists, struct str name)
{
    char folder[512], path[512], file[LIST_NAME_MAX_BYTES + 8];
    if (name.len == 0 || name.len > LIST_NAME_MAX_BYTES || is_known(lists, name))
        return ERROR_NONE;
    snprintf(file, sizeof file, "%.*s.txt", STR_ARG(name));
    if (!vfs_join(folder, lists->cli->client_folder, "lists") || !vfs_join(path, folder, file) || !vfs_exists(path))
        return ERROR_NONE;
    return read_list(lists, name, path);
}

/* The client's own lists, those that --list names left out. */
static enum error_code read_kept(struct lists *lists)
{
    struct cli        *cli = lists->cli;
    struct record     *records = NULL;
    struct query_list *kept = NULL;
    size_t             count = 0;
    enum error_code    code = records_open(cli, &records);
    if (!code)
        code = topic_lists(records, &cli->arena, &kept, &count, &cli->error);
    record_close(records);
    for (size_t i = 0; !code && i < count; i++) {
        if (is_known(lists, kept[i].name))
            continue;
        if (lists->count == LISTS_MAX)
            return error_set(&cli->error, ERROR_TOO_LARGE, "more than %d named lists", LISTS_MAX);
        lists->lists[lists->count++] = kept[i];
    }
    return code;
}

/* Every list:name in a text. */
static enum error_code read_mentioned(struct lists *lists, struct str text)
{
    static const char mark[] = "list:";
    for (size_t at = 0; at + 5 <= text.len; at++) {
        if (memcmp(text.ptr + at, mark, 5) != 0)
            continue;
        size_t start = at + 5, end = start;
        while (end < text.len && is_name_byte(text.ptr[end]))
            end++;
        enum error_code code = read_named(lists, str_slice(text.ptr + start, end - start));
        if (code)
            return code;
    }
    return ERROR_NONE;
}

enum error_code place_query_at(struct cli *cli, struct str text, int64_t now_us, struct query *query_out)
{
    struct lists    lists = {.cli = cli, .lists = arena_array(&cli->arena, LISTS_MAX, sizeof *lists.lists)};
    enum error_code code = lists.lists ? read_given_lists(&lists) : error_set(&cli->error, ERROR_MEMORY, "no memory for lists");
    if (!code && str_contains(text, STR("list:")) && records_exist(cli))
        code = read_kept(&lists);
    else if (!code)
        code = read_mentioned(&lists, text);
    for (size_t i = 0; i < lists.count && !code && !records_exist(cli); i++) /* lists may name lists; each is read once */
        code = read_mentioned(&lists, lists.lists[i].text);
    if (!code && !cli->analyser)
        code = text_analyser_new(&cli->analyser, &cli->error);
    if (code)
        return code;
    struct query_options options = {.lists = lists.lists, .list_count = lists.count, .now_us = now_us};
    return query_parse(text, &options, cli->analyser, &cli->arena, query_out, &cli->error);
}

enum error_code place_query(struct cli *cli, size_t from, int64_t now_us, struct query *query_out)
{
    struct str      text;
    enum error_code code = place_query_text(cli, &text, from);
    return code ? code : place_query_at(cli, text, now_us, query_out);
}
