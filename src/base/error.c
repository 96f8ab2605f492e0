#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const struct error_kind kinds[ERROR_CODE_COUNT] = {
    {ERROR_NONE, "ok", 0, 200, false, "all is well"},
    {ERROR_USAGE, "usage", 2, 400, false, "the command line or the request is not of the right form"},
    {ERROR_INVALID, "invalid", 3, 422, false, "a value cannot be used"},
    {ERROR_SYNTAX, "syntax", 3, 422, false, "a query or a file does not parse"},
    {ERROR_NOT_FOUND, "not-found", 4, 404, false, "the named thing does not exist"},
    {ERROR_DENIED, "denied", 10, 401, false, "sign in first"},
    {ERROR_FORBIDDEN, "forbidden", 10, 403, false, "your role does not allow it"},
    {ERROR_CONFLICT, "conflict", 5, 409, true, "somebody else holds it, or changed it meanwhile"},
    {ERROR_BUSY, "busy", 5, 429, true, "too many requests at once"},
    {ERROR_MEDIA_TYPE, "media-type", 2, 415, false, "the body is of another type than is taken"},
    {ERROR_TOO_LARGE, "too-large", 3, 413, false, "over a documented limit"},
    {ERROR_IO, "io", 6, 500, true, "the system refused a read or a write"},
    {ERROR_NO_SPACE, "no-space", 6, 507, true, "the disk is full; the archive is as it was at the last commit"},
    {ERROR_READ_ONLY, "read-only", 6, 500, false, "the data folder may not be written"},
    {ERROR_CORRUPT, "corrupt", 7, 500, false, "stored bytes fail their checksum or their format"},
    {ERROR_MEMORY, "memory", 8, 503, true, "no memory left, or a buffer reached its maximum"},
    {ERROR_UNCERTAIN, "uncertain", 9, 502, false, "a write to the outside may or may not have happened"},
    {ERROR_CANCELLED, "cancelled", 130, 499, true, "stopped on request; what was acknowledged is kept"},
    {ERROR_INTERNAL, "internal", 70, 500, false, "a defect in bellwether"},
};

const struct error_kind *error_kind(enum error_code code)
{
    require((unsigned)code < ERROR_CODE_COUNT);
    return &kinds[code];
}

static enum error_code code_of_errno(enum error_code code, int os_errno)
{
    switch (os_errno) {
    case ENOSPC:
    case EDQUOT: return ERROR_NO_SPACE;
    case EROFS: return ERROR_READ_ONLY;
    case ENOMEM: return ERROR_MEMORY;
    default: return code;
    }
}

enum error_code error_set_at(struct error *error, enum error_code code, int os_errno, const char *file, int line,
                             const char *format, ...)
{
    code = code_of_errno(code, os_errno);
    if (!error)
        return code;
    static _Thread_local char where[64];
    const char *base = strrchr(file, '/');
    snprintf(where, sizeof where, "%s:%d", base ? base + 1 : file, line);
    error->code = code;
    error->os_errno = os_errno;
    error->where = where;
    error->hint[0] = '\0';
    va_list list;
    va_start(list, format);
    int used = vsnprintf(error->message, sizeof error->message, format, list);
    va_end(list);
    if (os_errno && used >= 0 && (size_t)used < sizeof error->message)
        snprintf(error->message + used, sizeof error->message - (size_t)used, ": %s", strerror(os_errno));
    return code;
}

enum error_code error_hint(struct error *error, const char *format, ...)
{
    if (!error)
        return ERROR_INTERNAL;
    va_list list;
    va_start(list, format);
    vsnprintf(error->hint, sizeof error->hint, format, list);
    va_end(list);
    return error->code;
}

enum error_code error_prefix(struct error *error, const char *format, ...)
{
    if (!error)
        return ERROR_INTERNAL;
    char message[ERROR_MESSAGE_BYTES];
    memcpy(message, error->message, sizeof message);
    va_list list;
    va_start(list, format);
    int used = vsnprintf(error->message, sizeof error->message, format, list);
    va_end(list);
    if (used >= 0 && (size_t)used < sizeof error->message)
        snprintf(error->message + used, sizeof error->message - (size_t)used, "%s", message);
    return error->code;
}

void error_print(const struct error *error, FILE *out)
{
    fprintf(out, "bellwether: %s\n", error->message[0] ? error->message : error_kind(error->code)->meaning);
    for (const char *line = error->hint; *line;) {
        int len = (int)strcspn(line, "\n");
        fprintf(out, "  %.*s\n", len, line);
        line += len + (line[len] == '\n');
    }
}

_Noreturn void error_abort(const char *condition, const char *file, int line)
{
    fprintf(stderr, "bellwether: defect at %s:%d: %s does not hold\n", file, line, condition);
    abort();
}
