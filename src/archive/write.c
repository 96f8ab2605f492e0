/* Adding and committing; delete.c deletes. */
#include "archive/store.h"

#include "base/clock.h"

#include <stdlib.h>

/* ---- Finding what is there ---- */

struct id_search {
    const struct archive *archive;
    uint32_t              part, doc;
    bool                  is_found;
};

bool store_is_live(const struct archive *archive, uint32_t part, uint32_t doc)
{
    const struct change *change = changes_find(&archive->changes, part, doc);
    if (change && change->is_delete)
        return false;
    if (part == CHANGE_YOUNG)
        return !archive->young.docs[doc].is_deleted;
    const struct side *side = archive->parts[part].side;
    return !side || !side->deleted || !roaring_bitmap_contains(side->deleted, doc);
}

static bool visit_id(void *context, uint32_t doc)
{
    struct id_search *search = context;
    search->is_found = store_is_live(search->archive, search->part, doc);
    search->doc = doc;
    return !search->is_found;
}

static enum error_code load_figures(struct archive *archive, struct found *found, struct error *error)
{
    const struct change *change = changes_find(&archive->changes, found->part, found->doc);
    if (change && change->is_refresh) {
        found->figures = change->figures;
        return ERROR_NONE;
    }
    if (found->part == CHANGE_YOUNG) {
        found->figures = archive->young.docs[found->doc].figures;
        return ERROR_NONE;
    }
    const struct part         *part = &archive->parts[found->part];
    const struct side_figures *fresh = part->side ? side_figures(part->side, found->doc) : NULL;
    for (int i = 0; !fresh && i < SEGMENT_METRICS; i++) {
        struct column   column;
        enum error_code code = segment_column(part->segment, SEGMENT_LIKES + i, &column, error);
        if (code)
            return code;
        found->figures.values[i] = column_get_i64(&column, found->doc);
    }
    if (fresh)
        found->figures = *fresh;
    return ERROR_NONE;
}

enum error_code store_find(struct archive *archive, struct str id, struct found *found, struct error *error)
{
    *found = (struct found){0};
    uint32_t doc = segment_builder_find(&archive->young, id);
    if (doc != SEGMENT_BUILDER_NONE && store_is_live(archive, CHANGE_YOUNG, doc))
        *found = (struct found){.is_found = true, .part = CHANGE_YOUNG, .doc = doc};
    for (uint32_t i = archive->part_count; !found->is_found && i-- > 0;) {
        struct id_search search = {.archive = archive, .part = i};
        enum error_code  code = segment_find_id(archive->parts[i].segment, id, archive->reader, visit_id, &search, error);
        if (code)
            return code;
        if (search.is_found)
            *found = (struct found){.is_found = true, .part = i, .doc = search.doc};
    }
    return found->is_found ? load_figures(archive, found, error) : ERROR_NONE;
}

/* The post itself; its strings live until the next call with archive->reader. */
enum error_code store_load_post(struct archive *archive, const struct found *found, struct post *post_out, struct error *error)
{
    struct str      bytes;
    enum error_code code = ERROR_NONE;
    if (found->part == CHANGE_YOUNG)
        bytes = segment_builder_record(&archive->young, found->doc);
    else
        code = segment_record(archive->parts[found->part].segment, found->doc, archive->reader, &bytes, error);
    return code ? code : post_decode(bytes, &archive->scratch, post_out, error);
}

/* ---- Adding ---- */

struct str store_fold(struct archive *archive, struct str name)
{
    return segment_fold(archive->analyser, &archive->scratch, &archive->folded, name);
}

static bool is_name_withheld(struct archive *archive, struct str name, int64_t at_us)
{
    return name.len && ledger_holds(&archive->ledger, DELETION_AUTHOR, hash_str(store_fold(archive, name)), at_us);
}

static bool is_withheld(struct archive *archive, const struct post *post)
{
    if (archive->ledger.count == 0)
        return false;
    struct str account = post->author_id.len ? post->author_id : post->author_handle;
    return ledger_holds(&archive->ledger, DELETION_POST, hash_str(post->id), post->at_us) ||
           is_name_withheld(archive, post->author_handle, post->at_us) || is_name_withheld(archive, post->author_id, post->at_us) ||
           ledger_holds(&archive->ledger, DELETION_ACCOUNT, store_account_hash(archive, post->platform, account), post->at_us);
}

/* The figures that are known after hearing the new ones: not knowing does not unsay. */
static struct side_figures freshest(const struct side_figures *old, const struct side_figures *new)
{
    struct side_figures both = *new;
    for (int i = 0; i < SEGMENT_METRICS; i++)
        if (both.values[i] == POST_COUNT_UNKNOWN)
            both.values[i] = old->values[i];
    return both;
}

static enum error_code log_post(struct archive *archive, uint32_t doc, const char *lang, struct error *error)
{
    if (archive->is_replaying)
        return ERROR_NONE;
    size_t begun = log_begin(&archive->log, LOG_POST);
    buf_append_sized(&archive->log.buffer, str_of(lang));
    buf_append_str(&archive->log.buffer, segment_builder_record(&archive->young, doc));
    return log_end(&archive->log, begun, error);
}

/* Adds to the young builder; old is the version that it replaces, if any. */
static enum error_code add_version(struct archive *archive, const struct post *post, const struct text_facts *facts, const struct found *old,
                                   struct error *error)
{
    if (old->is_found && !changes_reserve(&archive->changes, 1))
        return error_set(error, ERROR_MEMORY, "no memory for a change");
    enum error_code code = segment_builder_add(&archive->young, post, facts, error);
    if (code)
        return code;
    code = log_post(archive, archive->young.count - 1, facts->lang, error);
    if (code)
        segment_builder_truncate(&archive->young, archive->young.count - 1);
    else if (old->is_found)
        changes_at(&archive->changes, old->part, old->doc)->is_delete = true;
    return code;
}

static enum error_code refresh(struct archive *archive, struct str id, const struct found *found, const struct side_figures *figures,
                               struct error *error)
{
    if (!changes_reserve(&archive->changes, 1))
        return error_set(error, ERROR_MEMORY, "no memory for a change");
    if (!archive->is_replaying) {
        size_t begun = log_begin(&archive->log, LOG_REFRESH);
        buf_append_sized(&archive->log.buffer, id);
        for (int i = 0; i < SEGMENT_METRICS; i++)
            buf_append_varint(&archive->log.buffer, zigzag(figures->values[i]));
        enum error_code code = log_end(&archive->log, begun, error);
        if (code)
            return code;
    }
    struct change *change = changes_at(&archive->changes, found->part, found->doc);
    change->is_refresh = true;
    change->figures = *figures;
    return ERROR_NONE;
}

enum error_code store_add(struct archive *archive, const struct post *post, const struct text_facts *facts, bool is_retold,
                          enum archive_added *added_out, struct error *error)
{
    struct found    found;
    enum error_code code = ERROR_NONE;
    arena_reset(&archive->scratch);
    *added_out = ARCHIVE_WITHHELD;
    if (is_withheld(archive, post) || (code = store_find(archive, post->id, &found, error)))
        return code;
    *added_out = found.is_found ? ARCHIVE_EDITED : ARCHIVE_NEW;
    if (found.is_found) {
        struct post old;
        code = store_load_post(archive, &found, &old, error);
        if (code)
            return code;
        struct side_figures said = side_figures_of(post), figures = freshest(&found.figures, &said);
        bool is_older = post->edited_us < old.edited_us; /* a version that was replaced long ago comes by once more */
        if (is_older || is_retold || post_content_hash(&old) == post_content_hash(post)) {
            bool is_same = is_older || memcmp(&figures, &found.figures, sizeof figures) == 0;
            *added_out = is_same ? ARCHIVE_DUPLICATE : ARCHIVE_REFRESHED;
            return is_same ? ERROR_NONE : refresh(archive, post->id, &found, &figures, error);
        }
    }
    return add_version(archive, post, facts, &found, error);
}

enum error_code store_refresh(struct archive *archive, struct str id, const struct side_figures *figures, struct error *error)
{
    struct found    found;
    enum error_code code = store_find(archive, id, &found, error);
    return code || !found.is_found ? code : refresh(archive, id, &found, figures, error);
}

/* ---- Committing ---- */

static bool apply_refreshes(struct part *part, const struct change *rows, uint32_t count)
{
    uint32_t            *docs = malloc((count + 1) * sizeof *docs), used = 0;
    struct side_figures *figures = malloc((count + 1) * sizeof *figures);
    bool                 is_done = docs && figures;
    for (uint32_t i = 0; is_done && i < count; i++)
        if (rows[i].is_refresh && !rows[i].is_delete) {
            docs[used] = rows[i].doc;
            figures[used++] = rows[i].figures;
        }
    is_done = is_done && (used == 0 || side_refresh(part->side, docs, figures, used));
    free(docs);
    free(figures);
    return is_done;
}

static bool apply_to_part(struct part *part, const struct change *rows, uint32_t count)
{
    if (!part->side && !(part->side = side_new()))
        return false;
    side_release(part->published);
    part->published = NULL;
    part->is_side_dirty = true;
    for (uint32_t i = 0; i < count; i++)
        if (rows[i].is_delete && !side_delete(part->side, rows[i].doc))
            return false;
    return apply_refreshes(part, rows, count);
}

static void apply_to_young(struct archive *archive, const struct change *row)
{
    if (row->is_delete)
        archive->young.docs[row->doc].is_deleted = true;
    if (row->is_refresh)
        segment_builder_refresh(&archive->young, row->doc, &row->figures);
}

enum error_code store_apply(struct archive *archive, struct error *error)
{
    struct changes *changes = &archive->changes;
    bool            is_done = true, is_young_changed = archive->young.count != archive->young_committed;
    changes_sort(changes);
    for (uint32_t i = 0, end; is_done && i < changes->count; i = end) {
        uint32_t part = changes->rows[i].part;
        for (end = i; end < changes->count && changes->rows[end].part == part; end++)
            if (part == CHANGE_YOUNG)
                apply_to_young(archive, &changes->rows[end]);
        is_young_changed |= part == CHANGE_YOUNG;
        is_done = part == CHANGE_YOUNG || apply_to_part(&archive->parts[part], changes->rows + i, end - i);
    }
    for (size_t i = 0; is_done && i < archive->new_values.count; i++)
        is_done = values_put(&archive->values, buf_str(&archive->new_values.rows[i].name), buf_str(&archive->new_values.rows[i].value));
    changes_clear(changes);
    values_clear(&archive->new_values);
    archive->ledger.committed = archive->ledger.count;
    archive->young_committed = archive->young.count;
    if (is_young_changed) {
        segment_release(archive->young_image);
        archive->young_image = NULL;
    }
    if (is_done)
        return ERROR_NONE;
    archive->is_broken = true;
    return error_set(error, ERROR_MEMORY, "no memory to apply a commit of %s; it is on disk: open the archive anew", archive->folder);
}

void store_rollback(struct archive *archive)
{
    log_rollback(&archive->log);
    changes_clear(&archive->changes);
    values_clear(&archive->new_values);
    ledger_rollback(&archive->ledger);
    segment_builder_truncate(&archive->young, archive->young_committed);
}

static bool is_full(const struct archive *archive)
{
    uint32_t pending = store_pending(archive);
    uint64_t bytes = segment_builder_bytes(&archive->young);
    for (uint32_t i = 0; i < archive->part_count; i++)
        bytes += archive->parts[i].number ? 0 : segment_bytes(archive->parts[i].segment);
    if (archive->failed_seal_posts && pending < archive->failed_seal_posts + archive->options.seal_posts / 8)
        return false;
    return pending >= archive->options.seal_posts || bytes >= archive->options.seal_bytes;
}

enum error_code store_commit(struct archive *archive, struct error *error)
{
    bool            is_broken;
    enum error_code code = log_commit(&archive->log, &is_broken, error);
    archive->is_broken |= is_broken;
    if (code) {
        store_rollback(archive);
        return code;
    }
    return store_apply(archive, error);
}

/* ---- The contract ---- */

enum error_code store_refuse_broken(const struct archive *archive, struct error *error)
{
    error_set(error, ERROR_IO, "an earlier write to %s failed, and the disk may or may not hold it", archive->folder);
    error_hint(error, "open it anew: what was committed is there");
    return ERROR_IO;
}

enum error_code store_begin_write(struct archive *archive, struct error *error)
{
    pthread_mutex_lock(&archive->lock);
    if (archive->mode != ARCHIVE_WRITE)
        return error_set(error, ERROR_READ_ONLY, "%s was opened for reading", archive->folder);
    return archive->is_broken ? store_refuse_broken(archive, error) : ERROR_NONE;
}

enum error_code store_end_write(struct archive *archive, enum error_code code)
{
    pthread_mutex_unlock(&archive->lock);
    return code;
}

enum error_code archive_add(struct archive *archive, const struct post *post, const struct text_facts *facts,
                            enum archive_added *added_out, struct error *error)
{
    enum error_code code = store_begin_write(archive, error);
    return store_end_write(archive, code ? code : store_add(archive, post, facts, false, added_out, error));
}

enum error_code archive_add_retold(struct archive *archive, const struct post *post, const struct text_facts *facts,
                                   enum archive_added *added_out, struct error *error)
{
    enum error_code code = store_begin_write(archive, error);
    return store_end_write(archive, code ? code : store_add(archive, post, facts, true, added_out, error));
}

enum error_code archive_holds(struct archive *archive, struct str id, bool *is_here_out, struct error *error)
{
    struct found    found = {0};
    enum error_code code = store_begin_write(archive, error);
    if (!code)
        code = store_find(archive, id, &found, error);
    *is_here_out = found.is_found;
    return store_end_write(archive, code);
}

enum error_code archive_refresh(struct archive *archive, struct str id, const struct post_metrics *metrics, enum archive_added *added_out,
                                struct error *error)
{
    struct found        found = {0};
    struct post         heard = {.author_followers = POST_COUNT_UNKNOWN, .metrics = *metrics};
    struct side_figures said = side_figures_of(&heard);
    enum error_code     code = store_begin_write(archive, error);
    *added_out = ARCHIVE_WITHHELD;
    if (!code)
        code = store_find(archive, id, &found, error);
    if (!code && found.is_found) {
        struct side_figures figures = freshest(&found.figures, &said);
        bool                is_same = memcmp(&figures, &found.figures, sizeof figures) == 0;
        *added_out = is_same ? ARCHIVE_DUPLICATE : ARCHIVE_REFRESHED;
        code = is_same ? ERROR_NONE : refresh(archive, id, &found, &figures, error);
    }
    return store_end_write(archive, code);
}

enum error_code archive_commit(struct archive *archive, struct error *error)
{
    enum error_code code = store_begin_write(archive, error);
    if (!code)
        code = store_commit(archive, error);
    if (!code && is_full(archive)) {
        /* The commit is durable whatever becomes of the seal; a full disk will be met again by the next commit. */
        struct error ignored = {0};
        archive->failed_seal_posts = store_seal(archive, &ignored) ? store_pending(archive) : 0;
    } else if (!code && archive->is_young_watched && archive->young_committed >= FREEZE_POSTS)
        store_freeze(archive, NULL); /* a kindness to the next snapshot, no more: where it fails, nothing has changed */
    return store_end_write(archive, code);
}

void archive_rollback(struct archive *archive)
{
    pthread_mutex_lock(&archive->lock);
    store_rollback(archive);
    pthread_mutex_unlock(&archive->lock);
}

bool archive_is_broken(struct archive *archive)
{
    pthread_mutex_lock(&archive->lock);
    bool is_broken = archive->is_broken;
    pthread_mutex_unlock(&archive->lock);
    return is_broken;
}

enum error_code archive_seal(struct archive *archive, struct error *error)
{
    enum error_code code = store_begin_write(archive, error);
    if (!code)
        code = store_commit(archive, error);
    if (!code)
        code = store_seal(archive, error);
    return store_end_write(archive, code);
}

enum error_code archive_put_state(struct archive *archive, struct str name, struct str value, struct error *error)
{
    enum error_code code = store_begin_write(archive, error);
    if (!code && (name.len == 0 || name.len > STATE_NAME_MAX_BYTES || value.len > STATE_VALUE_MAX_BYTES))
        code = error_set(error, ERROR_TOO_LARGE, "a value of %zu bytes under a name of %zu", value.len, name.len);
    if (!code) {
        size_t begun = log_begin(&archive->log, LOG_STATE);
        buf_append_sized(&archive->log.buffer, name);
        buf_append_sized(&archive->log.buffer, value);
        if (!values_put(&archive->new_values, name, value)) {
            archive->log.buffer.len = begun;
            code = error_set(error, ERROR_MEMORY, "no memory for a value of %zu bytes", value.len);
        } else
            code = log_end(&archive->log, begun, error);
    }
    return store_end_write(archive, code);
}

enum error_code archive_get_state(struct archive *archive, struct str name, struct arena *arena, struct str *value_out, struct error *error)
{
    struct str value = {0};
    pthread_mutex_lock(&archive->lock);
    if (!values_get(&archive->new_values, name, &value))
        values_get(&archive->values, name, &value);
    *value_out = arena_str(arena, value);
    pthread_mutex_unlock(&archive->lock);
    return value_out->ptr ? ERROR_NONE : error_set(error, ERROR_MEMORY, "no memory for a value of %zu bytes", value.len);
}
