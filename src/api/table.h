/* Rows for spreadsheets: CSV (RFC 4180) whose cells no spreadsheet takes for formulas (OWASP: a leading = + - @ tab or CR gets a '),
 * and the headers of a download. */
#ifndef API_TABLE_H
#define API_TABLE_H

#include "api/api.h"

enum table_format { TABLE_JSON, TABLE_CSV, TABLE_LINES };

/* The row that every list's parameters hold, and what was asked for. */
#define TABLE_FORMAT_PARAMETER \
    {.name = "format", .type = API_WORD, .words = "json csv jsonl", .meaning = "csv and jsonl give all rows as a download"}
enum table_format table_format(struct api_call *call);

/* Sets type and file name: "timeline-town.csv". UTF-8 begins with a byte order mark where CSV is wanted for Excel (bom). */
void table_begin(struct api_call *call, enum table_format format, const char *what);
void table_header(struct buf *out, const char *names); /* "at,count" */
void table_text(struct buf *out, struct str value);    /* each cell is followed by a comma */
void table_number(struct buf *out, int64_t value);
void table_real(struct buf *out, double value, int decimals);
void table_time(struct buf *out, int64_t at_us);       /* empty for 0 */
void table_end_row(struct buf *out);                   /* the last comma becomes CR LF */

#endif
