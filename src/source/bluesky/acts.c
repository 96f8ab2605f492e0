#include "source/bluesky/acts.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/utf8.h"
#include "source/bluesky/facets.h"
#include "source/bluesky/target.h"
#include "source/bluesky/tid.h"

enum { MENTIONS_MAX = 10, UNLIKE_PAGES_MAX = 20 };

__attribute__((format(printf, 3, 4))) static void fail(struct source_result *result, enum source_failure failure,
                                                       const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    result->failure = failure;
    vsnprintf(result->message, sizeof result->message, format, arguments);
    va_end(arguments);
}

static void fail_as(struct source_result *result, const struct xrpc_answer *answer)
{
    fail(result, answer->failure, "%.200s", answer->message);
    result->retry_after_s = answer->retry_after_s;
}

static void succeed(struct xrpc *xrpc, struct str collection, const char *rkey, struct source_result *result)
{
    result->failure = SOURCE_DONE;
    snprintf(result->native_id, sizeof result->native_id, "at://%s/%.*s/%s", xrpc->did, STR_ARG(collection), rkey);
    if (str_equal(collection, BLUESKY_POST))
        snprintf(result->native_url, sizeof result->native_url, "https://bsky.app/profile/%s/post/%s", xrpc->did, rkey);
}

/* ---- Is it there? ---- */

/* The text of a post (else empty) and what a like or repost is about. */
static void take_essence(struct str body, struct arena *arena, struct str *text_out, struct str *subject_out)
{
    struct node           node = node_json(body, arena);
    struct node_map       map;
    struct str            key;
    struct bluesky_record record = {0};
    *text_out = *subject_out = (struct str){0};
    if (node_map(&node, &map))
        while (node_key(&node, &map, &key)) {
            if (str_equal(key, STR("value")))
                bluesky_record_read(&node, false, &record);
            else
                node_skip(&node);
        }
    *text_out = record.text;
    *subject_out = record.subject;
}

/* What is under a record key of ours: DONE, GONE, or why it cannot be said. essence_out may be NULL: text, or subject. In arena. */
static enum source_failure look(struct xrpc *xrpc, struct str collection, const char *rkey, struct arena *arena,
                                struct str *essence_out,
                                struct xrpc_answer *answer)
{
    struct bluesky_uri uri = {str_of(xrpc->did), collection, str_of(rkey)};
    struct str         text, subject;
    if (!target_record(xrpc, uri, answer))
        return answer->failure;
    take_essence(buf_str(&answer->http.body), arena, &text, &subject);
    if (essence_out)
        *essence_out = subject.len ? subject : text;
    return SOURCE_DONE;
}

/* ---- Making a record ---- */

/* It is there, or the answer was lost: what stands under the key decides. */
static void settle(struct xrpc *xrpc, struct str collection, const char *rkey, struct str essence,
                   const struct xrpc_answer *first, struct source_result *result)
{
    struct arena        arena = {0};
    struct str          there = {0};
    struct xrpc_answer  answer;
    bool                was_lost = first->failure == SOURCE_UNKNOWN_OUTCOME;
    enum source_failure found = look(xrpc, collection, rkey, &arena, &there, &answer);
    if (found == SOURCE_DONE && str_equal(there, essence))
        succeed(xrpc, collection, rkey, result);
    else if (found == SOURCE_DONE)
        fail(result, SOURCE_DUPLICATE, "something else was sent under this key before");
    else if (found == SOURCE_GONE && was_lost)
        fail(result, SOURCE_TRANSIENT, "the answer was lost, and it is not there: %.120s", first->message);
    else if (was_lost)
        fail(result, SOURCE_UNKNOWN_OUTCOME, "the answer was lost, and it cannot be seen whether it is there: %.100s",
             answer.message);
    else
        fail_as(result, first);
    xrpc_answer_fini(&answer);
    arena_fini(&arena);
}

/* record: its JSON. essence: what is compared when there is something under the key. */
static void put(struct xrpc *xrpc, struct str collection, struct str key, struct str record, struct str essence,
                struct source_result *result)
{
    char               rkey[TID_BYTES];
    struct buf         body = {0};
    struct json        json = json_writer(&body);
    struct xrpc_answer answer;
    tid_of_key(str_of(xrpc->did), key, rkey);
    json_object(&json);
    json_put_str(&json, "repo", str_of(xrpc->did));
    json_put_str(&json, "collection", collection);
    json_put_str(&json, "rkey", str_of(rkey));
    json_key(&json, "swapRecord");
    json_null(&json);
    json_key(&json, "record");
    json_raw(&json, record);
    json_end(&json);
    if (body.has_failed)
        fail(result, SOURCE_TRANSIENT, "no memory for a record");
    else if (xrpc_post(xrpc, "com.atproto.repo.putRecord", buf_str(&body), &answer))
        succeed(xrpc, collection, rkey, result);
    else if (answer.failure == SOURCE_UNKNOWN_OUTCOME || strcmp(answer.name, "InvalidSwap") == 0)
        settle(xrpc, collection, rkey, essence, &answer, result);
    else
        fail_as(result, &answer);
    if (!body.has_failed)
        xrpc_answer_fini(&answer);
    buf_fini(&body);
}

/* ---- Posts ---- */

static void resolve(struct xrpc *xrpc, struct facet *facet)
{
    struct buf         query = {0};
    struct arena       arena = {0};
    struct xrpc_answer answer;
    struct node_map    map;
    struct str         key, did = {0};
    buf_append_str(&query, STR("handle="));
    fetch_encode(facet->value, &query);
    if (xrpc_get(xrpc, "com.atproto.identity.resolveHandle", buf_str(&query), &answer)) {
        struct node node = node_json(buf_str(&answer.http.body), &arena);
        if (node_map(&node, &map))
            while (node_key(&node, &map, &key)) {
                if (str_equal(key, STR("did")))
                    node_text(&node, &did);
                else
                    node_skip(&node);
            }
        if (bluesky_did_is_good(did) && !node.bytes.is_broken)
            snprintf(facet->did, sizeof facet->did, "%.*s", STR_ARG(did));
    }
    xrpc_answer_fini(&answer);
    arena_fini(&arena);
    buf_fini(&query);
}

static void put_reference(struct json *json, const char *name, struct str uri, struct str cid)
{
    json_key(json, name);
    json_object(json);
    json_put_str(json, "uri", uri);
    json_put_str(json, "cid", cid);
    json_end(json);
}

static bool text_is_good(struct str text, struct source_result *result)
{
    size_t graphemes = utf8_is_valid(text) ? facets_graphemes(text) : 0;
    if (str_trim(text).len == 0)
        fail(result, SOURCE_REFUSED, "the text is empty");
    else if (graphemes == 0 || graphemes == SIZE_MAX)
        fail(result, SOURCE_REFUSED, "the text is not UTF-8");
    else if (graphemes > BLUESKY_TEXT_GRAPHEMES || text.len > BLUESKY_TEXT_BYTES)
        fail(result, SOURCE_REFUSED, "the text has %zu characters (%zu bytes), %d (%d) are allowed", graphemes, text.len,
             BLUESKY_TEXT_GRAPHEMES,
             BLUESKY_TEXT_BYTES);
    else
        return true;
    return false;
}

/* parent: NULL for a post of its own. */
static void publish(struct xrpc *xrpc, const struct source_command *command, const struct target *parent,
                    struct source_result *result)
{
    struct facet facets[FACETS_MAX];
    size_t       count, mentions = 0;
    struct buf   record = {0};
    struct json  json = json_writer(&record);
    count = facets_find(command->text, facets);
    for (size_t i = 0; i < count; i++)
        if (facets[i].kind == FACET_MENTION && mentions++ < MENTIONS_MAX)
            resolve(xrpc, &facets[i]);
    json_object(&json);
    json_put_str(&json, "$type", BLUESKY_POST);
    json_put_str(&json, "text", command->text);
    json_put_time(&json, "createdAt", clock_now_us() / 1000 * 1000);
    if (command->lang.len) {
        json_key(&json, "langs");
        json_array(&json);
        json_str(&json, command->lang);
        json_end(&json);
    }
    if (parent) {
        json_key(&json, "reply");
        json_object(&json);
        put_reference(&json, "root", parent->root_uri, parent->root_cid);
        put_reference(&json, "parent", parent->uri, parent->cid);
        json_end(&json);
    }
    facets_print(facets, count, &json);
    json_end(&json);
    put(xrpc, BLUESKY_POST, str_of(command->key), buf_str(&record), command->text, result);
    buf_fini(&record);
}

/* ---- Each act ---- */

static bool find_target(struct xrpc *xrpc, const struct source_command *command, struct target *target,
                        struct source_result *result)
{
    char words[SOURCE_SAID_BYTES] = "";
    result->failure = target_find(xrpc, command->target_id, target, words, &result->retry_after_s);
    if (result->failure)
        snprintf(result->message, sizeof result->message, "%s", words);
    return result->failure == SOURCE_DONE;
}

static void do_reply(struct xrpc *xrpc, const struct source_command *command, struct source_result *result)
{
    struct target target;
    if (find_target(xrpc, command, &target, result)) {
        if (target.is_closed)
            fail(result, SOURCE_NOT_PERMITTED, "the thread takes no replies from this account (threadgate)");
        else
            publish(xrpc, command, &target, result);
    }
    target_fini(&target);
}

/* A like or a repost: a record that points at the post. */
static void do_point(struct xrpc *xrpc, const struct source_command *command, struct str collection,
                     struct source_result *result)
{
    struct target target;
    if (find_target(xrpc, command, &target, result)) {
        struct buf  record = {0};
        struct json json = json_writer(&record);
        json_object(&json);
        json_put_str(&json, "$type", collection);
        put_reference(&json, "subject", target.uri, target.cid);
        json_put_time(&json, "createdAt", clock_now_us() / 1000 * 1000);
        json_end(&json);
        put(xrpc, collection, str_of(command->key), buf_str(&record), target.uri, result);
        buf_fini(&record);
    }
    target_fini(&target);
}

/* A delete of what is not there is a success as well, here and there. */
static void delete_record(struct xrpc *xrpc, struct str collection, struct str rkey, struct source_result *result)
{
    struct buf         body = {0};
    struct json        json = json_writer(&body);
    struct xrpc_answer answer;
    json_object(&json);
    json_put_str(&json, "repo", str_of(xrpc->did));
    json_put_str(&json, "collection", collection);
    json_put_str(&json, "rkey", rkey);
    json_end(&json);
    if (!xrpc_post(xrpc, "com.atproto.repo.deleteRecord", buf_str(&body), &answer)) {
        fail_as(result, &answer);
        if (result->failure == SOURCE_UNKNOWN_OUTCOME) /* to do it again does no harm */
            result->failure = SOURCE_TRANSIENT;
    }
    xrpc_answer_fini(&answer);
    buf_fini(&body);
}

static void do_unpublish(struct xrpc *xrpc, const struct source_command *command, struct source_result *result)
{
    struct bluesky_uri uri;
    if (!bluesky_uri_split(command->target_id, &uri)) {
        fail(result, SOURCE_REFUSED, "'%.*s' is no post's id", (int)(command->target_id.len < 120 ? command->target_id.len
                                                                     : 120), command->target_id.ptr);
        return;
    }
    if (!str_equal(uri.did, str_of(xrpc->did))) {
        fail(result, SOURCE_NOT_PERMITTED, "the post is not this account's");
        return;
    }
    delete_record(xrpc, uri.collection, uri.rkey, result);
    if (result->failure == SOURCE_DONE)
        snprintf(result->native_id, sizeof result->native_id, "%.*s", STR_ARG(command->target_id));
}

/* One page of our likes: the key of the one that is about uri, and where the next page begins. False: the answer does not parse. */
static bool find_like(struct str body, struct str uri, struct arena *arena, struct str *rkey_out, struct str *cursor_out)
{
    struct node           node = node_json(body, arena);
    struct node_map       map, list, entry;
    struct str            key;
    struct bluesky_record record;
    struct bluesky_uri    parts;
    *rkey_out = *cursor_out = (struct str){0};
    if (!node_map(&node, &map))
        return false;
    while (node_key(&node, &map, &key)) {
        if (str_equal(key, STR("cursor"))) {
            node_text(&node, cursor_out);
        } else if (!str_equal(key, STR("records"))) {
            node_skip(&node);
        } else if (node_list(&node, &list)) {
            while (node_item(&node, &list)) {
                struct str id = {0};
                record.subject = (struct str){0};
                if (!node_map(&node, &entry))
                    continue;
                while (node_key(&node, &entry, &key)) {
                    if (str_equal(key, STR("uri")))
                        node_text(&node, &id);
                    else if (str_equal(key, STR("value")))
                        bluesky_record_read(&node, true, &record);
                    else
                        node_skip(&node);
                }
                if (str_equal(record.subject, uri) && bluesky_uri_split(id, &parts))
                    *rkey_out = parts.rkey;
            }
        }
    }
    return !node.bytes.is_broken;
}

/* Newest first, so that the like of this week is on the first page. */
static void do_unlike(struct xrpc *xrpc, const struct source_command *command, struct source_result *result)
{
    struct arena arena = {0};
    struct str   rkey = {0}, cursor = {0};
    bool         is_read = true;
    for (size_t page = 0; page < UNLIKE_PAGES_MAX && is_read && !rkey.len && !result->failure &&
         (page == 0 || cursor.len); page++) {
        struct buf         query = {0};
        struct xrpc_answer answer;
        buf_append_str(&query, STR("repo="));
        fetch_encode(str_of(xrpc->did), &query);
        buf_append_str(&query, STR("&collection=app.bsky.feed.like&limit=100"));
        if (cursor.len) {
            buf_append_str(&query, STR("&cursor="));
            fetch_encode(cursor, &query);
        }
        if (xrpc_get(xrpc, "com.atproto.repo.listRecords", buf_str(&query), &answer)) {
            struct str body = arena_str(&arena, buf_str(&answer.http.body));
            is_read = body.ptr && find_like(body, command->target_id, &arena, &rkey, &cursor);
        } else {
            fail_as(result, &answer);
        }
        xrpc_answer_fini(&answer);
        buf_fini(&query);
    }
    if (!is_read)
        fail(result, SOURCE_TRANSIENT, "the server's list of likes cannot be read");
    else if (!result->failure && !rkey.len)
        fail(result, SOURCE_GONE, "this account does not like the post (its last %d likes were looked through)",
             UNLIKE_PAGES_MAX * 100);
    else if (!result->failure)
        delete_record(xrpc, BLUESKY_LIKE, rkey, result);
    arena_fini(&arena);
}

/* What was sent under the key, whatever it was. */
static void do_fetch(struct xrpc *xrpc, const struct source_command *command, struct source_result *result)
{
    const struct str   collections[] = {BLUESKY_POST, BLUESKY_LIKE, BLUESKY_REPOST};
    struct xrpc_answer answer;
    struct arena       arena = {0};
    char               rkey[TID_BYTES];
    tid_of_key(str_of(xrpc->did), str_of(command->key), rkey);
    fail(result, SOURCE_GONE, "nothing was sent under this key");
    for (size_t i = 0; i < 3 && result->failure == SOURCE_GONE; i++) {
        enum source_failure found = look(xrpc, collections[i], rkey, &arena, NULL, &answer);
        if (found == SOURCE_DONE)
            succeed(xrpc, collections[i], rkey, result);
        else if (found != SOURCE_GONE)
            fail_as(result, &answer);
        xrpc_answer_fini(&answer);
    }
    if (result->failure == SOURCE_DONE)
        result->message[0] = '\0';
    arena_fini(&arena);
}

void acts_do(struct xrpc *xrpc, const struct source_command *command, struct source_result *result_out)
{
    struct xrpc_answer answer;
    *result_out = (struct source_result){0};
    memcpy(result_out->id, command->id, sizeof result_out->id);
    if ((command->act == SOURCE_PUBLISH || command->act == SOURCE_REPLY) && !text_is_good(command->text, result_out))
        return;
    if (xrpc_sign_in(xrpc, &answer)) {
        fail_as(result_out, &answer);
        xrpc_answer_fini(&answer);
        return;
    }
    xrpc_answer_fini(&answer);
    switch (command->act) {
    case SOURCE_PUBLISH:
        publish(xrpc, command, NULL, result_out);
        break;
    case SOURCE_REPLY:
        do_reply(xrpc, command, result_out);
        break;
    case SOURCE_UNPUBLISH:
        do_unpublish(xrpc, command, result_out);
        break;
    case SOURCE_LIKE:
        do_point(xrpc, command, BLUESKY_LIKE, result_out);
        break;
    case SOURCE_UNLIKE:
        do_unlike(xrpc, command, result_out);
        break;
    case SOURCE_REPOST:
        do_point(xrpc, command, BLUESKY_REPOST, result_out);
        break;
    case SOURCE_FETCH:
        do_fetch(xrpc, command, result_out);
        break;
    case SOURCE_DELIVER:
        result_out->failure = SOURCE_UNSUPPORTED;
        break;
    }
}
