#include "read/forecast.h"

#include "base/clock.h"

#include <math.h>

const char *const forecast_direction_names[FORECAST_DIRECTIONS] = {"down", "flat", "up"};

const char *const forecast_feature_names[FORECAST_FEATURES] = {
    "constant",      "usual change",     "last week's change", "level", "level above", "level below", "momentum",
    "window before", "day against week", "size of momentum",   "volume"};

double forecast_rate(double hits, double tries, double prior, double strength)
{
    return (hits + strength * prior) / (tries + strength);
}

/* ---- Counting ---- */

static double before(const struct forecast_series *series, int64_t at_us)
{
    double steps = (double)(at_us - series->start_us) / (double)series->step_us;
    if (steps <= 0)
        return series->before[0];
    if (steps >= (double)series->count)
        return series->before[series->count];
    size_t whole = (size_t)steps;
    return series->before[whole] + (steps - (double)whole) * (series->before[whole + 1] - series->before[whole]);
}

double forecast_sum(const struct forecast_series *series, int64_t from_us, int64_t until_us)
{
    return until_us > from_us ? before(series, until_us) - before(series, from_us) : 0;
}

enum forecast_direction forecast_direction_of(double past, double future)
{
    if (fabs(future - past) < fmax(0.25 * past, 2 * sqrt(past)) || future == past)
        return FORECAST_FLAT;
    return future > past ? FORECAST_UP : FORECAST_DOWN;
}

/* ---- What is known at a moment ---- */

/* What the calendar says: the mean of both windows, whole periods ago. */
struct usual {
    double  past, future;
    int64_t period_us;
};

enum { DAYS_BACK = 7, WEEKS_BACK = 4 };

static bool find_usual(const struct forecast_series *series, struct forecast_span span, int64_t now_us,
                       struct usual *usual_out)
{
    bool    is_daily = span.lead_us <= CLOCK_DAY_US;
    int64_t period_us = is_daily ? CLOCK_DAY_US : 7 * CLOCK_DAY_US;
    int64_t first = (span.lead_us + period_us - 1) / period_us; /* so many periods ago the future window had passed */
    int     most = is_daily ? DAYS_BACK : WEEKS_BACK, used = 0;
    *usual_out = (struct usual){.period_us = period_us};
    for (int64_t k = first; k < first + most; k++) {
        int64_t then_us = now_us - k * period_us;
        if (then_us - span.window_us < series->start_us)
            break;
        usual_out->past += forecast_sum(series, then_us - span.window_us, then_us);
        usual_out->future += forecast_sum(series, then_us + span.lead_us - span.window_us, then_us + span.lead_us);
        used++;
    }
    /* Days differ more among each other than weeks do: one week ago says something, one day ago too little. */
    if (used < (is_daily ? DAYS_BACK : 1))
        return false;
    usual_out->past /= used;
    usual_out->future /= used;
    return true;
}

static double log_ratio(double a, double b)
{
    return log((a + 1) / (b + 1));
}

bool forecast_features(const struct forecast_series *series, struct forecast_span span, int64_t now_us,
                       double features_out[FORECAST_FEATURES])
{
    struct usual usual;
    int64_t      w = span.window_us, day = CLOCK_DAY_US, weeks_us = (span.lead_us + 7 * day - 1) / (7 * day) * 7 * day;
    if (now_us - weeks_us - w < series->start_us || !find_usual(series, span, now_us, &usual))
        return false;
    double past = forecast_sum(series, now_us - w, now_us);
    double third = 3 * forecast_sum(series, now_us - w / 3, now_us);
    double earlier = forecast_sum(series, now_us - 2 * w, now_us - w);
    double today = forecast_sum(series, now_us - day, now_us),
           week = forecast_sum(series, now_us - 7 * day, now_us) / 7;
    int64_t then_us = now_us - weeks_us;
    double  last_past = forecast_sum(series, then_us - w, then_us);
    double  last_future = forecast_sum(series, then_us + span.lead_us - w, then_us + span.lead_us);
    double  level = log_ratio(past, usual.past), momentum = log_ratio(third, past);
    double  features[FORECAST_FEATURES] = {1,
                                           log_ratio(usual.future, usual.past),
                                           log_ratio(last_future, last_past),
                                           level,
                                           fmax(level, 0),
                                           fmin(level, 0),
                                           momentum,
                                           log_ratio(past, earlier),
                                           log_ratio(today, week),
                                           fabs(momentum),
                                           log(past + 1)};
    memcpy(features_out, features, sizeof features);
    return true;
}

/* ---- Young series ---- */

/* Down, flat, up three hours on, by how far the last three hours stood above what is usual; mentions of five brands. */
static const double table[5][FORECAST_DIRECTIONS] = {
    {.69, .19, .12}, /* more than twice, still rising */
    {.82, .12, .06}, /* more than twice, falling */
    {.61, .27, .12}, /* more than twice, steady */
    {.47, .35, .18}, /* 1.25 to 2 times */
    {.26, .54, .20}, /* as usual, or less */
};
enum { TABLE_STRENGTH = 8 };

static size_t table_row(double level, double momentum)
{
    if (level > log(2))
        return momentum > log(1.25) ? 0 : momentum < -log(1.25) ? 1 : 2;
    return level > log(1.25) ? 3 : 4;
}

/* The row for a moment, where all that is known as usual is the mean of the history before it. */
static size_t young_row(const struct forecast_series *series, int64_t window_us, int64_t now_us)
{
    double past = forecast_sum(series, now_us - window_us, now_us);
    double known_us = (double)(now_us - window_us - series->start_us);
    double all = forecast_sum(series, series->start_us, now_us - window_us);
    double usual = known_us > (double)window_us ? all * (double)window_us / known_us : past;
    double third = 3 * forecast_sum(series, now_us - window_us / 3, now_us);
    return table_row(log_ratio(past, usual), log_ratio(third, past));
}

void forecast_young(const struct forecast_series *series, struct forecast_span span, int64_t now_us,
                    double p_out[FORECAST_DIRECTIONS])
{
    size_t row = young_row(series, span.window_us, now_us);
    double hits[FORECAST_DIRECTIONS] = {0}, tries = 0;
    /* Windows side by side, so that one long afternoon does not count as many. */
    for (int64_t at = now_us - span.lead_us; at - 2 * span.window_us >= series->start_us; at -= span.window_us) {
        if (young_row(series, span.window_us, at) != row)
            continue;
        double past = forecast_sum(series, at - span.window_us, at);
        double future = forecast_sum(series, at + span.lead_us - span.window_us, at + span.lead_us);
        hits[forecast_direction_of(past, future)]++;
        tries++;
    }
    for (int k = 0; k < FORECAST_DIRECTIONS; k++)
        p_out[k] = forecast_rate(hits[k], tries, table[row][k], TABLE_STRENGTH);
}
