/* The manager thread: which wires there are, and whether they run. Only it changes lists of wires and taps. */
#include "capture/inside.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/vfs.h"

#include <stdlib.h>

enum { TICK_MS = 250, TOPICS_MS = 600 * 1000, HEALTHY_MS = 600 * 1000, BACKOFF_MOST_MS = 300 * 1000, AWAY_LEAST_MS = 10 * 1000, SETTLE_MS = 500 };

static int64_t now_ms(void)
{
    return clock_monotonic_us() / 1000;
}

/* ---- Topics ---- */

static enum error_code read_topics(struct client *client, struct error *error)
{
    struct topic_set         *set = calloc(1, sizeof *set);
    const struct query_node **trees = NULL;
    enum error_code           code = set ? ERROR_NONE : error_set(error, ERROR_MEMORY, "no memory for topics");
    if (code)
        return code;
    atomic_init(&set->users, 1);
    if (client->given.topics)
        code = client->given.topics(client->given.context, &set->arena, &trees, &set->count, error);
    if (!code)
        code = percolator_new(trees, set->count, &set->percolator, error);
    if (code) {
        topic_set_release(set);
        return code;
    }
    pthread_mutex_lock(&client->lock);
    struct topic_set *old = client->topics;
    client->topics = set;
    pthread_mutex_unlock(&client->lock);
    topic_set_release(old);
    return ERROR_NONE;
}

/* ---- Wires come and go ---- */

static void add_wire(struct capture *capture, struct wire *wire)
{
    pthread_mutex_lock(&capture->lock);
    wire->next = capture->wires;
    capture->wires = wire;
    pthread_mutex_unlock(&capture->lock);
}

static struct source_run *take_run(struct wire *wire)
{
    pthread_mutex_lock(&wire->run_lock);
    struct source_run *run = wire->run;
    wire->run = NULL;
    pthread_mutex_unlock(&wire->run_lock);
    return run;
}

static void stop_thread(struct wire *wire)
{
    pthread_mutex_lock(&wire->lock);
    wire->is_stopping = true;
    pthread_cond_broadcast(&wire->changed);
    pthread_mutex_unlock(&wire->lock);
    if (wire->has_thread)
        pthread_join(wire->thread, NULL);
    wire->has_thread = false;
}

void capture_wire_free(struct wire *wire)
{
    for (size_t i = 0; i < wire->queue_count; i++)
        source_batch_free(wire->queue[i]);
    for (struct tap *tap = wire->taps, *next; tap; tap = next) {
        next = tap->next;
        cover_missed(tap);
        tap_free(tap);
    }
    pthread_cond_destroy(&wire->changed);
    pthread_mutex_destroy(&wire->lock);
    pthread_mutex_destroy(&wire->run_lock);
    pthread_mutex_destroy(&wire->work);
    arena_fini(&wire->arena);
    free(wire);
}

/* What was not committed is given again when the state is used next. */
static void end_wire(struct capture *capture, struct wire *wire)
{
    source_run_stop(take_run(wire), GRACE_MS);
    stop_thread(wire);
    pthread_mutex_lock(&capture->lock);
    struct wire **at = &capture->wires;
    while (*at != wire)
        at = &(*at)->next;
    *at = wire->next;
    while (wire->pins)
        pthread_cond_wait(&capture->changed, &capture->lock);
    pthread_mutex_unlock(&capture->lock);
    capture_wire_free(wire);
}

static struct str copy(struct wire *wire, struct str text)
{
    return arena_str(&wire->arena, text);
}

struct wanted { /* a source that should be at work */
    const struct kept_source *kept;
    struct str                secrets;
    const struct connector   *connector;
    bool                      is_shared;
    char                      key[40];
};

static struct wire *new_wire(struct capture *capture, struct client *client, const struct wanted *wanted)
{
    struct wire *wire = calloc(1, sizeof *wire);
    if (!wire)
        return NULL;
    pthread_mutex_init(&wire->work, NULL);
    pthread_mutex_init(&wire->run_lock, NULL);
    pthread_mutex_init(&wire->lock, NULL);
    pthread_cond_init(&wire->changed, NULL);
    wire->capture = capture;
    memcpy(wire->key, wanted->key, sizeof wire->key);
    wire->is_shared = wanted->is_shared;
    wire->connector = wanted->connector;
    wire->mode = wanted->kept->source.mode;
    wire->connector_name = copy(wire, wanted->kept->source.connector);
    wire->config = copy(wire, wanted->kept->source.config);
    wire->secrets = copy(wire, wanted->secrets);
    wire->client = wanted->is_shared ? NULL : client;
    wire->source = wanted->is_shared ? 0 : wanted->kept->source.id;
    wire->rate_limit = wire->rate_remaining = -1;
    wire->phase = CAPTURE_STARTING;
    wire->said = SOURCE_IDLE;
    wire->slot_at = clock_monotonic_us() / (5 * CLOCK_SECOND_US);
    wire->started_ms = now_ms();
    bool is_read = wire->connector_name.ptr && wire->config.ptr && wire->secrets.ptr &&
                   keep_read_query(wanted->kept->source.query, &wire->arena, &wire->query, NULL) == ERROR_NONE;
    wire->has_thread = is_read && pthread_create(&wire->thread, NULL, wire_run, wire) == 0;
    if (!wire->has_thread) {
        capture_wire_free(wire);
        return NULL;
    }
    add_wire(capture, wire);
    return wire;
}

/* ---- Taps ---- */

static void unlink_tap(struct wire *wire, struct tap *tap)
{
    pthread_mutex_lock(&wire->work);
    pthread_mutex_lock(&wire->lock);
    struct tap **at = &wire->taps;
    while (*at != tap)
        at = &(*at)->next;
    *at = tap->next;
    pthread_mutex_unlock(&wire->lock);
    pthread_mutex_unlock(&wire->work);
    cover_missed(tap);
    tap_free(tap);
}

static void set_rules(struct tap *tap, const struct capture_source *source)
{
    snprintf(tap->name, sizeof tap->name, "%.*s", STR_ARG(source->name));
    tap->keep = source->keep;
    tap->sample_per_mille = source->sample_per_mille;
}

/* A wire that runs goes on for those that have it. A client that was just opened and is behind it pulls it back, so that it misses nothing over a
 * restart of the server; who comes back from a pause has missed what came meanwhile, and that is written down. */
static void join(struct wire *wire, struct tap *tap, bool is_running, bool is_opening)
{
    struct arena     arena = {0};
    struct tap_state state = {0};
    struct str      *gone;
    size_t           gone_count = 0;
    struct error     error = {0};
    if (tap_state_read(tap->client->given.stream, tap->cursor_name, &arena, &state, &error))
        capture_say(wire->capture, "error", "source_cursor_lost", "%s: %s: %s", tap->client->name, tap->name, error.message);
    stream_gone(tap->client->given.stream, str_of(tap->gone_name), &arena, &gone, &gone_count, NULL);
    tap->position_us = state.position_us;
    tap->has_gone = gone_count > 0;
    pthread_mutex_lock(&wire->work);
    tap->round = wire->round;
    bool is_older = is_running && state.position_us && state.position_us < wire->position_us;
    tap->is_waiting = !is_running || (is_older && is_opening); /* else what is queued would move its state over what it has not seen */
    wire->needs_pull_back |= is_older && is_opening;
    if (is_older && !is_opening)
        cover_gap(tap, state.position_us, clock_now_us(), "the source was paused");
    pthread_mutex_lock(&wire->lock);
    tap->next = wire->taps;
    wire->taps = tap;
    pthread_mutex_unlock(&wire->lock);
    pthread_mutex_unlock(&wire->work);
    arena_fini(&arena);
}

static void add_tap(struct capture *capture, struct wire *wire, struct client *client, const struct kept_source *kept)
{
    struct tap *tap = calloc(1, sizeof *tap);
    if (!tap)
        return; /* the next look at the rows tries again */
    tap->client = client;
    tap->source = kept->source.id;
    set_rules(tap, &kept->source);
    snprintf(tap->cursor_name, sizeof tap->cursor_name, "%.*s", STR_ARG(kept->cursor_name));
    snprintf(tap->gone_name, sizeof tap->gone_name, "%s.gone", tap->cursor_name);
    pthread_mutex_lock(&wire->run_lock);
    bool is_running = wire->run != NULL;
    pthread_mutex_unlock(&wire->run_lock);
    join(wire, tap, is_running, client->known == NULL);
    capture_say(capture, "info", "source_joined", "%s: %s (%.*s)", client->name, tap->name, STR_ARG(wire->connector_name));
}

static struct tap *tap_of(struct wire *wire, const struct client *client, int64_t source)
{
    struct tap *tap = wire->taps;
    while (tap && (tap->client != client || tap->source != source))
        tap = tap->next;
    return tap;
}

/* ---- Rows ---- */

static void name_wire(const struct client *client, struct wanted *wanted)
{
    const struct capture_source *source = &wanted->kept->source;
    uint64_t hash = hash_mix(hash_mix(hash_str(source->connector), hash_str(source->config)), hash_mix(hash_str(source->query), (uint64_t)source->mode));
    wanted->is_shared = wanted->connector && wanted->connector->is_shareable && source->secret_names.len == 0;
    if (!wanted->is_shared)
        hash = hash_mix(hash_mix(hash, hash_str(str_of(client->name))), hash_mix((uint64_t)source->id, (uint64_t)wanted->kept->secrets_version));
    snprintf(wanted->key, sizeof wanted->key, "%c%016llx", wanted->is_shared ? 's' : 'p', (unsigned long long)hash);
}

/* Why it cannot even be tried, into known; else where it stands. */
static void place(struct capture *capture, struct client *client, const struct kept_source *kept, struct arena *arena, struct known_source *known)
{
    struct wanted   wanted = {.kept = kept};
    struct error    error = {0};
    enum error_code code = keep_connector(kept->source.connector, &wanted.connector, &error);
    if (!code)
        code = keep_unseal(&capture->key, kept->sealed, arena, &wanted.secrets, &error);
    if (code) {
        snprintf(known->problem, sizeof known->problem, "%.250s", error.message);
        return;
    }
    name_wire(client, &wanted);
    struct wire *wire = capture->wires;
    while (wire && strcmp(wire->key, wanted.key) != 0)
        wire = wire->next;
    struct tap *tap = wire ? tap_of(wire, client, kept->source.id) : NULL;
    if (tap) {
        pthread_mutex_lock(&wire->work);
        set_rules(tap, &kept->source);
        tap->is_stale = false;
        pthread_mutex_unlock(&wire->work);
        return;
    }
    if (!wire)
        wire = new_wire(capture, client, &wanted);
    if (!wire) {
        snprintf(known->problem, sizeof known->problem, "no memory for a wire");
        return;
    }
    for (struct wire *other = capture->wires; other; other = other->next) /* it moved: what it has not taken there it gets here */
        if (other != wire && (tap = tap_of(other, client, kept->source.id)))
            unlink_tap(other, tap);
    add_tap(capture, wire, client, kept);
}

static void mark(struct capture *capture, struct client *client)
{
    for (struct wire *wire = capture->wires; wire; wire = wire->next)
        for (struct tap *tap = wire->taps; tap; tap = tap->next)
            tap->is_stale |= tap->client == client;
}

static void sweep(struct capture *capture)
{
    for (struct wire *wire = capture->wires; wire; wire = wire->next)
        for (struct tap *tap = wire->taps, *next; tap; tap = next) {
            next = tap->next;
            if (tap->is_stale)
                unlink_tap(wire, tap);
        }
}

static void set_known(struct capture *capture, struct client *client, struct known_source *known, size_t count)
{
    pthread_mutex_lock(&capture->lock);
    struct known_source *old = client->known;
    client->known = known;
    client->known_count = count;
    pthread_mutex_unlock(&capture->lock);
    free(old);
}

static enum error_code reconcile(struct capture *capture, struct client *client, struct error *error)
{
    struct arena         arena = {0};
    struct kept_source  *kept = NULL;
    struct known_source *known = NULL;
    size_t               count = 0;
    enum error_code      code = record_begin(client->given.records, error);
    if (!code)
        code = record_end(client->given.records, keep_sources(client->given.records, &arena, &kept, &count, error), error);
    if (!code && !(known = calloc(count + 1, sizeof *known)))
        code = error_set(error, ERROR_MEMORY, "no memory for sources");
    if (!code) {
        mark(capture, client);
        for (size_t i = 0; i < count; i++) {
            known[i] = (struct known_source){.id = kept[i].source.id, .is_paused = kept[i].source.is_paused};
            if (!kept[i].source.is_paused)
                place(capture, client, &kept[i], &arena, &known[i]);
        }
        sweep(capture);
        set_known(capture, client, known, count);
    }
    arena_fini(&arena);
    return code;
}

/* ---- Beginning ---- */

/* The oldest state of those that are not behind: it leaves nobody out. */
static enum error_code oldest_state(struct wire *wire, struct arena *arena, struct str *state_out, struct error *error)
{
    struct tap_state oldest = {0};
    enum error_code  code = ERROR_NONE;
    for (struct tap *tap = wire->taps; !code && tap; tap = tap->next) {
        struct tap_state state = {0};
        if (!tap->is_behind)
            code = tap_state_read(tap->client->given.stream, tap->cursor_name, arena, &state, error);
        if (state.position_us && (!oldest.position_us || state.position_us < oldest.position_us))
            oldest = state;
        if (!code && state.position_us)
            cover_begun(tap);
        tap->is_waiting = false;
        if (state.position_us > wire->position_us)
            wire->position_us = state.position_us;
    }
    *state_out = oldest.state;
    return code;
}

static void forget_last_run(struct wire *wire)
{
    pthread_mutex_lock(&wire->run_lock);
    pthread_mutex_lock(&wire->lock);
    for (size_t i = 0; i < wire->queue_count; i++)
        source_batch_free(wire->queue[i]);
    wire->queue_count = 0;
    wire->generation++;
    wire->is_ended = wire->has_live_news = false;
    pthread_mutex_unlock(&wire->lock);
    pthread_mutex_unlock(&wire->run_lock);
}

static void note_connector(struct wire *wire, const struct connector *connector)
{
    pthread_mutex_lock(&wire->lock);
    snprintf(wire->network, sizeof wire->network, "%s", connector->network);
    wire->acts = connector->acts;
    wire->modes = connector->modes;
    wire->text_max = connector->text_max;
    wire->text_unit = connector->text_unit;
    wire->echoes_key = connector->echoes_key;
    pthread_mutex_unlock(&wire->lock);
}

bool program_path(const struct capture *capture, struct str connector, char path[512])
{
    char name[80];
    snprintf(name, sizeof name, "%.*s", (int)(connector.len - 8), connector.ptr + 8); /* behind "program:" */
    return capture->programs_folder[0] && vfs_join(path, capture->programs_folder, name);
}

static enum error_code start(struct wire *wire, struct str secrets, struct source_run **run_out, struct error *error)
{
    char                path[512] = "";
    const char         *argv[] = {path, NULL};
    struct source_host  host = wire_host(wire);
    struct source_setup setup = {.connector = wire->connector, .config = wire->config, .secrets = secrets,
                                 .allows_private = wire->capture->options.allows_private};
    if (!wire->connector) {
        if (!program_path(wire->capture, wire->connector_name, path))
            return error_set(error, ERROR_INVALID, "no folder is set for programs of others (setting sources.programs)");
        setup.argv = argv;
    }
    return source_run_start(&setup, &host, run_out, error);
}

static void wait_to_begin(struct wire *wire, const char *message)
{
    double  chance = 0.75 + 0.5 * rng_unit(&wire->capture->rng);
    int64_t wait_ms = wire->failures < 9 ? INT64_C(1000) << wire->failures : BACKOFF_MOST_MS;
    wait_ms = wait_ms > BACKOFF_MOST_MS ? BACKOFF_MOST_MS : wait_ms;
    wait_ms = (int64_t)((double)wait_ms * chance);
    wire->failures += wire->failures < 9;
    wire->retry_ms = now_ms() + wait_ms;
    pthread_mutex_lock(&wire->lock);
    wire->retry_us = clock_now_us() + wait_ms * 1000;
    pthread_mutex_unlock(&wire->lock);
    wire_note(wire, CAPTURE_WAITING, message);
}

static void fail_to_begin(struct wire *wire, const struct error *error)
{
    bool is_for_people = error->code == ERROR_INVALID || error->code == ERROR_NOT_FOUND || error->code == ERROR_DENIED;
    if (is_for_people)
        wire_note(wire, CAPTURE_NEEDS_PERSON, error->message);
    else
        wait_to_begin(wire, error->message);
}

/* Time without it, of a connector that has no state to go on from. */
static void cover_away(struct wire *wire, struct str state)
{
    int64_t from_us = wire->ended_us;
    wire->ended_us = 0;
    if (state.len || !from_us || clock_now_us() - from_us < AWAY_LEAST_MS * 1000)
        return;
    for (struct tap *tap = wire->taps; tap; tap = tap->next)
        cover_gap(tap, from_us, clock_now_us(), "the source was away");
}

static void begin(struct wire *wire)
{
    struct arena       arena = {0};
    struct str         state = {0}, secrets;
    struct source_run *run = NULL;
    struct error       error = {0};
    forget_last_run(wire);
    wire->needs_pull_back = false;
    pthread_mutex_lock(&wire->work);
    enum error_code code = oldest_state(wire, &arena, &state, &error);
    if (!code)
        cover_away(wire, state);
    pthread_mutex_unlock(&wire->work);
    pthread_mutex_lock(&wire->lock);
    secrets = arena_str(&arena, wire->secrets); /* a rotated one may come at any time */
    wire->restarts += wire->begun_ms != 0;
    pthread_mutex_unlock(&wire->lock);
    wire->begun_ms = now_ms();
    wire_note(wire, CAPTURE_STARTING, NULL);
    if (!code && wire->connector)
        note_connector(wire, wire->connector);
    if (!code)
        code = start(wire, secrets, &run, &error);
    if (code)
        fail_to_begin(wire, &error);
    else {
        note_connector(wire, source_run_connector(run));
        pthread_mutex_lock(&wire->run_lock);
        wire->run = run;
        source_run_subscribe(run, MAIN_SUB, wire->mode, &wire->query, state);
        pthread_mutex_unlock(&wire->run_lock);
        courier_wake(wire->capture);
    }
    arena_fini(&arena);
}

/* ---- Ending ---- */

static void note_end(struct wire *wire)
{
    struct error    why;
    enum source_end end;
    pthread_mutex_lock(&wire->lock);
    why = wire->why;
    end = wire->end;
    wire->is_ended = false;
    pthread_mutex_unlock(&wire->lock);
    source_run_stop(take_run(wire), 0);
    wire->ended_us = clock_now_us();
    if (now_ms() - wire->begun_ms >= HEALTHY_MS)
        wire->failures = 0;
    const char *words = why.message[0] ? why.message : end == SOURCE_END_DONE ? "the connector ended" : "the connector failed";
    if (end == SOURCE_END_DONE && wire->mode == SOURCE_FILL) {
        wire->is_finished = true;
        wire_note(wire, CAPTURE_AT_WORK, "it has given all that it had");
    } else if (end == SOURCE_END_CONFIG || end == SOURCE_END_AUTH)
        wire_note(wire, CAPTURE_NEEDS_PERSON, words);
    else
        wait_to_begin(wire, words);
    capture_say(wire->capture, end == SOURCE_END_DONE ? "info" : "warning", "source_ended", "%.*s: %s", STR_ARG(wire->connector_name), words);
    courier_wake(wire->capture);
}

/* ---- What pages and rows hear of it ---- */

static void tell(struct wire *wire)
{
    pthread_mutex_lock(&wire->lock);
    bool    needs_tell = wire->needs_tell, has_expiry = wire->has_expiry;
    int64_t expires_us = wire->account.expires_us;
    wire->needs_tell = wire->has_expiry = false;
    pthread_mutex_unlock(&wire->lock);
    if (has_expiry && !wire->is_shared)
        keep_set_expires(wire->client->given.records, wire->source, expires_us, NULL);
    for (struct tap *tap = wire->taps; needs_tell && tap; tap = tap->next)
        if (tap->client->given.changed)
            tap->client->given.changed(tap->client->given.context, tap->source);
}

/* At the start clients are opened one after the other: a wire that they share waits a little for the next one's state. */
static bool may_begin(struct capture *capture, const struct wire *wire)
{
    pthread_mutex_lock(&capture->lock);
    int64_t attached_ms = capture->attached_ms;
    pthread_mutex_unlock(&capture->lock);
    return !wire->is_shared || wire->begun_ms || now_ms() - attached_ms >= SETTLE_MS;
}

static void tend_wires(struct capture *capture)
{
    for (struct wire *wire = capture->wires, *next; wire; wire = next) {
        next = wire->next;
        if (!wire->taps) {
            end_wire(capture, wire);
            continue;
        }
        pthread_mutex_lock(&wire->lock);
        bool is_ended = wire->is_ended, is_due = wire->phase == CAPTURE_WAITING || wire->phase == CAPTURE_STARTING;
        pthread_mutex_unlock(&wire->lock);
        if (is_ended)
            note_end(wire);
        else if (wire->run && wire->needs_pull_back) {
            source_run_stop(take_run(wire), GRACE_MS);
            begin(wire);
        } else if (!wire->run && !wire->is_finished && is_due && now_ms() >= wire->retry_ms && may_begin(capture, wire))
            begin(wire);
        tell(wire);
    }
}

/* ---- Clients ---- */

static void let_go(struct capture *capture, struct client *client)
{
    mark(capture, client);
    sweep(capture);
    for (struct wire *wire = capture->wires, *next; wire; wire = next) {
        next = wire->next;
        if (!wire->taps)
            end_wire(capture, wire);
    }
    pthread_mutex_lock(&capture->lock);
    while (client->pins)
        pthread_cond_wait(&capture->changed, &capture->lock);
    struct client **at = &capture->clients;
    while (*at != client)
        at = &(*at)->next;
    *at = client->next;
    pthread_cond_broadcast(&capture->changed);
    pthread_mutex_unlock(&capture->lock);
    topic_set_release(client->topics);
    pthread_mutex_destroy(&client->lock);
    free(client->known);
    free(client);
}

static void complain(struct capture *capture, const struct client *client, const char *event, const struct error *error)
{
    capture_say(capture, "error", event, "%s: %s", client->name, error->message);
}

static void tend_client(struct capture *capture, struct client *client)
{
    struct error error = {0};
    pthread_mutex_lock(&capture->lock);
    bool is_leaving = client->is_leaving, needs_rows = client->needs_rows;
    bool needs_topics = client->needs_topics || now_ms() - client->topics_us / 1000 >= TOPICS_MS; /* times such as since:24h move on */
    client->needs_rows = client->needs_topics = false;
    pthread_mutex_unlock(&capture->lock);
    if (is_leaving) {
        let_go(capture, client);
        return;
    }
    bool has_no_topics = false, has_no_rows = false;
    if (needs_topics) {
        client->topics_us = clock_monotonic_us();
        has_no_topics = read_topics(client, &error) != ERROR_NONE;
        if (has_no_topics)
            complain(capture, client, "topics_not_read", &error);
    }
    if (needs_rows) {
        has_no_rows = reconcile(capture, client, &error) != ERROR_NONE;
        if (has_no_rows)
            complain(capture, client, "sources_not_read", &error);
    }
    if (has_no_topics || has_no_rows) { /* a database that was busy */
        pthread_mutex_lock(&capture->lock);
        client->needs_topics |= has_no_topics;
        client->needs_rows |= has_no_rows;
        pthread_mutex_unlock(&capture->lock);
    }
}

void *manager_run(void *context)
{
    struct capture *capture = context;
    bool            goes_on = true;
    while (goes_on) {
        pthread_mutex_lock(&capture->lock);
        struct client *client = capture->clients;
        pthread_mutex_unlock(&capture->lock);
        for (struct client *next; client; client = next) { /* others only add, in front */
            next = client->next;
            tend_client(capture, client);
        }
        tend_wires(capture);
        struct timespec until;
        clock_deadline(TICK_MS, &until);
        pthread_mutex_lock(&capture->lock);
        if (!capture->is_stopping && !capture->has_news)
            pthread_cond_timedwait(&capture->changed, &capture->lock, &until);
        capture->has_news = false;
        goes_on = !capture->is_stopping;
        pthread_mutex_unlock(&capture->lock);
    }
    return NULL;
}
