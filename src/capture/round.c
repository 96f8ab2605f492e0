/* A wire's own thread: what is queued goes to every client of the wire, and then one ack goes back. */
#include "capture/inside.h"

#include "base/clock.h"
#include "base/hash.h"

#include <stdlib.h>

struct round {
    struct wire          *wire;
    struct intake         intake;
    struct text_analyser *analyser;
    int64_t               position_us;
};

static int64_t now_ms(void)
{
    return clock_monotonic_us() / 1000;
}

/* ---- What a tap keeps ---- */

void topic_set_release(struct topic_set *set)
{
    if (!set || atomic_fetch_sub(&set->users, 1) != 1)
        return;
    percolator_free(set->percolator);
    arena_fini(&set->arena);
    free(set);
}

void tap_free(struct tap *tap)
{
    percolator_scratch_free(tap->scratch);
    topic_set_release(tap->topics);
    free(tap);
}

/* The client's topics as they are now. */
static enum error_code freshen(struct tap *tap, struct error *error)
{
    struct client    *client = tap->client;
    struct topic_set *old = tap->topics;
    pthread_mutex_lock(&client->lock);
    struct topic_set *set = client->topics;
    if (set != old && set)
        atomic_fetch_add(&set->users, 1);
    pthread_mutex_unlock(&client->lock);
    if (!set)
        return error_set(error, ERROR_MEMORY, "the topics of %s could not be read yet", client->name);
    if (set == old)
        return ERROR_NONE;
    percolator_scratch_free(tap->scratch);
    tap->scratch = NULL;
    topic_set_release(old);
    tap->topics = set;
    return percolator_scratch_new(set->percolator, &tap->scratch, error);
}

/* By the id alone: what comes again is decided again the same. */
static bool is_sampled(const struct tap *tap, const struct post *post)
{
    return tap->keep == CAPTURE_SAMPLE && hash_str(post->id) % 1000 < tap->sample_per_mille;
}

static enum error_code wants_post(struct round *round, struct tap *tap, size_t i, bool *wants_out, struct error *error)
{
    const struct post *post = &round->intake.posts[i];
    const uint32_t    *hits;
    *wants_out = tap->keep == CAPTURE_ALL || is_sampled(tap, post);
    if (*wants_out)
        return ERROR_NONE;
    enum error_code code = intake_facts(&round->intake, i, percolator_want(tap->topics->percolator), round->analyser, error);
    if (!code)
        *wants_out = percolator_match(tap->topics->percolator, tap->scratch, post, &round->intake.facts[i], &hits) > 0;
    return code;
}

/* Those that are kept first, then edits: of what was kept once, they are kept too. */
static enum error_code choose(struct round *round, struct tap *tap, struct arena *arena, struct stream_intake *intake_out, struct error *error)
{
    struct intake     *intake = &round->intake;
    struct post       *posts = arena_array(arena, intake->count, sizeof *posts);
    struct text_facts *facts = arena_array(arena, intake->count, sizeof *facts);
    bool              *wants = arena_alloc(arena, intake->count);
    size_t             count = 0, edit_count = 0;
    enum error_code    code = posts && facts && wants ? ERROR_NONE : error_set(error, ERROR_MEMORY, "no memory for %zu posts", intake->count);
    if (!code && tap->keep != CAPTURE_ALL)
        code = freshen(tap, error);
    for (size_t i = 0; !code && i < intake->count; i++)
        code = wants_post(round, tap, i, &wants[i], error);
    for (int is_edit = 0; is_edit < 2; is_edit++)
        for (size_t i = 0; !code && i < intake->count; i++) {
            if (is_edit ? wants[i] || !intake->posts[i].edited_us : !wants[i])
                continue;
            code = intake_facts(intake, i, TREND_TEXT_WANT, round->analyser, error);
            posts[count] = intake->posts[i];
            facts[count++] = intake->facts[i];
            edit_count += (size_t)is_edit;
        }
    intake_out->posts = posts;
    intake_out->facts = facts;
    intake_out->count = count;
    intake_out->edit_count = edit_count;
    return code;
}

/* ---- Copies of what went ---- */

/* Tells the client's other rooms what to forget. Where they cannot now, the list stays in the archive, and it is tried again. */
static void forget(struct tap *tap)
{
    struct arena arena = {0};
    struct str  *ids;
    size_t       count;
    struct error error = {0};
    enum error_code code = stream_gone(tap->client->given.stream, str_of(tap->gone_name), &arena, &ids, &count, &error);
    if (!code && count && tap->client->given.forget)
        code = tap->client->given.forget(tap->client->given.context, ids, count, &error);
    tap->has_gone = code != ERROR_NONE;
    arena_fini(&arena);
}

/* ---- Deletes that may be somebody's wish for another's post ---- */

static bool is_by_another(const struct post *post, struct str author)
{
    return !str_equal(post->author_id, author);
}

/* By the post as it comes in this round, else as the archive has it. One that is in neither is nobody's to keep. */
static enum error_code may_go(const struct intake *from, size_t deleted, struct archive_snapshot *snapshot, struct arena *arena, bool *may_out,
                              struct error *error)
{
    struct post  post;
    struct error why = {0};
    *may_out = true;
    for (size_t i = 0; i < from->count; i++)
        if (str_equal(from->posts[i].id, from->deleted[deleted])) {
            *may_out = !is_by_another(&from->posts[i], from->deleted_by[deleted]);
            return ERROR_NONE;
        }
    enum error_code code = archive_post(snapshot, from->deleted[deleted], arena, &post, &why);
    if (code == ERROR_NOT_FOUND)
        return ERROR_NONE;
    if (code) {
        *error = why;
        return code;
    }
    *may_out = !is_by_another(&post, from->deleted_by[deleted]);
    return ERROR_NONE;
}

/* Where a platform lets anybody ask for a delete, it counts for the author's own post alone. */
static enum error_code choose_deletes(const struct intake *from, const struct tap *tap, struct arena *arena, struct stream_intake *intake_out,
                                      struct error *error)
{
    struct archive_snapshot *snapshot = NULL;
    struct str              *deleted = arena_array(arena, from->deleted_count + 1, sizeof *deleted);
    size_t                   count = 0;
    enum error_code          code = deleted ? ERROR_NONE : error_set(error, ERROR_MEMORY, "no memory for deletes");
    for (size_t i = 0; !code && i < from->deleted_count; i++) {
        bool may = true;
        if (from->deleted_by[i].len && !snapshot)
            code = stream_snapshot(tap->client->given.stream, &snapshot, error);
        if (!code && from->deleted_by[i].len)
            code = may_go(from, i, snapshot, arena, &may, error);
        if (!code && may)
            deleted[count++] = from->deleted[i];
    }
    archive_snapshot_release(snapshot);
    intake_out->deleted_posts = deleted;
    intake_out->deleted_post_count = count;
    return code;
}

/* ---- One tap's commit ---- */

static enum error_code take(struct round *round, struct tap *tap, struct arena *arena, struct stream_pushed *pushed_out, struct error *error)
{
    struct wire           *wire = round->wire;
    const struct intake   *from = &round->intake;
    struct tap_state       state = {round->position_us, from->state};
    struct buf             bytes = {0};
    struct stream_intake   intake = {.figures = from->figures, .figure_count = from->figure_count,
                                     .deleted_authors = from->authors, .deleted_author_count = from->author_count,
                                     .platform = str_of(wire->network), .gone_name = str_of(tap->gone_name), .is_gone_done = !tap->has_gone};
    enum error_code code = choose(round, tap, arena, &intake, error);
    if (!code)
        code = choose_deletes(from, tap, arena, &intake, error);
    if (!code && from->has_state) {
        code = tap_state_write(&state, &bytes) ? ERROR_NONE : error_set(error, ERROR_MEMORY, "no memory for a cursor");
        intake.state_name = str_of(tap->cursor_name);
        intake.state = buf_str(&bytes);
    }
    bool is_nothing = !intake.count && !intake.figure_count && !intake.deleted_post_count && !intake.deleted_author_count && !from->has_state;
    *pushed_out = (struct stream_pushed){0};
    if (!code && !is_nothing)
        code = stream_take(tap->client->given.stream, &intake, arena, pushed_out, error);
    buf_fini(&bytes);
    if (code)
        return code;
    if (from->has_state)
        tap->position_us = round->position_us;
    if (pushed_out->gone_count)
        tap->has_gone = true;
    size_t kept = intake.count - intake.edit_count;
    if (tap->client->given.sighted && kept)
        tap->client->given.sighted(tap->client->given.context, tap->source, str_of(tap->name), intake.posts, kept, clock_now_us());
    return ERROR_NONE;
}

static void note_taken(struct wire *wire, struct tap *tap, const struct stream_pushed *pushed)
{
    pthread_mutex_lock(&wire->lock);
    tap->kept += pushed->added + pushed->edited;
    tap->duplicate += pushed->duplicate + pushed->refreshed;
    tap->deleted += pushed->deleted;
    wire->needs_tell |= tap->is_behind;
    tap->is_behind = false;
    pthread_mutex_unlock(&wire->lock);
}

/* A full disk is worth waiting for; so is anything else that the posts are not to blame for. */
static void fall_behind(struct wire *wire, struct tap *tap, const struct error *error)
{
    pthread_mutex_lock(&wire->lock); /* health looks at it */
    tap->is_behind = wire->needs_tell = true;
    tap->behind_from_us = tap->position_us && tap->position_us < clock_now_us() ? tap->position_us : clock_now_us() - HOLD_MS * 1000;
    tap->behind_tried_ms = now_ms();
    snprintf(tap->behind_why, sizeof tap->behind_why, "%s", error->code == ERROR_NO_SPACE ? "the disk was full" : "the archive could not be written");
    pthread_mutex_unlock(&wire->lock);
    cover_missed(tap);
}

/* True: this round is over for the tap. */
static bool serve(struct round *round, struct tap *tap)
{
    struct arena         arena = {0};
    struct stream_pushed pushed;
    struct error         error = {0};
    int64_t              ms = now_ms();
    if (tap->is_behind && ms < tap->behind_tried_ms + BEHIND_STEP_MS)
        return true;
    tap->behind_tried_ms = ms;
    if (tap->is_behind) /* first, so that a kill after the take leaves no silent hole; on a full disk it waits in memory for the take's commit */
        cover_gap(tap, tap->behind_from_us, clock_now_us(), tap->behind_why);
    enum error_code code = take(round, tap, &arena, &pushed, &error);
    arena_fini(&arena);
    if (code) {
        tap->refused_ms = tap->refused_ms ? tap->refused_ms : ms;
        if (tap->is_behind || ms < tap->refused_ms + HOLD_MS)
            return tap->is_behind;
        capture_say(round->wire->capture, "error", "client_left_behind", "%s: %s: %s", tap->client->name, tap->name, error.message);
        fall_behind(round->wire, tap, &error);
        return true;
    }
    if (tap->is_behind)
        capture_say(round->wire->capture, "info", "client_back", "%s: %s", tap->client->name, tap->name);
    note_taken(round->wire, tap, &pushed);
    tap->refused_ms = 0;
    if (tap->has_gone)
        forget(tap);
    return true;
}

/* ---- Rounds ---- */

/* False: the wire ends. wire->work is given back meanwhile. */
static bool hold(struct wire *wire)
{
    struct timespec until;
    clock_deadline(HOLD_STEP_MS, &until);
    pthread_mutex_unlock(&wire->work);
    pthread_mutex_lock(&wire->lock);
    if (!wire->is_stopping)
        pthread_cond_timedwait(&wire->changed, &wire->lock, &until);
    bool goes_on = !wire->is_stopping;
    pthread_mutex_unlock(&wire->lock);
    pthread_mutex_lock(&wire->work);
    return goes_on;
}

/* With wire->work. Taps that came while it waits have this round's number already: theirs begins with the next. */
static bool serve_all(struct round *round)
{
    struct wire *wire = round->wire;
    for (;;) {
        bool waits = false;
        for (struct tap *tap = wire->taps; tap; tap = tap->next) {
            if (tap->round == wire->round || tap->is_waiting)
                continue;
            if (serve(round, tap))
                tap->round = wire->round;
            else
                waits = true;
        }
        if (!waits)
            return true;
        if (!hold(wire))
            return false;
    }
}

static void count_seen(struct wire *wire, uint64_t seen)
{
    int64_t at = clock_monotonic_us() / (5 * CLOCK_SECOND_US);
    for (int64_t slot = wire->slot_at + 1; slot <= at && slot <= wire->slot_at + MINUTES_SLOTS; slot++)
        wire->slots[slot % MINUTES_SLOTS] = 0;
    wire->slot_at = at > wire->slot_at ? at : wire->slot_at;
    wire->slots[wire->slot_at % MINUTES_SLOTS] += seen;
}

static void note_round(struct wire *wire, const struct intake *intake)
{
    int64_t now_us = clock_now_us();
    pthread_mutex_lock(&wire->lock);
    wire->seen += intake->seen;
    wire->private_ones += intake->private_ones;
    wire->last_commit_us = now_us;
    if (intake->newest_us > wire->last_post_us)
        wire->last_post_us = intake->newest_us;
    count_seen(wire, intake->seen);
    for (size_t i = intake->count > LAGS ? intake->count - LAGS : 0; i < intake->count; i++) {
        int64_t lag_us = now_us - intake->posts[i].at_us;
        wire->lags_us[wire->lag_count++ % LAGS] = lag_us > 0 ? lag_us : 0;
    }
    if (wire->phase == CAPTURE_STARTING) {
        wire->phase = CAPTURE_AT_WORK;
        wire->needs_tell = true;
    }
    pthread_mutex_unlock(&wire->lock);
    if (intake->refused) {
        struct source_host host = wire_host(wire);
        host.refused(host.context, "no post: a member is missing or absurd", intake->refused);
    }
}

struct news {
    struct source_batch *batches[QUEUE_MAX];
    struct gap_told      gaps[GAPS_MAX];
    size_t               count, gap_count;
    uint64_t             generation;
    bool                 is_live, is_stopping;
};

/* The wire was begun anew since the batches were queued: they come again, from a state that may be older for some. */
static bool is_outdated(struct wire *wire, uint64_t generation)
{
    pthread_mutex_lock(&wire->lock);
    bool is_other = wire->generation != generation;
    pthread_mutex_unlock(&wire->lock);
    return is_other;
}

/* False: the wire ends. */
static bool do_round(struct wire *wire, struct text_analyser *analyser, const struct news *news)
{
    struct round round = {.wire = wire, .analyser = analyser};
    struct error error = {0};
    bool         is_done = false, goes_on = true;
    while (!is_done && goes_on) {
        enum error_code code = intake_read(&round.intake, news->batches, news->count, str_of(wire->network), &error);
        pthread_mutex_lock(&wire->work);
        if (is_outdated(wire, news->generation)) {
            pthread_mutex_unlock(&wire->work);
            arena_fini(&round.intake.arena);
            return true;
        }
        if (!code) {
            int64_t now_us = clock_now_us();
            wire->round++;
            round.position_us = wire->position_us = now_us > wire->position_us ? now_us : wire->position_us + 1;
            is_done = goes_on = serve_all(&round);
        } else
            goes_on = hold(wire); /* no memory: later there is some */
        pthread_mutex_unlock(&wire->work);
        if (is_done)
            note_round(wire, &round.intake);
        arena_fini(&round.intake.arena);
    }
    return is_done;
}

/* ---- The thread ---- */

/* Waits a second at most. */
static void take_news(struct wire *wire, struct news *news)
{
    struct timespec until;
    clock_deadline(1000, &until);
    pthread_mutex_lock(&wire->lock);
    int waited = 0;
    while (!wire->queue_count && !wire->gap_count && !wire->has_live_news && !wire->is_stopping && !waited)
        waited = pthread_cond_timedwait(&wire->changed, &wire->lock, &until);
    memcpy(news->batches, wire->queue, wire->queue_count * sizeof *news->batches);
    memcpy(news->gaps, wire->gaps, wire->gap_count * sizeof *news->gaps);
    news->count = wire->queue_count;
    news->gap_count = wire->gap_count;
    news->is_live = wire->has_live_news;
    news->is_stopping = wire->is_stopping;
    news->generation = wire->generation;
    wire->queue_count = wire->gap_count = 0;
    wire->has_live_news = false;
    pthread_mutex_unlock(&wire->lock);
}

static void ack(struct wire *wire, const struct news *news)
{
    pthread_mutex_lock(&wire->run_lock);
    if (wire->run && wire->generation == news->generation)
        source_run_ack(wire->run, MAIN_SUB, news->batches[news->count - 1]->seq);
    pthread_mutex_unlock(&wire->run_lock);
}

static bool is_idle(struct wire *wire)
{
    pthread_mutex_lock(&wire->lock);
    bool is = wire->said == SOURCE_IDLE;
    pthread_mutex_unlock(&wire->lock);
    return is;
}

/* Between batches: what the connector said of time, and copies that could not be forgotten at once. */
static void tend(struct wire *wire, const struct news *news)
{
    pthread_mutex_lock(&wire->work);
    if (news->gap_count)
        cover_gaps(wire, news->gaps, news->gap_count);
    bool is_filled = news->is_live && wire->mode == SOURCE_FILL && wire->query.since_us && wire->query.until_us && is_idle(wire);
    for (struct tap *tap = wire->taps; tap; tap = tap->next) {
        if (news->is_live)
            cover_caught_up(tap);
        if (is_filled) /* the span was read to its end: what had been missed of it is here */
            stream_coverage_fill(tap->client->given.stream, wire->query.since_us, wire->query.until_us, tap->name, NULL);
        if (tap->has_gone && !news->count)
            forget(tap);
    }
    pthread_mutex_unlock(&wire->work);
}

void *wire_run(void *context)
{
    struct wire          *wire = context;
    struct text_analyser *analyser = NULL;
    struct news          *news = calloc(1, sizeof *news);
    bool                  goes_on = news && text_analyser_new(&analyser, NULL) == ERROR_NONE;
    if (!goes_on)
        wire_note(wire, CAPTURE_NEEDS_PERSON, "no memory for the thread that commits");
    while (goes_on) {
        take_news(wire, news);
        goes_on = !news->is_stopping;
        if (goes_on && news->count) {
            goes_on = do_round(wire, analyser, news);
            if (goes_on)
                ack(wire, news);
        }
        for (size_t i = 0; i < news->count; i++)
            source_batch_free(news->batches[i]);
        if (goes_on)
            tend(wire, news);
    }
    text_analyser_free(analyser);
    free(news);
    return NULL;
}
