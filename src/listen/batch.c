#include "listen/batch.h"

#include "table/native.h"

#include <stdlib.h>

enum error_code batch_ring_init(struct batch_ring *ring, struct error *error)
{
    *ring = (struct batch_ring){0};
    pthread_mutex_init(&ring->lock, NULL);
    pthread_cond_init(&ring->changed, NULL);
    for (size_t i = 0; i < BATCH_SLOTS; i++) {
        ring->slots[i].items = calloc(BATCH_ITEMS, sizeof *ring->slots[i].items);
        if (!ring->slots[i].items) {
            batch_ring_fini(ring);
            return error_set(error, ERROR_MEMORY, "no memory for %d batches of %d posts", BATCH_SLOTS, BATCH_ITEMS);
        }
    }
    return ERROR_NONE;
}

void batch_ring_fini(struct batch_ring *ring)
{
    for (size_t i = 0; i < BATCH_SLOTS; i++) {
        buf_fini(&ring->slots[i].bytes);
        arena_fini(&ring->slots[i].arena);
        free(ring->slots[i].items);
        ring->slots[i].items = NULL;
    }
    pthread_cond_destroy(&ring->changed);
    pthread_mutex_destroy(&ring->lock);
}

/* Waits until batch number *next is in the wanted state, and moves *next on. */
static struct batch *wait_for(struct batch_ring *ring, uint64_t *next, enum slot_state wanted, bool is_reader)
{
    pthread_mutex_lock(&ring->lock);
    for (;;) {
        struct batch *batch = &ring->slots[*next % BATCH_SLOTS];
        bool          will_come = is_reader || !ring->is_closed || *next < ring->filled;
        if (ring->is_given_up || !will_come)
            batch = NULL;
        else if (batch->state != wanted) {
            pthread_cond_wait(&ring->changed, &ring->lock);
            continue;
        }
        if (batch && !is_reader)
            ++*next;
        if (batch && wanted == SLOT_FILLED)
            batch->state = SLOT_WORKED_ON;
        pthread_mutex_unlock(&ring->lock);
        return batch;
    }
}

struct batch *batch_ring_to_fill(struct batch_ring *ring)
{
    struct batch *batch = wait_for(ring, &ring->filled, SLOT_EMPTY, true);
    if (batch) {
        buf_clear(&batch->bytes);
        arena_reset(&batch->arena);
        batch->item_count = 0;
    }
    return batch;
}

struct batch *batch_ring_to_work_on(struct batch_ring *ring)
{
    return wait_for(ring, &ring->begun, SLOT_FILLED, false);
}

struct batch *batch_ring_to_finish(struct batch_ring *ring)
{
    return wait_for(ring, &ring->finished, SLOT_DONE, false);
}

static void hand_on(struct batch_ring *ring, struct batch *batch, enum slot_state state, uint64_t *counter)
{
    pthread_mutex_lock(&ring->lock);
    batch->state = state;
    if (counter)
        ++*counter;
    pthread_cond_broadcast(&ring->changed);
    pthread_mutex_unlock(&ring->lock);
}

void batch_ring_filled(struct batch_ring *ring, struct batch *batch)
{
    hand_on(ring, batch, SLOT_FILLED, &ring->filled);
}

void batch_ring_worked_on(struct batch_ring *ring, struct batch *batch)
{
    hand_on(ring, batch, SLOT_DONE, NULL);
}

void batch_ring_finished(struct batch_ring *ring, struct batch *batch)
{
    hand_on(ring, batch, SLOT_EMPTY, NULL);
}

static void tell(struct batch_ring *ring, bool *flag)
{
    pthread_mutex_lock(&ring->lock);
    *flag = true;
    pthread_cond_broadcast(&ring->changed);
    pthread_mutex_unlock(&ring->lock);
}

void batch_ring_close(struct batch_ring *ring)
{
    tell(ring, &ring->is_closed);
}

void batch_ring_give_up(struct batch_ring *ring)
{
    tell(ring, &ring->is_given_up);
}

bool batch_is_full(const struct batch *batch)
{
    return batch->item_count == BATCH_ITEMS || batch->bytes.len >= BATCH_BYTES;
}

struct item *batch_add(struct batch *batch, enum item_kind kind, struct str raw, uint64_t line)
{
    require(batch->item_count < BATCH_ITEMS);
    struct item *item = &batch->items[batch->item_count];
    *item = (struct item){.kind = kind, .raw_start = batch->bytes.len, .raw_len = raw.len, .line = line};
    if (!buf_append_str(&batch->bytes, raw))
        return NULL;
    batch->item_count++;
    return item;
}

static enum error_code assemble_record(struct batch *batch, struct item *item, struct assembled *assembled, struct error *error)
{
    struct reader reader = reader_of(str_slice(batch->bytes.ptr + item->cells_start, item->cells_len));
    size_t        count = reader_varint(&reader);
    struct str   *fields = arena_array(&batch->arena, count, sizeof *fields);
    if (!fields)
        return error_set(error, ERROR_MEMORY, "no memory for a record of %zu fields", count);
    for (size_t i = 0; i < count; i++)
        fields[i] = reader_sized(&reader);
    return columns_assemble(&batch->shape->columns, fields, count, &batch->arena, assembled, error);
}

static enum error_code assemble_native(struct batch *batch, struct item *item, struct assembled *assembled, struct error *error)
{
    const struct table_shape *shape = batch->shape;
    struct assemble_rules     rules = {.author = shape->author, .zone = shape->has_zone ? &shape->zone : NULL};
    return native_to_post(shape->tool->form, batch_raw(batch, item), &rules, &batch->arena, assembled, error);
}

static enum error_code read_post(struct batch *batch, struct item *item, struct error *error)
{
    struct assembled assembled;
    if (item->kind == ITEM_JSON)
        return post_parse(batch_raw(batch, item), &batch->arena, &item->post, error);
    enum error_code code = item->kind == ITEM_RECORD ? assemble_record(batch, item, &assembled, error)
                                                     : assemble_native(batch, item, &assembled, error);
    item->post = assembled.post;
    item->seen_us = assembled.seen_us;
    item->doubts = assembled.doubts;
    return code;
}

void batch_work(struct batch *batch, struct text_analyser *analyser, unsigned want)
{
    for (size_t i = 0; i < batch->item_count; i++) {
        struct item *item = &batch->items[i];
        struct error error = {0};
        if (item->kind == ITEM_BAD)
            continue;
        item->code = read_post(batch, item, &error);
        if (!item->code)
            item->code = text_analyse(analyser, &batch->arena, item->post.text, item->post.lang, want, &item->facts, &error);
        if (!item->code)
            continue;
        item->reason = arena_str(&batch->arena, str_of(error.message));
        if (!item->reason.ptr)
            item->code = ERROR_MEMORY;
    }
}
