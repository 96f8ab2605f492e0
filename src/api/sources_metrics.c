/* Sources in /metrics. A connector of others is one label, "program": its file's name is not ours to vouch for. */
#include "api/sources.h"

#include "net/metrics.h"

struct measured {
    char                  labels[256];
    bool                  is_paused;
    struct capture_health health;
};

static size_t measure(struct api *api, const struct workspace *workspace, struct measured *rows, size_t most)
{
    struct capture_source *sources;
    struct arena           arena = {0};
    struct error           none = {0};
    size_t                 count = 0, kept = 0;
    if (capture_sources(workspace->records, &arena, &sources, &count, &none) == ERROR_NONE)
        for (size_t i = 0; i < count && kept < most; i++, kept++) {
            const struct connector *connector = connector_by_name(sources[i].connector);
            snprintf(rows[kept].labels, sizeof rows[kept].labels, "client=\"%s\",source=\"%lld\",connector=\"%s\"", workspace->name,
                     (long long)sources[i].id, connector ? connector->name : "program");
            rows[kept].is_paused = sources[i].is_paused;
            sources_health(api, workspace->name, &sources[i], &rows[kept].health);
        }
    arena_fini(&arena);
    return kept;
}

static void put_posts(const struct measured *row, struct buf *out)
{
    const struct { const char *what; uint64_t count; } counts[] = {
        {"seen", row->health.seen}, {"kept", row->health.kept}, {"duplicate", row->health.duplicate}, {"deleted", row->health.deleted},
        {"refused", row->health.refused}, {"private", row->health.private_ones}};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        char labels[320];
        snprintf(labels, sizeof labels, "%s,what=\"%s\"", row->labels, counts[i].what);
        metrics_labelled(out, "bellwether_source_posts_total", labels, (double)counts[i].count);
    }
}

static void put_all(const struct measured *rows, size_t count, struct buf *out)
{
    metrics_family(out, "bellwether_source_posts_total", "counter", "Posts of a source since its wire began in this run, by what became of them.");
    for (size_t i = 0; i < count; i++)
        put_posts(&rows[i], out);
    metrics_family(out, "bellwether_source_up", "gauge", "1 where a source is at work; a paused one is 0.");
    for (size_t i = 0; i < count; i++)
        metrics_labelled(out, "bellwether_source_up", rows[i].labels, rows[i].health.phase == CAPTURE_AT_WORK && !rows[i].is_paused);
    metrics_family(out, "bellwether_source_restarts_total", "counter", "Times that a source's wire was begun again.");
    for (size_t i = 0; i < count; i++)
        metrics_labelled(out, "bellwether_source_restarts_total", rows[i].labels, (double)rows[i].health.restarts);
    metrics_family(out, "bellwether_source_lag_seconds", "gauge", "From a post's own time to its commit, median of the last hundred.");
    for (size_t i = 0; i < count; i++)
        if (rows[i].health.lag_us >= 0)
            metrics_labelled(out, "bellwether_source_lag_seconds", rows[i].labels, (double)rows[i].health.lag_us / 1e6);
}

void sources_metrics(struct api *api, struct open_client *const *clients, size_t client_count, struct buf *out)
{
    enum { MOST = 2000 }; /* of all clients: a scrape stays a page */
    struct arena     arena = {0};
    struct measured *rows = arena_array(&arena, MOST, sizeof *rows);
    size_t           count = 0;
    for (size_t i = 0; rows && i < client_count; i++)
        count += measure(api, &clients[i]->workspace, rows + count, MOST - count);
    if (count)
        put_all(rows, count, out);
    arena_fini(&arena);
}
