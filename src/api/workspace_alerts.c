#include "api/workspace_alerts.h"

#include "chronicle/chronicle.h"
#include "settings/settings.h"
#include "topic/topic.h"

#include <stdlib.h>

const char *workspace_public_url(const struct workspace *workspace)
{
    return settings_text(workspace->settings, "server.public_url");
}

bool workspace_can_mail(const struct workspace *workspace)
{
    return settings_text(workspace->settings, "mail.host")[0] && settings_text(workspace->settings, "mail.from")[0];
}

enum error_code workspace_topic_query(void *workspace, int64_t topic, struct arena *arena, struct str *query_out, struct error *error)
{
    struct topic    found;
    enum error_code code = topic_by_id(((struct workspace *)workspace)->records, topic, arena, &found, error);
    *query_out = code ? STR("") : found.text.query;
    return code;
}

/* ---- Trends ---- */

enum { TRENDS_MOST = 2000, PAGE = 200 };

static enum error_code take_posts(struct workspace *workspace, struct alert_trend *trend, struct arena *arena, struct error *error)
{
    struct chronicle_post *posts;
    size_t                 count;
    enum error_code        code = chronicle_posts(workspace->records, trend->id, arena, &posts, &count, error);
    struct str            *ids = code ? NULL : arena_array(arena, count, sizeof *ids);
    if (!code && !ids)
        code = error_set(error, ERROR_MEMORY, "no memory for the posts of a trend");
    for (size_t i = 0; i < count && !code; i++)
        ids[i] = posts[i].id;
    trend->post_ids = ids;
    trend->post_id_count = code ? 0 : count;
    return code;
}

static int by_time(const void *a, const void *b)
{
    const struct alert_trend *x = a, *y = b;
    return x->at_us != y->at_us ? (x->at_us < y->at_us ? -1 : 1) : (x->id > y->id) - (x->id < y->id);
}

enum error_code workspace_alert_trends(struct workspace *workspace, bool open_only, int64_t since_us, int64_t until_us, int64_t now_us,
                                       struct arena *arena, struct alert_trend **trends_out, size_t *count_out, struct error *error)
{
    struct chronicle_ask ask = {.now_us = now_us, .is_open = open_only, .since_us = since_us, .until_us = until_us, .muted = CHRONICLE_MUTED_OR_NOT,
                                .limit = PAGE};
    struct alert_trend  *trends = arena_array(arena, TRENDS_MOST, sizeof *trends);
    size_t               count = 0, page_count = PAGE;
    enum error_code      code = trends ? ERROR_NONE : error_set(error, ERROR_MEMORY, "no memory for trends");
    while (!code && page_count == PAGE && count + PAGE <= TRENDS_MOST) {
        struct chronicle_trend *page;
        code = chronicle_list(workspace->records, &ask, arena, &page, &page_count, error);
        for (size_t i = 0; i < page_count && !code; i++) {
            trends[count] = (struct alert_trend){.id = page[i].id, .at_us = page[i].detected_us, .label = page[i].label, .strength = page[i].z_peak,
                                                 .voices = page[i].voices, .posts = page[i].posts, .is_muted = page[i].muted_until_us > now_us};
            code = take_posts(workspace, &trends[count++], arena, error);
            ask.after_strength = open_only ? page[i].z : page[i].z_peak;
            ask.after_id = page[i].id;
        }
    }
    if (!code && count)
        qsort(trends, count, sizeof *trends, by_time);
    *trends_out = trends;
    *count_out = count;
    return code;
}

/* ---- Each minute ---- */

struct telling {
    struct workspace *workspace;
    size_t            told;
};

static void tell(void *context, const struct alert_told *told)
{
    struct telling *telling = context;
    struct buf      data = {0};
    struct json     json = json_writer(&data);
    json_object(&json);
    json_key(&json, "firing");
    told->firing ? json_i64(&json, told->firing) : json_null(&json);
    json_key(&json, "alert");
    json_i64(&json, told->rule);
    json_key(&json, "at");
    json_time(&json, told->at_us);
    json_key(&json, "name");
    json_str(&json, told->rule_name);
    json_key(&json, "title");
    json_str(&json, told->title);
    json_key(&json, "is_quiet");
    json_bool(&json, told->is_quiet);
    json_key(&json, "is_digest");
    json_bool(&json, told->is_digest);
    json_end(&json);
    api_tell(telling->workspace, "alert", buf_str(&data));
    buf_fini(&data);
    telling->told++;
}

enum error_code workspace_alerts_tick(struct workspace *workspace, int64_t now_us, struct error *error)
{
    struct arena       arena = {0};
    struct telling     telling = {workspace, 0};
    struct query_list *lists = NULL;
    struct alert_trend *trends = NULL;
    size_t             trend_count = 0;
    bool               wants_trends = false;
    struct alert_world world = {.client = workspace->name, .public_url = workspace_public_url(workspace), .records = workspace->records,
                                .now_us = now_us, .topic_query = workspace_topic_query, .context = workspace};
    enum error_code    code = topic_lists(workspace->records, &arena, &lists, &world.list_count, error);
    world.lists = lists;
    if (!code)
        code = text_analyser_new(&world.analyser, error);
    if (!code)
        code = stream_snapshot(workspace->stream, &world.snapshot, error);
    if (!code)
        code = alert_evaluate(&world, tell, &telling, error);
    if (!code)
        code = alert_wants_trends(workspace->records, &wants_trends, error);
    if (!code && wants_trends)
        code = workspace_alert_trends(workspace, true, INT64_MIN, INT64_MAX, now_us, &arena, &trends, &trend_count, error);
    if (!code && trend_count)
        code = alert_hear(&world, trends, trend_count, tell, &telling, error);
    if (telling.told)
        alert_courier_wake(workspace->courier);
    archive_snapshot_release(world.snapshot);
    text_analyser_free(world.analyser);
    arena_fini(&arena);
    return code;
}

/* ---- Its life ---- */

static void log_delivery(void *context, const char *level, const char *event, const char *words)
{
    struct workspace *workspace = context;
    char              line[ERROR_MESSAGE_BYTES + 300];
    if (strcmp(level, "info") == 0 || !workspace->complain)
        return;
    snprintf(line, sizeof line, "%s: %s", event, words);
    workspace->complain(workspace->complain_context, workspace->name, line);
}

/* Before each round, so that changed settings hold without a restart. */
static void read_settings(void *context, struct alert_courier_options *options)
{
    const struct settings *settings = ((struct workspace *)context)->settings;
    options->allows_private = settings_boolean(settings, "webhooks.private_addresses");
    options->mail = (struct alert_mail_settings){
        .host = settings_text(settings, "mail.host"), .port = (unsigned)settings_number(settings, "mail.port"), .user = settings_text(settings, "mail.user"),
        .password = settings_text(settings, "mail.password"), .from = settings_text(settings, "mail.from"), .tls = settings_text(settings, "mail.tls")};
}

enum error_code workspace_alerts_start(struct workspace *workspace, struct error *error)
{
    struct alert_courier_options options = {.records = workspace->records, .refresh = read_settings, .log = log_delivery, .context = workspace};
    return alert_courier_start(&options, &workspace->courier, error);
}

void workspace_alerts_stop(struct workspace *workspace)
{
    alert_courier_stop(workspace->courier);
    workspace->courier = NULL;
}
