#include "archive/snapshot.h"

#include "archive/store.h"

#include <stdlib.h>

/* ---- Taking one ---- */

static enum error_code publish_young(struct archive *archive, struct error *error)
{
    if (archive->young_committed == 0 || archive->young_image)
        return ERROR_NONE;
    if (archive->young_committed >= FREEZE_POSTS) {
        archive->is_young_watched = true;
        if (archive->changes.count == 0 && archive->young.count == archive->young_committed)
            return store_freeze(archive, error);
    }
    struct buf image = {0};
    uint32_t   count;
    struct segment_image_options options = {0};
    enum error_code code = segment_builder_image(&archive->young, archive->young_committed, &options, &image, &count, error);
    if (!code)
        code = segment_open_image(&image, &archive->young_image, error);
    buf_fini(&image);
    return code;
}

static enum error_code publish_part(struct part *part, struct snapshot_part *out, struct error *error)
{
    if (!side_is_empty(part->side) && !part->published && !(part->published = side_copy(part->side)))
        return error_set(error, ERROR_MEMORY, "no memory for a snapshot");
    out->segment = segment_keep(part->segment);
    out->side = side_keep(part->published);
    return ERROR_NONE;
}

struct ordered_part {
    struct snapshot_part part;
    int64_t              first_us;
    uint32_t             place;
};

static int compare_parts(const void *a, const void *b)
{
    const struct ordered_part *x = a, *y = b;
    if (x->first_us != y->first_us)
        return x->first_us < y->first_us ? -1 : 1;
    return (x->place > y->place) - (x->place < y->place);
}

static enum error_code order_parts(struct archive_snapshot *snapshot, struct error *error)
{
    struct ordered_part *rows = calloc(snapshot->part_count + 1, sizeof *rows);
    enum error_code      code = rows ? ERROR_NONE : error_set(error, ERROR_MEMORY, "no memory for a snapshot");
    for (uint32_t i = 0; !code && i < snapshot->part_count; i++) {
        struct column times;
        code = segment_column(snapshot->parts[i].segment, SEGMENT_AT, &times, error);
        rows[i] = (struct ordered_part){snapshot->parts[i], code || times.count == 0 ? INT64_MAX : column_get_i64(&times, 0), i};
    }
    if (!code && snapshot->part_count)
        qsort(rows, snapshot->part_count, sizeof *rows, compare_parts);
    for (uint32_t i = 0; !code && i < snapshot->part_count; i++)
        snapshot->parts[i] = rows[i].part;
    free(rows);
    return code;
}

static enum error_code fill(struct archive *archive, struct archive_snapshot *snapshot, struct error *error)
{
    enum error_code code = publish_young(archive, error);
    if (code)
        return code;
    snapshot->parts = calloc(archive->part_count + 1, sizeof *snapshot->parts);
    if (!snapshot->parts)
        return error_set(error, ERROR_MEMORY, "no memory for a snapshot");
    for (uint32_t i = 0; !code && i < archive->part_count; i++) {
        struct snapshot_part part = {0};
        code = publish_part(&archive->parts[i], &part, error);
        if (code)
            break;
        snapshot->parts[snapshot->part_count++] = part;
        uint64_t deleted = snapshot_deleted(&part) ? roaring_bitmap_get_cardinality(snapshot_deleted(&part)) : 0;
        snapshot->deleted += deleted;
        snapshot->posts += segment_count(part.segment) - deleted;
        snapshot->segments += archive->parts[i].number != 0;
        snapshot->pending += archive->parts[i].number ? 0 : segment_count(part.segment) - (uint32_t)deleted;
    }
    if (!code && archive->young_image && segment_count(archive->young_image)) {
        snapshot->parts[snapshot->part_count++] = (struct snapshot_part){.segment = segment_keep(archive->young_image)};
        snapshot->posts += segment_count(archive->young_image);
        snapshot->pending += segment_count(archive->young_image);
    }
    snapshot->bytes = store_file_bytes(archive);
    return code ? code : order_parts(snapshot, error);
}

enum error_code archive_snapshot(struct archive *archive, struct archive_snapshot **snapshot_out, struct error *error)
{
    *snapshot_out = NULL;
    struct archive_snapshot *snapshot = calloc(1, sizeof *snapshot);
    if (!snapshot)
        return error_set(error, ERROR_MEMORY, "no memory for a snapshot");
    atomic_init(&snapshot->references, 1);
    pthread_mutex_lock(&archive->lock);
    enum error_code code = archive->mode == ARCHIVE_READ ? store_look(archive, error) : ERROR_NONE;
    if (!code)
        code = fill(archive, snapshot, error);
    pthread_mutex_unlock(&archive->lock);
    if (code)
        archive_snapshot_release(snapshot);
    else
        *snapshot_out = snapshot;
    return code;
}

struct archive_snapshot *archive_snapshot_keep(struct archive_snapshot *snapshot)
{
    atomic_fetch_add(&snapshot->references, 1);
    return snapshot;
}

void archive_snapshot_release(struct archive_snapshot *snapshot)
{
    if (!snapshot || atomic_fetch_sub(&snapshot->references, 1) != 1)
        return;
    for (uint32_t i = 0; i < snapshot->part_count; i++) {
        segment_release(snapshot->parts[i].segment);
        side_release(snapshot->parts[i].side);
    }
    free(snapshot->parts);
    free(snapshot);
}

/* ---- Posts ---- */

enum error_code snapshot_post_view(const struct snapshot_part *part, uint32_t doc, struct record_reader *reader, struct arena *arena,
                                   struct post *post_out, struct error *error)
{
    struct str      bytes;
    enum error_code code = segment_record(part->segment, doc, reader, &bytes, error);
    if (!code)
        code = post_decode(bytes, arena, post_out, error);
    const struct side_figures *fresh = !code && part->side ? side_figures(part->side, doc) : NULL;
    if (fresh)
        side_figures_apply(fresh, post_out);
    return code;
}

enum error_code snapshot_post(const struct snapshot_part *part, uint32_t doc, struct record_reader *reader, struct arena *arena,
                              struct post *post_out, struct error *error)
{
    struct str      bytes;
    enum error_code code = segment_record(part->segment, doc, reader, &bytes, error);
    if (code)
        return code;
    bytes = arena_str(arena, bytes); /* one copy: the decoded strings point into it */
    if (!bytes.ptr)
        return error_set(error, ERROR_MEMORY, "no memory for a post of %zu bytes", bytes.len);
    code = post_decode(bytes, arena, post_out, error);
    const struct side_figures *fresh = !code && part->side ? side_figures(part->side, doc) : NULL;
    if (fresh)
        side_figures_apply(fresh, post_out);
    return code;
}

struct live_search {
    const struct snapshot_part *part;
    uint32_t                    doc;
    bool                        is_found;
};

static bool visit_live(void *context, uint32_t doc)
{
    struct live_search *search = context;
    search->is_found = !snapshot_is_deleted(search->part, doc);
    search->doc = doc;
    return !search->is_found;
}

enum error_code snapshot_find(struct archive_snapshot *snapshot, struct str id, struct record_reader *reader, uint32_t *part_out,
                              uint32_t *doc_out, bool *was_found_out, struct error *error)
{
    *was_found_out = false;
    for (uint32_t i = snapshot->part_count; i-- > 0 && !*was_found_out;) {
        struct live_search search = {.part = &snapshot->parts[i]};
        enum error_code    code = segment_find_id(search.part->segment, id, reader, visit_live, &search, error);
        if (code)
            return code;
        *was_found_out = search.is_found;
        *part_out = i;
        *doc_out = search.doc;
    }
    return ERROR_NONE;
}

/* ---- Figures of the whole ---- */

enum error_code archive_stats(struct archive_snapshot *snapshot, struct archive_stats *stats_out, struct error *error)
{
    *stats_out = (struct archive_stats){.posts = snapshot->posts, .deleted = snapshot->deleted, .bytes = snapshot->bytes,
                                        .segments = snapshot->segments, .pending = snapshot->pending};
    bool is_any = false;
    for (uint32_t i = 0; i < snapshot->part_count; i++) {
        const struct snapshot_part *part = &snapshot->parts[i];
        struct column               times;
        enum error_code             code = segment_column(part->segment, SEGMENT_AT, &times, error);
        if (code)
            return code;
        uint32_t first = 0, end = times.count;
        while (first < end && snapshot_is_deleted(part, first))
            first++;
        while (end > first && snapshot_is_deleted(part, end - 1))
            end--;
        if (first == end)
            continue;
        int64_t first_us = column_get_i64(&times, first), last_us = column_get_i64(&times, end - 1);
        stats_out->first_us = is_any && stats_out->first_us < first_us ? stats_out->first_us : first_us;
        stats_out->last_us = is_any && stats_out->last_us > last_us ? stats_out->last_us : last_us;
        is_any = true;
    }
    return ERROR_NONE;
}
