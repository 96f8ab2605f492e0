#include "trend/table.h"

#include <math.h>
#include <stdlib.h>

enum { FIRST_KEYS = 1 << 12 };

bool table_init(struct table *table)
{
    *table = (struct table){.capacity = FIRST_KEYS, .slot_mask = FIRST_KEYS * 2 - 1};
    table->keys = calloc(table->capacity, sizeof *table->keys);
    table->slots = calloc((size_t)table->slot_mask + 1, sizeof *table->slots);
    table->free_numbers = calloc(table->capacity, sizeof *table->free_numbers);
    return table->keys && table->slots && table->free_numbers;
}

void table_fini(struct table *table)
{
    for (uint32_t i = 0; table->keys && i < table->count; i++)
        free(table->keys[i].name);
    free(table->keys);
    free(table->slots);
    free(table->free_numbers);
    *table = (struct table){0};
}

static void rebuild_slots(struct table *table)
{
    memset(table->slots, 0, ((size_t)table->slot_mask + 1) * sizeof *table->slots);
    for (uint32_t number = 0; number < table->count; number++) {
        if (!table->keys[number].hash)
            continue;
        uint32_t slot = (uint32_t)table->keys[number].hash & table->slot_mask;
        while (table->slots[slot])
            slot = (slot + 1) & table->slot_mask;
        table->slots[slot] = number + 1;
    }
}

static bool grow(struct table *table)
{
    uint32_t capacity = table->capacity * 2;
    if (capacity > KEYS_MAX)
        return false;
    struct key *keys = realloc(table->keys, (size_t)capacity * sizeof *keys);
    if (!keys)
        return false;
    table->keys = keys;
    memset(keys + table->capacity, 0, (size_t)table->capacity * sizeof *keys);
    uint32_t *free_numbers = realloc(table->free_numbers, (size_t)capacity * sizeof *free_numbers);
    if (!free_numbers)
        return false;
    table->free_numbers = free_numbers;
    uint32_t *slots = realloc(table->slots, (size_t)capacity * 2 * sizeof *slots);
    if (!slots)
        return false;
    table->slots = slots;
    table->capacity = capacity;
    table->slot_mask = capacity * 2 - 1;
    rebuild_slots(table);
    return true;
}

uint32_t table_add(struct table *table, uint64_t hash, struct str name, uint8_t kind)
{
    hash += hash == 0; /* 0 marks a free key */
    uint32_t slot = (uint32_t)hash & table->slot_mask;
    for (; table->slots[slot]; slot = (slot + 1) & table->slot_mask)
        if (table->keys[table->slots[slot] - 1].hash == hash)
            return table->slots[slot] - 1;
    if (table->free_count == 0 && table->count == table->capacity) {
        if (!grow(table))
            return KEY_NONE;
        for (slot = (uint32_t)hash & table->slot_mask; table->slots[slot];)
            slot = (slot + 1) & table->slot_mask;
    }
    size_t len = name.len < KEY_NAME_MAX_BYTES ? name.len : KEY_NAME_MAX_BYTES;
    while (len < name.len && len > 0 && ((unsigned char)name.ptr[len] & 0xc0) == 0x80)
        len--;
    char *copy = malloc(len + 1);
    if (!copy)
        return KEY_NONE;
    memcpy(copy, name.ptr, len);
    uint32_t number = table->free_count ? table->free_numbers[--table->free_count] : table->count++;
    table->keys[number] = (struct key){.hash = hash, .name = copy, .name_len = (uint16_t)len, .kind = kind};
    table->slots[slot] = number + 1;
    return number;
}

uint32_t table_evict(struct table *table, uint64_t oldest_seq, uint32_t minute, double min_total)
{
    uint32_t gone = 0;
    for (uint32_t number = 0; number < table->count; number++) {
        struct key *key = &table->keys[number];
        if (!key->hash || key->newest >= oldest_seq || key->is_held || key->trends)
            continue;
        counter_roll(&key->counter, minute);
        if ((double)key->counter.total >= min_total)
            continue;
        free(key->name);
        *key = (struct key){0};
        table->free_numbers[table->free_count++] = number;
        gone++;
    }
    if (gone)
        rebuild_slots(table);
    return gone;
}
