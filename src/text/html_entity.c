/* Character references (WHATWG HTML, 13.2.5.72 and on). */
#include "text/html.h"
#include "text/html_scan.h"

#include "base/utf8.h"

#include <stdio.h>

/* What pages that call windows-1252 characters by number mean by 128 to 159; 0: itself. */
static const uint16_t windows_1252[32] = {
    0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017d, 0,
    0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178,
};

static bool is_alphanumeric(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

static int digit_of(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : 99;
}

static size_t decode_number(struct str s, struct buf *out)
{
    size_t   at = 2;
    int      base = 10;
    uint32_t value = 0;
    if (at < s.len && (s.ptr[at] | 0x20) == 'x')
        base = 16, at++;
    size_t first = at;
    for (; at < s.len && digit_of(s.ptr[at]) < base; at++)
        value = value > 0x10ffff ? value : value * (uint32_t)base + (uint32_t)digit_of(s.ptr[at]);
    if (at == first)
        return 0;
    if (value >= 0x80 && value < 0xa0 && windows_1252[value - 0x80])
        value = windows_1252[value - 0x80];
    if (value == 0 || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
        value = 0xfffd;
    utf8_append(out, value);
    return at < s.len && s.ptr[at] == ';' ? at + 1 : at;
}

static const struct html_entity *named(struct str name)
{
    size_t low = 0, high = html_entity_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int    order = str_compare(name, str_of(html_entities[middle].name));
        if (order == 0)
            return &html_entities[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

size_t html_decode_one(struct str s, bool is_attribute, struct buf *out)
{
    enum { LONGEST = 32, LONGEST_BARE = 6 }; /* with its ;, and of those that need none */
    size_t end = 1;
    if (s.len > 1 && s.ptr[1] == '#')
        return decode_number(s, out);
    while (end < s.len && end <= LONGEST && is_alphanumeric(s.ptr[end]))
        end++;
    const struct html_entity *entity = end < s.len && s.ptr[end] == ';' ? named(str_slice(s.ptr + 1, end)) : NULL;
    size_t                    len = entity ? end + 1 : 0;
    for (size_t bare = end - 1 < LONGEST_BARE ? end - 1 : LONGEST_BARE; !entity && bare > 1; bare--) {
        entity = named(str_slice(s.ptr + 1, bare));
        len = bare + 1;
    }
    /* In an address &copy=1 is a parameter. */
    if (!entity || (is_attribute && s.ptr[len - 1] != ';' && len < s.len && (s.ptr[len] == '=' || is_alphanumeric(s.ptr[len]))))
        return 0;
    buf_append_str(out, str_of(entity->value));
    return len;
}

void html_decode(struct str s, bool is_attribute, struct buf *out)
{
    for (size_t at = 0; at < s.len;) {
        const char *and = memchr(s.ptr + at, '&', s.len - at);
        size_t      until = and ? (size_t)(and - s.ptr) : s.len, len;
        buf_append(out, s.ptr + at, until - at);
        at = until;
        if (!and)
            break;
        len = html_decode_one(str_slice(and, s.len - at), is_attribute, out);
        if (!len)
            buf_append_char(out, '&');
        at += len ? len : 1;
    }
}

struct str html_unescape(struct arena *arena, struct str s)
{
    struct buf out = {0};
    if (!s.len || !memchr(s.ptr, '&', s.len))
        return arena_str(arena, s);
    html_decode(s, true, &out);
    struct str text = out.has_failed ? (struct str){0} : arena_str(arena, buf_str(&out));
    buf_fini(&out);
    return text;
}

const char *html_named(struct str name)
{
    char with_end[33];
    if (name.len + 1 >= sizeof with_end)
        return NULL;
    snprintf(with_end, sizeof with_end, "%.*s;", STR_ARG(name));
    const struct html_entity *entity = named(str_of(with_end));
    return entity ? entity->value : NULL;
}
