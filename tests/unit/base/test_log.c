/* Lines of the log: three forms, and values that mean no good. */
#include "../check.h"

#include "base/buf.h"
#include "base/log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static void lines_have_their_form(void **state)
{
    (void)state;
    static const struct {
        enum log_format format;
        bool            is_journal;
        enum log_level  level;
        const char     *value, *line;
    } rows[] = {
        {LOG_FORMAT_TEXT, false, LOG_LEVEL_INFO, "/a",
         "2015-02-23T10:04:00.123Z info    request path=/a n=-3 ms=1.2\n"},
        {LOG_FORMAT_TEXT, true, LOG_LEVEL_ERROR, "/a", "<3>error   request path=/a n=-3 ms=1.2\n"},
        {LOG_FORMAT_LOGFMT, false, LOG_LEVEL_WARNING, "",
         "time=2015-02-23T10:04:00.123Z level=warning event=request n=-3 ms=1.2\n"},
        {LOG_FORMAT_LOGFMT, true, LOG_LEVEL_DEBUG, "a b",
         "<7>time=2015-02-23T10:04:00.123Z level=debug event=request path=\"a b\" n=-3 ms=1.2\n"},
        {LOG_FORMAT_JSON, false, LOG_LEVEL_INFO, "q\"\n",
         "{\"time\":\"2015-02-23T10:04:00.123Z\",\"level\":\"info\",\"event\":\"request\",\"path\":\"q\\\"\\n\",\"n\":-"
         "3,\"ms\":1.2}\n"},
        {LOG_FORMAT_TEXT, false, LOG_LEVEL_INFO, "x\n2015 error y",
         "2015-02-23T10:04:00.123Z info    request path=\"x\\x0a2015 error y\" n=-3 ms=1.2\n"},
        {LOG_FORMAT_TEXT, false, LOG_LEVEL_INFO, "\x1b[31m\xff\xc2\x9b",
         "2015-02-23T10:04:00.123Z info    request path=\"\\x1b[31m\\xff\\xc2\\x9b\" n=-3 ms=1.2\n"},
        {LOG_FORMAT_TEXT, false, LOG_LEVEL_INFO, "a\" level=\"error",
         "2015-02-23T10:04:00.123Z info    request path=\"a\\\" level=\\\"error\" n=-3 ms=1.2\n"},
        {LOG_FORMAT_TEXT, false, LOG_LEVEL_INFO, "café",
         "2015-02-23T10:04:00.123Z info    request path=\"café\" n=-3 ms=1.2\n"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct log             log = {.is_journal = rows[i].is_journal};
        const struct log_field fields[] = {{"path", LOG_STR, str_of(rows[i].value), 0},
                                           {"n", LOG_NUMBER, {0}, -3},
                                           {"ms", LOG_MS, {0}, 1249},
                                           LOG_END};
        char                   line[LOG_LINE_MAX_BYTES];
        log.format = rows[i].format;
        size_t len = log_print(&log, INT64_C(1424685840123456), rows[i].level, "request", fields, line);
        check_str(str_slice(line, len), str_of(rows[i].line), "row %zu", i);
    }
}

static void lines_are_bounded_whatever_is_in_them(void **state)
{
    (void)state;
    static char huge[100000];
    for (int format = LOG_FORMAT_TEXT; format <= LOG_FORMAT_JSON; format++)
        for (int c = 1; c < 256; c++) {
            struct log             log = {.format = (enum log_format)format};
            char                   line[LOG_LINE_MAX_BYTES];
            memset(huge, c, sizeof huge);
            const struct log_field fields[] = {{"a", LOG_STR, {huge, sizeof huge}, 0},
                                               {"b", LOG_STR, {huge, 257}, 0},
                                               {"c", LOG_STR, {huge, 256}, 0},
                                               LOG_END};
            size_t                 len = log_print(&log, 0, LOG_LEVEL_INFO, "x", fields, line);
            check(len > 100 && len <= LOG_LINE_MAX_BYTES && line[len - 1] == '\n' &&
                      memchr(line, '\n', len) == line + len - 1,
                  "byte %d: %zu", c, len);
        }
}

static void only_what_counts_is_written(void **state)
{
    (void)state;
    struct log log;
    int        ends[2];
    char       bytes[4096];
    log_init(&log);
    check(!pipe(ends), "pipe");
    log.fd = ends[1];
    log_event(&log, LOG_LEVEL_DEBUG, "hidden", NULL);
    log_event(&log, LOG_LEVEL_INFO, "shown", NULL);
    atomic_store(&log.level, LOG_LEVEL_ERROR);
    log_event(&log, LOG_LEVEL_WARNING, "hidden", NULL);
    ssize_t len = read(ends[0], bytes, sizeof bytes);
    check(len > 0 && !str_contains(str_slice(bytes, (size_t)len), STR("hidden")) &&
              str_contains(str_slice(bytes, (size_t)len), STR("shown")),
          "%zd", len);
    close(ends[1]);
    log_event(&log, LOG_LEVEL_ERROR, "nowhere", NULL); /* a log that is gone stops nothing */
    check(log.lines == 1 && log.lost == 1, "%llu lines, %llu lost", (unsigned long long)log.lines,
          (unsigned long long)log.lost);
    struct stat file;
    char        stream[64];
    check(!fstat(ends[0], &file), "stat");
    snprintf(stream, sizeof stream, "%llu:%llu", (unsigned long long)file.st_dev, (unsigned long long)file.st_ino);
    check(log_is_journal(stream, ends[0]) && !log_is_journal("1:2", ends[0]) && !log_is_journal(NULL, ends[0]) &&
              !log_is_journal("junk", ends[0]),
          "%s", stream);
    close(ends[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_have_their_form),
        cmocka_unit_test(lines_are_bounded_whatever_is_in_them),
        cmocka_unit_test(only_what_counts_is_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
