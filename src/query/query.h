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

enum {
    QUERY_MAX_BYTES = 64 * 1024,
    QUERY_MAX_NODES = 8192,       /* named lists included */
    QUERY_MAX_DEPTH = 128,        /* of brackets, and of the tree */
    QUERY_MAX_NEAR = 100,         /* words between */
    QUERY_MAX_NEAR_GROUPS = 8,    /* that one NEAR joins in any order; in order there may be more */
    QUERY_MAX_FREQ = 10000,
    QUERY_MAX_GLOB_BYTES = 256,   /* of a word or value with wildcards */
    QUERY_LIST_MAX_DEPTH = 8,     /* lists within lists */
    QUERY_LIST_MAX_BYTES = 1024 * 1024, /* of list texts read for one query */
};

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

/* has: values, in the order of their bits; query_has_flags has a row for each. */
enum { HAS_LINK = 1, HAS_IMAGE = 2, HAS_VIDEO = 4, HAS_AUDIO = 8, HAS_MEDIA = 16, HAS_TAG = 32, HAS_MENTION = 64, HAS_EMOJI = 128,
       HAS_REPLY = 256, HAS_REPOST = 512, HAS_QUOTE = 1024, HAS_QUESTION = 2048, HAS_COUNT = 12 };
struct query_has_row {
    uint32_t    bit;
    const char *name, *meaning;
};
extern const struct query_has_row query_has_flags[HAS_COUNT];

enum query_compare { COMPARE_EQUAL, COMPARE_LESS, COMPARE_LESS_EQUAL, COMPARE_GREATER, COMPARE_GREATER_EQUAL };

struct query_node {
    enum query_kind     kind;
    uint32_t            column;      /* 1-based character column in the source where it starts */
    uint32_t            height;      /* longest way down to a leaf, 0 for a leaf; at most QUERY_MAX_DEPTH */
    uint32_t            child_count;
    struct query_node **children;
    struct str          text;        /* TERM, GLOB: folded key; CASE, RAW: as written; FIELD of text: the value in the form that
                                        query_value_accepts compares (folded, no sigil, no scheme) */
    uint32_t            distance;    /* NEAR: most words between two neighbouring spans (query_spans); FREQ: least count of spans */
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

/* The definition. scratch is reset by the caller between posts; without memory it is false. */
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

/* Where a leaf (TERM or GLOB) stands in one document: ascending positions, each once, into *positions_out. */
typedef size_t (*query_positions_fn)(void *context, const struct query_node *leaf, struct arena *scratch, const uint32_t **positions_out);

/* Spans of TERM, GLOB, PHRASE, NEAR, and OR of those.
 *   TERM, GLOB  [p, p] for each position of a key that the leaf accepts
 *   PHRASE      [p, p + k - 1] where its k children stand at p, p + 1, ...
 *   OR          all spans of its children, each once
 *   NEAR n      choose one span of each child, so that no two overlap; put them in order of place; between neighbours are at most
 *               n positions (ordered: and they come in the order of the children). They cover a run from the first span's
 *               first position to the last span's last. Of all such runs those are kept to which no shorter run begins at the
 *               same position, or no shorter run ends at the same position: at most two for each position.
 * Cost of NEAR with k children and N spans: N * 2^k (ordered: N) steps, and memory for the longest span: no combination is tried out.
 * Without memory: no spans. */
struct span_list query_spans(const struct query_node *node, query_positions_fn positions, void *context, struct arena *scratch);

/* * (any run of characters) and ? (one character) over UTF-8; both sides folded by the caller. */
bool query_glob_match(struct str pattern, struct str value);

/* True where a TERM or GLOB stands for this key of text.h. A glob without a sigil is about words and emoji, never about "#tag", "@name"
 * (their bare words have keys of their own) or links; a glob that begins with http:// or https:// is about links alone. */
bool query_leaf_accepts(const struct query_node *leaf, struct str key);

/* True where a FIELD of text accepts one value of a post. value is given
 *   author, platform, community, kind, lang    folded by text_fold (author: once for the handle, once for the id)
 *   tag, mention                               the key without its sigil
 *   site                                       a host, from text_link_host
 *   link, url                                  query_link_bare of the canonical link
 *   thread, id                                 the bytes (post_thread, id)
 * Equal, or matched by the glob, with two exceptions: site: takes subdomains too, and link: and url: take every link that begins with
 * the value. */
bool query_value_accepts(const struct query_node *field, struct str value);

/* A canonical link without its scheme and "www.": what link: and url: compare. A slice of link. */
struct str query_link_bare(struct str canonical_link);

/* The distinct canonical links of a post: those in its text in their order, then those that the platform lists beside it (only http and
 * https). *count_out is 0 where there are none. In arena; false without memory. */
bool query_post_links(const struct post *post, const struct text_facts *facts, struct arena *arena, struct str **links_out, size_t *count_out);

bool query_compare_number(enum query_compare compare, int64_t value, int64_t wanted); /* unknown (-1) never matches */
uint32_t query_has_bits(const struct post *post, const struct text_facts *facts);
/* True where a node can only be decided by looking at the post's own text: CASE, RAW, and fields that no column keeps (url). */
bool query_needs_text(const struct query_node *node);

/* The word of a comparison as it is written: "", "<", "<=", ">", ">=". */
extern const char *const query_compare_signs[5];

#endif
