/* The name of a trend: its own words, in the casing that people use most.
 *
 * Each key scores z * sqrt(share of the trend's posts that hold it). The best becomes the first word; the words that stand beside it in
 * most of its posts join it in their order ("Cyclone Idai", "fleet's on fleek"), then the next best key that says something else, up to
 * four keys. Links and mentions name a trend only where nothing else does.
 */
#ifndef TREND_LABEL_H
#define TREND_LABEL_H

#include "base/arena.h"
#include "trend/live.h"

enum { LABEL_KEYS_MAX = 4, TERMS_MAX = 12 };

struct term {
    uint32_t key;
    uint32_t posts; /* members that hold it */
    double   score;
};

/* The trend's keys, strongest first; pairs give both of theirs. */
size_t label_terms(const struct live *live, const struct table *table, struct term terms[TERMS_MAX]);
/* In arena; empty without memory. */
struct str label_make(const struct live *live, const struct table *table, const struct term *terms, size_t count, struct arena *arena);

#endif
