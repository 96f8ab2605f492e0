/* A folder of this machine that is watched for files of posts: whatever `bellwether import` reads, as it comes.
 *
 *     plain lines of JSON       followed from byte to byte while they grow; a last line without its end waits until the file is quiet
 *     everything else           (tables, arrays, .gz, .zst) read once the file has been quiet for settle_s, record after record
 *
 * A file is known by what it is, not by its name, and by its first bytes: a renamed one goes on where it was; one that was cut back, or another
 * in the place of one that is gone, begins anew. Names that begin with a dot or end with .tmp, .part or ~ are passed over.
 *
 *     state {"mark":T,"files":[["id",offset,records,size,T,"head",n],..]}
 *
 * id and head in hex: the file, and a hash of its first n bytes. offset (plain lines) and records (all else): what was delivered. size: when it was
 * read to its end last; T: changed_us then. The state keeps FOLDER_FILES_MAX files; of older ones only that all which changed up to mark are read.
 */
#ifndef SOURCE_FOLDER_FOLDER_H
#define SOURCE_FOLDER_FOLDER_H

#include "base/vfs.h"
#include "post/post.h"
#include "table/look.h"

enum { FOLDER_FILES_MAX = 400, FOLDER_NAMES_MAX = 20000, FOLDER_HEAD_BYTES = 4096 };

/* ---- state.c ---- */

struct folder_file {
    uint64_t id, offset, records, size, head;
    int64_t  changed_us;
    unsigned head_len;
};
struct folder_state {
    int64_t            mark_us; /* 0: none was forgotten yet */
    struct folder_file files[FOLDER_FILES_MAX];
    size_t             count;
};
bool                folder_state_read(struct str text, struct folder_state *state_out); /* false: it is none of ours; state_out is empty then */
void                folder_state_print(const struct folder_state *state, struct buf *out);
struct folder_file *folder_state_find(struct folder_state *state, uint64_t id);
/* A new row, all zero but for id; where the table is full, the file that changed first is forgotten. */
struct folder_file *folder_state_add(struct folder_state *state, uint64_t id);

/* ---- reading.c ---- */

struct folder_reading;

enum folder_found { FOLDER_POST, FOLDER_BAD /* something that is no post */, FOLDER_END, FOLDER_FAILED /* error says why; what came before is good */ };

struct folder_rules {
    struct column_options columns;
    bool                  is_quiet; /* the file has not changed for settle_s */
};
/* Opens path where file says that it was left; begins anew, and corrects file, where that cannot be. NULL with ERROR_NONE: it is not to be read before it is
 * quiet. rules are copied; what they point to outlives the reading. */
enum error_code   folder_open(const char *path, const struct folder_rules *rules, struct folder_file *file, struct folder_reading **reading_out,
                              struct error *error);
/* The next post, in arena; file counts on. At FOLDER_END file is where it ended. */
enum folder_found folder_next(struct folder_reading *reading, struct folder_file *file, struct arena *arena, struct post *post_out, struct error *error);
/* Nothing of its first size bytes is left: no last line that is still being written. */
bool              folder_is_done(const struct folder_reading *reading, const struct folder_file *file, uint64_t size);
void              folder_close(struct folder_reading *reading); /* legal on NULL */

#endif
