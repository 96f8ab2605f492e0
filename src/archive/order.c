#include "archive/order.h"

#include <stdlib.h>

struct row {
    uint64_t chunk; /* eight bytes of the string from the run's depth, big-endian, zeros behind its end */
    uint32_t number;
};

struct run {
    uint32_t from, to;
    uint64_t depth;
    bool     is_loaded;
};

struct run_stack {
    struct run *runs;
    size_t      count, capacity;
};

static bool push(struct run_stack *stack, uint32_t from, uint32_t to, uint64_t depth, bool is_loaded)
{
    if (to - from < 2)
        return true;
    if (stack->count == stack->capacity) {
        size_t      capacity = stack->capacity ? stack->capacity * 2 : 256;
        struct run *grown = realloc(stack->runs, capacity * sizeof *grown);
        if (!grown)
            return false;
        stack->runs = grown;
        stack->capacity = capacity;
    }
    stack->runs[stack->count++] = (struct run){from, to, depth, is_loaded};
    return true;
}

static uint64_t chunk_of(struct str s, uint64_t depth)
{
    uint64_t chunk = 0;
    if (depth < s.len)
        memcpy(&chunk, s.ptr + depth, s.len - depth < 8 ? s.len - depth : 8);
    return __builtin_bswap64(chunk);
}

static void insert_sort(struct row *rows, const struct run *run, const struct str *strings)
{
    for (uint32_t i = run->from + 1; i < run->to; i++) {
        struct row row = rows[i];
        uint32_t   at = i;
        for (; at > run->from; at--) {
            const struct row *before = &rows[at - 1];
            if (before->chunk < row.chunk || (before->chunk == row.chunk &&
                str_compare(strings[before->number], strings[row.number]) <= 0))
                break;
            rows[at] = *before;
        }
        rows[at] = row;
    }
}

static uint64_t middle_of(const struct row *rows, uint32_t from, uint32_t to)
{
    uint64_t a = rows[from].chunk, b = rows[from + (to - from) / 2].chunk, c = rows[to - 1].chunk;
    uint64_t low = a < b ? a : b, high = a < b ? b : a;
    return c < low ? low : c > high ? high : c;
}

/* Three ways by the chunk; equal ones go on eight bytes deeper, unless they have all ended within this chunk. */
static bool split(struct run_stack *stack, struct row *rows, const struct run *run, const struct str *strings)
{
    uint64_t pivot = middle_of(rows, run->from, run->to);
    uint32_t low = run->from, at = low, high = run->to;
    while (at < high) {
        struct row row = rows[at];
        if (row.chunk < pivot) {
            rows[at++] = rows[low];
            rows[low++] = row;
        } else if (row.chunk > pivot) {
            rows[at] = rows[--high];
            rows[high] = row;
        } else
            at++;
    }
    bool goes_on = false;
    for (uint32_t i = low; i < high && !goes_on; i++)
        goes_on = strings[rows[i].number].len > run->depth + 8;
    if (!goes_on) { /* only strings that differ in zero bytes at their end are left */
        struct run equal = {low, high, run->depth, true};
        if (high - low > 1)
            insert_sort(rows, &equal, strings);
    }
    return push(stack, run->from, low, run->depth, true) && push(stack, high, run->to, run->depth, true) &&
           (!goes_on || push(stack, low, high, run->depth + 8, false));
}

bool order_strings(uint32_t *numbers, uint32_t count, const struct str *strings)
{
    struct run_stack stack = {0};
    struct row      *rows = malloc(((size_t)count + 1) * sizeof *rows);
    bool             is_done = rows;
    for (uint32_t i = 0; is_done && i < count; i++)
        rows[i].number = numbers[i];
    is_done = is_done && push(&stack, 0, count, 0, false);
    while (is_done && stack.count) {
        struct run run = stack.runs[--stack.count];
        if (!run.is_loaded)
            for (uint32_t i = run.from; i < run.to; i++)
                rows[i].chunk = chunk_of(strings[rows[i].number], run.depth);
        if (run.to - run.from <= 12)
            insert_sort(rows, &run, strings);
        else
            is_done = split(&stack, rows, &run, strings);
    }
    for (uint32_t i = 0; is_done && i < count; i++)
        numbers[i] = rows[i].number;
    free(rows);
    free(stack.runs);
    return is_done;
}
