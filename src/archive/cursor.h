/* Where a page of posts ended, as something that can travel in a URL: "behind the post with this score, time and id".
 * It names no segment and no document, so it holds whatever is added, merged or deleted meanwhile.
 *
 * Bytes: 1 (version) · order · zigzag varint score · zigzag varint at_us · sized id · low 32 bits of XXH3-64 of all before;
 * printed in base64url without padding (RFC 4648, section 5).
 */
#ifndef ARCHIVE_CURSOR_H
#define ARCHIVE_CURSOR_H

#include "archive/archive.h"

struct cursor {
    enum archive_order order;
    int64_t            score; /* likes + reposts + replies when the page was made; 0 in the other orders */
    int64_t            at_us;
    struct str         id;
};

/* ERROR_MEMORY. */
enum error_code cursor_print(const struct cursor *cursor, struct arena *arena, struct str *text_out, struct error *error);
/* ERROR_INVALID where text is none of ours or belongs to another order. */
enum error_code cursor_parse(struct str text, enum archive_order order, struct arena *arena, struct cursor *cursor_out, struct error *error);

#endif
