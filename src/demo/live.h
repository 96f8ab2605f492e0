/* The invented town goes on living: what its people say from the end of the three weeks on, into a stream, as its clock comes to it.
 *
 *     struct stream_options options = {.archive_folder = folder, ...};
 *     demo_live_clock(NULL, &options, error);          when the town's clock begins, and how fast it runs
 *     stream_open(&options, &stream, error);
 *     demo_live_open(NULL, stream, &live, error);      pushes what is due, then goes on in a thread of its own
 *     ...
 *     demo_live_close(live);  stream_close(stream);
 *
 * It is endless: week after week, each with small talk, the weekly tags and a story a day (demo_generate_week). The same options give the same
 * posts with the same ids, so after a restart it goes on where the archive stands, and what was pushed before is a duplicate.
 * The first start (an empty archive) pushes the three weeks and then the first morning, so that the clock begins at seven on a Monday and
 * something breaks about an hour later: a minute, at the speed that the default has.
 */
#ifndef DEMO_LIVE_H
#define DEMO_LIVE_H

#include "demo/demo.h"
#include "listen/stream.h"

enum { DEMO_LIVE_SPEED = 60 };

struct demo_live_options { /* {0} or NULL: the town that `bellwether demo` shows */
    struct demo_options town;
    double              speed; /* of its clock: seconds of the town in a second of the world; 1 to 3,600; 0: DEMO_LIVE_SPEED */
};

/* Fills clock_starts_us and clock_speed: the clock begins at the archive's newest post, but not before the first Monday's seven o'clock.
 * ERROR_INVALID names an option out of its range; the errors of reading an archive. */
enum error_code demo_live_clock(const struct demo_live_options *options, struct stream_options *stream_io, struct error *error);

struct demo_live;

/* The stream must outlive it. Pushes everything of the town up to the stream's now that is newer than the archive's newest post (some seconds
 * for an empty archive), then starts. ERROR_MEMORY, and stream_push's. */
enum error_code demo_live_open(const struct demo_live_options *options, struct stream *stream, struct demo_live **live_out, struct error *error);
void            demo_live_close(struct demo_live *live); /* legal on NULL */

struct demo_live_state {
    uint64_t pushed;  /* posts since it was opened */
    unsigned week;    /* that is being lived, from 1 */
    uint64_t refused; /* pushes that failed and are tried again */
    int64_t  next_us; /* when the next post is due, by the town's clock */
};
void demo_live_state(struct demo_live *live, struct demo_live_state *state_out);

#endif
