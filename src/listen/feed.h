/* The reader's side of an import: files in, batches of lines and records out. */
#ifndef LISTEN_FEED_H
#define LISTEN_FEED_H

#include "listen/batch.h"
#include "listen/import.h"
#include "listen/input.h"

struct feed {
    const struct import_options *options;
    struct batch_ring           *ring;
    atomic_bool                 *stop;
    uint64_t                     bytes_before; /* of the files that are done */
    /* How it ended; read after the thread has been joined. */
    struct error error;
    size_t       file; /* in hand */
    uint64_t     line;
};

/* Reads all files, then closes the ring. For pthread_create. */
void *feed_run(void *feed);

/* What a file looks like inside. */
struct feed_shape {
    bool           is_table;
    char           separator;
    struct columns columns;      /* of the header row */
    uint64_t       header_record; /* which record is the header, from 0: those before are a preamble */
};
/* Looks at the first bytes of a file. name only decides what its bytes leave open. Errors: ERROR_SYNTAX where it is a
 * table whose header names no time or text, or a JSON array. */
enum error_code feed_look(struct str beginning, const char *name, enum import_format format,
                          const struct column_options *columns, struct feed_shape *shape_out, struct error *error);

#endif
