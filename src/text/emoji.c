#include "text/chars.h"

#include "base/utf8.h"

#include <unicode/uchar.h>

enum { ZWJ = 0x200d, TEXT_STYLE = 0xfe0e, EMOJI_STYLE = 0xfe0f, KEYCAP = 0x20e3, TAG_END = 0xe007f };

struct sequence {
    struct str text;
    size_t     at;
    char      *key;
    size_t     key_len;
};

static bool has(uint32_t c, UProperty property)
{
    return u_hasBinaryProperty((UChar32)c, property);
}

/* Takes the glyph into the sequence, and into the key unless folding drops it. False when the key is full. */
static bool take(struct sequence *sequence, struct glyph glyph, bool is_in_key)
{
    if (is_in_key) {
        char       bytes[4];
        struct buf one = {.ptr = bytes, .capacity = sizeof bytes};
        if (sequence->key_len + sizeof bytes > EMOJI_KEY_BYTES)
            return false;
        utf8_append(&one, glyph.c);
        memcpy(sequence->key + sequence->key_len, bytes, one.len);
        sequence->key_len += one.len;
    }
    sequence->at += glyph.len;
    return true;
}

static bool is_flag_letter(uint32_t c)
{
    return c >= 0x1f1e6 && c <= 0x1f1ff;
}

static bool is_skin_tone(uint32_t c)
{
    return c >= 0x1f3fb && c <= 0x1f3ff;
}

/* Symbols of old (©, ↔, ‼) are text unless U+FE0F follows; those from U+2600 on are typed and meant as emoji without
 * it. */
static bool needs_style(uint32_t c)
{
    return c < 0x2600 && !has(c, UCHAR_EMOJI_PRESENTATION);
}

/* Can this character, with that one behind it, begin an emoji? */
static bool is_base(uint32_t c, uint32_t next, bool is_joined)
{
    if (!char_may_be_emoji(c) || next == TEXT_STYLE)
        return false;
    if (c >= 0x1f000)
        return has(c, UCHAR_EXTENDED_PICTOGRAPHIC);
    return has(c, UCHAR_EMOJI) && (is_joined || next == EMOJI_STYLE || !needs_style(c));
}

static bool take_flag(struct sequence *sequence, struct glyph first)
{
    struct glyph second = glyph_at(sequence->text, sequence->at + first.len);
    return is_flag_letter(first.c) && is_flag_letter(second.c) && take(sequence, first, true) &&
           take(sequence, second, true);
}

static bool take_keycap(struct sequence *sequence, struct glyph first)
{
    if (!(first.c == '#' || first.c == '*' || (first.c >= '0' && first.c <= '9')))
        return false;
    struct glyph style = glyph_at(sequence->text, sequence->at + first.len);
    size_t       frame_at = sequence->at + first.len + (style.c == EMOJI_STYLE ? style.len : 0);
    struct glyph frame = glyph_at(sequence->text, frame_at);
    if (frame.c != KEYCAP || !take(sequence, first, true))
        return false;
    sequence->at = frame_at;
    return take(sequence, frame, true);
}

/* One element: a base with its style, skin tone, frame and tags. A style that makes it an emoji stays in the key, so
 * that the key read as a text is that emoji again. */
static bool take_element(struct sequence *sequence, bool is_joined)
{
    struct glyph base = glyph_at(sequence->text, sequence->at),
                 next = glyph_at(sequence->text, sequence->at + base.len);
    if (!is_base(base.c, next.c, is_joined) || !take(sequence, base, true))
        return false;
    if (next.c == EMOJI_STYLE && !take(sequence, next, !is_joined && needs_style(base.c)))
        return true;
    for (;;) {
        next = glyph_at(sequence->text, sequence->at);
        bool is_tag = next.c >= 0xe0020 && next.c <= TAG_END;
        if (next.c != EMOJI_STYLE && next.c != KEYCAP && !is_skin_tone(next.c) && !is_tag)
            return true;
        if (!take(sequence, next, is_tag || next.c == KEYCAP))
            return true;
    }
}

size_t emoji_scan(struct str text, size_t at, char key[EMOJI_KEY_BYTES], size_t *key_len_out)
{
    struct sequence sequence = {.text = text, .at = at, .key = key};
    struct glyph    first = glyph_at(text, at);
    if (!take_keycap(&sequence, first) && !take_flag(&sequence, first) && take_element(&sequence, false)) {
        for (;;) {
            struct sequence longer = sequence;
            struct glyph    joiner = glyph_at(text, sequence.at);
            if (joiner.c != ZWJ || !take(&longer, joiner, true) || !take_element(&longer, true))
                break;
            sequence = longer;
        }
    }
    *key_len_out = sequence.key_len;
    return sequence.at;
}
