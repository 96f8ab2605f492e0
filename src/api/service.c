#include "api/service.h"

#include "api/sources.h"
#include "api/workspace_sources.h"
#include "base/clock.h"
#include "base/vfs.h"

#include <errno.h>
#include <stdlib.h>

/* ---- Clients ---- */

struct open_client *api_client(struct api *api, struct str name)
{
    struct open_client *found = NULL;
    pthread_mutex_lock(&api->lock);
    for (size_t i = 0; i < api->client_count && !found; i++)
        if (str_equal(str_of(api->clients[i]->workspace.name), name))
            found = api->clients[i];
    pthread_mutex_unlock(&api->lock);
    return found;
}

static void say(const struct api *api, const char *level, const char *event, const char *words)
{
    if (api->options.log)
        api->options.log(api->options.context, level, event, words);
}

static void complain(void *context, const char *client, const char *words)
{
    char line[640];
    snprintf(line, sizeof line, "%s: %s", client, words);
    say(context, "error", "client_trouble", line);
}

static enum error_code open_client(struct api *api, struct str name, struct error *error)
{
    struct open_client *client = calloc(1, sizeof *client);
    if (!client || name.len >= sizeof client->workspace.name || api->client_count == API_CLIENTS_MAX) {
        free(client);
        return error_set(error, ERROR_TOO_LARGE, "no room for the client '%.*s'", (int)(name.len < 60 ? name.len : 60), name.ptr);
    }
    memcpy(client->workspace.name, name.ptr, name.len);
    bool is_fast = api->options.fast_client && strcmp(api->options.fast_client, client->workspace.name) == 0;
    struct workspace_options options = {.data_folder = api->data_folder, .settings = api->options.settings, .complain = complain, .context = api,
                                        .clock_starts_us = is_fast ? api->options.fast_starts_us : 0,
                                        .clock_speed = is_fast ? api->options.fast_speed : 0};
    if (workspace_open(&client->workspace, &options, &client->error) == ERROR_NONE)
        workspace_sources_start(api, &client->workspace, &client->error);
    if (client->error.code)
        error_prefix(&client->error, "client %s: ", client->workspace.name);
    say(api, client->error.code ? "error" : "info", client->error.code ? "client_failed" : "client_opened",
        client->error.code ? client->error.message : client->workspace.name);
    pthread_mutex_lock(&api->lock);
    api->clients[api->client_count++] = client;
    pthread_mutex_unlock(&api->lock);
    return ERROR_NONE;
}

enum error_code api_open_client(struct api *api, struct str name, struct error *error)
{
    pthread_mutex_lock(&api->opening); /* a worker that made a client, and the ticker that found it */
    enum error_code code = api_client(api, name) ? ERROR_NONE : open_client(api, name, error);
    pthread_mutex_unlock(&api->opening);
    return code;
}

/* Also those that the command line made meanwhile. */
static enum error_code open_clients(struct api *api, struct error *error)
{
    struct arena  arena = {0};
    struct str   *names;
    size_t        count;
    enum error_code code = team_client_names(api->server, &arena, &names, &count, error);
    for (size_t i = 0; i < count && !code; i++)
        code = api_open_client(api, names[i], error);
    arena_fini(&arena);
    return code;
}

/* ---- The ticker: once a second, what is due ---- */

static void tick(struct api *api)
{
    size_t       count;
    struct error opening = {0};
    if (open_clients(api, &opening))
        say(api, "error", "clients_not_listed", opening.message);
    pthread_mutex_lock(&api->lock);
    count = api->client_count; /* clients are only ever added */
    pthread_mutex_unlock(&api->lock);
    for (size_t i = 0; i < count; i++) {
        struct open_client *client = api->clients[i];
        if (client->error.code)
            continue;
        struct error sources = {0};
        if (workspace_sources_tick(api, &client->workspace, &client->sources, &sources))
            say(api, "error", "sources_not_followed", sources.message);
        int64_t now_us = stream_now_us(client->workspace.stream);
        if (client->ticked_us && now_us < client->ticked_us + CLOCK_MINUTE_US)
            continue;
        client->ticked_us = now_us;
        struct error error = {0};
        if (workspace_tick(&client->workspace, now_us, &error))
            say(api, "error", "tick_failed", error.message);
    }
}

static void *run_ticker(void *context)
{
    struct api *api = context;
    pthread_mutex_lock(&api->lock);
    while (!api->is_stopping) {
        struct timespec until;
        pthread_mutex_unlock(&api->lock);
        tick(api);
        clock_deadline(1000, &until);
        pthread_mutex_lock(&api->lock);
        if (!api->is_stopping)
            pthread_cond_timedwait(&api->wake_ticker, &api->lock, &until);
    }
    pthread_mutex_unlock(&api->lock);
    return NULL;
}

/* ---- Its life ---- */

enum error_code api_open(const struct api_options *options, struct api **api_out, struct error *error)
{
    char        path[512];
    struct api *api = calloc(1, sizeof *api);
    *api_out = NULL;
    if (!api)
        return error_set(error, ERROR_MEMORY, "no memory for the service");
    api->options = *options;
    api->started_us = clock_now_us();
    pthread_mutex_init(&api->lock, NULL);
    pthread_mutex_init(&api->opening, NULL);
    pthread_cond_init(&api->wake_ticker, NULL);
    snprintf(api->data_folder, sizeof api->data_folder, "%s", options->data_folder);
    enum error_code code = vfs_join(path, api->data_folder, "server.db") ? vfs_make_folders(api->data_folder, error)
                                                                         : error_set(error, ERROR_INVALID, "the data folder's path is too long");
    if (!code)
        code = record_open(path, api_server_domains, &api->server, error);
    if (!code)
        code = team_adopt_folders(api->server, api->data_folder, error);
    if (!code)
        code = workspace_sources_host(api, error);
    if (!code)
        code = open_clients(api, error);
    if (!code && pthread_create(&api->ticker, NULL, run_ticker, api))
        code = error_set(error, ERROR_MEMORY, "no thread for the ticker");
    api->has_ticker = !code;
    if (code)
        api_close(api);
    else
        *api_out = api;
    return code;
}

void api_close(struct api *api)
{
    if (!api)
        return;
    pthread_mutex_lock(&api->lock);
    api->is_stopping = true;
    pthread_cond_broadcast(&api->wake_ticker);
    pthread_mutex_unlock(&api->lock);
    if (api->has_ticker)
        pthread_join(api->ticker, NULL);
    capture_close(api->capture); /* before the streams that it commits to */
    programs_free(api->programs);
    for (size_t i = 0; i < api->client_count; i++)
        workspace_close(&api->clients[i]->workspace), free(api->clients[i]);
    record_close(api->server);
    for (size_t i = 0; i < api->analyser_count; i++)
        text_analyser_free(api->analysers[i]);
    pthread_cond_destroy(&api->wake_ticker);
    pthread_mutex_destroy(&api->lock);
    pthread_mutex_destroy(&api->opening);
    free(api);
}
