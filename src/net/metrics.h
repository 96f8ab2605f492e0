/* Numbers as Prometheus reads them (text exposition format 0.0.4): a family is its HELP and TYPE, then its samples.
 * Names are snake_case with the unit (seconds, bytes); counters end in _total. Labels have few values, never a person's
 * words. */
#ifndef NET_METRICS_H
#define NET_METRICS_H

#include "base/buf.h"

#include <stdatomic.h>

/* type: "counter", "gauge" or "histogram". A help text is one line. */
void metrics_family(struct buf *out, const char *name, const char *type, const char *help);
/* One sample; label NULL: without. The label's value is escaped. */
void metrics_sample(struct buf *out, const char *name, const char *label, struct str label_value, double value);
/* The same with labels as they stand between the braces: client="harbour",source="3". The caller vouches for them. */
void metrics_labelled(struct buf *out, const char *name, const char *labels, double value);
/* A family of one sample. */
void metrics_single(struct buf *out, const char *name, const char *type, const char *help, double value);

/* How long things took. {0} is empty; any thread adds. */
enum { METRICS_BOUNDS = 11 };
extern const double metrics_bounds_s[METRICS_BOUNDS]; /* 1 ms to 10 s */

struct histogram {
    atomic_ullong counts[METRICS_BOUNDS + 1]; /* of those at most the bound (and over the one before) */
    atomic_ullong sum_us;
};
void histogram_add(struct histogram *histogram, int64_t elapsed_us);
void metrics_histogram(struct buf *out, const char *name, const char *help, const struct histogram *histogram);

#endif
