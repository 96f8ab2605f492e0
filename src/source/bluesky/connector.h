/* Bluesky and the AT Protocol: listening by Jetstream (both wires) or by a firehose, and an account that searches, reads threads and answers.
 *
 *     orders ─┬─▶ wires (wire.h), on the connector's thread: streams
 *             └─▶ errands (errands.h), on a thread of its own: check, search, thread, commands: what takes a request and its answer
 */
#ifndef SOURCE_BLUESKY_CONNECTOR_H
#define SOURCE_BLUESKY_CONNECTOR_H

#include "source/source.h"

extern const struct connector connector_bluesky;

#endif
