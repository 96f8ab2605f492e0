/* The listening language: parse, print, lint, and match one post. docs/query.md is its manual, and its examples are tests.
 *
 *     delay* NEAR/3 (bag OR luggage) NOT author:jetbluenews since:2015-02-20 <<< the storm >>>
 *
 * Precedence: NEAR > NOT > AND > OR; words side by side are AND; brackets group. A word that the tokeniser splits ("wi-fi") is a phrase.
 * query_match is the definition of what a query means; the archive's index must answer the same.
 */
#ifndef QUERY_QUERY_H
#define QUERY_QUERY_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "post/post.h"
#include "text/text.h"

enum { QUERY_MAX_BYTES = 64 * 1024, QUERY_MAX_NODES = 8192, QUERY_MAX_DEPTH = 128, QUERY_MAX_NEAR = 100, QUERY_LIST_MAX_DEPTH = 8 };

enum query_kind {
    QUERY_ALL,    /* every post: an empty query, or * alone */
    QUERY_AND,    /* children, two or more */
    QUERY_OR,     /* children, two or more */
    QUERY_NOT,    /* one child */
    QUERY_TERM,   /* one key: word, #tag, @mention, $cashtag, emoji */
    QUERY_GLOB,   /* a key with * (any run) or ? (one character); the sigil, if any, is literal */
    QUERY_PHRASE, /* children TERM or GLOB, at positions one after the other */
    QUERY_NEAR,   /* two or more children with spans; gap in distance; is_ordered for NEAR/nf and ONEAR/n */
    QUERY_CASE,   /* case:"JetBlue": the surface form of a word or phrase, exactly as written, at token borders */
    QUERY_RAW,    /* raw:"50% off!": the bytes of the text contain it, case as written */
    QUERY_FREQ,   /* freq:n:word: its child (TERM, GLOB or PHRASE) stands in the post at least n times */
    QUERY_FIELD,  /* field:value, field:>=n, since:, until: */
};

enum query_field {
    FIELD_AUTHOR, FIELD_PLATFORM, FIELD_COMMUNITY, FIELD_KIND, FIELD_LANG, FIELD_TAG, FIELD_MENTION, FIELD_LINK, FIELD_SITE,
    FIELD_URL, FIELD_THREAD, FIELD_HAS, FIELD_LIKES, FIELD_REPOSTS, FIELD_REPLIES, FIELD_FOLLOWERS, FIELD_SINCE, FIELD_UNTIL, FIELD_ID,
    FIELD_COUNT
};

enum query_value { VALUE_TEXT, VALUE_NUMBER, VALUE_TIME, VALUE_FLAG };

/* One row of the field table: the manual, --help and completion are printed from it. */
struct query_field_row {
    enum query_field field;
    const char      *name;
    enum query_value value;
    bool             allows_glob;
    const char      *example, *meaning;
};
extern const struct query_field_row query_fields[FIELD_COUNT];

/* has: values, in the order of their bits. */
enum { HAS_LINK = 1, HAS_IMAGE = 2, HAS_VIDEO = 4, HAS_AUDIO = 8, HAS_MEDIA = 16, HAS_TAG = 32, HAS_MENTION = 64, HAS_EMOJI = 128,
       HAS_REPLY = 256, HAS_REPOST = 512, HAS_QUOTE = 1024, HAS_QUESTION = 2048 };

enum query_compare { COMPARE_EQUAL, COMPARE_LESS, COMPARE_LESS_EQUAL, COMPARE_GREATER, COMPARE_GREATER_EQUAL };

struct query_node {
    enum query_kind     kind;
    uint32_t            column;      /* 1-based character column in the source where it starts */
    uint32_t            child_count;
    struct query_node **children;
    struct str          text;        /* TERM, GLOB: folded key; CASE, RAW: as written; FIELD of text: folded value (glob allowed) */
    uint32_t            distance;    /* NEAR: most words between two neighbouring spans; FREQ: least count */
    bool                is_ordered;  /* NEAR */
    bool                has_glob;    /* FIELD: text holds * or ? */
    enum query_field    field;       /* FIELD */
    enum query_compare  compare;     /* FIELD with a number */
    int64_t             number;      /* FIELD: number, microseconds for since/until, a HAS_ bit */
    bool                is_group;    /* came from brackets or a named list; only printing cares */
};

/* A named list: (name, query). "list:brands" in a query stands for its text in brackets. */
struct query_list {
    struct str name, text;
};

struct query_options {
    const struct query_list *lists;
    size_t                   list_count;
    int64_t                  now_us; /* for since:24h and until:1d; 0: the wall clock */
};

struct query {
    struct query_node *root; /* in the arena */
    struct str         source;
};

/* Parses source into *query_out, in arena. A glob must keep at least one literal character ("*" alone is QUERY_ALL).
 * Errors: ERROR_SYNTAX "column 12: expected a word or '(' after AND, found ')'", with a hint that draws the place; ERROR_TOO_LARGE over
 * the limits above (a nest of named lists too). */
enum error_code query_parse(struct str source, const struct query_options *options, struct text_analyser *analyser,
                            struct arena *arena, struct query *query_out, struct error *error);

/* Text that parses to the same tree (query_equal). */
void query_print(const struct query_node *node, struct buf *out);
bool query_equal(const struct query_node *a, const struct query_node *b);

/* One remark of the linter. */
struct query_remark {
    uint32_t   column;
    bool       is_costly;  /* else pointless or probably not what was meant */
    struct str message;    /* why */
    struct str suggestion; /* the clause rewritten, or empty */
};
enum error_code query_lint(const struct query *query, struct arena *arena, struct query_remark **remarks_out, size_t *count_out,
                           struct error *error);

/* What a query looks at: the post and what text_analyse found in it. */
struct query_doc {
    const struct post       *post;
    const struct text_facts *facts;
};

/* The definition. scratch is reset by the caller between posts. */
bool query_match(const struct query_node *node, const struct query_doc *doc, struct text_analyser *analyser, struct arena *scratch);

/* ---- The pieces that the archive shares with the matcher, so that there is one meaning ---- */

/* A run of positions [first, last] where a node matches. */
struct span {
    uint32_t first, last;
};
struct span_list {
    struct span *spans; /* sorted by first, then last; in scratch */
    size_t       count;
};

/* Where a leaf (TERM or GLOB) stands in one document: ascending positions into *positions_out. */
typedef size_t (*query_positions_fn)(void *context, const struct query_node *leaf, struct arena *scratch, const uint32_t **positions_out);
/* Spans of TERM, GLOB, PHRASE, NEAR, and OR of those. */
struct span_list query_spans(const struct query_node *node, query_positions_fn positions, void *context, struct arena *scratch);

/* * and ? over UTF-8; both sides folded by the caller. */
bool query_glob_match(struct str pattern, struct str value);
bool query_compare_number(enum query_compare compare, int64_t value, int64_t wanted); /* unknown (-1) never matches */
uint32_t query_has_bits(const struct post *post, const struct text_facts *facts);
/* True where a node can only be decided by looking at the post's own text: CASE, RAW, and fields that no column keeps (url). */
bool query_needs_text(const struct query_node *node);

#endif
