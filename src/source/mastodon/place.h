/* How far a channel's timeline is known, and that as JSON, the state of a subscription.
 *
 *     {"v":1,"channels":{"public":{"head":"113","at":1700000000000,"recent":["111","112","113"]},
 *                        "tag:acme":{"since":"90","until":"104","head":"113"}}}
 *
 * head alone: all up to head was given. With until: paging back from head towards since (or towards the date that is asked for, where since is
 * empty); all from until up to head was given, nothing between since and until yet. recent: the newest ids below or at head that are looked at again.
 *
 * How many recent ones: `keep` while a stream hears, for then each change is told. From the moment it does not until they were
 * looked at again nothing may push them out unseen, and they grow up to `most`.
 */
#ifndef SOURCE_MASTODON_PLACE_H
#define SOURCE_MASTODON_PLACE_H

#include "base/buf.h"

enum { MASTODON_ID_BYTES = 64, MASTODON_CHANNEL_BYTES = 288, MASTODON_RECHECK_MAX = 1000, MASTODON_STATE_BYTES = 60 * 1024 };

typedef char mastodon_id[MASTODON_ID_BYTES];

struct mastodon_place {
    bool         is_begun; /* head means something, also when it is empty: the timeline was */
    bool         is_back;  /* since and until mean something */
    bool         is_done;  /* a past span: all given */
    mastodon_id  head, since, until;
    int64_t      at_ms;    /* when head was published, for people */
    mastodon_id *recent;   /* sorted, oldest first */
    size_t       recent_count, keep, most;
    bool         is_settled; /* they were looked at since the stream hears; not in the state */
};

/* keep <= most. False: no memory. */
bool mastodon_place_init(struct mastodon_place *place, size_t keep, size_t most);
void mastodon_place_fini(struct mastodon_place *place);
/* Both made with the same most. */
void mastodon_place_copy(struct mastodon_place *to, const struct mastodon_place *from);
/* Ids are opaque but ordered: the longer is the newer, then byte by byte (numbers and ULIDs alike). Empty is the oldest. */
int  mastodon_id_compare(struct str a, struct str b);
/* An id that can stand in an address and in state: letters, digits, - and _, at most MASTODON_ID_BYTES - 1. */
bool mastodon_id_is_sound(struct str id);
/* A post was met: head. is_kept: and given, so it is one of the recent. */
void mastodon_place_saw(struct mastodon_place *place, struct str id, int64_t at_us, bool is_kept);
bool mastodon_place_has(const struct mastodon_place *place, struct str id); /* among the recent */
/* All recent ones were looked at; is_hearing: changes are told from now on. */
void mastodon_place_settle(struct mastodon_place *place, bool is_hearing);
/* A post is gone. */
void mastodon_place_lost(struct mastodon_place *place, struct str id);

struct mastodon_named_place {
    const char                  *name;
    const struct mastodon_place *place;
};
/* Without the recent ids where it would be over MASTODON_STATE_BYTES. */
void mastodon_places_print(const struct mastodon_named_place *places, size_t count, struct buf *out);
/* What state says of name; false: nothing (or it cannot be read), place is as init left it. */
bool mastodon_place_read(struct str state, const char *name, struct mastodon_place *place);

#endif
