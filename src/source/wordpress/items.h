/* Within the connector: what the API says becomes items. */
#ifndef SOURCE_WORDPRESS_ITEMS_H
#define SOURCE_WORDPRESS_ITEMS_H

#include "source/wordpress/site.h"

enum wp_kind { WP_COMMENTS, WP_POSTS };
extern const char *const wp_paths[2], *const wp_words[2]; /* "wp/v2/comments", "comment" */

struct wp_mark { /* how a thing is known again */
    uint32_t id, content;
};

/* "example.org:comment:9". */
struct str wp_native_id(const struct wp_site *site, enum wp_kind kind, int64_t id, struct arena *arena);
/* The kind and number of a native id of this site. */
bool       wp_read_id(const struct wp_site *site, struct str native_id, enum wp_kind *kind_out, int64_t *id_out);
/* False: it is no comment or post (nothing is filled). */
bool       wp_mark_of(enum wp_kind kind, const cJSON *thing, struct wp_mark *mark_out);
/* is_open: comments are taken there. */
enum error_code wp_fill(const struct wp_site *site, enum wp_kind kind, const cJSON *thing, bool is_open, struct source_item *item, struct arena *arena,
                        struct error *error);
int64_t         wp_number(const cJSON *thing, const char *name); /* -1: none */
int64_t         wp_time(const cJSON *thing, const char *name);   /* "2026-11-24T08:00:00" in GMT; 0: none */

#endif
