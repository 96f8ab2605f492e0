/* One post, and the thread it stands in.
 *
 * post_thread says in which thread a post stands: the one that the platform names, else the post it replies to, else its own. Where a
 * platform names none, a long conversation is a chain of such threads, each named after a reply. So the thread is found from the root:
 * up by post_thread until a post stands in its own (or is not here), then down, every found post being a thread that others may name.
 */
#include "archive/answer.h"

#include <stdlib.h>

enum error_code archive_post(struct archive_snapshot *snapshot, struct str id, struct arena *arena, struct post *post_out, struct error *error)
{
    struct record_reader *reader = NULL;
    uint32_t              part = 0, doc = 0;
    bool                  was_found = false;
    error = error ? error : &(struct error){0};
    enum error_code code = record_reader_new(&reader, error);
    if (!code)
        code = snapshot_find(snapshot, id, reader, &part, &doc, &was_found, error);
    if (!code && !was_found)
        code = error_set(error, ERROR_NOT_FOUND, "no post '%.*s' in the archive", id.len > 200 ? 200 : STR_ARG(id));
    if (!code)
        code = snapshot_post(&snapshot->parts[part], doc, reader, arena, post_out, error);
    record_reader_free(reader);
    return code;
}

/* ---- Threads ---- */

struct member {
    uint32_t part, doc;
    int64_t  at_us;
    struct str id;
};

/* All documents by the hash of their thread: made when the thread turns out to be a deep chain. */
struct entry {
    uint64_t hash;
    uint32_t part, doc;
};

enum { SCANNED_LEVELS = 4 };

struct thread {
    struct archive_snapshot *snapshot;
    struct record_reader    *reader;
    struct arena             arena;
    struct interner          names; /* ids that a post may name as its thread; those from searched on are new */
    uint32_t                 searched;
    struct member           *members;
    size_t                   count, capacity;
    roaring_bitmap_t       **taken; /* documents of each part that are members */
    struct entry            *entries;
    size_t                   entry_count;
};

static enum error_code add_name(struct thread *thread, struct str name, struct error *error)
{
    return interner_add(&thread->names, name) == INTERNER_NONE ? error_set(error, ERROR_MEMORY, "no memory for a thread") : ERROR_NONE;
}

/* Hashes are believed only after a look at the post. */
static enum error_code try_document(struct thread *thread, uint32_t part, uint32_t doc, struct error *error)
{
    struct post post;
    if (snapshot_is_deleted(&thread->snapshot->parts[part], doc) || roaring_bitmap_contains(thread->taken[part], doc))
        return ERROR_NONE;
    if (snapshot_post(&thread->snapshot->parts[part], doc, thread->reader, &thread->arena, &post, error))
        return error->code;
    if (interner_find(&thread->names, post_thread(&post)) == INTERNER_NONE)
        return ERROR_NONE;
    if (thread->count == thread->capacity) {
        size_t         capacity = thread->capacity ? thread->capacity * 2 : 32;
        struct member *grown = realloc(thread->members, capacity * sizeof *grown);
        if (!grown)
            return error_set(error, ERROR_MEMORY, "no memory for a thread");
        thread->members = grown;
        thread->capacity = capacity;
    }
    thread->members[thread->count++] = (struct member){part, doc, post.at_us, post.id};
    roaring_bitmap_add(thread->taken[part], doc);
    return add_name(thread, post.id, error);
}

/* ---- Up ---- */

static enum error_code find_root(struct thread *thread, struct str id, struct error *error)
{
    struct str at = id;
    for (bool is_first = true;; is_first = false) {
        uint32_t    part, doc;
        bool        was_found;
        struct post post;
        if (interner_find(&thread->names, at) != INTERNER_NONE)
            return ERROR_NONE; /* in a circle: all of it is the root */
        if (snapshot_find(thread->snapshot, at, thread->reader, &part, &doc, &was_found, error))
            return error->code;
        if (!was_found && is_first)
            return error_set(error, ERROR_NOT_FOUND, "no post '%.*s' in the archive", id.len > 200 ? 200 : STR_ARG(id));
        if (add_name(thread, at, error))
            return error->code;
        if (!was_found)
            return ERROR_NONE;
        if (snapshot_post(&thread->snapshot->parts[part], doc, thread->reader, &thread->arena, &post, error))
            return error->code;
        at = post_thread(&post);
    }
}

/* ---- Down ---- */

static int compare_hashes(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

static int compare_entries(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;
    return (a->hash > b->hash) - (a->hash < b->hash);
}

static bool holds_hash(const uint64_t *hashes, size_t count, uint64_t hash)
{
    if (count <= 4) {
        for (size_t i = 0; i < count; i++)
            if (hashes[i] == hash)
                return true;
        return false;
    }
    return bsearch(&hash, hashes, count, sizeof *hashes, compare_hashes) != NULL;
}

static enum error_code search_columns(struct thread *thread, const uint64_t *hashes, size_t count, struct error *error)
{
    for (uint32_t part = 0; part < thread->snapshot->part_count; part++) {
        struct segment *segment = thread->snapshot->parts[part].segment;
        uint32_t        docs = segment_count(segment);
        struct column   column;
        if (segment_column(segment, SEGMENT_THREAD, &column, error))
            return error->code;
        for (uint32_t doc = 0; doc < docs; doc++)
            if (holds_hash(hashes, count, column_get(&column, doc)) && try_document(thread, part, doc, error))
                return error->code;
    }
    return ERROR_NONE;
}

static enum error_code make_entries(struct thread *thread, struct error *error)
{
    size_t total = 0;
    for (uint32_t part = 0; part < thread->snapshot->part_count; part++)
        total += segment_count(thread->snapshot->parts[part].segment);
    thread->entries = calloc(total + 1, sizeof *thread->entries);
    if (!thread->entries)
        return error_set(error, ERROR_MEMORY, "no memory for a thread");
    for (uint32_t part = 0; part < thread->snapshot->part_count; part++) {
        struct segment *segment = thread->snapshot->parts[part].segment;
        struct column   column;
        if (segment_column(segment, SEGMENT_THREAD, &column, error))
            return error->code;
        for (uint32_t doc = 0, docs = segment_count(segment); doc < docs; doc++)
            thread->entries[thread->entry_count++] = (struct entry){column_get(&column, doc), part, doc};
    }
    qsort(thread->entries, thread->entry_count, sizeof *thread->entries, compare_entries);
    return ERROR_NONE;
}

static enum error_code search_entries(struct thread *thread, const uint64_t *hashes, size_t count, struct error *error)
{
    if (!thread->entries && make_entries(thread, error))
        return error->code;
    for (size_t i = 0; i < count; i++) {
        size_t low = 0, high = thread->entry_count;
        while (low < high) {
            size_t middle = low + (high - low) / 2;
            if (thread->entries[middle].hash < hashes[i])
                low = middle + 1;
            else
                high = middle;
        }
        for (; low < thread->entry_count && thread->entries[low].hash == hashes[i]; low++)
            if (try_document(thread, thread->entries[low].part, thread->entries[low].doc, error))
                return error->code;
    }
    return ERROR_NONE;
}

static enum error_code search_level(struct thread *thread, int level, struct error *error)
{
    uint32_t  first = thread->searched, count = thread->names.count - first;
    uint64_t *hashes = calloc(count, sizeof *hashes);
    if (!hashes)
        return error_set(error, ERROR_MEMORY, "no memory for a thread");
    for (uint32_t i = 0; i < count; i++)
        hashes[i] = hash_str(thread->names.strings[first + i]);
    qsort(hashes, count, sizeof *hashes, compare_hashes);
    thread->searched = thread->names.count;
    enum error_code code =
        level < SCANNED_LEVELS ? search_columns(thread, hashes, count, error) : search_entries(thread, hashes, count, error);
    free(hashes);
    return code;
}

/* The way up may have gone through posts that stand in no thread but their own chain; only the last name is the root. Names on the
 * way are found again going down. */
static enum error_code keep_root(struct thread *thread, struct error *error)
{
    struct interner names = thread->names;
    thread->names = (struct interner){0};
    enum error_code code = ERROR_NONE;
    uint32_t        first = names.count ? names.count - 1 : 0;
    for (uint32_t i = first; !code && i < names.count; i++)
        code = add_name(thread, names.strings[i], error);
    interner_fini(&names);
    return code;
}

/* ---- The question ---- */

static int compare_members(const void *left, const void *right)
{
    const struct member *a = left, *b = right;
    if (a->at_us != b->at_us)
        return a->at_us < b->at_us ? -1 : 1;
    return str_compare(a->id, b->id);
}

static enum error_code gather(struct thread *thread, struct str id, struct error *error)
{
    thread->taken = calloc((size_t)thread->snapshot->part_count + 1, sizeof *thread->taken);
    if (!thread->taken)
        return error_set(error, ERROR_MEMORY, "no memory for a thread");
    for (uint32_t i = 0; i < thread->snapshot->part_count; i++)
        if (!(thread->taken[i] = roaring_bitmap_create()))
            return error_set(error, ERROR_MEMORY, "no memory for a thread");
    if (record_reader_new(&thread->reader, error) || find_root(thread, id, error) || keep_root(thread, error))
        return error->code;
    for (int level = 0; thread->searched < thread->names.count; level++)
        if (search_level(thread, level, error))
            return error->code;
    if (thread->count)
        qsort(thread->members, thread->count, sizeof *thread->members, compare_members);
    return ERROR_NONE;
}

static enum error_code hand_over(struct thread *thread, struct arena *arena, struct post **posts_out, size_t *count_out, struct error *error)
{
    struct post *posts = arena_array(arena, thread->count, sizeof *posts);
    if (!posts)
        return error_set(error, ERROR_MEMORY, "no memory for a thread of %zu posts", thread->count);
    for (size_t i = 0; i < thread->count; i++)
        if (snapshot_post(&thread->snapshot->parts[thread->members[i].part], thread->members[i].doc, thread->reader, arena, &posts[i], error))
            return error->code;
    *posts_out = posts;
    *count_out = thread->count;
    return ERROR_NONE;
}

enum error_code archive_thread(struct archive_snapshot *snapshot, struct str id, struct arena *arena, struct post **posts_out, size_t *count_out,
                               struct error *error)
{
    struct thread thread = {.snapshot = snapshot};
    error = error ? error : &(struct error){0};
    *posts_out = NULL;
    *count_out = 0;
    enum error_code code = gather(&thread, id, error);
    if (!code)
        code = hand_over(&thread, arena, posts_out, count_out, error);
    for (uint32_t i = 0; thread.taken && i < snapshot->part_count; i++)
        if (thread.taken[i])
            roaring_bitmap_free(thread.taken[i]);
    free(thread.taken);
    free(thread.members);
    free(thread.entries);
    interner_fini(&thread.names);
    record_reader_free(thread.reader);
    arena_fini(&thread.arena);
    return code;
}
