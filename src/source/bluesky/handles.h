/* Who is behind a DID: handle, name and followers of the accounts seen last. Bounded; the one that was not asked for longest goes first. Filled
 * by identity events and by lookups (profiles.h). One thread. */
#ifndef SOURCE_BLUESKY_HANDLES_H
#define SOURCE_BLUESKY_HANDLES_H

#include "base/str.h"

struct handles;

struct handle_entry { /* slices until the next put */
    struct str handle, name; /* empty: not known */
    int64_t    followers;    /* POST_COUNT_UNKNOWN */
    int64_t    put_us;
};

enum { HANDLES_DEFAULT = 64 * 1024 };

struct handles *handles_new(uint32_t capacity); /* NULL without memory */
void            handles_free(struct handles *handles);
/* False: never heard of. Known without a handle is an answer, too: somebody looked and found none. */
bool handles_get(struct handles *handles, struct str did, struct handle_entry *entry_out);
/* New or in place of what was known. Over-long names (500 bytes) are left out. False without memory. */
bool handles_put(struct handles *handles, struct str did, const struct handle_entry *entry);
uint32_t handles_count(const struct handles *handles);

#endif
