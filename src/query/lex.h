/* Characters to lexemes, and the place in the query that each error names. */
#ifndef QUERY_LEX_H
#define QUERY_LEX_H

#include "query/query.h"

enum lexeme_kind {
    LEXEME_END,
    LEXEME_OPEN,
    LEXEME_CLOSE,
    LEXEME_AND,
    LEXEME_OR,
    LEXEME_NOT,    /* NOT, or a minus right before what it excludes */
    LEXEME_NEAR,   /* distance, is_ordered */
    LEXEME_WORD,   /* text: up to a space, bracket, quote or comment */
    LEXEME_QUOTED, /* text: what stands between the quotes, with its backslashes */
    LEXEME_FIELD,  /* text: the name; its value starts right behind the colon, where the source now stands */
    LEXEME_FACE,   /* text: an emoticon such as :) that punctuation would take apart */
};

struct lexeme {
    enum lexeme_kind kind;
    size_t           start, end; /* bytes in the source */
    uint32_t         column;     /* 1-based, in characters, in the query: within a list that of its "list:" */
    uint32_t         own_column; /* in its own source */
    struct str       text;
    uint32_t         distance;
    bool             is_ordered;
};

/* A query, or the text of a named list, while it is read. */
struct source {
    struct str    text;
    size_t        at;          /* the next byte */
    struct lexeme lexeme;      /* the current one */
    size_t        counted_at;  /* columns are counted up to this byte */
    uint32_t      counted;     /* characters before it */
    struct str    list_name;   /* of the list; empty for the query itself */
    uint32_t      list_column; /* of the list: reference in the query, 0 for the query itself */
    struct error *error;
};

/* Moves on to the next lexeme. ERROR_SYNTAX for what cannot be one: an unclosed quote or comment, a broken NEAR. */
enum error_code source_next(struct source *source);

/* Passes spaces and comments. */
enum error_code source_skip_blank(struct source *source);
/* Reads a value that stands at source->at: quoted, or up to a space or bracket (is_link: brackets in pairs belong to it). Empty text: none. */
enum error_code source_value(struct source *source, bool is_link, struct lexeme *value_out);
/* Text between quotes without the backslashes that protect quotes and backslashes. ptr NULL without memory. */
struct str source_unescape(struct str quoted, struct arena *arena);

/* Sets the error: "column 12: ..." (or "list 'brands', column 3: ..."), and a hint that draws the source with a caret under byte start.
 * help, a first line of the hint, may be NULL. Returns code. */
__attribute__((format(printf, 5, 6)))
enum error_code source_fail(struct source *source, size_t start, enum error_code code, const char *help,
                            const char *format, ...);

/* The bytes of s for a message: quoted, at most 30 characters, without line breaks. */
enum { SHOWN_BYTES = 160 };
const char *shown(struct str s, char out[SHOWN_BYTES]);
/* "')'", "'delay'", "the end". */
const char *shown_lexeme(const struct lexeme *lexeme, char out[SHOWN_BYTES]);

/* Bytes of the blank, or of the double quote (straight or typographic), at s[at]; 0 where there is none. */
size_t blank_bytes(struct str s, size_t at);
size_t quote_bytes(struct str s, size_t at);
/* True for http://, https:// and www. in any case. */
bool looks_like_link(struct str word);

#endif
