/* UTF-8 as Unicode 15, section 3.9 defines it: no surrogates, no overlong forms, nothing above U+10FFFF. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/buf.h"

/* Bytes of the valid character at s (1 to 4), or 0 where there is none. len > 0. */
size_t utf8_valid_length(const char *s, size_t len);
bool   utf8_is_valid(struct str s);
/* Appends s with every maximal broken part replaced by U+FFFD (Unicode's recommended practice). Returns how many were. */
size_t utf8_repair(struct str s, struct buf *out);
/* Decodes the valid character at *at and moves on. */
uint32_t utf8_next(struct str s, size_t *at);
bool     utf8_append(struct buf *out, uint32_t code_point);

#endif
