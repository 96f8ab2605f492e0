/* The analyser's insides, shared by the files of this room only. */
#ifndef TEXT_ANALYSER_H
#define TEXT_ANALYSER_H

#include "text/text.h"

#include "base/buf.h"

#include <unicode/ubrk.h>
#include <unicode/unorm2.h>

struct stem_cache;

/* Growing UTF-16 for ICU. */
struct utf16 {
    UChar  *units;
    int32_t capacity;
};

struct text_analyser {
    const UNormalizer2 *nfkc_casefold; /* ICU's own; never closed */
    struct utf16        narrow, wide;  /* before and after normalising */
    struct buf          scratch;       /* a folded word before it goes to the arena; the language detector's input */
    struct buf          decoded;       /* a surface form whose entities are undone */
    UBreakIterator     *breaker;       /* opened at the first script without spaces */
    UText               breaker_text;  /* the run it looks at */
    struct token       *tokens;        /* of the text at hand; copied to the arena at the end */
    uint32_t            token_count, token_capacity;
    struct stem_cache  *stems;         /* made at the first stem */
};

/* A key or tag longer than this is cut (at a character's border), so that no dictionary ever holds a megabyte. */
enum { TEXT_KEY_MAX_BYTES = 256, TEXT_LINK_MAX_BYTES = 4096, TEXT_WORDS_FOR_LANGUAGE = 3 };

/* s cut to at most max_bytes on a character's border. */
struct str text_cut(struct str s, size_t max_bytes);

/* Lower case: the whole of folding where there is nothing but ASCII. s itself where it has no capitals. */
struct str text_fold_ascii(struct arena *arena, struct str s);

/* Tokens of text (valid UTF-8, no NUL, under 4 GB) into analyser->tokens, stems empty. position_count_out: 0 for no
 * tokens. */
bool text_tokenize(struct text_analyser *analyser, struct arena *arena, struct str text, uint32_t *position_count_out);

/* Bytes of "http://" or "https://" at the start of s, 0 without. */
size_t link_scheme_bytes(struct str s);
/* Is there a host at the start of s: labels of letters, digits and hyphens with a dot between? *end_out: where it, or
 * what looked like one, ends. */
bool link_host_scan(struct str s, size_t *end_out);
/* Is name, in any case, one of these? */
bool link_is_listed(struct str name, const char *const *names, size_t count);

/* "" or the language of the tokens' words, ISO 639-1 (-3 where there is none). */
bool text_detect_language(struct text_analyser *analyser, const struct token *tokens, uint32_t count,
                          char lang[TEXT_LANG_BYTES]);
/* The author's claim cut to its language; "" for none, undetermined, or nonsense. False: look for it in the text. */
bool text_claimed_language(struct str claim, char lang[TEXT_LANG_BYTES]);
/* The C++ shim: CLD2's code for the text ("en", "zh-Hant"), or "" where CLD2 would not rely on it. */
void cld2_detect(const char *text, size_t len, char code_out[16]);
/* A code of CLD2 or BCP 47 to ours. */
void text_language_code(struct str code, char lang[TEXT_LANG_BYTES]);

/* The number of a language for stem_in, -1 where it has no stemmer. */
int        stem_language(const char *lang);
struct str stem_in(struct text_analyser *analyser, struct str word, int language);
void stem_cache_free(struct stem_cache *cache);

/* copy_hash, simhash and word_count of the tokens. */
void text_copies(const struct token *tokens, uint32_t count, struct text_facts *facts);

/* True where token i is the word of the sigil form before it. */
static inline bool token_is_sigil_word(const struct token *tokens, uint32_t i)
{
    return i > 0 && tokens[i].position == tokens[i - 1].position;
}

#endif
