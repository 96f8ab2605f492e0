/* One event of Nostr (NIP-01): a JSON object whose id is the SHA-256 of its own canonical form and whose signature is its author's over the id.
 * What does not hold of that was not said by that author, and goes no further. */
#ifndef SOURCE_NOSTR_EVENT_H
#define SOURCE_NOSTR_EVENT_H

#include "source/nostr/key.h"

#include <cjson/cJSON.h>

enum { NOSTR_MESSAGE_MOST_BYTES = 512 * 1024, NOSTR_TAGS_MOST = 5000 };
enum nostr_kind { NOSTR_PROFILE = 0, NOSTR_NOTE = 1, NOSTR_DELETION = 5, NOSTR_REPOST = 6, NOSTR_REACTION = 7, NOSTR_GENERIC_REPOST = 16,
                  NOSTR_VANISH = 62, NOSTR_COMMENT = 1111, NOSTR_AUTH = 22242 };

struct nostr_event { /* strings live as long as the JSON it was read from */
    struct str   id, pubkey, sig, content;
    int64_t      created_at; /* seconds */
    int          kind;
    const cJSON *tags;       /* an array of arrays of strings: it was checked */
};

/* Form alone. NULL: good; else why not, for people ("an event without an id"). */
const char *nostr_event_read(const cJSON *json, struct nostr_event *event_out);
/* Id and signature. NULL: it holds; else why not. scratch is used. */
const char *nostr_event_verify(struct nostr_crypto *crypto, const struct nostr_event *event, struct buf *scratch);
/* The canonical form, [0,"pubkey",created_at,kind,tags,"content"], without a blank. */
void        nostr_event_serialise(const struct nostr_event *event, struct buf *out);

/* The nth word of a tag, empty where there is none. */
struct str nostr_tag_word(const cJSON *tag, int nth);
/* The next tag of that name behind `after` (NULL: the first); NULL: no more. */
const cJSON *nostr_next_tag(const struct nostr_event *event, const cJSON *after, const char *name);

/* Signs what is filled but for id, pubkey and sig, and prints the whole as JSON. id_out: hex. */
void nostr_event_make(struct nostr_crypto *crypto, struct nostr_event *event, char id_out[NOSTR_HEX_BYTES], struct buf *out);

#endif
