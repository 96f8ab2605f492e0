/* The parser's insides: one job for each query_parse, one source for the query and for each named list in it. */
#ifndef QUERY_PARSE_H
#define QUERY_PARSE_H

#include "query/lex.h"

struct parse_job {
    const struct query_options *options;
    struct text_analyser       *analyser;
    struct arena               *arena;
    struct error               *error;
    int64_t                     now_us;
    uint32_t                    node_count;
    uint32_t                    depth;      /* of brackets and NOTs that are open now, lists included */
    uint32_t                    list_depth; /* of lists that are open now */
    size_t                      list_bytes; /* of all list texts read so far */
    struct str                  open_lists[QUERY_LIST_MAX_DEPTH];
};

struct parser {
    struct parse_job *job;
    struct source     source;
};

/* Children while they are collected. */
struct node_list {
    struct query_node **nodes;
    uint32_t            count, capacity;
};

/* ---- All functions below return NULL (or false) when they have set the error ---- */

/* A node without children, counted against QUERY_MAX_NODES. */
struct query_node *parse_new_node(struct parser *parser, enum query_kind kind, size_t start, uint32_t column);
bool               parse_collect(struct parser *parser, struct node_list *list, struct query_node *node);
/* A node over the list's nodes; a list of one node gives that node. */
struct query_node *parse_join(struct parser *parser, enum query_kind kind, const struct node_list *list, size_t start);
struct query_node *parse_no_memory(struct parser *parser);
bool               parse_next(struct parser *parser);

/* words.c: TERM, GLOB or PHRASE from text as the tokeniser reads it. word is the lexeme it came from. */
struct query_node *parse_words(struct parser *parser, const struct lexeme *word, struct str text);
bool               parse_has_token(struct parser *parser, struct str text, bool *has_token_out);

/* values.c and value.c: the value behind "field:". is_group in the result where there were brackets. */
struct query_node *parse_field(struct parser *parser, const struct lexeme *name);
/* True where a field of that name exists (also case, raw, freq, list, and words of other tools). */
bool               parse_knows_field(struct str name);

/* lists.c: the query that a named list holds, and its values as alternatives of a field. */
struct query_node *parse_list(struct parser *parser, const struct lexeme *name);
typedef bool (*parse_source_fn)(struct parser *inner, void *context);
bool               parse_list_with(struct parser *parser, const struct lexeme *name, parse_source_fn read,
                                   void *context);

/* parse.c: the whole of a source, up to its end. */
struct query_node *parse_source(struct parser *parser);

/* foreign.c: explains a word that another tool gives a meaning; false where it is a plain word. */
bool foreign_word(struct parser *parser, const struct lexeme *word);
/* The field that a name of another tool stands for where it means the same: FIELD_COUNT for none. */
enum query_field foreign_field(struct str name);
/* Words that explain a field of another tool; NULL for none. */
const char *foreign_field_help(struct str name);

/* names.c: the names nearest to word, as "author or authors"; empty where none is near. */
enum { NEAR_NAMES_BYTES = 200 };
const char *near_names(struct str word, const struct str *names, size_t count, char out[NEAR_NAMES_BYTES]);

#endif
