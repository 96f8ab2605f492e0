/* The posts of a segment in blocks, packed by zstd with a dictionary that was trained on their like.
 *
 *     block:    u8 how (0 plain, 1 zstd), then the payload, plain or as one zstd frame that tells its size
 *     payload:  varint records, a varint length for each, then the records (post_encode)
 *
 * A block is closed when its records reach BLOCK_BYTES, so one post larger than that has a block of its own.
 */
#ifndef ARCHIVE_RECORDS_H
#define ARCHIVE_RECORDS_H

#include "base/buf.h"
#include "base/error.h"

#include <zstd.h>

enum { BLOCK_BYTES = 32 * 1024, BLOCK_MAX_BYTES = 64 * 1024 * 1024, RECORDS_LEVEL = 1, RECORDS_DICTIONARY_BYTES = 32 * 1024 };

/* Writes blocks: {0}, then records_writer_init, then records_write for each post in order of documents, then records_writer_end. */
struct records_writer {
    struct buf *out;         /* the section's bytes */
    struct buf  lens, bytes; /* of the block that is open */
    uint32_t    open_count, doc;
    int64_t    *block_at, *block_first; /* block_count entries, one more after records_writer_end */
    uint32_t    block_count, block_capacity;
    size_t      start;       /* of the section in out */
    ZSTD_CCtx  *packer;      /* NULL: plain blocks */
    ZSTD_CDict *dictionary;  /* NULL: none */
    bool        has_failed;
};

/* is_packed false: plain blocks, for segments in memory. dictionary may be empty. */
bool records_writer_init(struct records_writer *writer, struct buf *out, bool is_packed, struct str dictionary);
void records_write(struct records_writer *writer, struct str record);
void records_writer_end(struct records_writer *writer);
void records_writer_fini(struct records_writer *writer);

/* Trains a dictionary on samples laid end to end. Leaves out empty where there is too little to learn from. */
void records_train(const char *samples, const size_t *lens, uint32_t count, struct buf *out);

#endif
