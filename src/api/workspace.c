/* What a client does by itself: trends are kept as they come, and once a minute of its clock what is due is done. */
#include "api/importer.h"
#include "api/reads.h"
#include "api/service.h"
#include "api/workspace_alerts.h"

#include "base/clock.h"
#include "base/vfs.h"
#include "capture/capture.h"
#include "intake/intake.h"
#include "tool/tool.h"
#include "topic/topic.h"

#include <stdlib.h>

const struct record_domain *const api_server_domains[] = {&team_domain, NULL};
static const struct record_domain *const domains[] = {&alert_domain, &capture_domain, &chronicle_domain, &intake_domain, &tool_domain, &topic_domain, &read_domain, NULL};
static const struct record_domain *const sighting_domains[] = {&sighting_domain, NULL};

/* ---- Trends ---- */

static void tell_of_trend(void *context, const char *what, int64_t id, struct str label)
{
    struct workspace *workspace = context;
    struct buf        data = {0};
    struct json       json = json_writer(&data);
    json_object(&json);
    json_key(&json, "what");
    json_text(&json, what);
    json_key(&json, "id");
    json_i64(&json, id);
    json_key(&json, "label");
    json_str(&json, label);
    json_end(&json);
    api_tell(workspace, "trend", buf_str(&data));
    buf_fini(&data);
}

static void complain_of_trends(void *context, const struct error *error)
{
    struct workspace *workspace = context;
    workspace->complain(workspace->complain_context, workspace->name, error->message);
}

static enum error_code snapshot_of(void *context, struct archive_snapshot **snapshot_out, struct error *error)
{
    return stream_snapshot(context, snapshot_out, error);
}

/* ---- Its life ---- */

static enum error_code open_places(struct workspace *workspace, const char *data_folder, struct error *error)
{
    char clients[512], path[512], sightings[512];
    bool fits = vfs_join(clients, data_folder, "clients") && vfs_join(workspace->folder, clients, workspace->name) &&
                vfs_join(workspace->archive_folder, workspace->folder, "archive") && vfs_join(path, workspace->folder, "records.db") &&
                vfs_join(sightings, workspace->folder, "sightings.db");
    if (!fits)
        return error_set(error, ERROR_INVALID, "the path of client '%s' is too long", workspace->name);
    enum error_code code = vfs_make_folders(workspace->folder, error);
    if (!code)
        code = record_open(path, domains, &workspace->records, error);
    if (!code)
        code = record_open(sightings, sighting_domains, &workspace->sightings, error);
    struct arena arena = {0};
    size_t       imported;
    if (!code)
        code = topic_lists_import(workspace->records, workspace->folder, clock_now_us(), &arena, &imported, error);
    arena_fini(&arena);
    return code;
}

enum error_code workspace_open(struct workspace *workspace, const struct workspace_options *options, struct error *error)
{
    struct chronicle_options trends = {.tell = tell_of_trend, .complain = complain_of_trends, .context = workspace};
    struct stream_options    stream = {.archive_folder = workspace->archive_folder, .on_trend = chronicle_on_trend,
                                       .on_replay = chronicle_on_replay};
    workspace->settings = options->settings;
    workspace->complain = options->complain;
    workspace->complain_context = options->context;
    workspace->clock_speed = options->clock_speed > 0 ? options->clock_speed : 1;
    workspace->hub = hub_new();
    if (!workspace->hub)
        return error_set(error, ERROR_MEMORY, "no memory for client '%s'", workspace->name);
    enum error_code code = open_places(workspace, options->data_folder, error);
    if (code)
        return code;
    trends.records = workspace->records;
    code = chronicle_new(&trends, &workspace->chronicle, error);
    stream.context = workspace->chronicle;
    stream.clock_speed = options->clock_speed;
    stream.clock_starts_us = options->clock_starts_us;
    if (!code)
        code = stream_open(&stream, &workspace->stream, error);
    if (!code)
        code = chronicle_start(workspace->chronicle, snapshot_of, workspace->stream, error);
    if (!code)
        code = workspace_alerts_start(workspace, error);
    if (!code)
        code = importer_new(workspace, &workspace->importer, error);
    return code;
}

void workspace_close(struct workspace *workspace)
{
    importer_free(workspace->importer);
    workspace_alerts_stop(workspace);
    if (workspace->chronicle && workspace->stream)
        chronicle_stop(workspace->chronicle);
    stream_close(workspace->stream);
    chronicle_free(workspace->chronicle);
    record_close(workspace->records);
    record_close(workspace->sightings);
    hub_free(workspace->hub);
}

/* Once a day, in the night: it looks at every sighting. */
enum { SIGHTINGS_KEPT_DAYS = 400, PRUNE_HOUR = 3 };
static enum error_code prune_sightings(struct workspace *workspace, int64_t now_us, struct error *error)
{
    int64_t minute = (now_us - clock_floor(now_us, CLOCK_DAY_US)) / CLOCK_MINUTE_US;
    return minute == PRUNE_HOUR * 60 ? tool_sightings_prune(workspace->sightings, now_us - SIGHTINGS_KEPT_DAYS * CLOCK_DAY_US, error) : ERROR_NONE;
}

enum error_code workspace_tick(struct workspace *workspace, int64_t now_us, struct error *error)
{
    static enum error_code (*const works[])(struct workspace *, int64_t, struct error *) = {reads_tick, workspace_alerts_tick, prune_sightings, importer_tick};
    enum error_code        first = ERROR_NONE; /* one that fails does not keep the others from their work */
    for (size_t i = 0; i < sizeof works / sizeof *works; i++) {
        struct error    own = {0};
        enum error_code code = works[i](workspace, now_us, &own);
        if (code && !first) {
            first = code;
            *error = own;
        }
    }
    return first;
}
