/* The commit that all share who put something into a stream at the same time. */
#include "listen/stream.h"

#include "listen/stream_parts.h"

#include <stdlib.h>

/* What the post itself is to blame for; anything else ends the push. */
bool push_is_about_the_post(enum error_code code)
{
    return code == ERROR_INVALID || code == ERROR_SYNTAX || code == ERROR_TOO_LARGE || code == ERROR_USAGE;
}

enum error_code push_reject(struct push *push, uint64_t line, const struct error *why, struct error *error)
{
    struct stream_pushed *pushed = push->pushed;
    pushed->rejected++;
    if (pushed->reject_count == STREAM_REJECTS_SHOWN)
        return ERROR_NONE;
    struct str reason = arena_str(push->arena, str_of(why->message));
    if (!reason.ptr)
        return error_set(error, ERROR_MEMORY, "no memory for the reason why line %llu is no post", (unsigned long long)line);
    /* Those that do not parse come first, those that the archive refuses later: in order of lines again. */
    size_t at = pushed->reject_count++;
    for (; at > 0 && pushed->rejects[at - 1].line > line; at--)
        pushed->rejects[at] = pushed->rejects[at - 1];
    pushed->rejects[at] = (struct stream_reject){line, reason};
    return ERROR_NONE;
}

/* ---- Room: so much may be in hand ---- */

void push_wait_for_room(struct stream *stream, size_t bytes)
{
    pthread_mutex_lock(&stream->queue_lock);
    while (stream->in_hand_bytes && stream->in_hand_bytes + bytes > PUSH_IN_HAND_BYTES)
        pthread_cond_wait(&stream->queue_changed, &stream->queue_lock);
    stream->in_hand_bytes += bytes;
    pthread_mutex_unlock(&stream->queue_lock);
}

void push_leave_room(struct stream *stream, size_t bytes)
{
    pthread_mutex_lock(&stream->queue_lock);
    stream->in_hand_bytes -= bytes;
    pthread_cond_broadcast(&stream->queue_changed);
    pthread_mutex_unlock(&stream->queue_lock);
}

/* ---- The commit: on the thread that has the writer's role ---- */

/* The newest posts of a commit on their way to the ring, which could not hold more: a ring too, slot count % STREAM_RING_POSTS. */
struct kept {
    struct ring_post *posts[STREAM_RING_POSTS], *in_order[STREAM_RING_POSTS];
    uint64_t          count;
};

static bool keep(struct kept *kept, const struct push_item *item, bool is_edit)
{
    struct ring_post **slot = &kept->posts[kept->count % STREAM_RING_POSTS];
    ring_post_release(*slot);
    *slot = ring_post_new(&item->post, &item->facts, is_edit);
    kept->count += *slot != NULL;
    return *slot != NULL;
}

static void hand_over(struct stream *stream, struct kept *kept)
{
    uint64_t held = kept->count < STREAM_RING_POSTS ? kept->count : STREAM_RING_POSTS, skipped = kept->count - held;
    size_t   count = 0;
    for (uint64_t i = 0; i < held; i++) {
        struct ring_post **slot = &kept->posts[(skipped + i) % STREAM_RING_POSTS];
        if (*slot) /* else it came and went in one commit */
            kept->in_order[count++] = *slot;
        *slot = NULL;
    }
    stream_committed(stream, skipped, kept->in_order, count);
}

static void drop(struct kept *kept)
{
    for (size_t i = 0; kept && i < STREAM_RING_POSTS; i++)
        ring_post_release(kept->posts[i]);
    free(kept);
}

static void tell_keeper(struct stream *stream, const struct push *pushes)
{
    uint64_t posts = 0, bytes = 0;
    for (const struct push *push = pushes; push; push = push->next) {
        posts += push->pushed->added + push->pushed->edited;
        bytes += push->bytes;
    }
    keeper_committed(stream, posts, bytes);
}

static enum error_code is_missed_edit(struct archive *archive, struct push *push, size_t i, bool *is_missed_out, struct error *error)
{
    bool is_here = true, is_edit = push->intake && i >= push->count - push->intake->edit_count;
    enum error_code code = is_edit ? archive_holds(archive, push->items[i].post.id, &is_here, error) : ERROR_NONE;
    *is_missed_out = !is_here;
    push->pushed->unknown += !is_here;
    return code;
}

static enum error_code add_items(struct stream *stream, struct archive *archive, struct push *push, struct kept *kept, struct error *error)
{
    int64_t               now_us = stream_now_us(stream);
    struct stream_pushed *pushed = push->pushed;
    uint64_t *counters[] = {[ARCHIVE_NEW] = &pushed->added, [ARCHIVE_DUPLICATE] = &pushed->duplicate, [ARCHIVE_REFRESHED] = &pushed->refreshed,
                            [ARCHIVE_EDITED] = &pushed->edited, [ARCHIVE_WITHHELD] = &pushed->withheld};
    for (size_t i = 0; i < push->count; i++) {
        const struct push_item *item = &push->items[i];
        enum archive_added      added;
        struct error            why = {0};
        bool                    is_missed, is_retold = push->intake && push->intake->is_retold;
        enum error_code         code = is_missed_edit(archive, push, i, &is_missed, &why);
        if (!code && is_missed)
            continue;
        if (!code)
            code = is_retold ? archive_add_retold(archive, &item->post, &item->facts, &added, &why)
                             : archive_add(archive, &item->post, &item->facts, &added, &why);
        if (push_is_about_the_post(code)) {
            code = push_reject(push, item->line, &why, error);
            if (code)
                return code;
            continue;
        }
        if (code) {
            *error = why;
            return code;
        }
        ++*counters[added];
        if (added == ARCHIVE_NEW)
            coverage_heard(stream, item->post.at_us, now_us);
        bool is_heard = added == ARCHIVE_NEW || added == ARCHIVE_EDITED;
        if (is_heard && !keep(kept, item, added == ARCHIVE_EDITED))
            return error_set(error, ERROR_MEMORY, "no memory for the newest posts");
    }
    return ERROR_NONE;
}

/* ---- What takes bring besides posts ---- */

/* Ids of the posts that a commit deletes: the ring and the trends must let go of them when it is durable. */
struct gone {
    struct arena arena;
    struct str  *ids; /* sorted before the look-ups */
    size_t       count, capacity;
    bool         has_failed;
};

static void note_gone(void *context, struct str id)
{
    struct gone *gone = context;
    struct str   kept = arena_str(&gone->arena, id);
    if (!kept.ptr || !arena_grow(&gone->arena, (void **)&gone->ids, sizeof *gone->ids, gone->count, &gone->capacity)) {
        gone->has_failed = true;
        return;
    }
    gone->ids[gone->count++] = kept;
}

static int by_id(const void *a, const void *b)
{
    return str_compare(*(const struct str *)a, *(const struct str *)b);
}

static bool is_gone(void *context, const struct post *post)
{
    const struct gone *gone = context;
    return bsearch(&post->id, gone->ids, gone->count, sizeof *gone->ids, by_id) != NULL;
}

static enum error_code add_deletes(struct archive *archive, struct push *push, struct gone *gone, struct error *error)
{
    const struct stream_intake *intake = push->intake;
    enum error_code             code = ERROR_NONE;
    for (size_t i = 0; !code && i < intake->deleted_post_count; i++) {
        bool was_there = false;
        code = archive_drop_post(archive, intake->deleted_posts[i], &was_there, error);
        push->pushed->deleted += was_there;
        push->pushed->unknown += !code && !was_there;
        if (was_there)
            note_gone(gone, intake->deleted_posts[i]);
    }
    for (size_t i = 0; !code && i < intake->deleted_author_count; i++) {
        uint64_t deleted = 0;
        code = archive_drop_account(archive, intake->platform, intake->deleted_authors[i], note_gone, gone, &deleted, error);
        push->pushed->deleted += deleted;
    }
    return code || !gone->has_failed ? code : error_set(error, ERROR_MEMORY, "no memory for %zu deletions", gone->count);
}

/* This push's ids, for the caller and for the list. */
static enum error_code list_gone(struct archive *archive, struct push *push, const struct gone *gone, size_t first, struct error *error)
{
    const struct stream_intake *intake = push->intake;
    struct stream_pushed       *pushed = push->pushed;
    struct str                  before = {0};
    pushed->gone = arena_array(push->arena, gone->count - first, sizeof *pushed->gone);
    for (size_t i = first; pushed->gone && i < gone->count; i++) {
        pushed->gone[pushed->gone_count] = arena_str(push->arena, gone->ids[i]);
        pushed->gone_count += pushed->gone[pushed->gone_count].ptr != NULL;
    }
    if (!pushed->gone || pushed->gone_count < gone->count - first)
        return error_set(error, ERROR_MEMORY, "no memory for %zu deletions", gone->count);
    if (!intake->gone_name.len)
        return ERROR_NONE;
    enum error_code code = archive_get_state(archive, intake->gone_name, push->arena, &before, error);
    if (code || (!pushed->gone_count && (!intake->is_gone_done || !before.len)))
        return code;
    struct buf list = {.max_bytes = GONE_MAX_BYTES}; /* of more than a hundred thousand posts: then the rest is forgotten only if no kill comes between */
    if (!intake->is_gone_done)
        buf_append_str(&list, before);
    for (size_t i = 0; i < pushed->gone_count && !list.has_failed; i++)
        buf_append_sized(&list, pushed->gone[i]);
    code = archive_put_state(archive, intake->gone_name, buf_str(&list), error);
    buf_fini(&list);
    return code;
}

static enum error_code add_rest(struct archive *archive, struct push *push, struct gone *gone, struct error *error)
{
    const struct stream_intake *intake = push->intake;
    size_t                      first = gone->count;
    enum error_code             code = ERROR_NONE;
    for (size_t i = 0; !code && i < intake->figure_count; i++) {
        enum archive_added added = ARCHIVE_WITHHELD;
        code = archive_refresh(archive, intake->figures[i].id, &intake->figures[i].metrics, &added, error);
        push->pushed->refreshed += added == ARCHIVE_REFRESHED;
        push->pushed->duplicate += added == ARCHIVE_DUPLICATE;
        push->pushed->unknown += !code && added == ARCHIVE_WITHHELD;
    }
    if (!code)
        code = add_deletes(archive, push, gone, error);
    if (!code)
        code = list_gone(archive, push, gone, first, error);
    if (!code && intake->state_name.len)
        code = archive_put_state(archive, intake->state_name, intake->state, error);
    return code;
}

/* Those that came in this commit never reach the ring. */
static void forget_kept(struct kept *kept, struct gone *gone)
{
    if (!gone->count)
        return;
    qsort(gone->ids, gone->count, sizeof *gone->ids, by_id);
    for (size_t i = 0; i < STREAM_RING_POSTS; i++)
        if (kept->posts[i] && is_gone(gone, &kept->posts[i]->post)) {
            ring_post_release(kept->posts[i]);
            kept->posts[i] = NULL;
        }
}

static void forget_heard(struct stream *stream, struct gone *gone)
{
    if (gone->count)
        ring_forget(&stream->ring, is_gone, gone); /* before the trend thread hears of it: then it cannot take the posts any more */
    for (size_t i = 0; i < gone->count; i++)
        trends_forget(stream, false, gone->ids[i]);
}

/* A take that fails is tried again by who has the posts; lines were refused for good. */
static bool has_lines(const struct push *pushes)
{
    for (; pushes; pushes = pushes->next)
        if (!pushes->intake)
            return true;
    return false;
}

/* All of the pushes, or none. */
static void commit_pushes(struct stream *stream, struct push *pushes)
{
    struct archive *archive;
    struct error    error = {0};
    struct gone     gone = {0};
    struct kept    *kept = calloc(1, sizeof *kept);
    enum error_code code = kept ? stream_archive(stream, &archive, &error) : error_set(&error, ERROR_MEMORY, "no memory for a commit");
    bool            is_open = code == ERROR_NONE;
    for (struct push *push = pushes; push && !code; push = push->next) {
        code = add_items(stream, archive, push, kept, &error);
        if (!code && push->intake)
            code = add_rest(archive, push, &gone, &error);
    }
    if (!code)
        code = coverage_put(stream, archive, &error);
    if (!code)
        code = archive_commit(archive, &error);
    if (!code) {
        coverage_committed(stream);
        coverage_accepts(stream);
        forget_kept(kept, &gone);
        hand_over(stream, kept);
        forget_heard(stream, &gone);
        tell_keeper(stream, pushes);
    } else {
        if (has_lines(pushes))
            coverage_refused(stream, code);
        if (is_open)
            archive_rollback(archive);
    }
    drop(kept);
    arena_fini(&gone.arena);
    for (struct push *push = pushes; push; push = push->next) {
        push->code = code;
        push->error = error;
    }
}

void push_commit(struct stream *stream, struct push *own)
{
    pthread_mutex_lock(&stream->queue_lock);
    *stream->last = own;
    stream->last = &own->next;
    while (!own->is_done && stream->is_writing)
        pthread_cond_wait(&stream->queue_changed, &stream->queue_lock);
    if (own->is_done) {
        pthread_mutex_unlock(&stream->queue_lock);
        return;
    }
    struct push *pushes = stream->first;
    stream->first = NULL;
    stream->last = &stream->first;
    stream->is_writing = true;
    pthread_mutex_unlock(&stream->queue_lock);
    commit_pushes(stream, pushes);
    pthread_mutex_lock(&stream->queue_lock);
    for (struct push *push = pushes, *next; push; push = next) {
        next = push->next; /* done, it may be gone */
        push->is_done = true;
    }
    stream->is_writing = false;
    pthread_cond_broadcast(&stream->queue_changed);
    pthread_mutex_unlock(&stream->queue_lock);
}

enum error_code push_end(struct stream *stream, struct push *push, struct error *error)
{
    struct stream_pushed *pushed = push->pushed;
    if (push->code) {
        *pushed = (struct stream_pushed){.read = pushed->read};
        if (error)
            *error = push->error;
        return push->code;
    }
    atomic_fetch_add(&stream->pushed, pushed->added + pushed->edited);
    atomic_fetch_add(&stream->rejected, pushed->rejected);
    return ERROR_NONE;
}
