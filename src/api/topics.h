/* What the resources about topics share. */
#ifndef API_TOPICS_H
#define API_TOPICS_H

#include "api/api.h"
#include "topic/craft.h"

/* {"id", "name"} */
void topics_put_person(struct json *json, const char *name, struct topic_person person);
/* The members of a topic, into an object that is open. */
void topics_print(struct json *json, const struct topic *topic);
/* {"value","low","high"} and k of n; null where n is below least. */
void topics_put_interval(struct json *json, const char *name, struct topic_interval interval, uint64_t k, uint64_t n, uint64_t least);
/* {"count","posts":[Post]}: examples that the archive still has. */
enum error_code topics_put_examples(struct api_call *call, const char *name, uint64_t count, const struct str *ids, size_t shown);

/* Who does it, when, and what they saw ("version" of the body where version is asked for). */
enum error_code topics_change(struct api_call *call, bool needs_version, struct topic_change *change_out);
/* {id} of the path, read. */
enum error_code topics_find(struct api_call *call, struct topic *topic_out);
void            topics_tell(struct api_call *call, int64_t id);
/* A seed for a draw: never the same twice. */
uint64_t        topics_seed(const struct api_call *call, int64_t id);

#define TOPICS_COUNT  "{\"type\":\"integer\",\"minimum\":0}"
#define TOPICS_PERSON "{\"type\":\"object\",\"required\":[\"id\",\"name\"],\"properties\":{\"id\":{\"type\":\"integer\"},\"name\":{\"type\":\"string\"}}}"
#define TOPICS_SHARE                                                                                                            \
    "{\"type\":[\"object\",\"null\"],\"required\":[\"value\",\"low\",\"high\",\"k\",\"n\"],\"properties\":{\"value\":{\"type\":\"number\"},"   \
    "\"low\":{\"type\":\"number\"},\"high\":{\"type\":\"number\"},\"k\":" TOPICS_COUNT ",\"n\":" TOPICS_COUNT "}}"
#define TOPICS_REQUIRED                                                                                                         \
    "\"id\",\"name\",\"owner\",\"purpose\",\"query\",\"tags\",\"version\",\"is_archived\",\"created_at\",\"updated_at\""
#define TOPICS_MEMBERS                                                                                                          \
    "\"id\":{\"type\":\"integer\"},\"name\":{\"type\":\"string\"},\"owner\":" TOPICS_PERSON ",\"purpose\":{\"type\":\"string\"},"       \
    "\"query\":{\"type\":\"string\"},\"tags\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},\"version\":{\"type\":\"integer\"},"  \
    "\"is_archived\":{\"type\":\"boolean\"},\"created_at\":{\"type\":\"string\",\"format\":\"date-time\"},"                               \
    "\"updated_at\":{\"type\":\"string\",\"format\":\"date-time\"}"
#define TOPICS_ONE "{\"type\":\"object\",\"required\":[" TOPICS_REQUIRED "],\"properties\":{" TOPICS_MEMBERS "}}"
#define TOPICS_EXAMPLES                                                                                                         \
    "{\"type\":\"object\",\"required\":[\"count\",\"posts\"],\"properties\":{\"count\":" TOPICS_COUNT                                  \
    ",\"posts\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/Post\"}}}}"

#endif
