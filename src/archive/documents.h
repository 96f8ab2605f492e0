/* Sets of documents of one segment, as Roaring bitmaps (Lemire et al. 2018, "Roaring bitmaps: implementation of an optimized
 * software library"), and the three things that answers do with them beyond algebra: walk, rank at edges, build from a walk.
 *
 * A function that makes a set returns NULL without memory; the caller frees it with roaring_bitmap_free.
 */
#ifndef ARCHIVE_DOCUMENTS_H
#define ARCHIVE_DOCUMENTS_H

#include <roaring/roaring.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- Walking a set upwards, in batches: the iterator's cost is paid once for each batch ---- */

enum { DOCUMENT_BATCH = 256 };

struct document_walk {
    roaring_uint32_iterator_t iterator;
    uint32_t                  docs[DOCUMENT_BATCH];
    uint32_t                  at, count;
};

void document_walk_init(struct document_walk *walk, const roaring_bitmap_t *documents);
bool document_walk_refill(struct document_walk *walk);

/* The next document; false at the end. */
static inline bool document_next(struct document_walk *walk, uint32_t *doc_out)
{
    if (walk->at == walk->count && !document_walk_refill(walk))
        return false;
    *doc_out = walk->docs[walk->at++];
    return true;
}

/* ---- Collecting documents that come in ascending order ---- */

struct document_list {
    roaring_bitmap_t *set;
    uint32_t          docs[DOCUMENT_BATCH];
    uint32_t          count;
};

bool document_list_init(struct document_list *list); /* false without memory */
static inline void document_list_flush(struct document_list *list)
{
    roaring_bitmap_add_many(list->set, list->count, list->docs);
    list->count = 0;
}
static inline void document_list_add(struct document_list *list, uint32_t doc)
{
    list->docs[list->count++] = doc;
    if (list->count == DOCUMENT_BATCH)
        document_list_flush(list);
}
/* The set so far, which is the caller's from now on. */
roaring_bitmap_t *document_list_take(struct document_list *list);

/* ---- Ranges and ranks ---- */

/* All of [first, end). */
roaring_bitmap_t *documents_of_range(uint32_t first, uint32_t end);
/* Takes everything outside [first, end) away. */
void documents_keep_range(roaring_bitmap_t *documents, uint32_t first, uint32_t end);

/* ranks_out[i] = how many documents are less than edges[i]; edges ascend. One pass over the containers: bits are counted a word
 * at a time, sorted arrays and runs are skipped through, so that the cost is that of the edges, not of the documents. */
void documents_ranks(const roaring_bitmap_t *documents, const uint32_t *edges, size_t count, uint64_t *ranks_out);

#endif
