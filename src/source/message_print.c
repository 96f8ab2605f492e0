#include "source/message.h"

#include "base/json.h"
#include "source/parse.h"
#include "source/words.h"

static struct json begin(enum message_kind kind, struct buf *out)
{
    struct json json = json_writer(out);
    json_object(&json);
    json_put_str(&json, "t", str_of(message_names[kind]));
    return json;
}

static void end(struct json *json)
{
    json_end(json);
    buf_append_char(json->out, '\n');
}

static void put_some(struct json *json, const char *name, struct str value)
{
    if (value.len)
        json_put_str(json, name, value);
}

static void put_list(struct json *json, const char *name, const struct str *list, size_t count)
{
    json_key(json, name);
    json_array(json);
    for (size_t i = 0; i < count; i++)
        json_str(json, list[i]);
    json_end(json);
}

static const char *word_of_bit(unsigned bit, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (bit == 1u << i)
            return words[i];
    return "";
}

/* ---- Connector to host ---- */

void message_print_hello(const struct connector *connector, const char *version, struct buf *out)
{
    struct json json = begin(MESSAGE_HELLO, out);
    json_put_i64(&json, "protocol", SOURCE_PROTOCOL);
    json_put_str(&json, "name", str_of(connector->name));
    json_put_str(&json, "version", str_of(version));
    json_put_str(&json, "network", str_of(connector->network));
    put_some(&json, "title", str_of(connector->title));
    put_some(&json, "summary", str_of(connector->summary));
    put_some(&json, "evidence", str_of(connector->evidence));
    source_put_bits(&json, "listen", connector->modes, source_modes, SOURCE_MODE_COUNT);
    source_put_bits(&json, "act", connector->acts, source_acts, SOURCE_ACT_COUNT);
    if (connector->text_max) {
        json_key(&json, "text");
        json_object(&json);
        json_put_i64(&json, "max", connector->text_max);
        json_put_str(&json, "unit", str_of(source_units[connector->text_unit]));
        json_put_bool(&json, "html", false);
        json_end(&json);
    }
    json_put_bool(&json, "shareable", connector->is_shareable);
    json_put_bool(&json, "echoes_key", connector->echoes_key);
    json_key(&json, "config_schema");
    message_print_schema(connector->fields, &json);
    end(&json);
}

void message_print_ready(const struct source_account *account, struct buf *out)
{
    struct json json = begin(MESSAGE_READY, out);
    json_key(&json, "account");
    json_object(&json);
    put_some(&json, "id", str_of(account->id));
    put_some(&json, "handle", str_of(account->handle));
    put_some(&json, "name", str_of(account->name));
    if (account->expires_us)
        json_put_time(&json, "expires_at", account->expires_us);
    json_end(&json);
    end(&json);
}

/* A state that is no JSON cannot stand on the wire as it is. */
static void put_state(struct json *json, struct str state, bool is_json)
{
    json_key(json, "state");
    if (!state.len)
        json_null(json);
    else if (is_json)
        json_raw(json, state);
    else
        json_str(json, state);
}

void message_print_batch(const struct source_batch *batch, uint64_t seq, size_t from, size_t until, bool is_last, bool is_json, struct buf *out)
{
    struct json json = begin(MESSAGE_BATCH, out);
    json_put_str(&json, "sub", str_of(batch->sub));
    json_put_i64(&json, "seq", (int64_t)seq);
    json_key(&json, "items");
    json_array(&json);
    for (size_t i = from; i < until; i++)
        message_print_item(&batch->items[i], &json);
    json_end(&json);
    if (is_last && batch->state.len)
        put_state(&json, batch->state, is_json);
    end(&json);
}

void message_print_status(const struct source_status *status, struct buf *out)
{
    struct json json = begin(MESSAGE_STATUS, out);
    put_some(&json, "sub", str_of(status->sub));
    json_put_str(&json, "phase", str_of(source_phases[status->phase]));
    if (status->until_us)
        json_put_time(&json, "until", status->until_us);
    if (status->from_us)
        json_put_time(&json, "from", status->from_us);
    if (status->limit > 0) { /* of a limit of nothing nothing remains: it was not said */
        json_put_i64(&json, "remaining", status->remaining);
        json_put_i64(&json, "limit", status->limit);
    }
    put_some(&json, "message", str_of(status->message));
    end(&json);
}

void message_print_result(const struct source_result *result, struct buf *out)
{
    struct json json = begin(MESSAGE_RESULT, out);
    json_put_str(&json, "id", str_of(result->id));
    json_put_bool(&json, "ok", result->failure == SOURCE_DONE);
    if (result->native_id[0]) {
        json_key(&json, "native");
        json_object(&json);
        json_put_str(&json, "id", str_of(result->native_id));
        put_some(&json, "url", str_of(result->native_url));
        json_end(&json);
    }
    if (result->count)
        json_put_i64(&json, "count", (int64_t)result->count);
    if (result->failure != SOURCE_DONE) {
        json_key(&json, "error");
        json_object(&json);
        json_put_str(&json, "kind", str_of(source_failures[result->failure]));
        json_put_str(&json, "message", str_of(result->message));
        if (result->retry_after_s)
            json_put_i64(&json, "retry_after_s", result->retry_after_s);
        json_end(&json);
    }
    end(&json);
}

void message_print_secret(struct str name, struct str value, struct buf *out)
{
    char        key[256];
    struct json json = begin(MESSAGE_SECRETS, out);
    snprintf(key, sizeof key, "%.*s", STR_ARG(name));
    json_key(&json, "set");
    json_object(&json);
    json_put_str(&json, key, value);
    json_end(&json);
    end(&json);
}

void message_print_log(const char *level, struct str words, struct buf *out)
{
    struct json json = begin(MESSAGE_LOG, out);
    json_put_str(&json, "level", str_of(level));
    json_put_str(&json, "msg", words);
    end(&json);
}

void message_print_refused(const char *reason, uint64_t count, struct buf *out)
{
    struct json json = begin(MESSAGE_REFUSED, out);
    json_put_str(&json, "reason", str_of(reason));
    json_put_i64(&json, "count", (int64_t)count);
    end(&json);
}

/* ---- Host to connector ---- */

/* An object as it stands, but in one line: a line break in JSON is only ever a blank. */
static void put_object(struct json *json, const char *name, struct str object)
{
    json_key(json, name);
    json_raw(json, object.len ? object : STR("{}"));
    for (size_t i = json->out->len - (json->out->has_failed ? 0 : object.len); i < json->out->len; i++)
        if (json->out->ptr[i] == '\n' || json->out->ptr[i] == '\r')
            json->out->ptr[i] = ' ';
}

void message_print_init(struct str config, struct str secrets, unsigned max_inflight, unsigned max_items, bool allows_private, struct buf *out)
{
    struct json json = begin(MESSAGE_INIT, out);
    json_put_i64(&json, "protocol", SOURCE_PROTOCOL);
    put_object(&json, "config", config);
    put_object(&json, "secrets", secrets);
    json_put_i64(&json, "max_inflight", max_inflight);
    json_put_i64(&json, "max_items", max_items);
    json_put_bool(&json, "allow_private", allows_private);
    end(&json);
}

static bool is_json(struct str text)
{
    struct buf wrapped = {0}; /* any value is a member's value; cJSON alone reads numbers that are none in JSON */
    cJSON     *object = NULL;
    buf_append_str(&wrapped, STR("{\"v\":"));
    buf_append_str(&wrapped, text);
    buf_append_char(&wrapped, '}');
    bool is_good = !wrapped.has_failed && source_parse_object(buf_str(&wrapped), &object, NULL) == ERROR_NONE && cJSON_GetArraySize(object) == 1;
    cJSON_Delete(object);
    buf_fini(&wrapped);
    return is_good && !memchr(text.ptr, '\n', text.len);
}

void message_print_subscribe(const char *sub, enum source_mode mode, const struct source_query *query, struct str state, struct buf *out)
{
    struct json json = begin(MESSAGE_SUBSCRIBE, out);
    json_put_str(&json, "sub", str_of(sub));
    json_put_str(&json, "mode", str_of(word_of_bit(mode, source_modes, SOURCE_MODE_COUNT)));
    json_key(&json, "query");
    json_object(&json);
    put_list(&json, "any", query->any, query->any_count);
    put_list(&json, "none", query->none, query->none_count);
    put_list(&json, "hashtags", query->hashtags, query->hashtag_count);
    put_list(&json, "accounts", query->accounts, query->account_count);
    put_list(&json, "urls", query->urls, query->url_count);
    put_list(&json, "lang", query->langs, query->lang_count);
    if (query->since_us)
        json_put_time(&json, "since", query->since_us);
    if (query->until_us)
        json_put_time(&json, "until", query->until_us);
    json_end(&json);
    put_state(&json, state, state.len && is_json(state));
    end(&json);
}

void message_print_sub(enum message_kind kind, const char *sub, struct buf *out)
{
    struct json json = begin(kind, out);
    json_put_str(&json, "sub", str_of(sub));
    end(&json);
}

void message_print_ack(const char *sub, uint64_t seq, struct buf *out)
{
    struct json json = begin(MESSAGE_ACK, out);
    json_put_str(&json, "sub", str_of(sub));
    json_put_i64(&json, "seq", (int64_t)seq);
    end(&json);
}

void message_print_command(const struct source_command *command, struct buf *out)
{
    struct json json = begin(MESSAGE_COMMAND, out);
    json_put_str(&json, "id", str_of(command->id));
    json_put_str(&json, "key", str_of(command->key));
    json_put_str(&json, "do", str_of(word_of_bit(command->act, source_acts, SOURCE_ACT_COUNT)));
    if (command->target_id.len || command->target_author.len) {
        json_key(&json, "target");
        json_object(&json);
        put_some(&json, "id", command->target_id);
        put_some(&json, "root", command->target_root);
        put_some(&json, "author", command->target_author);
        json_end(&json);
    }
    if (command->text.len || command->lang.len || command->visibility.len) {
        json_key(&json, "body");
        json_object(&json);
        json_put_str(&json, "text", command->text);
        put_some(&json, "lang", command->lang);
        put_some(&json, "visibility", command->visibility);
        json_end(&json);
    }
    if (command->proof.signature.len || command->proof.timestamp.len) {
        json_key(&json, "proof");
        json_object(&json);
        put_some(&json, "timestamp", command->proof.timestamp);
        put_some(&json, "signature", command->proof.signature);
        json_end(&json);
    }
    if (command->ordered_us)
        json_put_time(&json, "ordered_at", command->ordered_us);
    if (command->deadline_us)
        json_put_time(&json, "deadline", command->deadline_us);
    end(&json);
}

void message_print_stored(bool is_stored, struct buf *out)
{
    struct json json = begin(MESSAGE_STORED, out);
    json_put_bool(&json, "ok", is_stored);
    end(&json);
}

void message_print_shutdown(unsigned grace_s, struct buf *out)
{
    struct json json = begin(MESSAGE_SHUTDOWN, out);
    json_put_i64(&json, "grace_s", grace_s);
    end(&json);
}

void message_print_bare(enum message_kind kind, struct buf *out)
{
    struct json json = begin(kind, out);
    end(&json);
}
