/* Where bytes come from, as the readers of lines and of CSV see it: a function that gives the next ones. */
#ifndef TABLE_BYTES_H
#define TABLE_BYTES_H

#include "base/error.h"
#include "base/str.h"

/* Up to len bytes into bytes; *got_out is 0 only at the end. Fewer than len is normal. */
typedef enum error_code (*bytes_read_fn)(void *context, char *bytes, size_t len, size_t *got_out, struct error *error);

struct bytes_source {
    bytes_read_fn read;
    void         *context;
};

/* A source over bytes in memory that gives at most `most` a call (0: all that is asked for). The caller owns both. */
struct bytes_memory {
    struct str left;
    size_t     most;
};
struct bytes_source bytes_source_of_memory(struct bytes_memory *memory);

#endif
