/* Sources, connectors and deeds as JSON. A secret never comes this way: rows hold names of secrets alone. */
#include "api/sources.h"

#include "base/clock.h"
#include "source/words.h"

const char *const sources_phases[5] = {"starting", "at_work", "waiting", "paused", "needs_person"};

static void put_text(struct json *json, const char *name, const char *value)
{
    json_key(json, name);
    value && value[0] ? json_text(json, value) : json_null(json);
}

static void put_words(struct json *json, const char *name, struct str rest)
{
    struct str word;
    json_key(json, name);
    json_array(json);
    while (str_next_field(&rest, ' ', &word))
        if (word.len)
            json_str(json, word);
    json_end(json);
}

/* ---- Connectors ---- */

static void print_field(struct json *json, const struct connector_field *field, bool is_made)
{
    static const char *const types[] = {[CONNECTOR_TEXT] = "text", [CONNECTOR_URL] = "url", [CONNECTOR_NUMBER] = "number", [CONNECTOR_BOOLEAN] = "boolean",
                                        [CONNECTOR_WORD] = "word", [CONNECTOR_LIST] = "list"};
    json_object(json);
    json_key(json, "name");
    json_text(json, field->name);
    json_key(json, "label");
    json_text(json, field->label && field->label[0] ? field->label : field->name);
    json_key(json, "help");
    json_text(json, field->help ? field->help : "");
    json_key(json, "type");
    json_text(json, types[field->type]);
    json_put_bool(json, "is_secret", field->is_secret);
    json_put_bool(json, "is_required", field->is_required);
    json_put_bool(json, "is_made", is_made);
    put_text(json, "fallback", field->fallback);
    put_words(json, "words", str_of(field->words ? field->words : ""));
    json_key(json, "least");
    field->least < field->most ? json_i64(json, field->least) : json_null(json);
    json_key(json, "most");
    field->least < field->most ? json_i64(json, field->most) : json_null(json);
    json_end(json);
}

void sources_print_connector(struct json *json, const char *name, const struct connector *connector, bool is_program, const char *problem)
{
    static const struct connector unknown = {.title = "", .summary = "", .evidence = ""};
    const struct connector       *row = connector ? connector : &unknown;
    json_object(json);
    json_key(json, "name");
    json_text(json, name);
    json_key(json, "title");
    json_text(json, row->title && row->title[0] ? row->title : name);
    json_key(json, "summary");
    json_text(json, row->summary ? row->summary : "");
    json_key(json, "evidence");
    json_text(json, row->evidence && row->evidence[0] ? row->evidence : is_program ? "by its makers; Bellwether has not tested it" : "");
    put_text(json, "network", row->network);
    source_put_bits(json, "modes", row->modes, source_modes, SOURCE_MODE_COUNT);
    source_put_bits(json, "acts", row->acts & ~(unsigned)(SOURCE_FETCH | SOURCE_DELIVER) /* what people do */, source_acts, SOURCE_ACT_COUNT);
    json_key(json, "text");
    if (row->text_max) {
        json_object(json);
        json_put_i64(json, "max", row->text_max);
        put_text(json, "unit", source_units[row->text_unit]);
        json_end(json);
    } else {
        json_null(json);
    }
    json_put_bool(json, "is_shareable", row->is_shareable);
    json_put_bool(json, "is_program", is_program);
    put_text(json, "problem", problem);
    json_key(json, "fields");
    json_array(json);
    for (const struct connector_field *field = row->fields; field && field->name; field++)
        if (!field->is_own)
            print_field(json, field, row->made_secret && strcmp(row->made_secret, field->name) == 0);
    json_end(json);
    json_end(json);
}

/* ---- Sources ---- */

static const char *mode_word(enum source_mode mode)
{
    for (size_t i = 0; i < SOURCE_MODE_COUNT; i++)
        if ((unsigned)mode == 1u << i)
            return source_modes[i];
    return source_modes[0];
}

bool sources_is_near_expiry(const struct capture_source *source, int64_t now_us)
{
    return source->expires_us && source->expires_us < now_us + SOURCES_WARN_DAYS * CLOCK_DAY_US;
}

void sources_print_row(struct json *json, const struct capture_source *source, const struct connector *connector)
{
    json_put_i64(json, "id", source->id);
    json_put_i64(json, "version", source->version);
    json_put_str(json, "name", source->name);
    json_put_str(json, "connector", source->connector);
    json_key(json, "title");
    connector ? json_text(json, connector->title) : json_str(json, source->connector);
    put_text(json, "network", connector ? connector->network : NULL);
    json_key(json, "config");
    json_raw(json, source->config.len ? source->config : STR("{}"));
    json_key(json, "query");
    json_raw(json, source->query.len ? source->query : STR("{}"));
    put_text(json, "mode", mode_word(source->mode));
    put_text(json, "keep", capture_keeps[source->keep]);
    json_put_i64(json, "sample_per_mille", source->sample_per_mille);
    json_put_bool(json, "is_paused", source->is_paused);
    put_words(json, "secrets", source->secret_names);
    api_put_owner(json, "owner", source->owner, source->owner_name);
    json_put_time(json, "expires_at", source->expires_us);
    json_put_bool(json, "is_near_expiry", sources_is_near_expiry(source, clock_now_us()));
    json_put_time(json, "created_at", source->created_us);
    json_put_time(json, "changed_at", source->changed_us);
}

void sources_print_account(struct json *json, const struct source_account *account)
{
    if (!account->id[0] && !account->handle[0]) {
        json_null(json);
        return;
    }
    json_object(json);
    json_key(json, "id");
    json_text(json, account->id);
    json_key(json, "handle");
    json_text(json, account->handle);
    json_key(json, "name");
    json_text(json, account->name);
    json_put_time(json, "expires_at", account->expires_us);
    json_end(json);
}

static void put_known(struct json *json, const char *name, int64_t value)
{
    json_key(json, name);
    value < 0 ? json_null(json) : json_i64(json, value);
}

void sources_print_health(struct json *json, const struct capture_health *health)
{
    json_object(json);
    put_text(json, "phase", sources_phases[health->phase]);
    put_text(json, "said", health->phase == CAPTURE_AT_WORK ? source_phases[health->said] : NULL);
    json_key(json, "message");
    json_text(json, health->message);
    json_put_time(json, "message_at", health->message_us);
    json_put_time(json, "rate_until", health->rate_until_us);
    json_put_time(json, "retry_at", health->retry_us);
    put_known(json, "rate_remaining", health->rate_remaining);
    put_known(json, "rate_limit", health->rate_limit);
    json_key(json, "account");
    sources_print_account(json, &health->account);
    const struct { const char *name; uint64_t value; } counts[] = {
        {"seen", health->seen}, {"kept", health->kept}, {"deleted", health->deleted}, {"refused", health->refused},
        {"duplicate", health->duplicate}, {"private", health->private_ones}, {"restarts", health->restarts}, {"shared_by", health->shared_by}};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        json_put_i64(json, counts[i].name, (int64_t)counts[i].value);
    json_key(json, "per_minute");
    json_double(json, health->per_minute, 1);
    json_put_time(json, "last_post_at", health->last_post_us);
    json_put_time(json, "last_commit_at", health->last_commit_us);
    put_known(json, "lag_ms", health->lag_us < 0 ? -1 : health->lag_us / 1000);
    json_key(json, "refusals");
    json_array(json);
    for (size_t i = 0; i < sizeof health->refusals / sizeof health->refusals[0] && health->refusals[i].reason[0]; i++) {
        json_object(json);
        json_key(json, "reason");
        json_text(json, health->refusals[i].reason);
        json_put_i64(json, "count", (int64_t)health->refusals[i].count);
        json_end(json);
    }
    json_end(json);
    json_end(json);
}

void sources_print_one(struct json *json, const struct capture_source *source, const struct capture_health *health, struct str made)
{
    struct buf words = {.max_bytes = 1024}, advice = {.max_bytes = 1024};
    sources_words(source, health, &words, &advice);
    json_object(json);
    sources_print_row(json, source, connector_by_name(source->connector));
    json_put_str(json, "words", buf_str(&words));
    json_key(json, "advice");
    advice.len ? json_str(json, buf_str(&advice)) : json_null(json);
    json_key(json, "health");
    sources_print_health(json, health);
    if (made.len)
        json_put_str(json, "made_secret", made);
    json_end(json);
    buf_fini(&words);
    buf_fini(&advice);
}

/* ---- Deeds ---- */

static const char *act_word(enum source_act act)
{
    for (size_t i = 0; i < SOURCE_ACT_COUNT; i++)
        if ((unsigned)act == 1u << i)
            return source_acts[i];
    return "";
}

void sources_print_deed(struct json *json, const struct capture_deed *deed, struct str source_name)
{
    json_object(json);
    json_put_i64(json, "id", deed->id);
    json_key(json, "source");
    json_object(json);
    json_put_i64(json, "id", deed->source);
    json_put_str(json, "name", source_name);
    json_end(json);
    put_text(json, "state", capture_deed_states[deed->state]);
    put_text(json, "act", act_word(deed->act));
    json_put_str(json, "key", deed->key);
    const struct { const char *name; struct str value; } texts[] = {{"target", deed->target},       {"text", deed->text},
                                                                    {"lang", deed->lang},           {"visibility", deed->visibility},
                                                                    {"native_id", deed->native_id}, {"native_url", deed->native_url},
                                                                    {"message", deed->message}};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        json_key(json, texts[i].name);
        texts[i].value.len ? json_str(json, texts[i].value) : json_null(json);
    }
    put_text(json, "failure", deed->failure ? source_failures[deed->failure] : NULL);
    json_put_i64(json, "tries", deed->tries);
    json_key(json, "by");
    json_object(json);
    json_put_i64(json, "id", deed->member);
    json_put_str(json, "name", deed->member_name);
    json_end(json);
    json_put_time(json, "made_at", deed->made_us);
    json_put_time(json, "changed_at", deed->changed_us);
    json_put_time(json, "retry_at", deed->retry_us);
    json_end(json);
}
