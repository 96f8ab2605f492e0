/* Records of comma-, semicolon- or tab-separated values as RFC 4180 has them, read as a stream in bounded memory.
 *
 *     id,text            a record may span lines where a field is quoted:  7,"two
 *     7,"say ""hi"""     lines"
 *
 * Kinder than the RFC where real exports are: LF or CR LF, blank lines passed over, a quote inside a bare field taken
 * as it is. A quote that is opened and never closed spoils one line, not the file: the record is marked, and reading
 * goes on with the next line.
 */
#ifndef TABLE_CSV_H
#define TABLE_CSV_H

#include "base/buf.h"
#include "table/bytes.h"

enum { CSV_MAX_FIELDS = 1024 };

/* Initialise with {.source = ..., .separator = ...}; the rest is the reader's own. */
struct csv {
    struct bytes_source source;
    char                separator;
    struct buf          held;     /* [at, held.len) is not handed out yet */
    size_t              at, seen; /* [at, seen) was looked at and holds no end of a record */
    enum { CSV_FIELD_START, CSV_BARE, CSV_QUOTED, CSV_QUOTE_IN_QUOTED } state; /* at seen */
    uint64_t            line;     /* number of the line at `at`, from 1 */
    struct buf          cells;    /* unquoted bytes of the record handed out */
    size_t             *cell_ends;
    struct str         *fields;
    bool                is_ended, is_begun;
};

enum csv_state { CSV_RECORD, CSV_END, CSV_TOO_LONG /* over POST_LINE_MAX_BYTES */, CSV_UNCLOSED, CSV_TOO_MANY_FIELDS };

struct csv_record {
    enum csv_state    state;
    const struct str *fields; /* valid until the next call; none unless state is CSV_RECORD */
    size_t            count;
    uint64_t          line; /* where it begins */
    struct str        raw;  /* as it stands in the file; the beginning of it where it is too long */
};

/* Errors are the source's, and ERROR_MEMORY. A broken record is no error: its state says what is wrong. */
enum error_code csv_next(struct csv *csv, struct csv_record *record_out, struct error *error);
void            csv_fini(struct csv *csv);

#endif
