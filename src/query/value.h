/* Values behind "field:". values.c reads how many there are, value.c what one says. */
#ifndef QUERY_VALUE_H
#define QUERY_VALUE_H

#include "query/parse.h"

enum special { SPECIAL_FIELD, SPECIAL_CASE, SPECIAL_RAW, SPECIAL_FREQ, SPECIAL_LIST };

/* The field whose values are being read. */
struct value_reader {
    struct parser *parser; /* of the source that the values stand in: the query or a list */
    enum special   special;
    const struct query_field_row *row; /* of SPECIAL_FIELD, else NULL */
    const char    *name;               /* as it is written here */
};

/* The node of one value; NULL when the error is set. */
struct query_node *value_read(struct value_reader *reader, const struct lexeme *value);

#endif
