/* Connectors by themselves: what there is, and one of them as a program. */
#include "cli/show.h"
#include "cli/source.h"

#include "source/speak.h"
#include "source/words.h"

#include <unistd.h>

static struct str words_of(struct cli *cli, unsigned bits, const char *const *words, size_t count)
{
    struct buf joined = {0};
    for (size_t i = 0; i < count; i++)
        if (bits & (1u << i))
            buf_printf(&joined, "%s%s", joined.len ? " " : "", words[i]);
    struct str text = arena_str(&cli->arena, buf_str(&joined));
    buf_fini(&joined);
    return text;
}

static void print_json(struct cli *cli, const struct connector *connector)
{
    struct json json = json_writer(&cli->out);
    json_object(&json);
    json_put_str(&json, "name", str_of(connector->name));
    json_put_str(&json, "network", str_of(connector->network));
    json_put_str(&json, "title", str_of(connector->title));
    json_put_str(&json, "summary", str_of(connector->summary));
    json_put_str(&json, "evidence", str_of(connector->evidence));
    json_put_str(&json, "listens", words_of(cli, connector->modes, source_modes, SOURCE_MODE_COUNT));
    json_put_str(&json, "acts", words_of(cli, connector->acts, source_acts, SOURCE_ACT_COUNT));
    json_end(&json);
    buf_append_char(&cli->out, '\n');
}

enum error_code source_deed_connectors(struct cli *cli)
{
    for (size_t i = 0; connectors[i]; i++) {
        const struct connector *connector = connectors[i];
        if (cli->is_json) {
            print_json(cli, connector);
            continue;
        }
        struct str acts = words_of(cli, connector->acts, source_acts, SOURCE_ACT_COUNT);
        buf_printf(&cli->out, "%s%s%s%s: %s\n  ", i ? "\n" : "", show_bold(cli), connector->name, show_plain(cli), connector->title);
        cli_wrap(&cli->out, connector->summary, 2, 2);
        buf_printf(&cli->out, "  listens: %.*s", STR_ARG(words_of(cli, connector->modes, source_modes, SOURCE_MODE_COUNT)));
        if (acts.len)
            buf_printf(&cli->out, "; acts: %.*s", STR_ARG(acts));
        buf_append_str(&cli->out, STR("\n  tested against: "));
        cli_wrap(&cli->out, connector->evidence, 18, 4);
    }
    return cli_flush(cli);
}

static const char *connector_name(const void *context, size_t i)
{
    (void)context;
    return connectors[i] ? connectors[i]->name : NULL;
}

enum error_code source_deed_run(struct cli *cli)
{
    const char             *name = source_argument(cli, 0);
    const struct connector *connector = connector_by_name(str_of(name));
    if (!connector) {
        const char *meant = cli_nearest(name, connector_name, NULL);
        cli->exit_status = SPEAK_EXIT_CONFIG;
        error_set(&cli->error, ERROR_NOT_FOUND, "there is no connector '%.60s'", name);
        return meant ? error_hint(&cli->error, "did you mean %s?", meant) : error_hint(&cli->error, "bellwether source connectors lists them");
    }
    struct vfs_file in, out = {.fd = STDOUT_FILENO, .path = "standard output"}, log = {.fd = STDERR_FILENO, .path = "standard error"};
    enum error_code code = vfs_open_standard_input(&in, &cli->error);
    if (code)
        return code;
    struct speak speak = {.connector = connector, .version = BELLWETHER_VERSION, .in = &in, .out = &out, .log = &log, .stop = cli->stop};
    cli->exit_status = source_speak(&speak);
    vfs_close(&in);
    return ERROR_NONE;
}
