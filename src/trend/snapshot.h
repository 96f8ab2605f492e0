/* A live trend as callers see it: struct trend, made in an arena. */
#ifndef TREND_SNAPSHOT_H
#define TREND_SNAPSHOT_H

#include "trend/live.h"
#include "trend/trend.h"
#include "trend/voices.h"

struct snapshot_context {
    const struct table *table;
    double   volume;  /* forgetting total of all posts */
    int64_t  now_us;
    double   z_open;
    bool     is_young;
};

enum { TREND_POST_IDS_MAX = 1000 };

/* Everything but merged_into. False without memory. Strings point into the trend's posts: valid while it is live. */
bool snapshot_make(const struct live *live, const struct snapshot_context *context, struct arena *arena, struct trend *trend_out);

#endif
