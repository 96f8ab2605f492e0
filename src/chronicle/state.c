#include "chronicle/keep.h"

#include <cjson/cJSON.h>

/* ---- Out ---- */

static void print_posts(struct json *json, const char *name, const struct trend_post *posts, size_t count)
{
    json_key(json, name);
    json_array(json);
    for (size_t i = 0; i < count; i++) {
        json_object(json);
        json_key(json, "id");
        json_str(json, posts[i].id);
        json_key(json, "at_us");
        json_i64(json, posts[i].at_us);
        json_end(json);
    }
    json_end(json);
}

void state_print(const struct trend *trend, struct buf *out)
{
    struct json json = json_writer(out);
    json_object(&json);
    json_key(&json, "strongest");
    json_str(&json, trend->strongest);
    json_key(&json, "terms");
    json_array(&json);
    for (size_t i = 0; i < trend->term_count && i < CHRONICLE_TERMS; i++)
        json_str(&json, trend->terms[i]);
    json_end(&json);
    json_key(&json, "series_start_us");
    json_i64(&json, trend->series_start_us);
    json_key(&json, "series_step_us");
    json_i64(&json, trend->series_step_us);
    json_key(&json, "series");
    json_array(&json);
    for (size_t i = 0; i < TREND_SERIES; i++)
        json_i64(&json, trend->series[i]);
    json_end(&json);
    print_posts(&json, "first_voices", trend->first_voices, trend->first_voice_count);
    print_posts(&json, "representatives", trend->representatives, trend->representative_count);
    json_end(&json);
}

/* ---- In ---- */

static int64_t number_of(const cJSON *object, const char *name)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsNumber(member) ? (int64_t)member->valuedouble : 0;
}

static struct str text_of(const cJSON *item, struct arena *arena)
{
    return cJSON_IsString(item) ? arena_str(arena, str_of(item->valuestring)) : (struct str){0};
}

static size_t read_posts(const cJSON *object, const char *name, size_t most, struct arena *arena,
                         struct chronicle_post *posts)
{
    const cJSON *item, *array = cJSON_GetObjectItemCaseSensitive(object, name);
    size_t       count = 0;
    cJSON_ArrayForEach(item, array) {
        if (count == most)
            break;
        posts[count].id = text_of(cJSON_GetObjectItemCaseSensitive(item, "id"), arena);
        posts[count++].at_us = number_of(item, "at_us");
    }
    return count;
}

enum error_code state_read(struct str text, struct arena *arena, struct chronicle_trend *trend_out, struct error *error)
{
    cJSON *object = cJSON_ParseWithLength(text.ptr, text.len);
    if (!cJSON_IsObject(object)) {
        cJSON_Delete(object);
        return error_set(error, ERROR_CORRUPT, "the kept state of trend %lld is no JSON", (long long)trend_out->id);
    }
    const cJSON *item;
    size_t       place = 0;
    trend_out->strongest = text_of(cJSON_GetObjectItemCaseSensitive(object, "strongest"), arena);
    trend_out->term_count = 0;
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(object, "terms")) {
        if (trend_out->term_count < CHRONICLE_TERMS)
            trend_out->terms[trend_out->term_count++] = text_of(item, arena);
    }
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(object, "series")) {
        if (place < TREND_SERIES)
            trend_out->series[place++] = cJSON_IsNumber(item) ? (uint32_t)item->valuedouble : 0;
    }
    trend_out->series_start_us = number_of(object, "series_start_us");
    trend_out->series_step_us = number_of(object, "series_step_us");
    trend_out->first_voice_count = read_posts(object, "first_voices", CHRONICLE_FIRST_VOICES, arena,
                                              trend_out->first_voices);
    trend_out->representative_count = read_posts(object, "representatives", CHRONICLE_REPRESENTATIVES, arena,
                                                 trend_out->representatives);
    cJSON_Delete(object);
    return ERROR_NONE;
}
