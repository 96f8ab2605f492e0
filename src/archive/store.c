/* Opening, closing and looking anew at an archive. */
#include "archive/store.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

enum error_code store_path(const struct archive *archive, const char *format, uint64_t number, uint64_t generation, char path[512],
                           struct error *error)
{
    char name[96];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(name, sizeof name, format, (unsigned long long)number, (unsigned long long)generation);
#pragma GCC diagnostic pop
    if (!vfs_join(path, archive->folder, name))
        return error_set(error, ERROR_INVALID, "path too long: %.60s...", archive->folder);
    return ERROR_NONE;
}

/* ---- Parts ---- */

void part_fini(struct part *part)
{
    segment_release(part->segment);
    side_release(part->side);
    side_release(part->published);
    *part = (struct part){0};
}

bool store_add_part(struct archive *archive, struct part part)
{
    if (archive->part_count == archive->part_capacity) {
        uint32_t     capacity = archive->part_capacity ? archive->part_capacity * 2 : 16;
        struct part *grown = realloc(archive->parts, capacity * sizeof *grown);
        if (!grown)
            return false;
        archive->parts = grown;
        archive->part_capacity = capacity;
    }
    archive->parts[archive->part_count++] = part;
    return true;
}

uint32_t store_pending(const struct archive *archive)
{
    uint32_t pending = archive->young_committed;
    for (uint32_t i = 0; i < archive->part_count; i++)
        pending += archive->parts[i].number ? 0 : segment_count(archive->parts[i].segment);
    return pending;
}

uint64_t store_file_bytes(const struct archive *archive)
{
    uint64_t bytes = archive->manifest_bytes.len + (archive->mode == ARCHIVE_WRITE ? archive->log.written : archive->log_place.offset);
    for (uint32_t i = 0; i < archive->part_count; i++)
        bytes += archive->parts[i].number ? segment_bytes(archive->parts[i].segment) + archive->parts[i].side_bytes : 0;
    return bytes;
}

static enum error_code load_side(struct archive *archive, struct part *part, struct error *error)
{
    char            path[512];
    struct buf      bytes = {0};
    enum error_code code = store_path(archive, "segment-%06llu.side-%llu", part->number, part->side_generation, path, error);
    if (!code)
        code = vfs_read_file(path, MANIFEST_MAX_BYTES, &bytes, error);
    if (!code)
        code = side_read(buf_str(&bytes), part->number, segment_count(part->segment), path, &part->side, error);
    buf_fini(&bytes);
    return code;
}

/* Opens a segment that the manifest names, or takes it over from the parts that were open before. */
static enum error_code load_part(struct archive *archive, const struct manifest_segment *row, const struct part *before,
                                 uint32_t before_count, struct error *error)
{
    char            path[512];
    struct part     part = {.number = row->number, .side_generation = row->side_generation, .side_bytes = row->side_bytes,
                            .first_us = row->first_us, .last_us = row->last_us};
    enum error_code code = store_path(archive, "segment-%06llu", row->number, 0, path, error);
    for (uint32_t i = 0; i < before_count; i++)
        if (before[i].number == row->number)
            part.segment = segment_keep(before[i].segment);
    if (!code && !part.segment)
        code = segment_open(path, &part.segment, error);
    if (!code && (segment_count(part.segment) != row->documents || segment_bytes(part.segment) != row->bytes))
        code = error_set(error, ERROR_CORRUPT, "%s: holds %u posts in %llu bytes, the manifest says %llu in %llu", path,
                         segment_count(part.segment), (unsigned long long)segment_bytes(part.segment),
                         (unsigned long long)row->documents, (unsigned long long)row->bytes);
    if (!code && row->side_generation)
        code = load_side(archive, &part, error);
    if (!code && !store_add_part(archive, part))
        code = error_set(error, ERROR_MEMORY, "no memory to open %s", path);
    if (code)
        part_fini(&part);
    return code;
}

static enum error_code adopt(struct archive *archive, const struct manifest *manifest, struct error *error)
{
    archive->next_number = manifest->next_number;
    archive->log_number = manifest->log_number;
    for (size_t i = 0; i < manifest->deletion_count; i++)
        if (!ledger_add(&archive->ledger, manifest->deletions[i].kind, manifest->deletions[i].hash, manifest->deletions[i].at_us))
            return error_set(error, ERROR_MEMORY, "no memory for %zu deletions", manifest->deletion_count);
    archive->ledger.committed = archive->ledger.count;
    for (size_t i = 0; i < manifest->value_count; i++)
        if (!values_put(&archive->values, manifest->values[i].name, manifest->values[i].value))
            return error_set(error, ERROR_MEMORY, "no memory for %zu values", manifest->value_count);
    return ERROR_NONE;
}

/* Everything that was read from the folder is forgotten. */
static void forget(struct archive *archive)
{
    for (uint32_t i = 0; i < archive->part_count; i++)
        part_fini(&archive->parts[i]);
    archive->part_count = 0;
    segment_builder_clear(&archive->young);
    archive->young_committed = 0;
    segment_release(archive->young_image);
    archive->young_image = NULL;
    changes_clear(&archive->changes);
    ledger_fini(&archive->ledger);
    values_clear(&archive->values);
    values_clear(&archive->new_values);
    buf_clear(&archive->manifest_bytes);
    archive->log_place = (struct log_place){0};
}

enum error_code store_load(struct archive *archive, struct error *error)
{
    char            path[512];
    struct buf      bytes = {0};
    struct arena    arena = {0};
    struct manifest manifest;
    struct part    *before = NULL;
    uint32_t        before_count = 0;
    bool            is_same = true;
    enum error_code code = store_path(archive, "manifest", 0, 0, path, error);
    if (!code)
        code = vfs_read_file(path, MANIFEST_MAX_BYTES, &bytes, error);
    if (!code && bytes.len && str_equal(buf_str(&bytes), buf_str(&archive->manifest_bytes))) {
        code = store_replay(archive, &is_same, error);
        if (!code && is_same)
            goto out;
    }
    if (!code)
        code = manifest_read(buf_str(&bytes), path, &arena, &manifest, error);
    if (!code) {
        before = archive->parts;
        before_count = archive->part_count;
        archive->parts = NULL;
        archive->part_count = archive->part_capacity = 0;
        forget(archive);
        code = adopt(archive, &manifest, error);
    }
    for (size_t i = 0; !code && i < manifest.segment_count; i++)
        code = load_part(archive, &manifest.segments[i], before, before_count, error);
    if (!code)
        code = store_replay(archive, &is_same, error);
    if (!code && !buf_append_str(&archive->manifest_bytes, buf_str(&bytes)))
        code = error_set(error, ERROR_MEMORY, "no memory for a manifest of %zu bytes", bytes.len);
    if (code)
        forget(archive); /* the next look begins anew */
out:
    for (uint32_t i = 0; i < before_count; i++)
        part_fini(&before[i]);
    free(before);
    arena_fini(&arena);
    buf_fini(&bytes);
    return code;
}

/* ---- Opening ---- */

static enum error_code archive_new(const char *folder, enum archive_mode mode, const struct archive_options *options,
                                   struct archive **archive_out, struct error *error)
{
    struct archive *archive = calloc(1, sizeof *archive);
    if (!archive)
        return error_set(error, ERROR_MEMORY, "no memory to open %s", folder);
    pthread_mutex_init(&archive->lock, NULL);
    archive->mode = mode;
    archive->lock_file = VFS_CLOSED;
    archive->log = LOG_CLOSED;
    archive->options = options ? *options : (struct archive_options){0};
    if (archive->options.seal_posts == 0)
        archive->options.seal_posts = SEAL_POSTS;
    if (archive->options.seal_bytes == 0)
        archive->options.seal_bytes = SEAL_BYTES;
    if (archive->options.merge_posts == 0)
        archive->options.merge_posts = MERGE_MAX_POSTS;
    *archive_out = archive;
    if (strlen(folder) >= sizeof archive->folder)
        return error_set(error, ERROR_INVALID, "path of more than %zu bytes: %.60s...", sizeof archive->folder - 1, folder);
    strcpy(archive->folder, folder);
    enum error_code code = text_analyser_new(&archive->analyser, error);
    if (!code)
        code = record_reader_new(&archive->reader, error);
    segment_builder_init(&archive->young, archive->analyser);
    return code;
}

/* A folder that may not be written is told apart from one that is broken. */
static enum error_code explain(enum error_code code, struct error *error)
{
    bool is_refused = code == ERROR_IO && error && (error->os_errno == EACCES || error->os_errno == EPERM || error->os_errno == EROFS);
    if (is_refused)
        error->code = ERROR_READ_ONLY;
    return is_refused ? ERROR_READ_ONLY : code;
}

/* Without a manifest nothing was ever committed, unless files say otherwise: then it was lost, and a new one would hide that. */
static enum error_code check_fresh(const struct archive *archive, struct error *error)
{
    struct arena    arena = {0};
    struct str     *names;
    size_t          count;
    enum error_code code = vfs_list(archive->folder, &arena, &names, &count, error);
    for (size_t i = 0; !code && i < count; i++)
        if (str_starts_with(names[i], STR("segment-")) || (str_starts_with(names[i], STR("log-")) && !str_equal(names[i], STR("log-1"))))
            code = error_set(error, ERROR_CORRUPT, "%s/manifest: is missing, but %.*s is there", archive->folder, STR_ARG(names[i]));
    arena_fini(&arena);
    return code;
}

static enum error_code create(struct archive *archive, struct error *error)
{
    char            path[512];
    enum error_code code = check_fresh(archive, error);
    archive->log_number = 1;
    archive->next_number = 2;
    if (!code)
        code = store_path(archive, "log-%llu", 1, 0, path, error);
    if (!code)
        code = log_create(path, 1, archive->options.is_sync_off, &archive->log, error);
    log_close(&archive->log);
    return code ? code : store_write_manifest(archive, NULL, 0, 1, error);
}

static bool is_named(const struct archive *archive, const char *name)
{
    unsigned long long number, generation;
    int                end = 0;
    if (sscanf(name, "segment-%llu.side-%llu%n", &number, &generation, &end) == 2 && name[end] == '\0') {
        for (uint32_t i = 0; i < archive->part_count; i++)
            if (archive->parts[i].number == number)
                return archive->parts[i].side_generation == generation;
        return false;
    }
    if (sscanf(name, "segment-%llu%n", &number, &end) == 1 && name[end] == '\0') {
        for (uint32_t i = 0; i < archive->part_count; i++)
            if (archive->parts[i].number == number)
                return true;
        return false;
    }
    if (sscanf(name, "log-%llu%n", &number, &end) == 1 && name[end] == '\0')
        return number == archive->log_number;
    return strcmp(name, "manifest.tmp") != 0; /* what we do not know is not ours to remove */
}

/* Files of an interrupted change. What cannot be removed now may be by the next writer. */
static void remove_leftovers(const struct archive *archive)
{
    struct arena arena = {0};
    struct str  *names;
    size_t       count;
    char         path[512];
    if (vfs_list(archive->folder, &arena, &names, &count, NULL) == ERROR_NONE)
        for (size_t i = 0; i < count; i++)
            if (!is_named(archive, names[i].ptr) && vfs_join(path, archive->folder, names[i].ptr))
                vfs_remove(path, NULL);
    arena_fini(&arena);
}

static enum error_code open_write(struct archive *archive, struct error *error)
{
    char            path[512], log_path[512];
    enum error_code code = vfs_make_folders(archive->folder, error);
    if (!code)
        code = store_path(archive, "lock", 0, 0, path, error);
    if (!code)
        code = vfs_lock(path, &archive->lock_file, error);
    if (!code)
        code = store_path(archive, "manifest", 0, 0, path, error);
    if (!code && !vfs_exists(path))
        code = create(archive, error);
    if (!code)
        code = vfs_sync_folder(archive->folder, error); /* a swap that happened just before a crash holds from here on */
    if (!code)
        code = store_load(archive, error);
    if (!code)
        code = store_path(archive, "log-%llu", archive->log_number, 0, log_path, error);
    if (!code)
        code = log_open(log_path, archive->log_number, &archive->log_place, archive->options.is_sync_off, &archive->log, error);
    if (!code)
        remove_leftovers(archive);
    return explain(code, error);
}

enum { LOOK_TRIES = 50 };

/* A writer may swap the manifest and remove what the old one named while we read: look again. */
static enum error_code look(struct archive *archive, struct error *error)
{
    enum error_code code = ERROR_NONE;
    for (int i = 0; i < LOOK_TRIES; i++) {
        char path[512];
        code = store_path(archive, "manifest", 0, 0, path, error);
        if (!code && !vfs_exists(path))
            return error_set(error, ERROR_NOT_FOUND, "%s holds no archive", archive->folder);
        if (!code)
            code = store_load(archive, error);
        if (code != ERROR_NOT_FOUND && (code != ERROR_CORRUPT || i >= 3))
            return code;
        nanosleep(&(struct timespec){.tv_nsec = 1000 * 1000}, NULL);
    }
    return code == ERROR_NOT_FOUND ? error_set(error, ERROR_CORRUPT, "%s: a file that the manifest names is missing", archive->folder) : code;
}

enum error_code archive_open(const char *folder, enum archive_mode mode, const struct archive_options *options,
                             struct archive **archive_out, struct error *error)
{
    struct archive *archive = NULL;
    *archive_out = NULL;
    enum error_code code = archive_new(folder, mode, options, &archive, error);
    if (!code)
        code = mode == ARCHIVE_WRITE ? open_write(archive, error) : look(archive, error);
    if (code) {
        if (archive)
            archive->is_broken = true; /* closing writes nothing */
        archive_close(archive);
        return code;
    }
    *archive_out = archive;
    return ERROR_NONE;
}

enum error_code store_look(struct archive *archive, struct error *error)
{
    return look(archive, error);
}

void archive_close(struct archive *archive)
{
    if (!archive)
        return;
    if (archive->mode == ARCHIVE_WRITE && !archive->is_broken) {
        store_rollback(archive);
        if (store_pending(archive) >= CLOSE_SEAL_POSTS)
            store_seal(archive, NULL); /* where it fails, the log still has them */
    }
    forget(archive);
    free(archive->parts);
    segment_builder_fini(&archive->young);
    changes_fini(&archive->changes);
    log_close(&archive->log);
    buf_fini(&archive->manifest_bytes);
    buf_fini(&archive->folded);
    arena_fini(&archive->scratch);
    record_reader_free(archive->reader);
    text_analyser_free(archive->analyser);
    vfs_close(&archive->lock_file);
    pthread_mutex_destroy(&archive->lock);
    free(archive);
}
