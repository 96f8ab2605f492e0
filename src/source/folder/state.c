#include "source/folder/folder.h"

#include "source/parse.h"

#include <stdlib.h>

#define NUMBER_MOST 0x1p53

static bool take_number(const cJSON *item, uint64_t *out)
{
    if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0 && item->valuedouble < NUMBER_MOST))
        return false;
    *out = (uint64_t)item->valuedouble;
    return true;
}

static bool take_hex(const cJSON *item, uint64_t *out)
{
    char *end = NULL;
    if (!cJSON_IsString(item) || !item->valuestring[0] || strlen(item->valuestring) > 16)
        return false;
    *out = strtoull(item->valuestring, &end, 16);
    return *end == '\0';
}

static bool take_file(const cJSON *row, struct folder_file *file)
{
    uint64_t changed = 0, head_len = 0;
    bool     is_good = take_hex(cJSON_GetArrayItem(row, 0), &file->id) && take_number(cJSON_GetArrayItem(row, 1), &file->offset) &&
                   take_number(cJSON_GetArrayItem(row, 2), &file->records) && take_number(cJSON_GetArrayItem(row, 3), &file->size) &&
                   take_number(cJSON_GetArrayItem(row, 4), &changed) && take_hex(cJSON_GetArrayItem(row, 5), &file->head) &&
                   take_number(cJSON_GetArrayItem(row, 6), &head_len) && head_len <= FOLDER_HEAD_BYTES;
    file->changed_us = (int64_t)changed;
    file->head_len = (unsigned)head_len;
    return is_good;
}

bool folder_state_read(struct str text, struct folder_state *state_out)
{
    cJSON   *object = NULL;
    uint64_t mark = 0;
    *state_out = (struct folder_state){0};
    bool         is_good = source_parse_object(text, &object, NULL) == ERROR_NONE && take_number(cJSON_GetObjectItemCaseSensitive(object, "mark"), &mark);
    const cJSON *files = cJSON_GetObjectItemCaseSensitive(object, "files"), *row;
    cJSON_ArrayForEach(row, files)
        if (is_good && state_out->count < FOLDER_FILES_MAX)
            is_good = take_file(row, &state_out->files[state_out->count++]);
    state_out->mark_us = (int64_t)mark;
    if (!is_good)
        *state_out = (struct folder_state){0};
    cJSON_Delete(object);
    return is_good;
}

void folder_state_print(const struct folder_state *state, struct buf *out)
{
    buf_printf(out, "{\"mark\":%lld,\"files\":[", (long long)state->mark_us);
    for (size_t i = 0; i < state->count; i++) {
        const struct folder_file *file = &state->files[i];
        buf_printf(out, "%s[\"%llx\",%llu,%llu,%llu,%lld,\"%llx\",%u]", i ? "," : "", (unsigned long long)file->id, (unsigned long long)file->offset,
                   (unsigned long long)file->records, (unsigned long long)file->size, (long long)file->changed_us, (unsigned long long)file->head, file->head_len);
    }
    buf_append_str(out, STR("]}"));
}

struct folder_file *folder_state_find(struct folder_state *state, uint64_t id)
{
    for (size_t i = 0; i < state->count; i++)
        if (state->files[i].id == id)
            return &state->files[i];
    return NULL;
}

struct folder_file *folder_state_add(struct folder_state *state, uint64_t id)
{
    size_t at = 0;
    if (state->count < FOLDER_FILES_MAX) {
        at = state->count++;
    } else {
        for (size_t i = 1; i < state->count; i++)
            if (state->files[i].changed_us < state->files[at].changed_us)
                at = i;
        if (state->files[at].changed_us > state->mark_us)
            state->mark_us = state->files[at].changed_us;
    }
    state->files[at] = (struct folder_file){.id = id};
    return &state->files[at];
}
