#include "source/bluesky/connector.h"

#include "base/clock.h"
#include "source/bluesky/errands.h"
#include "source/bluesky/wire.h"

enum { WIRES_MAX = 8, ALONE_WAIT_MS = 500, SHARED_WAIT_MS = 10, IDLE_WAIT_MS = 1000 };

struct connection {
    struct source_port *port;
    struct errands     *errands;
    struct profiles     profiles;
    struct wire        *wires[WIRES_MAX];
    size_t              wire_count;
};

static enum error_code subscribe(struct connection *connection, const struct source_order *order, struct error *error)
{
    for (size_t i = 0; i < connection->wire_count; i++)
        if (strcmp(wire_sub(connection->wires[i]), order->sub) == 0) { /* the same name again: in its place */
            wire_free(connection->wires[i]);
            connection->wires[i] = connection->wires[--connection->wire_count];
            break;
        }
    if (connection->wire_count == WIRES_MAX)
        return error_set(error, ERROR_INVALID, "more than %d streams at once", WIRES_MAX);
    enum error_code code = wire_new(connection->port, order, &connection->profiles,
                                    &connection->wires[connection->wire_count], error);
    connection->wire_count += !code;
    return code;
}

static void unsubscribe(struct connection *connection, const char *sub)
{
    errands_forget(connection->errands, sub);
    for (size_t i = 0; i < connection->wire_count; i++)
        if (strcmp(wire_sub(connection->wires[i]), sub) == 0) {
            wire_free(connection->wires[i]);
            connection->wires[i] = connection->wires[--connection->wire_count];
            return;
        }
}

/* How long an order may be waited for: streams that have work are not kept waiting. */
static int64_t wait_for_order(const struct connection *connection)
{
    int64_t wait_ms = IDLE_WAIT_MS;
    for (size_t i = 0; i < connection->wire_count; i++) {
        int64_t idle_ms = wire_idle_ms(connection->wires[i]);
        wait_ms = idle_ms < wait_ms ? idle_ms : wait_ms;
    }
    return wait_ms;
}

static void step(struct connection *connection)
{
    int64_t wait_ms = connection->wire_count == 1 ? ALONE_WAIT_MS : SHARED_WAIT_MS;
    for (size_t i = 0; i < connection->wire_count; i++) {
        struct wire *wire = connection->wires[i];
        if (wire_idle_ms(wire) == 0)
            wire_step(wire, wait_ms);
        if (wire_is_over(wire)) {
            wire_free(wire);
            connection->wires[i--] = connection->wires[--connection->wire_count];
        }
    }
}

static enum error_code take_order(struct connection *connection, struct source_order *order, bool *is_over_out,
                                  unsigned *grace_s_out, struct error *error)
{
    enum error_code code = ERROR_NONE;
    switch (order->kind) {
    case SOURCE_ORDER_SUBSCRIBE:
        if (order->mode != SOURCE_STREAM && order->mode != SOURCE_FILL) {
            errands_add(connection->errands, order);
            return ERROR_NONE;
        }
        code = subscribe(connection, order, error);
        break;
    case SOURCE_ORDER_UNSUBSCRIBE:
        unsubscribe(connection, order->sub);
        break;
    case SOURCE_ORDER_CHECK:
    case SOURCE_ORDER_COMMAND:
        errands_add(connection->errands, order);
        return ERROR_NONE;
    case SOURCE_ORDER_SHUTDOWN:
        *is_over_out = true;
        *grace_s_out = order->grace_s;
        break;
    }
    source_order_free(order);
    return code;
}

static enum error_code begin(struct connection *connection, struct error *error)
{
    struct source_port *port = connection->port;
    connection->profiles = (struct profiles){.port = port, .handles = handles_new(HANDLES_DEFAULT),
                                             .per_minute = (unsigned)source_port_number(port, "lookups_per_minute")};
    if (!connection->profiles.handles)
        return error_set(error, ERROR_MEMORY, "no memory for handles");
    snprintf(connection->profiles.appview, sizeof connection->profiles.appview, "%.*s",
             STR_ARG(source_port_text(port, "appview")));
    snprintf(connection->profiles.directory, sizeof connection->profiles.directory, "%.*s",
             STR_ARG(source_port_text(port, "directory")));
    return errands_new(port, &connection->errands, error);
}

static enum error_code run(struct source_port *port, struct error *error)
{
    struct connection connection = {.port = port};
    unsigned          grace_s = 0;
    bool              is_over = false;
    enum error_code   code = begin(&connection, error);
    while (!code && !is_over) {
        struct source_order *order = source_port_take(port, wait_for_order(&connection));
        if (order)
            code = take_order(&connection, order, &is_over, &grace_s, error);
        else
            step(&connection);
        if (!code)
            code = errands_verdict(connection.errands, error);
    }
    errands_free(connection.errands, grace_s * 1000);
    for (size_t i = 0; i < connection.wire_count; i++)
        wire_free(connection.wires[i]);
    handles_free(connection.profiles.handles);
    return code;
}

static const struct connector_field fields[] = {
    {.name = "wire", .label = "Listen by", .type = CONNECTOR_WORD, .words = "v2 v1 firehose", .fallback = "v2",
     .help = "Jetstream v2 (says when it no longer has what was missed), v1 (older servers), or the firehose of a relay or a PDS"},
    {.name = "hosts", .label = "Servers", .type = CONNECTOR_LIST,
     .fallback = "https://jetstream1.us-east.bsky.network https://jetstream2.us-east.bsky.network https://jetstream1.us-west.bsky.network "
                 "https://jetstream2.us-west.bsky.network",
     .help = "addresses to listen at, best first; when one is lost the next goes on"},
    {.name = "reposts", .label = "Reposts, too", .type = CONNECTOR_BOOLEAN, .fallback = "false",
     .help = "each repost is an item of its own, without a text"},
    {.name = "deactivated_goes", .label = "Remove posts of deactivated accounts", .type = CONNECTOR_BOOLEAN,
     .fallback = "false",
     .help = "a pause can end, and an account that moves house looks deactivated for a moment; what is removed here does not come back"},
    {.name = "compress", .label = "Packed", .type = CONNECTOR_BOOLEAN, .fallback = "true",
     .help = "v2 alone: about half the bytes"},
    {.name = "rewind_s", .label = "Seconds to go back at another server", .type = CONNECTOR_NUMBER, .fallback = "10",
     .least = 1, .most = 600,
     .help = "servers count differently, so the next one is asked for a little of what was seen already"},
    {.name = "history_minutes", .label = "Minutes that a v1 server remembers", .type = CONNECTOR_NUMBER,
     .fallback = "1440", .least = 1, .most = 43200,
     .help = "v1 says nothing when it is asked for more than it has; after a longer pause what is missing is written down as a gap"},
    {.name = "appview", .label = "Server that knows handles", .type = CONNECTOR_URL,
     .fallback = "https://public.api.bsky.app",
     .help = "asked for handles and names of authors, 25 at a time; empty: the directory is"},
    {.name = "directory", .label = "Directory of accounts", .type = CONNECTOR_URL, .fallback = "https://plc.directory",
     .help = "PLC: which server an account is at"},
    {.name = "lookups_per_minute", .label = "Lookups a minute", .type = CONNECTOR_NUMBER, .fallback = "60", .least = 0,
     .most = 600,
     .help = "for handles; 0: none are made, and authors without a known handle show their DID"},
    {.name = "service", .label = "Your account's server", .type = CONNECTOR_URL, .fallback = "https://bsky.social",
     .help = "for search, threads and answers"},
    {.name = "identifier", .label = "Account", .type = CONNECTOR_TEXT, .help = "handle or e-mail; empty: listening only"},
    {.name = "app_password", .label = "App password", .type = CONNECTOR_TEXT, .is_secret = true,
     .help = "made at Settings, Privacy and security, App passwords"},
    {.name = "session", .label = "Session", .type = CONNECTOR_TEXT, .is_secret = true, .is_own = true,
     .help = "kept by Bellwether itself: few sessions may be begun a day"},
    {0},
};

const struct connector connector_bluesky = {
    .name = "bluesky",
    .network = "bluesky",
    .title = "Bluesky",
    .summary = "Posts of the whole network as they are written, by Jetstream or the firehose; search, threads and answers with an account.",
    .evidence = "the AT Protocol project's own PDS 0.5.35, Jetstream v1 and v2 (v0.2.0), on loopback; search and threads of its AppView "
                "once by hand; never against the public network",
    .modes = SOURCE_STREAM | SOURCE_FILL | SOURCE_SEARCH | SOURCE_THREAD,
    .acts = SOURCE_PUBLISH | SOURCE_REPLY | SOURCE_UNPUBLISH | SOURCE_LIKE | SOURCE_UNLIKE | SOURCE_REPOST | SOURCE_FETCH,
    .text_max = 300,
    .text_unit = SOURCE_GRAPHEMES,
    .is_shareable = true,
    .echoes_key = true,
    .fields = fields,
    .run = run,
};
