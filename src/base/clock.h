/* Time: UTC microseconds since 1970 everywhere, RFC 3339 outside. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include "base/str.h"

#include <time.h>

#define CLOCK_SECOND_US INT64_C(1000000)
#define CLOCK_MINUTE_US (60 * CLOCK_SECOND_US)
#define CLOCK_HOUR_US   (60 * CLOCK_MINUTE_US)
#define CLOCK_DAY_US    (24 * CLOCK_HOUR_US)

/* The range a post's time may have: years 1990 to 2199. Outside it a clock was broken. */
#define CLOCK_MIN_US INT64_C(631152000000000)
#define CLOCK_MAX_US INT64_C(7258118400000000)

int64_t clock_now_us(void);       /* wall time */
int64_t clock_monotonic_us(void); /* for durations */
void    clock_sleep(int64_t ms); /* a signal may end it early */
void    clock_deadline(int64_t ms, struct timespec *until_out); /* so far from now, as pthread_cond_timedwait wants it (CLOCK_REALTIME) */

/* RFC 3339 ("2015-02-23T10:04:00.5Z", "+01:00", blank or lower-case t), or a date alone (midnight UTC).
 * False where it is anything else or names no real day. Does not apply CLOCK_MIN_US and CLOCK_MAX_US. */
bool clock_parse(struct str s, int64_t *at_us_out);

/* "2015-02-23T10:04:00Z", with milliseconds or microseconds only where they are not zero. Returns text. */
enum { CLOCK_TEXT_BYTES = 40 };
char *clock_print(int64_t at_us, char text[CLOCK_TEXT_BYTES]);
/* For people: "23 Feb 10:04". */
char *clock_print_short(int64_t at_us, char text[CLOCK_TEXT_BYTES]);

/* "90s", "15m", "1h", "7d", "2w" (one number, one unit, more than zero). */
bool clock_parse_duration(struct str s, int64_t *us_out);

/* Days since 1970-01-01 to a date and back (proleptic Gregorian; H. Hinnant, "chrono-compatible low-level date algorithms"). */
int64_t clock_days_from_civil(int64_t year, int month, int day);
void    clock_civil_from_days(int64_t days, int64_t *year_out, int *month_out, int *day_out);

/* Floor division for times: the start of the bucket of width width_us that holds at_us. */
int64_t clock_floor(int64_t at_us, int64_t width_us);

#endif
