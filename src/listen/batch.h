/* Lines on their way from the reader to the archive, some hundred at a time.
 *
 *     reader ──fills──▶ slot ──▶ workers parse and analyse ──▶ the caller's thread takes them in their order
 *        ▲                                                                    │
 *        └──────────────────── the slot is empty again ◀──────────────────────┘
 *
 * A slot belongs to one thread at a time; its state says to whose. The slots are a ring, so memory is bounded and order
 * is kept: slot n mod BATCH_SLOTS holds batch n.
 */
#ifndef LISTEN_BATCH_H
#define LISTEN_BATCH_H

#include "base/arena.h"
#include "base/buf.h"
#include "table/assemble.h"
#include "table/look.h"
#include "post/post.h"
#include "text/text.h"

#include <pthread.h>

enum {
    BATCH_ITEMS = 512,
    BATCH_BYTES = 256 * 1024,
    BATCH_SLOTS = 24 /* while the writer seals a segment, the workers go on */
};

enum item_kind {
    ITEM_JSON,   /* raw is one line of JSON, a post of ours */
    ITEM_NATIVE, /* raw is an object in another tool's form */
    ITEM_RECORD, /* raw is a CSV record; its fields are in cells, each sized */
    ITEM_BAD,    /* the reader could make nothing of it; error says why */
};

struct item {
    enum item_kind    kind;
    size_t            raw_start, raw_len, cells_start, cells_len; /* in batch->bytes */
    uint64_t          line;
    enum error_code   code; /* after the worker: why it is no post, or ERROR_NONE */
    struct str        reason;
    int64_t           seen_us; /* when the tool says that it found the post; 0: it does not */
    unsigned          doubts;  /* of enum post_doubt */
    struct post       post; /* in batch->arena, as are the facts and the reason */
    struct text_facts facts;
};

enum slot_state { SLOT_EMPTY, SLOT_FILLED, SLOT_WORKED_ON, SLOT_DONE };

struct batch {
    enum slot_state state;
    struct buf      bytes;
    struct arena    arena;
    struct item    *items; /* BATCH_ITEMS of them */
    size_t          item_count;
    size_t          file;    /* which of the files it comes from */
    const struct table_shape *shape; /* of the file; outlives the ring */
    uint64_t        bytes_taken; /* of all files, when it was filled */
};

/* The ring. Locked by lock; changed is broadcast at every change of a state. */
struct batch_ring {
    pthread_mutex_t lock;
    pthread_cond_t  changed;
    struct batch    slots[BATCH_SLOTS];
    uint64_t        filled, begun, finished; /* batches so far: by the reader, by workers, by the caller */
    bool            is_closed;  /* no more will be filled */
    bool            is_given_up; /* nobody waits any longer */
};

enum error_code batch_ring_init(struct batch_ring *ring, struct error *error);
void            batch_ring_fini(struct batch_ring *ring);

/* Each waits for its turn. NULL: there will be none (closed and emptied, or given up). */
struct batch *batch_ring_to_fill(struct batch_ring *ring);   /* the reader: an empty one */
struct batch *batch_ring_to_work_on(struct batch_ring *ring); /* a worker: the oldest that is filled */
struct batch *batch_ring_to_finish(struct batch_ring *ring);  /* the caller: the next in order, done */
/* Hands a batch on to whom it concerns next. */
void batch_ring_filled(struct batch_ring *ring, struct batch *batch);
void batch_ring_worked_on(struct batch_ring *ring, struct batch *batch);
void batch_ring_finished(struct batch_ring *ring, struct batch *batch);
void batch_ring_close(struct batch_ring *ring);
void batch_ring_give_up(struct batch_ring *ring);

/* Adds an item whose raw bytes are copied; NULL without memory. */
struct item *batch_add(struct batch *batch, enum item_kind kind, struct str raw, uint64_t line);
bool         batch_is_full(const struct batch *batch);
static inline struct str batch_raw(const struct batch *batch, const struct item *item)
{
    return str_slice(batch->bytes.ptr + item->raw_start, item->raw_len);
}

/* The work on one batch: every item becomes a post with facts (of want, text.h), or a reason. ERROR_MEMORY is found in item->code too. */
void batch_work(struct batch *batch, struct text_analyser *analyser, unsigned want);

#endif
