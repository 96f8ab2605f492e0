/* The manifest: what the archive consists of. Swapped whole (vfs_replace_file), so the archive is always the old or the new, never a part.
 *
 * File "manifest", all numbers varints unless said:
 *
 *     8 bytes  magic "BWMANI1\n"
 *     next number for a file · number of the log
 *     segments, for each: number, side generation (0: none), documents, bytes of the file, bytes of the side, zigzag first and last time
 *     deletions, for each: u8 what (0 a post, 1 an author, 2 an author of one platform), u64 XXH3-64 of the id or the
 *         folded name (2: hash_mix of the folded platform's and the folded id's), zigzag when
 *     values kept by name, for each: sized name, sized value
 *     8 bytes  u64 XXH3-64 of everything before
 *
 * Files: "segment-<number>", "segment-<number>.side-<generation>", "log-<number>", "lock". Others of these kinds that the manifest does not
 * name are left-overs of an interrupted change and are removed by the next writer.
 * Validity: the sum is right and the lists end where it begins. Versions: the last digit of the magic; others are refused.
 */
#ifndef ARCHIVE_MANIFEST_H
#define ARCHIVE_MANIFEST_H

#include "base/vfs.h"

struct manifest_segment {
    uint64_t number, side_generation, documents, bytes, side_bytes;
    int64_t  first_us, last_us;
};

enum deletion_kind { DELETION_POST, DELETION_AUTHOR, DELETION_ACCOUNT };

/* What was deleted stays away: a post for ever, an author's posts up to then. Only hashes are kept. */
struct deletion {
    uint64_t hash;
    int64_t  at_us; /* when it was deleted */
    uint8_t  kind;
};

struct manifest_value {
    struct str name, value;
};

struct manifest {
    uint64_t                 next_number, log_number;
    struct manifest_segment *segments;
    size_t                   segment_count;
    struct deletion         *deletions;
    size_t                   deletion_count;
    struct manifest_value   *values;
    size_t                   value_count;
};

enum { MANIFEST_MAX_BYTES = 1 << 30 };

void            manifest_write(const struct manifest *manifest, struct buf *out);
/* Lists are in arena; names and values point into bytes. ERROR_CORRUPT names path and offset. */
enum error_code manifest_read(struct str bytes, const char *path, struct arena *arena, struct manifest *manifest_out, struct error *error);

#endif
