/* JSON from outside into the words of the contract; for the files of this room. */
#ifndef SOURCE_PARSE_H
#define SOURCE_PARSE_H

#include "source/source.h"

#include <cjson/cJSON.h>

/* One object and nothing behind it, of valid UTF-8 without NUL (an escaped one becomes U+FFFD). To be freed with cJSON_Delete. ERROR_SYNTAX. */
enum error_code source_parse_object(struct str text, cJSON **object_out, struct error *error);

/* Members. Absent and null leave *out as it is; another type is ERROR_INVALID, naming it. Strings are copied into arena. */
enum error_code source_parse_text(const cJSON *object, const char *name, struct arena *arena, struct str *out, struct error *error);
enum error_code source_parse_words(const cJSON *object, const char *name, char *out, size_t out_bytes, struct error *error); /* ERROR_TOO_LARGE where it does not fit */
enum error_code source_parse_number(const cJSON *object, const char *name, int64_t least, int64_t most, int64_t *out, struct error *error);
enum error_code source_parse_boolean(const cJSON *object, const char *name, bool *out, struct error *error);
enum error_code source_parse_time(const cJSON *object, const char *name, int64_t *out, struct error *error);
enum error_code source_parse_list(const cJSON *object, const char *name, size_t most, struct arena *arena, struct str **out, size_t *count_out, struct error *error);
/* The number of the member's word in a table of count words; absent: *out as it is. */
enum error_code source_parse_choice(const cJSON *object, const char *name, const char *const *words, size_t count, size_t *out, struct error *error);

#endif
