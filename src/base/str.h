/* A slice of bytes that somebody else owns: pointer and length, not terminated, may hold NUL. */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
    const char *ptr; /* may be NULL where len is 0 */
    size_t      len; /* bytes */
};

#define STR(literal) ((struct str){(literal), sizeof(literal) - 1})
/* For printf: printf("%.*s", STR_ARG(name)) */
#define STR_ARG(s) ((int)(s).len), ((s).ptr ? (s).ptr : "")

static inline struct str str_of(const char *terminated)
{
    return (struct str){terminated, terminated ? strlen(terminated) : 0};
}

static inline struct str str_slice(const char *ptr, size_t len)
{
    return (struct str){ptr, len};
}

static inline bool str_equal(struct str a, struct str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* Byte order, shorter first among equal beginnings: the order of every sorted dictionary. */
static inline int str_compare(struct str a, struct str b)
{
    size_t shared = a.len < b.len ? a.len : b.len;
    int    order = shared ? memcmp(a.ptr, b.ptr, shared) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

static inline bool str_starts_with(struct str s, struct str prefix)
{
    return s.len >= prefix.len && (prefix.len == 0 || memcmp(s.ptr, prefix.ptr, prefix.len) == 0);
}

static inline bool str_ends_with(struct str s, struct str suffix)
{
    return s.len >= suffix.len && (suffix.len == 0 || memcmp(s.ptr + s.len - suffix.len, suffix.ptr, suffix.len) == 0);
}

struct str str_trim(struct str s); /* without ASCII white space at both ends */
bool       str_contains(struct str haystack, struct str needle);
bool       str_equal_ascii_nocase(struct str a, struct str b);
bool       str_to_i64(struct str s, int64_t *number_out);   /* the whole slice, decimal, no overflow */
bool       str_to_double(struct str s, double *number_out); /* the whole slice, finite, locale-free */
/* Takes the bytes before the first separator off the front of *rest; false when nothing is left. */
bool       str_next_field(struct str *rest, char separator, struct str *field_out);

#endif
