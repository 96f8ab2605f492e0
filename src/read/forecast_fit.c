/* The regression: every matrix is at most 33 by 33, so Newton's method costs less than choosing a learning rate would.
 */
#include "read/forecast.h"

#include "base/clock.h"

#include <math.h>

enum { SIZE = FORECAST_FEATURES * FORECAST_DIRECTIONS, NEWTON_ROUNDS = 40, MOST_ANCHORS = 6000 };
static const double ridge = 10, least_p = 0.005;

struct anchor {
    double  features[FORECAST_FEATURES];
    uint8_t direction;
};

/* ---- The history as examples ---- */

static size_t collect(const struct forecast_series *series, struct forecast_span span, int64_t until_us,
                      struct anchor *anchors)
{
    /* Four in a window are enough: nearer ones say the same again. */
    int64_t stride_us = span.window_us / 4 > series->step_us ? span.window_us / 4 : series->step_us;
    int64_t last_us = until_us - span.lead_us, first_us = last_us - (MOST_ANCHORS - 1) * stride_us;
    size_t  count = 0;
    for (int64_t at_us = first_us; at_us <= last_us; at_us += stride_us) {
        struct anchor *anchor = &anchors[count];
        if (!forecast_features(series, span, at_us, anchor->features))
            continue;
        double past = forecast_sum(series, at_us - span.window_us, at_us);
        double future = forecast_sum(series, at_us + span.lead_us - span.window_us, at_us + span.lead_us);
        anchor->direction = (uint8_t)forecast_direction_of(past, future);
        count++;
    }
    return count;
}

static void frequencies(const struct anchor *anchors, size_t count, double p_out[FORECAST_DIRECTIONS])
{
    static const double prior[FORECAST_DIRECTIONS] = {.33, .35, .32};
    double              hits[FORECAST_DIRECTIONS] = {0};
    for (size_t i = 0; i < count; i++)
        hits[anchors[i].direction]++;
    for (int k = 0; k < FORECAST_DIRECTIONS; k++)
        p_out[k] = forecast_rate(hits[k], (double)count, prior[k], 8);
}

static void standardise(struct forecast_model *model, const struct anchor *anchors, size_t count)
{
    for (int f = 0; f < FORECAST_FEATURES; f++) {
        double sum = 0, squares = 0;
        for (size_t i = 0; i < count; i++) {
            sum += anchors[i].features[f];
            squares += anchors[i].features[f] * anchors[i].features[f];
        }
        double mean = sum / (double)count, variance = squares / (double)count - mean * mean;
        bool   is_constant = f == 0 || variance < 1e-12;
        model->mean[f] = f == 0 ? 0 : mean;
        model->scale[f] = is_constant ? 1 : sqrt(variance);
    }
}

static void scale(const struct forecast_model *model, const double features[FORECAST_FEATURES],
                  double scaled_out[FORECAST_FEATURES])
{
    for (int f = 0; f < FORECAST_FEATURES; f++)
        scaled_out[f] = (features[f] - model->mean[f]) / model->scale[f];
}

/* ---- Probabilities ---- */

static void soft_max(const double scores[FORECAST_DIRECTIONS], double temperature, double p_out[FORECAST_DIRECTIONS])
{
    double most = fmax(scores[0], fmax(scores[1], scores[2])), sum = 0;
    for (int k = 0; k < FORECAST_DIRECTIONS; k++)
        sum += p_out[k] = exp((scores[k] - most) / temperature);
    for (int k = 0; k < FORECAST_DIRECTIONS; k++)
        p_out[k] /= sum;
}

static void predict(const struct forecast_model *model, const double scaled[FORECAST_FEATURES], double temperature,
                    double p_out[FORECAST_DIRECTIONS])
{
    double scores[FORECAST_DIRECTIONS] = {0};
    for (int k = 0; k < FORECAST_DIRECTIONS; k++)
        for (int f = 0; f < FORECAST_FEATURES; f++)
            scores[k] += model->weights[k][f] * scaled[f];
    soft_max(scores, temperature, p_out);
}

void forecast_predict(const struct forecast_model *model, const double features[FORECAST_FEATURES],
                      double p_out[FORECAST_DIRECTIONS])
{
    double scaled[FORECAST_FEATURES];
    require(model->is_fitted);
    scale(model, features, scaled);
    for (int f = 1; f < FORECAST_FEATURES; f++) /* beyond what was ever seen a straight line is a guess */
        scaled[f] = fmax(-4, fmin(4, scaled[f]));
    predict(model, scaled, model->temperature, p_out);
    for (int k = 0; k < FORECAST_DIRECTIONS; k++)
        p_out[k] = least_p + (1 - FORECAST_DIRECTIONS * least_p) * p_out[k];
}

/* ---- Newton's method ---- */

struct newton {
    double gradient[SIZE], hessian[SIZE][SIZE];
};

/* Solves hessian * step = gradient by Cholesky's method, in place; the ridge makes it positive definite. */
static bool solve(struct newton *newton)
{
    for (int i = 0; i < SIZE; i++) {
        for (int j = 0; j <= i; j++) {
            double sum = newton->hessian[i][j];
            for (int k = 0; k < j; k++)
                sum -= newton->hessian[i][k] * newton->hessian[j][k];
            if (i == j && !(sum > 0))
                return false;
            newton->hessian[i][j] = i == j ? sqrt(sum) : sum / newton->hessian[j][j];
        }
    }
    for (int i = 0; i < SIZE; i++) {
        for (int k = 0; k < i; k++)
            newton->gradient[i] -= newton->hessian[i][k] * newton->gradient[k];
        newton->gradient[i] /= newton->hessian[i][i];
    }
    for (int i = SIZE - 1; i >= 0; i--) {
        for (int k = i + 1; k < SIZE; k++)
            newton->gradient[i] -= newton->hessian[k][i] * newton->gradient[k];
        newton->gradient[i] /= newton->hessian[i][i];
    }
    return true;
}

static void add_anchor(struct newton *newton, const double scaled[FORECAST_FEATURES],
                       const double p[FORECAST_DIRECTIONS], uint8_t direction)
{
    for (int a = 0; a < FORECAST_DIRECTIONS; a++) {
        for (int f = 0; f < FORECAST_FEATURES; f++)
            newton->gradient[a * FORECAST_FEATURES + f] += ((a == direction) - p[a]) * scaled[f];
        for (int b = 0; b <= a; b++) {
            double weight = p[a] * ((a == b) - p[b]);
            for (int f = 0; f < FORECAST_FEATURES; f++)
                for (int g = 0; g < FORECAST_FEATURES; g++)
                    newton->hessian[a * FORECAST_FEATURES + f][b * FORECAST_FEATURES + g] += weight * scaled[f] *
                                                                                             scaled[g];
        }
    }
}

/* Fits the weights to anchors; the likelihood is concave, so steps cut to length 1 always arrive. */
static void fit_weights(struct forecast_model *model, struct newton *newton, const struct anchor *anchors, size_t count)
{
    memset(model->weights, 0, sizeof model->weights);
    standardise(model, anchors, count);
    for (int round = 0; round < NEWTON_ROUNDS; round++) {
        memset(newton, 0, sizeof *newton);
        for (size_t i = 0; i < count; i++) {
            double scaled[FORECAST_FEATURES], p[FORECAST_DIRECTIONS];
            scale(model, anchors[i].features, scaled);
            predict(model, scaled, 1, p);
            add_anchor(newton, scaled, p, anchors[i].direction);
        }
        double *weights = &model->weights[0][0], largest = 0;
        for (int i = 0; i < SIZE; i++) {
            double pull = i % FORECAST_FEATURES ? ridge : 0.1; /* constants are hardly drawn to zero */
            newton->gradient[i] -= pull * weights[i];
            newton->hessian[i][i] += pull;
        }
        if (!solve(newton))
            break;
        for (int i = 0; i < SIZE; i++)
            largest = fmax(largest, fabs(newton->gradient[i]));
        for (int i = 0; i < SIZE; i++)
            weights[i] += newton->gradient[i] / fmax(1, largest);
        if (largest < 1e-8)
            break;
    }
}

/* ---- How well it does on what it has not seen ---- */

static double brier(const double p[FORECAST_DIRECTIONS], uint8_t direction)
{
    double sum = 0;
    for (int k = 0; k < FORECAST_DIRECTIONS; k++)
        sum += (p[k] - (k == direction)) * (p[k] - (k == direction));
    return sum;
}

static double log_loss(const struct forecast_model *model, const struct anchor *anchors, size_t count,
                       double temperature)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        double scaled[FORECAST_FEATURES], p[FORECAST_DIRECTIONS];
        scale(model, anchors[i].features, scaled);
        predict(model, scaled, temperature, p);
        sum -= log(fmax(p[anchors[i].direction], 1e-9));
    }
    return sum;
}

static void temper(struct forecast_model *model, const struct anchor *anchors, size_t count)
{
    double best = INFINITY;
    for (double temperature = 0.7; temperature < 3; temperature *= 1.05) {
        double loss = log_loss(model, anchors, count, temperature);
        if (loss < best) {
            best = loss;
            model->temperature = temperature;
        }
    }
}

static double held_out_skill(const struct forecast_model *model, const struct anchor *anchors, size_t count,
                             const double base[FORECAST_DIRECTIONS])
{
    double ours = 0, theirs = 0;
    for (size_t i = 0; i < count; i++) {
        double p[FORECAST_DIRECTIONS];
        forecast_predict(model, anchors[i].features, p);
        ours += brier(p, anchors[i].direction);
        theirs += brier(base, anchors[i].direction);
    }
    return theirs > 0 ? 1 - ours / theirs : 0;
}

enum error_code forecast_fit(const struct forecast_series *series, struct forecast_span span, int64_t until_us,
                             struct arena *arena, struct forecast_model *model_out, struct error *error)
{
    struct anchor *anchors = arena_array(arena, MOST_ANCHORS, sizeof *anchors);
    struct newton *newton = arena_new(arena, struct newton);
    *model_out = (struct forecast_model){.temperature = 1, .held_out_skill = NAN};
    if (!anchors || !newton)
        return error_set(error, ERROR_MEMORY, "no memory for a forecast");
    size_t count = model_out->anchors = collect(series, span, until_us, anchors);
    frequencies(anchors, count, model_out->climatology);
    if (count < FORECAST_LEAST_ANCHORS)
        return ERROR_NONE;

    size_t kept = count - count / 4;
    double base[FORECAST_DIRECTIONS];
    /* What stands less than `lead` before the border has its answer behind it: left out, or the test would be told. */
    int64_t stride_us = span.window_us / 4 > series->step_us ? span.window_us / 4 : series->step_us;
    size_t  overlap = (size_t)(span.lead_us / stride_us) + 1, seen = kept > overlap ? kept - overlap : 0;
    if (seen < FORECAST_LEAST_ANCHORS / 2)
        return ERROR_NONE;
    frequencies(anchors, seen, base);
    fit_weights(model_out, newton, anchors, seen);
    temper(model_out, anchors + kept, count - kept);
    model_out->is_fitted = true;
    model_out->held_out_skill = held_out_skill(model_out, anchors + kept, count - kept, base);
    model_out->is_fitted = model_out->held_out_skill > 0;
    if (model_out->is_fitted)
        fit_weights(model_out, newton, anchors, count);
    return ERROR_NONE;
}
