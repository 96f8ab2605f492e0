/* What both wires have in common: an event of the network becomes an item of a batch. */
#ifndef SOURCE_BLUESKY_READING_H
#define SOURCE_BLUESKY_READING_H

#include "source/bluesky/filter.h"
#include "source/bluesky/handles.h"

enum bluesky_refusal { BLUESKY_BROKEN_FRAME, BLUESKY_BROKEN_RECORD, BLUESKY_FALSE_BLOCK, BLUESKY_MISSING_BLOCK,
                       BLUESKY_CLOCK_AHEAD, BLUESKY_CLOCK_ABSURD,
                       BLUESKY_BAD_NAME, BLUESKY_TOO_BIG, BLUESKY_REFUSAL_COUNT };
extern const char *const bluesky_refusals[BLUESKY_REFUSAL_COUNT]; /* for people */

struct bluesky_reading { /* {0}, then what is wanted; ends with bluesky_reading_fini */
    struct bluesky_filter *filter;  /* NULL: everything. Not owned */
    struct handles        *handles; /* NULL: nobody is known. Not owned */
    bool                   takes_reposts, deactivated_goes;
    uint64_t               events, passed_over; /* passed_over: posts that the filter did not want */
    uint64_t               refused[BLUESKY_REFUSAL_COUNT];
    struct arena           scratch;
    struct bluesky_record  record; /* of the post in hand */
};
void bluesky_reading_fini(struct bluesky_reading *reading);

/* Where in the stream a frame stands. */
struct bluesky_place {
    int64_t seq;   /* 0: this wire has none (v1), or none was said */
    int64_t at_us; /* when the server saw it; 0: not said */
};

enum bluesky_frame {
    BLUESKY_TAKEN,  /* read, whether or not it gave items */
    BLUESKY_REFUSED, /* counted; the place is unknown or as far as it was read */
    BLUESKY_FULL,   /* the batch is: send it, then the same frame again, with the same `from` */
    BLUESKY_SAID    /* the server speaks: notice_out */
};
struct bluesky_notice {
    bool is_error; /* the connection ends behind it */
    char name[48], message[200]; /* OutdatedCursor, FutureCursor, ConsumerTooSlow ... */
};

/* Room that every frame of Jetstream needs in a batch, at most. */
enum { BLUESKY_ITEMS_PER_EVENT = 1 };

/* One change of one record. record is {0} for deletes. False: the batch is full, nothing was added. */
struct bluesky_change {
    struct str   did, collection, rkey, cid;
    enum { BLUESKY_CREATE, BLUESKY_UPDATE, BLUESKY_DELETE } operation;
    bool         has_record;
    struct node  record; /* where it stands, to be read; or */
    bool         is_read, is_good; /* it was read into the reading's record, and could be */
    int64_t      at_us; /* when the server saw it */
};
bool bluesky_wants(const struct bluesky_reading *reading, struct str collection);
bool bluesky_take_change(struct bluesky_reading *reading, struct bluesky_change *change, struct source_batch *batch,
                         size_t most_items);
bool bluesky_take_account(struct bluesky_reading *reading, struct str did, bool is_active, struct str status,
                          struct source_batch *batch, size_t most_items);
bool bluesky_take_identity(struct bluesky_reading *reading, struct str did, struct str handle, int64_t at_us,
                           struct source_batch *batch, size_t most_items);

/* A post as an item, from wherever it was read (the streams, search, threads). Strings are copied into batch->arena. False: full. */
bool bluesky_add_post(struct bluesky_reading *reading, const struct bluesky_change *change,
                      const struct bluesky_record *record,
                      const struct handle_entry *author, struct source_batch *batch, size_t most_items,
                          struct source_item **item_out);

#endif
