/* Reads and rooms in records.db, settled against an archive whose posts are known. */
#include "../archive/world.h"

#include "base/clock.h"
#include "read/read.h"
#include "read/room.h"

#include <math.h>

#define HOUR CLOCK_HOUR_US
#define MADE (INT64_C(400000) * HOUR)

static struct world   world;
static struct record *record;
static struct arena   arena;
static struct error   error;

static void add_post(unsigned n, int64_t at_us, const char *platform, const char *author, const char *text)
{
    char id[32];
    snprintf(id, sizeof id, "%s:%u", platform, n);
    struct post post = {.id = str_of(id),
                        .platform = str_of(platform),
                        .at_us = at_us,
                        .author_handle = str_of(author),
                        .text = str_of(text),
                        .lang = STR("en"),
                        .kind = STR("post"),
                        .author_followers = POST_COUNT_UNKNOWN,
                        .metrics = {-1, -1, -1, -1, -1}};
    world_add(&world, &post);
}

/* "gulls": two an hour up to MADE and six an hour behind it, until 12 hours after; nothing at all from then to 24 h. On
 * reddit they are spoken of only behind MADE, by three people. "ferry": ten an hour throughout those 12 hours and
 * before. */
static int begin(void **state)
{
    static const struct record_domain *const domains[] = {&read_domain, NULL};
    char                                     author[32];
    unsigned                                 n = 0;
    (void)state;
    world_init(&world, NULL);
    for (int64_t h = -48; h < 12; h++) {
        for (int i = 0; i < 10; i++)
            add_post(n++, MADE + h * HOUR + i, "town", "dee", "the ferry is late, awful");
        for (int i = 0; i < (h < 0 ? 2 : 6); i++) {
            snprintf(author, sizeof author, "a%d", i);
            add_post(n++, MADE + h * HOUR + i * 1000, "town", author, i % 2 ? "gulls awful gulls" : "gulls lovely");
        }
        if (h >= 0 && h < 3) {
            snprintf(author, sizeof author, "r%d", (int)h);
            add_post(n++, MADE + h * HOUR, "reddit", author, "gulls over here too");
        }
    }
    world_commit(&world);
    check_ok(record_open(NULL, domains, &record, &error), error, " ");
    return 0;
}

static int end(void **state)
{
    (void)state;
    record_close(record);
    arena_fini(&arena);
    world_fini(&world);
    return 0;
}

static enum error_code half_hidden(void *context, int64_t from_us, int64_t until_us, double *share_out,
                                   struct error *why)
{
    (void)context, (void)from_us, (void)until_us, (void)why;
    *share_out = 0.5;
    return ERROR_NONE;
}

static struct read_tools tools(void)
{
    return (struct read_tools){.analyser = world.analyser};
}

static void gaps_are_counted_once(void **state)
{
    static const struct coverage_gap gaps[] = {
        {10, 20, "a", ""}, {15, 25, "b", "x"}, {40, 50, "a", ""}, {42, 44, "b", "x"}};
    static const struct {
        int64_t from, until;
        double  share;
    } rows[] = {{0, 100, .25}, {10, 25, 1}, {0, 10, 0}, {20, 30, .5}, {45, 55, .5}, {30, 30, 0}, {60, 70, 0}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        check(fabs(read_hidden_share(gaps, 4, rows[i].from, rows[i].until) - rows[i].share) < 1e-12, "row %zu: %g", i,
              read_hidden_share(gaps, 4, rows[i].from, rows[i].until));
}

static struct read new_read(const char *query, enum read_kind kind, enum read_way way, int64_t due_h)
{
    return (struct read){
        .by = {3, STR("Mara")},
        .sure = 70,
        .made_us = MADE,
        .claim = {
            .kind = kind, .way = way, .query = str_of(query), .exact = str_of(query), .due_us = MADE + due_h * HOUR}};
}

static void make(struct read *read)
{
    struct archive_snapshot *snapshot = world_snapshot(&world);
    struct read_tools        with = tools();
    check_ok(read_make(record, snapshot, &with, read, &arena, &error), error, " ");
    archive_snapshot_release(snapshot);
}

static enum error_code try_make(struct read *read)
{
    struct archive_snapshot *snapshot = world_snapshot(&world);
    struct read_tools        with = tools();
    error = (struct error){0};
    enum error_code code = read_make(record, snapshot, &with, read, &arena, &error);
    archive_snapshot_release(snapshot);
    return code;
}

static enum error_code settle(int64_t id, int64_t now_us, const struct read_tools *with, struct read *read_out)
{
    struct archive_snapshot *snapshot = world_snapshot(&world);
    error = (struct error){0};
    enum error_code code = read_settle(record, snapshot, with, id, now_us, &arena, read_out, &error);
    archive_snapshot_release(snapshot);
    return code;
}

static void settled_by_what_happened(void **state)
{
    struct {
        const char      *name;
        struct read      read;
        enum read_status status;
        bool             came_true;
        double           base, outcome;
    } rows[] = {
        {"gulls rise", new_read("gulls", READ_VOLUME, READ_WAY_UP, 6), READ_SETTLED, true, 12, 39},
        {"gulls do not fall", new_read("gulls", READ_VOLUME, READ_WAY_DOWN, 6), READ_SETTLED, false, 12, 39},
        {"the ferry stays", new_read("ferry", READ_VOLUME, READ_WAY_FLAT, 12), READ_SETTLED, true, 120, 120},
        {"half of gulls is negative", new_read("gulls", READ_TONE, READ_WAY_ABOVE, 6), READ_SETTLED, true, 6, 18},
        {"gulls reach reddit", new_read("gulls", READ_SPILL, READ_WAY_REACHES, 6), READ_SETTLED, true, 0, 3},
        {"but not twenty there", new_read("gulls", READ_SPILL, READ_WAY_REACHES, 6), READ_SETTLED, false, 0, 3},
        {"nobody was listening", new_read("gulls", READ_VOLUME, READ_WAY_DOWN, 20), READ_VOID, false, 12, 0},
    };
    (void)state;
    rows[3].read.claim.share = 0.4;
    for (size_t i = 4; i < 6; i++) {
        rows[i].read.claim.target = STR("reddit");
        rows[i].read.claim.voices_least = i == 4 ? 3 : 20;
        rows[i].read.claim.voices_before = 1;
    }
    rows[6].read.claim.window_us = 6 * HOUR;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct read       read, kept;
        struct read_tools with = tools();
        make(&rows[i].read);
        int64_t due_us = rows[i].read.claim.due_us;
        check_ok(read_get(record, rows[i].read.id, &arena, &kept, &error), error, "%s", rows[i].name);
        check(kept.status == READ_OPEN && kept.engine.p > 0 && kept.engine.p < 1 && kept.engine.basis.len > 0,
              "%s: engine %g", rows[i].name, kept.engine.p);
        check(settle(rows[i].read.id, due_us, &with, &read) == ERROR_CONFLICT, "%s was settled before late posts came",
              rows[i].name);
        check_ok(settle(rows[i].read.id, due_us + READ_GRACE_US, &with, &read), error, "%s", rows[i].name);
        check(settle(rows[i].read.id, due_us + READ_GRACE_US, &with, &read) == ERROR_CONFLICT, "%s was settled twice",
              rows[i].name);
        check_ok(read_get(record, rows[i].read.id, &arena, &kept, &error), error, "%s", rows[i].name);
        double base = kept.claim.kind == READ_VOLUME ? kept.base.posts
                      : kept.claim.kind == READ_TONE ? kept.base.negative
                                                     : kept.base.voices;
        double outcome = kept.claim.kind == READ_VOLUME ? kept.outcome.posts
                         : kept.claim.kind == READ_TONE ? kept.outcome.negative
                                                        : kept.outcome.voices;
        check(kept.status == rows[i].status && kept.came_true == rows[i].came_true, "%s: %s, %d", rows[i].name,
              read_status_names[kept.status], kept.came_true);
        check(base == rows[i].base && outcome == rows[i].outcome, "%s: %g then %g", rows[i].name, base, outcome);
    }
}

static void a_spill_that_happened_is_refused(void **state)
{
    struct read read = new_read("gulls", READ_SPILL, READ_WAY_REACHES, 6);
    (void)state;
    read.claim.target = STR("town");
    read.claim.voices_least = 5;
    read.claim.voices_before = 2;
    check(try_make(&read) == ERROR_INVALID && strstr(error.message, "voices_before"), "%s", error.message);
}

static void gaps_make_it_void_and_a_reviewer_may_decide(void **state)
{
    struct read       read = new_read("gulls", READ_VOLUME, READ_WAY_UP, 6), kept;
    struct read_tools with = tools();
    (void)state;
    make(&read);
    with.hidden = half_hidden;
    check(read_judge(record, (struct record_actor){4, STR("Ole")}, read.id, true, STR("seen by eye"), MADE, &arena,
                     &kept, &error) == ERROR_CONFLICT,
          "an open read was decided by hand");
    check_ok(settle(read.id, MADE + 7 * HOUR, &with, &kept), error, " ");
    check(kept.status == READ_VOID && kept.hidden == 0.5 && kept.reason.len, "%s", read_status_names[kept.status]);
    check(read_judge(record, (struct record_actor){3, STR("Mara")}, read.id, true, STR("mine"), MADE, &arena, &kept,
                     &error) == ERROR_FORBIDDEN,
          "her own");
    check(read_judge(record, (struct record_actor){4, STR("Ole")}, read.id, true, STR(""), MADE, &arena, &kept,
                     &error) == ERROR_INVALID,
          "without a reason");
    check_ok(read_judge(record, (struct record_actor){4, STR("Ole")}, read.id, true, STR("the platform's own count"),
                        MADE, &arena, &kept, &error),
             error, " ");
    check(kept.status == READ_SETTLED && kept.came_true && str_equal(kept.ended_by, STR("Ole")), "%s",
          read_status_names[kept.status]);
}

static void taken_back_within_ten_minutes(void **state)
{
    struct read         read = new_read("ferry", READ_VOLUME, READ_WAY_UP, 6), kept;
    struct record_actor mara = {3, STR("Mara")}, ole = {4, STR("Ole")};
    (void)state;
    make(&read);
    check(read_withdraw(record, ole, read.id, MADE, &arena, &kept, &error) == ERROR_FORBIDDEN, "somebody else's");
    check(read_withdraw(record, mara, read.id, MADE + READ_UNDO_US + 1, &arena, &kept, &error) == ERROR_CONFLICT,
          "too late");
    check_ok(read_withdraw(record, mara, read.id, MADE + READ_UNDO_US, &arena, &kept, &error), error, " ");
    check(kept.status == READ_WITHDRAWN, "%s", read_status_names[kept.status]);
    check(read_withdraw(record, mara, read.id, MADE, &arena, &kept, &error) == ERROR_CONFLICT, "twice");
    check(read_get(record, 99999, &arena, &kept, &error) == ERROR_NOT_FOUND, "%s", error.message);
}

/* Writing, looking at the engine, taking back and writing again is not blind. */
static void whoever_saw_the_engine_is_not_blind(void **state)
{
    struct read first = new_read("harbour", READ_VOLUME, READ_WAY_UP, 6), again = first,
                other = new_read("pier", READ_VOLUME, READ_WAY_UP, 6), kept;
    (void)state;
    make(&first);
    check(!first.is_sighted, "the first");
    check_ok(read_withdraw(record, first.by, first.id, MADE, &arena, &kept, &error), error, " ");
    make(&again);
    check(again.is_sighted, "the second");
    make(&other);
    check(!other.is_sighted, "another question");
}

static void note_settled(void *context, const struct read *read)
{
    size_t *count = context;
    check(read->status == READ_SETTLED || read->status == READ_VOID, "%s", read_status_names[read->status]);
    (*count)++;
}

static void what_is_due_is_settled_once(void **state)
{
    struct archive_snapshot *snapshot;
    struct read_tools        with = tools();
    size_t                   told = 0, settled = 0, before;
    (void)state;
    snapshot = world_snapshot(&world);
    check_ok(reads_settle(record, snapshot, &with, MADE + 100 * HOUR, NULL, NULL, &before, &error), error, " ");
    for (int i = 0; i < 3; i++) {
        struct read read = new_read("ferry", READ_VOLUME, READ_WAY_FLAT, 2 + i);
        make(&read);
    }
    check_ok(
        reads_settle(record, snapshot, &with, MADE + 3 * HOUR + READ_GRACE_US, note_settled, &told, &settled, &error),
        error, " ");
    check(told == 2 && settled == 2, "%zu told, %zu settled", told, settled);
    check_ok(
        reads_settle(record, snapshot, &with, MADE + 3 * HOUR + READ_GRACE_US, note_settled, &told, &settled, &error),
        error, " ");
    check(told == 2 && settled == 0, "%zu told, %zu settled", told, settled);
    archive_snapshot_release(snapshot);
}

static void listed_newest_first_in_pages(void **state)
{
    struct read_filter filter = {.member = 3, .limit = 2};
    struct read       *reads;
    size_t             count, seen = 0;
    int64_t            last = INT64_MAX;
    (void)state;
    do {
        check_ok(read_list(record, &filter, &arena, &reads, &count, &error), error, " ");
        for (size_t i = 0; i < count; i++) {
            check(reads[i].id < last, "%lld behind %lld", (long long)reads[i].id, (long long)last);
            last = filter.before = reads[i].id;
            seen++;
        }
    } while (count == 2);
    check(seen > 8, "%zu", seen);
    filter = (struct read_filter){.member = 77, .limit = 9};
    check_ok(read_list(record, &filter, &arena, &reads, &count, &error), error, " ");
    check(count == 0, "%zu of a stranger", count);
}

/* ---- Rooms ---- */

static void a_room_is_kept_and_resumed(void **state)
{
    struct archive_snapshot *snapshot = world_snapshot(&world);
    struct room              room = {.by = {3, STR("Mara")},
                                     .query = STR("gulls OR ferry"),
                                     .exact = STR("gulls OR ferry"),
                                     .since_us = MADE - 24 * HOUR,
                                     .until_us = MADE,
                                     .seed = 5,
                                     .made_us = MADE},
                kept;
    struct room_item item = {.marks = 1u << 1 | 1u << 5, .words = STR("weary"), .note = STR("the ferry again")};
    (void)state;
    check_ok(room_make(record, snapshot, world.analyser, &room, 12, &arena, &error), error, " ");
    check(room.matches == 24 * 12 && room.item_count >= 2 && !room_is_revealed(&room), "%zu items of %d",
          room.item_count, (int)room.matches);
    check(room_get(record, 4, room.id, &arena, &kept, &error) == ERROR_NOT_FOUND, "somebody else's room");
    check(room_mark(record, 4, room.id, 1, &item, MADE, &arena, &error) == ERROR_NOT_FOUND,
          "marked in somebody else's room");
    check(room_mark(record, 3, room.id, 49, &item, MADE, &arena, &error) == ERROR_NOT_FOUND,
          "a place that is not there");
    check_ok(room_mark(record, 3, room.id, 1, &item, MADE + 5, &arena, &error), error, " ");
    check_ok(room_move(record, 3, room.id, 2, MADE, false, false, &arena, &error), error, " ");
    check_ok(room_get(record, 3, room.id, &arena, &kept, &error), error, " ");
    check(kept.place == 2 && kept.items[0].marks == item.marks && str_equal(kept.items[0].note, item.note) &&
              kept.items[0].marked_us == MADE + 5 && kept.marked_count == 1,
          "place %zu, marks %x", kept.place, kept.items[0].marks);
    struct read read = new_read("gulls OR ferry", READ_VOLUME, READ_WAY_UP, 6);
    read.room = room.id;
    make(&read);
    check_ok(room_get(record, 3, room.id, &arena, &kept, &error), error, " ");
    check(room_is_revealed(&kept) && kept.read == read.id, "read %d", (int)kept.read);
    room.exact = STR("nobodysaysthis");
    check(room_make(record, snapshot, world.analyser, &room, 12, &arena, &error) == ERROR_NOT_FOUND,
          "an empty room: %s", error.message);
    archive_snapshot_release(snapshot);
}

static void a_room_may_be_left(void **state)
{
    struct archive_snapshot *snapshot = world_snapshot(&world);
    struct room              room = {.by = {3, STR("Mara")},
                                     .exact = STR("gulls"),
                                     .since_us = MADE - 24 * HOUR,
                                     .until_us = MADE,
                                     .seed = 6,
                                     .made_us = MADE},
                kept;
    (void)state;
    check_ok(room_make(record, snapshot, world.analyser, &room, 12, &arena, &error), error, " ");
    check_ok(room_move(record, 3, room.id, 0, MADE + 9, false, true, &arena, &error), error, " ");
    check_ok(room_get(record, 3, room.id, &arena, &kept, &error), error, " ");
    check(room_is_revealed(&kept) && kept.read == 0 && kept.finished_us == MADE + 9, "left %d", kept.is_left);
    archive_snapshot_release(snapshot);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gaps_are_counted_once),
        cmocka_unit_test(settled_by_what_happened),
        cmocka_unit_test(a_spill_that_happened_is_refused),
        cmocka_unit_test(gaps_make_it_void_and_a_reviewer_may_decide),
        cmocka_unit_test(taken_back_within_ten_minutes),
        cmocka_unit_test(whoever_saw_the_engine_is_not_blind),
        cmocka_unit_test(what_is_due_is_settled_once),
        cmocka_unit_test(listed_newest_first_in_pages),
        cmocka_unit_test(a_room_is_kept_and_resumed),
        cmocka_unit_test(a_room_may_be_left),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
