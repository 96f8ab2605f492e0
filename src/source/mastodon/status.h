/* A status, as Mastodon's API gives it, becomes items. Pure: JSON in, items out. */
#ifndef SOURCE_MASTODON_STATUS_H
#define SOURCE_MASTODON_STATUS_H

#include "source/source.h"

#include <cjson/cJSON.h>

/* Whose public posts are kept (docs/decisions/0066). */
enum mastodon_consent {
    MASTODON_UNLESS_REFUSED, /* all but of those who said no: noindex, or #nobot, #noindex, #noarchive ... in what they say of themselves */
    MASTODON_IF_OFFERED,     /* of those alone who said yes to be found by their posts (indexable) and did not say no */
    MASTODON_ANYBODY
};

struct mastodon_words { /* what is needed to read one */
    const char           *host;   /* stands in ids */
    const char           *domain; /* of local handles */
    const char           *own_id; /* local id of our account; NULL or empty: none. Its own posts and what mentions it are always kept */
    enum mastodon_consent consent;
};

struct mastodon_counts {
    uint64_t broken;   /* no status, or one without id, time or author */
    uint64_t unasked;  /* left out because of what its author wishes */
    uint64_t oversize; /* events and texts over their maximum */
};

/* Appends the status: one item, or two for a boost (what was boosted, then the boost). seen_us stands in where created_at lies in the future by more
 * than an hour. thread: "HOST/id" of its first post where that is known. False: the batch is full, or without memory; nothing was added. */
bool mastodon_status(const struct mastodon_words *words, const cJSON *status, struct str thread, int64_t now_us, struct source_batch *batch,
                     struct mastodon_counts *counts);
bool mastodon_deleted(const struct mastodon_words *words, struct str local_id, struct source_batch *batch);

/* The local id of a native id "HOST/id"; ptr NULL: it is not of host, or no sound id. */
struct str mastodon_local_id(const char *host, struct str native);
/* The author said no to being read by machines or found by search. account: as in the API. */
bool mastodon_has_refused(const cJSON *account);
/* A member's string, "" where there is none. */
struct str mastodon_text(const cJSON *object, const char *name);

#endif
