#include "cli/serving.h"

#include "base/clock.h"

enum { GRACE_MS = 25000, LOOK_MS = 100 };

struct serving {
    struct cli    *cli;
    struct api    *api;
    struct server *server;
    char           base[300];
};

static void print_server_metrics(void *context, struct buf *out)
{
    struct serving        *serving = context;
    struct server_counters counters;
    if (!serving->server)
        return;
    server_counters(serving->server, &counters);
    buf_printf(out,
               "# HELP bellwether_http_requests_total Requests answered.\n# TYPE bellwether_http_requests_total counter\n"
               "bellwether_http_requests_total %llu\n"
               "# HELP bellwether_http_refused_total Connections and requests refused by a limit.\n# TYPE bellwether_http_refused_total counter\n"
               "bellwether_http_refused_total %llu\n"
               "# HELP bellwether_http_connections Open connections.\n# TYPE bellwether_http_connections gauge\n"
               "bellwether_http_connections %llu\n"
               "# HELP bellwether_http_streams Streams that are open.\n# TYPE bellwether_http_streams gauge\nbellwether_http_streams %llu\n",
               (unsigned long long)counters.requests, (unsigned long long)counters.refused, (unsigned long long)counters.connections_now,
               (unsigned long long)counters.streams_now);
}

static void log_request(void *context, const struct http_log *line)
{
    (void)context;
    (void)line;
}

static void log_event(void *context, const char *level, const char *event, const char *words)
{
    struct serving *serving = context;
    cli_say(serving->cli, "%s: %s: %s", level, event, words);
}

/* What a person can type into a browser. */
static void print_base(struct serving *serving, const char *listen)
{
    int port = server_port(serving->server);
    if (port == 0)
        snprintf(serving->base, sizeof serving->base, "%s", listen);
    else {
        int host = (int)(strrchr(listen, ':') ? strrchr(listen, ':') - listen : (ptrdiff_t)strlen(listen));
        snprintf(serving->base, sizeof serving->base, "http://%.*s:%d", host, listen, port);
    }
}

static enum error_code begin(struct serving *serving, const struct serving_options *options, const char *listen)
{
    struct cli        *cli = serving->cli;
    struct api_options api_options = {.data_folder = cli->data, .log = log_event, .print_metrics = print_server_metrics, .context = serving,
                                      .fast_client = options->fast_client, .fast_starts_us = options->fast_starts_us,
                                      .fast_speed = options->fast_speed};
    enum error_code    code = api_open(&api_options, &serving->api, &cli->error);
    if (code)
        return code;
    struct server_options server_options = {.listen = listen, .handle = api_handle, .log = log_request, .context = serving->api};
    code = server_start(&server_options, &serving->server, &cli->error);
    if (code == ERROR_CONFLICT)
        error_hint(&cli->error, "name another with --listen 127.0.0.1:PORT; port 0 is any free one");
    if (!code)
        print_base(serving, listen);
    return code;
}

enum error_code serving_run(struct cli *cli, const struct serving_options *options)
{
    struct serving  serving = {.cli = cli};
    const char     *listen = options->listen ? options->listen : "127.0.0.1:8600";
    enum error_code code = begin(&serving, options, listen);
    if (!code && options->on_ready)
        code = options->on_ready(cli, serving.api, serving.base, options->context);
    if (!code) {
        cli_say(cli, "listening on %s", serving.base);
        while (!atomic_load(cli->stop))
            clock_sleep(LOOK_MS);
        cli_say(cli, "stopping: finishing what is running, then sealing");
    }
    server_stop(serving.server, GRACE_MS);
    if (options->on_end)
        options->on_end(options->context);
    api_close(serving.api);
    if (!code)
        cli_say(cli, "stopped");
    return code;
}
