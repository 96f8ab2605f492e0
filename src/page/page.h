/* The built page, from memory: web/ bundled, packed and embedded by tools/build_web.sh. Everything but /api is answered here.
 *
 *     /assets/index-3f2a91bc.js   its file, immutable
 *     /assets/bell-51c0ffee.svg   its file
 *     /listen/explore             no file: the page itself, which reads the address; in the reader's theme (cookie "theme")
 *     /assets/gone-1234.js        404: never the page in place of a script
 */
#ifndef PAGE_PAGE_H
#define PAGE_PAGE_H

#include "net/server.h"

extern const struct http_asset page_assets[]; /* by path, ascending */
extern const size_t            page_asset_count;

/* The file with this path; NULL where there is none. */
const struct http_asset *page_asset(struct str path);

/* The page itself: theme is "light", "dark", or anything else for the system's. */
const struct http_asset *page_document(struct str theme);

/* What every answer that a browser could show carries: a policy without inline script, foreign hosts, frames or HTML from strings. */
void page_set_policy(struct http_response *response);

/* Answers a GET or HEAD of anything but the API; 405 for other methods. Sets the policy. */
void page_answer(const struct http_request *request, struct http_response *response);

#endif
