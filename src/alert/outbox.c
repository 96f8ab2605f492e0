/* The outbox: rows go in with the firing they tell of; the courier takes them out. */
#include "alert/keep.h"
#include "net/signing.h"

const char *const alert_channel_names[2] = {"mail", "webhook"};
const char *const alert_fate_names[6] = {"waiting", "sending", "sent", "uncertain", "dead", "cancelled"};

static enum error_code put_one(struct record *record, const struct alert_kept *kept, enum letter_kind kind, int64_t firing, int64_t hook,
                               struct str target, struct str subject, struct str body, struct error *error)
{
    struct record_statement *add = record_statement(record, "alert_delivery_add");
    char                     key[SIGNING_KEY_BYTES];
    signing_key(key);
    record_bind_i64(add, ":rule", kept->id);
    if (firing)
        record_bind_i64(add, ":firing", firing);
    record_bind_text(add, ":kind", letter_kind_names[kind]);
    record_bind_text(add, ":channel", alert_channel_names[hook ? ALERT_HOOK : ALERT_MAIL]);
    if (hook)
        record_bind_i64(add, ":hook", hook);
    keep_bind(add, ":target", target);
    record_bind_text(add, ":key", key);
    keep_bind(add, ":subject", subject);
    keep_bind(add, ":body", body);
    record_bind_i64(add, ":wall_us", clock_now_us());
    return record_run(add, error);
}

enum error_code outbox_put(struct record *record, const struct alert_kept *kept, enum letter_kind kind, int64_t firing, const struct letter *letter,
                           size_t *queued_out, struct error *error)
{
    struct arena    arena = {0};
    size_t          queued = 0;
    enum error_code code = ERROR_NONE;
    for (size_t i = 0; i < kept->rule.mail_count && !code; i++, queued++)
        code = put_one(record, kept, kind, firing, 0, kept->rule.mails[i], letter->subject, letter->text, error);
    for (size_t i = 0; i < kept->rule.hook_count && !code; i++) {
        struct record_statement *row = record_statement(record, "alert_hook_by_id");
        record_bind_i64(row, ":id", kept->rule.hooks[i]);
        struct str url = record_step(row) ? record_str(row, "url", &arena) : (struct str){0};
        code = record_finish(row, error);
        if (code || !url.ptr) /* removed meanwhile */
            continue;
        code = put_one(record, kept, kind, firing, kept->rule.hooks[i], url, letter->subject, letter->json, error);
        queued++;
    }
    arena_fini(&arena);
    if (queued_out)
        *queued_out = queued;
    return code;
}

static enum error_code read_delivery(struct record_statement *row, struct arena *arena, struct alert_delivery *delivery_out, struct error *error)
{
    struct str kind = record_str(row, "kind", arena);
    *delivery_out = (struct alert_delivery){
        .id = record_i64(row, "id"),
        .firing = record_i64(row, "firing"),
        .rule = record_i64(row, "rule"),
        .rule_name = record_str(row, "rule_name", arena),
        .target = record_str(row, "target", arena),
        .channel = (enum alert_channel)keep_word(record_str(row, "channel", arena), alert_channel_names, 2),
        .fate = (enum alert_fate)keep_word(record_str(row, "fate", arena), alert_fate_names, 6),
        .is_test = str_equal(kind, STR("test")),
        .is_digest = str_equal(kind, STR("digest")),
        .attempts = record_i64(row, "attempts"),
        .created_us = record_i64(row, "created_us"),
        .next_us = record_i64(row, "next_us"),
        .settled_us = record_i64(row, "settled_us"),
        .said = record_str(row, "said", arena),
    };
    return delivery_out->target.ptr ? ERROR_NONE : keep_no_memory(error);
}

enum error_code alert_deliveries(struct record *record, const struct alert_delivery_ask *ask, struct arena *arena,
                                 struct alert_delivery **deliveries_out, size_t *count_out, struct error *error)
{
    void           *rows = NULL;
    size_t          count = 0, capacity = 0;
    enum error_code code = record_begin(record, error), finished;
    if (code)
        return code;
    struct record_statement *row = record_statement(record, "alert_delivery_page");
    record_bind_i64(row, ":rule", ask->rule);
    record_bind_i64(row, ":before", ask->before);
    record_bind_bool(row, ":only_troubled", ask->only_troubled);
    record_bind_i64(row, ":limit", (int64_t)ask->limit);
    while (!code && record_step(row))
        code = arena_grow(arena, &rows, sizeof **deliveries_out, count, &capacity)
                   ? read_delivery(row, arena, (struct alert_delivery *)rows + count++, error)
                   : keep_no_memory(error);
    finished = record_finish(row, error);
    *deliveries_out = rows;
    *count_out = count;
    return record_end(record, code ? code : finished, error);
}

static enum error_code put_test(const struct alert_world *world, int64_t rule, const struct alert_change *change, struct arena *arena,
                                size_t *queued_out, struct error *error)
{
    struct alert_kept kept;
    struct letter     letter;
    enum error_code   code = keep_rule_by_id(world->records, rule, arena, &kept, error);
    if (!code)
        code = letter_write(world, &kept, LETTER_TEST, NULL, 0, NULL, 0, arena, &letter, error);
    if (!code)
        code = outbox_put(world->records, &kept, LETTER_TEST, 0, &letter, queued_out, error);
    return code ? code : record_audit(world->records, change->actor, "test", "alert", rule, STR(""), STR(""), error);
}

enum error_code alert_test(const struct alert_world *world, int64_t rule, const struct alert_change *change, int64_t *queued_out,
                           struct error *error)
{
    struct arena    arena = {0};
    size_t          queued = 0;
    enum error_code code = record_begin(world->records, error);
    if (!code)
        code = record_end(world->records, put_test(world, rule, change, &arena, &queued, error), error);
    *queued_out = (int64_t)queued;
    arena_fini(&arena);
    return code;
}
