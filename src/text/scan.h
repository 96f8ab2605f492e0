/* The tokeniser's place in a text, and the scanners that move it on. Each looks at what stands at scan->at; where it
 * finds its form it pushes the tokens and moves behind it. */
#ifndef TEXT_SCAN_H
#define TEXT_SCAN_H

#include "text/analyser.h"
#include "text/chars.h"

struct scan {
    struct text_analyser *analyser;
    struct arena         *arena;
    struct str            text;
    size_t                at;
    size_t                word_end; /* end of the latest spaced word: no sigil form begins right behind it */
    uint32_t              position;
    bool                  has_failed; /* out of memory */
};

void scan_word(struct scan *scan, size_t first_len); /* first_len: bytes of its first character */
void scan_unspaced(struct scan *scan);
bool scan_sigil_form(struct scan *scan, struct glyph sigil);
bool scan_link(struct scan *scan);      /* with its scheme */
bool scan_bare_link(struct scan *scan); /* www. and well-known hosts */

/* Does a link with its scheme start here? */
bool scan_starts_link(struct str text, size_t at);

/* ---- Pushing tokens ---- */

/* One token at the current position. False where key is empty (invisible characters alone make no token), or without
 * memory: key.ptr is NULL where folding it had none. */
bool scan_push(struct scan *scan, enum token_kind kind, struct str key, size_t start, size_t end);
/* A word with the key of text[start, end), and on to the next position. */
void scan_push_word(struct scan *scan, size_t start, size_t end);
/* Both tokens of a sigil form text[start, end): sigil with the folded text[name, end), and the word text[name,
 * word_end). Moves behind. */
void scan_push_sigil_form(struct scan *scan, enum token_kind kind, char sigil, size_t start, size_t name, size_t end,
                          size_t word_end);

/* text[start, end) with its entities undone; a slice of the text where it has none, else valid until the next call. */
struct str scan_plain(struct scan *scan, size_t start, size_t end);
/* The key of the surface text[start, end), which may hold anything. */
struct str scan_key(struct scan *scan, size_t start, size_t end);
/* Underscores around a word are decoration (_so_), also the wide ones of East Asian keyboards. */
void scan_trim_underscores(struct str text, size_t *start, size_t *end);

/* ---- Looking ahead ---- */

enum char_class scan_class(struct str text, size_t at); /* CHAR_OTHER at the end */
size_t          scan_skip_format(struct str text, size_t at); /* behind invisible characters */

#endif
