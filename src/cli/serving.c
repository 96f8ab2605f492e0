#include "cli/serving.h"

#include "base/clock.h"
#include "base/log.h"
#include "cli/configured.h"
#include "net/metrics.h"
#include "net/notify.h"

#include <signal.h>
#include <stdlib.h>

enum { LOOK_MS = 100 };

struct serving {
    struct cli                   *cli;
    const struct serving_options *options;
    struct configured             configured;
    struct log                    log;
    struct api                   *api;
    struct server                *server;
    struct histogram              durations;
    char                          base[300];
};

/* ---- Numbers ---- */

static void print_server_metrics(void *context, struct buf *out)
{
    struct serving        *serving = context;
    struct server_counters counters;
    if (!serving->server)
        return;
    server_counters(serving->server, &counters);
    const struct {
        const char *name, *type, *help;
        uint64_t    value;
    } rows[] = {
        {"bellwether_http_requests_total", "counter", "Requests answered.", counters.requests},
        {"bellwether_http_refused_total", "counter", "Connections and requests refused by a limit.", counters.refused},
        {"bellwether_http_received_bytes_total", "counter", "Bytes of the bodies of requests.", counters.bytes_in},
        {"bellwether_http_sent_bytes_total", "counter", "Bytes of the bodies of answers.", counters.bytes_out},
        {"bellwether_http_connections", "gauge", "Open connections.", counters.connections_now},
        {"bellwether_http_streams", "gauge", "Streams that are open.", counters.streams_now},
        {"bellwether_http_queued", "gauge", "Requests that wait for a worker.", counters.queued_now},
        {"bellwether_log_lines_total", "counter", "Lines written to the log.", atomic_load(&serving->log.lines)},
        {"bellwether_log_lost_lines_total", "counter", "Lines that the log could not take.",
         atomic_load(&serving->log.lost)},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        metrics_single(out, rows[i].name, rows[i].type, rows[i].help, (double)rows[i].value);
    metrics_family(out, "bellwether_http_answers_total", "counter", "Answers by the first digit of their status.");
    for (unsigned i = 1; i < 6; i++) {
        char status[4] = {(char)('0' + i), 'x', 'x', '\0'};
        metrics_sample(out, "bellwether_http_answers_total", "status", str_of(status), (double)counters.by_status[i]);
    }
    metrics_histogram(out, "bellwether_http_request_duration_seconds",
                      "From a request's first line to the end of its answer; streams as long as they live.",
                      &serving->durations);
}

/* ---- The log ---- */

/* Without its query: that may hold what somebody looks for, or a token. */
static struct str shown_path(const struct http_request *request)
{
    const char *mark = request->target.len ? memchr(request->target.ptr, '?', request->target.len) : NULL;
    if (request->path.len)
        return request->path;
    return mark ? str_slice(request->target.ptr, (size_t)(mark - request->target.ptr)) : request->target;
}

static enum log_level level_of(const struct http_log *line)
{
    if (line->status == 500)
        return LOG_LEVEL_ERROR;
    bool is_expected =
        strcmp(line->event, "request") == 0 || strcmp(line->event, "cut") == 0; /* live views end by being cut */
    return line->status > 500 || !is_expected ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO;
}

static void log_request(void *context, const struct http_log *line)
{
    struct api                *api = context;
    struct serving            *serving = api->options.context;
    const struct http_request *request = line->request;
    enum log_level             level = level_of(line);
    if (request)
        histogram_add(&serving->durations, line->elapsed_us);
    if (level == LOG_LEVEL_INFO &&
        (serving->options->is_demo || !settings_boolean(serving->configured.settings, "log.requests")))
        return;
    const struct log_field fields[] = {
        {"id", LOG_STR, str_of(request ? request->id : NULL), 0},
        {"method", LOG_STR, str_of(request ? http_method_names[request->method] : NULL), 0},
        {"path", LOG_STR, request ? shown_path(request) : (struct str){0}, 0},
        {"status", LOG_NUMBER, {0}, line->status},
        {"ms", LOG_MS, {0}, line->elapsed_us},
        {"in", LOG_NUMBER, {0}, (int64_t)line->bytes_in},
        {"out", LOG_NUMBER, {0}, (int64_t)line->bytes_out},
        {"peer", LOG_STR, str_of(line->peer), 0},
        LOG_END,
    };
    log_event(&serving->log, level, line->event, fields);
}

static void log_words(struct serving *serving, enum log_level level, const char *event, const char *words)
{
    const struct log_field fields[] = {{"words", LOG_STR, str_of(words), 0}, LOG_END};
    log_event(&serving->log, level, event, fields);
}

static void log_of_api(void *context, const char *level, const char *event, const char *words)
{
    enum log_level number = LOG_LEVEL_INFO;
    for (int i = 0; i < 4; i++)
        if (strcmp(log_level_names[i], level) == 0)
            number = (enum log_level)i;
    log_words(context, number, event, words);
}

static void heed_log_settings(struct serving *serving)
{
    atomic_store(&serving->log.format, (enum log_format)settings_number(serving->configured.settings, "log.format"));
    atomic_store(&serving->log.level, (enum log_level)settings_number(serving->configured.settings, "log.level"));
}

/* For a person at a terminal in words; for a program that reads the log, an event. */
static void say(struct serving *serving, const char *event, const char *words)
{
    if (atomic_load(&serving->log.format) == LOG_FORMAT_TEXT)
        cli_say(serving->cli, "%s", words);
    else
        log_words(serving, LOG_LEVEL_INFO, event, words);
}

/* ---- Starting ---- */

/* What a person can type into a browser. */
static void print_base(struct serving *serving, const char *listen)
{
    int port = server_port(serving->server);
    if (port == 0) {
        snprintf(serving->base, sizeof serving->base, "%s", listen);
        return;
    }
    int         host_len = (int)(strrchr(listen, ':') ? strrchr(listen, ':') - listen : (ptrdiff_t)strlen(listen));
    bool        is_every = host_len == 0 || strncmp(listen, "*:", 2) == 0 || strncmp(listen, "[::]", 4) == 0 ||
                    strncmp(listen, "0.0.0.0:", 8) == 0;
    const char *host = is_every ? "localhost" : listen;
    snprintf(serving->base, sizeof serving->base, "http://%.*s:%d", is_every ? (int)strlen(host) : host_len, host,
             port);
}

static struct server_limits limits_of(const struct settings *settings)
{
    return (struct server_limits){
        .connections = (unsigned)settings_number(settings, "limits.connections"),
        .connections_per_peer = (unsigned)settings_number(settings, "limits.connections_per_peer"),
        .workers = (unsigned)settings_number(settings, "server.workers"),
        .queued = (unsigned)settings_number(settings, "limits.queued"),
        .body_bytes = (uint64_t)settings_number(settings, "limits.body_bytes"),
        .bodies_bytes = (uint64_t)settings_number(settings, "limits.bodies_bytes"),
        .header_bytes = (unsigned)settings_number(settings, "limits.header_bytes"),
        .idle_s = (unsigned)settings_number(settings, "limits.idle_s"),
        .request_s = (unsigned)settings_number(settings, "limits.request_s"),
        .requests_per_peer_s = (unsigned)settings_number(settings, "limits.requests_per_peer_s"),
    };
}

static enum error_code begin(struct serving *serving, const char *listen)
{
    struct cli            *cli = serving->cli;
    const struct settings *settings = serving->configured.settings;
    const char            *token = settings_text(settings, "metrics.token");
    struct api_options     api_options = {.data_folder = cli->data,
                                          .settings = settings,
                                          .metrics_token = token[0] ? token : NULL,
                                          .log = log_of_api,
                                          .print_metrics = print_server_metrics,
                                          .context = serving,
                                          .fast_client = serving->options->fast_client,
                                          .fast_starts_us = serving->options->fast_starts_us,
                                          .fast_speed = serving->options->fast_speed};
    enum error_code        code = api_open(&api_options, &serving->api, &cli->error);
    if (code)
        return code;
    struct server_options server_options = {.listen = listen,
                                            .trusted_proxies = settings_text(settings, "server.trusted_proxies"),
                                            .limits = limits_of(settings),
                                            .handle = api_handle,
                                            .log = log_request,
                                            .context = serving->api};
    code = server_start(&server_options, &serving->server, &cli->error);
    if (code == ERROR_CONFLICT)
        error_hint(&cli->error, "name another with --listen 127.0.0.1:PORT; port 0 is any free one");
    if (!code)
        print_base(serving, listen);
    return code;
}

/* ---- Running ---- */

static void reload(struct serving *serving)
{
    struct configured again = {0};
    struct buf        changed = {.max_bytes = 16 * 1024};
    struct error      error = {0}, before = serving->cli->error;
    const char       *manager = getenv("NOTIFY_SOCKET");
    notify_manager(manager, "RELOADING=1");
    enum error_code code = configured_load(serving->cli, &again);
    error = serving->cli->error;
    serving->cli->error = before;
    configured_free(&again);
    if (!code)
        code = settings_reload(serving->configured.settings, &changed, &error);
    if (code) {
        log_words(serving, LOG_LEVEL_ERROR, "reload-refused", error.message);
    } else {
        heed_log_settings(serving);
        for (size_t i = 0; i < changed.len; i++)
            changed.ptr[i] = changed.ptr[i] == '\n' ? (i + 1 < changed.len ? ',' : ' ') : changed.ptr[i];
        const struct log_field fields[] = {
            {"changed", LOG_STR, changed.len ? str_trim(buf_str(&changed)) : STR("nothing"), 0}, LOG_END};
        log_event(&serving->log, LOG_LEVEL_INFO, "reloaded", fields);
    }
    buf_fini(&changed);
    notify_manager(manager, "READY=1");
}

static void wait_for_the_end(struct serving *serving)
{
    const struct timespec look = {.tv_nsec = LOOK_MS * 1000000L};
    sigset_t              hang_up;
    sigemptyset(&hang_up);
    sigaddset(&hang_up, SIGHUP);
    while (!atomic_load(serving->cli->stop))
        if (sigtimedwait(&hang_up, NULL, &look) == SIGHUP)
            reload(serving);
}

static enum error_code run(struct serving *serving)
{
    struct cli     *cli = serving->cli;
    char            listen[300], words[400];
    const char     *manager = getenv("NOTIFY_SOCKET");
    const char     *wanted = serving->options->listen ? serving->options->listen
                                                      : settings_text(serving->configured.settings, "server.listen");
    snprintf(listen, sizeof listen, "%s", wanted);
    enum error_code code = begin(serving, listen);
    if (!code && serving->options->on_ready)
        code = serving->options->on_ready(cli, serving->api, serving->base, serving->options->context);
    if (!code) {
        snprintf(words, sizeof words, "listening on %s", serving->base);
        say(serving, "listening", words);
        notify_manager(manager, "READY=1");
        wait_for_the_end(serving);
        notify_manager(manager, "STOPPING=1");
        say(serving, "stopping", "stopping: finishing what is running, then sealing");
    }
    server_stop(serving->server, (unsigned)settings_number(serving->configured.settings, "server.grace_s") * 1000);
    if (serving->options->on_end)
        serving->options->on_end(serving->options->context);
    api_close(serving->api);
    if (!code)
        say(serving, "stopped", "stopped");
    return code;
}

enum error_code serving_run(struct cli *cli, const struct serving_options *options)
{
    struct serving  serving = {.cli = cli, .options = options};
    sigset_t        hang_up, before;
    enum error_code code = configured_load(cli, &serving.configured);
    if (code)
        return code;
    log_init(&serving.log);
    heed_log_settings(&serving);
    /* Blocked before any thread begins, so that only wait_for_the_end meets it. */
    sigemptyset(&hang_up);
    sigaddset(&hang_up, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &hang_up, &before);
    code = run(&serving);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    configured_free(&serving.configured);
    return code;
}
