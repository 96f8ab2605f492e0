#include "text/chars.h"

#include "base/utf8.h"

#include <unicode/uchar.h>
#include <unicode/uscript.h>

const uint8_t ascii_kinds[256] = {
    ['0' ... '9'] = ASCII_DIGIT,
    ['A' ... 'Z'] = ASCII_UPPER,
    ['_'] = ASCII_UNDERSCORE,
    ['a' ... 'z'] = ASCII_LOWER,
};

static enum char_class ascii_class(uint32_t c)
{
    switch (ascii_kinds[c]) {
    case ASCII_LOWER:
    case ASCII_UPPER: return CHAR_LETTER;
    case ASCII_DIGIT: return CHAR_DIGIT;
    case ASCII_UNDERSCORE: return CHAR_UNDERSCORE;
    default: return c == '\'' ? CHAR_INNER : CHAR_OTHER;
    }
}

/* c is a letter or a mark. The sound marks of kana belong to the script Common. */
static bool is_unspaced(uint32_t c)
{
    if (c < 0xe00 || (c >= 0xac00 && c <= 0xd7a3))
        return false;
    if ((c >= 0x3099 && c <= 0x309c) || (c >= 0x3031 && c <= 0x3035) || c == 0x30fc || c == 0xff70 || c == 0xff9e ||
        c == 0xff9f)
        return true;
    UErrorCode status = U_ZERO_ERROR;
    switch (uscript_getScript((UChar32)c, &status)) {
    case USCRIPT_HAN:
    case USCRIPT_HIRAGANA:
    case USCRIPT_KATAKANA:
    case USCRIPT_THAI:
    case USCRIPT_LAO:
    case USCRIPT_KHMER:
    case USCRIPT_MYANMAR: return true;
    default: return false;
    }
}

enum char_class char_class(uint32_t c)
{
    if (c < 0x80)
        return ascii_class(c);
    if (c == 0x2019 || c == 0x2018 || c == 0x2bc || c == 0xff07 || c == 0xb7)
        return CHAR_INNER;
    uint32_t category = U_GET_GC_MASK((UChar32)c);
    if (category & U_GC_L_MASK) {
        if (c == 0x149) /* deprecated by Unicode; folds to 'n */
            return CHAR_OTHER;
        if (c == 0x115f || c == 0x1160 || c == 0x3164 || c == 0xffa0) /* fillers: letters that nobody sees */
            return CHAR_FORMAT;
        return is_unspaced(c) ? CHAR_UNSPACED : CHAR_LETTER;
    }
    if ((c >= 0x2474 && c <= 0x249b) || (c >= 0x1f100 && c <= 0x1f10a))
        return CHAR_OTHER; /* numbers that fold with punctuation: ⑴ ⒈ 🄀 */
    if (category & U_GC_N_MASK)
        return c >= 0x3007 && is_unspaced(c) ? CHAR_UNSPACED : CHAR_DIGIT;
    if (category & U_GC_M_MASK) {
        if (c == 0x20e3)
            return CHAR_OTHER; /* the keycap's frame */
        if ((c >= 0xfe00 && c <= 0xfe0f) || c >= 0xe0100)
            return CHAR_FORMAT;
        return is_unspaced(c) ? CHAR_UNSPACED : CHAR_MARK;
    }
    if (category & U_GC_CF_MASK) /* U+200B separates words: Khmer and Thai are typed with it */
        return c != 0x200b && u_hasBinaryProperty((UChar32)c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) ? CHAR_FORMAT
                                                                                                  : CHAR_OTHER;
    if (c == 0xff3f)
        return CHAR_UNDERSCORE;
    return (category & U_GC_SO_MASK) && u_isUAlphabetic((UChar32)c) ? CHAR_LETTER : CHAR_OTHER;
}

struct glyph glyph_at(struct str text, size_t at)
{
    if (at >= text.len)
        return (struct glyph){0, 0};
    unsigned char byte = (unsigned char)text.ptr[at];
    uint32_t      c = byte;
    if (byte == '&') {
        size_t len = entity_decode(str_slice(text.ptr + at, text.len - at), &c);
        return len ? (struct glyph){c, (uint32_t)len} : (struct glyph){'&', 1};
    }
    size_t next = at;
    c = utf8_next(text, &next);
    return (struct glyph){c, (uint32_t)(next - at)};
}
