/* What a connector of Nostr remembers, all of it bounded: which events it has given on (so that what several relays send comes once), whose they
 * were (nobody else may delete them), what is deleted, and who people are. */
#ifndef SOURCE_NOSTR_MEMORY_H
#define SOURCE_NOSTR_MEMORY_H

#include "source/nostr/event.h"

/* A set that forgets: at least the newest ids_most keys are known. {0} is empty; the memory comes with the first key. */
struct recent {
    struct recent_row {
        uint64_t key, value; /* key 0: free */
    } *now, *before;
    size_t count;
};
enum { RECENT_MOST = 64 * 1024 };
void recent_fini(struct recent *recent);
bool recent_find(const struct recent *recent, uint64_t key, uint64_t *value_out); /* value_out may be NULL */
bool recent_add(struct recent *recent, uint64_t key, uint64_t value); /* false: no memory; nothing is remembered then */

uint64_t nostr_key_of(struct str hex_id, uint64_t salt);
uint64_t nostr_owner_of(struct str pubkey);

/* Names by public key; the longest unused of a row of eight gives way. */
enum profile_state { PROFILE_UNKNOWN, PROFILE_ASKED, PROFILE_KNOWN };
struct profile {
    unsigned char      key[32];
    char               handle[64], name[128];
    int64_t            created_at;
    uint32_t           used;
    enum profile_state state;
    bool               is_there;
};
enum { PROFILE_ROWS = 2048, PROFILE_ROW_MOST = 8 };
struct profiles {
    struct profile (*rows)[PROFILE_ROW_MOST];
    uint32_t        clock;
};
void profiles_fini(struct profiles *profiles);
/* The place of that person, made where there is none; NULL: no memory. Valid until the next call. */
struct profile *profiles_of(struct profiles *profiles, struct str pubkey);
/* A newer event of kind 0 than is known: true when a name changed. */
bool profiles_take(struct profile *profile, const struct nostr_event *event);

#endif
