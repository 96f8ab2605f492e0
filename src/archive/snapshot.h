/* What the nine questions see: segments (sealed and pending alike), which of their documents are deleted, and refreshed figures.
 * All of it is immutable once the snapshot is made. Answers include this; callers of the archive include archive.h.
 */
#ifndef ARCHIVE_SNAPSHOT_H
#define ARCHIVE_SNAPSHOT_H

#include "archive/archive.h"
#include "archive/segment.h"
#include "archive/side.h"

#include <stdatomic.h>

struct snapshot_part {
    struct segment *segment;
    struct side    *side; /* deleted documents and refreshed figures; NULL: none */
};

struct archive_snapshot {
    atomic_uint           references;
    struct snapshot_part *parts; /* oldest segment first by first time; their times may overlap */
    uint32_t              part_count;
    uint32_t              segments, pending; /* sealed segments; posts not in one */
    uint64_t              posts, deleted;    /* deleted: documents that are still in the bytes */
    uint64_t              bytes;             /* of all files of the archive */
};

/* Documents of this part that are deleted, or NULL. Belongs to the snapshot: answers subtract it from every result. */
static inline const roaring_bitmap_t *snapshot_deleted(const struct snapshot_part *part)
{
    return part->side ? part->side->deleted : NULL;
}

static inline bool snapshot_is_deleted(const struct snapshot_part *part, uint32_t doc)
{
    return part->side && part->side->deleted && roaring_bitmap_contains(part->side->deleted, doc);
}

/* A figure (SEGMENT_LIKES ... SEGMENT_FOLLOWERS) of a document, refreshed where it was. column is the segment's. */
static inline int64_t snapshot_figure(const struct snapshot_part *part, enum segment_column which, const struct column *column, uint32_t doc)
{
    const struct side_figures *fresh = part->side ? side_figures(part->side, doc) : NULL;
    return fresh ? fresh->values[which - SEGMENT_LIKES] : column_get_i64(column, doc);
}

/* The post, with refreshed figures, in arena (its strings copied there). */
enum error_code snapshot_post(const struct snapshot_part *part, uint32_t doc, struct record_reader *reader, struct arena *arena,
                              struct post *post_out, struct error *error);
/* The same without copying: strings point into reader's block and live until its next call. */
enum error_code snapshot_post_view(const struct snapshot_part *part, uint32_t doc, struct record_reader *reader, struct arena *arena,
                                   struct post *post_out, struct error *error);
/* The newest version of a post that is not deleted. *was_found_out false where there is none. */
enum error_code snapshot_find(struct archive_snapshot *snapshot, struct str id, struct record_reader *reader, uint32_t *part_out,
                              uint32_t *doc_out, bool *was_found_out, struct error *error);

#endif
