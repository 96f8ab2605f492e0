/* Trends told by hand: who is the same, what is kept, and what people do. */
#include "chronicle_fixture.h"

#include "chronicle/keep.h"

#include <math.h>

#define HOUR CLOCK_HOUR_US
#define DAY0 (INT64_C(16480) * CLOCK_DAY_US)

/* ---- The maths ---- */

static void overlaps(void **state)
{
    static const struct { size_t shared, a, b; double overlap; } rows[] = {
        {0, 10, 10, 0},      {10, 10, 10, 1},   {4, 4, 1000, 0.5} /* young, and itself grown up */,
            {5, 10, 10, 0.5 / 1.5},
        {2, 10, 10, 0.2 / 1.8 < 0.1 ? 0.1 : 0.2 / 1.8}, {0, 0, 5, 0}, {3, 10, 1000, 0.15} /* a few posts in common */,
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        double overlap = chronicle_overlap(rows[i].shared, rows[i].a, rows[i].b);
        check(fabs(overlap - rows[i].overlap) < 1e-9, "row %zu: %g", i, overlap);
        check(chronicle_overlap(rows[i].shared, rows[i].b, rows[i].a) == overlap, "row %zu turned around", i);
    }
}

static void likes(void **state)
{
    struct str a[] = {STR("fleek"), STR("fleet's"), STR("jetblue")}, b[] = {STR("jetblue"), STR("storm"), STR("fleek")},
        c[] = {STR("fleek")},
               d[] = {STR("storm"), STR("delay")}, late[] = {STR("1"), STR("2"), STR("3"), STR("4"), STR("5"),
                                                             STR("fleek"), STR("jetblue")};
    (void)state;
    check(chronicle_is_like(a, 3, b, 3), "two of three");
    check(chronicle_is_like(a, 3, c, 1), "all of one");
    check(!chronicle_is_like(a, 3, d, 2), "none");
    check(!chronicle_is_like(b, 1, a, 2), "the first of b is not among the first two of a");
    check(!chronicle_is_like(a, 3, late, 7), "only the first five count");
    check(!chronicle_is_like(a, 0, a, 0), "nothing is like nothing");
}

/* ---- Trends by hand ---- */

enum { HAND_POSTS = 1200 };

struct hand {
    struct trend      trend;
    struct str        ids[HAND_POSTS], terms[3];
    char              texts[HAND_POSTS][24];
    struct trend_post voices[2];
};

/* A trend whose posts are numbered first .. first + count - 1. */
static void hand_make(struct hand *hand, uint64_t engine, unsigned first, unsigned count, int64_t detected_us)
{
    memset(&hand->trend, 0, sizeof hand->trend);
    for (unsigned i = 0; i < count; i++) {
        snprintf(hand->texts[i], sizeof hand->texts[i], "t:%u", first + i);
        hand->ids[i] = str_of(hand->texts[i]);
    }
    hand->terms[0] = STR("fleek");
    hand->terms[1] = STR("fleet's");
    hand->terms[2] = STR("jetblue");
    hand->voices[0] = (struct trend_post){hand->ids[0], detected_us, STR("ann"), STR("a text that must not be kept")};
    hand->trend = (struct trend){
        .id = engine, .label = STR("fleet's on fleek"), .terms = hand->terms, .term_count = 3,
            .started_at_us = detected_us - HOUR,
        .detected_at_us = detected_us, .peak_at_us = detected_us, .last_post_us = detected_us, .posts = count,
            .voices = count * 0.9, .z = 9,
        .z_peak = 9, .strongest = STR("fleek + fleet's"), .observed = 20, .expected = 0.5, .window_posts = 900,
            .strongest_z = 9, .window_us = 4 * HOUR,
        .growth_per_h = NAN, .growth_se = NAN, .post_ids = hand->ids, .post_id_count = count,
            .first_voices = hand->voices, .first_voice_count = 1,
        .representatives = hand->voices, .representative_count = 1, .series_start_us = detected_us - HOUR,
            .series_step_us = CLOCK_MINUTE_US};
}

static void tell(struct fixture *fixture, struct hand *hand, enum stream_trend_event event, int64_t at_us,
                 bool is_replay)
{
    hand->trend.last_post_us = at_us > hand->trend.last_post_us ? at_us : hand->trend.last_post_us;
    chronicle_on_trend(fixture->chronicle, event, at_us, is_replay, &hand->trend);
}

static void kept_and_read(void **state)
{
    static struct hand  hand;
    struct fixture      fixture;
    struct chronicle_trend *trends;
    (void)state;
    fixture_init(&fixture);
    hand_make(&hand, 7, 0, 4, DAY0);
    tell(&fixture, &hand, STREAM_TREND_OPEN, DAY0, false);
    chronicle_flush(fixture.chronicle);
    check(fixture_list(&fixture, &trends) == 1 && fixture.opens == 1, "one is kept and told");
    int64_t id = trends[0].id;
    hand.trend.growth_per_h = 0.64;
    hand.trend.growth_se = 0.1;
    hand.trend.z = 17;
    hand.trend.z_peak = 17;
    hand.trend.label = STR("Our fleet's on fleek");
    hand.trend.detected_at_us += 5; /* told otherwise later: the first word counts */
    tell(&fixture, &hand, STREAM_TREND_UPDATE, DAY0 + HOUR, false);
    chronicle_flush(fixture.chronicle);
    struct chronicle_trend kept = fixture_find(&fixture, id);
    check_str(kept.label, STR("Our fleet's on fleek"), "label");
    check_str(kept.strongest, STR("fleek + fleet's"), "strongest");
    check(kept.detected_us == DAY0 && kept.started_us == DAY0 - HOUR && kept.updated_us == DAY0 + HOUR, "times");
    check(kept.z_peak == 17 && fabs(kept.growth_per_h - 0.64) < 1e-12 && kept.closed_us == 0, "numbers");
    check(kept.term_count == 3 && kept.first_voice_count == 1, "state");
    check_str(kept.first_voices[0].id, STR("t:0"), "first voice");
    check(fixture.changes == 1, "the change is told");
    hand.trend.z = 3;
    tell(&fixture, &hand, STREAM_TREND_CLOSE, DAY0 + 2 * HOUR, false);
    chronicle_flush(fixture.chronicle);
    kept = fixture_find(&fixture, id);
    check(kept.closed_us == DAY0 + 2 * HOUR && kept.z == 3 && kept.z_peak == 17 && fixture.closes == 1, "closed");
    struct chronicle_point *points;
    size_t                  count;
    struct error            error = {0};
    check_ok(chronicle_points(fixture.records, id, &fixture.arena, &points, &count, &error), error, "points");
    check(count == 3 && isnan(points[0].growth_per_h) && points[1].z == 17, "%zu points", count);
    fixture_fini(&fixture);
}

/* Engine ids begin anew: 7 before, 1 after. */
static void same_after_a_restart(void **state)
{
    static struct hand      hand, other;
    struct fixture          fixture;
    struct chronicle_trend *trends;
    (void)state;
    fixture_init(&fixture);
    hand_make(&hand, 7, 0, 40, DAY0);
    tell(&fixture, &hand, STREAM_TREND_OPEN, DAY0, false);
    tell(&fixture, &hand, STREAM_TREND_UPDATE, DAY0 + HOUR, false);
    chronicle_flush(fixture.chronicle);
    fixture_list(&fixture, &trends);
    int64_t id = trends[0].id;

    for (int round = 0; round < 2; round++) { /* twice: the second replay must not double either */
        fixture_stop(&fixture);
        fixture_start(&fixture);
        hand_make(&hand, 1, 0, 4, DAY0 + 5 * CLOCK_MINUTE_US); /* detected a little later this time */
        tell(&fixture, &hand, STREAM_TREND_OPEN, DAY0 + 5 * CLOCK_MINUTE_US, true);
        hand_make(&hand, 1, 0, 36, DAY0 + 5 * CLOCK_MINUTE_US); /* and not quite of the same posts */
        hand.trend.z_peak = 11;
        tell(&fixture, &hand, STREAM_TREND_UPDATE, DAY0 + HOUR / 2, true);
        chronicle_flush(fixture.chronicle);
        check(fixture_kept(&fixture) == 1, "round %d: no double", round);
        struct chronicle_trend kept = fixture_find(&fixture, id);
        check(kept.updated_us == DAY0 + HOUR && kept.posts == 40 && kept.z_peak == 9,
              "round %d: what was told live stands", round);
    }
    check(fixture.opens == 1 && fixture.closes == 0, "a replay of what is known is not told");

    /* Life goes on, and another trend comes up beside it. */
    tell(&fixture, &hand, STREAM_TREND_UPDATE, DAY0 + 3 * HOUR, false);
    hand_make(&other, 2, 500, 10, DAY0 + 3 * HOUR);
    other.trend.label = STR("storm");
    other.terms[0] = STR("storm");
    other.terms[1] = STR("delay");
    tell(&fixture, &other, STREAM_TREND_OPEN, DAY0 + 3 * HOUR, false);
    chronicle_flush(fixture.chronicle);
    check(fixture_kept(&fixture) == 2, "another");
    check(fixture_find(&fixture, id).updated_us == DAY0 + 3 * HOUR, "it is followed again");
    fixture_fini(&fixture);
}

static void merged_by_the_engine(void **state)
{
    static struct hand      old, young;
    struct fixture          fixture;
    struct chronicle_trend *trends;
    (void)state;
    fixture_init(&fixture);
    hand_make(&old, 3, 0, 10, DAY0);
    hand_make(&young, 4, 100, 6, DAY0 + HOUR);
    tell(&fixture, &old, STREAM_TREND_OPEN, DAY0, true);
    tell(&fixture, &young, STREAM_TREND_OPEN, DAY0 + HOUR, true);
    young.trend.merged_into = 3;
    tell(&fixture, &young, STREAM_TREND_CLOSE, DAY0 + 2 * HOUR, true);
    chronicle_flush(fixture.chronicle);
    check(fixture_kept(&fixture) == 2, "both are kept");
    check(fixture_list(&fixture, &trends) == 1, "one is listed");
    check(fixture_find(&fixture, trends[0].id == 1 ? 2 : 1).merged_into == trends[0].id, "and the other names it");
    fixture_fini(&fixture);
}

/* One that was seen as one is told in two by another replay: the second part makes no row of its own. */
static void split_by_a_replay(void **state)
{
    static struct hand whole, part;
    struct fixture     fixture;
    (void)state;
    fixture_init(&fixture);
    hand_make(&whole, 1, 0, 100, DAY0);
    tell(&fixture, &whole, STREAM_TREND_OPEN, DAY0, false);
    tell(&fixture, &whole, STREAM_TREND_CLOSE, DAY0 + 4 * HOUR, false);
    fixture_stop(&fixture);
    fixture_start(&fixture);
    hand_make(&part, 1, 0, 60, DAY0);
    tell(&fixture, &part, STREAM_TREND_CLOSE, DAY0 + 2 * HOUR, true);
    hand_make(&part, 2, 60, 40, DAY0 + HOUR);
    tell(&fixture, &part, STREAM_TREND_CLOSE, DAY0 + 3 * HOUR, true);
    chronicle_flush(fixture.chronicle);
    check(fixture_kept(&fixture) == 1, "%lld", (long long)fixture_kept(&fixture));
    /* A later one that shares a few posts stays another. */
    hand_make(&part, 3, 95, 50, DAY0 + 3 * HOUR);
    tell(&fixture, &part, STREAM_TREND_CLOSE, DAY0 + 5 * HOUR, true);
    chronicle_flush(fixture.chronicle);
    check(fixture_kept(&fixture) == 2, "another");
    fixture_fini(&fixture);
}

/* Late posts made the stream replay while it runs: what was told has new ids now, and stays what it was. */
static void replayed_while_running(void **state)
{
    static struct hand hand;
    struct fixture     fixture;
    (void)state;
    fixture_init(&fixture);
    hand_make(&hand, 1, 0, 20, DAY0);
    tell(&fixture, &hand, STREAM_TREND_OPEN, DAY0, false);
    chronicle_on_replay(fixture.chronicle, true, DAY0 + HOUR);
    check(fixture_kept(&fixture) == 1, "what was told before is written when it begins");
    hand_make(&hand, 11, 0, 10, DAY0 - HOUR);
    tell(&fixture, &hand, STREAM_TREND_OPEN, DAY0 - HOUR, true);
    hand_make(&hand, 11, 0, 25, DAY0 - HOUR);
    tell(&fixture, &hand, STREAM_TREND_UPDATE, DAY0 + HOUR, true);
    chronicle_on_replay(fixture.chronicle, false, DAY0 + HOUR);
    chronicle_flush(fixture.chronicle);
    check(fixture_kept(&fixture) == 1, "no double");
    struct chronicle_trend kept = fixture_find(&fixture, 1);
    check(kept.posts == 25 && kept.detected_us == DAY0 && kept.closed_us == 0, "followed on");
    fixture_fini(&fixture);
}

static void bounds(void **state)
{
    static struct hand     hand;
    struct fixture         fixture;
    struct chronicle_point *points;
    struct chronicle_post  *posts;
    size_t                  count, post_count;
    struct error            error = {0};
    (void)state;
    fixture_init(&fixture);
    hand_make(&hand, 1, 0, HAND_POSTS, DAY0);
    for (int i = 0; i < 2000; i++) {
        tell(&fixture, &hand, STREAM_TREND_UPDATE, DAY0 + i * 5 * CLOCK_MINUTE_US, false);
        if (i % 50 == 0)
            chronicle_flush(fixture.chronicle);
    }
    chronicle_flush(fixture.chronicle);
    check_ok(chronicle_points(fixture.records, 1, &fixture.arena, &points, &count, &error), error, "points");
    check(count >= CHRONICLE_POINTS_MAX / 2 - 1 && count <= CHRONICLE_POINTS_MAX, "%zu points", count);
    check(points[0].at_us < DAY0 + HOUR && points[count - 1].at_us >= DAY0 + 1990 * 5 * CLOCK_MINUTE_US,
          "from its beginning to its end");
    check_ok(chronicle_posts(fixture.records, 1, &fixture.arena, &posts, &post_count, &error), error, "posts");
    check(post_count == CHRONICLE_POSTS_MAX, "%zu posts", post_count);
    fixture_fini(&fixture);
}

static void left_open_by_a_kill(void **state)
{
    static struct hand hand;
    struct fixture     fixture;
    (void)state;
    fixture_init(&fixture);
    hand_make(&hand, 1, 0, 10, DAY0);
    tell(&fixture, &hand, STREAM_TREND_OPEN, DAY0, false);
    chronicle_flush(fixture.chronicle);
    fixture_stop(&fixture);
    fixture_start(&fixture);
    hand_make(&hand, 1, 500, 10, DAY0 + 20 * HOUR); /* another one comes alive a day later */
    tell(&fixture, &hand, STREAM_TREND_OPEN, DAY0 + 20 * HOUR, false);
    chronicle_flush(fixture.chronicle);
    check(fixture_find(&fixture, 1).closed_us == DAY0 + 12 * HOUR, "ended twelve hours after its last post");
    check(fixture_find(&fixture, 2).closed_us == 0, "the other is open");
    fixture_fini(&fixture);
}

/* A full disk, a locked database: nothing is lost that is still told later. */
static void told_before_the_start(void **state)
{
    static struct hand       hand;
    struct fixture           fixture = {0};
    struct error             error = {0};
    struct chronicle_options options = {.tell = fixture_tell, .complain = fixture_complain, .context = &fixture};
    (void)state;
    check_ok(record_open(NULL, fixture_domains, &fixture.records, &error), error, "records");
    options.records = fixture.records;
    check_ok(chronicle_new(&options, &fixture.chronicle, &error), error, "new");
    hand_make(&hand, 1, 0, 10, DAY0);
    tell(&fixture, &hand, STREAM_TREND_OPEN, DAY0, true);
    check_ok(chronicle_start(fixture.chronicle, NULL, NULL, &error), error, "start");
    fixture_stop(&fixture); /* writes what waits */
    check(fixture_kept(&fixture) == 1, "kept");
    record_close(fixture.records);
    arena_fini(&fixture.arena);
}

/* ---- Deeds ---- */

static const struct record_actor ann = {1, {"ann", 3}}, bob = {2, {"bob", 3}};

static size_t audited(struct fixture *fixture)
{
    struct error error = {0};
    size_t       rows = 0;
    check_ok(record_begin(fixture->records, &error), error, "begin");
    struct buf  out = {0};
    struct json json = json_writer(&out);
    int64_t     next;
    enum error_code code = record_audit_list(fixture->records, &(struct record_audit_filter){.most = 1000}, &json,
                                             &next, &error);
    check_ok(record_end(fixture->records, code, &error), error, "audit");
    buf_append_char(&out, 0);
    for (const char *at = out.ptr; at && (at = strstr(at, "\"action\"")); at++)
        rows++;
    buf_fini(&out);
    return rows;
}

static void merged_by_people(void **state)
{
    static struct hand      hand;
    struct fixture          fixture;
    struct chronicle_trend *trends;
    struct error            error = {0};
    size_t                  count;
    (void)state;
    fixture_init(&fixture);
    for (unsigned i = 0; i < 3; i++) {
        hand_make(&hand, 1 + i, 100 * i, 10, DAY0 + i * HOUR);
        tell(&fixture, &hand, STREAM_TREND_OPEN, DAY0 + i * HOUR, false);
        chronicle_flush(fixture.chronicle);
    }
    check_ok(chronicle_merge(fixture.records, ann, 1, 2, 1, &error), error, "1 into 2");
    check(fixture_list(&fixture, &trends) == 2, "two are listed");
    check_ok(chronicle_joined(fixture.records, 2, &fixture.arena, &trends, &count, &error), error, "joined");
    check(count == 1 && trends[0].id == 1 && trends[0].version == 2, "1 is a part of 2");
    static const struct { int64_t a, b, version; enum error_code code; } rows[] = {
        {1, 3, 0, ERROR_CONFLICT} /* a part already */, {2, 1, 0, ERROR_CONFLICT} /* a circle */,
            {2, 2, 0, ERROR_INVALID},
        {2, 9, 0, ERROR_NOT_FOUND}, {9, 2, 0, ERROR_NOT_FOUND}, {3, 2, 7, ERROR_CONFLICT} /* seen as it was not */};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        enum error_code code = chronicle_merge(fixture.records, ann, rows[i].a, rows[i].b, rows[i].version, &error);
        check(code == rows[i].code, "row %zu: %s", i, error.message);
    }
    check_ok(chronicle_merge(fixture.records, ann, 3, 1, 0, &error), error, "3 into 1, that is into 2");
    check(fixture_find(&fixture, 3).joined_to == 2, "the root");
    check_ok(chronicle_unmerge(fixture.records, bob, 1, 0, &error), error, "undone");
    check(chronicle_unmerge(fixture.records, bob, 1, 0, &error) == ERROR_CONFLICT, "only once");
    check(fixture_list(&fixture, &trends) == 2, "listed again");
    check(audited(&fixture) == 3, "%zu audit rows", audited(&fixture));
    /* What the engine tells later does not undo it. */
    hand_make(&hand, 3, 200, 12, DAY0 + 2 * HOUR);
    tell(&fixture, &hand, STREAM_TREND_UPDATE, DAY0 + 5 * HOUR, false);
    chronicle_flush(fixture.chronicle);
    check(fixture_find(&fixture, 3).joined_to == 2 && fixture_find(&fixture, 3).posts == 12, "still a part, and newer");
    fixture_fini(&fixture);
}

static size_t listed(struct fixture *fixture, enum chronicle_muted muted, int64_t now_us)
{
    struct error            error = {0};
    struct chronicle_trend *trends;
    size_t                  count;
    struct chronicle_ask    ask = {.now_us = now_us, .until_us = INT64_MAX, .muted = muted, .limit = 100};
    check_ok(chronicle_list(fixture->records, &ask, &fixture->arena, &trends, &count, &error), error, "list");
    return count;
}

static void muted(void **state)
{
    static struct hand hand;
    struct fixture     fixture;
    struct error       error = {0};
    (void)state;
    fixture_init(&fixture);
    hand_make(&hand, 1, 0, 10, DAY0);
    tell(&fixture, &hand, STREAM_TREND_OPEN, DAY0, false);
    chronicle_flush(fixture.chronicle);
    check_ok(chronicle_mute(fixture.records, ann, 1, DAY0 + 48 * HOUR, STR("our weekly offer"), 0, &error), error,
             "mute");
    check(listed(&fixture, CHRONICLE_UNMUTED, DAY0) == 0 && listed(&fixture, CHRONICLE_MUTED, DAY0) == 1, "apart");
    check(listed(&fixture, CHRONICLE_UNMUTED, DAY0 + 49 * HOUR) == 1 &&
          listed(&fixture, CHRONICLE_MUTED, DAY0 + 49 * HOUR) == 0, "until then");

    hand_make(&hand, 2, 100, 10, DAY0 + 24 * HOUR); /* like it, a day later */
    tell(&fixture, &hand, STREAM_TREND_OPEN, DAY0 + 24 * HOUR, false);
    hand_make(&hand, 3, 200, 10, DAY0 + 60 * HOUR); /* like it, when the mute is over */
    tell(&fixture, &hand, STREAM_TREND_OPEN, DAY0 + 60 * HOUR, false);
    chronicle_flush(fixture.chronicle);
    struct chronicle_trend like = fixture_find(&fixture, 2);
    check(like.mute_from == 1 && like.muted_until_us == DAY0 + 48 * HOUR, "muted with it");
    check_str(like.mute_reason, STR("like \"fleet's on fleek\", which is muted"), "reason");
    check_str(like.muted_by, STR("ann"), "by");
    check(fixture_find(&fixture, 3).muted_until_us == 0, "the mute was over");
    check_ok(chronicle_unmute(fixture.records, ann, 1, 0, &error), error, "unmute");
    check(fixture_find(&fixture, 2).muted_until_us == 0, "those like it are shown again too");
    check(chronicle_unmute(fixture.records, ann, 1, 0, &error) == ERROR_CONFLICT, "only once");
    check_ok(chronicle_mute(fixture.records, ann, 1, CHRONICLE_FOREVER, (struct str){0}, 0, &error), error, "for good");
    check(listed(&fixture, CHRONICLE_MUTED, INT64_C(7258118400000000)) == 1, "for good");
    check(audited(&fixture) == 3, "%zu audit rows", audited(&fixture));
    fixture_fini(&fixture);
}

static void noted(void **state)
{
    static struct hand     hand;
    struct fixture         fixture;
    struct error           error = {0};
    struct chronicle_note *notes;
    size_t                 count;
    int64_t                first, second, trend;
    (void)state;
    fixture_init(&fixture);
    hand_make(&hand, 1, 0, 10, DAY0);
    tell(&fixture, &hand, STREAM_TREND_OPEN, DAY0, false);
    chronicle_flush(fixture.chronicle);
    check_ok(chronicle_note_add(fixture.records, ann, 1, STR("the pun is ours; the irony is not"), DAY0 + HOUR, &first,
                                &error), error, "note");
    check_ok(chronicle_note_add(fixture.records, bob, 1, STR("<script>alert(1)</script>"), DAY0 + 2 * HOUR, &second,
                                &error), error, "note");
    check(chronicle_note_add(fixture.records, bob, 9, STR("x"), DAY0, &trend, &error) == ERROR_NOT_FOUND,
          "no such trend");
    check(chronicle_note_withdraw(fixture.records, bob, first, &trend, &error) == ERROR_FORBIDDEN, "another's");
    check(chronicle_note_withdraw(fixture.records, bob, 99, &trend, &error) == ERROR_NOT_FOUND, "no such note");
    check(fixture_find(&fixture, 1).note_count == 2, "two");
    check_ok(chronicle_note_withdraw(fixture.records, ann, first, &trend, &error), error, "withdrawn");
    check_ok(chronicle_notes(fixture.records, 1, &fixture.arena, &notes, &count, &error), error, "notes");
    check(count == 2 && notes[0].is_withdrawn && notes[0].text.len == 0 && notes[0].at_us == DAY0 + HOUR && trend == 1,
          "its place stays");
    check_str(notes[1].text, STR("<script>alert(1)</script>"), "as written");
    check(fixture_find(&fixture, 1).note_count == 1, "one counts");
    fixture_fini(&fixture);
}

/* Pages hold every row once, whatever the strengths. */
static void pages(void **state)
{
    static struct hand hand;
    struct fixture     fixture;
    struct error       error = {0};
    bool               is_seen[41] = {0};
    size_t             seen = 0, count;
    (void)state;
    fixture_init(&fixture);
    for (unsigned i = 0; i < 40; i++) {
        hand_make(&hand, 1 + i, 100 * i, 10, DAY0);
        hand.trend.z_peak = 5 + i % 7; /* many are equal */
        tell(&fixture, &hand, STREAM_TREND_OPEN, DAY0, false);
        chronicle_flush(fixture.chronicle);
    }
    struct chronicle_ask ask = {.until_us = INT64_MAX, .limit = 7, .muted = CHRONICLE_UNMUTED};
    double               before = 1e9;
    do {
        struct chronicle_trend *trends;
        check_ok(chronicle_list(fixture.records, &ask, &fixture.arena, &trends, &count, &error), error, "page");
        for (size_t i = 0; i < count; i++, seen++) {
            check(!is_seen[trends[i].id] && trends[i].z_peak <= before, "%lld twice, or out of order",
                  (long long)trends[i].id);
            is_seen[trends[i].id] = true;
            before = ask.after_strength = trends[i].z_peak;
            ask.after_id = trends[i].id;
        }
    } while (count == 7);
    check(seen == 40, "%zu", seen);
    ask = (struct chronicle_ask){.is_open = true, .now_us = DAY0 + 13 * HOUR, .until_us = INT64_MAX, .limit = 100};
    struct chronicle_trend *trends;
    check_ok(chronicle_list(fixture.records, &ask, &fixture.arena, &trends, &count, &error), error, "open");
    check(count == 0, "thirteen hours without a post: nothing is open, whatever was told last");
    fixture_fini(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(overlaps),          cmocka_unit_test(likes),
        cmocka_unit_test(kept_and_read),     cmocka_unit_test(same_after_a_restart),
        cmocka_unit_test(merged_by_the_engine), cmocka_unit_test(split_by_a_replay),
        cmocka_unit_test(replayed_while_running), cmocka_unit_test(bounds),            cmocka_unit_test(left_open_by_a_kill),
        cmocka_unit_test(told_before_the_start), cmocka_unit_test(merged_by_people),
        cmocka_unit_test(muted),             cmocka_unit_test(noted),
        cmocka_unit_test(pages),
    };
    return cmocka_run_group_tests_name("chronicle", tests, NULL, NULL);
}
