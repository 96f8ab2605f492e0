/* Memory for one request, one job, one query: many small pieces, given back at once. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/str.h"

struct arena_block;

/* Initialise by arena_init, or by {0} for an arena without a maximum. */
struct arena {
    struct arena_block *blocks; /* newest first */
    size_t              used_bytes;
    size_t              max_bytes; /* 0: no maximum */
};

void arena_init(struct arena *arena, size_t max_bytes);
void arena_fini(struct arena *arena);
/* Gives every piece back but keeps one block for the next round. */
void arena_reset(struct arena *arena);

/* Zeroed, aligned for any type, lives until reset or fini. NULL when the maximum is reached or memory has run out;
 * alloc(0) gives a valid pointer. */
void *arena_alloc(struct arena *arena, size_t bytes);
/* count * size with overflow checked. */
void *arena_array(struct arena *arena, size_t count, size_t size);
/* A copy in the arena, with a NUL after it for convenience. ptr is NULL on failure. */
struct str arena_str(struct arena *arena, struct str s);

/* Room for one more element behind `count`: doubled where capacity is reached, the elements copied. *rows_io may be NULL with capacity 0.
 * False where there is no memory; then nothing has changed. */
bool arena_grow(struct arena *arena, void **rows_io, size_t row_bytes, size_t count, size_t *capacity_io);

#define arena_new(arena, type) ((type *)arena_alloc((arena), sizeof(type)))

#endif
