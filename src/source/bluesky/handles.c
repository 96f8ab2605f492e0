#include "source/bluesky/handles.h"

#include "base/hash.h"

#include <stdlib.h>

enum { NAME_MAX_BYTES = 500, NONE = UINT32_MAX };

struct row {
    char    *bytes; /* did, handle, name, one behind the other */
    uint32_t did_len, handle_len, name_len;
    uint32_t next;          /* in its bucket */
    uint32_t newer, older;  /* by use */
    uint64_t hash;
    int64_t  followers, put_us;
};

struct handles {
    struct row *rows;
    uint32_t   *buckets;
    uint32_t    capacity, bucket_count, count;
    uint32_t    newest, oldest;
};

struct handles *handles_new(uint32_t capacity)
{
    struct handles *handles = calloc(1, sizeof *handles);
    uint32_t        buckets = 16;
    while (buckets < capacity)
        buckets *= 2;
    if (!handles)
        return NULL;
    *handles = (struct handles){.rows = calloc(capacity, sizeof *handles->rows), .buckets = malloc(buckets * sizeof *handles->buckets),
                                .capacity = capacity, .bucket_count = buckets, .newest = NONE, .oldest = NONE};
    if (!handles->rows || !handles->buckets || capacity == 0) {
        handles_free(handles);
        return NULL;
    }
    memset(handles->buckets, 0xff, buckets * sizeof *handles->buckets);
    return handles;
}

void handles_free(struct handles *handles)
{
    if (!handles)
        return;
    for (uint32_t i = 0; i < handles->count && handles->rows; i++)
        free(handles->rows[i].bytes);
    free(handles->rows);
    free(handles->buckets);
    free(handles);
}

static void unlink_row(struct handles *handles, uint32_t at)
{
    struct row *row = &handles->rows[at];
    *(row->newer == NONE ? &handles->newest : &handles->rows[row->newer].older) = row->older;
    *(row->older == NONE ? &handles->oldest : &handles->rows[row->older].newer) = row->newer;
}

static void link_newest(struct handles *handles, uint32_t at)
{
    struct row *row = &handles->rows[at];
    row->newer = NONE;
    row->older = handles->newest;
    *(row->older == NONE ? &handles->oldest : &handles->rows[row->older].newer) = at;
    handles->newest = at;
}

static uint32_t *bucket_of(struct handles *handles, uint64_t hash)
{
    return &handles->buckets[hash & (handles->bucket_count - 1)];
}

static uint32_t find(struct handles *handles, struct str did, uint64_t hash)
{
    uint32_t at = *bucket_of(handles, hash);
    while (at != NONE && (handles->rows[at].hash != hash || !str_equal(str_slice(handles->rows[at].bytes,
                                                                                 handles->rows[at].did_len), did)))
        at = handles->rows[at].next;
    return at;
}

bool handles_get(struct handles *handles, struct str did, struct handle_entry *entry_out)
{
    uint32_t at = find(handles, did, hash_str(did));
    if (at == NONE)
        return false;
    const struct row *row = &handles->rows[at];
    *entry_out = (struct handle_entry){str_slice(row->bytes + row->did_len, row->handle_len),
                                       str_slice(row->bytes + row->did_len + row->handle_len, row->name_len),
                                           row->followers, row->put_us};
    if (handles->newest != at) {
        unlink_row(handles, at);
        link_newest(handles, at);
    }
    return true;
}

/* A place for one more: a new row, or the oldest one's, taken out of its bucket. */
static uint32_t make_place(struct handles *handles)
{
    if (handles->count < handles->capacity)
        return handles->count++;
    uint32_t    at = handles->oldest, *link = bucket_of(handles, handles->rows[at].hash);
    while (*link != at)
        link = &handles->rows[*link].next;
    *link = handles->rows[at].next;
    unlink_row(handles, at);
    free(handles->rows[at].bytes);
    return at;
}

static struct str short_enough(struct str s)
{
    return s.len <= NAME_MAX_BYTES ? s : (struct str){0};
}

bool handles_put(struct handles *handles, struct str did, const struct handle_entry *entry)
{
    struct str handle = short_enough(entry->handle), name = short_enough(entry->name);
    uint64_t   hash = hash_str(did);
    char      *bytes = malloc(did.len + handle.len + name.len + 1);
    if (!bytes || did.len > NAME_MAX_BYTES) {
        free(bytes);
        return false;
    }
    memcpy(bytes, did.ptr, did.len);
    if (handle.len)
        memcpy(bytes + did.len, handle.ptr, handle.len);
    if (name.len)
        memcpy(bytes + did.len + handle.len, name.ptr, name.len);
    uint32_t at = find(handles, did, hash);
    if (at != NONE) {
        unlink_row(handles, at);
        free(handles->rows[at].bytes);
    } else {
        at = make_place(handles);
        uint32_t *bucket = bucket_of(handles, hash);
        handles->rows[at].next = *bucket;
        *bucket = at;
    }
    struct row *row = &handles->rows[at];
    row->bytes = bytes;
    row->did_len = (uint32_t)did.len;
    row->handle_len = (uint32_t)handle.len;
    row->name_len = (uint32_t)name.len;
    row->hash = hash;
    row->followers = entry->followers;
    row->put_us = entry->put_us;
    link_newest(handles, at);
    return true;
}

uint32_t handles_count(const struct handles *handles)
{
    return handles->count;
}
