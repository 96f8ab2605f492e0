/* What changed about the posts of a segment since it was written: deleted documents, and refreshed figures.
 * A segment never changes; its side does, and is small. Merging folds it in.
 *
 * File "<segment>.side-<generation>":
 *
 *     offset  bytes  what
 *     0       8      magic "BWSIDE1\n"
 *     8       4      bytes of the bitmap
 *     12      4      rows of figures
 *     16      8      number of the segment
 *     24      n      deleted documents, Roaring portable form
 *     24+n    m      rows: varint step from the document before, then one zigzag varint each for likes, reposts, replies, quotes,
 *                    views, followers
 *     end-8   8      XXH3-64 of everything before
 *
 * Validity: the sum is right and the rows end where the sum begins. Versions: the last digit of the magic; others are refused.
 */
#ifndef ARCHIVE_SIDE_H
#define ARCHIVE_SIDE_H

#include "base/buf.h"
#include "base/error.h"
#include "post/post.h"

#include <roaring/roaring.h>
#include <stdatomic.h>

struct side_figures {
    int64_t values[6]; /* likes, reposts, replies, quotes, views, followers; -1 unknown */
};

struct side {
    atomic_uint          references;
    roaring_bitmap_t    *deleted; /* NULL: none */
    uint32_t            *docs;    /* ascending: documents with refreshed figures */
    struct side_figures *figures; /* of each */
    uint32_t             count, capacity;
};

/* The refreshed figures of a document or NULL. */
static inline const struct side_figures *side_figures(const struct side *side, uint32_t doc)
{
    uint32_t low = 0, high = side->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (side->docs[middle] < doc)
            low = middle + 1;
        else
            high = middle;
    }
    return low < side->count && side->docs[low] == doc ? &side->figures[low] : NULL;
}

struct side_figures side_figures_of(const struct post *post);
void                side_figures_apply(const struct side_figures *figures, struct post *post);

struct side *side_new(void);                       /* one reference; NULL without memory */
struct side *side_copy(const struct side *side);   /* a copy of its own; NULL without memory */
struct side *side_keep(struct side *side);         /* one more reference; NULL is legal */
void         side_release(struct side *side);      /* NULL is legal */
bool         side_is_empty(const struct side *side); /* true for NULL */

/* Only while nobody else holds it. False without memory (the side is as it was). */
bool side_delete(struct side *side, uint32_t doc);
/* docs ascend, each once. Cost: what the side holds plus count. */
bool side_refresh(struct side *side, const uint32_t *docs, const struct side_figures *figures, uint32_t count);

void            side_write(const struct side *side, uint64_t segment_number, struct buf *out);
enum error_code side_read(struct str bytes, uint64_t segment_number, uint32_t doc_count, const char *path, struct side **side_out,
                          struct error *error);

#endif
