/* Within the connector: a wire's parts, shared by wire.c (its life, batches) and wire_socket.c (connecting, frames). */
#ifndef SOURCE_BLUESKY_WIRE_INSIDE_H
#define SOURCE_BLUESKY_WIRE_INSIDE_H

#include "base/clock.h"
#include "base/rng.h"
#include "net/websocket.h"
#include "source/bluesky/unpack.h"
#include "source/bluesky/wire.h"

enum { WIRE_HOSTS_MAX = 8, WIRE_FRAME_MAX_BYTES = 5 * 1024 * 1024, WIRE_REPLAY_WAIT_MS = 1500,
       WIRE_HELD_BYTES = 8 * 1024 * 1024 /* more are left in the live socket */ };

struct wire {
    struct source_port    *port;
    struct profiles       *profiles;
    char                   sub[SOURCE_SUB_BYTES];
    enum source_mode       mode;
    int64_t                until_us; /* FILL: the end of what is wanted */
    struct bluesky_reading reading;
    uint64_t               told[BLUESKY_REFUSAL_COUNT]; /* refusals that the host knows of */

    enum bluesky_wire wire;
    char              hosts[WIRE_HOSTS_MAX][BLUESKY_HOST_BYTES];
    size_t            host_count, host;
    unsigned          rewind_s, history_minutes;
    bool              compresses;

    struct websocket *live, *replay; /* replay: v1 alone, until it has met live */
    struct unpacker  *unpacker;      /* of unpacker_host */
    size_t            unpacker_host;
    unsigned          failures;      /* in a row */
    int64_t           retry_us, replay_us; /* monotonic: not before */
    int64_t           connected_us, heard_us; /* wall time of the last connection, and of the last frame */
    struct rng        chance;

    struct bluesky_claim claim;      /* all up to here is in a batch, sent or in hand */
    struct bluesky_place live_place; /* of the live stream, while replay is behind */
    int64_t              live_from_us; /* its first event; 0: none yet */
    struct buf           held;  /* frames of the live stream that must not come before what the replay still brings: sized, one behind the other */
    struct reader        draining; /* of held, once they have met */
    bool                 is_draining;
    int64_t              skip_before_us; /* of a stream read from its beginning; 0: nothing is skipped */
    int64_t              gap_from_us;  /* lost since, until the next event tells how far; 0: nothing */
    enum source_phase    said;
    bool                 has_said, is_over;

    struct source_batch *batch;
    struct str           pending; /* a frame that did not fit, in its socket's or the unpacker's memory */
    size_t               pending_from;
    bool                 has_pending, pending_is_replay;
    bool                 is_claim_new; /* claim moved on since the last batch */
    int64_t              claim_told_us; /* monotonic: when a state was last sent */
    unsigned             oversize_in_a_row;
};

/* Opens live (and, in time, replay). What went wrong is said and planned for. */
void wire_connect(struct wire *wire);
void wire_open_replay(struct wire *wire);
void wire_disconnect(struct wire *wire);
/* The connection failed or was lost; wait_us: for how long the server wants to be left alone; 0: not said. is_host_bad: try another one. */
void wire_fail(struct wire *wire, bool is_host_bad, int64_t wait_us, const char *why);
/* The next frames into the batch. False: no more now. */
bool wire_read(struct wire *wire, int64_t wait_ms);
/* The frame in hand again, after the batch was sent. False: it still does not fit. */
bool wire_take_pending(struct wire *wire);
void wire_say(struct wire *wire, enum source_phase phase, int64_t from_us, int64_t until_us, const char *words);
size_t wire_most_items(const struct wire *wire);

#endif
