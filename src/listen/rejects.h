/* What could not be taken in, kept for people: one JSON object a line, {"file","line","reason","text"}. The file is
 * made with the first one. */
#ifndef LISTEN_REJECTS_H
#define LISTEN_REJECTS_H

#include "base/vfs.h"

enum { REJECTS_MAX = 100000, REJECTS_TEXT_MAX_BYTES = 2000 };

/* Initialise with {.folder = ..., .file = VFS_CLOSED}; the rest is its own. */
struct rejects {
    const char     *folder; /* made when needed */
    struct vfs_file file;   /* file.path names it once count > 0 */
    struct buf      pending;
    uint64_t        count;  /* all; only the first REJECTS_MAX are written */
};

/* Texts over REJECTS_TEXT_MAX_BYTES are cut and end in "…". Errors: those of writing a file. */
enum error_code rejects_add(struct rejects *rejects, const char *file, uint64_t line, struct str reason,
                            struct str text, struct error *error);
/* Writes what is pending. */
enum error_code rejects_flush(struct rejects *rejects, struct error *error);
void            rejects_fini(struct rejects *rejects);

#endif
