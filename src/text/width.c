#include "text/chars.h"
#include "text/text.h"

#include "base/utf8.h"

#include <unicode/uchar.h>

static int glyph_width(uint32_t c)
{
    enum char_class class = char_class(c);
    if (class == CHAR_FORMAT || u_charType((UChar32)c) == U_CONTROL_CHAR)
        return 0;
    uint32_t category = U_GET_GC_MASK((UChar32)c);
    if (category & (U_GC_MN_MASK | U_GC_ME_MASK | U_GC_CF_MASK))
        return 0;
    int wide = u_getIntPropertyValue((UChar32)c, UCHAR_EAST_ASIAN_WIDTH);
    return wide == U_EA_WIDE || wide == U_EA_FULLWIDTH ? 2 : 1;
}

/* The emoji at at, if one stands there; 0 bytes otherwise. */
static size_t emoji_bytes(struct str s, size_t at, uint32_t c)
{
    char   key[EMOJI_KEY_BYTES];
    size_t key_len;
    return char_may_be_emoji(c) ? emoji_scan(s, at, key, &key_len) - at : 0;
}

int text_terminal_width(struct str s)
{
    bool is_valid = utf8_is_valid(s);
    int  width = 0;
    for (size_t at = 0; at < s.len;) {
        unsigned char byte = (unsigned char)s.ptr[at];
        if (byte < 0x80 || !is_valid) { /* a broken byte is drawn as one replacement character */
            width += byte >= ' ' && byte != 0x7f;
            at++;
            continue;
        }
        size_t   next = at;
        uint32_t c = utf8_next(s, &next);
        size_t   emoji = emoji_bytes(s, at, c);
        width += emoji ? 2 : glyph_width(c);
        at = emoji ? at + emoji : next;
    }
    return width;
}
