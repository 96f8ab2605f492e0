#include "base/hash.h"

#include "base/error.h"

#include <stdlib.h>
#include <xxhash.h>

uint64_t hash_bytes(const void *bytes, size_t len)
{
    return XXH3_64bits(len ? bytes : "", len);
}

/* The finaliser of SplitMix64 (Steele, Lea, Flood 2014) over a weighted sum. */
uint64_t hash_mix(uint64_t a, uint64_t b)
{
    uint64_t x = a * 0x9e3779b97f4a7c15u + b;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

enum { CHUNK_BYTES = 64 * 1024 };

struct interner_chunk {
    struct interner_chunk *next;
    size_t                 used, size;
    char                   data[];
};

void interner_fini(struct interner *interner)
{
    for (struct interner_chunk *chunk = interner->chunks; chunk;) {
        struct interner_chunk *next = chunk->next;
        free(chunk);
        chunk = next;
    }
    free(interner->slots);
    free(interner->hashes);
    free(interner->strings);
    *interner = (struct interner){0};
}

static const char *keep(struct interner *interner, struct str s)
{
    struct interner_chunk *chunk = interner->chunks;
    if (!chunk || chunk->size - chunk->used < s.len) {
        size_t size = s.len > CHUNK_BYTES ? s.len : CHUNK_BYTES;
        chunk = malloc(sizeof *chunk + size);
        if (!chunk)
            return NULL;
        *chunk = (struct interner_chunk){.next = interner->chunks, .size = size};
        interner->chunks = chunk;
        interner->bytes += size;
    }
    char *copy = chunk->data + chunk->used;
    if (s.len)
        memcpy(copy, s.ptr, s.len);
    chunk->used += s.len;
    return copy;
}

static bool grow_slots(struct interner *interner)
{
    uint32_t  slot_count = interner->slot_count ? interner->slot_count * 2 : 1024;
    uint32_t *slots = calloc(slot_count, sizeof *slots);
    if (!slots)
        return false;
    for (uint32_t i = 0; i < interner->count; i++) {
        uint32_t at = (uint32_t)interner->hashes[i] & (slot_count - 1);
        while (slots[at])
            at = (at + 1) & (slot_count - 1);
        slots[at] = i + 1;
    }
    free(interner->slots);
    interner->bytes += (slot_count - interner->slot_count) * sizeof *slots;
    interner->slots = slots;
    interner->slot_count = slot_count;
    return true;
}

static bool grow_strings(struct interner *interner)
{
    uint32_t    capacity = interner->string_capacity ? interner->string_capacity * 2 : 512;
    uint64_t   *hashes = realloc(interner->hashes, capacity * sizeof *hashes);
    if (!hashes)
        return false;
    interner->hashes = hashes;
    struct str *strings = realloc(interner->strings, capacity * sizeof *strings);
    if (!strings)
        return false;
    interner->strings = strings;
    interner->bytes += (capacity - interner->string_capacity) * (sizeof *hashes + sizeof *strings);
    interner->string_capacity = capacity;
    return true;
}

/* The slot that holds s, or the free one where it belongs. */
static uint32_t slot_of(const struct interner *interner, struct str s, uint64_t hash)
{
    uint32_t at = (uint32_t)hash & (interner->slot_count - 1);
    for (; interner->slots[at]; at = (at + 1) & (interner->slot_count - 1)) {
        uint32_t number = interner->slots[at] - 1;
        if (interner->hashes[number] == hash && str_equal(interner->strings[number], s))
            break;
    }
    return at;
}

uint32_t interner_find(const struct interner *interner, struct str s)
{
    if (!interner->slot_count)
        return INTERNER_NONE;
    return interner->slots[slot_of(interner, s, hash_str(s))] - 1u; /* a free slot's 0 - 1 is INTERNER_NONE */
}

uint32_t interner_add(struct interner *interner, struct str s)
{
    if (interner->count + 1 > interner->slot_count / 4 * 3 && !grow_slots(interner))
        return INTERNER_NONE;
    uint64_t hash = hash_str(s);
    uint32_t at = slot_of(interner, s, hash);
    if (interner->slots[at])
        return interner->slots[at] - 1;
    if (interner->count == interner->string_capacity && !grow_strings(interner))
        return INTERNER_NONE;
    const char *copy = keep(interner, s);
    if (!copy)
        return INTERNER_NONE;
    uint32_t number = interner->count++;
    interner->strings[number] = str_slice(copy, s.len);
    interner->hashes[number] = hash;
    interner->slots[at] = number + 1;
    return number;
}
