#include "api/workspace_sources.h"

#include "alert/alert.h"
#include "api/sightings.h"
#include "api/sources.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/vfs.h"
#include "settings/settings.h"
#include "tool/tool.h"
#include "topic/topic.h"

enum { FIGURES_EVERY_US = 5 * CLOCK_SECOND_US };

/* ---- What keep rules match: the client's topics ---- */

/* It lost its list: that topic keeps nothing, the others go on. */
static void complain_of_topic(struct workspace *workspace, const struct topic *topic, struct error *broken)
{
    error_prefix(broken, "the topic '%.*s' cannot be heard: ", STR_ARG(topic->text.name));
    if (workspace->complain)
        workspace->complain(workspace->complain_context, workspace->name, broken->message);
}

static enum error_code parse_topics(struct workspace *workspace, struct text_analyser *analyser, struct arena *arena, const struct query_node ***trees_out,
                                    size_t *count_out, struct error *error)
{
    struct topic        *topics;
    struct query_list   *lists;
    size_t               count, list_count;
    struct query_options options = {.now_us = stream_now_us(workspace->stream)};
    *count_out = 0;
    enum error_code code = topic_lists(workspace->records, arena, &lists, &list_count, error);
    if (!code)
        code = topic_all(workspace->records, false, arena, &topics, &count, error);
    *trees_out = code ? NULL : arena_array(arena, count, sizeof **trees_out);
    if (!code && !*trees_out)
        return error_set(error, ERROR_MEMORY, "no memory for topics");
    options.lists = lists;
    options.list_count = list_count;
    for (size_t i = 0; i < count && !code; i++) {
        struct query query;
        struct error broken = {0};
        if (query_parse(topics[i].text.query, &options, analyser, arena, &query, &broken) == ERROR_NONE)
            (*trees_out)[(*count_out)++] = query.root;
        else
            complain_of_topic(workspace, &topics[i], &broken);
    }
    return code;
}

static enum error_code topics_of(void *context, struct arena *arena, const struct query_node ***trees_out, size_t *count_out, struct error *error)
{
    struct text_analyser *analyser;
    enum error_code       code = text_analyser_new(&analyser, error);
    if (code)
        return code;
    code = parse_topics(context, analyser, arena, trees_out, count_out, error);
    text_analyser_free(analyser);
    return code;
}

/* ---- What is told ---- */

static void on_changed(void *context, int64_t source)
{
    sources_tell(context, source, "health");
}

/* So that live views let go of them; a few in each event, which has a bound. */
static void tell_gone(struct workspace *workspace, const struct str *posts, size_t count)
{
    enum { IN_AN_EVENT = 20 };
    for (size_t from = 0; from < count; from += IN_AN_EVENT) {
        struct buf  data = {0};
        struct json json = json_writer(&data);
        json_object(&json);
        json_key(&json, "posts");
        json_array(&json);
        for (size_t i = from; i < count && i < from + IN_AN_EVENT; i++)
            json_str(&json, posts[i]);
        json_end(&json);
        json_end(&json);
        api_tell(workspace, "deleted", buf_str(&data));
        buf_fini(&data);
    }
}

enum error_code workspace_forget_posts(void *context, const struct str *posts, size_t count, struct error *error)
{
    struct record  *records = ((struct workspace *)context)->records;
    enum error_code code = alert_forget_posts(records, posts, count, error);
    if (!code)
        code = tool_forget_posts(records, posts, count, error);
    if (!code)
        code = capture_forget_posts(records, posts, count, error);
    if (!code)
        tell_gone(context, posts, count);
    return code;
}

static void log_capture(void *context, const char *level, const char *event, const char *words)
{
    struct api *api = context;
    if (api->options.log)
        api->options.log(api->options.context, level, event, words);
}

/* ---- Its life ---- */

enum error_code workspace_sources_host(struct api *api, struct error *error)
{
    struct capture_options options = {.data_folder = api->data_folder,
                                      .programs_folder = settings_text(api->options.settings, "sources.programs"),
                                      .allows_private = settings_boolean(api->options.settings, "sources.private_addresses"),
                                      .log = log_capture,
                                      .context = api};
    api->programs = programs_new();
    return api->programs ? capture_open(&options, &api->capture, error) : error_set(error, ERROR_MEMORY, "no memory for sources");
}

enum error_code workspace_sources_start(struct api *api, struct workspace *workspace, struct error *error)
{
    struct capture_client client = {.name = workspace->name, .stream = workspace->stream, .records = workspace->records, .topics = topics_of,
                                    .forget = workspace_forget_posts, .sighted = sightings_of_source, .changed = on_changed, .context = workspace};
    return capture_attach(api->capture, &client, error);
}

/* ---- Each second ---- */

struct news {
    bool has_sources, has_topics;
};

static void look_at(void *context, struct str entity)
{
    struct news *news = context;
    news->has_sources |= str_equal(entity, STR("source"));
    news->has_topics |= str_equal(entity, STR("topic")) || str_equal(entity, STR("list"));
}

static enum error_code follow_rows(struct api *api, struct workspace *workspace, struct sources_watch *watch, struct error *error)
{
    struct news     news = {0};
    bool            is_first = watch->audited == 0;
    enum error_code code = record_audit_since(workspace->records, &watch->audited, look_at, &news, error);
    if (code || is_first)
        return code;
    if (news.has_topics)
        capture_topics_changed(api->capture, workspace->name);
    if (news.has_sources) {
        capture_sources_changed(api->capture, workspace->name);
        sources_tell(workspace, 0, "rows");
    }
    return ERROR_NONE;
}

static void print_now(struct api *api, const struct workspace *workspace, const struct capture_source *sources, size_t count, struct buf *out)
{
    struct json json = json_writer(out);
    json_object(&json);
    json_put_time(&json, "at", clock_now_us());
    json_key(&json, "sources");
    json_array(&json);
    for (size_t i = 0; i < count; i++) {
        struct capture_health health;
        sources_health(api, workspace->name, &sources[i], &health);
        sources_print_one(&json, &sources[i], &health, (struct str){0});
    }
    json_end(&json);
    json_end(&json);
}

/* For the command line, which has no other way to ask a server that runs. */
static enum error_code write_now(const struct workspace *workspace, struct str text, struct error *error)
{
    char path[512];
    if (!vfs_join(path, workspace->folder, SOURCES_NOW_FILE))
        return error_set(error, ERROR_INVALID, "the path of client '%s' is too long", workspace->name);
    return vfs_replace_file(path, text, error);
}

static void warn_owners(struct workspace *workspace, const struct capture_source *sources, size_t count, int64_t now_us)
{
    for (size_t i = 0; i < count; i++) {
        struct buf  data = {.max_bytes = 2048};
        struct json json = json_writer(&data);
        if (!sources_is_near_expiry(&sources[i], now_us))
            continue;
        json_object(&json);
        json_put_i64(&json, "source", sources[i].id);
        json_key(&json, "what");
        json_text(&json, "expires");
        json_put_str(&json, "name", sources[i].name);
        json_put_i64(&json, "owner", sources[i].owner);
        json_put_time(&json, "expires_at", sources[i].expires_us);
        json_end(&json);
        api_tell(workspace, "source", buf_str(&data));
        buf_fini(&data);
    }
}

static enum error_code tell_now(struct api *api, struct workspace *workspace, struct sources_watch *watch, int64_t now_us, struct error *error)
{
    struct capture_source *sources;
    struct arena           arena = {0};
    struct buf             now = {.max_bytes = SOURCES_NOW_MAX_BYTES};
    size_t                 count;
    int64_t                wall_us = clock_now_us();
    enum error_code        code = capture_sources(workspace->records, &arena, &sources, &count, error);
    if (!code && count) {
        print_now(api, workspace, sources, count, &now);
        const char *behind = now.len ? memchr(now.ptr, ',', now.len) : NULL; /* the time alone is no news */
        uint64_t    figures = behind ? hash_bytes(behind, now.len - (size_t)(behind - now.ptr)) : 0;
        bool is_news = figures != watch->figures;
        if (is_news)
            sources_tell(workspace, 0, "figures");
        watch->figures = figures;
        if ((is_news || now_us - watch->written_us >= SOURCES_NOW_EVERY_S * CLOCK_SECOND_US) && !now.has_failed) {
            code = write_now(workspace, buf_str(&now), error);
            watch->written_us = now_us;
        }
    }
    if (!code && count && wall_us - watch->warned_us >= CLOCK_DAY_US) {
        warn_owners(workspace, sources, count, wall_us);
        watch->warned_us = wall_us;
    }
    buf_fini(&now);
    arena_fini(&arena);
    return code;
}

enum error_code workspace_sources_tick(struct api *api, struct workspace *workspace, struct sources_watch *watch, struct error *error)
{
    int64_t         now_us = clock_monotonic_us();
    enum error_code code = follow_rows(api, workspace, watch, error);
    if (code || now_us - watch->told_us < FIGURES_EVERY_US)
        return code;
    watch->told_us = now_us;
    return tell_now(api, workspace, watch, now_us, error);
}
