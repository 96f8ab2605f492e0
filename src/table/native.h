/* The objects that platforms themselves send to a browser, as Zeeschuimer, 4CAT and X's archive keep them: which member is what, as rows of paths. */
#ifndef TABLE_NATIVE_H
#define TABLE_NATIVE_H

#include "table/assemble.h"
#include "table/export.h"

struct native_row {
    const char *source;   /* source_platform of Zeeschuimer; more of them behind blanks */
    const char *platform; /* ours */
    const char *url;      /* of the post, {id} and {author} filled in; NULL: a path says it, or nothing */
    const char *kind;     /* NULL: a post */
    const char *only;     /* "type=post": objects whose member says something else are none */
    const char *links, *images, *videos; /* paths to one or, with *, to many */
    bool        is_html;  /* its text */
    /* Paths by field: members with dots between, numbers for places in arrays, alternatives joined by |. */
    const char *paths[COLUMN_COUNT];
};
extern const struct native_row native_rows[]; /* ends with a row without a source */

/* One line or object of such a file. Errors: ERROR_SYNTAX (no JSON), ERROR_INVALID (a platform whose objects are not read, named; something that is no
 * post; assemble_post's), ERROR_TOO_LARGE, ERROR_MEMORY. */
enum error_code native_to_post(enum export_form form, struct str object, const struct assemble_rules *rules, struct arena *arena,
                               struct assembled *assembled_out, struct error *error);

/* Of X's archive: whose it is, where the beginning of the file gives it away (links to their own pictures); empty else. In arena. */
struct str native_owner(struct str beginning, struct arena *arena);

#endif
