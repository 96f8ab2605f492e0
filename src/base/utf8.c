#include "base/utf8.h"

/* How many bytes from s on belong to a well-formed beginning (Table 3-7); *is_whole_out tells whether the character ends there. */
static size_t well_formed_prefix(const unsigned char *s, size_t len, bool *is_whole_out)
{
    unsigned char first = s[0], low = 0x80, high = 0xbf;
    size_t        wanted;
    *is_whole_out = false;
    if (first < 0x80) {
        *is_whole_out = true;
        return 1;
    } else if (first >= 0xc2 && first <= 0xdf) {
        wanted = 2;
    } else if (first >= 0xe0 && first <= 0xef) {
        wanted = 3;
        if (first == 0xe0)
            low = 0xa0;
        if (first == 0xed)
            high = 0x9f;
    } else if (first >= 0xf0 && first <= 0xf4) {
        wanted = 4;
        if (first == 0xf0)
            low = 0x90;
        if (first == 0xf4)
            high = 0x8f;
    } else {
        return 1;
    }
    size_t at = 1;
    for (; at < wanted && at < len && s[at] >= low && s[at] <= high; at++)
        low = 0x80, high = 0xbf;
    *is_whole_out = at == wanted;
    return at;
}

size_t utf8_valid_length(const char *s, size_t len)
{
    bool   is_whole;
    size_t prefix = well_formed_prefix((const unsigned char *)s, len, &is_whole);
    return is_whole ? prefix : 0;
}

bool utf8_is_valid(struct str s)
{
    for (size_t at = 0; at < s.len;) {
        if (!((unsigned char)s.ptr[at] & 0x80)) {
            at++;
            continue;
        }
        size_t len = utf8_valid_length(s.ptr + at, s.len - at);
        if (!len)
            return false;
        at += len;
    }
    return true;
}

size_t utf8_repair(struct str s, struct buf *out)
{
    size_t broken = 0;
    for (size_t at = 0; at < s.len;) {
        bool   is_whole;
        size_t len = well_formed_prefix((const unsigned char *)s.ptr + at, s.len - at, &is_whole);
        if (is_whole)
            buf_append(out, s.ptr + at, len);
        else
            buf_append(out, "\xef\xbf\xbd", 3), broken++;
        at += len;
    }
    return broken;
}

uint32_t utf8_next(struct str s, size_t *at)
{
    const unsigned char *c = (const unsigned char *)s.ptr + *at;
    if (c[0] < 0x80) {
        *at += 1;
        return c[0];
    }
    int      len = c[0] < 0xe0 ? 2 : c[0] < 0xf0 ? 3 : 4;
    uint32_t code_point = c[0] & (0xffu >> (len + 1));
    for (int i = 1; i < len; i++)
        code_point = code_point << 6 | (c[i] & 0x3f);
    *at += (size_t)len;
    return code_point;
}

bool utf8_append(struct buf *out, uint32_t c)
{
    if (c < 0x80)
        return buf_append_char(out, (char)c);
    if (c < 0x800)
        return buf_append(out, (char[]){(char)(0xc0 | c >> 6), (char)(0x80 | (c & 0x3f))}, 2);
    if (c < 0x10000)
        return buf_append(out, (char[]){(char)(0xe0 | c >> 12), (char)(0x80 | (c >> 6 & 0x3f)), (char)(0x80 | (c & 0x3f))}, 3);
    return buf_append(out, (char[]){(char)(0xf0 | c >> 18), (char)(0x80 | (c >> 12 & 0x3f)), (char)(0x80 | (c >> 6 & 0x3f)),
                                    (char)(0x80 | (c & 0x3f))}, 4);
}
