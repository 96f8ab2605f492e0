#include "source/mastodon/place.h"

#include "base/json.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>

bool mastodon_place_init(struct mastodon_place *place, size_t keep, size_t most)
{
    *place = (struct mastodon_place){.keep = keep, .most = most};
    place->recent = calloc(place->most + 1, sizeof *place->recent);
    return place->recent != NULL;
}

void mastodon_place_fini(struct mastodon_place *place)
{
    free(place->recent);
    *place = (struct mastodon_place){0};
}

void mastodon_place_copy(struct mastodon_place *to, const struct mastodon_place *from)
{
    mastodon_id *recent = to->recent;
    if (from->recent_count)
        memcpy(recent, from->recent, from->recent_count * sizeof *recent);
    *to = *from;
    to->recent = recent;
}

int mastodon_id_compare(struct str a, struct str b)
{
    if (a.len != b.len)
        return a.len < b.len ? -1 : 1;
    return a.len ? memcmp(a.ptr, b.ptr, a.len) : 0;
}

bool mastodon_id_is_sound(struct str id)
{
    if (id.len == 0 || id.len >= MASTODON_ID_BYTES)
        return false;
    for (size_t i = 0; i < id.len; i++) {
        char c = id.ptr[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_'))
            return false;
    }
    return true;
}

static void set(mastodon_id to, struct str id)
{
    snprintf(to, MASTODON_ID_BYTES, "%.*s", STR_ARG(id));
}

/* Where id stands or would stand in recent. */
static size_t find(const struct mastodon_place *place, struct str id, bool *is_there_out)
{
    size_t low = 0, high = place->recent_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int    order = mastodon_id_compare(str_of(place->recent[middle]), id);
        if (order == 0) {
            *is_there_out = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *is_there_out = false;
    return low;
}

bool mastodon_place_has(const struct mastodon_place *place, struct str id)
{
    bool is_there;
    find(place, id, &is_there);
    return is_there;
}

void mastodon_place_saw(struct mastodon_place *place, struct str id, int64_t at_us, bool is_kept)
{
    if (!place->is_begun || mastodon_id_compare(id, str_of(place->head)) > 0) {
        place->is_begun = true;
        set(place->head, id);
        place->at_ms = at_us / 1000;
    }
    bool   is_there;
    size_t at = find(place, id, &is_there);
    size_t limit = place->is_settled ? place->keep : place->most;
    if (is_there || limit == 0 || !is_kept)
        return;
    if (place->recent_count >= limit) { /* the oldest gives way */
        if (at == 0)
            return;
        memmove(place->recent, place->recent + 1, (at - 1) * sizeof *place->recent);
        at--;
    } else {
        memmove(place->recent + at + 1, place->recent + at, (place->recent_count - at) * sizeof *place->recent);
        place->recent_count++;
    }
    set(place->recent[at], id);
}

void mastodon_place_settle(struct mastodon_place *place, bool is_hearing)
{
    if (place->recent_count > place->keep) {
        memmove(place->recent, place->recent + (place->recent_count - place->keep), place->keep * sizeof *place->recent);
        place->recent_count = place->keep;
    }
    place->is_settled = is_hearing;
}

void mastodon_place_lost(struct mastodon_place *place, struct str id)
{
    bool   is_there;
    size_t at = find(place, id, &is_there);
    if (!is_there)
        return;
    place->recent_count--;
    memmove(place->recent + at, place->recent + at + 1, (place->recent_count - at) * sizeof *place->recent);
}

/* ---- As JSON ---- */

static void print_place(struct json *json, const struct mastodon_place *place, bool with_recent)
{
    json_object(json);
    json_put_str(json, "head", str_of(place->head));
    if (place->is_back) {
        json_put_str(json, "since", str_of(place->since));
        json_put_str(json, "until", str_of(place->until));
    }
    if (place->at_ms)
        json_put_i64(json, "at", place->at_ms);
    if (place->is_done) {
        json_key(json, "done");
        json_bool(json, true);
    }
    if (with_recent && place->recent_count) {
        json_key(json, "recent");
        json_array(json);
        for (size_t i = 0; i < place->recent_count; i++)
            json_text(json, place->recent[i]);
        json_end(json);
    }
    json_end(json);
}

static void print(const struct mastodon_named_place *places, size_t count, bool with_recent, struct buf *out)
{
    struct json json = json_writer(out);
    json_object(&json);
    json_put_i64(&json, "v", 1);
    json_key(&json, "channels");
    json_object(&json);
    for (size_t i = 0; i < count; i++)
        if (places[i].place->is_begun || places[i].place->is_done) {
            json_key(&json, places[i].name);
            print_place(&json, places[i].place, with_recent);
        }
    json_end(&json);
    json_end(&json);
}

void mastodon_places_print(const struct mastodon_named_place *places, size_t count, struct buf *out)
{
    size_t before = out->len;
    print(places, count, true, out);
    if (out->len - before <= MASTODON_STATE_BYTES)
        return;
    out->len = before;
    print(places, count, false, out);
}

static bool take_id(const cJSON *object, const char *name, mastodon_id out)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
    if (!text || (text[0] && !mastodon_id_is_sound(str_of(text))))
        return false;
    set(out, str_of(text));
    return true;
}

bool mastodon_place_read(struct str state, const char *name, struct mastodon_place *place)
{
    cJSON       *root = state.len ? cJSON_ParseWithLength(state.ptr, state.len) : NULL;
    const cJSON *channels = cJSON_GetObjectItemCaseSensitive(root, "channels");
    const cJSON *of = cJSON_GetObjectItemCaseSensitive(channels, name);
    const cJSON *at = cJSON_GetObjectItemCaseSensitive(of, "at"), *entry;
    mastodon_id  since, until;
    bool         is_known = take_id(of, "head", place->head);
    if (is_known) {
        place->is_begun = true;
        place->is_back = take_id(of, "until", until) && take_id(of, "since", since);
        if (place->is_back) {
            set(place->since, str_of(since));
            set(place->until, str_of(until));
        }
        place->is_done = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(of, "done"));
        if (cJSON_IsNumber(at) && at->valuedouble > 0 && at->valuedouble < 1e15)
            place->at_ms = (int64_t)at->valuedouble;
        cJSON_ArrayForEach(entry, cJSON_GetObjectItemCaseSensitive(of, "recent")) {
            struct str id = str_of(cJSON_GetStringValue(entry));
            if (mastodon_id_is_sound(id) && mastodon_id_compare(id, str_of(place->head)) <= 0)
                mastodon_place_saw(place, id, 0, true);
        }
    }
    cJSON_Delete(root);
    return is_known;
}
