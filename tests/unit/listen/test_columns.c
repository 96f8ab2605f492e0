/* Headers that are known, and records that become posts. */
#include "check.h"

#include "base/clock.h"
#include "table/look.h"
#include "listen/rejects.h"

#include <unistd.h>

/* ---- what a file looks like ---- */

static void files_are_told_apart_by_their_bytes(void **state)
{
    (void)state;
    static const struct {
        const char        *beginning, *name;
        enum table_format format;
        enum error_code    code;
        bool               is_table;
        char               separator;
        unsigned           header;
    } cases[] = {
        {"{\"id\":1}\n", "posts.csv", TABLE_FORMAT_AUTO, 0, false, 0, 0},
        {"\xef\xbb\xbf {\"id\":1}\n", "x", TABLE_FORMAT_AUTO, 0, false, 0, 0},
        {"", "posts.csv", TABLE_FORMAT_AUTO, 0, false, 0, 0},
        {"date,text,author\n", "x", TABLE_FORMAT_AUTO, 0, true, ',', 0},
        {"date;text;author\n1;2;3\n", "posts.jsonl", TABLE_FORMAT_AUTO, 0, true, ';', 0},
        {"Report\n\nby,me\n\"Date\"\t\"Full Text\"\tAuthor\n", "x", TABLE_FORMAT_AUTO, 0, true, '\t', 2},
        {"Date|Headline|Opening Text|Url\n", "x", TABLE_FORMAT_AUTO, 0, true, '|', 0},
        {"a,b\tc\ndate,text\twith tab\n", "x", TABLE_FORMAT_AUTO, 0, false, 0, 0},
        {"when,words\n1,2\n", "x.csv", TABLE_FORMAT_AUTO, ERROR_SYNTAX, false, 0, 0},
        {"when,words\n1,2\n", "x.csv.gz", TABLE_FORMAT_AUTO, ERROR_SYNTAX, false, 0, 0},
        {"when,words\n1,2\n", "x", TABLE_FORMAT_AUTO, 0, false, 0, 0},
        {"when,words\n1,2\n", "x", TABLE_FORMAT_CSV, ERROR_SYNTAX, false, 0, 0},
        {"date,text\n", "x", TABLE_FORMAT_TSV, ERROR_SYNTAX, false, 0, 0},
        {"{\"id\"", "x", TABLE_FORMAT_CSV, ERROR_SYNTAX, false, 0, 0},
        {"[{\"id\":1}]", "x.json", TABLE_FORMAT_AUTO, 0, false, 0, 0},
        {"[", "x.json", TABLE_FORMAT_AUTO, 0, false, 0, 0},
        {"PK\x03\x04 xl/", "x.xlsx", TABLE_FORMAT_AUTO, ERROR_SYNTAX, false, 0, 0},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct column_options options = {0};
        struct table_shape     shape;
        struct error          error = {0};
        enum error_code code = table_look(str_of(cases[i].beginning), cases[i].name, cases[i].format, &options, &shape,
                                         &error);
        check(code == cases[i].code, "row %zu: %d %s", i, code, error.message);
        if (code)
            continue;
        check(shape.is_table == cases[i].is_table, "row %zu: a table", i);
        if (shape.is_table)
            check(shape.separator == cases[i].separator && shape.header_record == cases[i].header, "row %zu: '%c' %d",
                  i, shape.separator, (int)shape.header_record);
    }
}

/* ---- records ---- */

enum { MOST = 12 };

static size_t split(const char *line, struct str fields[MOST])
{
    struct str rest = str_of(line), field;
    size_t     count = 0;
    while (count < MOST && str_next_field(&rest, '|', &field))
        fields[count++] = field;
    return count;
}

static void records_become_posts(void **state)
{
    (void)state;
    static const struct {
        const char *headers, *record, *platform, *post; /* post: its JSON, or how the error begins */
    } cases[] = {
        {"id|date|text|author", "7|2015-02-24|hi|@ann", "Toot Place",
         "{\"id\":\"toot-place:7\",\"platform\":\"toot-place\",\"at\":\"2015-02-24T00:00:00Z\",\"author\":{\"handle\":"
         "\"ann\"},\"text\":\"hi\","
         "\"kind\":\"post\"}"},
        {"Id|Date|Full Text|Author|Full Name|Thread Id|Likes|X Followers|Language|Url|Page Type",
         "toot:7|2015-02-24|hi| ann |Ann A|6|1,234|12.0|en|https://t.example/7|Toot", "",
         "{\"id\":\"toot:7\",\"platform\":\"toot\",\"at\":\"2015-02-24T00:00:00Z\",\"author\":{\"handle\":\"ann\","
         "\"name\":\"Ann A\",\"followers\":12},"
         "\"text\":\"hi\",\"lang\":\"en\",\"kind\":\"post\",\"url\":\"https://t.example/"
         "7\",\"thread\":\"toot:6\",\"metrics\":{\"likes\":1234}}"},
        {"date|text|likes|url", "2015-02-24|x|many|not an address", "a", "?"},
        {"date|text|url", "2015-02-24|x|https://m.twitter.com/a/1", "", "?twitter"},
        {"date|text|url", "2015-02-24|x|https://nottwitter.com/a/1", "", "!platform: no column says it"},
        {"date|text", "soon|x", "a", "!at: 'soon' is not a time"},
        {"date|text", "|x", "a", "!at: it does not say when it was published"},
        {"date|text", "1850-01-01|x", "a", "!at lies outside"},
        {"date|text", "2015-02-24|x|more", "a", "!3 fields where the header has 2"},
        {"date|text", "2015-02-24|x|", "a", "?"},
        {"date|text", "2015-02-24", "a", "?"},
        {"date|text|id", "2015-02-24|x|evil\x1b[2J", "a", "!id holds the control character"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct str            headers[MOST], fields[MOST];
        size_t header_count = split(cases[i].headers, headers), field_count = split(cases[i].record, fields);
        struct column_options options = {.platform = str_of(cases[i].platform)};
        struct columns        columns;
        struct arena          arena = {0};
        struct error          error = {0};
        struct buf            out = {0};
        struct post           post;
        const char           *wanted = cases[i].post;
        check(columns_map(headers, header_count, &options, &columns) > 0, "row %zu: the header is known", i);
        enum error_code code = columns_to_post(&columns, fields, field_count, &arena, &post, &error);
        if (wanted[0] == '!') {
            check(code != 0 && str_starts_with(str_of(error.message), str_of(wanted + 1)), "row %zu: %s", i,
                  error.message);
        } else {
            check(code == 0, "row %zu: %s", i, error.message);
            post_print(&post, &out);
            if (wanted[0] == '{')
                check_str(buf_str(&out), str_of(wanted), "row %zu", i);
            else if (wanted[1])
                check_str(post.platform, str_of(wanted + 1), "row %zu", i);
        }
        buf_fini(&out);
        arena_fini(&arena);
    }
}

static void a_made_id_depends_on_what_was_said_by_whom_and_when(void **state)
{
    (void)state;
    static const char *const records[] = {"2015-02-24|x|ann", "2015-02-24|x|ann", "2015-02-24|y|ann",
                                          "2015-02-25|x|ann", "2015-02-24|x|bob"};
    struct str               headers[MOST], ids[COUNT_OF(records)];
    struct column_options    options = {.platform = STR("a")};
    struct columns           columns;
    struct arena             arena = {0};
    columns_map(headers, split("date|text|author", headers), &options, &columns);
    for (size_t i = 0; i < COUNT_OF(records); i++) {
        struct str   fields[MOST];
        struct post  post;
        struct error error = {0};
        check_ok(columns_to_post(&columns, fields, split(records[i], fields), &arena, &post, &error), error, "%s",
                 records[i]);
        ids[i] = post.id;
    }
    for (size_t i = 1; i < COUNT_OF(records); i++)
        check(str_equal(ids[0], ids[i]) == (i == 1), "%s", records[i]);
    arena_fini(&arena);
}

static void overrides_are_read(void **state)
{
    (void)state;
    static const struct {
        const char     *text;
        enum error_code code;
    } cases[] = {{"at=Posted On", 0}, {"author=a=b", 0},         {"at", ERROR_USAGE}, {"at=", ERROR_USAGE},
                 {"=x", ERROR_USAGE}, {"colour=x", ERROR_USAGE}, {"", ERROR_USAGE}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct column_override override;
        struct error           error = {0};
        check(column_override_parse(cases[i].text, &override, &error) == cases[i].code, "%s: %s", cases[i].text,
              error.message);
    }
    struct str             headers[MOST];
    struct column_override override = {COLUMN_TEXT, STR("MY words")};
    struct column_options  options = {.overrides = &override, .override_count = 1};
    struct columns         columns;
    size_t                 count = split("date|text|my_words", headers);
    check(columns_map(headers, count, &options, &columns) && columns.of[COLUMN_TEXT] == 2, "an override wins");
    override.header = STR("nowhere");
    check(columns_map(headers, count, &options, &columns) == 0, "an override that is not there is no header");
}

static void every_column_has_words(void **state)
{
    (void)state;
    for (int i = 0; i < COLUMN_COUNT; i++) {
        check((int)column_rows[i].column == i, "%d is in its place", i);
        check(column_rows[i].name[0] && column_rows[i].synonyms[0] && column_rows[i].meaning[0], "%d has words", i);
    }
}

/* ---- rejected lines ---- */

static void rejected_lines_are_kept_with_their_reason(void **state)
{
    (void)state;
    char           folder[] = "/tmp/bellwether-rejects-XXXXXX", inside[64];
    struct error   error = {0};
    struct buf     written = {0}, longest = {0};
    check(mkdtemp(folder), "folder");
    snprintf(inside, sizeof inside, "%s/rejected", folder);
    struct rejects rejects = {.folder = inside, .file = VFS_CLOSED};
    check_ok(rejects_flush(&rejects, &error), error, "nothing to write");
    check(!vfs_exists(inside), "nothing is made before it is needed");
    for (int i = 0; i < REJECTS_TEXT_MAX_BYTES; i++)
        buf_append_str(&longest, STR("\xe2\x82\xac"));
    check_ok(rejects_add(&rejects, "/a/b c\x1b.csv", 7, STR("no \"time\""),
                         STR("a\xff"
                             "b\n"),
                         &error),
             error, "first");
    check_ok(rejects_add(&rejects, "-", 8, STR("long"), buf_str(&longest), &error), error, "second");
    check_ok(rejects_flush(&rejects, &error), error, "flush");
    check(strstr(rejects.file.path, "/b-c-.csv-") && str_ends_with(str_of(rejects.file.path), STR("Z.jsonl")), "%s",
          rejects.file.path);
    check_ok(vfs_read_file(rejects.file.path, 1 << 20, &written, &error), error, "read");
    check(str_starts_with(buf_str(&written), STR("{\"file\":\"/a/b c\\u001b.csv\",\"line\":7,\"reason\":\"no "
                                                 "\\\"time\\\"\",\"text\":\"a\xef\xbf\xbd"
                                                 "b\\n\"}\n")),
          "%.*s", STR_ARG(buf_str(&written)));
    check(written.len < REJECTS_TEXT_MAX_BYTES + 300 && str_ends_with(buf_str(&written), STR("\xe2\x82\xac\xe2\x80\xa6"
                                                                                             "\"}\n")),
          "the long one is cut");
    unlink(rejects.file.path);
    rejects_fini(&rejects);
    rmdir(inside);
    rmdir(folder);
    buf_fini(&written);
    buf_fini(&longest);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_are_told_apart_by_their_bytes),
        cmocka_unit_test(records_become_posts),
        cmocka_unit_test(a_made_id_depends_on_what_was_said_by_whom_and_when),
        cmocka_unit_test(overrides_are_read),
        cmocka_unit_test(every_column_has_words),
        cmocka_unit_test(rejected_lines_are_kept_with_their_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
