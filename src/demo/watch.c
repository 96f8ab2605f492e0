#include "demo/demo.h"

#include "base/clock.h"
#include "base/hash.h"

#include <math.h>
#include <stdlib.h>

const char *const demo_verdict_names[6] = {"found", "missed", "flagged", "quiet", "false alarm", "learning"};

/* Flags that tell the reader that this is no new story of many people. */
enum { TELLING_FLAGS = TREND_COORDINATED | TREND_RECURRING };
enum { NOBODY = -1, SLACK_HOURS = 6, MAJORITY_MIN = 4 };

/* One trend over its life, and what it was at its highest. */
struct seen {
    uint64_t trend;
    int32_t  planted;     /* what most of its posts belong to, or NOBODY */
    int64_t  opened_us;
    int64_t  belongs_us;  /* when it first belonged to it */
    int64_t  in_time_us;  /* when it was first shown as a story of it, without a telling flag, in the story's time; 0: never */
    int64_t  unflagged_us; /* when it was first shown as its own without a telling flag; 0: never */
    bool     was_plain;   /* shown at all without a telling flag */
    double   best_z;      /* highest z so far */
    struct demo_found found;
};

struct demo_watch {
    const struct demo_plan *plan;
    struct interner ids;     /* of all planted posts, in the order of owners */
    int32_t        *owners;
    struct seen    *seen;
    size_t          seen_count, seen_capacity;
    uint32_t       *counts;  /* scratch: posts by what they belong to */
    struct arena    arena;   /* labels and samples */
    bool            has_failed;
};

enum error_code demo_watch_new(const struct demo_plan *plan, struct demo_watch **watch_out, struct error *error)
{
    struct demo_watch *watch = calloc(1, sizeof *watch);
    size_t             posts = 0;
    *watch_out = NULL;
    if (!watch)
        return error_set(error, ERROR_MEMORY, "no memory to watch trends with");
    watch->plan = plan;
    for (size_t i = 0; i < plan->count; i++)
        posts += plan->planted[i].post_id_count;
    watch->owners = calloc(posts + 1, sizeof *watch->owners);
    watch->counts = calloc(plan->count + 1, sizeof *watch->counts);
    bool has_failed = !watch->owners || !watch->counts;
    for (size_t i = 0; i < plan->count && !has_failed; i++)
        for (size_t j = 0; j < plan->planted[i].post_id_count && !has_failed; j++) {
            uint32_t number = interner_add(&watch->ids, plan->planted[i].post_ids[j]);
            has_failed = number == INTERNER_NONE || number >= posts;
            if (!has_failed)
                watch->owners[number] = (int32_t)i;
        }
    if (has_failed) {
        demo_watch_free(watch);
        return error_set(error, ERROR_MEMORY, "no memory to watch trends with");
    }
    *watch_out = watch;
    return ERROR_NONE;
}

void demo_watch_free(struct demo_watch *watch)
{
    if (!watch)
        return;
    interner_fini(&watch->ids);
    arena_fini(&watch->arena);
    free(watch->owners);
    free(watch->counts);
    free(watch->seen);
    free(watch);
}

/* Trends are looked up from the newest back: those that change are mostly those that opened last. */
static struct seen *seen_of(struct demo_watch *watch, uint64_t trend, int64_t at_us)
{
    for (size_t i = watch->seen_count; i-- > 0;)
        if (watch->seen[i].trend == trend)
            return &watch->seen[i];
    if (watch->seen_count == watch->seen_capacity) {
        size_t       capacity = watch->seen_capacity ? watch->seen_capacity * 2 : 64;
        struct seen *grown = realloc(watch->seen, capacity * sizeof *grown);
        if (!grown) {
            watch->has_failed = true;
            return NULL;
        }
        watch->seen = grown;
        watch->seen_capacity = capacity;
    }
    struct seen *seen = &watch->seen[watch->seen_count++];
    *seen = (struct seen){.trend = trend, .planted = NOBODY, .opened_us = at_us};
    return seen;
}

/* Whom most of the posts belong to, and how many of them. */
static int32_t majority(struct demo_watch *watch, const struct trend *trend, uint32_t *planted_out)
{
    memset(watch->counts, 0, watch->plan->count * sizeof *watch->counts);
    for (size_t i = 0; i < trend->post_id_count; i++) {
        uint32_t number = interner_find(&watch->ids, trend->post_ids[i]);
        if (number != INTERNER_NONE)
            watch->counts[watch->owners[number]]++;
    }
    int32_t  best = NOBODY;
    uint32_t most = 0;
    for (size_t i = 0; i < watch->plan->count; i++)
        if (watch->counts[i] > most) {
            most = watch->counts[i];
            best = (int32_t)i;
        }
    *planted_out = most;
    return most >= MAJORITY_MIN && most * 2 >= trend->post_id_count ? best : NOBODY;
}

static struct str kept(struct demo_watch *watch, struct str s)
{
    struct str copy = arena_str(&watch->arena, s);
    watch->has_failed |= !copy.ptr;
    return copy;
}

static void keep_found(struct demo_watch *watch, struct seen *seen, const struct trend *trend, uint32_t planted_count)
{
    struct demo_found *found = &seen->found;
    *found = (struct demo_found){.trend = trend->id, .label = kept(watch, trend->label), .detected_at_us = trend->detected_at_us,
                                 .started_at_us = trend->started_at_us, .voices = trend->voices, .z = trend->z_peak,
                                 .growth_per_h = trend->growth_per_h, .growth_se = trend->growth_se,
                                     .flags = trend->flags,
                                 .series_step_us = trend->series_step_us, .post_count = (uint32_t)trend->post_id_count,
                                 .planted_count = planted_count};
    memcpy(found->series, trend->series, sizeof found->series);
    /* Of the posts that the engine shows for it, those of the story first. */
    for (int is_own = 1; is_own >= 0; is_own--)
        for (size_t i = 0; i < trend->representative_count && found->sample_count < DEMO_SAMPLES; i++) {
            uint32_t number = interner_find(&watch->ids, trend->representatives[i].id);
            if ((number != INTERNER_NONE && watch->owners[number] == seen->planted) != (bool)is_own)
                continue;
            found->samples[found->sample_count].author = kept(watch, trend->representatives[i].author);
            found->samples[found->sample_count++].text = kept(watch, trend->representatives[i].text);
        }
}

void demo_watch_event(void *context, enum trend_event_kind kind, int64_t at_us, const struct trend *trend)
{
    struct demo_watch *watch = context;
    struct seen       *seen = seen_of(watch, trend->id, at_us);
    if (!seen || kind == TREND_CLOSE)
        return;
    uint32_t planted_count = 0;
    int32_t  planted = majority(watch, trend, &planted_count);
    bool     is_plain = !(trend->flags & TELLING_FLAGS);
    seen->was_plain |= is_plain;
    if (planted != NOBODY && seen->planted != planted) {
        seen->planted = planted;
        seen->belongs_us = at_us;
        seen->in_time_us = seen->unflagged_us = 0;
        seen->best_z = 0;
    }
    if (planted != NOBODY && is_plain) {
        const struct demo_planted *story = &watch->plan->planted[planted];
        if (!seen->unflagged_us)
            seen->unflagged_us = at_us;
        if (!seen->in_time_us && at_us >= story->onset_us && at_us <= story->until_us + SLACK_HOURS * CLOCK_HOUR_US)
            seen->in_time_us = at_us;
    }
    /* Shown as it was when it was last at least half as surprising as ever: its rise and height are in view, its long tail is not.
     * A trend may drift away from its story to posts that share a word with it; that is not what it was shown for. */
    if ((planted != NOBODY || seen->planted == NOBODY) && trend->z >= seen->best_z / 2) {
        seen->best_z = trend->z > seen->best_z ? trend->z : seen->best_z;
        keep_found(watch, seen, trend, planted_count);
    }
}

/* ---- Comparing ---- */

static void judge(const struct demo_watch *watch, size_t index, struct demo_row *row)
{
    const struct demo_planted *planted = &watch->plan->planted[index];
    bool               is_story = planted->kind == DEMO_STORY;
    const struct seen *first = NULL, *largest = NULL;
    bool               is_shown = false;
    *row = (struct demo_row){.planted = planted};
    for (size_t i = 0; i < watch->seen_count; i++) {
        const struct seen *seen = &watch->seen[i];
        if (seen->planted != (int32_t)index)
            continue;
        row->trends++;
        int64_t at_us = is_story ? seen->in_time_us : seen->belongs_us;
        is_shown |= seen->unflagged_us != 0;
        if (!largest || seen->found.planted_count > largest->found.planted_count)
            largest = seen;
        int64_t first_us = first ? (is_story ? first->in_time_us : first->belongs_us) : INT64_MAX;
        if (at_us && at_us < first_us)
            first = seen;
    }
    if (first) {
        row->has_found = true;
        row->found = largest->found;
        row->found.detected_at_us = is_story ? first->in_time_us : first->belongs_us;
        row->found.delay_us = row->found.detected_at_us - planted->onset_us;
    }
    if (is_story)
        row->verdict = first ? DEMO_FOUND : DEMO_MISSED;
    else if (!row->trends)
        row->verdict = DEMO_QUIET;
    else
        row->verdict = !is_shown ? DEMO_FLAGGED : planted->is_first ? DEMO_LEARNING : DEMO_FALSE;
}

static int by_z(const void *a, const void *b)
{
    const struct demo_found *x = a, *y = b;
    return (x->z < y->z) - (x->z > y->z);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static enum error_code count_rows(struct demo_report *report, struct error *error)
{
    double *delays = calloc(report->row_count + 1, sizeof *delays);
    if (!delays)
        return error_set(error, ERROR_MEMORY, "no memory to compare with");
    for (size_t i = 0; i < report->row_count; i++) {
        const struct demo_row *row = &report->rows[i];
        if (row->planted->kind == DEMO_STORY) {
            report->stories++;
            if (row->verdict == DEMO_FOUND)
                delays[report->stories_found++] = (double)row->found.delay_us / (double)CLOCK_HOUR_US;
        } else {
            report->distractors++;
            report->distractors_shown += row->verdict == DEMO_FALSE;
        }
    }
    size_t n = report->stories_found;
    qsort(delays, n, sizeof *delays, by_value);
    report->median_delay_h = n ? (delays[(n - 1) / 2] + delays[n / 2]) / 2 : NAN;
    free(delays);
    return ERROR_NONE;
}

static void add_other(struct demo_report *report, const struct demo_found *found)
{
    report->weak_others += (found->flags & TREND_LOW_EVIDENCE) != 0;
    report->others[report->other_count++] = *found;
}

enum error_code demo_compare(const struct demo_watch *watch, struct arena *arena, struct demo_report *report_out,
                             struct error *error)
{
    *report_out = (struct demo_report){.plan = watch->plan, .row_count = watch->plan->count, .trends = watch->seen_count};
    struct demo_report *report = report_out;
    report->rows = arena_array(arena, report->row_count, sizeof *report->rows);
    report->others = arena_array(arena, watch->seen_count, sizeof *report->others);
    if (watch->has_failed || !report->rows || !report->others)
        return error_set(error, ERROR_MEMORY, "no memory to compare with");
    for (size_t i = 0; i < report->row_count; i++)
        judge(watch, i, &report->rows[i]);
    for (size_t i = 0; i < watch->seen_count; i++) {
        const struct seen *seen = &watch->seen[i];
        if (seen->opened_us < watch->plan->judged_from_us)
            report->learning_trends++;
        else if (seen->planted == NOBODY && seen->was_plain)
            add_other(report, &seen->found);
        else if (seen->planted == NOBODY)
            report->flagged_others++;
    }
    qsort(report->others, report->other_count, sizeof *report->others, by_z);
    for (size_t i = 0; i < report->row_count; i++)
        for (size_t j = 0; j < report->rows[i].found.sample_count; j++) {
            report->rows[i].found.samples[j].author = arena_str(arena, report->rows[i].found.samples[j].author);
            report->rows[i].found.samples[j].text = arena_str(arena, report->rows[i].found.samples[j].text);
        }
    for (size_t i = 0; i < report->row_count; i++)
        report->rows[i].found.label = arena_str(arena, report->rows[i].found.label);
    for (size_t i = 0; i < report->other_count; i++) {
        report->others[i].label = arena_str(arena, report->others[i].label);
        report->others[i].sample_count = 0;
    }
    return count_rows(report, error);
}
