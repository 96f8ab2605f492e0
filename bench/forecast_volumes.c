/* Forecasts a file of 5-minute counts for every hour behind its first 60 % (fitted on those alone), 1, 3 and 6 hours
 * ahead:
 *
 *     forecast_volumes VOLUMES.csv > predicted.jsonl
 *
 * One line each: {"at":"2015-03-31 21:42:53","horizon_h":3,"p":[down,flat,up]}. Times are those of the file's rows. */
#include "base/clock.h"
#include "base/vfs.h"
#include "read/forecast.h"

enum { MOST_ROWS = 100000, ROWS_AN_HOUR = 12 };

struct volumes {
    struct str *times;
    double     *before; /* posts before each row, and behind the last */
    size_t      count;
};

static bool read_volumes(struct str text, struct arena *arena, struct volumes *volumes)
{
    struct str line, time;
    volumes->times = arena_array(arena, MOST_ROWS, sizeof *volumes->times);
    volumes->before = arena_array(arena, MOST_ROWS + 1, sizeof *volumes->before);
    if (!volumes->times || !volumes->before || !str_next_field(&text, '\n', &line))
        return false;
    while (volumes->count < MOST_ROWS && str_next_field(&text, '\n', &line)) {
        double value;
        line = str_trim(line);
        if (line.len == 0)
            continue;
        if (!str_next_field(&line, ',', &time) || !str_to_double(line, &value))
            return false;
        volumes->times[volumes->count] = time;
        volumes->before[volumes->count + 1] = volumes->before[volumes->count] + value;
        volumes->count++;
    }
    return volumes->count > 0;
}

static enum error_code forecast_hours(const struct volumes *volumes, int64_t horizon_h, struct arena *arena,
                                      struct error *error)
{
    int64_t                step_us = CLOCK_HOUR_US / ROWS_AN_HOUR;
    size_t                 cut = volumes->count * 3 / 5;
    struct forecast_series series = {.step_us = step_us, .before = volumes->before, .count = volumes->count};
    struct forecast_span   span = {horizon_h * CLOCK_HOUR_US, horizon_h * CLOCK_HOUR_US};
    struct forecast_model  model;
    enum error_code        code = forecast_fit(&series, span, (int64_t)cut * step_us, arena, &model, error);
    fprintf(stderr, "%lld h: %zu anchors, held-out skill %.3f, temperature %.2f%s\n", (long long)horizon_h,
            model.anchors, model.held_out_skill, model.temperature, model.is_fitted ? "" : ", not fitted");
    for (size_t i = cut; !code && i + (size_t)horizon_h * ROWS_AN_HOUR <= volumes->count; i += ROWS_AN_HOUR) {
        double features[FORECAST_FEATURES], p[FORECAST_DIRECTIONS];
        if (model.is_fitted && forecast_features(&series, span, (int64_t)i * step_us, features))
            forecast_predict(&model, features, p);
        else
            forecast_young(&series, span, (int64_t)i * step_us, p);
        printf("{\"at\":\"%.*s\",\"horizon_h\":%lld,\"p\":[%.4f,%.4f,%.4f]}\n", STR_ARG(volumes->times[i]),
               (long long)horizon_h, p[0], p[1], p[2]);
    }
    return code;
}

int main(int argc, char **argv)
{
    struct buf      text = {0};
    struct arena    arena = {0};
    struct volumes  volumes = {0};
    struct error    error = {0};
    enum error_code code = argc == 2 ? vfs_read_file(argv[1], 64 << 20, &text, &error)
                                     : error_set(&error, ERROR_USAGE, "usage: forecast_volumes VOLUMES.csv");
    if (!code && !read_volumes(buf_str(&text), &arena, &volumes))
        code = error_set(&error, ERROR_SYNTAX, "%s: expected timestamp,value in every row", argv[1]);
    for (int64_t horizon_h = 1; !code && horizon_h <= 6; horizon_h = horizon_h == 1 ? 3 : horizon_h + 3)
        code = forecast_hours(&volumes, horizon_h, &arena, &error);
    if (code)
        error_print(&error, stderr);
    arena_fini(&arena);
    buf_fini(&text);
    return error_kind(code)->exit_status;
}
