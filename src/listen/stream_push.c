/* Lines that go into a stream, and deletes by people. The commit is stream_commit.c's. */
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
    if (push_is_about_the_post(code))
        return push_reject(push, line, &why, error);
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

/* ---- The contract ---- */

enum error_code stream_push(struct stream *stream, struct str lines, struct arena *arena, struct stream_pushed *pushed_out,
                            struct error *error)
{
    struct push  push = {.arena = arena, .pushed = pushed_out, .bytes = lines.len};
    struct arena own = {0};
    *pushed_out = (struct stream_pushed){0};
    if (lines.len > STREAM_PUSH_MAX_BYTES)
        return error_set(error, ERROR_TOO_LARGE, "%zu bytes at once, more than %d", lines.len, STREAM_PUSH_MAX_BYTES);
    push_wait_for_room(stream, lines.len);
    push.code = parse(stream, &push, lines, &own, &push.error);
    if (!push.code && push.count)
        push_commit(stream, &push);
    arena_fini(&own);
    push_leave_room(stream, lines.len);
    return push_end(stream, &push, error);
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
