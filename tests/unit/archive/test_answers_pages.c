/* Pages, scans, threads and snapshots: nothing twice, nothing missing, whatever happens to the archive meanwhile. */
#include "archive/cursor.h"
#include "base/clock.h"
#include "world.h"

#include <stdlib.h>

static int64_t score_of(const struct post *post)
{
    const int64_t figures[] = {post->metrics.likes, post->metrics.reposts, post->metrics.replies};
    int64_t       score = 0;
    for (int i = 0; i < 3; i++)
        score += figures[i] > 0 ? figures[i] : 0;
    return score;
}

static int by_time(const void *left, const void *right)
{
    const struct query_doc *a = left, *b = right;
    if (a->post->at_us != b->post->at_us)
        return a->post->at_us < b->post->at_us ? -1 : 1;
    return str_compare(a->post->id, b->post->id);
}

static int by_time_down(const void *left, const void *right)
{
    return by_time(right, left);
}

static int by_score_down(const void *left, const void *right)
{
    int64_t a = score_of(((const struct query_doc *)left)->post), b = score_of(((const struct query_doc *)right)->post);
    return a != b ? (a > b ? -1 : 1) : by_time(right, left);
}

static int (*const orders[])(const void *, const void *) = {[ARCHIVE_NEWEST] = by_time_down, [ARCHIVE_OLDEST] = by_time,
                                                            [ARCHIVE_TOP] = by_score_down};

static void check_same_post(const struct post *a, const struct post *b)
{
    check(str_equal(a->id, b->id) && post_content_hash(a) == post_content_hash(b), "%.*s, not %.*s\n", STR_ARG(a->id), STR_ARG(b->id));
    check(memcmp(&a->metrics, &b->metrics, sizeof a->metrics) == 0 && a->author_followers == b->author_followers, "figures of %.*s\n",
          STR_ARG(a->id));
}

/* Pages of every size, one behind the other, are the sorted list. */
static void pages_are_the_list(void **state)
{
    static const char *const sources[] = {"*", "harbour OR late", "likes:>2", "nothingatall", "NOT has:link"};
    struct world world;
    struct rng   rng;
    size_t       doc_count;
    (void)state;
    world_init(&world, NULL);
    rng_seed(&rng, 21);
    world_fill(&world, &rng, 500);
    struct query_doc        *docs = world_docs(&world, &doc_count), *matching = calloc(doc_count + 1, sizeof *matching);
    struct archive_snapshot *snapshot = world_snapshot(&world);
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
        for (int order = ARCHIVE_NEWEST; order <= ARCHIVE_TOP; order++)
            for (size_t limit = 1; limit <= 1000; limit = limit * 3 + 1) {
                const struct query_node *root = world_query(&world, sources[i]);
                size_t                   count = world_matching(&world, root, docs, doc_count, matching), at = 0;
                struct arena             arena = {0};
                struct archive_page      page = {0};
                struct error             error = {0};
                qsort(matching, count, sizeof *matching, orders[order]);
                do {
                    check_ok(archive_posts(snapshot, root, (enum archive_order)order, limit, page.next_cursor, &arena, &page, &error), error,
                             "%s, order %d\n", sources[i], order);
                    check(page.count <= limit && (page.next_cursor.len == 0 || page.count == limit), "%zu posts\n", page.count);
                    for (size_t j = 0; j < page.count; j++, at++) {
                        check(at < count, "%s, order %d, limit %zu: more than %zu\n", sources[i], order, limit, count);
                        check_same_post(&page.posts[j], matching[at].post);
                    }
                } while (page.next_cursor.len);
                check(at == count, "%s, order %d, limit %zu: %zu of %zu\n", sources[i], order, limit, at, count);
                arena_fini(&arena);
            }
    archive_snapshot_release(snapshot);
    free(docs);
    free(matching);
    world_fini(&world);
}

/* Between two pages the archive is added to, edited, sealed and merged. What was there all the time comes once, in order. */
static void cursors_survive_changes(void **state)
{
    (void)state;
    for (int order = ARCHIVE_NEWEST; order <= ARCHIVE_OLDEST; order++) {
        struct world        world;
        struct rng          rng;
        struct arena        arena = {0};
        struct archive_page page = {0};
        struct error        error = {0};
        size_t              start_count, pages = 0;
        uint8_t             seen[4000] = {0};
        struct post         before = {0};
        world_init(&world, NULL);
        rng_seed(&rng, 22);
        world_fill(&world, &rng, 400);
        struct query_doc *start = world_docs(&world, &start_count);
        do {
            struct archive_snapshot *snapshot = world_snapshot(&world);
            check_ok(archive_posts(snapshot, world_query(&world, "*"), (enum archive_order)order, 7, page.next_cursor, &arena, &page, &error),
                     error, "page %zu\n", pages);
            archive_snapshot_release(snapshot);
            for (size_t i = 0; i < page.count; i++) {
                struct query_doc a = {&before, NULL}, b = {&page.posts[i], NULL};
                check(before.id.len == 0 || orders[order](&a, &b) < 0, "%.*s after %.*s\n", STR_ARG(page.posts[i].id), STR_ARG(before.id));
                check(!seen[interner_find(&world.ids, page.posts[i].id)]++, "%.*s twice\n", STR_ARG(page.posts[i].id));
                before = page.posts[i];
            }
            for (unsigned i = 0; i < 3; i++) {
                struct post post = world_invent(&world, &rng, world.ids.count);
                world_add(&world, &post);
                post = world.posts[rng_below(&rng, world.ids.count)].post;
                post.text = STR("edited on the way");
                if (rng_below(&rng, 2))
                    world_add(&world, &post);
                else
                    world_delete(&world, post.id);
            }
            world_commit(&world);
            if (pages++ % 5 == 0)
                world_seal(&world);
        } while (page.next_cursor.len);
        check(pages > 20, "%zu pages\n", pages);
        for (size_t i = 0; i < start_count; i++) {
            uint32_t number = interner_find(&world.ids, start[i].post->id);
            check(seen[number] || !world.posts[number].is_live, "%.*s is missing\n", STR_ARG(start[i].post->id));
        }
        free(start);
        arena_fini(&arena);
        world_fini(&world);
    }
}

static void foreign_cursors_are_refused(void **state)
{
    struct world        world;
    struct rng          rng;
    struct archive_page page, next;
    struct error        error = {0};
    char                text[512];
    (void)state;
    world_init(&world, NULL);
    rng_seed(&rng, 23);
    world_fill(&world, &rng, 50);
    struct archive_snapshot *snapshot = world_snapshot(&world);
    const struct query_node *all = world_query(&world, "*");
    check_ok(archive_posts(snapshot, all, ARCHIVE_NEWEST, 5, (struct str){0}, &world.arena, &page, &error), error, " ");
    assert_true(page.next_cursor.len > 0 && page.next_cursor.len < sizeof text);
    assert_int_equal(archive_posts(snapshot, all, ARCHIVE_TOP, 5, page.next_cursor, &world.arena, &next, &error), ERROR_INVALID);
    assert_non_null(strstr(error.message, "newest first"));
    assert_int_equal(archive_posts(snapshot, all, ARCHIVE_NEWEST, 0, page.next_cursor, &world.arena, &next, &error), ERROR_INVALID);
    assert_int_equal(archive_posts(snapshot, all, ARCHIVE_NEWEST, ARCHIVE_MAX_PAGE + 1, (struct str){0}, &world.arena, &next, &error), ERROR_INVALID);
    /* Every character changed to every other, and every length cut short. */
    for (size_t i = 0; i < page.next_cursor.len; i++) {
        assert_int_equal(archive_posts(snapshot, all, ARCHIVE_NEWEST, 5, i ? str_slice(page.next_cursor.ptr, i) : STR("?"), &world.arena, &next, &error),
                         ERROR_INVALID);
        for (unsigned c = 0; c < 256; c += 5) {
            memcpy(text, page.next_cursor.ptr, page.next_cursor.len);
            if ((unsigned char)text[i] == c)
                continue;
            text[i] = (char)c;
            enum error_code code = archive_posts(snapshot, all, ARCHIVE_NEWEST, 5, str_slice(text, page.next_cursor.len), &world.arena, &next, &error);
            check(code == ERROR_INVALID, "character %zu as %u: %d\n", i, c, code);
        }
    }
    archive_snapshot_release(snapshot);
    world_fini(&world);
}

/* ---- Scans ---- */

struct visits {
    const struct query_doc *wanted;
    size_t                  count, stop_at;
};

static bool visit(void *context, const struct post *post, const struct text_facts *facts)
{
    struct visits         *visits = context;
    const struct query_doc *wanted = &visits->wanted[visits->count++];
    check_same_post(post, wanted->post);
    check(facts->token_count == wanted->facts->token_count && facts->copy_hash == wanted->facts->copy_hash &&
              strcmp(facts->lang, wanted->facts->lang) == 0,
          "facts of %.*s: '%s' and '%s'\n", STR_ARG(post->id), facts->lang, wanted->facts->lang);
    return visits->count != visits->stop_at;
}

static void scans_are_in_order(void **state)
{
    static const struct {
        const char *source;
        int64_t     since_us, until_us;
        size_t      stop_at;
    } rows[] = {
        {"*", INT64_MIN, INT64_MAX, 0},
        {"late OR 東京", INT64_MIN, INT64_MAX, 0},
        {"*", INT64_C(1424610000000000), INT64_C(1424620000000000), 0},
        {"late", INT64_C(1424620000000000), INT64_C(1424610000000000), 0},
        {"*", INT64_MIN, INT64_MAX, 17},
    };
    struct world world;
    struct rng   rng;
    size_t       doc_count;
    (void)state;
    world_init(&world, NULL);
    rng_seed(&rng, 24);
    world_fill(&world, &rng, 600);
    struct query_doc        *docs = world_docs(&world, &doc_count), *matching = calloc(doc_count + 1, sizeof *matching);
    struct archive_snapshot *snapshot = world_snapshot(&world);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct query_node *root = world_query(&world, rows[i].source);
        size_t                   count = world_matching(&world, root, docs, doc_count, matching), kept = 0;
        struct error             error = {0};
        for (size_t j = 0; j < count; j++)
            if (matching[j].post->at_us >= rows[i].since_us && matching[j].post->at_us < rows[i].until_us)
                matching[kept++] = matching[j];
        struct visits visits = {matching, 0, rows[i].stop_at};
        check_ok(archive_scan(snapshot, root, rows[i].since_us, rows[i].until_us, TEXT_WANT_ALL, visit, &visits, &error), error, "row %zu\n", i);
        check(visits.count == (rows[i].stop_at ? rows[i].stop_at : kept), "row %zu: %zu of %zu\n", i, visits.count, kept);
    }
    archive_snapshot_release(snapshot);
    free(docs);
    free(matching);
    world_fini(&world);
}

/* ---- Posts and threads ---- */

/* By definition: post_thread joins a post to its thread; what hangs together so is one conversation, seen from its root. */
static struct str root_of(const struct world *world, struct str id)
{
    for (unsigned steps = 0; steps < 5000; steps++) {
        uint32_t number = interner_find(&world->ids, id);
        if (number == INTERNER_NONE || !world->posts[number].is_live || str_equal(post_thread(&world->posts[number].post), id))
            return id;
        id = post_thread(&world->posts[number].post);
    }
    return id;
}

static void check_thread(struct world *world, struct archive_snapshot *snapshot, const struct query_doc *docs, size_t doc_count, struct str id)
{
    struct arena arena = {0};
    struct post *posts;
    size_t       count, at = 0;
    struct error error = {0};
    struct str   root = root_of(world, id);
    check_ok(archive_thread(snapshot, id, &arena, &posts, &count, &error), error, "%.*s\n", STR_ARG(id));
    for (size_t i = 0; i < doc_count; i++) {
        if (!str_equal(root_of(world, docs[i].post->id), root))
            continue;
        check(at < count, "thread of %.*s: %.*s is missing\n", STR_ARG(id), STR_ARG(docs[i].post->id));
        check_same_post(&posts[at++], docs[i].post);
    }
    check(at == count, "thread of %.*s: %zu of %zu\n", STR_ARG(id), at, count);
    arena_fini(&arena);
}

static void threads_hang_together(void **state)
{
    struct world world;
    struct rng   rng;
    size_t       doc_count;
    struct error error = {0};
    struct post  post, *posts;
    (void)state;
    world_init(&world, NULL);
    rng_seed(&rng, 25);
    /* Replies name earlier posts only, so there are no circles here. */
    for (unsigned i = 0; i < 400; i++) {
        post = world_invent(&world, &rng, i);
        if (i % 2)
            post.thread = (struct str){0};
        world_add(&world, &post);
        if (i % 150 == 149)
            world_seal(&world);
    }
    world_commit(&world);
    for (uint32_t i = 3; i < world.ids.count; i += 31)
        world_delete(&world, world.posts[i].post.id);
    world_commit(&world);
    struct query_doc        *docs = world_docs(&world, &doc_count);
    struct archive_snapshot *snapshot = world_snapshot(&world);
    for (size_t i = 0; i < doc_count; i++) {
        check_thread(&world, snapshot, docs, doc_count, docs[i].post->id);
        check_ok(archive_post(snapshot, docs[i].post->id, &world.scratch, &post, &error), error, " ");
        check_same_post(&post, docs[i].post);
        arena_reset(&world.scratch);
    }
    size_t count;
    assert_int_equal(archive_post(snapshot, STR("twitter:none"), &world.scratch, &post, &error), ERROR_NOT_FOUND);
    assert_non_null(strstr(error.message, "twitter:none"));
    assert_int_equal(archive_post(snapshot, world.posts[3].post.id, &world.scratch, &post, &error), ERROR_NOT_FOUND);
    assert_int_equal(archive_thread(snapshot, STR("twitter:none"), &world.scratch, &posts, &count, &error), ERROR_NOT_FOUND);
    archive_snapshot_release(snapshot);
    free(docs);
    world_fini(&world);
}

/* A chain of replies far deeper than the columns are searched for, and two posts that reply to each other. */
static void deep_and_circular_threads(void **state)
{
    enum { DEPTH = 700 };
    struct world world;
    struct error error = {0};
    struct post *posts;
    size_t       count;
    char         ids[DEPTH][16];
    (void)state;
    world_init(&world, NULL);
    for (unsigned i = 0; i < DEPTH; i++) {
        snprintf(ids[i], sizeof ids[i], "x:%u", i);
        struct post post = {.id = str_of(ids[i]), .platform = STR("x"), .at_us = INT64_C(1424600000000000) + i, .author_id = STR("a"),
                            .author_followers = -1, .text = STR("reply"), .metrics = {-1, -1, -1, -1, -1}};
        if (i)
            post.reply_to = str_of(ids[i - 1]);
        world_add(&world, &post);
        if (i == DEPTH / 2)
            world_seal(&world);
    }
    struct post a = {.id = STR("x:a"), .platform = STR("x"), .at_us = INT64_C(1424600000000000), .author_id = STR("a"), .author_followers = -1,
                     .reply_to = STR("x:b"), .metrics = {-1, -1, -1, -1, -1}}, b = a;
    b.id = STR("x:b");
    b.reply_to = STR("x:a");
    world_add(&world, &a);
    world_add(&world, &b);
    world_commit(&world);
    struct archive_snapshot *snapshot = world_snapshot(&world);
    for (unsigned i = 0; i < DEPTH; i += 233) {
        check_ok(archive_thread(snapshot, str_of(ids[i]), &world.scratch, &posts, &count, &error), error, " ");
        check(count == DEPTH, "%zu posts from %s\n", count, ids[i]);
        check(str_equal(posts[0].id, STR("x:0")) && str_equal(posts[DEPTH - 1].id, str_of(ids[DEPTH - 1])), "from %s\n", ids[i]);
    }
    check_ok(archive_thread(snapshot, STR("x:a"), &world.scratch, &posts, &count, &error), error, " ");
    check(count == 2 && str_equal(posts[0].id, STR("x:a")) && str_equal(posts[1].id, STR("x:b")), "%zu posts\n", count);
    archive_snapshot_release(snapshot);
    world_fini(&world);
}

/* ---- Snapshots ---- */

static void snapshots_do_not_change(void **state)
{
    struct world world;
    struct rng   rng;
    size_t       doc_count;
    struct error error = {0};
    (void)state;
    world_init(&world, NULL);
    rng_seed(&rng, 26);
    world_fill(&world, &rng, 300);
    /* The list as it was: world_add puts new strings beside the old ones, so old posts stay readable. */
    size_t             before_count = world.ids.count;
    struct world_post *before = malloc(before_count * sizeof *before);
    memcpy(before, world.posts, before_count * sizeof *before);
    struct archive_snapshot *snapshot = world_snapshot(&world);
    world_fill(&world, &rng, 300);
    for (uint32_t i = 0; i < before_count; i += 2)
        world_delete(&world, world.posts[i].post.id);
    world_commit(&world);
    world_seal(&world);
    check_ok(archive_erase(world.archive, &error), error, " ");
    struct world_post *now = world.posts;
    uint32_t           now_count = world.ids.count;
    world.posts = before;
    world.ids.count = (uint32_t)before_count;
    struct query_doc *docs = world_docs(&world, &doc_count);
    struct visits     visits = {docs, 0, 0};
    world.posts = now;
    world.ids.count = now_count;
    struct query_doc *copies = calloc(doc_count + 1, sizeof *copies);
    memcpy(copies, docs, doc_count * sizeof *copies);
    check_ok(archive_scan(snapshot, world_query(&world, "*"), INT64_MIN, INT64_MAX, TEXT_WANT_ALL, visit, &visits, &error), error, " ");
    check(visits.count == doc_count, "%zu of %zu\n", visits.count, doc_count);
    archive_snapshot_release(snapshot);
    free(copies);
    free(docs);
    free(before);
    world_fini(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_are_the_list),       cmocka_unit_test(cursors_survive_changes), cmocka_unit_test(foreign_cursors_are_refused),
        cmocka_unit_test(scans_are_in_order),       cmocka_unit_test(threads_hang_together),   cmocka_unit_test(deep_and_circular_threads),
        cmocka_unit_test(snapshots_do_not_change),
    };
    return cmocka_run_group_tests_name("archive answers: pages", tests, NULL, NULL);
}
