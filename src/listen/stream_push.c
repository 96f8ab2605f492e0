/* What goes into a stream: pushes and deletes, and the commit that they share. */
#include "listen/stream.h"

#include "base/clock.h"
#include "listen/stream_parts.h"

#include <stdlib.h>

/* ---- Lines become posts: on the caller's thread, many at once ---- */

static enum error_code borrow_analyser(struct stream *stream, struct text_analyser **analyser_out, struct error *error)
{
    *analyser_out = NULL;
    pthread_mutex_lock(&stream->queue_lock);
    if (stream->analyser_count)
        *analyser_out = stream->analysers[--stream->analyser_count];
    pthread_mutex_unlock(&stream->queue_lock);
    return *analyser_out ? ERROR_NONE : text_analyser_new(analyser_out, error);
}

static void give_back_analyser(struct stream *stream, struct text_analyser *analyser)
{
    pthread_mutex_lock(&stream->queue_lock);
    if (stream->analyser_count < ANALYSERS_KEPT) {
        stream->analysers[stream->analyser_count++] = analyser;
        analyser = NULL;
    }
    pthread_mutex_unlock(&stream->queue_lock);
    text_analyser_free(analyser);
}

/* What the post itself is to blame for; anything else ends the push. */
static bool is_about_the_post(enum error_code code)
{
    return code == ERROR_INVALID || code == ERROR_SYNTAX || code == ERROR_TOO_LARGE || code == ERROR_USAGE;
}

static enum error_code reject(struct push *push, uint64_t line, const struct error *why, struct error *error)
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

static enum error_code parse_line(struct push *push, struct str text, uint64_t line, struct text_analyser *analyser, struct arena *arena,
                                  struct error *error)
{
    struct push_item *item = &push->items[push->count];
    struct error      why = {0};
    enum error_code   code = text.len > POST_LINE_MAX_BYTES
                                 ? error_set(&why, ERROR_TOO_LARGE, "a line of %zu bytes, more than %d", text.len, POST_LINE_MAX_BYTES)
                                 : post_parse(text, arena, &item->post, &why);
    if (!code)
        code = text_analyse(analyser, arena, item->post.text, item->post.lang, TREND_TEXT_WANT, &item->facts, &why);
    item->line = line;
    push->count += code == ERROR_NONE;
    if (is_about_the_post(code))
        return reject(push, line, &why, error);
    if (code)
        *error = why;
    return code;
}

static size_t count_lines(struct str lines)
{
    size_t      count = 1;
    const char *at = lines.ptr, *end = lines.ptr + lines.len;
    while (at && at < end && (at = memchr(at, '\n', (size_t)(end - at)))) {
        count++;
        at++;
    }
    return count;
}

static enum error_code parse(struct stream *stream, struct push *push, struct str lines, struct arena *arena, struct error *error)
{
    struct text_analyser *analyser;
    size_t                most = count_lines(lines);
    if (most > PUSH_LINES_MAX)
        return error_set(error, ERROR_TOO_LARGE, "%zu lines at once, more than %d", most, PUSH_LINES_MAX);
    push->items = arena_array(arena, most, sizeof *push->items);
    if (!push->items)
        return error_set(error, ERROR_MEMORY, "no memory for %zu lines", most);
    enum error_code code = borrow_analyser(stream, &analyser, error);
    if (code)
        return code;
    if (str_starts_with(lines, STR("\xef\xbb\xbf")))
        lines = str_slice(lines.ptr + 3, lines.len - 3);
    struct str text;
    for (uint64_t line = 1; !code && str_next_field(&lines, '\n', &text); line++) {
        if (str_trim(text).len == 0)
            continue;
        push->pushed->read++;
        code = parse_line(push, str_trim(text), line, analyser, arena, error);
    }
    give_back_analyser(stream, analyser);
    return code;
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
    for (uint64_t i = 0; i < held; i++) {
        struct ring_post **slot = &kept->posts[(skipped + i) % STREAM_RING_POSTS];
        kept->in_order[i] = *slot;
        *slot = NULL;
    }
    stream_committed(stream, skipped, kept->in_order, held);
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
        enum error_code         code = archive_add(archive, &item->post, &item->facts, &added, &why);
        if (is_about_the_post(code)) {
            code = reject(push, item->line, &why, error);
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

/* All of the pushes, or none. */
static void commit_pushes(struct stream *stream, struct push *pushes)
{
    struct archive *archive;
    struct error    error = {0};
    struct kept    *kept = calloc(1, sizeof *kept);
    enum error_code code = kept ? stream_archive(stream, &archive, &error) : error_set(&error, ERROR_MEMORY, "no memory for a commit");
    bool            is_open = code == ERROR_NONE;
    for (struct push *push = pushes; push && !code; push = push->next)
        code = add_items(stream, archive, push, kept, &error);
    if (!code)
        code = coverage_put(stream, archive, &error);
    if (!code)
        code = archive_commit(archive, &error);
    if (!code) {
        coverage_committed(stream);
        coverage_accepts(stream);
        hand_over(stream, kept);
        tell_keeper(stream, pushes);
    } else {
        coverage_refused(stream, code);
        if (is_open)
            archive_rollback(archive);
    }
    drop(kept);
    for (struct push *push = pushes; push; push = push->next) {
        push->code = code;
        push->error = error;
    }
}

static void commit_together(struct stream *stream, struct push *own)
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

/* ---- The contract ---- */

static void wait_for_room(struct stream *stream, size_t bytes)
{
    pthread_mutex_lock(&stream->queue_lock);
    while (stream->in_hand_bytes && stream->in_hand_bytes + bytes > PUSH_IN_HAND_BYTES)
        pthread_cond_wait(&stream->queue_changed, &stream->queue_lock);
    stream->in_hand_bytes += bytes;
    pthread_mutex_unlock(&stream->queue_lock);
}

static void leave_room(struct stream *stream, size_t bytes)
{
    pthread_mutex_lock(&stream->queue_lock);
    stream->in_hand_bytes -= bytes;
    pthread_cond_broadcast(&stream->queue_changed);
    pthread_mutex_unlock(&stream->queue_lock);
}

enum error_code stream_push(struct stream *stream, struct str lines, struct arena *arena, struct stream_pushed *pushed_out,
                            struct error *error)
{
    struct push  push = {.arena = arena, .pushed = pushed_out, .bytes = lines.len};
    struct arena own = {0};
    *pushed_out = (struct stream_pushed){0};
    if (lines.len > STREAM_PUSH_MAX_BYTES)
        return error_set(error, ERROR_TOO_LARGE, "%zu bytes at once, more than %d", lines.len, STREAM_PUSH_MAX_BYTES);
    wait_for_room(stream, lines.len);
    push.code = parse(stream, &push, lines, &own, &push.error);
    if (!push.code && push.count)
        commit_together(stream, &push);
    arena_fini(&own);
    leave_room(stream, lines.len);
    if (push.code) {
        *pushed_out = (struct stream_pushed){.read = pushed_out->read};
        if (error)
            *error = push.error;
        return push.code;
    }
    atomic_fetch_add(&stream->pushed, pushed_out->added + pushed_out->edited);
    atomic_fetch_add(&stream->rejected, pushed_out->rejected);
    return ERROR_NONE;
}

/* ---- Deletes ---- */

static bool has_id(void *context, const struct post *post)
{
    return str_equal(*(struct str *)context, post->id);
}

struct wanted_author {
    struct text_analyser *analyser;
    struct arena          arena;
    struct str            folded;
};

static bool has_author(void *context, const struct post *post)
{
    struct wanted_author *wanted = context;
    arena_reset(&wanted->arena);
    return str_equal(wanted->folded, text_fold(wanted->analyser, &wanted->arena, post->author_handle)) ||
           str_equal(wanted->folded, text_fold(wanted->analyser, &wanted->arena, post->author_id));
}

static enum error_code end_delete(struct stream *stream, struct archive *archive, enum error_code code, struct error *error)
{
    if (!code)
        code = archive_commit(archive, error);
    if (code && archive)
        archive_rollback(archive);
    if (!code)
        stream_committed(stream, 0, NULL, 0);
    stream_role_give(stream);
    return code;
}

enum error_code stream_delete_post(struct stream *stream, struct str id, bool *was_there_out, struct error *error)
{
    struct archive *archive;
    *was_there_out = false;
    stream_role_take(stream);
    enum error_code code = stream_archive(stream, &archive, error);
    if (!code)
        code = archive_delete_post(archive, id, was_there_out, error);
    code = end_delete(stream, archive, code, error);
    if (code) {
        *was_there_out = false;
        return code;
    }
    ring_forget(&stream->ring, has_id, &id); /* before the trend thread hears of it: then it cannot take the post any more */
    trends_forget(stream, false, id);
    return ERROR_NONE;
}

enum error_code stream_delete_author(struct stream *stream, struct str author, uint64_t *deleted_out, struct error *error)
{
    struct archive      *archive;
    struct wanted_author wanted = {0};
    struct arena         arena = {0};
    *deleted_out = 0;
    enum error_code code = borrow_analyser(stream, &wanted.analyser, error);
    if (code)
        return code;
    wanted.folded = text_fold(wanted.analyser, &arena, author);
    if (!wanted.folded.ptr || wanted.folded.len == 0) {
        code = error_set(error, wanted.folded.ptr ? ERROR_INVALID : ERROR_MEMORY, wanted.folded.ptr ? "no author is named" : "no memory for a name");
    } else {
        stream_role_take(stream);
        code = stream_archive(stream, &archive, error);
        if (!code)
            code = archive_delete_author(archive, author, deleted_out, error);
        code = end_delete(stream, archive, code, error);
        if (code)
            *deleted_out = 0;
        else {
            ring_forget(&stream->ring, has_author, &wanted);
            trends_forget(stream, true, wanted.folded);
        }
    }
    give_back_analyser(stream, wanted.analyser);
    arena_fini(&wanted.arena);
    arena_fini(&arena);
    return code;
}
