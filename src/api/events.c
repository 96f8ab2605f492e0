/* Live: new posts of a query and what happens in the client, as server-sent events (WHATWG HTML, section 9.2).
 *
 *     id: 5f3c-812          place in the stream's ring, behind a word for this run of the program
 *     event: post
 *     data: {"seq":812,"post":{...}}
 *
 * A browser that comes back sends the id as Last-Event-ID and goes on there. A reader that is too slow is told how many it missed.
 */
#include "api/service.h"

#include "base/clock.h"

#include <stdlib.h>

enum { POSTS_A_PULL = 500, BYTES_A_PULL = 512 * 1024, QUIET_S = 15 };

struct watch {
    struct workspace       *workspace;
    struct record          *server;
    struct team_caller      caller; /* looked at again every QUIET_S: who is put out is put out of what is open too */
    struct query            query;
    struct arena            kept, scratch;
    struct text_analyser   *analyser;
    struct http_waker      *waker;
    struct stream_listener *listener;
    struct hub_watcher     *watcher;
    struct stream_tail      tail;
    uint64_t                hub_place;
    int64_t                 run, clock_told_us; /* clock_told_us: monotonic */
    bool                    has_posts, has_begun;
    struct buf             *out; /* of the pull in hand */
};

static void wake(void *context)
{
    struct watch *watch = context;
    http_wake(watch->waker);
}

static void tell_post(void *context, const struct stream_heard *heard)
{
    struct watch    *watch = context;
    struct query_doc doc = {heard->post, heard->facts};
    arena_reset(&watch->scratch);
    if (watch->out->has_failed || !query_match(watch->query.root, &doc, watch->analyser, &watch->scratch))
        return;
    buf_printf(watch->out, "id: %llx-%llu\nevent: post\ndata: {\"seq\":%llu,\"post\":", (unsigned long long)watch->run, (unsigned long long)heard->seq,
               (unsigned long long)heard->seq);
    post_print(heard->post, watch->out);
    buf_append_str(watch->out, STR("}\n\n"));
}

/* Every QUIET_S the clock, if the reader may still read; false where they may not. */
static bool tell_clock(struct watch *watch, struct buf *out)
{
    char      text[CLOCK_TEXT_BYTES];
    enum role role = ROLE_NONE;
    int64_t   now_us = clock_monotonic_us();
    if (watch->has_begun && now_us - watch->clock_told_us < QUIET_S * CLOCK_SECOND_US)
        return true;
    if (watch->has_begun && !team_role_still(watch->server, &watch->caller, str_of(watch->workspace->name), clock_now_us(), &role, NULL) &&
        role < ROLE_VIEWER)
        return false; /* a database that is busy for a moment puts nobody out */
    watch->clock_told_us = now_us;
    watch->has_begun = true;
    buf_printf(out, "event: clock\ndata: {\"now\":\"%s\",\"speed\":%g}\n\n", clock_print(stream_now_us(watch->workspace->stream), text),
               watch->workspace->clock_speed);
    return true;
}

static enum http_pull pull(void *context, struct buf *out)
{
    struct watch *watch = context;
    if (!watch->has_begun)
        buf_append_str(out, STR("retry: 3000\n\n"));
    if (!tell_clock(watch, out))
        return HTTP_PULL_END;
    hub_read(watch->workspace->hub, &watch->hub_place, out);
    watch->out = out;
    for (size_t round = 0; watch->has_posts && round < 20 && out->len < BYTES_A_PULL; round++) {
        uint64_t before = watch->tail.next;
        uint64_t missed = stream_tail_read(watch->workspace->stream, &watch->tail, POSTS_A_PULL, tell_post, watch);
        if (missed)
            buf_printf(out, "event: missed\ndata: {\"count\":%llu}\n\n", (unsigned long long)missed);
        if (watch->tail.next == before)
            break;
    }
    return out->has_failed ? HTTP_PULL_FAILED : out->len ? HTTP_PULL_MORE : HTTP_PULL_WAIT;
}

static void release(void *context)
{
    struct watch *watch = context;
    if (watch->listener)
        stream_unlisten(watch->workspace->stream, watch->listener);
    hub_unwatch(watch->workspace->hub, watch->watcher);
    arena_fini(&watch->kept);
    arena_fini(&watch->scratch);
    text_analyser_free(watch->analyser);
    free(watch);
}

/* Where the browser was, if that was in this run of the program. */
static uint64_t place_before(const struct api_call *call, uint64_t newest)
{
    struct str id = http_header(call->request, "last-event-id"), run;
    int64_t    seq;
    char       wanted[32];
    snprintf(wanted, sizeof wanted, "%llx", (unsigned long long)call->api->started_us);
    if (!str_next_field(&id, '-', &run) || !str_equal(run, str_of(wanted)) || !str_to_i64(id, &seq) || seq < 0 || (uint64_t)seq > newest)
        return newest + 1;
    return (uint64_t)seq + 1;
}

static enum error_code prepare(struct api_call *call, struct watch *watch)
{
    struct query         query;
    struct buf           text = {0};
    struct query_options options = {.now_us = call->now_us};
    enum error_code      code = api_query(call, "q", &query);
    if (code)
        return code;
    query_print(query.root, &text); /* into the watch's own arena, with the named lists as they are now */
    struct str kept = arena_str(&watch->kept, buf_str(&text));
    code = text.has_failed || !kept.ptr ? error_set(&call->error, ERROR_MEMORY, "no memory for the query") : ERROR_NONE;
    buf_fini(&text);
    if (!code)
        code = text_analyser_new(&watch->analyser, &call->error);
    return code ? code : query_parse(kept, &options, watch->analyser, &watch->kept, &watch->query, &call->error);
}

static enum error_code events(struct api_call *call)
{
    struct watch *watch = calloc(1, sizeof *watch);
    if (!watch)
        return error_set(&call->error, ERROR_MEMORY, "no memory for a live view");
    watch->workspace = call->workspace;
    watch->server = call->server;
    watch->caller = (struct team_caller){.member.id = call->caller.member.id, .session = call->caller.session, .token = call->caller.token,
                                         .token_most = call->caller.token_most, .token_client = arena_str(&watch->kept, call->caller.token_client)};
    watch->run = call->api->started_us;
    watch->has_posts = api_text(call, "q").ptr != NULL;
    enum error_code code = prepare(call, watch);
    if (code) {
        release(watch);
        return code;
    }
    watch->tail.next = place_before(call, stream_newest_seq(call->workspace->stream));
    watch->hub_place = hub_newest(call->workspace->hub);
    call->response->content_type = "text/event-stream";
    http_set_header(call->response, "Cache-Control", "no-store");
    http_set_header(call->response, "X-Accel-Buffering", "no");
    watch->waker = http_stream_begin(call->response, &(struct http_stream_source){.pull = pull, .release = release, .context = watch, .idle_s = QUIET_S});
    /* Only now can something wake it; what came between is found by the first pull, which needs no waking. */
    watch->listener = watch->has_posts ? stream_listen(call->workspace->stream, wake, watch) : NULL;
    watch->watcher = hub_watch(call->workspace->hub, wake, watch);
    return ERROR_NONE;
}

static const struct api_parameter events_parameters[] = {
    {.name = "q", .type = API_QUERY, .meaning = "posts of this query are told as they arrive; not given: no posts, only events"}, {0}};

const struct api_route api_events_routes[] = {
    {HTTP_GET, "/events", API_CLIENT, ROLE_VIEWER, "events", "new posts and what happens in the client, as server-sent events",
     "Events: post {seq, post}; missed {count}: posts that went by too fast; clock {now, speed}; deleted {posts: ids}: they are gone "
     "from the archive; trend, alert, topic, read, source, deed, coverage: something of that kind changed. A quiet line comes every 15 seconds.",
     events_parameters, NULL, NULL, "text/event-stream", 0, events},
    {0}};
