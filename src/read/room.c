#include "read/room.h"

#include "base/clock.h"
#include "base/hash.h"
#include "query/query.h"

#include <inttypes.h>

const char *const room_mark_names[ROOM_MARK_COUNT] = {"joy",    "anger",     "worry", "question",
                                                      "praise", "complaint", "joke"};

/* Beyond so many matches not all are looked at: slices of time are, in random order, until there are enough. */
enum { LOOK_MOST = 30000, SLICES = 512 };

static enum error_code no_memory(struct error *error)
{
    return error_set(error, ERROR_MEMORY, "no memory for a reading room");
}

/* ---- Looking ---- */

struct looking {
    struct room_candidate *candidates;
    size_t                 count;
    uint64_t               seen;
    struct rng            *rng;
    struct arena          *arena;
    bool                   has_failed;
};

static void take_terms(struct room_candidate *candidate, const struct text_facts *facts)
{
    for (uint32_t i = 0; i < facts->token_count && candidate->term_count < ROOM_TERMS_MOST; i++) {
        const struct token *token = &facts->tokens[i];
        bool is_word = token->kind == TOKEN_WORD && token->key.len > 1 && !text_is_stop_word(token->key, facts->lang);
        if (is_word || token->kind == TOKEN_TAG || token->kind == TOKEN_EMOJI)
            candidate->terms[candidate->term_count++] = hash_str(is_word && token->stem.len ? token->stem : token->key);
    }
}

/* Algorithm R (Vitter 1985): each match ends up in the sample with the same chance. */
static bool look(void *context, const struct post *post, const struct text_facts *facts)
{
    struct looking *looking = context;
    uint64_t        place = looking->seen++;
    if (place >= ROOM_SAMPLE_MOST)
        place = rng_below(looking->rng, looking->seen);
    if (place >= ROOM_SAMPLE_MOST)
        return true;
    struct room_candidate *candidate = &looking->candidates[place];
    *candidate = (struct room_candidate){.post = arena_str(looking->arena, post->id),
                                         .author = post_author_key(post),
                                         .copy_hash = facts->copy_hash,
                                         .simhash = facts->simhash,
                                         .word_count = facts->word_count};
    looking->has_failed = candidate->post.ptr == NULL;
    take_terms(candidate, facts);
    looking->count = looking->seen < ROOM_SAMPLE_MOST ? (size_t)looking->seen : ROOM_SAMPLE_MOST;
    return !looking->has_failed;
}

static enum error_code look_at(struct archive_snapshot *snapshot, const struct query_node *root, int64_t since_us,
                               int64_t until_us, struct looking *looking, struct error *error)
{
    enum error_code code = archive_scan(snapshot, root, since_us, until_us, TEXT_WANT_STEMS | TEXT_WANT_COPIES, look,
                                        looking, error);
    return !code && looking->has_failed ? no_memory(error) : code;
}

static enum error_code look_around(struct archive_snapshot *snapshot, const struct query_node *root,
                                   const struct room *room, struct looking *looking, struct error *error)
{
    if (room->matches <= LOOK_MOST)
        return look_at(snapshot, root, room->since_us, room->until_us, looking, error);
    uint16_t        slices[SLICES];
    int64_t         width_us = (room->until_us - room->since_us) / SLICES + 1;
    enum error_code code = ERROR_NONE;
    for (uint16_t i = 0; i < SLICES; i++) { /* shuffled as it is filled */
        size_t other = rng_below(looking->rng, i + 1u);
        slices[i] = slices[other];
        slices[other] = i;
    }
    for (size_t i = 0; !code && i < SLICES && looking->seen < LOOK_MOST; i++) {
        int64_t from_us = room->since_us + slices[i] * width_us, to_us = from_us + width_us;
        code = look_at(snapshot, root, from_us, to_us < room->until_us ? to_us : room->until_us, looking, error);
    }
    return code;
}

static enum error_code count_matches(struct archive_snapshot *snapshot, struct query_node *root, struct room *room,
                                     struct arena *arena, struct error *error)
{
    struct query_node since = {
        .kind = QUERY_FIELD, .field = FIELD_SINCE, .compare = COMPARE_GREATER_EQUAL, .number = room->since_us};
    struct query_node until = {
        .kind = QUERY_FIELD, .field = FIELD_UNTIL, .compare = COMPARE_LESS, .number = room->until_us};
    struct query_node *parts[] = {root, &since, &until};
    struct query_node  within = {.kind = QUERY_AND, .children = parts, .child_count = 3, .height = root->height + 1};
    enum error_code    code = archive_count(snapshot, &within, arena, &room->matches, error);
    if (code || room->matches)
        return code;
    error_set(error, ERROR_NOT_FOUND, "no post matches in this time, so there is nothing to read");
    return error_hint(error, "take a longer time, or a wider query");
}

/* ---- Making ---- */

static enum error_code keep_room(struct record *record, struct room *room, struct error *error)
{
    enum error_code code = record_begin(record, error);
    if (code)
        return code;
    struct record_statement *row = record_statement(record, "read_room_add");
    record_bind_i64(row, ":member", room->by.member);
    record_bind_str(row, ":name", room->by.name);
    record_bind_str(row, ":query", room->query.ptr ? room->query : STR(""));
    record_bind_str(row, ":exact", room->exact.ptr ? room->exact : STR(""));
    record_bind_i64(row, ":topic", room->topic);
    record_bind_i64(row, ":since", room->since_us);
    record_bind_i64(row, ":until", room->until_us);
    record_bind_i64(row, ":seed", (int64_t)room->seed);
    record_bind_i64(row, ":matches", (int64_t)room->matches);
    record_bind_i64(row, ":sampled", (int64_t)room->sampled);
    record_bind_i64(row, ":groups", room->groups);
    record_bind_i64(row, ":made", room->made_us);
    code = record_run(row, error);
    room->id = code ? 0 : record_last_id(record);
    for (size_t i = 0; !code && i < room->item_count; i++) {
        const struct room_item *item = &room->items[i];
        row = record_statement(record, "read_room_item_add");
        record_bind_i64(row, ":room", room->id);
        record_bind_i64(row, ":place", (int64_t)i + 1);
        record_bind_str(row, ":post", item->post);
        record_bind_i64(row, ":group", item->group);
        record_bind_i64(row, ":group_size", item->group_size);
        record_bind_i64(row, ":copies", item->copies);
        code = record_run(row, error);
    }
    if (!code)
        code = record_audit(record, room->by, "create", "room", room->id, STR(""), room->query, error);
    return record_end(record, code, error);
}

enum error_code room_make(struct record *record, struct archive_snapshot *snapshot, struct text_analyser *analyser,
                          struct room *room, size_t wanted, struct arena *arena, struct error *error)
{
    struct query      query;
    struct rng        rng;
    struct room_drawn drawn[ROOM_POSTS_MOST];
    struct looking    looking = {
           .candidates = arena_array(arena, ROOM_SAMPLE_MOST, sizeof *looking.candidates), .rng = &rng, .arena = arena};
    if (wanted < 1 || wanted > ROOM_POSTS_MOST)
        return error_set(error, ERROR_INVALID, "size: expected 1 to %d posts, found %zu", ROOM_POSTS_MOST, wanted);
    if (room->since_us >= room->until_us)
        return error_set(error, ERROR_INVALID, "since: expected a time before until");
    rng_seed(&rng, room->seed);
    enum error_code code = query_parse(room->exact, NULL, analyser, arena, &query, error);
    if (!code && !looking.candidates)
        code = no_memory(error);
    if (!code)
        code = count_matches(snapshot, query.root, room, arena, error);
    if (!code)
        code = look_around(snapshot, query.root, room, &looking, error);
    if (!code &&
        !room_draw(looking.candidates, looking.count, wanted, &rng, arena, drawn, &room->item_count, &room->groups))
        code = no_memory(error);
    room->sampled = looking.count;
    room->place = 1;
    room->items = code ? NULL : arena_array(arena, room->item_count, sizeof *room->items);
    if (!code && !room->items)
        code = no_memory(error);
    for (size_t i = 0; !code && i < room->item_count; i++)
        room->items[i] = (struct room_item){.post = looking.candidates[drawn[i].candidate].post,
                                            .group = drawn[i].group,
                                            .group_size = drawn[i].group_size,
                                            .copies = drawn[i].copies};
    return code ? code : keep_room(record, room, error);
}

/* ---- Reading ---- */

static struct room take_room(struct record_statement *row, struct arena *arena)
{
    return (struct room){.id = record_i64(row, "id"),
                         .by = {record_i64(row, "member_id"), record_str(row, "member_name", arena)},
                         .query = record_str(row, "query", arena),
                         .exact = record_str(row, "exact", arena),
                         .topic = record_i64(row, "topic_id"),
                         .since_us = record_i64(row, "since_us"),
                         .until_us = record_i64(row, "until_us"),
                         .seed = (uint64_t)record_i64(row, "seed"),
                         .matches = (uint64_t)record_i64(row, "matches"),
                         .sampled = (uint64_t)record_i64(row, "sampled"),
                         .groups = (uint32_t)record_i64(row, "groups"),
                         .place = (size_t)record_i64(row, "place"),
                         .made_us = record_i64(row, "made_us"),
                         .finished_us = record_i64(row, "finished_us"),
                         .read = record_i64(row, "read_id"),
                         .is_left = record_i64(row, "is_left") != 0};
}

static unsigned marks_of(struct str words)
{
    unsigned   marks = 0;
    struct str word;
    while (str_next_field(&words, ' ', &word))
        for (int i = 0; i < ROOM_MARK_COUNT; i++)
            if (str_equal(word, str_of(room_mark_names[i])))
                marks |= 1u << i;
    return marks;
}

static enum error_code take_items(struct record *record, struct room *room, struct arena *arena, struct error *error)
{
    struct record_statement *row = record_statement(record, "read_room_items");
    room->items = arena_array(arena, ROOM_POSTS_MOST, sizeof *room->items);
    if (!room->items)
        return no_memory(error);
    record_bind_i64(row, ":room", room->id);
    while (room->item_count < ROOM_POSTS_MOST && record_step(row)) {
        struct room_item *item = &room->items[room->item_count++];
        *item = (struct room_item){.post = record_str(row, "post", arena),
                                   .group = (uint32_t)record_i64(row, "group_id"),
                                   .group_size = (uint32_t)record_i64(row, "group_size"),
                                   .copies = (uint32_t)record_i64(row, "copies"),
                                   .marks = marks_of(record_str(row, "marks", arena)),
                                   .words = record_str(row, "words", arena),
                                   .note = record_str(row, "note", arena),
                                   .marked_us = record_i64(row, "marked_us")};
        room->marked_count += item->marked_us > 0;
    }
    return record_finish(row, error);
}

/* Within a transaction. */
static enum error_code find_room(struct record *record, int64_t member, int64_t id, struct arena *arena,
                                 struct room *room, struct error *error)
{
    struct record_statement *row = record_statement(record, "read_room_by_id");
    *room = (struct room){0};
    record_bind_i64(row, ":id", id);
    if (record_step(row))
        *room = take_room(row, arena);
    enum error_code code = record_finish(row, error);
    if (!code && (room->id == 0 || room->by.member != member))
        return error_set(error, ERROR_NOT_FOUND, "you have no reading room %" PRId64, id);
    return code ? code : take_items(record, room, arena, error);
}

enum error_code room_get(struct record *record, int64_t member, int64_t id, struct arena *arena, struct room *room_out,
                         struct error *error)
{
    enum error_code code = record_begin(record, error);
    return code ? code : record_end(record, find_room(record, member, id, arena, room_out, error), error);
}

enum error_code room_list(struct record *record, int64_t member, int64_t before, unsigned limit, struct arena *arena,
                          struct room **rooms_out, size_t *count_out, struct error *error)
{
    *count_out = 0;
    *rooms_out = arena_array(arena, limit, sizeof **rooms_out);
    if (!*rooms_out)
        return no_memory(error);
    enum error_code code = record_begin(record, error);
    if (code)
        return code;
    struct record_statement *row = record_statement(record, "read_room_list");
    record_bind_i64(row, ":member", member);
    record_bind_i64(row, ":before", before);
    record_bind_i64(row, ":limit", limit);
    while (*count_out < limit && record_step(row)) {
        struct room *room = &(*rooms_out)[(*count_out)++];
        *room = take_room(row, arena);
        room->item_count = (size_t)record_i64(row, "posts");
        room->marked_count = (size_t)record_i64(row, "marked");
    }
    return record_end(record, record_finish(row, error), error);
}

/* ---- Marking ---- */

static enum error_code mark(struct record *record, int64_t member, int64_t id, size_t place,
                            const struct room_item *item, int64_t now_us, struct arena *arena, struct error *error)
{
    struct room     room;
    struct buf      marks = {0};
    enum error_code code = find_room(record, member, id, arena, &room, error);
    if (code)
        return code;
    if (place < 1 || place > room.item_count)
        return error_set(error, ERROR_NOT_FOUND, "reading room %" PRId64 " has no post %zu of %zu", id, place,
                         room.item_count);
    if (item->words.len > ROOM_WORDS_MAX_BYTES || item->note.len > ROOM_NOTE_MAX_BYTES)
        return error_set(error, ERROR_INVALID, "note: expected at most %d bytes, words: at most %d",
                         ROOM_NOTE_MAX_BYTES, ROOM_WORDS_MAX_BYTES);
    for (int i = 0; i < ROOM_MARK_COUNT; i++)
        if (item->marks & (1u << i))
            buf_printf(&marks, "%s%s", marks.len ? " " : "", room_mark_names[i]);
    struct record_statement *row = record_statement(record, "read_room_mark");
    record_bind_i64(row, ":room", id);
    record_bind_i64(row, ":place", (int64_t)place);
    record_bind_str(row, ":marks", marks.len ? buf_str(&marks) : STR(""));
    record_bind_str(row, ":words", item->words.ptr ? item->words : STR(""));
    record_bind_str(row, ":note", item->note.ptr ? item->note : STR(""));
    record_bind_i64(row, ":now", now_us);
    code = marks.has_failed ? no_memory(error) : record_run(row, error);
    buf_fini(&marks);
    return code;
}

enum error_code room_mark(struct record *record, int64_t member, int64_t id, size_t place, const struct room_item *item,
                          int64_t now_us, struct arena *arena, struct error *error)
{
    enum error_code code = record_begin(record, error);
    return code ? code : record_end(record, mark(record, member, id, place, item, now_us, arena, error), error);
}

static enum error_code move(struct record *record, int64_t member, int64_t id, size_t place, int64_t now_us,
                            bool is_finished, bool is_left, struct arena *arena, struct error *error)
{
    struct room              room;
    struct record_statement *row;
    enum error_code          code = find_room(record, member, id, arena, &room, error);
    if (!code && place && place <= room.item_count) {
        row = record_statement(record, "read_room_move");
        record_bind_i64(row, ":id", id);
        record_bind_i64(row, ":place", (int64_t)place);
        code = record_run(row, error);
    }
    if (!code && (is_finished || is_left)) {
        row = record_statement(record, "read_room_finish");
        record_bind_i64(row, ":id", id);
        record_bind_i64(row, ":now", now_us);
        code = record_run(row, error);
    }
    if (!code && is_left) {
        row = record_statement(record, "read_room_reveal");
        record_bind_i64(row, ":id", id);
        record_bind_i64(row, ":read", 0);
        code = record_run(row, error);
    }
    return code;
}

enum error_code room_move(struct record *record, int64_t member, int64_t id, size_t place, int64_t now_us,
                          bool is_finished, bool is_left, struct arena *arena, struct error *error)
{
    enum error_code code = record_begin(record, error);
    return code
               ? code
               : record_end(record, move(record, member, id, place, now_us, is_finished, is_left, arena, error), error);
}
