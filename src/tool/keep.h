/* What the files of this room share. */
#ifndef TOOL_KEEP_H
#define TOOL_KEEP_H

#include "tool/tool.h"

enum error_code tool_no_memory(struct error *error);
/* ERROR_INVALID where value is empty though it must not be, longer than `most`, or holds a line's end though it is one line. */
enum error_code tool_check_part(const char *part, struct str value, size_t most, bool may_be_empty, bool is_one_line, struct error *error);
/* Runs a statement that takes :id alone. */
enum error_code tool_run_for(struct record *record, const char *statement, int64_t id, struct error *error);
/* A number that a statement gives as n. */
enum error_code tool_count_of(struct record *record, const char *statement, int64_t *n_out, struct error *error);

#endif
