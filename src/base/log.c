#include "base/log.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/utf8.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

const char *const log_level_names[4] = {"debug", "info", "warning", "error"};

bool log_is_journal(const char *journal_stream, int fd)
{
    unsigned long long device, inode;
    struct stat        file;
    return journal_stream && sscanf(journal_stream, "%llu:%llu", &device, &inode) == 2 && fstat(fd, &file) == 0 &&
           file.st_dev == device && file.st_ino == inode;
}

void log_init(struct log *log)
{
    *log = (struct log){.fd = STDERR_FILENO, .is_journal = log_is_journal(getenv("JOURNAL_STREAM"), STDERR_FILENO)};
    atomic_store(&log->level, LOG_LEVEL_INFO);
}

/* ---- Text and logfmt ---- */

static bool is_plain(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] <= 0x20 || s.ptr[i] == 0x7f || s.ptr[i] == '"' || s.ptr[i] == '=' ||
            s.ptr[i] == '\\' || s.ptr[i] < 0)
            return false;
    return s.len > 0;
}

/* Quoted, so that a value that holds ` level=error` stays one value. */
static void print_quoted(struct buf *out, struct str s)
{
    buf_append_char(out, '"');
    for (size_t i = 0; i < s.len;) {
        unsigned char c = (unsigned char)s.ptr[i];
        size_t        len = utf8_valid_length(s.ptr + i, s.len - i);
        /* U+0080 to U+009F are control characters to some terminals, too. */
        bool is_control =
            c < 0x20 || c == 0x7f || len == 0 || (len == 2 && c == 0xc2 && (unsigned char)s.ptr[i + 1] < 0xa0);
        if (is_control) {
            for (size_t k = 0; k < (len ? len : 1); k++)
                buf_printf(out, "\\x%02x", (unsigned char)s.ptr[i + k]);
            i += len ? len : 1;
            continue;
        }
        if (c == '"' || c == '\\')
            buf_append_char(out, '\\');
        buf_append(out, s.ptr + i, len);
        i += len;
    }
    buf_append_char(out, '"');
}

static void print_pair(struct buf *out, const struct log_field *field, struct str value)
{
    buf_printf(out, " %s=", field->name);
    if (field->kind == LOG_NUMBER)
        buf_printf(out, "%lld", (long long)field->number);
    else if (field->kind == LOG_MS)
        buf_printf(out, "%.1f", (double)field->number / 1e3);
    else if (is_plain(value))
        buf_append_str(out, value);
    else
        print_quoted(out, value);
}

static void print_member(struct json *json, const struct log_field *field, struct str value)
{
    json_key(json, field->name);
    if (field->kind == LOG_NUMBER)
        json_i64(json, field->number);
    else if (field->kind == LOG_MS)
        json_double(json, (double)field->number / 1e3, 1);
    else
        json_str(json, value);
}

/* ---- A line ---- */

static struct str cut(struct str value)
{
    if (value.len <= LOG_VALUE_MAX_BYTES)
        return value;
    size_t len = LOG_VALUE_MAX_BYTES;
    while (len > LOG_VALUE_MAX_BYTES - 4 && ((unsigned char)value.ptr[len] & 0xc0) == 0x80) /* not within a character */
        len--;
    return str_slice(value.ptr, len);
}

static bool is_left_out(const struct log_field *field)
{
    return field->kind == LOG_STR && field->text.len == 0;
}

static void print_json(struct buf *out, const char *time, enum log_level level, const char *event,
                       const struct log_field *fields)
{
    struct json json = json_writer(out);
    json_object(&json);
    json_key(&json, "time");
    json_text(&json, time);
    json_key(&json, "level");
    json_text(&json, log_level_names[level]);
    json_key(&json, "event");
    json_text(&json, event);
    for (; fields && fields->name; fields++)
        if (!is_left_out(fields))
            print_member(&json, fields, cut(fields->text));
    json_end(&json);
}

size_t log_print(const struct log *log, int64_t now_us, enum log_level level, const char *event,
                 const struct log_field *fields, char line[LOG_LINE_MAX_BYTES])
{
    static const char priorities[] = {'7', '6', '4', '3'}; /* of syslog: debug, info, warning, error */
    enum log_format   format = atomic_load(&log->format);
    struct buf        out = {0};
    char              time[CLOCK_TEXT_BYTES];
    clock_print(now_us / 1000 * 1000, time);
    if (log->is_journal)
        buf_printf(&out, "<%c>", priorities[level]);
    if (format == LOG_FORMAT_JSON) {
        print_json(&out, time, level, event, fields);
    } else {
        if (format == LOG_FORMAT_LOGFMT)
            buf_printf(&out, "time=%s level=%s event=%s", time, log_level_names[level], event);
        else
            buf_printf(&out, log->is_journal ? "%.0s%-7s %s" : "%s %-7s %s", time, log_level_names[level], event);
        for (; fields && fields->name; fields++)
            if (!is_left_out(fields))
                print_pair(&out, fields, cut(fields->text));
    }
    /* Fields are cut and few, so this holds; a line that would not fit is cut all the same, at the price of its form.
     */
    size_t len = out.len < LOG_LINE_MAX_BYTES - 1 ? out.len : LOG_LINE_MAX_BYTES - 1;
    if (len)
        memcpy(line, out.ptr, len);
    line[len] = '\n';
    buf_fini(&out);
    return len + 1;
}

void log_event(struct log *log, enum log_level level, const char *event, const struct log_field *fields)
{
    char line[LOG_LINE_MAX_BYTES];
    if (level < atomic_load(&log->level))
        return;
    size_t len = log_print(log, clock_now_us(), level, event, fields, line);
    /* One write, so that the lines of two threads do not mix. A log that is full or gone must not stop the work. */
    ssize_t written = write(log->fd, line, len);
    while (written < 0 && errno == EINTR)
        written = write(log->fd, line, len);
    atomic_fetch_add(written == (ssize_t)len ? &log->lines : &log->lost, 1);
}
