/* Nostr (github.com/nostr-protocol/nips): relays over WebSocket, events that prove themselves. */
#ifndef SOURCE_NOSTR_NOSTR_H
#define SOURCE_NOSTR_NOSTR_H

#include "source/source.h"

extern const struct connector connector_nostr;

#endif
