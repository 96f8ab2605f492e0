/* A file to import, as one stream of plain bytes: plain, gzip or Zstandard, told apart by their first bytes and never
 * by their name; "-" is standard input. What is not written in UTF-8 (decode.h) comes out in it. Reads as it goes: memory does not depend on the size of the file (but for a
 * Zstandard window of up to 128 MiB). */
#ifndef TABLE_INPUT_H
#define TABLE_INPUT_H

#include "table/bytes.h"
#include "table/decode.h"

#include <stdatomic.h>

struct input;

enum { INPUT_PEEK_BYTES = 64 * 1024 };

/* Opens path and looks at its first bytes. stop (may be NULL) ends a wait for bytes with ERROR_CANCELLED.
 * Errors: ERROR_NOT_FOUND, ERROR_IO, ERROR_MEMORY. path and stop must outlive the input. */
enum error_code input_open(const char *path, const atomic_bool *stop, struct input **input_out, struct error *error);
void            input_close(struct input *input);

/* The next bytes as text. ERROR_CORRUPT where a compressed file is broken or cut short: what came before is good. */
enum error_code     input_read(struct input *input, char *bytes, size_t len, size_t *got_out, struct error *error);
struct bytes_source input_source(struct input *input);

/* The first bytes (at most INPUT_PEEK_BYTES), without taking them away. Valid until the next read; what there was
 * before an error is given too. */
enum error_code input_peek(struct input *input, struct str *bytes_out, struct error *error);

/* Bytes of the file itself taken so far, and its size; 0 where that is not known (a pipe). Safe to ask from another
 * thread. */
uint64_t input_bytes_taken(const struct input *input);
uint64_t input_bytes_total(const struct input *input);

/* How the text is written; known once it was peeked at or read. */
enum encoding input_encoding(const struct input *input);

/* What people call it: the path, or "standard input". */
const char *input_name(const struct input *input);

#endif
