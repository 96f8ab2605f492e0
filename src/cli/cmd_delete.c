#include "alert/alert.h"
#include "base/vfs.h"
#include "capture/capture.h"
#include "cli/place.h"
#include "cli/records.h"
#include "cli/show.h"
#include "tool/tool.h"

static const struct cli_option options[] = {
    {0, "author", "AUTHOR", "delete all posts of this author instead: a handle or an id, over all platforms"},
    {0, "erase", NULL, "rewrite the files at once, so that the bytes are gone too and not only the answers"},
    {0},
};

static const struct cli_example examples[] = {
    {"bellwether delete toot:4711 toot:4712", "two posts that their authors took back"},
    {"bellwether delete --author mara --erase", "everything of somebody who asked to be forgotten"},
    {0},
};

struct deleted {
    uint64_t deleted, missing;
};

static enum error_code delete_posts(struct cli *cli, struct archive *archive, struct deleted *deleted)
{
    enum error_code code = ERROR_NONE;
    for (size_t i = 0; i < cli->argument_count && !code; i++) {
        bool was_there = false;
        code = archive_delete_post(archive, str_of(cli->arguments[i]), &was_there, &cli->error);
        deleted->deleted += was_there;
        deleted->missing += !was_there;
        if (!code && !was_there)
            cli_say(cli, "there is no post %.200s; should it come, it stays away", cli->arguments[i]);
    }
    return code;
}

/* ---- Copies in what people make ---- */

struct ids {
    struct cli *cli;
    struct str *rows;
    size_t      count, capacity;
    bool        has_failed;
};

static bool note_id(void *context, const struct post *post, const struct text_facts *facts)
{
    struct ids *ids = context;
    (void)facts;
    struct str id = arena_str(&ids->cli->arena, post->id);
    ids->has_failed = !id.ptr || !arena_grow(&ids->cli->arena, (void **)&ids->rows, sizeof *ids->rows, ids->count, &ids->capacity);
    if (!ids->has_failed)
        ids->rows[ids->count++] = id;
    return !ids->has_failed;
}

static enum error_code ids_of_author(struct cli *cli, struct archive *archive, const char *author, struct ids *ids)
{
    struct text_analyser    *analyser;
    struct archive_snapshot *snapshot;
    enum error_code          code = text_analyser_new(&analyser, &cli->error);
    if (code)
        return code;
    struct query_node by = {.kind = QUERY_FIELD, .field = FIELD_AUTHOR, .text = text_fold(analyser, &cli->arena, str_of(author))};
    code = archive_snapshot(archive, &snapshot, &cli->error);
    if (!code) {
        code = archive_scan(snapshot, &by, INT64_MIN, INT64_MAX, 0, note_id, ids, &cli->error);
        archive_snapshot_release(snapshot);
    }
    text_analyser_free(analyser);
    return code || !ids->has_failed ? code : error_set(&cli->error, ERROR_MEMORY, "no memory for the posts of %.200s", author);
}

/* Before the archive forgets them: where this is cut short, the same command does it again. */
static enum error_code forget(struct cli *cli, struct archive *archive, const char *author)
{
    static const struct record_domain *const domains[] = {&alert_domain, &capture_domain, &tool_domain, NULL};
    struct ids     ids = {.cli = cli};
    struct record *records;
    char           path[512];
    if (!records_exist(cli) || !vfs_join(path, cli->client_folder, "records.db"))
        return ERROR_NONE;
    enum error_code code = author ? ids_of_author(cli, archive, author, &ids) : ERROR_NONE;
    for (size_t i = 0; !code && i < cli->argument_count; i++) {
        struct post post = {.id = str_of(cli->arguments[i])};
        note_id(&ids, &post, NULL);
    }
    if (code || !ids.count)
        return code;
    code = record_open(path, domains, &records, &cli->error);
    if (code)
        return code;
    code = alert_forget_posts(records, ids.rows, ids.count, &cli->error);
    if (!code)
        code = tool_forget_posts(records, ids.rows, ids.count, &cli->error);
    if (!code)
        code = capture_forget_posts(records, ids.rows, ids.count, &cli->error);
    record_close(records);
    return code;
}

static enum error_code print(struct cli *cli, const struct deleted *deleted)
{
    if (!cli->is_json) {
        buf_printf(&cli->out, "%s deleted%s\n", show_number(&cli->arena, deleted->deleted).ptr,
                   cli_switch(cli, "erase") ? " and erased" : "");
        return cli_flush(cli);
    }
    struct json json = json_writer(&cli->out);
    json_object(&json);
    json_key(&json, "deleted");
    json_i64(&json, (int64_t)deleted->deleted);
    json_key(&json, "missing");
    json_i64(&json, (int64_t)deleted->missing);
    json_key(&json, "erased");
    json_bool(&json, cli_switch(cli, "erase"));
    return cli_end_json(cli, &json);
}

static enum error_code run(struct cli *cli)
{
    const char     *author = cli_value(cli, "author");
    struct archive *archive = NULL;
    struct deleted  deleted = {0};
    if (author ? cli->argument_count > 0 : cli->argument_count == 0 && !cli_switch(cli, "erase")) {
        error_set(&cli->error, ERROR_USAGE, "delete: %s",
                  author ? "either ids or --author, not both" : "no id and no --author");
        return error_hint(&cli->error, "bellwether delete --help");
    }
    enum error_code code = place_open_writer(cli, &archive);
    if (!code)
        code = forget(cli, archive, author);
    if (!code)
        code = author ? archive_delete_author(archive, str_of(author), &deleted.deleted, &cli->error)
                      : delete_posts(cli, archive, &deleted);
    if (!code)
        code = archive_commit(archive, &cli->error);
    if (!code && cli_switch(cli, "erase"))
        code = archive_erase(archive, &cli->error);
    archive_close(archive);
    return code ? code : print(cli, &deleted);
}

const struct cli_command cmd_delete = {
    .name = "delete",
    .arguments = "ID... | --author AUTHOR [--erase]",
    .summary = "take posts out, for good",
    .details = "Deletes posts by id, or all posts of an author. They are gone from every answer at once, and importing "
               "them again does not bring them back. Their bytes go when their segment is next rewritten, or at once "
               "with --erase, which alone rewrites for what was deleted before. What alerts quoted of them goes too.\n\n"
               "With --json: {\"deleted\":N, \"missing\":N, \"erased\":BOOL}.",
    .options = options,
    .examples = examples,
    .max_arguments = CLI_ANY_NUMBER,
    .run = run,
};
