/* "Test connection" of a source that is set up: whether a server runs or not, nothing is taken. */
#include "cli/configured.h"
#include "cli/show.h"
#include "cli/source.h"
#include "cli/sources.h"

static enum error_code test(struct cli *cli, struct record *records, const struct capture_source *source, struct source_account *account)
{
    struct configured configured;
    enum error_code   code = configured_load(cli, &configured);
    if (code)
        return code;
    struct capture_options options = {.data_folder = cli->data,
                                      .programs_folder = settings_text(configured.settings, "sources.programs"),
                                      .allows_private = settings_boolean(configured.settings, "sources.private_addresses")};
    code = capture_check_stored(&options, records, source, account, &cli->error);
    configured_free(&configured);
    return code;
}

static enum error_code answer(struct cli *cli, const struct capture_source *source, const struct source_account *account)
{
    if (cli->is_json) {
        struct json json = json_writer(&cli->out);
        json_object(&json);
        json_put_str(&json, "name", source->name);
        json_put_str(&json, "account", str_of(account->handle[0] ? account->handle : account->id));
        json_put_time(&json, "expires_at", account->expires_us);
        return cli_end_json(cli, &json);
    }
    struct str name = show_clean(&cli->arena, source->name), who = show_clean(&cli->arena, str_of(account->handle[0] ? account->handle : account->id));
    if (who.len)
        buf_printf(&cli->out, "%.*s answers: you are %.*s\n", STR_ARG(name), STR_ARG(who));
    else
        buf_printf(&cli->out, "%.*s answers; it asks for no account\n", STR_ARG(name));
    return cli_flush(cli);
}

enum error_code source_deed_test(struct cli *cli)
{
    struct record        *records;
    struct capture_source source;
    struct source_account account;
    enum error_code       code = sources_open(cli, &records);
    if (!code)
        code = sources_named(cli, records, 0, &source);
    if (!code)
        code = test(cli, records, &source, &account);
    record_close(records);
    return code ? code : answer(cli, &source, &account);
}
