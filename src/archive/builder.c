#include "archive/builder.h"

#include "query/query.h"

#include <stdlib.h>

static bool grow(void *array, size_t *capacity, size_t needed, size_t size)
{
    if (needed <= *capacity)
        return true;
    size_t more = *capacity ? *capacity * 2 : 256;
    more = more < needed ? needed : more;
    void *grown = realloc(*(void **)array, more * size);
    if (!grown)
        return false;
    *(void **)array = grown;
    *capacity = more;
    return true;
}

void segment_builder_init(struct segment_builder *builder, struct text_analyser *analyser)
{
    *builder = (struct segment_builder){.analyser = analyser};
    arena_init(&builder->arena, 0);
}

void segment_builder_fini(struct segment_builder *builder)
{
    interner_fini(&builder->terms);
    for (int i = 0; i < SEGMENT_FIELDS; i++)
        interner_fini(&builder->fields[i]);
    free(builder->kinds);
    free(builder->docs);
    free(builder->tokens);
    free(builder->slots);
    buf_fini(&builder->records);
    buf_fini(&builder->ids);
    buf_fini(&builder->scratch);
    arena_fini(&builder->arena);
    *builder = (struct segment_builder){0};
}

void segment_builder_clear(struct segment_builder *builder)
{
    struct text_analyser *analyser = builder->analyser;
    segment_builder_fini(builder);
    segment_builder_init(builder, analyser);
}

/* ---- Ids ---- */

static struct str id_of(const struct segment_builder *builder, const struct builder_doc *doc)
{
    return str_slice(builder->ids.ptr + doc->id_at, doc->id_len);
}

/* The slot that holds the id, or the free one where it would go. */
static uint32_t find_slot(const struct segment_builder *builder, struct str id, uint64_t hash)
{
    uint32_t mask = builder->slot_count - 1, slot = (uint32_t)hash & mask;
    for (; builder->slots[slot]; slot = (slot + 1) & mask) {
        const struct builder_doc *doc = &builder->docs[builder->slots[slot] - 1];
        if (doc->id_hash == hash && str_equal(id_of(builder, doc), id))
            break;
    }
    return slot;
}

static void fill_slots(struct segment_builder *builder)
{
    memset(builder->slots, 0, builder->slot_count * sizeof *builder->slots);
    for (uint32_t i = 0; i < builder->count; i++)
        builder->slots[find_slot(builder, id_of(builder, &builder->docs[i]), builder->docs[i].id_hash)] = i + 1;
}

static bool reserve_slot(struct segment_builder *builder)
{
    if ((uint64_t)(builder->count + 1) * 2 <= builder->slot_count)
        return true;
    uint32_t  slot_count = builder->slot_count ? builder->slot_count * 2 : 1024;
    uint32_t *slots = malloc(slot_count * sizeof *slots);
    if (!slots)
        return false;
    free(builder->slots);
    builder->slots = slots;
    builder->slot_count = slot_count;
    fill_slots(builder);
    return true;
}

uint32_t segment_builder_find(const struct segment_builder *builder, struct str id)
{
    if (builder->count == 0)
        return SEGMENT_BUILDER_NONE;
    return builder->slots[find_slot(builder, id, hash_str(id))] - 1; /* a free slot holds 0: NONE */
}

struct str segment_builder_record(const struct segment_builder *builder, uint32_t doc)
{
    return str_slice(builder->records.ptr + builder->docs[doc].record_at, builder->docs[doc].record_len);
}

void segment_builder_refresh(struct segment_builder *builder, uint32_t doc, const struct side_figures *figures)
{
    builder->docs[doc].figures = *figures;
    builder->docs[doc].is_refreshed = true;
}

uint64_t segment_builder_bytes(const struct segment_builder *builder)
{
    return builder->records.len;
}

/* ---- Adding ---- */

struct str segment_fold(struct text_analyser *analyser, struct arena *arena, struct buf *scratch, struct str s)
{
    buf_clear(scratch);
    if (!buf_reserve(scratch, s.len + 1))
        return (struct str){0};
    for (size_t i = 0; i < s.len; i++) {
        uint8_t byte = (uint8_t)s.ptr[i];
        if (byte >= 0x80)
            return text_fold(analyser, arena, s);
        scratch->ptr[i] = (char)(byte >= 'A' && byte <= 'Z' ? byte + ('a' - 'A') : byte);
    }
    return str_slice(scratch->ptr, s.len);
}

static bool add_number(struct segment_builder *builder, uint32_t number)
{
    if (!grow(&builder->tokens, &builder->token_capacity, builder->token_count + 1, sizeof *builder->tokens))
        return false;
    builder->tokens[builder->token_count++] = number;
    return true;
}

static uint32_t add_term(struct segment_builder *builder, struct str key, uint8_t kind)
{
    uint32_t known = builder->terms.count, term = interner_add(&builder->terms, key);
    if (term == INTERNER_NONE || !grow(&builder->kinds, &builder->kind_capacity, builder->terms.count, sizeof *builder->kinds))
        return INTERNER_NONE;
    if (term == known)
        builder->kinds[term] = kind;
    return term;
}

static bool add_extra(struct segment_builder *builder, struct builder_doc *doc, const char *prefix, uint8_t kind, struct str value)
{
    buf_clear(&builder->scratch);
    buf_append_str(&builder->scratch, str_of(prefix));
    if (!buf_append_str(&builder->scratch, value))
        return false;
    uint32_t        term = add_term(builder, buf_str(&builder->scratch), kind);
    const uint32_t *extras = builder->tokens + doc->token_at + doc->token_len;
    for (uint32_t i = 0; i < doc->extra_count; i++)
        if (extras[i] == term)
            return true;
    doc->extra_count++;
    return term != INTERNER_NONE && add_number(builder, term);
}

static bool add_link(struct segment_builder *builder, struct builder_doc *doc, struct str canonical)
{
    struct str host = text_link_host(canonical);
    return add_extra(builder, doc, SEGMENT_LINK_PREFIX, SEGMENT_TERM_LINK, canonical) &&
           (host.len == 0 || add_extra(builder, doc, SEGMENT_SITE_PREFIX, SEGMENT_TERM_SITE, host));
}

static bool add_tokens(struct segment_builder *builder, struct builder_doc *doc, const struct post *post, const struct text_facts *facts)
{
    uint32_t    before = UINT32_MAX;
    struct str *links;
    size_t      link_count;
    doc->token_at = builder->token_count;
    for (uint32_t i = 0; i < facts->token_count; i++) {
        const struct token *token = &facts->tokens[i];
        uint32_t            term = add_term(builder, token->key, token->kind), step = token->position - before;
        if (term == INTERNER_NONE || term > UINT32_MAX / 2 || !add_number(builder, term << 1 | (step != 1)))
            return false;
        if (step != 1 && !add_number(builder, step))
            return false;
        before = token->position;
    }
    doc->token_count = facts->token_count;
    doc->token_len = (uint32_t)(builder->token_count - doc->token_at);
    if (!query_post_links(post, facts, &builder->arena, &links, &link_count))
        return false;
    for (size_t i = 0; i < link_count; i++)
        if (!add_link(builder, doc, links[i]))
            return false;
    return true;
}

static bool add_fields(struct segment_builder *builder, struct builder_doc *doc, const struct post *post, const struct text_facts *facts)
{
    struct str values[SEGMENT_FIELDS] = {
        [SEGMENT_AUTHOR] = post_author_name(post), [SEGMENT_AUTHOR_ID] = post->author_id, [SEGMENT_PLATFORM] = post->platform, [SEGMENT_COMMUNITY] = post->community,
        [SEGMENT_KIND] = post->kind.len ? post->kind : STR("post"), [SEGMENT_LANG] = str_of(facts->lang)};
    for (int i = 0; i < SEGMENT_FIELDS; i++) {
        struct str folded = segment_fold(builder->analyser, &builder->arena, &builder->scratch, values[i]);
        doc->fields[i] = folded.ptr ? interner_add(&builder->fields[i], folded) : INTERNER_NONE;
        if (doc->fields[i] == INTERNER_NONE)
            return false;
    }
    return true;
}

/* Puts doc (whose tokens are the last ones) behind the others. */
static bool add_doc(struct segment_builder *builder, struct builder_doc *doc, struct str id)
{
    if (!reserve_slot(builder) || !grow(&builder->docs, &builder->doc_capacity, builder->count + 1, sizeof *builder->docs))
        return false;
    doc->id_at = builder->ids.len;
    doc->id_len = (uint32_t)id.len;
    doc->id_hash = hash_str(id);
    if (!buf_append_str(&builder->ids, id))
        return false;
    uint32_t slot = find_slot(builder, id, doc->id_hash);
    builder->docs[builder->count++] = *doc;
    builder->slots[slot] = builder->count;
    return true;
}

/* What a half-added document left behind goes away; a failed buffer may be used again. */
static enum error_code undo(struct segment_builder *builder, size_t tokens, size_t records, size_t ids, struct error *error)
{
    builder->token_count = tokens;
    builder->records.len = records;
    builder->ids.len = ids;
    builder->records.has_failed = builder->ids.has_failed = builder->scratch.has_failed = false;
    return error_set(error, ERROR_MEMORY, "no memory for a post in an archive of %u pending ones", builder->count);
}

enum error_code segment_builder_add(struct segment_builder *builder, const struct post *post, const struct text_facts *facts,
                                    struct error *error)
{
    size_t             tokens = builder->token_count, records = builder->records.len, ids = builder->ids.len;
    struct builder_doc doc = {.at_us = post->at_us, .thread_hash = segment_thread_hash(post), .record_at = records,
                              .figures = side_figures_of(post), .has = query_has_bits(post, facts)};
    arena_reset(&builder->arena);
    if (builder->count >= UINT32_MAX / 4 || !add_tokens(builder, &doc, post, facts) || !add_fields(builder, &doc, post, facts))
        return undo(builder, tokens, records, ids, error);
    post_encode(post, &builder->records);
    doc.record_len = (uint32_t)(builder->records.len - records);
    if (builder->records.has_failed || !add_doc(builder, &doc, post->id))
        return undo(builder, tokens, records, ids, error);
    return ERROR_NONE;
}

void segment_builder_truncate(struct segment_builder *builder, uint32_t count)
{
    if (count >= builder->count)
        return;
    const struct builder_doc *first = &builder->docs[count];
    builder->token_count = first->token_at;
    builder->records.len = first->record_at;
    builder->ids.len = first->id_at;
    builder->count = count;
    fill_slots(builder);
}

/* ---- Taking over a segment ---- */

struct source {
    struct segment       *segment;
    const struct side    *side;
    struct record_reader *reader;
    struct column         columns[SEGMENT_COLUMNS];
    uint32_t             *terms, *values[SEGMENT_FIELDS]; /* their numbers -> ours */
    uint32_t              value_counts[SEGMENT_FIELDS];
};

static void source_fini(struct source *source)
{
    record_reader_free(source->reader);
    free(source->terms);
    for (int i = 0; i < SEGMENT_FIELDS; i++)
        free(source->values[i]);
}

/* Adds each string of a dictionary to ours: kinds is NULL for fields. */
static enum error_code map_strings(struct segment_builder *builder, const struct dictionary *dictionary, struct interner *interner,
                                   const struct column *kinds, uint32_t **map_out, struct error *error)
{
    uint32_t *map = *map_out = calloc((size_t)dictionary->count + 1, sizeof *map);
    struct dictionary_cursor cursor = dictionary_cursor_at(dictionary, 0);
    struct str               value;
    bool                     is_full = !map;
    while (!is_full && dictionary_next(&cursor, &value)) {
        uint32_t i = cursor.i - 1;
        map[i] = kinds ? add_term(builder, value, (uint8_t)column_get(kinds, i)) : interner_add(interner, value);
        is_full = map[i] == INTERNER_NONE || map[i] > UINT32_MAX / 2;
    }
    bool is_broken = cursor.has_failed;
    dictionary_cursor_fini(&cursor);
    if (is_full)
        return error_set(error, ERROR_MEMORY, "no memory to merge a dictionary of %u values", dictionary->count);
    return is_broken ? error_set(error, ERROR_CORRUPT, "a dictionary of %u values is broken", dictionary->count) : ERROR_NONE;
}

static enum error_code source_init(struct segment_builder *builder, struct source *source, struct error *error)
{
    struct segment_terms terms;
    enum error_code      code = record_reader_new(&source->reader, error);
    for (int i = 0; !code && i < SEGMENT_COLUMNS; i++)
        code = segment_column(source->segment, i, &source->columns[i], error);
    if (!code)
        code = segment_terms(source->segment, &terms, error);
    if (!code)
        code = map_strings(builder, &terms.keys, &builder->terms, &terms.kind, &source->terms, error);
    for (int i = 0; !code && i < SEGMENT_FIELDS; i++) {
        struct dictionary values;
        code = segment_dictionary(source->segment, i, &values, error);
        source->value_counts[i] = code ? 0 : values.count;
        if (!code)
            code = map_strings(builder, &values, &builder->fields[i], NULL, &source->values[i], error);
    }
    return code;
}

static enum error_code take_tokens(struct segment_builder *builder, struct source *source, uint32_t at, struct builder_doc *doc,
                                   struct error *error)
{
    struct forward  forward;
    uint32_t        term, position, before = UINT32_MAX;
    enum error_code code = segment_forward(source->segment, at, &forward, error);
    if (code)
        return code;
    doc->token_at = builder->token_count;
    while (forward_next(&forward, &term, &position)) {
        bool     is_extra = position == SEGMENT_NO_POSITION, is_stored;
        uint32_t ours = source->terms[term], step = position - before;
        if (is_extra) {
            doc->extra_count++;
            is_stored = add_number(builder, ours);
        } else {
            is_stored = add_number(builder, ours << 1 | (step != 1)) && (step == 1 || add_number(builder, step));
            doc->token_count++;
            doc->token_len = (uint32_t)(builder->token_count - doc->token_at);
            before = position;
        }
        if (!is_stored)
            return error_set(error, ERROR_MEMORY, "no memory to merge %s", segment_name(source->segment));
    }
    return forward.has_failed ? error_set(error, ERROR_CORRUPT, "%s: the terms of document %u are broken", segment_name(source->segment), at)
                              : ERROR_NONE;
}

static enum error_code take_doc(struct segment_builder *builder, struct source *source, uint32_t at, struct error *error)
{
    struct str         bytes;
    struct post        post;
    struct builder_doc doc = {.at_us = column_get_i64(&source->columns[SEGMENT_AT], at), .record_at = builder->records.len,
                              .thread_hash = column_get(&source->columns[SEGMENT_THREAD], at),
                              .has = (uint32_t)column_get(&source->columns[SEGMENT_HAS], at)};
    for (int i = 0; i < SEGMENT_METRICS; i++)
        doc.figures.values[i] = column_get_i64(&source->columns[SEGMENT_LIKES + i], at);
    const struct side_figures *fresh = source->side ? side_figures(source->side, at) : NULL;
    if (fresh) {
        doc.figures = *fresh;
        doc.is_refreshed = true;
    }
    for (int i = 0; i < SEGMENT_FIELDS; i++) {
        uint64_t value = column_get(&source->columns[i], at);
        if (value >= source->value_counts[i])
            return error_set(error, ERROR_CORRUPT, "%s: document %u has a value that is not there", segment_name(source->segment), at);
        doc.fields[i] = source->values[i][value];
    }
    enum error_code code = take_tokens(builder, source, at, &doc, error);
    if (!code)
        code = segment_record(source->segment, at, source->reader, &bytes, error);
    if (code)
        return code;
    arena_reset(&builder->arena);
    doc.record_len = (uint32_t)bytes.len;
    code = post_decode(bytes, &builder->arena, &post, error);
    if (!code && (!buf_append_str(&builder->records, bytes) || !add_doc(builder, &doc, post.id)))
        code = error_set(error, ERROR_MEMORY, "no memory to merge %s", segment_name(source->segment));
    return code;
}

enum error_code segment_builder_add_segment(struct segment_builder *builder, struct segment *segment, const struct side *side,
                                            struct error *error)
{
    struct source   source = {.segment = segment, .side = side};
    uint32_t        count = builder->count;
    size_t          tokens = builder->token_count, records = builder->records.len, ids = builder->ids.len;
    enum error_code code = source_init(builder, &source, error);
    for (uint32_t i = 0; !code && i < segment_count(segment); i++)
        if (!side || !side->deleted || !roaring_bitmap_contains(side->deleted, i))
            code = take_doc(builder, &source, i, error);
    if (code) {
        segment_builder_truncate(builder, count);
        undo(builder, tokens, records, ids, NULL);
    }
    source_fini(&source);
    return code;
}
