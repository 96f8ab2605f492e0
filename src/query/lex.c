#include "query/lex.h"

/* ---- Characters ---- */

static bool starts_at(struct str s, size_t at, const char *what)
{
    struct str wanted = str_of(what);
    return at < s.len && str_starts_with(str_slice(s.ptr + at, s.len - at), wanted);
}

static size_t one_of_at(struct str s, size_t at, const char *const *choices, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (starts_at(s, at, choices[i]))
            return strlen(choices[i]);
    return 0;
}

/* Spaces that documents and chats bring along: no-break, typographic, ideographic, zero-width, byte order mark. */
size_t blank_bytes(struct str s, size_t at)
{
    static const char *const wide[] = {"\u00a0", "\u2002", "\u2003", "\u2009", "\u200a", "\u200b", "\u2028", "\u2029",
                                       "\u202f", "\u3000", "\ufeff"};
    if (at >= s.len)
        return 0;
    unsigned char c = (unsigned char)s.ptr[at];
    if (c <= ' ' || c == 0x7f)
        return 1;
    return c < 0x80 ? 0 : one_of_at(s, at, wide, sizeof wide / sizeof wide[0]);
}

size_t quote_bytes(struct str s, size_t at)
{
    static const char *const typographic[] = {"\u201c", "\u201d", "\u201e", "\u201f"};
    if (at >= s.len)
        return 0;
    if (s.ptr[at] == '"')
        return 1;
    return (unsigned char)s.ptr[at] == 0xe2 ? one_of_at(s, at, typographic, sizeof typographic / sizeof typographic[0])
           : 0;
}

bool looks_like_link(struct str word)
{
    static const struct str beginnings[] = {{"http://", 7}, {"https://", 8}, {"www.", 4}};
    for (size_t i = 0; i < sizeof beginnings / sizeof beginnings[0]; i++)
        if (word.len > beginnings[i].len &&
            str_equal_ascii_nocase(str_slice(word.ptr, beginnings[i].len), beginnings[i]))
            return true;
    return false;
}

static bool is_ascii_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* ---- Pieces ---- */

enum error_code source_skip_blank(struct source *source)
{
    for (;;) {
        size_t blank = blank_bytes(source->text, source->at);
        if (blank) {
            source->at += blank;
            continue;
        }
        if (!starts_at(source->text, source->at, "<<<"))
            return ERROR_NONE;
        const char *from = source->text.ptr + source->at + 3;
        const char *end = memmem(from, source->text.len - source->at - 3, ">>>", 3);
        if (!end)
            return source_fail(source, source->at, ERROR_SYNTAX, NULL,
                               "the comment that begins here is not closed by >>>");
        source->at = (size_t)(end + 3 - source->text.ptr);
    }
}

/* The end of the word at source->at. Brackets belong to a link as long as they come in pairs: .../wiki/Bellwether_(sheep). */
static size_t word_end(const struct source *source, bool is_link)
{
    struct str s = source->text;
    size_t     at = source->at, open = 0;
    while (at < s.len && !blank_bytes(s, at) && !quote_bytes(s, at) && !starts_at(s, at, "<<<")) {
        if (s.ptr[at] == '(' && !(is_link && at > source->at))
            break;
        if (s.ptr[at] == ')' && (!is_link || open == 0))
            break;
        open += (s.ptr[at] == '(');
        open -= (s.ptr[at] == ')');
        at++;
    }
    return at;
}

/* Passes the quoted text whose opening quote stands at source->at; any double quote closes any other. */
static enum error_code quoted(struct source *source, struct str *text_out)
{
    struct str s = source->text;
    size_t     opening = source->at, start = opening + quote_bytes(s, opening), at = start;
    while (at < s.len && !quote_bytes(s, at)) {
        if (s.ptr[at] == '\\' && (quote_bytes(s, at + 1) || starts_at(s, at + 1, "\\")))
            at++;
        at++;
    }
    if (at >= s.len)
        return source_fail(source, opening, ERROR_SYNTAX, NULL, "the quotation that begins here is not closed");
    *text_out = str_slice(s.ptr + start, at - start);
    source->at = at + quote_bytes(s, at);
    return ERROR_NONE;
}

struct str source_unescape(struct str text, struct arena *arena)
{
    if (!text.len || !memchr(text.ptr, '\\', text.len))
        return text.len ? text : STR("");
    char  *plain = arena_alloc(arena, text.len);
    size_t len = 0;
    for (size_t at = 0; plain && at < text.len; at++) {
        if (text.ptr[at] == '\\' && (quote_bytes(text, at + 1) || starts_at(text, at + 1, "\\")))
            at++;
        plain[len++] = text.ptr[at];
    }
    return str_slice(plain, len);
}

static void place(struct source *source, struct lexeme *lexeme)
{
    for (; source->counted_at < source->at; source->counted_at++)
        source->counted += ((unsigned char)source->text.ptr[source->counted_at] & 0xc0) != 0x80;
    uint32_t own = source->counted + 1;
    *lexeme = (struct lexeme){.start = source->at, .end = source->at, .own_column = own,
                              .column = source->list_column ? source->list_column : own};
}

static void finish(struct source *source, struct lexeme *lexeme, enum lexeme_kind kind, size_t end)
{
    lexeme->kind = kind;
    lexeme->end = source->at = end;
    lexeme->text = str_slice(source->text.ptr + lexeme->start, end - lexeme->start);
}

enum error_code source_value(struct source *source, bool is_link, struct lexeme *value)
{
    place(source, value);
    if (quote_bytes(source->text, source->at)) {
        value->kind = LEXEME_QUOTED;
        enum error_code code = quoted(source, &value->text);
        value->end = source->at;
        return code;
    }
    finish(source, value, LEXEME_WORD, word_end(source, is_link));
    return ERROR_NONE;
}

/* ---- Words that are more than words ---- */

/* NEAR/n, NEAR/nf, ONEAR/n; near/n too, as some tools write it. */
static enum error_code near_operator(struct source *source, struct lexeme *lexeme, bool *is_near_out)
{
    static const char help[] = "write NEAR/5 for at most 5 words between, NEAR/5f or ONEAR/5 to keep the order";
    struct str word = lexeme->text, rest = word;
    bool       is_ordered = word.len && (word.ptr[0] == 'O' || word.ptr[0] == 'o');
    rest = str_slice(word.ptr + is_ordered, word.len - is_ordered);
    *is_near_out = false;
    if (rest.len < 4 || !str_equal_ascii_nocase(str_slice(rest.ptr, 4), STR("near")) ||
        (rest.len > 4 && rest.ptr[4] != '/'))
        return ERROR_NONE;
    bool     is_shouted = rest.ptr[0] == 'N' && rest.ptr[1] == 'E';
    size_t   at = 5;
    uint32_t distance = 0;
    for (; at < rest.len && is_digit(rest.ptr[at]) && distance <= QUERY_MAX_NEAR; at++)
        distance = distance * 10 + (uint32_t)(rest.ptr[at] - '0');
    bool has_number = at > 5 && at <= rest.len;
    if (!has_number && !is_shouted)
        return ERROR_NONE;
    if (!has_number)
        return source_fail(source, lexeme->start, ERROR_SYNTAX, help, "NEAR needs a number of words, such as NEAR/5");
    if (distance > QUERY_MAX_NEAR)
        return source_fail(source, lexeme->start, ERROR_TOO_LARGE, NULL, "NEAR reaches over at most %d words",
                           QUERY_MAX_NEAR);
    if (at < rest.len && (rest.ptr[at] == 'f' || rest.ptr[at] == 'F'))
        is_ordered = true, at++;
    if (at != rest.len) {
        char word_shown[SHOWN_BYTES];
        return source_fail(source, lexeme->start, ERROR_SYNTAX, help, "%s is no distance", shown(word, word_shown));
    }
    lexeme->kind = LEXEME_NEAR;
    lexeme->distance = distance;
    lexeme->is_ordered = is_ordered;
    *is_near_out = true;
    return ERROR_NONE;
}

/* :) ;-( :'( :D <3 and their like at the start of a word: bytes, or 0. The bracket in them opens and closes nothing. */
static size_t face_bytes(struct str s, size_t at)
{
    static const char *const hearts[] = {"<3", "</3"};
    size_t heart = one_of_at(s, at, hearts, 2);
    if (heart)
        return heart;
    size_t from = at;
    if (at >= s.len || !strchr(":;=", s.ptr[at]))
        return 0;
    at++;
    if (at < s.len && strchr("-'^", s.ptr[at]))
        at++;
    if (at >= s.len || !s.ptr[at] || !strchr("()DPpOo/|", s.ptr[at]))
        return 0;
    bool is_letter = is_ascii_letter(s.ptr[at]);
    at++;
    return is_letter && at < s.len && (is_ascii_letter(s.ptr[at]) || is_digit(s.ptr[at])) ? 0 : at - from;
}

/* Bytes of "name:" at the start of a word where a value may follow; 0 for http://, 12:30, "note: ...". */
static size_t field_bytes(struct str s, size_t at)
{
    size_t end = at;
    while (end < s.len && (is_ascii_letter(s.ptr[end]) || (end > at && s.ptr[end] == '_')))
        end++;
    bool is_name = end > at && end < s.len && s.ptr[end] == ':';
    return is_name && !starts_at(s, end, "://") ? end + 1 - at : 0;
}

/* A minus right before what it excludes. */
static bool is_minus(struct str s, size_t at)
{
    return s.ptr[at] == '-' && at + 1 < s.len && !blank_bytes(s, at + 1) && !strchr("-)", s.ptr[at + 1]);
}

static enum error_code word(struct source *source, struct lexeme *lexeme)
{
    struct str rest = str_slice(source->text.ptr + source->at, source->text.len - source->at);
    finish(source, lexeme, LEXEME_WORD, word_end(source, looks_like_link(rest)));
    if (str_equal(lexeme->text, STR("AND")))
        lexeme->kind = LEXEME_AND;
    else if (str_equal(lexeme->text, STR("OR")))
        lexeme->kind = LEXEME_OR;
    else if (str_equal(lexeme->text, STR("NOT")))
        lexeme->kind = LEXEME_NOT;
    else {
        bool is_near;
        return near_operator(source, lexeme, &is_near);
    }
    return ERROR_NONE;
}

enum error_code source_next(struct source *source)
{
    struct lexeme  *lexeme = &source->lexeme;
    struct str      s = source->text;
    enum error_code code = source_skip_blank(source);
    if (code)
        return code;
    place(source, lexeme);
    size_t at = source->at, bytes;
    if (at >= s.len) {
        lexeme->kind = LEXEME_END;
        return ERROR_NONE;
    }
    if (quote_bytes(s, at)) {
        lexeme->kind = LEXEME_QUOTED;
        code = quoted(source, &lexeme->text);
        lexeme->end = source->at;
        return code;
    }
    if (s.ptr[at] == '(' || s.ptr[at] == ')')
        finish(source, lexeme, s.ptr[at] == '(' ? LEXEME_OPEN : LEXEME_CLOSE, at + 1);
    else if (is_minus(s, at))
        finish(source, lexeme, LEXEME_NOT, at + 1);
    else if ((bytes = face_bytes(s, at)))
        finish(source, lexeme, LEXEME_FACE, at + bytes);
    else if ((bytes = field_bytes(s, at))) {
        finish(source, lexeme, LEXEME_FIELD, at + bytes);
        lexeme->text.len--;
    } else
        return word(source, lexeme);
    return ERROR_NONE;
}
