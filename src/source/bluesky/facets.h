/* What in a text of ours is a link, a mention or a tag, as facets: spans in bytes of UTF-8, as the network counts. */
#ifndef SOURCE_BLUESKY_FACETS_H
#define SOURCE_BLUESKY_FACETS_H

#include "base/json.h"
#include "base/str.h"

enum { FACETS_MAX = 64, BLUESKY_TEXT_GRAPHEMES = 300, BLUESKY_TEXT_BYTES = 3000 };

enum facet_kind { FACET_LINK, FACET_MENTION, FACET_TAG };
struct facet {
    enum facet_kind kind;
    size_t          from, to; /* bytes of the text */
    struct str      value;    /* link: the address; mention: the handle without @; tag: without # */
    char            did[256]; /* mention: to be filled by whoever can; empty: no facet */
};
/* In order, none over another; the first FACETS_MAX. */
size_t facets_find(struct str text, struct facet facets_out[FACETS_MAX]);
/* The member "facets", where there are any. */
void   facets_print(const struct facet *facets, size_t count, struct json *json);
/* Grapheme clusters (Unicode, UAX 29), as the limit counts them; SIZE_MAX where it cannot be told. */
size_t facets_graphemes(struct str text);

#endif
