/* The generic webhook: other programs bring posts to our door.
 *
 *     POST /api/v1/hooks/CLIENT/SOURCE     X-Bellwether-Timestamp: 1795543200 (seconds since 1970)
 *     body: one post a line, or an array   X-Bellwether-Signature: v1=HMAC-SHA256(secret, timestamp + "." + body) in hex
 *                                          X-Bellwether-Id: a name for this delivery; the same again is taken once
 *
 * A timestamp is good for five minutes to either side. Names of deliveries are remembered for ten minutes, in the state that is committed with the
 * posts; so what was taken is not taken again, over a kill too. A post that comes again under another name is the same post to the archive.
 */
#ifndef SOURCE_WEBHOOK_WEBHOOK_H
#define SOURCE_WEBHOOK_WEBHOOK_H

#include "source/source.h"

extern const struct connector connector_webhook;

enum {
    WEBHOOK_MAX_BYTES = 1024 * 1024, /* of a delivery */
    WEBHOOK_WINDOW_S = 300,
    WEBHOOK_NAMES_MAX = 2000, /* remembered; the oldest go first */
};

/* ---- Parts of it, for tests ---- */

/* ERROR_DENIED: the signature does not fit, or the timestamp is none, too old or ahead. */
enum error_code webhook_prove(struct str secret, struct str timestamp, struct str signature, struct str body, int64_t now_us, struct error *error);
/* The posts of a body in batches of at most most_items, ids as prefix + "/" + id. Posts that are none are counted in *refused_out, why says what is
 * wrong with the first. ERROR_SYNTAX: no JSON at all. Batches are to be freed by the caller. */
enum { WEBHOOK_BATCHES_MAX = 64 };
enum error_code webhook_read(struct str body, struct str prefix, const char *sub, size_t most_items, struct source_batch *batches_out[WEBHOOK_BATCHES_MAX],
                             size_t *batch_count_out, uint64_t *refused_out, struct error *why);

/* Names of deliveries, as a state: 8 bytes of hash and the second, in hex, one behind the other. */
struct webhook_names {
    struct { uint64_t name; int64_t at_s; } rows[WEBHOOK_NAMES_MAX];
    size_t count;
};
void webhook_names_read(struct str state, struct webhook_names *names_out); /* what is broken is forgotten */
bool webhook_names_have(const struct webhook_names *names, struct str name);
void webhook_names_add(struct webhook_names *names, struct str name, int64_t now_s); /* and forgets those that are older than twice the window */
void webhook_names_print(const struct webhook_names *names, struct buf *out);

#endif
