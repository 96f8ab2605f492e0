#include "alert/judge.h"

#include "trend/deviance.h"

#include <math.h>

const char *const alert_basis_names[4] = {"learning", "same_hour", "just_before", "no_usual"};

enum { LAGS_MOST = 12, LAGS_LEAST = 3, TRIM_FROM = 5 };

double alert_threshold(enum alert_sensitivity sensitivity)
{
    static const double thresholds[] = {[ALERT_VERY_UNUSUAL] = 6, [ALERT_UNUSUAL] = 4, [ALERT_ABOVE_USUAL] = 2.5};
    return thresholds[sensitivity];
}

static size_t minute_of(const struct alert_series *series, int64_t at_us)
{
    if (at_us <= series->start_us)
        return 0;
    uint64_t minute = (uint64_t)(at_us - series->start_us) / CLOCK_MINUTE_US;
    return minute < series->minutes ? (size_t)minute : series->minutes;
}

uint64_t alert_series_sum(const struct alert_series *series, const uint64_t *sums, int64_t from_us, int64_t until_us)
{
    size_t from = minute_of(series, from_us), until = minute_of(series, until_us);
    return until > from ? sums[until] - sums[from] : 0;
}

/* ---- The usual ---- */

struct usual {
    double      counts[LAGS_MOST], known[LAGS_MOST];
    unsigned    count;
    enum alert_basis basis;
};

static void add_window(const struct alert_rule *rule, const struct alert_series *series, int64_t until_us, struct usual *usual)
{
    int64_t from_us = until_us - rule->window_us;
    if (from_us < series->first_us || from_us < series->start_us || usual->count == LAGS_MOST)
        return;
    bool is_tone = rule->on == ALERT_TONE;
    usual->counts[usual->count] = (double)alert_series_sum(series, is_tone ? series->negative : series->posts, from_us, until_us);
    usual->known[usual->count] = is_tone ? (double)alert_series_sum(series, series->known, from_us, until_us) : 0;
    usual->count++;
}

static void find_usual(const struct alert_rule *rule, const struct alert_series *series, int64_t at_us, struct usual *usual)
{
    *usual = (struct usual){.basis = ALERT_SAME_HOUR};
    if (rule->window_us <= CLOCK_DAY_US)
        for (int day = 1; day <= 7; day++)
            add_window(rule, series, at_us - day * CLOCK_DAY_US, usual);
    for (int week = rule->window_us <= CLOCK_DAY_US ? 2 : 1; week <= 4; week++)
        add_window(rule, series, at_us - week * 7 * CLOCK_DAY_US, usual);
    if (usual->count >= LAGS_LEAST)
        return;
    *usual = (struct usual){.basis = ALERT_JUST_BEFORE};
    for (int back = 1; back <= LAGS_MOST && back * rule->window_us <= ALERT_REACH_US - rule->window_us; back++)
        add_window(rule, series, at_us - back * rule->window_us, usual);
    if (usual->count < LAGS_LEAST)
        usual->basis = ALERT_LEARNING;
}

/* The highest goes, so that one storm in the past does not raise what is usual. */
static void trim(struct usual *usual)
{
    unsigned highest = 0;
    if (usual->count < TRIM_FROM)
        return;
    for (unsigned i = 1; i < usual->count; i++)
        if (usual->counts[i] > usual->counts[highest])
            highest = i;
    usual->count--;
    usual->counts[highest] = usual->counts[usual->count];
    usual->known[highest] = usual->known[usual->count];
}

static void weigh(const struct alert_rule *rule, const struct usual *usual, struct alert_judgement *judgement)
{
    double sum = 0, known = 0, squares = 0, n = usual->count;
    for (unsigned i = 0; i < usual->count; i++) {
        sum += usual->counts[i];
        known += usual->known[i];
    }
    bool   is_tone = rule->on == ALERT_TONE;
    double share = (sum + 0.5) / (known + 1);
    double mu = is_tone ? (double)judgement->known * share : (sum + 0.5) / n;
    if (!(mu > 0)) /* tone, and nothing known now */
        return;
    for (unsigned i = 0; i < usual->count; i++) {
        /* Tone: each past window as if it had as many known posts as this one. */
        double scale = !is_tone ? 1 : usual->known[i] > 0 ? (double)judgement->known / usual->known[i] : 0;
        double off = scale > 0 ? usual->counts[i] * scale - mu : 0;
        /* Few known posts tell a share badly: what chance alone gives them beyond today's count is not the query's own restlessness. */
        squares += off * off / (scale > 1 ? scale : 1);
    }
    double variance = (4 * (mu + mu * mu / DEVIANCE_SIZE) + squares) / (4 + n - 1);
    double size = variance > mu ? mu * mu / (variance - mu) : 100;
    judgement->expected = mu;
    judgement->size = size < 1 ? 1 : size > 100 ? 100 : size;
    judgement->z = deviance_z((double)judgement->value, mu, judgement->size);
}

void alert_judge(const struct alert_rule *rule, const struct alert_series *series, int64_t at_us, int64_t since_us,
                 struct alert_judgement *judgement_out)
{
    struct alert_judgement judgement = {.basis = ALERT_NO_USUAL};
    int64_t                from_us = at_us - rule->window_us;
    struct usual           usual;
    if (rule->on == ALERT_AUTHOR && from_us < since_us)
        from_us = since_us;
    judgement.value = alert_series_sum(series, rule->on == ALERT_TONE ? series->negative : series->posts, from_us, at_us);
    if (rule->on == ALERT_TONE)
        judgement.known = alert_series_sum(series, series->known, from_us, at_us);
    if (rule->on == ALERT_VOLUME || rule->on == ALERT_TONE) {
        find_usual(rule, series, at_us, &usual);
        trim(&usual);
        judgement.basis = usual.basis;
        judgement.compared = usual.count;
        if (usual.basis != ALERT_LEARNING)
            weigh(rule, &usual, &judgement);
    }
    *judgement_out = judgement;
}

/* ---- One minute ---- */

/* Cheaper than a judgement, and true for most minutes of most rules. */
static bool is_below_least(const struct alert_rule *rule, const struct alert_series *series, int64_t at_us)
{
    const uint64_t *sums = rule->on == ALERT_TONE ? series->known : series->posts;
    uint64_t        least = rule->least_posts > 0 ? rule->least_posts : 1;
    return alert_series_sum(series, sums, at_us - rule->window_us, at_us) < least;
}

static enum error_code has_enough_voices(const struct alert_rule *rule, const struct alert_series *series, int64_t at_us, alert_voices_fn voices,
                                         void *context, struct alert_memory *memory, uint64_t *voices_out, bool *has_enough_out,
                                         struct error *error)
{
    uint64_t        so_far = series->posts[minute_of(series, at_us)];
    enum error_code code;
    *has_enough_out = true;
    *voices_out = 0;
    if (!voices)
        return ERROR_NONE;
    if (memory->has_looked && memory->voices_found + (so_far - memory->posts_then) < rule->least_voices) {
        *has_enough_out = false;
        return ERROR_NONE;
    }
    code = voices(context, at_us - rule->window_us, at_us, voices_out, error);
    memory->has_looked = true;
    memory->voices_found = *voices_out;
    memory->posts_then = so_far;
    *has_enough_out = *voices_out >= rule->least_voices;
    return code;
}

enum error_code alert_step(const struct alert_rule *rule, const struct alert_series *series, int64_t at_us, alert_voices_fn voices, void *context,
                           struct alert_memory *memory, struct alert_judgement *judgement_out, uint64_t *voices_out, bool *has_fired_out,
                           struct error *error)
{
    bool is_author = rule->on == ALERT_AUTHOR;
    *has_fired_out = false;
    *voices_out = 0;
    *judgement_out = (struct alert_judgement){0};
    if (is_below_least(rule, series, at_us)) {
        memory->is_calm = true;
        return ERROR_NONE;
    }
    bool is_cooling = memory->fired_us && at_us < memory->fired_us + rule->cooldown_us;
    if (is_cooling && memory->is_calm) /* nothing that a judgement could change */
        return ERROR_NONE;
    alert_judge(rule, series, at_us, memory->fired_us, judgement_out);
    bool is_over = is_author ? judgement_out->value > 0 : judgement_out->z >= alert_threshold(rule->sensitivity);
    if (!is_over) {
        memory->is_calm = true;
        return ERROR_NONE;
    }
    bool is_news = is_author || memory->is_calm || judgement_out->value >= 2 * memory->fired_value;
    if (is_cooling || !is_news)
        return ERROR_NONE;
    bool            has_enough;
    enum error_code code = has_enough_voices(rule, series, at_us, is_author ? NULL : voices, context, memory, voices_out, &has_enough, error);
    if (code || !has_enough)
        return code;
    memory->fired_us = at_us;
    memory->fired_value = judgement_out->value;
    memory->is_calm = false;
    memory->has_looked = false;
    *has_fired_out = true;
    return ERROR_NONE;
}

enum error_code alert_replay(const struct alert_rule *rule, const struct alert_series *series, int64_t from_us, int64_t until_us,
                             alert_voices_fn voices, void *context, struct alert_memory *memory, struct alert_hits *hits, struct error *error)
{
    int64_t at_us = clock_floor(from_us, CLOCK_MINUTE_US) + CLOCK_MINUTE_US;
    hits->ended_us = at_us - CLOCK_MINUTE_US;
    for (; at_us <= until_us; at_us += CLOCK_MINUTE_US) {
        struct alert_hit hit = {.at_us = at_us};
        bool             has_fired;
        bool             had_looked = memory->has_looked;
        uint64_t         posts_then = memory->posts_then;
        if (hits->looks_most && hits->looks >= hits->looks_most)
            return ERROR_NONE;
        if (alert_step(rule, series, at_us, voices, context, memory, &hit.judgement, &hit.voices, &has_fired, error))
            return error->code;
        hits->looks += has_fired || (memory->has_looked && (!had_looked || memory->posts_then != posts_then));
        hits->ended_us = at_us;
        if (!has_fired)
            continue;
        if (hits->count < hits->most)
            hits->hits[hits->count] = hit;
        hits->count++;
    }
    return ERROR_NONE;
}

struct alert_rate alert_rate_of(uint64_t fired, double weeks)
{
    double n = (double)fired, more = n + 1;
    if (!(weeks > 0))
        return (struct alert_rate){NAN, NAN, NAN};
    double low = fired ? n * pow(1 - 1 / (9 * n) - 1.96 / (3 * sqrt(n)), 3) : 0, high = more * pow(1 - 1 / (9 * more) + 1.96 / (3 * sqrt(more)), 3);
    return (struct alert_rate){n / weeks, low > 0 ? low / weeks : 0, high / weeks};
}
