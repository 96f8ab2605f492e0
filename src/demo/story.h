/* Stories and distractors, and where they are planted: in the first three weeks by the table of stories.c, in each week after them by week.c. */
#ifndef DEMO_STORY_H
#define DEMO_STORY_H

#include "demo/plant.h"

struct story {
    const char     *name, *title;
    enum demo_shape shape;
    int             hour, minute; /* of its onset, on its day */
    double          run_h; /* how long its shape runs */
    int8_t          board; /* where it starts, or BOARD_NONE */
    double          reposts, pictures; /* shares */
    struct phase    phases[3];
    double          company_h[5], paper_h[5]; /* when they speak, hours after the onset; 0 ends */
};

/* The week's stories: one a day. */
enum { WEEK_STORIES = 7 };

enum error_code plant_story(struct planting *planting, const struct story *story, int64_t day_us, struct error *error);
/* Forty accounts with one text; one account that does not stop; the weekly tags of every day from since to until. */
enum error_code plant_swarm(struct planting *planting, int64_t onset_us, struct error *error);
enum error_code plant_flood(struct planting *planting, int64_t onset_us, struct error *error);
enum error_code plant_weeklies(struct planting *planting, int weeks_before, struct error *error);
/* What is new in the week town->week (from 1). */
enum error_code week_plant(struct planting *planting, struct error *error);

#endif
