/* Server-sent events (WHATWG HTML, "Parsing an event stream"), as bytes come. Bounded: an event over its maximum is left out and counted; a line that
 * never ends is given up. */
#ifndef SOURCE_MASTODON_SSE_H
#define SOURCE_MASTODON_SSE_H

#include "base/buf.h"

enum { SSE_EVENT_NAME_BYTES = 64, SSE_ENDLESS_BYTES = 8 * 1024 * 1024 /* without a line's end: no stream of events */ };

struct sse { /* {.most_bytes = N} to begin; ends with sse_fini */
    size_t     most_bytes; /* of an event's data */
    struct buf line, data;
    char       event[SSE_EVENT_NAME_BYTES];
    bool       has_data, is_long_line, is_oversize, had_cr, is_past_start;
    size_t     line_bytes; /* of the line, with those that were left out */
    uint64_t   oversize;   /* events that were left out */
};

typedef bool (*sse_on_event)(void *context, struct str event, struct str data); /* false: enough */
/* False: on_event said so, or no line ends (is_endless). event is "message" where the stream names none. */
bool sse_feed(struct sse *sse, struct str bytes, sse_on_event on_event, void *context);
bool sse_is_endless(const struct sse *sse);
void sse_fini(struct sse *sse);

#endif
