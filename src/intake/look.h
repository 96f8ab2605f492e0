/* What a file is and what would become of it, before anything is done: shown to the person who brought it. */
#ifndef INTAKE_LOOK_H
#define INTAKE_LOOK_H

#include "intake/intake.h"
#include "table/decode.h"

enum { LOOK_POSTS = 20, LOOK_ROWS = 400 /* read at most, of the first 64 KiB */, LOOK_SAMPLES = 3 };

struct look_header {
    struct str  name, samples[LOOK_SAMPLES]; /* the first values that are not empty */
    const char *field; /* what it is read as; NULL: nothing */
};

struct look_reject {
    uint64_t   line;
    struct str reason;
};

struct intake_look {
    struct table_shape *shape;
    enum encoding       encoding;
    bool                is_readable; /* false: problem says why; the headers are there all the same where it is a table */
    struct error        problem;
    struct look_header *headers;
    size_t              header_count;
    char                separator;
    char                key[20];
    struct post        *posts; /* the first */
    size_t              post_count;
    uint64_t            read, rejected, doubts[POST_DOUBTS]; /* of the records looked at */
    struct look_reject *rejects; /* the first */
    size_t              reject_count;
    int64_t             day_first_us, month_first_us; /* both readings of shape->order_example; 0: it has none */
};

/* Reads the beginning of the file at path as reading says. All in arena. Errors: those of opening it, ERROR_INVALID (reading names what there is not),
 * ERROR_MEMORY; a file that cannot be read as posts is no error. */
enum error_code intake_look(const char *path, struct str name, const struct intake_reading *reading, struct arena *arena, struct intake_look *look_out,
                            struct error *error);

#endif
