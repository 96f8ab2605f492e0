/* Files into an archive: JSON Lines, tables (CSV, TSV) and the exports of other tools (table/export.h), plain, gzip or Zstandard, or standard input.
 * What another tool tells of a post that is here already adds its figures and leaves its words (archive_add_retold).
 *
 * Lines are parsed and analysed by worker threads and added in their order by the caller's. What was committed stays,
 * whatever happens: importing the same file again adds only what is missing, because the archive knows every post by
 * its id.
 */
#ifndef LISTEN_IMPORT_H
#define LISTEN_IMPORT_H

#include "archive/archive.h"
#include "listen/stream.h"
#include "table/assemble.h"
#include "table/look.h"

#include <stdatomic.h>

/* Each line read is one of the others. Of the last commit: what an interruption cannot take back. */
struct import_counts {
    uint64_t read, added, duplicate, refreshed, edited, withheld, rejected;
    uint64_t doubts[POST_DOUBTS]; /* posts of which something is not sure, by what (post_doubt_words) */
};

struct import_progress {
    struct import_counts counts;
    uint64_t             bytes_taken, bytes_total; /* of the files as they are; total 0: not known (a pipe) */
    int64_t              elapsed_us;
    const char          *file; /* in hand */
};
typedef void (*import_progress_fn)(void *context, const struct import_progress *progress);

/* A post that is in the archive now, or was there already: both were found by who exported the file. */
struct import_found {
    const struct post *post;    /* until the call returns */
    int64_t            seen_us; /* when the tool says that it found it; 0: it does not say */
};

struct import_options {
    const char *const    *paths; /* "-" is standard input */
    size_t                path_count;
    enum table_format    format;
    struct column_options columns;
    const char           *rejected_folder; /* where rejected lines are kept */
    unsigned              commit_posts, commit_ms; /* commit after so many posts, or so long; 0: 20,000 and 250 */
    atomic_bool          *stop;            /* set by a signal: what is in hand is finished and committed; may be NULL */
    import_progress_fn    on_progress;     /* after every batch, from the caller's thread; may be NULL */
    /* What a file looks like, before the first of its posts; from the caller's thread; may be NULL. */
    void (*on_look)(void *context, const char *file, const struct table_shape *shape);
    /* Every post that was added, or is a duplicate, and then the commit that made them durable; from the caller's thread; may be NULL. So who
     * keeps a list of its own (sightings) gathers, and writes when they are sure. An error ends the import. */
    enum error_code (*on_found)(void *context, const struct import_found *found, struct error *error);
    enum error_code (*on_commit)(void *context, struct error *error);
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
/* The same into a client that is open: through its stream, a batch a commit, beside whatever else comes in. */
enum error_code import_into_stream(struct stream *stream, const struct import_options *options,
                                   struct import_report *report_out, struct error *error);

#endif
