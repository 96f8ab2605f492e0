/* What the post resources share. */
#ifndef API_POSTS_H
#define API_POSTS_H

#include "api/table.h"

#define API_QUERY_PARAMETERS                                                                                                   \
    {.name = "q", .type = API_QUERY, .meaning = "a query of the listening language; empty: every post"},                       \
    {.name = "since", .type = API_TIME, .meaning = "published at this time or later: RFC 3339, a date, or a span back like 24h"}, \
    {.name = "until", .type = API_TIME, .meaning = "published before this time"}

/* "posts":[...] */
void posts_print(struct json *json, const struct post *posts, size_t count);

/* Streams every matching post (posts_export.c): pages of a snapshot that is held, so the export is one moment's. */
enum error_code posts_export(struct api_call *call, const struct query *query, enum archive_order order, enum table_format format);

#endif
