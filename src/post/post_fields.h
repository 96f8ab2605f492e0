/* The post's text members in one table: parse, print, check, encode and compare all walk it. */
#ifndef POST_POST_FIELDS_H
#define POST_POST_FIELDS_H

#include "post/post.h"

#include <stddef.h>

enum post_field_kind {
    POST_FIELD_ID,   /* no control characters, valid UTF-8: refused otherwise, never repaired */
    POST_FIELD_NAME, /* repaired */
    POST_FIELD_TEXT, /* repaired */
};

struct post_field {
    const char *parent; /* "author" for members of that object, else NULL */
    const char *name;
    size_t      offset; /* of the struct str in struct post */
    size_t      max_bytes;
    uint8_t     kind;
};

/* Places in the table: id and platform, the author's members, the text, the rest. */
enum { POST_FIELD_AUTHOR = 2, POST_FIELD_POST_TEXT = 5, POST_FIELD_REST = 6, POST_FIELD_COUNT = 14 };
extern const struct post_field post_fields[POST_FIELD_COUNT];

static inline struct str *post_field_of(struct post *post, const struct post_field *field)
{
    return (struct str *)(void *)((char *)post + field->offset);
}

static inline struct str post_field_value(const struct post *post, const struct post_field *field)
{
    return *(const struct str *)(const void *)((const char *)post + field->offset);
}

/* The counts of struct post_metrics, likewise. */
struct post_metric {
    const char *name;
    size_t      offset; /* in struct post_metrics */
};

enum { POST_METRIC_COUNT = 5 };
extern const struct post_metric post_metric_fields[POST_METRIC_COUNT];

static inline int64_t *post_metric_of(struct post_metrics *metrics, const struct post_metric *field)
{
    return (int64_t *)(void *)((char *)metrics + field->offset);
}

static inline int64_t post_metric_value(const struct post_metrics *metrics, const struct post_metric *field)
{
    return *(const int64_t *)(const void *)((const char *)metrics + field->offset);
}

extern const char *const post_media_names[4]; /* in the order of enum media_type */

/* An empty post: every count unknown. */
struct post post_empty(void);

#endif
