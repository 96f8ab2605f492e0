#include "source/bluesky/target.h"

#include "source/bluesky/view.h"

/* The #atproto_pds of a DID document. */
static bool take_server(struct str body, char url_out[512])
{
    struct arena    arena = {0};
    struct node     node = node_json(body, &arena);
    struct node_map map, list, service;
    struct str      key;
    url_out[0] = '\0';
    if (node_map(&node, &map))
        while (node_key(&node, &map, &key)) {
            if (!str_equal(key, STR("service"))) {
                node_skip(&node);
            } else if (node_list(&node, &list)) {
                while (node_item(&node, &list)) {
                    struct str id = {0}, endpoint = {0};
                    if (!node_map(&node, &service))
                        continue;
                    while (node_key(&node, &service, &key)) {
                        if (str_equal(key, STR("id")))
                            node_text(&node, &id);
                        else if (str_equal(key, STR("serviceEndpoint")))
                            node_text(&node, &endpoint);
                        else
                            node_skip(&node);
                    }
                    if (str_ends_with(id, STR("#atproto_pds")) && endpoint.len < 512)
                        snprintf(url_out, 512, "%.*s", STR_ARG(endpoint));
                }
            }
        }
    arena_fini(&arena);
    return url_out[0] != '\0';
}

static void put_record_query(struct bluesky_uri uri, struct buf *query)
{
    buf_append_str(query, STR("repo="));
    fetch_encode(uri.did, query);
    buf_append_str(query, STR("&collection="));
    fetch_encode(uri.collection, query);
    buf_append_str(query, STR("&rkey="));
    fetch_encode(uri.rkey, query);
}

/* From the server that the directory names for its account. */
static bool record_elsewhere(struct xrpc *xrpc, struct bluesky_uri uri, struct xrpc_answer *answer)
{
    struct buf url = {0};
    char       server[512];
    buf_printf(&url, "%s/%.*s", xrpc->directory, STR_ARG(uri.did));
    buf_append_char(&url, '\0');
    bool is_known = xrpc->directory[0] && str_starts_with(uri.did, STR("did:plc:")) &&
                    xrpc_get_at(xrpc, url.ptr, answer) &&
                    take_server(buf_str(&answer->http.body), server) && strcmp(server, xrpc->service) != 0;
    xrpc_answer_fini(answer);
    if (is_known) {
        buf_clear(&url);
        buf_printf(&url, "%s/xrpc/com.atproto.repo.getRecord?", server);
        put_record_query(uri, &url);
        buf_append_char(&url, '\0');
        is_known = xrpc_get_at(xrpc, url.ptr, answer);
    } else {
        *answer = (struct xrpc_answer){.failure = SOURCE_GONE};
        snprintf(answer->message, sizeof answer->message, "no server has the post");
    }
    buf_fini(&url);
    return is_known;
}

bool target_record(struct xrpc *xrpc, struct bluesky_uri uri, struct xrpc_answer *answer_out)
{
    struct buf query = {0};
    put_record_query(uri, &query);
    bool is_done = xrpc_get(xrpc, "com.atproto.repo.getRecord", buf_str(&query), answer_out);
    buf_fini(&query);
    bool is_ours = str_equal(uri.did, str_of(xrpc->did));
    if (is_done || is_ours || answer_out->failure == SOURCE_LIMITED || answer_out->failure == SOURCE_AUTH)
        return is_done;
    xrpc_answer_fini(answer_out);
    return record_elsewhere(xrpc, uri, answer_out);
}

static struct str kept(struct arena *arena, struct str s)
{
    return s.len ? arena_str(arena, s) : (struct str){0};
}

/* {root: {uri, cid}} of the record's reply; itself is the root where it is no reply. */
static void take_root(struct target *target, struct node record)
{
    struct node_map map, reply, root;
    struct str      key;
    if (node_map(&record, &map))
        while (node_key(&record, &map, &key)) {
            if (!str_equal(key, STR("reply"))) {
                node_skip(&record);
                continue;
            }
            if (!node_map(&record, &reply))
                continue;
            while (node_key(&record, &reply, &key)) {
                if (!str_equal(key, STR("root"))) {
                    node_skip(&record);
                    continue;
                }
                if (!node_map(&record, &root))
                    continue;
                struct str text = {0};
                while (node_key(&record, &root, &key)) {
                    bool is_uri = str_equal(key, STR("uri")), is_cid = str_equal(key, STR("cid"));
                    if (!is_uri && !is_cid)
                        node_skip(&record);
                    else if (node_text(&record, &text))
                        *(is_uri ? &target->root_uri : &target->root_cid) = kept(&target->arena, text);
                }
            }
        }
    if (!target->root_uri.len || !target->root_cid.len) {
        target->root_uri = target->uri;
        target->root_cid = target->cid;
    }
}

static bool take_view(struct target *target, struct node *node)
{
    struct bluesky_view view;
    if (!bluesky_view_read(node, &view) || !view.has_record || view.cid.len == 0)
        return false;
    target->uri = kept(&target->arena, view.uri);
    target->cid = kept(&target->arena, view.cid);
    target->is_closed = view.is_closed;
    take_root(target, view.record);
    return true;
}

/* {posts: [view]} of getPosts. */
static enum source_failure ask_appview(struct xrpc *xrpc, struct str uri, struct target *target,
                                       struct xrpc_answer *answer)
{
    struct buf query = {0};
    bool       is_found = false;
    buf_append_str(&query, STR("uris="));
    fetch_encode(uri, &query);
    bool is_done = xrpc_get(xrpc, "app.bsky.feed.getPosts", buf_str(&query), answer);
    buf_fini(&query);
    if (!is_done)
        return answer->failure;
    struct arena    arena = {0};
    struct node     node = node_json(buf_str(&answer->http.body), &arena);
    struct node_map map, list;
    struct str      key;
    if (node_map(&node, &map))
        while (node_key(&node, &map, &key)) {
            if (!str_equal(key, STR("posts")))
                node_skip(&node);
            else if (node_list(&node, &list))
                while (node_item(&node, &list))
                    is_found |= take_view(target, &node);
        }
    arena_fini(&arena);
    if (!is_found)
        snprintf(answer->message, sizeof answer->message, "the post is not there any more");
    return is_found ? SOURCE_DONE : SOURCE_GONE;
}

/* A threadgate whose list of who may answer is there and empty: nobody may. What its rules say of others only an AppView can tell. */
static bool is_gated(struct xrpc *xrpc, struct str root_uri)
{
    struct bluesky_uri uri;
    struct xrpc_answer answer;
    bool               is_closed = false;
    if (!bluesky_uri_split(root_uri, &uri))
        return false;
    uri.collection = STR("app.bsky.feed.threadgate");
    if (target_record(xrpc, uri, &answer)) {
        struct arena    arena = {0};
        struct node     node = node_json(buf_str(&answer.http.body), &arena);
        struct node_map map, value, list;
        struct str      key;
        if (node_map(&node, &map))
            while (node_key(&node, &map, &key)) {
                if (!str_equal(key, STR("value"))) {
                    node_skip(&node);
                } else if (node_map(&node, &value)) {
                    while (node_key(&node, &value, &key)) {
                        if (!str_equal(key, STR("allow"))) {
                            node_skip(&node);
                        } else if (node_list(&node, &list)) {
                            is_closed = true;
                            while (node_item(&node, &list)) {
                                is_closed = false;
                                node_skip(&node);
                            }
                        }
                    }
                }
            }
        is_closed &= !node.bytes.is_broken;
        arena_fini(&arena);
    }
    xrpc_answer_fini(&answer);
    return is_closed;
}

enum source_failure target_find(struct xrpc *xrpc, struct str uri, struct target *target_out,
                                char words_out[SOURCE_SAID_BYTES], int64_t *retry_after_s_out)
{
    struct bluesky_uri  parts;
    struct xrpc_answer  answer;
    *target_out = (struct target){0};
    if (!bluesky_uri_split(uri, &parts)) {
        snprintf(words_out, SOURCE_SAID_BYTES, "'%.*s' is no post's id", (int)(uri.len < 120 ? uri.len : 120), uri.ptr
                 ? uri.ptr : "");
        return SOURCE_REFUSED;
    }
    enum source_failure failure = ask_appview(xrpc, uri, target_out, &answer);
    bool                has_no_appview = failure != SOURCE_DONE && failure != SOURCE_LIMITED && failure != SOURCE_AUTH &&
                                         failure != SOURCE_GONE;
    if (has_no_appview) {
        xrpc_answer_fini(&answer);
        failure = target_record(xrpc, parts, &answer) ? SOURCE_DONE : answer.failure;
        if (failure == SOURCE_DONE) {
            struct arena arena = {0};
            struct node  node = node_json(buf_str(&answer.http.body), &arena);
            failure = take_view(target_out, &node) ? SOURCE_DONE : SOURCE_TRANSIENT;
            arena_fini(&arena);
        }
        if (failure == SOURCE_DONE)
            target_out->is_closed = is_gated(xrpc, target_out->root_uri);
    }
    snprintf(words_out, SOURCE_SAID_BYTES, "%s", answer.message);
    *retry_after_s_out = answer.retry_after_s;
    xrpc_answer_fini(&answer);
    return failure;
}

void target_fini(struct target *target)
{
    arena_fini(&target->arena);
}
