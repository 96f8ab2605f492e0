/* What takes a request and its answer: check, search, thread, commands. One thread of its own, so that no stream waits for a platform; commands
 * go before searches. */
#ifndef SOURCE_BLUESKY_ERRANDS_H
#define SOURCE_BLUESKY_ERRANDS_H

#include "source/port.h"

struct errands;

/* ERROR_MEMORY, ERROR_IO. */
enum error_code errands_new(struct source_port *port, struct errands **errands_out, struct error *error);
/* Takes the order over. */
void errands_add(struct errands *errands, struct source_order *order);
/* A search that was not begun is not begun any more, one at work ends early. */
void errands_forget(struct errands *errands, const char *sub);
/* Something that ends the connector (an account that must be renewed): its code, once; ERROR_NONE: nothing. */
enum error_code errands_verdict(struct errands *errands, struct error *error);
/* What is in hand is finished within grace_ms, the rest is not begun; a request that is still on its way then is given up. Legal on NULL. */
void errands_free(struct errands *errands, unsigned grace_ms);

#endif
