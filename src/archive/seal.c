/* Turning what is pending into a segment, and segments into fewer. All of it goes through replace_parts: the new files are written and synced,
 * then the manifest is swapped, then the old files are removed. Until the swap nothing has happened. */
#include "archive/store.h"

#include <stdlib.h>

/* ---- The manifest ---- */

static enum error_code fill_manifest(const struct archive *archive, const struct part *parts, uint32_t part_count, uint64_t log_number,
                                     struct arena *arena, struct manifest *manifest, struct error *error)
{
    *manifest = (struct manifest){.next_number = archive->next_number, .log_number = log_number, .deletions = archive->ledger.rows,
                                  .deletion_count = archive->ledger.committed, .value_count = archive->values.count};
    manifest->segments = arena_array(arena, part_count, sizeof *manifest->segments);
    manifest->values = arena_array(arena, archive->values.count, sizeof *manifest->values);
    if (!manifest->segments || !manifest->values)
        return error_set(error, ERROR_MEMORY, "no memory for a manifest of %u segments", part_count);
    for (uint32_t i = 0; i < part_count; i++)
        if (parts[i].number)
            manifest->segments[manifest->segment_count++] = (struct manifest_segment){
                .number = parts[i].number, .side_generation = parts[i].side_generation, .documents = segment_count(parts[i].segment),
                .bytes = segment_bytes(parts[i].segment), .side_bytes = parts[i].side_bytes, .first_us = parts[i].first_us,
                .last_us = parts[i].last_us};
    for (size_t i = 0; i < archive->values.count; i++)
        manifest->values[i] = (struct manifest_value){buf_str(&archive->values.rows[i].name), buf_str(&archive->values.rows[i].value)};
    return ERROR_NONE;
}

/* After a swap that failed: did it happen all the same? Then which of the two a crash would leave is unknown, and we must stop. */
static bool is_in_doubt(const char *path, struct str wanted)
{
    struct buf      found = {0};
    enum error_code code = vfs_read_file(path, MANIFEST_MAX_BYTES, &found, NULL);
    bool            is_equal = code || str_equal(buf_str(&found), wanted);
    buf_fini(&found);
    return is_equal;
}

enum error_code store_write_manifest(struct archive *archive, const struct part *parts, uint32_t part_count, uint64_t log_number,
                                     struct error *error)
{
    struct arena    arena = {0};
    struct buf      bytes = {0};
    struct manifest manifest;
    char            path[512];
    enum error_code code = fill_manifest(archive, parts, part_count, log_number, &arena, &manifest, error);
    if (!code)
        code = store_path(archive, "manifest", 0, 0, path, error);
    if (!code) {
        manifest_write(&manifest, &bytes);
        if (bytes.has_failed)
            code = error_set(error, ERROR_MEMORY, "no memory for a manifest of %u segments", part_count);
    }
    if (!code) {
        code = vfs_replace_file(path, buf_str(&bytes), error);
        if (code)
            archive->is_broken |= is_in_doubt(path, buf_str(&bytes));
    }
    if (!code) {
        buf_fini(&archive->manifest_bytes);
        archive->manifest_bytes = bytes;
        bytes = (struct buf){0};
    }
    buf_fini(&bytes);
    arena_fini(&arena);
    return code;
}

/* ---- Files ---- */

static enum error_code write_file(const struct archive *archive, const char *path, struct str bytes, struct error *error)
{
    struct vfs_file file = VFS_CLOSED;
    enum error_code code = vfs_remove(path, error); /* of an attempt that failed */
    if (!code)
        code = vfs_open(path, VFS_WRITE_NEW, &file, error);
    if (!code)
        code = vfs_write(&file, bytes.ptr, bytes.len, error);
    if (!code && !archive->options.is_sync_off)
        code = vfs_sync(&file, error);
    vfs_close(&file);
    return code;
}

static void remove_files_of(const struct archive *archive, const struct part *part, bool is_side_only)
{
    char path[512];
    if (!is_side_only && store_path(archive, "segment-%06llu", part->number, 0, path, NULL) == ERROR_NONE)
        vfs_remove(path, NULL);
    if (part->side_generation &&
        store_path(archive, "segment-%06llu.side-%llu", part->number, part->side_generation, path, NULL) == ERROR_NONE)
        vfs_remove(path, NULL);
}

/* Posts that come in alike are packed by the dictionary of the segment before: training anew would cost more than it gives. */
static struct str known_dictionary(const struct archive *archive)
{
    struct str dictionary = {0};
    for (uint32_t i = archive->part_count; i-- > 0 && dictionary.len == 0;)
        if (archive->parts[i].number && segment_pack_dictionary(archive->parts[i].segment, &dictionary, NULL))
            dictionary = (struct str){0};
    return dictionary;
}

/* Writes what is in the builder as a segment; *part_out is empty where all of it is deleted. */
static enum error_code write_segment(struct archive *archive, const struct segment_builder *builder, struct str dictionary,
                                     struct part *part_out, struct error *error)
{
    char       path[512];
    struct buf image = {0};
    uint32_t   count;
    struct segment_image_options options = {.is_packed = true, .dictionary = dictionary};
    *part_out = (struct part){0};
    enum error_code code = segment_builder_image(builder, builder->count, &options, &image, &count, error);
    if (!code && count == 0) {
        buf_fini(&image);
        return ERROR_NONE;
    }
    struct part   part = {.number = archive->next_number};
    struct column times;
    if (!code)
        code = store_path(archive, "segment-%06llu", part.number, 0, path, error);
    if (!code)
        code = write_file(archive, path, buf_str(&image), error);
    buf_fini(&image);
    if (!code)
        code = segment_open(path, &part.segment, error);
    if (!code)
        code = segment_column(part.segment, SEGMENT_AT, &times, error);
    if (code) {
        part_fini(&part);
        return code;
    }
    part.first_us = column_get_i64(&times, 0);
    part.last_us = column_get_i64(&times, count - 1);
    archive->next_number++;
    *part_out = part;
    return ERROR_NONE;
}

/* A side that changed goes to a new file; *part is the copy that will be adopted. */
static enum error_code write_side(struct archive *archive, struct part *part, struct error *error)
{
    char       path[512];
    struct buf bytes = {0};
    side_write(part->side, part->number, &bytes);
    enum error_code code = bytes.has_failed ? error_set(error, ERROR_MEMORY, "no memory for the side of a segment") : ERROR_NONE;
    part->side_generation++;
    part->side_bytes = bytes.len;
    part->is_side_dirty = false;
    if (!code)
        code = store_path(archive, "segment-%06llu.side-%llu", part->number, part->side_generation, path, error);
    if (!code)
        code = write_file(archive, path, buf_str(&bytes), error);
    buf_fini(&bytes);
    return code;
}

/* ---- The one change of files ---- */

struct change_of_files {
    const struct segment_builder *builder;     /* what the new segment holds */
    const bool                   *is_replaced; /* of each part: goes away */
    bool                          starts_log;  /* what is in the log is now in segments and sides */
    struct str                    dictionary;
    struct part                  *next;        /* the parts afterwards; those that stay are shared with archive->parts until adopted */
    uint32_t                      next_count;
    struct log                    log;
    uint64_t                      log_number;
    struct part                   made;
};

static enum error_code prepare(struct archive *archive, struct change_of_files *change, struct error *error)
{
    char path[512];
    change->next = calloc(archive->part_count + 1, sizeof *change->next);
    if (!change->next)
        return error_set(error, ERROR_MEMORY, "no memory for %u segments", archive->part_count);
    for (uint32_t i = 0; i < archive->part_count; i++)
        if (!change->is_replaced[i])
            change->next[change->next_count++] = archive->parts[i];
    enum error_code code = write_segment(archive, change->builder, change->dictionary, &change->made, error);
    for (uint32_t i = 0; !code && change->starts_log && i < change->next_count; i++)
        if (change->next[i].is_side_dirty && change->next[i].number)
            code = write_side(archive, &change->next[i], error);
    if (!code && change->made.segment)
        change->next[change->next_count++] = change->made;
    change->log_number = archive->log_number;
    if (!code && change->starts_log) {
        change->log_number = archive->next_number++;
        code = store_path(archive, "log-%llu", change->log_number, 0, path, error);
        if (!code)
            code = log_create(path, change->log_number, archive->options.is_sync_off, &change->log, error);
    }
    return code;
}

static void adopt(struct archive *archive, struct change_of_files *change)
{
    char path[512];
    for (uint32_t i = 0, kept = 0; i < archive->part_count; i++) {
        struct part *part = &archive->parts[i];
        if (change->is_replaced[i]) {
            if (part->number)
                remove_files_of(archive, part, false);
            part_fini(part);
        } else if (change->next[kept++].side_generation != part->side_generation)
            remove_files_of(archive, part, true);
    }
    if (change->starts_log) {
        if (store_path(archive, "log-%llu", archive->log_number, 0, path, NULL) == ERROR_NONE)
            vfs_remove(path, NULL);
        log_close(&archive->log);
        archive->log = change->log;
        archive->log_number = change->log_number;
    }
    free(archive->parts);
    archive->parts = change->next;
    archive->part_count = change->next_count;
    archive->part_capacity = change->next_count;
}

/* Nothing has happened: what was written for it goes, unless the manifest that names it may be there. */
static void abandon(struct archive *archive, struct change_of_files *change)
{
    char path[512];
    log_close(&change->log);
    for (uint32_t i = 0, kept = 0; !archive->is_broken && change->next && i < archive->part_count; i++)
        if (!change->is_replaced[i] && change->next[kept++].side_generation != archive->parts[i].side_generation)
            remove_files_of(archive, &change->next[kept - 1], true);
    if (change->made.segment && !archive->is_broken)
        remove_files_of(archive, &change->made, false);
    if (change->log_number != archive->log_number && !archive->is_broken &&
        store_path(archive, "log-%llu", change->log_number, 0, path, NULL) == ERROR_NONE)
        vfs_remove(path, NULL);
    part_fini(&change->made);
    free(change->next);
}

static enum error_code replace_parts(struct archive *archive, const struct segment_builder *builder, const bool *is_replaced, bool starts_log,
                                     struct str dictionary, struct error *error)
{
    require(archive->changes.count == 0);
    struct change_of_files change = {.builder = builder, .is_replaced = is_replaced, .starts_log = starts_log, .dictionary = dictionary,
                                     .log = LOG_CLOSED, .log_number = archive->log_number};
    enum error_code code = prepare(archive, &change, error);
    if (!code)
        code = store_write_manifest(archive, change.next, change.next_count, change.log_number, error);
    if (code)
        abandon(archive, &change);
    else
        adopt(archive, &change);
    return code;
}

/* ---- Pending posts ---- */

enum error_code store_freeze(struct archive *archive, struct error *error)
{
    require(archive->changes.count == 0 && archive->young.count == archive->young_committed);
    struct part     part = {0};
    enum error_code code = ERROR_NONE;
    archive->is_young_watched = false;
    if (!archive->young_image) {
        struct buf image = {0};
        uint32_t   count;
        struct segment_image_options options = {0};
        code = segment_builder_image(&archive->young, archive->young.count, &options, &image, &count, error);
        if (!code)
            code = segment_open_image(&image, &archive->young_image, error);
        buf_fini(&image);
    }
    if (code)
        return code;
    part.segment = archive->young_image;
    if (segment_count(part.segment) && !store_add_part(archive, part))
        return error_set(error, ERROR_MEMORY, "no memory for one more segment");
    if (segment_count(part.segment) == 0)
        segment_release(part.segment);
    archive->young_image = NULL;
    segment_builder_clear(&archive->young);
    archive->young_committed = 0;
    return ERROR_NONE;
}

/* Images of pending posts go back into the young builder, from which the segment is written. */
static enum error_code fold_images(struct archive *archive, struct error *error)
{
    for (uint32_t i = archive->part_count; i-- > 0;) {
        struct part *part = &archive->parts[i];
        if (part->number)
            continue;
        enum error_code code = segment_builder_add_segment(&archive->young, part->segment, part->side, error);
        if (code)
            return code;
        part_fini(part);
        memmove(part, part + 1, (archive->part_count - i - 1) * sizeof *part);
        archive->part_count--;
        archive->young_committed = archive->young.count;
        segment_release(archive->young_image);
        archive->young_image = NULL;
    }
    return ERROR_NONE;
}

static enum error_code seal_pending(struct archive *archive, struct error *error)
{
    bool is_dirty = archive->log.written > LOG_HEADER_BYTES;
    if (!is_dirty)
        return ERROR_NONE;
    enum error_code code = fold_images(archive, error);
    bool           *is_replaced = calloc(archive->part_count + 1, sizeof *is_replaced);
    if (!code && !is_replaced)
        code = error_set(error, ERROR_MEMORY, "no memory for %u segments", archive->part_count);
    if (!code)
        code = replace_parts(archive, &archive->young, is_replaced, true, known_dictionary(archive), error);
    free(is_replaced);
    if (code)
        return code;
    segment_builder_clear(&archive->young);
    archive->young_committed = 0;
    segment_release(archive->young_image);
    archive->young_image = NULL;
    return ERROR_NONE;
}

/* ---- Merging ---- */

static uint32_t live_posts(const struct part *part)
{
    uint32_t deleted = part->side && part->side->deleted ? (uint32_t)roaring_bitmap_get_cardinality(part->side->deleted) : 0;
    return segment_count(part->segment) - deleted;
}

/* Sizes within a factor of four are similar. */
static int tier_of(const struct part *part)
{
    int tier = 0;
    for (uint32_t posts = live_posts(part); posts >= 4; posts /= 4)
        tier++;
    return tier;
}

/* Worth writing anew alone: a quarter of it is deleted or refreshed. */
static bool is_worn(const struct part *part)
{
    return part->side && (segment_count(part->segment) - live_posts(part) + part->side->count) * 4ull > segment_count(part->segment);
}

/* Chooses the parts of the lowest tier that has too many, the smallest first as long as the result stays small enough. */
static bool choose(const struct archive *archive, bool *is_chosen)
{
    memset(is_chosen, 0, archive->part_count * sizeof *is_chosen);
    for (int tier = 0; tier < 16; tier++) {
        uint32_t count = 0, posts = 0, chosen = 0;
        for (uint32_t i = 0; i < archive->part_count; i++)
            count += tier_of(&archive->parts[i]) == tier;
        if (count <= MERGE_SAME_SIZE)
            continue;
        for (uint32_t i = 0; i < archive->part_count; i++)
            if (tier_of(&archive->parts[i]) == tier && posts + live_posts(&archive->parts[i]) <= archive->options.merge_posts) {
                posts += live_posts(&archive->parts[i]);
                is_chosen[i] = true;
                chosen++;
            }
        if (chosen > 1)
            return true;
        memset(is_chosen, 0, archive->part_count * sizeof *is_chosen);
    }
    for (uint32_t i = 0; i < archive->part_count; i++)
        if (is_worn(&archive->parts[i]))
            return is_chosen[i] = true;
    return false;
}

static enum error_code merge(struct archive *archive, const bool *is_chosen, struct error *error)
{
    struct segment_builder builder;
    enum error_code        code = ERROR_NONE;
    segment_builder_init(&builder, archive->analyser);
    for (uint32_t i = 0; !code && i < archive->part_count; i++)
        if (is_chosen[i])
            code = segment_builder_add_segment(&builder, archive->parts[i].segment, archive->parts[i].side, error);
    if (!code)
        code = replace_parts(archive, &builder, is_chosen, false, (struct str){0}, error);
    segment_builder_fini(&builder);
    return code;
}

static enum error_code merge_all(struct archive *archive, bool (*wants)(const struct archive *, bool *), struct error *error)
{
    bool           *is_chosen = calloc(archive->part_count + 2, sizeof *is_chosen);
    enum error_code code = is_chosen ? ERROR_NONE : error_set(error, ERROR_MEMORY, "no memory for %u segments", archive->part_count);
    while (!code && wants(archive, is_chosen)) /* each round leaves no more parts than before */
        code = merge(archive, is_chosen, error);
    free(is_chosen);
    return code;
}

enum error_code store_seal(struct archive *archive, struct error *error)
{
    enum error_code code = seal_pending(archive, error);
    return code ? code : merge_all(archive, choose, error);
}

/* ---- Erasing ---- */

static bool choose_deleted(const struct archive *archive, bool *is_chosen)
{
    memset(is_chosen, 0, archive->part_count * sizeof *is_chosen);
    for (uint32_t i = 0; i < archive->part_count; i++)
        if (live_posts(&archive->parts[i]) < segment_count(archive->parts[i].segment))
            return is_chosen[i] = true;
    return false;
}

enum error_code archive_erase(struct archive *archive, struct error *error)
{
    pthread_mutex_lock(&archive->lock);
    enum error_code code = ERROR_NONE;
    if (archive->mode != ARCHIVE_WRITE)
        code = error_set(error, ERROR_READ_ONLY, "%s was opened for reading", archive->folder);
    else if (archive->is_broken)
        code = store_refuse_broken(archive, error);
    if (!code)
        code = store_commit(archive, error);
    if (!code)
        code = seal_pending(archive, error);
    if (!code)
        code = merge_all(archive, choose_deleted, error);
    pthread_mutex_unlock(&archive->lock);
    return code;
}
