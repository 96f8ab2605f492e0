/* The one printer of trends as JSON. */
#ifndef TREND_TREND_JSON_H
#define TREND_TREND_JSON_H

#include "base/buf.h"
#include "trend/trend.h"

/* One line of a replay, without newline: {"trend","event":"open|update|close","at","z","voices","flags","post_ids","label","terms",
 * "started_at","detected_at","growth_per_h","growth_se","merged_into"}. */
void trend_print_event_json(const struct trend *trend, enum trend_event_kind kind, int64_t at_us, struct buf *out);

/* One row of the trends command: {"trend","label","terms","started_at","detected_at","voices","z","growth_per_h","growth_se","flags","post_ids",
 * "first_voices","representatives","series","numbers"}. */
void trend_print_json(const struct trend *trend, struct buf *out);

#endif
