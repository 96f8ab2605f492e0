/* A host that writes down what it is told, and a connector that does what its config says. */
#ifndef TESTS_UNIT_SOURCE_FIXTURE_H
#define TESTS_UNIT_SOURCE_FIXTURE_H

#include "../check.h"

#include "source/port.h"
#include "source/run.h"

#include <pthread.h>

enum { HEARD_MAX = 4096 };

/* Everything it was told, under lock; wait for it with heard_wait. */
struct heard {
    pthread_mutex_t      lock;
    pthread_cond_t       changed;
    struct source_run   *run;
    bool                 acks;   /* each batch at once */
    struct str          *ids;    /* of upserts, in order; HEARD_MAX at most */
    struct arena         arena;
    size_t               id_count, batches, ready, statuses, results, refused, secrets, logs, at_once;
    uint64_t             last_seq;
    struct str           state;
    struct source_account account;
    struct source_status status;
    struct source_result result[64];
    char                 log[1024], secret[256];
    bool                 has_ended, is_inside;
    enum source_end      end;
    struct error         why;
};
void heard_init(struct heard *heard);
void heard_fini(struct heard *heard);
struct source_host heard_host(struct heard *heard);
/* Until *number >= wanted (one of its counts), or ended; fails after ten seconds. */
void heard_wait(struct heard *heard, const size_t *number, size_t wanted, const char *words);
void heard_wait_end(struct heard *heard);

/* A scripted platform of `total` posts "p1" ..., its state the number of the last one sent. Config: see scripted_fields.
 * Commands: "publish" -> ok with native id "n-KEY"; a text "slow" is taken and never answered; "lost" ends the connector. */
extern const struct connector scripted;

#endif
