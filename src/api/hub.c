#include "api/hub.h"

#include "base/error.h"

#include <pthread.h>
#include <stdlib.h>

struct hub_event {
    char      *kind, *data; /* owned */
};

struct hub_watcher {
    void (*wake)(void *context);
    void               *context;
    struct hub_watcher *next, **slot;
};

struct hub {
    pthread_mutex_t     lock;
    struct hub_event    events[HUB_EVENTS]; /* event s stands at s mod HUB_EVENTS */
    uint64_t            newest;
    struct hub_watcher *watchers;
    size_t              watcher_count;
};

struct hub *hub_new(void)
{
    struct hub *hub = calloc(1, sizeof *hub);
    if (hub)
        pthread_mutex_init(&hub->lock, NULL);
    return hub;
}

static void event_fini(struct hub_event *event)
{
    free(event->kind);
    free(event->data);
    *event = (struct hub_event){0};
}

void hub_free(struct hub *hub)
{
    if (!hub)
        return;
    require(!hub->watchers);
    for (size_t i = 0; i < HUB_EVENTS; i++)
        event_fini(&hub->events[i]);
    pthread_mutex_destroy(&hub->lock);
    free(hub);
}

/* One line: a newline would end the event. */
static char *one_line(struct str data)
{
    char *line = data.len <= HUB_DATA_MAX_BYTES ? malloc(data.len + 1) : NULL;
    for (size_t i = 0; line && i < data.len; i++)
        line[i] = data.ptr[i] == '\n' || data.ptr[i] == '\r' ? ' ' : data.ptr[i];
    if (line)
        line[data.len] = '\0';
    return line;
}

void hub_tell(struct hub *hub, const char *kind, struct str data)
{
    struct hub_event event = {.kind = strdup(kind), .data = one_line(data)};
    pthread_mutex_lock(&hub->lock);
    struct hub_event *place = &hub->events[++hub->newest % HUB_EVENTS];
    event_fini(place);
    *place = event;
    for (struct hub_watcher *watcher = hub->watchers; watcher; watcher = watcher->next)
        watcher->wake(watcher->context);
    pthread_mutex_unlock(&hub->lock);
}

uint64_t hub_newest(struct hub *hub)
{
    pthread_mutex_lock(&hub->lock);
    uint64_t newest = hub->newest;
    pthread_mutex_unlock(&hub->lock);
    return newest;
}

void hub_read(struct hub *hub, uint64_t *place, struct buf *out)
{
    enum { MOST_BYTES = 64 * 1024 };
    size_t start = out->len;
    pthread_mutex_lock(&hub->lock);
    if (hub->newest > HUB_EVENTS && *place < hub->newest - HUB_EVENTS) {
        uint64_t missed = hub->newest - HUB_EVENTS - *place;
        buf_printf(out, "event: missed_events\ndata: {\"count\":%llu}\n\n", (unsigned long long)missed);
        *place += missed;
    }
    while (*place < hub->newest && out->len - start < MOST_BYTES) {
        const struct hub_event *event = &hub->events[++*place % HUB_EVENTS];
        buf_printf(out, "event: %s\ndata: ", event->kind ? event->kind : "missed_events");
        buf_append_str(out, str_of(event->data ? event->data : "{}"));
        buf_append_str(out, STR("\n\n"));
    }
    pthread_mutex_unlock(&hub->lock);
}

struct hub_watcher *hub_watch(struct hub *hub, void (*wake)(void *context), void *context)
{
    struct hub_watcher *watcher = calloc(1, sizeof *watcher);
    if (!watcher)
        return NULL;
    watcher->wake = wake;
    watcher->context = context;
    pthread_mutex_lock(&hub->lock);
    watcher->next = hub->watchers;
    watcher->slot = &hub->watchers;
    if (watcher->next)
        watcher->next->slot = &watcher->next;
    hub->watchers = watcher;
    hub->watcher_count++;
    pthread_mutex_unlock(&hub->lock);
    return watcher;
}

void hub_unwatch(struct hub *hub, struct hub_watcher *watcher)
{
    if (!watcher)
        return;
    pthread_mutex_lock(&hub->lock);
    *watcher->slot = watcher->next;
    if (watcher->next)
        watcher->next->slot = watcher->slot;
    hub->watcher_count--;
    pthread_mutex_unlock(&hub->lock);
    free(watcher);
}

size_t hub_watchers(struct hub *hub)
{
    pthread_mutex_lock(&hub->lock);
    size_t count = hub->watcher_count;
    pthread_mutex_unlock(&hub->lock);
    return count;
}
