/* Characters as the tokeniser sees them: what class each belongs to, one glyph at a time. */
#ifndef TEXT_CHARS_H
#define TEXT_CHARS_H

#include "base/str.h"

enum char_class {
    CHAR_OTHER,      /* spaces, punctuation, symbols: they end a word */
    CHAR_LETTER,     /* of scripts that put spaces between words; letter-like symbols (Ⓐ) too */
    CHAR_DIGIT,      /* decimal digits, and other numbers (½, ², Ⅳ) */
    CHAR_MARK,       /* combining: goes on with a word, never starts one */
    CHAR_UNSPACED,   /* letters of Han, Hiragana, Katakana, Thai, Lao, Khmer, Myanmar */
    CHAR_UNDERSCORE, /* _ and its full-width form: inside words, tags and names */
    CHAR_INNER,      /* ' ’ ‘ ʼ ＇ and the · of Catalan: inside words */
    CHAR_FORMAT,     /* invisible (joiners, soft hyphen, variation selectors): inside words, dropped by folding */
};

/* One character of a text: its code point and the bytes it takes there. An HTML entity (&amp; &#39; &#x1f602;) counts
 * as the character that it stands for, so that exports which kept their entities give the same tokens as those that
 * did not; len is then the entity's, and offsets into the text stay true. len 0: end of text. */
struct glyph {
    uint32_t c;
    uint32_t len;
};

enum char_class char_class(uint32_t c);
/* text must be valid UTF-8 and at on a character's first byte (or at the end). */
struct glyph glyph_at(struct str text, size_t at);

/* Bytes of the entity at s (s.ptr[0] is '&'), 0 where there is none; what it stands for in *c_out. Entities encoded
 * twice (&amp;lt;) are undone. Reads at most ENTITY_MAX_BYTES. */
enum { ENTITY_MAX_BYTES = 64 };
size_t entity_decode(struct str s, uint32_t *c_out);

/* Letters, digits, marks and underscores: what tags are made of, and what must not stand before a sigil. */
static inline bool char_is_wordy(enum char_class class)
{
    return class >= CHAR_LETTER && class <= CHAR_UNDERSCORE;
}

/* ASCII by table, for the inner loops: zero for all that is no ASCII letter, digit or underscore. */
enum { ASCII_LOWER = 1, ASCII_UPPER = 2, ASCII_DIGIT = 4, ASCII_UNDERSCORE = 8 };
extern const uint8_t ascii_kinds[256];

static inline bool ascii_is_letter(char c)
{
    return ascii_kinds[(unsigned char)c] & (ASCII_LOWER | ASCII_UPPER);
}

static inline bool ascii_is_digit(char c)
{
    return ascii_kinds[(unsigned char)c] & ASCII_DIGIT;
}

static inline char ascii_to_lower(char c)
{
    return ascii_kinds[(unsigned char)c] & ASCII_UPPER ? (char)(c | 0x20) : c;
}

/* Cheap gate before emoji_scan: false for nearly every character that starts no emoji. */
static inline bool char_may_be_emoji(uint32_t c)
{
    return c == 0xa9 || c == 0xae || (c >= 0x203c && c < 0x2c00) || c == 0x3030 || c == 0x303d || c == 0x3297 ||
           c == 0x3299 || (c >= 0x1f000 && c < 0x20000);
}

/* The emoji sequence at text[at]: its end in the text, or at itself where there is none. Counts as one: a flag, a
 * keycap, a person with skin tone, a family joined by ZWJ, a subdivision flag of tag characters (Unicode Technical
 * Standard 51). Symbols with a text form (©, ↔, digits) count only with U+FE0F after them; from U+2600 on (❤, ☀) they
 * count bare too, unless U+FE0E follows. The key, sequence without skin tones and without the variation selectors
 * that change nothing, goes into key[], its bytes into *key_len_out. */
enum { EMOJI_KEY_BYTES = 128 };
size_t emoji_scan(struct str text, size_t at, char key[EMOJI_KEY_BYTES], size_t *key_len_out);

#endif
