/* Files into an archive: JSON Lines and tables (CSV, TSV), plain, gzip or Zstandard, or standard input.
 *
 * Lines are parsed and analysed by worker threads and added in their order by the caller's. What was committed stays,
 * whatever happens: importing the same file again adds only what is missing, because the archive knows every post by
 * its id.
 */
#ifndef LISTEN_IMPORT_H
#define LISTEN_IMPORT_H

#include "archive/archive.h"
#include "table/look.h"

#include <stdatomic.h>

/* Each line read is one of the others. Of the last commit: what an interruption cannot take back. */
struct import_counts {
    uint64_t read, added, duplicate, refreshed, edited, withheld, rejected;
};

struct import_progress {
    struct import_counts counts;
    uint64_t             bytes_taken, bytes_total; /* of the files as they are; total 0: not known (a pipe) */
    int64_t              elapsed_us;
    const char          *file; /* in hand */
};
typedef void (*import_progress_fn)(void *context, const struct import_progress *progress);

struct import_options {
    const char *const    *paths; /* "-" is standard input */
    size_t                path_count;
    enum table_format    format;
    struct column_options columns;
    const char           *rejected_folder; /* where rejected lines are kept */
    unsigned              commit_posts, commit_ms; /* commit after so many posts, or so long; 0: 20,000 and 250 */
    atomic_bool          *stop;            /* set by a signal: what is in hand is finished and committed; may be NULL */
    import_progress_fn    on_progress;     /* after every batch, from the caller's thread; may be NULL */
    void                 *context;
};

struct import_report {
    struct import_counts counts;
    int64_t              elapsed_us;
    char                 rejected_path[512]; /* empty where nothing was rejected */
    char stopped_file[512]; /* where an error or a stop came, and the line reached there; empty when all was read */
    uint64_t             stopped_line;
};

/* Imports every file in turn. The report is filled in any case: what is in it is in the archive.
 * A line that is no post is rejected, which is no error. Errors: ERROR_CANCELLED (stopped), ERROR_NOT_FOUND,
 * ERROR_CORRUPT (a compressed file is cut short), ERROR_SYNTAX (a table without a header row that can be understood),
 * ERROR_NO_SPACE and the archive's others. */
enum error_code import_run(struct archive *archive, const struct import_options *options,
                           struct import_report *report_out, struct error *error);

#endif
