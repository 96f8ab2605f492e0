#include "base/arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_BYTES = 16 * 1024 };

struct arena_block {
    struct arena_block *next;
    size_t              size, used; /* bytes of data */
    max_align_t         data[];
};

void arena_init(struct arena *arena, size_t max_bytes)
{
    *arena = (struct arena){.max_bytes = max_bytes};
}

static void free_blocks(struct arena_block *block)
{
    while (block) {
        struct arena_block *next = block->next;
        free(block);
        block = next;
    }
}

void arena_fini(struct arena *arena)
{
    free_blocks(arena->blocks);
    *arena = (struct arena){.max_bytes = arena->max_bytes};
}

void arena_reset(struct arena *arena)
{
    if (arena->blocks) {
        free_blocks(arena->blocks->next);
        arena->blocks->next = NULL;
        arena->blocks->used = 0;
    }
    arena->used_bytes = 0;
}

void *arena_alloc(struct arena *arena, size_t bytes)
{
    size_t align = alignof(max_align_t);
    if (bytes > SIZE_MAX / 2)
        return NULL;
    bytes = (bytes + align - 1) / align * align;
    if (arena->max_bytes && (bytes > arena->max_bytes || arena->used_bytes > arena->max_bytes - bytes))
        return NULL;
    struct arena_block *block = arena->blocks;
    if (!block || block->size - block->used < bytes) {
        size_t size = block ? block->size * 2 : BLOCK_BYTES;
        if (size > 64 * BLOCK_BYTES)
            size = 64 * BLOCK_BYTES;
        if (size < bytes)
            size = bytes;
        block = malloc(sizeof *block + size);
        if (!block)
            return NULL;
        *block = (struct arena_block){.next = arena->blocks, .size = size};
        arena->blocks = block;
    }
    char *piece = (char *)block->data + block->used;
    block->used += bytes;
    arena->used_bytes += bytes;
    return memset(piece, 0, bytes);
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
    size_t bytes;
    return __builtin_mul_overflow(count, size, &bytes) ? NULL : arena_alloc(arena, bytes);
}

struct str arena_str(struct arena *arena, struct str s)
{
    char *copy = arena_alloc(arena, s.len + 1);
    if (!copy)
        return (struct str){0};
    if (s.len)
        memcpy(copy, s.ptr, s.len);
    return str_slice(copy, s.len);
}

bool arena_grow(struct arena *arena, void **rows_io, size_t row_bytes, size_t count, size_t *capacity_io)
{
    if (count < *capacity_io)
        return true;
    size_t capacity = *capacity_io ? *capacity_io * 2 : 16;
    void  *rows = arena_array(arena, capacity, row_bytes);
    if (!rows)
        return false;
    if (count)
        memcpy(rows, *rows_io, count * row_bytes);
    *rows_io = rows;
    *capacity_io = capacity;
    return true;
}
