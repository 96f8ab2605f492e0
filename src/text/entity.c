#include "text/chars.h"

/* The named ones that platforms and exports really write; numbers stand for the rest. */
static const struct {
    char     name[8];
    uint32_t c;
} names[] = {
    {"amp", '&'},      {"lt", '<'},       {"gt", '>'},       {"quot", '"'},     {"apos", '\''},    {"nbsp", 0xa0},
    {"lsquo", 0x2018}, {"rsquo", 0x2019}, {"ldquo", 0x201c}, {"rdquo", 0x201d}, {"hellip", 0x2026}, {"ndash", 0x2013},
    {"mdash", 0x2014}, {"copy", 0xa9},    {"reg", 0xae},     {"trade", 0x2122}, {"bull", 0x2022},   {"euro", 0x20ac},
    {"pound", 0xa3},   {"laquo", 0xab},   {"raquo", 0xbb},
};

/* "#39;" or "#x27;": bytes, or 0. */
static size_t decode_number(struct str s, uint32_t *c_out)
{
    enum { DIGITS_MAX = 8 };
    size_t   at = 1, base = 10;
    uint32_t value = 0;
    if (at < s.len && (s.ptr[at] | 0x20) == 'x')
        base = 16, at++;
    size_t first = at;
    for (; at < s.len && at - first < DIGITS_MAX; at++) {
        char     c = s.ptr[at];
        unsigned digit = c >= '0' && c <= '9'                       ? (unsigned)(c - '0')
                         : ((c | 0x20) >= 'a' && (c | 0x20) <= 'f') ? (unsigned)((c | 0x20) - 'a' + 10)
                                                                    : 99;
        if (digit >= base)
            break;
        value = value * (uint32_t)base + digit;
    }
    bool is_character = value > 0 && value <= 0x10ffff && (value < 0xd800 || value > 0xdfff);
    if (at == first || at >= s.len || s.ptr[at] != ';' || !is_character)
        return 0;
    *c_out = value;
    return at + 1;
}

static size_t decode_name(struct str s, uint32_t *c_out)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t len = strlen(names[i].name);
        if (s.len > len && s.ptr[len] == ';' && memcmp(s.ptr, names[i].name, len) == 0) {
            *c_out = names[i].c;
            return len + 1;
        }
    }
    return 0;
}

size_t entity_decode(struct str s, uint32_t *c_out)
{
    size_t   at = 1;
    uint32_t c = 0;
    for (;;) {
        struct str rest = {s.ptr + at, s.len - at};
        size_t     len = rest.len && rest.ptr[0] == '#' ? decode_number(rest, &c) : decode_name(rest, &c);
        if (!len)
            break;
        at += len;
        if (c != '&' || at + 16 > ENTITY_MAX_BYTES)
            break;
    }
    if (at == 1)
        return 0;
    *c_out = c;
    return at;
}
