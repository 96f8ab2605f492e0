/* One streaming subscription at work: connects, reads, hands batches over, comes back after every loss without losing what the server still has.
 *
 *     connect ─▶ (v1 with a cursor: two sockets until the old one has met the new one) ─▶ frames ─▶ batch ─▶ port
 *        ▲                                                                                              │
 *        └── next host, 1 s, 2 s ... 5 min, or when the server says ◀── lost, refused, too slow         └─ no room: the socket is not read
 *
 * Why two sockets: where v1 goes over from replaying to live it leaves out what a live event has overtaken (up to a second's worth). So the live
 * stream is opened first, a second before the replay, and the replay is read until it has come to where the live stream began. Nothing is claimed
 * beyond the replay until then. Deletes, edits and the like of the live stream are held until they have met: the replay may still bring the post
 * that they are about.
 */
#ifndef SOURCE_BLUESKY_WIRE_H
#define SOURCE_BLUESKY_WIRE_H

#include "source/bluesky/place.h"
#include "source/bluesky/profiles.h"

struct wire;

/* order is a SUBSCRIBE of STREAM or FILL; it is copied from. Profiles outlive the wire. */
enum error_code wire_new(struct source_port *port, const struct source_order *order, struct profiles *profiles,
                         struct wire **wire_out, struct error *error);
void            wire_free(struct wire *wire); /* what was not sent is not claimed; legal on NULL */
const char     *wire_sub(const struct wire *wire);
bool            wire_is_over(const struct wire *wire); /* a FILL that came to its end */
/* Connects, or reads and sends what is there, waiting for at most wait_ms for something to read (less when an order comes). */
void            wire_step(struct wire *wire, int64_t wait_ms);
/* How long nothing need be done: it waits to connect again, or for room. 0: step at once. */
int64_t         wire_idle_ms(const struct wire *wire);

#endif
