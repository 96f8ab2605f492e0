/* 64-bit hashes (XXH3) and a table from byte strings to dense numbers. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include "base/str.h"

uint64_t hash_bytes(const void *bytes, size_t len);
static inline uint64_t hash_str(struct str s) { return hash_bytes(s.ptr, s.len); }
/* Mixes two hashes into one; the order matters. */
uint64_t hash_mix(uint64_t a, uint64_t b);

/* A table that numbers distinct strings 0, 1, 2 ... in the order they are first seen. {0} is empty. It owns copies of the strings. */
struct interner {
    uint32_t   *slots;    /* number + 1, 0 is free; capacity is a power of two */
    uint64_t   *hashes;   /* of each number */
    struct str *strings;  /* of each number; valid until fini */
    uint32_t    count;    /* distinct strings */
    uint32_t    slot_count, string_capacity;
    struct interner_chunk *chunks;
    size_t      bytes;    /* memory held, roughly */
};

enum { INTERNER_NONE = UINT32_MAX };

void     interner_fini(struct interner *interner);
/* The string's number, new or known; INTERNER_NONE without memory. */
uint32_t interner_add(struct interner *interner, struct str s);
/* The string's number or INTERNER_NONE. */
uint32_t interner_find(const struct interner *interner, struct str s);

#endif
