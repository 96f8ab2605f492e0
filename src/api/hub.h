/* What happens in a client, told to everybody who watches it: a ring of the newest events, and wakers to call.
 * An event is a kind ("trend", "alert", "topic") and one line of JSON. Posts do not pass here: watchers read them from the stream's ring.
 */
#ifndef API_HUB_H
#define API_HUB_H

#include "base/buf.h"
#include "net/server.h"

enum { HUB_EVENTS = 512, HUB_DATA_MAX_BYTES = 16 * 1024 };

struct hub;

struct hub *hub_new(void); /* NULL without memory */
void        hub_free(struct hub *hub); /* nobody watches; legal on NULL */

/* Any thread. Data over HUB_DATA_MAX_BYTES, or without memory, is told as {} so that watchers ask anew. */
void hub_tell(struct hub *hub, const char *kind, struct str data);

uint64_t hub_newest(struct hub *hub); /* sequence number, 0 before the first */
/* Appends events after *place as server-sent events and moves it; at most 64 KiB. Overrun events are told as one "missed_events". */
void     hub_read(struct hub *hub, uint64_t *place, struct buf *out);

/* wake is called under the hub's lock after each event: short, and not calling the hub. */
struct hub_watcher *hub_watch(struct hub *hub, void (*wake)(void *context), void *context);
void                hub_unwatch(struct hub *hub, struct hub_watcher *watcher);
size_t              hub_watchers(struct hub *hub);

#endif
