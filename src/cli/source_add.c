/* Adding a source, and changing it. */
#include "cli/show.h"
#include "cli/source.h"
#include "cli/sources.h"

#include "api/sources.h"
#include "base/clock.h"
#include "cli/office.h"
#include "source/words.h"

/* ---- Options ---- */

static enum error_code take_keep(struct cli *cli, struct capture_source *source)
{
    const char     *keep = cli_value(cli, "keep");
    int64_t         sample = source->sample_per_mille;
    enum error_code code = cli_number(cli, "sample", sample, 0, 1000, &sample);
    if (code)
        return code;
    source->sample_per_mille = (unsigned)sample;
    if (cli_value(cli, "sample") && !keep)
        source->keep = CAPTURE_SAMPLE;
    for (int i = 0; keep && i < 3; i++)
        if (strcmp(keep, capture_keeps[i]) == 0) {
            source->keep = (enum capture_keep)i;
            keep = NULL;
        }
    if (!keep)
        return ERROR_NONE;
    error_set(&cli->error, ERROR_USAGE, "--keep: there is no '%.40s'", keep);
    return error_hint(&cli->error, "all, matched (posts that a topic matches), or sample (those, and --sample N in a thousand of the others)");
}

static enum error_code take_mode(struct cli *cli, struct capture_source *source)
{
    const char *mode = cli_value(cli, "mode");
    for (size_t i = 0; mode && i < SOURCE_MODE_COUNT; i++)
        if (strcmp(mode, source_modes[i]) == 0) {
            source->mode = (enum source_mode)(1u << i);
            mode = NULL;
        }
    return mode ? error_set(&cli->error, ERROR_USAGE, "--mode: '%.40s' is neither stream nor poll", mode) : ERROR_NONE;
}

/* The member who renews its token, by name. */
static enum error_code find_owner(struct cli *cli, struct record *server, const char *name, struct capture_source *source)
{
    struct team_member member;
    enum error_code    code = office_member(cli, server, name, &member);
    if (code)
        return code;
    source->owner = member.id;
    source->owner_name = member.name;
    return ERROR_NONE;
}

static enum error_code take_owner(struct cli *cli, struct capture_source *source)
{
    static const struct record_domain *const domains[] = {&team_domain, NULL};
    const char                              *name = cli_value(cli, "owner");
    struct record                           *server = NULL;
    char                                     path[512];
    if (!name)
        return ERROR_NONE;
    if (snprintf(path, sizeof path, "%s/server.db", cli->data) >= (int)sizeof path)
        return error_set(&cli->error, ERROR_USAGE, "--data: the path is too long");
    enum error_code code = record_open(path, domains, &server, &cli->error);
    if (!code)
        code = find_owner(cli, server, name, source);
    record_close(server);
    return code;
}

static enum error_code take_expiry(struct cli *cli, struct capture_source *source)
{
    const char *given = cli_value(cli, "expires");
    if (!given)
        return ERROR_NONE;
    if (clock_parse(str_of(given), &source->expires_us))
        return ERROR_NONE;
    return error_set(&cli->error, ERROR_USAGE, "--expires: '%.40s' is no date, such as 2026-12-03", given);
}

static struct str print(struct cli *cli, const cJSON *object)
{
    char      *text = cJSON_PrintUnformatted(object);
    struct str kept = text ? arena_str(&cli->arena, str_of(text)) : (struct str){0};
    cJSON_free(text);
    return kept;
}

static enum error_code take_all(struct cli *cli, const struct connector *connector, bool asks, struct sources_given *given, struct capture_source *source)
{
    const char     *name = cli_value(cli, "name");
    enum error_code code = take_keep(cli, source);
    if (name)
        source->name = str_of(name);
    if (!code)
        code = take_mode(cli, source);
    if (!code)
        code = take_owner(cli, source);
    if (!code)
        code = take_expiry(cli, source);
    if (!code)
        code = sources_fields(cli, connector, 1, given);
    if (!code)
        code = sources_query(cli, given);
    if (!code)
        code = sources_secrets(cli, connector, source->secret_names, asks, given);
    source->config = print(cli, given->config);
    source->query = print(cli, given->query);
    return code;
}

/* ---- The answer ---- */

static enum error_code answer(struct cli *cli, struct record *records, int64_t id, struct str made, const char *words)
{
    struct capture_source source;
    enum error_code       code = capture_source_by_id(records, id, &cli->arena, &source, &cli->error);
    if (code)
        return code;
    if (cli->is_json) {
        struct json json = json_writer(&cli->out);
        json_object(&json);
        sources_print_row(&json, &source, connector_by_name(source.connector));
        if (made.len)
            json_put_str(&json, "made_secret", made);
        return cli_end_json(cli, &json);
    }
    if (made.len) {
        cli_say(cli, "its secret is shown this once:");
        buf_printf(&cli->out, "%.*s\n", STR_ARG(made));
    }
    cli_say(cli, "%.*s (%lld) %s", STR_ARG(show_clean(&cli->arena, source.name)), (long long)source.id, words);
    return cli_flush(cli);
}

static const char *connector_name(const void *context, size_t i)
{
    (void)context;
    return connectors[i] ? connectors[i]->name : NULL;
}

static enum error_code find_connector(struct cli *cli, const char *name, const struct connector **connector_out)
{
    *connector_out = connector_by_name(str_of(name));
    if (*connector_out || strncmp(name, "program:", 8) == 0)
        return ERROR_NONE;
    const char *meant = cli_nearest(name, connector_name, NULL);
    error_set(&cli->error, ERROR_NOT_FOUND, "there is no connector '%.60s'", name);
    return meant ? error_hint(&cli->error, "did you mean %s?", meant) : error_hint(&cli->error, "bellwether source connectors lists them");
}

/* ---- add ---- */

static enum error_code add(struct cli *cli, const struct connector *connector, struct record *records, struct sources_given *given)
{
    const char           *name = source_argument(cli, 0);
    struct capture_source source = {.name = str_of(connector ? connector->title : name), .connector = str_of(name), .keep = sources_usual_keep(connector),
                                    .is_paused = cli_switch(cli, "paused")};
    struct capture_key    key;
    struct str            made = {0};
    int64_t               id = 0;
    enum error_code       code = take_all(cli, connector, true, given, &source);
    struct str            secrets = print(cli, given->secrets);
    if (!code)
        code = sources_make_secret(connector, false, &cli->arena, &secrets, &made, &cli->error);
    if (!code)
        code = capture_key_open(cli->data, &key, &cli->error);
    if (!code)
        code = capture_source_add(records, &key, sources_actor(), &source, secrets, &id, &cli->error);
    explicit_bzero(&key, sizeof key);
    return code ? code : answer(cli, records, id, made, source.is_paused ? "is added, and paused" : "is added; a server that runs begins within a second");
}

enum error_code source_deed_add(struct cli *cli)
{
    struct sources_given    given = {cJSON_CreateObject(), cJSON_CreateObject(), cJSON_CreateObject()};
    const struct connector *connector;
    struct record          *records = NULL;
    enum error_code         code = find_connector(cli, source_argument(cli, 0), &connector);
    if (!code)
        code = sources_open(cli, &records);
    if (!code)
        code = add(cli, connector, records, &given);
    record_close(records);
    cJSON_Delete(given.config), cJSON_Delete(given.secrets), cJSON_Delete(given.query);
    return code;
}

/* ---- set ---- */

static enum error_code set(struct cli *cli, struct record *records, struct capture_source *source, struct sources_given *given)
{
    const struct connector *connector = connector_by_name(source->connector);
    struct capture_key      key;
    struct str              made = {0};
    enum error_code         code = take_all(cli, connector, false, given, source);
    struct str              secrets = cJSON_GetArraySize(given->secrets) ? print(cli, given->secrets) : (struct str){0};
    if (!code && cli_switch(cli, "new-secret"))
        code = sources_make_secret(connector, true, &cli->arena, &secrets, &made, &cli->error);
    if (!code)
        code = capture_key_open(cli->data, &key, &cli->error);
    if (!code)
        code = capture_source_edit(records, &key, sources_actor(), source, secrets, &cli->error);
    explicit_bzero(&key, sizeof key);
    return code ? code : answer(cli, records, source->id, made, "is changed; a server that runs follows within a second");
}

enum error_code source_deed_set(struct cli *cli)
{
    struct capture_source source;
    struct sources_given  given = {.secrets = cJSON_CreateObject()};
    struct record        *records = NULL;
    enum error_code       code = sources_open(cli, &records);
    if (!code)
        code = sources_named(cli, records, 0, &source);
    if (!code) {
        given.config = cJSON_ParseWithLength(source.config.ptr, source.config.len);
        given.query = cJSON_ParseWithLength(source.query.ptr, source.query.len);
        code = given.config && given.query ? set(cli, records, &source, &given) : error_set(&cli->error, ERROR_CORRUPT, "the settings of the source cannot be read");
    }
    record_close(records);
    cJSON_Delete(given.config), cJSON_Delete(given.secrets), cJSON_Delete(given.query);
    return code;
}
