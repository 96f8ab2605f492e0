/* Every example of docs/connectors.md is a message, every message has an example, and every word of the contract is there. */
#include "../check.h"

#include "base/vfs.h"
#include "source/message.h"
#include "source/words.h"

static struct buf page;

static void test_examples(void **state)
{
    (void)state;
    struct str rest = buf_str(&page), line;
    size_t     seen[MESSAGE_KINDS] = {0}, count = 0;
    bool       is_inside = false;
    while (str_next_field(&rest, '\n', &line)) {
        if (str_starts_with(line, STR("```"))) {
            is_inside = str_equal(line, STR("```jsonl"));
            continue;
        }
        if (!is_inside)
            continue;
        struct message message;
        struct error   error = {0};
        check_ok(message_read(line, &message, &error), error, "%.*s", STR_ARG(line));
        check(message.kind != MESSAGE_UNKNOWN, "%.*s", STR_ARG(line));
        check(message.refused == 0 || message.kind == MESSAGE_REFUSED, "%s: %.*s", message.reason, STR_ARG(line));
        seen[message.kind]++;
        count++;
        message_fini(&message);
    }
    check(count > 30, "%zu examples", count);
    for (size_t i = 1; i < MESSAGE_KINDS; i++)
        check(seen[i] > 0, "no example of %s", message_names[i]);
}

static void check_words(const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char quoted[64], ticked[64];
        snprintf(quoted, sizeof quoted, "\"%s\"", words[i]);
        snprintf(ticked, sizeof ticked, "`%s`", words[i]);
        check(!words[i][0] || str_contains(buf_str(&page), str_of(quoted)) || str_contains(buf_str(&page), str_of(ticked)), "the page does not say %s", words[i]);
    }
}

static void test_words(void **state)
{
    (void)state;
    check_words(source_ops, SOURCE_OP_COUNT);
    check_words(source_modes, SOURCE_MODE_COUNT);
    check_words(source_acts, SOURCE_ACT_COUNT);
    check_words(source_units, SOURCE_UNIT_COUNT);
    check_words(source_phases, 7);
    check_words(source_failures, 10);
}

int main(int argc, char **argv)
{
    struct error             error = {0};
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_examples), cmocka_unit_test(test_words)};
    if (argc != 2 || vfs_read_file(argv[1], 1024 * 1024, &page, &error)) {
        fprintf(stderr, "usage: %s docs/connectors.md: %s\n", argv[0], error.message);
        return 2;
    }
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    buf_fini(&page);
    return failed;
}
