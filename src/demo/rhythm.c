#include "demo/town.h"

#include "base/clock.h"

int rhythm_weekday(int64_t at_us)
{
    int64_t days = clock_floor(at_us, CLOCK_DAY_US) / CLOCK_DAY_US; /* 1970-01-01 was a Thursday */
    return (int)(((days + 3) % 7 + 7) % 7);
}

int rhythm_hour(int64_t at_us)
{
    return (int)((at_us - clock_floor(at_us, CLOCK_DAY_US)) / CLOCK_HOUR_US);
}

/* Grey more often than not; about a third of the days have a weather that people talk about. */
static unsigned weather_of(const struct town *town, int64_t day_us)
{
    static const unsigned weathers[] = {0, 0, SCENE_RAIN, SCENE_SUN, 0, SCENE_WIND, SCENE_RAIN, 0, SCENE_SUN,
                                        SCENE_FOG};
    if (day_us == stories_fog_day_us(town))
        return SCENE_FOG;
    struct rng rng;
    rng_seed(&rng, hash_mix(town->options.seed, (uint64_t)day_us));
    return weathers[rng_below(&rng, sizeof weathers / sizeof weathers[0])];
}

unsigned rhythm_scene(const struct town *town, int64_t at_us)
{
    int      hour = rhythm_hour(at_us), weekday = rhythm_weekday(at_us);
    unsigned scene = hour >= 5 && hour < 11    ? SCENE_MORNING
                     : hour >= 11 && hour < 17 ? SCENE_DAY
                     : hour >= 17 && hour < 22 ? SCENE_EVENING
                                               : SCENE_NIGHT;
    return scene | (unsigned)SCENE_MONDAY << weekday | (weekday >= 5 ? SCENE_WEEKEND : SCENE_WEEKDAY) |
           weather_of(town, clock_floor(at_us, CLOCK_DAY_US));
}

void rhythm_gather(struct town *town, int64_t at_us)
{
    int64_t hour_us = clock_floor(at_us, CLOCK_HOUR_US);
    if (town->crowd.total > 0 && town->crowd.hour_us == hour_us)
        return;
    int    hour = rhythm_hour(at_us);
    bool   is_weekend = rhythm_weekday(at_us) >= 5;
    double sum = 0;
    for (uint32_t i = 0; i < town->person_count; i++) {
        const struct person *person = &town->people[i];
        sum += (double)person->activity * (double)people_hour(person, hour,
                                                              is_weekend) * (double)(is_weekend ? person->weekend : 1);
        town->crowd.weights_to[i] = (float)sum;
    }
    town->crowd.total = sum;
    town->crowd.hour_us = hour_us;
}

uint32_t rhythm_pick(const struct town *town, struct rng *rng)
{
    float    wanted = (float)(rng_unit(rng) * town->crowd.total);
    uint32_t low = 0, high = town->person_count - 1;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (town->crowd.weights_to[middle] > wanted)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

double rhythm_level(struct town *town, int64_t at_us)
{
    if (town->crowd_mean <= 0) {
        double sum = 0;
        for (int hour = 0; hour < 7 * 24; hour++) {
            rhythm_gather(town, town->since_us + hour * CLOCK_HOUR_US);
            sum += town->crowd.total;
        }
        town->crowd_mean = sum / (7 * 24);
    }
    rhythm_gather(town, at_us);
    return town->crowd.total / town->crowd_mean;
}
