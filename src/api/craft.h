/* What the resources of query craft share. */
#ifndef API_CRAFT_H
#define API_CRAFT_H

#include "api/topics.h"

/* The members of a sample, into an object that is open. */
void craft_put_sample(struct json *json, const struct topic_sample *sample);

#endif
