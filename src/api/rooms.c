/* Reading rooms: a caller's own. Their posts come with them, at most 48; the page shows one at a time. What a group is
 * stays closed until the room is revealed: knowing that a post stands for four hundred is a chart by another name. */
#include "api/reads.h"

#include "base/clock.h"
#include "base/hash.h"
#include "read/room.h"

enum { PAGE_MOST = 100, PAGE_USUAL = 20 };

enum error_code reads_room_is_theirs(struct api_call *call, int64_t id)
{
    struct room room;
    return room_get(call->workspace->records, api_actor(call).member, id, call->arena, &room, &call->error);
}

/* ---- Words ---- */

static void put_id(struct json *json, const char *name, int64_t id)
{
    json_key(json, name);
    if (id)
        json_i64(json, id);
    else
        json_null(json);
}

static void put_room(struct json *json, const struct room *room)
{
    json_put_i64(json, "id", room->id);
    json_key(json, "q");
    json_str(json, room->query);
    put_id(json, "topic", room->topic);
    json_put_time(json, "since", room->since_us);
    json_put_time(json, "until", room->until_us);
    json_put_i64(json, "seed", (int64_t)room->seed);
    json_put_i64(json, "place", (int64_t)room->place);
    json_put_i64(json, "size", (int64_t)room->item_count);
    json_put_i64(json, "marked", (int64_t)room->marked_count);
    json_put_time(json, "made_at", room->made_us);
    json_put_time(json, "finished_at", room->finished_us);
    put_id(json, "read", room->read);
    json_key(json, "is_revealed");
    json_bool(json, room_is_revealed(room));
    if (room_is_revealed(room)) {
        json_put_i64(json, "matches", (int64_t)room->matches);
        json_put_i64(json, "sampled", (int64_t)room->sampled);
        json_put_i64(json, "groups", room->groups);
    }
}

static void put_marks(struct json *json, const struct room_item *item)
{
    json_key(json, "marks");
    json_array(json);
    for (int i = 0; i < ROOM_MARK_COUNT; i++)
        if (item->marks & (1u << i))
            json_text(json, room_mark_names[i]);
    json_end(json);
    json_key(json, "words");
    json_str(json, item->words);
    json_key(json, "note");
    json_str(json, item->note);
    json_put_time(json, "marked_at", item->marked_us);
}

/* A post that was deleted meanwhile is null: her marks stay, its words do not. */
static enum error_code put_item(struct api_call *call, struct archive_snapshot *snapshot, const struct room *room,
                                size_t i)
{
    const struct room_item *item = &room->items[i];
    struct json            *json = &call->json;
    struct post             post;
    json_object(json);
    json_put_i64(json, "place", (int64_t)i + 1);
    put_marks(json, item);
    if (room_is_revealed(room)) {
        json_put_i64(json, "group", item->group);
        json_put_i64(json, "group_size", item->group_size);
        json_put_i64(json, "copies", item->copies);
    }
    enum error_code code = archive_post(snapshot, item->post, call->arena, &post, &call->error);
    json_key(json, "post");
    if (code == ERROR_NOT_FOUND) {
        call->error = (struct error){0};
        code = ERROR_NONE;
        json_null(json);
    } else if (!code) {
        api_post(json, &post);
    }
    json_end(json);
    return code;
}

static enum error_code answer(struct api_call *call, const struct room *room)
{
    struct archive_snapshot *snapshot;
    enum error_code          code = api_snapshot(call, &snapshot);
    if (code)
        return code;
    json_object(&call->json);
    put_room(&call->json, room);
    json_key(&call->json, "items");
    json_array(&call->json);
    for (size_t i = 0; !code && i < room->item_count; i++)
        code = put_item(call, snapshot, room, i);
    json_end(&call->json);
    json_end(&call->json);
    return code;
}

static enum error_code show(struct api_call *call)
{
    struct room     room;
    enum error_code code = room_get(call->workspace->records, api_actor(call).member, api_id(call), call->arena, &room,
                                    &call->error);
    return code ? code : answer(call, &room);
}

/* ---- What they do ---- */

static enum error_code list(struct api_call *call)
{
    struct room    *rooms;
    size_t          count;
    unsigned        most = (unsigned)api_integer(call, "limit", PAGE_USUAL);
    enum error_code code = room_list(call->workspace->records, api_actor(call).member, api_integer(call, "before", 0),
                                     most + 1, call->arena, &rooms, &count, &call->error);
    if (code)
        return code;
    json_object(&call->json);
    json_key(&call->json, "rooms");
    json_array(&call->json);
    for (size_t i = 0; i < count && i < most; i++) {
        json_object(&call->json);
        put_room(&call->json, &rooms[i]);
        json_end(&call->json);
    }
    json_end(&call->json);
    put_id(&call->json, "next", count > most ? rooms[most - 1].id : 0);
    json_end(&call->json);
    return ERROR_NONE;
}

static enum error_code create(struct api_call *call)
{
    struct room              room = {.by = api_actor(call), .made_us = call->now_us, .until_us = call->now_us};
    struct archive_snapshot *snapshot;
    int64_t                  size = 24, seed = 0;
    enum error_code          code = reads_query(call, &room.query, &room.exact, &room.topic);
    if (!code)
        code = api_body_i64(call, "size", 1, ROOM_POSTS_MOST, false, &size);
    if (!code)
        code = api_body_i64(call, "seed", 1, (INT64_C(1) << 53) - 1, false, &seed);
    if (!code)
        code = api_body_time(call, "until", false, &room.until_us);
    room.since_us = room.until_us - CLOCK_DAY_US;
    if (!code)
        code = api_body_time(call, "since", false, &room.since_us);
    room.seed = seed ? (uint64_t)seed : hash_mix((uint64_t)clock_now_us(), hash_str(str_of(call->request->id))) >> 11;
    if (!code)
        code = api_snapshot(call, &snapshot);
    if (!code)
        code = room_make(call->workspace->records, snapshot, call->analyser, &room, (size_t)size, call->arena,
                         &call->error);
    return code ? code : answer(call, &room);
}

static enum error_code take_marks(struct api_call *call, struct room_item *item)
{
    const cJSON *marks = cJSON_GetObjectItemCaseSensitive(call->body, "marks"), *mark;
    if (!cJSON_IsArray(marks))
        return error_set(&call->error, ERROR_INVALID, "marks: expected an array of words");
    cJSON_ArrayForEach(mark, marks)
    {
        int i = 0;
        while (i < ROOM_MARK_COUNT && !(cJSON_IsString(mark) && strcmp(mark->valuestring, room_mark_names[i]) == 0))
            i++;
        if (i == ROOM_MARK_COUNT)
            return error_set(&call->error, ERROR_INVALID,
                             "marks: expected joy, anger, worry, question, praise, complaint or joke, found '%.40s'",
                             cJSON_IsString(mark) ? mark->valuestring : "something that is no text");
        item->marks |= 1u << i;
    }
    return ERROR_NONE;
}

static enum error_code mark(struct api_call *call)
{
    struct room_item item = {0};
    int64_t          place = 0;
    enum error_code  code = api_body_i64(call, "place", 1, ROOM_POSTS_MOST, true, &place);
    if (!code)
        code = take_marks(call, &item);
    if (!code)
        code = api_body_str(call, "words", ROOM_WORDS_MAX_BYTES, false, &item.words);
    if (!code)
        code = api_body_str(call, "note", ROOM_NOTE_MAX_BYTES, false, &item.note);
    return code ? code
                : room_mark(call->workspace->records, api_actor(call).member, api_id(call), (size_t)place, &item,
                            call->now_us, call->arena, &call->error);
}

static enum error_code move(struct api_call *call)
{
    int64_t         place = 0;
    bool            is_finished = false, is_left = false;
    enum error_code code = api_body_i64(call, "place", 1, ROOM_POSTS_MOST, false, &place);
    if (!code)
        code = api_body_bool(call, "is_finished", false, &is_finished);
    if (!code)
        code = api_body_bool(call, "is_left", false, &is_left);
    if (!code)
        code = room_move(call->workspace->records, api_actor(call).member, api_id(call), (size_t)place, call->now_us,
                         is_finished, is_left, call->arena, &call->error);
    return code ? code : show(call);
}

/* ---- Rows ---- */

static const struct api_parameter list_parameters[] = {
    {"before", API_INTEGER, "`next` of the page before", NULL, 1, INT64_MAX, false, false},
    {"limit", API_INTEGER, "at most so many; 20", NULL, 1, PAGE_MOST, false, false},
    {0}};

#define TEXT  "{\"type\":\"string\"}"
#define COUNT "{\"type\":\"integer\",\"minimum\":0}"
#define TIME  "{\"type\":\"string\",\"format\":\"date-time\"}"
#define ID    "{\"type\":[\"integer\",\"null\"]}"
#define FLAG  "{\"type\":\"boolean\"}"
#define MARKS \
    "{\"type\":\"array\",\"items\":{\"type\":\"string\",\"enum\":[\"joy\",\"anger\",\"worry\",\"question\",\"praise\",\"complaint\",\"joke\"]}}"
#define NEEDED \
    "\"id\",\"q\",\"topic\",\"since\",\"until\",\"seed\",\"place\",\"size\",\"marked\",\"made_at\",\"finished_at\",\"read\",\"is_revealed\""
#define MEMBERS \
    "\"id\":" COUNT ",\"q\":" TEXT ",\"topic\":" ID ",\"since\":" TIME ",\"until\":" TIME ",\"seed\":" COUNT \
    ",\"place\":" COUNT ",\"size\":" COUNT ",\"marked\":" COUNT ",\"read\":" ID ",\"is_revealed\":" FLAG \
    ",\"matches\":" COUNT ",\"groups\":" COUNT
#define ITEM \
    "{\"type\":\"object\",\"required\":[\"place\",\"marks\",\"words\",\"note\",\"marked_at\",\"post\"],\"properties\":{\"place\":" COUNT \
    ",\"marks\":" MARKS ",\"words\":" TEXT ",\"note\":" TEXT \
    ",\"post\":{\"anyOf\":[{\"$ref\":\"#/components/schemas/Post\"},{\"type\":\"null\"}]}}}"
#define ROOM \
    "{\"type\":\"object\",\"required\":[" NEEDED ",\"items\"],\"properties\":{" MEMBERS \
    ",\"items\":{\"type\":\"array\",\"items\":" ITEM "}}}"

const struct api_route api_rooms_routes[] = {
    {HTTP_GET, "/rooms", API_CLIENT, ROLE_VIEWER, "rooms", "the caller's reading rooms, newest first", NULL,
     list_parameters, NULL,
     "{\"type\":\"object\",\"required\":[\"rooms\",\"next\"],\"properties\":{\"rooms\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[" NEEDED
     "],\"properties\":{" MEMBERS "}}},\"next\":" ID "}}",
     NULL, 0, list},
    {HTTP_POST, "/rooms", API_CLIENT, ROLE_LEARNER, "room_make", "draw posts to read, one at a time, before any chart",
     "A random sample that covers the groups of like posts: chances follow the square root of a group's size, so that small voices are heard. Give q or topic; "
     "without since the last day. How large groups are is told once a read was written in the room, or it was left.",
     NULL,
     "{\"type\":\"object\",\"properties\":{\"q\":" TEXT ",\"topic\":" COUNT ",\"since\":" TIME ",\"until\":" TIME
     ",\"size\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":48},\"seed\":{\"type\":\"integer\",\"minimum\":1}}}",
     ROOM, NULL, 201, create},
    {HTTP_GET, "/rooms/{id}", API_CLIENT, ROLE_VIEWER, "room", "a reading room with its posts and what was marked",
     NULL, NULL, NULL, ROOM, NULL, 0, show},
    {HTTP_PUT, "/rooms/{id}/mark", API_CLIENT, ROLE_LEARNER, "room_mark", "what the post at a place says to her",
     "Replaces what was marked there before.", NULL,
     "{\"type\":\"object\",\"required\":[\"place\",\"marks\"],\"properties\":{\"place\":" COUNT ",\"marks\":" MARKS
     ",\"words\":" TEXT ",\"note\":" TEXT "}}",
     NULL, NULL, 0, mark},
    {HTTP_PATCH, "/rooms/{id}", API_CLIENT, ROLE_LEARNER, "room_move",
     "where she is; that she has read all; or that she leaves without a read", NULL, NULL,
     "{\"type\":\"object\",\"properties\":{\"place\":" COUNT ",\"is_finished\":" FLAG ",\"is_left\":" FLAG "}}", ROOM,
     NULL, 0, move},
    {0}};
