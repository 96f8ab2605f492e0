/* One pass over the text, left to right. At every place one of: link, sigil form, emoji, word, run of a script
 * without spaces; else skip. struct scan keeps what a scanner must know of the past, so that nothing is read twice. */
#include "text/scan.h"

static bool scan_emoji(struct scan *scan)
{
    char   key[EMOJI_KEY_BYTES];
    size_t key_len, start = scan->at, end = emoji_scan(scan->text, start, key, &key_len);
    if (end == start)
        return false;
    bool       is_as_written = end - start == key_len;
    struct str folded =
        is_as_written ? str_slice(scan->text.ptr + start, key_len) : arena_str(scan->arena, str_slice(key, key_len));
    if (scan_push(scan, TOKEN_EMOJI, folded, start, end))
        scan->position++;
    scan->at = end;
    return true;
}

static void scan_glyph(struct scan *scan)
{
    struct glyph glyph = glyph_at(scan->text, scan->at);
    if ((glyph.c < 0x80 ? glyph.c == '#' || glyph.c == '*' : char_may_be_emoji(glyph.c)) && scan_emoji(scan))
        return;
    if (scan_sigil_form(scan, glyph))
        return;
    switch (char_class(glyph.c)) {
    case CHAR_LETTER:
    case CHAR_DIGIT: scan_word(scan, glyph.len); break;
    case CHAR_UNSPACED: scan_unspaced(scan); break;
    default: scan->at += glyph.len;
    }
}

bool text_tokenize(struct text_analyser *analyser, struct arena *arena, struct str text, uint32_t *position_count_out)
{
    struct scan scan = {.analyser = analyser, .arena = arena, .text = text};
    analyser->token_count = 0;
    while (scan.at < text.len && !scan.has_failed) {
        unsigned char byte = (unsigned char)text.ptr[scan.at];
        unsigned      kind = ascii_kinds[byte];
        if (kind & (ASCII_LOWER | ASCII_UPPER)) {
            if (!scan_link(&scan))
                scan_word(&scan, 1);
        } else if (kind & ASCII_DIGIT) {
            if (scan.at + 1 == text.len || (unsigned char)text.ptr[scan.at + 1] < 0x80 || !scan_emoji(&scan))
                scan_word(&scan, 1);
        } else if (byte >= 0x80 || byte == '#' || byte == '@' || byte == '$' || byte == '&' || byte == '*') {
            scan_glyph(&scan);
        } else {
            scan.at++;
        }
    }
    *position_count_out = scan.position;
    return !scan.has_failed;
}
