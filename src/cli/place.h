/* Where a client's things are, and opening them. */
#ifndef CLI_PLACE_H
#define CLI_PLACE_H

#include "archive/archive.h"
#include "cli/cli.h"
#include "query/query.h"

/* Fills data, client, client_folder and archive_folder from the options and the environment. ERROR_USAGE for a client's
 * name that is none. */
enum error_code place_find(struct cli *cli);

/* The client's archive for writing, made where it is missing. */
enum error_code place_open_writer(struct cli *cli, struct archive **archive_out);

/* An archive and a snapshot of it for reading; both NULL at first, and released together. */
struct place_reader {
    struct archive          *archive;
    struct archive_snapshot *snapshot;
};
/* ERROR_NOT_FOUND says how to begin. */
enum error_code place_open_reader(struct cli *cli, struct place_reader *reader_out);
void            place_close_reader(struct place_reader *reader);

/* The query that the arguments from the nth on make, or --query-file, or standard input for "-"; with the named lists
 * it uses. now_us is what since:24h counts from; 0: the wall clock. Without any words it is every post. */
enum error_code place_query(struct cli *cli, size_t from, int64_t now_us, struct query *query_out);
/* The same for text that is there already; with the client's named lists. */
enum error_code place_query_at(struct cli *cli, struct str text, int64_t now_us, struct query *query_out);
/* The text alone, as it was given. */
enum error_code place_query_text(struct cli *cli, struct str *text_out, size_t from);

/* The options that every command with a query has: put PLACE_QUERY_OPTIONS into its table. */
#define PLACE_QUERY_OPTIONS                                                                                   \
    {0, "query-file", "FILE", "read the query from a file; - is standard input"},                             \
    {0, "list", "NAME=FILE", "a named list for list:NAME in the query: one term a line, or a query; may be "   \
                             "given many times. Else the client's own list of that name is taken"}

#endif
