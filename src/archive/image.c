/* Making the bytes of a segment out of a builder: number the documents by time, the terms by bytes, then write section after section. */
#include "archive/builder.h"

#include "archive/order.h"
#include "archive/records.h"
#include "archive/segment_format.h"

#include <stdlib.h>

struct image {
    const struct segment_builder       *builder;
    const struct segment_image_options *options;
    struct buf    *out;
    struct section rows[SECTION_KINDS];
    uint32_t      *docs;      /* ours -> the builder's */
    uint32_t       count;
    uint32_t      *terms;     /* ours -> the builder's */
    uint32_t      *new_terms; /* the builder's -> ours */
    uint32_t      *df;        /* of ours */
    uint32_t       term_count;
    int64_t       *values;    /* room for the longest column */
};

/* ---- Sections ---- */

static void begin_section(struct image *image, enum section_kind kind)
{
    buf_append_zeros(image->out, (8 - image->out->len % 8) % 8);
    image->rows[kind] = (struct section){.offset = image->out->len, .is_there = true};
}

static void end_section(struct image *image, enum section_kind kind, uint64_t count)
{
    image->rows[kind].bytes = image->out->len - image->rows[kind].offset;
    image->rows[kind].count = count;
}

static void write_column(struct image *image, enum section_kind kind, const int64_t *values, uint32_t count)
{
    struct column packed;
    begin_section(image, kind);
    column_append(image->out, values, count, &packed);
    end_section(image, kind, count);
    image->rows[kind].width = packed.width;
    image->rows[kind].base = packed.base;
}

static bool write_dictionary(struct image *image, enum section_kind values, enum section_kind blocks, const uint32_t *numbers,
                             uint32_t count, const struct str *strings)
{
    struct dictionary_writer writer = {0};
    for (uint32_t i = 0; i < count; i++)
        dictionary_write(&writer, strings[numbers[i]]);
    dictionary_writer_end(&writer);
    bool is_done = !writer.has_failed;
    if (is_done) {
        begin_section(image, values);
        buf_append_str(image->out, buf_str(&writer.bytes));
        end_section(image, values, count);
        write_column(image, blocks, writer.block_at, writer.block_count + 1);
    }
    dictionary_writer_fini(&writer);
    return is_done;
}

/* ---- Documents ---- */

struct doc_order {
    int64_t  at_us;
    uint32_t doc;
};

static int compare_docs(const void *a, const void *b, void *context)
{
    const struct segment_builder *builder = context;
    const struct doc_order       *x = a, *y = b;
    if (x->at_us != y->at_us)
        return x->at_us < y->at_us ? -1 : 1;
    const struct builder_doc *p = &builder->docs[x->doc], *q = &builder->docs[y->doc];
    return str_compare(str_slice(builder->ids.ptr + p->id_at, p->id_len), str_slice(builder->ids.ptr + q->id_at, q->id_len));
}

static bool number_docs(struct image *image, uint32_t limit)
{
    const struct segment_builder *builder = image->builder;
    struct doc_order             *order = malloc(((size_t)limit + 1) * sizeof *order);
    image->docs = malloc(((size_t)limit + 1) * sizeof *image->docs);
    if (!order || !image->docs) {
        free(order);
        return false;
    }
    bool is_sorted = true;
    for (uint32_t i = 0; i < limit; i++) {
        if (builder->docs[i].is_deleted)
            continue;
        order[image->count] = (struct doc_order){builder->docs[i].at_us, i};
        if (image->count && is_sorted)
            is_sorted = compare_docs(&order[image->count - 1], &order[image->count], (void *)builder) < 0;
        image->count++;
    }
    if (!is_sorted)
        qsort_r(order, image->count, sizeof *order, compare_docs, (void *)builder);
    for (uint32_t i = 0; i < image->count; i++)
        image->docs[i] = order[i].doc;
    free(order);
    return true;
}

static const struct builder_doc *doc_at(const struct image *image, uint32_t i)
{
    return &image->builder->docs[image->docs[i]];
}

static bool write_fields(struct image *image)
{
    for (int field = 0; field < SEGMENT_FIELDS; field++) {
        const struct interner *interner = &image->builder->fields[field];
        uint32_t *numbers = malloc(((size_t)interner->count + 1) * sizeof *numbers), count = 0;
        uint32_t *ordinals = calloc((size_t)interner->count + 1, sizeof *ordinals);
        bool      is_done = numbers && ordinals;
        for (uint32_t i = 0; is_done && i < image->count; i++)
            ordinals[doc_at(image, i)->fields[field]] = 1;
        for (uint32_t i = 0; is_done && i < interner->count; i++)
            if (ordinals[i])
                numbers[count++] = i;
        is_done = is_done && order_strings(numbers, count, interner->strings) &&
                  write_dictionary(image, SECTION_FIELD_VALUES + field, SECTION_FIELD_BLOCKS + field, numbers, count, interner->strings);
        for (uint32_t i = 0; is_done && i < count; i++)
            ordinals[numbers[i]] = i;
        for (uint32_t i = 0; is_done && i < image->count; i++)
            image->values[i] = ordinals[doc_at(image, i)->fields[field]];
        if (is_done)
            write_column(image, SECTION_COLUMN + field, image->values, image->count);
        free(numbers);
        free(ordinals);
        if (!is_done)
            return false;
    }
    return true;
}

static void write_numbers(struct image *image)
{
    for (int column = SEGMENT_AT; column < SEGMENT_COLUMNS; column++) {
        for (uint32_t i = 0; i < image->count; i++) {
            const struct builder_doc *doc = doc_at(image, i);
            image->values[i] = column == SEGMENT_AT       ? doc->at_us
                               : column == SEGMENT_HAS    ? (int64_t)doc->has
                               : column == SEGMENT_THREAD ? (int64_t)doc->thread_hash
                                                          : doc->figures.values[column - SEGMENT_LIKES];
        }
        write_column(image, SECTION_COLUMN + column, image->values, image->count);
    }
}

struct id_order {
    uint64_t hash;
    uint32_t doc;
};

static int compare_ids(const void *a, const void *b)
{
    const struct id_order *x = a, *y = b;
    return x->hash != y->hash ? (x->hash < y->hash ? -1 : 1) : (x->doc > y->doc) - (x->doc < y->doc);
}

static bool write_ids(struct image *image)
{
    struct id_order *order = malloc(((size_t)image->count + 1) * sizeof *order);
    if (!order)
        return false;
    for (uint32_t i = 0; i < image->count; i++)
        order[i] = (struct id_order){doc_at(image, i)->id_hash, i};
    qsort(order, image->count, sizeof *order, compare_ids);
    for (uint32_t i = 0; i < image->count; i++)
        image->values[i] = (int64_t)order[i].hash;
    write_column(image, SECTION_IDS, image->values, image->count);
    for (uint32_t i = 0; i < image->count; i++)
        image->values[i] = order[i].doc;
    write_column(image, SECTION_ID_DOCS, image->values, image->count);
    free(order);
    return true;
}

/* ---- Terms ---- */

/* Walks over the distinct terms of documents twice: to count, then to fill. */
struct term_count {
    uint32_t df, last; /* last: document + 1 that was counted */
};

static void count_terms(const struct image *image, struct term_count *counts)
{
    for (uint32_t i = 0; i < image->count; i++) {
        const struct builder_doc *doc = doc_at(image, i);
        const uint32_t           *token = image->builder->tokens + doc->token_at, *extras = token + doc->token_len;
        for (uint32_t k = 0; k < doc->token_count; k++, token += 1 + (*token & 1)) {
            struct term_count *count = &counts[*token >> 1];
            count->df += count->last != i + 1;
            count->last = i + 1;
        }
        for (uint32_t k = 0; k < doc->extra_count; k++)
            counts[extras[k]].df++;
    }
}

static bool number_terms(struct image *image)
{
    const struct interner *interner = &image->builder->terms;
    struct term_count     *counts = calloc((size_t)interner->count + 1, sizeof *counts);
    image->terms = malloc(((size_t)interner->count + 1) * sizeof *image->terms);
    image->new_terms = malloc(((size_t)interner->count + 1) * sizeof *image->new_terms);
    image->df = malloc(((size_t)interner->count + 1) * sizeof *image->df);
    bool is_done = counts && image->terms && image->new_terms && image->df;
    if (is_done) {
        count_terms(image, counts);
        for (uint32_t i = 0; i < interner->count; i++)
            if (counts[i].df)
                image->terms[image->term_count++] = i;
        is_done = order_strings(image->terms, image->term_count, interner->strings);
    }
    for (uint32_t i = 0; is_done && i < image->term_count; i++) {
        image->new_terms[image->terms[i]] = i;
        image->df[i] = counts[image->terms[i]].df;
    }
    free(counts);
    return is_done;
}

static bool write_terms(struct image *image)
{
    if (!write_dictionary(image, SECTION_TERMS, SECTION_TERM_BLOCKS, image->terms, image->term_count, image->builder->terms.strings))
        return false;
    for (uint32_t i = 0; i < image->term_count; i++)
        image->values[i] = image->df[i];
    write_column(image, SECTION_TERM_DF, image->values, image->term_count);
    for (uint32_t i = 0; i < image->term_count; i++)
        image->values[i] = image->builder->kinds[image->terms[i]];
    write_column(image, SECTION_TERM_KIND, image->values, image->term_count);
    return true;
}

static uint8_t *put_varint(uint8_t *at, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        *at++ = (uint8_t)(value | 0x80);
    *at++ = (uint8_t)value;
    return at;
}

static bool write_forward(struct image *image)
{
    begin_section(image, SECTION_FORWARD);
    uint64_t start = image->out->len;
    for (uint32_t i = 0; i < image->count; i++) {
        const struct builder_doc *doc = doc_at(image, i);
        const uint32_t           *token = image->builder->tokens + doc->token_at, *extras = token + doc->token_len;
        image->values[i] = (int64_t)(image->out->len - start);
        if (!buf_reserve(image->out, 20 + 10 * ((size_t)doc->token_len + doc->extra_count)))
            return false;
        uint8_t *at = (uint8_t *)image->out->ptr + image->out->len;
        at = put_varint(put_varint(at, doc->token_count), doc->extra_count);
        for (uint32_t k = 0; k < doc->token_count; k++) {
            uint32_t value = *token++;
            at = put_varint(at, (uint64_t)image->new_terms[value >> 1] << 1 | (value & 1));
            if (value & 1)
                at = put_varint(at, *token++);
        }
        for (uint32_t k = 0; k < doc->extra_count; k++)
            at = put_varint(at, image->new_terms[extras[k]]);
        image->out->len = (size_t)(at - (uint8_t *)image->out->ptr);
    }
    image->values[image->count] = (int64_t)(image->out->len - start);
    end_section(image, SECTION_FORWARD, image->count);
    write_column(image, SECTION_FORWARD_AT, image->values, image->count + 1);
    return true;
}

/* ---- Postings ---- */

static void place(uint32_t *postings, uint64_t *cursor, uint64_t start, uint32_t doc)
{
    if (*cursor == start || postings[*cursor - 1] != doc)
        postings[(*cursor)++] = doc;
}

/* Fills postings: those of term t are [starts[t], starts[t + 1]), ascending. */
static void fill_postings(const struct image *image, const uint64_t *starts, uint64_t *cursors, uint32_t *postings)
{
    for (uint32_t i = 0; i < image->count; i++) {
        const struct builder_doc *doc = doc_at(image, i);
        const uint32_t           *token = image->builder->tokens + doc->token_at, *extras = token + doc->token_len;
        for (uint32_t k = 0; k < doc->token_count; k++, token += 1 + (*token & 1)) {
            uint32_t term = image->new_terms[*token >> 1];
            place(postings, &cursors[term], starts[term], i);
        }
        for (uint32_t k = 0; k < doc->extra_count; k++) {
            uint32_t term = image->new_terms[extras[k]];
            place(postings, &cursors[term], starts[term], i);
        }
    }
}

static bool write_posting(struct buf *out, const uint32_t *docs, uint32_t df)
{
    if (df <= POSTINGS_MAX_DELTAS) {
        if (!buf_reserve(out, 5 * (size_t)df))
            return false;
        uint8_t *at = (uint8_t *)out->ptr + out->len;
        for (uint32_t i = 0, before = 0; i < df; before = docs[i++])
            at = put_varint(at, docs[i] - before);
        out->len = (size_t)(at - (uint8_t *)out->ptr);
        return true;
    }
    roaring_bitmap_t *bitmap = roaring_bitmap_of_ptr(df, docs);
    if (!bitmap)
        return false;
    size_t bytes = roaring_bitmap_portable_size_in_bytes(bitmap);
    bool   is_done = buf_append_varint(out, bytes) && buf_reserve(out, bytes);
    if (is_done)
        out->len += roaring_bitmap_portable_serialize(bitmap, out->ptr + out->len);
    roaring_bitmap_free(bitmap);
    return is_done;
}

static bool write_postings(struct image *image)
{
    uint32_t  terms = image->term_count;
    uint64_t *starts = malloc(((size_t)terms + 1) * sizeof *starts), *cursors = malloc(((size_t)terms + 1) * sizeof *cursors), total = 0;
    uint32_t *postings = NULL;
    bool      is_done = starts && cursors;
    for (uint32_t t = 0; is_done && t < terms; t++) {
        starts[t] = cursors[t] = total;
        total += image->df[t];
    }
    if (is_done && (postings = malloc((total + 1) * sizeof *postings)))
        fill_postings(image, starts, cursors, postings);
    is_done = is_done && postings;
    begin_section(image, SECTION_POSTINGS);
    uint64_t start = image->out->len;
    for (uint32_t t = 0; is_done && t < terms; t++) {
        require(cursors[t] - starts[t] == image->df[t]);
        image->values[t] = image->df[t] == 1 ? (int64_t)postings[starts[t]] : (int64_t)(image->out->len - start);
        if (image->df[t] > 1)
            is_done = write_posting(image->out, postings + starts[t], image->df[t]);
    }
    end_section(image, SECTION_POSTINGS, terms);
    if (is_done)
        write_column(image, SECTION_POSTINGS_AT, image->values, terms);
    free(starts);
    free(cursors);
    free(postings);
    return is_done;
}

/* ---- Posts ---- */

enum { TRAIN_POSTS = 4096, TRAIN_BYTES = 1024 * 1024 };

/* Every nth post, so that the whole time of the segment is heard. */
static bool train(const struct image *image, struct buf *dictionary)
{
    size_t    lens[TRAIN_POSTS];
    uint32_t  count = 0, step = image->count / TRAIN_POSTS + 1;
    struct buf samples = {.max_bytes = 2 * TRAIN_BYTES};
    for (uint32_t i = 0; i < image->count && count < TRAIN_POSTS && samples.len < TRAIN_BYTES; i += step) {
        struct str record = segment_builder_record(image->builder, image->docs[i]);
        if (record.len > 4096)
            continue; /* one long post must not be all that is learnt */
        buf_append_str(&samples, record);
        lens[count++] = record.len;
    }
    if (!samples.has_failed)
        records_train(samples.ptr, lens, count, dictionary);
    buf_fini(&samples);
    return !dictionary->has_failed;
}

/* A post whose figures were refreshed is written with them. */
static bool write_refreshed(struct records_writer *writer, const struct builder_doc *doc, struct str record)
{
    struct arena arena = {0};
    struct buf   bytes = {0};
    struct post  post;
    bool is_done = post_decode(record, &arena, &post, NULL) == ERROR_NONE;
    if (is_done) {
        side_figures_apply(&doc->figures, &post);
        post_encode(&post, &bytes);
        records_write(writer, buf_str(&bytes));
    }
    is_done = is_done && !bytes.has_failed;
    buf_fini(&bytes);
    arena_fini(&arena);
    return is_done;
}

static bool write_records(struct image *image)
{
    struct buf trained = {0};
    struct str dictionary = image->options->dictionary;
    bool       is_done = true;
    if (image->options->is_packed && dictionary.len == 0) {
        is_done = train(image, &trained);
        dictionary = buf_str(&trained);
    }
    begin_section(image, SECTION_ZSTD_DICTIONARY);
    if (image->options->is_packed)
        buf_append_str(image->out, dictionary);
    end_section(image, SECTION_ZSTD_DICTIONARY, 0);
    begin_section(image, SECTION_BLOCKS);
    struct records_writer writer;
    is_done = records_writer_init(&writer, image->out, image->options->is_packed, dictionary) && is_done;
    for (uint32_t i = 0; is_done && i < image->count; i++) {
        struct str record = segment_builder_record(image->builder, image->docs[i]);
        if (doc_at(image, i)->is_refreshed)
            is_done = write_refreshed(&writer, doc_at(image, i), record);
        else
            records_write(&writer, record);
    }
    records_writer_end(&writer);
    end_section(image, SECTION_BLOCKS, writer.block_count);
    is_done = is_done && !writer.has_failed;
    if (is_done) {
        write_column(image, SECTION_BLOCK_AT, writer.block_at, writer.block_count + 1);
        write_column(image, SECTION_BLOCK_FIRST, writer.block_first, writer.block_count + 1);
    }
    records_writer_fini(&writer);
    buf_fini(&trained);
    return is_done;
}

/* ---- Header and table ---- */

static void put_u32(char *at, uint32_t value)
{
    memcpy(at, &value, sizeof value);
}

static void put_u64(char *at, uint64_t value)
{
    memcpy(at, &value, sizeof value);
}

static bool write_tail(struct image *image)
{
    struct buf *out = image->out;
    uint32_t    rows = 0;
    buf_append_zeros(out, (8 - out->len % 8) % 8);
    size_t table_at = out->len;
    for (uint32_t kind = 0; kind < SECTION_KINDS; kind++) {
        const struct section *row = &image->rows[kind];
        if (!row->is_there)
            continue;
        rows++;
        buf_append_u32(out, kind);
        buf_append_u32(out, row->width);
        buf_append_u64(out, row->offset);
        buf_append_u64(out, row->bytes);
        buf_append_u64(out, row->base);
        buf_append_u64(out, row->count);
    }
    size_t sums_at = out->len;
    for (size_t at = SEGMENT_HEADER_BYTES; at < table_at && !out->has_failed; at += SEGMENT_PAGE_BYTES)
        buf_append_u64(out, hash_bytes(out->ptr + at, table_at - at < SEGMENT_PAGE_BYTES ? table_at - at : SEGMENT_PAGE_BYTES));
    if (out->has_failed)
        return false;
    char *header = out->ptr;
    memcpy(header, SEGMENT_MAGIC, 8);
    put_u32(header + 8, SEGMENT_VERSION);
    put_u32(header + 12, SEGMENT_PAGE_BYTES);
    put_u64(header + 16, out->len);
    put_u64(header + 24, table_at);
    put_u64(header + 32, sums_at);
    put_u32(header + 40, image->count);
    put_u32(header + 44, rows);
    put_u64(header + 48, hash_bytes(out->ptr + table_at, out->len - table_at));
    put_u64(header + 56, hash_bytes(header, SEGMENT_HEADER_BYTES - 8));
    return true;
}

static void image_fini(struct image *image)
{
    free(image->docs);
    free(image->terms);
    free(image->new_terms);
    free(image->df);
    free(image->values);
}

enum error_code segment_builder_image(const struct segment_builder *builder, uint32_t limit, const struct segment_image_options *options,
                                      struct buf *out, uint32_t *count_out, struct error *error)
{
    struct image image = {.builder = builder, .options = options, .out = out};
    require(out->len == 0 && limit <= builder->count);
    bool is_done = number_docs(&image, limit) && number_terms(&image);
    size_t longest = image.term_count > image.count ? image.term_count : image.count;
    is_done = is_done && (image.values = malloc((longest + 2) * sizeof *image.values)) &&
              buf_append_zeros(out, SEGMENT_HEADER_BYTES);
    if (is_done)
        write_numbers(&image);
    is_done = is_done && write_ids(&image) && write_fields(&image) && write_terms(&image) && write_postings(&image) &&
              write_forward(&image) && write_records(&image) && write_tail(&image) && !out->has_failed;
    *count_out = image.count;
    image_fini(&image);
    if (!is_done) {
        buf_fini(out);
        return error_set(error, ERROR_MEMORY, "no memory for a segment of %u posts", limit);
    }
    return ERROR_NONE;
}

enum error_code segment_pack_dictionary(struct segment *segment, struct str *dictionary_out, struct error *error)
{
    const uint8_t  *bytes;
    uint64_t        len = segment->sections[SECTION_ZSTD_DICTIONARY].bytes;
    enum error_code code = segment_bytes_of(segment, SECTION_ZSTD_DICTIONARY, 0, len, &bytes, error);
    *dictionary_out = code ? (struct str){0} : str_slice((const char *)bytes, len);
    return code;
}
