/* Within the room: the tokens of HTML, one after the other. */
#ifndef TEXT_HTML_SCAN_H
#define TEXT_HTML_SCAN_H

#include "base/buf.h"
#include "base/str.h"

enum html_kind { HTML_AT_END, HTML_WORDS, HTML_OPEN, HTML_CLOSE };
enum { HTML_NAME_BYTES = 16 }; /* longer names are none that matter: cut */

struct html_piece {
    enum html_kind kind;
    char           name[HTML_NAME_BYTES]; /* of a tag, lower case */
    struct str     attributes;            /* of an opening tag, as they stand */
    struct str     words;                 /* as they stand, entities and all */
    bool           is_literal;            /* entities in words are none: the inside of script, style and the like */
};

struct html_scan {
    struct str html;
    size_t     at;
    char       raw[HTML_NAME_BYTES]; /* the element whose inside is next and holds no tags; empty: none */
};

/* False at the end. Cost linear in what is taken. */
bool html_next(struct html_scan *scan, struct html_piece *piece_out);
/* The first attribute of that name (lower case), as it stands; ptr NULL where there is none. */
struct str html_attribute(struct str attributes, const char *name);
/* Appends s with its entities decoded. */
void html_decode(struct str s, bool is_attribute, struct buf *out);
/* The character reference at s.ptr[0] == '&' appended to out; its bytes, or 0 where it is none. */
size_t html_decode_one(struct str s, bool is_attribute, struct buf *out);

/* Made from the standard's table at build, sorted by name. Names without ; are those that may stand without. */
struct html_entity {
    const char *name, *value;
};
extern const struct html_entity html_entities[];
extern const size_t             html_entity_count;

#endif
