/* The newest posts in order of arrival, each in one block of its own that is shared by count: a reader takes references under the lock and
 * looks at the posts without it. Bounded by posts and by bytes.
 */
#ifndef LISTEN_RING_H
#define LISTEN_RING_H

#include "post/post.h"
#include "text/text.h"

#include <pthread.h>
#include <stdatomic.h>

struct ring_post {
    atomic_uint       users;
    atomic_bool       is_gone; /* deleted since it came */
    bool              is_edit;
    uint64_t          seq;     /* given by ring_push */
    size_t            bytes;   /* of the block */
    struct post       post;
    struct text_facts facts;
};

/* A deep copy, users = 1. NULL without memory. */
struct ring_post *ring_post_new(const struct post *post, const struct text_facts *facts, bool is_edit);
void              ring_post_release(struct ring_post *post); /* legal on NULL */

struct ring {
    pthread_mutex_t    lock;
    struct ring_post **slots;    /* seq % capacity; NULL: deleted */
    uint64_t           oldest, next; /* held: [oldest, next); the first seq is 1 */
    uint64_t           bytes;
    uint64_t           capacity, max_bytes;
};

/* False without memory. */
bool     ring_init(struct ring *ring, uint64_t capacity, uint64_t max_bytes);
void     ring_fini(struct ring *ring);
/* Takes the posts over and gives them their numbers; skipped posts come before them and are overrun for everybody. */
void     ring_push(struct ring *ring, uint64_t skipped, struct ring_post **posts, size_t count);
uint64_t ring_newest(struct ring *ring); /* seq of the newest post; 0: none */
/* References to up to `most` posts from *next_io on into posts (to be released), and moves it. Returns how many were overrun. */
uint64_t ring_take(struct ring *ring, uint64_t *next_io, size_t most, struct ring_post **posts, size_t *count_out);
/* Lets go of every post that is_gone says so of. */
void     ring_forget(struct ring *ring, bool (*is_gone)(void *context, const struct post *post), void *context);

#endif
