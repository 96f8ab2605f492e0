/* The live side: every rule, every minute since it was last judged. Questions to the archive come first, without the lock; then one
 * transaction writes what was decided, unless the rule changed meanwhile. */
#include "alert/history.h"
#include "alert/keep.h"

enum { HITS_MOST = 50 /* of one rule in one evaluation */, RULES_READ_MOST = ALERT_RULES_MAX };
#define CATCH_UP_MOST_US CLOCK_DAY_US

struct decided {
    struct alert_firing firing;
    struct post         posts[ALERT_SAMPLES]; /* to show */
    size_t              post_count;
    struct str          post_ids;
};
struct judged {
    struct alert_kept   kept;
    struct alert_memory memory;
    int64_t             from_us, until_us; /* minutes (from, until] were judged */
    struct decided     *decided; /* in the work arena of its rule */
    size_t              count;
    struct alert_series tone; /* counts found now, by minute; minutes 0: none */
    int64_t             tone_from_us;
};

/* ---- Finding out ---- */

static enum error_code load_tone(const struct alert_world *world, const struct query_node *root, struct judged *judged,
                                 struct alert_series *series, struct arena *arena, struct error *error)
{
    struct record  *record = world->records;
    int64_t         begun_us = -1, looked_us = 0;
    enum error_code code = history_tone_room(series, arena, error);
    if (code || (code = record_begin(record, error)))
        return code;
    struct record_statement *row = record_statement(record, "alert_tone_all");
    record_bind_i64(row, ":rule", judged->kept.id);
    record_bind_i64(row, ":from_us", series->start_us);
    while (record_step(row)) {
        int64_t at_us = record_i64(row, "minute_us"), minute = (at_us - series->start_us) / CLOCK_MINUTE_US;
        if (minute >= 0 && (size_t)minute < series->minutes) {
            series->negative[minute + 1] = (uint64_t)record_i64(row, "negative");
            series->known[minute + 1] = (uint64_t)record_i64(row, "known");
        }
        begun_us = begun_us < 0 ? at_us : begun_us;
        looked_us = at_us + CLOCK_MINUTE_US;
    }
    if ((code = record_end(record, record_finish(row, error), error)))
        return code;
    if (begun_us < 0) /* the first time: as far back as is needed, or as is bearable */
        begun_us = looked_us = history_since_for(series, judged->until_us, TONE_LOOK_MOST);
    judged->tone_from_us = looked_us;
    if (looked_us < judged->until_us)
        code = history_tone(world, root, looked_us, judged->until_us, series, error);
    if (series->first_us < begun_us && begun_us > series->start_us)
        series->first_us = begun_us; /* further back nothing is known of the tone */
    judged->tone = *series; /* before the sums: its own arrays are needed by minute */
    size_t bytes = (series->minutes + 1) * sizeof *series->known;
    judged->tone.negative = arena_alloc(arena, bytes);
    judged->tone.known = arena_alloc(arena, bytes);
    if (!judged->tone.negative || !judged->tone.known)
        return keep_no_memory(error);
    memcpy(judged->tone.negative, series->negative, bytes);
    memcpy(judged->tone.known, series->known, bytes);
    history_tone_sum(series);
    return code;
}

static void print_ids(const struct post *posts, size_t count, struct buf *out)
{
    for (size_t i = 0; i < count; i++) {
        if (i)
            buf_append_char(out, '\n');
        buf_append_str(out, posts[i].id);
    }
}

static struct str keep_text(struct buf *text, struct arena *arena)
{
    struct str kept = text->has_failed ? (struct str){0} : arena_str(arena, buf_str(text));
    buf_clear(text);
    return kept;
}

/* The firing in words, with posts to show. */
static enum error_code describe(const struct alert_world *world, const struct query_node *root, const struct alert_kept *kept,
                                const struct alert_hit *hit, struct arena *arena, struct decided *decided, struct error *error)
{
    struct post             *posts;
    struct buf               text = {.max_bytes = 64 * 1024};
    const struct alert_rule *rule = &kept->rule;
    enum error_code          code = history_samples(world, root, hit->at_us - rule->window_us, hit->at_us, arena, &posts, &decided->post_count, error);
    if (code)
        return code;
    for (size_t i = 0; i < decided->post_count; i++)
        decided->posts[i] = posts[i];
    struct alert_firing *firing = &decided->firing;
    *firing = (struct alert_firing){
        .rule = kept->id, .rule_version = kept->version, .at_us = hit->at_us, .seen_us = clock_now_us(), .rule_name = rule->name,
        .value = (int64_t)hit->judgement.value, .known = (int64_t)hit->judgement.known, .voices = (int64_t)hit->voices,
        .window_us = rule->window_us, .expected = hit->judgement.expected, .z = hit->judgement.z,
        .basis = alert_basis_names[hit->judgement.basis], .held_until_us = alert_quiet_ends(&rule->quiet, hit->at_us)};
    letter_words(rule, &hit->judgement, hit->voices, &text);
    firing->words = firing->title = keep_text(&text, arena);
    print_ids(decided->posts, decided->post_count, &text);
    decided->post_ids = keep_text(&text, arena);
    buf_fini(&text);
    return firing->title.ptr && decided->post_ids.ptr ? ERROR_NONE : keep_no_memory(error);
}

static enum error_code judge(const struct alert_world *world, struct judged *judged, struct arena *arena, struct error *error)
{
    struct alert_kept       *kept = &judged->kept;
    const struct query_node *root;
    struct alert_series      series;
    struct alert_hit         found[HITS_MOST];
    struct alert_hits        hits = {.hits = found, .most = HITS_MOST};
    enum error_code          code = alert_rule_query(world, &kept->rule, arena, &root, error);
    struct history_voices    voices = {world, root};
    if (!code)
        code = history_series(world, root, clock_floor(judged->from_us - ALERT_REACH_US, CLOCK_MINUTE_US), judged->until_us, arena, &series, error);
    if (!code && kept->rule.on == ALERT_TONE)
        code = load_tone(world, root, judged, &series, arena, error);
    if (!code)
        code = alert_replay(&kept->rule, &series, judged->from_us, judged->until_us, history_voices, &voices, &judged->memory, &hits, error);
    judged->count = hits.count < HITS_MOST ? hits.count : HITS_MOST;
    judged->decided = arena_array(arena, judged->count, sizeof *judged->decided);
    if (!code && !judged->decided)
        code = keep_no_memory(error);
    for (size_t i = 0; i < judged->count && !code; i++)
        code = describe(world, root, kept, &found[i], arena, &judged->decided[i], error);
    return code;
}

/* ---- Writing down ---- */

static enum error_code add_firing(struct record *record, struct alert_firing *firing, struct str post_ids, bool *was_added_out, struct error *error)
{
    struct record_statement *add = record_statement(record, "alert_firing_add");
    record_bind_i64(add, ":rule", firing->rule);
    record_bind_i64(add, ":rule_version", firing->rule_version);
    record_bind_i64(add, ":at_us", firing->at_us);
    record_bind_i64(add, ":seen_us", firing->seen_us);
    keep_bind(add, ":title", firing->title);
    keep_bind(add, ":words", firing->words);
    record_bind_i64(add, ":value", firing->value);
    record_bind_i64(add, ":known", firing->known);
    record_bind_i64(add, ":voices", firing->voices);
    record_bind_i64(add, ":window_us", firing->window_us);
    record_bind_double(add, ":expected", firing->expected);
    record_bind_double(add, ":z", firing->z);
    record_bind_text(add, ":basis", firing->basis);
    if (firing->trend)
        record_bind_i64(add, ":trend", firing->trend);
    keep_bind(add, ":post_ids", post_ids);
    record_bind_i64(add, ":held_until_us", firing->held_until_us);
    enum error_code code = record_run(add, error);
    *was_added_out = !code && record_changes(record) == 1;
    firing->id = *was_added_out ? record_last_id(record) : 0;
    return code;
}

static enum error_code write_tone(struct record *record, const struct judged *judged, struct error *error)
{
    const struct alert_series *tone = &judged->tone;
    enum error_code            code = ERROR_NONE;
    int64_t                    last_us = judged->until_us - CLOCK_MINUTE_US;
    for (int64_t at_us = judged->tone_from_us; at_us <= last_us && !code; at_us += CLOCK_MINUTE_US) {
        size_t minute = (size_t)((at_us - tone->start_us) / CLOCK_MINUTE_US);
        bool is_end = at_us == last_us || at_us == judged->tone_from_us; /* these say from where and how far was looked */
        if (!tone->known[minute + 1] && !is_end)
            continue;
        struct record_statement *add = record_statement(record, "alert_tone_add");
        record_bind_i64(add, ":rule", judged->kept.id);
        record_bind_i64(add, ":minute_us", at_us);
        record_bind_i64(add, ":negative", (int64_t)tone->negative[minute + 1]);
        record_bind_i64(add, ":known", (int64_t)tone->known[minute + 1]);
        code = record_run(add, error);
    }
    if (code)
        return code;
    struct record_statement *old = record_statement(record, "alert_tone_old");
    record_bind_i64(old, ":rule", judged->kept.id);
    record_bind_i64(old, ":before_us", judged->until_us - ALERT_REACH_US - CLOCK_DAY_US);
    return record_run(old, error);
}

/* The firing, and a letter that knows its number, to everybody who is to be told at once. */
static enum error_code write_decided(const struct alert_world *world, const struct alert_kept *kept, struct decided *decided, struct arena *arena,
                                     bool *was_added_out, struct error *error)
{
    struct letter   letter;
    enum error_code code = add_firing(world->records, &decided->firing, decided->post_ids, was_added_out, error);
    if (code || !*was_added_out || decided->firing.held_until_us)
        return code;
    code = letter_write(world, kept, LETTER_FIRING, &decided->firing, 1, decided->posts, decided->post_count, arena, &letter, error);
    return code ? code : outbox_put(world->records, kept, LETTER_FIRING, decided->firing.id, &letter, NULL, error);
}

static enum error_code write_judged(const struct alert_world *world, struct judged *judged, struct arena *arena, bool *is_ours_out,
                                    struct error *error)
{
    struct record           *record = world->records;
    struct record_statement *set = record_statement(record, "alert_rule_evaluated");
    record_bind_i64(set, ":id", judged->kept.id);
    record_bind_i64(set, ":version", judged->kept.version);
    record_bind_i64(set, ":seen_us", judged->kept.evaluated_us);
    record_bind_i64(set, ":evaluated_us", judged->until_us);
    record_bind_i64(set, ":fired_us", judged->memory.fired_us);
    record_bind_i64(set, ":fired_value", (int64_t)judged->memory.fired_value);
    record_bind_bool(set, ":is_calm", judged->memory.is_calm);
    record_bind_text(set, ":problem", "");
    enum error_code code = record_run(set, error);
    *is_ours_out = !code && record_changes(record) == 1;
    if (code || !*is_ours_out)
        return code;
    if (judged->kept.rule.on == ALERT_TONE && (code = write_tone(record, judged, error)))
        return code;
    for (size_t i = 0; i < judged->count && !code; i++) {
        bool was_added;
        code = write_decided(world, &judged->kept, &judged->decided[i], arena, &was_added, error);
    }
    return code;
}

static enum error_code write_problem(struct record *record, const struct alert_kept *kept, const struct error *why, struct error *error)
{
    if (str_equal(kept->problem, str_of(why->message)))
        return ERROR_NONE;
    enum error_code code = record_begin(record, error);
    if (code)
        return code;
    struct record_statement *set = record_statement(record, "alert_rule_problem");
    record_bind_i64(set, ":id", kept->id);
    record_bind_i64(set, ":version", kept->version);
    record_bind_text(set, ":problem", why->message);
    return record_end(record, record_run(set, error), error);
}

static void tell_of(const struct alert_firing *firing, alert_tell_fn tell, void *context)
{
    struct alert_told told = {.firing = firing->id, .rule = firing->rule, .at_us = firing->at_us, .rule_name = firing->rule_name,
                              .title = firing->title, .is_quiet = firing->held_until_us != 0};
    if (tell)
        tell(context, &told);
}

static enum error_code evaluate_rule(const struct alert_world *world, struct judged *judged, struct arena *arena, alert_tell_fn tell,
                                     void *context, struct error *error)
{
    struct error why = {0};
    bool         is_ours = false;
    judged->until_us = clock_floor(world->now_us, CLOCK_MINUTE_US);
    judged->from_us = judged->kept.evaluated_us;
    if (judged->from_us < judged->until_us - CATCH_UP_MOST_US)
        judged->from_us = judged->until_us - CATCH_UP_MOST_US;
    if (judged->until_us <= judged->from_us)
        return ERROR_NONE;
    if (judge(world, judged, arena, &why))
        return write_problem(world->records, &judged->kept, &why, error);
    enum error_code code = record_begin(world->records, error);
    if (!code)
        code = record_end(world->records, write_judged(world, judged, arena, &is_ours, error), error);
    for (size_t i = 0; i < judged->count && !code && is_ours; i++)
        tell_of(&judged->decided[i].firing, tell, context);
    return code;
}

/* ---- Summaries of quiet hours ---- */

static enum error_code write_digest(const struct alert_world *world, const struct alert_firing *firings, size_t count, struct arena *arena,
                                    size_t *queued_out, struct alert_kept *kept, struct error *error)
{
    struct letter   letter;
    enum error_code code = keep_rule_by_id(world->records, firings[0].rule, arena, kept, error);
    if (!code)
        code = letter_write(world, kept, LETTER_DIGEST, firings, count, NULL, 0, arena, &letter, error);
    if (!code)
        code = outbox_put(world->records, kept, LETTER_DIGEST, 0, &letter, queued_out, error);
    if (code)
        return code;
    struct record_statement *set = record_statement(world->records, "alert_firing_summarised");
    record_bind_i64(set, ":rule", firings[0].rule);
    record_bind_i64(set, ":now_us", world->now_us);
    record_bind_i64(set, ":last", firings[count - 1].id);
    return record_run(set, error);
}

static enum error_code read_held(const struct alert_world *world, struct arena *arena, struct alert_firing **firings_out, size_t *count_out,
                                 struct error *error)
{
    void                    *rows = NULL;
    size_t                   count = 0, capacity = 0;
    enum error_code          code = ERROR_NONE, finished;
    struct record_statement *row = record_statement(world->records, "alert_firing_held");
    record_bind_i64(row, ":now_us", world->now_us);
    while (!code && record_step(row))
        code = arena_grow(arena, &rows, sizeof(struct alert_firing), count, &capacity)
                   ? keep_read_firing(row, arena, (struct alert_firing *)rows + count++, error)
                   : keep_no_memory(error);
    finished = record_finish(row, error);
    *firings_out = rows;
    *count_out = count;
    return code ? code : finished;
}

static enum error_code write_digests(const struct alert_world *world, struct arena *arena, alert_tell_fn tell, void *context, struct error *error)
{
    struct alert_firing *held;
    struct alert_told    told[64];
    size_t               count, told_count = 0;
    enum error_code      code = record_begin(world->records, error);
    if (code)
        return code;
    code = read_held(world, arena, &held, &count, error);
    for (size_t i = 0, end; i < count && !code && told_count < 64; i = end) {
        struct alert_kept kept = {0};
        for (end = i + 1; end < count && held[end].rule == held[i].rule;)
            end++;
        code = write_digest(world, held + i, end - i, arena, NULL, &kept, error);
        told[told_count++] = (struct alert_told){.rule = held[i].rule, .at_us = world->now_us, .rule_name = held[i].rule_name,
                                                 .title = held[end - 1].title, .is_digest = true};
    }
    code = record_end(world->records, code, error);
    for (size_t i = 0; i < told_count && !code && tell; i++)
        tell(context, &told[i]);
    return code;
}

/* ---- Rules that are on ---- */

static enum error_code read_rules(const struct alert_world *world, struct arena *arena, struct judged **rules_out, size_t *count_out,
                                  struct error *error)
{
    void           *rows = NULL;
    size_t          count = 0, capacity = 0;
    enum error_code code = record_begin(world->records, error), finished;
    if (code)
        return code;
    struct record_statement *row = record_statement(world->records, "alert_rule_on");
    while (!code && count < RULES_READ_MOST && record_step(row)) {
        code = arena_grow(arena, &rows, sizeof(struct judged), count, &capacity) ? ERROR_NONE : keep_no_memory(error);
        if (code)
            break;
        struct judged *judged = (struct judged *)rows + count;
        *judged = (struct judged){0};
        if (!keep_read_rule(row, arena, &judged->kept, &judged->memory, error)) /* one that cannot be read keeps nobody out */
            count++;
    }
    finished = record_finish(row, error);
    *rules_out = rows;
    *count_out = count;
    return record_end(world->records, code ? code : finished, error);
}

enum error_code alert_evaluate(const struct alert_world *world, alert_tell_fn tell, void *context, struct error *error)
{
    struct arena    arena = {0}, work = {0};
    struct judged  *rules;
    size_t          count;
    struct error    first = {0};
    enum error_code code = read_rules(world, &arena, &rules, &count, error);
    for (size_t i = 0; i < count && !code; i++) {
        struct error own = {0};
        if (rules[i].kept.rule.on != ALERT_TREND && evaluate_rule(world, &rules[i], &work, tell, context, &own) && !first.code)
            first = own;
        arena_reset(&work);
    }
    if (!code)
        code = write_digests(world, &work, tell, context, error);
    if (!code && first.code) {
        *error = first;
        code = first.code;
    }
    arena_fini(&work);
    arena_fini(&arena);
    return code;
}

/* ---- Trends ---- */

enum error_code alert_wants_trends(struct record *record, bool *wants_out, struct error *error)
{
    enum error_code code = record_begin(record, error);
    *wants_out = false;
    if (code)
        return code;
    struct record_statement *row = record_statement(record, "alert_rule_count_trend");
    *wants_out = record_step(row) && record_i64(row, "count") > 0;
    return record_end(record, record_finish(row, error), error);
}

bool alert_trend_fits(const struct alert_rule *rule, const struct alert_trend *trend)
{
    return !trend->is_muted && trend->strength >= alert_trend_strength(rule) && trend->posts >= (int64_t)rule->least_posts &&
           trend->voices >= (double)rule->least_voices;
}

static enum error_code has_fired_for(struct record *record, int64_t rule, int64_t trend, bool *has_fired_out, struct error *error)
{
    struct record_statement *row = record_statement(record, "alert_firing_has_trend");
    record_bind_i64(row, ":rule", rule);
    record_bind_i64(row, ":trend", trend);
    *has_fired_out = record_step(row) && record_i64(row, "count") > 0;
    return record_finish(row, error);
}

static enum error_code describe_trend(const struct alert_world *world, const struct alert_kept *kept, const struct alert_trend *trend,
                                      struct arena *arena, struct decided *decided, struct error *error)
{
    struct buf           text = {.max_bytes = 64 * 1024};
    struct alert_firing *firing = &decided->firing;
    struct error         missing = {0}; /* deleted since: it is not shown */
    decided->post_count = 0;
    *firing = (struct alert_firing){
        .rule = kept->id, .rule_version = kept->version, .at_us = world->now_us, .seen_us = clock_now_us(), .rule_name = kept->rule.name,
        .value = trend->posts, .voices = (int64_t)(trend->voices + 0.5), .z = trend->strength, .trend = trend->id,
        .basis = alert_basis_names[ALERT_NO_USUAL], .held_until_us = alert_quiet_ends(&kept->rule.quiet, world->now_us)};
    buf_append_str(&text, STR("new trend: "));
    letter_clean(trend->label, 120, &text);
    firing->title = keep_text(&text, arena);
    buf_printf(&text, "%.*s (%lld posts, %lld voices, strength %.0f)", STR_ARG(firing->title), (long long)trend->posts, (long long)firing->voices,
               trend->strength);
    firing->words = keep_text(&text, arena);
    for (size_t i = 0; i < trend->post_id_count && decided->post_count < ALERT_SAMPLES; i++)
        if (!archive_post(world->snapshot, trend->post_ids[trend->post_id_count - 1 - i], arena, &decided->posts[decided->post_count], &missing))
            decided->post_count++;
    print_ids(decided->posts, decided->post_count, &text);
    decided->post_ids = keep_text(&text, arena);
    buf_fini(&text);
    return firing->words.ptr && firing->title.ptr && decided->post_ids.ptr ? ERROR_NONE : keep_no_memory(error);
}

static enum error_code write_trend(const struct alert_world *world, const struct alert_kept *kept, struct decided *decided, struct arena *arena,
                                   bool *was_added_out, struct error *error)
{
    enum error_code code = write_decided(world, kept, decided, arena, was_added_out, error);
    if (code || !*was_added_out)
        return code;
    struct record_statement *set = record_statement(world->records, "alert_rule_fired");
    record_bind_i64(set, ":id", kept->id);
    record_bind_i64(set, ":fired_us", decided->firing.at_us);
    return record_run(set, error);
}

static enum error_code hear_one(const struct alert_world *world, const struct alert_kept *kept, const struct alert_trend *trend,
                                struct arena *arena, alert_tell_fn tell, void *context, bool *was_added_out, struct error *error)
{
    const struct query_node *root;
    struct decided           decided;
    double                   share = 0;
    bool                     has_fired;
    struct error             why = {0};
    bool is_cooling = kept->fired_us && world->now_us < kept->fired_us + kept->rule.cooldown_us;
    if (is_cooling || !alert_trend_fits(&kept->rule, trend) || trend->at_us < kept->created_us - CLOCK_DAY_US)
        return ERROR_NONE;
    enum error_code code = record_begin(world->records, error);
    if (!code)
        code = record_end(world->records, has_fired_for(world->records, kept->id, trend->id, &has_fired, error), error);
    if (code || has_fired)
        return code;
    if (alert_rule_query(world, &kept->rule, arena, &root, &why) || history_covers(world, root, trend, arena, &share, &why))
        return write_problem(world->records, kept, &why, error);
    if (share < ALERT_TREND_SHARE)
        return ERROR_NONE;
    code = describe_trend(world, kept, trend, arena, &decided, error);
    if (!code)
        code = record_begin(world->records, error);
    if (code)
        return code;
    code = record_end(world->records, write_trend(world, kept, &decided, arena, was_added_out, error), error);
    if (!code && *was_added_out)
        tell_of(&decided.firing, tell, context);
    return code;
}

enum error_code alert_hear(const struct alert_world *world, const struct alert_trend *trends, size_t trend_count, alert_tell_fn tell,
                           void *context, struct error *error)
{
    struct arena    arena = {0}, work = {0};
    struct judged  *rules;
    size_t          count;
    enum error_code code = trend_count ? read_rules(world, &arena, &rules, &count, error) : ERROR_NONE;
    for (size_t i = 0; trend_count && i < count && !code; i++) {
        for (size_t j = 0; j < trend_count && !code && rules[i].kept.rule.on == ALERT_TREND; j++) {
            bool has_fired = false;
            code = hear_one(world, &rules[i].kept, &trends[j], &work, tell, context, &has_fired, error);
            if (has_fired) /* the cooldown begins */
                rules[i].kept.fired_us = world->now_us;
            arena_reset(&work);
        }
    }
    arena_fini(&work);
    arena_fini(&arena);
    return code;
}
