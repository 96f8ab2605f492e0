#include "query/lex.h"

#include <stdarg.h>
#include <stdio.h>

enum { DRAWN_COLUMNS = 70, DRAWN_BYTES = 4 * DRAWN_COLUMNS };

static size_t next_character(struct str s, size_t at)
{
    do
        at++;
    while (at < s.len && ((unsigned char)s.ptr[at] & 0xc0) == 0x80);
    return at;
}

static size_t last_character(struct str s, size_t at)
{
    do
        at--;
    while (at > 0 && ((unsigned char)s.ptr[at] & 0xc0) == 0x80);
    return at;
}

/* Bytes of s that fit into so many characters. */
static size_t bytes_of_characters(struct str s, size_t characters)
{
    size_t at = 0;
    while (at < s.len && characters-- > 0)
        at = next_character(s, at);
    return at;
}

static void blank_out_controls(char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            *text = ' ';
}

const char *shown(struct str s, char out[SHOWN_BYTES])
{
    enum { MOST = 30 };
    size_t len = bytes_of_characters(s, MOST);
    snprintf(out, SHOWN_BYTES, "'%.*s%s'", (int)len, s.ptr ? s.ptr : "", len < s.len ? "…" : "");
    blank_out_controls(out);
    return out;
}

const char *shown_lexeme(const struct lexeme *lexeme, char out[SHOWN_BYTES])
{
    char word[SHOWN_BYTES];
    switch (lexeme->kind) {
    case LEXEME_END: snprintf(out, SHOWN_BYTES, "the end"); break;
    case LEXEME_QUOTED: snprintf(out, SHOWN_BYTES, "the phrase %s", shown(lexeme->text, word)); break;
    case LEXEME_FIELD: snprintf(out, SHOWN_BYTES, "'%.*s:'", lexeme->text.len < 100 ? (int)lexeme->text.len : 100,
                                lexeme->text.ptr); break;
    default: shown(lexeme->text, out);
    }
    return out;
}

/* Terminal columns of the one character at s[from, to); a control character is drawn as a blank. */
static size_t columns_between(struct str s, size_t from, size_t to)
{
    return (unsigned char)s.ptr[from] < ' ' ? 1 : (size_t)text_terminal_width(str_slice(s.ptr + from, to - from));
}

/* The window of the source around start: at most 70 columns, "…" where it was cut. */
static void draw(struct str source, size_t start, char out[DRAWN_BYTES * 2])
{
    size_t from = start, to = start, columns = 0, limit = DRAWN_COLUMNS - 3;
    for (size_t before; from > 0 && columns < DRAWN_COLUMNS / 2; columns += columns_between(source, from, before)) {
        before = from;
        from = last_character(source, from);
    }
    for (size_t here; to < source.len && columns < limit; columns += columns_between(source, here, to)) {
        here = to;
        to = next_character(source, to);
    }
    for (size_t before; from > 0 && columns < limit; columns += columns_between(source, from, before)) {
        before = from;
        from = last_character(source, from);
    }
    while (to - from > DRAWN_BYTES / 2 && to > start) /* stacks of combining marks take bytes but no columns */
        to = last_character(source, to);
    while (start - from > DRAWN_BYTES / 2)
        from = next_character(source, from);
    const char *cut = from > 0 ? "…" : "";
    int         used = snprintf(out, DRAWN_BYTES * 2, "%s%.*s%s", cut, (int)(to - from),
                                source.ptr ? source.ptr + from : "",
                                to < source.len ? "…" : "");
    blank_out_controls(out);
    int caret = text_terminal_width(str_slice(out, strlen(cut) + (start - from)));
    snprintf(out + used, DRAWN_BYTES * 2 - (size_t)used, "\n%*s^", caret, "");
}

static uint32_t column_of(struct str source, size_t start)
{
    uint32_t column = 1;
    for (size_t at = 0; at < start && at < source.len; at = next_character(source, at))
        column++;
    return column;
}

enum error_code source_fail(struct source *source, size_t start, enum error_code code, const char *help,
                            const char *format, ...)
{
    char    message[ERROR_MESSAGE_BYTES], place[SHOWN_BYTES + 32] = "", name[SHOWN_BYTES], drawing[DRAWN_BYTES * 2];
    va_list list;
    va_start(list, format);
    vsnprintf(message, sizeof message, format, list);
    va_end(list);
    if (source->list_name.len)
        snprintf(place, sizeof place, "list %s, ", shown(source->list_name, name));
    error_set(source->error, code, "%scolumn %u: %s", place, column_of(source->text, start), message);
    draw(source->text, start, drawing);
    error_hint(source->error, "%s%s%s", help ? help : "", help ? "\n" : "", drawing);
    return code;
}
