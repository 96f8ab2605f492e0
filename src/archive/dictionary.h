/* A sorted list of distinct byte strings, numbered 0, 1, 2 ... in byte order, so that a beginning is a range of numbers.
 *
 * Bytes: blocks of DICTIONARY_BLOCK strings. In a block the first string is whole, the others leave out what they share with
 * the one before:  varint shared length (absent for the first) · varint length of the rest · the rest.
 * A column holds the offset of each block, and one more for the end.
 * A lookup is a binary search over the first strings of the blocks, then a walk through one block.
 */
#ifndef ARCHIVE_DICTIONARY_H
#define ARCHIVE_DICTIONARY_H

#include "archive/column.h"
#include "base/error.h"

enum { DICTIONARY_BLOCK = 16 };
#define DICTIONARY_NONE UINT32_MAX

struct dictionary {
    struct str    bytes;
    struct column block_at; /* offset of each block in bytes, and the end */
    uint32_t      count;
};

/* String i into *value_out, which points into scratch and lives until scratch changes. ERROR_CORRUPT, ERROR_MEMORY. */
enum error_code dictionary_value(const struct dictionary *dictionary, uint32_t i, struct buf *scratch, struct str *value_out,
                                 struct error *error);
/* The number of the first string that is not less than key; count where all are less. */
enum error_code dictionary_lower_bound(const struct dictionary *dictionary, struct str key, uint32_t *i_out, struct error *error);
/* Its number, or DICTIONARY_NONE. */
enum error_code dictionary_find(const struct dictionary *dictionary, struct str key, uint32_t *i_out, struct error *error);
/* The strings that begin with prefix are [first, end). */
enum error_code dictionary_range(const struct dictionary *dictionary, struct str prefix, uint32_t *first_out, uint32_t *end_out,
                                 struct error *error);

/* Walks from one string to the next without decoding a block anew:
 *     struct dictionary_cursor cursor = dictionary_cursor_at(&dictionary, first);
 *     while (cursor.i < end && dictionary_next(&cursor, &value)) ... cursor.i is now one past value's number
 *     if (cursor.has_failed) ...
 *     dictionary_cursor_fini(&cursor); */
struct dictionary_cursor {
    const struct dictionary *dictionary;
    uint32_t                 i; /* number of the string that dictionary_next gives */
    struct reader            reader;
    struct buf               value;
    bool                     is_placed, has_failed;
};
struct dictionary_cursor dictionary_cursor_at(const struct dictionary *dictionary, uint32_t first);
/* False at the end, or with has_failed set on broken bytes or without memory. *value_out lives until the next call. */
bool dictionary_next(struct dictionary_cursor *cursor, struct str *value_out);
void dictionary_cursor_fini(struct dictionary_cursor *cursor);

/* Writing: strings in ascending byte order, each once. {0}-initialise; fini frees. */
struct dictionary_writer {
    struct buf bytes, last;
    int64_t   *block_at;
    uint32_t   block_count, block_capacity, count;
    bool       has_failed;
};
void dictionary_write(struct dictionary_writer *writer, struct str value);
void dictionary_writer_end(struct dictionary_writer *writer); /* notes the end; block_at then has block_count + 1 entries */
void dictionary_writer_fini(struct dictionary_writer *writer);

#endif
