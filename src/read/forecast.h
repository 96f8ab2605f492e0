/* Where a count is heading: down, flat or up, as three probabilities. Pure mathematics; reads are compared with it once
 * they are saved.
 *
 * The question. Windows of one width W; `past` is counted in the W before now, `future` in the W before the due time,
 * which lies `lead` ahead (lead >= W, so that the two never overlap).
 *
 *     up, down     future differs from past by at least 25 % of past, and by at least 2 sqrt(past)
 *     flat         else
 *
 *          [--- past ---]now            [-- future --]due
 *                        <----- lead ---------------->
 *
 * The model. Multinomial logistic regression on eleven numbers (FORECAST_FEATURES), each known at `now`, fitted by
 * Newton's method with a ridge (Boehning 1992 for the Hessian's form) on every anchor of the series' own history whose
 * due time has passed. Its probabilities are tempered by one temperature that is found on the last quarter of the
 * history by a fit to the rest (Guo et al. 2017), and the model is used only if it beat the plain frequencies there;
 * then it is fitted once more on all. `expected` is the mean at the same time of the last seven days, or of the last
 * four weeks where the lead is longer than a day.
 *
 * Without enough history: frequencies by how far the past stands above what is usual (forecast_young), drawn to a table
 * learnt elsewhere.
 */
#ifndef READ_FORECAST_H
#define READ_FORECAST_H

#include "base/arena.h"
#include "base/error.h"

/* Posts over time in equal steps: before[i] were posted before start_us + i * step_us, i = 0 .. count. */
struct forecast_series {
    int64_t       start_us, step_us;
    const double *before; /* count + 1 numbers, from 0 upwards */
    size_t        count;
};
/* Posts in [from, until); what lies outside the series counts as none. Within a step they count as evenly spread. */
double forecast_sum(const struct forecast_series *series, int64_t from_us, int64_t until_us);

enum forecast_direction { FORECAST_DOWN, FORECAST_FLAT, FORECAST_UP, FORECAST_DIRECTIONS };
extern const char *const forecast_direction_names[FORECAST_DIRECTIONS];
enum forecast_direction  forecast_direction_of(double past, double future);

struct forecast_span {
    int64_t window_us, lead_us; /* 0 < window_us <= lead_us */
};

enum { FORECAST_FEATURES = 11 };
extern const char *const forecast_feature_names[FORECAST_FEATURES];
/* The eleven numbers at now_us, from what was before it alone. False where the series does not reach back far enough.
 */
bool forecast_features(const struct forecast_series *series, struct forecast_span span, int64_t now_us,
                       double features_out[FORECAST_FEATURES]);

struct forecast_model {
    double mean[FORECAST_FEATURES], scale[FORECAST_FEATURES];
    double weights[FORECAST_DIRECTIONS][FORECAST_FEATURES];
    double temperature;
    double climatology[FORECAST_DIRECTIONS]; /* frequencies of the three in the history, drawn a little to the table */
    size_t anchors;                          /* moments of the history that it was fitted on */
    bool   is_fitted;      /* else only climatology and anchors are filled: too little history, or no gain in it */
    double held_out_skill; /* 1 - Brier / Brier of frequencies on the last quarter of the history; NaN: not measured */
};

enum { FORECAST_LEAST_ANCHORS = 150 };
/* Fits to what was before until_us. ERROR_MEMORY alone. */
enum error_code forecast_fit(const struct forecast_series *series, struct forecast_span span, int64_t until_us,
                             struct arena *arena, struct forecast_model *model_out, struct error *error);
/* Probabilities that add up to 1, each at least 0.005; features as forecast_features gave them. is_fitted must hold. */
void forecast_predict(const struct forecast_model *model, const double features[FORECAST_FEATURES],
                      double p_out[FORECAST_DIRECTIONS]);

/* Without a fitted model: by level (past against what is usual in the history at hand) and whether it still rises (the
 * last third of the window against the whole). Table of five brands' mentions, 3 hours ahead; the history's own
 * frequencies are drawn to it with weight 8. */
void forecast_young(const struct forecast_series *series, struct forecast_span span, int64_t now_us,
                    double p_out[FORECAST_DIRECTIONS]);

/* A frequency drawn to a prior: (hits + strength * prior) / (tries + strength). */
double forecast_rate(double hits, double tries, double prior, double strength);

#endif
