#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_fini(struct buf *buf)
{
    free(buf->ptr);
    *buf = (struct buf){.max_bytes = buf->max_bytes};
}

void buf_clear(struct buf *buf)
{
    buf->len = 0;
    buf->has_failed = false;
}

bool buf_reserve(struct buf *buf, size_t more_bytes)
{
    if (buf->has_failed)
        return false;
    size_t needed;
    if (__builtin_add_overflow(buf->len, more_bytes, &needed) || (buf->max_bytes && needed > buf->max_bytes))
        goto fail;
    if (needed <= buf->capacity)
        return true;
    size_t capacity = buf->capacity ? buf->capacity : 64;
    while (capacity < needed)
        if (__builtin_mul_overflow(capacity, (size_t)2, &capacity))
            goto fail;
    char *grown = realloc(buf->ptr, capacity);
    if (!grown)
        goto fail;
    buf->ptr = grown;
    buf->capacity = capacity;
    return true;
fail:
    buf->has_failed = true;
    return false;
}

bool buf_append(struct buf *buf, const void *bytes, size_t len)
{
    if (!buf_reserve(buf, len))
        return false;
    if (len)
        memcpy(buf->ptr + buf->len, bytes, len);
    buf->len += len;
    return true;
}

bool buf_append_str(struct buf *buf, struct str s)
{
    return buf_append(buf, s.ptr, s.len);
}

bool buf_append_char(struct buf *buf, char c)
{
    return buf_append(buf, &c, 1);
}

bool buf_append_zeros(struct buf *buf, size_t count)
{
    if (!buf_reserve(buf, count))
        return false;
    if (count)
        memset(buf->ptr + buf->len, 0, count);
    buf->len += count;
    return true;
}

bool buf_printf(struct buf *buf, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    int len = vsnprintf(NULL, 0, format, list);
    va_end(list);
    if (len < 0 || !buf_reserve(buf, (size_t)len + 1))
        return false;
    va_start(list, format);
    vsnprintf(buf->ptr + buf->len, (size_t)len + 1, format, list);
    va_end(list);
    buf->len += (size_t)len;
    return true;
}

bool buf_append_u8(struct buf *buf, uint8_t value)
{
    return buf_append(buf, &value, 1);
}

bool buf_append_u32(struct buf *buf, uint32_t value)
{
    uint8_t bytes[4];
    for (int i = 0; i < 4; i++)
        bytes[i] = (uint8_t)(value >> (8 * i));
    return buf_append(buf, bytes, sizeof bytes);
}

bool buf_append_u64(struct buf *buf, uint64_t value)
{
    uint8_t bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)(value >> (8 * i));
    return buf_append(buf, bytes, sizeof bytes);
}

bool buf_append_varint(struct buf *buf, uint64_t value)
{
    uint8_t bytes[10];
    size_t  len = 0;
    for (; value >= 0x80; value >>= 7)
        bytes[len++] = (uint8_t)(value | 0x80);
    bytes[len++] = (uint8_t)value;
    return buf_append(buf, bytes, len);
}

bool buf_append_sized(struct buf *buf, struct str s)
{
    return buf_append_varint(buf, s.len) && buf_append_str(buf, s);
}

struct str reader_bytes(struct reader *reader, size_t len)
{
    if (reader->has_failed || reader_left(reader) < len) {
        reader->has_failed = true;
        return (struct str){0};
    }
    struct str s = {(const char *)reader->at, len};
    if (len)
        reader->at += len;
    return s;
}

static uint64_t read_number(struct reader *reader, size_t len)
{
    struct str s = reader_bytes(reader, len);
    uint64_t   value = 0;
    for (size_t i = s.len; i-- > 0;)
        value = value << 8 | (uint8_t)s.ptr[i];
    return value;
}

uint8_t reader_u8(struct reader *reader)
{
    return (uint8_t)read_number(reader, 1);
}

uint32_t reader_u32(struct reader *reader)
{
    return (uint32_t)read_number(reader, 4);
}

uint64_t reader_u64(struct reader *reader)
{
    return read_number(reader, 8);
}

uint64_t reader_varint(struct reader *reader)
{
    uint64_t value = 0;
    for (int shift = 0; shift < 64 && !reader->has_failed && reader->at < reader->end; shift += 7) {
        uint8_t byte = *reader->at++;
        if (shift == 63 && byte > 1)
            break;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80))
            return value;
    }
    reader->has_failed = true;
    return 0;
}

struct str reader_sized(struct reader *reader)
{
    uint64_t len = reader_varint(reader);
    if (len > reader_left(reader)) {
        reader->has_failed = true;
        return (struct str){0};
    }
    return reader_bytes(reader, (size_t)len);
}
