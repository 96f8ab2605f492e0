/* An archive as its callers see it: what is added, said twice, edited, deleted, sealed and opened anew. */
#include "archive_fixture.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void adding_twice_adds_nothing(void **state)
{
    (void)state;
    struct fixture     fixture;
    enum archive_added added;
    fixture_init(&fixture);
    for (int round = 0; round < 3; round++) { /* pending, sealed, opened anew */
        fixture_open(&fixture, NULL);
        struct model model = {0};
        for (uint32_t id = 0; id < MODEL_IDS; id++) {
            model.posts[id] = (struct model_post){.is_there = true, .version = 1, .likes = id, .followers = 3};
            check_ok(add_row(&fixture, id, &model.posts[id], &added), fixture.error, "add %u", id);
            check(added == (round ? ARCHIVE_DUPLICATE : ARCHIVE_NEW), "round %d, id %u: %d", round, id, added);
            check_ok(add_row(&fixture, id, &model.posts[id], &added), fixture.error, "again %u", id);
            check(added == ARCHIVE_DUPLICATE, "round %d, id %u again: %d", round, id, added);
        }
        check_ok(archive_commit(fixture.archive, &fixture.error), fixture.error, "commit");
        const char *wrong = compare_archive(fixture.archive, &fixture, &model);
        check(!wrong, "round %d: %s", round, wrong);
        if (round == 0)
            check_ok(archive_seal(fixture.archive, &fixture.error), fixture.error, "seal");
        fixture_close(&fixture);
    }
    fixture_fini(&fixture);
}

static void figures_that_are_not_said_do_not_unsay(void **state)
{
    (void)state;
    struct fixture     fixture;
    enum archive_added added;
    struct model       model = {0};
    struct model_post *row = &model.posts[7], said;
    fixture_init(&fixture);
    fixture_open(&fixture, NULL);
    *row = (struct model_post){.is_there = true, .version = 1, .likes = 5, .followers = 100};
    check_ok(add_row(&fixture, 7, row, &added), fixture.error, "add");
    for (int round = 0; round < 2; round++) {
        said = *row;
        said.likes = POST_COUNT_UNKNOWN;
        check_ok(add_row(&fixture, 7, &said, &added), fixture.error, "unknown");
        check(added == ARCHIVE_DUPLICATE, "round %d: %d", round, added);
        said.followers = row->followers += 1;
        check_ok(add_row(&fixture, 7, &said, &added), fixture.error, "followers");
        check(added == ARCHIVE_REFRESHED, "round %d: %d", round, added);
        check_ok(archive_seal(fixture.archive, &fixture.error), fixture.error, "seal");
        const char *wrong = compare_archive(fixture.archive, &fixture, &model);
        check(!wrong, "round %d: %s", round, wrong);
    }
    fixture_fini(&fixture);
}

static void an_older_version_does_not_come_back(void **state)
{
    (void)state;
    struct fixture     fixture;
    enum archive_added added;
    fixture_init(&fixture);
    fixture_open(&fixture, NULL);
    struct model_post old = {.is_there = true, .version = 1, .likes = 1, .followers = 1}, new = {.version = 2, .likes = 1, .followers = 1};
    check_ok(add_row(&fixture, 3, &old, &added), fixture.error, "old");
    struct post       post = model_post(&fixture, 3, &new);
    struct text_facts facts;
    post.edited_us = post.at_us + 1;
    check_ok(text_analyse(fixture.analyser, &fixture.arena, post.text, post.lang, 0, &facts, &fixture.error), fixture.error, "analyse");
    check_ok(archive_add(fixture.archive, &post, &facts, &added, &fixture.error), fixture.error, "new");
    check(added == ARCHIVE_EDITED, "%d", added);
    check_ok(add_row(&fixture, 3, &old, &added), fixture.error, "old again");
    check(added == ARCHIVE_DUPLICATE, "%d", added);
    fixture_fini(&fixture);
}

static void what_is_not_committed_is_dropped(void **state)
{
    (void)state;
    struct fixture     fixture;
    enum archive_added added;
    bool               was_there;
    struct model       model = {0};
    fixture_init(&fixture);
    fixture_open(&fixture, NULL);
    for (uint32_t id = 0; id < 20; id++) {
        model.posts[id] = (struct model_post){.is_there = true, .version = 1, .likes = 2, .followers = 2};
        check_ok(add_row(&fixture, id, &model.posts[id], &added), fixture.error, "add");
    }
    check_ok(archive_commit(fixture.archive, &fixture.error), fixture.error, "commit");
    struct model_post other = {.version = 2, .likes = 9, .followers = 9};
    check_ok(add_row(&fixture, 30, &other, &added), fixture.error, "new");
    check_ok(add_row(&fixture, 1, &other, &added), fixture.error, "edit");
    check_ok(archive_delete_post(fixture.archive, STR("toot:2"), &was_there, &fixture.error), fixture.error, "delete");
    check_ok(archive_put_state(fixture.archive, model_state_name(0), STR("12"), &fixture.error), fixture.error, "state");
    model.states[0] = 12; /* one's own values are seen at once */
    const char *wrong = compare_archive(fixture.archive, &fixture, &model);
    check(!wrong, "before: %s", wrong);
    fixture_close(&fixture);
    fixture_open(&fixture, NULL);
    model.states[0] = 0;
    wrong = compare_archive(fixture.archive, &fixture, &model);
    check(!wrong, "after: %s", wrong);
    fixture_fini(&fixture);
}

static void deleted_posts_leave_the_bytes_by_erase(void **state)
{
    (void)state;
    struct fixture     fixture;
    struct text_facts  facts;
    enum archive_added added;
    bool               was_there;
    fixture_init(&fixture);
    fixture_open(&fixture, NULL);
    struct model_post row = {.version = 1, .likes = 1, .followers = 1};
    for (int i = 0; i < 3; i++) { /* sealed, in the log, and untouched */
        struct post post = model_post(&fixture, (uint32_t)i, &row);
        post.text = i == 0 ? STR("zqxsealedsecret") : i == 1 ? STR("zqxloggedsecret") : STR("zqxkept");
        check_ok(text_analyse(fixture.analyser, &fixture.arena, post.text, post.lang, 0, &facts, &fixture.error), fixture.error, "analyse");
        check_ok(archive_add(fixture.archive, &post, &facts, &added, &fixture.error), fixture.error, "add");
        check_ok(i == 0 ? archive_seal(fixture.archive, &fixture.error) : archive_commit(fixture.archive, &fixture.error), fixture.error, "%d", i);
    }
    check(folder_holds(fixture.folder, STR("zqxsealedsecret")) && folder_holds(fixture.folder, STR("zqxloggedsecret")), "there");
    for (int i = 0; i < 2; i++) {
        check_ok(archive_delete_post(fixture.archive, i ? STR("toot:1") : STR("toot:0"), &was_there, &fixture.error), fixture.error, "delete");
        check(was_there, "post %d", i);
    }
    check_ok(archive_erase(fixture.archive, &fixture.error), fixture.error, "erase");
    check(!folder_holds(fixture.folder, STR("zqxsealedsecret")), "the segment still holds it");
    check(!folder_holds(fixture.folder, STR("zqxloggedsecret")), "the log still holds it");
    check(!folder_holds(fixture.folder, STR("toot:0")) && !folder_holds(fixture.folder, STR("toot:1")), "its id is still there");
    check(folder_holds(fixture.folder, STR("zqxkept")), "the other is gone too");
    check_ok(add_row(&fixture, 0, &row, &added), fixture.error, "again");
    check(added == ARCHIVE_WITHHELD, "%d", added);
    fixture_fini(&fixture);
}

static void refusals_are_clear(void **state)
{
    (void)state;
    struct fixture  fixture;
    struct archive *other;
    char            path[256];
    fixture_init(&fixture);
    check(archive_open(fixture.folder, ARCHIVE_READ, NULL, &other, &fixture.error) == ERROR_NOT_FOUND, "%s", fixture.error.message);
    fixture_open(&fixture, NULL);
    check(archive_open(fixture.folder, ARCHIVE_WRITE, NULL, &other, &fixture.error) == ERROR_CONFLICT, "%s", fixture.error.message);
    check_ok(archive_open(fixture.folder, ARCHIVE_READ, NULL, &other, &fixture.error), fixture.error, "a reader beside a writer");
    check(archive_commit(other, &fixture.error) == ERROR_READ_ONLY, "%s", fixture.error.message);
    archive_close(other);
    uint64_t deleted;
    check(archive_delete_author(fixture.archive, STR(""), &deleted, &fixture.error) == ERROR_INVALID, "nobody");
    fixture_close(&fixture);
    snprintf(path, sizeof path, "%s/lock/x", fixture.folder); /* a file where a folder should be */
    check(archive_open(path, ARCHIVE_WRITE, NULL, &other, &fixture.error) != ERROR_NONE, "under a file");
    if (geteuid() != 0) {
        chmod(fixture.folder, 0500);
        snprintf(path, sizeof path, "%s/below", fixture.folder);
        check(archive_open(path, ARCHIVE_WRITE, NULL, &other, &fixture.error) == ERROR_READ_ONLY, "%s", fixture.error.message);
        chmod(fixture.folder, 0700);
    }
    archive_close(NULL);
    fixture_fini(&fixture);
}

static void a_lost_manifest_is_not_replaced_by_an_empty_one(void **state)
{
    (void)state;
    struct fixture     fixture;
    enum archive_added added;
    char               path[256];
    fixture_init(&fixture);
    fixture_open(&fixture, NULL);
    struct model_post row = {.version = 1, .likes = 1, .followers = 1};
    check_ok(add_row(&fixture, 1, &row, &added), fixture.error, "add");
    check_ok(archive_seal(fixture.archive, &fixture.error), fixture.error, "seal");
    fixture_close(&fixture);
    snprintf(path, sizeof path, "%s/manifest", fixture.folder);
    unlink(path);
    check(archive_open(fixture.folder, ARCHIVE_WRITE, NULL, &fixture.archive, &fixture.error) == ERROR_CORRUPT, "%s", fixture.error.message);
    fixture_fini(&fixture);
}

/* ---- Snapshots ---- */

static void a_snapshot_stays_as_it_was(void **state)
{
    (void)state;
    struct fixture           fixture;
    enum archive_added       added;
    struct archive_snapshot *snapshots[6];
    fixture_init(&fixture);
    fixture_open(&fixture, &(struct archive_options){.seal_posts = 40});
    for (uint32_t i = 0; i < 6; i++) {
        for (uint32_t id = i * 20; id < i * 20 + 20; id++) {
            struct model_post row = {.version = 1, .likes = 1, .followers = 1};
            check_ok(add_row(&fixture, id, &row, &added), fixture.error, "add");
        }
        check_ok(archive_commit(fixture.archive, &fixture.error), fixture.error, "commit");
        check_ok(archive_snapshot(fixture.archive, &snapshots[i], &fixture.error), fixture.error, "snapshot");
    }
    uint64_t deleted;
    check_ok(archive_delete_author(fixture.archive, STR("id3"), &deleted, &fixture.error), fixture.error, "delete");
    check_ok(archive_erase(fixture.archive, &fixture.error), fixture.error, "erase");
    fixture_close(&fixture); /* even the archive may go */
    for (uint32_t i = 0; i < 6; i++) {
        struct archive_stats stats;
        check_ok(archive_stats(snapshots[i], &stats, &fixture.error), fixture.error, "stats");
        check(stats.posts == i * 20 + 20, "snapshot %u: %llu", i, (unsigned long long)stats.posts);
        const char *wrong = check_indexes(snapshots[i], &fixture);
        check(!wrong, "snapshot %u: %s", i, wrong);
        archive_snapshot_release(snapshots[i]);
    }
    fixture_fini(&fixture);
}

/* A reader in another process follows the writer through commits, seals, merges and erasures. */
static void a_reader_in_another_process_follows(void **state)
{
    (void)state;
    struct fixture fixture;
    struct model   model = {0}, committed = {0};
    struct rng     rng;
    int            to_reader[2], to_writer[2], status;
    char           byte = 0;
    fixture_init(&fixture);
    fixture_open(&fixture, &(struct archive_options){.seal_posts = 30, .is_sync_off = true});
    check(pipe(to_reader) == 0 && pipe(to_writer) == 0, "pipes");
    pid_t child = fork();
    if (child == 0) {
        struct archive *reader;
        struct error    error = {0};
        close(to_reader[1]); /* else the end of the pipe would never be seen */
        close(to_writer[0]);
        bool            is_right = archive_open(fixture.folder, ARCHIVE_READ, NULL, &reader, &error) == ERROR_NONE;
        while (is_right && read(to_reader[0], &committed, sizeof committed) == (ssize_t)sizeof committed) {
            const char *wrong = compare_archive(reader, &fixture, &committed);
            if (wrong)
                print_error("%s\n", wrong);
            is_right = !wrong && write(to_writer[1], &byte, 1) == 1;
        }
        _exit(is_right ? 0 : 1);
    }
    close(to_reader[0]);
    close(to_writer[1]);
    rng_seed(&rng, 11);
    for (int i = 0; i < 60; i++) {
        for (int k = 0; k < 25; k++)
            model_step(&fixture, &rng, &model, &committed);
        check(write(to_reader[1], &committed, sizeof committed) == (ssize_t)sizeof committed && read(to_writer[0], &byte, 1) == 1,
              "round %d: the reader saw something else", i);
    }
    close(to_reader[1]);
    waitpid(child, &status, 0);
    check(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %d", status);
    close(to_writer[0]);
    fixture_fini(&fixture);
}

/* ---- Many pending posts, and a thread that looks while they come ---- */

enum { MANY = 12000, BATCH = 500 };

struct watch {
    struct archive *archive;
    atomic_bool     is_over;
    const char     *wrong;
    uint32_t        looks;
};

static void *watch(void *context)
{
    struct watch *watch = context;
    uint64_t      before = 0;
    struct error  error = {0};
    while (!atomic_load(&watch->is_over) && !watch->wrong) {
        struct archive_snapshot *snapshot;
        struct archive_stats     stats = {0};
        if (archive_snapshot(watch->archive, &snapshot, &error) || archive_stats(snapshot, &stats, &error))
            watch->wrong = "no snapshot";
        else if (stats.posts < before || stats.posts % BATCH != 0)
            watch->wrong = "a part of a commit was seen";
        before = stats.posts;
        archive_snapshot_release(snapshot);
        watch->looks++;
    }
    return NULL;
}

static void add_many(struct fixture *fixture, uint32_t i, const char *text, enum archive_added expected)
{
    char               id[32];
    enum archive_added added;
    struct text_facts  facts;
    arena_reset(&fixture->arena);
    snprintf(id, sizeof id, "toot:%u", i);
    struct post post = {.id = str_of(id), .platform = STR("toot"), .author_id = STR("x"), .kind = STR("post"), .text = str_of(text), .lang = STR("en"),
                        .at_us = 1340000000000000 + (int64_t)(i * 7919 % MANY) * 1000000, .author_followers = -1,
                        .metrics = {-1, -1, -1, -1, -1}};
    check_ok(text_analyse(fixture->analyser, &fixture->arena, post.text, post.lang, 0, &facts, &fixture->error), fixture->error, "analyse");
    check_ok(archive_add(fixture->archive, &post, &facts, &added, &fixture->error), fixture->error, "add %u", i);
    check(added == expected, "%u: %d, not %d", i, added, expected);
}

static void check_many(struct fixture *fixture, uint64_t posts, const char *when)
{
    struct archive_snapshot *snapshot;
    struct archive_stats     stats;
    check_ok(archive_snapshot(fixture->archive, &snapshot, &fixture->error), fixture->error, "%s", when);
    check_ok(archive_stats(snapshot, &stats, &fixture->error), fixture->error, "%s", when);
    check(stats.posts == posts, "%s: %llu posts, not %llu", when, (unsigned long long)stats.posts, (unsigned long long)posts);
    const char *wrong = check_indexes(snapshot, fixture);
    check(!wrong, "%s: %s", when, wrong);
    archive_snapshot_release(snapshot);
}

static void a_thread_may_look_while_posts_come(void **state)
{
    (void)state;
    struct fixture fixture;
    struct watch   watched = {0};
    pthread_t      thread;
    bool           was_there;
    fixture_init(&fixture);
    fixture_open(&fixture, &(struct archive_options){.is_sync_off = true});
    watched.archive = fixture.archive;
    check(pthread_create(&thread, NULL, watch, &watched) == 0, "thread");
    for (uint32_t i = 0; i < MANY; i++) {
        add_many(&fixture, i, "first words of the day", ARCHIVE_NEW);
        if (i % BATCH == BATCH - 1)
            check_ok(archive_commit(fixture.archive, &fixture.error), fixture.error, "commit");
    }
    atomic_store(&watched.is_over, true);
    pthread_join(thread, NULL);
    check(!watched.wrong && watched.looks > 0, "%s after %u looks", watched.wrong, watched.looks);
    check_many(&fixture, MANY, "pending");
    uint32_t deleted = 0;
    for (uint32_t i = 0; i < MANY; i += 3) /* what is pending in images is edited and deleted like anything else */
        if (i % 2) {
            char id[32];
            snprintf(id, sizeof id, "toot:%u", i);
            check_ok(archive_delete_post(fixture.archive, str_of(id), &was_there, &fixture.error), fixture.error, "delete");
            check(was_there, "post %u", i);
            deleted++;
        } else
            add_many(&fixture, i, "other words altogether", ARCHIVE_EDITED);
    check_ok(archive_commit(fixture.archive, &fixture.error), fixture.error, "commit");
    check_many(&fixture, MANY - deleted, "changed");
    check_ok(archive_seal(fixture.archive, &fixture.error), fixture.error, "seal");
    check_many(&fixture, MANY - deleted, "sealed");
    fixture_close(&fixture);
    fixture_open(&fixture, NULL);
    check_many(&fixture, MANY - deleted, "opened anew");
    fixture_fini(&fixture);
}

/* ---- The model ---- */

static void random_steps_do_what_the_model_does(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        struct fixture fixture;
        struct model   model = {0}, committed = {0};
        struct rng     rng;
        struct archive_options options = {.seal_posts = seed % 3 ? 50 : 1000000, .is_sync_off = true};
        rng_seed(&rng, seed);
        fixture_init(&fixture);
        fixture_open(&fixture, &options);
        for (int i = 0; i < 600; i++) {
            check(model_step(&fixture, &rng, &model, &committed), "seed %d, step %d: %s", (int)seed, i, fixture.error.message);
            if (rng_below(&rng, 40) == 0) {
                /* values are seen before the commit, posts are not */
                struct model visible = committed;
                memcpy(visible.states, model.states, sizeof visible.states);
                const char *wrong = compare_archive(fixture.archive, &fixture, &visible);
                check(!wrong, "seed %d, step %d: %s", (int)seed, i, wrong);
            }
            if (rng_below(&rng, 60) == 0) {
                fixture_close(&fixture);
                fixture_open(&fixture, &options);
                model = committed;
                const char *wrong = compare_archive(fixture.archive, &fixture, &model);
                check(!wrong, "seed %d, step %d, opened anew: %s", (int)seed, i, wrong);
            }
        }
        fixture_fini(&fixture);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adding_twice_adds_nothing),
        cmocka_unit_test(figures_that_are_not_said_do_not_unsay),
        cmocka_unit_test(an_older_version_does_not_come_back),
        cmocka_unit_test(what_is_not_committed_is_dropped),
        cmocka_unit_test(deleted_posts_leave_the_bytes_by_erase),
        cmocka_unit_test(refusals_are_clear),
        cmocka_unit_test(a_lost_manifest_is_not_replaced_by_an_empty_one),
        cmocka_unit_test(a_snapshot_stays_as_it_was),
        cmocka_unit_test(a_reader_in_another_process_follows),
        cmocka_unit_test(a_thread_may_look_while_posts_come),
        cmocka_unit_test(random_steps_do_what_the_model_does),
    };
    return cmocka_run_group_tests_name("archive", tests, NULL, NULL);
}
