/* The words of the wire beside source_phases and source_failures, and copies of what travels; for those who stand at both of its ends. */
#ifndef SOURCE_WORDS_H
#define SOURCE_WORDS_H

#include "base/json.h"
#include "source/source.h"

enum { SOURCE_MODE_COUNT = 5, SOURCE_ACT_COUNT = 8, SOURCE_OP_COUNT = 5, SOURCE_UNIT_COUNT = 4 };
extern const char *const source_modes[SOURCE_MODE_COUNT]; /* by bit: modes[i] is 1 << i */
extern const char *const source_acts[SOURCE_ACT_COUNT];   /* by bit */
extern const char *const source_ops[SOURCE_OP_COUNT];     /* in the order of enum source_op */
extern const char *const source_units[SOURCE_UNIT_COUNT]; /* in the order of enum source_unit */

/* A member whose value lists the words of the bits that are set. */
void source_put_bits(struct json *json, const char *name, unsigned bits, const char *const *words, size_t count);

/* With all strings, in arena; false without memory. */
bool source_query_copy(const struct source_query *query, struct arena *arena, struct source_query *copy_out);
bool source_command_copy(const struct source_command *command, struct arena *arena, struct source_command *copy_out);

#endif
