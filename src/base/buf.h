/* A growing run of bytes with a maximum. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/str.h"

#include <stdarg.h>

/* {0} is an empty buffer without a maximum. After a failed append the buffer is marked and stays as it was:
 * append many times, then look at has_failed once. */
struct buf {
    char  *ptr;
    size_t len, capacity;
    size_t max_bytes; /* 0: no maximum */
    bool   has_failed;
};

void buf_fini(struct buf *buf);
void buf_clear(struct buf *buf); /* keeps the memory */
bool buf_reserve(struct buf *buf, size_t more_bytes);
bool buf_append(struct buf *buf, const void *bytes, size_t len);
bool buf_append_str(struct buf *buf, struct str s);
bool buf_append_char(struct buf *buf, char c);
bool buf_append_zeros(struct buf *buf, size_t count);
__attribute__((format(printf, 2, 3))) bool buf_printf(struct buf *buf, const char *format, ...);

/* Little-endian numbers and LEB128 variable-length integers (7 bits a byte, low first): the wire form of every format here. */
bool buf_append_u8(struct buf *buf, uint8_t value);
bool buf_append_u32(struct buf *buf, uint32_t value);
bool buf_append_u64(struct buf *buf, uint64_t value);
bool buf_append_varint(struct buf *buf, uint64_t value);
/* Length as varint, then the bytes. */
bool buf_append_sized(struct buf *buf, struct str s);

static inline struct str buf_str(const struct buf *buf)
{
    return str_slice(buf->ptr, buf->len);
}

/* Reads what buf wrote. A short or broken input marks the reader and gives zeros from then on. */
struct reader {
    const uint8_t *at, *end;
    bool           has_failed;
};

static inline struct reader reader_of(struct str s)
{
    const uint8_t *at = (const uint8_t *)s.ptr;
    return (struct reader){at, at ? at + s.len : at, false};
}

static inline size_t reader_left(const struct reader *reader)
{
    return (size_t)(reader->end - reader->at);
}

uint8_t    reader_u8(struct reader *reader);
uint32_t   reader_u32(struct reader *reader);
uint64_t   reader_u64(struct reader *reader);
uint64_t   reader_varint(struct reader *reader); /* at most 10 bytes */
struct str reader_bytes(struct reader *reader, size_t len);
struct str reader_sized(struct reader *reader);

/* Signed numbers as small varints: 0, -1, 1, -2 ... become 0, 1, 2, 3 ... */
static inline uint64_t zigzag(int64_t value)
{
    return ((uint64_t)value << 1) ^ (uint64_t)(value >> 63);
}

static inline int64_t unzigzag(uint64_t value)
{
    return (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
}

#endif
