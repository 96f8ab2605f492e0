/* The keys that are known: name, counter, newest post. Open addressing from a key's hash to its number.
 *
 * Budget: KEYS_MAX keys of about 200 bytes (counter 104, name 24 and allocation, the rest), 100 MB at the worst. When it is full, keys
 * that no held post mentions are let go, those with the least history first; a key's number stays valid as long as a held
 * post has it, so chains never dangle. What is lost with a cold key is a baseline of a voice or two, less than the share that any
 * unseen key is granted (deviance_unseen_share).
 */
#ifndef TREND_TABLE_H
#define TREND_TABLE_H

#include "base/str.h"
#include "trend/counter.h"

enum { KEYS_MAX = 1 << 19, KEY_NAME_MAX_BYTES = 96, KEY_NONE = UINT32_MAX };

struct key {
    uint64_t       hash;   /* 0: free */
    uint64_t       newest; /* seq of the newest post with it */
    char          *name;   /* name_len bytes */
    uint16_t       name_len;
    uint8_t        kind;
    bool           is_held; /* stays, whatever its age: set around table_evict */
    uint32_t       touched; /* number of the tick in which it was last judged */
    uint64_t       trends; /* the live trends that have it among their items, alone or in a pair: bit = slot */
    uint32_t       spent;  /* minute in which the last trend with it closed: what was said before is no news any more */
    float          background; /* expected over seen at the last judgement: the chance that a post with it is of no trend */
    struct counter counter;
};

struct table {
    struct key *keys;
    uint32_t   *slots; /* number + 1; 0 free */
    uint32_t   *free_numbers;
    uint32_t    count, capacity, slot_mask, free_count;
};

bool table_init(struct table *table);
void table_fini(struct table *table);

/* The key with this hash, added where it is new; KEY_NONE where the table is full (table_evict, then try again) or without memory. */
uint32_t table_add(struct table *table, uint64_t hash, struct str name, uint8_t kind);

/* Lets go of idle keys: newest < oldest_seq, in no live trend, not held, and at minute their forgetting total is below min_total.
 * Returns how many went. Cost: one pass over the table. */
uint32_t table_evict(struct table *table, uint64_t oldest_seq, uint32_t minute, double min_total);

static inline struct str key_name(const struct key *key)
{
    return (struct str){key->name, key->name_len};
}

#endif
