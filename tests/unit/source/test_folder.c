/* Files of a watched folder: followed, left and taken up again, cut back, replaced; and a state that has an end. */
#include "../check.h"

#include "base/clock.h"
#include "source/folder/folder.h"
#include "source/source.h"

static char folder[512], path[512];

static void put(const char *name, const char *how, const char *words)
{
    check(vfs_join(path, folder, name), "a path");
    FILE *file = fopen(path, how);
    check(file && fputs(words, file) >= 0 && fclose(file) == 0, "%s", path);
}

static const char *line(int number)
{
    static char text[200];
    snprintf(text, sizeof text, "{\"id\":\"x:%d\",\"platform\":\"x\",\"at\":\"2026-11-24T10:00:00Z\",\"author\":{\"handle\":\"a\"}}\n", number);
    return text;
}

/* Reads up to most posts of path where file left it; their ids, with a blank behind each. */
static void read_on(struct folder_file *file, bool is_quiet, size_t most, const char *wanted, const char *words)
{
    struct folder_rules    rules = {.is_quiet = is_quiet};
    struct folder_reading *reading = NULL;
    struct error           error = {0};
    struct arena           arena = {0};
    struct post            post;
    char                   got[1024] = "";
    check_ok(folder_open(path, &rules, file, &reading, &error), error, "%s", words);
    enum folder_found found = reading ? FOLDER_POST : FOLDER_END;
    for (size_t i = 0; i < most && found != FOLDER_END && found != FOLDER_FAILED; i++) {
        found = folder_next(reading, file, &arena, &post, &error);
        size_t len = strlen(got);
        if (found == FOLDER_POST)
            snprintf(got + len, sizeof got - len, "%.*s ", STR_ARG(post.id));
        else if (found == FOLDER_BAD)
            snprintf(got + len, sizeof got - len, "bad ");
        else if (found == FOLDER_FAILED)
            snprintf(got + len, sizeof got - len, "failed ");
    }
    folder_close(reading);
    arena_fini(&arena);
    check_str(str_of(got), str_of(wanted), "%s: %s", words, error.message);
}

static void test_followed(void **state)
{
    (void)state;
    struct folder_file file = {.id = 1};
    put("a.jsonl", "w", line(1));
    put("a.jsonl", "a", line(2));
    read_on(&file, false, 1, "x:1 ", "the first");
    read_on(&file, false, 9, "x:2 ", "and on");
    read_on(&file, false, 9, "", "no more");
    put("a.jsonl", "a", "{\"id\":\"x:3\",\"platform\":\"x\",\"at\":\"2026-11-24T10:00:00Z\",");
    read_on(&file, false, 9, "", "half a line is left alone");
    put("a.jsonl", "a", "\"author\":{\"handle\":\"a\"}}\n\nnot a post\n");
    put("a.jsonl", "a", line(4));
    read_on(&file, false, 9, "x:3 bad x:4 ", "until it is whole");
    put("a.jsonl", "a", "{\"id\":\"x:5\",\"platform\":\"x\",\"at\":\"2026-11-24T10:00:00Z\",\"author\":{\"handle\":\"a\"}}");
    read_on(&file, true, 9, "x:5 ", "or the file is quiet");
    /* Renamed, it is the same; cut back or replaced, it begins anew. */
    char was[512];
    memcpy(was, path, sizeof was);
    vfs_join(path, folder, "a.jsonl.1");
    check(rename(was, path) == 0, "renamed");
    read_on(&file, true, 9, "", "under another name");
    put("a.jsonl.1", "w", line(6));
    read_on(&file, false, 9, "x:6 ", "cut back");
    put("a.jsonl.1", "w", line(7));
    put("a.jsonl.1", "a", line(8));
    read_on(&file, false, 9, "x:7 x:8 ", "another in its place, and longer");
}

static void test_tables(void **state)
{
    (void)state;
    struct folder_file file = {.id = 2};
    put("t.csv", "w", "id,platform,at,author,text\n1,harbour,2026-11-24T10:00:00Z,ann,\"one\ntwo\"\n2,harbour,nonsense,bob,x\n3,harbour,2026-11-24T10:00:00Z,cy,three\n");
    read_on(&file, false, 9, "", "a table waits until it is quiet");
    read_on(&file, true, 2, "harbour:1 bad ", "its beginning");
    read_on(&file, true, 9, "harbour:3 ", "taken up again");
    put("t.csv", "a", "4,harbour,2026-11-24T10:00:00Z,cy,four\n");
    read_on(&file, true, 9, "harbour:4 ", "and longer");
    struct folder_file array = {.id = 3};
    char               text[600], one[200];
    snprintf(one, sizeof one, "%s", line(1));
    snprintf(text, sizeof text, "[%s,%s]", one, line(2));
    put("o.json", "w", text);
    read_on(&array, true, 1, "x:1 ", "an array");
    read_on(&array, true, 9, "x:2 ", "taken up again");
    struct folder_file none = {.id = 4};
    struct folder_reading *reading;
    struct error           error = {0};
    put("n.csv", "w", "when,words\n1,2\n");
    check(folder_open(path, &(struct folder_rules){.is_quiet = true}, &none, &reading, &error) == ERROR_SYNTAX && !reading, "a table of something else: %s", error.message);
}

static void test_state(void **state)
{
    (void)state;
    static struct folder_state one, two;
    struct buf                 text = {0};
    for (uint64_t i = 1; i <= FOLDER_FILES_MAX + 5; i++) {
        struct folder_file *file = folder_state_add(&one, i << 48);
        *file = (struct folder_file){.id = i << 48, .offset = i << 40, .records = i, .size = i << 40, .head = UINT64_MAX - i, .changed_us = CLOCK_MIN_US + (int64_t)i, .head_len = 4096};
    }
    check(one.count == FOLDER_FILES_MAX && one.mark_us == CLOCK_MIN_US + 5, "the oldest five are only a mark");
    check(!folder_state_find(&one, UINT64_C(5) << 48) && folder_state_find(&one, UINT64_C(6) << 48), "the oldest went");
    folder_state_print(&one, &text);
    check(text.len < SOURCE_STATE_MAX_BYTES, "%zu bytes", text.len);
    check(folder_state_read(buf_str(&text), &two) && memcmp(&one, &two, sizeof one) == 0, "read back");
    buf_fini(&text);
    static const char *const wrong[] = {"", "x", "{}", "{\"mark\":-1}", "{\"mark\":1,\"files\":[1]}", "{\"mark\":1,\"files\":[[\"g\",1,1,1,1,\"0\",1]]}",
                                        "{\"mark\":1,\"files\":[[\"1\",1,1,1,1,\"0\",9999]]}", "{\"mark\":1,\"files\":[[\"1\",-1,1,1,1,\"0\",1]]}"};
    for (size_t i = 0; i < COUNT_OF(wrong); i++)
        check(!folder_state_read(str_of(wrong[i]), &two) && two.count == 0, "row %zu", i);
}

int main(void)
{
    struct error error = {0};
    if (vfs_make_temporary(folder, &error)) {
        fprintf(stderr, "%s\n", error.message);
        return 1;
    }
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_followed), cmocka_unit_test(test_tables), cmocka_unit_test(test_state)};
    int                     failed = cmocka_run_group_tests(tests, NULL, NULL);
    vfs_remove_folder(folder);
    return failed;
}
