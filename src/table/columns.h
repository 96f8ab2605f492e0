/* Which column of a table is which member of a post, and a record turned into a post by it. */
#ifndef TABLE_COLUMNS_H
#define TABLE_COLUMNS_H

#include "table/csv.h"
#include "table/times.h"
#include "post/post.h"

enum column {
    COLUMN_AT, COLUMN_TEXT, COLUMN_TITLE, COLUMN_ID, COLUMN_PLATFORM,
    COLUMN_AUTHOR, COLUMN_AUTHOR_ID, COLUMN_AUTHOR_NAME, COLUMN_FOLLOWERS,
    COLUMN_URL, COLUMN_LINK, COLUMN_LANG, COLUMN_COMMUNITY, COLUMN_KIND,
    COLUMN_THREAD, COLUMN_REPLY_TO, COLUMN_REPOST_OF, COLUMN_QUOTE_OF,
    COLUMN_LIKES, COLUMN_REPOSTS, COLUMN_REPLIES, COLUMN_QUOTES, COLUMN_VIEWS,
    COLUMN_COUNT
};

/* One row of the table of columns: --help and the manual page are printed from it. */
struct column_row {
    enum column column;
    const char *name;     /* as in --map name=Header */
    const char *synonyms; /* folded headers that mean it, the surest first, separated by blanks */
    const char *meaning;
};
extern const struct column_row column_rows[COLUMN_COUNT];

/* --map name=Header */
struct column_override {
    enum column column;
    struct str  header;
};
/* "author=Screen Name" into *override_out; header points into text. ERROR_USAGE names the columns there are. */
enum error_code column_override_parse(const char *text, struct column_override *override_out, struct error *error);

struct column_options {
    const struct column_override *overrides;
    size_t                        override_count;
    struct str                    platform; /* where no column says it; may be empty */
    enum date_order               date_order;
};

enum { COLUMN_NONE = -1 };

struct columns {
    int        of[COLUMN_COUNT]; /* index into a record's fields, or COLUMN_NONE */
    size_t     header_fields;
    struct str platform; /* of every post: given, or told by the headers; empty: the column or the link says it */
    enum date_order date_order;
};

/* Maps a header row. Returns how many columns it knows, or 0 where the row is no header: a header has a time, and a
 * text or title. */
int columns_map(const struct str *headers, size_t count, const struct column_options *options,
                struct columns *columns_out);

/* The post that a record holds, checked as post_check does, in arena. An id is "platform:native"; where there is none
 * it is made of platform, author, time and text, so that the same record always gets the same id. Without an author
 * every post is its own voice. Errors: ERROR_INVALID, ERROR_TOO_LARGE (name the column), ERROR_MEMORY. */
enum error_code columns_to_post(const struct columns *columns, const struct str *fields, size_t count,
                                struct arena *arena, struct post *post_out, struct error *error);

#endif
