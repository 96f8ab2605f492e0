#include "source/bluesky/searches.h"

#include "base/clock.h"
#include "source/bluesky/target.h"
#include "source/bluesky/view.h"

#include <stdlib.h>

/* The network's own words: search is for what a person looks up, not for gathering; so a look ends soon. */
enum { PAGES_MAX = 4, PAGE_POSTS = 100, TERMS_MAX = 10, THREAD_LEVELS = 12, ROOM_POLL_MS = 20 };

struct search {
    struct xrpc               *xrpc;
    const struct source_order *order;
    const atomic_bool         *is_unwanted;
    struct bluesky_reading     reading;
    struct source_batch       *batch;
    size_t                     most;
    struct str                 cursor; /* of the next page, in arena */
    struct arena               arena;
};

static void say(struct search *search, enum source_phase phase, const char *words, int64_t retry_after_s)
{
    struct source_status status = {.phase = phase, .remaining = -1, .limit = -1};
    memcpy(status.sub, search->order->sub, sizeof status.sub);
    if (retry_after_s)
        status.until_us = clock_now_us() + retry_after_s * CLOCK_SECOND_US;
    snprintf(status.message, sizeof status.message, "%s", words);
    source_port_status(search->xrpc->port, &status);
}

/* False: nobody wants it any more. */
static bool flush(struct search *search)
{
    while (search->batch->count && !source_port_has_room(search->xrpc->port, search->order->sub)) {
        if (*search->is_unwanted || source_port_is_ending(search->xrpc->port))
            return false;
        clock_sleep(ROOM_POLL_MS);
    }
    if (search->batch->count == 0)
        return true;
    source_port_send(search->xrpc->port, search->batch);
    search->batch = source_batch_new(search->order->sub);
    return search->batch != NULL;
}

static bool add(struct search *search, const struct bluesky_view *view)
{
    return bluesky_view_add(&search->reading, view, search->batch, search->most) ||
           (flush(search) && bluesky_view_add(&search->reading, view, search->batch, search->most));
}

/* {posts: [view], cursor} */
static bool take_page(struct search *search, struct str body)
{
    struct arena    scratch = {0};
    struct node     node = node_json(body, &scratch);
    struct node_map map, list;
    struct str      key, cursor = {0};
    bool            is_wanted = true;
    if (node_map(&node, &map))
        while (is_wanted && node_key(&node, &map, &key)) {
            if (str_equal(key, STR("cursor"))) {
                node_text(&node, &cursor);
            } else if (!str_equal(key, STR("posts"))) {
                node_skip(&node);
            } else if (node_list(&node, &list)) {
                struct bluesky_view view;
                while (is_wanted && node_item(&node, &list))
                    if (bluesky_view_read(&node, &view))
                        is_wanted = add(search, &view);
            }
        }
    if (node.bytes.is_broken)
        search->reading.refused[BLUESKY_BROKEN_FRAME]++;
    search->cursor = cursor.len ? arena_str(&search->arena, cursor) : (struct str){0};
    arena_fini(&scratch);
    return is_wanted && flush(search);
}

static void put_time(struct buf *query, const char *name, int64_t at_us)
{
    char text[CLOCK_TEXT_BYTES];
    if (!at_us)
        return;
    buf_printf(query, "&%s=", name);
    fetch_encode(str_of(clock_print(at_us, text)), query);
}

/* One term, page by page. name: the parameter it goes into. False: the search ends. */
static bool search_term(struct search *search, const char *name, struct str term)
{
    const struct source_query *wanted = &search->order->query;
    search->cursor = (struct str){0};
    for (size_t page = 0; page < PAGES_MAX && (page == 0 || search->cursor.len); page++) {
        struct buf         query = {0};
        struct xrpc_answer answer;
        buf_printf(&query, "sort=latest&limit=%d", PAGE_POSTS);
        if (strcmp(name, "q") != 0) /* it must be there; everything has it */
            buf_append_str(&query, STR("&q=*"));
        buf_printf(&query, "&%s=", name);
        fetch_encode(term, &query);
        if (wanted->lang_count == 1) {
            buf_append_str(&query, STR("&lang="));
            fetch_encode(wanted->langs[0], &query);
        }
        put_time(&query, "since", wanted->since_us);
        put_time(&query, "until", wanted->until_us);
        if (search->cursor.len) {
            buf_append_str(&query, STR("&cursor="));
            fetch_encode(search->cursor, &query);
        }
        bool is_done = xrpc_get(search->xrpc, "app.bsky.feed.searchPosts", buf_str(&query), &answer);
        bool goes_on = is_done && take_page(search, buf_str(&answer.http.body));
        if (!is_done)
            say(search, answer.failure == SOURCE_LIMITED ? SOURCE_RATE_LIMITED : answer.failure == SOURCE_AUTH
                ? SOURCE_AUTH_FAILED : SOURCE_ERROR, answer.message,
                answer.retry_after_s);
        xrpc_answer_fini(&answer);
        buf_fini(&query);
        if (!goes_on || *search->is_unwanted)
            return false;
    }
    return true;
}

static bool search_terms(struct search *search, const char *name, const struct str *terms, size_t count, char sigil,
                         size_t *left)
{
    for (size_t i = 0; i < count && *left > 0; i++, --*left) {
        struct str term = terms[i];
        if (sigil && term.len && term.ptr[0] == sigil)
            term = str_slice(term.ptr + 1, term.len - 1);
        if (term.len && !search_term(search, name, term))
            return false;
    }
    return true;
}

/* The lists are joined by or, which the platform's search does not promise: so each term is a search of its own. */
static void do_search(struct search *search)
{
    const struct source_query *wanted = &search->order->query;
    size_t                     left = TERMS_MAX;
    bool goes_on = search_terms(search, "q", wanted->any, wanted->any_count, 0, &left) &&
                   search_terms(search, "tag", wanted->hashtags, wanted->hashtag_count, '#', &left) &&
                   search_terms(search, "author", wanted->accounts, wanted->account_count, '@', &left) &&
                       search_terms(search, "url", wanted->urls, wanted->url_count, 0, &left);
    if (goes_on && left == TERMS_MAX)
        say(search, SOURCE_ERROR, "a search needs a word, a tag, an account or an address", 0);
    else if (goes_on)
        say(search, SOURCE_IDLE, left ? "searched" : "searched for the first ten terms", 0);
}

/* {post: view, parent: thread, replies: [thread]} */
static bool take_thread(struct search *search, struct node *node, size_t level)
{
    struct node_map     map, list;
    struct str          key;
    struct bluesky_view view;
    bool                is_wanted = true;
    if (!node_map(node, &map))
        return true;
    while (is_wanted && node_key(node, &map, &key)) {
        if (str_equal(key, STR("post"))) {
            if (bluesky_view_read(node, &view))
                is_wanted = add(search, &view);
        } else if (str_equal(key, STR("parent")) && level < THREAD_LEVELS) {
            is_wanted = take_thread(search, node, level + 1);
        } else if (str_equal(key, STR("replies")) && level < THREAD_LEVELS) {
            if (node_list(node, &list))
                while (is_wanted && node_item(node, &list))
                    is_wanted = take_thread(search, node, level + 1);
        } else {
            node_skip(node);
        }
    }
    return is_wanted;
}

static bool ask_thread(struct search *search, struct str uri, struct xrpc_answer *answer)
{
    struct buf query = {0};
    buf_append_str(&query, STR("uri="));
    fetch_encode(uri, &query);
    buf_printf(&query, "&depth=%d&parentHeight=%d", THREAD_LEVELS - 2, THREAD_LEVELS - 2);
    bool is_done = xrpc_get(search->xrpc, "app.bsky.feed.getPostThread", buf_str(&query), answer);
    buf_fini(&query);
    return is_done;
}

/* Without an AppView: the post itself, and the post that it answers, and so on up to the root. */
static bool climb(struct search *search, struct str uri, struct xrpc_answer *answer)
{
    struct bluesky_uri  parts;
    struct bluesky_view view;
    bool                has_any = false;
    for (size_t level = 0; level < THREAD_LEVELS && bluesky_uri_split(uri, &parts) && !*search->is_unwanted; level++) {
        if (level)
            xrpc_answer_fini(answer);
        if (!target_record(search->xrpc, parts, answer))
            break;
        struct str  body = arena_str(&search->arena, buf_str(&answer->http.body));
        struct node node = node_json(body, &search->arena);
        if (!body.ptr || !bluesky_view_read(&node, &view) || !add(search, &view))
            break;
        has_any = true;
        uri = search->reading.record.reply_parent.len ? arena_str(&search->arena, search->reading.record.reply_parent)
              : (struct str){0};
    }
    return has_any;
}

static void do_thread(struct search *search)
{
    const struct source_query *wanted = &search->order->query;
    struct xrpc_answer         answer = {0};
    if (wanted->url_count == 0) {
        say(search, SOURCE_ERROR, "a thread needs the id of one of its posts", 0);
        return;
    }
    bool is_done = ask_thread(search, wanted->urls[0], &answer);
    if (is_done) {
        struct arena    scratch = {0};
        struct node     node = node_json(buf_str(&answer.http.body), &scratch);
        struct node_map map;
        struct str      key;
        if (node_map(&node, &map))
            while (node_key(&node, &map, &key)) {
                if (str_equal(key, STR("thread")))
                    take_thread(search, &node, 0);
                else
                    node_skip(&node);
            }
        arena_fini(&scratch);
    } else if (answer.failure != SOURCE_LIMITED && answer.failure != SOURCE_GONE) {
        xrpc_answer_fini(&answer);
        is_done = climb(search, wanted->urls[0], &answer);
    }
    if (is_done && flush(search))
        say(search, SOURCE_IDLE, "read", 0);
    else if (!is_done)
        say(search, answer.failure == SOURCE_LIMITED ? SOURCE_RATE_LIMITED : SOURCE_ERROR, answer.message,
            answer.retry_after_s);
    xrpc_answer_fini(&answer);
}

void searches_do(struct xrpc *xrpc, const struct source_order *order, const atomic_bool *is_unwanted)
{
    struct search search = {.xrpc = xrpc, .order = order, .is_unwanted = is_unwanted,
                            .batch = source_batch_new(order->sub)};
    search.most = source_port_max_items(xrpc->port);
    if (!search.batch) {
        say(&search, SOURCE_ERROR, "no memory", 0);
        return;
    }
    if (order->mode == SOURCE_THREAD)
        do_thread(&search);
    else
        do_search(&search);
    for (size_t i = 0; i < BLUESKY_REFUSAL_COUNT; i++)
        if (search.reading.refused[i])
            source_port_refused(xrpc->port, bluesky_refusals[i], search.reading.refused[i]);
    source_batch_free(search.batch);
    bluesky_reading_fini(&search.reading);
    arena_fini(&search.arena);
}
