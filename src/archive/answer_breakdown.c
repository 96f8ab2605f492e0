/* How many matching posts have each value of a field. Within a part values are ordinals or terms, counted in dense arrays; over parts
 * they are merged by their words. */
#include "archive/answer.h"

#include <stdlib.h>

struct ranked {
    struct str value;
    uint64_t   count;
    uint64_t   tie; /* equal counts: less first */
};

static int compare_values(const void *left, const void *right)
{
    const struct ranked *a = left, *b = right;
    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    return str_compare(a->value, b->value);
}

static int compare_ties(const void *left, const void *right)
{
    const struct ranked *a = left, *b = right;
    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    return (a->tie > b->tie) - (a->tie < b->tie);
}

/* ---- Counting one part ---- */

/* Adds the counted strings of a dictionary's [first, end); skip: bytes that belong to the index and not to the value. */
static enum error_code tally_dictionary(struct tally *tally, const struct segment *segment, const struct dictionary *dictionary,
                                        uint32_t first, uint32_t end, const uint32_t *counts, size_t skip, struct error *error)
{
    struct dictionary_cursor cursor = dictionary_cursor_at(dictionary, first);
    struct str               value;
    enum error_code          code = ERROR_NONE;
    while (!code && cursor.i < end && dictionary_next(&cursor, &value)) {
        uint32_t count = counts[cursor.i - 1 - first];
        if (count && value.len > skip)
            code = tally_add(tally, str_slice(value.ptr + skip, value.len - skip), count, error);
    }
    if (cursor.has_failed)
        code = error_set(error, ERROR_CORRUPT, "%s: a dictionary is broken", segment_name(segment));
    dictionary_cursor_fini(&cursor);
    return code;
}

static enum error_code tally_column(struct tally *tally, struct segment *segment, enum segment_column which, const roaring_bitmap_t *matches,
                                    struct error *error)
{
    struct column        ordinals;
    struct dictionary    values;
    struct document_walk walk;
    uint32_t             doc;
    if (segment_column(segment, which, &ordinals, error) || segment_dictionary(segment, which, &values, error))
        return error->code;
    uint32_t *counts = calloc((size_t)values.count + 1, sizeof *counts);
    if (!counts)
        return error_set(error, ERROR_MEMORY, "no memory for the counts of %u values", values.count);
    document_walk_init(&walk, matches);
    while (document_next(&walk, &doc))
        counts[column_get(&ordinals, doc)]++;
    enum error_code code = tally_dictionary(tally, segment, &values, 0, values.count, counts, 0, error);
    free(counts);
    return code;
}

static enum error_code tally_family(struct tally *tally, struct segment *segment, const char *prefix, const roaring_bitmap_t *matches,
                                    struct error *error)
{
    struct segment_terms terms;
    uint32_t             first, end;
    if (segment_terms(segment, &terms, error) || dictionary_range(&terms.keys, str_of(prefix), &first, &end, error))
        return error->code;
    uint32_t *counts = calloc((size_t)(end - first) + 1, sizeof *counts);
    if (!counts)
        return error_set(error, ERROR_MEMORY, "no memory for the counts of %u values", end - first);
    enum error_code code = count_terms(segment, &terms, matches, first, end, counts, error);
    if (!code)
        code = tally_dictionary(tally, segment, &terms.keys, first, end, counts, strlen(prefix), error);
    free(counts);
    return code;
}

static enum error_code tally_has(struct tally *tally, struct segment *segment, const roaring_bitmap_t *matches, struct error *error)
{
    struct column        bits;
    struct document_walk walk;
    uint32_t             doc;
    uint64_t             counts[HAS_COUNT] = {0};
    if (segment_column(segment, SEGMENT_HAS, &bits, error))
        return error->code;
    document_walk_init(&walk, matches);
    while (document_next(&walk, &doc)) {
        uint64_t has = column_get(&bits, doc);
        for (size_t i = 0; i < HAS_COUNT; i++)
            counts[i] += (has & query_has_flags[i].bit) != 0;
    }
    for (size_t i = 0; i < HAS_COUNT; i++)
        if (counts[i] && tally_add(tally, str_of(query_has_flags[i].name), counts[i], error))
            return error->code;
    return ERROR_NONE;
}

static enum error_code tally_part(struct tally *tally, struct segment *segment, enum query_field field, const roaring_bitmap_t *matches,
                                  struct error *error)
{
    switch (field) {
    case FIELD_AUTHOR: return tally_column(tally, segment, SEGMENT_AUTHOR, matches, error);
    case FIELD_PLATFORM: return tally_column(tally, segment, SEGMENT_PLATFORM, matches, error);
    case FIELD_COMMUNITY: return tally_column(tally, segment, SEGMENT_COMMUNITY, matches, error);
    case FIELD_KIND: return tally_column(tally, segment, SEGMENT_KIND, matches, error);
    case FIELD_LANG: return tally_column(tally, segment, SEGMENT_LANG, matches, error);
    case FIELD_TAG: return tally_family(tally, segment, "#", matches, error);
    case FIELD_MENTION: return tally_family(tally, segment, "@", matches, error);
    case FIELD_LINK: return tally_family(tally, segment, SEGMENT_LINK_PREFIX, matches, error);
    case FIELD_SITE: return tally_family(tally, segment, SEGMENT_SITE_PREFIX, matches, error);
    case FIELD_HAS: return tally_has(tally, segment, matches, error);
    default: return error_set(error, ERROR_INTERNAL, "field %d was let through", (int)field);
    }
}

static bool has_values(enum query_field field)
{
    return field <= FIELD_HAS && field != FIELD_URL;
}

/* ---- Threads: counted by their hash; only those that are shown are read ---- */

struct threads {
    struct tally tally; /* names are the eight bytes of a hash */
    uint64_t    *places; /* of each: a part and a document of that thread */
    uint32_t     capacity;
};

static enum error_code note_thread(struct threads *threads, uint64_t hash, uint32_t part, uint32_t doc, struct error *error)
{
    uint32_t before = threads->tally.names.count;
    if (tally_add(&threads->tally, str_slice((const char *)&hash, sizeof hash), 1, error))
        return error->code;
    if (threads->tally.names.count == before)
        return ERROR_NONE;
    if (before >= threads->capacity) {
        uint32_t  capacity = threads->capacity ? threads->capacity * 2 : 64;
        uint64_t *grown = realloc(threads->places, capacity * sizeof *grown);
        if (!grown)
            return error_set(error, ERROR_MEMORY, "no memory for counts by thread");
        threads->places = grown;
        threads->capacity = capacity;
    }
    threads->places[before] = (uint64_t)part << 32 | doc;
    return ERROR_NONE;
}

static enum error_code count_threads(struct answer *answer, struct threads *threads, struct error *error)
{
    for (uint32_t i = 0; i < answer->snapshot->part_count; i++) {
        struct column        hashes;
        struct document_walk walk;
        uint32_t             doc;
        if (segment_column(answer->snapshot->parts[i].segment, SEGMENT_THREAD, &hashes, error))
            return error->code;
        document_walk_init(&walk, answer->matches[i]);
        while (document_next(&walk, &doc))
            if (note_thread(threads, column_get(&hashes, doc), i, doc, error))
                return error->code;
    }
    return ERROR_NONE;
}

static enum error_code name_threads(struct answer *answer, const struct threads *threads, struct ranked *ranked, size_t count,
                                    struct error *error)
{
    struct record_reader *reader;
    if (eval_tools_reader(&answer->tools, &reader, error))
        return error->code;
    for (size_t i = 0; i < count; i++) {
        uint64_t    place = threads->places[interner_find(&threads->tally.names, str_slice((const char *)&ranked[i].tie, 8))];
        struct str  bytes;
        struct post post;
        if (segment_record(answer->snapshot->parts[place >> 32].segment, (uint32_t)place, reader, &bytes, error) ||
            post_decode(bytes, &answer->tools.plan, &post, error))
            return error->code;
        ranked[i].value = arena_str(&answer->tools.plan, post_thread(&post));
        if (!ranked[i].value.ptr)
            return error_set(error, ERROR_MEMORY, "no memory for the name of a thread");
    }
    return ERROR_NONE;
}

/* ---- Ranking ---- */

static enum error_code rank(const struct tally *tally, bool is_by_tie, size_t top, struct ranked **ranked_out, size_t *count_out,
                            struct error *error)
{
    struct ranked *ranked = calloc((size_t)tally->names.count + 1, sizeof *ranked);
    if (!ranked)
        return error_set(error, ERROR_MEMORY, "no memory for %u values", tally->names.count);
    for (uint32_t i = 0; i < tally->names.count; i++) {
        ranked[i] = (struct ranked){.value = tally->names.strings[i], .count = tally->counts[i]};
        if (is_by_tie)
            memcpy(&ranked[i].tie, ranked[i].value.ptr, sizeof ranked[i].tie);
    }
    *count_out = top_first(ranked, tally->names.count, sizeof *ranked, top, is_by_tie ? compare_ties : compare_values);
    *ranked_out = ranked;
    return ERROR_NONE;
}

static enum error_code hand_over(const struct ranked *ranked, size_t count, struct arena *arena, struct archive_value **values_out,
                                 size_t *count_out, struct error *error)
{
    struct archive_value *values = arena_array(arena, count, sizeof *values);
    for (size_t i = 0; values && i < count; i++) {
        values[i] = (struct archive_value){arena_str(arena, ranked[i].value), ranked[i].count};
        if (!values[i].value.ptr)
            values = NULL;
    }
    if (!values)
        return error_set(error, ERROR_MEMORY, "no memory for %zu values", count);
    *values_out = values;
    *count_out = count;
    return ERROR_NONE;
}

static enum error_code by_thread(struct answer *answer, size_t top, struct arena *arena, struct archive_value **values_out, size_t *count_out,
                                 struct error *error)
{
    struct threads  threads = {0};
    struct ranked  *ranked = NULL;
    size_t          count = 0;
    enum error_code code = count_threads(answer, &threads, error);
    if (!code)
        code = rank(&threads.tally, true, top, &ranked, &count, error);
    if (!code)
        code = name_threads(answer, &threads, ranked, count, error);
    if (!code)
        code = hand_over(ranked, count, arena, values_out, count_out, error);
    free(ranked);
    free(threads.places);
    tally_fini(&threads.tally);
    return code;
}

static enum error_code by_value(struct answer *answer, enum query_field field, size_t top, struct arena *arena,
                                struct archive_value **values_out, size_t *count_out, struct error *error)
{
    struct tally    tally = {0};
    struct ranked  *ranked = NULL;
    size_t          count = 0;
    enum error_code code = ERROR_NONE;
    for (uint32_t i = 0; !code && i < answer->snapshot->part_count; i++)
        code = tally_part(&tally, answer->snapshot->parts[i].segment, field, answer->matches[i], error);
    if (!code)
        code = rank(&tally, false, top, &ranked, &count, error);
    if (!code)
        code = hand_over(ranked, count, arena, values_out, count_out, error);
    free(ranked);
    tally_fini(&tally);
    return code;
}

enum error_code archive_breakdown(struct archive_snapshot *snapshot, const struct query_node *root, enum query_field field, size_t top,
                                  struct arena *arena, struct archive_value **values_out, size_t *count_out, struct error *error)
{
    struct answer answer;
    error = error ? error : &(struct error){0};
    *values_out = NULL;
    *count_out = 0;
    if (!has_values(field))
        return error_set(error, ERROR_INVALID, "%s has no values to list; a breakdown is by author, platform, community, kind, lang, tag, "
                         "mention, link, site, thread or has", field < FIELD_COUNT ? query_fields[field].name : "this field");
    enum error_code code = answer_begin(&answer, snapshot, root, error);
    if (!code)
        code = field == FIELD_THREAD ? by_thread(&answer, top, arena, values_out, count_out, error)
                                     : by_value(&answer, field, top, arena, values_out, count_out, error);
    answer_end(&answer);
    return code;
}
