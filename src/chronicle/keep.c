/* One state into records.db: which kept trend is it, what is new in it, which of its posts and points are not there
 * yet. */
#include "chronicle/keep.h"

#include <stdlib.h>

/* ---- Which one is it? ---- */

static struct binding *binding_of(struct keeper *keeper, uint64_t engine)
{
    for (size_t i = keeper->binding_count; i-- > 0;)
        if (keeper->bindings[i].engine == engine)
            return &keeper->bindings[i];
    return NULL;
}

static bool is_bound(const struct keeper *keeper, int64_t kept)
{
    for (size_t i = 0; i < keeper->binding_count; i++)
        if (keeper->bindings[i].kept == kept)
            return true;
    return false;
}

/* Its row belongs to another of the engine's trends, the first that was found to be it. */
static bool is_second(const struct keeper *keeper, uint64_t engine, int64_t kept)
{
    for (size_t i = 0; i < keeper->binding_count; i++)
        if (keeper->bindings[i].kept == kept)
            return keeper->bindings[i].engine != engine;
    return false;
}

static enum error_code bind(struct keeper *keeper, uint64_t engine, int64_t kept, struct error *error)
{
    if (keeper->binding_count == keeper->binding_capacity) {
        size_t          capacity = keeper->binding_capacity ? 2 * keeper->binding_capacity : 64;
        struct binding *grown = realloc(keeper->bindings, capacity * sizeof *grown);
        if (!grown)
            return error_set(error, ERROR_MEMORY, "no memory for %zu trends", capacity);
        keeper->bindings = grown;
        keeper->binding_capacity = capacity;
    }
    keeper->bindings[keeper->binding_count++] = (struct binding){engine, kept};
    return ERROR_NONE;
}

enum { CANDIDATES_MAX = 64 };

struct candidate {
    int64_t id;
    size_t  shared;
};

/* Kept trends that hold posts of this one, and how many. */
static enum error_code find_candidates(struct record *records, const struct trend *trend,
                                       struct candidate candidates[CANDIDATES_MAX],
                                       size_t *count_out, struct error *error)
{
    size_t count = 0;
    for (size_t i = 0; i < trend->post_id_count; i++) {
        struct record_statement *find = record_statement(records, "chronicle_of_post");
        record_bind_str(find, ":post", trend->post_ids[i]);
        while (record_step(find)) {
            int64_t id = record_i64(find, "trend");
            size_t  at = 0;
            while (at < count && candidates[at].id != id)
                at++;
            if (at == count && count < CANDIDATES_MAX)
                candidates[count++] = (struct candidate){id, 0};
            if (at < count)
                candidates[at].shared++;
        }
        enum error_code code = record_finish(find, error);
        if (code)
            return code;
    }
    *count_out = count;
    return ERROR_NONE;
}

/* A post may come back years later (an edit, a second import), a trend does not. */
static bool is_near(const struct trend *trend, int64_t detected_us, int64_t last_post_us)
{
    return trend->started_at_us <= last_post_us + CHRONICLE_IDLE_US &&
        detected_us - CHRONICLE_IDLE_US <= trend->last_post_us;
}

/* 2 for the same moment, 1 for days apart: of several that share its posts, the one that was detected when it was. Parts of
 * one story trade posts as they grow, so the sets alone could take one for the other. */
static double nearness(int64_t a_us, int64_t b_us)
{
    double apart_h = (double)(a_us > b_us ? a_us - b_us : b_us - a_us) / 3.6e9;
    return 1 + 1 / (1 + apart_h);
}

/* The kept trend that this is; 0: none. In a replay one that another of the engine's trends is already is taken where it
 * holds nearly all of this one: the engine cut in two what it saw as one before. Told live, two are two: the engine that
 * tells the second knows the first. */
static enum error_code find_same(struct keeper *keeper, const struct trend *trend, bool is_replay, int64_t *kept_out,
                                 struct error *error)
{
    struct candidate candidates[CANDIDATES_MAX];
    size_t           count = 0;
    double           best = 0, best_bound = 0.8;
    int64_t          bound = 0;
    enum error_code  code = find_candidates(keeper->records, trend, candidates, &count, error);
    *kept_out = 0;
    for (size_t i = 0; i < count && !code; i++) {
        struct record_statement *find = record_statement(keeper->records, "chronicle_for_match");
        record_bind_i64(find, ":id", candidates[i].id);
        if (record_step(find) && is_near(trend, record_i64(find, "detected_us"), record_i64(find, "last_post_us"))) {
            double overlap = chronicle_overlap(candidates[i].shared, trend->post_id_count,
                                               (size_t)record_i64(find, "kept"));
            double inside = (double)candidates[i].shared / (double)trend->post_id_count;
            bool   is_taken = is_bound(keeper, candidates[i].id);
            double score = overlap * nearness(trend->detected_at_us, record_i64(find, "detected_us"));
            if (!is_taken && overlap >= CHRONICLE_SAME && score > best) {
                best = score;
                *kept_out = candidates[i].id;
            } else if (is_taken && is_replay && inside >= best_bound) {
                best_bound = inside;
                bound = candidates[i].id;
            }
        }
        code = record_finish(find, error);
    }
    if (!*kept_out)
        *kept_out = bound;
    return code;
}

/* ---- Writing ---- */

static void bind_time_or_null(struct record_statement *statement, const char *parameter, int64_t at_us)
{
    if (at_us)
        record_bind_i64(statement, parameter, at_us);
}

static void bind_state(struct record_statement *statement, const struct telling *telling, struct str state,
                       int64_t merged_into)
{
    const struct trend *trend = &telling->trend;
    record_bind_str(statement, ":label", trend->label.len ? trend->label : STR("?"));
    record_bind_i64(statement, ":peak_us", trend->peak_at_us);
    record_bind_i64(statement, ":last_post_us", trend->last_post_us);
    record_bind_i64(statement, ":updated_us", telling->at_us);
    bind_time_or_null(statement, ":closed_us", telling->is_closed ? telling->at_us : 0);
    record_bind_i64(statement, ":posts", trend->posts);
    record_bind_double(statement, ":voices", trend->voices);
    record_bind_double(statement, ":z", trend->z);
    record_bind_double(statement, ":z_peak", trend->z_peak);
    record_bind_double(statement, ":growth_per_h", trend->growth_per_h); /* NaN is NULL */
    record_bind_double(statement, ":growth_se", trend->growth_se);
    record_bind_double(statement, ":observed", trend->observed);
    record_bind_double(statement, ":expected", trend->expected);
    record_bind_double(statement, ":window_posts", trend->window_posts);
    record_bind_i64(statement, ":window_us", trend->window_us);
    record_bind_double(statement, ":strongest_z", trend->strongest_z);
    record_bind_i64(statement, ":flags", trend->flags);
    record_bind_double(statement, ":dup_share", trend->dup_share);
    record_bind_double(statement, ":top_author_share", trend->top_author_share);
    record_bind_double(statement, ":effective_voices", trend->effective_voices);
    record_bind_double(statement, ":synchrony", trend->synchrony);
    record_bind_double(statement, ":site_share", trend->site_share);
    record_bind_str(statement, ":state", state);
    bind_time_or_null(statement, ":merged_into", merged_into);
}

/* A mute that is in force and was set on a trend like this one. */
struct mute {
    int64_t    from, until_us;
    struct str label, by;
};

static enum error_code find_mute(struct record *records, const struct telling *telling, struct arena *arena,
                                 struct mute *mute_out, struct error *error)
{
    struct record_statement *find = record_statement(records, "chronicle_muted_in_force");
    enum error_code          code = ERROR_NONE;
    record_bind_i64(find, ":now_us", telling->at_us);
    while (!mute_out->from && !code && record_step(find)) {
        struct chronicle_trend muted = {.id = record_i64(find, "id")};
        code = state_read(record_str(find, "state", arena), arena, &muted, error);
        if (!code && chronicle_is_like(muted.terms, muted.term_count, telling->trend.terms, telling->trend.term_count))
            *mute_out = (struct mute){muted.id, record_i64(find, "muted_until_us"), record_str(find, "label", arena),
                                      record_str(find, "muted_by", arena)};
    }
    enum error_code finished = record_finish(find, code ? NULL : error);
    return code ? code : finished;
}

static enum error_code add(struct keeper *keeper, const struct telling *telling, struct str state, int64_t merged_into,
                           int64_t *id_out,
                           struct error *error)
{
    struct arena    arena = {0};
    struct mute     mute = {0};
    struct buf      reason = {0};
    enum error_code code = find_mute(keeper->records, telling, &arena, &mute, error);
    if (!code) {
        struct record_statement *insert = record_statement(keeper->records, "chronicle_add");
        bind_state(insert, telling, state, merged_into);
        record_bind_i64(insert, ":started_us", telling->trend.started_at_us);
        record_bind_i64(insert, ":detected_us", telling->trend.detected_at_us);
        record_bind_bool(insert, ":is_found_late", telling->is_replay);
        if (mute.from) {
            buf_printf(&reason, "like \"%.*s\", which is muted", STR_ARG(mute.label));
            record_bind_i64(insert, ":muted_until_us", mute.until_us);
            record_bind_str(insert, ":mute_reason", buf_str(&reason));
            record_bind_str(insert, ":muted_by", mute.by);
            record_bind_i64(insert, ":mute_from", mute.from);
        }
        code = record_run(insert, error);
        *id_out = record_last_id(keeper->records);
    }
    buf_fini(&reason);
    arena_fini(&arena);
    return code;
}

static enum error_code renew(struct keeper *keeper, const struct telling *telling, struct str state,
                             int64_t merged_into, int64_t id, struct error *error)
{
    struct record_statement *update = record_statement(keeper->records, "chronicle_renew");
    bind_state(update, telling, state, merged_into);
    record_bind_i64(update, ":id", id);
    return record_run(update, error);
}

static enum error_code add_post(struct keeper *keeper, int64_t id, struct str post_id, struct error *error)
{
    struct arena      arena = {0};
    struct post       post = {0};
    struct text_facts facts = {0};
    bool              is_known = false;
    enum error_code   code = ERROR_NONE;
    if (keeper->snapshot) {
        struct error ignored = {0};
        code = archive_post(keeper->snapshot, post_id, &arena, &post, &ignored);
        is_known = !code;
        code = code == ERROR_NOT_FOUND ? ERROR_NONE : code; /* deleted meanwhile: only its id is kept, as for a match */
        if (code && error)
            *error = ignored;
    }
    if (!code && is_known)
        code = text_analyse(keeper->analyser, &arena, post.text, post.lang, TEXT_WANT_LANGUAGE, &facts, error);
    if (!code) {
        struct record_statement *insert = record_statement(keeper->records, "chronicle_post_add");
        record_bind_i64(insert, ":trend", id);
        record_bind_str(insert, ":post", post_id);
        if (is_known) {
            record_bind_i64(insert, ":at_us", post.at_us);
            record_bind_str(insert, ":platform", post.platform);
            record_bind_str(insert, ":community", post.community.len ? post.community : (struct str){0});
            record_bind_i64(insert, ":tone", (int64_t)tone_of(&facts).tone);
        }
        code = record_run(insert, error);
    }
    arena_fini(&arena);
    return code;
}

static enum error_code one_number(struct record *records, const char *statement, const char *column, int64_t trend,
                                  int64_t *number_out,
                                  struct error *error)
{
    struct record_statement *ask = record_statement(records, statement);
    record_bind_i64(ask, ":trend", trend);
    *number_out = record_step(ask) ? record_i64(ask, column) : 0;
    return record_finish(ask, error);
}

static enum error_code add_posts(struct keeper *keeper, int64_t id, const struct trend *trend, struct error *error)
{
    int64_t         kept;
    enum error_code code = one_number(keeper->records, "chronicle_post_count", "kept", id, &kept, error);
    for (size_t i = 0; i < trend->post_id_count && kept < CHRONICLE_POSTS_MAX && !code; i++) {
        struct record_statement *find = record_statement(keeper->records, "chronicle_post_has");
        record_bind_i64(find, ":trend", id);
        record_bind_str(find, ":post", trend->post_ids[i]);
        bool is_there = record_step(find);
        code = record_finish(find, error);
        if (!code && !is_there) {
            code = add_post(keeper, id, trend->post_ids[i], error);
            kept++;
        }
    }
    return code;
}

static enum error_code add_points(struct record *records, int64_t id, const struct telling *telling, int64_t after_us,
                                  struct error *error)
{
    enum error_code code = ERROR_NONE;
    int64_t         points;
    for (size_t i = 0; i < telling->point_count && !code; i++) {
        const struct chronicle_point *point = &telling->points[i];
        if (point->at_us <= after_us)
            continue;
        struct record_statement *insert = record_statement(records, "chronicle_point_add");
        record_bind_i64(insert, ":trend", id);
        record_bind_i64(insert, ":at_us", point->at_us);
        record_bind_i64(insert, ":posts", point->posts);
        record_bind_double(insert, ":voices", point->voices);
        record_bind_double(insert, ":z", point->z);
        record_bind_double(insert, ":growth_per_h", point->growth_per_h);
        record_bind_double(insert, ":growth_se", point->growth_se);
        record_bind_i64(insert, ":flags", point->flags);
        code = record_run(insert, error);
    }
    if (!code)
        code = one_number(records, "chronicle_point_count", "points", id, &points, error);
    if (!code && points > CHRONICLE_POINTS_MAX) {
        struct record_statement *thin = record_statement(records, "chronicle_point_thin");
        record_bind_i64(thin, ":trend", id);
        code = record_run(thin, error);
    }
    return code;
}

/* What was kept of it before. */
struct before {
    int64_t updated_us;
    bool    is_closed;
};

static enum error_code look_before(struct record *records, int64_t id, struct before *before_out, struct error *error)
{
    struct record_statement *find = record_statement(records, "chronicle_for_match");
    record_bind_i64(find, ":id", id);
    if (record_step(find))
        *before_out = (struct before){record_i64(find, "updated_us"), record_i64(find, "is_closed") != 0};
    return record_finish(find, error);
}

enum error_code keep_trend(struct keeper *keeper, const struct telling *telling, int64_t *id_out,
                           enum kept_what *what_out, struct error *error)
{
    const struct trend *trend = &telling->trend;
    struct binding     *known = binding_of(keeper, trend->id), *home = trend->merged_into
        ? binding_of(keeper, trend->merged_into) : NULL;
    struct before       before = {0};
    struct buf          state = {0};
    int64_t             id = known ? known->kept : 0;
    enum error_code     code = known ? ERROR_NONE : find_same(keeper, trend, telling->is_replay, &id, error);
    bool                is_new = !code && !id, is_later;
    if (!code && id)
        code = look_before(keeper->records, id, &before, error);
    int64_t merged_into = home && home->kept != id ? home->kept : 0;
    is_later = is_new || telling->at_us > before.updated_us ||
        (telling->is_closed && !before.is_closed && telling->at_us == before.updated_us);
    if (id && !before.is_closed && is_second(keeper, trend->id, id))
        is_later = false; /* the first one is still open and speaks for the row */
    state_print(trend, &state);
    if (!code && state.has_failed)
        code = error_set(error, ERROR_MEMORY, "no memory for the state of a trend");
    if (!code && is_new)
        code = add(keeper, telling, buf_str(&state), merged_into, &id, error);
    else if (!code && is_later)
        code = renew(keeper, telling, buf_str(&state), merged_into, id, error);
    buf_fini(&state);
    if (!code && !known)
        code = bind(keeper, trend->id, id, error);
    if (!code && is_later)
        code = add_posts(keeper, id, trend, error);
    if (!code && is_later)
        code = add_points(keeper->records, id, telling, before.updated_us, error);
    *id_out = id;
    *what_out = !is_later                                        ? KEPT_NOTHING
                : telling->is_closed                             ? is_new ? KEPT_OPENED_AND_CLOSED : KEPT_CLOSED
                : is_new || before.is_closed                     ? KEPT_OPENED
                                                                 : KEPT_CHANGED;
    return code;
}
