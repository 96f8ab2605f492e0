#include "net/limits.h"

#include "base/clock.h"
#include "base/hash.h"

#include <stdlib.h>

struct peer {
    struct peer   *next;
    struct address key;
    unsigned       connections;
    int64_t        tokens_us; /* time that was saved up: one request costs a second / requests_per_s */
    int64_t        filled_us;
};

enum { BURST_US = 2 * CLOCK_SECOND_US };

bool peers_init(struct peers *peers, unsigned connections_most, unsigned requests_per_s)
{
    *peers = (struct peers){.connections_most = connections_most,
                            .requests_per_s = requests_per_s,
                            .others = calloc(1, sizeof(struct peer))};
    pthread_mutex_init(&peers->lock, NULL);
    return peers->others != NULL;
}

void peers_fini(struct peers *peers)
{
    for (size_t i = 0; i < PEERS_SLOTS; i++)
        while (peers->slots[i]) {
            struct peer *next = peers->slots[i]->next;
            free(peers->slots[i]);
            peers->slots[i] = next;
        }
    free(peers->others);
    pthread_mutex_destroy(&peers->lock);
}

/* Who has a whole IPv6 net has one share. */
static struct address key_of(const struct address *address)
{
    static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
    struct address             key = *address;
    if (!key.is_unix && memcmp(key.bytes, mapped, sizeof mapped) != 0)
        memset(key.bytes + 8, 0, 8);
    return key;
}

static bool is_same(const struct address *a, const struct address *b)
{
    return a->is_unix == b->is_unix && memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

static struct peer **slot_of(struct peers *peers, const struct address *key)
{
    return &peers->slots[hash_bytes(key->bytes, sizeof key->bytes) % PEERS_SLOTS];
}

static void fill(struct peer *peer, int64_t now_us)
{
    int64_t passed_us = now_us - peer->filled_us;
    if (passed_us > 0)
        peer->tokens_us = passed_us > BURST_US - peer->tokens_us ? BURST_US : peer->tokens_us + passed_us;
    peer->filled_us = now_us;
}

/* Forgets who has nothing open and has used nothing lately. At most once a second: it walks them all. */
static void sweep(struct peers *peers, int64_t now_us)
{
    if (now_us - peers->swept_us < CLOCK_SECOND_US)
        return;
    peers->swept_us = now_us;
    for (size_t i = 0; i < PEERS_SLOTS; i++)
        for (struct peer **at = &peers->slots[i]; *at;) {
            struct peer *peer = *at;
            fill(peer, now_us);
            if (peer->connections || peer->tokens_us < BURST_US) {
                at = &peer->next;
                continue;
            }
            *at = peer->next;
            free(peer);
            peers->count--;
        }
}

static struct peer *find(struct peers *peers, const struct address *key)
{
    struct peer *peer = *slot_of(peers, key);
    while (peer && !is_same(&peer->key, key))
        peer = peer->next;
    return peer;
}

static struct peer *find_or_add(struct peers *peers, const struct address *key, int64_t now_us)
{
    struct peer *peer = find(peers, key);
    if (peer)
        return peer;
    if (peers->count >= PEERS_MOST)
        sweep(peers, now_us);
    peer = peers->count < PEERS_MOST ? calloc(1, sizeof *peer) : NULL;
    if (!peer)
        return peers->others;
    struct peer **slot = slot_of(peers, key);
    *peer = (struct peer){.next = *slot, .key = *key, .tokens_us = BURST_US, .filled_us = now_us};
    *slot = peer;
    peers->count++;
    return peer;
}

bool peers_may_connect(struct peers *peers, const struct address *address)
{
    struct address key = key_of(address);
    pthread_mutex_lock(&peers->lock);
    struct peer *peer = find(peers, &key);
    if (!peer && peers->count >= PEERS_MOST)
        peer = peers->others;
    bool may = !peer || peer->connections < peers->connections_most;
    pthread_mutex_unlock(&peers->lock);
    return may;
}

void peers_connect(struct peers *peers, const struct address *address, int64_t now_us)
{
    struct address key = key_of(address);
    pthread_mutex_lock(&peers->lock);
    find_or_add(peers, &key, now_us)->connections++;
    pthread_mutex_unlock(&peers->lock);
}

void peers_disconnect(struct peers *peers, const struct address *address, int64_t now_us)
{
    struct address key = key_of(address);
    pthread_mutex_lock(&peers->lock);
    struct peer *peer = find(peers, &key);
    if (!peer || !peer->connections) /* it was counted among the others */
        peer = peers->others;
    if (peer->connections)
        peer->connections--;
    if (peers->count >= PEERS_MOST / 2)
        sweep(peers, now_us);
    pthread_mutex_unlock(&peers->lock);
}

bool peers_take(struct peers *peers, const struct address *address, int64_t now_us)
{
    struct address key = key_of(address);
    int64_t        cost_us = CLOCK_SECOND_US / peers->requests_per_s;
    pthread_mutex_lock(&peers->lock);
    struct peer *peer = find_or_add(peers, &key, now_us);
    fill(peer, now_us);
    bool may = peer->tokens_us >= cost_us;
    if (may)
        peer->tokens_us -= cost_us;
    pthread_mutex_unlock(&peers->lock);
    return may;
}
