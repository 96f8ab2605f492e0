/* One request and its answer. */
#include "net/inside.h"

#include "base/clock.h"
#include "base/hash.h"

#include <stdlib.h>

enum { ARENA_MOST_BYTES = 512 * 1024 * 1024 };

struct exchange *exchange_new(struct connection *connection, const char *target)
{
    struct server   *server = connection->server;
    struct exchange *exchange = calloc(1, sizeof *exchange);
    if (!exchange)
        return NULL;
    *exchange = (struct exchange){.server = server,
                                  .connection = connection,
                                  .mhd = connection->mhd,
                                  .references = 1,
                                  .started_us = clock_monotonic_us(),
                                  .target_at = target,
                                  .target_len = strlen(target)};
    uint64_t number = atomic_fetch_add(&server->next_id, 1);
    snprintf(exchange->request.id, sizeof exchange->request.id, "%016llx",
             (unsigned long long)hash_mix(server->id_seed, number));
    exchange->request.pairs = &exchange->pairs;
    exchange->request.arena = &exchange->arena;
    exchange->response.status = 200;
    exchange->body.max_bytes = server->limits.body_bytes;
    arena_init(&exchange->arena, ARENA_MOST_BYTES);
    address_print(&connection->address, exchange->request.peer);
    /* Kept before it is checked, so that what is refused can be named in the log. */
    exchange->request.target = arena_str(&exchange->head, str_slice(target, exchange->target_len));
    return exchange;
}

static void drop_body(struct exchange *exchange)
{
    atomic_fetch_sub(&exchange->server->bodies_now, exchange->body_counted);
    exchange->body_counted = 0;
    buf_fini(&exchange->body);
    exchange->request.body = (struct str){0};
}

void exchange_release(struct exchange *exchange)
{
    if (atomic_fetch_sub(&exchange->references, 1) != 1)
        return;
    drop_body(exchange);
    http_response_fini(&exchange->response);
    arena_fini(&exchange->head);
    arena_fini(&exchange->arena);
    free(exchange);
}

static void enter(struct exchange *exchange, enum phase phase)
{
    atomic_store(&exchange->connection->since_us, clock_monotonic_us());
    atomic_store(&exchange->connection->phase, phase);
}

/* ---- Headers ---- */

struct collected {
    struct http_pair pairs[HEADERS_MOST + 1];
    size_t           count;
};

static enum MHD_Result collect(void *context, enum MHD_ValueKind kind, const char *name, size_t name_len,
                               const char *value, size_t value_len)
{
    (void)kind;
    struct collected *collected = context;
    if (collected->count > HEADERS_MOST)
        return MHD_NO;
    collected->pairs[collected->count++] =
        (struct http_pair){{name, name_len}, {value ? value : "", value ? value_len : 0}};
    return MHD_YES;
}

static struct str joined_headers(struct exchange *exchange, const char *name)
{
    struct str all = {0};
    for (size_t i = 0; i < exchange->pairs.header_count; i++) {
        struct http_pair *pair = &exchange->pairs.headers[i];
        if (!str_equal_ascii_nocase(pair->name, str_of(name)))
            continue;
        char *text = all.len ? arena_alloc(&exchange->head, all.len + 1 + pair->value.len) : NULL;
        if (text) {
            memcpy(text, all.ptr, all.len);
            text[all.len] = ',';
            memcpy(text + all.len + 1, pair->value.ptr, pair->value.len);
        }
        all = text ? str_slice(text, all.len + 1 + pair->value.len) : pair->value;
    }
    return all;
}

static struct refusal check_limits(struct exchange *exchange, uint64_t length)
{
    struct server *server = exchange->server;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(exchange->mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    if (info && info->header_size > server->limits.header_bytes)
        return (struct refusal){431, "the headers are larger than this server takes"};
    if (length > server->limits.body_bytes)
        return (struct refusal){413, "the body is larger than this server takes"};
    struct address client =
        trusted_client(&server->trusted, exchange->connection->address, joined_headers(exchange, "X-Forwarded-For"));
    address_print(&client, exchange->request.peer);
    if (!peers_take(&server->peers, &client, exchange->started_us))
        return (struct refusal){429, "too many requests in a second"};
    if (atomic_load(&server->is_stopping))
        return (struct refusal){503, "the server is being stopped"};
    return (struct refusal){0};
}

static struct refusal read_head(struct exchange *exchange, const char *version, uint64_t *length_out,
                                bool *is_chunked_out)
{
    struct collected collected = {.count = 0};
    MHD_get_connection_values_n(exchange->mhd, MHD_HEADER_KIND, collect, &collected);
    struct refusal refusal =
        request_read_headers(&exchange->request, collected.pairs, collected.count, &exchange->head);
    /* What the length says is needed even where something else is refused: is there a body to come? */
    struct refusal body = request_body_length(&exchange->request, length_out, is_chunked_out);
    if (!refusal.status)
        refusal = body;
    /* A NUL in the first line ends the text that libmicrohttpd gives; its version stands right behind the target only
     * where there was none. */
    if (!refusal.status && version != exchange->target_at + exchange->target_len + 1)
        refusal = (struct refusal){400, "the target holds a NUL byte"};
    if (!refusal.status)
        refusal = request_read_target(&exchange->request, exchange->request.target,
                                      http_header(&exchange->request, "Host"), &exchange->head);
    if (!refusal.status)
        refusal = check_limits(exchange, *length_out);
    return refusal;
}

static enum MHD_Result queue_answer(struct exchange *exchange)
{
    exchange->state = EXCHANGE_QUEUED;
    if (!exchange->answer)
        return MHD_NO;
    atomic_store(&exchange->connection->sending, exchange->bytes_out);
    enter(exchange, PHASE_ANSWERING);
    enum MHD_Result result = MHD_queue_response(exchange->mhd, (unsigned)exchange->status, exchange->answer);
    MHD_destroy_response(exchange->answer);
    exchange->answer = NULL;
    return result;
}

static enum MHD_Result refuse(struct exchange *exchange, int status, const char *detail)
{
    response_refuse(exchange, &(struct refusal){status, detail});
    exchange->answer = response_build(exchange);
    return queue_answer(exchange);
}

static enum MHD_Result begin(struct exchange *exchange, const char *method, const char *version)
{
    uint64_t length = 0;
    bool     is_chunked = false;
    exchange->request.method = request_method(method);
    exchange->refusal = read_head(exchange, version, &length, &is_chunked);
    exchange->state = EXCHANGE_READING;
    int status = exchange->refusal.status;
    /* After these nobody knows where the next request begins, or it is not wanted. */
    exchange->must_close = status == 400 || status == 413 || status == 414 || status == 431 || status == 501 ||
                           atomic_load(&exchange->server->is_stopping);
    if (!status || (!length && !is_chunked))
        return MHD_YES;
    exchange->must_close = true;
    exchange->connection->is_lingering = true;
    return refuse(exchange, status, exchange->refusal.detail);
}

/* ---- Body ---- */

/* Too late for an answer in between (libmicrohttpd gives none while a body comes in): the rest is read and dropped, but
 * not for ever. */
static enum MHD_Result drop(struct exchange *exchange, size_t len)
{
    exchange->bytes_in += len;
    return exchange->bytes_in > 2 * exchange->server->limits.body_bytes ? MHD_NO : MHD_YES;
}

static void stop_reading(struct exchange *exchange, int status, const char *detail)
{
    drop_body(exchange);
    exchange->refusal = (struct refusal){status, detail};
    exchange->must_close = true;
    exchange->state = EXCHANGE_DROPPING;
}

static enum MHD_Result take_piece(struct exchange *exchange, const char *bytes, size_t len)
{
    struct server *server = exchange->server;
    if (exchange->state != EXCHANGE_READING || exchange->refusal.status)
        return drop(exchange, len);
    exchange->bytes_in += len;
    if (exchange->body.len + len > server->limits.body_bytes) {
        stop_reading(exchange, 413, "the body is larger than this server takes");
        return MHD_YES;
    }
    if (!buf_append(&exchange->body, bytes, len)) {
        stop_reading(exchange, 503, "no memory for the body");
        return MHD_YES;
    }
    uint64_t more = exchange->body.capacity - exchange->body_counted;
    exchange->body_counted += more;
    if (atomic_fetch_add(&server->bodies_now, more) + more > server->limits.bodies_bytes)
        stop_reading(exchange, 503, "too many bodies at once");
    return MHD_YES;
}

/* ---- The handler ---- */

static void run(struct job *job, unsigned worker)
{
    struct exchange *exchange = (struct exchange *)(void *)((char *)job - offsetof(struct exchange, job));
    struct server   *server = exchange->server;
    exchange->request.worker = worker;
    exchange->request.body = buf_str(&exchange->body);
    server->options.handle(server->options.context, &exchange->request, &exchange->response);
    bool is_stream = exchange->response.stream != NULL;
    exchange->answer = response_build(exchange);
    if (!is_stream) {
        drop_body(exchange);
        arena_fini(&exchange->arena);
    }
    exchange->state = EXCHANGE_ANSWERED;
    server_resume(server, exchange->mhd);
}

static enum MHD_Result whole(struct exchange *exchange)
{
    struct server *server = exchange->server;
    if (exchange->refusal.status)
        return refuse(exchange, exchange->refusal.status, exchange->refusal.detail);
    if (workers_queued(&server->workers) >= server->limits.queued)
        return refuse(exchange, 503, "too many requests wait already");
    exchange->job.run = run;
    exchange->state = EXCHANGE_RUNNING;
    exchange->is_unanswered = true;
    atomic_fetch_add(&server->unanswered, 1);
    enter(exchange, PHASE_RUNNING);
    if (atomic_load(&server->is_stopping) || !server_suspend(server, exchange->mhd)) {
        exchange->must_close = true;
        return refuse(exchange, 503, "the server is being stopped");
    }
    workers_add(&server->workers, &exchange->job);
    return MHD_YES;
}

enum MHD_Result exchange_step(struct exchange *exchange, const char *method, const char *version, const char *bytes,
                              size_t *size_io)
{
    size_t size = *size_io;
    switch (exchange->state) {
    case EXCHANGE_NEW: return begin(exchange, method, version);
    case EXCHANGE_READING:
    case EXCHANGE_DROPPING:
        if (!size)
            return whole(exchange);
        *size_io = 0;
        return take_piece(exchange, bytes, size);
    case EXCHANGE_RUNNING: return MHD_YES; /* not resumed yet */
    case EXCHANGE_ANSWERED: return queue_answer(exchange);
    case EXCHANGE_QUEUED: *size_io = 0; return MHD_YES;
    }
    return MHD_NO;
}

/* ---- The end ---- */

void exchange_completed(struct exchange *exchange, enum MHD_RequestTerminationCode why)
{
    struct server     *server = exchange->server;
    struct connection *connection = exchange->connection;
    bool               was_sent = why == MHD_REQUEST_TERMINATED_COMPLETED_OK && exchange->state == EXCHANGE_QUEUED;
    bool               is_late = atomic_load(&connection->is_cut) || why == MHD_REQUEST_TERMINATED_TIMEOUT_REACHED;
    struct http_log    line = {.request = &exchange->request,
                               .event = was_sent ? "request" : is_late ? "timeout" : "cut",
                               .status = exchange->status ? exchange->status : is_late ? 408 : 499,
                               .bytes_in = exchange->bytes_in,
                               .bytes_out = exchange->bytes_out,
                               .elapsed_us = clock_monotonic_us() - exchange->started_us,
                               .peer = exchange->request.peer};
    if (exchange->answer) /* its connection went away before it could be queued */
        MHD_destroy_response(exchange->answer);
    exchange->answer = NULL;
    server_log_line(server, &line);
    connection->exchange = NULL;
    enter(exchange, PHASE_WAITING);
    if (exchange->is_unanswered)
        atomic_fetch_sub(&server->unanswered, 1);
    exchange_release(exchange);
}
