#include "source/folder/connector.h"

#include "base/clock.h"
#include "source/folder/folder.h"
#include "source/port.h"

#include <stdlib.h>

enum { SUBS_MAX = 16, BATCH_BYTES = 768 * 1024, PATH_BYTES = 512 };

struct pending {
    struct str       name; /* in names */
    struct vfs_facts facts;
};
struct sub {
    char                   name[SOURCE_SUB_BYTES];
    bool                   is_fill; /* ends when all was read */
    struct folder_state    state;
    struct arena           names;
    struct pending        *pending; /* those that have something to read, the oldest change first */
    size_t                 count, at;
    struct folder_reading *reading; /* of pending[at] */
    struct folder_file     file;    /* where it stands; the state has it with the next batch */
    struct vfs_facts       facts;   /* when it was opened */
    int64_t                looked_us;
    bool                   is_said;
    enum source_phase      said;
};
struct folder {
    struct source_port *port;
    char                path[PATH_BYTES], platform[64];
    struct folder_rules rules;
    int64_t             poll_us, settle_us;
    struct sub         *subs[SUBS_MAX];
    size_t              sub_count;
};

static void say_phase(struct folder *folder, struct sub *sub, enum source_phase phase)
{
    struct source_status status = {.phase = phase, .remaining = -1, .limit = -1};
    if (sub->is_said && sub->said == phase)
        return;
    sub->is_said = true;
    sub->said = phase;
    memcpy(status.sub, sub->name, sizeof status.sub);
    source_port_status(folder->port, &status);
}

/* ---- What there is ---- */

static bool is_passed_over(struct str name)
{
    return !name.len || name.ptr[0] == '.' || str_ends_with(name, STR(".tmp")) || str_ends_with(name, STR(".part")) || str_ends_with(name, STR("~"));
}

/* A file that was read to its end and has not changed since is done; so is one that is older than the oldest that is remembered. */
static bool is_done(struct sub *sub, const struct vfs_facts *facts)
{
    const struct folder_file *file = folder_state_find(&sub->state, facts->id);
    if (!file)
        return facts->changed_us <= sub->state.mark_us;
    return file->size == facts->size_bytes && file->changed_us == facts->changed_us;
}

static int by_change(const void *a, const void *b)
{
    const struct pending *x = a, *y = b;
    int                   order = (x->facts.changed_us > y->facts.changed_us) - (x->facts.changed_us < y->facts.changed_us);
    return order ? order : str_compare(x->name, y->name);
}

static enum error_code look_around(struct folder *folder, struct sub *sub, struct error *error)
{
    struct str     *names;
    size_t          count;
    char            path[PATH_BYTES], name[256];
    arena_reset(&sub->names);
    sub->count = sub->at = 0;
    enum error_code code = vfs_list(folder->path, &sub->names, &names, &count, error);
    if (code)
        return code;
    sub->pending = arena_array(&sub->names, count, sizeof *sub->pending);
    if (!sub->pending)
        return error_set(error, ERROR_MEMORY, "no memory for a folder of %zu names", count);
    if (count > FOLDER_NAMES_MAX)
        source_port_log(folder->port, "warning", "%zu names in the folder: only %d are looked at; move away what was read", count, FOLDER_NAMES_MAX);
    for (size_t i = 0; i < count && i < FOLDER_NAMES_MAX; i++) {
        struct vfs_facts facts;
        snprintf(name, sizeof name, "%.*s", STR_ARG(names[i]));
        if (!is_passed_over(names[i]) && vfs_join(path, folder->path, name) && vfs_look(path, &facts) && facts.size_bytes && !is_done(sub, &facts))
            sub->pending[sub->count++] = (struct pending){names[i], facts};
    }
    if (sub->count)
        qsort(sub->pending, sub->count, sizeof *sub->pending, by_change);
    sub->looked_us = clock_monotonic_us();
    return ERROR_NONE;
}

/* ---- Into batches ---- */

static void keep_file(struct sub *sub)
{
    struct folder_file *row = folder_state_find(&sub->state, sub->file.id);
    if (!row)
        row = folder_state_add(&sub->state, sub->file.id);
    *row = sub->file;
}

static void send_state(struct folder *folder, struct sub *sub, struct source_batch *batch)
{
    struct buf text = {0};
    keep_file(sub);
    folder_state_print(&sub->state, &text);
    batch->state = arena_str(&batch->arena, buf_str(&text));
    buf_fini(&text);
    source_port_send(folder->port, batch);
}

/* It was read to its end, as it was when it was opened. */
static void end_file(struct sub *sub)
{
    bool is_done = folder_is_done(sub->reading, &sub->file, sub->facts.size_bytes);
    sub->file.size = is_done ? sub->facts.size_bytes : 0; /* else it is looked at again */
    sub->file.changed_us = sub->facts.changed_us;
    folder_close(sub->reading);
    sub->reading = NULL;
    sub->at++;
}

static void add_item(struct source_batch *batch, const struct post *post)
{
    struct source_item *item = source_batch_add(batch, SOURCE_UPSERT);
    if (!item)
        return;
    item->post = *post;
    item->reply_why = STR("unsupported");
}

/* Opens the next that can be read. False: none, for now. */
static bool open_next(struct folder *folder, struct sub *sub)
{
    char path[PATH_BYTES], name[256];
    while (!sub->reading && sub->at < sub->count) {
        const struct pending *next = &sub->pending[sub->at];
        struct folder_file   *known = folder_state_find(&sub->state, next->facts.id);
        struct error          error = {0};
        snprintf(name, sizeof name, "%.*s", STR_ARG(next->name));
        sub->file = known ? *known : (struct folder_file){.id = next->facts.id};
        if (!vfs_join(path, folder->path, name) || !vfs_look(path, &sub->facts) || sub->facts.id != next->facts.id) {
            sub->at++; /* renamed or gone meanwhile: the next look finds it */
            continue;
        }
        folder->rules.is_quiet = clock_now_us() - sub->facts.changed_us >= folder->settle_us;
        enum error_code code = folder_open(path, &folder->rules, &sub->file, &sub->reading, &error);
        if (code) { /* nothing of it can be read: once, until it changes */
            source_port_log(folder->port, "warning", "%.200s: %.400s", name, error.message);
            source_port_refused(folder->port, "a file that is none of posts", 1);
            sub->file.size = sub->facts.size_bytes;
            sub->file.changed_us = sub->facts.changed_us;
            keep_file(sub);
        }
        if (!sub->reading)
            sub->at++;
    }
    return sub->reading != NULL;
}

/* One batch of the file in hand. */
static enum error_code read_some(struct folder *folder, struct sub *sub, struct error *error)
{
    struct source_batch *batch = source_batch_new(sub->name);
    struct error         why = {0};
    struct post          post;
    uint64_t             bad = 0, size_before = sub->file.size;
    enum folder_found    found = FOLDER_POST;
    if (!batch)
        return error_set(error, ERROR_MEMORY, "no memory for a batch");
    while (batch->count < source_port_max_items(folder->port) && batch->arena.used_bytes < BATCH_BYTES && !source_port_is_ending(folder->port)) {
        found = folder_next(sub->reading, &sub->file, &batch->arena, &post, &why);
        if (found == FOLDER_POST)
            add_item(batch, &post);
        else if (found == FOLDER_BAD)
            bad++;
        else
            break;
    }
    source_port_refused(folder->port, "a line or record that is no post", bad);
    if (bad)
        source_port_log(folder->port, "warning", "%llu that are no posts, as: %.300s", (unsigned long long)bad, why.message);
    if (found == FOLDER_FAILED)
        source_port_log(folder->port, "warning", "a file could not be read to its end: %.400s", why.message);
    bool is_over = found == FOLDER_END || found == FOLDER_FAILED;
    if (is_over)
        end_file(sub);
    if (batch->count || bad || (is_over && sub->file.size != size_before))
        send_state(folder, sub, batch);
    else {
        source_batch_free(batch);
        keep_file(sub);
    }
    return ERROR_NONE;
}

static void free_sub(struct sub *sub)
{
    folder_close(sub->reading);
    arena_fini(&sub->names);
    free(sub);
}

static void drop(struct folder *folder, size_t i)
{
    free_sub(folder->subs[i]);
    folder->subs[i] = folder->subs[--folder->sub_count];
}

static enum error_code turn(struct folder *folder, size_t i, struct error *error)
{
    struct sub *sub = folder->subs[i];
    if (sub->reading || open_next(folder, sub)) {
        if (sub->count - sub->at > 1)
            say_phase(folder, sub, SOURCE_BACKFILL);
        return read_some(folder, sub, error);
    }
    bool is_due = !sub->looked_us || clock_monotonic_us() - sub->looked_us >= folder->poll_us;
    if (!is_due)
        return ERROR_NONE;
    enum error_code code = look_around(folder, sub, error);
    if (code || sub->count)
        return code;
    say_phase(folder, sub, sub->is_fill ? SOURCE_IDLE : SOURCE_LIVE);
    if (sub->is_fill)
        drop(folder, i);
    return ERROR_NONE;
}

/* ---- Orders ---- */

static size_t index_of(const struct folder *folder, const char *name)
{
    size_t i = 0;
    while (i < folder->sub_count && strcmp(folder->subs[i]->name, name) != 0)
        i++;
    return i;
}

static void subscribe(struct folder *folder, const struct source_order *order)
{
    size_t i = index_of(folder, order->sub);
    if (i < folder->sub_count)
        drop(folder, i);
    struct sub *sub = folder->sub_count < SUBS_MAX ? calloc(1, sizeof *sub) : NULL;
    if (!sub) {
        source_port_log(folder->port, "error", "no room for another subscription");
        return;
    }
    memcpy(sub->name, order->sub, sizeof sub->name);
    sub->is_fill = order->mode == SOURCE_FILL;
    if (order->state.len && !folder_state_read(order->state, &sub->state))
        source_port_log(folder->port, "warning", "a state that is not ours was passed over: all files are read again");
    folder->subs[folder->sub_count++] = sub;
}

static enum error_code obey(struct folder *folder, struct source_order *order, bool *is_over, struct error *error)
{
    struct source_result result = {.failure = SOURCE_UNSUPPORTED, .message = "a folder takes no answers"};
    size_t               i = index_of(folder, order->sub), count;
    struct arena         arena = {0};
    struct str          *names;
    enum error_code      code = ERROR_NONE;
    switch (order->kind) {
    case SOURCE_ORDER_CHECK:
        code = vfs_list(folder->path, &arena, &names, &count, error) ? ERROR_INVALID : ERROR_NONE;
        arena_fini(&arena);
        if (!code)
            source_port_ready(folder->port, &(struct source_account){.name = "without an account"});
        break;
    case SOURCE_ORDER_SUBSCRIBE: subscribe(folder, order); break;
    case SOURCE_ORDER_UNSUBSCRIBE:
        if (i < folder->sub_count)
            drop(folder, i);
        break;
    case SOURCE_ORDER_COMMAND:
        memcpy(result.id, order->command.id, sizeof result.id);
        source_port_result(folder->port, &result);
        break;
    case SOURCE_ORDER_SHUTDOWN: *is_over = true; break;
    }
    return code;
}

static int64_t idle_ms(const struct folder *folder)
{
    int64_t now_us = clock_monotonic_us(), wait_us = 3600 * CLOCK_SECOND_US;
    for (size_t i = 0; i < folder->sub_count; i++) {
        const struct sub *sub = folder->subs[i];
        int64_t           due_us = sub->looked_us + folder->poll_us - now_us;
        if (!source_port_has_room(folder->port, sub->name))
            continue; /* an ack wakes */
        if (sub->reading || sub->at < sub->count || !sub->looked_us || due_us < 0)
            due_us = 0;
        wait_us = due_us < wait_us ? due_us : wait_us;
    }
    return (wait_us + 999) / 1000;
}

static enum error_code live(struct folder *folder, struct error *error)
{
    enum error_code code = ERROR_NONE;
    bool            is_over = false;
    while (!code && !is_over) {
        struct source_order *order = source_port_take(folder->port, idle_ms(folder));
        if (order) {
            code = obey(folder, order, &is_over, error);
            source_order_free(order);
            continue;
        }
        for (size_t i = folder->sub_count; i-- > 0 && !code;) /* backwards: one may end */
            if (source_port_has_room(folder->port, folder->subs[i]->name))
                code = turn(folder, i, error);
    }
    return code;
}

static enum error_code run(struct source_port *port, struct error *error)
{
    struct folder folder = {.port = port, .poll_us = source_port_number(port, "poll_s") * CLOCK_SECOND_US,
                            .settle_us = source_port_number(port, "settle_s") * CLOCK_SECOND_US};
    struct str    path = source_port_text(port, "path"), order = source_port_text(port, "date_order"), platform = source_port_text(port, "platform");
    if (!source_port_allows_private(port))
        return error_set(error, ERROR_INVALID, "a folder of this machine may be read only where sources may speak to this machine (setting sources.private_addresses)");
    if (path.len >= sizeof folder.path || path.ptr[0] != '/')
        return error_set(error, ERROR_INVALID, "path: '%.*s' is no whole path, as in /srv/posts", (int)(path.len < 80 ? path.len : 80), path.ptr);
    snprintf(folder.path, sizeof folder.path, "%.*s", STR_ARG(path));
    snprintf(folder.platform, sizeof folder.platform, "%.*s", STR_ARG(platform));
    folder.rules.columns.platform = str_of(folder.platform);
    folder.rules.columns.date_order = str_equal(order, STR("dmy")) ? DATE_ORDER_DAY_FIRST : str_equal(order, STR("mdy")) ? DATE_ORDER_MONTH_FIRST : DATE_ORDER_UNKNOWN;
    enum error_code code = live(&folder, error);
    while (folder.sub_count)
        drop(&folder, folder.sub_count - 1);
    return code;
}

static const struct connector_field fields[] = {
    {.name = "path", .label = "Folder", .help = "Its whole path on the server, as in /srv/posts. Files that appear in it are read as an import reads them.", .type = CONNECTOR_TEXT,
     .is_required = true},
    {.name = "platform", .label = "Platform of tables", .help = "As in forum. Empty: a column, a link or the tool's form says it; rows of which nothing does are refused.",
     .type = CONNECTOR_TEXT},
    {.name = "date_order", .label = "What 03/04/2026 means", .help = "dmy: the third of April; mdy: the fourth of March; refuse: such rows are refused.", .type = CONNECTOR_WORD,
     .words = "refuse dmy mdy", .fallback = "refuse"},
    {.name = "poll_s", .label = "Look every (seconds)", .type = CONNECTOR_NUMBER, .fallback = "2", .least = 1, .most = 3600},
    {.name = "settle_s", .label = "Quiet for (seconds)", .help = "Tables and packed files are read once they have not changed for so long.", .type = CONNECTOR_NUMBER, .fallback = "5",
     .least = 1, .most = 3600},
    {0},
};

const struct connector connector_folder = {
    .name = "folder",
    .network = "folder",
    .title = "A folder of files",
    .summary = "JSON Lines are followed as they grow; tables and packed files are read when they are whole. Posts keep the platform that the file says.",
    .evidence = "files that appear, grow, are renamed, rotated, cut back and replaced while it is killed, on a local disk. Not tried on network file systems.",
    .modes = SOURCE_POLL | SOURCE_FILL,
    .fields = fields,
    .run = run,
};
