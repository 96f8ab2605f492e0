/* The log: an event a line, on standard error, in one write. For programs that run on; a command talks by cli_say.
 *
 *     text     2026-11-24T16:00:00.123Z info  request id=9f.. method=GET path=/api/v1/count status=200 ms=1.2
 *     logfmt   time=2026-11-24T16:00:00.123Z level=info event=request id=9f.. ...
 *     json     {"time":"2026-11-24T16:00:00.123Z","level":"info","event":"request","id":"9f..", ...}
 *
 * Under systemd (JOURNAL_STREAM names standard error) a line begins with <N>, its priority, and has no time of its own
 * in text form. Values may be anybody's: control bytes and what is not UTF-8 are written as \xNN, and long ones are
 * cut. What is secret (tokens, cookies, bodies, the query of a target) is never given to it.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/str.h"

#include <stdatomic.h>

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARNING, LOG_LEVEL_ERROR };
enum log_format { LOG_FORMAT_TEXT, LOG_FORMAT_LOGFMT, LOG_FORMAT_JSON };
extern const char *const log_level_names[4]; /* "debug", "info", "warning", "error" */

/* Both may be changed while others write. */
struct log {
    int             fd;
    bool            is_journal;
    _Atomic(enum log_level)  level;
    _Atomic(enum log_format) format;
    atomic_ullong   lines, lost; /* lost: what could not be written */
};

enum log_kind { LOG_STR, LOG_NUMBER, LOG_MS /* of microseconds: 1234 is 1.2 */ };

struct log_field {
    const char   *name;
    enum log_kind kind;
    struct str    text;
    int64_t       number;
};

#define LOG_END {.name = NULL}

void log_init(struct log *log); /* on standard error */
/* Writes the event with its fields, which end with LOG_END; NULL: none. An empty text is left out. Any thread. */
void log_event(struct log *log, enum log_level level, const char *event, const struct log_field *fields);
/* The line alone, for tests: at most LOG_LINE_MAX_BYTES with its line break; the length. */
enum { LOG_LINE_MAX_BYTES = 4096, LOG_VALUE_MAX_BYTES = 256 };
size_t log_print(const struct log *log, int64_t now_us, enum log_level level, const char *event,
                 const struct log_field *fields, char line[LOG_LINE_MAX_BYTES]);
/* True where the environment's JOURNAL_STREAM (text; may be NULL) names this file. */
bool log_is_journal(const char *journal_stream, int fd);

#endif
