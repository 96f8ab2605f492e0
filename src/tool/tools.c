#include "tool/keep.h"

#include "base/clock.h"

#include <inttypes.h>

const char *const tool_states[4] = {"trial", "in_use", "leaving", "gone"};

bool tool_state_parse(struct str word, enum tool_state *state_out)
{
    for (int state = TOOL_TRIAL; state <= TOOL_GONE; state++)
        if (str_equal(word, str_of(tool_states[state]))) {
            *state_out = (enum tool_state)state;
            return true;
        }
    return false;
}

int64_t tool_notice_us(const struct tool *tool)
{
    return tool->renews_us ? tool->renews_us - tool->notice_days * CLOCK_DAY_US : 0;
}

/* ---- Checking ---- */

static bool is_currency(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] < 'A' || s.ptr[i] > 'Z')
            return false;
    return s.len == 3;
}

static enum error_code check(const struct tool *tool, struct error *error)
{
    enum error_code code = tool_check_part("name", tool->name, TOOL_NAME_MAX_BYTES, false, true, error);
    if (!code)
        code = tool_check_part("vendor", tool->vendor, TOOL_NAME_MAX_BYTES, true, true, error);
    if (!code)
        code = tool_check_part("purpose", tool->purpose, TOOL_WORDS_MAX_BYTES, true, false, error);
    if (!code)
        code = tool_check_part("verdict", tool->verdict, TOOL_WORDS_MAX_BYTES, true, false, error);
    if (!code && tool->cost_cents >= 0 && !is_currency(tool->currency))
        code = error_set(error, ERROR_INVALID, "currency: expected three capitals such as EUR, found '%.*s'",
                         (int)(tool->currency.len < 20 ? tool->currency.len : 20), tool->currency.ptr);
    if (!code && tool->label_count > TOOL_LABELS_MAX)
        code = error_set(error, ERROR_INVALID, "labels: more than %d", TOOL_LABELS_MAX);
    for (size_t i = 0; !code && i < tool->label_count; i++)
        code = tool_check_part("labels", tool->labels[i], TOOL_FINDER_MAX_BYTES, false, true, error);
    return code;
}

/* Small letters, so that "Brandwatch" and "brandwatch" are one tool. */
static void bind_name(struct record_statement *row, struct str name)
{
    char   key[TOOL_NAME_MAX_BYTES];
    size_t len = 0;
    for (; len < name.len && len < sizeof key; len++)
        key[len] = (char)(name.ptr[len] >= 'A' && name.ptr[len] <= 'Z' ? name.ptr[len] + ('a' - 'A') : name.ptr[len]);
    record_bind_str(row, ":name_key", str_slice(key, len));
}

static enum error_code check_name_is_free(struct record *records, const struct tool *tool, struct error *error)
{
    struct record_statement *row = record_statement(records, "tool_named");
    bind_name(row, tool->name);
    record_bind_i64(row, ":id", tool->id);
    bool            is_taken = record_step(row);
    enum error_code code = record_finish(row, error);
    return !code && is_taken ? error_set(error, ERROR_CONFLICT, "there is a tool '%.*s' already", STR_ARG(tool->name)) : code;
}

/* ---- Reading ---- */

static enum error_code read_labels(struct record *records, struct arena *arena, struct tool *tool, struct error *error)
{
    struct record_statement *row = record_statement(records, "tool_labels");
    void                    *labels = NULL;
    size_t                   capacity = 0;
    bool                     has_memory = true;
    record_bind_i64(row, ":id", tool->id);
    while (has_memory && record_step(row)) {
        has_memory = arena_grow(arena, &labels, sizeof(struct str), tool->label_count, &capacity);
        if (has_memory)
            ((struct str *)labels)[tool->label_count++] = record_str(row, "label", arena);
    }
    tool->labels = labels;
    enum error_code code = record_finish(row, error);
    return !code && !has_memory ? tool_no_memory(error) : code;
}

static void read_tool(struct record_statement *row, struct arena *arena, struct tool *tool)
{
    *tool = (struct tool){
        .id = record_i64(row, "id"), .version = record_i64(row, "version"),
        .name = record_str(row, "name", arena), .vendor = record_str(row, "vendor", arena),
        .purpose = record_str(row, "purpose", arena), .verdict = record_str(row, "verdict", arena),
        .state = (enum tool_state)record_i64(row, "state"),
        .owner = {record_i64(row, "owner_id"), record_str(row, "owner_name", arena)},
        .cost_cents = record_i64(row, "cost_cents"), .currency = record_str(row, "currency", arena),
        .renews_us = record_i64(row, "renews_us"), .notice_days = record_i64(row, "notice_days"),
        .created_us = record_i64(row, "created_us"), .updated_us = record_i64(row, "updated_us"),
    };
}

static enum error_code find(struct record *records, int64_t id, struct arena *arena, struct tool *tool_out, struct error *error)
{
    struct record_statement *row = record_statement(records, "tool_by_id");
    record_bind_i64(row, ":id", id);
    bool is_there = record_step(row);
    if (is_there)
        read_tool(row, arena, tool_out);
    enum error_code code = record_finish(row, error);
    if (!code && !is_there)
        code = error_set(error, ERROR_NOT_FOUND, "there is no tool %" PRId64, id);
    return code ? code : read_labels(records, arena, tool_out, error);
}

enum error_code tool_by_id(struct record *records, int64_t id, struct arena *arena, struct tool *tool_out, struct error *error)
{
    enum error_code code = record_begin(records, error);
    return code ? code : record_end(records, find(records, id, arena, tool_out, error), error);
}

static enum error_code read_all(struct record *records, struct arena *arena, struct tool **tools_out, size_t *count_out, struct error *error)
{
    struct record_statement *row = record_statement(records, "tool_all");
    void                    *all = NULL;
    size_t                   count = 0, capacity = 0;
    bool                     has_memory = true;
    while (has_memory && record_step(row)) {
        has_memory = arena_grow(arena, &all, sizeof(struct tool), count, &capacity);
        if (has_memory)
            read_tool(row, arena, &((struct tool *)all)[count++]);
    }
    *tools_out = all;
    *count_out = count;
    enum error_code code = record_finish(row, error);
    if (!code && !has_memory)
        code = tool_no_memory(error);
    for (size_t i = 0; !code && i < count; i++)
        code = read_labels(records, arena, &(*tools_out)[i], error);
    return code;
}

enum error_code tools(struct record *records, struct arena *arena, struct tool **tools_out, size_t *count_out, struct error *error)
{
    enum error_code code = record_begin(records, error);
    return code ? code : record_end(records, read_all(records, arena, tools_out, count_out, error), error);
}

/* ---- Changing ---- */

static void bind(struct record_statement *row, const struct tool *tool, int64_t now_us)
{
    record_bind_str(row, ":name", tool->name);
    bind_name(row, tool->name);
    record_bind_str(row, ":vendor", tool->vendor.ptr ? tool->vendor : STR(""));
    record_bind_str(row, ":purpose", tool->purpose.ptr ? tool->purpose : STR(""));
    record_bind_str(row, ":verdict", tool->verdict.ptr ? tool->verdict : STR(""));
    record_bind_i64(row, ":state", tool->state);
    record_bind_i64(row, ":owner_id", tool->owner.id);
    record_bind_str(row, ":owner_name", tool->owner.name.ptr ? tool->owner.name : STR(""));
    record_bind_i64(row, ":cost_cents", tool->cost_cents < 0 ? -1 : tool->cost_cents);
    record_bind_str(row, ":currency", tool->cost_cents < 0 ? STR("") : tool->currency);
    record_bind_i64(row, ":renews_us", tool->renews_us);
    record_bind_i64(row, ":notice_days", tool->notice_days);
    record_bind_i64(row, ":now_us", now_us);
}

/* A finder belongs to one tool. */
static enum error_code put_labels(struct record *records, const struct tool *tool, int64_t id, struct error *error)
{
    enum error_code code = tool_run_for(records, "tool_labels_delete", id, error);
    for (size_t i = 0; !code && i < tool->label_count; i++) {
        char                     owner[TOOL_NAME_MAX_BYTES + 1] = "";
        struct arena             arena = {0};
        struct record_statement *row = record_statement(records, "tool_label_owner");
        record_bind_str(row, ":label", tool->labels[i]);
        if (record_step(row))
            snprintf(owner, sizeof owner, "%.*s", STR_ARG(record_str(row, "name", &arena)));
        code = record_finish(row, error);
        arena_fini(&arena);
        if (!code && owner[0])
            code = error_set(error, ERROR_CONFLICT, "labels: '%.*s' belongs to %s", STR_ARG(tool->labels[i]), owner);
        if (code)
            return code;
        row = record_statement(records, "tool_label_insert");
        record_bind_str(row, ":label", tool->labels[i]);
        record_bind_i64(row, ":id", id);
        code = record_run(row, error);
    }
    return code;
}

static enum error_code add(struct record *records, struct record_actor actor, const struct tool *tool, int64_t now_us, int64_t *id_out,
                           struct error *error)
{
    int64_t         count;
    enum error_code code = tool_count_of(records, "tool_count", &count, error);
    if (!code && count >= TOOL_MAX)
        code = error_set(error, ERROR_TOO_LARGE, "more than %d tools", TOOL_MAX);
    if (!code)
        code = check_name_is_free(records, tool, error);
    if (code)
        return code;
    struct record_statement *row = record_statement(records, "tool_insert");
    bind(row, tool, now_us);
    code = record_run(row, error);
    *id_out = record_last_id(records);
    if (!code)
        code = put_labels(records, tool, *id_out, error);
    return code ? code : record_audit(records, actor, "create", "tool", *id_out, (struct str){0}, tool->name, error);
}

enum error_code tool_add(struct record *records, struct record_actor actor, const struct tool *tool, int64_t now_us, int64_t *id_out,
                         struct error *error)
{
    struct tool     new = *tool;
    enum error_code code = check(tool, error);
    new.id = 0;
    if (!code)
        code = record_begin(records, error);
    return code ? code : record_end(records, add(records, actor, &new, now_us, id_out, error), error);
}

static enum error_code edit(struct record *records, struct record_actor actor, const struct tool *tool, int64_t now_us, struct error *error)
{
    struct arena    arena = {0};
    struct tool     before;
    enum error_code code = find(records, tool->id, &arena, &before, error);
    if (!code && before.version != tool->version)
        code = error_set(error, ERROR_CONFLICT, "tool %.*s is at version %" PRId64 " now; you began from version %" PRId64, STR_ARG(before.name),
                         before.version, tool->version);
    if (!code)
        code = check_name_is_free(records, tool, error);
    if (!code) {
        struct record_statement *row = record_statement(records, "tool_update");
        bind(row, tool, now_us);
        record_bind_i64(row, ":id", tool->id);
        code = record_run(row, error);
    }
    if (!code)
        code = put_labels(records, tool, tool->id, error);
    if (!code)
        code = record_audit(records, actor, "edit", "tool", tool->id, before.name, tool->name, error);
    arena_fini(&arena);
    return code;
}

enum error_code tool_edit(struct record *records, struct record_actor actor, const struct tool *tool, int64_t now_us, struct error *error)
{
    enum error_code code = check(tool, error);
    if (!code)
        code = record_begin(records, error);
    return code ? code : record_end(records, edit(records, actor, tool, now_us, error), error);
}

static enum error_code remove_one(struct record *records, struct record_actor actor, int64_t id, struct error *error)
{
    struct arena    arena = {0};
    struct tool     before;
    enum error_code code = find(records, id, &arena, &before, error);
    if (!code)
        code = tool_run_for(records, "tool_labels_delete", id, error);
    if (!code)
        code = tool_run_for(records, "tool_delete", id, error);
    if (!code)
        code = record_audit(records, actor, "delete", "tool", id, before.name, (struct str){0}, error);
    arena_fini(&arena);
    return code;
}

enum error_code tool_remove(struct record *records, struct record_actor actor, int64_t id, struct error *error)
{
    enum error_code code = record_begin(records, error);
    return code ? code : record_end(records, remove_one(records, actor, id, error), error);
}
