/* Sources at work: over an invented platform, with real archives. */
#include "engine_fixture.h"
#include "square.h"

#include "base/hash.h"
#include "base/vfs.h"

#include <errno.h>

static const struct record_actor ann = {1, {"Ann", 3}};

static void post_many(const char *prefix, int from, int count, const char *text)
{
    for (int i = from; i < from + count; i++) {
        char id[32], words[80];
        snprintf(id, sizeof id, "%s%d", prefix, i);
        snprintf(words, sizeof words, "%s number%d", text, i);
        square_post(id, "ann", words);
    }
}

static void wait_at_work(struct server *server, size_t house, int64_t source)
{
    wait_for(house_health(server, house, source).phase == CAPTURE_AT_WORK, "house %zu: it works: %s", house, house_health(server, house, source).message);
}

/* ---- One client ---- */

static void posts_come_in_and_are_counted(void **state)
{
    (void)state;
    struct server s;
    square_clear();
    server_make(&s, 1);
    server_open(&s);
    int64_t source = house_source(&s, 0, "The square", "square", "", CAPTURE_ALL, 0);
    wait_at_work(&s, 0, source);
    post_many("p", 0, 500, "gulls");
    square_event(&(struct square_event){.op = SOURCE_UPSERT, .id = "secret", .author = "ann", .text = "for you alone", .visibility = "direct",
                                        .at_us = clock_now_us()});
    square_event(&(struct square_event){.op = SOURCE_UPSERT, .id = "", .author = "ann", .text = "has no id", .at_us = clock_now_us()});
    square_event(&(struct square_event){.op = SOURCE_METRICS, .id = "p3", .likes = 9});
    wait_for(house_count(&s, 0, "gulls") == 500, "%d posts", (int)house_count(&s, 0, "gulls"));
    wait_for(house_count(&s, 0, "likes:>=9") == 1, "new figures alone");
    check(house_count(&s, 0, "") == 500, "what was said in private is not kept");
    struct capture_health health = house_health(&s, 0, source);
    check(health.kept == 500 && health.seen == 501 && health.private_ones == 1 && health.refused == 1, "kept %d seen %d private %d refused %d",
          (int)health.kept, (int)health.seen, (int)health.private_ones, (int)health.refused);
    check(health.refusals[0].count == 1 && health.refusals[0].reason[0], "why");
    check(health.lag_us >= 0 && health.lag_us < 15 * CLOCK_SECOND_US && health.per_minute > 0 && health.last_commit_us && health.shared_by == 1,
          "lag %lld, %f a minute", (long long)health.lag_us, health.per_minute);
    check(s.houses[0].sighted == 500, "%u sighted", s.houses[0].sighted);
    check(capture_health(s.capture, "nobody", source, &health, NULL) == ERROR_NOT_FOUND, "who?");
    server_remove(&s);
    check(square.wants == 0, "every connector has ended");
}

static void a_restart_goes_on_where_it_was(void **state)
{
    (void)state;
    struct server s;
    square_clear();
    server_make(&s, 1);
    server_open(&s);
    int64_t source = house_source(&s, 0, "The square", "square", "", CAPTURE_ALL, 0);
    wait_at_work(&s, 0, source);
    for (int round = 0; round < 4; round++) {
        post_many("p", round * 100, 50, "gulls");
        if (round % 2)
            wait_for(house_count(&s, 0, "") >= (uint64_t)round * 100, "some");
        server_close(&s);
        post_many("p", round * 100 + 50, 50, "while away");
        server_open(&s);
    }
    wait_for(house_count(&s, 0, "") == 400, "%d posts", (int)house_count(&s, 0, ""));
    server_remove(&s);
    check(square.wants == 0, "every connector has ended");
}

static void a_connector_that_fails_is_begun_again(void **state)
{
    (void)state;
    struct server s;
    square_clear();
    server_make(&s, 1);
    server_open(&s);
    int64_t source = house_source(&s, 0, "The square", "square", "", CAPTURE_ALL, 0);
    wait_at_work(&s, 0, source);
    square.fails_after = 3;
    square.batch = 10;
    post_many("p", 0, 100, "gulls"); /* three runs more, after 1, 2 and 4 s */
    wait_for(house_health(&s, 0, source).phase == CAPTURE_WAITING, "it waits");
    struct capture_health health = house_health(&s, 0, source);
    check(health.retry_us > clock_now_us() - CLOCK_SECOND_US && strstr(health.message, "closed"), "and says why: %s", health.message);
    wait_for(house_count(&s, 0, "") == 100, "%d posts", (int)house_count(&s, 0, ""));
    check(house_health(&s, 0, source).restarts >= 3, "%d restarts", (int)house_health(&s, 0, source).restarts);
    server_remove(&s);
    check(square.wants == 0, "every connector has ended");
}

static void one_that_is_denied_waits_for_a_person(void **state)
{
    (void)state;
    struct server s;
    struct error  error = {0};
    square_clear();
    server_make(&s, 1);
    server_open(&s);
    int64_t source = house_source(&s, 0, "The booth", "booth", "{\"token\":\"wrong\"}", CAPTURE_ALL, 0);
    wait_for(house_health(&s, 0, source).phase == CAPTURE_NEEDS_PERSON, "it waits");
    check(strstr(house_health(&s, 0, source).message, "who are you"), "%s", house_health(&s, 0, source).message);
    unsigned runs = square.runs;
    clock_sleep(1500);
    check(square.runs == runs, "it is not tried again by itself");
    struct arena          arena = {0};
    struct capture_source kept;
    check_ok(capture_source_by_id(s.houses[0].records, source, &arena, &kept, &error), error, "by id");
    check_ok(capture_source_edit(s.houses[0].records, capture_key_of(s.capture), ann, &kept, STR("{\"token\":\"right\"}"), &error), error, "edit");
    capture_sources_changed(s.capture, "house0");
    wait_at_work(&s, 0, source);
    post_many("p", 0, 3, "gulls");
    wait_for(house_count(&s, 0, "") == 3, "and works");
    arena_fini(&arena);
    server_remove(&s);
    check(square.wants == 0, "every connector has ended");
}

static void a_rotated_secret_is_kept_before_the_old_one_goes(void **state)
{
    (void)state;
    struct server s;
    square_clear();
    server_make(&s, 1);
    server_open(&s);
    square.rotates = true;
    int64_t source = house_source(&s, 0, "The booth", "booth", "{\"token\":\"first\"}", CAPTURE_ALL, 0);
    wait_at_work(&s, 0, source);
    check(square.has_rotated, "it was told that it is stored");
    unsigned runs = square.runs;
    check(strcmp(square.secret, "first") == 0, "it began with %s", square.secret);
    clock_sleep(600);
    check(square.runs == runs, "rotating is no reason to begin anew");
    server_close(&s);
    server_open(&s);
    wait_at_work(&s, 0, source);
    check(strcmp(square.secret, "rotated") == 0, "it began with %s", square.secret);
    server_remove(&s);
    check(square.wants == 0, "every connector has ended");
}

/* ---- Keep rules ---- */

static void a_rule_says_what_stays(void **state)
{
    (void)state;
    struct server s;
    square_clear();
    server_make(&s, 3);
    s.houses[0].topics[0] = "gulls";
    s.houses[1].topics[0] = "gulls";
    server_open(&s);
    house_source(&s, 0, "Matched", "square", "", CAPTURE_MATCHED, 0);
    house_source(&s, 1, "Sample", "square", "", CAPTURE_SAMPLE, 100);
    int64_t last = house_source(&s, 2, "All", "square", "", CAPTURE_ALL, 0);
    wait_at_work(&s, 2, last);
    wait_for(house_health(&s, 2, last).shared_by == 3, "one wire for three");
    check(square.wants == 1, "read once, not %u times", square.wants);
    post_many("g", 0, 100, "gulls");
    post_many("t", 0, 1000, "terns");
    wait_for(house_count(&s, 2, "") == 1100, "all: %d", (int)house_count(&s, 2, ""));
    check(house_count(&s, 0, "") == 100, "matched: %d", (int)house_count(&s, 0, ""));
    uint64_t sampled = 0;
    for (int i = 0; i < 1000; i++) {
        char id[32];
        snprintf(id, sizeof id, "sq:t%d", i);
        sampled += hash_str(str_of(id)) % 1000 < 100;
    }
    check(house_count(&s, 1, "gulls") == 100 && house_count(&s, 1, "terns") == sampled && sampled > 50 && sampled < 150, "sample: %d of %d wanted",
          (int)house_count(&s, 1, "terns"), (int)sampled);
    /* A topic that is new is heard from then on; an edit of what was kept is followed, one of what was not is not. */
    s.houses[0].topics[1] = "puffins";
    capture_topics_changed(s.capture, "house0");
    clock_sleep(600);
    square_event(&(struct square_event){.op = SOURCE_UPSERT, .id = "x1", .author = "a", .text = "puffins", .at_us = clock_now_us()});
    square_event(&(struct square_event){.op = SOURCE_UPSERT, .id = "g5", .author = "ann", .text = "something else", .at_us = clock_now_us(),
                                        .edited_us = clock_now_us()});
    square_event(&(struct square_event){.op = SOURCE_UPSERT, .id = "t5", .author = "ann", .text = "something else", .at_us = clock_now_us(),
                                        .edited_us = clock_now_us()});
    wait_for(house_count(&s, 0, "puffins") == 1, "the new topic");
    wait_for(house_count(&s, 0, "id:sq:g5 something") == 1, "the edit");
    check(house_count(&s, 0, "") == 101, "and no other: %d", (int)house_count(&s, 0, ""));
    server_remove(&s);
    check(square.wants == 0, "every connector has ended");
}

/* ---- Deletes ---- */

static void what_the_platform_deletes_goes_everywhere(void **state)
{
    (void)state;
    struct server s;
    square_clear();
    server_make(&s, 2);
    server_open(&s);
    house_source(&s, 0, "The square", "square", "", CAPTURE_ALL, 0);
    int64_t source = house_source(&s, 1, "The square", "square", "", CAPTURE_ALL, 0);
    wait_at_work(&s, 1, source);
    wait_for(house_health(&s, 1, source).shared_by == 2, "both");
    s.houses[0].forget_fails = 2; /* it is told again */
    square_post("a1", "ann", "one");
    square_post("a2", "ann", "two");
    square_post("b1", "bob", "three");
    square_post("b2", "bob", "four");
    wait_for(house_count(&s, 0, "") == 4 && house_count(&s, 1, "") == 4, "they came");
    square_event(&(struct square_event){.op = SOURCE_DELETE, .id = "b1"});
    square_event(&(struct square_event){.op = SOURCE_ACTOR_DELETE, .author = "ann"});
    square_event(&(struct square_event){.op = SOURCE_DELETE, .id = "never"});
    square_event(&(struct square_event){.op = SOURCE_UPSERT, .id = "b2", .author = "bob", .text = "four", .at_us = clock_now_us(), .visibility = "private"});
    for (size_t i = 0; i < 2; i++) {
        struct house *house = &s.houses[i];
        wait_for(house_count(&s, i, "") == 0, "house %zu: %d left", i, (int)house_count(&s, i, ""));
        wait_for(strstr(house->forgotten, "sq:a1 ") && strstr(house->forgotten, "sq:a2 ") && strstr(house->forgotten, "sq:b1 ") &&
                     strstr(house->forgotten, "sq:b2 "), "house %zu forgot %s", i, house->forgotten);
        check(!strstr(house->forgotten, "never"), "what was never here is no news");
    }
    check(house_health(&s, 1, source).deleted == 4, "%d", (int)house_health(&s, 1, source).deleted);
    server_remove(&s);
    check(square.wants == 0, "every connector has ended");
}

/* Where anybody may ask (Nostr), a wish counts for one's own posts alone: also for a post of long ago, and for one of the same batch. */
static void nobody_deletes_the_post_of_another(void **state)
{
    (void)state;
    struct server s;
    square_clear();
    server_make(&s, 1);
    server_open(&s);
    int64_t source = house_source(&s, 0, "The square", "square", "", CAPTURE_ALL, 0);
    wait_at_work(&s, 0, source);
    square_post("b1", "bob", "one");
    square_post("b2", "bob", "two");
    wait_for(house_count(&s, 0, "") == 2, "they came");
    square_event(&(struct square_event){.op = SOURCE_DELETE, .id = "b1", .author = "mallory"});
    square_post("b3", "bob", "three");
    square_event(&(struct square_event){.op = SOURCE_DELETE, .id = "b3", .author = "mallory"});
    square_event(&(struct square_event){.op = SOURCE_DELETE, .id = "b2", .author = "bob"});
    square_post("b4", "bob", "four");
    wait_for(house_count(&s, 0, "id:sq:b4") == 1, "the last came");
    wait_for(house_count(&s, 0, "id:sq:b2") == 0, "bob's own wish is heard");
    check(house_count(&s, 0, "id:sq:b1") == 1 && house_count(&s, 0, "id:sq:b3") == 1, "mallory's is not");
    server_remove(&s);
    check(square.wants == 0, "every connector has ended");
}

/* Killed between the commit and the forgetting: it is made up for at the start. (Here the records refuse until the end.) */
static void what_is_to_be_forgotten_is_known_after_a_stop(void **state)
{
    (void)state;
    struct server s;
    square_clear();
    server_make(&s, 1);
    server_open(&s);
    int64_t source = house_source(&s, 0, "The square", "square", "", CAPTURE_ALL, 0);
    wait_at_work(&s, 0, source);
    s.houses[0].forget_fails = 1000000;
    square_post("a1", "ann", "one");
    square_event(&(struct square_event){.op = SOURCE_DELETE, .id = "a1"});
    wait_for(house_health(&s, 0, source).deleted == 1, "it is deleted");
    server_close(&s);
    check(!s.houses[0].forgotten[0], "not forgotten yet");
    s.houses[0].forget_fails = 0;
    server_open(&s);
    wait_for(strstr(s.houses[0].forgotten, "sq:a1 "), "it is forgotten after all: %s", s.houses[0].forgotten);
    server_remove(&s);
    check(square.wants == 0, "every connector has ended");
}

/* ---- Two clients ---- */

static bool has_gap(struct server *s, size_t house, const char *reason)
{
    struct arena         arena = {0};
    struct coverage_gap *gaps;
    size_t               count;
    int64_t              arriving_us;
    struct error         error = {0};
    bool                 is_there = false;
    check_ok(stream_coverage(s->houses[house].stream, 0, clock_now_us(), &arena, &gaps, &count, &arriving_us, &error), error, "coverage");
    for (size_t i = 0; i < count; i++)
        is_there |= strstr(gaps[i].reason, reason) && strcmp(gaps[i].source, "The square") == 0;
    arena_fini(&arena);
    return is_there;
}

static void who_is_new_begins_with_the_present(void **state)
{
    (void)state;
    struct server s;
    struct error  error = {0};
    square_clear();
    server_make(&s, 2);
    server_open(&s);
    int64_t first = house_source(&s, 0, "The square", "square", "", CAPTURE_ALL, 0);
    wait_at_work(&s, 0, first);
    post_many("p", 0, 100, "gulls");
    wait_for(house_count(&s, 0, "") == 100, "the first has them");
    int64_t second = house_source(&s, 1, "The square", "square", "", CAPTURE_ALL, 0);
    wait_for(house_health(&s, 1, second).shared_by == 2, "it joins");
    post_many("p", 100, 100, "gulls");
    wait_for(house_count(&s, 0, "") == 200 && house_count(&s, 1, "") == 100, "%d and %d", (int)house_count(&s, 0, ""), (int)house_count(&s, 1, ""));
    check(square.given == 200, "nothing was read twice");
    /* Paused and back: what came meanwhile is a gap of its own. */
    check_ok(capture_source_pause(s.houses[1].records, ann, second, true, &error), error, "pause");
    capture_sources_changed(s.capture, "house1");
    wait_for(house_health(&s, 1, second).phase == CAPTURE_PAUSED, "it pauses");
    post_many("p", 200, 100, "gulls");
    wait_for(house_count(&s, 0, "") == 300, "the other goes on");
    check_ok(capture_source_pause(s.houses[1].records, ann, second, false, &error), error, "resume");
    capture_sources_changed(s.capture, "house1");
    wait_for(house_health(&s, 1, second).shared_by == 2, "it is back");
    check(has_gap(&s, 1, "paused") && !has_gap(&s, 0, "paused"), "its gap is in its ledger alone");
    post_many("p", 300, 10, "gulls");
    wait_for(house_count(&s, 1, "") == 110, "%d", (int)house_count(&s, 1, ""));
    server_remove(&s);
    check(square.wants == 0, "every connector has ended");
}

static void a_full_disk_leaves_one_behind_and_no_other(void **state)
{
    (void)state;
    struct server s;
    square_clear();
    server_make(&s, 2);
    server_open(&s);
    int64_t first = house_source(&s, 0, "The square", "square", "", CAPTURE_ALL, 0), second = house_source(&s, 1, "The square", "square", "", CAPTURE_ALL, 0);
    wait_at_work(&s, 0, first);
    wait_for(house_health(&s, 1, second).shared_by == 2, "both");
    post_many("p", 0, 100, "gulls");
    wait_for(house_count(&s, 0, "") == 100 && house_count(&s, 1, "") == 100, "both have them");
    /* For a while: the wire holds, and nothing is lost. */
    vfs_refuse_under(s.houses[1].folder, ENOSPC);
    post_many("p", 100, 100, "gulls");
    wait_for(house_count(&s, 0, "") == 200, "the first goes on");
    clock_sleep(1000);
    check(square.wants == 1 && house_count(&s, 1, "") == 100, "the second does not");
    vfs_refuse_under("", 0);
    if (strstr(house_health(&s, 1, second).message, "left behind"))
        print_message("this machine took ten seconds for one: what a short refusal means is not seen\n");
    else {
        wait_for(house_count(&s, 1, "") == 200, "it catches up: %d", (int)house_count(&s, 1, ""));
        check(!has_gap(&s, 1, "disk"), "and has missed nothing");
    }
    /* For longer than ten seconds: it is left behind, the others go on. */
    vfs_refuse_under(s.houses[1].folder, ENOSPC);
    square.batch = 10;
    post_many("p", 200, 200, "gulls");
    wait_for(house_count(&s, 0, "") > 200, "the first goes on");
    wait_for(strstr(house_health(&s, 1, second).message, "left behind"), "the second is left behind: %s", house_health(&s, 1, second).message);
    wait_for(house_count(&s, 0, "") == 400, "the first has all: %d", (int)house_count(&s, 0, ""));
    vfs_refuse_under("", 0);
    clock_sleep(5200);
    post_many("p", 400, 100, "gulls");
    wait_for(house_count(&s, 0, "id:sq:p499") == 1 && house_count(&s, 1, "id:sq:p499") == 1, "both go on");
    check(has_gap(&s, 1, "the disk was full") && !has_gap(&s, 0, "disk"), "what it missed is in its ledger");
    check(house_count(&s, 0, "") == 500 && house_count(&s, 1, "") < 500, "%d and %d", (int)house_count(&s, 0, ""), (int)house_count(&s, 1, ""));
    server_remove(&s);
    check(square.wants == 0, "every connector has ended");
}

/* ---- Time ---- */

static void what_the_platform_cannot_give_back_is_written_down(void **state)
{
    (void)state;
    struct server s;
    square_clear();
    server_make(&s, 1);
    server_open(&s);
    square.says_gap = true;
    int64_t source = house_source(&s, 0, "The square", "square", "", CAPTURE_ALL, 0);
    wait_at_work(&s, 0, source);
    wait_for(has_gap(&s, 0, "the platform forgot"), "the gap is in the ledger");
    struct arena        arena = {0};
    struct error        error = {0};
    struct post        *posts;
    size_t              count;
    struct source_query query = {.since_us = clock_now_us() - CLOCK_HOUR_US, .until_us = clock_now_us()};
    check_ok(capture_look(s.capture, "house0", source, SOURCE_FILL, &query, 1000, true, &arena, &posts, &count, &error), error, "fill");
    check(!has_gap(&s, 0, "the platform forgot"), "what was missed came after all");
    arena_fini(&arena);
    server_remove(&s);
    check(square.wants == 0, "every connector has ended");
}

static bool has_down_gap(struct server *s)
{
    struct arena         arena = {0};
    struct coverage_gap *gaps;
    size_t               count;
    int64_t              arriving_us;
    bool                 is_there = false;
    check(stream_coverage(s->houses[0].stream, 0, clock_now_us(), &arena, &gaps, &count, &arriving_us, NULL) == ERROR_NONE, "coverage");
    for (size_t i = 0; i < count; i++)
        is_there |= !gaps[i].source[0] && strstr(gaps[i].reason, "not running");
    arena_fini(&arena);
    return is_there;
}

/* As if the last sign of life were ten minutes old. */
static void age(struct server *s)
{
    struct archive *archive;
    struct buf      beat = {0};
    struct error    error = {0};
    int64_t         then_us = clock_now_us() - 10 * CLOCK_MINUTE_US;
    buf_append_varint(&beat, zigzag(then_us));
    buf_append_varint(&beat, zigzag(then_us));
    check_ok(archive_open(s->houses[0].archive, ARCHIVE_WRITE, NULL, &archive, &error), error, "archive");
    check_ok(archive_put_state(archive, STR("coverage.beat"), buf_str(&beat), &error), error, "beat");
    check_ok(archive_commit(archive, &error), error, "commit");
    archive_close(archive);
    buf_fini(&beat);
}

/* The server's time off is no gap where the platform gives it all back; it stays one where the platform says that it cannot. */
static void time_off_is_taken_back_when_all_have_caught_up(void **state)
{
    (void)state;
    for (int is_lossy = 0; is_lossy < 2; is_lossy++) {
        struct server s;
        square_clear();
        server_make(&s, 1);
        server_open(&s);
        int64_t source = house_source(&s, 0, "The square", "square", "", CAPTURE_ALL, 0);
        wait_at_work(&s, 0, source);
        square_event(&(struct square_event){.op = SOURCE_UPSERT, .id = "old", .author = "ann", .text = "before", .likes = POST_COUNT_UNKNOWN,
                                            .at_us = clock_now_us() - 10 * CLOCK_MINUTE_US});
        wait_for(house_count(&s, 0, "") == 1, "a post");
        server_close(&s);
        age(&s);
        square_post("new", "ann", "while it was off");
        square.says_gap = is_lossy;
        server_open(&s);
        check(has_down_gap(&s), "at first it counts as missed");
        wait_for(house_count(&s, 0, "") == 2, "what came meanwhile comes");
        if (is_lossy) {
            wait_for(has_gap(&s, 0, "the platform forgot"), "the platform says what it lost");
            clock_sleep(300);
        } else
            wait_for(!has_down_gap(&s), "and then nothing was missed");
        check(has_down_gap(&s) == is_lossy, "lossy %d", is_lossy);
        server_remove(&s);
    }
}

/* ---- People ask ---- */

static void a_person_looks_and_checks(void **state)
{
    (void)state;
    struct server         s;
    struct arena          arena = {0};
    struct error          error = {0};
    struct source_account account;
    struct post          *posts;
    size_t                count;
    struct source_query   query = {0};
    square_clear();
    server_make(&s, 1);
    server_open(&s);
    post_many("old", 0, 80, "gulls");
    int64_t source = house_source(&s, 0, "The square", "square", "", CAPTURE_ALL, 0);
    wait_at_work(&s, 0, source);
    check_ok(capture_look(s.capture, "house0", source, SOURCE_SEARCH, &query, 60, false, &arena, &posts, &count, &error), error, "look");
    check(count == 60 && str_equal(posts[0].id, STR("sq:old0")) && house_count(&s, 0, "") == 0, "%zu found, none kept", count);
    check_ok(capture_look(s.capture, "house0", source, SOURCE_SEARCH, &query, 1000, true, &arena, &posts, &count, &error), error, "look");
    check(count == 80 && house_count(&s, 0, "") == 80, "%zu found and kept", count);
    check(capture_look(s.capture, "house0", source, SOURCE_THREAD, &query, 10, false, &arena, &posts, &count, &error) == ERROR_INVALID, "it has no threads");
    check(capture_look(s.capture, "house0", 99, SOURCE_SEARCH, &query, 10, false, &arena, &posts, &count, &error) == ERROR_CONFLICT, "no such source");
    struct capture_source booth = {.connector = STR("booth"), .config = STR("{}")};
    check_ok(capture_check(s.capture, "house0", &booth, STR("{\"token\":\"right\"}"), &account, &error), error, "check");
    check(strcmp(account.handle, "tester") == 0, "who we are");
    check(capture_check(s.capture, "house0", &booth, STR("{\"token\":\"wrong\"}"), &account, &error) == ERROR_INVALID && strstr(error.message, "who are you"),
          "%s", error.message);
    check(capture_check(s.capture, "house0", &booth, STR(""), &account, &error) == ERROR_INVALID && strstr(error.message, "token"), "%s", error.message);
    check(!strstr(error.message, "right"), "no secret in a message");
    arena_fini(&arena);
    server_remove(&s);
    check(square.wants == 0, "every connector has ended");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(posts_come_in_and_are_counted),
        cmocka_unit_test(a_restart_goes_on_where_it_was),
        cmocka_unit_test(a_connector_that_fails_is_begun_again),
        cmocka_unit_test(one_that_is_denied_waits_for_a_person),
        cmocka_unit_test(a_rotated_secret_is_kept_before_the_old_one_goes),
        cmocka_unit_test(a_rule_says_what_stays),
        cmocka_unit_test(what_the_platform_deletes_goes_everywhere),
        cmocka_unit_test(nobody_deletes_the_post_of_another),
        cmocka_unit_test(what_is_to_be_forgotten_is_known_after_a_stop),
        cmocka_unit_test(who_is_new_begins_with_the_present),
        cmocka_unit_test(a_full_disk_leaves_one_behind_and_no_other),
        cmocka_unit_test(what_the_platform_cannot_give_back_is_written_down),
        cmocka_unit_test(time_off_is_taken_back_when_all_have_caught_up),
        cmocka_unit_test(a_person_looks_and_checks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
