/* Events as the items of a batch. */
#ifndef SOURCE_NOSTR_READING_H
#define SOURCE_NOSTR_READING_H

#include "source/nostr/event.h"
#include "source/source.h"

/* Fills item (made by source_batch_add with UPSERT) from a note or a comment, strings in arena; author_handle and author_name are left for later. viewer
 * stands before the event's name in its url ("https://njump.me/"). False: no memory. */
bool nostr_read_post(const struct nostr_event *event, struct str viewer, struct arena *arena, struct source_item *item);

/* What a reply must say it stands in (NIP-10; NIP-22 for comments): hex ids, empty where it is none. */
struct nostr_place {
    struct str root, parent, quote;
};
struct nostr_place nostr_place_of(const struct nostr_event *event);

/* content as people read it: "nostr:npub1..." becomes "@npub1abcdefg", names of events are cut to the same length. */
void nostr_print_text(struct str content, struct buf *out);

#endif
