#include "archive/documents.h"

void document_walk_init(struct document_walk *walk, const roaring_bitmap_t *documents)
{
    roaring_init_iterator(documents, &walk->iterator);
    walk->at = walk->count = 0;
}

bool document_walk_refill(struct document_walk *walk)
{
    walk->at = 0;
    walk->count = walk->iterator.has_value ? roaring_read_uint32_iterator(&walk->iterator, walk->docs, DOCUMENT_BATCH) : 0;
    return walk->count > 0;
}

bool document_list_init(struct document_list *list)
{
    list->count = 0;
    list->set = roaring_bitmap_create();
    return list->set != NULL;
}

roaring_bitmap_t *document_list_take(struct document_list *list)
{
    document_list_flush(list);
    roaring_bitmap_t *set = list->set;
    list->set = NULL;
    return set;
}

roaring_bitmap_t *documents_of_range(uint32_t first, uint32_t end)
{
    /* roaring_bitmap_from_range says NULL for an empty range, which is no failure here. */
    return first < end ? roaring_bitmap_from_range(first, end, 1) : roaring_bitmap_create();
}

void documents_keep_range(roaring_bitmap_t *documents, uint32_t first, uint32_t end)
{
    if (first >= end) {
        roaring_bitmap_clear(documents);
        return;
    }
    roaring_bitmap_remove_range(documents, 0, first);
    roaring_bitmap_remove_range(documents, end, UINT64_C(1) << 32);
}

/* ---- Ranks ---- */

/* A place inside one container: everything before `at` has been counted. What `at` counts in depends on the container's form:
 * 64-bit words, array entries, or runs. */
struct place {
    const void *container;
    uint8_t     form;
    uint32_t    at, counted;
};

static struct place place_in(const roaring_array_t *array, int32_t index)
{
    struct place place = {.form = array->typecodes[index]};
    place.container = container_unwrap_shared(array->containers[index], &place.form);
    return place;
}

static uint32_t rank_in_words(struct place *place, uint32_t low)
{
    const uint64_t *words = ((const bitset_container_t *)place->container)->array;
    uint32_t        word = low / 64;
    for (; place->at < word; place->at++)
        place->counted += (uint32_t)__builtin_popcountll(words[place->at]);
    uint64_t below = low % 64 ? words[word] << (64 - low % 64) : 0;
    return place->counted + (uint32_t)__builtin_popcountll(below);
}

/* Doubling steps from the last edge, then halving: edges that lie close together cost a few comparisons each. */
static uint32_t rank_in_values(struct place *place, uint32_t low)
{
    const array_container_t *values = place->container;
    uint32_t                 count = (uint32_t)values->cardinality, start = place->at, step = 1;
    while (start + step <= count && values->array[start + step - 1] < low)
        start += step, step *= 2;
    uint32_t end = start + step <= count ? start + step : count;
    while (start < end) {
        uint32_t middle = start + (end - start) / 2;
        if (values->array[middle] < low)
            start = middle + 1;
        else
            end = middle;
    }
    return place->at = place->counted = start;
}

static uint32_t rank_in_runs(struct place *place, uint32_t low)
{
    const run_container_t *runs = place->container;
    while (place->at < (uint32_t)runs->n_runs) {
        rle16_t run = runs->runs[place->at];
        if (run.value >= low)
            break;
        if ((uint32_t)run.value + run.length >= low)
            return place->counted + (low - run.value);
        place->counted += (uint32_t)run.length + 1;
        place->at++;
    }
    return place->counted;
}

static uint32_t rank_in(struct place *place, uint32_t low)
{
    switch (place->form) {
    case BITSET_CONTAINER_TYPE_CODE: return rank_in_words(place, low);
    case ARRAY_CONTAINER_TYPE_CODE: return rank_in_values(place, low);
    default: return rank_in_runs(place, low);
    }
}

void documents_ranks(const roaring_bitmap_t *documents, const uint32_t *edges, size_t count, uint64_t *ranks_out)
{
    const roaring_array_t *array = &documents->high_low_container;
    int32_t                index = 0;
    uint64_t               before = 0; /* in the containers that are passed */
    struct place           place = {0};
    for (size_t i = 0; i < count; i++) {
        uint32_t high = edges[i] >> 16;
        while (index < array->size && array->keys[index] < high) {
            before += (uint64_t)container_get_cardinality(array->containers[index], array->typecodes[index]);
            index++;
            place.container = NULL;
        }
        if (index == array->size || array->keys[index] > high) {
            ranks_out[i] = before;
            continue;
        }
        if (!place.container)
            place = place_in(array, index);
        ranks_out[i] = before + rank_in(&place, edges[i] & 0xFFFF);
    }
}
