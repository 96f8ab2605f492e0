/* Reading postings, the forward index and the ids of a segment. */
#include "archive/segment.h"
#include "archive/segment_format.h"
#include "base/hash.h"

enum { POSTINGS_VARINT_BYTES = 5, BITMAP_MAX_BYTES = 1 << 30 };

/* Fills docs where the term is not common, else gives the bytes of its bitmap. */
static enum error_code read_postings(struct segment *segment, uint32_t term, uint32_t docs[POSTINGS_MAX_DELTAS], uint32_t *count_out,
                                     struct str *bitmap_out, struct error *error)
{
    struct column   df_column, at_column;
    enum error_code code = segment_column_of(segment, SECTION_TERM_DF, &df_column, error);
    if (!code)
        code = segment_column_of(segment, SECTION_POSTINGS_AT, &at_column, error);
    if (code)
        return code;
    *count_out = 0;
    *bitmap_out = (struct str){0};
    if (term >= df_column.count)
        return error_set(error, ERROR_INTERNAL, "term %u of %u in %s", term, df_column.count, segment->name);
    uint64_t df = column_get(&df_column, term), at = column_get(&at_column, term);
    if (df == 1) {
        docs[(*count_out)++] = (uint32_t)at;
        return at < segment->docs ? ERROR_NONE : segment_broken(segment, SECTION_POSTINGS_AT, 0, "a document that is not there", error);
    }
    uint64_t section = segment->sections[SECTION_POSTINGS].bytes;
    if (at > section)
        return segment_broken(segment, SECTION_POSTINGS_AT, 0, "points out of the postings", error);
    uint64_t most = df > POSTINGS_MAX_DELTAS ? 10 : df * POSTINGS_VARINT_BYTES;
    most = most < section - at ? most : section - at;
    const uint8_t *bytes;
    code = segment_bytes_of(segment, SECTION_POSTINGS, at, most, &bytes, error);
    if (code)
        return code;
    struct reader reader = {bytes, bytes + most, false};
    if (df > POSTINGS_MAX_DELTAS) {
        uint64_t len = reader_varint(&reader);
        if (reader.has_failed || len > BITMAP_MAX_BYTES)
            return segment_broken(segment, SECTION_POSTINGS, at, "broken postings", error);
        at += (uint64_t)(reader.at - bytes);
        code = segment_bytes_of(segment, SECTION_POSTINGS, at, len, &bytes, error);
        *bitmap_out = str_slice((const char *)bytes, len);
        return code;
    }
    uint64_t doc = 0;
    for (uint64_t i = 0; i < df; i++) {
        doc += reader_varint(&reader);
        if (reader.has_failed || doc >= segment->docs)
            return segment_broken(segment, SECTION_POSTINGS, at, "broken postings", error);
        docs[(*count_out)++] = (uint32_t)doc;
    }
    return ERROR_NONE;
}

enum error_code segment_postings(struct segment *segment, uint32_t term, roaring_bitmap_t **documents_out, struct error *error)
{
    uint32_t        docs[POSTINGS_MAX_DELTAS], count;
    struct str      bitmap;
    enum error_code code = read_postings(segment, term, docs, &count, &bitmap, error);
    *documents_out = NULL;
    if (code)
        return code;
    if (!bitmap.ptr)
        *documents_out = roaring_bitmap_of_ptr(count, docs);
    else {
        *documents_out = roaring_bitmap_portable_deserialize_safe(bitmap.ptr, bitmap.len);
        if (!*documents_out)
            return segment_broken(segment, SECTION_POSTINGS, 0, "a bitmap that does not read", error);
        if (!roaring_bitmap_is_empty(*documents_out) && roaring_bitmap_maximum(*documents_out) >= segment->docs) {
            roaring_bitmap_free(*documents_out);
            *documents_out = NULL;
            return segment_broken(segment, SECTION_POSTINGS, 0, "a document that is not there", error);
        }
    }
    return *documents_out ? ERROR_NONE : error_set(error, ERROR_MEMORY, "no memory for postings of %u documents", count);
}

enum error_code segment_postings_or(struct segment *segment, uint32_t term, roaring_bitmap_t *documents, struct error *error)
{
    uint32_t        docs[POSTINGS_MAX_DELTAS], count;
    struct str      bitmap;
    enum error_code code = read_postings(segment, term, docs, &count, &bitmap, error);
    if (code)
        return code;
    if (!bitmap.ptr) {
        roaring_bitmap_add_many(documents, count, docs);
        return ERROR_NONE;
    }
    roaring_bitmap_t *common;
    code = segment_postings(segment, term, &common, error);
    if (code)
        return code;
    roaring_bitmap_or_inplace(documents, common);
    roaring_bitmap_free(common);
    return ERROR_NONE;
}

enum error_code segment_forward(struct segment *segment, uint32_t doc, struct forward *forward_out, struct error *error)
{
    struct column         at;
    const struct section *section = &segment->sections[SECTION_FORWARD_AT];
    const uint8_t        *bytes;
    *forward_out = (struct forward){0};
    if (doc >= segment->docs)
        return error_set(error, ERROR_INTERNAL, "document %u of %u in %s", doc, segment->docs, segment->name);
    /* Only the two offsets, not the whole column: this is called once a document. */
    enum error_code code = segment_bytes_of(segment, SECTION_FORWARD_AT, (uint64_t)doc * section->width, 2 * section->width + 8, &bytes, error);
    if (code)
        return code;
    at = (struct column){.bytes = bytes, .base = section->base, .width = section->width, .count = 2,
                         .mask = section->width == 8 ? UINT64_MAX : (UINT64_C(1) << (8 * section->width)) - 1};
    uint64_t from = column_get(&at, 0), to = column_get(&at, 1);
    if (from > to)
        return segment_broken(segment, SECTION_FORWARD_AT, (uint64_t)doc * section->width, "offsets that fall", error);
    code = segment_bytes_of(segment, SECTION_FORWARD, from, to - from, &bytes, error);
    if (code)
        return code;
    forward_out->reader = (struct reader){bytes, bytes + (to - from), false};
    uint64_t tokens = reader_varint(&forward_out->reader), extras = reader_varint(&forward_out->reader);
    if (forward_out->reader.has_failed || tokens + extras > to - from)
        return segment_broken(segment, SECTION_FORWARD, from, "more tokens than bytes", error);
    forward_out->tokens_left = (uint32_t)tokens;
    forward_out->extras_left = (uint32_t)extras;
    forward_out->term_count = (uint32_t)segment->sections[SECTION_TERMS].count;
    forward_out->position = SEGMENT_NO_POSITION;
    return ERROR_NONE;
}

/* First place in an ascending column of evenly spread hashes whose value is not less than wanted: guess by proportion, then
 * widen the guess until it holds the place, then halve. About three looks where a plain halving needs seventeen. */
static uint32_t hash_lower_bound(const struct column *hashes, uint64_t wanted)
{
    uint32_t count = hashes->count;
    if (count == 0)
        return 0;
    uint32_t guess = (uint32_t)(((unsigned __int128)wanted * count) >> 64), low = guess, high = guess;
    for (uint32_t step = 32; low > 0 && column_get(hashes, low) >= wanted; step *= 2)
        low = low > step ? low - step : 0;
    for (uint32_t step = 32; high < count && column_get(hashes, high) < wanted; step *= 2)
        high = count - high > step ? high + step : count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (column_get(hashes, middle) < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

enum error_code segment_find_id(struct segment *segment, struct str id, struct record_reader *reader, segment_id_fn visit, void *context,
                                struct error *error)
{
    struct column   hashes, docs;
    enum error_code code = segment_column_of(segment, SECTION_IDS, &hashes, error);
    if (!code)
        code = segment_column_of(segment, SECTION_ID_DOCS, &docs, error);
    if (code)
        return code;
    uint64_t     hash = hash_str(id);
    struct arena arena;
    arena_init(&arena, 0);
    for (uint32_t i = hash_lower_bound(&hashes, hash); i < hashes.count && column_get(&hashes, i) == hash; i++) {
        uint64_t    doc = column_get(&docs, i);
        struct str  bytes;
        struct post post;
        if (doc >= segment->docs) {
            code = segment_broken(segment, SECTION_ID_DOCS, 0, "a document that is not there", error);
            break;
        }
        code = segment_record(segment, (uint32_t)doc, reader, &bytes, error);
        if (!code)
            code = post_decode(bytes, &arena, &post, error);
        if (code || (str_equal(post.id, id) && !visit(context, (uint32_t)doc)))
            break;
    }
    arena_fini(&arena);
    return code;
}
