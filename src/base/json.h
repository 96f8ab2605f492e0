/* Writing JSON into a buf. (Reading is cJSON's work, wrapped in post/ and in tests.)
 *
 *     struct json json = json_writer(&buf);
 *     json_object(&json);  json_key(&json, "count");  json_i64(&json, 3);  json_end(&json);
 *
 * Strings are written as UTF-8; bytes that are not valid UTF-8 become U+FFFD. Numbers that are not finite become null.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/buf.h"

enum { JSON_MAX_DEPTH = 32 };

struct json {
    struct buf *out;
    int         depth;
    char        closer[JSON_MAX_DEPTH];
    bool        needs_comma;
};

struct json json_writer(struct buf *out);
void json_object(struct json *json);
void json_array(struct json *json);
void json_end(struct json *json); /* closes the innermost object or array */
void json_key(struct json *json, const char *name);
void json_str(struct json *json, struct str value);
void json_text(struct json *json, const char *value);
void json_i64(struct json *json, int64_t value);
void json_double(struct json *json, double value, int decimals); /* at most that many decimals, no trailing zeros */
void json_bool(struct json *json, bool value);
void json_null(struct json *json);
void json_raw(struct json *json, struct str value); /* JSON as it stands: the caller vouches for it */
void json_time(struct json *json, int64_t at_us); /* RFC 3339 in UTC */

/* A member whole: its key, then its value. A time of 0 is null: never. */
void json_put_i64(struct json *json, const char *name, int64_t value);
void json_put_str(struct json *json, const char *name, struct str value);
void json_put_time(struct json *json, const char *name, int64_t at_us);
void json_put_bool(struct json *json, const char *name, bool value);
void json_put_double(struct json *json, const char *name, double value, int decimals);

#endif
