#include "source/nostr/memory.h"

#include "base/hash.h"
#include "base/utf8.h"

#include <stdlib.h>

/* ---- Recent ---- */

enum { SLOTS = RECENT_MOST * 2 }; /* half full at most */

void recent_fini(struct recent *recent)
{
    free(recent->now);
    free(recent->before);
    *recent = (struct recent){0};
}

static struct recent_row *slot_of(struct recent_row *rows, uint64_t key)
{
    size_t at = (size_t)(key & (SLOTS - 1));
    while (rows[at].key && rows[at].key != key)
        at = (at + 1) & (SLOTS - 1);
    return &rows[at];
}

bool recent_find(const struct recent *recent, uint64_t key, uint64_t *value_out)
{
    struct recent_row *both[2] = {recent->now, recent->before};
    for (int i = 0; i < 2; i++) {
        struct recent_row *row = both[i] ? slot_of(both[i], key) : NULL;
        if (!row || !row->key)
            continue;
        if (value_out)
            *value_out = row->value;
        return true;
    }
    return false;
}

bool recent_add(struct recent *recent, uint64_t key, uint64_t value)
{
    if (!recent->now && !(recent->now = calloc(SLOTS, sizeof *recent->now)))
        return false;
    if (recent->count == RECENT_MOST) { /* the older half is forgotten at once */
        if (!recent->before && !(recent->before = calloc(SLOTS, sizeof *recent->before)))
            return false;
        struct recent_row *oldest = recent->before;
        memset(oldest, 0, SLOTS * sizeof *oldest);
        recent->before = recent->now;
        recent->now = oldest;
        recent->count = 0;
    }
    struct recent_row *row = slot_of(recent->now, key);
    recent->count += row->key == 0;
    *row = (struct recent_row){key, value};
    return true;
}

uint64_t nostr_key_of(struct str hex_id, uint64_t salt)
{
    uint64_t key = hash_mix(hash_str(hex_id), salt);
    return key ? key : 1;
}

uint64_t nostr_owner_of(struct str pubkey)
{
    return hash_str(pubkey);
}

/* ---- Profiles ---- */

void profiles_fini(struct profiles *profiles)
{
    free(profiles->rows);
    *profiles = (struct profiles){0};
}

struct profile *profiles_of(struct profiles *profiles, struct str pubkey)
{
    unsigned char key[32];
    if (!profiles->rows && !(profiles->rows = calloc(PROFILE_ROWS, sizeof *profiles->rows)))
        return NULL;
    if (!nostr_from_hex(pubkey, key, 32))
        return NULL;
    struct profile *row = profiles->rows[hash_bytes(key, 32) % PROFILE_ROWS], *oldest = row;
    profiles->clock++;
    for (int i = 0; i < PROFILE_ROW_MOST; i++) {
        if (row[i].is_there && memcmp(row[i].key, key, 32) == 0) {
            row[i].used = profiles->clock;
            return &row[i];
        }
        if (!row[i].is_there || (oldest->is_there && row[i].used < oldest->used))
            oldest = &row[i];
    }
    *oldest = (struct profile){.is_there = true, .used = profiles->clock};
    memcpy(oldest->key, key, 32);
    return oldest;
}

/* Without control characters, whole characters only. True when it changed. */
static bool put_name(char *room, size_t most, const cJSON *json)
{
    struct str said = cJSON_IsString(json) ? str_trim(str_of(json->valuestring)) : STR("");
    char       name[128];
    size_t     len = 0;
    for (size_t at = 0; at < said.len;) {
        size_t one = utf8_valid_length(said.ptr + at, said.len - at);
        if (!one || len + one >= most)
            break;
        memcpy(name + len, said.ptr + at, one);
        if ((unsigned char)name[len] < 0x20 || name[len] == 0x7f)
            name[len] = ' ';
        len += one;
        at += one;
    }
    name[len] = '\0';
    if (strcmp(room, name) == 0)
        return false;
    snprintf(room, most, "%s", name);
    return true;
}

bool profiles_take(struct profile *profile, const struct nostr_event *event)
{
    if (profile->state == PROFILE_KNOWN && event->created_at <= profile->created_at)
        return false;
    cJSON       *said = cJSON_ParseWithLength(event->content.ptr ? event->content.ptr : "", event->content.len);
    const cJSON *shown = cJSON_GetObjectItemCaseSensitive(said, "display_name");
    bool         has_changed = put_name(profile->handle, sizeof profile->handle, cJSON_GetObjectItemCaseSensitive(said, "name"));
    has_changed = put_name(profile->name, sizeof profile->name, cJSON_IsString(shown) ? shown : cJSON_GetObjectItemCaseSensitive(said, "name")) || has_changed;
    cJSON_Delete(said);
    profile->state = PROFILE_KNOWN;
    profile->created_at = event->created_at;
    return has_changed;
}
