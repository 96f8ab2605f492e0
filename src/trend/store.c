#include "trend/store.h"

#include "base/hash.h"

#include <stdlib.h>

bool store_init(struct store *store, uint64_t capacity)
{
    uint64_t size = 1;
    while (size < capacity)
        size *= 2;
    *store = (struct store){.next_seq = 1, .oldest_seq = 1, .capacity = size};
    store->ring = calloc(size, sizeof *store->ring);
    return store->ring != NULL;
}

void store_fini(struct store *store)
{
    if (store->ring)
        while (store->oldest_seq < store->next_seq)
            store_drop_oldest(store);
    free(store->ring);
    *store = (struct store){0};
}

static struct str copy_into(char **at, struct str s)
{
    if (s.len)
        memcpy(*at, s.ptr, s.len);
    struct str copy = {*at, s.len};
    *at += s.len;
    return copy;
}

static struct str cut(struct str text)
{
    if (text.len > STORE_TEXT_MAX_BYTES) {
        text.len = STORE_TEXT_MAX_BYTES;
        while (text.len > 0 && ((unsigned char)text.ptr[text.len] & 0xc0) == 0x80)
            text.len--;
    }
    return text;
}

struct stored_post *store_post_new(const struct post *post, struct str text, size_t key_count, size_t shingle_count)
{
    text = cut(text);
    struct str          name = post_author_name(post);
    size_t              keys_bytes = key_count * sizeof(struct occurrence), shingle_bytes = shingle_count * sizeof(uint32_t);
    struct stored_post *stored = malloc(sizeof *stored + keys_bytes + shingle_bytes + post->id.len + name.len + text.len + 1);
    if (!stored)
        return NULL;
    *stored = (struct stored_post){.at_us = post->at_us, .author = post_author_key(post), .id_hash = hash_str(post->id), .copies = 1,
                                   .users = 1, .key_count = (uint16_t)key_count, .shingle_count = (uint16_t)shingle_count, .weight = 1};
    char *at = (char *)(stored + 1);
    stored->keys = (struct occurrence *)at;
    at += keys_bytes;
    stored->shingles = (uint32_t *)at;
    at += shingle_bytes;
    stored->id = copy_into(&at, post->id);
    stored->author_name = copy_into(&at, name);
    stored->text = copy_into(&at, text);
    return stored;
}

void store_post_release(struct stored_post *post)
{
    if (post && --post->users == 0)
        free(post);
}

void store_post_wipe(struct stored_post *post)
{
    struct str *const strings[] = {&post->id, &post->author_name, &post->text};
    for (size_t i = 0; i < 3; i++) {
        memset((char *)(uintptr_t)strings[i]->ptr, 0, strings[i]->len);
        strings[i]->len = 0;
    }
    for (unsigned i = 0; i < post->key_count; i++)
        post->keys[i].start = post->keys[i].len = 0;
    post->is_wiped = true;
}

void store_push(struct store *store, struct stored_post *post)
{
    require(post->seq == store->next_seq);
    if (store->next_seq - store->oldest_seq == store->capacity)
        store_drop_oldest(store);
    store->ring[post->seq & (store->capacity - 1)] = post;
    store->next_seq++;
}

void store_drop_oldest(struct store *store)
{
    struct stored_post **slot = &store->ring[store->oldest_seq & (store->capacity - 1)];
    store_post_release(*slot);
    *slot = NULL;
    store->oldest_seq++;
}
