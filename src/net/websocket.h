/* A WebSocket client (RFC 6455): libcurl connects (TLS, names, the same bounds on where it may lead), libwslay frames. One thread uses it.
 * Messages are whole: fragments are joined, up to most_bytes. Pings are answered; one is sent after half of idle_s without a word, and a
 * connection that then stays silent is lost. */
#ifndef NET_WEBSOCKET_H
#define NET_WEBSOCKET_H

#include "net/client.h"

struct websocket;

struct websocket_options {
    const char                 *url; /* ws or wss */
    const struct client_header *headers;
    size_t                      header_count;
    const char                 *subprotocol; /* must be agreed to; NULL: none */
    bool                        allows_private;
    unsigned                    timeout_ms;  /* of connecting; 0: 15,000 */
    size_t                      most_bytes;  /* of one message; 0: 5 MiB */
    unsigned                    idle_s;      /* 0: 60 */
    int                         stop_fd;     /* readable: connecting ends with ERROR_CANCELLED; 0: none */
};

/* Errors: ERROR_IO, ERROR_FORBIDDEN, ERROR_CANCELLED; ERROR_DENIED (401, 403); ERROR_BUSY (429, 503: retry_after_us_out, which may be NULL, says until
 * when); ERROR_INVALID (no address, another refusal: the message holds the status and the beginning of the answer). */
enum error_code websocket_open(const struct websocket_options *options, struct websocket **websocket_out, int64_t *retry_after_us_out, struct error *error);
void            websocket_close(struct websocket *websocket, unsigned code); /* says goodbye (1000) without waiting for long; legal on NULL */

enum websocket_event { WEBSOCKET_MESSAGE, WEBSOCKET_NOTHING /* wait_ms passed, or other_fd is readable */, WEBSOCKET_CLOSED /* error says how */,
                       WEBSOCKET_OVERSIZE /* a message over most_bytes: the connection is closed with 1009 */ };
struct websocket_message {
    struct str bytes; /* until the next call */
    bool       is_binary;
};
/* The next message. other_fd (0: none) ends the wait, but messages that are there already come first: look at it yourself now and then. */
enum websocket_event websocket_receive(struct websocket *websocket, int64_t wait_ms, int other_fd, struct websocket_message *message_out,
                                       struct error *error);
/* Whole, or ERROR_IO (lost). */
enum error_code websocket_send(struct websocket *websocket, struct str text, bool is_binary, struct error *error);
/* To poll beside others, once receive gave NOTHING: TLS may hold a message that the socket no longer shows. */
int             websocket_fd(const struct websocket *websocket);
unsigned        websocket_close_code(const struct websocket *websocket); /* of the peer's goodbye; 0: none came */

#endif
