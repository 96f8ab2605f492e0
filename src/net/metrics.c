#include "net/metrics.h"

#include <stdio.h>

const double metrics_bounds_s[METRICS_BOUNDS] = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 10};

void metrics_family(struct buf *out, const char *name, const char *type, const char *help)
{
    buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

void metrics_sample(struct buf *out, const char *name, const char *label, struct str label_value, double value)
{
    buf_append_str(out, str_of(name));
    if (label) {
        buf_printf(out, "{%s=\"", label);
        for (size_t i = 0; i < label_value.len; i++) {
            char c = label_value.ptr[i];
            if (c == '\\' || c == '"')
                buf_append_char(out, '\\');
            buf_append_str(out, c == '\n' ? STR("\\n") : str_slice(&label_value.ptr[i], 1));
        }
        buf_append_str(out, STR("\"}"));
    }
    buf_printf(out, " %.17g\n", value);
}

void metrics_labelled(struct buf *out, const char *name, const char *labels, double value)
{
    buf_printf(out, "%s{%s} %.17g\n", name, labels, value);
}

void metrics_single(struct buf *out, const char *name, const char *type, const char *help, double value)
{
    metrics_family(out, name, type, help);
    metrics_sample(out, name, NULL, (struct str){0}, value);
}

void histogram_add(struct histogram *histogram, int64_t elapsed_us)
{
    size_t i = 0;
    while (i < METRICS_BOUNDS && (double)elapsed_us / 1e6 > metrics_bounds_s[i])
        i++;
    atomic_fetch_add(&histogram->counts[i], 1);
    atomic_fetch_add(&histogram->sum_us, elapsed_us > 0 ? (unsigned long long)elapsed_us : 0);
}

void metrics_histogram(struct buf *out, const char *name, const char *help, const struct histogram *histogram)
{
    struct histogram  *counted = (struct histogram *)(uintptr_t)histogram;
    unsigned long long below = 0;
    char               sample[128], bound[32];
    metrics_family(out, name, "histogram", help);
    snprintf(sample, sizeof sample, "%s_bucket", name);
    for (size_t i = 0; i <= METRICS_BOUNDS; i++) {
        below += atomic_load(&counted->counts[i]);
        if (i < METRICS_BOUNDS)
            snprintf(bound, sizeof bound, "%g", metrics_bounds_s[i]);
        else
            snprintf(bound, sizeof bound, "+Inf");
        metrics_sample(out, sample, "le", str_of(bound), (double)below);
    }
    snprintf(sample, sizeof sample, "%s_sum", name);
    metrics_sample(out, sample, NULL, (struct str){0}, (double)atomic_load(&counted->sum_us) / 1e6);
    snprintf(sample, sizeof sample, "%s_count", name);
    metrics_sample(out, sample, NULL, (struct str){0}, (double)below);
}
