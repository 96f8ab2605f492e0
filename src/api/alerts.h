/* What the files of the alerts resource share. */
#ifndef API_ALERTS_H
#define API_ALERTS_H

#include "alert/alert.h"
#include "api/api.h"
#include "api/workspace_alerts.h"

/* The world as a call sees it, with the newest snapshot. */
enum error_code alerts_world(struct api_call *call, struct alert_world *world_out);
/* `rule` of the body, checked, its query parsed. Without a name it is called `fallback`, where that is not NULL. */
enum error_code alerts_body_rule(struct api_call *call, const char *fallback, struct alert_rule *rule_out);
struct alert_change alerts_change(const struct api_call *call);
/* Members "id" ... of one firing, with its posts as far as the archive still has them, as an object. */
enum error_code alerts_print_firing(struct api_call *call, struct archive_snapshot *snapshot, const struct alert_firing *firing);
/* "posts": [..] of ids, one a line. */
enum error_code alerts_print_posts(struct api_call *call, struct archive_snapshot *snapshot, struct str ids);

#define ALERTS_COUNT  "{\"type\":\"integer\",\"minimum\":0}"
#define ALERTS_TIME   "{\"type\":\"string\",\"format\":\"date-time\"}"
#define ALERTS_TIME_OR_NULL "{\"type\":[\"string\",\"null\"]}"
#define ALERTS_RULE                                                                                                             \
    "{\"type\":\"object\",\"required\":[\"on\"],\"additionalProperties\":false,\"properties\":{\"name\":{\"type\":\"string\",\"maxLength\":120},"  \
    "\"on\":{\"enum\":[\"volume\",\"trend\",\"tone\",\"author\"]},\"query\":{\"type\":\"string\",\"maxLength\":8192},"            \
    "\"topic\":{\"type\":[\"integer\",\"null\"]},\"author\":{\"type\":\"string\",\"maxLength\":200},"                             \
    "\"window_s\":{\"type\":\"integer\",\"minimum\":300,\"maximum\":604800},"                                                     \
    "\"sensitivity\":{\"enum\":[\"very_unusual\",\"unusual\",\"above_usual\"]},\"least_strength\":{\"type\":\"number\",\"minimum\":0}," \
    "\"least_posts\":{\"type\":\"integer\",\"minimum\":1},\"least_voices\":{\"type\":\"integer\",\"minimum\":1},"                  \
    "\"cooldown_s\":{\"type\":\"integer\",\"minimum\":300,\"maximum\":2592000},\"quiet\":{\"type\":[\"object\",\"null\"],\"properties\":{"  \
    "\"zone\":{\"type\":\"string\"},\"days\":{\"type\":\"array\",\"items\":{\"enum\":[\"mon\",\"tue\",\"wed\",\"thu\",\"fri\",\"sat\",\"sun\"]}},"   \
    "\"from\":{\"type\":\"string\"},\"until\":{\"type\":\"string\"}}},\"mail\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},"   \
    "\"webhooks\":{\"type\":\"array\",\"items\":{\"type\":\"integer\"}},\"is_in_feed\":{\"type\":\"boolean\"}}}"
#define ALERTS_RECORD                                                                                                           \
    "{\"type\":\"object\",\"required\":[\"fired\",\"useful\",\"not_useful\",\"too_late\",\"acted\",\"unjudged\"]}"
#define ALERTS_ONE                                                                                                              \
    "{\"type\":\"object\",\"required\":[\"id\",\"version\",\"state\",\"owner\",\"rule\",\"record\",\"words\",\"advice\",\"problem\"],"  \
    "\"properties\":{\"id\":{\"type\":\"integer\"},\"version\":{\"type\":\"integer\"},\"state\":{\"enum\":[\"on\",\"paused\",\"retired\"]}," \
    "\"rule\":" ALERTS_RULE ",\"record\":" ALERTS_RECORD ",\"words\":{\"type\":\"string\"}}}"
#define ALERTS_FIRING                                                                                                           \
    "{\"type\":\"object\",\"required\":[\"id\",\"alert\",\"name\",\"at\",\"title\",\"words\",\"value\",\"expected\",\"z\",\"basis\",\"voices\","  \
    "\"window_s\",\"trend\",\"is_quiet\",\"outcome\",\"note\",\"posts\"],\"properties\":{\"id\":{\"type\":\"integer\"},\"at\":" ALERTS_TIME ","  \
    "\"outcome\":{\"enum\":[null,\"useful\",\"not_useful\",\"too_late\",\"acted\"]},\"posts\":{\"type\":\"array\"}}}"
#define ALERTS_NEXT "{\"type\":[\"string\",\"null\"]}"

#endif
