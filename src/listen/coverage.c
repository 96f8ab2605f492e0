#include "listen/coverage.h"

#include <stdlib.h>

enum { VERSION = 1 };

void coverage_fini(struct coverage *coverage)
{
    free(coverage->gaps);
    *coverage = (struct coverage){0};
}

static bool reserve(struct coverage *coverage, size_t count)
{
    if (count > COVERAGE_GAPS_MAX)
        return false;
    if (count <= coverage->capacity)
        return true;
    size_t               capacity = count + count / 2 + 8;
    struct coverage_gap *grown = realloc(coverage->gaps, capacity * sizeof *grown);
    if (!grown)
        return false;
    coverage->gaps = grown;
    coverage->capacity = capacity;
    return true;
}

static int by_time(const void *a, const void *b)
{
    const struct coverage_gap *x = a, *y = b;
    if (x->from_us != y->from_us)
        return x->from_us < y->from_us ? -1 : 1;
    int order = strcmp(x->source, y->source);
    return order ? order : strcmp(x->reason, y->reason);
}

static bool is_alike(const struct coverage_gap *a, const struct coverage_gap *b)
{
    return strcmp(a->source, b->source) == 0 && strcmp(a->reason, b->reason) == 0;
}

bool coverage_add(struct coverage *coverage, const struct coverage_gap *gap)
{
    struct coverage_gap whole = *gap;
    if (gap->until_us <= gap->from_us)
        return true;
    if (!reserve(coverage, coverage->count + 1)) {
        /* Full: it can still be joined to what is there. */
        bool is_joined = false;
        for (size_t i = 0; i < coverage->count && !is_joined; i++)
            is_joined = is_alike(&coverage->gaps[i], gap) && coverage->gaps[i].from_us <= gap->until_us && coverage->gaps[i].until_us >= gap->from_us;
        if (!is_joined)
            return false;
    }
    size_t kept = 0;
    for (size_t i = 0; i < coverage->count; i++) {
        const struct coverage_gap *other = &coverage->gaps[i];
        if (is_alike(other, &whole) && other->from_us <= whole.until_us && other->until_us >= whole.from_us) {
            whole.from_us = other->from_us < whole.from_us ? other->from_us : whole.from_us;
            whole.until_us = other->until_us > whole.until_us ? other->until_us : whole.until_us;
        } else
            coverage->gaps[kept++] = *other;
    }
    /* Those before it in order of time may touch the joined one; being of one kind they were joined when they came. */
    coverage->gaps[kept++] = whole;
    coverage->count = kept;
    qsort(coverage->gaps, kept, sizeof *coverage->gaps, by_time);
    return true;
}

bool coverage_fill(struct coverage *coverage, int64_t from_us, int64_t until_us, const char *source)
{
    size_t count = coverage->count, kept = 0, split = 0;
    if (until_us <= from_us)
        return true;
    for (size_t i = 0; i < count; i++)
        split += coverage->gaps[i].from_us < from_us && coverage->gaps[i].until_us > until_us;
    if (!reserve(coverage, count + split))
        return false;
    struct coverage_gap *gaps = coverage->gaps, *behind = gaps + count; /* the later halves of those that are split */
    split = 0;
    for (size_t i = 0; i < count; i++) {
        struct coverage_gap gap = gaps[i];
        bool is_meant = (!source[0] || strcmp(gap.source, source) == 0) && gap.from_us < until_us && gap.until_us > from_us;
        if (is_meant && gap.until_us > until_us && gap.from_us < from_us) {
            behind[split] = gap;
            behind[split++].from_us = until_us;
            gap.until_us = from_us;
        } else if (is_meant && gap.from_us >= from_us)
            gap.from_us = until_us;
        else if (is_meant)
            gap.until_us = from_us;
        if (gap.from_us < gap.until_us)
            gaps[kept++] = gap;
    }
    if (split) /* without any gap there is no array either */
        memmove(gaps + kept, behind, split * sizeof *gaps);
    coverage->count = kept + split;
    if (coverage->count)
        qsort(gaps, coverage->count, sizeof *gaps, by_time);
    return true;
}

struct coverage_gap *coverage_clip(const struct coverage *coverage, int64_t since_us, int64_t until_us, struct arena *arena, size_t *count_out)
{
    size_t count = 0;
    for (size_t i = 0; i < coverage->count && since_us < until_us; i++)
        count += coverage->gaps[i].from_us < until_us && coverage->gaps[i].until_us > since_us;
    struct coverage_gap *gaps = arena_array(arena, count, sizeof *gaps);
    *count_out = 0;
    for (size_t i = 0; gaps && count && i < coverage->count; i++) {
        struct coverage_gap gap = coverage->gaps[i];
        if (gap.from_us >= until_us || gap.until_us <= since_us)
            continue;
        gap.from_us = gap.from_us < since_us ? since_us : gap.from_us;
        gap.until_us = gap.until_us > until_us ? until_us : gap.until_us;
        gaps[(*count_out)++] = gap;
    }
    return gaps;
}

void coverage_encode(const struct coverage *coverage, struct buf *out)
{
    buf_append_u8(out, VERSION);
    buf_append_varint(out, coverage->count);
    for (size_t i = 0; i < coverage->count; i++) {
        const struct coverage_gap *gap = &coverage->gaps[i];
        buf_append_varint(out, zigzag(gap->from_us));
        buf_append_varint(out, (uint64_t)(gap->until_us - gap->from_us));
        buf_append_sized(out, str_of(gap->reason));
        buf_append_sized(out, str_of(gap->source));
    }
}

static bool take_text(struct reader *reader, char text[COVERAGE_TEXT_BYTES])
{
    struct str s = reader_sized(reader);
    if (s.len >= COVERAGE_TEXT_BYTES || (s.len && memchr(s.ptr, 0, s.len)))
        return false;
    if (s.len)
        memcpy(text, s.ptr, s.len);
    text[s.len] = '\0';
    return true;
}

enum error_code coverage_decode(struct str bytes, struct coverage *coverage_out, struct error *error)
{
    struct reader reader = reader_of(bytes);
    *coverage_out = (struct coverage){0};
    if (bytes.len == 0)
        return ERROR_NONE;
    unsigned version = reader_u8(&reader);
    uint64_t count = reader_varint(&reader);
    bool     is_whole = version == VERSION && count <= COVERAGE_GAPS_MAX;
    if (is_whole && !reserve(coverage_out, count))
        return error_set(error, ERROR_MEMORY, "no memory for %llu gaps", (unsigned long long)count);
    for (uint64_t i = 0; is_whole && i < count; i++) {
        struct coverage_gap *gap = &coverage_out->gaps[i];
        gap->from_us = unzigzag(reader_varint(&reader));
        uint64_t length = reader_varint(&reader);
        is_whole = length > 0 && length < INT64_MAX / 2 && gap->from_us > INT64_MIN / 2 && gap->from_us < INT64_MAX / 2;
        gap->until_us = is_whole ? gap->from_us + (int64_t)length : 0;
        is_whole = is_whole && take_text(&reader, gap->reason) && take_text(&reader, gap->source);
        coverage_out->count = i + 1;
    }
    if (is_whole && !reader.has_failed && reader_left(&reader) == 0)
        return ERROR_NONE;
    coverage_fini(coverage_out);
    return error_set(error, ERROR_CORRUPT, "the ledger of gaps (%zu bytes, version %u) is not one of ours", bytes.len, version);
}
