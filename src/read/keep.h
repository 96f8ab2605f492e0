/* Inside the room: rows of reads. */
#ifndef READ_KEEP_H
#define READ_KEEP_H

#include "read/read.h"

/* Within record_begin .. record_end. ERROR_NOT_FOUND names the id. */
enum error_code keep_find(struct record *record, int64_t id, struct arena *arena, struct read *read_out,
                          struct error *error);
/* A transaction of its own: adds the row, fills id and is_sighted, reveals the charts of its room. */
enum error_code keep_add(struct record *record, struct read *read, struct arena *arena, struct error *error);
/* Within record_begin .. record_end: writes status, outcome and who ended it, where the row still is as it was.
 * ERROR_CONFLICT else. */
enum error_code keep_end(struct record *record, struct record_actor by, struct read *read, enum read_status was,
                         struct arena *arena, struct error *error);

#endif
