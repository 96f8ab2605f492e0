/* What the resources about reads and reading rooms share, and what the workspace does by itself. */
#ifndef API_READS_H
#define API_READS_H

#include "api/api.h"
#include "read/read.h"

/* How this client's archive is asked: its tone and what its sources did not capture. context of the tools is the
 * workspace. */
struct read_tools reads_tools(struct workspace *workspace, struct text_analyser *analyser);

/* Once a minute: settles what is due, and tells who watches (kind "read", {"what":"settled","id":7}). */
enum error_code reads_tick(struct workspace *workspace, int64_t now_us, struct error *error);

/* q of the body, or the query of the topic that the body names: as typed, and with its lists and times written out. */
enum error_code reads_query(struct api_call *call, struct str *query_out, struct str *exact_out, int64_t *topic_out);

/* ERROR_NOT_FOUND: the caller has no such reading room. */
enum error_code reads_room_is_theirs(struct api_call *call, int64_t room);

#endif
