/* The post that an answer is about: its CID and its thread's root, as a reply must name them, and whether it may be answered. */
#ifndef SOURCE_BLUESKY_TARGET_H
#define SOURCE_BLUESKY_TARGET_H

#include "source/bluesky/record.h"
#include "source/bluesky/xrpc.h"

struct target { /* ends with target_fini */
    struct arena arena;
    struct str   uri, cid, root_uri, root_cid;
    bool         is_closed; /* its thread takes no replies, at least none of ours */
};
/* Asks the AppView behind the account's server, where there is one; else the server itself; else the server that the directory names. Without an AppView
 * only a thread that nobody may answer is known to be closed. SOURCE_DONE, SOURCE_GONE, or what stands in the way, with words. */
enum source_failure target_find(struct xrpc *xrpc, struct str uri, struct target *target_out,
                                char words_out[SOURCE_SAID_BYTES], int64_t *retry_after_s_out);
void                target_fini(struct target *target);
/* GET of one record: from the account's server, else from where its repository is. True: the answer's body is {uri, cid, value}. */
bool target_record(struct xrpc *xrpc, struct bluesky_uri uri, struct xrpc_answer *answer_out);

#endif
