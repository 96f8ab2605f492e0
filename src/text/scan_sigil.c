/* Tags, mentions and cashtags. */
#include "text/scan.h"

/* "@JetBlue's": what is left of the possessive is no word. */
static void skip_possessive(struct scan *scan)
{
    struct glyph apostrophe = glyph_at(scan->text, scan->at);
    if (!apostrophe.len || apostrophe.c == 0xb7 || char_class(apostrophe.c) != CHAR_INNER)
        return;
    struct glyph s = glyph_at(scan->text, scan->at + apostrophe.len);
    size_t       end = scan->at + apostrophe.len + s.len;
    if ((s.c == 's' || s.c == 'S') && !char_is_wordy(scan_class(scan->text, end)))
        scan->at = end;
}

/* The end of letters, digits, marks and underscores from at on; *has_letter_out tells whether one of them is a
 * letter. */
static size_t name_end(struct str text, size_t at, bool *has_letter_out)
{
    *has_letter_out = false;
    for (;;) {
        struct glyph    glyph = glyph_at(text, at);
        enum char_class class = glyph.len ? char_class(glyph.c) : CHAR_OTHER;
        if (class == CHAR_FORMAT) {
            size_t next = scan_skip_format(text, at);
            if (!char_is_wordy(scan_class(text, next)))
                return at;
            at = next;
            continue;
        }
        if (!char_is_wordy(class))
            return at;
        *has_letter_out |= class == CHAR_LETTER || class == CHAR_UNSPACED;
        at += glyph.len;
    }
}

static bool scan_tag(struct scan *scan, size_t name)
{
    bool   has_letter;
    size_t end = name_end(scan->text, name, &has_letter);
    if (!has_letter)
        return false;
    scan_push_sigil_form(scan, TOKEN_TAG, '#', scan->at, name, end, end);
    skip_possessive(scan);
    return true;
}

/* Letters, digits and underscores with dots and hyphens inside (alice.bsky.social). A dot before a capital ends a
 * sentence unless this is a host, and a hyphen belongs to a name only where a dot follows. */
static size_t ascii_name_end(struct str text, size_t at, bool is_host)
{
    size_t end = at, last_dot = 0, first_hyphen = 0, i = at;
    for (; i < text.len; i++) {
        char c = text.ptr[i];
        if (ascii_kinds[(unsigned char)c]) {
            end = i + 1;
            continue;
        }
        bool is_inside = i > at && i + 1 < text.len && ascii_kinds[(unsigned char)text.ptr[i + 1]];
        if (c == '.' && is_inside && (is_host || ascii_kinds[(unsigned char)text.ptr[i + 1]] != ASCII_UPPER))
            last_dot = i;
        else if (c == '-' && is_inside)
            first_hyphen = first_hyphen ? first_hyphen : i;
        else
            break;
    }
    return first_hyphen && last_dot < first_hyphen ? first_hyphen : end;
}

/* Behind "@user": the end of "@host.tld", or at. */
static size_t server_end(struct str text, size_t at)
{
    if (at >= text.len || text.ptr[at] != '@')
        return at;
    size_t      end = ascii_name_end(text, at + 1, true);
    const char *dot = end > at + 1 ? memrchr(text.ptr + at + 1, '.', end - at - 1) : NULL;
    return dot && text.ptr + end - dot > 2 && ascii_is_letter(dot[1]) && ascii_is_letter(dot[2]) ? end : at;
}

static bool scan_mention(struct scan *scan, size_t name)
{
    struct str text = scan->text;
    size_t     end, word_end;
    if (name < text.len && ascii_kinds[(unsigned char)text.ptr[name]]) {
        end = ascii_name_end(text, name, false);
        for (word_end = name; word_end < end && ascii_kinds[(unsigned char)text.ptr[word_end]];)
            word_end++;
        end = server_end(text, end);
    } else {
        bool has_letter;
        end = word_end = name_end(text, name, &has_letter);
        if (!has_letter)
            return false;
    }
    scan_push_sigil_form(scan, TOKEN_MENTION, '@', scan->at, name, end, word_end);
    skip_possessive(scan);
    return true;
}

static bool scan_cashtag(struct scan *scan, size_t name)
{
    enum { LETTERS_MAX = 6 };
    size_t end = name;
    while (end < scan->text.len && ascii_is_letter(scan->text.ptr[end]))
        end++;
    if (end == name || end - name > LETTERS_MAX || char_is_wordy(scan_class(scan->text, end)))
        return false;
    scan_push_sigil_form(scan, TOKEN_CASHTAG, '$', scan->at, name, end, end);
    skip_possessive(scan);
    return true;
}

/* A sigil right behind a word is part of something else (user@host, C#, A$AP), but "RT@user" is written a lot. */
static bool may_begin_sigil_form(const struct scan *scan, uint32_t sigil)
{
    if (scan->at == 0 || scan->at != scan->word_end)
        return true;
    const struct text_analyser *analyser = scan->analyser;
    return sigil == '@' && analyser->token_count > 0 &&
           str_equal(analyser->tokens[analyser->token_count - 1].key, STR("rt"));
}

bool scan_sigil_form(struct scan *scan, struct glyph sigil)
{
    if (!may_begin_sigil_form(scan, sigil.c))
        return false;
    size_t name = scan->at + sigil.len;
    switch (sigil.c) {
    case '#':
    case 0xff03: return scan_tag(scan, name);
    case '@':
    case 0xff20: return scan_mention(scan, name);
    case '$':
    case 0xff04: return scan_cashtag(scan, name);
    default: return false;
    }
}
