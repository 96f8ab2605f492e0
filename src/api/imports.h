/* What the resources about imports share. */
#ifndef API_IMPORTS_H
#define API_IMPORTS_H

#include "api/importer.h"

/* The members tool, maps, platform, author, zone, date_order and label of the body. Each may be missing. */
enum error_code imports_read_reading(struct api_call *call, struct intake_reading *reading_out);
/* "reading": {..}, into an object that is open. */
void imports_put_reading(struct json *json, const struct intake_reading *reading);
/* "doubts": [{"words","count"}] */
void imports_put_doubts(struct json *json, const uint64_t doubts[POST_DOUBTS]);
/* Answers what the import's file is, read as import->reading says (imports_look.c). */
enum error_code imports_look(struct api_call *call, struct intake_import *import);

#define IMPORTS_READING_MEMBERS                                                                                                 \
    "\"tool\":{\"type\":\"string\"},\"maps\":{\"type\":\"object\"},\"platform\":{\"type\":\"string\"},\"author\":{\"type\":\"string\"},"                    \
    "\"zone\":{\"type\":\"string\"},\"date_order\":{\"enum\":[\"\",\"dmy\",\"mdy\"]},\"label\":{\"type\":\"string\"}"
#define IMPORTS_READING "{\"type\":\"object\",\"properties\":{" IMPORTS_READING_MEMBERS "}}"
#define IMPORTS_LOOK                                                                                                            \
    "{\"type\":\"object\",\"required\":[\"is_readable\",\"kind\",\"tool\",\"encoding\",\"separator\",\"query\",\"headers\",\"zone\",\"dates\",\"mapping\",\"reading\"," \
    "\"read\",\"rejected\",\"rejects\",\"doubts\",\"posts\",\"problem\",\"missing\"],\"properties\":{\"posts\":{\"type\":\"array\",\"items\":{\"$ref\":"       \
    "\"#/components/schemas/Post\"}}}}"

#endif
