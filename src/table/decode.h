/* Bytes of the encodings that exports come in, as UTF-8: a source in front of another. Tools write UTF-16 (Meltwater), spreadsheets on Windows their old code page. */
#ifndef TABLE_DECODE_H
#define TABLE_DECODE_H

#include "table/bytes.h"

enum encoding { ENCODING_UTF_8, ENCODING_UTF_16_LE, ENCODING_UTF_16_BE, ENCODING_WINDOWS_1252 };
extern const char *const encoding_names[4];

/* By the byte order mark; without one by the zeros between Latin letters; and where there are bytes that no UTF-8 has, and no letter that
 * only UTF-8 could have written, it is the code page of Windows. The beginning of a file is enough. */
enum encoding encoding_of(struct str beginning);

/* Initialise with {.source = ..., .encoding = ...}; the rest is its own. Half a pair of surrogates and bytes that mean nothing become U+FFFD.
 * A byte order mark passes through, as U+FEFF: the readers of lines and tables drop it. */
struct decode {
    struct bytes_source source;
    enum encoding       encoding;
    unsigned char       raw[4096];
    size_t              at, len;
    char                pending[4]; /* UTF-8 that the caller had no room for */
    size_t              pending_at, pending_len;
    bool                is_ended;
};
/* The decoded bytes; for UTF-8 simply the source's own. */
struct bytes_source decode_source(struct decode *decode);

#endif
