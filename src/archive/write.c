/* Adding, deleting, committing. */
#include "archive/store.h"

#include "base/clock.h"

#include <stdlib.h>

/* ---- Finding what is there ---- */

struct id_search {
    const struct archive *archive;
    uint32_t              part, doc;
    bool                  is_found;
};

static bool is_live(const struct archive *archive, uint32_t part, uint32_t doc)
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
    search->is_found = is_live(search->archive, search->part, doc);
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

static enum error_code find_post(struct archive *archive, struct str id, struct found *found, struct error *error)
{
    *found = (struct found){0};
    uint32_t doc = segment_builder_find(&archive->young, id);
    if (doc != SEGMENT_BUILDER_NONE && is_live(archive, CHANGE_YOUNG, doc))
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
static enum error_code load_post(struct archive *archive, const struct found *found, struct post *post_out, struct error *error)
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

static struct str fold(struct archive *archive, struct str name)
{
    return segment_fold(archive->analyser, &archive->scratch, &archive->folded, name);
}

static bool is_withheld(struct archive *archive, const struct post *post)
{
    if (archive->ledger.count == 0)
        return false;
    if (ledger_holds(&archive->ledger, DELETION_POST, hash_str(post->id), post->at_us))
        return true;
    return (post->author_handle.len &&
            ledger_holds(&archive->ledger, DELETION_AUTHOR, hash_str(fold(archive, post->author_handle)), post->at_us)) ||
           (post->author_id.len && ledger_holds(&archive->ledger, DELETION_AUTHOR, hash_str(fold(archive, post->author_id)), post->at_us));
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

enum error_code store_add(struct archive *archive, const struct post *post, const struct text_facts *facts, enum archive_added *added_out,
                          struct error *error)
{
    struct found    found;
    enum error_code code = ERROR_NONE;
    arena_reset(&archive->scratch);
    *added_out = ARCHIVE_WITHHELD;
    if (is_withheld(archive, post) || (code = find_post(archive, post->id, &found, error)))
        return code;
    *added_out = found.is_found ? ARCHIVE_EDITED : ARCHIVE_NEW;
    if (found.is_found) {
        struct post old;
        code = load_post(archive, &found, &old, error);
        if (code)
            return code;
        struct side_figures said = side_figures_of(post), figures = freshest(&found.figures, &said);
        bool is_older = post->edited_us < old.edited_us; /* a version that was replaced long ago comes by once more */
        if (is_older || post_content_hash(&old) == post_content_hash(post)) {
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
    enum error_code code = find_post(archive, id, &found, error);
    return code || !found.is_found ? code : refresh(archive, id, &found, figures, error);
}

/* ---- Deleting ---- */

static enum error_code log_delete(struct archive *archive, enum log_type type, struct str name, int64_t at_us, struct error *error)
{
    if (archive->is_replaying)
        return ERROR_NONE;
    size_t begun = log_begin(&archive->log, type);
    buf_append_sized(&archive->log.buffer, name);
    buf_append_varint(&archive->log.buffer, zigzag(at_us));
    return log_end(&archive->log, begun, error);
}

enum error_code store_delete_post(struct archive *archive, struct str id, int64_t at_us, bool *was_there_out, struct error *error)
{
    struct found    found;
    enum error_code code = find_post(archive, id, &found, error);
    *was_there_out = false;
    if (code)
        return code;
    size_t deletions = archive->ledger.count;
    if (!changes_reserve(&archive->changes, 1) || !ledger_add(&archive->ledger, DELETION_POST, hash_str(id), at_us))
        return error_set(error, ERROR_MEMORY, "no memory for a deletion");
    if (archive->ledger.count == deletions && !found.is_found)
        return ERROR_NONE; /* deleted before */
    code = log_delete(archive, LOG_DELETE_POST, id, at_us, error);
    if (code) {
        size_t committed = archive->ledger.committed;
        archive->ledger.committed = deletions; /* takes back this one alone */
        ledger_rollback(&archive->ledger);
        archive->ledger.committed = committed;
        return code;
    }
    if (found.is_found)
        changes_at(&archive->changes, found.part, found.doc)->is_delete = true;
    *was_there_out = found.is_found;
    return ERROR_NONE;
}

/* Documents of an author, gathered first and deleted only when all are known: so an error changes nothing. */
struct gathered {
    struct change *rows;
    size_t         count, capacity;
};

static bool gather(const struct archive *archive, struct gathered *gathered, uint32_t part, uint32_t doc)
{
    if (!is_live(archive, part, doc))
        return true;
    if (gathered->count == gathered->capacity) {
        size_t         capacity = gathered->capacity ? gathered->capacity * 2 : 64;
        struct change *rows = realloc(gathered->rows, capacity * sizeof *rows);
        if (!rows)
            return false;
        gathered->rows = rows;
        gathered->capacity = capacity;
    }
    gathered->rows[gathered->count++] = (struct change){.part = part, .doc = doc};
    return true;
}

static bool gather_young(const struct archive *archive, struct str folded, struct gathered *gathered)
{
    const struct segment_builder *young = &archive->young;
    uint32_t name = interner_find(&young->fields[SEGMENT_AUTHOR], folded), id = interner_find(&young->fields[SEGMENT_AUTHOR_ID], folded);
    if (name == INTERNER_NONE && id == INTERNER_NONE)
        return true;
    for (uint32_t i = 0; i < young->count; i++)
        if ((young->docs[i].fields[SEGMENT_AUTHOR] == name || young->docs[i].fields[SEGMENT_AUTHOR_ID] == id) &&
            !gather(archive, gathered, CHANGE_YOUNG, i))
            return false;
    return true;
}

static enum error_code find_author(struct segment *segment, enum segment_column which, struct str folded, uint32_t *ordinal_out,
                                   struct column *column_out, struct error *error)
{
    struct dictionary dictionary;
    enum error_code   code = segment_dictionary(segment, which, &dictionary, error);
    if (!code)
        code = dictionary_find(&dictionary, folded, ordinal_out, error);
    return code ? code : segment_column(segment, which, column_out, error);
}

static enum error_code gather_part(const struct archive *archive, uint32_t part, struct str folded, struct gathered *gathered,
                                   struct error *error)
{
    struct segment *segment = archive->parts[part].segment;
    struct column   names, ids;
    uint32_t        name, id;
    enum error_code code = find_author(segment, SEGMENT_AUTHOR, folded, &name, &names, error);
    if (!code)
        code = find_author(segment, SEGMENT_AUTHOR_ID, folded, &id, &ids, error);
    if (code || (name == DICTIONARY_NONE && id == DICTIONARY_NONE))
        return code;
    for (uint32_t i = 0; i < segment_count(segment); i++)
        if ((column_get(&names, i) == name || column_get(&ids, i) == id) && !gather(archive, gathered, part, i))
            return error_set(error, ERROR_MEMORY, "no memory for %zu deletions", gathered->count);
    return ERROR_NONE;
}

enum error_code store_delete_author(struct archive *archive, struct str folded, int64_t at_us, uint64_t *deleted_out, struct error *error)
{
    struct gathered gathered = {0};
    enum error_code code = ERROR_NONE;
    *deleted_out = 0;
    if (!gather_young(archive, folded, &gathered))
        code = error_set(error, ERROR_MEMORY, "no memory for %zu deletions", gathered.count);
    for (uint32_t i = 0; !code && i < archive->part_count; i++)
        code = gather_part(archive, i, folded, &gathered, error);
    if (!code && !changes_reserve(&archive->changes, gathered.count))
        code = error_set(error, ERROR_MEMORY, "no memory for %zu deletions", gathered.count);
    if (!code && !ledger_add(&archive->ledger, DELETION_AUTHOR, hash_str(folded), at_us))
        code = error_set(error, ERROR_MEMORY, "no memory for a deletion");
    if (!code)
        code = log_delete(archive, LOG_DELETE_AUTHOR, folded, at_us, error);
    for (size_t i = 0; !code && i < gathered.count; i++)
        changes_at(&archive->changes, gathered.rows[i].part, gathered.rows[i].doc)->is_delete = true;
    *deleted_out = code ? 0 : gathered.count;
    free(gathered.rows);
    return code;
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

static enum error_code begin_write(struct archive *archive, struct error *error)
{
    pthread_mutex_lock(&archive->lock);
    if (archive->mode != ARCHIVE_WRITE)
        return error_set(error, ERROR_READ_ONLY, "%s was opened for reading", archive->folder);
    return archive->is_broken ? store_refuse_broken(archive, error) : ERROR_NONE;
}

static enum error_code end_write(struct archive *archive, enum error_code code)
{
    pthread_mutex_unlock(&archive->lock);
    return code;
}

enum error_code archive_add(struct archive *archive, const struct post *post, const struct text_facts *facts,
                            enum archive_added *added_out, struct error *error)
{
    enum error_code code = begin_write(archive, error);
    return end_write(archive, code ? code : store_add(archive, post, facts, added_out, error));
}

enum error_code archive_commit(struct archive *archive, struct error *error)
{
    enum error_code code = begin_write(archive, error);
    if (!code)
        code = store_commit(archive, error);
    if (!code && is_full(archive)) {
        /* The commit is durable whatever becomes of the seal; a full disk will be met again by the next commit. */
        struct error ignored = {0};
        archive->failed_seal_posts = store_seal(archive, &ignored) ? store_pending(archive) : 0;
    } else if (!code && archive->is_young_watched && archive->young_committed >= FREEZE_POSTS)
        store_freeze(archive, NULL); /* a kindness to the next snapshot, no more: where it fails, nothing has changed */
    return end_write(archive, code);
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
    enum error_code code = begin_write(archive, error);
    if (!code)
        code = store_commit(archive, error);
    if (!code)
        code = store_seal(archive, error);
    return end_write(archive, code);
}

enum error_code archive_put_state(struct archive *archive, struct str name, struct str value, struct error *error)
{
    enum error_code code = begin_write(archive, error);
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
    return end_write(archive, code);
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

enum error_code archive_delete_post(struct archive *archive, struct str id, bool *was_there_out, struct error *error)
{
    enum error_code code = begin_write(archive, error);
    return end_write(archive, code ? code : store_delete_post(archive, id, clock_now_us(), was_there_out, error));
}

enum error_code archive_delete_author(struct archive *archive, struct str author, uint64_t *deleted_out, struct error *error)
{
    enum error_code code = begin_write(archive, error);
    if (!code && author.len == 0)
        code = error_set(error, ERROR_INVALID, "no author is named");
    if (!code) {
        arena_reset(&archive->scratch);
        struct str folded = fold(archive, author);
        code = folded.ptr ? store_delete_author(archive, folded, clock_now_us(), deleted_out, error)
                          : error_set(error, ERROR_MEMORY, "no memory for the name of an author");
    }
    return end_write(archive, code);
}
