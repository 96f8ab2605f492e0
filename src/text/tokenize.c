/* One pass over the text, left to right. At every place one of: link, sigil form, emoji, word, run of a script without spaces; else
 * skip. struct scan keeps what a scanner must know of the past, so that nothing is read twice. */
#include "text/analyser.h"
#include "text/chars.h"

#include "base/utf8.h"

#include <stdlib.h>

struct scan {
    struct text_analyser *analyser;
    struct arena         *arena;
    struct str            text;
    size_t                at;
    size_t                word_end; /* end of the latest spaced word: no sigil form begins right behind it */
    uint32_t              position;
    bool                  has_failed; /* out of memory */
};

/* ---- Tokens ---- */

static bool grow_tokens(struct text_analyser *analyser)
{
    uint32_t      capacity = analyser->token_capacity ? analyser->token_capacity * 2 : 256;
    struct token *grown = realloc(analyser->tokens, capacity * sizeof *grown);
    if (!grown)
        return false;
    analyser->tokens = grown;
    analyser->token_capacity = capacity;
    return true;
}

/* key.ptr NULL: memory ran out while folding it. An empty key (invisible characters alone) makes no token. */
static bool push(struct scan *scan, enum token_kind kind, struct str key, size_t start, size_t end)
{
    struct text_analyser *analyser = scan->analyser;
    if (!key.ptr || (analyser->token_count == analyser->token_capacity && !grow_tokens(analyser))) {
        scan->has_failed = true;
        return false;
    }
    if (key.len == 0)
        return false;
    analyser->tokens[analyser->token_count++] = (struct token){
        .key = key, .start = (uint32_t)start, .len = (uint32_t)(end - start), .position = scan->position, .kind = (uint8_t)kind};
    return true;
}

/* text[start, end) with its entities undone, in analyser->decoded; a slice of the text where it has none. */
static struct str plain(struct scan *scan, size_t start, size_t end)
{
    struct str surface = {scan->text.ptr + start, end - start};
    if (!memchr(surface.ptr, '&', surface.len))
        return surface;
    struct buf *out = &scan->analyser->decoded;
    buf_clear(out);
    for (size_t at = 0; at < surface.len;) {
        struct glyph glyph = glyph_at(surface, at);
        utf8_append(out, glyph.c);
        at += glyph.len;
    }
    return out->has_failed ? (struct str){0} : buf_str(out);
}

/* A few letters fold to something with blanks or punctuation (ﷺ is a sentence): taken out, a key is a word. */
static struct str without_punctuation(struct scan *scan, struct str key)
{
    size_t ascii = 0;
    while (ascii < key.len && ((unsigned char)key.ptr[ascii] >= 0x80 || ascii_kinds[(unsigned char)key.ptr[ascii]] ||
                               memchr("'.,-@", key.ptr[ascii], 5)))
        ascii++;
    if (ascii == key.len)
        return key;
    char *out = arena_alloc(scan->arena, key.len);
    if (!out)
        return (struct str){0};
    size_t len = 0;
    for (size_t i = 0; i < key.len; i++)
        if ((unsigned char)key.ptr[i] >= 0x80 || ascii_kinds[(unsigned char)key.ptr[i]])
            out[len++] = key.ptr[i];
    return str_slice(out, len);
}

/* Of a surface that may hold anything. */
static struct str key_of(struct scan *scan, size_t start, size_t end)
{
    struct str surface = text_cut(str_slice(scan->text.ptr + start, end - start), 4 * TEXT_KEY_MAX_BYTES);
    struct str text = plain(scan, start, start + surface.len);
    if (!text.ptr)
        return text;
    struct str folded = text_fold(scan->analyser, scan->arena, text);
    bool       is_in_scratch = folded.ptr && folded.ptr == scan->analyser->decoded.ptr;
    if (is_in_scratch)
        folded = arena_str(scan->arena, folded);
    return folded.ptr ? without_punctuation(scan, text_cut(folded, TEXT_KEY_MAX_BYTES)) : folded;
}

static void push_word(struct scan *scan, size_t start, size_t end)
{
    if (push(scan, TOKEN_WORD, key_of(scan, start, end), start, end))
        scan->position++;
}

/* Underscores around a word are decoration (_so_), also the wide ones of East Asian keyboards. */
static void trim_underscores(struct str text, size_t *start, size_t *end)
{
    static const struct str kinds[] = {{"_", 1}, {"\uFF3F", 3}};
    for (bool is_trimmed = true; is_trimmed;) {
        is_trimmed = false;
        for (int i = 0; i < 2; i++) {
            struct str rest = {text.ptr + *start, *end - *start};
            if (str_starts_with(rest, kinds[i]))
                *start += kinds[i].len, is_trimmed = true;
            else if (str_ends_with(rest, kinds[i]))
                *end -= kinds[i].len, is_trimmed = true;
        }
    }
}

/* sigil + key_of(name): both tokens of a sigil form. word_end <= end: the name's part that is its word. */
static void push_sigil_form(struct scan *scan, enum token_kind kind, char sigil, size_t start, size_t name, size_t end, size_t word_end)
{
    struct str folded = key_of(scan, name, end);
    char      *key = folded.ptr ? arena_alloc(scan->arena, folded.len + 1) : NULL;
    if (!key) {
        scan->has_failed = true;
        return;
    }
    key[0] = sigil;
    memcpy(key + 1, folded.ptr, folded.len);
    if (folded.len && push(scan, kind, str_slice(key, folded.len + 1), start, end)) {
        trim_underscores(scan->text, &name, &word_end);
        if (word_end > name)
            push(scan, TOKEN_WORD, key_of(scan, name, word_end), name, word_end);
        scan->position++;
    }
    scan->at = end;
}

/* ---- Links ---- */

static bool take_link(struct scan *scan, struct link_span link)
{
    if (link.end == scan->at)
        return false;
    if (!link.is_truncated) {
        struct str url = plain(scan, scan->at, link.end);
        struct str key = url.ptr ? text_link_canonical(scan->arena, url) : url;
        bool       is_nowhere = key.ptr && text_link_host(key).len == 0;
        if (!is_nowhere && push(scan, TOKEN_LINK, key, scan->at, link.end))
            scan->position++;
    }
    scan->at = link.end;
    return true;
}

/* "htt": cheap to ask of every word. */
static bool may_be_link(struct str text, size_t at)
{
    const char *s = text.ptr + at;
    return (s[0] | 0x20) == 'h' && text.len - at > 4 && (s[1] | 0x20) == 't' && (s[2] | 0x20) == 't';
}

static bool starts_link(struct str text, size_t at)
{
    return may_be_link(text, at) && text_link_scan(text, at).end > at;
}

static bool scan_link(struct scan *scan)
{
    return may_be_link(scan->text, scan->at) && take_link(scan, text_link_scan(scan->text, scan->at));
}

static bool scan_bare_link(struct scan *scan)
{
    return take_link(scan, text_bare_link_scan(scan->text, scan->at));
}

/* ---- Words ---- */

static enum char_class class_at(struct str text, size_t at)
{
    struct glyph glyph = glyph_at(text, at);
    return glyph.len ? char_class(glyph.c) : CHAR_OTHER;
}

/* After invisible characters at at: the place of what is seen next. */
static size_t skip_format(struct str text, size_t at)
{
    for (;;) {
        struct glyph glyph = glyph_at(text, at);
        if (glyph.len == 0 || char_class(glyph.c) != CHAR_FORMAT)
            return at;
        at += glyph.len;
    }
}

/* at stands behind a letter or digit of a word, on a byte that is no ASCII letter, digit or underscore. Where the word goes on, or at. */
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
        enum char_class after = class_at(text, next);
        bool            is_inside = after == CHAR_LETTER || after == CHAR_DIGIT;
        return is_inside && !starts_link(text, next) ? next : at;
    }
    case CHAR_FORMAT: {
        next = skip_format(text, next);
        enum char_class after = class_at(text, next);
        return after == CHAR_LETTER || after == CHAR_DIGIT || after == CHAR_MARK ? next : at;
    }
    default: return at;
    }
}

/* "U.S.", "p.m.", "e.g.": single letters with dots between are one word, so that they are not taken for "us" or thrown away as letters.
 * The end without the last dot; behind the first letter where there is no such thing. */
static size_t initials_end(struct str text, size_t at)
{
    size_t end = at;
    while (end + 2 < text.len && ascii_is_letter(text.ptr[end]) && text.ptr[end + 1] == '.' && ascii_is_letter(text.ptr[end + 2]) &&
           (end + 3 == text.len || !char_is_wordy(class_at(text, end + 3))))
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
    if (word.len > scheme && str_equal_ascii_nocase(str_slice(text.ptr + end - scheme, scheme), str_slice("https", scheme)))
        return text_link_scan(text, end - scheme).end > end ? end - scheme : end;
    return end;
}

/* The end of the word that starts at start and whose first character takes first_len bytes. *is_ascii_out: it has neither entities
 * nor anything beyond ASCII. */
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

static void scan_word(struct scan *scan, size_t first_len)
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
    trim_underscores(text, &start, &end);
    struct str key = is_ascii && end - start <= TEXT_KEY_MAX_BYTES
                         ? text_fold_ascii(scan->arena, str_slice(text.ptr + start, end - start))
                         : key_of(scan, start, end);
    if (push(scan, TOKEN_WORD, key, start, end))
        scan->position++;
}

/* A run of a script without spaces, in pieces of bounded length. */
static void scan_unspaced(struct scan *scan)
{
    enum { RUN_MAX_BYTES = 4096 };
    size_t start = scan->at, end = start;
    for (;;) {
        struct glyph    glyph = glyph_at(scan->text, end);
        enum char_class class = glyph.len && scan->text.ptr[end] != '&' ? char_class(glyph.c) : CHAR_OTHER;
        if (class != CHAR_UNSPACED && class != CHAR_MARK && (class != CHAR_FORMAT || end == start))
            break;
        if (end - start + glyph.len > RUN_MAX_BYTES)
            break;
        end += glyph.len;
    }
    if (end == start) { /* one letter written as an entity */
        struct glyph glyph = glyph_at(scan->text, start);
        scan->at = start + glyph.len;
        push_word(scan, start, scan->at);
        return;
    }
    struct str run = {scan->text.ptr + start, end - start};
    scan->at = end;
    if (!text_words_start(scan->analyser, run)) {
        scan->has_failed = true;
        return;
    }
    for (size_t at = 0; at < run.len && !scan->has_failed;) {
        size_t next = text_words_next(scan->analyser, run, at);
        push_word(scan, start + at, start + next);
        at = next;
    }
}

static bool scan_emoji(struct scan *scan)
{
    char   key[EMOJI_KEY_BYTES];
    size_t key_len, start = scan->at, end = emoji_scan(scan->text, start, key, &key_len);
    if (end == start)
        return false;
    bool       is_as_written = end - start == key_len;
    struct str folded = is_as_written ? str_slice(scan->text.ptr + start, key_len) : arena_str(scan->arena, str_slice(key, key_len));
    if (push(scan, TOKEN_EMOJI, folded, start, end))
        scan->position++;
    scan->at = end;
    return true;
}

/* ---- Sigil forms ---- */

/* "@JetBlue's": what is left of the possessive is no word. */
static void skip_possessive(struct scan *scan)
{
    struct glyph apostrophe = glyph_at(scan->text, scan->at);
    if (!apostrophe.len || apostrophe.c == 0xb7 || char_class(apostrophe.c) != CHAR_INNER)
        return;
    struct glyph s = glyph_at(scan->text, scan->at + apostrophe.len);
    size_t       end = scan->at + apostrophe.len + s.len;
    if ((s.c == 's' || s.c == 'S') && !char_is_wordy(class_at(scan->text, end)))
        scan->at = end;
}

/* The end of letters, digits, marks and underscores from at on; *has_letter_out tells whether one of them is a letter. */
static size_t name_end(struct str text, size_t at, bool *has_letter_out)
{
    *has_letter_out = false;
    for (;;) {
        struct glyph    glyph = glyph_at(text, at);
        enum char_class class = glyph.len ? char_class(glyph.c) : CHAR_OTHER;
        if (class == CHAR_FORMAT) {
            size_t next = skip_format(text, at);
            if (!char_is_wordy(class_at(text, next)))
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
    push_sigil_form(scan, TOKEN_TAG, '#', scan->at, name, end, end);
    skip_possessive(scan);
    return true;
}

/* Letters, digits and underscores with dots and hyphens inside (alice.bsky.social). A dot before a capital ends a sentence unless this
 * is a host, and a hyphen belongs to a name only where a dot follows. */
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
    push_sigil_form(scan, TOKEN_MENTION, '@', scan->at, name, end, word_end);
    skip_possessive(scan);
    return true;
}

static bool scan_cashtag(struct scan *scan, size_t name)
{
    enum { LETTERS_MAX = 6 };
    size_t end = name;
    while (end < scan->text.len && ascii_is_letter(scan->text.ptr[end]))
        end++;
    if (end == name || end - name > LETTERS_MAX || char_is_wordy(class_at(scan->text, end)))
        return false;
    push_sigil_form(scan, TOKEN_CASHTAG, '$', scan->at, name, end, end);
    skip_possessive(scan);
    return true;
}

/* A sigil right behind a word is part of something else (user@host, C#, A$AP), but "RT@user" is written a lot. */
static bool may_begin_sigil_form(const struct scan *scan, uint32_t sigil)
{
    if (scan->at == 0 || scan->at != scan->word_end)
        return true;
    const struct text_analyser *analyser = scan->analyser;
    return sigil == '@' && analyser->token_count > 0 && str_equal(analyser->tokens[analyser->token_count - 1].key, STR("rt"));
}

static bool scan_sigil_form(struct scan *scan, struct glyph sigil)
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

/* ---- The pass ---- */

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
