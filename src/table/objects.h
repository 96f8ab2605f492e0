/* The objects of one JSON array as a stream, in bounded memory: [ {..}, {..} ], also behind a name as in X's archives,
 *
 *     window.YTD.tweets.part0 = [ { "tweet" : { .. } }, .. ]
 *
 * Only brackets and strings are followed: whether an object is JSON is for who reads it. */
#ifndef TABLE_OBJECTS_H
#define TABLE_OBJECTS_H

#include "table/lines.h"

/* Initialise with {.source = ...}; the rest is the reader's own. */
struct objects {
    struct bytes_source source;
    struct buf          held; /* [at, held.len) is not handed out yet */
    size_t              at, seen;
    unsigned            depth; /* of brackets open at seen, within the object */
    bool                is_in_string, is_escaped, is_begun /* behind the array's [ */, is_ended;
    uint64_t            line; /* at seen, from 1 */
};

/* The next object as a line (number: where it begins; is_too_long: over POST_LINE_MAX_BYTES, its beginning; is_last: the end). Anything between two
 * objects is passed over, so a broken one spoils itself alone where its brackets close. Errors are the source's, and ERROR_MEMORY. */
enum error_code objects_next(struct objects *objects, struct line *line_out, struct error *error);
void            objects_fini(struct objects *objects);

#endif
