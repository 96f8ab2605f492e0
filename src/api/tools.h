/* What the resources about tools share. */
#ifndef API_TOOLS_H
#define API_TOOLS_H

#include "api/api.h"
#include "tool/tool.h"

/* A finder by its label; NULL: nothing came through it. */
const struct tool_finder *tools_finder(const struct tool_finder *finders, size_t count, struct str label);
/* "source" or "import": the word before the colon of a label. */
struct str tools_kind(struct str label);
/* Cents with their currency, or null. */
void tools_put_cents(struct json *json, const char *name, double cents);
void tools_tell(struct api_call *call, const char *what, int64_t id);

#define TOOLS_COUNT  "{\"type\":\"integer\",\"minimum\":0}"
#define TOOLS_NUMBER "{\"type\":[\"number\",\"null\"]}"
#define TOOLS_TIME   "{\"type\":[\"string\",\"null\"],\"format\":\"date-time\"}"
#define TOOLS_PERSON "{\"type\":\"object\",\"required\":[\"id\",\"name\"],\"properties\":{\"id\":{\"type\":\"integer\"},\"name\":{\"type\":\"string\"}}}"

#endif
