#include "text/html_scan.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

static bool is_letter(char c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/* The next attribute from *at_io on. False at the > or at the end, where *at_io then stands. A tag cut off inside of quotes ends at the end. */
static bool next_attribute(struct str s, size_t *at_io, struct str *name_out, struct str *value_out)
{
    size_t at = *at_io;
    while (at < s.len && (is_blank(s.ptr[at]) || s.ptr[at] == '/'))
        at++;
    size_t first = at;
    if (at < s.len && s.ptr[at] != '>')
        at++; /* a = here belongs to the name */
    while (at < s.len && !is_blank(s.ptr[at]) && s.ptr[at] != '/' && s.ptr[at] != '>' && s.ptr[at] != '=')
        at++;
    *name_out = str_slice(s.ptr + first, at - first);
    *value_out = str_slice(s.ptr + at, 0);
    *at_io = at;
    if (at == first)
        return false;
    while (at < s.len && is_blank(s.ptr[at]))
        at++;
    if (at >= s.len || s.ptr[at] != '=')
        return true;
    at++;
    while (at < s.len && is_blank(s.ptr[at]))
        at++;
    char quote = at < s.len && (s.ptr[at] == '"' || s.ptr[at] == '\'') ? s.ptr[at++] : '\0';
    first = at;
    if (quote) {
        const char *end = at < s.len ? memchr(s.ptr + at, quote, s.len - at) : NULL;
        at = end ? (size_t)(end - s.ptr) : s.len;
    } else {
        while (at < s.len && !is_blank(s.ptr[at]) && s.ptr[at] != '>')
            at++;
    }
    *value_out = str_slice(s.ptr + first, at - first);
    *at_io = quote && at < s.len ? at + 1 : at;
    return true;
}

struct str html_attribute(struct str attributes, const char *name)
{
    struct str found, value;
    for (size_t at = 0; next_attribute(attributes, &at, &found, &value);)
        if (str_equal_ascii_nocase(found, str_of(name)))
            return value;
    return (struct str){0};
}

/* Behind the needle at or after at; the end where there is none. */
static size_t behind(struct str s, size_t at, const char *needle)
{
    const char *found = at < s.len ? memmem(s.ptr + at, s.len - at, needle, strlen(needle)) : NULL;
    return found ? (size_t)(found - s.ptr) + strlen(needle) : s.len;
}

/* Behind a comment whose <!-- ends at at: "-->", "--!>", and at once ">" or "->". */
static size_t behind_comment(struct str s, size_t at)
{
    struct str rest = str_slice(s.ptr + at, s.len - at);
    if (str_starts_with(rest, STR(">")))
        return at + 1;
    if (str_starts_with(rest, STR("->")))
        return at + 2;
    for (; at + 2 < s.len; at++) {
        const char *dash = memchr(s.ptr + at, '-', s.len - at);
        if (!dash)
            break;
        at = (size_t)(dash - s.ptr);
        rest = str_slice(dash, s.len - at);
        if (str_starts_with(rest, STR("-->")))
            return at + 3;
        if (str_starts_with(rest, STR("--!>")))
            return at + 4;
    }
    return s.len;
}

static bool names_element(struct str s, size_t at, const char *name)
{
    size_t len = strlen(name);
    return at + len < s.len && str_equal_ascii_nocase(str_slice(s.ptr + at, len), str_of(name)) &&
           (is_blank(s.ptr[at + len]) || s.ptr[at + len] == '/' || s.ptr[at + len] == '>');
}

/* Where the inside of a raw element ends: at its </name, or the end. In a script, <!-- <script> makes the next </script> one of its words
 * ("double escaped", a kindness to the pages of 1995). */
static size_t raw_end(struct str s, size_t at, const char *name)
{
    bool is_script = strcmp(name, "script") == 0, is_comment = false, is_double = false;
    for (; at < s.len; at++) {
        struct str rest = str_slice(s.ptr + at, s.len - at);
        if (s.ptr[at] == '<' && is_script && !is_comment && str_starts_with(rest, STR("<!--")))
            is_comment = true, at++; /* <!--> opens and closes */
        else if (s.ptr[at] == '-' && is_comment && str_starts_with(rest, STR("-->")))
            is_comment = is_double = false;
        else if (s.ptr[at] == '<' && is_comment && !is_double && names_element(s, at + 1, name))
            is_double = true;
        else if (s.ptr[at] == '<' && at + 1 < s.len && s.ptr[at + 1] == '/' && names_element(s, at + 2, name)) {
            if (!is_double)
                return at;
            is_double = false;
        }
    }
    return s.len;
}

static bool is_raw(const char *name)
{
    static const char *const raw[] = {"script", "style", "title", "textarea", "iframe", "noembed", "noframes", "xmp", "plaintext"};
    for (size_t i = 0; i < sizeof raw / sizeof *raw; i++)
        if (strcmp(raw[i], name) == 0)
            return true;
    return false;
}

/* The tag whose name begins at at. False where the input ends within it: then there is none. */
static bool take_tag(struct html_scan *scan, size_t at, enum html_kind kind, struct html_piece *piece)
{
    struct str s = scan->html, name, value;
    size_t     len = 0, first;
    for (; at < s.len && !is_blank(s.ptr[at]) && s.ptr[at] != '/' && s.ptr[at] != '>'; at++)
        if (len < HTML_NAME_BYTES - 1)
            piece->name[len++] = lower(s.ptr[at]);
    piece->name[len] = '\0';
    first = at;
    while (next_attribute(s, &at, &name, &value))
        ;
    if (at >= s.len)
        return false;
    piece->kind = kind;
    piece->attributes = str_slice(s.ptr + first, at - first);
    scan->at = at + 1;
    if (kind == HTML_OPEN && is_raw(piece->name))
        memcpy(scan->raw, piece->name, sizeof scan->raw);
    return true;
}

bool html_next(struct html_scan *scan, struct html_piece *piece)
{
    struct str s = scan->html;
    *piece = (struct html_piece){0};
    if (scan->raw[0]) {
        bool   is_rcdata = strcmp(scan->raw, "title") == 0 || strcmp(scan->raw, "textarea") == 0;
        size_t end = strcmp(scan->raw, "plaintext") == 0 ? s.len : raw_end(s, scan->at, scan->raw);
        piece->kind = HTML_WORDS;
        piece->is_literal = !is_rcdata;
        piece->words = str_slice(s.ptr + scan->at, end - scan->at);
        scan->at = end;
        scan->raw[0] = '\0';
        return true;
    }
    while (scan->at < s.len) {
        size_t at = scan->at;
        char   next = at + 1 < s.len ? s.ptr[at + 1] : '\0', after = at + 2 < s.len ? s.ptr[at + 2] : '\0';
        bool   is_markup = s.ptr[at] == '<' && (is_letter(next) || next == '!' || next == '?' || (next == '/' && at + 2 < s.len));
        if (!is_markup) {
            const char *less = at + 1 < s.len ? memchr(s.ptr + at + 1, '<', s.len - at - 1) : NULL;
            scan->at = less ? (size_t)(less - s.ptr) : s.len;
            piece->kind = HTML_WORDS;
            piece->words = str_slice(s.ptr + at, scan->at - at);
            return true;
        }
        scan->at = s.len; /* where what begins here has no end */
        if (is_letter(next))
            return take_tag(scan, at + 1, HTML_OPEN, piece);
        if (next == '/' && is_letter(after))
            return take_tag(scan, at + 2, HTML_CLOSE, piece);
        scan->at = str_starts_with(str_slice(s.ptr + at, s.len - at), STR("<!--")) ? behind_comment(s, at + 4) : behind(s, at + 2, ">");
    }
    return false;
}
