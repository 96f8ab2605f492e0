/* What people see: clean text, tables, bars and sparklines that fit the terminal. */
#ifndef CLI_SHOW_H
#define CLI_SHOW_H

#include "cli/cli.h"

/* Text that is safe on a terminal: one line, control characters and escape sequences made visible or dropped, invisible
 * reordering marks dropped. Posts are written by strangers; nothing of theirs reaches a terminal without this. In
 * arena; ptr is NULL without memory. */
struct str show_clean(struct arena *arena, struct str text);

/* The beginning of clean text that fits into so many columns, with … where something was cut. In arena. */
struct str show_cut(struct arena *arena, struct str clean, int columns);
/* Appends clean text and blanks up to so many columns; right-aligned where asked. */
void show_padded(struct buf *out, struct str clean, int columns, bool is_right);
/* Appends clean text wrapped behind an indent, at most max_lines lines, … after the last where there is more. */
void show_wrapped(struct buf *out, struct str clean, int columns, int indent, int max_lines);

/* ▁▂▃▄▅▆▇█ for the values, scaled to the largest; more values than cells are added up. */
void show_sparkline(struct buf *out, const uint32_t *values, size_t count, size_t cells);
/* A bar from zero in eighths of a column. */
void show_bar(struct buf *out, double share, int columns);

/* "1,234,567" in arena; "1.4 MiB"; "23 Feb 2015 10:04". */
struct str show_number(struct arena *arena, uint64_t number);
struct str show_bytes(struct arena *arena, uint64_t bytes);
struct str show_time(struct arena *arena, int64_t at_us);

/* printf into arena. */
__attribute__((format(printf, 2, 3))) struct str show_text(struct arena *arena, const char *format, ...);

/* Terminal styles, or "" where there is no colour. Brass is the one accent: it means now, live. */
const char *show_bold(const struct cli *cli);
const char *show_dim(const struct cli *cli);
const char *show_brass(const struct cli *cli);
const char *show_plain(const struct cli *cli);

/* A table: columns as wide as their cells, the flexible one cut so that a line fits. */
struct show_column {
    const char *title; /* "" for none */
    bool        is_right, is_flexible;
};
struct show_table {
    const struct show_column *columns;
    size_t                    column_count, row_count, row_capacity;
    struct str               *cells; /* rows of column_count; in the arena of the cli */
};
enum { SHOW_MAX_COLUMNS = 12 };
/* Adds a row of column_count cells, cleaned. */
enum error_code show_row(struct cli *cli, struct show_table *table, const struct str *cells);
/* Appends the table to cli->out. */
void show_table(struct cli *cli, const struct show_table *table);

#endif
