/* A segment: posts that no longer change, sorted by time, with everything the nine questions need to answer from them.
 * It lies in a file that is mapped, or in memory (posts that are not sealed yet): the same bytes, the same reader.
 *
 * Documents are numbered 0, 1, 2 ... by time, then by id. So a range of time is a range of numbers.
 *
 * File, all numbers little-endian:
 *
 *     offset  bytes  what
 *     0       8      magic "BWSEGMT\n"
 *     8       4      version, 1
 *     12      4      page size in bytes (a power of two, 4096 to 1 MiB)
 *     16      8      file length
 *     24      8      offset of the table of sections (they come first, each at a multiple of 8)
 *     32      8      offset of the page sums: one XXH3-64 for each page of the bytes from 64 to the table, the last one shorter
 *     40      4      documents
 *     44      4      sections
 *     48      8      XXH3-64 of table and page sums
 *     56      8      XXH3-64 of the 56 bytes before
 *
 *     table of sections, 40 bytes a row: u32 kind, u32 width (columns), u64 offset, u64 bytes, u64 base (columns), u64 count
 *
 * Validity: header sum, length and table sum are checked on opening (so truncation and a foreign file are found at once);
 * a page is checked the first time a byte of it is used. A page that fails is ERROR_CORRUPT, naming file and offset.
 * Versions: a reader refuses a version it does not know; unknown kinds of sections are passed over.
 */
#ifndef ARCHIVE_SEGMENT_H
#define ARCHIVE_SEGMENT_H

#include "archive/column.h"
#include "archive/dictionary.h"
#include "base/arena.h"
#include "base/error.h"
#include "post/post.h"
#include "text/text.h"

#include <roaring/roaring.h>

struct segment; /* opaque; counted references, usable from several threads at once */

/* ---- Columns: one number a document ---- */

enum segment_column {
    /* Ordinals into the dictionary of the same name (segment_dictionary): */
    SEGMENT_AUTHOR,    /* folded handle, else the folded id: what people call the author */
    SEGMENT_AUTHOR_ID, /* folded id; "" where not said. author: accepts the one or the other */
    SEGMENT_PLATFORM,  /* folded */
    SEGMENT_COMMUNITY, /* folded; "" where not said */
    SEGMENT_KIND,      /* folded */
    SEGMENT_LANG,      /* text_facts.lang; "" where nobody can tell */
    SEGMENT_FIELDS,    /* how many have a dictionary */
    /* Numbers: */
    SEGMENT_AT = SEGMENT_FIELDS, /* at_us, ascending */
    SEGMENT_HAS,                 /* query_has_bits */
    SEGMENT_THREAD,              /* segment_thread_hash of the post */
    SEGMENT_LIKES, SEGMENT_REPOSTS, SEGMENT_REPLIES, SEGMENT_QUOTES, SEGMENT_VIEWS, SEGMENT_FOLLOWERS, /* -1: unknown */
    SEGMENT_COLUMNS
};
enum { SEGMENT_METRICS = SEGMENT_COLUMNS - SEGMENT_LIKES }; /* likes ... followers, the figures that may be refreshed */

uint32_t segment_count(const struct segment *segment); /* documents, deleted ones too */
/* Checks the column's pages, then reading it cannot fail. */
enum error_code segment_column(struct segment *segment, enum segment_column which, struct column *column_out, struct error *error);
/* The sorted values of a field (which < SEGMENT_FIELDS). */
enum error_code segment_dictionary(struct segment *segment, enum segment_column which, struct dictionary *dictionary_out,
                                   struct error *error);
/* The documents of [since_us, until_us) are [first, end). INT64_MIN and INT64_MAX for no limit. */
enum error_code segment_time_range(struct segment *segment, int64_t since_us, int64_t until_us, uint32_t *first_out, uint32_t *end_out,
                                   struct error *error);
/* hash_str(post_thread(post)): equal threads have equal hashes; check the thread on the post before believing it. */
uint64_t segment_thread_hash(const struct post *post);

/* ---- Terms ---- */

/* The keys of the text as they are (word, #tag, @mention, $cashtag, emoji, link), and two more families that begin with a byte
 * that no key begins with:
 *     SEGMENT_LINK_PREFIX + canonical link    every link of the post, in the text or listed beside it
 *     SEGMENT_SITE_PREFIX + host              text_link_host of each of them
 * They stand in the same dictionary. */
#define SEGMENT_LINK_PREFIX "\x01"
#define SEGMENT_SITE_PREFIX "\x02"

enum segment_term_kind {
    /* 0 to 5 are enum token_kind: what the key is in the text */
    SEGMENT_TERM_LINK = 6, /* SEGMENT_LINK_PREFIX family */
    SEGMENT_TERM_SITE = 7, /* SEGMENT_SITE_PREFIX family */
};

struct segment_terms {
    struct dictionary keys;
    struct column     df;   /* documents (deleted ones too) that hold the term */
    struct column     kind; /* enum token_kind or enum segment_term_kind */
};
enum error_code segment_terms(struct segment *segment, struct segment_terms *terms_out, struct error *error);

/* The documents that hold a term, deleted ones too. The caller frees *documents_out with roaring_bitmap_free. */
enum error_code segment_postings(struct segment *segment, uint32_t term, roaring_bitmap_t **documents_out, struct error *error);
/* The same, added to documents: for the many terms of a glob. */
enum error_code segment_postings_or(struct segment *segment, uint32_t term, roaring_bitmap_t *documents, struct error *error);

/* ---- The forward index: which terms stand in a document, in order, and where. It is also the store of positions. ---- */

#define SEGMENT_NO_POSITION UINT32_MAX

struct forward {
    struct reader reader;
    uint32_t      tokens_left, extras_left, term_count;
    uint32_t      position;   /* of the last one; SEGMENT_NO_POSITION before the first (adding 1 gives 0) */
    bool          has_failed; /* broken bytes */
};
enum error_code segment_forward(struct segment *segment, uint32_t doc, struct forward *forward_out, struct error *error);

/* reader_varint for numbers of one to three bytes, which nearly all terms are, without a call. */
static inline uint64_t forward_varint(struct reader *reader)
{
    const uint8_t *at = reader->at;
    if (reader->end - at < 3)
        return reader_varint(reader);
    uint64_t value = at[0];
    if (value < 0x80) {
        reader->at = at + 1;
        return value;
    }
    value = (value & 0x7f) | (uint64_t)at[1] << 7;
    if (at[1] < 0x80) {
        reader->at = at + 2;
        return value;
    }
    value = (value & 0x3fff) | (uint64_t)at[2] << 14;
    if (at[2] < 0x80) {
        reader->at = at + 3;
        return value;
    }
    return reader_varint(reader);
}

/* The next (term, position), in order of position; at the end the links and sites, each once, at SEGMENT_NO_POSITION.
 * False at the end. A token is: varint term << 1 where it stands one behind the one before, else varint term << 1 | 1 and
 * varint step (0 for a tag's word). */
static inline bool forward_next(struct forward *forward, uint32_t *term_out, uint32_t *position_out)
{
    if (forward->tokens_left + forward->extras_left == 0)
        return false;
    uint64_t value = forward_varint(&forward->reader);
    uint64_t term = value;
    if (forward->tokens_left) {
        forward->tokens_left--;
        forward->position += value & 1 ? (uint32_t)forward_varint(&forward->reader) : 1;
        *position_out = forward->position;
        term >>= 1;
    } else {
        forward->extras_left--;
        *position_out = SEGMENT_NO_POSITION;
    }
    *term_out = (uint32_t)term;
    if (!forward->reader.has_failed && term < forward->term_count)
        return true;
    forward->has_failed = true;
    forward->tokens_left = forward->extras_left = 0;
    return false;
}

/* ---- The posts themselves ---- */

/* Unpacked blocks of posts are kept in a reader; one reader for each query (not shared between threads). */
struct record_reader;
enum error_code record_reader_new(struct record_reader **reader_out, struct error *error);
void            record_reader_free(struct record_reader *reader);

/* The encoded post (post_decode) as it was added, without refreshed figures: see snapshot_post in snapshot.h. The bytes live until
 * the next call with this reader. */
enum error_code segment_record(struct segment *segment, uint32_t doc, struct record_reader *reader, struct str *bytes_out,
                               struct error *error);
/* Calls visit with the documents that have this id; visit returns false to stop. At most one of them is not deleted; more than
 * one is rare. */
typedef bool (*segment_id_fn)(void *context, uint32_t doc);
enum error_code segment_find_id(struct segment *segment, struct str id, struct record_reader *reader, segment_id_fn visit, void *context,
                                struct error *error);

/* ---- Life ---- */

/* Maps and checks header and table. ERROR_NOT_FOUND, ERROR_CORRUPT, ERROR_IO. */
enum error_code segment_open(const char *path, struct segment **segment_out, struct error *error);
/* Takes over image (leaves it empty), which segment_builder_image made. */
enum error_code segment_open_image(struct buf *image, struct segment **segment_out, struct error *error);
struct segment *segment_keep(struct segment *segment); /* one more reference */
void            segment_release(struct segment *segment); /* the last one unmaps; NULL is legal */
/* Checks every page. */
enum error_code segment_verify(struct segment *segment, struct error *error);
uint64_t        segment_bytes(const struct segment *segment);
const char     *segment_name(const struct segment *segment); /* path, or "memory", for messages */

#endif
