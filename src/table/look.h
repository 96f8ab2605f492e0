/* What a file of posts looks like inside, told from its first bytes. */
#ifndef TABLE_LOOK_H
#define TABLE_LOOK_H

#include "table/columns.h"
#include "table/export.h"
#include "table/zone.h"

enum table_format { TABLE_FORMAT_AUTO, TABLE_FORMAT_JSONL, TABLE_FORMAT_CSV, TABLE_FORMAT_TSV };

enum table_kind { TABLE_LINES /* a post a line, in our JSON form */, TABLE_NATIVE_LINES, TABLE_OBJECTS /* of one array, in our form */, TABLE_NATIVE_OBJECTS, TABLE_RECORDS };

enum { SHAPE_QUERY_BYTES = 200 };

/* What a file looks like inside. It is not moved once it was looked at: columns may point into it. */
struct table_shape {
    enum table_kind kind;
    bool           is_table; /* RECORDS */
    char           separator;
    struct columns columns;      /* of the header row */
    uint64_t       header_record; /* which record is the header, from 0: those before are a preamble */
    const struct export_row *tool; /* whose it is, or NULL */
    struct str     author;       /* of NATIVE_OBJECTS: whose archive, in owner; may be empty */
    char           owner[64];
    char           key[20]; /* of RECORDS: equal for the same set of headers in whatever order */
    char           query[SHAPE_QUERY_BYTES]; /* what the tool was asked, where a preamble or a column says it */
    struct zone    zone;         /* of times that name none, by the person, the headers, a preamble or the tool's rule; has_zone: one of them said it */
    bool           has_zone, is_zone_said_by_file;
    enum date_order date_order;  /* of times like 03/04/2015 */
    bool           is_order_seen; /* the dates themselves decide it: one has a day above 12 */
    char           order_example[40]; /* the first such date; empty: there is none */
};
/* Looks at the first bytes of a file. name only decides what its bytes leave open. Errors: ERROR_SYNTAX where it is a
 * table whose header names no time or text, or a package (zip, xlsx). */
enum error_code table_look(struct str beginning, const char *name, enum table_format format,
                          const struct column_options *columns, struct table_shape *shape_out, struct error *error);

/* For who maps a table by hand: its first record with at least two fields, under the separator that makes the most of them, with the records behind it. */
struct table_sample {
    char        separator;
    uint64_t    header_record;
    struct str *headers;
    size_t      header_count;
    struct str **rows; /* row_count of them, header_count fields each, empty where a record is shorter */
    size_t      row_count;
};
/* rows: at most `most`. All in arena. header_record: where the header is known (shape), or UINT64_MAX. False: it is no table. */
bool table_sample(struct str beginning, bool is_whole, char separator, uint64_t header_record, size_t most, struct arena *arena,
                  struct table_sample *sample_out);

#endif
