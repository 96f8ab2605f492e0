/* Reads in records.db. */
#include "read/keep.h"

#include "base/clock.h"

#include <inttypes.h>

static enum error_code no_memory(struct error *error)
{
    return error_set(error, ERROR_MEMORY, "no memory for reads");
}

/* ---- Rows ---- */

static double known_number(struct record_statement *row, const char *column)
{
    return record_double(row, column); /* NULL is NaN */
}

static bool take_claim(struct record_statement *row, struct read_claim *claim, struct arena *arena)
{
    claim->query = record_str(row, "query", arena);
    claim->exact = record_str(row, "exact", arena);
    claim->share = record_double(row, "share");
    claim->is_community = record_i64(row, "is_community") != 0;
    claim->target = record_str(row, "target", arena);
    claim->voices_least = record_i64(row, "voices_least");
    claim->voices_before = record_i64(row, "voices_before");
    claim->window_us = record_i64(row, "window_us");
    claim->due_us = record_i64(row, "due_us");
    return read_kind_parse(record_str(row, "kind", arena), &claim->kind) &&
           read_way_parse(record_str(row, "way", arena), &claim->way);
}

static bool take_read(struct record_statement *row, struct read *read, struct arena *arena)
{
    *read = (struct read){
        .id = record_i64(row, "id"),
        .by = {record_i64(row, "member_id"), record_str(row, "member_name", arena)},
        .sure = (int)record_i64(row, "sure"),
        .feelings = record_str(row, "feelings", arena),
        .because = record_str(row, "because", arena),
        .topic = record_i64(row, "topic_id"),
        .trend = record_i64(row, "trend_id"),
        .room = record_i64(row, "room_id"),
        .made_us = record_i64(row, "made_us"),
        .base = {record_double(row, "base_posts"), record_double(row, "base_negative"),
                 record_double(row, "base_known"), record_double(row, "base_voices")},
        .engine = {record_double(row, "engine_p"),
                   record_double(row, "base_rate"),
                   {known_number(row, "engine_down"), known_number(row, "engine_flat"), known_number(row, "engine_up")},
                   record_str(row, "engine_basis", arena)},
        .is_sighted = record_i64(row, "is_sighted") != 0,
        .came_true = record_i64(row, "came_true") != 0,
        .ended_us = record_i64(row, "ended_us"),
        .ended_by = record_str(row, "ended_by", arena),
        .reason = record_str(row, "reason", arena),
        .outcome = {record_double(row, "outcome_posts"), record_double(row, "outcome_negative"),
                    record_double(row, "outcome_known"), record_double(row, "outcome_voices")},
        .hidden = record_double(row, "hidden"),
    };
    return take_claim(row, &read->claim, arena) && read_status_parse(record_str(row, "status", arena), &read->status);
}

/* All rows of a statement. A row that does not read is without memory: the table checks its words. */
static enum error_code take_reads(struct record_statement *row, struct arena *arena, struct read **reads_out,
                                  size_t *count_out, struct error *error)
{
    struct read *reads = NULL;
    size_t       count = 0, capacity = 0;
    bool         fits = true;
    while (fits && record_step(row)) {
        if (count == capacity) {
            size_t       more = capacity ? 2 * capacity : 32;
            struct read *grown = arena_array(arena, more, sizeof *grown);
            if (grown && count)
                memcpy(grown, reads, count * sizeof *grown);
            fits = grown != NULL;
            reads = grown;
            capacity = more;
        }
        fits = fits && take_read(row, &reads[count], arena);
        count += fits;
    }
    *reads_out = reads;
    *count_out = count;
    enum error_code code = record_finish(row, error);
    return code ? code : fits ? ERROR_NONE : no_memory(error);
}

enum error_code keep_find(struct record *record, int64_t id, struct arena *arena, struct read *read_out,
                          struct error *error)
{
    struct record_statement *row = record_statement(record, "read_by_id");
    struct read             *reads;
    size_t                   count;
    record_bind_i64(row, ":id", id);
    enum error_code code = take_reads(row, arena, &reads, &count, error);
    if (code)
        return code;
    if (count == 0)
        return error_set(error, ERROR_NOT_FOUND, "there is no read %" PRId64, id);
    *read_out = reads[0];
    return ERROR_NONE;
}

/* ---- Reading ---- */

enum error_code read_get(struct record *record, int64_t id, struct arena *arena, struct read *read_out,
                         struct error *error)
{
    enum error_code code = record_begin(record, error);
    return code ? code : record_end(record, keep_find(record, id, arena, read_out, error), error);
}

enum error_code read_list(struct record *record, const struct read_filter *filter, struct arena *arena,
                          struct read **reads_out, size_t *count_out, struct error *error)
{
    enum error_code code = record_begin(record, error);
    if (code)
        return code;
    struct record_statement *row = record_statement(record, "read_list");
    record_bind_i64(row, ":member", filter->member);
    record_bind_text(row, ":status", filter->has_status ? read_status_names[filter->status] : NULL);
    record_bind_i64(row, ":before", filter->before);
    record_bind_i64(row, ":limit", filter->limit);
    return record_end(record, take_reads(row, arena, reads_out, count_out, error), error);
}

enum error_code read_settled(struct record *record, int64_t member, struct arena *arena, struct read **reads_out,
                             size_t *count_out, struct error *error)
{
    enum error_code code = record_begin(record, error);
    if (code)
        return code;
    struct record_statement *row = record_statement(record, "read_settled");
    record_bind_i64(row, ":member", member);
    return record_end(record, take_reads(row, arena, reads_out, count_out, error), error);
}

/* ---- Making ---- */

static void bind_claim(struct record_statement *row, const struct read_claim *claim)
{
    record_bind_text(row, ":kind", read_kind_names[claim->kind]);
    record_bind_text(row, ":way", read_way_names[claim->way]);
    record_bind_str(row, ":query", claim->query.ptr ? claim->query : STR(""));
    record_bind_str(row, ":exact", claim->exact.ptr ? claim->exact : STR(""));
    record_bind_double(row, ":share", claim->share);
    record_bind_bool(row, ":is_community", claim->is_community);
    record_bind_str(row, ":target", claim->target.ptr ? claim->target : STR(""));
    record_bind_i64(row, ":voices_least", claim->voices_least);
    record_bind_i64(row, ":voices_before", claim->voices_before);
    record_bind_i64(row, ":window", claim->window_us);
    record_bind_i64(row, ":due", claim->due_us);
}

static void bind_read(struct record_statement *row, const struct read *read)
{
    record_bind_i64(row, ":member", read->by.member);
    record_bind_str(row, ":name", read->by.name);
    bind_claim(row, &read->claim);
    record_bind_i64(row, ":sure", read->sure);
    record_bind_str(row, ":feelings", read->feelings.ptr ? read->feelings : STR(""));
    record_bind_str(row, ":because", read->because.ptr ? read->because : STR(""));
    record_bind_i64(row, ":topic", read->topic);
    record_bind_i64(row, ":trend", read->trend);
    record_bind_i64(row, ":room", read->room);
    record_bind_i64(row, ":made", read->made_us);
    record_bind_double(row, ":base_posts", read->base.posts);
    record_bind_double(row, ":base_negative", read->base.negative);
    record_bind_double(row, ":base_known", read->base.known);
    record_bind_double(row, ":base_voices", read->base.voices);
    record_bind_double(row, ":engine_p", read->engine.p);
    record_bind_double(row, ":base_rate", read->engine.base_rate);
    if (read->claim.kind == READ_VOLUME) {
        record_bind_double(row, ":engine_down", read->engine.three[FORECAST_DOWN]);
        record_bind_double(row, ":engine_flat", read->engine.three[FORECAST_FLAT]);
        record_bind_double(row, ":engine_up", read->engine.three[FORECAST_UP]);
    }
    record_bind_str(row, ":engine_basis", read->engine.basis);
    record_bind_bool(row, ":is_sighted", read->is_sighted);
}

static bool was_on_show(struct record *record, const struct read *read)
{
    struct record_statement *row = record_statement(record, "read_on_show");
    record_bind_text(row, ":kind", read_kind_names[read->claim.kind]);
    record_bind_str(row, ":exact", read->claim.exact.ptr ? read->claim.exact : STR(""));
    record_bind_i64(row, ":from", read->made_us);
    record_bind_i64(row, ":made", read->made_us);
    return record_step(row) && record_i64(row, "n") > 0;
}

static enum error_code audit(struct record *record, struct record_actor by, const char *action, const struct read *read,
                             struct arena *arena, struct error *error)
{
    return record_audit(record, by, action, "read", read->id, STR(""), read_claim_words(&read->claim, arena), error);
}

enum error_code keep_add(struct record *record, struct read *read, struct arena *arena, struct error *error)
{
    enum error_code code = record_begin(record, error);
    if (code)
        return code;
    read->is_sighted = was_on_show(record, read);
    struct record_statement *row = record_statement(record, "read_add");
    bind_read(row, read);
    code = record_run(row, error);
    read->id = code ? 0 : record_last_id(record);
    if (!code)
        code = audit(record, read->by, "create", read, arena, error);
    if (!code && read->room) {
        row = record_statement(record, "read_room_reveal");
        record_bind_i64(row, ":id", read->room);
        record_bind_i64(row, ":read", read->id);
        code = record_run(row, error);
    }
    return record_end(record, code, error);
}

/* ---- Ending ---- */

enum error_code keep_end(struct record *record, struct record_actor by, struct read *read, enum read_status was,
                         struct arena *arena, struct error *error)
{
    struct record_statement *row = record_statement(record, "read_end");
    record_bind_text(row, ":status", read_status_names[read->status]);
    record_bind_bool(row, ":came_true", read->came_true);
    record_bind_i64(row, ":now", read->ended_us);
    record_bind_str(row, ":by", read->ended_by);
    record_bind_str(row, ":reason", read->reason.ptr ? read->reason : STR(""));
    record_bind_double(row, ":posts", read->outcome.posts);
    record_bind_double(row, ":negative", read->outcome.negative);
    record_bind_double(row, ":known", read->outcome.known);
    record_bind_double(row, ":voices", read->outcome.voices);
    record_bind_double(row, ":hidden", read->hidden);
    record_bind_i64(row, ":id", read->id);
    record_bind_text(row, ":was", read_status_names[was]);
    enum error_code code = record_run(row, error);
    if (!code && record_changes(record) == 0)
        code = error_set(error, ERROR_CONFLICT, "read %" PRId64 " changed meanwhile", read->id);
    static const char *const actions[READ_STATUSES] = {"reopen", "settle", "void", "withdraw"};
    return code ? code : audit(record, by, actions[read->status], read, arena, error);
}

static enum error_code withdraw(struct record *record, struct record_actor by, int64_t id, int64_t now_us,
                                struct arena *arena, struct read *read, struct error *error)
{
    enum error_code code = keep_find(record, id, arena, read, error);
    if (code)
        return code;
    if (read->by.member != by.member)
        return error_set(error, ERROR_FORBIDDEN, "read %" PRId64 " is %.*s's, and only theirs to withdraw", id,
                         STR_ARG(read->by.name));
    if (read->status != READ_OPEN)
        return error_set(error, ERROR_CONFLICT, "read %" PRId64 " is %s", id, read_status_names[read->status]);
    if (now_us - read->made_us > READ_UNDO_US)
        return error_set(error, ERROR_CONFLICT,
                         "read %" PRId64 " was made more than 10 minutes ago: it stays on record", id);
    read->status = READ_WITHDRAWN;
    read->ended_us = now_us;
    read->ended_by = by.name;
    return keep_end(record, by, read, READ_OPEN, arena, error);
}

enum error_code read_withdraw(struct record *record, struct record_actor by, int64_t id, int64_t now_us,
                              struct arena *arena, struct read *read_out, struct error *error)
{
    enum error_code code = record_begin(record, error);
    return code ? code : record_end(record, withdraw(record, by, id, now_us, arena, read_out, error), error);
}

static enum error_code judge(struct record *record, struct record_actor by, int64_t id, bool came_true,
                             struct str reason, int64_t now_us, struct arena *arena, struct read *read,
                             struct error *error)
{
    enum error_code code = keep_find(record, id, arena, read, error);
    if (code)
        return code;
    if (read->status != READ_VOID)
        return error_set(error, ERROR_CONFLICT,
                         "read %" PRId64 " is %s: the archive decides, a person only where it cannot", id,
                         read_status_names[read->status]);
    if (read->by.member == by.member)
        return error_set(error, ERROR_FORBIDDEN, "read %" PRId64 " is your own: somebody else decides", id);
    if (reason.len == 0 || reason.len > READ_BECAUSE_MAX_BYTES)
        return error_set(error, ERROR_INVALID, "reason: expected a text of at most %d bytes", READ_BECAUSE_MAX_BYTES);
    read->status = READ_SETTLED;
    read->came_true = came_true;
    read->ended_us = now_us;
    read->ended_by = by.name;
    read->reason = reason;
    return keep_end(record, by, read, READ_VOID, arena, error);
}

enum error_code read_judge(struct record *record, struct record_actor by, int64_t id, bool came_true, struct str reason,
                           int64_t now_us, struct arena *arena, struct read *read_out, struct error *error)
{
    enum error_code code = record_begin(record, error);
    return code ? code
                : record_end(record, judge(record, by, id, came_true, reason, now_us, arena, read_out, error), error);
}
