/* What the files of this room share: rows with a reading in them. */
#ifndef INTAKE_KEEP_H
#define INTAKE_KEEP_H

#include "intake/intake.h"

enum error_code intake_no_memory(struct error *error);
/* False without memory. */
bool intake_read_row(struct record_statement *row, struct arena *arena, struct intake_reading *reading, struct intake_person *by);
void intake_bind_reading(struct record_statement *row, const struct intake_reading *reading);

#endif
