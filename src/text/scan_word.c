/* Words of scripts that put spaces between them. */
#include "text/scan.h"

/* at stands behind a letter or digit of a word, on a byte that is no ASCII letter, digit or underscore. Where the
 * word goes on, or at. */
static size_t word_goes_on(struct str text, size_t at, char before)
{
    char c = text.ptr[at];
    if (c == '.' || c == ',')
        return ascii_is_digit(before) && at + 1 < text.len && ascii_is_digit(text.ptr[at + 1]) ? at + 1 : at;
    if ((unsigned char)c < 0x80 && c != '\'' && c != '&')
        return at;
    struct glyph glyph = glyph_at(text, at);
    size_t       next = at + glyph.len;
    switch (char_class(glyph.c)) {
    case CHAR_LETTER:
    case CHAR_DIGIT:
    case CHAR_MARK:
    case CHAR_UNDERSCORE: return next;
    case CHAR_INNER: {
        enum char_class after = scan_class(text, next);
        bool            is_inside = after == CHAR_LETTER || after == CHAR_DIGIT;
        return is_inside && !scan_starts_link(text, next) ? next : at;
    }
    case CHAR_FORMAT: {
        next = scan_skip_format(text, next);
        enum char_class after = scan_class(text, next);
        return after == CHAR_LETTER || after == CHAR_DIGIT || after == CHAR_MARK ? next : at;
    }
    default: return at;
    }
}

/* "U.S.", "p.m.", "e.g.": single letters with dots between are one word, so that they are not taken for "us" or
 * thrown away as letters. The end without the last dot; behind the first letter where there is no such thing. */
static size_t initials_end(struct str text, size_t at)
{
    size_t end = at;
    while (end + 2 < text.len && ascii_is_letter(text.ptr[end]) && text.ptr[end + 1] == '.' &&
           ascii_is_letter(text.ptr[end + 2]) && (end + 3 == text.len || !char_is_wordy(scan_class(text, end + 3))))
        end += 2;
    return end + 1;
}

/* "seehttp://t.co/x": the end of the word before the link. */
static size_t before_glued_link(struct str text, size_t start, size_t end)
{
    if (end + 2 >= text.len || text.ptr[end] != ':' || text.ptr[end + 1] != '/' || text.ptr[end + 2] != '/')
        return end;
    struct str word = {text.ptr + start, end - start};
    size_t     scheme = word.len > 5 && str_equal_ascii_nocase(str_slice(text.ptr + end - 5, 5), STR("https")) ? 5 : 4;
    if (word.len > scheme &&
        str_equal_ascii_nocase(str_slice(text.ptr + end - scheme, scheme), str_slice("https", scheme)))
        return scan_starts_link(text, end - scheme) ? end - scheme : end;
    return end;
}

/* The end of the word that starts at start and whose first character takes first_len bytes. *is_ascii_out: it has
 * neither entities nor anything beyond ASCII. */
static size_t word_end(struct str text, size_t start, size_t first_len, bool *is_ascii_out)
{
    size_t end = start + first_len;
    bool   is_ascii = first_len == 1;
    for (;;) {
        while (end < text.len && ascii_kinds[(unsigned char)text.ptr[end]])
            end++;
        size_t next = end < text.len ? word_goes_on(text, end, text.ptr[end - 1]) : end;
        if (next == end)
            break;
        is_ascii &= next == end + 1;
        end = next;
    }
    *is_ascii_out = is_ascii;
    return end;
}

void scan_word(struct scan *scan, size_t first_len)
{
    struct str text = scan->text;
    bool       is_ascii = true;
    size_t     start = scan->at, end = word_end(text, start, first_len, &is_ascii);
    if (end + 1 < text.len && text.ptr[end] == '.' && is_ascii) {
        if (scan_bare_link(scan))
            return;
        if (end == start + 1)
            end = initials_end(text, start);
    } else {
        end = before_glued_link(text, start, end);
    }
    scan->at = scan->word_end = end;
    scan_trim_underscores(text, &start, &end);
    struct str key = is_ascii && end - start <= TEXT_KEY_MAX_BYTES
                         ? text_fold_ascii(scan->arena, str_slice(text.ptr + start, end - start))
                         : scan_key(scan, start, end);
    if (scan_push(scan, TOKEN_WORD, key, start, end))
        scan->position++;
}
