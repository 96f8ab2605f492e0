#include "source/source.h"

#include <stdlib.h>

struct source_batch *source_batch_new(const char *sub)
{
    struct source_batch *batch = calloc(1, sizeof *batch);
    if (batch)
        snprintf(batch->sub, sizeof batch->sub, "%s", sub);
    return batch;
}

void source_batch_free(struct source_batch *batch)
{
    if (!batch)
        return;
    arena_fini(&batch->arena);
    free(batch);
}

struct source_item *source_batch_add(struct source_batch *batch, enum source_op op)
{
    if (batch->count == SOURCE_ITEMS_MAX)
        return NULL;
    if (batch->count == batch->capacity) {
        size_t              capacity = batch->capacity ? batch->capacity * 2 : 16;
        struct source_item *items;
        capacity = capacity < SOURCE_ITEMS_MAX ? capacity : SOURCE_ITEMS_MAX;
        items = arena_array(&batch->arena, capacity, sizeof *items);
        if (!items)
            return NULL;
        if (batch->count)
            memcpy(items, batch->items, batch->count * sizeof *items);
        batch->items = items;
        batch->capacity = capacity;
    }
    struct source_item *item = &batch->items[batch->count++];
    *item = (struct source_item){.op = op, .post = {.author_followers = POST_COUNT_UNKNOWN, .metrics = {POST_COUNT_UNKNOWN, POST_COUNT_UNKNOWN,
                                 POST_COUNT_UNKNOWN, POST_COUNT_UNKNOWN, POST_COUNT_UNKNOWN}}};
    return item;
}
