/* Imports of a client that run: one at a time, on a thread of their own, into its stream. */
#ifndef API_IMPORTER_H
#define API_IMPORTER_H

#include "api/api.h"
#include "intake/intake.h"

struct importer;

/* What was running when the program ended is marked as stopped. The workspace's stream and records are open. */
enum error_code importer_new(struct workspace *workspace, struct importer **importer_out, struct error *error);
/* Stops what runs (what was committed is kept) and waits for it. Legal on NULL. */
void            importer_free(struct importer *importer);

/* import.state becomes running. ERROR_BUSY: another one runs (it is named). */
enum error_code importer_start(struct importer *importer, const struct intake_import *import, struct error *error);
/* False: it does not run here. */
bool            importer_stop(struct importer *importer, int64_t id);

struct importer_progress {
    struct import_counts counts;
    uint64_t             bytes_taken, bytes_total;
    int64_t              elapsed_us;
};
bool importer_progress(struct importer *importer, int64_t id, struct importer_progress *progress_out);

/* Once a minute: files that nobody came back to go. */
enum error_code importer_tick(struct workspace *workspace, int64_t now_us, struct error *error);

#endif
