/* The posts of the last days in memory, and for each key the chain of posts that hold it.
 *
 *     posts (a ring, by seq)      41        42        43        44 = newest
 *                                 quake     quake               quake
 *     occurrence.back              0 <------ 1 <------------------ 2         key "quake": newest = 44
 *
 * A chain is an exact inverted index at the price of 12 bytes an occurrence: whatever is asked of a key (its posts in a window, with whom
 * it stands, who said it first) is answered by walking back from its newest post, newest first. Only posts that the ring still
 * holds are met: a distance that leads out of the ring ends the chain.
 *
 * A post is one block of memory, shared by count between the ring and the trends that hold it.
 */
#ifndef TREND_STORE_H
#define TREND_STORE_H

#include "post/post.h"

enum { STORE_TEXT_MAX_BYTES = 600, STORE_KEYS_MAX = 24, STORE_SHINGLES_MAX = 40 };

struct occurrence {
    uint32_t key;  /* number in the key table */
    uint32_t back; /* how many posts ago this key was last seen; 0: not known */
    uint16_t start, len; /* surface form in text; len 0 where it lies beyond the kept text */
};

struct stored_post {
    uint64_t seq;
    int64_t  at_us;
    uint64_t author;
    uint64_t cluster;    /* seq of the first post of its near copies; its own where it is no copy */
    uint64_t id_hash;
    uint32_t copies;     /* of a first post: how many posts its cluster has */
    uint32_t users;      /* the ring and each trend that holds it */
    uint16_t key_count, shingle_count;
    uint16_t word_count; /* words that its shingles were made of */
    bool     is_damped;  /* a mere copy: its cluster counts 1 + log2(authors) voices */
    bool     is_wiped;   /* deleted: no text, no id, no name; shown to nobody */
    bool     is_attributed; /* names whom it repeats ("RT @user", "@user: ...") or says so by repost_of */
    float    weight;     /* in voices: 1, or log2(n / (n - 1)) for the nth of a damped cluster */
    struct str id, author_name, text;
    struct occurrence *keys;
    uint32_t   *shingles; /* sorted, distinct */
};

struct store {
    struct stored_post **ring; /* slot seq % capacity */
    uint64_t next_seq;   /* of the next post; the first is 1 */
    uint64_t oldest_seq; /* still held; == next_seq when empty */
    uint64_t capacity;   /* a power of two */
};

/* False without memory. capacity is rounded up to a power of two. */
bool store_init(struct store *store, uint64_t capacity);
void store_fini(struct store *store);

/* A post with room for its keys and shingles, not yet in the ring; users = 1. NULL without memory. Text is cut at a
 * character's end at STORE_TEXT_MAX_BYTES. */
struct stored_post *store_post_new(const struct post *post, struct str text, size_t key_count, size_t shingle_count);
void                store_post_release(struct stored_post *post);

/* Takes the post over, gives it the next seq (which must equal post->seq), lets go of the oldest where the ring is full. */
void store_push(struct store *store, struct stored_post *post);
void store_drop_oldest(struct store *store);

/* Text, names and id are gone; what was counted stays. */
void store_post_wipe(struct stored_post *post);

/* NULL where seq is not held. */
static inline struct stored_post *store_at(const struct store *store, uint64_t seq)
{
    return seq >= store->oldest_seq && seq < store->next_seq ? store->ring[seq & (store->capacity - 1)] : NULL;
}

/* The occurrence of key in a post, or NULL. */
static inline const struct occurrence *stored_post_find(const struct stored_post *post, uint32_t key)
{
    for (unsigned i = 0; i < post->key_count; i++)
        if (post->keys[i].key == key)
            return &post->keys[i];
    return NULL;
}

/* The post that held key before this one, or NULL where the chain ends. */
static inline struct stored_post *store_previous(const struct store *store, const struct stored_post *post, uint32_t key)
{
    const struct occurrence *occurrence = stored_post_find(post, key);
    return occurrence && occurrence->back ? store_at(store, post->seq - occurrence->back) : NULL;
}

#endif
