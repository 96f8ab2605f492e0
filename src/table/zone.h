/* Time zones as exports and people name them, and a clock on the wall turned into UTC by them. */
#ifndef TABLE_ZONE_H
#define TABLE_ZONE_H

#include "base/error.h"
#include "base/str.h"

enum { ZONE_NAME_BYTES = 64, ZONE_SHIFTS_MAX = 512 };

/* {0} is UTC. Immutable once found: threads share it. */
struct zone {
    char    name[ZONE_NAME_BYTES]; /* as people read it: "Europe/Paris", "UTC+1"; empty: nobody said one */
    int64_t offset_us;             /* before the first shift, and always where there is none */
    size_t  shift_count;
    struct {
        int64_t at_us, offset_us; /* from this moment (UTC) on */
    } shifts[ZONE_SHIFTS_MAX];
};

/* "UTC", "Z", "UTC+1", "GMT-03:30", "+0100", "EST" (a fixed five hours, also in summer), "Europe/Paris" with its summers (1990 to 2100, of the tz database
 * as ICU carries it). ERROR_INVALID names what is none. */
enum error_code zone_find(struct str name, struct zone *zone_out, struct error *error);

/* The name of a zone inside words: "Date (UTC+1)", "Time zone: Europe/Paris", "All times are in EST". False: there is none. */
bool zone_in_words(struct str words, struct str *name_out);

/* A clock on the wall there, as microseconds since 1970 of that wall, in UTC. Of an hour that comes twice in autumn the first is taken; one
 * that spring leaves out counts as if the clocks had not changed yet. */
int64_t zone_to_utc(const struct zone *zone, int64_t wall_us);

#endif
