/* Where there is next to nothing, or far too much. */
#include "base/clock.h"
#include "world.h"

#include <stdlib.h>

static bool count_visit(void *context, const struct post *post, const struct text_facts *facts)
{
    (void)post, (void)facts;
    (*(size_t *)context)++;
    return true;
}

/* Every question of a query that `wanted` posts match. */
static void ask_all(struct world *world, const char *source, size_t wanted)
{
    const struct query_node *root = world_query(world, source);
    struct archive_snapshot *snapshot = world_snapshot(world);
    struct arena             arena = {0};
    struct error             error = {0};
    uint64_t                 count, sum = 0;
    struct archive_bucket   *buckets;
    struct archive_value    *values;
    struct archive_term     *terms;
    struct archive_page      page;
    size_t                   length, visits = 0;
    check_ok(archive_count(snapshot, root, &arena, &count, &error), error, "%s\n", source);
    check(count == wanted, "%s: %llu, not %zu\n", source, (unsigned long long)count, wanted);
    check_ok(archive_timeline(snapshot, root, CLOCK_DAY_US, &arena, &buckets, &length, &error), error, "%s\n", source);
    for (size_t i = 0; i < length; i++)
        sum += buckets[i].count;
    check(sum == wanted, "%s: %llu in the timeline\n", source, (unsigned long long)sum);
    for (int field = 0; field <= FIELD_HAS; field++)
        if (field != FIELD_URL)
            check_ok(archive_breakdown(snapshot, root, (enum query_field)field, 10, &arena, &values, &length, &error), error, "%s\n", source);
    check_ok(archive_terms(snapshot, root, 10, &arena, &terms, &length, &error), error, "%s\n", source);
    for (int order = ARCHIVE_NEWEST; order <= ARCHIVE_TOP; order++) {
        check_ok(archive_posts(snapshot, root, (enum archive_order)order, 100, (struct str){0}, &arena, &page, &error), error, "%s\n", source);
        check(page.count == (wanted < 100 ? wanted : 100), "%s: %zu posts\n", source, page.count);
    }
    check_ok(archive_scan(snapshot, root, INT64_MIN, INT64_MAX, 0, count_visit, &visits, &error), error, "%s\n", source);
    check(visits == wanted, "%s: %zu visits\n", source, visits);
    arena_fini(&arena);
    archive_snapshot_release(snapshot);
}

static struct post plain_post(const char *id, const char *text, int64_t at_us)
{
    return (struct post){.id = str_of(id), .platform = STR("x"), .at_us = at_us, .author_handle = STR("ann"), .author_followers = -1,
                         .text = str_of(text), .metrics = {-1, -1, -1, -1, -1}};
}

#define SOME_TIME INT64_C(1424600000000000)

static void an_empty_archive(void **state)
{
    struct world world;
    (void)state;
    world_init(&world, NULL);
    ask_all(&world, "", 0);
    ask_all(&world, "late NEAR/2 ferry OR raw:x OR NOT late", 0);
    world_fini(&world);
}

static void one_post(void **state)
{
    struct world world;
    struct post  post = plain_post("x:1", "late late ferry", SOME_TIME);
    (void)state;
    world_init(&world, NULL);
    world_add(&world, &post);
    ask_all(&world, "*", 0); /* not committed */
    world_commit(&world);
    for (int is_sealed = 0; is_sealed < 2; is_sealed++) {
        ask_all(&world, "", 1);
        ask_all(&world, "\"late ferry\" freq:2:late NOT gone", 1);
        ask_all(&world, "since:2015-02-23 until:2015-02-22", 0);
        ask_all(&world, "gone", 0);
        world_seal(&world);
    }
    world_fini(&world);
}

static void everything_deleted(void **state)
{
    struct world world;
    struct rng   rng;
    struct error error = {0};
    (void)state;
    world_init(&world, NULL);
    rng_seed(&rng, 31);
    world_fill(&world, &rng, 120);
    for (uint32_t i = 0; i < world.ids.count; i++)
        world_delete(&world, world.posts[i].post.id);
    world_commit(&world);
    ask_all(&world, "*", 0);
    ask_all(&world, "harbour OR raw:a", 0);
    check_ok(archive_erase(world.archive, &error), error, " ");
    ask_all(&world, "*", 0);
    struct post post = plain_post("x:again", "after all", SOME_TIME);
    world_add(&world, &post);
    world_commit(&world);
    ask_all(&world, "*", 1);
    world_fini(&world);
}

static void equal_times(void **state)
{
    struct world        world;
    struct arena        arena = {0};
    struct error        error = {0};
    struct archive_page page = {0};
    char                id[16];
    int                 got = 0;
    (void)state;
    world_init(&world, NULL);
    for (int i = 0; i < 300; i++) {
        snprintf(id, sizeof id, "x:%03d", (i * 7) % 300);
        struct post post = plain_post(id, "same time", SOME_TIME);
        world_add(&world, &post);
        if (i % 100 == 50)
            world_seal(&world);
    }
    world_commit(&world);
    ask_all(&world, "same", 300);
    struct archive_snapshot *snapshot = world_snapshot(&world);
    do {
        check_ok(archive_posts(snapshot, world_query(&world, "same"), ARCHIVE_TOP, 11, page.next_cursor, &arena, &page, &error), error, " ");
        for (size_t i = 0; i < page.count; i++, got++) {
            snprintf(id, sizeof id, "x:%03d", 299 - got);
            check(str_equal(page.posts[i].id, str_of(id)), "place %d: %.*s\n", got, STR_ARG(page.posts[i].id));
        }
    } while (page.next_cursor.len);
    check(got == 300, "%d posts\n", got);
    archive_snapshot_release(snapshot);
    arena_fini(&arena);
    world_fini(&world);
}

/* As long as a post may be, of one word again and again, and of words that never come again. */
static void huge_posts(void **state)
{
    struct world world;
    char        *text = malloc(POST_TEXT_MAX_BYTES + 1);
    size_t       len = 0;
    (void)state;
    world_init(&world, NULL);
    while (len + 5 <= POST_TEXT_MAX_BYTES)
        memcpy(text + len, "late ", 5), len += 5;
    text[len] = '\0';
    struct post post = plain_post("x:1", text, SOME_TIME);
    world_add(&world, &post);
    len = 0;
    for (unsigned i = 0; len + 16 <= POST_TEXT_MAX_BYTES; i++)
        len += (size_t)sprintf(text + len, "w%x ", i);
    post = plain_post("x:2", text, SOME_TIME + 1);
    world_add(&world, &post);
    world_commit(&world);
    for (int is_sealed = 0; is_sealed < 2; is_sealed++) {
        ask_all(&world, "\"late late late\" freq:10000:late (late NEAR/5 late)", 1);
        ask_all(&world, "w1f NEAR/3f w22", 1);
        ask_all(&world, "\"w1* w1*\"", 1);
        ask_all(&world, "freq:1000:w*", 1);
        ask_all(&world, "case:w1F", 0);
        ask_all(&world, "raw:\" w1f w20 \"", 1);
        world_seal(&world);
    }
    free(text);
    world_fini(&world);
}

/* Who adds posts without post_check may bring broken bytes: a literal is looked for in the repaired text. */
static void broken_text(void **state)
{
    struct world       world;
    struct post        post = plain_post("x:1", "caf\xe9 late", SOME_TIME);
    struct text_facts  facts;
    enum archive_added added;
    struct error       error = {0};
    (void)state;
    world_init(&world, NULL);
    check_ok(text_analyse(world.analyser, &world.arena, post.text, post.lang, TEXT_WANT_ALL, &facts, &error), error, " ");
    check_ok(archive_add(world.archive, &post, &facts, &added, &error), error, " ");
    world_commit(&world);
    ask_all(&world, "raw:\"caf\xef\xbf\xbd late\"", 1);
    ask_all(&world, "raw:\"cafe late\"", 0);
    world_fini(&world);
}

/* A phrase of very many wildcards, each standing for very many words, has no list of them: it goes to the matcher. */
static void wildcards_beyond_listing(void **state)
{
    struct world world;
    struct buf   source = {0}, text = {0};
    (void)state;
    world_init(&world, NULL);
    for (unsigned i = 0; i < 12000; i++)
        buf_printf(&text, "w%x ", i);
    buf_append_char(&text, '\0');
    struct post post = plain_post("x:1", text.ptr, SOME_TIME), other = plain_post("x:2", "w1 w2 w3", SOME_TIME);
    world_add(&world, &post);
    world_add(&world, &other);
    world_commit(&world);
    buf_append_char(&source, '"');
    for (unsigned i = 0; i < 400; i++)
        buf_append_str(&source, STR("w* "));
    buf_append_str(&source, STR("w1f3\""));
    buf_append_char(&source, '\0');
    struct archive_snapshot *snapshot = world_snapshot(&world);
    struct error             error = {0};
    uint64_t                 count;
    check_ok(archive_count(snapshot, world_query(&world, source.ptr), &world.scratch, &count, &error), error, " ");
    check(count == 1, "%llu\n", (unsigned long long)count);
    archive_snapshot_release(snapshot);
    buf_fini(&source);
    buf_fini(&text);
    world_fini(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_archive), cmocka_unit_test(one_post),   cmocka_unit_test(everything_deleted),
        cmocka_unit_test(equal_times),      cmocka_unit_test(huge_posts), cmocka_unit_test(wildcards_beyond_listing),
        cmocka_unit_test(broken_text),
    };
    return cmocka_run_group_tests_name("archive answers: edges", tests, NULL, NULL);
}
