#include "archive/column.h"

uint32_t column_lower_bound(const struct column *column, int64_t wanted)
{
    uint32_t low = 0, high = column->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (column_get_i64(column, middle) < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool column_append(struct buf *out, const int64_t *values, uint32_t count, struct column *packed_out)
{
    int64_t smallest = count ? values[0] : 0, largest = smallest;
    for (uint32_t i = 1; i < count; i++) {
        smallest = values[i] < smallest ? values[i] : smallest;
        largest = values[i] > largest ? values[i] : largest;
    }
    uint64_t base = (uint64_t)smallest, range = (uint64_t)largest - base;
    uint32_t width = range ? (uint32_t)(71 - __builtin_clzll(range)) / 8 : 0;
    size_t   bytes = column_bytes(count, width);
    *packed_out = (struct column){.base = base, .mask = width == 8 ? UINT64_MAX : (UINT64_C(1) << (8 * width)) - 1,
                                  .width = width, .count = count};
    if (!buf_reserve(out, bytes))
        return false;
    char *at = out->ptr + out->len;
    for (uint32_t i = 0; i < count; i++, at += width) {
        uint64_t value = (uint64_t)values[i] - base; /* the padding makes room to store eight */
        memcpy(at, &value, sizeof value);
    }
    memset(at, 0, 8);
    out->len += bytes;
    return true;
}
