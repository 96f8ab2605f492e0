/* What a person asks of a platform: whether it answers at all, and what it has. */
#include "capture/inside.h"

#include "base/clock.h"

#include <errno.h>
#include <stdlib.h>

/* ---- Is it there, and who are we? ---- */

struct check {
    pthread_mutex_t       lock;
    pthread_cond_t        changed;
    bool                  is_ready, is_ended;
    enum source_end       end;
    struct source_account account;
    struct error          why;
    char                  said[SOURCE_SAID_BYTES]; /* an error that it told of before it ended */
};

static void check_ready(void *context, const struct source_account *account)
{
    struct check *check = context;
    pthread_mutex_lock(&check->lock);
    check->is_ready = true;
    check->account = *account;
    pthread_cond_broadcast(&check->changed);
    pthread_mutex_unlock(&check->lock);
}

static void check_status(void *context, const struct source_status *status)
{
    struct check *check = context;
    pthread_mutex_lock(&check->lock);
    if (status->message[0])
        snprintf(check->said, sizeof check->said, "%s", status->message);
    pthread_mutex_unlock(&check->lock);
}

static void check_ended(void *context, enum source_end end, const struct error *why)
{
    struct check *check = context;
    pthread_mutex_lock(&check->lock);
    check->is_ended = true;
    check->end = end;
    check->why = *why;
    pthread_cond_broadcast(&check->changed);
    pthread_mutex_unlock(&check->lock);
}

static void drop_batch(void *context, struct source_batch *batch)
{
    (void)context;
    source_batch_free(batch);
}

static enum error_code conclude(struct check *check, struct error *error)
{
    const char *words = check->why.message[0] ? check->why.message : check->said;
    if (check->is_ready)
        return ERROR_NONE;
    clean_words(check->why.message);
    clean_words(check->said);
    if (!check->is_ended)
        return error_set(error, ERROR_IO, "no answer within %d s%s%.200s", LOOK_MS / 1000, check->said[0] ? ": " : "", check->said);
    if (check->end == SOURCE_END_AUTH)
        return error_set(error, ERROR_INVALID, "the platform does not accept the account: %.300s", words[0] ? words : "it gives no reason");
    if (check->end == SOURCE_END_CONFIG)
        return error_set(error, ERROR_INVALID, "%.400s", words[0] ? words : "the connector refuses the config");
    return error_set(error, ERROR_IO, "%.400s", words[0] ? words : "the connector ended without an answer");
}

static enum error_code run_check(struct capture *capture, const struct capture_source *source, struct str secrets, struct source_account *account_out,
                                 struct error *error)
{
    struct check            check = {.is_ready = false};
    char                    path[512] = "";
    const char             *argv[] = {path, NULL};
    struct source_run      *run;
    const struct connector *connector;
    struct timespec         until;
    struct source_host      host = {.batch = drop_batch, .ready = check_ready, .status = check_status, .ended = check_ended, .context = &check};
    enum error_code         code = keep_connector(source->connector, &connector, error);
    struct source_setup     setup = {.connector = connector, .config = source->config, .secrets = secrets, .allows_private = capture->options.allows_private};
    if (code)
        return code;
    if (!connector && !program_path(capture, source->connector, path))
        return error_set(error, ERROR_INVALID, "no folder is set for programs of others (setting sources.programs)");
    setup.argv = connector ? NULL : argv;
    pthread_mutex_init(&check.lock, NULL);
    pthread_cond_init(&check.changed, NULL);
    code = source_run_start(&setup, &host, &run, error);
    if (!code) {
        source_run_check(run);
        clock_deadline(LOOK_MS, &until);
        pthread_mutex_lock(&check.lock);
        int waited = 0;
        while (!check.is_ready && !check.is_ended && !waited)
            waited = pthread_cond_timedwait(&check.changed, &check.lock, &until);
        code = conclude(&check, error);
        *account_out = check.account;
        pthread_mutex_unlock(&check.lock);
        source_run_stop(run, 1000);
    }
    pthread_cond_destroy(&check.changed);
    pthread_mutex_destroy(&check.lock);
    return code;
}

static enum error_code stored_secrets(struct capture *capture, struct record *records, int64_t source, struct arena *arena, struct str *plain_out,
                                      struct error *error)
{
    struct kept_source kept;
    enum error_code    code = record_begin(records, error);
    if (!code)
        code = record_end(records, keep_source_by_id(records, source, arena, &kept, error), error);
    return code ? code : keep_unseal(&capture->key, kept.sealed, arena, plain_out, error);
}

enum error_code capture_check(struct capture *capture, const char *name, const struct capture_source *source, struct str secrets,
                              struct source_account *account_out, struct error *error)
{
    struct arena   arena = {0};
    struct str     stored = STR("{}"), merged, names;
    struct record *records = NULL;
    *account_out = (struct source_account){0};
    pthread_mutex_lock(&capture->lock);
    struct client *client = client_named(capture, name);
    if (client) {
        client->pins++;
        records = client->given.records;
    }
    pthread_mutex_unlock(&capture->lock);
    if (!client)
        return error_set(error, ERROR_NOT_FOUND, "the sources of '%s' are not at work", name);
    enum error_code code = source->id ? stored_secrets(capture, records, source->id, &arena, &stored, error) : ERROR_NONE;
    if (!code)
        code = keep_merge_secrets(stored, secrets, &arena, &merged, &names, error);
    if (!code)
        code = run_check(capture, source, merged, account_out, error);
    arena_fini(&arena);
    pthread_mutex_lock(&capture->lock);
    client->pins--;
    pthread_cond_broadcast(&capture->changed);
    pthread_mutex_unlock(&capture->lock);
    return code;
}

enum error_code capture_check_stored(const struct capture_options *options, struct record *records, const struct capture_source *source,
                                     struct source_account *account_out, struct error *error)
{
    struct capture *capture = calloc(1, sizeof *capture); /* its settings and its key alone: nothing of it is at work */
    struct arena    arena = {0};
    struct str      stored;
    *account_out = (struct source_account){0};
    if (!capture)
        return error_set(error, ERROR_MEMORY, "no memory for a test");
    capture->options = *options;
    snprintf(capture->programs_folder, sizeof capture->programs_folder, "%s", options->programs_folder ? options->programs_folder : "");
    enum error_code code = capture_key_open(options->data_folder, &capture->key, error);
    if (!code)
        code = stored_secrets(capture, records, source->id, &arena, &stored, error);
    if (!code)
        code = run_check(capture, source, stored, account_out, error);
    explicit_bzero(&capture->key, sizeof capture->key);
    arena_fini(&arena);
    free(capture);
    return code;
}

/* ---- What does it have? ---- */

struct looking {
    struct pinned  pinned;
    struct look    look;
    struct arena  *arena;
    struct intake  intake; /* of one batch */
    struct post   *posts;
    size_t         count, capacity, most;
};

/* The batch goes: a copy stays, in the archive's own form. */
static enum error_code keep_copy(struct looking *looking, const struct post *post, struct error *error)
{
    struct buf bytes = {0};
    post_encode(post, &bytes);
    struct str      copy = bytes.has_failed ? (struct str){0} : arena_str(looking->arena, buf_str(&bytes));
    bool            fits = copy.ptr && arena_grow(looking->arena, (void **)&looking->posts, sizeof *looking->posts, looking->count, &looking->capacity);
    enum error_code code = fits ? post_decode(copy, looking->arena, &looking->posts[looking->count], error)
                                : error_set(error, ERROR_MEMORY, "no memory for what was found");
    looking->count += code == ERROR_NONE;
    buf_fini(&bytes);
    return code;
}

static enum error_code read_batch(struct looking *looking, struct source_batch *batch, struct error *error)
{
    struct wire *wire = looking->pinned.wire;
    enum error_code code = intake_read(&looking->intake, &batch, 1, str_of(wire->network), error);
    for (size_t i = 0; !code && i < looking->intake.count && looking->count < looking->most; i++)
        code = keep_copy(looking, &looking->intake.posts[i], error);
    arena_fini(&looking->intake.arena);
    pthread_mutex_lock(&wire->run_lock);
    if (wire->run)
        source_run_ack(wire->run, batch->sub, batch->seq);
    pthread_mutex_unlock(&wire->run_lock);
    return code;
}

/* The next batch, or NULL when it is over or the time is. */
static struct source_batch *next_batch(struct wire *wire, struct look *look, const struct timespec *until)
{
    struct source_batch *batch = NULL;
    int                  waited = 0;
    pthread_mutex_lock(&wire->lock);
    while (!look->batch_count && !look->is_over && !waited)
        waited = pthread_cond_timedwait(&wire->changed, &wire->lock, until);
    if (look->batch_count) {
        batch = look->batches[0];
        memmove(look->batches, look->batches + 1, --look->batch_count * sizeof *look->batches);
    }
    pthread_mutex_unlock(&wire->lock);
    return batch;
}

static bool begin_look(struct looking *looking, enum source_mode mode, const struct source_query *query)
{
    struct wire *wire = looking->pinned.wire;
    char         random[33];
    keep_random_name(random);
    snprintf(looking->look.sub, sizeof looking->look.sub, "look-%.16s", random);
    pthread_mutex_lock(&wire->lock);
    looking->look.next = wire->looks;
    wire->looks = &looking->look;
    pthread_mutex_unlock(&wire->lock);
    pthread_mutex_lock(&wire->run_lock);
    bool is_running = wire->run != NULL;
    if (is_running)
        source_run_subscribe(wire->run, looking->look.sub, mode, query, STR(""));
    pthread_mutex_unlock(&wire->run_lock);
    return is_running;
}

static void end_look(struct looking *looking)
{
    struct wire *wire = looking->pinned.wire;
    pthread_mutex_lock(&wire->run_lock);
    if (wire->run)
        source_run_unsubscribe(wire->run, looking->look.sub);
    pthread_mutex_unlock(&wire->run_lock);
    pthread_mutex_lock(&wire->lock);
    struct look **at = &wire->looks;
    while (*at != &looking->look)
        at = &(*at)->next;
    *at = looking->look.next;
    pthread_mutex_unlock(&wire->lock);
    for (size_t i = 0; i < looking->look.batch_count; i++)
        source_batch_free(looking->look.batches[i]);
}

/* All of it was read to its end: what had been missed is here now. */
static void fill_gap(struct looking *looking, int64_t source, const struct source_query *query)
{
    struct capture_source kept;
    struct arena          arena = {0};
    struct client        *client = looking->pinned.client;
    char                  name[CAPTURE_NAME_MAX + 1];
    if (capture_source_by_id(client->given.records, source, &arena, &kept, NULL) == ERROR_NONE) {
        snprintf(name, sizeof name, "%.*s", STR_ARG(kept.name));
        stream_coverage_fill(client->given.stream, query->since_us, query->until_us, name, NULL);
    }
    arena_fini(&arena);
}

static enum error_code keep_found(struct looking *looking, struct error *error)
{
    struct arena          arena = {0};
    struct text_analyser *analyser;
    struct stream_pushed  pushed;
    struct stream_intake  intake = {.posts = looking->posts, .count = looking->count};
    struct text_facts    *facts = arena_array(&arena, looking->count, sizeof *facts);
    enum error_code code = facts ? text_analyser_new(&analyser, error) : error_set(error, ERROR_MEMORY, "no memory for what was found");
    if (!code) {
        for (size_t i = 0; !code && i < looking->count; i++)
            code = text_analyse(analyser, &arena, looking->posts[i].text, looking->posts[i].lang, TREND_TEXT_WANT, &facts[i], error);
        intake.facts = facts;
        if (!code && looking->count)
            code = stream_take(looking->pinned.client->given.stream, &intake, &arena, &pushed, error);
        text_analyser_free(analyser);
    }
    arena_fini(&arena);
    return code;
}

static enum error_code look(struct looking *looking, enum source_mode mode, const struct source_query *query, struct error *error)
{
    struct wire    *wire = looking->pinned.wire;
    struct timespec until;
    if (!(wire->modes & mode))
        return error_set(error, ERROR_INVALID, "%.*s cannot look this up", STR_ARG(wire->connector_name));
    enum error_code code = begin_look(looking, mode, query) ? ERROR_NONE : error_set(error, ERROR_BUSY, "the source is not connected now");
    clock_deadline(LOOK_MS, &until);
    for (struct source_batch *batch; !code && looking->count < looking->most && (batch = next_batch(wire, &looking->look, &until));) {
        code = read_batch(looking, batch, error);
        source_batch_free(batch);
    }
    if (!code && looking->look.has_failed && !looking->count)
        code = error_set(error, ERROR_IO, "the platform did not answer: %.200s", looking->look.message);
    end_look(looking);
    return code;
}

enum error_code capture_look(struct capture *capture, const char *client, int64_t source, enum source_mode mode, const struct source_query *query, size_t most,
                             bool keeps, struct arena *arena, struct post **posts_out, size_t *count_out, struct error *error)
{
    struct looking looking = {.arena = arena, .most = most};
    *posts_out = NULL;
    *count_out = 0;
    if (!capture_pin(capture, client, source, &looking.pinned)) {
        error_set(error, ERROR_CONFLICT, "the source is not at work");
        return error_hint(error, "it is paused, or waits for a person: see its state");
    }
    enum error_code code = look(&looking, mode, query, error);
    if (!code && keeps)
        code = keep_found(&looking, error);
    bool is_whole = looking.look.is_over && !looking.look.has_failed && looking.count < most;
    if (!code && keeps && mode == SOURCE_FILL && is_whole && query->since_us && query->until_us)
        fill_gap(&looking, source, query);
    capture_unpin(capture, looking.pinned);
    *posts_out = looking.posts;
    *count_out = looking.count;
    return code;
}
