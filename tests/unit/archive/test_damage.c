/* Files that were cut or changed behind our back: a clear error or the right answer, never a wrong answer and never a crash. */
#include "archive_fixture.h"

#include "archive/log.h"
#include "base/hash.h"

enum { COMMITS = 4 };

/* An archive with two segments, one with a side, and a log of several commits. */
struct world {
    struct fixture fixture;
    struct model   commits[COMMITS]; /* what held after each commit of the log; the first: an empty log */
};

static void build(struct world *world)
{
    struct fixture    *fixture = &world->fixture;
    struct model       model = {0};
    enum archive_added added;
    bool               was_there;
    fixture_init(fixture);
    fixture_open(fixture, NULL);
    for (uint32_t id = 0; id < 50; id++) {
        model.posts[id] = (struct model_post){.is_there = true, .version = 1, .likes = id, .followers = 4};
        check_ok(add_row(fixture, id, &model.posts[id], &added), fixture->error, "add");
        if (id == 30)
            check_ok(archive_seal(fixture->archive, &fixture->error), fixture->error, "seal");
    }
    model.posts[5].likes = 500;
    check_ok(add_row(fixture, 5, &model.posts[5], &added), fixture->error, "refresh");
    check_ok(archive_delete_post(fixture->archive, STR("toot:6"), &was_there, &fixture->error), fixture->error, "delete");
    model.posts[6] = (struct model_post){.is_deleted = true};
    check_ok(archive_put_state(fixture->archive, model_state_name(0), STR("17"), &fixture->error), fixture->error, "state");
    model.states[0] = 17;
    check_ok(archive_seal(fixture->archive, &fixture->error), fixture->error, "seal");
    world->commits[0] = model;
    for (uint32_t i = 1; i < COMMITS; i++) {
        for (uint32_t id = 100 + i * 3; id < 103 + i * 3; id++) {
            model.posts[id] = (struct model_post){.is_there = true, .version = i, .likes = 1, .followers = 1};
            check_ok(add_row(fixture, id, &model.posts[id], &added), fixture->error, "add");
        }
        model.posts[i + 20].version++;
        check_ok(add_row(fixture, i + 20, &model.posts[i + 20], &added), fixture->error, "edit");
        check_ok(archive_commit(fixture->archive, &fixture->error), fixture->error, "commit");
        world->commits[i] = model;
    }
    fixture_close(fixture);
}

/* Opens the damaged archive and compares with every state that may be seen. True where it refused. */
static bool look(struct world *world, enum archive_mode mode, bool is_log, const char *what, size_t at)
{
    struct fixture *fixture = &world->fixture;
    struct archive *archive;
    struct error    error = {0};
    if (archive_open(fixture->folder, mode, NULL, &archive, &error)) {
        check(error.code == ERROR_CORRUPT || error.code == ERROR_NOT_FOUND, "%s at %zu: %s", what, at, error.message);
        check(strstr(error.message, fixture->folder), "%s at %zu: does not name the file: %s", what, at, error.message);
        return true;
    }
    const char *wrong = NULL;
    bool        is_refused = false;
    for (uint32_t i = COMMITS; i-- > (is_log ? 0 : COMMITS - 1);) {
        wrong = is_log ? compare_posts(archive, fixture, &world->commits[i]) : compare_archive(archive, fixture, &world->commits[i]);
        is_refused = wrong && last_complaint_code();
        if (!wrong || is_refused)
            break;
    }
    check(!wrong || is_refused, "%s at %zu: a wrong answer: %s", what, at, wrong);
    check(!is_refused || last_complaint_code() == ERROR_CORRUPT, "%s at %zu: %s", what, at, wrong);
    archive_close(archive);
    return is_refused;
}

static void put(const char *path, struct str bytes)
{
    FILE *file = fopen(path, "wb");
    check(file && fwrite(bytes.ptr, 1, bytes.len, file) == bytes.len && fclose(file) == 0, "%s", path);
}

typedef void (*damage_fn)(struct world *world, const char *path, const char *name, struct str whole);

static void each_file(damage_fn damage)
{
    static struct world world;
    struct arena        arena = {0};
    struct str         *names;
    size_t              count;
    unsigned            kinds = 0;
    build(&world);
    bool is_refused = look(&world, ARCHIVE_READ, false, "whole", 0);
    check(!is_refused, "the whole archive does not open");
    check_ok(vfs_list(world.fixture.folder, &arena, &names, &count, &world.fixture.error), world.fixture.error, "list");
    for (size_t i = 0; i < count; i++) {
        char       path[512];
        struct buf whole = {0};
        if (str_equal(names[i], STR("lock")))
            continue;
        vfs_join(path, world.fixture.folder, names[i].ptr);
        check_ok(vfs_read_file(path, 1 << 30, &whole, &world.fixture.error), world.fixture.error, "%s", path);
        damage(&world, path, names[i].ptr, buf_str(&whole));
        put(path, buf_str(&whole));
        buf_fini(&whole);
        kinds |= str_starts_with(names[i], STR("log")) ? 1 : str_starts_with(names[i], STR("manifest")) ? 2 : strstr(names[i].ptr, ".side") ? 4 : 8;
    }
    check(kinds == 15, "not every kind of file was there: %u", kinds);
    is_refused = look(&world, ARCHIVE_READ, false, "whole again", 0);
    check(!is_refused, "the whole archive does not open again");
    arena_fini(&arena);
    fixture_fini(&world.fixture);
}

static void cut(struct world *world, const char *path, const char *name, struct str whole)
{
    bool is_log = str_starts_with(str_of(name), STR("log"));
    for (size_t len = 0; len < whole.len; len += len < 256 || whole.len - len < 256 || whole.len < 2048 ? 1 : 97) {
        put(path, str_slice(whole.ptr, len));
        bool is_refused = look(world, ARCHIVE_READ, is_log, name, len);
        check(is_log ? is_refused == (len < LOG_HEADER_BYTES) : is_refused, "%s cut at %zu of %zu: refused %d", name, len, whole.len, is_refused);
    }
}

static void flip(struct world *world, const char *path, const char *name, struct str whole)
{
    bool       is_log = str_starts_with(str_of(name), STR("log"));
    char      *copy = malloc(whole.len);
    struct rng rng;
    unsigned   refused = 0, rounds = 300;
    rng_seed(&rng, hash_str(str_of(name)));
    for (unsigned i = 0; i < rounds; i++) {
        memcpy(copy, whole.ptr, whole.len);
        size_t at = i < 64 && i < whole.len ? i : rng_below(&rng, whole.len);
        copy[at] ^= (char)(1 << rng_below(&rng, 8));
        put(path, str_slice(copy, whole.len));
        refused += look(world, ARCHIVE_READ, is_log, name, at);
    }
    check(refused > rounds / 3, "%s: only %u of %u changes were noticed", name, refused, rounds);
    free(copy);
}

static void cutting_a_file_anywhere_is_noticed(void **state)
{
    (void)state;
    each_file(cut);
}

static void changing_a_byte_anywhere_is_noticed_or_harmless(void **state)
{
    (void)state;
    each_file(flip);
}

/* What the power cut off is cut away by the next writer, who goes on behind the last commit. */
static void a_torn_log_is_cut_and_written_on(void **state)
{
    (void)state;
    static struct world world;
    build(&world);
    struct fixture *fixture = &world.fixture;
    struct arena    arena = {0};
    struct str     *names;
    size_t          count;
    char            path[512] = "";
    struct buf      whole = {0};
    check_ok(vfs_list(fixture->folder, &arena, &names, &count, &fixture->error), fixture->error, "list");
    for (size_t i = 0; i < count; i++)
        if (str_starts_with(names[i], STR("log")))
            vfs_join(path, fixture->folder, names[i].ptr);
    check_ok(vfs_read_file(path, 1 << 30, &whole, &fixture->error), fixture->error, "%s", path);
    for (size_t len = LOG_HEADER_BYTES; len < whole.len; len += 29) {
        put(path, str_slice(whole.ptr, len));
        uint32_t seen = COMMITS;
        fixture_open(fixture, NULL);
        while (seen-- > 0 && compare_posts(fixture->archive, fixture, &world.commits[seen]))
            ;
        check(seen < COMMITS, "cut at %zu: none of the commits", len);
        struct model       model = world.commits[seen];
        enum archive_added added;
        model.posts[90] = (struct model_post){.is_there = true, .version = 9, .likes = 9, .followers = 9};
        check_ok(add_row(fixture, 90, &model.posts[90], &added), fixture->error, "cut at %zu", len);
        check_ok(archive_commit(fixture->archive, &fixture->error), fixture->error, "cut at %zu", len);
        fixture_close(fixture);
        fixture_open(fixture, NULL);
        const char *wrong = compare_posts(fixture->archive, fixture, &model);
        check(!wrong, "cut at %zu, written on: %s", len, wrong);
        fixture_close(fixture);
    }
    buf_fini(&whole);
    arena_fini(&arena);
    fixture_fini(fixture);
}

/* A broken commit in the middle must not silently take the later ones with it. */
static void a_broken_commit_before_others_is_an_error(void **state)
{
    (void)state;
    static struct world world;
    build(&world);
    struct fixture *fixture = &world.fixture;
    struct archive *archive;
    char            path[512];
    struct buf      whole = {0};
    struct error    error = {0};
    vfs_join(path, fixture->folder, "log-5");
    check_ok(vfs_read_file(path, 1 << 30, &whole, &fixture->error), fixture->error, "%s", path);
    whole.ptr[LOG_HEADER_BYTES + 40] ^= 4;
    put(path, buf_str(&whole));
    for (int mode = 0; mode < 2; mode++) {
        check(archive_open(fixture->folder, mode ? ARCHIVE_WRITE : ARCHIVE_READ, NULL, &archive, &error) == ERROR_CORRUPT, "mode %d", mode);
        check(strstr(error.message, "log-5: offset 24"), "%s", error.message);
    }
    buf_fini(&whole);
    fixture_fini(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cutting_a_file_anywhere_is_noticed),
        cmocka_unit_test(changing_a_byte_anywhere_is_noticed_or_harmless),
        cmocka_unit_test(a_torn_log_is_cut_and_written_on),
        cmocka_unit_test(a_broken_commit_before_others_is_an_error),
    };
    return cmocka_run_group_tests_name("archive damage", tests, NULL, NULL);
}
