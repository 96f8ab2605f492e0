/* Counts as spreadsheets and platforms write them. */
#ifndef TABLE_FIGURE_H
#define TABLE_FIGURE_H

#include "base/str.h"

#include <stdint.h>

/* A whole number: "1,234" "1.234" "1 234" "1'234" (and the narrow blanks of typographers), "12.0" "12,00", "1.234,5" "1,234.5", "1.2K" "3,4 M"
 * "1.2万". A fraction is cut off. POST_COUNT_UNKNOWN where it is empty, below zero or anything else. One separator with three digits behind it
 * is one of thousands: nobody has 1.234 likes. */
int64_t figure_of(struct str s);

#endif
