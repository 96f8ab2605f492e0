/* Sources as they are: list, show, pause, resume, remove. */
#include "cli/show.h"
#include "cli/source.h"
#include "cli/sources.h"

#include "api/sources.h"
#include "base/clock.h"

static const char *text_of(const cJSON *object, const char *name)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsString(value) ? value->valuestring : NULL;
}

static double number_of(const cJSON *object, const char *name)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsNumber(value) ? value->valuedouble : -1;
}

/* ---- As JSON: the rows, and what the server says of them, or null ---- */

static void print_json(struct cli *cli, const struct capture_source *source, const cJSON *now)
{
    struct json json = json_writer(&cli->out);
    const cJSON *health = cJSON_GetObjectItemCaseSensitive(now, "health");
    char        *printed = health ? cJSON_PrintUnformatted(health) : NULL;
    const char  *words = text_of(now, "words"), *advice = text_of(now, "advice");
    json_object(&json);
    sources_print_row(&json, source, connector_by_name(source->connector));
    json_key(&json, "words");
    words ? json_text(&json, words) : json_null(&json);
    json_key(&json, "advice");
    advice ? json_text(&json, advice) : json_null(&json);
    json_key(&json, "health");
    printed ? json_raw(&json, str_of(printed)) : json_null(&json);
    json_end(&json);
    buf_append_char(&cli->out, '\n');
    cJSON_free(printed);
}

/* ---- list ---- */

/* One that a server does not tell of yet was added just now. */
static struct str state_of(const struct capture_source *source, const struct sources_now *now)
{
    const char *words = text_of(sources_now_of(now, source->id), "words");
    return source->is_paused ? STR("paused") : words ? str_of(words) : now->all ? STR("connecting") : STR("no server runs");
}

static struct str rate_of(struct cli *cli, const cJSON *now)
{
    double rate = number_of(cJSON_GetObjectItemCaseSensitive(now, "health"), "per_minute");
    return rate < 0 ? STR("") : show_text(&cli->arena, rate < 10 ? "%.1f" : "%.0f", rate);
}

static struct str keep_of(struct cli *cli, const struct capture_source *source)
{
    return source->keep == CAPTURE_SAMPLE ? show_text(&cli->arena, "matched + %u in 1000", source->sample_per_mille) : str_of(capture_keeps[source->keep]);
}

enum error_code source_deed_list(struct cli *cli)
{
    static const struct show_column columns[] = {{"id", true, false}, {"source", false, false}, {"connector", false, false}, {"keeps", false, false},
                                                 {"a minute", true, false}, {"state", false, true}};
    struct show_table               table = {.columns = columns, .column_count = 6};
    struct record                  *records;
    struct capture_source          *sources = NULL;
    struct sources_now              now;
    size_t                          count = 0;
    enum error_code                 code = sources_open(cli, &records);
    if (!code)
        code = capture_sources(records, &cli->arena, &sources, &count, &cli->error);
    record_close(records);
    sources_now_read(cli, &now);
    for (size_t i = 0; i < count && !code; i++) {
        const cJSON *one = sources_now_of(&now, sources[i].id);
        if (cli->is_json)
            print_json(cli, &sources[i], one);
        else
            code = show_row(cli, &table, (const struct str[]){show_number(&cli->arena, (uint64_t)sources[i].id), show_cut(&cli->arena, sources[i].name, 20),
                                                              sources[i].connector, keep_of(cli, &sources[i]), rate_of(cli, one), state_of(&sources[i], &now)});
    }
    sources_now_free(&now);
    if (code)
        return code;
    if (!count)
        cli_say(cli, "no source yet; bellwether source connectors shows what can be added, bellwether source add CONNECTOR adds it");
    else if (!cli->is_json)
        show_table(cli, &table);
    return cli_flush(cli);
}

/* ---- show ---- */

static void part(struct cli *cli, const char *name, struct str words)
{
    enum { INDENT = 12 };
    if (!words.len)
        return;
    struct str clean = show_clean(&cli->arena, words);
    buf_printf(&cli->out, "%s%-*s%s", show_dim(cli), INDENT, name, show_plain(cli));
    if (text_terminal_width(clean) + INDENT <= cli->columns) {
        buf_printf(&cli->out, "%.*s\n", STR_ARG(clean));
    } else {
        buf_append_char(&cli->out, '\n');
        show_wrapped(&cli->out, clean, cli->columns, INDENT, 20);
    }
}

static void part_number(struct cli *cli, const char *name, const cJSON *health, const char *member)
{
    double number = number_of(health, member);
    if (number > 0)
        part(cli, name, show_number(&cli->arena, (uint64_t)number));
}

static void part_time(struct cli *cli, const char *name, const cJSON *health, const char *member)
{
    const char *at = text_of(health, member);
    int64_t     at_us;
    if (at && clock_parse(str_of(at), &at_us))
        part(cli, name, show_time(&cli->arena, at_us));
}

static void print_health(struct cli *cli, const cJSON *now)
{
    const cJSON *health = cJSON_GetObjectItemCaseSensitive(now, "health"), *account = cJSON_GetObjectItemCaseSensitive(health, "account"), *refusal;
    const char  *advice = text_of(now, "advice"), *message = text_of(health, "message"), *handle = text_of(account, "handle");
    if (!health)
        return;
    part(cli, "says", str_of(message));
    part(cli, "to do", str_of(advice));
    part(cli, "account", str_of(handle));
    part(cli, "a minute", rate_of(cli, now));
    part_number(cli, "seen", health, "seen");
    part_number(cli, "kept", health, "kept");
    part_number(cli, "deleted", health, "deleted");
    part_number(cli, "refused", health, "refused");
    cJSON_ArrayForEach(refusal, cJSON_GetObjectItemCaseSensitive(health, "refusals")) {
        const char *reason = text_of(refusal, "reason");
        part(cli, "", show_text(&cli->arena, "%.0f: %s", number_of(refusal, "count"), reason ? reason : ""));
    }
    part_number(cli, "lag ms", health, "lag_ms");
    part_time(cli, "newest post", health, "last_post_at");
    part_number(cli, "restarts", health, "restarts");
}

static void print_source(struct cli *cli, const struct capture_source *source, const struct sources_now *now)
{
    const struct connector *connector = connector_by_name(source->connector);
    buf_printf(&cli->out, "%s%.*s%s  (%lld)\n", show_bold(cli), STR_ARG(show_clean(&cli->arena, source->name)), show_plain(cli), (long long)source->id);
    part(cli, "state", state_of(source, now));
    print_health(cli, sources_now_of(now, source->id));
    part(cli, "connector", source->connector);
    part(cli, "tested with", str_of(connector ? connector->evidence : ""));
    part(cli, "keeps", keep_of(cli, source));
    part(cli, "settings", source->config);
    part(cli, "asks for", str_equal(source->query, STR("{}")) ? STR("everything") : source->query);
    part(cli, "secrets", source->secret_names.len ? show_text(&cli->arena, "%.*s (set)", STR_ARG(source->secret_names)) : STR(""));
    part(cli, "renewed by", source->owner_name);
    part(cli, "ends", source->expires_us ? show_time(&cli->arena, source->expires_us) : STR(""));
}

enum error_code source_deed_show(struct cli *cli)
{
    struct record        *records;
    struct capture_source source;
    struct sources_now    now;
    enum error_code       code = sources_open(cli, &records);
    if (!code)
        code = sources_named(cli, records, 0, &source);
    record_close(records);
    if (code)
        return code;
    sources_now_read(cli, &now);
    if (cli->is_json)
        print_json(cli, &source, sources_now_of(&now, source.id));
    else
        print_source(cli, &source, &now);
    sources_now_free(&now);
    return cli_flush(cli);
}

/* ---- pause, resume, remove ---- */

static enum error_code done(struct cli *cli, const struct capture_source *source, const char *state, const char *words)
{
    if (cli->is_json) {
        struct json json = json_writer(&cli->out);
        json_object(&json);
        json_put_i64(&json, "id", source->id);
        json_put_str(&json, "name", source->name);
        json_key(&json, "state");
        json_text(&json, state);
        return cli_end_json(cli, &json);
    }
    buf_printf(&cli->out, "%.*s %s\n", STR_ARG(show_clean(&cli->arena, source->name)), words);
    return cli_flush(cli);
}

static enum error_code set_paused(struct cli *cli, bool is_paused)
{
    struct record        *records;
    struct capture_source source;
    enum error_code       code = sources_open(cli, &records);
    if (!code)
        code = sources_named(cli, records, 0, &source);
    if (!code)
        code = capture_source_pause(records, sources_actor(), source.id, is_paused, &cli->error);
    record_close(records);
    return code ? code : done(cli, &source, is_paused ? "paused" : "on", is_paused ? "is paused" : "goes on where it stopped");
}

enum error_code source_deed_pause(struct cli *cli)
{
    return set_paused(cli, true);
}

enum error_code source_deed_resume(struct cli *cli)
{
    return set_paused(cli, false);
}

enum error_code source_deed_remove(struct cli *cli)
{
    struct record        *records;
    struct capture_source source;
    enum error_code       code = sources_open(cli, &records);
    if (!code)
        code = sources_named(cli, records, 0, &source);
    if (!code)
        code = capture_source_remove(records, sources_actor(), source.id, &cli->error);
    record_close(records);
    return code ? code : done(cli, &source, "removed", "is removed; what it brought stays in the archive, its secrets are gone");
}
