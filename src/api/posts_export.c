#include "api/posts.h"

#include "base/clock.h"

#include <stdlib.h>

enum { EXPORT_PAGE = 500 };

struct export_job {
    struct archive_snapshot *snapshot;
    struct query             query; /* in kept */
    struct arena             kept, page_arena;
    enum archive_order       order;
    enum table_format        format;
    struct buf               cursor;
    bool                     has_begun, is_over, has_bom;
    struct error             error;
};

static const char header[] = "id,platform,community,kind,at,author_id,author,author_name,followers,text,lang,url,thread,reply_to,repost_of,"
                             "quote_of,likes,reposts,replies,quotes,views";

static void print_count(struct buf *out, int64_t count)
{
    if (count == POST_COUNT_UNKNOWN)
        buf_append_char(out, ',');
    else
        table_number(out, count);
}

static void print_row(struct buf *out, const struct post *post)
{
    table_text(out, post->id);
    table_text(out, post->platform);
    table_text(out, post->community);
    table_text(out, post->kind);
    table_time(out, post->at_us);
    table_text(out, post->author_id);
    table_text(out, post->author_handle);
    table_text(out, post->author_name);
    print_count(out, post->author_followers);
    const struct str texts[] = {post->text, post->lang, post->url, post->thread, post->reply_to, post->repost_of, post->quote_of};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        table_text(out, texts[i]);
    const int64_t counts[] = {post->metrics.likes, post->metrics.reposts, post->metrics.replies, post->metrics.quotes, post->metrics.views};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        print_count(out, counts[i]);
    table_end_row(out);
}

static enum http_pull pull(void *context, struct buf *out)
{
    struct export_job *job = context;
    struct archive_page page;
    if (job->is_over)
        return HTTP_PULL_END;
    if (!job->has_begun && job->format == TABLE_CSV) {
        if (job->has_bom)
            buf_append_str(out, STR("\xef\xbb\xbf"));
        table_header(out, header);
    }
    job->has_begun = true;
    arena_reset(&job->page_arena);
    if (archive_posts(job->snapshot, job->query.root, job->order, EXPORT_PAGE, buf_str(&job->cursor), &job->page_arena, &page, &job->error))
        return HTTP_PULL_FAILED;
    for (size_t i = 0; i < page.count; i++) {
        if (job->format == TABLE_CSV) {
            print_row(out, &page.posts[i]);
        } else {
            post_print(&page.posts[i], out);
            buf_append_char(out, '\n');
        }
    }
    job->is_over = page.next_cursor.len == 0;
    buf_clear(&job->cursor);
    buf_append_str(&job->cursor, page.next_cursor);
    if (out->has_failed || job->cursor.has_failed)
        return HTTP_PULL_FAILED;
    return out->len ? HTTP_PULL_MORE : HTTP_PULL_END;
}

static void release(void *context)
{
    struct export_job *job = context;
    if (job->snapshot)
        archive_snapshot_release(job->snapshot);
    arena_fini(&job->kept);
    arena_fini(&job->page_arena);
    buf_fini(&job->cursor);
    free(job);
}

enum error_code posts_export(struct api_call *call, const struct query *query, enum archive_order order, enum table_format format)
{
    struct export_job   *job = calloc(1, sizeof *job);
    struct query_options options = {.now_us = call->now_us};
    struct buf           text = {0};
    if (!job)
        return error_set(&call->error, ERROR_MEMORY, "no memory for the export");
    job->order = order;
    job->format = format;
    job->has_bom = api_boolean(call, "bom");
    /* The call's arena ends before the export does: the tree is printed (bounds, lists and all) and read anew into the job's own. */
    query_print(query->root, &text);
    struct str      kept = arena_str(&job->kept, buf_str(&text));
    enum error_code code = text.has_failed || !kept.ptr ? error_set(&call->error, ERROR_MEMORY, "no memory for the export")
                                                        : query_parse(kept, &options, call->analyser, &job->kept, &job->query, &call->error);
    buf_fini(&text);
    if (!code)
        code = stream_snapshot(call->workspace->stream, &job->snapshot, &call->error);
    if (code) {
        release(job);
        return code;
    }
    table_begin(call, format, "posts");
    http_stream_begin(call->response, &(struct http_stream_source){.pull = pull, .release = release, .context = job});
    return ERROR_NONE;
}
