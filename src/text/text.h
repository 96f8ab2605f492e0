/* What a text says, found once and carried along: words, #tags, @mentions, links, emoji, language, copy signatures.
 *
 *     text "Our fleet's on FLEEK 😍 #JetBlue http://t.co/x"
 *     pos   0   1       2  3     4  5        6
 *     keys  our fleet's on fleek 😍 #jetblue http://t.co/x
 *                                   jetblue             (a tag is also a word, at the same position)
 *
 * A key is what queries, the index and trends compare: NFKC case-folded, with its sigil (# @ $) where it has one. The
 * tokeniser that reads posts also reads the words of a query, so both always agree; a key read as a text gives that
 * key again.
 *
 * What is a word: letters, marks, digits and underscores, in scripts without spaces what ICU's dictionaries find.
 *   wi-fi is wi fi; don't and fleet's are one; 3.5 and 1,000 are one; U.S. is u.s (never "us").
 *   The 's of @jetblue's is nobody's word; foo@example.com is foo example com.
 *   An HTML entity counts as its character: &amp; is no word, don&#39;t is don't.
 *   The word of a mention is its first part (@alice.bsky.social: alice), that of a tag the whole tag.
 *   A link that a platform cut ("http://t.co/ab…") is no token: nobody knows where it leads. www. and hosts that are
 *   known for links (t.co/x) need no scheme.
 *   No key is longer than 256 bytes (links: 4096).
 *
 * Everything here is pure: bytes in, facts out. Results live in the caller's arena.
 */
#ifndef TEXT_TEXT_H
#define TEXT_TEXT_H

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

enum token_kind {
    TOKEN_WORD,    /* fleet's, 787, 東京 */
    TOKEN_TAG,     /* #jetblue; followed by its word at the same position */
    TOKEN_MENTION, /* @jetblue or @user@host; followed by its word at the same position */
    TOKEN_CASHTAG, /* $jblu; followed by its word at the same position */
    TOKEN_LINK,    /* canonical: http(s)://host/path; host in lower case, no default port, fragment, tracking parameters */
    TOKEN_EMOJI,   /* a whole sequence (flag, family, keycap); key without skin tones and idle variation selectors */
};

struct token {
    struct str key;      /* folded; in the arena, or a slice of the text where folding changed nothing */
    struct str stem;     /* of words: Snowball's stem in the text's language; the key itself where there is none */
    uint32_t   start;    /* byte offset of the surface form in the repaired text */
    uint32_t   len;      /* bytes of the surface form */
    uint32_t   position; /* 0, 1, 2 ...: what NEAR and phrases count in */
    uint8_t    kind;     /* enum token_kind */
};

enum { TEXT_LANG_BYTES = 8 };

struct text_facts {
    struct str    text;   /* repaired: valid UTF-8 without NUL; the caller's own bytes where nothing was broken */
    struct token *tokens; /* in order of position; at equal positions the sigil form first */
    uint32_t      token_count;
    uint32_t      position_count;
    char          lang[TEXT_LANG_BYTES]; /* ISO 639-1 (or -3), the author's claim preferred; "" where nobody can tell */
    uint64_t      copy_hash;  /* of the words alone (no links, mentions, RT @x, digits, case, emoji): equal for exact
                                 copies; 0 without words */
    uint64_t      simhash;    /* Charikar's SimHash over word 2-shingles; see below; 0 without words */
    uint32_t      word_count; /* words that copy_hash has seen */
};

/* How far simhash moves when one word of a text changes (measured on random words, 2,000 rounds each; unrelated texts
 * differ in 32 bits):
 *     words      8    15    25    40    60   100   200   400
 *     mean bits  13.8 9.6   7.5   6.1   4.9  3.8   2.7   1.9
 *     3 or less  0 %  2 %   6 %   14 %  27 %  47 %  71 %  88 %
 * So 3 bits join long texts alone; short near copies need another measure (the shingles themselves), short exact ones
 * have copy_hash. */

/* Reusable state (break iterators, stemmers); one for each thread. */
struct text_analyser;

enum text_want {
    TEXT_WANT_LANGUAGE = 1, /* detect the language where the author claims none */
    TEXT_WANT_STEMS = 2,
    TEXT_WANT_COPIES = 4, /* copy_hash, simhash */
    TEXT_WANT_ALL = 7,
};

enum error_code text_analyser_new(struct text_analyser **analyser_out, struct error *error);
void            text_analyser_free(struct text_analyser *analyser);

/* Facts about text in *facts_out, in arena. claimed_lang may be empty; a BCP 47 tag is cut to its language.
 * Cost, linear in the text: for a post about 1 us, 0.5 more for copies, 1 to 2 for stems, 4 to 8 for language.
 * Errors: ERROR_MEMORY alone: any bytes are a text. */
enum error_code text_analyse(struct text_analyser *analyser, struct arena *arena, struct str text,
                             struct str claimed_lang, unsigned want, struct text_facts *facts_out, struct error *error);

/* NFKC case folding of one word or name, as keys are folded ("Fleet’s" -> "fleet's"). ptr is NULL without memory. */
struct str text_fold(struct text_analyser *analyser, struct arena *arena, struct str s);

/* Snowball's stem of a folded word in a language; the word itself where there is no stemmer. Valid until the next
 * call. */
struct str text_stem(struct text_analyser *analyser, struct str folded_word, const char *lang);

/* The canonical form of a link (see TOKEN_LINK), and its host without "www.", port and user. url may lack its scheme
 * ("example.com/a" is http). What is no link comes back as it is, and its host is empty. ptr is NULL without memory. */
struct str text_link_canonical(struct arena *arena, struct str url);
struct str text_link_host(struct str canonical_url);

/* True for words that carry no topic (the, und, de, rt, amp ...) in that language; "" asks the English list. */
bool text_is_stop_word(struct str folded_word, const char *lang);

/* Columns that a terminal needs for s, wide characters and emoji counted as two. For tables and sparklines. */
int text_terminal_width(struct str s);

#endif
