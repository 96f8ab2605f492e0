/* The text that Prometheus reads (exposition format 0.0.4). */
#include "api/sources.h"

#include "net/metrics.h"

#ifndef BELLWETHER_VERSION
#error "the build says which version this is"
#endif

enum client_metric { CLIENT_POSTS, CLIENT_BYTES, CLIENT_PUSHED, CLIENT_REJECTED, CLIENT_COMMITS, CLIENT_BEHIND, CLIENT_WATCHERS, CLIENT_METRICS };

static const struct { const char *name, *type, *help; } client_metrics[CLIENT_METRICS] = {
    [CLIENT_POSTS] = {"bellwether_archive_posts", "gauge", "Posts in the archive."},
    [CLIENT_BYTES] = {"bellwether_archive_bytes", "gauge", "Bytes of the archive's files."},
    [CLIENT_PUSHED] = {"bellwether_posts_pushed_total", "counter", "Posts taken in since the start."},
    [CLIENT_REJECTED] = {"bellwether_posts_rejected_total", "counter", "Lines that were no posts since the start."},
    [CLIENT_COMMITS] = {"bellwether_commits_total", "counter", "Commits of the archive since the start."},
    [CLIENT_BEHIND] = {"bellwether_trend_posts_behind", "gauge", "Posts that the trend engine has yet to read."},
    [CLIENT_WATCHERS] = {"bellwether_watchers", "gauge", "Live views that are open."},
};

static void measure(struct open_client *client, double values[CLIENT_METRICS])
{
    struct archive_snapshot *snapshot;
    struct archive_stats     stats = {0};
    struct stream_health     health = {0};
    struct error             error = {0};
    if (stream_snapshot(client->workspace.stream, &snapshot, &error) == ERROR_NONE) {
        archive_stats(snapshot, &stats, &error);
        archive_snapshot_release(snapshot);
    }
    stream_health(client->workspace.stream, &health);
    const double found[CLIENT_METRICS] = {(double)stats.posts, (double)stats.bytes, (double)health.pushed, (double)health.rejected,
                                          (double)health.commits, (double)health.trends_behind, (double)hub_watchers(client->workspace.hub)};
    memcpy(values, found, sizeof found);
}

void metrics_print(struct api *api, struct buf *out)
{
    struct open_client *clients[API_CLIENTS_MAX];
    double              values[API_CLIENTS_MAX][CLIENT_METRICS];
    size_t              count = 0;
    pthread_mutex_lock(&api->lock);
    for (size_t i = 0; i < api->client_count; i++)
        if (!api->clients[i]->error.code)
            clients[count++] = api->clients[i];
    pthread_mutex_unlock(&api->lock);
    metrics_family(out, "bellwether_build_info", "gauge", "The program's version, always 1.");
    metrics_sample(out, "bellwether_build_info", "version", STR(BELLWETHER_VERSION), 1);
    metrics_single(out, "bellwether_start_time_seconds", "gauge", "When the program started, in seconds since 1970.", (double)api->started_us / 1e6);
    metrics_single(out, "bellwether_api_calls_total", "counter", "Calls of the API that a route answered.", (double)atomic_load(&api->calls));
    metrics_single(out, "bellwether_api_failures_total", "counter", "Calls that ended in a 5xx answer.", (double)atomic_load(&api->failures));
    metrics_single(out, "bellwether_clients", "gauge", "Clients that are open.", (double)count);
    if (api->options.print_metrics)
        api->options.print_metrics(api->options.context, out);
    for (size_t i = 0; i < count; i++)
        measure(clients[i], values[i]);
    for (size_t metric = 0; metric < CLIENT_METRICS && count; metric++) {
        metrics_family(out, client_metrics[metric].name, client_metrics[metric].type, client_metrics[metric].help);
        for (size_t i = 0; i < count; i++)
            metrics_sample(out, client_metrics[metric].name, "client", str_of(clients[i]->workspace.name), values[i][metric]);
    }
    sources_metrics(api, clients, count, out);
}
