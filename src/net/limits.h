/* How much one peer may have: connections at once, and requests in a second (a token bucket that holds two seconds'
 * worth). */
#ifndef NET_LIMITS_H
#define NET_LIMITS_H

#include "net/address.h"

#include <pthread.h>

struct peer;

/* At most PEERS_MOST peers are remembered; idle ones are forgotten first. Where all are busy, the rest share one row.
 */
enum { PEERS_MOST = 16384, PEERS_SLOTS = 4096 };

struct peers {
    pthread_mutex_t lock;
    unsigned        connections_most, requests_per_s;
    struct peer    *slots[PEERS_SLOTS];
    struct peer    *others;
    unsigned        count;
    int64_t         swept_us;
};

bool peers_init(struct peers *peers, unsigned connections_most, unsigned requests_per_s);
void peers_fini(struct peers *peers);

/* True while the peer has less than its connections. */
bool peers_may_connect(struct peers *peers, const struct address *address);
void peers_connect(struct peers *peers, const struct address *address, int64_t now_us);
void peers_disconnect(struct peers *peers, const struct address *address, int64_t now_us);
/* Takes one request out of the peer's bucket; false: it is empty. */
bool peers_take(struct peers *peers, const struct address *address, int64_t now_us);

#endif
