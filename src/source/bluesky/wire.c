#include "source/bluesky/wire_inside.h"

#include <stdlib.h>

enum { BATCH_BYTES = 256 * 1024, BURST_FRAMES = 2000, CLAIM_EVERY_US = 5 * 1000 * 1000, WAIT_FOR_ROOM_MS = 200,
       QUIET_IS_LIVE_US = 2 * 1000 * 1000, GAP_PATIENCE_US = 10 * 1000 * 1000 };

size_t wire_most_items(const struct wire *wire)
{
    size_t most = source_port_max_items(wire->port);
    return most && most < SOURCE_ITEMS_MAX ? most : SOURCE_ITEMS_MAX;
}

void wire_say(struct wire *wire, enum source_phase phase, int64_t from_us, int64_t until_us, const char *words)
{
    struct source_status status = {.phase = phase, .from_us = from_us, .until_us = until_us, .remaining = -1,
                                   .limit = -1};
    snprintf(status.sub, sizeof status.sub, "%s", wire->sub);
    snprintf(status.message, sizeof status.message, "%s", words);
    source_port_status(wire->port, &status);
    if (phase != SOURCE_GAP) {
        wire->said = phase;
        wire->has_said = true;
    }
}

/* ---- Life ---- */

static enum error_code take_hosts(struct wire *wire, struct error *error)
{
    struct str host;
    for (size_t i = 0; (host = source_port_nth(wire->port, "hosts", i)).ptr; i++) {
        host = str_trim(host);
        bool is_address = str_starts_with(host, STR("https://")) || str_starts_with(host, STR("http://")) ||
                          str_starts_with(host, STR("wss://")) ||
                          str_starts_with(host, STR("ws://"));
        if (!is_address || host.len >= BLUESKY_HOST_BYTES)
            return error_set(error, ERROR_INVALID, "hosts: '%.*s' is no address, as in https://jetstream.example",
                             (int)(host.len < 80 ? host.len : 80), host.ptr);
        if (wire->host_count == WIRE_HOSTS_MAX)
            return error_set(error, ERROR_INVALID, "hosts: more than %d", WIRE_HOSTS_MAX);
        snprintf(wire->hosts[wire->host_count++], BLUESKY_HOST_BYTES, "%.*s", STR_ARG(host));
    }
    return wire->host_count ? ERROR_NONE : error_set(error, ERROR_INVALID, "hosts: none is given");
}

/* From the state; else from query.since; else from now on. */
static void take_state(struct wire *wire, const struct source_order *order)
{
    if (order->state.len && !bluesky_claim_read(order->state, &wire->claim))
        source_port_log(wire->port, "warning", "a state that is none of ours is left aside: it goes on from now");
    for (size_t i = 0; i < wire->host_count; i++)
        if (strcmp(wire->hosts[i], wire->claim.host) == 0)
            wire->host = i;
    if (wire->claim.place.at_us == 0 && order->query.since_us)
        wire->claim = (struct bluesky_claim){.wire = wire->wire, .place = {.at_us = order->query.since_us}};
}

enum error_code wire_new(struct source_port *port, const struct source_order *order, struct profiles *profiles,
                         struct wire **wire_out, struct error *error)
{
    struct wire *wire = calloc(1, sizeof *wire);
    *wire_out = NULL;
    if (!wire)
        return error_set(error, ERROR_MEMORY, "no memory for a subscription");
    wire->port = port;
    wire->profiles = profiles;
    wire->mode = order->mode;
    wire->wire = bluesky_wire_named(source_port_text(port, "wire"));
    wire->rewind_s = (unsigned)source_port_number(port, "rewind_s");
    wire->history_minutes = (unsigned)source_port_number(port, "history_minutes");
    wire->compresses = source_port_boolean(port, "compress") && wire->wire == BLUESKY_V2;
    wire->reading.takes_reposts = source_port_boolean(port, "reposts");
    wire->reading.deactivated_goes = source_port_boolean(port, "deactivated_goes");
    wire->reading.handles = profiles->handles;
    snprintf(wire->sub, sizeof wire->sub, "%s", order->sub);
    rng_seed(&wire->chance, (uint64_t)clock_now_us());
    struct source_query query = order->query;
    if (order->mode == SOURCE_FILL)
        wire->until_us = query.until_us ? query.until_us : clock_now_us();
    query.since_us = query.until_us = 0; /* of the stream's time, not of what authors say */
    enum error_code code = take_hosts(wire, error);
    if (!code)
        code = bluesky_filter_new(&query, &wire->reading.filter, error);
    if (!code && !(wire->batch = source_batch_new(wire->sub)))
        code = error_set(error, ERROR_MEMORY, "no memory for a batch");
    if (code) {
        wire_free(wire);
        return code;
    }
    take_state(wire, order);
    *wire_out = wire;
    return ERROR_NONE;
}

void wire_free(struct wire *wire)
{
    if (!wire)
        return;
    wire_disconnect(wire);
    unpacker_free(wire->unpacker);
    source_batch_free(wire->batch);
    bluesky_filter_free(wire->reading.filter);
    bluesky_reading_fini(&wire->reading);
    free(wire);
}

const char *wire_sub(const struct wire *wire)
{
    return wire->sub;
}

bool wire_is_over(const struct wire *wire)
{
    return wire->is_over && wire->batch->count == 0 && !wire->is_claim_new;
}

/* ---- Batches ---- */

static void tell_refusals(struct wire *wire)
{
    for (size_t i = 0; i < BLUESKY_REFUSAL_COUNT; i++) {
        uint64_t news = wire->reading.refused[i] - wire->told[i];
        if (news)
            source_port_refused(wire->port, bluesky_refusals[i], news);
        wire->told[i] = wire->reading.refused[i];
    }
}

/* The batch in hand, with the state behind it. False: it must wait for room, or there is no memory for the next. */
static bool flush(struct wire *wire)
{
    bool is_claim_due = wire->is_claim_new && clock_monotonic_us() - wire->claim_told_us >= CLAIM_EVERY_US;
    tell_refusals(wire);
    if (wire->batch->count == 0 && !is_claim_due)
        return true;
    if (!source_port_has_room(wire->port, wire->sub))
        return false;
    struct source_batch *next = source_batch_new(wire->sub);
    if (!next)
        return false;
    profiles_fill(wire->profiles, wire->batch);
    if (wire->is_claim_new) {
        struct buf state = {0};
        bluesky_claim_print(&wire->claim, &state);
        if (!state.has_failed)
            wire->batch->state = arena_str(&wire->batch->arena,
                                           buf_str(&state)); /* without memory: no news, which is true as well */
        buf_fini(&state);
        wire->is_claim_new = false;
        wire->claim_told_us = clock_monotonic_us();
    }
    source_port_send(wire->port, wire->batch);
    wire->batch = next;
    return true;
}

/* ---- What is known of where it stands ---- */

static void tell_gap(struct wire *wire, int64_t until_us)
{
    if (until_us > wire->gap_from_us)
        wire_say(wire, SOURCE_GAP, wire->gap_from_us, until_us, "the server no longer has what came between");
    wire->gap_from_us = 0;
}

static void tell_phase(struct wire *wire)
{
    int64_t now_us = clock_now_us(), quiet_us = now_us - (wire->heard_us > wire->connected_us ? wire->heard_us
                                                          : wire->connected_us);
    if (wire->gap_from_us && !wire->replay_us && quiet_us > GAP_PATIENCE_US)
        tell_gap(wire, wire->connected_us);
    bool is_near = wire->claim.place.at_us > now_us - 5 * CLOCK_SECOND_US;
    if (wire->live && (!wire->has_said || wire->said != SOURCE_LIVE) &&
        ((is_near && !wire->replay_us) || quiet_us > QUIET_IS_LIVE_US) && wire->mode == SOURCE_STREAM)
        wire_say(wire, SOURCE_LIVE, 0, 0, wire->hosts[wire->host]);
    if (wire->mode == SOURCE_FILL && !wire->is_over && (wire->claim.place.at_us >= wire->until_us ||
                                                        (wire->live && quiet_us > GAP_PATIENCE_US && is_near))) {
        wire->is_over = true;
        wire->claim_told_us = 0; /* its last state goes out */
        wire_say(wire, SOURCE_IDLE, 0, 0, "the span is read");
    }
}

void wire_step(struct wire *wire, int64_t wait_ms)
{
    if (!wire->live) {
        if (clock_monotonic_us() >= wire->retry_us)
            wire_connect(wire);
        return;
    }
    if (wire->replay_us && !wire->replay && clock_monotonic_us() >= wire->replay_us)
        wire_open_replay(wire);
    if (wire->has_pending && !wire_take_pending(wire)) {
        if (!flush(wire))
            return;
        if (!wire_take_pending(wire))
            return;
    }
    for (size_t i = 0; i < BURST_FRAMES && wire->live; i++) {
        if ((wire->batch->count >= wire_most_items(wire) || wire->batch->arena.used_bytes > BATCH_BYTES) && !flush(wire))
            return;
        if (!wire_read(wire, i == 0 && wire->batch->count == 0 ? wait_ms : 0))
            break;
        if (wire->has_pending) { /* a frame with more than fits: the batch goes, then it again */
            if (!flush(wire) || !wire_take_pending(wire))
                return;
        }
    }
    flush(wire);
    tell_phase(wire);
    if (wire->claim.place.at_us > 0 && wire->connected_us && !wire->has_pending && wire->failures &&
        clock_now_us() - wire->connected_us > CLOCK_MINUTE_US)
        wire->failures = 0;
}

int64_t wire_idle_ms(const struct wire *wire)
{
    if (!wire->live) {
        int64_t left_us = wire->retry_us - clock_monotonic_us();
        return left_us <= 0 ? 0 : left_us / 1000 + 1;
    }
    bool is_stuck = wire->has_pending || wire->batch->count > 0;
    return is_stuck && !source_port_has_room(wire->port, wire->sub) ? WAIT_FOR_ROOM_MS : 0;
}
