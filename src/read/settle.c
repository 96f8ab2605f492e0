/* Making and settling: the two moments at which a read and the archive meet. */
#include "read/keep.h"
#include "read/measure.h"

#include "base/clock.h"

#include <inttypes.h>

enum { SETTLE_AT_ONCE = 100 };

static const struct record_actor the_archive = {0, {"the archive", 11}};

/* ---- Making ---- */

static enum error_code check_words(struct read *read, struct error *error)
{
    if (read->sure < 1 || read->sure > 99)
        return error_set(error, ERROR_INVALID, "sure: expected 1 to 99 %%, found %d", read->sure);
    if (read->feelings.len > READ_WORDS_MAX_BYTES)
        return error_set(error, ERROR_INVALID, "feelings: expected at most %d bytes", READ_WORDS_MAX_BYTES);
    if (read->because.len > READ_BECAUSE_MAX_BYTES)
        return error_set(error, ERROR_INVALID, "because: expected at most %d bytes", READ_BECAUSE_MAX_BYTES);
    return ERROR_NONE;
}

enum error_code read_make(struct record *record, struct archive_snapshot *snapshot, const struct read_tools *tools,
                          struct read *read, struct arena *arena, struct error *error)
{
    struct read_claim *claim = &read->claim;
    enum error_code    code = check_words(read, error);
    if (!code)
        code = read_claim_check(claim, read->made_us, error);
    if (!code)
        code = read_measure(snapshot, claim, read->made_us - claim->window_us, read->made_us, tools, arena, &read->base,
                            error);
    if (!code && claim->kind == READ_SPILL && read->base.voices >= (double)claim->voices_before)
        code = error_set(error, ERROR_INVALID,
                         "voices_before: %.0f voices have written on %.*s already, so fewer than %" PRId64
                         " cannot be said",
                         read->base.voices, STR_ARG(claim->target), claim->voices_before);
    if (!code)
        code = read_forecast(snapshot, claim, read->made_us, tools, arena, &read->engine, error);
    read->status = READ_OPEN;
    return code ? code : keep_add(record, read, arena, error);
}

/* ---- Settling ---- */

double read_hidden_share(const struct coverage_gap *gaps, size_t count, int64_t from_us, int64_t until_us)
{
    int64_t hidden_us = 0, seen_us = from_us;
    for (size_t i = 0; i < count; i++) {
        int64_t start_us = gaps[i].from_us > seen_us ? gaps[i].from_us : seen_us;
        int64_t end_us = gaps[i].until_us < until_us ? gaps[i].until_us : until_us;
        if (end_us > start_us) {
            hidden_us += end_us - start_us;
            seen_us = end_us;
        }
    }
    return until_us > from_us ? (double)hidden_us / (double)(until_us - from_us) : 0;
}

static enum error_code ask_hidden(const struct read_tools *tools, int64_t until_us, int64_t width_us, double *hidden_io,
                                  struct error *error)
{
    double          share = 0;
    enum error_code code = tools->hidden ? tools->hidden(tools->context, until_us - width_us, until_us, &share, error)
                                         : ERROR_NONE;
    *hidden_io = share > *hidden_io ? share : *hidden_io;
    return code;
}

/* Besides the ledger of gaps: a window without a single post of any kind, after a time that had some, was not listened
 * to. */
static enum error_code find_hidden(struct archive_snapshot *snapshot, const struct read *read,
                                   const struct read_tools *tools, struct arena *arena, double *hidden_out,
                                   struct error *error)
{
    struct query_node        all = {.kind = QUERY_ALL};
    const struct read_claim *claim = &read->claim;
    struct read_counts       before = {0}, within = {0};
    int64_t                  width_us = claim->window_us;
    *hidden_out = 0;
    enum error_code code = ask_hidden(tools, claim->due_us, width_us, hidden_out, error);
    if (!code && claim->kind == READ_VOLUME)
        code = ask_hidden(tools, read->made_us, width_us, hidden_out, error);
    if (!code)
        code = measure_counts(snapshot, READ_VOLUME, &all, claim->due_us - width_us, claim->due_us, tools, arena,
                              &within, error);
    if (!code)
        code = measure_counts(snapshot, READ_VOLUME, &all, read->made_us - width_us, read->made_us, tools, arena,
                              &before, error);
    if (within.posts == 0 && before.posts > 0)
        *hidden_out = 1;
    return code;
}

/* Fills how it ended. */
static enum error_code decide(struct archive_snapshot *snapshot, const struct read_tools *tools, struct read *read,
                              int64_t now_us, struct arena *arena, struct error *error)
{
    const struct read_claim *claim = &read->claim;
    bool                     is_decided = false;
    enum error_code          code = find_hidden(snapshot, read, tools, arena, &read->hidden, error);
    if (!code)
        code = read_measure(snapshot, claim, claim->due_us - claim->window_us, claim->due_us, tools, arena,
                            &read->outcome, error);
    if (code)
        return code;
    read->came_true = read_claim_holds(claim, &read->base, &read->outcome, &is_decided);
    read->status = READ_SETTLED;
    read->ended_us = now_us;
    read->ended_by = the_archive.name;
    if (read->hidden > READ_HIDDEN_MOST)
        read->reason = STR("gaps in what was captured hide too much of the window");
    else if (!is_decided)
        read->reason = STR("too few posts of known tone in the window");
    if (read->reason.len) {
        read->status = READ_VOID;
        read->came_true = false;
    }
    return ERROR_NONE;
}

static enum error_code keep_settled(struct record *record, struct read *read, struct arena *arena, struct error *error)
{
    enum error_code code = record_begin(record, error);
    return code ? code : record_end(record, keep_end(record, the_archive, read, READ_OPEN, arena, error), error);
}

enum error_code read_settle(struct record *record, struct archive_snapshot *snapshot, const struct read_tools *tools,
                            int64_t id, int64_t now_us, struct arena *arena, struct read *read_out, struct error *error)
{
    char            due[CLOCK_TEXT_BYTES];
    enum error_code code = read_get(record, id, arena, read_out, error);
    if (code)
        return code;
    if (read_out->status != READ_OPEN)
        return error_set(error, ERROR_CONFLICT, "read %" PRId64 " is %s already", id,
                         read_status_names[read_out->status]);
    if (now_us < read_out->claim.due_us + READ_GRACE_US)
        return error_set(error, ERROR_CONFLICT,
                         "read %" PRId64 " is due at %s; it is settled 5 minutes later, when late posts have arrived",
                         id, clock_print(read_out->claim.due_us, due));
    code = decide(snapshot, tools, read_out, now_us, arena, error);
    return code ? code : keep_settled(record, read_out, arena, error);
}

static enum error_code find_due(struct record *record, int64_t by_us, int64_t ids[SETTLE_AT_ONCE], size_t *count_out,
                                struct error *error)
{
    *count_out = 0;
    enum error_code code = record_begin(record, error);
    if (code)
        return code;
    struct record_statement *row = record_statement(record, "read_due");
    record_bind_i64(row, ":by", by_us);
    record_bind_i64(row, ":limit", SETTLE_AT_ONCE);
    while (record_step(row) && *count_out < SETTLE_AT_ONCE)
        ids[(*count_out)++] = record_i64(row, "id");
    return record_end(record, record_finish(row, error), error);
}

enum error_code reads_settle(struct record *record, struct archive_snapshot *snapshot, const struct read_tools *tools,
                             int64_t now_us, void (*settled)(void *context, const struct read *read), void *context,
                             size_t *count_out, struct error *error)
{
    int64_t         ids[SETTLE_AT_ONCE];
    size_t          count;
    struct arena    arena = {0};
    enum error_code code = find_due(record, now_us - READ_GRACE_US, ids, &count, error);
    *count_out = 0;
    for (size_t i = 0; !code && i < count; i++) {
        struct read read = {0};
        code = read_settle(record, snapshot, tools, ids[i], now_us, &arena, &read, error);
        if (code == ERROR_CONFLICT) { /* somebody else did meanwhile */
            code = ERROR_NONE;
            continue;
        }
        *count_out += code == ERROR_NONE;
        if (!code && settled)
            settled(context, &read);
        arena_reset(&arena);
    }
    arena_fini(&arena);
    return code;
}
