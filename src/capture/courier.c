/* The courier thread: takes deeds to their wires, and answers back into rows. */
#include "capture/deeds.h"

#include "base/clock.h"

#include <stdlib.h>

enum { TICK_MS = 1000, DEADLINE_S = 60, IN_HAND_MAX = 128 };

void courier_wake(struct capture *capture)
{
    pthread_mutex_lock(&capture->lock);
    capture->has_deeds = true;
    pthread_cond_broadcast(&capture->courier_changed);
    pthread_mutex_unlock(&capture->lock);
}

/* A command's name: of which deed, and of which try, so that an old try's answer is not taken for a new one's. */
static void name_command(char id_out[SOURCE_KEY_BYTES], const struct kept_deed *kept, unsigned try)
{
    snprintf(id_out, SOURCE_KEY_BYTES, "%lld.%u", (long long)kept->deed.id, try);
}

static struct deed_powers powers_of(struct wire *wire)
{
    pthread_mutex_lock(&wire->lock);
    struct deed_powers powers = {wire->acts & SOURCE_FETCH, wire->echoes_key};
    pthread_mutex_unlock(&wire->lock);
    return powers;
}

static void tell(struct wire *wire)
{
    if (wire->client->given.changed)
        wire->client->given.changed(wire->client->given.context, wire->source);
}

static void complain(struct wire *wire, const struct error *error)
{
    capture_say(wire->capture, "error", "deed_trouble", "%s: %s", wire->client->name, error->message);
}

/* ---- Answers ---- */

static enum error_code settle_result(struct wire *wire, const struct source_result *result, struct error *error)
{
    struct record   *records = wire->client->given.records;
    struct arena     arena = {0};
    struct kept_deed kept;
    char             id[SOURCE_KEY_BYTES];
    long long        number = atoll(result->id);
    enum error_code  code = record_begin(records, error);
    if (!code)
        code = record_end(records, deed_by_id(records, number, &arena, &kept, error), error);
    if (!code) {
        name_command(id, &kept, kept.deed.tries);
        if (kept.deed.state == CAPTURE_SENDING && strcmp(id, result->id) == 0)
            code = deed_set(records, number, deed_answered(&kept, powers_of(wire), result, clock_now_us()), result, error);
    }
    arena_fini(&arena);
    return code == ERROR_NOT_FOUND ? ERROR_NONE : code;
}

/* True: something was settled. One whose row cannot be written now stays and is tried again. */
static bool settle_results(struct wire *wire)
{
    bool has_settled = false;
    for (;;) {
        struct source_result result;
        struct error         error = {0};
        pthread_mutex_lock(&wire->lock);
        bool has_one = wire->result_count > 0;
        if (has_one)
            result = wire->results[0];
        pthread_mutex_unlock(&wire->lock);
        if (!has_one)
            return has_settled;
        if (settle_result(wire, &result, &error)) {
            complain(wire, &error);
            return has_settled;
        }
        pthread_mutex_lock(&wire->lock);
        memmove(wire->results, wire->results + 1, --wire->result_count * sizeof *wire->results);
        pthread_mutex_unlock(&wire->lock);
        has_settled = true;
    }
}

/* ---- What was on its way when nobody could hear the answer any more ---- */

/* Between two runs, with all answers settled, nothing is under way: what is sending was lost. */
static bool recover(struct wire *wire)
{
    struct arena      arena = {0};
    struct kept_deed *kept;
    size_t            count = 0;
    struct error      error = {0};
    struct record    *records = wire->client->given.records;
    enum error_code   code = deed_list(records, "capture_deed_interrupted", wire->source, 0, &arena, &kept, &count, &error);
    for (size_t i = 0; !code && i < count; i++) {
        struct source_result lost = {.failure = SOURCE_UNKNOWN_OUTCOME, .message = "the answer was lost"};
        code = deed_set(records, kept[i].deed.id, deed_lost(&kept[i], powers_of(wire), clock_now_us()), &lost, &error);
    }
    if (code)
        complain(wire, &error);
    arena_fini(&arena);
    return code == ERROR_NONE;
}

/* ---- Out ---- */

static bool command(struct wire *wire, const struct kept_deed *kept, uint64_t generation)
{
    const struct capture_deed *deed = &kept->deed;
    struct source_command      command = {.act = kept->is_asking ? SOURCE_FETCH : deed->act, .target_id = deed_native(deed->target),
                                          .target_root = kept->target_root, .target_author = kept->target_author, .text = deed->text, .lang = deed->lang,
                                          .visibility = deed->visibility, .ordered_us = deed->made_us, .deadline_us = clock_now_us() + DEADLINE_S * CLOCK_SECOND_US};
    name_command(command.id, kept, deed->tries + 1);
    snprintf(command.key, sizeof command.key, "%.*s", STR_ARG(deed->key));
    pthread_mutex_lock(&wire->run_lock);
    bool is_taken = wire->run && wire->generation == generation && source_run_command(wire->run, &command);
    pthread_mutex_unlock(&wire->run_lock);
    return is_taken;
}

static enum error_code send_one(struct wire *wire, struct kept_deed *kept, uint64_t generation, struct error *error)
{
    struct record *records = wire->client->given.records;
    bool           is_begun;
    enum error_code code = deed_begin(records, kept->deed.id, &is_begun, error);
    if (code || !is_begun)
        return code;
    if (command(wire, kept, generation))
        return ERROR_NONE;
    /* It did not leave. */
    struct source_result not_taken = {.failure = SOURCE_TRANSIENT, .message = "the connector was not there to take it"};
    kept->deed.tries++;
    return deed_set(records, kept->deed.id, deed_answered(kept, powers_of(wire), &not_taken, clock_now_us()), &not_taken, error);
}

static bool send_due(struct wire *wire, uint64_t generation)
{
    struct arena      arena = {0};
    struct kept_deed *kept;
    size_t            count = 0;
    struct error      error = {0};
    enum error_code   code = deed_list(wire->client->given.records, "capture_deed_due", wire->source, clock_now_us(), &arena, &kept, &count, &error);
    for (size_t i = 0; !code && i < count; i++)
        code = send_one(wire, &kept[i], generation, &error);
    if (code)
        complain(wire, &error);
    arena_fini(&arena);
    return count > 0;
}

static void serve(struct wire *wire)
{
    bool has_news = settle_results(wire);
    pthread_mutex_lock(&wire->run_lock);
    bool     is_running = wire->run != NULL;
    uint64_t generation = wire->generation;
    pthread_mutex_unlock(&wire->run_lock);
    pthread_mutex_lock(&wire->lock);
    bool is_quiet = wire->result_count == 0;
    pthread_mutex_unlock(&wire->lock);
    if (!is_running)
        return;
    if (wire->recovered != generation) {
        if (!is_quiet || !recover(wire))
            return;
        wire->recovered = generation;
        has_news = true;
    }
    has_news |= send_due(wire, generation);
    if (has_news)
        tell(wire);
}

/* ---- The thread ---- */

/* The next wire with an account, pinned; after: the one before, unpinned. */
static struct wire *next_wire(struct capture *capture, struct wire *after)
{
    pthread_mutex_lock(&capture->lock);
    struct wire *wire = after ? after->next : capture->wires;
    while (wire && wire->is_shared)
        wire = wire->next;
    if (wire)
        wire->pins++;
    if (after) {
        after->pins--;
        pthread_cond_broadcast(&capture->changed);
    }
    pthread_mutex_unlock(&capture->lock);
    return wire;
}

void *courier_run(void *context)
{
    struct capture *capture = context;
    bool            goes_on = true;
    while (goes_on) {
        for (struct wire *wire = next_wire(capture, NULL); wire; wire = next_wire(capture, wire))
            serve(wire);
        struct timespec until;
        clock_deadline(TICK_MS, &until);
        pthread_mutex_lock(&capture->lock);
        if (!capture->is_stopping && !capture->has_deeds)
            pthread_cond_timedwait(&capture->courier_changed, &capture->lock, &until);
        capture->has_deeds = false;
        goes_on = !capture->is_stopping;
        pthread_mutex_unlock(&capture->lock);
    }
    return NULL;
}
