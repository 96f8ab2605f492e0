/* The reading room: a handful of posts of a topic, one at a time, before any chart.
 *
 *     matches ─▶ at most ROOM_SAMPLE_MOST of them, by chance ─▶ copies collapsed ─▶ groups by their words ─▶ drawn
 * across the groups
 *
 * What is loud fills a random sample, and what is small is never read. So posts are drawn with chances that follow the
 * square root of a group's size: a group of 400 gets twice as many places as one of 100, not four times. Posts like no
 * other are a group of their own that gets a quarter to a half of the places. The seed is kept: the same seed over the
 * same archive draws the same posts.
 *
 * Grouping: each post is a tf-idf vector of its stems, tags and emoji; in random order it joins the most similar leader
 * at a cosine of at least ROOM_JOIN, or becomes a leader itself (single-pass clustering, Hartigan 1975; the thresholds
 * of first story detection lie there, Petrovic, Osborne, Lavrenko 2010). Groups of less than three posts, or of less
 * than one in a hundred and fifty, are dissolved. k-means was the other choice: it wants the number of groups told, and
 * spends them on splitting the largest. Here the number comes out of the posts.
 *
 * The charts of the same posts stay closed (is_revealed) until a read was written in the room, or she leaves without
 * one.
 */
#ifndef READ_ROOM_H
#define READ_ROOM_H

#include "archive/archive.h"
#include "base/rng.h"
#include "record/record.h"

enum {
    ROOM_SAMPLE_MOST = 3000,
    ROOM_POSTS_MOST = 48,
    ROOM_TERMS_MOST = 24,
    ROOM_MARK_COUNT = 7,
    ROOM_NOTE_MAX_BYTES = 2000,
    ROOM_WORDS_MAX_BYTES = 200
};
#define ROOM_JOIN 0.25

extern const char *const room_mark_names[ROOM_MARK_COUNT]; /* joy anger worry question praise complaint joke */

/* ---- Drawing (room_sample.c): pure ---- */

struct room_candidate {
    struct str post; /* id */
    uint64_t   author, copy_hash, simhash;
    uint32_t   word_count;
    uint32_t   term_count;
    uint64_t   terms[ROOM_TERMS_MOST]; /* hashes */
};
struct room_drawn {
    size_t   candidate;          /* place in the candidates */
    uint32_t group;              /* 0: like no other */
    uint32_t group_size, copies; /* posts of the sample in its group; that say the same as it, itself included */
};
/* Draws up to `wanted` candidates into drawn_out, in the order in which they are to be read. False without memory. */
bool room_draw(const struct room_candidate *candidates, size_t count, size_t wanted, struct rng *rng,
               struct arena *arena, struct room_drawn *drawn_out, size_t *drawn_count_out, uint32_t *groups_out);

/* ---- Rooms (room.c) ---- */

struct room_item {
    struct str post;
    uint32_t   group, group_size, copies;
    unsigned   marks; /* bit i: room_mark_names[i] */
    struct str words; /* her own words of feeling */
    struct str note;
    int64_t    marked_us; /* 0: not read yet */
};

struct room {
    int64_t             id;
    struct record_actor by;
    struct str          query, exact;
    int64_t             topic; /* id or 0 */
    int64_t             since_us, until_us;
    uint64_t            seed; /* 53 bits, so that JSON keeps it */
    uint64_t            matches, sampled;
    uint32_t            groups;
    size_t              place;                /* 1-based: where she is */
    int64_t             made_us, finished_us; /* 0: not finished */
    int64_t             read;                 /* id or 0 */
    bool                is_left;              /* without a read */
    struct room_item   *items;
    size_t              item_count, marked_count;
};

static inline bool room_is_revealed(const struct room *room)
{
    return room->read != 0 || room->is_left;
}

/* Draws `wanted` posts (12, 24 or 48) of room->exact between since_us and until_us and keeps the room. Fills id, items
 * and counts. ERROR_NOT_FOUND: nothing matches. */
enum error_code room_make(struct record *record, struct archive_snapshot *snapshot, struct text_analyser *analyser,
                          struct room *room, size_t wanted, struct arena *arena, struct error *error);
/* A room is its member's alone: ERROR_NOT_FOUND for anybody else's. */
enum error_code room_get(struct record *record, int64_t member, int64_t id, struct arena *arena, struct room *room_out,
                         struct error *error);
/* Newest first, without items. */
enum error_code room_list(struct record *record, int64_t member, int64_t before, unsigned limit, struct arena *arena,
                          struct room **rooms_out, size_t *count_out, struct error *error);
/* What she thought of the post at a place (1-based), again if need be. */
enum error_code room_mark(struct record *record, int64_t member, int64_t id, size_t place, const struct room_item *item,
                          int64_t now_us, struct arena *arena, struct error *error);
enum error_code room_move(struct record *record, int64_t member, int64_t id, size_t place, int64_t now_us,
                          bool is_finished, bool is_left, struct arena *arena, struct error *error);

#endif
