#include "archive/answer.h"

#include <stdlib.h>

enum error_code answer_begin(struct answer *answer, struct archive_snapshot *snapshot, const struct query_node *root, struct error *error)
{
    *answer = (struct answer){.snapshot = snapshot};
    if (!root)
        return ERROR_NONE;
    answer->matches = calloc((size_t)snapshot->part_count + 1, sizeof *answer->matches);
    if (!answer->matches)
        return error_set(error, ERROR_MEMORY, "no memory for an answer");
    for (uint32_t i = 0; i < snapshot->part_count; i++) {
        enum error_code code = eval_documents(&snapshot->parts[i], root, &answer->tools, &answer->matches[i], error);
        if (code)
            return code;
    }
    return ERROR_NONE;
}

void answer_end(struct answer *answer)
{
    for (uint32_t i = 0; answer->matches && i < answer->snapshot->part_count; i++)
        if (answer->matches[i])
            roaring_bitmap_free(answer->matches[i]);
    free(answer->matches);
    answer->matches = NULL;
    eval_tools_fini(&answer->tools);
}

uint64_t answer_match_count(const struct answer *answer)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < answer->snapshot->part_count; i++)
        count += roaring_bitmap_get_cardinality(answer->matches[i]);
    return count;
}

/* ---- Tally ---- */

enum error_code tally_add(struct tally *tally, struct str name, uint64_t count, struct error *error)
{
    uint32_t number = interner_add(&tally->names, name);
    if (number != INTERNER_NONE && number >= tally->capacity) {
        uint32_t  capacity = tally->capacity ? tally->capacity * 2 : 64;
        uint64_t *grown = realloc(tally->counts, capacity * sizeof *grown);
        if (grown) {
            memset(grown + tally->capacity, 0, (capacity - tally->capacity) * sizeof *grown);
            tally->counts = grown;
            tally->capacity = capacity;
        } else
            number = INTERNER_NONE;
    }
    if (number == INTERNER_NONE)
        return error_set(error, ERROR_MEMORY, "no memory for counts by value");
    tally->counts[number] += count;
    return ERROR_NONE;
}

void tally_fini(struct tally *tally)
{
    interner_fini(&tally->names);
    free(tally->counts);
    *tally = (struct tally){0};
}

/* ---- The first few in an order ---- */

enum { ELEMENT_MAX_BYTES = 64 };

static void swap(char *a, char *b, size_t bytes)
{
    char kept[ELEMENT_MAX_BYTES];
    memcpy(kept, a, bytes);
    memcpy(a, b, bytes);
    memcpy(b, kept, bytes);
}

/* A heap whose root is the last in order: the one that a better element pushes out. */
static void sift_down(char *heap, size_t count, size_t bytes, size_t at, int (*compare)(const void *, const void *))
{
    for (;;) {
        size_t last = at, left = 2 * at + 1, right = left + 1;
        if (left < count && compare(heap + left * bytes, heap + last * bytes) > 0)
            last = left;
        if (right < count && compare(heap + right * bytes, heap + last * bytes) > 0)
            last = right;
        if (last == at)
            return;
        swap(heap + at * bytes, heap + last * bytes, bytes);
        at = last;
    }
}

size_t top_first(void *elements, size_t count, size_t element_bytes, size_t top, int (*compare)(const void *, const void *))
{
    char *heap = elements;
    require(element_bytes <= ELEMENT_MAX_BYTES);
    if (top > count)
        top = count;
    if (top == 0)
        return 0;
    if (top < count) {
        for (size_t i = top / 2; i-- > 0;)
            sift_down(heap, top, element_bytes, i, compare);
        for (size_t i = top; i < count; i++)
            if (compare(heap + i * element_bytes, heap) < 0) {
                swap(heap, heap + i * element_bytes, element_bytes);
                sift_down(heap, top, element_bytes, 0, compare);
            }
    }
    qsort(heap, top, element_bytes, compare);
    return top;
}

/* ---- Ids and places ---- */

enum error_code answer_id(const struct snapshot_part *part, uint32_t doc, struct record_reader *reader, struct arena *arena,
                          struct str *id_out, struct error *error)
{
    struct str  bytes;
    struct post post;
    if (segment_record(part->segment, doc, reader, &bytes, error) || post_decode(bytes, arena, &post, error))
        return error->code;
    *id_out = arena_str(arena, post.id);
    return id_out->ptr ? ERROR_NONE : error_set(error, ERROR_MEMORY, "no memory for an id");
}

/* The first document of [first, end), whose times are equal, with an id that is not less than id (is_behind: greater than id). */
static enum error_code bound_id(const struct snapshot_part *part, struct str id, bool is_behind, struct record_reader *reader, uint32_t first,
                                uint32_t end, uint32_t *bound_out, struct error *error)
{
    struct arena    arena = {0};
    enum error_code code = ERROR_NONE;
    while (first < end) {
        uint32_t   middle = first + (end - first) / 2;
        struct str found;
        code = answer_id(part, middle, reader, &arena, &found, error);
        if (code)
            break;
        int order = str_compare(found, id);
        if (order < 0 || (is_behind && order == 0))
            first = middle + 1;
        else
            end = middle;
        arena_reset(&arena);
    }
    arena_fini(&arena);
    *bound_out = first;
    return code;
}

enum error_code answer_place(const struct snapshot_part *part, int64_t at_us, struct str id, struct record_reader *reader,
                             uint32_t *first_out, uint32_t *behind_out, struct error *error)
{
    uint32_t first, end;
    if (segment_time_range(part->segment, at_us, at_us == INT64_MAX ? at_us : at_us + 1, &first, &end, error))
        return error->code;
    if (bound_id(part, id, false, reader, first, end, first_out, error))
        return error->code;
    return bound_id(part, id, true, reader, *first_out, end, behind_out, error);
}
