/* A client's posts in motion: what is acknowledged, what is heard, what is counted. */
#include "check.h"

#include "base/clock.h"
#include "base/vfs.h"
#include "listen/ring.h"
#include "listen/stream.h"
#include "stream_fixture.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- In ---- */

static void a_push_says_what_became_of_each_line(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f, true);
    static const char lines[] = "\xef\xbb\xbf{\"id\":\"a:1\",\"platform\":\"a\",\"at\":\"2026-03-01T10:00:00Z\",\"author\":{\"handle\":\"ann\"},\"text\":\"hi\"}\r\n"
                                "\n"
                                "not a post\n"
                                "{\"id\":\"a:1\",\"platform\":\"a\",\"at\":\"2026-03-01T10:00:00Z\",\"author\":{\"handle\":\"ann\"},\"text\":\"hi\"}\n"
                                "{\"id\":\"a:1\",\"platform\":\"a\",\"at\":\"2026-03-01T10:00:00Z\",\"author\":{\"handle\":\"ann\"},\"text\":\"hi\",\"metrics\":{\"likes\":3}}\n"
                                "{\"id\":\"a:1\",\"platform\":\"a\",\"at\":\"2026-03-01T10:00:00Z\",\"author\":{\"handle\":\"ann\"},\"text\":\"ho\"}\n"
                                "{\"id\":\"a:2\",\"platform\":\"a\",\"at\":\"2026-03-01T10:00:00Z\",\"text\":\"by nobody\"}";
    struct stream_pushed pushed = fixture_push(&f, STR(lines));
    check(pushed.read == 6 && pushed.added == 1 && pushed.duplicate == 1 && pushed.refreshed == 1 && pushed.edited == 1 && pushed.rejected == 2,
          "read %d added %d duplicate %d refreshed %d edited %d rejected %d", (int)pushed.read, (int)pushed.added, (int)pushed.duplicate,
          (int)pushed.refreshed, (int)pushed.edited, (int)pushed.rejected);
    check(pushed.reject_count == 2 && pushed.rejects[0].line == 3 && pushed.rejects[1].line == 7, "the lines that were rejected");
    check(pushed.rejects[0].reason.len && pushed.rejects[1].reason.len, "each says why");
    check(fixture_count(&f, "hi") == 0 && fixture_count(&f, "ho") == 1, "the edit replaced the text");
    pushed = fixture_push(&f, STR("\n \n"));
    check(pushed.read == 0 && pushed.added == 0, "blank lines are none");
    struct stream_health health;
    stream_health(f.stream, &health);
    check(health.pushed == 2 && health.rejected == 2 && health.commits == 1, "%d %d %d", (int)health.pushed, (int)health.rejected,
          (int)health.commits);
    fixture_close(&f);
}

enum { PUSHERS = 6, PUSHES = 40, POSTS_EACH = 5 };

struct pusher {
    struct fixture *fixture;
    int             number;
    atomic_int     *trouble;
};

static void *push_many(void *context)
{
    struct pusher *pusher = context;
    for (int i = 0; i < PUSHES; i++) {
        struct buf           lines = {0};
        struct arena         arena = {0};
        struct stream_pushed pushed;
        struct error         error = {0};
        for (int k = 0; k < POSTS_EACH; k++)
            fixture_line(&lines, (pusher->number * PUSHES + i) * POSTS_EACH + k, FIXTURE_START_US + i * CLOCK_SECOND_US, "ann", "gulls everywhere");
        if (stream_push(pusher->fixture->stream, buf_str(&lines), &arena, &pushed, &error) || pushed.added != POSTS_EACH)
            atomic_fetch_add(pusher->trouble, 1);
        /* What was acknowledged is seen by who asks next. */
        char query[64];
        snprintf(query, sizeof query, "id:a:%d", (pusher->number * PUSHES + i) * POSTS_EACH);
        if (fixture_count(pusher->fixture, query) != 1)
            atomic_fetch_add(pusher->trouble, 1);
        buf_fini(&lines);
        arena_fini(&arena);
    }
    return NULL;
}

static void many_push_at_once(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f, false);
    pthread_t     threads[PUSHERS];
    struct pusher pushers[PUSHERS];
    atomic_int    trouble = 0;
    for (int i = 0; i < PUSHERS; i++) {
        pushers[i] = (struct pusher){&f, i, &trouble};
        pthread_create(&threads[i], NULL, push_many, &pushers[i]);
    }
    for (int i = 0; i < PUSHERS; i++)
        pthread_join(threads[i], NULL);
    check(trouble == 0, "%d pushes or questions went wrong", trouble);
    check(fixture_count(&f, "gulls") == PUSHERS * PUSHES * POSTS_EACH, "%d posts", (int)fixture_count(&f, "gulls"));
    struct stream_health health;
    stream_health(f.stream, &health);
    check(health.pushed == PUSHERS * PUSHES * POSTS_EACH && health.commits <= PUSHERS * PUSHES, "%d in %d commits", (int)health.pushed,
          (int)health.commits);
    check(stream_newest_seq(f.stream) == PUSHERS * PUSHES * POSTS_EACH, "each was heard once");
    fixture_close(&f);
}

struct asker {
    struct archive_snapshot *snapshot;
    atomic_int              *trouble;
    uint64_t                 posts;
};

static bool count_visit(void *context, const struct post *post, const struct text_facts *facts)
{
    *(uint64_t *)context += post->id.len > 0 && facts->token_count > 0;
    return true;
}

static void *ask_everything(void *context)
{
    struct asker           *asker = context;
    struct archive_snapshot *snapshot = asker->snapshot;
    struct query_node       all = {.kind = QUERY_ALL};
    for (int round = 0; round < 3; round++) {
        struct arena           arena = {0};
        struct archive_bucket *buckets;
        struct archive_value  *values;
        struct archive_term   *terms;
        struct archive_page    page;
        struct post           *thread, post;
        size_t                 count;
        uint64_t               posts = 0, scanned = 0;
        bool is_right = !archive_count(snapshot, &all, &arena, &posts, NULL) && posts == asker->posts &&
                        !archive_timeline(snapshot, &all, CLOCK_HOUR_US, &arena, &buckets, &count, NULL) &&
                        !archive_breakdown(snapshot, &all, FIELD_AUTHOR, 10, &arena, &values, &count, NULL) && count == 1 &&
                        !archive_terms(snapshot, &all, 10, &arena, &terms, &count, NULL) &&
                        !archive_posts(snapshot, &all, ARCHIVE_NEWEST, 50, (struct str){0}, &arena, &page, NULL) && page.count == 50 &&
                        !archive_post(snapshot, STR("a:17"), &arena, &post, NULL) && !archive_thread(snapshot, STR("a:17"), &arena, &thread, &count, NULL) &&
                        !archive_scan(snapshot, &all, INT64_MIN, INT64_MAX, TREND_TEXT_WANT, count_visit, &scanned, NULL) && scanned == asker->posts;
        if (!is_right)
            atomic_fetch_add(asker->trouble, 1);
        arena_fini(&arena);
    }
    return NULL;
}

/* The snapshot holds a sealed segment, pending posts, deletes and fresh figures: everything that answers share. */
static void many_ask_one_snapshot_at_once(void **state)
{
    (void)state;
    struct fixture f;
    struct buf     lines = {0};
    struct error   error = {0};
    bool           was_there;
    fixture_open(&f, true);
    for (int i = 0; i < 2000; i++)
        fixture_line(&lines, i, FIXTURE_START_US + i * CLOCK_SECOND_US, "ann", "the tide is out again");
    fixture_push(&f, buf_str(&lines));
    fixture_reopen(&f, true); /* closing seals */
    buf_clear(&lines);
    for (int i = 2000; i < 2500; i++)
        fixture_line(&lines, i, FIXTURE_START_US + i * CLOCK_SECOND_US, "ann", "the tide is in");
    buf_printf(&lines, "{\"id\":\"a:3\",\"platform\":\"a\",\"at\":\"2026-03-01T00:00:03Z\",\"author\":{\"handle\":\"ann\"},\"text\":\"the tide is out again\","
                       "\"lang\":\"en\",\"metrics\":{\"likes\":9}}\n");
    check(fixture_push(&f, buf_str(&lines)).refreshed == 1, "new figures");
    check_ok(stream_delete_post(f.stream, STR("a:5"), &was_there, &error), error, "delete");
    struct archive_snapshot *snapshot;
    check_ok(stream_snapshot(f.stream, &snapshot, &error), error, "snapshot");
    pthread_t    threads[PUSHERS];
    atomic_int   trouble = 0;
    struct asker asker = {snapshot, &trouble, 2499};
    for (int i = 0; i < PUSHERS; i++)
        pthread_create(&threads[i], NULL, ask_everything, &asker);
    for (int i = 0; i < PUSHERS; i++)
        pthread_join(threads[i], NULL);
    check(trouble == 0, "%d rounds of questions went wrong", trouble);
    archive_snapshot_release(snapshot);
    buf_fini(&lines);
    fixture_close(&f);
}

/* A child pushes and says through a pipe what was acknowledged; it is killed at any moment. */
static void what_was_acknowledged_survives_a_kill(void **state)
{
    (void)state;
    for (int round = 0; round < 5; round++) {
        struct fixture f;
        int            pipe_ends[2], number, acknowledged = 0;
        fixture_folder(&f);
        assert_int_equal(pipe(pipe_ends), 0);
        pid_t child = fork();
        if (child == 0) {
            fixture_reopen(&f, true);
            for (int i = 0;; i++) {
                struct buf lines = {0};
                fixture_line(&lines, i, FIXTURE_START_US + i * CLOCK_SECOND_US, "ann", "the tide");
                fixture_push(&f, buf_str(&lines));
                if (write(pipe_ends[1], &i, sizeof i) != sizeof i)
                    _exit(1);
                buf_fini(&lines);
            }
        }
        close(pipe_ends[1]);
        for (int i = 0; i < 20 + 13 * round && read(pipe_ends[0], &number, sizeof number) == sizeof number; i++)
            acknowledged = number + 1;
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        while (read(pipe_ends[0], &number, sizeof number) == sizeof number)
            acknowledged = number + 1;
        close(pipe_ends[0]);
        check(acknowledged >= 20 + 13 * round, "round %d: %d", round, acknowledged);
        fixture_reopen(&f, true);
        for (int i = 0; i < acknowledged; i++) {
            char query[32];
            snprintf(query, sizeof query, "id:a:%d", i);
            check(fixture_count(&f, query) == 1, "round %d: post %d of %d", round, i, acknowledged);
        }
        fixture_close(&f);
    }
}

static void a_full_disk_fails_the_push_and_no_more(void **state)
{
    (void)state;
    static const int refusals[] = {ENOSPC, EIO};
    for (size_t i = 0; i < COUNT_OF(refusals); i++)
        for (unsigned nth = 1; nth <= 2; nth++) { /* the write, the sync */
            struct fixture f;
            struct buf     lines = {0};
            struct arena   arena = {0};
            struct error   error = {0};
            struct stream_pushed pushed;
            fixture_open(&f, true);
            fixture_line(&lines, 1, FIXTURE_START_US, "ann", "before");
            fixture_push(&f, buf_str(&lines));
            buf_clear(&lines);
            fixture_line(&lines, 2, FIXTURE_START_US, "ann", "full");
            vfs_fail_after(nth, refusals[i]);
            enum error_code code = stream_push(f.stream, buf_str(&lines), &arena, &pushed, &error);
            vfs_fail_after(0, 0);
            check(code == (refusals[i] == ENOSPC ? ERROR_NO_SPACE : ERROR_IO), "%zu %u: %d %s", i, nth, code, error.message);
            check(pushed.added == 0, "nothing is said to be kept");
            check(fixture_count(&f, "full") == 0 && fixture_count(&f, "before") == 1 && stream_newest_seq(f.stream) == 1, "nothing was kept");
            check(fixture_push(&f, buf_str(&lines)).added == 1, "the next push is taken");
            check(fixture_count(&f, "full") == 1 && stream_newest_seq(f.stream) == 2, "and heard");
            buf_fini(&lines);
            arena_fini(&arena);
            fixture_close(&f);
        }
}

/* ---- Out ---- */

static void note_seq(void *context, const struct stream_heard *heard)
{
    uint64_t *seen = context;
    check(heard->seq == seen[0] + 1 || seen[0] == 0, "seq %d after %d", (int)heard->seq, (int)seen[0]);
    char id[32];
    snprintf(id, sizeof id, "a:%d", (int)heard->seq - 1);
    check_str(heard->post->id, str_of(id), "the post of seq %d", (int)heard->seq);
    check(heard->facts->token_count == 2 && str_equal(heard->facts->tokens[1].key, STR("newest")), "its facts came along");
    seen[0] = heard->seq;
    seen[1]++;
}

static void push_numbered(struct fixture *f, int from, int count)
{
    struct buf lines = {0};
    for (int i = from; i < from + count; i++)
        fixture_line(&lines, i, FIXTURE_START_US + i * CLOCK_SECOND_US, "ann", "The newest");
    check((int)fixture_push(f, buf_str(&lines)).added == count, "all are new");
    buf_fini(&lines);
}

static void a_slow_tail_is_told_what_it_missed(void **state)
{
    (void)state;
    struct fixture     f;
    struct stream_tail tail = {1}, oldest = {0};
    uint64_t           seen[2] = {0}, overrun;
    fixture_open(&f, true);
    push_numbered(&f, 0, 10);
    check(stream_tail_read(f.stream, &tail, 4, note_seq, seen) == 0 && seen[1] == 4 && tail.next == 5, "the first four");
    push_numbered(&f, 10, STREAM_RING_POSTS - 5); /* holds the newest 8,192 of 8,197: 6 ... */
    seen[0] = 0;
    overrun = stream_tail_read(f.stream, &tail, 3, note_seq, seen);
    check(overrun == 1 && seen[0] == 8 && seen[1] == 7, "seq 5 was overrun, 6 to 8 seen: %d, %d", (int)overrun, (int)seen[0]);
    push_numbered(&f, STREAM_RING_POSTS + 5, 2 * STREAM_RING_POSTS); /* more at once than the ring holds */
    seen[0] = seen[1] = 0;
    overrun = stream_tail_read(f.stream, &tail, SIZE_MAX, note_seq, seen);
    check(overrun + seen[1] + 8 == 3 * STREAM_RING_POSTS + 5, "none is lost from the count: %d overrun, %d seen", (int)overrun, (int)seen[1]);
    check(seen[1] == STREAM_RING_POSTS && tail.next == stream_newest_seq(f.stream) + 1, "the newest 8,192");
    check(stream_tail_read(f.stream, &tail, 10, note_seq, seen) == 0 && seen[1] == STREAM_RING_POSTS, "nothing more");
    seen[0] = seen[1] = 0;
    check(stream_tail_read(f.stream, &oldest, 1, note_seq, seen) == 0 && seen[0] == 2 * STREAM_RING_POSTS + 6, "0 is the oldest held");
    fixture_close(&f);
}

static void the_ring_is_bounded_by_bytes_too(void **state)
{
    (void)state;
    struct ring       ring;
    struct post       post = {.id = STR("a:1"), .text = STR("some text"), .links = (struct str[]){STR("https://a.example/")}, .link_count = 1,
                              .media = (struct media[]){{MEDIA_IMAGE, STR("https://a.example/i"), STR("a gull")}}, .media_count = 1};
    struct token      tokens[] = {{.key = {post.text.ptr, 4}, .stem = {post.text.ptr, 4}}, {.key = STR("folded"), .stem = STR("fold")}};
    struct text_facts facts = {.text = post.text, .tokens = tokens, .token_count = 2, .lang = "en"};
    struct ring_post *first = ring_post_new(&post, &facts, false), *taken[4];
    uint64_t          next = 0;
    size_t            count, bytes = first->bytes;
    check(str_equal(first->post.links[0], post.links[0]) && str_equal(first->post.media[0].alt, STR("a gull")), "arrays are copied");
    check(first->post.links[0].ptr != post.links[0].ptr && first->post.text.ptr != post.text.ptr, "into the block");
    check(first->facts.tokens[0].key.ptr == first->post.text.ptr && str_equal(first->facts.tokens[1].stem, STR("fold")), "slices stay slices");
    ring_init(&ring, 100, bytes * 3);
    ring_push(&ring, 0, &first, 1);
    for (int i = 0; i < 9; i++) {
        struct ring_post *more = ring_post_new(&post, &facts, false);
        ring_push(&ring, 0, &more, 1);
    }
    check(ring.bytes == bytes * 3 && ring.next - ring.oldest == 3, "three posts");
    check(ring_take(&ring, &next, 4, taken, &count) == 0 && count == 3 && next == 11, "those");
    for (size_t i = 0; i < count; i++)
        ring_post_release(taken[i]);
    ring_fini(&ring);
}

struct woken {
    struct fixture *fixture;
    atomic_int      count, gone; /* gone: it must not be called any more */
    atomic_int      late;
};

static void wake(void *context)
{
    struct woken *woken = context;
    atomic_fetch_add(&woken->count, 1);
    if (atomic_load(&woken->gone))
        atomic_fetch_add(&woken->late, 1);
}

static void *push_until_told(void *context)
{
    struct woken *woken = context;
    for (int i = 0; i < 200; i++) {
        struct buf lines = {0};
        fixture_line(&lines, i, FIXTURE_START_US, "ann", "x");
        fixture_push(woken->fixture, buf_str(&lines));
        buf_fini(&lines);
    }
    return NULL;
}

static void who_listens_no_more_is_not_woken(void **state)
{
    (void)state;
    struct fixture f;
    struct woken   woken = {.fixture = &f};
    pthread_t      thread;
    fixture_open(&f, true);
    pthread_create(&thread, NULL, push_until_told, &woken);
    for (int i = 0; i < 40; i++) {
        atomic_store(&woken.gone, 0);
        struct stream_listener *listener = stream_listen(f.stream, wake, &woken);
        assert_non_null(listener);
        int before = atomic_load(&woken.count);
        for (int wait = 0; wait < 20 && atomic_load(&woken.count) == before; wait++)
            usleep(200);
        stream_unlisten(f.stream, listener);
        atomic_store(&woken.gone, 1);
    }
    pthread_join(thread, NULL);
    check(woken.count > 0 && woken.late == 0, "%d wakes, %d of them late", woken.count, woken.late);
    fixture_close(&f);
}

/* ---- Deletes ---- */

static void count_heard(void *context, const struct stream_heard *heard)
{
    (void)heard;
    ++*(int *)context;
}

static void deletes_leave_the_ring_at_once(void **state)
{
    (void)state;
    struct fixture     f;
    struct buf         lines = {0};
    struct stream_tail tail = {1};
    struct error       error = {0};
    uint64_t           deleted;
    int                heard = 0;
    bool               was_there;
    fixture_open(&f, true);
    fixture_line(&lines, 1, FIXTURE_START_US, "Ann", "one");
    fixture_line(&lines, 2, FIXTURE_START_US, "bob", "two");
    fixture_line(&lines, 3, FIXTURE_START_US, "ann", "three");
    fixture_line(&lines, 4, FIXTURE_START_US, "cleo", "four");
    fixture_push(&f, buf_str(&lines));
    check_ok(stream_delete_post(f.stream, STR("a:2"), &was_there, &error), error, "post");
    check(was_there, "it was there");
    check_ok(stream_delete_post(f.stream, STR("a:99"), &was_there, &error), error, "post");
    check(!was_there, "nobody knows it");
    check_ok(stream_delete_author(f.stream, STR("ANN"), &deleted, &error), error, "author");
    check(deleted == 2, "%d posts of ann", (int)deleted);
    check(stream_delete_author(f.stream, STR(""), &deleted, &error) == ERROR_INVALID, "an author has a name");
    check(fixture_count(&f, "") == 1, "one is left");
    check(stream_tail_read(f.stream, &tail, 10, count_heard, &heard) == 0 && heard == 1 && tail.next == 5, "%d heard", heard);
    check(fixture_push(&f, buf_str(&lines)).withheld == 3, "what was deleted stays away");
    buf_fini(&lines);
    fixture_close(&f);
}

/* ---- The keeper ---- */

static struct archive_stats stats_of(struct fixture *f)
{
    struct archive_snapshot *snapshot;
    struct archive_stats     stats = {0};
    struct error             error = {0};
    check_ok(stream_snapshot(f->stream, &snapshot, &error), error, "snapshot");
    check_ok(archive_stats(snapshot, &stats, &error), error, "stats");
    archive_snapshot_release(snapshot);
    return stats;
}

static void the_keeper_seals_what_has_become_much(void **state)
{
    (void)state;
    enum { MANY = 34000 };
    struct fixture f;
    fixture_open(&f, true);
    push_numbered(&f, 0, 1000);
    usleep(50000);
    check(stats_of(&f).segments == 0, "a little is not sealed");
    push_numbered(&f, 1000, MANY - 1000);
    struct archive_stats stats = {0};
    for (int i = 0; i < 300 && stats.segments == 0; i++) {
        check(stats_of(&f).posts == (uint64_t)(MANY + i), "every post is there while it seals");
        usleep(100000);
        push_numbered(&f, MANY + i, 1); /* a commit, so that the next snapshot is a new one */
        stats = stats_of(&f);
    }
    check(stats.segments == 1 && stats.posts > MANY && stats.pending < 300, "%d segments, %d posts, %d pending", (int)stats.segments, (int)stats.posts,
          (int)stats.pending);
    fixture_close(&f);
}

/* ---- The folder ---- */

static void others_read_while_it_writes(void **state)
{
    (void)state;
    struct fixture  f;
    struct archive *reader, *writer;
    struct archive_snapshot *snapshot;
    struct archive_stats     stats;
    struct error    error = {0};
    fixture_open(&f, true);
    push_numbered(&f, 0, 7);
    check_ok(archive_open(f.folder, ARCHIVE_READ, NULL, &reader, &error), error, "a reader");
    check_ok(archive_snapshot(reader, &snapshot, &error), error, "its snapshot");
    check_ok(archive_stats(snapshot, &stats, &error), error, "its figures");
    check(stats.posts == 7, "%d", (int)stats.posts);
    archive_snapshot_release(snapshot);
    archive_close(reader);
    check(archive_open(f.folder, ARCHIVE_WRITE, NULL, &writer, &error) == ERROR_CONFLICT, "a second writer");
    char pid[32];
    snprintf(pid, sizeof pid, "%d", (int)getpid());
    check(strstr(error.message, pid) != NULL, "who has it is named: %s", error.message);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_push_says_what_became_of_each_line),
        cmocka_unit_test(many_push_at_once),
        cmocka_unit_test(many_ask_one_snapshot_at_once),
        cmocka_unit_test(what_was_acknowledged_survives_a_kill),
        cmocka_unit_test(a_full_disk_fails_the_push_and_no_more),
        cmocka_unit_test(a_slow_tail_is_told_what_it_missed),
        cmocka_unit_test(the_ring_is_bounded_by_bytes_too),
        cmocka_unit_test(who_listens_no_more_is_not_woken),
        cmocka_unit_test(deletes_leave_the_ring_at_once),
        cmocka_unit_test(the_keeper_seals_what_has_become_much),
        cmocka_unit_test(others_read_while_it_writes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
