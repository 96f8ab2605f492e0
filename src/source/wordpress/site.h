/* Within the connector: a site, and how it is asked. */
#ifndef SOURCE_WORDPRESS_SITE_H
#define SOURCE_WORDPRESS_SITE_H

#include "net/fetch.h"
#include "source/port.h"

#include <cjson/cJSON.h>

enum { WP_PAGE = 100, WP_MOST_BYTES = 16 * 1024 * 1024, WP_NODES_MAX = 1000000 };

struct wp_site {
    struct source_port *port;
    struct fetch_pool  *pool;
    char                url[1024];   /* as configured, without a last / */
    char                root[1100];  /* of its REST API, with a last / or "?rest_route=/" */
    char                name[512];   /* "example.org/blog": ids begin with it */
    char                user[256], password[256]; /* empty: without an account */
    int64_t             me;          /* our user's id; 0: none, or not known yet */
    bool                moderates;   /* we may see what only moderators see */
    bool                may_stop;    /* what wakes the port ends a GET: while nothing is without its ack */
    int64_t             limited_us;  /* it asks to be left alone until then */
};

/* An answer, read. */
struct wp_answer {
    int     status; /* 0: none came */
    cJSON  *json;   /* NULL: none */
    int64_t total;  /* X-WP-Total; -1: not said */
    char    code[64], message[160]; /* of an error: "rest_comment_closed" */
    bool    is_uncertain; /* all was sent and nothing came back */
};
void wp_answer_fini(struct wp_answer *answer);

/* Finds the root of the API, unless root is known, by the Link header of the site's first page (rel https://api.w.org/), and who we are. ERROR_DENIED: it does not take the
 * account; ERROR_INVALID: no WordPress that can be asked; ERROR_IO and others: not now. */
enum error_code wp_open(struct wp_site *site, struct error *error);
/* method NULL: a GET that an order may end (see may_stop). path: "wp/v2/comments", parameters: "per_page=100&page=2" or empty, body: JSON or empty. An answer of any status is an answer; 429
 * and 503 set limited_us. ERROR_CANCELLED: the port wants something. */
enum error_code wp_ask(struct wp_site *site, const char *method, const char *path, const char *parameters, struct str body,
                       struct wp_answer *answer_out, struct error *error);

#endif
