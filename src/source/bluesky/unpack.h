/* Frames of Jetstream v2 that are packed with zstd and the server's own dictionary, into texts of a bounded size. */
#ifndef SOURCE_BLUESKY_UNPACK_H
#define SOURCE_BLUESKY_UNPACK_H

#include "base/buf.h"
#include "base/error.h"

struct unpacker;

enum { UNPACK_DICTIONARY_MAX_BYTES = 1024 * 1024 };

/* ERROR_INVALID: bytes are no dictionary. */
enum error_code unpacker_new(struct str dictionary, struct unpacker **unpacker_out, struct error *error);
void            unpacker_free(struct unpacker *unpacker);
unsigned        unpacker_dictionary(const struct unpacker *unpacker); /* its number */
/* One frame. Valid until the next call. ERROR_INVALID: not packed with it, or cut short; ERROR_TOO_LARGE: over most_bytes, however small it came. */
enum error_code unpacker_take(struct unpacker *unpacker, struct str packed, size_t most_bytes, struct str *text_out,
                              struct error *error);

#endif
