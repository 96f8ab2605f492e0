/* What a subscription wants, as filters of Nostr, and how far it is on each relay, as its state. */
#ifndef SOURCE_NOSTR_WANTS_H
#define SOURCE_NOSTR_WANTS_H

#include "source/nostr/key.h"
#include "source/source.h"

enum { NOSTR_FILTERS_MOST = 6, NOSTR_RELAYS_MOST = 16, NOSTR_OVERLAP_S = 600, NOSTR_AHEAD_S = 900 };

struct nostr_wants { /* in arena; each filter without its closing brace, to take since, until and limit */
    struct str filters[NOSTR_FILTERS_MOST];
    size_t     count, past_count; /* past_count: the first ones also make sense of the past (deletions are done there already) */
    unsigned   unread; /* accounts that are no names of this network */
};
/* False: no memory. Words and addresses cannot be asked for live: then everything is, and the host looks. */
bool nostr_wants_read(const struct source_query *query, enum source_mode mode, struct arena *arena, struct nostr_wants *wants_out);

/* Of one relay, seconds since 1970: all up to `since` was given on. While what lies behind it is paged, newest first: all from `until` to `head`, too. */
struct nostr_far {
    int64_t since, until, head; /* until 0: nothing is being paged */
};
/* {"relays":{"wss://...":{"since":1,"until":3,"head":5}}}. False: it says nothing of that relay. */
bool nostr_state_read(struct str state, const char *url, struct nostr_far *far_out);
void nostr_state_print(const char *const *urls, const struct nostr_far *fars, size_t count, struct buf *out);

#endif
