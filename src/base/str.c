#include "base/str.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct str str_trim(struct str s)
{
    while (s.len && is_space(s.ptr[0]))
        s.ptr++, s.len--;
    while (s.len && is_space(s.ptr[s.len - 1]))
        s.len--;
    return s;
}

bool str_contains(struct str haystack, struct str needle)
{
    return needle.len == 0 || (haystack.len && memmem(haystack.ptr, haystack.len, needle.ptr, needle.len));
}

bool str_equal_ascii_nocase(struct str a, struct str b)
{
    return a.len == b.len && (a.len == 0 || strncasecmp(a.ptr, b.ptr, a.len) == 0);
}

bool str_to_i64(struct str s, int64_t *number_out)
{
    bool     is_negative = s.len && s.ptr[0] == '-';
    size_t   i = is_negative || (s.len && s.ptr[0] == '+');
    uint64_t limit = is_negative ? (uint64_t)INT64_MAX + 1 : INT64_MAX, value = 0;
    if (i == s.len)
        return false;
    for (; i < s.len; i++) {
        unsigned digit = (unsigned)(s.ptr[i] - '0');
        if (digit > 9 || value > (limit - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *number_out = is_negative ? (int64_t)(0 - value) : (int64_t)value;
    return true;
}

bool str_to_double(struct str s, double *number_out)
{
    char text[64];
    if (s.len == 0 || s.len >= sizeof text || is_space(s.ptr[0]))
        return false;
    memcpy(text, s.ptr, s.len);
    text[s.len] = '\0';
    char  *end;
    double value = strtod(text, &end);
    if (end != text + s.len || !isfinite(value))
        return false;
    *number_out = value;
    return true;
}

bool str_next_field(struct str *rest, char separator, struct str *field_out)
{
    if (!rest->ptr)
        return false;
    const char *end = rest->len ? memchr(rest->ptr, separator, rest->len) : NULL;
    if (!end) {
        *field_out = *rest;
        *rest = (struct str){0};
        return true;
    }
    *field_out = str_slice(rest->ptr, (size_t)(end - rest->ptr));
    *rest = str_slice(end + 1, rest->len - field_out->len - 1);
    return true;
}
