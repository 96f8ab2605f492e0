/* Errors: a code that says what to do about it, and words that name the thing.
 *
 * A function that can fail returns an enum error_code and fills the caller's struct error. Zero is success.
 * The table in error.c is the only place that maps a code to an exit status, an HTTP status, a log level and whether to try again.
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stdbool.h>
#include <stdio.h>

enum error_code {
    ERROR_NONE = 0,
    ERROR_USAGE,     /* the command line or the request is not of the right form */
    ERROR_INVALID,   /* a value was understood but cannot be used */
    ERROR_SYNTAX,    /* a query or a file does not parse */
    ERROR_NOT_FOUND, /* the named thing does not exist */
    ERROR_DENIED,    /* who asks has not proven who they are */
    ERROR_FORBIDDEN, /* who asks is known and may not */
    ERROR_CONFLICT,  /* somebody else holds it: a second writer; or it changed meanwhile */
    ERROR_BUSY,      /* too many at once; later it will go */
    ERROR_MEDIA_TYPE, /* a body of another type than is taken */
    ERROR_TOO_LARGE, /* over a documented limit */
    ERROR_IO,        /* the operating system refused a read or a write */
    ERROR_NO_SPACE,  /* the disk is full; the store is as it was at the last commit */
    ERROR_READ_ONLY, /* the folder may not be written */
    ERROR_CORRUPT,   /* stored bytes fail their checksum or their format */
    ERROR_MEMORY,    /* no memory left, or a buffer reached its maximum */
    ERROR_UNCERTAIN, /* a write to the outside may or may not have happened: never repeat blindly */
    ERROR_CANCELLED, /* the person or the system asked to stop */
    ERROR_INTERNAL,  /* a defect of ours */
    ERROR_CODE_COUNT
};

enum { ERROR_MESSAGE_BYTES = 512, ERROR_HINT_BYTES = 640 };

/* The caller owns it, usually on the stack: struct error error = {0}. */
struct error {
    enum error_code code;
    int             os_errno; /* 0 where the system was not involved */
    const char     *where;    /* "file.c:123" of the line that set it */
    char            message[ERROR_MESSAGE_BYTES]; /* lower case, names the thing and the offending value */
    char            hint[ERROR_HINT_BYTES];       /* what to do, or empty; may hold lines (a query with a caret under the place) */
};

/* One row of the error table. */
struct error_kind {
    enum error_code code;
    const char     *name;        /* kebab-case, as printed in JSON */
    int             exit_status; /* of a command that ends with it */
    int             http_status;
    bool            is_retryable;
    const char     *meaning; /* one line of documentation */
};

const struct error_kind *error_kind(enum error_code code);

/* Fills *error (which may be NULL) and returns code, so that a caller can write: return error_set(...). */
#define error_set(error, code, ...) error_set_at((error), (code), 0, __FILE__, __LINE__, __VA_ARGS__)
/* The same for a failed system call: adds strerror(errno) to the message and turns ENOSPC and EROFS into their own codes. */
#define error_set_os(error, ...) error_set_at((error), ERROR_IO, errno, __FILE__, __LINE__, __VA_ARGS__)

__attribute__((format(printf, 6, 7)))
enum error_code error_set_at(struct error *error, enum error_code code, int os_errno, const char *file, int line,
                             const char *format, ...);

/* Adds the hint, once the message is set. Returns error->code. */
__attribute__((format(printf, 2, 3)))
enum error_code error_hint(struct error *error, const char *format, ...);

/* Puts words before the message: "line 12: " and the like. */
__attribute__((format(printf, 2, 3)))
enum error_code error_prefix(struct error *error, const char *format, ...);

/* Prints "bellwether: message" and the lines of the hint below it, indented. */
void error_print(const struct error *error, FILE *out);

/* A check of our own logic that stays on in release builds. Input is never checked by it. */
#define require(condition) ((condition) ? (void)0 : error_abort(#condition, __FILE__, __LINE__))
_Noreturn void error_abort(const char *condition, const char *file, int line);

#endif
