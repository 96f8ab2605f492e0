/* The connector's side of the wire. One port, one connector; every call but source_port_order_fd's poll is made by its own thread or threads
 * of its own making (calls are safe from any of them).
 *
 *     while (source_port_take(port, wait_ms, &order)) switch (order->kind) ...
 *
 * The same port stands in front of a host in this process (source/run.h) and of one that speaks JSON Lines (`bellwether source run NAME`).
 */
#ifndef SOURCE_PORT_H
#define SOURCE_PORT_H

#include "source/source.h"

/* ---- What it was given ---- */

/* By the connector's own rows, checked against them before run is called: a name that is no row is a defect. */
struct str source_port_text(struct source_port *port, const char *name);   /* config or secret; the fallback where not given; empty: none */
int64_t    source_port_number(struct source_port *port, const char *name);
bool       source_port_boolean(struct source_port *port, const char *name);
struct str source_port_nth(struct source_port *port, const char *name, size_t nth); /* of a list; ptr NULL behind its end */
/* Addresses of this machine and of private nets may be spoken to (tests, a platform in the house). */
bool       source_port_allows_private(struct source_port *port);
unsigned   source_port_max_items(struct source_port *port);

/* ---- Orders ---- */

enum source_order_kind {
    SOURCE_ORDER_CHECK,       /* answer with source_port_ready, or end with an error */
    SOURCE_ORDER_SUBSCRIBE,
    SOURCE_ORDER_UNSUBSCRIBE,
    SOURCE_ORDER_COMMAND,
    SOURCE_ORDER_SHUTDOWN,    /* finish what is in hand within grace_s, then return */
};
struct source_order {
    struct arena           arena; /* holds its strings */
    enum source_order_kind kind;
    char                   sub[SOURCE_SUB_BYTES];
    enum source_mode       mode;
    struct source_query    query;
    struct str             state; /* as the last committed batch had it; empty: from now on (or from query.since) */
    struct source_command  command;
    unsigned               grace_s;
};
/* The next order, or NULL after wait_ms (-1: no end) without one. Commands come before anything else. Also wakes, with NULL, when an ack made
 * room. Free it with source_order_free. */
struct source_order *source_port_take(struct source_port *port, int64_t wait_ms);
void                 source_order_free(struct source_order *order);
/* Readable while an order waits or room was made: to poll beside a socket. */
int  source_port_fd(struct source_port *port);
bool source_port_is_ending(struct source_port *port); /* a SHUTDOWN waits or was taken: long work stops early */

/* ---- Words back ---- */

/* Fewer than max_inflight batches of sub are without an ack. */
bool     source_port_has_room(struct source_port *port, const char *sub);
uint64_t source_port_acked(struct source_port *port, const char *sub); /* highest acknowledged seq; 0: none */
/* Gives the batch away. It must have room: to send without is a defect of the connector (asserted here, a kill for a program). */
void source_port_send(struct source_port *port, struct source_batch *batch);
void source_port_ready(struct source_port *port, const struct source_account *account);
void source_port_status(struct source_port *port, const struct source_status *status);
void source_port_result(struct source_port *port, const struct source_result *result);
/* A rotated secret. Returns when the host has stored it (false: it could not, or the end came): only then may the old one be dropped. */
bool source_port_store_secret(struct source_port *port, const char *name, struct str value);
/* level: "error", "warning", "info", "debug". Never a secret in it. */
__attribute__((format(printf, 3, 4))) void source_port_log(struct source_port *port, const char *level, const char *format, ...);
/* Items that came in and could not be understood (an oversize frame, a bad signature): counted and shown by the host, by reason. */
void source_port_refused(struct source_port *port, const char *reason, uint64_t count);

#endif
