/* Hacker News over its Firebase API, version 0: read only, without a token.
 *
 *     maxitem.json   123                                   the newest id; ids of stories, comments, jobs and polls count up together
 *     item/123.json  {"id":123,"type":"comment","by":"ann","time":1424777752,"text":"<p>..","parent":122,..} or null
 *     updates.json   {"items":[120,99,..],"profiles":[..]} what changed in the last seconds
 *
 * Ids are walked upwards, so that a state is one number: everything below `next` was delivered, but for what is owed. An id that is counted and
 * not yet there (null) is owed: it is asked for again for HN_OWED_S, then given up as one that never appeared. While HN_OWED_MAX are owed, no new
 * id is looked at.
 *
 *     state {"next":123,"owed":[[119,1424777752]]}         the id, and since when (seconds since 1970)
 */
#ifndef SOURCE_HACKERNEWS_HACKERNEWS_H
#define SOURCE_HACKERNEWS_HACKERNEWS_H

#include "net/fetch.h"
#include "source/port.h"

enum { HN_AT_ONCE_MAX = 16, HN_CHUNK = 50, HN_OWED_MAX = 1500, HN_OWED_S = 600, HN_ITEM_MAX_BYTES = 1024 * 1024, HN_LEAP_MAX = 5000000, HN_KIDS_MAX = 500 };

/* ---- item.c: pure ---- */

enum hn_found { HN_ITEM, HN_NULL /* not there, or not yet */, HN_DELETED, HN_PASSED_OVER /* a poll's option */, HN_BROKEN };
struct hn_item {
    int64_t  id, parent; /* parent 0: none */
    int64_t  time_s;
    int64_t *kids;       /* in the arena it was read into */
    size_t   kid_count;
};
/* An answer of item/N.json. HN_ITEM: item is filled with the post (ids native, root empty), strings in arena; HN_DELETED: facts alone. site: where
 * people read it. HN_BROKEN: error says what is wrong. */
enum hn_found hn_item_read(struct str json, int64_t id, struct str site, struct arena *arena, struct hn_item *facts_out, struct post *post_out, struct error *error);
/* A number alone; false where it is none. */
bool hn_number_read(struct str json, int64_t *number_out);
/* The items of updates.json, at most `most`. */
size_t hn_updates_read(struct str json, int64_t *ids, size_t most);

struct hn_owed { int64_t id, since_s; };
struct hn_state {
    int64_t        next; /* 0: not begun */
    struct hn_owed owed[HN_OWED_MAX];
    size_t         owed_count;
};
bool hn_state_read(struct str text, struct hn_state *state_out); /* false: it is none of ours */
void hn_state_print(const struct hn_state *state, struct buf *out);

/* ---- gather.c: many requests, a few at once ---- */

struct hn_place {
    struct source_port *port;
    char                base[512];
    unsigned            at_once;
    struct fetch_pool  *pools[HN_AT_ONCE_MAX]; /* one a thread */
};
struct hn_answer { /* body ends with buf_fini */
    enum error_code code; /* ERROR_NONE, ERROR_TOO_LARGE (that one alone), ERROR_BUSY (wait), ERROR_IO ... */
    int64_t         retry_after_us;
    struct buf      body;
    struct error    error;
};
void hn_place_init(struct hn_place *place, struct source_port *port);
void hn_place_fini(struct hn_place *place);
/* GET base/path. */
void hn_get(struct hn_place *place, unsigned worker, const char *path, struct hn_answer *answer_out);
/* item/N.json of each, at_once at a time; the first failure ends it (the rest have ERROR_CANCELLED). */
void hn_gather(struct hn_place *place, const int64_t *ids, size_t count, struct hn_answer *answers_out);

#endif
