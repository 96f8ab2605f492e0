/* Takes letters out of the house. One row at a time: marked "sending" and committed, sent, and what came of it committed; so that whatever
 * ends the program, the outbox says what is known. */
#include "alert/keep.h"
#include "net/client.h"
#include "net/signing.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define KEEP_SETTLED_US (90 * CLOCK_DAY_US)
#define SLEEP_MOST_US (60 * CLOCK_SECOND_US)

struct alert_courier {
    struct alert_courier_options options;
    pthread_t                    thread;
    pthread_mutex_t              lock;
    pthread_cond_t               woken;
    bool                         has_work, is_stopping;
};

struct parcel {
    int64_t            id, created_us, attempts;
    enum alert_channel channel;
    struct str         target, key, subject, body, secret;
};

/* ---- One row ---- */

static enum error_code take_next(struct record *record, int64_t wall_us, struct arena *arena, struct parcel *parcel_out, struct error *error)
{
    enum error_code code = record_begin(record, error);
    if (code)
        return code;
    struct record_statement *row = record_statement(record, "alert_delivery_next");
    record_bind_i64(row, ":wall_us", wall_us);
    *parcel_out = (struct parcel){0};
    if (record_step(row))
        *parcel_out = (struct parcel){
            .id = record_i64(row, "id"), .created_us = record_i64(row, "created_us"), .attempts = record_i64(row, "attempts") + 1,
            .channel = (enum alert_channel)keep_word(record_str(row, "channel", arena), alert_channel_names, 2),
            .target = record_str(row, "target", arena), .key = record_str(row, "key", arena), .subject = record_str(row, "subject", arena),
            .body = record_str(row, "body", arena), .secret = record_str(row, "secret", arena)};
    code = record_finish(row, error);
    if (!code && parcel_out->id) {
        struct record_statement *begin = record_statement(record, "alert_delivery_begin");
        record_bind_i64(begin, ":id", parcel_out->id);
        code = record_run(begin, error);
    }
    return record_end(record, code, error);
}

static enum error_code post(const struct alert_courier_options *options, const struct parcel *parcel, int64_t wall_us, struct client_answer *answer,
                            struct error *error)
{
    char                 timestamp[24], signature[SIGNING_HEX_BYTES + 4] = "v1=";
    snprintf(timestamp, sizeof timestamp, "%lld", (long long)(wall_us / CLOCK_SECOND_US));
    const struct str           parts[] = {str_of(timestamp), STR("."), parcel->body};
    signing_sign(parcel->secret, parts, 3, signature + 3);
    const struct client_header headers[] = {{"X-Bellwether-Id", parcel->key}, {"X-Bellwether-Timestamp", str_of(timestamp)},
                                            {"X-Bellwether-Signature", str_of(signature)}};
    struct client_post request = {.url = parcel->target.ptr, .content_type = "application/json", .body = parcel->body, .headers = headers,
                                  .header_count = 3, .allows_private = options->allows_private, .timeout_ms = options->timeout_ms};
    return client_post(&request, answer, error);
}

static enum error_code mail(const struct alert_courier_options *options, const struct parcel *parcel, int64_t wall_us, struct client_answer *answer,
                            struct error *error)
{
    const struct alert_mail_settings *settings = &options->mail;
    const char                       *domain = settings->from ? strchr(settings->from, '@') : NULL;
    char                              message_id[128];
    if (!settings->host || !settings->host[0])
        return error_set(error, ERROR_INVALID, "no mail server is set: the settings mail.host and mail.from are missing");
    snprintf(message_id, sizeof message_id, "%.*s.bellwether@%.60s", (int)parcel->key.len, parcel->key.ptr, domain ? domain + 1 : "localhost");
    struct client_mail letter = {.host = settings->host, .port = settings->port, .user = settings->user, .password = settings->password,
                                 .from = settings->from, .to = parcel->target.ptr, .subject = parcel->subject, .text = parcel->body,
                                 .message_id = message_id, .at_us = wall_us, .timeout_ms = options->timeout_ms,
                                 .tls = !settings->tls || !strcmp(settings->tls, "starttls") ? CLIENT_STARTTLS
                                        : !strcmp(settings->tls, "tls")                      ? CLIENT_TLS
                                                                                             : CLIENT_NO_TLS};
    return client_mail(&letter, answer, error);
}

/* ---- What came of it ---- */

static int64_t back_off(int64_t attempts)
{
    static const int64_t waits_us[] = {CLOCK_MINUTE_US, 5 * CLOCK_MINUTE_US, 15 * CLOCK_MINUTE_US, CLOCK_HOUR_US, 3 * CLOCK_HOUR_US};
    size_t               most = sizeof waits_us / sizeof waits_us[0];
    size_t               i = attempts > 0 ? (size_t)attempts - 1 : 0;
    return waits_us[i < most ? i : most - 1];
}

static bool is_repeated(const struct parcel *parcel, enum error_code outcome)
{
    if (outcome == ERROR_FORBIDDEN)
        return false;
    if (parcel->channel == ALERT_HOOK) /* its receiver knows the id, and may be mended meanwhile */
        return true;
    return outcome != ERROR_UNCERTAIN && outcome != ERROR_INVALID;
}

static enum error_code settle(struct record *record, const struct parcel *parcel, enum alert_fate fate, const char *said, int64_t wall_us,
                              struct error *error)
{
    struct record_statement *set = record_statement(record, "alert_delivery_settle");
    record_bind_i64(set, ":id", parcel->id);
    record_bind_text(set, ":fate", alert_fate_names[fate]);
    record_bind_text(set, ":said", said);
    record_bind_i64(set, ":wall_us", wall_us);
    return record_run(set, error);
}

static enum error_code wait(struct record *record, const struct parcel *parcel, enum error_code outcome, const char *said, int64_t next_us,
                            struct error *error)
{
    struct record_statement *set = record_statement(record, "alert_delivery_wait");
    record_bind_i64(set, ":id", parcel->id);
    record_bind_i64(set, ":next_us", next_us);
    record_bind_text(set, ":said", said);
    enum error_code code = record_run(set, error);
    if (code)
        return code;
    struct record_statement *others = record_statement(record, "alert_delivery_wait_with");
    record_bind_text(others, ":channel", alert_channel_names[parcel->channel]);
    keep_bind(others, ":target", parcel->target);
    record_bind_bool(others, ":is_all", parcel->channel == ALERT_MAIL && outcome == ERROR_IO);
    record_bind_i64(others, ":next_us", next_us);
    return record_run(others, error);
}

static enum error_code write_outcome(struct record *record, const struct parcel *parcel, enum error_code outcome, const char *said, int64_t wall_us,
                                     struct error *error)
{
    int64_t next_us = wall_us + back_off(parcel->attempts);
    if (!outcome)
        return settle(record, parcel, ALERT_SENT, said, wall_us, error);
    if (is_repeated(parcel, outcome) && next_us <= parcel->created_us + ALERT_DELIVERY_DAYS * CLOCK_DAY_US)
        return wait(record, parcel, outcome, said, next_us, error);
    return settle(record, parcel, outcome == ERROR_UNCERTAIN ? ALERT_UNCERTAIN : ALERT_DEAD, said, wall_us, error);
}

static enum error_code carry(const struct alert_courier_options *options, const struct parcel *parcel, int64_t wall_us, struct error *error)
{
    struct client_answer answer = {0};
    struct error         why = {0};
    char                 said[ERROR_MESSAGE_BYTES + CLIENT_SAID_BYTES + 4];
    enum error_code      outcome = parcel->channel == ALERT_HOOK ? post(options, parcel, wall_us, &answer, &why)
                                                                 : mail(options, parcel, wall_us, &answer, &why);
    if (outcome)
        snprintf(said, sizeof said, answer.said[0] ? "%s: %s" : "%s", why.message, answer.said);
    else
        snprintf(said, sizeof said, "answered %d", answer.status);
    enum error_code code = record_begin(options->records, error);
    if (!code)
        code = record_end(options->records, write_outcome(options->records, parcel, outcome, said, wall_us, error), error);
    if (options->log)
        options->log(options->context, outcome ? "warning" : "info", outcome ? "alert not delivered" : "alert delivered", said);
    return code;
}

enum error_code alert_courier_round(const struct alert_courier_options *options, int64_t wall_us, size_t *attempts_out, struct error *error)
{
    struct arena    arena = {0};
    enum error_code code = ERROR_NONE;
    struct parcel   parcel = {.id = 1};
    *attempts_out = 0;
    while (!code && parcel.id) {
        arena_reset(&arena);
        code = take_next(options->records, wall_us, &arena, &parcel, error);
        if (code || !parcel.id)
            break;
        code = carry(options, &parcel, wall_us, error);
        ++*attempts_out;
    }
    arena_fini(&arena);
    return code;
}

/* ---- The thread ---- */

static enum error_code run_plain(struct record *record, const char *name, const char *parameter, int64_t value, struct error *error)
{
    struct record_statement *statement = record_statement(record, name);
    if (parameter)
        record_bind_i64(statement, parameter, value);
    return record_run(statement, error);
}

/* What a program that ended in the middle left behind. */
static enum error_code recover(struct record *record, int64_t wall_us, struct error *error)
{
    enum error_code code = record_begin(record, error);
    if (code)
        return code;
    code = run_plain(record, "alert_delivery_interrupted_mail", ":wall_us", wall_us, error);
    if (!code)
        code = run_plain(record, "alert_delivery_interrupted_hook", ":wall_us", wall_us, error);
    if (!code)
        code = run_plain(record, "alert_delivery_forget", ":before_us", wall_us - KEEP_SETTLED_US, error);
    return record_end(record, code, error);
}

static int64_t next_due(struct record *record)
{
    struct error error = {0};
    int64_t      next_us = INT64_MAX;
    if (record_begin(record, &error))
        return INT64_MAX;
    struct record_statement *row = record_statement(record, "alert_delivery_due");
    if (record_step(row) && !record_is_null(row, "next_us"))
        next_us = record_i64(row, "next_us");
    record_end(record, record_finish(row, &error), &error);
    return next_us;
}

static bool sleep_until(struct alert_courier *courier, int64_t wall_us)
{
    int64_t         most_us = clock_now_us() + SLEEP_MOST_US;
    struct timespec until;
    wall_us = wall_us < most_us ? wall_us : most_us;
    until = (struct timespec){wall_us / CLOCK_SECOND_US, wall_us % CLOCK_SECOND_US * 1000};
    pthread_mutex_lock(&courier->lock);
    while (!courier->has_work && !courier->is_stopping)
        if (pthread_cond_timedwait(&courier->woken, &courier->lock, &until) == ETIMEDOUT)
            break;
    courier->has_work = false;
    bool goes_on = !courier->is_stopping;
    pthread_mutex_unlock(&courier->lock);
    return goes_on;
}

static bool is_stopping(struct alert_courier *courier)
{
    pthread_mutex_lock(&courier->lock);
    bool is = courier->is_stopping;
    pthread_mutex_unlock(&courier->lock);
    return is;
}

static void *run(void *context)
{
    struct alert_courier               *courier = context;
    const struct alert_courier_options *options = &courier->options;
    struct arena                        arena = {0};
    do {
        for (;;) { /* one at a time, so that stopping waits for one attempt at most */
            struct error    error = {0};
            struct parcel   parcel;
            enum error_code code = is_stopping(courier) ? ERROR_CANCELLED : ERROR_NONE;
            arena_reset(&arena);
            if (options->refresh)
                options->refresh(options->context, &courier->options);
            if (!code)
                code = take_next(options->records, clock_now_us(), &arena, &parcel, &error);
            if (!code && parcel.id)
                code = carry(options, &parcel, clock_now_us(), &error);
            if (code && code != ERROR_CANCELLED && options->log)
                options->log(options->context, "error", "the outbox of alerts cannot be used", error.message);
            if (code || !parcel.id)
                break;
        }
    } while (sleep_until(courier, next_due(options->records)));
    arena_fini(&arena);
    return NULL;
}

enum error_code alert_courier_start(const struct alert_courier_options *options, struct alert_courier **courier_out, struct error *error)
{
    *courier_out = NULL;
    enum error_code code = recover(options->records, clock_now_us(), error);
    if (code)
        return code;
    struct alert_courier *courier = calloc(1, sizeof *courier);
    if (!courier)
        return keep_no_memory(error);
    courier->options = *options;
    pthread_mutex_init(&courier->lock, NULL);
    pthread_cond_init(&courier->woken, NULL);
    if (pthread_create(&courier->thread, NULL, run, courier)) {
        pthread_cond_destroy(&courier->woken);
        pthread_mutex_destroy(&courier->lock);
        free(courier);
        return error_set(error, ERROR_MEMORY, "the thread that delivers alerts could not be started");
    }
    *courier_out = courier;
    return ERROR_NONE;
}

void alert_courier_wake(struct alert_courier *courier)
{
    if (!courier)
        return;
    pthread_mutex_lock(&courier->lock);
    courier->has_work = true;
    pthread_cond_signal(&courier->woken);
    pthread_mutex_unlock(&courier->lock);
}

void alert_courier_stop(struct alert_courier *courier)
{
    if (!courier)
        return;
    pthread_mutex_lock(&courier->lock);
    courier->is_stopping = true;
    pthread_cond_signal(&courier->woken);
    pthread_mutex_unlock(&courier->lock);
    pthread_join(courier->thread, NULL);
    pthread_cond_destroy(&courier->woken);
    pthread_mutex_destroy(&courier->lock);
    free(courier);
}
