/* What sources bring: posts, figures, deletes and the state behind them are one. */
#include "check.h"

#include "base/clock.h"
#include "base/vfs.h"
#include "listen/stream.h"
#include "stream_fixture.h"

#include <errno.h>
#include <pthread.h>

/* ---- An intake that is put together piece by piece ---- */

enum { MOST = 64 };

struct intake {
    struct arena          arena;
    struct text_analyser *analyser;
    struct post           posts[MOST];
    struct text_facts     facts[MOST];
    struct stream_figures figures[MOST];
    struct str            deleted[MOST], authors[MOST];
    struct stream_intake  intake;
};

static void intake_init(struct intake *in, const char *state)
{
    struct error error = {0};
    *in = (struct intake){.intake = {.posts = in->posts, .facts = in->facts, .figures = in->figures, .deleted_posts = in->deleted,
                                     .deleted_authors = in->authors, .platform = STR("a"), .state_name = STR("source.w"), .state = str_of(state)}};
    check_ok(text_analyser_new(&in->analyser, &error), error, "analyser");
}

static void intake_fini(struct intake *in)
{
    text_analyser_free(in->analyser);
    arena_fini(&in->arena);
}

static struct str words(struct intake *in, const char *text)
{
    return arena_str(&in->arena, str_of(text));
}

static void add(struct intake *in, const char *id, const char *author_id, const char *handle, const char *text)
{
    struct error error = {0};
    size_t       at = in->intake.count++;
    const char  *colon = strchr(id, ':');
    in->posts[at] = (struct post){.id = words(in, id), .platform = arena_str(&in->arena, str_slice(id, (size_t)(colon - id))),
                                  .at_us = FIXTURE_START_US + (int64_t)at * CLOCK_SECOND_US, .author_id = words(in, author_id),
                                  .author_handle = words(in, handle), .author_followers = POST_COUNT_UNKNOWN, .text = words(in, text), .lang = STR("en"),
                                  .metrics = {1, POST_COUNT_UNKNOWN, POST_COUNT_UNKNOWN, POST_COUNT_UNKNOWN, POST_COUNT_UNKNOWN}};
    check_ok(post_check(&in->posts[at], &in->arena, &error), error, "%s", id);
    check_ok(text_analyse(in->analyser, &in->arena, in->posts[at].text, in->posts[at].lang, TREND_TEXT_WANT, &in->facts[at], &error), error, "%s", id);
}

static void add_figures(struct intake *in, const char *id, int64_t likes, int64_t reposts)
{
    in->figures[in->intake.figure_count++] = (struct stream_figures){
        words(in, id), {likes, reposts, POST_COUNT_UNKNOWN, POST_COUNT_UNKNOWN, POST_COUNT_UNKNOWN}};
}

static void add_delete(struct intake *in, const char *id)
{
    in->deleted[in->intake.deleted_post_count++] = words(in, id);
}

static void add_author(struct intake *in, const char *id)
{
    in->authors[in->intake.deleted_author_count++] = words(in, id);
}

static struct stream_pushed take(struct fixture *f, struct intake *in)
{
    struct stream_pushed pushed;
    struct error         error = {0};
    check_ok(stream_take(f->stream, &in->intake, &in->arena, &pushed, &error), error, "take");
    return pushed;
}

static void check_state(struct fixture *f, const char *wanted)
{
    struct arena arena = {0};
    struct str   value;
    struct error error = {0};
    check_ok(stream_state(f->stream, STR("source.w"), &arena, &value, &error), error, "state");
    check(str_equal(value, str_of(wanted)), "the state is '%.*s', not '%s'", STR_ARG(value), wanted);
    arena_fini(&arena);
}

static void take_posts(struct fixture *f, const char *state)
{
    struct intake in;
    intake_init(&in, state);
    add(&in, "a:1", "12345", "ann", "gulls");
    add(&in, "a:2", "12345", "ann", "gulls again");
    add(&in, "a:3", "777", "12345", "her handle is his number");
    add(&in, "a:4", "", "12345", "a post that says no id");
    add(&in, "b:1", "12345", "bob", "another person elsewhere");
    struct stream_pushed pushed = take(f, &in);
    check(pushed.read == 5 && pushed.added == 5 && pushed.rejected == 0, "%d added", (int)pushed.added);
    intake_fini(&in);
}

/* ---- What a take does ---- */

struct heard_ids {
    char text[512];
};

static void hear(void *context, const struct stream_heard *heard)
{
    struct heard_ids *ids = context;
    size_t            len = strlen(ids->text);
    snprintf(ids->text + len, sizeof ids->text - len, "%.*s ", STR_ARG(heard->post->id));
}

static void check_ring(struct fixture *f, const char *wanted)
{
    struct heard_ids   ids = {0};
    struct stream_tail tail = {0};
    stream_tail_read(f->stream, &tail, 100, hear, &ids);
    check(strcmp(ids.text, wanted) == 0, "the ring holds '%s', not '%s'", ids.text, wanted);
}

static void all_of_it_is_one_commit(void **state)
{
    (void)state;
    struct fixture f;
    struct intake  in;
    fixture_open(&f, true);
    check_state(&f, "");
    take_posts(&f, "one");
    check_state(&f, "one");
    intake_init(&in, "two");
    add(&in, "a:5", "9", "cleo", "new");
    add(&in, "a:6", "9", "cleo", "came and went in one batch");
    add(&in, "a:1", "12345", "ann", "gulls, edited");
    add_figures(&in, "a:3", 7, POST_COUNT_UNKNOWN);
    add_figures(&in, "a:4", 1, POST_COUNT_UNKNOWN); /* as it is known */
    add_figures(&in, "a:99", 7, 7);
    add_delete(&in, "a:6");
    add_delete(&in, "a:2");
    add_delete(&in, "a:98");
    struct stream_pushed pushed = take(&f, &in);
    check(pushed.added == 2 && pushed.edited == 1 && pushed.refreshed == 1 && pushed.duplicate == 1 && pushed.deleted == 2 && pushed.unknown == 2,
          "added %d edited %d refreshed %d duplicate %d deleted %d unknown %d", (int)pushed.added, (int)pushed.edited, (int)pushed.refreshed,
          (int)pushed.duplicate, (int)pushed.deleted, (int)pushed.unknown);
    intake_fini(&in);
    for (int round = 0; round < 2; round++) { /* as it runs, and as it is read again */
        check_state(&f, "two");
        check(fixture_count(&f, "") == 5 && fixture_count(&f, "edited") == 1 && fixture_count(&f, "likes:>=7") == 1, "round %d: %d posts", round,
              (int)fixture_count(&f, ""));
        if (round == 0) {
            check_ring(&f, "a:1 a:3 a:4 b:1 a:5 a:1 ");
            struct stream_health health;
            stream_health(f.stream, &health);
            check(health.commits == 2 && health.pushed == 8, "%d commits, %d pushed", (int)health.commits, (int)health.pushed);
            fixture_reopen(&f, true);
        }
    }
    fixture_close(&f);
}

/* An id names somebody on one platform alone, and a handle is no id. */
static void an_account_is_one_of_its_platform(void **state)
{
    (void)state;
    for (int is_sealed = 0; is_sealed < 2; is_sealed++) {
        struct fixture f;
        struct intake  in;
        fixture_open(&f, true);
        take_posts(&f, "one");
        if (is_sealed) {
            struct archive *archive;
            struct error    error = {0};
            stream_close(f.stream);
            check_ok(archive_open(f.folder, ARCHIVE_WRITE, NULL, &archive, &error), error, "archive");
            check_ok(archive_seal(archive, &error), error, "seal");
            archive_close(archive);
            f.stream = NULL;
            fixture_reopen(&f, true);
        }
        intake_init(&in, "two");
        add_author(&in, "12345");
        check(take(&f, &in).deleted == 3, "sealed %d: two by the id, one that has no other", is_sealed);
        intake_fini(&in);
        for (int round = 0; round < 2; round++) {
            check(fixture_count(&f, "id:a:3") == 1 && fixture_count(&f, "id:b:1") == 1 && fixture_count(&f, "") == (round ? 3 : 2),
                  "sealed %d round %d: %d posts", is_sealed, round, (int)fixture_count(&f, ""));
            intake_init(&in, "three");
            add(&in, "a:1", "12345", "ann", "gulls");
            add(&in, "b:2", "12345", "bob", "another");
            struct stream_pushed pushed = take(&f, &in);
            check(pushed.withheld == 1 && pushed.added + pushed.duplicate == 1, "what was deleted stays away, there alone");
            intake_fini(&in);
            fixture_reopen(&f, true); /* read again */
        }
        fixture_close(&f);
    }
}

static void what_was_never_here_is_not_remembered(void **state)
{
    (void)state;
    struct fixture f;
    struct intake  in;
    fixture_open(&f, true);
    intake_init(&in, "one");
    add_delete(&in, "a:1");
    add_author(&in, "12345");
    struct stream_pushed pushed = take(&f, &in);
    check(pushed.unknown == 1 && pushed.deleted == 0, "nothing was there");
    intake_fini(&in);
    take_posts(&f, "two");
    check(fixture_count(&f, "") == 5, "so they come in");
    fixture_close(&f);
}

static void a_post_that_is_none_is_rejected_and_the_rest_kept(void **state)
{
    (void)state;
    struct fixture f;
    struct intake  in;
    fixture_open(&f, true);
    intake_init(&in, "one");
    add(&in, "a:1", "1", "ann", "good");
    add(&in, "a:2", "1", "ann", "of a time that no calendar has");
    in.posts[1].at_us = INT64_MAX;
    add(&in, "a:3", "1", "ann", "good");
    struct stream_pushed pushed = take(&f, &in);
    check(pushed.added + pushed.rejected == 3 && pushed.added >= 2, "added %d rejected %d", (int)pushed.added, (int)pushed.rejected);
    check(pushed.rejected == 0 || (pushed.reject_count == 1 && pushed.rejects[0].line == 2), "the second");
    check_state(&f, "one");
    intake_fini(&in);
    fixture_close(&f);
}

/* An edit of what was not kept does not bring it in. */
static void edits_are_taken_of_what_is_here(void **state)
{
    (void)state;
    struct fixture f;
    struct intake  in;
    fixture_open(&f, true);
    take_posts(&f, "one");
    intake_init(&in, "two");
    add(&in, "a:5", "9", "cleo", "new");
    add(&in, "a:1", "12345", "ann", "edited");
    add(&in, "a:6", "9", "cleo", "edited too");
    in.intake.edit_count = 2;
    struct stream_pushed pushed = take(&f, &in);
    check(pushed.added == 1 && pushed.edited == 1 && pushed.unknown == 1, "added %d edited %d unknown %d", (int)pushed.added, (int)pushed.edited,
          (int)pushed.unknown);
    check(fixture_count(&f, "edited") == 1 && fixture_count(&f, "") == 6, "these are here");
    intake_fini(&in);
    fixture_close(&f);
}

static void check_gone(struct fixture *f, const char *wanted)
{
    struct arena arena = {0};
    struct str  *ids;
    size_t       count;
    struct error error = {0};
    char         text[256] = "";
    check_ok(stream_gone(f->stream, STR("gone"), &arena, &ids, &count, &error), error, "gone");
    for (size_t i = 0; i < count; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%.*s ", STR_ARG(ids[i]));
    check(strcmp(text, wanted) == 0, "'%s', not '%s'", text, wanted);
    arena_fini(&arena);
}

/* Who keeps copies finds every id of what went, until they say that they are done. */
static void what_went_is_listed_until_it_is_dealt_with(void **state)
{
    (void)state;
    struct fixture f;
    struct intake  in;
    fixture_open(&f, true);
    take_posts(&f, "one");
    intake_init(&in, "two");
    in.intake.gone_name = STR("gone");
    add_delete(&in, "a:3");
    add_delete(&in, "a:99");
    struct stream_pushed pushed = take(&f, &in);
    check(pushed.gone_count == 1 && str_equal(pushed.gone[0], STR("a:3")), "it says so");
    fixture_reopen(&f, true);
    check_gone(&f, "a:3 ");
    in.intake.deleted_post_count = 0;
    add_author(&in, "12345");
    pushed = take(&f, &in);
    check(pushed.gone_count == 3, "and so of an account");
    check_gone(&f, "a:3 a:1 a:2 a:4 ");
    in.intake.deleted_author_count = 0;
    take(&f, &in);
    check_gone(&f, "a:3 a:1 a:2 a:4 ");
    in.intake.is_gone_done = true;
    add_delete(&in, "b:1");
    take(&f, &in);
    check_gone(&f, "b:1 ");
    in.intake.deleted_post_count = 0;
    take(&f, &in);
    check_gone(&f, "");
    intake_fini(&in);
    fixture_close(&f);
}

/* ---- What fails ---- */

/* Whichever write fails: posts, deletes and state are all there or none of them is, now and when it is read again. */
static void posts_and_state_both_or_none(void **state)
{
    (void)state;
    static const int refusals[] = {ENOSPC, EIO};
    for (size_t i = 0; i < COUNT_OF(refusals); i++) {
        bool has_failed = true;
        int  failures = 0;
        for (unsigned nth = 1; has_failed && nth < 50; nth++) {
            struct fixture       f;
            struct intake        in;
            struct stream_pushed pushed;
            struct error         error = {0};
            fixture_open(&f, true);
            take_posts(&f, "one");
            intake_init(&in, "two");
            add(&in, "a:5", "9", "cleo", "new");
            add_figures(&in, "a:3", 7, 7);
            add_delete(&in, "a:1");
            add_author(&in, "777");
            vfs_fail_after(nth, refusals[i]);
            enum error_code code = stream_take(f.stream, &in.intake, &in.arena, &pushed, &error);
            vfs_fail_after(0, 0);
            has_failed = code != ERROR_NONE;
            failures += has_failed;
            check(has_failed ? pushed.added == 0 && pushed.deleted == 0 : pushed.added == 1 && pushed.deleted == 2, "%u: what it says", nth);
            for (int round = 0; round < 2; round++) {
                check(fixture_count(&f, "") == (has_failed ? 5 : 4), "%u round %d: %d posts", nth, round, (int)fixture_count(&f, ""));
                check(fixture_count(&f, "id:a:5") == !has_failed && fixture_count(&f, "id:a:1") == has_failed, "%u round %d: these", nth, round);
                check_state(&f, has_failed ? "one" : "two");
                fixture_reopen(&f, true);
            }
            if (has_failed) { /* and once the disk has room, the same take goes through */
                pushed = take(&f, &in);
                check(pushed.added == 1 && pushed.deleted == 2, "%u: again", nth);
                check_state(&f, "two");
            }
            intake_fini(&in);
            fixture_close(&f);
        }
        check(failures >= 2, "%d writes failed", failures);
    }
}

/* ---- Together ---- */

struct taker {
    struct fixture *fixture;
    int             number;
};

enum { TAKERS = 4, TAKES = 50 };

static void *take_many(void *context)
{
    struct taker *taker = context;
    for (int i = 0; i < TAKES; i++) {
        struct intake in;
        char          id[32], name[32], value[32];
        intake_init(&in, "");
        snprintf(id, sizeof id, "a:%d", taker->number * TAKES + i);
        snprintf(name, sizeof name, "source.%d", taker->number);
        snprintf(value, sizeof value, "%d", i);
        in.intake.state_name = str_of(name);
        in.intake.state = str_of(value);
        add(&in, id, "1", "ann", "tide");
        take(taker->fixture, &in);
        intake_fini(&in);
    }
    return NULL;
}

static void many_take_and_push_at_once(void **state)
{
    (void)state;
    struct fixture f;
    pthread_t      threads[TAKERS];
    struct taker   takers[TAKERS];
    struct error   error = {0};
    fixture_open(&f, true);
    for (int i = 0; i < TAKERS; i++) {
        takers[i] = (struct taker){&f, i};
        pthread_create(&threads[i], NULL, take_many, &takers[i]);
    }
    for (int i = 0; i < TAKES; i++) {
        struct buf lines = {0};
        fixture_line(&lines, 10000 + i, FIXTURE_START_US, "bob", "tide");
        fixture_push(&f, buf_str(&lines));
        buf_fini(&lines);
    }
    for (int i = 0; i < TAKERS; i++)
        pthread_join(threads[i], NULL);
    fixture_reopen(&f, true);
    check(fixture_count(&f, "tide") == TAKES * (TAKERS + 1), "%d posts", (int)fixture_count(&f, "tide"));
    for (int i = 0; i < TAKERS; i++) {
        struct arena arena = {0};
        struct str   value;
        char         name[32];
        snprintf(name, sizeof name, "source.%d", i);
        check_ok(stream_state(f.stream, str_of(name), &arena, &value, &error), error, "%s", name);
        check(str_equal(value, STR("49")), "%s is %.*s", name, STR_ARG(value));
        arena_fini(&arena);
    }
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_of_it_is_one_commit),
        cmocka_unit_test(an_account_is_one_of_its_platform),
        cmocka_unit_test(what_was_never_here_is_not_remembered),
        cmocka_unit_test(a_post_that_is_none_is_rejected_and_the_rest_kept),
        cmocka_unit_test(edits_are_taken_of_what_is_here),
        cmocka_unit_test(what_went_is_listed_until_it_is_dealt_with),
        cmocka_unit_test(posts_and_state_both_or_none),
        cmocka_unit_test(many_take_and_push_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
