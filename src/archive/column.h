/* A column: one number a document, packed into as few whole bytes as the widest needs, after the smallest was taken off.
 *
 *     value(i) = base + little-endian number of `width` bytes at bytes + i * width
 *
 * width is 0 to 8: a column in which every document says the same takes no bytes. Eight zero bytes follow the last value,
 * so that a reader may always load eight and mask. Signed numbers are kept by their two's complement.
 */
#ifndef ARCHIVE_COLUMN_H
#define ARCHIVE_COLUMN_H

#include "base/buf.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "columns are mapped as they lie on disk");

struct column {
    const uint8_t *bytes; /* of the segment; valid as long as it is open */
    uint64_t       base, mask;
    uint32_t       width, count;
};

/* i < count is the caller's promise. */
static inline uint64_t column_get(const struct column *column, uint32_t i)
{
    uint64_t value;
    memcpy(&value, column->bytes + (size_t)i * column->width, sizeof value);
    return column->base + (value & column->mask);
}

static inline int64_t column_get_i64(const struct column *column, uint32_t i)
{
    return (int64_t)column_get(column, i);
}

/* In a column that ascends: the first index whose value (as int64_t) is not less than wanted; count where all are less. */
uint32_t column_lower_bound(const struct column *column, int64_t wanted);

/* Appends the packed values (padding included) and tells how they were packed. Signed order decides the base. */
bool column_append(struct buf *out, const int64_t *values, uint32_t count, struct column *packed_out);
/* Bytes that count values of a width take, padding included. */
static inline uint64_t column_bytes(uint64_t count, uint32_t width)
{
    return count * width + 8;
}

#endif
