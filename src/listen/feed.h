/* The reader's side of an import: files in, batches of lines and records out. */
#ifndef LISTEN_FEED_H
#define LISTEN_FEED_H

#include "listen/batch.h"
#include "listen/import.h"
#include "table/input.h"
#include "table/look.h"

struct feed {
    const struct import_options *options;
    struct batch_ring           *ring;
    atomic_bool                 *stop;
    struct arena                *shapes; /* holds what each file looks like, until the ring is gone */
    uint64_t                     bytes_before; /* of the files that are done */
    /* How it ended; read after the thread has been joined. */
    struct error error;
    size_t       file; /* in hand */
    uint64_t     line;
};

/* Reads all files, then closes the ring. For pthread_create. */
void *feed_run(void *feed);

#endif
