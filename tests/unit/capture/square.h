/* An invented platform and its two connectors, for tests of capture: "square" serves everybody, "booth" has an account, and acts.
 *
 * The platform is a list of what happened. A connector gives it out from its state (a number) on; the test makes it fail, hold back, forget.
 */
#ifndef TESTS_UNIT_CAPTURE_SQUARE_H
#define TESTS_UNIT_CAPTURE_SQUARE_H

#include "source/source.h"

#include <pthread.h>

enum { SQUARE_MAX = 20000, SQUARE_DEEDS_MAX = 64 };

struct square_event {
    enum source_op op;
    char           id[32], author[32], text[80], visibility[16];
    int64_t        at_us, edited_us, likes;
};
struct square_deed {
    char            key[64], text[128], target[64];
    enum source_act act;
};

/* How the next act goes. */
enum square_act { ACT_WELL, ACT_LOSES_ANSWER /* done, and nobody hears it */, ACT_LOSES_REQUEST, ACT_LIMITED, ACT_TRANSIENT, ACT_REFUSED, ACT_HANGS };

struct square {
    pthread_mutex_t     lock;
    struct square_event events[SQUARE_MAX];
    size_t              count;
    /* what the test wants */
    size_t              batch;          /* items of a batch; 0: 50 */
    size_t              fails_after;    /* batches, then the run ends with ERROR_IO; 0: never */
    bool                denies, is_stateless, says_gap, rotates;
    enum square_act     acts[16];       /* of the next acts, in order */
    size_t              act_count, act_next;
    /* what was seen */
    unsigned            runs, wants;    /* begun; at work now */
    size_t              given;
    bool                has_rotated;
    char                secret[64];     /* booth's token when it began last */
    struct square_deed  deeds[SQUARE_DEEDS_MAX];
    size_t              deed_count, fetches;
};
extern struct square square;

void square_clear(void);
/* An event; text may hold a topic's words. Returns its number. */
size_t square_post(const char *id, const char *author, const char *text);
void   square_event(const struct square_event *event);

#endif
