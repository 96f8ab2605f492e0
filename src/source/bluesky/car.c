#include "source/bluesky/car.h"

#include "source/bluesky/cbor.h"

#include <sodium.h>

/* Shortest form, at most nine bytes; false otherwise. */
static bool take_varint(struct str *rest, uint64_t *number_out)
{
    uint64_t number = 0;
    for (size_t i = 0; i < 9 && i < rest->len; i++) {
        uint8_t byte = (uint8_t)rest->ptr[i];
        number |= (uint64_t)(byte & 0x7f) << (7 * i);
        if (byte < 0x80) {
            *rest = str_slice(rest->ptr + i + 1, rest->len - i - 1);
            *number_out = number;
            return i == 0 || byte != 0;
        }
    }
    return false;
}

static bool take_section(struct str *rest, struct str *section_out)
{
    uint64_t len;
    if (!take_varint(rest, &len) || len == 0 || len > rest->len)
        return false;
    *section_out = str_slice(rest->ptr, (size_t)len);
    *rest = str_slice(rest->ptr + len, rest->len - (size_t)len);
    return true;
}

static bool header_is_good(struct str header)
{
    struct cbor      cbor = cbor_of(header);
    struct cbor_item item;
    struct str       key = {0};
    bool             has_version = false;
    if (!cbor_next(&cbor, &item) || item.kind != CBOR_MAP)
        return false;
    for (uint64_t left = item.number; left > 0; left--) {
        if (!cbor_key(&cbor, &key))
            return false;
        if (str_equal(key, STR("version"))) {
            has_version = cbor_next(&cbor, &item) && item.kind == CBOR_NUMBER && item.number == 1;
            if (!has_version)
                return false;
        } else if (!cbor_skip(&cbor))
            return false;
    }
    return has_version && cbor.at == cbor.end;
}

/* Digests are as good as chance, unless somebody chose them: then a lookup is longer, and still right. */
static size_t slot_of(struct str cid, size_t slot_count)
{
    uint64_t digest;
    memcpy(&digest, cid.ptr + cid.len - sizeof digest, sizeof digest);
    return (size_t)digest & (slot_count - 1);
}

static bool index_blocks(struct car *car, struct arena *arena)
{
    car->slot_count = 4;
    while (car->slot_count < car->count * 2)
        car->slot_count *= 2;
    car->slots = arena_array(arena, car->slot_count, sizeof *car->slots);
    if (!car->slots)
        return false;
    enum { STEPS_MAX = 64 };
    for (size_t i = 0; i < car->count; i++) {
        size_t slot = slot_of(car->blocks[i].cid, car->slot_count), steps = 0;
        while (car->slots[slot] && steps++ < STEPS_MAX)
            slot = (slot + 1) & (car->slot_count - 1);
        if (car->slots[slot]) /* chosen to collide */
            return false;
        car->slots[slot] = (uint32_t)i + 1;
    }
    return true;
}

bool car_open(struct str bytes, struct arena *arena, struct car *car_out)
{
    *car_out = (struct car){0};
    size_t     capacity = 0;
    struct str section;
    void      *rows = NULL;
    if (bytes.len > CAR_BYTES_MAX || !take_section(&bytes, &section) || !header_is_good(section))
        return false;
    while (bytes.len > 0) {
        if (!take_section(&bytes, &section) || section.len < CID_BYTES ||
            !cid_is_known(str_slice(section.ptr, CID_BYTES)))
            return false;
        if (car_out->count == CAR_BLOCKS_MAX || !arena_grow(arena, &rows, sizeof *car_out->blocks, car_out->count,
                                                            &capacity))
            return false;
        car_out->blocks = rows;
        car_out->blocks[car_out->count++] = (struct car_block){str_slice(section.ptr, CID_BYTES),
                                                               str_slice(section.ptr + CID_BYTES,
                                                                         section.len - CID_BYTES)};
    }
    return index_blocks(car_out, arena);
}

struct str car_find(const struct car *car, struct str cid, bool *is_false_out)
{
    *is_false_out = false;
    if (car->count == 0 || !cid_is_known(cid))
        return (struct str){0};
    for (size_t slot = slot_of(cid, car->slot_count); car->slots[slot]; slot = (slot + 1) & (car->slot_count - 1)) {
        const struct car_block *block = &car->blocks[car->slots[slot] - 1];
        if (!str_equal(block->cid, cid))
            continue;
        unsigned char digest[crypto_hash_sha256_BYTES];
        crypto_hash_sha256(digest, (const unsigned char *)block->data.ptr, block->data.len);
        *is_false_out = memcmp(digest, cid.ptr + CID_BYTES - CID_DIGEST_BYTES, CID_DIGEST_BYTES) != 0;
        return *is_false_out ? (struct str){0} : block->data;
    }
    return (struct str){0};
}
