/* What the files of this room share: beginning, ending and refusing a change. */
#ifndef TOPIC_KEEP_H
#define TOPIC_KEEP_H

#include "topic/topic.h"

enum error_code topic_no_memory(struct error *error);


/* ERROR_INVALID where value is longer than `most` bytes, is empty though it must not be, or holds a line's end though it is one line. */
enum error_code topic_check_part(const char *part, struct str value, size_t most, bool may_be_empty, bool is_one_line, struct error *error);

#endif
