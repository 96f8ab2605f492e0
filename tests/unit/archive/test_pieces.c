/* Columns, dictionaries, sorting, sides, manifests and logs, each against the plainest way of doing the same. */
#include "archive_fixture.h"

#include "archive/log.h"
#include "archive/manifest.h"
#include "archive/order.h"
#include "base/hash.h"

#include <unistd.h>

static void columns_give_back_what_they_got(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        int64_t     low;
        uint64_t    range;
        uint32_t    width;
    } rows[] = {{"all alike", -1, 0, 0}, {"a byte", -1, 255, 1}, {"just over a byte", 0, 256, 2}, {"three", 1000000, 1 << 23, 3},
                {"times", 1340000000000000, UINT64_C(16000000000000), 6}, {"everything", INT64_MIN, UINT64_MAX, 8},
                {"seven", -5, (UINT64_C(1) << 56) - 1, 7}};
    struct rng rng;
    rng_seed(&rng, 3);
    for (size_t r = 0; r < COUNT_OF(rows); r++)
        for (uint32_t count = 0; count < 70; count++) {
            int64_t       values[70];
            struct buf    bytes = {0};
            struct column column;
            for (uint32_t i = 0; i < count; i++)
                values[i] = (int64_t)((uint64_t)rows[r].low + (i == 0 ? 0 : i == 1 ? rows[r].range : rows[r].range == UINT64_MAX ? rng_next(&rng)
                                                                                                  : rng_below(&rng, rows[r].range + 1)));
            check(column_append(&bytes, values, count, &column), "%s", rows[r].what);
            check(bytes.len == column_bytes(count, column.width) && (count < 2 || column.width == rows[r].width), "%s of %u: width %u", rows[r].what,
                  count, column.width);
            char *exact = malloc(bytes.len); /* so that reading behind it is seen */
            memcpy(exact, bytes.ptr, bytes.len);
            column.bytes = (const uint8_t *)exact;
            for (uint32_t i = 0; i < count; i++)
                check(column_get_i64(&column, i) == values[i], "%s of %u at %u", rows[r].what, count, i);
            free(exact);
            buf_fini(&bytes);
        }
}

static void lower_bound_is_the_first_that_is_not_less(void **state)
{
    (void)state;
    int64_t       values[] = {-7, -7, 0, 1, 1, 1, 9};
    struct buf    bytes = {0};
    struct column column;
    column_append(&bytes, values, COUNT_OF(values), &column);
    column.bytes = (const uint8_t *)bytes.ptr;
    for (int64_t wanted = -9; wanted < 12; wanted++) {
        uint32_t plain = 0;
        while (plain < COUNT_OF(values) && values[plain] < wanted)
            plain++;
        check(column_lower_bound(&column, wanted) == plain, "%d", (int)wanted);
    }
    buf_fini(&bytes);
}

/* Strings that begin alike, end in zeros, are empty, long, or hold every byte. */
static struct str random_string(struct rng *rng, struct arena *arena)
{
    char     bytes[80];
    size_t   len = 0;
    uint64_t shape = rng_below(rng, 5);
    if (shape < 2)
        len = (size_t)snprintf(bytes, sizeof bytes, "http://www.harbour.example/%s", rng_below(rng, 2) ? "notice/" : "");
    for (uint64_t more = rng_below(rng, shape == 2 ? 3 : 20); more; more--)
        bytes[len++] = (char)(shape == 3 ? rng_below(rng, 2) : shape == 4 ? rng_below(rng, 256) : 'a' + rng_below(rng, 3));
    return arena_str(arena, str_slice(bytes, len));
}

static int compare_strings(const void *a, const void *b)
{
    return str_compare(*(const struct str *)a, *(const struct str *)b);
}

static uint32_t distinct_strings(struct rng *rng, struct arena *arena, struct str *strings, uint32_t count)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++)
        strings[i] = random_string(rng, arena);
    qsort(strings, count, sizeof *strings, compare_strings);
    for (uint32_t i = 0; i < count; i++)
        if (i == 0 || !str_equal(strings[i], strings[kept - 1]))
            strings[kept++] = strings[i];
    return kept;
}

static void strings_come_into_byte_order(void **state)
{
    (void)state;
    struct rng rng;
    rng_seed(&rng, 4);
    for (uint32_t round = 0; round < 60; round++) {
        struct arena arena = {0};
        struct str   strings[600];
        uint32_t     numbers[600], count = (uint32_t)rng_below(&rng, 600);
        for (uint32_t i = 0; i < count; i++) {
            strings[i] = random_string(&rng, &arena);
            numbers[i] = i;
        }
        check(order_strings(numbers, count, strings), "memory");
        for (uint32_t i = 1; i < count; i++)
            check(str_compare(strings[numbers[i - 1]], strings[numbers[i]]) <= 0, "round %u at %u of %u", round, i, count);
        arena_fini(&arena);
    }
    /* Very long strings that are equal to the end but for a byte: no recursion, no quadratic time. */
    static char long_bytes[40][20000];
    struct str  strings[40];
    uint32_t    numbers[40];
    for (uint32_t i = 0; i < 40; i++) {
        memset(long_bytes[i], 'x', sizeof long_bytes[i]);
        long_bytes[i][19999] = (char)('z' - i % 26);
        strings[i] = str_slice(long_bytes[i], sizeof long_bytes[i]);
        numbers[i] = i;
    }
    check(order_strings(numbers, 40, strings), "memory");
    for (uint32_t i = 1; i < 40; i++)
        check(str_compare(strings[numbers[i - 1]], strings[numbers[i]]) <= 0, "long at %u", i);
}

static void dictionaries_find_what_they_hold(void **state)
{
    (void)state;
    struct rng   rng;
    struct error error = {0};
    rng_seed(&rng, 5);
    for (uint32_t round = 0; round < 80; round++) {
        struct arena arena = {0};
        struct str   strings[300], value;
        uint32_t     count = distinct_strings(&rng, &arena, strings, (uint32_t)rng_below(&rng, round < 20 ? 20 : 300)), i, end;
        struct dictionary_writer writer = {0};
        for (i = 0; i < count; i++)
            dictionary_write(&writer, strings[i]);
        dictionary_writer_end(&writer);
        struct buf        blocks = {0}, scratch = {0};
        struct dictionary dictionary = {.bytes = buf_str(&writer.bytes), .count = count};
        column_append(&blocks, writer.block_at, writer.block_count + 1, &dictionary.block_at);
        dictionary.block_at.bytes = (const uint8_t *)blocks.ptr;
        for (i = 0; i < count; i++) {
            uint32_t found;
            check_ok(dictionary_value(&dictionary, i, &scratch, &value, &error), error, "round %u", round);
            check_str(value, strings[i], "round %u at %u", round, i);
            check_ok(dictionary_find(&dictionary, strings[i], &found, &error), error, "round %u", round);
            check(found == i, "round %u: %u, not %u", round, found, i);
        }
        for (int k = 0; k < 60; k++) {
            struct str key = random_string(&rng, &arena);
            if (k % 3 == 0 && count)
                key = str_slice(strings[k % count].ptr, strings[k % count].len / 2);
            uint32_t first = 0, plain_end, got;
            while (first < count && str_compare(strings[first], key) < 0)
                first++;
            check_ok(dictionary_lower_bound(&dictionary, key, &got, &error), error, "round %u", round);
            check(got == first, "round %u: lower bound %u, not %u", round, got, first);
            for (plain_end = first; plain_end < count && str_starts_with(strings[plain_end], key);)
                plain_end++;
            check_ok(dictionary_range(&dictionary, key, &got, &end, &error), error, "round %u", round);
            check(got == first && end == plain_end, "round %u: [%u, %u), not [%u, %u)", round, got, end, first, plain_end);
        }
        uint32_t from = count ? (uint32_t)rng_below(&rng, count) : 0;
        struct dictionary_cursor cursor = dictionary_cursor_at(&dictionary, from);
        for (i = from; dictionary_next(&cursor, &value); i++)
            check_str(value, strings[i], "round %u: cursor at %u", round, i);
        check(i == count && !cursor.has_failed, "round %u: the cursor ended at %u of %u", round, i, count);
        dictionary_cursor_fini(&cursor);
        /* Broken bytes: any answer or an error, never a crash. */
        for (int k = 0; k < 30 && writer.bytes.len; k++) {
            char kept = writer.bytes.ptr[k % writer.bytes.len];
            writer.bytes.ptr[k % writer.bytes.len] ^= (char)(1 << k % 8);
            for (i = 0; i < count; i++)
                (void)dictionary_value(&dictionary, i, &scratch, &value, &error);
            (void)dictionary_find(&dictionary, strings[0], &end, &error);
            writer.bytes.ptr[k % writer.bytes.len] = kept;
        }
        dictionary_writer_fini(&writer);
        buf_fini(&blocks);
        buf_fini(&scratch);
        arena_fini(&arena);
    }
}

static void sides_keep_the_latest_and_read_back(void **state)
{
    (void)state;
    enum { DOCS = 200 };
    struct rng   rng;
    struct error error = {0};
    rng_seed(&rng, 6);
    for (uint32_t round = 0; round < 40; round++) {
        struct side *side = side_new(), *again;
        int64_t      latest[DOCS];
        bool         is_deleted[DOCS] = {0};
        for (uint32_t i = 0; i < DOCS; i++)
            latest[i] = -1;
        for (int batch = 0; batch < 5; batch++) {
            uint32_t            docs[DOCS], count = 0;
            struct side_figures figures[DOCS] = {0};
            for (uint32_t i = 0; i < DOCS; i++) {
                if (rng_below(&rng, 6) == 0) {
                    docs[count] = i;
                    figures[count++].values[0] = latest[i] = (int64_t)rng_below(&rng, 1000);
                }
                if (rng_below(&rng, 30) == 0)
                    check(is_deleted[i] = side_delete(side, i), "memory");
            }
            check(side_refresh(side, docs, figures, count), "memory");
        }
        struct buf bytes = {0};
        side_write(side, 12, &bytes);
        check_ok(side_read(buf_str(&bytes), 12, DOCS, "side", &again, &error), error, "round %u", round);
        for (uint32_t i = 0; i < DOCS; i++) {
            const struct side_figures *figures = side_figures(again, i);
            check((figures ? figures->values[0] : -1) == latest[i], "round %u: document %u", round, i);
            check((again->deleted && roaring_bitmap_contains(again->deleted, i)) == is_deleted[i], "round %u: document %u", round, i);
        }
        side_release(again);
        check(side_read(buf_str(&bytes), 13, DOCS, "side", &again, &error) == ERROR_CORRUPT, "of another segment");
        for (size_t cut = 0; cut < bytes.len; cut += 1 + cut / 16)
            check(side_read(str_slice(bytes.ptr, cut), 12, DOCS, "side", &again, &error) == ERROR_CORRUPT, "cut at %zu", cut);
        buf_fini(&bytes);
        side_release(side);
    }
}

static void manifests_read_back_and_notice_every_cut(void **state)
{
    (void)state;
    struct manifest_segment segments[] = {{1, 0, 131072, 999, 0, -5, 7}, {9, 3, 1, 64, 40, INT64_MIN, INT64_MAX}};
    struct deletion         deletions[] = {{UINT64_MAX, -1, DELETION_POST}, {7, 1340000000000000, DELETION_AUTHOR}};
    struct manifest_value   values[] = {{STR("cursor"), STR("a\0b")}, {STR("empty"), {0}}};
    struct manifest         manifest = {10, 8, segments, 2, deletions, 2, values, 2}, again;
    struct buf              bytes = {0}, twice = {0};
    struct arena            arena = {0};
    struct error            error = {0};
    manifest_write(&manifest, &bytes);
    check_ok(manifest_read(buf_str(&bytes), "manifest", &arena, &again, &error), error, "whole");
    manifest_write(&again, &twice);
    check_str(buf_str(&twice), buf_str(&bytes), "written twice");
    for (size_t cut = 0; cut < bytes.len; cut++) {
        check(manifest_read(str_slice(bytes.ptr, cut), "manifest", &arena, &again, &error) == ERROR_CORRUPT, "cut at %zu", cut);
        for (int bit = 0; bit < 8; bit++) {
            bytes.ptr[cut] ^= (char)(1 << bit);
            check(manifest_read(buf_str(&bytes), "manifest", &arena, &again, &error) == ERROR_CORRUPT, "bit %d of byte %zu", bit, cut);
            bytes.ptr[cut] ^= (char)(1 << bit);
        }
    }
    /* A right sum over wrong lists: counts that promise more than there is. */
    for (size_t at = 8; at < bytes.len - 8; at++) {
        char     kept = bytes.ptr[at];
        uint64_t sum;
        bytes.ptr[at] = (char)0xff;
        sum = hash_bytes(bytes.ptr, bytes.len - 8);
        memcpy(bytes.ptr + bytes.len - 8, &sum, 8);
        (void)manifest_read(buf_str(&bytes), "manifest", &arena, &again, &error);
        bytes.ptr[at] = kept;
    }
    buf_fini(&bytes);
    buf_fini(&twice);
    arena_fini(&arena);
}

/* ---- The log ---- */

struct heard {
    char     text[256];
    uint32_t commits;
};

static enum error_code hear(void *context, enum log_type type, struct str payload, struct error *error)
{
    struct heard *heard = context;
    size_t        len = strlen(heard->text);
    (void)error;
    snprintf(heard->text + len, sizeof heard->text - len, "%d:%.*s ", type, STR_ARG(payload));
    return ERROR_NONE;
}

static enum error_code hear_commit(void *context, struct error *error)
{
    struct heard *heard = context;
    (void)error;
    heard->commits++;
    return ERROR_NONE;
}

static void say(struct log *log, const char *text)
{
    size_t begun = log_begin(log, LOG_STATE);
    buf_append_str(&log->buffer, str_of(text));
    check(log_end(log, begun, NULL) == ERROR_NONE, "%s", text);
}

static void a_log_is_followed_commit_by_commit(void **state)
{
    (void)state;
    struct fixture   fixture;
    struct log       log;
    struct log_place place = {0};
    struct heard     heard = {0};
    bool             is_broken, is_same;
    char             path[256];
    fixture_init(&fixture);
    snprintf(path, sizeof path, "%s/log-3", fixture.folder);
    check_ok(log_create(path, 3, true, &log, &fixture.error), fixture.error, "create");
    check_ok(log_replay(path, 3, &place, hear, hear_commit, &heard, &is_same, &fixture.error), fixture.error, "empty");
    say(&log, "one");
    check_ok(log_replay(path, 3, &place, hear, hear_commit, &heard, &is_same, &fixture.error), fixture.error, "uncommitted");
    check(heard.commits == 0 && heard.text[0] == '\0', "heard %s", heard.text);
    say(&log, "two");
    check_ok(log_commit(&log, &is_broken, &fixture.error), fixture.error, "commit");
    say(&log, "dropped");
    log_rollback(&log);
    say(&log, "three");
    check_ok(log_commit(&log, &is_broken, &fixture.error), fixture.error, "commit");
    check_ok(log_replay(path, 3, &place, hear, hear_commit, &heard, &is_same, &fixture.error), fixture.error, "both");
    check_str(str_of(heard.text), STR("6:one 6:two 6:three "), "heard");
    struct log_place behind = place;
    say(&log, "four");
    check_ok(log_commit(&log, &is_broken, &fixture.error), fixture.error, "commit");
    check_ok(log_replay(path, 3, &place, hear, hear_commit, &heard, &is_same, &fixture.error), fixture.error, "one more");
    check_str(str_of(heard.text), STR("6:one 6:two 6:three 6:four "), "heard");
    log_close(&log);
    /* Cut back and written on by a writer who never knew of "four": a follower behind it must begin anew. */
    check_ok(log_open(path, 3, &behind, true, &log, &fixture.error), fixture.error, "open");
    say(&log, "five, which is longer than what was there");
    check_ok(log_commit(&log, &is_broken, &fixture.error), fixture.error, "commit");
    check_ok(log_replay(path, 3, &place, hear, hear_commit, &heard, &is_same, &fixture.error), fixture.error, "cut back");
    check(!is_same, "a follower did not notice");
    check(log_replay(path, 4, &(struct log_place){0}, hear, hear_commit, &heard, &is_same, &fixture.error) == ERROR_CORRUPT, "another number");
    log_close(&log);
    fixture_fini(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_give_back_what_they_got),
        cmocka_unit_test(lower_bound_is_the_first_that_is_not_less),
        cmocka_unit_test(strings_come_into_byte_order),
        cmocka_unit_test(dictionaries_find_what_they_hold),
        cmocka_unit_test(sides_keep_the_latest_and_read_back),
        cmocka_unit_test(manifests_read_back_and_notice_every_cut),
        cmocka_unit_test(a_log_is_followed_commit_by_commit),
    };
    return cmocka_run_group_tests_name("archive pieces", tests, NULL, NULL);
}
