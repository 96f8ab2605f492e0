/* Posts of an archive through the trend engine, in event time. */
#ifndef CLI_REPLAY_H
#define CLI_REPLAY_H

#include "cli/place.h"
#include "trend/trend.h"

/* How long the engine listens before the time that is asked about, so that it knows what is usual: four weeks, for the
 * weekly rhythm. */
#define REPLAY_WARM_UP_US (28 * CLOCK_DAY_US)

struct replay {
    struct cli              *cli;
    struct archive_snapshot *snapshot;
    const struct query_node *root;
    int64_t                  from_us, until_us; /* posts of [from, until) */
    trend_event_fn           on_event;          /* may be NULL */
    void                    *context;
    struct trend_engine     *engine;            /* as it is at the end; replay_fini frees it */
    uint64_t                 posts;
};

/* Feeds the posts and lets time pass to until_us. A bar is drawn. ERROR_CANCELLED when stopped by a signal; on_event
 * may set cli->is_reader_gone to end it quietly. */
enum error_code replay_run(struct replay *replay);
void            replay_fini(struct replay *replay);

/* The trends detected in [since, until), each as it was when it was strongest. */
struct unearthed {
    int64_t              since_us, until_us;
    struct kept_trend  **trends;
    size_t               count, capacity;
    bool                 has_failed; /* no memory */
};
struct kept_trend {
    struct arena arena;
    struct trend trend; /* everything in its arena */
};
void unearthed_on_event(void *unearthed, enum trend_event_kind kind, int64_t at_us, const struct trend *trend);
/* By their strongest z, strongest first. */
void unearthed_sort(struct unearthed *unearthed);
void unearthed_fini(struct unearthed *unearthed);

#endif
