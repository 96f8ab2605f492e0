#include "source/message.h"

#include "source/parse.h"
#include "source/words.h"

const char *const message_names[MESSAGE_KINDS] = {
    "", "hello", "ready", "batch", "status", "result", "secrets", "log", "refused", "pong",
    "init", "check", "subscribe", "unsubscribe", "ack", "command", "stored", "ping", "shutdown",
};

enum { COUNT_MOST = 1000000, LIST_MOST = 10000 };
#define NUMBER_MOST (INT64_C(1) << 53)

/* ---- The bytes of a member ---- */

/* Behind the string or value that begins at i. The text has been parsed before, so it ends well; the bounds are for those who err about that. */
static size_t skip_string(struct str s, size_t i)
{
    for (i++; i < s.len && s.ptr[i] != '"'; i++)
        i += s.ptr[i] == '\\';
    return i < s.len ? i + 1 : s.len;
}

static size_t skip_blanks(struct str s, size_t i)
{
    while (i < s.len && (unsigned char)s.ptr[i] <= ' ')
        i++;
    return i;
}

static size_t skip_value(struct str s, size_t i)
{
    size_t depth = 0;
    while (i < s.len) {
        char c = s.ptr[i];
        if (c == '"') {
            i = skip_string(s, i);
        } else if (depth == 0 && (c == ',' || c == '}' || c == ']')) {
            break; /* of what it stands in */
        } else {
            depth += c == '{' || c == '[';
            depth -= c == '}' || c == ']';
            i++;
        }
        if (depth == 0 && (c == '"' || c == '}' || c == ']'))
            break;
    }
    return i;
}

struct str message_slice(struct str object, const char *name)
{
    size_t i = skip_blanks(object, 0);
    if (i >= object.len || object.ptr[i] != '{')
        return (struct str){0};
    for (i = skip_blanks(object, i + 1); i < object.len && object.ptr[i] == '"'; i = skip_blanks(object, i + 1)) {
        size_t     end = skip_string(object, i);
        struct str key = str_slice(object.ptr + i + 1, end - i >= 2 ? end - i - 2 : 0);
        i = skip_blanks(object, end);
        i = skip_blanks(object, i < object.len ? i + 1 : i); /* the colon */
        end = skip_value(object, i);
        if (str_equal(key, str_of(name)))
            return str_trim(str_slice(object.ptr + i, end - i));
        i = skip_blanks(object, end);
        if (i >= object.len || object.ptr[i] != ',')
            break;
    }
    return (struct str){0};
}

static enum error_code keep_slice(struct str line, const char *name, struct message *message, struct str *out, struct error *error)
{
    struct str slice = message_slice(line, name);
    if (!slice.len || str_equal(slice, STR("null")))
        return ERROR_NONE;
    *out = arena_str(&message->arena, slice);
    return out->ptr ? ERROR_NONE : error_set(error, ERROR_MEMORY, "no memory for a message");
}

/* ---- Connector to host ---- */

static enum error_code take_bits(const cJSON *object, const char *name, const char *const *words, size_t count, unsigned *bits_out, struct error *error)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(object, name), *item;
    if (list && !cJSON_IsNull(list) && !cJSON_IsArray(list))
        return error_set(error, ERROR_INVALID, "%s is not a list", name);
    cJSON_ArrayForEach(item, list) /* a word of a later version is passed over */
        for (size_t i = 0; i < count; i++)
            if (cJSON_IsString(item) && strcmp(item->valuestring, words[i]) == 0)
                *bits_out |= 1u << i;
    return ERROR_NONE;
}

static bool is_name(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!((s.ptr[i] >= 'a' && s.ptr[i] <= 'z') || (s.ptr[i] >= '0' && s.ptr[i] <= '9') || s.ptr[i] == '-' || s.ptr[i] == '_' || s.ptr[i] == '.'))
            return false;
    return s.len > 0 && s.len <= 64;
}

static enum error_code read_hello(const cJSON *object, struct message *message, struct error *error)
{
    struct connector *connector = &message->connector;
    const cJSON      *text = cJSON_GetObjectItemCaseSensitive(object, "text");
    struct str        words[5] = {{0}};
    static const char *const names[] = {"name", "network", "title", "summary", "evidence"};
    int64_t           text_max = 0;
    size_t            unit = 0;
    enum error_code   code = source_parse_number(object, "protocol", 0, COUNT_MOST, &message->protocol, error);
    for (size_t i = 0; i < 5 && !code; i++)
        code = source_parse_text(object, names[i], &message->arena, &words[i], error);
    for (size_t i = 0; i < 2 && !code; i++)
        if (!is_name(words[i]))
            code = error_set(error, ERROR_INVALID, "%s is not of a-z, 0-9, - _ . (at most 64)", names[i]);
    if (!code)
        code = source_parse_text(object, "version", &message->arena, &message->version, error);
    if (!code)
        code = take_bits(object, "listen", source_modes, SOURCE_MODE_COUNT, &connector->modes, error);
    if (!code)
        code = take_bits(object, "act", source_acts, SOURCE_ACT_COUNT, &connector->acts, error);
    if (!code && cJSON_IsObject(text))
        code = source_parse_number(text, "max", 0, UINT32_MAX, &text_max, error);
    if (!code && cJSON_IsObject(text))
        code = source_parse_choice(text, "unit", source_units, SOURCE_UNIT_COUNT, &unit, error);
    if (!code)
        code = source_parse_boolean(object, "shareable", &connector->is_shareable, error);
    if (!code)
        code = source_parse_boolean(object, "echoes_key", &connector->echoes_key, error);
    connector->name = words[0].ptr;
    connector->network = words[1].ptr;
    connector->title = words[2].len ? words[2].ptr : words[0].ptr;
    connector->summary = words[3].len ? words[3].ptr : "";
    connector->evidence = words[4].len ? words[4].ptr : "";
    connector->text_max = (unsigned)text_max;
    connector->text_unit = (enum source_unit)unit;
    return code ? code : message_read_schema(cJSON_GetObjectItemCaseSensitive(object, "config_schema"), &message->arena, &connector->fields, error);
}

static enum error_code read_ready(const cJSON *object, struct message *message, struct error *error)
{
    struct source_account *account = &message->account;
    const cJSON           *inner = cJSON_GetObjectItemCaseSensitive(object, "account");
    if (!inner || cJSON_IsNull(inner))
        return ERROR_NONE;
    if (!cJSON_IsObject(inner))
        return error_set(error, ERROR_INVALID, "account is not an object");
    enum error_code code = source_parse_words(inner, "id", account->id, sizeof account->id, error);
    if (!code)
        code = source_parse_words(inner, "handle", account->handle, sizeof account->handle, error);
    if (!code)
        code = source_parse_words(inner, "name", account->name, sizeof account->name, error);
    return code ? code : source_parse_time(inner, "expires_at", &account->expires_us, error);
}

static enum error_code require_sub(const char *sub, struct error *error)
{
    return sub[0] ? ERROR_NONE : error_set(error, ERROR_INVALID, "sub is missing");
}

static enum error_code read_batch(const cJSON *object, struct str line, struct message *message, struct error *error)
{
    const cJSON     *items = cJSON_GetObjectItemCaseSensitive(object, "items"), *item;
    struct str       state = message_slice(line, "state");
    char             sub[SOURCE_SUB_BYTES] = "";
    enum error_code  code = source_parse_words(object, "sub", sub, sizeof sub, error);
    if (!code)
        code = require_sub(sub, error);
    if (!code)
        code = source_parse_number(object, "seq", 1, NUMBER_MOST, &message->seq, error);
    if (!code && !message->seq)
        code = error_set(error, ERROR_INVALID, "seq is missing");
    if (!code && items && !cJSON_IsNull(items) && !cJSON_IsArray(items))
        code = error_set(error, ERROR_INVALID, "items is not a list");
    if (!code && cJSON_GetArraySize(items) > SOURCE_ITEMS_MAX)
        code = error_set(error, ERROR_TOO_LARGE, "%d items, more than %d", cJSON_GetArraySize(items), SOURCE_ITEMS_MAX);
    if (!code && state.len > SOURCE_STATE_MAX_BYTES)
        code = error_set(error, ERROR_TOO_LARGE, "a state of %zu bytes, more than %d", state.len, SOURCE_STATE_MAX_BYTES);
    if (code)
        return code;
    struct source_batch *batch = message->batch = source_batch_new(sub);
    if (!batch)
        return error_set(error, ERROR_MEMORY, "no memory for a batch");
    batch->seq = (uint64_t)message->seq;
    if (state.len && !str_equal(state, STR("null"))) {
        batch->state = arena_str(&batch->arena, state);
        if (!batch->state.ptr)
            return error_set(error, ERROR_MEMORY, "no memory for a batch");
    }
    cJSON_ArrayForEach(item, items) {
        struct error why = {0};
        code = message_read_item(item, batch, &why);
        if (code == ERROR_MEMORY)
            return error_set(error, code, "%s", why.message);
        if (code && message->refused++ == 0)
            snprintf(message->reason, sizeof message->reason, "not of the contract: %.40s", why.message);
    }
    return ERROR_NONE;
}

static enum error_code read_status(const cJSON *object, struct message *message, struct error *error)
{
    struct source_status *status = &message->status;
    size_t                phase = sizeof source_phases / sizeof *source_phases;
    status->remaining = status->limit = -1;
    enum error_code code = source_parse_choice(object, "phase", source_phases, phase, &phase, error);
    if (!code && phase == sizeof source_phases / sizeof *source_phases)
        code = error_set(error, ERROR_INVALID, "phase is missing");
    if (!code)
        code = source_parse_words(object, "sub", status->sub, sizeof status->sub, error);
    if (!code)
        code = source_parse_time(object, "until", &status->until_us, error);
    if (!code)
        code = source_parse_time(object, "from", &status->from_us, error);
    if (!code)
        code = source_parse_number(object, "remaining", 0, NUMBER_MOST, &status->remaining, error);
    if (!code)
        code = source_parse_number(object, "limit", 0, NUMBER_MOST, &status->limit, error);
    status->phase = (enum source_phase)phase;
    if (!code && source_parse_words(object, "message", status->message, sizeof status->message, NULL) == ERROR_INVALID)
        code = error_set(error, ERROR_INVALID, "message is not a text");
    return code;
}

/* Words for people that are too long are cut, at a character's beginning. */
static void take_cut(const cJSON *object, const char *name, char *out, size_t out_bytes)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
    size_t      len = text ? strlen(text) : 0;
    if (len >= out_bytes)
        for (len = out_bytes - 1; len && ((unsigned char)text[len] & 0xc0) == 0x80;)
            len--;
    if (len)
        memcpy(out, text, len);
    out[len] = '\0';
}

static enum error_code read_result(const cJSON *object, struct message *message, struct error *error)
{
    struct source_result *result = &message->result;
    const cJSON          *native = cJSON_GetObjectItemCaseSensitive(object, "native"), *failure = cJSON_GetObjectItemCaseSensitive(object, "error");
    bool                  is_ok = false;
    size_t                kind = SOURCE_UNKNOWN_OUTCOME; /* a failure that is not named may have been anything */
    enum error_code       code = source_parse_words(object, "id", result->id, sizeof result->id, error);
    if (!code && !result->id[0])
        code = error_set(error, ERROR_INVALID, "id is missing");
    if (!code)
        code = source_parse_boolean(object, "ok", &is_ok, error);
    if (!code && cJSON_IsObject(native))
        code = source_parse_words(native, "id", result->native_id, sizeof result->native_id, error);
    if (!code && cJSON_IsObject(native))
        code = source_parse_words(native, "url", result->native_url, sizeof result->native_url, error);
    if (!code && cJSON_IsObject(failure)) {
        source_parse_choice(failure, "kind", source_failures, 10, &kind, NULL);
        take_cut(failure, "message", result->message, sizeof result->message);
        code = source_parse_number(failure, "retry_after_s", 0, 86400 * 31, &result->retry_after_s, error);
    }
    int64_t count = 0;
    if (!code)
        code = source_parse_number(object, "count", 0, NUMBER_MOST, &count, error);
    result->count = (uint64_t)count;
    result->failure = is_ok ? SOURCE_DONE : (enum source_failure)kind;
    return code;
}

static enum error_code read_secrets(const cJSON *object, struct message *message, struct error *error)
{
    const cJSON *set = cJSON_GetObjectItemCaseSensitive(object, "set"), *item;
    if (!cJSON_IsObject(set) || cJSON_GetArraySize(set) > 100)
        return error_set(error, ERROR_INVALID, "set is not an object of at most 100 texts");
    message->secrets = arena_array(&message->arena, (size_t)cJSON_GetArraySize(set), sizeof *message->secrets);
    if (!message->secrets)
        return error_set(error, ERROR_MEMORY, "no memory for a message");
    cJSON_ArrayForEach(item, set) {
        struct message_secret *secret = &message->secrets[message->secret_count++];
        if (!cJSON_IsString(item))
            return error_set(error, ERROR_INVALID, "the secret %.60s is not a text", item->string);
        secret->name = arena_str(&message->arena, str_of(item->string));
        secret->value = arena_str(&message->arena, str_of(item->valuestring));
        if (!secret->name.ptr || !secret->value.ptr)
            return error_set(error, ERROR_MEMORY, "no memory for a message");
    }
    return ERROR_NONE;
}

static enum error_code read_log(const cJSON *object, struct message *message, struct error *error)
{
    take_cut(object, "level", message->level, sizeof message->level);
    if (!message->level[0])
        strcpy(message->level, "info");
    return source_parse_text(object, "msg", &message->arena, &message->words, error);
}

static enum error_code read_refused(const cJSON *object, struct message *message, struct error *error)
{
    int64_t count = 1;
    take_cut(object, "reason", message->reason, sizeof message->reason);
    enum error_code code = source_parse_number(object, "count", 0, NUMBER_MOST, &count, error);
    message->refused = (uint64_t)count;
    return code;
}

/* ---- Host to connector ---- */

static enum error_code read_init(const cJSON *object, struct str line, struct message *message, struct error *error)
{
    enum error_code code = source_parse_number(object, "protocol", 0, COUNT_MOST, &message->protocol, error);
    if (!code)
        code = keep_slice(line, "config", message, &message->config, error);
    if (!code)
        code = keep_slice(line, "secrets", message, &message->secret_object, error);
    if (!code)
        code = source_parse_number(object, "max_inflight", 0, COUNT_MOST, &message->max_inflight, error);
    if (!code)
        code = source_parse_number(object, "max_items", 0, COUNT_MOST, &message->max_items, error);
    return code ? code : source_parse_boolean(object, "allow_private", &message->allows_private, error);
}

static enum error_code read_query(const cJSON *object, struct message *message, struct error *error)
{
    struct source_query *query = &message->query;
    struct {
        const char  *name;
        struct str **list;
        size_t      *count;
    } lists[] = {{"any", &query->any, &query->any_count},           {"none", &query->none, &query->none_count},
                 {"hashtags", &query->hashtags, &query->hashtag_count}, {"accounts", &query->accounts, &query->account_count},
                 {"urls", &query->urls, &query->url_count},         {"lang", &query->langs, &query->lang_count}};
    enum error_code code = ERROR_NONE;
    if (!object || cJSON_IsNull(object))
        return ERROR_NONE;
    if (!cJSON_IsObject(object))
        return error_set(error, ERROR_INVALID, "query is not an object");
    for (size_t i = 0; i < sizeof lists / sizeof *lists && !code; i++)
        code = source_parse_list(object, lists[i].name, LIST_MOST, &message->arena, lists[i].list, lists[i].count, error);
    if (!code)
        code = source_parse_time(object, "since", &query->since_us, error);
    return code ? code : source_parse_time(object, "until", &query->until_us, error);
}

static enum error_code read_subscribe(const cJSON *object, struct str line, struct message *message, struct error *error)
{
    const cJSON    *state = cJSON_GetObjectItemCaseSensitive(object, "state");
    size_t          mode = SOURCE_MODE_COUNT;
    enum error_code code = require_sub(message->sub, error);
    if (!code)
        code = source_parse_choice(object, "mode", source_modes, SOURCE_MODE_COUNT, &mode, error);
    if (!code && mode == SOURCE_MODE_COUNT)
        code = error_set(error, ERROR_INVALID, "mode is missing");
    if (!code)
        code = read_query(cJSON_GetObjectItemCaseSensitive(object, "query"), message, error);
    if (code)
        return code;
    message->mode = (enum source_mode)(1u << mode);
    return cJSON_IsString(state) ? source_parse_text(object, "state", &message->arena, &message->state, error)
                                 : keep_slice(line, "state", message, &message->state, error);
}

static enum error_code read_command(const cJSON *object, struct message *message, struct error *error)
{
    struct source_command *command = &message->command;
    const cJSON           *target = cJSON_GetObjectItemCaseSensitive(object, "target"), *body = cJSON_GetObjectItemCaseSensitive(object, "body");
    const cJSON           *proof = cJSON_GetObjectItemCaseSensitive(object, "proof");
    size_t                 act = SOURCE_ACT_COUNT;
    enum error_code        code = source_parse_words(object, "id", command->id, sizeof command->id, error);
    if (!code && !command->id[0])
        code = error_set(error, ERROR_INVALID, "id is missing");
    if (!code)
        code = source_parse_words(object, "key", command->key, sizeof command->key, error);
    if (!code)
        code = source_parse_choice(object, "do", source_acts, SOURCE_ACT_COUNT, &act, error);
    if (!code && act == SOURCE_ACT_COUNT)
        code = error_set(error, ERROR_INVALID, "do is missing");
    struct {
        const cJSON *object;
        const char  *name;
        struct str  *out;
    } texts[] = {{target, "id", &command->target_id}, {target, "root", &command->target_root}, {target, "author", &command->target_author},
                 {body, "text", &command->text},      {body, "lang", &command->lang},          {body, "visibility", &command->visibility},
                 {proof, "timestamp", &command->proof.timestamp}, {proof, "signature", &command->proof.signature}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts && !code; i++)
        if (cJSON_IsObject(texts[i].object))
            code = source_parse_text(texts[i].object, texts[i].name, &message->arena, texts[i].out, error);
    command->act = (enum source_act)(1u << act);
    if (!code)
        code = source_parse_time(object, "ordered_at", &command->ordered_us, error);
    return code ? code : source_parse_time(object, "deadline", &command->deadline_us, error);
}

static enum error_code read_stored(const cJSON *object, struct message *message, struct error *error)
{
    message->is_stored = true;
    return source_parse_boolean(object, "ok", &message->is_stored, error);
}

/* ---- One line ---- */

static enum error_code read_kind(const cJSON *object, struct str line, struct message *message, struct error *error)
{
    switch (message->kind) {
    case MESSAGE_HELLO: return read_hello(object, message, error);
    case MESSAGE_READY: return read_ready(object, message, error);
    case MESSAGE_BATCH: return read_batch(object, line, message, error);
    case MESSAGE_STATUS: return read_status(object, message, error);
    case MESSAGE_RESULT: return read_result(object, message, error);
    case MESSAGE_SECRETS: return read_secrets(object, message, error);
    case MESSAGE_LOG: return read_log(object, message, error);
    case MESSAGE_REFUSED: return read_refused(object, message, error);
    case MESSAGE_INIT: return read_init(object, line, message, error);
    case MESSAGE_SUBSCRIBE: return read_subscribe(object, line, message, error);
    case MESSAGE_UNSUBSCRIBE: return require_sub(message->sub, error);
    case MESSAGE_ACK: {
        enum error_code code = require_sub(message->sub, error);
        return code ? code : source_parse_number(object, "seq", 0, NUMBER_MOST, &message->seq, error);
    }
    case MESSAGE_COMMAND: return read_command(object, message, error);
    case MESSAGE_STORED: return read_stored(object, message, error);
    case MESSAGE_SHUTDOWN: return source_parse_number(object, "grace_s", 0, 86400, &message->grace_s, error);
    default: return ERROR_NONE;
    }
}

enum error_code message_read(struct str line, struct message *message_out, struct error *error)
{
    struct message *message = message_out;
    cJSON          *object = NULL;
    *message = (struct message){.grace_s = 10};
    if (line.len >= SOURCE_LINE_MAX_BYTES)
        return error_set(error, ERROR_TOO_LARGE, "a line of %zu bytes, more than %d", line.len, SOURCE_LINE_MAX_BYTES);
    if (line.len && memchr(line.ptr, '\n', line.len)) /* a state that is kept as it came would not be one line when it is sent back */
        return error_set(error, ERROR_SYNTAX, "a line break within a line");
    enum error_code code = source_parse_object(line, &object, error);
    if (code)
        return code;
    const cJSON *t = cJSON_GetObjectItemCaseSensitive(object, "t");
    take_cut(object, "t", message->name, sizeof message->name);
    for (size_t i = 1; i < MESSAGE_KINDS && cJSON_IsString(t); i++)
        if (strcmp(t->valuestring, message_names[i]) == 0)
            message->kind = (enum message_kind)i;
    if (!cJSON_IsString(t))
        code = error_set(error, ERROR_INVALID, "t is missing");
    bool has_sub = message->kind == MESSAGE_SUBSCRIBE || message->kind == MESSAGE_UNSUBSCRIBE || message->kind == MESSAGE_ACK;
    if (!code && has_sub)
        code = source_parse_words(object, "sub", message->sub, sizeof message->sub, error);
    if (!code)
        code = read_kind(object, line, message, error);
    if (code && message->kind)
        error_prefix(error, "%s: ", message_names[message->kind]);
    cJSON_Delete(object);
    return code;
}

void message_fini(struct message *message)
{
    source_batch_free(message->batch);
    arena_fini(&message->arena);
    *message = (struct message){0};
}

struct source_batch *message_take_batch(struct message *message)
{
    struct source_batch *batch = message->batch;
    message->batch = NULL;
    return batch;
}
