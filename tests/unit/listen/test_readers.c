/* Lines, tables, times and packed files: whole, a byte at a time, and cut short at every length. */
#include "check.h"

#include "base/clock.h"
#include "table/csv.h"
#include "table/input.h"
#include "table/lines.h"
#include "listen/progress.h"
#include "table/times.h"
#include "post/post.h"

#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

/* ---- lines ---- */

static void print_lines(struct str bytes, size_t most, struct buf *out)
{
    struct bytes_memory memory = {bytes, most};
    struct lines        lines = {.source = bytes_source_of_memory(&memory)};
    struct error        error = {0};
    struct line         line;
    for (;;) {
        check_ok(lines_next(&lines, &line, &error), error, "lines");
        if (line.is_last)
            break;
        buf_printf(out, "%llu:%.*s|", (unsigned long long)line.number, STR_ARG(line.text));
    }
    check(!lines_next(&lines, &line, &error) && line.is_last, "the end stays the end");
    lines_fini(&lines);
}

static void lines_are_the_same_however_they_arrive(void **state)
{
    (void)state;
    static const struct {
        const char *bytes, *lines;
    } cases[] = {
        {"", ""},
        {"a", "1:a|"},
        {"a\n", "1:a|"},
        {"a\r\nb", "1:a|2:b|"},
        {"\n\na", "1:|2:|3:a|"},
        {"\xef\xbb\xbf"
         "a\nb\n",
         "1:a|2:b|"},
        {"a\rb\n", "1:a\rb|"},
        {"a\n\xef\xbb\xbf"
         "b",
         "1:a|2:\xef\xbb\xbf"
         "b|"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (size_t most = 0; most < 4; most++) {
            struct buf out = {0};
            print_lines(str_of(cases[i].bytes), most, &out);
            check_str(buf_str(&out), str_of(cases[i].lines), cases[i].bytes);
            buf_fini(&out);
        }
}

static void a_line_over_the_limit_is_marked_and_the_next_is_read(void **state)
{
    (void)state;
    static const size_t lengths[] = {POST_LINE_MAX_BYTES - 1, POST_LINE_MAX_BYTES, POST_LINE_MAX_BYTES + 1,
                                     3 * POST_LINE_MAX_BYTES};
    for (size_t i = 0; i < 4; i++)
        for (int has_newline = 0; has_newline < 2; has_newline++) {
            struct buf bytes = {0};
            buf_append_zeros(&bytes, lengths[i]);
            memset(bytes.ptr, 'x', bytes.len);
            if (has_newline)
                buf_append_str(&bytes, STR("\nnext"));
            struct bytes_memory memory = {buf_str(&bytes), 70000};
            struct lines        lines = {.source = bytes_source_of_memory(&memory)};
            struct error        error = {0};
            struct line         line;
            check_ok(lines_next(&lines, &line, &error), error, "long line");
            check(line.is_too_long == (lengths[i] > POST_LINE_MAX_BYTES), "%zu bytes", lengths[i]);
            check(line.text.len && line.text.ptr[0] == 'x', "its beginning is kept");
            check_ok(lines_next(&lines, &line, &error), error, "after it");
            check(line.is_last == !has_newline, "%zu bytes: what follows", lengths[i]);
            if (has_newline)
                check(line.number == 2 && str_equal(line.text, STR("next")), "next");
            check(lines.held.capacity <= 4 * (size_t)POST_LINE_MAX_BYTES, "memory is bounded: %zu",
                  lines.held.capacity);
            lines_fini(&lines);
            buf_fini(&bytes);
        }
}

/* ---- tables ---- */

static void print_records(struct str bytes, char separator, size_t most, struct buf *out)
{
    static const char *const states[] = {"", "", "TOO-LONG", "UNCLOSED", "TOO-MANY"};
    struct bytes_memory memory = {bytes, most};
    struct csv          csv = {.source = bytes_source_of_memory(&memory), .separator = separator};
    struct csv_record   record;
    struct error        error = {0};
    for (;;) {
        check_ok(csv_next(&csv, &record, &error), error, "csv");
        if (record.state == CSV_END)
            break;
        buf_printf(out, "%llu:%s", (unsigned long long)record.line, states[record.state]);
        for (size_t i = 0; i < record.count; i++)
            buf_printf(out, "[%.*s]", STR_ARG(record.fields[i]));
        buf_append_char(out, ' ');
    }
    csv_fini(&csv);
}

static const struct {
    const char *bytes, *records;
    char        separator;
} tables[] = {
    {"", "", ','},
    {"a,b\n1,2\n", "1:[a][b] 2:[1][2] ", ','},
    {"a,b\r\n1,2", "1:[a][b] 2:[1][2] ", ','},
    {"\xef\xbb\xbf" "a;b\n", "1:[a][b] ", ';'},
    {"\xef\xbb\xbf\"a\";b\n", "1:[a][b] ", ';'},
    {"a\tb\t\n", "1:[a][b][] ", '\t'},
    {"\n\n,\n\n", "3:[][] ", ','},
    {"\"a,b\",c\n", "1:[a,b][c] ", ','},
    {"\"a\nb\",c\nd,e\n", "1:[a\nb][c] 3:[d][e] ", ','},
    {"\"a\r\nb\"\r\nd", "1:[a\r\nb] 3:[d] ", ','},
    {"\"say \"\"hi\"\"\",\"\"\n", "1:[say \"hi\"][] ", ','},
    {"5\" pipe,a\"b\"\n", "1:[5\" pipe][a\"b\"] ", ','},
    {"\"a\"b,c\n", "1:[ab][c] ", ','},
    {"a,\"open\nb,c\nd,e\n", "1:UNCLOSED 2:[b][c] 3:[d][e] ", ','},
    {"\"", "1:UNCLOSED ", ','},
    {"\"\"", "1:[] ", ','},
    {"a,\"b\"", "1:[a][b] ", ','},
};

static void tables_are_the_same_however_they_arrive(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
        for (size_t most = 0; most < 5; most++) {
            struct buf out = {0};
            print_records(str_of(tables[i].bytes), tables[i].separator, most, &out);
            check_str(buf_str(&out), str_of(tables[i].records), tables[i].bytes);
            buf_fini(&out);
        }
}

static void tables_cut_short_at_every_length_still_end(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
        for (size_t cut = 0; cut < strlen(tables[i].bytes); cut++) {
            char      *exact = malloc(cut ? cut : 1);
            struct buf whole = {0}, bytewise = {0};
            memcpy(exact, tables[i].bytes, cut);
            print_records(str_slice(exact, cut), tables[i].separator, 0, &whole);
            print_records(str_slice(exact, cut), tables[i].separator, 1, &bytewise);
            check_str(buf_str(&bytewise), buf_str(&whole), tables[i].bytes);
            buf_fini(&whole);
            buf_fini(&bytewise);
            free(exact);
        }
}

static void a_record_over_the_limit_is_marked_and_the_next_is_read(void **state)
{
    (void)state;
    static const struct {
        const char *first, *records;
    } cases[] = {{"x", "1:TOO-LONG 2:[next][row] "},
                 {"\"x", "1:UNCLOSED 2:[next][row] "},
                 {"a,b,", "1:TOO-LONG 2:[next][row] "}};
    for (size_t i = 0; i < 3; i++) {
        struct buf bytes = {0}, out = {0};
        buf_append_str(&bytes, str_of(cases[i].first));
        buf_append_zeros(&bytes, 2 * POST_LINE_MAX_BYTES);
        memset(bytes.ptr + bytes.len - 2 * POST_LINE_MAX_BYTES, 'x', 2 * POST_LINE_MAX_BYTES);
        buf_append_str(&bytes, STR("\nnext,row\n"));
        print_records(buf_str(&bytes), ',', 0, &out);
        check_str(buf_str(&out), str_of(cases[i].records), cases[i].first);
        buf_fini(&bytes);
        buf_fini(&out);
    }
}

static void more_fields_than_a_table_can_have_are_marked(void **state)
{
    (void)state;
    struct buf bytes = {0}, out = {0};
    for (int i = 0; i < CSV_MAX_FIELDS; i++)
        buf_append_char(&bytes, ',');
    buf_append_str(&bytes, STR("\na,b\n"));
    print_records(buf_str(&bytes), ',', 0, &out);
    check_str(buf_str(&out), STR("1:TOO-MANY 2:[a][b] "), "1025 fields");
    buf_fini(&bytes);
    buf_fini(&out);
}

/* ---- times ---- */

static void times_are_read_as_exports_write_them(void **state)
{
    (void)state;
    static const struct {
        const char       *text, *wanted; /* RFC 3339; "" not a time; "?" the order is needed */
        enum date_order   order;
    } cases[] = {
        {"2015-02-24T11:35:52Z", "2015-02-24T11:35:52Z", 0},
        {"2015-02-24 11:35:52 -0800", "2015-02-24T19:35:52Z", 0},
        {"2015-02-24 11:35:52 +05:30", "2015-02-24T06:05:52Z", 0},
        {"2015-02-24 11:35:52", "2015-02-24T11:35:52Z", 0},
        {"2015-02-24T11:35:52.25", "2015-02-24T11:35:52.250Z", 0},
        {"2015-02-24 11:35", "2015-02-24T11:35:00Z", 0},
        {"2015-02-24 11:35:52 UTC", "2015-02-24T11:35:52Z", 0},
        {"2015-02-24", "2015-02-24T00:00:00Z", 0},
        {"2015/02/24 11:35:52", "2015-02-24T11:35:52Z", 0},
        {"2015.2.4", "2015-02-04T00:00:00Z", 0},
        {"1424777752", "2015-02-24T11:35:52Z", 0},
        {"1424777752.5", "2015-02-24T11:35:52.500Z", 0},
        {"1424777752000", "2015-02-24T11:35:52Z", 0},
        {"1424777752000000", "2015-02-24T11:35:52Z", 0},
        {"Tue Feb 24 11:35:52 +0000 2015", "2015-02-24T11:35:52Z", 0},
        {"Tue, 24 Feb 2015 11:35:52 -0800", "2015-02-24T19:35:52Z", 0},
        {"24-Feb-2015 11:35", "2015-02-24T11:35:00Z", 0},
        {"Feb 24, 2015 11:35 PM", "2015-02-24T23:35:00Z", 0},
        {"February 24 2015 at 12:05am", "2015-02-24T00:05:00Z", 0},
        {"24. Feb. 2015 12:05 pm", "2015-02-24T12:05:00Z", 0},
        {"24/02/2015 11:35", "2015-02-24T11:35:00Z", DATE_ORDER_DAY_FIRST},
        {"2/24/2015 1:35:52 PM", "2015-02-24T13:35:52Z", DATE_ORDER_MONTH_FIRST},
        {"24.02.2015", "2015-02-24T00:00:00Z", DATE_ORDER_DAY_FIRST},
        {"2/24/2015 11:35", "?", 0},
        {"24/02/2015", "", DATE_ORDER_MONTH_FIRST},
        {"", "", 0},
        {"soon", "", 0},
        {"-5", "", 0},
        {"0", "", 0},
        {"20150224", "", 0},
        {"2015-02-30", "", 0},
        {"2015-13-01", "", 0},
        {"2015-02-24 25:00", "", 0},
        {"2015-02-24 11:61", "", 0},
        {"2015-02-24 11:35 11:36", "", 0},
        {"2015-02-24 Feb", "", 0},
        {"2015-02-24 13:00 PM", "", 0},
        {"1e9", "", 0},
        {"99999999999999999999", "", 0},
        {"2015-02-24 11:35:52 +99:00", "", 0},
        {"11:35", "", 0},
        {"24 Feb", "", 0},
        {"Feb 2015", "", 0},
        {"2015-02-24T", "2015-02-24T00:00:00Z", 0},
        {"nan", "", 0},
        {"+", "", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t           at_us = 0;
        char              text[CLOCK_TEXT_BYTES] = "";
        enum times_result result = times_parse(str_of(cases[i].text), cases[i].order, &at_us);
        if (result == TIMES_OK)
            clock_print(at_us, text);
        check_str(result == TIMES_ORDER_UNKNOWN ? STR("?") : str_of(text), str_of(cases[i].wanted), cases[i].text);
    }
}

/* ---- packed files ---- */

static void write_file(const char *path, struct str bytes)
{
    FILE *file = fopen(path, "wb");
    check(file && fwrite(bytes.ptr, 1, bytes.len, file) == bytes.len && fclose(file) == 0, "write %s", path);
}

static struct buf gzip_of(struct str bytes)
{
    struct buf out = {0};
    z_stream   stream = {0};
    buf_reserve(&out, bytes.len + 1000);
    check(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK, "deflate");
    stream.next_in = (Bytef *)(uintptr_t)bytes.ptr, stream.avail_in = (uInt)bytes.len;
    stream.next_out = (Bytef *)out.ptr, stream.avail_out = (uInt)out.capacity;
    check(deflate(&stream, Z_FINISH) == Z_STREAM_END, "deflate");
    out.len = out.capacity - stream.avail_out;
    deflateEnd(&stream);
    return out;
}

static struct buf zstd_of(struct str bytes)
{
    struct buf out = {0};
    buf_reserve(&out, ZSTD_compressBound(bytes.len));
    out.len = ZSTD_compress(out.ptr, out.capacity, bytes.ptr, bytes.len, 3);
    return out;
}

static enum error_code read_all(const char *path, size_t step, struct buf *out, struct error *error)
{
    struct input   *input;
    struct str      beginning;
    enum error_code code = input_open(path, NULL, &input, error);
    if (code)
        return code;
    char  *bytes = malloc(step);
    size_t got = 1;
    if (input_peek(input, &beginning, NULL) == ERROR_NONE)
        check(beginning.len <= INPUT_PEEK_BYTES, "peek");
    while (!code && got) {
        code = input_read(input, bytes, step, &got, error);
        if (!code)
            buf_append(out, bytes, got);
    }
    if (!code)
        check(input_bytes_taken(input) == input_bytes_total(input), "all bytes are taken");
    free(bytes);
    input_close(input);
    return code;
}

static void packed_files_are_known_by_their_bytes(void **state)
{
    (void)state;
    char       folder[] = "/tmp/bellwether-readers-XXXXXX", path[64];
    struct buf plain = {0};
    check(mkdtemp(folder), "folder");
    snprintf(path, sizeof path, "%s/posts.txt", folder);
    for (int i = 0; i < 20000; i++)
        buf_printf(&plain, "line %d of the file\n", i * 7919 % 10007);
    struct buf gzip = gzip_of(buf_str(&plain)), zstd = zstd_of(buf_str(&plain)), twice[2] = {{0}, {0}};
    buf_append_str(&twice[0], buf_str(&gzip));
    buf_append_str(&twice[0], buf_str(&gzip));
    buf_append_zeros(&twice[0], 512); /* tar and tape drives pad */
    buf_append_str(&twice[1], STR("\x50\x2a\x4d\x18\x02\0\0\0hi"));
    buf_append_str(&twice[1], buf_str(&zstd));
    buf_append_str(&twice[1], buf_str(&zstd));
    struct {
        const char *what;
        struct str  bytes;
        int         times;
    } cases[] = {{"plain", buf_str(&plain), 1},
                 {"gzip", buf_str(&gzip), 1},
                 {"zstd", buf_str(&zstd), 1},
                 {"empty", STR(""), 0},
                 {"two gzip members", buf_str(&twice[0]), 2},
                 {"zstd frames behind a skippable one", buf_str(&twice[1]), 2}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf   out = {0};
        struct error error = {0};
        write_file(path, cases[i].bytes);
        check_ok(read_all(path, 1000, &out, &error), error, cases[i].what);
        check(out.len == plain.len * (size_t)cases[i].times, "%s: %zu bytes", cases[i].what, out.len);
        check(out.len == 0 || memcmp(out.ptr + out.len - plain.len, plain.ptr, plain.len) == 0, "%s: the same bytes",
              cases[i].what);
        buf_fini(&out);
    }
    for (int is_zstd = 0; is_zstd < 2; is_zstd++) {
        struct str whole = is_zstd ? buf_str(&zstd) : buf_str(&gzip);
        for (size_t cut = 4; cut < whole.len; cut += whole.len / 97 + 1) {
            struct buf   out = {0};
            struct error error = {0};
            write_file(path, str_slice(whole.ptr, cut));
            check(read_all(path, 4096, &out, &error) == ERROR_CORRUPT, "cut at %zu is noticed", cut);
            check(out.len <= plain.len && (out.len == 0 || memcmp(out.ptr, plain.ptr, out.len) == 0), "what came "
                                                                                                      "before is good");
            buf_fini(&out);
        }
    }
    struct error error = {0};
    struct buf   out = {0};
    unlink(path);
    check(read_all(path, 100, &out, &error) == ERROR_NOT_FOUND, "a missing file");
    rmdir(folder);
    buf_fini(&plain), buf_fini(&gzip), buf_fini(&zstd), buf_fini(&twice[0]), buf_fini(&twice[1]);
}

/* ---- the bar ---- */

static void the_bar_fits_its_line(void **state)
{
    (void)state;
    static const struct {
        struct progress_view view;
        const char          *wanted;
    } cases[] = {
        {{50, 100, 1234567, 10000000, "/a/posts.jsonl"},
         "[##########..........]  50 %  1,234,567 posts  123,456/s  11 s left  posts.jsonl"},
        {{0, 0, 12, 0, "standard input"}, "  12 posts  standard input"},
        {{100, 100, 0, 2000000, "evil\x1b[2Jname"}, "[####################] 100 %  0 posts  0/s  evil?[2Jname"},
        {{200, 100, 1, 0, NULL}, "[####################] 100 %  1 posts"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf out = {0};
        progress_print(&cases[i].view, 80, &out);
        check_str(buf_str(&out), str_of(cases[i].wanted), cases[i].wanted);
        buf_fini(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_the_same_however_they_arrive),
        cmocka_unit_test(a_line_over_the_limit_is_marked_and_the_next_is_read),
        cmocka_unit_test(tables_are_the_same_however_they_arrive),
        cmocka_unit_test(tables_cut_short_at_every_length_still_end),
        cmocka_unit_test(a_record_over_the_limit_is_marked_and_the_next_is_read),
        cmocka_unit_test(more_fields_than_a_table_can_have_are_marked),
        cmocka_unit_test(times_are_read_as_exports_write_them),
        cmocka_unit_test(packed_files_are_known_by_their_bytes),
        cmocka_unit_test(the_bar_fits_its_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
