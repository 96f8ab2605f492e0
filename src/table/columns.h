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
    COLUMN_CLOCK, COLUMN_SITE, COLUMN_SEEN,
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

struct zone;
struct export_row;
struct assembled;

struct column_options {
    const struct column_override *overrides;
    size_t                        override_count;
    struct str                    platform; /* where no column says it; may be empty */
    struct str                    author;   /* where no column says one; may be empty */
    enum date_order               date_order;
    const struct zone            *zone;     /* of times that name none; NULL: the file, or nobody, says it */
    const struct export_row      *tool;     /* what the table is, whatever its headers say; NULL: they say it */
    bool                          is_plain; /* no tool is recognised: the table is read by the synonyms alone */
};

/* A header row, made ready for questions. Strings belong to the row. */
struct header_row {
    const struct str *headers;
    size_t            count;
    struct str        zone; /* that a header names, as in "Date (UTC+1)"; empty: none does */
    uint64_t          folded[CSV_MAX_FIELDS]; /* hashes of the headers in lower case with _ between words; 0: too long to be known */
};
void header_row_init(struct header_row *row, const struct str *headers, size_t count);

/* Equal for the same set of headers, in whatever order and spelling. */
void header_row_key(const struct header_row *row, char key[20]);

enum { COLUMN_NONE = -1, COLUMN_CHOICES = 8 };

/* The place of a header, however it is written, or COLUMN_NONE. */
int header_row_find(const struct header_row *row, struct str wanted);

struct columns {
    int        of[COLUMN_COUNT]; /* index into a record's fields, or COLUMN_NONE */
    int        also[COLUMN_COUNT][COLUMN_CHOICES]; /* where that is empty in a record: the next, up to COLUMN_NONE */
    size_t     header_fields;
    struct str platform; /* of every post: given, or told by the headers; empty: the column or the link says it */
    struct str author;   /* of posts that name none; may be empty */
    enum date_order date_order;
    const struct zone *zone; /* of times that name none; NULL: nobody said it. Outlives the columns */
    const struct export_row *tool; /* whose export it is; NULL: nobody's that is known */
};

/* Maps a header row: by the tool whose export it is, else by synonyms; overrides come before both. Returns how many columns it knows (a tool's weigh
 * more than any number of synonyms), or 0 where the row is no header: a header has a time, and a text or title. */
int columns_map(const struct str *headers, size_t count, const struct column_options *options,
                struct columns *columns_out);

/* The post that a record holds (assemble.h), in arena. Errors: ERROR_INVALID, ERROR_TOO_LARGE (name the column), ERROR_MEMORY. */
enum error_code columns_assemble(const struct columns *columns, const struct str *fields, size_t count, struct arena *arena,
                                 struct assembled *assembled_out, struct error *error);
/* The same where only the post is wanted. */
enum error_code columns_to_post(const struct columns *columns, const struct str *fields, size_t count,
                                struct arena *arena, struct post *post_out, struct error *error);

#endif
