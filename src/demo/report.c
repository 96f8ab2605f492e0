#include "demo/demo.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/utf8.h"

#include <math.h>

enum { COLUMNS = 80, INDENT = 10, LABEL_COLUMNS = 34 };

static const char margin[] = "          ";

/* The text on one line, cut at a character so that it needs at most that many columns. */
static void put_cut(struct buf *out, struct str text, int columns)
{
    struct buf flat = {0};
    for (size_t i = 0; i < text.len; i++)
        buf_append_char(&flat, text.ptr[i] == '\n' || text.ptr[i] == '\r' || text.ptr[i] == '\t' ? ' ' : text.ptr[i]);
    struct str whole = buf_str(&flat);
    if (text_terminal_width(whole) <= columns) {
        buf_append_str(out, whole);
    } else {
        size_t at = 0, fits = 0;
        while (at < whole.len) {
            utf8_next(whole, &at);
            if (text_terminal_width(str_slice(whole.ptr, at)) > columns - 1)
                break;
            fits = at;
        }
        buf_append_str(out, str_slice(whole.ptr, fits));
        buf_append_str(out, STR("…"));
    }
    buf_fini(&flat);
}

/* 64786 as "64,786". */
static void put_count(struct buf *out, uint64_t count)
{
    char digits[32];
    int  len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)count);
    for (int i = 0; i < len; i++) {
        if (i && (len - i) % 3 == 0)
            buf_append_char(out, ',');
        buf_append_char(out, digits[i]);
    }
}

/* "4 min", "1.5 h", "2.0 days" */
static void put_span(struct buf *out, double us)
{
    double hours = us / (double)CLOCK_HOUR_US;
    if (fabs(hours) < 1.5)
        buf_printf(out, "%.0f min", hours * 60);
    else if (fabs(hours) < 48)
        buf_printf(out, "%.1f h", hours);
    else
        buf_printf(out, "%.1f days", hours / 24);
}

/* One block a bucket, from the first that holds a voice; the tallest is the most. */
static void put_sparkline(struct buf *out, const struct demo_found *found)
{
    static const char *const blocks[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    uint32_t most = 0;
    int      first = TREND_SERIES;
    for (int i = TREND_SERIES - 1; i >= 0; i--) {
        most = found->series[i] > most ? found->series[i] : most;
        first = found->series[i] ? i : first;
    }
    for (int i = first; i < TREND_SERIES; i++)
        buf_append_str(out, str_of(blocks[(found->series[i] * 7 + most / 2) / most]));
    if (most) {
        buf_append_str(out, STR("  a bar is "));
        put_span(out, (double)found->series_step_us);
    }
}

static void put_flags(struct buf *out, unsigned flags)
{
    bool is_first = true;
    for (unsigned i = 0; i < 3; i++)
        if (flags & 1u << i) {
            buf_printf(out, "%s%s", is_first ? "" : ", ", trend_flag_names[i]);
            is_first = false;
        }
}

static void put_direction(struct buf *out, const struct demo_found *found)
{
    if (!isfinite(found->growth_per_h) || !isfinite(found->growth_se))
        return;
    if (fabs(found->growth_per_h) < 1.64 * found->growth_se)
        buf_append_str(out, STR(" · level"));
    else if (found->growth_per_h > 0)
        buf_printf(out, " · doubling in %.1f h", log(2) / found->growth_per_h);
    else
        buf_printf(out, " · halving in %.1f h", -log(2) / found->growth_per_h);
}

static void put_planted(struct buf *out, const struct demo_planted *planted)
{
    char at[CLOCK_TEXT_BYTES];
    buf_printf(out, "%splanted %s · %s · %zu posts by %zu people", margin, clock_print_short(planted->onset_us, at),
               demo_shape_names[planted->shape], planted->post_id_count, planted->people);
    if (planted->community.len)
        buf_printf(out, "\n%sfirst in the community %.*s", margin, STR_ARG(planted->community));
    buf_append_char(out, '\n');
}

static void put_found(struct buf *out, const struct demo_row *row)
{
    const struct demo_found *found = &row->found;
    char at[CLOCK_TEXT_BYTES];
    buf_printf(out, "%sshown   %s · after ", margin, clock_print_short(found->detected_at_us, at));
    put_span(out, (double)found->delay_us);
    buf_printf(out, "\n%slabel   “", margin);
    put_cut(out, found->label, LABEL_COLUMNS);
    buf_printf(out, "” · %u of its %u posts are of the story\n", found->planted_count, found->post_count);
    buf_printf(out, "%svoices  %.0f · z %.1f", margin, found->voices, found->z);
    put_direction(out, found);
    buf_printf(out, "\n%s", margin);
    put_sparkline(out, found);
    buf_append_char(out, '\n');
    for (size_t i = 0; i < found->sample_count; i++) {
        struct buf line = {0};
        buf_printf(&line, "@%.*s: ", STR_ARG(found->samples[i].author));
        buf_append_str(&line, found->samples[i].text);
        buf_append_str(out, str_of(margin));
        put_cut(out, buf_str(&line), COLUMNS - INDENT);
        buf_append_char(out, '\n');
        buf_fini(&line);
    }
    if (row->trends > 1)
        buf_printf(out, "%s(and %zu other %s of the same story)\n", margin, row->trends - 1,
                   row->trends == 2 ? "trend" : "trends");
}

static void put_story(struct buf *out, const struct demo_row *row)
{
    bool is_found = row->verdict == DEMO_FOUND;
    buf_printf(out, "\n  %-6s  ", is_found ? "found" : "MISSED");
    put_cut(out, row->planted->title, COLUMNS - INDENT);
    buf_append_char(out, '\n');
    put_planted(out, row->planted);
    if (is_found)
        put_found(out, row);
    else if (row->trends)
        buf_printf(out, "%s%zu %s of it, but none in its time and without a flag\n", margin, row->trends,
                   row->trends == 1 ? "trend was made" : "trends were made");
    else
        buf_printf(out, "%sno trend was made of it\n", margin);
}

static void put_distractor(struct buf *out, const struct demo_row *row)
{
    static const char *const words[] = {[DEMO_FLAGGED] = "flagged", [DEMO_QUIET] = "quiet", [DEMO_FALSE] = "FALSE",
                                        [DEMO_LEARNING] = "new"};
    char at[CLOCK_TEXT_BYTES];
    buf_printf(out, "  %-7s %s · %.*s", words[row->verdict], clock_print_short(row->planted->onset_us, at),
               STR_ARG(row->planted->title));
    if (row->verdict == DEMO_FLAGGED) {
        buf_append_str(out, STR("\n          "));
        put_flags(out, row->found.flags);
        buf_append_str(out, STR(", after "));
        put_span(out, (double)row->found.delay_us);
    } else if (row->verdict == DEMO_FALSE) {
        buf_append_str(out, STR("\n          shown as a story: “"));
        put_cut(out, row->found.label, LABEL_COLUMNS);
        buf_append_str(out, STR("”"));
    }
    buf_append_char(out, '\n');
}

static void put_others(struct buf *out, const struct demo_report *report)
{
    enum { SHOWN = 5 };
    if (report->other_count)
        buf_printf(out, "\nUnearthed, though nobody planted it: %zu, %zu of them marked as weak\n", report->other_count,
                   report->weak_others);
    else
        buf_append_str(out, STR("\nNothing was unearthed that nobody planted.\n"));
    for (size_t i = 0; i < report->other_count && i < SHOWN; i++) {
        const struct demo_found *other = &report->others[i];
        char at[CLOCK_TEXT_BYTES];
        buf_printf(out, "%s%s · %2.0f voices, z %.1f · “", margin, clock_print_short(other->detected_at_us, at), other->voices,
                   other->z);
        put_cut(out, other->label, LABEL_COLUMNS);
        buf_append_str(out, STR("”\n"));
    }
    if (report->other_count > SHOWN)
        buf_printf(out, "%sand %zu weaker ones\n", margin, report->other_count - SHOWN);
    if (report->learning_trends)
        buf_printf(out, "In the first week everything is new to the engine: its %zu trends are not judged.\n",
                   report->learning_trends);
}

void demo_print_report(const struct demo_report *report, struct buf *out)
{
    const struct demo_plan *plan = report->plan;
    char since[CLOCK_TEXT_BYTES], until[CLOCK_TEXT_BYTES];
    clock_print(plan->since_us, since)[10] = '\0';
    clock_print(plan->until_us - CLOCK_DAY_US, until)[10] = '\0';
    buf_printf(out, "Wickermouth, an invented harbour town, %s to %s\n", since, until);
    put_count(out, plan->posts);
    buf_append_str(out, STR(" posts by "));
    put_count(out, plan->people);
    buf_printf(out, " people. %zu stories were planted: %zu found, %zu missed", report->stories, report->stories_found,
               report->stories - report->stories_found);
    if (isfinite(report->median_delay_h)) {
        buf_append_str(out, STR(".\nHalf of those found were shown within "));
        put_span(out, report->median_delay_h * (double)CLOCK_HOUR_US);
        buf_append_str(out, STR(" of their first post"));
    }
    buf_append_str(out, STR(".\n"));
    for (size_t i = 0; i < report->row_count; i++)
        if (report->rows[i].planted->kind == DEMO_STORY)
            put_story(out, &report->rows[i]);
    buf_printf(out, "\nPlanted, but no story: %zu, of which %zu shown as if they were\n", report->distractors,
               report->distractors_shown);
    for (size_t i = 0; i < report->row_count; i++)
        if (report->rows[i].planted->kind != DEMO_STORY)
            put_distractor(out, &report->rows[i]);
    put_others(out, report);
}

/* ---- For programs ---- */

static void json_found(struct json *json, const struct demo_found *found)
{
    json_object(json);
    json_key(json, "trend"), json_i64(json, (int64_t)found->trend);
    json_key(json, "label"), json_str(json, found->label);
    json_key(json, "detected_at"), json_time(json, found->detected_at_us);
    json_key(json, "started_at"), json_time(json, found->started_at_us);
    json_key(json, "voices"), json_double(json, found->voices, 1);
    json_key(json, "z"), json_double(json, found->z, 2);
    json_key(json, "growth_per_h"), json_double(json, found->growth_per_h, 3);
    json_key(json, "growth_se"), json_double(json, found->growth_se, 3);
    json_key(json, "posts"), json_i64(json, found->post_count);
    json_key(json, "planted_posts"), json_i64(json, found->planted_count);
    json_key(json, "flags"), json_array(json);
    for (unsigned i = 0; i < 3; i++)
        if (found->flags & 1u << i)
            json_text(json, trend_flag_names[i]);
    json_end(json);
    json_key(json, "samples"), json_array(json);
    for (size_t i = 0; i < found->sample_count; i++) {
        json_object(json);
        json_key(json, "author"), json_str(json, found->samples[i].author);
        json_key(json, "text"), json_str(json, found->samples[i].text);
        json_end(json);
    }
    json_end(json);
    json_end(json);
}

static void json_row(struct json *json, const struct demo_row *row)
{
    const struct demo_planted *planted = row->planted;
    json_object(json);
    json_key(json, "name"), json_str(json, planted->name);
    json_key(json, "title"), json_str(json, planted->title);
    json_key(json, "kind"), json_text(json, demo_kind_names[planted->kind]);
    if (planted->kind == DEMO_STORY)
        json_key(json, "shape"), json_text(json, demo_shape_names[planted->shape]);
    json_key(json, "onset"), json_time(json, planted->onset_us);
    json_key(json, "until"), json_time(json, planted->until_us);
    json_key(json, "posts"), json_i64(json, (int64_t)planted->post_id_count);
    json_key(json, "people"), json_i64(json, (int64_t)planted->people);
    json_key(json, "verdict"), json_text(json, demo_verdict_names[row->verdict]);
    json_key(json, "trends"), json_i64(json, (int64_t)row->trends);
    if (row->has_found) {
        json_key(json, "delay_s"), json_i64(json, row->found.delay_us / CLOCK_SECOND_US);
        json_key(json, "found"), json_found(json, &row->found);
    }
    json_end(json);
}

void demo_print_json(const struct demo_report *report, struct buf *out)
{
    struct json json = json_writer(out);
    json_object(&json);
    json_key(&json, "posts"), json_i64(&json, (int64_t)report->plan->posts);
    json_key(&json, "people"), json_i64(&json, (int64_t)report->plan->people);
    json_key(&json, "since"), json_time(&json, report->plan->since_us);
    json_key(&json, "until"), json_time(&json, report->plan->until_us);
    for (int is_story = 1; is_story >= 0; is_story--) {
        json_key(&json, is_story ? "stories" : "distractors"), json_array(&json);
        for (size_t i = 0; i < report->row_count; i++)
            if ((report->rows[i].planted->kind == DEMO_STORY) == is_story)
                json_row(&json, &report->rows[i]);
        json_end(&json);
    }
    json_key(&json, "others"), json_array(&json);
    for (size_t i = 0; i < report->other_count; i++)
        json_found(&json, &report->others[i]);
    json_end(&json);
    json_key(&json, "stories_found"), json_i64(&json, (int64_t)report->stories_found);
    json_key(&json, "distractors_shown"), json_i64(&json, (int64_t)report->distractors_shown);
    json_key(&json, "median_delay_h"), json_double(&json, report->median_delay_h, 2);
    json_key(&json, "trends"), json_i64(&json, (int64_t)report->trends);
    json_key(&json, "learning_trends"), json_i64(&json, (int64_t)report->learning_trends);
    json_key(&json, "weak_others"), json_i64(&json, (int64_t)report->weak_others);
    json_key(&json, "flagged_others"), json_i64(&json, (int64_t)report->flagged_others);
    json_end(&json);
}
