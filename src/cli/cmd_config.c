/* check-config and print-config. */
#include "cli/configured.h"

static const struct cli_option check_options[] = {CONFIGURED_OPTIONS, {0}};
static const struct cli_option print_options[] = {
    CONFIGURED_OPTIONS,
    {0, "explain", NULL, "say above each what it is for and what it may be: a file to begin with"},
    {0}};

static const struct cli_example check_examples[] = {
    {"bellwether check-config && systemctl reload bellwether", "let the server read its settings anew, if they hold"},
    {0},
};

static const struct cli_example print_examples[] = {
    {"bellwether print-config", "what holds here, and where each value came from"},
    {"bellwether print-config --explain", "every setting there is"},
    {0},
};

static size_t file_count(const struct settings *settings)
{
    size_t count = 0;
    while (settings_file(settings, count))
        count++;
    return count;
}

static enum error_code check(struct cli *cli)
{
    struct configured configured;
    enum error_code   code = configured_load(cli, &configured);
    if (code)
        return code;
    if (cli->is_json) {
        struct json json = json_writer(&cli->out);
        json_object(&json);
        json_key(&json, "files");
        json_array(&json);
        for (size_t i = 0; settings_file(configured.settings, i); i++)
            json_text(&json, settings_file(configured.settings, i));
        json_end(&json);
        code = cli_end_json(cli, &json);
    } else {
        for (size_t i = 0; settings_file(configured.settings, i); i++)
            buf_printf(&cli->out, "%s holds\n", settings_file(configured.settings, i));
        if (!file_count(configured.settings))
            buf_printf(&cli->out, "no file of settings; the built-in values and the environment hold\n");
        code = cli_flush(cli);
    }
    configured_free(&configured);
    return code;
}

/* ---- print-config ---- */

static void print_bounds(const struct setting_row *row, struct buf *out)
{
    switch (row->type) {
    case SETTING_TEXT: buf_printf(out, "text"); break;
    case SETTING_URL: buf_printf(out, "a URL"); break;
    case SETTING_NUMBER: buf_printf(out, "%lld to %lld", (long long)row->least, (long long)row->most); break;
    case SETTING_BYTES:
        buf_printf(out, "%lld to %lld bytes, or 64KiB, 32MiB", (long long)row->least, (long long)row->most);
        break;
    case SETTING_BOOLEAN: buf_printf(out, "yes or no"); break;
    case SETTING_WORD: buf_printf(out, "one of %s", row->words); break;
    }
    if (row->is_secret)
        buf_printf(out, "; secret: better %s_file = /path", row->key);
    buf_printf(out, row->needs_restart ? "; after a restart" : "; after a reload");
}

static void print_ini(struct cli *cli, const struct settings *settings)
{
    struct buf *out = &cli->out;
    bool        explains = cli_switch(cli, "explain");
    for (size_t i = 0; setting_rows[i].key; i++) {
        const struct setting_row *row = &setting_rows[i];
        if (i == 0 || strcmp(row->section, setting_rows[i - 1].section) != 0)
            buf_printf(out, "%s[%s]\n", i ? "\n" : "", row->section);
        if (explains) {
            buf_printf(out, "# ");
            struct buf text = {0};
            buf_printf(&text, "%s (", row->help);
            print_bounds(row, &text);
            buf_printf(&text, ")");
            buf_append_str(out, buf_str(&text));
            buf_append_char(out, '\n');
            buf_fini(&text);
        }
        const char *source = settings_source(settings, i);
        bool        is_built_in = strcmp(source, "built-in") == 0;
        /* What was not said stays a comment, so that the output is a file that means the same here and elsewhere. */
        size_t before = out->len;
        bool   is_hidden = row->is_secret && settings_shown(settings, i)[0];
        buf_printf(out, "%s%s =%s%s", is_built_in || is_hidden ? "# " : "", row->key,
                   settings_shown(settings, i)[0] ? " " : "", settings_shown(settings, i));
        if (!is_built_in) {
            size_t width = out->len - before;
            buf_printf(out, "%*s ; %s", width < 40 ? (int)(40 - width) : 0, "", source);
        }
        buf_append_char(out, '\n');
    }
}

static enum error_code print_json(struct cli *cli, const struct settings *settings)
{
    struct json json = json_writer(&cli->out);
    json_object(&json);
    json_key(&json, "settings");
    json_array(&json);
    for (size_t i = 0; setting_rows[i].key; i++) {
        const struct setting_row *row = &setting_rows[i];
        const struct {
            const char *name, *text;
        } members[] = {{"section", row->section}, {"key", row->key}, {"value", settings_shown(settings, i)},
                       {"from", settings_source(settings, i)}, {"built_in", row->fallback}, {"help", row->help}};
        json_object(&json);
        for (size_t k = 0; k < sizeof members / sizeof members[0]; k++) {
            json_key(&json, members[k].name);
            json_text(&json, members[k].text);
        }
        json_key(&json, "is_secret");
        json_bool(&json, row->is_secret);
        json_key(&json, "needs_restart");
        json_bool(&json, row->needs_restart);
        json_end(&json);
    }
    json_end(&json);
    return cli_end_json(cli, &json);
}

static enum error_code print(struct cli *cli)
{
    struct configured configured;
    enum error_code   code = configured_load(cli, &configured);
    if (code)
        return code;
    if (cli->is_json) {
        code = print_json(cli, configured.settings);
    } else {
        print_ini(cli, configured.settings);
        code = cli_flush(cli);
    }
    configured_free(&configured);
    return code;
}

const struct cli_command cmd_check_config = {
    .name = "check-config",
    .arguments = "",
    .summary = "read the settings as serve would, and say what is wrong",
    .details = "Reads the file of settings, what ends in .conf in the folder conf.d beside it, and the environment; an "
               "error names the "
               "file and the line. Nothing is started, nothing is changed.",
    .options = check_options,
    .examples = check_examples,
    .run = check,
};

const struct cli_command cmd_print_config = {
    .name = "print-config",
    .arguments = "[--explain]",
    .summary = "the settings that hold, and where each came from",
    .details = "Prints an INI file: what was set stands with its place behind it, the rest as a comment. Secrets are "
               "not shown.\n\n"
               "Order: built-in, the file of settings, conf.d/*.conf beside it, the environment "
               "(BELLWETHER_SECTION_KEY), flags; the last wins. "
               "A secret may be given as a file: password_file in a file of settings, BELLWETHER_MAIL_PASSWORD_FILE in "
               "the environment.\n\n"
               "With --json: {\"settings\": [{\"section\", \"key\", \"value\", \"from\", \"built_in\", \"help\", "
               "\"is_secret\", "
               "\"needs_restart\"}]}.",
    .options = print_options,
    .examples = print_examples,
    .run = print,
};
