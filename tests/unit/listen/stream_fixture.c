#include "stream_fixture.h"

#include "check.h"

#include "base/clock.h"
#include "base/vfs.h"

#include <unistd.h>

void fixture_folder(struct fixture *fixture)
{
    *fixture = (struct fixture){.top = "/tmp/bellwether-stream-XXXXXX"};
    assert_non_null(mkdtemp(fixture->top));
    snprintf(fixture->folder, sizeof fixture->folder, "%s/archive", fixture->top);
    fixture->options.archive_folder = fixture->folder;
}

void fixture_reopen(struct fixture *fixture, bool has_no_trends)
{
    struct error error = {0};
    stream_close(fixture->stream);
    fixture->options.has_no_trends = has_no_trends;
    check_ok(stream_open(&fixture->options, &fixture->stream, &error), error, "%s", fixture->folder);
}

void fixture_open(struct fixture *fixture, bool has_no_trends)
{
    fixture_folder(fixture);
    fixture_reopen(fixture, has_no_trends);
}

void fixture_close(struct fixture *fixture)
{
    struct arena arena = {0};
    struct str  *names;
    size_t       count;
    char         path[512];
    stream_close(fixture->stream);
    if (vfs_list(fixture->folder, &arena, &names, &count, NULL) == ERROR_NONE)
        for (size_t i = 0; i < count; i++)
            if (vfs_join(path, fixture->folder, names[i].ptr))
                unlink(path);
    rmdir(fixture->folder);
    rmdir(fixture->top);
    arena_fini(&arena);
}

void fixture_line(struct buf *lines, int number, int64_t at_us, const char *author, const char *text)
{
    char at[CLOCK_TEXT_BYTES];
    buf_printf(lines, "{\"id\":\"a:%d\",\"platform\":\"a\",\"at\":\"%s\",\"author\":{\"handle\":\"%s\"},\"text\":\"%s\",\"lang\":\"en\"}\n", number,
               clock_print(at_us, at), author, text);
}

struct stream_pushed fixture_push(struct fixture *fixture, struct str lines)
{
    struct arena         arena = {0};
    struct stream_pushed pushed;
    struct error         error = {0};
    check_ok(stream_push(fixture->stream, lines, &arena, &pushed, &error), error, "push");
    for (size_t i = 0; i < pushed.reject_count; i++)
        pushed.rejects[i].reason = pushed.rejects[i].reason.len ? STR("there") : STR("");
    arena_fini(&arena);
    return pushed;
}

uint64_t fixture_count(struct fixture *fixture, const char *text)
{
    struct arena             arena = {0};
    struct text_analyser    *analyser;
    struct query             query;
    struct archive_snapshot *snapshot;
    struct error             error = {0};
    uint64_t                 count = 0;
    check_ok(text_analyser_new(&analyser, &error), error, "analyser");
    check_ok(query_parse(str_of(text), NULL, analyser, &arena, &query, &error), error, "%s", text);
    check_ok(stream_snapshot(fixture->stream, &snapshot, &error), error, "snapshot");
    check_ok(archive_count(snapshot, query.root, &arena, &count, &error), error, "%s", text);
    archive_snapshot_release(snapshot);
    text_analyser_free(analyser);
    arena_fini(&arena);
    return count;
}
