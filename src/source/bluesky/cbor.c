#include "source/bluesky/cbor.h"

#include "base/error.h"

#include <math.h>

static bool broken(struct cbor *cbor)
{
    cbor->is_broken = true;
    return false;
}

/* The number behind a head byte; false unless it is there whole and in its shortest form. */
static bool argument(struct cbor *cbor, uint8_t low, uint64_t *number_out)
{
    if (low < 24) {
        *number_out = low;
        return true;
    }
    if (low > 27) /* 28 to 30 are nothing, 31 is an indefinite length */
        return false;
    size_t   width = (size_t)1 << (low - 24);
    uint64_t number = 0;
    if ((size_t)(cbor->end - cbor->at) < width)
        return false;
    for (size_t i = 0; i < width; i++)
        number = number << 8 | *cbor->at++;
    *number_out = number;
    static const uint64_t least[] = {24, UINT64_C(1) << 8, UINT64_C(1) << 16, UINT64_C(1) << 32};
    return number >= least[low - 24];
}

static bool take_bytes(struct cbor *cbor, uint64_t len, struct str *bytes_out)
{
    if (len > (uint64_t)(cbor->end - cbor->at))
        return false;
    *bytes_out = str_slice((const char *)cbor->at, (size_t)len);
    cbor->at += len;
    return true;
}

static bool take_link(struct cbor *cbor, struct cbor_item *item)
{
    uint64_t number;
    if (item->number != 42 || cbor->at == cbor->end || *cbor->at >> 5 != 2)
        return false;
    uint8_t low = *cbor->at++ & 31;
    if (!argument(cbor, low, &number) || !take_bytes(cbor, number, &item->bytes) || item->bytes.len < 2 ||
        item->bytes.ptr[0] != 0)
        return false;
    item->bytes = str_slice(item->bytes.ptr + 1, item->bytes.len - 1);
    item->kind = CBOR_LINK;
    return cid_is_known(item->bytes);
}

static bool take_simple(struct cbor *cbor, uint8_t low, struct cbor_item *item)
{
    if (low >= 20 && low <= 22) {
        item->kind = low == 20 ? CBOR_FALSE : low == 21 ? CBOR_TRUE : CBOR_NULL;
        return true;
    }
    if (low != 27 || cbor->end - cbor->at < 8)
        return false;
    for (size_t i = 0; i < 8; i++)
        item->number = item->number << 8 | *cbor->at++;
    double value;
    memcpy(&value, &item->number, sizeof value);
    item->kind = CBOR_DOUBLE;
    return isfinite(value);
}

bool cbor_next(struct cbor *cbor, struct cbor_item *item_out)
{
    *item_out = (struct cbor_item){0};
    if (cbor->is_broken || cbor->at == cbor->end)
        return false;
    uint8_t head = *cbor->at++, major = head >> 5, low = head & 31;
    if (major == 7)
        return take_simple(cbor, low, item_out) || broken(cbor);
    if (!argument(cbor, low, &item_out->number))
        return broken(cbor);
    uint64_t left = (uint64_t)(cbor->end - cbor->at);
    switch (major) {
    case 0:
    case 1:
        item_out->kind = major ? CBOR_NEGATIVE : CBOR_NUMBER;
        return item_out->number <= INT64_MAX || !major || broken(cbor);
    case 2:
    case 3:
        item_out->kind = major == 2 ? CBOR_BYTES : CBOR_TEXT;
        return take_bytes(cbor, item_out->number, &item_out->bytes) || broken(cbor);
    case 4:
        item_out->kind = CBOR_LIST;
        return item_out->number <= left || broken(cbor);
    case 5:
        item_out->kind = CBOR_MAP;
        return item_out->number <= left / 2 || broken(cbor);
    default:
        return take_link(cbor, item_out) || broken(cbor);
    }
}

bool cbor_key(struct cbor *cbor, struct str *last_io)
{
    struct cbor_item item;
    if (!cbor_next(cbor, &item) || item.kind != CBOR_TEXT)
        return broken(cbor);
    if (last_io->ptr && (item.bytes.len < last_io->len || (item.bytes.len == last_io->len &&
                                                           str_compare(*last_io, item.bytes) >= 0)))
        return broken(cbor);
    *last_io = item.bytes;
    return true;
}

bool cbor_skip(struct cbor *cbor)
{
    struct level { uint64_t left; bool is_map; struct str last; } levels[CBOR_LEVELS_MAX];
    size_t depth = 0;
    do {
        struct cbor_item item;
        if (depth) {
            struct level *level = &levels[depth - 1];
            if (level->left == 0) {
                depth--;
                continue;
            }
            level->left--;
            if (level->is_map && !cbor_key(cbor, &level->last))
                return false;
        }
        if (!cbor_next(cbor, &item))
            return broken(cbor);
        if (item.kind == CBOR_LIST || item.kind == CBOR_MAP) {
            if (depth == CBOR_LEVELS_MAX)
                return broken(cbor);
            levels[depth++] = (struct level){.left = item.number, .is_map = item.kind == CBOR_MAP};
        }
    } while (depth);
    return true;
}

bool cid_is_known(struct str cid)
{
    const uint8_t *bytes = (const uint8_t *)cid.ptr;
    return cid.len == CID_BYTES && bytes[0] == 1 && (bytes[1] == 0x71 || bytes[1] == 0x55) && bytes[2] == 0x12 &&
           bytes[3] == 0x20;
}

void cid_print(struct str cid, char text_out[CID_TEXT_BYTES])
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
    size_t            len = 0;
    uint32_t          held = 0;
    unsigned          bits = 0;
    text_out[0] = '\0';
    if (!cid_is_known(cid))
        return;
    text_out[len++] = 'b'; /* multibase: base32, lower case, not padded */
    for (size_t i = 0; i < cid.len; i++) {
        held = held << 8 | (uint8_t)cid.ptr[i];
        for (bits += 8; bits >= 5; bits -= 5)
            text_out[len++] = letters[held >> (bits - 5) & 31];
    }
    if (bits)
        text_out[len++] = letters[held << (5 - bits) & 31];
    require(len < CID_TEXT_BYTES);
    text_out[len] = '\0';
}
