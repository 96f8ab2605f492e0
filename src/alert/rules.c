/* Rules as they are kept: made, changed, paused, retired; each change a version and an audit row. */
#include "alert/keep.h"

static struct str body_of(const struct alert_rule *rule, struct arena *arena)
{
    struct buf  text = {0};
    struct json json = json_writer(&text);
    json_object(&json);
    alert_rule_print(rule, &json);
    json_end(&json);
    struct str kept = text.has_failed ? (struct str){0} : arena_str(arena, buf_str(&text));
    buf_fini(&text);
    return kept;
}

static enum error_code check_hooks(struct record *record, const struct alert_rule *rule, struct error *error)
{
    for (size_t i = 0; i < rule->hook_count; i++) {
        struct record_statement *row = record_statement(record, "alert_hook_by_id");
        record_bind_i64(row, ":id", rule->hooks[i]);
        bool            is_there = record_step(row);
        enum error_code code = record_finish(row, error);
        if (code || !is_there)
            return code ? code : error_set(error, ERROR_INVALID, "webhooks: there is no webhook %lld", (long long)rule->hooks[i]);
    }
    return ERROR_NONE;
}

static enum error_code add_version(struct record *record, const struct alert_kept *before, const struct alert_kept *kept,
                                   const struct alert_change *change, const char *what, struct arena *arena, struct error *error)
{
    struct str               body = body_of(&kept->rule, arena), old = before ? body_of(&before->rule, arena) : STR("");
    struct record_statement *add = record_statement(record, "alert_version_add");
    record_bind_i64(add, ":rule", kept->id);
    record_bind_i64(add, ":version", kept->version);
    record_bind_i64(add, ":at_us", change->now_us);
    record_bind_i64(add, ":member", change->actor.member);
    keep_bind(add, ":member_name", change->actor.name);
    record_bind_text(add, ":what", what);
    keep_bind(add, ":body", body);
    enum error_code code = record_run(add, error);
    return code ? code : record_audit(record, change->actor, what, "alert", kept->id, old, body, error);
}

static void bind_rule(struct record_statement *statement, const struct alert_rule *rule, struct str body, int64_t owner, struct str owner_name)
{
    keep_bind(statement, ":name", rule->name);
    record_bind_text(statement, ":kind", alert_on_names[rule->on]);
    keep_bind(statement, ":body", body);
    record_bind_i64(statement, ":owner", owner);
    keep_bind(statement, ":owner_name", owner_name);
    record_bind_bool(statement, ":is_in_feed", rule->is_in_feed);
}

static enum error_code create(struct record *record, const struct alert_change *change, const struct alert_rule *rule, struct arena *arena,
                              struct alert_kept *kept_out, struct error *error)
{
    struct record_statement *row = record_statement(record, "alert_rule_count");
    int64_t                  count = record_step(row) ? record_i64(row, "count") : 0;
    enum error_code          code = record_finish(row, error);
    struct str               body = body_of(rule, arena);
    if (!code && count >= ALERT_RULES_MAX)
        code = error_set(error, ERROR_TOO_LARGE, "a client has at most %d alerts; retire one first", ALERT_RULES_MAX);
    if (!code)
        code = check_hooks(record, rule, error);
    if (code)
        return code;
    struct record_statement *add = record_statement(record, "alert_rule_add");
    bind_rule(add, rule, body, change->actor.member, change->actor.name);
    record_bind_i64(add, ":now_us", clock_floor(change->now_us, CLOCK_MINUTE_US));
    code = record_run(add, error);
    if (!code)
        code = keep_rule_by_id(record, record_last_id(record), arena, kept_out, error);
    return code ? code : add_version(record, NULL, kept_out, change, "create", arena, error);
}

enum error_code alert_create(struct record *record, const struct alert_change *change, const struct alert_rule *rule, struct arena *arena,
                             struct alert_kept *kept_out, struct error *error)
{
    enum error_code code = record_begin(record, error);
    return code ? code : record_end(record, create(record, change, rule, arena, kept_out, error), error);
}

static enum error_code find_for(struct record *record, int64_t id, const struct alert_change *change, struct arena *arena,
                                struct alert_kept *before, struct error *error)
{
    enum error_code code = keep_rule_by_id(record, id, arena, before, error);
    if (!code && before->version != change->version) {
        error_set(error, ERROR_CONFLICT, "alert '%.*s' is at version %lld now; you began from version %lld", STR_ARG(before->rule.name),
                  (long long)before->version, (long long)change->version);
        code = error_hint(error, "load it again and make your change there");
    }
    return code;
}

static enum error_code edit(struct record *record, int64_t id, const struct alert_change *change, const struct alert_rule *rule, int64_t owner,
                            struct str owner_name, struct arena *arena, struct alert_kept *kept_out, struct error *error)
{
    struct alert_kept before;
    enum error_code   code = find_for(record, id, change, arena, &before, error);
    if (!code)
        code = check_hooks(record, rule, error);
    if (code)
        return code;
    struct record_statement *set = record_statement(record, "alert_rule_edit");
    bind_rule(set, rule, body_of(rule, arena), owner ? owner : before.owner, owner ? owner_name : before.owner_name);
    record_bind_i64(set, ":now_us", change->now_us);
    record_bind_i64(set, ":id", id);
    record_bind_i64(set, ":version", before.version);
    code = record_run(set, error);
    if (!code) /* what was found with another query or window is of no use any more */
    {
        struct record_statement *forget = record_statement(record, "alert_tone_forget");
        record_bind_i64(forget, ":rule", id);
        code = record_run(forget, error);
    }
    if (!code)
        code = keep_rule_by_id(record, id, arena, kept_out, error);
    return code ? code : add_version(record, &before, kept_out, change, "edit", arena, error);
}

enum error_code alert_edit(struct record *record, int64_t id, const struct alert_change *change, const struct alert_rule *rule, int64_t owner,
                           struct str owner_name, struct arena *arena, struct alert_kept *kept_out, struct error *error)
{
    enum error_code code = record_begin(record, error);
    return code ? code : record_end(record, edit(record, id, change, rule, owner, owner_name, arena, kept_out, error), error);
}

static enum error_code set_state(struct record *record, int64_t id, const struct alert_change *change, enum alert_state state, struct arena *arena,
                                 struct alert_kept *kept_out, struct error *error)
{
    static const char *const deeds[] = {[ALERT_ON] = "resume", [ALERT_PAUSED] = "pause", [ALERT_RETIRED] = "retire"};
    struct alert_kept        before;
    enum error_code          code = find_for(record, id, change, arena, &before, error);
    if (code)
        return code;
    struct record_statement *set = record_statement(record, "alert_rule_set_state");
    record_bind_i64(set, ":id", id);
    record_bind_i64(set, ":version", before.version);
    record_bind_text(set, ":state", alert_state_names[state]);
    record_bind_i64(set, ":now_us", clock_floor(change->now_us, CLOCK_MINUTE_US));
    code = record_run(set, error);
    if (!code)
        code = keep_rule_by_id(record, id, arena, kept_out, error);
    return code ? code : add_version(record, &before, kept_out, change, deeds[state], arena, error);
}

enum error_code alert_set_state(struct record *record, int64_t id, const struct alert_change *change, enum alert_state state, struct arena *arena,
                                struct alert_kept *kept_out, struct error *error)
{
    enum error_code code = record_begin(record, error);
    return code ? code : record_end(record, set_state(record, id, change, state, arena, kept_out, error), error);
}

enum error_code alert_by_id(struct record *record, int64_t id, struct arena *arena, struct alert_kept *kept_out, struct error *error)
{
    enum error_code code = record_begin(record, error);
    return code ? code : record_end(record, keep_rule_by_id(record, id, arena, kept_out, error), error);
}

enum error_code alert_all(struct record *record, bool with_retired, struct arena *arena, struct alert_kept **kept_out, size_t *count_out,
                          struct error *error)
{
    void           *rows = NULL;
    size_t          count = 0, capacity = 0;
    enum error_code code = record_begin(record, error), finished;
    if (code)
        return code;
    struct record_statement *row = record_statement(record, "alert_rule_all");
    record_bind_bool(row, ":with_retired", with_retired);
    while (!code && record_step(row))
        code = arena_grow(arena, &rows, sizeof **kept_out, count, &capacity)
                   ? keep_read_rule(row, arena, (struct alert_kept *)rows + count++, NULL, error)
                   : keep_no_memory(error);
    finished = record_finish(row, error);
    *kept_out = rows;
    *count_out = count;
    return record_end(record, code ? code : finished, error);
}

enum error_code alert_versions(struct record *record, int64_t id, struct json *json, struct arena *arena, struct error *error)
{
    enum error_code code = record_begin(record, error);
    if (code)
        return code;
    struct record_statement *row = record_statement(record, "alert_version_all");
    record_bind_i64(row, ":rule", id);
    while (record_step(row)) {
        json_object(json);
        json_key(json, "version");
        json_i64(json, record_i64(row, "version"));
        json_key(json, "at");
        json_time(json, record_i64(row, "at_us"));
        json_key(json, "by");
        json_str(json, record_str(row, "member_name", arena));
        json_key(json, "what");
        json_str(json, record_str(row, "what", arena));
        json_key(json, "rule");
        json_raw(json, record_str(row, "body", arena));
        json_end(json);
    }
    return record_end(record, record_finish(row, error), error);
}

/* ---- Shown ---- */

void alert_kept_print(const struct alert_kept *kept, struct json *json)
{
    struct buf words = {.max_bytes = 64 * 1024};
    const struct { const char *name; int64_t value; } counts[] = {
        {"fired", kept->record.fired}, {"useful", kept->record.useful}, {"not_useful", kept->record.not_useful},
        {"too_late", kept->record.too_late}, {"acted", kept->record.acted}, {"unjudged", kept->record.unjudged}};
    json_object(json);
    json_key(json, "id");
    json_i64(json, kept->id);
    json_key(json, "version");
    json_i64(json, kept->version);
    json_key(json, "state");
    json_text(json, alert_state_names[kept->state]);
    json_key(json, "owner");
    json_object(json);
    json_key(json, "id");
    json_i64(json, kept->owner);
    json_key(json, "name");
    json_str(json, kept->owner_name);
    json_end(json);
    json_put_time(json, "created_at", kept->created_us);
    json_put_time(json, "changed_at", kept->changed_us);
    json_put_time(json, "evaluated_at", kept->evaluated_us);
    json_put_time(json, "fired_at", kept->fired_us);
    json_key(json, "problem");
    kept->problem.len ? json_str(json, kept->problem) : json_null(json);
    json_key(json, "record");
    json_object(json);
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        json_key(json, counts[i].name);
        json_i64(json, counts[i].value);
    }
    json_end(json);
    json_key(json, "rule");
    json_object(json);
    alert_rule_print(&kept->rule, json);
    json_end(json);
    json_key(json, "words");
    alert_rule_words(&kept->rule, &words);
    json_str(json, buf_str(&words));
    buf_clear(&words);
    json_key(json, "advice");
    alert_advice(kept, &words);
    words.len ? json_str(json, buf_str(&words)) : json_null(json);
    json_end(json);
    buf_fini(&words);
}

void alert_advice(const struct alert_kept *kept, struct buf *out)
{
    enum { JUDGED_LEAST = 8, UNJUDGED_MANY = 12 };
    const struct alert_record *record = &kept->record;
    int64_t                    good = record->useful + record->acted, judged = good + record->not_useful + record->too_late;
    if (kept->state == ALERT_RETIRED)
        return;
    if (judged >= JUDGED_LEAST && record->too_late * 2 >= judged)
        buf_printf(out, "%lld of %lld came too late: a shorter window sees things earlier.", (long long)record->too_late, (long long)judged);
    else if (judged >= JUDGED_LEAST && good == 0)
        buf_printf(out, "None of %lld was useful. Retire it, or try a less sensitive word and look at what would have fired.", (long long)judged);
    else if (judged >= JUDGED_LEAST && good * 4 < judged)
        buf_printf(out, "Only %lld of %lld were useful. Try a less sensitive word or more voices, and look at what would have fired.",
                   (long long)good, (long long)judged);
    else if (judged < JUDGED_LEAST && record->unjudged >= UNJUDGED_MANY)
        buf_printf(out, "%lld alerts wait for a word on whether they were useful: without it nobody can tell whether this rule is.",
                   (long long)record->unjudged);
}
