#include "net/fetch.h"
#include "source/bluesky/firehose.h"
#include "source/bluesky/jetstream.h"
#include "source/bluesky/wire_inside.h"

enum { BACK_OFF_MAX_S = 300, REPLAY_PIECE_MS = 20, CLOCK_SLACK_US = 60 * 1000 * 1000,
       SILENT_CLAMP_US = 60 * 1000 * 1000 };

/* ---- Connecting ---- */

void wire_disconnect(struct wire *wire)
{
    websocket_close(wire->live, 1000);
    websocket_close(wire->replay, 1000);
    wire->live = wire->replay = NULL;
    wire->replay_us = 0;
    wire->live_from_us = 0;
    wire->live_place = (struct bluesky_place){0};
    wire->has_pending = false;
    wire->pending_from = 0;
    wire->is_draining = false;
    buf_fini(&wire->held);
    wire->held = (struct buf){0};
}

void wire_fail(struct wire *wire, bool is_host_bad, int64_t wait_us, const char *why)
{
    char    words[SOURCE_SAID_BYTES];
    int64_t now_us = clock_now_us();
    wire_disconnect(wire);
    unsigned rounds = wire->failures / (unsigned)wire->host_count;
    int64_t  delay_ms = rounds > 8 ? BACK_OFF_MAX_S * 1000 : (int64_t)1000 << rounds;
    delay_ms = delay_ms < BACK_OFF_MAX_S * 1000 ? delay_ms : BACK_OFF_MAX_S * 1000;
    delay_ms = delay_ms / 2 + (int64_t)rng_below(&wire->chance, (uint64_t)delay_ms / 2 + 1);
    if (wait_us > 0)
        delay_ms = wait_us / 1000 + 1;
    snprintf(words, sizeof words, "%s: %s", wire->hosts[wire->host], why);
    wire_say(wire, wait_us > 0 ? SOURCE_RATE_LIMITED : SOURCE_ERROR, 0, now_us + delay_ms * 1000, words);
    wire->failures++;
    wire->retry_us = clock_monotonic_us() + delay_ms * 1000;
    if (is_host_bad)
        wire->host = (wire->host + 1) % wire->host_count;
}

/* The server's dictionary, once for each host. Without it frames come as they are. */
static void bring_dictionary(struct wire *wire)
{
    struct buf          url = {0};
    struct fetch_answer answer = {0};
    struct error        error = {0};
    if (!wire->compresses || (wire->unpacker && wire->unpacker_host == wire->host))
        return;
    unpacker_free(wire->unpacker);
    wire->unpacker = NULL;
    struct str host = str_of(wire->hosts[wire->host]);
    if (str_starts_with(host, STR("ws"))) {
        buf_append_str(&url, STR("http"));
        host = str_slice(host.ptr + 2, host.len - 2);
    }
    buf_printf(&url, "%.*s/xrpc/network.bsky.jetstream.getZstdDictionary", STR_ARG(host));
    buf_append_char(&url, '\0');
    enum error_code code = fetch(&(struct fetch){.url = url.ptr, .allows_private = source_port_allows_private(wire->port),
                                                 .timeout_ms = 10000,
                                                 .most_bytes = UNPACK_DICTIONARY_MAX_BYTES}, &answer, &error);
    if (!code && answer.status == 200)
        code = unpacker_new(buf_str(&answer.body), &wire->unpacker, &error);
    if (!wire->unpacker)
        source_port_log(wire->port, "warning", "%s gives no dictionary, frames come unpacked: %s",
                        wire->hosts[wire->host],
                        code ? error.message : "another status than 200");
    wire->unpacker_host = wire->host;
    fetch_answer_fini(&answer);
    buf_fini(&url);
}

static enum error_code open_one(struct wire *wire, bool is_live, struct websocket **socket_out, bool *is_gap_out,
                                int64_t *wait_us_out, struct error *error)
{
    struct buf            url = {0};
    bool                  is_from_start;
    struct bluesky_asking asking = {wire->wire, wire->hosts[wire->host], &wire->claim, wire->reading.takes_reposts,
                                    is_live, wire->rewind_s,
                                    wire->unpacker ? unpacker_dictionary(wire->unpacker) : 0,
                                        WIRE_FRAME_MAX_BYTES - 65536};
    bluesky_address(&asking, &url, &is_from_start, is_gap_out);
    buf_append_char(&url, '\0');
    if (is_from_start)
        wire->skip_before_us = wire->claim.place.at_us - CLOCK_SECOND_US;
    enum error_code code = websocket_open(&(struct websocket_options){.url = url.ptr,
                                                                      .subprotocol = wire->wire == BLUESKY_V2
                                                                              ? "xrpc.v1.json" : NULL,
                                              .allows_private = source_port_allows_private(wire->port),
                                                                .most_bytes = WIRE_FRAME_MAX_BYTES,
                                              .stop_fd = source_port_fd(wire->port)}, socket_out, wait_us_out, error);
    buf_fini(&url);
    return code;
}

/* HTTP 400 before the stream begins: what was asked for is not there any more. To be asked otherwise, at once. */
static bool take_refusal(struct wire *wire, const struct error *error)
{
    if (strstr(error->message, "CursorTooOld")) { /* by its time, which is moved up to what is there: an #info says so */
        wire->claim.place.seq = 0;
        wire->gap_from_us = wire->claim.place.at_us;
        return true;
    }
    if (strstr(error->message, "UnknownZstdDictionary")) {
        unpacker_free(wire->unpacker);
        wire->unpacker = NULL;
        return true;
    }
    return false;
}

void wire_connect(struct wire *wire)
{
    struct error    error = {0};
    int64_t         wait_us = 0;
    bool            is_gap = false, is_catching_up = wire->wire == BLUESKY_V1 && wire->claim.place.at_us > 0;
    enum error_code code;
    bring_dictionary(wire);
    wire->skip_before_us = 0;
    for (unsigned tries = 0; (code = open_one(wire, is_catching_up, &wire->live, &is_gap, &wait_us,
                                              &error)) == ERROR_INVALID && tries < 2; tries++) {
        if (!take_refusal(wire, &error))
            break;
        bring_dictionary(wire);
    }
    if (code == ERROR_CANCELLED) /* an order came: it goes first */
        return;
    if (code) {
        wire_fail(wire, true, code == ERROR_BUSY ? wait_us : 0, error.message);
        return;
    }
    wire->connected_us = clock_now_us();
    if (is_gap)
        wire->gap_from_us = wire->claim.place.at_us;
    if (wire->claim.place.at_us == 0) { /* all from here on is owed */
        wire->claim = (struct bluesky_claim){.wire = wire->wire, .place = {.at_us = wire->connected_us}};
        snprintf(wire->claim.host, sizeof wire->claim.host, "%s", wire->hosts[wire->host]);
        wire->is_claim_new = true;
        wire->claim_told_us = 0;
    } else if (!wire->has_said || wire->said != SOURCE_BACKFILL) {
        wire_say(wire, SOURCE_BACKFILL, 0, 0, wire->hosts[wire->host]);
    }
    if (is_catching_up)
        wire->replay_us = clock_monotonic_us() + WIRE_REPLAY_WAIT_MS * 1000;
}

void wire_open_replay(struct wire *wire)
{
    struct error    error = {0};
    int64_t         wait_us = 0;
    bool            is_gap;
    enum error_code code = open_one(wire, false, &wire->replay, &is_gap, &wait_us, &error);
    if (code && code != ERROR_CANCELLED)
        wire_fail(wire, true, code == ERROR_BUSY ? wait_us : 0, error.message);
}

/* ---- Frames ---- */

/* The claim moves to where the frame stands; the live stream's while the replay is still behind it. */
static void move_on(struct wire *wire, struct bluesky_place place, bool is_replay)
{
    int64_t now_us = clock_now_us();
    if (place.at_us > now_us + CLOCK_SLACK_US) /* a server whose clock is ahead: its word is no reason to miss what others have */
        place.at_us = now_us;
    if (wire->replay_us && !is_replay) {
        wire->live_place = place;
        if (!wire->live_from_us)
            wire->live_from_us = place.at_us;
        return;
    }
    if (wire->wire == BLUESKY_V1 && is_replay &&
        wire->claim.place.at_us < wire->connected_us - wire->history_minutes * CLOCK_MINUTE_US &&
        place.at_us > wire->claim.place.at_us + SILENT_CLAMP_US)
        wire->gap_from_us = wire->claim.place.at_us; /* older than the server remembers, and it goes on much later: it was moved up without a word */
    if (wire->gap_from_us) {
        if (place.at_us > wire->gap_from_us)
            wire_say(wire, SOURCE_GAP, wire->gap_from_us, place.at_us, "the server no longer has what came between");
        wire->gap_from_us = 0;
    }
    wire->claim.wire = wire->wire;
    wire->claim.place = place;
    if (strcmp(wire->claim.host, wire->hosts[wire->host]) != 0)
        snprintf(wire->claim.host, sizeof wire->claim.host, "%s", wire->hosts[wire->host]);
    wire->is_claim_new = true;
    if (is_replay && wire->live_from_us && place.at_us >= wire->live_from_us) { /* it has met the live stream */
        websocket_close(wire->replay, 1000);
        wire->replay = NULL;
        wire->replay_us = 0;
        wire->is_draining = true; /* what was held, and then all of the live stream so far is given */
        wire->draining = reader_of(buf_str(&wire->held));
    }
}

/* The next of the frames that were held. True while there is one, or the batch must go first. */
static bool drain_one(struct wire *wire)
{
    struct bluesky_place  place = {0};
    struct bluesky_notice notice;
    struct reader         before = wire->draining;
    if (reader_left(&wire->draining) > 0) {
        if (bluesky_jetstream(&wire->reading, reader_sized(&wire->draining), wire->batch, wire_most_items(wire), &place,
                              &notice) == BLUESKY_FULL)
            wire->draining = before;
        return true;
    }
    wire->is_draining = false;
    buf_fini(&wire->held);
    wire->held = (struct buf){0};
    wire->claim.place = wire->live_place;
    wire->is_claim_new = true;
    return true;
}

/* New posts are in nobody's way, whenever they come; a new handle is told now, and again later, should the replay bring an older one. False without memory. */
static bool hold_back(struct wire *wire, struct str frame, size_t before)
{
    const struct source_item *item = wire->batch->count > before ? &wire->batch->items[before] : NULL;
    if (!item || (item->op == SOURCE_UPSERT && item->post.edited_us == 0))
        return true;
    if (item->op != SOURCE_ACTOR)
        wire->batch->count = before;
    return buf_append_sized(&wire->held, frame);
}

/* What the server says about the stream itself. */
static void take_notice(struct wire *wire, const struct bluesky_notice *notice)
{
    char words[sizeof notice->name + sizeof notice->message + 4];
    snprintf(words, sizeof words, "%s: %s", notice->name, notice->message);
    source_port_log(wire->port, notice->is_error ? "warning" : "info", "%s says %s", wire->hosts[wire->host], words);
    if (strcmp(notice->name, "OutdatedCursor") == 0) {
        if (!wire->gap_from_us)
            wire->gap_from_us = wire->claim.place.at_us;
    } else if (strcmp(notice->name, "FutureCursor") == 0) { /* it counts anew: its archive is another one */
        wire->claim.place.seq = 0;
        if (wire->wire == BLUESKY_FIREHOSE) {
            wire->gap_from_us = wire->claim.place.at_us;
            wire->claim.host[0] = ' '; /* no host's seq: it goes on from now */
        }
        wire_fail(wire, false, 0, words);
    } else if (notice->is_error) { /* ConsumerTooSlow and whatever comes: from the last claim again */
        wire_fail(wire, false, 0, words);
    }
}

/* What a frame before the beginning gave is not wanted; nor is its memory, as long as nothing else is in the batch. */
static void pass_over(struct wire *wire, size_t before)
{
    struct source_batch *fresh = before == 0 && wire->batch->count > 0 ? source_batch_new(wire->sub) : NULL;
    wire->batch->count = before;
    if (fresh) {
        source_batch_free(wire->batch);
        wire->batch = fresh;
    }
}

/* False: it did not fit, and is kept. */
static bool take_frame(struct wire *wire, struct str frame, bool is_replay)
{
    struct bluesky_place  place = {0};
    struct bluesky_notice notice;
    size_t                before = wire->batch->count, most = wire_most_items(wire);
    enum bluesky_frame    what = wire->wire == BLUESKY_FIREHOSE ? bluesky_firehose(&wire->reading, frame, wire->batch,
                                                                                   most, &wire->pending_from, &place,
                                                                                       &notice)
                                                                : bluesky_jetstream(&wire->reading, frame, wire->batch,
                                                                                    most, &place, &notice);
    wire->has_pending = false;
    switch (what) {
    case BLUESKY_FULL:
        wire->pending = frame;
        wire->pending_is_replay = is_replay;
        wire->has_pending = true;
        return false;
    case BLUESKY_SAID:
        take_notice(wire, &notice);
        return true;
    case BLUESKY_REFUSED:
        wire->pending_from = 0;
        return true;
    default:
        wire->oversize_in_a_row = 0;
        if (wire->skip_before_us && place.at_us < wire->skip_before_us)
            pass_over(wire, before);
        if (wire->replay_us && !is_replay && !hold_back(wire, frame, before)) {
            wire_fail(wire, false, 0, "no memory for what must wait");
            return true;
        }
        move_on(wire, place, is_replay);
        return true;
    }
}

bool wire_take_pending(struct wire *wire)
{
    return !wire->has_pending || take_frame(wire, wire->pending, wire->pending_is_replay);
}

static void take_message(struct wire *wire, const struct websocket_message *message, bool is_replay)
{
    struct str   frame = message->bytes;
    struct error error = {0};
    if (wire->wire == BLUESKY_V2 && message->is_binary) {
        enum error_code code = wire->unpacker ? unpacker_take(wire->unpacker, frame, WIRE_FRAME_MAX_BYTES, &frame, &error)
                               : ERROR_INVALID;
        if (code) {
            wire->reading.refused[code == ERROR_TOO_LARGE ? BLUESKY_TOO_BIG : BLUESKY_BROKEN_FRAME]++;
            return;
        }
    }
    if ((wire->wire == BLUESKY_FIREHOSE) != message->is_binary && wire->wire != BLUESKY_V2) {
        wire->reading.refused[BLUESKY_BROKEN_FRAME]++;
        return;
    }
    wire->pending_from = 0;
    take_frame(wire, frame, is_replay);
}

/* The firehose sends the same frame again after a connection that it ended: so it is passed over the second time. Jetstream was asked to leave out
 * what is too large, and sent it all the same. */
static void take_oversize(struct wire *wire)
{
    wire->reading.refused[BLUESKY_TOO_BIG]++;
    wire->oversize_in_a_row++;
    if (wire->claim.place.seq > 0 && wire->oversize_in_a_row > 1)
        wire->claim.place.seq++;
    wire_fail(wire, wire->wire != BLUESKY_FIREHOSE, 0, "a frame over 5 MiB");
}

/* One message of a socket. False: there is none now, or the wire is down. */
static bool read_one(struct wire *wire, struct websocket *socket, int64_t wait_ms, bool is_replay)
{
    struct websocket_message message;
    struct error             error = {0};
    char                     words[SOURCE_SAID_BYTES];
    switch (websocket_receive(socket, wait_ms, source_port_fd(wire->port), &message, &error)) {
    case WEBSOCKET_MESSAGE:
        wire->heard_us = clock_now_us();
        take_message(wire, &message, is_replay);
        return wire->live != NULL;
    case WEBSOCKET_OVERSIZE:
        take_oversize(wire);
        return false;
    case WEBSOCKET_CLOSED:
        snprintf(words, sizeof words, "%.200s", error.message);
        wire_fail(wire, wire->failures > 0, 0, words);
        return false;
    default:
        return false;
    }
}

bool wire_read(struct wire *wire, int64_t wait_ms)
{
    if (wire->is_draining)
        return drain_one(wire);
    if (wire->replay_us == 0)
        return read_one(wire, wire->live, wait_ms, false);
    /* The replay first: it holds the claim back. The live stream is read as well, or its server would let us fall behind. */
    bool is_live_held = wire->held.len > WIRE_HELD_BYTES;
    bool had_replay = wire->replay && read_one(wire, wire->replay, is_live_held ? REPLAY_PIECE_MS : 0, true);
    if (!wire->live || wire->has_pending || wire->is_draining || is_live_held ||
        wire->batch->count >= wire_most_items(wire))
        return had_replay && wire->live;
    bool had_live = read_one(wire, wire->live, had_replay ? 0 : wait_ms < REPLAY_PIECE_MS ? wait_ms : REPLAY_PIECE_MS,
                             false);
    return (had_replay || had_live) && wire->live;
}
