/* What is not committed yet, what was deleted for good, and small values by name. */
#include "archive/store.h"

#include <stdlib.h>

/* ---- Changes ---- */

static uint64_t key_of(uint32_t part, uint32_t doc)
{
    return hash_mix(part, doc);
}

static uint32_t change_slot(const struct changes *changes, uint32_t part, uint32_t doc)
{
    uint32_t mask = changes->slot_count - 1, slot = (uint32_t)key_of(part, doc) & mask;
    for (; changes->slots[slot]; slot = (slot + 1) & mask) {
        const struct change *row = &changes->rows[changes->slots[slot] - 1];
        if (row->part == part && row->doc == doc)
            break;
    }
    return slot;
}

struct change *changes_find(const struct changes *changes, uint32_t part, uint32_t doc)
{
    if (changes->count == 0)
        return NULL;
    uint32_t row = changes->slots[change_slot(changes, part, doc)];
    return row ? &changes->rows[row - 1] : NULL;
}

bool changes_reserve(struct changes *changes, size_t more)
{
    if (more <= changes->capacity - changes->count)
        return true;
    uint32_t capacity = changes->capacity ? changes->capacity : 64;
    while (capacity - changes->count < more)
        if (__builtin_mul_overflow(capacity, 2u, &capacity) || capacity > UINT32_MAX / 4)
            return false;
    struct change *rows = realloc(changes->rows, capacity * sizeof *rows);
    if (rows)
        changes->rows = rows;
    uint32_t *slots = calloc((size_t)capacity * 2, sizeof *slots);
    if (!rows || !slots) {
        free(slots);
        return false;
    }
    free(changes->slots);
    changes->slots = slots;
    changes->slot_count = capacity * 2;
    changes->capacity = capacity;
    for (uint32_t i = 0; i < changes->count; i++)
        changes->slots[change_slot(changes, rows[i].part, rows[i].doc)] = i + 1;
    return true;
}

struct change *changes_at(struct changes *changes, uint32_t part, uint32_t doc)
{
    uint32_t slot = change_slot(changes, part, doc);
    if (!changes->slots[slot]) {
        require(changes->count < changes->capacity);
        changes->rows[changes->count++] = (struct change){.part = part, .doc = doc};
        changes->slots[slot] = changes->count;
    }
    return &changes->rows[changes->slots[slot] - 1];
}

void changes_clear(struct changes *changes)
{
    if (changes->count)
        memset(changes->slots, 0, changes->slot_count * sizeof *changes->slots);
    changes->count = 0;
}

void changes_fini(struct changes *changes)
{
    free(changes->rows);
    free(changes->slots);
    *changes = (struct changes){0};
}

static int compare_changes(const void *a, const void *b)
{
    const struct change *x = a, *y = b;
    return x->part != y->part ? (x->part < y->part ? -1 : 1) : (x->doc > y->doc) - (x->doc < y->doc);
}

void changes_sort(struct changes *changes)
{
    if (changes->count)
        qsort(changes->rows, changes->count, sizeof *changes->rows, compare_changes);
}

/* ---- Ledger ---- */

static void ledger_note(struct ledger *ledger, size_t row)
{
    size_t mask = ledger->slot_count - 1, slot = ledger->rows[row].hash & mask;
    while (ledger->slots[slot])
        slot = (slot + 1) & mask;
    ledger->slots[slot] = (uint32_t)row + 1;
}

static bool ledger_fill(struct ledger *ledger, size_t slot_count)
{
    uint32_t *slots = calloc(slot_count, sizeof *slots);
    if (!slots)
        return false;
    free(ledger->slots);
    ledger->slots = slots;
    ledger->slot_count = slot_count;
    for (size_t i = 0; i < ledger->count; i++)
        ledger_note(ledger, i);
    return true;
}

bool ledger_add(struct ledger *ledger, enum deletion_kind kind, uint64_t hash, int64_t at_us)
{
    if (ledger_holds(ledger, kind, hash, at_us))
        return true;
    if (ledger->count == ledger->capacity) {
        size_t           capacity = ledger->capacity ? ledger->capacity * 2 : 64;
        struct deletion *rows = realloc(ledger->rows, capacity * sizeof *rows);
        if (!rows)
            return false;
        ledger->rows = rows;
        if (!ledger_fill(ledger, capacity * 2))
            return false;
        ledger->capacity = capacity;
    }
    ledger->rows[ledger->count] = (struct deletion){hash, at_us, (uint8_t)kind};
    ledger_note(ledger, ledger->count++);
    return true;
}

bool ledger_holds(const struct ledger *ledger, enum deletion_kind kind, uint64_t hash, int64_t at_us)
{
    if (ledger->count == 0)
        return false;
    size_t mask = ledger->slot_count - 1;
    for (size_t slot = hash & mask; ledger->slots[slot]; slot = (slot + 1) & mask) {
        const struct deletion *row = &ledger->rows[ledger->slots[slot] - 1];
        if (row->hash == hash && row->kind == kind && (kind == DELETION_POST || row->at_us >= at_us))
            return true;
    }
    return false;
}

void ledger_rollback(struct ledger *ledger)
{
    if (ledger->count == ledger->committed)
        return;
    ledger->count = ledger->committed;
    memset(ledger->slots, 0, ledger->slot_count * sizeof *ledger->slots);
    for (size_t i = 0; i < ledger->count; i++)
        ledger_note(ledger, i);
}

void ledger_fini(struct ledger *ledger)
{
    free(ledger->rows);
    free(ledger->slots);
    *ledger = (struct ledger){0};
}

/* ---- Values by name ---- */

static struct value_row *find_value(const struct values *values, struct str name)
{
    for (size_t i = 0; i < values->count; i++)
        if (str_equal(buf_str(&values->rows[i].name), name))
            return &values->rows[i];
    return NULL;
}

bool values_put(struct values *values, struct str name, struct str value)
{
    struct value_row *row = find_value(values, name);
    if (row) {
        struct buf fresh = {0};
        if (!buf_append_str(&fresh, value))
            return false;
        buf_fini(&row->value);
        row->value = fresh;
        return true;
    }
    if (values->count == values->capacity) {
        size_t            capacity = values->capacity ? values->capacity * 2 : 8;
        struct value_row *rows = realloc(values->rows, capacity * sizeof *rows);
        if (!rows)
            return false;
        values->rows = rows;
        values->capacity = capacity;
    }
    struct value_row made = {0};
    if (!buf_append_str(&made.name, name) || !buf_append_str(&made.value, value)) {
        buf_fini(&made.name);
        buf_fini(&made.value);
        return false;
    }
    values->rows[values->count++] = made;
    return true;
}

bool values_get(const struct values *values, struct str name, struct str *value_out)
{
    const struct value_row *row = find_value(values, name);
    if (row)
        *value_out = buf_str(&row->value);
    return row;
}

void values_clear(struct values *values)
{
    for (size_t i = 0; i < values->count; i++) {
        buf_fini(&values->rows[i].name);
        buf_fini(&values->rows[i].value);
    }
    free(values->rows);
    *values = (struct values){0};
}
