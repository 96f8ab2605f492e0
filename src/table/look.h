/* What a file of posts looks like inside, told from its first bytes. */
#ifndef TABLE_LOOK_H
#define TABLE_LOOK_H

#include "table/columns.h"

enum table_format { TABLE_FORMAT_AUTO, TABLE_FORMAT_JSONL, TABLE_FORMAT_CSV, TABLE_FORMAT_TSV };

/* What a file looks like inside. */
struct table_shape {
    bool           is_table;
    char           separator;
    struct columns columns;      /* of the header row */
    uint64_t       header_record; /* which record is the header, from 0: those before are a preamble */
};
/* Looks at the first bytes of a file. name only decides what its bytes leave open. Errors: ERROR_SYNTAX where it is a
 * table whose header names no time or text, or a JSON array. */
enum error_code table_look(struct str beginning, const char *name, enum table_format format,
                          const struct column_options *columns, struct table_shape *shape_out, struct error *error);

#endif
