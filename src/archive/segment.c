#include "archive/segment.h"

#include "archive/segment_format.h"
#include "base/hash.h"

#include <stdlib.h>

enum error_code segment_broken(const struct segment *segment, enum section_kind kind, uint64_t at, const char *what, struct error *error)
{
    return error_set(error, ERROR_CORRUPT, "%s: offset %llu: %s", segment->name,
                     (unsigned long long)(segment->sections[kind].offset + at), what);
}

/* ---- Pages are checked the first time they are used ---- */

static enum error_code check_page(struct segment *segment, uint64_t page, struct error *error)
{
    _Atomic uint64_t *word = &segment->checked[page / 64];
    uint64_t          bit = UINT64_C(1) << (page % 64);
    if (atomic_load_explicit(word, memory_order_relaxed) & bit)
        return ERROR_NONE;
    uint64_t from = SEGMENT_HEADER_BYTES + page * segment->page_bytes, sum;
    uint64_t len = segment->page_end - from < segment->page_bytes ? segment->page_end - from : segment->page_bytes;
    memcpy(&sum, segment->page_sums + 8 * page, sizeof sum);
    if (hash_bytes(segment->bytes.ptr + from, len) != sum)
        return error_set(error, ERROR_CORRUPT, "%s: offset %llu: the checksum of %llu bytes does not fit", segment->name,
                         (unsigned long long)from, (unsigned long long)len);
    atomic_fetch_or_explicit(word, bit, memory_order_relaxed);
    return ERROR_NONE;
}

static enum error_code check_range(struct segment *segment, uint64_t from, uint64_t bytes, struct error *error)
{
    if (!segment->checked || bytes == 0)
        return ERROR_NONE;
    uint64_t first = (from - SEGMENT_HEADER_BYTES) / segment->page_bytes;
    uint64_t last = (from + bytes - 1 - SEGMENT_HEADER_BYTES) / segment->page_bytes;
    for (uint64_t page = first; page <= last; page++) {
        enum error_code code = check_page(segment, page, error);
        if (code)
            return code;
    }
    return ERROR_NONE;
}

enum error_code segment_bytes_of(struct segment *segment, enum section_kind kind, uint64_t from, uint64_t bytes, const uint8_t **at_out,
                                 struct error *error)
{
    const struct section *section = &segment->sections[kind];
    if (from > section->bytes || bytes > section->bytes - from)
        return segment_broken(segment, kind, 0, "points out of its section", error);
    *at_out = (const uint8_t *)segment->bytes.ptr + section->offset + from;
    if (atomic_load_explicit(&segment->checked_whole, memory_order_relaxed) >> kind & 1)
        return ERROR_NONE;
    enum error_code code = check_range(segment, section->offset + from, bytes, error);
    if (!code && bytes == section->bytes)
        atomic_fetch_or_explicit(&segment->checked_whole, UINT64_C(1) << kind, memory_order_relaxed);
    return code;
}

enum error_code segment_verify(struct segment *segment, struct error *error)
{
    return check_range(segment, SEGMENT_HEADER_BYTES, segment->page_end - SEGMENT_HEADER_BYTES, error);
}

/* ---- Columns and dictionaries ---- */

enum error_code segment_column_of(struct segment *segment, enum section_kind kind, struct column *column_out, struct error *error)
{
    const struct section *section = &segment->sections[kind];
    *column_out = (struct column){.base = section->base, .width = section->width, .count = (uint32_t)section->count,
                                  .mask = section->width == 8 ? UINT64_MAX : (UINT64_C(1) << (8 * section->width)) - 1};
    return segment_bytes_of(segment, kind, 0, section->bytes, &column_out->bytes, error);
}

static enum error_code dictionary_of(struct segment *segment, enum section_kind values, enum section_kind blocks,
                                     struct dictionary *dictionary_out, struct error *error)
{
    const uint8_t  *bytes;
    enum error_code code = segment_bytes_of(segment, values, 0, segment->sections[values].bytes, &bytes, error);
    if (!code)
        code = segment_column_of(segment, blocks, &dictionary_out->block_at, error);
    if (code)
        return code;
    dictionary_out->bytes = str_slice((const char *)bytes, segment->sections[values].bytes);
    dictionary_out->count = (uint32_t)segment->sections[values].count;
    return ERROR_NONE;
}

uint32_t segment_count(const struct segment *segment)
{
    return segment->docs;
}

enum error_code segment_column(struct segment *segment, enum segment_column which, struct column *column_out, struct error *error)
{
    return segment_column_of(segment, SECTION_COLUMN + which, column_out, error);
}

enum error_code segment_dictionary(struct segment *segment, enum segment_column which, struct dictionary *dictionary_out,
                                   struct error *error)
{
    require(which < SEGMENT_FIELDS);
    return dictionary_of(segment, SECTION_FIELD_VALUES + which, SECTION_FIELD_BLOCKS + which, dictionary_out, error);
}

enum error_code segment_terms(struct segment *segment, struct segment_terms *terms_out, struct error *error)
{
    enum error_code code = dictionary_of(segment, SECTION_TERMS, SECTION_TERM_BLOCKS, &terms_out->keys, error);
    if (!code)
        code = segment_column_of(segment, SECTION_TERM_DF, &terms_out->df, error);
    if (!code)
        code = segment_column_of(segment, SECTION_TERM_KIND, &terms_out->kind, error);
    return code;
}

enum error_code segment_time_range(struct segment *segment, int64_t since_us, int64_t until_us, uint32_t *first_out, uint32_t *end_out,
                                   struct error *error)
{
    struct column   times;
    enum error_code code = segment_column(segment, SEGMENT_AT, &times, error);
    if (code)
        return code;
    *first_out = since_us == INT64_MIN ? 0 : column_lower_bound(&times, since_us);
    *end_out = until_us == INT64_MAX ? times.count : column_lower_bound(&times, until_us);
    if (*end_out < *first_out)
        *end_out = *first_out;
    return ERROR_NONE;
}

uint64_t segment_thread_hash(const struct post *post)
{
    return hash_str(post_thread(post));
}

/* ---- Opening: the header, the table, and that every number in them can be believed ---- */

static bool is_column(uint32_t kind)
{
    return kind < SECTION_FIELD_VALUES || (kind >= SECTION_FIELD_BLOCKS && kind < SECTION_TERMS) || kind == SECTION_TERM_BLOCKS ||
           kind == SECTION_TERM_DF || kind == SECTION_TERM_KIND || kind == SECTION_POSTINGS_AT || kind == SECTION_FORWARD_AT ||
           kind == SECTION_IDS || kind == SECTION_ID_DOCS || kind == SECTION_BLOCK_AT || kind == SECTION_BLOCK_FIRST;
}

static bool has_count(const struct segment *segment, enum section_kind kind, uint64_t count)
{
    return segment->sections[kind].is_there && segment->sections[kind].count == count;
}

static bool has_dictionary(const struct segment *segment, enum section_kind values, enum section_kind blocks)
{
    const struct section *section = &segment->sections[values];
    return section->is_there && section->count <= UINT32_MAX - 1 &&
           has_count(segment, blocks, (section->count + DICTIONARY_BLOCK - 1) / DICTIONARY_BLOCK + 1);
}

static bool is_whole(const struct segment *segment)
{
    for (int i = 0; i < SEGMENT_COLUMNS; i++)
        if (!has_count(segment, SECTION_COLUMN + i, segment->docs))
            return false;
    for (int i = 0; i < SEGMENT_FIELDS; i++)
        if (!has_dictionary(segment, SECTION_FIELD_VALUES + i, SECTION_FIELD_BLOCKS + i))
            return false;
    uint64_t terms = segment->sections[SECTION_TERMS].count;
    return has_dictionary(segment, SECTION_TERMS, SECTION_TERM_BLOCKS) && has_count(segment, SECTION_TERM_DF, terms) &&
           has_count(segment, SECTION_TERM_KIND, terms) && has_count(segment, SECTION_POSTINGS_AT, terms) &&
           segment->sections[SECTION_POSTINGS].is_there && has_count(segment, SECTION_FORWARD_AT, (uint64_t)segment->docs + 1) &&
           segment->sections[SECTION_FORWARD].is_there && has_count(segment, SECTION_IDS, segment->docs) &&
           has_count(segment, SECTION_ID_DOCS, segment->docs) && segment->sections[SECTION_BLOCKS].is_there &&
           segment->sections[SECTION_BLOCK_AT].count >= 1 && segment->sections[SECTION_BLOCK_AT].count <= (uint64_t)segment->docs + 1 &&
           has_count(segment, SECTION_BLOCK_FIRST, segment->sections[SECTION_BLOCK_AT].count) &&
           segment->sections[SECTION_ZSTD_DICTIONARY].is_there;
}

static enum error_code read_table(struct segment *segment, struct str table, uint32_t rows, struct error *error)
{
    struct reader reader = reader_of(table);
    for (uint32_t i = 0; i < rows; i++) {
        uint32_t       kind = reader_u32(&reader), width = reader_u32(&reader);
        struct section row = {.offset = reader_u64(&reader), .bytes = reader_u64(&reader), .base = reader_u64(&reader),
                              .count = reader_u64(&reader), .width = width, .is_there = true};
        bool is_inside = row.offset % 8 == 0 && row.offset >= SEGMENT_HEADER_BYTES && row.offset <= segment->page_end &&
                         row.bytes <= segment->page_end - row.offset;
        bool is_packed = kind >= SECTION_KINDS || !is_column(kind) ||
                         (width <= 8 && row.count < UINT32_MAX && row.bytes == column_bytes(row.count, width));
        if (!is_inside || !is_packed)
            return error_set(error, ERROR_CORRUPT, "%s: section %u of %u lies outside of the file", segment->name, i, rows);
        if (kind < SECTION_KINDS)
            segment->sections[kind] = row;
    }
    return is_whole(segment) ? ERROR_NONE : error_set(error, ERROR_CORRUPT, "%s: its table of sections is not whole", segment->name);
}

static enum error_code read_header(struct segment *segment, struct error *error)
{
    struct str bytes = segment->bytes;
    if (bytes.len < SEGMENT_HEADER_BYTES || memcmp(bytes.ptr, SEGMENT_MAGIC, 8) != 0)
        return error_set(error, ERROR_CORRUPT, "%s: offset 0: not a segment", segment->name);
    struct reader reader = reader_of(str_slice(bytes.ptr + 8, SEGMENT_HEADER_BYTES - 8));
    uint32_t      version = reader_u32(&reader);
    segment->page_bytes = reader_u32(&reader);
    uint64_t len = reader_u64(&reader), table_at = reader_u64(&reader), sums_at = reader_u64(&reader);
    segment->docs = reader_u32(&reader);
    uint32_t rows = reader_u32(&reader);
    uint64_t tail_sum = reader_u64(&reader), sum = reader_u64(&reader);
    if (sum != hash_bytes(bytes.ptr, SEGMENT_HEADER_BYTES - 8))
        return error_set(error, ERROR_CORRUPT, "%s: offset 0: the checksum of the header does not fit", segment->name);
    if (version != SEGMENT_VERSION)
        return error_set(error, ERROR_CORRUPT, "%s: version %u, this program reads version %d", segment->name, version, SEGMENT_VERSION);
    if (len != bytes.len)
        return error_set(error, ERROR_CORRUPT, "%s: has %zu bytes, its header says %llu", segment->name, bytes.len, (unsigned long long)len);
    bool is_page = segment->page_bytes >= 4096 && segment->page_bytes <= 1 << 20 && (segment->page_bytes & (segment->page_bytes - 1)) == 0;
    if (!is_page || segment->docs > SEGMENT_MAX_DOCS || rows > 4096 || table_at < SEGMENT_HEADER_BYTES || table_at > len ||
        sums_at != table_at + (uint64_t)rows * SEGMENT_ROW_BYTES || sums_at > len)
        return error_set(error, ERROR_CORRUPT, "%s: offset 8: a header that cannot be", segment->name);
    uint64_t pages = (table_at - SEGMENT_HEADER_BYTES + segment->page_bytes - 1) / segment->page_bytes;
    if (len - sums_at != 8 * pages || hash_bytes(bytes.ptr + table_at, len - table_at) != tail_sum)
        return error_set(error, ERROR_CORRUPT, "%s: offset %llu: the checksum of the table does not fit", segment->name,
                         (unsigned long long)table_at);
    segment->page_end = table_at;
    segment->page_sums = (const uint8_t *)bytes.ptr + sums_at;
    if (segment->map.bytes.ptr && !(segment->checked = calloc(pages / 64 + 1, sizeof *segment->checked)))
        return error_set(error, ERROR_MEMORY, "no memory to open %s", segment->name);
    return read_table(segment, str_slice(bytes.ptr + table_at, sums_at - table_at), rows, error);
}

static struct segment *segment_new(const char *name)
{
    struct segment *segment = calloc(1, sizeof *segment);
    if (!segment)
        return NULL;
    atomic_init(&segment->references, 1);
    snprintf(segment->name, sizeof segment->name, "%s", name);
    return segment;
}

enum error_code segment_open(const char *path, struct segment **segment_out, struct error *error)
{
    *segment_out = NULL;
    struct segment *segment = segment_new(path);
    if (!segment)
        return error_set(error, ERROR_MEMORY, "no memory to open %s", path);
    enum error_code code = vfs_map(path, &segment->map, error);
    segment->bytes = segment->map.bytes;
    if (!code)
        code = read_header(segment, error);
    if (code)
        segment_release(segment);
    else
        *segment_out = segment;
    return code;
}

enum error_code segment_open_image(struct buf *image, struct segment **segment_out, struct error *error)
{
    *segment_out = NULL;
    struct segment *segment = segment_new("memory");
    if (!segment)
        return error_set(error, ERROR_MEMORY, "no memory for a segment of %zu bytes", image->len);
    segment->image = *image;
    *image = (struct buf){0};
    segment->bytes = buf_str(&segment->image);
    enum error_code code = read_header(segment, error);
    if (code)
        segment_release(segment);
    else
        *segment_out = segment;
    return code;
}

struct segment *segment_keep(struct segment *segment)
{
    atomic_fetch_add(&segment->references, 1);
    return segment;
}

void segment_release(struct segment *segment)
{
    if (!segment || atomic_fetch_sub(&segment->references, 1) != 1)
        return;
    ZSTD_freeDDict(atomic_load(&segment->unpacker));
    vfs_unmap(&segment->map);
    buf_fini(&segment->image);
    free((void *)segment->checked);
    free(segment);
}

uint64_t segment_bytes(const struct segment *segment)
{
    return segment->bytes.len;
}

const char *segment_name(const struct segment *segment)
{
    return segment->name;
}
