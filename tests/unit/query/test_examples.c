/* Runs the examples: every *.test file of this folder, and the blocks of docs/query.md that are fenced as ```query.
 *
 *     query on the first line of a block            list NAME: query    (a named list, for the rest of the file)
 *     yes: text of a post, or {"its": "JSON"}       # a remark
 *     no: ...
 *     prints: the query printed back                error: the message, whole
 *     lint: words of a remark (none: no remark)     hint: words of the first line of the hint
 *     rewrite: the suggestion of the remark before
 *
 * Blocks are parted by empty lines. A post has the members that it names and else those of default_post. It is noon of 2015-02-24.
 */
#include "fixture.h"

#include "base/vfs.h"

#include <cjson/cJSON.h>

static const char default_post[] = "{\"id\":\"t:1\",\"platform\":\"twitter\",\"at\":\"2015-02-23T12:00:00Z\","
                                   "\"author\":{\"id\":\"77\",\"handle\":\"AnnaLake\"},\"lang\":\"en\",\"text\":\"\"}";

static const char *folder, *manual;
static struct fixture fixture;

enum { LISTS_MAX = 40, VERDICT_MIN = 150 };

/* One file while it is run. */
struct run {
    const char          *path;
    size_t               line_number;
    struct query_list    lists[LISTS_MAX];
    size_t               list_count;
    struct str           source;   /* of the block's query; ptr NULL between blocks */
    struct query         query;
    struct error         error;    /* of parsing it; code 0: it parsed */
    struct query_remark *remarks;
    size_t               remark_count;
    const struct query_remark *remark; /* the one named last */
    size_t               verdicts, errors, queries, failures;
};

/* Tells of a row that failed and goes on, so that one run shows them all. */
#define expect_that(run, condition, ...) \
    do { \
        if (!(condition)) { \
            print_error("%s:%zu: %.*s: ", (run)->path, (run)->line_number, STR_ARG((run)->source)); \
            print_error(__VA_ARGS__); \
            print_error("\n"); \
            (run)->failures++; \
        } \
    } while (0)

static struct query_options options_of(const struct run *run)
{
    int64_t now_us;
    clock_parse(STR("2015-02-24T12:00:00Z"), &now_us);
    return (struct query_options){run->lists, run->list_count, now_us};
}

/* The printed form parses to the same tree, and so do all beginnings of the query, if to anything. */
static void check_forms(struct run *run)
{
    struct query_options options = options_of(run);
    struct buf           printed = {0};
    struct query         again;
    struct error         error = {0};
    if (run->error.code == ERROR_NONE) {
        query_print(run->query.root, &printed);
        check_ok(query_parse(buf_str(&printed), &options, fixture.analyser, &fixture.queries, &again, &error), error,
                 "%s:%zu: %.*s", run->path,
                 run->line_number, STR_ARG(buf_str(&printed)));
        check(query_equal(run->query.root, again.root), "%s:%zu: %.*s", run->path, run->line_number,
              STR_ARG(buf_str(&printed)));
        for (size_t i = 0; i < run->remark_count; i++)
            if (run->remarks[i].suggestion.len)
                check_ok(query_parse(run->remarks[i].suggestion, &options, fixture.analyser, &fixture.queries, &again,
                                     &error), error,
                         "%s:%zu: suggestion %.*s", run->path, run->line_number, STR_ARG(run->remarks[i].suggestion));
    }
    for (size_t len = 0; len < run->source.len; len++) {
        char *exact = malloc(len + 1); /* so that the sanitizer sees a byte too far */
        memcpy(exact, run->source.ptr, len);
        struct str cut = str_slice(exact, len);
        enum error_code code = query_parse(cut, &options, fixture.analyser, &fixture.scratch, &again, &error);
        check(code == ERROR_NONE ||
              (strncmp(error.message, "column ", 7) == 0 || strncmp(error.message, "list ", 5) == 0),
              "%s:%zu: %.*s: %s", run->path, run->line_number, STR_ARG(cut), error.message);
        free(exact);
        arena_reset(&fixture.scratch);
    }
    buf_fini(&printed);
}

static void begin_block(struct run *run, struct str line)
{
    struct query_options options = options_of(run);
    run->source = line;
    run->error = (struct error){0};
    run->remarks = NULL;
    run->remark_count = 0;
    run->remark = NULL;
    run->queries++;
    if (query_parse(line, &options, fixture.analyser, &fixture.queries, &run->query, &run->error) == ERROR_NONE)
        check(query_lint(&run->query, &fixture.queries, &run->remarks, &run->remark_count, NULL) == ERROR_NONE, "%.*s",
              STR_ARG(line));
    check_forms(run);
}

static struct query_doc doc_of(struct str given)
{
    cJSON *whole = cJSON_Parse(default_post);
    if (given.len && given.ptr[0] == '{') {
        cJSON *members = cJSON_ParseWithLength(given.ptr, given.len);
        check(members != NULL, "%.*s", STR_ARG(given));
        while (members->child) {
            cJSON *member = cJSON_DetachItemViaPointer(members, members->child);
            char   name[64];
            snprintf(name, sizeof name, "%s", member->string);
            cJSON_DeleteItemFromObjectCaseSensitive(whole, name);
            cJSON_AddItemToObject(whole, name, member);
        }
        cJSON_Delete(members);
    } else {
        char *text = strndup(given.ptr ? given.ptr : "", given.len);
        cJSON_ReplaceItemInObjectCaseSensitive(whole, "text", cJSON_CreateString(text));
        free(text);
    }
    char            *line = cJSON_PrintUnformatted(whole);
    struct query_doc doc = fixture_doc(&fixture, str_of(line));
    free(line);
    cJSON_Delete(whole);
    return doc;
}

static bool is_parsed(struct run *run)
{
    expect_that(run, run->error.code == ERROR_NONE, "%s\n%s", run->error.message, run->error.hint);
    return run->error.code == ERROR_NONE;
}

static void check_verdict(struct run *run, struct str post, bool wanted)
{
    if (!is_parsed(run))
        return;
    struct query_doc doc = doc_of(post);
    bool             got = query_match(run->query.root, &doc, fixture.analyser, &fixture.scratch);
    expect_that(run, got == wanted, "should be %s on %.*s", wanted ? "yes" : "no", STR_ARG(post));
    run->verdicts++;
    arena_reset(&fixture.scratch);
}

static void check_printed(struct run *run, struct str wanted)
{
    struct buf printed = {0};
    if (!is_parsed(run))
        return;
    query_print(run->query.root, &printed);
    expect_that(run, str_equal(buf_str(&printed), wanted), "printed %.*s, wanted %.*s", STR_ARG(buf_str(&printed)),
                STR_ARG(wanted));
    buf_fini(&printed);
}

static void check_remark(struct run *run, struct str wanted)
{
    if (!is_parsed(run))
        return;
    struct str first = run->remark_count ? run->remarks[0].message : STR("none");
    if (str_equal(wanted, STR("none"))) {
        expect_that(run, run->remark_count == 0, "remark %.*s", STR_ARG(first));
        return;
    }
    run->remark = NULL;
    for (size_t i = 0; i < run->remark_count && !run->remark; i++)
        if (str_contains(run->remarks[i].message, wanted))
            run->remark = &run->remarks[i];
    expect_that(run, run->remark, "no remark says '%.*s'; of %zu the first is '%.*s'", STR_ARG(wanted),
                run->remark_count, STR_ARG(first));
}

static void check_rewrite(struct run *run, struct str wanted)
{
    struct str got = run->remark ? run->remark->suggestion : STR("(no remark)");
    expect_that(run, str_equal(got, wanted), "rewrite is %.*s, wanted %.*s", STR_ARG(got), STR_ARG(wanted));
}

static void check_error(struct run *run, struct str wanted)
{
    expect_that(run, str_equal(wanted, str_of(run->error.message)), "error is '%s', wanted '%.*s'",
                run->error.code ? run->error.message : "(none)",
                STR_ARG(wanted));
    run->errors++;
}

static void check_hint(struct run *run, struct str wanted)
{
    expect_that(run, str_contains(str_of(run->error.hint), wanted), "hint is %s, wanted %.*s", run->error.hint,
                STR_ARG(wanted));
}

static void check_yes(struct run *run, struct str post)
{
    check_verdict(run, post, true);
}

static void check_no(struct run *run, struct str post)
{
    check_verdict(run, post, false);
}

static const struct {
    const char *name;
    void (*apply)(struct run *run, struct str rest);
} expectations[] = {
    {"yes:", check_yes},   {"no:", check_no},     {"prints:", check_printed},  {"error:", check_error},
    {"hint:", check_hint}, {"lint:", check_remark}, {"rewrite:", check_rewrite},
};

static void expect(struct run *run, struct str line)
{
    for (size_t i = 0; i < sizeof expectations / sizeof expectations[0]; i++) {
        struct str name = str_of(expectations[i].name);
        if (str_starts_with(line, name)) {
            expectations[i].apply(run, str_trim(str_slice(line.ptr + name.len, line.len - name.len)));
            return;
        }
    }
    expect_that(run, false, "what is this line? %.*s", STR_ARG(line));
}

static void run_line(struct run *run, struct str line)
{
    struct str name, rest;
    bool       is_list = str_starts_with(line, STR("list ")) && memchr(line.ptr, ':', line.len);
    if (line.len == 0) {
        run->source = (struct str){0};
    } else if (!run->source.ptr && is_list) {
        require(run->list_count < LISTS_MAX);
        rest = str_slice(line.ptr + 5, line.len - 5);
        str_next_field(&rest, ':', &name);
        run->lists[run->list_count++] = (struct query_list){arena_str(&fixture.posts, name),
                                                            arena_str(&fixture.posts, str_trim(rest))};
    } else if (str_starts_with(line, STR("# "))) {
        return;
    } else if (!run->source.ptr) {
        begin_block(run, str_equal(line, STR("(empty)")) ? STR("") : line);
    } else {
        expect(run, line);
    }
}

/* is_manual: only what stands between ```query and ```. */
static void run_file(struct run *run, const char *path, bool is_manual)
{
    struct buf   bytes = {0};
    struct error error = {0};
    bool         is_inside = !is_manual;
    struct str   rest, line;
    check_ok(vfs_read_file(path, 1 << 20, &bytes, &error), error, "%s", path);
    rest = buf_str(&bytes);
    run->path = path;
    run->line_number = 0;
    run->list_count = 0;
    run->source = (struct str){0};
    while (str_next_field(&rest, '\n', &line)) {
        run->line_number++;
        if (is_manual && str_starts_with(line, STR("```"))) {
            is_inside = str_equal(line, STR("```query"));
            line.len = 0;
        }
        if (is_inside)
            run_line(run, line);
    }
    buf_fini(&bytes);
    arena_reset(&fixture.queries);
}

static void example_files(void **state)
{
    (void)state;
    struct error error = {0};
    struct str  *names;
    size_t       count;
    struct run   run = {0};
    char         path[512];
    check_ok(vfs_list(folder, &fixture.posts, &names, &count, &error), error, "%s", folder);
    for (size_t i = 0; i < count; i++)
        if (str_ends_with(names[i], STR(".test")) && vfs_join(path, folder, names[i].ptr))
            run_file(&run, path, false);
    print_message("%zu queries, %zu verdicts, %zu error messages\n", run.queries, run.verdicts, run.errors);
    check(run.failures == 0, "%zu examples failed", run.failures);
    check(run.verdicts >= VERDICT_MIN, "only %zu verdicts", run.verdicts);
}

static void manual_examples(void **state)
{
    (void)state;
    struct run run = {0};
    run_file(&run, manual, true);
    print_message("%zu queries, %zu verdicts, %zu error messages\n", run.queries, run.verdicts, run.errors);
    check(run.failures == 0, "%zu examples failed", run.failures);
    check(run.queries >= 30 && run.verdicts >= 60, "only %zu queries and %zu verdicts", run.queries, run.verdicts);
}

/* The manual tells of every field and every has: word, in the words of the table. */
static void manual_tells_of_every_field(void **state)
{
    (void)state;
    struct buf   bytes = {0};
    struct error error = {0};
    check_ok(vfs_read_file(manual, 1 << 20, &bytes, &error), error, "%s", manual);
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        char row[256];
        check(query_fields[i].field == (enum query_field)i && query_fields[i].meaning[0] && query_fields[i].example[0],
              "field %zu", i);
        snprintf(row, sizeof row, "| `%s` | %s |", query_fields[i].example, query_fields[i].meaning);
        check(str_contains(buf_str(&bytes), str_of(row)), "the manual lacks the row %s", row);
    }
    for (size_t i = 0; i < HAS_COUNT; i++) {
        char row[256];
        check(query_has_flags[i].bit == 1u << i && query_has_flags[i].meaning[0], "has %zu", i);
        snprintf(row, sizeof row, "| `has:%s` | %s |", query_has_flags[i].name, query_has_flags[i].meaning);
        check(str_contains(buf_str(&bytes), str_of(row)), "the manual lacks the row %s", row);
    }
    buf_fini(&bytes);
}

static int setup(void **state)
{
    (void)state;
    fixture_init(&fixture, folder);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    fixture_fini(&fixture);
    return 0;
}

int main(int argc, char **argv)
{
    folder = argc > 1 ? argv[1] : ".";
    manual = argc > 2 ? argv[2] : "docs/query.md";
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(example_files, setup, teardown),
        cmocka_unit_test_setup_teardown(manual_examples, setup, teardown),
        cmocka_unit_test_setup_teardown(manual_tells_of_every_field, setup, teardown),
    };
    return cmocka_run_group_tests_name("query examples", tests, NULL, NULL);
}
