/* Lines of a stream, one after the other, in bounded memory. */
#ifndef TABLE_LINES_H
#define TABLE_LINES_H

#include "base/buf.h"
#include "table/bytes.h"

/* Initialise with {.source = ...}; the rest is the reader's own. */
struct lines {
    struct bytes_source source;
    struct buf          held;     /* [at, held.len) is not handed out yet */
    size_t              at, seen; /* no newline in [at, seen) */
    uint64_t            number;   /* of the line handed out last, from 1 */
    bool                is_ended;
};

struct line {
    struct str text;        /* without its newline (LF or CR LF); valid until the next call */
    uint64_t   number;      /* from 1 */
    bool       is_too_long; /* over POST_LINE_MAX_BYTES: text holds only its beginning, the rest was skipped */
    bool       is_last;     /* nothing follows and there is no line: the end */
};

/* The next line; a byte order mark before the first is dropped. At the end is_last, and so again afterwards.
 * Errors are the source's, and ERROR_MEMORY. */
enum error_code lines_next(struct lines *lines, struct line *line_out, struct error *error);
void            lines_fini(struct lines *lines);

#endif
