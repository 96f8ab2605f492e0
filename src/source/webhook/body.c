/* What came: who it is from, and the posts in it. */
#include "source/webhook/webhook.h"

#include "base/clock.h"
#include "base/utf8.h"
#include "net/signing.h"
#include "source/message.h"

#include <cjson/cJSON.h>

enum error_code webhook_prove(struct str secret, struct str timestamp, struct str signature, struct str body, int64_t now_us, struct error *error)
{
    static const struct str version = {"v1=", 3};
    const struct str        parts[] = {timestamp, STR("."), body};
    int64_t                 at_s, now_s = now_us / CLOCK_SECOND_US;
    if (!secret.len || !str_starts_with(signature, version) ||
        !signing_fits(secret, parts, 3, str_slice(signature.ptr + version.len, signature.len - version.len)))
        return error_set(error, ERROR_DENIED, "the signature does not fit");
    if (!str_to_i64(timestamp, &at_s))
        return error_set(error, ERROR_DENIED, "the timestamp is no number of seconds since 1970");
    if (at_s < now_s - WEBHOOK_WINDOW_S || at_s > now_s + WEBHOOK_WINDOW_S) {
        error_set(error, ERROR_DENIED, "the timestamp is %lld s from this server's clock", (long long)(at_s > now_s ? at_s - now_s : now_s - at_s));
        return error_hint(error, "it may be %d s from it: set the clock of the sender, and sign each try anew", WEBHOOK_WINDOW_S);
    }
    return ERROR_NONE;
}

/* ---- Posts ---- */

struct reading {
    struct source_batch **batches;
    size_t               *count;
    struct str            prefix;
    const char           *sub;
    size_t                most_items;
    uint64_t              refused;
    struct error         *why;
};

static void refuse(struct reading *reading, const struct error *error)
{
    if (!reading->refused++)
        *reading->why = *error;
}

static struct source_batch *batch_with_room(struct reading *reading)
{
    struct source_batch *last = *reading->count ? reading->batches[*reading->count - 1] : NULL;
    if (last && last->count < reading->most_items)
        return last;
    if (*reading->count == WEBHOOK_BATCHES_MAX)
        return NULL;
    last = source_batch_new(reading->sub);
    if (last)
        reading->batches[(*reading->count)++] = last;
    return last;
}

/* What other programs like to leave out, or call otherwise: a post, at its time. */
static void complete(cJSON *object)
{
    if (!cJSON_HasObjectItem(object, "op"))
        cJSON_AddStringToObject(object, "op", "upsert");
    if (!cJSON_HasObjectItem(object, "created_at") && cJSON_HasObjectItem(object, "at"))
        cJSON_AddItemToObject(object, "created_at", cJSON_DetachItemFromObjectCaseSensitive(object, "at"));
    if (!cJSON_HasObjectItem(object, "root") && cJSON_HasObjectItem(object, "thread"))
        cJSON_AddItemToObject(object, "root", cJSON_DetachItemFromObjectCaseSensitive(object, "thread"));
}

static bool put_prefix(struct str prefix, struct arena *arena, struct str *id)
{
    if (!id->len || !prefix.len)
        return true;
    char *text = arena_alloc(arena, prefix.len + 1 + id->len);
    if (!text)
        return false;
    memcpy(text, prefix.ptr, prefix.len);
    text[prefix.len] = '/';
    memcpy(text + prefix.len + 1, id->ptr, id->len);
    *id = str_slice(text, prefix.len + 1 + id->len);
    return true;
}

static void take_object(struct reading *reading, cJSON *object)
{
    struct error         error = {0};
    struct source_batch *batch = cJSON_IsObject(object) ? batch_with_room(reading) : NULL;
    if (!batch) {
        error_set(&error, ERROR_INVALID, cJSON_IsObject(object) ? "too many posts in one delivery" : "not a JSON object");
        refuse(reading, &error);
        return;
    }
    complete(object);
    size_t before = batch->count;
    if (message_read_item(object, batch, &error)) {
        batch->count = before;
        refuse(reading, &error);
        return;
    }
    struct post *post = &batch->items[before].post;
    struct str  *ids[] = {&post->id, &post->thread, &post->reply_to, &post->repost_of, &post->quote_of};
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++)
        put_prefix(reading->prefix, &batch->arena, ids[i]);
}

static void take_line(struct reading *reading, struct str line)
{
    struct error error = {0};
    const char  *end = NULL;
    cJSON       *object = utf8_is_valid(line) && !memchr(line.ptr, '\0', line.len) ? cJSON_ParseWithLengthOpts(line.ptr, line.len, &end, false) : NULL;
    if (object && !str_trim(str_slice(end, (size_t)(line.ptr + line.len - end))).len) {
        take_object(reading, object);
    } else {
        error_set(&error, ERROR_SYNTAX, "a line is no JSON object");
        refuse(reading, &error);
    }
    cJSON_Delete(object);
}

enum error_code webhook_read(struct str body, struct str prefix, const char *sub, size_t most_items, struct source_batch *batches_out[WEBHOOK_BATCHES_MAX],
                             size_t *batch_count_out, uint64_t *refused_out, struct error *why)
{
    struct reading reading = {batches_out, batch_count_out, prefix, sub, most_items, 0, why};
    struct str     rest = str_trim(body), line;
    *batch_count_out = 0;
    if (rest.len && rest.ptr[0] == '[') {
        cJSON *array = utf8_is_valid(rest) ? cJSON_ParseWithLength(rest.ptr, rest.len) : NULL, *object;
        if (!array)
            return error_set(why, ERROR_SYNTAX, "the body is no JSON array");
        cJSON_ArrayForEach(object, array) take_object(&reading, object);
        cJSON_Delete(array);
    } else {
        while (str_next_field(&rest, '\n', &line))
            if (str_trim(line).len)
                take_line(&reading, str_trim(line));
    }
    *refused_out = reading.refused;
    return *batch_count_out || reading.refused ? ERROR_NONE : error_set(why, ERROR_SYNTAX, "the body holds no post");
}
