/* An event of a stream becomes items. */
#include "base/clock.h"
#include "source/mastodon/mastodon.h"

#define get cJSON_GetObjectItemCaseSensitive

bool mastodon_take(struct mastodon_worker *worker, const cJSON *status, bool is_here, bool *is_kept_out)
{
    struct source_batch  *batch = mastodon_batch(worker);
    struct mastodon_words words = mastodon_words(worker->sub->mastodon);
    uint64_t              unasked = worker->counts.unasked;
    if (!batch || !mastodon_status(&words, status, (struct str){0}, clock_now_us(), batch, &worker->counts))
        return false;
    *is_kept_out = worker->counts.unasked == unasked;
    return *is_kept_out || !is_here || mastodon_deleted(&words, mastodon_text(status, "id"), batch);
}

/* is_edit: it tells nothing of how far the timeline is known, for its post may be years old. */
static bool put_status(struct mastodon_worker *worker, struct mastodon_channel *channel, const cJSON *status, struct str place_id, bool is_edit)
{
    int64_t at_us = 0;
    bool    is_kept;
    if (!mastodon_take(worker, status, is_edit, &is_kept))
        return false;
    clock_parse(mastodon_text(status, "created_at"), &at_us);
    if (channel && !is_edit && mastodon_id_is_sound(place_id))
        mastodon_place_saw(&channel->now, place_id, at_us, is_kept);
    return true;
}

/* The channel of worker that has notifications; NULL: none. */
static struct mastodon_channel *notifications(struct mastodon_worker *worker)
{
    for (size_t i = worker->first; i < worker->first + worker->count; i++)
        if (worker->sub->channels[i].is_notifications)
            return &worker->sub->channels[i];
    return NULL;
}

bool mastodon_event(struct mastodon_worker *worker, struct mastodon_channel *channel, struct str event, struct str payload)
{
    bool is_ok = true;
    if (str_equal(event, STR("delete"))) {
        struct source_batch  *batch = mastodon_batch(worker);
        struct mastodon_words words = mastodon_words(worker->sub->mastodon);
        struct str            id = str_trim(payload);
        if (id.len > 1 && id.ptr[0] == '"') /* some write the id as JSON */
            id = str_slice(id.ptr + 1, id.len - 2);
        if (!mastodon_id_is_sound(id)) {
            worker->counts.broken++;
            return false;
        }
        for (size_t i = worker->first; i < worker->first + worker->count; i++)
            if (!worker->sub->channels[i].is_notifications)
                mastodon_place_lost(&worker->sub->channels[i].now, id);
        return batch && mastodon_deleted(&words, id, batch);
    }
    bool is_update = str_equal(event, STR("update")), is_edit = str_equal(event, STR("status.update")) || str_equal(event, STR("status_update"));
    bool is_notification = str_equal(event, STR("notification"));
    if (!is_update && !is_edit && !is_notification)
        return true; /* filters_changed, conversation, announcement and what is to come */
    cJSON *object = cJSON_ParseWithLength(payload.ptr ? payload.ptr : "", payload.len);
    if (!cJSON_IsObject(object)) {
        worker->counts.broken++;
        is_ok = false;
    } else if (is_notification) {
        const cJSON *status = get(object, "status");
        if (cJSON_IsObject(status) && str_equal(mastodon_text(object, "type"), STR("mention")))
            is_ok = put_status(worker, notifications(worker), status, mastodon_text(object, "id"), false);
    } else {
        is_ok = put_status(worker, channel, object, mastodon_text(object, "id"), is_edit);
    }
    cJSON_Delete(object);
    return is_ok;
}

static struct mastodon_channel *channel_of(struct mastodon_worker *worker, const cJSON *stream)
{
    struct mastodon_channel *channels = worker->sub->channels + worker->first;
    struct str               name = str_of(cJSON_GetStringValue(cJSON_GetArrayItem(stream, 0)));
    struct str               tag = str_of(cJSON_GetStringValue(cJSON_GetArrayItem(stream, 1)));
    for (size_t i = 0; i < worker->count; i++)
        if (channels[i].stream[0] && str_equal(str_of(channels[i].stream), name) &&
            (channels[i].tag[0] == '\0' || tag.len == 0 || str_equal_ascii_nocase(str_of(channels[i].tag), tag)))
            return &channels[i];
    return NULL;
}

bool mastodon_message(struct mastodon_worker *worker, struct str message)
{
    cJSON       *object = cJSON_ParseWithLength(message.ptr ? message.ptr : "", message.len);
    const cJSON *payload = get(object, "payload");
    struct str   event = mastodon_text(object, "event");
    bool         is_ok = true;
    if (!cJSON_IsObject(object)) {
        worker->counts.broken++;
        is_ok = false;
    } else if (event.len && cJSON_IsString(payload)) {
        is_ok = mastodon_event(worker, channel_of(worker, get(object, "stream")), event, str_of(payload->valuestring));
    } else if (event.len && cJSON_IsObject(payload)) { /* some servers do not wrap it */
        char *text = cJSON_PrintUnformatted(payload);
        is_ok = text && mastodon_event(worker, channel_of(worker, get(object, "stream")), event, str_of(text));
        cJSON_free(text);
    }
    cJSON_Delete(object);
    return is_ok;
}
