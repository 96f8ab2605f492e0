#include "text/scan.h"

#include "base/utf8.h"

#include <stdlib.h>

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
bool scan_push(struct scan *scan, enum token_kind kind, struct str key, size_t start, size_t end)
{
    struct text_analyser *analyser = scan->analyser;
    if (!key.ptr || (analyser->token_count == analyser->token_capacity && !grow_tokens(analyser))) {
        scan->has_failed = true;
        return false;
    }
    if (key.len == 0)
        return false;
    analyser->tokens[analyser->token_count++] = (struct token){.key = key,
                                                               .start = (uint32_t)start,
                                                               .len = (uint32_t)(end - start),
                                                               .position = scan->position,
                                                               .kind = (uint8_t)kind};
    return true;
}

/* text[start, end) with its entities undone, in analyser->decoded; a slice of the text where it has none. */
struct str scan_plain(struct scan *scan, size_t start, size_t end)
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
struct str scan_key(struct scan *scan, size_t start, size_t end)
{
    struct str surface = text_cut(str_slice(scan->text.ptr + start, end - start), 4 * TEXT_KEY_MAX_BYTES);
    struct str text = scan_plain(scan, start, start + surface.len);
    if (!text.ptr)
        return text;
    struct str folded = text_fold(scan->analyser, scan->arena, text);
    bool       is_in_scratch = folded.ptr && folded.ptr == scan->analyser->decoded.ptr;
    if (is_in_scratch)
        folded = arena_str(scan->arena, folded);
    return folded.ptr ? without_punctuation(scan, text_cut(folded, TEXT_KEY_MAX_BYTES)) : folded;
}

void scan_push_word(struct scan *scan, size_t start, size_t end)
{
    if (scan_push(scan, TOKEN_WORD, scan_key(scan, start, end), start, end))
        scan->position++;
}

/* Underscores around a word are decoration (_so_), also the wide ones of East Asian keyboards. */
void scan_trim_underscores(struct str text, size_t *start, size_t *end)
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

/* sigil + the folded name: both tokens of a sigil form. word_end <= end: the name's part that is its word. */
void scan_push_sigil_form(struct scan *scan, enum token_kind kind, char sigil, size_t start, size_t name, size_t end,
                            size_t word_end)
{
    struct str folded = scan_key(scan, name, end);
    char      *key = folded.ptr ? arena_alloc(scan->arena, folded.len + 1) : NULL;
    if (!key) {
        scan->has_failed = true;
        return;
    }
    key[0] = sigil;
    memcpy(key + 1, folded.ptr, folded.len);
    if (folded.len && scan_push(scan, kind, str_slice(key, folded.len + 1), start, end)) {
        scan_trim_underscores(scan->text, &name, &word_end);
        if (word_end > name)
            scan_push(scan, TOKEN_WORD, scan_key(scan, name, word_end), name, word_end);
        scan->position++;
    }
    scan->at = end;
}

enum char_class scan_class(struct str text, size_t at)
{
    struct glyph glyph = glyph_at(text, at);
    return glyph.len ? char_class(glyph.c) : CHAR_OTHER;
}

/* After invisible characters at at: the place of what is seen next. */
size_t scan_skip_format(struct str text, size_t at)
{
    for (;;) {
        struct glyph glyph = glyph_at(text, at);
        if (glyph.len == 0 || char_class(glyph.c) != CHAR_FORMAT)
            return at;
        at += glyph.len;
    }
}
