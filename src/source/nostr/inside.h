/* Within the connector: one thread reads all relays and serves all orders; only connecting is done aside, because a name or a host that does not
 * answer must not hold up the others.
 *
 *     relay.c   connections: opened aside, back-off, words out and in
 *     flow.c    what a subscription wants of a relay: live first, then the past in pages, so that nothing falls between the two
 *     take.c    an event becomes items; batches
 *     act.c     publish, reply, delete, like, repost, fetch
 *     nostr.c   the row and the loop
 */
#ifndef SOURCE_NOSTR_INSIDE_H
#define SOURCE_NOSTR_INSIDE_H

#include "base/clock.h"
#include "base/json.h"
#include "base/rng.h"
#include "net/websocket.h"
#include "source/nostr/memory.h"
#include "source/nostr/reading.h"
#include "source/nostr/wants.h"
#include "source/port.h"

#include <pthread.h>
#include <stdatomic.h>

enum {
    SUBS_MOST = 32,
    PAGE_MOST = 500,          /* events asked for in a page */
    PAGE_ENDLESS = 4,         /* times so many without an end: not a relay that keeps to its word */
    NAMES_MOST = 100,         /* profiles asked for at once */
    NAMES_WAIT_US = 700000,   /* so long a batch waits for the names of its authors */
    NAMES_FORGET_US = 5000000,
    ROUND_MOST = 200,         /* messages of one relay before the others and the orders have their turn */
    REFUSED_MOST = 200,       /* in a row: that relay is left alone for a while */
    DEEDS_MOST = 64,
    DEED_WAIT_S = 15,
    SWEEP_S = 300             /* so often the newest ten minutes are asked for again: relays drop live events under load */
};

enum relay_phase { RELAY_WAITS, RELAY_CONNECTS, RELAY_OPEN };
struct relay {
    const char        *url;
    enum relay_phase   phase;
    struct websocket  *websocket;
    int64_t            again_us;  /* WAITS: when to connect */
    int64_t            pause_s;   /* the next back-off */
    int64_t            opened_us;
    unsigned           refused_in_row;
    int64_t            names_us; /* when names were asked for; 0: answered */
    char               challenge[256], auth_id[NOSTR_HEX_BYTES];
    /* Filled by the connecting thread. */
    pthread_t          thread;
    atomic_bool        is_done;
    struct websocket  *made;
    enum error_code    code;
    struct error       error;
    int64_t            retry_after_us;
    int64_t            page_most; /* by its own word (NIP-11) */
    bool               has_search, wants_money;
    struct nostr      *nostr;
};

enum track_phase { TRACK_NEW, TRACK_LIVE_ASKED, TRACK_PAGING, TRACK_LIVE, TRACK_DONE };
struct track { /* of one subscription on one relay */
    enum track_phase phase;
    struct nostr_far far;
    int64_t          low, high;    /* what is being paged now */
    int64_t          newest;       /* seen since the connection is live */
    bool             is_first;     /* an interval left over from before; the one up to now comes next */
    bool             is_sweep;
    unsigned         filter;
    unsigned         page;         /* its number: answers to older ones are passed over */
    unsigned         count, largest;
    int64_t          oldest;
    bool             is_asked;
    int64_t          sweep_us;
};

struct sub {
    char                 name[SOURCE_SUB_BYTES];
    bool                 is_there, has_begun, has_news; /* news: of how far it is */
    enum source_mode     mode;
    struct arena         arena;
    struct nostr_wants   wants;
    int64_t              since, until; /* of the query, seconds */
    uint64_t             salt;
    struct source_batch *batch, **ready; /* being filled; closed, to be sent */
    size_t               ready_count, ready_capacity;
    int64_t              batch_us; /* when its first item came */
    enum source_phase    said;
    struct track         tracks[NOSTR_RELAYS_MOST];
};

struct deed {
    bool                  is_there, is_fetch;
    char                  id[SOURCE_KEY_BYTES], event_id[NOSTR_HEX_BYTES];
    struct buf            event; /* ["EVENT",...] or the inside of the filter of a fetch */
    int64_t               until_us;
    unsigned              sent, answered; /* relays, as bits */
    enum source_failure   failure; /* of the first refusal */
    char                  said[SOURCE_SAID_BYTES];
};

struct nostr {
    struct source_port  *port;
    struct nostr_crypto *crypto;
    struct rng           rng;
    struct relay         relays[NOSTR_RELAYS_MOST];
    size_t               relay_count;
    const char          *urls[NOSTR_RELAYS_MOST];
    struct sub           subs[SUBS_MOST];
    struct deed          deeds[DEEDS_MOST];
    struct recent        seen, gone;
    struct profiles      profiles;
    char                 wanted[NAMES_MOST][NOSTR_HEX_BYTES]; /* whose names are to be asked for */
    size_t               wanted_count;
    struct str           viewer;
    struct arena         arena;
    struct buf           scratch, line;
    uint64_t             salts;
    int                  wake_fd, stop_fd; /* a connecting thread is done; connecting ends */
    bool                 is_checking, has_failed; /* failed: no memory for a post. To go on would claim what was not given on */
    int64_t              check_until_us;
};

static inline unsigned nostr_limit(const struct relay *relay)
{
    return relay->page_most > 0 && relay->page_most < PAGE_MOST ? (unsigned)relay->page_most : PAGE_MOST;
}

/* relay.c */
void relays_connect(struct nostr *nostr, int64_t now_us); /* those that are due; takes those that are connected */
void relays_end(struct nostr *nostr);
void relay_lose(struct nostr *nostr, struct relay *relay, enum error_code code, const char *why, int64_t retry_after_us);
bool relay_say(struct nostr *nostr, struct relay *relay, struct str text);
bool relay_read(struct nostr *nostr, struct relay *relay); /* some of what is there; true: there may be more */
void relay_refused(struct nostr *nostr, struct relay *relay, const char *reason);

/* flow.c */
void flow_begin(struct nostr *nostr, struct sub *sub, const struct source_order *order);
void flow_ask(struct nostr *nostr, struct relay *relay); /* what is to be asked for of it now */
void flow_event(struct nostr *nostr, struct relay *relay, struct str request, const struct nostr_event *event);
void flow_end_of_stored(struct nostr *nostr, struct relay *relay, struct str request);
void flow_closed(struct nostr *nostr, struct relay *relay, struct str request, struct str words);
void flow_lost(struct nostr *nostr, struct relay *relay); /* its connection */
void flow_tell(struct nostr *nostr); /* phases, where they changed */

/* take.c */
bool take_has_room(const struct nostr *nostr); /* in all subscriptions: else nothing is read */
/* False: it was refused. */
bool take_event(struct nostr *nostr, struct relay *relay, struct sub *sub, const struct nostr_event *event);
void take_profile(struct nostr *nostr, const struct nostr_event *event);
void take_send(struct nostr *nostr, int64_t now_us); /* batches that are due and have room */
void take_ask_names(struct nostr *nostr);
void sub_end(struct sub *sub);

/* act.c */
void act_begin(struct nostr *nostr, const struct source_command *command);
void act_relay_open(struct nostr *nostr, struct relay *relay);
void act_ok(struct nostr *nostr, struct relay *relay, struct str event_id, bool is_ok, struct str words);
void act_found(struct nostr *nostr, struct relay *relay, struct str request, const struct nostr_event *event);
void act_end_of_stored(struct nostr *nostr, struct relay *relay, struct str request);
void act_look_at_clock(struct nostr *nostr, int64_t now_us);
void act_auth(struct nostr *nostr, struct relay *relay);

#endif
