/* The sections of a segment, for those who write and read its bytes (image.c, segment.c, postings.c, records.c). */
#ifndef ARCHIVE_SEGMENT_FORMAT_H
#define ARCHIVE_SEGMENT_FORMAT_H

#include "archive/segment.h"
#include "base/vfs.h"

#include <stdatomic.h>
#include <zstd.h>

#define SEGMENT_MAGIC "BWSEGMT\n"
enum {
    SEGMENT_VERSION = 1,
    SEGMENT_HEADER_BYTES = 64,
    SEGMENT_ROW_BYTES = 40,
    SEGMENT_PAGE_BYTES = 16 * 1024,
    SEGMENT_MAX_DOCS = 1 << 28,
};

/* Kinds of sections. "column" sections are packed as column.h says, the others are bytes. */
enum section_kind {
    SECTION_COLUMN = 0,        /* + enum segment_column: column of documents */
    SECTION_FIELD_VALUES = 32, /* + field: dictionary; count = values */
    SECTION_FIELD_BLOCKS = 40, /* + field: column, offsets of its blocks */
    SECTION_TERMS = 48,        /* dictionary; count = terms */
    SECTION_TERM_BLOCKS,       /* column, offsets of its blocks */
    SECTION_TERM_DF,           /* column of terms: documents that hold it */
    SECTION_TERM_KIND,         /* column of terms */
    SECTION_POSTINGS_AT,       /* column of terms: the document itself where df is 1, else an offset in POSTINGS */
    SECTION_POSTINGS,          /* df up to POSTINGS_MAX_DELTAS: varint first document, then varint steps;
                                  more: varint bytes, Roaring portable form */
    SECTION_FORWARD_AT,        /* column, documents + 1: offsets in FORWARD */
    SECTION_FORWARD,           /* varint tokens, varint extras, the tokens (see forward_next), the extras as varint terms */
    SECTION_IDS,               /* column of documents: XXH3-64 of ids, ascending as unsigned numbers */
    SECTION_ID_DOCS,           /* column: the document of each */
    SECTION_BLOCKS,            /* the posts, in blocks; see records.h */
    SECTION_BLOCK_AT,          /* column, blocks + 1: offsets in BLOCKS */
    SECTION_BLOCK_FIRST,       /* column, blocks + 1: first document of each block, and the number of documents */
    SECTION_ZSTD_DICTIONARY,   /* what the blocks were packed with; may be empty */
    SECTION_KINDS
};

_Static_assert(SECTION_KINDS <= 64, "segment.checked_whole has a bit for each");

enum { POSTINGS_MAX_DELTAS = 256 };

struct section {
    uint64_t offset, bytes, base, count;
    uint32_t width;
    bool     is_there;
};

struct segment {
    atomic_uint       references;
    struct str        bytes;
    struct vfs_map    map;   /* of a file */
    struct buf        image; /* in memory */
    char              name[512];
    uint32_t          docs;
    uint32_t          page_bytes;
    uint64_t          page_end; /* pages cover [SEGMENT_HEADER_BYTES, page_end) */
    const uint8_t    *page_sums;
    _Atomic uint64_t *checked; /* a bit a page; NULL: nothing to check (our own memory) */
    _Atomic uint64_t  checked_whole; /* a bit a kind of section: all its pages were checked */
    struct section    sections[SECTION_KINDS];
    _Atomic(ZSTD_DDict *) unpacker; /* of SECTION_ZSTD_DICTIONARY, made on first use */
};

/* Checks the pages that hold bytes [from, from + bytes) of a section, and that they are in it; *at_out then points to them. */
enum error_code segment_bytes_of(struct segment *segment, enum section_kind kind, uint64_t from, uint64_t bytes, const uint8_t **at_out,
                                 struct error *error);
/* A whole section as a column. */
enum error_code segment_column_of(struct segment *segment, enum section_kind kind, struct column *column_out, struct error *error);
/* "name: offset N: what" */
enum error_code segment_broken(const struct segment *segment, enum section_kind kind, uint64_t at, const char *what, struct error *error);

#endif
