/* A port from the host's side. One struct source_port stands between a host (source/run.h) and a connector's thread.
 *
 *     port_push_* ─▶ orders (commands first) ─▶ source_port_take
 *     host functions ◀── one at a time, under `speaking` ◀── source_port_send, status, result ...
 *
 * Locks: `speaking`, then `lock`. Neither is held while the connector runs; `speaking` is held while a host function does.
 */
#ifndef SOURCE_PORT_INSIDE_H
#define SOURCE_PORT_INSIDE_H

#include "source/port.h"
#include "source/run.h"
#include "source/values.h"

#include <pthread.h>
#include <stdatomic.h>

enum { SOURCE_SUBS_MAX = 256, SOURCE_COMMANDS_MAX = 256 /* waiting, and as many in hand */, SOURCE_ORDERS_MAX = 1024 };

struct port_order { /* what take gives out, in a list */
    struct source_order order; /* first: the two are one allocation */
    struct port_order  *next;
};
struct port_list {
    struct port_order *first, **end;
    size_t             count;
};
struct port_sub {
    char     name[SOURCE_SUB_BYTES];
    uint64_t sent, acked;
};

struct source_port {
    struct source_setup  setup; /* config and secrets are in values */
    struct source_values values;
    struct source_host   host;

    pthread_mutex_t speaking;
    bool            has_ended; /* under speaking */

    pthread_mutex_t  lock; /* everything below */
    pthread_cond_t   changed;
    int              event_fd; /* readable while has_news or a list holds something */
    bool             has_news; /* room was made */
    struct port_list commands, orders;
    char           (*in_hand)[SOURCE_KEY_BYTES]; /* ids of commands that were taken and have no result yet */
    size_t           in_hand_count;
    struct port_sub  subs[SOURCE_SUBS_MAX];
    size_t           sub_count;
    atomic_bool      is_ending;
};

/* ERROR_INVALID: config or secrets. */
enum error_code port_init(struct source_port *port, const struct source_setup *setup, const struct source_host *host, struct error *error);
void            port_fini(struct source_port *port);

/* False: too many orders wait, or no memory. */
bool port_push(struct source_port *port, enum source_order_kind kind, const char *sub);
bool port_push_subscribe(struct source_port *port, const char *sub, enum source_mode mode, const struct source_query *query, struct str state);
bool port_push_command(struct source_port *port, const struct source_command *command);
void port_push_shutdown(struct source_port *port, unsigned grace_s);
void port_push_ack(struct source_port *port, const char *sub, uint64_t seq);

/* The connector has returned: commands without a result get one, then ended is called, and nothing after it. */
void port_end(struct source_port *port, enum error_code code, const struct error *why);

#endif
