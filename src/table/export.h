/* The exports of other tools, known by what stands in them and never by their file's name.
 *
 * One row a tool, in export.c. A row is a claim with its evidence beside it: what the columns are called was read in public code that works with such
 * files and in the tools' own field lists; until somebody has imported a real one, the row says so. What a tool only estimates (reach, advertising value,
 * demographics) is not taken: a number that nobody counted would stand beside numbers that somebody did. docs/imports.md is written from these rows.
 */
#ifndef TABLE_EXPORT_H
#define TABLE_EXPORT_H

#include "table/columns.h"

enum export_form {
    EXPORT_TABLE,      /* a header row and records */
    EXPORT_WRAPPED,    /* JSON Lines: {"source_platform": .., "data": {the platform's own object}} */
    EXPORT_ANNOTATED,  /* JSON Lines: the platform's own object with "__import_meta" in it */
    EXPORT_ASSIGNMENT, /* window.YTD.tweets.part0 = [ {"tweet": ..} ] */
};

struct export_row {
    const char      *name;  /* as in --tool brandwatch */
    const char      *title; /* for people */
    enum export_form form;
    const char *signs; /* TABLE: folded headers that all stand in its header row; alternatives are joined by | */
    const char *maps;  /* TABLE: field=header,header ...: a field is the first of its headers that is not empty in a record. No others are taken. */
    const char *zone;  /* of times that name none: "UTC"; NULL: the account's, which the file does not say */
    const char *left_out, *evidence; /* for docs/imports.md, for the page and for --help */
};
extern const struct export_row export_rows[]; /* ends with a row without a name */

const struct export_row *export_by_name(struct str name); /* NULL: none */

/* The tool whose signs stand in a header row: the one with the most of them, or NULL. */
const struct export_row *export_of_headers(const struct header_row *row);

/* The tool whose JSON begins so, or NULL: X's assignment, Zeeschuimer's wrapping, 4CAT's note in the object. */
const struct export_row *export_of_beginning(struct str beginning);

#endif
