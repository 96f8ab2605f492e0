/* Record keys: TIDs, 13 letters of base32 that sort like the time in them (53 bits of microseconds, 10 of a clock). */
#ifndef SOURCE_BLUESKY_TID_H
#define SOURCE_BLUESKY_TID_H

#include "base/str.h"

enum { TID_BYTES = 14 /* with its NUL */ };
void tid_print(int64_t at_us, unsigned clock, char tid_out[TID_BYTES]);
/* The same key (of a deed) of the same account gives the same one, always: so that the platform itself refuses to do it twice. Its time is a moment
 * of the year 2023, chosen by the key; nobody orders posts by it where they have a createdAt. */
void tid_of_key(struct str did, struct str key, char tid_out[TID_BYTES]);

#endif
