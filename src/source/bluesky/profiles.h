/* Handles and names of those whose posts came without: asked for 25 at a time at an AppView, else one by one at the directory of accounts (PLC),
 * within so many requests a minute, and not at all for a minute after a failure: a post never waits for long because of it. One thread. */
#ifndef SOURCE_BLUESKY_PROFILES_H
#define SOURCE_BLUESKY_PROFILES_H

#include "source/bluesky/handles.h"
#include "source/port.h"

struct profiles {
    struct source_port *port;
    struct handles     *handles;
    char                appview[512], directory[512]; /* empty: not asked */
    unsigned            per_minute; /* 0: nobody is asked */
    double              allowance;  /* requests that may be made now */
    int64_t             refilled_us, paused_until_us; /* monotonic */
    bool                was_said; /* that it does not answer */
};
/* Fills what is empty of the authors of the batch's posts. */
void profiles_fill(struct profiles *profiles, struct source_batch *batch);

#endif
