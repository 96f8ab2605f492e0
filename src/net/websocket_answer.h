/* Within the room: the words of a WebSocket's beginning (RFC 6455, 4), without a socket. */
#ifndef NET_WEBSOCKET_ANSWER_H
#define NET_WEBSOCKET_ANSWER_H

#include "base/buf.h"
#include "base/error.h"

enum { WEBSOCKET_KEY_BYTES = 25, WEBSOCKET_ACCEPT_BYTES = 29, WEBSOCKET_HEAD_MOST_BYTES = 16 * 1024 };

/* What a server has to answer to key: base64 of SHA-1 of the key and the protocol's constant. */
void websocket_accept(const char *key, char accept_out[WEBSOCKET_ACCEPT_BYTES]);

/* Bytes of the head with the empty line behind it, or 0 where it is not whole yet. */
size_t websocket_head_length(struct str bytes);

/* head: status line and headers. *status_out as it says, 0 where it is no HTTP. ERROR_NONE: switched, accepted, with the subprotocol (NULL: none
 * was asked for) and without an extension. ERROR_INVALID says what is missing; of other statuses than 101 too. */
enum error_code websocket_read_head(struct str head, const char *accept, const char *subprotocol, int *status_out, struct error *error);

#endif
