/* Sorting what a segment is made of. */
#ifndef ARCHIVE_ORDER_H
#define ARCHIVE_ORDER_H

#include "base/str.h"

/* Puts numbers (of count strings) into the byte order of strings[number]. False without memory.
 * Multikey quicksort with eight bytes at a time (Bentley and Sedgewick 1997, "Fast algorithms for sorting and searching strings";
 * the caching is Ng and Kakehi's, 2007): links that begin alike do not make it slow, nor does any input make it recurse. */
bool order_strings(uint32_t *numbers, uint32_t count, const struct str *strings);

#endif
