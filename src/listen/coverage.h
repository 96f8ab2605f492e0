/* What was not captured. A chart that shows nothing where nothing was listened to lies; so a client keeps a ledger of its gaps, and every
 * chart hatches them.
 *
 *     the server was not running    last sign of life ─▶ start       only for clients into which posts came live in the week before
 *     pushes were refused           first refusal ─▶ next success    a full or failing disk
 *     a source says so              POST /coverage                   its platform was away, its cursor was too old ...
 *
 * The ledger is a value of the archive (archive_put_state), not a table of records.db: it is copied, moved and erased with the posts it tells
 * of, it can be read where no server runs, and it is written in the commit that ends the gap.
 */
#ifndef LISTEN_COVERAGE_H
#define LISTEN_COVERAGE_H

#include "listen/stream.h"

enum { COVERAGE_TEXT_BYTES = 128, COVERAGE_GAPS_MAX = 10000 };

struct coverage_gap {
    int64_t from_us, until_us;             /* [from, until) */
    char    reason[COVERAGE_TEXT_BYTES];   /* "the server was not running" */
    char    source[COVERAGE_TEXT_BYTES];   /* the source that missed something; empty: all of them */
};

/* ---- The maths: pure ---- */

struct coverage { /* {0} is: nothing was missed. By from_us, then source, then reason */
    struct coverage_gap *gaps;
    size_t               count, capacity;
};

void coverage_fini(struct coverage *coverage);
/* Adds a gap; gaps of one source and reason that touch become one. False without memory, or when there would be more than
 * COVERAGE_GAPS_MAX: then nothing has changed. Nothing is added where until_us <= from_us. */
bool coverage_add(struct coverage *coverage, const struct coverage_gap *gap);
/* What was missed came after all: takes [from, until) out of the gaps of a source (empty: of all). False as above. */
bool coverage_fill(struct coverage *coverage, int64_t from_us, int64_t until_us, const char *source);
/* The gaps that touch [since, until), cut to it, in arena. NULL without memory. */
struct coverage_gap *coverage_clip(const struct coverage *coverage, int64_t since_us, int64_t until_us, struct arena *arena, size_t *count_out);
/* Bytes: a version (1), then varints and sized strings. Reading: ERROR_CORRUPT, ERROR_MEMORY. */
void            coverage_encode(const struct coverage *coverage, struct buf *out);
enum error_code coverage_decode(struct str bytes, struct coverage *coverage_out, struct error *error);

/* ---- Of a stream ---- */

/* The gaps in [since, until), and from when on posts are still arriving: now less the lag (from a post's time to its commit) that nine in ten
 * of the last thousand posts kept, of those published since the stream was opened; 0 where there are fewer than twenty. Any thread. */
enum error_code stream_coverage(struct stream *stream, int64_t since_us, int64_t until_us, struct arena *arena, struct coverage_gap **gaps_out,
                                size_t *count_out, int64_t *arriving_from_us_out, struct error *error);
/* Durable when they return. ERROR_INVALID: it ends before it begins, or in the future; ERROR_TOO_LARGE over COVERAGE_GAPS_MAX. */
enum error_code stream_coverage_add(struct stream *stream, const struct coverage_gap *gap, struct error *error);
enum error_code stream_coverage_fill(struct stream *stream, int64_t from_us, int64_t until_us, const char *source, struct error *error);
/* The ledger of an archive that is open for reading. */
enum error_code coverage_read(struct archive *archive, struct coverage *coverage_out, struct error *error);

#endif
